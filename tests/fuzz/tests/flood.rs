//! 10,000 posts in one block: bounded and fair.

use std::collections::BTreeMap;

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{Input, Mode, Needs, Operation, Post, Time},
	read::FLOOR,
	world::World,
};
use athanor_jobs::{
	Agenda, AgendaEnd, AgendaPages, Call, JobState, Jobs, NextJobId, agenda::PAGE_SIZE,
	weights::WeightInfo,
};
use athanor_primitives::{
	JobId, ModelId,
	job::{JobRequest, Sampler},
	price::Price,
};
use athanor_runtime::{AccountId, BlockNumber, Runtime, RuntimeCall, RuntimeOrigin, System};
use frame_support::dispatch::DispatchClass;
use polkadot_sdk::*;
use sp_runtime::{traits::Dispatchable, transaction_validity::InvalidTransaction};

const POSTS: u64 = 10_000;

/// A price for which nobody offers.
const LOWEST: Price = Price::flat(FLOOR);

/// A job at the lowest price that waits for a provider for so many blocks.
fn request(patience: BlockNumber) -> JobRequest<AccountId, BlockNumber> {
	calls::jobs::request(&Post {
		who: Actor::Alice,
		version: Pick(0),
		names_version: false,
		mode: Mode::Auto,
		input: Input::Text(5),
		output: 1,
		sampler: Sampler::Greedy,
		ceiling: LOWEST,
		time: Time::Shortest(patience),
		needs: Needs::Nothing,
	})
}

/// A post for a model.
fn post(world: &mut World, model: ModelId, ceiling: Price, patience: BlockNumber) -> RuntimeCall {
	let request = JobRequest {
		model,
		ceiling,
		..world.inside(|| request(patience))
	};
	Call::<Runtime>::post { request }.into()
}

/// Where the live jobs stand.
#[derive(Debug, Default)]
struct Standing {
	waiting: usize,
	turned: Vec<JobId>,
	unturned: Vec<JobId>,
}

fn standing(world: &mut World) -> Standing {
	world.inside(|| {
		let mut standing = Standing::default();
		for (id, job) in Jobs::<Runtime>::iter() {
			standing.waiting += usize::from(matches!(job.state, JobState::Open { .. }));
			match job.seed {
				Some(_) => standing.turned.push(id),
				None => standing.unturned.push(id),
			}
		}
		standing
	})
}

/// Jobs for which the hook looks at all the offers there are, in one block.
fn turns_per_block(world: &mut World) -> u64 {
	world.inside(|| {
		let hook = <Runtime as athanor_jobs::Config>::HookWeight::get().ref_time();
		let sample = <Runtime as athanor_pricing::Config>::DrawSample::get();
		let one = <Runtime as athanor_jobs::Config>::WeightInfo::match_one(sample, 1).ref_time();
		hook / one
	})
}

#[test]
fn a_block_takes_the_posts_that_fit_and_refuses_the_rest() {
	let mut world = World::new();
	let call = post(&mut world, 0, LOWEST, 20);
	let mut taken = 0;
	let mut refused = 0;
	for _ in 0..POSTS {
		match world.send(Sender::Signed(Actor::Alice), &call).unwrap() {
			Fate::Done => taken += 1,
			Fate::Refused(refusal) => {
				assert_eq!(refusal, InvalidTransaction::ExhaustsResources.into());
				refused += 1;
				// The others would be refused for the same reason.
				if refused == 10 {
					break;
				}
			}
			Fate::Failed(error) => panic!("{error:?}"),
		}
	}
	println!("a block takes {taken} posts");
	assert!(taken == POSTS || refused > 0);
	assert_eq!(world.inside(NextJobId::<Runtime>::get), taken);
	world.inside(|| {
		let limits = <Runtime as frame_system::Config>::BlockWeights::get();
		let most = limits.get(DispatchClass::Normal).max_total.unwrap();
		let used = *System::block_weight().get(DispatchClass::Normal);
		assert!(most.all_gte(used), "{used} of {most}");
	});
	world.check().unwrap();
}

/// Puts 10,000 jobs of Alice into one block, whatever it may hold, and one of Bob behind them.
fn flood(world: &mut World, patience: BlockNumber) -> JobId {
	let call = post(world, 0, LOWEST, patience);
	let rest = POSTS - world.inside(NextJobId::<Runtime>::get);
	world.inside(|| {
		for _ in 0..rest {
			let origin = RuntimeOrigin::signed(Actor::Alice.account());
			call.clone().dispatch(origin).expect("Alice can pay");
		}
	});
	let fate = world.send(Sender::Signed(Actor::Bob), &call).unwrap();
	assert_eq!(fate, Fate::Done);
	POSTS
}

#[test]
fn ten_thousand_posts_in_a_block_get_their_turns_in_order() {
	let mut world = World::new();
	let last = flood(&mut world, 60);
	world.check().unwrap();
	let deadlines = pages(&mut world, Agenda::Deadlines);
	let pages = u32::try_from(POSTS).unwrap().div_ceil(PAGE_SIZE);
	assert!(
		deadlines.values().all(|count| *count <= pages + 1),
		"the jobs lie in pages of bounded size: {deadlines:?}"
	);

	// A job for other machines, a block later: it has to wait for its turn, not for the flood's work.
	world.blocks(1, true).unwrap();
	let other = post(&mut world, 1, Price::flat(100 * FLOOR), 60);
	let fate = world.send(Sender::Signed(Actor::Ferdie), &other).unwrap();
	assert_eq!(fate, Fate::Done);

	// `MatchDelay`, the turns of all, and the block that this one was posted later.
	let blocks = 2 + (POSTS + 2).div_ceil(turns_per_block(&mut world)) + 1;
	let mut turned = 0;
	for _ in 0..blocks {
		world.blocks(1, true).unwrap();
		let standing = standing(&mut world);
		let newest = standing.turned.iter().max();
		let oldest = standing.unturned.iter().min();
		assert!(
			newest
				.zip(oldest)
				.is_none_or(|(newest, oldest)| newest < oldest),
			"job {newest:?} had its turn before job {oldest:?}"
		);
		assert!(standing.turned.len() >= turned, "a turn is not taken back");
		turned = standing.turned.len();
	}
	let standing = standing(&mut world);
	assert!(standing.unturned.is_empty(), "after {blocks} blocks");
	assert!(
		is_assigned(&mut world, last + 1),
		"a job that can be done is not kept waiting by those that cannot"
	);
	world.check().unwrap();
}

/// How many pages each block has.
fn pages(world: &mut World, agenda: Agenda) -> BTreeMap<BlockNumber, u32> {
	world.inside(|| {
		for page in AgendaPages::<Runtime>::iter_values() {
			assert!(page.len() <= PAGE_SIZE as usize);
		}
		AgendaEnd::<Runtime>::iter_prefix(agenda).collect()
	})
}

#[test]
fn ten_thousand_deadlines_in_a_block_are_worked_off_and_anybody_can_help() {
	let mut world = World::new();
	let held = |world: &mut World| {
		world.inside(|| {
			athanor_jobs::Pallet::<Runtime>::explain_account(Actor::Alice.account(), u32::MAX).len()
		})
	};
	flood(&mut world, 3);
	assert!(held(&mut world) > 1_000);
	// Two blocks to the first turn, three of patience, and the deadline.
	world.blocks(5, true).unwrap();
	let other = world.inside(NextJobId::<Runtime>::get);
	let call = post(&mut world, 1, Price::flat(100 * FLOOR), 1_000);
	let fate = world.send(Sender::Signed(Actor::Ferdie), &call).unwrap();
	assert_eq!(fate, Fate::Done);
	world.blocks(1, true).unwrap();
	let left = standing(&mut world).waiting;
	assert!(
		left > 0 && left < POSTS as usize,
		"{left} wait past their deadline"
	);
	world.check().unwrap();

	let now = world.number();
	let late = world.inside(|| {
		Jobs::<Runtime>::iter()
			.filter(|(_, job)| job.state.deadline() <= now)
			.map(|(id, _)| id)
			.max()
	});
	let poke: RuntimeCall = Call::<Runtime>::poke {
		job: late.expect("the hook lags"),
	}
	.into();
	let fate = world.send(Sender::Signed(Actor::One), &poke).unwrap();
	assert!(
		matches!(fate, Fate::Refused(_)),
		"who has nothing pays nothing: {fate:?}"
	);
	let fate = world.send(Sender::Signed(Actor::Ferdie), &poke).unwrap();
	assert_eq!(fate, Fate::Done);
	assert_eq!(standing(&mut world).waiting, left - 1);

	let mut matched = None;
	for _ in 0..POSTS {
		if held(&mut world) == 0 && matched.is_some() {
			break;
		}
		world.blocks(1, true).unwrap();
		let number = world.number();
		matched = matched.or_else(|| is_assigned(&mut world, other).then_some(number));
	}
	let late = world.number() - now;
	println!("the last deadline was worked off {late} blocks late");
	let waited = matched.expect("other work goes on") - now;
	println!("a job that can be done was matched {waited} blocks after its post");
	world.check().unwrap();
	world.perform(&Operation::Wait { blocks: 2_000 }).unwrap();
	assert_eq!(standing(&mut world).waiting, 0, "all are over");
}

fn is_assigned(world: &mut World, job: JobId) -> bool {
	let job = world.inside(|| Jobs::<Runtime>::get(job));
	job.is_some_and(|job| matches!(job.state, JobState::Assigned { .. }))
}
