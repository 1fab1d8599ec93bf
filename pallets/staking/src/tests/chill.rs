use athanor_primitives::{eligibility::Ineligible, ports::ProviderRegistry};

use super::*;
use pretty_assertions::assert_eq;

#[test]
fn a_chilled_provider_gets_no_new_work() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			System::reset_events();
			assert_ok!(Staking::chill(signed(ALICE)));
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			assert_eq!(events(), vec![Event::ProviderChilled { provider: ALICE }]);
			// It does not end by itself.
			skip_blocks(100 * PERIOD);
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			// It has what work takes, and may say so at any time.
			assert!(Staking::is_qualified(&ALICE));
			System::reset_events();
			assert_ok!(Staking::unchill(signed(ALICE)));
			assert_eq!(refusal(ALICE, MINIMUM), None);
			assert_eq!(events(), vec![Event::ProviderUnchilled { provider: ALICE }]);
		});
}

#[test]
fn work_in_hand_goes_on() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 600);
			assert_ok!(Staking::chill(signed(ALICE)));
			assert!(Staking::is_worker(&ALICE, &key(1)));
			assert_eq!(record(ALICE).committed, 600);
			assert_eq!((record(ALICE).bonded, held(ALICE)), (MINIMUM, MINIMUM));
			Staking::release(&ALICE, 600);
			assert_eq!(record(ALICE).committed, 0);
		});
}

#[test]
fn chill_and_unchill_fail_where_nothing_would_change() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_noop!(Staking::unchill(signed(ALICE)), Error::<Test>::NotChilled);
			assert_ok!(Staking::chill(signed(ALICE)));
			assert_noop!(Staking::chill(signed(ALICE)), Error::<Test>::AlreadyChilled);
			assert_ok!(Staking::unchill(signed(ALICE)));
			assert_noop!(Staking::unchill(signed(ALICE)), Error::<Test>::NotChilled);
		});
}

#[test]
fn unchill_needs_the_minimum_bonded() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(Staking::chill(signed(ALICE)));
			assert_eq!(time_out(ALICE, 0), 100);
			skip_blocks(PAUSE);
			assert_noop!(Staking::unchill(signed(ALICE)), Error::<Test>::StakeTooLow);
			assert_ok!(Staking::bond(signed(ALICE), 100));
			// Stake alone does not end it.
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			assert_ok!(Staking::unchill(signed(ALICE)));
			assert!(is_active(ALICE));
		});
}

#[test]
fn a_chilled_provider_can_use_all_other_calls() {
	ExtBuilder::default()
		.provider(ALICE, 2 * MINIMUM)
		.build_and_execute(|| {
			assert_ok!(Staking::chill(signed(ALICE)));
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(remove_key(ALICE, 1));
			assert_ok!(Staking::bond(signed(ALICE), 1));
			assert_ok!(Staking::unbond(signed(ALICE), MINIMUM));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_ok!(Staking::exit(signed(ALICE)));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			// The next registration begins without it.
			assert_ok!(Staking::register(signed(ALICE), MINIMUM));
			assert_ok!(add_key(ALICE, 2));
			assert!(is_active(ALICE));
		});
}

#[test]
fn a_chill_does_not_end_a_pause() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			time_out(ALICE, 0);
			assert_ok!(Staking::chill(signed(ALICE)));
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			assert_ok!(Staking::unchill(signed(ALICE)));
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Paused));
			skip_blocks(PAUSE);
			assert!(is_active(ALICE));
		});
}
