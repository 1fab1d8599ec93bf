//! Grouped-query attention.

use athanor_kernels::attention::{Heads, Segment};
use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};

use super::layers::{Norm, NormWeight, Projection};
use super::ops::{self, AttentionCall};
use super::pass::{Pass, TensorPass};
use crate::config::{ArchSpec, LayerSpec};
use crate::error::{Error, Result};
use crate::kv_cache::LayerCache;
use crate::pages::{PagedPass, heads};

/// Grouped-query attention of one layer.
#[derive(Module, Debug)]
pub struct Attention {
	/// Queries, keys and values, in this order.
	pub(super) qkv: Projection,
	pub(super) output: Projection,
	pub(super) q_norm: Option<Norm>,
	pub(super) k_norm: Option<Norm>,
}

impl Attention {
	pub(super) fn forward(
		&self,
		spec: &ArchSpec,
		layer: usize,
		x: Tensor<2>,
		pass: &mut Pass<'_, '_>,
	) -> Result<Tensor<2>> {
		let mixed = match pass {
			Pass::Pages(pass) => self.in_pages(spec, layer, x, pass)?,
			Pass::Tensors(pass) => self.in_tensors(spec, layer, x, pass)?,
		};
		Ok(self.output.forward(mixed))
	}

	fn in_pages(
		&self,
		spec: &ArchSpec,
		layer: usize,
		x: Tensor<2>,
		pass: &mut PagedPass<'_>,
	) -> Result<Tensor<2>> {
		let LayerSpec { rope, .. } = spec.layers[layer];
		let mut row = 0;
		let segments: Vec<_> = pass
			.rows
			.iter()
			.map(|rows| {
				let segment = Segment {
					row,
					len: rows.tokens.len(),
					position: rows.position,
					pages: &rows.pages,
				};
				row += rows.tokens.len();
				segment
			})
			.collect();
		let call = AttentionCall {
			heads: heads(spec, &spec.layers[layer]),
			norms: packed(&self.q_norm).zip(packed(&self.k_norm)),
			norm: (spec.rms_norm_eps as f32, spec.norm_offset as f32),
			angles: &pass.angles[rope],
			segments: &segments,
		};
		let (keys, values) = pass.pool.lend(layer)?;
		let (mixed, keys, values) = ops::attention(self.qkv.forward(x), keys, values, &call);
		pass.pool.put(layer, (keys, values));
		Ok(mixed)
	}

	fn in_tensors(
		&self,
		spec: &ArchSpec,
		layer: usize,
		x: Tensor<2>,
		pass: &mut TensorPass<'_>,
	) -> Result<Tensor<2>> {
		let LayerSpec { window, rope, .. } = spec.layers[layer];
		let Heads {
			queries,
			keys,
			size: dim,
			..
		} = heads(spec, &spec.layers[layer]);
		let (batch, len, start) = (pass.batch, pass.len, pass.start);
		let groups = queries / keys;
		let parts: Option<[Tensor<2>; 3]> = self.qkv.parts(&x).and_then(|p| p.try_into().ok());
		let Some([q, k, v]) = parts else {
			return Err(Error::Device {
				action: "attending",
				reason: "weights were packed for the processor, and the pass is not".to_owned(),
			});
		};
		let split = |t: Tensor<2>, heads: usize| t.reshape([batch, len, heads, dim]);
		let normed = |t: Tensor<4>, norm: &Option<Norm>| match norm {
			Some(norm) => norm.forward(t),
			None => t,
		};
		let turn = &pass.ropes[rope];
		let q = turn.apply(normed(split(q, queries), &self.q_norm));
		let k = turn.apply(normed(split(k, keys), &self.k_norm));
		let v = split(v, keys);

		// Query heads that share a key head become rows of one product: no copy of keys is made.
		let q = q
			.mul_scalar(spec.attention_scale)
			.reshape([batch, len, keys, groups, dim])
			.permute([0, 2, 3, 1, 4])
			.reshape([batch, keys, groups * len, dim]);
		let (k, v) = (k.permute([0, 2, 1, 3]), v.permute([0, 2, 1, 3]));
		let (k, v) = match pass.cache.as_deref_mut() {
			Some(cache) => LayerCache::append(&mut cache.layers_mut()[layer], start, k, v),
			None => (k, v),
		};
		let scores = q.matmul(k.transpose());
		let scores = match pass.mask(window, groups) {
			Some(mask) => scores + mask,
			None => scores,
		};
		Ok(softmax(scores, 3)
			.matmul(v)
			.reshape([batch, keys, groups, len, dim])
			.permute([0, 3, 1, 2, 4])
			.reshape([batch * len, queries * dim]))
	}
}

/// The weights of a norm that was packed for the processor.
fn packed(norm: &Option<Norm>) -> Option<&[f32]> {
	match &norm.as_ref()?.weight {
		NormWeight::Packed(weight) => Some(&weight.values),
		NormWeight::Tensor(_) => None,
	}
}

/// Additive mask for `len` tokens from position `start`, each of which sees `window` tokens at most, its
/// rows repeated once per group: `[1, 1, groups · len, start + len]`, 0 where attention is allowed, a
/// large negative number elsewhere.
pub(super) fn causal_mask(
	start: usize,
	len: usize,
	window: Option<usize>,
	groups: usize,
	device: &Device,
) -> Tensor<4> {
	// Large enough to vanish in the softmax, small enough that no sum overflows to infinity.
	const HIDDEN: f32 = -1e30;
	let total = start + len;
	let mut mask = Vec::with_capacity(groups * len * total);
	for _ in 0..groups {
		for row in start..total {
			let first = window.map_or(0, |window| (row + 1).saturating_sub(window));
			let seen = |column| (first..=row).contains(&column);
			mask.extend((0..total).map(|column| if seen(column) { 0.0 } else { HIDDEN }));
		}
	}
	Tensor::from_data(TensorData::new(mask, [1, 1, groups * len, total]), device)
}
