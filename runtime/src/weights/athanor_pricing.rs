//! Weights of `athanor_pricing`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_pricing`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_pricing::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::Draining`: 1 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Pricing::OffersByProvider`: 0 read, 1 written
	// `Staking::Providers`: 1 read, 0 written
	// Fastest run: 100_029 ns
	fn set_offer() -> Weight {
		Weight::from_parts(107_910_000, 21_553)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Pricing::Draining`: 0 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::OffersByProvider`: 0 read, 1 written
	// Fastest run: 78_436 ns
	fn remove_offer() -> Weight {
		Weight::from_parts(83_984_000, 12_896)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Pricing::Draining`: 0 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::OffersByProvider`: 0 read, 1 written
	// `Staking::Providers`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 100_840 ns
	fn prune_offer() -> Weight {
		Weight::from_parts(105_667_000, 24_226)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// `Pricing::Bounds`: 0 read, 1 written
	// `Pricing::Version`: 1 read, 1 written
	// Fastest run: 8_352 ns
	fn set_bounds() -> Weight {
		Weight::from_parts(9_134_000, 499)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
