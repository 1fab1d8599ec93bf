//! Proof that whoever registers a worker key also holds it.

use primitive_types::H256;

use crate::hash::blake2_256_of;

/// Domain of the proof's signature payload.
pub const WORKER_KEY_DOMAIN: &[u8] = b"athanor/worker-key/v1";

/// The 32 bytes that a worker key signs to join a provider:
/// `blake2_256("athanor/worker-key/v1" ‖ genesis hash ‖ SCALE(provider account))`.
///
/// Without it, anybody could register another provider's key first and keep that provider's
/// receipts from being accepted.
pub fn worker_key_payload(genesis: &H256, provider: &[u8]) -> [u8; 32] {
	blake2_256_of(&[WORKER_KEY_DOMAIN, genesis.as_bytes(), provider])
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn payload_binds_chain_and_provider() {
		let payload = worker_key_payload(&H256([1; 32]), &[2; 32]);
		assert_ne!(payload, worker_key_payload(&H256([2; 32]), &[2; 32]));
		assert_ne!(payload, worker_key_payload(&H256([1; 32]), &[1; 32]));
	}
}
