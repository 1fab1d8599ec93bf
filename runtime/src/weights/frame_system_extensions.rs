//! Weights of `frame_system_extensions`. Written by `scripts/bench-weights`: do not edit,
//! measure again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `frame_system_extensions`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	// Fastest run: 2_103 ns
	fn check_genesis() -> Weight {
		Weight::from_parts(2_324_000, 0)
	}

	// Fastest run: 4_237 ns
	fn check_mortality_mortal_transaction() -> Weight {
		Weight::from_parts(4_666_000, 0)
	}

	// Fastest run: 4_246 ns
	fn check_mortality_immortal_transaction() -> Weight {
		Weight::from_parts(4_647_000, 0)
	}

	// Fastest run: 681 ns
	fn check_non_zero_sender() -> Weight {
		Weight::from_parts(811_000, 0)
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 8_292 ns
	fn check_nonce() -> Weight {
		Weight::from_parts(8_943_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 520 ns
	fn check_spec_version() -> Weight {
		Weight::from_parts(621_000, 0)
	}

	// Fastest run: 511 ns
	fn check_tx_version() -> Weight {
		Weight::from_parts(620_000, 0)
	}

	// Fastest run: 4_136 ns
	fn check_weight() -> Weight {
		Weight::from_parts(4_657_000, 0)
	}

	// Fastest run: 2_323 ns
	fn weight_reclaim() -> Weight {
		Weight::from_parts(2_724_000, 0)
	}
}
