//! Weights of `pallet_preimage`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_preimage`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_preimage::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Preimage::PreimageFor`: 0 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// `s`: 0 to 4194304
	// Fastest run: 88_839 ns
	fn note_preimage(s: u32) -> Weight {
		Weight::from_parts(90_406_000, 7_836)
			// Standard error: 11
			.saturating_add(Weight::from_parts(2_701, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Preimage::PreimageFor`: 0 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// `s`: 0 to 4194304
	// Fastest run: 24_888 ns
	fn note_requested_preimage(s: u32) -> Weight {
		Weight::from_parts(25_332_000, 5_132)
			// Standard error: 14
			.saturating_add(Weight::from_parts(2_856, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Preimage::PreimageFor`: 0 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// `s`: 0 to 4194304
	// Fastest run: 37_250 ns
	fn note_no_deposit_preimage(s: u32) -> Weight {
		Weight::from_parts(45_075_000, 5_132)
			// Standard error: 16
			.saturating_add(Weight::from_parts(3_107, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Preimage::PreimageFor`: 0 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 140_746 ns
	fn unnote_preimage() -> Weight {
		Weight::from_parts(152_105_000, 7_836)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Preimage::PreimageFor`: 0 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 74_278 ns
	fn unnote_no_deposit_preimage() -> Weight {
		Weight::from_parts(82_182_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 61_050 ns
	fn request_preimage() -> Weight {
		Weight::from_parts(83_573_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 48_335 ns
	fn request_no_deposit_preimage() -> Weight {
		Weight::from_parts(64_587_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 47_581 ns
	fn request_unnoted_preimage() -> Weight {
		Weight::from_parts(54_401_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 23_792 ns
	fn request_requested_preimage() -> Weight {
		Weight::from_parts(27_342_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Preimage::PreimageFor`: 0 read, 1 written
	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 62_105 ns
	fn unrequest_preimage() -> Weight {
		Weight::from_parts(72_573_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 23_057 ns
	fn unrequest_unnoted_preimage() -> Weight {
		Weight::from_parts(29_920_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Preimage::RequestStatusFor`: 1 read, 1 written
	// `Preimage::StatusFor`: 1 read, 0 written
	// Fastest run: 22_315 ns
	fn unrequest_multi_referenced_preimage() -> Weight {
		Weight::from_parts(25_528_000, 5_132)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Balances::Holds`: 1024 read, 1024 written
	// `Preimage::RequestStatusFor`: 0 read, 1024 written
	// `Preimage::StatusFor`: 1024 read, 1024 written
	// `System::Account`: 1024 read, 1024 written
	// `n`: 1 to 1024
	// Fastest run: 150_122 ns
	fn ensure_updated(n: u32) -> Weight {
		Weight::from_parts(170_950_000, 0)
			// Standard error: 2_304_526
			.saturating_add(Weight::from_parts(159_066_725, 0).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(0, 7_873).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().writes(4).saturating_mul(n.into()))
	}
}
