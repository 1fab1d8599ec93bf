//! Weights of `athanor_rewards`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 2 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_rewards`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_rewards::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 0 read, 3 written
	// `Rewards::Holders`: 2 read, 2 written
	// `Rewards::Royalties`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 351_912 ns
	fn transfer_royalty() -> Weight {
		Weight::from_parts(674_624_000, 16_068)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 18 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 3 read, 2 written
	// `Rewards::Holders`: 2 read, 1 written
	// `Rewards::Royalties`: 2 read, 1 written
	// `System::Account`: 18 read, 3 written
	// Fastest run: 305_697 ns
	fn claim_royalty() -> Weight {
		Weight::from_parts(433_616_000, 116_690)
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 18 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 3 read, 2 written
	// `Rewards::Holders`: 2 read, 1 written
	// `Rewards::Royalties`: 2 read, 1 written
	// `System::Account`: 18 read, 3 written
	// Fastest run: 293_715 ns
	fn claim_royalty_for() -> Weight {
		Weight::from_parts(341_227_000, 116_690)
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 18 read, 2 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 3 read, 2 written
	// `Rewards::Holders`: 2 read, 1 written
	// `Rewards::Royalties`: 2 read, 1 written
	// `System::Account`: 18 read, 3 written
	// Fastest run: 283_543 ns
	fn merge_royalty() -> Weight {
		Weight::from_parts(315_965_000, 116_690)
			.saturating_add(T::DbWeight::get().reads(44))
			.saturating_add(T::DbWeight::get().writes(9))
	}
}
