//! Text to tokens and back, with streaming that never splits a character.

use std::path::Path;

use crate::error::{Error, Result, read_file};

/// The tokenizer of a model.
#[derive(Clone, Debug)]
pub struct Tokenizer {
	inner: tokenizers::Tokenizer,
}

fn failed(e: impl std::fmt::Display) -> Error {
	Error::Tokenizer {
		reason: e.to_string(),
	}
}

impl Tokenizer {
	/// Reads `tokenizer.json` of a model directory.
	///
	/// # Errors
	/// The file cannot be read or is not a tokenizer.
	pub fn from_dir(dir: &Path) -> Result<Self> {
		Self::from_bytes(&read_file(&dir.join("tokenizer.json"))?)
	}

	/// Parses the content of a `tokenizer.json`.
	///
	/// # Errors
	/// The content is not a tokenizer.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
		tokenizers::Tokenizer::from_bytes(bytes)
			.map(|inner| Self { inner })
			.map_err(failed)
	}

	/// Number of tokens, special ones included.
	pub fn vocab_size(&self) -> usize {
		self.inner.get_vocab_size(true)
	}

	/// The largest token id plus one: the number of rows the model's embedding must have.
	pub fn id_bound(&self) -> usize {
		self.inner
			.get_vocab(true)
			.values()
			.max()
			.map_or(0, |id| *id as usize + 1)
	}

	/// The id of a token by its text, for example `</s>`.
	pub fn token_id(&self, token: &str) -> Option<u32> {
		self.inner.token_to_id(token)
	}

	/// Encodes text. `special` adds the tokens the tokenizer puts around a text (such as a
	/// beginning-of-sequence token); special tokens spelt out in the text are always recognised.
	///
	/// # Errors
	/// The tokenizer fails on the text.
	pub fn encode(&self, text: &str, special: bool) -> Result<Vec<u32>> {
		self.inner
			.encode_fast(text, special)
			.map(|e| e.get_ids().to_vec())
			.map_err(failed)
	}

	/// Decodes tokens to text. Bytes that form no character become U+FFFD.
	///
	/// # Errors
	/// The tokenizer fails on the tokens.
	pub fn decode(&self, tokens: &[u32], skip_special: bool) -> Result<String> {
		self.inner.decode(tokens, skip_special).map_err(failed)
	}

	/// Starts decoding token by token, leaving out special tokens.
	pub fn stream(&self) -> TextStream<'_> {
		TextStream {
			tokenizer: self,
			tokens: Vec::new(),
			window: 0,
			latest: 0,
			released: 0,
		}
	}
}

/// Decodes a growing list of tokens and hands out text only in whole characters.
///
/// A token may end inside a character (byte-level BPE), and its text may depend on the token before
/// it (word-piece and metaspace decoders). So a window of the last tokens is decoded, with some
/// that were handed out already, and text is held back while it ends in an unfinished character.
#[derive(Clone, Debug)]
pub struct TextStream<'a> {
	tokenizer: &'a Tokenizer,
	tokens: Vec<u32>,
	/// The window starts at this token.
	window: usize,
	/// Tokens from here on were not all handed out when the window was last moved.
	latest: usize,
	/// Bytes of the window's text that have been handed out.
	released: usize,
}

impl TextStream<'_> {
	/// Adds a token; returns the text that it completes, which may be empty.
	///
	/// # Errors
	/// The tokenizer fails on the token.
	pub fn push(&mut self, token: u32) -> Result<String> {
		self.tokens.push(token);
		let all = self.tokenizer.decode(&self.tokens[self.window..], true)?;
		let end = settled(&all);
		let text = all.get(self.released..end).unwrap_or_default().to_owned();
		if text.is_empty() {
			return Ok(text);
		}
		self.released = end;
		if end == all.len() {
			self.window = self.latest;
			self.latest = self.tokens.len();
			self.released = self
				.tokenizer
				.decode(&self.tokens[self.window..], true)?
				.len();
		}
		Ok(text)
	}

	/// Ends the stream; returns what was held back, with U+FFFD for an unfinished character.
	///
	/// # Errors
	/// The tokenizer fails on the tokens.
	pub fn finish(self) -> Result<String> {
		let all = self.tokenizer.decode(&self.tokens[self.window..], true)?;
		Ok(all.get(self.released..).unwrap_or_default().to_owned())
	}
}

/// Length of the part of a decoded text that later tokens cannot change.
///
/// A character has at most four bytes, so at most three of them can be waiting for the rest; they
/// show as one U+FFFD together or one each, as the decoder likes.
fn settled(text: &str) -> usize {
	let waiting = text
		.chars()
		.rev()
		.take(3)
		.take_while(|c| *c == '\u{fffd}')
		.count();
	text.len() - waiting * '\u{fffd}'.len_utf8()
}
