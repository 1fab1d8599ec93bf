//! Hugging Face `config.json` in, one [`ArchSpec`] out.
//!
//! Both spellings are read: the one of transformers 4 (`rope_theta`, `rope_scaling`, `torch_dtype`)
//! and the one of transformers 5 (`rope_parameters`, `dtype`). What is not implemented is refused
//! by name, never ignored, because a model run with a wrong formula still writes fluent text.

use std::path::Path;

use serde_json::Value;

use crate::error::{Error, Result, read_json};

/// The model families that are implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
	/// `LlamaForCausalLM`.
	Llama,
	/// `Qwen2ForCausalLM`: biases on query, key and value.
	Qwen2,
	/// `Qwen3ForCausalLM`: RMSNorm on every query and key head, head size apart from the width.
	Qwen3,
}

impl Family {
	/// The name `config.json` gives to this family.
	pub const fn architecture(self) -> &'static str {
		match self {
			Self::Llama => "LlamaForCausalLM",
			Self::Qwen2 => "Qwen2ForCausalLM",
			Self::Qwen3 => "Qwen3ForCausalLM",
		}
	}
}

/// Frequency scaling of Llama 3 (transformers, `modeling_rope_utils._compute_llama3_parameters`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Llama3Scaling {
	/// Divisor of the low frequencies, at least 1.
	pub factor: f64,
	/// Wavelengths above `original_context / low_freq_factor` are fully scaled.
	pub low_freq_factor: f64,
	/// Wavelengths below `original_context / high_freq_factor` are left alone.
	pub high_freq_factor: f64,
	/// Context length of the original training, in tokens.
	pub original_context: f64,
}

/// Rotary position embedding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RopeSpec {
	/// Base of the geometric row of frequencies.
	pub theta: f64,
	/// Llama 3 scaling, if in use.
	pub scaling: Option<Llama3Scaling>,
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
	/// Number of blocks.
	pub num_layers: usize,
	/// Query heads.
	pub num_heads: usize,
	/// Key and value heads; divides `num_heads`.
	pub num_kv_heads: usize,
	/// Size of one head; even.
	pub head_dim: usize,
	/// Epsilon inside every RMSNorm.
	pub rms_norm_eps: f64,
	/// Longest sequence, prompt and answer together, in tokens.
	pub context: usize,
	/// Rotary position embedding.
	pub rope: RopeSpec,
	/// Whether the output layer is the embedding.
	pub tied_embeddings: bool,
	/// Whether query, key and value projections have a bias.
	pub qkv_bias: bool,
	/// Whether the attention's output projection has a bias.
	pub output_bias: bool,
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
		let family = family(config)?;
		refuse_unsupported(config)?;
		let hidden_size = size(config, "hidden_size")?;
		let num_heads = size(config, "num_attention_heads")?;
		let num_kv_heads = match (family, present(config, "num_key_value_heads")) {
			(Family::Llama, None) => num_heads,
			_ => size(config, "num_key_value_heads")?,
		};
		if !num_heads.is_multiple_of(num_kv_heads) {
			return Err(invalid(
				config,
				"num_key_value_heads",
				"it does not divide num_attention_heads",
			));
		}
		let head_dim = head_dim(config, family, hidden_size, num_heads)?;
		if num_heads as u64 * head_dim as u64 > MAX_SIZE {
			return Err(invalid(
				config,
				"num_attention_heads",
				"times head_dim it is above 2^31",
			));
		}
		let bias = flag(config, "attention_bias")?;
		let spec = Self {
			family,
			vocab_size: size(config, "vocab_size")?,
			hidden_size,
			intermediate_size: size(config, "intermediate_size")?,
			num_layers: layers(config)?,
			num_heads,
			num_kv_heads,
			head_dim,
			rms_norm_eps: match present(config, "rms_norm_eps") {
				None => 1e-6,
				Some(_) => positive(config, "rms_norm_eps")?,
			},
			context: size(config, "max_position_embeddings")?,
			rope: rope(config)?,
			tied_embeddings: flag(config, "tie_word_embeddings")?,
			qkv_bias: bias || family == Family::Qwen2,
			output_bias: bias && family != Family::Qwen2,
			qk_norm: family == Family::Qwen3,
			eos: eos(config, generation)?,
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

/// A field that is there and not null.
fn present<'a>(config: &'a Value, field: &str) -> Option<&'a Value> {
	config.get(field).filter(|v| !v.is_null())
}

fn invalid(config: &Value, field: &'static str, reason: &'static str) -> Error {
	let value = config
		.get(field)
		.map_or_else(|| "nothing".to_owned(), Value::to_string);
	Error::InvalidField {
		field,
		value,
		reason,
	}
}

fn unsupported(config: &Value, field: &'static str, reason: &'static str) -> Error {
	let value = config
		.get(field)
		.map_or_else(|| "nothing".to_owned(), Value::to_string);
	Error::UnsupportedField {
		field,
		value,
		reason,
	}
}

/// No model comes near this; it keeps products of two sizes from overflow.
const MAX_SIZE: u64 = 1 << 31;

/// Published models have up to about 130 blocks. Each costs a list entry per tensor before the
/// first weight is read.
const MAX_LAYERS: usize = 1024;

fn layers(config: &Value) -> Result<usize> {
	let field = "num_hidden_layers";
	match size(config, field)? {
		layers @ 1..=MAX_LAYERS => Ok(layers),
		_ => Err(invalid(config, field, "at most 1,024 are supported")),
	}
}

fn size(config: &Value, field: &'static str) -> Result<usize> {
	let value = present(config, field).ok_or(Error::MissingField { field })?;
	match value.as_u64() {
		Some(n @ 1..=MAX_SIZE) => Ok(n as usize),
		_ => Err(invalid(
			config,
			field,
			"a whole number from 1 to 2^31 is needed",
		)),
	}
}

fn positive(config: &Value, field: &'static str) -> Result<f64> {
	let value = present(config, field).ok_or(Error::MissingField { field })?;
	match value.as_f64() {
		Some(x) if x.is_finite() && x > 0.0 => Ok(x),
		_ => Err(invalid(config, field, "a number above zero is needed")),
	}
}

fn flag(config: &Value, field: &'static str) -> Result<bool> {
	match present(config, field) {
		None => Ok(false),
		Some(Value::Bool(b)) => Ok(*b),
		Some(_) => Err(invalid(config, field, "true or false is needed")),
	}
}

fn family(config: &Value) -> Result<Family> {
	let list = present(config, "architectures").ok_or(Error::MissingField {
		field: "architectures",
	})?;
	let name = list.get(0).and_then(Value::as_str).unwrap_or_default();
	[Family::Llama, Family::Qwen2, Family::Qwen3]
		.into_iter()
		.find(|f| f.architecture() == name)
		.ok_or_else(|| Error::UnsupportedArchitecture {
			found: list.to_string(),
		})
}

fn refuse_unsupported(config: &Value) -> Result<()> {
	if present(config, "quantization_config").is_some() {
		return Err(unsupported(
			config,
			"quantization_config",
			"only unquantised weights are read",
		));
	}
	if present(config, "hidden_act").is_some_and(|v| v != "silu") {
		return Err(unsupported(
			config,
			"hidden_act",
			"only \"silu\" is implemented",
		));
	}
	if flag(config, "mlp_bias")? {
		return Err(unsupported(
			config,
			"mlp_bias",
			"feed-forward layers with biases are not implemented",
		));
	}
	if flag(config, "use_sliding_window")? {
		return Err(unsupported(
			config,
			"use_sliding_window",
			"sliding-window attention is not implemented",
		));
	}
	let full = |v: &Value| v.as_str() == Some("full_attention");
	if present(config, "layer_types")
		.is_some_and(|v| !v.as_array().is_some_and(|a| a.iter().all(full)))
	{
		return Err(unsupported(
			config,
			"layer_types",
			"every layer must be \"full_attention\"",
		));
	}
	if present(config, "pretraining_tp").is_some_and(|v| v.as_u64() != Some(1)) {
		return Err(unsupported(
			config,
			"pretraining_tp",
			"only 1 is implemented",
		));
	}
	if present(config, "partial_rotary_factor").is_some_and(|v| v.as_f64() != Some(1.0)) {
		return Err(unsupported(
			config,
			"partial_rotary_factor",
			"only whole-head rotation is implemented",
		));
	}
	Ok(())
}

fn head_dim(config: &Value, family: Family, hidden: usize, heads: usize) -> Result<usize> {
	let dim = match (present(config, "head_dim"), family) {
		(Some(_), _) => size(config, "head_dim")?,
		// The default of transformers' Qwen3Config.
		(None, Family::Qwen3) => 128,
		(None, _) if hidden.is_multiple_of(heads) => hidden / heads,
		(None, _) => {
			return Err(invalid(
				config,
				"num_attention_heads",
				"it does not divide hidden_size, and there is no head_dim",
			));
		}
	};
	if dim.is_multiple_of(2) {
		Ok(dim)
	} else {
		Err(invalid(
			config,
			"head_dim",
			"an even number is needed for the rotary embedding",
		))
	}
}

/// Reads `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling` (transformers 4).
fn rope(config: &Value) -> Result<RopeSpec> {
	let (field, block) = match present(config, "rope_parameters") {
		Some(block) => (
			"rope_parameters",
			Some(block.get("full_attention").unwrap_or(block)),
		),
		None => ("rope_scaling", present(config, "rope_scaling")),
	};
	let theta = match block.and_then(|b| present(b, "rope_theta")) {
		Some(_) => positive(block.unwrap_or(config), "rope_theta")?,
		None if present(config, "rope_theta").is_some() => positive(config, "rope_theta")?,
		None => 10_000.0,
	};
	let Some(block) = block else {
		return Ok(RopeSpec {
			theta,
			scaling: None,
		});
	};
	let kind = present(block, "rope_type").or_else(|| present(block, "type"));
	match kind.map(|k| k.as_str()) {
		None | Some(Some("default")) => Ok(RopeSpec {
			theta,
			scaling: None,
		}),
		Some(Some("llama3")) => {
			let scaling = llama3_scaling(block)?;
			Ok(RopeSpec {
				theta,
				scaling: Some(scaling),
			})
		}
		Some(_) => Err(unsupported(
			config,
			field,
			"the rope types implemented are \"default\" and \"llama3\"",
		)),
	}
}

fn llama3_scaling(block: &Value) -> Result<Llama3Scaling> {
	let scaling = Llama3Scaling {
		factor: positive(block, "factor")?,
		low_freq_factor: positive(block, "low_freq_factor")?,
		high_freq_factor: positive(block, "high_freq_factor")?,
		original_context: positive(block, "original_max_position_embeddings")?,
	};
	if scaling.high_freq_factor <= scaling.low_freq_factor {
		return Err(invalid(
			block,
			"high_freq_factor",
			"it must be above low_freq_factor",
		));
	}
	Ok(scaling)
}

fn eos(config: &Value, generation: Option<&Value>) -> Result<Vec<u32>> {
	let value = generation
		.and_then(|g| present(g, "eos_token_id"))
		.or_else(|| present(config, "eos_token_id"));
	let token = |v: &Value| {
		v.as_u64()
			.and_then(|n| u32::try_from(n).ok())
			.ok_or_else(|| Error::InvalidField {
				field: "eos_token_id",
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
