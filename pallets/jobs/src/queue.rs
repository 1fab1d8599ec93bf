//! Where open jobs wait for their turns, and how they get them.

use alloc::boxed::Box;

use athanor_primitives::JobId;
use frame_support::{
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;

use crate::{
	Config, Event, JobState, Jobs, Lane, LaneEnds, NextJobId, NextTurn, Pallet, Queue, QueueEnds,
	WeightInfo, types::JobOf,
};

/// A row of jobs that wait, each at a position.
#[derive(Clone, Copy)]
pub(crate) enum Row {
	/// Jobs that have had no turn. A job's position is its id, so that they need no storage.
	New,
	/// Jobs in a lane of the queue.
	Lane(Lane),
}

/// What is to be done with a position.
enum Turn<T: Config> {
	/// Its job has been cancelled, or its time is over.
	Gone,
	/// It is too early for it, and for those behind it, which were posted later.
	Early,
	/// The job is to be matched.
	Now(JobId, Box<JobOf<T>>),
}

impl<T: Config> Pallet<T> {
	/// Puts a job at the end of a lane.
	pub(crate) fn enqueue(lane: Lane, id: JobId) {
		QueueEnds::<T>::mutate(lane, |ends| {
			Queue::<T>::insert(lane, ends.tail, id);
			ends.tail = ends.tail.saturating_add(1);
		});
	}

	/// Where a row begins and ends.
	pub(crate) fn ends(row: Row) -> LaneEnds {
		match row {
			Row::New => LaneEnds {
				head: NextTurn::<T>::get(),
				tail: NextJobId::<T>::get(),
			},
			Row::Lane(lane) => QueueEnds::<T>::get(lane),
		}
	}

	/// Gives the jobs of a row up to position `tail` their turns, as far as the meter allows. Says whether
	/// each had its turn, or is too young for one.
	pub(crate) fn work_off_row(
		row: Row,
		tail: u64,
		now: BlockNumberFor<T>,
		meter: &mut WeightMeter,
	) -> bool {
		let LaneEnds {
			head: start,
			tail: end,
		} = Self::ends(row);
		let tail = tail.min(end);
		let mut head = start;
		let mut finished = true;
		while head < tail {
			let turn = Self::turn_of(row, head, now);
			if matches!(turn, Turn::Early) {
				break;
			}
			finished = Self::take_turn_at(row, head, turn, now, meter);
			if !finished {
				break;
			}
			head = head.saturating_add(1);
		}
		if head > start {
			match row {
				Row::New => NextTurn::<T>::put(head),
				Row::Lane(lane) => QueueEnds::<T>::mutate(lane, |ends| ends.head = head),
			}
		}
		finished
	}

	fn turn_of(row: Row, position: u64, now: BlockNumberFor<T>) -> Turn<T> {
		let id = match row {
			Row::New => Some(position),
			Row::Lane(lane) => Queue::<T>::get(lane, position),
		};
		let open = id
			.and_then(|id| Jobs::<T>::get(id).map(|job| (id, job)))
			.filter(|(_, job)| matches!(job.state, JobState::Open { .. }));
		match open {
			None => Turn::Gone,
			// It waits for its refund.
			Some((_, job)) if now >= Self::last_match_of(&job) => Turn::Gone,
			Some((_, job)) if now < Self::first_turn(&job) => Turn::Early,
			Some((id, job)) => Turn::Now(id, Box::new(job)),
		}
	}

	/// False, with nothing done, if the meter does not allow the turn.
	fn take_turn_at(
		row: Row,
		position: u64,
		turn: Turn<T>,
		now: BlockNumberFor<T>,
		meter: &mut WeightMeter,
	) -> bool {
		// What is in the benchmarks is a new job, which takes no place in the queue.
		let place = match row {
			Row::New => Weight::zero(),
			Row::Lane(_) => T::DbWeight::get().reads_writes(1, 1),
		};
		let Turn::Now(id, job) = turn else {
			let weight = T::WeightInfo::skip().saturating_add(place);
			let allowed = meter.try_consume(weight).is_ok();
			if allowed {
				Self::leave(row, position);
			}
			return allowed;
		};
		let candidates = Self::draw_size(&job);
		let weight = |last| T::WeightInfo::match_one(candidates, last).saturating_add(place);
		if !meter.can_consume(weight(1)) {
			return false;
		}
		Self::leave(row, position);
		let last_slot =
			with_storage_layer(|| Self::match_job(id, *job, now)).unwrap_or_else(|error| {
				Self::enqueue(Lane::Again, id);
				Self::deposit_event(Event::Unexpected { job: id, error });
				true
			});
		meter.consume(weight(last_slot.into()));
		true
	}

	fn leave(row: Row, position: u64) {
		if let Row::Lane(lane) = row {
			Queue::<T>::remove(lane, position);
		}
	}
}
