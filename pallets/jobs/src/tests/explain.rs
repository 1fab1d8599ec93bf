//! Where the money is: what is told about the holds of an account is so.

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	price::Price,
	testing,
};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use super::*;
use crate::{Error, explain::MAX_HELD, mock::*};

fn explained(who: AccountId) -> Vec<Held> {
	let mut all = reading(|| Jobs::explain_account(who, u32::MAX));
	all.sort_by_key(|held| match held.reason {
		HeldFor::Escrow { job } => job,
		_ => panic!("{held:?}"),
	});
	all
}

/// The explanation of a job's escrow; the account's other ones are not looked at.
fn why(id: JobId) -> Held {
	let all = explained(ALICE);
	let of = |held: &&Held| held.reason == HeldFor::Escrow { job: id };
	*all.iter().find(of).unwrap()
}

fn held(job: JobId, until: HeldUntil, freed_by: FreedBy) -> Held {
	Held {
		reason: HeldFor::Escrow { job },
		amount: ESCROW,
		until,
		freed_by,
	}
}

/// What is explained adds up to what is on hold.
fn assert_complete() {
	for who in [ALICE, BOB, PROVIDER] {
		let sum: u128 = explained(who).iter().map(|held| held.amount).sum();
		assert_eq!(sum, on_hold(who));
	}
}

#[test]
fn each_state_is_explained_to_the_unit() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(explained(ALICE), vec![]);
		let mut dear = request();
		dear.ceiling = Price::flat(9);
		let submitted = post_as(ALICE, dear);
		let assigned = post();
		let claimable = claimable();
		complete(submitted, &[1]);
		let young = post();
		post_as(BOB, request());
		assert_complete();
		let by = |at| HeldUntil::EndsBy(at);
		assert_eq!(
			explained(ALICE),
			vec![
				Held {
					amount: 42 * 9,
					..held(submitted, by(4), FreedBy::JobCloses)
				},
				held(assigned, by(32), FreedBy::JobCloses),
				held(claimable, by(32), FreedBy::JobsCancel),
				held(young, by(33), FreedBy::JobsCancel),
			]
		);
		// Until nothing is left.
		for _ in 0..40 {
			advance(1);
			assert_complete();
		}
		assert_eq!(explained(ALICE), vec![]);
	});
}

#[test]
fn an_answer_has_an_end() {
	ExtBuilder::default().build_and_execute(|| {
		endow(ALICE, 1_100 * ESCROW);
		for _ in 0..MAX_HELD + 6 {
			post();
		}
		assert_eq!(Jobs::explain_account(ALICE, 0), vec![]);
		assert_eq!(Jobs::explain_account(ALICE, 5).len(), 5);
		assert_eq!(explained(ALICE).len() as u32, MAX_HELD);
	});
}

#[test]
fn cancel_frees_at_once_what_it_is_said_to_free() {
	ExtBuilder::default().build_and_execute(|| {
		for request in [request(), open_request(), direct_request(PROVIDER)] {
			let id = post_as(ALICE, request);
			assert_eq!(why(id).freed_by, FreedBy::JobsCancel);
			assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
			assert_eq!(explained(ALICE), vec![]);
			assert_eq!(on_hold(ALICE), 0);
		}
		let id = claimable();
		assert_eq!(why(id).freed_by, FreedBy::JobsCancel);
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
		assert_eq!(on_hold(ALICE), 0);
	});
}

/// Follows a job from what is told now to the block that is told; `act` runs in each before it. It holds
/// its escrow until just then, if that is the worst case.
fn ends_by(id: JobId, mut act: impl FnMut(JobId)) {
	let HeldUntil::EndsBy(last) = why(id).until else {
		panic!("{:?}", why(id));
	};
	while System::block_number() < u64::from(last) {
		assert_eq!(on_hold(ALICE), ESCROW);
		assert_eq!(why(id).until, HeldUntil::EndsBy(last));
		act(id);
		advance(1);
	}
	assert_eq!(on_hold(ALICE), 0);
}

#[test]
fn the_last_block_is_told_when_a_job_is_posted_and_kept() {
	// The slowest that there is: assigned in the last block for it, done in the last block for that.
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let id = post();
			ends_by(id, |id| match System::block_number() {
				24 => testing::set_offer(MODEL, PROVIDER, price(), 1),
				30 => {
					assert_eq!(why(id).freed_by, FreedBy::JobCloses);
					complete(id, &[1]);
				}
				_ => {}
			});
			assert_eq!(reason(id), CloseReason::Paid);
		});
	// The same of one that is claimed.
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		ends_by(id, |id| match System::block_number() {
			25 => claim(PROVIDER, id).unwrap(),
			30 => complete(id, &[1]),
			_ => {}
		});
		assert_eq!(reason(id), CloseReason::Paid);
	});
}

#[test]
fn other_ends_come_no_later_than_told() {
	ExtBuilder::default().build_and_execute(|| {
		// Nobody takes it, or all fail it.
		for chilled in [true, false] {
			testing::set_chilled(PROVIDER, chilled);
			testing::set_chilled(OTHER_PROVIDER, chilled);
			let id = post();
			let HeldUntil::EndsBy(last) = why(id).until else {
				panic!("{:?}", why(id));
			};
			advance_to(last.into());
			assert_ne!(reason(id), CloseReason::Paid);
			assert_eq!(on_hold(ALICE), 0);
		}
	});
}

#[test]
fn a_submitted_job_ends_in_just_the_block_that_is_told() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(3);
		complete(id, &[1]);
		assert_eq!(why(id).freed_by, FreedBy::JobCloses);
		assert_noop!(
			Jobs::cancel(RuntimeOrigin::signed(ALICE), id),
			Error::<Test>::NotOpen
		);
		ends_by(id, |_| {});
		assert_eq!(reason(id), CloseReason::Paid);
	});
}

#[test]
fn poke_frees_what_it_is_said_to_free() {
	ExtBuilder::default().build_and_execute(|| {
		let late = |id, deadline: u64| {
			// The hook of the deadline's block has not come so far.
			System::set_block_number(deadline);
			assert_eq!(
				why(id),
				held(
					id,
					HeldUntil::CallableFrom(deadline as u32),
					FreedBy::JobsPoke
				)
			);
			System::set_block_number(deadline - 1);
			assert_ne!(why(id).freed_by, FreedBy::JobsPoke);
			assert_noop!(
				Jobs::poke(RuntimeOrigin::signed(BOB), id),
				Error::<Test>::NothingDue
			);
			System::set_block_number(deadline);
			assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
			assert_eq!(on_hold(ALICE), 0);
		};
		// Submitted.
		let id = post();
		advance(1);
		complete(id, &[1]);
		late(id, 4);
		assert_eq!(reason(id), CloseReason::Paid);
		// Assigned, and nobody else may have it.
		let id = post_as(ALICE, direct_request(PROVIDER));
		advance(1);
		late(id, job(id).state.deadline());
		assert_eq!(reason(id), CloseReason::WorkerTimedOut);
		// Open.
		testing::set_chilled(PROVIDER, true);
		testing::set_chilled(OTHER_PROVIDER, true);
		let id = post();
		advance(1);
		late(id, job(id).state.deadline());
		assert_eq!(reason(id), CloseReason::ExpiredUnassigned);
	});
}

#[test]
fn poke_is_not_told_of_where_it_frees_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(1);
		System::set_block_number(job(id).state.deadline());
		// Another provider could do it, so the escrow stays.
		assert_eq!(why(id), held(id, HeldUntil::EndsBy(32), FreedBy::JobCloses));
		assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
		assert_eq!(on_hold(ALICE), ESCROW);
		assert_eq!(why(id).freed_by, FreedBy::JobsCancel);
		// When nobody has time any more, it ends.
		advance(1);
		assert_eq!(holder(id), OTHER_PROVIDER);
		System::set_block_number(27);
		assert_eq!(why(id).freed_by, FreedBy::JobsPoke);
		assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
		assert_eq!(on_hold(ALICE), 0);
	});
}
