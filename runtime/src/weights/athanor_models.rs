//! Weights of `athanor_models`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 1 s a benchmark

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
	// `Parameters::Parameters`: 1 read, 0 written
	// Fastest run: 194_287 ns
	fn register() -> Weight {
		Weight::from_parts(367_219_000, 8_245)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Models::Models`: 1 read, 1 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// Fastest run: 31_900 ns
	fn retire() -> Weight {
		Weight::from_parts(60_165_000, 5_463)
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
	// Fastest run: 314_809 ns
	fn remove(v: u32) -> Weight {
		Weight::from_parts(216_740_021, 13_644)
			// Standard error: 533_963
			.saturating_add(Weight::from_parts(135_442_974, 0).saturating_mul(v.into()))
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
	// Fastest run: 230_074 ns
	fn publish_version() -> Weight {
		Weight::from_parts(252_064_000, 11_053)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::ByHashes`: 0 read, 1 written
	// `Models::Models`: 1 read, 1 written
	// `Models::VersionDeposits`: 1 read, 1 written
	// `Models::Versions`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 196_838 ns
	fn remove_version() -> Weight {
		Weight::from_parts(218_241_000, 13_656)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Models::Models`: 1 read, 0 written
	// `Models::OwnershipOffers`: 0 read, 1 written
	// Fastest run: 18_977 ns
	fn offer_ownership() -> Weight {
		Weight::from_parts(36_646_000, 2_944)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Models::Models`: 1 read, 0 written
	// `Models::OwnershipOffers`: 1 read, 1 written
	// Fastest run: 21_745 ns
	fn withdraw_ownership_offer() -> Weight {
		Weight::from_parts(26_418_000, 5_463)
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
	// Fastest run: 311_780 ns
	fn accept_ownership(v: u32) -> Weight {
		Weight::from_parts(362_287_685, 18_867)
			// Standard error: 5_887_375
			.saturating_add(Weight::from_parts(218_142_830, 0).saturating_mul(v.into()))
			.saturating_add(Weight::from_parts(0, 5_405).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(v.into()))
			.saturating_add(T::DbWeight::get().writes(8))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(v.into()))
	}
}
