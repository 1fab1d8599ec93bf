//! Genesis states, as JSON patches on the default: what chain-spec tools and the omni-node read.

use alloc::{vec, vec::Vec};

use athanor_primitives::{
	model::PriceClass,
	policy::Policy,
	price::{Price, PriceBounds},
};
use frame_support::build_struct_json_patch;
use pallet_staking::StakerStatus;
use polkadot_sdk::*;
use sp_consensus_babe::{AuthorityId as BabeId, BabeEpochConfiguration};
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::Perbill;

use crate::{
	AccountId, BabeConfig, Balance, BalancesConfig, OriginsConfig, PricingConfig,
	RuntimeGenesisConfig, SessionConfig, SessionKeys, ValidatorStakingConfig,
	configs::economy::TreasuryAccount,
	constants::{ATH, EXISTENTIAL_DEPOSIT, MICRO, MILLI},
};

/// Another name of the local preset.
const LOCAL: &str = "local";

/// What each development account starts with.
const ENDOWMENT: Balance = 1_000_000 * ATH;

/// How many times faster governance is on these chains: a week takes three and a half minutes.
const TEMPO: u32 = 2_880;

/// The least bond of a validator, and that of the first ones.
const VALIDATOR_BOND: Balance = 10_000 * ATH;

/// The least that a nominator bonds.
const NOMINATOR_BOND: Balance = 100 * ATH;

/// Accounts that can stand as validators.
const MOST_CANDIDATES: u32 = 200;

/// Accounts that can nominate.
const MOST_NOMINATORS: u32 = 800;

/// Share of a slash of which who reported the equivocation gets half, by the rule of pallet-staking.
const REPORTER_SHARE: Perbill = Perbill::from_percent(10);

/// The keys of a validator.
struct Validator {
	account: AccountId,
	babe: BabeId,
	grandpa: GrandpaId,
}

fn validator(sr: Sr25519Keyring, ed: Ed25519Keyring) -> Validator {
	Validator {
		account: sr.to_account_id(),
		babe: sr.public().into(),
		grandpa: ed.public().into(),
	}
}

/// The policy of each class at the start, and its price: from a millionth of an ATH per thousand tokens up.
/// While between 40 and 60 % of the slots are busy it stays, and it moves by 2 % in a period at most.
fn policies() -> Vec<(PriceClass, Policy, Price)> {
	let class = |class: PriceClass, floor: Balance, ceiling: Balance| {
		let bounds = PriceBounds {
			floor: Price::flat(floor),
			ceiling: Price::flat(ceiling),
		};
		let policy = Policy {
			bounds,
			low: 400_000,
			high: 600_000,
			step: 20_000,
		};
		(class, policy, bounds.floor)
	};
	vec![
		class(PriceClass::Small, MICRO / 1_000, MILLI),
		class(PriceClass::Medium, MICRO / 100, 10 * MILLI),
		class(PriceClass::Large, MICRO / 10, 100 * MILLI),
	]
}

fn genesis(validators: Vec<Validator>) -> serde_json::Value {
	let mut balances: Vec<(AccountId, Balance)> = Sr25519Keyring::well_known()
		.map(|key| (key.to_account_id(), ENDOWMENT))
		.collect();
	balances.push((TreasuryAccount::get(), EXISTENTIAL_DEPOSIT));
	let seats = u32::try_from(validators.len()).unwrap_or(u32::MAX);
	let stakers: Vec<_> = validators
		.iter()
		.map(|validator| {
			let who = validator.account.clone();
			(who.clone(), who, VALIDATOR_BOND, StakerStatus::Validator)
		})
		.collect();
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		babe: BabeConfig {
			epoch_config: BabeEpochConfiguration::default()
		},
		session: SessionConfig {
			keys: validators
				.into_iter()
				.map(
					|Validator {
					     account,
					     babe,
					     grandpa,
					 }| { (account.clone(), account, SessionKeys { babe, grandpa }) }
				)
				.collect::<Vec<_>>(),
		},
		origins: OriginsConfig { tempo: TEMPO },
		validator_staking: ValidatorStakingConfig {
			validator_count: seats,
			minimum_validator_count: 1,
			stakers,
			slash_reward_fraction: REPORTER_SHARE,
			min_nominator_bond: NOMINATOR_BOND,
			min_validator_bond: VALIDATOR_BOND,
			max_validator_count: Some(MOST_CANDIDATES),
			max_nominator_count: Some(MOST_NOMINATORS),
		},
		pricing: PricingConfig {
			policies: policies()
		},
	})
}

/// One validator, Alice.
pub fn development() -> serde_json::Value {
	genesis(vec![validator(
		Sr25519Keyring::Alice,
		Ed25519Keyring::Alice,
	)])
}

/// Four validators: Alice, Bob, Charlie and Dave. GRANDPA finalises with three of them.
pub fn local_testnet() -> serde_json::Value {
	genesis(vec![
		validator(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		validator(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
		validator(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		validator(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	])
}

/// The preset of this name, as JSON.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET | LOCAL => local_testnet(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The names of the presets.
pub fn preset_names() -> Vec<PresetId> {
	vec![
		PresetId::from(DEV_RUNTIME_PRESET),
		PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
		PresetId::from(LOCAL),
	]
}
