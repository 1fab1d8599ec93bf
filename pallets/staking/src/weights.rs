//! Weights of the calls: see `benchmarking.rs` for how they are measured.

use frame_support::weights::Weight;
use polkadot_sdk::*;

/// What each call costs at most.
pub trait WeightInfo {
	/// Weight of `register`.
	fn register() -> Weight;
	/// Weight of `bond`.
	fn bond() -> Weight;
	/// Weight of `unbond`.
	fn unbond() -> Weight;
	/// Weight of `withdraw` that removes `keys` worker keys with the provider's record.
	fn withdraw(keys: u32) -> Weight;
	/// Weight of `add_worker_key` that looks at `keys` others to make room.
	fn add_worker_key(keys: u32) -> Weight;
	/// Weight of `remove_worker_key`.
	fn remove_worker_key() -> Weight;
	/// Weight of `deregister` by a provider with `keys` worker keys.
	fn deregister(keys: u32) -> Weight;
	/// Weight of `chill`.
	fn chill() -> Weight;
	/// Weight of `unchill`.
	fn unchill() -> Weight;
	/// Weight of `exit`.
	fn exit() -> Weight;
	/// Weight of `forget_worker_key`.
	fn forget_worker_key() -> Weight;
}

/// For tests.
const MOCK: Weight = Weight::from_parts(50_000_000, 0);

/// For tests: what each worker key adds.
fn mock_with(keys: u32) -> Weight {
	MOCK.saturating_add(Weight::from_parts(10_000_000, 0).saturating_mul(keys.into()))
}

/// For tests. A runtime has measured weights.
impl WeightInfo for () {
	fn register() -> Weight {
		MOCK
	}

	fn bond() -> Weight {
		MOCK
	}

	fn unbond() -> Weight {
		MOCK
	}

	fn withdraw(keys: u32) -> Weight {
		mock_with(keys)
	}

	fn add_worker_key(keys: u32) -> Weight {
		mock_with(keys)
	}

	fn remove_worker_key() -> Weight {
		MOCK
	}

	fn deregister(keys: u32) -> Weight {
		mock_with(keys)
	}

	fn chill() -> Weight {
		MOCK
	}

	fn unchill() -> Weight {
		MOCK
	}

	fn exit() -> Weight {
		MOCK
	}

	fn forget_worker_key() -> Weight {
		MOCK
	}
}
