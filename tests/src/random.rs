//! Choices that nobody made, and that can be made again.

use std::env;

use anyhow::{Context, Result};

/// Names the seed.
const VARIABLE: &str = "ATHANOR_E2E_SEED";

/// Numbers that follow from a seed (SplitMix64) and look as if they did not.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
	/// From the seed in `ATHANOR_E2E_SEED`, or else from one that has not been before. Says which.
	///
	/// # Errors
	/// When the variable holds no number.
	pub fn new() -> Result<Self> {
		let seed = match env::var(VARIABLE) {
			Ok(text) => text
				.trim()
				.parse()
				.with_context(|| format!("{VARIABLE} is not a number below 2^64: {text}"))?,
			Err(_) => unused(),
		};
		eprintln!("seed {seed}; the same choices again: {VARIABLE}={seed}");
		Ok(Self(seed))
	}

	/// A number below `end`, or 0.
	pub fn below(&mut self, end: u64) -> u64 {
		// The bias is far below anything that a test could notice.
		self.next().checked_rem(end).unwrap_or_default()
	}

	/// One of these, if there are any.
	pub fn choice<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
		let at = self.below(of.len().try_into().ok()?);
		of.get(usize::try_from(at).ok()?)
	}

	/// Puts them into another order.
	pub fn shuffle<T>(&mut self, these: &mut [T]) {
		for end in (1..these.len()).rev() {
			let other = self.below(end.saturating_add(1).try_into().unwrap_or(u64::MAX));
			these.swap(end, usize::try_from(other).unwrap_or(end));
		}
	}

	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}
}

/// A seed from the clock.
fn unused() -> u64 {
	let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
	since.map_or(0, |since| u64::from(since.subsec_nanos()) ^ since.as_secs())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_same_seed_makes_the_same_choices() {
		let drawn = |seed| {
			let mut random = Random(seed);
			let mut these = [0, 1, 2, 3, 4, 5, 6, 7];
			random.shuffle(&mut these);
			(
				these,
				random.below(1_000),
				random.choice(&["a", "b", "c"]).copied(),
			)
		};
		assert_eq!(drawn(1), drawn(1));
		assert_ne!(drawn(1), drawn(2));
		let (mut these, ..) = drawn(3);
		these.sort_unstable();
		assert_eq!(these, [0, 1, 2, 3, 4, 5, 6, 7]);
	}

	#[test]
	fn numbers_are_those_of_splitmix64() {
		// The generator's published test vector for the seed 1234567.
		let mut random = Random(1_234_567);
		assert_eq!(random.next(), 6_457_827_717_110_365_317);
		assert_eq!(random.next(), 3_203_168_211_198_807_973);
	}

	#[test]
	fn choices_stay_in_range() {
		let mut random = Random(9);
		assert!((0..1_000).all(|_| random.below(7) < 7));
		assert_eq!(random.below(0), 0);
		assert_eq!(random.choice::<u8>(&[]), None);
	}
}
