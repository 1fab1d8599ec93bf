//! Measures what the runtime's calls and hooks, its blocks and its storage accesses cost, and writes it
//! down as Rust that the runtime includes.
//!
//! `scripts/bench-weights` builds the runtimes that this needs, and calls it.

mod blocks;
mod calls;
mod chain;
mod database;
mod fit;
mod source;
mod stats;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use source::{Origin, Target};

/// Measures weights. `scripts/bench-weights` is the easy way to call it.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
	#[command(subcommand)]
	what: What,

	/// Folder to write the measured weights to. Without it they are only printed.
	#[arg(long, global = true)]
	out: Option<PathBuf>,

	/// The day, as it is to stand in the files.
	#[arg(long, global = true, default_value = "an unknown day")]
	date: String,
}

/// What to measure.
#[derive(Subcommand)]
enum What {
	/// Calls and hook steps, with the benchmarks of the pallets.
	#[command(after_help = "Example:
  athanor-weights pallets --runtime athanor_runtime.wasm --pallet athanor_jobs --out runtime/src/weights")]
	Pallets(calls::Args),
	/// Reading and writing one item of a large state on ParityDB.
	#[command(after_help = "Example:
  athanor-weights database --folder target --out runtime/src/weights")]
	Database(database::Args),
	/// An empty block, and a transaction that does nothing.
	#[command(after_help = "Example:
  athanor-weights blocks --benchmarks athanor_runtime_benchmarks.wasm --out runtime/src/weights")]
	Blocks(blocks::Args),
}

fn main() -> Result<()> {
	let cli = Cli::parse();
	let target = Target {
		folder: cli.out,
		origin: Origin::here(cli.date),
	};
	match &cli.what {
		What::Pallets(args) => calls::run(args, &target),
		What::Database(args) => database::run(args, &target),
		What::Blocks(args) => blocks::run(args, &target),
	}
}

/// Reads a runtime.
fn read_runtime(path: &Path) -> Result<Vec<u8>> {
	std::fs::read(path).with_context(|| {
		format!(
			"the runtime {} cannot be read: build it with scripts/bench-weights, or name another",
			path.display()
		)
	})
}
