//! Each law is there: a state that breaks it is found.

use frame_support::traits::{fungible::MutateHold, tokens::Precision::Exact};
use sp_runtime::TryRuntimeError;

use super::*;
use crate::{Bounds, OfferCount, OfferIndex, Offers};
use pretty_assertions::assert_eq;

/// Breaks a sound state, and expects the law with this sentence to be the one that notices.
fn breaks(law: &'static str, damage: impl FnOnce()) {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.offer(BOB, 30, 1)
		.build()
		.execute_with(|| {
			assert_ok!(Pricing::do_try_state());
			damage();
			assert_eq!(Pricing::do_try_state(), Err(TryRuntimeError::Other(law)));
		});
}

#[test]
fn no_counter_of_zero() {
	breaks("an offer counter of 0 must not be stored", || {
		OfferCount::<Test>::insert(7, 0)
	});
}

#[test]
fn the_counter_is_the_number_of_entries() {
	let law = "OfferCount must be the number of entries in OfferIndex";
	breaks(law, || OfferCount::<Test>::insert(MODEL, 3));
	breaks(law, || OfferIndex::<Test>::remove(MODEL, 0));
}

#[test]
fn the_index_is_dense() {
	let law = "OfferIndex must be dense: entries 0 to OfferCount and no other";
	breaks(law, || OfferCount::<Test>::remove(MODEL));
	breaks(law, || {
		OfferIndex::<Test>::remove(MODEL, 1);
		OfferIndex::<Test>::insert(MODEL, 2, BOB);
		Offers::<Test>::mutate(MODEL, BOB, |offer| offer.as_mut().unwrap().index = 2);
	});
}

#[test]
fn entries_name_offers() {
	let law = "every entry of OfferIndex must name an offer that knows its index";
	breaks(law, || Offers::<Test>::remove(MODEL, ALICE));
	breaks(law, || OfferIndex::<Test>::insert(MODEL, 0, BOB));
	breaks(law, || {
		Offers::<Test>::mutate(MODEL, ALICE, |offer| offer.as_mut().unwrap().index = 1)
	});
}

#[test]
fn offers_are_in_the_index() {
	breaks("every offer must be in OfferIndex", || {
		let mut lost = offer(ALICE).unwrap();
		lost.index = 5;
		Offers::<Test>::insert(MODEL, CAROL, lost);
	});
}

#[test]
fn offers_have_slots() {
	breaks("every offer must have a slot", || {
		Offers::<Test>::mutate(MODEL, ALICE, |offer| offer.as_mut().unwrap().slots = 0);
	});
}

#[test]
fn holds_are_the_sum_of_deposits() {
	let law = "what a provider has on hold must be the sum of its offers' deposits";
	breaks(law, || {
		assert_ok!(Balances::release(&OfferHold::get(), &ALICE, 1, Exact));
	});
	breaks(law, || {
		assert_ok!(Balances::hold(&OfferHold::get(), &ALICE, 1));
	});
	breaks(law, || {
		Offers::<Test>::mutate(MODEL, ALICE, |offer| offer.as_mut().unwrap().held += 1);
	});
}

#[test]
fn only_providers_with_offers_have_deposits() {
	breaks(
		"only accounts with an offer may have a deposit on hold",
		|| {
			assert_ok!(Balances::hold(&OfferHold::get(), &CAROL, 1));
		},
	);
}

#[test]
fn deposits_cannot_overflow() {
	breaks("the sum of a provider's deposits must be a balance", || {
		let price = Price::flat(20);
		assert_ok!(Pricing::set_offer(signed(ALICE), LARGE_MODEL, price, 1));
		Offers::<Test>::mutate(MODEL, ALICE, |offer| {
			offer.as_mut().unwrap().held = u128::MAX
		});
	});
}

#[test]
fn bounds_are_in_order() {
	breaks(
		"the floor of stored bounds must be at or under their ceiling",
		|| {
			let bounds = PriceBounds {
				floor: Price::flat(2),
				ceiling: Price::flat(1),
			};
			Bounds::<Test>::insert(PriceClass::Large, bounds);
		},
	);
}
