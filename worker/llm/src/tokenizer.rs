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

	/// Parses the content of a `tokenizer.json`. Like transformers, it passes over the truncation
	/// and padding in there, which are left over from training: a prompt that does not fit is
	/// refused, never cut.
	///
	/// # Errors
	/// The content is not a tokenizer.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
		let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(failed)?;
		inner.with_truncation(None).map_err(failed)?;
		inner.with_padding(None);
		Ok(Self { inner })
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

	/// Whether a token adds nothing to a text from which special tokens are left out.
	fn is_silent(&self, token: u32) -> bool {
		self.inner
			.id_to_token(token)
			.is_none_or(|text| self.inner.get_added_vocabulary().is_special_token(&text))
	}

	/// Starts decoding token by token, leaving out special tokens.
	pub fn stream(&self) -> TextStream<'_> {
		TextStream {
			tokenizer: self,
			tokens: Vec::new(),
			window: 0,
			latest: 0,
			known: String::new(),
		}
	}
}

/// Tokens that may wait for the end of a character. A character has at most four bytes, so after so
/// many tokens without a whole one there are bytes among them that belong to none.
const PATIENCE: usize = 16;

/// Decodes a growing list of tokens and hands out text only in whole characters.
///
/// A token may end inside a character, and its text may depend on the token before it (metaspace
/// and byte-fallback decoders). So a window of the last tokens is decoded, with some that were
/// handed out already, and nothing is handed out while the window ends in an unfinished character:
/// a byte-fallback decoder spoils whole characters before it too.
///
/// What is handed out is the beginning of [`Tokenizer::decode`] of all tokens, as long as their
/// bytes are UTF-8; the rest is missing only while it may be part of a character. Bytes that are no
/// UTF-8 can change text that was handed out before them, so deliver [`Tokenizer::decode`], not
/// this.
#[derive(Clone, Debug)]
pub struct TextStream<'a> {
	tokenizer: &'a Tokenizer,
	tokens: Vec<u32>,
	/// The window starts at this token.
	window: usize,
	/// Text of the tokens before this one was handed out.
	latest: usize,
	/// Text of the window up to there.
	known: String,
}

impl TextStream<'_> {
	/// Adds a token; returns the text that it completes, which may be empty.
	///
	/// # Errors
	/// The tokenizer fails on the token.
	pub fn push(&mut self, token: u32) -> Result<String> {
		if self.tokenizer.is_silent(token) {
			return Ok(String::new());
		}
		self.tokens.push(token);
		let mut end = self.tokens.len();
		let mut all = self.decode(self.window, end)?;
		if all.ends_with(char::REPLACEMENT_CHARACTER) {
			if end - self.latest < PATIENCE {
				return Ok(String::new());
			}
			(end, all) = self.cut()?;
		}
		let text = match all.strip_prefix(&self.known) {
			Some(text) => text.to_owned(),
			// Bytes that turned out to be no characters changed the text before them.
			None => self.decode(self.latest, end)?,
		};
		if !text.is_empty() {
			self.window = self.latest;
			self.latest = end;
			self.known = self.decode(self.window, end)?;
		}
		Ok(text)
	}

	/// Where to cut the tokens to leave out an unfinished character of up to three of them, and the
	/// window's text up to there. An unfinished character only adds U+FFFD, so the text without it
	/// is the shortest.
	fn cut(&self) -> Result<(usize, String)> {
		let last = self.tokens.len();
		let mut best = (last, self.decode(self.window, last)?);
		for end in (last - 3..last).rev() {
			let text = self.decode(self.window, end)?;
			if text.len() < best.1.len() {
				best = (end, text);
			}
		}
		Ok(best)
	}

	fn decode(&self, from: usize, to: usize) -> Result<String> {
		self.tokenizer.decode(&self.tokens[from..to], true)
	}
}
