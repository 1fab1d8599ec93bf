//! Weights of `pallet_balances`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_balances`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_balances::WeightInfo for WeightInfo<T> {
	// `System::Account`: 1 read, 1 written
	// Fastest run: 101_915 ns
	fn transfer_allow_death() -> Weight {
		Weight::from_parts(118_995_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 62_202 ns
	fn transfer_keep_alive() -> Weight {
		Weight::from_parts(119_200_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 34_658 ns
	fn force_set_balance_creating() -> Weight {
		Weight::from_parts(66_036_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 52_550 ns
	fn force_set_balance_killing() -> Weight {
		Weight::from_parts(71_670_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 2 read, 2 written
	// Fastest run: 109_706 ns
	fn force_transfer() -> Weight {
		Weight::from_parts(196_838_000, 5_206)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 109_051 ns
	fn transfer_all() -> Weight {
		Weight::from_parts(146_325_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 28_161 ns
	fn force_unreserve() -> Weight {
		Weight::from_parts(45_351_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1000 read, 1000 written
	// `u`: 1 to 1000
	// Fastest run: 28_064 ns
	fn upgrade_accounts(u: u32) -> Weight {
		Weight::from_parts(28_997_000, 0)
			// Standard error: 484_872
			.saturating_add(Weight::from_parts(30_884_864, 0).saturating_mul(u.into()))
			.saturating_add(Weight::from_parts(0, 2_603).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(u.into()))
	}

	// Fastest run: 8_819 ns
	fn force_adjust_total_issuance() -> Weight {
		Weight::from_parts(12_825_000, 0)
	}

	// Fastest run: 69_286 ns
	fn burn_allow_death() -> Weight {
		Weight::from_parts(115_517_000, 0)
	}

	// Fastest run: 33_358 ns
	fn burn_keep_alive() -> Weight {
		Weight::from_parts(53_099_000, 0)
	}
}
