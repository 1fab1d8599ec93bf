//! Weights of `pallet_bounties`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_bounties`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_bounties::WeightInfo for WeightInfo<T> {
	// `Bounties::Bounties`: 0 read, 1 written
	// `Bounties::BountyCount`: 1 read, 1 written
	// `Bounties::BountyDescriptions`: 0 read, 1 written
	// `System::Account`: 1 read, 1 written
	// `d`: 0 to 16384
	// Fastest run: 45_116 ns
	fn propose_bounty(d: u32) -> Weight {
		Weight::from_parts(76_360_611, 3_102)
			// Standard error: 103
			.saturating_add(Weight::from_parts(1_457, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(4))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Bounties::BountyApprovals`: 1 read, 1 written
	// Fastest run: 20_131 ns
	fn approve_bounty() -> Weight {
		Weight::from_parts(27_199_000, 3_549)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// Fastest run: 17_591 ns
	fn propose_curator() -> Weight {
		Weight::from_parts(21_288_000, 2_652)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Bounties::BountyApprovals`: 1 read, 1 written
	// Fastest run: 21_687 ns
	fn approve_bounty_with_curator() -> Weight {
		Weight::from_parts(27_615_000, 3_549)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 59_531 ns
	fn unassign_curator() -> Weight {
		Weight::from_parts(67_637_000, 5_255)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 47_789 ns
	fn accept_curator() -> Weight {
		Weight::from_parts(87_878_000, 5_754)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 0 written
	// `Origins::Tempo`: 1 read, 0 written
	// Fastest run: 42_228 ns
	fn award_bounty() -> Weight {
		Weight::from_parts(52_364_000, 5_642)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Bounties::BountyDescriptions`: 0 read, 1 written
	// `ChildBounties::ChildrenCuratorFees`: 1 read, 1 written
	// `ChildBounties::ParentChildBounties`: 0 read, 1 written
	// `ChildBounties::ParentTotalChildBounties`: 0 read, 1 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 195_710 ns
	fn claim_bounty() -> Weight {
		Weight::from_parts(338_787_000, 12_964)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(8))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Bounties::BountyDescriptions`: 0 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 66_375 ns
	fn close_bounty_proposed() -> Weight {
		Weight::from_parts(96_928_000, 7_746)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Bounties::BountyDescriptions`: 0 read, 1 written
	// `ChildBounties::ParentChildBounties`: 1 read, 1 written
	// `ChildBounties::ParentTotalChildBounties`: 0 read, 1 written
	// `System::Account`: 2 read, 2 written
	// Fastest run: 133_253 ns
	fn close_bounty_active() -> Weight {
		Weight::from_parts(236_131_000, 10_349)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// Fastest run: 35_578 ns
	fn extend_bounty_expiry() -> Weight {
		Weight::from_parts(44_503_000, 3_151)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Bounties::Bounties`: 100 read, 100 written
	// `Bounties::BountyApprovals`: 1 read, 1 written
	// `System::Account`: 200 read, 200 written
	// `b`: 0 to 100
	// Fastest run: 7_143 ns
	fn spend_funds(b: u32) -> Weight {
		Weight::from_parts(8_367_000, 897)
			// Standard error: 266_317
			.saturating_add(Weight::from_parts(103_065_802, 0).saturating_mul(b.into()))
			.saturating_add(Weight::from_parts(0, 7_858).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(3).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(3).saturating_mul(b.into()))
	}

	// `Bounties::Bounties`: 1 read, 1 written
	// `Bounties::BountyDescriptions`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 93_533 ns
	fn poke_deposit() -> Weight {
		Weight::from_parts(104_766_000, 24_130)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Bounties::Bounties`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 164_048 ns
	fn reclaim_bounty_funds() -> Weight {
		Weight::from_parts(180_049_000, 5_255)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
