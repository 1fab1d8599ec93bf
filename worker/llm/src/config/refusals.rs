//! Fields that change what a model computes, and that are not implemented.

use serde_json::Value;

use super::Family;
use super::fields::Config;
use crate::error::Result;

/// Fields of other families, or of variants of these, that are refused unless they are null, false or
/// the number beside them, with which they change nothing.
const NEUTRAL: [(&str, Option<f64>, &str); 22] = [
	(
		"quantization_config",
		None,
		"only unquantised weights are read",
	),
	(
		"partial_rotary_factor",
		Some(1.0),
		"only whole-head rotation is implemented",
	),
	("pretraining_tp", Some(1.0), "only 1 is implemented"),
	(
		"attn_logit_softcapping",
		None,
		"capped scores are not implemented",
	),
	(
		"final_logit_softcapping",
		None,
		"capped logits are not implemented",
	),
	(
		"use_bidirectional_attention",
		None,
		"only causal attention is implemented",
	),
	(
		"attention_chunk_size",
		None,
		"attention in chunks is not implemented",
	),
	(
		"no_rope_layers",
		None,
		"every layer must have a rotary embedding",
	),
	(
		"no_rope_layer_interval",
		None,
		"every layer must have a rotary embedding",
	),
	(
		"rope_interleaved",
		None,
		"only the half-split rotary embedding is implemented",
	),
	("clip_qkv", None, "clipped projections are not implemented"),
	(
		"qk_layernorm",
		None,
		"only RMSNorm of queries and keys is implemented",
	),
	("embedding_multiplier", Some(1.0), "only 1 is implemented"),
	("residual_multiplier", Some(1.0), "only 1 is implemented"),
	(
		"attention_multiplier",
		None,
		"scores have the family's own scale",
	),
	("logits_scaling", Some(1.0), "only 1 is implemented"),
	("logit_scale", Some(1.0), "only 1 is implemented"),
	("alibi", None, "only rotary embeddings are implemented"),
	(
		"parallel_attn",
		None,
		"attention and feed-forward layer must follow each other",
	),
	(
		"shared_expert_intermediate_size",
		Some(0.0),
		"shared experts are not implemented",
	),
	(
		"n_shared_experts",
		Some(0.0),
		"shared experts are not implemented",
	),
	(
		"kv_lora_rank",
		None,
		"multi-head latent attention is not implemented",
	),
];

/// Refuses what would be computed wrongly.
pub(super) fn refuse_unsupported(config: &Config<'_>, family: Family) -> Result<()> {
	for (field, neutral, reason) in NEUTRAL {
		let harmless = |value: &Value| {
			*value == Value::Bool(false) || (neutral.is_some() && value.as_f64() == neutral)
		};
		if config.present(field).is_some_and(|value| !harmless(value)) {
			return Err(config.unsupported(field, reason));
		}
	}
	let gelu = ["gelu_pytorch_tanh"].as_slice();
	let (field, known, reason) = match family {
		Family::Gemma3 => (
			"hidden_activation",
			gelu,
			"only \"gelu_pytorch_tanh\" is implemented for this family",
		),
		_ => (
			"hidden_act",
			["silu", "swish"].as_slice(),
			"only \"silu\" is implemented for this family",
		),
	};
	let is_known = |value: &Value| value.as_str().is_some_and(|v| known.contains(&v));
	if config.present(field).is_some_and(|value| !is_known(value)) {
		return Err(config.unsupported(field, reason));
	}
	if family != Family::Llama && config.flag("mlp_bias", false)? {
		return Err(config.unsupported(
			"mlp_bias",
			"feed-forward layers with biases are implemented for LlamaForCausalLM only",
		));
	}
	if family == Family::Qwen3Moe && config.flag("use_sliding_window", false)? {
		return Err(config.unsupported(
			"use_sliding_window",
			"sliding-window attention is not implemented for this family",
		));
	}
	Ok(())
}
