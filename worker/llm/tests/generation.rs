//! Prefill against decode, and what `generate` promises.

#![allow(missing_docs)]

mod common;

use std::ops::ControlFlow;

use athanor_llm::{
	Error, Finish, GenerateRequest, Generation, Model, Progress, Sampler, blake2_256,
};
use common::{families, llama, load, model_dir, qwen3, some_tokens};
use serde_json::json;

fn request(prompt: Vec<u32>, max_new: u32, sampler: Sampler, seed: u8) -> GenerateRequest {
	GenerateRequest {
		prompt_tokens: prompt,
		max_new,
		sampler,
		seed: [seed; 32],
	}
}

fn run(model: &Model, request: &GenerateRequest) -> Generation {
	model
		.generate(request, |_| ControlFlow::Continue(()))
		.unwrap()
}

const TOP_K: Sampler = Sampler::TopK {
	temperature: 1.5,
	k: 200,
};

/// Decodes token by token and compares every step's logits with those of one pass over the whole
/// sequence. The prompt is longer than a prefill chunk, so chunked prefill is covered too.
#[test]
fn prefill_equals_decode() {
	use athanor_llm::decoder::Decoder;
	use athanor_llm::kv_cache::KvCache;
	use athanor_llm::rope::RopeTable;
	use athanor_llm::weights::Checkpoint;
	use burn::tensor::{Device, Int, Tensor, TensorData};
	for (seed, config) in families().iter().enumerate() {
		let dir = model_dir(config, seed as u64 + 11);
		let (spec, device) = (common::spec(config), Device::flex());
		let decoder =
			Decoder::from_source(&spec, &mut Checkpoint::open(dir.path()).unwrap(), &device)
				.unwrap();
		let rope = RopeTable::new(&spec, &device);
		let tokens = some_tokens(320, seed);
		let tensor = |part: &[u32]| {
			let ids: Vec<i32> = part.iter().map(|t| *t as i32).collect();
			Tensor::<2, Int>::from_data(TensorData::new(ids, [1, part.len()]), &device)
		};
		let values = |t: Tensor<3>| t.try_into_vec_as::<f32>().unwrap();
		let whole = values(
			decoder
				.forward(&spec, tensor(&tokens), 0, &rope, None)
				.unwrap(),
		);
		let mut cache = KvCache::new(&spec, tokens.len(), &device);
		let mut steps = Vec::new();
		for part in [&tokens[..200], &tokens[200..290]] {
			let start = cache.len();
			let logits = decoder.forward(&spec, tensor(part), start, &rope, Some(&mut cache));
			steps.extend(values(logits.unwrap()));
		}
		for token in &tokens[290..] {
			let start = cache.len();
			let logits = decoder.forward(&spec, tensor(&[*token]), start, &rope, Some(&mut cache));
			steps.extend(values(logits.unwrap()));
		}
		assert_eq!(cache.len(), tokens.len());
		let largest = whole.iter().fold(0.0f32, |m, x| m.max(x.abs()));
		let worst = whole
			.iter()
			.zip(&steps)
			.map(|(a, b)| (a - b).abs())
			.fold(0.0, f32::max);
		assert_eq!(whole.len(), steps.len());
		assert!(
			worst <= 1e-4 * largest,
			"{}: off by {worst}, largest {largest}",
			config["architectures"][0]
		);
	}
}

#[test]
fn greedy_generation_is_the_argmax_of_the_scores() {
	for config in families() {
		let mut config = config;
		config["eos_token_id"] = json!(null);
		let dir = model_dir(&config, 3);
		let model = load(dir.path()).unwrap();
		let prompt = some_tokens(270, 5);
		let answer = run(&model, &request(prompt.clone(), 20, Sampler::Greedy, 0));
		assert_eq!(answer.finish, Finish::Length);
		assert_eq!((answer.tokens.len(), answer.trace.len()), (20, 20));
		let sequence: Vec<u32> = prompt.iter().chain(&answer.tokens).copied().collect();
		let scores = model.score(&sequence).unwrap();
		for (i, token) in answer.tokens.iter().enumerate() {
			let row = &scores[prompt.len() + i - 1];
			let best = row.iter().fold(f32::MIN, |m, x| m.max(*x));
			// Equal up to the rounding between one pass and many.
			assert!(best - row[*token as usize] <= 1e-4 * best.abs(), "step {i}");
		}
	}
}

#[test]
fn the_same_seed_gives_the_same_answer_and_trace_and_another_seed_another() {
	let dir = model_dir(&qwen3(), 4);
	let model = load(dir.path()).unwrap();
	let prompt = some_tokens(12, 1);
	let a = run(&model, &request(prompt.clone(), 40, TOP_K, 1));
	let b = run(
		&load(dir.path()).unwrap(),
		&request(prompt.clone(), 40, TOP_K, 1),
	);
	let c = run(&model, &request(prompt, 40, TOP_K, 2));
	assert_eq!(
		(&a.tokens, &a.trace, &a.text),
		(&b.tokens, &b.trace, &b.text)
	);
	assert_ne!(a.tokens, c.tokens);
}

#[test]
fn events_carry_the_tokens_and_the_text() {
	let dir = model_dir(&llama(), 5);
	let model = load(dir.path()).unwrap();
	let (mut tokens, mut text) = (Vec::new(), String::new());
	let answer = model
		.generate(&request(some_tokens(8, 2), 50, TOP_K, 3), |progress| {
			let Progress::Token(event) = progress else {
				return ControlFlow::Continue(());
			};
			assert_eq!(event.index as usize, tokens.len());
			tokens.push(event.token);
			text.push_str(event.text);
			ControlFlow::Continue(())
		})
		.unwrap();
	assert_eq!(tokens, answer.tokens);
	assert!(answer.text.starts_with(&text));
	assert!(text.chars().count() > 10);
	assert_eq!(
		answer.text,
		model.tokenizer().decode(&answer.tokens, true).unwrap()
	);
	assert!(
		answer.timings.prefill <= answer.timings.first_token
			&& answer.timings.first_token <= answer.timings.total
	);
}

/// Random weights write bytes that are no text, which change what was streamed before them.
#[test]
fn the_text_follows_from_the_tokens_alone() {
	let mut config = llama();
	config["vocab_size"] = json!(286);
	config["eos_token_id"] = json!(null);
	let dir = model_dir(&config, 14);
	std::fs::write(dir.path().join("tokenizer.json"), common::byte_fallback()).unwrap();
	let model = load(dir.path()).unwrap();
	let mut taken_back = 0;
	for seed in 0..8 {
		let mut streamed = String::new();
		let request = request(some_tokens(8, 2), 100, TOP_K, seed);
		let answer = model.generate(&request, |progress| {
			if let Progress::Token(event) = progress {
				streamed.push_str(event.text);
			}
			ControlFlow::Continue(())
		});
		let answer = answer.unwrap();
		assert_eq!(
			answer.text,
			model.tokenizer().decode(&answer.tokens, true).unwrap()
		);
		taken_back += usize::from(!answer.text.starts_with(&streamed));
	}
	assert!(taken_back > 0, "the test shows nothing");
}

#[test]
fn a_stop_keeps_the_end_token_out_of_the_answer_but_in_the_trace() {
	let dir = model_dir(&llama(), 6);
	let prompt = some_tokens(10, 4);
	let first = run(
		&load(dir.path()).unwrap(),
		&request(prompt.clone(), 5, Sampler::Greedy, 0),
	)
	.tokens;
	// The third token becomes an end token; generation_config.json takes precedence.
	let end = first[2];
	let before: Vec<u32> = first.iter().take_while(|t| **t != end).copied().collect();
	std::fs::write(
		dir.path().join("generation_config.json"),
		json!({ "eos_token_id": [1, end] }).to_string(),
	)
	.unwrap();
	let answer = run(
		&load(dir.path()).unwrap(),
		&request(prompt, 5, Sampler::Greedy, 0),
	);
	assert_eq!(answer.finish, Finish::Stop);
	assert_eq!(answer.tokens, before);
	assert_eq!(answer.trace.len(), before.len() + 1);
}

#[test]
fn a_break_cancels_after_the_token_that_was_handed_out() {
	let dir = model_dir(&llama(), 7);
	let model = load(dir.path()).unwrap();
	let answer = model
		.generate(
			&request(some_tokens(4, 0), 50, Sampler::Greedy, 0),
			|progress| match progress {
				Progress::Token(event) if event.index == 2 => ControlFlow::Break(()),
				_ => ControlFlow::Continue(()),
			},
		)
		.unwrap();
	assert_eq!(answer.finish, Finish::Cancelled);
	assert_eq!((answer.tokens.len(), answer.trace.len()), (3, 3));
}

#[test]
fn a_break_cancels_between_the_parts_of_the_prompt() {
	let dir = model_dir(&llama(), 13);
	let model = load(dir.path()).unwrap();
	let request = request(some_tokens(300, 0), 5, Sampler::Greedy, 0);
	let mut parts = Vec::new();
	let mut go_on_for = |count: usize| {
		parts.clear();
		let answer = model.generate(&request, |progress| {
			if let Progress::Prefill { done, total } = progress {
				parts.push((done, total));
			}
			match parts.len() < count {
				true => ControlFlow::Continue(()),
				false => ControlFlow::Break(()),
			}
		});
		(answer.unwrap(), parts.clone())
	};
	for (count, expected) in [(1, vec![(256, 300)]), (2, vec![(256, 300), (300, 300)])] {
		let (answer, parts) = go_on_for(count);
		assert_eq!(parts, expected);
		assert_eq!(answer.finish, Finish::Cancelled);
		assert!(answer.tokens.is_empty() && answer.trace.is_empty() && answer.text.is_empty());
	}
	let (answer, parts) = go_on_for(3);
	assert_eq!((answer.tokens.len(), parts.len()), (5, 2));
}

#[test]
fn the_context_ends_an_answer_and_refuses_a_prompt_with_figures() {
	let mut config = llama();
	config["eos_token_id"] = json!(null);
	config["max_position_embeddings"] = json!(24);
	let dir = model_dir(&config, 8);
	let model = load(dir.path()).unwrap();
	let answer = run(
		&model,
		&request(some_tokens(20, 0), 100, Sampler::Greedy, 0),
	);
	assert_eq!((answer.tokens.len(), answer.finish), (4, Finish::Length));
	let none = run(&model, &request(some_tokens(20, 0), 0, Sampler::Greedy, 0));
	assert_eq!((none.tokens.len(), none.finish), (0, Finish::Length));
	let refuse = |tokens| {
		model
			.generate(&request(tokens, 1, Sampler::Greedy, 0), |_| {
				ControlFlow::Continue(())
			})
			.unwrap_err()
	};
	let error = refuse(some_tokens(24, 0));
	assert!(matches!(
		error,
		Error::ContextExceeded {
			prompt: 24,
			context: 24
		}
	));
	assert!(
		error.to_string().contains("24 tokens") && error.to_string().contains("by 1 token"),
		"{error}"
	);
	assert!(matches!(refuse(vec![]), Error::EmptyPrompt));
	assert!(matches!(
		refuse(vec![9999]),
		Error::TokenOutOfRange { token: 9999, .. }
	));
}

#[test]
fn weights_that_are_no_numbers_are_refused_by_name() {
	use safetensors::tensor::Dtype;
	let config = llama();
	let dir = model_dir(&config, 9);
	for name in ["model.norm.weight", "model.layers.1.mlp.up_proj.weight"] {
		for (dtype, value) in [
			(Dtype::F32, f32::NAN),
			(Dtype::F16, f32::INFINITY),
			(Dtype::BF16, f32::NEG_INFINITY),
		] {
			let mut tensors = common::tensors(&config, 9);
			tensors.get_mut(name).unwrap().1[3] = value;
			let file = dir.path().join("model.safetensors");
			std::fs::write(file, common::pack(&tensors, dtype)).unwrap();
			let error = load(dir.path()).unwrap_err();
			assert!(
				matches!(&error, Error::BadWeights { name: n, .. } if n == name),
				"{error}"
			);
		}
	}
}

#[test]
fn scores_that_overflow_are_reported() {
	use safetensors::tensor::Dtype;
	let config = llama();
	let dir = model_dir(&config, 9);
	let mut tensors = common::tensors(&config, 9);
	tensors.get_mut("model.norm.weight").unwrap().1.fill(3e38);
	std::fs::write(
		dir.path().join("model.safetensors"),
		common::pack(&tensors, Dtype::F32),
	)
	.unwrap();
	let model = load(dir.path()).unwrap();
	let error = model
		.generate(&request(vec![5, 6], 3, Sampler::Greedy, 0), |_| {
			ControlFlow::Continue(())
		})
		.unwrap_err();
	assert!(
		matches!(error, Error::NonFiniteLogits { position: 2, .. }),
		"{error}"
	);
}

#[test]
fn trace_leaves_follow_from_the_scores() {
	let dir = model_dir(&qwen3(), 10);
	let model = load(dir.path()).unwrap();
	let prompt = some_tokens(6, 3);
	let answer = run(&model, &request(prompt.clone(), 1, Sampler::Greedy, 0));
	let scores = model.score(&prompt).unwrap();
	let mut order: Vec<usize> = (0..common::VOCAB).collect();
	order.sort_by(|a, b| scores[5][*b].total_cmp(&scores[5][*a]));
	let mut bytes = 6u32.to_le_bytes().to_vec();
	bytes.extend((order[0] as u32).to_le_bytes());
	for token in &order[..8] {
		bytes.extend((*token as u32).to_le_bytes());
		bytes.extend(half::bf16::from_f32(scores[5][*token]).to_le_bytes());
	}
	assert_eq!(answer.tokens, [order[0] as u32]);
	assert_eq!(answer.trace, [blake2_256(&bytes)]);
}

/// The worker shares a model between threads; this compiles only if that is allowed.
#[test]
fn a_model_can_be_shared_between_threads() {
	let dir = model_dir(&llama(), 12);
	let model = std::sync::Arc::new(load(dir.path()).unwrap());
	let expected = run(&model, &request(some_tokens(5, 0), 10, Sampler::Greedy, 0));
	let threads: Vec<_> = (0..4)
		.map(|_| {
			let model = model.clone();
			std::thread::spawn(move || {
				run(&model, &request(some_tokens(5, 0), 10, Sampler::Greedy, 0)).trace
			})
		})
		.collect();
	for thread in threads {
		assert_eq!(thread.join().unwrap(), expected.trace);
	}
}
