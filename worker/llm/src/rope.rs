//! Rotary position embedding in the half-split form of Hugging Face's Llama and Qwen:
//! `y = x · cos(pθ) + rotate(x) · sin(pθ)` with `rotate([a, b]) = [-b, a]`.

use burn::tensor::{Device, Tensor, TensorData};

use crate::config::{ArchSpec, RopeSpec};

/// Inverse frequencies of one head, `head_dim / 2` of them, in radians per token.
///
/// `θ_i = theta^(-2i/d)`; with Llama 3 scaling as in transformers
/// (`modeling_rope_utils._compute_llama3_parameters`).
pub fn inverse_frequencies(rope: &RopeSpec, head_dim: usize) -> Vec<f64> {
	let base = (0..head_dim / 2).map(|i| rope.theta.powf(-2.0 * i as f64 / head_dim as f64));
	let Some(s) = rope.scaling else {
		return base.collect();
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

/// The rotary embedding of a model, on a device.
#[derive(Clone, Debug)]
pub struct RopeTable {
	frequencies: Vec<f64>,
	/// `[head_dim, head_dim]`, of 0, 1 and -1: `x · rotation = rotate(x)`. One small product is
	/// faster on every backend than two slices, a negation and a concatenation, and is exact.
	rotation: Tensor<2>,
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
	/// Prepares the embedding for a model.
	pub fn new(spec: &ArchSpec, device: &Device) -> Self {
		let dim = spec.head_dim;
		let half = dim / 2;
		let mut rotation = vec![0f32; dim * dim];
		for i in 0..half {
			rotation[(i + half) * dim + i] = -1.0;
			rotation[i * dim + i + half] = 1.0;
		}
		Self {
			frequencies: inverse_frequencies(&spec.rope, dim),
			rotation: Tensor::from_data(TensorData::new(rotation, [dim, dim]), device),
		}
	}

	/// Cosines and sines for positions `start..start + len`, computed in f64. A table for the
	/// whole context would be faster by microseconds and larger by a hundred megabytes.
	pub fn rows(&self, start: usize, len: usize) -> RopeRows {
		let half = self.frequencies.len();
		let device = self.rotation.device();
		let rows = |f: fn(f64) -> f64| {
			let mut rows = Vec::with_capacity(len * half * 2);
			for position in start..start + len {
				let row = self
					.frequencies
					.iter()
					.map(|w| f(position as f64 * w) as f32);
				rows.extend(row.clone().chain(row));
			}
			Tensor::from_data(TensorData::new(rows, [1, len, 1, half * 2]), &device)
		};
		RopeRows {
			cos: rows(f64::cos),
			sin: rows(f64::sin),
			rotation: self.rotation.clone(),
		}
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
