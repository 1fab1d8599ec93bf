//! Weights of the calls and of the hook: see `benchmarking.rs` for how they are measured.

use frame_support::weights::Weight;
use polkadot_sdk::*;

/// What each call costs at most, and the hook.
pub trait WeightInfo {
	/// Weight of `set_offer`.
	fn set_offer() -> Weight;
	/// Weight of `remove_offer`.
	fn remove_offer() -> Weight;
	/// Weight of `prune_offer`.
	fn prune_offer() -> Weight;
	/// Weight of `set_policy`.
	fn set_policy() -> Weight;
	/// Weight of the hook in a block in which no period ends.
	fn period_runs() -> Weight;
	/// Weight of the hook in a block in which the period of all classes ends.
	fn period_ends() -> Weight;
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

	fn set_policy() -> Weight {
		MOCK
	}

	fn period_runs() -> Weight {
		MOCK
	}

	fn period_ends() -> Weight {
		MOCK.saturating_mul(3)
	}
}
