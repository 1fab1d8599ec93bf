//! Hugging Face `config.json` in, one [`ArchSpec`] out.
//!
//! Both spellings are read: the one of transformers 4 (`rope_theta`, `rope_scaling`, `torch_dtype`)
//! and the one of transformers 5 (`rope_parameters`, `dtype`). What is not implemented is refused
//! by name, never ignored, because a model run with a wrong formula still writes fluent text.
//! Defaults are those of each family's configuration class in transformers.

mod fields;
mod layers;
mod refusals;
mod rope;

use std::path::Path;

pub use athanor_kernels::elementwise::Activation;
use serde_json::Value;

use crate::error::{Error, Result, read_json};
use fields::{Config, MAX_SIZE};

pub use rope::{Llama3Scaling, RopeScaling, RopeSpec};

/// The model families that are implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
	/// `LlamaForCausalLM`; SmolLM2 and others are of this family too.
	Llama,
	/// `MistralForCausalLM`: every layer may see a window only.
	Mistral,
	/// `Qwen2ForCausalLM`: biases on query, key and value.
	Qwen2,
	/// `Qwen3ForCausalLM`: RMSNorm on every query and key head, head size apart from the width.
	Qwen3,
	/// `Qwen3MoeForCausalLM`: as Qwen3, with experts in place of feed-forward layers.
	Qwen3Moe,
	/// `Gemma3ForCausalLM`: the text part of Gemma 3.
	Gemma3,
}

impl Family {
	/// All of them.
	pub const ALL: [Self; 6] = [
		Self::Llama,
		Self::Mistral,
		Self::Qwen2,
		Self::Qwen3,
		Self::Qwen3Moe,
		Self::Gemma3,
	];

	/// The name `config.json` gives to this family.
	pub const fn architecture(self) -> &'static str {
		match self {
			Self::Llama => "LlamaForCausalLM",
			Self::Mistral => "MistralForCausalLM",
			Self::Qwen2 => "Qwen2ForCausalLM",
			Self::Qwen3 => "Qwen3ForCausalLM",
			Self::Qwen3Moe => "Qwen3MoeForCausalLM",
			Self::Gemma3 => "Gemma3ForCausalLM",
		}
	}
}

/// Experts, of which each token uses some (transformers, `Qwen3MoeSparseMoeBlock`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpertsSpec {
	/// Experts of a layer.
	pub count: usize,
	/// Experts that each token uses; at most as many as there are.
	pub per_token: usize,
	/// Width of each expert.
	pub intermediate_size: usize,
	/// Whether the weights of a token's experts are scaled to add up to one.
	pub normalized: bool,
}

/// What is particular to one layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerSpec {
	/// How many tokens a token sees, itself included; all before it if there is none.
	pub window: Option<usize>,
	/// Which of the model's rotary embeddings it uses.
	pub rope: usize,
	/// Its experts, if it has some in place of a feed-forward layer.
	pub experts: Option<ExpertsSpec>,
}

/// Everything the decoder needs to know about a model, whatever its family.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchSpec {
	/// The family.
	pub family: Family,
	/// Number of tokens in the vocabulary (rows of the embedding).
	pub vocab_size: usize,
	/// Width of the residual stream.
	pub hidden_size: usize,
	/// Width of the feed-forward layer.
	pub intermediate_size: usize,
	/// The layers (blocks).
	pub layers: Vec<LayerSpec>,
	/// Query heads.
	pub num_heads: usize,
	/// Key and value heads; divides `num_heads`.
	pub num_kv_heads: usize,
	/// Size of one head; even.
	pub head_dim: usize,
	/// What products of queries and keys are multiplied with.
	pub attention_scale: f64,
	/// Epsilon inside every RMSNorm.
	pub rms_norm_eps: f64,
	/// What is added to the weights of every RMSNorm: 1 for Gemma, else 0.
	pub norm_offset: f64,
	/// Whether what attention and feed-forward layer put out is normalised too.
	pub output_norms: bool,
	/// Activation of the feed-forward layers.
	pub activation: Activation,
	/// What embeddings are multiplied with, if anything.
	pub embedding_scale: Option<f64>,
	/// Longest sequence, prompt and answer together, in tokens.
	pub context: usize,
	/// Rotary embeddings; layers name theirs. At least one.
	pub ropes: Vec<RopeSpec>,
	/// Whether the output layer is the embedding.
	pub tied_embeddings: bool,
	/// Whether query, key and value projections have a bias.
	pub qkv_bias: bool,
	/// Whether the attention's output projection has a bias.
	pub output_bias: bool,
	/// Whether the feed-forward layers have biases.
	pub mlp_bias: bool,
	/// Whether queries and keys are normalised per head.
	pub qk_norm: bool,
	/// Tokens that end an answer.
	pub eos: Vec<u32>,
}

impl ArchSpec {
	/// Reads `config.json` of a model directory and, where present, `generation_config.json`,
	/// whose `eos_token_id` takes precedence.
	///
	/// # Errors
	/// The file cannot be read, is not JSON, lacks a field, or calls for something unsupported.
	pub fn from_dir(dir: &Path) -> Result<Self> {
		let config = read_json(&dir.join("config.json"))?;
		let generation_path = dir.join("generation_config.json");
		let generation = if generation_path.is_file() {
			Some(read_json(&generation_path)?)
		} else {
			None
		};
		Self::from_json(&config, generation.as_ref())
	}

	/// As [`ArchSpec::from_dir`], from parsed JSON.
	///
	/// # Errors
	/// A field is missing, out of range, or calls for something unsupported.
	pub fn from_json(config: &Value, generation: Option<&Value>) -> Result<Self> {
		let config = Config::new(config);
		let family = family(&config)?;
		refusals::refuse_unsupported(&config, family)?;
		let gemma = family == Family::Gemma3;
		let hidden_size = config.size("hidden_size")?;
		let (num_heads, num_kv_heads, head_dim) = heads(&config, family, hidden_size)?;
		let bias = config.flag("attention_bias", false)?;
		let (layers, ropes) = layers::layers(&config, family)?;
		let spec = Self {
			family,
			vocab_size: config.size("vocab_size")?,
			hidden_size,
			intermediate_size: config.size("intermediate_size")?,
			layers,
			num_heads,
			num_kv_heads,
			head_dim,
			attention_scale: match gemma {
				true => config.positive("query_pre_attn_scalar", 256.0)?,
				false => head_dim as f64,
			}
			.powf(-0.5),
			rms_norm_eps: config.positive("rms_norm_eps", 1e-6)?,
			norm_offset: if gemma { 1.0 } else { 0.0 },
			output_norms: gemma,
			activation: match gemma {
				true => Activation::GeluTanh,
				false => Activation::Silu,
			},
			embedding_scale: gemma.then(|| (hidden_size as f64).sqrt()),
			context: config.size("max_position_embeddings")?,
			ropes,
			tied_embeddings: config.flag("tie_word_embeddings", gemma)?,
			qkv_bias: bias || family == Family::Qwen2,
			output_bias: bias && family != Family::Qwen2,
			mlp_bias: family == Family::Llama && config.flag("mlp_bias", false)?,
			qk_norm: matches!(family, Family::Qwen3 | Family::Qwen3Moe | Family::Gemma3),
			eos: eos(&config, generation)?,
		};
		if spec.count().is_none() {
			return Err(Error::TooManyParameters);
		}
		for token in &spec.eos {
			if *token as usize >= spec.vocab_size {
				return Err(Error::TokenOutOfRange {
					token: *token,
					vocab: spec.vocab_size,
				});
			}
		}
		Ok(spec)
	}

	/// Number of layers (blocks).
	pub fn num_layers(&self) -> usize {
		self.layers.len()
	}

	/// Number of weights (parameters) of the model.
	pub fn parameters(&self) -> usize {
		self.count().unwrap_or(usize::MAX)
	}

	/// The same, unless it is too large for a number.
	fn count(&self) -> Option<usize> {
		let size = |shape: &[usize]| shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
		crate::decoder::tensor_shapes(self)
			.iter()
			.try_fold(0usize, |n, (_, shape)| n.checked_add(size(shape)?))
	}
}

fn family(config: &Config<'_>) -> Result<Family> {
	let field = "architectures";
	let list = config.present(field).ok_or(Error::MissingField { field })?;
	let name = list.get(0).and_then(Value::as_str).unwrap_or_default();
	Family::ALL
		.into_iter()
		.find(|f| f.architecture() == name)
		.ok_or_else(|| Error::UnsupportedArchitecture {
			found: list.to_string(),
		})
}

/// Query heads, key heads, and the size of one.
fn heads(config: &Config<'_>, family: Family, hidden: usize) -> Result<(usize, usize, usize)> {
	let num_heads = config.size("num_attention_heads")?;
	let num_kv_heads = match (family, config.present("num_key_value_heads")) {
		(Family::Llama, None) => num_heads,
		_ => config.size("num_key_value_heads")?,
	};
	if !num_heads.is_multiple_of(num_kv_heads) {
		return Err(config.invalid(
			"num_key_value_heads",
			"it does not divide num_attention_heads",
		));
	}
	let dim = match (config.present("head_dim"), family) {
		(Some(_), _) => config.size("head_dim")?,
		(None, Family::Qwen3) => 128,
		(None, Family::Gemma3) => 256,
		(None, _) if hidden.is_multiple_of(num_heads) => hidden / num_heads,
		(None, _) => {
			return Err(config.invalid(
				"num_attention_heads",
				"it does not divide hidden_size, and there is no head_dim",
			));
		}
	};
	if !dim.is_multiple_of(2) {
		return Err(config.invalid(
			"head_dim",
			"an even number is needed for the rotary embedding",
		));
	}
	if num_heads as u64 * dim as u64 > MAX_SIZE {
		return Err(config.invalid("num_attention_heads", "times head_dim it is above 2^31"));
	}
	Ok((num_heads, num_kv_heads, dim))
}

fn eos(config: &Config<'_>, generation: Option<&Value>) -> Result<Vec<u32>> {
	let field = "eos_token_id";
	let value = generation
		.and_then(|g| Config::new(g).present(field))
		.or_else(|| config.present(field));
	let token = |v: &Value| {
		v.as_u64()
			.and_then(|n| u32::try_from(n).ok())
			.ok_or_else(|| Error::InvalidField {
				field,
				value: v.to_string(),
				reason: "a token id or a list of token ids is needed",
			})
	};
	match value {
		None => Ok(Vec::new()),
		Some(Value::Array(list)) => list.iter().map(token).collect(),
		Some(one) => Ok(vec![token(one)?]),
	}
}
