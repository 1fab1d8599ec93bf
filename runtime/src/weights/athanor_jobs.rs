//! Weights of `athanor_jobs`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, AMD EPYC, 2 threads
//! * 10 values of each component, 20 runs each, at least 3 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `athanor_jobs`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> athanor_jobs::WeightInfo for WeightInfo<T> {
	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::AgendaEnd`: 1 read, 0 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Inputs`: 0 read, 1 written
	// `Jobs::Jobs`: 0 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::Offers`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 0 written
	// `b`: 1 to 8192
	// Fastest run: 119_387 ns
	fn post(b: u32) -> Weight {
		Weight::from_parts(154_587_496, 22_037)
			// Standard error: 342
			.saturating_add(Weight::from_parts(6_391, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(8))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// Fastest run: 89_142 ns
	fn cancel() -> Weight {
		Weight::from_parts(100_609_000, 14_752)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// `b`: 0 to 81920
	// `f`: 0 to 1
	// Fastest run: 85_657 ns
	fn submit_receipt(b: u32, f: u32) -> Weight {
		Weight::from_parts(97_003_449, 14_719)
			// Standard error: 57
			.saturating_add(Weight::from_parts(2_836, 0).saturating_mul(b.into()))
			// Standard error: 5_944_233
			.saturating_add(Weight::from_parts(22_522_204, 0).saturating_mul(f.into()))
			.saturating_add(Weight::from_parts(0, 2_495).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(f.into()))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// `b`: 0 to 81920
	// Fastest run: 122_332 ns
	fn authorize_receipt(b: u32) -> Weight {
		Weight::from_parts(135_562_270, 9_184)
			// Standard error: 31
			.saturating_add(Weight::from_parts(8_166, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 169_973 ns
	fn poke() -> Weight {
		Weight::from_parts(195_511_000, 17_039)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 99_348 ns
	fn claim() -> Weight {
		Weight::from_parts(110_044_000, 34_194)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// Fastest run: 121_260 ns
	fn claim_as_worker() -> Weight {
		Weight::from_parts(139_247_000, 39_273)
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::Offers`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 0 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// Fastest run: 104_465 ns
	fn authorize_claim() -> Weight {
		Weight::from_parts(117_975_000, 25_596)
			.saturating_add(T::DbWeight::get().reads(9))
	}

	// `Balances::Holds`: 2 read, 2 written
	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Equivocations`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// `Parameters::Parameters`: 2 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::Account`: 2 read, 2 written
	// `System::BlockHash`: 1 read, 0 written
	// Fastest run: 320_446 ns
	fn report_equivocation() -> Weight {
		Weight::from_parts(403_219_000, 40_731)
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(16))
	}

	// `Jobs::AgendaCursor`: 1 read, 0 written
	// `Jobs::Jobs`: 1 read, 0 written
	// `Jobs::QueueEnds`: 2 read, 0 written
	// Fastest run: 23_726 ns
	fn hook_base() -> Weight {
		Weight::from_parts(27_491_000, 11_597)
			.saturating_add(T::DbWeight::get().reads(4))
	}

	// `Jobs::AgendaCursor`: 1 read, 0 written
	// `Jobs::AgendaEnd`: 1 read, 0 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// Fastest run: 18_668 ns
	fn agenda_page() -> Weight {
		Weight::from_parts(29_735_000, 8_014)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// Fastest run: 5_819 ns
	fn stale() -> Weight {
		Weight::from_parts(6_961_000, 4_105)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Jobs`: 0 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 163_062 ns
	fn settle() -> Weight {
		Weight::from_parts(182_422_000, 12_934)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(7))
	}

	// `Balances::Holds`: 2 read, 2 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 0 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 2 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `System::Account`: 2 read, 2 written
	// Fastest run: 160_939 ns
	fn time_out() -> Weight {
		Weight::from_parts(176_282_000, 23_486)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(12))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Equivocations`: 1 read, 0 written
	// `Jobs::Jobs`: 0 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 83_213 ns
	fn expire() -> Weight {
		Weight::from_parts(110_394_000, 10_267)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// Fastest run: 6_680 ns
	fn skip() -> Weight {
		Weight::from_parts(10_265_000, 4_105)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `Babe::AuthorVrfRandomness`: 1 read, 0 written
	// `Jobs::AgendaEnd`: 1 read, 0 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 8 read, 2 written
	// `Pricing::Offers`: 8 read, 2 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Providers`: 8 read, 1 written
	// `c`: 1 to 8
	// `l`: 0 to 1
	// Fastest run: 102_612 ns
	fn match_one(c: u32, l: u32) -> Weight {
		Weight::from_parts(70_690_393, 24_026)
			// Standard error: 318_932
			.saturating_add(Weight::from_parts(17_259_232, 0).saturating_mul(c.into()))
			// Standard error: 2_638_562
			.saturating_add(Weight::from_parts(25_142_469, 0).saturating_mul(l.into()))
			.saturating_add(Weight::from_parts(0, 8_070).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(10))
			.saturating_add(T::DbWeight::get().reads(3).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(4).saturating_mul(l.into()))
	}

	// `Jobs::Equivocations`: 5 read, 5 written
	// `Jobs::Inputs`: 0 read, 1 written
	// `Jobs::Outcomes`: 1 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// Fastest run: 27_812 ns
	fn forget() -> Weight {
		Weight::from_parts(32_568_000, 15_539)
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().writes(8))
	}
}
