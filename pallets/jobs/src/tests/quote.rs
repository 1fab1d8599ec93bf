//! What would it cost, and why does nothing happen: answers before and after the post.

use athanor_primitives::{
	eligibility::{Attributes, Ineligible},
	job::{Assignment, JobInput, JobRequest, Sampler},
	model::NumericClass,
	price::Price,
	testing,
};
use frame_support::assert_ok;
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_core::Pair;

use super::*;
use crate::{
	Candidate, Error, Match, Quote, WaitsFor,
	explain::{MAX_CANDIDATES, QUOTED_OFFERS},
	mock::*,
};

fn quote(request: JobRequest<AccountId, u64>) -> Quote<u64> {
	reading(|| Jobs::quote(ALICE, request)).unwrap()
}

fn simulate(id: JobId) -> Match<AccountId, u64> {
	let found = reading(|| Jobs::simulate_match(id, 0, 100)).unwrap();
	assert_eq!(found.job, id);
	found
}

fn offer(provider: AccountId, output: u128) {
	testing::set_provider(provider, vec![[provider as u8; 32]]);
	let price = Price { input: 0, output };
	testing::set_offer(MODEL, provider, price, 1);
}

#[test]
fn a_quote_says_what_a_post_would_do() {
	ExtBuilder::default().build_and_execute(|| {
		let told = quote(request());
		assert_eq!(
			told,
			Quote {
				model_version: 1,
				escrow: ESCROW,
				affordable: true,
				max_input_tokens: 32,
				shortest_time_limit: 7,
				looked_at: 2,
				eligible: 2,
				// 32 in at 2, 10 out at 3.
				cheapest: Some(94),
				median: Some(94),
			}
		);
		let mut shortest = request();
		shortest.time_limit = told.shortest_time_limit;
		let id = post_as(ALICE, shortest);
		assert_eq!(job(id).escrow, told.escrow);
		assert_eq!(job(id).max_input_tokens, told.max_input_tokens);
		assert_eq!(on_hold(ALICE), told.escrow);
	});
}

#[test]
fn a_quote_counts_who_could_do_it_now() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let costs = |request| {
				let told = quote(request);
				(told.looked_at, told.eligible, told.cheapest, told.median)
			};
			assert_eq!(costs(request()), (0, 0, None, None));
			for (provider, output) in [(20, 5), (21, 1), (22, 3)] {
				offer(provider, output);
			}
			assert_eq!(costs(request()), (3, 3, Some(10), Some(30)));
			// Of an even number, the upper of the two in the middle.
			offer(23, 4);
			assert_eq!(costs(request()), (4, 4, Some(10), Some(40)));
			testing::set_chilled(21, true);
			offer(24, 7);
			assert_eq!(costs(request()), (5, 3, Some(30), Some(40)));
			// Those that the request names are looked at instead.
			let mut named = request();
			named.eligibility.allow = vec![20, 77];
			assert_eq!(costs(named), (2, 1, Some(50), Some(50)));
			assert_eq!(costs(direct_request(22)), (1, 1, Some(30), Some(30)));
			// A busy one is not counted.
			post_as(BOB, direct_request(22));
			advance(1);
			assert_eq!(costs(request()), (5, 2, Some(40), Some(50)));
		});
}

#[test]
fn a_quote_looks_at_so_many_offers_and_no_more() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			for provider in 1_000..1_600 {
				offer(provider, 1);
			}
			let told = quote(request());
			assert_eq!((told.looked_at, told.eligible), (QUOTED_OFFERS, 512));
		});
}

#[test]
fn a_quote_knows_whether_the_account_could_pay() {
	ExtBuilder::default().build_and_execute(|| {
		let affordable = |who| Jobs::quote(who, request()).unwrap().affordable;
		assert!(affordable(ALICE));
		assert!(!affordable(12_345));
		endow(3, ESCROW + ED - 1);
		assert!(!affordable(3));
		assert!(Jobs::post(RuntimeOrigin::signed(3), request()).is_err());
		endow(3, 1);
		assert!(affordable(3));
		assert_ok!(Jobs::post(RuntimeOrigin::signed(3), request()));
		assert!(!affordable(3));
	});
}

#[test]
fn what_a_post_refuses_a_quote_refuses_for_the_same_reason() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_floor(Price::flat(1));
		let changes: [fn(&mut JobRequest<AccountId, u64>); 18] = [
			|r| r.model = 7,
			|r| r.version = Some(7),
			|r| r.input = JobInput::Inline(vec![]),
			|r| r.input = JobInput::Inline(vec![b'a'; 65]),
			|r| r.input = JobInput::Inline(vec![0xff]),
			|r| r.max_output_tokens = 0,
			|r| r.max_output_tokens = 513,
			|r| {
				r.sampler = Sampler::TopK {
					temperature_milli: 1,
					k: 0,
				}
			},
			|r| r.time_limit = 6,
			|r| r.time_limit = 1_001,
			|r| r.ceiling = Price::flat(0),
			|r| r.ceiling = Price::flat(u128::MAX),
			|r| r.assignment = Assignment::Direct(77),
			|r| r.eligibility.allow = vec![1; 17],
			|r| r.eligibility.regions = vec![*b"DE"; 33],
			|r| r.eligibility.regions = vec![*b"d!"],
			|r| r.eligibility.numeric_class = Some(NumericClass::Exact),
			|r| (r.eligibility.allow, r.eligibility.exclude) = (vec![1], vec![1]),
		];
		for change in changes {
			let mut request = request();
			change(&mut request);
			let posted = Jobs::post(RuntimeOrigin::signed(ALICE), request.clone());
			let error = posted.unwrap_err();
			assert_eq!(Jobs::quote(ALICE, request.clone()), Err(error));
			assert_eq!(Jobs::simulate_request(ALICE, request, 0, 9), Err(error));
		}
	});
}

#[test]
fn each_first_condition_that_fails_is_told() {
	ExtBuilder::default().build_and_execute(|| {
		let fitting = Attributes {
			region: Some(*b"DE"),
			retention_hours: Some(1),
			gpu_memory_gib: 24,
		};
		let mut wish = open_request();
		wish.eligibility.exclude = vec![20];
		wish.eligibility.regions = vec![*b"DE"];
		wish.eligibility.max_retention_hours = Some(1);
		wish.eligibility.min_gpu_memory_gib = Some(24);
		let set = |who: AccountId, price: Price, slots, change: fn(&mut Attributes)| {
			testing::set_provider(who, vec![worker(who).public().0]);
			let mut attributes = fitting;
			change(&mut attributes);
			testing::set_offer_with(MODEL, 1, who, price, slots, attributes);
		};
		testing::remove_offer(MODEL, OTHER_PROVIDER);
		set(PROVIDER, price(), 9, |_| {});
		let failing = [
			(20, Ineligible::Excluded),
			(21, Ineligible::PriceAboveCeiling),
			(22, Ineligible::WrongRegion),
			(23, Ineligible::RetentionTooLong),
			(24, Ineligible::NotEnoughGpuMemory),
			(25, Ineligible::Chilled),
			(26, Ineligible::Paused),
			(27, Ineligible::NoWorkerKey),
			(28, Ineligible::StakeTooLow),
			(29, Ineligible::NoFreeSlot),
			(30, Ineligible::NotEnoughCover),
		];
		for (who, _) in failing {
			set(who, price(), 9, |_| {});
		}
		set(21, Price::flat(7), 9, |_| {});
		set(22, price(), 9, |a| a.region = None);
		set(23, price(), 9, |a| a.retention_hours = Some(2));
		set(24, price(), 9, |a| a.gpu_memory_gib = 23);
		testing::set_chilled(25, true);
		testing::set_paused(26, true);
		testing::remove_keys(27);
		testing::set_active(28, false);
		set(29, price(), 0, |_| {});
		testing::set_bonded(30, 1);

		let expected: Vec<_> = core::iter::once((PROVIDER, Ok(price())))
			.chain(failing.map(|(who, reason)| (who, Err(reason))))
			.map(|(provider, verdict)| Candidate { provider, verdict })
			.collect();
		let simulated = Jobs::simulate_request(ALICE, wish.clone(), 0, 100);
		assert_eq!(simulated, Ok(expected.clone()));
		let id = post_as(ALICE, wish);
		advance(1);
		assert_eq!(simulate(id).candidates, expected);

		// It is as told: each that fails is refused for that, and the one that does not gets it.
		for Candidate { provider, verdict } in expected.into_iter().rev() {
			match verdict {
				Err(reason) => assert_eq!(
					claim(provider, id),
					Err(Error::<Test>::from(reason).into()),
					"{provider}"
				),
				Ok(price) => {
					assert_ok!(claim(provider, id));
					assert_eq!(job(id).state.work().unwrap().price, price);
				}
			}
		}
		assert_eq!(holder(id), PROVIDER);
	});
}

#[test]
fn those_that_a_job_names_are_told_of_though_they_offer_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		testing::remove_offer(MODEL, OTHER_PROVIDER);
		let mut wish = request();
		wish.eligibility.allow = vec![77, OTHER_PROVIDER, PROVIDER];
		let id = post_as(ALICE, wish);
		let verdicts = |id| {
			let candidates = simulate(id).candidates.into_iter();
			candidates
				.map(|c| (c.provider, c.verdict))
				.collect::<Vec<_>>()
		};
		assert_eq!(
			verdicts(id),
			vec![
				(77, Err(Ineligible::NotProvider)),
				(OTHER_PROVIDER, Err(Ineligible::NoOffer)),
				(PROVIDER, Ok(price())),
			]
		);
		// Page by page.
		let page = |from, limit| Jobs::simulate_match(id, from, limit).unwrap().candidates;
		assert_eq!([page(0, 2), page(2, 2)].concat(), page(0, 9));
		assert_eq!(page(3, 9), vec![]);

		let direct = post_as(ALICE, direct_request(PROVIDER));
		assert_eq!(verdicts(direct), vec![(PROVIDER, Ok(price()))]);
		// Who failed it before is told so.
		advance_to(8);
		assert_eq!(
			verdicts(id).last(),
			Some(&(PROVIDER, Err(Ineligible::FailedBefore)))
		);
	});
}

#[test]
fn candidates_come_in_pages() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			for provider in 1_000..2_100 {
				offer(provider, 1);
			}
			let id = post();
			let page = |from, limit| {
				let found = Jobs::simulate_match(id, from, limit).unwrap();
				let of_request = Jobs::simulate_request(ALICE, request(), from, limit).unwrap();
				assert_eq!(found.candidates, of_request);
				found
					.candidates
					.into_iter()
					.map(|candidate| candidate.provider)
					.collect::<Vec<_>>()
			};
			assert!(page(0, 0).is_empty());
			assert_eq!(page(1_099, 5), vec![2_099]);
			assert!(page(1_100, 5).is_empty());
			assert!(page(u32::MAX, u32::MAX).is_empty());
			assert_eq!(page(0, u32::MAX).len() as u32, MAX_CANDIDATES);
			let all = [page(0, 1_000), page(1_000, 1_000)].concat();
			assert_eq!(all, (1_000..2_100).collect::<Vec<_>>());
		});
}

#[test]
fn what_a_job_waits_for_is_told_in_each_state() {
	ExtBuilder::default().build_and_execute(|| {
		MatchDelay::set(2);
		testing::set_offer(MODEL, PROVIDER, price(), 0);
		let waits = |id| simulate(id).waits_for;
		let direct = post_as(ALICE, direct_request(PROVIDER));
		let open = post_as(ALICE, open_request());
		for id in [direct, open] {
			assert_eq!(waits(id), WaitsFor::FirstTurn { from: 3 });
		}
		advance(2);
		assert_eq!(waits(direct), WaitsFor::Match { until: 26 });
		assert_eq!(waits(open), WaitsFor::Claim { until: 26 });
		testing::set_offer(MODEL, PROVIDER, price(), 1);
		advance(1);
		let receipt_by = |provider, until| WaitsFor::Receipt { provider, until };
		assert_eq!(waits(direct), receipt_by(PROVIDER, 10));
		assert_ok!(claim(OTHER_PROVIDER, open));
		assert_eq!(waits(open), receipt_by(OTHER_PROVIDER, 10));
		complete(open, &[1]);
		assert_eq!(waits(open), WaitsFor::Payment { at: 6 });
		advance(2);
		assert_eq!(reason(open), CloseReason::Paid);
		assert_eq!(Jobs::simulate_match(open, 0, 9), None);
		assert_eq!(Jobs::simulate_match(99, 0, 9), None);
		advance(4);
		assert_eq!(reason(direct), CloseReason::WorkerTimedOut);
	});
}
