//! Sending a load until all of it is final.

use std::{
	collections::{BTreeMap, HashMap, VecDeque},
	sync::Arc,
	time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use athanor_primitives::{H256, JobId, job::CloseReason};
use athanor_runtime::configs::market::MatchDelay;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use polkadot_sdk::frame_support::weights::Weight;
use tokio::sync::mpsc;

use crate::{
	block::{Block, Fact},
	desk::Desk,
	follow::News,
	gate::{Gate, Level},
	pace::{Pace, Window},
	rpc::{Refused, Rpc},
	tally::{Tally, millis},
	tx::{Kind, Prepared},
};

/// Batches on their way to the pool at a time.
const CONCURRENT: usize = 8;

/// Transactions in a batch, at most.
const BATCH: usize = 32;

/// A chain that makes no block for so long has failed.
const NO_BLOCK: Duration = Duration::from_secs(90);

/// How long the rest of a load may take when nothing new is sent any more.
const DRAIN: Duration = Duration::from_secs(240);

/// A transaction that is in no block after so long is sent again.
const RESEND: Duration = Duration::from_secs(90);

/// How often an answer is sent again that the pool refuses.
const REFUSALS: u32 = 3;

/// How often limits that depend on time are looked at.
const TICK: Duration = Duration::from_millis(50);

/// The chain as a load sees it.
pub struct Chain {
	/// The node.
	pub rpc: Arc<Rpc>,
	/// What becomes of its chain.
	pub news: mpsc::UnboundedReceiver<Result<News>>,
}

/// What is to be sent.
pub struct Load {
	/// What it is, for people.
	pub name: &'static str,
	/// Signed posts or transfers.
	pub prepared: Vec<Prepared>,
	/// Who answers what the chain does with them.
	pub desk: Option<Desk>,
	/// How much may be sent at a time.
	pub gate: Gate,
	/// How much waits in the pool.
	pub window: Window,
	/// How long posts are sent, if not all of them are.
	pub time: Option<Duration>,
	/// Whether to tell people how it goes.
	pub progress: bool,
}

/// A transaction on its way.
#[derive(Clone, Debug)]
struct Sent {
	prepared: Prepared,
	at: Instant,
	/// When the block was heard of that it answers.
	because: Option<Instant>,
	/// Whether it may be in the pool already.
	again: bool,
	/// How often the pool has refused it.
	refusals: u32,
}

type Submission = BoxFuture<'static, (Vec<Sent>, Result<Vec<Result<(), Refused>>>)>;

struct Engine {
	rpc: Arc<Rpc>,
	load: Load,
	pace: Pace,
	next: usize,
	started: Instant,
	/// When the last of the load was sent.
	ended: Option<Instant>,
	/// What is to be sent before anything new.
	answers: VecDeque<Sent>,
	/// What is to be sent when there is a further block.
	later: Vec<Sent>,
	submissions: FuturesUnordered<Submission>,
	/// In no block.
	pending: HashMap<H256, Sent>,
	/// In a block that is not final.
	included: HashMap<H256, Sent>,
	/// Jobs that have been sent and have not ended.
	live: usize,
	/// Whether the pool is taken for full until the next block.
	full: bool,
	last_news: Instant,
	tally: Tally,
}

/// Sends a load and waits until all of it is final.
///
/// # Errors
/// When the node fails or refuses what it should take.
pub async fn run(chain: &mut Chain, load: Load) -> Result<Tally> {
	let pace = match &load.desk {
		Some(_) => Pace::of_jobs(load.window),
		None => Pace::of_transactions(load.window),
	};
	let mut engine = Engine {
		rpc: chain.rpc.clone(),
		load,
		pace,
		next: 0,
		started: Instant::now(),
		ended: None,
		answers: VecDeque::new(),
		later: Vec::new(),
		submissions: FuturesUnordered::new(),
		pending: HashMap::new(),
		included: HashMap::new(),
		live: 0,
		full: false,
		last_news: Instant::now(),
		tally: Tally::default(),
	};
	let mut tick = tokio::time::interval(TICK);
	while !engine.is_done() {
		engine.feed();
		tokio::select! {
			news = chain.news.recv() => {
				engine.note(news.context("the node's blocks are no longer followed")??);
			}
			Some((batch, results)) = engine.submissions.next() => {
				for (sent, result) in batch.into_iter().zip(results?) {
					engine.submitted(sent, result)?;
				}
			}
			_ = tick.tick() => engine.watch()?,
		}
	}
	Ok(engine.finish())
}

impl Engine {
	/// Whether nothing new is to be sent any more.
	fn is_sent(&self) -> bool {
		let over = self
			.load
			.time
			.is_some_and(|time| self.started.elapsed() >= time);
		over || self.next >= self.load.prepared.len()
	}

	fn is_done(&self) -> bool {
		let drained = self.ended.is_some_and(|ended| ended.elapsed() > DRAIN);
		let nothing_on_its_way = self.pending.is_empty()
			&& self.included.is_empty()
			&& self.submissions.is_empty()
			&& self.answers.is_empty()
			&& self.later.is_empty()
			&& self.live == 0;
		self.is_sent() && (nothing_on_its_way || drained)
	}

	fn level(&self) -> Level {
		Level {
			window: self.pace.window(),
			pending: self.pending.len(),
			held: self.pending.len() + self.included.len(),
			live: self.live,
			sent: self.next,
			elapsed: self.started.elapsed(),
		}
	}

	/// Sends what may be sent.
	fn feed(&mut self) {
		while !self.full && self.submissions.len() < CONCURRENT {
			let batch: Vec<Sent> = std::iter::from_fn(|| self.take()).take(BATCH).collect();
			if batch.is_empty() {
				break;
			}
			let rpc = self.rpc.clone();
			self.submissions.push(Box::pin(async move {
				let transactions = batch.iter().map(|sent| &*sent.prepared.hex);
				let results = rpc.submit(transactions).await;
				(batch, results)
			}));
		}
		if self.ended.is_none() && self.is_sent() {
			self.ended = Some(Instant::now());
		}
	}

	/// Takes the next transaction that may be sent: answers first, because they have deadlines.
	fn take(&mut self) -> Option<Sent> {
		let level = self.level();
		if !self.load.gate.lets_answer_pass(&level) {
			return None;
		}
		let may_load = self.load.gate.lets_load_pass(&level) && self.pace.lets_load_pass();
		let sent = match self.next_answer() {
			Some(answer) => answer,
			None if may_load && !self.is_sent() => self.fresh()?,
			None => return None,
		};
		self.pending.insert(sent.prepared.hash, sent.clone());
		Some(sent)
	}

	/// The next answer, or transaction to send again; those left out that have been in a block since.
	fn next_answer(&mut self) -> Option<Sent> {
		loop {
			let answer = self.answers.pop_front()?;
			if !answer.again || self.pending.contains_key(&answer.prepared.hash) {
				return Some(answer);
			}
		}
	}

	/// The next of the load.
	fn fresh(&mut self) -> Option<Sent> {
		let prepared = self.load.prepared.get(self.next)?.clone();
		self.next += 1;
		self.pace.sent();
		if prepared.kind == Kind::Post {
			self.live += 1;
		}
		Some(Sent {
			prepared,
			at: Instant::now(),
			because: None,
			again: false,
			refusals: 0,
		})
	}

	/// Takes note of what the pool says.
	fn submitted(&mut self, sent: Sent, result: Result<(), Refused>) -> Result<()> {
		let hash = sent.prepared.hash;
		match result {
			Ok(()) | Err(Refused::Known) => {
				if let Some(because) = sent.because {
					self.tally.answered.push(millis(because.elapsed()));
				}
			}
			Err(Refused::Full) => {
				self.tally.full += 1;
				self.full = true;
				self.pending.remove(&hash);
				self.answers.push_front(sent);
			}
			// It was in the pool before, and may be in a block by now.
			Err(Refused::Invalid(_)) if sent.again => {}
			Err(Refused::Invalid(reason)) if sent.prepared.kind.is_answer() => {
				self.pending.remove(&hash);
				self.refused(sent, reason);
			}
			Err(Refused::Invalid(reason)) => bail!(
				"the node refuses a {}: {reason}; if the chain was used with this --seed before, give another one",
				sent.prepared.kind.name()
			),
			Err(Refused::Lost(error)) => return Err(error),
		}
		Ok(())
	}

	/// Keeps a refused answer until the next block. This program may know a block before the pool does,
	/// and then the pool knows no job that is to be answered.
	fn refused(&mut self, mut sent: Sent, reason: String) {
		sent.refusals += 1;
		if sent.refusals > REFUSALS {
			*self.tally.refused.entry(reason).or_default() += 1;
		} else {
			self.tally.retried += 1;
			self.later.push(sent);
		}
	}

	fn note(&mut self, news: News) {
		self.last_news = Instant::now();
		match news {
			News::Best(block) => self.best(&block),
			News::Finalised(block, at) => self.finalised(&block, at),
		}
	}

	/// A new best block: what is in it, and what has to be answered.
	fn best(&mut self, block: &Arc<Block>) {
		self.full = false;
		self.answers.extend(self.later.drain(..));
		let waiting = self.pending.len();
		for applied in &block.applied {
			if let Some(sent) = self.pending.remove(&applied.hash) {
				let took = block.heard.saturating_duration_since(sent.at);
				let latency = self.tally.latency.entry(sent.prepared.kind).or_default();
				latency.inclusion.push(millis(took));
				self.included.insert(applied.hash, sent);
			}
		}
		let included = waiting.saturating_sub(self.pending.len());
		if let Some(desk) = &mut self.load.desk {
			for fact in &block.facts {
				self.answers
					.extend(desk.react(fact, block.number).map(|prepared| Sent {
						prepared,
						at: Instant::now(),
						because: Some(block.heard),
						again: false,
						refusals: 0,
					}));
			}
		}
		self.keep_pace(block, included);
		self.resend();
	}

	/// Tells the pace which jobs wait for the hooks, and which have been served.
	fn keep_pace(&mut self, block: &Block, included: usize) {
		for fact in &block.facts {
			match *fact {
				Fact::Posted { job, .. } if self.knows(job) => {
					let turn = block.number.saturating_add(MatchDelay::get());
					self.pace.wait(job, turn);
				}
				Fact::Accepted { job, settles_at } if self.knows(job) => {
					self.pace.wait(job, settles_at);
				}
				Fact::Opened { job } | Fact::Assigned { job, .. } | Fact::Closed { job, .. } => {
					self.pace.done(job);
				}
				_ => {}
			}
		}
		self.pace.block(block.number, included);
	}

	/// Sends again what has been waiting for very long: a pool may drop what it had taken.
	fn resend(&mut self) {
		for sent in self.pending.values_mut() {
			if !sent.again && sent.at.elapsed() > RESEND {
				sent.again = true;
				self.answers.push_back(sent.clone());
			}
		}
	}

	/// A block is final: what it holds counts.
	fn finalised(&mut self, block: &Block, at: Instant) {
		let mut kinds: BTreeMap<Kind, (u64, Weight)> = BTreeMap::new();
		for applied in &block.applied {
			let on_its_way = self.included.remove(&applied.hash);
			let Some(sent) = on_its_way.or_else(|| self.pending.remove(&applied.hash)) else {
				continue;
			};
			let kind = sent.prepared.kind;
			let took = millis(at.saturating_duration_since(sent.at));
			let latency = self.tally.latency.entry(kind).or_default();
			latency.finality.push(took);
			if let Some(error) = applied.error.clone() {
				*self.tally.failed.entry((kind, error)).or_default() += 1;
				if kind == Kind::Post {
					self.live = self.live.saturating_sub(1);
				}
			} else {
				let (count, weight) = kinds.entry(kind).or_default();
				*count += 1;
				*weight = weight.saturating_add(applied.weight);
			}
		}
		self.tally.record(block).kinds = kinds;
		for fact in &block.facts {
			match fact {
				Fact::Closed { job, reason } => self.close(*job, *reason),
				Fact::TimedOut { job } if self.knows(*job) => self.tally.timed_out += 1,
				_ => {}
			}
		}
		self.tell();
	}

	/// Whether a job is one of this load.
	fn knows(&self, job: JobId) -> bool {
		self.load.desk.as_ref().is_some_and(|desk| desk.knows(job))
	}

	fn close(&mut self, job: JobId, reason: CloseReason) {
		if !self.knows(job) {
			return;
		}
		if let Some(desk) = &mut self.load.desk {
			desk.forget(job);
		}
		self.live = self.live.saturating_sub(1);
		self.tally.close(reason);
		if reason == CloseReason::Paid
			&& let Some(record) = self.tally.records.last_mut()
		{
			record.paid += 1;
		}
	}

	fn tell(&self) {
		let (Some(record), true) = (self.tally.records.last(), self.load.progress) else {
			return;
		};
		let what = match &self.load.desk {
			Some(_) => format!("{} jobs paid, {} alive", record.paid, self.live),
			None => format!("{} transfers", record.transactions()),
		};
		eprintln!(
			"{}: block {} is final: {what}; {} transactions wait, {} of {} sent",
			self.load.name,
			record.number,
			self.pending.len(),
			self.next,
			self.load.prepared.len(),
		);
	}

	fn watch(&self) -> Result<()> {
		ensure!(
			self.last_news.elapsed() < NO_BLOCK,
			"the node has made no block for {} s; its log says why",
			NO_BLOCK.as_secs()
		);
		Ok(())
	}

	fn finish(mut self) -> Tally {
		self.tally.unfinished = self.live.max(self.pending.len() + self.included.len());
		self.tally.sent = self.next;
		if let Some(desk) = &self.load.desk {
			self.tally.signing = (desk.busy, desk.signed);
		}
		self.tally
	}
}
