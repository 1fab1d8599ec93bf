//! How long the bytes and the outcome of a closed job stay, while governance changes its mind.

use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use super::*;
use crate::{Error, Inputs, Receipts, mock::*};

/// A job that is cancelled in this block.
fn cancelled() -> JobId {
	let id = post();
	assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
	id
}

fn is_retained(id: JobId) -> bool {
	assert_eq!(
		Outcomes::<Test>::contains_key(id),
		Inputs::<Test>::contains_key(id)
	);
	Outcomes::<Test>::contains_key(id)
}

#[test]
fn a_job_keeps_the_retention_under_which_it_closed() {
	ExtBuilder::default().build_and_execute(|| {
		let long = cancelled();
		Retention::set(10);
		let short = cancelled();
		Retention::set(1_000);
		let longest = cancelled();
		let until = [long, short, longest].map(|id| outcome(id).retained_until);
		assert_eq!(until, [51, 11, 1_001]);
		check_laws();
		Retention::set(5);
		advance_to(11);
		assert!(is_retained(short));
		advance(1);
		assert!(!is_retained(short) && is_retained(long));
		advance_to(51);
		assert!(is_retained(long));
		advance(1);
		assert!(!is_retained(long) && is_retained(longest));
		advance_to(1_001);
		assert!(is_retained(longest));
		advance(1);
		assert!(!is_retained(longest));
	});
}

#[test]
fn it_is_decided_when_the_job_closes() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(1);
		complete(id, &[1]);
		Retention::set(7);
		advance(SETTLE_PERIOD);
		assert_eq!(outcome(id).retained_until, 4 + 7);
		advance_to(12);
		assert!(!is_retained(id) && !Receipts::<Test>::contains_key(id));
	});
}

#[test]
fn none_at_all_still_leaves_a_block() {
	ExtBuilder::default().build_and_execute(|| {
		Retention::set(0);
		let id = cancelled();
		assert_eq!(outcome(id).retained_until, 2);
		assert_noop!(
			Jobs::poke(RuntimeOrigin::signed(BOB), id),
			Error::<Test>::NothingDue
		);
		advance(1);
		assert!(is_retained(id));
		advance(1);
		assert!(!is_retained(id));
	});
}

#[test]
fn a_retention_past_the_last_block_is_for_ever() {
	ExtBuilder::default().build_and_execute(|| {
		Retention::set(u64::MAX);
		let id = cancelled();
		assert_eq!(outcome(id).retained_until, u64::MAX);
		Retention::set(1);
		advance(100);
		assert!(is_retained(id));
		assert_noop!(
			Jobs::poke(RuntimeOrigin::signed(BOB), id),
			Error::<Test>::NothingDue
		);
	});
}

#[test]
fn a_shorter_one_lets_later_jobs_go_first() {
	ExtBuilder::default().build_and_execute(|| {
		let first = cancelled();
		advance(5);
		Retention::set(3);
		let second = cancelled();
		advance(4);
		assert!(is_retained(first) && !is_retained(second));
		// Anybody may do it as soon as the time is over, and not before.
		System::set_block_number(50);
		let poke = || Jobs::poke(RuntimeOrigin::signed(BOB), first);
		assert_noop!(poke(), Error::<Test>::NothingDue);
		System::set_block_number(51);
		assert_ok!(poke());
		assert!(!is_retained(first));
		advance(2);
	});
}
