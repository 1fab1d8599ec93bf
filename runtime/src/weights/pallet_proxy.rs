//! Weights of `pallet_proxy`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_proxy`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_proxy::WeightInfo for WeightInfo<T> {
	// `Proxy::Proxies`: 1 read, 0 written
	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `p`: 1 to 31
	// Fastest run: 37_285 ns
	fn proxy(p: u32) -> Weight {
		Weight::from_parts(44_516_721, 4_215)
			// Standard error: 9_349
			.saturating_add(Weight::from_parts(258_968, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
	}

	// `Proxy::Announcements`: 1 read, 1 written
	// `Proxy::Proxies`: 1 read, 0 written
	// `SafeMode::EnteredUntil`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// `a`: 0 to 31
	// `p`: 1 to 31
	// Fastest run: 97_219 ns
	fn proxy_announced(a: u32, p: u32) -> Weight {
		Weight::from_parts(92_663_095, 11_526)
			// Standard error: 50_779
			.saturating_add(Weight::from_parts(270_097, 0).saturating_mul(a.into()))
			// Standard error: 52_790
			.saturating_add(Weight::from_parts(537_533, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Proxy::Announcements`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// `a`: 0 to 31
	// `p`: 1 to 31
	// Fastest run: 55_429 ns
	fn remove_announcement(a: u32, _p: u32) -> Weight {
		Weight::from_parts(58_446_301, 7_311)
			// Standard error: 18_415
			.saturating_add(Weight::from_parts(618_327, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Proxy::Announcements`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// `a`: 0 to 31
	// `p`: 1 to 31
	// Fastest run: 36_270 ns
	fn reject_announcement(a: u32, _p: u32) -> Weight {
		Weight::from_parts(40_228_283, 7_311)
			// Standard error: 95_599
			.saturating_add(Weight::from_parts(567_201, 0).saturating_mul(a.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Proxy::Announcements`: 1 read, 1 written
	// `Proxy::Proxies`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// `a`: 0 to 31
	// `p`: 1 to 31
	// Fastest run: 47_130 ns
	fn announce(a: u32, p: u32) -> Weight {
		Weight::from_parts(46_694_892, 11_027)
			// Standard error: 15_615
			.saturating_add(Weight::from_parts(341_740, 0).saturating_mul(a.into()))
			// Standard error: 16_233
			.saturating_add(Weight::from_parts(90_811, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Proxy::Proxies`: 1 read, 1 written
	// `p`: 1 to 31
	// Fastest run: 32_747 ns
	fn add_proxy(p: u32) -> Weight {
		Weight::from_parts(35_938_145, 3_716)
			// Standard error: 18_119
			.saturating_add(Weight::from_parts(163_538, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Proxy::Proxies`: 1 read, 1 written
	// `p`: 1 to 31
	// Fastest run: 31_287 ns
	fn remove_proxy(_p: u32) -> Weight {
		Weight::from_parts(47_038_243, 3_716)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Proxy::Proxies`: 1 read, 1 written
	// `p`: 1 to 31
	// Fastest run: 33_273 ns
	fn remove_proxies(p: u32) -> Weight {
		Weight::from_parts(50_116_516, 3_716)
			// Standard error: 73_089
			.saturating_add(Weight::from_parts(2_025_270, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Proxy::Proxies`: 1 read, 1 written
	// `p`: 1 to 31
	// Fastest run: 37_488 ns
	fn create_pure(_p: u32) -> Weight {
		Weight::from_parts(64_474_154, 3_716)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Proxy::Proxies`: 1 read, 1 written
	// `p`: 0 to 30
	// Fastest run: 34_352 ns
	fn kill_pure(p: u32) -> Weight {
		Weight::from_parts(39_753_835, 3_716)
			// Standard error: 31_147
			.saturating_add(Weight::from_parts(118_024, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Proxy::Announcements`: 1 read, 1 written
	// `Proxy::Proxies`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 61_710 ns
	fn poke_deposit() -> Weight {
		Weight::from_parts(72_874_000, 11_027)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
}
