//! What the three hashes of a model are taken over.
//!
//! The chain stores them and cannot check them: whoever has the files of the model, in Hugging Face
//! layout, computes them. All that decides which tokens a prompt becomes, and what the model makes
//! of them, is in one of the three.

use blake2::{Blake2b, Digest, digest::consts::U32};
use codec::Encode;

use crate::hash::blake2_256;

/// The hash of configuration and weights, of `(name, length in bytes, blake2_256)` of each file.
///
/// BLAKE2b-256 over, for each file:
/// length of the name in bytes (u32 LE) ‖ name ‖ length of the file (u64 LE) ‖ hash of the file.
///
/// The files come in this order: `config.json`, `generation_config.json` if the model has one, then
/// the weight files in order of name, byte by byte. Those are `model.safetensors`, or if there is
/// none the files that `model.safetensors.index.json` names, each once.
pub fn weights_hash<'a>(files: impl IntoIterator<Item = (&'a str, u64, [u8; 32])>) -> [u8; 32] {
	let mut hasher = Blake2b::<U32>::new();
	for (name, length, hash) in files {
		let name_length = u32::try_from(name.len()).unwrap_or(u32::MAX);
		hasher.update(name_length.to_le_bytes());
		hasher.update(name.as_bytes());
		hasher.update(length.to_le_bytes());
		hasher.update(hash);
	}
	hasher.finalize().into()
}

/// The hash of the tokenizer: `blake2_256` of the bytes of `tokenizer.json`.
pub fn tokenizer_hash(tokenizer: &[u8]) -> [u8; 32] {
	blake2_256(tokenizer)
}

/// The hash of the chat template: `blake2_256` of SCALE (`template`, `bos`, `eos`), three strings
/// in UTF-8, each after its length.
///
/// `template` is the text of `chat_template.jinja`, else of `chat_template` in
/// `tokenizer_config.json`. `bos` and `eos` are the texts of `bos_token` and `eos_token` in
/// `tokenizer_config.json`, empty where it has none. They belong to the template because it writes
/// them into the prompt, and no other hash covers the file that they are in. A model without a
/// template has three empty strings.
pub fn template_hash(template: &str, bos: &str, eos: &str) -> [u8; 32] {
	blake2_256(&(template, bos, eos).encode())
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;
	use proptest::prelude::*;

	#[test]
	fn weights_are_hashed_as_documented() {
		let files = [("config.json", 3, [7; 32]), ("é", u64::MAX, [8; 32])];
		let bytes = [
			&[11, 0, 0, 0][..],
			b"config.json",
			&[3, 0, 0, 0, 0, 0, 0, 0],
			&[7; 32],
			&[2, 0, 0, 0],
			"é".as_bytes(),
			&[255; 8],
			&[8; 32],
		];
		assert_eq!(weights_hash(files), blake2_256(&bytes.concat()));
		assert_ne!(weights_hash(files), weights_hash([files[1], files[0]]));
		assert_eq!(weights_hash([]), blake2_256(b""));
	}

	#[test]
	fn the_template_is_hashed_with_its_special_tokens() {
		let bytes = [
			&[5 << 2][..],
			b"hello",
			&[3 << 2],
			b"<s>",
			&[4 << 2],
			b"</s>",
		]
		.concat();
		assert_eq!(template_hash("hello", "<s>", "</s>"), blake2_256(&bytes));
		assert_eq!(template_hash("", "", ""), blake2_256(&[0; 3]));
	}

	#[test]
	fn the_tokenizer_is_hashed_as_it_is() {
		assert_eq!(tokenizer_hash(b"{}"), blake2_256(b"{}"));
	}

	proptest! {
		#[test]
		fn text_that_moves_to_another_part_changes_the_hash(text in "[ab]{1,12}", cuts: [prop::sample::Index; 2], moved: [prop::sample::Index; 2]) {
			let at = |cuts: &[prop::sample::Index; 2]| {
				let mut at: Vec<usize> = cuts.iter().map(|c| c.index(text.len() + 1)).collect();
				at.sort_unstable();
				at
			};
			let hash = |at: &[usize]| template_hash(&text[..at[0]], &text[at[0]..at[1]], &text[at[1]..]);
			let (one, other) = (at(&cuts), at(&moved));
			prop_assert_eq!(hash(&one) == hash(&other), one == other);
		}
	}
}
