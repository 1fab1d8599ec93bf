//! Binary Merkle trees over 32-byte leaves.
//!
//! Leaves and inner nodes are hashed with different prefixes, so that an inner node can never be
//! passed off as a leaf (RFC 6962, section 2.1). A node without a sibling moves up unchanged.

use alloc::vec::Vec;

use crate::hash::blake2_256_of;

const LEAF: &[u8] = &[0];
const NODE: &[u8] = &[1];

/// The root over `leaves`; the hash of nothing, 32 zero bytes, if there are none.
pub fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
	let mut level: Vec<[u8; 32]> = leaves
		.iter()
		.map(|leaf| blake2_256_of(&[LEAF, leaf]))
		.collect();
	while level.len() > 1 {
		level = level
			.chunks(2)
			.map(|pair| match pair {
				[left, right] => blake2_256_of(&[NODE, left, right]),
				[single, ..] => *single,
				[] => [0; 32],
			})
			.collect();
	}
	level.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn no_leaves_give_zero() {
		assert_eq!(root(&[]), [0; 32]);
	}

	#[test]
	fn a_node_is_not_a_leaf() {
		let (a, b) = ([1; 32], [2; 32]);
		let inner = root(&[a, b]);
		assert_ne!(root(&[inner]), inner);
	}

	proptest! {
		#[test]
		fn any_change_changes_the_root(leaves in prop::collection::vec(any::<[u8; 32]>(), 1..40), at: prop::sample::Index, bit in 0usize..256) {
			let mut changed = leaves.clone();
			changed[at.index(leaves.len())][bit / 8] ^= 1 << (bit % 8);
			prop_assert_ne!(root(&leaves), root(&changed));
		}

		#[test]
		fn a_shorter_list_has_another_root(leaves in prop::collection::vec(any::<[u8; 32]>(), 1..40)) {
			prop_assert_ne!(root(&leaves), root(&leaves[..leaves.len() - 1]));
		}
	}
}
