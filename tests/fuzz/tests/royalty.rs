//! A model that changes hands while a job is on its way: who owned it when the job was posted gets the royalty of it,
//! and the new owner that of the next one. On the real runtime, from the post to the payment.

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{Input, Mode, Needs, Operation, Post, ReceiptFlaw, Time},
	read::CEILING,
	world::World,
};
use athanor_jobs::{JobState, Jobs, NextJobId, Outcomes};
use athanor_models::{Call, Models};
use athanor_primitives::{
	JobId,
	job::{CloseReason, Sampler},
	price::Price,
	receipt::Finish,
	split::Payment,
};
use athanor_runtime::{Balance, Balances, Runtime, RuntimeCall, constants::ATH};
use frame_support::traits::fungible::Inspect;
use polkadot_sdk::*;

/// Who owns the model at first.
const OLD: Actor = Actor::Ferdie;

/// Who gets it.
const NEW: Actor = Actor::One;

fn must(world: &mut World, who: Actor, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let fate = world.send(Sender::Signed(who), &call).unwrap();
	assert_eq!(fate, Fate::Done, "{call:?}");
}

fn market() -> World {
	let mut world = World::new();
	let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
		dest: NEW.account().into(),
		value: 100 * ATH,
	};
	must(&mut world, Actor::Alice, transfer);
	world
}

fn post(world: &mut World) -> JobId {
	let id = world.inside(NextJobId::<Runtime>::get);
	let request = world.inside(|| {
		let mut request = calls::jobs::request(&Post {
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
		request.model = 0;
		request
	});
	let call = athanor_jobs::Call::<Runtime>::post { request };
	must(world, Actor::Alice, call);
	id
}

fn deliver(world: &mut World) {
	let receipt = Operation::Receipt {
		job: Pick(0),
		key: Pick(0),
		finish: Finish::Stop,
		tokens: 3,
		flaw: ReceiptFlaw::None,
	};
	world.perform(&receipt).unwrap();
}

/// The model goes from its old owner to its new one.
fn hand_over(world: &mut World) {
	let to = NEW.account();
	must(
		world,
		OLD,
		Call::<Runtime>::offer_ownership { model: 0, to },
	);
	must(world, NEW, Call::<Runtime>::accept_ownership { model: 0 });
	let owner = world.inside(|| Models::<Runtime>::get(0).unwrap().owner);
	assert_eq!(owner, NEW.account());
}

fn wealth(world: &mut World, who: Actor) -> Balance {
	world.inside(|| Balances::total_balance(&who.account()))
}

/// Lets a job be paid. Returns how, and what old and new owner got meanwhile.
fn settle(world: &mut World, id: JobId) -> (Payment, Balance, Balance) {
	let before = [OLD, NEW].map(|who| wealth(world, who));
	world.blocks(4, true).unwrap();
	world.check().unwrap();
	let outcome = world.inside(|| Outcomes::<Runtime>::get(id).expect("it has closed"));
	assert_eq!(outcome.reason, CloseReason::Paid);
	let after = [OLD, NEW].map(|who| wealth(world, who));
	(outcome.payment, after[0] - before[0], after[1] - before[1])
}

/// When the model changes hands, in the life of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
	Posted,
	Assigned,
	Submitted,
}

#[test]
fn a_model_that_changes_hands_mid_job_pays_who_owned_it_at_the_post() {
	for moment in [Moment::Posted, Moment::Assigned, Moment::Submitted] {
		let mut world = market();
		let first = post(&mut world);
		if moment == Moment::Posted {
			hand_over(&mut world);
		}
		world.blocks(3, true).unwrap();
		let is_assigned = world.inside(|| {
			let job = Jobs::<Runtime>::get(first).unwrap();
			matches!(job.state, JobState::Assigned { .. })
		});
		assert!(is_assigned, "{moment:?}");
		if moment == Moment::Assigned {
			hand_over(&mut world);
		}
		deliver(&mut world);
		if moment == Moment::Submitted {
			hand_over(&mut world);
		}
		let (payment, old, new) = settle(&mut world, first);
		assert!(payment.author > 0, "{moment:?}");
		assert_eq!((old, new), (payment.author, 0), "{moment:?}");

		let second = post(&mut world);
		world.blocks(3, true).unwrap();
		deliver(&mut world);
		let (payment, old, new) = settle(&mut world, second);
		assert!(payment.author > 0, "{moment:?}");
		assert_eq!((old, new), (0, payment.author), "{moment:?}");
	}
}

/// The new owner splits what it has bought, while a job of the old owner is on its way.
#[test]
fn who_buys_a_model_cannot_take_the_royalty_of_a_job_on_its_way_by_a_split() {
	let mut world = market();
	let first = post(&mut world);
	world.blocks(3, true).unwrap();
	hand_over(&mut world);
	let split = athanor_rewards::Call::<Runtime>::transfer_royalty {
		model: 0,
		to: Actor::Bob.account(),
		shares: 400_000,
	};
	must(&mut world, NEW, split);
	deliver(&mut world);
	let (payment, old, new) = settle(&mut world, first);
	assert_eq!((old, new), (payment.author, 0));

	// The next one is shared, and waits for those who claim.
	let second = post(&mut world);
	world.blocks(3, true).unwrap();
	deliver(&mut world);
	let (payment, old, new) = settle(&mut world, second);
	assert_eq!((old, new), (0, 0));
	let bob = wealth(&mut world, Actor::Bob);
	let claim = athanor_rewards::Call::<Runtime>::claim_royalty_for {
		model: 0,
		who: Actor::Bob.account(),
	};
	must(&mut world, Actor::Alice, claim);
	let share = payment.author * 4 / 10;
	assert_eq!(wealth(&mut world, Actor::Bob) - bob, share);
}
