//! Genesis states, as JSON patches on the default: what chain-spec tools and the omni-node read.

use alloc::{vec, vec::Vec};

use athanor_primitives::{
	model::PriceClass,
	price::{Price, PriceBounds},
};
use frame_support::build_struct_json_patch;
use polkadot_sdk::*;
use sp_consensus_babe::{AuthorityId as BabeId, BabeEpochConfiguration};
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET, PresetId};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

use crate::{
	AccountId, BabeConfig, Balance, BalancesConfig, PricingConfig, RuntimeGenesisConfig,
	SessionConfig, SessionKeys,
	configs::economy::TreasuryAccount,
	constants::{ATH, EXISTENTIAL_DEPOSIT, MICRO, MILLI},
};

/// Another name of the local preset.
const LOCAL: &str = "local";

/// What each development account starts with.
const ENDOWMENT: Balance = 1_000_000 * ATH;

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

/// Price bounds of each class at the start: from a millionth of an ATH per thousand tokens up.
fn bounds() -> Vec<(PriceClass, PriceBounds)> {
	let class = |floor: Balance, ceiling: Balance| PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	};
	vec![
		(PriceClass::Small, class(MICRO / 1_000, MILLI)),
		(PriceClass::Medium, class(MICRO / 100, 10 * MILLI)),
		(PriceClass::Large, class(MICRO / 10, 100 * MILLI)),
	]
}

fn genesis(validators: Vec<Validator>) -> serde_json::Value {
	let mut balances: Vec<(AccountId, Balance)> = Sr25519Keyring::well_known()
		.map(|key| (key.to_account_id(), ENDOWMENT))
		.collect();
	balances.push((TreasuryAccount::get(), EXISTENTIAL_DEPOSIT));
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
		pricing: PricingConfig { bounds: bounds() },
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
