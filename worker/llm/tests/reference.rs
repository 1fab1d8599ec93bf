//! The decoder against an independent implementation in plain loops and f64, for every family.

#![allow(missing_docs)]

mod common;

use common::{Tensors, families, load, model_dir, some_tokens, tensors};
use serde_json::Value;

struct Reference<'a> {
	config: &'a Value,
	tensors: &'a Tensors,
}

impl Reference<'_> {
	fn number(&self, field: &str) -> usize {
		self.config[field].as_u64().unwrap() as usize
	}

	fn tensor(&self, name: &str) -> Option<Vec<f64>> {
		self.tensors
			.get(name)
			.map(|(_, v)| v.iter().map(|x| f64::from(*x)).collect())
	}

	/// `W x + b` for the projection `name`.
	fn linear(&self, name: &str, x: &[f64]) -> Vec<f64> {
		let w = self.tensor(&format!("{name}.weight")).unwrap();
		let b = self.tensor(&format!("{name}.bias"));
		(0..w.len() / x.len())
			.map(|row| {
				let dot: f64 = (0..x.len()).map(|i| w[row * x.len() + i] * x[i]).sum();
				dot + b.as_ref().map_or(0.0, |b| b[row])
			})
			.collect()
	}

	fn norm(&self, name: &str, x: &[f64]) -> Vec<f64> {
		let w = self.tensor(&format!("{name}.weight")).unwrap();
		let eps = self.config["rms_norm_eps"].as_f64().unwrap();
		let mean: f64 = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
		x.iter()
			.zip(&w)
			.map(|(v, w)| v / (mean + eps).sqrt() * w)
			.collect()
	}

	fn frequency(&self, pair: usize, dim: usize) -> f64 {
		let new = &self.config["rope_parameters"];
		let theta = new["rope_theta"]
			.as_f64()
			.or_else(|| self.config["rope_theta"].as_f64())
			.unwrap();
		let f = 1.0 / theta.powf(2.0 * pair as f64 / dim as f64);
		let scaling = &self.config["rope_scaling"];
		if scaling["rope_type"] != "llama3" {
			return f;
		}
		let n = |field: &str| scaling[field].as_f64().unwrap();
		let old = n("original_max_position_embeddings");
		let wavelength = std::f64::consts::TAU / f;
		if wavelength < old / n("high_freq_factor") {
			f
		} else if wavelength > old / n("low_freq_factor") {
			f / n("factor")
		} else {
			let s = (old / wavelength - n("low_freq_factor"))
				/ (n("high_freq_factor") - n("low_freq_factor"));
			(1.0 - s) * f / n("factor") + s * f
		}
	}

	/// One head, normalised where the family does, and rotated to its position.
	fn head(&self, x: &[f64], norm: &str, position: usize) -> Vec<f64> {
		let x = match self.tensor(&format!("{norm}.weight")) {
			Some(_) => self.norm(norm, x),
			None => x.to_vec(),
		};
		let half = x.len() / 2;
		let mut out = vec![0.0; x.len()];
		for i in 0..half {
			let (sin, cos) = (position as f64 * self.frequency(i, x.len())).sin_cos();
			out[i] = x[i] * cos - x[i + half] * sin;
			out[i + half] = x[i + half] * cos + x[i] * sin;
		}
		out
	}

	fn attention(&self, at: &str, stream: &[Vec<f64>]) -> Vec<Vec<f64>> {
		let (heads, kv_heads) = (
			self.number("num_attention_heads"),
			self.number("num_key_value_heads"),
		);
		let dim = self.config["head_dim"]
			.as_u64()
			.map_or(self.number("hidden_size") / heads, |d| d as usize);
		let rows = |name: &str| -> Vec<Vec<f64>> {
			stream
				.iter()
				.map(|x| self.linear(&format!("{at}.{name}"), x))
				.collect()
		};
		let (q, k, v) = (rows("q_proj"), rows("k_proj"), rows("v_proj"));
		let mut out = vec![vec![0.0; heads * dim]; stream.len()];
		for head in 0..heads {
			let own = head * dim..(head + 1) * dim;
			let shared = head / (heads / kv_heads);
			let shared = shared * dim..(shared + 1) * dim;
			let keys: Vec<_> = k
				.iter()
				.enumerate()
				.map(|(p, k)| self.head(&k[shared.clone()], &format!("{at}.k_norm"), p))
				.collect();
			for position in 0..stream.len() {
				let query = self.head(&q[position][own.clone()], &format!("{at}.q_norm"), position);
				let dot = |key: &[f64]| {
					query.iter().zip(key).map(|(a, b)| a * b).sum::<f64>() / (dim as f64).sqrt()
				};
				let weights: Vec<f64> =
					keys[..=position].iter().map(|key| dot(key).exp()).collect();
				let total: f64 = weights.iter().sum();
				for (seen, weight) in weights.iter().enumerate() {
					for (i, at) in own.clone().enumerate() {
						out[position][at] += weight / total * v[seen][shared.start + i];
					}
				}
			}
		}
		out.iter()
			.map(|x| self.linear(&format!("{at}.o_proj"), x))
			.collect()
	}

	fn feed_forward(&self, at: &str, x: &[f64]) -> Vec<f64> {
		let gate = self.linear(&format!("{at}.gate_proj"), x);
		let up = self.linear(&format!("{at}.up_proj"), x);
		let inner: Vec<f64> = gate
			.iter()
			.zip(&up)
			.map(|(g, u)| g / (1.0 + (-g).exp()) * u)
			.collect();
		self.linear(&format!("{at}.down_proj"), &inner)
	}

	fn logits(&self, tokens: &[u32]) -> Vec<Vec<f64>> {
		let hidden = self.number("hidden_size");
		let table = self.tensor("model.embed_tokens.weight").unwrap();
		let mut stream: Vec<Vec<f64>> = tokens
			.iter()
			.map(|t| table[*t as usize * hidden..(*t as usize + 1) * hidden].to_vec())
			.collect();
		let add = |a: &mut Vec<f64>, b: Vec<f64>| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
		for layer in 0..self.number("num_hidden_layers") {
			let at = |name: &str| format!("model.layers.{layer}.{name}");
			let normed: Vec<_> = stream
				.iter()
				.map(|x| self.norm(&at("input_layernorm"), x))
				.collect();
			for (x, y) in stream
				.iter_mut()
				.zip(self.attention(&at("self_attn"), &normed))
			{
				add(x, y);
			}
			for x in &mut stream {
				let y =
					self.feed_forward(&at("mlp"), &self.norm(&at("post_attention_layernorm"), x));
				add(x, y);
			}
		}
		let head = if self.config["tie_word_embeddings"] == true {
			"model.embed_tokens"
		} else {
			"lm_head"
		};
		stream
			.iter()
			.map(|x| self.linear(head, &self.norm("model.norm", x)))
			.collect()
	}
}

#[test]
fn every_family_agrees_with_the_reference() {
	for (seed, config) in families().iter().enumerate() {
		let weights = tensors(config, seed as u64 + 1);
		let dir = model_dir(config, seed as u64 + 1);
		let tokens = some_tokens(90, seed);
		let expected = Reference {
			config,
			tensors: &weights,
		}
		.logits(&tokens);
		let found = load(dir.path()).unwrap().score(&tokens).unwrap();
		let largest = expected
			.iter()
			.flatten()
			.fold(0.0f64, |m, x| m.max(x.abs()));
		let worst = expected
			.iter()
			.flatten()
			.zip(found.iter().flatten())
			.map(|(a, b)| (a - f64::from(*b)).abs())
			.fold(0.0, f64::max);
		assert!(largest > 1.0, "the test model is too tame to show mistakes");
		assert!(
			worst <= 1e-4 * largest,
			"{}: off by {worst}, largest logit {largest}",
			config["architectures"][0]
		);
	}
}
