//! Posts that the chain refuses: each flaw has its own error, and changes nothing. On the real runtime, with the
//! real pallets behind the market.

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{Input, Mode, Needs, Post, Time},
	read::FLOOR,
	world::World,
};
use athanor_jobs::{Call, Error};
use athanor_primitives::{
	job::{JobRequest, Sampler},
	price::Price,
};
use athanor_runtime::{AccountId, BlockNumber, Runtime, RuntimeCall, RuntimeOrigin};
use frame_support::assert_noop;
use polkadot_sdk::*;
use sp_runtime::{DispatchError, traits::Dispatchable};

type Request = JobRequest<AccountId, BlockNumber>;

/// A job that the chain takes.
fn request() -> Request {
	calls::jobs::request(&Post {
		who: Actor::Alice,
		version: Pick(0),
		names_version: false,
		mode: Mode::Auto,
		input: Input::Text(5),
		output: 1,
		sampler: Sampler::Greedy,
		ceiling: Price::flat(FLOOR),
		time: Time::Shortest(20),
		needs: Needs::Nothing,
	})
}

fn post(world: &mut World, change: impl FnOnce(&mut Request)) -> RuntimeCall {
	let mut request = world.inside(request);
	change(&mut request);
	Call::<Runtime>::post { request }.into()
}

#[test]
fn each_flaw_of_a_post_has_its_own_error_and_changes_nothing() {
	type Flaw = (fn(&mut Request), DispatchError);
	let flaws: [Flaw; 6] = [
		(
			|request| request.model = 99,
			Error::<Runtime>::UnknownModel.into(),
		),
		(
			|request| request.version = Some(99),
			Error::<Runtime>::UnknownVersion.into(),
		),
		(
			|request| request.max_output_tokens = 0,
			Error::<Runtime>::NoOutputTokens.into(),
		),
		(
			|request| request.max_output_tokens = u32::MAX,
			Error::<Runtime>::TooManyOutputTokens.into(),
		),
		(
			|request| request.ceiling = Price::flat(FLOOR - 1),
			athanor_pricing::Error::<Runtime>::CeilingUnderFloor.into(),
		),
		(
			|request| request.ceiling = Price::flat(u128::MAX >> 32),
			Error::<Runtime>::InsufficientBalance.into(),
		),
	];
	let mut world = World::new();
	for (flaw, error) in flaws {
		let call = post(&mut world, flaw);
		world.inside(|| {
			let origin = RuntimeOrigin::signed(Actor::Alice.account());
			assert_noop!(call.dispatch(origin), error);
		});
	}
	let call = post(&mut world, |_| {});
	let fate = world.send(Sender::Signed(Actor::Alice), &call).unwrap();
	assert_eq!(fate, Fate::Done, "without a flaw it is taken");
	world.check().unwrap();
}
