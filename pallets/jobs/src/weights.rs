//! Weights of calls and hook steps.
//!
//! Estimated from counted storage accesses and measured primitive costs (an ed25519 verification of
//! 40 µs on a 2-core machine), rounded up, until benchmarks replace them.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
use polkadot_sdk::*;

/// One microsecond of reference time.
const MICROSECOND: u64 = 1_000_000;

/// What each call and each step of a hook costs.
pub trait WeightInfo {
	/// `post` with an input of so many bytes.
	fn post(bytes: u32) -> Weight;
	/// `cancel`.
	fn cancel() -> Weight;
	/// `submit_receipt` with so many delivered bytes, without its authorisation.
	fn submit_receipt(bytes: u32) -> Weight;
	/// The authorisation of `submit_receipt`.
	fn authorize_receipt(bytes: u32) -> Weight;
	/// `poke`.
	fn poke() -> Weight;
	/// `claim`.
	fn claim() -> Weight;
	/// `claim_as_worker`, without its authorisation.
	fn claim_as_worker() -> Weight;
	/// The authorisation of `claim_as_worker`.
	fn authorize_claim() -> Weight;
	/// `report_equivocation`.
	fn report_equivocation() -> Weight;
	/// The fixed part of a hook.
	fn hook_base() -> Weight;
	/// Reading, shortening and ending a page of an agenda.
	fn agenda_page() -> Weight;
	/// Passing over an entry of an agenda whose state has ended.
	fn stale() -> Weight;
	/// Ending the state of one job: at worst the settlement.
	fn due() -> Weight;
	/// Trying to match one job.
	fn match_one() -> Weight;
	/// Removing one closed job.
	fn forget() -> Weight;
}

/// Estimates with the database weights of a runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	fn of(micros: u64, reads: u64, writes: u64) -> Weight {
		Weight::from_parts(micros.saturating_mul(MICROSECOND), 0)
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}

	/// Hashing and copying `bytes`: about 2 ns each.
	fn bytes(bytes: u32) -> Weight {
		Weight::from_parts(u64::from(bytes).saturating_mul(2_000), 0)
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Reads: model, bounds, provider, its offer, account, holds, next id, queue tail.
	// Writes: account, holds, next id, input, deadline, job, queue entry, queue tail.
	fn post(bytes: u32) -> Weight {
		Self::of(60, 8, 8).saturating_add(Self::bytes(bytes))
	}

	fn cancel() -> Weight {
		Self::of(50, 4, 7)
	}

	fn submit_receipt(bytes: u32) -> Weight {
		Self::of(50, 5, 7).saturating_add(Self::bytes(bytes))
	}

	fn authorize_receipt(bytes: u32) -> Weight {
		Self::of(110, 4, 0).saturating_add(Self::bytes(bytes))
	}

	fn poke() -> Weight {
		Self::due()
	}

	// Reads: job, offer, provider, index. Writes: job, offer, provider, assignment, agenda, index.
	fn claim() -> Weight {
		Self::of(60, 10, 9)
	}

	fn claim_as_worker() -> Weight {
		Self::claim()
	}

	fn authorize_claim() -> Weight {
		Self::of(80, 8, 0)
	}

	fn report_equivocation() -> Weight {
		Self::of(180, 14, 16)
	}

	// Reads: cursor, ends of both lanes, and the first job that is too young with its queue entry.
	// Writes: cursor, ends of both lanes.
	fn hook_base() -> Weight {
		Self::of(10, 5, 3)
	}

	fn agenda_page() -> Weight {
		Self::of(10, 2, 1)
	}

	fn stale() -> Weight {
		Self::of(5, 1, 0)
	}

	// Reads: deadline, job, requester and holds, author, provider, treasury, totals.
	// Writes: requester and holds, author, provider, treasury, issuance, totals, job, deadline,
	// outcome, retention, assignment, offer.
	fn due() -> Weight {
		Self::of(150, 12, 14)
	}

	// Reads: queue entry, job, randomness, and for each of eight candidates its index, offer, provider.
	fn match_one() -> Weight {
		Self::of(120, 30, 8)
	}

	fn forget() -> Weight {
		Self::of(20, 1, 4)
	}
}

impl WeightInfo for () {
	fn post(_bytes: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
	fn cancel() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn submit_receipt(_bytes: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
	fn authorize_receipt(_bytes: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
	fn poke() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn claim() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn claim_as_worker() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn authorize_claim() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn report_equivocation() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn hook_base() -> Weight {
		Weight::from_parts(10, 0)
	}
	fn agenda_page() -> Weight {
		Weight::from_parts(1, 0)
	}
	fn stale() -> Weight {
		Weight::from_parts(1, 0)
	}
	fn due() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn match_one() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn forget() -> Weight {
		Weight::from_parts(100, 0)
	}
}
