//! The receipt: what a worker signs about a job it computed (the *result proof*), version 1.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

use crate::{
	JobId, ModelId, Signature, WorkerKey,
	hash::{blake2_256, blake2_256_of},
};

/// Domain of a receipt's signature payload.
pub const RECEIPT_DOMAIN: &[u8] = b"athanor/receipt/v1";

/// Domain of a delivered text's signature payload.
pub const DELIVERY_DOMAIN: &[u8] = b"athanor/delivery/v1";

/// Why generation ended, as the receipt's `finish` byte.
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
#[cfg_attr(
	feature = "serde",
	derive(serde::Serialize, serde::Deserialize),
	serde(rename_all = "lowercase")
)]
pub enum Finish {
	/// 0: the model ended its answer.
	Stop,
	/// 1: the token limit or the end of the context was reached.
	Length,
	/// 2: the input cannot be run on this model (it is longer than the context, or the template
	/// refuses it). Nothing was generated, nothing is paid and nobody is slashed.
	Rejected,
}

impl Finish {
	/// The byte that stands for this value in a [`Receipt`].
	pub fn code(self) -> u8 {
		match self {
			Self::Stop => 0,
			Self::Length => 1,
			Self::Rejected => 2,
		}
	}

	/// The value for a receipt's byte, `None` if it stands for nothing.
	pub fn from_code(code: u8) -> Option<Self> {
		match code {
			0 => Some(Self::Stop),
			1 => Some(Self::Length),
			2 => Some(Self::Rejected),
			_ => None,
		}
	}
}

/// A worker's statement of what it computed for a job.
///
/// SCALE-encodes to 121 bytes. Token ids, not text, are what is stated: text that re-tokenises
/// differently would break honest workers.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Receipt {
	/// The job this is about.
	pub job: JobId,
	/// The model that was run.
	pub model: ModelId,
	/// The version of that model.
	pub model_version: u32,
	/// [`input_hash`] of the job's input bytes.
	pub input_hash: H256,
	/// [`output_hash`] of the generated token ids.
	pub output_hash: H256,
	/// Tokens of the prompt, special tokens and template included.
	pub tokens_in: u32,
	/// Tokens generated, without the end-of-text token.
	pub tokens_out: u32,
	/// [`Finish::code`].
	pub finish: u8,
	/// [`commitment`] to the trace of the computation.
	pub commitment: H256,
}

impl Receipt {
	/// The 32 bytes that the worker key signs:
	/// `blake2_256("athanor/receipt/v1" ‖ genesis hash ‖ SCALE(receipt))`.
	pub fn payload(&self, genesis: &H256) -> [u8; 32] {
		blake2_256_of(&[RECEIPT_DOMAIN, genesis.as_bytes(), &self.encode()])
	}
}

/// A receipt as it is submitted: with the chain it is meant for, the key and its signature.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedReceipt {
	/// The statement.
	pub receipt: Receipt,
	/// Genesis hash of the chain it was signed for. It is part of the signed payload; stated here
	/// so that a receipt for another chain is told apart from a forged one.
	pub genesis: H256,
	/// The worker key that signed.
	pub worker: WorkerKey,
	/// ed25519 signature of [`Receipt::payload`].
	pub signature: Signature,
}

/// The output as it is handed over on chain, for jobs whose input was `Inline`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Delivery {
	/// The generated token ids; their [`output_hash`] is in the receipt.
	pub tokens: Vec<u32>,
	/// The same as UTF-8 text, for clients without the tokenizer.
	pub text: Vec<u8>,
	/// ed25519 signature of [`delivery_payload`] by the receipt's worker key. Without it, whoever
	/// relays a receipt could exchange the text, which the receipt does not cover.
	pub signature: Signature,
}

/// Longest text in bytes that may be delivered for so many output tokens. Receipts are free, so they
/// must not carry more than an answer needs: 128 bytes for each token, which is what the longest tokens
/// of published vocabularies have, and 256 for the reason of a rejection.
pub fn max_text_len(tokens_out: u32) -> usize {
	usize::try_from(tokens_out)
		.unwrap_or(usize::MAX)
		.saturating_mul(128)
		.saturating_add(256)
}

/// The 32 bytes that the worker key signs for a delivered text:
/// `blake2_256("athanor/delivery/v1" ‖ genesis hash ‖ SCALE(job) ‖ blake2_256(text))`.
pub fn delivery_payload(genesis: &H256, job: JobId, text: &[u8]) -> [u8; 32] {
	blake2_256_of(&[
		DELIVERY_DOMAIN,
		genesis.as_bytes(),
		&job.encode(),
		&blake2_256(text),
	])
}

/// `blake2_256(input bytes)`.
pub fn input_hash(input: &[u8]) -> H256 {
	H256(blake2_256(input))
}

/// `blake2_256(SCALE(Vec<u32> token ids))`.
pub fn output_hash(tokens: &[u32]) -> H256 {
	H256(blake2_256(&tokens.encode()))
}

/// `blake2_256(trace root ‖ salt ‖ worker key ‖ SCALE(job))`. The salt keeps the trace secret until
/// the worker opens it; key and job keep others from copying the commitment.
pub fn commitment(trace_root: &[u8; 32], salt: &[u8; 32], worker: &WorkerKey, job: JobId) -> H256 {
	H256(blake2_256_of(&[trace_root, salt, worker, &job.encode()]))
}

/// Why the chain refuses a receipt or a claim before it reaches a block, as the
/// code of `InvalidTransaction::Custom`. Codes from 32 on are those of
/// [`Ineligible`](crate::eligibility::Ineligible).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
	/// 1: signed for another chain. Sign again with this chain's genesis hash.
	WrongChain = 1,
	/// 2: there is no such live job. It may have closed: look at its outcome.
	UnknownJob = 2,
	/// 3: the job waits for no receipt, because it is not assigned.
	NotAssigned = 3,
	/// 4: the job already has its receipt; one job accepts one.
	AlreadySubmitted = 4,
	/// 5: the deadline has passed.
	TooLate = 5,
	/// 6: the key is not a worker key of the provider that the job is assigned to.
	WrongWorker = 6,
	/// 7: model or model version is not the job's.
	WrongModel = 7,
	/// 8: the input hash is not the job's.
	WrongInput = 8,
	/// 9: more tokens in or out than the job allows.
	TooManyTokens = 9,
	/// 10: the finish code stands for nothing, or does not fit the token counts.
	BadFinish = 10,
	/// 11: an inline job must deliver its output.
	MissingOutput = 11,
	/// 12: the delivered tokens do not match the receipt's count or hash.
	WrongOutput = 12,
	/// 13: the delivered text is longer than the chain accepts, or than [`max_text_len`].
	OutputTooLong = 13,
	/// 14: the signature is not the worker key's over this receipt, or this text.
	BadSignature = 14,
	/// 15: the delivered text is not UTF-8.
	OutputNotUtf8 = 15,
	/// 16: a claim for a job that is not waiting for one: it is assigned otherwise, not open, or its
	/// seed is not drawn yet.
	NotClaimable = 16,
	/// 17: the claim's `valid_until` has passed, or lies too far ahead.
	ClaimExpired = 17,
}

impl Refusal {
	/// All refusals, in the order of their codes.
	pub const ALL: [Self; 17] = [
		Self::WrongChain,
		Self::UnknownJob,
		Self::NotAssigned,
		Self::AlreadySubmitted,
		Self::TooLate,
		Self::WrongWorker,
		Self::WrongModel,
		Self::WrongInput,
		Self::TooManyTokens,
		Self::BadFinish,
		Self::MissingOutput,
		Self::WrongOutput,
		Self::OutputTooLong,
		Self::BadSignature,
		Self::OutputNotUtf8,
		Self::NotClaimable,
		Self::ClaimExpired,
	];

	/// The code that a node reports.
	pub fn code(self) -> u8 {
		self as u8
	}

	/// The refusal with this code.
	pub fn from_code(code: u8) -> Option<Self> {
		Self::ALL.into_iter().find(|refusal| refusal.code() == code)
	}

	/// What is wrong, in a sentence for people.
	pub fn reason(self) -> &'static str {
		match self {
			Self::WrongChain => "the receipt was signed for another chain",
			Self::UnknownJob => "there is no such live job; it may have closed",
			Self::NotAssigned => "the job is not assigned, so it waits for no receipt",
			Self::AlreadySubmitted => "the job already has its receipt; one job accepts one",
			Self::TooLate => "the job's deadline has passed",
			Self::WrongWorker => "the key is not a worker key of the assigned provider",
			Self::WrongModel => "model or model version is not the job's",
			Self::WrongInput => "the input hash is not the job's",
			Self::TooManyTokens => "more tokens than the job allows",
			Self::BadFinish => "the finish code is unknown or does not fit the token counts",
			Self::MissingOutput => "an inline job must deliver its output",
			Self::WrongOutput => "the delivered tokens do not match the receipt",
			Self::OutputTooLong => "the delivered text is longer than the chain accepts",
			Self::OutputNotUtf8 => "the delivered text is not UTF-8",
			Self::NotClaimable => "the job waits for no claim",
			Self::ClaimExpired => "the claim is no longer valid, or for too long",
			Self::BadSignature => "the signature does not fit this receipt and worker key",
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use ed25519_dalek::{Signer, SigningKey};
	use proptest::prelude::*;

	fn receipt() -> Receipt {
		Receipt {
			job: 7,
			model: 1,
			model_version: 2,
			input_hash: input_hash(b"Once upon a time"),
			output_hash: output_hash(&[1, 2, 3]),
			tokens_in: 5,
			tokens_out: 3,
			finish: Finish::Stop.code(),
			commitment: commitment(&[1; 32], &[2; 32], &[3; 32], 7),
		}
	}

	#[test]
	fn encodes_to_the_documented_length() {
		assert_eq!(
			receipt().encode().len(),
			8 + 4 + 4 + 32 + 32 + 4 + 4 + 1 + 32
		);
		assert_eq!(Receipt::max_encoded_len(), receipt().encode().len());
	}

	#[test]
	fn payload_is_what_the_design_says() {
		let genesis = H256([9; 32]);
		let mut bytes = b"athanor/receipt/v1".to_vec();
		bytes.extend([9; 32]);
		bytes.extend(receipt().encode());
		assert_eq!(receipt().payload(&genesis), blake2_256(&bytes));
	}

	#[test]
	fn payload_binds_the_chain() {
		assert_ne!(
			receipt().payload(&H256([1; 32])),
			receipt().payload(&H256([2; 32]))
		);
	}

	#[test]
	fn codes_round_trip() {
		for finish in [Finish::Stop, Finish::Length, Finish::Rejected] {
			assert_eq!(Finish::from_code(finish.code()), Some(finish));
		}
		assert_eq!(Finish::from_code(3), None);
		for (at, refusal) in Refusal::ALL.into_iter().enumerate() {
			assert_eq!(usize::from(refusal.code()), at + 1);
			assert_eq!(Refusal::from_code(refusal.code()), Some(refusal));
		}
		assert_eq!(Refusal::from_code(0), None);
	}

	proptest! {
		#[test]
		fn any_flipped_bit_breaks_the_signature(bit in 0usize..(121 * 8)) {
			let key = SigningKey::from_bytes(&[5; 32]);
			let genesis = H256([9; 32]);
			let signature = key.sign(&receipt().payload(&genesis));
			let mut bytes = receipt().encode();
			bytes[bit / 8] ^= 1 << (bit % 8);
			let forged = Receipt::decode(&mut &bytes[..]).unwrap();
			prop_assert!(key.verifying_key().verify_strict(&forged.payload(&genesis), &signature).is_err());
			prop_assert!(key.verifying_key().verify_strict(&receipt().payload(&genesis), &signature).is_ok());
		}
	}
}
