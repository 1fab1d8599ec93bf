//! What nobody can do with money: gain from a circle of its own operations, alone or with others; and get more by
//! claiming more often.

use std::env;

use athanor_fuzz::{
	cast::Actor,
	chain::{Fate, Sender},
	coverage::Coverage,
	input::Random,
	operation::{Delegated, Operation, Sharing},
	sequence::Sequence,
	wealth,
	world::World,
};
use athanor_jobs::Jobs;
use athanor_primitives::job::CloseReason;
use athanor_rewards::Royalties;
use athanor_runtime::{
	AccountId, Balance, Runtime, RuntimeCall, RuntimeOrigin, configs::economy::TreasuryAccount,
	constants::ATH,
};
use athanor_staking::{PendingSlashes, Pools};
use polkadot_sdk::*;
use sp_runtime::traits::Dispatchable;

/// `ATHANOR_FUZZ_ROUNDS`, or so many.
fn rounds(otherwise: u64) -> u64 {
	env::var("ATHANOR_FUZZ_ROUNDS").map_or(otherwise, |text| {
		text.parse()
			.unwrap_or_else(|_| panic!("ATHANOR_FUZZ_ROUNDS={text}: not a number"))
	})
}

/// A market after so many random operations, in which no job is on its way, no slash is pending, and everything is
/// claimed.
fn calm_after(seed: u64, operations: usize) -> World {
	let mut world = World::new();
	let history = Sequence::random(seed, operations);
	if let Err(failure) = history.run_in(&mut world) {
		panic!("seed {seed}\n{}", failure.shrink());
	}
	for _ in 0..20 {
		world.wait(3_000).unwrap();
		let is_calm = world.inside(|| {
			Jobs::<Runtime>::iter_keys().next().is_none()
				&& PendingSlashes::<Runtime>::iter_keys().next().is_none()
		});
		if is_calm {
			world.inside(wealth::claim_everything);
			world.check().unwrap();
			return world;
		}
	}
	panic!("seed {seed}: work and slashes come to an end");
}

/// Some of the actors, alone or together.
fn coalition(seed: u64) -> Vec<Actor> {
	let chosen = Random::new(seed).bytes(1)[0];
	match seed % 3 {
		0 => vec![Actor::of(chosen)],
		_ => Actor::ALL
			.into_iter()
			.enumerate()
			.filter(|(index, _)| chosen & (1 << index) != 0)
			.map(|(_, actor)| actor)
			.chain([Actor::of(chosen)])
			.collect::<std::collections::BTreeSet<_>>()
			.into_iter()
			.collect(),
	}
}

/// Whether an operation came to a call of one of these, and it succeeded. Nobody pays a fee, which would hide small
/// gains.
fn act(world: &mut World, members: &[Actor], operation: &Operation) -> bool {
	let Some(plan) = world.plan(operation) else {
		return false;
	};
	let Sender::Signed(actor) = plan.sender else {
		return false;
	};
	members.contains(&actor)
		&& world.inside(|| {
			plan.call
				.dispatch(RuntimeOrigin::signed(actor.account()))
				.is_ok()
		})
}

/// Requester, provider, delegator, author and reporter, each with an account of its own, and another provider, so that
/// stake can move. All of them are one and the same.
const COALITION: [Actor; 6] = [
	Actor::Alice,
	Actor::Charlie,
	Actor::Bob,
	Actor::Ferdie,
	Actor::One,
	Actor::Dave,
];

fn must(world: &mut World, who: Actor, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let fate = world.send_free(Sender::Signed(who), &call).unwrap();
	assert_eq!(fate, Fate::Done, "{call:?}");
}

/// A market of the coalition, at random settings. Eve, who is not of it, has a part of its pools and of its royalties,
/// and does nothing more: what she loses, nobody of the coalition may get.
fn market_of_one(seed: u64) -> World {
	let mut world = World::new();
	fund(&mut world);
	for provider in [Actor::Charlie, Actor::Dave] {
		let call = athanor_staking::Call::<Runtime>::delegate {
			provider: provider.account(),
			amount: 50 * ATH + 7,
		};
		must(&mut world, Actor::Eve, call);
	}
	for model in 0..2 {
		let to = Actor::Eve.account();
		let shares = 111_111;
		let call = athanor_rewards::Call::<Runtime>::transfer_royalty { model, to, shares };
		must(&mut world, Actor::Ferdie, call);
	}
	must(
		&mut world,
		Actor::Eve,
		athanor_staking::Call::<Runtime>::chill {},
	);
	for bytes in Random::new(seed ^ 0x5e77).bytes(5 * 8).chunks(8) {
		// What is beyond the bounds is refused.
		let plan = world.plan(&Operation::setting(bytes)).unwrap();
		world.send(plan.sender, &plan.call).unwrap();
	}
	world.check().unwrap();
	world
}

/// What the coalition has, and the most that it can have had: what was rounded down is less than a unit for each record,
/// for each pool and for each royalty.
fn bounds_of_wealth(world: &mut World) -> (Balance, Balance) {
	world.inside(|| {
		let wealth = wealth::of(COALITION.map(Actor::account));
		let rests =
			Pools::<Runtime>::iter_keys().count() + Royalties::<Runtime>::iter_keys().count();
		let most = wealth.units + wealth.rounded + rests as Balance;
		(wealth.units, most)
	})
}

/// Does something random that the coalition can do, or lets time pass. Whether anything was done.
fn deal(world: &mut World, bytes: &[u8]) -> bool {
	match bytes[0] {
		0 => world.wait(201_700).unwrap(),
		1..=6 => world.wait(60).unwrap(),
		7..=60 => world.blocks(1 + bytes[1] % 3, true).unwrap(),
		_ => {
			let operation = Operation::of_market(&bytes[1..]);
			let Some(plan) = world.plan(&operation) else {
				return false;
			};
			let is_own = match plan.sender {
				Sender::Signed(actor) => COALITION.contains(&actor),
				// Receipts and claims: the keys of Eve have no work.
				Sender::Nobody => true,
				Sender::Root => false,
			};
			if !is_own || world.send_free(plan.sender, &plan.call).unwrap() != Fate::Done {
				return false;
			}
		}
	}
	true
}

/// Jobs, faults and stake of a coalition that deals with nobody else: whatever it does, it has no more than before at
/// any step. Money on hold is money that it has.
#[test]
fn a_coalition_that_deals_with_itself_never_gains() {
	let mut reached = Coverage::default();
	for seed in 0..rounds(6) {
		let mut world = market_of_one(seed);
		let (start, mut most) = bounds_of_wealth(&mut world);
		for (step, bytes) in Random::new(!seed).bytes(700 * 32).chunks(32).enumerate() {
			if !deal(&mut world, bytes) {
				continue;
			}
			world
				.check()
				.unwrap_or_else(|broken| panic!("seed {seed}, step {step}: {broken}"));
			let (units, after) = bounds_of_wealth(&mut world);
			assert!(
				units <= most,
				"seed {seed}, step {step}: {units} after {most}, {start} at the start"
			);
			most = most.min(after);
		}
		reached.add(&world.coverage);
	}
	println!("{reached}");
	for (pallet, call) in [
		("Jobs", "post"),
		("Jobs", "submit_receipt"),
		("Jobs", "report_equivocation"),
		("Staking", "delegate"),
		("Staking", "undelegate"),
		("Staking", "redelegate"),
		("Staking", "claim"),
		("Rewards", "transfer_royalty"),
		("Rewards", "claim_royalty"),
	] {
		assert!(reached.tally(pallet, call).done > 0, "{pallet}.{call}");
	}
	for reason in [
		CloseReason::Paid,
		CloseReason::WorkerTimedOut,
		CloseReason::WorkerEquivocated,
	] {
		let count = reached.reasons.get(&format!("{reason:?}"));
		assert!(count.is_some_and(|count| *count > 0), "{reason:?}");
	}
}

#[test]
fn nobody_gains_from_a_circle_of_its_own_operations() {
	let mut done = 0;
	let rounds = rounds(9);
	for seed in 0..rounds {
		let mut world = calm_after(seed, 250);
		let members = coalition(seed);
		let accounts: Vec<AccountId> = members.iter().map(|actor| actor.account()).collect();
		let before = world.inside(|| wealth::of(accounts.clone()));
		for (step, bytes) in Random::new(!seed).bytes(800 * 16).chunks(16).enumerate() {
			match bytes[0] {
				0..=1 => world.wait(201_700).unwrap(),
				2..=19 => world.blocks(1, true).unwrap(),
				_ => {
					let operation = Operation::of_stake(&bytes[1..]);
					if !act(&mut world, &members, &operation) {
						continue;
					}
					done += 1;
				}
			}
			let after = world.inside(|| wealth::of(accounts.clone()));
			assert!(
				after.units <= before.units + before.rounded,
				"seed {seed}, step {step}: {members:?} had {before:?} and have {after:?}"
			);
		}
		world.check().unwrap();
	}
	println!("{done} operations in circles");
	assert!(done > 20 * rounds, "{done} operations in circles");
}

/// Whether the outcome depends on balances that claims change, or it claims itself; or it moves stake from pool to
/// pool, where it earns on what it answers with until that is collected.
fn is_left_out(operation: &Operation) -> bool {
	match operation {
		Operation::Transfer { .. }
		| Operation::Raw { .. }
		| Operation::Stall
		| Operation::Governance(_)
		| Operation::Validator { .. } => true,
		Operation::Delegation(delegation) => matches!(
			delegation.what,
			Delegated::Claim
				| Delegated::Collect
				| Delegated::Compound
				| Delegated::AutoCompound(_)
				| Delegated::Redelegate(_)
		),
		Operation::Royalty(royalty) => {
			matches!(
				royalty.what,
				Sharing::Claim | Sharing::ClaimFor | Sharing::Merge
			)
		}
		_ => false,
	}
}

/// Does an operation in both worlds: the call that it comes to in the first.
fn do_both(lazy: &mut World, eager: &mut World, operation: &Operation) {
	match operation {
		Operation::Blocks { count, random } => {
			for world in [lazy, eager] {
				world.blocks(*count, *random).unwrap();
			}
		}
		Operation::Wait { blocks } => {
			for world in [lazy, eager] {
				world.wait(*blocks).unwrap();
			}
		}
		other => {
			let Some(plan) = lazy.plan(other) else {
				return;
			};
			let fate = lazy.send(plan.sender, &plan.call).unwrap();
			let same = eager.send(plan.sender, &plan.call).unwrap();
			assert_eq!(fate, same, "{:?}: {:?}", plan.sender, plan.call);
		}
	}
}

/// Sees to it that there is something to claim, and that everybody has an account: what is too little to open one
/// goes to the treasury when it is claimed.
fn fund(world: &mut World) {
	let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
		dest: Actor::One.account().into(),
		value: 10_000 * ATH,
	};
	let mut calls = vec![(Actor::Ferdie, RuntimeCall::from(transfer))];
	for provider in Actor::PROVIDERS.map(Actor::account) {
		for who in [Actor::Bob, Actor::One] {
			let provider = provider.clone();
			let amount = 200 * ATH + 1;
			let call = athanor_staking::Call::<Runtime>::delegate { provider, amount };
			calls.push((who, call.into()));
		}
	}
	for (model, to) in [(0, Actor::Bob), (1, Actor::One)] {
		let to = to.account();
		let shares = 333_333;
		let call = athanor_rewards::Call::<Runtime>::transfer_royalty { model, to, shares };
		calls.push((Actor::Ferdie, call.into()));
	}
	for (who, call) in calls {
		let fate = world.send(Sender::Signed(who), &call).unwrap();
		assert_eq!(fate, Fate::Done, "{call:?}");
	}
}

#[test]
fn nothing_depends_on_how_often_anybody_claims() {
	/// Operations of a round. Each can leave a unit of rounding with the pool or with the account.
	const EACH: usize = 500;
	let mut claims = 0;
	for seed in 0..rounds(8) {
		let (mut lazy, mut eager) = (World::new(), World::new());
		fund(&mut lazy);
		fund(&mut eager);
		for step in Sequence::random(1_000 + seed, EACH).0 {
			if is_left_out(&step.operation) {
				continue;
			}
			do_both(&mut lazy, &mut eager, &step.operation);
			claims += eager.inside(wealth::claim_everything);
		}
		for world in [&mut lazy, &mut eager] {
			world.inside(wealth::claim_everything);
			world.check().unwrap();
		}
		let accounts = Actor::ALL
			.map(Actor::account)
			.into_iter()
			.chain([TreasuryAccount::get()]);
		for who in accounts {
			let of = |world: &mut World| world.inside(|| wealth::of([who.clone()])).units;
			let (late, early) = (of(&mut lazy), of(&mut eager));
			assert!(
				late.abs_diff(early) <= EACH as u128,
				"seed {seed}, {who:?}: {late} claimed at the end, {early} at every step"
			);
		}
	}
	println!("{claims} claims");
	assert!(claims > 20, "something was claimed");
}
