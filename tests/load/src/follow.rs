//! Reading blocks as they become best, and as they become final.

use std::{collections::HashMap, sync::Arc, time::Instant};

use anyhow::{Context, Result};
use athanor_primitives::H256;
use tokio::sync::mpsc;

use crate::{block::Block, machine::Meter, metrics::Endpoint, rpc::Rpc};

/// What has become of the chain.
#[derive(Clone, Debug)]
pub enum News {
	/// This block is on the best chain now. Those before it have been told.
	Best(Arc<Block>),
	/// This block is final since the given time. Those before it have been told.
	Finalised(Arc<Block>, Instant),
}

/// Blocks from where the following began.
struct Follower {
	rpc: Arc<Rpc>,
	metrics: Option<Endpoint>,
	meter: Meter,
	/// Number of the block from which on blocks are told of.
	after: u32,
	/// Blocks that are not final, and the newest final one.
	known: HashMap<H256, Arc<Block>>,
	/// The newest block of the best chain that was told.
	best: H256,
	/// The newest final block.
	last: H256,
}

/// Follows a node's chain from its newest final block on. What is received ends with the first error.
///
/// # Errors
/// When the node does not tell its blocks.
pub async fn follow(
	rpc: Arc<Rpc>,
	metrics: Option<Endpoint>,
	meter: Meter,
) -> Result<mpsc::UnboundedReceiver<Result<News>>> {
	let (sender, receiver) = mpsc::unbounded_channel();
	let best = rpc.best_blocks().await?;
	let finalised = rpc.finalised_blocks().await?;
	let last = rpc.finalised().await?;
	let start = Arc::new(Block::read(&rpc, last, Instant::now()).await?);
	let follower = Follower {
		rpc,
		metrics,
		meter,
		after: start.number,
		known: HashMap::from([(last, start)]),
		best: last,
		last,
	};
	tokio::spawn(async move {
		if let Err(error) = follower.run(best, finalised, &sender).await {
			// Nobody listens any more when this cannot be sent.
			let _ = sender.send(Err(error));
		}
	});
	Ok(receiver)
}

type Heads = jsonrpsee::core::client::Subscription<crate::rpc::Header>;
type Sender = mpsc::UnboundedSender<Result<News>>;

impl Follower {
	async fn run(mut self, mut best: Heads, mut finalised: Heads, sender: &Sender) -> Result<()> {
		while !sender.is_closed() {
			tokio::select! {
				// A block is told as best before it is told as final.
				biased;
				head = best.next() => {
					let heard = Instant::now();
					let head = head.context("the connection to the node was lost")??;
					for block in self.path(head.hash()?, self.best, heard).await? {
						self.best = block.hash;
						let _ = sender.send(Ok(News::Best(block)));
					}
				}
				head = finalised.next() => {
					let heard = Instant::now();
					let head = head.context("the connection to the node was lost")??;
					for block in self.path(head.hash()?, self.last, heard).await? {
						self.last = block.hash;
						let _ = sender.send(Ok(News::Finalised(block, heard)));
					}
					self.forget();
				}
			}
		}
		Ok(())
	}

	/// The blocks that lead to `to`, oldest first: from the one after `from`, or, where the chain has
	/// forked, from the fork on.
	async fn path(&mut self, to: H256, from: H256, heard: Instant) -> Result<Vec<Arc<Block>>> {
		let mut path = Vec::new();
		let mut ancestors = self.ancestors(from);
		ancestors.push(from);
		let mut next = to;
		while !ancestors.contains(&next) {
			let block = self.read(next, heard).await?;
			if block.number <= self.after {
				break;
			}
			next = block.parent;
			path.push(block);
		}
		path.reverse();
		Ok(path)
	}

	/// The known ancestors of a block.
	fn ancestors(&self, of: H256) -> Vec<H256> {
		let mut ancestors = Vec::new();
		let mut next = of;
		while let Some(block) = self.known.get(&next) {
			next = block.parent;
			ancestors.push(next);
		}
		ancestors
	}

	async fn read(&mut self, hash: H256, heard: Instant) -> Result<Arc<Block>> {
		if let Some(block) = self.known.get(&hash) {
			return Ok(block.clone());
		}
		let mut block = Block::read(&self.rpc, hash, heard).await?;
		if let Some(metrics) = &self.metrics {
			block.metrics = Some(metrics.scrape().await?);
		}
		block.cpu = self.meter.read();
		let block = Arc::new(block);
		self.known.insert(hash, block.clone());
		Ok(block)
	}

	/// Forgets what is older than the newest final block.
	fn forget(&mut self) {
		if let Some(last) = self.known.get(&self.last).map(|block| block.number) {
			self.known.retain(|_, block| block.number >= last);
		}
	}
}
