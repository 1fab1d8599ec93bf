//! Small helpers for reading and writing files, with errors that name the file.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a value as indented JSON, by way of a temporary file, so that it is there whole or not.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
	let mut text = serde_json::to_string_pretty(value)?;
	text.push('\n');
	write(path, text.as_bytes())
}

/// Writes a file by way of a temporary one beside it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
	let temporary = path.with_extension("partial");
	std::fs::write(&temporary, bytes)
		.with_context(|| format!("cannot write {}", temporary.display()))?;
	std::fs::rename(&temporary, path).with_context(|| format!("cannot write {}", path.display()))
}

/// Reads JSON.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
	let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
	serde_json::from_slice(&bytes)
		.with_context(|| format!("{} is not what it should be", path.display()))
}
