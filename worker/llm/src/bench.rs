//! How fast a model runs.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::model::{GenerateRequest, Model};
use crate::pages::{PagePool, Rows, page_bytes, pages_for};
use crate::sampler::Sampler;

/// Tokens of a prompt that go through the model at once.
const CHUNK: usize = 512;

/// What one step reads from memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traffic {
	/// Bytes of weights, once for all sequences.
	pub weights: usize,
	/// Bytes of keys and values, on average over a case, for each sequence.
	pub cache: usize,
}

/// Tokens that follow from their number; which ones does not matter to speed.
fn tokens(model: &Model, count: usize) -> Vec<u32> {
	let vocab = model.spec().vocab_size;
	(0..count)
		.map(|i| ((i * 7919 + 13) % vocab) as u32)
		.collect()
}

impl Model {
	/// The time in which a prompt of so many tokens goes through the model, up to the scores after it.
	///
	/// # Errors
	/// The context holds fewer tokens.
	pub fn time_prefill(&self, count: usize) -> Result<Duration> {
		self.check_room(0, count)?;
		let prompt = tokens(self, count);
		let started = Instant::now();
		if !self.decoder().is_packed() {
			self.score_last(&prompt)?;
			return Ok(started.elapsed());
		}
		let mut sequences = Sequences::new(self, 1, count);
		for chunk in prompt.chunks(CHUNK) {
			sequences.step(vec![chunk.to_vec()])?;
		}
		Ok(started.elapsed())
	}

	/// The time in which `batch` sequences each get so many tokens, one after another, from a prompt of
	/// one token. Each token is chosen, greedily, from its scores.
	///
	/// # Errors
	/// The context holds fewer tokens; several sequences were asked for on a device that runs one.
	pub fn time_decode(&self, batch: usize, count: usize) -> Result<Duration> {
		self.check_room(1, count)?;
		if !self.decoder().is_packed() {
			return self.time_single(batch, count);
		}
		let mut sequences = Sequences::new(self, batch, count);
		let mut next: Vec<_> = tokens(self, batch).into_iter().map(|t| vec![t]).collect();
		let started = Instant::now();
		for _ in 0..count {
			next = sequences.step(next)?;
		}
		Ok(started.elapsed())
	}

	/// On a device that runs one sequence at a time. What ends texts ends none here.
	fn time_single(&self, batch: usize, count: usize) -> Result<Duration> {
		if batch != 1 {
			return Err(Error::Device {
				action: "running a batch",
				reason: format!("{batch} sequences were asked for, and it runs one at a time"),
			});
		}
		let started = Instant::now();
		let mut left = count;
		while left > 0 {
			let request = GenerateRequest {
				prompt_tokens: tokens(self, 1),
				max_new: left as u32,
				sampler: Sampler::Greedy,
				seed: [0; 32],
			};
			let answer = self.generate(&request, |_| ControlFlow::Continue(()))?;
			left -= answer.trace.len().clamp(1, left);
		}
		Ok(started.elapsed())
	}

	/// What a step of decoding reads, with sequences that grow to so many tokens; `None` on a device.
	pub fn traffic(&self, count: usize) -> Option<Traffic> {
		let weights = self.decoder().bytes_per_token()?;
		let page = page_bytes(self.spec());
		let cache = page * count.div_ceil(2) / athanor_kernels::attention::PAGE;
		Some(Traffic { weights, cache })
	}
}

/// Sequences that go through the model together.
struct Sequences<'a> {
	model: &'a Model,
	pool: PagePool,
	pages: Vec<Vec<u32>>,
	len: usize,
}

impl<'a> Sequences<'a> {
	fn new(model: &'a Model, batch: usize, count: usize) -> Self {
		let each = pages_for(count);
		let mut pool = PagePool::new(model.spec(), each * batch, model.device());
		let mut take = || std::iter::from_fn(|| pool.take()).take(each).collect();
		let pages = (0..batch).map(|_| take()).collect();
		Self {
			model,
			pool,
			pages,
			len: 0,
		}
	}

	/// Runs as many tokens of each sequence; returns the next one of each.
	fn step(&mut self, tokens: Vec<Vec<u32>>) -> Result<Vec<Vec<u32>>> {
		let count = tokens.first().map_or(0, Vec::len);
		let rows: Vec<_> = tokens
			.into_iter()
			.zip(&self.pages)
			.map(|(tokens, pages)| Rows {
				tokens,
				position: self.len,
				pages: pages.clone(),
			})
			.collect();
		let logits = self.model.step(&rows, &mut self.pool)?;
		self.len += count;
		let position = self.len as u32;
		logits
			.iter()
			.map(|logits| Ok(vec![Sampler::Greedy.choose(logits, &[0; 32], position)?]))
			.collect()
	}
}
