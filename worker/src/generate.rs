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
	llm::Engine,
	runner::{Output, Progress, Prompt, RunError},
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

/// The prompt that the arguments ask for.
///
/// # Errors
/// The file of messages cannot be read, or the system has no randomness for a seed.
pub fn prompt(args: &GenerateArgs) -> Result<Prompt, Error> {
	let (format, input) = match (&args.prompt, &args.chat, &args.messages) {
		(Some(text), ..) => (PromptFormat::Completion, text.clone().into_bytes()),
		(_, Some(text), _) => (PromptFormat::Chat, text.clone().into_bytes()),
		(.., Some(path)) => {
			let input = std::fs::read(path).map_err(|source| Error::Io {
				action: format!("read {}", path.display()),
				source,
			})?;
			(PromptFormat::Messages, input)
		}
		(None, None, None) => {
			return Err(Error::Usage(
				"one of --prompt, --chat and --messages is needed".into(),
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
	Ok(Prompt {
		input,
		format,
		sampler,
		seed,
		max_input_tokens: u32::MAX,
		max_output_tokens: args.max_new,
	})
}

/// Generates and prints.
///
/// # Errors
/// The model cannot be loaded, the prompt cannot be run, or standard output is closed.
pub fn generate(args: &GenerateArgs) -> Result<(), Error> {
	let prompt = prompt(args)?;
	let engine = Engine::load(&args.model_dir, args.device)?;
	let closed = |source| Error::Io {
		action: "write the answer".into(),
		source,
	};
	let mut out = stdout();
	if args.json {
		let answer = Answer::from(engine.generate(&prompt, &mut |_| true)?);
		let json =
			serde_json::to_string(&answer).map_err(|error| Error::Internal(error.to_string()))?;
		return writeln!(out, "{json}").map_err(closed);
	}
	let (mut shown, mut broken) = (String::new(), None);
	let result = engine.generate(&prompt, &mut |progress| {
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
		Err(RunError::Cancelled) => return Ok(()),
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
