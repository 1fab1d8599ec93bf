//! Workers that never come back: what it costs them, who gets that, and what becomes of the jobs.

use anyhow::{Context, Result, ensure};
use athanor::{
	At,
	chain::{
		Outcome,
		events::{Fault, SlashRaised, WorkerTimedOut},
	},
};
use athanor_e2e::{
	Job, World, binaries,
	command::Cli,
	dev_account, ledger, model, seconds,
	slashes::Fine,
	test,
	world::{Plan, STAKE, TIMEOUT_SLASH},
};
use athanor_primitives::{job::CloseReason, split::share_of};

/// Tokens of each job.
const TOKENS: u32 = 10;

/// Slow enough that a worker can be caught in the middle of a job.
const RATE: f64 = 1.0;

#[test]
fn a_dead_worker_is_slashed_and_the_job_is_done_by_another_or_refunded() {
	test("worker-dead", async |lab| {
		let demo = binaries::model()?;
		let variant = model::variant(&lab, &demo, "variant")?;
		let plans = [
			Plan::new("Bob").throttled(RATE),
			Plan::new("Charlie").throttled(RATE),
			// Alone with its model.
			Plan::new("Dave").throttled(RATE).model(1),
		];
		let models = vec![demo.clone(), variant];
		let mut world = World::with_short_appeals(&lab, models, &plans).await?;
		let cli = Cli::new(&lab, &world.node)?;
		let (prompt, answer) = model::long_prompt(&lab, &demo, TOKENS).await?;
		let before = ledger::snapshot(&world.node).await?;

		let shared = Job::new("Alice", &prompt, TOKENS).time_limit(40);
		// Leaves no time for a second attempt, which only the same provider could make.
		let alone = Job::new("Eve", &prompt, TOKENS).model(1).time_limit(15);
		let (shared, alone) = futures::try_join!(world.post(&shared), world.post(&alone))?;
		let (first, _) = world.assigned(shared.id, At::Best, seconds(20)).await?;
		let names = ["Bob", "Charlie"];
		let failing = names
			.into_iter()
			.find(|name| world.providers[name].account == first)
			.context("somebody else has the job")?;
		let other = if failing == "Bob" { "Charlie" } else { "Bob" };
		for name in [failing, "Dave"] {
			let worker = world.worker(name)?;
			worker.is_generating(seconds(20)).await?;
			worker.kill()?;
		}

		// From here on nobody sends anything.
		let outcome = world.outcome(alone.id, seconds(90)).await?;
		was_refunded(&world, &outcome, alone.id).await?;
		let daves = fine("Dave", "Eve", alone.id, &outcome);
		let raised = is_pending(&world, &daves, alone.included.block.number).await?;
		daves.is_explained(&cli, &raised).await?;
		let daves = (daves, raised);

		let outcome = world.outcome(shared.id, seconds(90)).await?;
		ensure!(outcome.reason == CloseReason::Paid, "{outcome:?}");
		ensure!(
			outcome.provider == Some(dev_account(other)?),
			"{other} should have done it"
		);
		let stored = world.receipt(shared.id).await?;
		ensure!(
			stored.tokens == answer.tokens,
			"{stored:?} is not {answer:?}"
		);
		let others = fine(failing, "Alice", shared.id, &outcome);
		let raised = is_pending(&world, &others, shared.included.block.number).await?;
		let others = (others, raised);
		let innocent = world
			.chain()
			.at(At::Best)
			.await?
			.provider(&dev_account(other)?)
			.await?;
		ensure!(
			innocent.is_some_and(|one| one.bonded == STAKE && one.pending.is_empty()),
			"{other} is slashed"
		);

		for requester in ["Alice", "Eve"] {
			ledger::has_no_escrow(world.chain(), &dev_account(requester)?).await?;
		}
		for (fine, raised) in [daves, others] {
			fine.is_carried_out(&mut world, &raised).await?;
		}
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}

async fn was_refunded(world: &World, outcome: &Outcome, job: u64) -> Result<()> {
	ensure!(outcome.reason == CloseReason::WorkerTimedOut, "{outcome:?}");
	ensure!(
		outcome.spent == 0 && outcome.refund == outcome.escrow,
		"{outcome:?}"
	);
	ensure!(
		outcome.escrow > 0 && outcome.payment.total() == Some(0),
		"{outcome:?}"
	);
	let receipt = world.chain().at(At::Best).await?.receipt(job).await?;
	ensure!(receipt.is_none(), "there is a receipt: {receipt:?}");
	Ok(())
}

/// What a missed deadline has to cost at genesis.
fn fine(provider: &'static str, requester: &'static str, job: u64, outcome: &Outcome) -> Fine {
	Fine {
		provider,
		fault: Fault::MissedDeadline,
		share: TIMEOUT_SLASH,
		job,
		requester,
		escrow: outcome.escrow,
		reporter: None,
	}
}

/// One slash was raised, and the provider gets no work for some time.
async fn is_pending(world: &World, fine: &Fine, from: u32) -> Result<SlashRaised> {
	let raised = fine.is_pending(world, from).await?;
	let account = dev_account(fine.provider)?;
	let view = world.chain().at(At::Best).await?;
	let provider = view.provider(&account).await?;
	let provider = provider.context("the provider is gone")?;
	ensure!(
		provider.paused_until > view.number(),
		"it should get no work for some time: {provider:?}"
	);
	let timed_out = timed_out(world, fine.job, from).await?;
	ensure!(
		timed_out.provider == account && timed_out.slashed == share_of(STAKE, TIMEOUT_SLASH),
		"{timed_out:?}"
	);
	Ok(raised)
}

/// The event that says so, and whether the job was offered again.
async fn timed_out(world: &World, job: u64, from: u32) -> Result<WorkerTimedOut> {
	let mut found = Vec::new();
	for number in from..=world.chain().block(At::Best).await?.number {
		let events = world.chain().at(At::Number(number)).await?.events().await?;
		found.extend(
			events
				.find()?
				.into_iter()
				.filter(|event: &WorkerTimedOut| event.job == job),
		);
	}
	ensure!(found.len() == 1, "one timeout was expected: {found:?}");
	found.pop().context("no timeout")
}
