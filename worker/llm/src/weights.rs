//! Weights from safetensors files, one or many, mapped into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use athanor_kernels::{Buffer, Dtype, Matrix};
use half::{bf16, f16};
use memmap2::Mmap;
use safetensors::tensor::{Dtype as StoredDtype, TensorInfo};
use safetensors::{SafeTensorError, SafeTensors};

use crate::decoder::{TensorSource, matrix};
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
	tensors: BTreeMap<String, Place>,
	unused: BTreeSet<String>,
	progress: Option<Progress<'a>>,
}

struct Shard {
	path: PathBuf,
	map: Arc<Mmap>,
}

/// Where a tensor is, and what it is.
struct Place {
	shard: usize,
	range: Range<usize>,
	dtype: StoredDtype,
	shape: Vec<usize>,
}

impl Shard {
	fn open(path: PathBuf) -> Result<Self> {
		let file = File::open(&path).map_err(|source| Error::Io {
			path: path.clone(),
			source,
		})?;
		// SAFETY: the map is only read, as bytes, for which every value is valid. Weight files are
		// not changed in place while a model is in use: they are put in place by a rename, and the
		// files of this crate's users are owned by the worker. A file cut short by another process
		// in that time ends this process with SIGBUS, as for every reader of safetensors by map.
		#[allow(unsafe_code)]
		let map = unsafe { Mmap::map(&file) }.map_err(|source| Error::Io {
			path: path.clone(),
			source,
		})?;
		Ok(Self {
			path,
			map: Arc::new(map),
		})
	}

	/// What the file's header says, which is checked against its length.
	fn tensors(&self, shard: usize) -> Result<Vec<(String, Place)>> {
		let corrupt = |e: SafeTensorError| Error::CorruptWeights {
			path: self.path.clone(),
			reason: e.to_string(),
		};
		let (header, metadata) = SafeTensors::read_metadata(&self.map).map_err(corrupt)?;
		let start = header + size_of::<u64>();
		let place = |(name, info): (String, &TensorInfo)| {
			let (from, to) = info.data_offsets;
			let place = Place {
				shard,
				range: start + from..start + to,
				dtype: info.dtype,
				shape: info.shape.clone(),
			};
			(name, place)
		};
		Ok(metadata.tensors().into_iter().map(place).collect())
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

	/// Bytes of all tensors.
	pub fn bytes(&self) -> u64 {
		let bytes = |place: &Place| place.range.len() as u64;
		self.tensors.values().map(bytes).sum()
	}

	fn add(&mut self, shard: Shard) -> Result<()> {
		for (name, place) in shard.tensors(self.shards.len())? {
			if let Some(first) = self.tensors.get(&name) {
				return Err(Error::DuplicateTensor {
					name,
					first: self.shards[first.shard].name(),
					second: shard.name(),
				});
			}
			self.tensors.insert(name, place);
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

	/// A tensor's bytes and type, which must have this shape.
	fn find(&self, name: &str, shape: &[usize]) -> Result<(Buffer, Dtype)> {
		let missing = || Error::MissingTensor {
			name: name.to_owned(),
		};
		let place = self.tensors.get(name).ok_or_else(missing)?;
		if place.shape != shape {
			return Err(Error::WrongShape {
				name: name.to_owned(),
				expected: shape.to_vec(),
				found: place.shape.clone(),
			});
		}
		let dtype = match place.dtype {
			StoredDtype::F32 => Dtype::F32,
			StoredDtype::F16 => Dtype::F16,
			StoredDtype::BF16 => Dtype::Bf16,
			other => {
				return Err(Error::UnsupportedDtype {
					name: name.to_owned(),
					dtype: format!("{other:?}"),
				});
			}
		};
		let map = self.shards[place.shard].map.clone();
		let buffer = Buffer::new(map, place.range.clone()).ok_or_else(missing)?;
		Ok((buffer, dtype))
	}

	fn mark(&mut self, name: &str) {
		self.unused.remove(name);
		if let Some(progress) = &mut self.progress {
			progress(self.tensors.len() - self.unused.len(), self.tensors.len());
		}
	}
}

impl TensorSource for Checkpoint<'_> {
	fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
		let (buffer, dtype) = self.find(name, shape)?;
		let data = buffer.bytes();
		let pairs = || data.as_chunks().0.iter();
		let values: Vec<f32> = match dtype {
			Dtype::F32 => data
				.as_chunks()
				.0
				.iter()
				.map(|b| f32::from_le_bytes(*b))
				.collect(),
			Dtype::F16 => pairs().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
			Dtype::Bf16 => pairs().map(|b| bf16::from_le_bytes(*b).to_f32()).collect(),
		};
		if let Some(at) = values.iter().position(|x| !x.is_finite()) {
			return Err(Error::BadWeights {
				name: name.to_owned(),
				reason: format!("number {at} of it is not finite"),
			});
		}
		self.mark(name);
		Ok(values)
	}

	fn take_matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Matrix> {
		let (buffer, dtype) = self.find(name, &[rows, columns])?;
		let matrix = matrix(name, buffer, dtype, rows, columns)?;
		self.mark(name);
		Ok(matrix)
	}

	/// Lets the system have the memory back that the mapped file takes there.
	fn release(&mut self, name: &str) {
		#[cfg(unix)]
		if let Some(place) = self.tensors.get(name) {
			let map = &self.shards[place.shard].map;
			// SAFETY: pages of a file that are only read are read again when they are needed.
			#[allow(unsafe_code)]
			let released = unsafe {
				map.unchecked_advise_range(
					memmap2::UncheckedAdvice::DontNeed,
					place.range.start,
					place.range.len(),
				)
			};
			if let Err(error) = released {
				tracing::debug!("the system keeps {name} in memory: {error}");
			}
		}
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
