//! What the calls do, and the port through which other pallets draw and take offers.

use alloc::vec::Vec;

use athanor_primitives::{
	ModelId, draw,
	model::PriceClass,
	ports::{LockedPrice, ModelRegistry, OfferBook, ProviderRegistry, TokenLimits},
	price::{Price, PriceBounds},
};
use codec::MaxEncodedLen;
use frame_support::{
	ensure,
	traits::{Consideration, Footprint, Get, fungible::InspectHold},
};
use polkadot_sdk::*;
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

use crate::{
	Bounds, Config, Error, Event, HoldReason, Offer, OfferCount, OfferIndex, OfferOf, Offers,
	Pallet, Version, dice::Dice,
};

/// An offer that can be drawn: what the job costs there, in units; whose it is; itself.
type Candidate<T> = (u128, <T as frame_system::Config>::AccountId, OfferOf<T>);

impl<T: Config> Pallet<T> {
	/// The laws that a configuration has to keep. Runs in tests of the runtime, never on chain.
	pub(crate) fn check_config() {
		let hard = T::HardBounds::get();
		assert!(T::MaxSlots::get() > 0, "MaxSlots must be more than 0");
		assert!(
			(1..=64).contains(&T::DrawSample::get()),
			"DrawSample must be 1 to 64"
		);
		assert!(
			hard.floor.within(&hard.ceiling),
			"the floor of HardBounds must be at or under its ceiling"
		);
	}

	/// The bounds that hold for a class.
	pub(crate) fn bounds(class: PriceClass) -> PriceBounds {
		let hard = T::HardBounds::get();
		Bounds::<T>::get(class).map_or(hard, |set| set.clamped(&hard))
	}

	pub(crate) fn do_set_offer(
		provider: T::AccountId,
		model: ModelId,
		price: Price,
		slots: u32,
	) -> DispatchResult {
		ensure!(
			T::Providers::is_registered(&provider),
			Error::<T>::NotProvider
		);
		let info = T::Models::model(model).ok_or(Error::<T>::UnknownModel)?;
		ensure!(info.active, Error::<T>::ModelRetired);
		ensure!(
			(1..=T::MaxSlots::get()).contains(&slots),
			Error::<T>::SlotsInvalid
		);
		let bounds = Self::bounds(info.price_class);
		ensure!(bounds.contain(&price), Error::<T>::PriceOutOfBounds);

		let offer = match Offers::<T>::get(model, &provider) {
			Some(offer) => Offer {
				price,
				slots,
				..offer
			},
			None => Self::new_offer(model, &provider, price, slots)?,
		};
		Offers::<T>::insert(model, &provider, offer);
		Self::deposit_event(Event::OfferSet {
			model,
			provider,
			price,
			slots,
		});
		Ok(())
	}

	/// Removes the offer, closes the gap in the index with the last offer, and returns the deposit.
	pub(crate) fn do_remove_offer(model: ModelId, provider: &T::AccountId) -> DispatchResult {
		let offer = Offers::<T>::take(model, provider).ok_or(Error::<T>::NoOffer)?;
		let last = OfferCount::<T>::get(model)
			.checked_sub(1)
			.ok_or(DispatchError::Corruption)?;
		let moved = OfferIndex::<T>::take(model, last).ok_or(DispatchError::Corruption)?;
		if offer.index != last {
			Offers::<T>::try_mutate(model, &moved, |slot| {
				slot.as_mut()
					.map(|moved| moved.index = offer.index)
					.ok_or(DispatchError::Corruption)
			})?;
			OfferIndex::<T>::insert(model, offer.index, moved);
		}
		if last == 0 {
			OfferCount::<T>::remove(model);
		} else {
			OfferCount::<T>::insert(model, last);
		}
		offer.deposit.drop(provider)?;
		Self::deposit_event(Event::OfferRemoved {
			model,
			provider: provider.clone(),
		});
		Ok(())
	}

	pub(crate) fn do_prune_offer(model: ModelId, provider: &T::AccountId) -> DispatchResult {
		ensure!(
			Offers::<T>::contains_key(model, provider),
			Error::<T>::NoOffer
		);
		let offered = T::Models::model(model).is_some_and(|info| info.active);
		// A pause ends by itself, so that what it interrupts is not dead.
		ensure!(
			!(offered && T::Providers::is_qualified(provider)),
			Error::<T>::StillActive
		);
		Self::do_remove_offer(model, provider)
	}

	pub(crate) fn do_set_bounds(class: PriceClass, bounds: PriceBounds) -> DispatchResult {
		ensure!(
			bounds.floor.within(&bounds.ceiling),
			Error::<T>::BoundsInvalid
		);
		let version = Version::<T>::get()
			.checked_add(1)
			.ok_or(ArithmeticError::Overflow)?;
		Bounds::<T>::insert(class, bounds);
		Version::<T>::put(version);
		Self::deposit_event(Event::BoundsSet {
			class,
			bounds,
			version,
		});
		Ok(())
	}

	/// Takes the deposit and a number for an offer that the provider does not have yet.
	fn new_offer(
		model: ModelId,
		provider: &T::AccountId,
		price: Price,
		slots: u32,
	) -> Result<OfferOf<T>, DispatchError> {
		let index = Self::append_to_index(model, provider)?;
		let before = Self::on_hold(provider);
		let deposit = T::Consideration::new(provider, Self::offer_footprint())?;
		// A ticket does not tell its price: the ledger does.
		let held = Self::on_hold(provider)
			.checked_sub(before)
			.ok_or(ArithmeticError::Underflow)?;
		Ok(Offer {
			price,
			slots,
			busy: 0,
			index,
			deposit,
			held,
		})
	}

	/// What the account has on hold for all its offers.
	pub(crate) fn on_hold(provider: &T::AccountId) -> u128 {
		T::Currency::balance_on_hold(&HoldReason::OfferDeposit.into(), provider)
	}

	/// Gives the provider the next number among the offers for a model.
	fn append_to_index(model: ModelId, provider: &T::AccountId) -> Result<u32, DispatchError> {
		let index = OfferCount::<T>::get(model);
		let count = index.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		OfferCount::<T>::insert(model, count);
		OfferIndex::<T>::insert(model, index, provider);
		Ok(index)
	}

	/// What an offer takes in storage: the keys and values of its two entries, at their longest.
	fn offer_footprint() -> Footprint {
		let model = ModelId::max_encoded_len();
		let account = T::AccountId::max_encoded_len();
		let parts = [
			model,
			account,
			OfferOf::<T>::max_encoded_len(),
			model,
			u32::max_encoded_len(),
			account,
		];
		Footprint::from_parts(1, parts.into_iter().fold(0, usize::saturating_add))
	}

	/// Whether a job with this ceiling may take a slot on this offer now, cheapest checks first.
	fn check_offer(
		offer: &OfferOf<T>,
		provider: &T::AccountId,
		bounds: &PriceBounds,
		ceiling: &Price,
	) -> Result<(), Error<T>> {
		ensure!(bounds.contain(&offer.price), Error::<T>::PriceOutOfBounds);
		ensure!(offer.price.within(ceiling), Error::<T>::PriceAboveCeiling);
		ensure!(offer.busy < offer.slots, Error::<T>::NoFreeSlot);
		ensure!(
			T::Providers::is_active(provider),
			Error::<T>::ProviderInactive
		);
		Ok(())
	}

	/// Takes a slot on an offer that was checked, and locks its price.
	fn occupy(model: ModelId, provider: &T::AccountId, mut offer: OfferOf<T>) -> LockedPrice {
		let price = offer.price;
		offer.busy = offer.busy.saturating_add(1);
		Offers::<T>::insert(model, provider, offer);
		LockedPrice {
			price,
			version: Version::<T>::get(),
		}
	}

	/// The usable ones among a random sample of the offers for a model.
	fn candidates(
		model: ModelId,
		ceiling: &Price,
		limits: TokenLimits,
		excluded: &[T::AccountId],
		dice: &mut Dice,
	) -> Option<Vec<Candidate<T>>> {
		let bounds = Self::bounds(T::Models::model(model)?.price_class);
		let sample = dice.sample(OfferCount::<T>::get(model), T::DrawSample::get());
		let usable = |index| {
			let provider = OfferIndex::<T>::get(model, index)
				.filter(|provider| !excluded.contains(provider))?;
			let offer = Offers::<T>::get(model, &provider)?;
			Self::check_offer(&offer, &provider, &bounds, ceiling).ok()?;
			let cost = offer.price.cost(limits.input, limits.output)?;
			Some((cost, provider, offer))
		};
		Some(sample.into_iter().filter_map(usable).collect())
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
		ceiling: &Price,
		provider: &T::AccountId,
	) -> Result<(), DispatchError> {
		let offer = Offers::<T>::get(model, provider).ok_or(Error::<T>::NoOffer)?;
		ensure!(offer.price.within(ceiling), Error::<T>::PriceAboveCeiling);
		Ok(())
	}

	fn take_any(
		model: ModelId,
		ceiling: &Price,
		limits: TokenLimits,
		excluded: &[T::AccountId],
		randomness: &[u8; 32],
	) -> Option<(T::AccountId, LockedPrice)> {
		let mut dice = Dice::new(randomness);
		let mut candidates = Self::candidates(model, ceiling, limits, excluded, &mut dice)?;
		let costs: Vec<u128> = candidates.iter().map(|(cost, ..)| *cost).collect();
		let winner = draw::pick(&costs, dice.roll()).filter(|index| *index < candidates.len())?;
		let (_, provider, offer) = candidates.swap_remove(winner);
		let locked = Self::occupy(model, &provider, offer);
		Some((provider, locked))
	}

	fn take(
		model: ModelId,
		ceiling: &Price,
		provider: &T::AccountId,
	) -> Result<LockedPrice, DispatchError> {
		let info = T::Models::model(model).ok_or(Error::<T>::UnknownModel)?;
		let offer = Offers::<T>::get(model, provider).ok_or(Error::<T>::NoOffer)?;
		Self::check_offer(&offer, provider, &Self::bounds(info.price_class), ceiling)?;
		Ok(Self::occupy(model, provider, offer))
	}

	fn give_back(model: ModelId, provider: &T::AccountId) {
		Offers::<T>::mutate(model, provider, |slot| {
			if let Some(offer) = slot {
				offer.busy = offer.busy.saturating_sub(1);
			}
		});
	}
}
