use athanor_primitives::ports::ProviderRegistry;
use sp_runtime::Permill;

use super::*;
use crate::Fault;
use pretty_assertions::assert_eq;

fn slash(who: AccountId) -> u128 {
	time_out(who, JOB)
}

/// The event of a pause that begins in block 1.
fn paused(provider: AccountId) -> Event<Test> {
	Event::ProviderPaused {
		provider,
		until: 1 + PAUSE,
	}
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
				vec![
					Event::SlashRaised {
						slash: 0,
						provider: ALICE,
						job: JOB,
						fault: Fault::MissedDeadline,
						own: 500,
						pooled: 0,
						enacts_at: 1
					},
					Event::ProviderSlashed {
						slash: 0,
						provider: ALICE,
						job: JOB,
						fault: Fault::MissedDeadline,
						amount: 500,
						requester: CAROL,
						to_requester: 0,
						reporter: None,
						to_reporter: 0,
						to_treasury: 500,
						pooled: 0
					},
					paused(ALICE)
				]
			);
		});
}

#[test]
fn an_outage_costs_one_slash_however_many_jobs_it_catches() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 500);
			System::reset_events();
			for block in 1..1 + PAUSE {
				System::set_block_number(block);
				for _ in 0..64 {
					assert_eq!(slash(ALICE), 0);
				}
			}
			let after = record(ALICE);
			assert_eq!((after.bonded, after.slashed), (4_500, 500));
			// What it missed in the pause does not make the pause longer either.
			assert_eq!(after.paused_until, 1 + PAUSE);
			assert_eq!(events(), vec![]);
		});
}

#[test]
fn a_deadline_missed_after_the_pause_costs_again() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 500);
			skip_blocks(PAUSE);
			assert_eq!(slash(ALICE), 450);
			assert_eq!(slash(ALICE), 0);
			assert_eq!(record(ALICE).paused_until, 1 + 2 * PAUSE);
		});
}

#[test]
fn a_paused_provider_is_not_active_and_resumes_by_itself() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.provider(BOB, 5_000)
		.build_and_execute(|| {
			for (who, seed) in [(ALICE, 1), (BOB, 2)] {
				assert_ok!(add_key(who, seed));
			}
			assert_eq!(slash(ALICE), 500);
			for block in 1..1 + PAUSE {
				System::set_block_number(block);
				assert!(!is_active(ALICE) && is_active(BOB));
				// It has what work takes, and a receipt for a running job counts.
				assert!(Staking::is_qualified(&ALICE));
				assert!(Staking::is_worker(&ALICE, &key(1)));
				// Stake does not buy the pause off.
				assert_ok!(Staking::bond(signed(ALICE), 1));
			}
			skip_blocks(1);
			assert!(is_active(ALICE));
		});
}

#[test]
fn a_pause_that_has_begun_keeps_its_end() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 500);
			for changed in [1, 10 * PAUSE] {
				TimeoutPause::set(changed);
				assert_eq!(record(ALICE).paused_until, 1 + PAUSE);
				System::set_block_number(PAUSE);
				assert_eq!(slash(ALICE), 0);
			}
			skip_blocks(1);
			assert_eq!(slash(ALICE), 450);
			assert_eq!(record(ALICE).paused_until, 1 + 11 * PAUSE);
		});
}

#[test]
fn the_last_pause_does_not_wrap() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			System::set_block_number(u32::MAX - 1);
			assert_eq!(slash(ALICE), 500);
			assert_eq!(record(ALICE).paused_until, u32::MAX);
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
			assert!(!Staking::is_registered(&ALICE));
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
			skip_blocks(PAUSE);
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
			assert!(is_active(ALICE));
			assert_eq!(slash(ALICE), 100);
			skip_blocks(PAUSE);
			assert!(!Staking::is_qualified(&ALICE) && !is_active(ALICE));
			// Its worker is still its worker: a receipt for a running job counts.
			assert!(Staking::is_worker(&ALICE, &key(1)));
			// No part can be unbonded, but all of it can.
			assert_noop!(
				Staking::unbond(signed(ALICE), 1),
				Error::<Test>::StakeTooLow
			);
			assert_noop!(Staking::bond(signed(ALICE), 99), Error::<Test>::StakeTooLow);
			assert_ok!(Staking::bond(signed(ALICE), 100));
			assert!(is_active(ALICE));
			assert_eq!(slash(ALICE), 100);
			assert_ok!(Staking::unbond(signed(ALICE), 900));
		});
}

#[test]
fn a_slash_of_nothing_only_pauses() {
	ExtBuilder::default()
		.timeout_slash(Permill::zero())
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 0);
			assert_eq!(slash(BOB), 0);
			assert_eq!(record(ALICE).bonded, 5_000);
			assert_eq!(events(), vec![paused(ALICE)]);
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
			assert_eq!(events(), vec![paused(ALICE)]);
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
			for amount in [1_000, 900, 810] {
				assert_eq!(slash(ALICE), amount);
				skip_blocks(PAUSE);
			}
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
