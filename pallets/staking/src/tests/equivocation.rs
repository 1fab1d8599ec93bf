use athanor_primitives::{eligibility::Ineligible, ports::ProviderRegistry};
use sp_runtime::Permill;

use super::*;
use crate::Fault;
use pretty_assertions::assert_eq;

fn slash(who: AccountId) -> u128 {
	equivocate(who, JOB)
}

/// The events of a slash in block 1 that is carried out at once.
fn slashed(slash: u64, amount: u128) -> [Event<Test>; 2] {
	let (provider, job, fault) = (ALICE, JOB, Fault::Equivocation);
	[
		Event::SlashRaised {
			slash,
			provider,
			job,
			fault,
			own: amount,
			pooled: 0,
			enacts_at: 1,
		},
		Event::ProviderSlashed {
			slash,
			provider,
			job,
			fault,
			amount,
			requester: CAROL,
			to_requester: 0,
			reporter: Some(BOB),
			to_reporter: 0,
			to_treasury: amount,
			pooled: 0,
		},
	]
}

const CHILLED: Event<Test> = Event::ProviderChilled { provider: ALICE };

#[test]
fn two_receipts_cost_their_share_and_chill() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			System::reset_events();
			assert_eq!(slash(ALICE), 2_500);
			let after = record(ALICE);
			assert_eq!((after.bonded, after.slashed), (2_500, 2_500));
			assert_eq!((held(ALICE), free(TREASURY)), (2_500, ED + 2_500));
			let [raised, taken] = slashed(0, 2_500);
			assert_eq!(events(), vec![raised, taken, CHILLED]);
			// Chilled, not paused.
			assert_eq!(after.paused_until, 0);
			assert_eq!(refusal(ALICE, 0), Some(Ineligible::Chilled));
			assert!(Staking::is_worker(&ALICE, &key(1)));
			assert_ok!(Staking::unchill(signed(ALICE)));
			assert!(is_active(ALICE));
		});
}

#[test]
fn a_pause_does_not_protect_and_does_not_grow() {
	ExtBuilder::default()
		.provider(ALICE, 10_000)
		.build_and_execute(|| {
			assert_eq!(time_out(ALICE, JOB), 1_000);
			skip_blocks(1);
			assert_eq!(slash(ALICE), 4_500);
			assert_eq!(record(ALICE).paused_until, 1 + PAUSE);
			// Nor does the chill protect from missed deadlines.
			skip_blocks(PAUSE);
			assert_eq!(time_out(ALICE, JOB), 450);
		});
}

#[test]
fn each_pair_costs_and_chills_once() {
	ExtBuilder::default()
		.provider(ALICE, 8_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 4_000);
			assert_eq!(slash(ALICE), 2_000);
			let ([raised, taken], [again, more]) = (slashed(0, 4_000), slashed(1, 2_000));
			assert_eq!(events(), vec![raised, taken, CHILLED, again, more]);
			assert_eq!(record(ALICE).slashed, 6_000);
		});
}

#[test]
fn it_reaches_unbonding_stake() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 4_000));
			assert_eq!(slash(ALICE), 2_500);
			assert_eq!(record(ALICE).bonded, 0);
			assert_eq!(unbonding(ALICE), vec![(2_500, 1 + PERIOD)]);
			skip_blocks(PERIOD);
			// Unlocked, but still there.
			assert_eq!(slash(ALICE), 1_250);
		});
}

#[test]
fn a_slash_of_everything_leaves_nothing_but_the_record() {
	ExtBuilder::default()
		.equivocation_slash(Permill::one())
		.provider(ALICE, ENDOWMENT - ED)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), ENDOWMENT - ED);
			assert_eq!((held(ALICE), free(ALICE)), (0, ED));
			assert_eq!(slash(ALICE), 0);
			assert_noop!(Staking::unchill(signed(ALICE)), Error::<Test>::StakeTooLow);
			assert_ok!(Staking::deregister(signed(ALICE)));
		});
}

#[test]
fn a_slash_of_nothing_only_chills() {
	ExtBuilder::default()
		.equivocation_slash(Permill::zero())
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_eq!(slash(ALICE), 0);
			assert_eq!(record(ALICE).bonded, 5_000);
			assert_eq!(events(), vec![CHILLED]);
		});
}

#[test]
fn nobody_is_not_slashed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(slash(ALICE), 0);
		assert_eq!(events(), vec![]);
		assert!(!Staking::is_registered(&ALICE));
	});
}

#[test]
fn a_removed_key_does_not_save_its_provider() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(remove_key(ALICE, 1));
			assert_ok!(Staking::exit(signed(ALICE)));
			// As long as the stake from then is on hold, there is somebody to answer.
			skip_blocks(PERIOD - 1);
			assert_eq!(Staking::answers_for(&key(1)), Some(ALICE));
			assert_eq!(slash(ALICE), 2_500);
		});
}
