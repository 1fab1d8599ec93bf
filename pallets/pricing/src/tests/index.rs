//! The index has the offers with a free slot, and no other.

use super::*;
use crate::{FreeOffers, OfferIndex};
use pretty_assertions::assert_eq;

/// Alice, Bob and Carol with so many slots each.
fn three(slots: u32) -> ExtBuilder {
	[ALICE, BOB, CAROL]
		.into_iter()
		.fold(ExtBuilder::default(), |builder, who| {
			builder.offer(who, 20, slots)
		})
}

/// What takes one out leaves the others without a gap.
const LEAVERS: [(AccountId, [AccountId; 2]); 3] = [
	(ALICE, [CAROL, BOB]),
	(BOB, [ALICE, CAROL]),
	(CAROL, [ALICE, BOB]),
];

#[test]
fn a_removed_offer_leaves_no_gap() {
	for (leaver, rest) in LEAVERS {
		three(1).build_and_execute(|| {
			assert_eq!(index(), vec![ALICE, BOB, CAROL]);
			assert_ok!(remove_offer(leaver));
			assert_eq!(index(), rest);
			assert_ok!(Pricing::do_try_state());
			assert_ok!(set_offer(leaver, 20, 1));
			assert_eq!(offer(leaver).unwrap().index, Some(2));
		});
	}
}

#[test]
fn an_offer_leaves_with_its_last_free_slot_and_comes_back_with_the_first() {
	for (leaver, rest) in LEAVERS {
		three(2).build_and_execute(|| {
			assert_ok!(take(leaver));
			assert_eq!(index(), vec![ALICE, BOB, CAROL]);
			assert_ok!(take(leaver));
			assert_eq!(index(), rest);
			assert_eq!(offer(leaver).unwrap().index, None);
			assert_ok!(Pricing::do_try_state());

			give_back(leaver);
			assert_eq!(index()[2], leaver);
			assert_ok!(Pricing::do_try_state());
			give_back(leaver);
			assert_eq!(index().len(), 3);
		});
	}
}

#[test]
fn a_drawn_offer_leaves_as_well() {
	three(1).build_and_execute(|| {
		for left in [2, 1, 0] {
			let winner = draw(7).unwrap();
			assert!(!index().contains(&winner));
			assert_eq!(index().len(), left);
			assert_ok!(Pricing::do_try_state());
		}
		assert!(!FreeOffers::<Test>::contains_key((MODEL, VERSION)));
		assert_eq!(OfferIndex::<Test>::iter().count(), 0);
	});
}

#[test]
fn slots_lowered_to_what_is_busy_take_an_offer_out_and_raised_ones_bring_it_back() {
	three(3).build_and_execute(|| {
		for _ in 0..2 {
			assert_ok!(take(ALICE));
		}
		for slots in [2, 1] {
			assert_ok!(set_offer(ALICE, 20, slots));
			assert_eq!((busy(ALICE), offer(ALICE).unwrap().index), (2, None));
			assert_eq!(index(), vec![CAROL, BOB]);
			assert_eq!(take(ALICE), Err(Ineligible::NoFreeSlot));
			assert_ok!(Pricing::do_try_state());
		}
		assert_ok!(set_offer(ALICE, 20, 3));
		assert_eq!((busy(ALICE), offer(ALICE).unwrap().index), (2, Some(2)));
		assert_eq!(index(), vec![CAROL, BOB, ALICE]);
		// Another price moves nobody.
		assert_ok!(set_offer(CAROL, 30, 3));
		assert_eq!(index(), vec![CAROL, BOB, ALICE]);
		assert_ok!(take(ALICE));
	});
}

#[test]
fn a_slot_that_is_given_back_below_busy_brings_nobody_back() {
	three(3).build_and_execute(|| {
		for _ in 0..3 {
			assert_ok!(take(BOB));
		}
		assert_ok!(set_offer(BOB, 20, 1));
		for left in [2, 1] {
			give_back(BOB);
			assert_eq!((busy(BOB), offer(BOB).unwrap().index), (left, None));
		}
		give_back(BOB);
		assert_eq!(index(), vec![ALICE, CAROL, BOB]);
	});
}

#[test]
fn a_busy_offer_is_removed_without_touching_the_index() {
	three(1).build_and_execute(|| {
		assert_ok!(take(ALICE));
		assert_eq!(index(), vec![CAROL, BOB]);
		assert_ok!(remove_offer(ALICE));
		assert_eq!(index(), vec![CAROL, BOB]);
		assert_eq!(held(ALICE), 0);
	});
}

#[test]
fn an_index_is_of_one_version_of_one_model() {
	three(1).build_and_execute(|| {
		set_version(2, true);
		for (model, version) in [(MODEL, 2), (LARGE_MODEL, 1)] {
			let key = (model, version);
			assert_ok!(publish(BOB, model, version, Price::flat(20), 1));
			assert_eq!(FreeOffers::<Test>::get(key), 1);
			assert_eq!(OfferIndex::<Test>::get(key, 0), Some(BOB));
		}
		assert_ok!(take(BOB));
		assert_eq!(index(), vec![ALICE, CAROL]);
		assert_eq!(FreeOffers::<Test>::get((MODEL, 2)), 1);
		assert_eq!(FreeOffers::<Test>::get((LARGE_MODEL, 1)), 1);
	});
}

#[test]
fn a_slot_comes_back_even_if_the_index_has_no_number_left() {
	three(1).build_and_execute(|| {
		let key = (MODEL, VERSION);
		assert_ok!(take(CAROL));
		FreeOffers::<Test>::insert(key, u32::MAX);
		give_back(CAROL);
		assert_eq!((busy(CAROL), offer(CAROL).unwrap().index), (0, None));
		FreeOffers::<Test>::insert(key, 2);
		// Who names it finds it, and setting it again lists it.
		assert_ok!(take(CAROL));
		give_back(CAROL);
		assert_eq!(index(), vec![ALICE, BOB, CAROL]);
	});
}
