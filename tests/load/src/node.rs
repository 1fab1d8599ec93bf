//! A node of this program's own.

use std::time::Duration;

use anyhow::{Context, Result};
use athanor_e2e::{
	binaries,
	lab::Lab,
	process::{Process, command},
};
use tempfile::TempDir;

use crate::options::POOL_BYTES_EACH;

/// A node that takes longer to start has failed.
const START: Duration = Duration::from_secs(120);

/// What a node writes when it can be talked to.
const READY: &str = "Running JSON-RPC server: addr=";

/// What a node writes when its metrics can be read.
const METRICS: &str = "Prometheus exporter started at ";

/// Name of the process.
pub const NAME: &str = "athanor-node";

/// A development chain in a folder of its own. It ends with this program, however that ends.
pub struct Node {
	_process: Process,
	folder: Option<TempDir>,
	/// Where it answers.
	pub url: String,
	/// Where its metrics are.
	pub metrics_url: String,
}

impl Node {
	/// Starts it with a pool for so many transactions.
	///
	/// # Errors
	/// When it has not been built, or does not start.
	pub async fn start(pool_limit: u32) -> Result<Self> {
		let folder = tempfile::Builder::new().prefix("athanor-load-").tempdir()?;
		match launch(&folder, pool_limit).await {
			Ok((process, url, metrics_url)) => Ok(Self {
				_process: process,
				folder: Some(folder),
				url,
				metrics_url,
			}),
			Err(error) => Err(error.context(format!(
				"the node did not start; its log is in {}",
				folder.keep().display()
			))),
		}
	}

	/// Keeps its folder, and says where it is.
	pub fn keep(&mut self) {
		if let Some(folder) = self.folder.take() {
			eprintln!("kept {}", folder.keep().display());
		}
	}
}

async fn launch(folder: &TempDir, pool_limit: u32) -> Result<(Process, String, String)> {
	let lab = Lab::in_folder(folder.path())?;
	let base_path = lab.folder("chain")?;
	let mut command = command(&binaries::node()?);
	command
		.args(["--dev", "--rpc-port", "0", "--prometheus-port", "0"])
		.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"])
		.args(["--no-mdns", "--no-telemetry"])
		.args(["--pool-limit", &pool_limit.to_string()])
		.args(["--pool-kbytes", &kilobytes(pool_limit).to_string()])
		.arg("--base-path")
		.arg(base_path);
	let mut process = Process::start(&lab, NAME, &mut command)?;
	let line = process.line(METRICS, START).await?;
	let metrics = address(&line, METRICS)?;
	let line = process.line(READY, START).await?;
	let rpc = address(&line, READY)?;
	Ok((
		process,
		format!("ws://{rpc}"),
		format!("http://{metrics}/metrics"),
	))
}

/// Kilobytes of the pool: as many for each transaction as a node has by itself.
fn kilobytes(pool_limit: u32) -> u32 {
	pool_limit.saturating_mul(POOL_BYTES_EACH / 512) / 2
}

/// The first address of this machine after `text`.
fn address<'a>(line: &'a str, text: &str) -> Result<&'a str> {
	line.split_once(text)
		.and_then(|(_, addresses)| {
			let mut addresses = addresses.split(',').map(str::trim);
			addresses.find(|address| address.starts_with("127.0.0.1:"))
		})
		.with_context(|| format!("no address of 127.0.0.1 in: {line}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_pool_has_as_many_bytes_for_each_transaction_as_a_node_gives_it() {
		assert_eq!(kilobytes(8_192), 20_480);
		assert_eq!(kilobytes(crate::options::POOL_LIMIT), 81_920);
	}

	#[test]
	fn addresses_are_read_from_what_nodes_write() {
		let line = "2026-01-01 10:00:00 Running JSON-RPC server: addr=127.0.0.1:40123,[::1]:40124";
		assert_eq!(address(line, READY).unwrap(), "127.0.0.1:40123");
		let line = "2026-01-01 10:00:00 〽️ Prometheus exporter started at 127.0.0.1:35179    ";
		assert_eq!(address(line, METRICS).unwrap(), "127.0.0.1:35179");
		assert!(address("nothing", READY).is_err());
		assert!(address("Running JSON-RPC server: addr=[::1]:1", READY).is_err());
	}
}
