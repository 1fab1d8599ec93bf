//! Weights of `frame_system`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `frame_system`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
	// `b`: 0 to 4194304
	// Fastest run: 2_284 ns
	fn remark(b: u32) -> Weight {
		Weight::from_parts(24_902_634, 0)
			// Standard error: 7
			.saturating_add(Weight::from_parts(465, 0).saturating_mul(b.into()))
	}

	// `b`: 0 to 4194304
	// Fastest run: 5_809 ns
	fn remark_with_event(b: u32) -> Weight {
		Weight::from_parts(6_099_000, 0)
			// Standard error: 6
			.saturating_add(Weight::from_parts(1_655, 0).saturating_mul(b.into()))
	}

	// `:heappages`: 0 read, 1 written
	// Fastest run: 4_256 ns
	fn set_heap_pages() -> Weight {
		Weight::from_parts(6_530_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `:code`: 0 read, 1 written
	// Fastest run: 128_620_531 ns
	fn set_code() -> Weight {
		Weight::from_parts(157_536_832_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `i`: 0 to 1000
	// Fastest run: 2_564 ns
	fn set_storage(i: u32) -> Weight {
		Weight::from_parts(3_105_000, 0)
			// Standard error: 14_460
			.saturating_add(Weight::from_parts(1_490_580, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(i.into()))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `i`: 0 to 1000
	// Fastest run: 2_413 ns
	fn kill_storage(i: u32) -> Weight {
		Weight::from_parts(4_877_000, 0)
			// Standard error: 7_442
			.saturating_add(Weight::from_parts(1_112_263, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(i.into()))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `p`: 0 to 1000
	// Fastest run: 4_727 ns
	fn kill_prefix(p: u32) -> Weight {
		Weight::from_parts(4_917_000, 0)
			// Standard error: 16_315
			.saturating_add(Weight::from_parts(1_516_352, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(p.into()))
	}

	// `System::AuthorizedUpgrade`: 0 read, 1 written
	// Fastest run: 21_332 ns
	fn authorize_upgrade() -> Weight {
		Weight::from_parts(31_196_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `:code`: 0 read, 1 written
	// `System::AuthorizedUpgrade`: 1 read, 1 written
	// Fastest run: 126_896_869 ns
	fn apply_authorized_upgrade() -> Weight {
		Weight::from_parts(131_093_055_000, 550)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
