//! What a requester asks for.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{JobId, ModelId, eligibility::Eligibility, hash::blake2_256_of, price::Price};

/// Where the input is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum JobInput {
	/// The bytes themselves, public, up to 8 KiB.
	Inline(Vec<u8>),
}

impl JobInput {
	/// The input bytes.
	pub fn bytes(&self) -> &[u8] {
		match self {
			Self::Inline(bytes) => bytes,
		}
	}
}

/// How the input bytes become a prompt.
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
pub enum PromptFormat {
	/// UTF-8 text that the model continues.
	Completion,
	/// UTF-8 text of one user message, put into the model's chat template.
	Chat,
	/// A JSON array of `{"role", "content"}` messages, put into the model's chat template.
	Messages,
}

/// How the next token is chosen.
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
pub enum Sampler {
	/// The most probable token, the lowest id on a tie.
	Greedy,
	/// Drawn from the `k` most probable tokens, with a seed that the chain fixes after the job is in
	/// a block.
	TopK {
		/// Temperature in thousandths, 1 to 10,000.
		temperature_milli: u16,
		/// How many tokens take part in the draw, 1 to 1,000.
		k: u16,
	},
}

impl Sampler {
	/// Whether the parameters lie in their ranges.
	pub fn is_valid(&self) -> bool {
		match self {
			Self::Greedy => true,
			Self::TopK {
				temperature_milli,
				k,
			} => (1..=10_000).contains(temperature_milli) && (1..=1_000).contains(k),
		}
	}
}

/// Who may do the job.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Assignment<AccountId> {
	/// The chain draws among the offers at or under the price ceiling.
	Auto,
	/// This provider and no other.
	Direct(AccountId),
	/// The first eligible provider to claim it.
	Open,
}

/// A job as it is posted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct JobRequest<AccountId, BlockNumber> {
	/// The model to run.
	pub model: ModelId,
	/// The version of it; the newest if `None`.
	pub version: Option<u32>,
	/// What to run it on.
	pub input: JobInput,
	/// How the input becomes a prompt.
	pub format: PromptFormat,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Most tokens to generate, 1 to the model's context length.
	pub max_output_tokens: u32,
	/// The most to pay per token. The escrow is what the job costs at these prices and limits; what
	/// is not spent returns.
	pub ceiling: Price,
	/// Who may do it.
	pub assignment: Assignment<AccountId>,
	/// What a provider must be besides.
	pub eligibility: Eligibility<AccountId>,
	/// Blocks after which an unfinished job is refunded.
	pub time_limit: BlockNumber,
}

/// Why a job closed.
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
	serde(rename_all = "snake_case")
)]
pub enum CloseReason {
	/// A receipt was accepted and paid for.
	Paid,
	/// The worker stated that the model cannot run this input; refunded in full.
	Rejected,
	/// The requester took it back before it was assigned; refunded in full.
	Cancelled,
	/// Nobody took it in time; refunded in full.
	ExpiredUnassigned,
	/// The worker missed its deadline and no time or provider was left; refunded in full.
	WorkerTimedOut,
	/// The worker signed two receipts for it, and no time or provider was left; refunded in full.
	WorkerEquivocated,
}

/// The sampler's seed for a job: `blake2_256("athanor/seed/v1" ‖ randomness ‖ SCALE(job))`, fixed
/// once, before anybody can be given the job, from randomness that comes after the post, so that neither
/// requester nor worker can choose it. What block authors can do is in SECURITY.md.
pub fn sampler_seed(randomness: &[u8], job: JobId) -> [u8; 32] {
	blake2_256_of(&[b"athanor/seed/v1", randomness, &job.encode()])
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn sampler_ranges() {
		assert!(Sampler::Greedy.is_valid());
		assert!(
			Sampler::TopK {
				temperature_milli: 800,
				k: 40
			}
			.is_valid()
		);
		assert!(
			!Sampler::TopK {
				temperature_milli: 0,
				k: 40
			}
			.is_valid()
		);
		assert!(
			!Sampler::TopK {
				temperature_milli: 10_001,
				k: 40
			}
			.is_valid()
		);
		assert!(
			!Sampler::TopK {
				temperature_milli: 800,
				k: 0
			}
			.is_valid()
		);
		assert!(
			!Sampler::TopK {
				temperature_milli: 800,
				k: 1_001
			}
			.is_valid()
		);
	}

	#[test]
	fn seeds_differ_by_job_and_randomness() {
		assert_ne!(sampler_seed(&[1; 32], 1), sampler_seed(&[1; 32], 2));
		assert_ne!(sampler_seed(&[1; 32], 1), sampler_seed(&[2; 32], 1));
	}
}
