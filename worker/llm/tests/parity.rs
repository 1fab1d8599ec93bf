//! The models of `tests/parity` against what stock transformers computed with them, for every family and
//! variant, on the processor's own kernels and in plain tensors.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use athanor_llm::decoder::{Decoder, ids};
use athanor_llm::kv_cache::KvCache;
use athanor_llm::pages::{PagePool, Rows, pages_for};
use athanor_llm::rope::RopeTable;
use athanor_llm::weights::Checkpoint;
use athanor_llm::{
	ArchSpec, Device, GenerateRequest, LoadOptions, Model, Placement, Quantization, Sampler,
};
use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

/// Of the largest logit of a prompt.
const ALLOWED: f64 = 1e-4;

fn fixtures() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parity/fixtures")
}

/// A fixture, whole: what it shares with another is copied beside its own files.
struct Fixture {
	name: String,
	dir: TempDir,
	expected: Value,
}

impl Fixture {
	fn read(from: &Path) -> Self {
		let dir = tempfile::tempdir().unwrap();
		let copy = |from: &Path| {
			fs::copy(from, dir.path().join(from.file_name().unwrap())).unwrap();
		};
		for file in fs::read_dir(from).unwrap() {
			copy(&file.unwrap().path());
		}
		let expected: Value =
			serde_json::from_slice(&fs::read(from.join("expected.json")).unwrap()).unwrap();
		if let Some(borrows) = expected.get("borrows") {
			let other = fixtures().join(borrows["from"].as_str().unwrap());
			for file in borrows["files"].as_array().unwrap() {
				copy(&other.join(file.as_str().unwrap()));
			}
		}
		Self {
			name: expected["name"].as_str().unwrap().to_owned(),
			dir,
			expected,
		}
	}

	fn all() -> Vec<Self> {
		let mut dirs: Vec<_> = fs::read_dir(fixtures())
			.unwrap()
			.map(|entry| entry.unwrap().path())
			.filter(|path| path.join("config.json").is_file())
			.collect();
		dirs.sort();
		let all: Vec<_> = dirs.iter().map(|dir| Self::read(dir)).collect();
		assert!(all.len() >= 27, "fixtures are missing: {}", all.len());
		all
	}

	fn lists(&self, field: &str) -> Vec<Vec<u32>> {
		serde_json::from_value(self.expected[field].clone()).unwrap()
	}

	/// A tensor of what is expected, by rows.
	fn rows(&self, name: &str) -> Vec<Vec<f32>> {
		let bytes = fs::read(self.dir.path().join("expected.safetensors")).unwrap();
		let file = SafeTensors::deserialize(&bytes).unwrap();
		let tensor = file.tensor(name).unwrap();
		let values: Vec<f32> = tensor
			.data()
			.as_chunks()
			.0
			.iter()
			.map(|b| f32::from_le_bytes(*b))
			.collect();
		values
			.chunks(tensor.shape()[1])
			.map(<[f32]>::to_vec)
			.collect()
	}

	fn model(&self, quantization: Option<Quantization>) -> Model {
		let options = LoadOptions { quantization };
		Model::load_with(self.dir.path(), &Device::flex(), options, &mut |_, _| {})
			.unwrap_or_else(|e| panic!("{}: {e}", self.name))
	}

	/// Fails unless every logit is as near as the gate asks.
	fn check(&self, prompt: usize, found: &[Vec<f32>], how: &str) -> f64 {
		let expected = self.rows(&format!("logits.{prompt}"));
		assert_eq!(found.len(), expected.len());
		let largest = expected
			.iter()
			.flatten()
			.fold(0f64, |m, x| m.max(f64::from(x.abs())));
		let mut worst = 0f64;
		for (position, (found, expected)) in found.iter().zip(&expected).enumerate() {
			assert_eq!(found.len(), expected.len());
			let pairs = found.iter().zip(expected);
			let off = pairs.fold(0f64, |m, (a, b)| {
				m.max((f64::from(*a) - f64::from(*b)).abs())
			});
			worst = worst.max(off / largest);
			assert!(
				off <= ALLOWED * largest,
				"{} ({how}), prompt {prompt}, position {position}: off by {off}, the largest is {largest}",
				self.name
			);
		}
		worst
	}
}

fn bits(rows: &[Vec<f32>]) -> Vec<Vec<u32>> {
	let bits = |row: &Vec<f32>| row.iter().map(|x| x.to_bits()).collect();
	rows.iter().map(bits).collect()
}

#[test]
fn logits_are_those_of_transformers_at_every_position() {
	let mut worst = 0f64;
	for fixture in Fixture::all() {
		let model = fixture.model(None);
		for (i, prompt) in fixture.lists("prompts").iter().enumerate() {
			let found = model.score(prompt).unwrap();
			worst = worst.max(fixture.check(i, &found, "kernels"));
			let last = model.score_last(prompt).unwrap();
			assert_eq!(bits(&[last]), bits(&found[found.len() - 1..]));
		}
	}
	println!("off by {worst:.1e} of the largest logit at most");
}

#[test]
fn plain_tensors_agree_too_with_and_without_a_cache() {
	let device = Device::flex();
	for fixture in Fixture::all() {
		let dir = fixture.dir.path();
		let spec = ArchSpec::from_dir(dir).unwrap();
		let mut weights = Checkpoint::open(dir).unwrap();
		let decoder = Decoder::place(&spec, &mut weights, Placement::Tensors(&device)).unwrap();
		let rope = RopeTable::new(&spec, &device);
		let rows = |logits: burn::tensor::Tensor<3>| -> Vec<Vec<f32>> {
			let values = logits.into_data().try_to_vec::<f32>().unwrap();
			values
				.chunks(spec.vocab_size)
				.map(<[f32]>::to_vec)
				.collect()
		};
		for (i, prompt) in fixture.lists("prompts").iter().enumerate() {
			let whole = decoder.forward(&spec, ids(prompt, &device), 0, &rope, None);
			fixture.check(i, &rows(whole.unwrap()), "tensors");
			let mut cache = KvCache::new(&spec, prompt.len(), &device);
			let mut all = Vec::new();
			for chunk in prompt.chunks(5) {
				let (tokens, start) = (ids(chunk, &device), cache.len());
				let logits = decoder.forward(&spec, tokens, start, &rope, Some(&mut cache));
				all.extend(rows(logits.unwrap()));
			}
			fixture.check(i, &all, "tensors with a cache");
		}
	}
}

#[test]
fn greedy_tokens_are_those_of_transformers() {
	for fixture in Fixture::all() {
		let model = fixture.model(None);
		let eos = &model.spec().eos;
		for (prompt, greedy) in fixture.lists("prompts").iter().zip(fixture.lists("greedy")) {
			assert_eq!(greedy.len(), 48);
			// An answer ends at a token that ends texts; there it is asked to go on.
			let mut tokens = prompt.clone();
			while tokens.len() < prompt.len() + greedy.len() {
				let left = prompt.len() + greedy.len() - tokens.len();
				let request = GenerateRequest {
					prompt_tokens: tokens.clone(),
					max_new: left as u32,
					sampler: Sampler::Greedy,
					seed: [0; 32],
				};
				let answer = model.generate(&request, |_| ControlFlow::Continue(()));
				tokens.extend(answer.unwrap().tokens);
				if let Some(end) = greedy.get(tokens.len() - prompt.len()) {
					assert!(eos.contains(end), "{}", fixture.name);
					tokens.push(*end);
				}
			}
			assert_eq!(tokens[prompt.len()..], greedy, "{}", fixture.name);
		}
	}
}

#[test]
fn a_prompt_in_parts_has_the_same_bits_as_whole() {
	for fixture in Fixture::all() {
		for quantization in [None, Some(Quantization::Q8), Some(Quantization::Q4)] {
			let model = fixture.model(quantization);
			for prompt in fixture.lists("prompts") {
				let whole = bits(&model.score(&prompt).unwrap());
				for chunk in [1, 2, 7, 16, 17] {
					let parts = model.score_in_chunks(&prompt, chunk).unwrap();
					assert!(bits(&parts) == whole, "{} by {chunk}", fixture.name);
				}
			}
		}
	}
}

/// Logits of the last token of each sequence after all of them went through the model together, in steps
/// of so many tokens each.
fn together(fixture: &Fixture, sequences: &[Vec<u32>], step: usize) -> Vec<Vec<f32>> {
	let (dir, device) = (fixture.dir.path(), Device::flex());
	let spec = ArchSpec::from_dir(dir).unwrap();
	let mut weights = Checkpoint::open(dir).unwrap();
	let placement = Placement::Packed(Some(Quantization::Q8));
	let decoder = Decoder::place(&spec, &mut weights, placement).unwrap();
	let rope = RopeTable::new(&spec, &device);
	let pages = |tokens: &Vec<u32>| pages_for(tokens.len());
	let mut pool = PagePool::new(&spec, sequences.iter().map(pages).sum(), &device);
	let mut tables: Vec<Vec<u32>> = vec![Vec::new(); sequences.len()];
	let mut last = vec![Vec::new(); sequences.len()];
	let mut done = 0;
	while sequences.iter().any(|s| s.len() > done) {
		let mut rows = Vec::new();
		for (tokens, table) in sequences.iter().zip(&mut tables) {
			let range = done.min(tokens.len())..(done + step).min(tokens.len());
			while table.len() < pages_for(range.end) {
				table.push(pool.take().unwrap());
			}
			rows.push(Rows {
				tokens: tokens[range.clone()].to_vec(),
				position: range.start,
				pages: table.clone(),
			});
		}
		let hidden = decoder.step(&spec, &rows, &rope, &mut pool, &device, &mut |_, _| {});
		let logits = decoder.logits(hidden.unwrap());
		let logits = logits.into_data().try_to_vec::<f32>().unwrap();
		let mut logits = logits.chunks(spec.vocab_size);
		for (rows, last) in rows.iter().zip(&mut last) {
			for _ in &rows.tokens {
				*last = logits.next().unwrap().to_vec();
			}
		}
		done += step;
	}
	last
}

#[test]
fn a_sequence_alone_has_the_same_bits_as_in_a_batch() {
	for fixture in Fixture::all() {
		let prompts = fixture.lists("prompts");
		let longer: Vec<u32> = prompts.concat();
		let sequences = [prompts, vec![longer.clone(), longer[3..9].to_vec()]].concat();
		let model = fixture.model(Some(Quantization::Q8));
		for step in [1, 3, 100] {
			let found = together(&fixture, &sequences, step);
			for (tokens, found) in sequences.iter().zip(found) {
				let alone = model.score_last(tokens).unwrap();
				assert!(
					bits(&[alone]) == bits(&[found]),
					"{} by {step}, {} tokens",
					fixture.name,
					tokens.len()
				);
			}
		}
	}
}

#[test]
fn the_stream_between_layers_is_that_of_transformers() {
	let device = Device::flex();
	for fixture in Fixture::all() {
		let dir = fixture.dir.path();
		let spec = ArchSpec::from_dir(dir).unwrap();
		let mut weights = Checkpoint::open(dir).unwrap();
		let decoder = Decoder::place(&spec, &mut weights, Placement::Packed(None)).unwrap();
		let rope = RopeTable::new(&spec, &device);
		for (i, prompt) in fixture.lists("prompts").into_iter().enumerate() {
			let expected = fixture.rows(&format!("hidden.{i}"));
			assert_eq!(expected.len(), spec.num_layers() + 1);
			let mut pool = PagePool::new(&spec, pages_for(prompt.len()), &device);
			let pages = std::iter::from_fn(|| pool.take()).collect();
			let rows = [Rows {
				tokens: prompt,
				position: 0,
				pages,
			}];
			let mut seen = 0;
			let step = decoder.step(&spec, &rows, &rope, &mut pool, &device, &mut |layer, x| {
				let norms = x.clone().square().sum_dim(1).sqrt();
				let norms = norms.into_data().try_to_vec::<f32>().unwrap();
				for (found, expected) in norms.iter().zip(&expected[layer]) {
					let off = (found - expected).abs();
					assert!(
						off <= 1e-4 * expected,
						"{}, after {layer} layers: {found} for {expected}",
						fixture.name
					);
				}
				seen += 1;
			});
			step.unwrap();
			assert_eq!(seen, expected.len());
		}
	}
}

#[test]
fn rounded_weights_are_near() {
	for fixture in Fixture::all() {
		let expected = fixture.rows("logits.0");
		let size: f32 = expected.iter().flatten().map(|x| x * x).sum();
		for (quantization, allowed) in [(Quantization::Q8, 0.1), (Quantization::Q4, 1.0)] {
			let model = fixture.model(Some(quantization));
			let found = model.score(&fixture.lists("prompts")[0]).unwrap();
			let pairs = found.iter().flatten().zip(expected.iter().flatten());
			let off: f32 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
			let share = (off / size).sqrt();
			assert!(share > 0.0, "{} was not rounded", fixture.name);
			assert!(
				share < allowed,
				"{} {quantization:?}: {share}",
				fixture.name
			);
		}
	}
}

#[test]
fn tokenizers_do_to_texts_what_transformers_does() {
	for name in ["byte-level", "byte-level-bos", "metaspace", "byte-fallback"] {
		let dir = fixtures().join("tokenizers").join(name);
		let tokenizer = athanor_llm::Tokenizer::from_dir(&dir).unwrap();
		let expected: Value =
			serde_json::from_slice(&fs::read(dir.join("expected.json")).unwrap()).unwrap();
		let ids = |case: &Value, field: &str| -> Vec<u32> {
			serde_json::from_value(case[field].clone()).unwrap()
		};
		for case in expected["texts"].as_array().unwrap() {
			let text = case["text"].as_str().unwrap();
			assert_eq!(
				tokenizer.encode(text, false).unwrap(),
				ids(case, "ids"),
				"{name}: {text:?}"
			);
			let special = ids(case, "ids_with_special");
			assert_eq!(
				tokenizer.encode(text, true).unwrap(),
				special,
				"{name}: {text:?}"
			);
		}
		let sequences = expected["sequences"].as_array().unwrap();
		for case in expected["texts"]
			.as_array()
			.unwrap()
			.iter()
			.chain(sequences)
		{
			let ids = ids(case, "ids");
			let (whole, plain) = (&case["decoded"], &case["decoded_without_special"]);
			assert_eq!(
				Some(tokenizer.decode(&ids, false).unwrap().as_str()),
				whole.as_str()
			);
			assert_eq!(
				Some(tokenizer.decode(&ids, true).unwrap().as_str()),
				plain.as_str()
			);
			stream(&tokenizer, name, case, &ids);
		}
	}
}

/// What is streamed is a beginning of the text at every token, and lacks no more than may be part of a
/// character.
fn stream(tokenizer: &athanor_llm::Tokenizer, name: &str, case: &Value, ids: &[u32]) {
	let text = case["decoded_without_special"].as_str().unwrap();
	// Bytes that are no text can change what stood before them.
	if text.contains('\u{fffd}') && case.get("text").is_none() {
		return;
	}
	let mut stream = tokenizer.stream();
	let mut sent = String::new();
	for id in ids {
		sent += &stream.push(*id).unwrap();
		assert!(text.starts_with(&sent), "{name}: {sent:?} of {text:?}");
	}
	let rest = text.strip_prefix(&sent).unwrap();
	assert!(
		rest.chars().count() <= 1,
		"{name}: {rest:?} of {text:?} was not sent"
	);
}
