//! The draw of an offer: chance in proportion to the inverse square of what the job costs there.
//!
//! Half the cost means four times the chance, so that cheap offers get most of the work and dear
//! ones still get some.

use alloc::vec::Vec;

/// Largest weight of one candidate. 64 of them fit into a `u64` sum.
const SCALE: u64 = 1 << 32;

/// The weight of a cost against the least of the candidates: `2^32 * (least / cost)^2`, rounded
/// down, at least 1.
fn weight(cost: u128, least: u128) -> u64 {
	if cost <= least || cost == 0 {
		return SCALE;
	}
	// The ratio as a 16-bit fraction: shift both down until the product fits.
	let shift = (128 - cost.leading_zeros()).saturating_sub(100);
	let ratio = ((least >> shift) << 16) / (cost >> shift);
	u64::try_from(ratio * ratio)
		.unwrap_or(SCALE)
		.clamp(1, SCALE)
}

/// The index of the candidate that `randomness` picks, if the job costs `costs` at the candidates,
/// in units; `None` if there are none.
pub fn pick(costs: &[u128], randomness: u64) -> Option<usize> {
	let least = costs.iter().copied().min()?;
	let weights: Vec<u64> = costs.iter().map(|cost| weight(*cost, least)).collect();
	let total = weights.iter().map(|w| u128::from(*w)).sum::<u128>();
	// Multiplying and shifting maps 64 random bits onto the total with a bias below 2^-25.
	let mut at = (u128::from(randomness) * total) >> 64;
	for (index, weight) in weights.iter().enumerate() {
		match at.checked_sub(u128::from(*weight)) {
			Some(rest) => at = rest,
			None => return Some(index),
		}
	}
	costs.len().checked_sub(1)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn nothing_to_pick_from() {
		assert_eq!(pick(&[], 5), None);
	}

	#[test]
	fn chances_follow_the_inverse_square() {
		let costs = [100, 200, 400];
		let mut hits = [0u64; 3];
		for step in 0..21_000u64 {
			hits[pick(&costs, step * (u64::MAX / 21_000)).unwrap()] += 1;
		}
		// 16 : 4 : 1 of 21 parts.
		assert_eq!(hits.iter().sum::<u64>(), 21_000);
		assert!(
			hits[0].abs_diff(16_000) <= 5 && hits[1].abs_diff(4_000) <= 5,
			"{hits:?}"
		);
		assert!(hits[2].abs_diff(1_000) <= 5, "{hits:?}");
	}

	proptest! {
		#[test]
		fn always_picks_one(costs in prop::collection::vec(any::<u128>(), 1..64), randomness: u64) {
			prop_assert!(pick(&costs, randomness).unwrap() < costs.len());
		}

		#[test]
		fn a_weight_is_the_square_of_the_ratio(
			a: u128, b: u128, smaller in 0..24u32, both in 0..100u32,
		) {
			let (a, b) = (a >> smaller >> both, b >> both);
			let (least, cost) = (a.min(b), a.max(b).max(1));
			let weight = weight(cost, least);
			prop_assert!((1..=SCALE).contains(&weight));
			// Its root is the ratio as a 16-bit fraction, rounded down to a whole number above 0.
			let ratio = 65_536.0 * (least as f64 / cost as f64);
			let error = (weight as f64).sqrt() - ratio;
			prop_assert!(error.abs() < 1.001, "{weight} for {least} of {cost}");
		}

		#[test]
		fn a_cheaper_offer_weighs_no_less(a: u128, b: u128, c: u128) {
			let least = a.min(b).min(c);
			prop_assert!(weight(a.min(b), least) >= weight(a.max(b), least));
		}
	}
}
