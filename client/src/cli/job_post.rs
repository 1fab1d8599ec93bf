//! `athanor job post`.

use std::{
	io::{IsTerminal, Read},
	path::{Path, PathBuf},
	process::ExitCode,
};

use athanor::{
	AccountId, Amount, Call, Error,
	chain::events::JobPosted,
	primitives::{
		ModelId,
		job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	},
	quote::{self, Quote, QuoteRequest},
};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use super::{
	Context, Sent,
	job::quote_text,
	output::{Done, estimate_json, estimate_text, included_json, merge, note, price, report},
	parse_account, parse_amount, watch,
};

/// Most bytes that are read as a prompt. The chain takes far fewer, and says so with the figures.
const MAX_PROMPT: u64 = 1 << 20;

/// Top-k, if only a temperature is given.
const USUAL_TOP_K: u16 = 40;

/// Temperature in thousandths, if only top-k is given.
const USUAL_TEMPERATURE: u16 = 1_000;

/// Shown at the end of `--help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor --key alice.key job post --model 0 --prompt 'Once upon a time' --max-tokens 64 --wait
  athanor --key alice.key job post --model 0 --format chat --prompt-file question.txt \\
      --max-tokens 256 --temperature 0.8 --top-k 40
  athanor --key alice.key job post --model 0 --prompt 'Hi' --max-tokens 8 \\
      --max-price-in 40000u --max-price-out 100000u --estimate
  echo 'Once upon a time' | athanor --key alice.key job post --model 0 --max-tokens 64 --wait

Without prices, the cheapest offer that could take the job is the measure, with 25 % headroom.
With --wait, progress goes to stderr and the output to stdout; the exit code is 0 if the job was
paid, 4 if the model cannot run the input, 5 if nobody did it in time.";

/// The most to pay, and to whom.
#[derive(Debug, Args)]
pub struct Prices {
	/// Most to pay for a token of the prompt [default: the cheapest offer, with headroom].
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	pub max_price_in: Option<u128>,
	/// Most to pay for a generated token [default: the cheapest offer, with headroom].
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	pub max_price_out: Option<u128>,
	/// Only this provider [default: the chain draws one].
	#[arg(long, value_parser = parse_account, value_name = "ADDRESS")]
	pub provider: Option<AccountId>,
}

/// A job to post.
#[derive(Debug, Args)]
pub struct PostArgs {
	/// The model.
	#[arg(long)]
	model: ModelId,
	/// The prompt [default: what stdin says].
	#[arg(long, conflicts_with = "prompt_file")]
	prompt: Option<String>,
	/// File with the prompt; - is stdin.
	#[arg(long, value_name = "FILE")]
	prompt_file: Option<PathBuf>,
	/// How the prompt is put to the model.
	#[arg(long, value_enum, default_value_t = Format::Completion)]
	format: Format,
	/// Most tokens to generate.
	#[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
	max_tokens: u32,
	/// Always the most probable token: the default.
	#[arg(long, conflicts_with_all = ["temperature", "top_k"])]
	greedy: bool,
	/// Draw among the most probable tokens, at this temperature, 0.001 to 10.
	#[arg(long, value_parser = parse_temperature)]
	temperature: Option<u16>,
	/// Among how many tokens to draw, 1 to 1000 [default: 40].
	#[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..=1_000))]
	top_k: Option<u16>,
	#[command(flatten)]
	prices: Prices,
	/// Blocks after which an unfinished job is refunded [default: enough for two providers].
	#[arg(long, value_name = "BLOCKS")]
	time_limit: Option<u32>,
	/// Follow the job until it has ended.
	#[arg(long)]
	wait: bool,
}

/// How a prompt is put to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
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

/// Posts it.
pub async fn run(context: &Context, arguments: PostArgs) -> Result<ExitCode, Error> {
	// Before anything else: without a key nothing can be posted, whatever the prompt.
	let account = context.key()?.account();
	let input = input(&arguments)?;
	let request = QuoteRequest {
		model: arguments.model,
		input_len: input.len(),
		max_output_tokens: arguments.max_tokens,
		max_price_in: arguments.prices.max_price_in,
		max_price_out: arguments.prices.max_price_out,
		provider: arguments.prices.provider,
	};
	let chain = context.chain().await?;
	let (quote, most, balance) = context
		.in_time("the quote", async {
			let view = chain.at(context.at()).await?;
			let quote = quote::quote(&view, &request).await?;
			Ok((
				quote,
				view.constants()?.max_time_limit,
				view.balance(&account).await?,
			))
		})
		.await?;
	if balance.free < quote.escrow {
		return Err(Error::Input(format!(
			"the job holds {} while it runs, and {account} has {} free; add funds, lower the price \
			 ceiling, or ask for fewer tokens",
			Amount(quote.escrow),
			Amount(balance.free)
		)));
	}
	let call = Call::PostJob(JobRequest {
		model: arguments.model,
		input: JobInput::Inline(input),
		format: arguments.format.into(),
		sampler: sampler(&arguments),
		max_output_tokens: arguments.max_tokens,
		ceiling: quote.ceiling,
		assignment: match arguments.prices.provider {
			Some(provider) => Assignment::Direct(provider),
			None => Assignment::Auto,
		},
		time_limit: time_limit(arguments.time_limit, &quote, most)?,
	});
	announce(&account, &quote);
	let sent = context.send(&chain, &call).await?;
	let included = match &sent {
		Sent::Included(included) => included,
		Sent::Estimated(run) => {
			let mut value = estimate_json(run);
			merge(&mut value, json!({"quote": quote}));
			context.output().show(value, || {
				format!("{}\n{}", quote_text(&quote), estimate_text(run))
			})?;
			return Ok(ExitCode::SUCCESS);
		}
	};
	let posted = included
		.events
		.first::<JobPosted>()?
		.ok_or_else(|| Error::Incompatible("posting a job leaves no event".to_owned()))?;
	if arguments.wait {
		let known = json!({"posted": included_json(included)});
		return watch::follow(context, &chain, posted.job, known).await;
	}
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({
				"job": posted.job,
				"escrow": Amount(posted.escrow),
				"expires_at": posted.expires_at,
			}),
			text: format!("job {} posted, {} held,", posted.job, Amount(posted.escrow)),
		})
	})?;
	if !context.output().is_json() {
		note(format_args!("see `athanor job get {} --wait`", posted.job));
	}
	Ok(ExitCode::SUCCESS)
}

/// Says what will be held before it is.
fn announce(account: &AccountId, quote: &Quote) {
	note(format_args!(
		"holds {} of {account} while the job runs, at most {}; what is not spent returns",
		Amount(quote.escrow),
		price(&quote.ceiling)
	));
	match quote.eligible().count() {
		0 => note("no offer could take it now; it waits for one until its time limit"),
		1 => note("1 offer could take it now"),
		count => note(format_args!("{count} offers could take it now")),
	}
}

fn time_limit(given: Option<u32>, quote: &Quote, most: u32) -> Result<u32, Error> {
	let limit = given.unwrap_or(quote.usual_time_limit);
	if limit < quote.least_time_limit || limit > most {
		return Err(Error::Input(format!(
			"a job with up to {} tokens of output has a time limit of {} to {most} blocks, not {limit}",
			quote.max_output_tokens, quote.least_time_limit
		)));
	}
	Ok(limit)
}

fn sampler(arguments: &PostArgs) -> Sampler {
	match (arguments.temperature, arguments.top_k) {
		(None, None) => Sampler::Greedy,
		(temperature, k) => Sampler::TopK {
			temperature_milli: temperature.unwrap_or(USUAL_TEMPERATURE),
			k: k.unwrap_or(USUAL_TOP_K),
		},
	}
}

/// The prompt, checked as far as it can be here.
fn input(arguments: &PostArgs) -> Result<Vec<u8>, Error> {
	let file = match &arguments.prompt_file {
		Some(path) if path.as_os_str() == "-" => None,
		file => file.as_deref(),
	};
	let input = prompt_bytes(arguments.prompt.as_deref(), file)?;
	check_messages(arguments.format, &input)?;
	Ok(input)
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

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		arguments: PostArgs,
	}

	fn arguments(line: &[&str]) -> PostArgs {
		let always = ["x", "--model", "0", "--max-tokens", "8", "--prompt", "a"];
		Line::try_parse_from([&always, line].concat())
			.unwrap()
			.arguments
	}

	#[test]
	fn samplers_are_read() {
		let top_k = |temperature_milli, k| Sampler::TopK {
			temperature_milli,
			k,
		};
		assert_eq!(sampler(&arguments(&[])), Sampler::Greedy);
		assert_eq!(sampler(&arguments(&["--greedy"])), Sampler::Greedy);
		assert_eq!(
			sampler(&arguments(&["--temperature", "0.8"])),
			top_k(800, 40)
		);
		assert_eq!(sampler(&arguments(&["--top-k", "5"])), top_k(1_000, 5));
		let both = ["--temperature", ".5", "--top-k", "1000"];
		assert_eq!(sampler(&arguments(&both)), top_k(500, 1_000));
		assert!(sampler(&arguments(&both)).is_valid());
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

	#[test]
	fn time_limits_are_checked_with_the_figures() {
		let quote = Quote {
			model: 0,
			input_len: 1,
			max_input_tokens: 2,
			max_output_tokens: 64,
			ceiling: Default::default(),
			escrow: 0,
			bounds: athanor::primitives::price::PriceBounds {
				floor: Default::default(),
				ceiling: Default::default(),
			},
			work_period: 12,
			least_time_limit: 13,
			usual_time_limit: 44,
			candidates: vec![],
		};
		assert_eq!(time_limit(None, &quote, 1_000).unwrap(), 44);
		assert_eq!(time_limit(Some(13), &quote, 1_000).unwrap(), 13);
		for wrong in [12, 1_001] {
			let error = time_limit(Some(wrong), &quote, 1_000)
				.unwrap_err()
				.to_string();
			assert!(
				error.contains("13 to 1000") && error.contains(&wrong.to_string()),
				"{error}"
			);
		}
	}
}
