// What a stock client can show of our pallets: a name for every field and a text on everything.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { PALLETS, WITHOUT_CONSTANTS, connect, text, variants } from '../src/chain.js';

describe('metadata', () => {
  let api;

  before(async () => {
    api = await connect();
  });

  after(() => api?.disconnect());

  /** Every field has a name that says something. */
  function named(fields, at) {
    for (const field of fields) {
      assert.ok(field.name.isSome, `a field of ${at} has no name`);
      assert.doesNotMatch(field.name.unwrap().toString(), /^(_|arg\d)/, at);
    }
  }

  for (const name of PALLETS) {
    describe(name, () => {
      let pallet;

      before(() => {
        pallet = api.runtimeMetadata.asLatest.pallets.find((one) => one.name.toString() === name);
        assert.ok(pallet, `the chain has no pallet ${name}`);
      });

      it('documents its storage', () => {
        const items = pallet.storage.unwrap().items;
        assert.ok(items.length > 0);
        for (const item of items) assert.ok(text(item.docs), `storage ${name}.${item.name}`);
      });

      it('documents its constants', () => {
        assert.equal(pallet.constants.length > 0, !WITHOUT_CONSTANTS.has(name));
        for (const item of pallet.constants) assert.ok(text(item.docs), `constant ${name}.${item.name}`);
      });

      it('documents its calls and names their arguments', () => {
        const calls = variants(api, pallet.calls);
        assert.ok(calls.length > 0);
        for (const call of calls) {
          assert.ok(text(call.docs), `call ${name}.${call.name}`);
          named(call.fields, `call ${name}.${call.name}`);
        }
      });

      it('documents its events, and names and documents their fields', () => {
        const events = variants(api, pallet.events);
        assert.ok(events.length > 0);
        for (const event of events) {
          const at = `event ${name}.${event.name}`;
          assert.ok(text(event.docs), at);
          assert.ok(event.fields.length > 0, `${at} says nothing`);
          named(event.fields, at);
          for (const field of event.fields) {
            assert.ok(text(field.docs), `${at}.${field.name.unwrap()} has no text`);
          }
        }
      });

      it('documents its errors', () => {
        const errors = variants(api, pallet.errors);
        assert.ok(errors.length > 0);
        for (const error of errors) {
          // What is wrong, and what to do about it.
          assert.match(text(error.docs), /[.:;,] \S[^]*\.$/, `error ${name}.${error.name}`);
        }
      });
    });
  }

  it('documents how fast governance is', () => {
    // The runtime's own pallet.
    const origins = api.runtimeMetadata.asLatest.pallets.find(({ name }) => name.eq('Origins'));
    const items = origins.storage.unwrap().items;
    assert.deepEqual(items.map(({ name }) => name.toString()), ['Tempo']);
    assert.ok(text(items[0].docs));
  });

  it('names every field of our structs', () => {
    let structs = 0;
    for (const { type } of api.registry.lookup.types) {
      const path = type.path.map((part) => part.toString());
      if (!path[0]?.startsWith('athanor_') || !type.def.isComposite) continue;
      const fields = type.def.asComposite.fields;
      for (const field of fields) assert.ok(field.name.isSome, `a field of ${path.join('::')} has no name`);
      structs += fields.length > 0 ? 1 : 0;
    }
    assert.ok(structs >= 10, `only ${structs} structs of ours were found`);
  });

  it('needs no custom types', () => {
    // What the client does not know it treats as empty. So must the chain.
    const known = new Set([
      'AuthorizeCall', 'CheckNonZeroSender', 'CheckSpecVersion', 'CheckTxVersion', 'CheckGenesis',
      'CheckMortality', 'CheckNonce', 'CheckWeight', 'ChargeTransactionPayment', 'CheckMetadataHash',
      'WeightReclaim',
    ]);
    for (const extension of api.registry.signedExtensions) {
      assert.ok(known.has(extension), `transaction extension ${extension}`);
    }
  });
});
