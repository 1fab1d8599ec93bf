//! Whatever a vote or an upgrade leaves behind: blocks go on, and everything stored can be read.

use super::*;
use crate::{
	Draining, FreeOffers, History, Meters, OfferIndex, Offers, OffersByProvider, PeriodStart,
	Policies, Prices, Version,
};
use frame_support::storage::unhashed;
use pretty_assertions::assert_eq;

/// Every key of this pallet has a value that can be decoded.
fn everything_decodes() {
	macro_rules! check {
		($($map:ident),*) => {
			$(assert_eq!(
				$map::<Test>::iter_keys().count(),
				$map::<Test>::iter().count(),
				stringify!($map)
			);)*
		};
	}
	check!(Policies, Prices, Meters, History);
	check!(Offers, OfferIndex, FreeOffers, OffersByProvider, Draining);
	for key in [
		PeriodStart::<Test>::hashed_key(),
		Version::<Test>::hashed_key(),
	] {
		assert!(unhashed::get_raw(&key).is_none_or(|raw| raw.len() == 4));
	}
}

/// A market lives through some periods: jobs come and go, and prices stay in the limits.
fn lives_on() {
	for round in 0..6 {
		if take(ALICE).is_ok() && round % 2 == 0 {
			deliver(ALICE, u32::MAX, u32::MAX);
		}
		advance(PERIOD);
		everything_decodes();
		assert_ok!(Pricing::do_try_state());
		for class in PriceClass::ALL {
			assert!(
				PriceLimits::get()
					.bounds
					.contain(&Pricing::bounds_of(class).floor)
			);
			assert!(
				PriceLimits::get()
					.bounds
					.contain(&Pricing::bounds_of(class).ceiling)
			);
			Pricing::simulate_policy(class, POLICY);
		}
	}
}

fn market() -> ExtBuilder {
	ExtBuilder::default().price(1_000).offer(ALICE, 20, 4)
}

#[test]
fn absurd_policies_that_can_be_voted_are_lived_with() {
	let widest = Policy {
		bounds: HARD,
		low: 0,
		high: 0,
		step: 200_000,
	};
	let point = PriceBounds {
		floor: Price::flat(1),
		ceiling: Price::flat(1),
	};
	let shrunk = Policy {
		bounds: point,
		..POLICY
	};
	let highest = Policy {
		bounds: PriceBounds {
			floor: HARD.ceiling,
			ceiling: HARD.ceiling,
		},
		low: 1_000_000,
		high: 1_000_000,
		step: 0,
	};
	market().build_and_execute(|| {
		for policy in [widest, shrunk, highest, POLICY, shrunk, widest] {
			assert_ok!(set_policy(PriceClass::Small, policy));
			lives_on();
		}
	});
}

#[test]
fn absurd_policies_that_cannot_be_voted_change_nothing() {
	type Change = fn(&mut Policy);
	let changes: [Change; 6] = [
		|policy| policy.bounds.floor = Price::flat(0),
		|policy| policy.bounds.floor = ANY_PRICE,
		|policy| policy.bounds.ceiling = Price::flat(0),
		|policy| policy.bounds.ceiling = ANY_PRICE,
		|policy| policy.low = u32::MAX,
		|policy| policy.step = u32::MAX,
	];
	market().build_and_execute(|| {
		for change in changes {
			let mut policy = POLICY;
			change(&mut policy);
			frame_support::assert_storage_noop!(set_policy(PriceClass::Small, policy).unwrap_err());
		}
		lives_on();
	});
}

#[test]
fn limits_that_an_upgrade_shrinks_or_widens_are_lived_with() {
	let flat = |floor, ceiling| PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	};
	market().build_and_execute(|| {
		for (bounds, step) in [
			(flat(0, 0), 0),
			(flat(0, u128::MAX), u32::MAX),
			(flat(u128::MAX, u128::MAX), u32::MAX),
			(flat(1, 1), 1),
			(HARD, 200_000),
		] {
			PriceLimits::mutate(|limits| {
				limits.bounds = bounds;
				limits.step = step;
			});
			end_period();
			lives_on();
		}
	});
}

#[test]
fn any_length_of_a_period_is_lived_with() {
	market().build_and_execute(|| {
		let start = || PeriodStart::<Test>::get();
		// Every block.
		for length in [0, 1] {
			PeriodLength::set(length);
			lives_on();
			assert_eq!(start(), System::block_number());
		}
		// Never.
		PeriodLength::set(u32::MAX);
		let before = start();
		lives_on();
		assert_eq!(start(), before);
		// All at once.
		PeriodLength::set(2);
		advance(1);
		assert_eq!(start(), System::block_number());
		lives_on();
	});
}

#[test]
fn meters_at_their_limits_do_not_stop_a_block() {
	market().build_and_execute(|| {
		take(ALICE).unwrap();
		Meters::<Test>::mutate(PriceClass::Small, |usage| {
			usage.meter.slot_blocks = u128::MAX;
			usage.meter.busy_blocks = u128::MAX;
			usage.tokens_in = u128::MAX;
			usage.tokens_out = u128::MAX;
		});
		deliver(ALICE, u32::MAX, u32::MAX);
		lives_on();
		let first = Pricing::history_of(PriceClass::Small)[0];
		assert_eq!(first.utilisation(), Some(1_000_000));
		assert_eq!(first.revenue(&first.price), u128::MAX);
	});
}
