//! Events, typed.

use athanor_primitives::{
	WorkerKey,
	job::CloseReason,
	model::{ModelHashes, PriceClass},
	price::{Price, PriceBounds},
	split::Payment,
};
use serde::Serialize;
use subxt::{
	Metadata, SubstrateConfig, dynamic::Value, events::Phase, ext::scale_decode::DecodeAsFields,
};

use crate::{
	chain::{
		dispatch,
		json::{bounds_json, hexadecimal, price_json, units},
		names,
		types::AccountId,
		wire::{Wire, records},
	},
	error::{Error, Rejection, misfit, node},
};

/// An event of the chain that can be looked for by its type.
pub trait Event: Wire<Raw: DecodeAsFields> {
	/// Where it is found.
	#[doc(hidden)]
	const ITEM: names::Item;
}

macro_rules! events {
	($($name:ident = $item:ident;)*) => {
		$(
			impl Event for $name {
				const ITEM: names::Item = names::events::$item;
			}
		)*
	};
}

events! {
	ModelRegistered = MODEL_REGISTERED;
	ModelRetired = MODEL_RETIRED;
	ModelRemoved = MODEL_REMOVED;
	ProviderRegistered = PROVIDER_REGISTERED;
	Bonded = BONDED;
	Unbonding = UNBONDING;
	Withdrawn = WITHDRAWN;
	WorkerKeyAdded = WORKER_KEY_ADDED;
	WorkerKeyRemoved = WORKER_KEY_REMOVED;
	ProviderSlashed = PROVIDER_SLASHED;
	ProviderDeregistered = PROVIDER_DEREGISTERED;
	OfferSet = OFFER_SET;
	OfferRemoved = OFFER_REMOVED;
	BoundsSet = BOUNDS_SET;
	JobPosted = JOB_POSTED;
	JobAssigned = JOB_ASSIGNED;
	ReceiptAccepted = RECEIPT_ACCEPTED;
	WorkerTimedOut = WORKER_TIMED_OUT;
	JobClosed = JOB_CLOSED;
	OutputRemoved = OUTPUT_REMOVED;
	JobPaid = JOB_PAID;
	FeePaid = FEE_PAID;
	ExtrinsicFailed = EXTRINSIC_FAILED;
}

records! {
	/// A transaction was in a block and failed there.
	pub struct ExtrinsicFailed {
		/// The runtime's error.
		pub dispatch_error: Value,
	}

	/// A transaction's fee was charged.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct FeePaid {
		/// Who paid.
		pub who: AccountId,
		/// Units, tip included.
		#[serde(with = "units")]
		pub actual_fee: u128,
	}

	/// A model was registered.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct ModelRegistered {
		/// Its id.
		pub model: u32,
		/// Who registered it.
		pub owner: AccountId,
		/// Its content.
		pub hashes: ModelHashes,
		/// Royalty in parts per million.
		pub royalty: u32,
		/// Units held for its storage.
		#[serde(with = "units")]
		pub deposit: u128,
	}

	/// A model takes no new jobs.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ModelRetired {
		/// The model.
		pub model: u32,
		/// Block from which it can be removed.
		pub removable_at: u32,
	}

	/// A model is gone.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ModelRemoved {
		/// The model.
		pub model: u32,
		/// Who had registered it.
		pub owner: AccountId,
		/// Units returned.
		#[serde(with = "units")]
		pub deposit: u128,
	}

	/// An account became a provider.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderRegistered {
		/// The account.
		pub provider: AccountId,
		/// Units staked.
		#[serde(with = "units")]
		pub stake: u128,
	}

	/// A provider staked more.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Bonded {
		/// The provider.
		pub provider: AccountId,
		/// Units added.
		#[serde(with = "units")]
		pub amount: u128,
		/// Units staked now.
		#[serde(with = "units")]
		pub total: u128,
	}

	/// Part of a stake is on its way back.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Unbonding {
		/// The provider.
		pub provider: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
		/// Block from which it can be withdrawn.
		pub unlocks_at: u32,
	}

	/// Part of a stake is free again.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Withdrawn {
		/// The provider.
		pub provider: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// A provider has a new worker key.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerKeyAdded {
		/// The provider.
		pub provider: AccountId,
		/// The key.
		#[serde(with = "hexadecimal")]
		pub key: WorkerKey,
	}

	/// A provider has a worker key less.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerKeyRemoved {
		/// The provider.
		pub provider: AccountId,
		/// The key.
		#[serde(with = "hexadecimal")]
		pub key: WorkerKey,
	}

	/// A provider lost stake for a missed deadline.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderSlashed {
		/// The provider.
		pub provider: AccountId,
		/// The job.
		pub job: u64,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// An account is a provider no longer.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderDeregistered {
		/// The account.
		pub provider: AccountId,
	}

	/// An offer was published or changed.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct OfferSet {
		/// The model.
		pub model: u32,
		/// The provider.
		pub provider: AccountId,
		/// Units per token.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// Jobs at the same time.
		pub slots: u32,
	}

	/// An offer is gone.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct OfferRemoved {
		/// The model.
		pub model: u32,
		/// The provider.
		pub provider: AccountId,
	}

	/// Governance changed price bounds.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct BoundsSet {
		/// The price class.
		pub class: PriceClass,
		/// The new bounds.
		#[serde(serialize_with = "bounds_json")]
		pub bounds: PriceBounds,
		/// Version of the governed prices from now on.
		pub version: u32,
	}

	/// A job was posted.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct JobPosted {
		/// Its id.
		pub job: u64,
		/// Who posted it.
		pub requester: AccountId,
		/// The model.
		pub model: u32,
		/// Units held.
		#[serde(with = "units")]
		pub escrow: u128,
		/// Block at which it is refunded if nothing happens.
		pub expires_at: u32,
	}

	/// A provider got a job.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct JobAssigned {
		/// The job.
		pub job: u64,
		/// The provider.
		pub provider: AccountId,
		/// Units per token.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// Version of the governed prices.
		pub price_version: u32,
		/// Block at which the provider has failed.
		pub deadline: u32,
	}

	/// A job's receipt is in.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ReceiptAccepted {
		/// The job.
		pub job: u64,
		/// The provider.
		pub provider: AccountId,
		/// The worker key that signed.
		#[serde(with = "hexadecimal")]
		pub worker: WorkerKey,
		/// Prompt tokens.
		pub tokens_in: u32,
		/// Generated tokens.
		pub tokens_out: u32,
		/// Why generation ended.
		pub finish: u8,
		/// Block at which it is paid.
		pub settles_at: u32,
	}

	/// A provider missed its deadline.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerTimedOut {
		/// The job.
		pub job: u64,
		/// The provider.
		pub provider: AccountId,
		/// Units of stake that it lost.
		#[serde(with = "units")]
		pub slashed: u128,
		/// Whether another provider can take the job.
		pub offered_again: bool,
	}

	/// A job ended.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct JobClosed {
		/// The job.
		pub job: u64,
		/// Who posted it.
		pub requester: AccountId,
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
		/// Units that went back.
		#[serde(with = "units")]
		pub refund: u128,
	}

	/// A closed job's receipt and output can no longer be read.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct OutputRemoved {
		/// The job.
		pub job: u64,
	}

	/// Who got what for a job, to the last unit.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct JobPaid {
		/// The job.
		pub job: u64,
		/// Who paid.
		pub requester: AccountId,
		/// Who did it.
		pub provider: AccountId,
		/// Who made the model.
		pub author: AccountId,
		/// Units paid: the sum of the following five.
		#[serde(with = "units")]
		pub spent: u128,
		/// To the provider.
		#[serde(with = "units")]
		pub to_provider: u128,
		/// To its delegators.
		#[serde(with = "units")]
		pub to_delegators: u128,
		/// To the author.
		#[serde(with = "units")]
		pub to_author: u128,
		/// To the treasury.
		#[serde(with = "units")]
		pub to_treasury: u128,
		/// Destroyed.
		#[serde(with = "units")]
		pub burned: u128,
	}
}

impl JobPaid {
	/// The parts.
	pub fn payment(&self) -> Payment {
		Payment {
			provider: self.to_provider,
			delegators: self.to_delegators,
			author: self.to_author,
			treasury: self.to_treasury,
			burned: self.burned,
		}
	}
}

/// The events of a block, or of one transaction in it.
#[derive(Debug)]
pub struct Events {
	all: subxt::events::Events<SubstrateConfig>,
	/// Index of the transaction that these are limited to.
	transaction: Option<u32>,
}

impl Events {
	/// All events of a block.
	pub(crate) fn of_block(all: subxt::events::Events<SubstrateConfig>) -> Self {
		Self {
			all,
			transaction: None,
		}
	}

	/// Limits them to what one transaction caused.
	pub(crate) fn of_transaction(self, index: u32) -> Self {
		Self {
			transaction: Some(index),
			..self
		}
	}

	/// Every event of this type, in order.
	///
	/// # Errors
	/// When the chain's runtime does not fit this client.
	pub fn find<E: Event>(&self) -> Result<Vec<E>, Error> {
		let mut found = Vec::new();
		for event in self.raw() {
			let event = event?;
			if event.pallet_name() == E::ITEM.pallet && event.event_name() == E::ITEM.name {
				let raw = event
					.decode_fields_unchecked_as::<E::Raw>()
					.map_err(misfit)?;
				found.push(E::from_raw(raw));
			}
		}
		Ok(found)
	}

	/// The first event of this type.
	///
	/// # Errors
	/// When the chain's runtime does not fit this client.
	pub fn first<E: Event>(&self) -> Result<Option<E>, Error> {
		Ok(self.find()?.into_iter().next())
	}

	/// The names of all events, such as `Jobs.JobPosted`, in order.
	///
	/// # Errors
	/// When the chain's runtime does not fit this client.
	pub fn names(&self) -> Result<Vec<String>, Error> {
		self.raw()
			.map(|event| {
				event.map(|event| format!("{}.{}", event.pallet_name(), event.event_name()))
			})
			.collect()
	}

	/// What the transaction failed with, if it failed.
	pub(crate) fn failure(&self, metadata: &Metadata) -> Result<Option<Rejection>, Error> {
		let failed = self.first::<ExtrinsicFailed>()?;
		Ok(failed.map(|failed| dispatch::rejection(&failed.dispatch_error, metadata)))
	}

	fn raw(
		&self,
	) -> impl Iterator<Item = Result<subxt::events::Event<'_, SubstrateConfig>, Error>> {
		self.all
			.iter()
			.map(|event| event.map_err(node))
			.filter(|event| match (event, self.transaction) {
				(Ok(event), Some(index)) => event.phase() == Phase::ApplyExtrinsic(index),
				_ => true,
			})
	}
}
