//! Prometheus metrics, with the names that operators of inference servers know.

use std::{net::SocketAddr, time::Duration};

use metrics::{
	Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

const TIME_TO_FIRST_TOKEN: &str = "time_to_first_token_seconds";
const INTER_TOKEN_LATENCY: &str = "inter_token_latency_seconds";
const REQUEST_LATENCY: &str = "e2e_request_latency_seconds";
const PROMPT_TOKENS: &str = "prompt_tokens_total";
const GENERATION_TOKENS: &str = "generation_tokens_total";
const JOBS: &str = "jobs_total";
const JOBS_RUNNING: &str = "jobs_running";
const CLAIMS: &str = "claims_total";
const RECEIPTS_SUBMITTED: &str = "receipts_submitted_total";
const BEST_BLOCK: &str = "chain_best_block";
const CONNECTED: &str = "chain_connected";
const UP_INFO: &str = "worker_up_info";

/// Upper bounds of the buckets for whole answers, in seconds.
const SECONDS: [f64; 14] = [
	0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0,
];
/// Upper bounds of the buckets for single tokens, in seconds.
const TOKEN_SECONDS: [f64; 12] = [
	0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56,
];

/// The metrics address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve metrics on {address}: {reason}. Choose a free address with --metrics")]
pub struct MetricsError {
	address: SocketAddr,
	reason: String,
}

/// Serves the metrics on `address`, under `/metrics`; `/health` answers 200.
///
/// # Errors
/// The address is taken, or not this machine's.
pub fn serve(address: SocketAddr) -> Result<(), MetricsError> {
	let failed = |reason: String| MetricsError { address, reason };
	let builder = PrometheusBuilder::new()
		.with_http_listener(address)
		.set_buckets(&SECONDS)
		.and_then(|builder| {
			builder
				.set_buckets_for_metric(Matcher::Full(INTER_TOKEN_LATENCY.into()), &TOKEN_SECONDS)
		})
		.map_err(|error| failed(error.to_string()))?;
	builder
		.install()
		.map_err(|error| failed(error.to_string()))?;
	describe();
	Ok(())
}

fn describe() {
	describe_histogram!(
		TIME_TO_FIRST_TOKEN,
		Unit::Seconds,
		"From the start of a job on this worker to its first token"
	);
	describe_histogram!(
		INTER_TOKEN_LATENCY,
		Unit::Seconds,
		"Between two tokens of a job"
	);
	describe_histogram!(
		REQUEST_LATENCY,
		Unit::Seconds,
		"From the start of a job on this worker to its last token"
	);
	describe_counter!(PROMPT_TOKENS, "Prompt tokens of finished jobs");
	describe_counter!(
		GENERATION_TOKENS,
		"Tokens generated, of unfinished jobs too"
	);
	describe_counter!(
		JOBS,
		"Jobs by result: computed, rejected, cancelled, failed, let_go; accepted, refused"
	);
	describe_counter!(
		CLAIMS,
		"Claims by result: sent, and of these won, lost, expired; refused by the node"
	);
	describe_gauge!(JOBS_RUNNING, "Jobs that run now");
	describe_counter!(
		RECEIPTS_SUBMITTED,
		"Receipts taken by a node's transaction pool"
	);
	describe_gauge!(
		BEST_BLOCK,
		"Height of the best block that the worker has seen"
	);
	describe_gauge!(CONNECTED, "1 while the worker follows the chain, else 0");
	describe_gauge!(UP_INFO, "1, with what this worker is in its labels");
}

/// States what this worker is.
pub fn up(model: u32, provider: &str, worker: &str, device: &str) {
	gauge!(
		UP_INFO,
		"version" => env!("CARGO_PKG_VERSION"),
		"model" => model.to_string(),
		"provider" => provider.to_owned(),
		"worker" => worker.to_owned(),
		"device" => device.to_owned(),
	)
	.set(1.0);
	connected(false);
	running(0);
}

/// The worker follows the chain, or does not.
pub fn connected(yes: bool) {
	gauge!(CONNECTED).set(if yes { 1.0 } else { 0.0 });
}

/// A new best block.
pub fn best_block(number: u32) {
	gauge!(BEST_BLOCK).set(number);
}

/// So many jobs run.
pub fn running(jobs: u32) {
	gauge!(JOBS_RUNNING).set(jobs);
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobResult {
	/// An output was computed.
	Computed,
	/// The input could not be run; the receipt says so.
	Rejected,
	/// It was stopped, because it was no longer wanted.
	Cancelled,
	/// The engine failed.
	Failed,
	/// It was not done, because a second receipt for its number would have been proof of equivocation.
	LetGo,
	/// The receipt is in a finalised block.
	Accepted,
	/// The receipt will never be accepted.
	Refused,
}

/// Counts a job.
pub fn job(result: JobResult) {
	let result = match result {
		JobResult::Computed => "computed",
		JobResult::Rejected => "rejected",
		JobResult::Cancelled => "cancelled",
		JobResult::Failed => "failed",
		JobResult::LetGo => "let_go",
		JobResult::Accepted => "accepted",
		JobResult::Refused => "refused",
	};
	counter!(JOBS, "result" => result).increment(1);
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimResult {
	/// A node's pool took it.
	Sent,
	/// The provider has the job.
	Won,
	/// Somebody else has the job, or it has closed.
	Lost,
	/// It was in no block while it was valid.
	Expired,
	/// The chain refused it.
	Refused,
}

/// Counts a claim.
pub fn claim(result: ClaimResult) {
	let result = match result {
		ClaimResult::Sent => "sent",
		ClaimResult::Won => "won",
		ClaimResult::Lost => "lost",
		ClaimResult::Expired => "expired",
		ClaimResult::Refused => "refused",
	};
	counter!(CLAIMS, "result" => result).increment(1);
}

/// Counts a receipt that a pool took.
pub fn receipt_submitted() {
	counter!(RECEIPTS_SUBMITTED).increment(1);
}

/// A job's first token came.
pub fn first_token(after: Duration) {
	histogram!(TIME_TO_FIRST_TOKEN).record(after);
}

/// A token came.
pub fn token() {
	counter!(GENERATION_TOKENS).increment(1);
}

/// A token came so long after the one before.
pub fn next_token(after: Duration) {
	histogram!(INTER_TOKEN_LATENCY).record(after);
}

/// A job was computed.
pub fn finished(prompt_tokens: u32, after: Duration) {
	counter!(PROMPT_TOKENS).increment(prompt_tokens.into());
	histogram!(REQUEST_LATENCY).record(after);
}
