//! What is told of holds and of who offers.

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::ExplainHolds,
};

use super::*;
use pretty_assertions::assert_eq;

#[test]
fn each_deposit_is_explained_to_the_unit() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.offer(BOB, 20, 1)
		.build_and_execute(|| {
			set_version(2, true);
			assert_ok!(publish(ALICE, MODEL, 2, Price::flat(20), 1));
			assert_ok!(publish(ALICE, LARGE_MODEL, VERSION, Price::flat(20), 1));
			// A busy offer holds its deposit like any other.
			assert_ok!(take(ALICE));

			let mut explained = Pricing::explain(&ALICE, 10);
			let sum: u128 = explained.iter().map(|held| held.amount).sum();
			assert_eq!(sum, held(ALICE));
			let key = |held: &Held| match held.reason {
				HeldFor::OfferDeposit { model, version } => (model, version),
				_ => panic!("{held:?}"),
			};
			explained.sort_by_key(key);
			let keys: Vec<_> = explained.iter().map(key).collect();
			assert_eq!(keys, vec![(MODEL, 1), (MODEL, 2), (LARGE_MODEL, 1)]);
			let expected = Held {
				reason: HeldFor::OfferDeposit {
					model: MODEL,
					version: 1,
				},
				amount: offer(ALICE).unwrap().held,
				until: HeldUntil::OwnerActs,
				freed_by: FreedBy::PricingRemoveOffer,
			};
			assert_eq!(explained[0], expected);

			assert_eq!(Pricing::explain(&ALICE, 2).len(), 2);
			assert_eq!(Pricing::explain(&ALICE, 0), vec![]);
			assert_eq!(Pricing::explain(&STRANGER, 10), vec![]);
		});
}

#[test]
fn what_frees_a_deposit_ends_its_explanation() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			assert_eq!(Pricing::explain(&ALICE, 10).len(), 1);
			assert_ok!(remove_offer(ALICE));
			assert_eq!(Pricing::explain(&ALICE, 10), vec![]);
			assert_eq!(held(ALICE), 0);
		});
}

#[test]
fn offering_pages_through_all_offers_busy_or_not() {
	let builder = (100..110).fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, 50, 1)
	});
	builder.build_and_execute(|| {
		set_version(2, true);
		assert_ok!(publish(ALICE, MODEL, 2, Price::flat(20), 1));
		for who in 100..105 {
			assert_ok!(take(who));
		}
		let page = |from, limit| Pricing::offering(MODEL, VERSION, from, limit);
		let all = page(0, u32::MAX);
		let mut sorted = all.clone();
		sorted.sort_unstable();
		assert_eq!(sorted, (100..110).collect::<Vec<_>>());
		assert_eq!([page(0, 4), page(4, 4), page(8, 4)].concat(), all);
		assert_eq!(page(0, 4).len(), 4);
		for (from, limit) in [(10, 4), (u32::MAX, u32::MAX), (0, 0)] {
			assert!(page(from, limit).is_empty());
		}
		assert_eq!(Pricing::offering(MODEL, 2, 0, 9), vec![ALICE]);
		assert!(Pricing::offering(9, 1, 0, 9).is_empty());
	});
}
