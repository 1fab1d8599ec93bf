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
	/// Weight of `delegate`.
	fn delegate() -> Weight;
	/// Weight of `undelegate`.
	fn undelegate() -> Weight;
	/// Weight of `withdraw_delegation`.
	fn withdraw_delegation() -> Weight;
	/// Weight of `claim`.
	fn claim() -> Weight;
	/// Weight of `collect`.
	fn collect() -> Weight;
	/// Weight of `enact_slash`, and of carrying out a slash in a hook.
	fn enact_slash() -> Weight;
	/// Weight of `cancel_slash`.
	fn cancel_slash() -> Weight;
	/// Weight of `redelegate`.
	fn redelegate() -> Weight;
	/// Weight of `set_commission`.
	fn set_commission() -> Weight;
	/// Weight of `set_auto_compound`.
	fn set_auto_compound() -> Weight;
	/// Weight of `compound`.
	fn compound() -> Weight;
	/// Weight of a hook that finds nothing to do.
	fn hook_base() -> Weight;
	/// Weight of passing over a slash that is no longer pending.
	fn pass_slash() -> Weight;
	/// Weight of ending what is over of a delegation that answers for other providers, in a hook.
	fn end_liability() -> Weight;
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

	fn delegate() -> Weight {
		MOCK
	}

	fn undelegate() -> Weight {
		MOCK
	}

	fn withdraw_delegation() -> Weight {
		MOCK
	}

	fn claim() -> Weight {
		MOCK
	}

	fn collect() -> Weight {
		MOCK
	}

	fn enact_slash() -> Weight {
		MOCK
	}

	fn cancel_slash() -> Weight {
		MOCK
	}

	fn redelegate() -> Weight {
		MOCK
	}

	fn set_commission() -> Weight {
		MOCK
	}

	fn set_auto_compound() -> Weight {
		MOCK
	}

	fn compound() -> Weight {
		MOCK
	}

	fn hook_base() -> Weight {
		MOCK
	}

	fn pass_slash() -> Weight {
		MOCK
	}

	fn end_liability() -> Weight {
		MOCK
	}
}
