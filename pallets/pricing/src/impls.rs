//! What the calls do.

use athanor_primitives::{
	eligibility::{Attributes, is_region},
	model::PriceClass,
	ports::{ModelRegistry, ProviderRegistry},
	price::Price,
};
use codec::MaxEncodedLen;
use frame_support::{
	ensure,
	traits::{Consideration, Footprint, Get, fungible::InspectHold},
};
use polkadot_sdk::*;
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult};

use crate::{
	Config, Counted, Drained, Draining, Error, Event, HoldReason, ModelVersion, Offer, OfferOf,
	Offers, OffersByProvider, Pallet,
};

impl<T: Config> Pallet<T> {
	/// The laws that a configuration has to keep. Runs in tests of the runtime, never on chain.
	pub(crate) fn check_config() {
		let hard = T::Limits::get().bounds;
		assert!(T::MaxSlots::get() > 0, "MaxSlots must be more than 0");
		assert!(
			(1..=64).contains(&T::DrawSample::get()),
			"DrawSample must be 1 to 64"
		);
		assert!(
			hard.floor.within(&hard.ceiling),
			"the floor of Limits must be at or under its ceiling"
		);
	}

	pub(crate) fn do_set_offer(
		provider: T::AccountId,
		key: ModelVersion,
		price: Price,
		slots: u32,
		attributes: Attributes,
	) -> DispatchResult {
		let class = Self::check_offer(&provider, key, &price, slots, &attributes)?;
		let present = Offers::<T>::get(key, &provider);
		let before = present
			.as_ref()
			.map_or_else(Counted::default, Offer::counted);
		let mut offer = match present {
			Some(offer) => Offer {
				price,
				slots,
				attributes,
				..offer
			},
			None => Self::new_offer(key, &provider, class, price, slots, attributes)?,
		};
		offer.index = Self::reindex(key, &provider, &offer)?;
		Self::count(offer.class, before, offer.counted(), None);
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

	/// Whether the provider may have this offer. Returns the class of its model.
	fn check_offer(
		provider: &T::AccountId,
		(model, version): ModelVersion,
		price: &Price,
		slots: u32,
		attributes: &Attributes,
	) -> Result<PriceClass, DispatchError> {
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
		let bounds = Self::policy(info.price_class).bounds;
		ensure!(bounds.contain(price), Error::<T>::PriceOutOfBounds);
		Ok(info.price_class)
	}

	/// Removes the offer and returns the deposit. Slots that are busy stay so in `Draining`.
	pub(crate) fn do_remove_offer(key: ModelVersion, provider: &T::AccountId) -> DispatchResult {
		let offer = Offers::<T>::take(key, provider).ok_or(Error::<T>::NoOffer)?;
		if let Some(at) = offer.index {
			Self::unlist(key, at);
		}
		OffersByProvider::<T>::remove(provider, key);
		if offer.busy > 0 {
			let drained = Drained {
				slots: offer.busy,
				class: offer.class,
			};
			Draining::<T>::insert(key, provider, drained);
		}
		Self::count(offer.class, offer.counted(), Counted::default(), None);
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

	/// Takes the deposit for an offer that the provider does not have yet, and notes that it has one.
	/// Slots that jobs of an earlier offer still occupy are busy from the start.
	fn new_offer(
		key: ModelVersion,
		provider: &T::AccountId,
		class: PriceClass,
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
			busy: Draining::<T>::take(key, provider).map_or(0, |drained| drained.slots),
			index: None,
			class,
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
