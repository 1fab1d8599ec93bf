//! Weights of `pallet_utility`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_utility`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_utility::WeightInfo for WeightInfo<T> {
	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `c`: 0 to 1000
	// Fastest run: 11_532 ns
	fn batch(c: u32) -> Weight {
		Weight::from_parts(46_129_793, 499)
			// Standard error: 58_442
			.saturating_add(Weight::from_parts(10_810_087, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// Fastest run: 15_983 ns
	fn as_derivative() -> Weight {
		Weight::from_parts(21_153_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `c`: 0 to 1000
	// Fastest run: 9_606 ns
	fn batch_all(c: u32) -> Weight {
		Weight::from_parts(10_350_000, 499)
			// Standard error: 80_225
			.saturating_add(Weight::from_parts(11_090_772, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// Fastest run: 14_522 ns
	fn dispatch_as() -> Weight {
		Weight::from_parts(19_764_000, 0)
	}

	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `c`: 0 to 1000
	// Fastest run: 12_697 ns
	fn force_batch(c: u32) -> Weight {
		Weight::from_parts(92_397_792, 499)
			// Standard error: 73_002
			.saturating_add(Weight::from_parts(10_455_295, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// Fastest run: 9_614 ns
	fn dispatch_as_fallible() -> Weight {
		Weight::from_parts(17_284_000, 0)
	}

	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// Fastest run: 24_987 ns
	fn if_else() -> Weight {
		Weight::from_parts(32_115_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
	}
}
