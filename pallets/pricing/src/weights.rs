//! Weights of the calls.

use core::marker::PhantomData;

use frame_support::{traits::Get, weights::Weight};
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

/// Execution of a call apart from its storage accesses, in picoseconds.
const CALL: u64 = 40_000_000;

/// Estimates from counted storage accesses, on the safe side, until the benchmarks of a later
/// version replace them. Proof size is 0: nobody executes this chain's blocks from a proof.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	fn of(reads: u64, writes: u64) -> Weight {
		Weight::from_parts(CALL, 0).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads provider, model, its version, bounds, offer, draining, count, account, holds. Writes
	/// offer, index, count, provider's entry, draining, account, holds. A change that takes the last
	/// free slot moves another offer instead of touching the account, and is no dearer.
	fn set_offer() -> Weight {
		Self::of(9, 7)
	}

	/// Reads offer, count, last index, last offer, account, holds. Writes both offers, both index
	/// entries, count, provider's entry, draining, account, holds.
	fn remove_offer() -> Weight {
		Self::of(6, 9)
	}

	/// Provider, model and its version, and what a removal takes.
	fn prune_offer() -> Weight {
		Self::of(9, 9)
	}

	/// Reads the version. Writes bounds and version.
	fn set_bounds() -> Weight {
		Self::of(1, 2)
	}
}
