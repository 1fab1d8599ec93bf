//! Work that no one has to ask for: due deadlines, the queue, and the removal of old outputs.

use athanor_primitives::JobId;
use frame_support::{pallet_prelude::*, storage::with_storage_layer, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{Perbill, traits::Saturating};

use crate::{
	Agenda, Config, Equivocations, Event, Inputs, JobState, Jobs, Lane, LaneEnds, Outcomes, Pallet,
	Receipts, WeightInfo, equivocation::MAX_INVOLVED, queue::Row, types::JobOf,
};

/// Blocks after which a step that failed unexpectedly is tried again.
const RETRY_AFTER: u32 = 20;

/// Shares of `HookWeight` that turns are sure of if jobs wait for them: those of new jobs, of jobs that lost
/// their provider, and of jobs for which nobody was found. The rest is for deadlines first, and whatever
/// one kind of work does not need is for the others.
const NEW: Perbill = Perbill::from_percent(20);
/// See [`NEW`].
const RETURNED: Perbill = Perbill::from_percent(10);
/// See [`NEW`].
const AGAIN: Perbill = Perbill::from_percent(10);

/// The smallest share that turns have.
pub(crate) const LEAST_FOR_TURNS: Perbill = AGAIN;
/// The share of deadlines if jobs wait for turns of every kind.
pub(crate) const LEAST_FOR_DEADLINES: Perbill = Perbill::from_percent(60);

/// Work of `on_initialize`.
#[derive(Clone, Copy)]
enum Task {
	/// What is due.
	Deadlines,
	/// Turns of a row's jobs, up to a position.
	Turns(Row, u64),
}

impl<T: Config> Pallet<T> {
	/// Works off deadlines and the queue inside `HookWeight`. Returns what was used.
	pub(crate) fn work_off(now: BlockNumberFor<T>) -> Weight {
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());
		meter.consume(T::WeightInfo::hook_base());
		// What each block with work touches once, and no step counts: ends of rows, cursor, ids, totals,
		// the treasury's account.
		meter.consume(Self::shared_weight());
		// Jobs that stay unmatched go behind this: each is tried once per block.
		let again = Self::ends(Row::Lane(Lane::Again)).tail;
		let turns = [
			(Row::Lane(Lane::Returned), u64::MAX, RETURNED),
			(Row::New, u64::MAX, NEW),
			(Row::Lane(Lane::Again), again, AGAIN),
		]
		.map(|(row, tail, share)| (Task::Turns(row, tail), Self::sure(row, share)));
		let [returned, new, later] = turns;
		let for_deadlines = turns.iter().fold(meter.remaining(), |rest, (_, share)| {
			rest.saturating_sub(*share)
		});
		let tasks = [(Task::Deadlines, for_deadlines), returned, new, later];
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

	/// What a row is sure of.
	fn sure(row: Row, share: Perbill) -> Weight {
		let LaneEnds { head, tail } = Self::ends(row);
		if head < tail {
			share * T::HookWeight::get()
		} else {
			Weight::zero()
		}
	}

	/// Reads and writes of a block that its steps share.
	pub(crate) fn shared_weight() -> Weight {
		T::DbWeight::get().reads_writes(6, 7)
	}

	/// Says whether nothing is left.
	fn work_off_kind(task: Task, now: BlockNumberFor<T>, meter: &mut WeightMeter) -> bool {
		match task {
			Task::Deadlines => Self::work_off_deadlines(now, meter),
			Task::Turns(row, tail) => Self::work_off_row(row, tail, now, meter),
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
			JobState::Assigned { .. } => Self::weight_of_time_out(),
			JobState::Submitted { .. } => T::WeightInfo::settle(),
		}
	}

	/// Of the dearer way: which it is, only the registry of providers knows.
	pub(crate) fn weight_of_time_out() -> Weight {
		T::WeightInfo::time_out(0).max(T::WeightInfo::time_out(1))
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
			if !over {
				return meter.try_consume(T::WeightInfo::stale()).is_ok();
			}
			if !meter.can_consume(T::WeightInfo::forget(MAX_INVOLVED)) {
				return false;
			}
			let equivocations = Self::forget(id);
			meter.consume(T::WeightInfo::forget(equivocations));
			true
		});
		meter.consumed()
	}

	/// Removes what is stored of a closed job. Returns how many equivocations were noted for it.
	pub(crate) fn forget(id: JobId) -> u32 {
		Inputs::<T>::remove(id);
		Receipts::<T>::remove(id);
		Outcomes::<T>::remove(id);
		let noted = Equivocations::<T>::clear_prefix(id, MAX_INVOLVED, None);
		Self::deposit_event(Event::OutputRemoved { job: id });
		noted.unique
	}
}
