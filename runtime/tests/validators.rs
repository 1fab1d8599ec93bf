//! Validators on the real runtime: their bonds, their election, and what it costs to make two blocks for one
//! slot.

mod chain;

use athanor_runtime::{
	AccountId, Babe, Balances, Header, Historical, Runtime, RuntimeEvent, RuntimeOrigin, Session,
	System, ValidatorStaking,
	configs::{economy::TreasuryAccount, validators::SlashDeferDuration},
	constants::{ATH, EPOCH},
};
use chain::{Blocks, by_validator, genesis_of};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		KeyOwnerProofSystem,
		fungible::{Inspect, InspectHold},
	},
};
use pallet_staking::HoldReason;
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_consensus_babe::{AuthorityId, EquivocationProof, digests::CompatibleDigestItem};
use sp_core::{Pair, sr25519};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};
use sp_runtime::{DigestItem, traits::Header as _};

const BOND: u128 = 10_000 * ATH;

/// Blocks of the next eras: one for each session.
fn eras(blocks: &mut Blocks, count: u32) {
	let sessions = count * <Runtime as pallet_staking::Config>::SessionsPerEra::get();
	for _ in 0..sessions {
		blocks.after(EPOCH.into());
	}
}

fn run(test: impl FnOnce(&mut Blocks)) {
	genesis_of("local_testnet").execute_with(|| test(&mut Blocks::new()));
}

fn account(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

fn bond(who: Sr25519Keyring) -> u128 {
	Balances::balance_on_hold(&HoldReason::Staking.into(), &account(who))
}

fn validators() -> Vec<AccountId> {
	let mut validators = Session::validators();
	validators.sort();
	validators
}

fn accounts(who: &[Sr25519Keyring]) -> Vec<AccountId> {
	let mut accounts: Vec<_> = who.iter().map(|who| account(*who)).collect();
	accounts.sort();
	accounts
}

/// Index among those that make blocks.
fn index(who: Sr25519Keyring) -> u32 {
	let key = AuthorityId::from(who.public());
	let at = Babe::authorities().iter().position(|(id, _)| *id == key);
	at.expect("a validator").try_into().unwrap()
}

/// Two blocks by one validator for one slot.
fn equivocation(who: Sr25519Keyring, slot: u64) -> EquivocationProof<Header> {
	let block = |state: u8| {
		let claim = sp_runtime::Digest {
			logs: vec![by_validator(index(who), slot)],
		};
		let state = [state; 32].into();
		let mut header = Header::new(1, Default::default(), state, Default::default(), claim);
		let pair: sr25519::Pair = who.pair();
		let seal = pair.sign(header.hash().as_ref()).into();
		header.digest_mut().push(DigestItem::babe_seal(seal));
		header
	};
	EquivocationProof {
		slot: slot.into(),
		offender: who.public().into(),
		first_header: block(1),
		second_header: block(2),
	}
}

fn report(
	reporter: Sr25519Keyring,
	proof: EquivocationProof<Header>,
) -> sp_runtime::DispatchResult {
	let key = (sp_consensus_babe::KEY_TYPE, proof.offender.clone());
	let owner = Historical::prove(key).expect("a validator of this session");
	let origin = RuntimeOrigin::signed(account(reporter));
	Babe::report_equivocation(origin, Box::new(proof), owner)
		.map(drop)
		.map_err(|error| error.error)
}

fn has_event(event: impl Into<RuntimeEvent>) -> bool {
	let event = event.into();
	System::events().iter().any(|record| record.event == event)
}

#[test]
fn the_first_validators_have_bonds_in_their_own_accounts() {
	run(|_| {
		assert_eq!(validators(), accounts(&[Alice, Bob, Charlie, Dave]));
		for who in [Alice, Bob, Charlie, Dave] {
			assert_eq!(bond(who), BOND, "{who}");
			assert!(Balances::total_balance(&account(who)) > BOND);
		}
	});
}

#[test]
fn eras_go_by_and_validators_stay_without_anything_minted() {
	run(|blocks| {
		let issuance = Balances::total_issuance();
		eras(blocks, 3);
		let era = pallet_staking::ActiveEra::<Runtime>::get().unwrap().index;
		assert!(era >= 2, "{era}");
		assert_eq!(validators(), accounts(&[Alice, Bob, Charlie, Dave]));
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn whoever_has_bond_and_keys_can_become_a_validator_and_leave() {
	run(|blocks| {
		let stands = RuntimeOrigin::signed(account(Sr25519Keyring::Eve));
		let payee = pallet_staking::RewardDestination::None;
		assert_ok!(ValidatorStaking::bond(stands.clone(), BOND - 1, payee));
		assert_noop!(
			ValidatorStaking::validate(stands.clone(), Default::default()),
			pallet_staking::Error::<Runtime>::InsufficientBond
		);
		assert_ok!(ValidatorStaking::bond_extra(stands.clone(), BOND));
		let keys = athanor_runtime::SessionKeys {
			babe: Sr25519Keyring::Eve.public().into(),
			grandpa: sp_keyring::Ed25519Keyring::Eve.public().into(),
		};
		let owner = account(Sr25519Keyring::Eve);
		let proof = keys_proof(&owner);
		assert_ok!(Session::set_keys(stands.clone(), keys, proof));
		assert_ok!(ValidatorStaking::validate(
			stands.clone(),
			Default::default()
		));
		assert_ok!(ValidatorStaking::set_validator_count(
			RuntimeOrigin::root(),
			5
		));
		eras(blocks, 3);
		assert_eq!(
			validators(),
			accounts(&[Alice, Bob, Charlie, Dave, Sr25519Keyring::Eve])
		);

		assert_ok!(ValidatorStaking::chill(stands));
		eras(blocks, 3);
		assert_eq!(validators(), accounts(&[Alice, Bob, Charlie, Dave]));
	});
}

/// What session keys sign to show that they are their owner's.
fn keys_proof(owner: &AccountId) -> Vec<u8> {
	use codec::Encode;
	let statement = [b"POP_".as_slice(), owner.encode().as_slice()].concat();
	let babe: sr25519::Pair = Sr25519Keyring::Eve.pair();
	let grandpa = sp_keyring::Ed25519Keyring::Eve.pair();
	(babe.sign(&statement), grandpa.sign(&statement)).encode()
}

#[test]
fn two_blocks_for_one_slot_cost_the_bond_after_the_time_to_object() {
	run(|blocks| {
		blocks.author = u32::from(index(Dave) == 0);
		blocks.next();
		let (treasury, issuance) = (treasury(), Balances::total_issuance());
		let reporter = Balances::total_balance(&account(Alice));

		assert_ok!(report(Alice, equivocation(Dave, blocks.slot)));
		let offence = pallet_offences::Event::Offence {
			kind: *b"babe:equivocatio",
			slot: codec::Encode::encode(&blocks.slot),
		};
		assert!(has_event(offence), "{:?}", System::events());
		assert_noop!(
			report(Alice, equivocation(Dave, blocks.slot)),
			pallet_babe::Error::<Runtime>::DuplicateOffenceReport
		);
		assert_eq!(bond(Dave), BOND, "it can be objected to");

		let at = Session::validators()
			.iter()
			.position(|who| *who == account(Dave));
		let disabled = Session::disabled_validators().into_iter().next();
		assert_eq!(
			disabled.map(|index| index as usize),
			at,
			"its blocks do not count"
		);

		eras(blocks, SlashDeferDuration::get() + 3);
		// Of four validators one: the square of three quarters.
		let slash = BOND * 9 / 16;
		assert_eq!(bond(Dave), BOND - slash);
		let rewarded = Balances::total_balance(&account(Alice)) - reporter;
		assert!(rewarded > 0 && rewarded <= slash / 10, "{rewarded}");
		assert_eq!(self::treasury(), treasury + slash - rewarded);
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn a_slash_can_be_cancelled_by_governance_and_by_nobody_else() {
	run(|blocks| {
		blocks.author = u32::from(index(Dave) == 0);
		blocks.next();
		assert_ok!(report(Alice, equivocation(Dave, blocks.slot)));
		let era = pallet_staking::ActiveEra::<Runtime>::get().unwrap().index;
		let due = era + SlashDeferDuration::get() + 1;
		assert_eq!(
			pallet_staking::UnappliedSlashes::<Runtime>::get(due).len(),
			1
		);

		let alice = RuntimeOrigin::signed(account(Alice));
		assert_noop!(
			ValidatorStaking::cancel_deferred_slash(alice, due, vec![0]),
			sp_runtime::DispatchError::BadOrigin
		);
		let admin = athanor_runtime::governance::origins::Origin::MarketAdmin;
		assert_ok!(ValidatorStaking::cancel_deferred_slash(
			admin.into(),
			due,
			vec![0]
		));
		eras(blocks, SlashDeferDuration::get() + 3);
		assert_eq!(bond(Dave), BOND);
	});
}

#[test]
fn a_forged_equivocation_changes_nothing() {
	run(|blocks| {
		blocks.next();
		let mut proof = equivocation(Dave, blocks.slot);
		proof.second_header = proof.first_header.clone();
		assert_noop!(
			report(Alice, proof),
			pallet_babe::Error::<Runtime>::InvalidEquivocationProof
		);
	});
}

fn treasury() -> u128 {
	Balances::total_balance(&TreasuryAccount::get())
}
