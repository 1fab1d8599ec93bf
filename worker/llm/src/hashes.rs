//! Content hashes of a model directory, as the chain's registry records them.
//!
//! * `weights` = BLAKE2b-256 over, for each of `config.json`, `generation_config.json` (if present)
//!   and then every weight file of the model in order of file name:
//!   length of the name (u32 LE) ‖ name ‖ length of the file (u64 LE) ‖ BLAKE2b-256 of the file.
//! * `tokenizer` = BLAKE2b-256 of `tokenizer.json`.
//! * `template` = BLAKE2b-256 of the chat template's text in UTF-8, taken from
//!   `chat_template.jinja`, else from `chat_template` in `tokenizer_config.json`, else empty.
//!
//! The weight files are `model.safetensors`, or those that `model.safetensors.index.json` names.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};

use crate::error::{Error, Result, read_file};
use crate::template::template_source;
use crate::weights::weight_files;

/// BLAKE2b with a 32-byte digest and no key, as Substrate's `blake2_256`.
pub fn blake2_256(data: &[u8]) -> [u8; 32] {
	Blake2b::<U32>::digest(data).into()
}

/// The three hashes that identify a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelHashes {
	/// Of the configuration and the weights.
	pub weights: [u8; 32],
	/// Of the tokenizer.
	pub tokenizer: [u8; 32],
	/// Of the chat template.
	pub template: [u8; 32],
}

impl ModelHashes {
	/// Hashes a model directory. `progress` is told bytes read and bytes in all.
	///
	/// # Errors
	/// A file is missing or cannot be read.
	pub fn of_dir(dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Self> {
		let mut names = vec!["config.json".to_owned()];
		if dir.join("generation_config.json").is_file() {
			names.push("generation_config.json".to_owned());
		}
		names.extend(weight_files(dir)?);
		let mut total = 0;
		for name in &names {
			let path = dir.join(name);
			total += std::fs::metadata(&path)
				.map_err(|source| Error::Io { path, source })?
				.len();
		}
		let (mut hasher, mut done) = (Blake2b::<U32>::new(), 0);
		for name in &names {
			let (length, hash) = hash_file(&dir.join(name), &mut |bytes| {
				done += bytes;
				progress(done, total);
			})?;
			hasher.update((name.len() as u32).to_le_bytes());
			hasher.update(name.as_bytes());
			hasher.update(length.to_le_bytes());
			hasher.update(hash);
		}
		Ok(Self {
			weights: hasher.finalize().into(),
			tokenizer: blake2_256(&read_file(&dir.join("tokenizer.json"))?),
			template: blake2_256(template_source(dir)?.unwrap_or_default().as_bytes()),
		})
	}
}

/// Length and hash of a file, read in pieces.
fn hash_file(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<(u64, [u8; 32])> {
	let failed = |source| Error::Io {
		path: path.to_owned(),
		source,
	};
	let mut file = File::open(path).map_err(failed)?;
	let (mut hasher, mut length) = (Blake2b::<U32>::new(), 0);
	let mut buffer = vec![0; 1 << 20];
	loop {
		let read = file.read(&mut buffer).map_err(failed)?;
		if read == 0 {
			return Ok((length, hasher.finalize().into()));
		}
		hasher.update(&buffer[..read]);
		length += read as u64;
		progress(read as u64);
	}
}
