//! Rotary position embedding in the half-split form of Hugging Face's models:
//! `y = x · cos(pθ) + rotate(x) · sin(pθ)` with `rotate([a, b]) = [-b, a]`.

use burn::tensor::{Device, Tensor, TensorData};

use crate::config::{ArchSpec, RopeScaling, RopeSpec};

/// Inverse frequencies of one head, `head_dim / 2` of them, in radians per token.
///
/// `θ_i = theta^(-2i/d)`; scaled as in transformers (`modeling_rope_utils`, `_compute_linear_scaling_rope_parameters`
/// and `_compute_llama3_parameters`).
pub fn inverse_frequencies(rope: &RopeSpec, head_dim: usize) -> Vec<f64> {
	let base = (0..head_dim / 2).map(|i| rope.theta.powf(-2.0 * i as f64 / head_dim as f64));
	let s = match rope.scaling {
		None => return base.collect(),
		Some(RopeScaling::Linear(factor)) => return base.map(|f| f / factor).collect(),
		Some(RopeScaling::Llama3(scaling)) => scaling,
	};
	let low_wavelength = s.original_context / s.low_freq_factor;
	let high_wavelength = s.original_context / s.high_freq_factor;
	base.map(|f| {
		let wavelength = 2.0 * std::f64::consts::PI / f;
		if wavelength > low_wavelength {
			f / s.factor
		} else if wavelength < high_wavelength {
			f
		} else {
			let smooth = (s.original_context / wavelength - s.low_freq_factor)
				/ (s.high_freq_factor - s.low_freq_factor);
			(1.0 - smooth) * f / s.factor + smooth * f
		}
	})
	.collect()
}

/// The rotary embeddings of a model, of which each layer uses one.
#[derive(Clone, Debug)]
pub struct RopeTable {
	/// Of each embedding the frequencies.
	frequencies: Vec<Vec<f64>>,
	/// `[head_dim, head_dim]`, of 0, 1 and -1: `x · rotation = rotate(x)`. One small product is
	/// faster on every backend than two slices, a negation and a concatenation, and is exact.
	rotation: Tensor<2>,
}

/// Cosines and sines of some positions, in plain memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Angles {
	/// `[positions, head_dim / 2]`.
	pub cos: Vec<f32>,
	/// `[positions, head_dim / 2]`.
	pub sin: Vec<f32>,
}

/// Cosines and sines for the positions of one step.
#[derive(Clone, Debug)]
pub struct RopeRows {
	/// `[1, len, 1, head_dim]`.
	cos: Tensor<4>,
	/// `[1, len, 1, head_dim]`.
	sin: Tensor<4>,
	rotation: Tensor<2>,
}

impl RopeTable {
	/// Prepares the embeddings of a model.
	pub fn new(spec: &ArchSpec, device: &Device) -> Self {
		let dim = spec.head_dim;
		let half = dim / 2;
		let mut rotation = vec![0f32; dim * dim];
		for i in 0..half {
			rotation[(i + half) * dim + i] = -1.0;
			rotation[i * dim + i + half] = 1.0;
		}
		let frequencies = |rope| inverse_frequencies(rope, dim);
		Self {
			frequencies: spec.ropes.iter().map(frequencies).collect(),
			rotation: Tensor::from_data(TensorData::new(rotation, [dim, dim]), device),
		}
	}

	/// Cosines and sines of positions, for each embedding, computed in f64. A table for the whole
	/// context would be faster by microseconds and larger by a hundred megabytes.
	pub fn angles(&self, positions: &[usize]) -> Vec<Angles> {
		let of = |frequencies: &Vec<f64>| {
			let mut angles = Angles::default();
			for position in positions {
				for frequency in frequencies {
					let (sin, cos) = (*position as f64 * frequency).sin_cos();
					angles.sin.push(sin as f32);
					angles.cos.push(cos as f32);
				}
			}
			angles
		};
		self.frequencies.iter().map(of).collect()
	}

	/// The same for positions `start..start + len`, for each embedding, on the device.
	pub fn rows(&self, start: usize, len: usize) -> Vec<RopeRows> {
		let device = self.rotation.device();
		let positions: Vec<_> = (start..start + len).collect();
		let tensor = |values: Vec<f32>| {
			let half = values.len() / len.max(1);
			let rows = values.chunks(half.max(1));
			let twice: Vec<f32> = rows.flat_map(|row| [row, row].concat()).collect();
			Tensor::from_data(TensorData::new(twice, [1, len, 1, half * 2]), &device)
		};
		self.angles(&positions)
			.into_iter()
			.map(|angles| RopeRows {
				cos: tensor(angles.cos),
				sin: tensor(angles.sin),
				rotation: self.rotation.clone(),
			})
			.collect()
	}
}

impl RopeRows {
	/// Rotates `x`, of shape `[batch, len, heads, head_dim]`.
	pub fn apply(&self, x: Tensor<4>) -> Tensor<4> {
		let [batch, len, heads, dim] = x.dims();
		let rotated = x
			.clone()
			.reshape([batch * len * heads, dim])
			.matmul(self.rotation.clone())
			.reshape([batch, len, heads, dim]);
		x * self.cos.clone() + rotated * self.sin.clone()
	}
}
