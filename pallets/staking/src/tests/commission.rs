use sp_runtime::Permill;

use super::*;
use pretty_assertions::assert_eq;

fn percent(percent: u32) -> Permill {
	Permill::from_percent(percent)
}

fn set(commission: u32) -> sp_runtime::DispatchResult {
	tx(|| Staking::set_commission(signed(ALICE), percent(commission)))
}

/// Alice with 2,000 of her own and as much of Dave's, at a commission of 20 %.
fn with_dave(test: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, 2_000)
		.build_and_execute(|| {
			assert_ok!(set(20));
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 2_000));
			System::reset_events();
			test();
		});
}

#[test]
fn the_provider_keeps_its_commission() {
	with_dave(|| {
		assert_eq!(earn(ALICE, 1_000), 400);
		// Governance can ask for less of it.
		MaxCommission::set(percent(10));
		assert_eq!(earn(ALICE, 1_000), 450);
		// Rounded for the provider, who has the rest of everything.
		assert_eq!(earn(ALICE, 3), 0);
	});
}

#[test]
fn it_rises_in_small_steps_and_falls_at_once() {
	with_dave(|| {
		assert_noop!(set(26), Error::<Test>::CommissionJump);
		assert_ok!(set(25));
		assert_noop!(set(26), Error::<Test>::CommissionTooSoon);
		skip_blocks(ERA_LENGTH - 1);
		assert_noop!(set(26), Error::<Test>::CommissionTooSoon);
		assert_ok!(set(3));
		skip_blocks(1);
		assert_noop!(set(9), Error::<Test>::CommissionJump);
		assert_ok!(set(8));
		let set = |commission| Event::CommissionSet {
			provider: ALICE,
			commission: percent(commission),
		};
		assert_eq!(events(), vec![set(25), set(3), set(8)]);
	});
}

#[test]
fn it_has_a_bound() {
	with_dave(|| {
		assert_noop!(set(51), Error::<Test>::CommissionTooHigh);
		assert_noop!(
			tx(|| Staking::set_commission(signed(BOB), percent(1))),
			Error::<Test>::NotProvider
		);
	});
}

#[test]
fn nothing_but_the_first_setting_is_free() {
	ExtBuilder::default()
		.provider(ALICE, 2_000)
		.build_and_execute(|| {
			assert_ok!(set(50));
			assert_ok!(set(0));
			// Else who delegates first would be surprised.
			assert_noop!(set(50), Error::<Test>::CommissionJump);
			assert_ok!(set(5));
			assert_noop!(set(6), Error::<Test>::CommissionTooSoon);
			skip_blocks(ERA_LENGTH);
			assert_ok!(set(10));
		});
}

#[test]
fn who_was_trusted_once_has_no_first_setting() {
	ExtBuilder::default()
		.provider(ALICE, 2_000)
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
			assert_noop!(set(6), Error::<Test>::CommissionJump);
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 500));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw_delegation(signed(DAVE), ALICE));
			assert_eq!(pool(ALICE).pool, Default::default());
			assert_noop!(set(6), Error::<Test>::CommissionJump);
			assert_ok!(set(5));
		});
}

#[test]
fn who_leaves_is_not_bound_again() {
	with_dave(|| {
		assert_ok!(Staking::set_auto_compound(signed(DAVE), ALICE, true));
		earn(ALICE, 5);
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, u128::MAX));
		assert_noop!(
			tx(|| Staking::compound(signed(POOR), ALICE, DAVE)),
			Error::<Test>::NothingStays
		);
		assert_ok!(Staking::claim(signed(DAVE), ALICE));
		assert_eq!(free(DAVE), ENDOWMENT - 2_000 + 1);
	});
}

#[test]
fn everything_is_everything_whatever_was_added() {
	with_dave(|| {
		assert_ok!(Staking::set_auto_compound(signed(DAVE), ALICE, true));
		earn(ALICE, 5);
		assert_ok!(Staking::compound(signed(POOR), ALICE, DAVE));
		// What it was worth when its owner last looked leaves too little.
		assert_noop!(
			tx(|| Staking::undelegate(signed(DAVE), ALICE, 2_000)),
			Error::<Test>::DelegationTooLow
		);
		System::reset_events();
		assert_ok!(Staking::undelegate(signed(DAVE), ALICE, u128::MAX));
		let asked_back = Event::Undelegated {
			provider: ALICE,
			delegator: DAVE,
			amount: 2_001,
			unlocks_at: 1 + PERIOD,
		};
		assert_eq!(events(), vec![asked_back]);
		assert_noop!(
			tx(|| Staking::undelegate(signed(DAVE), ALICE, u128::MAX)),
			Error::<Test>::NotEnoughDelegated
		);
	});
}

#[test]
fn income_becomes_stake_if_its_owner_wants_that() {
	with_dave(|| {
		earn(ALICE, 1_000);
		assert_noop!(
			tx(|| Staking::compound(signed(POOR), ALICE, DAVE)),
			Error::<Test>::NotOptedIn
		);
		assert_noop!(
			tx(|| Staking::set_auto_compound(signed(DAVE), ALICE, false)),
			Error::<Test>::AlreadySo
		);
		assert_ok!(Staking::set_auto_compound(signed(DAVE), ALICE, true));
		assert_ok!(Staking::compound(signed(POOR), ALICE, DAVE));
		assert_eq!((delegated(DAVE), free(DAVE)), (2_400, ENDOWMENT - 2_000));
		assert_eq!(pool(ALICE).active_worth(), 2_400);
		assert_noop!(
			tx(|| Staking::compound(signed(POOR), ALICE, DAVE)),
			Error::<Test>::NothingToClaim
		);
		let who = (ALICE, DAVE);
		assert_eq!(
			events(),
			vec![
				Event::AutoCompoundSet {
					provider: who.0,
					delegator: who.1,
					on: true
				},
				Event::IncomeClaimed {
					provider: who.0,
					delegator: who.1,
					amount: 400
				},
				Event::Delegated {
					provider: who.0,
					delegator: who.1,
					amount: 400,
					total: 2_400
				}
			]
		);
	});
}

#[test]
fn little_income_becomes_stake_too() {
	with_dave(|| {
		assert_ok!(Staking::set_auto_compound(signed(DAVE), ALICE, true));
		assert_eq!(earn(ALICE, 5), 1);
		assert_ok!(Staking::compound(signed(POOR), ALICE, DAVE));
		assert_eq!(delegated(DAVE), 2_001);
	});
}

#[test]
fn nothing_is_added_to_a_provider_that_takes_nothing() {
	with_dave(|| {
		assert_ok!(Staking::set_auto_compound(signed(DAVE), ALICE, true));
		earn(ALICE, 1_000);
		assert_ok!(Staking::chill(signed(ALICE)));
		assert_noop!(
			tx(|| Staking::compound(signed(POOR), ALICE, DAVE)),
			Error::<Test>::ChilledProvider
		);
		assert_ok!(Staking::claim(signed(DAVE), ALICE));
	});
}
