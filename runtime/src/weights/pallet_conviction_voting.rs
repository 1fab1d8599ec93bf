//! Weights of `pallet_conviction_voting`. Written by `scripts/bench-weights`: do not edit,
//! measure again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_conviction_voting`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_conviction_voting::WeightInfo for WeightInfo<T> {
	// `Balances::Freezes`: 1 read, 0 written
	// `Balances::Locks`: 1 read, 1 written
	// `ConvictionVoting::ClassLocksFor`: 1 read, 1 written
	// `ConvictionVoting::VotingFor`: 1 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 1 read, 1 written
	// Fastest run: 348_335 ns
	fn vote_new() -> Weight {
		Weight::from_parts(382_498_000, 54_916)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Balances::Freezes`: 1 read, 0 written
	// `Balances::Locks`: 1 read, 1 written
	// `ConvictionVoting::ClassLocksFor`: 1 read, 1 written
	// `ConvictionVoting::VotingFor`: 1 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 443_845 ns
	fn vote_existing() -> Weight {
		Weight::from_parts(482_988_000, 67_854)
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// `ConvictionVoting::VotingFor`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 1 written
	// Fastest run: 252_740 ns
	fn remove_vote() -> Weight {
		Weight::from_parts(369_534_000, 58_433)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `ConvictionVoting::VotingFor`: 1 read, 1 written
	// `Referenda::ReferendumInfoFor`: 1 read, 0 written
	// Fastest run: 137_617 ns
	fn remove_other_vote() -> Weight {
		Weight::from_parts(184_996_000, 32_557)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Freezes`: 1 read, 0 written
	// `Balances::Locks`: 1 read, 1 written
	// `ConvictionVoting::ClassLocksFor`: 1 read, 1 written
	// `ConvictionVoting::VotingFor`: 2 read, 2 written
	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 50 read, 50 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 50 written
	// `r`: 0 to 50
	// Fastest run: 220_678 ns
	fn delegate(r: u32) -> Weight {
		Weight::from_parts(517_838_289, 93_474)
			// Standard error: 3_190_250
			.saturating_add(Weight::from_parts(69_832_890, 0).saturating_mul(r.into()))
			.saturating_add(Weight::from_parts(0, 3_092).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(r.into()))
	}

	// `ConvictionVoting::VotingFor`: 2 read, 2 written
	// `Origins::Tempo`: 1 read, 0 written
	// `Referenda::ReferendumInfoFor`: 50 read, 50 written
	// `Scheduler::Agenda`: 2 read, 2 written
	// `Scheduler::Retries`: 0 read, 50 written
	// `r`: 0 to 50
	// Fastest run: 78_212 ns
	fn undelegate(r: u32) -> Weight {
		Weight::from_parts(83_633_000, 84_552)
			// Standard error: 1_322_725
			.saturating_add(Weight::from_parts(109_927_465, 0).saturating_mul(r.into()))
			.saturating_add(Weight::from_parts(0, 3_092).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().writes(4))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(r.into()))
	}

	// `Balances::Freezes`: 1 read, 0 written
	// `Balances::Locks`: 1 read, 1 written
	// `ConvictionVoting::ClassLocksFor`: 1 read, 1 written
	// `ConvictionVoting::VotingFor`: 1 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// Fastest run: 229_339 ns
	fn unlock() -> Weight {
		Weight::from_parts(334_513_000, 39_137)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
