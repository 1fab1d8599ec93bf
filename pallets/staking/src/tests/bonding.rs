use athanor_primitives::ports::ProviderRegistry;
use sp_runtime::{ArithmeticError, Permill, TokenError};

use super::*;
use crate::MAX_UNBONDING;
use pretty_assertions::assert_eq;

#[test]
fn bond_adds_to_the_stake() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(Staking::bond(signed(ALICE), 1));
			assert_eq!(record(ALICE).bonded, MINIMUM + 1);
			assert_eq!(held(ALICE), MINIMUM + 1);
			assert_eq!(
				events(),
				vec![Event::Bonded {
					provider: ALICE,
					amount: 1,
					total: MINIMUM + 1
				}]
			);
		});
}

#[test]
fn bond_fails_for_nothing_and_for_too_much() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_noop!(Staking::bond(signed(ALICE), 0), Error::<Test>::AmountZero);
			let rest = ENDOWMENT - MINIMUM - ED;
			assert_noop!(
				Staking::bond(signed(ALICE), rest + 1),
				TokenError::FundsUnavailable
			);
			assert_noop!(
				Staking::bond(signed(ALICE), u128::MAX),
				TokenError::FundsUnavailable
			);
			assert_ok!(Staking::bond(signed(ALICE), rest));
			assert_eq!(free(ALICE), ED);
		});
}

#[test]
fn bond_reaches_the_minimum() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			// A unit would keep the record and its keys when the rest is withdrawn.
			assert_noop!(Staking::bond(signed(ALICE), 1), Error::<Test>::StakeTooLow);
			assert_noop!(
				Staking::bond(signed(ALICE), MINIMUM - 1),
				Error::<Test>::StakeTooLow
			);
			assert_ok!(Staking::bond(signed(ALICE), MINIMUM));
			assert_eq!(record(ALICE).bonded, MINIMUM);
		});
}

#[test]
fn unbond_keeps_the_amount_on_hold() {
	ExtBuilder::default()
		.provider(ALICE, 3_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 500));
			assert_eq!(record(ALICE).bonded, 2_500);
			assert_eq!(unbonding(ALICE), vec![(500, 1 + PERIOD)]);
			assert_eq!(held(ALICE), 3_000);
			assert_eq!(
				events(),
				vec![Event::Unbonding {
					provider: ALICE,
					amount: 500,
					unlocks_at: 1 + PERIOD
				}]
			);
		});
}

#[test]
fn unbond_leaves_nothing_or_the_minimum() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM + 5)
		.build_and_execute(|| {
			assert_noop!(Staking::unbond(signed(ALICE), 0), Error::<Test>::AmountZero);
			assert_noop!(
				Staking::unbond(signed(ALICE), 6),
				Error::<Test>::StakeTooLow
			);
			assert_noop!(
				Staking::unbond(signed(ALICE), MINIMUM + 4),
				Error::<Test>::StakeTooLow
			);
			for amount in [MINIMUM + 6, u128::MAX] {
				assert_noop!(
					Staking::unbond(signed(ALICE), amount),
					Error::<Test>::NotEnoughBonded
				);
			}
			assert_ok!(Staking::unbond(signed(ALICE), 5));
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			assert_eq!(record(ALICE).bonded, 0);
			assert_noop!(
				Staking::unbond(signed(ALICE), 1),
				Error::<Test>::NotEnoughBonded
			);
		});
}

#[test]
fn unbonding_stake_does_not_count() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert!(is_active(ALICE));
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			assert!(!is_active(ALICE));
			assert!(Staking::is_registered(&ALICE));
			// It can come back before the old stake is free.
			assert_ok!(Staking::bond(signed(ALICE), MINIMUM));
			assert!(is_active(ALICE));
			assert_eq!(held(ALICE), 2 * MINIMUM);
		});
}

#[test]
fn parts_of_one_block_merge() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 100));
			assert_ok!(Staking::unbond(signed(ALICE), 23));
			assert_eq!(unbonding(ALICE), vec![(123, 21)]);
			skip_blocks(1);
			assert_ok!(Staking::unbond(signed(ALICE), 7));
			assert_eq!(unbonding(ALICE), vec![(123, 21), (7, 22)]);
		});
}

#[test]
fn parts_are_bounded_and_withdrawing_makes_room() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			for _ in 0..MAX_UNBONDING {
				assert_ok!(Staking::unbond(signed(ALICE), 10));
				skip_blocks(1);
			}
			// A part that merges needs no room.
			System::set_block_number(MAX_UNBONDING);
			assert_ok!(Staking::unbond(signed(ALICE), 10));
			skip_blocks(1);
			assert_noop!(
				Staking::unbond(signed(ALICE), 10),
				Error::<Test>::TooManyUnbonding
			);
			System::set_block_number(1 + PERIOD);
			assert_noop!(
				Staking::unbond(signed(ALICE), 10),
				Error::<Test>::TooManyUnbonding
			);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_ok!(Staking::unbond(signed(ALICE), 10));
		});
}

#[test]
fn withdraw_releases_what_has_unlocked() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 100));
			skip_blocks(1);
			assert_ok!(Staking::unbond(signed(ALICE), 200));
			skip_blocks(1);
			assert_ok!(Staking::unbond(signed(ALICE), 300));
			System::reset_events();

			System::set_block_number(2 + PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!(unbonding(ALICE), vec![(300, 3 + PERIOD)]);
			assert_eq!((held(ALICE), free(ALICE)), (4_700, ENDOWMENT - 4_700));
			assert_eq!(
				events(),
				vec![Event::Withdrawn {
					provider: ALICE,
					amount: 300
				}]
			);
		});
}

#[test]
fn withdraw_fails_before_the_unlock() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_noop!(
				Staking::withdraw(signed(ALICE)),
				Error::<Test>::NothingToWithdraw
			);
			assert_ok!(Staking::unbond(signed(ALICE), 100));
			skip_blocks(PERIOD - 1);
			assert_noop!(
				Staking::withdraw(signed(ALICE)),
				Error::<Test>::NothingToWithdraw
			);
			skip_blocks(1);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_noop!(
				Staking::withdraw(signed(ALICE)),
				Error::<Test>::NothingToWithdraw
			);
		});
}

#[test]
fn a_shorter_period_unlocks_new_parts_before_old_ones() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 100));
			UnbondingPeriod::set(5);
			assert_ok!(Staking::unbond(signed(ALICE), 200));
			assert_eq!(unbonding(ALICE), vec![(100, 21), (200, 6)]);
			System::set_block_number(6);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!(unbonding(ALICE), vec![(100, 21)]);
			System::set_block_number(16);
			assert_ok!(Staking::unbond(signed(ALICE), 50));
			assert_eq!(unbonding(ALICE), vec![(150, 21)]);
		});
}

#[test]
fn the_last_block_number_does_not_wrap() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			System::set_block_number(u32::MAX - PERIOD + 1);
			assert_noop!(
				Staking::unbond(signed(ALICE), 100),
				ArithmeticError::Overflow
			);
			assert_noop!(Staking::exit(signed(ALICE)), ArithmeticError::Overflow);
		});
}

#[test]
fn an_amount_under_the_existential_deposit_waits_for_one() {
	ExtBuilder::default().build_and_execute(|| {
		System::inc_providers(&ALICE);
		assert_ok!(Staking::register(signed(ALICE), ENDOWMENT));
		assert_eq!(free(ALICE), 0);
		assert_ok!(Staking::unbond(signed(ALICE), ED - 1));
		skip_blocks(PERIOD);
		assert_noop!(Staking::withdraw(signed(ALICE)), TokenError::CannotCreate);
		assert_ok!(Balances::transfer_allow_death(signed(BOB), ALICE, ED));
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert_eq!(free(ALICE), 2 * ED - 1);
	});
}

#[test]
fn a_stake_without_a_free_unit_comes_back_whole() {
	ExtBuilder::default().build_and_execute(|| {
		System::inc_providers(&ALICE);
		assert_ok!(Staking::register(signed(ALICE), ENDOWMENT));
		assert_ok!(Staking::exit(signed(ALICE)));
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert_eq!((held(ALICE), free(ALICE)), (0, ENDOWMENT));
		assert!(!Staking::is_registered(&ALICE));
	});
}

#[test]
fn what_a_slash_leaves_under_the_existential_deposit_is_not_lost() {
	ExtBuilder::default()
		.timeout_slash(Permill::from_parts(999_950))
		.build_and_execute(|| {
			System::inc_providers(&ALICE);
			assert_ok!(Staking::register(signed(ALICE), ENDOWMENT));
			assert_ok!(Staking::exit(signed(ALICE)));
			assert_eq!(time_out(ALICE, 0), ENDOWMENT - 5);
			skip_blocks(PERIOD);
			assert_noop!(Staking::withdraw(signed(ALICE)), TokenError::CannotCreate);
			assert_ok!(Balances::transfer_allow_death(signed(BOB), ALICE, ED));
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!(free(ALICE), ED + 5);
			assert!(!Staking::is_registered(&ALICE));
		});
}
