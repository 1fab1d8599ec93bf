//! `config.json` in both spellings, and refusals by name.

#![allow(missing_docs)]

mod common;

use athanor_llm::{ArchSpec, Error, Family};
use common::{llama, qwen2, qwen3, spec};
use serde_json::{Value, json};

fn with(mut config: Value, field: &str, value: Value) -> Value {
	config[field] = value;
	config
}

fn without(mut config: Value, field: &str) -> Value {
	config.as_object_mut().unwrap().remove(field);
	config
}

fn failure(config: &Value) -> Error {
	ArchSpec::from_json(config, None).unwrap_err()
}

#[test]
fn the_families_differ_where_they_should() {
	let (l, q2, q3) = (spec(&llama()), spec(&qwen2()), spec(&qwen3()));
	assert_eq!(
		[l.family, q2.family, q3.family],
		[Family::Llama, Family::Qwen2, Family::Qwen3]
	);
	assert_eq!([l.qkv_bias, q2.qkv_bias, q3.qkv_bias], [false, true, false]);
	assert_eq!([l.output_bias, q2.output_bias, q3.output_bias], [false; 3]);
	assert_eq!([l.qk_norm, q2.qk_norm, q3.qk_norm], [false, false, true]);
	assert_eq!([l.head_dim, q2.head_dim, q3.head_dim], [8, 8, 16]);
	let biased = spec(&with(llama(), "attention_bias", json!(true)));
	assert!(biased.qkv_bias && biased.output_bias);
	assert_eq!(spec(&without(qwen3(), "head_dim")).head_dim, 128);
	assert_eq!(
		spec(&without(llama(), "num_key_value_heads")).num_kv_heads,
		6
	);
}

#[test]
fn both_spellings_of_transformers_give_the_same_model() {
	let old = llama();
	let mut scaling = old["rope_scaling"].clone();
	scaling["rope_theta"] = old["rope_theta"].clone();
	let new = without(without(old.clone(), "rope_theta"), "rope_scaling");
	let new = with(without(new, "torch_dtype"), "dtype", json!("float32"));
	assert_eq!(
		spec(&with(new.clone(), "rope_parameters", scaling.clone())),
		spec(&old)
	);
	assert_eq!(
		spec(&with(
			new,
			"rope_parameters",
			json!({ "full_attention": scaling })
		)),
		spec(&old)
	);
	let older = with(llama(), "rope_scaling", json!({"type": "default"}));
	assert_eq!(spec(&older).ropes[0].scaling, None);
	assert_eq!(spec(&older).ropes[0].theta, 500_000.0);
}

#[test]
fn end_tokens_may_be_one_or_many_and_the_generation_config_wins() {
	let config = qwen2();
	let eos = |generation: Value| ArchSpec::from_json(&config, Some(&generation)).unwrap().eos;
	assert_eq!(eos(json!({})), [1]);
	assert_eq!(eos(json!({"eos_token_id": [7, 9]})), [7, 9]);
	assert_eq!(eos(json!({"eos_token_id": 5})), [5]);
	assert_eq!(
		spec(&with(qwen2(), "eos_token_id", Value::Null)).eos,
		Vec::<u32>::new()
	);
	assert!(matches!(
		failure(&with(qwen2(), "eos_token_id", json!(100_000))),
		Error::TokenOutOfRange { .. }
	));
	assert!(matches!(
		failure(&with(qwen2(), "eos_token_id", json!("x"))),
		Error::InvalidField { .. }
	));
}

#[test]
fn other_architectures_are_refused_by_name() {
	for name in [
		"MixtralForCausalLM",
		"GPT2LMHeadModel",
		"LlamaForSequenceClassification",
	] {
		let error = failure(&with(llama(), "architectures", json!([name])));
		assert!(error.to_string().contains(name), "{error}");
		assert!(matches!(error, Error::UnsupportedArchitecture { .. }));
	}
	assert!(matches!(
		failure(&without(llama(), "architectures")),
		Error::MissingField {
			field: "architectures"
		}
	));
}

#[test]
fn features_that_are_not_implemented_are_refused_by_name() {
	for (field, value) in [
		("quantization_config", json!({"quant_method": "gptq"})),
		("hidden_act", json!("gelu")),
		(
			"layer_types",
			json!(["full_attention", "sliding_attention", "full_attention"]),
		),
		("layer_types", json!(["chunked_attention"])),
		("attn_logit_softcapping", json!(50.0)),
		("residual_multiplier", json!(0.22)),
		("no_rope_layers", json!([1, 1, 0])),
		("rope_scaling", json!({"rope_type": "yarn", "factor": 4.0})),
		("rope_parameters", json!({"rope_type": "longrope"})),
		("partial_rotary_factor", json!(0.5)),
		("pretraining_tp", json!(2)),
	] {
		let error = failure(&with(llama(), field, value));
		assert!(
			matches!(&error, Error::UnsupportedField { field: f, .. } if *f == field),
			"{field}: {error}"
		);
	}
}

#[test]
fn fields_that_are_missing_or_out_of_range_are_named() {
	for field in [
		"vocab_size",
		"hidden_size",
		"intermediate_size",
		"num_hidden_layers",
		"num_attention_heads",
		"max_position_embeddings",
	] {
		assert!(
			matches!(failure(&without(llama(), field)), Error::MissingField { field: f } if f == field)
		);
		for bad in [
			json!(0),
			json!(-1),
			json!(1.5),
			json!("many"),
			json!(u64::MAX),
		] {
			assert!(
				matches!(failure(&with(llama(), field, bad)), Error::InvalidField { field: f, .. } if f == field)
			);
		}
	}
	for (field, bad) in [
		("num_key_value_heads", json!(4)),
		("num_attention_heads", json!(7)),
		("head_dim", json!(9)),
		("rms_norm_eps", json!(0.0)),
		("rope_theta", json!(-5)),
		("tie_word_embeddings", json!("yes")),
	] {
		let error = failure(&with(llama(), field, bad));
		assert!(
			matches!(error, Error::InvalidField { .. }),
			"{field}: {error}"
		);
	}
	let scaling = json!({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 1.0, "original_max_position_embeddings": 64});
	assert!(matches!(
		failure(&with(llama(), "rope_scaling", scaling)),
		Error::InvalidField { .. }
	));
}

#[test]
fn sizes_that_no_model_has_are_refused_at_once() {
	let most = 1u64 << 31;
	for (field, bad) in [("num_hidden_layers", 1025), ("num_hidden_layers", most)] {
		let error = failure(&with(llama(), field, json!(bad)));
		assert!(
			matches!(error, Error::InvalidField { field: f, .. } if f == field),
			"{error}"
		);
	}
	assert_eq!(
		spec(&with(llama(), "num_hidden_layers", json!(1024))).num_layers(),
		1024
	);
	// The rows of a projection.
	let error = failure(&with(llama(), "head_dim", json!(most)));
	assert!(
		matches!(
			error,
			Error::InvalidField {
				field: "num_attention_heads",
				..
			}
		),
		"{error}"
	);
	// All weights together: 3 · 2^62 in each of the blocks.
	let wide = with(llama(), "hidden_size", json!(most));
	let wide = with(
		with(wide, "head_dim", json!(8)),
		"intermediate_size",
		json!(most),
	);
	assert!(matches!(failure(&wide), Error::TooManyParameters));
}

#[test]
fn llama_3_scaling_has_the_published_frequencies() {
	// Llama-3.2-1B: theta 500,000, head size 64, factor 32, original context 8,192. The first
	// frequency is untouched, the last is divided by the factor.
	use athanor_llm::config::{Llama3Scaling, RopeScaling, RopeSpec};
	use athanor_llm::rope::inverse_frequencies;
	let scaling = Llama3Scaling {
		factor: 32.0,
		low_freq_factor: 1.0,
		high_freq_factor: 4.0,
		original_context: 8192.0,
	};
	let plain = inverse_frequencies(
		&RopeSpec {
			theta: 500_000.0,
			scaling: None,
		},
		64,
	);
	let scaled = inverse_frequencies(
		&RopeSpec {
			theta: 500_000.0,
			scaling: Some(RopeScaling::Llama3(scaling)),
		},
		64,
	);
	assert_eq!(plain.len(), 32);
	assert_eq!(plain[0], 1.0);
	assert_eq!(scaled[0], 1.0);
	assert!((scaled[31] - plain[31] / 32.0).abs() < 1e-18);
	// Pair 15 has a wavelength of about 2,951 tokens, in the part that is blended.
	let wavelength = std::f64::consts::TAU / plain[15];
	let smooth = (8192.0 / wavelength - 1.0) / 3.0;
	assert!(smooth > 0.0 && smooth < 1.0);
	assert!((scaled[15] - ((1.0 - smooth) * plain[15] / 32.0 + smooth * plain[15])).abs() < 1e-15);
}
