//! `kill -9` of node, workers and clients at random points over a running stream of jobs: no receipt is
//! lost, nothing is paid twice, and no money stays behind.

use std::{
	collections::{BTreeMap, BTreeSet},
	time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use athanor::{At, chain::Outcome};
use athanor_e2e::{
	Lab, World,
	command::Cli,
	dev_account,
	ledger::{self, JobEvents},
	process::Process,
	random::Random,
	seconds, test_within, until,
	wait::soon,
	world::{Plan, STAKE, VERSION},
};
use athanor_primitives::{JobId, job::CloseReason};
use tokio::time::sleep;

/// On two cores it takes about four minutes.
const LIMIT: Duration = seconds(480);

/// Who posts.
const REQUESTERS: [&str; 4] = ["Alice", "Dave", "Eve", "Ferdie"];

/// Clients of each requester that run at the same time, those not counted whose node died.
const CLIENTS: usize = 2;

/// Who works.
const PROVIDERS: [&str; 2] = ["Bob", "Charlie"];

/// Tokens of each job.
const TOKENS: &str = "6";

/// So many of them a second: a job lasts one and a half seconds.
const RATE: f64 = 4.0;

/// A client that nothing keeps from its work is done well before this.
const PATIENCE: &str = "150";

/// A client whose node died is sent away after so long.
const VAIN: Duration = seconds(30);

/// Time between two blocks.
const BLOCK: u64 = 3_000;

/// Jobs without which it was no stream.
const LEAST_JOBS: u64 = 20;

/// A moment in a worker's life that does not come for so long is not waited for any more.
const MOMENT: Duration = seconds(30);

/// So many of the eight moments that workers are to be killed at have to come.
const LEAST_MOMENTS: usize = 3;

#[test]
fn whatever_is_killed_no_receipt_is_lost_and_nothing_is_paid_twice() {
	test_within("faults", LIMIT, async |lab| {
		let mut random = Random::new()?;
		let plans = PROVIDERS.map(|name| Plan::new(name).throttled(RATE).slots(3));
		let mut world = World::start(&lab, &plans).await?;
		let from = world.chain().block(At::Best).await?.number;
		// So that what is compared at the end is final before anything dies.
		world.node.reaches(At::Finalised, from, seconds(30)).await?;

		let blows = blows(&mut random);
		let (mut stream, started) = (Stream::new(&lab, &world, random)?, Instant::now());
		let mut moments = 0;
		for (round, blow) in (1..).zip(blows) {
			stream.feed(&mut world)?;
			let how = strike(&mut world, &mut stream, &blow).await?;
			moments += usize::from(how.starts_with(CAUGHT));
			let at = started.elapsed().as_secs();
			eprintln!("round {round} at {at} s: {:?} {how}", blow.victim);
		}
		ensure!(
			moments >= LEAST_MOMENTS,
			"workers were caught in only {moments} of the moments that they were to be killed at"
		);
		is_found_again(&mut world).await?;
		stream.ends(seconds(120)).await?;
		all_is_closed(&mut world).await?;

		let jobs = jobs_are_sound(&world, from).await?;
		nothing_is_held(&lab, &world).await?;
		journals_are_known_to_the_chain(&mut world, &jobs).await?;
		let before = ledger::snapshot_at(&world.node, from).await?;
		ledger::audit(&world.node, &before).await?;
		Ok(())
	});
}

/// What is killed.
#[derive(Clone, Copy, Debug)]
enum Victim {
	Node,
	Worker(&'static str, Moment),
	Client,
}

/// When a worker is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
	Anytime,
	/// In the middle of a job.
	AtWork,
	/// When a receipt is on disk and not sent yet, or on its way.
	WithReceipt,
}

/// What begins the description of a blow that hit its moment.
const CAUGHT: &str = "caught";

/// A round. All of it is drawn beforehand, so that a seed makes the same blows however fast the machine is.
struct Blow {
	victim: Victim,
	/// How long it is put off, as a share of what is possible, in thousandths.
	delay: u64,
	/// Which of those that run, if there are several.
	which: usize,
}

impl Blow {
	/// A pause of random length: the random point itself, not a wait for anything.
	async fn pause(&self, most: u64) -> String {
		let pause = Duration::from_millis(most.saturating_mul(self.delay) / 1_000);
		sleep(pause).await;
		format!("after {:.1} s", pause.as_secs_f32())
	}
}

/// How often each is killed, in an order that nobody chose.
fn blows(random: &mut Random) -> Vec<Blow> {
	let mut victims = vec![Victim::Node; 8];
	victims.extend([Victim::Client; 10]);
	for name in PROVIDERS {
		for moment in [Moment::Anytime, Moment::AtWork, Moment::WithReceipt] {
			victims.extend([Victim::Worker(name, moment); 2]);
		}
	}
	random.shuffle(&mut victims);
	victims
		.into_iter()
		.map(|victim| Blow {
			victim,
			delay: random.below(1_000),
			which: usize::try_from(random.below(1_000)).unwrap_or_default(),
		})
		.collect()
}

/// Kills it at a random point, and starts it again. Nobody waits until it is ready: the next blow may come
/// before. Says when.
async fn strike(world: &mut World, stream: &mut Stream, blow: &Blow) -> Result<String> {
	match blow.victim {
		Victim::Node => {
			is_found_again(world).await?;
			let how = blow.pause(BLOCK).await;
			stream.disturb();
			world.node.kill()?;
			world.node.relaunch()?;
			Ok(how)
		}
		Victim::Worker(name, moment) => {
			let how = wait_for_moment(world, stream, name, moment, blow).await?;
			let worker = world.worker(name)?;
			worker.kill()?;
			worker.relaunch()?;
			Ok(how)
		}
		Victim::Client => {
			let how = blow.pause(BLOCK).await;
			let who = stream.kill(blow.which)?;
			Ok(format!("{how}: {who}"))
		}
	}
}

/// Waits until the node is back, its workers follow it, and a block has come in which what they sent it can
/// be: for a worker that is still looking for it when it dies once more, it was never back, while blocks
/// passed.
async fn is_found_again(world: &mut World) -> Result<()> {
	world.node.ready().await?;
	let best = world.chain().block(At::Best).await?.number;
	for name in PROVIDERS {
		let worker = world.worker(name)?;
		until("the worker follows the node", seconds(60), async || {
			worker.process().expect_running()?;
			// Not served while it starts.
			let metrics = worker.metrics().await.unwrap_or_default();
			let seen = metrics.get("chain_best_block").copied().unwrap_or_default();
			Ok((seen > f64::from(best)).then_some(()))
		})
		.await?;
	}
	let found = world.chain().block(At::Best).await?.number;
	world
		.node
		.reaches(At::Best, found.saturating_add(1), seconds(30))
		.await
}

/// Waits until a worker is where it is to be killed, while jobs keep coming.
async fn wait_for_moment(
	world: &mut World,
	stream: &mut Stream,
	name: &str,
	moment: Moment,
	blow: &Blow,
) -> Result<String> {
	let recorded = |log: &str| log.matches(IN_JOURNAL).count();
	let before = recorded(&world.worker(name)?.log()?);
	let came = soon(MOMENT, async || {
		stream.feed(world)?;
		let worker = world.worker(name)?;
		match moment {
			Moment::Anytime => Ok(true),
			Moment::AtWork => {
				// Not served while it starts.
				let metrics = worker.metrics().await.unwrap_or_default();
				Ok(metrics.get("jobs_running") == Some(&1.0))
			}
			Moment::WithReceipt => Ok(recorded(&worker.log()?) > before),
		}
	})
	.await?;
	Ok(match (moment, came) {
		(_, false) => "idle".into(),
		(Moment::Anytime, _) => blow.pause(BLOCK).await,
		// A job lasts longer.
		(Moment::AtWork, _) => format!("{CAUGHT} {}", blow.pause(BLOCK / 2).await),
		(Moment::WithReceipt, _) => CAUGHT.into(),
	})
}

/// A client that posts a job and waits for its end.
struct Client {
	process: Process,
	/// When the node died under it.
	disturbed: Option<Instant>,
}

/// Jobs that keep coming.
struct Stream {
	cli: Cli,
	random: Random,
	providers: Vec<String>,
	/// By requester and place.
	clients: BTreeMap<(&'static str, usize), Client>,
	started: u64,
}

impl Stream {
	fn new(lab: &Lab, world: &World, random: Random) -> Result<Self> {
		let address = |name| anyhow::Ok(dev_account(name)?.to_string());
		Ok(Self {
			cli: Cli::new(lab, &world.node)?,
			random,
			providers: PROVIDERS.into_iter().map(address).collect::<Result<_>>()?,
			clients: BTreeMap::new(),
			started: 0,
		})
	}

	/// Sees to it that every requester has all its clients, if there is a node for them.
	fn feed(&mut self, world: &mut World) -> Result<()> {
		if !world.node.is_up()? {
			return Ok(());
		}
		let mut over = Vec::new();
		for (at, client) in &mut self.clients {
			if client.has_ended()? || client.waits_in_vain() {
				over.push(*at);
			}
		}
		for at in over {
			self.clients.remove(&at);
		}
		for requester in REQUESTERS {
			let waiting = |(at, client): (&(&str, usize), &Client)| {
				at.0 == requester && client.disturbed.is_none()
			};
			let there = self.clients.iter().filter(|entry| waiting(*entry)).count();
			for _ in there..CLIENTS {
				let free = (0..).find(|place| !self.clients.contains_key(&(requester, *place)));
				let at = (requester, free.context("no place is free")?);
				let client = self.start(at)?;
				self.clients.insert(at, client);
			}
		}
		Ok(())
	}

	fn start(&mut self, (who, place): (&str, usize)) -> Result<Client> {
		let prompt = format!("Once upon a time, story {}", self.started);
		self.started = self.started.saturating_add(1);
		let mut args = vec!["job", "post", "--model", "0", "--prompt", &prompt, "--wait"];
		args.extend(["--max-tokens", TOKENS, "--timeout", PATIENCE]);
		args.extend(["--max-price-in", "40000u", "--max-price-out", "100000u"]);
		args.extend(["--time-limit", "100"]);
		match self.random.below(4) {
			0 => args.push("--open"),
			1 => {
				let who = self.random.choice(&self.providers);
				args.extend(who.into_iter().flat_map(|who| ["--provider", who.as_str()]));
			}
			_ => {}
		}
		Ok(Client {
			process: self
				.cli
				.start(&format!("client-{who}-{place}"), who, &args)?,
			disturbed: None,
		})
	}

	/// The node is about to die.
	fn disturb(&mut self) {
		for client in self.clients.values_mut() {
			client.disturbed.get_or_insert_with(Instant::now);
		}
	}

	/// Kills one of those that run.
	fn kill(&mut self, which: usize) -> Result<String> {
		let mut running = Vec::new();
		for (at, client) in &mut self.clients {
			if !client.has_ended()? {
				running.push(*at);
			}
		}
		let Some(which) = which.checked_rem(running.len()) else {
			return Ok("nobody".into());
		};
		let at = running.get(which).context("no such client")?;
		let mut client = self.clients.remove(at).context("no such client")?;
		client.process.kill()?;
		Ok(client.process.name().to_owned())
	}

	/// Waits until all have ended. Those whose node died may wait for what it has forgotten, so they are
	/// sent away.
	async fn ends(&mut self, limit: Duration) -> Result<()> {
		self.clients.retain(|_, client| client.disturbed.is_none());
		until("every client has seen its job paid", limit, async || {
			let mut all = true;
			for client in self.clients.values_mut() {
				all &= client.has_ended()?;
			}
			Ok(all.then_some(()))
		})
		.await
	}
}

impl Client {
	/// Whether its node died so long ago that its user would have given up: the node may have forgotten its
	/// transaction.
	fn waits_in_vain(&self) -> bool {
		self.disturbed.is_some_and(|since| since.elapsed() > VAIN)
	}

	/// Whether it has ended. One that nobody disturbed has to have seen its job paid.
	fn has_ended(&mut self) -> Result<bool> {
		let Some(status) = self.process.has_ended()? else {
			return Ok(false);
		};
		let output = self.process.output()?;
		ensure!(
			!output.contains("panicked at"),
			"a client panicked: {output}"
		);
		ensure!(
			self.disturbed.is_some() || status.success(),
			"{} ended with {status}, and its node did not: {output}",
			self.process.name()
		);
		Ok(true)
	}
}

/// Waits until nothing is on its way any more, and that is final.
async fn all_is_closed(world: &mut World) -> Result<()> {
	let quiet = until("every job is closed", seconds(120), async || {
		world.node.process().expect_running()?;
		if world.node.pending().await? > 0 {
			return Ok(None);
		}
		let view = world.chain().at(At::Best).await?;
		Ok(view.jobs().await?.is_empty().then_some(view.number()))
	})
	.await?;
	world.node.reaches(At::Finalised, quiet, seconds(60)).await
}

/// Every job that was posted has ended, once; it was paid once, for one receipt, or not at all. Nobody
/// was slashed: no worker was away for as long as a job has time.
async fn jobs_are_sound(world: &World, from: u32) -> Result<BTreeMap<JobId, Outcome>> {
	let view = world.chain().at(At::Finalised).await?;
	let posted = view.next_job_id().await?;
	ensure!(posted >= LEAST_JOBS, "only {posted} jobs were posted");
	let outcomes = view.outcomes().await?;
	let history = ledger::history(world.chain(), from, view.number()).await?;
	let mut spent: u128 = 0;
	for job in 0..posted {
		let outcome = outcomes
			.get(&job)
			.with_context(|| format!("job {job} was posted and has not closed"))?;
		let events = history
			.get(&job)
			.with_context(|| format!("there is no event about job {job}"))?;
		is_sound(job, outcome, events)?;
		spent = spent.saturating_add(outcome.spent);
	}
	let totals = view.totals().await?;
	ensure!(totals.paid == spent, "{spent} units were spent: {totals:?}");
	let paid = outcomes
		.values()
		.filter(|o| o.reason == CloseReason::Paid)
		.count();
	eprintln!("{posted} jobs, {paid} of them paid");
	Ok(outcomes)
}

fn is_sound(job: JobId, outcome: &Outcome, events: &JobEvents) -> Result<()> {
	let shown = || format!("job {job}: {outcome:?}\n{events:#?}");
	ensure!(events.closed.len() == 1, "not closed once: {}", shown());
	ensure!(
		events.raised.is_empty(),
		"somebody is to be slashed: {}",
		shown()
	);
	ensure!(outcome.reason == CloseReason::Paid, "not paid: {}", shown());
	ensure!(
		events.receipts.len() == 1 && events.paid.len() == 1,
		"not paid once, for one receipt: {}",
		shown()
	);
	let (closed, paid) = (&events.closed[0], &events.paid[0]);
	ensure!(
		paid.spent == outcome.spent && paid.payment() == outcome.payment,
		"another payment than the outcome has: {}",
		shown()
	);
	ensure!(
		closed.spent == outcome.spent
			&& closed.escrow == outcome.escrow
			&& outcome.escrow == outcome.spent.saturating_add(outcome.refund),
		"the sums do not agree: {}",
		shown()
	);
	Ok(())
}

/// No escrow and no committed stake is left, and all slots are free.
async fn nothing_is_held(lab: &Lab, world: &World) -> Result<()> {
	let cli = Cli::new(lab, &world.node)?;
	for name in REQUESTERS {
		let account = dev_account(name)?;
		ledger::has_no_escrow(world.chain(), &account).await?;
		let explained = cli.run(name, &["wallet", "explain"]).await?.ok()?.json()?;
		ensure!(explained["agrees"] == true, "{name}: {explained}");
	}
	let view = world.chain().at(At::Finalised).await?;
	for name in PROVIDERS {
		let account = dev_account(name)?;
		let provider = view.provider(&account).await?.context("no provider")?;
		ensure!(
			provider.committed == 0 && provider.bonded == STAKE && provider.pending.is_empty(),
			"{name}: {provider:?}"
		);
		let offer = view.offer(0, VERSION, &account).await?;
		ensure!(
			offer.as_ref().is_some_and(|offer| offer.busy == 0),
			"{name}: {offer:?}"
		);
		let jobs = view.assigned_to(&account).await?;
		ensure!(jobs.is_empty(), "{name} still has {jobs:?}");
	}
	Ok(())
}

/// What a worker writes when a receipt is on disk.
const IN_JOURNAL: &str = "the receipt is in the journal";

/// Every receipt in a worker's journal is the one that the chain has. The worker says so itself: it calls a
/// receipt final when a finalised block has the very same, and what is not final is on its way when it
/// starts again.
async fn journals_are_known_to_the_chain(
	world: &mut World,
	jobs: &BTreeMap<JobId, Outcome>,
) -> Result<()> {
	let mut signed = BTreeMap::new();
	for job in jobs.keys() {
		signed.insert(*job, world.receipt(*job).await?.signed.worker);
	}
	for name in PROVIDERS {
		let key = world.provider(name)?.signer.public();
		let worker = world.worker(name)?;
		let accepted: BTreeSet<JobId> = signed
			.iter()
			.filter(|(_, worker)| **worker == key)
			.map(|(job, _)| *job)
			.collect();
		until(
			"the worker has seen its receipts final",
			seconds(30),
			async || {
				let log = worker.log()?;
				Ok((named_in(&log, "the receipt is final") == accepted).then_some(()))
			},
		)
		.await
		.with_context(|| format!("{name} has delivered {accepted:?}"))?;

		let log = worker.log()?;
		let recorded = named_in(&log, IN_JOURNAL);
		ensure!(
			recorded.is_subset(&accepted),
			"{name} has recorded {recorded:?}, and the chain has {accepted:?}"
		);
		let refused = named_in(&log, "the receipt is refused");
		ensure!(
			refused.is_empty(),
			"{name}: receipts for {refused:?} were refused"
		);

		worker.process().terminate()?;
		worker.process().ended(seconds(60)).await?;
		worker.restart().await?;
		let output = worker.process().output()?;
		ensure!(
			output.contains(": 0 receipt(s) on their way"),
			"{name}'s journal has a receipt that the chain does not know: {output}"
		);
	}
	Ok(())
}

/// The jobs of the lines with this text: `... job 12: ... the receipt is final ...`.
fn named_in(log: &str, text: &str) -> BTreeSet<JobId> {
	let number = |line: &str| {
		let (_, rest) = line.split_once("job ")?;
		let (digits, _) = rest.split_once(':')?;
		digits.parse().ok()
	};
	log.lines()
		.filter(|line| line.contains(text))
		.filter_map(number)
		.collect()
}

#[test]
fn jobs_are_found_in_logs() {
	let log = "INFO job 12: the receipt is final (block 9)\nINFO job 7: receipt sent\n\
		INFO job 3: 6 tokens in, 6 out in 2.0 s; the receipt is in the journal\n";
	assert_eq!(named_in(log, "the receipt is final"), BTreeSet::from([12]));
	assert_eq!(named_in(log, IN_JOURNAL), BTreeSet::from([3]));
}
