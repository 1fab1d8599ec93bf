//! Meters of what is used, and the end of a period, which moves the prices.

use athanor_primitives::{model::PriceClass, ports::Used, price::Price};
use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;
use sp_runtime::SaturatedConversion;

use crate::{
	Config, Counted, Event, History, Meters, Pallet, PeriodStart, Prices, Version, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// The number of this block, as meters count.
	pub(crate) fn now() -> u32 {
		frame_system::Pallet::<T>::block_number().saturated_into()
	}

	/// Blocks of a period.
	pub(crate) fn period() -> u32 {
		T::Period::get().saturated_into::<u32>().max(1)
	}

	/// Counts for a class that an offer has other slots from now on, and what a job used.
	pub(crate) fn count(class: PriceClass, before: Counted, after: Counted, used: Option<Used>) {
		if before == after && used.is_none() {
			return;
		}
		let change = |before: u32, after: u32| i64::from(after).saturating_sub(before.into());
		Meters::<T>::mutate(class, |usage| {
			usage.meter.change(
				Self::now(),
				change(before.slots, after.slots),
				change(before.busy, after.busy),
			);
			if let Some(used) = used {
				usage.serve(&used);
			}
		});
	}

	/// Ends the period if it has had its blocks. Nothing in here can fail: a block depends on it. Returns what
	/// it cost.
	pub(crate) fn end_period_if_due() -> Weight {
		let now = Self::now();
		if now.saturating_sub(PeriodStart::<T>::get()) < Self::period() {
			return T::WeightInfo::period_runs();
		}
		PeriodStart::<T>::put(now);
		for class in PriceClass::ALL {
			Self::close_period(class, now);
		}
		T::WeightInfo::period_ends()
	}

	/// Notes what a class did in the period, and moves its price.
	fn close_period(class: PriceClass, now: u32) {
		let policy = Self::policy(class);
		let held = Self::price(class, &policy);
		let period = Meters::<T>::mutate(class, |usage| usage.close(now, held));
		History::<T>::mutate(class, |periods| {
			if periods.is_full() {
				periods.remove(0);
			}
			// There is room now.
			let _ = periods.try_push(period);
		});
		let utilisation = period.utilisation();
		let (price, version) = Self::move_price(class, held, policy.next(&held, utilisation));
		Self::deposit_event(Event::PeriodEnded {
			class,
			utilisation,
			price,
			version,
		});
	}

	/// Gives a class another price and that a version of its own. Returns what holds from now on: without a
	/// policy there is no price to move, and without a version that was never used none moves.
	fn move_price(class: PriceClass, held: Price, next: Price) -> (Price, u32) {
		let version = Version::<T>::get();
		if Prices::<T>::get(class).is_none_or(|stored| stored == next) {
			return (held, version);
		}
		let Some(version) = version.checked_add(1) else {
			return (held, version);
		};
		Prices::<T>::insert(class, next);
		Version::<T>::put(version);
		(next, version)
	}
}
