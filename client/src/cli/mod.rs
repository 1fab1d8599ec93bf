//! The command line: what it accepts, and where it goes from there.

mod delegation;
mod equivocation;
mod gov;
mod gov_deposit;
mod gov_enact;
mod gov_list;
mod gov_policy;
mod gov_preimage;
mod gov_propose;
mod gov_status;
mod gov_tracks;
mod gov_vote;
mod job;
mod job_list;
mod job_post;
mod job_quote;
mod job_terms;
mod model;
mod model_spec;
mod offer;
mod output;
mod provider;
mod provider_list;
mod royalty;
mod slashes;
#[cfg(test)]
mod suggestions;
mod wallet;
mod wallet_explain;
mod watch;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use athanor::{
	AccountId, Amount, At, Call, Chain, ConnectOptions, DEFAULT_URL, DryRun, Error, Included, Key,
	KeyError, SubmitOptions, Wait, amount,
};
use clap::{Args, Parser, Subcommand, ValueEnum};

use self::output::Output;

/// How long a command that sends something waits for a block, unless told otherwise.
const USUAL_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a read may take before people are told that it goes on.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shown at the end of `--help`.
const EXAMPLES: &str = "\
Examples:
  athanor wallet new --out alice.key
  athanor model list
  athanor --key alice.key job post --model 0 --prompt 'Once upon a time' --max-tokens 64 --wait
  athanor job verify 12 -o json

Amounts are tokens (1.5, 1.5ATH) or smallest units (1000u; 1 ATH is 10^12 of them).
Exit codes: 0 ok, 2 usage, 3 not found, 4 rejected on chain, 5 timed out, 6 verification failed,
1 anything else.";

/// Pay for LLM inference on the Athanor chain, or get paid for it.
#[derive(Debug, Parser)]
#[command(name = "athanor", version, after_help = EXAMPLES, propagate_version = true)]
pub struct Cli {
	#[command(flatten)]
	pub global: Global,

	#[command(subcommand)]
	pub command: Command,
}

/// What every command accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
	/// Where the node answers.
	#[arg(long, global = true, env = "ATHANOR_URL", default_value = DEFAULT_URL, value_name = "URL")]
	pub url: String,

	/// File with the key that signs: one line with a secret phrase, a derivation such as //Alice of
	/// the public development phrase, or a 0x seed. Nobody else may be able to read it.
	#[arg(
		long,
		global = true,
		env = "ATHANOR_KEY_FILE",
		value_name = "FILE",
		hide_env_values = true
	)]
	pub key: Option<PathBuf>,

	/// Format of what is written to stdout.
	#[arg(short, long, global = true, value_enum, default_value_t = Format::Text)]
	pub output: Format,

	/// Show what a command would do and cost, and send nothing.
	#[arg(long, global = true, visible_alias = "estimate")]
	pub dry_run: bool,

	/// Read and wait for finalised blocks: slower, but nothing of it changes any more.
	#[arg(long, global = true, visible_alias = "finalized")]
	pub finalised: bool,

	/// Give up after so many seconds [default: 120; with --wait, when the job has ended].
	#[arg(long, global = true, value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..))]
	pub timeout: Option<u64>,
}

/// Format of what is written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
	/// For people.
	Text,
	/// For programs: amounts are decimal strings of whole smallest units, shares are parts per million.
	Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// The registry of models.
	#[command(subcommand)]
	Model(model::Command),
	/// Be a provider: stake, offers and worker keys.
	#[command(subcommand)]
	Provider(provider::Command),
	/// Post jobs, follow them and check what came of them.
	#[command(subcommand)]
	Job(job::Command),
	/// Keys, balances and transfers.
	#[command(subcommand)]
	Wallet(wallet::Command),
	/// Propose, vote, and see what was decided.
	#[command(subcommand)]
	Gov(gov::Command),
}

/// Does what the command line asks for.
pub async fn run(cli: Cli) -> Result<ExitCode, Error> {
	let context = Context { global: cli.global };
	match cli.command {
		Command::Model(command) => model::run(&context, command).await,
		Command::Provider(command) => provider::run(&context, command).await,
		Command::Job(command) => job::run(&context, command).await,
		Command::Wallet(command) => wallet::run(&context, command).await,
		Command::Gov(command) => gov::run(&context, command).await,
	}
}

/// What the commands work with.
pub struct Context {
	global: Global,
}

impl Context {
	/// Connects, within the timeout.
	pub async fn chain(&self) -> Result<Chain, Error> {
		let options = ConnectOptions {
			attempt_timeout: self
				.timeout()
				.min(ConnectOptions::default().attempt_timeout),
			..ConnectOptions::default()
		};
		self.in_time("the node", Chain::connect_with(&self.global.url, &options))
			.await
	}

	/// The key that signs.
	pub fn key(&self) -> Result<Key, Error> {
		let path = self.global.key.as_ref().ok_or(KeyError::Missing)?;
		Ok(Key::from_file(path)?)
	}

	/// The key that was given, if any was.
	pub fn key_if_given(&self) -> Result<Option<Key>, Error> {
		match self.global.key {
			Some(_) => self.key().map(Some),
			None => Ok(None),
		}
	}

	/// The account that was named, or else that of the key.
	pub fn account(&self, named: Option<AccountId>) -> Result<AccountId, Error> {
		match named {
			Some(account) => Ok(account),
			None => Ok(self.key()?.account()),
		}
	}

	/// The block that is read.
	pub fn at(&self) -> At {
		if self.global.finalised {
			At::Finalised
		} else {
			At::Best
		}
	}

	/// Whether only finalised blocks count.
	pub fn finalised(&self) -> bool {
		self.global.finalised
	}

	/// Whether nothing may be sent.
	pub fn dry_run(&self) -> bool {
		self.global.dry_run
	}

	/// Where results go.
	pub fn output(&self) -> Output {
		Output::new(self.global.output)
	}

	fn timeout(&self) -> Duration {
		self.global
			.timeout
			.map_or(USUAL_TIMEOUT, Duration::from_secs)
	}

	/// The timeout that was given, for things that end by themselves.
	pub fn given_timeout(&self) -> Option<Duration> {
		self.global.timeout.map(Duration::from_secs)
	}

	/// Does something within the timeout.
	pub async fn in_time<T>(
		&self,
		what: &str,
		work: impl Future<Output = Result<T, Error>>,
	) -> Result<T, Error> {
		let after = self.timeout();
		match tokio::time::timeout(after, work).await {
			Ok(result) => result,
			Err(_) => Err(Error::TimedOut {
				what: what.to_owned(),
				after,
			}),
		}
	}

	/// Reads something that can be long within the timeout. If it takes a while, people see that it goes on.
	pub async fn reading<T>(
		&self,
		what: &str,
		work: impl Future<Output = Result<T, Error>>,
	) -> Result<T, Error> {
		let mut work = std::pin::pin!(self.in_time(what, work));
		if let Ok(result) = tokio::time::timeout(PATIENCE, &mut work).await {
			return result;
		}
		let spinner = output::spinner(format!("reading {what}"));
		let result = work.await;
		spinner.finish_and_clear();
		result
	}

	/// Signs and sends a call. With `--dry-run`, says what would happen instead. What the node knows
	/// to fail is not sent: a transaction costs its fee even if it fails.
	pub async fn send(&self, chain: &Chain, call: &Call) -> Result<Sent, Error> {
		let key = self.key()?;
		let run = self.in_time("the node", chain.dry_run(call, &key)).await?;
		if let Some(rejection) = run.rejection() {
			return Err(rejection.clone().into());
		}
		if self.dry_run() {
			return Ok(Sent::Estimated(run));
		}
		output::note(format_args!(
			"{} costs a fee of about {}",
			call.name(),
			Amount(run.fee)
		));
		let options = SubmitOptions {
			wait: if self.finalised() {
				Wait::Finalised
			} else {
				Wait::InBlock
			},
			timeout: self.timeout(),
			..SubmitOptions::default()
		};
		let spinner = output::spinner(format!("{} sent, waiting for a block", call.name()));
		let included = chain.submit(call, &key, &options).await;
		spinner.finish_and_clear();
		Ok(Sent::Included(Box::new(included?)))
	}
}

/// What became of a call.
pub enum Sent {
	/// It is in a block.
	Included(Box<Included>),
	/// It was not sent.
	Estimated(DryRun),
}

/// Reads an amount, for clap.
pub fn parse_amount(text: &str) -> Result<u128, String> {
	text.parse()
		.map(|Amount(units)| units)
		.map_err(|error: amount::AmountError| error.to_string())
}

/// Reads a share, such as 2.5% or 0.025, into parts per million, for clap.
pub fn parse_share(text: &str) -> Result<u32, String> {
	let text = text.trim();
	if let Some(percent) = text.strip_suffix('%') {
		return model_spec::parse_percent(percent.trim_end());
	}
	let wrong = || {
		format!(
			"`{text}` is no share; write percent such as 2.5%, or a part of one such as 0.025, with up to 6 \
			 decimal places"
		)
	};
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	let fraction = fraction.trim_end_matches('0');
	if fraction.len() > 6 || !fraction.chars().all(|c| c.is_ascii_digit()) {
		return Err(wrong());
	}
	let whole: u32 = whole.parse().map_err(|_| wrong())?;
	let fraction: u32 = format!("{fraction:0<6}").parse().map_err(|_| wrong())?;
	whole
		.checked_mul(1_000_000)
		.and_then(|parts| parts.checked_add(fraction))
		.filter(|parts| *parts <= 1_000_000)
		.ok_or_else(wrong)
}

/// Reads an address, for clap.
pub fn parse_account(text: &str) -> Result<AccountId, String> {
	if let Some(digits) = text.strip_prefix("0x") {
		return parse_hex::<32>(digits).map(AccountId::from);
	}
	text.parse().map_err(|error| {
		format!("{error}; an address looks like 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
	})
}

/// Reads so many bytes in hexadecimal, with or without 0x, for clap.
pub fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], String> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let bytes = hex::decode(digits).map_err(|error| format!("not hexadecimal: {error}"))?;
	let len = bytes.len();
	bytes
		.try_into()
		.map_err(|_| format!("{len} bytes, where {N} are needed"))
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use clap::CommandFactory;

	pub const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	fn parsed(line: &str) -> Result<Cli, clap::Error> {
		Cli::try_parse_from(line.split_whitespace())
	}

	#[test]
	fn the_command_line_is_sound() {
		Cli::command().debug_assert();
	}

	#[test]
	fn every_command_has_examples() {
		fn check(command: &clap::Command, path: &str) {
			let path = format!("{path} {}", command.get_name());
			if command.get_subcommands().next().is_none() {
				let help = command
					.get_after_help()
					.map(ToString::to_string)
					.unwrap_or_default();
				assert!(help.contains("Example"), "{path} has no example");
				assert!(help.contains("athanor "), "{path} shows no command line");
				assert!(command.get_about().is_some(), "{path} is not described");
			}
			for subcommand in command.get_subcommands().filter(|c| c.get_name() != "help") {
				check(subcommand, &path);
			}
		}
		check(&Cli::command(), "");
	}

	/// The lines below the options of a command's help and of its subcommands'.
	fn help_lines(command: &clap::Command) -> Vec<String> {
		let help = command
			.get_after_help()
			.map(ToString::to_string)
			.unwrap_or_default();
		// A backslash at the end of a line joins it with the next, as in a shell.
		let help = help.replace("\\\n", "");
		help.lines()
			.map(|line| line.trim().to_owned())
			.chain(command.get_subcommands().flat_map(help_lines))
			.collect()
	}

	/// What the examples show has to be accepted.
	#[test]
	fn every_example_is_accepted() {
		let mut found = help_lines(&Cli::command());
		found.retain(|line| line.starts_with("athanor "));
		assert!(found.len() > 30, "only {} examples", found.len());
		for line in found {
			// What comes before and after a pipe is the shell's.
			let line = line.split(['|', '>', '<']).next().unwrap_or_default();
			let words = words(line);
			if let Err(error) = Cli::try_parse_from(&words) {
				panic!("{line}\n{error}");
			}
		}
	}

	/// The worker's command line is parsed elsewhere; this is what it cannot do without.
	#[test]
	fn the_workers_proof_is_asked_for_with_all_it_needs() {
		let mut found = help_lines(&Cli::command());
		let account = parse_account(ALICE).unwrap();
		found.push(provider::wrong_proof(&account, &Default::default()).to_string());
		found.retain(|line| line.contains("athanor-worker keys proof"));
		assert_eq!(found.len(), 2, "{found:?}");
		for line in found {
			for option in ["--key ", "--provider ", "--genesis "] {
				assert!(line.contains(option), "{option} is missing: {line}");
			}
		}
	}

	/// Splits as a shell does, as far as the examples need it.
	pub fn words(line: &str) -> Vec<String> {
		let mut words = vec![String::new()];
		let mut quoted = false;
		for c in line.trim().chars() {
			match (c, words.last_mut()) {
				('\'', _) => quoted = !quoted,
				(' ', _) if !quoted => words.push(String::new()),
				(c, Some(word)) => word.push(c),
				(_, None) => {}
			}
		}
		words.retain(|word| !word.is_empty());
		for word in &mut words {
			match word.as_str() {
				"ADDRESS" => *word = ALICE.to_owned(),
				"KEY" => *word = "01".repeat(32),
				"PROOF" => *word = "02".repeat(64),
				_ => {}
			}
		}
		words
	}

	#[tokio::test]
	async fn a_long_read_ends_with_what_it_read_or_with_the_timeout() {
		let context = |timeout: u64| Context {
			global: parsed(&format!("athanor --timeout {timeout} model list"))
				.unwrap()
				.global,
		};
		let read = context(60).reading("the list", async { Ok(7) }).await;
		assert_eq!(read.unwrap(), 7);
		// Longer than people are patient.
		let slow = async {
			tokio::time::sleep(PATIENCE * 2).await;
			Ok(8)
		};
		assert_eq!(context(60).reading("the list", slow).await.unwrap(), 8);
		let never = std::future::pending::<Result<u32, Error>>();
		let error = context(2).reading("the list", never).await.unwrap_err();
		assert_eq!(error.exit_code(), 5);
	}

	#[test]
	fn global_options_go_anywhere() {
		for line in [
			"athanor --url ws://x:1 -o json --timeout 5 model list",
			"athanor model list --url ws://x:1 -o json --timeout 5",
		] {
			let cli = parsed(line).unwrap();
			assert_eq!(cli.global.url, "ws://x:1");
			assert_eq!(cli.global.output, Format::Json);
			assert_eq!(cli.global.timeout, Some(5));
			assert!(!cli.global.dry_run && !cli.global.finalised);
		}
		assert!(
			parsed("athanor --estimate provider withdraw")
				.unwrap()
				.global
				.dry_run
		);
		assert!(
			parsed("athanor provider withdraw --dry-run")
				.unwrap()
				.global
				.dry_run
		);
	}

	#[test]
	fn wrong_usage_is_exit_code_2() {
		for line in [
			"athanor",
			"athanor nonsense",
			"athanor model show",
			"athanor model show x",
			"athanor provider stake -1",
			"athanor provider stake 1.5x",
			"athanor wallet transfer nobody 1",
			"athanor job post --model 0",
			"athanor job post --model 0 --prompt a --max-tokens 0",
			"athanor job post --model 0 --prompt a --max-tokens 8 --greedy --temperature 1",
			"athanor job post --model 0 --prompt a --prompt-file b --max-tokens 8",
			"athanor --timeout 0 model list",
			"athanor provider keys add 0x12 0x34",
		] {
			let error = parsed(line).unwrap_err();
			assert_eq!(error.exit_code(), 2, "{line}");
		}
	}

	#[test]
	fn help_and_version_are_no_errors() {
		for line in [
			"athanor --help",
			"athanor job post --help",
			"athanor --version",
		] {
			assert_eq!(parsed(line).unwrap_err().exit_code(), 0, "{line}");
		}
	}

	#[test]
	fn shares_are_read_as_percent_and_as_parts_of_one() {
		for (text, parts) in [
			("2.5%", 25_000),
			("2.5 %", 25_000),
			("0.025", 25_000),
			("0.0001%", 1),
			("0.000001", 1),
			("100%", 1_000_000),
			("1", 1_000_000),
			("1.0", 1_000_000),
			("0", 0),
		] {
			assert_eq!(parse_share(text), Ok(parts), "{text}");
		}
		for text in [
			"",
			"%",
			"60",
			"1.000001",
			"0.0000001",
			"101%",
			"-1%",
			"x",
			".5x",
		] {
			assert!(parse_share(text).is_err(), "{text}");
		}
		assert!(parse_share("60").unwrap_err().contains("such as 2.5%"));
	}

	#[test]
	fn addresses_and_keys_are_read() {
		let account = parse_account(ALICE).unwrap();
		assert_eq!(account.to_string(), ALICE);
		let digits = format!("0x{}", hex::encode(account.0));
		assert_eq!(parse_account(&digits).unwrap(), account);
		assert!(parse_account("5Grwva").is_err());
		assert!(parse_account(&ALICE.replace('5', "6")).is_err());
		assert_eq!(parse_hex::<2>("0x0aff"), Ok([10, 255]));
		assert_eq!(parse_hex::<2>("0aff"), Ok([10, 255]));
		assert!(
			parse_hex::<2>("0a")
				.unwrap_err()
				.contains("1 bytes, where 2")
		);
		assert!(parse_hex::<2>("zz").is_err());
	}
}
