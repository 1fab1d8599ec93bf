//! The draw among all offers for a model.

use std::collections::BTreeMap;

use athanor_primitives::ports::LockedPrice;

use super::*;
use pretty_assertions::assert_eq;

fn draw(ceiling: Price, excluded: &[AccountId], seed: u32) -> Option<AccountId> {
	let drawn = Pricing::take_any(MODEL, &ceiling, LIMITS, excluded, &randomness(seed));
	drawn.map(|(provider, _)| provider)
}

/// How often each provider wins jobs with these limits, when every slot is given back at once.
fn wins_of(limits: TokenLimits, draws: u32) -> BTreeMap<AccountId, u32> {
	let mut wins = BTreeMap::new();
	for seed in 0..draws {
		let drawn = Pricing::take_any(MODEL, &ANY_PRICE, limits, &[], &randomness(seed));
		let (winner, _) = drawn.unwrap();
		Pricing::give_back(MODEL, &winner);
		*wins.entry(winner).or_default() += 1;
	}
	wins
}

fn wins(draws: u32) -> BTreeMap<AccountId, u32> {
	wins_of(LIMITS, draws)
}

#[test]
fn a_draw_takes_a_slot_and_locks_the_price() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			let drawn = Pricing::take_any(MODEL, &Price::flat(20), LIMITS, &[], &randomness(0));
			let locked = LockedPrice {
				price: Price::flat(20),
				version: 0,
			};
			assert_eq!(drawn, Some((ALICE, locked)));
			assert_eq!(busy(ALICE), 1);
		});
}

#[test]
fn nothing_to_draw_from() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(draw(ANY_PRICE, &[], 0), None);
		assert_eq!(
			Pricing::take_any(9, &ANY_PRICE, LIMITS, &[], &randomness(0)),
			None
		);
	});
}

#[test]
fn a_draw_never_picks_what_it_must_not() {
	const FULL: AccountId = 11;
	const DEAR: AccountId = 12;
	const DEAR_OUTPUT: AccountId = 13;
	const INACTIVE: AccountId = 14;
	const EXCLUDED: AccountId = 15;
	const OUT_OF_BOUNDS: AccountId = 16;
	ExtBuilder::default()
		.offer(FULL, 50, 1)
		.offer(DEAR, 61, 1)
		.offer(DEAR_OUTPUT, 50, 1)
		.offer(INACTIVE, 50, 1)
		.offer(EXCLUDED, 50, 1)
		.offer(OUT_OF_BOUNDS, 20, 1)
		.offer(ALICE, 60, 1)
		.build_and_execute(|| {
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &FULL));
			let lopsided = Price {
				input: 50,
				output: 61,
			};
			assert_ok!(Pricing::set_offer(signed(DEAR_OUTPUT), MODEL, lopsided, 1));
			testing::set_active(INACTIVE, false);
			let floor = PriceBounds {
				floor: Price::flat(30),
				..SMALL
			};
			assert_ok!(Pricing::set_bounds(
				RuntimeOrigin::root(),
				PriceClass::Small,
				floor
			));

			for seed in 0..300 {
				assert_eq!(draw(Price::flat(60), &[EXCLUDED], seed), Some(ALICE));
				// The only slot is busy now.
				assert_eq!(draw(Price::flat(60), &[EXCLUDED], seed), None);
				Pricing::give_back(MODEL, &ALICE);
				assert_eq!(draw(Price::flat(60), &[EXCLUDED, ALICE], seed), None);
			}
		});
}

#[test]
fn slots_are_never_taken_twice() {
	ExtBuilder::default()
		.offer(ALICE, 20, 3)
		.offer(BOB, 25, 2)
		.build_and_execute(|| {
			let drawn: Vec<_> = (0..20)
				.filter_map(|seed| draw(ANY_PRICE, &[], seed))
				.collect();
			assert_eq!(drawn.len(), 5);
			assert_eq!((busy(ALICE), busy(BOB)), (3, 2));
		});
}

#[test]
fn chances_follow_the_inverse_square_of_the_price() {
	ExtBuilder::default()
		.offer(ALICE, 100, 1)
		.offer(BOB, 200, 1)
		.offer(CAROL, 400, 1)
		.build_and_execute(|| {
			let draws = 10_500;
			let wins = wins(draws);
			// 16 : 4 : 1 of 21 parts, each within five standard deviations.
			for (who, parts) in [(ALICE, 16.0), (BOB, 4.0), (CAROL, 1.0)] {
				let chance = parts / 21.0;
				let expected = f64::from(draws) * chance;
				let deviation = (expected * (1.0 - chance)).sqrt();
				let error = (f64::from(wins[&who]) - expected).abs();
				assert!(error < 5.0 * deviation, "{who}: {wins:?}");
			}
		});
}

#[test]
fn chances_depend_on_what_the_job_costs() {
	ExtBuilder::default()
		.offer(ALICE, 100, 1)
		.offer(BOB, 100, 1)
		.build_and_execute(|| {
			// The prices of one token of each kind add up to about the same.
			let lopsided = Price {
				input: 200,
				output: 10,
			};
			assert_ok!(Pricing::set_offer(signed(BOB), MODEL, lopsided, 1));
			let draws = 5_000;
			// 100,100 against 200,010 units: all but 4 parts of 5 for Alice.
			let prompts = TokenLimits {
				input: 1_000,
				output: 1,
			};
			let wins = wins_of(prompts, draws);
			// 4,000 expected, standard deviation 28.
			assert!(wins[&ALICE].abs_diff(4_000) < 150, "{wins:?}");
			// 100,100 against 10,200 units: 1 part of 97 for Alice.
			let outputs = TokenLimits {
				input: 1,
				output: 1_000,
			};
			let wins = wins_of(outputs, draws);
			// 51 expected, standard deviation 7.
			assert!((16..87).contains(&wins[&ALICE]), "{wins:?}");
		});
}

#[test]
fn equal_offers_have_equal_chances_however_many_there_are() {
	let providers = 100..140u64;
	let builder = providers
		.clone()
		.fold(ExtBuilder::default(), |builder, who| {
			builder.offer(who, 50, 1)
		});
	builder.build_and_execute(|| {
		let wins = wins(8_000);
		assert_eq!(wins.len(), 40, "everybody wins sometimes");
		// 200 expected, standard deviation 14.
		for who in providers {
			assert!(wins[&who].abs_diff(200) < 75, "{who}: {wins:?}");
		}
	});
}

#[test]
fn a_cheap_offer_gets_more_work_among_many() {
	let builder = (100..140u64)
		.fold(ExtBuilder::default(), |builder, who| {
			builder.offer(who, 200, 1)
		})
		.offer(ALICE, 100, 1);
	builder.build_and_execute(|| {
		let draws = 4_000;
		let wins = wins(draws);
		// In the sample with chance 8/41, then 4 parts of 11.
		let expected = f64::from(draws) * 8.0 / 41.0 * 4.0 / 11.0;
		let error = (f64::from(wins[&ALICE]) - expected).abs();
		assert!(
			error < 5.0 * expected.sqrt(),
			"{} of {expected}",
			wins[&ALICE]
		);
	});
}

#[test]
fn a_draw_may_miss_the_only_usable_offer_but_finds_it_in_time() {
	let builder = (100..150u64)
		.fold(ExtBuilder::default(), |builder, who| {
			builder.offer(who, 200, 1)
		})
		.offer(ALICE, 100, 1);
	builder.build_and_execute(|| {
		let hits = (0..400)
			.filter(|seed| {
				let drawn = draw(Price::flat(100), &[], *seed);
				assert!(drawn.is_none_or(|who| who == ALICE));
				Pricing::give_back(MODEL, &ALICE);
				drawn.is_some()
			})
			.count();
		// 8 of 51 offers are looked at: 63 expected, standard deviation 7.
		assert!((25..100).contains(&hits), "{hits}");
	});
}

#[test]
fn the_same_randomness_draws_the_same_offer() {
	let builder = (100..140u64).fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, 50, 1)
	});
	builder.build_and_execute(|| {
		for seed in 0..50 {
			let first = draw(ANY_PRICE, &[], seed).unwrap();
			Pricing::give_back(MODEL, &first);
			let second = draw(ANY_PRICE, &[], seed).unwrap();
			Pricing::give_back(MODEL, &second);
			assert_eq!(first, second);
		}
	});
}

#[test]
fn the_highest_prices_do_not_overflow() {
	let top = Price::flat(u128::MAX);
	ExtBuilder::default().build_and_execute(|| {
		HardBounds::set(PriceBounds {
			floor: Price::flat(0),
			ceiling: top,
		});
		let all = PriceBounds {
			floor: Price::flat(0),
			ceiling: top,
		};
		assert_ok!(Pricing::set_bounds(
			RuntimeOrigin::root(),
			PriceClass::Small,
			all
		));
		assert_ok!(Pricing::set_offer(signed(ALICE), MODEL, top, 1));
		assert_ok!(Pricing::set_offer(signed(BOB), MODEL, top, 1));
		let draw =
			|limits| Pricing::take_any(MODEL, &ANY_PRICE, limits, &[], &randomness(0)).is_some();
		let one_token = TokenLimits {
			input: 1,
			output: 0,
		};
		assert!(draw(one_token) && draw(one_token));
		assert_eq!((busy(ALICE), busy(BOB)), (1, 1));
		Pricing::give_back(MODEL, &ALICE);
		// What costs more than there can be is no offer, and hides none.
		assert!(!draw(LIMITS));
		assert_ok!(Pricing::set_offer(signed(CAROL), MODEL, Price::flat(1), 1));
		assert!(draw(LIMITS));
		assert_eq!((busy(ALICE), busy(CAROL)), (0, 1));
	});
}
