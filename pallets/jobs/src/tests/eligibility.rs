//! Lists and needs of jobs: what is accepted, and who gets them then.

use athanor_primitives::{
	eligibility::{Attributes, Eligibility, Ineligible, MAX_LISTED, MAX_REGIONS},
	job::{Assignment, JobRequest},
	model::NumericClass,
	testing,
};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use super::*;
use crate::{Error, mock::*};

/// The usual request with `change` to who may do it.
fn needing(
	assignment: Assignment<AccountId>,
	change: impl FnOnce(&mut Eligibility<AccountId>),
) -> JobRequest<AccountId, u64> {
	let mut request = request();
	request.assignment = assignment;
	change(&mut request.eligibility);
	request
}

fn refused(
	assignment: Assignment<AccountId>,
	change: impl FnOnce(&mut Eligibility<AccountId>),
	error: Error<Test>,
) {
	let request = needing(assignment, change);
	assert_noop!(Jobs::post(RuntimeOrigin::signed(ALICE), request), error);
}

fn accepted(
	assignment: Assignment<AccountId>,
	change: impl FnOnce(&mut Eligibility<AccountId>),
) -> JobId {
	post_as(ALICE, needing(assignment, change))
}

#[test]
fn lists_have_an_end() {
	ExtBuilder::default().build_and_execute(|| {
		let listed = |n: u32| (100..100 + u64::from(n)).collect::<Vec<_>>();
		for (assignment, rest) in [
			(Assignment::Auto, vec![]),
			(Assignment::Open, vec![]),
			(Assignment::Direct(PROVIDER), vec![PROVIDER]),
		] {
			let most = listed(MAX_LISTED - rest.len() as u32);
			let allow = [rest.clone(), most.clone()].concat();
			let more = [allow.clone(), vec![99]].concat();
			let id = accepted(assignment.clone(), |e| e.allow = allow.clone());
			assert_eq!(job(id).rules.allow.to_vec(), allow);
			let id = accepted(assignment.clone(), |e| e.exclude = listed(MAX_LISTED));
			assert_eq!(job(id).rules.exclude.to_vec(), listed(MAX_LISTED));
			let too_many = || Error::<Test>::TooManyListed;
			refused(assignment.clone(), |e| e.allow = more, too_many());
			refused(
				assignment,
				|e| e.exclude = listed(MAX_LISTED + 1),
				too_many(),
			);
		}
	});
}

#[test]
fn regions_have_an_end_and_a_form() {
	ExtBuilder::default().build_and_execute(|| {
		let regions = |n: u32| vec![*b"DE"; n as usize];
		let id = accepted(Assignment::Auto, |e| e.regions = regions(MAX_REGIONS));
		assert_eq!(job(id).rules.regions.len() as u32, MAX_REGIONS);
		refused(
			Assignment::Auto,
			|e| e.regions = regions(MAX_REGIONS + 1),
			Error::<Test>::TooManyRegions,
		);
		for bad in [*b"de", *b"D1", [0, 0]] {
			refused(
				Assignment::Auto,
				|e| e.regions = vec![*b"DE", bad],
				Error::<Test>::RegionInvalid,
			);
		}
	});
}

#[test]
fn lists_must_not_contradict_each_other() {
	ExtBuilder::default().build_and_execute(|| {
		let conflict = |assignment, allow: &[AccountId], exclude: &[AccountId]| {
			refused(
				assignment,
				|e| (e.allow, e.exclude) = (allow.to_vec(), exclude.to_vec()),
				Error::<Test>::ConflictingLists,
			)
		};
		for assignment in [Assignment::Auto, Assignment::Open] {
			conflict(assignment, &[PROVIDER, OTHER_PROVIDER], &[77, PROVIDER]);
		}
		let direct = Assignment::Direct(PROVIDER);
		conflict(direct.clone(), &[], &[PROVIDER]);
		conflict(direct.clone(), &[OTHER_PROVIDER], &[]);
		conflict(direct.clone(), &[PROVIDER], &[PROVIDER]);
		conflict(direct.clone(), &[PROVIDER, 77], &[77]);
		// Lists that say nothing against it are fine.
		let id = accepted(direct, |e| {
			(e.allow, e.exclude) = (vec![PROVIDER, 77], vec![OTHER_PROVIDER])
		});
		advance(1);
		assert_eq!(holder(id), PROVIDER);
	});
}

#[test]
fn the_numeric_class_is_the_models() {
	ExtBuilder::default().build_and_execute(|| {
		refused(
			Assignment::Auto,
			|e| e.numeric_class = Some(NumericClass::Exact),
			Error::<Test>::NumericClassMismatch,
		);
		accepted(Assignment::Auto, |e| {
			e.numeric_class = Some(NumericClass::Float)
		});
	});
}

#[test]
fn a_draw_obeys_the_lists() {
	ExtBuilder::default().build_and_execute(|| {
		let allowed = accepted(Assignment::Auto, |e| e.allow = vec![77, OTHER_PROVIDER]);
		let excluding = accepted(Assignment::Auto, |e| e.exclude = vec![77, PROVIDER]);
		let nobody = accepted(Assignment::Auto, |e| {
			e.exclude = vec![PROVIDER, OTHER_PROVIDER]
		});
		let strangers = accepted(Assignment::Auto, |e| e.allow = vec![77]);
		advance(3);
		assert_eq!(holder(allowed), OTHER_PROVIDER);
		assert_eq!(holder(excluding), OTHER_PROVIDER);
		assert!(is_open(nobody) && is_open(strangers));
		// It goes on obeying them when it is offered again.
		advance_to(8);
		assert!(is_open(excluding));
		assert!(is_open(nobody) && is_open(strangers));
		assert_eq!(
			timeouts(),
			vec![(OTHER_PROVIDER, allowed), (OTHER_PROVIDER, excluding)]
		);
	});
}

#[test]
fn claims_obey_the_lists() {
	ExtBuilder::default().build_and_execute(|| {
		let allowed = accepted(Assignment::Open, |e| e.allow = vec![77, OTHER_PROVIDER]);
		let excluding = accepted(Assignment::Open, |e| e.exclude = vec![PROVIDER]);
		advance(1);
		assert_noop!(claim(PROVIDER, allowed), Error::<Test>::NotAllowed);
		assert_noop!(claim(PROVIDER, excluding), Error::<Test>::Excluded);
		// To be allowed is not all.
		assert_noop!(claim(77, allowed), Error::<Test>::NotProvider);
		assert_ok!(claim(OTHER_PROVIDER, allowed));
		assert_ok!(claim(OTHER_PROVIDER, excluding));
	});
}

#[test]
fn when_all_on_the_allow_list_have_failed_it_ends_at_once() {
	for assignment in [Assignment::Auto, Assignment::Open] {
		ExtBuilder::default().build_and_execute(|| {
			let mut request = needing(assignment.clone(), |e| {
				e.allow = vec![PROVIDER, OTHER_PROVIDER, PROVIDER]
			});
			request.time_limit = 1_000;
			let id = post_as(ALICE, request);
			advance(1);
			let _ = claim(PROVIDER, id);
			advance_to(7);
			events();
			advance(1);
			let _ = claim(OTHER_PROVIDER, id);
			assert_eq!(holder(id), OTHER_PROVIDER);
			advance_to(14);
			assert_eq!(reason(id), CloseReason::WorkerTimedOut);
			let again: Vec<bool> = events()
				.into_iter()
				.filter_map(|event| match event {
					Event::WorkerTimedOut { offered_again, .. } => Some(offered_again),
					_ => None,
				})
				.collect();
			assert_eq!(again, vec![true, false]);
			assert_eq!(free(ALICE), ENDOWMENT);
		});
	}
}

/// Attributes that fulfil just what [`each_need`] asks.
const FITTING: Attributes = Attributes {
	region: Some(*b"DE"),
	retention_hours: Some(4),
	gpu_memory_gib: 24,
};

/// What a job asks, attributes that fail it, and how.
type Need = (fn(&mut Eligibility<AccountId>), Attributes, Ineligible);

fn each_need() -> [Need; 5] {
	let with = |change: fn(&mut Attributes)| {
		let mut attributes = FITTING;
		change(&mut attributes);
		attributes
	};
	[
		(
			|e| e.regions = vec![*b"AT", *b"DE"],
			with(|a| a.region = Some(*b"FR")),
			Ineligible::WrongRegion,
		),
		(
			|e| e.regions = vec![*b"DE"],
			with(|a| a.region = None),
			Ineligible::WrongRegion,
		),
		(
			|e| e.max_retention_hours = Some(4),
			with(|a| a.retention_hours = Some(5)),
			Ineligible::RetentionTooLong,
		),
		(
			|e| e.max_retention_hours = Some(u32::MAX),
			with(|a| a.retention_hours = None),
			Ineligible::RetentionTooLong,
		),
		(
			|e| e.min_gpu_memory_gib = Some(24),
			with(|a| a.gpu_memory_gib = 23),
			Ineligible::NotEnoughGpuMemory,
		),
	]
}

#[test]
fn needs_are_kept_whatever_the_assignment() {
	for assignment in [
		Assignment::Auto,
		Assignment::Direct(PROVIDER),
		Assignment::Open,
	] {
		for (need, failing, reason) in each_need() {
			ExtBuilder::default().build_and_execute(|| {
				testing::remove_offer(MODEL, OTHER_PROVIDER);
				testing::set_offer_with(MODEL, 1, PROVIDER, price(), 4, failing);
				let id = accepted(assignment.clone(), need);
				advance(2);
				assert!(is_open(id), "{assignment:?} {reason:?}");
				if assignment == Assignment::Open {
					assert_noop!(claim(PROVIDER, id), Error::<Test>::from(reason));
				}
				testing::set_offer_with(MODEL, 1, PROVIDER, price(), 4, FITTING);
				advance(1);
				if assignment == Assignment::Open {
					assert_ok!(claim(PROVIDER, id));
				}
				assert_eq!(holder(id), PROVIDER);
			});
		}
	}
}
