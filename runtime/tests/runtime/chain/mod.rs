//! The chains of the presets, and how blocks are made on them.

#![allow(dead_code, reason = "each test uses a part of it")]

pub mod referenda;

use athanor_runtime::{
	Executive, Header, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, System, UncheckedExtrinsic,
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
pub const SLOT: u64 = 600_000_000;

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

/// The state of the development chain before its first block.
pub fn development() -> TestExternalities {
	genesis_of("development")
}

/// The state of a chain with this preset before its first block.
pub fn genesis_of(preset: &str) -> TestExternalities {
	let mut externalities = TestExternalities::default();
	externalities.execute_with(|| {
		let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		let preset = presets::get_preset(&preset.into()).expect("the preset exists");
		merge(&mut genesis, serde_json::from_slice(&preset).unwrap());
		build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&genesis).unwrap()).unwrap();
	});
	externalities
}

/// Begins the next block with this slot claim, at this time.
pub fn open_block(parent: &Header, claim: DigestItem, moment: u64) {
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
}

/// The header of the state before the first block.
pub fn genesis_header() -> Header {
	Header::new(
		0,
		Default::default(),
		Default::default(),
		Default::default(),
		Digest::default(),
	)
}

/// The claim of a BABE slot by the first validator.
pub fn by_babe(slot: u64) -> DigestItem {
	by_validator(0, slot)
}

/// The claim of a BABE slot by this validator.
pub fn by_validator(authority_index: u32, slot: u64) -> DigestItem {
	let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index,
		slot: slot.into(),
	});
	DigestItem::PreRuntime(sp_consensus_babe::BABE_ENGINE_ID, claim.encode())
}

/// A chain on which blocks are made one after the other; calls are dispatched in the block that stands open.
pub struct Blocks {
	/// What was finished last.
	pub parent: Header,
	/// Slot of the open block.
	pub slot: u64,
	/// Index of the validator that makes the blocks.
	pub author: u32,
	/// The events of all finished blocks.
	pub seen: Vec<RuntimeEvent>,
}

impl Blocks {
	/// Opens the first block.
	pub fn new() -> Self {
		let mut blocks = Self {
			parent: genesis_header(),
			slot: SLOT,
			author: 0,
			seen: Vec::new(),
		};
		blocks.open();
		blocks
	}

	fn open(&mut self) {
		open_block(
			&self.parent,
			by_validator(self.author, self.slot),
			self.slot * MILLISECS_PER_BLOCK,
		);
	}

	/// Finishes the open block and opens the next.
	pub fn next(&mut self) {
		self.after(1);
	}

	/// Finishes the open block and opens the next, so many slots later.
	pub fn after(&mut self, slots: u64) {
		let events = System::events().into_iter().map(|record| record.event);
		self.seen.extend(events);
		self.parent = Executive::finalize_block();
		self.slot += slots;
		self.open();
	}

	/// Makes blocks until `done`, or panics after `most` of them.
	pub fn until(&mut self, most: u32, done: impl Fn(&Self) -> bool) {
		for _ in 0..most {
			if done(self) {
				return;
			}
			self.next();
		}
		panic!("not done after {most} blocks: {:?}", self.seen);
	}
}
