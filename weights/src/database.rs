//! Measures reading and writing storage on ParityDB, the way a validator does: a state that is pruned,
//! and a commit per block with everything that belongs to it.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
	thread,
	time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use codec::Encode as _;
use polkadot_sdk::*;

use athanor_runtime::{AccountId, Hash, Header, Runtime, opaque::Block};
use sc_client_api::{Backend as _, BlockImportOperation as _, NewBlockState, TrieCacheContext};
use sc_client_db::{Backend, BlocksPruning, DatabaseSettings, DatabaseSource, PruningMode};
use sp_blockchain::HeaderBackend as _;
use sp_runtime::{Digest, traits::Header as _};
use sp_state_machine::Backend as _;
use sp_storage::{StateVersion, Storage};

use crate::{
	source::{self, Constant, Target},
	stats::Stats,
};

/// Bytes of each item: those of an account.
const ITEM: usize = 80;

/// Blocks whose state is kept. A validator keeps more, which changes nothing but the time until the
/// first one is pruned.
const KEPT_STATES: u32 = 16;

/// Bytes of a MiB.
const MIB: usize = 1 << 20;

/// Items in a block while the state is filled.
const FILL: u32 = 50_000;

/// How to measure the database.
#[derive(clap::Args)]
pub struct Args {
	/// Where the database is made, and removed afterwards: on the disk that is to be measured.
	#[arg(long, default_value = ".")]
	folder: PathBuf,
	/// Accounts in the state.
	#[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
	accounts: u32,
	/// Items to read.
	#[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1..))]
	reads: u32,
	/// Blocks to write, after as many as fill the window of kept states.
	#[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
	blocks: u32,
	/// Items that each block writes: about as many as a full one.
	#[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
	writes: u32,
	/// MiB of the state that the node keeps in memory. 0 is what a validator has just after its start, and
	/// what the weights take.
	#[arg(long, default_value_t = 0)]
	trie_cache: usize,
}

/// Measures, prints and writes.
pub fn run(args: &Args, target: &Target) -> Result<()> {
	let folder = tempfile::tempdir_in(&args.folder).with_context(|| {
		format!(
			"no folder can be made in {}: choose another with --folder",
			args.folder.display()
		)
	})?;
	let (read, write) = measure(folder.path(), args)?;
	println!("read, in ns: {read}\nwrite, in ns: {write}");
	let how = format!(
		"ParityDB, {} accounts, {}, pages cached by the system; {} writes in a block",
		args.accounts,
		match args.trie_cache {
			0 => "no trie cache".into(),
			size => format!("a trie cache of {size} MiB"),
		},
		args.writes
	);
	let read = Constant {
		doc: "Reading an item at random, with the nodes of the trie on the way to it.",
		value: read.median,
		how: "the median",
		stats: &read,
	};
	// The slow blocks are the database's own work, so they count.
	let write = Constant {
		doc: "Writing an item at random in a full block: state root, new nodes, journal, pruning.",
		value: write.average,
		how: "the average",
		stats: &write,
	};
	let body = source::database(&read, &write);
	target.write("database", "Weights of the database", &how, &body)
}

fn measure(folder: &Path, args: &Args) -> Result<(Stats, Stats)> {
	println!("filling a state with {} accounts", args.accounts);
	let cache = args.trie_cache;
	Chain::create(folder, cache)?.fill(args.accounts)?;
	// Opened again, so that nothing waits to be written and nothing is left in the memory of this
	// process.
	let mut chain = Chain::open(folder, cache)?;
	println!("reading");
	chain.read(args)?;
	let read = Stats::of(chain.read(args)?)?;
	println!("writing");
	Ok((read, Stats::of(chain.write(args)?)?))
}

/// A chain without a runtime: only the blocks' headers and their state.
struct Chain {
	backend: Arc<Backend<Block>>,
	best: Header,
	/// How many values were made, so that no two are the same.
	made: u64,
}

impl Chain {
	fn backend(folder: &Path, trie_cache: usize) -> Result<Arc<Backend<Block>>> {
		let settings = DatabaseSettings {
			trie_cache_maximum_size: (trie_cache > 0).then(|| trie_cache.saturating_mul(MIB)),
			state_pruning: Some(PruningMode::blocks_pruning(KEPT_STATES)),
			source: DatabaseSource::ParityDb {
				path: folder.into(),
			},
			blocks_pruning: BlocksPruning::KeepFinalized,
			pruning_filters: Vec::new(),
			metrics_registry: None,
		};
		sc_service::new_db_backend(settings).context("the database cannot be opened")
	}

	/// A chain with an empty genesis block.
	fn create(folder: &Path, trie_cache: usize) -> Result<Self> {
		let backend = Self::backend(folder, trie_cache)?;
		let mut operation = backend.begin_operation()?;
		let root = operation.set_genesis_state(Storage::default(), true, StateVersion::V1)?;
		let best = header(0, root, Hash::default());
		operation.set_block_data(
			best.clone(),
			Some(Vec::new()),
			None,
			None,
			NewBlockState::Final,
			true,
		)?;
		backend.commit_operation(operation)?;
		Ok(Self {
			backend,
			best,
			made: 0,
		})
	}

	/// The chain that is there.
	fn open(folder: &Path, trie_cache: usize) -> Result<Self> {
		let backend = Self::backend(folder, trie_cache)?;
		let best = backend.blockchain().info().best_hash;
		let best = backend
			.blockchain()
			.header(best)?
			.context("the database lost its best block")?;
		Ok(Self {
			backend,
			best,
			made: u64::from(u32::MAX),
		})
	}

	/// Bytes that no item has had.
	fn value(&mut self) -> Vec<u8> {
		self.made += 1;
		let part = |part: u8| sp_io::hashing::blake2_256(&(self.made, part).encode());
		let mut value: Vec<u8> = (0..3).flat_map(part).collect();
		value.truncate(ITEM);
		value
	}

	fn fill(&mut self, accounts: u32) -> Result<()> {
		let mut first = 0;
		while first < accounts {
			let end = first.saturating_add(FILL).min(accounts);
			let items = (first..end)
				.map(|index| (key(index), self.value()))
				.collect();
			self.commit(items)?;
			first = end;
		}
		Ok(())
	}

	/// Makes the next block: final at once, as a block is by the time that it is three blocks old.
	fn commit(&mut self, items: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Duration> {
		let parent = self.best.hash();
		let changes = items
			.iter()
			.map(|(key, value)| (&key[..], Some(&value[..])));
		let started = Instant::now();
		let mut operation = self.backend.begin_operation()?;
		self.backend.begin_state_operation(&mut operation, parent)?;
		let state = self.backend.state_at(parent, TrieCacheContext::Trusted)?;
		let (root, nodes) = state.storage_root(changes, StateVersion::V1);
		drop(state);
		let block = header(self.best.number() + 1, root, parent);
		operation.update_db_storage(nodes)?;
		operation.set_block_data(
			block.clone(),
			Some(Vec::new()),
			None,
			None,
			NewBlockState::Final,
			true,
		)?;
		self.backend.commit_operation(operation)?;
		let took = started.elapsed();
		self.best = block;
		Ok(took)
	}

	/// Times of single reads, in nanoseconds.
	fn read(&self, args: &Args) -> Result<Vec<u64>> {
		let mut times = Vec::new();
		let picks: Vec<u32> = (0..args.reads)
			.map(|nth| pick(nth, args.accounts))
			.collect();
		// A state keeps what it has read for a while: a new one for each block's worth.
		for block in picks.chunks(args.writes as usize) {
			let state = self
				.backend
				.state_at(self.best.hash(), TrieCacheContext::Trusted)?;
			for index in block {
				let key = key(*index);
				let started = Instant::now();
				let value = state.storage(&key);
				times.push(nanoseconds(started.elapsed()));
				let value = value.map_err(|error| anyhow!(error))?;
				ensure!(
					value.is_some_and(|value| value.len() == ITEM),
					"an item is not there"
				);
			}
		}
		Ok(times)
	}

	/// Times of a write in each block, in nanoseconds: the block's, divided by its writes.
	fn write(&mut self, args: &Args) -> Result<Vec<u64>> {
		let mut times = Vec::new();
		for block in 0..KEPT_STATES + args.blocks {
			let nth = |write: u32| block.wrapping_mul(args.writes).wrapping_add(write);
			let mut items: Vec<_> = (0..args.writes)
				.map(|write| (key(pick(nth(write), args.accounts)), self.value()))
				.collect();
			items.sort();
			items.dedup_by(|one, other| one.0 == other.0);
			let writes = u64::try_from(items.len())?;
			let took = self.commit(items)?;
			// A block may take half of its slot. In the other half the database tidies up.
			thread::sleep(took);
			let took = nanoseconds(took);
			if block >= KEPT_STATES {
				times.push(took / writes);
			}
		}
		Ok(times)
	}
}

fn header(number: u32, state_root: Hash, parent: Hash) -> Header {
	Header::new(
		number,
		Hash::default(),
		state_root,
		parent,
		Digest::default(),
	)
}

fn nanoseconds(duration: Duration) -> u64 {
	u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The storage key of an account.
fn key(index: u32) -> Vec<u8> {
	let account = AccountId::new(sp_io::hashing::blake2_256(&index.to_le_bytes()));
	frame_system::Account::<Runtime>::hashed_key_for(account)
}

/// The `nth` account to look at: in no order, the same in each run.
fn pick(nth: u32, accounts: u32) -> u32 {
	let hash = sp_io::hashing::twox_64(&nth.to_le_bytes());
	(u64::from_le_bytes(hash) % u64::from(accounts)) as u32
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn measures_what_was_written() {
		for trie_cache in [0, 1] {
			let folder = tempfile::tempdir().unwrap();
			let args = Args {
				folder: folder.path().into(),
				accounts: 300,
				reads: 40,
				blocks: 3,
				writes: 20,
				trie_cache,
			};
			let (read, write) = measure(folder.path(), &args).unwrap();
			assert_eq!((read.count, write.count), (40, 3));
			assert!(read.min > 0 && write.min > 0);
		}
	}

	#[test]
	fn picks_are_accounts_in_no_order() {
		let picks: Vec<u32> = (0..1_000).map(|nth| pick(nth, 10)).collect();
		assert!((0..10).all(|account| picks.contains(&account)));
		assert!(picks.iter().all(|pick| *pick < 10));
		assert!(!picks.is_sorted());
	}
}
