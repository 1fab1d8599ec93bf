//! Weights of `pallet_origins`. Not measured yet: twice what pallet-referenda and pallet-parameters take for
//! the same, and the account that gets its deposit back. `scripts/bench-weights` replaces this file.

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_origins`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> crate::governance::pallet_origins::WeightInfo for WeightInfo<T> {
	// `Referenda::ReferendumInfoFor`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	fn refund_submission_deposit() -> Weight {
		Weight::from_parts(60_000_000, 7_500)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Parameters::Parameters`: 1 read, 1 written
	fn set_parameter() -> Weight {
		Weight::from_parts(17_000_000, 2_511)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
