//! The index of the offers with a free slot, from which the draw picks by number.

use polkadot_sdk::*;
use sp_runtime::ArithmeticError;

use crate::{Config, FreeOffers, ModelVersion, OfferIndex, OfferOf, Offers, Pallet};

impl<T: Config> Pallet<T> {
	/// Puts the offer into the index if it has a free slot, takes it out if it has none, and returns
	/// where it stands from now on. The caller stores that in the offer.
	///
	/// Fails, without a change, only if 2^32 offers are in the index already.
	pub(crate) fn reindex(
		key: ModelVersion,
		provider: &T::AccountId,
		offer: &OfferOf<T>,
	) -> Result<Option<u32>, ArithmeticError> {
		match (offer.index, offer.has_free_slot()) {
			(None, true) => Self::enlist(key, provider).map(Some),
			(Some(at), false) => {
				Self::unlist(key, at);
				Ok(None)
			}
			(index, _) => Ok(index),
		}
	}

	/// Appends the provider to the index, and returns its number.
	fn enlist(key: ModelVersion, provider: &T::AccountId) -> Result<u32, ArithmeticError> {
		let index = FreeOffers::<T>::get(key);
		let count = index.checked_add(1).ok_or(ArithmeticError::Overflow)?;
		FreeOffers::<T>::insert(key, count);
		OfferIndex::<T>::insert(key, index, provider);
		Ok(index)
	}

	/// Takes an entry out of the index, and closes the gap with the last one.
	///
	/// It cannot fail, because a slot is taken in a hook, where nothing is rolled back. Were the index
	/// broken, draws would find less, and every other condition would still be asked.
	pub(crate) fn unlist(key: ModelVersion, at: u32) {
		let last = FreeOffers::<T>::get(key).saturating_sub(1);
		let moved = OfferIndex::<T>::take(key, last).filter(|_| at != last);
		if let Some(moved) = moved {
			Offers::<T>::mutate(key, &moved, |slot| {
				if let Some(offer) = slot {
					offer.index = Some(at);
				}
			});
			OfferIndex::<T>::insert(key, at, moved);
		}
		if last == 0 {
			FreeOffers::<T>::remove(key);
		} else {
			FreeOffers::<T>::insert(key, last);
		}
	}
}
