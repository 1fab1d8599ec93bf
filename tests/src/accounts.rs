//! The accounts of the development chain.

use std::{
	fs::OpenOptions,
	io::Write,
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use athanor::{AccountId, Key};

use crate::lab::Lab;

/// Accounts that have money from the start. Alice makes the blocks too.
pub const FUNDED: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// The key of a development account, such as `Alice`.
///
/// # Errors
/// When the name makes no key.
pub fn dev(name: &str) -> Result<Key> {
	Key::from_uri(&format!("//{name}")).map_err(|reason| anyhow!("no account {name}: {reason}"))
}

/// A development account, such as `Alice`.
///
/// # Errors
/// When the name makes no key.
pub fn dev_account(name: &str) -> Result<AccountId> {
	Ok(dev(name)?.account())
}

/// A key file of a development account, for the command line.
///
/// # Errors
/// When it cannot be written.
pub fn key_file(lab: &Lab, name: &str) -> Result<PathBuf> {
	let path = lab.dir().join(format!("{name}.key"));
	if !path.exists() {
		write_private(&path, &format!("//{name}\n"))?;
	}
	Ok(path)
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// When it exists or cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
	let mut file = OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(path)?;
	Ok(file.write_all(text.as_bytes())?)
}
