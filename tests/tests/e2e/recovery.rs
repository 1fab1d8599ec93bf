//! What ends in the middle of a job, and what comes of the job.

use anyhow::{Result, ensure};
use athanor::{At, chain::Outcome};
use athanor_e2e::{
	Job, Lab, World, ledger,
	model::{self, Answer},
	seconds, test,
	world::{Plan, Posted},
};
use athanor_primitives::job::CloseReason;

/// Tokens of the jobs that are interrupted.
const TOKENS: u32 = 12;

/// So many of them a second: a job lasts eight seconds.
const RATE: f64 = 1.5;

/// A job that was interrupted is done well before this.
const DONE: u64 = 90;

/// A chain with one slow provider, and a job for it.
async fn with_job(lab: &Lab, tokens: u32, rate: f64) -> Result<(World, Answer, Posted)> {
	let plans = [Plan::new("Bob").throttled(rate)];
	let world = World::start(lab, &plans).await?;
	let (prompt, answer) = model::long_prompt(lab, &world.models[0].dir, tokens).await?;
	let posted = world.post(&Job::new("Alice", &prompt, tokens)).await?;
	Ok((world, answer, posted))
}

/// The job was done once, as if nothing had happened.
async fn is_done_once(world: &World, answer: &Answer, posted: &Posted) -> Result<Outcome> {
	let outcome = world.outcome(posted.id, seconds(DONE)).await?;
	ensure!(outcome.reason == CloseReason::Paid, "{outcome:?}");
	let stored = world.receipt(posted.id).await?;
	ensure!(
		stored.tokens == answer.tokens,
		"{stored:?} is not {answer:?}"
	);
	ensure!(
		stored.output() == answer.text,
		"{stored:?} is not {answer:?}"
	);
	let events = ledger::job_events(world.chain(), posted.id, posted.included.block.number).await?;
	ensure!(
		events.receipts.len() == 1,
		"one receipt was expected: {events:?}"
	);
	ensure!(
		events.paid.len() == 1 && events.closed.len() == 1,
		"{events:?}"
	);
	ensure!(
		events.raised.is_empty(),
		"nobody missed a deadline: {events:?}"
	);
	ensure!(
		events.receipts[0].worker == world.provider("Bob")?.signer.public(),
		"{events:?}"
	);
	ledger::has_no_escrow(world.chain(), &outcome.requester).await?;
	Ok(outcome)
}

#[test]
fn a_worker_that_is_killed_and_started_again_does_its_job_once() {
	test("worker-killed", async |lab| {
		let (mut world, answer, posted) = with_job(&lab, TOKENS, RATE).await?;
		let before = ledger::snapshot(&world.node).await?;
		let worker = world.worker("Bob")?;
		worker.is_generating(seconds(40)).await?;
		worker.kill()?;
		worker.restart().await?;
		is_done_once(&world, &answer, &posted).await?;
		// Left alone, it does not send anything again.
		world.node.makes_blocks(2).await?;
		let metrics = world.worker("Bob")?.metrics().await?;
		ensure!(
			metrics.get("receipts_submitted_total") == Some(&1.0),
			"{metrics:?}"
		);
		ledger::audit(&world.node, &before).await?;
		is_done_once(&world, &answer, &posted).await?;
		Ok(())
	});
}

#[test]
fn a_job_survives_a_crash_of_the_node() {
	test("node-killed", async |lab| {
		// Long enough that its assignment is final before it is done.
		let (mut world, answer, posted) = with_job(&lab, 2 * TOKENS, 1.0).await?;
		world.worker("Bob")?.is_generating(seconds(40)).await?;
		world
			.assigned(posted.id, At::Finalised, seconds(40))
			.await?;
		let before = ledger::snapshot_at(
			&world.node,
			world.chain().block(At::Finalised).await?.number,
		)
		.await?;
		world.node.kill()?;
		world.worker("Bob")?.process().expect_running()?;
		world.node.restart().await?;
		is_done_once(&world, &answer, &posted).await?;
		world.worker("Bob")?.process().expect_running()?;
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}

#[test]
fn a_worker_that_is_told_to_stop_delivers_first() {
	test("worker-drained", async |lab| {
		let (mut world, answer, posted) = with_job(&lab, TOKENS, RATE).await?;
		let worker = world.worker("Bob")?;
		worker.is_generating(seconds(40)).await?;
		worker.process().terminate()?;
		let status = worker.process().ended(seconds(60)).await?;
		ensure!(status.code() == Some(0), "the worker ended with {status}");
		// It has waited until its receipt was in a block.
		let stored = world.receipt(posted.id).await?;
		ensure!(
			stored.tokens == answer.tokens,
			"{stored:?} is not {answer:?}"
		);
		is_done_once(&world, &answer, &posted).await?;
		Ok(())
	});
}
