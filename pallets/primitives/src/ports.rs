//! The traits in which the pallets meet. No pallet depends on another: each states here what it
//! needs, the runtime says who provides it.

use alloc::vec::Vec;

use crate::{
	JobId, ModelId, WorkerKey,
	eligibility::{Ineligible, Needs},
	explain::Held,
	model::{ModelInfo, PriceClass},
	price::Price,
	split::Payment,
};

/// The registry of models.
pub trait ModelRegistry {
	/// Account type of the runtime.
	type AccountId;

	/// What is registered under this id: its newest version, or the one asked for. `None` if there is
	/// no such model or version.
	fn model(id: ModelId, version: Option<u32>) -> Option<ModelInfo<Self::AccountId>>;

	/// Who owns the model now, whether it still takes jobs or not; `None` if there is no such model, or
	/// no longer.
	fn owner(id: ModelId) -> Option<Self::AccountId>;
}

/// The providers and their stake.
pub trait ProviderRegistry {
	/// Account type of the runtime.
	type AccountId;

	/// Whether the account is a registered provider.
	fn is_registered(provider: &Self::AccountId) -> bool;

	/// Whether the provider has what work takes: registered, with the minimum stake bonded and a
	/// worker key. That it is chilled or paused does not matter here: both end.
	fn is_qualified(provider: &Self::AccountId) -> bool;

	/// Whether the provider may be given work now that `cover` units of its stake answer for, beside
	/// the work that it has. Of [`Ineligible`], only what concerns the provider itself is told:
	/// `NotProvider`, `Chilled`, `Paused`, `NoWorkerKey`, `StakeTooLow`, `NotEnoughCover`, in this
	/// order.
	fn check(provider: &Self::AccountId, cover: u128) -> Result<(), Ineligible>;

	/// Commits `cover` units of the provider's bonded stake to a job, so that they cover no other.
	/// Only after [`Self::check`] with the same cover.
	fn commit(provider: &Self::AccountId, cover: u128);

	/// Undoes [`Self::commit`]: the provider no longer holds the job. Also after a slash, and for
	/// somebody who no longer is a provider.
	fn release(provider: &Self::AccountId, cover: u128);

	/// Whether `key` is a worker key of `provider`, and may sign receipts and claims.
	fn is_worker(provider: &Self::AccountId, key: &WorkerKey) -> bool;

	/// Who answers for what `key` signed: the provider whose worker key it is, or was until so short
	/// a time ago that its stake from then is still on hold.
	fn answers_for(key: &WorkerKey) -> Option<Self::AccountId>;

	/// Slashes the governed share of the provider's stake, own and delegated, bonded and unbonding alike,
	/// for the deadline that it missed on `job`, and pauses the provider. The slash may wait for an appeal.
	/// Returns what it will take: 0 while a pause lasts, so that the jobs that one outage catches cost one
	/// slash together.
	fn slash_for_timeout(
		provider: &Self::AccountId,
		job: JobId,
		victim: &Victim<Self::AccountId>,
	) -> u128;

	/// Slashes the governed share of the provider's stake, own and delegated, bonded and unbonding alike,
	/// for two receipts that one of its keys signed for `job`, which `reporter` has shown, and chills the
	/// provider. The slash may wait for an appeal. Returns what it will take. A pause does not protect from
	/// it.
	fn slash_for_equivocation(
		provider: &Self::AccountId,
		job: JobId,
		victim: &Victim<Self::AccountId>,
		reporter: &Self::AccountId,
	) -> u128;
}

/// Who suffered from a provider's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim<AccountId> {
	/// Whose job it was.
	pub requester: AccountId,
	/// What the job cost at most, in units.
	pub escrow: u128,
	/// What was paid for it, in units. It is not refunded otherwise.
	pub paid: u128,
}

/// The most tokens that a job can use. An offer's price times these is what the job costs there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLimits {
	/// Most tokens of the prompt.
	pub input: u32,
	/// Most generated tokens.
	pub output: u32,
}

/// What a job has used, by its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
	/// Tokens of the prompt.
	pub tokens_in: u32,
	/// Generated tokens.
	pub tokens_out: u32,
}

/// A slot taken on an offer: the price that holds for the job until it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedPrice {
	/// Units per token.
	pub price: Price,
	/// Version of the governed prices that held.
	pub version: u32,
	/// Whether it was the offer's last free slot, which makes more work.
	pub last_slot: bool,
}

/// What a job asks of a provider and its offer.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a, AccountId> {
	/// The model to run.
	pub model: ModelId,
	/// Its version.
	pub version: u32,
	/// The most to pay per token.
	pub ceiling: Price,
	/// The most tokens that it can use.
	pub limits: TokenLimits,
	/// Only these providers, if any is named.
	pub allow: &'a [AccountId],
	/// Not these providers.
	pub exclude: &'a [AccountId],
	/// Not these either: they have failed it.
	pub failed: &'a [AccountId],
	/// What the machines have to be.
	pub needs: Needs<'a>,
	/// Units of stake that have to answer for it.
	pub cover: u128,
}

impl<AccountId: PartialEq> Demand<'_, AccountId> {
	/// The first of the lists that keeps a provider from the job.
	///
	/// # Errors
	/// `NotAllowed`, `Excluded` or `FailedBefore`.
	pub fn check_lists(&self, provider: &AccountId) -> Result<(), Ineligible> {
		if !self.allow.is_empty() && !self.allow.contains(provider) {
			return Err(Ineligible::NotAllowed);
		}
		if self.exclude.contains(provider) {
			return Err(Ineligible::Excluded);
		}
		if self.failed.contains(provider) {
			return Err(Ineligible::FailedBefore);
		}
		Ok(())
	}
}

/// The offers of providers.
pub trait OfferBook {
	/// Account type of the runtime.
	type AccountId;
	/// Says why a job cannot be posted.
	type Error;

	/// Fails if `ceiling` is under the price of this class, for less than which no offer works.
	fn check_ceiling(class: PriceClass, ceiling: &Price) -> Result<(), Self::Error>;

	/// Fails if this provider has no offer for this version of the model, or would not work for as
	/// little as `ceiling` now. Whether it could do a job now is not asked.
	fn check_direct(
		model: ModelId,
		version: u32,
		ceiling: &Price,
		provider: &Self::AccountId,
	) -> Result<(), Self::Error>;

	/// The price at which this provider could be given the job now, or the first condition that it
	/// fails, in the order of [`Ineligible`]'s variants.
	fn check(
		demand: &Demand<'_, Self::AccountId>,
		provider: &Self::AccountId,
	) -> Result<Price, Ineligible>;

	/// Draws one of the providers that pass [`Self::check`] and takes a slot on its offer. The less
	/// the job costs at an offer, the better are the offer's chances. The effort does not grow with
	/// the number of offers: a bounded sample is looked at, so `None` may mean "not this time". Of
	/// an allow list all are looked at.
	fn take_any(
		demand: &Demand<'_, Self::AccountId>,
		randomness: &[u8; 32],
	) -> Option<(Self::AccountId, LockedPrice)>;

	/// How many offers [`Self::take_any`] looks at for this demand, at most.
	fn draw_size(demand: &Demand<'_, Self::AccountId>) -> u32;

	/// Takes a slot on this provider's offer, if [`Self::check`] passes.
	fn take(
		demand: &Demand<'_, Self::AccountId>,
		provider: &Self::AccountId,
	) -> Result<LockedPrice, Ineligible>;

	/// Gives a slot back, after work that took so many tokens, or that came to nothing. If the offer has
	/// been withdrawn meanwhile, there is one slot less that its provider has to finish before it can be
	/// offered anew.
	///
	/// Says whether this took more work than usual: the offer had no free slot and can be drawn again, or
	/// has been withdrawn.
	fn give_back(
		model: ModelId,
		version: u32,
		provider: &Self::AccountId,
		used: Option<Used>,
	) -> bool;

	/// The providers with an offer for this version of a model, `limit` of them from position `from`
	/// on. For explanations, not for calls.
	fn offering(model: ModelId, version: u32, from: u32, limit: u32) -> Vec<Self::AccountId>;
}

/// Says what money is on hold for. Every pallet that holds some implements it, and the runtime makes a
/// tuple of them.
pub trait ExplainHolds {
	/// Account type of the runtime.
	type AccountId;

	/// Everything that `who` has on hold for this pallet, at most `limit` entries. For explanations,
	/// not for calls.
	fn explain(who: &Self::AccountId, limit: u32) -> Vec<Held>;
}

macro_rules! explain_holds_of_tuples {
	($first:ident $(, $rest:ident)*) => {
		impl<$first: ExplainHolds, $($rest: ExplainHolds<AccountId = $first::AccountId>),*> ExplainHolds
			for ($first, $($rest,)*)
		{
			type AccountId = $first::AccountId;

			fn explain(who: &Self::AccountId, limit: u32) -> Vec<Held> {
				[$first::explain(who, limit), $($rest::explain(who, limit)),*].concat()
			}
		}
	};
}

explain_holds_of_tuples!(A);
explain_holds_of_tuples!(A, B);
explain_holds_of_tuples!(A, B, C);
explain_holds_of_tuples!(A, B, C, D);
explain_holds_of_tuples!(A, B, C, D, E);
explain_holds_of_tuples!(A, B, C, D, E, F);
explain_holds_of_tuples!(A, B, C, D, E, F, G);
explain_holds_of_tuples!(A, B, C, D, E, F, G, H);
explain_holds_of_tuples!(A, B, C, D, E, F, G, H, I);

/// Who takes part in a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties<AccountId> {
	/// Who paid.
	pub requester: AccountId,
	/// Who did the work.
	pub provider: AccountId,
	/// Who owned the model when the job was posted.
	pub author: AccountId,
	/// The model.
	pub model: ModelId,
	/// Royalty in parts per million.
	pub royalty: u32,
	/// The block in which the job was posted.
	pub posted_at: u32,
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

/// What those get who delegated to the provider of a job.
pub trait DelegatorIncome {
	/// Account type of the runtime.
	type AccountId;
	/// Money on its way.
	type Credit;

	/// Takes out of `side`, which is what the provider's side of a payment is worth, the part of those who
	/// delegated to the provider, and says how many units that was. What stays in `side` is the provider's own.
	fn earn(provider: &Self::AccountId, side: &mut Self::Credit) -> u128;
}
