//! Weights of calls and hook steps: see `benchmarking.rs` for how they are measured.

use frame_support::weights::Weight;
use polkadot_sdk::*;

/// What each call and each step of a hook costs.
pub trait WeightInfo {
	/// `post` with an input of so many bytes.
	fn post(bytes: u32) -> Weight;
	/// `cancel`.
	fn cancel() -> Weight;
	/// `submit_receipt` with so many delivered bytes, without its authorisation. `full` is 1 if its
	/// provider's offer had no free slot, and 0 otherwise.
	fn submit_receipt(bytes: u32, full: u32) -> Weight;
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
	/// Paying for a job.
	fn settle() -> Weight;
	/// Ending a job whose provider missed its deadline, before (0) or while (1) it is paused for another one.
	fn time_out(p: u32) -> Weight;
	/// Ending a job that nobody took.
	fn expire() -> Weight;
	/// Passing over a place in the queue whose job has ended.
	fn skip() -> Weight;
	/// Trying to match one job for which so many offers are looked at. `last` is 1 if the last slot of an
	/// offer is taken, and 0 otherwise.
	fn match_one(candidates: u32, last: u32) -> Weight;
	/// Removing one closed job for which so many equivocations were noted.
	fn forget(equivocations: u32) -> Weight;
}

/// For tests. A runtime has measured weights.
impl WeightInfo for () {
	fn post(_bytes: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
	fn cancel() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn submit_receipt(_bytes: u32, full: u32) -> Weight {
		Weight::from_parts(100 + u64::from(full), 0)
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
	fn settle() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn time_out(_p: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
	fn expire() -> Weight {
		Weight::from_parts(100, 0)
	}
	fn skip() -> Weight {
		Weight::from_parts(1, 0)
	}
	fn match_one(_candidates: u32, _last: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
	fn forget(_equivocations: u32) -> Weight {
		Weight::from_parts(100, 0)
	}
}
