//! Following a job: progress for people on stderr, the output on stdout.

use std::process::ExitCode;

use athanor::{
	Amount, Chain, Error, JobProgress, JobUpdate,
	chain::{Outcome, StoredReceipt},
	primitives::{
		JobId,
		job::{Assignment, CloseReason},
		receipt::Finish,
		split::Payment,
	},
};
use serde_json::{Value, json};

use super::{
	Context,
	output::{self, merge, note, price},
};

/// What came of a job that was followed to its end.
struct End {
	outcome: Outcome,
	receipt: Option<StoredReceipt>,
}

/// Follows a job to its end. `known` is added to the result for programs.
pub async fn follow(
	context: &Context,
	chain: &Chain,
	job: JobId,
	known: Value,
) -> Result<ExitCode, Error> {
	let progress = chain.follow_job(job, context.finalised()).await?;
	let followed = async {
		match context.given_timeout() {
			None => to_the_end(context, progress, job).await,
			Some(after) => {
				match tokio::time::timeout(after, to_the_end(context, progress, job)).await {
					Ok(end) => end,
					Err(_) => Err(Error::TimedOut {
						what: format!(
							"job {job} to end; it goes on, continue with `athanor job get {job} --wait`"
						),
						after,
					}),
				}
			}
		}
	};
	tokio::select! {
		end = followed => conclude(context, job, end?, known),
		_ = tokio::signal::ctrl_c() => {
			note(format_args!(
				"stopped waiting; job {job} goes on. Continue with `athanor job get {job} --wait`"
			));
			Ok(ExitCode::FAILURE)
		},
	}
}

async fn to_the_end(
	context: &Context,
	mut progress: JobProgress,
	job: JobId,
) -> Result<End, Error> {
	let spinner = output::spinner(format!("job {job}"));
	let mut receipt = None;
	let result = loop {
		match progress.next().await {
			Ok(Some(update)) => {
				spinner.suspend(|| note(sentence(job, &update)));
				match update {
					JobUpdate::Delivered {
						receipt: delivered, ..
					} => {
						if !context.output().is_json() {
							spinner.suspend(|| show_output(&delivered));
						}
						receipt = Some(delivered);
					}
					JobUpdate::Closed { outcome, .. } => break Ok(End { outcome, receipt }),
					_ => {}
				}
			}
			Ok(None) => {
				break Err(Error::Node(format!("job {job} ended without an outcome")));
			}
			Err(error) => break Err(error),
		}
	};
	spinner.finish_and_clear();
	result
}

/// The output goes to stdout; why an input cannot be run does not.
fn show_output(receipt: &StoredReceipt) {
	let text = receipt.output();
	match receipt.finish() {
		Some(Finish::Rejected) => {
			if let Some(words) = reason_given(&text) {
				note(words);
			}
		}
		_ => output::print(&text),
	}
}

/// Why an input cannot be run, if the worker says so.
fn reason_given(text: &str) -> Option<String> {
	let reason = text.trim();
	(!reason.is_empty()).then(|| format!("the worker says: {reason}"))
}

fn conclude(context: &Context, job: JobId, end: End, known: Value) -> Result<ExitCode, Error> {
	if context.output().is_json() {
		let mut value = json!({
			"job": job,
			"output": end.receipt.as_ref().map(StoredReceipt::output),
			"outcome": end.outcome,
			"receipt": end.receipt,
		});
		merge(&mut value, known);
		context.output().show(value, String::new)?;
	}
	Ok(ExitCode::from(exit_code(end.outcome.reason)))
}

/// A script that reads the output has to know when there is none.
fn exit_code(reason: CloseReason) -> u8 {
	match reason {
		CloseReason::Paid => 0,
		CloseReason::Cancelled => 1,
		CloseReason::Rejected => 4,
		CloseReason::ExpiredUnassigned
		| CloseReason::WorkerTimedOut
		| CloseReason::WorkerEquivocated => 5,
	}
}

/// An update in words.
fn sentence(job: JobId, update: &JobUpdate) -> String {
	match update {
		JobUpdate::Open { job: open, .. } => format!(
			"job {job} posted in block {}, {} held; waits for a provider{} until block {}",
			open.posted_at,
			Amount(open.escrow),
			match open.assignment {
				Assignment::Open => " to claim it",
				Assignment::Auto | Assignment::Direct(_) => "",
			},
			open.expires_at
		),
		JobUpdate::OfferedAgain { seen, job: open } => format!(
			"the provider failed job {job}; it is offered again in block {}, attempt {}",
			seen.number,
			open.failed.len().saturating_add(1)
		),
		JobUpdate::Assigned { work, deadline, .. } => format!(
			"assigned to {} in block {} at {}; due before block {deadline}",
			work.provider,
			work.assigned_at,
			price(&work.price)
		),
		JobUpdate::Delivered { seen, receipt } => format!(
			"receipt in block {}: {} tokens in, {} out",
			seen.number, receipt.signed.receipt.tokens_in, receipt.signed.receipt.tokens_out
		),
		JobUpdate::Closed { outcome, .. } => closed(job, outcome),
	}
}

fn closed(job: JobId, outcome: &Outcome) -> String {
	let reason = reason_sentence(outcome.reason);
	let at = outcome.closed_at;
	match outcome.reason {
		CloseReason::Paid => format!(
			"paid {} in block {at}: {}; {} returned",
			Amount(outcome.spent),
			payment_words(&outcome.payment),
			Amount(outcome.refund)
		),
		_ => format!(
			"job {job} closed in block {at}: {reason}; {} returned",
			Amount(outcome.refund)
		),
	}
}

/// Who got what, in words.
pub fn payment_words(payment: &Payment) -> String {
	[
		("provider", payment.provider),
		("delegators", payment.delegators),
		("author", payment.author),
		("treasury", payment.treasury),
		("burned", payment.burned),
	]
	.into_iter()
	.filter(|(_, amount)| *amount > 0)
	.map(|(who, amount)| format!("{who} {}", Amount(amount)))
	.collect::<Vec<_>>()
	.join(", ")
}

/// Why a job closed, in a word.
pub fn reason_word(reason: CloseReason) -> &'static str {
	match reason {
		CloseReason::Paid => "paid",
		CloseReason::Rejected => "rejected",
		CloseReason::Cancelled => "cancelled",
		CloseReason::ExpiredUnassigned => "expired",
		CloseReason::WorkerTimedOut => "timed out",
		CloseReason::WorkerEquivocated => "equivocated",
	}
}

/// Why a job closed, in words.
pub fn reason_sentence(reason: CloseReason) -> &'static str {
	match reason {
		CloseReason::Paid => "done and paid",
		CloseReason::Rejected => "the model cannot run this input",
		CloseReason::Cancelled => "cancelled by its requester",
		CloseReason::ExpiredUnassigned => "no provider took it in time",
		CloseReason::WorkerTimedOut => "the provider missed its deadline, and no time was left",
		CloseReason::WorkerEquivocated => {
			"the worker signed two different receipts, and no time was left"
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_a_paid_job_is_a_success() {
		assert_eq!(exit_code(CloseReason::Paid), 0);
		for reason in [
			CloseReason::Cancelled,
			CloseReason::Rejected,
			CloseReason::ExpiredUnassigned,
			CloseReason::WorkerTimedOut,
			CloseReason::WorkerEquivocated,
		] {
			assert_ne!(exit_code(reason), 0);
		}
	}

	#[test]
	fn a_worker_that_says_nothing_is_not_quoted() {
		for nothing in ["", " \n"] {
			assert_eq!(reason_given(nothing), None);
		}
		assert_eq!(
			reason_given("the input is no chat\n").as_deref(),
			Some("the worker says: the input is no chat")
		);
	}

	#[test]
	fn parts_of_nothing_are_left_out() {
		let payment = Payment {
			provider: 1_000_000_000_000,
			delegators: 0,
			author: 5,
			treasury: 0,
			burned: 0,
		};
		assert_eq!(payment_words(&payment), "provider 1 ATH, author 5u");
	}
}
