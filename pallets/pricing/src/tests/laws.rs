//! Each law is there: a state that breaks it is found.

use frame_support::traits::{fungible::MutateHold, tokens::Precision::Exact};
use sp_runtime::TryRuntimeError;

use super::*;
use crate::{
	Drained, Draining, FreeOffers, History, Meters, OfferIndex, Offers, OffersByProvider,
	PeriodStart, Policies, Prices, Usage,
};
use athanor_primitives::policy::Period;
use pretty_assertions::assert_eq;

const KEY: crate::ModelVersion = (MODEL, VERSION);

/// Changes the stored offer of a provider, and nothing else.
fn alter(provider: AccountId, change: impl FnOnce(&mut crate::OfferOf<Test>)) {
	Offers::<Test>::mutate(KEY, provider, |offer| change(offer.as_mut().unwrap()));
}

/// What drains for Alice or Carol.
fn drained(slots: u32) -> Drained {
	let class = PriceClass::Small;
	Drained { slots, class }
}

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
		FreeOffers::<Test>::insert((7, 1), 0)
	});
}

#[test]
fn the_counter_is_the_number_of_entries() {
	let law = "FreeOffers must be the number of entries in OfferIndex";
	breaks(law, || FreeOffers::<Test>::insert(KEY, 3));
	breaks(law, || OfferIndex::<Test>::remove(KEY, 0));
}

#[test]
fn the_index_is_dense() {
	let law = "OfferIndex must be dense: entries 0 to FreeOffers and no other";
	breaks(law, || FreeOffers::<Test>::remove(KEY));
	breaks(law, || {
		OfferIndex::<Test>::remove(KEY, 1);
		OfferIndex::<Test>::insert(KEY, 2, BOB);
		alter(BOB, |offer| offer.index = Some(2));
	});
}

#[test]
fn entries_name_offers() {
	let law = "every entry of OfferIndex must name an offer that knows its index";
	breaks(law, || Offers::<Test>::remove(KEY, ALICE));
	breaks(law, || OfferIndex::<Test>::insert(KEY, 0, BOB));
	breaks(law, || alter(ALICE, |offer| offer.index = Some(1)));
}

#[test]
fn offers_with_an_index_are_in_the_index() {
	breaks("every offer with an index must be in OfferIndex", || {
		let mut lost = offer(ALICE).unwrap();
		lost.index = Some(5);
		Offers::<Test>::insert(KEY, CAROL, lost);
	});
}

#[test]
fn the_index_has_all_offers_with_a_free_slot_and_no_other() {
	let law = "an offer must have an index exactly while it has a free slot";
	breaks(law, || alter(ALICE, |offer| offer.busy = 1));
	breaks(law, || {
		assert_ok!(take(ALICE));
		alter(ALICE, |offer| offer.busy = 0);
	});
}

#[test]
fn providers_know_their_offers() {
	breaks("every offer must be in OffersByProvider", || {
		OffersByProvider::<Test>::remove(ALICE, KEY)
	});
	breaks("every entry of OffersByProvider must name an offer", || {
		OffersByProvider::<Test>::insert(CAROL, KEY, ())
	});
}

#[test]
fn slots_drain_only_without_an_offer() {
	breaks("a draining of 0 slots must not be stored", || {
		Draining::<Test>::insert(KEY, CAROL, drained(0))
	});
	breaks(
		"slots must not drain beside an offer that counts them",
		|| Draining::<Test>::insert(KEY, ALICE, drained(1)),
	);
}

#[test]
fn offers_have_slots() {
	breaks("every offer must have a slot", || {
		alter(ALICE, |offer| offer.slots = 0);
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
		alter(ALICE, |offer| offer.held += 1);
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
		assert_ok!(publish(ALICE, LARGE_MODEL, VERSION, Price::flat(20), 1));
		alter(ALICE, |offer| offer.held = u128::MAX);
	});
}

fn alter_policy(change: fn(&mut Policy)) {
	Policies::<Test>::mutate(PriceClass::Small, |policy| {
		change(policy.as_mut().unwrap());
	});
}

#[test]
fn bounds_are_in_order() {
	breaks(
		"the floor of a policy must be at or under its ceiling",
		|| alter_policy(|policy| policy.bounds.ceiling = Price::flat(9)),
	);
}

#[test]
fn shares_are_parts_of_the_whole() {
	let law = "band and step of a policy must be parts of the whole";
	breaks(law, || alter_policy(|policy| policy.low = 600_001));
	breaks(law, || alter_policy(|policy| policy.high = 1_000_001));
	breaks(law, || alter_policy(|policy| policy.step = 1_000_001));
}

#[test]
fn policies_have_prices_and_prices_policies() {
	let law = "exactly the classes with a policy must have a price";
	breaks(law, || Prices::<Test>::remove(PriceClass::Small));
	breaks(law, || Policies::<Test>::remove(PriceClass::Small));
	breaks(law, || {
		Prices::<Test>::insert(PriceClass::Large, Price::flat(1))
	});
}

#[test]
fn prices_lie_in_their_bounds() {
	let law = "a price must lie between floor and ceiling of its policy";
	for units in [9, 10_001] {
		breaks(law, || {
			Prices::<Test>::insert(PriceClass::Small, Price::flat(units));
		});
	}
}

fn alter_meter(class: PriceClass, change: fn(&mut Usage)) {
	Meters::<Test>::mutate(class, change);
}

#[test]
fn meters_are_the_sums_of_the_offers() {
	let law = "a meter must have the slots of its class's offers and the busy ones of them";
	let small = PriceClass::Small;
	breaks(law, || alter_meter(small, |usage| usage.meter.slots = 3));
	breaks(law, || alter_meter(small, |usage| usage.meter.busy = 1));
	breaks(law, || {
		alter_meter(PriceClass::Large, |usage| usage.meter.slots = 1);
	});
	breaks(law, || Meters::<Test>::remove(small));
	breaks(law, || alter(BOB, |offer| offer.slots = 2));
	breaks(law, || {
		alter(ALICE, |offer| offer.class = PriceClass::Medium)
	});
}

#[test]
fn meters_count_what_was() {
	let law = "a meter must count no more use than there was to use, up to now";
	let small = PriceClass::Small;
	breaks(law, || {
		alter_meter(small, |usage| usage.meter.busy_blocks = 1)
	});
	breaks(law, || alter_meter(small, |usage| usage.meter.until = 2));
}

fn note(ended_at: u32, busy_blocks: u128) {
	let period = Period {
		ended_at,
		busy_blocks,
		slot_blocks: 5,
		..Period::default()
	};
	History::<Test>::mutate(PriceClass::Medium, |periods| {
		periods.try_push(period).unwrap();
	});
	PeriodStart::<Test>::put(ended_at);
}

#[test]
fn periods_follow_each_other() {
	let begins = "a period must begin where the one before ended";
	breaks("a period must not begin in the future", || {
		PeriodStart::<Test>::put(2)
	});
	breaks("periods must be stored in their order", || {
		note(1, 5);
		note(1, 5);
	});
	breaks(begins, || {
		note(0, 5);
		PeriodStart::<Test>::put(1);
	});
	breaks("no period must have used more than there was", || {
		note(1, 6)
	});
}
