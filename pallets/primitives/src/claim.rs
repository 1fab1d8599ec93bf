//! The claim: with what a worker takes an `Open` job for its provider.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

use crate::{JobId, Signature, WorkerKey, hash::blake2_256_of};

/// Domain of a claim's signature payload.
pub const CLAIM_DOMAIN: &[u8] = b"athanor/claim/v1";

/// A worker's wish to do a job.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Claim {
	/// The job to take.
	pub job: JobId,
	/// The last block in which the claim counts. Without it, anybody could bring an old claim again
	/// when the job is offered again, and the provider would be slashed for what it no longer
	/// wants.
	pub valid_until: u32,
}

impl Claim {
	/// The 32 bytes that the worker key signs:
	/// `blake2_256("athanor/claim/v1" ‖ genesis hash ‖ SCALE(claim))`.
	pub fn payload(&self, genesis: &H256) -> [u8; 32] {
		blake2_256_of(&[CLAIM_DOMAIN, genesis.as_bytes(), &self.encode()])
	}
}

/// A claim as it is submitted.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedClaim {
	/// The claim.
	pub claim: Claim,
	/// Genesis hash of the chain it was signed for, which is part of the signed payload.
	pub genesis: H256,
	/// The worker key that signed. Its provider gets the job.
	pub worker: WorkerKey,
	/// ed25519 signature of [`Claim::payload`].
	pub signature: Signature,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_payload_binds_chain_job_and_time() {
		let claim = Claim {
			job: 1,
			valid_until: 2,
		};
		let payload = claim.payload(&H256([1; 32]));
		assert_ne!(payload, claim.payload(&H256([2; 32])));
		assert_ne!(payload, Claim { job: 2, ..claim }.payload(&H256([1; 32])));
		let later = Claim {
			valid_until: 3,
			..claim
		};
		assert_ne!(payload, later.payload(&H256([1; 32])));
	}

	#[test]
	fn known_answer() {
		// `python3 -c "from hashlib import blake2b; print(blake2b(b'athanor/claim/v1' + bytes(32)
		// + (7).to_bytes(8, 'little') + (9).to_bytes(4, 'little'), digest_size=32).hexdigest())"`
		let payload = Claim {
			job: 7,
			valid_until: 9,
		}
		.payload(&H256::zero());
		assert_eq!(
			hex::encode(payload),
			"2068e85cfd5ec124e6becd01da89c928351f4d494f89b7deaba92433f99f48a5"
		);
	}
}
