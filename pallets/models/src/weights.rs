//! Weights of the calls: see `benchmarking.rs` for how they are measured.

use polkadot_sdk::frame_support::weights::Weight;

/// Weights of the calls.
pub trait WeightInfo {
	/// Of `register`.
	fn register() -> Weight;
	/// Of `retire`.
	fn retire() -> Weight;
	/// Of `remove` of a model with so many stored versions.
	fn remove(versions: u32) -> Weight;
	/// Of `publish_version`.
	fn publish_version() -> Weight;
	/// Of `remove_version`.
	fn remove_version() -> Weight;
	/// Of `offer_ownership`.
	fn offer_ownership() -> Weight;
	/// Of `withdraw_ownership_offer`.
	fn withdraw_ownership_offer() -> Weight;
	/// Of `accept_ownership` of a model with so many stored versions.
	fn accept_ownership(versions: u32) -> Weight;
}

/// For tests.
const MOCK: Weight = Weight::from_parts(50_000_000, 0);

/// For tests: what each version adds.
fn mock_with(versions: u32) -> Weight {
	MOCK.saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(versions.into()))
}

/// For tests. A runtime has measured weights.
impl WeightInfo for () {
	fn register() -> Weight {
		MOCK
	}

	fn retire() -> Weight {
		MOCK
	}

	fn remove(versions: u32) -> Weight {
		mock_with(versions)
	}

	fn publish_version() -> Weight {
		MOCK
	}

	fn remove_version() -> Weight {
		MOCK
	}

	fn offer_ownership() -> Weight {
		MOCK
	}

	fn withdraw_ownership_offer() -> Weight {
		MOCK
	}

	fn accept_ownership(versions: u32) -> Weight {
		mock_with(versions)
	}
}
