//! Operations of the decoder that run on the processor's own kernels, behind burn's backend extension.
//!
//! They are called only with what was packed for them; the same formulas in plain tensors stand where
//! the decoder is defined.

use athanor_kernels::attention::{self, Heads, Segment};
use athanor_kernels::elementwise::{self, Activation};
use athanor_kernels::experts::Experts;
use athanor_kernels::{Isa, Linear};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{Shape, Tensor, TensorData};

use crate::rope::Angles;

/// What attention needs besides tensors.
#[derive(Clone, Copy, Debug)]
pub struct AttentionCall<'a> {
	/// The layer's heads.
	pub heads: Heads,
	/// Weights of the norms of queries and keys, if there are any.
	pub norms: Option<(&'a [f32], &'a [f32])>,
	/// Epsilon of these norms, and what is added to their weights.
	pub norm: (f32, f32),
	/// Angles of each row.
	pub angles: &'a Angles,
	/// Rows of sequences, and their pages.
	pub segments: &'a [Segment<'a>],
}

/// The operations, for burn to dispatch.
#[backend_extension(Flex)]
pub trait HostOps: Backend {
	/// `[rows, in]` to `[rows, out]`.
	fn host_linear(x: FloatTensor<Self>, layer: &Linear) -> FloatTensor<Self>;

	/// RMSNorm over the last dimension.
	fn host_norm(x: FloatTensor<Self>, weight: &[f32], eps: f32, offset: f32) -> FloatTensor<Self>;

	/// `[rows, 2 · width]` to `[rows, width]`: the activation of the first half times the second.
	fn host_gated(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self>;

	/// `[rows, width]` to the same.
	fn host_experts(x: FloatTensor<Self>, layer: &Experts) -> FloatTensor<Self>;

	/// Queries, keys and values `[rows, (heads + 2 · key heads) · size]` to `[rows, heads · size]`, and
	/// the pools of keys and values with those of the rows.
	fn host_attention(
		qkv: FloatTensor<Self>,
		keys: FloatTensor<Self>,
		values: FloatTensor<Self>,
		call: &AttentionCall<'_>,
	) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// Runs `work` on the numbers of a tensor.
fn with<T>(x: &FlexTensor, work: impl FnOnce(&[f32]) -> T) -> T {
	match x.as_slice() {
		Some(x) => work(x),
		None => work(x.to_contiguous().storage()),
	}
}

fn tensor(values: Vec<f32>, shape: impl Into<Shape>) -> FlexTensor {
	FlexTensor::from_data(TensorData::new(values, shape))
}

fn rows(x: &FlexTensor) -> usize {
	x.layout().shape()[0]
}

impl HostOps for Flex {
	fn host_linear(x: FlexTensor, layer: &Linear) -> FlexTensor {
		let rows = rows(&x);
		let mut out = vec![0.0; rows * layer.outputs()];
		with(&x, |x| layer.forward(Isa::best(), x, &mut out));
		tensor(out, [rows, layer.outputs()])
	}

	fn host_norm(x: FlexTensor, weight: &[f32], eps: f32, offset: f32) -> FlexTensor {
		let shape = x.layout().shape().clone();
		let mut out = vec![0.0; shape.num_elements()];
		with(&x, |x| {
			elementwise::rms_norm(Isa::best(), x, weight, eps, offset, &mut out);
		});
		tensor(out, shape)
	}

	fn host_gated(x: FlexTensor, activation: Activation) -> FlexTensor {
		let (rows, width) = (rows(&x), x.layout().shape()[1] / 2);
		let mut out = vec![0.0; rows * width];
		with(&x, |x| {
			elementwise::gated(Isa::best(), x, width, activation, &mut out);
		});
		tensor(out, [rows, width])
	}

	fn host_experts(x: FlexTensor, layer: &Experts) -> FlexTensor {
		let shape = x.layout().shape().clone();
		let mut out = vec![0.0; shape.num_elements()];
		with(&x, |x| layer.forward(Isa::best(), x, &mut out));
		tensor(out, shape)
	}

	fn host_attention(
		qkv: FlexTensor,
		mut keys: FlexTensor,
		mut values: FlexTensor,
		call: &AttentionCall<'_>,
	) -> (FlexTensor, FlexTensor, FlexTensor) {
		let (rows, heads) = (rows(&qkv), &call.heads);
		let [mut q, mut k, v] = with(&qkv, |qkv| split(qkv, heads));
		let isa = Isa::best();
		if let Some((q_weight, k_weight)) = call.norms {
			let (eps, offset) = call.norm;
			let normed = |x: &[f32], weight: &[f32]| {
				let mut out = vec![0.0; x.len()];
				elementwise::rms_norm(isa, x, weight, eps, offset, &mut out);
				out
			};
			(q, k) = (normed(&q, q_weight), normed(&k, k_weight));
		}
		let Angles { cos, sin } = call.angles;
		elementwise::rotate(isa, &mut q, heads.queries, heads.size, cos, sin);
		elementwise::rotate(isa, &mut k, heads.keys, heads.size, cos, sin);
		// Whoever owns the pools has given them away, so nothing is copied here.
		attention::append(
			heads,
			call.segments,
			&k,
			&v,
			keys.storage_mut(),
			values.storage_mut(),
		);
		let mut out = vec![0.0; q.len()];
		let (all_keys, all_values) = (keys.storage(), values.storage());
		attention::attend(
			isa,
			heads,
			call.segments,
			&q,
			all_keys,
			all_values,
			&mut out,
		);
		let width = heads.queries * heads.size;
		(tensor(out, [rows, width]), keys, values)
	}
}

/// Queries, keys and values of all rows, each by themselves.
fn split(qkv: &[f32], heads: &Heads) -> [Vec<f32>; 3] {
	let (q, k) = (heads.queries * heads.size, heads.keys * heads.size);
	let rows = qkv.chunks_exact(q + 2 * k);
	let mut out = [q, k, k].map(|width| Vec::with_capacity(width * rows.len()));
	for row in rows {
		let mut start = 0;
		for (part, width) in out.iter_mut().zip([q, k, k]) {
			part.extend_from_slice(&row[start..start + width]);
			start += width;
		}
	}
	out
}

/// See [`HostOps::host_linear`].
pub(super) fn linear(x: Tensor<2>, layer: &Linear) -> Tensor<2> {
	Tensor::from_dispatch(<Dispatch as HostOps>::host_linear(x.into_dispatch(), layer))
}

/// See [`HostOps::host_norm`].
pub(super) fn rms_norm<const D: usize>(
	x: Tensor<D>,
	weight: &[f32],
	eps: f32,
	offset: f32,
) -> Tensor<D> {
	let out = <Dispatch as HostOps>::host_norm(x.into_dispatch(), weight, eps, offset);
	Tensor::from_dispatch(out)
}

/// See [`HostOps::host_gated`].
pub(super) fn gated(x: Tensor<2>, activation: Activation) -> Tensor<2> {
	Tensor::from_dispatch(<Dispatch as HostOps>::host_gated(
		x.into_dispatch(),
		activation,
	))
}

/// See [`HostOps::host_experts`].
pub(super) fn experts(x: Tensor<2>, layer: &Experts) -> Tensor<2> {
	Tensor::from_dispatch(<Dispatch as HostOps>::host_experts(
		x.into_dispatch(),
		layer,
	))
}

/// See [`HostOps::host_attention`].
pub(super) fn attention(
	qkv: Tensor<2>,
	keys: Tensor<1>,
	values: Tensor<1>,
	call: &AttentionCall<'_>,
) -> (Tensor<2>, Tensor<1>, Tensor<1>) {
	let (out, keys, values) = <Dispatch as HostOps>::host_attention(
		qkv.into_dispatch(),
		keys.into_dispatch(),
		values.into_dispatch(),
		call,
	);
	(
		Tensor::from_dispatch(out),
		Tensor::from_dispatch(keys),
		Tensor::from_dispatch(values),
	)
}
