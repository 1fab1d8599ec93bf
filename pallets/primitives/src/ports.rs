//! The traits in which the pallets meet. No pallet depends on another: each states here what it
//! needs, the runtime says who provides it.

use crate::{
	JobId, ModelId, WorkerKey, model::ModelInfo, model::PriceClass, price::Price, split::Payment,
};

/// The registry of models.
pub trait ModelRegistry {
	/// Account type of the runtime.
	type AccountId;

	/// What is registered under this id.
	fn model(id: ModelId) -> Option<ModelInfo<Self::AccountId>>;
}

/// The providers and their stake.
pub trait ProviderRegistry {
	/// Account type of the runtime.
	type AccountId;

	/// Whether the account is a registered provider.
	fn is_registered(provider: &Self::AccountId) -> bool;

	/// Whether the provider has what work takes: registered, with the minimum stake bonded and a
	/// worker key.
	fn is_qualified(provider: &Self::AccountId) -> bool;

	/// Whether the provider may be given work now: qualified, and not paused after a missed
	/// deadline. A pause ends by itself.
	fn is_active(provider: &Self::AccountId) -> bool;

	/// Whether `key` is a worker key of `provider`.
	fn is_worker(provider: &Self::AccountId, key: &WorkerKey) -> bool;

	/// Takes the governed share of the provider's stake, bonded and unbonding alike, for the deadline
	/// that it missed on `job`, and pauses the provider. Returns what was taken: 0 while a pause
	/// lasts, so that the jobs that one outage catches cost one slash together.
	fn slash_for_timeout(provider: &Self::AccountId, job: JobId) -> u128;
}

/// The most tokens that a job can use. An offer's price times these is what the job costs there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLimits {
	/// Most tokens of the prompt.
	pub input: u32,
	/// Most generated tokens.
	pub output: u32,
}

/// A slot taken on an offer: the price that holds for the job until it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedPrice {
	/// Units per token.
	pub price: Price,
	/// Version of the governed prices that held.
	pub version: u32,
}

/// The offers of providers.
pub trait OfferBook {
	/// Account type of the runtime.
	type AccountId;
	/// Says why a slot cannot be taken.
	type Error;

	/// Fails if no offer of this class can be at or under `ceiling`, because it is below the floor.
	fn check_ceiling(class: PriceClass, ceiling: &Price) -> Result<(), Self::Error>;

	/// Fails if this provider has no offer for `model`, or none at or under `ceiling`. Whether it has a
	/// free slot now is not asked.
	fn check_direct(
		model: ModelId,
		ceiling: &Price,
		provider: &Self::AccountId,
	) -> Result<(), Self::Error>;

	/// Draws one of the offers for `model` at or under `ceiling` with a free slot, whose provider is
	/// active and not in `excluded`, and takes a slot on it. The less a job with these `limits`
	/// costs at an offer, the better are the offer's chances. The effort does not grow with the
	/// number of offers: a bounded sample is looked at, so `None` may mean "not this time".
	fn take_any(
		model: ModelId,
		ceiling: &Price,
		limits: TokenLimits,
		excluded: &[Self::AccountId],
		randomness: &[u8; 32],
	) -> Option<(Self::AccountId, LockedPrice)>;

	/// Takes a slot on this provider's offer.
	fn take(
		model: ModelId,
		ceiling: &Price,
		provider: &Self::AccountId,
	) -> Result<LockedPrice, Self::Error>;

	/// Gives a slot back. Does nothing if the offer has been withdrawn meanwhile.
	fn give_back(model: ModelId, provider: &Self::AccountId);
}

/// Who takes part in a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties<AccountId> {
	/// Who paid.
	pub requester: AccountId,
	/// Who did the work.
	pub provider: AccountId,
	/// Who made the model.
	pub author: AccountId,
	/// Royalty in parts per million.
	pub royalty: u32,
}

/// Pays what a job has earned.
pub trait Payout {
	/// Account type of the runtime.
	type AccountId;
	/// Money on its way: taken from the requester, not yet anybody's.
	type Credit;

	/// Divides `credit` and hands it out, to the last unit.
	fn pay(job: JobId, credit: Self::Credit, parties: &Parties<Self::AccountId>) -> Payment;
}
