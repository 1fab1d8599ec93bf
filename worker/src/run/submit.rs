//! A receipt's way from the journal into a finalised block.

use athanor_primitives::{JobId, job::CloseReason, receipt::Refusal};
use tracing::{debug, info, warn};

use super::{Unsettled, Worker};
use crate::{
	error::Error,
	journal::State,
	ledger::{Assigned, BlockRef, Ledger, Standing, SubmitError},
	metrics::{self, JobResult},
};

/// A receipt that is in no block after so many is sent again; when the deadline is as near, after every one.
const RESEND_AFTER: u32 = 3;

/// A job that is not paid so many blocks after it was due is complained about.
const SETTLE_PATIENCE: u32 = 5;

/// Whether a refusal is about the receipt itself, so that no block can change it. The others depend
/// on the chain that was asked and on where the job stands there, which can change: the finalised
/// chain decides on them.
pub(super) fn is_definite(refusal: Refusal) -> bool {
	match refusal {
		Refusal::WrongChain
		| Refusal::UnknownJob
		| Refusal::NotAssigned
		| Refusal::AlreadySubmitted
		| Refusal::TooLate
		| Refusal::WrongWorker
		| Refusal::NotClaimable
		| Refusal::ClaimExpired => false,
		Refusal::WrongModel
		| Refusal::WrongInput
		| Refusal::TooManyTokens
		| Refusal::BadFinish
		| Refusal::MissingOutput
		| Refusal::WrongOutput
		| Refusal::OutputTooLong
		| Refusal::OutputNotUtf8
		| Refusal::BadSignature => true,
	}
}

impl<L: Ledger> Worker<L> {
	/// Has every receipt sent again that is in no block: a node that was started again has an empty pool.
	pub(super) fn forget_pool(&mut self) {
		for pending in self.receipts.values_mut() {
			pending.sent = None;
		}
	}

	/// Sends the receipts that the best block waits for, and notes those that it has.
	pub(super) async fn push(
		&mut self,
		assigned: &[Assigned],
		best: BlockRef,
	) -> Result<(), Error> {
		let jobs: Vec<JobId> = self.receipts.keys().copied().collect();
		for job in jobs {
			match assigned.iter().find(|task| task.job == job) {
				Some(task) => self.push_one(task, best).await?,
				None => self.look_for(job, best).await?,
			}
		}
		Ok(())
	}

	async fn push_one(&mut self, task: &Assigned, best: BlockRef) -> Result<(), Error> {
		let Some(pending) = self.receipts.get_mut(&task.job) else {
			return Ok(());
		};
		if pending.included {
			info!("job {}: its receipt fell out of the chain", task.job);
		}
		pending.included = false;
		// Another task of the same number is not answered by this receipt.
		pending.lost = pending.entry.task != task.digest();
		// Whoever waits when little time is left may be too late.
		let near = !task.in_time(best.number.saturating_add(RESEND_AFTER));
		let patience = if near { 1 } else { RESEND_AFTER };
		let due = pending
			.sent
			.is_none_or(|sent| best.number >= sent.saturating_add(patience));
		if pending.lost || !due || !task.in_time(best.number) {
			return Ok(());
		}
		self.send(task.job, best).await
	}

	/// Finds out what the best block has instead of a waiting job.
	async fn look_for(&mut self, job: JobId, best: BlockRef) -> Result<(), Error> {
		let standing = self.ledger.standing(job, best.hash).await?;
		let Some(pending) = self.receipts.get_mut(&job) else {
			return Ok(());
		};
		let Standing::Received { signed, settles_at } = standing else {
			pending.included = false;
			pending.lost = true;
			return Ok(());
		};
		pending.lost = *signed != pending.entry.signed;
		let included = !pending.lost;
		if included && !pending.included {
			let settles_at = settles_at.unwrap_or(best.number);
			info!(
				"job {job}: the receipt is in the chain (block {}); paid for in block {settles_at}",
				best.number
			);
			self.unsettled.insert(
				job,
				Unsettled {
					settles_at,
					complained: false,
				},
			);
		}
		pending.included = included;
		Ok(())
	}

	/// Hands a receipt to the pool.
	async fn send(&mut self, job: JobId, best: BlockRef) -> Result<(), Error> {
		let Some(pending) = self.receipts.get_mut(&job) else {
			return Ok(());
		};
		pending.sent = Some(best.number);
		let (entry, known) = (&pending.entry, pending.refusal);
		match self.ledger.submit(&entry.signed, &entry.delivery).await {
			Ok(()) => {
				let again = std::mem::replace(&mut pending.taken, true);
				if again {
					info!("job {job}: the receipt is in no block yet; sent again");
				} else {
					info!("job {job}: receipt sent");
					metrics::receipt_submitted();
				}
				self.journal
					.set_state(job, &State::Submitted { at: best.number })?;
			}
			Err(SubmitError::Refused(refusal)) => {
				pending.refusal = Some(refusal);
				if is_definite(refusal) {
					self.refuse(job, refusal.reason().into())?;
				} else if known != Some(refusal) {
					info!(
						"job {job}: the receipt is refused for now: {}",
						refusal.reason()
					);
				}
			}
			Err(error @ SubmitError::Pool(_)) => {
				warn!("job {job}: {error}. Trying again within {RESEND_AFTER} blocks");
			}
			Err(SubmitError::Ledger(error)) => {
				pending.sent = None;
				return Err(error.into());
			}
		}
		Ok(())
	}

	/// Closes what the finalised chain has decided.
	pub(super) async fn confirm(&mut self, finalised: BlockRef) -> Result<(), Error> {
		let jobs: Vec<JobId> = self.receipts.keys().copied().collect();
		for job in jobs {
			let standing = self.ledger.standing(job, finalised.hash).await?;
			self.conclude(job, standing, finalised)?;
		}
		Ok(())
	}

	fn conclude(
		&mut self,
		job: JobId,
		standing: Standing,
		finalised: BlockRef,
	) -> Result<(), Error> {
		let Some(pending) = self.receipts.get(&job) else {
			return Ok(());
		};
		let entry = &pending.entry;
		match standing {
			Standing::Received { signed, .. } if *signed == entry.signed => {
				info!(
					"job {job}: the receipt is final (block {})",
					finalised.number
				);
				self.journal.set_state(
					job,
					&State::Final {
						block: finalised.number,
					},
				)?;
				self.receipts.remove(&job);
				metrics::job(JobResult::Accepted);
			}
			Standing::Received { .. } => {
				self.refuse(job, "another worker's receipt for it was accepted".into())?;
			}
			Standing::Assigned(task) if task.digest() == entry.task => {}
			_ if !pending.lost || finalised.number < entry.assigned_at => {}
			_ => {
				let reason = pending.refusal.unwrap_or(Refusal::TooLate).reason();
				self.refuse(job, reason.into())?;
			}
		}
		Ok(())
	}

	fn refuse(&mut self, job: JobId, reason: String) -> Result<(), Error> {
		let code = self
			.receipts
			.remove(&job)
			.and_then(|pending| pending.refusal)
			.map(Refusal::code);
		warn!("job {job}: the receipt is refused: {reason}");
		metrics::job(JobResult::Refused);
		Ok(self
			.journal
			.set_state(job, &State::Refused { code, reason })?)
	}

	/// Sees whether the chain pays in time.
	pub(super) async fn watch_settlement(&mut self, best: BlockRef) -> Result<(), Error> {
		let due: Vec<JobId> = self
			.unsettled
			.iter()
			.filter(|(_, unsettled)| best.number >= unsettled.settles_at)
			.map(|(job, _)| *job)
			.collect();
		for job in due {
			if let Some(closed) = self.ledger.closed(job, best.hash).await? {
				self.unsettled.remove(&job);
				match closed.reason {
					CloseReason::Paid => info!("job {job}: paid; {} units earned", closed.earned),
					reason => info!(
						"job {job}: closed, {reason:?}; {} units earned",
						closed.earned
					),
				}
				continue;
			}
			match self.ledger.standing(job, best.hash).await? {
				Standing::Received {
					settles_at: Some(settles_at),
					..
				} => {
					self.complain(job, settles_at, best);
				}
				// Fell out of the chain, or was forgotten: `push` looks after it.
				_ => drop(self.unsettled.remove(&job)),
			}
		}
		Ok(())
	}

	fn complain(&mut self, job: JobId, settles_at: u32, best: BlockRef) {
		let Some(unsettled) = self.unsettled.get_mut(&job) else {
			return;
		};
		unsettled.settles_at = settles_at;
		let late = best.number.saturating_sub(settles_at);
		if late > SETTLE_PATIENCE && !unsettled.complained {
			unsettled.complained = true;
			warn!(
				"job {job}: it should have been paid in block {settles_at}, {late} blocks ago. Anyone can settle it: `athanor job poke {job}`"
			);
		} else {
			debug!("job {job}: waiting for its payment in block {settles_at}");
		}
	}
}
