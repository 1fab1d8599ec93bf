//! Holders of tokens set the price of a class, with the command line, while jobs run: these are paid for as
//! agreed, and the next ones as decided.

use anyhow::{Context, Result, ensure};
use athanor::{At, Chain, chain::Outcome};
use athanor_e2e::{
	Job, World, binaries,
	command::Cli,
	model, seconds, test, until,
	world::{PRICE, Plan},
};
use athanor_primitives::{JobId, job::CloseReason, model::PriceClass, price::Price};
use futures::future::try_join_all;
use serde_json::Value;

/// Together they have enough for the track.
const VOTERS: [(&str, &str); 4] = [
	("Charlie", "2x"),
	("Dave", "1x"),
	("Eve", "none"),
	("Ferdie", "6x"),
];

/// What is proposed as the lowest price: ten times what the provider asks for.
const FLOOR: Price = Price {
	input: 200_000,
	output: 500_000,
};

/// Enough for both prices.
const CEILING: Price = Price {
	input: 4_000_000,
	output: 10_000_000,
};

/// Tokens of each job.
const TOKENS: u32 = 12;

/// Tokens that the worker makes in a second, one job after the other: a job takes more than a block, and all of
/// them are done in time.
const RATE: f64 = 3.0;

/// Blocks between the decision and its effect.
const ENACTMENT: &str = "9";

/// Blocks before the effect in which the first job is posted. Each is assigned two blocks later.
const POSTED_BEFORE: u32 = 7;

#[test]
fn holders_set_a_price_while_jobs_run() {
	test("gov-pricing", async |lab| {
		let world = World::start(&lab, &[Plan::new("Bob").slots(16).throttled(RATE)]).await?;
		let cli = Cli::new(&lab, &world.node)?;
		let (prompt, _) = model::long_prompt(&lab, &binaries::model()?, TOKENS).await?;

		a_simulation_tells_what_it_would_change(&cli).await?;
		let good = propose(
			&cli,
			&["--floor-in", "200000u", "--floor-out", "500000u"],
			true,
		)
		.await?;
		let beyond = propose(
			&cli,
			&["--ceiling-in", "1001", "--ceiling-out", "1001"],
			false,
		)
		.await?;
		let decided = [good, beyond];
		try_join_all(VOTERS.map(|voter| vote(&cli, voter, &decided))).await?;

		let due = scheduled(&cli, good).await?;
		let jobs = post_until(&world, &prompt, due).await?;
		let made = made(&cli, good).await?;
		ensure!(made["succeeded"] == true && made["at"] == due, "{made}");
		what_was_agreed_is_paid(&world, &jobs, due).await?;

		let failed = self::made(&cli, beyond).await?;
		let error = failed["error"].as_str().unwrap_or_default();
		ensure!(
			failed["succeeded"] == false && error.contains("Pricing.BeyondLimits"),
			"{failed}"
		);
		let policy = world.chain().at(At::Best).await?;
		let policy = policy.price_policy(PriceClass::Small).await?;
		ensure!(policy.bounds.floor == FLOOR, "{policy:?}");
		Ok(())
	});
}

async fn json(cli: &Cli, who: &str, args: &[&str]) -> Result<Value> {
	cli.run(who, args).await?.ok()?.json()
}

async fn a_simulation_tells_what_it_would_change(cli: &Cli) -> Result<()> {
	let args = ["gov", "simulate", "small", "--floor-in", "200000u"];
	let simulated = json(cli, "Alice", &args).await?;
	ensure!(simulated["class"] == "small", "{simulated}");
	let floor = &simulated["simulated"]["floor"];
	ensure!(floor["input"] == "200000", "{simulated}");
	let next = simulated["next"]["input"]
		.as_str()
		.context("no next price")?;
	ensure!(next.parse::<u128>()? >= FLOOR.input, "{simulated}");
	let args = ["gov", "simulate", "small", "--ceiling-in", "1001"];
	let refused = cli.run("Alice", &args).await?.fails(&[4], &[])?.json()?;
	ensure!(
		refused["error"]
			.as_str()
			.is_some_and(|reason| reason.contains("BeyondLimits")),
		"{refused}"
	);
	Ok(())
}

/// Proposes a policy and places the deposit. Returns the index of the referendum.
async fn propose(cli: &Cli, policy: &[&str], succeeds: bool) -> Result<u32> {
	let start = ["gov", "propose", "policy", "small"];
	let end = ["--deposit", "--enact-after", ENACTMENT];
	let proposed = json(cli, "Alice", &[&start, policy, &end].concat()).await?;
	ensure!(proposed["would_succeed"] == succeeds, "{proposed}");
	ensure!(proposed["deposit_placed"] == true, "{proposed}");
	let index = proposed["referendum"].as_u64().context("no index")?;
	Ok(u32::try_from(index)?)
}

async fn vote(cli: &Cli, (who, conviction): (&str, &str), referenda: &[u32]) -> Result<()> {
	for index in referenda {
		let index = index.to_string();
		let args = ["gov", "vote", &index, "aye", "--amount", "900000"];
		json(
			cli,
			who,
			&[&args[..], &["--conviction", conviction]].concat(),
		)
		.await?;
	}
	Ok(())
}

/// The block for which the call of a referendum is scheduled, once it has passed.
async fn scheduled(cli: &Cli, index: u32) -> Result<u32> {
	let text = index.to_string();
	until("the proposal passes", seconds(150), async || {
		let status = json(cli, "Alice", &["gov", "status", &text]).await?;
		let at = status["enacted"]["scheduled"]["at"].as_u64();
		ensure!(status["enacted"]["made"].is_null(), "too late: {status}");
		Ok(at.map(u32::try_from).transpose()?)
	})
	.await
}

/// What became of the call of a referendum, once it was made.
async fn made(cli: &Cli, index: u32) -> Result<Value> {
	let text = index.to_string();
	until("the call is made", seconds(150), async || {
		let status = json(cli, "Alice", &["gov", "status", &text]).await?;
		let made = &status["enacted"]["made"];
		Ok(made.is_object().then(|| made.clone()))
	})
	.await
}

/// Posts a job in each of the last blocks before this one, and one after it.
async fn post_until(world: &World, prompt: &str, due: u32) -> Result<Vec<JobId>> {
	let chain = world.chain();
	let mut job = Job::new("Eve", prompt, TOKENS);
	job.request.ceiling = CEILING;
	let first = due.saturating_sub(POSTED_BEFORE);
	until("it is time to post", seconds(90), async || {
		let number = chain.at(At::Best).await?.number();
		Ok((number >= first).then_some(()))
	})
	.await?;
	let mut jobs = Vec::new();
	loop {
		let posted = world.post(&job).await?;
		jobs.push(posted.id);
		if posted.included.block.number > due {
			return Ok(jobs);
		}
	}
}

/// Each job costs what held when it was assigned, though some were under way when that changed.
async fn what_was_agreed_is_paid(world: &World, jobs: &[JobId], due: u32) -> Result<()> {
	let (mut straddled, mut after) = (0, 0);
	for job in jobs {
		let outcome = world.outcome(*job, seconds(120)).await?;
		ensure!(
			outcome.reason == CloseReason::Paid,
			"job {job}: {outcome:?}"
		);
		let assigned = outcome.assigned_at.context("never assigned")?;
		let receipt = world.receipt(*job).await?.signed.receipt;
		let prices = prices_around(world.chain(), assigned).await?;
		let paid = prices
			.iter()
			.find(|price| price.cost(receipt.tokens_in, receipt.tokens_out) == Some(outcome.spent));
		let paid = paid.with_context(|| format!("job {job}: none of {prices:?}: {outcome:?}"))?;
		if assigned > due {
			after += 1;
			ensure!(is_at_least(paid, &FLOOR), "job {job}: {paid:?}");
		} else if assigned < due && settled(&outcome) > due {
			straddled += 1;
			ensure!(*paid == PRICE, "job {job}: {paid:?}");
		}
	}
	ensure!(
		straddled > 0 && after > 0,
		"of the jobs {straddled} were under way in block {due}, and {after} came later"
	);
	Ok(())
}

fn settled(outcome: &Outcome) -> u32 {
	outcome.submitted_at.unwrap_or(outcome.closed_at)
}

/// What the provider's tokens cost around a block: what it asks for, and no less than the class costs. Prices may
/// have followed the demand in that block, before the job was assigned or after.
async fn prices_around(chain: &Chain, block: u32) -> Result<Vec<Price>> {
	let mut prices = Vec::new();
	for number in [block.saturating_sub(1), block] {
		let view = chain.at(At::Number(number)).await?;
		let least = view.price_bounds(PriceClass::Small).await?.floor;
		prices.push(Price {
			input: PRICE.input.max(least.input),
			output: PRICE.output.max(least.output),
		});
	}
	Ok(prices)
}

fn is_at_least(price: &Price, least: &Price) -> bool {
	price.input >= least.input && price.output >= least.output
}
