//! Whose blocks the runtime executes: BABE's, with the time of their slot, and those of a development
//! node that authors by Aura only.

use crate::chain::{SLOT, by_babe, development, genesis_header, open_block};
use athanor_runtime::{Executive, Header, System, Timestamp, constants::MILLISECS_PER_BLOCK};
use codec::Encode;
use polkadot_sdk::*;
use sp_runtime::DigestItem;

/// Makes the next block with this slot claim, at this time.
fn make_block(parent: &Header, claim: DigestItem, moment: u64) -> Header {
	open_block(parent, claim, moment);
	Executive::finalize_block()
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
		assert_eq!(parent.number, 3);
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
		assert_eq!(header.number, 1);
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
