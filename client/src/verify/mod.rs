//! Checking a job's result and payment, without trusting the node's word for more than its state.
//!
//! Every hash is computed again, every signature checked, and what was paid is taken from the
//! events of the finalised block in which the job closed.

mod checks;
mod evidence;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use athanor_primitives::JobId;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Serialize;

use self::evidence::Evidence;
use crate::{
	chain::{BlockId, Chain},
	error::Error,
};

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
	/// It holds.
	Ok,
	/// It does not hold.
	Failed,
	/// It could not be made, or there is nothing to check.
	Skipped,
}

/// The checks without which the answer to "was this job done and paid as it should be" is not known.
/// The others are skipped where there is nothing to check, or where the user gave nothing to check
/// against.
const NEEDED: [&str; 4] = ["worker key", "payment", "closing events", "price"];

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
	/// What was checked.
	pub name: &'static str,
	/// How it went.
	pub status: Status,
	/// What was found, or why it could not be checked.
	pub detail: String,
}

/// The checks of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
	/// The job.
	pub job: JobId,
	/// The block whose state was read.
	pub at: BlockId,
	/// Every check.
	pub checks: Vec<Check>,
}

impl Verification {
	/// Whether no check failed. That says little of a job whose payment could not be checked: see
	/// [`Self::complete`].
	pub fn passed(&self) -> bool {
		self.checks
			.iter()
			.all(|check| check.status != Status::Failed)
	}

	/// Whether every check was made that the verdict needs. A job is verified when this and
	/// [`Self::passed`] hold.
	pub fn complete(&self) -> bool {
		self.missing().next().is_none()
	}

	/// The checks that the verdict needs and that could not be made: because the job has not closed,
	/// or because the node has discarded the state of the time.
	pub fn missing(&self) -> impl Iterator<Item = &Check> {
		self.checks
			.iter()
			.filter(|check| check.status == Status::Skipped && NEEDED.contains(&check.name))
	}
}

/// What to verify a job with, besides the chain.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions {
	/// Folder with the model's `tokenizer.json`, to check the text against the token ids.
	pub model_dir: Option<PathBuf>,
	/// The input as the requester knows it, to check it against what the receipt states.
	pub input: Option<Vec<u8>>,
	/// Read the head of the best chain instead of the finalised state. The result can then still
	/// change.
	pub best: bool,
}

/// Verifies a job: result, signatures and payment.
///
/// # Errors
/// When there is no such job, or the evidence cannot be read. A check that fails is not an error:
/// look at [`Verification::passed`] and [`Verification::complete`].
pub async fn verify_job(
	chain: &Chain,
	job: JobId,
	options: &VerifyOptions,
) -> Result<Verification, Error> {
	let evidence = Evidence::gather(chain, job, options).await?;
	Ok(Verification {
		job,
		at: evidence.at,
		checks: evidence.examine(),
	})
}

/// Whether an ed25519 signature holds, by the strict rules that the runtime and workers keep to.
pub fn is_signed(key: &[u8; 32], signature: &[u8; 64], payload: &[u8; 32]) -> bool {
	VerifyingKey::from_bytes(key).is_ok_and(|key| {
		key.verify_strict(payload, &Signature::from_bytes(signature))
			.is_ok()
	})
}
