//! Weights of `athanor_staking`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 2 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_staking`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_staking::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 82_534 ns
	fn register() -> Weight {
		Weight::from_parts(162_858_000, 6_399)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 89_687 ns
	fn bond() -> Weight {
		Weight::from_parts(173_420_000, 6_399)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 19_019 ns
	fn unbond() -> Weight {
		Weight::from_parts(39_335_000, 3_695)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::KeysOf`: 17 read, 16 written
	// `Staking::Pools`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 0 read, 16 written
	// `k`: 0 to 16
	// Fastest run: 157_270 ns
	fn withdraw(k: u32) -> Weight {
		Weight::from_parts(198_746_628, 11_613)
			// Standard error: 624_157
			.saturating_add(Weight::from_parts(18_158_997, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 2_571).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::KeysOf`: 17 read, 18 written
	// `Staking::Providers`: 2 read, 2 written
	// `Staking::Workers`: 17 read, 17 written
	// `System::BlockHash`: 1 read, 0 written
	// `k`: 0 to 16
	// Fastest run: 174_991 ns
	fn add_worker_key(k: u32) -> Weight {
		Weight::from_parts(290_282_311, 17_611)
			// Standard error: 1_738_998
			.saturating_add(Weight::from_parts(20_331_974, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 5_131).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 1 written
	// Fastest run: 22_138 ns
	fn remove_worker_key() -> Weight {
		Weight::from_parts(27_861_000, 6_255)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Staking::KeysOf`: 17 read, 16 written
	// `Staking::Pools`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 0 read, 16 written
	// `k`: 0 to 16
	// Fastest run: 35_751 ns
	fn deregister(k: u32) -> Weight {
		Weight::from_parts(52_202_345, 8_909)
			// Standard error: 229_833
			.saturating_add(Weight::from_parts(14_721_466, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 2_571).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(k.into()))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 16_096 ns
	fn chill() -> Weight {
		Weight::from_parts(21_400_000, 3_695)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 16_070 ns
	fn unchill() -> Weight {
		Weight::from_parts(20_528_000, 3_695)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 19_462 ns
	fn exit() -> Weight {
		Weight::from_parts(23_923_000, 3_695)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::KeysOf`: 0 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 1 written
	// Fastest run: 28_626 ns
	fn forget_worker_key() -> Weight {
		Weight::from_parts(34_448_000, 6_255)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 5 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 292_649 ns
	fn delegate() -> Weight {
		Weight::from_parts(331_630_000, 42_818)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 4 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 222_353 ns
	fn undelegate() -> Weight {
		Weight::from_parts(251_092_000, 36_612)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 5 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 308_688 ns
	fn withdraw_delegation() -> Weight {
		Weight::from_parts(602_842_000, 40_307)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 4 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 480_573 ns
	fn claim() -> Weight {
		Weight::from_parts(530_619_000, 36_612)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 4 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 392_486 ns
	fn collect() -> Weight {
		Weight::from_parts(437_689_000, 36_612)
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Staking::PendingSlashes`: 1 read, 1 written
	// `Staking::Pools`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 288_120 ns
	fn enact_slash() -> Weight {
		Weight::from_parts(310_526_000, 22_003)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// `Staking::PendingSlashes`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 27_093 ns
	fn cancel_slash() -> Weight {
		Weight::from_parts(51_646_000, 6_336)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Staking::Delegations`: 2 read, 2 written
	// `Staking::Liabilities`: 0 read, 1 written
	// `Staking::Pools`: 10 read, 10 written
	// `Staking::Providers`: 9 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 439_683 ns
	fn redelegate() -> Weight {
		Weight::from_parts(497_187_000, 74_123)
			.saturating_add(T::DbWeight::get().reads(24))
			.saturating_add(T::DbWeight::get().writes(15))
	}

	// `Parameters::Parameters`: 2 read, 0 written
	// `Staking::Pools`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 0 written
	// Fastest run: 33_731 ns
	fn set_commission() -> Weight {
		Weight::from_parts(69_004_000, 11_360)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Staking::Delegations`: 1 read, 1 written
	// Fastest run: 23_759 ns
	fn set_auto_compound() -> Weight {
		Weight::from_parts(40_134_000, 3_310)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 5 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 372_692 ns
	fn compound() -> Weight {
		Weight::from_parts(694_944_000, 42_818)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// Fastest run: 1_809 ns
	fn hook_base() -> Weight {
		Weight::from_parts(2_346_000, 0)
	}

	// `Staking::PendingSlashes`: 1 read, 0 written
	// Fastest run: 9_632 ns
	fn pass_slash() -> Weight {
		Weight::from_parts(12_185_000, 2_641)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Staking::Delegations`: 1 read, 1 written
	// `Staking::Liabilities`: 1 read, 1 written
	// `Staking::Pools`: 5 read, 5 written
	// `Staking::Providers`: 4 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 233_286 ns
	fn end_liability() -> Weight {
		Weight::from_parts(431_905_000, 39_171)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(9))
	}
}
