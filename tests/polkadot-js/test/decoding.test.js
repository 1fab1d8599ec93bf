// Every call, event, error and constant of ours, decoded by a stock client from bytes that were not
// made by it. What there is to decode comes from the metadata, so that nothing new is left out.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { stringCamelCase, stringPascalCase, u8aConcat, u8aEq, u8aToHex } from '@polkadot/util';

import { PALLETS, WITHOUT_CONSTANTS, connect, ours, text, variants } from '../src/chain.js';
import { Samples } from '../src/samples.js';

const api = await connect();
const { registry } = api;
const samples = new Samples(registry);

const hex = (codec) => u8aToHex(codec.toU8a());
const camel = (names) => names.map((name) => stringCamelCase(name));
const fieldNames = (fields) => fields.map((field) => field.name.unwrap().toString());
const typeOf = (field) => registry.createLookupType(field.type);

/** Nothing that a reader would see as a hole. */
function readable(human, at) {
  const shown = JSON.stringify(human);
  assert.ok(shown && !/undefined|\[object/.test(shown), `${at}: ${shown}`);
}

/** The client makes the bytes of a value, reads the value back from them, and uses all of them. */
function both(type, sample, at) {
  const expected = u8aToHex(sample.bytes);
  assert.equal(hex(registry.createType(type, sample.value)), expected, `${at}: encoded`);
  const decoded = registry.createType(type, sample.bytes);
  assert.equal(hex(decoded), expected, `${at}: decoded`);
  assert.equal(decoded.encodedLength, sample.bytes.length, `${at}: not everything was read`);
  readable(decoded.toHuman(), at);
}

describe('decoding', () => {
  after(() => api.disconnect());

  it('is tested for every pallet of ours', () => {
    assert.deepEqual(ours(api).map((pallet) => pallet.name.toString()), PALLETS);
  });

  // What `parameters` sets is ours too, though the pallet is not.
  const governed = api.runtimeMetadata.asLatest.pallets.filter((pallet) => pallet.name.eq('Parameters'));
  for (const pallet of [...ours(api), ...governed]) {
    const name = pallet.name.toString();
    describe(name, () => {
      it('calls', (test) => calls(pallet, test));
      it('events', (test) => events(pallet, test));
      if (PALLETS.includes(name)) it('errors', (test) => errors(pallet, test));
      if (PALLETS.includes(name) && !WITHOUT_CONSTANTS.has(name)) {
        it('constants', (test) => constants(pallet, test));
      }
      if (pallet.storage.isSome) it('storage', (test) => storage(pallet, test));
      if (pallet.viewFunctions.length > 0) it('view functions', (test) => views(pallet, test));
    });
  }

  // Pallets of the runtime itself have neither calls nor events, but types that calls of others take.
  describe('Origins', () => {
    it('storage', (test) => storage(palletNamed('Origins'), test));
    it('origins', (test) => origins(test));
  });

  describe('Proxy', () => {
    it('kinds of proxies', (test) => proxies(test));
  });
});

function palletNamed(name) {
  return api.runtimeMetadata.asLatest.pallets.find((one) => one.name.eq(name));
}

/** The type of the first argument of this name of a call, as the metadata numbers it. */
function argument(pallet, method, name) {
  const call = variants(api, palletNamed(pallet).calls).find((one) => one.name.eq(method));
  return call.fields.find((field) => field.name.unwrap().eq(name)).type;
}

/** What no referendum can speak as: nothing but `origins.setParameter` makes it. */
const MADE_BY_THE_CHAIN = 'CheckedParameter';

/** What a referendum can speak as, as `referenda.submit` takes it: one for each track that is not root's. */
function origins(test) {
  const type = argument('Referenda', 'submit', 'proposal_origin');
  const caller = registry.lookup.getSiType(type).def.asVariant.variants;
  const ours = caller.find((one) => one.name.eq('Origins'));
  const all = registry.lookup.getSiType(ours.fields[0].type).def.asVariant.variants;
  const named = all.filter((origin) => !origin.name.eq(MADE_BY_THE_CHAIN));
  assert.equal(named.length, all.length - 1);
  for (const origin of named) {
    const name = origin.name.toString();
    const bytes = Uint8Array.of(ours.index.toNumber(), origin.index.toNumber());
    both(registry.createLookupType(type), { value: { Origins: name }, bytes }, `origin ${name}`);
    assert.ok(text(origin.docs), `origin ${name} has no text`);
  }
  // Names of tracks are filled up with zeros.
  const nameOf = ([, { name }]) => stringPascalCase(name.toString().replaceAll('\0', ''));
  const tracks = api.consts.referenda.tracks.map(nameOf);
  assert.deepEqual(['Root', ...named.map((one) => one.name.toString())], tracks);
  test.diagnostic(`${named.length} origins`);
}

/** What a proxy can be for, as `proxy.addProxy` takes it. */
function proxies(test) {
  const type = argument('Proxy', 'add_proxy', 'proxy_type');
  const all = samples.of(type);
  for (const sample of all) both(registry.createLookupType(type), sample, `proxy ${sample.value}`);
  for (const kind of registry.lookup.getSiType(type).def.asVariant.variants) {
    assert.ok(text(kind.docs), `proxy ${kind.name} has no text`);
  }
  test.diagnostic(`${all.length} kinds`);
}

function calls(pallet, test) {
  const all = variants(api, pallet.calls);
  assert.ok(all.length > 0, 'there are no calls');
  let tried = 0;
  for (const call of all) {
    const at = `${pallet.name}.${call.name}`;
    const names = fieldNames(call.fields);
    for (const row of samples.rows(call.fields)) {
      oneCall(pallet, call, names, row, at);
      tried += 1;
    }
  }
  test.diagnostic(`${all.length} calls, ${tried} samples`);
}

function oneCall(pallet, call, names, row, at) {
  const section = stringCamelCase(pallet.name.toString());
  const method = stringCamelCase(call.name.toString());
  const index = Uint8Array.of(pallet.index.toNumber(), call.index.toNumber());
  const bytes = u8aConcat(index, ...row.map((sample) => sample.bytes));

  const built = api.tx[section][method](...row.map((sample) => sample.value));
  assert.equal(built.method.toHex(), u8aToHex(bytes), `${at}: encoded`);

  const decoded = registry.createType('Call', bytes);
  assert.equal(`${decoded.section}.${decoded.method}`, `${section}.${method}`, at);
  assert.equal(decoded.toHex(), u8aToHex(bytes), `${at}: decoded`);
  assert.deepEqual(camel(decoded.meta.args.map((arg) => arg.name.toString())), camel(names), at);
  assert.equal(decoded.args.length, row.length, at);
  row.forEach((sample, field) => {
    assert.ok(u8aEq(decoded.args[field].toU8a(), sample.bytes), `${at}: ${names[field]}`);
    both(typeOf(call.fields[field]), sample, `${at}: ${names[field]}`);
  });
  const human = decoded.toHuman();
  readable(human, at);
  assert.equal(`${human.section}.${human.method}`, `${section}.${method}`, at);
  assert.deepEqual(camel(Object.keys(human.args)), camel(names), at);

  // As a block has it.
  const extrinsic = registry.createType('Extrinsic', built.toU8a());
  assert.equal(extrinsic.method.toHex(), u8aToHex(bytes), `${at}: in an extrinsic`);
}

function events(pallet, test) {
  const all = variants(api, pallet.events);
  assert.ok(all.length > 0, 'there are no events');
  let tried = 0;
  for (const event of all) {
    const at = `${pallet.name}.${event.name}`;
    const names = fieldNames(event.fields);
    for (const row of samples.rows(event.fields)) {
      oneEvent(pallet, event, names, row, at);
      tried += 1;
    }
  }
  test.diagnostic(`${all.length} events, ${tried} samples`);
}

function oneEvent(pallet, event, names, row, at) {
  const section = stringCamelCase(pallet.name.toString());
  const index = Uint8Array.of(pallet.index.toNumber(), event.index.toNumber());
  const bytes = u8aConcat(index, ...row.map((sample) => sample.bytes));
  // One record, after extrinsic 7, without topics.
  const phase = Uint8Array.of(0, 7, 0, 0, 0);
  const records = u8aConcat(Uint8Array.of(4), phase, bytes, Uint8Array.of(0));

  const [record] = registry.createType(eventsType(), records);
  assert.equal(record.phase.asApplyExtrinsic.toNumber(), 7, at);
  const { event: decoded } = record;
  assert.equal(`${decoded.section}.${decoded.method}`, `${section}.${event.name}`, at);
  assert.equal(hex(decoded), u8aToHex(bytes), at);
  assert.deepEqual(decoded.data.names ?? [], camel(names), at);
  row.forEach((sample, field) => {
    assert.ok(u8aEq(decoded.data[field].toU8a(), sample.bytes), `${at}: ${names[field]}`);
    both(typeOf(event.fields[field]), sample, `${at}: ${names[field]}`);
  });
  const human = decoded.toHuman();
  readable(human, at);
  assert.equal(`${human.section}.${human.method}`, `${section}.${event.name}`, at);
  assert.deepEqual(camel(Object.keys(human.data)), camel(names), at);
  assert.ok(api.events[section][event.name.toString()].is(decoded), at);
}

/** The type of `system.events`, as the metadata names it. */
function eventsType() {
  return registry.createLookupType(api.query.system.events.creator.meta.type.asPlain);
}

function errors(pallet, test) {
  const all = variants(api, pallet.errors);
  assert.ok(all.length > 0, 'there are no errors');
  const section = stringCamelCase(pallet.name.toString());
  for (const error of all) {
    const at = `${pallet.name}.${error.name}`;
    const index = Uint8Array.of(pallet.index.toNumber(), error.index.toNumber());
    // `DispatchError::Module`, whose error has four bytes.
    const bytes = u8aConcat(Uint8Array.of(3), index, new Uint8Array(3));
    const decoded = registry.createType('DispatchError', bytes);
    assert.ok(decoded.isModule, at);
    const found = registry.findMetaError(decoded.asModule);
    assert.equal(`${found.section}.${found.name}`, `${section}.${error.name}`, at);
    assert.equal(found.docs.join(' ').trim(), text(error.docs), at);
    // What is wrong, and mostly what to do about it: whole sentences.
    assert.match(found.docs.join(' ').trim(), /^[A-Z0-9`](\S* ){3,}\S*\.$/, at);
    assert.ok(api.errors[section][error.name.toString()].is(decoded.asModule), at);
  }
  test.diagnostic(`${all.length} errors`);
}

function constants(pallet, test) {
  assert.ok(pallet.constants.length > 0, 'there are no constants');
  const section = stringCamelCase(pallet.name.toString());
  for (const constant of pallet.constants) {
    const at = `${pallet.name}.${constant.name}`;
    const bytes = constant.value.toU8a(true);
    assert.ok(bytes.length > 0, `${at} is empty`);
    const decoded = registry.createType(registry.createLookupType(constant.type), bytes);
    assert.equal(hex(decoded), u8aToHex(bytes), at);
    assert.equal(decoded.encodedLength, bytes.length, at);
    const shown = api.consts[section][stringCamelCase(constant.name.toString())];
    assert.ok(shown, `${at} is not among the client's constants`);
    assert.equal(hex(shown), u8aToHex(bytes), at);
    assert.equal(shown.toRawType(), decoded.toRawType(), at);
    readable(shown.toHuman(), at);
    assert.ok(text(constant.docs), `${at} has no text`);
  }
  test.diagnostic(`${pallet.constants.length} constants`);
}

function storage(pallet, test) {
  const { items } = pallet.storage.unwrap();
  for (const item of items) {
    const at = `${pallet.name}.${item.name}`;
    const types = item.type.isMap ? [item.type.asMap.key, item.type.asMap.value] : [item.type.asPlain];
    for (const type of types) {
      const name = registry.createLookupType(type);
      for (const sample of samples.of(type)) both(name, sample, at);
    }
  }
  test.diagnostic(`${items.length} items`);
}

function views(pallet, test) {
  for (const { name, inputs, output, docs } of pallet.viewFunctions) {
    const at = `${pallet.name}.${name}`;
    assert.ok(text(docs), `${at} has no text`);
    for (const { name: input, type } of inputs) {
      assert.ok(input.length > 0, `an argument of ${at} has no name`);
      for (const sample of samples.of(type)) both(registry.createLookupType(type), sample, `${at}: ${input}`);
    }
    for (const sample of samples.of(output)) both(registry.createLookupType(output), sample, at);
  }
  test.diagnostic(`${pallet.viewFunctions.length} view functions`);
}
