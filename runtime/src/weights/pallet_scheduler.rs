//! Weights of `pallet_scheduler`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_scheduler`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_scheduler::WeightInfo for WeightInfo<T> {
	// `Scheduler::IncompleteSince`: 1 read, 1 written
	// Fastest run: 13_632 ns
	fn service_agendas_base() -> Weight {
		Weight::from_parts(16_293_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Scheduler::Agenda`: 1 read, 1 written
	// `s`: 0 to 50
	// Fastest run: 11_338 ns
	fn service_agenda_base(s: u32) -> Weight {
		Weight::from_parts(18_641_077, 12_938)
			// Standard error: 11_538
			.saturating_add(Weight::from_parts(1_062_386, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 7_149 ns
	fn service_task_base() -> Weight {
		Weight::from_parts(9_223_000, 0)
	}

	// `Preimage::PreimageFor`: 1 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// `s`: 128 to 4194304
	// Fastest run: 43_288 ns
	fn service_task_fetched(s: u32) -> Weight {
		Weight::from_parts(46_386_742, 4_201_951)
			// Standard error: 28
			.saturating_add(Weight::from_parts(2_716, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Scheduler::Lookup`: 0 read, 1 written
	// Fastest run: 10_188 ns
	fn service_task_named() -> Weight {
		Weight::from_parts(14_732_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 7_300 ns
	fn service_task_periodic() -> Weight {
		Weight::from_parts(8_492_000, 0)
	}

	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// Fastest run: 12_138 ns
	fn execute_dispatch_signed() -> Weight {
		Weight::from_parts(15_140_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// Fastest run: 5_839 ns
	fn execute_dispatch_unsigned() -> Weight {
		Weight::from_parts(7_583_000, 0)
	}

	// `Scheduler::Agenda`: 1 read, 1 written
	// `s`: 0 to 49
	// Fastest run: 26_510 ns
	fn schedule(s: u32) -> Weight {
		Weight::from_parts(43_755_166, 12_938)
			// Standard error: 28_192
			.saturating_add(Weight::from_parts(999_180, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Lookup`: 0 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// `s`: 1 to 50
	// Fastest run: 41_226 ns
	fn cancel(s: u32) -> Weight {
		Weight::from_parts(46_655_533, 12_938)
			// Standard error: 45_057
			.saturating_add(Weight::from_parts(1_948_477, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Lookup`: 1 read, 1 written
	// `s`: 0 to 49
	// Fastest run: 35_082 ns
	fn schedule_named(s: u32) -> Weight {
		Weight::from_parts(48_381_372, 15_461)
			// Standard error: 39_792
			.saturating_add(Weight::from_parts(1_565_710, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Lookup`: 1 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// `s`: 1 to 50
	// Fastest run: 50_057 ns
	fn cancel_named(s: u32) -> Weight {
		Weight::from_parts(54_273_095, 15_461)
			// Standard error: 33_046
			.saturating_add(Weight::from_parts(1_985_069, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Scheduler::Agenda`: 1 read, 1 written
	// `Scheduler::Retries`: 0 read, 1 written
	// `s`: 1 to 50
	// Fastest run: 25_092 ns
	fn schedule_retry(s: u32) -> Weight {
		Weight::from_parts(28_455_809, 12_938)
			// Standard error: 15_751
			.saturating_add(Weight::from_parts(157_521, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Scheduler::Agenda`: 1 read, 0 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 67_464 ns
	fn set_retry() -> Weight {
		Weight::from_parts(95_580_000, 12_938)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Scheduler::Agenda`: 1 read, 0 written
	// `Scheduler::Lookup`: 1 read, 0 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 77_959 ns
	fn set_retry_named() -> Weight {
		Weight::from_parts(102_446_000, 15_461)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Scheduler::Agenda`: 1 read, 0 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 64_341 ns
	fn cancel_retry() -> Weight {
		Weight::from_parts(81_040_000, 12_938)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Scheduler::Agenda`: 1 read, 0 written
	// `Scheduler::Lookup`: 1 read, 0 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 74_351 ns
	fn cancel_retry_named() -> Weight {
		Weight::from_parts(97_331_000, 15_461)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
