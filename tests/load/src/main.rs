//! The program behind `scripts/bench-chain`.

use std::process::ExitCode;

use athanor_load::{Options, run};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
	let options = Options::parse();
	match run(&options).await {
		Ok(true) => ExitCode::SUCCESS,
		// The report says what went wrong with which jobs.
		Ok(false) => ExitCode::from(1),
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::from(1)
		}
	}
}
