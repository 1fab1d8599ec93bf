//! Income without a machine, with the command line: stake behind providers and shares of a royalty, from the first
//! unit to the way out, and each mistake with its remedy.

use anyhow::{Context, Result, ensure};
use athanor::chain::Outcome;
use athanor_e2e::{
	Job, World, binaries,
	command::Cli,
	dev_account, model, seconds, test,
	world::{AUTHOR, PRICE, Plan},
};
use athanor_primitives::{JobId, job::CloseReason, price::Price};
use serde_json::Value;

/// What Eve delegates, in ATH and in units: as much as the provider stakes itself.
const STAKE: (&str, u128) = ("200", 200_000_000_000_000);

/// Tokens of each job.
const TOKENS: u32 = 8;

/// What providers ask for: enough for each share to be many units.
const DEAR: Price = Price {
	input: 10 * PRICE.input,
	output: 10 * PRICE.output,
};

#[test]
fn delegators_and_holders_of_royalties_are_paid_and_get_out() {
	test("income", async |lab| {
		// Nobody works for Charlie, and nobody asks him to.
		let plans = [Plan::new("Bob").price(DEAR), Plan::new("Charlie").idle()];
		let world = World::start(&lab, &plans).await?;
		let cli = Cli::new(&lab, &world.node)?;
		let (prompt, _) = model::long_prompt(&lab, &binaries::model()?, TOKENS).await?;

		mistakes_are_told(&cli).await?;
		stake_is_delegated(&cli).await?;
		a_royalty_is_split(&cli).await?;
		let first = paid(&world, &prompt).await?;
		income_is_as_said(&cli, &first).await?;
		income_becomes_stake(&world, &cli, &prompt).await?;
		stake_moves_and_leaves(&cli).await?;
		a_royalty_is_whole_again(&cli).await
	});
}

fn of(name: &str) -> Result<String> {
	Ok(dev_account(name)?.to_string())
}

async fn json(cli: &Cli, who: &str, args: &[&str]) -> Result<Value> {
	cli.run(who, args).await?.ok()?.json()
}

fn units(value: &Value) -> Result<u128> {
	let text = value.as_str().with_context(|| format!("{value}"))?;
	Ok(text.parse()?)
}

/// Each with a remedy, and nothing is sent.
async fn mistakes_are_told(cli: &Cli) -> Result<()> {
	let (bob, eve) = (of("Bob")?, of("Eve")?);
	let cases: [(&str, &[&str], &str); 8] = [
		("Bob", &["provider", "delegate", &bob, "100"], "OwnProvider"),
		(
			"Dave",
			&["provider", "delegate", &eve, "100"],
			"NoSuchProvider",
		),
		(
			"Eve",
			&["provider", "delegate", &bob, "1u"],
			"DelegationTooLow",
		),
		(
			"Eve",
			&["provider", "undelegate", &bob, "1"],
			"has delegated nothing",
		),
		("Eve", &["provider", "claim"], "has delegated nothing"),
		(
			"Bob",
			&["provider", "commission", "51%"],
			"CommissionTooHigh",
		),
		(
			"Eve",
			&["model", "royalty-transfer", "0", &bob, "25%"],
			"NotOwner",
		),
		("Eve", &["model", "royalty-claim", "0"], ""),
	];
	for (who, args, text) in cases {
		cli.run(who, args).await?.fails(&[2, 3, 4], &[text])?;
	}
	Ok(())
}

async fn stake_is_delegated(cli: &Cli) -> Result<()> {
	let bob = of("Bob")?;
	json(cli, "Bob", &["provider", "commission", "10%"]).await?;
	let delegate = ["provider", "delegate", &bob, STAKE.0];
	let delegated = json(cli, "Eve", &delegate).await?;
	ensure!(units(&delegated["total"])? == STAKE.1, "{delegated}");
	let list = json(cli, "Eve", &["provider", "delegations"]).await?;
	ensure!(units(&list["claimable"])? == 0, "{list}");
	// The stake is in her own account.
	let explained = cli.run("Eve", &["wallet", "explain"]).await?.ok()?;
	ensure!(explained.stdout.contains("delegat"), "{}", explained.stdout);
	// Once somebody delegates, a commission rises in steps.
	cli.run("Bob", &["provider", "commission", "20%"])
		.await?
		.fails(&[2, 4], &["CommissionJump"])?;
	Ok(())
}

async fn a_royalty_is_split(cli: &Cli) -> Result<()> {
	let eve = of("Eve")?;
	let transfer = ["model", "royalty-transfer", "0", &eve, "25%"];
	let given = json(cli, AUTHOR, &transfer).await?;
	ensure!(given["shares"] == 250_000, "{given}");
	let split = json(cli, "Eve", &["model", "royalty", "0"]).await?;
	let holders = split["split"]["holders"].as_array().context("no holders")?;
	ensure!(holders.len() == 2, "{split}");
	let own = json(cli, "Eve", &["model", "royalties"]).await?;
	ensure!(units(&own["claimable"])? == 0, "{own}");
	Ok(())
}

/// A job, done and paid for.
async fn paid(world: &World, prompt: &str) -> Result<(JobId, Outcome)> {
	let mut job = Job::new("Alice", prompt, TOKENS).direct(dev_account("Bob")?);
	job.request.ceiling = Price {
		input: 2 * DEAR.input,
		output: 2 * DEAR.output,
	};
	let posted = world.post(&job).await?;
	let outcome = world.outcome(posted.id, seconds(90)).await?;
	ensure!(outcome.reason == CloseReason::Paid, "{outcome:?}");
	Ok((posted.id, outcome))
}

/// Half of the provider's side is the delegator's, less a tenth; a quarter of the royalty is the holder's. Rounding
/// leaves a unit or two behind.
async fn income_is_as_said(cli: &Cli, (job, outcome): &(JobId, Outcome)) -> Result<()> {
	let payment = &outcome.payment;
	let side = payment.provider + payment.delegators;
	let expected = side / 2 - (side / 2).div_ceil(10);
	ensure!(
		payment.delegators.abs_diff(expected) <= 1,
		"job {job}: {expected} of {payment:?}"
	);
	let claimed = json(cli, "Eve", &["provider", "claim"]).await?;
	let amount = units(&claimed["amount"])?;
	ensure!(
		amount <= payment.delegators && amount + 1 >= payment.delegators,
		"{claimed}: {payment:?}"
	);
	cli.run("Eve", &["provider", "claim"])
		.await?
		.fails(&[2], &["nothing has been earned"])?;

	let own = json(cli, "Eve", &["model", "royalties"]).await?;
	let claimable = units(&own["claimable"])?;
	let quarter = payment.author / 4;
	ensure!(
		claimable <= quarter && claimable + 1 >= quarter,
		"{own}: {payment:?}"
	);
	json(cli, "Eve", &["model", "royalty-claim", "0"]).await?;
	let own = json(cli, "Eve", &["model", "royalties"]).await?;
	ensure!(units(&own["claimable"])? == 0, "{own}");
	Ok(())
}

/// Anybody may add the income to the stake, once its owner has said so.
async fn income_becomes_stake(world: &World, cli: &Cli, prompt: &str) -> Result<()> {
	let (bob, eve) = (of("Bob")?, of("Eve")?);
	let compound = ["provider", "compound", &bob, "--of", &eve];
	cli.run("Dave", &compound)
		.await?
		.fails(&[2, 4], &["NotOptedIn"])?;
	json(cli, "Eve", &["provider", "auto-compound", &bob, "on"]).await?;
	let (_, outcome) = paid(world, prompt).await?;
	let compounded = json(cli, "Dave", &compound).await?;
	let amount = units(&compounded["amount"])?;
	ensure!(
		amount > 0 && amount <= outcome.payment.delegators,
		"{compounded}: {outcome:?}"
	);
	ensure!(
		units(&compounded["total"])? == STAKE.1 + amount,
		"{compounded}"
	);
	Ok(())
}

async fn stake_moves_and_leaves(cli: &Cli) -> Result<()> {
	let (bob, charlie) = (of("Bob")?, of("Charlie")?);
	let moved = json(
		cli,
		"Eve",
		&["provider", "redelegate", &bob, "50", "--to", &charlie],
	)
	.await?;
	ensure!(moved["liable_until"].is_u64(), "{moved}");
	cli.run(
		"Eve",
		&["provider", "redelegate", &charlie, "--all", "--to", &bob],
	)
	.await?
	.fails(&[2, 4], &["StillLiable"])?;
	let asked = json(cli, "Eve", &["provider", "undelegate", &bob, "--all"]).await?;
	let unlocks_at = asked["unlocks_at"].as_u64().context("no block")?;
	cli.run("Eve", &["provider", "withdraw-delegation", &bob])
		.await?
		.fails(
			&[2],
			&["has unlocked yet", &format!("in block {unlocks_at}")],
		)?;
	cli.run("Eve", &["provider", "undelegate", &bob, "1"])
		.await?
		.fails(&[2], &["is more than the"])?;
	let list = json(cli, "Eve", &["provider", "delegations"]).await?;
	let all = list["delegations"].as_array().context("no delegations")?;
	ensure!(all.len() == 2, "{list}");
	Ok(())
}

async fn a_royalty_is_whole_again(cli: &Cli) -> Result<()> {
	let author = of(AUTHOR)?;
	cli.run(AUTHOR, &["model", "royalty-merge", "0"])
		.await?
		.fails(&[2, 4], &[])?;
	let back = ["model", "royalty-transfer", "0", &author, "25%"];
	json(cli, "Eve", &back).await?;
	// What is left to claim is paid first.
	json(cli, "Eve", &["model", "royalty-claim", "0"]).await?;
	let merged = json(cli, AUTHOR, &["model", "royalty-merge", "0"]).await?;
	ensure!(merged["ended"].is_object(), "{merged}");
	let royalty = json(cli, "Eve", &["model", "royalty", "0"]).await?;
	ensure!(royalty["split"].is_null(), "{royalty}");
	Ok(())
}
