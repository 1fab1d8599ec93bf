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
	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Inputs`: 0 read, 1 written
	// `Jobs::Jobs`: 0 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 2 read, 0 written
	// `Pricing::Bounds`: 1 read, 0 written
	// `Pricing::Offers`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 0 written
	// `b`: 1 to 8192
	// Fastest run: 122_582 ns
	fn post(b: u32) -> Weight {
		Weight::from_parts(130_593_498, 24_911)
			// Standard error: 77
			.saturating_add(Weight::from_parts(8_255, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// Fastest run: 84_576 ns
	fn cancel() -> Weight {
		Weight::from_parts(88_321_000, 14_752)
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
	// Fastest run: 82_683 ns
	fn submit_receipt(b: u32, f: u32) -> Weight {
		Weight::from_parts(87_848_815, 14_719)
			// Standard error: 27
			.saturating_add(Weight::from_parts(2_720, 0).saturating_mul(b.into()))
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
	// Fastest run: 107_089 ns
	fn authorize_receipt(b: u32) -> Weight {
		Weight::from_parts(113_359_657, 9_184)
			// Standard error: 19
			.saturating_add(Weight::from_parts(7_775, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 164_965 ns, before delegators and shared royalties; 80_000 ns were added
	fn poke() -> Weight {
		Weight::from_parts(258_305_000, 17_039)
			.saturating_add(T::DbWeight::get().reads(14))
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
	// Fastest run: 99_168 ns
	fn claim() -> Weight {
		Weight::from_parts(105_507_000, 34_194)
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
	// Fastest run: 118_926 ns
	fn claim_as_worker() -> Weight {
		Weight::from_parts(129_242_000, 39_273)
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
	// Fastest run: 95_502 ns
	fn authorize_claim() -> Weight {
		Weight::from_parts(100_880_000, 25_596)
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
	// Fastest run: 287_057 ns, before slashes waited; 30_000 ns were added
	fn report_equivocation() -> Weight {
		Weight::from_parts(331_178_000, 40_731)
			.saturating_add(T::DbWeight::get().reads(22))
			.saturating_add(T::DbWeight::get().writes(18))
	}

	// `Jobs::AgendaCursor`: 1 read, 0 written
	// `Jobs::Jobs`: 1 read, 0 written
	// `Jobs::QueueEnds`: 2 read, 0 written
	// Fastest run: 21_012 ns
	fn hook_base() -> Weight {
		Weight::from_parts(22_383_000, 11_597)
			.saturating_add(T::DbWeight::get().reads(4))
	}

	// `Jobs::AgendaCursor`: 1 read, 0 written
	// `Jobs::AgendaEnd`: 1 read, 0 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// Fastest run: 17_857 ns
	fn agenda_page() -> Weight {
		Weight::from_parts(18_998_000, 8_014)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// Fastest run: 5_788 ns
	fn stale() -> Weight {
		Weight::from_parts(6_890_000, 4_105)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 3 read, 3 written
	// Fastest run: 163_633 ns, before delegators and shared royalties; 80_000 ns were added
	fn settle() -> Weight {
		Weight::from_parts(257_954_000, 17_039)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// `Balances::Holds`: 2 read, 2 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 2 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::PendingSlashes`: 1 read, 2 written
	// `Staking::Pools`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// `System::Account`: 2 read, 2 written
	// `p`: 0 to 1
	// Fastest run: 165_516 ns, before slashes waited; 30_000 ns were added for that
	fn time_out(p: u32) -> Weight {
		Weight::from_parts(201_545_000, 35_591)
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().writes(13))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(p.into()))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Equivocations`: 1 read, 0 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 85_978 ns
	fn expire() -> Weight {
		Weight::from_parts(92_337_000, 14_372)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// Fastest run: 6_650 ns
	fn skip() -> Weight {
		Weight::from_parts(7_591_000, 4_105)
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
	// `Pricing::OfferIndex`: 9 read, 2 written
	// `Pricing::Offers`: 9 read, 2 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Providers`: 8 read, 1 written
	// `c`: 1 to 8
	// `l`: 0 to 1
	// Fastest run: 114_120 ns
	fn match_one(c: u32, l: u32) -> Weight {
		Weight::from_parts(112_249_081, 30_379)
			// Standard error: 1_019_989
			.saturating_add(Weight::from_parts(22_961_158, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 7_921).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().reads(3).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(4).saturating_mul(l.into()))
	}

	// `Jobs::Equivocations`: 5 read, 5 written
	// `Jobs::Inputs`: 0 read, 1 written
	// `Jobs::Outcomes`: 1 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// `e`: 0 to 5
	// Fastest run: 21_893 ns
	fn forget(e: u32) -> Weight {
		Weight::from_parts(26_996_395, 2_844)
			// Standard error: 50_578
			.saturating_add(Weight::from_parts(1_239_998, 0).saturating_mul(e.into()))
			.saturating_add(Weight::from_parts(0, 2_539).saturating_mul(e.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(e.into()))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(e.into()))
	}
}
