//! Which `Open` jobs there are for a version of a model.
//!
//! There is no index of them in the state, and reading all live jobs at every block would be too much.
//! So they are read once, in the background, and then followed by the events of each block. An event only
//! says which job to look at: what is so is read from the state.

use std::collections::{BTreeMap, BTreeSet};

use athanor::{
	At, Chain, View,
	chain::{
		Job, JobState,
		events::{JobAssigned, JobClosed, JobOpened},
	},
};
use athanor_primitives::{JobId, ModelId};
use tokio::task::JoinHandle;

use crate::ledger::{BlockRef, OpenJob};

/// Over so many blocks events are followed; over more, everything is read again.
const MAX_STEPS: u32 = 64;

/// The version of a model.
type Kind = (ModelId, u32);

type Jobs = BTreeMap<JobId, OpenJob>;

/// The jobs as of one block.
#[derive(Debug, Default)]
pub(super) struct OpenJobs {
	kind: Option<Kind>,
	known: Option<(BlockRef, Jobs)>,
	reading: Option<JoinHandle<Result<(BlockRef, Jobs), athanor::Error>>>,
}

/// What the events of some blocks say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
	/// Jobs that were opened: to be looked at.
	opened: BTreeSet<JobId>,
	/// Jobs that have a provider, or closed.
	gone: BTreeSet<JobId>,
}

/// The job, if it can be claimed and is of this kind.
fn open(id: JobId, job: Job, kind: Kind) -> Option<OpenJob> {
	if !job.is_claimable() || (job.model, job.model_version) != kind {
		return None;
	}
	let JobState::Open { deadline } = job.state else {
		return None;
	};
	Some(OpenJob {
		job: id,
		model: job.model,
		model_version: job.model_version,
		input_hash: job.input_hash,
		format: job.format,
		sampler: job.sampler,
		seed: job.seed?,
		max_input_tokens: job.max_input_tokens,
		max_output_tokens: job.max_output_tokens,
		ceiling: job.ceiling,
		rules: job.rules,
		failed: job.failed,
		claimable_until: deadline,
		work_period: job.work_period,
	})
}

impl OpenJobs {
	/// The jobs of this kind at a block. Empty while they are read for the first time, or again.
	pub(super) async fn at(
		&mut self,
		chain: &Chain,
		view: &View,
		kind: Kind,
	) -> Result<Vec<OpenJob>, athanor::Error> {
		if self.kind != Some(kind) {
			self.forget();
			self.kind = Some(kind);
		}
		self.collect().await;
		let at = BlockRef::from(view.block());
		let Some((from, jobs)) = &mut self.known else {
			self.read(chain, at, kind);
			return Ok(Vec::new());
		};
		if *from != at {
			let Some(changes) = changes(chain, view, *from).await? else {
				self.known = None;
				self.read(chain, at, kind);
				return Ok(Vec::new());
			};
			let mut looked_at = Vec::new();
			for id in &changes.opened {
				looked_at.extend(view.job(*id).await?.and_then(|job| open(*id, job, kind)));
			}
			apply(jobs, &changes, looked_at);
			*from = at;
		}
		Ok(jobs.values().cloned().collect())
	}

	/// Starts anew, as when another node is asked.
	pub(super) fn forget(&mut self) {
		self.known = None;
		if let Some(reading) = self.reading.take() {
			reading.abort();
		}
	}

	/// Begins to read everything, unless that goes on already.
	fn read(&mut self, chain: &Chain, at: BlockRef, kind: Kind) {
		if self.reading.is_none() {
			let chain = chain.clone();
			self.reading = Some(tokio::spawn(async move {
				let jobs = chain.at(At::Hash(at.hash)).await?.jobs().await?;
				let jobs = jobs
					.into_iter()
					.filter_map(|(id, job)| Some((id, open(id, job, kind)?)));
				Ok((at, jobs.collect()))
			}));
		}
	}

	/// Takes what was read, if it has been.
	async fn collect(&mut self) {
		let Some(reading) = self.reading.take_if(|reading| reading.is_finished()) else {
			return;
		};
		match reading.await {
			Ok(Ok(read)) => self.known = Some(read),
			// It is read again at the next block.
			Ok(Err(error)) => tracing::warn!("reading the open jobs failed: {error}"),
			Err(error) => tracing::warn!("reading the open jobs failed: {error}"),
		}
	}
}

/// What has happened from one block to another; `None` if the one is no near ancestor of the other.
async fn changes(
	chain: &Chain,
	view: &View,
	from: BlockRef,
) -> Result<Option<Changes>, athanor::Error> {
	let mut changes = Changes::default();
	let steps = view.number().saturating_sub(from.number);
	if steps == 0 || steps > MAX_STEPS {
		return Ok(None);
	}
	changes.read(view).await?;
	let mut parent = view.parent().await?;
	while let Some(block) = parent.filter(|block| block.number > from.number) {
		let before = chain.at(At::Hash(block.hash)).await?;
		changes.read(&before).await?;
		parent = before.parent().await?;
	}
	let is_ancestor = parent.is_some_and(|block| block.hash == from.hash);
	Ok(is_ancestor.then_some(changes))
}

impl Changes {
	async fn read(&mut self, view: &View) -> Result<(), athanor::Error> {
		let events = view.events().await?;
		let opened = events.find::<JobOpened>()?;
		let assigned = events.find::<JobAssigned>()?;
		let closed = events.find::<JobClosed>()?;
		self.opened.extend(opened.iter().map(|event| event.job));
		self.gone.extend(assigned.iter().map(|event| event.job));
		self.gone.extend(closed.iter().map(|event| event.job));
		Ok(())
	}
}

/// Brings the jobs up to date. `looked_at` are those of the opened ones that can be claimed now.
fn apply(jobs: &mut Jobs, changes: &Changes, looked_at: Vec<OpenJob>) {
	jobs.retain(|id, _| !changes.gone.contains(id) && !changes.opened.contains(id));
	jobs.extend(looked_at.into_iter().map(|job| (job.job, job)));
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::chain::{Rules, Work};
	use athanor_primitives::{
		H256,
		job::{Assignment, PromptFormat, Sampler},
		price::Price,
	};

	const KIND: Kind = (3, 2);

	fn job() -> Job {
		Job {
			requester: athanor::AccountId { 0: [1; 32] },
			model: 3,
			model_version: 2,
			author: athanor::AccountId { 0: [9; 32] },
			royalty: 0,
			input_hash: H256([1; 32]),
			input_len: 5,
			format: PromptFormat::Chat,
			sampler: Sampler::Greedy,
			max_input_tokens: 21,
			max_output_tokens: 64,
			ceiling: Price::flat(12),
			escrow: 1_000,
			assignment: Assignment::Open,
			rules: Rules::default(),
			seed: Some([7; 32]),
			posted_at: 10,
			expires_at: 60,
			work_period: 11,
			settle_period: 2,
			failed: vec![],
			state: JobState::Open { deadline: 50 },
		}
	}

	#[test]
	fn only_what_can_be_claimed_now_is_open() {
		let found = open(4, job(), KIND).unwrap();
		assert_eq!((found.job, found.claimable_until), (4, 50));
		assert_eq!(found.work_period, 11);
		assert_eq!(found.seed, [7; 32]);
		let not = |change: &dyn Fn(&mut Job)| {
			let mut job = job();
			change(&mut job);
			assert_eq!(open(4, job, KIND), None);
		};
		not(&|job| job.seed = None);
		not(&|job| job.assignment = Assignment::Auto);
		not(&|job| job.model = 4);
		not(&|job| job.model_version = 1);
		not(&|job| {
			job.state = JobState::Assigned {
				work: Work {
					provider: athanor::AccountId { 0: [2; 32] },
					price: Price::flat(1),
					price_version: 0,
					cover: 0,
					assigned_at: 11,
				},
				deadline: 20,
			}
		});
	}

	#[test]
	fn changes_bring_jobs_up_to_date() {
		let jobs = |ids: &[JobId]| -> Jobs {
			ids.iter()
				.filter_map(|id| Some((*id, open(*id, job(), KIND)?)))
				.collect()
		};
		let mut known = jobs(&[1, 2, 3]);
		let changes = Changes {
			// 3 was given to somebody who failed; 5 was opened and taken in between.
			opened: [3, 4, 5].into(),
			gone: [1, 3, 5].into(),
		};
		let looked_at = jobs(&[3, 4]).into_values().collect();
		apply(&mut known, &changes, looked_at);
		assert_eq!(known.keys().copied().collect::<Vec<_>>(), [2, 3, 4]);
	}
}
