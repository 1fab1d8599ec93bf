//! What the worker needs from the chain while it runs, and nothing more.
//!
//! The state machine in [`crate::run`] is written against [`Ledger`], so that its tests run it on a
//! chain in memory.

use std::future::Future;

use athanor::chain::Rules;
use athanor_primitives::{
	H256, JobId, ModelId, WorkerKey,
	claim::SignedClaim,
	eligibility::{Attributes, Ineligible},
	job::{CloseReason, PromptFormat, Sampler},
	price::Price,
	receipt::{Delivery, Refusal, SignedReceipt},
};
use codec::Encode;
use futures::stream::BoxStream;

pub use crate::account::AccountId;

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRef {
	/// Its height.
	pub number: u32,
	/// Its hash.
	pub hash: H256,
}

/// What following the chain brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
	/// The node was lost and is followed again. It may have been started again, and its pool be empty.
	Resumed,
	/// A new best block. It may still be exchanged for another.
	Best(BlockRef),
	/// A new finalised block. It stays.
	Finalised(BlockRef),
}

/// A job in the hands of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
	/// The job.
	pub job: JobId,
	/// Who has to do it.
	pub provider: AccountId,
	/// The model to run.
	pub model: ModelId,
	/// The model's version.
	pub model_version: u32,
	/// Hash of the input bytes.
	pub input_hash: H256,
	/// How the input becomes a prompt.
	pub format: PromptFormat,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Most prompt tokens that a receipt can state.
	pub max_input_tokens: u32,
	/// Most output tokens that a receipt can state.
	pub max_output_tokens: u32,
	/// Units per token, locked.
	pub price: Price,
	/// Seed of the sampler.
	pub seed: [u8; 32],
	/// Block of the assignment.
	pub assigned_at: u32,
	/// The receipt has to be in a block before this one.
	pub deadline: u32,
}

impl Assigned {
	/// Identifies the task by all that its output depends on. After a reorganisation, or on a
	/// development chain that was started afresh, the same job number can stand for another task.
	pub fn digest(&self) -> [u8; 32] {
		// Greedy output does not depend on the seed.
		let seed = (self.sampler != Sampler::Greedy).then_some(self.seed);
		let facts = (
			self.job,
			(self.model, self.model_version),
			(self.input_hash, self.format),
			(self.sampler, seed),
			(self.max_input_tokens, self.max_output_tokens),
		);
		athanor_primitives::blake2_256(&facts.encode())
	}

	/// Whether a receipt can still get into a block after `best`.
	pub fn in_time(&self, best: u32) -> bool {
		best.saturating_add(1) < self.deadline
	}
}

/// An `Open` job that can be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenJob {
	/// The job.
	pub job: JobId,
	/// The model to run.
	pub model: ModelId,
	/// The model's version.
	pub model_version: u32,
	/// Hash of the input bytes.
	pub input_hash: H256,
	/// How the input becomes a prompt.
	pub format: PromptFormat,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Seed of the sampler.
	pub seed: [u8; 32],
	/// Most prompt tokens that a receipt can state.
	pub max_input_tokens: u32,
	/// Most output tokens that a receipt can state.
	pub max_output_tokens: u32,
	/// Most units per token.
	pub ceiling: Price,
	/// Which providers may do it.
	pub rules: Rules,
	/// Providers that failed it.
	pub failed: Vec<AccountId>,
	/// Block in which it is refunded if nobody claims it.
	pub claimable_until: u32,
	/// Blocks that a worker has for it, from the claim on.
	pub work_period: u32,
}

impl OpenJob {
	/// The task that it becomes if this provider gets it in this block at this price.
	pub fn task(&self, provider: AccountId, price: Price, at: u32, deadline: u32) -> Assigned {
		Assigned {
			job: self.job,
			provider,
			model: self.model,
			model_version: self.model_version,
			input_hash: self.input_hash,
			format: self.format,
			sampler: self.sampler,
			max_input_tokens: self.max_input_tokens,
			max_output_tokens: self.max_output_tokens,
			price,
			seed: self.seed,
			assigned_at: at,
			deadline,
		}
	}
}

/// What a provider can be given work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnOffer {
	/// Units per token that it gets now: its own price, or that of the model's class where it is higher.
	pub price: Price,
	/// What it states about its machines.
	pub attributes: Attributes,
	/// Jobs that it can still take.
	pub free: u32,
	/// Why the provider is given no work at all, if it is given none.
	pub obstacle: Option<Ineligible>,
}

/// How a job stands at a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
	/// Neither a live job nor a receipt: not posted yet, closed without one, or forgotten.
	Absent,
	/// Waits for a provider.
	Open,
	/// A provider works on it.
	Assigned(Assigned),
	/// A receipt was accepted.
	Received {
		/// The receipt.
		signed: Box<SignedReceipt>,
		/// Block in which it is paid for; `None` once it is.
		settles_at: Option<u32>,
	},
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
	/// Why.
	pub reason: CloseReason,
	/// Units that the provider got.
	pub earned: u128,
}

/// Why the chain could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
	/// No node answers, or it stopped answering.
	#[error("{0}")]
	Unreachable(String),
	/// The node follows another chain than before.
	#[error(
		"the node follows the chain with genesis hash {found:?}, this worker works for {expected:?}. Point --url to a node of that chain, or restart the worker with another --data-dir"
	)]
	WrongChain {
		/// The genesis hash that was expected.
		expected: H256,
		/// The node's.
		found: H256,
	},
	/// The node answered something that cannot be understood.
	#[error(
		"the node's answer cannot be used: {0}. Check that worker and node are of the same release"
	)]
	Unexpected(String),
}

/// Why a receipt was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
	/// The chain refuses it.
	#[error("refused: {}", .0.reason())]
	Refused(Refusal),
	/// The node's pool does not want it now.
	#[error("the node's transaction pool did not take it: {0}")]
	Pool(String),
	/// The node did not answer.
	#[error(transparent)]
	Ledger(#[from] LedgerError),
}

/// Why a claim was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
	/// The node's pool has another claim for the job, which was there first.
	#[error("another claim for it was first")]
	Outrun,
	/// The chain refuses it, because of the job or the claim.
	#[error("refused: {}", .0.reason())]
	Refused(Refusal),
	/// The chain refuses it, because of the provider.
	#[error("refused: {}", .0.reason())]
	Ineligible(Ineligible),
	/// The node's pool does not want it now.
	#[error("the node's transaction pool did not take it: {0}")]
	Pool(String),
	/// The node did not answer.
	#[error(transparent)]
	Ledger(#[from] LedgerError),
}

/// The chain, as the worker sees it.
pub trait Ledger: Send + Sync + 'static {
	/// Follows the chain, from its current blocks on; connects if need be. The stream ends when the
	/// connection is lost.
	fn follow(
		&self,
	) -> impl Future<Output = Result<BoxStream<'static, Result<Head, LedgerError>>, LedgerError>> + Send;

	/// Jobs in the hands of `provider`.
	fn assigned(
		&self,
		provider: &AccountId,
		at: H256,
	) -> impl Future<Output = Result<Vec<Assigned>, LedgerError>> + Send;

	/// `Open` jobs for this version of a model that can be claimed, as far as they are known: what is
	/// learnt in the background may be missing for some blocks.
	fn claimable(
		&self,
		model: ModelId,
		version: u32,
		at: BlockRef,
	) -> impl Future<Output = Result<Vec<OpenJob>, LedgerError>> + Send;

	/// The offer of `provider` for this version of a model; `None` if it has none.
	fn own_offer(
		&self,
		provider: &AccountId,
		model: ModelId,
		version: u32,
		at: BlockRef,
	) -> impl Future<Output = Result<Option<OwnOffer>, LedgerError>> + Send;

	/// The input of a live job.
	fn input(
		&self,
		job: JobId,
		at: H256,
	) -> impl Future<Output = Result<Option<Vec<u8>>, LedgerError>> + Send;

	/// How a job stands.
	fn standing(
		&self,
		job: JobId,
		at: H256,
	) -> impl Future<Output = Result<Standing, LedgerError>> + Send;

	/// How a job ended; `None` if it has not, or if that is forgotten.
	fn closed(
		&self,
		job: JobId,
		at: H256,
	) -> impl Future<Output = Result<Option<Closed>, LedgerError>> + Send;

	/// The worker keys of `provider`.
	fn worker_keys(
		&self,
		provider: &AccountId,
		at: H256,
	) -> impl Future<Output = Result<Vec<WorkerKey>, LedgerError>> + Send;

	/// Time of a block, in milliseconds since 1970.
	fn time(&self, at: H256) -> impl Future<Output = Result<u64, LedgerError>> + Send;

	/// Hands a receipt to the node's pool. `Ok` if it is there, whether or not it was before.
	fn submit(
		&self,
		signed: &SignedReceipt,
		delivery: &Delivery,
	) -> impl Future<Output = Result<(), SubmitError>> + Send;

	/// Hands a claim to the node's pool. `Ok` if it is there; a block decides who gets the job.
	fn claim(&self, signed: &SignedClaim) -> impl Future<Output = Result<(), ClaimError>> + Send;
}
