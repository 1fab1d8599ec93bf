//! A model ready to answer: load, prompt, generate.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use athanor_kernels::Quantization;
use burn::tensor::{Device, Tensor};

use crate::config::ArchSpec;
use crate::decoder::{Decoder, Placement, ids};
use crate::error::{Error, Result};
use crate::kv_cache::KvCache;
use crate::pages::{PagePool, Rows, pages_for};
use crate::prompt::{self, PromptFormat};
use crate::rope::RopeTable;
use crate::sampler::Sampler;
use crate::template::ChatTemplate;
use crate::tokenizer::Tokenizer;
use crate::trace;
use crate::weights::Checkpoint;

/// Prompt tokens that go through the model at once; it bounds the memory for attention scores.
const PREFILL_CHUNK: usize = 256;

/// A loaded model.
#[derive(Debug)]
pub struct Model {
	spec: ArchSpec,
	decoder: Decoder,
	rope: RopeTable,
	tokenizer: Tokenizer,
	template: Option<ChatTemplate>,
	device: Device,
}

/// How a model is loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
	/// What weights are rounded to; as they are stored if nothing. For the processor only.
	pub quantization: Option<Quantization>,
}

/// Keys and values of one sequence.
#[derive(Debug)]
enum Cache {
	/// On a device.
	Tensors(KvCache),
	/// In this machine's memory, for its processor.
	Pages {
		pool: PagePool,
		pages: Vec<u32>,
		len: usize,
	},
}

impl Cache {
	fn len(&self) -> usize {
		match self {
			Self::Tensors(cache) => cache.len(),
			Self::Pages { len, .. } => *len,
		}
	}
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct GenerateRequest {
	/// The prompt's tokens: at least one, fewer than the context.
	pub prompt_tokens: Vec<u32>,
	/// Longest answer, in tokens. The context may end it earlier.
	pub max_new: u32,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Seed of the choice; greedy sampling ignores it.
	pub seed: [u8; 32],
}

/// What is told while an answer is generated.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
	/// A part of the prompt has gone through the model.
	Prefill {
		/// Tokens of the prompt that have.
		done: usize,
		/// Tokens of the prompt.
		total: usize,
	},
	/// A token of the answer has come.
	Token(TokenEvent<'a>),
}

/// One token of an answer, as it comes.
#[derive(Clone, Copy, Debug)]
pub struct TokenEvent<'a> {
	/// Number of the token in the answer, from 0.
	pub index: u32,
	/// The token.
	pub token: u32,
	/// The text it completes, in whole characters; may be empty. See
	/// [`TextStream`](crate::tokenizer::TextStream): [`Generation::text`] is what counts.
	pub text: &'a str,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
	/// The model ended it with an end token.
	Stop,
	/// `max_new` or the context was reached.
	Length,
	/// The observer broke it off; without tokens if that was during the prefill.
	Cancelled,
}

/// Where the time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
	/// Running the prompt through the model.
	pub prefill: Duration,
	/// From the start to the first token.
	pub first_token: Duration,
	/// From the start to the end.
	pub total: Duration,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Generation {
	/// Its tokens, without the end token.
	pub tokens: Vec<u32>,
	/// Its text: [`Tokenizer::decode`] of the tokens, without special tokens.
	pub text: String,
	/// Why it ended.
	pub finish: Finish,
	/// One leaf per step ([`trace::leaf`]). With [`Finish::Stop`] the last leaf is that of the end
	/// token, so there is one more leaf than there are tokens; else as many.
	pub trace: Vec<[u8; 32]>,
	/// Where the time went.
	pub timings: Timings,
}

impl Model {
	/// Loads a model directory in Hugging Face layout. `progress` is told tensors read and tensors
	/// in all.
	///
	/// # Errors
	/// A file is missing, damaged or calls for something unsupported; see [`Error`].
	pub fn load(
		dir: &Path,
		device: &Device,
		progress: &mut dyn FnMut(usize, usize),
	) -> Result<Self> {
		Self::load_with(dir, device, LoadOptions::default(), progress)
	}

	/// As [`Model::load`], with a choice.
	///
	/// # Errors
	/// As [`Model::load`]; weights were to be rounded for a device that takes whole ones only.
	pub fn load_with(
		dir: &Path,
		device: &Device,
		options: LoadOptions,
		progress: &mut dyn FnMut(usize, usize),
	) -> Result<Self> {
		let placement = match (*device == Device::flex(), options.quantization) {
			(true, quantization) => Placement::Packed(quantization),
			(false, None) => Placement::Tensors(device),
			(false, Some(_)) => return Err(Error::QuantizationOnDevice),
		};
		let spec = ArchSpec::from_dir(dir)?;
		let tokenizer = Tokenizer::from_dir(dir)?;
		if tokenizer.id_bound() > spec.vocab_size {
			return Err(Error::Tokenizer {
				reason: format!(
					"it has token ids up to {}, but config.json gives the model {} tokens",
					tokenizer.id_bound() - 1,
					spec.vocab_size
				),
			});
		}
		let template = ChatTemplate::from_dir(dir)?;
		let mut weights = Checkpoint::open(dir)?.with_progress(progress);
		let decoder = Decoder::place(&spec, &mut weights, placement)?;
		weights.finish(spec.tied_embeddings)?;
		let rope = RopeTable::new(&spec, device);
		Ok(Self {
			spec,
			decoder,
			rope,
			tokenizer,
			template,
			device: device.clone(),
		})
	}

	/// The model's architecture.
	pub fn spec(&self) -> &ArchSpec {
		&self.spec
	}

	/// The model's tokenizer.
	pub fn tokenizer(&self) -> &Tokenizer {
		&self.tokenizer
	}

	/// The model's chat template, if it has one.
	pub fn template(&self) -> Option<&ChatTemplate> {
		self.template.as_ref()
	}

	/// The device the model is on.
	pub fn device(&self) -> &Device {
		&self.device
	}

	/// Turns the bytes of a prompt into tokens ([`prompt::encode`]).
	///
	/// # Errors
	/// The prompt cannot be read, is empty or does not fit.
	pub fn encode_prompt(&self, format: PromptFormat, input: &[u8]) -> Result<Vec<u32>> {
		prompt::encode(
			format,
			input,
			&self.tokenizer,
			self.template.as_ref(),
			self.spec.context,
		)
	}

	/// Checks that so many tokens fit after a prompt.
	///
	/// # Errors
	/// They do not.
	pub fn check_room(&self, prompt: usize, wanted: usize) -> Result<()> {
		let context = self.spec.context;
		let room = context.saturating_sub(prompt);
		match wanted <= room {
			true => Ok(()),
			false => Err(Error::AnswerTooLong {
				wanted,
				room,
				prompt,
				context,
			}),
		}
	}

	/// Generates an answer. `observe` is called after each part of the prompt and for every token,
	/// and may break it off.
	///
	/// # Errors
	/// The prompt is empty, too long or holds an unknown token, a setting is out of range, or the
	/// model's scores are not finite.
	pub fn generate(
		&self,
		request: &GenerateRequest,
		mut observe: impl FnMut(Progress<'_>) -> ControlFlow<()>,
	) -> Result<Generation> {
		let started = Instant::now();
		let room = self.check(request)?;
		let prompt = &request.prompt_tokens;
		let mut cache = self.cache(prompt.len() + room);
		let mut out = Generation {
			tokens: Vec::with_capacity(room),
			text: String::new(),
			finish: Finish::Length,
			trace: Vec::with_capacity(room + 1),
			timings: Timings::default(),
		};
		let logits = self.prefill(prompt, &mut cache, &mut observe)?;
		out.timings.prefill = started.elapsed();
		out.timings.total = out.timings.prefill;
		let Some(mut logits) = logits else {
			out.finish = Finish::Cancelled;
			return Ok(out);
		};
		let mut stream = self.tokenizer.stream();
		for index in 0..room as u32 {
			let position = prompt.len() as u32 + index;
			let token = request.sampler.choose(&logits, &request.seed, position)?;
			out.trace.push(trace::leaf(position, token, &logits));
			if index == 0 {
				out.timings.first_token = started.elapsed();
			}
			if self.spec.eos.contains(&token) {
				out.finish = Finish::Stop;
				break;
			}
			out.tokens.push(token);
			let text = &stream.push(token)?;
			let event = TokenEvent { index, token, text };
			if observe(Progress::Token(event)).is_break() {
				out.finish = Finish::Cancelled;
				break;
			}
			if index + 1 < room as u32 {
				logits = self.advance(&[token], &mut cache)?;
			}
		}
		// Not what the stream gave: the text must follow from the tokens alone.
		out.text = self.tokenizer.decode(&out.tokens, true)?;
		out.timings.total = started.elapsed();
		Ok(out)
	}

	/// Runs the prompt through the model; the last token's logits, or nothing if `observe` broke it
	/// off.
	fn prefill(
		&self,
		prompt: &[u32],
		cache: &mut Cache,
		observe: &mut impl FnMut(Progress<'_>) -> ControlFlow<()>,
	) -> Result<Option<Vec<f32>>> {
		let mut logits = Vec::new();
		for chunk in prompt.chunks(PREFILL_CHUNK) {
			logits = self.advance(chunk, cache)?;
			let (done, total) = (cache.len(), prompt.len());
			if observe(Progress::Prefill { done, total }).is_break() {
				return Ok(None);
			}
		}
		Ok(Some(logits))
	}

	/// Logits of all positions of a sequence, `[len][vocab]`. For checking a generation after the
	/// fact and for measuring perplexity.
	///
	/// # Errors
	/// The sequence is empty, longer than the context, or holds an unknown token.
	pub fn score(&self, tokens: &[u32]) -> Result<Vec<Vec<f32>>> {
		self.score_in_chunks(tokens, PREFILL_CHUNK)
	}

	/// As [`Model::score`], so many tokens at a time; results do not depend on how many.
	///
	/// # Errors
	/// As [`Model::score`].
	pub fn score_in_chunks(&self, tokens: &[u32], chunk: usize) -> Result<Vec<Vec<f32>>> {
		let mut all = Vec::with_capacity(tokens.len());
		self.in_chunks(tokens, chunk.max(1), &mut |hidden| {
			let values = read(self.decoder.logits(hidden))?;
			all.extend(values.chunks(self.spec.vocab_size).map(<[f32]>::to_vec));
			Ok(())
		})?;
		Ok(all)
	}

	/// Logits of the last position of a sequence.
	///
	/// # Errors
	/// As [`Model::score`].
	pub fn score_last(&self, tokens: &[u32]) -> Result<Vec<f32>> {
		let mut last = None;
		self.in_chunks(tokens, PREFILL_CHUNK, &mut |hidden| {
			last = Some(hidden);
			Ok(())
		})?;
		let hidden = last.ok_or(Error::EmptyPrompt)?;
		let [rows, width] = hidden.dims();
		read(
			self.decoder
				.logits(hidden.slice([rows - 1..rows, 0..width])),
		)
	}

	fn in_chunks(
		&self,
		tokens: &[u32],
		chunk: usize,
		use_hidden: &mut dyn FnMut(Tensor<2>) -> Result<()>,
	) -> Result<()> {
		if tokens.len() > self.spec.context {
			return Err(Error::ContextExceeded {
				prompt: tokens.len(),
				context: self.spec.context,
			});
		}
		self.check_tokens(tokens)?;
		let mut cache = self.cache(tokens.len());
		for chunk in tokens.chunks(chunk) {
			use_hidden(self.hidden(chunk, &mut cache)?)?;
		}
		Ok(())
	}

	fn cache(&self, tokens: usize) -> Cache {
		match self.decoder.is_packed() {
			false => Cache::Tensors(KvCache::new(&self.spec, tokens, &self.device)),
			true => {
				let mut pool = PagePool::new(&self.spec, pages_for(tokens), &self.device);
				let pages = std::iter::from_fn(|| pool.take()).collect();
				Cache::Pages {
					pool,
					pages,
					len: 0,
				}
			}
		}
	}

	/// Checks a request; returns how many tokens the answer may have.
	fn check(&self, request: &GenerateRequest) -> Result<usize> {
		request.sampler.validate()?;
		let (prompt, context) = (request.prompt_tokens.len(), self.spec.context);
		if prompt >= context {
			return Err(Error::ContextExceeded { prompt, context });
		}
		self.check_tokens(&request.prompt_tokens)?;
		Ok((request.max_new as usize).min(context - prompt))
	}

	/// Checks that there are tokens, and that all are in the vocabulary.
	///
	/// # Errors
	/// There are none, or one is not.
	pub fn check_tokens(&self, tokens: &[u32]) -> Result<()> {
		let vocab = self.spec.vocab_size;
		match tokens.iter().find(|t| **t as usize >= vocab) {
			Some(token) => Err(Error::TokenOutOfRange {
				token: *token,
				vocab,
			}),
			None if tokens.is_empty() => Err(Error::EmptyPrompt),
			None => Ok(()),
		}
	}

	/// Runs tokens through the model after those in the cache; the last one's logits.
	fn advance(&self, tokens: &[u32], cache: &mut Cache) -> Result<Vec<f32>> {
		let hidden = self.hidden(tokens, cache)?;
		let [rows, width] = hidden.dims();
		read(
			self.decoder
				.logits(hidden.slice([rows - 1..rows, 0..width])),
		)
	}

	/// Runs tokens of several sequences at once; the logits of the last token of each.
	///
	/// # Errors
	/// The weights are not packed for the processor.
	pub(crate) fn step(&self, rows: &[Rows], pool: &mut PagePool) -> Result<Vec<Vec<f32>>> {
		let (spec, rope, device) = (&self.spec, &self.rope, &self.device);
		let hidden = self
			.decoder
			.step(spec, rows, rope, pool, device, &mut |_, _| {})?;
		let [_, width] = hidden.dims();
		let mut end = 0;
		let last = rows.iter().map(|rows| {
			end += rows.tokens.len();
			hidden.clone().slice([end - 1..end, 0..width])
		});
		let values = read(self.decoder.logits(Tensor::cat(last.collect(), 0)))?;
		Ok(values
			.chunks(spec.vocab_size)
			.map(<[f32]>::to_vec)
			.collect())
	}

	/// The decoder.
	pub(crate) fn decoder(&self) -> &Decoder {
		&self.decoder
	}

	/// The same, up to and with the last norm: `[tokens, hidden]`.
	fn hidden(&self, tokens: &[u32], cache: &mut Cache) -> Result<Tensor<2>> {
		let (spec, rope, device) = (&self.spec, &self.rope, &self.device);
		match cache {
			Cache::Tensors(cache) => {
				let start = cache.len();
				let tokens = ids(tokens, device);
				self.decoder.hidden(spec, tokens, start, rope, Some(cache))
			}
			Cache::Pages { pool, pages, len } => {
				let rows = [Rows {
					tokens: tokens.to_vec(),
					position: *len,
					pages: pages.clone(),
				}];
				*len += tokens.len();
				let decoder = &self.decoder;
				decoder.step(spec, &rows, rope, pool, device, &mut |_, _| {})
			}
		}
	}
}

fn read(logits: Tensor<2>) -> Result<Vec<f32>> {
	logits.try_into_vec_as::<f32>().map_err(|e| Error::Device {
		action: "reading the model's scores",
		reason: format!("{e:?}"),
	})
}
