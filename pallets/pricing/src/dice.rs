//! Numbers from the 32 random bytes of a draw.

use alloc::vec::Vec;

use codec::Encode;
use polkadot_sdk::*;

/// Domain of the hashes that stretch the randomness.
const DOMAIN: &[u8] = b"athanor/draw/v1";

/// A stream of numbers, the same for the same randomness.
pub(crate) struct Dice<'a> {
	randomness: &'a [u8; 32],
	rolled: u32,
}

impl<'a> Dice<'a> {
	pub(crate) fn new(randomness: &'a [u8; 32]) -> Self {
		Self {
			randomness,
			rolled: 0,
		}
	}

	/// The next 64 bits.
	pub(crate) fn roll(&mut self) -> u64 {
		let hash = (DOMAIN, self.randomness, self.rolled).using_encoded(sp_io::hashing::blake2_128);
		self.rolled = self.rolled.wrapping_add(1);
		u64::try_from(u128::from_le_bytes(hash) >> 64).unwrap_or_default()
	}

	/// A number below `limit`, or 0 if that is 0. Multiplying and shifting has a bias below 2^-32.
	fn below(&mut self, limit: u32) -> u32 {
		let scaled = (u128::from(self.roll()) * u128::from(limit)) >> 64;
		u32::try_from(scaled).unwrap_or_default()
	}

	/// `size` different numbers below `count`, every set of them equally likely; all numbers if
	/// there are no more than `size`.
	pub(crate) fn sample(&mut self, count: u32, size: u32) -> Vec<u32> {
		if count <= size {
			return (0..count).collect();
		}
		// Robert Floyd's algorithm: a number that was rolled before stands for the highest one so
		// far, which no earlier roll could reach.
		let mut chosen = Vec::new();
		for highest in count.saturating_sub(size)..count {
			let rolled = self.below(highest.saturating_add(1));
			chosen.push(if chosen.contains(&rolled) {
				highest
			} else {
				rolled
			});
		}
		chosen
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn every_number_is_equally_likely() {
		let mut hits = [0u32; 20];
		for round in 0..20_000u32 {
			let randomness = sp_io::hashing::blake2_256(&round.encode());
			for number in Dice::new(&randomness).sample(20, 5) {
				hits[usize::try_from(number).unwrap()] += 1;
			}
		}
		assert_eq!(hits.iter().sum::<u32>(), 100_000);
		// Five standard deviations of 20,000 rounds at 1/4.
		assert!(
			hits.iter().all(|hits| hits.abs_diff(5_000) < 306),
			"{hits:?}"
		);
	}

	#[test]
	fn rolls_do_not_repeat() {
		let mut dice = Dice::new(&[7; 32]);
		assert_ne!(dice.roll(), dice.roll());
		assert_eq!(Dice::new(&[7; 32]).roll(), Dice::new(&[7; 32]).roll());
		assert_ne!(Dice::new(&[7; 32]).roll(), Dice::new(&[8; 32]).roll());
	}

	proptest! {
		#[test]
		fn a_sample_has_different_numbers_in_range(
			randomness: [u8; 32], count: u32, size in 0..64u32,
		) {
			let mut sample = Dice::new(&randomness).sample(count, size);
			prop_assert_eq!(sample.len(), usize::try_from(count.min(size)).unwrap());
			prop_assert!(sample.iter().all(|number| *number < count));
			sample.sort_unstable();
			sample.dedup();
			prop_assert_eq!(sample.len(), usize::try_from(count.min(size)).unwrap());
		}
	}
}
