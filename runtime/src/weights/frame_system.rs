//! Weights of `frame_system`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `frame_system`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
	// `b`: 0 to 4194304
	// Fastest run: 5_868 ns
	fn remark(b: u32) -> Weight {
		Weight::from_parts(434_635_200, 0)
			// Standard error: 15
			.saturating_add(Weight::from_parts(385, 0).saturating_mul(b.into()))
	}

	// `b`: 0 to 4194304
	// Fastest run: 7_628 ns
	fn remark_with_event(b: u32) -> Weight {
		Weight::from_parts(7_907_000, 0)
			// Standard error: 31
			.saturating_add(Weight::from_parts(2_529, 0).saturating_mul(b.into()))
	}

	// `:heappages`: 0 read, 1 written
	// Fastest run: 8_943 ns
	fn set_heap_pages() -> Weight {
		Weight::from_parts(10_185_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `:code`: 0 read, 1 written
	// Fastest run: 214_034_064 ns
	fn set_code() -> Weight {
		Weight::from_parts(221_926_426_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `i`: 0 to 1000
	// Fastest run: 4_938 ns
	fn set_storage(i: u32) -> Weight {
		Weight::from_parts(5_092_000, 0)
			// Standard error: 3_135
			.saturating_add(Weight::from_parts(2_099_908, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(i.into()))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `i`: 0 to 1000
	// Fastest run: 5_176 ns
	fn kill_storage(i: u32) -> Weight {
		Weight::from_parts(77_153_521, 0)
			// Standard error: 30_825
			.saturating_add(Weight::from_parts(1_190_874, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(i.into()))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `p`: 0 to 1000
	// Fastest run: 6_584 ns
	fn kill_prefix(p: u32) -> Weight {
		Weight::from_parts(55_627_872, 54)
			// Standard error: 31_671
			.saturating_add(Weight::from_parts(1_949_335, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(p.into()))
	}

	// `System::AuthorizedUpgrade`: 0 read, 1 written
	// Fastest run: 33_493 ns
	fn authorize_upgrade() -> Weight {
		Weight::from_parts(39_511_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `:code`: 0 read, 1 written
	// `System::AuthorizedUpgrade`: 1 read, 1 written
	// Fastest run: 169_634_288 ns
	fn apply_authorized_upgrade() -> Weight {
		Weight::from_parts(179_036_029_000, 550)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
