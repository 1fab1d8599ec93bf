//! Slots on the offer of a chosen provider.

use athanor_primitives::ports::LockedPrice;

use super::*;
use pretty_assertions::assert_eq;

#[test]
fn take_locks_the_price() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			let locked = Pricing::take(MODEL, &Price::flat(20), &ALICE);
			assert_eq!(
				locked,
				Ok(LockedPrice {
					price: Price::flat(20),
					version: 0
				})
			);
			assert_eq!(busy(ALICE), 1);
			assert_ok!(Pricing::set_bounds(
				RuntimeOrigin::root(),
				PriceClass::Small,
				SMALL
			));
			assert_ok!(set_offer(ALICE, 30, 2));
			let locked = Pricing::take(MODEL, &Price::flat(30), &ALICE);
			assert_eq!(
				locked,
				Ok(LockedPrice {
					price: Price::flat(30),
					version: 1
				})
			);
			assert_eq!(busy(ALICE), 2);
		});
}

#[test]
fn a_direct_job_needs_an_offer_at_its_ceiling() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			let check =
				|ceiling: u128, who| Pricing::check_direct(MODEL, &Price::flat(ceiling), &who);
			assert_noop!(check(20, BOB), Error::<Test>::NoOffer);
			assert_noop!(check(19, ALICE), Error::<Test>::PriceAboveCeiling);
			// All slots taken and the provider inactive: it may wait for that to change.
			assert_ok!(Pricing::take(MODEL, &Price::flat(20), &ALICE));
			testing::set_active(ALICE, false);
			assert_ok!(check(20, ALICE));
		});
}

#[test]
fn take_says_why_not() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			let take = |ceiling: u128, who| Pricing::take(MODEL, &Price::flat(ceiling), &who);
			assert_noop!(take(20, BOB), Error::<Test>::NoOffer);
			assert_noop!(take(19, ALICE), Error::<Test>::PriceAboveCeiling);
			let one_kind = Price {
				input: 20,
				output: 19,
			};
			assert_noop!(
				Pricing::take(MODEL, &one_kind, &ALICE),
				Error::<Test>::PriceAboveCeiling
			);

			testing::set_active(ALICE, false);
			assert_noop!(take(20, ALICE), Error::<Test>::ProviderInactive);
			testing::set_active(ALICE, true);

			let high = PriceBounds {
				floor: Price::flat(21),
				ceiling: Price::flat(30),
			};
			assert_ok!(Pricing::set_bounds(
				RuntimeOrigin::root(),
				PriceClass::Small,
				high
			));
			assert_noop!(take(30, ALICE), Error::<Test>::PriceOutOfBounds);
			assert_ok!(Pricing::set_bounds(
				RuntimeOrigin::root(),
				PriceClass::Small,
				SMALL
			));

			assert_ok!(take(20, ALICE));
			assert_noop!(take(20, ALICE), Error::<Test>::NoFreeSlot);

			testing::reset();
			assert_noop!(take(20, ALICE), Error::<Test>::UnknownModel);
		});
}

#[test]
fn jobs_of_a_retired_model_still_find_a_slot() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			retire(MODEL);
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			assert!(Pricing::take_any(MODEL, &ANY_PRICE, LIMITS, &[], &randomness(0)).is_some());
		});
}

#[test]
fn give_back_frees_a_slot() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			Pricing::give_back(MODEL, &ALICE);
			assert_eq!(busy(ALICE), 0);
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
		});
}

#[test]
fn give_back_without_an_offer_does_nothing() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			assert_ok!(Pricing::remove_offer(signed(ALICE), MODEL));
			Pricing::give_back(MODEL, &ALICE);
			Pricing::give_back(9, &BOB);
			assert_eq!(offer(ALICE), None);
			assert_eq!(crate::OfferCount::<Test>::get(9), 0);
			assert_eq!(held(ALICE), 0);
		});
}

#[test]
fn an_offer_made_anew_never_has_less_than_no_busy_slot() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			assert_ok!(Pricing::remove_offer(signed(ALICE), MODEL));
			assert_ok!(set_offer(ALICE, 20, 2));
			assert_eq!(busy(ALICE), 0);
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			for left in [0, 0, 0] {
				Pricing::give_back(MODEL, &ALICE);
				assert_eq!(busy(ALICE), left);
			}
		});
}

#[test]
fn fewer_slots_than_busy_ones_drain() {
	ExtBuilder::default()
		.offer(ALICE, 20, 3)
		.build_and_execute(|| {
			for _ in 0..3 {
				assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			}
			assert_ok!(set_offer(ALICE, 20, 1));
			assert_eq!(busy(ALICE), 3);
			for _ in 0..2 {
				assert_noop!(
					Pricing::take(MODEL, &ANY_PRICE, &ALICE),
					Error::<Test>::NoFreeSlot
				);
				assert_eq!(
					Pricing::take_any(MODEL, &ANY_PRICE, LIMITS, &[], &randomness(0)),
					None
				);
				Pricing::give_back(MODEL, &ALICE);
			}
			Pricing::give_back(MODEL, &ALICE);
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
		});
}
