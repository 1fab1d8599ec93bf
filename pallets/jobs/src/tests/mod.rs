//! Tests by topic. Every one ends with a check of all laws.

mod agenda;
mod claims;
mod cover;
mod crowd;
mod deadlines;
mod eligibility;
mod equivocation;
mod existential_deposit;
mod explain;
mod happy_path;
mod invariants;
mod laws;
mod lifetimes;
mod open;
mod periods;
mod post_errors;
mod quote;
mod receipts;
mod versions;

use athanor_primitives::{JobId, job::CloseReason};
use polkadot_sdk::*;
use sp_core::storage::StateVersion;

use crate::{
	Event, JobState, Jobs as JobStorage, Outcome, Outcomes,
	mock::{AccountId, Test, job},
};

/// How a closed job ended.
fn outcome(id: JobId) -> Outcome<AccountId, u64> {
	assert!(!JobStorage::<Test>::contains_key(id), "job {id} is live");
	Outcomes::<Test>::get(id).unwrap()
}

/// Why a closed job ended.
fn reason(id: JobId) -> CloseReason {
	outcome(id).reason
}

fn is_open(id: JobId) -> bool {
	matches!(job(id).state, JobState::Open { .. })
}

/// What a view function answers, which writes nothing.
fn reading<R>(view: impl FnOnce() -> R) -> R {
	let root = || sp_io::storage::root(StateVersion::V1);
	let before = root();
	let answer = view();
	assert_eq!(root(), before);
	answer
}

/// The jobs of which an event of one kind tells, in its order.
fn told(events: &[Event<Test>], which: impl Fn(&Event<Test>) -> Option<JobId>) -> Vec<JobId> {
	events.iter().filter_map(which).collect()
}

/// The jobs that were closed, in order.
fn closed(events: &[Event<Test>]) -> Vec<JobId> {
	told(events, |event| match event {
		Event::JobClosed { job, .. } => Some(*job),
		_ => None,
	})
}

/// The jobs that were given to providers, in order.
fn assigned(events: &[Event<Test>]) -> Vec<JobId> {
	told(events, |event| match event {
		Event::JobAssigned { job, .. } => Some(*job),
		_ => None,
	})
}
