//! `generate`: the engine without the chain.

use std::io::{Write, stdout};

use athanor_primitives::{
	job::{PromptFormat, Sampler},
	receipt::Finish,
};
use rand::{TryRngCore, rngs::OsRng};
use serde::Serialize;

use crate::{
	cli::GenerateArgs,
	error::Error,
	keys::KeyError,
	llm::{Engine, format_of},
	runner::{Output, Progress, RunError},
};

/// What `--json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
	/// The generated tokens, without the end-of-text token.
	pub tokens: Vec<u32>,
	/// The same as text.
	pub text: String,
	/// Why generation ended: `stop` or `length`.
	pub finish: &'static str,
	/// What a job would be charged for.
	pub usage: Usage,
}

/// Numbers of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Usage {
	/// Of the prompt, special tokens and template included.
	pub prompt_tokens: u32,
	/// Generated.
	pub completion_tokens: usize,
}

impl From<Output> for Answer {
	fn from(output: Output) -> Self {
		let finish = match output.finish {
			Finish::Stop => "stop",
			Finish::Length => "length",
			Finish::Rejected => "rejected",
		};
		let usage = Usage {
			prompt_tokens: output.tokens_in,
			completion_tokens: output.tokens.len(),
		};
		Self {
			tokens: output.tokens,
			text: output.text,
			finish,
			usage,
		}
	}
}

/// What is generated from.
enum Input {
	/// Text, or messages.
	Text(PromptFormat, Vec<u8>),
	/// Tokens.
	Tokens(Vec<u32>),
}

/// What is generated if nobody says how much.
const MAX_NEW: u32 = 128;

/// What the arguments ask for.
struct Request {
	input: Input,
	sampler: Sampler,
	seed: [u8; 32],
	max_new: Option<u32>,
}

impl Request {
	/// Fails if the file of messages cannot be read, or the system has no randomness for a seed.
	fn new(args: &GenerateArgs) -> Result<Self, Error> {
		let input = match (&args.prompt, &args.chat, &args.messages, &args.tokens) {
			(Some(text), ..) => Input::Text(PromptFormat::Completion, text.clone().into_bytes()),
			(_, Some(text), ..) => Input::Text(PromptFormat::Chat, text.clone().into_bytes()),
			(.., Some(path), _) => {
				let input = std::fs::read(path).map_err(|source| Error::Io {
					action: format!("read {}", path.display()),
					source,
				})?;
				Input::Text(PromptFormat::Messages, input)
			}
			(.., Some(tokens)) => Input::Tokens(tokens.clone()),
			(None, None, None, None) => {
				return Err(Error::Usage(
					"one of --prompt, --chat, --messages and --tokens is needed".into(),
				));
			}
		};
		let sampler = if args.greedy {
			Sampler::Greedy
		} else {
			Sampler::TopK {
				temperature_milli: args.temperature,
				k: args.top_k,
			}
		};
		let mut seed = args.seed.unwrap_or_default();
		if args.seed.is_none() {
			OsRng
				.try_fill_bytes(&mut seed)
				.map_err(|error| KeyError::Randomness(error.to_string()))?;
		}
		Ok(Self {
			input,
			sampler,
			seed,
			max_new: args.max_new,
		})
	}

	fn run(
		self,
		engine: &Engine,
		observe: &mut dyn FnMut(Progress<'_>) -> bool,
	) -> Result<Output, Error> {
		let tokens = match self.input {
			Input::Text(format, input) => {
				engine.model().encode_prompt(format_of(format), &input)?
			}
			Input::Tokens(tokens) => tokens,
		};
		engine.model().check_tokens(&tokens)?;
		// What was asked for must fit. A default only goes as far as it does.
		if let Some(wanted) = self.max_new {
			let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
			engine.model().check_room(tokens.len(), wanted)?;
		}
		let max_new = self.max_new.unwrap_or(MAX_NEW);
		Ok(engine.complete(tokens, max_new, self.sampler, self.seed, observe)?)
	}
}

/// Generates and prints.
///
/// # Errors
/// The model cannot be loaded, the prompt cannot be run, or standard output is closed.
pub fn generate(args: &GenerateArgs) -> Result<(), Error> {
	let request = Request::new(args)?;
	let engine = Engine::load(&args.model)?;
	let closed = |source| Error::Io {
		action: "write the answer".into(),
		source,
	};
	let mut out = stdout();
	if args.json {
		let answer = Answer::from(request.run(&engine, &mut |_| true)?);
		let json =
			serde_json::to_string(&answer).map_err(|error| Error::Internal(error.to_string()))?;
		return writeln!(out, "{json}").map_err(closed);
	}
	let (mut shown, mut broken) = (String::new(), None);
	let result = request.run(&engine, &mut |progress| {
		let Progress::Token(text) = progress else {
			return true;
		};
		shown.push_str(text);
		broken = out
			.write_all(text.as_bytes())
			.and_then(|()| out.flush())
			.err();
		broken.is_none()
	});
	if let Some(source) = broken {
		return Err(closed(source));
	}
	let output = match result {
		Err(Error::Run(RunError::Cancelled)) => return Ok(()),
		result => result?,
	};
	write!(out, "{}", ending(&shown, &output.text)).map_err(closed)
}

/// What is left to print after `shown`. The last characters come only with the end; and where the
/// model wrote bytes that are no text, `shown` may be wrong, so that all has to come again.
fn ending(shown: &str, text: &str) -> String {
	let rest = match text.strip_prefix(shown) {
		Some(rest) => rest.to_owned(),
		None => format!("\n\n{text}"),
	};
	let end = if text.ends_with('\n') { "" } else { "\n" };
	rest + end
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_not_shown_comes_at_the_end() {
		assert_eq!(ending("a fox", "a fox"), "\n");
		assert_eq!(ending("a fox\n", "a fox\n"), "");
		assert_eq!(ending("a ", "a \u{fffd}"), "\u{fffd}\n");
		assert_eq!(ending("€", "\u{fffd}\u{fffd}"), "\n\n\u{fffd}\u{fffd}\n");
	}
}
