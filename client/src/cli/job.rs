//! `athanor job`.

use std::{path::PathBuf, process::ExitCode};

use athanor::{
	AccountId, Amount, Call, Chain, Error, VerifyOptions, View,
	chain::{Job, JobState, Outcome, StoredReceipt, events::JobClosed},
	primitives::{JobId, ModelId, receipt::Finish},
	quote::{self, Quote, QuoteRequest},
	verify::{Status, Verification},
	verify_job,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
	Context,
	job_post::{self, PostArgs, Prices, prompt_bytes},
	output::{Done, fields, hexadecimal, price, report, table},
	parse_account, watch,
};

/// Exit code of a verification that failed.
const VERIFICATION_FAILED: u8 = 6;

/// Exit code of a verification without a verdict.
const VERIFICATION_INCOMPLETE: u8 = 1;

/// Bytes of input that a quote is for if none is given.
const USUAL_INPUT: usize = 1_024;

/// Post jobs, follow them and check what came of them.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Show what a job would cost and who could do it, and why others could not.
	#[command(after_help = "\
Examples:
  athanor job quote --model 0 --max-tokens 256
  athanor job quote --model 0 --max-tokens 256 --prompt-file prompt.txt -o json")]
	Quote(QuoteArgs),
	/// Post a job. Its highest price is held; what is not spent returns when it closes.
	#[command(after_help = job_post::EXAMPLES)]
	Post(Box<PostArgs>),
	/// List live jobs, and closed ones that the chain still keeps, the newest first.
	#[command(after_help = "\
Examples:
  athanor --key alice.key job list --mine
  athanor job list --model 0 --limit 100 -o json")]
	List(ListArgs),
	/// Show a job: where it stands, its output, who was paid what.
	#[command(after_help = "\
Examples:
  athanor job get 12
  athanor job get 12 --wait

With --wait, follows it to its end: progress on stderr, the output on stdout. The exit code is 0 if
it was paid, 4 if the model cannot run the input, 5 if nobody did it in time, 1 if it was cancelled.")]
	Get {
		/// Its id.
		job: JobId,
		/// Follow it until it has ended.
		#[arg(long)]
		wait: bool,
	},
	/// Take back a job that no provider has yet. Everything held returns.
	#[command(after_help = "\
Example:
  athanor --key alice.key job cancel 12")]
	Cancel {
		/// Its id.
		job: JobId,
	},
	/// Do what is due for a job, if the chain has not done it by itself. Anybody can do this.
	#[command(after_help = "\
Example:
  athanor --key any.key job poke 12")]
	Poke {
		/// Its id.
		job: JobId,
	},
	/// Check a job's result and payment: every hash, signature and amount, from finalised blocks.
	#[command(after_help = "\
Examples:
  athanor job verify 12
  athanor job verify 12 --model-dir ./stories15M --prompt-file prompt.txt -o json

The exit code is 6 if a check fails, and 1 if none fails but the provider or the payment could not
be checked: the job has not closed, or the node has discarded the state of the time.")]
	Verify(VerifyArgs),
}

/// What to quote.
#[derive(Debug, Args)]
pub struct QuoteArgs {
	/// The model.
	#[arg(long)]
	model: ModelId,
	/// Most tokens to generate.
	#[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
	max_tokens: u32,
	/// The prompt.
	#[arg(long, conflicts_with_all = ["prompt_file", "bytes"])]
	prompt: Option<String>,
	/// File with the prompt.
	#[arg(long, value_name = "FILE", conflicts_with = "bytes")]
	prompt_file: Option<PathBuf>,
	/// Length of the prompt in bytes [default: 1024].
	#[arg(long)]
	bytes: Option<usize>,
	#[command(flatten)]
	prices: Prices,
}

/// Which jobs to list.
#[derive(Debug, Args)]
pub struct ListArgs {
	/// Only jobs that the key's account posted.
	#[arg(long, conflicts_with = "requester")]
	mine: bool,
	/// Only jobs that this account posted.
	#[arg(long, value_parser = parse_account, value_name = "ADDRESS")]
	requester: Option<AccountId>,
	/// Only jobs that this provider has or had.
	#[arg(long, value_parser = parse_account, value_name = "ADDRESS")]
	provider: Option<AccountId>,
	/// Only jobs on this model.
	#[arg(long)]
	model: Option<ModelId>,
	/// At most so many.
	#[arg(long, default_value_t = 20, value_name = "N")]
	limit: usize,
}

/// What to verify a job with.
#[derive(Debug, Args)]
pub struct VerifyArgs {
	/// Its id.
	job: JobId,
	/// Folder with the model's tokenizer.json, to check the text against the token ids.
	#[arg(long, value_name = "DIR")]
	model_dir: Option<PathBuf>,
	/// The prompt that you posted, to check that this is what was answered.
	#[arg(long, conflicts_with = "prompt_file")]
	prompt: Option<String>,
	/// File with the prompt that you posted.
	#[arg(long, value_name = "FILE")]
	prompt_file: Option<PathBuf>,
	/// Read the newest block instead of the newest finalised one. The result can still change.
	#[arg(long, conflicts_with = "finalised")]
	best: bool,
}

/// Does it.
pub async fn run(context: &Context, command: Command) -> Result<ExitCode, Error> {
	match command {
		Command::Quote(arguments) => show_quote(context, arguments).await?,
		Command::Post(arguments) => return job_post::run(context, *arguments).await,
		Command::List(arguments) => list(context, arguments).await?,
		Command::Get { job, wait: true } => {
			let chain = context.chain().await?;
			return watch::follow(context, &chain, job, json!({})).await;
		}
		Command::Get { job, wait: false } => get(context, job).await?,
		Command::Cancel { job } => end(context, Call::CancelJob(job), job).await?,
		Command::Poke { job } => end(context, Call::PokeJob(job), job).await?,
		Command::Verify(arguments) => return verify(context, arguments).await,
	}
	Ok(ExitCode::SUCCESS)
}

async fn show_quote(context: &Context, arguments: QuoteArgs) -> Result<(), Error> {
	let input_len = match (&arguments.prompt, &arguments.prompt_file) {
		(None, None) => arguments.bytes.unwrap_or(USUAL_INPUT),
		(prompt, file) => prompt_bytes(prompt.as_deref(), file.as_deref())?.len(),
	};
	let request = QuoteRequest {
		model: arguments.model,
		input_len,
		max_output_tokens: arguments.max_tokens,
		max_price_in: arguments.prices.max_price_in,
		max_price_out: arguments.prices.max_price_out,
		provider: arguments.prices.provider,
	};
	let chain = context.chain().await?;
	let quote = context
		.in_time("the quote", async {
			quote::quote(&chain.at(context.at()).await?, &request).await
		})
		.await?;
	context.output().show(&quote, || quote_text(&quote))
}

/// A quote in words.
pub fn quote_text(quote: &Quote) -> String {
	let best = quote.eligible().next();
	let mut text = fields(&[
		("model", Some(quote.model.to_string())),
		(
			"prompt",
			Some(format!(
				"{} bytes, at most {} tokens",
				quote.input_len, quote.max_input_tokens
			)),
		),
		(
			"output",
			Some(format!("at most {} tokens", quote.max_output_tokens)),
		),
		("price ceiling", Some(price(&quote.ceiling))),
		("held while it runs", Some(Amount(quote.escrow).to_string())),
		(
			"cheapest offer",
			best.map(|offer| format!("at most {}", Amount(offer.cost))),
		),
		(
			"time limit",
			Some(format!("{} blocks", quote.usual_time_limit)),
		),
	]);
	let rows: Vec<_> = quote
		.candidates
		.iter()
		.map(|candidate| {
			vec![
				candidate.provider.to_string(),
				price(&candidate.price),
				Amount(candidate.cost).to_string(),
				candidate
					.obstacle
					.map_or("yes", |obstacle| obstacle.reason())
					.to_owned(),
			]
		})
		.collect();
	text.push('\n');
	text.push_str(&match rows.is_empty() {
		true => "nobody offers this model".into(),
		false => table(&["provider", "price", "at most", "could do it"], &rows),
	});
	text
}

/// A job in the list.
struct Entry {
	id: JobId,
	requester: AccountId,
	provider: Option<AccountId>,
	model: ModelId,
	posted_at: u32,
	state: String,
	cost: u128,
	json: Value,
}

impl Entry {
	fn live(id: JobId, job: &Job) -> Self {
		let (state, provider) = match &job.state {
			JobState::Open { .. } => ("open", None),
			JobState::Assigned { work, .. } => ("assigned", Some(work.provider)),
			JobState::Submitted { work, .. } => ("delivered", Some(work.provider)),
		};
		Self {
			id,
			requester: job.requester,
			provider,
			model: job.model,
			posted_at: job.posted_at,
			state: state.to_owned(),
			cost: job.escrow,
			json: json!({"id": id, "live": job}),
		}
	}

	fn closed(id: JobId, outcome: &Outcome) -> Self {
		Self {
			id,
			requester: outcome.requester,
			provider: outcome.provider,
			model: outcome.model,
			posted_at: outcome.posted_at,
			state: watch::reason_word(outcome.reason).to_owned(),
			cost: outcome.spent,
			json: json!({"id": id, "outcome": outcome}),
		}
	}

	fn row(&self) -> Vec<String> {
		vec![
			self.id.to_string(),
			self.state.clone(),
			self.model.to_string(),
			self.posted_at.to_string(),
			Amount(self.cost).to_string(),
			self.provider
				.map_or_else(|| "-".into(), |who| who.to_string()),
		]
	}
}

async fn list(context: &Context, arguments: ListArgs) -> Result<(), Error> {
	let requester = match arguments.mine {
		true => Some(context.key()?.account()),
		false => arguments.requester,
	};
	let chain = context.chain().await?;
	let mut entries = context
		.in_time("the jobs", async {
			let view = chain.at(context.at()).await?;
			let mut entries: Vec<Entry> = view
				.jobs()
				.await?
				.iter()
				.map(|(id, job)| Entry::live(*id, job))
				.collect();
			let outcomes = view.outcomes().await?;
			entries.extend(
				outcomes
					.iter()
					.map(|(id, outcome)| Entry::closed(*id, outcome)),
			);
			Ok(entries)
		})
		.await?;
	entries.retain(|entry| {
		requester.is_none_or(|who| entry.requester == who)
			&& arguments
				.provider
				.is_none_or(|who| entry.provider == Some(who))
			&& arguments.model.is_none_or(|model| entry.model == model)
	});
	entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
	let found = entries.len();
	entries.truncate(arguments.limit);
	let values: Vec<&Value> = entries.iter().map(|entry| &entry.json).collect();
	context.output().show(values, || {
		if entries.is_empty() {
			return "no such jobs".to_owned();
		}
		let rows: Vec<_> = entries.iter().map(Entry::row).collect();
		let head = [
			"id",
			"state",
			"model",
			"posted at",
			"held or spent",
			"provider",
		];
		let mut text = table(&head, &rows);
		if found > entries.len() {
			text.push_str(&format!("{} more; see --limit\n", found - entries.len()));
		}
		text
	})
}

/// Everything that the chain has of a job.
struct Whole {
	live: Option<Job>,
	outcome: Option<Outcome>,
	receipt: Option<StoredReceipt>,
}

impl Whole {
	async fn read(chain: &Chain, view: &View, id: JobId) -> Result<Self, Error> {
		let live = view.job(id).await?;
		let outcome = view.outcome(id).await?;
		if live.is_none() && outcome.is_none() {
			return Err(chain.unknown_job(id).await?);
		}
		Ok(Self {
			live,
			outcome,
			receipt: view.receipt(id).await?,
		})
	}

	fn text(&self, id: JobId) -> String {
		let mut text = String::new();
		if let Some(job) = &self.live {
			text.push_str(&live_text(id, job));
		}
		if let Some(outcome) = &self.outcome {
			text.push_str(&outcome_text(id, outcome));
		}
		if let Some(receipt) = &self.receipt {
			text.push_str(&receipt_text(receipt));
		}
		text
	}
}

async fn get(context: &Context, id: JobId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let whole = context
		.in_time("the job", async {
			Whole::read(&chain, &chain.at(context.at()).await?, id).await
		})
		.await?;
	let value = json!({
		"id": id, "live": whole.live, "outcome": whole.outcome, "receipt": whole.receipt,
	});
	context.output().show(value, || whole.text(id))
}

fn live_text(id: JobId, job: &Job) -> String {
	let state = match &job.state {
		JobState::Open { deadline } => format!("waits for a provider, until block {deadline}"),
		JobState::Assigned { work, deadline } => {
			format!("assigned to {}, due before block {deadline}", work.provider)
		}
		JobState::Submitted { deadline, .. } => format!("delivered, paid in block {deadline}"),
	};
	fields(&[
		("job", Some(id.to_string())),
		("state", Some(state)),
		("requester", Some(job.requester.to_string())),
		(
			"model",
			Some(format!("{} version {}", job.model, job.model_version)),
		),
		("prompt", Some(format!("{} bytes", job.input_len))),
		(
			"output",
			Some(format!("at most {} tokens", job.max_output_tokens)),
		),
		("price ceiling", Some(price(&job.ceiling))),
		("price", job.work().map(|work| price(&work.price))),
		("held", Some(Amount(job.escrow).to_string())),
		("posted", Some(format!("block {}", job.posted_at))),
		("expires", Some(format!("block {}", job.expires_at))),
		(
			"failed providers",
			Some(job.failed.len().to_string()).filter(|count| count != "0"),
		),
	])
}

fn outcome_text(id: JobId, outcome: &Outcome) -> String {
	fields(&[
		("job", Some(id.to_string())),
		(
			"state",
			Some(watch::reason_sentence(outcome.reason).to_owned()),
		),
		("requester", Some(outcome.requester.to_string())),
		("provider", outcome.provider.map(|who| who.to_string())),
		(
			"model",
			Some(format!(
				"{} version {}",
				outcome.model, outcome.model_version
			)),
		),
		("held", Some(Amount(outcome.escrow).to_string())),
		("spent", Some(Amount(outcome.spent).to_string())),
		("returned", Some(Amount(outcome.refund).to_string())),
		(
			"paid to",
			Some(watch::payment_words(&outcome.payment)).filter(|_| outcome.spent > 0),
		),
		("posted", Some(format!("block {}", outcome.posted_at))),
		(
			"assigned",
			outcome.assigned_at.map(|at| format!("block {at}")),
		),
		(
			"delivered",
			outcome.submitted_at.map(|at| format!("block {at}")),
		),
		("closed", Some(format!("block {}", outcome.closed_at))),
	])
}

fn receipt_text(stored: &StoredReceipt) -> String {
	let receipt = &stored.signed.receipt;
	let finish = match stored.finish() {
		Some(Finish::Stop) => "the model ended its answer",
		Some(Finish::Length) => "the token limit was reached",
		Some(Finish::Rejected) => "the model cannot run this input",
		None => "unknown",
	};
	let mut text = fields(&[
		(
			"tokens",
			Some(format!(
				"{} in, {} out",
				receipt.tokens_in, receipt.tokens_out
			)),
		),
		("finish", Some(finish.to_owned())),
		("worker key", Some(hexadecimal(stored.signed.worker))),
	]);
	text.push('\n');
	text.push_str(&stored.output());
	text
}

/// Cancels or pokes a job.
async fn end(context: &Context, call: Call, job: JobId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |included| {
		let closed = included.events.first::<JobClosed>()?;
		let text = match &closed {
			Some(closed) => format!(
				"job {job} closed, {}: {} returned,",
				watch::reason_sentence(closed.reason),
				Amount(closed.refund)
			),
			None => format!("job {job} moved on"),
		};
		Ok(Done {
			json: json!({"job": job, "closed": closed}),
			text,
		})
	})
}

async fn verify(context: &Context, arguments: VerifyArgs) -> Result<ExitCode, Error> {
	let input = match (&arguments.prompt, &arguments.prompt_file) {
		(None, None) => None,
		(prompt, file) => Some(prompt_bytes(prompt.as_deref(), file.as_deref())?),
	};
	let options = VerifyOptions {
		model_dir: arguments.model_dir,
		input,
		best: arguments.best,
	};
	let chain = context.chain().await?;
	let verification = context
		.in_time("the evidence", verify_job(&chain, arguments.job, &options))
		.await?;
	let mut value = json!({
		"passed": verification.passed(),
		"complete": verification.complete(),
	});
	super::output::merge(
		&mut value,
		serde_json::to_value(&verification).unwrap_or_default(),
	);
	context
		.output()
		.show(value, || verification_text(&verification))?;
	Ok(ExitCode::from(verification_code(&verification)))
}

/// A script must not take for verified what was not checked.
fn verification_code(verification: &Verification) -> u8 {
	match (verification.passed(), verification.complete()) {
		(false, _) => VERIFICATION_FAILED,
		(true, false) => VERIFICATION_INCOMPLETE,
		(true, true) => 0,
	}
}

fn verification_text(verification: &Verification) -> String {
	let rows: Vec<_> = verification
		.checks
		.iter()
		.map(|check| {
			let status = match check.status {
				Status::Ok => "ok",
				Status::Failed => "FAILED",
				Status::Skipped => "skipped",
			};
			vec![
				status.to_owned(),
				check.name.to_owned(),
				check.detail.clone(),
			]
		})
		.collect();
	let mut text = table(&["result", "check", "what was found"], &rows);
	text.push_str(&verdict(verification));
	text
}

/// The result of a verification in words, with what to do if there is none.
fn verdict(verification: &Verification) -> String {
	let job = verification.job;
	let checks = |count: usize| match count {
		1 => "1 check".to_owned(),
		count => format!("{count} checks"),
	};
	let failed = verification
		.checks
		.iter()
		.filter(|check| check.status == Status::Failed)
		.count();
	if failed > 0 {
		return format!("job {job} FAILED verification: {} failed\n", checks(failed));
	}
	let missing: Vec<_> = verification.missing().map(|check| check.name).collect();
	if missing.is_empty() {
		return format!(
			"job {job} verified, as of block {}\n",
			verification.at.number
		);
	}
	let mut text = format!(
		"job {job} is not verified; incomplete: {} could not be made ({})\n",
		checks(missing.len()),
		missing.join(", ")
	);
	if missing.contains(&"payment") {
		text.push_str(&format!(
			"wait until the job is closed and final, with `athanor job get {job} --wait --finalised`, \
			 and verify it again\n"
		));
	}
	if missing.iter().any(|name| *name != "payment") {
		text.push_str(
			"ask an archive node, `athanor-node --state-pruning archive --blocks-pruning archive`; \
			 --url names it\n",
		);
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::{BlockId, primitives::H256, verify::Check};

	fn verification(checks: &[(&'static str, Status)]) -> Verification {
		Verification {
			job: 12,
			at: BlockId {
				number: 30,
				hash: H256::zero(),
			},
			checks: checks
				.iter()
				.map(|&(name, status)| Check {
					name,
					status,
					detail: String::new(),
				})
				.collect(),
		}
	}

	#[test]
	fn only_what_was_checked_is_called_verified() {
		use Status::{Failed, Ok, Skipped};
		let of = |checks: &[(&'static str, Status)]| {
			let verification = verification(checks);
			(verification_code(&verification), verdict(&verification))
		};
		let (code, text) = of(&[("escrow", Ok), ("text", Skipped)]);
		assert_eq!((code, &*text), (0, "job 12 verified, as of block 30\n"));
		let (code, text) = of(&[("receipt", Skipped), ("payment", Skipped)]);
		assert_eq!(code, 1);
		assert!(
			text.contains("incomplete: 1 check could not be made"),
			"{text}"
		);
		assert!(text.contains("job get 12 --wait --finalised"), "{text}");
		assert!(!text.contains("archive"), "{text}");
		let (code, text) = of(&[("price", Skipped), ("closing events", Skipped)]);
		assert_eq!(code, 1);
		assert!(
			text.contains("incomplete: 2 checks could not be made"),
			"{text}"
		);
		assert!(
			text.contains("athanor-node --state-pruning archive"),
			"{text}"
		);
		assert!(!text.contains("--wait"), "{text}");
		let (code, text) = of(&[("model", Failed), ("payment", Skipped)]);
		assert_eq!(code, 6);
		assert!(
			text.contains("FAILED verification: 1 check failed"),
			"{text}"
		);
	}
}
