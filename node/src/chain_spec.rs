//! The networks this node knows by name.

use std::path::Path;

use polkadot_sdk::*;

use sc_service::{ChainType, Properties};

/// A chain specification without extensions: everything of interest is in the genesis state.
pub type ChainSpec = sc_service::GenericChainSpec;

/// What `--chain` accepts, for error messages.
pub const CHOICES: &str = "`dev`, `local` or the path of a chain specification file";

/// Symbol of the native token.
const TOKEN_SYMBOL: &str = "ATH";

/// Decimal places of the native token.
const TOKEN_DECIMALS: u8 = 12;

/// Address prefix: the generic one, until the network has its own.
const SS58_FORMAT: u16 = 42;

/// A named network: a genesis preset of the runtime and what wraps it.
struct Network {
	/// Name shown to people.
	name: &'static str,
	/// Identifier, also the name of the folder that holds the chain.
	id: &'static str,
	/// Prefix of the legacy network protocols.
	protocol_id: &'static str,
	/// Name of the genesis preset in the runtime.
	preset: &'static str,
	/// Whether the chain has one authority or several.
	chain_type: ChainType,
}

/// Alice alone.
const DEVELOPMENT: Network = Network {
	name: "Athanor Development",
	id: "athanor_dev",
	protocol_id: "athanor-dev",
	preset: "development",
	chain_type: ChainType::Development,
};

/// Alice, Bob, Charlie and Dave.
const LOCAL: Network = Network {
	name: "Athanor Local Testnet",
	id: "athanor_local",
	protocol_id: "athanor-local",
	preset: "local_testnet",
	chain_type: ChainType::Local,
};

/// Finds the specification that `--chain` names.
///
/// Tools that need a chain and were given none (the empty name) get the local test network.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" | "development" => build(DEVELOPMENT),
		"" | "local" | "local_testnet" => build(LOCAL),
		path if Path::new(path).is_file() => ChainSpec::from_json_file(path.into())
			.map_err(|error| format!("`{path}` is not a usable chain specification: {error}")),
		unknown => Err(format!("unknown chain `{unknown}`: expected {CHOICES}")),
	}
}

/// Puts a network's specification together from the runtime in this binary.
fn build(network: Network) -> Result<ChainSpec, String> {
	let code = athanor_runtime::WASM_BINARY.ok_or(
		"this binary was built without its runtime, because SKIP_WASM_BUILD was set: \
		 build it again without that variable, or pass `--chain` with a raw specification file",
	)?;
	Ok(ChainSpec::builder(code, None)
		.with_name(network.name)
		.with_id(network.id)
		.with_chain_type(network.chain_type)
		.with_protocol_id(network.protocol_id)
		.with_properties(properties())
		.with_genesis_config_preset_name(network.preset)
		.build())
}

/// What wallets need to show amounts and addresses.
fn properties() -> Properties {
	Properties::from_iter([
		("tokenSymbol".into(), TOKEN_SYMBOL.into()),
		("tokenDecimals".into(), TOKEN_DECIMALS.into()),
		("ss58Format".into(), SS58_FORMAT.into()),
	])
}
