//! What the calls cost.
//!
//! These are estimates from counted storage accesses, with a generous allowance for the computation
//! in between, until benchmarks replace them. Every access is counted as if nothing had touched the
//! key before, although the fee payment has usually read the signer's account.

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

/// The estimates, with the database costs of the runtime `T`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		register(T::DbWeight::get())
	}

	fn retire() -> Weight {
		retire(T::DbWeight::get())
	}

	fn remove(versions: u32) -> Weight {
		remove(T::DbWeight::get(), versions)
	}

	fn publish_version() -> Weight {
		publish_version(T::DbWeight::get())
	}

	fn remove_version() -> Weight {
		remove_version(T::DbWeight::get())
	}

	fn offer_ownership() -> Weight {
		offer_ownership(T::DbWeight::get())
	}

	fn withdraw_ownership_offer() -> Weight {
		withdraw_ownership_offer(T::DbWeight::get())
	}

	fn accept_ownership(versions: u32) -> Weight {
		accept_ownership(T::DbWeight::get(), versions)
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

	fn remove(versions: u32) -> Weight {
		remove(RocksDbWeight::get(), versions)
	}

	fn publish_version() -> Weight {
		publish_version(RocksDbWeight::get())
	}

	fn remove_version() -> Weight {
		remove_version(RocksDbWeight::get())
	}

	fn offer_ownership() -> Weight {
		offer_ownership(RocksDbWeight::get())
	}

	fn withdraw_ownership_offer() -> Weight {
		withdraw_ownership_offer(RocksDbWeight::get())
	}

	fn accept_ownership(versions: u32) -> Weight {
		accept_ownership(RocksDbWeight::get(), versions)
	}
}

/// Reads: `ByHashes`, `NextModelId`, the owner's account and holds. Writes: these and `Models`,
/// `Deposits`, `Versions`, `VersionDeposits`, `ModelsOf`.
fn register(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(120_000_000, 15_000).saturating_add(db.reads_writes(4, 9))
}

/// Reads and writes `Models`, `OwnershipOffers`.
fn retire(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(30_000_000, 8_000).saturating_add(db.reads_writes(2, 2))
}

/// Reads: `Models`, `Deposits`, the owner's account and holds, the end of the list of versions.
/// Writes: `Models`, `Deposits`, `ModelsOf`, the account and the holds. For each version the step to
/// it, and `Versions` and `VersionDeposits`; to write, these and `ByHashes`.
fn remove(db: RuntimeDbWeight, versions: u32) -> Weight {
	let each = Weight::from_parts(40_000_000, 6_000).saturating_add(db.reads_writes(3, 3));
	Weight::from_parts(70_000_000, 15_000)
		.saturating_add(db.reads_writes(5, 5))
		.saturating_add(each.saturating_mul(versions.into()))
}

/// Reads: `Models`, `ByHashes`, `Versions` of the version before, the owner's account and holds.
/// Writes: these and the new `Versions`, `VersionDeposits`.
fn publish_version(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(90_000_000, 18_000).saturating_add(db.reads_writes(5, 7))
}

/// Reads: `Models`, `Versions`, `VersionDeposits`, the owner's account and holds. Writes: these and
/// `ByHashes`.
fn remove_version(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(75_000_000, 18_000).saturating_add(db.reads_writes(5, 6))
}

/// Reads: `Models`. Writes: `OwnershipOffers`.
fn offer_ownership(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(25_000_000, 8_000).saturating_add(db.reads_writes(1, 1))
}

/// Reads: `Models`, `OwnershipOffers`. Writes: `OwnershipOffers`.
fn withdraw_ownership_offer(db: RuntimeDbWeight) -> Weight {
	Weight::from_parts(25_000_000, 8_000).saturating_add(db.reads_writes(2, 1))
}

/// Reads: `Models`, `OwnershipOffers`, `Deposits`, account and holds of both owners, the end of the
/// list of versions. Writes: these without the list, and `ModelsOf` twice. For each version the step
/// to it, and `Versions` and `VersionDeposits`; to write, `VersionDeposits`.
fn accept_ownership(db: RuntimeDbWeight, versions: u32) -> Weight {
	let each = Weight::from_parts(70_000_000, 6_000).saturating_add(db.reads_writes(3, 1));
	Weight::from_parts(110_000_000, 25_000)
		.saturating_add(db.reads_writes(8, 9))
		.saturating_add(each.saturating_mul(versions.into()))
}
