//! The draw among all offers for a model.

use std::collections::BTreeMap;

use athanor_primitives::ports::LockedPrice;

use super::*;
use pretty_assertions::assert_eq;

/// How often each provider wins such jobs, when every slot is given back at once.
fn wins_of(demand: &Demand<'_, AccountId>, draws: u32) -> BTreeMap<AccountId, u32> {
	let mut wins = BTreeMap::new();
	for seed in 0..draws {
		let winner = draw_for(demand, seed).unwrap();
		give_back(winner);
		*wins.entry(winner).or_default() += 1;
	}
	wins
}

fn many(offers: core::ops::Range<AccountId>, price: u128) -> ExtBuilder {
	offers.fold(ExtBuilder::default(), |builder, who| {
		builder.offer(who, price, 1)
	})
}

fn wins(draws: u32) -> BTreeMap<AccountId, u32> {
	wins_of(&demand(), draws)
}

#[test]
fn a_draw_takes_a_slot_and_locks_the_price() {
	ExtBuilder::default()
		.offer(ALICE, 20, 2)
		.build_and_execute(|| {
			let drawn = Pricing::take_any(&demand_at(20), &randomness(0));
			let locked = LockedPrice {
				price: Price::flat(20),
				version: 0,
				last_slot: false,
			};
			assert_eq!(drawn, Some((ALICE, locked)));
			assert_eq!(busy(ALICE), 1);
		});
}

#[test]
fn nothing_to_draw_from() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(draw(0), None);
		for (model, version) in [(9, VERSION), (MODEL, 2)] {
			let unknown = Demand {
				model,
				version,
				..demand()
			};
			assert_eq!(draw_for(&unknown, 0), None);
		}
	});
}

#[test]
fn a_draw_never_picks_what_it_must_not() {
	const FULL: AccountId = 11;
	const DEAR: AccountId = 12;
	const DEAR_OUTPUT: AccountId = 13;
	const POOR_NOW: AccountId = 14;
	const EXCLUDED: AccountId = 15;
	const OUT_OF_BOUNDS: AccountId = 16;
	const FAILED: AccountId = 17;
	const CHILLED: AccountId = 18;
	const PAUSED: AccountId = 19;
	const NO_KEY: AccountId = 20;
	const NO_COVER: AccountId = 21;
	const SMALL_GPU: AccountId = 22;
	let builder = (FULL..=SMALL_GPU).fold(ExtBuilder::default(), |builder, who| match who {
		OUT_OF_BOUNDS => builder.offer(who, 59, 1),
		DEAR => builder.offer(who, 61, 1),
		_ => builder.offer(who, 50, 1),
	});
	builder.offer(ALICE, 57, 1).build_and_execute(|| {
		// All are looked at, so that what is not drawn could not be.
		DrawSample::set(64);
		assert_ok!(take(FULL));
		let lopsided = Price {
			input: 50,
			output: 61,
		};
		assert_ok!(publish(DEAR_OUTPUT, MODEL, VERSION, lopsided, 1));
		let small = Attributes {
			gpu_memory_gib: 8,
			..BERLIN
		};
		let origin = signed(SMALL_GPU);
		let price = Price::flat(50);
		assert_ok!(Pricing::set_offer(origin, MODEL, VERSION, price, 1, small));
		testing::set_active(POOR_NOW, false);
		testing::set_chilled(CHILLED, true);
		testing::set_paused(PAUSED, true);
		testing::remove_keys(NO_KEY);
		testing::set_bonded(NO_COVER, 9);
		set_bounds(10, 58);

		let asked = Demand {
			exclude: &[EXCLUDED],
			failed: &[FAILED],
			cover: 10,
			needs: Needs {
				min_gpu_memory_gib: Some(80),
				..Needs::default()
			},
			..demand_at(60)
		};
		let without_alice = Demand {
			exclude: &[EXCLUDED, ALICE],
			..asked
		};
		for seed in 0..300 {
			assert_eq!(draw_for(&asked, seed), Some(ALICE));
			// The only slot is busy now.
			assert_eq!(draw_for(&asked, seed), None);
			give_back(ALICE);
			assert_eq!(draw_for(&without_alice, seed), None);
		}
	});
}

#[test]
fn a_busy_offer_is_never_drawn() {
	many(100..140, 50).build_and_execute(|| {
		for (seed, left) in (0..40).zip((0..40).rev()) {
			let winner = draw(seed).unwrap();
			assert_eq!(busy(winner), 1, "its only slot");
			assert!(!index().contains(&winner));
			assert_eq!(index().len(), left);
		}
		assert_eq!(draw(40), None);
		give_back(117);
		assert_eq!((draw(41), draw(42)), (Some(117), None));
	});
}

#[test]
fn few_free_offers_are_found_in_one_draw_among_ten_thousand() {
	const FREE: [AccountId; 3] = [1_007, 5_555, 10_999];
	many(1_000..11_000, 50).build_and_execute(|| {
		for who in (1_000..11_000).filter(|who| !FREE.contains(who)) {
			assert_ok!(take(who));
		}
		assert_eq!(index().len(), 3);
		let wins = wins(600);
		// 200 expected, standard deviation 12.
		assert_eq!(wins.len(), 3);
		assert!(
			wins.values().all(|hits| hits.abs_diff(200) < 60),
			"{wins:?}"
		);
		let mut last: Vec<_> = (0..3).filter_map(draw).collect();
		last.sort_unstable();
		assert_eq!(last, FREE);
		assert_eq!(draw(3), None);
	});
}

#[test]
fn a_draw_keeps_to_the_version_of_the_job() {
	ExtBuilder::default()
		.offer(ALICE, 50, 1)
		.build_and_execute(|| {
			set_version(2, true);
			assert_ok!(publish(BOB, MODEL, 2, Price::flat(20), 1));
			let new = Demand {
				version: 2,
				..demand()
			};
			for seed in 0..100 {
				assert_eq!(draw(seed), Some(ALICE));
				give_back(ALICE);
				assert_eq!(draw_for(&new, seed), Some(BOB));
				Pricing::give_back(MODEL, 2, &BOB, None);
			}
		});
}

#[test]
fn an_allow_list_is_drawn_from_as_a_whole() {
	const BUSY: AccountId = 500;
	const NO_OFFER: AccountId = CAROL;
	// Most of the market is not on the list, and a sample would seldom meet who is.
	many(100..1_100, 50)
		.offer(ALICE, 100, 1)
		.offer(BOB, 200, 1)
		.build_and_execute(|| {
			assert_ok!(take(BUSY));
			// Named twice is no better chance.
			let listed = Demand {
				allow: &[BOB, BUSY, ALICE, NO_OFFER, STRANGER, BOB],
				..demand()
			};
			let wins = wins_of(&listed, 4_000);
			// 4 : 1 of 5 parts; standard deviation 25.
			assert_eq!(wins.len(), 2);
			assert!(wins[&ALICE].abs_diff(3_200) < 125, "{wins:?}");

			let without_alice = Demand {
				exclude: &[ALICE],
				..listed
			};
			assert_eq!(draw_for(&without_alice, 0), Some(BOB));
			assert_eq!(draw_for(&without_alice, 1), None);
			assert_eq!(draw_for(&listed, 2), Some(ALICE));
			assert_eq!(draw_for(&listed, 3), None);
		});
}

#[test]
fn what_the_index_cannot_know_stays_in_it() {
	many(100..104, 50).build_and_execute(|| {
		testing::set_chilled(100, true);
		testing::set_paused(101, true);
		testing::set_active(102, false);
		testing::set_bonded(103, 0);
		let asked = Demand {
			cover: 1,
			..demand()
		};
		assert_eq!(draw_for(&asked, 0), None);
		assert_eq!(index(), vec![100, 101, 102, 103]);
		// Each gets work again without a call here.
		testing::set_chilled(100, false);
		assert_eq!(draw_for(&asked, 1), Some(100));
	});
}

#[test]
fn slots_are_never_taken_twice() {
	ExtBuilder::default()
		.offer(ALICE, 20, 3)
		.offer(BOB, 25, 2)
		.build_and_execute(|| {
			let drawn: Vec<_> = (0..20).filter_map(draw).collect();
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
			assert_ok!(publish(BOB, MODEL, VERSION, lopsided, 1));
			let draws = 5_000;
			let limited = |limits| Demand { limits, ..demand() };
			// 100,100 against 200,010 units: all but 4 parts of 5 for Alice.
			let prompts = TokenLimits {
				input: 1_000,
				output: 1,
			};
			let wins = wins_of(&limited(prompts), draws);
			// 4,000 expected, standard deviation 28.
			assert!(wins[&ALICE].abs_diff(4_000) < 150, "{wins:?}");
			// 100,100 against 10,200 units: 1 part of 97 for Alice.
			let outputs = TokenLimits {
				input: 1,
				output: 1_000,
			};
			let wins = wins_of(&limited(outputs), draws);
			// 51 expected, standard deviation 7.
			assert!((16..87).contains(&wins[&ALICE]), "{wins:?}");
		});
}

#[test]
fn equal_offers_have_equal_chances_however_many_there_are() {
	let providers = 100..140u64;
	many(providers.clone(), 50).build_and_execute(|| {
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
	let builder = many(100..140, 200).offer(ALICE, 100, 1);
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
	let builder = many(100..150, 200).offer(ALICE, 100, 1);
	builder.build_and_execute(|| {
		let hits = (0..400)
			.filter(|seed| {
				let drawn = draw_for(&demand_at(100), *seed);
				assert!(drawn.is_none_or(|who| who == ALICE));
				if drawn.is_some() {
					give_back(ALICE);
				}
				drawn.is_some()
			})
			.count();
		// 8 of 51 offers are looked at: 63 expected, standard deviation 7.
		assert!((25..100).contains(&hits), "{hits}");
	});
}

#[test]
fn the_same_randomness_draws_the_same_offer() {
	let mut runs = (0..2).map(|_| {
		let mut drawn = Vec::new();
		many(100..140, 50).build_and_execute(|| drawn.extend((0..50).map(draw)));
		drawn
	});
	assert_eq!(runs.next(), runs.next());
}

#[test]
fn the_highest_prices_do_not_overflow() {
	let top = Price::flat(u128::MAX);
	ExtBuilder::default().build_and_execute(|| {
		widen_limits();
		set_bounds(0, u128::MAX);
		assert_ok!(publish(ALICE, MODEL, VERSION, top, 1));
		assert_ok!(publish(BOB, MODEL, VERSION, top, 1));
		let limited = |limits| Demand { limits, ..demand() };
		let draw = |limits| draw_for(&limited(limits), 0).is_some();
		let one_token = TokenLimits {
			input: 1,
			output: 0,
		};
		assert!(draw(one_token) && draw(one_token));
		assert_eq!((busy(ALICE), busy(BOB)), (1, 1));
		give_back(ALICE);
		// What costs more than there can be is no offer, and hides none.
		assert!(!draw(LIMITS));
		assert_eq!(take(ALICE), Err(Ineligible::PriceAboveCeiling));
		assert_ok!(set_offer(CAROL, 1, 1));
		assert!(draw(LIMITS));
		assert_eq!((busy(ALICE), busy(CAROL)), (0, 1));
	});
}
