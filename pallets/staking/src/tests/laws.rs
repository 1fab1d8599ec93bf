//! Each law is there: a state that breaks it is found.

use frame_support::traits::{fungible::MutateHold, tokens::Precision::Exact};
use sp_runtime::TryRuntimeError;

use super::*;
use crate::{HoldReason, KeysOf, Providers, UnbondingChunk, WorkerRecord, Workers};
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
