//! How long things of governance take: as it is meant, or faster on a development chain.

use frame_support::traits::Get;
use polkadot_sdk::*;

use super::pallet_origins::Tempo;
use crate::{BlockNumber, Runtime};

/// Blocks that no tempo goes below, so that what follows another step is in a later block.
pub const LEAST_PERIOD: BlockNumber = 2;

/// What a period of so many blocks takes on this chain.
pub fn paced(period: BlockNumber) -> BlockNumber {
	let tempo = Tempo::<Runtime>::get().max(1);
	(period / tempo).max(LEAST_PERIOD.min(period))
}

/// `BLOCKS`, by this chain's tempo.
pub struct Paced<const BLOCKS: BlockNumber>;

impl<const BLOCKS: BlockNumber> Get<BlockNumber> for Paced<BLOCKS> {
	fn get() -> BlockNumber {
		paced(BLOCKS)
	}
}
