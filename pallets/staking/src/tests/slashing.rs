use athanor_primitives::ports::ProviderRegistry;
use sp_runtime::Permill;

use super::*;
use pretty_assertions::assert_eq;

const JOB: u64 = 7;

fn slash(who: AccountId) -> u128 {
	Staking::slash_for_timeout(&who, JOB)
}

#[test]
fn a_slash_takes_its_share_of_the_bonded_stake() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 500);
			let after = record(ALICE);
			assert_eq!((after.bonded, after.slashed), (4_500, 500));
			assert_eq!((held(ALICE), free(ALICE)), (4_500, ENDOWMENT - 5_000));
			assert_eq!(free(TREASURY), ED + 500);
			assert_eq!(
				events(),
				vec![Event::ProviderSlashed {
					provider: ALICE,
					job: JOB,
					amount: 500
				}]
			);
		});
}

#[test]
fn a_slash_counts_unbonding_stake_but_takes_bonded_first() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 3_000));
			assert_eq!(slash(ALICE), 500);
			assert_eq!(record(ALICE).bonded, 1_500);
			assert_eq!(unbonding(ALICE), vec![(3_000, 21)]);
		});
}

#[test]
fn a_slash_reaches_unbonding_parts_in_order() {
	let half = Permill::from_percent(50);
	ExtBuilder::default()
		.timeout_slash(half)
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 1_000));
			skip_blocks(1);
			assert_ok!(Staking::unbond(signed(ALICE), 3_000));
			// Half of 5,000: 1,000 bonded, all of the first part, 500 of the second.
			assert_eq!(slash(ALICE), 2_500);
			assert_eq!(record(ALICE).bonded, 0);
			assert_eq!(unbonding(ALICE), vec![(2_500, 22)]);
			assert_eq!(held(ALICE), 2_500);
			System::set_block_number(22);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_ok!(Staking::deregister(signed(ALICE)));
			assert_eq!(free(ALICE), ENDOWMENT - 2_500);
		});
}

#[test]
fn stake_cannot_escape_into_unbonding() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 5_000));
			skip_blocks(PERIOD);
			// Unlocked, but not withdrawn yet.
			assert_eq!(slash(ALICE), 500);
			assert_eq!(unbonding(ALICE), vec![(4_500, 21)]);
		});
}

#[test]
fn a_slash_of_everything_leaves_a_provider_that_can_leave() {
	ExtBuilder::default()
		.timeout_slash(Permill::one())
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 2_000));
			assert_eq!(slash(ALICE), 5_000);
			assert_eq!((record(ALICE).bonded, unbonding(ALICE)), (0, vec![]));
			assert_eq!(held(ALICE), 0);
			assert_eq!(slash(ALICE), 0);
			assert_noop!(
				Staking::withdraw(signed(ALICE)),
				Error::<Test>::NothingToWithdraw
			);
			assert_ok!(Staking::deregister(signed(ALICE)));
		});
}

#[test]
fn a_provider_under_the_minimum_is_inactive_until_it_bonds() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert!(Staking::is_active(&ALICE));
			assert_eq!(slash(ALICE), 100);
			assert!(!Staking::is_active(&ALICE));
			// Its worker is still its worker: a receipt for a running job counts.
			assert!(Staking::is_worker(&ALICE, &key(1)));
			// No part can be unbonded, but all of it can.
			assert_noop!(
				Staking::unbond(signed(ALICE), 1),
				Error::<Test>::StakeTooLow
			);
			assert_ok!(Staking::bond(signed(ALICE), 99));
			assert!(!Staking::is_active(&ALICE));
			assert_ok!(Staking::bond(signed(ALICE), 1));
			assert!(Staking::is_active(&ALICE));
			assert_eq!(slash(ALICE), 100);
			assert_ok!(Staking::unbond(signed(ALICE), 900));
		});
}

#[test]
fn a_slash_of_nothing_does_nothing() {
	ExtBuilder::default()
		.timeout_slash(Permill::zero())
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 0);
			assert_eq!(slash(BOB), 0);
			assert_eq!(record(ALICE).bonded, 5_000);
			assert_eq!(events(), vec![]);
		});
}

#[test]
fn the_share_is_rounded_down() {
	let tiny = Permill::from_parts(1);
	ExtBuilder::default()
		.timeout_slash(tiny)
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 0);
			assert_eq!(events(), vec![]);
		});
	let odd = Permill::from_parts(333_333);
	ExtBuilder::default()
		.timeout_slash(odd)
		.provider(ALICE, 1_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 333);
		});
}

#[test]
fn slashes_add_up() {
	ExtBuilder::default()
		.provider(ALICE, 10_000)
		.build_and_execute(|| {
			assert_eq!(
				(slash(ALICE), slash(ALICE), slash(ALICE)),
				(1_000, 900, 810)
			);
			assert_eq!(record(ALICE).slashed, 2_710);
			assert_eq!(free(TREASURY), ED + 2_710);
		});
}

#[test]
fn a_slash_takes_stake_only() {
	ExtBuilder::default()
		.timeout_slash(Permill::one())
		.provider(ALICE, ENDOWMENT - ED)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), ENDOWMENT - ED);
			assert_eq!(free(ALICE), ED);
			assert!(System::account_exists(&ALICE));
		});
}
