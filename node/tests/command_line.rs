//! What the node makes of its command line.

use std::process::Command;

use athanor_node::cli::Cli;
use clap::CommandFactory;
use polkadot_sdk::sc_cli::{CliConfiguration, SubstrateCli};

#[test]
fn the_command_line_is_consistent() {
	Cli::setup_command(Cli::command()).debug_assert();
}

#[test]
fn the_dev_flag_selects_the_development_chain_and_authors() {
	let cli = Cli::try_from_iter(["athanor-node", "--dev"]).expect("arguments are valid");
	assert!(cli.subcommand.is_none());
	let shared = &cli.run.shared_params;
	assert_eq!(shared.chain_id(shared.dev), "dev");
	assert!(CliConfiguration::<()>::force_authoring(&cli.run).expect("it is set"));
}

#[test]
fn a_node_without_a_chain_is_refused() {
	let output = Command::new(env!("CARGO_BIN_EXE_athanor-node"))
		.output()
		.unwrap();
	let said = String::from_utf8_lossy(&output.stderr);
	assert_eq!(output.status.code(), Some(2), "{said}");
	assert!(said.contains("--dev") && said.contains("--chain"), "{said}");
}
