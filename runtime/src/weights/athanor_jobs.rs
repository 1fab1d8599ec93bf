//! Weights of `athanor_jobs`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 20 values of each component, 20 runs each, at least 2 s a benchmark

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
	// `Parameters::Parameters`: 2 read, 0 written
	// `Pricing::Offers`: 1 read, 0 written
	// `Pricing::Policies`: 1 read, 0 written
	// `Pricing::Prices`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 0 written
	// `b`: 1 to 8192
	// Fastest run: 195_714 ns
	fn post(b: u32) -> Weight {
		Weight::from_parts(283_886_108, 33_338)
			// Standard error: 1_759
			.saturating_add(Weight::from_parts(1_822, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(12))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// Fastest run: 126_110 ns
	fn cancel() -> Weight {
		Weight::from_parts(168_269_000, 14_850)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(6))
	}

	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// `b`: 0 to 81920
	// `f`: 0 to 1
	// Fastest run: 139_021 ns
	fn submit_receipt(b: u32, f: u32) -> Weight {
		Weight::from_parts(209_234_283, 18_082)
			// Standard error: 68
			.saturating_add(Weight::from_parts(4_716, 0).saturating_mul(b.into()))
			// Standard error: 8_651_987
			.saturating_add(Weight::from_parts(26_945_995, 0).saturating_mul(f.into()))
			.saturating_add(Weight::from_parts(0, 2_495).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(f.into()))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(2).saturating_mul(f.into()))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// `b`: 0 to 81920
	// Fastest run: 233_405 ns
	fn authorize_receipt(b: u32) -> Weight {
		Weight::from_parts(268_386_917, 9_192)
			// Standard error: 56
			.saturating_add(Weight::from_parts(7_245, 0).saturating_mul(b.into()))
			.saturating_add(T::DbWeight::get().reads(3))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 4 read, 0 written
	// `Rewards::Royalties`: 1 read, 1 written
	// `Staking::Pools`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 0 written
	// `System::Account`: 4 read, 4 written
	// Fastest run: 485_823 ns
	fn poke() -> Weight {
		Weight::from_parts(546_174_000, 36_190)
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
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::Policies`: 1 read, 0 written
	// `Pricing::Prices`: 1 read, 0 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Pools`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// Fastest run: 289_728 ns
	fn claim() -> Weight {
		Weight::from_parts(335_662_000, 42_729)
			.saturating_add(T::DbWeight::get().reads(16))
			.saturating_add(T::DbWeight::get().writes(11))
	}

	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 1 read, 2 written
	// `Pricing::Offers`: 2 read, 2 written
	// `Pricing::Policies`: 1 read, 0 written
	// `Pricing::Prices`: 1 read, 0 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Pools`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// Fastest run: 260_377 ns
	fn claim_as_worker() -> Weight {
		Weight::from_parts(409_618_000, 47_808)
			.saturating_add(T::DbWeight::get().reads(18))
			.saturating_add(T::DbWeight::get().writes(11))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// `Models::Models`: 1 read, 0 written
	// `Models::Versions`: 1 read, 0 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `Pricing::Offers`: 1 read, 0 written
	// `Pricing::Policies`: 1 read, 0 written
	// `Pricing::Prices`: 1 read, 0 written
	// `Staking::Pools`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 0 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::BlockHash`: 1 read, 0 written
	// Fastest run: 257_408 ns
	fn authorize_claim() -> Weight {
		Weight::from_parts(302_574_000, 31_562)
			.saturating_add(T::DbWeight::get().reads(11))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::AgendaEnd`: 1 read, 1 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Equivocations`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// `Parameters::Parameters`: 5 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::PendingSlashes`: 0 read, 1 written
	// `Staking::Pools`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// `Staking::Workers`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// `System::BlockHash`: 1 read, 0 written
	// Fastest run: 705_460 ns
	fn report_equivocation() -> Weight {
		Weight::from_parts(803_464_000, 49_642)
			.saturating_add(T::DbWeight::get().reads(19))
			.saturating_add(T::DbWeight::get().writes(16))
	}

	// `Jobs::AgendaCursor`: 1 read, 0 written
	// `Jobs::Jobs`: 1 read, 0 written
	// `Jobs::QueueEnds`: 2 read, 0 written
	// Fastest run: 51_755 ns
	fn hook_base() -> Weight {
		Weight::from_parts(60_993_000, 11_605)
			.saturating_add(T::DbWeight::get().reads(4))
	}

	// `Jobs::AgendaCursor`: 1 read, 0 written
	// `Jobs::AgendaEnd`: 1 read, 0 written
	// `Jobs::AgendaPages`: 1 read, 1 written
	// Fastest run: 37_718 ns
	fn agenda_page() -> Weight {
		Weight::from_parts(46_999_000, 8_014)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// Fastest run: 16_626 ns
	fn stale() -> Weight {
		Weight::from_parts(20_825_000, 4_113)
			.saturating_add(T::DbWeight::get().reads(1))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 4 read, 0 written
	// `Rewards::Royalties`: 1 read, 1 written
	// `Staking::Pools`: 1 read, 1 written
	// `Staking::Providers`: 1 read, 0 written
	// `System::Account`: 4 read, 4 written
	// Fastest run: 451_430 ns
	fn settle() -> Weight {
		Weight::from_parts(528_519_000, 36_190)
			.saturating_add(T::DbWeight::get().reads(13))
			.saturating_add(T::DbWeight::get().writes(10))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Assigned`: 0 read, 1 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Origins::Tempo`: 1 read, 0 written
	// `Parameters::Parameters`: 6 read, 0 written
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 0 read, 1 written
	// `Pricing::Offers`: 1 read, 1 written
	// `Staking::PendingSlashes`: 1 read, 2 written
	// `Staking::Pools`: 1 read, 0 written
	// `Staking::Providers`: 1 read, 1 written
	// `System::Account`: 1 read, 1 written
	// `p`: 0 to 1
	// Fastest run: 204_697 ns
	fn time_out(p: u32) -> Weight {
		Weight::from_parts(408_422_720, 39_013)
			.saturating_add(T::DbWeight::get().reads(15))
			.saturating_add(T::DbWeight::get().writes(12))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(p.into()))
	}

	// `Balances::Holds`: 1 read, 1 written
	// `Jobs::Equivocations`: 1 read, 0 written
	// `Jobs::Jobs`: 1 read, 1 written
	// `Jobs::JobsOf`: 0 read, 1 written
	// `Jobs::Outcomes`: 0 read, 1 written
	// `Parameters::Parameters`: 1 read, 0 written
	// `System::Account`: 1 read, 1 written
	// Fastest run: 131_608 ns
	fn expire() -> Weight {
		Weight::from_parts(249_165_000, 14_470)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}

	// `Jobs::Jobs`: 1 read, 0 written
	// Fastest run: 11_510 ns
	fn skip() -> Weight {
		Weight::from_parts(27_496_000, 4_113)
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
	// `Pricing::FreeOffers`: 1 read, 1 written
	// `Pricing::Meters`: 1 read, 1 written
	// `Pricing::OfferIndex`: 9 read, 2 written
	// `Pricing::Offers`: 9 read, 2 written
	// `Pricing::Policies`: 1 read, 0 written
	// `Pricing::Prices`: 1 read, 0 written
	// `Pricing::Version`: 1 read, 0 written
	// `Staking::Pools`: 8 read, 0 written
	// `Staking::Providers`: 8 read, 1 written
	// `c`: 1 to 8
	// `l`: 0 to 1
	// Fastest run: 219_251 ns
	fn match_one(c: u32, l: u32) -> Weight {
		Weight::from_parts(242_267_000, 35_484)
			// Standard error: 3_264_955
			.saturating_add(Weight::from_parts(72_148_479, 0).saturating_mul(c.into()))
			.saturating_add(Weight::from_parts(0, 11_351).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(14))
			.saturating_add(T::DbWeight::get().reads(4).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().writes(6))
			.saturating_add(T::DbWeight::get().writes(4).saturating_mul(l.into()))
	}

	// `Jobs::Equivocations`: 5 read, 5 written
	// `Jobs::Inputs`: 0 read, 1 written
	// `Jobs::Outcomes`: 1 read, 1 written
	// `Jobs::Receipts`: 0 read, 1 written
	// `e`: 0 to 5
	// Fastest run: 49_889 ns
	fn forget(e: u32) -> Weight {
		Weight::from_parts(80_896_909, 2_844)
			// Standard error: 418_100
			.saturating_add(Weight::from_parts(307_002, 0).saturating_mul(e.into()))
			.saturating_add(Weight::from_parts(0, 2_539).saturating_mul(e.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(e.into()))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(e.into()))
	}
}
