//! The feed-forward half of a block: one gated layer, or experts.

use std::sync::Arc;

use athanor_kernels::Isa;
use athanor_kernels::elementwise::Activation;
use athanor_kernels::experts::{self, route};
use burn::module::Module;
use burn::tensor::activation::{sigmoid, silu};
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use super::layers::Projection;
use super::ops;
use crate::config::{ExpertsSpec, LayerSpec};
use crate::error::{Error, Result};

/// What follows attention in a block.
#[derive(Module, Debug)]
pub enum FeedForward {
	/// One layer for all tokens.
	Gated(Gated),
	/// Experts, in tensors of a device.
	Experts(Experts),
	/// Experts, for the processor's kernels.
	Packed(PackedExperts),
}

/// `down(f(gate(x)) · up(x))`.
#[derive(Module, Debug)]
pub struct Gated {
	/// Gate and up projection, in this order.
	pub(super) gate_up: Projection,
	pub(super) down: Projection,
}

/// Experts, of which each token uses some.
#[derive(Module, Debug)]
pub struct Experts {
	pub(super) router: Projection,
	pub(super) all: Vec<Gated>,
}

/// See [`FeedForward::Packed`].
#[derive(Module, Debug)]
pub struct PackedExperts {
	#[module(skip)]
	pub(super) experts: Arc<experts::Experts>,
}

impl FeedForward {
	pub(super) fn forward(
		&self,
		layer: &LayerSpec,
		activation: Activation,
		x: Tensor<2>,
	) -> Result<Tensor<2>> {
		match (self, &layer.experts) {
			(Self::Experts(experts), Some(spec)) => experts.forward(spec, activation, x),
			(Self::Experts(_), None) => Err(Error::Device {
				action: "choosing experts",
				reason: "the layer has none".to_owned(),
			}),
			(Self::Gated(gated), _) => Ok(gated.forward(activation, x)),
			(Self::Packed(packed), _) => Ok(ops::experts(x, &packed.experts)),
		}
	}
}

impl Gated {
	fn forward(&self, activation: Activation, x: Tensor<2>) -> Tensor<2> {
		let parts: Option<[Tensor<2>; 2]> = self.gate_up.parts(&x).and_then(|p| p.try_into().ok());
		let inner = match parts {
			Some([gate, up]) => activate(gate, activation) * up,
			None => ops::gated(self.gate_up.forward(x), activation),
		};
		self.down.forward(inner)
	}
}

fn activate(x: Tensor<2>, activation: Activation) -> Tensor<2> {
	match activation {
		Activation::Silu => silu(x),
		// (1 + tanh(y)) / 2 = sigmoid(2 y).
		Activation::GeluTanh => {
			let scale = 2.0 * (2.0 / std::f64::consts::PI).sqrt();
			let cube = x.clone().powi_scalar(3).mul_scalar(0.044_715);
			let inner = (x.clone() + cube).mul_scalar(scale);
			x * sigmoid(inner)
		}
	}
}

impl Experts {
	/// Which experts a token uses is decided here, so the scores come back from the device once a layer.
	fn forward(
		&self,
		spec: &ExpertsSpec,
		activation: Activation,
		x: Tensor<2>,
	) -> Result<Tensor<2>> {
		let device = x.device();
		let failed = |reason| Error::Device {
			action: "choosing experts",
			reason: format!("{reason:?}"),
		};
		let scores = self.router.forward(x.clone());
		let scores = scores.try_into_vec_as::<f32>().map_err(failed)?;
		let mut chosen = vec![(Vec::new(), Vec::new()); spec.count];
		for (row, scores) in scores.chunks_exact(spec.count).enumerate() {
			for (expert, weight) in route(Isa::best(), scores, spec.per_token, spec.normalized) {
				chosen[expert].0.push(row as i32);
				chosen[expert].1.push(weight);
			}
		}
		let mut out = x.zeros_like();
		for (expert, (rows, weights)) in self.all.iter().zip(chosen) {
			if rows.is_empty() {
				continue;
			}
			let count = rows.len();
			let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &device);
			let weights = Tensor::<2>::from_data(TensorData::new(weights, [count, 1]), &device);
			let y = expert.forward(activation, x.clone().select(0, rows.clone()));
			out = out.select_assign(0, rows, y * weights, IndexingUpdateOp::Add);
		}
		Ok(out)
	}
}
