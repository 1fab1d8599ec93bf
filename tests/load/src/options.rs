//! The command line.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, ensure};
use athanor_runtime::configs::market::{MaxInlineInput, MaxOutputTokens, MaxSlots};
use clap::{Parser, ValueEnum};
use serde::Serialize;

use crate::{gate::RESERVE, pace::Window};

/// Transactions that the node's pool holds, unless the options say otherwise. A node holds 8,192 by itself;
/// since it keeps them until they are final, that is less than four full blocks.
pub const POOL_LIMIT: u32 = 32_768;

/// Bytes that it has for each of them.
pub const POOL_BYTES_EACH: u32 = 2_560;

/// Bytes of a signed post without its input, at most.
const POST_BYTES: usize = 400;

/// Jobs that are signed for each second of a run with `--seconds`: more than a chain takes.
const SIGNED_PER_SECOND: u32 = 800;

/// How jobs find their providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
	/// The chain draws one
	Auto,
	/// The post names one
	Direct,
	/// A worker claims it
	Open,
}

/// Puts load on a chain and reports what the chain made of it.
#[derive(Clone, Debug, Parser)]
#[command(
	name = "scripts/bench-chain",
	after_help = "\
Examples:
  scripts/bench-chain
  scripts/bench-chain --seconds 300 --transfers 0 --json > jobs.json
  scripts/bench-chain --lifecycles 20000 --mode open
  scripts/bench-chain --input-bytes 2048 --output-tokens 500
  scripts/bench-chain --rate 50 --seconds 120       latency at a load that leaves room
  scripts/bench-chain --url ws://127.0.0.1:9944 --metrics-url http://127.0.0.1:9615/metrics

docs/performance.md explains the figures."
)]
pub struct Options {
	/// Post so many jobs, instead of posting for a time
	#[arg(long, value_name = "N", conflicts_with = "seconds")]
	pub lifecycles: Option<u32>,
	/// Post jobs for so many seconds; 0 for none. The first half minute of payments is not counted
	#[arg(long, value_name = "S", default_value_t = 180)]
	pub seconds: u32,
	/// Transfers to send when the jobs are done; 0 for none
	#[arg(long, value_name = "N", default_value_t = 40_000)]
	pub transfers: u32,
	/// How jobs find their providers
	#[arg(long, value_enum, default_value_t = Mode::Auto)]
	pub mode: Mode,
	/// Providers, each with one worker key and one offer
	#[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=10_000))]
	pub providers: u32,
	/// Slots of each offer. No more jobs are alive at a time than there are slots
	#[arg(long, value_name = "N", default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(1..))]
	pub slots: u32,
	/// Accounts that post jobs and send transfers, in turns
	#[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..=100_000))]
	pub requesters: u32,
	/// Transactions that the pool is kept filled with; if not given, twice as many as a block takes
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub window: Option<u32>,
	/// Transactions that the node's pool holds. A node of this program's own is started with it
	#[arg(long, value_name = "N", default_value_t = POOL_LIMIT, value_parser = clap::value_parser!(u32).range(64..=1_000_000))]
	pub pool_limit: u32,
	/// At most so many jobs or transfers a second; without it as many as the chain takes
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub rate: Option<u32>,
	/// Length of each job's input
	#[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
	pub input_bytes: u32,
	/// Tokens of each job's output, with four bytes of text for each
	#[arg(long, value_name = "N", default_value_t = 1)]
	pub output_tokens: u32,
	/// Number that all keys and contents are made from
	#[arg(long, value_name = "N", default_value_t = 1)]
	pub seed: u64,
	/// A running node, instead of one of its own
	#[arg(long, value_name = "URL")]
	pub url: Option<String>,
	/// Where that node serves its metrics; without it nothing is said about what ended blocks
	#[arg(long, value_name = "URL", requires = "url")]
	pub metrics_url: Option<String>,
	/// File with the secret of the account that pays for everything; without it the development account
	/// Alice pays
	#[arg(long, value_name = "FILE")]
	pub funder: Option<PathBuf>,
	/// Print the report as JSON
	#[arg(long)]
	pub json: bool,
	/// Keep the folder with the node's chain and log
	#[arg(long, conflicts_with = "url")]
	pub keep: bool,
}

impl Options {
	/// Checks what the parser cannot.
	///
	/// # Errors
	/// When the chain or the pool would not take such a load.
	pub fn check(&self) -> Result<()> {
		ensure!(
			self.posts() > 0 || self.transfers > 0,
			"there is nothing to send; give --lifecycles, --seconds or --transfers"
		);
		let most = MaxSlots::get();
		ensure!(
			self.slots <= most,
			"an offer can have {most} slots at most; give --slots {most} or less"
		);
		let most = MaxInlineInput::get();
		ensure!(
			self.input_bytes <= most,
			"an input can have {most} bytes at most; give --input-bytes {most} or less"
		);
		let most = MaxOutputTokens::get();
		ensure!(
			self.output_tokens <= most,
			"an output can have {most} tokens at most; give --output-tokens {most} or less"
		);
		let most = self.most();
		ensure!(
			self.window.is_none_or(|window| fits(window, most)),
			"a pool for {} transactions has place for {most} of these beside receipts; give --window {most} \
			 or less, or a larger --pool-limit",
			self.pool_limit
		);
		Ok(())
	}

	/// Bytes that the longer of post and receipt has, at most.
	fn transaction_bytes(&self) -> usize {
		let input = usize::try_from(self.input_bytes).unwrap_or(usize::MAX);
		let output = usize::try_from(self.output_tokens)
			.unwrap_or(usize::MAX)
			.saturating_mul(8);
		input.max(output).saturating_add(POST_BYTES)
	}

	/// Transactions of this load that the pool holds.
	pub fn pool(&self) -> usize {
		let count = usize::try_from(self.pool_limit).unwrap_or(usize::MAX);
		let bytes = usize::try_from(self.pool_limit.saturating_mul(POOL_BYTES_EACH));
		count.min(bytes.unwrap_or(usize::MAX) / self.transaction_bytes())
	}

	/// The largest window.
	fn most(&self) -> usize {
		self.pool() - self.pool() / RESERVE
	}

	/// Transactions that the pool is kept filled with.
	pub fn window(&self) -> Window {
		match self.window {
			Some(window) => Window::Fixed(usize::try_from(window).unwrap_or(usize::MAX)),
			None => Window::UpTo(self.most()),
		}
	}

	/// Posts to sign.
	pub fn posts(&self) -> u32 {
		self.lifecycles.unwrap_or_else(|| {
			let per_second = self
				.rate
				.map_or(SIGNED_PER_SECOND, |rate| rate.saturating_add(1));
			self.seconds.saturating_mul(per_second)
		})
	}

	/// How long posts are sent, if their number does not say.
	pub fn time(&self) -> Option<Duration> {
		self.lifecycles
			.is_none()
			.then(|| Duration::from_secs(self.seconds.into()))
	}

	/// Jobs that may be alive at a time.
	pub fn live_jobs(&self) -> usize {
		usize::try_from(self.providers.saturating_mul(self.slots)).unwrap_or(usize::MAX)
	}
}

fn fits(window: u32, most: usize) -> bool {
	usize::try_from(window).is_ok_and(|window| window <= most)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	fn parse(args: &[&str]) -> Options {
		Options::try_parse_from(std::iter::once("load").chain(args.iter().copied())).unwrap()
	}

	#[test]
	fn the_command_line_is_sound() {
		Options::command().debug_assert();
	}

	#[test]
	fn every_example_parses_and_is_accepted() {
		let help = Options::command().get_after_help().unwrap().to_string();
		let examples: Vec<Vec<&str>> = help
			.lines()
			.filter_map(|line| line.trim().strip_prefix("scripts/bench-chain"))
			.map(|line| line.split("  ").next().unwrap_or_default())
			.map(|line| line.split('>').next().unwrap_or_default())
			.map(|line| line.split_whitespace().collect())
			.collect();
		assert_eq!(examples.len(), 6);
		for example in examples {
			parse(&example).check().unwrap();
		}
	}

	#[test]
	fn a_load_that_cannot_be_is_refused_with_what_can() {
		for (args, remedy) in [
			(&["--seconds", "0", "--transfers", "0"][..], "--lifecycles"),
			(&["--slots", "1025"], "--slots 1024 or less"),
			(&["--input-bytes", "8193"], "--input-bytes 8192 or less"),
			(&["--output-tokens", "4097"], "--output-tokens 4096 or less"),
			(&["--window", "32768"], "--window 28672 or less"),
			(
				&["--input-bytes", "8192", "--window", "8600"],
				"--window 8543 or less",
			),
		] {
			let error = parse(args).check().unwrap_err().to_string();
			assert!(error.contains(remedy), "{error}");
		}
	}

	#[test]
	fn the_window_is_what_fits_into_the_pool_unless_it_is_given() {
		assert_eq!(parse(&[]).window(), Window::UpTo(28_672));
		let long = parse(&["--input-bytes", "8192"]);
		assert_eq!(long.window(), Window::UpTo(8_543));
		long.check().unwrap();
		assert_eq!(parse(&["--window", "100"]).window(), Window::Fixed(100));
		let large = parse(&["--pool-limit", "40000", "--window", "30000"]);
		large.check().unwrap();
	}

	#[test]
	fn a_number_of_jobs_has_no_time_limit() {
		let options = parse(&["--lifecycles", "5"]);
		assert_eq!((options.posts(), options.time()), (5, None));
		let options = parse(&["--seconds", "5"]);
		assert_eq!(options.posts(), 4_000);
		assert_eq!(options.time(), Some(Duration::from_secs(5)));
		assert_eq!(parse(&["--seconds", "5", "--rate", "9"]).posts(), 50);
	}
}
