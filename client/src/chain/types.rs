//! What the chain stores, as this client shows it.
//!
//! Amounts are in units, periods and points in time are block numbers, shares are parts per
//! million. In JSON, amounts are decimal strings and keys are hexadecimal.

use athanor_primitives::{
	H256, WorkerKey,
	job::{Assignment, CloseReason, PromptFormat, Sampler},
	model::{ModelHashes, NumericClass, PriceClass},
	price::Price,
	receipt::{Finish, SignedReceipt},
	split::Payment,
};
use serde::Serialize;
use subxt::{
	dynamic::Value,
	ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType, scale_value::ValueDef},
	utils::AccountId32,
};

use crate::chain::{
	json::{assignment_json, hexadecimal, payment_json, price_json, signed_json, text, units},
	wire::{ToWire, Wire, records},
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
	/// A registry entry.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Model {
		/// Who registered it and gets the royalty.
		pub owner: AccountId,
		/// Name for people.
		pub name: String,
		/// Content hashes that say which model is meant.
		pub hashes: ModelHashes,
		/// Architecture, such as `llama`.
		pub architecture: String,
		/// Number of parameters; decides the price class.
		pub parameters: u64,
		/// Most tokens that prompt and output can have together.
		pub context_length: u32,
		/// Most tokens that special tokens and the chat template add to an input.
		pub template_overhead: u32,
		/// Licence of the weights.
		pub licence: String,
		/// Where to get it; may be empty.
		pub source: String,
		/// The owner's share of what jobs pay, in parts per million.
		pub royalty: u32,
		/// How results can be compared.
		pub numeric_class: NumericClass,
		/// Which price bounds apply.
		pub price_class: PriceClass,
		/// Version of the content.
		pub version: u32,
		/// Block of registration.
		pub registered_at: u32,
		/// Whether new jobs and offers are accepted.
		pub status: ModelStatus,
	}

	/// Part of a stake on its way back.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct UnbondingChunk {
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
		/// Block from which it can be withdrawn.
		pub unlocks_at: u32,
	}

	/// A provider.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Provider {
		/// Units staked.
		#[serde(with = "units")]
		pub bonded: u128,
		/// Units on their way back; still held, and slashable.
		pub unbonding: Vec<UnbondingChunk>,
		/// How many worker keys it has.
		pub keys: u32,
		/// Block of registration.
		pub registered_at: u32,
		/// Units lost for missed deadlines, ever.
		#[serde(with = "units")]
		pub slashed: u128,
		/// First block in which it is given work again after a missed deadline; 0 if it missed none.
		pub paused_until: u32,
	}

	/// What a provider asks for a model.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Offer {
		/// Units per token.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
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
		/// Seed of the sampler.
		#[serde(with = "hexadecimal")]
		pub seed: [u8; 32],
		/// Block of assignment.
		pub assigned_at: u32,
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
		/// Who may do it.
		#[serde(serialize_with = "assignment_json")]
		pub assignment: Assignment<AccountId>,
		/// Block of posting.
		pub posted_at: u32,
		/// Block at which it is refunded if nothing happens.
		pub expires_at: u32,
		/// Providers that missed their deadline on it.
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

/// Whether a model can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelStatus {
	/// New jobs and offers are accepted.
	Active,
	/// No new jobs or offers; running jobs go on.
	Retired {
		/// Block from which anybody can remove it.
		removable_at: u32,
	},
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

/// Enums with data, declared by hand: their twins have the same shape.
const _: () = {
	#[derive(DecodeAsType)]
	#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
	pub enum RawStatus {
		Active,
		Retired { removable_at: u32 },
	}

	impl Wire for ModelStatus {
		type Raw = RawStatus;

		fn from_raw(raw: RawStatus) -> Self {
			match raw {
				RawStatus::Active => Self::Active,
				RawStatus::Retired { removable_at } => Self::Retired { removable_at },
			}
		}
	}

	#[derive(DecodeAsType)]
	#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
	pub enum RawState {
		Open {
			deadline: u32,
		},
		Assigned {
			work: <Work as Wire>::Raw,
			deadline: u32,
		},
		Submitted {
			work: <Work as Wire>::Raw,
			worker: [u8; 32],
			tokens_in: u32,
			tokens_out: u32,
			finish: u8,
			submitted_at: u32,
			deadline: u32,
		},
	}

	impl Wire for JobState {
		type Raw = RawState;

		fn from_raw(raw: RawState) -> Self {
			match raw {
				RawState::Open { deadline } => Self::Open { deadline },
				RawState::Assigned { work, deadline } => Self::Assigned {
					work: Work::from_raw(work),
					deadline,
				},
				RawState::Submitted {
					work,
					worker,
					tokens_in,
					tokens_out,
					finish,
					submitted_at,
					deadline,
				} => Self::Submitted {
					work: Work::from_raw(work),
					worker,
					tokens_in,
					tokens_out,
					finish,
					submitted_at,
					deadline,
				},
			}
		}
	}
};

impl Provider {
	/// Units staked or on their way back: what a slash is a share of.
	pub fn at_stake(&self) -> u128 {
		self.unbonding
			.iter()
			.fold(self.bonded, |sum, chunk| sum.saturating_add(chunk.amount))
	}
}

impl Offer {
	/// Jobs that it can still take.
	pub fn free(&self) -> u32 {
		self.slots.saturating_sub(self.busy)
	}
}

impl Job {
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

/// What registering a model takes.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpec {
	/// Name for people.
	pub name: String,
	/// Content hashes.
	pub hashes: ModelHashes,
	/// Architecture, such as `llama`.
	pub architecture: String,
	/// Number of parameters.
	pub parameters: u64,
	/// Most tokens that prompt and output can have together.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input.
	pub template_overhead: u32,
	/// Licence of the weights.
	pub licence: String,
	/// Where to get it; may be empty.
	pub source: String,
	/// The owner's share of what jobs pay, in parts per million.
	pub royalty: u32,
	/// How results can be compared.
	pub numeric_class: NumericClass,
}

const _: () = {
	#[derive(EncodeAsType)]
	#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
	pub struct RawSpec {
		name: Vec<u8>,
		hashes: <ModelHashes as ToWire>::Raw,
		architecture: Vec<u8>,
		parameters: u64,
		context_length: u32,
		template_overhead: u32,
		licence: Vec<u8>,
		source: Vec<u8>,
		royalty: u32,
		numeric_class: <NumericClass as ToWire>::Raw,
	}

	impl ToWire for ModelSpec {
		type Raw = RawSpec;

		fn to_raw(&self) -> RawSpec {
			RawSpec {
				name: self.name.to_raw(),
				hashes: self.hashes.to_raw(),
				architecture: self.architecture.to_raw(),
				parameters: self.parameters,
				context_length: self.context_length,
				template_overhead: self.template_overhead,
				licence: self.licence.to_raw(),
				source: self.source.to_raw(),
				royalty: self.royalty,
				numeric_class: self.numeric_class.to_raw(),
			}
		}
	}
};
