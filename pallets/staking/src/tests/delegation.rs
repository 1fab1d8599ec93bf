use athanor_primitives::eligibility::Ineligible;
use sp_runtime::Permill;

use super::*;
use crate::{Delegations, Pools};
use pretty_assertions::assert_eq;

/// Alice with a stake of 2,000 and a key.
fn with_alice() -> ExtBuilder {
	ExtBuilder::default().provider(ALICE, 2_000)
}

#[test]
fn delegated_stake_stays_in_its_owners_account() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 600));
		assert_eq!((delegated(DAVE), free(DAVE)), (600, ENDOWMENT - 600));
		assert_eq!((held(ALICE), delegated(ALICE)), (2_000, 0));
		let record = delegation(DAVE, ALICE);
		assert_eq!((record.shares, record.held), (600, 600));
		assert_eq!(pool(ALICE).active_worth(), 600);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 50));
		assert_ok!(Staking::delegate(signed(EVE), ALICE, 100));
		assert_eq!(pool(ALICE).active_worth(), 750);
		let event = |delegator, amount, total| Event::Delegated {
			provider: ALICE,
			delegator,
			amount,
			total,
		};
		assert_eq!(
			events(),
			vec![
				event(DAVE, 600, 600),
				event(DAVE, 50, 650),
				event(EVE, 100, 100)
			]
		);
	});
}

#[test]
fn it_comes_back_after_the_unbonding_period() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 600));
		System::reset_events();
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 200));
		assert_eq!(pool(ALICE).active_worth(), 400);
		skip_blocks(PERIOD - 1);
		assert_noop!(
			tx(|| Staking::withdraw_delegation(signed(DAVE), ALICE)),
			Error::<Test>::NothingToWithdraw
		);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 400));
		skip_blocks(1);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
		assert_eq!((delegated(DAVE), free(DAVE)), (400, ENDOWMENT - 400));
		skip_blocks(PERIOD - 1);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
		assert_eq!((delegated(DAVE), free(DAVE)), (0, ENDOWMENT));
		assert!(!Delegations::<Test>::contains_key(DAVE, ALICE));
		let undelegated = |amount, unlocks_at| Event::Undelegated {
			provider: ALICE,
			delegator: DAVE,
			amount,
			unlocks_at,
		};
		let withdrawn = |amount| Event::DelegationWithdrawn {
			provider: ALICE,
			delegator: DAVE,
			amount,
		};
		assert_eq!(
			events(),
			vec![
				undelegated(200, 21),
				undelegated(400, 40),
				withdrawn(200),
				withdrawn(400)
			]
		);
	});
}

#[test]
fn parts_of_one_block_become_one() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 600));
		for _ in 0..3 {
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 100));
		}
		assert_eq!(delegation(DAVE, ALICE).unbonding.len(), 1);
		assert_eq!(pool(ALICE).unbonding_shares, 300);
	});
}

#[test]
fn everybody_loses_alike_and_who_comes_later_does_not() {
	with_alice()
		.timeout_slash(Permill::from_percent(10))
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
			assert_ok!(Staking::delegate(signed(EVE), ALICE, 500));
			assert_eq!(time_out(ALICE, JOB), 200 + 150);
			// Nothing was touched but the rate.
			assert_eq!((delegated(DAVE), delegated(EVE)), (1_000, 500));
			assert_eq!(pool(ALICE).active_worth(), 1_350);
			assert_eq!(free(TREASURY), ED + 200);
			skip_blocks(PAUSE);
			assert_ok!(Staking::delegate(signed(BOB), ALICE, 270));

			assert_ok!(Staking::collect(signed(CAROL), ALICE, DAVE));
			assert_eq!((delegated(DAVE), free(TREASURY)), (900, ED + 300));
			assert_noop!(
				tx(|| Staking::collect(signed(CAROL), ALICE, DAVE)),
				Error::<Test>::NothingToCollect
			);
			// Asking back collects too.
			assert_ok!(Staking::undelegate(signed(EVE), ALICE, 450));
			assert_eq!((delegated(EVE), free(TREASURY)), (450, ED + 350));
			assert_ok!(Staking::undelegate(signed(BOB), ALICE, 270));
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 900));
			skip_blocks(PERIOD);
			for (who, lost) in [(DAVE, 100), (EVE, 50), (BOB, 0)] {
				assert_ok!(Staking::withdraw_delegation(signed(who), ALICE));
				assert_eq!((delegated(who), free(who)), (0, ENDOWMENT - lost));
			}
			assert_eq!(pool(ALICE).pool, Default::default());
		});
}

#[test]
fn collecting_is_free_if_it_takes_something() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		time_out(ALICE, JOB);
		System::reset_events();
		let done = Staking::collect(signed(POOR), ALICE, DAVE).unwrap();
		assert_eq!(done.pays_fee, frame_support::dispatch::Pays::No);
		let reduced = Event::DelegationReduced {
			provider: ALICE,
			delegator: DAVE,
			amount: 100,
		};
		assert_eq!(events(), vec![reduced]);
	});
}

#[test]
fn what_unbonds_is_slashed_too_and_what_has_left_is_not() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		assert_ok!(Staking::delegate(signed(EVE), ALICE, 1_000));
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 1_000));
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
		assert_ok!(Staking::undelegate(signed(EVE), ALICE, 1_000));
		assert_eq!(time_out(ALICE, JOB), 200 + 100);
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw_delegation(signed(EVE), ALICE));
		assert_eq!((free(DAVE), free(EVE)), (ENDOWMENT, ENDOWMENT - 100));
	});
}

#[test]
fn delegated_stake_covers_jobs_and_what_unbonds_does_not() {
	with_alice().build_and_execute(|| {
		assert_ok!(add_key(ALICE, 1));
		assert_eq!(refusal(ALICE, 2_001), Some(Ineligible::NotEnoughCover));
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		assert_eq!(refusal(ALICE, 2_501), Some(Ineligible::NotEnoughCover));
		give_job(ALICE, 2_400);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 300));
		assert_eq!(refusal(ALICE, 0), Some(Ineligible::NotEnoughCover));
	});
}

#[test]
fn income_is_shared_by_stake_and_claimed_at_any_time() {
	with_alice().build_and_execute(|| {
		assert_eq!(earn(ALICE, 1_000), 0);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_500));
		assert_ok!(Staking::delegate(signed(EVE), ALICE, 500));
		// Half of the stake is delegated.
		assert_eq!(earn(ALICE, 1_000), 500);
		assert_eq!((claimable(DAVE, ALICE), claimable(EVE, ALICE)), (375, 125));
		assert_eq!(free(Staking::pot()), ED + 500);
		System::reset_events();
		assert_ok!(Staking::claim(signed(DAVE), ALICE));
		assert_eq!(free(DAVE), ENDOWMENT - 1_500 + 375);
		let claimed = Event::IncomeClaimed {
			provider: ALICE,
			delegator: DAVE,
			amount: 375,
		};
		assert_eq!(events(), vec![claimed]);
		assert_noop!(
			tx(|| Staking::claim(signed(DAVE), ALICE)),
			Error::<Test>::NothingToClaim
		);
		// What unbonds earns nothing, and keeps what it had.
		assert_ok!(Staking::undelegate(signed(EVE), ALICE, 500));
		assert_eq!(earn(ALICE, 700), 300);
		assert_eq!((claimable(DAVE, ALICE), claimable(EVE, ALICE)), (300, 125));
		skip_blocks(PERIOD);
		// With the last part the income goes too.
		assert_ok!(Staking::withdraw_delegation(signed(EVE), ALICE));
		assert_eq!(free(EVE), ENDOWMENT + 125);
	});
}

#[test]
fn income_too_small_for_the_pot_to_hold_alone_is_kept() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 2_000));
		for _ in 0..3 {
			assert_eq!(earn(ALICE, 3), 1);
		}
		assert_ok!(Staking::claim(signed(DAVE), ALICE));
		assert_eq!(free(Staking::pot()), ED);
	});
}

#[test]
fn nobody_earns_where_nothing_counts() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 600));
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 600));
		assert_eq!(earn(ALICE, 1_000), 0);
		assert_eq!(earn(BOB, 1_000), 0);
	});
}

#[test]
fn the_delegations_outlive_their_provider() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 600));
		assert_ok!(Staking::exit(signed(ALICE)));
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert_noop!(
			tx(|| Staking::delegate(signed(EVE), ALICE, 600)),
			Error::<Test>::NoSuchProvider
		);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 600));
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
		assert_eq!(free(DAVE), ENDOWMENT);
		assert!(!Pools::<Test>::contains_key(ALICE));
	});
}

#[test]
fn a_provider_that_leaves_without_delegators_leaves_no_pool() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::set_commission(
			signed(ALICE),
			Permill::from_percent(3)
		));
		assert!(Pools::<Test>::contains_key(ALICE));
		assert_ok!(Staking::exit(signed(ALICE)));
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw(signed(ALICE)));
		assert!(!Pools::<Test>::contains_key(ALICE));
	});
}

#[test]
fn what_slashes_have_made_worthless_ends_with_a_touch() {
	with_alice()
		.timeout_slash(Permill::one())
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
			assert_ok!(Staking::delegate(signed(EVE), ALICE, 1_000));
			time_out(ALICE, JOB);
			assert_eq!(pool(ALICE).pool.total, 1);
			assert_ok!(Staking::collect(signed(BOB), ALICE, DAVE));
			assert!(!Delegations::<Test>::contains_key(DAVE, ALICE));
			assert_eq!((delegated(DAVE), free(DAVE)), (0, ENDOWMENT - 1_000));
			// The last one has the last unit.
			assert_ok!(Staking::collect(signed(BOB), ALICE, EVE));
			assert_eq!(delegated(EVE), 1);
			assert_ok!(Staking::undelegate(signed(EVE), ALICE, 1));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw_delegation(signed(EVE), ALICE));
			assert_eq!(free(EVE), ENDOWMENT - 999);
		});
}

#[test]
fn what_rounding_leaves_of_income_goes_with_the_last() {
	ExtBuilder::default()
		.provider(ALICE, 2_000)
		.build_and_execute(|| {
			for who in [DAVE, EVE, BOB] {
				assert_ok!(Staking::delegate(signed(who), ALICE, 500));
			}
			// A side of 7, of which 3 are for three who cannot share them out evenly with the next 2.
			assert_eq!(earn(ALICE, 7), 3);
			assert_eq!(earn(ALICE, 5), 2);
			for who in [DAVE, EVE, BOB] {
				assert_ok!(Staking::undelegate(signed(who), ALICE, 500));
			}
			skip_blocks(PERIOD);
			System::reset_events();
			for who in [DAVE, EVE, BOB] {
				assert_ok!(Staking::withdraw_delegation(signed(who), ALICE));
				assert_eq!(free(who), ENDOWMENT + 1);
			}
			let left = Event::IncomeLeft {
				provider: ALICE,
				amount: 2,
			};
			assert_eq!(events().last(), Some(&left));
			assert_eq!(free(Staking::pot()), ED);
			assert_eq!(free(TREASURY), ED + 2);
			assert_eq!((pool(ALICE).unclaimed, pool(ALICE).income.rest), (0, 0));
		});
}
