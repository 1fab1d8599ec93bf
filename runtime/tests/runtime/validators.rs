//! Validators on the real runtime: their bonds, their election, and what it costs to make two blocks for one
//! slot.

use crate::chain::{
	Blocks, by_validator, genesis_of,
	referenda::{dispatch, explained},
};
use athanor_primitives::explain::{FreedBy, HeldFor, HeldUntil};
use athanor_runtime::{
	AccountId, Babe, Balances, Header, Historical, Runtime, RuntimeEvent, RuntimeOrigin, Session,
	System, ValidatorStaking,
	configs::{economy::TreasuryAccount, validators::SlashDeferDuration},
	constants::{ATH, EPOCH},
	governance::origins::Origin,
};
use codec::Decode;
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		KeyOwnerProofSystem,
		fungible::{Inspect, InspectHold},
	},
};
use pallet_staking::{ConfigOp, HoldReason};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_consensus_babe::{AuthorityId, EquivocationProof, digests::CompatibleDigestItem};
use sp_core::{Pair, sr25519};
use sp_io::{hashing::twox_128, storage};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};
use sp_runtime::{DigestItem, Perbill, Percent, traits::Header as _};

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
fn a_pending_slash_is_told_with_the_block_in_which_it_is_taken() {
	run(|blocks| {
		blocks.author = u32::from(index(Dave) == 0);
		blocks.next();
		assert_eq!(explained(Dave).len(), 1, "the bond");
		assert_ok!(report(Alice, equivocation(Dave, blocks.slot)));
		let era = pallet_staking::ActiveEra::<Runtime>::get().unwrap().index;
		let slash = || {
			let all = explained(Dave);
			let era = era + SlashDeferDuration::get() + 1;
			all.into_iter()
				.find(|held| held.reason == HeldFor::PendingValidatorSlash { era })
		};
		let told = slash().expect("it is told");
		assert_eq!(told.amount, BOND * 9 / 16);
		assert_eq!(told.freed_by, FreedBy::ValidatorCancelSlash);

		// Slots go by without blocks as long as there is time.
		let left = || match slash().expect("it pends").until {
			HeldUntil::EndsBy(block) => block - System::block_number(),
			other => panic!("{other:?}"),
		};
		while left() > 3 {
			blocks.after((left() - 2).min(EPOCH).into());
		}
		while left() > 1 {
			blocks.next();
		}
		assert_eq!(bond(Dave), BOND);
		blocks.next();
		assert_eq!(bond(Dave), BOND - told.amount);
		assert_eq!(slash(), None);
	});
}

#[test]
fn the_markets_admin_cancels_slashes_and_does_nothing_else_to_validators() {
	run(|_| {
		let dave = account(Dave);
		let calls: [pallet_staking::Call<Runtime>; 4] = [
			pallet_staking::Call::manual_slash {
				validator_stash: dave.clone(),
				era: 0,
				slash_fraction: Perbill::one(),
			},
			pallet_staking::Call::restore_ledger {
				stash: dave,
				maybe_controller: None,
				maybe_total: Some(1),
				maybe_unlocking: None,
			},
			pallet_staking::Call::set_min_commission {
				new: Perbill::one(),
			},
			pallet_staking::Call::deprecate_controller_batch {
				controllers: Default::default(),
			},
		];
		let admin = || RuntimeOrigin::from(Origin::MarketAdmin);
		for call in calls {
			let filtered = || frame_system::Error::<Runtime>::CallFiltered;
			assert_noop!(dispatch(admin(), call.clone()), filtered());
			let calls = vec![call.into()];
			assert_noop!(
				dispatch(admin(), pallet_utility::Call::batch_all { calls }),
				filtered()
			);
		}
		let cancel = pallet_staking::Call::cancel_deferred_slash {
			era: 0,
			slash_indices: vec![0],
		};
		assert_noop!(
			dispatch(admin(), cancel),
			pallet_staking::Error::<Runtime>::InvalidSlashIndex
		);
		let commission = pallet_staking::Call::set_min_commission {
			new: Perbill::from_percent(5),
		};
		assert_ok!(dispatch(RuntimeOrigin::root(), commission));
	});
}

fn keys_under(prefix: &[u8]) -> usize {
	let mut key = prefix.to_vec();
	let mut count = 0;
	while let Some(next) = storage::next_key(&key).filter(|next| next.starts_with(prefix)) {
		count += 1;
		key = next;
	}
	count
}

/// Decodes every item of a pallet, and sees that none was left out.
macro_rules! decode {
	($name:literal: $pallet:ident, [$($value:ident),*], [$($map:ident),*], [$($counter:literal),*]) => {
		let pallet = twox_128($name.as_bytes());
		let under = |item: &str| [pallet, twox_128(item.as_bytes())].concat();
		let mut known = usize::from(storage::exists(&under(":__STORAGE_VERSION__:")));
		$(
			let stored = keys_under(&under(stringify!($map)));
			let decoded = $pallet::$map::<Runtime>::iter().count();
			assert_eq!(decoded, stored, concat!($name, ".", stringify!($map)));
			known += stored;
		)*
		$(
			if storage::exists(&under(stringify!($value))) {
				let decoded = $pallet::$value::<Runtime>::try_get();
				assert!(decoded.is_ok(), concat!($name, ".", stringify!($value)));
				known += 1;
			}
		)*
		$(
			if let Some(bytes) = storage::get(&under($counter)) {
				u32::decode(&mut &bytes[..]).expect($counter);
				known += 1;
			}
		)*
		assert_eq!(known, keys_under(&pallet), concat!("items of ", $name));
	};
}

fn everything_decodes() {
	decode!("ValidatorStaking": pallet_staking, [
		ValidatorCount, MinimumValidatorCount, Invulnerables, MinNominatorBond, MinValidatorBond,
		MinimumActiveStake, MinCommission, MaxValidatorsCount, MaxNominatorsCount, CurrentEra, ActiveEra,
		ForceEra, MaxStakedRewards, SlashRewardFraction, CanceledSlashPayout, BondedEras,
		CurrentPlannedSession, ChillThreshold
	], [
		Bonded, Ledger, Payee, Validators, Nominators, VirtualStakers, ErasStartSessionIndex, ErasStakers,
		ErasStakersOverview, ErasStakersClipped, ErasStakersPaged, ClaimedRewards, ErasValidatorPrefs,
		ErasValidatorReward, ErasRewardPoints, ErasTotalStake, UnappliedSlashes, ValidatorSlashInEra,
		NominatorSlashInEra, SlashingSpans, SpanSlash
	], ["CounterForValidators", "CounterForNominators", "CounterForVirtualStakers"]);
	decode!("Session": pallet_session, [
		Validators, CurrentIndex, QueuedChanged, QueuedKeys, DisabledValidators
	], [NextKeys, KeyOwner, ExternallySetKeys], []);
}

/// Blocks are made, by somebody, over two eras.
fn goes_on(blocks: &mut Blocks) {
	let before = System::block_number();
	eras(blocks, 2);
	for _ in 0..5 {
		blocks.next();
	}
	assert!(System::block_number() > before + 5);
	assert!(!validators().is_empty());
	everything_decodes();
}

fn configs(
	amount: ConfigOp<u128>,
	count: ConfigOp<u32>,
	percent: ConfigOp<Percent>,
	perbill: ConfigOp<Perbill>,
) -> pallet_staking::Call<Runtime> {
	pallet_staking::Call::set_staking_configs {
		min_nominator_bond: amount.clone(),
		min_validator_bond: amount,
		max_nominator_count: count.clone(),
		max_validator_count: count,
		chill_threshold: percent.clone(),
		min_commission: perbill,
		max_staked_rewards: percent,
	}
}

/// Decides one absurd thing after the other. What is refused is as well.
fn survives(decisions: Vec<pallet_staking::Call<Runtime>>) {
	run(|blocks| {
		for call in decisions {
			let name = format!("{call:?}");
			let result = dispatch(RuntimeOrigin::root(), call);
			println!("{name}: {result:?}");
			// Whoever is below a bond can be sent away by anybody.
			for who in [Alice, Bob, Charlie, Dave] {
				let stash = account(who);
				let signed = RuntimeOrigin::signed(account(Sr25519Keyring::Eve));
				ValidatorStaking::chill_other(signed, stash).unwrap_or_default();
			}
			goes_on(blocks);
		}
	});
}

#[test]
fn any_bonds_and_counts() {
	survives(vec![
		configs(
			ConfigOp::Set(0),
			ConfigOp::Set(0),
			ConfigOp::Set(Percent::zero()),
			ConfigOp::Set(Perbill::zero()),
		),
		configs(
			ConfigOp::Set(u128::MAX),
			ConfigOp::Set(u32::MAX),
			ConfigOp::Set(Percent::one()),
			ConfigOp::Set(Perbill::one()),
		),
		configs(
			ConfigOp::Set(u128::MAX),
			ConfigOp::Set(1),
			ConfigOp::Set(Percent::zero()),
			ConfigOp::Noop,
		),
		configs(
			ConfigOp::Remove,
			ConfigOp::Remove,
			ConfigOp::Remove,
			ConfigOp::Remove,
		),
	]);
}

#[test]
fn any_number_of_validators() {
	use pallet_staking::Call;
	survives(vec![
		Call::set_validator_count { new: 0 },
		Call::increase_validator_count {
			additional: u32::MAX,
		},
		Call::increase_validator_count { additional: 96 },
		Call::scale_validator_count {
			factor: Percent::one(),
		},
		Call::scale_validator_count {
			factor: Percent::zero(),
		},
		Call::set_validator_count { new: u32::MAX },
		Call::set_validator_count { new: 1 },
		Call::set_min_commission {
			new: Perbill::one(),
		},
		Call::set_min_commission {
			new: Perbill::zero(),
		},
	]);
}

#[test]
fn any_eras() {
	use pallet_staking::Call;
	survives(vec![
		Call::force_no_eras {},
		Call::force_new_era_always {},
		Call::force_new_era {},
		Call::force_no_eras {},
		Call::force_new_era {},
	]);
}

#[test]
fn any_invulnerables() {
	use pallet_staking::Call;
	let everybody = (0..200).map(|byte| AccountId::from([byte; 32])).collect();
	survives(vec![
		Call::set_invulnerables {
			invulnerables: everybody,
		},
		Call::set_invulnerables {
			invulnerables: accounts(&[Alice, Bob, Charlie, Dave]),
		},
		Call::set_invulnerables {
			invulnerables: vec![],
		},
	]);
}

/// All validators are thrown out at once: those that there were go on, as nobody else can.
#[test]
fn no_candidates() {
	use pallet_staking::Call;
	let out = |who| Call::force_unstake {
		stash: account(who),
		num_slashing_spans: 0,
	};
	survives([Alice, Bob, Charlie, Dave].map(out).to_vec());
}

#[test]
fn without_eras_no_block_is_named() {
	run(|blocks| {
		let stash = RuntimeOrigin::signed(account(Dave));
		assert_ok!(ValidatorStaking::chill(stash.clone()));
		assert_ok!(ValidatorStaking::unbond(stash, ATH));
		let until = || explained(Dave)[1].until;
		assert!(matches!(until(), HeldUntil::CallableFrom(_)));
		assert_ok!(ValidatorStaking::force_no_eras(RuntimeOrigin::root()));
		blocks.next();
		assert_eq!(until(), HeldUntil::OthersAct);
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
