//! A node's JSON-RPC server.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use athanor_primitives::H256;
use codec::{Decode, DecodeAll};
use jsonrpsee::{
	core::{
		client::{BatchResponse, ClientT, Subscription, SubscriptionClientT},
		params::{ArrayParams, BatchRequestBuilder},
	},
	rpc_params,
	types::ErrorObject,
	ws_client::{WsClient, WsClientBuilder},
};
use serde::{Deserialize, de::DeserializeOwned};

/// A node that takes longer to answer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Requests at a time on one connection.
const CONCURRENT: usize = 1_024;

/// The largest answer that is expected: the events of a full block, in hexadecimal.
const LARGEST: u32 = 256 * 1024 * 1024;

/// Codes of the node's transaction pool.
mod pool {
	pub const INVALID: i32 = 1010;
	pub const UNKNOWN: i32 = 1011;
	pub const BANNED: i32 = 1012;
	pub const ALREADY_IMPORTED: i32 = 1013;
	pub const TOO_LOW_PRIORITY: i32 = 1014;
	pub const DROPPED: i32 = 1016;
}

/// A connection to a node.
pub struct Rpc {
	/// For questions and news.
	questions: WsClient,
	/// For transactions, so that nothing waits behind them.
	transactions: WsClient,
}

/// A block's header, as far as it is needed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
	/// Number in hexadecimal.
	number: String,
	/// Hash of the block before.
	parent_hash: String,
	/// Logs and roots: what the hash is taken over.
	#[serde(flatten)]
	rest: serde_json::Map<String, serde_json::Value>,
}

impl Header {
	/// Its number.
	///
	/// # Errors
	/// When it is none.
	pub fn number(&self) -> Result<u32> {
		u32::from_str_radix(self.number.trim_start_matches("0x"), 16)
			.with_context(|| format!("the block number {} is none", self.number))
	}

	/// The block before.
	///
	/// # Errors
	/// When it is no hash.
	pub fn parent(&self) -> Result<H256> {
		hash(&self.parent_hash)
	}

	/// Its own hash.
	///
	/// # Errors
	/// When the node's header is not one of this runtime.
	pub fn hash(&self) -> Result<H256> {
		let mut json = self.rest.clone();
		json.insert("number".into(), self.number.clone().into());
		json.insert("parentHash".into(), self.parent_hash.clone().into());
		let header: athanor_runtime::Header =
			serde_json::from_value(json.into()).context("a header of another kind of chain")?;
		Ok(header.hash())
	}
}

/// A block without its state.
#[derive(Debug, Deserialize)]
struct SignedBlock {
	block: Body,
}

#[derive(Debug, Deserialize)]
struct Body {
	header: Header,
	extrinsics: Vec<String>,
}

/// What the node says it runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeVersion {
	/// Name of the runtime.
	pub spec_name: String,
	/// Its version.
	pub spec_version: u32,
	/// Version of its transactions.
	pub transaction_version: u32,
}

/// Why the pool did not take a transaction.
#[derive(Debug)]
pub enum Refused {
	/// It has it already, or has just had it.
	Known,
	/// It is full.
	Full,
	/// The runtime would not take it.
	Invalid(String),
	/// The node could not be asked.
	Lost(anyhow::Error),
}

impl Rpc {
	/// Connects.
	///
	/// # Errors
	/// When nobody answers there.
	pub async fn connect(url: &str) -> Result<Self> {
		let client = async || {
			WsClientBuilder::default()
				.request_timeout(PATIENCE)
				.connection_timeout(PATIENCE)
				.max_concurrent_requests(CONCURRENT)
				.max_response_size(LARGEST)
				.max_buffer_capacity_per_subscription(1_024)
				.build(url)
				.await
				.with_context(|| {
					format!(
						"no node answers at {url}; start one with `athanor-node --dev`, or leave --url out"
					)
				})
		};
		Ok(Self {
			questions: client().await?,
			transactions: client().await?,
		})
	}

	async fn ask<T: DeserializeOwned>(&self, method: &str, params: ArrayParams) -> Result<T> {
		self.questions
			.request(method, params)
			.await
			.with_context(|| format!("the node does not answer {method}"))
	}

	/// The hash of a block of the best chain.
	///
	/// # Errors
	/// When there is none of this number.
	pub async fn block_hash(&self, number: u32) -> Result<H256> {
		let answer: Option<String> = self.ask("chain_getBlockHash", rpc_params![number]).await?;
		hash(&answer.with_context(|| format!("the node has no block {number}"))?)
	}

	/// The newest finalised block.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn finalised(&self) -> Result<H256> {
		let answer: String = self.ask("chain_getFinalizedHead", rpc_params![]).await?;
		hash(&answer)
	}

	/// A block's header and its transactions.
	///
	/// # Errors
	/// When the node does not have it.
	pub async fn block(&self, block: H256) -> Result<(Header, Vec<Vec<u8>>)> {
		let answer: Option<SignedBlock> = self
			.ask("chain_getBlock", rpc_params![text(&block)])
			.await?;
		let body = answer
			.with_context(|| format!("the node has lost block {block:?}"))?
			.block;
		let extrinsics = body
			.extrinsics
			.iter()
			.map(|extrinsic| bytes(extrinsic))
			.collect::<Result<_>>()?;
		Ok((body.header, extrinsics))
	}

	/// A value of the state after a block, or of the best block.
	///
	/// # Errors
	/// When the node does not say, or the value is of another type.
	pub async fn value<T: Decode>(&self, key: &[u8], block: Option<H256>) -> Result<Option<T>> {
		let key = format!("0x{}", hex::encode(key));
		let answer: Option<String> = self
			.ask(
				"state_getStorage",
				rpc_params![key, block.as_ref().map(text)],
			)
			.await?;
		let Some(answer) = answer else {
			return Ok(None);
		};
		T::decode_all(&mut &bytes(&answer)?[..])
			.map(Some)
			.context("the node's state is of another runtime than this program")
	}

	/// The runtime's description of itself.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn metadata(&self) -> Result<Vec<u8>> {
		let answer: String = self.ask("state_getMetadata", rpc_params![]).await?;
		bytes(&answer)
	}

	/// The version of the runtime.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn runtime_version(&self) -> Result<RuntimeVersion> {
		self.ask("state_getRuntimeVersion", rpc_params![]).await
	}

	/// The version of the node.
	///
	/// # Errors
	/// When the node does not say.
	pub async fn node_version(&self) -> Result<String> {
		self.ask("system_version", rpc_params![]).await
	}

	/// The best blocks as they come.
	///
	/// # Errors
	/// When the node does not tell.
	pub async fn best_blocks(&self) -> Result<Subscription<Header>> {
		self.follow("chain_subscribeNewHeads", "chain_unsubscribeNewHeads")
			.await
	}

	/// The finalised blocks as they come. Some are left out when several are finalised at once.
	///
	/// # Errors
	/// When the node does not tell.
	pub async fn finalised_blocks(&self) -> Result<Subscription<Header>> {
		self.follow(
			"chain_subscribeFinalizedHeads",
			"chain_unsubscribeFinalizedHeads",
		)
		.await
	}

	async fn follow(&self, begin: &str, end: &str) -> Result<Subscription<Header>> {
		self.questions
			.subscribe(begin, rpc_params![], end)
			.await
			.with_context(|| format!("the node does not answer {begin}"))
	}

	/// Puts transactions, in hexadecimal, into the pool; says of each whether the pool took it. They go in
	/// one message, which costs node and program less than one for each.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn submit<'a>(
		&self,
		transactions: impl Iterator<Item = &'a str>,
	) -> Result<Vec<Result<(), Refused>>> {
		let mut batch = BatchRequestBuilder::new();
		for transaction in transactions {
			batch.insert("author_submitExtrinsic", rpc_params![transaction])?;
		}
		let answers: BatchResponse<'_, String> = self
			.transactions
			.batch_request(batch)
			.await
			.context("the node took no transactions")?;
		Ok(answers
			.into_iter()
			.map(|answer| answer.map(drop).map_err(refused))
			.collect())
	}
}

/// Why the pool did not take a transaction.
fn refused(error: ErrorObject) -> Refused {
	let reason = match error.data() {
		Some(data) => format!("{}: {data}", error.message()),
		None => error.message().to_owned(),
	};
	told(error.code(), reason)
}

/// What a code of the pool means.
fn told(code: i32, reason: String) -> Refused {
	match code {
		pool::ALREADY_IMPORTED | pool::BANNED => Refused::Known,
		pool::DROPPED | pool::TOO_LOW_PRIORITY => Refused::Full,
		pool::INVALID | pool::UNKNOWN => Refused::Invalid(reason),
		_ => Refused::Lost(anyhow!("the node took no transaction: {reason} ({code})")),
	}
}

fn text(hash: &H256) -> String {
	format!("0x{}", hex::encode(hash.0))
}

fn hash(text: &str) -> Result<H256> {
	match bytes(text)?.try_into() {
		Ok(bytes) => Ok(H256(bytes)),
		Err(_) => bail!("{text} is no hash"),
	}
}

fn bytes(text: &str) -> Result<Vec<u8>> {
	hex::decode(text.trim_start_matches("0x")).context("the node's answer is no hexadecimal")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn refusals_are_told_apart() {
		let told = |code| told(code, "why".into());
		assert!(matches!(told(1013), Refused::Known));
		assert!(matches!(told(1016), Refused::Full));
		assert!(matches!(told(1010), Refused::Invalid(reason) if reason == "why"));
		assert!(matches!(told(-32000), Refused::Lost(_)));
	}

	#[test]
	fn a_header_knows_its_number_parent_and_hash() {
		let native = athanor_runtime::Header {
			parent_hash: H256([2; 32]),
			number: 300,
			state_root: H256([3; 32]),
			extrinsics_root: H256([4; 32]),
			digest: Default::default(),
		};
		let json = serde_json::to_value(&native).unwrap();
		let header: Header = serde_json::from_value(json).unwrap();
		assert_eq!(header.number().unwrap(), 300);
		assert_eq!(header.parent().unwrap(), H256([2; 32]));
		assert_eq!(header.hash().unwrap(), native.hash());
	}
}
