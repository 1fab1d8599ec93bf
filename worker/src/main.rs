//! `athanor-worker`: follows the chain, runs inference, signs receipts.

use std::process::ExitCode;

use athanor_worker::{cli::Cli, commands, logging};
use clap::Parser;
use tokio::runtime::Runtime;

fn main() -> ExitCode {
	let cli = Cli::parse();
	logging::start(&cli.log);
	let runtime = match Runtime::new() {
		Ok(runtime) => runtime,
		Err(error) => {
			eprintln!("error: the system gives no threads: {error}");
			return ExitCode::FAILURE;
		}
	};
	let result = runtime.block_on(commands::dispatch(cli.command));
	// Whoever was told to stop does not wait for a model that is still being read.
	runtime.shutdown_background();
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error}");
			ExitCode::from(error.exit_code())
		}
	}
}
