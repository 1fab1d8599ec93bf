//! Random operations, with every law checked after each.

use std::collections::{BTreeMap, BTreeSet};

use athanor_primitives::{
	claim::Claim,
	eligibility::{Attributes, Eligibility},
	job::{Assignment, CloseReason, JobRequest},
	model::ModelInfo,
	price::Price,
	receipt::{Finish, output_hash},
	testing,
};
use polkadot_sdk::*;
use proptest::prelude::*;
use sp_core::{H256, Pair};
use sp_runtime::{FixedU128, traits::Dispatchable};

use crate::{Call, Event, JobState, Jobs as JobStorage, Outcomes, mock::*};

/// Providers of these tests. The last has a key, and no offer at first.
const PROVIDERS: [AccountId; 4] = [PROVIDER, OTHER_PROVIDER, 12, 13];

#[derive(Clone, Debug)]
enum Op {
	Post {
		who: AccountId,
		request: Box<JobRequest<AccountId, u64>>,
	},
	Cancel {
		who: AccountId,
		job: u64,
	},
	Deliver {
		job: u64,
		tokens: u32,
		rejected: bool,
	},
	Claim {
		provider: AccountId,
		job: u64,
	},
	ClaimAsWorker {
		provider: AccountId,
		job: u64,
		valid_for: u32,
	},
	Equivocate {
		provider: AccountId,
		job: u64,
	},
	Poke {
		job: u64,
	},
	Transfer {
		from: AccountId,
		to: AccountId,
		amount: u128,
	},
	/// Blocks with their hooks.
	Advance {
		blocks: u64,
	},
	/// Blocks without, as if there were no weight at all.
	Skip {
		blocks: u64,
	},
	HookWeight {
		hook: u64,
		idle: u64,
	},
	Randomness(Option<u8>),
	Offer {
		provider: AccountId,
		version: u32,
		slots: u32,
		price: Price,
		region: Option<[u8; 2]>,
	},
	Withdraw {
		provider: AccountId,
	},
	Chill {
		provider: AccountId,
		chilled: bool,
	},
	Pause {
		provider: AccountId,
		paused: bool,
	},
	/// A slash, or unbonded or bonded stake.
	Bond {
		provider: AccountId,
		bonded: u128,
	},
	Keys {
		provider: AccountId,
		present: bool,
	},
	Version {
		version: u32,
		active: bool,
	},
	Multiple {
		halves: u32,
	},
	Retention {
		blocks: u64,
	},
}

fn provider() -> impl Strategy<Value = AccountId> {
	prop::sample::select(&PROVIDERS[..])
}

fn requester() -> impl Strategy<Value = AccountId> {
	prop::sample::select(&[ALICE, BOB][..])
}

fn region() -> impl Strategy<Value = Option<[u8; 2]>> {
	prop::sample::select(vec![None, None, Some(*b"DE"), Some(*b"FR")])
}

fn eligibility() -> impl Strategy<Value = Eligibility<AccountId>> {
	let list = || {
		prop_oneof![
			4 => Just(vec![]),
			1 => prop::collection::vec(provider(), 1..3),
		]
	};
	(list(), list(), region()).prop_map(|(allow, exclude, region)| Eligibility {
		allow,
		exclude,
		regions: region.into_iter().collect(),
		..Eligibility::default()
	})
}

fn post() -> impl Strategy<Value = Op> {
	let assignment = prop_oneof![
		2 => Just(Assignment::Auto),
		1 => provider().prop_map(Assignment::Direct),
		2 => Just(Assignment::Open),
	];
	let version = prop::sample::select(&[None, None, None, Some(1), Some(2), Some(9)][..]);
	let ceiling = (0u128..8, 0u128..8).prop_map(|(input, output)| Price { input, output });
	let size = (0u32..60, 5u64..40);
	(
		requester(),
		assignment,
		eligibility(),
		version,
		ceiling,
		size,
	)
		.prop_map(
			|(who, assignment, eligibility, version, ceiling, (tokens, time_limit))| Op::Post {
				who,
				request: Box::new(JobRequest {
					version,
					max_output_tokens: tokens,
					ceiling,
					assignment,
					eligibility,
					time_limit,
					..request()
				}),
			},
		)
}

/// What requesters, providers and their workers do.
fn act() -> impl Strategy<Value = Op> {
	// The newest are the most interesting: see [`newest`].
	let job = || 0u64..8;
	let account = || prop::sample::select(&[ALICE, BOB, PROVIDER, AUTHOR][..]);
	prop_oneof![
		8 => post(),
		2 => (requester(), job()).prop_map(|(who, job)| Op::Cancel { who, job }),
		6 => (job(), 0u32..60, prop::bool::weighted(0.2))
			.prop_map(|(job, tokens, rejected)| Op::Deliver { job, tokens, rejected }),
		4 => (provider(), job()).prop_map(|(provider, job)| Op::Claim { provider, job }),
		3 => (provider(), job(), 0u32..25).prop_map(|(provider, job, valid_for)| {
			Op::ClaimAsWorker { provider, job, valid_for }
		}),
		2 => (provider(), job()).prop_map(|(provider, job)| Op::Equivocate { provider, job }),
		1 => job().prop_map(|job| Op::Poke { job }),
		1 => (account(), account(), 0..ENDOWMENT / 2).prop_map(|(from, to, amount)| {
			Op::Transfer { from, to, amount }
		}),
	]
}

/// What the chain, its governance, and other pallets do.
fn happen() -> impl Strategy<Value = Op> {
	let offer = (provider(), 1u32..3, 0u32..4, (0u128..5, 0u128..5), region()).prop_map(
		|(provider, version, slots, (input, output), region)| Op::Offer {
			provider,
			version,
			slots,
			price: Price { input, output },
			region,
		},
	);
	let flag = any::<bool>;
	prop_oneof![
		9 => (1u64..5).prop_map(|blocks| Op::Advance { blocks }),
		1 => (1u64..10).prop_map(|blocks| Op::Skip { blocks }),
		1 => (prop::sample::select(&[212u64, 300, 500, 1_000_000][..]), 0u64..600)
			.prop_map(|(hook, idle)| Op::HookWeight { hook, idle }),
		1 => prop::option::weighted(0.8, any::<u8>()).prop_map(Op::Randomness),
		3 => offer,
		1 => provider().prop_map(|provider| Op::Withdraw { provider }),
		1 => (provider(), flag()).prop_map(|(provider, chilled)| Op::Chill { provider, chilled }),
		1 => (provider(), flag()).prop_map(|(provider, paused)| Op::Pause { provider, paused }),
		2 => (provider(), 0u128..4_000).prop_map(|(provider, bonded)| Op::Bond { provider, bonded }),
		1 => (provider(), prop::bool::weighted(0.8))
			.prop_map(|(provider, present)| Op::Keys { provider, present }),
		1 => (1u32..4, prop::bool::weighted(0.8))
			.prop_map(|(version, active)| Op::Version { version, active }),
		1 => (0u32..8).prop_map(|halves| Op::Multiple { halves }),
		1 => (0u64..60).prop_map(|blocks| Op::Retention { blocks }),
	]
}

fn op() -> impl Strategy<Value = Op> {
	prop_oneof![3 => act(), 2 => happen()]
}

/// The job that was posted `back` jobs before the newest.
fn newest(back: u64) -> u64 {
	crate::NextJobId::<Test>::get().saturating_sub(1 + back)
}

fn apply(op: Op) {
	// A call that fails is as welcome as one that does not: what counts are the laws.
	let dispatch = |who, call| {
		let _ = dispatch(who, call);
	};
	match op {
		Op::Post { who, request } => dispatch(who, Call::post { request: *request }),
		Op::Cancel { who, job } => dispatch(who, Call::cancel { job: newest(job) }),
		Op::Deliver {
			job,
			tokens,
			rejected,
		} => deliver_to(newest(job), tokens, rejected),
		Op::Claim { provider, job } => dispatch(provider, Call::claim { job: newest(job) }),
		Op::ClaimAsWorker {
			provider,
			job,
			valid_for,
		} => {
			let valid_until = System::block_number() as u32 + valid_for;
			let job = newest(job);
			let claim = Claim { job, valid_until };
			let _ = submit_claim(sign_claim(claim, &worker(provider)));
		}
		Op::Equivocate { provider, job } => {
			let (first, second) = two_receipts(provider, newest(job));
			dispatch(BOB, Call::report_equivocation { first, second });
		}
		Op::Poke { job } => dispatch(BOB, Call::poke { job: newest(job) }),
		Op::Transfer { from, to, amount } => {
			let transfer = pallet_balances::Call::transfer_keep_alive {
				dest: to,
				value: amount,
			};
			let _ = RuntimeCall::Balances(transfer).dispatch(RuntimeOrigin::signed(from));
		}
		happening => happens(happening),
	}
}

fn happens(op: Op) {
	match op {
		Op::Advance { blocks } => advance(blocks),
		Op::Skip { blocks } => System::set_block_number(System::block_number() + blocks),
		Op::HookWeight { hook, idle } => {
			HookWeight::set(weight(hook));
			IdleWeight::set(weight(idle));
		}
		Op::Randomness(random) => Random::set(random.map(|byte| H256([byte; 32]))),
		Op::Offer {
			provider,
			version,
			slots,
			price,
			region,
		} => {
			let attributes = Attributes {
				region,
				..Attributes::default()
			};
			testing::set_offer_with(MODEL, version, provider, price, slots, attributes);
		}
		Op::Withdraw { provider } => testing::remove_offer(MODEL, provider),
		Op::Chill { provider, chilled } => testing::set_chilled(provider, chilled),
		Op::Pause { provider, paused } => testing::set_paused(provider, paused),
		Op::Bond { provider, bonded } => testing::set_bonded(provider, bonded),
		Op::Keys { provider, present } => match present {
			true => testing::set_provider(provider, vec![worker(provider).public().0]),
			false => testing::remove_keys(provider),
		},
		Op::Version { version, active } => testing::set_model(
			MODEL,
			ModelInfo {
				version,
				active,
				..testing::model()
			},
		),
		Op::Multiple { halves } => StakeMultiple::set(FixedU128::from_rational(halves.into(), 2)),
		Op::Retention { blocks } => Retention::set(blocks),
		acting => panic!("{acting:?} is no happening"),
	}
}

/// The holder's worker hands in a receipt, if the job is assigned.
fn deliver_to(id: u64, tokens: u32, rejected: bool) {
	let Some(job) = JobStorage::<Test>::get(id) else {
		return;
	};
	let JobState::Assigned { work, .. } = &job.state else {
		return;
	};
	let pair = worker(work.provider);
	let tokens: Vec<u32> = (0..if rejected { 0 } else { tokens }).collect();
	let mut statement = receipt(id, &tokens);
	if rejected {
		statement.finish = Finish::Rejected.code();
		statement.output_hash = output_hash(&[]);
	}
	let _ = submit(sign(statement, &pair), Some(deliver(id, &tokens, &pair)));
}

/// What the events of all jobs so far say, checked as they come.
#[derive(Default)]
struct Story {
	posted: BTreeMap<u64, u128>,
	closed: BTreeSet<u64>,
	/// Who had which job.
	had: BTreeSet<(u64, AccountId)>,
	equivocated: BTreeSet<(u64, AccountId)>,
	bonded: BTreeMap<AccountId, u128>,
}

impl Story {
	/// No step of a job's life comes twice or without the one before it.
	fn go_on(&mut self, events: Vec<Event<Test>>) {
		for event in events {
			match event {
				Event::JobPosted { job, escrow, .. } => {
					assert!(self.posted.insert(job, escrow).is_none());
				}
				Event::JobAssigned { job, provider, .. } => {
					self.assert_live(job);
					assert!(self.had.insert((job, provider)), "{provider} twice");
					let bonded = self.bonded.get(&provider).copied();
					assert!(testing::committed(provider) <= bonded.unwrap_or(u128::MAX));
				}
				Event::JobOpened { job, .. } => self.assert_live(job),
				Event::ReceiptAccepted { job, provider, .. }
				| Event::WorkerTimedOut { job, provider, .. } => {
					self.assert_live(job);
					assert!(self.had.contains(&(job, provider)));
				}
				Event::WorkerEquivocated { job, provider, .. } => {
					assert!(self.had.contains(&(job, provider)));
					assert!(self.equivocated.insert((job, provider)));
				}
				Event::JobClosed {
					job,
					escrow,
					spent,
					refund,
					reason,
					..
				} => {
					self.assert_live(job);
					self.closed.insert(job);
					assert_eq!(self.posted[&job], escrow);
					assert_eq!(spent + refund, escrow);
					assert!(spent == 0 || reason == CloseReason::Paid);
				}
				Event::OutputRemoved { job } => assert!(self.closed.contains(&job)),
				Event::Unexpected { job, error } => panic!("{error:?} for {job}"),
				Event::__Ignore(..) => unreachable!("it cannot be made"),
			}
		}
	}

	fn assert_live(&self, job: u64) {
		assert!(self.posted.contains_key(&job) && !self.closed.contains(&job));
	}
}

/// Runs the operations and then lets everything end.
fn live(ops: Vec<Op>) {
	for who in [12, 13] {
		endow(who, ED);
		testing::set_provider(who, vec![worker(who).public().0]);
	}
	testing::set_offer(MODEL, 12, price(), 1);
	let issuance = pallet_balances::TotalIssuance::<Test>::get();
	let mut story = Story::default();
	for op in ops {
		if let Op::Bond { provider, bonded } = op {
			story.bonded.insert(provider, bonded);
		}
		apply(op.clone());
		check_laws_after(&op);
		story.go_on(events());
	}

	// Everything ends: no job outlives its time, and every unit is accounted for.
	HookWeight::set(weight(1_000_000));
	IdleWeight::set(weight(1_000_000));
	advance(60);
	check_laws_after(&"the end of all jobs");
	assert_eq!(JobStorage::<Test>::iter().count(), 0);
	story.go_on(events());
	assert_eq!(story.posted.len(), story.closed.len());
	assert_eq!((on_hold(ALICE), on_hold(BOB)), (0, 0));
	assert!(PROVIDERS.iter().all(|who| testing::committed(*who) == 0));
	let burned: u128 = paid().iter().map(|(_, _, payment)| payment.burned).sum();
	assert_eq!(
		pallet_balances::TotalIssuance::<Test>::get() + burned,
		issuance
	);
	let accounts = [ALICE, BOB, AUTHOR, TREASURY].into_iter().chain(PROVIDERS);
	assert_eq!(accounts.map(free).sum::<u128>() + burned, issuance);
	// And nothing is kept of any.
	advance(61);
	assert_eq!(Outcomes::<Test>::iter().count(), 0);
	assert_eq!(crate::Inputs::<Test>::iter().count(), 0);
	assert_eq!(crate::Receipts::<Test>::iter().count(), 0);
	assert_eq!(crate::Equivocations::<Test>::iter().count(), 0);
	assert_eq!(crate::Queue::<Test>::iter().count(), 0);
	assert_eq!(crate::AgendaPages::<Test>::iter().count(), 0);
	assert_eq!(crate::AgendaEnd::<Test>::iter().count(), 0);
}

// 25,000 operations and more.
proptest! {
	#![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

	#[test]
	fn laws_hold_after_every_operation(ops in prop::collection::vec(op(), 100..150)) {
		ExtBuilder::default().build().execute_with(|| live(ops));
	}
}
