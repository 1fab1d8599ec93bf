//! What is stored about a job.

use athanor_primitives::{
	ModelId, WorkerKey,
	job::{Assignment, CloseReason, PromptFormat, Sampler},
	price::Price,
	receipt::SignedReceipt,
	split::Payment,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound, traits::ConstU32,
	traits::Get,
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_core::H256;

use crate::Config;

/// How many providers may fail a job before it is refunded.
pub type MaxAttempts = ConstU32<4>;

/// The input of a job of a runtime.
pub type InputOf<T> = BoundedVec<u8, <T as Config>::MaxInlineInput>;

/// A [`Job`] of a runtime.
pub type JobOf<T> = Job<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// An [`Outcome`] of a runtime.
pub type OutcomeOf<T> = Outcome<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// The stored receipt of a runtime.
pub type StoredReceiptOf<T> = StoredReceipt<<T as Config>::MaxOutputTokens, <T as Config>::MaxText>;

/// A line in which open jobs wait for a match.
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
pub enum Lane {
	/// Jobs that have not been tried since they became open.
	First,
	/// Jobs for which nobody was found. They are tried with what the first lane leaves of the hook's
	/// weight, so that jobs that cannot be matched do not delay others.
	Again,
}

/// Where a lane begins and ends. Positions are counted up and never used twice.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct LaneEnds {
	/// Position of the job at the front.
	pub head: u64,
	/// Position that the next job will get.
	pub tail: u64,
}

/// A live job.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Job<AccountId, BlockNumber> {
	/// Who posted it and whose account holds the escrow.
	pub requester: AccountId,
	/// The model to run.
	pub model: ModelId,
	/// The model's version when the job was posted.
	pub model_version: u32,
	/// Who gets the royalty.
	pub author: AccountId,
	/// Royalty in parts per million.
	pub royalty: u32,
	/// `blake2_256` of the input bytes.
	pub input_hash: H256,
	/// Length of the input in bytes.
	pub input_len: u32,
	/// How the input becomes a prompt.
	pub format: PromptFormat,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Most prompt tokens that a receipt can state.
	pub max_input_tokens: u32,
	/// Most output tokens that a receipt can state.
	pub max_output_tokens: u32,
	/// The most to pay per token.
	pub ceiling: Price,
	/// Units on hold.
	pub escrow: u128,
	/// Who may do it.
	pub assignment: Assignment<AccountId>,
	/// Block of the post.
	pub posted_at: BlockNumber,
	/// Block by which a worker must be done.
	pub expires_at: BlockNumber,
	/// Providers that missed their deadline on it.
	pub failed: BoundedVec<AccountId, MaxAttempts>,
	/// Where it stands.
	pub state: JobState<AccountId, BlockNumber>,
}

/// Where a live job stands. Each state carries what is legal in it, and ends at its `deadline`.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum JobState<AccountId, BlockNumber> {
	/// Waits for a provider. Moved on by the hook (match or refund) and by `cancel`.
	Open {
		/// Block in which it is refunded, because no worker would have time any more.
		deadline: BlockNumber,
	},
	/// A provider works on it. Moved on by `submit_receipt`, and by the hook at the deadline.
	Assigned {
		/// Who, and at what price.
		work: Work<AccountId, BlockNumber>,
		/// The receipt has to be in a block before this one.
		deadline: BlockNumber,
	},
	/// A receipt was accepted. Moved on by the hook, which pays.
	Submitted {
		/// Who, and at what price.
		work: Work<AccountId, BlockNumber>,
		/// The key that signed the receipt.
		worker: WorkerKey,
		/// Tokens of the prompt.
		tokens_in: u32,
		/// Tokens generated.
		tokens_out: u32,
		/// Why generation ended: 0 stop, 1 length, 2 rejected.
		finish: u8,
		/// Block of the receipt.
		submitted_at: BlockNumber,
		/// Block in which it is paid for.
		deadline: BlockNumber,
	},
}

impl<AccountId, BlockNumber: Copy> JobState<AccountId, BlockNumber> {
	/// The block in which this state ends by itself.
	pub fn deadline(&self) -> BlockNumber {
		match self {
			Self::Open { deadline }
			| Self::Assigned { deadline, .. }
			| Self::Submitted { deadline, .. } => *deadline,
		}
	}

	/// Moves the end of this state.
	pub(crate) fn set_deadline(&mut self, to: BlockNumber) {
		match self {
			Self::Open { deadline }
			| Self::Assigned { deadline, .. }
			| Self::Submitted { deadline, .. } => *deadline = to,
		}
	}

	/// Who works or worked on it.
	pub fn work(&self) -> Option<&Work<AccountId, BlockNumber>> {
		match self {
			Self::Open { .. } => None,
			Self::Assigned { work, .. } | Self::Submitted { work, .. } => Some(work),
		}
	}
}

/// A job in a provider's hands.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Work<AccountId, BlockNumber> {
	/// Who has to do it.
	pub provider: AccountId,
	/// Units per token, locked.
	pub price: Price,
	/// Version of the governed prices that held when it was locked.
	pub price_version: u32,
	/// Seed of the sampler, fixed by the chain.
	pub seed: [u8; 32],
	/// Block of the assignment.
	pub assigned_at: BlockNumber,
}

/// A receipt as accepted, with the output that came with it.
#[derive(
	CloneNoBound,
	DebugNoBound,
	PartialEqNoBound,
	EqNoBound,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(skip_type_params(MaxTokens, MaxText))]
pub struct StoredReceipt<MaxTokens: Get<u32>, MaxText: Get<u32>> {
	/// The statement, its chain, key and signature.
	pub signed: SignedReceipt,
	/// Generated token ids.
	pub tokens: BoundedVec<u32, MaxTokens>,
	/// The same as UTF-8 text.
	pub text: BoundedVec<u8, MaxText>,
	/// The worker key's signature over the text.
	pub text_signature: [u8; 64],
}

/// How a job ended.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Outcome<AccountId, BlockNumber> {
	/// Who posted it.
	pub requester: AccountId,
	/// The model.
	pub model: ModelId,
	/// The model's version when the job was posted.
	pub model_version: u32,
	/// Why it closed.
	pub reason: CloseReason,
	/// Who did it, or held it last.
	pub provider: Option<AccountId>,
	/// Units that were on hold.
	pub escrow: u128,
	/// Units paid.
	pub spent: u128,
	/// Units released to the requester.
	pub refund: u128,
	/// Who got what was paid.
	pub payment: Payment,
	/// Block of the post.
	pub posted_at: BlockNumber,
	/// Block of the last assignment.
	pub assigned_at: Option<BlockNumber>,
	/// Block of the receipt.
	pub submitted_at: Option<BlockNumber>,
	/// Block in which it closed, and in which its events are.
	pub closed_at: BlockNumber,
}
