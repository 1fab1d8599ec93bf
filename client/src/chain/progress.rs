//! Following a job from its post to its end.

use std::collections::VecDeque;

use athanor_primitives::JobId;

use crate::{
	chain::{
		blocks::BlockStream,
		connect::{At, Chain},
		types::{BlockId, Job, JobState, Outcome, StoredReceipt, Work},
	},
	error::Error,
};

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq)]
pub enum JobUpdate {
	/// It waits for a provider.
	Open {
		/// Where that was seen.
		seen: BlockId,
		/// The job.
		job: Job,
	},
	/// The provider that had it failed it; it waits for another.
	OfferedAgain {
		/// Where that was seen.
		seen: BlockId,
		/// The job; `failed` says who did.
		job: Job,
	},
	/// A provider works on it.
	Assigned {
		/// Where that was seen.
		seen: BlockId,
		/// The terms.
		work: Work,
		/// Block at which the provider has failed.
		deadline: u32,
	},
	/// The receipt is in, and the output can be read.
	Delivered {
		/// Where that was seen.
		seen: BlockId,
		/// Receipt and output.
		receipt: StoredReceipt,
	},
	/// It has ended. Nothing follows.
	Closed {
		/// Where that was seen.
		seen: BlockId,
		/// How it ended.
		outcome: Outcome,
	},
}

/// What of a job has been reported.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
	Unseen,
	Open { failed: usize },
	Assigned { at: u32 },
	Delivered,
	Closed,
}

/// A job's progress, from now to its end.
#[derive(Debug)]
pub struct JobProgress {
	chain: Chain,
	job: JobId,
	finalised: bool,
	blocks: BlockStream,
	reporter: Reporter,
	ready: VecDeque<JobUpdate>,
}

#[derive(Debug)]
struct Reporter {
	stage: Stage,
	delivered: bool,
}

impl std::fmt::Debug for Stage {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(match self {
			Self::Unseen => "unseen",
			Self::Open { .. } => "open",
			Self::Assigned { .. } => "assigned",
			Self::Delivered => "delivered",
			Self::Closed => "closed",
		})
	}
}

impl Chain {
	/// Follows a job: first where it stands, then every change, until it ends. With `finalised`,
	/// only what can no longer change is reported, some blocks later.
	///
	/// # Errors
	/// When there is no such job, or its retention has ended.
	pub async fn follow_job(&self, job: JobId, finalised: bool) -> Result<JobProgress, Error> {
		let view = self.at(At::Best).await?;
		if view.job(job).await?.is_none() && view.outcome(job).await?.is_none() {
			return Err(self.unknown_job(job).await?);
		}
		let blocks = if finalised {
			self.finalised_blocks()
		} else {
			self.best_blocks()
		};
		Ok(JobProgress {
			chain: self.clone(),
			job,
			finalised,
			blocks,
			reporter: Reporter {
				stage: Stage::Unseen,
				delivered: false,
			},
			ready: VecDeque::new(),
		})
	}

	/// Waits until a job has ended.
	///
	/// # Errors
	/// When there is no such job, or its retention has ended.
	pub async fn wait_for_outcome(&self, job: JobId, finalised: bool) -> Result<Outcome, Error> {
		let mut progress = self.follow_job(job, finalised).await?;
		while let Some(update) = progress.next().await? {
			if let JobUpdate::Closed { outcome, .. } = update {
				return Ok(outcome);
			}
		}
		Err(self.unknown_job(job).await?)
	}

	/// The error that says why a job cannot be found.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn unknown_job(&self, job: JobId) -> Result<Error, Error> {
		let next = self.at(At::Best).await?.next_job_id().await?;
		Ok(Error::NotFound(if job < next {
			format!(
				"job {job} has closed and its retention has ended: the state keeps nothing of it; \
				 `athanor job get {job}` looks for it in older blocks"
			)
		} else {
			format!("there is no job {job}; {next} jobs have been posted so far, counted from 0")
		}))
	}
}

impl JobProgress {
	/// The next change; `None` after the job has ended.
	///
	/// # Errors
	/// When the node cannot be asked, or the job's retention ends while nobody looks.
	pub async fn next(&mut self) -> Result<Option<JobUpdate>, Error> {
		loop {
			if let Some(update) = self.ready.pop_front() {
				return Ok(Some(update));
			}
			if self.reporter.stage == Stage::Closed {
				return Ok(None);
			}
			let block = self.blocks.next().await;
			let view = self.chain.at(At::Hash(block.hash)).await?;
			let outcome = view.outcome(self.job).await?;
			let job = if outcome.is_none() {
				view.job(self.job).await?
			} else {
				None
			};
			let receipt = match (&outcome, &job) {
				(
					None,
					Some(Job {
						state: JobState::Submitted { .. },
						..
					}),
				)
				| (Some(_), _) => view.receipt(self.job).await?,
				_ => None,
			};
			let gone = outcome.is_none() && job.is_none();
			// Not yet finalised, or reorganised away, are no reasons to give up.
			if gone && view.next_job_id().await? > self.job {
				return Err(self.chain.unknown_job(self.job).await?);
			}
			self.ready
				.extend(self.reporter.changes(block, job, receipt, outcome));
		}
	}

	/// Whether only finalised changes are reported.
	pub fn is_finalised(&self) -> bool {
		self.finalised
	}
}

impl Reporter {
	/// What has changed since the last look.
	fn changes(
		&mut self,
		seen: BlockId,
		job: Option<Job>,
		receipt: Option<StoredReceipt>,
		outcome: Option<Outcome>,
	) -> Vec<JobUpdate> {
		let mut changes = Vec::new();
		if let Some(job) = job {
			changes.extend(self.live(seen, job));
		}
		if let Some(receipt) = receipt.filter(|_| !self.delivered) {
			self.delivered = true;
			self.stage = Stage::Delivered;
			changes.push(JobUpdate::Delivered { seen, receipt });
		}
		if let Some(outcome) = outcome {
			self.stage = Stage::Closed;
			changes.push(JobUpdate::Closed { seen, outcome });
		}
		changes
	}

	fn live(&mut self, seen: BlockId, job: Job) -> Option<JobUpdate> {
		let before = self.stage;
		match &job.state {
			JobState::Open { .. } => {
				let failed = job.failed.len();
				self.stage = Stage::Open { failed };
				if before == self.stage {
					return None;
				}
				let again = failed > 0 && before != Stage::Unseen;
				Some(if again {
					JobUpdate::OfferedAgain { seen, job }
				} else {
					JobUpdate::Open { seen, job }
				})
			}
			JobState::Assigned { work, deadline } => {
				self.stage = Stage::Assigned {
					at: work.assigned_at,
				};
				let (work, deadline) = (work.clone(), *deadline);
				(before != self.stage).then_some(JobUpdate::Assigned {
					seen,
					work,
					deadline,
				})
			}
			JobState::Submitted { .. } => None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::{job, outcome, receipt, work};

	fn at(number: u32) -> BlockId {
		BlockId {
			number,
			hash: Default::default(),
		}
	}

	fn reporter() -> Reporter {
		Reporter {
			stage: Stage::Unseen,
			delivered: false,
		}
	}

	#[test]
	fn every_change_is_reported_once() {
		let mut reporter = reporter();
		let open = job(JobState::Open { deadline: 50 });
		let assigned = job(JobState::Assigned {
			work: work(),
			deadline: 20,
		});
		assert!(matches!(
			reporter.changes(at(1), Some(open.clone()), None, None)[..],
			[JobUpdate::Open { .. }]
		));
		assert!(reporter.changes(at(2), Some(open), None, None).is_empty());
		assert!(matches!(
			reporter.changes(at(3), Some(assigned.clone()), None, None)[..],
			[JobUpdate::Assigned { deadline: 20, .. }]
		));
		assert!(
			reporter
				.changes(at(4), Some(assigned), None, None)
				.is_empty()
		);
		assert!(matches!(
			reporter.changes(at(5), None, Some(receipt()), None)[..],
			[JobUpdate::Delivered { .. }]
		));
		assert!(
			reporter
				.changes(at(6), None, Some(receipt()), None)
				.is_empty()
		);
		assert!(matches!(
			reporter.changes(at(7), None, Some(receipt()), Some(outcome()))[..],
			[JobUpdate::Closed { .. }]
		));
	}

	#[test]
	fn what_was_missed_is_made_up_for() {
		assert!(matches!(
			reporter().changes(at(9), None, Some(receipt()), Some(outcome()))[..],
			[JobUpdate::Delivered { .. }, JobUpdate::Closed { .. }]
		));
	}

	#[test]
	fn a_failed_provider_is_reported() {
		let mut reporter = reporter();
		let assigned = job(JobState::Assigned {
			work: work(),
			deadline: 20,
		});
		let mut open = job(JobState::Open { deadline: 50 });
		open.failed.push(work().provider);
		reporter.changes(at(1), Some(assigned), None, None);
		assert!(matches!(
			reporter.changes(at(2), Some(open), None, None)[..],
			[JobUpdate::OfferedAgain { .. }]
		));
		let mut later = work();
		later.assigned_at += 5;
		let again = job(JobState::Assigned {
			work: later,
			deadline: 40,
		});
		assert!(matches!(
			reporter.changes(at(3), Some(again), None, None)[..],
			[JobUpdate::Assigned { deadline: 40, .. }]
		));
	}
}
