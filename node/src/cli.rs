//! What the command line accepts.

use polkadot_sdk::sc_cli;

/// Shown at the end of `--help`.
const EXAMPLES: &str = "\
Examples:
  A development chain on this machine, thrown away on exit:
    athanor-node --dev
  The same, kept in a folder, with RPC on another port:
    athanor-node --dev -d ./dev-data --rpc-port 9955
  A validator of the local test network of Alice, Bob, Charlie and Dave:
    athanor-node key generate-node-key --chain local --base-path ./alice
    athanor-node --chain local --alice -d ./alice --port 30333 --rpc-port 9944
  A full node of a network that someone gave you the specification of:
    athanor-node --chain ./network.json --sync warp -d /var/lib/athanor

Support: https://github.com/athanor-network/athanor/issues";

/// The whole command line: a subcommand, or the arguments of a node.
#[derive(Debug, clap::Parser)]
#[command(after_long_help = EXAMPLES)]
pub struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run the node.
	#[command(flatten)]
	pub run: sc_cli::RunCmd,
}

/// Everything the binary does besides running a node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Make, show and insert keys: the node's network key and a validator's session keys.
	#[command(
		subcommand,
		after_help = "\
Examples:
  athanor-node key generate-node-key --chain local --base-path ./alice
  athanor-node key generate --scheme sr25519 --output-type json
  athanor-node key insert --chain local -d ./alice --key-type babe --scheme sr25519 --suri ./secret"
	)]
	Key(sc_cli::KeySubcommand),

	/// Write a chain specification to stdout, with this node as its boot node.
	#[command(after_help = "\
Examples:
  athanor-node build-spec --chain local --disable-default-bootnode > local.json
  athanor-node build-spec --chain local.json --raw > local-raw.json")]
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Write a chain specification to a file or to stdout.
	#[command(after_help = "\
Examples:
  athanor-node export-chain-spec --chain local --output local.json
  athanor-node export-chain-spec --chain local --raw --output local-raw.json")]
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Execute a stored block again and check that the result is the same.
	#[command(after_help = "\
Examples:
  athanor-node check-block --chain local -d ./alice 1200")]
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks from the database to a file or to stdout.
	#[command(after_help = "\
Examples:
  athanor-node export-blocks --chain local -d ./alice --from 1 --to 1200 --binary blocks.bin")]
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Read blocks from a file or from stdin, check them and store them.
	#[command(after_help = "\
Examples:
  athanor-node import-blocks --chain local -d ./copy --binary blocks.bin")]
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Delete the chain's database. Keys stay.
	#[command(after_help = "\
Examples:
  athanor-node purge-chain --chain local -d ./alice
  athanor-node purge-chain --chain local -d ./alice -y")]
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Take the newest blocks off the chain; finalised blocks stay.
	#[command(after_help = "\
Examples:
  athanor-node revert --chain local -d ./alice 10")]
	Revert(sc_cli::RevertCmd),

	/// Print the best, the finalised and the genesis block of the database as JSON.
	#[command(after_help = "\
Examples:
  athanor-node chain-info --chain local -d ./alice")]
	ChainInfo(sc_cli::ChainInfoCmd),
}
