//! Everything that the SDK's pallets hold of an account is explained, to the unit, and comes back by the call
//! that the explanation names.

mod chain;

use athanor_primitives::explain::{FreedBy, Held, HeldFor};
use athanor_runtime::{
	AccountId, Balances, Identity, Jobs, Multisig, Origins, Preimage, Proxy, Referenda, Runtime,
	RuntimeCall, RuntimeOrigin, Session, ValidatorStaking,
	configs::accounts::ProxyType,
	constants::{ATH, DAYS},
	governance::{origins::Origin, pallet_origins, tempo::paced},
};
use chain::{Blocks, development};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	traits::{StorePreimage, fungible::Inspect, schedule::DispatchTime},
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Eve};

fn run(test: impl FnOnce(&mut Blocks)) {
	development().execute_with(|| test(&mut Blocks::new()));
}

fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(who))
}

fn explained(who: Sr25519Keyring) -> Vec<Held> {
	let all = Jobs::explain_account(account(who), 1_000);
	let sum = all
		.iter()
		.filter(|held| !held.reason.is_lock())
		.map(|held| held.amount)
		.sum::<u128>();
	assert_eq!(sum, on_hold(who), "{all:#?}");
	all
}

/// All that the account cannot use, for whatever reason but locks.
fn on_hold(who: Sr25519Keyring) -> u128 {
	frame_system::Account::<Runtime>::get(account(who))
		.data
		.reserved
}

fn reasons(who: Sr25519Keyring) -> Vec<(HeldFor, FreedBy)> {
	explained(who)
		.into_iter()
		.map(|held| (held.reason, held.freed_by))
		.collect()
}

fn remark(text: &str) -> RuntimeCall {
	frame_system::Call::remark {
		remark: text.as_bytes().to_vec(),
	}
	.into()
}

/// Proposes a remark, with decision deposit, and says which referendum that is.
fn propose(who: Sr25519Keyring) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let call = remark(
		"a proposal that says so much that it is no longer short enough to be kept inline, \
		for which there are 128 bytes, of which this uses up more than there are",
	);
	assert_ok!(Preimage::note_preimage(signed(who), call.encode()));
	assert_ok!(Referenda::submit(
		signed(who),
		Box::new(Origin::PricingAdmin.into()),
		Preimage::bound(call).unwrap(),
		DispatchTime::After(1),
	));
	assert_ok!(Referenda::place_decision_deposit(signed(who), index));
	index
}

#[test]
fn deposits_of_a_rejected_referendum_come_back() {
	run(|blocks| {
		let index = propose(Bob);
		let submission = HeldFor::ReferendumSubmission { referendum: index };
		let decision = HeldFor::ReferendumDecision { referendum: index };
		assert_eq!(
			reasons(Bob),
			[
				(HeldFor::Preimage, FreedBy::PreimageUnnote),
				(submission, FreedBy::ReferendumEnds),
				(decision, FreedBy::ReferendumEnds),
			]
		);
		assert_noop!(
			Origins::refund_submission_deposit(signed(Alice), index),
			pallet_origins::Error::<Runtime>::NotOver
		);
		assert_noop!(
			Origins::refund_submission_deposit(signed(Alice), index + 1),
			pallet_origins::Error::<Runtime>::NoReferendum
		);

		let ends = paced(8 * DAYS);
		blocks.until(2 * ends, |_| {
			matches!(
				pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
				Some(pallet_referenda::ReferendumInfo::Rejected(..))
			)
		});
		let over = [
			(HeldFor::Preimage, FreedBy::PreimageUnnote),
			(submission, FreedBy::OriginsRefundSubmission),
			(decision, FreedBy::ReferendaRefundDecision),
		];
		assert_eq!(reasons(Bob), over);

		// Anybody can see to it.
		assert_ok!(Origins::refund_submission_deposit(signed(Alice), index));
		assert_noop!(
			Origins::refund_submission_deposit(signed(Alice), index),
			pallet_origins::Error::<Runtime>::NoDeposit
		);
		assert_ok!(Referenda::refund_decision_deposit(signed(Alice), index));
		let call = pallet_preimage::PreimageFor::<Runtime>::iter_keys().next();
		let (hash, _) = call.expect("the preimage is there");
		assert_ok!(Preimage::unnote_preimage(signed(Bob), hash));
		assert_eq!(reasons(Bob), []);
		assert_eq!(on_hold(Bob), 0);
	});
}

#[test]
fn an_approved_referendum_is_refunded_by_its_own_pallet() {
	run(|blocks| {
		let index = propose(Bob);
		let vote = AccountVote::Standard {
			vote: Vote {
				aye: true,
				conviction: Conviction::Locked1x,
			},
			balance: 600_000 * ATH,
		};
		let voting = pallet_conviction_voting::Pallet::<Runtime>::vote;
		assert_ok!(voting(signed(Charlie), index, vote));
		let votes = explained(Charlie);
		assert_eq!(votes[0].reason, HeldFor::Votes);
		assert_eq!(votes[0].amount, 600_000 * ATH);
		assert_eq!(on_hold(Charlie), 0, "votes are no hold");

		blocks.until(paced(20 * DAYS), |_| {
			matches!(
				pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
				Some(pallet_referenda::ReferendumInfo::Approved(..))
			)
		});
		assert_noop!(
			Origins::refund_submission_deposit(signed(Bob), index),
			pallet_origins::Error::<Runtime>::NotRejected
		);
		let refund = FreedBy::ReferendaRefundSubmission;
		let reason = HeldFor::ReferendumSubmission { referendum: index };
		assert!(reasons(Bob).contains(&(reason, refund)));
		assert_ok!(Referenda::refund_submission_deposit(signed(Bob), index));
		assert!(!reasons(Bob).contains(&(reason, refund)));
	});
}

#[test]
fn deposits_of_accounts_are_explained_and_come_back() {
	run(|_| {
		assert_ok!(Proxy::add_proxy(
			signed(Eve),
			account(Bob).into(),
			ProxyType::Staking,
			0
		));
		let name = pallet_identity::legacy::IdentityInfo::default();
		assert_ok!(Identity::set_identity(signed(Eve), Box::new(name)));
		let sub = (account(Charlie), pallet_identity::Data::None);
		assert_ok!(Identity::set_subs(signed(Eve), vec![sub]));
		let mut others = vec![account(Alice), account(Bob)];
		others.sort();
		let call_hash = sp_io::hashing::blake2_256(&remark("together").encode());
		assert_ok!(Multisig::approve_as_multi(
			signed(Eve),
			2,
			others.clone(),
			None,
			call_hash,
			Default::default()
		));
		let opened = pallet_multisig::Multisigs::<Runtime>::iter_values().next();
		assert_eq!(
			reasons(Eve),
			[
				(HeldFor::Proxies, FreedBy::ProxyRemove),
				(HeldFor::Multisig, FreedBy::MultisigProceeds),
				(HeldFor::Identity, FreedBy::IdentityClear),
			]
		);

		assert_ok!(Proxy::remove_proxies(signed(Eve)));
		let when = opened.expect("it waits").when;
		let cancel = Multisig::cancel_as_multi;
		assert_ok!(cancel(signed(Eve), 2, others, when, call_hash));
		assert_ok!(Identity::clear_identity(signed(Eve)));
		assert_eq!(reasons(Eve), []);
		assert_eq!(on_hold(Eve), 0);
	});
}

#[test]
fn a_validators_bond_and_keys_are_explained_and_come_back() {
	run(|blocks| {
		assert!(on_hold(Alice) > 0);
		assert_eq!(
			reasons(Alice),
			[(HeldFor::ValidatorBond, FreedBy::ValidatorUnbond),],
			"session keys of the first block have no deposit"
		);
		let payee = pallet_staking::RewardDestination::None;
		assert_ok!(ValidatorStaking::bond(signed(Eve), 500 * ATH, payee));
		assert_ok!(ValidatorStaking::unbond(signed(Eve), 200 * ATH));
		let found = explained(Eve);
		assert_eq!(
			found.iter().map(|held| held.amount).collect::<Vec<_>>(),
			[300 * ATH, 200 * ATH]
		);
		let total = Balances::total_balance(&account(Eve));
		blocks.next();
		assert_eq!(Balances::total_balance(&account(Eve)), total);
		assert_noop!(
			Session::purge_keys(signed(Eve)),
			pallet_session::Error::<Runtime>::NoKeys
		);
	});
}
