//! Weights of `pallet_referenda`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_referenda`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_referenda::WeightInfo for WeightInfo<T> {
	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumCount`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 0 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 84_225 ns
	fn submit() -> Weight {
		Weight::from_parts(102_559_000, 13_936)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 81_543 ns
	fn place_decision_deposit_preparing() -> Weight {
		Weight::from_parts(155_747_000, 29_216)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 153_653 ns
	fn place_decision_deposit_queued() -> Weight {
		Weight::from_parts(165_353_000, 23_254)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 154_694 ns
	fn place_decision_deposit_not_queued() -> Weight {
		Weight::from_parts(220_873_000, 23_254)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 147_881 ns
	fn place_decision_deposit_passing() -> Weight {
		Weight::from_parts(188_052_000, 31_705)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 137_651 ns
	fn place_decision_deposit_failing() -> Weight {
		Weight::from_parts(179_410_000, 31_705)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// Fastest run: 60_358 ns
	fn refund_decision_deposit() -> Weight {
		Weight::from_parts(74_985_000, 2_841)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// Fastest run: 59_934 ns
	fn refund_submission_deposit() -> Weight {
		Weight::from_parts(75_867_000, 2_841)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 59_244 ns
	fn cancel() -> Weight {
		Weight::from_parts(78_548_000, 15_779)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Referenda::MetadataOf`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 187_257 ns
	fn kill() -> Weight {
		Weight::from_parts(238_574_000, 18_306)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 0 written
	// Fastest run: 32_138 ns
	fn one_fewer_deciding_queue_empty() -> Weight {
		Weight::from_parts(42_491_000, 7_475)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 131_582 ns
	fn one_fewer_deciding_failing() -> Weight {
		Weight::from_parts(156_787_000, 20_765)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 122_280 ns
	fn one_fewer_deciding_passing() -> Weight {
		Weight::from_parts(158_213_000, 20_765)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 0 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// Fastest run: 45_534 ns
	fn nudge_referendum_requeued_insertion() -> Weight {
		Weight::from_parts(54_393_000, 7_827)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 0 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// Fastest run: 44_718 ns
	fn nudge_referendum_requeued_slide() -> Weight {
		Weight::from_parts(76_592_000, 7_827)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// Fastest run: 86_323 ns
	fn nudge_referendum_queued() -> Weight {
		Weight::from_parts(93_507_000, 10_316)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Referenda::TrackQueue`: 1 read, 1 written
	// Fastest run: 82_370 ns
	fn nudge_referendum_not_queued() -> Weight {
		Weight::from_parts(90_341_000, 10_316)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 59_226 ns
	fn nudge_referendum_no_deposit() -> Weight {
		Weight::from_parts(66_598_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 64_177 ns
	fn nudge_referendum_preparing() -> Weight {
		Weight::from_parts(70_513_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// Fastest run: 42_921 ns
	fn nudge_referendum_timed_out() -> Weight {
		Weight::from_parts(47_644_000, 3_340)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 83_683 ns
	fn nudge_referendum_begin_deciding_failing() -> Weight {
		Weight::from_parts(94_224_000, 18_767)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::DecidingCount`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 86_720 ns
	fn nudge_referendum_begin_deciding_passing() -> Weight {
		Weight::from_parts(96_301_000, 18_767)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 73_299 ns
	fn nudge_referendum_begin_confirming() -> Weight {
		Weight::from_parts(80_947_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 74_618 ns
	fn nudge_referendum_end_confirming() -> Weight {
		Weight::from_parts(82_434_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 70_447 ns
	fn nudge_referendum_continue_not_confirming() -> Weight {
		Weight::from_parts(78_751_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 63_457 ns
	fn nudge_referendum_continue_confirming() -> Weight {
		Weight::from_parts(78_750_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Lookup`: 1 read, 1 written
	// Fastest run: 70_858 ns
	fn nudge_referendum_approved() -> Weight {
		Weight::from_parts(114_264_000, 31_739)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 48_143 ns
	fn nudge_referendum_rejected() -> Weight {
		Weight::from_parts(82_412_000, 16_278)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Preimage::RequestStatusFor`: 1 read, 0 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// `Referenda::MetadataOf`: 0 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 0 written
	// Fastest run: 28_732 ns
	fn set_some_metadata() -> Weight {
		Weight::from_parts(53_442_000, 7_973)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Referenda::MetadataOf`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 0 written
	// Fastest run: 34_986 ns
	fn clear_metadata() -> Weight {
		Weight::from_parts(45_888_000, 5_368)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
