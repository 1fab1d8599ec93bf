//! What the worker needs from an inference engine.

use athanor_primitives::{
	job::{PromptFormat, Sampler},
	receipt::Finish,
};

/// One generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
	/// The input, as it came from the requester.
	pub input: Vec<u8>,
	/// How the input becomes a prompt.
	pub format: PromptFormat,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Seed of the choice; greedy sampling does not use it.
	pub seed: [u8; 32],
	/// Most tokens of the prompt, special tokens and template included.
	pub max_input_tokens: u32,
	/// Most tokens to generate.
	pub max_output_tokens: u32,
}

/// What came out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
	/// Tokens of the prompt, special tokens and template included.
	pub tokens_in: u32,
	/// The generated tokens, without the end-of-text token.
	pub tokens: Vec<u32>,
	/// The same as text.
	pub text: String,
	/// Why generation ended.
	pub finish: Finish,
	/// Leaves of the trace of the computation.
	pub leaves: Vec<[u8; 32]>,
}

/// What is told while a generation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
	/// A part of the prompt has gone through the model.
	Prefill,
	/// A token has come, and completes this text, which may be empty. [`Output::text`] is what
	/// counts: it can end with more, and differs where the model wrote bytes that are no text.
	Token(&'a str),
}

/// Why a generation gave no output.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
	/// No model of this kind could run the input: it is not UTF-8, longer than the context, or the
	/// chat template refuses it. The job gets a receipt that says so.
	#[error("the input cannot be run: {0}")]
	Rejected(String),
	/// It was told to stop.
	#[error("generation was cancelled")]
	Cancelled,
	/// The engine failed, which says nothing about the input.
	#[error("the engine failed: {0}")]
	Failed(String),
}

/// An inference engine with a model loaded. It lives on a thread of its own.
pub trait Runner: Send + 'static {
	/// Generates. `observe` is called after each part of the prompt and each generated token, and
	/// says whether to go on; with `false` the run ends as [`RunError::Cancelled`].
	///
	/// # Errors
	/// See [`RunError`].
	fn run(
		&mut self,
		prompt: &Prompt,
		observe: &mut dyn FnMut(Progress<'_>) -> bool,
	) -> Result<Output, RunError>;
}
