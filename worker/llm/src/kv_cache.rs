//! Keys and values of the tokens already seen, in buffers allocated once.

use burn::tensor::{Device, Tensor};

use crate::config::ArchSpec;

/// The cache of one sequence, all layers.
#[derive(Debug)]
pub struct KvCache {
	layers: Vec<LayerCache>,
	capacity: usize,
	len: usize,
}

/// The cache of one layer: keys and values, each `[1, kv_heads, capacity, head_dim]`.
#[derive(Debug)]
pub(crate) struct LayerCache {
	keys: Tensor<4>,
	values: Tensor<4>,
}

impl KvCache {
	/// Allocates a cache for `capacity` tokens of one sequence.
	pub fn new(spec: &ArchSpec, capacity: usize, device: &Device) -> Self {
		let shape = [1, spec.num_kv_heads, capacity, spec.head_dim];
		let layer = |_| LayerCache {
			keys: Tensor::zeros(shape, device),
			values: Tensor::zeros(shape, device),
		};
		Self {
			layers: (0..spec.num_layers()).map(layer).collect(),
			capacity,
			len: 0,
		}
	}

	/// Tokens held.
	pub fn len(&self) -> usize {
		self.len
	}

	/// Whether no token is held.
	pub fn is_empty(&self) -> bool {
		self.len == 0
	}

	/// Tokens that fit.
	pub fn capacity(&self) -> usize {
		self.capacity
	}

	/// Forgets everything after the first `len` tokens; the buffers stay.
	pub fn truncate(&mut self, len: usize) {
		self.len = self.len.min(len);
	}

	pub(crate) fn layers_mut(&mut self) -> &mut [LayerCache] {
		&mut self.layers
	}

	pub(crate) fn advance(&mut self, tokens: usize) {
		self.len += tokens;
	}
}

impl LayerCache {
	/// Writes `keys` and `values` (`[1, kv_heads, new, head_dim]`) at position `start` and returns
	/// all keys and values up to their end.
	pub(crate) fn append(
		&mut self,
		start: usize,
		keys: Tensor<4>,
		values: Tensor<4>,
	) -> (Tensor<4>, Tensor<4>) {
		let [batch, heads, new, dim] = keys.dims();
		let end = start + new;
		let write = [0..batch, 0..heads, start..end, 0..dim];
		self.keys.inplace(|t| t.slice_assign(write.clone(), keys));
		self.values.inplace(|t| t.slice_assign(write, values));
		let read = [0..batch, 0..heads, 0..end, 0..dim];
		(
			self.keys.clone().slice(read.clone()),
			self.values.clone().slice(read),
		)
	}
}
