//! Weights of `pallet_balances`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_balances`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_balances::WeightInfo for WeightInfo<T> {
	// `System::Account`: 1 read, 1 written
	// Fastest run: 80_299 ns
	fn transfer_allow_death() -> Weight {
		Weight::from_parts(87_931_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 50_144 ns
	fn transfer_keep_alive() -> Weight {
		Weight::from_parts(57_055_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 23_455 ns
	fn force_set_balance_creating() -> Weight {
		Weight::from_parts(26_339_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 23_816 ns
	fn force_set_balance_killing() -> Weight {
		Weight::from_parts(27_792_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 2 read, 2 written
	// Fastest run: 81_020 ns
	fn force_transfer() -> Weight {
		Weight::from_parts(132_878_000, 5_206)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 62_964 ns
	fn transfer_all() -> Weight {
		Weight::from_parts(91_576_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 19_539 ns
	fn force_unreserve() -> Weight {
		Weight::from_parts(27_571_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1000 read, 1000 written
	// `u`: 1 to 1000
	// Fastest run: 31_367 ns
	fn upgrade_accounts(u: u32) -> Weight {
		Weight::from_parts(1_729_526_283, 0)
			// Standard error: 436_013
			.saturating_add(Weight::from_parts(19_469_116, 0).saturating_mul(u.into()))
			.saturating_add(Weight::from_parts(0, 2_603).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(u.into()))
	}

	// Fastest run: 5_728 ns
	fn force_adjust_total_issuance() -> Weight {
		Weight::from_parts(13_040_000, 0)
	}

	// Fastest run: 54_942 ns
	fn burn_allow_death() -> Weight {
		Weight::from_parts(64_506_000, 0)
	}

	// Fastest run: 24_988 ns
	fn burn_keep_alive() -> Weight {
		Weight::from_parts(36_795_000, 0)
	}
}
