//! The decoder: one module for all families, driven by an [`ArchSpec`].
//!
//! It works on plain tensors of any device, with and without automatic differentiation, so the same
//! code is trained and served; and, with weights that were packed for it, on this machine's processor by
//! kernels of our own. Weights keep Hugging Face's names, shapes and `[out, in]` layout.

mod attention;
mod build;
mod export;
mod feed_forward;
mod layers;
mod ops;
mod pass;
mod shapes;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

pub use attention::Attention;
pub use build::{Placement, TensorSource};
pub use export::NamedTensor;
pub use feed_forward::{Experts, FeedForward, Gated, PackedExperts};
pub use layers::{
	Dense, Embedding, Norm, NormWeight, Packed, PackedMatrix, PackedVector, Part, Projection,
};
pub use ops::{AttentionCall, HostOps};
pub use shapes::tensor_shapes;

pub(crate) use build::matrix;

use crate::config::ArchSpec;
use crate::error::Result;
use crate::kv_cache::KvCache;
use crate::pages::{PagePool, PagedPass, Rows};
use crate::rope::RopeTable;
use pass::{Pass, TensorPass};

/// One block: attention and feed-forward, each behind a norm and added to the stream.
#[derive(Module, Debug)]
pub struct Block {
	attention_norm: Norm,
	attention: Attention,
	attention_output_norm: Option<Norm>,
	feed_forward_norm: Norm,
	feed_forward: FeedForward,
	feed_forward_output_norm: Option<Norm>,
}

/// The whole model, from token ids to logits.
#[derive(Module, Debug)]
pub struct Decoder {
	embedding: Embedding,
	blocks: Vec<Block>,
	norm: Norm,
	/// Absent when the embedding itself serves as the output layer.
	head: Option<Projection>,
}

/// Called with the number of layers that the stream has gone through, and the stream.
pub type Observe<'a> = &'a mut dyn FnMut(usize, &Tensor<2>);

impl Block {
	fn forward(
		&self,
		spec: &ArchSpec,
		index: usize,
		x: Tensor<2>,
		pass: &mut Pass<'_, '_>,
	) -> Result<Tensor<2>> {
		let normed = |x: Tensor<2>, norm: &Option<Norm>| match norm {
			Some(norm) => norm.forward(x),
			None => x,
		};
		let y = self.attention_norm.forward(x.clone());
		let y = self.attention.forward(spec, index, y, pass)?;
		let x = x + normed(y, &self.attention_output_norm);
		let y = self.feed_forward_norm.forward(x.clone());
		let y = self
			.feed_forward
			.forward(&spec.layers[index], spec.activation, y)?;
		Ok(x + normed(y, &self.feed_forward_output_norm))
	}
}

impl Decoder {
	/// Logits `[batch, len, vocab]` for token ids `[batch, len]` whose first position is `start`.
	///
	/// With a cache the batch is one sequence, `start` is the cache's length, and the tokens are
	/// appended to it. All positions must lie inside the context and the cache.
	///
	/// # Errors
	/// The weights were packed for the processor; experts cannot be read from the device.
	pub fn forward(
		&self,
		spec: &ArchSpec,
		tokens: Tensor<2, Int>,
		start: usize,
		rope: &RopeTable,
		cache: Option<&mut KvCache>,
	) -> Result<Tensor<3>> {
		let [batch, len] = tokens.dims();
		let logits = self.logits(self.hidden(spec, tokens, start, rope, cache)?);
		let [_, vocab] = logits.dims();
		Ok(logits.reshape([batch, len, vocab]))
	}

	/// As [`Decoder::forward`], up to and with the last norm: `[batch · len, hidden]`.
	///
	/// # Errors
	/// As [`Decoder::forward`].
	pub fn hidden(
		&self,
		spec: &ArchSpec,
		tokens: Tensor<2, Int>,
		start: usize,
		rope: &RopeTable,
		cache: Option<&mut KvCache>,
	) -> Result<Tensor<2>> {
		let [batch, len] = tokens.dims();
		let mut pass = TensorPass {
			batch,
			len,
			start,
			ropes: rope.rows(start, len),
			cache,
			device: tokens.device(),
			masks: Vec::new(),
		};
		let x = self.embedding.select(tokens.reshape([batch * len]));
		let x = self.run(spec, x, &mut Pass::Tensors(&mut pass), &mut |_, _| {})?;
		if let Some(cache) = pass.cache {
			cache.advance(len);
		}
		Ok(x)
	}

	/// Runs tokens of any sequences at once, with weights that were packed for the processor; the
	/// stream after the last norm, `[tokens, hidden]`. Keys and values are put into the sequences'
	/// pages.
	///
	/// # Errors
	/// The weights are tensors of a device.
	pub fn step(
		&self,
		spec: &ArchSpec,
		rows: &[Rows],
		rope: &RopeTable,
		pool: &mut PagePool,
		device: &Device,
		observe: Observe<'_>,
	) -> Result<Tensor<2>> {
		let mut pass = PagedPass::new(rows, rope, pool);
		let tokens: Vec<u32> = rows.iter().flat_map(|rows| rows.tokens.clone()).collect();
		let x = self.embedding.rows(&tokens, device);
		self.run(spec, x, &mut Pass::Pages(&mut pass), observe)
	}

	fn run(
		&self,
		spec: &ArchSpec,
		x: Tensor<2>,
		pass: &mut Pass<'_, '_>,
		observe: Observe<'_>,
	) -> Result<Tensor<2>> {
		let mut x = match spec.embedding_scale {
			Some(scale) => x.mul_scalar(scale),
			None => x,
		};
		observe(0, &x);
		for (index, block) in self.blocks.iter().enumerate() {
			x = block.forward(spec, index, x, pass)?;
			observe(index + 1, &x);
		}
		Ok(self.norm.forward(x))
	}

	/// Bytes of weights that are read to compute one token: all of the layers and the output layer, of
	/// experts as many as a token uses. `None` if they are tensors of a device.
	pub fn bytes_per_token(&self) -> Option<usize> {
		let of = |projection: &Projection| match projection {
			Projection::Packed(packed) => Some(packed.linear.bytes()),
			Projection::Tensors(_) => None,
		};
		let mut bytes = match (&self.head, &self.embedding) {
			(Some(head), _) => of(head)?,
			(None, Embedding::Packed(packed)) => packed.matrix.bytes(),
			(None, Embedding::Tensor(_)) => return None,
		};
		for block in &self.blocks {
			bytes += of(&block.attention.qkv)? + of(&block.attention.output)?;
			bytes += match &block.feed_forward {
				FeedForward::Gated(gated) => of(&gated.gate_up)? + of(&gated.down)?,
				FeedForward::Packed(packed) => packed.experts.bytes_per_token(),
				FeedForward::Experts(_) => return None,
			};
		}
		Some(bytes)
	}

	/// Whether the weights were packed for this machine's processor.
	pub fn is_packed(&self) -> bool {
		matches!(self.embedding, Embedding::Packed(_))
	}

	/// The output layer: `[rows, hidden]` to `[rows, vocab]`.
	pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
		match (&self.head, &self.embedding) {
			(Some(head), _) => head.forward(hidden),
			(None, Embedding::Tensor(weight)) => hidden.matmul(weight.val().transpose()),
			// A packed embedding that serves as the output layer has been made one.
			(None, Embedding::Packed(packed)) => {
				let rows = hidden.dims()[0];
				let linear =
					athanor_kernels::Linear::new(vec![packed.matrix.as_ref().clone()], None);
				ops::linear(hidden, &linear).reshape([rows, packed.matrix.rows()])
			}
		}
	}
}

/// Token ids as a tensor `[1, tokens]`.
pub fn ids(tokens: &[u32], device: &Device) -> Tensor<2, Int> {
	let ids: Vec<i32> = tokens.iter().map(|t| *t as i32).collect();
	Tensor::from_data(TensorData::new(ids, [1, tokens.len()]), device)
}
