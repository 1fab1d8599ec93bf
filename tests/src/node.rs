//! A running node.

use std::{
	fs,
	net::{Ipv4Addr, SocketAddrV4},
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use athanor::{AccountId, At, Chain, ConnectOptions};
use serde_json::Value;
use subxt::rpcs::{Error as RpcError, RpcClient, UserError, rpc_params};

use crate::{
	binaries, command,
	lab::Lab,
	net::Place,
	ports::free_port,
	process::{self, Process},
	wait::{seconds, until, within},
};

/// A node that takes longer to answer has failed.
const START: Duration = seconds(60);

/// What a node writes when it can be talked to.
const READY: &str = "Running JSON-RPC server: addr=";

/// Storage key of `Balances.TotalIssuance`: the `twox_128` of both names.
const TOTAL_ISSUANCE: &str = "0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80";

/// How to start a node.
#[derive(Clone, Debug)]
pub struct NodeOptions {
	/// Name of the process and its log.
	pub name: String,
	/// What comes before the options that every node of the tests has.
	pub args: Vec<String>,
	/// Where it runs, if not directly on this machine.
	pub place: Option<Place>,
}

impl NodeOptions {
	/// A development chain: one validator, Alice.
	pub fn dev() -> Self {
		Self {
			name: "node".into(),
			args: vec!["--dev".into()],
			place: None,
		}
	}

	/// A development chain with another tempo of governance: a file that differs in nothing else.
	///
	/// # Errors
	/// When the specification cannot be exported, or says nothing of the tempo.
	pub async fn with_tempo(lab: &Lab, tempo: u32) -> Result<Self> {
		let file = lab.dir().join("tempo.json");
		let path = file.to_str().context("a path that is not UTF-8")?;
		let export = ["export-chain-spec", "--chain", "dev", "--output", path];
		command::run(lab, &binaries::node()?, &export).await?.ok()?;
		let mut spec: Value = serde_json::from_slice(&fs::read(&file)?)?;
		let found = spec
			.pointer_mut("/genesis/runtimeGenesis/patch/origins/tempo")
			.context("the specification has no tempo")?;
		*found = tempo.into();
		fs::write(&file, spec.to_string())?;
		let mut options = Self::validator(path, "alice", &[]);
		options.name = "node".into();
		options.args.push("--force-authoring".into());
		Ok(options)
	}

	/// One of the validators of a chain, such as `alice`, that finds others at `bootnodes`.
	pub fn validator(chain: &str, name: &str, bootnodes: &[String]) -> Self {
		let mut args = vec!["--chain".into(), chain.into(), format!("--{name}")];
		args.push("--unsafe-force-node-key-generation".into());
		if !bootnodes.is_empty() {
			args.push("--bootnodes".into());
			args.extend(bootnodes.iter().cloned());
		}
		Self {
			name: name.into(),
			args,
			place: None,
		}
	}

	/// It runs at this place.
	pub fn at(self, place: &Place) -> Self {
		Self {
			place: Some(place.clone()),
			..self
		}
	}

	/// Where it listens for RPC: at a free port if it is on this machine.
	fn rpc(&self) -> Result<SocketAddrV4> {
		Ok(match &self.place {
			None => SocketAddrV4::new(Ipv4Addr::LOCALHOST, free_port()?),
			Some(place) => place.rpc(),
		})
	}

	/// Where it listens for other nodes; any free port if it is on this machine.
	fn peers(&self) -> SocketAddrV4 {
		let here = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
		self.place.as_ref().map_or(here, Place::peers)
	}
}

/// A running node, with a client that is connected to it.
#[derive(Debug)]
pub struct Node {
	lab: Lab,
	options: NodeOptions,
	base_path: PathBuf,
	rpc: SocketAddrV4,
	process: Process,
	chain: Chain,
}

impl Node {
	/// Starts a node and waits until it answers.
	///
	/// # Errors
	/// When it does not.
	pub async fn start(lab: &Lab, options: NodeOptions) -> Result<Self> {
		let base_path = lab.folder(&format!("{}-data", options.name))?;
		let mut process = launch(lab, &options, &base_path, options.rpc()?)?;
		let rpc = answers_at(&mut process).await?;
		let chain = connect(&rpc).await?;
		Ok(Self {
			lab: lab.clone(),
			options,
			base_path,
			rpc,
			process,
			chain,
		})
	}

	/// Its name.
	pub fn name(&self) -> &str {
		&self.options.name
	}

	/// Where it answers.
	pub fn url(&self) -> String {
		url(&self.rpc)
	}

	/// A client that is connected to it.
	pub fn chain(&self) -> &Chain {
		&self.chain
	}

	/// The program.
	pub fn process(&mut self) -> &mut Process {
		&mut self.process
	}

	/// Ends it at once, as a power cut does.
	///
	/// # Errors
	/// When it has ended already.
	pub fn kill(&mut self) -> Result<()> {
		self.process.kill()
	}

	/// Starts it again on the same folder and the same port. The client reconnects by itself.
	///
	/// # Errors
	/// When it does not answer, or on another port.
	pub async fn restart(&mut self) -> Result<()> {
		self.relaunch()?;
		self.answers().await?;
		// The client waits for the node, but it does not say for how long.
		within("the client reconnects", START, self.chain.block(At::Best)).await?;
		Ok(())
	}

	/// Starts it again on the same folder and the same port, and does not wait for it: see
	/// [`Self::ready`].
	///
	/// # Errors
	/// When it cannot be started.
	pub fn relaunch(&mut self) -> Result<()> {
		self.process = launch(&self.lab, &self.options, &self.base_path, self.rpc)?;
		Ok(())
	}

	/// Whether it has come so far that it answers.
	///
	/// # Errors
	/// When it has ended.
	pub fn is_up(&mut self) -> Result<bool> {
		self.process.expect_running()?;
		Ok(self.process.output()?.contains(READY))
	}

	/// Waits until it answers, and connects anew, which is faster than waiting until the client tries
	/// again.
	///
	/// # Errors
	/// When it does not answer, or on another port.
	pub async fn ready(&mut self) -> Result<()> {
		self.answers().await?;
		self.chain = connect(&self.rpc).await?;
		Ok(())
	}

	async fn answers(&mut self) -> Result<()> {
		let rpc = answers_at(&mut self.process).await?;
		ensure!(
			rpc == self.rpc,
			"{} was taken; the node is at {rpc}",
			self.rpc
		);
		Ok(())
	}

	/// Waits until the best chain has grown by so many blocks.
	///
	/// # Errors
	/// When it does not grow, or the node ends.
	pub async fn makes_blocks(&mut self, count: u32) -> Result<()> {
		let from = self.chain.block(At::Best).await?.number;
		self.reaches(At::Best, from.saturating_add(count), seconds(30))
			.await
	}

	/// Waits until the best or the finalised block has reached a height.
	///
	/// # Errors
	/// When that takes longer than `limit`, or the node ends.
	pub async fn reaches(&mut self, at: At, number: u32, limit: Duration) -> Result<()> {
		let what = format!("{} reaches {at:?} block {number}", self.options.name);
		until(&what, limit, async || {
			self.process.expect_running()?;
			Ok((self.chain.block(at).await?.number >= number).then_some(()))
		})
		.await
	}

	/// All money there is, in units, after a block.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn total_issuance(&self, at: At) -> Result<u128> {
		let block = self.chain.block(at).await?.hash;
		let value: String = self
			.rpc()
			.await?
			.request("state_getStorage", rpc_params![TOTAL_ISSUANCE, block])
			.await?;
		let bytes = hex::decode(value.trim_start_matches("0x"))?;
		let bytes = bytes
			.try_into()
			.map_err(|_| anyhow!("{value} is no balance"))?;
		Ok(u128::from_le_bytes(bytes))
	}

	/// The nonce of an account's next transaction, those that wait counted.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn next_nonce(&self, account: &AccountId) -> Result<u64> {
		let account = account.to_string();
		Ok(self
			.rpc()
			.await?
			.request("system_accountNextIndex", rpc_params![account])
			.await?)
	}

	/// How many transactions wait in its pool.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn pending(&self) -> Result<usize> {
		let pending: Vec<String> = self
			.rpc()
			.await?
			.request("author_pendingExtrinsics", rpc_params![])
			.await?;
		Ok(pending.len())
	}

	/// Gives it the bytes of a transaction, whatever they are. `Err` is the node's refusal.
	///
	/// # Errors
	/// When it does not answer.
	pub async fn submit_bytes(
		&self,
		bytes: &[u8],
	) -> Result<core::result::Result<String, UserError>> {
		let bytes = format!("0x{}", hex::encode(bytes));
		let answer = self.rpc().await?;
		let answer = answer
			.request("author_submitExtrinsic", rpc_params![bytes])
			.await;
		match answer {
			Ok(hash) => Ok(Ok(hash)),
			Err(RpcError::User(refusal)) => Ok(Err(refusal)),
			Err(error) => Err(error.into()),
		}
	}

	/// Where other nodes find it: its address, with its identity.
	///
	/// # Errors
	/// When it listens nowhere.
	pub async fn bootnode(&self) -> Result<String> {
		let prefix = format!("/ip4/{}/tcp/", self.options.peers().ip());
		until("the node listens", START, async || {
			let addresses: Vec<String> = self
				.rpc()
				.await?
				.request("system_localListenAddresses", rpc_params![])
				.await?;
			Ok(addresses
				.into_iter()
				.find(|address| address.starts_with(&prefix) && address.contains("/p2p/")))
		})
		.await
	}

	/// How many other nodes it is connected to.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn peers(&self) -> Result<u64> {
		let health: Value = self
			.rpc()
			.await?
			.request("system_health", rpc_params![])
			.await?;
		health["peers"]
			.as_u64()
			.context("system_health says nothing of peers")
	}

	/// A connection for what the client library has no use for. One for each question, so that none
	/// is left over when the node is restarted.
	async fn rpc(&self) -> Result<RpcClient> {
		Ok(RpcClient::from_insecure_url(self.url()).await?)
	}
}

fn launch(
	lab: &Lab,
	options: &NodeOptions,
	base_path: &Path,
	rpc: SocketAddrV4,
) -> Result<Process> {
	let program = binaries::node()?;
	let mut command = match &options.place {
		None => process::command(&program),
		Some(place) => place.command(&program),
	};
	command
		.args(&options.args)
		.arg("--base-path")
		.arg(base_path);
	match options.place {
		None => command.args(["--rpc-port", &rpc.port().to_string()]),
		// Everybody who can reach it is ours.
		Some(_) => command.args([
			"--experimental-rpc-endpoint",
			&format!("listen-addr={rpc},methods=unsafe"),
		]),
	};
	let peers = options.peers();
	let listen = format!("/ip4/{}/tcp/{}", peers.ip(), peers.port());
	command.args(["--listen-addr", &listen]);
	command.args(["--no-mdns", "--no-telemetry", "--no-prometheus"]);
	Process::start(lab, &options.name, &mut command)
}

/// Waits until a node says where it answers.
async fn answers_at(process: &mut Process) -> Result<SocketAddrV4> {
	address_of(&process.line(READY, START).await?)
}

/// The first IPv4 address in `Running JSON-RPC server: addr=127.0.0.1:40123,[::1]:40124`.
fn address_of(line: &str) -> Result<SocketAddrV4> {
	let Some((_, addresses)) = line.split_once(READY) else {
		bail!("no address in: {line}");
	};
	addresses
		.split(',')
		.find_map(|address| address.trim().parse().ok())
		.with_context(|| format!("no IPv4 address in: {line}"))
}

fn url(rpc: &SocketAddrV4) -> String {
	format!("ws://{rpc}")
}

async fn connect(rpc: &SocketAddrV4) -> Result<Chain> {
	let options = ConnectOptions {
		patience: START,
		..ConnectOptions::default()
	};
	Ok(Chain::connect_with(&url(rpc), &options).await?)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn addresses_are_read_from_what_nodes_write() {
		let line = "2026-01-01 10:00:00 Running JSON-RPC server: addr=127.0.0.1:40123,[::1]:40124";
		assert_eq!(address_of(line).unwrap().to_string(), "127.0.0.1:40123");
		let elsewhere = "Running JSON-RPC server: addr=198.18.0.2:9944,";
		assert_eq!(
			address_of(elsewhere).unwrap().to_string(),
			"198.18.0.2:9944"
		);
		assert!(address_of("Running JSON-RPC server: addr=[::1]:1").is_err());
		assert!(address_of("nothing").is_err());
	}
}
