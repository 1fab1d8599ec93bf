//! The connection to a node.

use std::{
	collections::BTreeMap,
	fmt,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};

use athanor_primitives::{H256, blake2_256};
use subxt::{
	OnlineClient, SubstrateConfig,
	backend::LegacyBackend,
	config::{Header as _, RpcConfigFor, substrate::SubstrateHeader},
	ext::codec::Encode,
	rpcs::{
		LegacyRpcMethods, RpcClient,
		client::{ReconnectingRpcClient, reconnecting_rpc_client::ExponentialBackoff},
	},
};
use tokio::time::{Instant, sleep, timeout};

use crate::{
	chain::{
		blocks::BlockStream,
		names,
		types::{AccountId, BlockId},
		view::View,
	},
	error::{Error, misfit, node, rpc},
};

/// Where a node of a local development chain answers.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";

/// First pause before a connection is tried again; it doubles from time to time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Longest pause before a connection is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How to connect.
#[derive(Clone, Copy, Debug)]
pub struct ConnectOptions {
	/// How long to keep trying when nobody answers. Zero: once.
	pub patience: Duration,
	/// How long one attempt may take.
	pub attempt_timeout: Duration,
	/// How long the node may take to answer a request.
	pub request_timeout: Duration,
}

impl Default for ConnectOptions {
	fn default() -> Self {
		Self {
			patience: Duration::ZERO,
			attempt_timeout: Duration::from_secs(10),
			request_timeout: Duration::from_secs(60),
		}
	}
}

/// The block that something is read at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
	/// The head of the best chain: the newest state, that may still change.
	Best,
	/// The newest finalised block: what does not change any more.
	Finalised,
	/// The block of this height on the best chain.
	Number(u32),
	/// The block with this hash.
	Hash(H256),
}

pub(crate) type Config = SubstrateConfig;

/// A connection to a node of an Athanor chain. Cheap to clone; reconnects by itself, for as long as
/// it takes.
#[derive(Clone)]
pub struct Chain {
	inner: Arc<Inner>,
}

struct Inner {
	url: String,
	client: OnlineClient<Config>,
	rpc: LegacyRpcMethods<RpcConfigFor<Config>>,
	genesis: H256,
	/// Held while an account's next nonce is looked up and used.
	senders: Mutex<BTreeMap<AccountId, Arc<Turn>>>,
}

/// The turn of one transaction among those that an account sends at the same time.
type Turn = tokio::sync::Mutex<()>;

impl fmt::Debug for Chain {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Chain")
			.field("url", &self.inner.url)
			.field("genesis", &self.inner.genesis)
			.finish_non_exhaustive()
	}
}

impl Chain {
	/// Connects to a node, such as one at `ws://127.0.0.1:9944`.
	///
	/// # Errors
	/// When nobody answers, or when it is not an Athanor chain that answers.
	pub async fn connect(url: &str) -> Result<Self, Error> {
		Self::connect_with(url, &ConnectOptions::default()).await
	}

	/// [`Self::connect`], with patience and timeouts of your choice.
	///
	/// # Errors
	/// As there.
	pub async fn connect_with(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
		check_url(url)?;
		await_node(url, options).await?;
		let unreachable = |reason: String| Error::Unreachable {
			url: url.to_owned(),
			reason,
		};
		let rpc_client = ReconnectingRpcClient::builder()
			.retry_policy(
				ExponentialBackoff::from_millis(millis(FIRST_PAUSE)).max_delay(LONGEST_PAUSE),
			)
			.request_timeout(options.request_timeout)
			.connection_timeout(options.attempt_timeout)
			.build(url);
		let rpc_client = timeout(options.attempt_timeout, rpc_client)
			.await
			.map_err(|_| unreachable("it stopped answering".to_owned()))?
			.map_err(|error| unreachable(causes(&error)))?;
		let rpc_client = RpcClient::new(rpc_client);
		// One backend for everything, and the one that passes the node's error codes through.
		let backend = LegacyBackend::<Config>::builder().build(rpc_client.clone());
		let client = OnlineClient::from_backend_with_config(Config::new(), Arc::new(backend))
			.await
			.map_err(node)?;
		let genesis = client.genesis_hash();
		let inner = Inner {
			url: url.to_owned(),
			client,
			rpc: LegacyRpcMethods::new(rpc_client),
			senders: Mutex::default(),
			genesis,
		};
		let chain = Self {
			inner: Arc::new(inner),
		};
		let view = chain.at(At::Best).await?;
		match names::missing_pallet(view.metadata()) {
			Some(pallet) => Err(Error::NotAthanor(pallet)),
			None => Ok(chain),
		}
	}

	/// Where the node is.
	pub fn url(&self) -> &str {
		&self.inner.url
	}

	/// Hash of block 0: identifies the chain, and is part of everything that workers sign.
	pub fn genesis(&self) -> H256 {
		self.inner.genesis
	}

	/// The state at a block. Everything read through one view is consistent.
	///
	/// # Errors
	/// When there is no such block, or the node has discarded its state.
	pub async fn at(&self, at: At) -> Result<View, Error> {
		let block = self.block(at).await?;
		let at = self
			.inner
			.client
			.at_block_hash_and_number(
				subxt::backend::BlockRef::from_hash(block.hash),
				block.number.into(),
			)
			.await
			.map_err(node)?;
		Ok(View::new(at, block))
	}

	/// Height and hash of a block.
	///
	/// # Errors
	/// When there is no such block.
	pub async fn block(&self, at: At) -> Result<BlockId, Error> {
		let hash = match at {
			At::Best => None,
			At::Finalised => Some(
				self.inner
					.rpc
					.chain_get_finalized_head()
					.await
					.map_err(rpc)?,
			),
			At::Number(number) => {
				let hash = self.hash_of(number).await?.ok_or_else(|| {
					Error::NotFound(format!("the chain has not reached block {number}"))
				})?;
				return Ok(BlockId { number, hash });
			}
			At::Hash(hash) => Some(hash),
		};
		let header = self
			.inner
			.rpc
			.chain_get_header(hash)
			.await
			.map_err(rpc)?
			.ok_or_else(|| Error::NotFound("the node does not know this block".to_owned()))?;
		match hash {
			Some(hash) => Ok(BlockId {
				number: number_of(&header)?,
				hash,
			}),
			None => identify(&header),
		}
	}

	/// Hash of the block of this height on the best chain, if the chain is that long.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn hash_of(&self, number: u32) -> Result<Option<H256>, Error> {
		self.inner
			.rpc
			.chain_get_block_hash(Some(number.into()))
			.await
			.map_err(rpc)
	}

	/// The best blocks as they come, from the current one on. After a lost connection or a
	/// reorganisation, heights may be skipped or repeated.
	pub fn best_blocks(&self) -> BlockStream {
		BlockStream::new(self.clone(), false)
	}

	/// Every finalised block, from the newest one on, in order and without gaps.
	pub fn finalised_blocks(&self) -> BlockStream {
		BlockStream::new(self.clone(), true)
	}

	/// What this client knows by name and the chain's runtime does not have, such as
	/// `storage Jobs.Outcomes`. Empty when both are of the same release.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn missing_names(&self) -> Result<Vec<String>, Error> {
		Ok(names::missing(self.at(At::Best).await?.metadata()))
	}

	/// Where the transactions of an account queue up, so that no two get the same nonce.
	pub(crate) fn turn(&self, account: AccountId) -> Arc<Turn> {
		let mut senders = self
			.inner
			.senders
			.lock()
			.unwrap_or_else(PoisonError::into_inner);
		senders.entry(account).or_default().clone()
	}

	pub(crate) fn rpc(&self) -> &LegacyRpcMethods<RpcConfigFor<Config>> {
		&self.inner.rpc
	}
}

/// The height in a header.
pub(crate) fn number_of(header: &SubstrateHeader<H256>) -> Result<u32, Error> {
	u32::try_from(header.number()).map_err(|_| misfit("block numbers do not fit 32 bits"))
}

/// Height and hash of the block with this header.
pub(crate) fn identify(header: &SubstrateHeader<H256>) -> Result<BlockId, Error> {
	Ok(BlockId {
		number: number_of(header)?,
		hash: H256(blake2_256(&header.encode())),
	})
}

fn check_url(url: &str) -> Result<(), Error> {
	let bad = |reason: &str| Error::BadUrl {
		url: url.to_owned(),
		reason: reason.to_owned(),
	};
	let rest = url
		.strip_prefix("ws://")
		.or_else(|| url.strip_prefix("wss://"))
		.ok_or_else(|| bad("it does not start with ws:// or wss://"))?;
	if rest.is_empty() || rest.starts_with(['/', ':']) {
		return Err(bad("it names no host"));
	}
	Ok(())
}

/// Returns when a node answers. The client that reconnects cannot do this: it tries for ever and
/// keeps to itself why it fails.
async fn await_node(url: &str, options: &ConnectOptions) -> Result<(), Error> {
	let since = Instant::now();
	let mut pause = FIRST_PAUSE;
	loop {
		let attempt = timeout(options.attempt_timeout, RpcClient::from_insecure_url(url)).await;
		let reason = match attempt {
			Ok(Ok(_)) => return Ok(()),
			Ok(Err(error)) => causes(&error),
			Err(_) => format!("no answer within {} s", options.attempt_timeout.as_secs()),
		};
		if since.elapsed() >= options.patience {
			return Err(Error::Unreachable {
				url: url.to_owned(),
				reason,
			});
		}
		tracing::warn!(url, reason, "no node answers; trying again");
		sleep(pause).await;
		pause = (pause * 2).min(LONGEST_PAUSE);
	}
}

/// The innermost cause of an error: the outer ones only say that connecting failed.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
	// This one does not name its source as such.
	if let Some(subxt::rpcs::Error::Client(inner)) = error.downcast_ref() {
		return causes(inner.as_ref());
	}
	match error.source() {
		Some(source) => causes(source),
		None => error.to_string(),
	}
}

fn millis(duration: Duration) -> u64 {
	u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn urls_are_checked_before_anything_is_sent() {
		for good in [
			"ws://127.0.0.1:9944",
			"wss://rpc.example.org",
			"ws://[::1]:9944/path",
		] {
			assert!(check_url(good).is_ok(), "{good}");
		}
		for bad in [
			"",
			"localhost:9944",
			"http://localhost:9944",
			"ws://",
			"ws:///x",
			"wss://:1",
		] {
			let error = check_url(bad).unwrap_err();
			assert_eq!(error.exit_code(), 2, "{bad}: {error}");
		}
	}

	#[tokio::test]
	async fn a_closed_port_is_reported_at_once_with_the_remedy() {
		let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
		let url = format!("ws://{}", listener.local_addr().unwrap());
		drop(listener);
		let started = Instant::now();
		let error = Chain::connect(&url).await.unwrap_err();
		assert!(started.elapsed() < Duration::from_secs(5));
		let text = error.to_string();
		assert!(matches!(error, Error::Unreachable { .. }), "{text}");
		assert!(
			text.contains("refused") && text.contains("athanor-node --dev"),
			"{text}"
		);
	}

	#[tokio::test]
	async fn patience_keeps_trying() {
		let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
		let url = format!("ws://{}", listener.local_addr().unwrap());
		drop(listener);
		let options = ConnectOptions {
			patience: Duration::from_millis(250),
			..ConnectOptions::default()
		};
		let started = Instant::now();
		assert!(Chain::connect_with(&url, &options).await.is_err());
		assert!(started.elapsed() >= options.patience);
	}
}
