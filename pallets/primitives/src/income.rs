//! Income that is shared by many without touching any of them: an accumulator of what a share has earned, and
//! for each holder what it stood at when the shares last changed. The construction is that of Batog, Boca and
//! Johnson, "Scalable Reward Distribution on the Ethereum Blockchain" (2018), and of pallet-nomination-pools.
//!
//! What a holder gets does not depend on how often it claims: a claim notes what was paid, and leaves the
//! accumulator's difference, with its fraction of a unit, as it is.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::U256;
use scale_info::TypeInfo;

use crate::pool::mul_div;

/// Parts of a unit in which the accumulator counts.
pub const SCALE: u128 = 1_000_000_000_000_000_000;

/// What a share has earned since the beginning.
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
pub struct Income {
	/// What a share has earned, in units times [`SCALE`]. It only grows.
	pub per_share: u128,
	/// What was too little for the shares that there were: units times [`SCALE`], less than there were shares.
	pub rest: u128,
}

impl Income {
	/// Shares out units among so many shares. `None`, with nothing changed, if there are none, or the
	/// accumulator would overflow: then the units belong to somebody else.
	#[must_use]
	pub fn earn(&mut self, units: u128, shares: u128) -> Option<()> {
		let scaled = U256::from(units)
			.checked_mul(U256::from(SCALE))?
			.checked_add(U256::from(self.rest))?;
		let each = scaled.checked_div(U256::from(shares))?;
		let rest = scaled % U256::from(shares);
		let per_share = self.per_share.checked_add(u128::try_from(each).ok()?)?;
		self.rest = u128::try_from(rest).ok()?;
		self.per_share = per_share;
		Some(())
	}

	/// What a share has earned since then.
	fn since(&self, then: u128) -> u128 {
		self.per_share.saturating_sub(then)
	}
}

/// A holder's part of an [`Income`].
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
pub struct Earned {
	/// [`Income::per_share`] when the holder's shares last changed.
	pub since: u128,
	/// Units earned before that, and not claimed.
	pub before: u128,
	/// Units claimed after that.
	pub claimed: u128,
}

impl Earned {
	/// Of who gets the first shares now.
	pub fn from_now(income: &Income) -> Self {
		Self {
			since: income.per_share,
			..Default::default()
		}
	}

	/// What can be claimed, with so many shares since they last changed.
	pub fn claimable(&self, income: &Income, shares: u128) -> u128 {
		let earned = mul_div(income.since(self.since), shares, SCALE).unwrap_or(0);
		self.before
			.saturating_add(earned)
			.saturating_sub(self.claimed)
	}

	/// Notes that everything is claimed, and says how much that is.
	#[must_use]
	pub fn claim(&mut self, income: &Income, shares: u128) -> u128 {
		let units = self.claimable(income, shares);
		self.claimed = self.claimed.saturating_add(units);
		units
	}

	/// Notes that the shares, so many until now, are about to change. What is claimable stays so; a fraction of a
	/// unit is dropped.
	pub fn settle(&mut self, income: &Income, shares: u128) {
		*self = Self {
			since: income.per_share,
			before: self.claimable(income, shares),
			claimed: 0,
		};
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn shares_earn_alike() {
		let mut income = Income::default();
		let (mut one, mut other) = (Earned::from_now(&income), Earned::from_now(&income));
		income.earn(90, 3).unwrap();
		assert_eq!(one.claim(&income, 1), 30);
		assert_eq!(other.claim(&income, 2), 60);
		assert_eq!(one.claim(&income, 1), 0);
		// Who comes later has no part in what was earned before.
		let late = Earned::from_now(&income);
		income.earn(40, 4).unwrap();
		assert_eq!(late.claimable(&income, 1), 10);
		assert_eq!(one.claim(&income, 1), 10);
	}

	#[test]
	fn nobody_earns_without_shares() {
		let mut income = Income::default();
		assert_eq!(income.earn(90, 0), None);
		assert_eq!(income, Income::default());
	}

	#[test]
	fn what_would_overflow_changes_nothing() {
		let mut income = Income::default();
		assert_eq!(income.earn(u128::MAX, 1), None);
		assert_eq!(income, Income::default());
		assert_eq!(income.earn(u128::MAX, u128::MAX), Some(()));
	}

	#[test]
	fn little_income_adds_up() {
		let mut income = Income::default();
		let shares = 7 * SCALE * 1_000;
		let mut earned = Earned::from_now(&income);
		for _ in 0..7_000 {
			income.earn(1, shares).unwrap();
		}
		assert_eq!(earned.claim(&income, shares), 7_000);
	}

	proptest! {
		#[test]
		fn claims_depend_on_nothing_but_income(
			incomes in prop::collection::vec((1u128..1 << 60, any::<bool>()), 1..50),
			mine in 1u128..1 << 60, others in 0u128..1 << 60,
		) {
			let mut income = Income::default();
			let (mut often, mut once) = (Earned::from_now(&income), Earned::from_now(&income));
			let mut claimed = 0;
			for (units, claims) in incomes {
				income.earn(units, mine + others).unwrap();
				if claims {
					claimed += often.claim(&income, mine);
				}
			}
			claimed += often.claim(&income, mine);
			prop_assert_eq!(claimed, once.claim(&income, mine));
		}

		#[test]
		fn no_more_is_claimed_than_was_earned(
			steps in prop::collection::vec((0usize..3, 0u128..1 << 50, 0u128..1 << 40), 1..60),
		) {
			let mut income = Income::default();
			let mut holders = [(0u128, Earned::default()); 3];
			let (mut earned, mut claimed) = (0u128, 0u128);
			for (who, shares, units) in steps {
				let (held, record) = &mut holders[who];
				record.settle(&income, *held);
				*held = shares;
				let all: u128 = holders.iter().map(|(held, _)| held).sum();
				if income.earn(units, all).is_some() {
					earned += units;
				}
				let (held, record) = &mut holders[who];
				claimed += record.claim(&income, *held);
				prop_assert!(claimed <= earned);
			}
			for (held, record) in &mut holders {
				claimed += record.claim(&income, *held);
			}
			prop_assert!(claimed <= earned);
		}
	}
}
