//! Weights of `pallet_timestamp`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_timestamp`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_timestamp::WeightInfo for WeightInfo<T> {
	// `Babe::Initialized`: 1 read, 0 written
	// `Timestamp::Now`: 1 read, 1 written
	// Fastest run: 5_629 ns
	fn set() -> Weight {
		Weight::from_parts(6_319_000, 1_108)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 952 ns
	fn on_finalize() -> Weight {
		Weight::from_parts(1_171_000, 0)
	}
}
