//! The laws of this pallet's storage.

use alloc::collections::BTreeMap;

use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{Bounds, Config, OfferCount, OfferIndex, Offers, Pallet};

impl<T: Config> Pallet<T> {
	/// Checks every law in the README. The error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_index()?;
		Self::try_state_offers()?;
		Self::try_state_deposits()?;
		Self::try_state_bounds()
	}

	fn try_state_index() -> Result<(), TryRuntimeError> {
		for (model, count) in OfferCount::<T>::iter() {
			ensure!(count > 0, "an offer counter of 0 must not be stored");
			let entries = OfferIndex::<T>::iter_key_prefix(model).count();
			ensure!(
				usize::try_from(count) == Ok(entries),
				"OfferCount must be the number of entries in OfferIndex"
			);
		}
		for (model, index, provider) in OfferIndex::<T>::iter() {
			ensure!(
				index < OfferCount::<T>::get(model),
				"OfferIndex must be dense: entries 0 to OfferCount and no other"
			);
			ensure!(
				Offers::<T>::get(model, provider).is_some_and(|offer| offer.index == index),
				"every entry of OfferIndex must name an offer that knows its index"
			);
		}
		Ok(())
	}

	fn try_state_offers() -> Result<(), TryRuntimeError> {
		for (model, provider, offer) in Offers::<T>::iter() {
			ensure!(offer.slots > 0, "every offer must have a slot");
			ensure!(
				OfferIndex::<T>::get(model, offer.index) == Some(provider),
				"every offer must be in OfferIndex"
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
