//! Events, typed.

use athanor_primitives::{
	WorkerKey,
	eligibility::Attributes,
	job::CloseReason,
	model::{ModelHashes, PriceClass},
	policy::Policy,
	price::Price,
	split::Payment,
};
use serde::Serialize;
use subxt::{
	Metadata, SubstrateConfig, dynamic::Value, events::Phase, ext::scale_decode::DecodeAsFields,
};

use crate::{
	chain::{
		dispatch,
		json::{attributes_json, hexadecimal, policy_json, price_json, units},
		names,
		types::AccountId,
		wire::{Wire, records, twin_variants},
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
	VersionPublished = VERSION_PUBLISHED;
	VersionSuperseded = VERSION_SUPERSEDED;
	VersionRemoved = VERSION_REMOVED;
	OwnershipOffered = OWNERSHIP_OFFERED;
	OwnershipOfferWithdrawn = OWNERSHIP_OFFER_WITHDRAWN;
	OwnershipTransferred = OWNERSHIP_TRANSFERRED;
	ProviderRegistered = PROVIDER_REGISTERED;
	Bonded = BONDED;
	Unbonding = UNBONDING;
	Withdrawn = WITHDRAWN;
	WorkerKeyAdded = WORKER_KEY_ADDED;
	WorkerKeyRemoved = WORKER_KEY_REMOVED;
	WorkerKeyForgotten = WORKER_KEY_FORGOTTEN;
	ProviderChilled = PROVIDER_CHILLED;
	ProviderUnchilled = PROVIDER_UNCHILLED;
	SlashRaised = SLASH_RAISED;
	SlashCancelled = SLASH_CANCELLED;
	ProviderSlashed = PROVIDER_SLASHED;
	ProviderPaused = PROVIDER_PAUSED;
	ProviderDeregistered = PROVIDER_DEREGISTERED;
	Delegated = DELEGATED;
	Undelegated = UNDELEGATED;
	Redelegated = REDELEGATED;
	DelegationWithdrawn = DELEGATION_WITHDRAWN;
	DelegationReduced = DELEGATION_REDUCED;
	IncomeClaimed = INCOME_CLAIMED;
	CommissionSet = COMMISSION_SET;
	OfferSet = OFFER_SET;
	OfferRemoved = OFFER_REMOVED;
	PolicySet = POLICY_SET;
	PeriodEnded = PERIOD_ENDED;
	JobPosted = JOB_POSTED;
	JobOpened = JOB_OPENED;
	JobAssigned = JOB_ASSIGNED;
	ReceiptAccepted = RECEIPT_ACCEPTED;
	WorkerTimedOut = WORKER_TIMED_OUT;
	WorkerEquivocated = WORKER_EQUIVOCATED;
	JobClosed = JOB_CLOSED;
	OutputRemoved = OUTPUT_REMOVED;
	JobPaid = JOB_PAID;
	RoyaltyClaimed = ROYALTY_CLAIMED;
	RoyaltyForfeited = ROYALTY_FORFEITED;
	RoyaltyEnded = ROYALTY_ENDED;
	RoyaltyDepositTaken = ROYALTY_DEPOSIT_TAKEN;
	RoyaltyDepositReturned = ROYALTY_DEPOSIT_RETURNED;
	FeePaid = FEE_PAID;
	ExtrinsicFailed = EXTRINSIC_FAILED;
	ReferendumSubmitted = REFERENDUM_SUBMITTED;
	CallDispatched = CALL_DISPATCHED;
	CallUnavailable = CALL_UNAVAILABLE;
}

records! {
	/// A transaction was in a block and failed there.
	pub struct ExtrinsicFailed {
		/// The runtime's error.
		pub dispatch_error: Value,
	}

	/// A referendum was submitted.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ReferendumSubmitted {
		/// Its index.
		pub index: u32,
		/// Its track.
		pub track: u16,
	}

	/// A scheduled call was made, such as that of a referendum.
	#[derive(Clone, Debug, PartialEq)]
	pub struct CallDispatched {
		/// What it was scheduled as.
		pub id: Option<[u8; 32]>,
		/// The runtime's error, if it failed.
		pub result: Result<(), Value>,
	}

	/// A scheduled call was not there or could not be read.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct CallUnavailable {
		/// What it was scheduled as.
		pub id: Option<[u8; 32]>,
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

	/// A model takes new jobs for a while only.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ModelRetired {
		/// The model.
		pub model: u32,
		/// First block in which no new jobs and offers are accepted.
		pub posts_until: u32,
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

	/// A model has a new version.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct VersionPublished {
		/// The model.
		pub model: u32,
		/// Number of the version.
		pub version: u32,
		/// Its content.
		pub hashes: ModelHashes,
		/// Units held for its storage.
		#[serde(with = "units")]
		pub deposit: u128,
	}

	/// A version of a model is no longer the newest.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct VersionSuperseded {
		/// The model.
		pub model: u32,
		/// The version.
		pub version: u32,
		/// First block in which no new jobs and offers for it are accepted.
		pub posts_until: u32,
		/// Block from which it can be removed.
		pub removable_at: u32,
	}

	/// A version of a model is gone.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct VersionRemoved {
		/// The model.
		pub model: u32,
		/// The version.
		pub version: u32,
		/// Who owns the model.
		pub owner: AccountId,
		/// Units returned.
		#[serde(with = "units")]
		pub deposit: u128,
	}

	/// A model was offered to another account.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct OwnershipOffered {
		/// The model.
		pub model: u32,
		/// To whom.
		pub to: AccountId,
	}

	/// The offer of a model was taken back.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct OwnershipOfferWithdrawn {
		/// The model.
		pub model: u32,
		/// To whom it had been offered.
		pub to: AccountId,
	}

	/// A model has a new owner.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct OwnershipTransferred {
		/// The model.
		pub model: u32,
		/// The owner until now.
		pub from: AccountId,
		/// The new owner.
		pub to: AccountId,
		/// Units held from the new owner.
		#[serde(with = "units")]
		pub deposit: u128,
		/// Units returned to the old one.
		#[serde(with = "units")]
		pub returned: u128,
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

	/// A worker key may no longer sign for its provider.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerKeyRemoved {
		/// The provider.
		pub provider: AccountId,
		/// The key.
		#[serde(with = "hexadecimal")]
		pub key: WorkerKey,
		/// First block in which the provider no longer answers for what it signed.
		pub answers_until: u32,
	}

	/// A worker key is no longer stored.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerKeyForgotten {
		/// Whose it was.
		pub provider: AccountId,
		/// The key.
		#[serde(with = "hexadecimal")]
		pub key: WorkerKey,
	}

	/// A provider gets no new work until it says otherwise.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderChilled {
		/// The provider.
		pub provider: AccountId,
	}

	/// A provider wants new work again.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderUnchilled {
		/// The provider.
		pub provider: AccountId,
	}

	/// A fault will cost stake, unless governance cancels that. Until then the stake is frozen.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct SlashRaised {
		/// Its id.
		pub slash: u64,
		/// The provider.
		pub provider: AccountId,
		/// The job.
		pub job: u64,
		/// What it did wrong.
		pub fault: Fault,
		/// Units of its own stake.
		#[serde(with = "units")]
		pub own: u128,
		/// Units of what is delegated to it, as things stand.
		#[serde(with = "units")]
		pub pooled: u128,
		/// Block in which it is carried out.
		pub enacts_at: u32,
	}

	/// Governance cancelled a slash.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct SlashCancelled {
		/// Its id.
		pub slash: u64,
		/// The provider.
		pub provider: AccountId,
		/// The job.
		pub job: u64,
		/// What it did wrong.
		pub fault: Fault,
	}

	/// A provider lost stake for a fault.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderSlashed {
		/// The slash.
		pub slash: u64,
		/// The provider.
		pub provider: AccountId,
		/// The job.
		pub job: u64,
		/// What it did wrong.
		pub fault: Fault,
		/// Units of its own stake: the sum of the three parts below.
		#[serde(with = "units")]
		pub amount: u128,
		/// Whose job it was.
		pub requester: AccountId,
		/// Units to the requester.
		#[serde(with = "units")]
		pub to_requester: u128,
		/// Who has shown the fault, if somebody had to.
		pub reporter: Option<AccountId>,
		/// Units to the reporter.
		#[serde(with = "units")]
		pub to_reporter: u128,
		/// Units to the treasury.
		#[serde(with = "units")]
		pub to_treasury: u128,
		/// Units that its delegators lost, which go to the treasury when they are collected.
		#[serde(with = "units")]
		pub pooled: u128,
	}

	/// A provider gets no new work for a while, because it missed a deadline.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderPaused {
		/// The provider.
		pub provider: AccountId,
		/// First block in which it may be given work again.
		pub until: u32,
	}

	/// An account is a provider no longer.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct ProviderDeregistered {
		/// The account.
		pub provider: AccountId,
	}

	/// Somebody put stake behind a provider.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Delegated {
		/// The provider.
		pub provider: AccountId,
		/// Whose stake.
		pub delegator: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
		/// Units that count now, without those that unbond.
		#[serde(with = "units")]
		pub total: u128,
	}

	/// Somebody asked delegated stake back.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Undelegated {
		/// The provider.
		pub provider: AccountId,
		/// Whose stake.
		pub delegator: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
		/// Block from which it can be withdrawn.
		pub unlocks_at: u32,
	}

	/// Delegated stake went to another provider.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Redelegated {
		/// The provider that it left.
		pub from: AccountId,
		/// The provider behind which it is now.
		pub to: AccountId,
		/// Whose stake.
		pub delegator: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
		/// First block in which it no longer answers for new faults of the first.
		pub liable_until: u32,
	}

	/// Delegated stake is free again.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct DelegationWithdrawn {
		/// The provider.
		pub provider: AccountId,
		/// Whose stake.
		pub delegator: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// What slashes had taken of delegated stake went to the treasury.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct DelegationReduced {
		/// The provider.
		pub provider: AccountId,
		/// Whose stake.
		pub delegator: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// Somebody was paid what delegated stake has earned.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct IncomeClaimed {
		/// The provider.
		pub provider: AccountId,
		/// Whose stake.
		pub delegator: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// A provider said what it takes of its delegators' income.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct CommissionSet {
		/// The provider.
		pub provider: AccountId,
		/// The share in parts per million.
		pub commission: u32,
	}

	/// An offer was published or changed.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct OfferSet {
		/// The model.
		pub model: u32,
		/// The version of the model.
		pub version: u32,
		/// The provider.
		pub provider: AccountId,
		/// Units per token.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// Jobs at the same time.
		pub slots: u32,
		/// What the provider states about its machines.
		#[serde(serialize_with = "attributes_json")]
		pub attributes: Attributes,
	}

	/// An offer is gone.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct OfferRemoved {
		/// The model.
		pub model: u32,
		/// The version of the model.
		pub version: u32,
		/// The provider.
		pub provider: AccountId,
	}

	/// Governance changed how the price of a class follows the demand.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct PolicySet {
		/// The price class.
		pub class: PriceClass,
		/// The new policy.
		#[serde(serialize_with = "policy_json")]
		pub policy: Policy,
		/// The price of the class from now on.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// Version of the prices from now on.
		pub version: u32,
	}

	/// A period of prices is over.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct PeriodEnded {
		/// The price class.
		pub class: PriceClass,
		/// How much of the slots was busy, in parts per million; nothing without offers.
		pub utilisation: Option<u32>,
		/// The price of the class from now on.
		#[serde(serialize_with = "price_json")]
		pub price: Price,
		/// Version of the prices from now on.
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

	/// An `Open` job can be claimed.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct JobOpened {
		/// The job.
		pub job: u64,
		/// Block at which it is refunded if nobody claims it.
		pub claimable_until: u32,
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
		/// Units of own and delegated stake that it loses, unless governance cancels that.
		#[serde(with = "units")]
		pub slashed: u128,
		/// Whether another provider can take the job.
		pub offered_again: bool,
	}

	/// A worker signed two receipts for one job.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct WorkerEquivocated {
		/// The job.
		pub job: u64,
		/// Whose worker it was.
		pub provider: AccountId,
		/// The key that signed both.
		#[serde(with = "hexadecimal")]
		pub worker: WorkerKey,
		/// Units of own and delegated stake that it costs, unless governance cancels that.
		#[serde(with = "units")]
		pub slashed: u128,
		/// Whether the job was with the provider still, and waits for another now.
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

	/// Somebody was paid what shares of a royalty have earned.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct RoyaltyClaimed {
		/// The model.
		pub model: u32,
		/// Who was paid.
		pub who: AccountId,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// What shares had earned is too little for their holder's account, and went to the treasury.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct RoyaltyForfeited {
		/// The model.
		pub model: u32,
		/// Whose it was.
		pub who: AccountId,
		/// Units to the treasury.
		#[serde(with = "units")]
		pub to_treasury: u128,
		/// Units that were destroyed.
		#[serde(with = "units")]
		pub burned: u128,
	}

	/// A royalty is no longer split.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct RoyaltyEnded {
		/// The model.
		pub model: u32,
		/// Units to the treasury.
		#[serde(with = "units")]
		pub to_treasury: u128,
		/// Units that were destroyed.
		#[serde(with = "units")]
		pub burned: u128,
	}

	/// A deposit was put on hold for a record of a split royalty.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct RoyaltyDepositTaken {
		/// Whose.
		pub who: AccountId,
		/// The model.
		pub model: u32,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
	}

	/// A record of a split royalty has ended, and its deposit returned.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct RoyaltyDepositReturned {
		/// Whose.
		pub who: AccountId,
		/// The model.
		pub model: u32,
		/// Units.
		#[serde(with = "units")]
		pub amount: u128,
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

/// What a provider loses stake for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
	/// It did not deliver a job in time.
	MissedDeadline,
	/// One of its keys signed two receipts for one job.
	Equivocation,
}

twin_variants! {
	Fault { MissedDeadline, Equivocation }
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
