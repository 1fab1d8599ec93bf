//! Everything that the SDK's pallets hold of an account is explained, to the unit, and comes back by the call
//! that the explanation names.

use crate::chain::{self, Blocks, development};
use athanor_primitives::explain::{FreedBy, Held, HeldFor, HeldUntil};
use athanor_runtime::{
	AccountId, Balances, Identity, Multisig, Origins, Preimage, Proxy, Referenda, Runtime,
	RuntimeCall, RuntimeOrigin, Session, Staking, System, ValidatorStaking,
	configs::accounts::ProxyType,
	constants::{ATH, DAYS, EPOCH},
	governance::{origins::Origin, pallet_origins, tempo::paced},
};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok, hypothetically,
	traits::{StorePreimage, fungible::Inspect, schedule::DispatchTime},
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Eve};
use sp_runtime::{DispatchResult, traits::Hash};

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
	chain::referenda::explained(who)
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

#[test]
fn announced_calls_are_explained_and_come_back() {
	run(|_| {
		let add = Proxy::add_proxy;
		assert_ok!(add(signed(Eve), account(Bob).into(), ProxyType::Any, 10));
		let call_hash = sp_runtime::traits::BlakeTwo256::hash_of(&remark("later"));
		assert_ok!(Proxy::announce(signed(Bob), account(Eve).into(), call_hash));
		assert_eq!(
			reasons(Bob),
			[(
				HeldFor::ProxyAnnouncements,
				FreedBy::ProxyRemoveAnnouncement
			)]
		);
		let remove = Proxy::remove_announcement;
		assert_ok!(remove(signed(Bob), account(Eve).into(), call_hash));
		assert_eq!(reasons(Bob), []);
		assert_eq!(on_hold(Bob), 0);
	});
}

/// The entry for this reason, which is the only one.
fn entry(who: Sr25519Keyring, reason: HeldFor) -> Option<Held> {
	let mut all = explained(who);
	all.retain(|held| held.reason == reason);
	assert!(all.len() < 2, "{all:#?}");
	all.pop()
}

/// The block that is named for it.
fn named(who: Sr25519Keyring, reason: HeldFor) -> u32 {
	match entry(who, reason).map(|held| held.until) {
		Some(HeldUntil::CallableFrom(block)) => block,
		other => panic!("{reason:?}: {other:?}"),
	}
}

/// Whether these calls free all of it in the open block.
fn frees(who: Sr25519Keyring, reason: HeldFor, calls: &dyn Fn() -> DispatchResult) -> bool {
	hypothetically!(calls().is_ok() && entry(who, reason).is_none())
}

/// Sees that the calls free it in the block that is named, and not in the one before.
fn is_right(
	blocks: &mut Blocks,
	who: Sr25519Keyring,
	reason: HeldFor,
	calls: &dyn Fn() -> DispatchResult,
) {
	let block = named(who, reason);
	assert!(block > System::block_number(), "{reason:?}");
	// Slots go by without blocks as long as there is time, where it is only time that matters.
	while let Some(left @ 4..) =
		by_slots(reason).then(|| named(who, reason) - System::block_number())
	{
		blocks.after((left - 2).min(EPOCH).into());
	}
	while System::block_number() + 1 < named(who, reason) {
		blocks.next();
	}
	if !by_slots(reason) {
		assert_eq!(named(who, reason), block, "{reason:?}: nothing has changed");
	}
	assert!(!frees(who, reason, calls), "{reason:?} is free too early");
	blocks.next();
	assert!(frees(who, reason, calls), "{reason:?} is free in its block");
}

fn by_slots(reason: HeldFor) -> bool {
	matches!(reason, HeldFor::ValidatorUnbonding)
}

fn refund_of_ours(index: u32) -> DispatchResult {
	let call = pallet_origins::Call::refund_submission_deposit { index };
	chain::referenda::dispatch(signed(Alice), call)
}

fn refund(index: u32) -> DispatchResult {
	Referenda::refund_decision_deposit(signed(Alice), index)?;
	Referenda::refund_submission_deposit(signed(Alice), index).or_else(|_| refund_of_ours(index))
}

#[test]
fn each_block_that_is_named_is_right_of_referenda() {
	run(|blocks| {
		// Nobody pays for a decision.
		let undecided = chain::referenda::submit(
			Bob,
			Origin::PricingAdmin,
			Preimage::bound(remark("undecided")).unwrap(),
		);
		let reason = HeldFor::ReferendumSubmission {
			referendum: undecided,
		};
		is_right(blocks, Bob, reason, &|| refund_of_ours(undecided));
	});
	run(|blocks| {
		// Nobody votes: told right before and while it is decided on.
		let index = propose(Bob);
		let reason = HeldFor::ReferendumDecision { referendum: index };
		let block = named(Bob, reason);
		for _ in 0..30 {
			blocks.next();
			assert_eq!(named(Bob, reason), block);
		}
		is_right(blocks, Bob, reason, &|| refund(index));
	});
	for share in [1, 200, 600] {
		run(|blocks| {
			let index = propose(Bob);
			assert_ok!(chain::referenda::vote(Charlie, index, share * 1_000 * ATH));
			let reason = HeldFor::ReferendumSubmission { referendum: index };
			is_right(blocks, Bob, reason, &|| refund(index));
			let few = share == 1;
			let info = chain::referenda::info(index);
			let rejected = matches!(info, pallet_referenda::ReferendumInfo::Rejected(..));
			assert_eq!(rejected, few, "{share}: {info:?}");
		});
	}
}

/// How votes are unlocked, whatever they were for.
fn unlock(who: Sr25519Keyring) -> DispatchResult {
	use pallet_conviction_voting::{Pallet, VotingFor};
	let voting = VotingFor::<Runtime>::get(account(who), 10);
	if let pallet_conviction_voting::Voting::Casting(casting) = voting {
		for (index, _) in casting.votes {
			Pallet::<Runtime>::remove_vote(signed(who), Some(10), index)?;
		}
	}
	Pallet::<Runtime>::unlock(signed(who), 10, account(who).into())
}

#[test]
fn each_block_that_is_named_is_right_of_votes() {
	run(|blocks| {
		let index = propose(Bob);
		assert_ok!(chain::referenda::vote(Charlie, index, 600_000 * ATH));
		let standing = entry(Charlie, HeldFor::Votes).expect("a vote is told");
		assert_eq!(standing.until, HeldUntil::OwnerActs);
		assert!(frees(Charlie, HeldFor::Votes, &|| unlock(Charlie)));

		chain::referenda::until_approved(blocks, index);
		hypothetically!({
			// The vote stays until the lock ends, or it is taken back before.
			assert_ok!(unlock(Charlie));
			let block = named(Charlie, HeldFor::Votes);
			assert!(block > System::block_number());
			System::set_block_number(block - 1);
			assert!(!frees(Charlie, HeldFor::Votes, &|| unlock(Charlie)));
			System::set_block_number(block);
			assert!(frees(Charlie, HeldFor::Votes, &|| unlock(Charlie)));
		});
		is_right(blocks, Charlie, HeldFor::Votes, &|| unlock(Charlie));
		assert_eq!(
			named(Charlie, HeldFor::Votes),
			System::block_number(),
			"it can be unlocked now"
		);
	});
}

#[test]
fn locks_of_several_lengths_are_told_apart() {
	run(|blocks| {
		let ayes = |conviction, balance| AccountVote::Standard {
			vote: Vote {
				aye: true,
				conviction,
			},
			balance,
		};
		let voting = pallet_conviction_voting::Pallet::<Runtime>::vote;
		let long = ayes(Conviction::Locked2x, 300_000 * ATH);
		let short = ayes(Conviction::Locked1x, 700_000 * ATH);
		let propose = |who| {
			let proposal = Preimage::bound(remark("short")).unwrap();
			let index = chain::referenda::submit(who, Origin::PricingAdmin, proposal);
			chain::referenda::place_deposit(who, index);
			index
		};
		let ended = [propose(Bob), propose(Alice)];
		assert_ok!(voting(signed(Charlie), ended[0], long));
		assert_ok!(voting(signed(Charlie), ended[1], short));
		for index in ended {
			chain::referenda::until_approved(blocks, index);
		}
		let open = propose(Eve);
		assert_ok!(voting(
			signed(Charlie),
			open,
			ayes(Conviction::None, 800_000 * ATH)
		));
		let all = explained(Charlie);
		let amounts: Vec<_> = all.iter().map(|held| held.amount / ATH).collect();
		assert_eq!(amounts, [300_000, 400_000, 100_000]);
		let blocks: Vec<_> = all.iter().map(|held| held.until).collect();
		let [
			HeldUntil::CallableFrom(last),
			HeldUntil::CallableFrom(first),
			open,
		] = blocks[..]
		else {
			panic!("{blocks:?}");
		};
		assert!(first < last);
		assert_eq!(open, HeldUntil::OwnerActs);
	});
}

#[test]
fn what_is_delegated_is_told_until_it_is_taken_back_and_then_with_its_block() {
	run(|blocks| {
		let voting = pallet_conviction_voting::Pallet::<Runtime>::delegate;
		let to = account(Bob).into();
		assert_ok!(voting(
			signed(Charlie),
			10,
			to,
			Conviction::Locked1x,
			5 * ATH
		));
		assert_eq!(
			entry(Charlie, HeldFor::Votes).map(|held| held.until),
			Some(HeldUntil::OwnerActs)
		);
		let back = pallet_conviction_voting::Pallet::<Runtime>::undelegate;
		assert_ok!(back(signed(Charlie), 10));
		is_right(blocks, Charlie, HeldFor::Votes, &|| unlock(Charlie));
	});
}

#[test]
fn each_block_that_is_named_is_right_of_bonds() {
	run(|blocks| {
		let payee = pallet_staking::RewardDestination::None;
		assert_ok!(ValidatorStaking::bond(signed(Eve), 500 * ATH, payee));
		// Not at the beginning of an era, and not of a session.
		for _ in 0..8 {
			blocks.after(EPOCH.into());
		}
		blocks.after(77);
		assert_ok!(ValidatorStaking::unbond(signed(Eve), 200 * ATH));
		is_right(blocks, Eve, HeldFor::ValidatorUnbonding, &|| {
			ValidatorStaking::withdraw_unbonded(signed(Eve), 0)
				.map(drop)
				.map_err(|error| error.error)
		});
	});
}

/// Of our own pallets, whose blocks are only compared.
#[test]
fn each_block_that_is_named_is_right_of_stake() {
	let in_its_block = |who, reason, calls: &dyn Fn() -> DispatchResult| {
		let block = named(who, reason);
		System::set_block_number(block - 1);
		assert!(!frees(who, reason, calls), "{reason:?} is free too early");
		System::set_block_number(block);
		assert!(frees(who, reason, calls), "{reason:?} is free in its block");
	};
	run(|_| {
		let provider = account(Bob);
		assert_ok!(Staking::register(signed(Bob), 10_000 * ATH));
		assert_ok!(Staking::delegate(signed(Eve), provider.clone(), 500 * ATH));
		assert_ok!(Staking::unbond(signed(Bob), 1_000 * ATH));
		assert_ok!(Staking::undelegate(
			signed(Eve),
			provider.clone(),
			200 * ATH
		));
		let withdraw =
			|| chain::referenda::dispatch(signed(Bob), athanor_staking::Call::withdraw {});
		hypothetically!(in_its_block(Bob, HeldFor::UnbondingStake, &withdraw));
		let reason = HeldFor::UnbondingDelegation {
			provider: provider.clone().into(),
		};
		in_its_block(Eve, reason, &|| {
			Staking::withdraw_delegation(signed(Eve), provider.clone())
		});
	});
}

#[test]
fn who_waits_for_a_place_on_a_full_track_is_told_no_block() {
	run(|blocks| {
		let submit = || {
			let remark = Preimage::bound(remark("one of many")).unwrap();
			let root = frame_support::dispatch::RawOrigin::Root;
			let referendum = chain::referenda::submit(Bob, root, remark);
			chain::referenda::place_deposit(Bob, referendum);
			referendum
		};
		let places = athanor_runtime::governance::tracks::TRACKS[0]
			.1
			.max_deciding;
		let first = submit();
		for _ in 1..places {
			submit();
		}
		let last = submit();
		for _ in 0..10 {
			blocks.next();
		}
		let until = |referendum| {
			let reason = HeldFor::ReferendumSubmission { referendum };
			entry(Bob, reason).map(|held| held.until)
		};
		assert!(matches!(until(first), Some(HeldUntil::CallableFrom(_))));
		assert_eq!(until(last), Some(HeldUntil::OthersAct));
	});
}
