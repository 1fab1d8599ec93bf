//! The binary `athanor-node`: runs what the command line asks for, and reports errors to people.

use std::{error::Error as _, process::ExitCode};

use athanor_node::command;
use polkadot_sdk::sc_cli;

/// Exit code of a command that was asked for something it cannot understand.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => report(&error),
	}
}

/// Prints an error for people, with its causes, and picks the exit code.
fn report(error: &sc_cli::Error) -> ExitCode {
	if let sc_cli::Error::Input(message) = error {
		eprintln!("error: {message}");
		return EXIT_USAGE.into();
	}
	eprintln!("error: {error}");
	let mut cause = error.source();
	while let Some(inner) = cause {
		eprintln!("  caused by: {inner}");
		cause = inner.source();
	}
	ExitCode::FAILURE
}
