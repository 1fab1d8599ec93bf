//! What a verification looks at, and where it is read.

use std::path::Path;

use athanor_primitives::{
	H256, JobId, WorkerKey, blake2_256,
	receipt::{Finish, Receipt},
};
use tokenizers::Tokenizer;

use super::VerifyOptions;
use crate::{
	chain::{
		AccountId, At, BlockId, Chain, Job, JobState, Outcome, StoredReceipt, View,
		events::{JobAssigned, JobClosed, JobPaid},
	},
	error::Error,
};

/// What the closing block says.
#[derive(Debug)]
pub enum Closing {
	/// The job is live.
	NotYet,
	/// The node no longer has the block's events.
	Unreadable(String),
	/// Its events about the job.
	Read {
		closed: Vec<JobClosed>,
		paid: Vec<JobPaid>,
	},
}

/// Who a worker key belongs to.
#[derive(Debug)]
pub enum KeyOwner {
	/// Before and after the block that accepted the receipt: it may have been registered or removed
	/// in that very block. Empty if nobody had it, one account if nothing changed.
	Then(Vec<AccountId>),
	/// Today, because the node has discarded the state of the time. The key may have moved since.
	Today(Option<AccountId>),
}

/// What the tokenizer makes of the tokens.
#[derive(Debug)]
pub struct Decoded {
	pub tokenizer_hash: H256,
	pub text: Result<String, String>,
}

/// Everything that the checks look at.
#[derive(Debug)]
pub struct Evidence {
	pub job: JobId,
	pub at: BlockId,
	pub genesis: H256,
	pub live: Option<Job>,
	pub outcome: Option<Outcome>,
	pub receipt: Option<StoredReceipt>,
	/// The input on chain.
	pub stored_input: Option<Vec<u8>>,
	/// The input as the requester knows it.
	pub known_input: Option<Vec<u8>>,
	/// Who the worker key belongs to, if there is a receipt.
	pub key_owner: Option<KeyOwner>,
	/// The longest text that the chain takes whatever the tokens, in bytes.
	pub max_text: usize,
	/// The tokenizer that the model's registry entry names.
	pub registered_tokenizer: Option<H256>,
	pub decoded: Option<Decoded>,
	/// The assignment, if its block can still be read.
	pub assigned: Option<JobAssigned>,
	pub closing: Closing,
}

impl Evidence {
	/// Reads it from the chain.
	pub async fn gather(chain: &Chain, job: JobId, options: &VerifyOptions) -> Result<Self, Error> {
		let at = if options.best {
			At::Best
		} else {
			At::Finalised
		};
		let view = chain.at(at).await?;
		let live = view.job(job).await?;
		let outcome = view.outcome(job).await?;
		let Some((model, version)) = live
			.as_ref()
			.map(|j| (j.model, j.model_version))
			.or(outcome.as_ref().map(|o| (o.model, o.model_version)))
		else {
			return Err(unknown(chain, &view, job).await?);
		};
		let receipt = view.receipt(job).await?;
		let decoded = match (&options.model_dir, &receipt) {
			(Some(dir), Some(receipt)) => Some(decode(dir, &receipt.signed.receipt, receipt)?),
			_ => None,
		};
		let assigned_at = outcome.as_ref().map_or_else(
			|| live.as_ref()?.work().map(|w| w.assigned_at),
			|o| o.assigned_at,
		);
		Ok(Self {
			job,
			at: view.block(),
			genesis: chain.genesis(),
			key_owner: match &receipt {
				Some(receipt) => {
					let then = submitted_at(live.as_ref(), outcome.as_ref());
					Some(key_owner(chain, &view, &receipt.signed.worker, then).await?)
				}
				None => None,
			},
			max_text: usize::try_from(view.constants()?.max_text).unwrap_or(usize::MAX),
			registered_tokenizer: view
				.release(model, Some(version))
				.await?
				.map(|release| release.version.hashes.tokenizer),
			stored_input: view.input(job).await?,
			known_input: options.input.clone(),
			assigned: assignment(chain, job, assigned_at).await?,
			closing: closing(chain, job, outcome.as_ref()).await?,
			live,
			outcome,
			receipt,
			decoded,
		})
	}
}

/// Why there is nothing to verify.
async fn unknown(chain: &Chain, view: &View, job: JobId) -> Result<Error, Error> {
	let posted = chain.at(At::Best).await?.next_job_id().await? > job;
	if posted && view.next_job_id().await? <= job {
		return Ok(Error::NotFound(format!(
			"job {job} is not in a finalised block yet; try again in some seconds"
		)));
	}
	chain.unknown_job(job).await
}

/// The block that accepted the receipt.
fn submitted_at(live: Option<&Job>, outcome: Option<&Outcome>) -> Option<u32> {
	match (outcome, live.map(|job| &job.state)) {
		(Some(outcome), _) => outcome.submitted_at,
		(None, Some(JobState::Submitted { submitted_at, .. })) => Some(*submitted_at),
		(None, _) => None,
	}
}

/// Who a worker key belonged to when the receipt was accepted, or else belongs to.
async fn key_owner(
	chain: &Chain,
	view: &View,
	key: &WorkerKey,
	submitted_at: Option<u32>,
) -> Result<KeyOwner, Error> {
	if let Some(at) = submitted_at
		&& let Some(owners) = readable(owners_around(chain, key, at).await)?
	{
		return Ok(KeyOwner::Then(owners));
	}
	Ok(KeyOwner::Today(view.provider_of(key).await?))
}

/// Who has a worker key before and after a block.
async fn owners_around(chain: &Chain, key: &WorkerKey, at: u32) -> Result<Vec<AccountId>, Error> {
	let mut owners = Vec::new();
	for number in [at.saturating_sub(1), at] {
		owners.extend(chain.at(At::Number(number)).await?.provider_of(key).await?);
	}
	owners.dedup();
	Ok(owners)
}

/// The assignment of a job, if its block can still be read.
async fn assignment(
	chain: &Chain,
	job: JobId,
	at: Option<u32>,
) -> Result<Option<JobAssigned>, Error> {
	let Some(at) = at else {
		return Ok(None);
	};
	let events = async { chain.at(At::Number(at)).await?.events().await }.await;
	match readable(events)? {
		Some(events) => Ok(events
			.find::<JobAssigned>()?
			.into_iter()
			.find(|e| e.job == job)),
		None => Ok(None),
	}
}

/// What the closing block says about a job.
async fn closing(chain: &Chain, job: JobId, outcome: Option<&Outcome>) -> Result<Closing, Error> {
	let Some(outcome) = outcome else {
		return Ok(Closing::NotYet);
	};
	let events = async {
		chain
			.at(At::Number(outcome.closed_at))
			.await?
			.events()
			.await
	}
	.await;
	let events = match events {
		Err(error @ Error::Pruned(_)) => return Ok(Closing::Unreadable(error.to_string())),
		events => events?,
	};
	Ok(Closing::Read {
		closed: events
			.find::<JobClosed>()?
			.into_iter()
			.filter(|e| e.job == job)
			.collect(),
		paid: events
			.find::<JobPaid>()?
			.into_iter()
			.filter(|e| e.job == job)
			.collect(),
	})
}

/// `None` for what the node has discarded.
fn readable<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
	match result {
		Ok(value) => Ok(Some(value)),
		Err(Error::Pruned(_)) => Ok(None),
		Err(error) => Err(error),
	}
}

/// Reads the tokenizer of a model folder and turns the output into text with it.
pub fn decode(dir: &Path, receipt: &Receipt, stored: &StoredReceipt) -> Result<Decoded, Error> {
	let path = dir.join("tokenizer.json");
	let bytes = std::fs::read(&path)
		.map_err(|error| Error::Input(format!("cannot read {}: {error}", path.display())))?;
	let tokenizer = Tokenizer::from_bytes(&bytes)
		.map_err(|error| Error::Input(format!("{} is not a tokenizer: {error}", path.display())))?;
	let text = match Finish::from_code(receipt.finish) {
		// What is delivered for a rejection is the reason, in words.
		Some(Finish::Rejected) => Ok(stored.output()),
		_ => tokenizer
			.decode(&stored.tokens, true)
			.map_err(|error| format!("the tokenizer cannot read the tokens: {error}")),
	};
	Ok(Decoded {
		tokenizer_hash: H256(blake2_256(&bytes)),
		text,
	})
}
