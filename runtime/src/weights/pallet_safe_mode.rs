//! Weights of `pallet_safe_mode`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_safe_mode`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_safe_mode::WeightInfo for WeightInfo<T> {
	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// Fastest run: 4_004 ns
	fn on_initialize_noop() -> Weight {
		Weight::from_parts(6_682_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `SafeMode::EnteredUntil`: 1 read, 1 written
	// Fastest run: 10_523 ns
	fn on_initialize_exit() -> Weight {
		Weight::from_parts(18_473_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 0 ns
	fn enter() -> Weight {
		Weight::from_parts(0, 0)
	}

	// `SafeMode::EnteredUntil`: 1 read, 1 written
	// Fastest run: 12_497 ns
	fn force_enter() -> Weight {
		Weight::from_parts(24_658_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 0 ns
	fn extend() -> Weight {
		Weight::from_parts(0, 0)
	}

	// `SafeMode::EnteredUntil`: 1 read, 1 written
	// Fastest run: 10_899 ns
	fn force_extend() -> Weight {
		Weight::from_parts(18_539_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `SafeMode::EnteredUntil`: 1 read, 1 written
	// Fastest run: 12_006 ns
	fn force_exit() -> Weight {
		Weight::from_parts(14_334_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Fastest run: 0 ns
	fn release_deposit() -> Weight {
		Weight::from_parts(0, 0)
	}

	// `Balances::Holds`: 1 read, 1 written
	// `SafeMode::Deposits`: 1 read, 1 written
	// Fastest run: 61_766 ns
	fn force_release_deposit() -> Weight {
		Weight::from_parts(69_135_000, 5_247)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `SafeMode::Deposits`: 1 read, 1 written
	// Fastest run: 49_190 ns
	fn force_slash_deposit() -> Weight {
		Weight::from_parts(54_745_000, 5_247)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
