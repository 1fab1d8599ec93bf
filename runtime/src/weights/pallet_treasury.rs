//! Weights of `pallet_treasury`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_treasury`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_treasury::WeightInfo for WeightInfo<T> {
	// `Treasury::Approvals`: 1 read, 1 written
	// `Treasury::ProposalCount`: 1 read, 1 written
	// `Treasury::Proposals`: 0 read, 1 written
	// Fastest run: 29_925 ns
	fn spend_local() -> Weight {
		Weight::from_parts(35_137_000, 1_396)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Treasury::Approvals`: 1 read, 1 written
	// Fastest run: 14_490 ns
	fn remove_approval() -> Weight {
		Weight::from_parts(18_353_000, 897)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Treasury::Deactivated`: 1 read, 1 written
	// `Treasury::LastSpendPeriod`: 1 read, 1 written
	// `p`: 0 to 99
	// Fastest run: 35_519 ns
	fn on_initialize_proposals(p: u32) -> Weight {
		Weight::from_parts(43_823_483, 1_509)
			// Standard error: 9_272
			.saturating_add(Weight::from_parts(170_292, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `Treasury::SpendCount`: 1 read, 1 written
	// `Treasury::Spends`: 0 read, 1 written
	// Fastest run: 30_304 ns
	fn spend() -> Weight {
		Weight::from_parts(41_719_000, 998)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Origins::Tempo`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// `Treasury::Spends`: 1 read, 1 written
	// Fastest run: 136_187 ns
	fn payout() -> Weight {
		Weight::from_parts(157_708_000, 5_646)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Treasury::Spends`: 1 read, 1 written
	// Fastest run: 28_392 ns
	fn check_status() -> Weight {
		Weight::from_parts(34_835_000, 2_544)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Treasury::Spends`: 1 read, 1 written
	// Fastest run: 25_450 ns
	fn void_spend() -> Weight {
		Weight::from_parts(32_275_000, 2_544)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
