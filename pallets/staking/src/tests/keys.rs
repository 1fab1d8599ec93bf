use athanor_primitives::{
	H256, WorkerKey, ports::ProviderRegistry, worker_key::worker_key_payload,
};
use codec::Encode;
use sp_core::Pair;

use super::*;
use crate::{KeysOf, WeightInfo, WorkerRecord, Workers};
use pretty_assertions::assert_eq;

#[test]
fn a_key_with_proof_is_added() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert!(!is_active(ALICE));
			assert_ok!(add_key(ALICE, 1));

			assert_eq!(
				Workers::<Test>::get(key(1)),
				Some(WorkerRecord {
					provider: ALICE,
					retired_at: None
				})
			);
			assert!(KeysOf::<Test>::contains_key(ALICE, key(1)));
			assert_eq!(record(ALICE).keys, 1);
			assert!(is_active(ALICE));
			assert!(Staking::is_worker(&ALICE, &key(1)));
			assert!(!Staking::is_worker(&BOB, &key(1)));
			assert!(!Staking::is_worker(&ALICE, &key(2)));
			assert_eq!(Staking::answers_for(&key(1)), Some(ALICE));
			assert_eq!(Staking::answers_for(&key(2)), None);
			assert_eq!(
				events(),
				vec![Event::WorkerKeyAdded {
					provider: ALICE,
					key: key(1)
				}]
			);
		});
}

#[test]
fn a_proof_for_another_provider_is_refused() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.provider(BOB, MINIMUM)
		.build_and_execute(|| {
			// Bob saw Alice's transaction in the pool and sends her key and proof himself.
			assert_noop!(
				Staking::add_worker_key(signed(BOB), key(1), proof(1, ALICE)),
				Error::<Test>::BadProof
			);
			assert_ok!(add_key(ALICE, 1));
		});
}

#[test]
fn a_proof_for_another_chain_is_refused() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			let other = H256([1; 32]);
			assert_ne!(other, genesis());
			let proof = worker(1)
				.sign(&worker_key_payload(&other, &ALICE.encode()))
				.0;
			assert_noop!(
				Staking::add_worker_key(signed(ALICE), key(1), proof),
				Error::<Test>::BadProof
			);
		});
}

#[test]
fn a_proof_with_any_bit_flipped_is_refused() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			for bit in 0..512 {
				let mut proof = proof(1, ALICE);
				proof[bit / 8] ^= 1 << (bit % 8);
				assert_noop!(
					Staking::add_worker_key(signed(ALICE), key(1), proof),
					Error::<Test>::BadProof
				);
			}
		});
}

#[test]
fn a_proof_by_another_key_is_refused() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			assert_noop!(
				Staking::add_worker_key(signed(ALICE), key(1), proof(2, ALICE)),
				Error::<Test>::BadProof
			);
			assert_noop!(
				Staking::add_worker_key(signed(ALICE), key(1), [0; 64]),
				Error::<Test>::BadProof
			);
			assert_noop!(
				Staking::add_worker_key(signed(ALICE), [2; 32], proof(1, ALICE)),
				Error::<Test>::BadProof
			);
		});
}

#[test]
fn keys_for_which_anybody_can_sign_are_refused() {
	let point = |hex: &str| -> WorkerKey {
		let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
		core::array::from_fn(byte)
	};
	// The points of order 1, 2, 4, 4, 8, 8, 8 and 8.
	let weak = [
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	];
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			let mut forged = [0; 64];
			forged[0] = 1;
			for hex in weak {
				assert_noop!(
					Staking::add_worker_key(signed(ALICE), point(hex), forged),
					Error::<Test>::WeakKey
				);
			}
		});
}

#[test]
fn a_key_has_one_owner() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.provider(BOB, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_noop!(add_key(ALICE, 1), Error::<Test>::KeyTaken);
			// Even the holder of the key cannot have it at two providers.
			assert_noop!(add_key(BOB, 1), Error::<Test>::KeyTaken);
		});
}

#[test]
fn keys_are_bounded() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			for seed in 1..=3 {
				assert_ok!(add_key(ALICE, seed));
			}
			assert_noop!(add_key(ALICE, 4), Error::<Test>::TooManyKeys);
			// A removed key makes room when nobody answers for it any more.
			assert_ok!(remove_key(ALICE, 2));
			assert_noop!(add_key(ALICE, 4), Error::<Test>::TooManyKeys);
			skip_blocks(PERIOD);
			assert_ok!(add_key(ALICE, 4));
		});
}

/// A law says that the bound does not shrink. If it does, no key stops working, and no call does
/// more than it was charged for.
#[test]
fn a_lower_bound_keeps_the_keys_there_are() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			for seed in 1..=3 {
				assert_ok!(add_key(ALICE, seed));
			}
			MaxWorkerKeys::set(1);
			assert!(Staking::is_worker(&ALICE, &key(3)));
			assert_noop!(add_key(ALICE, 4), Error::<Test>::TooManyKeys);

			// One key is looked at, and two too many are left.
			for seed in 1..=3 {
				assert_ok!(remove_key(ALICE, seed));
			}
			skip_blocks(PERIOD);
			assert_noop!(add_key(ALICE, 4), Error::<Test>::TooManyKeys);
			for seed in 1..=2 {
				assert_ok!(Staking::forget_worker_key(signed(BOB), key(seed)));
			}
			assert_ok!(add_key(ALICE, 4));
			assert_eq!((record(ALICE).keys, record(ALICE).retired_keys), (1, 0));
		});
}

#[test]
fn the_fee_is_for_the_keys_that_were_looked_at() {
	type Weights = <Test as crate::Config>::WeightInfo;
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.build_and_execute(|| {
			let fee = |seed: u8| add_key(ALICE, seed).unwrap().actual_weight;
			for seed in 1..=3 {
				assert_eq!(fee(seed), Some(Weights::add_worker_key(0)));
			}
			assert_ok!(remove_key(ALICE, 1));
			skip_blocks(PERIOD);
			assert_eq!(fee(4), Some(Weights::add_worker_key(MAX_KEYS)));
			assert!(
				Weights::add_worker_key(0).ref_time()
					< Weights::add_worker_key(MAX_KEYS).ref_time()
			);
		});
}

#[test]
fn only_the_owner_removes_a_key() {
	ExtBuilder::default()
		.provider(ALICE, MINIMUM)
		.provider(BOB, MINIMUM)
		.build_and_execute(|| {
			assert_ok!(add_key(ALICE, 1));
			assert_noop!(
				Staking::remove_worker_key(signed(ALICE), key(2)),
				Error::<Test>::UnknownKey
			);
			assert_noop!(
				Staking::remove_worker_key(signed(BOB), key(1)),
				Error::<Test>::NotYourKey
			);
		});
}
