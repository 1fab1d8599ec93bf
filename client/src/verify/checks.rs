//! The checks, made on evidence alone.

use athanor_primitives::{
	job::CloseReason,
	receipt::{Finish, delivery_payload, input_hash, max_text_len, output_hash},
};

use super::{
	Check, Status,
	evidence::{Closing, Evidence, KeyOwner},
	is_signed,
};
use crate::{
	amount::Amount,
	chain::{
		AccountId, JobState, Outcome, StoredReceipt,
		events::{JobClosed, JobPaid},
	},
};

/// Most bytes that a text loses when it is cut between two characters instead of at a byte.
const CUT: usize = 3;

impl Evidence {
	/// Makes every check.
	pub fn examine(&self) -> Vec<Check> {
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
		let name = "worker key";
		let Some(provider) = self.provider() else {
			return checks.fail(name, "there is a receipt, but no provider".to_owned());
		};
		match &self.key_owner {
			Some(KeyOwner::Then(owners)) => checks.that(name, owners.contains(&provider), || {
				format!(
					"belonged to {}; the job was done by {provider}",
					names(owners)
				)
			}),
			Some(KeyOwner::Today(Some(owner))) if *owner == provider => {
				checks.that(name, true, || {
					format!("belongs to {owner}; the job was done by {provider}")
				});
			}
			// Not a failure: the key may have been the provider's at the time.
			_ => checks.skip(
				name,
				&format!(
					"it is not {provider}'s today, and the node has discarded the state of the \
					 time; ask an archive node"
				),
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
			Ok(text) if self.is_cut(text, stored) => checks.that("text", true, || {
				format!(
					"the first {} bytes of what the tokens read: the chain takes no longer text",
					stored.text.len()
				)
			}),
			Ok(text) => checks.that("text", text.as_bytes() == stored.text, || {
				format!("the tokens read {text:?}")
			}),
			Err(reason) => checks.fail("text", reason.clone()),
		}
	}

	/// Whether the worker had to cut the text, because the chain takes no longer one.
	fn is_cut(&self, whole: &str, stored: &StoredReceipt) -> bool {
		let longest = max_text_len(stored.signed.receipt.tokens_out).min(self.max_text);
		whole.len() > longest
			&& stored.text.len() >= longest.saturating_sub(CUT)
			&& whole.as_bytes().starts_with(&stored.text)
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

/// Accounts in words.
fn names(accounts: &[AccountId]) -> String {
	match accounts {
		[] => "nobody".to_owned(),
		accounts => {
			let names: Vec<_> = accounts.iter().map(ToString::to_string).collect();
			names.join(" and ")
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
