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
	// Fastest run: 2_153 ns
	fn check_genesis() -> Weight {
		Weight::from_parts(2_454_000, 0)
	}

	// Fastest run: 4_396 ns
	fn check_mortality_mortal_transaction() -> Weight {
		Weight::from_parts(6_710_000, 0)
	}

	// Fastest run: 4_306 ns
	fn check_mortality_immortal_transaction() -> Weight {
		Weight::from_parts(4_937_000, 0)
	}

	// Fastest run: 681 ns
	fn check_non_zero_sender() -> Weight {
		Weight::from_parts(841_000, 0)
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 8_292 ns
	fn check_nonce() -> Weight {
		Weight::from_parts(9_324_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 521 ns
	fn check_spec_version() -> Weight {
		Weight::from_parts(661_000, 0)
	}

	// Fastest run: 511 ns
	fn check_tx_version() -> Weight {
		Weight::from_parts(651_000, 0)
	}

	// Fastest run: 4_136 ns
	fn check_weight() -> Weight {
		Weight::from_parts(4_887_000, 0)
	}

	// Fastest run: 2_363 ns
	fn weight_reclaim() -> Weight {
		Weight::from_parts(2_785_000, 0)
	}
}
