//! The ports through which other pallets ask for offers, draw and take them, and explain holds.

use alloc::{collections::BTreeSet, vec::Vec};

use athanor_primitives::{
	ModelId, draw,
	eligibility::Ineligible,
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	model::PriceClass,
	ports::{Demand, ExplainHolds, LockedPrice, ModelRegistry, OfferBook, ProviderRegistry, Used},
	price::{Price, PriceBounds},
};
use frame_support::{ensure, traits::Get};
use polkadot_sdk::*;
use sp_runtime::{DispatchError, DispatchResult, SaturatedConversion};

use crate::{
	Config, Counted, Draining, Error, FreeOffers, ModelVersion, OfferIndex, OfferOf, Offers,
	OffersByProvider, Pallet, Version, dice::Dice,
};

/// An offer that can do a job.
struct Fitting<T: Config> {
	offer: OfferOf<T>,
	/// Units per token: the offer's price, or that of its class where it is higher.
	price: Price,
	/// What the job costs at that price, in units.
	cost: u128,
}

impl<T: Config> Pallet<T> {
	/// This provider's offer and what the job costs there; or the first condition that the provider
	/// fails, of those that come after its being registered.
	fn qualify(
		demand: &Demand<'_, T::AccountId>,
		bounds: &PriceBounds,
		provider: &T::AccountId,
	) -> Result<Fitting<T>, Ineligible> {
		let offer = Offers::<T>::get((demand.model, demand.version), provider)
			.ok_or(Ineligible::NoOffer)?;
		ensure!(
			offer.price.within(&bounds.ceiling),
			Ineligible::PriceOutOfBounds
		);
		let price = offer.price.at_least(&bounds.floor);
		ensure!(price.within(&demand.ceiling), Ineligible::PriceAboveCeiling);
		// No ceiling helps where the job would cost more than the largest balance.
		let cost = price
			.cost(demand.limits.input, demand.limits.output)
			.ok_or(Ineligible::PriceAboveCeiling)?;
		demand.needs.check(&offer.attributes)?;
		match T::Providers::check(provider, demand.cover) {
			Ok(()) | Err(Ineligible::NotEnoughCover) if !offer.has_free_slot() => {
				Err(Ineligible::NoFreeSlot)
			}
			result => result.map(|()| Fitting { offer, price, cost }),
		}
	}

	/// All conditions in their order, for one provider.
	fn match_one(
		demand: &Demand<'_, T::AccountId>,
		provider: &T::AccountId,
	) -> Result<Fitting<T>, Ineligible> {
		demand.check_lists(provider)?;
		ensure!(
			T::Providers::is_registered(provider),
			Ineligible::NotProvider
		);
		let info = T::Models::model(demand.model, Some(demand.version));
		// An offer for what is no longer in the registry has no bounds to be within: it is dead.
		let class = info.ok_or(Ineligible::NoOffer)?.price_class;
		Self::qualify(demand, &Self::bounds(class), provider)
	}

	/// The providers that a draw looks at: all of an allow list, each once, or else a random sample of
	/// those with a free slot.
	fn sample(demand: &Demand<'_, T::AccountId>, dice: &mut Dice) -> Vec<T::AccountId> {
		if !demand.allow.is_empty() {
			let named: BTreeSet<_> = demand.allow.iter().cloned().collect();
			return named.into_iter().collect();
		}
		let key = (demand.model, demand.version);
		dice.sample(FreeOffers::<T>::get(key), T::DrawSample::get())
			.into_iter()
			.filter_map(|index| OfferIndex::<T>::get(key, index))
			.collect()
	}

	/// Those that can do the job among the ones that the draw looks at.
	fn candidates(
		demand: &Demand<'_, T::AccountId>,
		dice: &mut Dice,
	) -> Option<Vec<(T::AccountId, Fitting<T>)>> {
		let info = T::Models::model(demand.model, Some(demand.version))?;
		let bounds = Self::bounds(info.price_class);
		let usable = |provider| {
			demand.check_lists(&provider).ok()?;
			// `Providers::check` in here fails for whoever is not registered.
			let fitting = Self::qualify(demand, &bounds, &provider).ok()?;
			Some((provider, fitting))
		};
		let sample = Self::sample(demand, dice);
		Some(sample.into_iter().filter_map(usable).collect())
	}

	/// Takes a slot on an offer that passed all conditions, and locks its price. An offer leaves the
	/// index with its last free slot.
	fn occupy(key: ModelVersion, provider: &T::AccountId, fitting: Fitting<T>) -> LockedPrice {
		let Fitting {
			mut offer, price, ..
		} = fitting;
		let before = offer.counted();
		offer.busy = offer.busy.saturating_add(1);
		Self::count(offer.class, before, offer.counted(), None);
		let last_slot = !offer.has_free_slot();
		if last_slot && let Some(at) = offer.index.take() {
			Self::unlist(key, at);
		}
		Offers::<T>::insert(key, provider, offer);
		LockedPrice {
			price,
			version: Version::<T>::get(),
			last_slot,
		}
	}

	/// Gives back a slot of an offer that was withdrawn, if jobs still run on it.
	fn drain(key: ModelVersion, provider: &T::AccountId, used: Option<Used>) {
		let Some(mut drained) = Draining::<T>::get(key, provider) else {
			return;
		};
		drained.slots = drained.slots.saturating_sub(1);
		if drained.slots == 0 {
			Draining::<T>::remove(key, provider);
		} else {
			Draining::<T>::insert(key, provider, drained);
		}
		Self::count(drained.class, Counted::default(), Counted::default(), used);
	}
}

impl<T: Config> OfferBook for Pallet<T> {
	type AccountId = T::AccountId;
	type Error = DispatchError;

	fn check_ceiling(class: PriceClass, ceiling: &Price) -> DispatchResult {
		ensure!(
			Self::bounds(class).floor.within(ceiling),
			Error::<T>::CeilingUnderFloor
		);
		Ok(())
	}

	fn check_direct(
		model: ModelId,
		version: u32,
		ceiling: &Price,
		provider: &T::AccountId,
	) -> DispatchResult {
		let offer = Offers::<T>::get((model, version), provider).ok_or(Error::<T>::NoOffer)?;
		let price = offer.price.at_least(&Self::bounds(offer.class).floor);
		ensure!(price.within(ceiling), Error::<T>::PriceAboveCeiling);
		Ok(())
	}

	fn check(
		demand: &Demand<'_, T::AccountId>,
		provider: &T::AccountId,
	) -> Result<Price, Ineligible> {
		Self::match_one(demand, provider).map(|fitting| fitting.price)
	}

	fn take_any(
		demand: &Demand<'_, T::AccountId>,
		randomness: &[u8; 32],
	) -> Option<(T::AccountId, LockedPrice)> {
		let mut dice = Dice::new(randomness);
		let mut candidates = Self::candidates(demand, &mut dice)?;
		let costs: Vec<u128> = candidates.iter().map(|(_, fitting)| fitting.cost).collect();
		let winner = draw::pick(&costs, dice.roll()).filter(|index| *index < candidates.len())?;
		let (provider, fitting) = candidates.swap_remove(winner);
		let locked = Self::occupy((demand.model, demand.version), &provider, fitting);
		Some((provider, locked))
	}

	fn draw_size(demand: &Demand<'_, T::AccountId>) -> u32 {
		if demand.allow.is_empty() {
			FreeOffers::<T>::get((demand.model, demand.version)).min(T::DrawSample::get())
		} else {
			demand.allow.len().saturated_into()
		}
	}

	fn take(
		demand: &Demand<'_, T::AccountId>,
		provider: &T::AccountId,
	) -> Result<LockedPrice, Ineligible> {
		let fitting = Self::match_one(demand, provider)?;
		Ok(Self::occupy(
			(demand.model, demand.version),
			provider,
			fitting,
		))
	}

	fn give_back(
		model: ModelId,
		version: u32,
		provider: &T::AccountId,
		used: Option<Used>,
	) -> bool {
		let key = (model, version);
		let Some(mut offer) = Offers::<T>::get(key, provider) else {
			Self::drain(key, provider, used);
			return true;
		};
		let was_full = !offer.has_free_slot();
		let before = offer.counted();
		offer.busy = offer.busy.saturating_sub(1);
		Self::count(offer.class, before, offer.counted(), used);
		// With 2^32 offers in the index this one stays out until its provider sets it again.
		if let Ok(index) = Self::reindex(key, provider, &offer) {
			offer.index = index;
		}
		Offers::<T>::insert(key, provider, offer);
		was_full
	}

	fn offering(model: ModelId, version: u32, from: u32, limit: u32) -> Vec<T::AccountId> {
		Offers::<T>::iter_key_prefix((model, version))
			.skip(usize::try_from(from).unwrap_or(usize::MAX))
			.take(usize::try_from(limit).unwrap_or(usize::MAX))
			.collect()
	}
}

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	fn explain(who: &T::AccountId, limit: u32) -> Vec<Held> {
		OffersByProvider::<T>::iter_key_prefix(who)
			.take(usize::try_from(limit).unwrap_or(usize::MAX))
			.filter_map(|(model, version)| {
				let offer = Offers::<T>::get((model, version), who)?;
				Some(Held {
					reason: HeldFor::OfferDeposit { model, version },
					amount: offer.held,
					until: HeldUntil::OwnerActs,
					freed_by: FreedBy::PricingRemoveOffer,
				})
			})
			.collect()
	}
}
