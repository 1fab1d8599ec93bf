//! Weights of `frame_system`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `frame_system`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::WeightInfo for WeightInfo<T> {
	// `b`: 0 to 4194304
	// Fastest run: 2_374 ns
	fn remark(b: u32) -> Weight {
		Weight::from_parts(19_694_942, 0)
			// Standard error: 2
			.saturating_add(Weight::from_parts(332, 0).saturating_mul(b.into()))
	}

	// `b`: 0 to 4194304
	// Fastest run: 5_749 ns
	fn remark_with_event(b: u32) -> Weight {
		Weight::from_parts(6_059_000, 0)
			// Standard error: 1
			.saturating_add(Weight::from_parts(1_303, 0).saturating_mul(b.into()))
	}

	// `:heappages`: 0 read, 1 written
	// Fastest run: 4_176 ns
	fn set_heap_pages() -> Weight {
		Weight::from_parts(4_717_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `:code`: 0 read, 1 written
	// Fastest run: 114_774_333 ns
	fn set_code() -> Weight {
		Weight::from_parts(117_218_776_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `i`: 0 to 1000
	// Fastest run: 2_364 ns
	fn set_storage(i: u32) -> Weight {
		Weight::from_parts(2_614_000, 0)
			// Standard error: 1_977
			.saturating_add(Weight::from_parts(981_728, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(i.into()))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `i`: 0 to 1000
	// Fastest run: 2_334 ns
	fn kill_storage(i: u32) -> Weight {
		Weight::from_parts(2_573_000, 0)
			// Standard error: 1_744
			.saturating_add(Weight::from_parts(741_311, 0).saturating_mul(i.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(i.into()))
	}

	// `Skipped Metadata`: 0 read, 0 written
	// `p`: 0 to 1000
	// Fastest run: 4_237 ns
	fn kill_prefix(p: u32) -> Weight {
		Weight::from_parts(4_547_000, 0)
			// Standard error: 2_382
			.saturating_add(Weight::from_parts(1_216_110, 0).saturating_mul(p.into()))
			.saturating_add(Weight::from_parts(0, 70).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(p.into()))
	}

	// `System::AuthorizedUpgrade`: 0 read, 1 written
	// Fastest run: 13_240 ns
	fn authorize_upgrade() -> Weight {
		Weight::from_parts(23_505_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `:code`: 0 read, 1 written
	// `System::AuthorizedUpgrade`: 1 read, 1 written
	// Fastest run: 118_409_636 ns
	fn apply_authorized_upgrade() -> Weight {
		Weight::from_parts(120_136_953_000, 550)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(2))
	}
}
