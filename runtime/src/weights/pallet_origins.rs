//! Weights of `pallet_origins`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 2 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_origins`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> crate::governance::pallet_origins::WeightInfo for WeightInfo<T> {
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 42_916 ns
	fn refund_submission_deposit() -> Weight {
		Weight::from_parts(82_661_000, 5_444)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Parameters::Parameters`: 1 read, 1 written
	// Fastest run: 18_332 ns
	fn set_parameter() -> Weight {
		Weight::from_parts(36_483_000, 2_511)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
