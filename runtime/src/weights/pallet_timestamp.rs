//! Weights of `pallet_timestamp`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_timestamp`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_timestamp::WeightInfo for WeightInfo<T> {
	// `Babe::Initialized`: 1 read, 0 written
	// `Timestamp::Now`: 1 read, 1 written
	// Fastest run: 8_675 ns
	fn set() -> Weight {
		Weight::from_parts(16_366_000, 1_108)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 2_003 ns
	fn on_finalize() -> Weight {
		Weight::from_parts(3_115_000, 0)
	}
}
