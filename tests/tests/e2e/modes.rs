//! Every way in which a job finds its provider, from post to payment; and what the client says about it
//! beforehand and meanwhile, against what happens.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail, ensure};
use athanor::{
	AccountId, At, Submission,
	chain::{Outcome, events::Fault},
};
use athanor_e2e::{
	Job, Lab, World, binaries,
	command::Cli,
	dev_account, ledger,
	model::{self, Answer},
	receipts::Signer,
	seconds,
	slashes::Fine,
	test, until,
	world::{CEILING, EQUIVOCATION_SLASH, PRICE, Plan, STAKE},
};
use athanor_primitives::{
	H256,
	eligibility::Attributes,
	job::CloseReason,
	price::Price,
	receipt::{Delivery, SignedReceipt},
	split::share_of,
};
use codec::Encode;
use futures::future::{try_join, try_join_all};
use serde_json::{Value, json};

/// Tokens of each job.
const TOKENS: u32 = 8;

/// Slow enough that jobs are seen in their providers' hands.
const RATE: f64 = 4.0;

/// What Charlie asks for: more than Bob.
const DEARER: Price = Price {
	input: 25_000,
	output: 60_000,
};

/// A job that is over well before this has been done without delay.
const DONE: u64 = 120;

/// Blocks from the post of a job to its first turn.
const MATCH_DELAY: u64 = 2;

#[test]
fn every_mode_leads_from_post_to_payment() {
	test("modes", async |lab| {
		let plans = [
			Plan::new("Bob").attributes(Attributes {
				region: Some(*b"DE"),
				retention_hours: Some(0),
				gpu_memory_gib: 0,
			}),
			Plan::new("Charlie").price(DEARER).attributes(Attributes {
				region: Some(*b"FR"),
				retention_hours: Some(24),
				gpu_memory_gib: 24,
			}),
		]
		.map(|plan| plan.slots(8).throttled(RATE));
		let world = World::start(&lab, &plans).await?;
		let market = Market::new(&lab, world).await?;
		let before = ledger::snapshot(&market.world.node).await?;
		market.quotes_hold().await?;

		let (lost, posted) = try_join(market.post_for_nobody(), market.post_all()).await?;
		for name in ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"] {
			market.holds_are_explained(name).await?;
		}
		for (case, job) in &posted {
			market.is_done(case, *job).await?;
		}
		market.is_refunded(lost).await?;
		for requester in REQUESTERS.into_iter().chain([LOSER]) {
			ledger::has_no_escrow(market.world.chain(), &dev_account(requester)?).await?;
			market.holds_are_explained(requester).await?;
		}
		ledger::audit(&market.world.node, &before).await?;
		Ok(())
	});
}

/// Who posts. Each has its own queue of transactions.
const REQUESTERS: [&str; 4] = ["Alice", "Dave", "Eve", "Ferdie"];

/// Who posts what nobody can do.
const LOSER: &str = "Charlie";

/// A job, who may do it, and what keeps the others from it.
struct Case {
	requester: &'static str,
	args: Vec<String>,
	by: &'static [&'static str],
	/// What keeps the provider from it that may not; `None` if the chain does not even look at it.
	others_fail: Option<&'static str>,
}

/// Two providers that differ in price and machines, and the client.
struct Market {
	world: World,
	cli: Cli,
	prompt: String,
	answer: Answer,
	bob: AccountId,
	charlie: AccountId,
}

impl Market {
	async fn new(lab: &Lab, world: World) -> Result<Self> {
		let (prompt, answer) = model::long_prompt(lab, &world.models[0].dir, TOKENS).await?;
		Ok(Self {
			cli: Cli::new(lab, &world.node)?,
			world,
			prompt,
			answer,
			bob: dev_account("Bob")?,
			charlie: dev_account("Charlie")?,
		})
	}

	/// All modes: with and without lists, and each attribute.
	fn cases(&self) -> Vec<Case> {
		let (bob, charlie) = (self.bob.to_string(), self.charlie.to_string());
		let case = |requester, args: &[&str], by, others_fail| Case {
			requester,
			args: args.iter().map(|arg| (*arg).to_owned()).collect(),
			by,
			others_fail,
		};
		const BOTH: &[&str] = &["Bob", "Charlie"];
		const BOB: &[&str] = &["Bob"];
		const CHARLIE: &[&str] = &["Charlie"];
		let regions = ["--region", "AT", "--region", "FR"];
		let terms = ["--numeric-class", "float", "--model-version", "1"];
		vec![
			case("Alice", &[], BOTH, None),
			case(
				"Alice",
				&["--open", "--exclude", &charlie],
				BOB,
				Some("excluded"),
			),
			case("Dave", &["--provider", &bob], BOB, None),
			case("Dave", &regions, CHARLIE, Some("wrong_region")),
			case("Eve", &["--open"], BOTH, None),
			case(
				"Eve",
				&["--open", "--min-gpu-memory", "24"],
				CHARLIE,
				Some("not_enough_gpu_memory"),
			),
			case("Ferdie", &["--allow", &charlie], CHARLIE, None),
			case(
				"Ferdie",
				&[&terms[..], &["--max-retention-hours", "0"]].concat(),
				BOB,
				Some("retention_too_long"),
			),
		]
	}

	/// What `command` and the terms that every job of this test has make up.
	fn line(&self, command: &[&str], terms: &[&str]) -> Vec<String> {
		let tokens = TOKENS.to_string();
		let (input, output) = (
			format!("{}u", CEILING.input),
			format!("{}u", CEILING.output),
		);
		let usual = [
			"--model",
			"0",
			"--prompt",
			&self.prompt,
			"--max-tokens",
			&tokens,
		];
		let ceiling = ["--max-price-in", &input, "--max-price-out", &output];
		let words = [command, &usual, &ceiling, terms].concat();
		words.into_iter().map(str::to_owned).collect()
	}

	async fn run(&self, who: &str, line: &[String]) -> Result<Value> {
		let line: Vec<&str> = line.iter().map(String::as_str).collect();
		self.cli.run(who, &line).await?.ok()?.json()
	}

	/// Before anything is posted: what it would cost, and who could do it.
	async fn quotes_hold(&self) -> Result<()> {
		let quote = ["job", "quote"];
		let whole = self.run("Alice", &self.line(&quote, &[])).await?;
		let tokens_in = number(&whole, "max_input_tokens")?;
		let costs = |price: Price| price.cost(tokens_in, TOKENS).map(|cost| cost.to_string());
		ensure!(
			whole["eligible"] == 2 && whole["looked_at"] == 2 && whole["affordable"] == true,
			"{whole}"
		);
		ensure!(
			whole["escrow"].as_str() == costs(CEILING).as_deref()
				&& whole["cheapest"].as_str() == costs(PRICE).as_deref(),
			"{whole}"
		);
		let first = &whole["candidates"][0];
		ensure!(
			first["provider"] == self.bob.to_string()
				&& first["price"]["output"] == PRICE.output.to_string(),
			"the cheapest should come first: {whole}"
		);
		for case in self.cases() {
			let args: Vec<&str> = case.args.iter().map(String::as_str).collect();
			let quoted = self.run("Alice", &self.line(&quote, &args)).await?;
			ensure!(quoted["eligible"] == case.by.len(), "{args:?}: {quoted}");
			self.verdicts_hold(&case, &quoted)?;
		}
		self.quotes_are_refused().await
	}

	/// What the chain would refuse, it says why.
	async fn quotes_are_refused(&self) -> Result<()> {
		let bob = self.bob.to_string();
		let wrong: [(&[&str], &str); 3] = [
			(&["--provider", &bob, "--exclude", &bob], "ConflictingLists"),
			(
				&["--provider", &dev_account("Dave")?.to_string()],
				"UnknownProvider",
			),
			(&["--numeric-class", "exact"], "NumericClassMismatch"),
		];
		for (terms, name) in wrong {
			let line = self.line(&["job", "quote"], terms);
			let line: Vec<&str> = line.iter().map(String::as_str).collect();
			self.cli.run("Alice", &line).await?.fails(&[4], &[name])?;
		}
		Ok(())
	}

	/// Those that may do a job have a price, the others the condition that they fail.
	fn verdicts_hold(&self, case: &Case, said: &Value) -> Result<()> {
		for (name, account, price) in [
			("Bob", &self.bob, PRICE),
			("Charlie", &self.charlie, DEARER),
		] {
			let account = account.to_string();
			let candidates = said["candidates"].as_array().context("no candidates")?;
			let verdict = candidates.iter().find(|found| found["provider"] == account);
			let holds = match (verdict, case.by.contains(&name), case.others_fail) {
				(Some(found), true, _) => found["price"]["output"] == price.output.to_string(),
				(Some(found), false, Some(reason)) => found["fails"] == reason,
				(None, false, None) => true,
				_ => false,
			};
			ensure!(
				holds,
				"{:?}: {name} is told as {verdict:?}: {said}",
				case.args
			);
		}
		Ok(())
	}

	/// Posts them all: those of one requester one after the other, and looks at once why each waits.
	async fn post_all(&self) -> Result<Vec<(Case, u64)>> {
		let cases = self.cases();
		let mut queues: Vec<Vec<Case>> = REQUESTERS.iter().map(|_| Vec::new()).collect();
		for case in cases {
			let at = REQUESTERS.iter().position(|name| *name == case.requester);
			queues[at.context("no such requester")?].push(case);
		}
		let posted = try_join_all(queues.into_iter().map(async |queue| {
			let mut posted = Vec::new();
			for case in queue {
				let job = self.post(&case).await?;
				posted.push((case, job));
			}
			anyhow::Ok(posted)
		}))
		.await?;
		Ok(posted.into_iter().flatten().collect())
	}

	async fn post(&self, case: &Case) -> Result<u64> {
		let args: Vec<&str> = case.args.iter().map(String::as_str).collect();
		let terms = [&args[..], &["--time-limit", "100"]].concat();
		let posted = self
			.run(case.requester, &self.line(&["job", "post"], &terms))
			.await?;
		let job = posted["job"]
			.as_u64()
			.with_context(|| format!("no job: {posted}"))?;
		let why = self.why(case.requester, job).await?;
		self.verdicts_hold(case, &why)?;
		let at = posted["block"]["number"].as_u64().context("no block")?;
		let first_turn = &why["waits_for"]["first_turn"]["from"];
		// On a slow machine it may have had its turn by now.
		ensure!(
			first_turn.is_null() || *first_turn == at + MATCH_DELAY,
			"posted in block {at}: {why}"
		);
		Ok(job)
	}

	async fn why(&self, who: &str, job: u64) -> Result<Value> {
		self.run(who, &["job", "why", &job.to_string()].map(str::to_owned))
			.await
	}

	/// A job that its conditions keep from the only provider that it is for.
	async fn post_for_nobody(&self) -> Result<u64> {
		let bob = self.bob.to_string();
		let terms = ["--provider", &bob, "--region", "FR", "--time-limit", "15"];
		let posted = self
			.run(LOSER, &self.line(&["job", "post"], &terms))
			.await?;
		let job = posted["job"]
			.as_u64()
			.with_context(|| format!("no job: {posted}"))?;
		let chain = self.world.chain();
		let why = until("it has had its first turn", seconds(30), async || {
			let live = chain.at(At::Best).await?.job(job).await?;
			ensure!(live.is_some(), "job {job} has closed before");
			let why = self.why(LOSER, job).await?;
			Ok(why["waits_for"]["first_turn"].is_null().then_some(why))
		})
		.await?;
		ensure!(why["waits_for"]["match"]["until"].is_u64(), "{why}");
		ensure!(
			why["candidates"][0]["provider"] == bob
				&& why["candidates"][0]["fails"] == "wrong_region"
				&& why["candidates"][0]["remedy"]
					.as_str()
					.is_some_and(|text| text.contains("--region")),
			"{why}"
		);
		Ok(job)
	}

	/// It was done by one of those that may, for its price, and the output is the model's.
	async fn is_done(&self, case: &Case, job: u64) -> Result<()> {
		let outcome = self.world.outcome(job, seconds(DONE)).await?;
		let shown = || format!("job {job} {:?}: {outcome:?}", case.args);
		ensure!(outcome.reason == CloseReason::Paid, "{}", shown());
		let price = match outcome.provider {
			Some(who) if who == self.bob && case.by.contains(&"Bob") => PRICE,
			Some(who) if who == self.charlie && case.by.contains(&"Charlie") => DEARER,
			_ => bail!("the wrong provider: {}", shown()),
		};
		let stored = self.world.receipt(job).await?;
		let receipt = &stored.signed.receipt;
		ensure!(
			price.cost(receipt.tokens_in, receipt.tokens_out) == Some(outcome.spent),
			"another price: {}",
			shown()
		);
		ensure!(
			stored.tokens == self.answer.tokens,
			"{stored:?} is not {:?}",
			self.answer
		);
		has_one_course(&self.world, job, &outcome).await?;
		self.is_listed(case, job).await?;
		// Nothing is left to explain.
		let line = ["job", "why", &job.to_string()];
		self.cli
			.run(case.requester, &line)
			.await?
			.fails(&[3], &["paid"])?;
		Ok(())
	}

	/// A closed job can still be had by its number, and in the list of its requester's jobs.
	async fn is_listed(&self, case: &Case, job: u64) -> Result<()> {
		let line = ["job".to_owned(), "get".into(), job.to_string()];
		let got = self.run(case.requester, &line).await?.to_string();
		let line = ["job", "list", "--mine"].map(str::to_owned);
		let list = self.run(case.requester, &line).await?.to_string();
		ensure!(
			got.contains("paid") && list.contains(&format!("{job}")),
			"job {job}: {got}\n{list}"
		);
		Ok(())
	}

	async fn is_refunded(&self, job: u64) -> Result<()> {
		let outcome = self.world.outcome(job, seconds(DONE)).await?;
		ensure!(
			outcome.reason == CloseReason::ExpiredUnassigned
				&& outcome.spent == 0
				&& outcome.refund == outcome.escrow
				&& outcome.escrow > 0,
			"{outcome:?}"
		);
		Ok(())
	}

	/// `wallet explain` says what the state of the same block says: every unit on hold, and nothing else.
	async fn holds_are_explained(&self, name: &str) -> Result<()> {
		let account = dev_account(name)?;
		let said = self
			.run(name, &["wallet", "explain"].map(str::to_owned))
			.await?;
		let hash: H256 = serde_json::from_value(said["at"]["hash"].clone())?;
		let view = self.world.chain().at(At::Hash(hash)).await?;
		let balance = view.balance(&account).await?;
		ensure!(
			said["agrees"] == true
				&& said["total"] == balance.held.to_string()
				&& said["free"] == balance.free.to_string(),
			"{name} has {balance:?}: {said}"
		);
		let held = said["held"].as_array().context("no holds")?;
		let mut jobs = BTreeSet::new();
		for entry in held {
			let reason = &entry["reason"];
			if let Some(job) = reason["escrow"]["job"].as_u64() {
				let live = view
					.job(job)
					.await?
					.with_context(|| format!("job {job} is not live"))?;
				ensure!(
					live.requester == account && entry["amount"] == live.escrow.to_string(),
					"{live:?}: {entry}"
				);
				let ends = entry["until"]["ends_by"].as_u64().context("no end")?;
				ensure!(ends > u64::from(view.number()), "{entry}");
				jobs.insert(job);
			} else if reason["bonded_stake"].is_object() {
				let provider = view.provider(&account).await?.context("no provider")?;
				ensure!(
					reason["bonded_stake"]["committed"] == provider.committed.to_string()
						&& entry["amount"] == provider.bonded.to_string(),
					"{provider:?}: {entry}"
				);
			} else if *reason == "validator_bond" {
				// Alice makes the blocks.
				let bond = balance
					.holds
					.iter()
					.find(|hold| hold.reason.starts_with("ValidatorStaking."));
				let bond = bond.with_context(|| format!("{name} has no bond: {balance:?}"))?;
				ensure!(
					entry["amount"] == bond.amount.to_string(),
					"{bond:?}: {entry}"
				);
			} else {
				let known =
					reason["offer_deposit"].is_object() || reason["model_deposit"].is_object();
				ensure!(known, "{name} holds nothing of this kind: {entry}");
			}
			ensure!(
				entry["remedy"]
					.as_str()
					.is_some_and(|remedy| !remedy.is_empty()),
				"{entry}"
			);
		}
		let live = view.jobs_of(&account).await?;
		ensure!(
			jobs == live.iter().copied().collect(),
			"{name} has the jobs {live:?}, not {jobs:?}"
		);
		Ok(())
	}
}

/// Assigned once, delivered once, paid once, closed once.
async fn has_one_course(world: &World, job: u64, outcome: &Outcome) -> Result<()> {
	let events = ledger::job_events(world.chain(), job, outcome.posted_at).await?;
	ensure!(
		events.assigned.len() == 1
			&& events.receipts.len() == 1
			&& events.paid.len() == 1
			&& events.closed.len() == 1
			&& events.raised.is_empty(),
		"{events:#?}"
	);
	ensure!(
		Some(events.assigned[0].provider) == outcome.provider,
		"{events:#?}"
	);
	Ok(())
}

fn number(value: &Value, name: &str) -> Result<u32> {
	let number = value[name]
		.as_u64()
		.with_context(|| format!("no {name} in {value}"))?;
	Ok(u32::try_from(number)?)
}

#[test]
fn of_two_workers_that_race_for_a_job_one_gets_it_and_the_other_the_next() {
	test("race", async |lab| {
		// One slot each: who has the one job cannot have the other.
		let plans = RACERS.map(|name| Plan::new(name).slots(1).throttled(RATE));
		let mut world = World::start(&lab, &plans).await?;
		let (prompt, answer) = model::long_prompt(&lab, &world.models[0].dir, TOKENS).await?;
		let before = ledger::snapshot(&world.node).await?;

		let job = Job::new("Alice", &prompt, TOKENS).open();
		for round in 1..=ROUNDS {
			// Both workers are idle and want the first. The second can be claimed one block later.
			let pair = [world.post(&job).await?.id, world.post(&job).await?.id];
			let mut winners = Vec::new();
			for id in pair {
				winners.push(has_one_winner(&world, id, &answer).await?);
			}
			ensure!(
				winners[0] != winners[1],
				"one each was expected: {winners:?}"
			);
			if lost_claims(&mut world, round).await? > 0.0 {
				return ledger::audit(&world.node, &before).await.map(|_| ());
			}
		}
		bail!("in {ROUNDS} rounds, nobody has raced")
	});
}

/// Both want the first job, but one may see it a block before the other, and then there is no race.
const ROUNDS: u32 = 3;

/// Two providers that are alike.
const RACERS: [&str; 2] = ["Bob", "Charlie"];

/// The job was given to one provider, done and paid once, and nobody was slashed.
async fn has_one_winner(world: &World, job: u64, answer: &Answer) -> Result<AccountId> {
	let outcome = world.outcome(job, seconds(DONE)).await?;
	ensure!(outcome.reason == CloseReason::Paid, "{outcome:?}");
	has_one_course(world, job, &outcome).await?;
	let stored = world.receipt(job).await?;
	ensure!(
		stored.tokens == answer.tokens,
		"{stored:?} is not {answer:?}"
	);
	outcome.provider.context("paid to nobody")
}

/// How many races were lost, by the count of those that lost them. Each has won one job in each round.
async fn lost_claims(world: &mut World, rounds: u32) -> Result<f64> {
	let mut lost = 0.0;
	for name in RACERS {
		let worker = world.worker(name)?;
		worker.process().expect_running()?;
		let won = worker.metric("claims_total", r#"result="won""#).await?;
		ensure!(won == f64::from(rounds), "{name} has won {won} claims");
		lost += worker.metric("claims_total", r#"result="lost""#).await?;
	}
	Ok(lost)
}

/// Tokens of the jobs that a provider has in hand when it leaves.
const LONG: u32 = 6;

#[test]
fn a_provider_that_drains_strands_no_job() {
	test("drain", async |lab| {
		let plans = RACERS.map(|name| Plan::new(name).slots(1).throttled(1.0));
		let mut world = World::start(&lab, &plans).await?;
		let (prompt, answer) = model::long_prompt(&lab, &world.models[0].dir, LONG).await?;
		let before = ledger::snapshot(&world.node).await?;
		let (bob, cli) = (dev_account("Bob")?, Cli::new(&lab, &world.node)?);

		// Chilled with a job in hand: that one goes on, and the next waits.
		let in_hand = Job::new("Alice", &prompt, LONG).direct(bob);
		let in_hand = world.post(&in_hand).await?.id;
		let anybody = Job::new("Eve", &prompt, LONG).open();
		let anybody = world.post(&anybody).await?.id;
		world.worker("Bob")?.is_generating(seconds(40)).await?;
		cli.run("Bob", &["provider", "chill"]).await?.ok()?;
		let waiting = Job::new("Dave", &prompt, LONG).allow(&[bob]);
		let waiting = world.post(&waiting).await?.id;

		let charlie = dev_account("Charlie")?;
		let next = a_stopping_worker_claims_nothing(&mut world, &cli, &prompt, anybody).await?;
		ensure!(
			has_one_winner(&world, in_hand, &answer).await? == bob,
			"somebody else did it"
		);
		waits_for_a_chilled_one(&world, &cli, waiting).await?;

		// It comes back, and leaves for good with the next job in hand.
		cli.run("Bob", &["provider", "unchill"]).await?.ok()?;
		let (who, _) = world.assigned(waiting, At::Best, seconds(30)).await?;
		ensure!(who == bob, "somebody else has it");
		leaves(&world, &cli, waiting).await?;
		ensure!(
			has_one_winner(&world, waiting, &answer).await? == bob,
			"somebody else did it"
		);
		has_left(&world, &cli).await?;
		for job in [anybody, next] {
			ensure!(
				has_one_winner(&world, job, &answer).await? == charlie,
				"a chilled one did it"
			);
		}
		for requester in REQUESTERS {
			ledger::has_no_escrow(world.chain(), &dev_account(requester)?).await?;
		}
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}

/// The chain does not give the job to the provider that it is for, and says why.
async fn waits_for_a_chilled_one(world: &World, cli: &Cli, job: u64) -> Result<()> {
	let live = world.chain().at(At::Best).await?.job(job).await?;
	ensure!(
		live.as_ref()
			.is_some_and(|job| job.work().is_none() && job.seed.is_some()),
		"it should have had its turn, and wait: {live:?}"
	);
	let why = cli
		.run("Dave", &["job", "why", &job.to_string()])
		.await?
		.ok()?
		.json()?;
	ensure!(
		why["waits_for"]["match"]["until"].is_u64()
			&& why["candidates"][0]["fails"] == "chilled"
			&& why["candidates"][0]["remedy"]
				.as_str()
				.is_some_and(|text| text.contains("unchill")),
		"{why}"
	);
	Ok(())
}

/// Bob asks for everything back, with a job in hand.
async fn leaves(world: &World, cli: &Cli, in_hand: u64) -> Result<()> {
	let left = cli.run("Bob", &["provider", "exit"]).await?.ok()?.json()?;
	ensure!(
		left["jobs"][0] == in_hand,
		"the client does not name the job in hand: {left}"
	);
	ensure!(left["unbonding"]["amount"] == STAKE.to_string(), "{left}");
	let view = world.chain().at(At::Best).await?;
	let provider = view
		.provider(&dev_account("Bob")?)
		.await?
		.context("the record is gone")?;
	let live = view.job(in_hand).await?.context("the job has closed")?;
	ensure!(
		provider.chilled
			&& provider.bonded == 0
			&& provider.at_stake() == STAKE
			&& live
				.work()
				.is_some_and(|work| work.cover == provider.committed),
		"{provider:?} {live:?}"
	);
	Ok(())
}

/// Nothing keeps its stake but the unbonding period, and the client says until when that is.
async fn has_left(world: &World, cli: &Cli) -> Result<()> {
	let bob = dev_account("Bob")?;
	let view = world.chain().at(At::Best).await?;
	let provider = view.provider(&bob).await?.context("the record is gone")?;
	ensure!(
		provider.committed == 0 && provider.slashed == 0 && provider.at_stake() == STAKE,
		"{provider:?}"
	);
	let unlocks_at = provider
		.unbonding
		.first()
		.context("nothing unbonds")?
		.unlocks_at;
	let period = view.constants()?.unbonding_period;
	ensure!(
		unlocks_at > period && unlocks_at <= view.number().saturating_add(period),
		"{provider:?} in block {}",
		view.number()
	);
	let said = cli.run("Bob", &["wallet", "explain"]).await?.ok()?.json()?;
	let held = said["held"].as_array().context("no holds")?;
	let stake = held
		.iter()
		.find(|entry| entry["reason"] == "unbonding_stake");
	let stake = stake.with_context(|| format!("no stake unbonds: {said}"))?;
	ensure!(
		said["agrees"] == true
			&& stake["amount"] == STAKE.to_string()
			&& stake["until"]["callable_from"] == unlocks_at
			&& stake["remedy"]
				.as_str()
				.is_some_and(|text| text.contains("provider withdraw")),
		"{said}"
	);
	cli.run("Bob", &["provider", "withdraw"])
		.await?
		.fails(&[4], &["NothingToWithdraw"])?;
	// What it can have back at once.
	cli.run("Bob", &["provider", "unoffer", "--model", "0"])
		.await?
		.ok()?;
	Ok(())
}

/// Charlie's worker is told to stop with this job in hand: it delivers that, claims no other, and takes the
/// other when it is back. Returns the other.
async fn a_stopping_worker_claims_nothing(
	world: &mut World,
	cli: &Cli,
	prompt: &str,
	in_hand: u64,
) -> Result<u64> {
	let charlie = dev_account("Charlie")?;
	let (who, _) = world.assigned(in_hand, At::Best, seconds(30)).await?;
	ensure!(who == charlie, "somebody else has it");
	let worker = world.worker("Charlie")?;
	worker.is_generating(seconds(40)).await?;
	worker.process().terminate()?;
	let next = world.post(&Job::new("Ferdie", prompt, LONG).open()).await?;
	let worker = world.worker("Charlie")?;
	let status = worker.process().ended(seconds(60)).await?;
	ensure!(status.code() == Some(0), "the worker ended with {status}");
	let delivered = world.receipt(in_hand).await?;
	ensure!(
		delivered.signed.worker == world.provider("Charlie")?.signer.public(),
		"{delivered:?}"
	);

	let line = ["job", "why", &next.id.to_string()];
	let why = until("the job can be claimed", seconds(30), async || {
		let why = cli.run("Ferdie", &line).await?.ok()?.json()?;
		Ok(why["waits_for"]["claim"]["until"].is_u64().then_some(why))
	})
	.await?;
	let candidates = why["candidates"].as_array().context("no candidates")?;
	let verdict = |account: &AccountId| {
		let account = account.to_string();
		let found = candidates.iter().find(|found| found["provider"] == account);
		found.map(|found| &found["fails"])
	};
	ensure!(
		verdict(&charlie) == Some(&Value::Null)
			&& verdict(&dev_account("Bob")?) == Some(&json!("chilled")),
		"{why}"
	);
	world.worker("Charlie")?.restart().await?;
	let (who, _) = world.assigned(next.id, At::Best, seconds(30)).await?;
	ensure!(who == charlie, "a chilled one has it");
	Ok(next.id)
}

#[test]
fn two_receipts_of_one_key_cost_stake_and_another_does_the_job() {
	test("equivocation", async |lab| {
		// Bob has no worker: the harness signs with the key in its file.
		let plans = [Plan::new("Bob").idle(), Plan::new("Charlie").idle()];
		let models = vec![binaries::model()?];
		let mut world = World::with_short_appeals(&lab, models, &plans).await?;
		let (prompt, answer) = model::long_prompt(&lab, &world.models[0].dir, TOKENS).await?;
		let before = ledger::snapshot(&world.node).await?;
		let cli = Cli::new(&lab, &world.node)?;

		let posted = world
			.post(&Job::new("Alice", &prompt, TOKENS).open())
			.await?;
		let job = posted.id;
		claim(&world, &cli, job).await?;
		// From here on somebody else could do it, if Bob did not have it.
		world.employ(&["Charlie"]).await?;
		let (receipts, files) = two_receipts(&lab, &world, job).await?;
		let fine = is_reported(&world, &cli, job, &files).await?;
		let raised = fine
			.is_pending(&world, posted.included.block.number)
			.await?;
		fine.is_explained(&cli, &raised).await?;

		let charlie = dev_account("Charlie")?;
		let outcome = world.outcome(job, seconds(DONE)).await?;
		ensure!(
			outcome.reason == CloseReason::Paid
				&& outcome.provider == Some(charlie)
				&& outcome.failed == [dev_account("Bob")?],
			"{outcome:?}"
		);
		let stored = world.receipt(job).await?;
		ensure!(
			stored.tokens == answer.tokens,
			"{stored:?} is not {answer:?}"
		);
		// The receipts prove nothing any more and pay for nothing.
		cli.run("Dave", &report(&files))
			.await?
			.fails(&[4], &["AlreadyProven"])?;
		let (signed, delivery) = &receipts[0];
		let late = world.chain().submit_receipt(signed, Some(delivery)).await?;
		ensure!(matches!(late, Submission::Refused(_)), "{late:?}");
		ledger::has_no_escrow(world.chain(), &dev_account("Alice")?).await?;
		fine.is_carried_out(&mut world, &raised).await?;
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}

/// Bob takes the job by hand.
async fn claim(world: &World, cli: &Cli, job: u64) -> Result<()> {
	until("the job can be claimed", seconds(30), async || {
		let live = world.chain().at(At::Best).await?.job(job).await?;
		let live = live.with_context(|| format!("job {job} has closed"))?;
		Ok(live.is_claimable().then_some(()))
	})
	.await?;
	// Dave is no provider, and is told what one needs.
	let claim = ["job", "claim", &job.to_string()];
	cli.run("Dave", &claim)
		.await?
		.fails(&[4], &["NotProvider"])?;
	let claimed = cli.run("Bob", &claim).await?.ok()?.json()?;
	ensure!(
		claimed["assigned"]["provider"] == dev_account("Bob")?.to_string(),
		"{claimed}"
	);
	Ok(())
}

/// Two receipts for the job that differ, with the key in Bob's key file; each in a file, in one of the two
/// forms that the client reads.
async fn two_receipts(
	lab: &Lab,
	world: &World,
	job: u64,
) -> Result<([(SignedReceipt, Delivery); 2], [String; 2])> {
	let signer = Signer::from_file(&world.provider("Bob")?.key_file)?;
	let live = world
		.chain()
		.at(At::Best)
		.await?
		.job(job)
		.await?
		.context("no job")?;
	let genesis = world.chain().genesis();
	let receipts =
		[[5, 6, 7], [5, 6, 8]].map(|tokens| signer.receipt(genesis, job, &live, &tokens, "a text"));
	let hex = format!("0x{}\n", hex::encode(receipts[0].0.encode()));
	let signed = &receipts[1].0;
	let json = json!({
		"receipt": signed.receipt,
		"genesis": signed.genesis,
		"worker": format!("0x{}", hex::encode(signed.worker)),
		"signature": format!("0x{}", hex::encode(signed.signature)),
	});
	let files = ["first.hex", "second.json"].map(|name| lab.dir().join(name));
	fs::write(&files[0], hex)?;
	fs::write(&files[1], json.to_string())?;
	Ok((receipts, files.map(|path| path.display().to_string())))
}

fn report(files: &[String; 2]) -> [&str; 4] {
	["job", "report-equivocation", &files[0], &files[1]]
}

/// The proof is accepted for free, will cost Bob the governed share of its stake, and takes the job from
/// it.
async fn is_reported(world: &World, cli: &Cli, job: u64, files: &[String; 2]) -> Result<Fine> {
	let live = world.chain().at(At::Best).await?.job(job).await?;
	let escrow = live.context("no job")?.escrow;
	let same = [files[0].clone(), files[0].clone()];
	cli.run("Dave", &report(&same))
		.await?
		.fails(&[2], &["no fault"])?;
	let reported = cli.run("Dave", &report(files)).await?.ok()?.json()?;
	let slash = share_of(STAKE, EQUIVOCATION_SLASH);
	let proven = &reported["equivocation"];
	ensure!(
		proven["slashed"] == slash.to_string()
			&& proven["job"] == job
			&& proven["offered_again"] == true
			&& reported["slash"]["own"] == slash.to_string()
			&& reported["fee"] == "0",
		"{reported}"
	);
	let number = reported["block"]["number"].as_u64().context("no block")?;
	let view = world.chain().at(At::Number(u32::try_from(number)?)).await?;
	let bob = dev_account("Bob")?;
	let provider = view.provider(&bob).await?.context("the record is gone")?;
	ensure!(
		provider.chilled && provider.frozen() == slash && provider.committed == 0,
		"{provider:?}"
	);
	let status = cli
		.run("Bob", &["provider", "status"])
		.await?
		.ok()?
		.json()?;
	ensure!(
		status["active"] == false && status["jobs"] == json!([]),
		"{status}"
	);
	Ok(Fine {
		provider: "Bob",
		fault: Fault::Equivocation,
		share: EQUIVOCATION_SLASH,
		job,
		requester: "Alice",
		escrow,
		reporter: Some("Dave"),
	})
}
