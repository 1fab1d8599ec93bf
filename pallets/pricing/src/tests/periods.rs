//! What is counted in a period, and how its end moves the prices.

use frame_support::traits::Hooks;

use super::*;
use crate::{History, MAX_HISTORY, Meters, PeriodStart, Version, WeightInfo};
use athanor_primitives::policy::Period;
use pretty_assertions::assert_eq;

/// Alice with four slots at a price under that of the class, which is 1,000.
fn market() -> ExtBuilder {
	ExtBuilder::default().price(1_000).offer(ALICE, 20, 4)
}

fn take_slots(count: u32) {
	for _ in 0..count {
		assert_ok!(take(ALICE));
	}
}

fn last_period() -> Period {
	*History::<Test>::get(PriceClass::Small).last().unwrap()
}

fn last_utilisation() -> Option<u32> {
	last_period().utilisation()
}

#[test]
fn the_price_follows_what_was_used() {
	// All busy: the whole step up. 3 of 4: 3/8 of it. Half: inside of the band. 1 of 4: 3/8 down. None:
	// the whole step down.
	for (busy, used, price) in [
		(4, 1_000_000, 1_100),
		(3, 750_000, 1_037),
		(2, 500_000, 1_000),
		(1, 250_000, 963),
		(0, 0, 900),
	] {
		market().build_and_execute(|| {
			take_slots(busy);
			end_period();
			let price = Price::flat(price);
			assert_eq!(price_now(), price);
			let version = u32::from(price != Price::flat(1_000));
			assert_eq!(Version::<Test>::get(), version);
			let ended = |class, utilisation, price| Event::PeriodEnded {
				class,
				utilisation,
				price,
				version,
			};
			assert_eq!(
				events(),
				vec![
					ended(PriceClass::Small, Some(used), price),
					ended(PriceClass::Medium, None, Price::flat(1)),
					ended(PriceClass::Large, None, Price::flat(1)),
				]
			);
		});
	}
}

#[test]
fn a_period_has_its_blocks_and_the_next_begins_where_it_ends() {
	market().build_and_execute(|| {
		advance(8);
		assert_eq!(System::block_number(), 9);
		assert_eq!(price_now(), Price::flat(1_000));
		advance(1);
		assert_eq!(
			(PeriodStart::<Test>::get(), price_now()),
			(10, Price::flat(900))
		);
		advance(9);
		assert_eq!(price_now(), Price::flat(900));
		advance(1);
		assert_eq!(
			(PeriodStart::<Test>::get(), price_now()),
			(20, Price::flat(810))
		);
		assert_eq!(Version::<Test>::get(), 2);
	});
}

#[test]
fn without_offers_nothing_is_said_of_the_demand() {
	ExtBuilder::default().price(1_000).build_and_execute(|| {
		end_period();
		assert_eq!(last_utilisation(), None);
		assert_eq!(
			(price_now(), Version::<Test>::get()),
			(Price::flat(1_000), 0)
		);
	});
}

#[test]
fn the_price_stops_at_floor_and_ceiling() {
	let lowest = Price::flat(10);
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			end_period();
			assert_eq!((price_now(), Version::<Test>::get()), (lowest, 0));
			// At least a unit a period, where a tenth is less.
			set_bounds(1, 10_000);
			for units in [9, 8, 7] {
				end_period();
				assert_eq!(price_now(), Price::flat(units));
			}
			set_bounds(9_000, 10_000);
			take_slots(1);
			for units in [9_900, 10_000, 10_000] {
				end_period();
				assert_eq!(price_now(), Price::flat(units));
			}
		});
}

#[test]
fn a_class_without_a_policy_has_a_history_and_a_price_that_stays() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(publish(ALICE, LARGE_MODEL, VERSION, Price::flat(7), 2));
		let large = Demand {
			model: LARGE_MODEL,
			..demand()
		};
		assert_eq!(Pricing::take(&large, &ALICE).unwrap().price, Price::flat(7));
		end_period();
		let period = Pricing::history_of(PriceClass::Large)[0];
		assert_eq!(
			(period.price, period.utilisation()),
			(Price::flat(1), Some(500_000))
		);
		assert_eq!(Pricing::bounds_of(PriceClass::Large), HARD);
		assert_eq!(Version::<Test>::get(), 0);
	});
}

#[test]
fn a_job_keeps_the_price_and_the_version_with_which_it_was_assigned() {
	market().build_and_execute(|| {
		take_slots(3);
		let before = take(ALICE).unwrap();
		assert_eq!((before.price, before.version), (Price::flat(1_000), 0));
		give_back(ALICE);
		end_period();
		let after = take(ALICE).unwrap();
		assert!(after.price.input > before.price.input);
		assert_eq!((after.price, after.version), (price_now(), 1));
		give_back(ALICE);
		set_bounds(5_000, 10_000);
		let voted = take(ALICE).unwrap();
		assert_eq!((voted.price, voted.version), (Price::flat(5_000), 2));
	});
}

#[test]
fn use_is_weighed_by_its_time() {
	market().build_and_execute(|| {
		// From block 1: four slots for 9 blocks; two busy for 3, all for 2, one for 4.
		take_slots(2);
		advance(3);
		take_slots(2);
		advance(2);
		for _ in 0..3 {
			give_back(ALICE);
		}
		advance(4);
		let period = last_period();
		assert_eq!(
			(period.busy_blocks, period.slot_blocks, period.ended_at),
			(6 + 8 + 4, 36, 10)
		);
		assert_eq!(period.utilisation(), Some(500_000));
		// What is still busy counts in the next period from its first block.
		advance(10);
		assert_eq!(
			(last_period().busy_blocks, last_period().slot_blocks),
			(10, 40)
		);
	});
}

fn meter() -> (u64, u64) {
	let meter = Meters::<Test>::get(PriceClass::Small).meter;
	(meter.slots, meter.busy)
}

#[test]
fn the_meter_has_the_slots_of_all_offers_of_the_class() {
	market().offer(BOB, 20, 2).build_and_execute(|| {
		assert_eq!(meter(), (6, 0));
		take_slots(3);
		assert_eq!(meter(), (6, 3));
		assert_ok!(set_offer(ALICE, 20, 5));
		assert_eq!(meter(), (7, 3));
		// Jobs beyond the slots use nothing that others could.
		assert_ok!(set_offer(ALICE, 20, 2));
		assert_eq!(meter(), (4, 2));
		give_back(ALICE);
		assert_eq!(meter(), (4, 2));
		give_back(ALICE);
		assert_eq!(meter(), (4, 1));
		// A withdrawn offer has nothing to use; what drains is busy again on a new one.
		assert_ok!(remove_offer(ALICE));
		assert_eq!(meter(), (2, 0));
		assert_ok!(set_offer(ALICE, 20, 4));
		assert_eq!(meter(), (6, 1));
		assert_ok!(remove_offer(ALICE));
		give_back(ALICE);
		assert_eq!(meter(), (2, 0));
		testing::set_active(BOB, false);
		assert_ok!(Pricing::prune_offer(signed(STRANGER), MODEL, VERSION, BOB));
		assert_eq!(meter(), (0, 0));
		assert_ok!(publish(BOB, LARGE_MODEL, VERSION, Price::flat(20), 3));
		assert_eq!(meter(), (0, 0));
		assert_eq!(Meters::<Test>::get(PriceClass::Large).meter.slots, 3);
	});
}

#[test]
fn tokens_of_receipts_are_counted_whatever_became_of_the_offer() {
	market().build_and_execute(|| {
		take_slots(4);
		deliver(ALICE, 100, 7);
		// Work that came to nothing.
		give_back(ALICE);
		deliver(ALICE, u32::MAX, u32::MAX);
		assert_ok!(remove_offer(ALICE));
		deliver(ALICE, 1, 2);
		// Nobody has this job.
		deliver(ALICE, 5, 5);
		end_period();
		let period = last_period();
		let most = u128::from(u32::MAX);
		assert_eq!(
			(period.tokens_in, period.tokens_out),
			(most + 101, most + 9)
		);
		assert_eq!(period.revenue(&period.price), 1_000 * (2 * most + 110));
		end_period();
		assert_eq!((last_period().tokens_in, last_period().tokens_out), (0, 0));
	});
}

#[test]
fn the_history_has_the_last_periods() {
	market().build_and_execute(|| {
		for _ in 0..MAX_HISTORY + 3 {
			end_period();
		}
		let periods = Pricing::history_of(PriceClass::Small);
		assert_eq!(periods.len(), 64);
		let ends: Vec<u32> = periods.iter().map(|period| period.ended_at).collect();
		assert_eq!(ends, (4..=67).map(|period| 10 * period).collect::<Vec<_>>());
		assert_eq!(periods[0].price, Price::flat(729));
		assert_eq!(periods[63].price, Price::flat(10));
	});
}

#[test]
fn another_length_holds_from_the_period_that_runs() {
	market().build_and_execute(|| {
		advance(5);
		// Six blocks have been: five are enough.
		PeriodLength::set(5);
		advance(1);
		assert_eq!(PeriodStart::<Test>::get(), 7);
		PeriodLength::set(8);
		advance(7);
		assert_eq!(PeriodStart::<Test>::get(), 7);
		advance(1);
		assert_eq!(PeriodStart::<Test>::get(), 15);
	});
}

#[test]
fn a_block_pays_for_the_hook_what_it_does() {
	market().build_and_execute(|| {
		let pay = |block| {
			System::set_block_number(block);
			Pricing::on_initialize(block)
		};
		assert_eq!(pay(9), <() as WeightInfo>::period_runs());
		assert_eq!(pay(10), <() as WeightInfo>::period_ends());
		assert_eq!(pay(11), <() as WeightInfo>::period_runs());
	});
}
