//! Work that no one has to ask for: due deadlines, the queue, and the removal of old outputs.

use athanor_primitives::JobId;
use frame_support::{pallet_prelude::*, storage::with_storage_layer, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::traits::Saturating;

use crate::{
	Agenda, Config, Equivocations, Event, Inputs, Jobs, Lane, Outcomes, Pallet, Queue, QueueEnds,
	Receipts, WeightInfo, equivocation::MAX_INVOLVED, types::JobOf,
};

/// Blocks after which a step that failed unexpectedly is tried again.
const RETRY_AFTER: u32 = 20;

impl<T: Config> Pallet<T> {
	/// Works off deadlines and the queue inside `HookWeight`. Returns what was used.
	pub(crate) fn work_off(now: BlockNumberFor<T>) -> Weight {
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());
		meter.consume(T::WeightInfo::hook_base());
		Self::work_off_deadlines(now, &mut meter);
		Self::work_off_queue(now, &mut meter);
		meter.consumed()
	}

	fn work_off_deadlines(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
		Self::work_off_agenda(Agenda::Deadlines, now, meter, |id, at, meter| {
			if !meter.can_consume(T::WeightInfo::due()) {
				return false;
			}
			// Entries stay behind when a state ends before its deadline.
			match Jobs::<T>::get(id).filter(|job| job.state.deadline() == at) {
				None => meter.consume(T::WeightInfo::stale()),
				Some(job) => {
					meter.consume(T::WeightInfo::due());
					Self::work_off_deadline(id, job, now);
				}
			}
			true
		});
	}

	fn work_off_deadline(id: JobId, job: JobOf<T>, now: BlockNumberFor<T>) {
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

	fn work_off_queue(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
		// Jobs that stay unmatched go behind these ends: each is tried once per block.
		let first = QueueEnds::<T>::get(Lane::First).tail;
		let again = QueueEnds::<T>::get(Lane::Again).tail;
		Self::work_off_lane(Lane::First, first, now, meter);
		Self::work_off_lane(Lane::Again, again, now, meter);
	}

	fn work_off_lane(lane: Lane, tail: u64, now: BlockNumberFor<T>, meter: &mut WeightMeter) {
		let mut head = QueueEnds::<T>::get(lane).head;
		while head < tail && meter.can_consume(T::WeightInfo::match_one()) {
			let too_early = |id| lane == Lane::First && !Self::may_be_drawn(id, now);
			if Queue::<T>::get(lane, head).is_some_and(too_early) {
				// Those behind it were posted later.
				break;
			}
			meter.consume(T::WeightInfo::match_one());
			if let Some(id) = Queue::<T>::take(lane, head)
				&& let Err(error) = with_storage_layer(|| Self::match_job(id, now))
			{
				Self::enqueue(Lane::Again, id);
				Self::deposit_event(Event::Unexpected { job: id, error });
			}
			head = head.saturating_add(1);
		}
		QueueEnds::<T>::mutate(lane, |ends| ends.head = head);
	}

	/// Removes what is past its retention, with what the block has left.
	pub(crate) fn forget_old(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(remaining);
		if meter.try_consume(T::WeightInfo::hook_base()).is_err() {
			return meter.consumed();
		}
		Self::work_off_agenda(Agenda::Retention, now, &mut meter, |id, at, meter| {
			if !meter.can_consume(T::WeightInfo::forget()) {
				return false;
			}
			// Somebody may have poked it before.
			if Outcomes::<T>::get(id).is_some_and(|outcome| outcome.retained_until == at) {
				meter.consume(T::WeightInfo::forget());
				Self::forget(id);
			} else {
				meter.consume(T::WeightInfo::stale());
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
