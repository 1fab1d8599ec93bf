//! Weights of `athanor_staking`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_staking`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_staking::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 59_699 ns
	fn register() -> Weight {
		Weight::from_parts(96_183_000, 5_523)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 63_244 ns
	fn bond() -> Weight {
		Weight::from_parts(104_415_000, 5_523)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 12_829 ns
	fn unbond() -> Weight {
		Weight::from_parts(27_420_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::KeysOf`: 17 read, 16 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 0 read, 16 written
	// `k`: 0 to 16
	// Fastest run: 64_095 ns
	fn withdraw(k: u32) -> Weight {
		Weight::from_parts(80_836_026, 8_094)
			// Standard error: 116_039
			.saturating_add(Weight::from_parts(9_915_143, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 2_571).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::KeysOf`: 16 read, 18 written
	// `Staking::Providers`: 2 read, 2 written
	// `Staking::Workers`: 17 read, 17 written
	// `System::BlockHash`: 1 read, 0 written
	// `k`: 0 to 16
	// Fastest run: 138_586 ns
	fn add_worker_key(k: u32) -> Weight {
		Weight::from_parts(175_105_883, 16_249)
			// Standard error: 281_049
			.saturating_add(Weight::from_parts(18_819_134, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 5_116).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 1 written
	// Fastest run: 17_946 ns
	fn remove_worker_key() -> Weight {
		Weight::from_parts(21_863_000, 5_469)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Staking::KeysOf`: 17 read, 16 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 0 read, 16 written
	// `k`: 0 to 16
	// Fastest run: 18_016 ns
	fn deregister(k: u32) -> Weight {
		Weight::from_parts(25_819_975, 5_480)
			// Standard error: 70_349
			.saturating_add(Weight::from_parts(9_877_944, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 2_571).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 11_938 ns
	fn chill() -> Weight {
		Weight::from_parts(16_694_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 11_858 ns
	fn unchill() -> Weight {
		Weight::from_parts(15_934_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 14_882 ns
	fn exit() -> Weight {
		Weight::from_parts(25_017_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::KeysOf`: 0 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 1 written
	// Fastest run: 20_831 ns
	fn forget_worker_key() -> Weight {
		Weight::from_parts(24_266_000, 5_469)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
