//! Ten thousand posts in one block: bounded work in each block after, and a fair order.

use athanor_primitives::{
	job::{Assignment, JobRequest},
	testing,
};
use frame_support::assert_ok;
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use super::*;
use crate::{Lane, NextTurn, Queue, QueueEnds, mock::*};

const POSTS: u64 = 10_000;
const REQUESTERS: u64 = 100;

/// A job of which a worker has 15 blocks to do it, so that none is due before all are matched.
fn slow_request() -> JobRequest<AccountId, u64> {
	JobRequest {
		max_output_tokens: 500,
		time_limit: 100,
		..request()
	}
}

/// Requesters from 1,000 on, each with enough for its share of the posts.
fn requester(n: u64) -> AccountId {
	1_000 + n
}

fn with_requesters() {
	for n in 0..REQUESTERS {
		endow(requester(n), 1_000_000);
	}
}

fn with_slots() {
	for who in [PROVIDER, OTHER_PROVIDER] {
		testing::set_offer(MODEL, who, price(), 20_000);
	}
}

/// The jobs assigned in the next block.
fn next_block() -> Vec<JobId> {
	advance(1);
	assigned(&events())
}

#[test]
fn they_are_matched_in_the_order_of_posting_within_the_weight_of_each_block() {
	ExtBuilder::default().build_and_execute(|| {
		with_requesters();
		with_slots();
		for n in 0..POSTS {
			post_as(requester(n % REQUESTERS), slow_request());
		}
		events();
		// 1,000 matches for each block; `advance` checks that no block uses more.
		HookWeight::set(weight(15 + 1_000 * 100));
		let mut order = Vec::new();
		for block in 0..10 {
			let now = next_block();
			assert_eq!(now.len(), 1_000, "in block {block}");
			order.extend(now);
		}
		// So everybody has the same share at any time, and each job of one is before its next.
		assert_eq!(order, (0..POSTS).collect::<Vec<_>>());
		assert_eq!(Queue::<Test>::iter().count(), 0);
		check_laws();
	});
}

#[test]
fn who_posts_after_a_crowd_waits_for_it_and_no_longer() {
	ExtBuilder::default().build_and_execute(|| {
		with_requesters();
		with_slots();
		for n in 0..POSTS - 10 {
			post_as(requester(n % REQUESTERS), slow_request());
		}
		let last: Vec<_> = (0..10).map(|_| post_as(BOB, slow_request())).collect();
		HookWeight::set(weight(15 + 2_500 * 100));
		let mut latest = Vec::new();
		for step in 0..4 {
			// Those who come while the crowd is worked off do not overtake it.
			let id = post_as(ALICE, slow_request());
			let now = next_block();
			assert_eq!(now.len(), 2_500, "in step {step}");
			if step == 3 {
				assert_eq!(now[2_490..], last);
			}
			latest.push(id);
		}
		assert_eq!(next_block(), latest);
	});
}

#[test]
fn a_crowd_that_nobody_takes_does_not_delay_who_comes_after_it() {
	ExtBuilder::default().build_and_execute(|| {
		with_requesters();
		with_slots();
		let mut unwanted = slow_request();
		unwanted.eligibility.allow = vec![77];
		for n in 0..POSTS {
			post_as(requester(n % REQUESTERS), unwanted.clone());
		}
		HookWeight::set(weight(15 + 2_500 * 100));
		// Each of them has its turn, beside second turns of those that had one.
		advance(5);
		assert_eq!(NextTurn::<Test>::get(), POSTS);
		assert!(JobStorage::<Test>::iter_values().all(|job| job.seed.is_some()));
		// Now they wait behind whoever is new.
		let id = post_as(BOB, slow_request());
		assert_eq!(next_block(), vec![id]);
		check_laws();
	});
}

#[test]
fn of_two_crowds_the_new_one_goes_first_and_the_other_keeps_its_share() {
	ExtBuilder::default().build_and_execute(|| {
		with_requesters();
		with_slots();
		let mut unwanted = slow_request();
		unwanted.eligibility.allow = vec![77];
		for n in 0..POSTS {
			post_as(requester(n % REQUESTERS), unwanted.clone());
		}
		// The first turn of each, and no second.
		HookWeight::set(weight(15 + POSTS * 100));
		advance(1);
		assert_eq!(NextTurn::<Test>::get(), POSTS);
		let before = QueueEnds::<Test>::get(Lane::Again);
		for n in 0..POSTS {
			post_as(requester(n % REQUESTERS), slow_request());
		}
		events();
		HookWeight::set(weight(15 + 2_000 * 100));
		let matched = next_block();
		let after = QueueEnds::<Test>::get(Lane::Again);
		// A tenth of 2,000 turns.
		assert_eq!(after.head - before.head, 200);
		assert_eq!(matched, (POSTS..POSTS + 1_800).collect::<Vec<_>>());
		check_laws();
	});
}

#[test]
fn a_crowd_that_expires_in_one_block_is_refunded_over_several() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			with_requesters();
			let mut open = slow_request();
			open.assignment = Assignment::Open;
			for n in 0..POSTS {
				post_as(requester(n % REQUESTERS), open.clone());
			}
			let deadline = job(0).state.deadline();
			advance_to(deadline - 1);
			// Nothing of it is in the queue: it waits to be claimed.
			assert_eq!(Queue::<Test>::iter().count(), 0);
			HookWeight::set(weight(300 + 2_000 * 100));
			events();
			let mut order = Vec::new();
			for _ in 0..5 {
				advance(1);
				order.extend(closed(&events()));
			}
			assert_eq!(order, (0..POSTS).collect::<Vec<_>>());
			for n in 0..REQUESTERS {
				assert_eq!(free(requester(n)), 1_000_000);
			}
			check_laws();
		});
}

#[test]
fn a_crowd_that_expires_does_not_keep_others_from_their_match() {
	ExtBuilder::default().build_and_execute(|| {
		with_requesters();
		with_slots();
		let mut open = slow_request();
		open.assignment = Assignment::Open;
		for n in 0..POSTS {
			post_as(requester(n % REQUESTERS), open.clone());
		}
		advance_to(job(0).state.deadline() - 1);
		let new: Vec<_> = (0..10).map(|_| post_as(BOB, slow_request())).collect();
		HookWeight::set(weight(2_000 * 100));
		events();
		advance(1);
		let events = events();
		assert_eq!(assigned(&events), new);
		// What the queue did not need went to the deadlines.
		assert!(closed(&events).len() > 1_900, "{}", closed(&events).len());
	});
}

#[test]
fn places_of_cancelled_jobs_cost_little() {
	ExtBuilder::default().build_and_execute(|| {
		with_requesters();
		with_slots();
		for n in 0..1_000 {
			let who = requester(n % REQUESTERS);
			let id = post_as(who, slow_request());
			assert_ok!(Jobs::cancel(RuntimeOrigin::signed(who), id));
		}
		let id = post_as(BOB, slow_request());
		// 1,000 places that cost 1 each, and a match.
		HookWeight::set(weight(15 + 1_000 + 100));
		assert_eq!(next_block(), vec![id]);
		assert_eq!(Queue::<Test>::iter().count(), 0);
	});
}
