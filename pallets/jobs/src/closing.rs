//! How jobs end: settled, timed out, expired, cancelled.

use athanor_primitives::{
	JobId,
	job::{Assignment, CloseReason},
	ports::{OfferBook, Parties, Payout, ProviderRegistry},
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
use sp_runtime::traits::{Saturating, Zero};

use crate::{
	Assigned, Config, Deadlines, Error, Event, HoldReason, JobState, Jobs, Lane, Outcome, Outcomes,
	Pallet, Retained, Work, types::JobOf,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_poke(id: JobId) -> DispatchResult {
		let now = frame_system::Pallet::<T>::block_number();
		let Some(job) = Jobs::<T>::get(id) else {
			let outcome = Outcomes::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
			let until = outcome.closed_at.saturating_add(T::Retention::get());
			ensure!(
				until <= now && Retained::<T>::contains_key(until, id),
				Error::<T>::NothingDue
			);
			Self::forget(id, until);
			return Ok(());
		};
		ensure!(job.state.deadline() <= now, Error::<T>::NothingDue);
		Self::end_state(id, job, now)
	}

	/// Does what a job's deadline demands.
	pub(crate) fn end_state(id: JobId, job: JobOf<T>, now: BlockNumberFor<T>) -> DispatchResult {
		match job.state.clone() {
			JobState::Open { .. } if job.failed.is_empty() => {
				Self::close_unpaid(id, job, CloseReason::ExpiredUnassigned)
			}
			JobState::Open { .. } => Self::close_unpaid(id, job, CloseReason::WorkerTimedOut),
			JobState::Assigned { work, .. } => Self::time_out(id, job, work, now),
			JobState::Submitted {
				work,
				tokens_in,
				tokens_out,
				finish,
				..
			} => Self::settle(id, job, work, tokens_in, tokens_out, finish),
		}
	}

	/// Slashes a provider that missed its deadline, and offers the job again while that makes sense.
	fn time_out(
		id: JobId,
		mut job: JobOf<T>,
		work: Work<T::AccountId, BlockNumberFor<T>>,
		now: BlockNumberFor<T>,
	) -> DispatchResult {
		let provider = work.provider;
		let slashed = T::Providers::slash_for_timeout(&provider, id);
		T::Offers::give_back(job.model, &provider);
		Assigned::<T>::remove(&provider, id);

		let deadline =
			Self::last_match(job.expires_at, job.max_input_tokens, job.max_output_tokens);
		let attempts_left = job.failed.try_push(provider.clone()).is_ok() && !job.failed.is_full();
		let offered_again =
			attempts_left && deadline > now && matches!(job.assignment, Assignment::Auto);
		Self::deposit_event(Event::WorkerTimedOut {
			job: id,
			provider,
			slashed,
			offered_again,
		});
		if !offered_again {
			return Self::close_unpaid(id, job, CloseReason::WorkerTimedOut);
		}
		Self::remove_deadline_entry(id, &job);
		job.state = JobState::Open { deadline };
		Self::set_deadline_entry(id, &job);
		Jobs::<T>::insert(id, job);
		Self::enqueue(Lane::First, id);
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
			royalty: job.royalty,
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
		Self::remove_deadline_entry(id, &job);
		Jobs::<T>::remove(id);
		Retained::<T>::insert(now.saturating_add(T::Retention::get()), id, ());
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
				escrow: job.escrow,
				spent,
				refund,
				payment,
				posted_at: job.posted_at,
				assigned_at,
				submitted_at,
				closed_at: now,
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

	/// Notes the deadline of the job's present state.
	pub(crate) fn set_deadline_entry(id: JobId, job: &JobOf<T>) {
		Deadlines::<T>::insert(job.state.deadline(), id, ());
	}

	/// Forgets the deadline of the job's present state.
	pub(crate) fn remove_deadline_entry(id: JobId, job: &JobOf<T>) {
		Deadlines::<T>::remove(job.state.deadline(), id);
	}
}
