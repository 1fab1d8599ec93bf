//! Weights of the calls: see `benchmarking.rs` for how they are measured. Paying for a job has none of its
//! own: whoever closes the job pays for it.

use polkadot_sdk::frame_support::weights::Weight;

/// Weights of the calls.
pub trait WeightInfo {
	/// Of `transfer_royalty`.
	fn transfer_royalty() -> Weight;
	/// Of `claim_royalty`.
	fn claim_royalty() -> Weight;
	/// Of `claim_royalty_for`.
	fn claim_royalty_for() -> Weight;
	/// Of `merge_royalty`.
	fn merge_royalty() -> Weight;
}

/// For tests.
const MOCK: Weight = Weight::from_parts(100_000_000, 0);

/// For tests. A runtime has measured weights.
impl WeightInfo for () {
	fn transfer_royalty() -> Weight {
		MOCK
	}

	fn claim_royalty() -> Weight {
		MOCK
	}

	fn claim_royalty_for() -> Weight {
		MOCK
	}

	fn merge_royalty() -> Weight {
		MOCK
	}
}
