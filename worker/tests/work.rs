//! The worker's state machine on a chain in memory.

mod common;

use std::{sync::Arc, time::Duration};

use athanor_primitives::{
	job::Sampler,
	merkle,
	price::Price,
	receipt::{Delivery, Finish, Refusal, SignedReceipt, commitment},
};
use athanor_worker::{
	error::Error,
	journal::{Journal, State},
	ledger::Assigned,
	share,
};
use codec::Decode;
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

	/// Assigns job 0 for `input`, with 20 blocks to do it.
	fn assign(&self, input: &str) {
		let now = self.chain.best() + 1;
		self.chain.assign(&task(0, input, now, now + 20), input);
	}

	async fn sent(&self, count: usize) {
		until("receipts are sent", || {
			self.chain.submissions().len() >= count
		})
		.await;
	}

	/// All submissions are the same bytes: decodes them.
	fn the_submission(&self) -> (SignedReceipt, Delivery) {
		let all = self.chain.submissions();
		assert!(
			all.iter().all(|one| *one == all[0]),
			"two different receipts"
		);
		Decode::decode(&mut &all[0][..]).unwrap()
	}

	fn journalled(&self) -> Option<State> {
		journalled(self.dir.path(), 0)
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assigned_job_gets_one_receipt() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	blocks(&world.chain, 8).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;

	assert_eq!(world.chain.submissions().len(), 1);
	assert_eq!(world.script.runs(), 1);
	assert!(matches!(world.journalled(), Some(State::Final { .. })));
	let (signed, delivery) = world.the_submission();
	assert_eq!(signed.receipt.finish, Finish::Stop.code());
	assert_eq!(
		(signed.receipt.tokens_in, signed.receipt.tokens_out),
		(3, 5)
	);
	assert_eq!(delivery.tokens, [5; 5]);
	assert_eq!(delivery.text, b"hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commitment_opens_with_what_is_journalled() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	while_nothing_happens().await;
	process.kill().await;

	let worker = key(1).public();
	let journal = Journal::open(world.dir.path(), &GENESIS, &worker).unwrap();
	let (entry, _) = journal.get(0).unwrap().unwrap();
	let root = merkle::root(&journal.leaves(0).unwrap());
	assert_eq!(journal.leaves(0).unwrap().len(), 5);
	let (signed, _) = world.the_submission();
	assert_eq!(
		signed.receipt.commitment,
		commitment(&root, &entry.salt, &worker, 0)
	);
	assert_ne!(entry.salt, [0; 32]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_were_there_before_the_worker_are_done() {
	let world = World::new();
	world.assign("hello");
	blocks(&world.chain, 2).await;
	let process = world.start();
	world.sent(1).await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computed_receipt_survives_a_kill_and_is_sent_unchanged() {
	let world = World::new();
	world.chain.set_pool_full(true);
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	while_nothing_happens().await;
	process.kill().await;
	assert_eq!(world.journalled(), Some(State::Computed));

	world.chain.set_pool_full(false);
	let process = world.start();
	world.sent(2).await;
	blocks(&world.chain, 3).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	assert_eq!(world.script.runs(), 1, "it was computed again");
	world.the_submission();
	assert!(matches!(world.journalled(), Some(State::Final { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_receipt_survives_a_kill() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	while_nothing_happens().await;
	process.kill().await;
	assert!(matches!(world.journalled(), Some(State::Submitted { .. })));

	// It reaches a block while the worker is away.
	blocks(&world.chain, 2).await;
	let process = world.start();
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	assert_eq!(world.chain.submissions().len(), 1, "it was sent again");
	assert_eq!(world.script.runs(), 1, "it was computed again");
	assert!(matches!(world.journalled(), Some(State::Final { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_final_receipt_is_left_alone() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;

	let process = world.start();
	blocks(&world.chain, 5).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	assert_eq!(
		(world.chain.submissions().len(), world.script.runs()),
		(1, 1)
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_job_is_computed_again() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let process = world.start();
	world.assign("hello");
	until("it runs", || world.script.runs() == 1).await;
	process.kill().await;
	assert_eq!(world.journalled(), None);
	drop(held);

	let process = world.start();
	world.sent(1).await;
	blocks(&world.chain, 3).await;
	process.kill().await;
	assert_eq!(world.script.runs(), 2);
	world.the_submission();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_a_reorganisation_drops_is_sent_again() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	let assigned_at = world.chain.best();
	world.sent(1).await;
	blocks(&world.chain, 3).await;

	world.chain.reorganise(assigned_at);
	blocks(&world.chain, 4).await;
	world.sent(2).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	world.the_submission();
	assert_eq!(world.script.runs(), 1);
	assert!(matches!(world.journalled(), Some(State::Final { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_the_pool_loses_is_sent_again() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	world.chain.clear_pool();
	blocks(&world.chain, 4).await;
	world.sent(2).await;
	process.kill().await;
	world.the_submission();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_started_again_gets_the_receipt_before_its_next_block() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	world.chain.restart_node();
	world.sent(2).await;
	process.kill().await;
	world.the_submission();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_the_pool_loses_before_the_deadline_is_not_waited_with() {
	let world = World::new();
	let process = world.start();
	let now = world.chain.best() + 1;
	// The fourth block from here is too late, so there is no time to wait for three.
	world.chain.assign(&task(0, "hello", now, now + 4), "hello");
	for count in 1..=3 {
		world.sent(count).await;
		world.chain.clear_pool();
		world.chain.block();
	}
	while_nothing_happens().await;
	process.kill().await;
	assert_eq!(world.chain.submissions().len(), 3, "it was sent too late");
	assert_eq!(world.script.runs(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_past_its_deadline_is_cancelled() {
	let world = World::new();
	let process = world.start();
	for (job, input) in [(0, "slow"), (1, "prefill")] {
		let now = world.chain.best() + 1;
		world.chain.assign(&task(job, input, now, now + 5), input);
		until("it runs", || world.script.runs() == job as usize + 1).await;
		blocks(&world.chain, 6).await;
	}
	// The engine is free again.
	let now = world.chain.best() + 1;
	world
		.chain
		.assign(&task(2, "hello", now, now + 20), "hello");
	world.sent(1).await;
	process.kill().await;
	assert_eq!(world.the_submission().0.receipt.job, 2);
	assert_eq!(world.journalled(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_cannot_run_gets_a_receipt_that_says_so() {
	let world = World::new();
	let process = world.start();
	world.assign("reject");
	world.sent(1).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	let (signed, delivery) = world.the_submission();
	assert_eq!(signed.receipt.finish, Finish::Rejected.code());
	assert_eq!(signed.receipt.tokens_out, 0);
	assert!(delivery.tokens.is_empty());
	assert_eq!(delivery.text, b"as told", "the requester is to know why");
	assert!(matches!(world.journalled(), Some(State::Final { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reason_of_a_rejection_is_as_long_as_the_chain_accepts() {
	let world = World::new();
	let mut setup = setup(1);
	setup.max_text = 5;
	let process = Process::start_with(&world.chain, world.dir.path(), &world.script, setup);
	world.assign("reject");
	world.sent(1).await;
	process.kill().await;
	assert_eq!(world.the_submission().1.text, b"as to");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_receipt_is_journalled_with_the_reason() {
	let world = World::new();
	let process = world.start();
	// More prompt tokens than the job allows.
	let now = world.chain.best() + 1;
	let mut small = task(0, "hello", now, now + 20);
	small.max_input_tokens = 1;
	world.chain.assign(&small, "hello");
	world.sent(1).await;
	blocks(&world.chain, 5).await;
	process.kill().await;
	assert_eq!(
		world.chain.submissions().len(),
		1,
		"a definite refusal is not tried again"
	);
	let Some(State::Refused { code, reason }) = world.journalled() else {
		panic!()
	};
	assert_eq!(code, Some(Refusal::TooManyTokens.code()));
	assert_eq!(reason, Refusal::TooManyTokens.reason());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_receipt_is_refused_for_good_is_complained_about_once() {
	let world = World::new();
	let process = world.start();
	let now = world.chain.best() + 1;
	let mut small = task(77, "hello", now, now + 1_000);
	small.max_input_tokens = 1;
	world.chain.assign(&small, "hello");
	let told = || logged("job 77: its receipt was refused for good");
	blocks_until(&world.chain, "it is told", || told() == 1).await;
	blocks(&world.chain, 3).await;
	process.kill().await;
	// It is told again after a restart, which is when an operator looks.
	let process = world.start();
	blocks_until(&world.chain, "it is told again", || told() == 2).await;
	blocks(&world.chain, 3).await;
	process.kill().await;
	assert_eq!(told(), 2);
	assert_eq!(world.chain.submissions().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_refused_for_a_passing_reason_serves_again() {
	let world = World::new();
	let process = world.start();
	let before = world.chain.best();
	let mut greedy = task(0, "hello", before + 1, before + 21);
	greedy.sampler = Sampler::Greedy;
	world.chain.assign(&greedy, "hello");
	world.sent(1).await;
	world.chain.clear_pool();
	// On the fork the job is not assigned, and that is final.
	world.chain.reorganise(before);
	while_nothing_happens().await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	let Some(State::Refused { reason, .. }) = world.journalled() else {
		panic!()
	};
	assert_eq!(reason, Refusal::TooLate.reason());

	// Then it is assigned to the same provider after all, with another seed.
	let process = world.start();
	let now = world.chain.best() + 1;
	let again = Assigned {
		seed: [8; 32],
		assigned_at: now,
		deadline: now + 20,
		..greedy
	};
	world.chain.assign(&again, "hello");
	world.sent(2).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	world.the_submission();
	assert_eq!(world.script.runs(), 1, "it was computed again");
	assert!(matches!(world.journalled(), Some(State::Final { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_receipt_is_sent_again_while_another_job_runs() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	let assigned_at = world.chain.best();
	world.sent(1).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	world.chain.reorganise(assigned_at - 1);
	let now = world.chain.best() + 1;
	world.chain.assign(&task(1, "slow", now, now + 20), "slow");
	until("it runs", || world.script.runs() == 2).await;
	world.assign("hello");
	world.sent(2).await;
	process.kill().await;
	world.the_submission();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_missed_its_deadline_is_closed_by_finality() {
	let world = World::new();
	world.chain.set_pool_full(true);
	let process = world.start();
	let now = world.chain.best() + 1;
	world.chain.assign(&task(0, "hello", now, now + 4), "hello");
	world.sent(1).await;
	blocks(&world.chain, 6).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	assert!(matches!(world.journalled(), Some(State::Refused { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workers_receipt_closes_ours() {
	let world = World::new();
	let theirs = World::new();
	// The same job on another chain in memory, by another worker of the provider.
	theirs.chain.set_keys(&[2]);
	let other = Process::start_with(&theirs.chain, theirs.dir.path(), &theirs.script, setup(2));
	theirs.assign("hello");
	theirs.sent(1).await;
	other.kill().await;

	world.chain.set_pool_full(true);
	let process = world.start();
	world.assign("hello");
	world.sent(1).await;
	world.chain.include(theirs.the_submission().0);
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	process.kill().await;
	let Some(State::Refused { reason, .. }) = world.journalled() else {
		panic!()
	};
	assert!(reason.contains("another worker"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_below_the_minimum_price_are_left() {
	let world = World::new();
	let mut setup = setup(1);
	setup.rules.min_price = Price {
		input: 0,
		output: 11,
	};
	let process = Process::start_with(&world.chain, world.dir.path(), &world.script, setup);
	world.assign("hello");
	blocks(&world.chain, 3).await;
	process.kill().await;
	assert_eq!(world.script.runs(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_with_too_long_a_prompt_are_left() {
	let world = World::new();
	let mut setup = setup(1);
	setup.rules.max_input_tokens = 99;
	let process = Process::start_with(&world.chain, world.dir.path(), &world.script, setup);
	world.assign("hello");
	blocks(&world.chain, 3).await;
	assert_eq!(world.script.runs(), 0);
	let now = world.chain.best() + 1;
	let mut short = task(1, "hello", now, now + 20);
	short.max_input_tokens = 99;
	world.chain.assign(&short, "hello");
	world.sent(1).await;
	process.kill().await;
	assert_eq!(world.the_submission().0.receipt.job, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_one_provider_share_jobs_and_stand_in_for_each_other() {
	let world = World::new();
	world.chain.set_keys(&[1, 2]);
	let keys = [key(1).public(), key(2).public()];
	let rank = |job: u64| share::rank(&keys[0], &keys, job);
	let mine = (0..).find(|job| rank(*job) == 0).unwrap();
	let theirs = (0..).find(|job| rank(*job) == 1).unwrap();
	let process = world.start();
	let now = world.chain.best() + 1;
	world
		.chain
		.assign(&task(theirs, "theirs", now, now + 20), "theirs");
	world
		.chain
		.assign(&task(mine, "mine", now + 1, now + 20), "mine");
	world.sent(1).await;
	assert_eq!(world.the_submission().0.receipt.job, mine);
	blocks(&world.chain, 6).await;
	assert_eq!(world.script.runs(), 1, "half of the time has not gone yet");
	blocks(&world.chain, 4).await;
	world.sent(2).await;
	process.kill().await;
	assert_eq!(world.script.runs(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn draining_finishes_the_running_job_and_takes_no_other() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let process = world.start();
	world.assign("hello");
	until("it runs", || world.script.runs() == 1).await;
	process.drain();
	let now = world.chain.best() + 1;
	world.chain.assign(&task(1, "more", now, now + 20), "more");
	while_nothing_happens().await;
	assert!(process.is_running());
	drop(held);
	world.sent(1).await;
	world.chain.block();
	process.ended().await.unwrap();
	assert_eq!(world.script.runs(), 1);
	assert_eq!(world.the_submission().0.receipt.job, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_waits_for_the_receipt_of_a_job_that_took_longer_than_its_limit() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let mut setup = setup(1);
	setup.drain_limit = Duration::from_secs(1);
	let process = Process::start_with(&world.chain, world.dir.path(), &world.script, setup);
	world.assign("hello");
	until("it runs", || world.script.runs() == 1).await;
	process.drain();
	tokio::time::sleep(Duration::from_millis(1_500)).await;
	drop(held);
	world.sent(1).await;
	while_nothing_happens().await;
	assert!(process.is_running(), "its receipt is in no block yet");
	world.chain.block();
	process.ended().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_does_not_wait_for_ever_for_a_receipt() {
	let world = World::new();
	let mut setup = setup(1);
	setup.drain_limit = Duration::from_millis(300);
	let process = Process::start_with(&world.chain, world.dir.path(), &world.script, setup);
	world.assign("hello");
	world.sent(1).await;
	while_nothing_happens().await;
	process.drain();
	process.ended().await.unwrap();
	assert!(matches!(world.journalled(), Some(State::Submitted { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_stops_at_once() {
	let world = World::new();
	let process = world.start();
	world.assign("slow");
	until("it runs", || world.script.runs() == 1).await;
	process.drain();
	while_nothing_happens().await;
	assert!(process.is_running());
	process.stop_now();
	assert!(matches!(process.ended().await, Err(Error::Interrupted)));
	assert!(world.chain.submissions().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_worker_drains_at_once() {
	let world = World::new();
	let process = world.start();
	while_nothing_happens().await;
	process.drain();
	process.ended().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_taken_up_again() {
	let world = World::new();
	let gate = world.script.gate.clone();
	let held = gate.lock().await;
	let process = world.start();
	world.assign("hello");
	until("it runs", || world.script.runs() == 1).await;
	world.chain.set_offline(true);
	drop(held);
	while_nothing_happens().await;
	assert!(world.chain.submissions().is_empty());
	assert!(process.is_running());
	world.chain.block();
	world.chain.set_offline(false);
	world.sent(1).await;
	process.kill().await;
	assert_eq!(world.script.runs(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_engine_is_tried_a_few_times() {
	for input in ["fail", "panic"] {
		let world = World::new();
		let process = world.start();
		let now = world.chain.best() + 1;
		world.chain.assign(&task(0, input, now, now + 1_000), input);
		blocks_until(&world.chain, "three runs", || world.script.runs() == 3).await;
		blocks(&world.chain, 3).await;
		assert_eq!(world.script.runs(), 3, "{input}");
		let now = world.chain.best() + 1;
		world
			.chain
			.assign(&task(1, "hello", now, now + 20), "hello");
		world.sent(1).await;
		process.kill().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_on_which_the_engine_fails_keeps_nobody_waiting() {
	let world = World::new();
	let process = world.start();
	world.assign("fail");
	until("it has failed", || world.script.runs() == 1).await;
	while_nothing_happens().await;
	let now = world.chain.best() + 1;
	world
		.chain
		.assign(&task(1, "hello", now, now + 40), "hello");
	world.sent(1).await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_always_fails_ends_the_worker() {
	let world = World::new();
	let process = world.start();
	for job in 0..2 {
		let now = world.chain.best() + 1;
		world
			.chain
			.assign(&task(job, "fail", now, now + 1_000), "fail");
	}
	blocks_until(&world.chain, "it ends", || !process.is_running()).await;
	let error = process.ended().await.unwrap_err();
	assert!(
		matches!(error, Error::EngineBroken { times: 5, .. }),
		"{error}"
	);
	assert_eq!(error.exit_code(), 1);
	assert_eq!(world.script.runs(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_with_a_success_in_between_do_not_add_up() {
	let world = World::new();
	let process = world.start();
	for (job, input, runs) in [(0, "fail", 3), (1, "hello", 4), (2, "fail", 7)] {
		let now = world.chain.best() + 1;
		world
			.chain
			.assign(&task(job, input, now, now + 1_000), input);
		blocks_until(&world.chain, "it has run", || world.script.runs() == runs).await;
	}
	while_nothing_happens().await;
	assert!(process.is_running());
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_catching_up_gives_no_jobs() {
	let world = World::new();
	world.chain.set_age(600);
	let process = world.start();
	world.assign("hello");
	blocks(&world.chain, 3).await;
	assert_eq!(world.script.runs(), 0);
	world.chain.set_age(0);
	world.chain.block();
	world.sent(1).await;
	process.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_whose_finality_is_undone_is_sent_again_unchanged() {
	let world = World::new();
	let process = world.start();
	world.assign("hello");
	let assigned_at = world.chain.best();
	world.sent(1).await;
	blocks(&world.chain, 2).await;
	world.chain.finalise();
	while_nothing_happens().await;
	// As on a development chain that is started afresh.
	world.chain.reorganise(assigned_at);
	blocks(&world.chain, 2).await;
	world.sent(2).await;
	process.kill().await;
	world.the_submission();
	assert_eq!(world.script.runs(), 1);
}
