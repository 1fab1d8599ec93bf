//! Each law is there: a state that breaks it is found.

use frame_support::traits::{fungible::MutateHold, tokens::Precision::Exact};
use sp_runtime::TryRuntimeError;

use super::*;
use crate::{
	Delegations, HoldReason, KeysOf, Pools, Providers, UnbondingChunk, WorkerRecord, Workers,
};
use pretty_assertions::assert_eq;

/// Breaks a sound state, and expects the law with this sentence to be the one that notices.
fn breaks(law: &'static str, damage: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.build()
		.execute_with(|| {
			assert_ok!(Staking::unbond(signed(ALICE), 1_000));
			assert_ok!(add_key(ALICE, 1));
			assert_ok!(add_key(ALICE, 2));
			assert_ok!(remove_key(ALICE, 2));
			assert_ok!(Staking::do_try_state());
			damage();
			assert_eq!(Staking::do_try_state(), Err(TryRuntimeError::Other(law)));
		});
}

fn change(damage: impl FnOnce(&mut crate::ProviderOf<Test>)) {
	Providers::<Test>::mutate(ALICE, |record| damage(record.as_mut().unwrap()));
}

#[test]
fn stake_is_on_hold() {
	let law = "a provider's stake on hold must be its bonded plus its unbonding stake";
	breaks(law, || change(|record| record.bonded += 1));
	breaks(law, || change(|record| record.unbonding.clear()));
}

#[test]
fn only_providers_have_stake() {
	breaks("only providers may have stake on hold", || {
		Balances::hold(&HoldReason::Stake.into(), &BOB, 5).unwrap();
	});
}

#[test]
fn records_do_not_outlive_their_stake() {
	let law = "a provider without stake must have lost it to a slash";
	breaks(law, || {
		Balances::release(&HoldReason::Stake.into(), &ALICE, 5_000, Exact).unwrap();
		change(|record| {
			record.bonded = 0;
			record.unbonding.clear();
		});
	});
}

#[test]
fn parts_are_not_empty() {
	breaks("an unbonding part must not be empty", || {
		let empty = UnbondingChunk {
			amount: 0,
			unlocks_at: 30,
		};
		change(|record| record.unbonding.try_push(empty).unwrap());
	});
}

#[test]
fn parts_of_one_block_are_merged() {
	breaks(
		"unbonding parts that unlock in the same block must be merged",
		|| {
			change(|record| {
				record.bonded -= 1;
				let twin = UnbondingChunk {
					amount: 1,
					unlocks_at: 21,
				};
				record.unbonding.try_push(twin).unwrap();
			});
		},
	);
}

/// The record of a key.
fn owned(provider: AccountId, retired_at: Option<u32>) -> WorkerRecord<AccountId, u32> {
	WorkerRecord {
		provider,
		retired_at,
	}
}

#[test]
fn keys_are_counted() {
	let law = "a provider's key counters must be the numbers of its active and retired keys";
	breaks(law, || change(|record| record.keys = 0));
	breaks(law, || change(|record| record.retired_keys = 0));
	// The sum is right, the parts are not.
	breaks(law, || {
		change(|record| (record.keys, record.retired_keys) = (2, 0));
	});
	breaks(law, || {
		KeysOf::<Test>::remove(ALICE, key(1));
		Workers::<Test>::remove(key(1));
	});
	breaks(law, || Workers::<Test>::insert(key(2), owned(ALICE, None)));
}

#[test]
fn keys_are_bounded() {
	let law = "a provider may have at most MaxWorkerKeys keys, active and retired";
	breaks(law, || MaxWorkerKeys::set(1));
	breaks(law, || {
		for seed in 3..=4 {
			KeysOf::<Test>::insert(ALICE, key(seed), ());
			Workers::<Test>::insert(key(seed), owned(ALICE, Some(1)));
		}
		change(|record| record.retired_keys = 3);
	});
}

#[test]
fn only_providers_have_keys() {
	breaks("only providers may have worker keys", || {
		KeysOf::<Test>::insert(BOB, key(3), ());
		Workers::<Test>::insert(key(3), owned(BOB, None));
	});
}

#[test]
fn workers_and_keys_agree() {
	let missing = "every key in KeysOf must name the same provider in Workers";
	breaks(missing, || Workers::<Test>::remove(key(1)));
	breaks(missing, || Workers::<Test>::remove(key(2)));
	breaks(missing, || {
		Workers::<Test>::insert(key(1), owned(BOB, None))
	});
	let extra = "every key in Workers must be in KeysOf of its provider";
	breaks(extra, || {
		Workers::<Test>::insert(key(3), owned(ALICE, None))
	});
	breaks(extra, || KeysOf::<Test>::remove(ALICE, key(1)));
	breaks(extra, || KeysOf::<Test>::remove(ALICE, key(2)));
}

#[test]
fn keys_are_not_removed_in_advance() {
	breaks("a key cannot have been removed in a block to come", || {
		Workers::<Test>::insert(key(2), owned(ALICE, Some(2)));
	});
}

/// Dave has delegated, earned and moved something; a slash is pending.
fn breaks_delegation(law: &'static str, damage: impl FnOnce()) {
	ExtBuilder::default()
		.provider(ALICE, 5_000)
		.provider(BOB, 5_000)
		.appeal(5)
		.build()
		.execute_with(|| {
			assert_ok!(Staking::delegate(signed(DAVE), ALICE, 1_000));
			assert_ok!(Staking::undelegate(signed(DAVE), ALICE, 300));
			assert_ok!(Staking::redelegate(signed(DAVE), ALICE, BOB, 200));
			assert!(earn(ALICE, 500) > 0);
			time_out(ALICE, JOB);
			assert_ok!(Staking::do_try_state());
			damage();
			assert_eq!(Staking::do_try_state(), Err(TryRuntimeError::Other(law)));
		});
}

fn change_delegation(damage: impl FnOnce(&mut crate::DelegationOf<Test>)) {
	Delegations::<Test>::mutate(DAVE, ALICE, |record| damage(record.as_mut().unwrap()));
}

#[test]
fn delegated_stake_is_on_hold() {
	let law = "delegated stake on hold must be what the delegations hold";
	breaks_delegation(law, || change_delegation(|record| record.held += 1));
	breaks_delegation(law, || {
		Balances::hold(&HoldReason::Delegation.into(), &EVE, 5).unwrap();
	});
	breaks_delegation(law, || Delegations::<Test>::remove(DAVE, ALICE));
}

#[test]
fn who_delegates_has_an_account() {
	breaks_delegation("who delegates must have an account", || {
		Delegations::<Test>::insert(777, ALICE, crate::DelegationOf::<Test>::default());
	});
}

#[test]
fn delegations_have_shares() {
	let law = "a delegation must have shares of another's pool";
	breaks_delegation(law, || {
		Delegations::<Test>::insert(EVE, ALICE, crate::DelegationOf::<Test>::default());
	});
	breaks_delegation(law, || {
		let own = crate::Delegation {
			shares: 5,
			..Default::default()
		};
		Delegations::<Test>::insert(ALICE, ALICE, own);
	});
}

#[test]
fn unbonding_shares_are_in_order() {
	let law = "unbonding shares must not be empty, and be merged if they unlock together";
	for (shares, unlocks_at) in [(0, 40), (5, 21)] {
		breaks_delegation(law, || {
			change_delegation(|record| {
				let part = crate::UnbondingShares { shares, unlocks_at };
				record.unbonding.try_push(part).unwrap();
			});
		});
	}
}

#[test]
fn shares_add_up() {
	let law = "the shares of a pool must be those of the delegations";
	breaks_delegation(law, || change_delegation(|record| record.shares += 1));
	breaks_delegation(law, || {
		Pools::<Test>::mutate(ALICE, |pool| pool.phantom_shares += 1);
	});
	breaks_delegation(law, || {
		Pools::<Test>::mutate(ALICE, |pool| pool.unbonding_shares -= 1);
	});
	breaks_delegation("every delegation must be in a pool", || {
		Pools::<Test>::remove(ALICE);
	});
	breaks_delegation(
		"a pool must have units if it has shares, and only then",
		|| {
			Pools::<Test>::mutate(ALICE, |pool| pool.pool.total = 0);
		},
	);
	breaks_delegation("a pool that nobody needs must be removed", || {
		Pools::<Test>::insert(CAROL, crate::PoolOf::<Test>::default());
	});
}

#[test]
fn income_is_in_the_pot() {
	breaks_delegation("no more can be claimed of a pool than has come in", || {
		Pools::<Test>::mutate(ALICE, |pool| {
			pool.income.per_share += athanor_primitives::income::SCALE;
		});
	});
	breaks_delegation("the pot must have what delegations have earned", || {
		Pools::<Test>::mutate(ALICE, |pool| pool.unclaimed += 1);
	});
	breaks_delegation("an empty pool must have no income left", || {
		let empty = crate::PoolOf::<Test> {
			unclaimed: 1,
			..Default::default()
		};
		let mut provider = crate::Provider::new(0, 1);
		provider.slashed = 1;
		Providers::<Test>::insert(EVE, provider);
		Pools::<Test>::insert(EVE, empty);
	});
}

#[test]
fn liabilities_are_in_line() {
	breaks_delegation("the line of liabilities must have no gap", || {
		crate::Queue::<Test>::mutate(|queue| queue.next_liability = 2);
	});
	breaks_delegation(
		"a delegation that answers for others must be in line",
		|| {
			crate::Liabilities::<Test>::mutate(0, |entry| entry.as_mut().unwrap().delegator = EVE);
		},
	);
	breaks_delegation("liabilities must end in the order of the line", || {
		let mut later = crate::Liabilities::<Test>::get(0).unwrap();
		later.until -= 1;
		crate::Liabilities::<Test>::insert(1, later);
		crate::Queue::<Test>::mutate(|queue| queue.next_liability = 2);
	});
}

#[test]
fn slashes_are_known_to_all() {
	let law = "every pending slash must be in the record of its provider";
	breaks_delegation(law, || change(|record| record.pending.clear()));
	breaks_delegation(law, || {
		crate::PendingSlashes::<Test>::mutate(0, |slash| slash.as_mut().unwrap().provider = EVE);
		change(|record| record.pending.clear());
	});
	let law = "every slash in the record of a provider must be pending";
	breaks_delegation(law, || crate::PendingSlashes::<Test>::remove(0));
	let entry = |damage: fn(&mut crate::PendingSlash<u32>)| {
		move || change(|record| record.pending.iter_mut().for_each(damage))
	};
	breaks_delegation(law, entry(|entry| entry.count = 2));
	breaks_delegation(law, entry(|entry| entry.count = 0));
	breaks_delegation(law, entry(|entry| entry.raised_at += 1));
	let law = "a provider's record must freeze what its slashes will take";
	breaks_delegation(law, entry(|entry| entry.own -= 1));
	breaks_delegation(law, entry(|entry| entry.share += 1));
	let law = "a pending slash must be one that the hook will find";
	breaks_delegation(law, || {
		crate::Queue::<Test>::mutate(|queue| queue.first = 1);
	});
	let law = "pending slashes must not take more stake than there is";
	breaks_delegation(law, || {
		change(|record| {
			let total = record.total();
			record
				.pending
				.iter_mut()
				.for_each(|slash| slash.own = total + 1);
		});
	});
}
