//! [`Runner`] over the inference crate, and what it says about a model directory.

use std::{ops::ControlFlow, path::Path, time::Duration};

use athanor_llm::{
	ArchSpec, DeviceChoice, GenerateRequest, LoadOptions, Model, Selected, Tokenizer, prompt,
	select,
	template::{ChatTemplate, Message},
};
use athanor_primitives::{
	H256,
	job::{PromptFormat, Sampler},
	model::ModelHashes,
	receipt::Finish,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
	cli::ModelArgs,
	error::Error,
	runner::{Output, Progress, Prompt, RunError, Runner},
};

/// Tokens that are added to what a few probes need, because how text falls apart into tokens
/// depends on its neighbours.
const OVERHEAD_MARGIN: u32 = 4;

/// A model that is loaded on a device.
#[derive(Debug)]
pub struct Engine {
	model: Model,
	device: String,
}

impl Engine {
	/// Loads the model in `dir`, showing progress.
	///
	/// # Errors
	/// The device cannot be used, or the directory holds no model that can be run.
	pub fn load(args: &ModelArgs) -> Result<Self, Error> {
		let options = LoadOptions {
			quantization: args.quantize.quantization(),
		};
		Self::load_with(&args.dir, args.device, options)
	}

	/// The same, of a directory.
	///
	/// # Errors
	/// As [`Engine::load`].
	pub fn load_with(
		dir: &Path,
		choice: DeviceChoice,
		options: LoadOptions,
	) -> Result<Self, Error> {
		check_dir(dir)?;
		let Selected {
			device,
			kind,
			name,
			passed_over,
			..
		} = select(choice)?;
		for reason in passed_over {
			tracing::info!("passed over {reason}");
		}
		let bar = progress("loading");
		let model = Model::load_with(dir, &device, options, &mut |done, total| {
			bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
			bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
		})?;
		bar.finish_and_clear();
		Ok(Self {
			model,
			device: format!("{} ({name})", kind.name()),
		})
	}

	/// The device, for people.
	pub fn device(&self) -> &str {
		&self.device
	}

	/// The model.
	pub fn model(&self) -> &Model {
		&self.model
	}

	/// Generates; see [`Runner::run`].
	///
	/// # Errors
	/// See [`RunError`].
	pub fn generate(
		&self,
		prompt: &Prompt,
		observe: &mut dyn FnMut(Progress<'_>) -> bool,
	) -> Result<Output, RunError> {
		let prompt_tokens = self
			.model
			.encode_prompt(format_of(prompt.format), &prompt.input)
			.map_err(judge)?;
		let tokens_in = u32::try_from(prompt_tokens.len()).unwrap_or(u32::MAX);
		if tokens_in > prompt.max_input_tokens {
			return Err(RunError::Rejected(format!(
				"the prompt has {tokens_in} tokens, and the job pays for {} at most. The model's registered template overhead is too small",
				prompt.max_input_tokens
			)));
		}
		let (max_new, sampler) = (prompt.max_output_tokens, prompt.sampler);
		self.complete(prompt_tokens, max_new, sampler, prompt.seed, observe)
	}

	/// Generates after tokens; see [`Runner::run`].
	///
	/// # Errors
	/// See [`RunError`].
	pub fn complete(
		&self,
		prompt_tokens: Vec<u32>,
		max_new: u32,
		sampler: Sampler,
		seed: [u8; 32],
		observe: &mut dyn FnMut(Progress<'_>) -> bool,
	) -> Result<Output, RunError> {
		let tokens_in = u32::try_from(prompt_tokens.len()).unwrap_or(u32::MAX);
		let request = GenerateRequest {
			prompt_tokens,
			max_new,
			sampler: sampler_of(sampler),
			seed,
		};
		let answer = self
			.model
			.generate(&request, |progress| {
				let go_on = observe(match progress {
					athanor_llm::Progress::Prefill { .. } => Progress::Prefill,
					athanor_llm::Progress::Token(event) => Progress::Token(event.text),
				});
				match go_on {
					true => ControlFlow::Continue(()),
					false => ControlFlow::Break(()),
				}
			})
			.map_err(judge)?;
		let finish = match answer.finish {
			athanor_llm::Finish::Stop => Finish::Stop,
			athanor_llm::Finish::Length => Finish::Length,
			athanor_llm::Finish::Cancelled => return Err(RunError::Cancelled),
		};
		let (tokens, text, leaves) = (answer.tokens, answer.text, answer.trace);
		Ok(Output {
			tokens_in,
			tokens,
			text,
			finish,
			leaves,
		})
	}
}

impl Runner for Engine {
	fn run(
		&mut self,
		prompt: &Prompt,
		observe: &mut dyn FnMut(Progress<'_>) -> bool,
	) -> Result<Output, RunError> {
		self.generate(prompt, observe)
	}
}

pub(crate) fn format_of(format: PromptFormat) -> athanor_llm::PromptFormat {
	match format {
		PromptFormat::Completion => athanor_llm::PromptFormat::Completion,
		PromptFormat::Chat => athanor_llm::PromptFormat::Chat,
		PromptFormat::Messages => athanor_llm::PromptFormat::Messages,
	}
}

fn sampler_of(sampler: Sampler) -> athanor_llm::Sampler {
	match sampler {
		Sampler::Greedy => athanor_llm::Sampler::Greedy,
		Sampler::TopK {
			temperature_milli,
			k,
		} => athanor_llm::Sampler::TopK {
			temperature: f32::from(temperature_milli) / 1_000.0,
			k: k.into(),
		},
	}
}

/// Whether an error is the input's fault, so that every honest worker would have it.
fn judge(error: athanor_llm::Error) -> RunError {
	use athanor_llm::Error;
	match error {
		Error::PromptNotUtf8 { .. }
		| Error::PromptJson { .. }
		| Error::EmptyPrompt
		| Error::ContextExceeded { .. }
		| Error::NoTemplate
		| Error::TemplateRaised { .. }
		| Error::TemplateFunction { .. }
		| Error::TemplateTooLong { .. } => RunError::Rejected(error.to_string()),
		error => RunError::Failed(error.to_string()),
	}
}

/// The content hashes of a model directory, showing progress.
///
/// # Errors
/// A file is missing or cannot be read.
pub fn hashes(dir: &Path) -> Result<ModelHashes, Error> {
	check_dir(dir)?;
	let bar = progress("hashing");
	let found = athanor_llm::ModelHashes::of_dir(dir, &mut |done, total| {
		bar.set_length(total);
		bar.set_position(done);
	})?;
	bar.finish_and_clear();
	Ok(ModelHashes {
		weights: H256(found.weights),
		tokenizer: H256(found.tokenizer),
		template: H256(found.template),
	})
}

/// What a registry entry says about a model besides its hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
	/// Architecture, as config.json has it.
	pub architecture: String,
	/// Number of parameters.
	pub parameters: u64,
	/// Most tokens of prompt and output together.
	pub context_length: u32,
	/// Most tokens that special tokens and chat template add to an input.
	pub template_overhead: u32,
}

/// Reads what is to be registered about a model directory.
///
/// # Errors
/// A file is missing or calls for something that cannot be run.
pub fn facts(dir: &Path) -> Result<Facts, Error> {
	check_dir(dir)?;
	let spec = ArchSpec::from_dir(dir)?;
	let tokenizer = Tokenizer::from_dir(dir)?;
	let template = ChatTemplate::from_dir(dir)?;
	let number = |value: usize, what: &str| {
		u32::try_from(value).map_err(|_| Error::Usage(format!("the model's {what} is too large")))
	};
	Ok(Facts {
		architecture: spec.family.architecture().to_owned(),
		parameters: u64::try_from(spec.parameters()).unwrap_or(u64::MAX),
		context_length: number(spec.context, "context")?,
		template_overhead: overhead(&tokenizer, template.as_ref(), spec.context)?,
	})
}

/// The most by which the tokens of a prompt outnumber the bytes of its input, plus a margin. Every
/// token of the input itself covers at least one byte.
fn overhead(
	tokenizer: &Tokenizer,
	template: Option<&ChatTemplate>,
	context: usize,
) -> Result<u32, Error> {
	let mut most = 0;
	let mut probe = |format: PromptFormat, input: &str| {
		let tokens = match prompt::encode(
			format_of(format),
			input.as_bytes(),
			tokenizer,
			template,
			context,
		) {
			Ok(tokens) => tokens.len(),
			Err(athanor_llm::Error::ContextExceeded { prompt, .. }) => prompt,
			// A template may refuse a conversation of this form. Then it adds nothing to it. Other
			// faults of a template are not the conversation's: every job would run into them.
			Err(athanor_llm::Error::TemplateRaised { .. } | athanor_llm::Error::EmptyPrompt) => {
				return Ok(());
			}
			Err(error) => return Err(error),
		};
		most = most.max(tokens.saturating_sub(input.len()));
		Ok(())
	};
	for text in ["a", "1", ".", "\n", " a", "a ", "a\n", "\na", "<", "é"] {
		probe(PromptFormat::Completion, text)?;
		if template.is_some() {
			probe(PromptFormat::Chat, text)?;
			let user = Message {
				role: "user".into(),
				content: text.into(),
			};
			let system = Message {
				role: "system".into(),
				content: text.into(),
			};
			for messages in [vec![user.clone()], vec![system, user]] {
				let json = serde_json::to_string(&messages)
					.map_err(|error| Error::Internal(error.to_string()))?;
				probe(PromptFormat::Messages, &json)?;
			}
		}
	}
	Ok(u32::try_from(most)
		.unwrap_or(u32::MAX)
		.saturating_add(OVERHEAD_MARGIN))
}

fn check_dir(dir: &Path) -> Result<(), Error> {
	if dir.is_dir() {
		return Ok(());
	}
	Err(Error::Usage(format!(
		"{} is no directory; give the directory of a model",
		dir.display()
	)))
}

/// A progress bar on standard error; invisible where that is no terminal.
pub(crate) fn progress(what: &'static str) -> ProgressBar {
	let style = ProgressStyle::with_template("{msg} {bar:40} {percent}% (about {eta} left)");
	let bar = ProgressBar::new(0).with_message(what);
	bar.enable_steady_tick(Duration::from_millis(500));
	match style {
		Ok(style) => bar.with_style(style),
		Err(_) => bar,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn demo() -> std::path::PathBuf {
		Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo")
	}

	#[test]
	fn a_run_can_be_stopped_while_the_prompt_is_read() {
		let engine =
			Engine::load_with(&demo(), "cpu".parse().unwrap(), LoadOptions::default()).unwrap();
		let prompt = Prompt {
			input: "a story ".repeat(150).into_bytes(),
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			seed: [0; 32],
			max_input_tokens: u32::MAX,
			max_output_tokens: 3,
		};
		let mut seen = Vec::new();
		let all = engine.generate(&prompt, &mut |progress| {
			seen.push(progress == Progress::Prefill);
			true
		});
		assert_eq!(all.unwrap().tokens.len(), 3);
		assert_eq!(seen, [true, true, false, false, false]);
		let mut asked = 0;
		let stopped = engine.generate(&prompt, &mut |_| {
			asked += 1;
			false
		});
		assert_eq!((stopped, asked), (Err(RunError::Cancelled), 1));
	}

	#[test]
	fn a_template_that_no_job_could_use_is_not_described() {
		let tokenizer = Tokenizer::from_dir(&demo()).unwrap();
		let probe = |source: &str| {
			let template = ChatTemplate::new(source.into(), String::new(), String::new()).unwrap();
			overhead(&tokenizer, Some(&template), 512)
		};
		let endless =
			"{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
		for (source, expected) in [
			(endless, "did not end"),
			("{{ strftime_now('%Y') }}", "strftime_now is unknown"),
		] {
			let error = probe(source).unwrap_err().to_string();
			assert!(error.contains(expected), "{error}");
		}
		// One that refuses some conversations is fine.
		let picky = "{% if messages | length > 1 %}{{ raise_exception('one message') }}{% endif %}{{ messages[0].content }}";
		assert!(probe(picky).unwrap() < 16);
	}
}
