//! `athanor job`.

use std::{path::PathBuf, process::ExitCode};

use athanor::{
	Amount, Call, Error, VerifyOptions,
	chain::events::{JobAssigned, JobClosed},
	primitives::JobId,
	verify::{Status, Verification},
	verify_job,
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
	Context, equivocation,
	job_list::{self, ListArgs},
	job_post::{self, PostArgs},
	job_quote::{self, QuoteArgs},
	job_terms::prompt_bytes,
	output::{Done, price, report, table},
	watch,
};

/// Exit code of a verification that failed.
const VERIFICATION_FAILED: u8 = 6;

/// Exit code of a verification without a verdict.
const VERIFICATION_INCOMPLETE: u8 = 1;

/// Post jobs, follow them and check what came of them.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Show what a job would cost and who could do it, and why others could not.
	#[command(after_help = job_quote::QUOTE_EXAMPLES)]
	Quote(Box<QuoteArgs>),
	/// Post a job. Its highest price is held; what is not spent returns when it closes.
	#[command(after_help = job_post::EXAMPLES)]
	Post(Box<PostArgs>),
	/// Say what a live job waits for, and what keeps each provider from it.
	#[command(after_help = job_quote::WHY_EXAMPLES)]
	Why {
		/// Its id.
		job: JobId,
	},
	/// List live and closed jobs, the newest first.
	#[command(after_help = job_list::LIST_EXAMPLES)]
	List(ListArgs),
	/// Show a job: where it stands, its output, who was paid what.
	#[command(after_help = job_list::GET_EXAMPLES)]
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
	/// Take a job that is for the first provider to claim it. Workers do this by themselves.
	#[command(after_help = "\
Examples:
  athanor --key provider.key job claim 12
  athanor --key provider.key job claim 12 --estimate

The price is that of your offer. A share of your stake answers for the job until its receipt is in, and
your workers have to deliver it by its deadline. `athanor job why 12` says whether you could have it.")]
	Claim {
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
	/// Report a worker that signed two different receipts for one job. Its provider loses stake.
	#[command(after_help = equivocation::EXAMPLES)]
	ReportEquivocation {
		/// File with one of the receipts.
		#[arg(value_name = "FILE1")]
		first: PathBuf,
		/// File with the other.
		#[arg(value_name = "FILE2")]
		second: PathBuf,
	},
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
		Command::Quote(arguments) => job_quote::run(context, *arguments).await?,
		Command::Post(arguments) => return job_post::run(context, *arguments).await,
		Command::Why { job } => job_quote::why(context, job).await?,
		Command::List(arguments) => job_list::list(context, arguments).await?,
		Command::Get { job, wait: true } => {
			let chain = context.chain().await?;
			return watch::follow(context, &chain, job, json!({})).await;
		}
		Command::Get { job, wait: false } => job_list::get(context, job).await?,
		Command::Cancel { job } => end(context, Call::CancelJob(job), job).await?,
		Command::Claim { job } => claim(context, job).await?,
		Command::Poke { job } => end(context, Call::PokeJob(job), job).await?,
		Command::Verify(arguments) => return verify(context, arguments).await,
		Command::ReportEquivocation { first, second } => {
			equivocation::run(context, &first, &second).await?;
		}
	}
	Ok(ExitCode::SUCCESS)
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

/// Claims a job for the key's account.
async fn claim(context: &Context, job: JobId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::ClaimJob(job)).await?;
	report(context, &sent, |included| {
		let assigned = included
			.events
			.first::<JobAssigned>()?
			.ok_or_else(|| Error::Incompatible("claiming a job leaves no event".to_owned()))?;
		Ok(Done {
			text: format!(
				"job {job} is yours at {}, due before block {},",
				price(&assigned.price),
				assigned.deadline
			),
			json: json!({"job": job, "assigned": assigned}),
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
