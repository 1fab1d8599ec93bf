//! Claiming `Open` jobs.

mod common;

use std::{sync::Arc, time::Duration};

use athanor_primitives::{
	eligibility::{Attributes, Ineligible},
	price::Price,
};
use athanor_worker::{
	ledger::{OpenJob, OwnOffer},
	run::{Setup, engine::Engine, speed::Speed},
	share,
};
use common::*;
use tempfile::TempDir;

/// Makes a job that does not fit.
type Change = fn(&mut OpenJob);

struct World {
	chain: Arc<Chain>,
	dir: TempDir,
	script: Script,
}

impl World {
	fn new() -> Self {
		Self {
			chain: Chain::new(),
			dir: tempfile::tempdir().unwrap(),
			script: Script {
				token: 5,
				..Default::default()
			},
		}
	}

	fn start(&self) -> Process {
		self.start_with(setup(1))
	}

	fn start_with(&self, setup: Setup) -> Process {
		Process::start_with(&self.chain, self.dir.path(), &self.script, setup)
	}

	/// Opens a job for 100 blocks.
	fn open(&self, job: u64, change: impl FnOnce(&mut OpenJob)) {
		self.open_for(job, "hello", change);
	}

	fn open_for(&self, job: u64, input: &str, change: impl FnOnce(&mut OpenJob)) {
		let mut open = open_job(job, input, self.chain.best() + 100);
		change(&mut open);
		self.chain.open(&open, input);
	}

	/// The jobs that were claimed, in order.
	fn claimed(&self) -> Vec<u64> {
		let claims = self.chain.claims();
		claims.iter().map(|signed| signed.claim.job).collect()
	}

	async fn claims(&self, count: usize) {
		until("claims are sent", || self.claimed().len() >= count).await;
	}

	async fn sent(&self, count: usize) {
		until("receipts are sent", || {
			self.chain.submissions().len() >= count
		})
		.await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fits_is_claimed_and_done() {
	let world = World::new();
	let process = world.start();
	world.open(400, |_| {});
	world.claims(1).await;
	let claim = world.chain.claims()[0].clone();
	assert_eq!(claim.worker, key(1).public());
	assert_eq!(claim.genesis, GENESIS);
	let ahead = claim.claim.valid_until - world.chain.best();
	assert!((1..=4).contains(&ahead), "{ahead} blocks ahead");
	world.chain.block();
	world.sent(1).await;
	blocks(&world.chain, 5).await;
	process.kill().await;
	assert_eq!(world.claimed(), [400], "it is claimed once");
	assert_eq!(logged("job 400: claimed"), 1);
	assert_eq!(world.script.runs(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn claiming_can_be_switched_off() {
	let world = World::new();
	let process = world.start_with(Setup {
		claims: false,
		..setup(1)
	});
	world.open(0, |_| {});
	blocks(&world.chain, 3).await;
	assert_eq!(world.claimed(), [0; 0]);
	// What the chain gives is done.
	let now = world.chain.best() + 1;
	world
		.chain
		.assign(&task(1, "hello", now, now + 20), "hello");
	world.sent(1).await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_job_is_claimed_at_a_time() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let process = world.start();
	for job in 0..3 {
		world.open(job, |_| {});
	}
	world.claims(1).await;
	while_nothing_happens().await;
	assert_eq!(
		world.claimed().len(),
		1,
		"nothing more while the claim is on its way"
	);
	world.chain.block();
	until("it runs", || world.script.runs() == 1).await;
	blocks(&world.chain, 4).await;
	assert_eq!(world.claimed().len(), 1, "nothing more while it runs");
	drop(held);
	blocks_until(&world.chain, "all are done", || {
		world.chain.submissions().len() >= 3
	})
	.await;
	process.kill().await;
	let mut claimed = world.claimed();
	claimed.sort_unstable();
	assert_eq!(claimed, [0, 1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_job_comes_before_a_claim() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let now = world.chain.best() + 1;
	world
		.chain
		.assign(&task(1, "hello", now, now + 50), "hello");
	let process = world.start();
	until("it runs", || world.script.runs() == 1).await;
	world.open(0, |_| {});
	blocks(&world.chain, 3).await;
	assert_eq!(world.claimed(), [0; 0]);
	drop(held);
	world.claims(1).await;
	process.kill().await;
}

/// Opens jobs that this worker must not claim, and one that it should.
async fn not_claimed(setup: Setup, what: &str, change: Change) {
	let world = World::new();
	let process = world.start_with(setup);
	world.open(0, change);
	blocks(&world.chain, 3).await;
	assert_eq!(world.claimed(), [0; 0], "{what}");
	world.open(1, |_| {});
	world.claims(1).await;
	process.kill().await;
	assert_eq!(world.claimed(), [1], "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_not_claimed() {
	let cases: [(&str, Change); 11] = [
		("another model", |job| job.model = 1),
		("another version", |job| job.model_version = 2),
		("below the offer's price", |job| {
			job.ceiling = Price::flat(9)
		}),
		("for others", |job| job.rules.allow = vec![RIVAL]),
		("excluded", |job| job.rules.exclude = vec![PROVIDER]),
		("failed before", |job| job.failed = vec![RIVAL, PROVIDER]),
		("another region", |job| job.rules.regions = vec![*b"DE"]),
		("keeps data too long", |job| {
			job.rules.max_retention_hours = Some(1);
		}),
		("too little memory", |job| {
			job.rules.min_gpu_memory_gib = Some(1);
		}),
		("about to end", |job| job.claimable_until -= 98),
		("more than its limit", |job| job.max_output_tokens = 65),
	];
	for (what, change) in cases {
		let mut setup = setup(1);
		setup.rules.max_tokens = 64;
		not_claimed(setup, what, change).await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_offer_states_counts() {
	let world = World::new();
	world.chain.set_offer(Some(OwnOffer {
		attributes: Attributes {
			region: Some(*b"DE"),
			retention_hours: Some(0),
			gpu_memory_gib: 80,
		},
		..world.chain.offer()
	}));
	let process = world.start();
	world.open(0, |job| {
		job.rules.regions = vec![*b"FR", *b"DE"];
		job.rules.max_retention_hours = Some(0);
		job.rules.min_gpu_memory_gib = Some(80);
		job.rules.allow = vec![PROVIDER];
	});
	world.claims(1).await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_gets_no_work_does_not_ask_for_it() {
	for offer in [
		None,
		Some((0, None)),
		Some((4, Some(Ineligible::Chilled))),
		Some((4, Some(Ineligible::Paused))),
	] {
		let world = World::new();
		let usual = world.chain.offer();
		world
			.chain
			.set_offer(offer.map(|(free, obstacle)| OwnOffer {
				free,
				obstacle,
				..usual
			}));
		let process = world.start();
		world.open(0, |_| {});
		blocks(&world.chain, 3).await;
		assert_eq!(world.claimed(), [0; 0], "{offer:?}");
		world.chain.set_offer(Some(usual));
		blocks_until(&world.chain, "it is claimed", || {
			!world.claimed().is_empty()
		})
		.await;
		process.kill().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_key_claims_nothing() {
	let world = World::new();
	world.chain.set_keys(&[2]);
	let process = world.start();
	world.open(0, |_| {});
	blocks(&world.chain, 3).await;
	process.kill().await;
	assert_eq!(world.claimed(), [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_race_is_ordinary() {
	let world = World::new();
	world.chain.rival_claim(410);
	let process = world.start();
	world.open(410, |_| {});
	assert_eq!(
		world.chain.provider_of(410),
		Some(RIVAL),
		"the rival has it"
	);
	blocks(&world.chain, 2).await;
	// This one is in the pool before ours is.
	let block = world.chain.best();
	let open = open_job(411, "hello", block + 100);
	world.chain.open(&open, "hello");
	world.claims(1).await;
	world.chain.clear_pool();
	world.chain.rival_claim(411);
	world.chain.block();
	until("it is told", || {
		logged("job 411: another provider's claim came first") == 1
	})
	.await;
	// Another job is claimed at once.
	world.open(412, |_| {});
	world.claims(2).await;
	process.kill().await;
	assert_eq!(world.claimed(), [411, 412]);
	assert_eq!(world.script.runs(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_in_the_pool_is_not_run_against() {
	let world = World::new();
	world.open(420, |_| {});
	world.chain.rival_claim(420);
	let process = world.start();
	world.claims(1).await;
	until("it is told", || {
		logged("job 420: another claim for it was first") == 1
	})
	.await;
	process.kill().await;
	assert_eq!(world.claimed(), [420]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_gets_into_no_block_is_made_again_later() {
	let world = World::new();
	let process = world.start();
	world.open(430, |_| {});
	world.claims(1).await;
	// The pool loses it.
	world.chain.clear_pool();
	let first = world.chain.best();
	blocks_until(&world.chain, "it is claimed again", || {
		world.claimed().len() == 2
	})
	.await;
	process.kill().await;
	assert_eq!(logged("job 430: the claim is in no block"), 1);
	let claims = world.chain.claims();
	assert!(claims[0].claim.valid_until < claims[1].claim.valid_until);
	assert!(
		world.chain.best() >= first + 4,
		"while it counts, it is not repeated"
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_claim_is_not_repeated_at_once() {
	let world = World::new();
	world.chain.set_ineligible(Some(Ineligible::NotEnoughCover));
	let process = world.start();
	world.open(440, |_| {});
	world.claims(1).await;
	blocks(&world.chain, 3).await;
	assert_eq!(world.claimed(), [440]);
	assert_eq!(
		logged("job 440: the claim is refused: its stake does not cover"),
		1
	);
	world.chain.set_ineligible(None);
	blocks_until(&world.chain, "it is claimed again", || {
		world.claimed().len() == 2
	})
	.await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_failed_on_is_not_claimed_again() {
	let world = World::new();
	let process = world.start();
	world.open_for(450, "fail", |_| {});
	world.claims(1).await;
	let before = world.chain.best();
	blocks_until(&world.chain, "it has failed", || world.script.runs() >= 1).await;
	// On the fork nobody has it.
	world.chain.clear_pool();
	world.chain.reorganise(before);
	blocks(&world.chain, 8).await;
	process.kill().await;
	assert_eq!(world.claimed(), [450]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_answered_for_another_task_is_not_claimed() {
	let world = World::new();
	let process = world.start();
	let before = world.chain.best();
	world.open(0, |_| {});
	world.claims(1).await;
	world.chain.block();
	world.sent(1).await;
	world.chain.clear_pool();
	world.chain.reorganise(before);
	world.open(0, |job| job.seed = [8; 32]);
	blocks(&world.chain, 8).await;
	process.kill().await;
	assert_eq!((world.claimed().len(), world.script.runs()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_answered_already_is_claimed_again_and_not_computed() {
	let world = World::new();
	let process = world.start();
	let before = world.chain.best();
	world.open(0, |_| {});
	world.claims(1).await;
	world.chain.block();
	world.sent(1).await;
	world.chain.clear_pool();
	world.chain.reorganise(before);
	world.open(0, |_| {});
	blocks_until(&world.chain, "it is sent again", || {
		world.chain.submissions().len() >= 2
	})
	.await;
	process.kill().await;
	assert_eq!((world.claimed().len(), world.script.runs()), (2, 1));
	let all = world.chain.submissions();
	assert_eq!(all[0], all[1], "the same receipt serves");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_one_provider_do_not_race_each_other() {
	let world = World::new();
	world.chain.set_keys(&[1, 2]);
	let keys = [key(1).public(), key(2).public()];
	let theirs = (0..)
		.find(|job| share::rank(&keys[0], &keys, *job) == 1)
		.unwrap();
	let process = world.start();
	while_nothing_happens().await;
	world.open(theirs, |_| {});
	while_nothing_happens().await;
	assert_eq!(world.claimed(), [0; 0], "the other one has the first block");
	world.chain.block();
	world.claims(1).await;
	// Who claimed it does it, though the other would come first for a given job.
	world.chain.block();
	world.sent(1).await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_the_job_that_was_claimed() {
	let world = World::new();
	let process = world.start();
	world.open(0, |_| {});
	world.claims(1).await;
	process.drain();
	while_nothing_happens().await;
	assert!(process.is_running(), "the claim may still win");
	world.open(1, |_| {});
	world.sent(1).await;
	blocks(&world.chain, 2).await;
	process.ended().await.unwrap();
	assert_eq!((world.claimed(), world.script.runs()), (vec![0], 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_does_not_wait_for_a_claim_that_came_to_nothing() {
	let world = World::new();
	let process = world.start();
	world.open(0, |_| {});
	world.claims(1).await;
	process.drain();
	while_nothing_happens().await;
	world.chain.clear_pool();
	blocks(&world.chain, 6).await;
	process.ended().await.unwrap();
	assert_eq!(world.script.runs(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_catching_up_is_asked_for_nothing() {
	let world = World::new();
	world.chain.set_age(600);
	let process = world.start();
	world.open(0, |_| {});
	blocks(&world.chain, 3).await;
	assert_eq!(world.claimed(), [0; 0]);
	world.chain.set_age(0);
	blocks_until(&world.chain, "it is claimed", || {
		!world.claimed().is_empty()
	})
	.await;
	process.kill().await;
}

/// A worker whose engine has been seen to take so many seconds for a token.
fn slow(world: &World, seconds: u64) -> Process {
	let engine = Engine::start(world.script.clone(), None).unwrap();
	let speed: &Speed = engine.speed();
	let ten = Duration::from_secs(10);
	speed.observe(1_000, ten, 10, ten * u32::try_from(seconds).unwrap());
	Process::start_engine(&world.chain, world.dir.path(), engine, setup(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_worker_claims_only_what_it_can_do_in_time() {
	let world = World::new();
	// A token takes 1 s, and a margin of half of that. There are 20 blocks of 3 s, less three.
	let process = slow(&world, 1);
	world.open(0, |job| job.max_output_tokens = 60);
	blocks(&world.chain, 3).await;
	assert_eq!(world.claimed(), [0; 0]);
	world.open(1, |job| job.max_output_tokens = 30);
	world.claims(1).await;
	process.kill().await;
	assert_eq!(world.claimed(), [1]);
}
