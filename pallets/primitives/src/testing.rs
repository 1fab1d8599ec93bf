//! One mock for each trait in [`crate::ports`], shared by the tests of all pallets.
//!
//! State lives in thread-locals: every test runs on a thread of its own and starts from
//! [`reset`].

use std::{cell::RefCell, collections::BTreeMap, marker::PhantomData, vec::Vec};

use crate::{
	JobId, ModelId, WorkerKey,
	eligibility::{Attributes, Ineligible},
	model::{ModelInfo, NumericClass, PriceClass},
	ports::{Demand, LockedPrice, ModelRegistry, OfferBook, ProviderRegistry, Used, Victim},
	price::Price,
};

/// Account ids in mocks.
pub type AccountId = u64;

/// A mocked offer.
#[derive(Clone, Debug)]
pub struct MockOffer {
	/// Units per token.
	pub price: Price,
	/// Slots not taken.
	pub free: u32,
	/// What its machines are.
	pub attributes: Attributes,
}

/// A mocked provider.
#[derive(Clone, Debug, Default)]
struct MockProvider {
	keys: Vec<WorkerKey>,
	/// Keys that were removed.
	old_keys: Vec<WorkerKey>,
	/// Without the minimum stake.
	poor: bool,
	chilled: bool,
	paused: bool,
	/// Bonded units; enough for everything if `None`.
	bonded: Option<u128>,
	committed: u128,
}

/// Why a mocked provider was slashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MockFault {
	/// It missed a deadline.
	Timeout,
	/// It signed two receipts.
	Equivocation,
}

#[derive(Default)]
struct State {
	models: BTreeMap<(ModelId, u32), ModelInfo<AccountId>>,
	providers: BTreeMap<AccountId, MockProvider>,
	slashes: Vec<(AccountId, JobId, MockFault)>,
	victims: Vec<(Victim<AccountId>, Option<AccountId>)>,
	offers: BTreeMap<(ModelId, u32, AccountId), MockOffer>,
	floor: Price,
	used: Vec<Used>,
}

thread_local! {
	static STATE: RefCell<State> = RefCell::default();
}

fn with<R>(f: impl FnOnce(&mut State) -> R) -> R {
	STATE.with_borrow_mut(f)
}

/// Forgets everything.
pub fn reset() {
	with(|state| *state = State::default());
}

/// A model of author 90 with a royalty of 10 %, context 1,024 and template overhead 16.
pub fn model() -> ModelInfo<AccountId> {
	ModelInfo {
		author: 90,
		version: 1,
		royalty: 100_000,
		price_class: PriceClass::Small,
		numeric_class: NumericClass::Float,
		context_length: 1_024,
		template_overhead: 16,
		active: true,
	}
}

/// Registers or replaces the version of a model that `info` states.
pub fn set_model(id: ModelId, info: ModelInfo<AccountId>) {
	with(|state| state.models.insert((id, info.version), info));
}

/// Removes a model with all its versions.
pub fn remove_model(id: ModelId) {
	with(|state| state.models.retain(|(model, _), _| *model != id));
}

fn with_provider<R>(provider: AccountId, f: impl FnOnce(&mut MockProvider) -> R) -> R {
	with(|state| f(state.providers.entry(provider).or_default()))
}

/// Registers a provider with these worker keys. Its stake covers everything.
pub fn set_provider(provider: AccountId, keys: Vec<WorkerKey>) {
	with_provider(provider, |record| record.keys = keys);
}

/// Takes all worker keys from a provider, who still answers for what they signed.
pub fn remove_keys(provider: AccountId) {
	with_provider(provider, |record| {
		let keys = core::mem::take(&mut record.keys);
		record.old_keys.extend(keys);
	});
}

/// Lets a provider have the minimum stake, or takes it.
pub fn set_active(provider: AccountId, active: bool) {
	with_provider(provider, |record| record.poor = !active);
}

/// Starts or ends a provider's pause.
pub fn set_paused(provider: AccountId, paused: bool) {
	with_provider(provider, |record| record.paused = paused);
}

/// Chills a provider, or lets it take work again.
pub fn set_chilled(provider: AccountId, chilled: bool) {
	with_provider(provider, |record| record.chilled = chilled);
}

/// Bonds so many units for a provider.
pub fn set_bonded(provider: AccountId, bonded: u128) {
	with_provider(provider, |record| record.bonded = Some(bonded));
}

/// Units that are committed to jobs.
pub fn committed(provider: AccountId) -> u128 {
	with_provider(provider, |record| record.committed)
}

/// Publishes an offer for version 1 of a model, without attributes.
pub fn set_offer(model: ModelId, provider: AccountId, price: Price, slots: u32) {
	set_offer_with(model, 1, provider, price, slots, Attributes::default());
}

/// Publishes an offer.
pub fn set_offer_with(
	model: ModelId,
	version: u32,
	provider: AccountId,
	price: Price,
	slots: u32,
	attributes: Attributes,
) {
	let offer = MockOffer {
		price,
		free: slots,
		attributes,
	};
	with(|state| state.offers.insert((model, version, provider), offer));
}

/// Removes an offer for version 1 of a model.
pub fn remove_offer(model: ModelId, provider: AccountId) {
	with(|state| state.offers.remove(&(model, 1, provider)));
}

/// Slots not taken on an offer for version 1 of a model.
pub fn free_slots(model: ModelId, provider: AccountId) -> Option<u32> {
	with(|state| {
		state
			.offers
			.get(&(model, 1, provider))
			.map(|offer| offer.free)
	})
}

/// Sets the price floor of every class.
pub fn set_floor(floor: Price) {
	with(|state| state.floor = floor);
}

/// What the work took for which slots were given back, in order; not of work that came to nothing.
pub fn used() -> Vec<Used> {
	with(|state| state.used.clone())
}

/// Who was slashed for which job and fault, in order.
pub fn slashes() -> Vec<(AccountId, JobId, MockFault)> {
	with(|state| state.slashes.clone())
}

/// Who suffered from each of the faults of [`slashes`], and who has shown it.
pub fn victims() -> Vec<(Victim<AccountId>, Option<AccountId>)> {
	with(|state| state.victims.clone())
}

/// Mocks [`ModelRegistry`].
pub struct MockModels;

impl ModelRegistry for MockModels {
	type AccountId = AccountId;

	fn model(id: ModelId, version: Option<u32>) -> Option<ModelInfo<AccountId>> {
		with(|state| {
			let mut versions = state.models.range((id, 0)..=(id, u32::MAX)).rev();
			versions
				.find(|((_, number), _)| version.is_none_or(|wanted| wanted == *number))
				.map(|(_, info)| info.clone())
		})
	}

	fn owner(id: ModelId) -> Option<AccountId> {
		Self::model(id, None).map(|info| info.author)
	}
}

/// Mocks [`ProviderRegistry`]. A slash takes 1,000 units for a missed deadline and 10,000 for two
/// receipts; it neither pauses nor chills: see [`set_paused`] and [`set_chilled`].
pub struct MockProviders;

impl ProviderRegistry for MockProviders {
	type AccountId = AccountId;

	fn is_registered(provider: &AccountId) -> bool {
		with(|state| state.providers.contains_key(provider))
	}

	fn is_qualified(provider: &AccountId) -> bool {
		with(|state| {
			state
				.providers
				.get(provider)
				.is_some_and(|record| !record.keys.is_empty() && !record.poor)
		})
	}

	fn check(provider: &AccountId, cover: u128) -> Result<(), Ineligible> {
		with(|state| {
			let record = state
				.providers
				.get(provider)
				.ok_or(Ineligible::NotProvider)?;
			let covered = record
				.bonded
				.is_none_or(|bonded| record.committed + cover <= bonded);
			let conditions = [
				(record.chilled, Ineligible::Chilled),
				(record.paused, Ineligible::Paused),
				(record.keys.is_empty(), Ineligible::NoWorkerKey),
				(record.poor, Ineligible::StakeTooLow),
				(!covered, Ineligible::NotEnoughCover),
			];
			let failed = conditions.into_iter().find(|(fails, _)| *fails);
			failed.map_or(Ok(()), |(_, reason)| Err(reason))
		})
	}

	fn commit(provider: &AccountId, cover: u128) {
		with_provider(*provider, |record| record.committed += cover);
	}

	fn release(provider: &AccountId, cover: u128) {
		with_provider(*provider, |record| record.committed -= cover);
	}

	fn is_worker(provider: &AccountId, key: &WorkerKey) -> bool {
		with(|state| {
			state
				.providers
				.get(provider)
				.is_some_and(|record| record.keys.contains(key))
		})
	}

	fn answers_for(key: &WorkerKey) -> Option<AccountId> {
		with(|state| {
			let mut providers = state.providers.iter();
			providers
				.find(|(_, record)| record.keys.contains(key) || record.old_keys.contains(key))
				.map(|(provider, _)| *provider)
		})
	}

	fn slash_for_timeout(provider: &AccountId, job: JobId, victim: &Victim<AccountId>) -> u128 {
		with(|state| {
			state.slashes.push((*provider, job, MockFault::Timeout));
			state.victims.push((victim.clone(), None));
		});
		1_000
	}

	fn slash_for_equivocation(
		provider: &AccountId,
		job: JobId,
		victim: &Victim<AccountId>,
		reporter: &AccountId,
	) -> u128 {
		with(|state| {
			state
				.slashes
				.push((*provider, job, MockFault::Equivocation));
			state.victims.push((victim.clone(), Some(*reporter)));
		});
		10_000
	}
}

/// Mocks [`OfferBook`] with any error that can be made from a static string.
pub struct MockOffers<E>(PhantomData<E>);

impl<E: From<&'static str>> OfferBook for MockOffers<E> {
	type AccountId = AccountId;
	type Error = E;

	fn check_ceiling(_class: PriceClass, ceiling: &Price) -> Result<(), E> {
		with(|state| {
			state
				.floor
				.within(ceiling)
				.then_some(())
				.ok_or_else(|| "ceiling under the floor".into())
		})
	}

	fn check_direct(
		model: ModelId,
		version: u32,
		ceiling: &Price,
		provider: &AccountId,
	) -> Result<(), E> {
		with(|state| {
			let offer = state
				.offers
				.get(&(model, version, *provider))
				.ok_or("no offer")?;
			offer
				.price
				.within(ceiling)
				.then_some(())
				.ok_or_else(|| "above the ceiling".into())
		})
	}

	fn check(demand: &Demand<'_, AccountId>, provider: &AccountId) -> Result<Price, Ineligible> {
		demand.check_lists(provider)?;
		if !MockProviders::is_registered(provider) {
			return Err(Ineligible::NotProvider);
		}
		let key = (demand.model, demand.version, *provider);
		let offer = with(|state| state.offers.get(&key).cloned()).ok_or(Ineligible::NoOffer)?;
		if !offer.price.within(&demand.ceiling) {
			return Err(Ineligible::PriceAboveCeiling);
		}
		demand.needs.check(&offer.attributes)?;
		match MockProviders::check(provider, demand.cover) {
			Err(Ineligible::NotEnoughCover) if offer.free == 0 => Err(Ineligible::NoFreeSlot),
			Ok(()) if offer.free == 0 => Err(Ineligible::NoFreeSlot),
			result => result.map(|()| offer.price),
		}
	}

	fn take_any(
		demand: &Demand<'_, AccountId>,
		_randomness: &[u8; 32],
	) -> Option<(AccountId, LockedPrice)> {
		Self::offering(demand.model, demand.version, 0, u32::MAX)
			.into_iter()
			.find_map(|who| Self::take(demand, &who).ok().map(|locked| (who, locked)))
	}

	fn draw_size(demand: &Demand<'_, AccountId>) -> u32 {
		match demand.allow.len() {
			0 => with(|state| state.offers.len() as u32),
			named => named as u32,
		}
	}

	fn take(
		demand: &Demand<'_, AccountId>,
		provider: &AccountId,
	) -> Result<LockedPrice, Ineligible> {
		let price = Self::check(demand, provider)?;
		let key = (demand.model, demand.version, *provider);
		let last_slot = with(|state| {
			state.offers.get_mut(&key).is_some_and(|offer| {
				offer.free -= 1;
				offer.free == 0
			})
		});
		Ok(LockedPrice {
			price,
			version: 1,
			last_slot,
		})
	}

	fn give_back(model: ModelId, version: u32, provider: &AccountId, used: Option<Used>) -> bool {
		with(|state| {
			state.used.extend(used);
			let offer = state.offers.get_mut(&(model, version, *provider));
			offer.is_some_and(|offer| {
				offer.free += 1;
				offer.free == 1
			})
		})
	}

	fn offering(model: ModelId, version: u32, from: u32, limit: u32) -> Vec<AccountId> {
		with(|state| {
			state
				.offers
				.keys()
				.filter(|(id, number, _)| (*id, *number) == (model, version))
				.map(|(_, _, who)| *who)
				.skip(usize::try_from(from).unwrap_or(usize::MAX))
				.take(usize::try_from(limit).unwrap_or(usize::MAX))
				.collect()
		})
	}
}
