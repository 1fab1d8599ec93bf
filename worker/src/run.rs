//! The worker at work: one task that looks at the chain whenever it has a new block, and at the
//! engine whenever it is done.
//!
//! Everything is level-triggered: what to do is read from the chain's state and from the journal, on
//! every block, never from having seen an event. So a restart, a lost connection, a dropped
//! transaction and a reorganisation all mend themselves by the next block.

pub mod claim;
pub mod engine;
pub mod follow;
mod poll;
pub mod rules;
pub mod speed;
mod submit;

use std::{
	collections::{BTreeMap, HashMap, HashSet},
	sync::Arc,
	time::{Duration, Instant},
};

use athanor_primitives::{H256, JobId, receipt::Refusal};
use tokio::time;
use tracing::{error, info, warn};

use crate::{
	error::Error,
	journal::{Entry, Journal, State},
	keys::WorkerKey,
	ledger::{AccountId, Assigned, BlockRef, Ledger},
	metrics::{self, JobResult},
	receipt,
	runner::{Output, RunError},
	shutdown::{Shutdown, Stage},
};
use engine::{Engine, Ticket};
use follow::View;
use rules::Rules;

/// Usual [`Setup::drain_limit`].
pub const DRAIN_LIMIT: Duration = Duration::from_secs(30);

/// An engine that failed so often, with no success in between, will not mend itself.
const MAX_FAILURES_IN_A_ROW: u32 = 5;

/// Closed journal entries are looked through so often.
const PRUNE_EVERY: Duration = Duration::from_secs(3_600);

/// Who this worker is and how it works.
#[derive(Clone, Debug)]
pub struct Setup {
	/// Signs receipts.
	pub key: WorkerKey,
	/// The chain it works for.
	pub genesis: H256,
	/// The provider that its key is registered for.
	pub provider: AccountId,
	/// Name of the model, for people.
	pub model_name: String,
	/// Which jobs it takes.
	pub rules: Rules,
	/// Whether it claims `Open` jobs that it could do.
	pub claims: bool,
	/// How far ahead a claim may be valid, in blocks.
	pub max_claim_validity: u32,
	/// Time between two blocks, to turn blocks into seconds.
	pub block_time: Duration,
	/// Longest text that the chain accepts, in bytes.
	pub max_text: usize,
	/// Closed journal entries are kept so long.
	pub keep: Duration,
	/// When it is told to stop and nothing runs any more, receipts that are not yet in a block are
	/// waited for so long. The journal keeps them for the next start.
	pub drain_limit: Duration,
}

/// Which jobs may be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Intake {
	/// Those that are assigned, and open ones, which are claimed.
	All,
	/// Those that this worker has claimed: the chain gave them on its request.
	Claimed,
	/// None.
	Nothing,
}

impl Intake {
	fn of(stage: Stage) -> Self {
		match stage {
			Stage::Running => Self::All,
			Stage::Draining | Stage::Stopping => Self::Claimed,
		}
	}
}

/// A job in the engine.
struct Running {
	task: Assigned,
	ticket: Ticket,
	started: Instant,
}

/// A receipt that is not final.
struct Pending {
	entry: Entry,
	/// Best block when it was last sent.
	sent: Option<u32>,
	/// Whether the pool has taken it once, in this process or in one before.
	taken: bool,
	/// Whether it is in a best block.
	included: bool,
	/// Whether the best block neither has it nor waits for it.
	lost: bool,
	/// The last refusal.
	refusal: Option<Refusal>,
}

impl Pending {
	fn new(entry: Entry, state: &State) -> Self {
		let taken = matches!(state, State::Submitted { .. });
		Self {
			entry,
			sent: None,
			taken,
			included: false,
			lost: false,
			refusal: None,
		}
	}
}

/// On the way to the end.
#[derive(Default)]
struct Drain {
	/// Since when nothing runs.
	idle_since: Option<Instant>,
}

/// A receipt in a block, whose job is not paid for yet.
struct Unsettled {
	settles_at: u32,
	complained: bool,
}

/// The state machine.
pub struct Worker<L> {
	ledger: Arc<L>,
	journal: Journal,
	setup: Setup,
	engine: Engine,
	running: Option<Running>,
	receipts: BTreeMap<JobId, Pending>,
	unsettled: BTreeMap<JobId, Unsettled>,
	/// The claim that is on its way.
	claim: Option<claim::Pending>,
	/// Jobs that it claimed and got, and has not delivered.
	won: HashSet<JobId>,
	/// Jobs that can be claimed.
	seen: HashMap<JobId, claim::Seen>,
	/// How often the engine failed on a job.
	failures: HashMap<JobId, u32>,
	/// How often it failed since it last succeeded, on whatever jobs.
	failures_in_a_row: u32,
	/// What was said about a job last, so that it is said once.
	told: HashMap<JobId, String>,
	/// [`View::times_found`] when it last looked.
	times_found: u32,
	best: Option<BlockRef>,
	finalised: Option<BlockRef>,
	/// Block at which it last said that it waits for jobs.
	idle_since: Option<u32>,
}

impl<L: Ledger> Worker<L> {
	/// A worker that goes on with what the journal holds.
	///
	/// # Errors
	/// The journal cannot be read.
	pub fn new(
		ledger: Arc<L>,
		journal: Journal,
		setup: Setup,
		engine: Engine,
	) -> Result<Self, Error> {
		let pruned = journal.prune(setup.keep)?;
		let receipts: BTreeMap<JobId, Pending> = journal
			.open_entries()?
			.into_iter()
			.map(|(entry, state)| (entry.job(), Pending::new(entry, &state)))
			.collect();
		info!(
			"journal {}: {} receipt(s) on their way, {pruned} old one(s) removed",
			journal.path().display(),
			receipts.len()
		);
		Ok(Self {
			ledger,
			journal,
			setup,
			engine,
			running: None,
			receipts,
			unsettled: BTreeMap::new(),
			claim: None,
			won: HashSet::new(),
			seen: HashMap::new(),
			failures: HashMap::new(),
			failures_in_a_row: 0,
			told: HashMap::new(),
			times_found: 0,
			best: None,
			finalised: None,
			idle_since: None,
		})
	}

	/// Works until it is told to stop.
	///
	/// # Errors
	/// The journal or the engine failed, or the node follows another chain. A lost connection is no
	/// error.
	pub async fn run(mut self, mut shutdown: Shutdown) -> Result<(), Error> {
		let (mut view, _follower) = follow::follow(self.ledger.clone());
		let mut prune = time::interval(PRUNE_EVERY);
		let mut drain = None;
		loop {
			let stage = shutdown.stage();
			if stage == Stage::Stopping {
				return self.stop();
			}
			if stage == Stage::Draining
				&& self.is_drained(drain.get_or_insert_with(|| self.begin_drain()))
			{
				info!(
					"stopped; {} receipt(s) left to the journal",
					self.not_included()
				);
				return Ok(());
			}
			tokio::select! {
				changed = view.changed() => {
					if changed.is_err() {
						return Err(Error::Internal("following the chain ended".into()));
					}
					let now: View = view.borrow_and_update().clone();
					self.on_view(now, stage).await?;
				},
				result = finished(&mut self.running) => self.on_finished(result, stage).await?,
				_ = shutdown.changed() => {},
				_ = prune.tick() => drop(self.journal.prune(self.setup.keep)?),
				() = time::sleep(Duration::from_secs(1)), if stage == Stage::Draining => {},
			}
		}
	}

	fn stop(&mut self) -> Result<(), Error> {
		if let Some(running) = self.running.take() {
			running.ticket.cancel.cancel();
			warn!("stopping now: job {} is not finished", running.task.job);
		}
		Err(Error::Interrupted)
	}

	fn begin_drain(&self) -> Drain {
		match &self.running {
			Some(running) => info!(
				"stopping: taking no new job, finishing job {} (due by block {}). A second signal stops at once",
				running.task.job, running.task.deadline
			),
			None if self.expects_work() => {
				info!("stopping: taking no new job but the one that was claimed");
			}
			None => info!("stopping: taking no new job"),
		}
		Drain::default()
	}

	/// Whether a drain can end.
	fn is_drained(&self, drain: &mut Drain) -> bool {
		if self.running.is_some() {
			return false;
		}
		let since = *drain.idle_since.get_or_insert_with(Instant::now);
		let waits = self.not_included() > 0 || self.expects_work();
		!waits || since.elapsed() > self.setup.drain_limit
	}

	fn not_included(&self) -> usize {
		self.receipts
			.values()
			.filter(|pending| !pending.included && !pending.lost)
			.count()
	}

	async fn on_view(&mut self, view: View, stage: Stage) -> Result<(), Error> {
		if let Some(fatal) = view.fatal {
			return Err(fatal.into());
		}
		if !view.connected {
			return Ok(());
		}
		let found = view.times_found != self.times_found;
		if let Some(best) = view.best.filter(|best| found || Some(*best) != self.best) {
			if found {
				self.times_found = view.times_found;
				self.forget_pool();
			}
			self.best = Some(best);
			tolerate(self.poll(best, Intake::of(stage)).await)?;
		}
		if let Some(finalised) = view
			.finalised
			.filter(|block| Some(*block) != self.finalised)
		{
			self.finalised = Some(finalised);
			tolerate(self.confirm(finalised).await)?;
		}
		Ok(())
	}

	async fn on_finished(
		&mut self,
		result: Result<Output, RunError>,
		stage: Stage,
	) -> Result<(), Error> {
		let Some(running) = self.running.take() else {
			return Ok(());
		};
		let Running {
			task,
			started,
			ticket,
		} = running;
		metrics::running(0);
		// What comes when nobody waits for it any more is not signed: the number may come again, for
		// another task.
		let result = match result {
			Ok(_) | Err(RunError::Rejected(_)) if ticket.cancel.is_cancelled() => {
				Err(RunError::Cancelled)
			}
			result => result,
		};
		// A failed job is tried again at the next block, not at once.
		let intake = match result {
			Err(RunError::Failed(_)) => Intake::Nothing,
			_ => Intake::of(stage),
		};
		match result {
			Ok(output) => {
				self.failures_in_a_row = 0;
				self.finish(&task, output, started.elapsed())?;
			}
			Err(RunError::Rejected(reason)) => {
				info!(
					"job {}: the input cannot be run: {reason}. The receipt says so",
					task.job
				);
				self.finish(&task, receipt::rejected(reason), started.elapsed())?;
			}
			Err(RunError::Cancelled) => {
				metrics::job(JobResult::Cancelled);
				info!(
					"job {}: cancelled after {:.1?}",
					task.job,
					started.elapsed()
				);
			}
			Err(RunError::Failed(reason)) => self.count_failure(task.job, reason)?,
		}
		match self.best {
			Some(best) => tolerate(self.poll(best, intake).await),
			None => Ok(()),
		}
	}

	/// Ends the worker if its engine cannot do anything any more: the provider is slashed for every
	/// job that it takes and does not do.
	fn count_failure(&mut self, job: JobId, reason: String) -> Result<(), Error> {
		error!("job {job}: the engine failed: {reason}");
		metrics::job(JobResult::Failed);
		let failures = self.failures.entry(job).or_default();
		*failures = failures.saturating_add(1);
		self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
		if self.failures_in_a_row < MAX_FAILURES_IN_A_ROW {
			return Ok(());
		}
		Err(Error::EngineBroken {
			times: self.failures_in_a_row,
			reason,
		})
	}

	/// Signs and journals an output, unless there is a receipt for this job number.
	fn finish(&mut self, task: &Assigned, output: Output, took: Duration) -> Result<(), Error> {
		if let Some(answered) = self.journal.signed(task.job)? {
			return self.refuse_second(task, answered);
		}
		let rejected = output.finish == athanor_primitives::receipt::Finish::Rejected;
		let (tokens_in, tokens) = (output.tokens_in, output.tokens.len());
		let work = receipt::sign(
			&self.setup.key,
			&self.setup.genesis,
			task,
			output,
			self.setup.max_text,
		)?;
		let entry = Entry {
			task: task.digest(),
			assigned_at: task.assigned_at,
			deadline: task.deadline,
			signed: work.signed,
			delivery: work.delivery,
			salt: work.salt,
		};
		self.journal.record(&entry, &work.leaves)?;
		metrics::job(if rejected {
			JobResult::Rejected
		} else {
			JobResult::Computed
		});
		info!(
			"job {}: {tokens_in} tokens in, {tokens} out in {:.1} s; the receipt is in the journal",
			task.job,
			took.as_secs_f64()
		);
		self.receipts
			.insert(task.job, Pending::new(entry, &State::Computed));
		Ok(())
	}

	/// Says something about a job, unless it was what was said last. Returns whether it did.
	fn tell(&mut self, job: JobId, what: String, loud: bool) -> bool {
		if self.told.get(&job) == Some(&what) {
			return false;
		}
		if loud {
			warn!("job {job}: {what}");
		} else {
			info!("job {job}: {what}");
		}
		self.told.insert(job, what);
		true
	}

	/// Blocks as time.
	fn seconds(&self, blocks: u32) -> u64 {
		self.setup.block_time.saturating_mul(blocks).as_secs()
	}
}

/// What the chain could not be asked now is asked at the next block.
fn tolerate(result: Result<(), Error>) -> Result<(), Error> {
	match result {
		Err(Error::Ledger(error)) => {
			warn!("reading the chain failed: {error}. Trying again at the next block");
			Ok(())
		}
		other => other,
	}
}

/// Waits for the running job; for ever if there is none.
async fn finished(running: &mut Option<Running>) -> Result<Output, RunError> {
	match running {
		Some(running) => (&mut running.ticket.reply)
			.await
			.unwrap_or_else(|_| Err(RunError::Failed("its thread is gone".into()))),
		None => std::future::pending().await,
	}
}
