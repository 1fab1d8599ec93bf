//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use athanor::Amount;
use athanor_llm::{
	DeviceChoice, Quantization,
	synth::{SHAPES, Shape, StoredAs},
};
use athanor_primitives::{H256, ModelId, WorkerKey};
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum};

use serde::Serialize;

use crate::ledger::AccountId;

/// Node that is used when none is named.
const DEFAULT_URL: &str = "ws://127.0.0.1:9944";

/// The Athanor worker: takes jobs from the chain, runs inference, and sends back signed receipts.
#[derive(Debug, Parser)]
#[command(
	name = "athanor-worker",
	version,
	propagate_version = true,
	after_help = "\
Examples:
  athanor-worker keys new --out worker.key
  athanor-worker check --model-dir models/demo --key worker.key
  athanor-worker run --model-dir models/demo --key worker.key

Exit codes: 0 ok, 1 other failure, 2 usage (arguments, unusable files), 3 not found on chain, 4 refused by the chain, 5 timed out, 6 verification failed."
)]
pub struct Cli {
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
	/// How to log.
	#[command(flatten)]
	pub log: LogArgs,
}

/// How to log. Logs go to standard error.
#[derive(Args, Clone, Debug)]
pub struct LogArgs {
	/// Log more: -v progress of jobs, -vv everything. RUST_LOG, if set, decides instead
	#[arg(short, long, global = true, action = ArgAction::Count)]
	pub verbose: u8,
	/// How log lines look
	#[arg(
		long,
		global = true,
		value_enum,
		default_value_t,
		value_name = "FORMAT"
	)]
	pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
	/// For people.
	#[default]
	Text,
	/// One JSON object on each line.
	Json,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
	/// For people.
	#[default]
	Text,
	/// For programs.
	Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Work: take jobs, run them, send receipts, until stopped
	Run(RunArgs),
	/// Look whether everything is in place for `run`, and say what to do if not
	Check(CheckArgs),
	/// Describe a model directory, for `athanor model register --from-json`
	Describe(DescribeArgs),
	/// Generate text here, without the chain
	Generate(GenerateArgs),
	/// Show a model's scores for given tokens
	Eval(EvalArgs),
	/// Show what a model's chat template makes of a conversation
	Template(TemplateArgs),
	/// Measure how fast a model runs here
	Bench(BenchArgs),
	/// Write a model of a real shape with random weights, to measure with
	Synth(SynthArgs),
	/// Make and show worker keys, and prove them to the chain
	#[command(subcommand)]
	Keys(KeysCommand),
}

/// Where the chain is.
#[derive(Args, Clone, Debug)]
pub struct ChainArgs {
	/// WebSocket address of a node
	#[arg(long, env = "ATHANOR_URL", default_value = DEFAULT_URL, value_name = "URL")]
	pub url: String,
}

/// What `run` and `check` have in common.
#[derive(Args, Clone, Debug)]
pub struct WorkerArgs {
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// Directory of the model: config.json, tokenizer.json, weights, chat template
	#[arg(long, env = "ATHANOR_MODEL_DIR", value_name = "DIR")]
	pub model_dir: PathBuf,
	/// Number of the model in the registry; found by its hashes if not given
	#[arg(long, value_name = "ID")]
	pub model: Option<ModelId>,
	/// File with the worker key; made by `athanor-worker keys new`
	#[arg(long, env = "ATHANOR_WORKER_KEY_FILE", value_name = "FILE")]
	pub key: PathBuf,
	/// Account of the provider; found by the worker key if not given
	#[arg(long, value_name = "ACCOUNT")]
	pub provider: Option<AccountId>,
	/// Directory for the journal [default: one for each chain and key under
	/// ~/.local/share/athanor-worker]
	#[arg(long, env = "ATHANOR_WORKER_DATA_DIR", value_name = "DIR")]
	pub data_dir: Option<PathBuf>,
	/// Where to run inference: auto, cpu, cuda, vulkan; cuda:1 for the second GPU
	#[arg(long, default_value = "auto", value_name = "DEVICE")]
	pub device: DeviceChoice,
}

/// Arguments of `run`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker run --model-dir models/demo --key worker.key
  athanor-worker run --url ws://node:9944 --model-dir models/demo --key worker.key \\
      --metrics 127.0.0.1:9700 --min-price-out 2000u --max-tokens 512
  athanor-worker run --model-dir models/demo --key worker.key --no-claim

Besides the jobs that the chain gives its provider, it claims jobs that are for whoever comes first: one
at a time, when it has nothing to do, at the price of the provider's offer, within the limits above, and
only if it has measured that it can do them in time. --no-claim keeps it from that.

SIGTERM or SIGINT lets the running job finish and its receipt reach a block; a second one stops at
once. What is finished but not yet sent survives even kill -9, and is sent at the next start.

When the engine has failed 5 times in a row, the worker ends with code 1: run it under a supervisor
that starts it again, such as systemd with Restart=on-failure.")]
pub struct RunArgs {
	/// What it shares with `check`.
	#[command(flatten)]
	pub worker: WorkerArgs,
	/// Serve Prometheus metrics on this address, such as 127.0.0.1:9700
	#[arg(long, value_name = "ADDRESS")]
	pub metrics: Option<SocketAddr>,
	/// Least price for a prompt token: `0.001` ATH, or `2000u` units
	#[arg(long, default_value = "0u", value_name = "AMOUNT")]
	pub min_price_in: Amount,
	/// Least price for a generated token
	#[arg(long, default_value = "0u", value_name = "AMOUNT")]
	pub min_price_out: Amount,
	/// Take no job whose prompt can have more tokens than this [default: no limit but the model's
	/// context]
	#[arg(long, value_name = "N")]
	pub max_input_tokens: Option<u32>,
	/// Take no job that asks for more generated tokens than this [default: no limit]
	#[arg(long, value_name = "N")]
	pub max_tokens: Option<u32>,
	/// Generate at most so many tokens per second, to leave room for other work on a shared machine
	#[arg(long, value_parser = rate, value_name = "TOKENS_PER_SECOND")]
	pub throttle: Option<f64>,
	/// Share jobs with the worker of this key; repeat it for more. Give every worker of a model the
	/// same list when the provider's workers serve different models [default: all keys of the
	/// provider]
	#[arg(long = "peer", value_parser = bytes32, value_name = "KEY")]
	pub peers: Vec<WorkerKey>,
	/// Claim no jobs; take only those that the chain gives
	#[arg(long)]
	pub no_claim: bool,
	/// Keep the journal of closed jobs for so many days, at least 1
	#[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..), value_name = "DAYS")]
	pub keep_days: u32,
}

/// Arguments of `check`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker check --model-dir models/demo --key worker.key
  athanor-worker check --model-dir models/demo --key worker.key -o json

Exit code 0 if nothing failed, else 1.")]
pub struct CheckArgs {
	/// What it shares with `run`.
	#[command(flatten)]
	pub worker: WorkerArgs,
	/// How to print the result
	#[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
	pub output: OutputFormat,
}

/// Arguments of `describe`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker describe models/demo > model.json
  athanor-worker describe models/demo --name demo-2 --licence Apache-2.0 --source hf:org/demo@v2")]
pub struct DescribeArgs {
	/// Directory of the model
	#[arg(value_name = "DIR")]
	pub dir: PathBuf,
	/// Name in the registry [default: the directory's]
	#[arg(long)]
	pub name: Option<String>,
	/// Licence of the weights [default: what README.md states, else empty]
	#[arg(long)]
	pub licence: Option<String>,
	/// Where to get the model: `hf:org/name@revision` or a URL
	#[arg(long, default_value = "")]
	pub source: String,
	/// Share of what jobs pay that goes to the author, in percent
	#[arg(long, default_value_t = 0.0, value_parser = percent, value_name = "PERCENT")]
	pub royalty: f64,
}

/// Arguments of `generate`.
#[derive(Args, Clone, Debug)]
#[command(
	group = ArgGroup::new("input").required(true).args(["prompt", "chat", "messages", "tokens"]),
	after_help = "\
Examples:
  athanor-worker generate --model models/demo --tokens 1,2,3 --max-new 16 --greedy --json
  athanor-worker generate --model-dir models/demo --prompt 'Once upon a time' --greedy
  athanor-worker generate --model-dir models/demo --chat 'Tell me a story' --temperature 0.8 --top-k 40
  athanor-worker generate --model-dir models/demo --messages talk.json --max-new 64 --json"
)]
pub struct GenerateArgs {
	/// Which model, and how it is run.
	#[command(flatten)]
	pub model: ModelArgs,
	/// Text that the model continues
	#[arg(long, value_name = "TEXT")]
	pub prompt: Option<String>,
	/// Text of one user message
	#[arg(long, value_name = "TEXT")]
	pub chat: Option<String>,
	/// JSON file with a list of messages, each with a role and a content; or with an object of
	/// messages, tools and variables
	#[arg(long, value_name = "FILE")]
	pub messages: Option<PathBuf>,
	/// Ids of the prompt's tokens
	#[arg(long, value_delimiter = ',', value_name = "IDS")]
	pub tokens: Option<Vec<u32>>,
	/// Most tokens to generate [default: 128, or as many as fit]
	#[arg(long, value_name = "N")]
	pub max_new: Option<u32>,
	/// Always take the most probable token
	#[arg(long, conflicts_with_all = ["temperature", "top_k", "seed"])]
	pub greedy: bool,
	/// Temperature, 0.001 to 10
	#[arg(long, value_parser = temperature, default_value = "0.8", value_name = "T")]
	pub temperature: u16,
	/// How many of the most probable tokens take part in the draw
	#[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000), default_value_t = 40, value_name = "K")]
	pub top_k: u16,
	/// Seed of the draw: a number, or 32 bytes as hex digits; random if not given
	#[arg(long, value_parser = seed, value_name = "SEED")]
	pub seed: Option<[u8; 32]>,
	/// Print one JSON object with tokens, text, finish and usage instead of streaming
	#[arg(long)]
	pub json: bool,
}

/// Which model, and how it is run.
#[derive(Args, Clone, Debug)]
pub struct ModelArgs {
	/// Directory of the model
	#[arg(
		long = "model",
		visible_alias = "model-dir",
		env = "ATHANOR_MODEL_DIR",
		value_name = "DIR"
	)]
	pub dir: PathBuf,
	/// Where to run inference: auto, cpu, cuda, vulkan; cuda:1 for the second GPU
	#[arg(long, default_value = "auto", value_name = "DEVICE")]
	pub device: DeviceChoice,
	/// Round weights to so many bits, on the processor
	#[arg(long, value_enum, default_value_t, value_name = "BITS")]
	pub quantize: Bits,
}

/// What weights are rounded to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Bits {
	/// Not at all: as they are stored.
	#[default]
	None,
	/// 8 bits, in blocks of 32.
	Q8,
	/// 4 bits, in blocks of 32.
	Q4,
}

impl Bits {
	/// The same for the engine.
	pub const fn quantization(self) -> Option<Quantization> {
		match self {
			Self::None => None,
			Self::Q8 => Some(Quantization::Q8),
			Self::Q4 => Some(Quantization::Q4),
		}
	}
}

/// For which tokens scores are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Scores {
	/// For the last one: a list of numbers.
	#[default]
	Last,
	/// For each: a list of such lists.
	All,
}

/// Arguments of `eval`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker eval --model models/demo --tokens 1,2,3
  athanor-worker eval --model models/demo --tokens 1,2,3 --logits all --quantize q8

Prints one JSON object, {\"logits\": …}: a score for each token of the vocabulary, before any softmax.")]
pub struct EvalArgs {
	/// Which model, and how it is run.
	#[command(flatten)]
	pub model: ModelArgs,
	/// Ids of the tokens
	#[arg(long, value_delimiter = ',', required = true, value_name = "IDS")]
	pub tokens: Vec<u32>,
	/// For which of the tokens scores are shown
	#[arg(long, value_enum, default_value_t, value_name = "WHICH")]
	pub logits: Scores,
}

/// Arguments of `template`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker template --model models/demo --messages talk.json --add-generation-prompt

talk.json is a list such as [{\"role\": \"user\", \"content\": \"Hello\"}], or an object such as
{\"messages\": […], \"tools\": […], \"variables\": {\"enable_thinking\": false}}.
Prints one JSON object, {\"text\": …, \"tokens\": […]}.")]
pub struct TemplateArgs {
	/// Directory of the model
	#[arg(
		long = "model",
		visible_alias = "model-dir",
		env = "ATHANOR_MODEL_DIR",
		value_name = "DIR"
	)]
	pub dir: PathBuf,
	/// JSON file with the conversation
	#[arg(long, value_name = "FILE")]
	pub messages: PathBuf,
	/// End with the beginning of the assistant's answer
	#[arg(long)]
	pub add_generation_prompt: bool,
}

/// Arguments of `bench`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker synth --shape llama-1b --dtype bf16 --out /tmp/llama-1b
  athanor-worker bench --model /tmp/llama-1b --quantize q8
  athanor-worker bench --model /tmp/llama-1b --quantize q8 --pp 512 --tg 128 --batch 1,4,16 --threads 2 --json

Every case runs once unmeasured and then --repeats times; the median counts. What else runs on the machine
makes the figures worse.")]
pub struct BenchArgs {
	/// Which model, and how it is run.
	#[command(flatten)]
	pub model: ModelArgs,
	/// Tokens of a prompt; 0 for no such case
	#[arg(long, default_value_t = 512, value_name = "N")]
	pub pp: usize,
	/// Tokens to generate in each sequence; 0 for no such case
	#[arg(long, default_value_t = 128, value_name = "N")]
	pub tg: usize,
	/// How many sequences at once; a case for each
	#[arg(long, value_delimiter = ',', default_value = "1", value_parser = batch, value_name = "N")]
	pub batch: Vec<usize>,
	/// Threads to compute with [default: all cores]
	#[arg(long, value_parser = threads, value_name = "N")]
	pub threads: Option<usize>,
	/// How often each case is measured
	#[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100), value_name = "N")]
	pub repeats: u32,
	/// Print one JSON object
	#[arg(long)]
	pub json: bool,
}

/// Arguments of `synth`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker synth --shape llama-1b --dtype bf16 --out /tmp/llama-1b
  athanor-worker synth --list")]
pub struct SynthArgs {
	/// Whose shape; --list names them
	#[arg(long, value_parser = shape, required_unless_present = "list", value_name = "SHAPE")]
	pub shape: Option<Shape>,
	/// Type of the weights
	#[arg(long, value_enum, default_value_t, value_name = "TYPE")]
	pub dtype: Dtype,
	/// Directory to write; it must hold no model
	#[arg(long, required_unless_present = "list", value_name = "DIR")]
	pub out: Option<PathBuf>,
	/// List the shapes
	#[arg(long)]
	pub list: bool,
}

/// Types of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Dtype {
	/// Single precision.
	F32,
	/// Half precision.
	F16,
	/// bfloat16.
	#[default]
	Bf16,
}

impl Dtype {
	/// The same for the engine.
	pub const fn stored(self) -> StoredAs {
		match self {
			Self::F32 => StoredAs::F32,
			Self::F16 => StoredAs::F16,
			Self::Bf16 => StoredAs::Bf16,
		}
	}
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
	/// Make a worker key
	#[command(after_help = "Example:\n  athanor-worker keys new --out worker.key")]
	New {
		/// File to write; it must not exist
		#[arg(long, value_name = "FILE")]
		out: PathBuf,
		/// How to print the result
		#[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
		output: OutputFormat,
	},
	/// Show the public key of a worker key
	#[command(after_help = "Example:\n  athanor-worker keys show worker.key")]
	Show {
		/// The key file
		#[arg(value_name = "FILE")]
		file: PathBuf,
		/// How to print the result
		#[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
		output: OutputFormat,
	},
	/// Sign the proof with which a provider registers a worker key
	Proof(ProofArgs),
}

/// Arguments of `keys proof`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  athanor-worker keys proof --key worker.key --provider 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  athanor-worker keys proof --key worker.key --provider 5GrwvaEF... --genesis 0x91b1...   (no node needed)

The provider then runs: athanor provider keys add KEY PROOF")]
pub struct ProofArgs {
	/// The key file
	#[arg(long, env = "ATHANOR_WORKER_KEY_FILE", value_name = "FILE")]
	pub key: PathBuf,
	/// Account of the provider
	#[arg(long, value_name = "ACCOUNT")]
	pub provider: AccountId,
	/// Genesis hash of the chain; asked of the node at --url if not given
	#[arg(long, value_parser = hash, value_name = "HASH")]
	pub genesis: Option<H256>,
	/// Where the chain is.
	#[command(flatten)]
	pub chain: ChainArgs,
	/// How to print the result
	#[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
	pub output: OutputFormat,
}

fn bytes32(text: &str) -> Result<[u8; 32], String> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let mut bytes = [0; 32];
	hex::decode_to_slice(digits, &mut bytes)
		.map_err(|_| "64 hex digits are needed, with or without 0x before them".to_owned())?;
	Ok(bytes)
}

fn hash(text: &str) -> Result<H256, String> {
	bytes32(text).map(H256)
}

fn rate(text: &str) -> Result<f64, String> {
	match text.parse::<f64>() {
		Ok(rate) if (0.001..=1e6).contains(&rate) => Ok(rate),
		_ => Err("a number from 0.001 to 1000000 is needed".into()),
	}
}

fn batch(text: &str) -> Result<usize, String> {
	match text.parse() {
		Ok(batch @ 1..=1024) => Ok(batch),
		_ => Err("a whole number from 1 to 1024 is needed".into()),
	}
}

fn threads(text: &str) -> Result<usize, String> {
	match text.parse() {
		Ok(threads @ 1..=1024) => Ok(threads),
		_ => Err("a whole number from 1 to 1024 is needed".into()),
	}
}

fn shape(text: &str) -> Result<Shape, String> {
	Shape::find(text).ok_or_else(|| {
		let names: Vec<_> = SHAPES.iter().map(|shape| shape.name).collect();
		format!("the shapes are: {}", names.join(", "))
	})
}

fn percent(text: &str) -> Result<f64, String> {
	match text.trim_end_matches('%').parse::<f64>() {
		Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
		_ => Err("a number from 0 to 100 is needed".into()),
	}
}

/// Thousandths, as the chain has it, so that what is tried here is what a job can ask for.
fn temperature(text: &str) -> Result<u16, String> {
	match text.parse::<f64>().map(|value| (value * 1_000.0).round()) {
		// In range, so nothing is cut off.
		Ok(milli) if (1.0..=10_000.0).contains(&milli) => Ok(milli as u16),
		_ => Err("a number from 0.001 to 10 is needed; for 0 use --greedy".into()),
	}
}

fn seed(text: &str) -> Result<[u8; 32], String> {
	match text.parse::<u64>() {
		Ok(number) => {
			let mut seed = [0; 32];
			for (to, from) in seed.iter_mut().zip(number.to_le_bytes()) {
				*to = from;
			}
			Ok(seed)
		}
		Err(_) => bytes32(text),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn the_definition_is_sound() {
		Cli::command().debug_assert();
	}

	#[test]
	fn every_command_has_examples() {
		fn look(command: &clap::Command) {
			for sub in command.get_subcommands() {
				if sub.has_subcommands() {
					look(sub);
				} else {
					let help = sub
						.get_after_help()
						.map(ToString::to_string)
						.unwrap_or_default();
					assert!(
						help.contains("Example"),
						"{} has no example",
						sub.get_name()
					);
				}
			}
		}
		look(&Cli::command());
	}

	#[test]
	fn values_are_checked() {
		assert_eq!(temperature("0.8"), Ok(800));
		assert!(temperature("0").is_err() && temperature("11").is_err());
		assert!(temperature("nan").is_err());
		assert_eq!(
			seed("258").map(|seed| (seed[0], seed[1], seed[2])),
			Ok((2, 1, 0))
		);
		assert!(seed("0x12").is_err());
		assert!(rate("0").is_err() && rate("-1").is_err() && rate("20").is_ok());
		assert!(percent("100.1").is_err() && percent("5%").is_ok());
		assert_eq!(bytes32(&format!("0x{}", "ab".repeat(32))), Ok([0xab; 32]));
	}

	#[test]
	fn generate_needs_one_input() {
		let parse = |args: &[&str]| {
			let all = ["athanor-worker", "generate", "--model", "d"]
				.iter()
				.chain(args);
			Cli::try_parse_from(all)
		};
		assert!(parse(&[]).is_err());
		assert!(parse(&["--prompt", "a", "--chat", "b"]).is_err());
		assert!(parse(&["--prompt", "a", "--greedy", "--seed", "1"]).is_err());
		assert!(parse(&["--prompt", "a", "--greedy"]).is_ok());
	}

	#[test]
	fn claiming_can_be_switched_off() {
		let claims = |more: &[&str]| {
			let args = ["athanor-worker", "run", "--model-dir", "d", "--key", "k"];
			let cli = Cli::try_parse_from(args.iter().chain(more)).unwrap();
			match cli.command {
				Command::Run(args) => !args.no_claim,
				_ => panic!("another command"),
			}
		};
		assert!(claims(&[]));
		assert!(!claims(&["--no-claim"]));
	}

	#[test]
	fn the_journal_is_kept_for_a_day_at_least() {
		let parse = |days: &str| {
			let args = ["athanor-worker", "run", "--model-dir", "d", "--key", "k"];
			Cli::try_parse_from(args.into_iter().chain(["--keep-days", days]))
		};
		assert!(parse("1").is_ok());
		let error = parse("0").unwrap_err().to_string();
		assert!(error.contains("--keep-days"), "{error}");
	}
}
