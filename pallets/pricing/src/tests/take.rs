//! Slots on the offer of a chosen provider.

use athanor_primitives::ports::LockedPrice;

use super::*;
use crate::Draining;
use pretty_assertions::assert_eq;

#[test]
fn take_locks_the_price() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			let locked = |price, version, last_slot| LockedPrice {
				price: Price::flat(price),
				version,
				last_slot,
			};
			assert_eq!(
				Pricing::take(&demand_at(20), &ALICE),
				Ok(locked(20, 0, false))
			);
			assert_eq!(busy(ALICE), 1);
			set_bounds(10, 10_000);
			assert_ok!(set_offer(ALICE, 30, 2));
			assert_eq!(
				Pricing::take(&demand_at(30), &ALICE),
				Ok(locked(30, 1, true))
			);
			assert_eq!(busy(ALICE), 2);
		});
}

#[test]
fn a_direct_job_needs_an_offer_at_its_ceiling() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			let check = |version, ceiling: u128, who| {
				Pricing::check_direct(MODEL, version, &Price::flat(ceiling), &who)
			};
			assert_noop!(check(VERSION, 20, BOB), Error::<Test>::NoOffer);
			assert_noop!(check(2, 20, ALICE), Error::<Test>::NoOffer);
			assert_noop!(check(VERSION, 19, ALICE), Error::<Test>::PriceAboveCeiling);
			// All slots taken and the provider inactive: it may wait for that to change.
			assert_ok!(take(ALICE));
			testing::set_active(ALICE, false);
			assert_ok!(check(VERSION, 20, ALICE));
		});
}

#[test]
fn a_refused_take_changes_nothing() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			let at = |ceiling| Pricing::take(&demand_at(ceiling), &ALICE);
			assert_noop!(at(19), Ineligible::PriceAboveCeiling);
			assert_noop!(take(BOB), Ineligible::NoOffer);
			assert_noop!(take(STRANGER), Ineligible::NotProvider);
			assert_ok!(at(20));
			assert_noop!(at(20), Ineligible::NoFreeSlot);
			frame_support::assert_storage_noop!(assert_eq!(draw(0), None));
		});
}

#[test]
fn jobs_of_a_retired_version_still_find_a_slot() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			set_version(VERSION, false);
			assert_ok!(take(ALICE));
			assert_eq!(draw(0), Some(ALICE));
		});
}

#[test]
fn give_back_frees_a_slot() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			give_back(ALICE);
			assert_eq!(busy(ALICE), 0);
			assert_ok!(take(ALICE));
		});
}

#[test]
fn give_back_without_an_offer_does_nothing() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			assert_ok!(remove_offer(ALICE));
			give_back(ALICE);
			frame_support::assert_storage_noop!({
				give_back(ALICE);
				Pricing::give_back(9, VERSION, &BOB, None);
			});
			assert_eq!(offer(ALICE), None);
			assert_eq!(held(ALICE), 0);
		});
}

#[test]
fn an_offer_made_anew_counts_the_jobs_of_the_old_one() {
	let drained = || Draining::<Test>::get((MODEL, VERSION), ALICE).map(|drained| drained.slots);
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			assert_ok!(take(ALICE));
			assert_ok!(remove_offer(ALICE));
			assert_eq!(drained(), Some(2));
			give_back(ALICE);
			assert_eq!(drained(), Some(1));

			assert_ok!(set_offer(ALICE, 20, 1));
			assert_eq!(drained(), None);
			assert_eq!((busy(ALICE), offer(ALICE).unwrap().index), (1, None));
			assert_eq!(take(ALICE), Err(Ineligible::NoFreeSlot));
			assert_eq!(draw(0), None);
			give_back(ALICE);
			assert_ok!(take(ALICE));

			// Twice in a row, and to the end.
			assert_ok!(remove_offer(ALICE));
			assert_ok!(set_offer(ALICE, 20, 3));
			assert_ok!(take(ALICE));
			assert_ok!(remove_offer(ALICE));
			for left in [Some(1), None, None] {
				give_back(ALICE);
				assert_eq!(drained(), left);
			}
			assert_ok!(set_offer(ALICE, 20, 1));
			assert_eq!(busy(ALICE), 0);
		});
}

#[test]
fn there_is_never_less_than_no_busy_slot() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			give_back(ALICE);
			assert_eq!((busy(ALICE), index()), (0, vec![ALICE]));
		});
}

#[test]
fn fewer_slots_than_busy_ones_drain() {
	ExtBuilder::default()
		.offer(ALICE, 20, 3)
		.build_and_execute(|| {
			for _ in 0..3 {
				assert_ok!(take(ALICE));
			}
			assert_ok!(set_offer(ALICE, 20, 1));
			assert_eq!(busy(ALICE), 3);
			for _ in 0..2 {
				assert_noop!(take(ALICE), Ineligible::NoFreeSlot);
				assert_eq!(draw(0), None);
				give_back(ALICE);
			}
			give_back(ALICE);
			assert_ok!(take(ALICE));
		});
}
