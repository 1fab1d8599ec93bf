//! From an output to what is sent to the chain: receipt, delivery, and what must be kept to open
//! the commitment later.

use athanor_primitives::{
	H256, merkle,
	receipt::{self, Delivery, Finish, Receipt, SignedReceipt},
};
use rand::{TryRngCore, rngs::OsRng};

use crate::{
	keys::{KeyError, WorkerKey},
	ledger::Assigned,
	runner::Output,
};

/// A receipt ready to be sent, with the secrets behind its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
	/// The receipt and its signature.
	pub signed: SignedReceipt,
	/// The output, with the signature over its text.
	pub delivery: Delivery,
	/// What keeps the trace secret until it is opened.
	pub salt: [u8; 32],
	/// The leaves of the trace that the commitment is made of.
	pub leaves: Vec<[u8; 32]>,
}

/// Signs what was computed for a job. `max_text` is the longest text that the chain accepts at all,
/// in bytes, and [`receipt::max_text_len`] the longest for so many tokens: the text is cut at a
/// character boundary, because the tokens are what counts.
///
/// # Errors
/// The system has no randomness for the salt.
pub fn sign(
	key: &WorkerKey,
	genesis: &H256,
	task: &Assigned,
	output: Output,
	max_text: usize,
) -> Result<Work, KeyError> {
	let mut salt = [0u8; 32];
	OsRng
		.try_fill_bytes(&mut salt)
		.map_err(|error| KeyError::Randomness(error.to_string()))?;
	let worker = key.public();
	let root = merkle::root(&output.leaves);
	let receipt = Receipt {
		job: task.job,
		model: task.model,
		model_version: task.model_version,
		input_hash: task.input_hash,
		output_hash: receipt::output_hash(&output.tokens),
		tokens_in: output.tokens_in,
		tokens_out: u32::try_from(output.tokens.len()).unwrap_or(u32::MAX),
		finish: output.finish.code(),
		commitment: receipt::commitment(&root, &salt, &worker, task.job),
	};
	let max_text = max_text.min(receipt::max_text_len(receipt.tokens_out));
	let text = cut(output.text, max_text).into_bytes();
	let delivery = Delivery {
		signature: key.sign(&receipt::delivery_payload(genesis, task.job, &text)),
		tokens: output.tokens,
		text,
	};
	let signature = key.sign(&receipt.payload(genesis));
	let signed = SignedReceipt {
		receipt,
		genesis: *genesis,
		worker,
		signature,
	};
	Ok(Work {
		signed,
		delivery,
		salt,
		leaves: output.leaves,
	})
}

/// The output of an input that this model cannot run. Its text says why, for the requester.
pub fn rejected(reason: String) -> Output {
	Output {
		tokens_in: 0,
		tokens: Vec::new(),
		text: reason,
		finish: Finish::Rejected,
		leaves: Vec::new(),
	}
}

fn cut(mut text: String, max: usize) -> String {
	text.truncate(text.floor_char_boundary(max));
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor_primitives::{
		job::{PromptFormat, Sampler},
		price::Price,
	};

	fn text_of(output: Output, max_text: usize) -> String {
		let task = Assigned {
			job: 1,
			provider: crate::ledger::AccountId { 0: [4; 32] },
			model: 0,
			model_version: 1,
			input_hash: H256::zero(),
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			max_input_tokens: 9,
			max_output_tokens: 9,
			price: Price::default(),
			seed: [0; 32],
			assigned_at: 1,
			deadline: 9,
		};
		let key = WorkerKey::from_seed(&[1; 32]);
		let work = sign(&key, &H256::zero(), &task, output, max_text).unwrap();
		String::from_utf8(work.delivery.text).unwrap()
	}

	#[test]
	fn texts_are_no_longer_than_the_chain_accepts() {
		let long = "é".repeat(500);
		let output = |tokens: usize| Output {
			tokens: vec![1; tokens],
			finish: Finish::Stop,
			..rejected(long.clone())
		};
		assert_eq!(text_of(output(9), 65_536), long);
		assert_eq!(text_of(output(9), 101), long[..100]);
		let few = text_of(output(1), 65_536);
		assert_eq!(few, long[..receipt::max_text_len(1)]);
		// The reason of a rejection has no tokens to go by.
		let reason = text_of(rejected(long.clone()), 65_536);
		assert_eq!(reason, long[..receipt::max_text_len(0)]);
		assert_eq!(text_of(rejected("too long".into()), 65_536), "too long");
	}

	#[test]
	fn text_is_cut_between_characters() {
		assert_eq!(cut("aéé".into(), 4), "aé");
		assert_eq!(cut("aéé".into(), 5), "aéé");
		assert_eq!(cut("abc".into(), 0), "");
	}
}
