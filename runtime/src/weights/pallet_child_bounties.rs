//! Weights of `pallet_child_bounties`. Written by `scripts/bench-weights`: do not edit,
//! measure again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_child_bounties`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_child_bounties::WeightInfo for WeightInfo<T> {
	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 0 read, 1 written
	// `ChildBounties::ChildBountyDescriptionsV1`: 0 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 1 written
	// `ChildBounties::ParentTotalChildBounties`: 1 read, 1 written
	// `System::Account`: 2 read, 2 written
	// `d`: 0 to 16384
	// Fastest run: 108_943 ns
	fn add_child_bounty(d: u32) -> Weight {
		Weight::from_parts(125_196_870, 12_840)
			// Standard error: 133
			.saturating_add(Weight::from_parts(973, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `ChildBounties::ChildrenCuratorFees`: 1 read, 1 written
	// Fastest run: 23_108 ns
	fn propose_curator() -> Weight {
		Weight::from_parts(28_189_000, 7_775)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 44_924 ns
	fn accept_curator() -> Weight {
		Weight::from_parts(52_460_000, 7_875)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 60_642 ns
	fn unassign_curator() -> Weight {
		Weight::from_parts(68_531_000, 7_875)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// Fastest run: 28_743 ns
	fn award_child_bounty() -> Weight {
		Weight::from_parts(32_995_000, 5_771)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `ChildBounties::ChildBountyDescriptionsV1`: 0 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 1 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 172_766 ns
	fn claim_child_bounty() -> Weight {
		Weight::from_parts(188_074_000, 12_920)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `ChildBounties::ChildBountyDescriptionsV1`: 0 read, 1 written
	// `ChildBounties::ChildrenCuratorFees`: 1 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 1 written
	// `System::Account`: 2 read, 2 written
	// Fastest run: 106_294 ns
	fn close_child_bounty_added() -> Weight {
		Weight::from_parts(114_799_000, 15_472)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `ChildBounties::ChildBounties`: 1 read, 1 written
	// `ChildBounties::ChildBountyDescriptionsV1`: 0 read, 1 written
	// `ChildBounties::ChildrenCuratorFees`: 1 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 1 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 130_709 ns
	fn close_child_bounty_active() -> Weight {
		Weight::from_parts(142_797_000, 18_075)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(7))
	}
}
