//! Weights of `pallet_multisig`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_multisig`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_multisig::WeightInfo for WeightInfo<T> {
	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `z`: 0 to 10000
	// Fastest run: 74_126 ns
	fn as_multi_threshold_1(z: u32) -> Weight {
		Weight::from_parts(131_547_700, 499)
			// Standard error: 276
			.saturating_add(Weight::from_parts(6_188, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `s`: 2 to 100
	// `z`: 0 to 10000
	// Fastest run: 96_279 ns
	fn as_multi_create(s: u32, z: u32) -> Weight {
		Weight::from_parts(105_433_702, 5_821)
			// Standard error: 36_995
			.saturating_add(Weight::from_parts(592_048, 0).saturating_mul(s.into()))
			// Standard error: 365
			.saturating_add(Weight::from_parts(6_995, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `s`: 3 to 100
	// `z`: 0 to 10000
	// Fastest run: 62_773 ns
	fn as_multi_approve(s: u32, z: u32) -> Weight {
		Weight::from_parts(68_358_518, 5_821)
			// Standard error: 26_778
			.saturating_add(Weight::from_parts(525_024, 0).saturating_mul(s.into()))
			// Standard error: 261
			.saturating_add(Weight::from_parts(6_281, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// `s`: 2 to 100
	// `z`: 0 to 10000
	// Fastest run: 115_425 ns
	fn as_multi_complete(s: u32, z: u32) -> Weight {
		Weight::from_parts(115_881_444, 8_923)
			// Standard error: 33_797
			.saturating_add(Weight::from_parts(861_532, 0).saturating_mul(s.into()))
			// Standard error: 333
			.saturating_add(Weight::from_parts(7_629, 0).saturating_mul(z.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `s`: 2 to 100
	// Fastest run: 40_950 ns
	fn approve_as_multi_create(s: u32) -> Weight {
		Weight::from_parts(48_280_741, 5_821)
			// Standard error: 8_491
			.saturating_add(Weight::from_parts(245_249, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `s`: 2 to 100
	// Fastest run: 22_429 ns
	fn approve_as_multi_approve(s: u32) -> Weight {
		Weight::from_parts(30_410_089, 5_821)
			// Standard error: 34_896
			.saturating_add(Weight::from_parts(612_050, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `s`: 2 to 100
	// Fastest run: 39_179 ns
	fn cancel_as_multi(s: u32) -> Weight {
		Weight::from_parts(45_119_304, 5_821)
			// Standard error: 6_204
			.saturating_add(Weight::from_parts(241_390, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Multisig::Multisigs`: 1 read, 1 written
	// `s`: 2 to 100
	// Fastest run: 36_444 ns
	fn poke_deposit(s: u32) -> Weight {
		Weight::from_parts(44_684_610, 5_821)
			// Standard error: 8_526
			.saturating_add(Weight::from_parts(170_891, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
