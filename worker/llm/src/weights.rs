//! Weights from safetensors files, one or many, mapped into memory and converted to f32.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use half::{bf16, f16};
use memmap2::Mmap;
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

use crate::decoder::TensorSource;
use crate::error::{Error, Result, read_json};

/// File name of an unsharded model.
const SINGLE: &str = "model.safetensors";
/// File name of the index of a sharded model.
const INDEX: &str = "model.safetensors.index.json";

/// Called while weights are read, with tensors done and tensors in all.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

/// The weight files of a model directory, open.
pub struct Checkpoint<'a> {
	shards: Vec<Shard>,
	/// Which shard holds a tensor.
	tensors: BTreeMap<String, usize>,
	unused: BTreeSet<String>,
	progress: Option<Progress<'a>>,
}

struct Shard {
	path: PathBuf,
	map: Mmap,
}

impl Shard {
	fn open(path: PathBuf) -> Result<Self> {
		let file = File::open(&path).map_err(|source| Error::Io {
			path: path.clone(),
			source,
		})?;
		// SAFETY: the map is only read, as bytes, for which every value is valid. Weight files are
		// not changed in place while a model loads: they are put in place by a rename, and the
		// files of this crate's users are owned by the worker. A file cut short by another process
		// in that time ends this process with SIGBUS, as for every reader of safetensors by map.
		#[allow(unsafe_code)]
		let map = unsafe { Mmap::map(&file) }.map_err(|source| Error::Io {
			path: path.clone(),
			source,
		})?;
		Ok(Self { path, map })
	}

	fn view(&self) -> Result<SafeTensors<'_>> {
		SafeTensors::deserialize(&self.map).map_err(|e| Error::CorruptWeights {
			path: self.path.clone(),
			reason: e.to_string(),
		})
	}

	fn name(&self) -> String {
		self.path
			.file_name()
			.map_or_else(String::new, |n| n.to_string_lossy().into_owned())
	}
}

impl<'a> Checkpoint<'a> {
	/// Opens the weights of a model directory and checks that every file is whole.
	///
	/// # Errors
	/// There are no weights, a shard is missing or damaged, or a tensor occurs twice.
	pub fn open(dir: &Path) -> Result<Self> {
		let mut checkpoint = Self {
			shards: Vec::new(),
			tensors: BTreeMap::new(),
			unused: BTreeSet::new(),
			progress: None,
		};
		for name in weight_files(dir)? {
			checkpoint.add(Shard::open(dir.join(name))?)?;
		}
		checkpoint.unused = checkpoint.tensors.keys().cloned().collect();
		Ok(checkpoint)
	}

	/// Reports progress to `progress` while tensors are taken.
	pub fn with_progress(mut self, progress: Progress<'a>) -> Self {
		self.progress = Some(progress);
		self
	}

	fn add(&mut self, shard: Shard) -> Result<()> {
		let index = self.shards.len();
		for name in shard.view()?.names() {
			if let Some(first) = self.tensors.insert(name.to_owned(), index) {
				let first = self.shards[first].name();
				return Err(Error::DuplicateTensor {
					name: name.to_owned(),
					first,
					second: shard.name(),
				});
			}
		}
		self.shards.push(shard);
		Ok(())
	}

	/// Checks that every tensor was used.
	///
	/// Two kinds of tensors are passed over: `rotary_emb.inv_freq`, which old checkpoints carry and
	/// which follows from the configuration, and, with tied embeddings, a copy of the output layer.
	///
	/// # Errors
	/// A tensor is left over.
	pub fn finish(mut self, tied_embeddings: bool) -> Result<()> {
		let redundant = |name: &str| {
			name.ends_with("rotary_emb.inv_freq") || (tied_embeddings && name == "lm_head.weight")
		};
		self.unused.retain(|name| !redundant(name));
		match self.unused.first() {
			None => Ok(()),
			Some(name) => Err(Error::UnusedTensor {
				name: name.clone(),
				count: self.unused.len(),
			}),
		}
	}
}

impl TensorSource for Checkpoint<'_> {
	fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
		let missing = || Error::MissingTensor {
			name: name.to_owned(),
		};
		let shard = self
			.tensors
			.get(name)
			.and_then(|i| self.shards.get(*i))
			.ok_or_else(missing)?;
		let tensor = shard.view()?.tensor(name).map_err(|_| missing())?;
		if tensor.shape() != shape {
			return Err(Error::WrongShape {
				name: name.to_owned(),
				expected: shape.to_vec(),
				found: tensor.shape().to_vec(),
			});
		}
		let data = tensor.data();
		let pairs = || data.chunks_exact(2).map(|b| [b[0], b[1]]);
		let values = match tensor.dtype() {
			Dtype::F32 => data
				.chunks_exact(4)
				.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
				.collect(),
			Dtype::F16 => pairs().map(|b| f16::from_le_bytes(b).to_f32()).collect(),
			Dtype::BF16 => pairs().map(|b| bf16::from_le_bytes(b).to_f32()).collect(),
			other => {
				return Err(Error::UnsupportedDtype {
					name: name.to_owned(),
					dtype: format!("{other:?}"),
				});
			}
		};
		self.unused.remove(name);
		if let Some(progress) = &mut self.progress {
			progress(self.tensors.len() - self.unused.len(), self.tensors.len());
		}
		Ok(values)
	}
}

/// Names of the weight files of a model directory, sorted, each once.
///
/// # Errors
/// There are none, the index is malformed, or it names a shard that is missing or lies elsewhere.
pub fn weight_files(dir: &Path) -> Result<Vec<String>> {
	if dir.join(SINGLE).is_file() {
		return Ok(vec![SINGLE.to_owned()]);
	}
	let index = dir.join(INDEX);
	if !index.is_file() {
		return Err(Error::NoWeights {
			dir: dir.to_owned(),
		});
	}
	let json = read_json(&index)?;
	let map = json.get("weight_map").and_then(|m| m.as_object());
	let map = map.ok_or_else(|| Error::CorruptWeights {
		path: index.clone(),
		reason: "it has no object `weight_map`".to_owned(),
	})?;
	let mut names = BTreeSet::new();
	for shard in map.values() {
		let name = shard.as_str().unwrap_or_default();
		let plain = Path::new(name).file_name().is_some_and(|f| f == name);
		if !plain {
			return Err(Error::UnsafeShardName {
				shard: name.to_owned(),
			});
		}
		if !dir.join(name).is_file() {
			return Err(Error::MissingShard {
				shard: name.to_owned(),
			});
		}
		names.insert(name.to_owned());
	}
	Ok(names.into_iter().collect())
}
