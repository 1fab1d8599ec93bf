//! Claiming `Open` jobs: one at a time, and only what this worker can do now, and in time.

use std::{cmp::Reverse, time::Instant};

use athanor_primitives::{
	JobId, WorkerKey,
	claim::{Claim, SignedClaim},
};
use tracing::{debug, info, warn};

use super::{Worker, poll::MAX_FAILURES};
use crate::{
	error::Error,
	journal::State,
	ledger::{Assigned, BlockRef, ClaimError, Ledger, OpenJob, Standing},
	metrics::{self, ClaimResult},
	share,
};

/// A claim counts for so many blocks. Few, so that a job does not come when nobody waits for it any more.
const VALID_FOR: u32 = 4;

/// Blocks that claiming and delivering take away from the time for the work.
const OVERHEAD: u32 = 3;

/// After a claim that came to nothing, the job is left to others for so many blocks.
const LEAVE_FOR: u32 = 5;

/// Claims that are tried on one block, when others were there first.
const TRIES: usize = 4;

/// A job that ends within so many blocks is claimed before others.
const URGENT: u32 = 20;

/// A claim on its way.
#[derive(Debug)]
pub(super) struct Pending {
	job: JobId,
	valid_until: u32,
	sent: Instant,
}

/// What this process knows about the jobs that can be claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
	/// Best block when it was first seen.
	first: u32,
	/// It is not claimed before this block.
	not_before: u32,
}

impl<L: Ledger> Worker<L> {
	/// Sees what became of the claim that is on its way.
	pub(super) async fn watch_claim(
		&mut self,
		assigned: &[Assigned],
		best: BlockRef,
	) -> Result<(), Error> {
		let Some(claim) = &self.claim else {
			return Ok(());
		};
		let job = claim.job;
		if assigned.iter().any(|task| task.job == job) {
			info!("job {job}: claimed");
			metrics::claim(ClaimResult::Won);
			self.claim = None;
			self.won.insert(job);
			return Ok(());
		}
		let (what, result) = match self.ledger.standing(job, best.hash).await? {
			Standing::Open if best.number < claim.valid_until => return Ok(()),
			Standing::Open => (
				"the claim is in no block and no longer valid",
				ClaimResult::Expired,
			),
			Standing::Absent => (
				"it closed before the claim was in a block",
				ClaimResult::Lost,
			),
			Standing::Assigned(_) | Standing::Received { .. } => {
				("another provider's claim came first", ClaimResult::Lost)
			}
		};
		info!("job {job}: {what}");
		metrics::claim(result);
		self.claim = None;
		self.leave(job, best);
		Ok(())
	}

	/// Whether a claim is on its way, or a claimed job waits to be begun. While the chain is silent, a
	/// claim ends by the clock.
	pub(super) fn expects_work(&self) -> bool {
		let life = self.setup.block_time.saturating_mul(VALID_FOR);
		let waits =
			|claim: &Pending| claim.sent.elapsed() < life.saturating_add(self.setup.drain_limit);
		self.claim.as_ref().is_some_and(waits) || !self.won.is_empty()
	}

	/// Forgets claimed jobs that are delivered, given up or gone.
	pub(super) fn tidy_won(&mut self, assigned: &[Assigned]) -> Result<(), Error> {
		for job in self.won.clone() {
			let is_live = assigned.iter().any(|task| task.job == job);
			let failures = self.failures.get(&job).copied().unwrap_or_default();
			if !is_live || failures >= MAX_FAILURES || self.journal.signed(job)?.is_some() {
				self.won.remove(&job);
			}
		}
		Ok(())
	}

	/// Claims a job, if there is one that this worker could do now.
	pub(super) async fn claim_next(&mut self, best: BlockRef) -> Result<(), Error> {
		if !self.setup.claims || self.running.is_some() || self.expects_work() {
			return Ok(());
		}
		let (model, version) = (self.setup.rules.model, self.setup.rules.model_version);
		let jobs = self.ledger.claimable(model, version, best).await?;
		self.note_seen(&jobs, best);
		if jobs.is_empty() {
			return Ok(());
		}
		let candidates = self.candidates(jobs, best).await?;
		for job in candidates.into_iter().take(TRIES) {
			if !self
				.is_current(&job.task(self.setup.provider, job.ceiling, 0, 0), best)
				.await?
			{
				return Ok(());
			}
			if self.send_claim(job.job, best).await? {
				return Ok(());
			}
		}
		Ok(())
	}

	fn note_seen(&mut self, jobs: &[OpenJob], best: BlockRef) {
		self.seen
			.retain(|id, _| jobs.iter().any(|job| job.job == *id));
		for job in jobs {
			self.seen.entry(job.job).or_insert(Seen {
				first: best.number,
				not_before: 0,
			});
		}
	}

	/// Leaves a job to others for a while.
	fn leave(&mut self, job: JobId, best: BlockRef) {
		let seen = self.seen.entry(job).or_insert(Seen {
			first: best.number,
			not_before: 0,
		});
		seen.not_before = best.number.saturating_add(LEAVE_FOR);
	}

	/// The jobs that this worker may claim on this block, in the order in which it tries them: those that
	/// end soon, then by a score that differs between workers, so that they do not all run after the same.
	async fn candidates(
		&mut self,
		jobs: Vec<OpenJob>,
		best: BlockRef,
	) -> Result<Vec<OpenJob>, Error> {
		let rules = &self.setup.rules;
		let (provider, model, version) = (self.setup.provider, rules.model, rules.model_version);
		let offer = self
			.ledger
			.own_offer(&provider, model, version, best)
			.await?;
		let Some(offer) = offer else {
			return Ok(Vec::new());
		};
		let keys = self.ledger.worker_keys(&provider, best.hash).await?;
		if !keys.contains(&self.setup.rules.worker) {
			return Ok(Vec::new());
		}
		let mut candidates = Vec::new();
		for job in jobs {
			let objection = match self.setup.rules.objection_to_claim(&job, &provider, &offer) {
				Some(objection) => Some(objection),
				None => self.reason_to_leave(&job)?,
			};
			match objection {
				// There may be thousands that are for others.
				Some(objection) => debug!("job {}: not claimed: {objection}", job.job),
				None if self.is_due(&job, &keys, best) => candidates.push(job),
				None => {}
			}
		}
		let worker = self.setup.rules.worker;
		candidates.sort_by_key(|job| {
			let left = job.claimable_until.saturating_sub(best.number);
			(left > URGENT, Reverse(share::score(&worker, job.job)))
		});
		Ok(candidates)
	}

	/// Whether it is this worker's turn to claim: those of the same provider that come before it have a
	/// block each.
	fn is_due(&self, job: &OpenJob, keys: &[WorkerKey], best: BlockRef) -> bool {
		let Some(seen) = self.seen.get(&job.job) else {
			return false;
		};
		let rank = u32::try_from(self.setup.rules.rank(job.job, keys)).unwrap_or(u32::MAX);
		best.number >= seen.first.saturating_add(rank)
			&& best.number >= seen.not_before
			&& best.number.saturating_add(1) < job.claimable_until
	}

	/// Why this process should not have the job, though it fits.
	fn reason_to_leave(&self, job: &OpenJob) -> Result<Option<String>, Error> {
		if self.failures.contains_key(&job.job) {
			return Ok(Some("the engine has failed on it".into()));
		}
		let task = job.task(self.setup.provider, job.ceiling, 0, 0);
		match (self.journal.signed(job.job)?, self.journal.get(job.job)?) {
			(None, _) => {}
			(Some(answered), _) if answered != task.digest() => {
				return Ok(Some(
					"this worker has signed a receipt for another task of this number".into(),
				));
			}
			// The receipt that is there serves.
			(
				Some(_),
				Some((_, State::Computed | State::Submitted { .. } | State::Final { .. })),
			) => {}
			(Some(_), _) => return Ok(Some("its receipt was refused before, or is gone".into())),
		}
		let time = self
			.setup
			.block_time
			.saturating_mul(job.work_period.saturating_sub(OVERHEAD));
		let estimate = self
			.engine
			.speed()
			.estimate(job.max_input_tokens, job.max_output_tokens);
		Ok(estimate
			.filter(|estimate| *estimate > time)
			.map(|estimate| {
				format!(
					"it could take {} s here, and there are {} s for it",
					estimate.as_secs(),
					time.as_secs()
				)
			}))
	}

	/// Signs a claim and hands it over. `false` if another job can be tried.
	async fn send_claim(&mut self, job: JobId, best: BlockRef) -> Result<bool, Error> {
		let valid_until = best
			.number
			.saturating_add(VALID_FOR.min(self.setup.max_claim_validity));
		let signed = self.sign_claim(Claim { job, valid_until });
		match self.ledger.claim(&signed).await {
			Ok(()) => {
				info!("job {job}: claim sent, valid until block {valid_until}");
				metrics::claim(ClaimResult::Sent);
				self.claim = Some(Pending {
					job,
					valid_until,
					sent: Instant::now(),
				});
				return Ok(true);
			}
			Err(ClaimError::Ledger(error)) => return Err(error.into()),
			Err(ClaimError::Outrun) => {
				info!("job {job}: another claim for it was first");
				metrics::claim(ClaimResult::Lost);
			}
			Err(error @ (ClaimError::Refused(_) | ClaimError::Ineligible(_))) => {
				info!("job {job}: the claim is {error}");
				metrics::claim(ClaimResult::Refused);
			}
			Err(error @ ClaimError::Pool(_)) => warn!("job {job}: {error}"),
		}
		self.leave(job, best);
		Ok(false)
	}

	fn sign_claim(&self, claim: Claim) -> SignedClaim {
		let genesis = self.setup.genesis;
		SignedClaim {
			claim,
			genesis,
			worker: self.setup.key.public(),
			signature: self.setup.key.sign(&claim.payload(&genesis)),
		}
	}
}
