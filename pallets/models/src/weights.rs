//! What the calls cost.
//!
//! These are estimates from counted storage accesses, with a generous allowance for the computation
//! in between, until the benchmarks of a later version replace them. Every access is counted as if
//! nothing had touched the key before, although the fee payment has usually read the signer's account.

use core::marker::PhantomData;

use polkadot_sdk::{
	frame_support::{
		traits::Get,
		weights::{RuntimeDbWeight, Weight, constants::RocksDbWeight},
	},
	frame_system,
};

/// Weights of the calls.
pub trait WeightInfo {
	/// Of `register`.
	fn register() -> Weight;
	/// Of `retire`.
	fn retire() -> Weight;
	/// Of `remove`.
	fn remove() -> Weight;
}

/// The estimates, with the database costs of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		register(T::DbWeight::get())
	}

	fn retire() -> Weight {
		retire(T::DbWeight::get())
	}

	fn remove() -> Weight {
		remove(T::DbWeight::get())
	}
}

/// The estimates, with the database costs of RocksDB, for tests.
impl WeightInfo for () {
	fn register() -> Weight {
		register(RocksDbWeight::get())
	}

	fn retire() -> Weight {
		retire(RocksDbWeight::get())
	}

	fn remove() -> Weight {
		remove(RocksDbWeight::get())
	}
}

/// Reads: `ByHashes`, `NextModelId`, the owner's account and holds. Writes: these and `Models`,
/// `Deposits`.
fn register(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(80_000_000, 12_000).saturating_add(db.reads_writes(4, 6))
}

/// Reads and writes `Models`.
fn retire(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(25_000_000, 5_000).saturating_add(db.reads_writes(1, 1))
}

/// Reads: `Models`, `Deposits`, the owner's account and holds. Writes: these and `ByHashes`.
fn remove(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(70_000_000, 15_000).saturating_add(db.reads_writes(4, 5))
}
