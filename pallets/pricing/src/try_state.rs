//! The laws of this pallet's storage.

use alloc::collections::BTreeMap;

use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{Bounds, Config, Draining, FreeOffers, OfferIndex, Offers, OffersByProvider, Pallet};

impl<T: Config> Pallet<T> {
	/// Checks every law in the README. The error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_index()?;
		Self::try_state_offers()?;
		Self::try_state_providers()?;
		Self::try_state_draining()?;
		Self::try_state_deposits()?;
		Self::try_state_bounds()
	}

	fn try_state_index() -> Result<(), TryRuntimeError> {
		for (key, count) in FreeOffers::<T>::iter() {
			ensure!(count > 0, "an offer counter of 0 must not be stored");
			let entries = OfferIndex::<T>::iter_key_prefix(key).count();
			ensure!(
				usize::try_from(count) == Ok(entries),
				"FreeOffers must be the number of entries in OfferIndex"
			);
		}
		for (key, index, provider) in OfferIndex::<T>::iter() {
			ensure!(
				index < FreeOffers::<T>::get(key),
				"OfferIndex must be dense: entries 0 to FreeOffers and no other"
			);
			ensure!(
				Offers::<T>::get(key, provider).is_some_and(|offer| offer.index == Some(index)),
				"every entry of OfferIndex must name an offer that knows its index"
			);
		}
		Ok(())
	}

	fn try_state_offers() -> Result<(), TryRuntimeError> {
		for (key, provider, offer) in Offers::<T>::iter() {
			ensure!(offer.slots > 0, "every offer must have a slot");
			ensure!(
				offer.index.is_some() == offer.has_free_slot(),
				"an offer must have an index exactly while it has a free slot"
			);
			let listed = offer.index.map(|index| OfferIndex::<T>::get(key, index));
			ensure!(
				listed.is_none_or(|name| name == Some(provider)),
				"every offer with an index must be in OfferIndex"
			);
		}
		Ok(())
	}

	fn try_state_providers() -> Result<(), TryRuntimeError> {
		for (key, provider, _) in Offers::<T>::iter() {
			ensure!(
				OffersByProvider::<T>::contains_key(provider, key),
				"every offer must be in OffersByProvider"
			);
		}
		for (provider, key, ()) in OffersByProvider::<T>::iter() {
			ensure!(
				Offers::<T>::contains_key(key, provider),
				"every entry of OffersByProvider must name an offer"
			);
		}
		Ok(())
	}

	fn try_state_draining() -> Result<(), TryRuntimeError> {
		for (key, provider, slots) in Draining::<T>::iter() {
			ensure!(slots > 0, "a draining of 0 slots must not be stored");
			ensure!(
				!Offers::<T>::contains_key(key, provider),
				"slots must not drain beside an offer that counts them"
			);
		}
		Ok(())
	}

	fn try_state_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, u128>::new();
		for (_, provider, offer) in Offers::<T>::iter() {
			let sum = owed.entry(provider).or_default();
			*sum = sum
				.checked_add(offer.held)
				.ok_or("the sum of a provider's deposits must be a balance")?;
		}
		for (provider, sum) in &owed {
			ensure!(
				Self::on_hold(provider) == *sum,
				"what a provider has on hold must be the sum of its offers' deposits"
			);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				Self::on_hold(&who) == 0 || owed.contains_key(&who),
				"only accounts with an offer may have a deposit on hold"
			);
		}
		Ok(())
	}

	fn try_state_bounds() -> Result<(), TryRuntimeError> {
		for bounds in Bounds::<T>::iter_values() {
			ensure!(
				bounds.floor.within(&bounds.ceiling),
				"the floor of stored bounds must be at or under their ceiling"
			);
		}
		Ok(())
	}
}
