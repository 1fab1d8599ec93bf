//! Weights of the calls.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
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

/// Execution of a call apart from its storage accesses, in picoseconds.
const CALL: u64 = 40_000_000;

/// One ed25519 verification, in picoseconds.
const VERIFY: u64 = 60_000_000;

/// One dropped worker key apart from its storage accesses, in picoseconds.
const KEY: u64 = 5_000_000;

/// Estimates from counted storage accesses, on the safe side, until the benchmarks of a later
/// version replace them. Proof size is 0: nobody executes this chain's blocks from a proof.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	fn of(ref_time: u64, reads: u64, writes: u64) -> Weight {
		Weight::from_parts(ref_time, 0)
			.saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Provider; account and its holds.
	fn register() -> Weight {
		Self::of(CALL, 3, 3)
	}

	/// Provider; account and its holds.
	fn bond() -> Weight {
		Self::of(CALL, 3, 3)
	}

	/// Provider.
	fn unbond() -> Weight {
		Self::of(CALL, 1, 1)
	}

	/// Account and its holds; and what a deregistration takes, which is more than the provider's
	/// record alone.
	fn withdraw(keys: u32) -> Weight {
		Self::deregister(keys).saturating_add(T::DbWeight::get().reads_writes(2, 2))
	}

	/// Provider, key and its reverse; genesis hash; the former provider of the key, and its reverse
	/// there; the end of the key list. Proof and small order are one verification each. For each
	/// key that is looked at the step to it and its value, and two removals.
	fn add_worker_key(keys: u32) -> Weight {
		let keys = u64::from(keys);
		Self::of(
			CALL.saturating_add(VERIFY.saturating_mul(2))
				.saturating_add(KEY.saturating_mul(keys)),
			keys.saturating_mul(2).saturating_add(5),
			keys.saturating_mul(2).saturating_add(5),
		)
	}

	/// Provider and key.
	fn remove_worker_key() -> Weight {
		Self::of(CALL, 2, 2)
	}

	/// Provider; the end of the key list; for each key the step to it and its value, and two
	/// removals.
	fn deregister(keys: u32) -> Weight {
		let keys = u64::from(keys);
		Self::of(
			CALL.saturating_add(KEY.saturating_mul(keys)),
			keys.saturating_mul(2).saturating_add(2),
			keys.saturating_mul(2).saturating_add(1),
		)
	}

	/// Provider.
	fn chill() -> Weight {
		Self::of(CALL, 1, 1)
	}

	/// Provider.
	fn unchill() -> Weight {
		Self::of(CALL, 1, 1)
	}

	/// Provider.
	fn exit() -> Weight {
		Self::of(CALL, 1, 1)
	}

	/// Key and its reverse; provider.
	fn forget_worker_key() -> Weight {
		Self::of(CALL, 2, 3)
	}
}
