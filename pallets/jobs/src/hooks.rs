//! Work that no one has to ask for: due deadlines, the queue, and the removal of old outputs.

use athanor_primitives::JobId;
use frame_support::{pallet_prelude::*, storage::with_storage_layer, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::traits::{One, Saturating};

use crate::{
	Config, DeadlineCursor, Deadlines, Event, Inputs, Jobs, Outcomes, Pallet, Queue, QueueHead,
	QueueTail, Receipts, Retained, RetainedCursor, WeightInfo,
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
		let mut cursor = DeadlineCursor::<T>::get();
		while cursor <= now && meter.can_consume(T::WeightInfo::due()) {
			let Some(id) = Deadlines::<T>::iter_key_prefix(cursor).next() else {
				meter.consume(T::WeightInfo::next_bucket());
				cursor.saturating_inc();
				continue;
			};
			meter.consume(T::WeightInfo::due());
			Self::work_off_deadline(id, cursor, now);
		}
		DeadlineCursor::<T>::put(cursor);
	}

	fn work_off_deadline(id: JobId, at: BlockNumberFor<T>, now: BlockNumberFor<T>) {
		let Some(job) = Jobs::<T>::get(id) else {
			Deadlines::<T>::remove(at, id);
			return;
		};
		// Hooks are not transactional by themselves: without the layer a failing step would leave
		// half of its writes.
		if let Err(error) = with_storage_layer(|| Self::end_state(id, job.clone(), now)) {
			let mut job = job;
			Deadlines::<T>::remove(at, id);
			job.state
				.set_deadline(now.saturating_add(RETRY_AFTER.into()));
			Self::set_deadline_entry(id, &job);
			Jobs::<T>::insert(id, job);
			Self::deposit_event(Event::Unexpected { job: id, error });
		}
	}

	fn work_off_queue(now: BlockNumberFor<T>, meter: &mut WeightMeter) {
		let (mut head, tail) = (QueueHead::<T>::get(), QueueTail::<T>::get());
		// Jobs that stay unmatched go behind `tail`: each is tried once per block.
		while head < tail && meter.try_consume(T::WeightInfo::match_one()).is_ok() {
			if let Some(id) = Queue::<T>::take(head)
				&& let Err(error) = with_storage_layer(|| Self::match_job(id, now))
			{
				Self::enqueue(id);
				Self::deposit_event(Event::Unexpected { job: id, error });
			}
			head = head.saturating_add(1);
		}
		QueueHead::<T>::put(head);
	}

	/// Removes what is past its retention, with what the block has left.
	pub(crate) fn forget_old(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(remaining);
		if meter.try_consume(T::WeightInfo::hook_base()).is_err() {
			return meter.consumed();
		}
		let mut cursor = RetainedCursor::<T>::get();
		while cursor <= now && meter.can_consume(T::WeightInfo::forget()) {
			match Retained::<T>::iter_key_prefix(cursor).next() {
				None => {
					meter.consume(T::WeightInfo::next_bucket());
					cursor = cursor.saturating_add(One::one());
				}
				Some(id) => {
					meter.consume(T::WeightInfo::forget());
					Self::forget(id, cursor);
				}
			}
		}
		RetainedCursor::<T>::put(cursor);
		meter.consumed()
	}

	fn forget(id: JobId, at: BlockNumberFor<T>) {
		Retained::<T>::remove(at, id);
		Inputs::<T>::remove(id);
		Receipts::<T>::remove(id);
		Outcomes::<T>::remove(id);
		Self::deposit_event(Event::OutputRemoved { job: id });
	}
}
