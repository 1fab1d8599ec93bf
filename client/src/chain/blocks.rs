//! Blocks as they come.

use std::{collections::VecDeque, time::Duration};

use athanor_primitives::H256;
use subxt::{config::substrate::SubstrateHeader, rpcs::client::RpcSubscription};
use tokio::time::sleep;

use crate::{
	chain::{
		connect::{At, Chain, identify},
		types::BlockId,
	},
	error::{Error, rpc},
};

/// Pause before a lost subscription is asked for again.
const PAUSE: Duration = Duration::from_millis(500);

/// Blocks as they come. Never ends: a lost connection is taken up again.
#[derive(Debug)]
pub struct BlockStream {
	chain: Chain,
	finalised: bool,
	heads: Option<RpcSubscription<SubstrateHeader<H256>>>,
	last: Option<BlockId>,
	ready: VecDeque<BlockId>,
}

impl BlockStream {
	pub(crate) fn new(chain: Chain, finalised: bool) -> Self {
		Self {
			chain,
			finalised,
			heads: None,
			last: None,
			ready: VecDeque::new(),
		}
	}

	/// The next block. Waits for as long as it takes, through lost connections too; put a timeout
	/// around it if that is too long. Nothing is lost when it is dropped while it waits.
	pub async fn next(&mut self) -> BlockId {
		loop {
			if let Some(block) = self.ready.pop_front() {
				return block;
			}
			if let Err(error) = self.advance().await {
				tracing::warn!(%error, "lost the stream of blocks; taking it up again");
				self.heads = None;
				sleep(PAUSE).await;
			}
		}
	}

	/// Waits for a head and puts what is new into `ready`.
	async fn advance(&mut self) -> Result<(), Error> {
		if self.heads.is_none() {
			let rpc_methods = self.chain.rpc();
			let heads = if self.finalised {
				rpc_methods.chain_subscribe_finalized_heads().await
			} else {
				rpc_methods.chain_subscribe_new_heads().await
			};
			self.heads = Some(heads.map_err(rpc)?);
		}
		let Some(heads) = &mut self.heads else {
			return Ok(());
		};
		let header = heads
			.next()
			.await
			.ok_or_else(|| Error::Node("the subscription ended".to_owned()))?
			.map_err(rpc)?;
		let head = identify(&header)?;
		let new = if self.finalised {
			up_to(&self.chain, self.last, head).await?
		} else {
			vec![head]
		};
		self.last = new.last().copied().or(self.last);
		self.ready.extend(new);
		Ok(())
	}
}

/// The finalised blocks after `last`, up to `head`. Borrows no stream, which is not `Sync`: so that
/// the future of [`BlockStream::next`] is `Send`.
async fn up_to(chain: &Chain, last: Option<BlockId>, head: BlockId) -> Result<Vec<BlockId>, Error> {
	let Some(last) = last else {
		return Ok(vec![head]);
	};
	if head.number <= last.number {
		return Ok(Vec::new());
	}
	let mut blocks = Vec::new();
	for number in last.number.saturating_add(1)..head.number {
		blocks.push(chain.block(At::Number(number)).await?);
	}
	blocks.push(head);
	Ok(blocks)
}
