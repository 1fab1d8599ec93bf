//! Where things are when nobody says so.

use std::{
	env,
	path::{Path, PathBuf},
};

use athanor_primitives::{H256, WorkerKey};

use crate::error::Error;

/// The directory under which workers keep their journals:
/// `$XDG_DATA_HOME/athanor-worker`, else `~/.local/share/athanor-worker`.
///
/// # Errors
/// There is no home directory.
pub fn data_root() -> Result<PathBuf, Error> {
	let absolute = |name: &str| {
		env::var_os(name)
			.map(PathBuf::from)
			.filter(|dir| dir.is_absolute())
	};
	absolute("XDG_DATA_HOME")
		.or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
		.map(|share| share.join("athanor-worker"))
		.ok_or_else(|| Error::Usage("there is no home directory; give --data-dir".into()))
}

/// The data directory of one key on one chain, so that no two journals get in each other's way.
pub fn data_dir(root: &Path, genesis: &H256, worker: &WorkerKey) -> PathBuf {
	let short = |bytes: &[u8]| hex::encode(bytes.iter().take(4).copied().collect::<Vec<u8>>());
	root.join(format!("{}-{}", short(genesis.as_bytes()), short(worker)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn chains_and_keys_have_directories_of_their_own() {
		let dir = |chain: u8, key: u8| data_dir(Path::new("/d"), &H256([chain; 32]), &[key; 32]);
		assert_eq!(dir(1, 2), Path::new("/d/01010101-02020202"));
		assert_ne!(dir(1, 2), dir(1, 3));
		assert_ne!(dir(1, 2), dir(2, 2));
	}
}
