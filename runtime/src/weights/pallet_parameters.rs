//! Weights of `pallet_parameters`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_parameters`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_parameters::WeightInfo for WeightInfo<T> {
	// `Parameters::Parameters`: 1 read, 1 written
	// Fastest run: 7_521 ns
	fn set_parameter() -> Weight {
		Weight::from_parts(8_303_000, 2_511)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
