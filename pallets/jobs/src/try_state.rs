//! The laws of the job market, checked after every test.

use alloc::collections::{BTreeMap, BTreeSet};

use athanor_primitives::{JobId, job::CloseReason, receipt::Finish};
use frame_support::{ensure, traits::fungible::InspectHold};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	Assigned, Config, DeadlineCursor, Deadlines, HoldReason, Inputs, JobState, Jobs, LaneEnds,
	NextJobId, Outcomes, Pallet, Queue, QueueEnds, Receipts, Retained, RetainedCursor,
};

impl<T: Config> Pallet<T> {
	/// Checks every law; the error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_escrow()?;
		Self::try_state_work()?;
		Self::try_state_deadlines()?;
		Self::try_state_queue()?;
		Self::try_state_assigned()?;
		Self::try_state_bytes()?;
		Self::try_state_outcomes()
	}

	fn try_state_escrow() -> Result<(), TryRuntimeError> {
		let mut escrows = BTreeMap::<T::AccountId, u128>::new();
		for job in Jobs::<T>::iter_values() {
			ensure!(
				job.ceiling
					.cost(job.max_input_tokens, job.max_output_tokens)
					== Some(job.escrow),
				"an escrow is not the ceiling times the job's tokens"
			);
			let sum = escrows.entry(job.requester).or_default();
			*sum = sum
				.checked_add(job.escrow)
				.ok_or("escrows of a requester overflow")?;
		}
		// Every account, so that a hold without a job is seen too.
		for who in frame_system::Account::<T>::iter_keys() {
			let sum = escrows.remove(&who).unwrap_or_default();
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Escrow.into(), &who) == sum,
				"the escrows of a requester's live jobs do not add up to its hold"
			);
		}
		ensure!(escrows.is_empty(), "a requester has no account");
		Ok(())
	}

	fn try_state_work() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			ensure!(
				id < NextJobId::<T>::get(),
				"a job has an id that was not given"
			);
			if let Some(work) = job.state.work() {
				ensure!(
					work.price.within(&job.ceiling),
					"a locked price is over the job's ceiling"
				);
			}
			let JobState::Submitted {
				tokens_in,
				tokens_out,
				finish,
				..
			} = job.state
			else {
				continue;
			};
			let rejected = Finish::from_code(finish) == Some(Finish::Rejected);
			ensure!(
				(rejected || tokens_in <= job.max_input_tokens)
					&& tokens_out <= job.max_output_tokens,
				"a receipt states more tokens than its job has"
			);
		}
		Ok(())
	}

	fn try_state_deadlines() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			ensure!(
				Deadlines::<T>::contains_key(job.state.deadline(), id),
				"a live job has no deadline"
			);
		}
		ensure!(
			Deadlines::<T>::iter_keys().count() == Jobs::<T>::iter_keys().count(),
			"there is a deadline without its job"
		);
		let cursor = DeadlineCursor::<T>::get();
		ensure!(
			Deadlines::<T>::iter_keys().all(|(at, _)| at >= cursor),
			"a deadline lies where the hook has passed"
		);
		Ok(())
	}

	fn try_state_queue() -> Result<(), TryRuntimeError> {
		let mut waiting = BTreeMap::<JobId, u32>::new();
		for (lane, position, id) in Queue::<T>::iter() {
			let LaneEnds { head, tail } = QueueEnds::<T>::get(lane);
			ensure!(
				(head..tail).contains(&position),
				"a job waits outside of its lane"
			);
			let count = waiting.entry(id).or_default();
			*count = count.saturating_add(1);
		}
		for (id, job) in Jobs::<T>::iter() {
			if matches!(job.state, JobState::Open { .. }) {
				ensure!(
					waiting.get(&id) == Some(&1),
					"an open job is not in the queue just once"
				);
			}
		}
		Ok(())
	}

	fn try_state_assigned() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = Assigned::<T>::iter_keys().collect();
		let assigned: BTreeSet<_> = Jobs::<T>::iter()
			.filter_map(|(id, job)| match job.state {
				JobState::Assigned { work, .. } => Some((work.provider, id)),
				_ => None,
			})
			.collect();
		ensure!(
			listed == assigned,
			"the list of assigned jobs differs from the jobs assigned"
		);
		Ok(())
	}

	fn try_state_bytes() -> Result<(), TryRuntimeError> {
		let live: BTreeSet<JobId> = Jobs::<T>::iter_keys().collect();
		let closed: BTreeSet<JobId> = Outcomes::<T>::iter_keys().collect();
		ensure!(live.is_disjoint(&closed), "a job is both live and closed");
		let known: BTreeSet<JobId> = live.union(&closed).copied().collect();
		let inputs: BTreeSet<JobId> = Inputs::<T>::iter_keys().collect();
		ensure!(
			inputs == known,
			"inputs differ from the jobs that are live or retained"
		);

		let submitted = Jobs::<T>::iter()
			.filter(|(_, job)| matches!(job.state, JobState::Submitted { .. }))
			.map(|(id, _)| id);
		let answered = Outcomes::<T>::iter()
			.filter(|(_, o)| matches!(o.reason, CloseReason::Paid | CloseReason::Rejected))
			.map(|(id, _)| id);
		let expected: BTreeSet<JobId> = submitted.chain(answered).collect();
		let receipts: BTreeSet<JobId> = Receipts::<T>::iter_keys().collect();
		ensure!(
			receipts == expected,
			"receipts differ from the jobs that have one"
		);
		Ok(())
	}

	fn try_state_outcomes() -> Result<(), TryRuntimeError> {
		let retained: BTreeSet<JobId> = Retained::<T>::iter_keys().map(|(_, id)| id).collect();
		let closed: BTreeSet<JobId> = Outcomes::<T>::iter_keys().collect();
		ensure!(
			retained == closed,
			"outcomes differ from the jobs that are retained"
		);
		ensure!(
			Retained::<T>::iter_keys().count() == retained.len(),
			"a closed job has two retention dates"
		);
		let cursor = RetainedCursor::<T>::get();
		ensure!(
			Retained::<T>::iter_keys().all(|(at, _)| at >= cursor),
			"a retention ends where the hook has passed"
		);
		for outcome in Outcomes::<T>::iter_values() {
			ensure!(
				outcome.spent.checked_add(outcome.refund) == Some(outcome.escrow),
				"spent and refund do not add up to the escrow"
			);
			ensure!(
				outcome.payment.total() == Some(outcome.spent),
				"the parts of a payment do not add up to what was spent"
			);
		}
		Ok(())
	}
}
