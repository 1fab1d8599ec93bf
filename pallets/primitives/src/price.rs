//! Prices per token and what they add up to.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What one token costs, in the chain's smallest unit.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Price {
	/// Units for each token of the prompt.
	pub input: u128,
	/// Units for each generated token.
	pub output: u128,
}

impl Price {
	/// The same price for both kinds of token.
	pub const fn flat(units: u128) -> Self {
		Self {
			input: units,
			output: units,
		}
	}

	/// The cost of so many tokens; `None` on overflow.
	pub fn cost(&self, tokens_in: u32, tokens_out: u32) -> Option<u128> {
		let input = self.input.checked_mul(tokens_in.into())?;
		let output = self.output.checked_mul(tokens_out.into())?;
		input.checked_add(output)
	}

	/// This price, with neither part under `least`'s.
	pub fn at_least(&self, least: &Self) -> Self {
		Self {
			input: self.input.max(least.input),
			output: self.output.max(least.output),
		}
	}

	/// Whether neither part is above `ceiling`'s.
	pub fn within(&self, ceiling: &Self) -> bool {
		self.input <= ceiling.input && self.output <= ceiling.output
	}
}

/// Governed bounds of a price class: its price is never below the floor or above the ceiling.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PriceBounds {
	/// The lowest price.
	pub floor: Price,
	/// The highest price.
	pub ceiling: Price,
}

impl PriceBounds {
	/// These bounds, forced into `hard`: governance may set anything, the code decides how far.
	pub fn clamped(&self, hard: &Self) -> Self {
		let part = |value: u128, low: u128, high: u128| value.max(low).min(high.max(low));
		let floor = Price {
			input: part(self.floor.input, hard.floor.input, hard.ceiling.input),
			output: part(self.floor.output, hard.floor.output, hard.ceiling.output),
		};
		let ceiling = Price {
			input: part(self.ceiling.input, floor.input, hard.ceiling.input),
			output: part(self.ceiling.output, floor.output, hard.ceiling.output),
		};
		Self { floor, ceiling }
	}

	/// The price, raised to the floor or lowered to the ceiling, each part by itself.
	pub fn force(&self, price: &Price) -> Price {
		let raised = price.at_least(&self.floor);
		Price {
			input: raised.input.min(self.ceiling.input),
			output: raised.output.min(self.ceiling.output),
		}
	}

	/// Whether `price` lies between floor and ceiling, both included.
	pub fn contain(&self, price: &Price) -> bool {
		self.floor.within(price) && price.within(&self.ceiling)
	}
}

/// The most prompt tokens that an input of `len` bytes can be worth: every token covers at least one
/// byte, the chat template adds at most `template_overhead` tokens, and no prompt is longer than the
/// context.
pub fn max_input_tokens(len: u32, template_overhead: u32, context_length: u32) -> u32 {
	len.saturating_add(template_overhead).min(context_length)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn price() -> impl Strategy<Value = Price> {
		(any::<u128>(), any::<u128>()).prop_map(|(input, output)| Price { input, output })
	}

	fn bounds() -> impl Strategy<Value = PriceBounds> {
		(price(), price()).prop_map(|(floor, ceiling)| PriceBounds { floor, ceiling })
	}

	#[test]
	fn overflow_is_none() {
		assert_eq!(Price::flat(u128::MAX).cost(1, 1), None);
		assert_eq!(Price::flat(u128::MAX).cost(2, 0), None);
		assert_eq!(
			Price {
				input: 2,
				output: 3
			}
			.cost(10, 100),
			Some(320)
		);
	}

	proptest! {
		#[test]
		fn a_price_within_a_ceiling_never_costs_more(
			low in (0..1u128 << 64, 0..1u128 << 64), extra in (0..1u128 << 64, 0..1u128 << 64),
			tokens_in: u32, tokens_out: u32,
		) {
			let price = Price { input: low.0, output: low.1 };
			let ceiling = Price { input: low.0 + extra.0, output: low.1 + extra.1 };
			prop_assert!(price.within(&ceiling));
			prop_assert!(price.cost(tokens_in, tokens_out) <= ceiling.cost(tokens_in, tokens_out));
		}

		#[test]
		fn clamped_bounds_are_sound_whatever_governance_set(set in bounds(), a in price(), b in price()) {
			let hard = PriceBounds {
				floor: Price { input: a.input.min(b.input), output: a.output.min(b.output) },
				ceiling: Price { input: a.input.max(b.input), output: a.output.max(b.output) },
			};
			let clamped = set.clamped(&hard);
			prop_assert!(clamped.floor.within(&clamped.ceiling));
			prop_assert!(hard.contain(&clamped.floor));
			prop_assert!(hard.contain(&clamped.ceiling));
			prop_assert_eq!(clamped.clamped(&hard), clamped);
		}
	}
}
