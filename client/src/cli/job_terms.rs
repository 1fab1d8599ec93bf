//! What `athanor job post` and `athanor job quote` have in common: the job.

use std::{
	io::{IsTerminal, Read},
	path::{Path, PathBuf},
};

use athanor::{
	AccountId, Error,
	primitives::{
		ModelId,
		eligibility::{Eligibility, Region, is_region},
		job::{Assignment, PromptFormat, Sampler},
	},
	quote::Draft,
};
use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::{model::Class, parse_account, parse_amount};

/// Most bytes that are read as a prompt. The chain takes far fewer, and says so with the figures.
const MAX_PROMPT: u64 = 1 << 20;

/// Top-k, if only a temperature is given.
const USUAL_TOP_K: u16 = 40;

/// Temperature in thousandths, if only top-k is given.
const USUAL_TEMPERATURE: u16 = 1_000;

/// A job, without the number of tokens to generate.
#[derive(Debug, Args)]
pub struct Terms {
	/// The model.
	#[arg(long)]
	pub model: ModelId,
	/// The version of the model [default: the newest].
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub model_version: Option<u32>,
	/// The prompt [default: what stdin says].
	#[arg(long, conflicts_with = "prompt_file")]
	pub prompt: Option<String>,
	/// File with the prompt; - is stdin.
	#[arg(long, value_name = "FILE")]
	pub prompt_file: Option<PathBuf>,
	/// How the prompt is put to the model.
	#[arg(long, value_enum, default_value_t = Format::Completion)]
	pub format: Format,
	/// Always the most probable token: the default.
	#[arg(long, conflicts_with_all = ["temperature", "top_k"])]
	pub greedy: bool,
	/// Draw among the most probable tokens, at this temperature, 0.001 to 10.
	#[arg(long, value_parser = parse_temperature)]
	pub temperature: Option<u16>,
	/// Among how many tokens to draw, 1 to 1000 [default: 40].
	#[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1_000))]
	pub top_k: Option<u16>,
	/// Most to pay for a token of the prompt [default: the cheapest offer, with headroom].
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	pub max_price_in: Option<u128>,
	/// Most to pay for a generated token [default: the cheapest offer, with headroom].
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	pub max_price_out: Option<u128>,
	/// Blocks after which an unfinished job is refunded [default: enough for two providers].
	#[arg(long, value_name = "BLOCKS")]
	pub time_limit: Option<u32>,
	#[command(flatten)]
	pub who: Who,
}

/// Who may do a job.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Who may do it")]
pub struct Who {
	/// Only this provider [default: the chain draws one].
	#[arg(long, value_parser = parse_account, value_name = "ACCOUNT")]
	pub provider: Option<AccountId>,
	/// The first provider that claims it [default: the chain draws one].
	#[arg(long, conflicts_with = "provider")]
	pub open: bool,
	/// Only this provider, or others named like this; repeat it for up to 16.
	#[arg(long, value_parser = parse_account, value_name = "ACCOUNT", conflicts_with = "provider")]
	pub allow: Vec<AccountId>,
	/// Not this provider; repeat it for up to 16.
	#[arg(long, value_parser = parse_account, value_name = "ACCOUNT")]
	pub exclude: Vec<AccountId>,
	/// Only machines in this country, as two letters such as DE; repeat it for others.
	#[arg(long, value_parser = parse_region, value_name = "CC")]
	pub region: Vec<Region>,
	/// Only providers that keep prompt and output no longer than so many hours.
	#[arg(long, value_name = "N")]
	pub max_retention_hours: Option<u32>,
	/// Only GPUs with at least so much memory, in GiB.
	#[arg(long, value_name = "GIB")]
	pub min_gpu_memory: Option<u16>,
	/// Only a model whose results are compared in this way.
	#[arg(long, value_enum)]
	pub numeric_class: Option<Class>,
}

/// How a prompt is put to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
	/// Text that the model continues.
	Completion,
	/// One message to a chat model.
	Chat,
	/// A JSON array of messages, each with "role" and "content".
	Messages,
}

impl From<Format> for PromptFormat {
	fn from(format: Format) -> Self {
		match format {
			Format::Completion => Self::Completion,
			Format::Chat => Self::Chat,
			Format::Messages => Self::Messages,
		}
	}
}

impl Terms {
	/// The job that they ask for, of so many tokens, on this input.
	pub fn draft(&self, input: Vec<u8>, max_output_tokens: u32) -> Draft {
		Draft {
			model: self.model,
			version: self.model_version,
			input,
			format: self.format.into(),
			sampler: self.sampler(),
			max_output_tokens,
			max_price_in: self.max_price_in,
			max_price_out: self.max_price_out,
			assignment: self.who.assignment(),
			eligibility: self.who.eligibility(),
			time_limit: self.time_limit,
		}
	}

	/// The prompt, checked as far as it can be here.
	pub fn input(&self) -> Result<Vec<u8>, Error> {
		let file = match &self.prompt_file {
			Some(path) if path.as_os_str() == "-" => None,
			file => file.as_deref(),
		};
		let input = prompt_bytes(self.prompt.as_deref(), file)?;
		check_messages(self.format, &input)?;
		Ok(input)
	}

	/// Whether a prompt was given.
	pub fn has_prompt(&self) -> bool {
		self.prompt.is_some() || self.prompt_file.is_some()
	}

	fn sampler(&self) -> Sampler {
		match (self.temperature, self.top_k) {
			(None, None) => Sampler::Greedy,
			(temperature, k) => Sampler::TopK {
				temperature_milli: temperature.unwrap_or(USUAL_TEMPERATURE),
				k: k.unwrap_or(USUAL_TOP_K),
			},
		}
	}
}

impl Who {
	fn assignment(&self) -> Assignment<AccountId> {
		match (self.provider, self.open) {
			(Some(provider), _) => Assignment::Direct(provider),
			(None, true) => Assignment::Open,
			(None, false) => Assignment::Auto,
		}
	}

	fn eligibility(&self) -> Eligibility<AccountId> {
		Eligibility {
			allow: self.allow.clone(),
			exclude: self.exclude.clone(),
			regions: self.region.clone(),
			max_retention_hours: self.max_retention_hours,
			min_gpu_memory_gib: self.min_gpu_memory,
			numeric_class: self.numeric_class.map(Into::into),
		}
	}
}

/// The prompt from the command line, a file or stdin.
pub fn prompt_bytes(text: Option<&str>, file: Option<&Path>) -> Result<Vec<u8>, Error> {
	let bytes = match (text, file) {
		(Some(text), _) => text.as_bytes().to_vec(),
		(None, Some(path)) => {
			let unreadable = |error: std::io::Error| {
				Error::Input(format!("cannot read {}: {error}", path.display()))
			};
			read(std::fs::File::open(path).map_err(unreadable)?).map_err(unreadable)?
		}
		(None, None) => {
			let stdin = std::io::stdin();
			if stdin.is_terminal() {
				return Err(Error::Input(
					"there is no prompt: give --prompt, --prompt-file, or pipe it in".to_owned(),
				));
			}
			read(stdin.lock())
				.map_err(|error| Error::Input(format!("cannot read the prompt: {error}")))?
		}
	};
	match std::str::from_utf8(&bytes) {
		Ok(_) => Ok(bytes),
		Err(error) => Err(Error::Input(format!(
			"the prompt is not UTF-8 text: byte {} is not",
			error.valid_up_to().saturating_add(1)
		))),
	}
}

fn read(source: impl Read) -> std::io::Result<Vec<u8>> {
	let mut bytes = Vec::new();
	source.take(MAX_PROMPT).read_to_end(&mut bytes)?;
	Ok(bytes)
}

/// Messages that no template could take are told here, before they cost a fee.
fn check_messages(format: Format, input: &[u8]) -> Result<(), Error> {
	#[derive(Deserialize)]
	#[serde(deny_unknown_fields)]
	#[allow(dead_code)]
	struct Message {
		role: String,
		content: String,
	}
	if format != Format::Messages {
		return Ok(());
	}
	let wrong = |reason: String| {
		Error::Input(format!(
			"the prompt is not a list of messages ({reason}); write it like \
			 [{{\"role\": \"user\", \"content\": \"Hello\"}}]"
		))
	};
	match serde_json::from_slice::<Vec<Message>>(input) {
		Ok(messages) if messages.is_empty() => Err(wrong("it is empty".to_owned())),
		Ok(_) => Ok(()),
		Err(error) => Err(wrong(error.to_string())),
	}
}

/// Reads a temperature into thousandths.
fn parse_temperature(text: &str) -> Result<u16, String> {
	let wrong = || format!("`{text}` is not a temperature from 0.001 to 10");
	let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
	let fraction = fraction.trim_end_matches('0');
	if fraction.len() > 3 || !fraction.chars().all(|c| c.is_ascii_digit()) {
		return Err(wrong());
	}
	let whole: u16 = if whole.is_empty() {
		0
	} else {
		whole.parse().map_err(|_| wrong())?
	};
	let fraction: u16 = format!("{fraction:0<3}").parse().map_err(|_| wrong())?;
	whole
		.checked_mul(1_000)
		.and_then(|milli| milli.checked_add(fraction))
		.filter(|milli| (1..=10_000).contains(milli))
		.ok_or_else(wrong)
}

/// Reads a country, for clap.
pub fn parse_region(text: &str) -> Result<Region, String> {
	let region: Option<Region> = text.to_ascii_uppercase().as_bytes().try_into().ok();
	region.filter(is_region).ok_or_else(|| {
		format!(
			"`{text}` is not a country; give the two letters that ISO 3166-1 has for it, such as DE"
		)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::primitives::model::NumericClass;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		terms: Terms,
	}

	fn terms(line: &[&str]) -> Terms {
		let always = ["x", "--model", "0", "--prompt", "a"];
		Line::try_parse_from([&always, line].concat())
			.unwrap_or_else(|error| panic!("{error}"))
			.terms
	}

	fn accepted(line: &[&str]) -> bool {
		let always = ["x", "--model", "0"];
		Line::try_parse_from([&always, line].concat()).is_ok()
	}

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

	#[test]
	fn samplers_are_read() {
		let top_k = |temperature_milli, k| Sampler::TopK {
			temperature_milli,
			k,
		};
		let sampler = |line: &[&str]| terms(line).sampler();
		assert_eq!(sampler(&[]), Sampler::Greedy);
		assert_eq!(sampler(&["--greedy"]), Sampler::Greedy);
		assert_eq!(sampler(&["--temperature", "0.8"]), top_k(800, 40));
		assert_eq!(sampler(&["--top-k", "5"]), top_k(1_000, 5));
		let both = ["--temperature", ".5", "--top-k", "1000"];
		assert_eq!(sampler(&both), top_k(500, 1_000));
		assert!(sampler(&both).is_valid());
	}

	#[test]
	fn temperatures_stay_in_range() {
		assert_eq!(parse_temperature("10"), Ok(10_000));
		assert_eq!(parse_temperature("0.001"), Ok(1));
		for text in ["0", "10.001", "-1", "", "warm", "1e1", "0.0001", "70"] {
			assert!(parse_temperature(text).is_err(), "{text}");
		}
	}

	#[test]
	fn countries_are_two_letters() {
		assert_eq!(parse_region("DE"), Ok(*b"DE"));
		assert_eq!(parse_region("fr"), Ok(*b"FR"));
		for text in ["", "D", "DEU", "D1", "ä", "EU "] {
			assert!(
				parse_region(text).unwrap_err().contains("ISO 3166"),
				"{text}"
			);
		}
	}

	#[test]
	fn who_may_do_it_is_read() {
		let line = [
			"--open",
			"--allow",
			ALICE,
			"--allow",
			BOB,
			"--region",
			"de",
			"--region",
			"FR",
			"--max-retention-hours",
			"0",
			"--min-gpu-memory",
			"80",
			"--numeric-class",
			"float",
			"--model-version",
			"2",
		];
		let draft = terms(&line).draft(b"a".to_vec(), 8);
		assert_eq!(draft.assignment, Assignment::Open);
		assert_eq!((draft.version, draft.max_output_tokens), (Some(2), 8));
		let eligibility = draft.eligibility;
		assert_eq!(eligibility.allow.len(), 2);
		assert_eq!(eligibility.allow[1].to_string(), BOB);
		assert_eq!(eligibility.regions, [*b"DE", *b"FR"]);
		assert_eq!(eligibility.max_retention_hours, Some(0));
		assert_eq!(eligibility.min_gpu_memory_gib, Some(80));
		assert_eq!(eligibility.numeric_class, Some(NumericClass::Float));

		let draft = terms(&["--provider", ALICE, "--exclude", BOB]).draft(vec![], 1);
		assert!(matches!(draft.assignment, Assignment::Direct(who) if who.to_string() == ALICE));
		assert_eq!(draft.eligibility.exclude.len(), 1);
		let draft = terms(&[]).draft(vec![], 1);
		assert_eq!(draft.assignment, Assignment::Auto);
		assert_eq!(draft.eligibility, Eligibility::default());
	}

	#[test]
	fn what_excludes_each_other_is_not_taken() {
		assert!(!accepted(&["--open", "--provider", ALICE]));
		assert!(!accepted(&["--allow", ALICE, "--provider", ALICE]));
		assert!(!accepted(&["--numeric-class", "double"]));
		assert!(!accepted(&["--model-version", "0"]));
		assert!(accepted(&["--open", "--exclude", ALICE]));
	}

	#[test]
	fn prompts_must_be_text() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("prompt");
		std::fs::write(&path, [b'a', b'b', 0xff]).unwrap();
		let error = prompt_bytes(None, Some(&path)).unwrap_err();
		assert!(error.to_string().contains("byte 3"), "{error}");
		std::fs::write(&path, "grüße").unwrap();
		assert_eq!(prompt_bytes(None, Some(&path)).unwrap(), "grüße".as_bytes());
		assert_eq!(prompt_bytes(Some("x"), None).unwrap(), b"x");
		let missing = prompt_bytes(None, Some(&dir.path().join("none"))).unwrap_err();
		assert_eq!(missing.exit_code(), 2);
	}

	#[test]
	fn messages_are_checked() {
		let check = |text: &str| check_messages(Format::Messages, text.as_bytes());
		assert!(check(r#"[{"role": "user", "content": "Hello"}]"#).is_ok());
		for wrong in ["Hello", "[]", "{}", r#"[{"role": "user"}]"#, r#"["Hello"]"#] {
			let error = check(wrong).unwrap_err();
			assert!(
				error.to_string().contains(r#"[{"role": "user""#),
				"{wrong}: {error}"
			);
		}
		assert!(check_messages(Format::Chat, b"Hello").is_ok());
	}
}
