use athanor_primitives::{eligibility::Ineligible, ports::ProviderRegistry};
use sp_runtime::Permill;

use super::*;
use pretty_assertions::assert_eq;

#[test]
fn conditions_are_asked_in_the_order_of_the_port() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(refusal(ALICE, 0), Some(Ineligible::NotProvider));

		// Everything is wrong; one thing after the other is mended.
		assert_ok!(Staking::register(signed(ALICE), MINIMUM));
		equivocate(ALICE, 0);
		time_out(ALICE, 0);
		let cover = 2 * MINIMUM;
		assert_eq!(refusal(ALICE, cover), Some(Ineligible::Chilled));
		crate::Providers::<Test>::mutate(ALICE, |record| {
			record.as_mut().unwrap().chilled = false;
		});
		assert_eq!(refusal(ALICE, cover), Some(Ineligible::Paused));
		skip_blocks(PAUSE);
		assert_eq!(refusal(ALICE, cover), Some(Ineligible::NoWorkerKey));
		assert_ok!(add_key(ALICE, 1));
		assert_eq!(refusal(ALICE, cover), Some(Ineligible::StakeTooLow));
		assert_ok!(Staking::bond(signed(ALICE), MINIMUM));
		assert_eq!(refusal(ALICE, cover), Some(Ineligible::NotEnoughCover));
		assert_ok!(Staking::bond(signed(ALICE), MINIMUM));
		assert_eq!(refusal(ALICE, cover), None);
	});
}

#[test]
fn stake_covers_one_job_at_a_time() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_eq!(
				refusal(ALICE, MINIMUM + 1),
				Some(Ineligible::NotEnoughCover)
			);
			give_job(ALICE, 400);
			give_job(ALICE, 500);
			assert_eq!(record(ALICE).committed, 900);
			assert_eq!(refusal(ALICE, 101), Some(Ineligible::NotEnoughCover));
			assert_eq!(refusal(ALICE, u128::MAX), Some(Ineligible::NotEnoughCover));
			give_job(ALICE, 100);
			assert_eq!(refusal(ALICE, 1), Some(Ineligible::NotEnoughCover));
			// A job that needs no cover always has it.
			give_job(ALICE, 0);

			Staking::release(&ALICE, 400);
			assert_eq!(refusal(ALICE, 401), Some(Ineligible::NotEnoughCover));
			give_job(ALICE, 400);
			assert_eq!(record(ALICE).committed, MINIMUM);
			for cover in [500, 400, 100, 0] {
				Staking::release(&ALICE, cover);
			}
			assert_eq!(record(ALICE).committed, 0);
			// It is not money: nothing moved.
			assert_eq!((held(ALICE), free(ALICE)), (MINIMUM, ENDOWMENT - MINIMUM));
		});
}

#[test]
fn more_stake_covers_more() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, MINIMUM);
			assert_ok!(Staking::bond(signed(ALICE), 300));
			assert_eq!(refusal(ALICE, 301), Some(Ineligible::NotEnoughCover));
			give_job(ALICE, 300);
		});
}

#[test]
fn unbonding_stake_covers_nothing_new() {
	ExtBuilder::default()
		.provider(ALICE, 3_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 2_500);
			// Allowed with a job in hand: what unbonds can be slashed for longer than the job
			// lasts.
			assert_ok!(Staking::unbond(signed(ALICE), 1_000));
			assert_eq!(
				(record(ALICE).bonded, record(ALICE).committed),
				(2_000, 2_500)
			);
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::NotEnoughCover));
			assert_eq!(refusal(ALICE, 1), Some(Ineligible::NotEnoughCover));
			Staking::release(&ALICE, 2_500);
			give_job(ALICE, 2_000);
		});
}

#[test]
fn a_slash_below_what_is_committed_stops_new_work_and_nothing_else() {
	ExtBuilder::default()
		.timeout_slash(Permill::from_percent(40))
		.provider(ALICE, 2_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 800);
			give_job(ALICE, 1_000);
			assert_eq!(time_out(ALICE, 0), 800);
			Staking::release(&ALICE, 800);
			skip_blocks(PAUSE);
			assert_eq!(
				(record(ALICE).bonded, record(ALICE).committed),
				(1_200, 1_000)
			);
			assert_eq!(refusal(ALICE, 201), Some(Ineligible::NotEnoughCover));
			give_job(ALICE, 200);

			assert_eq!(time_out(ALICE, 0), 480);
			skip_blocks(PAUSE);
			assert_eq!(
				(record(ALICE).bonded, record(ALICE).committed),
				(720, 1_200)
			);
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::StakeTooLow));
			assert_ok!(Staking::bond(signed(ALICE), 280));
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::NotEnoughCover));
			Staking::release(&ALICE, 1_000);
			Staking::release(&ALICE, 200);
			assert_eq!(record(ALICE).committed, 0);
			give_job(ALICE, MINIMUM);
		});
}

#[test]
fn a_slash_of_everything_leaves_the_jobs_in_hand() {
	ExtBuilder::default()
		.timeout_slash(Permill::one())
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 400);
			give_job(ALICE, 600);
			assert_eq!(time_out(ALICE, 0), MINIMUM);
			Staking::release(&ALICE, 400);
			skip_blocks(PAUSE);
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::StakeTooLow));
			// The other job can still be finished.
			assert!(Staking::is_worker(&ALICE, &key(1)));
			assert_noop!(
				Staking::deregister(signed(ALICE)),
				Error::<Test>::JobsInHand
			);
			Staking::release(&ALICE, 600);
			assert_ok!(Staking::deregister(signed(ALICE)));
		});
}

#[test]
fn a_former_provider_has_nothing_to_release() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(Staking::exit(signed(ALICE)));
			skip_blocks(PERIOD);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			Staking::release(&ALICE, 5);
			Staking::release(&BOB, 5);
			assert!(!Staking::is_registered(&ALICE) && !Staking::is_registered(&BOB));
		});
}

/// What the port's user does wrong is logged, and stops tests that are built with debug assertions.
#[test]
#[cfg_attr(debug_assertions, should_panic(expected = "less stake committed"))]
fn a_release_of_too_much_does_not_underflow() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 5);
			Staking::release(&ALICE, 6);
			assert_eq!(record(ALICE).committed, 0);
		});
}

#[test]
#[cfg_attr(
	debug_assertions,
	should_panic(expected = "a job was given to somebody")
)]
fn a_commitment_that_cannot_be_counted_changes_nothing() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			give_job(ALICE, 5);
			Staking::commit(&ALICE, u128::MAX - 4);
			assert_eq!(record(ALICE).committed, 5);
		});
}

#[test]
#[cfg_attr(
	debug_assertions,
	should_panic(expected = "a job was given to somebody")
)]
fn a_commitment_of_nobody_makes_no_provider() {
	ExtBuilder::default().build_and_execute(|| {
		Staking::commit(&ALICE, 5);
		assert!(!Staking::is_registered(&ALICE));
	});
}
