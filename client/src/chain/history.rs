//! Closed jobs that the state has forgotten, from the state and the events of older blocks.
//!
//! No index is needed: a job is live from one block on and closed from another on, so the block in which
//! it closed is found by halving; and a list is read by walking back from block to block. Both need a
//! node that still has the state of that time.

use athanor_primitives::JobId;
use futures::{Stream, StreamExt, stream};

use crate::{
	chain::{
		connect::{At, Chain},
		events::{JobClosed, JobPaid},
		types::{BlockId, Outcome, StoredReceipt},
	},
	error::Error,
};

/// Blocks that are read at the same time.
const PARALLEL: usize = 16;

/// A closed job, as of the block in which it closed.
#[derive(Clone, Debug, PartialEq)]
pub struct PastJob {
	/// The block in which it closed.
	pub block: BlockId,
	/// How it ended.
	pub outcome: Outcome,
	/// Receipt and output, if there were any.
	pub receipt: Option<StoredReceipt>,
	/// What the block says about its end.
	pub closed: JobClosed,
	/// What the block says about its payment, if it was paid.
	pub paid: Option<JobPaid>,
}

/// The jobs that closed in one block.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedIn {
	/// Height of the block.
	pub block: u32,
	/// The jobs.
	pub jobs: Vec<(JobId, Outcome)>,
}

impl Chain {
	/// Finds a job that is neither live nor kept at `head`, in the block in which it closed. Asks for the
	/// state of as many blocks as the height of `head` has binary digits, or a few more.
	///
	/// # Errors
	/// [`Error::NotFound`] if there was no such job, [`Error::Pruned`] if the node has discarded the
	/// state of that time.
	pub async fn past_job(&self, job: JobId, head: BlockId) -> Result<PastJob, Error> {
		let has_closed = move |number| async move {
			match self.has_closed(job, number).await {
				Ok(closed) => Ok(Some(closed)),
				Err(Error::Pruned(_)) => Ok(None),
				Err(error) => Err(error),
			}
		};
		match first(head.number, has_closed).await? {
			Turn::At(number) => self.closed_at(job, number).await,
			Turn::Before(number) => Err(Error::Pruned(format!(
				"job {job} closed before block {number}, the oldest whose state can be read"
			))),
			Turn::Never => Err(self.unknown_job(job).await?),
		}
	}

	/// Whether a job had been posted and had closed by this block.
	async fn has_closed(&self, job: JobId, number: u32) -> Result<bool, Error> {
		let view = self.at(At::Number(number)).await?;
		Ok(view.next_job_id().await? > job && view.job(job).await?.is_none())
	}

	/// A job in the block in which it closed.
	async fn closed_at(&self, job: JobId, number: u32) -> Result<PastJob, Error> {
		let view = self.at(At::Number(number)).await?;
		let gone = || {
			Error::NotFound(format!(
				"block {number}, in which job {job} closed, has nothing about it"
			))
		};
		let events = view.events().await?;
		let closed = events.find::<JobClosed>()?;
		let paid = events.find::<JobPaid>()?;
		Ok(PastJob {
			block: view.block(),
			outcome: view.outcome(job).await?.ok_or_else(gone)?,
			receipt: view.receipt(job).await?,
			closed: closed
				.into_iter()
				.find(|event| event.job == job)
				.ok_or_else(gone)?,
			paid: paid.into_iter().find(|event| event.job == job),
		})
	}

	/// The jobs that closed, block by block, from height `from` back to `down_to`. Ends with an error at
	/// the first block whose state the node has discarded.
	pub fn closed_jobs(
		&self,
		from: u32,
		down_to: u32,
	) -> impl Stream<Item = Result<ClosedIn, Error>> + '_ {
		stream::iter((down_to..=from).rev())
			.map(move |number| self.closed_in(number))
			.buffered(PARALLEL)
	}

	async fn closed_in(&self, number: u32) -> Result<ClosedIn, Error> {
		let view = self.at(At::Number(number)).await?;
		let mut jobs = Vec::new();
		for event in view.events().await?.find::<JobClosed>()? {
			if let Some(outcome) = view.outcome(event.job).await? {
				jobs.push((event.job, outcome));
			}
		}
		Ok(ClosedIn {
			block: number,
			jobs,
		})
	}
}

/// Where something that stays true once it is true became true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
	/// In this block.
	At(u32),
	/// Before this block, the oldest that can be read.
	Before(u32),
	/// Not up to now.
	Never,
}

/// Finds it by halving. `probe` says `None` for blocks that cannot be read; those are the oldest.
async fn first<Answer: Future<Output = Result<Option<bool>, Error>>>(
	head: u32,
	probe: impl Fn(u32) -> Answer,
) -> Result<Turn, Error> {
	match probe(head).await? {
		Some(true) => {}
		Some(false) => return Ok(Turn::Never),
		None => return Ok(Turn::Before(head)),
	}
	// Nothing has closed in block 0. It is not true at `no`, or it cannot be read; it is true at `yes`.
	let (mut no, mut yes, mut readable) = (0, head, true);
	while yes.saturating_sub(no) > 1 {
		let middle = no.midpoint(yes);
		match probe(middle).await? {
			Some(true) => yes = middle,
			answer => (no, readable) = (middle, answer.is_some()),
		}
	}
	Ok(if readable {
		Turn::At(yes)
	} else {
		Turn::Before(yes)
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::cell::Cell;

	/// Looks for the block `turn` on a chain whose blocks below `horizon` cannot be read.
	async fn found(head: u32, turn: u32, horizon: u32) -> (Turn, u32) {
		let asked = Cell::new(0);
		let probe = |number: u32| {
			asked.set(asked.get() + 1);
			async move { Ok((number >= horizon).then_some(number >= turn)) }
		};
		let result = first(head, probe).await.unwrap();
		(result, asked.get())
	}

	#[tokio::test]
	async fn the_block_is_found_wherever_it_is() {
		for head in [1, 2, 3, 10, 64] {
			for turn in 1..=head {
				assert_eq!(found(head, turn, 0).await.0, Turn::At(turn), "{turn}");
			}
		}
	}

	#[tokio::test]
	async fn it_takes_as_many_questions_as_the_height_has_digits() {
		let (turn, asked) = found(1_000_000, 123_456, 0).await;
		assert_eq!(turn, Turn::At(123_456));
		assert!(asked <= 22, "{asked}");
	}

	#[tokio::test]
	async fn what_lies_in_discarded_blocks_is_told_apart_from_what_does_not() {
		for (turn, horizon, expected) in [
			(50, 40, Turn::At(50)),
			(50, 49, Turn::At(50)),
			// Whether it was in 50 or before cannot be known.
			(50, 50, Turn::Before(50)),
			(50, 60, Turn::Before(60)),
			(50, 100, Turn::Before(100)),
		] {
			assert_eq!(found(100, turn, horizon).await.0, expected, "{horizon}");
		}
	}

	#[tokio::test]
	async fn what_has_not_happened_is_not_found() {
		assert_eq!(found(100, 101, 0).await.0, Turn::Never);
	}
}
