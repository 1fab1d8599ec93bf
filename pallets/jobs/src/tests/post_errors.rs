//! Every way in which a post is refused, each with its own error and no change of state.

use athanor_primitives::{
	job::{Assignment, JobInput, JobRequest, Sampler},
	price::Price,
	testing,
};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use crate::{Error, mock::*};

fn refused(
	change: impl FnOnce(&mut JobRequest<u64, u64>),
	error: impl Into<sp_runtime::DispatchError>,
) {
	let mut request = request();
	change(&mut request);
	assert_noop!(
		Jobs::post(RuntimeOrigin::signed(ALICE), request),
		error.into()
	);
}

#[test]
fn each_bad_field_has_its_error() {
	ExtBuilder::default().build_and_execute(|| {
		refused(|r| r.model = 7, Error::<Test>::UnknownModel);
		refused(
			|r| r.input = JobInput::Inline(vec![]),
			Error::<Test>::EmptyInput,
		);
		refused(
			|r| r.input = JobInput::Inline(vec![b'a'; 65]),
			Error::<Test>::InputTooLong,
		);
		refused(
			|r| r.input = JobInput::Inline(vec![0xff]),
			Error::<Test>::InputNotUtf8,
		);
		refused(|r| r.max_output_tokens = 0, Error::<Test>::NoOutputTokens);
		refused(
			|r| r.max_output_tokens = 513,
			Error::<Test>::TooManyOutputTokens,
		);
		refused(
			|r| {
				r.sampler = Sampler::TopK {
					temperature_milli: 0,
					k: 1,
				}
			},
			Error::<Test>::BadSampler,
		);
		refused(|r| r.time_limit = 6, Error::<Test>::TimeLimitTooShort);
		refused(|r| r.time_limit = 1_001, Error::<Test>::TimeLimitTooLong);
		refused(
			|r| r.ceiling = Price::flat(u128::MAX),
			Error::<Test>::CeilingOverflow,
		);
		refused(
			|r| r.assignment = Assignment::Direct(BOB),
			Error::<Test>::UnknownProvider,
		);
	});
}

#[test]
fn limits_themselves_are_accepted() {
	ExtBuilder::default().build_and_execute(|| {
		let mut request = request();
		request.input = JobInput::Inline(vec![b'a'; 64]);
		request.max_output_tokens = 512;
		request.time_limit = 1_000;
		assert_ok!(Jobs::post(RuntimeOrigin::signed(ALICE), request.clone()));
		request.max_output_tokens = 1;
		// Match, base period, one block for the output, two for 80 tokens of input.
		request.time_limit = 1 + 5 + 1 + 2;
		assert_ok!(Jobs::post(RuntimeOrigin::signed(ALICE), request));
	});
}

#[test]
fn more_tokens_than_the_context_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut model = testing::model();
		model.context_length = 100;
		testing::set_model(MODEL, model);
		refused(
			|r| r.max_output_tokens = 101,
			Error::<Test>::TooManyOutputTokens,
		);
	});
}

#[test]
fn a_direct_job_needs_an_offer_at_its_ceiling() {
	ExtBuilder::default().build_and_execute(|| {
		let direct = |r: &mut JobRequest<u64, u64>| r.assignment = Assignment::Direct(PROVIDER);
		refused(
			|r| {
				direct(r);
				r.ceiling.input = price().input - 1;
			},
			"above the ceiling",
		);
		testing::remove_offer(MODEL, PROVIDER);
		refused(direct, "no offer");
	});
}

#[test]
fn ids_are_never_used_twice() {
	ExtBuilder::default().build_and_execute(|| {
		crate::NextJobId::<Test>::put(u64::MAX);
		refused(|_| {}, Error::<Test>::TooManyJobs);
	});
}

#[test]
fn a_retired_model_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut model = testing::model();
		model.active = false;
		testing::set_model(MODEL, model);
		refused(|_| {}, Error::<Test>::ModelRetired);
	});
}

#[test]
fn a_ceiling_under_the_floor_is_refused_by_the_offer_book() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_floor(Price::flat(5));
		refused(|_| {}, "ceiling under the floor");
	});
}

#[test]
fn the_escrow_must_be_covered_and_leave_the_existential_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		drain(ALICE, ESCROW + ED - 1);
		refused(|_| {}, Error::<Test>::InsufficientBalance);
		drain(BOB, ESCROW + ED);
		assert_ok!(Jobs::post(RuntimeOrigin::signed(BOB), request()));
		assert_eq!(free(BOB), ED);
	});
}

#[test]
fn a_job_can_cost_nothing_if_the_floor_allows() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_offer(MODEL, PROVIDER, Price::flat(0), 1);
		let mut free_job = request();
		free_job.ceiling = Price::flat(0);
		let id = post_as(ALICE, free_job);
		advance(1);
		complete(id, &[1, 2]);
		advance(2);
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}
