//! Leaves of the trace that a receipt commits to: what the model saw and chose, step by step.

use half::bf16;

use crate::hashes::blake2_256;
use crate::sampler::largest;

/// Logits in a leaf.
pub const LOGITS_PER_LEAF: usize = 8;

/// The leaf of one step: BLAKE2b-256 of
/// position (u32 LE) ‖ chosen token (u32 LE) ‖ for each of the 8 largest logits, largest first and
/// of equals the lowest id first: token (u32 LE) ‖ logit as bf16 (u16 LE).
///
/// `position` is the chosen token's place in the whole sequence, prompt included. A vocabulary of
/// fewer than 8 tokens gives fewer entries. All logits must be finite.
pub fn leaf(position: u32, chosen: u32, logits: &[f32]) -> [u8; 32] {
	let mut bytes = Vec::with_capacity(8 + 6 * LOGITS_PER_LEAF);
	bytes.extend(position.to_le_bytes());
	bytes.extend(chosen.to_le_bytes());
	for (token, logit) in largest(logits, LOGITS_PER_LEAF) {
		bytes.extend(token.to_le_bytes());
		bytes.extend(bf16::from_f32(logit).to_bits().to_le_bytes());
	}
	blake2_256(&bytes)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_leaf_hashes_exactly_the_documented_bytes() {
		let logits = [0.5, 2.0, 2.0];
		let mut bytes = vec![7, 0, 0, 0, 1, 0, 0, 0];
		bytes.extend([1, 0, 0, 0, 0x00, 0x40]);
		bytes.extend([2, 0, 0, 0, 0x00, 0x40]);
		bytes.extend([0, 0, 0, 0, 0x00, 0x3f]);
		assert_eq!(leaf(7, 1, &logits), blake2_256(&bytes));
	}

	#[test]
	fn a_leaf_holds_eight_logits_of_a_large_vocabulary() {
		let logits: Vec<f32> = (0..100).map(|i| i as f32).collect();
		let mut changed = logits.clone();
		changed[91] = 50.5;
		assert_eq!(leaf(0, 99, &logits), leaf(0, 99, &changed));
		changed[92] = 91.5;
		assert_ne!(leaf(0, 99, &logits), leaf(0, 99, &changed));
	}
}
