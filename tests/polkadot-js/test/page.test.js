// `docs/polkadot-js.md` against the chain: its names, its tables and its programs.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';

import * as util from '@polkadot/util';

import { PALLETS, connect, variants } from '../src/chain.js';

const page = readFileSync(new URL('../../../docs/polkadot-js.md', import.meta.url), 'utf8');
const api = await connect();

/** Calls as the page writes them: `staking`, `register(stake)`. */
const CALL = /`(\w+)`,\s+`(\w+)\(([^`]*)\)`/g;

const TABLE_OF_FIELDS = /\| field \| value \| meaning \|\n\|[-|]+\n((?:\|.*\n)+)/g;

const cells = (row) => row.split('|').map((cell) => cell.trim()).slice(1, -1);
const unquoted = (cell) => cell.replaceAll('`', '');
const sorted = (values) => [...values].sort();
const callNamed = (section, method) => api.tx[section]?.[method];

describe('the page', () => {
  after(() => api.disconnect());

  it('names only what the chain has', () => {
    let names = 0;
    for (const [quoted, section, name] of page.matchAll(/`([a-z]\w*)\.(\w+)[^`]*`/g)) {
      const places = [api.tx, api.query, api.consts, api.events, api.errors];
      if (!places.some((place) => place[section])) continue;
      assert.ok(places.some((place) => place[section]?.[name]), quoted);
      names += 1;
    }
    assert.ok(names > 80, `only ${names} names were found`);
  });

  it('gives calls the arguments that they have', () => {
    const calls = [...page.matchAll(CALL)];
    assert.ok(calls.length > 10, `only ${calls.length} calls were found`);
    for (const [quoted, section, method, given] of calls) {
      const call = callNamed(section, method);
      assert.ok(call, quoted);
      const args = call.meta.args.map((arg) => arg.name.toString());
      assert.equal(given, args.join(', '), quoted);
    }
  });

  it('names every field of a call that it explains', () => {
    const tables = [...page.matchAll(TABLE_OF_FIELDS)];
    assert.ok(tables.length >= 5, `only ${tables.length} tables were found`);
    for (const { index, 1: rows } of tables) {
      const [, section, method] = [...page.slice(0, index).matchAll(CALL)].at(-1);
      const named = rows.trim().split('\n').map((row) => unquoted(cells(row)[0]));
      const there = fieldsOf(callNamed(section, method), named);
      assert.deepEqual(sorted(named), sorted(there), `${section}.${method}`);
    }
  });

  it('has every constant, with its value', () => {
    const table = page.slice(page.indexOf('### Constants'));
    const rows = [...table.matchAll(/^\| `(\w+)\.(\w+)` \| (`[^|]*`) \|.*$/gm)];
    const listed = rows.map(([, section, name]) => `${section}.${name}`);
    const sections = PALLETS.map((name) => name.toLowerCase());
    const there = sections.flatMap((section) =>
      Object.keys(api.consts[section] ?? {}).map((name) => `${section}.${name}`),
    );
    assert.deepEqual(sorted(listed), sorted(there));
    for (const [row, section, name, value] of rows) {
      const human = api.consts[section][name].toHuman();
      const shown = typeof human === 'string' ? [human] : JSON.stringify(human).match(/[\d,]+\d|\d/g);
      for (const part of value.match(/`[^`]+`/g)) assert.ok(shown.includes(unquoted(part)), row);
    }
  });

  it('has every view function, with its arguments', () => {
    const listed = [...page.matchAll(/^\| `([A-Z]\w+\.\w+\([^`]*\))` \|/gm)].map(([, name]) => name);
    const signature = ({ name, inputs }) => `${name}(${inputs.map((input) => input.name).join(', ')})`;
    const there = api.runtimeMetadata.asLatest.pallets.flatMap((pallet) =>
      pallet.viewFunctions.map((one) => `${pallet.name}.${signature(one)}`),
    );
    assert.deepEqual(sorted(listed), sorted(there));
  });

  // The programs speak of job 0.
  const programs = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, program]) => program);

  it('has programs that run', async () => {
    assert.equal(programs.length, 3);
    const Program = (async () => {}).constructor;
    for (const program of programs) {
      const lines = [];
      const console = { log: (line) => lines.push(line) };
      await new Program('api', 'util', 'console', program)(api, util, console);
      assert.ok(lines.length >= 3 && lines.every((line) => line !== undefined), program);
    }
  });
});

/**
 * The fields of a call, to compare with those that the page names: an argument, or, where the page goes
 * into it, its own fields.
 */
function fieldsOf(call, named) {
  const pallet = api.runtimeMetadata.asLatest.pallets.find((one) => one.index.eq(call.callIndex[0]));
  const { fields } = variants(api, pallet.calls).find((one) => one.index.eq(call.callIndex[1]));
  const args = fields.map(({ name, type }) => ({ name: camel(name.unwrap()), type }));
  if (args.length === 1 && !named.includes(args[0].name)) return within(args[0].type);
  return args.flatMap(({ name, type }) => {
    const opened = named.some((one) => one.startsWith(`${name}.`));
    return opened ? within(type).map((field) => `${name}.${field}`) : [name];
  });
}

/** The fields of a struct. */
function within(type) {
  const { fields } = api.registry.lookup.getSiType(type).def.asComposite;
  return fields.map((field) => camel(field.name.unwrap()));
}

function camel(name) {
  return util.stringCamelCase(name.toString());
}
