use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::{ExplainHolds, ProviderRegistry},
};
use sp_runtime::Permill;

use super::*;
use pretty_assertions::assert_eq;

fn bonded(amount: u128, committed: u128) -> Held {
	Held {
		reason: HeldFor::BondedStake { committed },
		amount,
		until: HeldUntil::OwnerActs,
		freed_by: FreedBy::StakingUnbond,
	}
}

fn unbonding(amount: u128, unlocks_at: u32) -> Held {
	Held {
		reason: HeldFor::UnbondingStake,
		amount,
		until: HeldUntil::CallableFrom(unlocks_at),
		freed_by: FreedBy::StakingWithdraw,
	}
}

/// What is explained, after a check that it is all that is on hold.
fn explained(who: AccountId) -> Vec<Held> {
	let all = Staking::explain(&who, u32::MAX);
	assert_eq!(all.iter().map(|part| part.amount).sum::<u128>(), held(who));
	all
}

#[test]
fn every_unit_of_stake_is_explained() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_eq!(explained(ALICE), vec![bonded(5_000, 0)]);
			give_job(ALICE, 4_500);
			assert_eq!(explained(ALICE), vec![bonded(5_000, 4_500)]);
			assert_ok!(Staking::unbond(signed(ALICE), 400));
			skip_blocks(1);
			assert_ok!(Staking::unbond(signed(ALICE), 600));
			// No more of it covers jobs than there is.
			let parts = [unbonding(400, 21), unbonding(600, 22)];
			assert_eq!(
				explained(ALICE),
				vec![bonded(4_000, 4_000), parts[0], parts[1]]
			);
			assert_eq!(Staking::slash_for_timeout(&ALICE, 0), 500);
			assert_eq!(
				explained(ALICE),
				vec![bonded(3_500, 3_500), parts[0], parts[1]]
			);

			assert_ok!(Staking::exit(signed(ALICE)));
			assert_eq!(explained(ALICE), vec![parts[0], unbonding(4_100, 22)]);
			System::set_block_number(21);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!(explained(ALICE), vec![unbonding(4_100, 22)]);
			Staking::release(&ALICE, 4_500);
			skip_blocks(1);
			assert_ok!(Staking::withdraw(signed(ALICE)));
			assert_eq!(explained(ALICE), vec![]);
		});
}

#[test]
fn the_answer_is_as_long_as_asked() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 400));
			let all = explained(ALICE);
			assert_eq!(Staking::explain(&ALICE, 0), vec![]);
			assert_eq!(Staking::explain(&ALICE, 1), vec![all[0]]);
			assert_eq!(Staking::explain(&ALICE, 2), all);
		});
}

#[test]
fn nothing_is_explained_where_nothing_is_held() {
	ExtBuilder::default()
		.timeout_slash(Permill::one())
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_eq!(explained(BOB), vec![]);
			assert_eq!(Staking::slash_for_timeout(&ALICE, 0), MINIMUM);
			assert_eq!(explained(ALICE), vec![]);
			assert!(Staking::is_registered(&ALICE));
		});
}
