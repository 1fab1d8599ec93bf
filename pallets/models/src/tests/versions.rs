//! Publishing versions of a model, and removing old ones.

use codec::Encode;
use polkadot_sdk::{
	frame_support::{assert_noop, assert_ok, traits::fungible::Inspect},
	sp_runtime::{ArithmeticError, DispatchError::BadOrigin, TokenError},
};
use pretty_assertions::assert_eq;

use crate::{
	ByHashes, Error, Event, Models as Stored, Version, VersionDeposits, VersionId, VersionSpec,
	VersionStatus, Versions, mock::*, types::content_key,
};

/// The error of publishing this as [`ALICE`]; storage must not change.
fn refused(model: u32, spec: VersionSpec, error: Error<Test>) {
	let origin = RuntimeOrigin::signed(ALICE);
	assert_noop!(Models::publish_version(origin, model, spec), error);
}

fn remove(model: u32, version: u32) -> polkadot_sdk::sp_runtime::DispatchResult {
	Models::remove_version(RuntimeOrigin::signed(PAUPER), model, version)
}

fn status(model: u32, version: u32) -> VersionStatus<u32> {
	Versions::<Test>::get(model, version).unwrap().status
}

#[test]
fn a_version_is_stored_as_stated_and_is_the_newest() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let mut expected = Stored::<Test>::get(model).unwrap();
		advance(4);
		assert_eq!(publish(ALICE, model, 2), 2);

		let record = Version {
			hashes: hashes(2),
			context_length: 2_048,
			template_overhead: 20,
			source: b"hf:athanor/tiny-stories@2".to_vec().try_into().unwrap(),
			published_at: 5,
			status: VersionStatus::Current,
		};
		assert_eq!(Versions::<Test>::get(model, 2), Some(record));
		let content = VersionId { model, version: 2 };
		assert_eq!(
			ByHashes::<Test>::get(content_key(&hashes(2))),
			Some(content)
		);
		expected.version = 2;
		expected.stored_versions = 2;
		assert_eq!(Stored::<Test>::get(model), Some(expected));
		assert_last(Event::VersionPublished {
			model,
			version: 2,
			hashes: hashes(2),
			deposit: version_deposit(model, 2),
		});
	});
}

#[test]
fn the_version_before_is_superseded_and_otherwise_unchanged() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let mut expected = Versions::<Test>::get(model, 1).unwrap();
		advance(4);
		publish(ALICE, model, 2);
		expected.status = VersionStatus::Superseded {
			posts_until: 12,
			removable_at: 22,
		};
		assert_eq!(Versions::<Test>::get(model, 1), Some(expected.clone()));
		System::assert_has_event(
			Event::VersionSuperseded {
				model,
				version: 1,
				posts_until: 12,
				removable_at: 22,
			}
			.into(),
		);

		advance(1);
		publish(ALICE, model, 3);
		assert_eq!(
			Versions::<Test>::get(model, 1),
			Some(expected),
			"its end does not move"
		);
		let superseded = VersionStatus::Superseded {
			posts_until: 13,
			removable_at: 23,
		};
		assert_eq!(status(model, 2), superseded);
		assert_eq!(status(model, 3), VersionStatus::Current);
	});
}

#[test]
fn each_version_has_its_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let before = held(ALICE);
		publish(ALICE, model, 2);
		let size = Versions::<Test>::get(model, 2).unwrap().encoded_size() as u128 + 8;
		assert_eq!(version_deposit(model, 2), 1_000 + 2 * size);
		assert_eq!(held(ALICE), before + version_deposit(model, 2));

		let superseded = Versions::<Test>::get(model, 1).unwrap();
		let size = superseded.encoded_size() as u128;
		assert_eq!(
			version_deposit(model, 1),
			1_000 + 2 * size,
			"it had paid for its end already"
		);
	});
}

#[test]
fn publish_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let publish = |who, id| Models::publish_version(RuntimeOrigin::signed(who), id, version(2));
		assert_noop!(publish(ALICE, model + 1), Error::<Test>::UnknownModel);
		assert_noop!(publish(BOB, model), Error::<Test>::NotOwner);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(
				Models::publish_version(origin, model, version(2)),
				BadOrigin
			);
		}
		retire(ALICE, model);
		assert_noop!(publish(ALICE, model), Error::<Test>::AlreadyRetired);
		assert_noop!(publish(BOB, model), Error::<Test>::NotOwner);
	});
}

#[test]
fn a_version_must_be_in_range() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		for context_length in [0, (1 << 20) + 1, u32::MAX] {
			let spec = VersionSpec {
				context_length,
				..version(2)
			};
			refused(model, spec, Error::ContextLengthInvalid);
		}
		for template_overhead in [1_025, 2_048, u32::MAX] {
			let spec = VersionSpec {
				template_overhead,
				..version(2)
			};
			refused(model, spec, Error::TemplateOverheadInvalid);
		}
		let source = |source| VersionSpec {
			source,
			..version(2)
		};
		refused(model, source(vec![b's'; 257]), Error::TextTooLong);
		refused(model, source(vec![0xff]), Error::TextInvalid);
		refused(model, source(b"a\nb".to_vec()), Error::TextInvalid);

		let largest = VersionSpec {
			context_length: 1 << 20,
			template_overhead: 1_024,
			source: vec![b's'; 256],
			..version(2)
		};
		assert_ok!(Models::publish_version(
			RuntimeOrigin::signed(ALICE),
			model,
			largest
		));
	});
}

#[test]
fn a_content_is_published_once() {
	ExtBuilder::default().build_and_execute(|| {
		let (model, other) = (register(ALICE, 1), register(BOB, 2));
		refused(model, version(1), Error::AlreadyRegistered);
		refused(model, version(2), Error::AlreadyRegistered);
		publish(BOB, other, 3);
		publish(ALICE, model, 4);
		for content in 1..=4 {
			refused(model, version(content), Error::AlreadyRegistered);
		}
	});
}

#[test]
fn a_removed_content_can_be_published_again_under_another_number() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		advance(CHANGEOVER + GRACE);
		assert_ok!(remove(model, 1));
		assert_eq!(publish(ALICE, model, 1), 3);
		let content = VersionId { model, version: 3 };
		assert_eq!(
			ByHashes::<Test>::get(content_key(&hashes(1))),
			Some(content)
		);
	});
}

#[test]
fn a_model_has_a_bounded_number_of_versions() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		for content in 2..=8 {
			publish(ALICE, model, content);
		}
		refused(model, version(9), Error::TooManyVersions);
		advance(CHANGEOVER + GRACE);
		refused(model, version(9), Error::TooManyVersions);
		assert_ok!(remove(model, 4));
		assert_eq!(publish(ALICE, model, 9), 9);
		refused(model, version(10), Error::TooManyVersions);
	});
}

#[test]
fn numbers_of_versions_can_run_out() {
	ExtBuilder::default().build().execute_with(|| {
		let model = register(ALICE, 1);
		Stored::<Test>::mutate(model, |model| model.as_mut().unwrap().version = u32::MAX);
		assert_noop!(
			Models::publish_version(RuntimeOrigin::signed(ALICE), model, version(2)),
			ArithmeticError::Overflow
		);
	});
}

#[test]
fn the_owner_must_afford_the_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(CAROL, 1);
		assert_noop!(
			Models::publish_version(RuntimeOrigin::signed(CAROL), model, version(2)),
			TokenError::FundsUnavailable
		);
		assert_eq!(status(model, 1), VersionStatus::Current);
	});
}

#[test]
fn ends_past_the_last_block_do_not_wrap() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		System::set_block_number(u32::MAX - 3);
		publish(ALICE, model, 2);
		let superseded = VersionStatus::Superseded {
			posts_until: u32::MAX,
			removable_at: u32::MAX,
		};
		assert_eq!(status(model, 1), superseded);
	});
}

#[test]
fn anyone_removes_a_version_and_the_owner_gets_its_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		let (before, deposit) = (held(ALICE), version_deposit(model, 1));
		advance(CHANGEOVER + GRACE);
		assert_ok!(remove(model, 1));

		assert_eq!(held(ALICE), before - deposit);
		assert_eq!(Balances::balance(&ALICE), ENDOWMENT - held(ALICE));
		assert!(!Versions::<Test>::contains_key(model, 1));
		assert!(!VersionDeposits::<Test>::contains_key(model, 1));
		assert!(!ByHashes::<Test>::contains_key(content_key(&hashes(1))));
		let record = Stored::<Test>::get(model).unwrap();
		assert_eq!((record.version, record.stored_versions), (2, 1));
		assert_last(Event::VersionRemoved {
			model,
			version: 1,
			owner: ALICE,
			deposit,
		});
	});
}

#[test]
fn remove_version_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_noop!(remove(model + 1, 1), Error::<Test>::UnknownModel);
		assert_noop!(remove(model, 0), Error::<Test>::UnknownVersion);
		assert_noop!(remove(model, 2), Error::<Test>::UnknownVersion);
		assert_noop!(remove(model, 1), Error::<Test>::VersionInUse);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Models::remove_version(origin, model, 1), BadOrigin);
		}

		publish(ALICE, model, 2);
		assert_noop!(remove(model, 1), Error::<Test>::GraceNotOver);
		advance(CHANGEOVER + GRACE - 1);
		assert_noop!(remove(model, 1), Error::<Test>::GraceNotOver);
		advance(1);
		assert_noop!(remove(model, 2), Error::<Test>::VersionInUse);
		assert_ok!(remove(model, 1));
		assert_noop!(remove(model, 1), Error::<Test>::UnknownVersion);
	});
}

#[test]
fn old_versions_of_a_retiring_model_can_be_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		advance(CHANGEOVER);
		retire(ALICE, model);
		advance(GRACE);
		assert_ok!(remove(model, 1));
		advance(NOTICE);
		assert_noop!(remove(model, 2), Error::<Test>::VersionInUse);
		assert_ok!(Models::remove(RuntimeOrigin::signed(PAUPER), model));
		assert_eq!(held(ALICE), 0);
	});
}
