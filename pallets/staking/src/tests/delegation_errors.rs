//! Bad input of those who delegate: an error each, and nothing changed.

use sp_runtime::{FixedU128, TokenError};

use super::*;
use crate::MAX_UNBONDING;

fn with_alice() -> ExtBuilder {
	ExtBuilder::default().provider(ALICE, 2_000)
}

fn refused(who: AccountId, amount: u128, error: Error<Test>) {
	assert_noop!(tx(|| Staking::delegate(signed(who), ALICE, amount)), error);
}

#[test]
fn amounts_of_nothing_and_of_dust() {
	with_alice().build_and_execute(|| {
		refused(DAVE, 0, Error::AmountZero);
		refused(DAVE, LEAST - 1, Error::DelegationTooLow);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, LEAST));
		refused(DAVE, 1, Error::DelegationTooLow);
		assert_noop!(
			tx(|| Staking::undelegate(signed(DAVE), ALICE, 0)),
			Error::<Test>::AmountZero
		);
		assert_noop!(
			tx(|| Staking::undelegate(signed(DAVE), ALICE, 1)),
			Error::<Test>::DelegationTooLow
		);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, LEAST));
	});
}

#[test]
fn amounts_beyond_all_bounds() {
	with_alice().build_and_execute(|| {
		for amount in [ENDOWMENT, u128::MAX] {
			assert_noop!(
				tx(|| Staking::delegate(signed(DAVE), ALICE, amount)),
				TokenError::FundsUnavailable
			);
		}
		refused(DAVE, 8_001, Error::PoolFull);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 8_000));
		refused(EVE, LEAST, Error::PoolFull);
		for amount in [8_001, u128::MAX - 1] {
			assert_noop!(
				tx(|| Staking::undelegate(signed(DAVE), ALICE, amount)),
				Error::<Test>::NotEnoughDelegated
			);
		}
		// What was delegated stays if governance allows less.
		MaxDelegation::set(FixedU128::from_u32(0));
		refused(DAVE, LEAST, Error::PoolFull);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 8_000));
	});
}

#[test]
fn providers_that_nobody_can_delegate_to() {
	with_alice().build_and_execute(|| {
		refused(ALICE, 500, Error::OwnProvider);
		assert_noop!(
			tx(|| Staking::delegate(signed(DAVE), BOB, 500)),
			Error::<Test>::NoSuchProvider
		);
		assert_ok!(Staking::chill(signed(ALICE)));
		refused(DAVE, 500, Error::ChilledProvider);
		assert_ok!(Staking::unchill(signed(ALICE)));
		AppealPeriod::set(PAUSE + 2);
		time_out(ALICE, JOB);
		refused(DAVE, 500, Error::PausedProvider);
		advance(PAUSE);
		refused(DAVE, 500, Error::SlashPending);
		advance(2);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
	});
}

#[test]
fn a_provider_without_the_minimum_has_no_room() {
	with_alice().build_and_execute(|| {
		equivocate(ALICE, JOB);
		time_out(ALICE, JOB);
		skip_blocks(PAUSE);
		crate::Providers::<Test>::mutate(ALICE, |record| {
			record.as_mut().unwrap().chilled = false;
		});
		refused(DAVE, 500, Error::PoolFull);
	});
}

#[test]
fn nothing_comes_from_nothing() {
	with_alice().build_and_execute(|| {
		let none = || Error::<Test>::NoDelegation;
		assert_noop!(tx(|| Staking::undelegate(signed(DAVE), ALICE, 5)), none());
		assert_noop!(
			tx(|| Staking::withdraw_delegation(signed(DAVE), ALICE)),
			none()
		);
		assert_noop!(tx(|| Staking::claim(signed(DAVE), ALICE)), none());
		assert_noop!(tx(|| Staking::collect(signed(BOB), ALICE, DAVE)), none());
		assert_noop!(tx(|| Staking::compound(signed(BOB), ALICE, DAVE)), none());
		assert_noop!(
			tx(|| Staking::set_auto_compound(signed(DAVE), ALICE, true)),
			none()
		);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		assert_noop!(
			tx(|| Staking::claim(signed(DAVE), ALICE)),
			Error::<Test>::NothingToClaim
		);
		assert_noop!(
			tx(|| Staking::collect(signed(BOB), ALICE, DAVE)),
			Error::<Test>::NothingToCollect
		);
	});
}

#[test]
fn too_many_parts() {
	with_alice().build_and_execute(|| {
		UnbondingPeriod::set(100);
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 2_000));
		for _ in 0..MAX_UNBONDING {
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 100));
			skip_blocks(1);
		}
		assert_noop!(
			tx(|| Staking::undelegate(signed(DAVE), ALICE, 100)),
			Error::<Test>::TooManyUnbonding
		);
		skip_blocks(85);
		assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 100));
	});
}

#[test]
fn a_pool_that_is_nearly_gone() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		crate::Pools::<Test>::mutate(ALICE, |pool| pool.pool.shares = u128::MAX);
		refused(EVE, 500, Error::PoolSpent);
		crate::Pools::<Test>::mutate(ALICE, |pool| pool.pool.shares = 500);
	});
}

#[test]
fn an_account_that_takes_no_money() {
	with_alice().build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
		assert_eq!(earn(ALICE, 20), 4);
		// Something else keeps the account, so that it can be without the existential deposit.
		System::inc_providers(&DAVE);
		let all = free(DAVE);
		assert_ok!(Balances::transfer_allow_death(signed(DAVE), EVE, all));
		assert_eq!(free(DAVE), 0);
		assert_noop!(
			tx(|| Staking::claim(signed(DAVE), ALICE)),
			Error::<Test>::AccountGone
		);
		assert_ok!(Balances::transfer_allow_death(signed(EVE), DAVE, ED));
		assert_ok!(Staking::claim(signed(DAVE), ALICE));
		assert_eq!(free(DAVE), ED + 4);
		assert_ok!(System::dec_providers(&DAVE));
	});
}
