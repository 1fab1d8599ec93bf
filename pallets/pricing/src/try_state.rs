//! The laws of this pallet's storage.

use alloc::collections::BTreeMap;

use athanor_primitives::{model::PriceClass, split::MILLION};
use frame_support::ensure;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	Config, Draining, FreeOffers, History, Meters, OfferIndex, Offers, OffersByProvider, Pallet,
	PeriodStart, Policies, Prices,
};

impl<T: Config> Pallet<T> {
	/// Checks every law in the README. The error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_index()?;
		Self::try_state_offers()?;
		Self::try_state_providers()?;
		Self::try_state_draining()?;
		Self::try_state_deposits()?;
		Self::try_state_policies()?;
		Self::try_state_meters()?;
		Self::try_state_history()
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
		for (key, provider, drained) in Draining::<T>::iter() {
			ensure!(
				drained.slots > 0,
				"a draining of 0 slots must not be stored"
			);
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

	fn try_state_policies() -> Result<(), TryRuntimeError> {
		for policy in Policies::<T>::iter_values() {
			ensure!(
				policy.bounds.floor.within(&policy.bounds.ceiling),
				"the floor of a policy must be at or under its ceiling"
			);
			ensure!(
				policy.low <= policy.high && policy.high <= MILLION && policy.step <= MILLION,
				"band and step of a policy must be parts of the whole"
			);
		}
		for class in PriceClass::ALL {
			let price = Prices::<T>::get(class);
			ensure!(
				price.is_some() == Policies::<T>::contains_key(class),
				"exactly the classes with a policy must have a price"
			);
			ensure!(
				price.is_none_or(|price| Self::policy(class).bounds.contain(&price)),
				"a price must lie between floor and ceiling of its policy"
			);
		}
		Ok(())
	}

	fn try_state_meters() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<PriceClass, (u64, u64)>::new();
		for offer in Offers::<T>::iter_values() {
			let counted = offer.counted();
			let (slots, busy) = sums.entry(offer.class).or_default();
			*slots = slots.saturating_add(counted.slots.into());
			*busy = busy.saturating_add(counted.busy.into());
		}
		for class in PriceClass::ALL {
			let meter = Meters::<T>::get(class).meter;
			ensure!(
				(meter.slots, meter.busy) == sums.get(&class).copied().unwrap_or_default(),
				"a meter must have the slots of its class's offers and the busy ones of them"
			);
			ensure!(
				meter.busy_blocks <= meter.slot_blocks && meter.until <= Self::now(),
				"a meter must count no more use than there was to use, up to now"
			);
		}
		Ok(())
	}

	fn try_state_history() -> Result<(), TryRuntimeError> {
		let start = PeriodStart::<T>::get();
		ensure!(
			start <= Self::now(),
			"a period must not begin in the future"
		);
		for class in PriceClass::ALL {
			let periods = History::<T>::get(class);
			ensure!(
				periods
					.iter()
					.zip(periods.iter().skip(1))
					.all(|(one, next)| one.ended_at < next.ended_at),
				"periods must be stored in their order"
			);
			ensure!(
				periods.last().is_none_or(|last| last.ended_at == start),
				"a period must begin where the one before ended"
			);
			ensure!(
				periods
					.iter()
					.all(|period| period.busy_blocks <= period.slot_blocks),
				"no period must have used more than there was"
			);
		}
		Ok(())
	}
}
