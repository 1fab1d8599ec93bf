//! Checking a job's result and payment, without trusting the node's word for more than its state.
//!
//! Every hash is computed again, every signature checked, and what was paid is taken from the
//! events of the finalised block in which the job closed.

use std::path::{Path, PathBuf};

use athanor_primitives::{
	H256, JobId, blake2_256,
	job::CloseReason,
	receipt::{Finish, delivery_payload, input_hash, output_hash},
};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Serialize;
use tokenizers::Tokenizer;

use crate::{
	amount::Amount,
	chain::{
		AccountId, At, BlockId, Chain, Job, JobState, Outcome, StoredReceipt, View,
		events::{JobAssigned, JobClosed, JobPaid},
	},
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
	/// Whether no check failed.
	pub fn passed(&self) -> bool {
		self.checks
			.iter()
			.all(|check| check.status != Status::Failed)
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
/// look at [`Verification::passed`].
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

/// What the closing block says.
#[derive(Debug)]
enum Closing {
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

/// What the tokenizer makes of the tokens.
#[derive(Debug)]
struct Decoded {
	tokenizer_hash: H256,
	text: Result<String, String>,
}

/// Everything that the checks look at.
#[derive(Debug)]
struct Evidence {
	job: JobId,
	at: BlockId,
	genesis: H256,
	live: Option<Job>,
	outcome: Option<Outcome>,
	receipt: Option<StoredReceipt>,
	/// The input on chain.
	stored_input: Option<Vec<u8>>,
	/// The input as the requester knows it.
	known_input: Option<Vec<u8>>,
	/// Who the worker key belongs to.
	worker_owner: Option<AccountId>,
	/// The tokenizer that the model's registry entry names.
	registered_tokenizer: Option<H256>,
	decoded: Option<Decoded>,
	/// The assignment, if its block can still be read.
	assigned: Option<JobAssigned>,
	closing: Closing,
}

impl Evidence {
	async fn gather(chain: &Chain, job: JobId, options: &VerifyOptions) -> Result<Self, Error> {
		let view = chain
			.at(if options.best {
				At::Best
			} else {
				At::Finalised
			})
			.await?;
		let live = view.job(job).await?;
		let outcome = view.outcome(job).await?;
		let Some(model) = live
			.as_ref()
			.map(|j| j.model)
			.or(outcome.as_ref().map(|o| o.model))
		else {
			return Err(if view.next_job_id().await? <= job {
				match chain.unknown_job(job).await? {
					Error::NotFound(_) if chain.at(At::Best).await?.next_job_id().await? > job => {
						Error::NotFound(format!(
							"job {job} is not in a finalised block yet; try again in some seconds"
						))
					}
					error => error,
				}
			} else {
				chain.unknown_job(job).await?
			});
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
			worker_owner: match &receipt {
				Some(receipt) => worker_owner(chain, &view, receipt, outcome.as_ref()).await?,
				None => None,
			},
			registered_tokenizer: view.model(model).await?.map(|model| model.hashes.tokenizer),
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

	fn examine(&self) -> Vec<Check> {
		let mut checks = Checks::default();
		self.examine_receipt(&mut checks);
		self.examine_payment(&mut checks);
		checks.0
	}

	fn examine_receipt(&self, checks: &mut Checks) {
		let Some(stored) = &self.receipt else {
			return checks.receipt_missing(self);
		};
		let signed = &stored.signed;
		let receipt = &signed.receipt;
		checks.equal("job", "the receipt is for this job", receipt.job, self.job);
		checks.equal(
			"chain",
			"the receipt is for this chain",
			signed.genesis,
			self.genesis,
		);
		checks.that(
			"receipt signature",
			is_signed(
				&signed.worker,
				&signed.signature,
				&receipt.payload(&self.genesis),
			),
			|| format!("ed25519 by worker key 0x{}", hex::encode(signed.worker)),
		);
		checks.that(
			"text signature",
			is_signed(
				&signed.worker,
				&stored.text_signature,
				&delivery_payload(&self.genesis, self.job, &stored.text),
			),
			|| format!("over {} bytes of text", stored.text.len()),
		);
		self.examine_worker(checks);
		self.examine_model(checks);
		self.examine_input(checks);
		let count = u32::try_from(stored.tokens.len()).ok();
		checks.that(
			"output hash",
			count == Some(receipt.tokens_out) && output_hash(&stored.tokens) == receipt.output_hash,
			|| {
				format!(
					"{} tokens, stated: {}",
					stored.tokens.len(),
					receipt.tokens_out
				)
			},
		);
		self.examine_finish(checks);
		self.examine_text(checks, stored);
	}

	fn examine_worker(&self, checks: &mut Checks) {
		let provider = self.provider();
		match (provider, self.worker_owner) {
			(Some(provider), Some(owner)) => checks.that("worker key", owner == provider, || {
				format!("belongs to {owner}; the job was done by {provider}")
			}),
			(Some(_), None) => checks.skip(
				"worker key",
				"it is registered to nobody any more, and the node has discarded the state of the \
				 time; ask an archive node",
			),
			(None, _) => checks.fail(
				"worker key",
				"there is a receipt, but no provider".to_owned(),
			),
		}
	}

	fn examine_model(&self, checks: &mut Checks) {
		let Some(receipt) = self.receipt.as_ref().map(|stored| &stored.signed.receipt) else {
			return;
		};
		let expected = self
			.live
			.as_ref()
			.map(|job| (job.model, job.model_version))
			.or(self
				.outcome
				.as_ref()
				.map(|outcome| (outcome.model, outcome.model_version)));
		let stated = (receipt.model, receipt.model_version);
		checks.that("model", expected == Some(stated), || {
			format!("model {} version {}", stated.0, stated.1)
		});
	}

	fn examine_input(&self, checks: &mut Checks) {
		let Some(receipt) = self.receipt.as_ref().map(|stored| &stored.signed.receipt) else {
			return;
		};
		let hashed = |input: &[u8]| input_hash(input) == receipt.input_hash;
		match &self.stored_input {
			Some(input) => checks.that("input hash", hashed(input), || {
				format!("{} bytes of input on chain", input.len())
			}),
			None => checks.skip("input hash", "the chain no longer has the input"),
		}
		if let Some(job) = &self.live {
			checks.equal(
				"job's input hash",
				"the job asks for the same input",
				receipt.input_hash,
				job.input_hash,
			);
		}
		if let Some(input) = &self.known_input {
			checks.that("your input", hashed(input), || {
				format!("{} bytes of input that you gave", input.len())
			});
		}
	}

	fn examine_finish(&self, checks: &mut Checks) {
		let Some(receipt) = self.receipt.as_ref().map(|stored| &stored.signed.receipt) else {
			return;
		};
		let finish = Finish::from_code(receipt.finish);
		let fits = match finish {
			Some(Finish::Rejected) => receipt.tokens_out == 0,
			Some(_) => true,
			None => false,
		};
		let words = match finish {
			Some(Finish::Stop) => "the model ended its answer",
			Some(Finish::Length) => "the token limit was reached",
			Some(Finish::Rejected) => "the model cannot run this input",
			None => "a code that stands for nothing",
		};
		checks.that("finish", fits, || words.to_owned());
	}

	fn examine_text(&self, checks: &mut Checks, stored: &StoredReceipt) {
		let Some(decoded) = &self.decoded else {
			return checks.skip("text", "give --model-dir to check it against the token ids");
		};
		match self.registered_tokenizer {
			Some(registered) => checks.equal(
				"tokenizer",
				"it is the one that the model is registered with",
				decoded.tokenizer_hash,
				registered,
			),
			None => checks.skip("tokenizer", "the model is no longer registered"),
		}
		match &decoded.text {
			Ok(text) => checks.that("text", text.as_bytes() == stored.text, || {
				format!("the tokens read {text:?}")
			}),
			Err(reason) => checks.fail("text", reason.clone()),
		}
	}

	fn examine_payment(&self, checks: &mut Checks) {
		let Some(outcome) = &self.outcome else {
			return checks.skip("payment", "the job has not closed");
		};
		checks.that(
			"escrow",
			outcome.spent.checked_add(outcome.refund) == Some(outcome.escrow),
			|| {
				format!(
					"{} spent and {} returned of {}",
					Amount(outcome.spent),
					Amount(outcome.refund),
					Amount(outcome.escrow)
				)
			},
		);
		checks.that(
			"parts",
			outcome.payment.total() == Some(outcome.spent),
			|| {
				format!(
					"the parts of the payment add up to {}",
					Amount(outcome.spent)
				)
			},
		);
		checks.that(
			"refund",
			(outcome.reason == CloseReason::Paid) || outcome.spent == 0,
			|| {
				format!(
					"closed as {:?} with {} spent",
					outcome.reason,
					Amount(outcome.spent)
				)
			},
		);
		self.examine_price(checks, outcome);
		match &self.closing {
			Closing::NotYet => {
				checks.fail("closing events", "the job is live and closed".to_owned())
			}
			Closing::Unreadable(reason) => checks.skip("closing events", reason),
			Closing::Read { closed, paid } => self.examine_events(checks, outcome, closed, paid),
		}
	}

	fn examine_price(&self, checks: &mut Checks, outcome: &Outcome) {
		if outcome.reason != CloseReason::Paid {
			return;
		}
		match (&self.assigned, &self.receipt) {
			(Some(assigned), Some(stored)) => {
				let receipt = &stored.signed.receipt;
				let cost = assigned.price.cost(receipt.tokens_in, receipt.tokens_out);
				checks.that("price", cost == Some(outcome.spent), || {
					format!(
						"{} tokens at {}u and {} at {}u",
						receipt.tokens_in,
						assigned.price.input,
						receipt.tokens_out,
						assigned.price.output
					)
				});
			}
			_ => checks.skip(
				"price",
				"the node has discarded the state of the assignment's block",
			),
		}
	}

	fn examine_events(
		&self,
		checks: &mut Checks,
		outcome: &Outcome,
		closed: &[JobClosed],
		paid: &[JobPaid],
	) {
		let expected = JobClosed {
			job: self.job,
			requester: outcome.requester,
			reason: outcome.reason,
			provider: outcome.provider,
			escrow: outcome.escrow,
			spent: outcome.spent,
			refund: outcome.refund,
		};
		checks.that("closing event", closed == [expected], || {
			format!("Jobs.JobClosed in finalised block {}", outcome.closed_at)
		});
		let agrees = match paid {
			[] => outcome.spent == 0,
			[paid] => {
				let payment = paid.payment();
				paid.spent == outcome.spent
					&& payment == outcome.payment
					&& payment.total() == Some(paid.spent)
					&& paid.requester == outcome.requester
					&& Some(paid.provider) == outcome.provider
			}
			_ => false,
		};
		checks.that("payment event", agrees, || match paid {
			[] => "nothing was paid".to_owned(),
			_ => format!("Rewards.JobPaid in finalised block {}", outcome.closed_at),
		});
	}

	fn provider(&self) -> Option<AccountId> {
		match (&self.outcome, &self.live) {
			(Some(outcome), _) => outcome.provider,
			(None, Some(job)) => job.work().map(|work| work.provider),
			(None, None) => None,
		}
	}
}

/// The checks made so far.
#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
	fn push(&mut self, name: &'static str, status: Status, detail: String) {
		self.0.push(Check {
			name,
			status,
			detail,
		});
	}

	fn that(&mut self, name: &'static str, holds: bool, detail: impl FnOnce() -> String) {
		self.push(
			name,
			if holds { Status::Ok } else { Status::Failed },
			detail(),
		);
	}

	fn equal<T: PartialEq + std::fmt::Debug>(
		&mut self,
		name: &'static str,
		claim: &str,
		found: T,
		expected: T,
	) {
		if found == expected {
			self.push(name, Status::Ok, claim.to_owned());
		} else {
			self.push(
				name,
				Status::Failed,
				format!("found {found:?}, expected {expected:?}"),
			);
		}
	}

	fn fail(&mut self, name: &'static str, detail: String) {
		self.push(name, Status::Failed, detail);
	}

	fn skip(&mut self, name: &'static str, why: &str) {
		self.push(name, Status::Skipped, why.to_owned());
	}

	/// A paid or rejected job has a receipt; another need not have one.
	fn receipt_missing(&mut self, evidence: &Evidence) {
		let needs_one = match (&evidence.outcome, &evidence.live) {
			(Some(outcome), _) => {
				matches!(outcome.reason, CloseReason::Paid | CloseReason::Rejected)
			}
			(None, Some(job)) => matches!(job.state, JobState::Submitted { .. }),
			(None, None) => true,
		};
		if needs_one {
			self.fail("receipt", "there is none, and there must be one".to_owned());
		} else {
			self.skip("receipt", "there is none: the job was not done");
		}
	}
}

/// Whether an ed25519 signature holds, by the strict rules that the runtime and workers keep to.
pub fn is_signed(key: &[u8; 32], signature: &[u8; 64], payload: &[u8; 32]) -> bool {
	VerifyingKey::from_bytes(key).is_ok_and(|key| {
		key.verify_strict(payload, &Signature::from_bytes(signature))
			.is_ok()
	})
}

/// Who a worker key belongs to, or belonged to when the receipt was accepted.
async fn worker_owner(
	chain: &Chain,
	view: &View,
	receipt: &StoredReceipt,
	outcome: Option<&Outcome>,
) -> Result<Option<AccountId>, Error> {
	let key = &receipt.signed.worker;
	if let Some(owner) = view.provider_of(key).await? {
		return Ok(Some(owner));
	}
	let Some(then) = outcome.and_then(|outcome| outcome.submitted_at) else {
		return Ok(None);
	};
	readable(async { chain.at(At::Number(then)).await?.provider_of(key).await }.await)
		.map(Option::flatten)
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
fn decode(
	dir: &Path,
	receipt: &athanor_primitives::receipt::Receipt,
	stored: &StoredReceipt,
) -> Result<Decoded, Error> {
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::{self as sample, account};
	use athanor_primitives::{price::Price, receipt::SignedReceipt};
	use ed25519_dalek::{Signer, SigningKey};

	const GENESIS: H256 = H256([1; 32]);

	fn signing() -> SigningKey {
		SigningKey::from_bytes(&[42; 32])
	}

	/// Signs receipt and text again after a change.
	fn sign(stored: &mut StoredReceipt) {
		let key = signing();
		stored.signed.worker = key.verifying_key().to_bytes();
		stored.signed.signature = key
			.sign(&stored.signed.receipt.payload(&GENESIS))
			.to_bytes();
		let payload = delivery_payload(&GENESIS, stored.signed.receipt.job, &stored.text);
		stored.text_signature = key.sign(&payload).to_bytes();
	}

	fn closed(outcome: &Outcome) -> JobClosed {
		JobClosed {
			job: 4,
			requester: outcome.requester,
			reason: outcome.reason,
			provider: outcome.provider,
			escrow: outcome.escrow,
			spent: outcome.spent,
			refund: outcome.refund,
		}
	}

	fn paid(outcome: &Outcome) -> JobPaid {
		JobPaid {
			job: 4,
			requester: outcome.requester,
			provider: account(7),
			author: account(9),
			spent: outcome.spent,
			to_provider: outcome.payment.provider,
			to_delegators: outcome.payment.delegators,
			to_author: outcome.payment.author,
			to_treasury: outcome.payment.treasury,
			burned: outcome.payment.burned,
		}
	}

	/// A job that was done and paid for as it should be.
	fn honest() -> Evidence {
		let mut receipt = sample::receipt();
		sign(&mut receipt);
		let outcome = sample::outcome();
		Evidence {
			job: 4,
			at: BlockId {
				number: 100,
				hash: H256::zero(),
			},
			genesis: GENESIS,
			live: None,
			receipt: Some(receipt),
			stored_input: Some(b"hello".to_vec()),
			known_input: None,
			worker_owner: Some(account(7)),
			registered_tokenizer: Some(H256([2; 32])),
			decoded: None,
			assigned: Some(JobAssigned {
				job: 4,
				provider: account(7),
				price: Price {
					input: 10,
					output: 20,
				},
				price_version: 1,
				deadline: 22,
			}),
			closing: Closing::Read {
				closed: vec![closed(&outcome)],
				paid: vec![paid(&outcome)],
			},
			outcome: Some(outcome),
		}
	}

	fn failures(evidence: &Evidence) -> Vec<&'static str> {
		evidence
			.examine()
			.into_iter()
			.filter(|check| check.status == Status::Failed)
			.map(|check| check.name)
			.collect()
	}

	fn after(change: impl FnOnce(&mut Evidence)) -> Vec<&'static str> {
		let mut evidence = honest();
		change(&mut evidence);
		failures(&evidence)
	}

	fn receipt(evidence: &mut Evidence) -> &mut StoredReceipt {
		evidence.receipt.as_mut().unwrap()
	}

	fn signed(evidence: &mut Evidence) -> &mut SignedReceipt {
		&mut receipt(evidence).signed
	}

	fn outcome(evidence: &mut Evidence) -> &mut Outcome {
		evidence.outcome.as_mut().unwrap()
	}

	#[test]
	fn an_honest_job_passes_every_check() {
		let checks = honest().examine();
		let skipped: Vec<_> = checks.iter().filter(|c| c.status != Status::Ok).collect();
		assert_eq!(skipped.len(), 1, "{skipped:?}");
		assert_eq!(
			(skipped[0].name, skipped[0].status),
			("text", Status::Skipped)
		);
		assert_eq!(checks.len(), 17, "{checks:#?}");
	}

	#[test]
	fn forged_statements_fail() {
		assert_eq!(
			after(|e| signed(e).signature[0] ^= 1),
			["receipt signature"]
		);
		assert_eq!(
			after(|e| receipt(e).text_signature[0] ^= 1),
			["text signature"]
		);
		assert_eq!(after(|e| receipt(e).text.push(b'!')), ["text signature"]);
		assert_eq!(after(|e| receipt(e).tokens[0] += 1), ["output hash"]);
		assert_eq!(
			after(|e| {
				receipt(e).tokens.pop();
			}),
			["output hash"]
		);
		// Whatever the receipt states is covered by its signature.
		assert!(after(|e| signed(e).receipt.tokens_in += 1).contains(&"receipt signature"));
	}

	#[test]
	fn a_receipt_for_something_else_fails() {
		let resigned = |change: &dyn Fn(&mut StoredReceipt)| {
			after(|e| {
				change(receipt(e));
				sign(receipt(e));
			})
		};
		assert_eq!(
			resigned(&|r| r.signed.receipt.job = 5),
			["job", "text signature"]
		);
		assert_eq!(resigned(&|r| r.signed.receipt.model = 3), ["model"]);
		assert_eq!(resigned(&|r| r.signed.receipt.model_version = 2), ["model"]);
		assert_eq!(
			resigned(&|r| r.signed.receipt.input_hash = H256::zero()),
			["input hash"]
		);
		assert_eq!(resigned(&|r| r.signed.receipt.tokens_in = 9), ["price"]);
		assert_eq!(resigned(&|r| r.signed.receipt.finish = 9), ["finish"]);
		assert_eq!(after(|e| signed(e).genesis = H256::zero()), ["chain"]);
		assert_eq!(
			after(|e| e.genesis = H256::zero()),
			["chain", "receipt signature", "text signature"]
		);
	}

	#[test]
	fn the_worker_key_must_be_the_providers() {
		assert_eq!(after(|e| e.worker_owner = Some(account(8))), ["worker key"]);
		assert_eq!(
			after(|e| outcome(e).provider = None)[..2],
			["worker key", "closing event"]
		);
		let mut evidence = honest();
		evidence.worker_owner = None;
		let checks = evidence.examine();
		let check = checks
			.iter()
			.find(|check| check.name == "worker key")
			.unwrap();
		assert_eq!(check.status, Status::Skipped);
	}

	#[test]
	fn the_input_is_compared_with_the_requesters() {
		assert_eq!(
			after(|e| e.stored_input = Some(b"other".to_vec())),
			["input hash"]
		);
		assert_eq!(
			after(|e| e.known_input = Some(b"hello".to_vec())),
			Vec::<&str>::new()
		);
		assert_eq!(
			after(|e| e.known_input = Some(b"hallo".to_vec())),
			["your input"]
		);
		assert_eq!(after(|e| e.stored_input = None), Vec::<&str>::new());
	}

	#[test]
	fn money_must_add_up() {
		assert_eq!(
			after(|e| outcome(e).refund -= 1),
			["escrow", "closing event"]
		);
		assert_eq!(
			after(|e| outcome(e).payment.burned += 1),
			["parts", "payment event"]
		);
		let overflow = after(|e| outcome(e).payment.author = u128::MAX);
		assert_eq!(overflow, ["parts", "payment event"]);
		assert_eq!(
			after(|e| outcome(e).reason = CloseReason::Cancelled),
			["refund", "closing event"]
		);
	}

	#[test]
	fn events_must_agree_with_the_outcome() {
		let with = |closed: Vec<JobClosed>, paid: Vec<JobPaid>| {
			after(|e| e.closing = Closing::Read { closed, paid })
		};
		let honest = sample::outcome();
		let (c, p) = (closed(&honest), paid(&honest));
		assert_eq!(with(vec![], vec![p.clone()]), ["closing event"]);
		assert_eq!(
			with(vec![c.clone(), c.clone()], vec![p.clone()]),
			["closing event"]
		);
		assert_eq!(with(vec![c.clone()], vec![]), ["payment event"]);
		assert_eq!(
			with(vec![c.clone()], vec![p.clone(), p.clone()]),
			["payment event"]
		);
		let stolen = JobPaid {
			to_provider: p.to_provider + 1,
			..p.clone()
		};
		assert_eq!(with(vec![c.clone()], vec![stolen]), ["payment event"]);
		let other = JobPaid {
			provider: account(8),
			..p
		};
		assert_eq!(with(vec![c], vec![other]), ["payment event"]);
	}

	#[test]
	fn what_a_node_has_discarded_is_skipped_not_failed() {
		let mut evidence = honest();
		evidence.closing = Closing::Unreadable("gone".into());
		evidence.assigned = None;
		assert_eq!(failures(&evidence), Vec::<&str>::new());
		let skipped = |name: &str| {
			evidence
				.examine()
				.iter()
				.any(|c| c.name == name && c.status == Status::Skipped)
		};
		assert!(skipped("closing events") && skipped("price"));
	}

	#[test]
	fn a_job_that_nobody_did_has_no_receipt_and_costs_nothing() {
		let mut evidence = honest();
		evidence.receipt = None;
		let outcome = Outcome {
			reason: CloseReason::ExpiredUnassigned,
			provider: None,
			spent: 0,
			refund: 1_788,
			payment: Default::default(),
			..sample::outcome()
		};
		evidence.closing = Closing::Read {
			closed: vec![closed(&outcome)],
			paid: vec![],
		};
		evidence.outcome = Some(outcome);
		assert_eq!(failures(&evidence), Vec::<&str>::new());
		assert_eq!(
			after(|e| e.receipt = None),
			["receipt"],
			"a paid job must have one"
		);
	}

	#[test]
	fn a_live_job_can_be_checked_before_it_is_paid() {
		let mut evidence = honest();
		evidence.outcome = None;
		evidence.closing = Closing::NotYet;
		evidence.live = Some(sample::job(JobState::Submitted {
			work: sample::work(),
			worker: [2; 32],
			tokens_in: 8,
			tokens_out: 5,
			finish: 0,
			submitted_at: 14,
			deadline: 16,
		}));
		assert_eq!(failures(&evidence), Vec::<&str>::new());
		evidence.live.as_mut().unwrap().input_hash = H256::zero();
		assert_eq!(failures(&evidence), ["job's input hash"]);
	}

	#[test]
	fn text_is_compared_with_the_tokens() {
		let decoded = |hash: u8, text: Result<&str, &str>| Decoded {
			tokenizer_hash: H256([hash; 32]),
			text: text.map(Into::into).map_err(Into::into),
		};
		let with = |hash, text| after(|e| e.decoded = Some(decoded(hash, text)));
		assert_eq!(with(2, Ok("héllo")), Vec::<&str>::new());
		assert_eq!(with(2, Ok("hello")), ["text"]);
		assert_eq!(with(3, Ok("héllo")), ["tokenizer"]);
		assert_eq!(with(2, Err("no such token")), ["text"]);
	}

	#[test]
	fn a_real_tokenizer_is_read() {
		let dir = tempfile::tempdir().unwrap();
		let json = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],
			"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,
			"model":{"type":"WordLevel","vocab":{"a":0,"b":1,"c":2},"unk_token":"a"}}"#;
		let stored = StoredReceipt {
			tokens: vec![1, 2],
			..sample::receipt()
		};
		let missing = decode(dir.path(), &stored.signed.receipt, &stored).unwrap_err();
		assert!(missing.to_string().contains("tokenizer.json"));
		std::fs::write(dir.path().join("tokenizer.json"), json).unwrap();
		let decoded = decode(dir.path(), &stored.signed.receipt, &stored).unwrap();
		assert_eq!(decoded.text.unwrap(), "b c");
		assert_eq!(decoded.tokenizer_hash, H256(blake2_256(json.as_bytes())));
		std::fs::write(dir.path().join("tokenizer.json"), "{}").unwrap();
		assert!(decode(dir.path(), &stored.signed.receipt, &stored).is_err());
	}

	#[test]
	fn signatures_are_checked_strictly() {
		let key = signing();
		let payload = [9; 32];
		let signature = key.sign(&payload).to_bytes();
		let public = key.verifying_key().to_bytes();
		assert!(is_signed(&public, &signature, &payload));
		assert!(!is_signed(&public, &signature, &[8; 32]));
		// The neutral element as key and as R, with s = 0, satisfies the plain equation for any
		// payload: only the strict rules refuse it.
		let mut weak = [0; 32];
		weak[0] = 1;
		let mut forged = [0; 64];
		forged[0] = 1;
		assert!(!is_signed(&weak, &forged, &payload));
	}
}
