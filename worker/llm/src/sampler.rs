//! From logits to a token: greedy, or temperature and top-k with a seed.
//!
//! Randomness is a pure function of (seed, position), so a token does not depend on which other
//! requests share a batch, nor on how often a step was repeated.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::error::{Error, Result};

/// How a token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampler {
	/// The token with the largest logit; of equals, the one with the lowest id.
	Greedy,
	/// One of the `k` largest, with probability proportional to `exp(logit / temperature)`.
	TopK {
		/// Above 0, at most 100. Below 1 sharpens, above 1 flattens.
		temperature: f32,
		/// At least 1. More than the vocabulary means the whole vocabulary.
		k: u32,
	},
}

impl Sampler {
	/// Checks the settings.
	///
	/// # Errors
	/// A setting is outside its range.
	pub fn validate(&self) -> Result<()> {
		let Self::TopK { temperature, k } = *self else {
			return Ok(());
		};
		if !(temperature > 0.0 && temperature <= 100.0) {
			return Err(Error::InvalidSampling {
				setting: "temperature",
				value: temperature.to_string(),
				reason: "it must be above 0 and at most 100. Use greedy sampling instead of 0",
			});
		}
		if k == 0 {
			return Err(Error::InvalidSampling {
				setting: "top-k",
				value: k.to_string(),
				reason: "it must be at least 1",
			});
		}
		Ok(())
	}

	/// Chooses the token at `position` (its place in the whole sequence, prompt included).
	///
	/// # Errors
	/// There are no logits, one of them is not finite, or the settings are out of range.
	pub fn choose(&self, logits: &[f32], seed: &[u8; 32], position: u32) -> Result<u32> {
		self.validate()?;
		check_finite(logits, position)?;
		let count = match self {
			Self::Greedy => 1,
			Self::TopK { k, .. } => *k as usize,
		};
		let candidates = largest(logits, count);
		let (first, best) = *candidates.first().ok_or(Error::EmptyLogits)?;
		let Self::TopK { temperature, .. } = *self else {
			return Ok(first);
		};
		let weight =
			|logit: f32| ((f64::from(logit) - f64::from(best)) / f64::from(temperature)).exp();
		let total: f64 = candidates.iter().map(|(_, logit)| weight(*logit)).sum();
		let mut left = uniform(seed, position) * total;
		for (token, logit) in &candidates {
			left -= weight(*logit);
			if left < 0.0 {
				return Ok(*token);
			}
		}
		// Rounding can leave a crumb after the last candidate; it belongs to the likeliest.
		Ok(first)
	}
}

/// A number in `[0, 1)` with 53 random bits: ChaCha8 with the seed as its key and the position as
/// its stream.
fn uniform(seed: &[u8; 32], position: u32) -> f64 {
	let mut rng = ChaCha8Rng::from_seed(*seed);
	rng.set_stream(u64::from(position));
	(rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Checks that all logits are finite.
///
/// # Errors
/// One is not; or there are none.
pub fn check_finite(logits: &[f32], position: u32) -> Result<()> {
	if logits.is_empty() {
		return Err(Error::EmptyLogits);
	}
	match logits.iter().position(|x| !x.is_finite()) {
		None => Ok(()),
		Some(token) => Err(Error::NonFiniteLogits { token, position }),
	}
}

/// The `count` largest logits with their tokens, largest first, of equals the lowest id first.
/// All logits must be finite.
pub fn largest(logits: &[f32], count: usize) -> Vec<(u32, f32)> {
	let order = |a: &(u32, f32), b: &(u32, f32)| {
		b.1.partial_cmp(&a.1)
			.unwrap_or(std::cmp::Ordering::Equal)
			.then(a.0.cmp(&b.0))
	};
	if count == 1 {
		let best = logits
			.iter()
			.enumerate()
			.map(|(i, x)| (i as u32, *x))
			.min_by(order);
		return best.into_iter().collect();
	}
	let mut all: Vec<(u32, f32)> = logits
		.iter()
		.enumerate()
		.map(|(i, x)| (i as u32, *x))
		.collect();
	if count < all.len() && count > 0 {
		all.select_nth_unstable_by(count - 1, order);
	}
	all.truncate(count);
	all.sort_unstable_by(order);
	all
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn greedy_takes_the_lowest_id_among_equals() {
		let token = Sampler::Greedy
			.choose(&[1.0, 3.0, -0.5, 3.0], &[0; 32], 0)
			.unwrap();
		assert_eq!(token, 1);
		assert_eq!(
			Sampler::Greedy.choose(&[-0.0, 0.0], &[0; 32], 0).unwrap(),
			0
		);
	}

	#[test]
	fn top_1_is_greedy_and_the_same_seed_and_position_give_the_same_token() {
		let logits: Vec<f32> = (0..100).map(|i| ((i * 37) % 101) as f32 / 10.0).collect();
		let top = |k, seed: u8, position| {
			Sampler::TopK {
				temperature: 1.0,
				k,
			}
			.choose(&logits, &[seed; 32], position)
			.unwrap()
		};
		let greedy = Sampler::Greedy.choose(&logits, &[0; 32], 0).unwrap();
		assert_eq!(top(1, 3, 9), greedy);
		assert_eq!(top(50, 3, 9), top(50, 3, 9));
		let differs = (0..64).any(|p| top(50, 3, p) != top(50, 4, p));
		assert!(differs);
	}

	#[test]
	fn frequencies_follow_the_softmax() {
		let logits = [0.0, (2.0f32).ln(), (4.0f32).ln(), -50.0];
		let sampler = Sampler::TopK {
			temperature: 1.0,
			k: 3,
		};
		let mut counts = [0u32; 4];
		for position in 0..20_000 {
			counts[sampler.choose(&logits, &[7; 32], position).unwrap() as usize] += 1;
		}
		// Expected 1/7, 2/7, 4/7; five standard deviations of a count of 20,000 are below 360.
		for (count, share) in counts.iter().zip([1.0, 2.0, 4.0, 0.0]) {
			assert!(
				(f64::from(*count) - 20_000.0 * share / 7.0).abs() < 360.0,
				"{counts:?}"
			);
		}
	}

	#[test]
	fn bad_input_is_refused_by_name() {
		let nan = Sampler::Greedy.choose(&[0.0, f32::NAN], &[0; 32], 5);
		assert!(matches!(
			nan,
			Err(Error::NonFiniteLogits {
				token: 1,
				position: 5
			})
		));
		assert!(matches!(
			Sampler::Greedy.choose(&[], &[0; 32], 0),
			Err(Error::EmptyLogits)
		));
		for (temperature, k) in [
			(0.0, 5),
			(-1.0, 5),
			(f32::NAN, 5),
			(f32::INFINITY, 5),
			(1.0, 0),
		] {
			let sampler = Sampler::TopK { temperature, k };
			assert!(matches!(
				sampler.choose(&[1.0], &[0; 32], 0),
				Err(Error::InvalidSampling { .. })
			));
		}
	}

	proptest! {
		#[test]
		fn largest_agrees_with_a_full_sort(logits in prop::collection::vec(-4i8..4, 1..60), count in 1usize..70) {
			let logits: Vec<f32> = logits.into_iter().map(f32::from).collect();
			let mut expected: Vec<(u32, f32)> = logits.iter().enumerate().map(|(i, x)| (i as u32, *x)).collect();
			expected.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
			expected.truncate(count);
			prop_assert_eq!(largest(&logits, count), expected);
		}

		#[test]
		fn only_the_k_largest_are_chosen(seed: [u8; 32], position: u32, k in 1u32..8) {
			let logits = [1.0, 5.0, 2.0, 4.0, 3.0, 0.0];
			let token = Sampler::TopK { temperature: 2.0, k }.choose(&logits, &seed, position).unwrap();
			prop_assert!(largest(&logits, k as usize).iter().any(|(t, _)| *t == token));
		}
	}
}
