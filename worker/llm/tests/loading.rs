//! Weight files: whole and sharded, in every type, and every way in which they can be wrong.

#![allow(missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use athanor_llm::{Error, ModelHashes, blake2_256};
use athanor_primitives::model_hash::template_hash;
use common::{
	Tensors, families, llama, load, model_dir, pack, qwen2, some_tokens, tensors, write_text_side,
};
use safetensors::tensor::Dtype;
use serde_json::json;

fn write_weights(dir: &Path, tensors: &Tensors) {
	std::fs::write(dir.join("model.safetensors"), pack(tensors, Dtype::F32)).unwrap();
}

fn failure(dir: &Path) -> Error {
	load(dir).map(|_| ()).unwrap_err()
}

/// Splits the weights into shards and writes the index.
fn shard(dir: &Path, tensors: &Tensors, shards: usize) {
	let mut map = BTreeMap::new();
	for shard in 0..shards {
		let name = format!("model-{:05}-of-{shards:05}.safetensors", shard + 1);
		let part: Tensors = tensors
			.iter()
			.skip(shard)
			.step_by(shards)
			.map(|(k, v)| (k.clone(), v.clone()))
			.collect();
		for tensor in part.keys() {
			map.insert(tensor.clone(), name.clone());
		}
		std::fs::write(dir.join(name), pack(&part, Dtype::F32)).unwrap();
	}
	let index = json!({ "metadata": {"total_size": 1}, "weight_map": map });
	std::fs::write(dir.join("model.safetensors.index.json"), index.to_string()).unwrap();
}

#[test]
fn shards_load_like_one_file() {
	for config in families() {
		let whole = model_dir(&config, 1);
		let parts = tempfile::tempdir().unwrap();
		write_text_side(parts.path(), &config);
		shard(parts.path(), &tensors(&config, 1), 3);
		let tokens = some_tokens(20, 1);
		let score = |dir: &Path| load(dir).unwrap().score(&tokens).unwrap();
		assert_eq!(score(whole.path()), score(parts.path()));
	}
}

#[test]
fn half_precision_weights_are_converted_exactly() {
	use half::{bf16, f16};
	let config = qwen2();
	for (dtype, round) in [
		(
			Dtype::F16,
			(|x| f16::from_f32(x).to_f32()) as fn(f32) -> f32,
		),
		(Dtype::BF16, |x| bf16::from_f32(x).to_f32()),
	] {
		let (half, full) = (model_dir(&config, 2), model_dir(&config, 2));
		let mut weights = tensors(&config, 2);
		std::fs::write(half.path().join("model.safetensors"), pack(&weights, dtype)).unwrap();
		weights
			.values_mut()
			.flat_map(|(_, v)| v)
			.for_each(|x| *x = round(*x));
		write_weights(full.path(), &weights);
		let tokens = some_tokens(20, 2);
		let score = |dir: &Path| load(dir).unwrap().score(&tokens).unwrap();
		assert_eq!(score(half.path()), score(full.path()));
	}
}

#[test]
fn progress_counts_every_tensor() {
	let dir = model_dir(&llama(), 3);
	let mut seen = Vec::new();
	athanor_llm::Model::load(
		dir.path(),
		&athanor_llm::Device::flex(),
		&mut |done, all| seen.push((done, all)),
	)
	.unwrap();
	let all = tensors(&llama(), 3).len();
	assert_eq!(seen, (1..=all).map(|n| (n, all)).collect::<Vec<_>>());
}

#[test]
fn a_file_cut_short_anywhere_is_refused_by_name() {
	let dir = model_dir(&llama(), 4);
	let path = dir.path().join("model.safetensors");
	let bytes = std::fs::read(&path).unwrap();
	for keep in [1, 7, 8, 9, 200, bytes.len() / 2, bytes.len() - 1] {
		std::fs::write(&path, &bytes[..keep]).unwrap();
		let error = failure(dir.path());
		assert!(
			matches!(&error, Error::CorruptWeights { path: p, .. } if *p == path),
			"{keep}: {error}"
		);
	}
	let mut damaged = bytes.clone();
	damaged[20] = 0xff;
	std::fs::write(&path, &damaged).unwrap();
	assert!(matches!(failure(dir.path()), Error::CorruptWeights { .. }));
	std::fs::write(&path, [bytes, vec![0; 5]].concat()).unwrap();
	assert!(matches!(failure(dir.path()), Error::CorruptWeights { .. }));
}

#[test]
fn missing_unused_and_misshaped_tensors_are_named() {
	let config = llama();
	let dir = model_dir(&config, 5);
	let name = "model.layers.1.self_attn.k_proj.weight";

	let mut weights = tensors(&config, 5);
	weights.remove(name);
	write_weights(dir.path(), &weights);
	assert!(matches!(failure(dir.path()), Error::MissingTensor { name: n } if n == name));

	let mut weights = tensors(&config, 5);
	weights.insert(
		"model.layers.1.mystery.weight".into(),
		(vec![2], vec![0.0; 2]),
	);
	write_weights(dir.path(), &weights);
	assert!(
		matches!(failure(dir.path()), Error::UnusedTensor { name, count: 1 } if name == "model.layers.1.mystery.weight")
	);

	let mut weights = tensors(&config, 5);
	weights.get_mut(name).unwrap().0.reverse();
	write_weights(dir.path(), &weights);
	let error = failure(dir.path());
	assert!(
		matches!(&error, Error::WrongShape { expected, found, .. } if *expected == [16, 48] && *found == [48, 16]),
		"{error}"
	);
}

#[test]
fn what_can_be_left_out_may_be_there() {
	let config = qwen2();
	let dir = model_dir(&config, 6);
	let mut weights = tensors(&config, 6);
	let copy = weights["model.embed_tokens.weight"].clone();
	weights.insert("lm_head.weight".into(), copy);
	weights.insert(
		"model.layers.0.self_attn.rotary_emb.inv_freq".into(),
		(vec![4], vec![0.0; 4]),
	);
	write_weights(dir.path(), &weights);
	load(dir.path()).unwrap();
}

#[test]
fn other_types_are_refused_by_name() {
	let config = llama();
	let dir = model_dir(&config, 7);
	let weights = tensors(&config, 7);
	let bytes: Vec<Vec<u8>> = weights
		.values()
		.map(|(_, v)| vec![0; v.len() * 8])
		.collect();
	let views: Vec<_> = weights
		.iter()
		.zip(&bytes)
		.map(|((n, (s, _)), b)| {
			(
				n.as_str(),
				safetensors::tensor::TensorView::new(Dtype::F64, s.clone(), b).unwrap(),
			)
		})
		.collect();
	std::fs::write(
		dir.path().join("model.safetensors"),
		safetensors::serialize(views, None).unwrap(),
	)
	.unwrap();
	assert!(matches!(failure(dir.path()), Error::UnsupportedDtype { dtype, .. } if dtype == "F64"));
}

#[test]
fn shards_that_are_missing_doubled_or_elsewhere_are_refused() {
	let config = llama();
	let dir = tempfile::tempdir().unwrap();
	write_text_side(dir.path(), &config);
	assert!(matches!(failure(dir.path()), Error::NoWeights { .. }));

	shard(dir.path(), &tensors(&config, 8), 2);
	let second = dir.path().join("model-00002-of-00002.safetensors");
	let bytes = std::fs::read(&second).unwrap();
	std::fs::remove_file(&second).unwrap();
	assert!(
		matches!(failure(dir.path()), Error::MissingShard { shard } if shard == "model-00002-of-00002.safetensors")
	);

	std::fs::copy(dir.path().join("model-00001-of-00002.safetensors"), &second).unwrap();
	assert!(matches!(failure(dir.path()), Error::DuplicateTensor { .. }));
	std::fs::write(&second, bytes).unwrap();
	load(dir.path()).unwrap();

	let index = json!({ "weight_map": {"model.norm.weight": "../other/model.safetensors"} });
	std::fs::write(
		dir.path().join("model.safetensors.index.json"),
		index.to_string(),
	)
	.unwrap();
	assert!(matches!(failure(dir.path()), Error::UnsafeShardName { .. }));
	std::fs::write(dir.path().join("model.safetensors.index.json"), "{}").unwrap();
	assert!(matches!(failure(dir.path()), Error::CorruptWeights { .. }));
}

#[test]
fn a_tokenizer_larger_than_the_model_is_refused() {
	let mut config = llama();
	config["vocab_size"] = json!(200);
	config["eos_token_id"] = json!(1);
	let dir = model_dir(&config, 9);
	assert!(matches!(failure(dir.path()), Error::Tokenizer { .. }));
}

#[test]
fn missing_files_are_named() {
	for name in ["config.json", "tokenizer.json"] {
		let dir = model_dir(&llama(), 10);
		std::fs::remove_file(dir.path().join(name)).unwrap();
		let error = failure(dir.path());
		assert!(
			matches!(&error, Error::Io { path, .. } if path.ends_with(name)),
			"{error}"
		);
		std::fs::write(dir.path().join(name), "{ not json").unwrap();
		assert!(matches!(
			failure(dir.path()),
			Error::Json { .. } | Error::Tokenizer { .. }
		));
	}
}

#[test]
fn hashes_follow_the_documented_rule() {
	let dir = model_dir(&llama(), 11);
	let path = |name: &str| dir.path().join(name);
	std::fs::write(path("generation_config.json"), "{}").unwrap();
	let entry = |name: &str| {
		let content = std::fs::read(path(name)).unwrap();
		let mut bytes = (name.len() as u32).to_le_bytes().to_vec();
		bytes.extend(name.as_bytes());
		bytes.extend((content.len() as u64).to_le_bytes());
		bytes.extend(blake2_256(&content));
		bytes
	};
	let bytes = ["config.json", "generation_config.json", "model.safetensors"]
		.map(entry)
		.concat();
	let mut last = (0, 0);
	let hashes = ModelHashes::of_dir(dir.path(), &mut |done, all| last = (done, all)).unwrap();
	assert_eq!(hashes.weights, blake2_256(&bytes));
	assert_eq!(
		hashes.tokenizer,
		blake2_256(&std::fs::read(path("tokenizer.json")).unwrap())
	);
	assert_eq!(
		hashes.template,
		template_hash(common::TEMPLATE, "<s>", "</s>")
	);
	assert!(last.0 == last.1 && last.0 > 10_000);

	let template = || {
		ModelHashes::of_dir(dir.path(), &mut |_, _| {})
			.unwrap()
			.template
	};
	// The special tokens come from another file than the template.
	std::fs::write(path("chat_template.jinja"), "other").unwrap();
	assert_eq!(template(), template_hash("other", "<s>", "</s>"));
	std::fs::write(path("tokenizer_config.json"), r#"{"bos_token": "<b>"}"#).unwrap();
	assert_eq!(template(), template_hash("other", "<b>", ""));
	std::fs::remove_file(path("chat_template.jinja")).unwrap();
	assert_eq!(template(), template_hash("", "", ""));
}

#[test]
fn the_card_of_the_demonstration_model_has_its_hashes() {
	let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/demo");
	let card = std::fs::read_to_string(dir.join("README.md")).unwrap();
	let hashes = ModelHashes::of_dir(&dir, &mut |_, _| {}).unwrap();
	for (name, hash) in [
		("weights", hashes.weights),
		("tokenizer", hashes.tokenizer),
		("template", hashes.template),
	] {
		let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
		let line = format!("* {name} `0x{hex}`\n");
		assert!(card.contains(&line), "the card should say {line}");
	}
}
