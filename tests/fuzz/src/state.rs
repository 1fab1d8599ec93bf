//! The state that the chain is driven on, in memory.
//!
//! It is `BasicExternalities`, which has nothing below its changes: reading from `TestExternalities` takes twice as
//! long, because each read looks into a trie too. Two things are added. The root of the state, which nothing here
//! asks for, is not computed: at the end of each block that takes longer than all else. And accesses can be counted.

use std::{
	any::{Any, TypeId},
	collections::BTreeSet,
};

use polkadot_sdk::*;
use sp_core::storage::{ChildInfo, StateVersion, TrackedStorageKey};
use sp_externalities::{
	Error, Extension, ExtensionStore, Externalities, MultiRemovalResults,
	set_and_run_with_externalities,
};
use sp_state_machine::BasicExternalities;

/// Accesses to the state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accesses {
	/// Items that were read, looked for, or searched for.
	pub reads: u64,
	/// Items that were written or removed.
	pub writes: u64,
	/// The keys of all of them: what a proof of the same work has to contain.
	pub keys: BTreeSet<Vec<u8>>,
}

/// A state in memory.
#[derive(Default)]
pub struct State {
	inner: BasicExternalities,
	accesses: Option<Accesses>,
}

impl State {
	/// Puts an item in.
	pub fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
		self.inner.insert(key, value);
	}

	/// Runs this on the state.
	pub fn execute_with<R>(&mut self, what: impl FnOnce() -> R) -> R {
		set_and_run_with_externalities(self, what)
	}

	/// Throws away what is remembered of items that are gone, which makes every search slower.
	pub fn compact(&mut self) {
		let items = std::mem::take(&mut self.inner).into_storages();
		self.inner = BasicExternalities::new(items);
	}

	/// Counts the accesses from now on.
	pub fn start_counting(&mut self) {
		self.accesses = Some(Accesses::default());
	}

	/// Counts them no longer. Returns those since [`Self::start_counting`].
	pub fn stop_counting(&mut self) -> Accesses {
		self.accesses.take().unwrap_or_default()
	}

	fn reads(&mut self, key: &[u8]) {
		if let Some(accesses) = &mut self.accesses {
			accesses.reads += 1;
			accesses.keys.insert(key.to_vec());
		}
	}

	fn writes(&mut self, key: &[u8]) {
		if let Some(accesses) = &mut self.accesses {
			accesses.writes += 1;
			accesses.keys.insert(key.to_vec());
		}
	}
}

impl Externalities for State {
	fn set_offchain_storage(&mut self, key: &[u8], value: Option<&[u8]>) {
		self.inner.set_offchain_storage(key, value);
	}

	fn storage(&mut self, key: &[u8]) -> Option<Vec<u8>> {
		self.reads(key);
		self.inner.storage(key)
	}

	fn storage_hash(&mut self, key: &[u8]) -> Option<Vec<u8>> {
		self.reads(key);
		self.inner.storage_hash(key)
	}

	fn child_storage_hash(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
		self.inner.child_storage_hash(child, key)
	}

	fn child_storage(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
		self.inner.child_storage(child, key)
	}

	fn next_storage_key(&mut self, key: &[u8]) -> Option<Vec<u8>> {
		let next = self.inner.next_storage_key(key);
		self.reads(next.as_deref().unwrap_or(key));
		next
	}

	fn next_child_storage_key(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
		self.inner.next_child_storage_key(child, key)
	}

	fn kill_child_storage(
		&mut self,
		child: &ChildInfo,
		limit: Option<u32>,
		cursor: Option<&[u8]>,
	) -> MultiRemovalResults {
		self.inner.kill_child_storage(child, limit, cursor)
	}

	fn clear_prefix(
		&mut self,
		prefix: &[u8],
		limit: Option<u32>,
		cursor: Option<&[u8]>,
	) -> MultiRemovalResults {
		self.writes(prefix);
		self.inner.clear_prefix(prefix, limit, cursor)
	}

	fn clear_child_prefix(
		&mut self,
		child: &ChildInfo,
		prefix: &[u8],
		limit: Option<u32>,
		cursor: Option<&[u8]>,
	) -> MultiRemovalResults {
		self.inner.clear_child_prefix(child, prefix, limit, cursor)
	}

	fn place_storage(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
		self.writes(&key);
		self.inner.place_storage(key, value);
	}

	fn place_child_storage(&mut self, child: &ChildInfo, key: Vec<u8>, value: Option<Vec<u8>>) {
		self.inner.place_child_storage(child, key, value);
	}

	/// Always the same. The blocks differ by their numbers and slots.
	fn storage_root(&mut self, _: StateVersion) -> Vec<u8> {
		vec![0; 32]
	}

	fn child_storage_root(&mut self, child: &ChildInfo, version: StateVersion) -> Vec<u8> {
		self.inner.child_storage_root(child, version)
	}

	fn storage_append(&mut self, key: Vec<u8>, value: Vec<u8>) {
		self.writes(&key);
		self.inner.storage_append(key, value);
	}

	fn storage_start_transaction(&mut self) {
		self.inner.storage_start_transaction();
	}

	fn storage_rollback_transaction(&mut self) -> Result<(), ()> {
		self.inner.storage_rollback_transaction()
	}

	fn storage_commit_transaction(&mut self) -> Result<(), ()> {
		self.inner.storage_commit_transaction()
	}

	fn wipe(&mut self) {
		self.inner.wipe();
	}

	fn commit(&mut self) {
		self.inner.commit();
	}

	fn read_write_count(&self) -> (u32, u32, u32, u32) {
		self.inner.read_write_count()
	}

	fn reset_read_write_count(&mut self) {
		self.inner.reset_read_write_count();
	}

	fn get_whitelist(&self) -> Vec<TrackedStorageKey> {
		self.inner.get_whitelist()
	}

	fn set_whitelist(&mut self, new: Vec<TrackedStorageKey>) {
		self.inner.set_whitelist(new);
	}

	fn get_read_and_written_keys(&self) -> Vec<(Vec<u8>, u32, u32, bool)> {
		self.inner.get_read_and_written_keys()
	}
}

impl ExtensionStore for State {
	fn extension_by_type_id(&mut self, type_id: TypeId) -> Option<&mut dyn Any> {
		self.inner.extension_by_type_id(type_id)
	}

	fn register_extension_with_type_id(
		&mut self,
		type_id: TypeId,
		extension: Box<dyn Extension>,
	) -> Result<(), Error> {
		self.inner
			.register_extension_with_type_id(type_id, extension)
	}

	fn deregister_extension_by_type_id(&mut self, type_id: TypeId) -> Result<(), Error> {
		self.inner.deregister_extension_by_type_id(type_id)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_io::storage;

	#[test]
	fn accesses_are_counted_while_they_are_asked_for() {
		let mut state = State::default();
		state.insert(b"a".to_vec(), b"1".to_vec());
		state.start_counting();
		let found = state.execute_with(|| {
			storage::set(b"b", b"2");
			storage::clear(b"c");
			(storage::get(b"a"), storage::next_key(b"a"))
		});
		let accesses = state.stop_counting();
		assert_eq!(found.0.as_deref(), Some(&b"1"[..]));
		assert_eq!(found.1.as_deref(), Some(&b"b"[..]));
		assert_eq!((accesses.reads, accesses.writes), (2, 2));
		assert_eq!(accesses.keys.len(), 3);
		assert!(state.execute_with(|| storage::exists(b"b")));
		assert_eq!(state.stop_counting(), Accesses::default());
	}
}
