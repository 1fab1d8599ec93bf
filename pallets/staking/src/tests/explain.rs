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
	let on_hold = all.iter().filter(|part| part.reason.is_on_hold());
	assert_eq!(
		on_hold.map(|part| part.amount).sum::<u128>(),
		held(who) + delegated(who)
	);
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
			assert_eq!(time_out(ALICE, 0), 500);
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
			assert_eq!(time_out(ALICE, 0), MINIMUM);
			assert_eq!(explained(ALICE), vec![]);
			assert!(Staking::is_registered(&ALICE));
		});
}

fn delegated_to(provider: AccountId, amount: u128) -> Held {
	Held {
		reason: HeldFor::Delegation {
			provider: crate::bytes_of(&provider),
		},
		amount,
		until: HeldUntil::OwnerActs,
		freed_by: FreedBy::StakingUndelegate,
	}
}

fn frozen(slash: u64, amount: u128, until: u32) -> Held {
	Held {
		reason: HeldFor::PendingSlash { slash },
		amount,
		until: HeldUntil::EndsBy(until),
		freed_by: FreedBy::StakingCancelSlash,
	}
}

#[test]
fn pending_slashes_are_explained_to_all_whom_they_cost() {
	ExtBuilder::default()
		.provider(ALICE, 1_000)
		.appeal(9)
		.build_and_execute(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 1_000));
			assert_ok!(Staking::bond(signed(ALICE), 1_200));
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 200));
			assert_eq!(equivocate(ALICE, JOB), 1_100 + 250);
			skip_blocks(1);
			assert_eq!(time_out(ALICE, JOB), 110 + 25);
			let own = Staking::explain(&ALICE, u32::MAX);
			// 10 of the second slash is beyond what is bonded.
			assert_eq!(
				own,
				vec![unbonding(990, 21), frozen(0, 1_100, 10), frozen(1, 110, 11)]
			);
			let name = crate::bytes_of(&ALICE);
			let asked_back = Held {
				reason: HeldFor::UnbondingDelegation { provider: name },
				amount: 90,
				until: HeldUntil::CallableFrom(21),
				freed_by: FreedBy::StakingWithdrawDelegation,
			};
			assert_eq!(
				Staking::explain(&DAVE, u32::MAX),
				vec![
					delegated_to(ALICE, 135),
					asked_back,
					frozen(0, 250, 10),
					frozen(1, 25, 11)
				]
			);
			assert_eq!(Staking::explain(&DAVE, 1), vec![delegated_to(ALICE, 135)]);
			advance(10);
			let taken = Held {
				reason: HeldFor::SlashedDelegation { provider: name },
				amount: 275,
				until: HeldUntil::OwnerActs,
				freed_by: FreedBy::StakingCollect,
			};
			assert_eq!(
				Staking::explain(&DAVE, u32::MAX),
				vec![delegated_to(ALICE, 135), asked_back, taken]
			);
			assert_ok!(Staking::collect(signed(BOB), ALICE, DAVE));
			assert_eq!(
				Staking::explain(&DAVE, u32::MAX),
				vec![delegated_to(ALICE, 135), asked_back]
			);
		});
}

fn asked_back_from(provider: AccountId, amount: u128, from: u32) -> Held {
	Held {
		reason: HeldFor::UnbondingDelegation {
			provider: crate::bytes_of(&provider),
		},
		amount,
		until: HeldUntil::CallableFrom(from),
		freed_by: FreedBy::StakingWithdrawDelegation,
	}
}

#[test]
fn what_a_delegator_asked_back_is_free_when_no_slash_is_pending_any_more() {
	ExtBuilder::default()
		.provider(ALICE, 1_000)
		.appeal(2 * PERIOD)
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 200));
			equivocate(ALICE, JOB);
			let part = asked_back_from(ALICE, 100, 41);
			let expected = vec![delegated_to(ALICE, 150), part, frozen(0, 250, 41)];
			assert_eq!(explained(DAVE), expected);
			advance(39);
			let withdraw = || Staking::withdraw_delegation(signed(DAVE), ALICE);
			assert_noop!(withdraw(), Error::<Test>::SlashPending);
			advance(1);
			assert_eq!(System::block_number(), 41);
			assert_ok!(withdraw());
			assert_eq!(explained(DAVE)[0], delegated_to(ALICE, 150));
		});
}

#[test]
fn slashes_of_a_provider_that_it_left_are_explained_to_a_delegator() {
	let builder = ExtBuilder::default()
		.provider(ALICE, 2_000)
		.provider(BOB, 2_000)
		.appeal(2 * PERIOD);
	builder.build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		assert_ok!(Staking::redelegate(signed(DAVE), ALICE, BOB, 1_000));
		assert_ok!(Staking::delegate(signed(DAVE), BOB, 500));
		equivocate(ALICE, JOB);
		let slash = frozen(0, 500, 41);
		assert_eq!(explained(DAVE), vec![delegated_to(BOB, 1_000), slash]);

		// 500 that never answered, and 700 of what does.
		assert_ok!(Staking::undelegate(signed(DAVE), BOB, 500));
		skip_blocks(1);
		assert_ok!(Staking::undelegate(signed(DAVE), BOB, 700));
		let parts = [asked_back_from(BOB, 500, 21), asked_back_from(BOB, 500, 41)];
		assert_eq!(explained(DAVE), vec![parts[0], parts[1], slash]);
		advance(PERIOD - 1);
		assert_eq!(System::block_number(), 21);
		let withdraw = || Staking::withdraw_delegation(signed(DAVE), BOB);
		assert_ok!(withdraw());
		assert_eq!(explained(DAVE), vec![parts[1], slash]);
		advance(PERIOD - 1);
		assert_noop!(withdraw(), Error::<Test>::StillLiable);
		advance(1);
		assert_eq!(System::block_number(), 41);
		assert_ok!(withdraw());
		assert_eq!((explained(DAVE), free(DAVE)), (vec![], ENDOWMENT - 500));
	});
}

#[test]
fn an_account_that_provides_and_delegates_sees_both() {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.provider(BOB, 5_000)
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(ALICE), BOB, 300));
			assert_eq!(
				Staking::explain(&ALICE, u32::MAX),
				vec![bonded(5_000, 0), delegated_to(BOB, 300)]
			);
		});
}

#[test]
fn income_is_explained_until_it_is_claimed() {
	ExtBuilder::default()
		.provider(ALICE, 1_000)
		.build_and_execute(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 500));
			earn(ALICE, 300);
			let income = Held {
				reason: HeldFor::DelegationIncome {
					provider: crate::bytes_of(&ALICE),
				},
				amount: claimable(DAVE, ALICE),
				until: HeldUntil::OwnerActs,
				freed_by: FreedBy::StakingClaim,
			};
			assert!(income.amount > 0);
			assert_eq!(explained(DAVE), vec![delegated_to(ALICE, 500), income]);
			// Unlike the stake, what was earned is safe from slashes.
			equivocate(ALICE, JOB);
			assert_eq!(explained(DAVE).last(), Some(&income));

			let before = free(DAVE);
			assert_ok!(Staking::claim(signed(DAVE), ALICE));
			assert_eq!(free(DAVE), before + income.amount);
			assert!(!explained(DAVE).contains(&income));
		});
}

#[test]
fn slashes_that_share_an_entry_are_told_apart() {
	let builder = ExtBuilder::default()
		.provider(ALICE, 5_000)
		.provider(BOB, 90_000)
		.appeal(5);
	builder.build_and_execute(|| {
		assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
		EquivocationSlash::set(sp_runtime::Permill::from_parts(10_000));
		for job in 0..17 {
			equivocate(ALICE, job);
		}
		let slashes = |who| -> Vec<(u64, u128)> {
			let all = Staking::explain(&who, u32::MAX).into_iter();
			all.filter_map(|held| match held.reason {
				HeldFor::PendingSlash { slash } => Some((slash, held.amount)),
				_ => None,
			})
			.collect()
		};
		let own = |id| (id, crate::PendingSlashes::<Test>::get(id).unwrap().own);
		assert_eq!(slashes(ALICE), (0..17).map(own).collect::<Vec<_>>());
		let of_dave = slashes(DAVE);
		assert!(of_dave.iter().map(|(id, _)| *id).eq(0..17));
		// 1,000 * (1 - 0.99^17), but for rounding.
		let sum: u128 = of_dave.iter().map(|(_, amount)| amount).sum();
		assert!(sum.abs_diff(157) <= 17, "{sum}");
		// So many of others lie between that the newest is not looked for, but told by what is left.
		EquivocationSlash::set(sp_runtime::Permill::from_parts(100));
		for job in 0..1_100 {
			assert!(equivocate(BOB, job) > 0);
		}
		EquivocationSlash::set(sp_runtime::Permill::from_parts(10_000));
		equivocate(ALICE, 99);
		let ids = (0..17).chain([1_117]);
		assert_eq!(slashes(ALICE), ids.map(own).collect::<Vec<_>>());
		for who in [ALICE, DAVE] {
			let all = Staking::explain(&who, u32::MAX);
			let sum: u128 = all.iter().map(|held| held.amount).sum();
			assert_eq!(sum, held(who) + delegated(who), "{all:?}");
		}
	});
}
