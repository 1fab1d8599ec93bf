//! What is done on every new best block: look after the running job, and take the next.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use athanor_primitives::receipt::{Refusal, input_hash};
use tracing::{error, info, warn};

use super::{Intake, Pending, Running, Worker, rules::Verdict, submit::is_definite};
use crate::{
	error::Error,
	journal::{Entry, State},
	ledger::{Assigned, BlockRef, Ledger},
	metrics::{self, JobResult},
	runner::Prompt,
};

/// A job on which the engine failed so often is left alone.
pub(super) const MAX_FAILURES: u32 = 3;

/// On a block older than this no job is taken. A node that is catching up shows jobs that were done
/// long ago.
const MAX_AGE: Duration = Duration::from_secs(300);

/// While idle, the worker says so every so many blocks.
const SAY_IDLE_EVERY: u32 = 100;

impl<L: Ledger> Worker<L> {
	/// Reads the jobs of the provider and acts on them.
	pub(super) async fn poll(&mut self, best: BlockRef, intake: Intake) -> Result<(), Error> {
		let assigned = self
			.ledger
			.assigned(&self.setup.provider, best.hash)
			.await?;
		let live = |job: &u64| assigned.iter().any(|task| task.job == *job);
		let seen = &self.seen;
		self.told
			.retain(|job, _| live(job) || seen.contains_key(job));
		self.failures
			.retain(|job, _| live(job) || seen.contains_key(job));
		self.watch_running(&assigned, best);
		self.revive(&assigned)?;
		self.push(&assigned, best).await?;
		self.watch_settlement(best).await?;
		self.watch_claim(&assigned, best).await?;
		self.tidy_won(&assigned)?;
		if intake != Intake::Nothing && self.running.is_none() {
			self.take(&assigned, best, intake).await?;
		}
		if intake == Intake::All {
			self.claim_next(best).await?;
		}
		self.say_idle(best);
		Ok(())
	}

	/// Cancels the running job if nobody waits for it any more.
	fn watch_running(&mut self, assigned: &[Assigned], best: BlockRef) {
		let Some(running) = &mut self.running else {
			return;
		};
		if running.ticket.cancel.is_cancelled() {
			return;
		}
		let job = running.task.job;
		let digest = running.task.digest();
		match assigned
			.iter()
			.find(|task| task.job == job && task.digest() == digest)
		{
			None => {
				info!("job {job}: it waits for no receipt any more; cancelling");
				running.ticket.cancel.cancel();
			}
			Some(task) if !task.in_time(best.number) => {
				warn!(
					"job {job}: not finished by its deadline, block {}; cancelling. The provider is slashed for it. Offer fewer slots, or use a faster device",
					task.deadline
				);
				running.ticket.cancel.cancel();
			}
			Some(task) => running.task.clone_from(task),
		}
	}

	/// Starts the most urgent of the jobs that are for this worker. Those on which the engine failed
	/// come last, so that they keep nobody waiting.
	async fn take(
		&mut self,
		assigned: &[Assigned],
		best: BlockRef,
		intake: Intake,
	) -> Result<(), Error> {
		let claimed = |task: &&Assigned| intake == Intake::All || self.won.contains(&task.job);
		let mut tasks: Vec<&Assigned> = assigned.iter().filter(claimed).collect();
		tasks.sort_by_key(|task| {
			let failures = self.failures.get(&task.job).copied().unwrap_or_default();
			(failures, task.deadline, task.job)
		});
		let mut keys = None;
		for task in tasks {
			if !self.is_new(task).await? {
				continue;
			}
			let keys = match &keys {
				Some(keys) => keys,
				None => {
					let found = self
						.ledger
						.worker_keys(&self.setup.provider, best.hash)
						.await?;
					keys.insert(found)
				}
			};
			let verdict = match self.setup.rules.judge(task, keys, best.number) {
				// Who claimed it does it, whoever would have had it first.
				Verdict::Wait { .. } if self.won.contains(&task.job) => Verdict::Take,
				verdict => verdict,
			};
			match verdict {
				Verdict::Take => {
					if self.is_current(task, best).await? && self.begin(task, best).await? {
						return Ok(());
					}
				}
				Verdict::Wait { until } => {
					let what = format!(
						"another worker of this provider goes first; taking over at block {until} if it has not delivered"
					);
					self.tell(task.job, what, false);
				}
				Verdict::Leave(reason) => {
					let what = format!(
						"not taken: {reason}. Unless another worker of this provider does it by block {}, the provider is slashed",
						task.deadline
					);
					self.tell(task.job, what, true);
				}
			}
		}
		Ok(())
	}

	/// Whether the task is still to be computed.
	async fn is_new(&mut self, task: &Assigned) -> Result<bool, Error> {
		if self
			.failures
			.get(&task.job)
			.is_some_and(|failures| *failures >= MAX_FAILURES)
		{
			let what = format!("the engine failed {MAX_FAILURES} times; leaving it alone");
			self.tell(task.job, what, true);
			return Ok(false);
		}
		match self.journal.signed(task.job)? {
			None => Ok(true),
			Some(answered) => {
				self.refuse_second(task, answered)?;
				Ok(false)
			}
		}
	}

	/// Says why a job is let go for whose number this worker has signed a receipt already. If that
	/// receipt answers this very task, it is the one that is sent, and there is nothing to say.
	pub(super) fn refuse_second(
		&mut self,
		task: &Assigned,
		answered: [u8; 32],
	) -> Result<(), Error> {
		let why = if answered != task.digest() {
			"for another task of this number (another input, format, sampler, seed, limit or version of the model)"
		} else if self.journal.get(task.job)?.is_none() {
			"and has not kept it"
		} else {
			return Ok(());
		};
		let what = format!(
			"let go: this worker has signed a receipt {why}, and a second one would be proof of equivocation, which costs more stake than a missed deadline. Unless another worker of this provider does it by block {}, the provider is slashed. On a development chain that was started afresh, use another --data-dir",
			task.deadline
		);
		if self.tell(task.job, what, true) {
			metrics::job(JobResult::LetGo);
		}
		Ok(())
	}

	/// Takes up closed receipts for which the chain waits once more. The same bytes serve again.
	fn revive(&mut self, assigned: &[Assigned]) -> Result<(), Error> {
		for task in assigned {
			if self.receipts.contains_key(&task.job) {
				continue;
			}
			let Some((entry, state)) = self.journal.get(task.job)? else {
				continue;
			};
			if entry.task != task.digest() || !self.is_to_be_revived(task, &state) {
				continue;
			}
			let state = State::Computed;
			self.journal.set_state(task.job, &state)?;
			let entry = Entry {
				assigned_at: task.assigned_at,
				deadline: task.deadline,
				..entry
			};
			self.receipts.insert(task.job, Pending::new(entry, &state));
		}
		Ok(())
	}

	/// Whether a receipt in this state can still serve. Says so, or what it means that it cannot.
	fn is_to_be_revived(&mut self, task: &Assigned, state: &State) -> bool {
		let before = match state {
			State::Computed | State::Submitted { .. } => return false,
			// Finality was undone: only possible on a development chain that started afresh, or at
			// a node that is behind.
			State::Final { block } => format!("was final in block {block}"),
			State::Refused { code, reason } => {
				if code.and_then(Refusal::from_code).is_some_and(is_definite) {
					let what = format!(
						"its receipt was refused for good: {reason}. It gets no other, which would be proof of equivocation. Unless another worker of this provider does the job by block {}, the provider is slashed",
						task.deadline
					);
					self.tell(task.job, what, true);
					return false;
				}
				format!("was refused ({reason})")
			}
		};
		warn!(
			"job {}: its receipt {before}, and the chain waits for it again; sending it again",
			task.job
		);
		true
	}

	/// Whether the best block is of now.
	pub(super) async fn is_current(
		&mut self,
		task: &Assigned,
		best: BlockRef,
	) -> Result<bool, Error> {
		let time = Duration::from_millis(self.ledger.time(best.hash).await?);
		let now = SystemTime::now()
			.duration_since(UNIX_EPOCH)
			.unwrap_or_default();
		let current = now.saturating_sub(time) <= MAX_AGE;
		if !current {
			let what = "not taken: the node's best block is more than 5 minutes old. Either the node is still catching up, or this machine's clock is wrong";
			self.tell(task.job, what.into(), true);
		}
		Ok(current)
	}

	/// Hands a task to the engine. `false` if its input is not to be had.
	async fn begin(&mut self, task: &Assigned, best: BlockRef) -> Result<bool, Error> {
		let job = task.job;
		let input = self.ledger.input(job, best.hash).await?.unwrap_or_default();
		if input_hash(&input) != task.input_hash {
			error!("job {job}: the node gave another input than was posted; not computing it");
			return Ok(false);
		}
		let prompt = Prompt {
			input,
			format: task.format,
			sampler: task.sampler,
			seed: task.seed,
			max_input_tokens: task.max_input_tokens,
			max_output_tokens: task.max_output_tokens,
		};
		info!(
			"job {job}: {} tokens due by block {} (about {} s)",
			task.max_output_tokens,
			task.deadline,
			self.seconds(task.deadline.saturating_sub(best.number))
		);
		let ticket = self.engine.run(job, prompt);
		self.running = Some(Running {
			task: task.clone(),
			ticket,
			started: Instant::now(),
		});
		self.idle_since = None;
		metrics::running(1);
		Ok(true)
	}

	fn say_idle(&mut self, best: BlockRef) {
		if self.running.is_some() || !self.receipts.is_empty() {
			return;
		}
		let since = |said: u32| best.number.saturating_sub(said);
		if self
			.idle_since
			.is_some_and(|said| since(said) < SAY_IDLE_EVERY)
		{
			return;
		}
		self.idle_since = Some(best.number);
		info!(
			"waiting for jobs on model {} ({}) as provider {}; block {}",
			self.setup.rules.model, self.setup.model_name, self.setup.provider, best.number
		);
	}
}
