//! The crash-safe record of finished work.
//!
//! A receipt is written here, and is on disk, before it is sent. After a crash the same bytes are
//! sent again. A second receipt for the same job number cannot be written, so that a worker never signs
//! two different ones: two would be proof of equivocation.

use std::{
	fs::{self, DirBuilder},
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
	time::Duration,
};

use athanor_primitives::{
	H256, JobId, WorkerKey,
	receipt::{Delivery, SignedReceipt},
};
use codec::{Decode, Encode};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition, TableError};

/// What was computed: SCALE of [`Entry`], written once.
const ENTRIES: TableDefinition<JobId, &[u8]> = TableDefinition::new("entries");
/// How far it has come: SCALE of [`State`] and the time of the change.
const STATES: TableDefinition<JobId, &[u8]> = TableDefinition::new("states");
/// The task that was answered under a job's number. It stays when the rest is forgotten: a second,
/// different receipt for the number would be proof of equivocation for ever.
const SIGNED: TableDefinition<JobId, [u8; 32]> = TableDefinition::new("signed");
/// Leaves of the trace, concatenated; apart, because they are large and rarely read.
const LEAVES: TableDefinition<JobId, &[u8]> = TableDefinition::new("leaves");
/// Whose journal this is.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

/// Layout of the tables above.
const FORMAT: u32 = 1;

/// Name of the file in the data directory.
const FILE: &str = "journal.redb";

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// Another process has it open.
	#[error(
		"another worker is running on the data directory {}. Stop it, or give this one another --data-dir",
		.dir.display()
	)]
	InUse {
		/// The data directory.
		dir: PathBuf,
	},
	/// It belongs to another chain, or another worker key.
	#[error(
		"the journal in {} belongs to {what} {found}, this worker's is {expected}. Use the data directory of that worker, or another --data-dir",
		.dir.display()
	)]
	Foreign {
		/// The data directory.
		dir: PathBuf,
		/// What differs.
		what: &'static str,
		/// What the journal says.
		found: String,
		/// What it should say.
		expected: String,
	},
	/// A directory cannot be made or written.
	#[error("cannot use the data directory {}: {source}. Choose one that you can write to with --data-dir", .dir.display())]
	Directory {
		/// The data directory.
		dir: PathBuf,
		/// The system's answer.
		source: std::io::Error,
	},
	/// An entry is not what was written.
	#[error(
		"the journal's entry for job {job} cannot be read: {reason}. Restore the data directory from a copy, or use a new one"
	)]
	Corrupt {
		/// The job.
		job: JobId,
		/// Why.
		reason: String,
	},
	/// A receipt for the job was signed before.
	#[error(
		"this key has signed a receipt for job {job} already. A second, different one would be proof of equivocation and cost stake, so it is not written"
	)]
	AlreadySigned {
		/// The job.
		job: JobId,
	},
	/// The database refused.
	#[error("the journal failed: {0}. Check that the disk is not full and is in order")]
	Database(#[from] Box<redb::Error>),
}

/// How far a receipt has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum State {
	/// Computed and signed, not known to be sent.
	#[codec(index = 0)]
	Computed,
	/// Taken by a node's pool.
	#[codec(index = 1)]
	Submitted {
		/// Best block when it was last sent.
		at: u32,
	},
	/// In a finalised block. Nothing more is to be done.
	#[codec(index = 2)]
	Final {
		/// First finalised block in which it was seen.
		block: u32,
	},
	/// It will never be accepted. Nothing more is to be done.
	#[codec(index = 3)]
	Refused {
		/// Code of the chain's refusal, if it gave one.
		code: Option<u8>,
		/// Why, for people.
		reason: String,
	},
}

impl State {
	/// Whether nothing more is to be done.
	pub fn is_closed(&self) -> bool {
		matches!(self, Self::Final { .. } | Self::Refused { .. })
	}
}

/// A finished job.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Entry {
	/// Which task this answers: [`crate::ledger::Assigned::digest`].
	pub task: [u8; 32],
	/// Block in which the job was assigned.
	pub assigned_at: u32,
	/// The receipt has to be in a block before this one.
	pub deadline: u32,
	/// The receipt and its signature.
	pub signed: SignedReceipt,
	/// The output.
	pub delivery: Delivery,
	/// What keeps the trace secret until it is opened.
	pub salt: [u8; 32],
}

impl Entry {
	/// The job this is about.
	pub fn job(&self) -> JobId {
		self.signed.receipt.job
	}
}

/// The journal of one worker key on one chain.
#[derive(Debug)]
pub struct Journal {
	database: Database,
	path: PathBuf,
}

fn failed(error: impl Into<redb::Error>) -> JournalError {
	JournalError::Database(Box::new(error.into()))
}

fn now() -> u64 {
	let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
	since.map_or(0, |since| since.as_secs())
}

fn decode<T: Decode>(job: JobId, mut bytes: &[u8]) -> Result<T, JournalError> {
	T::decode(&mut bytes).map_err(|error| JournalError::Corrupt {
		job,
		reason: error.to_string(),
	})
}

impl Journal {
	/// Opens the journal in `dir`, makes both if they are missing, and locks it.
	///
	/// # Errors
	/// Another process has it open, it belongs to another chain or key, or it cannot be written.
	pub fn open(dir: &Path, genesis: &H256, worker: &WorkerKey) -> Result<Self, JournalError> {
		let path = prepare(dir)?.join(FILE);
		let database = Database::create(&path).map_err(|error| match error {
			DatabaseError::DatabaseAlreadyOpen => JournalError::InUse {
				dir: dir.to_owned(),
			},
			error => failed(error),
		})?;
		let journal = Self { database, path };
		journal.initialise(dir, genesis, worker)?;
		Ok(journal)
	}

	/// Where it is.
	pub fn path(&self) -> &Path {
		&self.path
	}

	fn initialise(
		&self,
		dir: &Path,
		genesis: &H256,
		worker: &WorkerKey,
	) -> Result<(), JournalError> {
		let format = FORMAT.to_le_bytes();
		let expected: [(&str, &'static str, &[u8]); 3] = [
			("format", "the format", &format),
			("genesis", "the chain with genesis hash", genesis.as_bytes()),
			("worker", "the worker key", worker),
		];
		let transaction = self.database.begin_write().map_err(failed)?;
		{
			let mut meta = transaction.open_table(META).map_err(failed)?;
			for (name, what, value) in expected {
				let found = meta
					.get(name)
					.map_err(failed)?
					.map(|found| found.value().to_vec());
				match found {
					None => drop(meta.insert(name, value).map_err(failed)?),
					Some(found) if found == value => {}
					Some(found) => {
						return Err(JournalError::Foreign {
							dir: dir.to_owned(),
							what,
							found: format!("0x{}", hex::encode(found)),
							expected: format!("0x{}", hex::encode(value)),
						});
					}
				}
			}
			let entries = transaction.open_table(ENTRIES).map_err(failed)?;
			transaction.open_table(STATES).map_err(failed)?;
			transaction.open_table(LEAVES).map_err(failed)?;
			let mut signed = transaction.open_table(SIGNED).map_err(failed)?;
			// A journal of the first release has no such table.
			for row in entries.iter().map_err(failed)? {
				let (job, entry) = row.map_err(failed)?;
				let job = job.value();
				if signed.get(job).map_err(failed)?.is_none() {
					let entry: Entry = decode(job, entry.value())?;
					signed.insert(job, entry.task).map_err(failed)?;
				}
			}
		}
		transaction.commit().map_err(failed)
	}

	/// Writes down a finished job, in the state [`State::Computed`]. When this returns, the entry survives
	/// a crash.
	///
	/// # Errors
	/// [`JournalError::AlreadySigned`] if there has ever been an entry for the same job: nothing is
	/// written then. Or the database cannot be written.
	pub fn record(&self, entry: &Entry, leaves: &[[u8; 32]]) -> Result<(), JournalError> {
		let job = entry.job();
		let transaction = self.database.begin_write().map_err(failed)?;
		{
			let mut signed = transaction.open_table(SIGNED).map_err(failed)?;
			if signed.get(job).map_err(failed)?.is_some() {
				return Err(JournalError::AlreadySigned { job });
			}
			signed.insert(job, entry.task).map_err(failed)?;
			let mut entries = transaction.open_table(ENTRIES).map_err(failed)?;
			entries
				.insert(job, entry.encode().as_slice())
				.map_err(failed)?;
			let mut states = transaction.open_table(STATES).map_err(failed)?;
			states
				.insert(job, (State::Computed, now()).encode().as_slice())
				.map_err(failed)?;
			let mut table = transaction.open_table(LEAVES).map_err(failed)?;
			table
				.insert(job, leaves.concat().as_slice())
				.map_err(failed)?;
		}
		transaction.commit().map_err(failed)
	}

	/// The task that was answered under this job's number, if any ever was; also when the answer has been
	/// forgotten.
	///
	/// # Errors
	/// The database cannot be read.
	pub fn signed(&self, job: JobId) -> Result<Option<[u8; 32]>, JournalError> {
		let transaction = self.database.begin_read().map_err(failed)?;
		let table = transaction.open_table(SIGNED).map_err(failed)?;
		let found = table.get(job).map_err(failed)?;
		Ok(found.map(|task| task.value()))
	}

	/// Moves a job on to `state`.
	///
	/// # Errors
	/// The database cannot be written.
	pub fn set_state(&self, job: JobId, state: &State) -> Result<(), JournalError> {
		let transaction = self.database.begin_write().map_err(failed)?;
		{
			let mut states = transaction.open_table(STATES).map_err(failed)?;
			states
				.insert(job, (state, now()).encode().as_slice())
				.map_err(failed)?;
		}
		transaction.commit().map_err(failed)
	}

	/// What is written about a job.
	///
	/// # Errors
	/// The database cannot be read, or the entry is damaged.
	pub fn get(&self, job: JobId) -> Result<Option<(Entry, State)>, JournalError> {
		let transaction = self.database.begin_read().map_err(failed)?;
		let entries = transaction.open_table(ENTRIES).map_err(failed)?;
		let states = transaction.open_table(STATES).map_err(failed)?;
		let Some(entry) = entries.get(job).map_err(failed)? else {
			return Ok(None);
		};
		let Some(state) = states.get(job).map_err(failed)? else {
			return Ok(None);
		};
		let (state, _) = decode::<(State, u64)>(job, state.value())?;
		Ok(Some((decode(job, entry.value())?, state)))
	}

	/// The leaves of a job's trace.
	///
	/// # Errors
	/// The database cannot be read, or the entry is damaged.
	pub fn leaves(&self, job: JobId) -> Result<Vec<[u8; 32]>, JournalError> {
		let transaction = self.database.begin_read().map_err(failed)?;
		let table = transaction.open_table(LEAVES).map_err(failed)?;
		let Some(bytes) = table.get(job).map_err(failed)? else {
			return Ok(Vec::new());
		};
		let (leaves, rest) = bytes.value().as_chunks::<32>();
		if rest.is_empty() {
			Ok(leaves.to_vec())
		} else {
			Err(JournalError::Corrupt {
				job,
				reason: "the trace is cut short".into(),
			})
		}
	}

	/// The jobs about which something is still to be done, in their order.
	///
	/// # Errors
	/// The database cannot be read, or an entry is damaged.
	pub fn open_entries(&self) -> Result<Vec<(Entry, State)>, JournalError> {
		let mut open = Vec::new();
		for (job, state, _) in self.states()? {
			if !state.is_closed() {
				open.extend(self.get(job)?);
			}
		}
		Ok(open)
	}

	fn states(&self) -> Result<Vec<(JobId, State, u64)>, JournalError> {
		let transaction = self.database.begin_read().map_err(failed)?;
		let table = match transaction.open_table(STATES) {
			Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
			table => table.map_err(failed)?,
		};
		let mut states = Vec::new();
		for row in table.iter().map_err(failed)? {
			let (job, state) = row.map_err(failed)?;
			let (state, since) = decode(job.value(), state.value())?;
			states.push((job.value(), state, since));
		}
		Ok(states)
	}

	/// Forgets jobs that were closed longer than `keep` ago, but for what their receipts answered. Returns
	/// how many.
	///
	/// # Errors
	/// The database cannot be written.
	pub fn prune(&self, keep: Duration) -> Result<usize, JournalError> {
		let limit = now().saturating_sub(keep.as_secs());
		let old: Vec<JobId> = self
			.states()?
			.into_iter()
			.filter(|(_, state, since)| state.is_closed() && *since < limit)
			.map(|(job, ..)| job)
			.collect();
		if old.is_empty() {
			return Ok(0);
		}
		let transaction = self.database.begin_write().map_err(failed)?;
		for table in [ENTRIES, STATES, LEAVES] {
			let mut table = transaction.open_table(table).map_err(failed)?;
			for job in &old {
				table.remove(job).map_err(failed)?;
			}
		}
		transaction.commit().map_err(failed)?;
		Ok(old.len())
	}
}

/// Makes the data directory, private to its owner, unless it is there.
///
/// # Errors
/// It cannot be made, or it is not a directory.
pub fn prepare(dir: &Path) -> Result<&Path, JournalError> {
	let failed = |source| JournalError::Directory {
		dir: dir.to_owned(),
		source,
	};
	DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(dir)
		.map_err(failed)?;
	fs::read_dir(dir).map_err(failed)?;
	Ok(dir)
}
