//! How what a requester paid is divided.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One whole, in parts per million.
pub const MILLION: u32 = 1_000_000;

/// Shares of a payment, in parts per million of it.
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
pub struct Shares {
	/// To the model's author.
	pub royalty: u32,
	/// To the treasury.
	pub treasury: u32,
	/// Destroyed.
	pub burn: u32,
	/// Of what remains for the provider's side, to its delegators.
	pub delegators: u32,
}

/// A payment divided; the parts add up to what was paid, to the last unit.
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
pub struct Payment {
	/// To the provider.
	pub provider: u128,
	/// To those who delegated to the provider.
	pub delegators: u128,
	/// To the model's author.
	pub author: u128,
	/// To the treasury.
	pub treasury: u128,
	/// Destroyed.
	pub burned: u128,
}

impl Payment {
	/// The sum of the parts; `None` on overflow.
	pub fn total(&self) -> Option<u128> {
		[
			self.provider,
			self.delegators,
			self.author,
			self.treasury,
			self.burned,
		]
		.into_iter()
		.try_fold(0u128, u128::checked_add)
	}
}

/// `amount * ppm / 1,000,000`, rounded down, without overflow for any amount.
pub fn share_of(amount: u128, ppm: u32) -> u128 {
	let (million, ppm) = (u128::from(MILLION), u128::from(ppm.min(MILLION)));
	// quotient * ppm <= amount, and remainder * ppm < 10^12: neither can overflow.
	(amount / million) * ppm + (amount % million) * ppm / million
}

/// Divides `spent`. Royalty, burn and the provider's side are rounded down and the treasury takes
/// what rounding leaves, at most three units. Shares that add up to more than a whole are served in the
/// order royalty, treasury, burn.
pub fn split(spent: u128, shares: &Shares) -> Payment {
	let royalty = shares.royalty.min(MILLION);
	let treasury = shares.treasury.min(MILLION - royalty);
	let burn = shares.burn.min(MILLION - royalty - treasury);
	let author = share_of(spent, royalty);
	let burned = share_of(spent, burn);
	let side = share_of(spent, MILLION - royalty - treasury - burn);
	let delegators = share_of(side, shares.delegators);
	Payment {
		provider: side - delegators,
		delegators,
		author,
		treasury: spent - author - burned - side,
		burned,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn a_plain_split() {
		let shares = Shares {
			royalty: 100_000,
			treasury: 50_000,
			burn: 10_000,
			delegators: 0,
		};
		let payment = split(1_000, &shares);
		assert_eq!(
			payment,
			Payment {
				provider: 840,
				delegators: 0,
				author: 100,
				treasury: 50,
				burned: 10
			}
		);
	}

	#[test]
	fn one_unit_goes_to_the_treasury() {
		let shares = Shares {
			royalty: 100_000,
			treasury: 50_000,
			burn: 10_000,
			delegators: 500_000,
		};
		assert_eq!(
			split(1, &shares),
			Payment {
				treasury: 1,
				..Default::default()
			}
		);
	}

	proptest! {
		#[test]
		fn parts_add_up(spent: u128, royalty: u32, treasury: u32, burn: u32, delegators: u32) {
			let payment = split(spent, &Shares { royalty, treasury, burn, delegators });
			prop_assert_eq!(payment.total(), Some(spent));
		}

		#[test]
		fn rounding_favours_the_treasury(
			spent: u128, royalty in 0u32..300_000, treasury in 0u32..300_000,
			burn in 0u32..300_000, delegators in 0u32..=MILLION,
		) {
			let payment = split(spent, &Shares { royalty, treasury, burn, delegators });
			let exact = share_of(spent, treasury);
			prop_assert!(payment.treasury >= exact);
			prop_assert!(payment.treasury - exact <= 3);
		}

		#[test]
		fn share_is_the_exact_quotient(amount in 0u128..1 << 100, ppm in 0u32..=MILLION) {
			prop_assert_eq!(share_of(amount, ppm), amount * u128::from(ppm) / u128::from(MILLION));
		}
	}
}
