//! Content hashes of a model directory, as the chain's registry records them.
//!
//! What they are taken over is defined in [`athanor_primitives::model_hash`]; this module finds and
//! reads the files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use athanor_primitives::blake2_256;
use athanor_primitives::model_hash::{template_hash, tokenizer_hash, weights_hash};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};

use crate::error::{Error, Result, read_file};
use crate::template::TemplateText;
use crate::weights::weight_files;

/// The three hashes that identify a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelHashes {
	/// Of the configuration and the weights.
	pub weights: [u8; 32],
	/// Of the tokenizer.
	pub tokenizer: [u8; 32],
	/// Of the chat template and the special tokens that it can write.
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
		let (mut files, mut done) = (Vec::with_capacity(names.len()), 0);
		for name in &names {
			let (length, hash) = hash_file(&dir.join(name), &mut |bytes| {
				done += bytes;
				progress(done, total);
			})?;
			files.push((name.as_str(), length, hash));
		}
		let template = TemplateText::from_dir(dir)?.unwrap_or_default();
		Ok(Self {
			weights: weights_hash(files),
			tokenizer: tokenizer_hash(&read_file(&dir.join("tokenizer.json"))?),
			template: template_hash(&template.source, &template.bos, &template.eos),
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
