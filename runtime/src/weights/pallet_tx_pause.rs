//! Weights of `pallet_tx_pause`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_tx_pause`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_tx_pause::WeightInfo for WeightInfo<T> {
	// `TxPause::PausedCalls`: 1 read, 1 written
	// Fastest run: 19_577 ns
	fn pause() -> Weight {
		Weight::from_parts(29_541_000, 3_007)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `TxPause::PausedCalls`: 1 read, 1 written
	// Fastest run: 26_137 ns
	fn unpause() -> Weight {
		Weight::from_parts(40_205_000, 3_007)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
