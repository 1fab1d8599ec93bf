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
	// Fastest run: 137_625 ns
	fn register() -> Weight {
		Weight::from_parts(146_799_000, 5_644)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Models::Models`: 1 read, 1 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// Fastest run: 20_721 ns
	fn retire() -> Weight {
		Weight::from_parts(27_211_000, 5_463)
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
	// Fastest run: 130_514 ns
	fn remove(v: u32) -> Weight {
		Weight::from_parts(109_035_058, 13_554)
			// Standard error: 867_171
			.saturating_add(Weight::from_parts(80_240_275, 0).saturating_mul(v.into()))
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
	// Fastest run: 97_295 ns
	fn publish_version() -> Weight {
		Weight::from_parts(155_992_000, 10_963)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::ByHashes`: 0 read, 1 written
	// `Models::Models`: 1 read, 1 written
	// `Models::VersionDeposits`: 1 read, 1 written
	// `Models::Versions`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 80_730 ns
	fn remove_version() -> Weight {
		Weight::from_parts(110_655_000, 13_566)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Models::Models`: 1 read, 0 written
	// `Models::OwnershipOffers`: 0 read, 1 written
	// Fastest run: 12_779 ns
	fn offer_ownership() -> Weight {
		Weight::from_parts(17_045_000, 2_944)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Models::Models`: 1 read, 0 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// Fastest run: 16_324 ns
	fn withdraw_ownership_offer() -> Weight {
		Weight::from_parts(19_118_000, 5_463)
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
	// Fastest run: 245_245 ns
	fn accept_ownership(v: u32) -> Weight {
		Weight::from_parts(223_404_526, 18_687)
			// Standard error: 1_779_714
			.saturating_add(Weight::from_parts(152_599_834, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(0, 5_405).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(v.into()))
	}
}
