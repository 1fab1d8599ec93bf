//! The sr25519 key of an account, and the file it is kept in.

use std::{
	fmt,
	fs::File,
	io::{Read, Write},
	path::Path,
	str::FromStr,
};

use subxt::utils::AccountId32;
use subxt_signer::{SecretUri, bip39::Mnemonic, sr25519};
use zeroize::{Zeroize, Zeroizing};

use crate::error::KeyError;

/// Longest key file that is read, in bytes. A phrase of 24 words has at most 215.
const MAX_FILE: usize = 4096;

/// The key of an account. Signs transactions; shows nothing but its address.
#[derive(Clone)]
pub struct Key(sr25519::Keypair);

impl Key {
	/// Reads a key file: one line with a secret phrase, a derivation like `//Alice` of the public
	/// development phrase, both after each other, or a seed as 0x and 64 hexadecimal digits.
	///
	/// # Errors
	/// When the file cannot be read, when others than its owner may read it, or when it holds
	/// anything else.
	pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
		let path = path.as_ref();
		let text = read_private(path)?;
		let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
		let malformed = |reason: &str| KeyError::Malformed {
			path: path.to_owned(),
			reason: reason.to_owned(),
		};
		let line = lines.next().ok_or_else(|| malformed("it is empty"))?;
		if lines.next().is_some() {
			return Err(malformed("it has more than one line"));
		}
		Self::from_uri(line).map_err(malformed)
	}

	/// Makes the key of a secret: what [`Self::from_file`] reads from a file. For tests and
	/// development accounts such as `//Alice`.
	///
	/// # Errors
	/// Says what is wrong with the secret without repeating it.
	pub fn from_uri(uri: &str) -> Result<Self, &'static str> {
		let uri = SecretUri::from_str(uri).map_err(|_| "it is not a secret phrase or seed")?;
		sr25519::Keypair::from_uri(&uri)
			.map(Self)
			.map_err(|error| match error {
				sr25519::Error::Phrase(_) => "the secret phrase is mistyped or incomplete",
				sr25519::Error::Hex(_) => "the seed is not 64 hexadecimal digits",
				_ => "the seed is not usable",
			})
	}

	/// The account that the key signs for.
	pub fn account(&self) -> AccountId32 {
		self.0.public_key().to_account_id()
	}

	/// Makes a new secret phrase of 12 or 24 words and writes it to a file that nobody but the
	/// owner may read. An existing file is never touched.
	///
	/// # Errors
	/// When the file exists or cannot be written, or the number of words is another.
	pub fn generate(path: impl AsRef<Path>, words: usize) -> Result<Self, KeyError> {
		let path = path.as_ref();
		let size = match words {
			12 => 16,
			24 => 32,
			other => return Err(KeyError::WordCount(other)),
		};
		let unwritable = |reason: String| KeyError::Unwritable {
			path: path.to_owned(),
			reason,
		};
		let mut entropy = Zeroizing::new(vec![0u8; size]);
		getrandom::fill(&mut entropy).map_err(|error| unwritable(error.to_string()))?;
		let phrase = Mnemonic::from_entropy(&entropy)
			.map(|mnemonic| Zeroizing::new(mnemonic.to_string()))
			.map_err(|error| unwritable(error.to_string()))?;
		let key = Self::from_uri(&phrase).map_err(|reason| unwritable(reason.to_owned()))?;
		let mut file = create_private(path).map_err(|error| match error.kind() {
			std::io::ErrorKind::AlreadyExists => KeyError::Exists {
				path: path.to_owned(),
			},
			_ => unwritable(error.to_string()),
		})?;
		let line = Zeroizing::new(format!("{}\n", *phrase));
		file.write_all(line.as_bytes())
			.and_then(|()| file.sync_all())
			.map_err(|error| unwritable(error.to_string()))?;
		Ok(key)
	}

	/// The pair that the client library underneath signs with.
	pub(crate) fn pair(&self) -> &sr25519::Keypair {
		&self.0
	}
}

/// Shows the address only.
impl fmt::Debug for Key {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Key({})", self.account())
	}
}

/// The content of a file that only its owner may read.
fn read_private(path: &Path) -> Result<Zeroizing<String>, KeyError> {
	let unreadable = |error: std::io::Error| KeyError::Unreadable {
		path: path.to_owned(),
		reason: error.to_string(),
	};
	// Opened first and looked at through the handle, so that nobody can exchange it in between.
	let file = File::open(path).map_err(unreadable)?;
	check_private(&file, path)?;
	// Large enough from the start: growing would leave copies behind in freed memory.
	let mut bytes = Zeroizing::new(Vec::with_capacity(2 * MAX_FILE));
	file.take(MAX_FILE as u64)
		.read_to_end(&mut bytes)
		.map_err(unreadable)?;
	match String::from_utf8(std::mem::take(&mut *bytes)) {
		Ok(text) => Ok(Zeroizing::new(text)),
		Err(error) => {
			error.into_bytes().zeroize();
			Err(KeyError::Malformed {
				path: path.to_owned(),
				reason: "it is not text".to_owned(),
			})
		}
	}
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<(), KeyError> {
	use std::os::unix::fs::MetadataExt;

	let mode =
		file.metadata()
			.map_err(|error| KeyError::Unreadable {
				path: path.to_owned(),
				reason: error.to_string(),
			})?
			.mode() & 0o7777;
	if mode & 0o077 != 0 {
		return Err(KeyError::Exposed {
			path: path.to_owned(),
			mode,
		});
	}
	Ok(())
}

#[cfg(not(unix))]
fn check_private(_file: &File, _path: &Path) -> Result<(), KeyError> {
	Ok(())
}

fn create_private(path: &Path) -> std::io::Result<File> {
	let mut options = File::options();
	options.write(true).create_new(true);
	#[cfg(unix)]
	{
		use std::os::unix::fs::OpenOptionsExt;
		options.mode(0o600);
	}
	options.open(path)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, os::unix::fs::PermissionsExt};

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

	fn file(content: &str, mode: u32) -> tempfile::TempPath {
		let file = tempfile::NamedTempFile::new().unwrap();
		fs::write(file.path(), content).unwrap();
		fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
		file.into_temp_path()
	}

	fn read(content: &str) -> Result<String, KeyError> {
		Key::from_file(file(content, 0o600)).map(|key| key.account().to_string())
	}

	#[test]
	fn reads_every_documented_format() {
		assert_eq!(read("//Alice").unwrap(), ALICE);
		assert_eq!(read("//Alice\n").unwrap(), ALICE);
		assert_eq!(read(&format!("\n  {PHRASE}//Alice  \n\n")).unwrap(), ALICE);
		// The seed that `//Alice` derives to.
		let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
		assert_eq!(read(seed).unwrap(), ALICE);
	}

	#[test]
	fn refuses_anything_else_without_repeating_it() {
		for content in [
			"",
			"\n \n",
			"//Alice\n//Bob",
			"hunter2",
			"0x1234",
			"0xzz",
			"a b c",
			"\u{fffd}!",
		] {
			let error = read(content).unwrap_err();
			assert!(
				matches!(error, KeyError::Malformed { .. }),
				"{content:?}: {error}"
			);
			assert!(!error.to_string().contains("hunter2"));
		}
	}

	#[test]
	fn refuses_a_file_that_others_can_read() {
		for mode in [0o644, 0o640, 0o604, 0o660, 0o610, 0o602] {
			let path = file("//Alice", mode);
			let error = Key::from_file(&path).unwrap_err();
			assert!(matches!(error, KeyError::Exposed { mode: seen, .. } if seen == mode));
			assert!(error.to_string().contains("chmod 600"));
		}
		for mode in [0o600, 0o400] {
			assert!(Key::from_file(file("//Alice", mode)).is_ok());
		}
	}

	#[test]
	fn a_missing_file_names_the_command_that_makes_one() {
		let error = Key::from_file("/nonexistent/key").unwrap_err();
		assert!(error.to_string().contains("athanor wallet new"), "{error}");
	}

	#[test]
	fn a_new_key_reads_back_and_is_private() {
		let folder = tempfile::tempdir().unwrap();
		for words in [12, 24] {
			let path = folder.path().join(format!("key{words}"));
			let key = Key::generate(&path, words).unwrap();
			assert_eq!(
				fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
				0o600
			);
			assert_eq!(
				fs::read_to_string(&path)
					.unwrap()
					.split_whitespace()
					.count(),
				words
			);
			assert_eq!(Key::from_file(&path).unwrap().account(), key.account());
			assert!(matches!(
				Key::generate(&path, words),
				Err(KeyError::Exists { .. })
			));
		}
		assert!(matches!(
			Key::generate(folder.path().join("x"), 13),
			Err(KeyError::WordCount(13))
		));
		assert!(!folder.path().join("x").exists());
	}

	#[test]
	fn debug_shows_the_address_only() {
		let key = Key::from_uri("//Alice").unwrap();
		assert_eq!(format!("{key:?}"), format!("Key({ALICE})"));
	}
}
