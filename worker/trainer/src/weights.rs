//! Random start values, and weights to and from safetensors files.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use athanor_llm::decoder::{Decoder, TensorSource};
use half::bf16;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::tensor::{Dtype, TensorView};

/// Standard deviation of the start values.
const DEVIATION: f64 = 0.05;

/// Start values: norms at one, biases at zero, the rest normally distributed, drawn per tensor
/// from a stream that depends on the seed and the tensor's name only.
pub struct RandomStart {
	/// The seed.
	pub seed: u64,
	/// Blocks of the model; projections that add to the residual stream start smaller, by
	/// `1 / sqrt(2 · layers)` as in GPT-2.
	pub layers: usize,
}

impl TensorSource for RandomStart {
	fn take(&mut self, name: &str, shape: &[usize]) -> athanor_llm::Result<Vec<f32>> {
		let count = shape.iter().product();
		if name.ends_with("norm.weight") {
			return Ok(vec![1.0; count]);
		}
		if name.ends_with("bias") {
			return Ok(vec![0.0; count]);
		}
		let residual = name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight");
		let scale = if residual {
			(2.0 * self.layers as f64).powf(-0.5)
		} else {
			1.0
		};
		let mut key = athanor_llm::hashes::blake2_256(name.as_bytes());
		key.iter_mut()
			.zip(self.seed.to_le_bytes())
			.for_each(|(k, s)| *k ^= s);
		let mut rng = ChaCha8Rng::from_seed(key);
		// Box and Muller's transform of two uniform numbers.
		let mut normal = || {
			let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
			(-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
		};
		Ok((0..count)
			.map(|_| (normal() * DEVIATION * scale) as f32)
			.collect())
	}
}

/// Writes the weights of a decoder: as bf16 for use, as f32 to go on training.
pub fn save(decoder: &Decoder, path: &Path, half_precision: bool) -> Result<()> {
	let tensors = decoder.export()?;
	let bytes: Vec<Vec<u8>> = tensors
		.iter()
		.map(|tensor| {
			let values = tensor.values.iter();
			match half_precision {
				true => values
					.flat_map(|x| bf16::from_f32(*x).to_le_bytes())
					.collect(),
				false => values.flat_map(|x| x.to_le_bytes()).collect(),
			}
		})
		.collect();
	let dtype = if half_precision {
		Dtype::BF16
	} else {
		Dtype::F32
	};
	let mut views = Vec::new();
	for (tensor, bytes) in tensors.iter().zip(&bytes) {
		let view = TensorView::new(dtype, tensor.shape.clone(), bytes)?;
		views.push((tensor.name.as_str(), view));
	}
	let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
	let file = safetensors::serialize(views, Some(metadata)).context("cannot pack the weights")?;
	crate::files::write(path, &file)
}
