//! Weights of `frame_system_extensions`. Written by `scripts/bench-weights`: do not edit,
//! measure again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `frame_system_extensions`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for WeightInfo<T> {
	// Fastest run: 4_469 ns
	fn check_genesis() -> Weight {
		Weight::from_parts(5_601_000, 0)
	}

	// Fastest run: 9_011 ns
	fn check_mortality_mortal_transaction() -> Weight {
		Weight::from_parts(11_657_000, 0)
	}

	// Fastest run: 8_537 ns
	fn check_mortality_immortal_transaction() -> Weight {
		Weight::from_parts(11_757_000, 0)
	}

	// Fastest run: 783 ns
	fn check_non_zero_sender() -> Weight {
		Weight::from_parts(952_000, 0)
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 12_426 ns
	fn check_nonce() -> Weight {
		Weight::from_parts(13_992_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 627 ns
	fn check_spec_version() -> Weight {
		Weight::from_parts(903_000, 0)
	}

	// Fastest run: 632 ns
	fn check_tx_version() -> Weight {
		Weight::from_parts(789_000, 0)
	}

	// Fastest run: 6_397 ns
	fn check_weight() -> Weight {
		Weight::from_parts(8_630_000, 0)
	}

	// Fastest run: 3_634 ns
	fn weight_reclaim() -> Weight {
		Weight::from_parts(4_328_000, 0)
	}
}
