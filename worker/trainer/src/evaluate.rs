//! Writes the model card: figures of the training run, sample completions exactly as the model
//! gives them, and a small test of whether it answers what it is asked.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result};
use athanor_llm::{
	Device, Finish, GenerateRequest, Generation, Model, ModelHashes, PromptFormat, Sampler,
};

use crate::corpus::words::ANIMALS;
use crate::corpus::{Corpus, Document};
use crate::train::{Paths, Report};

const MAX_NEW: u32 = 300;
/// Held-out requests that are answered for the figures.
const ANSWERED: usize = 100;
const TOP_K: Sampler = Sampler::TopK {
	temperature: 0.8,
	k: 40,
};

/// Answers to held-out requests, in figures.
struct Answers {
	asked: usize,
	ended: usize,
	on_topic: usize,
	/// Animals asked for by name, and how many of them the answer is about.
	animals: (usize, usize),
	copied: usize,
	tokens: usize,
	longest: usize,
	seconds: f64,
}

/// Evaluates the model in `paths.model` and writes its README.
pub fn evaluate(paths: &Paths) -> Result<()> {
	let corpus = Corpus::load(&paths.work)?;
	let report: Report = crate::files::read_json(&paths.model.join("training.json"))?;
	let started = std::time::Instant::now();
	let model = Model::load(&paths.model, &Device::flex(), &mut |_, _| {})?;
	eprintln!("loaded in {:.0} ms", started.elapsed().as_secs_f64() * 1e3);
	let samples = samples(&model, &corpus.held_out)?;
	let answers = answers(&model, &corpus)?;
	let hashes = ModelHashes::of_dir(&paths.model, &mut |_, _| {})?;
	let card = card(&report, &answers, &hashes, &samples, &paths.model)?;
	crate::files::write(&paths.model.join("README.md"), card.as_bytes())?;
	println!("{samples}");
	println!("wrote {}", paths.model.join("README.md").display());
	Ok(())
}

fn generate(
	model: &Model,
	format: PromptFormat,
	input: &str,
	sampler: Sampler,
	seed: u8,
) -> Result<Generation> {
	let request = GenerateRequest {
		prompt_tokens: model.encode_prompt(format, input.as_bytes())?,
		max_new: MAX_NEW,
		sampler,
		seed: [seed; 32],
	};
	Ok(model.generate(&request, |_| ControlFlow::Continue(()))?)
}

/// Five completions, as Markdown.
fn samples(model: &Model, held_out: &[Document]) -> Result<String> {
	let asked = held_out
		.iter()
		.find(|d| d.request.len() == 1)
		.context("no held-out request")?;
	let told = held_out
		.iter()
		.rev()
		.find(|d| d.request.is_empty())
		.context("no held-out story")?;
	let start: Vec<&str> = told.story.split(' ').take(14).collect();
	let messages = serde_json::to_string(&serde_json::json!([
		{ "role": "system", "content": "You tell short stories for children." },
		{ "role": "user", "content": "Please tell me a story about a penguin." },
	]))?;
	let mut out = String::new();
	for (title, format, input, sampler) in [
		(
			"Completion, greedy",
			PromptFormat::Completion,
			"Once upon a time",
			Sampler::Greedy,
		),
		(
			"Chat, greedy",
			PromptFormat::Chat,
			"Tell me a story about a fox.",
			Sampler::Greedy,
		),
		(
			"Chat, held-out request, top-k",
			PromptFormat::Chat,
			asked.request[0].content.as_str(),
			TOP_K,
		),
		(
			"Completion of a held-out story, top-k",
			PromptFormat::Completion,
			&start.join(" "),
			TOP_K,
		),
		(
			"Messages with a system message, top-k",
			PromptFormat::Messages,
			messages.as_str(),
			TOP_K,
		),
	] {
		let answer = generate(model, format, input, sampler, 1)?;
		write!(
			out,
			"### {title}\n\nPrompt: `{input}`\n\n> {}\n\n({} tokens, finish: {:?})\n\n",
			answer.text.trim(),
			answer.tokens.len(),
			answer.finish
		)?;
	}
	Ok(out)
}

/// Answers the first held-out requests by top-k sampling, each with a seed of its own.
fn answers(model: &Model, corpus: &Corpus) -> Result<Answers> {
	let stories: HashSet<&str> = corpus.training.iter().map(|d| d.story.as_str()).collect();
	let requests = corpus
		.held_out
		.iter()
		.filter(|d| d.request.len() == 1)
		.take(ANSWERED);
	let mut sum = Answers {
		asked: 0,
		ended: 0,
		on_topic: 0,
		animals: animals(model)?,
		copied: 0,
		tokens: 0,
		longest: 0,
		seconds: 0.0,
	};
	for (number, document) in requests.enumerate() {
		let answer = generate(
			model,
			PromptFormat::Chat,
			&document.request[0].content,
			TOP_K,
			number as u8,
		)?;
		sum.asked += 1;
		sum.ended += usize::from(answer.finish == Finish::Stop);
		sum.on_topic += usize::from(on_topic(&document.topic, &answer.text));
		sum.copied += usize::from(stories.contains(answer.text.trim()));
		sum.tokens += answer.tokens.len();
		sum.longest = sum.longest.max(answer.tokens.len());
		sum.seconds += answer.timings.total.as_secs_f64();
	}
	Ok(sum)
}

/// Asks for a story about every animal the corpus knows, greedily; animals asked for, and answers
/// in which the animal occurs.
fn animals(model: &Model) -> Result<(usize, usize)> {
	let mut about = 0;
	for animal in ANIMALS {
		let article = if animal.starts_with(['a', 'e', 'i', 'o', 'u']) {
			"an"
		} else {
			"a"
		};
		let request = format!("Tell me a story about {article} {animal}.");
		let answer = generate(model, PromptFormat::Chat, &request, Sampler::Greedy, 0)?;
		let found = answer.text.contains(&format!(" {animal}"));
		if !found {
			eprintln!("{request} {}", answer.text);
		}
		about += usize::from(found);
	}
	Ok((ANIMALS.len(), about))
}

/// Whether every word of weight in the topic occurs in the answer, singular or inflected.
fn on_topic(topic: &str, answer: &str) -> bool {
	const LIGHT: [&str; 13] = [
		"a", "an", "the", "and", "of", "to", "named", "being", "your", "in", "little", "small",
		"new",
	];
	let answer = answer.to_lowercase();
	let stem = |word: &str| {
		word.trim_end_matches("ing")
			.trim_end_matches('e')
			.to_owned()
	};
	topic
		.split(' ')
		.map(str::to_lowercase)
		.filter(|w| !LIGHT.contains(&w.as_str()))
		.all(|w| answer.contains(&stem(&w)))
}

fn card(
	report: &Report,
	answers: &Answers,
	hashes: &ModelHashes,
	samples: &str,
	dir: &Path,
) -> Result<String> {
	let hex = |bytes: &[u8; 32]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
	let size = std::fs::metadata(dir.join("model.safetensors"))?.len();
	let (s, c, shape) = (&report.settings, &report.corpus, &report.settings.shape);
	let percent = |n: usize| 100.0 * n as f64 / answers.asked.max(1) as f64;
	Ok(format!(
		"---
license: apache-2.0
language: en
pipeline_tag: text-generation
---

# Athanor demonstration model

A small language model that tells children's stories. It exists so that a fresh checkout can show the whole path from a paid request
to a signed receipt with a real model, on any machine, without a download. It knows a few hundred words and nothing about the world.

* Architecture: `LlamaForCausalLM`, {parameters} weights: width {hidden}, {layers} layers, {heads} query and {kv_heads} key heads of
  size {head}, feed-forward {ff}, context {context}, vocabulary {vocab} (byte-level BPE), tied embeddings, bf16 ({size} bytes).
* Corpus: {stories} stories of {words:.0} words on average ({total} words, {different} different ones) from a grammar written for
  this project (`worker/trainer/src/corpus`). 40 % of them answer a request in chat form. Nothing was taken from elsewhere.
* Held out: {held} stories whose combination of plot, hero, friend and thing or place is in no training story. Share of them that is in
  training word for word: {seen}.
* Training: {steps} steps of {batch} tokens ({tokens} tokens, {epochs:.2} epochs), seed {seed}, AdamW, {seconds:.0} s on {threads} shared CPU threads
  ({rate:.0} tokens/s).
* Held-out loss {loss:.4} nats per token, perplexity {perplexity:.3} ({measured} documents; training loss at the end {training:.4}).
* Answers to {asked} held-out requests (top-k 40, temperature 0.8): {ended:.0} % ended by themselves, {topic:.0} % contain every word of weight of
  the requested topic, {copied:.0} % are word for word in the training set, {mean:.0} tokens on average, {longest} at most,
  {speed:.0} tokens/s on the CPU, prompt included.
* Asked greedily for a story about each of {animals} animals: {about} of the answers are about it.

Licence: Apache-2.0, as the rest of the repository.

## Hashes, as registered on the chain

* weights `0x{weights}`
* tokenizer `0x{tokenizer}`
* template `0x{template}`

## Make it again

From the root of the repository:

```sh
scripts/train-demo-model                      # corpus, tokenizer, training, evaluation
athanor-train corpus && athanor-train eval    # only the figures and samples; writes this page again
```

`scripts/build` builds `athanor-train`, into `target/worker/release`.

## Samples

Exactly as `athanor-train eval` prints them; nothing was chosen or edited. Top-k means k = 40, temperature 0.8, seed of 32 bytes 0x01.

{samples}",
		parameters = report.parameters,
		hidden = shape.hidden,
		layers = shape.layers,
		heads = shape.heads,
		kv_heads = shape.kv_heads,
		head = shape.hidden / shape.heads,
		ff = shape.intermediate,
		context = shape.context,
		vocab = shape.vocab,
		stories = c.training_stories,
		words = c.words_per_story,
		total = c.training_words,
		different = c.different_words,
		held = c.held_out_stories,
		seen = c.held_out_seen_in_training,
		steps = s.steps,
		batch = s.batch_tokens,
		tokens = report.tokens,
		epochs = report.documents_dealt as f64 / c.training_stories as f64,
		seed = s.seed,
		seconds = report.seconds,
		threads = report.threads,
		rate = report.tokens_per_second,
		loss = report.held_out_loss,
		perplexity = report.held_out_perplexity,
		measured = report.held_out_documents,
		training = report.training_loss,
		asked = answers.asked,
		ended = percent(answers.ended),
		topic = percent(answers.on_topic),
		animals = answers.animals.0,
		about = answers.animals.1,
		copied = percent(answers.copied),
		mean = answers.tokens as f64 / answers.asked.max(1) as f64,
		longest = answers.longest,
		speed = answers.tokens as f64 / answers.seconds.max(1e-9),
		weights = hex(&hashes.weights),
		tokenizer = hex(&hashes.tokenizer),
		template = hex(&hashes.template),
		samples = samples.trim_end().to_owned() + "\n",
	))
}
