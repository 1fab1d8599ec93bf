//! Builds the runtime to wasm, unless this is that build or `SKIP_WASM_BUILD` is set.

fn main() {
	#[cfg(feature = "std")]
	polkadot_sdk::substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
