// Receipts, checked by hand: every hash and signature from the bytes that the design page names, none
// of it by the chain's own types.

import { bnToU8a, stringToU8a, u8aConcat } from '@polkadot/util';
import { blake2AsU8a, ed25519Verify } from '@polkadot/util-crypto';

const u8 = (value) => Uint8Array.of(Number(value));
const u32 = (value) => bnToU8a(value, { bitLength: 32, isLe: true });
const u64 = (value) => bnToU8a(value, { bitLength: 64, isLe: true });
const blake2 = (...parts) => blake2AsU8a(u8aConcat(...parts), 256);

/** SCALE of a receipt: 121 bytes. */
export function encodeReceipt(receipt) {
  return u8aConcat(
    u64(receipt.job.toBigInt()),
    u32(receipt.model.toNumber()),
    u32(receipt.modelVersion.toNumber()),
    receipt.inputHash.toU8a(),
    receipt.outputHash.toU8a(),
    u32(receipt.tokensIn.toNumber()),
    u32(receipt.tokensOut.toNumber()),
    u8(receipt.finish.toNumber()),
    receipt.commitment.toU8a(),
  );
}

/** What the worker key signs about a job. */
export function receiptPayload(genesis, receipt) {
  return blake2(stringToU8a('athanor/receipt/v1'), genesis, encodeReceipt(receipt));
}

/** What the worker key signs about the delivered text. */
export function deliveryPayload(genesis, job, text) {
  return blake2(stringToU8a('athanor/delivery/v1'), genesis, u64(job), blake2(text));
}

/** What a worker key signs to join a provider. */
export function workerKeyPayload(genesis, provider) {
  return blake2(stringToU8a('athanor/worker-key/v1'), genesis, provider);
}

/** Hash of the input bytes. */
export function inputHash(input) {
  return blake2(input);
}

/** Hash of SCALE(Vec<u32>) of the token ids. */
export function outputHash(tokens) {
  return blake2(compact(tokens.length), ...tokens.map(u32));
}

/** Whether a worker key has signed these 32 bytes. */
export function isSigned(payload, signature, worker) {
  return ed25519Verify(payload, signature, worker);
}

/** SCALE of a length. */
function compact(value) {
  if (value < 1 << 6) return Uint8Array.of(value << 2);
  if (value < 1 << 14) return bnToU8a((value << 2) | 1, { bitLength: 16, isLe: true });
  return bnToU8a(value * 4 + 2, { bitLength: 32, isLe: true });
}
