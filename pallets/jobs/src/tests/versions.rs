//! Which version of a model a job is for.

use athanor_primitives::{
	eligibility::Attributes,
	job::JobRequest,
	model::ModelInfo,
	receipt::{Refusal, input_hash},
	testing,
};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_runtime::transaction_validity::InvalidTransaction;

use super::*;
use crate::{Error, mock::*};

/// Publishes a version of the usual model, or changes whether it is accepted.
fn publish(version: u32, active: bool) {
	testing::set_model(
		MODEL,
		ModelInfo {
			version,
			active,
			..testing::model()
		},
	);
}

fn for_version(version: Option<u32>) -> JobRequest<AccountId, u64> {
	JobRequest {
		version,
		..request()
	}
}

fn posted(version: Option<u32>) -> JobId {
	post_as(ALICE, for_version(version))
}

fn refused(version: Option<u32>, error: Error<Test>) {
	let request = for_version(version);
	assert_noop!(Jobs::post(RuntimeOrigin::signed(ALICE), request), error);
}

#[test]
fn the_newest_is_taken_unless_an_older_one_is_named() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(job(posted(None)).model_version, 1);
		publish(2, true);
		assert_eq!(job(posted(None)).model_version, 2);
		assert_eq!(job(posted(Some(2))).model_version, 2);
		// In its grace the older one is still run.
		assert_eq!(job(posted(Some(1))).model_version, 1);
		refused(Some(3), Error::<Test>::UnknownVersion);
		refused(Some(0), Error::<Test>::UnknownVersion);
		let mut unknown = for_version(Some(1));
		unknown.model = 7;
		assert_noop!(
			Jobs::post(RuntimeOrigin::signed(ALICE), unknown),
			Error::<Test>::UnknownModel
		);
	});
}

#[test]
fn after_its_grace_an_older_one_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		publish(2, true);
		publish(1, false);
		refused(Some(1), Error::<Test>::VersionRetired);
		posted(None);
		posted(Some(2));
	});
}

#[test]
fn a_retired_model_is_refused_in_every_version() {
	ExtBuilder::default().build_and_execute(|| {
		publish(2, false);
		publish(1, false);
		// Not `VersionRetired`: there is no newer version that would be accepted.
		for version in [None, Some(1), Some(2), Some(3)] {
			refused(version, Error::<Test>::ModelRetired);
		}
	});
}

#[test]
fn limits_are_those_of_the_version() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_model(
			MODEL,
			ModelInfo {
				version: 2,
				context_length: 20,
				template_overhead: 1,
				..testing::model()
			},
		);
		let mut request = for_version(None);
		request.max_output_tokens = 21;
		assert_noop!(
			Jobs::post(RuntimeOrigin::signed(ALICE), request.clone()),
			Error::<Test>::TooManyOutputTokens
		);
		request.version = Some(1);
		let older = post_as(ALICE, request);
		assert_eq!(job(older).max_input_tokens, 32);
		assert_eq!(job(posted(None)).max_input_tokens, 17);
	});
}

#[test]
fn a_job_goes_to_an_offer_for_its_version() {
	ExtBuilder::default().build_and_execute(|| {
		publish(2, true);
		testing::set_offer_with(MODEL, 2, OTHER_PROVIDER, price(), 4, Attributes::default());
		testing::remove_offer(MODEL, OTHER_PROVIDER);
		let (older, newer) = (posted(Some(1)), posted(None));
		// The provider asked for directly has to offer that version too.
		for (provider, version) in [(OTHER_PROVIDER, Some(1)), (PROVIDER, None)] {
			let mut direct = direct_request(provider);
			direct.version = version;
			assert_noop!(
				Jobs::post(RuntimeOrigin::signed(ALICE), direct),
				sp_runtime::DispatchError::Other("no offer")
			);
		}
		let open = post_as(ALICE, open_request());
		advance(1);
		assert_eq!(holder(older), PROVIDER);
		assert_eq!(holder(newer), OTHER_PROVIDER);
		assert_noop!(claim(PROVIDER, open), Error::<Test>::NoOffer);
		assert_ok!(claim(OTHER_PROVIDER, open));
		// Slots are of the offer for that version, and return to it.
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(3));
		complete(older, &[1]);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
	});
}

#[test]
fn slots_are_those_of_the_offer_for_the_version() {
	ExtBuilder::default().build_and_execute(|| {
		publish(2, true);
		testing::set_offer_with(MODEL, 2, PROVIDER, price(), 1, Attributes::default());
		let (first, second) = (posted(None), posted(None));
		advance(1);
		assert_eq!(holder(first), PROVIDER);
		assert!(is_open(second));
		complete(first, &[1]);
		// The slot returns to the offer that it is of, and to no other.
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
		advance(1);
		assert_eq!(holder(second), PROVIDER);
	});
}

#[test]
fn a_posted_job_keeps_its_version_whatever_is_published() {
	ExtBuilder::default().build_and_execute(|| {
		let id = posted(None);
		publish(2, true);
		publish(1, false);
		advance(1);
		assert_eq!(holder(id), PROVIDER);
		// A receipt for the newer version is none for this job.
		let pair = worker(PROVIDER);
		let mut newer = receipt(id, &[1]);
		newer.model_version = 2;
		assert_eq!(newer.input_hash, input_hash(PROMPT));
		assert_eq!(
			submit(sign(newer, &pair), Some(deliver(id, &[1], &pair))),
			Err(InvalidTransaction::Custom(Refusal::WrongModel.code()).into())
		);
		complete(id, &[1]);
		advance(SETTLE_PERIOD);
		assert_eq!(reason(id), CloseReason::Paid);
		assert_eq!(outcome(id).model_version, 1);
	});
}
