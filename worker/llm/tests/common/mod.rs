//! Builds tiny models with random weights in temporary folders.

#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use athanor_llm::ArchSpec;
use athanor_llm::decoder::tensor_shapes;
use half::{bf16, f16};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokenizers::models::bpe::BPE;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, Tokenizer};

/// Tensors by name: shape and values.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

pub const SPECIAL: [&str; 3] = ["<s>", "</s>", "<|user|>"];
pub const VOCAB: usize = 256 + SPECIAL.len();

pub const TEMPLATE: &str = "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'robot' %}{{ raise_exception('no robots here') }}{% endif %}<|user|>{{ m['role'].upper() }}: {{ m['content'].strip() }}\n{% endfor %}{% if add_generation_prompt %}ANSWER:{% endif %}";

pub fn llama() -> Value {
	json!({
		"architectures": ["LlamaForCausalLM"], "vocab_size": VOCAB, "hidden_size": 48, "intermediate_size": 80,
		"num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2, "hidden_act": "silu",
		"max_position_embeddings": 400, "rms_norm_eps": 1e-5, "tie_word_embeddings": false, "eos_token_id": [1],
		"rope_theta": 500000.0, "torch_dtype": "float32",
		"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
			"original_max_position_embeddings": 64},
	})
}

pub fn qwen2() -> Value {
	json!({
		"architectures": ["Qwen2ForCausalLM"], "vocab_size": VOCAB, "hidden_size": 32, "intermediate_size": 72,
		"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu",
		"max_position_embeddings": 400, "rms_norm_eps": 1e-6, "tie_word_embeddings": true, "eos_token_id": 1,
		"rope_theta": 10000.0, "use_sliding_window": false, "sliding_window": 128,
	})
}

pub fn qwen3() -> Value {
	json!({
		"architectures": ["Qwen3ForCausalLM"], "vocab_size": VOCAB, "hidden_size": 40, "intermediate_size": 64,
		"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 16,
		"hidden_act": "silu", "max_position_embeddings": 400, "rms_norm_eps": 1e-6, "tie_word_embeddings": false,
		"eos_token_id": 1, "dtype": "bfloat16", "attention_bias": false,
		"rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0},
		"layer_types": ["full_attention", "full_attention"],
	})
}

pub fn families() -> [Value; 3] {
	[llama(), qwen2(), qwen3()]
}

pub fn spec(config: &Value) -> ArchSpec {
	ArchSpec::from_json(config, None).unwrap()
}

/// Random weights; norms around one and biases around zero, so that leaving one out shows.
pub fn tensors(config: &Value, seed: u64) -> Tensors {
	let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
	let mut next = move || {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		(state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
	};
	let fill = |(name, shape): (String, Vec<usize>)| {
		let count = shape.iter().product();
		let centre = if name.ends_with("norm.weight") {
			1.0
		} else {
			0.0
		};
		let values = (0..count).map(|_| centre + 0.35 * next()).collect();
		(name, (shape, values))
	};
	tensor_shapes(&spec(config)).into_iter().map(fill).collect()
}

/// Packs tensors as safetensors.
pub fn pack(tensors: &Tensors, dtype: Dtype) -> Vec<u8> {
	let bytes: Vec<Vec<u8>> = tensors
		.values()
		.map(|(_, values)| match dtype {
			Dtype::F16 => values
				.iter()
				.flat_map(|x| f16::from_f32(*x).to_le_bytes())
				.collect(),
			Dtype::BF16 => values
				.iter()
				.flat_map(|x| bf16::from_f32(*x).to_le_bytes())
				.collect(),
			_ => values.iter().flat_map(|x| x.to_le_bytes()).collect(),
		})
		.collect();
	let views: Vec<(&str, TensorView<'_>)> = tensors
		.iter()
		.zip(&bytes)
		.map(|((name, (shape, _)), bytes)| {
			(
				name.as_str(),
				TensorView::new(dtype, shape.clone(), bytes).unwrap(),
			)
		})
		.collect();
	safetensors::serialize(views, None).unwrap()
}

/// A byte-level tokenizer without merges: every byte is a token, so characters are split wherever
/// they can be.
pub fn tokenizer() -> Tokenizer {
	let mut letters: Vec<char> = ByteLevel::alphabet().into_iter().collect();
	letters.sort_unstable();
	let special = SPECIAL.iter().map(|s| (*s).to_owned());
	let vocab: [(String, u32); VOCAB] = special
		.chain(letters.into_iter().map(String::from))
		.zip(0u32..)
		.collect::<Vec<_>>()
		.try_into()
		.unwrap();
	let mut tokenizer = Tokenizer::new(
		BPE::builder()
			.vocab_and_merges(vocab, vec![])
			.build()
			.unwrap(),
	);
	let post = TemplateProcessing::builder()
		.try_single("<s> $A")
		.unwrap()
		.special_tokens(vec![("<s>", 0)])
		.build()
		.unwrap();
	tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
	tokenizer.with_decoder(Some(ByteLevel::default()));
	tokenizer.with_post_processor(Some(post));
	tokenizer
		.add_special_tokens(
			SPECIAL
				.iter()
				.map(|s| AddedToken::from(*s, true))
				.collect::<Vec<_>>(),
		)
		.unwrap();
	tokenizer
}

/// The tokenizer.json of a tokenizer in the manner of Llama 2: letters and spaces are tokens, and every other character
/// becomes one token per byte.
pub fn byte_fallback() -> String {
	let special = ["<unk>", "<s>", "</s>"];
	let added = special.iter().zip(0..).map(|(content, id)| {
		json!({"id": id, "content": content, "single_word": false, "lstrip": false,
			"rstrip": false, "normalized": false, "special": true})
	});
	let bytes = (0..=255).map(|byte| format!("<0x{byte:02X}>"));
	let letters = ('a'..='z').chain(['▁']).map(String::from);
	let vocab: serde_json::Map<_, _> = special
		.map(str::to_owned)
		.into_iter()
		.chain(bytes)
		.chain(letters)
		.zip((0u32..).map(serde_json::Value::from))
		.collect();
	let space = json!({"String": " "});
	let json = json!({
		"version": "1.0", "truncation": null, "padding": null, "pre_tokenizer": null,
		"post_processor": null,
		"added_tokens": added.collect::<Vec<_>>(),
		"normalizer": {"type": "Sequence", "normalizers": [
			{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": space, "content": "▁"},
		]},
		"decoder": {"type": "Sequence", "decoders": [
			{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
			{"type": "ByteFallback"}, {"type": "Fuse"},
			{"type": "Strip", "content": " ", "start": 1, "stop": 0},
		]},
		"model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
			"vocab": vocab, "merges": []},
	});
	json.to_string()
}

/// Writes everything but the weights.
pub fn write_text_side(dir: &Path, config: &Value) {
	std::fs::write(dir.join("config.json"), config.to_string()).unwrap();
	std::fs::write(
		dir.join("tokenizer.json"),
		tokenizer().to_string(false).unwrap(),
	)
	.unwrap();
	let tokenizer_config =
		json!({ "bos_token": "<s>", "eos_token": {"content": "</s>"}, "chat_template": TEMPLATE });
	std::fs::write(
		dir.join("tokenizer_config.json"),
		tokenizer_config.to_string(),
	)
	.unwrap();
}

/// A whole model directory with f32 weights in one file.
pub fn model_dir(config: &Value, seed: u64) -> TempDir {
	let dir = tempfile::tempdir().unwrap();
	write_text_side(dir.path(), config);
	std::fs::write(
		dir.path().join("model.safetensors"),
		pack(&tensors(config, seed), Dtype::F32),
	)
	.unwrap();
	dir
}

/// A model of such a directory, on the CPU.
pub fn load(dir: &Path) -> athanor_llm::Result<athanor_llm::Model> {
	athanor_llm::Model::load(dir, &athanor_llm::Device::flex(), &mut |_, _| {})
}

/// Tokens of a made-up text.
pub fn some_tokens(count: usize, seed: usize) -> Vec<u32> {
	(0..count)
		.map(|i| (3 + (i * i * 31 + i * 7 + seed * 13) % 256) as u32)
		.collect()
}
