//! Governance on the real runtime, with the blocks of the development chain: who can decide what, and what
//! nobody can.

mod chain;

use athanor_primitives::{
	model::PriceClass,
	price::{Price, PriceBounds},
};
use athanor_runtime::{
	AccountId, Balances, BlockNumber, OriginCaller, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin, System,
	configs::{
		accounts::ProxyType,
		economy::TreasuryAccount,
		parameters::{RuntimeParameters, values},
	},
	constants::{ATH, MILLISECS_PER_BLOCK},
	governance::{origins::Origin, pallet_origins, tempo::paced, tracks::TRACKS},
};
use chain::{Blocks, development};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	dispatch::RawOrigin,
	traits::{
		StorePreimage,
		fungible::{Inspect, InspectHold},
		schedule::DispatchTime,
	},
};
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::{DispatchError, DispatchResult, FixedU128, Permill, traits::Dispatchable};

fn run(test: impl FnOnce(&mut Blocks)) {
	development().execute_with(|| {
		let mut blocks = Blocks::new();
		test(&mut blocks);
	});
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn dispatch(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) -> DispatchResult {
	call.into()
		.dispatch(origin)
		.map(drop)
		.map_err(|error| error.error)
}

fn bounds(floor: u128, ceiling: u128) -> PriceBounds {
	PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	}
}

fn set_bounds(bounds: PriceBounds) -> RuntimeCall {
	athanor_pricing::Call::set_bounds {
		class: PriceClass::Small,
		bounds,
	}
	.into()
}

fn small() -> Option<PriceBounds> {
	athanor_pricing::Bounds::<Runtime>::get(PriceClass::Small)
}

/// Notes the call, proposes it to be done as `origin`, pays the decision deposit and votes for it.
fn propose(who: Sr25519Keyring, origin: impl Into<OriginCaller>, call: RuntimeCall) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	let bytes = call.encode();
	assert_ok!(dispatch(
		signed(who),
		pallet_preimage::Call::note_preimage { bytes }
	));
	assert_ok!(dispatch(
		signed(who),
		pallet_referenda::Call::submit {
			proposal_origin: Box::new(origin.into()),
			proposal: athanor_runtime::Preimage::bound(call).unwrap(),
			enactment_moment: DispatchTime::After(1),
		}
	));
	assert_ok!(dispatch(
		signed(who),
		pallet_referenda::Call::place_decision_deposit { index }
	));
	index
}

fn vote(who: Sr25519Keyring, index: u32, balance: u128) -> DispatchResult {
	let vote = AccountVote::Standard {
		vote: Vote {
			aye: true,
			conviction: Conviction::Locked1x,
		},
		balance,
	};
	dispatch(
		signed(who),
		pallet_conviction_voting::Call::vote {
			poll_index: index,
			vote,
		},
	)
}

/// What became of each proposal so far. The alarms of referenda are scheduled calls too, without a name.
fn enacted(blocks: &Blocks) -> Vec<DispatchResult> {
	blocks
		.seen
		.iter()
		.cloned()
		.chain(System::events().into_iter().map(|record| record.event))
		.filter_map(|event| match event {
			RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched {
				id: Some(_),
				result,
				..
			}) => Some(result),
			_ => None,
		})
		.collect()
}

/// What becomes of the proposal of a referendum that passes.
fn pass(blocks: &mut Blocks, index: u32) -> DispatchResult {
	let approved = |_: &Blocks| {
		matches!(
			pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
			Some(pallet_referenda::ReferendumInfo::Approved(..))
		)
	};
	blocks.until(400, approved);
	let before = enacted(blocks).len();
	blocks.until(20, |blocks| enacted(blocks).len() > before);
	enacted(blocks)[before]
}

#[test]
fn a_holder_of_tokens_sets_a_price_in_minutes_and_alone() {
	run(|blocks| {
		let wanted = bounds(2_000_000, 3_000_000_000);
		let index = propose(Bob, Origin::PricingAdmin, set_bounds(wanted));
		assert_ok!(vote(Bob, index, 900_000 * ATH));
		assert_ok!(pass(blocks, index));
		assert_eq!(small(), Some(wanted));
		let minutes = u64::from(System::block_number()) * MILLISECS_PER_BLOCK / 60_000;
		assert!(minutes < 5, "{minutes} minutes");
	});
}

#[test]
fn without_votes_nothing_passes_and_the_deposit_comes_back() {
	run(|blocks| {
		let before = Balances::total_balance(&Bob.to_account_id());
		let free = Balances::balance(&Bob.to_account_id());
		let index = propose(Bob, Origin::PricingAdmin, set_bounds(bounds(1, 2)));
		let rejected = |_: &Blocks| {
			matches!(
				pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
				Some(pallet_referenda::ReferendumInfo::Rejected(..))
			)
		};
		blocks.until(200, rejected);
		assert!(small() != Some(bounds(1, 2)));
		let decision = pallet_referenda::Call::refund_decision_deposit { index };
		assert_ok!(dispatch(signed(Charlie), decision));
		let submission = pallet_origins::Call::refund_submission_deposit { index };
		assert_ok!(dispatch(signed(Charlie), submission));
		let hash = set_bounds(bounds(1, 2));
		let hash = sp_io::hashing::blake2_256(&hash.encode()).into();
		assert_ok!(dispatch(
			signed(Bob),
			pallet_preimage::Call::unnote_preimage { hash }
		));
		assert_eq!(Balances::balance(&Bob.to_account_id()), free);
		assert_eq!(Balances::total_balance(&Bob.to_account_id()), before);
	});
}

#[test]
fn a_proposal_that_cannot_be_changes_nothing_and_says_why() {
	run(|blocks| {
		let before = small();
		let index = propose(Bob, Origin::PricingAdmin, set_bounds(bounds(3, 2)));
		assert_ok!(vote(Bob, index, 900_000 * ATH));
		assert_eq!(
			pass(blocks, index),
			Err(athanor_pricing::Error::<Runtime>::BoundsInvalid.into())
		);
		assert_eq!(small(), before);
	});
}

fn stake_multiple(value: u32) -> RuntimeCall {
	pallet_parameters::Call::set_parameter {
		key_value: RuntimeParameters::Market(values::market::Parameters::StakeMultiple(
			values::market::StakeMultiple,
			Some(FixedU128::from_u32(value)),
		)),
	}
	.into()
}

#[test]
fn each_origin_does_what_is_its_own_and_nothing_else() {
	run(|_| {
		let pause = || {
			let name = (
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			);
			RuntimeCall::from(pallet_tx_pause::Call::pause { full_name: name })
		};
		let unpause = || {
			let ident = (
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			);
			RuntimeCall::from(pallet_tx_pause::Call::unpause { ident })
		};
		let calls: [(Origin, &dyn Fn() -> RuntimeCall); 4] = [
			(Origin::PricingAdmin, &|| set_bounds(bounds(1, 2))),
			(Origin::MarketAdmin, &|| stake_multiple(3)),
			(Origin::EmergencyPause, &pause),
			(Origin::EmergencyPause, &unpause),
		];
		let origins = [
			Origin::PricingAdmin,
			Origin::MarketAdmin,
			Origin::SmallTreasurer,
			Origin::BigTreasurer,
			Origin::EmergencyPause,
		];
		for (admin, call) in calls {
			for origin in origins.into_iter().filter(|origin| *origin != admin) {
				assert_noop!(dispatch(origin.into(), call()), DispatchError::BadOrigin);
			}
			assert_noop!(dispatch(signed(Alice), call()), DispatchError::BadOrigin);
			assert_ok!(dispatch(admin.into(), call()));
		}
	});
}

#[test]
fn a_treasurer_spends_up_to_its_limit() {
	run(|_| {
		let spend = |amount| {
			RuntimeCall::from(pallet_treasury::Call::spend_local {
				amount,
				beneficiary: Charlie.to_account_id().into(),
			})
		};
		let too_much = Err(pallet_treasury::Error::<Runtime>::InsufficientPermission.into());
		for (origin, limit) in [
			(Origin::SmallTreasurer, 1_000 * ATH),
			(Origin::BigTreasurer, 100_000 * ATH),
		] {
			assert_eq!(dispatch(origin.into(), spend(limit + 1)), too_much);
			assert_ok!(dispatch(origin.into(), spend(limit)));
		}
		assert_noop!(
			dispatch(Origin::PricingAdmin.into(), spend(1)),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn anybody_can_submit_on_every_track() {
	run(|_| {
		let origins: [OriginCaller; 6] = [
			RawOrigin::<AccountId>::Root.into(),
			Origin::PricingAdmin.into(),
			Origin::MarketAdmin.into(),
			Origin::SmallTreasurer.into(),
			Origin::BigTreasurer.into(),
			Origin::EmergencyPause.into(),
		];
		let mut tracks = Vec::new();
		for origin in origins {
			let index = pallet_referenda::ReferendumCount::<Runtime>::get();
			let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![1] });
			assert_ok!(dispatch(
				signed(Charlie),
				pallet_referenda::Call::submit {
					proposal_origin: Box::new(origin),
					proposal: athanor_runtime::Preimage::bound(call).unwrap(),
					enactment_moment: DispatchTime::After(0),
				}
			));
			match pallet_referenda::ReferendumInfoFor::<Runtime>::get(index) {
				Some(pallet_referenda::ReferendumInfo::Ongoing(status)) => {
					tracks.push(status.track)
				}
				other => panic!("{other:?}"),
			}
		}
		let all: Vec<_> = TRACKS.iter().map(|(id, _)| *id).collect();
		assert_eq!(tracks, all);
	});
}

#[test]
fn staked_tokens_vote_in_their_owners_name_and_stay_staked() {
	run(|_| {
		let stake = 999_000 * ATH;
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register { stake }
		));
		let index = propose(Alice, Origin::PricingAdmin, set_bounds(bounds(1, 2)));
		assert_ok!(vote(Bob, index, 999_500 * ATH));
		assert_eq!(Balances::total_balance_on_hold(&Bob.to_account_id()), stake);
		assert_eq!(
			vote(Bob, index, 1_000_001 * ATH),
			Err(pallet_conviction_voting::Error::<Runtime>::InsufficientFunds.into())
		);
	});
}

#[test]
fn a_slash_takes_staked_tokens_although_they_vote() {
	run(|_| {
		let stake = 999_000 * ATH;
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register { stake }
		));
		let index = propose(Alice, Origin::PricingAdmin, set_bounds(bounds(1, 2)));
		assert_ok!(vote(Bob, index, 999_500 * ATH));
		let taken = <athanor_runtime::Staking as athanor_primitives::ports::ProviderRegistry>::
			slash_for_equivocation(&Bob.to_account_id(), 1);
		assert_eq!(taken, Permill::from_percent(20).mul_floor(stake));
		assert_eq!(
			Balances::total_balance_on_hold(&Bob.to_account_id()),
			stake - taken
		);
		assert!(Balances::balance(&TreasuryAccount::get()) >= taken);
	});
}

#[test]
fn what_strands_people_cannot_be_paused() {
	run(|_| {
		let name = |pallet: &str, call: &str| {
			(
				pallet.as_bytes().to_vec().try_into().unwrap(),
				call.as_bytes().to_vec().try_into().unwrap(),
			)
		};
		let pause = |pallet: &str, call: &str| {
			dispatch(
				Origin::EmergencyPause.into(),
				pallet_tx_pause::Call::pause {
					full_name: name(pallet, call),
				},
			)
		};
		for (pallet, call) in [
			("Jobs", "submit_receipt"),
			("Jobs", "cancel"),
			("Jobs", "poke"),
			("Staking", "withdraw"),
			("Staking", "exit"),
			("Referenda", "submit"),
			("ConvictionVoting", "vote"),
			("TxPause", "unpause"),
			("SafeMode", "force_exit"),
			("Timestamp", "set"),
		] {
			assert_eq!(
				pause(pallet, call),
				Err(pallet_tx_pause::Error::<Runtime>::Unpausable.into()),
				"{pallet}.{call}"
			);
		}
		assert_ok!(pause("Staking", "register"));
		let stake = 100 * ATH;
		assert_eq!(
			dispatch(signed(Bob), athanor_staking::Call::register { stake }),
			Err(frame_system::Error::<Runtime>::CallFiltered.into())
		);
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_tx_pause::Call::unpause {
				ident: name("Staking", "register")
			}
		));
		assert_ok!(dispatch(
			signed(Bob),
			athanor_staking::Call::register { stake }
		));
	});
}

#[test]
fn the_names_of_what_cannot_be_paused_are_those_of_calls() {
	use athanor_runtime::configs::pauses::{CALLS, PALLETS};
	use frame_support::traits::GetCallMetadata;

	let modules = RuntimeCall::get_module_names();
	for pallet in PALLETS {
		assert!(modules.contains(&pallet), "{pallet}");
	}
	for (pallet, call) in CALLS {
		let calls = RuntimeCall::get_call_names(pallet);
		assert!(calls.contains(&call), "{pallet}.{call}");
	}
}

#[test]
fn the_safe_mode_lets_through_what_people_need_and_ends() {
	run(|_| {
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_safe_mode::Call::force_enter {}
		));
		let transfer = || pallet_balances::Call::transfer_keep_alive {
			dest: Charlie.to_account_id().into(),
			value: ATH,
		};
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		assert_eq!(dispatch(signed(Bob), transfer()), filtered);
		let cancel = athanor_jobs::Call::cancel { job: 0 };
		assert_eq!(
			dispatch(signed(Bob), cancel),
			Err(athanor_jobs::Error::<Runtime>::UnknownJob.into())
		);
		assert_ok!(dispatch(
			Origin::EmergencyPause.into(),
			pallet_safe_mode::Call::force_exit {}
		));
		assert_ok!(dispatch(signed(Bob), transfer()));
	});
}

#[test]
fn a_proxy_does_what_it_is_for_also_inside_of_a_batch() {
	run(|_| {
		for kind in [
			ProxyType::Staking,
			ProxyType::JobPosting,
			ProxyType::Governance,
		] {
			assert_ok!(dispatch(
				signed(Alice),
				pallet_proxy::Call::add_proxy {
					delegate: Bob.to_account_id().into(),
					proxy_type: kind,
					delay: 0,
				}
			));
		}
		let register = RuntimeCall::from(athanor_staking::Call::register { stake: 100 * ATH });
		let cancel = RuntimeCall::from(athanor_jobs::Call::cancel { job: 7 });
		let submit = RuntimeCall::from(pallet_preimage::Call::note_preimage { bytes: vec![1] });
		let transfer = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive {
			dest: Bob.to_account_id().into(),
			value: ATH,
		});
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		for (kind, own) in [
			(ProxyType::Staking, &register),
			(ProxyType::JobPosting, &cancel),
			(ProxyType::Governance, &submit),
		] {
			for call in [&register, &cancel, &submit, &transfer] {
				let batch = RuntimeCall::from(pallet_utility::Call::batch_all {
					calls: vec![call.clone()],
				});
				for call_or_batch in [call.clone(), batch] {
					let result = frame_support::hypothetically!(as_proxy(kind, call_or_batch));
					assert_eq!(result == filtered, call != own, "{kind:?}: {call:?}");
				}
			}
		}
	});
}

/// What becomes of a call that Bob makes for Alice.
fn as_proxy(kind: ProxyType, call: RuntimeCall) -> DispatchResult {
	let proxied = pallet_proxy::Call::proxy {
		real: Alice.to_account_id().into(),
		force_proxy_type: Some(kind),
		call: Box::new(call),
	};
	dispatch(signed(Bob), proxied)?;
	let executed = System::events()
		.into_iter()
		.rev()
		.find_map(|record| match record.event {
			RuntimeEvent::Proxy(pallet_proxy::Event::ProxyExecuted { result }) => Some(result),
			_ => None,
		});
	executed.expect("a proxy tells what became of its call")
}

#[test]
fn periods_are_those_of_a_living_chain_unless_it_says_otherwise() {
	development().execute_with(|| {
		athanor_runtime::governance::pallet_origins::Tempo::<Runtime>::put(1);
		let week: BlockNumber = 7 * athanor_runtime::constants::DAYS;
		assert_eq!(paced(week), week);
		athanor_runtime::governance::pallet_origins::Tempo::<Runtime>::put(u32::MAX);
		assert_eq!(paced(week), 2);
		assert_eq!(paced(1), 1);
	});
}
