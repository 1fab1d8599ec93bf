//! What the chain stores, as this client shows it.
//!
//! Amounts are in units, periods and points in time are block numbers, shares are parts per
//! million. In JSON, amounts are decimal strings and keys are hexadecimal.

use athanor_primitives::{
	H256, WorkerKey,
	eligibility::{Attributes, Needs, Region},
	job::{Assignment, CloseReason, PromptFormat, Sampler},
	pool::mul_div_up,
	price::Price,
	receipt::{Finish, SignedReceipt},
	split::{MILLION, Payment},
};
use serde::Serialize;
use subxt::{dynamic::Value, ext::scale_value::ValueDef, utils::AccountId32};

use crate::chain::{
	json::{
		assignment_json, attributes_json, hexadecimal, optional_hexadecimal, payment_json,
		price_json, regions_json, signed_json, text, units,
	},
	wire::{records, twin_variants},
};

/// An account: the public sr25519 key, shown as an SS58 address with prefix 42.
pub type AccountId = AccountId32;

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct BlockId {
	/// Height.
	pub number: u32,
	/// Hash of the header.
	pub hash: H256,
}

records! {
	/// Part of a stake on its way back.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct UnbondingChunk {
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
		/// Block from which it can be withdrawn.
		pub unlocks_at: u32,
	}

	/// What a slash takes of a provider that can still be cancelled; or, if there are many, what several take.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Frozen {
		/// The slash, or the first of them.
		pub id: u64,
		/// Of several, the newest; else the same.
		pub last: u64,
		/// How many they are.
		pub count: u32,
		/// Block of the first fault.
		pub raised_at: u32,
		/// Units of the provider's own stake.
		#[serde(with = "units")]
		pub own: u128,
		/// Share of what is delegated to the provider, in parts per million; those of several added up.
		pub share: u64,
	}

	/// A provider.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Provider {
		/// Units staked.
		#[serde(with = "units")]
		pub bonded: u128,
		/// Units of it that cover jobs in hand.
		#[serde(with = "units")]
		pub committed: u128,
		/// Units on their way back; still held, and slashable.
		pub unbonding: Vec<UnbondingChunk>,
		/// How many worker keys may sign for it.
		pub keys: u32,
		/// How many were removed and still count.
		pub retired_keys: u32,
		/// Block of registration.
		pub registered_at: u32,
		/// Units lost for faults, ever.
		#[serde(with = "units")]
		pub slashed: u128,
		/// First block in which it is given work again after a missed deadline; 0 if it missed none.
		pub paused_until: u32,
		/// Whether it takes no new work, because it said so.
		pub chilled: bool,
		/// Slashes that can still be cancelled, the oldest first.
		pub pending: Vec<Frozen>,
	}

	/// Whose a worker key is.
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerRecord {
		/// Who answers for what it signs and signed.
		pub provider: AccountId,
		/// Block in which it was removed; `None` while it may sign.
		pub retired_at: Option<u32>,
	}

	/// What a provider asks for a version of a model.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Offer {
		/// Units per token.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// What it states about its machines.
		#[serde(serialize_with = "attributes_json")]
		pub attributes: Attributes,
		/// Jobs that it takes at the same time.
		pub slots: u32,
		/// Jobs that it has now.
		pub busy: u32,
	}

	/// An assigned job's terms.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Work {
		/// Who does the job.
		pub provider: AccountId,
		/// Units per token, fixed when it was assigned.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// Version of the governed prices that held.
		pub price_version: u32,
		/// Units of the provider's stake that answer for it.
		#[serde(with = "units")]
		pub cover: u128,
		/// Block of assignment.
		pub assigned_at: u32,
	}

	/// Which providers may do a job.
	#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
	pub struct Rules {
		/// Only these, if any is named.
		pub allow: Vec<AccountId>,
		/// Not these.
		pub exclude: Vec<AccountId>,
		/// Only machines in one of these countries, if any is named.
		#[serde(serialize_with = "regions_json")]
		pub regions: Vec<Region>,
		/// Only those that keep inputs and outputs no longer than so many hours.
		pub max_retention_hours: Option<u32>,
		/// Only GPUs with at least so many GiB of memory.
		pub min_gpu_memory_gib: Option<u16>,
	}

	/// A job that has not closed.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Job {
		/// Who posted and pays.
		pub requester: AccountId,
		/// The model.
		pub model: u32,
		/// Version of the model.
		pub model_version: u32,
		/// Who gets the royalty.
		pub author: AccountId,
		/// Royalty in parts per million.
		pub royalty: u32,
		/// Hash of the input bytes.
		pub input_hash: H256,
		/// Bytes of input.
		pub input_len: u32,
		/// How the input becomes a prompt.
		pub format: PromptFormat,
		/// How tokens are chosen.
		pub sampler: Sampler,
		/// Most prompt tokens that can be charged.
		pub max_input_tokens: u32,
		/// Most tokens to generate.
		pub max_output_tokens: u32,
		/// Most units per token.
		#[serde(serialize_with = "price_json")]
		pub ceiling: Price,
		/// Units held from the requester.
		#[serde(with = "units")]
		pub escrow: u128,
		/// How it finds its provider.
		#[serde(serialize_with = "assignment_json")]
		pub assignment: Assignment<AccountId>,
		/// Which providers may do it.
		pub rules: Rules,
		/// Seed of the sampler; `None` until the job has had its first turn.
		#[serde(with = "optional_hexadecimal")]
		pub seed: Option<[u8; 32]>,
		/// Block of posting.
		pub posted_at: u32,
		/// Block at which it is refunded if nothing happens.
		pub expires_at: u32,
		/// Blocks that a worker has for it.
		pub work_period: u32,
		/// Blocks from its receipt to its payment.
		pub settle_period: u32,
		/// Providers that failed it.
		pub failed: Vec<AccountId>,
		/// Where it stands.
		pub state: JobState,
	}

	/// A receipt as the chain keeps it, with the output it delivered.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct StoredReceipt {
		/// The signed receipt.
		#[serde(serialize_with = "signed_json")]
		pub signed: SignedReceipt,
		/// Generated token ids; empty when none were delivered.
		pub tokens: Vec<u32>,
		/// The same as text.
		#[serde(serialize_with = "text")]
		pub text: Vec<u8>,
		/// The worker key's signature over the text.
		#[serde(with = "hexadecimal")]
		pub text_signature: [u8; 64],
	}

	/// How a job ended.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Outcome {
		/// Who posted and paid.
		pub requester: AccountId,
		/// The model.
		pub model: u32,
		/// Version of the model.
		pub model_version: u32,
		/// Why it closed.
		pub reason: CloseReason,
		/// Who did it, if anybody.
		pub provider: Option<AccountId>,
		/// Providers that failed it.
		pub failed: Vec<AccountId>,
		/// Units that were held.
		#[serde(with = "units")]
		pub escrow: u128,
		/// Units that were paid.
		#[serde(with = "units")]
		pub spent: u128,
		/// Units that went back to the requester.
		#[serde(with = "units")]
		pub refund: u128,
		/// Who got what of what was paid.
		#[serde(serialize_with = "payment_json")]
		pub payment: Payment,
		/// Block of posting.
		pub posted_at: u32,
		/// Block of assignment, if it was assigned.
		pub assigned_at: Option<u32>,
		/// Block of the receipt, if there was one.
		pub submitted_at: Option<u32>,
		/// Block of closing.
		pub closed_at: u32,
		/// Block from which the chain may forget this, the input and the output.
		pub retained_until: u32,
	}

	/// Everything that jobs have ever paid, in units.
	#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
	pub struct Totals {
		/// Paid by requesters: the sum of the following five.
		#[serde(with = "units")]
		pub paid: u128,
		/// To providers.
		#[serde(with = "units")]
		pub provider: u128,
		/// To delegators.
		#[serde(with = "units")]
		pub delegators: u128,
		/// To authors.
		#[serde(with = "units")]
		pub author: u128,
		/// To the treasury.
		#[serde(with = "units")]
		pub treasury: u128,
		/// Destroyed.
		#[serde(with = "units")]
		pub burned: u128,
		/// Number of paid jobs.
		pub jobs: u64,
	}
}

/// Where a job stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
	/// Waits for a provider.
	Open {
		/// Block at which it gives up.
		deadline: u32,
	},
	/// A provider works on it.
	Assigned {
		/// The terms.
		work: Work,
		/// Block at which the provider has failed.
		deadline: u32,
	},
	/// Its receipt is in and will be paid.
	Submitted {
		/// The terms.
		work: Work,
		/// The worker key that signed the receipt.
		#[serde(with = "hexadecimal")]
		worker: WorkerKey,
		/// Prompt tokens.
		tokens_in: u32,
		/// Generated tokens.
		tokens_out: u32,
		/// Why generation ended, as [`Finish::code`].
		finish: u8,
		/// Block of the receipt.
		submitted_at: u32,
		/// Block at which it is paid.
		deadline: u32,
	},
}

twin_variants! {
	JobState {
		Open { deadline: u32 },
		Assigned { work: Work, deadline: u32 },
		Submitted {
			work: Work,
			worker: WorkerKey,
			tokens_in: u32,
			tokens_out: u32,
			finish: u8,
			submitted_at: u32,
			deadline: u32,
		},
	}
}

impl Provider {
	/// Units staked or on their way back: what a slash is a share of.
	pub fn at_stake(&self) -> u128 {
		self.unbonding
			.iter()
			.fold(self.bonded, |sum, chunk| sum.saturating_add(chunk.amount))
	}

	/// Units of own stake that pending slashes may take. They cover no jobs, and cannot leave.
	pub fn frozen(&self) -> u128 {
		self.pending
			.iter()
			.fold(0, |sum, slash| sum.saturating_add(slash.own))
	}

	/// Units staked that no pending slash may take.
	pub fn free_bonded(&self) -> u128 {
		self.bonded.saturating_sub(self.frozen())
	}

	/// Units that can cover jobs: own stake and what counts of that which is delegated to it, less what
	/// pending slashes may take of both.
	pub fn capacity(&self, delegated: u128) -> u128 {
		let delegated = self.pending.iter().fold(delegated, |rest, slash| {
			// As the chain: something is left always, and it rounds in favour of the slash.
			let share = slash.share.min(u64::from(MILLION - 1));
			let taken = mul_div_up(rest, share.into(), MILLION.into()).unwrap_or(rest);
			rest.saturating_sub(taken)
		});
		self.free_bonded().saturating_add(delegated)
	}
}

impl Rules {
	/// What the machines have to be.
	pub fn needs(&self) -> Needs<'_> {
		Needs {
			regions: &self.regions,
			max_retention_hours: self.max_retention_hours,
			min_gpu_memory_gib: self.min_gpu_memory_gib,
		}
	}
}

impl Offer {
	/// Jobs that it can still take.
	pub fn free(&self) -> u32 {
		self.slots.saturating_sub(self.busy)
	}
}

impl Job {
	/// Whether a provider can claim it now: it is for whoever comes first, and has had its first turn.
	pub fn is_claimable(&self) -> bool {
		matches!(self.state, JobState::Open { .. })
			&& self.assignment == Assignment::Open
			&& self.seed.is_some()
	}

	/// The terms under which a provider has it, if one has.
	pub fn work(&self) -> Option<&Work> {
		match &self.state {
			JobState::Open { .. } => None,
			JobState::Assigned { work, .. } | JobState::Submitted { work, .. } => Some(work),
		}
	}
}

impl StoredReceipt {
	/// Why generation ended; `None` for a code that this client does not know.
	pub fn finish(&self) -> Option<Finish> {
		Finish::from_code(self.signed.receipt.finish)
	}

	/// The output as text.
	pub fn output(&self) -> String {
		String::from_utf8_lossy(&self.text).into_owned()
	}
}

/// Something that holds a part of a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
	/// Who holds it for what, such as `Jobs.Escrow`.
	pub reason: String,
	/// Units.
	#[serde(with = "units")]
	pub amount: u128,
}

/// What an account has, in units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
	/// Not held.
	#[serde(with = "units")]
	pub free: u128,
	/// Held: stake, escrows, deposits.
	#[serde(with = "units")]
	pub held: u128,
	/// Free and held together.
	#[serde(with = "units")]
	pub total: u128,
	/// What holds the held part.
	pub holds: Vec<Hold>,
	/// Number of transactions that the account has sent.
	pub nonce: u32,
}

records! {
	/// `System.Account`, as far as it is of interest.
	pub struct AccountInfo {
		/// Transactions sent.
		pub nonce: u32,
		/// The balances.
		pub data: AccountData,
	}

	/// The balances of `System.Account`.
	pub struct AccountData {
		/// Not held.
		pub free: u128,
		/// Held.
		pub reserved: u128,
	}

	/// An entry of `Balances.Holds`.
	pub struct RawHold {
		/// The runtime's hold reason: an enum of pallets, each with an enum of its reasons.
		pub id: Value,
		/// Units.
		pub amount: u128,
	}
}

impl From<RawHold> for Hold {
	fn from(raw: RawHold) -> Self {
		let mut reason = String::new();
		let mut value = Some(&raw.id);
		while let Some(ValueDef::Variant(variant)) = value.map(|value| &value.value) {
			if !reason.is_empty() {
				reason.push('.');
			}
			reason.push_str(&variant.name);
			value = variant.values.values().next();
		}
		Self {
			reason,
			amount: raw.amount,
		}
	}
}
