//! A pool in which many hold shares, and what happens to them when it grows or is slashed: the exchange rate
//! changes, and nobody's record is touched.
//!
//! All rounding is in the pool's favour: who puts in gets no more shares than it is worth, and who takes out gets
//! no more units than the shares are worth.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::U256;
use scale_info::TypeInfo;

/// `a * b / c`, rounded down; `None` if `c` is 0 or the result has more than 128 bits.
pub fn mul_div(a: u128, b: u128, c: u128) -> Option<u128> {
	let product = U256::from(a).checked_mul(U256::from(b))?;
	product
		.checked_div(U256::from(c))
		.and_then(|quotient| u128::try_from(quotient).ok())
}

/// `a * b / c`, rounded up; `None` as for [`mul_div`].
pub fn mul_div_up(a: u128, b: u128, c: u128) -> Option<u128> {
	let product = U256::from(a).checked_mul(U256::from(b))?;
	let (quotient, rest) = (product.checked_div(U256::from(c))?, product % U256::from(c));
	let quotient = u128::try_from(quotient).ok()?;
	if rest.is_zero() {
		Some(quotient)
	} else {
		quotient.checked_add(1)
	}
}

/// Units that belong together, and the shares in which they are held.
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
pub struct Pool {
	/// Units.
	pub total: u128,
	/// Shares. A new pool has as many as units.
	pub shares: u128,
}

impl Pool {
	/// Whether slashes have taken everything, so that the shares are worth nothing and nobody can come in.
	pub fn is_spent(&self) -> bool {
		self.total == 0 && self.shares > 0
	}

	/// What so many shares are worth, in units, rounded down.
	pub fn worth(&self, shares: u128) -> u128 {
		if self.shares == 0 {
			return 0;
		}
		mul_div(shares.min(self.shares), self.total, self.shares).unwrap_or(0)
	}

	/// Puts units in. Returns the shares that they get; `None`, with nothing changed, if that is none, if the
	/// pool is spent, or on overflow.
	#[must_use]
	pub fn deposit(&mut self, units: u128) -> Option<u128> {
		let shares = if self.shares == 0 {
			units
		} else {
			mul_div(units, self.shares, self.total)?
		};
		if shares == 0 {
			return None;
		}
		let after = Self {
			total: self.total.checked_add(units)?,
			shares: self.shares.checked_add(shares)?,
		};
		*self = after;
		Some(shares)
	}

	/// How many shares have to go for so many units, rounded up; `None` if there are not so many, or none are
	/// asked for.
	pub fn shares_for(&self, units: u128) -> Option<u128> {
		if units == 0 {
			return None;
		}
		mul_div_up(units, self.shares, self.total).filter(|shares| *shares <= self.shares)
	}

	/// Takes shares out. Returns what they were worth; what rounding leaves stays with the others, and goes with
	/// the last. `None`, with nothing changed, if there are not so many.
	#[must_use]
	pub fn withdraw(&mut self, shares: u128) -> Option<u128> {
		let left = self.shares.checked_sub(shares)?;
		let units = if left == 0 {
			self.total
		} else {
			self.worth(shares)
		};
		self.total = self.total.checked_sub(units)?;
		self.shares = left;
		Some(units)
	}

	/// Takes units from all shares alike. Returns what was taken: no more than there is.
	#[must_use]
	pub fn slash(&mut self, units: u128) -> u128 {
		let taken = units.min(self.total);
		self.total -= taken;
		taken
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn a_share_is_a_unit_until_a_slash() {
		let mut pool = Pool::default();
		assert_eq!(pool.deposit(100), Some(100));
		assert_eq!(pool.deposit(50), Some(50));
		assert_eq!(pool.slash(30), 30);
		assert_eq!(pool.worth(100), 80);
		assert_eq!(pool.worth(50), 40);
		// Who comes now has no part in what was lost.
		assert_eq!(pool.deposit(80), Some(100));
		assert_eq!(pool.worth(100), 80);
	}

	#[test]
	fn a_spent_pool_takes_nobody_in() {
		let mut pool = Pool {
			total: 10,
			shares: 10,
		};
		assert_eq!(pool.slash(99), 10);
		assert!(pool.is_spent());
		assert_eq!(pool.deposit(5), None);
		assert_eq!(pool.worth(10), 0);
		assert_eq!(pool.withdraw(10), Some(0));
		assert_eq!(pool.deposit(5), Some(5));
	}

	#[test]
	fn what_is_not_there_cannot_be_taken() {
		let mut pool = Pool {
			total: 10,
			shares: 10,
		};
		assert_eq!(pool.withdraw(11), None);
		assert_eq!(pool.shares_for(11), None);
		assert_eq!(pool.shares_for(0), None);
		assert_eq!(pool.deposit(u128::MAX), None);
		assert_eq!(
			pool,
			Pool {
				total: 10,
				shares: 10
			}
		);
	}

	#[derive(Clone, Debug)]
	enum Step {
		Deposit(usize, u128),
		Withdraw(usize, u128),
		Slash(u128),
	}

	fn step() -> impl Strategy<Value = Step> {
		let units = prop_oneof![1u128..20, 1u128..1 << 70];
		prop_oneof![
			3 => (0usize..4, units.clone()).prop_map(|(who, units)| Step::Deposit(who, units)),
			3 => (0usize..4, units.clone()).prop_map(|(who, units)| Step::Withdraw(who, units)),
			1 => units.prop_map(Step::Slash),
		]
	}

	proptest! {
		#[test]
		fn shares_are_never_worth_more_than_there_is(steps in prop::collection::vec(step(), 1..80)) {
			let mut pool = Pool::default();
			let mut held = [0u128; 4];
			let (mut inside, mut outside, mut lost) = (0u128, 0u128, 0u128);
			for step in steps {
				match step {
					Step::Deposit(who, units) => {
						if let Some(shares) = pool.deposit(units) {
							held[who] += shares;
							inside += units;
						}
					}
					Step::Withdraw(who, shares) => {
						let shares = shares.min(held[who]);
						outside += pool.withdraw(shares).unwrap();
						held[who] -= shares;
					}
					Step::Slash(units) => lost += pool.slash(units),
				}
				prop_assert_eq!(held.iter().sum::<u128>(), pool.shares);
				prop_assert_eq!(inside, pool.total + outside + lost);
				let worth: u128 = held.iter().map(|shares| pool.worth(*shares)).sum();
				prop_assert!(worth <= pool.total);
			}
		}

		#[test]
		fn going_in_and_out_gains_nothing(
			total in 1u128..1 << 90, shares in 1u128..1 << 90, units in 1u128..1 << 90,
		) {
			let mut pool = Pool { total, shares };
			if let Some(minted) = pool.deposit(units) {
				prop_assert!(pool.withdraw(minted).unwrap() <= units);
				prop_assert!(pool.total >= total);
			}
		}

		#[test]
		fn nobody_elses_shares_lose_by_a_deposit_or_a_withdrawal(
			total in 1u128..1 << 90, mine in 1u128..1 << 80, others in 1u128..1 << 80,
			units in 1u128..1 << 80,
		) {
			let mut pool = Pool { total, shares: mine + others };
			let before = pool.worth(mine);
			if pool.deposit(units).is_some() {
				prop_assert!(pool.worth(mine) >= before);
			}
			let before = pool.worth(mine);
			pool.withdraw(others).unwrap();
			prop_assert!(pool.worth(mine) >= before);
		}

		#[test]
		fn enough_shares_go_for_what_is_taken(
			total in 1u128..1 << 90, shares in 1u128..1 << 90, units in 1u128..1 << 90,
		) {
			let pool = Pool { total, shares };
			if let Some(needed) = pool.shares_for(units) {
				prop_assert!(pool.worth(needed) >= units);
				prop_assert!(needed == 1 || pool.worth(needed - 1) < units);
			}
		}

		#[test]
		fn products_are_exact(a in 0u128..1 << 63, b in 0u128..1 << 63, c in 1u128..) {
			prop_assert_eq!(mul_div(a, b, c), Some(a * b / c));
			prop_assert_eq!(mul_div_up(a, b, c), Some((a * b).div_ceil(c)));
		}
	}
}
