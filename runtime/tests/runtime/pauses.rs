//! What a pause, and the safe mode, can stop, and what they never do.

use crate::chain::{
	self, Blocks, development,
	referenda::{account, dispatch, signed},
};
use athanor_primitives::explain::FreedBy;
use athanor_runtime::{
	Balances, Runtime, RuntimeCall,
	configs::pauses::{CALLS, PALLETS},
	constants::ATH,
	governance::origins::Origin,
};
use frame_support::{assert_ok, traits::GetCallMetadata};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::DispatchResult;

fn run(test: impl FnOnce(&mut Blocks)) {
	development().execute_with(|| test(&mut Blocks::new()));
}

fn pause(pallet: &str, call: &str) -> DispatchResult {
	let full_name = (
		pallet.as_bytes().to_vec().try_into().unwrap(),
		call.as_bytes().to_vec().try_into().unwrap(),
	);
	dispatch(
		Origin::EmergencyPause.into(),
		pallet_tx_pause::Call::pause { full_name },
	)
}

fn is_kept(pallet: &str, call: &str) -> bool {
	PALLETS.contains(&pallet) || CALLS.contains(&(pallet, call))
}

/// Every call of the chain.
fn all_calls() -> impl Iterator<Item = (&'static str, &'static str)> {
	RuntimeCall::get_module_names().iter().flat_map(|pallet| {
		RuntimeCall::get_call_names(pallet)
			.iter()
			.map(|call| (*pallet, *call))
	})
}

fn filtered() -> DispatchResult {
	Err(frame_system::Error::<Runtime>::CallFiltered.into())
}

#[test]
fn what_strands_people_cannot_be_paused() {
	run(|_| {
		let mut kept = 0;
		for (pallet, call) in all_calls().filter(|(pallet, call)| is_kept(pallet, call)) {
			assert_eq!(
				pause(pallet, call),
				Err(pallet_tx_pause::Error::<Runtime>::Unpausable.into()),
				"{pallet}.{call}"
			);
			kept += 1;
		}
		assert!(kept > CALLS.len() + PALLETS.len(), "{kept}");
		assert_ok!(pause("Staking", "register"));
		let stake = 100 * ATH;
		let register = || dispatch(signed(Bob), athanor_staking::Call::register { stake });
		assert_eq!(register(), filtered());
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_tx_pause::Call::unpause {
				ident: (
					b"Staking".to_vec().try_into().unwrap(),
					b"register".to_vec().try_into().unwrap()
				)
			}
		));
		assert_ok!(register());
	});
}

#[test]
fn the_names_of_what_cannot_be_paused_are_those_of_calls() {
	let modules = RuntimeCall::get_module_names();
	for pallet in PALLETS {
		assert!(modules.contains(&pallet), "{pallet}");
	}
	for (pallet, call) in CALLS {
		let calls = RuntimeCall::get_call_names(pallet);
		assert!(calls.contains(&call), "{pallet}.{call}");
		assert!(!PALLETS.contains(&pallet), "{pallet}.{call} is named twice");
	}
}

/// The calls that an explanation stands for. What needs none has none.
fn calls_of(freed_by: FreedBy) -> &'static [(&'static str, &'static str)] {
	match freed_by {
		FreedBy::JobCloses | FreedBy::BountyProceeds => &[],
		FreedBy::JobsCancel => &[("Jobs", "cancel")],
		FreedBy::JobsPoke => &[("Jobs", "poke")],
		FreedBy::StakingUnbond => &[
			("Staking", "unbond"),
			("Staking", "withdraw"),
			("Staking", "exit"),
		],
		FreedBy::StakingWithdraw => &[("Staking", "withdraw")],
		FreedBy::ModelsRetire => &[("Models", "retire"), ("Models", "remove")],
		FreedBy::ModelsRemove => &[("Models", "remove")],
		FreedBy::PricingRemoveOffer => &[("Pricing", "remove_offer")],
		FreedBy::SessionPurgeKeys => &[("Session", "purge_keys")],
		FreedBy::ValidatorUnbond => &[
			("ValidatorStaking", "chill"),
			("ValidatorStaking", "unbond"),
			("ValidatorStaking", "withdraw_unbonded"),
		],
		FreedBy::ValidatorWithdraw => &[("ValidatorStaking", "withdraw_unbonded")],
		FreedBy::ValidatorCancelSlash => &[("ValidatorStaking", "cancel_deferred_slash")],
		FreedBy::PreimageUnnote => &[("Preimage", "unnote_preimage")],
		FreedBy::ReferendumEnds => &[
			("Referenda", "nudge_referendum"),
			("Referenda", "refund_decision_deposit"),
			("Origins", "refund_submission_deposit"),
		],
		FreedBy::ReferendaRefundSubmission => &[("Referenda", "refund_submission_deposit")],
		FreedBy::OriginsRefundSubmission => &[("Origins", "refund_submission_deposit")],
		FreedBy::ReferendaRefundDecision => &[("Referenda", "refund_decision_deposit")],
		FreedBy::VotingUnlock => &[
			("ConvictionVoting", "remove_vote"),
			("ConvictionVoting", "undelegate"),
			("ConvictionVoting", "unlock"),
		],
		FreedBy::BountyUnassign => &[("Bounties", "unassign_curator")],
		FreedBy::BountyClaim => &[("Bounties", "claim_bounty")],
		FreedBy::ChildBountyUnassign => &[("ChildBounties", "unassign_curator")],
		FreedBy::ChildBountyClaim => &[("ChildBounties", "claim_child_bounty")],
		FreedBy::ProxyRemove => &[("Proxy", "remove_proxy"), ("Proxy", "remove_proxies")],
		FreedBy::ProxyRemoveAnnouncement => &[("Proxy", "remove_announcement")],
		FreedBy::MultisigProceeds => &[("Multisig", "as_multi"), ("Multisig", "cancel_as_multi")],
		FreedBy::IdentityClear => &[("Identity", "clear_identity")],
		FreedBy::RewardsTransferRoyalty => &[
			("Rewards", "transfer_royalty"),
			("Rewards", "claim_royalty"),
		],
		FreedBy::RewardsMergeRoyalty => &[("Rewards", "merge_royalty")],
		FreedBy::RewardsClaimRoyalty => &[("Rewards", "claim_royalty")],
		FreedBy::RewardsClaimRoyaltyFor => &[("Rewards", "claim_royalty_for")],
		FreedBy::StakingUndelegate => &[
			("Staking", "undelegate"),
			("Staking", "withdraw_delegation"),
		],
		FreedBy::StakingWithdrawDelegation => &[("Staking", "withdraw_delegation")],
		FreedBy::StakingCancelSlash => &[("Staking", "cancel_slash")],
		FreedBy::StakingCollect => &[("Staking", "collect")],
		FreedBy::StakingClaim => &[("Staking", "claim")],
	}
}

/// Everything that an explanation can name.
fn all_that_frees() -> Vec<FreedBy> {
	use codec::Decode;
	// The match above does not compile without a new one, and its number is the next.
	let all: Vec<_> = (0..=u8::MAX)
		.map_while(|index| FreedBy::decode(&mut [index].as_slice()).ok())
		.collect();
	assert!(all.len() > 30, "{all:?}");
	all
}

#[test]
fn whatever_frees_money_cannot_be_paused() {
	run(|_| {
		for freed_by in all_that_frees() {
			for (pallet, call) in calls_of(freed_by) {
				assert!(
					RuntimeCall::get_call_names(pallet).contains(call),
					"{pallet}.{call}"
				);
				assert!(is_kept(pallet, call), "{freed_by:?}: {pallet}.{call}");
			}
		}
		// What is to be paid out expires.
		for call in ["payout", "check_status"] {
			assert!(is_kept("Treasury", call), "{call}");
		}
	});
}

#[test]
fn what_a_vote_has_decided_takes_effect_in_the_safe_mode_too() {
	run(|_| {
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_safe_mode::Call::force_enter {}
		));
		let cancel = athanor_staking::Call::cancel_slash { slash: 0 };
		assert_eq!(
			dispatch(Origin::MarketAdmin.into(), cancel),
			Err(athanor_staking::Error::<Runtime>::UnknownSlash.into())
		);
		let cancel = pallet_staking::Call::cancel_deferred_slash {
			era: 7,
			slash_indices: vec![],
		};
		assert_eq!(
			dispatch(Origin::MarketAdmin.into(), cancel),
			Err(pallet_staking::Error::<Runtime>::EmptyTargets.into())
		);
		assert_ok!(dispatch(
			Origin::SmallTreasurer.into(),
			pallet_treasury::Call::spend {
				asset_kind: Box::new(()),
				amount: ATH,
				beneficiary: Box::new(account(Bob)),
				valid_from: None,
			}
		));
	});
}

/// Some accounts have no key of their own, and act through calls that carry theirs. They must be able to leave too.
#[test]
fn accounts_without_keys_can_take_their_money_out_and_do_nothing_else() {
	run(|_| {
		let others = vec![account(Bob)];
		let mut all = vec![account(Alice), account(Bob)];
		all.sort();
		let together = pallet_multisig::Pallet::<Runtime>::multi_account_id(&all, 1);
		assert_ok!(dispatch(
			signed(Alice),
			pallet_balances::Call::transfer_keep_alive {
				dest: together.clone().into(),
				value: 1_000 * ATH,
			}
		));
		let act = |call: RuntimeCall| {
			dispatch(
				signed(Alice),
				pallet_multisig::Call::as_multi_threshold_1 {
					other_signatories: others.clone(),
					call: Box::new(call),
				},
			)
		};
		let register = athanor_staking::Call::register { stake: 500 * ATH };
		assert_ok!(act(register.clone().into()));
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_safe_mode::Call::force_enter {}
		));
		let exit = athanor_staking::Call::exit {};
		let calls = vec![exit.into()];
		assert_ok!(act(pallet_utility::Call::batch_all { calls }.into()));
		let transfer = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive {
			dest: account(Charlie).into(),
			value: ATH,
		});
		let before = Balances::free_balance(&together);
		// What is carried is looked at by itself.
		let calls = vec![transfer.clone()];
		act(pallet_utility::Call::batch_all { calls }.into()).unwrap_err();
		act(transfer).unwrap_err();
		act(register.into()).unwrap_err();
		assert_eq!(Balances::free_balance(&together), before);
	});
}

/// Whatever is paused, blocks are made, and governance can end it.
#[test]
fn with_everything_paused_that_can_be_the_chain_goes_on_until_it_is_unpaused() {
	run(|blocks| {
		let mut paused = Vec::new();
		for (pallet, call) in all_calls().filter(|(pallet, call)| !is_kept(pallet, call)) {
			assert_ok!(pause(pallet, call));
			paused.push((pallet, call));
		}
		assert!(paused.len() > 20, "{paused:?}");
		for _ in 0..50 {
			blocks.next();
		}
		let transfer = || pallet_balances::Call::transfer_keep_alive {
			dest: account(Charlie).into(),
			value: ATH,
		};
		assert_eq!(dispatch(signed(Bob), transfer()), filtered());
		let unpause = pallet_tx_pause::Call::unpause {
			ident: (
				b"Balances".to_vec().try_into().unwrap(),
				b"transfer_keep_alive".to_vec().try_into().unwrap(),
			),
		};
		assert_ok!(chain::referenda::decide(
			blocks,
			Origin::EmergencyPause,
			unpause
		));
		assert_ok!(dispatch(signed(Bob), transfer()));
	});
}
