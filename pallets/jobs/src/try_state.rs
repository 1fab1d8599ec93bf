//! The laws of the job market, checked after every test.

use alloc::collections::{BTreeMap, BTreeSet};

use athanor_primitives::{
	JobId,
	job::{Assignment, CloseReason},
	receipt::Finish,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	Agenda, AgendaCursor, AgendaEnd, AgendaPages, Assigned, Config, Cursor, Equivocations,
	HoldReason, Inputs, JobState, Jobs, JobsOf, LaneEnds, NextJobId, NextTurn, Outcomes, Pallet,
	Queue, QueueEnds, Receipts,
};

impl<T: Config> Pallet<T> {
	/// Checks every law; the error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_escrow()?;
		Self::try_state_work()?;
		Self::try_state_agendas()?;
		Self::try_state_deadlines()?;
		Self::try_state_requesters()?;
		Self::try_state_equivocations()?;
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
		// Whose jobs cost nothing has nothing on hold, and may have no account left.
		ensure!(
			escrows.into_values().all(|sum| sum == 0),
			"a requester has no account"
		);
		Ok(())
	}

	fn try_state_work() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			ensure!(
				id < NextJobId::<T>::get(),
				"a job has an id that was not given"
			);
			let failed: BTreeSet<_> = job.failed.iter().collect();
			ensure!(
				failed.len() == job.failed.len() && !job.failed.is_full(),
				"a live job was failed too often, or twice by one provider"
			);
			if let Some(work) = job.state.work() {
				ensure!(
					work.price.within(&job.ceiling),
					"a locked price is over the job's ceiling"
				);
				ensure!(
					job.demand(0).check_lists(&work.provider).is_ok(),
					"a job is with a provider that its lists keep from it"
				);
				ensure!(
					job.seed.is_some(),
					"a job is with a provider before its seed is drawn"
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
		let entered: BTreeSet<_> = Self::entries(Agenda::Deadlines).into_iter().collect();
		for (id, job) in Jobs::<T>::iter() {
			ensure!(
				entered.contains(&(job.state.deadline(), id)),
				"a live job has no deadline in the agenda"
			);
		}
		Ok(())
	}

	/// Both agendas: nothing lies where the hook has passed, and pages are where their ends say.
	fn try_state_agendas() -> Result<(), TryRuntimeError> {
		for ((agenda, block, page), entries) in AgendaPages::<T>::iter() {
			ensure!(!entries.is_empty(), "a page of an agenda is empty");
			ensure!(
				page < AgendaEnd::<T>::get(agenda, block),
				"a page of an agenda lies behind its end"
			);
			ensure!(
				Cursor { block, page } >= AgendaCursor::<T>::get(agenda),
				"a page of an agenda lies where the hook has passed"
			);
		}
		for (agenda, block, end) in AgendaEnd::<T>::iter() {
			let last = end
				.checked_sub(1)
				.ok_or("an agenda has an end without a page")?;
			let cursor = AgendaCursor::<T>::get(agenda);
			ensure!(
				AgendaPages::<T>::contains_key((agenda, block, last))
					|| cursor == Cursor { block, page: end },
				"an agenda's last page is missing"
			);
		}
		Ok(())
	}

	fn try_state_requesters() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = JobsOf::<T>::iter_keys().collect();
		let live: BTreeSet<_> = Jobs::<T>::iter()
			.map(|(id, job)| (job.requester, id))
			.collect();
		ensure!(
			listed == live,
			"the list of a requester's jobs differs from its live jobs"
		);
		Ok(())
	}

	fn try_state_equivocations() -> Result<(), TryRuntimeError> {
		for (id, provider) in Equivocations::<T>::iter_keys() {
			let involved = match Jobs::<T>::get(id) {
				Some(job) => job.involves(&provider),
				None => Outcomes::<T>::get(id).is_some_and(|o| o.involves(&provider)),
			};
			ensure!(
				involved,
				"an equivocation is noted for a job that is not its provider's"
			);
		}
		Ok(())
	}

	fn try_state_queue() -> Result<(), TryRuntimeError> {
		ensure!(
			NextTurn::<T>::get() <= NextJobId::<T>::get(),
			"a job had its turn that was not posted"
		);
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
			// Those that providers claim leave the queue at their first turn.
			let claimable = matches!(job.assignment, Assignment::Open) && job.seed.is_some();
			let open = matches!(job.state, JobState::Open { .. });
			let is_new = id >= NextTurn::<T>::get();
			ensure!(
				!is_new || (open && job.seed.is_none()),
				"a job that has had no turn is not as it was posted"
			);
			let waits = open && !claimable && !is_new;
			let count = waiting.get(&id).copied().unwrap_or_default();
			// When its time is over, a job waits for its refund, and may have lost its place.
			let is_over = Self::last_match_of(&job) <= frame_system::Pallet::<T>::block_number();
			ensure!(
				!waits || count == 1 || (is_over && count == 0),
				"an open job is not in the queue just once"
			);
			ensure!(
				waits || count == 0,
				"a job is in the queue that waits for no match"
			);
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
		let entered: BTreeSet<_> = Self::entries(Agenda::Retention).into_iter().collect();
		for (id, outcome) in Outcomes::<T>::iter() {
			ensure!(
				entered.contains(&(outcome.retained_until, id)),
				"an outcome has no retention date in the agenda"
			);
		}
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
