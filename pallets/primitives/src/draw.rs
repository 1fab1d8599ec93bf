//! The draw of an offer: chance in proportion to the inverse square of the price.
//!
//! Half the price means four times the chance, so that cheap offers get most of the work and dear
//! ones still get some.

use alloc::vec::Vec;

/// Largest weight of one candidate. 64 of them fit into a `u64` sum.
const SCALE: u64 = 1 << 32;

/// The weight of a price against the cheapest of the candidates: `2^32 * (cheapest / price)^2`,
/// rounded down, at least 1.
fn weight(price: u128, cheapest: u128) -> u64 {
	if price <= cheapest || price == 0 {
		return SCALE;
	}
	// The ratio as a 16-bit fraction: shift both down until the product fits.
	let shift = (128 - price.leading_zeros()).saturating_sub(100);
	let ratio = ((cheapest >> shift) << 16) / (price >> shift);
	u64::try_from(ratio * ratio)
		.unwrap_or(SCALE)
		.clamp(1, SCALE)
}

/// The index of the candidate that `randomness` picks among `prices`, `None` if there are none.
pub fn pick(prices: &[u128], randomness: u64) -> Option<usize> {
	let cheapest = prices.iter().copied().min()?;
	let weights: Vec<u64> = prices
		.iter()
		.map(|price| weight(*price, cheapest))
		.collect();
	let total = weights.iter().map(|w| u128::from(*w)).sum::<u128>();
	// Multiplying and shifting maps 64 random bits onto the total with a bias below 2^-25.
	let mut at = (u128::from(randomness) * total) >> 64;
	for (index, weight) in weights.iter().enumerate() {
		match at.checked_sub(u128::from(*weight)) {
			Some(rest) => at = rest,
			None => return Some(index),
		}
	}
	prices.len().checked_sub(1)
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
		let prices = [100, 200, 400];
		let mut hits = [0u64; 3];
		for step in 0..21_000u64 {
			hits[pick(&prices, step * (u64::MAX / 21_000)).unwrap()] += 1;
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
		fn always_picks_one(prices in prop::collection::vec(any::<u128>(), 1..64), randomness: u64) {
			prop_assert!(pick(&prices, randomness).unwrap() < prices.len());
		}

		#[test]
		fn a_cheaper_offer_weighs_no_less(a: u128, b: u128, c: u128) {
			let cheapest = a.min(b).min(c);
			prop_assert!(weight(a.min(b), cheapest) >= weight(a.max(b), cheapest));
		}
	}
}
