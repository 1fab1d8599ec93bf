//! Weights of the calls: see `benchmarking.rs` for how they are measured.

use frame_support::weights::Weight;
use polkadot_sdk::*;

/// What each call costs at most.
pub trait WeightInfo {
	/// Weight of `set_offer`.
	fn set_offer() -> Weight;
	/// Weight of `remove_offer`.
	fn remove_offer() -> Weight;
	/// Weight of `prune_offer`.
	fn prune_offer() -> Weight;
	/// Weight of `set_bounds`.
	fn set_bounds() -> Weight;
}

/// For tests.
const MOCK: Weight = Weight::from_parts(50_000_000, 0);

/// For tests. A runtime has measured weights.
impl WeightInfo for () {
	fn set_offer() -> Weight {
		MOCK
	}

	fn remove_offer() -> Weight {
		MOCK
	}

	fn prune_offer() -> Weight {
		MOCK
	}

	fn set_bounds() -> Weight {
		MOCK
	}
}
