//! Where the programs under test and the model are.

use std::{
	env,
	path::{Path, PathBuf},
};

use anyhow::{Result, bail};

/// The repository.
pub fn repository() -> PathBuf {
	// Where it was built is where it is, unless somebody says otherwise.
	env::var_os("ATHANOR_REPOSITORY").map_or_else(
		|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
		PathBuf::from,
	)
}

/// The node.
///
/// # Errors
/// When it has not been built.
pub fn node() -> Result<PathBuf> {
	binary("ATHANOR_NODE", "release/athanor-node")
}

/// The command line client.
///
/// # Errors
/// When it has not been built.
pub fn cli() -> Result<PathBuf> {
	binary("ATHANOR_CLI", "release/athanor")
}

/// The worker.
///
/// # Errors
/// When it has not been built.
pub fn worker() -> Result<PathBuf> {
	binary("ATHANOR_WORKER", "worker/release/athanor-worker")
}

/// The folder of the model that comes with the repository.
///
/// # Errors
/// When its weights are missing.
pub fn model() -> Result<PathBuf> {
	let dir = match env::var_os("ATHANOR_MODEL") {
		Some(dir) => PathBuf::from(dir),
		None => repository().join("worker/models/demo"),
	};
	if !dir.join("model.safetensors").is_file() {
		bail!(
			"the model {} has no model.safetensors; check out the repository with its model, or name \
			 another model's folder in ATHANOR_MODEL",
			dir.display()
		);
	}
	Ok(dir.canonicalize()?)
}

/// The folder of the polkadot.js suite, with its dependencies.
///
/// # Errors
/// When they have not been installed.
pub fn polkadot_js() -> Result<PathBuf> {
	let dir = repository().join("tests/polkadot-js");
	if !dir.join("node_modules/@polkadot/api").is_dir() {
		bail!("the polkadot.js suite has no dependencies; run: (cd tests/polkadot-js && npm ci)");
	}
	Ok(dir.canonicalize()?)
}

fn binary(variable: &str, path: &str) -> Result<PathBuf> {
	if let Some(given) = env::var_os(variable).map(PathBuf::from) {
		if !given.is_file() {
			bail!(
				"{variable} names {}, and there is no such file",
				given.display()
			);
		}
		return Ok(given);
	}
	let found = target().join(path);
	if !found.is_file() {
		bail!(
			"{} has not been built; run scripts/build, or name it in {variable}",
			found.display()
		);
	}
	Ok(found)
}

/// The build folder: relative to the repository, as `.cargo/config.toml` has it.
fn target() -> PathBuf {
	let dir = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
	repository().join(dir)
}
