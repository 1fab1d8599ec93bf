//! Four validators, of which GRANDPA needs three: one dies, and finality goes on; a second is cut off, and
//! finality stalls; the network heals, and nothing is lost.
//!
//! While the network is cut, both sides make blocks, and what one side has in its blocks may be undone
//! when they meet. So a job's number is what it has in a final block, and the same number can have stood
//! for another job before. Who signed a receipt under that other one cannot sign a second under the number:
//! two would be proof of equivocation. It lets the job go, and pays for a missed deadline, which costs a
//! twentieth of that. That is the only slash which this test accepts.

use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use athanor::{
	At, Call, Chain, SubmitOptions, Wait,
	chain::events::{Fault, JobPosted},
};
use athanor_e2e::{
	Job, Lab, Node, NodeOptions, World, dev, dev_account,
	ledger::{self, JobEvents},
	model,
	net::Net,
	seconds, test_within, until,
	wait::within,
	world::{Plan, STAKE, TIMEOUT_SLASH},
};
use athanor_primitives::{H256, JobId, job::CloseReason, split::share_of};
use futures::future::try_join_all;
use tokio::task::JoinHandle;

/// The validators of the local test network.
const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// On two cores it takes about three minutes.
const LIMIT: Duration = seconds(480);

/// So soon after the network has healed there are new final blocks.
const RESUMES: Duration = seconds(30);

/// By so many blocks the best one is ahead of the final one when finality has stalled: more than ever
/// while it goes on.
const STALL: u32 = 7;

/// Blocks by which finality goes on after the first validator has died.
const MORE: u32 = 4;

/// Tokens of each job.
const TOKENS: u32 = 8;

#[test]
fn a_partition_stalls_finality_and_loses_nothing() {
	test_within("partition", LIMIT, async |lab| {
		// Dropped last, when nothing runs there any more.
		let net = Net::new(&VALIDATORS)?;
		let mut network = Network::start(&lab, &net).await?;
		let before = network.world.chain().block(At::Finalised).await?.number;

		network.alice.kill()?;
		network.finality_goes_on().await?;
		let first = finished(network.post("Ferdie", Side::Most)?).await?;
		network.ends_well(first).await?;

		net.place("dave")?.cut()?;
		let (here, there) = (
			network.post("Alice", Side::Most)?,
			network.post("Eve", Side::Alone)?,
		);
		let stalled = network.finality_stalls().await?;
		ensure!(
			!here.is_finished() && !there.is_finished(),
			"a job is final, and finality has stalled"
		);

		net.place("dave")?.heal()?;
		network.finality_resumes(stalled).await?;
		let (here, there) = (finished(here).await?, finished(there).await?);
		ensure!(here != there, "both jobs have the number {here}");
		network.jobs_end_well(&[first, here, there], before).await?;

		network.alice.restart().await?;
		network.all_agree().await
	});
}

/// On which side of the cut.
#[derive(Clone, Copy)]
enum Side {
	/// With Bob and Charlie.
	Most,
	/// With Dave.
	Alone,
}

/// The validators, and two providers: the worker of one asks Bob, that of the other asks Dave.
struct Network {
	alice: Node,
	charlie: Node,
	dave: Node,
	/// Its node is Bob.
	world: World,
	prompt: String,
	finals: Finals,
}

impl Network {
	async fn start(lab: &Lab, net: &Net) -> Result<Self> {
		let mut nodes = Vec::new();
		let mut bootnodes = Vec::new();
		for name in VALIDATORS {
			let options = NodeOptions::validator("local", name, &bootnodes).at(net.place(name)?);
			let node = Node::start(lab, options).await?;
			bootnodes.push(node.bootnode().await?);
			nodes.push(node);
		}
		until(
			"every validator is connected to every other",
			seconds(60),
			async || {
				for node in &nodes {
					if node.peers().await? < 3 {
						return Ok(None);
					}
				}
				Ok(Some(()))
			},
		)
		.await?;
		let finals = Finals::default();
		nodes.iter().for_each(|node| finals.watch(node));
		let [alice, bob, charlie, dave] = <[Node; 4]>::try_from(nodes)
			.map_err(|_| anyhow::anyhow!("there should be four nodes"))?;

		let plans = [Plan::new("Bob"), Plan::new("Charlie").asks(&dave)];
		let world = World::on(lab, bob, &plans.map(|plan| plan.slots(4))).await?;
		let (prompt, _) = model::long_prompt(lab, &world.models[0].dir, TOKENS).await?;
		let registered = world.chain().block(At::Best).await?.number;
		let mut network = Self {
			alice,
			charlie,
			dave,
			world,
			prompt,
			finals,
		};
		network.reach(registered, seconds(60)).await?;
		Ok(network)
	}

	/// Those that were not killed.
	fn live(&mut self) -> [&mut Node; 3] {
		[&mut self.world.node, &mut self.charlie, &mut self.dave]
	}

	/// Waits until a block of this height is final everywhere but with the one that was killed.
	async fn reach(&mut self, number: u32, limit: Duration) -> Result<()> {
		let reach = self
			.live()
			.map(|node| node.reaches(At::Finalised, number, limit));
		try_join_all(reach).await?;
		Ok(())
	}

	async fn finality_goes_on(&mut self) -> Result<()> {
		let best = self.world.chain().block(At::Best).await?.number;
		self.reach(best.saturating_add(MORE), seconds(90)).await
	}

	/// Posts a job at a node of this side. What is waited for is its number in a final block.
	fn post(&self, who: &'static str, side: Side) -> Result<JoinHandle<Result<JobId>>> {
		let chain = match side {
			Side::Most => self.world.chain().clone(),
			Side::Alone => self.dave.chain().clone(),
		};
		// No two inputs are the same.
		let prompt = format!("{} {who}", self.prompt);
		let call = Call::PostJob(Job::new(who, &prompt, TOKENS).request);
		let key = dev(who)?;
		Ok(tokio::spawn(async move {
			let options = SubmitOptions {
				wait: Wait::Finalised,
				timeout: LIMIT,
				..SubmitOptions::default()
			};
			let included = chain.submit(&call, &key, &options).await?;
			let posted = included.events.first::<JobPosted>()?;
			Ok(posted.context("the post has no event")?.job)
		}))
	}

	/// The best chain grows, the job posted at Bob is in it, and nothing more becomes final. Returns what
	/// is.
	async fn finality_stalls(&mut self) -> Result<u32> {
		let alice = dev_account("Alice")?;
		until(
			"finality stalls while a job waits",
			seconds(120),
			async || {
				self.world.node.process().expect_running()?;
				let chain = self.world.chain();
				let (best, finalised) = (chain.at(At::Best).await?, chain.at(At::Finalised).await?);
				let posted = best.next_job_id().await? > finalised.next_job_id().await?;
				ensure!(
					finalised.jobs_of(&alice).await?.is_empty(),
					"a job that was posted after the cut is final"
				);
				let behind = best.number().saturating_sub(finalised.number());
				Ok((posted && behind >= STALL).then_some(()))
			},
		)
		.await?;
		let mut highest = 0;
		for node in self.live() {
			highest = highest.max(node.chain().block(At::Finalised).await?.number);
		}
		Ok(highest)
	}

	async fn finality_resumes(&mut self, stalled: u32) -> Result<()> {
		let healed = Instant::now();
		self.reach(stalled.saturating_add(1), RESUMES).await?;
		eprintln!(
			"final blocks again {:.1} s after the network has healed",
			healed.elapsed().as_secs_f32()
		);
		Ok(())
	}

	/// The job is paid or refunded, and that is final.
	async fn ends_well(&self, job: JobId) -> Result<()> {
		let ends = self.world.chain().wait_for_outcome(job, true);
		let outcome = within(&format!("job {job} ends"), seconds(180), ends).await?;
		let (reason, paid) = (outcome.reason, outcome.payment.total());
		let well = match reason {
			CloseReason::Paid => outcome.spent > 0 && paid == Some(outcome.spent),
			_ => outcome.refund == outcome.escrow,
		};
		ensure!(well, "job {job}: {outcome:?}");
		eprintln!("job {job}: {reason:?} in block {}", outcome.closed_at);
		Ok(())
	}

	/// All jobs have ended so, and nobody has lost stake who could help it.
	async fn jobs_end_well(&mut self, jobs: &[JobId], from: u32) -> Result<()> {
		let chain = self.world.chain().clone();
		for job in jobs {
			self.ends_well(*job).await?;
		}
		for requester in ["Alice", "Eve", "Ferdie"] {
			ledger::has_no_escrow(&chain, &dev_account(requester)?).await?;
		}
		let to = chain.block(At::Finalised).await?.number;
		let history = ledger::history(&chain, from, to).await?;
		for (job, events) in &history {
			ensure!(
				events.closed.len() == 1 && events.paid.len() <= 1,
				"job {job} has not ended once: {events:#?}"
			);
			self.slashes_are_explained(*job, events)?;
		}
		let before = ledger::snapshot_at(&self.world.node, from).await?;
		ledger::audit_to(&self.world.node, &before, to).await?;
		Ok(())
	}

	/// A worker that signed a receipt under the number on the side that was undone has let the job go.
	fn slashes_are_explained(&mut self, job: JobId, events: &JobEvents) -> Result<()> {
		for slash in &events.raised {
			ensure!(slash.fault == Fault::MissedDeadline, "{slash:?}");
			for name in ["Bob", "Charlie"] {
				if self.world.provider(name)?.account == slash.provider {
					let log = self.world.worker(name)?.log()?;
					ensure!(
						log.contains(&format!("job {job}: let go")),
						"{name} was slashed for nothing: {events:#?}\n{log}"
					);
					eprintln!("{name} was slashed for the number {job}, which stood for two jobs");
				}
			}
		}
		Ok(())
	}

	/// The one that was killed is back and sees the same; nowhere was anything else ever final.
	async fn all_agree(&mut self) -> Result<()> {
		let to = self.world.chain().block(At::Finalised).await?.number;
		self.alice.reaches(At::Finalised, to, seconds(90)).await?;
		self.reach(to, seconds(30)).await?;
		for provider in ["Bob", "Charlie"] {
			let view = self.world.chain().at(At::Finalised).await?;
			let provider = view
				.provider(&dev_account(provider)?)
				.await?
				.context("gone")?;
			ensure!(
				provider.committed == 0
					&& provider.bonded + provider.slashed == STAKE
					&& provider.frozen() + provider.slashed <= share_of(STAKE, TIMEOUT_SLASH),
				"{provider:?}"
			);
		}
		let seen = self.finals.agree()?;
		let nodes = [&self.alice, &self.world.node, &self.charlie, &self.dave];
		for number in 1..=to {
			let mut hashes = BTreeSet::new();
			for node in nodes {
				hashes.insert(node.chain().block(At::Number(number)).await?.hash);
			}
			hashes.extend(seen.get(&number));
			ensure!(hashes.len() == 1, "block {number} is {hashes:?}");
		}
		Ok(())
	}
}

async fn finished(post: JoinHandle<Result<JobId>>) -> Result<JobId> {
	within("the post is final", seconds(120), async { post.await? }).await
}

/// The blocks of one height, and who has called them final.
type Called = BTreeMap<H256, BTreeSet<String>>;

/// Everything that a node has ever called final, by height.
#[derive(Clone, Default)]
struct Finals(Arc<Mutex<BTreeMap<u32, Called>>>);

impl Finals {
	/// Notes what this node calls final, as long as the test runs.
	fn watch(&self, node: &Node) {
		let (finals, name) = (self.clone(), node.name().to_owned());
		let chain: Chain = node.chain().clone();
		tokio::spawn(async move {
			let mut blocks = chain.finalised_blocks();
			loop {
				let block = blocks.next().await;
				let mut finals = finals.0.lock().unwrap_or_else(PoisonError::into_inner);
				let heights = finals.entry(block.number).or_default();
				heights.entry(block.hash).or_default().insert(name.clone());
			}
		});
	}

	/// The one block of each height.
	fn agree(&self) -> Result<BTreeMap<u32, H256>> {
		let finals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		let mut agreed = BTreeMap::new();
		for (number, hashes) in finals.iter() {
			ensure!(
				hashes.len() == 1,
				"conflicting final blocks {number}: {hashes:?}"
			);
			agreed.extend(hashes.keys().map(|hash| (*number, *hash)));
		}
		Ok(agreed)
	}
}
