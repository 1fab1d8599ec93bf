//! Weights of `pallet_identity`. Written by `scripts/bench-weights`: do not edit, measure
//! again.
//!
//! * on 2026-11-23, Intel(R) Xeon(R) Processor, 2 threads
//! * 10 values of each component, 20 runs each, at least 1 s a benchmark

#![cfg_attr(rustfmt, rustfmt_skip)]

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// Weights of `pallet_identity`.
pub struct WeightInfo<T>(PhantomData<T>);

impl<T: frame_system::Config> pallet_identity::WeightInfo for WeightInfo<T> {
	// `Identity::Registrars`: 1 read, 1 written
	// `r`: 1 to 19
	// Fastest run: 14_752 ns
	fn add_registrar(r: u32) -> Weight {
		Weight::from_parts(22_336_699, 1_636)
			// Standard error: 15_591
			.saturating_add(Weight::from_parts(426_377, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::Registrars`: 1 read, 1 written
	// `r`: 1 to 20
	// Fastest run: 15_432 ns
	fn remove_registrar(r: u32) -> Weight {
		Weight::from_parts(24_043_171, 1_636)
			// Standard error: 14_478
			.saturating_add(Weight::from_parts(260_153, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 1 read, 1 written
	// `r`: 1 to 20
	// Fastest run: 63_809 ns
	fn set_identity(r: u32) -> Weight {
		Weight::from_parts(104_610_381, 4_300)
			// Standard error: 61_869
			.saturating_add(Weight::from_parts(972_914, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 1 read, 0 written
	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 100 read, 100 written
	// `s`: 0 to 100
	// Fastest run: 27_621 ns
	fn set_subs_new(s: u32) -> Weight {
		Weight::from_parts(68_883_678, 10_033)
			// Standard error: 55_678
			.saturating_add(Weight::from_parts(10_116_037, 0).saturating_mul(s.into()))
			.saturating_add(Weight::from_parts(0, 2_589).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(1).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(s.into()))
	}

	// `Identity::IdentityOf`: 1 read, 0 written
	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 0 read, 100 written
	// `p`: 0 to 100
	// Fastest run: 18_313 ns
	fn set_subs_old(p: u32) -> Weight {
		Weight::from_parts(40_844_669, 10_033)
			// Standard error: 50_600
			.saturating_add(Weight::from_parts(4_504_798, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(p.into()))
	}

	// `Identity::IdentityOf`: 1 read, 1 written
	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 0 read, 100 written
	// `r`: 1 to 20
	// `s`: 0 to 100
	// Fastest run: 85_346 ns
	fn clear_identity(r: u32, s: u32) -> Weight {
		Weight::from_parts(91_169_216, 10_033)
			// Standard error: 228_790
			.saturating_add(Weight::from_parts(832_310, 0).saturating_mul(r.into()))
			// Standard error: 43_903
			.saturating_add(Weight::from_parts(4_261_368, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(s.into()))
	}

	// `Identity::IdentityOf`: 1 read, 1 written
	// `Identity::Registrars`: 1 read, 0 written
	// `r`: 1 to 20
	// Fastest run: 61_681 ns
	fn request_judgement(r: u32) -> Weight {
		Weight::from_parts(104_832_361, 5_936)
			// Standard error: 49_609
			.saturating_add(Weight::from_parts(469_643, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 1 read, 1 written
	// `r`: 1 to 20
	// Fastest run: 58_615 ns
	fn cancel_request(_r: u32) -> Weight {
		Weight::from_parts(102_609_118, 4_300)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::Registrars`: 1 read, 1 written
	// `r`: 1 to 19
	// Fastest run: 8_702 ns
	fn set_fee(r: u32) -> Weight {
		Weight::from_parts(10_010_480, 1_636)
			// Standard error: 4_777
			.saturating_add(Weight::from_parts(107_680, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::Registrars`: 1 read, 1 written
	// `r`: 1 to 19
	// Fastest run: 8_394 ns
	fn set_account_id(r: u32) -> Weight {
		Weight::from_parts(9_506_083, 1_636)
			// Standard error: 3_653
			.saturating_add(Weight::from_parts(143_164, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::Registrars`: 1 read, 1 written
	// `r`: 1 to 19
	// Fastest run: 8_158 ns
	fn set_fields(r: u32) -> Weight {
		Weight::from_parts(12_134_027, 1_636)
			// Standard error: 15_688
			.saturating_add(Weight::from_parts(4_307, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 1 read, 1 written
	// `Identity::Registrars`: 1 read, 0 written
	// `r`: 1 to 19
	// Fastest run: 50_357 ns
	fn provide_judgement(r: u32) -> Weight {
		Weight::from_parts(55_194_839, 5_936)
			// Standard error: 9_496
			.saturating_add(Weight::from_parts(159_248, 0).saturating_mul(r.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 1 read, 1 written
	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 0 read, 100 written
	// `System::Account`: 1 read, 1 written
	// `r`: 1 to 20
	// `s`: 0 to 100
	// Fastest run: 68_717 ns
	fn kill_identity(r: u32, s: u32) -> Weight {
		Weight::from_parts(67_127_311, 12_636)
			// Standard error: 63_277
			.saturating_add(Weight::from_parts(522_099, 0).saturating_mul(r.into()))
			// Standard error: 12_142
			.saturating_add(Weight::from_parts(2_462_549, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(1).saturating_mul(s.into()))
	}

	// `Identity::IdentityOf`: 1 read, 0 written
	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 1 read, 1 written
	// `s`: 0 to 99
	// Fastest run: 41_265 ns
	fn add_sub(s: u32) -> Weight {
		Weight::from_parts(49_459_177, 12_622)
			// Standard error: 3_528
			.saturating_add(Weight::from_parts(138_640, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Identity::IdentityOf`: 1 read, 0 written
	// `Identity::SuperOf`: 1 read, 1 written
	// `s`: 1 to 100
	// Fastest run: 21_639 ns
	fn rename_sub(s: u32) -> Weight {
		Weight::from_parts(26_690_715, 6_889)
			// Standard error: 2_321
			.saturating_add(Weight::from_parts(67_308, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 1 read, 0 written
	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 1 read, 1 written
	// `s`: 1 to 100
	// Fastest run: 45_711 ns
	fn remove_sub(s: u32) -> Weight {
		Weight::from_parts(51_526_442, 12_622)
			// Standard error: 14_026
			.saturating_add(Weight::from_parts(230_267, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Identity::SubsOf`: 1 read, 1 written
	// `Identity::SuperOf`: 1 read, 1 written
	// `System::Account`: 1 read, 0 written
	// `s`: 0 to 99
	// Fastest run: 45_413 ns
	fn quit_sub(s: u32) -> Weight {
		Weight::from_parts(61_941_120, 10_925)
			// Standard error: 12_525
			.saturating_add(Weight::from_parts(261_786, 0).saturating_mul(s.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Identity::AuthorityOf`: 0 read, 1 written
	// Fastest run: 9_568 ns
	fn add_username_authority() -> Weight {
		Weight::from_parts(17_327_000, 0)
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::AuthorityOf`: 1 read, 1 written
	// Fastest run: 13_656 ns
	fn remove_username_authority() -> Weight {
		Weight::from_parts(15_587_000, 2_527)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::AuthorityOf`: 1 read, 1 written
	// `Identity::PendingUsernames`: 1 read, 0 written
	// `Identity::UsernameInfoOf`: 1 read, 1 written
	// `Identity::UsernameOf`: 1 read, 1 written
	// `p`: 0 to 1
	// Fastest run: 95_870 ns
	fn set_username_for(p: u32) -> Weight {
		Weight::from_parts(119_068_266, 10_225)
			// Standard error: 1_704_870
			.saturating_add(Weight::from_parts(1_987_316, 0).saturating_mul(p.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Identity::PendingUsernames`: 1 read, 1 written
	// `Identity::UsernameInfoOf`: 0 read, 1 written
	// `Identity::UsernameOf`: 1 read, 1 written
	// Fastest run: 30_814 ns
	fn accept_username() -> Weight {
		Weight::from_parts(43_428_000, 5_125)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Identity::AuthorityOf`: 1 read, 0 written
	// `Identity::PendingUsernames`: 1 read, 1 written
	// `p`: 0 to 1
	// Fastest run: 15_450 ns
	fn remove_expired_approval(_p: u32) -> Weight {
		Weight::from_parts(28_006_336, 5_104)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::UsernameInfoOf`: 1 read, 0 written
	// `Identity::UsernameOf`: 0 read, 1 written
	// Fastest run: 18_536 ns
	fn set_primary_username() -> Weight {
		Weight::from_parts(22_229_000, 2_573)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::AuthorityOf`: 1 read, 0 written
	// `Identity::UnbindingUsernames`: 1 read, 1 written
	// `Identity::UsernameInfoOf`: 1 read, 0 written
	// `Origins::Tempo`: 1 read, 0 written
	// Fastest run: 26_566 ns
	fn unbind_username() -> Weight {
		Weight::from_parts(31_690_000, 8_127)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::AuthorityOf`: 1 read, 0 written
	// `Identity::UnbindingUsernames`: 1 read, 1 written
	// `Identity::UsernameInfoOf`: 1 read, 1 written
	// `Identity::UsernameOf`: 1 read, 1 written
	// Fastest run: 29_660 ns
	fn remove_username() -> Weight {
		Weight::from_parts(57_631_000, 10_176)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `Identity::AuthorityOf`: 1 read, 0 written
	// `Identity::UnbindingUsernames`: 1 read, 1 written
	// `Identity::UsernameInfoOf`: 1 read, 1 written
	// `Identity::UsernameOf`: 1 read, 1 written
	// `p`: 0 to 1
	// Fastest run: 26_401 ns
	fn kill_username(_p: u32) -> Weight {
		Weight::from_parts(36_156_231, 10_176)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}

	// `2aeddc77fe58c98d50bd37f1b90840f99622d1423cdd16f5c33e2b531c34a53d`: 2 read, 0 written
	// `Identity::AuthorityOf`: 0 read, 1 written
	// Fastest run: 12_474 ns
	fn migration_v2_authority_step() -> Weight {
		Weight::from_parts(14_134_000, 5_096)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `2aeddc77fe58c98d50bd37f1b90840f97c182fead9255863460affdd63116be3`: 2 read, 0 written
	// `Identity::UsernameInfoOf`: 0 read, 1 written
	// Fastest run: 12_350 ns
	fn migration_v2_username_step() -> Weight {
		Weight::from_parts(15_201_000, 5_108)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `Identity::IdentityOf`: 2 read, 1 written
	// `Identity::UsernameOf`: 0 read, 1 written
	// Fastest run: 32_615 ns
	fn migration_v2_identity_step() -> Weight {
		Weight::from_parts(35_636_000, 8_600)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}

	// `Identity::PendingUsernames`: 2 read, 1 written
	// Fastest run: 10_896 ns
	fn migration_v2_pending_username_step() -> Weight {
		Weight::from_parts(14_814_000, 5_154)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `2aeddc77fe58c98d50bd37f1b90840f99622d1423cdd16f5c33e2b531c34a53d`: 1 read, 1 written
	// `Identity::AuthorityOf`: 2 read, 0 written
	// Fastest run: 17_138 ns
	fn migration_v2_cleanup_authority_step() -> Weight {
		Weight::from_parts(26_058_000, 7_816)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}

	// `2aeddc77fe58c98d50bd37f1b90840f97c182fead9255863460affdd63116be3`: 1 read, 1 written
	// `Identity::UsernameInfoOf`: 2 read, 0 written
	// Fastest run: 14_913 ns
	fn migration_v2_cleanup_username_step() -> Weight {
		Weight::from_parts(18_008_000, 7_910)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}
