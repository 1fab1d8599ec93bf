//! Proposals that cannot be: preimages that are too large or no calls, calls that are too heavy, and votes and payments
//! without the money for them. Each is refused for its own reason, and changes nothing.

use crate::chain::{
	self, Blocks, development,
	referenda::{
		account, dispatch, enacted, events, explained, pass, place_deposit, signed, submit, vote,
	},
};
use athanor_runtime::{
	Balance, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
	constants::{ATH, DAYS},
	governance::{origins::Origin, pallet_origins, tempo::paced},
};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::RawOrigin,
	traits::{Bounded, StorePreimage, fungible::Inspect},
	weights::Weight,
};
use pallet_conviction_voting::{AccountVote, Conviction};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Ferdie};
use sp_runtime::{DispatchError, DispatchResult};

fn run(test: impl FnOnce(&mut Blocks)) {
	development().execute_with(|| test(&mut Blocks::new()));
}

fn note(bytes: Vec<u8>) -> DispatchResult {
	dispatch(signed(Bob), pallet_preimage::Call::note_preimage { bytes })
}

/// Everything that governance has set.
fn governed() -> Vec<u8> {
	let parameters: Vec<_> = pallet_parameters::Parameters::<Runtime>::iter().collect();
	let policies: Vec<_> = athanor_pricing::Policies::<Runtime>::iter().collect();
	(parameters, policies).encode()
}

fn deposits_come_back(index: u32, preimage: sp_core::H256) {
	assert_ok!(dispatch(
		signed(Charlie),
		pallet_referenda::Call::refund_decision_deposit { index }
	));
	assert_ok!(dispatch(
		signed(Charlie),
		pallet_referenda::Call::refund_submission_deposit { index }
	));
	assert_ok!(dispatch(
		signed(Bob),
		pallet_preimage::Call::unnote_preimage { hash: preimage }
	));
	assert!(
		explained(Bob).iter().all(|held| held.reason.is_lock()),
		"{:?}",
		explained(Bob)
	);
}

#[test]
fn a_huge_preimage_is_refused() {
	run(|_| {
		let most = pallet_preimage::MAX_SIZE as usize;
		assert_noop!(
			note(vec![0; most + 1]),
			pallet_preimage::Error::<Runtime>::TooBig
		);
		assert_eq!(explained(Bob), []);
		// What is just small enough costs as much as its storage does.
		let free = athanor_runtime::Balances::free_balance(account(Bob));
		assert_ok!(note(vec![0; most]));
		let [held] = explained(Bob)[..] else {
			panic!("{:?}", explained(Bob))
		};
		assert!(held.amount > 4_000 * ATH, "{held:?}");
		assert_eq!(
			athanor_runtime::Balances::free_balance(account(Bob)),
			free - held.amount
		);
	});
}

#[test]
fn a_preimage_that_is_no_call_is_never_made() {
	run(|blocks| {
		let bytes = vec![0xff; 200];
		let hash = sp_io::hashing::blake2_256(&bytes).into();
		assert_ok!(note(bytes));
		let before = governed();
		let proposal = Bounded::Lookup { hash, len: 200 };
		let index = pass(blocks, Origin::PricingAdmin, proposal);
		let unavailable = |event: &RuntimeEvent| {
			matches!(
				event,
				RuntimeEvent::Scheduler(pallet_scheduler::Event::CallUnavailable {
					id: Some(_),
					..
				})
			)
		};
		blocks.until(50, |blocks| events(blocks).iter().any(unavailable));
		assert_eq!(enacted(blocks), []);
		assert_eq!(governed(), before);
		deposits_come_back(index, hash);
	});
}

#[test]
fn a_preimage_that_is_gone_is_never_made() {
	run(|blocks| {
		let call = RuntimeCall::from(frame_system::Call::remark {
			remark: vec![1; 200],
		});
		let hash = sp_io::hashing::blake2_256(&call.encode()).into();
		let len = call.encoded_size().try_into().unwrap();
		// Nobody has noted it.
		let index = pass(blocks, Origin::PricingAdmin, Bounded::Lookup { hash, len });
		let unavailable = |event: &RuntimeEvent| {
			matches!(
				event,
				RuntimeEvent::Scheduler(pallet_scheduler::Event::CallUnavailable {
					id: Some(_),
					..
				})
			)
		};
		blocks.until(50, |blocks| events(blocks).iter().any(unavailable));
		assert_ok!(dispatch(
			signed(Charlie),
			pallet_referenda::Call::refund_decision_deposit { index }
		));
	});
}

#[test]
fn a_call_that_is_too_heavy_is_never_made_and_blocks_go_on() {
	run(|blocks| {
		let key = b"a key".to_vec();
		let write = RuntimeCall::from(frame_system::Call::set_storage {
			items: vec![(key.clone(), vec![1; 200])],
		});
		let heavy = RuntimeCall::from(pallet_utility::Call::with_weight {
			call: Box::new(write.clone()),
			weight: Weight::MAX,
		});
		assert_ok!(note(heavy.encode()));
		let hash = sp_io::hashing::blake2_256(&heavy.encode()).into();
		let before = governed();
		let proposal = athanor_runtime::Preimage::bound(heavy).unwrap();
		let index = pass(blocks, RawOrigin::Root, proposal);
		let overweight = |event: &RuntimeEvent| {
			matches!(
				event,
				RuntimeEvent::Scheduler(pallet_scheduler::Event::PermanentlyOverweight {
					id: Some(_),
					..
				})
			)
		};
		blocks.until(50, |blocks| events(blocks).iter().any(overweight));
		for _ in 0..20 {
			blocks.next();
		}
		assert_eq!(enacted(blocks), []);
		assert_eq!(sp_io::storage::get(&key), None);
		assert_eq!(governed(), before);
		deposits_come_back(index, hash);
		// What is light enough is made in spite of it.
		assert_ok!(chain::referenda::decide(blocks, RawOrigin::Root, write));
		assert!(sp_io::storage::get(&key).is_some());
	});
}

fn remark() -> Bounded<RuntimeCall, sp_runtime::traits::BlakeTwo256> {
	let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![1] });
	athanor_runtime::Preimage::bound(call).unwrap()
}

#[test]
fn nobody_votes_with_more_than_there_is() {
	run(|_| {
		let index = submit(Bob, Origin::PricingAdmin, remark());
		place_deposit(Bob, index);
		let too_little: DispatchError =
			pallet_conviction_voting::Error::<Runtime>::InsufficientFunds.into();
		let total = athanor_runtime::Balances::total_balance(&account(Charlie));
		for balance in [total + 1, Balance::MAX] {
			assert_noop!(vote(Charlie, index, balance), too_little);
			let votes = [
				AccountVote::Split {
					aye: balance,
					nay: 0,
				},
				AccountVote::Split {
					aye: balance,
					nay: balance,
				},
				AccountVote::SplitAbstain {
					aye: balance,
					nay: balance,
					abstain: balance,
				},
			];
			for vote in votes {
				let poll_index = index;
				assert_noop!(
					dispatch(
						signed(Charlie),
						pallet_conviction_voting::Call::vote { poll_index, vote }
					),
					too_little
				);
			}
			assert_noop!(
				dispatch(
					signed(Charlie),
					pallet_conviction_voting::Call::delegate {
						class: 10,
						to: account(Alice).into(),
						conviction: Conviction::Locked6x,
						balance,
					}
				),
				too_little
			);
		}
		let stranger = RuntimeOrigin::signed([7; 32].into());
		let vote = AccountVote::Split { aye: 1, nay: 0 };
		assert_noop!(
			dispatch(
				stranger.clone(),
				pallet_conviction_voting::Call::vote {
					poll_index: index,
					vote
				}
			),
			too_little
		);
		assert_noop!(
			dispatch(
				signed(Charlie),
				pallet_conviction_voting::Call::vote {
					poll_index: index + 1,
					vote
				}
			),
			pallet_conviction_voting::Error::<Runtime>::NotOngoing
		);
		let deposit: DispatchError =
			pallet_balances::Error::<Runtime, ()>::InsufficientBalance.into();
		assert_noop!(
			dispatch(
				stranger.clone(),
				pallet_referenda::Call::submit {
					proposal_origin: Box::new(Origin::PricingAdmin.into()),
					proposal: remark(),
					enactment_moment: frame_support::traits::schedule::DispatchTime::After(1),
				}
			),
			deposit
		);
		let second = submit(Bob, Origin::PricingAdmin, remark());
		assert_noop!(
			dispatch(
				stranger,
				pallet_referenda::Call::place_decision_deposit { index: second }
			),
			deposit
		);
		assert_noop!(
			dispatch(
				signed(Ferdie),
				pallet_origins::Call::refund_submission_deposit { index }
			),
			pallet_origins::Error::<Runtime>::NotOver
		);
	});
}

/// Junk on a track does not keep a vote from being decided on in time.
#[test]
fn it_is_dear_to_keep_an_appeal_from_being_decided_on() {
	run(|blocks| {
		for _ in 0..49 {
			let junk = submit(Alice, Origin::MarketAdmin, remark());
			place_deposit(Alice, junk);
		}
		let spent = explained(Alice)
			.iter()
			.filter(|held| {
				matches!(
					held.reason,
					athanor_primitives::explain::HeldFor::ReferendumDecision { .. }
				)
			})
			.map(|held| held.amount)
			.sum::<Balance>();
		assert!(spent >= 49_000 * ATH, "{spent}");
		for _ in 0..10 {
			blocks.next();
		}
		let asked = System::block_number();
		pass(blocks, Origin::MarketAdmin, remark());
		let took = System::block_number() - asked;
		assert!(took < paced(7 * DAYS), "an appeal takes {took} blocks");
	});
}
