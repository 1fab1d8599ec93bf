//! Each law is seen to be broken when it is.

use athanor_primitives::{job::CloseReason, price::Price};
use frame_support::traits::{fungible::MutateHold, tokens::Precision};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	Agenda, AgendaCursor, AgendaEnd, AgendaPages, Assigned, Cursor, Equivocations, HoldReason,
	Inputs, JobState, Jobs as JobStorage, JobsOf, Lane, NextJobId, NextTurn, Outcomes, Queue,
	Receipts, agenda::Page, mock::*,
};

/// Ids of a job in each state.
struct Each {
	open: u64,
	claimable: u64,
	assigned: u64,
	submitted: u64,
	paid: u64,
}

fn one_of_each() -> Each {
	let ids: Vec<u64> = (0..3).map(|_| post()).collect();
	let claimable = claimable();
	complete(ids[0], &[1]);
	advance(2);
	complete(ids[1], &[1]);
	let open = post();
	Each {
		open,
		claimable,
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
	breaks("escrows of a requester overflow", |jobs| {
		for id in [jobs.open, jobs.submitted] {
			change_job(id, |job| {
				job.ceiling = Price {
					input: u128::MAX / 32,
					output: 0,
				};
				job.escrow = job.ceiling.cost(32, 10).unwrap();
			});
		}
	});
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
	breaks(
		"a job is with a provider before its seed is drawn",
		|jobs| change_job(jobs.assigned, |job| job.seed = None),
	);
	let kept_off = "a job is with a provider that its lists keep from it";
	breaks(kept_off, |jobs| {
		let exclude = vec![holder(jobs.assigned)];
		change_job(jobs.assigned, |job| {
			job.rules.exclude = exclude.try_into().unwrap();
		})
	});
	breaks(kept_off, |jobs| {
		change_job(jobs.submitted, |job| {
			job.rules.allow = vec![BOB].try_into().unwrap();
		})
	});
	breaks(kept_off, |jobs| {
		let failed = vec![holder(jobs.assigned)];
		change_job(jobs.assigned, |job| {
			job.failed = failed.try_into().unwrap();
		})
	});
	for failed in [vec![20, 20], vec![20, 21, 22, 23]] {
		breaks(
			"a live job was failed too often, or twice by one provider",
			|jobs| change_job(jobs.open, |job| job.failed = failed.try_into().unwrap()),
		);
	}
}

/// Where the only entry of an agenda's block is replaced by one that nobody knows.
fn forge(agenda: Agenda, at: u64) {
	let page = Page::try_from(vec![777]).unwrap();
	assert_eq!(AgendaPages::<Test>::get((agenda, at, 0)).unwrap().len(), 1);
	AgendaPages::<Test>::insert((agenda, at, 0), page);
}

#[test]
fn of_deadlines() {
	breaks("a live job has no deadline in the agenda", |jobs| {
		forge(Agenda::Deadlines, job(jobs.open).state.deadline())
	});
	// One in the agenda of other things does not count.
	breaks("a live job has no deadline in the agenda", |jobs| {
		let at = job(jobs.open).state.deadline();
		forge(Agenda::Deadlines, at);
		let page = Page::try_from(vec![jobs.open]).unwrap();
		AgendaPages::<Test>::insert((Agenda::Retention, at, 0), page);
		AgendaEnd::<Test>::insert(Agenda::Retention, at, 1);
	});
}

#[test]
fn of_agendas() {
	for agenda in [Agenda::Deadlines, Agenda::Retention] {
		breaks("a page of an agenda is empty", |_| {
			AgendaPages::<Test>::insert((agenda, 900, 0), Page::new())
		});
		breaks("a page of an agenda lies behind its end", |jobs| {
			let page = Page::try_from(vec![jobs.open]).unwrap();
			AgendaPages::<Test>::insert((agenda, 900, 0), page);
		});
		breaks("a page of an agenda lies where the hook has passed", |_| {
			let block = 1_000;
			AgendaCursor::<Test>::insert(agenda, Cursor { block, page: 0 });
		});
		breaks("an agenda has an end without a page", |_| {
			AgendaEnd::<Test>::insert(agenda, 900, 0)
		});
		breaks("an agenda's last page is missing", |_| {
			AgendaEnd::<Test>::insert(agenda, 900, 1)
		});
	}
}

#[test]
fn of_requesters() {
	let differs = "the list of a requester's jobs differs from its live jobs";
	breaks(differs, |jobs| JobsOf::<Test>::remove(ALICE, jobs.open));
	breaks(differs, |jobs| JobsOf::<Test>::insert(BOB, jobs.open, ()));
	breaks(differs, |jobs| JobsOf::<Test>::insert(ALICE, jobs.paid, ()));
}

#[test]
fn of_equivocations() {
	let foreign = "an equivocation is noted for a job that is not its provider's";
	breaks(foreign, |jobs| {
		Equivocations::<Test>::insert(jobs.open, PROVIDER, ())
	});
	breaks(foreign, |jobs| {
		Equivocations::<Test>::insert(jobs.paid, OTHER_PROVIDER, ())
	});
	breaks(foreign, |_| {
		Equivocations::<Test>::insert(777, PROVIDER, ())
	});
}

#[test]
fn of_the_queue() {
	breaks("an open job is not in the queue just once", |_| {
		NextTurn::<Test>::put(NextJobId::<Test>::get())
	});
	breaks("a job is in the queue that waits for no match", |jobs| {
		Jobs::enqueue(Lane::Again, jobs.open)
	});
	breaks("a job is in the queue that waits for no match", |jobs| {
		Jobs::enqueue(Lane::Returned, jobs.assigned)
	});
	breaks("a job is in the queue that waits for no match", |jobs| {
		Jobs::enqueue(Lane::Again, jobs.claimable)
	});
	breaks(
		"a job that has had no turn is not as it was posted",
		|jobs| NextTurn::<Test>::put(jobs.assigned),
	);
	breaks("a job had its turn that was not posted", |_| {
		NextTurn::<Test>::put(NextJobId::<Test>::get() + 1)
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
	breaks("an outcome has no retention date in the agenda", |jobs| {
		let at = Outcomes::<Test>::get(jobs.paid).unwrap().retained_until;
		forge(Agenda::Retention, at);
	});
	breaks("an outcome has no retention date in the agenda", |jobs| {
		Outcomes::<Test>::mutate(jobs.paid, |outcome| {
			outcome.as_mut().unwrap().retained_until += 1;
		})
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
