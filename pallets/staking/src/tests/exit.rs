use athanor_primitives::{eligibility::Ineligible, ports::ProviderRegistry};
use sp_runtime::Permill;

use super::*;
use crate::MAX_UNBONDING;
use pretty_assertions::assert_eq;

#[test]
fn exit_chills_and_unbonds_everything() {
	ExtBuilder::default()
		.provider(ALICE, 3_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			System::reset_events();
			assert_ok!(Staking::exit(signed(ALICE)));
			assert!(record(ALICE).chilled);
			assert_eq!(record(ALICE).bonded, 0);
			assert_eq!(unbonding(ALICE), vec![(3_000, 1 + PERIOD)]);
			assert_eq!(held(ALICE), 3_000);
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			assert!(!Staking::is_qualified(&ALICE));
			assert_eq!(
				events(),
				vec![
					Event::ProviderChilled { provider: ALICE },
					Event::Unbonding {
						provider: ALICE,
						amount: 3_000,
						unlocks_at: 1 + PERIOD
					}
				]
			);

			skip_blocks(PERIOD - 1);
			assert_noop!(
				Staking::withdraw(signed(ALICE)),
				Error::<Test>::NothingToWithdraw
			);
			skip_blocks(1);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert!(!Staking::is_registered(&ALICE));
			assert_eq!(free(ALICE), ENDOWMENT);
		});
}

#[test]
fn exit_does_what_is_left_to_do() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.provider(BOB, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(Staking::chill(signed(ALICE)));
			assert_ok!(Staking::unbond(signed(BOB), MINIMUM));
			System::reset_events();
			assert_ok!(Staking::exit(signed(ALICE)));
			assert_ok!(Staking::exit(signed(BOB)));
			assert_eq!(
				events(),
				vec![
					Event::Unbonding {
						provider: ALICE,
						amount: MINIMUM,
						unlocks_at: 1 + PERIOD
					},
					Event::ProviderChilled { provider: BOB }
				]
			);
			for who in [ALICE, BOB] {
				assert_eq!(unbonding(who), vec![(MINIMUM, 1 + PERIOD)]);
				assert_noop!(Staking::exit(signed(who)), Error::<Test>::AlreadyExited);
			}
		});
}

#[test]
fn exit_works_while_paused_and_under_the_minimum() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_eq!(time_out(ALICE, 0), 100);
			assert_ok!(Staking::exit(signed(ALICE)));
			assert_eq!(unbonding(ALICE), vec![(900, 1 + PERIOD)]);
		});
}

#[test]
fn exit_adds_a_part_where_there_is_room() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 100));
			skip_blocks(1);
			assert_ok!(Staking::unbond(signed(ALICE), 200));
			assert_ok!(Staking::exit(signed(ALICE)));
			assert_eq!(unbonding(ALICE), vec![(100, 21), (4_900, 22)]);
		});
}

/// Alice has 16 parts of 10 units, which unlock from block 21 on, and the minimum bonded.
fn with_all_parts(test: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, 10 * u128::from(MAX_UNBONDING) + MINIMUM)
		.build_and_execute(|| {
			for _ in 0..MAX_UNBONDING {
				assert_ok!(Staking::unbond(signed(ALICE), 10));
				skip_blocks(1);
			}
			System::reset_events();
			test();
		});
}

#[test]
fn exit_with_all_parts_taken_lets_the_newest_grow() {
	with_all_parts(|| {
		assert_noop!(
			Staking::unbond(signed(ALICE), MINIMUM),
			Error::<Test>::TooManyUnbonding
		);
		assert_ok!(Staking::exit(signed(ALICE)));
		let unlocks_at = 1 + MAX_UNBONDING + PERIOD;
		let parts = unbonding(ALICE);
		assert_eq!(parts.len(), 16);
		assert_eq!(parts[0], (10, 1 + PERIOD));
		assert_eq!(parts[14], (10, 15 + PERIOD));
		assert_eq!(parts[15], (10 + MINIMUM, unlocks_at));
		assert_eq!(
			events()[1],
			Event::Unbonding {
				provider: ALICE,
				amount: MINIMUM,
				unlocks_at
			}
		);
		// No part unlocks earlier than a period after it was unbonded, and all come back.
		System::set_block_number(unlocks_at - 1);
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert_eq!(held(ALICE), 10 + MINIMUM);
		skip_blocks(1);
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert!(!Staking::is_registered(&ALICE));
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn exit_with_all_parts_taken_joins_a_part_of_the_same_block() {
	with_all_parts(|| {
		System::set_block_number(MAX_UNBONDING);
		assert_ok!(Staking::exit(signed(ALICE)));
		assert_eq!(unbonding(ALICE)[15], (10 + MINIMUM, MAX_UNBONDING + PERIOD));
	});
}

#[test]
fn exit_with_all_parts_taken_waits_no_longer_than_it_must() {
	with_all_parts(|| {
		UnbondingPeriod::set(8);
		assert_ok!(Staking::exit(signed(ALICE)));
		let parts = unbonding(ALICE);
		assert_eq!(parts[4], (10 + MINIMUM, 1 + MAX_UNBONDING + 8));
		assert_eq!(parts[15], (10, MAX_UNBONDING + PERIOD));
	});
}

#[test]
fn exit_after_a_shorter_period_does_not_hurry_the_newest_part() {
	with_all_parts(|| {
		UnbondingPeriod::set(2);
		assert_ok!(Staking::exit(signed(ALICE)));
		let unlocks_at = MAX_UNBONDING + PERIOD;
		assert_eq!(unbonding(ALICE)[15], (10 + MINIMUM, unlocks_at));
		// The event says when this amount really unlocks.
		assert!(matches!(events()[1], Event::Unbonding { unlocks_at: at, .. } if at == unlocks_at));
	});
}

#[test]
fn exit_with_work_in_hand_strands_nothing() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 300);
			give_job(ALICE, 700);
			assert_ok!(Staking::exit(signed(ALICE)));
			// Its receipts count, and its faults cost.
			assert!(Staking::is_worker(&ALICE, &key(1)));
			assert_eq!(record(ALICE).committed, MINIMUM);
			assert_eq!(time_out(ALICE, 0), 100);
			Staking::release(&ALICE, 300);
			assert_eq!(unbonding(ALICE), vec![(900, 1 + PERIOD)]);

			skip_blocks(PERIOD);
			assert_noop!(Staking::withdraw(signed(ALICE)), Error::<Test>::JobsInHand);
			assert!(Staking::is_worker(&ALICE, &key(1)));
			Staking::release(&ALICE, 700);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert!(!Staking::is_registered(&ALICE));
			assert_eq!(free(ALICE), ENDOWMENT - 100);
		});
}

#[test]
fn work_in_hand_does_not_keep_a_part_from_its_owner() {
	ExtBuilder::default()
		.provider(ALICE, 3_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 3_000);
			assert_ok!(Staking::unbond(signed(ALICE), 2_000));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!((held(ALICE), record(ALICE).committed), (1_000, 3_000));
			Staking::release(&ALICE, 3_000);
		});
}

#[test]
fn an_exit_can_be_undone() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(Staking::exit(signed(ALICE)));
			// Work would not come yet, and the call says so.
			assert_noop!(Staking::unchill(signed(ALICE)), Error::<Test>::StakeTooLow);
			assert_noop!(Staking::bond(signed(ALICE), 1), Error::<Test>::StakeTooLow);
			assert_ok!(Staking::bond(signed(ALICE), MINIMUM));
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			assert_ok!(Staking::unchill(signed(ALICE)));
			give_job(ALICE, MINIMUM);

			// What unbonds comes free at its time, and the provider stays.
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!((held(ALICE), record(ALICE).bonded), (MINIMUM, MINIMUM));
			assert!(Staking::is_worker(&ALICE, &key(1)));
			Staking::release(&ALICE, MINIMUM);
			// And it can leave again.
			assert_ok!(Staking::exit(signed(ALICE)));
		});
}

#[test]
fn stake_bonded_after_an_exit_can_leave_again_without_unchill() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(Staking::exit(signed(ALICE)));
			assert_ok!(Staking::bond(signed(ALICE), 2 * MINIMUM));
			skip_blocks(1);
			assert_ok!(Staking::exit(signed(ALICE)));
			assert_eq!(unbonding(ALICE), vec![(MINIMUM, 21), (2 * MINIMUM, 22)]);
		});
}

#[test]
fn exit_after_a_slash_of_everything_leaves_deregister() {
	ExtBuilder::default()
		.equivocation_slash(Permill::one())
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_eq!(equivocate(ALICE, 0), MINIMUM);
			assert_noop!(Staking::exit(signed(ALICE)), Error::<Test>::AlreadyExited);
			assert_ok!(Staking::deregister(signed(ALICE)));
		});
}
