//! Weights of `athanor_models`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_models`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_models::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Models::ByHashes`: 1 read, 1 written
	// `Models::Deposits`: 0 read, 1 written
	// `Models::Models`: 0 read, 1 written
	// `Models::ModelsOf`: 0 read, 1 written
	// `Models::NextModelId`: 1 read, 1 written
	// `Models::VersionDeposits`: 0 read, 1 written
	// `Models::Versions`: 0 read, 1 written
	// Fastest run: 133_959 ns
	fn register() -> Weight {
		Weight::from_parts(144_665_000, 5_644)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Models::Models`: 1 read, 1 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// Fastest run: 20_421 ns
	fn retire() -> Weight {
		Weight::from_parts(22_373_000, 5_463)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::ByHashes`: 0 read, 8 written
	// `Models::Deposits`: 1 read, 1 written
	// `Models::Models`: 1 read, 1 written
	// `Models::ModelsOf`: 0 read, 1 written
	// `Models::VersionDeposits`: 8 read, 8 written
	// `Models::Versions`: 9 read, 8 written
	// `System::Account`: 1 read, 1 written
	// `v`: 1 to 8
	// Fastest run: 128_060 ns
	fn remove(v: u32) -> Weight {
		Weight::from_parts(94_891_439, 13_554)
			// Standard error: 366_122
			.saturating_add(Weight::from_parts(57_740_996, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(0, 5_405).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(3).saturating_mul(v.into()))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::ByHashes`: 1 read, 1 written
	// `Models::Models`: 1 read, 1 written
	// `Models::VersionDeposits`: 0 read, 1 written
	// `Models::Versions`: 1 read, 2 written
	// Fastest run: 95_151 ns
	fn publish_version() -> Weight {
		Weight::from_parts(101_370_000, 10_963)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::ByHashes`: 0 read, 1 written
	// `Models::Models`: 1 read, 1 written
	// `Models::VersionDeposits`: 1 read, 1 written
	// `Models::Versions`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 78_697 ns
	fn remove_version() -> Weight {
		Weight::from_parts(84_075_000, 13_566)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Models::Models`: 1 read, 0 written
	// `Models::OwnershipOffers`: 0 read, 1 written
	// Fastest run: 12_408 ns
	fn offer_ownership() -> Weight {
		Weight::from_parts(13_680_000, 2_944)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Models::Models`: 1 read, 0 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// Fastest run: 15_513 ns
	fn withdraw_ownership_offer() -> Weight {
		Weight::from_parts(16_985_000, 5_463)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Holds`: 2 read, 2 written
	// `Models::Deposits`: 1 read, 1 written
	// `Models::Models`: 1 read, 1 written
	// `Models::ModelsOf`: 0 read, 2 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// `Models::VersionDeposits`: 8 read, 8 written
	// `Models::Versions`: 9 read, 0 written
	// `System::Account`: 1 read, 1 written
	// `v`: 1 to 8
	// Fastest run: 236_110 ns
	fn accept_ownership(v: u32) -> Weight {
		Weight::from_parts(134_876_217, 18_687)
			// Standard error: 283_606
			.saturating_add(Weight::from_parts(109_366_867, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(0, 5_405).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(v.into()))
	}
}
