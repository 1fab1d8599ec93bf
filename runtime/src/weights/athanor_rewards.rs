//! Weights of `athanor_rewards`. Not measured yet: what its neighbours take for as many reads, writes and
//! holds, and half as much again. `scripts/bench-weights` replaces this file.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_rewards`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_rewards::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 1 read, 3 written
	// `Rewards::Holders`: 3 read, 2 written
	// `Rewards::Royalties`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	fn transfer_royalty() -> Weight {
		Weight::from_parts(400_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 2 read, 2 written
	// `Rewards::Holders`: 1 read, 1 written
	// `Rewards::Royalties`: 1 read, 1 written
	// `System::Account`: 4 read, 4 written
	fn claim_royalty() -> Weight {
		Weight::from_parts(400_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// As of `claim_royalty`.
	fn claim_royalty_for() -> Weight {
		Weight::from_parts(400_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().writes(9))
	}

	// `Balances::Holds`: 2 read, 2 written
	// `Models::Models`: 1 read, 0 written
	// `Rewards::Deposits`: 2 read, 2 written
	// `Rewards::Holders`: 1 read, 1 written
	// `Rewards::Royalties`: 1 read, 1 written
	// `System::Account`: 4 read, 4 written
	fn merge_royalty() -> Weight {
		Weight::from_parts(450_000_000, 25_000)
			.saturating_add(T::DbWeight::get().reads(11))
			.saturating_add(T::DbWeight::get().writes(10))
	}
}
