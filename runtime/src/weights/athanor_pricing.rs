//! Weights of `athanor_pricing`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 2 s a benchmark

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
	// Fastest run: 153_838 ns
	fn set_offer() -> Weight {
		Weight::from_parts(290_630_000, 25_011)
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
	// Fastest run: 138_086 ns
	fn remove_offer() -> Weight {
		Weight::from_parts(247_346_000, 15_556)
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
	// Fastest run: 163_451 ns
	fn prune_offer() -> Weight {
		Weight::from_parts(238_635_000, 27_672)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// `Pricing::Policies`: 1 read, 1 written
	// `Pricing::Prices`: 1 read, 1 written
	// `Pricing::Version`: 1 read, 1 written
	// Fastest run: 27_829 ns
	fn set_policy() -> Weight {
		Weight::from_parts(43_573_000, 5_575)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::PeriodStart`: 1 read, 0 written
	// Fastest run: 13_736 ns
	fn period_runs() -> Weight {
		Weight::from_parts(19_234_000, 3_509)
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
	// Fastest run: 120_892 ns
	fn period_ends() -> Weight {
		Weight::from_parts(217_243_000, 53_598)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(11))
	}
}
