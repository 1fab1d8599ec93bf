//! One mock for each trait in [`crate::ports`], shared by the tests of all pallets.
//!
//! State lives in thread-locals: every test runs on a thread of its own and starts from
//! [`reset`].

use std::{cell::RefCell, collections::BTreeMap, marker::PhantomData, vec::Vec};

use crate::{
	JobId, ModelId, WorkerKey,
	model::{ModelInfo, NumericClass, PriceClass},
	ports::{LockedPrice, ModelRegistry, OfferBook, ProviderRegistry, TokenLimits},
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
}

#[derive(Default)]
struct State {
	models: BTreeMap<ModelId, ModelInfo<AccountId>>,
	workers: BTreeMap<AccountId, Vec<WorkerKey>>,
	inactive: Vec<AccountId>,
	paused: Vec<AccountId>,
	slashes: Vec<(AccountId, JobId)>,
	offers: BTreeMap<(ModelId, AccountId), MockOffer>,
	floor: Price,
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

/// Registers or replaces a model.
pub fn set_model(id: ModelId, info: ModelInfo<AccountId>) {
	with(|state| state.models.insert(id, info));
}

/// Registers a provider with these worker keys.
pub fn set_provider(provider: AccountId, keys: Vec<WorkerKey>) {
	with(|state| state.workers.insert(provider, keys));
}

/// Makes a provider active, or takes from it what work takes.
pub fn set_active(provider: AccountId, active: bool) {
	with(|state| {
		state.inactive.retain(|who| *who != provider);
		if !active {
			state.inactive.push(provider);
		}
	});
}

/// Starts or ends a provider's pause.
pub fn set_paused(provider: AccountId, paused: bool) {
	with(|state| {
		state.paused.retain(|who| *who != provider);
		if paused {
			state.paused.push(provider);
		}
	});
}

/// Publishes an offer.
pub fn set_offer(model: ModelId, provider: AccountId, price: Price, slots: u32) {
	with(|state| {
		state
			.offers
			.insert((model, provider), MockOffer { price, free: slots })
	});
}

/// Removes an offer.
pub fn remove_offer(model: ModelId, provider: AccountId) {
	with(|state| state.offers.remove(&(model, provider)));
}

/// Slots not taken on an offer.
pub fn free_slots(model: ModelId, provider: AccountId) -> Option<u32> {
	with(|state| state.offers.get(&(model, provider)).map(|offer| offer.free))
}

/// Sets the price floor of every class.
pub fn set_floor(floor: Price) {
	with(|state| state.floor = floor);
}

/// Who was slashed for which job, in order.
pub fn slashes() -> Vec<(AccountId, JobId)> {
	with(|state| state.slashes.clone())
}

/// Mocks [`ModelRegistry`].
pub struct MockModels;

impl ModelRegistry for MockModels {
	type AccountId = AccountId;

	fn model(id: ModelId) -> Option<ModelInfo<AccountId>> {
		with(|state| state.models.get(&id).cloned())
	}
}

/// Mocks [`ProviderRegistry`]. A slash takes 1,000 units and pauses nobody: see [`set_paused`].
pub struct MockProviders;

impl ProviderRegistry for MockProviders {
	type AccountId = AccountId;

	fn is_registered(provider: &AccountId) -> bool {
		with(|state| state.workers.contains_key(provider))
	}

	fn is_qualified(provider: &AccountId) -> bool {
		with(|state| {
			state
				.workers
				.get(provider)
				.is_some_and(|keys| !keys.is_empty())
				&& !state.inactive.contains(provider)
		})
	}

	fn is_active(provider: &AccountId) -> bool {
		Self::is_qualified(provider) && with(|state| !state.paused.contains(provider))
	}

	fn is_worker(provider: &AccountId, key: &WorkerKey) -> bool {
		with(|state| {
			state
				.workers
				.get(provider)
				.is_some_and(|keys| keys.contains(key))
		})
	}

	fn slash_for_timeout(provider: &AccountId, job: JobId) -> u128 {
		with(|state| state.slashes.push((*provider, job)));
		1_000
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

	fn check_direct(model: ModelId, ceiling: &Price, provider: &AccountId) -> Result<(), E> {
		with(|state| {
			let offer = state.offers.get(&(model, *provider)).ok_or("no offer")?;
			offer
				.price
				.within(ceiling)
				.then_some(())
				.ok_or_else(|| "above the ceiling".into())
		})
	}

	fn take_any(
		model: ModelId,
		ceiling: &Price,
		_limits: TokenLimits,
		excluded: &[AccountId],
		_randomness: &[u8; 32],
	) -> Option<(AccountId, LockedPrice)> {
		let candidates: Vec<AccountId> = with(|state| {
			state
				.offers
				.keys()
				.filter(|(id, _)| *id == model)
				.map(|(_, who)| *who)
				.collect()
		});
		candidates
			.into_iter()
			.filter(|who| !excluded.contains(who) && MockProviders::is_active(who))
			.find_map(|who| {
				Self::take(model, ceiling, &who)
					.ok()
					.map(|locked| (who, locked))
			})
	}

	fn take(model: ModelId, ceiling: &Price, provider: &AccountId) -> Result<LockedPrice, E> {
		with(|state| {
			let offer = state
				.offers
				.get_mut(&(model, *provider))
				.ok_or("no offer")?;
			if !offer.price.within(ceiling) {
				return Err("above the ceiling".into());
			}
			offer.free = offer.free.checked_sub(1).ok_or("no free slot")?;
			Ok(LockedPrice {
				price: offer.price,
				version: 1,
			})
		})
	}

	fn give_back(model: ModelId, provider: &AccountId) {
		with(|state| {
			if let Some(offer) = state.offers.get_mut(&(model, *provider)) {
				offer.free += 1;
			}
		});
	}
}
