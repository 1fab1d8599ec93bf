//! Work that no one has to ask for: due deadlines, the queue, and the removal of old outputs.

use athanor_primitives::JobId;
use frame_support::{pallet_prelude::*, storage::with_storage_layer, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{Perbill, traits::Saturating};

use crate::{
	Agenda, Config, Equivocations, Event, Inputs, JobState, Jobs, Lane, Outcomes, Pallet, Receipts,
	WeightInfo, equivocation::MAX_INVOLVED, queue::Row, types::JobOf,
};

/// Blocks after which a step that failed unexpectedly is tried again.
const RETRY_AFTER: u32 = 20;

/// Shares of `HookWeight` that turns are sure of if jobs wait for them: those of new jobs and of jobs that
/// lost their provider, and those of jobs for which nobody was found. The rest is for deadlines first, and
/// whatever one kind of work does not need is for the others.
const FIRST_TURNS: Perbill = Perbill::from_percent(25);
/// See [`FIRST_TURNS`].
const LATER_TURNS: Perbill = Perbill::from_percent(15);

/// The smallest of the shares.
pub(crate) const LEAST_SHARE: Perbill = LATER_TURNS;

const RETURNED: Row = Row::Lane(Lane::Returned);
const AGAIN: Row = Row::Lane(Lane::Again);

/// Work of `on_initialize`, in the order of its importance.
#[derive(Clone, Copy)]
enum Task {
	/// What is due.
	Deadlines,
	/// Jobs that have had no turn, or none since they lost their provider.
	First,
	/// Jobs that had a turn, up to this position. Those that stay unmatched go behind it: each is
	/// tried once per block.
	Again(u64),
}

impl<T: Config> Pallet<T> {
	/// Works off deadlines and the queue inside `HookWeight`. Returns what was used.
	pub(crate) fn work_off(now: BlockNumberFor<T>) -> Weight {
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());
		meter.consume(T::WeightInfo::hook_base());
		// Where the lanes of the queue begin and end.
		meter.consume(T::DbWeight::get().reads_writes(2, 2));
		let again = Self::ends(AGAIN).tail;
		let share = |waiting, share: Perbill| {
			if waiting {
				share * T::HookWeight::get()
			} else {
				Weight::zero()
			}
		};
		let first = Self::is_waiting(RETURNED) || Self::is_waiting(Row::New);
		let for_first = share(first, FIRST_TURNS);
		let for_again = share(Self::is_waiting(AGAIN), LATER_TURNS);
		let for_deadlines = meter
			.remaining()
			.saturating_sub(for_first)
			.saturating_sub(for_again);
		let tasks = [
			(Task::Deadlines, for_deadlines),
			(Task::First, for_first),
			(Task::Again(again), for_again),
		];
		let unfinished = tasks.map(|(task, share)| {
			let mut own = WeightMeter::with_limit(share);
			let finished = Self::work_off_kind(task, now, &mut own);
			meter.consume(own.consumed());
			Some(task).filter(|_| !finished)
		});
		for task in unfinished.into_iter().flatten() {
			Self::work_off_kind(task, now, &mut meter);
		}
		meter.consumed()
	}

	/// Says whether nothing is left.
	fn work_off_kind(task: Task, now: BlockNumberFor<T>, meter: &mut WeightMeter) -> bool {
		match task {
			Task::Deadlines => Self::work_off_deadlines(now, meter),
			Task::First => [RETURNED, Row::New].into_iter().all(|row| {
				let tail = Self::ends(row).tail;
				Self::work_off_row(row, tail, now, meter)
			}),
			Task::Again(tail) => Self::work_off_row(AGAIN, tail, now, meter),
		}
	}

	fn work_off_deadlines(now: BlockNumberFor<T>, meter: &mut WeightMeter) -> bool {
		Self::work_off_agenda(Agenda::Deadlines, now, meter, |id, at, meter| {
			// Entries stay behind when a state ends before its deadline.
			let due = Jobs::<T>::get(id).filter(|job| job.state.deadline() == at);
			let weight = due
				.as_ref()
				.map_or_else(T::WeightInfo::stale, |job| Self::weight_of_end(&job.state));
			if meter.try_consume(weight).is_err() {
				return false;
			}
			if let Some(job) = due {
				Self::work_off_deadline(id, job, now);
			}
			true
		})
	}

	/// What it takes to end a state by its deadline.
	fn weight_of_end(state: &JobState<T::AccountId, BlockNumberFor<T>>) -> Weight {
		match state {
			JobState::Open { .. } => T::WeightInfo::expire(),
			JobState::Assigned { .. } => T::WeightInfo::time_out(),
			JobState::Submitted { .. } => T::WeightInfo::settle(),
		}
	}

	pub(crate) fn work_off_deadline(id: JobId, job: JobOf<T>, now: BlockNumberFor<T>) {
		// Hooks are not transactional by themselves: without the layer a failing step would leave
		// half of its writes.
		if let Err(error) = with_storage_layer(|| Self::end_state(id, job.clone())) {
			let mut job = job;
			job.state
				.set_deadline(now.saturating_add(RETRY_AFTER.into()));
			Self::enter_deadline(id, &job);
			Jobs::<T>::insert(id, job);
			Self::deposit_event(Event::Unexpected { job: id, error });
		}
	}

	/// Removes what is past its retention, with what the block has left.
	pub(crate) fn forget_old(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(remaining);
		if meter.try_consume(T::WeightInfo::hook_base()).is_err() {
			return meter.consumed();
		}
		Self::work_off_agenda(Agenda::Retention, now, &mut meter, |id, at, meter| {
			// Somebody may have poked it before.
			let over = Outcomes::<T>::get(id).is_some_and(|outcome| outcome.retained_until == at);
			let weight = if over {
				T::WeightInfo::forget()
			} else {
				T::WeightInfo::stale()
			};
			if meter.try_consume(weight).is_err() {
				return false;
			}
			if over {
				Self::forget(id);
			}
			true
		});
		meter.consumed()
	}

	pub(crate) fn forget(id: JobId) {
		Inputs::<T>::remove(id);
		Receipts::<T>::remove(id);
		Outcomes::<T>::remove(id);
		let _ = Equivocations::<T>::clear_prefix(id, MAX_INVOLVED, None);
		Self::deposit_event(Event::OutputRemoved { job: id });
	}
}
