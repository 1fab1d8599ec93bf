// A connection to the chain under test, and what every test asks of it.

import assert from 'node:assert/strict';

import { ApiPromise, WsProvider } from '@polkadot/api';
import { Keyring } from '@polkadot/keyring';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { cryptoWaitReady } from '@polkadot/util-crypto';

/** Our pallets, as the metadata names them. */
export const PALLETS = ['Models', 'Staking', 'Pricing', 'Jobs', 'Rewards', 'Origins'];

/** Those of them that have no constants. */
export const WITHOUT_CONSTANTS = new Set(['Origins']);

/** A wait that takes longer has failed. */
const PATIENCE_MS = 90_000;

/** Connects with a stock client: no types, no options. */
export async function connect() {
  const url = process.env.ATHANOR_WS;
  if (!url) {
    throw new Error(
      'ATHANOR_WS is not set. It names a chain with a model, a provider and a worker, such as ' +
        'ws://127.0.0.1:9944; `cargo test --release --workspace --test polkadot_js` starts one.',
    );
  }
  await cryptoWaitReady();
  return ApiPromise.create({ provider: new WsProvider(url), throwOnConnect: true, noInitWarn: true });
}

/** The key of a development account, such as `Alice`. */
export function dev(name) {
  return new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(`//${name}`);
}

/** The pallets whose types are defined in crates of ours. */
export function ours(api) {
  return api.runtimeMetadata.asLatest.pallets.filter((pallet) =>
    [pallet.calls, pallet.events, pallet.errors].some(
      (part) => part.isSome && crateOf(api, part.unwrap().type)?.startsWith('athanor_'),
    ),
  );
}

function crateOf(api, type) {
  return api.registry.lookup.getSiType(type).path[0]?.toString();
}

/** The variants of an enum in the metadata: calls, events or errors of a pallet. */
export function variants(api, part) {
  return api.registry.lookup.getSiType(part.unwrap().type).def.asVariant.variants;
}

/** A text in the metadata. */
export function text(docs) {
  return docs.map((line) => line.toString().trim()).join(' ').trim();
}

/**
 * Signs and sends, and resolves with block hash and events once it is in a block. Without a nonce, the
 * account's next one.
 */
export function send(extrinsic, signer, nonce = -1) {
  return inTime(
    'the transaction to be in a block',
    new Promise((resolve, reject) => {
      extrinsic
        .signAndSend(signer, { nonce }, ({ status, events, dispatchError, txIndex }) => {
          if (dispatchError) {
            reject(new Error(`rejected: ${explain(extrinsic.registry, dispatchError)}`));
          } else if (status.isInBlock) {
            resolve({ hash: status.asInBlock, events, index: txIndex });
          } else if (status.isInvalid || status.isDropped || status.isUsurped) {
            reject(new Error(`the transaction is ${status.type}`));
          }
        })
        .catch(reject);
    }),
  );
}

/**
 * Signs extrinsics of one account and sends them together, to be executed in this order. Resolves with
 * what `send` does, or the `refusal`, for each of them.
 */
export async function sendAll(api, signer, extrinsics) {
  const next = (await api.rpc.system.accountNextIndex(signer.address)).toNumber();
  const sent = extrinsics.map((extrinsic, index) => send(extrinsic, signer, next + index));
  const settled = await Promise.allSettled(sent);
  return settled.map(({ value, reason }) => value ?? { refusal: reason });
}

/**
 * Sends calls of one account together. Each is given as [extrinsic], which has to succeed, or as
 * [extrinsic, pattern], which has to fail with such an error. Returns the events of all that succeeded,
 * and the last block with its number.
 */
export async function act(api, account, ...steps) {
  const results = await sendAll(api, account, steps.map(([extrinsic]) => extrinsic));
  const events = [];
  let hash;
  steps.forEach(([extrinsic, refusal], index) => {
    const { method: { section, method } } = extrinsic;
    const result = results[index];
    if (refusal) {
      assert.match(result.refusal?.message ?? 'it was accepted', refusal, `${section}.${method}`);
    } else {
      assert.ifError(result.refusal);
      events.push(...result.events);
      hash = result.hash;
    }
  });
  // Where all were refused, nothing has changed that could be looked at.
  if (!hash) return { events };
  const header = await api.rpc.chain.getHeader(hash);
  return { events, at: await api.at(hash), number: header.number.toNumber() };
}

/** What a view function of a pallet answers, such as `bounds_of` of `Pricing`. */
export async function view(api, pallet, name, ...args) {
  const { registry } = api;
  const found = api.runtimeMetadata.asLatest.pallets
    .find((one) => one.name.eq(pallet))
    ?.viewFunctions.find((one) => one.name.eq(name));
  if (!found) throw new Error(`the chain has no view function ${pallet}.${name}`);
  const input = u8aConcat(
    ...found.inputs.map(({ type }, index) =>
      registry.createType(registry.createLookupType(type), args[index]).toU8a(),
    ),
  );
  const answer = await api.call.runtimeViewFunction.executeViewFunction(found.id, u8aToHex(input));
  if (answer.isErr) throw new Error(`${pallet}.${name}: ${answer.asErr}`);
  return registry.createType(registry.createLookupType(found.output), answer.asOk.toU8a(true));
}

/** What a dispatch error is called, and what its text says. */
export function explain(registry, error) {
  if (!error.isModule) return error.toString();
  const { section, name, docs } = registry.findMetaError(error.asModule);
  return `${section}.${name}: ${docs.join(' ')}`;
}

/** Walks the best chain block by block from a height on, until `visit` returns something. */
export async function walk(api, from, what, visit) {
  const until = Date.now() + PATIENCE_MS;
  for (let number = from; ; ) {
    const hash = await api.rpc.chain.getBlockHash(number);
    if (hash.isEmpty) {
      if (Date.now() > until) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    const at = await api.at(hash);
    const found = await visit({ number, hash, at, events: await at.query.system.events() });
    if (found !== undefined) return found;
    number += 1;
  }
}

/** The events of one kind, such as `jobs.JobPosted`, as objects of their named fields. */
export function eventsNamed(events, name) {
  return events
    .map(({ event }) => event)
    .filter((event) => `${event.section}.${event.method}` === name)
    .map((event) => named(event));
}

/** The fields of an event by name. Fails if one has none. */
function named(event) {
  const names = event.data.names;
  if (!names || names.length !== event.data.length) {
    throw new Error(`${event.section}.${event.method} has fields without names`);
  }
  return Object.fromEntries(names.map((name, index) => [name, event.data[index]]));
}

/** A request for a completion by anybody, greedily sampled. */
export function completion(model, input, maxOutputTokens, ceiling) {
  return {
    model,
    version: null,
    input: { Inline: input },
    format: 'Completion',
    sampler: 'Greedy',
    maxOutputTokens,
    ceiling,
    assignment: 'Auto',
    eligibility: {},
    timeLimit: 60,
  };
}

/** Free and held money of an account after a block. */
export async function total(at, account) {
  const { data } = await at.query.system.account(account);
  return data.free.toBigInt() + data.reserved.toBigInt();
}

async function inTime(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    const message = `waited ${PATIENCE_MS / 1000} s in vain for ${what}`;
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
