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
	// Fastest run: 57_936 ns
	fn register() -> Weight {
		Weight::from_parts(61_361_000, 5_523)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 60_891 ns
	fn bond() -> Weight {
		Weight::from_parts(64_646_000, 5_523)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 12_509 ns
	fn unbond() -> Weight {
		Weight::from_parts(13_751_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::KeysOf`: 17 read, 16 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 0 read, 16 written
	// `k`: 0 to 16
	// Fastest run: 62_894 ns
	fn withdraw(k: u32) -> Weight {
		Weight::from_parts(67_657_518, 8_094)
			// Standard error: 21_523
			.saturating_add(Weight::from_parts(8_974_059, 0).saturating_mul(k.into()))
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
	// Fastest run: 121_711 ns
	fn add_worker_key(k: u32) -> Weight {
		Weight::from_parts(138_644_999, 16_249)
			// Standard error: 84_692
			.saturating_add(Weight::from_parts(16_826_139, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 5_116).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 1 written
	// Fastest run: 17_766 ns
	fn remove_worker_key() -> Weight {
		Weight::from_parts(19_639_000, 5_469)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Staking::KeysOf`: 17 read, 16 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 0 read, 16 written
	// `k`: 0 to 16
	// Fastest run: 18_388 ns
	fn deregister(k: u32) -> Weight {
		Weight::from_parts(26_419_477, 5_480)
			// Standard error: 79_195
			.saturating_add(Weight::from_parts(9_523_381, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 2_571).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 11_557 ns
	fn chill() -> Weight {
		Weight::from_parts(13_190_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 11_808 ns
	fn unchill() -> Weight {
		Weight::from_parts(13_320_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 14_782 ns
	fn exit() -> Weight {
		Weight::from_parts(16_565_000, 2_909)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::KeysOf`: 0 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 1 written
	// Fastest run: 20_581 ns
	fn forget_worker_key() -> Weight {
		Weight::from_parts(23_885_000, 5_469)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// Not measured yet: the record, its pool and provider, four other pools and providers, holds, the pot
	fn delegate() -> Weight {
		Weight::from_parts(300_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(11))
	}

	// Not measured yet: as `delegate`
	fn undelegate() -> Weight {
		Weight::from_parts(300_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(11))
	}

	// Not measured yet: as `delegate`
	fn withdraw_delegation() -> Weight {
		Weight::from_parts(320_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(12))
	}

	// Not measured yet: as `delegate`
	fn claim() -> Weight {
		Weight::from_parts(320_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(12))
	}

	// Not measured yet: as `delegate`
	fn collect() -> Weight {
		Weight::from_parts(300_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(11))
	}

	// Not measured yet: the slash, the provider, its pool and holds, two accounts
	fn enact_slash() -> Weight {
		Weight::from_parts(220_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Not measured yet: the slash, the provider
	fn cancel_slash() -> Weight {
		Weight::from_parts(60_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// Not measured yet: as `delegate` twice, and its place in the line
	fn redelegate() -> Weight {
		Weight::from_parts(600_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(32))
			.saturating_add(T::DbWeight::get().writes(20))
	}

	// Not measured yet: the provider, its pool
	fn set_commission() -> Weight {
		Weight::from_parts(60_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Not measured yet: the delegation
	fn set_auto_compound() -> Weight {
		Weight::from_parts(40_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Not measured yet: as `claim` and `delegate`
	fn compound() -> Weight {
		Weight::from_parts(420_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(20))
			.saturating_add(T::DbWeight::get().writes(13))
	}

	// Not measured yet: the queue
	fn hook_base() -> Weight {
		Weight::from_parts(10_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// Not measured yet: the slash that is no longer there
	fn pass_slash() -> Weight {
		Weight::from_parts(10_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(0))
	}

	// Not measured yet: as `collect`, and its place in the line
	fn end_liability() -> Weight {
		Weight::from_parts(320_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(13))
	}
}
