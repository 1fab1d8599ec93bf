//! What a job costs does not grow with the market: with 10,000 providers and a million delegations it is what it is
//! with ten, and among 10,000 live jobs what it is alone; nor does what is done with stake grow with the pool that it is
//! in. Accesses to the state are counted, because time is not the same twice.

use std::{collections::BTreeMap, fmt};

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{Input, Mode, Needs, Post, Spec, Time},
	read::{CEILING, FLOOR},
	state::Accesses,
	world::World,
};
use athanor_jobs::{Call, JobState, Jobs, NextJobId, NextTurn, Outcomes};
use athanor_primitives::{
	JobId,
	eligibility::Attributes,
	job::{Assignment, CloseReason, JobRequest, Sampler},
	model::NumericClass,
	pool::Pool,
	ports::{Parties, Payout, ProviderRegistry, Victim},
	price::Price,
	receipt::{
		Delivery, Finish, Receipt, SignedReceipt, commitment, delivery_payload, output_hash,
	},
	worker_key::worker_key_payload,
};
use athanor_rewards::{Holder, Holders};
use athanor_runtime::{
	AccountId, Balances, BlockNumber, Rewards, Runtime, RuntimeCall, RuntimeOrigin, Staking,
	System, constants::ATH,
};
use athanor_staking::{
	Delegation, DelegationPool, Delegations, PendingSlashes, Pools, Providers, SlashId,
};
use codec::Encode;
use frame_support::{
	assert_ok,
	traits::fungible::{Balanced, Mutate},
};
use polkadot_sdk::*;
use sp_core::{Pair, ed25519};
use sp_io::hashing::blake2_256;
use sp_runtime::traits::Dispatchable;

type Request = JobRequest<AccountId, BlockNumber>;
type Stake = athanor_staking::Call<Runtime>;
type Royalty = athanor_rewards::Call<Runtime>;

/// Delegations behind each provider.
const DELEGATIONS: u32 = 100;

/// Jobs that are looked at in each market.
const JOBS: usize = 3;

/// A market of so many providers, and their worker keys.
struct Market {
	world: World,
	keys: BTreeMap<AccountId, ed25519::Pair>,
}

fn provider(number: u32) -> AccountId {
	blake2_256(&("provider", number).encode()).into()
}

fn dispatch(who: &AccountId, call: RuntimeCall) {
	assert_ok!(call.dispatch(RuntimeOrigin::signed(who.clone())));
}

/// Registers a provider with a key and an offer that any number of jobs fit on.
fn open(who: &AccountId, pair: &ed25519::Pair) {
	Balances::mint_into(who, 2_000 * ATH).expect("it can be minted");
	dispatch(who, calls::staking::register(1_000 * ATH));
	let payload = worker_key_payload(&System::block_hash(0), &who.encode());
	let add_key = athanor_staking::Call::<Runtime>::add_worker_key {
		key: pair.public().0,
		proof: pair.sign(&payload).0,
	};
	dispatch(who, add_key.into());
	let attributes = Attributes {
		region: None,
		retention_hours: None,
		gpu_memory_gib: 24,
	};
	let price = Price::flat(10 * FLOOR);
	dispatch(
		who,
		calls::pricing::set_offer((0, 1), price, 1_024, attributes),
	);
}

/// Puts so many delegations behind a provider, as they are stored: together always the same.
fn back(who: &AccountId, number: u32, delegations: u32) {
	let each = 1_000 * ATH / u128::from(delegations);
	for delegation in 0..delegations {
		let delegator: AccountId = blake2_256(&("delegator", number, delegation).encode()).into();
		let record = Delegation {
			shares: each,
			held: each,
			..Default::default()
		};
		Delegations::<Runtime>::insert(delegator, who, record);
	}
	let all = each * u128::from(delegations);
	let pool = DelegationPool {
		pool: Pool {
			total: all,
			shares: all,
		},
		..Default::default()
	};
	Pools::<Runtime>::insert(who, pool);
}

impl Market {
	fn of(providers: u32, delegations: u32) -> Self {
		let mut world = World::empty();
		let model = calls::models::register(&Spec {
			content: 0,
			parameters: 15_000_000,
			context: 2_048,
			overhead: 4,
			royalty: 5,
			class: NumericClass::Float,
			name: 5,
			printable: true,
		});
		let fate = world.send(Sender::Signed(Actor::Ferdie), &model).unwrap();
		assert_eq!(fate, Fate::Done);
		let keys = world.inside(|| {
			(0..providers)
				.map(|number| {
					let who = provider(number);
					let pair = ed25519::Pair::from_seed(&blake2_256(&number.encode()));
					open(&who, &pair);
					back(&who, number, delegations);
					(who, pair)
				})
				.collect()
		});
		world.blocks(1, true).unwrap();
		Self { world, keys }
	}

	fn send(&mut self, sender: Sender, call: impl Into<RuntimeCall>) -> Accesses {
		let call = call.into();
		let (fate, accesses) = self.world.counting(|world| world.send(sender, &call));
		assert_eq!(fate.unwrap(), Fate::Done, "{call:?}");
		accesses
	}

	fn two_blocks(&mut self) -> Accesses {
		let (blocks, accesses) = self.world.counting(|world| world.blocks(2, true));
		blocks.unwrap();
		accesses
	}

	/// A receipt for a job that is assigned.
	fn receipt(&mut self, id: JobId) -> Call<Runtime> {
		let (job, genesis) = self.world.inside(|| {
			let job = Jobs::<Runtime>::get(id).expect("it is live");
			(job, System::block_hash(0))
		});
		let JobState::Assigned { work, .. } = &job.state else {
			panic!("nobody has job {id}: {job:?}");
		};
		let pair = &self.keys[&work.provider];
		let tokens = vec![1, 2, 3];
		let receipt = Receipt {
			job: id,
			model: job.model,
			model_version: job.model_version,
			input_hash: job.input_hash,
			output_hash: output_hash(&tokens),
			tokens_in: 6,
			tokens_out: 3,
			finish: Finish::Stop.code(),
			commitment: commitment(&[1; 32], &[2; 32], &pair.public().0, id),
		};
		let text = b"and they all".to_vec();
		let delivery = Delivery {
			signature: pair.sign(&delivery_payload(&genesis, id, &text)).0,
			tokens,
			text,
		};
		let signed = SignedReceipt {
			signature: pair.sign(&receipt.payload(&genesis)).0,
			receipt,
			genesis,
			worker: pair.public().0,
		};
		Call::submit_receipt {
			signed,
			delivery: Some(delivery),
		}
	}

	/// The id of the next job, and its request.
	fn request(&mut self, mode: Mode, time: Time) -> (JobId, Request) {
		self.world.inside(|| {
			let request = calls::jobs::request(&Post {
				who: Actor::Alice,
				version: Pick(0),
				names_version: false,
				mode,
				input: Input::Text(5),
				output: 4,
				sampler: Sampler::Greedy,
				ceiling: Price::flat(CEILING),
				time,
				needs: Needs::Nothing,
			});
			(NextJobId::<Runtime>::get(), request)
		})
	}

	/// What a call of this account costs, beside its fee.
	fn call(&mut self, who: &AccountId, call: impl Into<RuntimeCall>) -> Cost {
		let (who, call) = (who.clone(), call.into());
		let (_, accesses) = self
			.world
			.counting(|world| world.inside(|| dispatch(&who, call)));
		Cost::of(&accesses)
	}

	/// What a call costs in a later block, as if the hooks had not got to it before.
	fn call_late(
		&mut self,
		at: BlockNumber,
		who: &AccountId,
		call: impl Into<RuntimeCall>,
	) -> Cost {
		let now = self.world.inside(System::block_number);
		self.world.inside(|| System::set_block_number(at));
		let cost = self.call(who, call);
		self.world.inside(|| System::set_block_number(now));
		cost
	}

	/// What each step of a job costs; of blocks, what it costs beyond blocks in which there is nothing to do.
	fn job(&mut self) -> [Cost; 4] {
		let idle = Cost::of(&self.two_blocks());
		let (id, request) = self.request(Mode::Auto, Time::Shortest(50));
		let alice = Sender::Signed(Actor::Alice);
		let post = Cost::of(&self.send(alice, Call::<Runtime>::post { request }));
		let assign = Cost::of(&self.two_blocks()).beyond(idle);
		let receipt = self.receipt(id);
		let submit = Cost::of(&self.send(Sender::Nobody, receipt));
		let settle = Cost::of(&self.two_blocks()).beyond(idle);
		let outcome = self.world.inside(|| Outcomes::<Runtime>::get(id));
		let reason = outcome.map(|outcome| outcome.reason);
		assert_eq!(reason, Some(CloseReason::Paid), "job {id}");
		[post, assign, submit, settle]
	}
}

/// How much of the state something touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
	reads: u64,
	writes: u64,
	keys: u64,
}

impl Cost {
	fn of(accesses: &Accesses) -> Self {
		Self {
			reads: accesses.reads,
			writes: accesses.writes,
			keys: accesses.keys.len() as u64,
		}
	}

	fn beyond(self, other: Self) -> Self {
		Self {
			reads: self.reads.saturating_sub(other.reads),
			writes: self.writes.saturating_sub(other.writes),
			keys: self.keys.saturating_sub(other.keys),
		}
	}

	fn plus(self, other: Self) -> Self {
		Self {
			reads: self.reads + other.reads,
			writes: self.writes + other.writes,
			keys: self.keys + other.keys,
		}
	}

	/// Whether it differs by a tenth at most.
	fn is_near(self, other: Self) -> bool {
		let near = |one: u64, other: u64| 10 * one.abs_diff(other) <= one;
		near(self.reads, other.reads)
			&& near(self.writes, other.writes)
			&& near(self.keys, other.keys)
	}
}

impl fmt::Display for Cost {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(
			f,
			"{} reads, {} writes, {} keys",
			self.reads, self.writes, self.keys
		)
	}
}

/// The sum over some jobs, step by step; and what it costs to change an offer, and to make and remove one.
fn costs(providers: u32) -> Vec<(&'static str, Cost)> {
	let mut market = Market::of(providers, DELEGATIONS);
	let mut sums = [Cost::default(); 4];
	for _ in 0..JOBS {
		for (sum, cost) in sums.iter_mut().zip(market.job()) {
			*sum = sum.plus(cost);
		}
	}
	let steps = ["post", "assign", "receipt", "settle"];
	let mut costs: Vec<_> = steps.into_iter().zip(sums).collect();
	let who = provider(0);
	let attributes = Attributes {
		region: None,
		retention_hours: None,
		gpu_memory_gib: 24,
	};
	let offer = |price| calls::pricing::set_offer((0, 1), Price::flat(price), 1_024, attributes);
	costs.push(("set_offer, changed", market.call(&who, offer(20 * FLOOR))));
	let remove = athanor_pricing::Call::<Runtime>::remove_offer {
		model: 0,
		version: 1,
	};
	costs.push(("remove_offer", market.call(&who, remove)));
	costs.push(("set_offer, new", market.call(&who, offer(10 * FLOOR))));
	costs
}

/// Compares what the same steps cost in two markets.
fn compare(few: Vec<(&str, Cost)>, many: Vec<(&str, Cost)>) {
	assert_eq!(few.len(), many.len());
	for ((step, few), (_, many)) in few.into_iter().zip(many) {
		println!("{step}: {few}, then {many}");
		assert!(few.reads > 0 && few.writes > 0, "{step} does something");
		assert!(few.is_near(many), "{step}: {few}, then {many}");
	}
}

#[test]
fn a_job_costs_as_much_with_ten_thousand_providers_as_with_ten() {
	compare(costs(10), costs(10_000));
}

/// A block by which the first turns of ten thousand jobs have been given. Both markets go on from it, so that what
/// returns every so many blocks falls into the same ones.
const LATER: BlockNumber = 640;

/// What a job costs in each mode, step by step, and how one ends that nobody delivers, among so many others that wait to
/// be claimed.
fn costs_among(others: u64) -> Vec<(&'static str, Cost)> {
	let mut market = Market::of(10, 1);
	let (_, waiting) = market.request(Mode::Open, Time::Blocks(28_000));
	market.world.inside(|| {
		for _ in 0..others {
			let request = waiting.clone();
			dispatch(
				&Actor::Alice.account(),
				Call::<Runtime>::post { request }.into(),
			);
		}
	});
	while market.world.number() < LATER {
		market.world.blocks(1, true).unwrap();
	}
	let (live, turned) = market.world.inside(|| {
		let live = Jobs::<Runtime>::iter_keys().count() as u64;
		(live, NextTurn::<Runtime>::get())
	});
	assert_eq!((live, turned), (others, others), "all wait to be claimed");

	let alice = Actor::Alice.account();
	let who = provider(3);
	let mut costs = Vec::new();
	for (mode, steps) in [
		(Mode::Auto, ["post", "assign", "receipt", "settle"]),
		(
			Mode::Direct(Pick(3)),
			[
				"post direct",
				"assign direct",
				"receipt direct",
				"settle direct",
			],
		),
		(
			Mode::Open,
			["post open", "open", "receipt open", "settle open"],
		),
	] {
		let idle = Cost::of(&market.two_blocks());
		let (id, mut request) = market.request(mode, Time::Shortest(50));
		if let Mode::Direct(_) = mode {
			request.assignment = Assignment::Direct(who.clone());
		}
		let post = market.call(&alice, Call::<Runtime>::post { request });
		let found = Cost::of(&market.two_blocks()).beyond(idle);
		if mode == Mode::Open {
			costs.push((
				"claim",
				market.call(&who, Call::<Runtime>::claim { job: id }),
			));
		}
		let receipt = market.receipt(id);
		let submit = Cost::of(&market.send(Sender::Nobody, receipt));
		let settle = Cost::of(&market.two_blocks()).beyond(idle);
		costs.extend(steps.into_iter().zip([post, found, submit, settle]));
	}

	let (id, request) = market.request(Mode::Auto, Time::Shortest(50));
	market.call(&alice, Call::<Runtime>::post { request });
	market.two_blocks();
	let deadline = market.world.inside(|| {
		let job = Jobs::<Runtime>::get(id).expect("it is live");
		assert!(job.state.work().is_some(), "{job:?}");
		job.state.deadline()
	});
	let poke = Call::<Runtime>::poke { job: id };
	costs.push(("time out", market.call_late(deadline, &alice, poke)));
	let (id, request) = market.request(Mode::Open, Time::Shortest(50));
	market.call(&alice, Call::<Runtime>::post { request });
	costs.push((
		"cancel",
		market.call(&alice, Call::<Runtime>::cancel { job: id }),
	));
	costs
}

#[test]
fn a_job_costs_as_much_among_ten_thousand_jobs() {
	compare(costs_among(10), costs_among(10_000));
}

/// Raises a slash of everything behind a provider, and says which.
fn raise(market: &mut Market, who: &AccountId) -> (Cost, SlashId) {
	let victim = Victim {
		requester: Actor::Alice.account(),
		escrow: ATH,
		paid: 0,
	};
	let reporter = Actor::Bob.account();
	let (taken, accesses) = market.world.counting(|world| {
		world.inside(|| Staking::slash_for_equivocation(who, 7, &victim, &reporter))
	});
	assert!(taken > 0, "something is slashed");
	let id = market.world.inside(|| {
		let record = Providers::<Runtime>::get(who).expect("it is a provider");
		record.pending.last().expect("it is pending").id
	});
	(Cost::of(&accesses), id)
}

/// What each call on stake and on royalties costs behind a pool of so many delegations, and with as many holders of the
/// royalty.
fn costs_behind(others: u32) -> Vec<(&'static str, Cost)> {
	let mut market = Market::of(10, 1);
	let (who, next) = (provider(0), provider(1));
	let ferdie = Actor::Ferdie.account();
	market.world.inside(|| {
		back(&who, 0, others);
		for holder in 0..others {
			let holder: AccountId = blake2_256(&("holder", holder).encode()).into();
			let record = Holder {
				depositor: Actor::Ferdie.account(),
				shares: 0,
				earned: Default::default(),
			};
			Holders::<Runtime>::insert(holder, 0, record);
		}
	});
	let bob = Actor::Bob.account();
	let mut costs = Vec::new();
	let split = Royalty::transfer_royalty {
		model: 0,
		to: bob.clone(),
		shares: 250_000,
	};
	costs.push(("transfer_royalty", market.call(&ferdie, split)));
	let amount = 20 * ATH;
	for (name, amount) in [("delegate", amount), ("delegate more", amount)] {
		let provider = who.clone();
		costs.push((
			name,
			market.call(&bob, Stake::delegate { provider, amount }),
		));
	}
	let provider = who.clone();
	let on = true;
	costs.push((
		"set_auto_compound",
		market.call(&bob, Stake::set_auto_compound { provider, on }),
	));
	// Both pool and royalty earn, and are claimed, twice: once more by compounding.
	for (name, call) in [
		(
			"claim",
			Stake::claim {
				provider: who.clone(),
			},
		),
		(
			"compound",
			Stake::compound {
				provider: who.clone(),
				delegator: bob.clone(),
			},
		),
	] {
		market.world.inside(|| {
			let parties = Parties {
				requester: Actor::Alice.account(),
				provider: who.clone(),
				author: Actor::Ferdie.account(),
				model: 0,
				royalty: 50_000,
				posted_at: System::block_number() + 1,
			};
			let paid = Rewards::pay(7, Balances::issue(100 * ATH), &parties);
			assert!(paid.author > 0 && paid.delegators > 0, "{paid:?}");
		});
		costs.push((name, market.call(&bob, call)));
	}
	costs.push((
		"claim_royalty",
		market.call(&bob, Royalty::claim_royalty { model: 0 }),
	));
	let provider = who.clone();
	let amount = 3 * ATH;
	costs.push((
		"undelegate",
		market.call(&bob, Stake::undelegate { provider, amount }),
	));
	let (from, to) = (who.clone(), next.clone());
	costs.push((
		"redelegate",
		market.call(&bob, Stake::redelegate { from, to, amount }),
	));
	let (raised, slash) = raise(&mut market, &who);
	costs.push(("raise a slash", raised));
	let due = market.world.inside(|| {
		PendingSlashes::<Runtime>::get(slash)
			.expect("it is pending")
			.enacts_at
	});
	costs.push((
		"enact_slash",
		market.call_late(due, &bob, Stake::enact_slash { slash }),
	));
	for (name, provider) in [("collect", who.clone()), ("collect what moved", next)] {
		let delegator = bob.clone();
		let collect = Stake::collect {
			provider,
			delegator,
		};
		costs.push((name, market.call(&ferdie, collect)));
	}
	let unlocked =
		market.world.number() + <Runtime as athanor_staking::Config>::UnbondingPeriod::get();
	costs.push((
		"withdraw_delegation",
		market.call_late(unlocked, &bob, Stake::withdraw_delegation { provider: who }),
	));
	costs
}

#[test]
fn stake_calls_cost_as_much_behind_a_pool_of_100_000() {
	compare(costs_behind(10), costs_behind(100_000));
}
