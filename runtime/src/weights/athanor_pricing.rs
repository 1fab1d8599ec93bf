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
	// `Pricing::Draining`: 1 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Pricing::OffersByProvider`: 0 read, 1 written
	// `Pricing::Policies`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 0 written
	// Fastest run: 100_029 ns, before meters; 12_000 ns were added for them
	fn set_offer() -> Weight {
		Weight::from_parts(119_910_000, 24_153)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Pricing::Draining`: 0 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::OffersByProvider`: 0 read, 1 written
	// Fastest run: 78_436 ns, before meters; 12_000 ns were added for them
	fn remove_offer() -> Weight {
		Weight::from_parts(95_984_000, 15_496)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Pricing::Draining`: 0 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::OffersByProvider`: 0 read, 1 written
	// `Staking::Providers`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 100_840 ns, before meters; 12_000 ns were added for them
	fn prune_offer() -> Weight {
		Weight::from_parts(117_667_000, 26_826)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// `Pricing::Policies`: 1 read, 1 written
	// `Pricing::Prices`: 1 read, 1 written
	// `Pricing::Version`: 1 read, 1 written
	// Not measured yet
	fn set_policy() -> Weight {
		Weight::from_parts(40_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::PeriodStart`: 1 read, 0 written
	// Not measured yet
	fn period_runs() -> Weight {
		Weight::from_parts(15_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::History`: 3 read, 3 written
	// `Pricing::Meters`: 3 read, 3 written
	// `Pricing::PeriodStart`: 1 read, 1 written
	// `Pricing::Policies`: 3 read, 0 written
	// `Pricing::Prices`: 3 read, 3 written
	// `Pricing::Version`: 1 read, 1 written
	// Not measured yet
	fn period_ends() -> Weight {
		Weight::from_parts(200_000_000, 60_000)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(11))
	}
}
