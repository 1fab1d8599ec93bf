//! Jobs that providers claim, and the sampler's seed of all jobs.

use athanor_primitives::{
	job::{JobRequest, sampler_seed},
	testing,
};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_core::H256;

use super::*;
use crate::{Error, Queue, mock::*};

#[test]
fn a_job_is_opened_claimed_delivered_and_paid() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post_as(ALICE, open_request());
		events();
		advance(1);
		assert_eq!(
			events(),
			vec![Event::JobOpened {
				job: id,
				claimable_until: 26,
			}]
		);
		// Nobody gets it unasked, and it does not wait in the queue any more.
		assert_eq!(Queue::<Test>::iter().count(), 0);
		advance(3);
		assert!(is_open(id));

		assert_ok!(claim(PROVIDER, id));
		assert_eq!(job(id).state.deadline(), 5 + 6);
		complete(id, &[1, 2]);
		advance(SETTLE_PERIOD);
		assert_eq!(reason(id), CloseReason::Paid);
		assert_eq!(outcome(id).provider, Some(PROVIDER));
		// 8 tokens in at 2, two out at 3.
		assert_eq!(free(ALICE), ENDOWMENT - 22);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
	});
}

#[test]
fn nothing_is_claimed_before_the_seed_is_drawn() {
	ExtBuilder::default().build_and_execute(|| {
		MatchDelay::set(3);
		let id = post_as(ALICE, open_request());
		for _ in 0..2 {
			advance(1);
			assert_eq!(job(id).seed, None);
			assert_noop!(claim(PROVIDER, id), Error::<Test>::NotClaimable);
		}
		// Without randomness its turn comes later.
		Random::set(None);
		advance(2);
		assert_eq!(job(id).seed, None);
		assert_noop!(claim(PROVIDER, id), Error::<Test>::NotClaimable);
		assert!(
			!events()
				.iter()
				.any(|e| matches!(e, Event::JobOpened { .. }))
		);
		Random::set(Some(H256([9; 32])));
		advance(1);
		assert_eq!(job(id).seed, Some(sampler_seed(&[9; 32], id)));
		assert_ok!(claim(PROVIDER, id));
	});
}

/// Lets `first` take the job and fail, then `second`, with other randomness in every block; `take` is how
/// a provider comes by it.
fn seed_is_kept(request: JobRequest<u64, u64>, take: fn(AccountId, JobId)) {
	ExtBuilder::default().build_and_execute(|| {
		let id = post_as(ALICE, request);
		assert_eq!(job(id).seed, None);
		let mut assigned_to = Vec::new();
		let mut seeds = Vec::new();
		for step in 1..=16u8 {
			Random::set(Some(H256([step; 32])));
			advance(1);
			for provider in [PROVIDER, OTHER_PROVIDER] {
				if is_open(id) {
					take(provider, id);
				}
			}
			if let Some(work) = job(id).state.work() {
				assigned_to.push(work.provider);
			}
			seeds.extend(job(id).seed);
			if assigned_to.contains(&OTHER_PROVIDER) {
				break;
			}
		}
		assigned_to.dedup();
		assert_eq!(assigned_to, vec![PROVIDER, OTHER_PROVIDER]);
		seeds.dedup();
		assert_eq!(seeds, vec![sampler_seed(&[1; 32], id)]);
	});
}

#[test]
fn a_seed_is_fixed_once_and_kept_when_a_job_is_offered_again() {
	seed_is_kept(request(), |_, _| {});
	seed_is_kept(open_request(), |provider, id| {
		let _ = claim(provider, id);
	});
}

#[test]
fn a_seed_is_fixed_at_the_first_turn_though_nobody_is_found() {
	for request in [request(), direct_request(PROVIDER)] {
		ExtBuilder::default().build_and_execute(|| {
			testing::set_chilled(PROVIDER, true);
			testing::set_chilled(OTHER_PROVIDER, true);
			let id = post_as(ALICE, request);
			for step in 1..=3 {
				Random::set(Some(H256([step; 32])));
				advance(1);
				assert!(is_open(id));
				assert_eq!(job(id).seed, Some(sampler_seed(&[1; 32], id)));
			}
			testing::set_chilled(PROVIDER, false);
			advance(1);
			assert_eq!(holder(id), PROVIDER);
			assert_eq!(job(id).seed, Some(sampler_seed(&[1; 32], id)));
		});
	}
}

#[test]
fn after_a_missed_deadline_it_is_opened_again_for_others() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		assert_ok!(claim(PROVIDER, id));
		advance_to(7);
		events();
		advance(1);
		assert_eq!(
			events(),
			vec![
				Event::WorkerTimedOut {
					job: id,
					provider: PROVIDER,
					slashed: 1_000,
					offered_again: true,
				},
				Event::JobOpened {
					job: id,
					claimable_until: 26,
				},
			]
		);
		assert_eq!(timeouts(), vec![(PROVIDER, id)]);
		// It can be claimed at once, though not by who failed it.
		assert_eq!(Queue::<Test>::iter().count(), 0);
		assert_noop!(claim(PROVIDER, id), Error::<Test>::FailedBefore);
		assert_ok!(claim(OTHER_PROVIDER, id));
		complete(id, &[1]);
		advance(SETTLE_PERIOD);
		assert_eq!(reason(id), CloseReason::Paid);
		assert_eq!(outcome(id).failed.to_vec(), vec![PROVIDER]);
	});
}

#[test]
fn what_nobody_claims_is_refunded_in_time() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		advance_to(25);
		assert!(is_open(id));
		advance(1);
		assert_eq!(reason(id), CloseReason::ExpiredUnassigned);
		assert_eq!(outcome(id).provider, None);
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn what_nobody_claims_after_a_failure_is_refunded_for_it() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		assert_ok!(claim(PROVIDER, id));
		advance_to(26);
		assert_eq!(reason(id), CloseReason::WorkerTimedOut);
		assert_eq!(outcome(id).provider, Some(PROVIDER));
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn attempts_are_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		let mut long = open_request();
		long.time_limit = 1_000;
		let id = post_as(ALICE, long);
		advance(1);
		for who in 20..24 {
			testing::set_provider(who, vec![[who as u8; 32]]);
			testing::set_offer(MODEL, who, price(), 1);
			assert_ok!(claim(who, id));
			advance(6);
		}
		assert_eq!(reason(id), CloseReason::WorkerTimedOut);
		assert_eq!(outcome(id).failed.to_vec(), vec![20, 21, 22, 23]);
	});
}

#[test]
fn a_requester_takes_back_what_nobody_has_claimed() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
		assert_eq!(reason(id), CloseReason::Cancelled);
		assert_noop!(claim(PROVIDER, id), Error::<Test>::UnknownJob);

		let id = claimable();
		assert_ok!(claim(PROVIDER, id));
		assert_noop!(
			Jobs::cancel(RuntimeOrigin::signed(ALICE), id),
			Error::<Test>::NotOpen
		);
	});
}

#[test]
fn the_price_is_that_of_the_claim() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		let dearer = athanor_primitives::price::Price {
			input: 4,
			output: 6,
		};
		testing::set_offer(MODEL, PROVIDER, dearer, 1);
		assert_ok!(claim(PROVIDER, id));
		testing::set_offer(MODEL, PROVIDER, price(), 1);
		assert_eq!(job(id).state.work().unwrap().price, dearer);
	});
}
