//! The worker key: an ed25519 seed in a file that only its owner can read.

use std::{
	fs::{self, OpenOptions},
	io::{self, Read, Write},
	os::unix::fs::{OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
};

use athanor_primitives::{H256, Signature, WorkerKey as PublicKey, worker_key};
use ed25519_dalek::{Signer, SigningKey};
use rand::{TryRngCore, rngs::OsRng};
use zeroize::Zeroizing;

/// A seed is 32 bytes, written as 64 hex digits.
const SEED_DIGITS: usize = 64;

/// Longest key file that is read: the digits, a prefix and some white space.
const MAX_FILE: u64 = 256;

/// Why a worker key cannot be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
	/// There is no file of that name.
	#[error("there is no key file {}. Make one with `athanor-worker keys new --out {}`", .path.display(), .path.display())]
	Missing {
		/// The file.
		path: PathBuf,
	},
	/// Others than the owner could read or write the key.
	#[error(
		"the key file {} has mode {mode:04o}: others than its owner can use it. Run `chmod 600 {}`, and make a new key if others may have read this one",
		.path.display(), .path.display()
	)]
	LoosePermissions {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The content is not a seed.
	#[error(
		"{} is not a worker key file: it must hold {SEED_DIGITS} hex digits and nothing else. Make one with `athanor-worker keys new --out FILE`",
		.path.display()
	)]
	Malformed {
		/// The file.
		path: PathBuf,
	},
	/// A key would be overwritten.
	#[error("{} exists already, and a key is never overwritten. Choose another file", .path.display())]
	Exists {
		/// The file.
		path: PathBuf,
	},
	/// The operating system refused.
	#[error("cannot {action} {}: {source}", .path.display())]
	Io {
		/// What was tried.
		action: &'static str,
		/// The file.
		path: PathBuf,
		/// The system's answer.
		source: io::Error,
	},
	/// The system has no randomness to give.
	#[error("the operating system gave no randomness: {0}")]
	Randomness(String),
}

/// A worker's signing key. The seed is wiped from memory when it is dropped.
#[derive(Clone)]
pub struct WorkerKey(SigningKey);

impl std::fmt::Debug for WorkerKey {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "WorkerKey(0x{})", hex::encode(self.public()))
	}
}

impl WorkerKey {
	/// The key of a seed.
	pub fn from_seed(seed: &[u8; 32]) -> Self {
		Self(SigningKey::from_bytes(seed))
	}

	/// Reads the key from `path`.
	///
	/// # Errors
	/// The file is missing, open to others than its owner, or not a key.
	pub fn read(path: &Path) -> Result<Self, KeyError> {
		let io = |source| KeyError::Io {
			action: "read",
			path: path.to_owned(),
			source,
		};
		let mut file = fs::File::open(path).map_err(|source| match source.kind() {
			io::ErrorKind::NotFound => KeyError::Missing {
				path: path.to_owned(),
			},
			_ => io(source),
		})?;
		// Asked of the open file, so that it cannot be exchanged in between.
		let mode = file.metadata().map_err(io)?.permissions().mode() & 0o7777;
		if mode & 0o077 != 0 {
			return Err(KeyError::LoosePermissions {
				path: path.to_owned(),
				mode,
			});
		}
		let mut text = Zeroizing::new(String::with_capacity(MAX_FILE as usize));
		let malformed = || KeyError::Malformed {
			path: path.to_owned(),
		};
		match Read::by_ref(&mut file)
			.take(MAX_FILE)
			.read_to_string(&mut text)
		{
			Ok(_) => {}
			Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(malformed()),
			Err(error) => return Err(io(error)),
		}
		let digits = text.trim();
		let digits = digits.strip_prefix("0x").unwrap_or(digits);
		let mut seed = Zeroizing::new([0u8; 32]);
		hex::decode_to_slice(digits, seed.as_mut_slice()).map_err(|_| malformed())?;
		Ok(Self::from_seed(&seed))
	}

	/// Makes a new key and writes it to `path`, readable by its owner alone.
	///
	/// # Errors
	/// The file exists, or cannot be written.
	pub fn create(path: &Path) -> Result<Self, KeyError> {
		let mut seed = Zeroizing::new([0u8; 32]);
		OsRng
			.try_fill_bytes(seed.as_mut_slice())
			.map_err(|error| KeyError::Randomness(error.to_string()))?;
		let io = |source| KeyError::Io {
			action: "write",
			path: path.to_owned(),
			source,
		};
		let mut file = OpenOptions::new()
			.write(true)
			.create_new(true)
			.mode(0o600)
			.open(path)
			.map_err(|source| match source.kind() {
				io::ErrorKind::AlreadyExists => KeyError::Exists {
					path: path.to_owned(),
				},
				_ => io(source),
			})?;
		let digits = Zeroizing::new(hex::encode(seed.as_slice()));
		let text = Zeroizing::new(format!("0x{}\n", *digits));
		file.write_all(text.as_bytes())
			.and_then(|()| file.sync_all())
			.map_err(io)?;
		Ok(Self::from_seed(&seed))
	}

	/// The public key: what the provider registers.
	pub fn public(&self) -> PublicKey {
		self.0.verifying_key().to_bytes()
	}

	/// Signs 32 bytes of payload.
	pub fn sign(&self, payload: &[u8; 32]) -> Signature {
		self.0.sign(payload).to_bytes()
	}

	/// The proof with which `provider` registers this key on the chain with this genesis hash.
	pub fn proof(&self, genesis: &H256, provider: &[u8; 32]) -> Signature {
		self.sign(&worker_key::worker_key_payload(genesis, provider))
	}
}
