//! Whose blocks the runtime executes: BABE's, with the time of their slot, and those of a development
//! node that authors by Aura only.

use athanor_runtime::{
	Executive, Header, RuntimeCall, RuntimeGenesisConfig, System, Timestamp, UncheckedExtrinsic,
	constants::MILLISECS_PER_BLOCK, presets,
};
use codec::Encode;
use frame_support::genesis_builder_helper::build_state;
use polkadot_sdk::*;
use serde_json::Value;
use sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest};
use sp_io::TestExternalities;
use sp_runtime::{Digest, DigestItem, traits::Header as _};

/// A time, as a multiple of the slot's length.
const SLOT: u64 = 600_000_000;

/// Lays `patch` over `base`.
fn merge(base: &mut Value, patch: Value) {
	match (base, patch) {
		(Value::Object(base), Value::Object(patch)) => {
			for (key, value) in patch {
				merge(base.entry(key).or_insert(Value::Null), value);
			}
		}
		(base, patch) => *base = patch,
	}
}

fn development() -> TestExternalities {
	let mut externalities = TestExternalities::default();
	externalities.execute_with(|| {
		let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		let preset = presets::get_preset(&"development".into()).expect("the preset exists");
		merge(&mut genesis, serde_json::from_slice(&preset).unwrap());
		build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&genesis).unwrap()).unwrap();
	});
	externalities
}

/// Makes the next block with this slot claim, at this time.
fn make_block(parent: &Header, claim: DigestItem, moment: u64) -> Header {
	let digest = Digest { logs: vec![claim] };
	Executive::initialize_block(&Header::new(
		parent.number() + 1,
		Default::default(),
		Default::default(),
		parent.hash(),
		digest,
	));
	let time = RuntimeCall::from(pallet_timestamp::Call::set { now: moment });
	Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time))
		.expect("an inherent is valid")
		.expect("the time is set");
	Executive::finalize_block()
}

fn genesis_header() -> Header {
	Header::new(
		0,
		Default::default(),
		Default::default(),
		Default::default(),
		Digest::default(),
	)
}

fn by_babe(slot: u64) -> DigestItem {
	let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: 0,
		slot: slot.into(),
	});
	DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, claim.encode())
}

fn by_aura(slot: u64) -> DigestItem {
	DigestItem::PreRuntime(sp_consensus_aura::AURA_ENGINE_ID, slot.encode())
}

#[test]
fn a_node_that_authors_by_aura_makes_blocks() {
	development().execute_with(|| {
		let mut parent = genesis_header();
		for slot in SLOT..SLOT + 3 {
			parent = make_block(&parent, by_aura(slot), slot * MILLISECS_PER_BLOCK);
		}
		assert_eq!(*parent.number(), 3);
		assert_eq!(
			Timestamp::get(),
			(SLOT + 2) * MILLISECS_PER_BLOCK,
			"the block's time is kept"
		);
		assert_eq!(System::block_number(), 3);
	});
}

#[test]
fn a_block_with_the_time_of_its_babe_slot_passes() {
	development().execute_with(|| {
		let header = make_block(&genesis_header(), by_babe(SLOT), SLOT * MILLISECS_PER_BLOCK);
		assert_eq!(*header.number(), 1);
	});
}

#[test]
#[should_panic(expected = "Timestamp slot must match `CurrentSlot`")]
fn a_block_with_another_time_than_its_babe_slot_is_refused() {
	development().execute_with(|| {
		make_block(
			&genesis_header(),
			by_babe(SLOT),
			(SLOT + 1) * MILLISECS_PER_BLOCK,
		);
	});
}
