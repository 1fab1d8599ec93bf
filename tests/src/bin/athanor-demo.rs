//! The demonstration behind `scripts/demo`: a chain, two providers, one job, and who was paid what.
//!
//! Everything is real: the node, the workers and the client are the programs that people run.

use std::{
	fs,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use athanor::{
	AccountId, Amount, At, Call, Included, SubmitOptions, VerifyOptions,
	chain::{DelegationCall, JobUpdate, Outcome, StoredReceipt, events::IncomeClaimed},
	verify::Status,
	verify_job,
};
use athanor_e2e::{
	dev,
	lab::Lab,
	world::{Job, Plan, STAKE, World},
};
use athanor_primitives::{job::CloseReason, job::PromptFormat, job::Sampler};
use clap::Parser;
use codec::Encode;
use futures::future::try_join_all;
use serde_json::{Value, json};

/// Who puts stake behind which provider, so that there is somebody who earns without a machine.
const DELEGATORS: [(&str, &str); 2] = [("Dave", "Bob"), ("Eve", "Charlie")];

/// Starts a chain with two providers, has a prompt answered, and shows who was paid what.
#[derive(Parser)]
#[command(after_help = "\
Examples:
  scripts/demo
  scripts/demo \"Once upon a time\"
  scripts/demo --chat \"Tell me a story about a fox.\"
  scripts/demo --keep")]
struct Options {
	/// What the model is given
	#[arg(default_value = "Once upon a time")]
	prompt: String,
	/// Put the prompt to the model as a chat message, instead of having it continued
	#[arg(long)]
	chat: bool,
	/// Draw among the most probable tokens, with a seed that the chain fixes, instead of always
	/// taking the most probable
	#[arg(long)]
	creative: bool,
	/// Most tokens to generate
	#[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=500))]
	max_tokens: u32,
	/// Leave everything running until this program is stopped
	#[arg(long)]
	keep: bool,
	/// Folder for the report, the logs and the chain
	#[arg(long, default_value = "target/demo")]
	out: PathBuf,
}

/// What came of the job.
struct Answer {
	job: u64,
	outcome: Outcome,
	receipt: StoredReceipt,
	valid: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
	let options = Options::parse();
	let started = Instant::now();
	let lab = Lab::in_folder(&options.out.join("run"))?;
	say("starting a development chain (validator Alice), and registering the bundled model");
	say("Bob and Charlie stake 200 ATH each, publish an offer and start a worker");
	let plans = [Plan::new("Bob"), Plan::new("Charlie")];
	let world = World::start(&lab, &plans).await.with_context(|| {
		format!(
			"the demonstration could not start; its logs are in {}",
			lab.dir().display()
		)
	})?;
	introduce(&world).await?;
	say("Dave and Eve delegate 200 ATH to them, for a part of what they earn");
	delegate(&world).await?;

	let answer = have_answered(&world, &options).await?;
	tell_payout(&answer.outcome);
	claim(&world, &answer.outcome).await?;
	let report = report(&world, &options, &answer, started.elapsed());
	let path = options.out.join("report.json");
	fs::write(&path, serde_json::to_string_pretty(&report)?)?;
	say(&format!("the same as JSON: {}", path.display()));
	ensure!(
		answer.valid,
		"the receipt or the payment could not be verified, see above"
	);
	if options.keep {
		stay(&world, answer.job, &options.out).await?;
	}
	Ok(())
}

fn say(text: &str) {
	println!("==> {text}");
}

async fn introduce(world: &World) -> Result<()> {
	let block = world.chain().block(At::Best).await?;
	let model = world.models.first().context("there is no model")?;
	say(&format!(
		"block {}: model {} ({}) is registered, {} providers are at work",
		block.number,
		model.id,
		model.dir.display(),
		world.providers.len()
	));
	Ok(())
}

/// As much as each provider has staked itself.
async fn delegate(world: &World) -> Result<()> {
	try_join_all(DELEGATORS.map(|(who, provider)| async move {
		let provider = world.provider(provider)?.account;
		let amount = STAKE;
		sent(world, who, DelegationCall::Delegate { provider, amount }).await
	}))
	.await?;
	Ok(())
}

/// Has the delegator of who did the job take what its stake has earned.
async fn claim(world: &World, outcome: &Outcome) -> Result<()> {
	let provider = outcome.provider.context("nobody did the job")?;
	for (who, behind) in DELEGATORS {
		if world.provider(behind)?.account == provider {
			let claimed = sent(world, who, DelegationCall::Claim(provider)).await?;
			let income = claimed.events.first::<IncomeClaimed>()?;
			let income = income.context("the claim has no event")?;
			say(&format!(
				"{who}, who has delegated to {behind}, claims {}",
				Amount(income.amount)
			));
		}
	}
	Ok(())
}

async fn sent(world: &World, who: &str, call: DelegationCall) -> Result<Included> {
	let call = Call::Delegation(call);
	let options = SubmitOptions::default();
	Ok(world.chain().submit(&call, &dev(who)?, &options).await?)
}

/// Posts the job, tells what happens, and verifies the result from finalised blocks.
async fn have_answered(world: &World, options: &Options) -> Result<Answer> {
	let chain = world.chain();
	let mut job = Job::new("Alice", &options.prompt, options.max_tokens);
	if options.chat {
		job.request.format = PromptFormat::Chat;
	}
	if options.creative {
		job.request.sampler = Sampler::TopK {
			temperature_milli: 800,
			k: 40,
		};
	}
	say(&format!("Alice posts a job: {:?}", options.prompt));
	let posted = world.post(&job).await?;
	say(&format!(
		"job {} is in block {}",
		posted.id, posted.included.block.number
	));
	let mut progress = chain.follow_job(posted.id, false).await?;
	while let Some(update) = progress.next().await? {
		tell(world, &update);
	}
	say("waiting until that is final, to verify it");
	let outcome = chain.wait_for_outcome(posted.id, true).await?;
	ensure!(
		outcome.reason == CloseReason::Paid,
		"the job was not answered: {:?}; logs are in {}",
		outcome.reason,
		world.lab.dir().display()
	);
	let receipt = chain
		.at(At::Finalised)
		.await?
		.receipt(posted.id)
		.await?
		.context("the chain has no receipt for a job that was paid")?;
	let verify = VerifyOptions {
		model_dir: world.models.first().map(|model| model.dir.clone()),
		input: Some(options.prompt.clone().into_bytes()),
		best: false,
	};
	let verification = verify_job(chain, posted.id, &verify).await?;
	for check in &verification.checks {
		let mark = match check.status {
			Status::Ok => "ok    ",
			Status::Failed => "FAILED",
			Status::Skipped => "-     ",
		};
		println!("      {mark} {}: {}", check.name, check.detail);
	}
	Ok(Answer {
		job: posted.id,
		outcome,
		receipt,
		valid: verification.passed() && verification.complete(),
	})
}

fn tell(world: &World, update: &JobUpdate) {
	let name = |account: &AccountId| {
		let provider = world
			.providers
			.iter()
			.find(|(_, provider)| provider.account == *account);
		provider.map_or_else(|| account.to_string(), |(name, _)| (*name).to_owned())
	};
	match update {
		JobUpdate::Open { job, .. } => say(&format!(
			"{} are held on Alice's account, the most that the job can cost; it waits for a provider",
			Amount(job.escrow)
		)),
		JobUpdate::OfferedAgain { .. } => say("its provider failed; it is offered again"),
		JobUpdate::Assigned { work, deadline, .. } => say(&format!(
			"block {}: the chain drew {}, who has until block {deadline}",
			work.assigned_at,
			name(&work.provider)
		)),
		JobUpdate::Delivered { seen, receipt } => {
			let signed = &receipt.signed.receipt;
			say(&format!(
				"block {}: a signed receipt came in, for {} tokens read and {} written",
				seen.number, signed.tokens_in, signed.tokens_out
			));
			println!("\n{}\n", receipt.output().trim());
		}
		JobUpdate::Closed { outcome, .. } => {
			say(&format!(
				"block {}: the job closed ({:?})",
				outcome.closed_at, outcome.reason
			));
		}
	}
}

fn tell_payout(outcome: &Outcome) {
	let payment = &outcome.payment;
	say(&format!(
		"of {} held, {} were spent and {} returned to Alice:",
		Amount(outcome.escrow),
		Amount(outcome.spent),
		Amount(outcome.refund)
	));
	for (who, units) in [
		("provider", payment.provider),
		("delegators", payment.delegators),
		("model's author", payment.author),
		("treasury", payment.treasury),
		("burned", payment.burned),
	] {
		println!("      {who:<15} {}", Amount(units));
	}
}

fn report(world: &World, options: &Options, answer: &Answer, took: Duration) -> Value {
	let Answer {
		job,
		outcome,
		receipt,
		valid,
	} = answer;
	let (signed, payment) = (&receipt.signed, &outcome.payment);
	json!({
		"prompt": options.prompt,
		"output": receipt.output(),
		"tokens_in": signed.receipt.tokens_in,
		"tokens_out": signed.receipt.tokens_out,
		"job": job,
		"model": outcome.model,
		"worker": hex_of(&signed.worker),
		"provider": outcome.provider.as_ref().map(ToString::to_string),
		"receipt": {
			"hex": hex_of(&signed.receipt.encode()),
			"signature": hex_of(&signed.signature),
			"payload": hex_of(&signed.receipt.payload(&signed.genesis)),
			"valid": valid,
		},
		"genesis": hex_of(world.chain().genesis().as_bytes()),
		"escrow": outcome.escrow.to_string(),
		"refund": outcome.refund.to_string(),
		"payout": {
			"provider": payment.provider.to_string(),
			"delegators": payment.delegators.to_string(),
			"author": payment.author.to_string(),
			"treasury": payment.treasury.to_string(),
			"burned": payment.burned.to_string(),
		},
		"blocks": {
			"posted": outcome.posted_at,
			"assigned": outcome.assigned_at,
			"submitted": outcome.submitted_at,
			"settled": outcome.closed_at,
		},
		"seconds": (took.as_secs_f64() * 10.0).round() / 10.0,
	})
}

fn hex_of(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Tells how to go on, and stays until it is stopped.
async fn stay(world: &World, job: u64, out: &Path) -> Result<()> {
	let url = world.node.url();
	say("everything is left running");
	println!(
		"\n\
		 polkadot.js:  https://polkadot.js.org/apps/?rpc={}#/explorer\n\
		 node:         {url}\n\
		 logs:         {}\n\n\
		 Try next:\n  \
		 export ATHANOR_URL={url}\n  \
		 athanor model list\n  \
		 athanor job get {job}\n  \
		 athanor job verify {job}\n  \
		 (umask 077; echo //Dave > dave.key)\n  \
		 athanor --key dave.key job post --model 0 --max-tokens 200 --prompt \"One day, a little bird\" --wait\n\n\
		 Stop it with: scripts/demo --stop",
		url.replace(':', "%3A").replace('/', "%2F"),
		world.lab.dir().display(),
	);
	fs::write(out.join("ready"), url)?;
	tokio::signal::ctrl_c().await?;
	Ok(())
}
