//! Blocks as they come.

use std::time::Duration;

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
	losses: u32,
	due: Due,
}

impl BlockStream {
	pub(crate) fn new(chain: Chain, finalised: bool) -> Self {
		Self {
			chain,
			finalised,
			heads: None,
			losses: 0,
			due: Due::new(finalised),
		}
	}

	/// The next block. Waits for as long as it takes, through lost connections too; put a timeout
	/// around it if that is too long. Nothing is lost when it is dropped while it waits, and it goes
	/// on where it was: blocks that the node has named are not asked for again.
	pub async fn next(&mut self) -> BlockId {
		loop {
			match self.advance().await {
				Ok(Some(block)) => return block,
				Ok(None) => {}
				Err(error) => {
					tracing::warn!(%error, "lost the stream of blocks; taking it up again");
					self.heads = None;
					self.losses = self.losses.saturating_add(1);
					// The new subscription begins with the head as it is then, maybe of another
					// chain.
					self.due.head = None;
					sleep(PAUSE).await;
				}
			}
		}
	}

	/// How often the stream was lost so far. What answers after a loss may be a node that was started
	/// again, whose pool is empty.
	pub fn losses(&self) -> u32 {
		self.losses
	}

	/// The next block that is due, or else waits for a head.
	async fn advance(&mut self) -> Result<Option<BlockId>, Error> {
		let chain = &self.chain;
		let block = self
			.due
			.next(|number| chain.block(At::Number(number)))
			.await?;
		if block.is_some() {
			return Ok(block);
		}
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
			return Ok(None);
		};
		let header = heads
			.next()
			.await
			.ok_or_else(|| Error::Node("the subscription ended".to_owned()))?
			.map_err(rpc)?;
		self.due.announce(identify(&header)?);
		Ok(None)
	}
}

/// Which blocks are due.
#[derive(Debug)]
struct Due {
	/// Whether blocks between two heads are due too.
	gapless: bool,
	/// The last one that was handed out.
	last: Option<BlockId>,
	/// A head that was announced and not handed out yet.
	head: Option<BlockId>,
}

impl Due {
	fn new(gapless: bool) -> Self {
		Self {
			gapless,
			last: None,
			head: None,
		}
	}

	/// Takes note of a head.
	fn announce(&mut self, head: BlockId) {
		let known = |last: BlockId| self.gapless && head.number <= last.number;
		if !self.last.is_some_and(known) {
			self.head = Some(head);
		}
	}

	/// The next block; `None` if none is until another head is announced. Asks for at most one
	/// block, and changes nothing before it has the answer: so that it can be dropped at any time.
	async fn next<F>(&mut self, fetch: impl FnOnce(u32) -> F) -> Result<Option<BlockId>, Error>
	where
		F: Future<Output = Result<BlockId, Error>>,
	{
		let Some(head) = self.head else {
			return Ok(None);
		};
		let block = match self.last.map(|last| last.number.saturating_add(1)) {
			Some(number) if self.gapless && number < head.number => fetch(number).await?,
			_ => {
				self.head = None;
				head
			}
		};
		self.last = Some(block);
		Ok(Some(block))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::FutureExt;
	use std::{cell::RefCell, future::pending};

	fn block(number: u32) -> BlockId {
		BlockId {
			number,
			hash: H256::repeat_byte(u8::try_from(number).unwrap()),
		}
	}

	/// What is handed out while the node answers at once.
	fn handed_out(due: &mut Due) -> Vec<u32> {
		std::iter::from_fn(|| {
			due.next(|number| async move { Ok(block(number)) })
				.now_or_never()
				.expect("the node answers at once")
				.unwrap()
		})
		.map(|block| block.number)
		.collect()
	}

	#[test]
	fn gaps_between_finalised_heads_are_filled() {
		let mut due = Due::new(true);
		assert_eq!(handed_out(&mut due), [0; 0]);
		due.announce(block(3));
		assert_eq!(handed_out(&mut due), [3], "nothing before the first");
		due.announce(block(4));
		assert_eq!(handed_out(&mut due), [4]);
		due.announce(block(8));
		assert_eq!(handed_out(&mut due), [5, 6, 7, 8]);
		for known in [8, 6] {
			due.announce(block(known));
			assert_eq!(handed_out(&mut due), [0; 0]);
		}
	}

	#[test]
	fn best_heads_are_handed_out_as_they_are() {
		let mut due = Due::new(false);
		for number in [3, 7, 7, 5] {
			due.announce(block(number));
			assert_eq!(handed_out(&mut due), [number]);
		}
	}

	/// Another branch of a `select!` is faster while the node is asked for a block, again and again.
	#[test]
	fn being_dropped_while_waiting_loses_nothing() {
		let mut due = Due::new(true);
		due.announce(block(1));
		assert_eq!(handed_out(&mut due), [1]);
		due.announce(block(5));
		let asked = RefCell::new(Vec::new());
		let mut got = Vec::new();
		for _ in 2..=5 {
			let slow = due.next(|number| {
				asked.borrow_mut().push(number);
				pending()
			});
			if let Some(done) = slow.now_or_never() {
				got.push(done.unwrap().unwrap().number);
				break;
			}
			let fast = due.next(|number| async move { Ok(block(number)) });
			got.push(fast.now_or_never().unwrap().unwrap().unwrap().number);
		}
		assert_eq!(got, [2, 3, 4, 5]);
		assert_eq!(*asked.borrow(), [2, 3, 4], "none that was had already");
		assert_eq!(handed_out(&mut due), [0; 0]);
	}

	#[test]
	fn a_block_that_cannot_be_had_is_asked_for_again() {
		let mut due = Due::new(true);
		due.announce(block(1));
		assert_eq!(handed_out(&mut due), [1]);
		due.announce(block(3));
		let lost = due.next(|_| async { Err(Error::Node("gone".into())) });
		assert!(lost.now_or_never().unwrap().is_err());
		due.head = None;
		due.announce(block(4));
		assert_eq!(handed_out(&mut due), [2, 3, 4]);
	}
}
