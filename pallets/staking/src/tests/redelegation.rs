use sp_runtime::Permill;

use super::*;
use crate::{Delegations, MAX_MOVED};
use pretty_assertions::assert_eq;

/// Alice and Bob with a stake of 2,000 each, and Dave with 1,000 behind Alice.
fn with_two(test: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, 2_000)
		.provider(BOB, 2_000)
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
			System::reset_events();
			test();
		});
}

fn redelegate(amount: u128) -> sp_runtime::DispatchResult {
	tx(|| Staking::redelegate(signed(DAVE), ALICE, BOB, amount))
}

#[test]
fn stake_moves_at_once_and_earns_where_it_is() {
	with_two(|| {
		assert_ok!(redelegate(400));
		assert_eq!(delegated(DAVE), 1_000);
		assert_eq!(pool(ALICE).active_worth(), 600);
		assert_eq!(pool(BOB).active_worth(), 400);
		let moved = Event::Redelegated {
			from: ALICE,
			to: BOB,
			delegator: DAVE,
			amount: 400,
			liable_until: 1 + PERIOD,
		};
		assert_eq!(events(), vec![moved]);
		assert_eq!(earn(ALICE, 2_600), 600);
		assert_eq!(earn(BOB, 2_400), 400);
		assert_eq!((claimable(DAVE, ALICE), claimable(DAVE, BOB)), (600, 400));
	});
}

#[test]
fn it_answers_for_the_provider_that_it_left() {
	with_two(|| {
		assert_ok!(redelegate(1_000));
		assert!(!Delegations::<Test>::contains_key(DAVE, ALICE));
		assert_ok!(Staking::delegate(signed(EVE), BOB, 1_000));
		assert_eq!(time_out(ALICE, JOB), 200 + 100);
		assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
		assert_eq!(delegated(DAVE), 900);
		assert_eq!(free(TREASURY), ED + 200 + 100);
		// Eve has nothing to do with it.
		assert_eq!(pool(BOB).active_worth(), 1_900);
		assert_noop!(
			tx(|| Staking::collect(signed(CAROL), BOB, EVE)),
			Error::<Test>::NothingToCollect
		);
		// Faults of the new provider cost as well.
		assert_eq!(time_out(BOB, JOB), 200 + 190);
		assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
		assert_eq!(delegated(DAVE), 810);
	});
}

#[test]
fn it_answers_no_longer_than_stake_that_unbonds() {
	with_two(|| {
		assert_ok!(redelegate(1_000));
		skip_blocks(PERIOD);
		assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
		assert!(delegation(DAVE, BOB).moved.is_empty());
		assert_eq!(pool(ALICE).pool, Default::default());
		assert_eq!(time_out(ALICE, JOB), 200);
		assert_eq!(delegated(DAVE), 1_000);
	});
}

#[test]
fn it_ends_by_itself() {
	with_two(|| {
		assert_ok!(redelegate(600));
		skip_blocks(1);
		assert_ok!(redelegate(400));
		advance(PERIOD - 1);
		assert_eq!(delegation(DAVE, BOB).moved.len(), 1);
		assert_eq!(time_out(ALICE, JOB), 200 + 40);
		advance(1);
		assert!(delegation(DAVE, BOB).moved.is_empty());
		assert_eq!(pool(ALICE).pool, Default::default());
		assert_eq!(delegated(DAVE), 960);
		assert_eq!(crate::Liabilities::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_is_held_back_ends_by_itself_too() {
	with_two(|| {
		AppealPeriod::set(PERIOD);
		assert_ok!(redelegate(1_000));
		skip_blocks(PERIOD - 1);
		equivocate(ALICE, JOB);
		advance(1);
		assert_eq!(delegation(DAVE, BOB).moved.len(), 1);
		advance(PERIOD);
		assert!(delegation(DAVE, BOB).moved.is_empty());
		assert_eq!(delegated(DAVE), 500);
	});
}

#[test]
fn a_slash_that_is_pending_is_waited_for() {
	with_two(|| {
		AppealPeriod::set(2 * PERIOD);
		assert_ok!(redelegate(1_000));
		skip_blocks(PERIOD - 1);
		equivocate(ALICE, JOB);
		skip_blocks(1);
		assert_noop!(
			tx(|| Staking::collect(signed(CAROL), BOB, DAVE)),
			Error::<Test>::NothingToCollect
		);
		advance(2 * PERIOD);
		assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
		assert_eq!(delegated(DAVE), 500);
		assert!(delegation(DAVE, BOB).moved.is_empty());
	});
}

#[test]
fn what_it_owes_is_taken_from_what_unbonds_too() {
	with_two(|| {
		assert_ok!(redelegate(1_000));
		assert_ok!(Staking::undelegate(signed(DAVE), BOB, 1_000));
		equivocate(ALICE, JOB);
		skip_blocks(PERIOD);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), BOB));
		assert_eq!((delegated(DAVE), free(DAVE)), (0, ENDOWMENT - 500));
		assert_eq!(pool(ALICE).pool, Default::default());
		assert_eq!(pool(BOB).pool, Default::default());
	});
}

#[test]
fn it_does_not_matter_when_anybody_collects() {
	for (first, second) in [(ALICE, BOB), (BOB, ALICE)] {
		for collect_between in [false, true] {
			with_two(|| {
				assert_ok!(redelegate(1_000));
				assert_ok!(Staking::delegate(signed(EVE), BOB, 777));
				time_out(first, 1);
				if collect_between {
					assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
				}
				time_out(second, 2);
				assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
				assert_eq!(delegated(DAVE), 810);
			});
		}
	}
}

#[test]
fn what_unbonds_waits_for_slashes_of_the_provider_that_it_left() {
	with_two(|| {
		AppealPeriod::set(2 * PERIOD);
		assert_ok!(redelegate(1_000));
		skip_blocks(1);
		assert_ok!(Staking::undelegate(signed(DAVE), BOB, 1_000));
		equivocate(ALICE, JOB);
		skip_blocks(PERIOD);
		assert_noop!(
			tx(|| Staking::withdraw_delegation(signed(DAVE), BOB)),
			Error::<Test>::StillLiable
		);
		advance(PERIOD);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), BOB));
		assert_eq!((delegated(DAVE), free(DAVE)), (0, ENDOWMENT - 500));
	});
}

#[test]
fn a_loss_of_everything_ends_the_delegation() {
	with_two(|| {
		EquivocationSlash::set(Permill::one());
		assert_ok!(redelegate(1_000));
		assert_ok!(Staking::delegate(signed(EVE), BOB, 1_000));
		equivocate(BOB, 1);
		equivocate(ALICE, 2);
		assert_ok!(Staking::collect(signed(CAROL), BOB, DAVE));
		assert_eq!(delegated(DAVE), 0);
		assert!(!Delegations::<Test>::contains_key(DAVE, BOB));
		assert_eq!(pool(ALICE).phantom_shares, 0);
	});
}

#[test]
fn what_is_worth_nothing_any_more_answers_no_longer() {
	with_two(|| {
		EquivocationSlash::set(Permill::one());
		assert_ok!(redelegate(LEAST));
		assert_ok!(Staking::delegate(signed(EVE), BOB, 5_000));
		equivocate(BOB, 1);
		skip_blocks(PERIOD / 2);
		assert_ok!(Staking::bond(signed(BOB), 2_000));
		assert_ok!(Staking::unchill(signed(BOB)));
		assert_ok!(redelegate(500));
		assert_eq!(
			delegation(DAVE, BOB).answering_shares(),
			delegation(DAVE, BOB).shares
		);
	});
}

#[test]
fn what_still_answers_does_not_move_on() {
	with_two(|| {
		assert_ok!(Staking::register(signed(CAROL), 2_000));
		assert_ok!(redelegate(1_000));
		assert_noop!(
			tx(|| Staking::redelegate(signed(DAVE), BOB, CAROL, 1_000)),
			Error::<Test>::StillLiable
		);
		skip_blocks(PERIOD);
		assert_ok!(Staking::redelegate(signed(DAVE), BOB, CAROL, 1_000));
	});
}

#[test]
fn each_flaw_has_its_error() {
	with_two(|| {
		assert_noop!(redelegate(0), Error::<Test>::AmountZero);
		assert_noop!(redelegate(1_001), Error::<Test>::NotEnoughDelegated);
		assert_noop!(redelegate(u128::MAX - 1), Error::<Test>::NotEnoughDelegated);
		// The least is the deposit for a record.
		assert_noop!(redelegate(LEAST - 1), Error::<Test>::DelegationTooLow);
		assert_noop!(
			redelegate(1_000 - LEAST + 1),
			Error::<Test>::DelegationTooLow
		);
		assert_noop!(
			tx(|| Staking::redelegate(signed(DAVE), ALICE, ALICE, 500)),
			Error::<Test>::SameProvider
		);
		assert_noop!(
			tx(|| Staking::redelegate(signed(DAVE), ALICE, EVE, 500)),
			Error::<Test>::NoSuchProvider
		);
		assert_noop!(
			tx(|| Staking::redelegate(signed(DAVE), ALICE, DAVE, 500)),
			Error::<Test>::OwnProvider
		);
		assert_noop!(
			tx(|| Staking::redelegate(signed(EVE), ALICE, BOB, 500)),
			Error::<Test>::NoDelegation
		);
		assert_ok!(Staking::delegate(signed(EVE), BOB, 7_500));
		assert_noop!(redelegate(1_000), Error::<Test>::PoolFull);
		assert_ok!(Staking::chill(signed(BOB)));
		assert_noop!(redelegate(500), Error::<Test>::ChilledProvider);
	});
}

#[test]
fn nothing_moves_to_a_provider_in_trouble() {
	with_two(|| {
		AppealPeriod::set(PAUSE + 2);
		time_out(BOB, JOB);
		assert_noop!(redelegate(500), Error::<Test>::PausedProvider);
		advance(PAUSE);
		assert_noop!(redelegate(500), Error::<Test>::SlashPending);
		advance(2);
		assert_ok!(redelegate(500));
		let shares = pool(BOB).pool.shares;
		let set = |shares| crate::Pools::<Test>::mutate(BOB, |pool| pool.pool.shares = shares);
		set(u128::MAX);
		assert_noop!(redelegate(100), Error::<Test>::PoolSpent);
		set(shares);
	});
}

#[test]
fn little_can_join_what_is_there() {
	with_two(|| {
		assert_ok!(Staking::delegate(signed(DAVE), BOB, LEAST));
		assert_ok!(redelegate(1));
		assert_eq!(pool(BOB).active_worth(), LEAST + 1);
	});
}

#[test]
fn everything_can_be_moved_whatever_it_is_worth() {
	with_two(|| {
		time_out(ALICE, JOB);
		assert_ok!(redelegate(u128::MAX));
		assert!(!Delegations::<Test>::contains_key(DAVE, ALICE));
		assert_eq!(pool(BOB).active_worth(), 900);
		assert_eq!(delegated(DAVE), 900);
	});
}

#[test]
fn a_pending_slash_follows_who_asks_back() {
	with_two(|| {
		AppealPeriod::set(PERIOD + 5);
		assert_eq!(equivocate(ALICE, JOB), 1_000 + 500);
		// Neither way out is barred, and none is one.
		assert_ok!(redelegate(400));
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 600));
		assert_ok!(Staking::undelegate(signed(DAVE), BOB, 400));
		let withdraw = |provider| tx(|| Staking::withdraw_delegation(signed(DAVE), provider));
		advance(PERIOD);
		assert_noop!(withdraw(ALICE), Error::<Test>::SlashPending);
		assert_noop!(withdraw(BOB), Error::<Test>::StillLiable);
		advance(5);
		assert_ok!(withdraw(ALICE));
		assert_eq!(free(DAVE), ENDOWMENT - 1_000 + 300);
		assert_ok!(withdraw(BOB));
		assert_eq!((delegated(DAVE), free(DAVE)), (0, ENDOWMENT - 500));
		assert_eq!(free(TREASURY), ED + 1_000 + 500);
		assert_eq!(pool(ALICE).pool, Default::default());
	});
}

#[test]
fn a_delegation_answers_for_few_others() {
	with_two(|| {
		for _ in 0..MAX_MOVED {
			assert_ok!(redelegate(100));
		}
		assert_noop!(redelegate(100), Error::<Test>::TooManyMoved);
		skip_blocks(PERIOD);
		assert_ok!(redelegate(100));
	});
}
