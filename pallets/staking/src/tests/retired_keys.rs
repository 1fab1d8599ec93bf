use athanor_primitives::{eligibility::Ineligible, ports::ProviderRegistry};

use super::*;
use crate::{KeysOf, WorkerRecord, Workers};
use pretty_assertions::assert_eq;

/// First block in which nobody answers for a key that is removed in block 1.
const FREE: u32 = 1 + PERIOD;

/// Alice, with the key of worker 1, and Bob are providers.
fn with_key(test: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.provider(BOB, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			System::reset_events();
			test();
		});
}

/// As [`with_key`], and Alice removes the key in block 1.
fn with_retired_key(test: impl FnOnce()) {
	with_key(|| {
		assert_ok!(remove_key(ALICE, 1));
		System::reset_events();
		test();
	});
}

fn forgotten(seed: u8) -> Event<Test> {
	Event::WorkerKeyForgotten {
		provider: ALICE,
		key: key(seed),
	}
}

fn added(provider: AccountId, seed: u8) -> Event<Test> {
	Event::WorkerKeyAdded {
		provider,
		key: key(seed),
	}
}

fn counts(who: AccountId) -> (u32, u32) {
	(record(who).keys, record(who).retired_keys)
}

#[test]
fn a_removed_key_signs_no_more_but_is_answered_for() {
	with_key(|| {
		assert_ok!(remove_key(ALICE, 1));
		assert!(!Staking::is_worker(&ALICE, &key(1)));
		assert_eq!(Staking::answers_for(&key(1)), Some(ALICE));
		assert_eq!(refusal(ALICE, 0), Some(Ineligible::NoWorkerKey));
		assert!(!Staking::is_qualified(&ALICE));
		assert_eq!(counts(ALICE), (0, 1));
		assert_eq!(
			Workers::<Test>::get(key(1)),
			Some(WorkerRecord {
				provider: ALICE,
				retired_at: Some(1)
			})
		);
		assert!(KeysOf::<Test>::contains_key(ALICE, key(1)));
		assert_eq!(
			events(),
			vec![Event::WorkerKeyRemoved {
				provider: ALICE,
				key: key(1),
				answers_until: FREE
			}]
		);
	});
}

#[test]
fn a_key_is_removed_once() {
	with_retired_key(|| {
		assert_noop!(remove_key(ALICE, 1), Error::<Test>::KeyRetired);
		assert_noop!(remove_key(BOB, 1), Error::<Test>::NotYourKey);
		System::set_block_number(FREE);
		assert_noop!(remove_key(ALICE, 1), Error::<Test>::KeyRetired);
	});
}

#[test]
fn a_retired_key_cannot_be_registered_before_its_time() {
	with_retired_key(|| {
		for block in [1, FREE - 1] {
			System::set_block_number(block);
			assert_noop!(add_key(ALICE, 1), Error::<Test>::KeyTaken);
			assert_noop!(add_key(BOB, 1), Error::<Test>::KeyTaken);
			assert_eq!(Staking::answers_for(&key(1)), Some(ALICE));
		}
		// From then on nobody answers, although nobody has swept yet.
		System::set_block_number(FREE);
		assert_eq!(Staking::answers_for(&key(1)), None);
		assert!(Workers::<Test>::contains_key(key(1)));
		assert_ok!(add_key(ALICE, 1));
		assert!(Staking::is_worker(&ALICE, &key(1)));
		assert_eq!(counts(ALICE), (1, 0));
		assert_eq!(events(), vec![forgotten(1), added(ALICE, 1)]);
	});
}

#[test]
fn a_worker_can_go_to_another_provider_afterwards() {
	with_retired_key(|| {
		System::set_block_number(FREE);
		assert_ok!(add_key(BOB, 1));
		assert!(Staking::is_worker(&BOB, &key(1)) && !Staking::is_worker(&ALICE, &key(1)));
		assert_eq!(Staking::answers_for(&key(1)), Some(BOB));
		assert_eq!((counts(ALICE), counts(BOB)), ((0, 0), (1, 0)));
		assert!(!KeysOf::<Test>::contains_key(ALICE, key(1)));
		assert_eq!(events(), vec![forgotten(1), added(BOB, 1)]);
	});
}

#[test]
fn a_failed_registration_does_not_forget() {
	with_retired_key(|| {
		System::set_block_number(FREE);
		assert_noop!(
			Staking::add_worker_key(signed(BOB), key(1), proof(1, ALICE)),
			Error::<Test>::BadProof
		);
		assert_noop!(
			Staking::add_worker_key(signed(CAROL), key(1), proof(1, CAROL)),
			Error::<Test>::NotProvider
		);
		assert_eq!(counts(ALICE), (0, 1));
	});
}

#[test]
fn anybody_can_forget_a_key_when_its_time_is_over() {
	with_retired_key(|| {
		assert_noop!(
			Staking::forget_worker_key(signed(ALICE), key(1)),
			Error::<Test>::KeyStillAnswers
		);
		System::set_block_number(FREE - 1);
		assert_noop!(
			Staking::forget_worker_key(signed(CAROL), key(1)),
			Error::<Test>::KeyStillAnswers
		);
		System::set_block_number(FREE);
		assert_ok!(Staking::forget_worker_key(signed(CAROL), key(1)));
		assert_eq!(events(), vec![forgotten(1)]);
		assert_eq!(counts(ALICE), (0, 0));
		assert_eq!(Workers::<Test>::iter().count(), 0);
		assert_eq!(KeysOf::<Test>::iter().count(), 0);
		assert_noop!(
			Staking::forget_worker_key(signed(CAROL), key(1)),
			Error::<Test>::UnknownKey
		);
	});
}

#[test]
fn a_key_in_use_is_not_forgotten() {
	with_key(|| {
		skip_blocks(10 * PERIOD);
		assert_noop!(
			Staking::forget_worker_key(signed(ALICE), key(1)),
			Error::<Test>::KeyInUse
		);
		assert_eq!(Staking::answers_for(&key(1)), Some(ALICE));
	});
}

#[test]
fn keys_cannot_be_piled_up_by_replacing_them() {
	with_retired_key(|| {
		assert_ok!(add_key(ALICE, 2));
		skip_blocks(1);
		assert_ok!(remove_key(ALICE, 2));
		assert_ok!(add_key(ALICE, 3));
		// One in use and two retired are three.
		assert_noop!(add_key(ALICE, 4), Error::<Test>::TooManyKeys);
		System::set_block_number(FREE);
		System::reset_events();
		// Only the key whose time is over makes room.
		assert_ok!(add_key(ALICE, 4));
		assert_eq!(events(), vec![forgotten(1), added(ALICE, 4)]);
		assert_eq!(counts(ALICE), (2, 1));
		assert!(Staking::is_worker(&ALICE, &key(3)) && Staking::is_worker(&ALICE, &key(4)));
		assert_eq!(Staking::answers_for(&key(2)), Some(ALICE));
		assert_noop!(add_key(ALICE, 5), Error::<Test>::TooManyKeys);
	});
}

#[test]
fn all_keys_that_are_over_go_at_once() {
	with_retired_key(|| {
		for seed in [2, 3] {
			assert_ok!(add_key(ALICE, seed));
			assert_ok!(remove_key(ALICE, seed));
		}
		System::set_block_number(FREE);
		assert_ok!(add_key(ALICE, 4));
		assert_eq!(counts(ALICE), (1, 0));
		assert_eq!(KeysOf::<Test>::iter_key_prefix(ALICE).count(), 1);
	});
}

#[test]
fn keys_of_others_are_not_swept() {
	with_retired_key(|| {
		System::set_block_number(FREE);
		for seed in 2..=4 {
			assert_ok!(add_key(BOB, seed));
		}
		assert_noop!(add_key(BOB, 5), Error::<Test>::TooManyKeys);
		assert_eq!(counts(ALICE), (0, 1));
	});
}

#[test]
fn retired_keys_go_with_the_record() {
	with_retired_key(|| {
		assert_ok!(add_key(ALICE, 2));
		assert_ok!(Staking::exit(signed(ALICE)));
		System::set_block_number(FREE);
		assert_ok!(remove_key(ALICE, 2));
		let info = Staking::withdraw(signed(ALICE)).unwrap();
		type Weights = <Test as crate::Config>::WeightInfo;
		assert_eq!(
			info.actual_weight,
			Some(<Weights as crate::WeightInfo>::withdraw(2))
		);
		assert_eq!(Workers::<Test>::iter().count(), 0);
		assert_eq!(KeysOf::<Test>::iter().count(), 0);
		assert_eq!(Staking::answers_for(&key(2)), None);
		// There is no stake that could answer, so they are free at once.
		assert_ok!(add_key(BOB, 2));
	});
}

#[test]
fn the_last_block_number_does_not_wrap() {
	with_key(|| {
		System::set_block_number(u32::MAX - 1);
		assert_ok!(remove_key(ALICE, 1));
		assert_eq!(Staking::answers_for(&key(1)), Some(ALICE));
		assert_noop!(
			Staking::forget_worker_key(signed(BOB), key(1)),
			Error::<Test>::KeyStillAnswers
		);
	});
}
