//! A runtime and its genesis state.

use anyhow::{Result, anyhow};
use polkadot_sdk::*;

use sc_chain_spec::{DEV_RUNTIME_PRESET, GenesisConfigBuilderRuntimeCaller};
use sc_executor::WasmExecutor;
use sp_storage::{Storage, well_known_keys};

/// What a node offers its runtime, and what benchmarks ask besides.
pub type HostFunctions = (
	sp_io::SubstrateHostFunctions,
	frame_benchmarking::benchmarking::HostFunctions,
);

/// Executes runtimes as the node does: compiled, each call in a fresh instance.
pub type Executor = WasmExecutor<HostFunctions>;

/// An executor.
pub fn executor() -> Executor {
	WasmExecutor::builder().build()
}

/// The genesis state of the runtime's development preset.
///
/// # Errors
/// If the code is no runtime, or has no such preset.
pub fn genesis(code: &[u8]) -> Result<Storage> {
	let preset = DEV_RUNTIME_PRESET.to_string();
	let mut storage = GenesisConfigBuilderRuntimeCaller::<HostFunctions>::new(code)
		.get_storage_for_named_preset(Some(&preset))
		.map_err(|error| anyhow!("the runtime makes no `{preset}` genesis: {error}"))?;
	storage
		.top
		.insert(well_known_keys::CODE.to_vec(), code.to_vec());
	Ok(storage)
}
