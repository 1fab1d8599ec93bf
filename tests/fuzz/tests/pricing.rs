//! Prices on the real runtime: what a vote changes, and what it does not; and how long a period can be.

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{Input, Mode, Needs, Operation, Parameter, Post, ReceiptFlaw, Time},
	read::{CEILING, FLOOR},
	world::World,
};
use athanor_jobs::{Jobs, NextJobId, Outcomes};
use athanor_pricing::{Call, History, PeriodStart, Policies, Version};
use athanor_primitives::{
	JobId,
	job::Sampler,
	model::PriceClass,
	policy::Policy,
	price::{Price, PriceBounds},
	receipt::Finish,
};
use athanor_runtime::{
	Runtime, RuntimeCall,
	configs::parameters::{PricePeriod, price_period},
	constants::{DAYS, HOURS, MINUTES},
	governance::pallet_origins,
};
use frame_support::traits::Get;
use polkadot_sdk::*;

/// Posts a job that pays any price in bounds, and waits until somebody has it.
fn assigned(world: &mut World) -> JobId {
	let call = world.inside(|| {
		let request = calls::jobs::request(&Post {
			who: Actor::Alice,
			version: Pick(0),
			names_version: false,
			mode: Mode::Auto,
			input: Input::Text(5),
			output: 4,
			sampler: Sampler::Greedy,
			ceiling: Price::flat(CEILING),
			time: Time::Shortest(50),
			needs: Needs::Nothing,
		});
		athanor_jobs::Call::<Runtime>::post { request }.into()
	});
	let id = world.inside(NextJobId::<Runtime>::get);
	let fate = world.send(Sender::Signed(Actor::Alice), &call).unwrap();
	assert_eq!(fate, Fate::Done);
	world.blocks(3, true).unwrap();
	world.check().unwrap();
	id
}

/// The price and the version with which a job was assigned.
fn locked(world: &mut World, id: JobId) -> (Price, u32) {
	world.inside(|| {
		let job = Jobs::<Runtime>::get(id).unwrap();
		let work = job.state.work().unwrap();
		(work.price, work.price_version)
	})
}

fn set(policy: Policy) -> RuntimeCall {
	let class = PriceClass::Small;
	Call::<Runtime>::set_policy { class, policy }.into()
}

#[test]
fn a_vote_prices_the_next_job_and_leaves_the_running_one() {
	let mut world = World::new();
	let first = assigned(&mut world);
	let (price, version) = locked(&mut world, first);
	let dearer = Price::flat(500_000);
	assert!(
		price.within(&Price::flat(30_000)),
		"an offer's own: {price:?}"
	);

	let policy = Policy {
		bounds: PriceBounds {
			floor: dearer,
			ceiling: Price::flat(CEILING),
		},
		low: 400_000,
		high: 600_000,
		step: 100_000,
	};
	assert_eq!(world.send(Sender::Root, &set(policy)).unwrap(), Fate::Done);
	// Some periods end as well.
	world.blocks(5, true).unwrap();
	world.check().unwrap();
	assert_eq!(locked(&mut world, first), (price, version));
	world
		.perform(&Operation::Receipt {
			job: Pick(0),
			key: Pick(0),
			finish: Finish::Stop,
			tokens: 3,
			flaw: ReceiptFlaw::None,
		})
		.unwrap();
	world.blocks(4, true).unwrap();
	let spent = world.inside(|| Outcomes::<Runtime>::get(first).unwrap().spent);
	assert!(spent > 0 && spent <= price.cost(6, 3).unwrap(), "{spent}");

	let second = assigned(&mut world);
	let (price, newer) = locked(&mut world, second);
	assert!(
		dearer.within(&price) && newer > version,
		"{price:?}, {newer}"
	);
}

#[test]
fn what_is_served_is_in_the_history() {
	let mut world = World::new();
	assigned(&mut world);
	world
		.perform(&Operation::Receipt {
			job: Pick(0),
			key: Pick(0),
			finish: Finish::Stop,
			tokens: 3,
			flaw: ReceiptFlaw::None,
		})
		.unwrap();
	// A period lasts a minute at least.
	world.blocks(24, true).unwrap();
	let (busy, tokens) = world.inside(|| {
		let periods = History::<Runtime>::get(PriceClass::Small);
		let busy = periods.iter().any(|period| period.busy_blocks > 0);
		(
			busy,
			periods.iter().map(|period| period.tokens_out).sum::<u128>(),
		)
	});
	assert!(busy);
	assert_eq!(tokens, 3);
}

#[test]
fn a_period_has_its_limits_whatever_is_voted() {
	let mut world = World::new();
	let cases = [
		(Some(10 * MINUTES), 10 * MINUTES),
		(Some(2 * HOURS), 2 * HOURS),
		(Some(7 * DAYS), 7 * DAYS),
		(None, HOURS),
	];
	for beyond in [0, 1, 10 * MINUTES - 1, 7 * DAYS + 1, u32::MAX] {
		let before = world.inside(PricePeriod::get);
		let call = calls::governed(&Parameter::PricePeriod(Some(beyond)));
		let refused = pallet_origins::Error::<Runtime>::OutOfBounds.into();
		assert_eq!(
			world.send(Sender::Root, &call).unwrap(),
			Fate::Failed(refused)
		);
		assert_eq!(world.inside(PricePeriod::get), before);
	}
	for (voted, blocks) in cases {
		let call = calls::governed(&Parameter::PricePeriod(voted));
		assert_eq!(world.send(Sender::Root, &call).unwrap(), Fate::Done);
		let length = world.inside(|| {
			assert_eq!(PricePeriod::get(), price_period(blocks));
			PricePeriod::get()
		});
		let before = world.inside(PeriodStart::<Runtime>::get);
		world
			.blocks(u8::try_from(length.min(90)).unwrap(), true)
			.unwrap();
		world.check().unwrap();
		assert!(world.inside(PeriodStart::<Runtime>::get) > before);
	}
}

#[test]
fn no_policy_that_can_be_voted_stops_the_market() {
	let mut world = World::new();
	let flat = |floor, ceiling| PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	};
	let of = |bounds, low, high, step| Policy {
		bounds,
		low,
		high,
		step,
	};
	let most = 1_000 * athanor_runtime::constants::ATH;
	for policy in [
		of(flat(1, 1), 0, 0, 0),
		of(flat(most, most), 1_000_000, 1_000_000, 100_000),
		of(flat(1, most), 0, 0, 100_000),
		of(flat(FLOOR, CEILING), 0, 1_000_000, 1),
	] {
		assert_eq!(world.send(Sender::Root, &set(policy)).unwrap(), Fate::Done);
		world.blocks(9, true).unwrap();
		world.check().unwrap();
	}
	// The last one left a market behind.
	assigned(&mut world);
}

#[test]
fn what_cannot_be_voted_changes_nothing() {
	let mut world = World::new();
	let before = world.inside(|| Policies::<Runtime>::get(PriceClass::Small).unwrap());
	type Change = fn(&mut Policy);
	let changes: [Change; 8] = [
		|policy| policy.bounds.floor = Price::flat(0),
		|policy| policy.bounds.floor = Price::flat(u128::MAX),
		|policy| policy.bounds.ceiling = Price::flat(0),
		|policy| policy.bounds.ceiling = Price::flat(u128::MAX),
		|policy| policy.low = 600_001,
		|policy| policy.high = 1_000_001,
		|policy| policy.step = 100_001,
		|policy| policy.step = u32::MAX,
	];
	let version = world.inside(Version::<Runtime>::get);
	for change in changes {
		let mut policy = before;
		change(&mut policy);
		let fate = world.send(Sender::Root, &set(policy)).unwrap();
		assert!(matches!(fate, Fate::Failed(_)), "{policy:?}: {fate:?}");
	}
	let after = world.inside(|| Policies::<Runtime>::get(PriceClass::Small).unwrap());
	assert_eq!(
		(after, world.inside(Version::<Runtime>::get)),
		(before, version)
	);
	world.check().unwrap();
}
