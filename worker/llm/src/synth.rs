//! Models of real shapes with random weights, to measure speed without a download.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use half::{bf16, f16};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::tensor::{Dtype, View};
use serde_json::{Value, json};

use crate::config::ArchSpec;
use crate::decoder::tensor_shapes;
use crate::error::{Error, Result};
use crate::hashes::blake2_256;

/// A published model whose shape can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
	/// The name by which it is asked for.
	pub name: &'static str,
	/// The model that has this shape.
	pub model: &'static str,
}

/// All shapes.
pub const SHAPES: [Shape; 9] = [
	Shape {
		name: "smollm2-135m",
		model: "HuggingFaceTB/SmolLM2-135M",
	},
	Shape {
		name: "qwen2.5-0.5b",
		model: "Qwen/Qwen2.5-0.5B",
	},
	Shape {
		name: "qwen3-0.6b",
		model: "Qwen/Qwen3-0.6B",
	},
	Shape {
		name: "gemma3-1b",
		model: "google/gemma-3-1b-pt",
	},
	Shape {
		name: "llama-1b",
		model: "meta-llama/Llama-3.2-1B",
	},
	Shape {
		name: "qwen3-1.7b",
		model: "Qwen/Qwen3-1.7B",
	},
	Shape {
		name: "mistral-7b",
		model: "mistralai/Mistral-7B-v0.1",
	},
	Shape {
		name: "llama-8b",
		model: "meta-llama/Llama-3.1-8B",
	},
	Shape {
		name: "qwen3-30b-a3b",
		model: "Qwen/Qwen3-30B-A3B",
	},
];

/// A type in which weights are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredAs {
	/// Single precision.
	F32,
	/// Half precision.
	F16,
	/// bfloat16.
	Bf16,
}

impl StoredAs {
	const fn name(self) -> &'static str {
		match self {
			Self::F32 => "float32",
			Self::F16 => "float16",
			Self::Bf16 => "bfloat16",
		}
	}

	const fn dtype(self) -> Dtype {
		match self {
			Self::F32 => Dtype::F32,
			Self::F16 => Dtype::F16,
			Self::Bf16 => Dtype::BF16,
		}
	}
}

impl Shape {
	/// The shape of this name.
	pub fn find(name: &str) -> Option<Self> {
		SHAPES.into_iter().find(|shape| shape.name == name)
	}

	/// Its `config.json`. The numbers are those that the model's authors published.
	fn config(self, stored: StoredAs) -> Value {
		let mut config = match self.name {
			"smollm2-135m" => llama([49_152, 576, 1_536, 30, 9, 3, 8_192], 1e5, true),
			"llama-1b" => scaled(
				llama([128_256, 2_048, 8_192, 16, 32, 8, 131_072], 5e5, true),
				32.0,
			),
			"llama-8b" => scaled(
				llama([128_256, 4_096, 14_336, 32, 32, 8, 131_072], 5e5, false),
				8.0,
			),
			"mistral-7b" => {
				let mut config = llama([32_000, 4_096, 14_336, 32, 32, 8, 32_768], 1e4, false);
				config["architectures"] = json!(["MistralForCausalLM"]);
				config["sliding_window"] = json!(4_096);
				config
			}
			"qwen2.5-0.5b" => {
				let mut config = llama([151_936, 896, 4_864, 24, 14, 2, 32_768], 1e6, true);
				config["architectures"] = json!(["Qwen2ForCausalLM"]);
				config
			}
			"qwen3-0.6b" => qwen3(llama([151_936, 1_024, 3_072, 28, 16, 8, 40_960], 1e6, true)),
			"qwen3-1.7b" => qwen3(llama([151_936, 2_048, 6_144, 28, 16, 8, 40_960], 1e6, true)),
			"qwen3-30b-a3b" => {
				let mut config = qwen3(llama(
					[151_936, 2_048, 6_144, 48, 32, 4, 40_960],
					1e6,
					false,
				));
				config["architectures"] = json!(["Qwen3MoeForCausalLM"]);
				config["num_experts"] = json!(128);
				config["num_experts_per_tok"] = json!(8);
				config["moe_intermediate_size"] = json!(768);
				config["norm_topk_prob"] = json!(true);
				config
			}
			_ => {
				let mut config = llama([262_144, 1_152, 6_912, 26, 4, 1, 32_768], 1e6, true);
				config["architectures"] = json!(["Gemma3ForCausalLM"]);
				config["head_dim"] = json!(256);
				config["query_pre_attn_scalar"] = json!(256);
				config["sliding_window"] = json!(512);
				config["sliding_window_pattern"] = json!(6);
				config["rope_local_base_freq"] = json!(10_000.0);
				config
			}
		};
		config["torch_dtype"] = json!(stored.name());
		config
	}

	/// Writes a model of this shape into a directory, which is made if it is not there. Weights follow
	/// from their names. `progress` is told tensors written and tensors in all.
	///
	/// # Errors
	/// The directory holds a model already, or cannot be written to.
	pub fn write(
		self,
		stored: StoredAs,
		dir: &Path,
		progress: &(dyn Fn(usize, usize) + Sync),
	) -> Result<()> {
		let io = |path: &Path, source| Error::Write {
			path: path.to_owned(),
			source,
		};
		fs::create_dir_all(dir).map_err(|e| io(dir, e))?;
		let weights = dir.join("model.safetensors");
		if weights.exists() {
			let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
			return Err(io(&weights, source));
		}
		let config = self.config(stored);
		let spec = ArchSpec::from_json(&config, None)?;
		for (name, content) in [
			("config.json", format!("{config:#}\n")),
			("tokenizer.json", format!("{:#}\n", tokenizer())),
		] {
			let path = dir.join(name);
			fs::write(&path, content).map_err(|e| io(&path, e))?;
		}
		let shapes = tensor_shapes(&spec);
		let total = shapes.len();
		let done = std::sync::atomic::AtomicUsize::new(0);
		let written = || {
			let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
			progress(done, total);
		};
		let tensors = shapes.into_iter().map(|(name, shape)| {
			let tensor = Random {
				name: name.clone(),
				shape,
				stored,
				progress: &written,
			};
			(name, tensor)
		});
		let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
		// Under another name until it is whole.
		let partial = dir.join("model.safetensors.partial");
		safetensors::serialize_to_file(tensors, Some(metadata), &partial)
			.map_err(|e| io(&partial, std::io::Error::other(e)))?;
		fs::rename(&partial, &weights).map_err(|e| io(&weights, e))
	}
}

/// Vocabulary, width, width of the feed-forward layer, layers, heads, key heads, context.
fn llama(sizes: [usize; 7], theta: f64, tied: bool) -> Value {
	let [vocab, hidden, inner, layers, heads, key_heads, context] = sizes;
	json!({
		"architectures": ["LlamaForCausalLM"],
		"vocab_size": vocab,
		"hidden_size": hidden,
		"intermediate_size": inner,
		"num_hidden_layers": layers,
		"num_attention_heads": heads,
		"num_key_value_heads": key_heads,
		"max_position_embeddings": context,
		"rms_norm_eps": 1e-5,
		"rope_theta": theta,
		"tie_word_embeddings": tied,
	})
}

fn scaled(mut config: Value, factor: f64) -> Value {
	config["rope_scaling"] = json!({
		"rope_type": "llama3",
		"factor": factor,
		"low_freq_factor": 1.0,
		"high_freq_factor": 4.0,
		"original_max_position_embeddings": 8_192,
	});
	config
}

fn qwen3(mut config: Value) -> Value {
	config["architectures"] = json!(["Qwen3ForCausalLM"]);
	config["head_dim"] = json!(128);
	config
}

/// Each byte is a token.
fn tokenizer() -> Value {
	// The letters by which byte-level tokenizers write bytes (GPT-2, `bytes_to_unicode`).
	let plain = |b: &u32| matches!(b, 33..=126 | 161..=172 | 174..=255);
	let mut other = 256..;
	let letter = |b: u32| match plain(&b) {
		true => char::from_u32(b),
		false => other.next().and_then(char::from_u32),
	};
	let vocab: serde_json::Map<String, Value> = (0..256u32)
		.map(letter)
		.enumerate()
		.filter_map(|(id, letter)| Some((letter?.to_string(), json!(id))))
		.collect();
	json!({
		"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
		"normalizer": null, "post_processor": null,
		"pre_tokenizer": {
			"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
		},
		"decoder": {
			"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
		},
		"model": {"type": "BPE", "vocab": vocab, "merges": []},
	})
}

/// A tensor whose numbers are drawn while it is written.
struct Random<'a> {
	name: String,
	shape: Vec<usize>,
	stored: StoredAs,
	progress: &'a (dyn Fn() + Sync),
}

impl Random<'_> {
	fn count(&self) -> usize {
		self.shape.iter().product()
	}

	/// Norms are one, biases zero; the rest lies evenly between ±0.035, a deviation of 0.02.
	fn values(&self) -> impl Iterator<Item = f32> {
		let constant = match () {
			() if self.name.ends_with("norm.weight") => Some(1.0),
			() if self.name.ends_with("bias") => Some(0.0),
			() => None,
		};
		let mut rng = ChaCha8Rng::from_seed(blake2_256(self.name.as_bytes()));
		(0..self.count()).map(move |_| match constant {
			Some(value) => value,
			None => (rng.next_u32() >> 8) as f32 / (1 << 23) as f32 * 0.035 - 0.035,
		})
	}
}

impl View for Random<'_> {
	fn dtype(&self) -> Dtype {
		self.stored.dtype()
	}

	fn shape(&self) -> &[usize] {
		&self.shape
	}

	fn data(&self) -> Cow<'_, [u8]> {
		let values = self.values();
		let bytes = match self.stored {
			StoredAs::F32 => values.flat_map(f32::to_le_bytes).collect(),
			StoredAs::F16 => values
				.flat_map(|x| f16::from_f32(x).to_le_bytes())
				.collect(),
			StoredAs::Bf16 => values
				.flat_map(|x| bf16::from_f32(x).to_le_bytes())
				.collect(),
		};
		(self.progress)();
		Cow::Owned(bytes)
	}

	fn data_len(&self) -> usize {
		let size = match self.stored {
			StoredAs::F32 => 4,
			StoredAs::F16 | StoredAs::Bf16 => 2,
		};
		self.count() * size
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What the authors state, or what their files hold.
	#[test]
	fn shapes_have_the_published_numbers_of_weights() {
		for (name, weights) in [
			("smollm2-135m", 134_515_008),
			("qwen2.5-0.5b", 494_032_768),
			("qwen3-0.6b", 596_049_920),
			("gemma3-1b", 999_885_952),
			("llama-1b", 1_235_814_400),
			("qwen3-1.7b", 1_720_574_976),
			("mistral-7b", 7_241_732_096),
			("llama-8b", 8_030_261_248),
			("qwen3-30b-a3b", 30_532_122_624),
		] {
			let config = Shape::find(name).unwrap().config(StoredAs::Bf16);
			let spec = ArchSpec::from_json(&config, None).unwrap();
			assert_eq!(spec.parameters(), weights, "{name}");
		}
		assert_eq!(Shape::find("gpt-5"), None);
	}

	#[test]
	fn the_tokenizer_has_a_token_for_each_byte() {
		let json = tokenizer().to_string();
		let tokenizer = crate::Tokenizer::from_bytes(json.as_bytes()).unwrap();
		assert_eq!(tokenizer.vocab_size(), 256);
		let tokens = tokenizer.encode("é a\n", false).unwrap();
		assert_eq!(tokens.len(), 5);
		assert_eq!(tokenizer.decode(&tokens, true).unwrap(), "é a\n");
	}
}
