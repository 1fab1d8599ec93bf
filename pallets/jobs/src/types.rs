//! What is stored about a job.

use athanor_primitives::{
	JobId, ModelId, WorkerKey,
	eligibility::{Ineligible, MAX_LISTED, MAX_REGIONS, Needs, Region},
	job::{Assignment, CloseReason, PromptFormat, Sampler},
	ports::{Demand, TokenLimits},
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

/// How many providers may fail a job before it is refunded. Part of the storage layout: it may grow, but
/// not shrink.
pub const MAX_ATTEMPTS: u32 = 4;

/// Providers that have failed a job.
pub type Failed<AccountId> = BoundedVec<AccountId, ConstU32<MAX_ATTEMPTS>>;

/// Accounts on a list of a job.
pub type Listed<AccountId> = BoundedVec<AccountId, ConstU32<MAX_LISTED>>;

/// The input of a job of a runtime.
pub type InputOf<T> = BoundedVec<u8, <T as Config>::MaxInlineInput>;

/// A [`Job`] of a runtime.
pub type JobOf<T> = Job<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// An [`Outcome`] of a runtime.
pub type OutcomeOf<T> = Outcome<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// The stored receipt of a runtime.
pub type StoredReceiptOf<T> = StoredReceipt<<T as Config>::MaxOutputTokens, <T as Config>::MaxText>;

/// A line in which open jobs wait for another turn. Their first is in the order of their ids: see
/// `NextTurn`.
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
	/// Jobs that lost their provider, and have not been tried since.
	Returned,
	/// Jobs for which nobody was found. A small share of the hook's weight is sure for them, so that jobs
	/// that cannot be matched delay others by little.
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

/// Which providers may do a job, as it is stored.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Rules<AccountId> {
	/// Only these providers, if any is named.
	pub allow: Listed<AccountId>,
	/// Not these providers.
	pub exclude: Listed<AccountId>,
	/// Only machines in one of these countries, if any is named.
	pub regions: BoundedVec<Region, ConstU32<MAX_REGIONS>>,
	/// Only providers that keep inputs and outputs no longer than so many hours.
	pub max_retention_hours: Option<u32>,
	/// Only GPUs with at least so many GiB of memory.
	pub min_gpu_memory_gib: Option<u16>,
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
	/// How it finds its provider.
	pub assignment: Assignment<AccountId>,
	/// Which providers may do it.
	pub rules: Rules<AccountId>,
	/// Seed of the sampler: drawn once, at the job's first turn after `MatchDelay`.
	pub seed: Option<[u8; 32]>,
	/// Block of the post.
	pub posted_at: BlockNumber,
	/// Block by which a worker must be done.
	pub expires_at: BlockNumber,
	/// Blocks that a worker has for it, as when it was posted.
	pub work_period: BlockNumber,
	/// Blocks from its receipt to its payment, as when it was posted.
	pub settle_period: BlockNumber,
	/// Providers that failed it.
	pub failed: Failed<AccountId>,
	/// Where it stands.
	pub state: JobState<AccountId, BlockNumber>,
}

impl<AccountId: PartialEq, BlockNumber> Job<AccountId, BlockNumber> {
	/// What it asks of a provider, if `cover` units of stake have to answer for it.
	pub fn demand(&self, cover: u128) -> Demand<'_, AccountId> {
		let allow = match &self.assignment {
			Assignment::Direct(provider) => core::slice::from_ref(provider),
			Assignment::Auto | Assignment::Open => self.rules.allow.as_slice(),
		};
		Demand {
			model: self.model,
			version: self.model_version,
			ceiling: self.ceiling,
			limits: TokenLimits {
				input: self.max_input_tokens,
				output: self.max_output_tokens,
			},
			allow,
			exclude: &self.rules.exclude,
			failed: &self.failed,
			needs: Needs {
				regions: &self.rules.regions,
				max_retention_hours: self.rules.max_retention_hours,
				min_gpu_memory_gib: self.rules.min_gpu_memory_gib,
			},
			cover,
		}
	}

	/// Whether `provider` holds it, or failed it.
	pub fn involves(&self, provider: &AccountId) -> bool
	where
		BlockNumber: Copy,
	{
		let holds = self
			.state
			.work()
			.is_some_and(|work| work.provider == *provider);
		holds || self.failed.contains(provider)
	}
}

/// Where a live job stands. Each state carries what is legal in it, and ends at its `deadline`.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum JobState<AccountId, BlockNumber> {
	/// Waits for a provider. Moved on by the hook (match or refund), by `claim` if its assignment is
	/// `Open`, and by `cancel`.
	Open {
		/// Block in which it is refunded, because no worker would have time any more.
		deadline: BlockNumber,
	},
	/// A provider works on it. Moved on by `submit_receipt`, by the hook at the deadline, and by a proof
	/// of equivocation.
	Assigned {
		/// Who, and at what price.
		work: Work<AccountId, BlockNumber>,
		/// The receipt has to be in a block before this one.
		deadline: BlockNumber,
	},
	/// A receipt was accepted. Moved on by the hook, which pays, and by a proof of equivocation.
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
	/// Units of the provider's stake that answer for it.
	pub cover: u128,
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
	/// Providers that failed it.
	pub failed: Failed<AccountId>,
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
	/// Block from which this, the input and the output may be removed.
	pub retained_until: BlockNumber,
}

impl<AccountId: PartialEq, BlockNumber> Outcome<AccountId, BlockNumber> {
	/// Whether `provider` did it, or failed it.
	pub fn involves(&self, provider: &AccountId) -> bool {
		self.provider.as_ref() == Some(provider) || self.failed.contains(provider)
	}
}

/// What a job would cost and who could do it now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Quote<BlockNumber> {
	/// The version of the model that would be run.
	pub model_version: u32,
	/// Units that would be put on hold: the ceiling for the most tokens that the job can have.
	pub escrow: u128,
	/// Whether the account could put them on hold now.
	pub affordable: bool,
	/// Most prompt tokens that the input can be worth.
	pub max_input_tokens: u32,
	/// The shortest time limit in blocks that a job of this size can have.
	pub shortest_time_limit: BlockNumber,
	/// Offers that were looked at, at most [`QUOTED_OFFERS`](crate::explain::QUOTED_OFFERS).
	pub looked_at: u32,
	/// How many of them could be given the job now.
	pub eligible: u32,
	/// The least that an eligible one would get for the most tokens, in units.
	pub cheapest: Option<u128>,
	/// The median of what the eligible ones would get, in units.
	pub median: Option<u128>,
}

/// A provider that a job could have, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Candidate<AccountId> {
	/// The provider.
	pub provider: AccountId,
	/// The price per token at which it could be given the job, or the first condition that it fails.
	pub verdict: Result<Price, Ineligible>,
}

/// What a live job waits for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum WaitsFor<AccountId, BlockNumber> {
	/// The block of its first turn, when the sampler's seed is drawn.
	FirstTurn {
		/// The first block in which that can be.
		from: BlockNumber,
	},
	/// The chain to find a provider for it.
	Match {
		/// Block in which it is refunded otherwise.
		until: BlockNumber,
	},
	/// A provider to claim it.
	Claim {
		/// Block in which it is refunded otherwise.
		until: BlockNumber,
	},
	/// Its provider's receipt.
	Receipt {
		/// Who has it.
		provider: AccountId,
		/// Block in which the provider is slashed otherwise.
		until: BlockNumber,
	},
	/// Its payment, which needs no call.
	Payment {
		/// Block of the payment.
		at: BlockNumber,
	},
}

/// Why a live job stands where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Match<AccountId, BlockNumber> {
	/// The job.
	pub job: JobId,
	/// What it waits for.
	pub waits_for: WaitsFor<AccountId, BlockNumber>,
	/// The candidates that were asked for.
	pub candidates: alloc::vec::Vec<Candidate<AccountId>>,
}
