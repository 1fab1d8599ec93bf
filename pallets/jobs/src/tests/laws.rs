//! Each law is seen to be broken when it is.

use athanor_primitives::{job::CloseReason, price::Price};
use frame_support::traits::{fungible::MutateHold, tokens::Precision};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	Assigned, DeadlineCursor, Deadlines, HoldReason, Inputs, JobState, Jobs as JobStorage, Lane,
	NextJobId, Outcomes, Queue, QueueEnds, Receipts, Retained, RetainedCursor, mock::*,
};

/// Ids of a job in each state: open, assigned, submitted, paid.
struct Each {
	open: u64,
	assigned: u64,
	submitted: u64,
	paid: u64,
}

fn one_of_each() -> Each {
	let ids: Vec<u64> = (0..3).map(|_| post()).collect();
	advance(1);
	complete(ids[0], &[1]);
	advance(2);
	complete(ids[1], &[1]);
	let open = post();
	Each {
		open,
		assigned: ids[2],
		submitted: ids[1],
		paid: ids[0],
	}
}

/// Breaks a law with `change`, and expects the check to name it.
fn breaks(law: &'static str, change: impl FnOnce(&Each)) {
	ExtBuilder::default().build().execute_with(|| {
		let jobs = one_of_each();
		Jobs::do_try_state().unwrap();
		change(&jobs);
		assert_eq!(
			Jobs::do_try_state(),
			Err(TryRuntimeError::Other(law)),
			"{law}"
		);
	});
}

fn change_job(id: u64, change: impl FnOnce(&mut crate::types::JobOf<Test>)) {
	JobStorage::<Test>::mutate(id, |job| change(job.as_mut().unwrap()));
}

#[test]
fn of_escrows() {
	breaks(
		"the escrows of a requester's live jobs do not add up to its hold",
		|_| {
			Balances::release(&HoldReason::Escrow.into(), &ALICE, 1, Precision::Exact).unwrap();
		},
	);
	// Of somebody who has no job at all.
	breaks(
		"the escrows of a requester's live jobs do not add up to its hold",
		|_| Balances::hold(&HoldReason::Escrow.into(), &BOB, 1).unwrap(),
	);
	breaks(
		"an escrow is not the ceiling times the job's tokens",
		|jobs| change_job(jobs.open, |job| job.max_output_tokens += 1),
	);
	breaks("a requester has no account", |jobs| {
		Balances::release(&HoldReason::Escrow.into(), &ALICE, ESCROW, Precision::Exact).unwrap();
		change_job(jobs.open, |job| job.requester = 12_345);
	});
}

#[test]
fn of_work() {
	breaks("a job has an id that was not given", |_| {
		NextJobId::<Test>::put(1)
	});
	breaks("a locked price is over the job's ceiling", |jobs| {
		change_job(jobs.assigned, |job| {
			let JobState::Assigned { work, .. } = &mut job.state else {
				panic!("it is assigned");
			};
			work.price = Price {
				input: 5,
				output: 1,
			};
		})
	});
	breaks("a receipt states more tokens than its job has", |jobs| {
		change_job(jobs.submitted, |job| {
			let JobState::Submitted { tokens_out, .. } = &mut job.state else {
				panic!("it is submitted");
			};
			*tokens_out = 11;
		})
	});
}

#[test]
fn of_deadlines() {
	breaks("a live job has no deadline", |jobs| {
		Deadlines::<Test>::remove(job(jobs.open).state.deadline(), jobs.open)
	});
	breaks("there is a deadline without its job", |_| {
		Deadlines::<Test>::insert(1_000, 77, ())
	});
	breaks("a deadline lies where the hook has passed", |_| {
		DeadlineCursor::<Test>::put(1_000)
	});
}

#[test]
fn of_the_queue() {
	breaks("an open job is not in the queue just once", |jobs| {
		let at = QueueEnds::<Test>::get(Lane::First).head;
		assert_eq!(Queue::<Test>::take(Lane::First, at), Some(jobs.open));
	});
	breaks("a job waits outside of its lane", |_| {
		Queue::<Test>::insert(Lane::Again, 9, 9)
	});
}

#[test]
fn of_assignments() {
	breaks(
		"the list of assigned jobs differs from the jobs assigned",
		|jobs| Assigned::<Test>::remove(holder(jobs.assigned), jobs.assigned),
	);
}

#[test]
fn of_bytes() {
	breaks("a job is both live and closed", |jobs| {
		let outcome = Outcomes::<Test>::get(jobs.paid).unwrap();
		Outcomes::<Test>::insert(jobs.open, outcome);
	});
	breaks(
		"inputs differ from the jobs that are live or retained",
		|jobs| Inputs::<Test>::remove(jobs.open),
	);
	breaks("receipts differ from the jobs that have one", |jobs| {
		Receipts::<Test>::remove(jobs.paid)
	});
}

#[test]
fn of_outcomes() {
	breaks("outcomes differ from the jobs that are retained", |jobs| {
		let at = Outcomes::<Test>::get(jobs.paid).unwrap().closed_at + 50;
		Retained::<Test>::remove(at, jobs.paid);
	});
	breaks("a closed job has two retention dates", |jobs| {
		Retained::<Test>::insert(1_000, jobs.paid, ())
	});
	breaks("a retention ends where the hook has passed", |_| {
		RetainedCursor::<Test>::put(1_000)
	});
	breaks("spent and refund do not add up to the escrow", |jobs| {
		Outcomes::<Test>::mutate(jobs.paid, |outcome| {
			outcome.as_mut().unwrap().refund += 1;
		})
	});
	breaks(
		"the parts of a payment do not add up to what was spent",
		|jobs| {
			Outcomes::<Test>::mutate(jobs.paid, |outcome| {
				let outcome = outcome.as_mut().unwrap();
				assert_eq!(outcome.reason, CloseReason::Paid);
				outcome.payment.provider += 1;
			})
		},
	);
}
