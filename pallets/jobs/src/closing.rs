//! How jobs end: settled, timed out, expired, cancelled.

use athanor_primitives::{
	JobId,
	job::{Assignment, CloseReason},
	ports::{Parties, Payout, ProviderRegistry, Victim},
	receipt::Finish,
	split::Payment,
};
use frame_support::{
	ensure,
	pallet_prelude::*,
	traits::{
		fungible::{BalancedHold, MutateHold},
		tokens::Precision,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	SaturatedConversion,
	traits::{One, Saturating, Zero},
};

use crate::{
	Agenda, Config, Equivocations, Error, Event, HoldReason, JobState, Jobs, JobsOf, Lane, Outcome,
	Outcomes, Pallet, Work, types::JobOf,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_poke(id: JobId) -> DispatchResult {
		let now = frame_system::Pallet::<T>::block_number();
		let Some(job) = Jobs::<T>::get(id) else {
			let outcome = Outcomes::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
			ensure!(outcome.retained_until <= now, Error::<T>::NothingDue);
			let _ = Self::forget(id);
			return Ok(());
		};
		ensure!(job.state.deadline() <= now, Error::<T>::NothingDue);
		Self::end_state(id, job)
	}

	/// Does what a job's deadline demands.
	pub(crate) fn end_state(id: JobId, job: JobOf<T>) -> DispatchResult {
		match job.state.clone() {
			JobState::Open { .. } => {
				let reason = Self::reason_of_expiry(id, &job);
				Self::close_unpaid(id, job, reason)
			}
			JobState::Assigned { work, .. } => Self::time_out(id, job, work),
			JobState::Submitted {
				work,
				tokens_in,
				tokens_out,
				finish,
				..
			} => Self::settle(id, job, work, tokens_in, tokens_out, finish),
		}
	}

	/// Why an open job ends whose time is over: because of the last provider that failed it, if any.
	fn reason_of_expiry(id: JobId, job: &JobOf<T>) -> CloseReason {
		match job.failed.last() {
			None => CloseReason::ExpiredUnassigned,
			Some(last) if Equivocations::<T>::contains_key(id, last) => {
				CloseReason::WorkerEquivocated
			}
			Some(_) => CloseReason::WorkerTimedOut,
		}
	}

	/// Slashes a provider that missed its deadline, and offers the job again while that makes sense.
	fn time_out(
		id: JobId,
		mut job: JobOf<T>,
		work: Work<T::AccountId, BlockNumberFor<T>>,
	) -> DispatchResult {
		let victim = Victim {
			requester: job.requester.clone(),
			escrow: job.escrow,
			paid: 0,
		};
		let slashed = T::Providers::slash_for_timeout(&work.provider, id, &victim);
		Self::take_from_provider(id, &job, &work, None);
		let offered_again = Self::note_failure(&mut job, work.provider.clone());
		Self::deposit_event(Event::WorkerTimedOut {
			job: id,
			provider: work.provider,
			slashed,
			offered_again,
		});
		Self::offer_again_or_close(id, job, offered_again, CloseReason::WorkerTimedOut)
	}

	/// Notes that `provider` failed the job. Says whether another one could still do it: another may,
	/// there are attempts left, and a worker would have its time.
	pub(crate) fn note_failure(job: &mut JobOf<T>, provider: T::AccountId) -> bool {
		let attempts_left = job.failed.try_push(provider).is_ok() && !job.failed.is_full();
		let now = frame_system::Pallet::<T>::block_number();
		attempts_left && Self::last_match_of(job) > now && Self::another_may(job)
	}

	/// Whether there is a provider that the job names and that has not failed it, or it names none.
	fn another_may(job: &JobOf<T>) -> bool {
		match job.demand(0).allow {
			[] => true,
			named => named.iter().any(|who| !job.failed.contains(who)),
		}
	}

	/// The first block in which it is too late to match the job.
	pub(crate) fn last_match_of(job: &JobOf<T>) -> BlockNumberFor<T> {
		Self::last_match(job.expires_at, job.work_period)
	}

	/// Lets a job that lost its provider find another one; ends it if there is to be none.
	pub(crate) fn offer_again_or_close(
		id: JobId,
		mut job: JobOf<T>,
		again: bool,
		reason: CloseReason,
	) -> DispatchResult {
		if !again {
			return Self::close_unpaid(id, job, reason);
		}
		job.state = JobState::Open {
			deadline: Self::last_match_of(&job),
		};
		Self::enter_deadline(id, &job);
		if matches!(job.assignment, Assignment::Open) && job.seed.is_some() {
			Self::open_for_claims(id, &job);
		} else {
			Self::enqueue(Lane::Returned, id);
		}
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// Pays for a receipt, and refunds the rest.
	fn settle(
		id: JobId,
		job: JobOf<T>,
		work: Work<T::AccountId, BlockNumberFor<T>>,
		tokens_in: u32,
		tokens_out: u32,
		finish: u8,
	) -> DispatchResult {
		if Finish::from_code(finish) == Some(Finish::Rejected) {
			return Self::close_unpaid(id, job, CloseReason::Rejected);
		}
		// Price and tokens were checked against ceiling and limits, so the cost is within the escrow.
		let spent = work
			.price
			.cost(tokens_in, tokens_out)
			.unwrap_or(job.escrow)
			.min(job.escrow);
		let (credit, missing) =
			T::Currency::slash(&HoldReason::Escrow.into(), &job.requester, spent);
		ensure!(missing.is_zero(), Error::<T>::EscrowMissing);
		let parties = Parties {
			requester: job.requester.clone(),
			provider: work.provider,
			author: job.author.clone(),
			model: job.model,
			royalty: job.royalty,
			posted_at: job.posted_at.saturated_into(),
		};
		let payment = T::Payout::pay(id, credit, &parties);
		Self::close(id, job, CloseReason::Paid, spent, payment)
	}

	pub(crate) fn close_unpaid(id: JobId, job: JobOf<T>, reason: CloseReason) -> DispatchResult {
		Self::close(id, job, reason, 0, Payment::default())
	}

	/// Releases what was not spent and moves the job from the live ones to the outcomes.
	fn close(
		id: JobId,
		job: JobOf<T>,
		reason: CloseReason,
		spent: u128,
		payment: Payment,
	) -> DispatchResult {
		let refund = job.escrow.saturating_sub(spent);
		let released = T::Currency::release(
			&HoldReason::Escrow.into(),
			&job.requester,
			refund,
			Precision::Exact,
		)?;
		ensure!(released == refund, Error::<T>::EscrowMissing);

		let now = frame_system::Pallet::<T>::block_number();
		let retained_until = now.saturating_add(T::Retention::get().max(One::one()));
		Jobs::<T>::remove(id);
		JobsOf::<T>::remove(&job.requester, id);
		Self::enter(Agenda::Retention, retained_until, id);
		let submitted_at = match job.state {
			JobState::Submitted { submitted_at, .. } => Some(submitted_at),
			_ => None,
		};
		let assigned_at = job.state.work().map(|work| work.assigned_at);
		let provider = job
			.state
			.work()
			.map(|work| work.provider.clone())
			.or_else(|| job.failed.last().cloned());
		Outcomes::<T>::insert(
			id,
			Outcome {
				requester: job.requester.clone(),
				model: job.model,
				model_version: job.model_version,
				reason,
				provider: provider.clone(),
				failed: job.failed,
				escrow: job.escrow,
				spent,
				refund,
				payment,
				posted_at: job.posted_at,
				assigned_at,
				submitted_at,
				closed_at: now,
				retained_until,
			},
		);
		Self::deposit_event(Event::JobClosed {
			job: id,
			requester: job.requester,
			reason,
			provider,
			escrow: job.escrow,
			spent,
			refund,
		});
		Ok(())
	}

	/// Enters the deadline of the job's present state into the agenda.
	pub(crate) fn enter_deadline(id: JobId, job: &JobOf<T>) {
		Self::enter(Agenda::Deadlines, job.state.deadline(), id);
	}
}
