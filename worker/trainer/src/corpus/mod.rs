//! The training corpus: simple children's stories from a grammar of our own, and a share of
//! conversations in which a story is asked for.

pub mod grammar;
mod schemas;
pub mod words;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use athanor_llm::hashes::blake2_256;
use athanor_llm::template::Message;
use grammar::story;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// One in so many combinations of schema, hero, friend, thing and place is held out.
const HELD_OUT_ONE_IN: u64 = 25;
/// Share of stories told in answer to a request.
const CHAT_SHARE: f64 = 0.4;
/// Share of requests that come with a system message.
const SYSTEM_SHARE: f64 = 0.25;

/// One text of the corpus.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
	/// The request it answers; none for a story on its own.
	pub request: Vec<Message>,
	/// What the request asks for.
	pub topic: String,
	/// The story.
	pub story: String,
}

/// Figures about a corpus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Statistics {
	/// Seed it was generated from.
	pub seed: u64,
	/// Stories to train on.
	pub training_stories: usize,
	/// Stories held out.
	pub held_out_stories: usize,
	/// Words in the stories to train on.
	pub training_words: usize,
	/// Different words, lower case, without punctuation.
	pub different_words: usize,
	/// Average words in a story.
	pub words_per_story: f64,
	/// Share of held-out stories that are, word for word, among the training stories.
	pub held_out_seen_in_training: f64,
	/// Share of held-out combinations that also occur in training: 0 by construction.
	pub held_out_combinations_seen_in_training: f64,
}

/// Training and held-out documents.
pub struct Corpus {
	/// To train on.
	pub training: Vec<Document>,
	/// To measure on.
	pub held_out: Vec<Document>,
	/// Figures about both.
	pub statistics: Statistics,
}

impl Corpus {
	/// Generates a corpus of `stories` training documents, and one in 25 as many held out.
	pub fn generate(seed: u64, stories: usize) -> Self {
		let mut rng = ChaCha8Rng::seed_from_u64(seed);
		let (mut training, mut held_out) = (Vec::new(), Vec::new());
		let (mut training_keys, mut held_out_keys) = (HashSet::new(), Vec::new());
		while training.len() < stories {
			let story = story(&mut rng);
			let request = request(&mut rng, &story.request);
			let document = Document {
				request,
				topic: story.topic,
				story: story.text,
			};
			if is_held_out(&story.key) {
				held_out_keys.push(story.key);
				held_out.push(document);
			} else {
				training_keys.insert(story.key);
				training.push(document);
			}
		}
		let statistics = statistics(seed, &training, &held_out, &training_keys, &held_out_keys);
		Self {
			training,
			held_out,
			statistics,
		}
	}

	/// Writes `training.jsonl`, `held_out.jsonl` and `statistics.json`.
	pub fn save(&self, dir: &Path) -> Result<()> {
		std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
		write_lines(&dir.join("training.jsonl"), &self.training)?;
		write_lines(&dir.join("held_out.jsonl"), &self.held_out)?;
		crate::files::write_json(&dir.join("statistics.json"), &self.statistics)
	}

	/// Reads what [`Corpus::save`] wrote.
	pub fn load(dir: &Path) -> Result<Self> {
		let statistics = dir.join("statistics.json");
		if !statistics.is_file() {
			bail!(
				"{} holds no corpus. Run `athanor-train corpus` first",
				dir.display()
			);
		}
		Ok(Self {
			training: read_lines(&dir.join("training.jsonl"))?,
			held_out: read_lines(&dir.join("held_out.jsonl"))?,
			statistics: crate::files::read_json(&statistics)?,
		})
	}
}

fn request(rng: &mut ChaCha8Rng, text: &str) -> Vec<Message> {
	let (chat, system) = (rng.random_bool(CHAT_SHARE), rng.random_bool(SYSTEM_SHARE));
	let message = |role: &str, content: &str| Message {
		role: role.into(),
		content: content.into(),
	};
	let mut messages = Vec::new();
	if chat && system {
		messages.push(message(
			"system",
			words::SYSTEM.choose(rng).copied().unwrap_or_default(),
		));
	}
	if chat {
		messages.push(message("user", text));
	}
	messages
}

fn is_held_out(key: &str) -> bool {
	let hash = blake2_256(key.as_bytes());
	let first = hash
		.iter()
		.take(8)
		.fold(0u64, |n, byte| n << 8 | u64::from(*byte));
	first.is_multiple_of(HELD_OUT_ONE_IN)
}

fn statistics(
	seed: u64,
	training: &[Document],
	held_out: &[Document],
	training_keys: &HashSet<String>,
	held_out_keys: &[String],
) -> Statistics {
	let mut vocabulary = HashSet::new();
	let mut words = 0;
	for document in training {
		for word in document.story.split_whitespace() {
			words += 1;
			let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
			if !vocabulary.contains(bare) {
				vocabulary.insert(bare.to_lowercase());
			}
		}
	}
	let texts: HashSet<&str> = training.iter().map(|d| d.story.as_str()).collect();
	let share = |seen: usize| seen as f64 / held_out.len().max(1) as f64;
	Statistics {
		seed,
		training_stories: training.len(),
		held_out_stories: held_out.len(),
		training_words: words,
		different_words: vocabulary.len(),
		words_per_story: words as f64 / training.len().max(1) as f64,
		held_out_seen_in_training: share(
			held_out
				.iter()
				.filter(|d| texts.contains(d.story.as_str()))
				.count(),
		),
		held_out_combinations_seen_in_training: share(
			held_out_keys
				.iter()
				.filter(|k| training_keys.contains(*k))
				.count(),
		),
	}
}

fn write_lines(path: &Path, documents: &[Document]) -> Result<()> {
	let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
	let mut out = BufWriter::new(file);
	for document in documents {
		serde_json::to_writer(&mut out, document)?;
		out.write_all(b"\n")?;
	}
	out.flush()
		.with_context(|| format!("cannot write {}", path.display()))
}

fn read_lines(path: &Path) -> Result<Vec<Document>> {
	let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
	BufReader::new(file)
		.lines()
		.map(|line| Ok(serde_json::from_str(&line?)?))
		.collect::<Result<_>>()
		.with_context(|| {
			format!(
				"{} is damaged. Run `athanor-train corpus` again",
				path.display()
			)
		})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_same_seed_gives_the_same_corpus_and_another_seed_another() {
		let (a, b, c) = (
			Corpus::generate(1, 200),
			Corpus::generate(1, 200),
			Corpus::generate(2, 200),
		);
		assert_eq!(a.training, b.training);
		assert_eq!(a.held_out, b.held_out);
		assert_ne!(a.training, c.training);
	}

	#[test]
	fn held_out_stories_are_not_in_training() {
		let corpus = Corpus::generate(7, 20_000);
		assert!(corpus.held_out.len() > 500);
		assert_eq!(corpus.statistics.held_out_seen_in_training, 0.0);
		assert_eq!(
			corpus.statistics.held_out_combinations_seen_in_training,
			0.0
		);
	}

	#[test]
	fn stories_leave_no_template_marks_and_use_the_right_article() {
		for document in Corpus::generate(3, 3000).training {
			let text = format!(
				"{} {} {}",
				document.story,
				document.topic,
				document
					.request
					.iter()
					.map(|m| m.content.as_str())
					.collect::<String>()
			);
			assert!(!text.contains(['[', ']', '{', '}', '|']), "{text}");
			assert!(!text.contains("  "), "{text}");
			for word in text.split(" a ").skip(1) {
				assert!(!word.starts_with(['a', 'e', 'i', 'o']), "{text}");
			}
		}
	}
}
