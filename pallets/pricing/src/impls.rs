//! What the calls do.

use athanor_primitives::{
	eligibility::{Attributes, is_region},
	model::PriceClass,
	ports::{ModelRegistry, ProviderRegistry},
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
	Bounds, Config, Draining, Error, Event, HoldReason, ModelVersion, Offer, OfferOf, Offers,
	OffersByProvider, Pallet, Version,
};

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
		key: ModelVersion,
		price: Price,
		slots: u32,
		attributes: Attributes,
	) -> DispatchResult {
		Self::check_offer(&provider, key, &price, slots, &attributes)?;
		let mut offer = match Offers::<T>::get(key, &provider) {
			Some(offer) => Offer {
				price,
				slots,
				attributes,
				..offer
			},
			None => Self::new_offer(key, &provider, price, slots, attributes)?,
		};
		offer.index = Self::reindex(key, &provider, &offer)?;
		Offers::<T>::insert(key, &provider, offer);
		let (model, version) = key;
		Self::deposit_event(Event::OfferSet {
			model,
			version,
			provider,
			price,
			slots,
			attributes,
		});
		Ok(())
	}

	/// Whether the provider may have this offer.
	fn check_offer(
		provider: &T::AccountId,
		(model, version): ModelVersion,
		price: &Price,
		slots: u32,
		attributes: &Attributes,
	) -> DispatchResult {
		ensure!(
			T::Providers::is_registered(provider),
			Error::<T>::NotProvider
		);
		let Some(info) = T::Models::model(model, Some(version)) else {
			let known = T::Models::model(model, None).is_some();
			ensure!(known, Error::<T>::UnknownModel);
			return Err(Error::<T>::UnknownVersion.into());
		};
		ensure!(info.active, Error::<T>::ModelRetired);
		ensure!(
			(1..=T::MaxSlots::get()).contains(&slots),
			Error::<T>::SlotsInvalid
		);
		ensure!(
			attributes.region.as_ref().is_none_or(is_region),
			Error::<T>::RegionInvalid
		);
		let bounds = Self::bounds(info.price_class);
		ensure!(bounds.contain(price), Error::<T>::PriceOutOfBounds);
		Ok(())
	}

	/// Removes the offer and returns the deposit. Slots that are busy stay so in `Draining`.
	pub(crate) fn do_remove_offer(key: ModelVersion, provider: &T::AccountId) -> DispatchResult {
		let offer = Offers::<T>::take(key, provider).ok_or(Error::<T>::NoOffer)?;
		if let Some(at) = offer.index {
			Self::unlist(key, at);
		}
		OffersByProvider::<T>::remove(provider, key);
		if offer.busy > 0 {
			Draining::<T>::insert(key, provider, offer.busy);
		}
		offer.deposit.drop(provider)?;
		let (model, version) = key;
		Self::deposit_event(Event::OfferRemoved {
			model,
			version,
			provider: provider.clone(),
		});
		Ok(())
	}

	pub(crate) fn do_prune_offer(key: ModelVersion, provider: &T::AccountId) -> DispatchResult {
		ensure!(
			Offers::<T>::contains_key(key, provider),
			Error::<T>::NoOffer
		);
		let (model, version) = key;
		let offered = T::Models::model(model, Some(version)).is_some_and(|info| info.active);
		// A pause ends by itself and a chill by one call, so that what they interrupt is not dead.
		ensure!(
			!(offered && T::Providers::is_qualified(provider)),
			Error::<T>::StillActive
		);
		Self::do_remove_offer(key, provider)
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

	/// Takes the deposit for an offer that the provider does not have yet, and notes that it has one.
	/// Slots that jobs of an earlier offer still occupy are busy from the start.
	fn new_offer(
		key: ModelVersion,
		provider: &T::AccountId,
		price: Price,
		slots: u32,
		attributes: Attributes,
	) -> Result<OfferOf<T>, DispatchError> {
		let before = Self::on_hold(provider);
		let deposit = T::Consideration::new(provider, Self::offer_footprint())?;
		// A ticket does not tell its price: the ledger does.
		let held = Self::on_hold(provider)
			.checked_sub(before)
			.ok_or(ArithmeticError::Underflow)?;
		OffersByProvider::<T>::insert(provider, key, ());
		Ok(Offer {
			price,
			attributes,
			slots,
			busy: Draining::<T>::take(key, provider).unwrap_or_default(),
			index: None,
			deposit,
			held,
		})
	}

	/// What the account has on hold for all its offers.
	pub(crate) fn on_hold(provider: &T::AccountId) -> u128 {
		T::Currency::balance_on_hold(&HoldReason::OfferDeposit.into(), provider)
	}

	/// What an offer takes in storage: the keys and values of its four entries, at their longest. The
	/// last is shared with the other offers for the version, of which there may be none.
	fn offer_footprint() -> Footprint {
		let key = ModelVersion::max_encoded_len();
		let account = T::AccountId::max_encoded_len();
		let parts = [
			// In `Offers`.
			key,
			account,
			OfferOf::<T>::max_encoded_len(),
			// In `OfferIndex`.
			key,
			u32::max_encoded_len(),
			account,
			// In `OffersByProvider`.
			account,
			key,
			// In `FreeOffers`.
			key,
			u32::max_encoded_len(),
		];
		Footprint::from_parts(1, parts.into_iter().fold(0, usize::saturating_add))
	}
}
