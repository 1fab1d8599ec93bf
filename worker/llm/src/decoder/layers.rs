//! Linear layers, norms and the embedding, in tensors of a device or packed for the processor.

use std::sync::Arc;

use athanor_kernels::{Linear, Matrix};
use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::ops;

/// One linear layer, or several with the same input whose outputs are put one after another. Weights
/// are `[out, in]`.
#[derive(Module, Debug)]
pub enum Projection {
	/// On a device, with gradients where it is trained.
	Tensors(Dense),
	/// For the processor's kernels.
	Packed(Packed),
}

/// A linear layer in tensors.
#[derive(Module, Debug)]
pub struct Dense {
	pub(super) parts: Vec<Part>,
}

/// Weights and biases of one of its parts.
#[derive(Module, Debug)]
pub struct Part {
	pub(super) weight: Param<Tensor<2>>,
	pub(super) bias: Option<Param<Tensor<1>>>,
}

/// A linear layer for the processor's kernels.
#[derive(Module, Debug)]
pub struct Packed {
	#[module(skip)]
	pub(super) linear: Arc<Linear>,
}

/// RMSNorm: `x / sqrt(mean(x²) + eps) · (weight + offset)`, over the last dimension.
#[derive(Module, Debug)]
pub struct Norm {
	pub(super) weight: NormWeight,
	pub(super) eps: f64,
	pub(super) offset: f64,
}

/// The weights of a norm.
#[derive(Module, Debug)]
pub enum NormWeight {
	/// On a device.
	Tensor(Param<Tensor<1>>),
	/// For the processor's kernels.
	Packed(PackedVector),
}

/// Numbers in plain memory.
#[derive(Module, Debug)]
pub struct PackedVector {
	#[module(skip)]
	pub(super) values: Arc<[f32]>,
}

/// The embedding: a row for each token.
#[derive(Module, Debug)]
pub enum Embedding {
	/// On a device.
	Tensor(Param<Tensor<2>>),
	/// In memory, or in a file mapped into it.
	Packed(PackedMatrix),
}

/// Rows in memory, or in a file mapped into it.
#[derive(Module, Debug)]
pub struct PackedMatrix {
	#[module(skip)]
	pub(super) matrix: Arc<Matrix>,
}

impl Part {
	fn forward(&self, x: Tensor<2>) -> Tensor<2> {
		let y = x.matmul(self.weight.val().transpose());
		match &self.bias {
			Some(bias) => y + bias.val().unsqueeze(),
			None => y,
		}
	}
}

impl Projection {
	/// `[rows, in]` to `[rows, out]`.
	pub(super) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
		match self {
			Self::Packed(packed) => ops::linear(x, &packed.linear),
			Self::Tensors(dense) => match dense.parts.as_slice() {
				[part] => part.forward(x),
				parts => Tensor::cat(parts.iter().map(|p| p.forward(x.clone())).collect(), 1),
			},
		}
	}

	/// The same, of each of its parts by itself, if it is in tensors.
	pub(super) fn parts(&self, x: &Tensor<2>) -> Option<Vec<Tensor<2>>> {
		match self {
			Self::Packed(_) => None,
			Self::Tensors(dense) => {
				Some(dense.parts.iter().map(|p| p.forward(x.clone())).collect())
			}
		}
	}
}

impl Norm {
	/// Normalises over the last dimension.
	pub(super) fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
		let weight = match &self.weight {
			NormWeight::Tensor(weight) => weight.val(),
			NormWeight::Packed(weight) => {
				return ops::rms_norm(x, &weight.values, self.eps as f32, self.offset as f32);
			}
		};
		let weight = match self.offset == 0.0 {
			true => weight,
			false => weight.add_scalar(self.offset),
		};
		let rms = x
			.clone()
			.square()
			.mean_dim(D - 1)
			.add_scalar(self.eps)
			.sqrt();
		x.div(rms) * weight.unsqueeze()
	}
}

impl Embedding {
	/// Rows of tokens on a device: `[tokens]` to `[tokens, hidden]`.
	pub(super) fn select(&self, tokens: Tensor<1, Int>) -> Tensor<2> {
		match self {
			Self::Tensor(weight) => weight.val().select(0, tokens),
			Self::Packed(_) => {
				let device = tokens.device();
				let ids = tokens.into_data();
				let ids: Vec<u32> = ids.iter::<i64>().map(|id| id as u32).collect();
				self.rows(&ids, &device)
			}
		}
	}

	/// Rows of tokens that are known here: `[tokens, hidden]`.
	pub(super) fn rows(&self, tokens: &[u32], device: &Device) -> Tensor<2> {
		match self {
			Self::Tensor(weight) => {
				let ids: Vec<i32> = tokens.iter().map(|t| *t as i32).collect();
				let ids = Tensor::from_data(TensorData::new(ids, [tokens.len()]), device);
				weight.val().select(0, ids)
			}
			Self::Packed(packed) => {
				let width = packed.matrix.columns();
				let mut rows = vec![0.0; tokens.len() * width];
				for (token, row) in tokens.iter().zip(rows.chunks_exact_mut(width)) {
					packed.matrix.row(*token as usize, row);
				}
				Tensor::from_data(TensorData::new(rows, [tokens.len(), width]), device)
			}
		}
	}
}
