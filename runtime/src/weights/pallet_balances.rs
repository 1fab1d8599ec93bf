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
	// Fastest run: 78_006 ns
	fn transfer_allow_death() -> Weight {
		Weight::from_parts(80_930_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 49_333 ns
	fn transfer_keep_alive() -> Weight {
		Weight::from_parts(51_286_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 22_523 ns
	fn force_set_balance_creating() -> Weight {
		Weight::from_parts(24_286_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 23_134 ns
	fn force_set_balance_killing() -> Weight {
		Weight::from_parts(24_576_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 2 read, 2 written
	// Fastest run: 79_518 ns
	fn force_transfer() -> Weight {
		Weight::from_parts(82_623_000, 5_206)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 61_992 ns
	fn transfer_all() -> Weight {
		Weight::from_parts(64_696_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1 read, 1 written
	// Fastest run: 19_179 ns
	fn force_unreserve() -> Weight {
		Weight::from_parts(20_711_000, 2_603)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `System::Account`: 1000 read, 1000 written
	// `u`: 1 to 1000
	// Fastest run: 18_908 ns
	fn upgrade_accounts(u: u32) -> Weight {
		Weight::from_parts(19_690_000, 0)
			// Standard error: 94_561
			.saturating_add(Weight::from_parts(18_803_616, 0).saturating_mul(u.into()))
			.saturating_add(Weight::from_parts(0, 2_603).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(u.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(u.into()))
	}

	// Fastest run: 5_748 ns
	fn force_adjust_total_issuance() -> Weight {
		Weight::from_parts(6_760_000, 0)
	}

	// Fastest run: 53_580 ns
	fn burn_allow_death() -> Weight {
		Weight::from_parts(55_802_000, 0)
	}

	// Fastest run: 24_357 ns
	fn burn_keep_alive() -> Weight {
		Weight::from_parts(26_129_000, 0)
	}
}
