//! Following the chain, whatever happens to the connection.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use futures::StreamExt;
use tokio::{sync::watch, task::JoinHandle, time};
use tracing::{debug, info, warn};

use crate::{
	ledger::{BlockRef, Head, Ledger, LedgerError},
	metrics,
};

/// After so long without a new block the connection counts as lost.
const SILENCE: Duration = Duration::from_secs(60);

/// What is known of the chain's end. Only the newest is of interest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
	/// Whether a node is being followed.
	pub connected: bool,
	/// How often a node was found, be it the first time or again after it was lost.
	pub times_found: u32,
	/// The best block, once the node has named one.
	pub best: Option<BlockRef>,
	/// The finalised block.
	pub finalised: Option<BlockRef>,
	/// Set if following has ended for good.
	pub fatal: Option<LedgerError>,
}

impl View {
	fn found(&mut self) {
		self.best = None;
		self.times_found = self.times_found.saturating_add(1);
	}
}

/// The task that follows; it ends when this is dropped.
#[derive(Debug)]
pub struct Follower(JoinHandle<()>);

impl Drop for Follower {
	fn drop(&mut self) {
		self.0.abort();
	}
}

/// Follows the chain in a task of its own.
pub fn follow<L: Ledger>(ledger: Arc<L>) -> (watch::Receiver<View>, Follower) {
	let (sender, receiver) = watch::channel(View::default());
	(
		receiver,
		Follower(tokio::spawn(keep_following(ledger, sender))),
	)
}

fn backoff() -> impl Iterator<Item = Duration> {
	ExponentialBuilder::default()
		.with_min_delay(Duration::from_millis(500))
		.with_max_delay(Duration::from_secs(30))
		.with_jitter()
		.without_max_times()
		.build()
}

async fn keep_following<L: Ledger>(ledger: Arc<L>, view: watch::Sender<View>) {
	let mut delays = backoff();
	loop {
		let seen = view.borrow().best;
		let error = follow_once(ledger.as_ref(), &view).await;
		metrics::connected(false);
		let fatal = matches!(error, LedgerError::WrongChain { .. }).then(|| error.clone());
		let ends = fatal.is_some();
		view.send_modify(|view| {
			view.connected = false;
			view.fatal = fatal;
		});
		if ends {
			return;
		}
		if view.borrow().best.is_some_and(|best| Some(best) != seen) {
			delays = backoff();
		}
		let delay = delays.next().unwrap_or(SILENCE);
		warn!(
			"lost the chain: {error}. Trying again in {:.1} s",
			delay.as_secs_f32()
		);
		time::sleep(delay).await;
	}
}

/// Follows until the connection is lost; returns why.
async fn follow_once<L: Ledger>(ledger: &L, view: &watch::Sender<View>) -> LedgerError {
	let silent = || LedgerError::Unreachable(format!("no new block for {} s", SILENCE.as_secs()));
	let mut heads = match time::timeout(SILENCE, ledger.follow()).await {
		Ok(Ok(heads)) => heads,
		Ok(Err(error)) => return error,
		Err(_) => return silent(),
	};
	info!("following the chain");
	view.send_modify(|view| {
		view.connected = true;
		view.found();
	});
	metrics::connected(true);
	loop {
		let head = match time::timeout(SILENCE, heads.next()).await {
			Ok(Some(Ok(head))) => head,
			Ok(Some(Err(error))) => return error,
			Ok(None) => return LedgerError::Unreachable("the node closed the connection".into()),
			Err(_) => return silent(),
		};
		debug!(?head, "head");
		view.send_modify(|view| match head {
			Head::Resumed => view.found(),
			Head::Best(block) => view.best = Some(block),
			Head::Finalised(block) => view.finalised = Some(block),
		});
		if let Head::Best(block) = head {
			metrics::best_block(block.number);
		}
	}
}
