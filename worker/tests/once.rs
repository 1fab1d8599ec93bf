//! One worker key never signs two different receipts for one job number, whatever the chain does.

mod common;

use std::{sync::Arc, time::Duration};

use athanor_primitives::{
	job::{PromptFormat, Sampler},
	price::Price,
};
use athanor_worker::{
	journal::{Journal, State},
	ledger::Assigned,
};
use common::*;
use tempfile::TempDir;

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
		Process::start(&self.chain, self.dir.path(), &self.script)
	}

	/// Assigns the job in the next block.
	fn assign(&self, task: &Assigned) {
		self.assign_for(task, "hello");
	}

	fn assign_for(&self, task: &Assigned, input: &str) {
		let now = self.chain.best() + 1;
		let task = Assigned {
			assigned_at: now,
			deadline: now + 60,
			..task.clone()
		};
		self.chain.assign(&task, input);
	}

	async fn sent(&self, count: usize) {
		until("receipts are sent", || {
			self.chain.submissions().len() >= count
		})
		.await;
	}

	/// Builds blocks until another receipt is handed in.
	async fn sent_again(&self) {
		let before = self.chain.submissions().len();
		blocks_until(&self.chain, "it is sent again", || {
			self.chain.submissions().len() > before
		})
		.await;
	}

	/// How many different receipts were handed in.
	fn different(&self) -> usize {
		let mut all = self.chain.submissions();
		all.sort();
		all.dedup();
		all.len()
	}

	/// Has `first` answered and lost in a reorganisation, after which `second` has its number.
	async fn reorganise(&self, first: &Assigned, second: &Assigned) -> Process {
		let process = self.start();
		let before = self.chain.best();
		self.assign(first);
		self.sent(1).await;
		blocks(&self.chain, 1).await;
		self.chain.clear_pool();
		self.chain.reorganise(before);
		self.assign(second);
		process
	}
}

fn greedy(job: u64) -> Assigned {
	Assigned {
		sampler: Sampler::Greedy,
		..task(job, "hello", 0, 0)
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorganisation_that_changes_the_price_needs_no_second_receipt() {
	let world = World::new();
	let first = task(0, "hello", 0, 0);
	let second = Assigned {
		price: Price::flat(77),
		..first.clone()
	};
	let process = world.reorganise(&first, &second).await;
	world.sent_again().await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	assert_eq!((world.different(), world.script.runs()), (1, 1));
	let state = journalled(world.dir.path(), 0);
	assert!(matches!(state, Some(State::Final { .. })), "{state:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorganisation_that_gives_the_job_to_another_and_back_needs_none_either() {
	let world = World::new();
	let first = task(0, "hello", 0, 0);
	let rivals = Assigned {
		provider: RIVAL,
		..first.clone()
	};
	let process = world.reorganise(&first, &rivals).await;
	blocks(&world.chain, 3).await;
	assert_eq!(world.chain.submissions().len(), 1, "it is another's job");
	let before = world.chain.best() - 4;
	world.chain.reorganise(before);
	world.assign(&first);
	world.sent_again().await;
	process.kill().await;
	assert_eq!((world.different(), world.script.runs()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_seed_does_not_matter_where_nothing_is_drawn() {
	let world = World::new();
	let first = greedy(0);
	let second = Assigned {
		seed: [8; 32],
		..first.clone()
	};
	let process = world.reorganise(&first, &second).await;
	world.sent_again().await;
	process.kill().await;
	assert_eq!((world.different(), world.script.runs()), (1, 1));
}

/// Each makes another task of the same number.
fn others(first: &Assigned) -> Vec<Assigned> {
	let other = |change: &dyn Fn(&mut Assigned)| {
		let mut task = first.clone();
		change(&mut task);
		task
	};
	vec![
		other(&|task| task.seed = [8; 32]),
		other(&|task| task.format = PromptFormat::Chat),
		other(&|task| task.sampler = Sampler::Greedy),
		other(&|task| task.max_output_tokens += 1),
		other(&|task| task.max_input_tokens += 1),
	]
}

#[tokio::test(flavor = "multi_thread")]
async fn another_task_of_the_same_number_is_let_go() {
	for (job, second) in (200..).zip(others(&task(0, "hello", 0, 0))) {
		let world = World::new();
		let first = task(job, "hello", 0, 0);
		let second = Assigned { job, ..second };
		let process = world.reorganise(&first, &second).await;
		let told = || logged(&format!("job {job}: let go"));
		blocks_until(&world.chain, "it is told", || told() == 1).await;
		// Finality changes nothing about it.
		world.chain.finalise();
		blocks(&world.chain, 4).await;
		assert_eq!(told(), 1, "once");
		assert_eq!(
			logged(&format!("job {job}: let go: this worker has signed")),
			1
		);
		assert_eq!(
			(world.different(), world.script.runs()),
			(1, 1),
			"{second:?}"
		);

		// Other jobs go on.
		let next = task(job + 100, "hello", 0, 0);
		world.assign(&next);
		world.sent(2).await;
		process.kill().await;
		assert_eq!(world.script.runs(), 2);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_does_not_forget_what_was_signed() {
	let world = World::new();
	let process = world.start();
	let before = world.chain.best();
	world.assign(&task(0, "hello", 0, 0));
	world.sent(1).await;
	process.kill().await;

	// While it is away, the chain reorganises.
	world.chain.clear_pool();
	world.chain.reorganise(before);
	world.assign(&Assigned {
		seed: [8; 32],
		..task(0, "hello", 0, 0)
	});
	let process = world.start();
	blocks(&world.chain, 4).await;
	process.kill().await;
	assert_eq!((world.different(), world.script.runs()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pruned_journal_does_not_forget_it_either() {
	let world = World::new();
	let mut forgetful = setup(1);
	forgetful.keep = Duration::from_secs(1);
	let start = |setup| Process::start_with(&world.chain, world.dir.path(), &world.script, setup);
	let process = start(forgetful.clone());
	world.assign(&task(300, "hello", 0, 0));
	world.sent(1).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	// Entries carry whole seconds.
	tokio::time::sleep(Duration::from_millis(2_100)).await;

	// As on a development chain that was started afresh, with the same genesis.
	world.chain.reorganise(0);
	world.assign(&task(300, "hello", 0, 0));
	let process = start(forgetful);
	let told = || logged("job 300: let go: this worker has signed a receipt and has not kept it");
	blocks_until(&world.chain, "it is told", || told() == 1).await;
	process.kill().await;
	assert_eq!((world.different(), world.script.runs()), (1, 1));
	let journal = Journal::open(world.dir.path(), &GENESIS, &key(1).public()).unwrap();
	assert_eq!(journal.get(300).unwrap(), None, "it was pruned");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_when_nobody_waits_for_it_any_more_is_not_signed() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let process = world.start();
	let before = world.chain.best();
	world.assign_for(&task(0, "stubborn", 0, 0), "stubborn");
	until("it runs", || world.script.runs() == 1).await;
	// The number stands for another task now, and the engine is about to answer the old one.
	world.chain.reorganise(before);
	let second = Assigned {
		seed: [8; 32],
		..task(0, "stubborn", 0, 0)
	};
	world.assign_for(&second, "stubborn");
	while_nothing_happens().await;
	drop(held);
	world.sent(1).await;
	process.kill().await;
	assert_eq!(world.script.runs(), 2);
	let journal = Journal::open(world.dir.path(), &GENESIS, &key(1).public()).unwrap();
	assert_eq!(journal.signed(0).unwrap(), Some(second.digest()));
}
