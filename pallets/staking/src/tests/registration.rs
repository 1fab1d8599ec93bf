use athanor_primitives::ports::ProviderRegistry;
use sp_runtime::{DispatchError, Permill, TokenError};

use super::*;
use crate::{KeysOf, Provider, Providers, WeightInfo, Workers};
use pretty_assertions::assert_eq;

#[test]
fn register_bonds_the_stake() {
	ExtBuilder::default().build_and_execute(|| {
		assert!(!Staking::is_registered(&ALICE));
		assert_ok!(Staking::register(signed(ALICE), MINIMUM));

		assert_eq!(
			Providers::<Test>::get(ALICE),
			Some(Provider::new(MINIMUM, 1))
		);
		assert_eq!((held(ALICE), free(ALICE)), (MINIMUM, ENDOWMENT - MINIMUM));
		assert!(Staking::is_registered(&ALICE));
		assert_eq!(
			events(),
			vec![Event::ProviderRegistered {
				provider: ALICE,
				stake: MINIMUM
			}]
		);
	});
}

#[test]
fn register_fails_twice() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_noop!(
				Staking::register(signed(ALICE), MINIMUM),
				Error::<Test>::AlreadyProvider
			);
		});
}

#[test]
fn register_fails_under_the_minimum() {
	ExtBuilder::default().build_and_execute(|| {
		for stake in [0, 1, MINIMUM - 1] {
			assert_noop!(
				Staking::register(signed(ALICE), stake),
				Error::<Test>::StakeTooLow
			);
		}
	});
}

#[test]
fn nobody_bonds_more_than_there_is() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			Staking::register(signed(ALICE), u128::MAX),
			TokenError::FundsUnavailable
		);
		assert_ok!(Staking::register(signed(ALICE), MINIMUM));
		assert_noop!(
			tx(|| Staking::bond(signed(ALICE), u128::MAX)),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn register_leaves_the_existential_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			Staking::register(signed(ALICE), ENDOWMENT),
			TokenError::FundsUnavailable
		);
		assert_noop!(
			Staking::register(signed(ALICE), ENDOWMENT - ED + 1),
			TokenError::FundsUnavailable
		);
		assert_ok!(Staking::register(signed(ALICE), ENDOWMENT - ED));
		assert_eq!(free(ALICE), ED);
	});
}

#[test]
fn calls_need_a_signature() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let bad = DispatchError::BadOrigin;
			assert_noop!(Staking::register(origin.clone(), MINIMUM), bad);
			assert_noop!(Staking::bond(origin.clone(), 1), bad);
			assert_noop!(Staking::unbond(origin.clone(), 1), bad);
			assert_noop!(Staking::withdraw(origin.clone()), bad);
			assert_noop!(
				Staking::add_worker_key(origin.clone(), key(1), proof(1, ALICE)),
				bad
			);
			assert_noop!(Staking::remove_worker_key(origin.clone(), key(1)), bad);
			assert_noop!(Staking::deregister(origin.clone()), bad);
			assert_noop!(Staking::chill(origin.clone()), bad);
			assert_noop!(Staking::unchill(origin.clone()), bad);
			assert_noop!(Staking::exit(origin.clone()), bad);
			assert_noop!(Staking::forget_worker_key(origin, key(1)), bad);
		}
	});
}

#[test]
fn calls_need_a_provider() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(Staking::bond(signed(ALICE), 1), Error::<Test>::NotProvider);
		assert_noop!(
			Staking::unbond(signed(ALICE), 1),
			Error::<Test>::NotProvider
		);
		assert_noop!(Staking::withdraw(signed(ALICE)), Error::<Test>::NotProvider);
		assert_noop!(add_key(ALICE, 1), Error::<Test>::NotProvider);
		assert_noop!(
			Staking::remove_worker_key(signed(ALICE), key(1)),
			Error::<Test>::NotProvider
		);
		assert_noop!(
			Staking::deregister(signed(ALICE)),
			Error::<Test>::NotProvider
		);
		assert_noop!(Staking::chill(signed(ALICE)), Error::<Test>::NotProvider);
		assert_noop!(Staking::unchill(signed(ALICE)), Error::<Test>::NotProvider);
		assert_noop!(Staking::exit(signed(ALICE)), Error::<Test>::NotProvider);
	});
}

type Weights = <Test as crate::Config>::WeightInfo;

/// Alice has no record and no key any more, and these events say so.
fn is_removed(events: &[Event<Test>], seeds: &[u8]) {
	assert!(!Staking::is_registered(&ALICE));
	assert!(!Staking::is_worker(&ALICE, &key(1)));
	assert_eq!(Staking::answers_for(&key(1)), None);
	assert_eq!(Workers::<Test>::iter().count(), 0);
	assert_eq!(KeysOf::<Test>::iter().count(), 0);
	assert_eq!(held(ALICE), 0);
	assert_eq!(events.len(), seeds.len() + 1);
	for seed in seeds {
		let forgotten = Event::WorkerKeyForgotten {
			provider: ALICE,
			key: key(*seed),
		};
		assert!(events.contains(&forgotten));
	}
	assert_eq!(
		events.last(),
		Some(&Event::ProviderDeregistered { provider: ALICE })
	);
}

#[test]
fn the_last_withdrawal_removes_record_and_keys() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(add_key(ALICE, 2));
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			skip_blocks(PERIOD);
			System::reset_events();

			let info = Staking::withdraw(signed(ALICE)).unwrap();
			assert_eq!(info.actual_weight, Some(Weights::withdraw(2)));
			assert!(Weights::withdraw(2).ref_time() < Weights::withdraw(MAX_KEYS).ref_time());
			assert_eq!(free(ALICE), ENDOWMENT);
			let events = events();
			assert_eq!(
				events[0],
				Event::Withdrawn {
					provider: ALICE,
					amount: MINIMUM
				}
			);
			is_removed(&events[1..], &[1, 2]);
		});
}

#[test]
fn a_withdrawal_that_leaves_stake_removes_nothing() {
	ExtBuilder::default()
		.provider(ALICE, 3 * MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			let withdraw = || {
				let info = Staking::withdraw(signed(ALICE)).unwrap();
				assert_eq!(info.actual_weight, Some(Weights::withdraw(0)));
				assert!(Staking::is_registered(&ALICE) && Staking::is_worker(&ALICE, &key(1)));
			};
			// Something is bonded.
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			skip_blocks(PERIOD - 1);
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			skip_blocks(1);
			withdraw();
			// Something unbonds.
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			skip_blocks(PERIOD - 1);
			withdraw();
			skip_blocks(1);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert!(!Staking::is_registered(&ALICE));
		});
}

#[test]
fn deregister_removes_what_a_slash_of_everything_left() {
	ExtBuilder::default()
		.timeout_slash(Permill::one())
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(add_key(ALICE, 2));
			assert_eq!(time_out(ALICE, 0), MINIMUM);
			System::reset_events();

			let info = Staking::deregister(signed(ALICE)).unwrap();
			assert_eq!(info.actual_weight, Some(Weights::deregister(2)));
			assert!(Weights::deregister(2).ref_time() < Weights::deregister(MAX_KEYS).ref_time());
			is_removed(&events(), &[1, 2]);
		});
}

#[test]
fn deregister_needs_all_stake_gone() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_noop!(
				Staking::deregister(signed(ALICE)),
				Error::<Test>::StakeRemains
			);
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			assert_noop!(
				Staking::deregister(signed(ALICE)),
				Error::<Test>::StakeRemains
			);
			skip_blocks(PERIOD);
			assert_noop!(
				Staking::deregister(signed(ALICE)),
				Error::<Test>::StakeRemains
			);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_noop!(
				Staking::deregister(signed(ALICE)),
				Error::<Test>::NotProvider
			);
		});
}

#[test]
fn a_former_provider_can_come_back_and_its_keys_are_free() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.provider(BOB, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));

			assert_ok!(add_key(BOB, 1));
			assert_ok!(Staking::register(signed(ALICE), MINIMUM));
			assert_eq!(record(ALICE).keys, 0);
			assert_noop!(add_key(ALICE, 1), Error::<Test>::KeyTaken);
		});
}
