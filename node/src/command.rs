//! From the command line to the thing it asks for.

// The error is the SDK's, and it is made at most once.
#![allow(clippy::result_large_err)]

use std::sync::Arc;

use polkadot_sdk::*;

use athanor_runtime::opaque::Block;
use sc_cli::SubstrateCli;
use sc_network::{Litep2pNetworkBackend, NetworkWorker, config::NetworkBackendType};
use sp_runtime::traits::NumberFor;

use crate::{
	chain_spec,
	cli::{Cli, Subcommand},
	service::{self, FullBackend, FullClient, Hash},
};

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Athanor Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the Athanor contributors".into()
	}

	fn support_url() -> String {
		concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Does what the command line of this process asks for.
pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		Some(subcommand) => run_subcommand(&cli, subcommand),
		None => run_node(&cli),
	}
}

/// Runs a node until it is told to stop.
fn run_node(cli: &Cli) -> sc_cli::Result<()> {
	let shared = &cli.run.shared_params;
	if shared.chain.is_none() && !shared.dev {
		return Err(sc_cli::Error::Input(format!(
			"no chain was given: pass `--dev` for a development chain, or `--chain` with {}",
			chain_spec::CHOICES,
		)));
	}
	cli.create_runner(&cli.run)?
		.run_node_until_exit(|config| async move {
			match config.network.network_backend {
				NetworkBackendType::Litep2p => service::new_full::<Litep2pNetworkBackend>(config),
				NetworkBackendType::Libp2p => {
					service::new_full::<NetworkWorker<Block, Hash>>(config)
				}
			}
			.map_err(sc_cli::Error::Service)
		})
}

/// Runs anything but a node.
fn run_subcommand(cli: &Cli, subcommand: &Subcommand) -> sc_cli::Result<()> {
	match subcommand {
		Subcommand::Key(cmd) => cmd.run(cli),
		Subcommand::BuildSpec(cmd) => cli
			.create_runner(cmd)?
			.sync_run(|config| cmd.run(config.chain_spec, config.network)),
		Subcommand::ExportChainSpec(cmd) => cmd.run(cli.load_spec(&cmd.chain)?),
		Subcommand::CheckBlock(cmd) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((
				cmd.run(parts.client, parts.import_queue),
				parts.task_manager,
			))
		}),
		Subcommand::ExportBlocks(cmd) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((cmd.run(parts.client, config.database), parts.task_manager))
		}),
		Subcommand::ImportBlocks(cmd) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			Ok((
				cmd.run(parts.client, parts.import_queue),
				parts.task_manager,
			))
		}),
		Subcommand::PurgeChain(cmd) => cli
			.create_runner(cmd)?
			.sync_run(|config| cmd.run(config.database)),
		Subcommand::Revert(cmd) => cli.create_runner(cmd)?.async_run(|config| {
			let parts = service::new_partial(&config)?;
			let revert = cmd.run(
				parts.client,
				parts.backend,
				Some(Box::new(revert_consensus)),
			);
			Ok((revert, parts.task_manager))
		}),
		Subcommand::ChainInfo(cmd) => cli
			.create_runner(cmd)?
			.sync_run(|config| cmd.run::<Block>(&config)),
	}
}

/// Takes `blocks` blocks off what BABE and GRANDPA remember next to the chain.
fn revert_consensus(
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
	blocks: NumberFor<Block>,
) -> sc_cli::Result<()> {
	sc_consensus_babe::revert(client.clone(), backend, blocks)?;
	sc_consensus_grandpa::revert(client, blocks)?;
	Ok(())
}
