//! How the price of a class of models follows the demand: pure rules, without storage.
//!
//! In each period the slots of the class's offers are busy for some share of the time: the *utilisation*. Inside
//! of a band the price stays; above it the price rises and below it falls, by no more than a governed step in a
//! period, and never beyond floor and ceiling. It is the rule that [Gonka](https://github.com/gonka-ai/gonka) has
//! for its models, with a step that grows with the distance from the band.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	pool::mul_div,
	price::{Price, PriceBounds},
	split::{MILLION, share_of},
};

/// What governance decides about the price of a class.
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
pub struct Policy {
	/// The least and the most that the price can be.
	pub bounds: PriceBounds,
	/// Utilisation in parts per million under which the price falls.
	pub low: u32,
	/// Utilisation in parts per million above which the price rises.
	pub high: u32,
	/// The most that the price changes in a period, in parts per million of it; a price that changes does so by
	/// a unit at least.
	pub step: u32,
}

/// What no vote goes beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct PolicyLimits {
	/// Bounds of the bounds.
	pub bounds: PriceBounds,
	/// The largest step in parts per million.
	pub step: u32,
}

impl Policy {
	/// This policy, forced into the limits: governance may set anything, the code decides how far.
	pub fn clamped(&self, limits: &PolicyLimits) -> Self {
		let low = self.low.min(MILLION);
		Self {
			bounds: self.bounds.clamped(&limits.bounds),
			low,
			high: self.high.clamp(low, MILLION),
			step: self.step.min(limits.step).min(MILLION),
		}
	}

	/// The price after a period with this utilisation in parts per million; `None` if there was nothing to use,
	/// which says nothing about the demand.
	pub fn next(&self, price: &Price, utilisation: Option<u32>) -> Price {
		let moved = match utilisation.map(|used| used.min(MILLION)) {
			Some(used) if used > self.high => {
				let share = self.part(used - self.high, MILLION - self.high);
				rise(price, share)
			}
			Some(used) if used < self.low => fall(price, self.part(self.low - used, self.low)),
			_ => *price,
		};
		self.bounds.force(&moved)
	}

	/// As much of the step as the distance from the band is of the largest possible, rounded up.
	fn part(&self, distance: u32, most: u32) -> u32 {
		let product = u64::from(self.step) * u64::from(distance);
		let part = product.div_ceil(u64::from(most.max(1)));
		u32::try_from(part).unwrap_or(MILLION).min(self.step)
	}
}

/// A unit at least, if anything.
fn change(units: u128, share: u32) -> u128 {
	if share == 0 {
		return 0;
	}
	share_of(units, share).max(1)
}

fn rise(price: &Price, share: u32) -> Price {
	let up = |units: u128| units.saturating_add(change(units, share));
	Price {
		input: up(price.input),
		output: up(price.output),
	}
}

fn fall(price: &Price, share: u32) -> Price {
	let down = |units: u128| units.saturating_sub(change(units, share));
	Price {
		input: down(price.input),
		output: down(price.output),
	}
}

/// Slots of a class's offers, and for how long they were there and busy.
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
pub struct Meter {
	/// Slots now.
	pub slots: u64,
	/// Busy ones now.
	pub busy: u64,
	/// Slots times blocks in this period, up to `until`.
	pub slot_blocks: u128,
	/// Busy slots times blocks in this period, up to `until`.
	pub busy_blocks: u128,
	/// Block up to which is counted.
	pub until: u32,
}

impl Meter {
	/// Counts what there was up to block `now`.
	pub fn advance(&mut self, now: u32) {
		let blocks = u128::from(now.saturating_sub(self.until));
		let add = |sum: &mut u128, slots: u64| {
			*sum = sum.saturating_add(u128::from(slots).saturating_mul(blocks));
		};
		add(&mut self.slot_blocks, self.slots);
		add(&mut self.busy_blocks, self.busy);
		self.until = self.until.max(now);
	}

	/// Slots came and went in block `now`.
	pub fn change(&mut self, now: u32, slots: i64, busy: i64) {
		self.advance(now);
		self.slots = self.slots.saturating_add_signed(slots);
		self.busy = self.busy.saturating_add_signed(busy);
	}

	/// Ends the period in block `now`: says what was counted, and begins at 0.
	pub fn close(&mut self, now: u32) -> (u128, u128) {
		self.advance(now);
		let counted = (self.busy_blocks, self.slot_blocks);
		(self.busy_blocks, self.slot_blocks) = (0, 0);
		counted
	}
}

/// `busy` of `slots` in parts per million, rounded down; `None` if there were no slots. More busy than there are,
/// after a provider lowered its slots, is all of them.
pub fn utilisation(busy: u128, slots: u128) -> Option<u32> {
	if slots == 0 {
		return None;
	}
	let share = mul_div(busy.min(slots), MILLION.into(), slots)?;
	u32::try_from(share).ok()
}

/// A period that is over.
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
pub struct Period {
	/// The block in which it ended.
	pub ended_at: u32,
	/// The price that held.
	pub price: Price,
	/// Busy slots times blocks.
	pub busy_blocks: u128,
	/// Slots times blocks.
	pub slot_blocks: u128,
	/// Prompt tokens of the receipts in it.
	pub tokens_in: u128,
	/// Generated tokens of them.
	pub tokens_out: u128,
}

impl Period {
	/// In parts per million; `None` without offers.
	pub fn utilisation(&self) -> Option<u32> {
		utilisation(self.busy_blocks, self.slot_blocks)
	}

	/// What its tokens cost at this price.
	pub fn revenue(&self, price: &Price) -> u128 {
		let input = price.input.saturating_mul(self.tokens_in);
		input.saturating_add(price.output.saturating_mul(self.tokens_out))
	}
}

/// A period as it was, and as it would have been under another policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Replayed {
	/// The block in which it ended.
	pub ended_at: u32,
	/// In parts per million; `None` without offers.
	pub utilisation: Option<u32>,
	/// The price that held.
	pub price: Price,
	/// The price that would have held.
	pub would_be: Price,
	/// The least that its tokens cost: at the price that held.
	pub revenue: u128,
	/// The same at the price that would have held, if the demand had been the same.
	pub revenue_would_be: u128,
}

/// Replays periods, oldest first, under another policy, from the price that held in the first. Also returns the
/// price that the period after the last would have.
pub fn replay(periods: &[Period], policy: &Policy) -> (Vec<Replayed>, Option<Price>) {
	let mut price = periods
		.first()
		.map(|first| policy.bounds.force(&first.price));
	let mut replayed = Vec::with_capacity(periods.len());
	for period in periods {
		let would_be = price.unwrap_or(period.price);
		replayed.push(Replayed {
			ended_at: period.ended_at,
			utilisation: period.utilisation(),
			price: period.price,
			would_be,
			revenue: period.revenue(&period.price),
			revenue_would_be: period.revenue(&would_be),
		});
		price = Some(policy.next(&would_be, period.utilisation()));
	}
	(replayed, price)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn policy() -> Policy {
		Policy {
			bounds: PriceBounds {
				floor: Price::flat(100),
				ceiling: Price::flat(1_000_000),
			},
			low: 400_000,
			high: 600_000,
			step: 20_000,
		}
	}

	#[test]
	fn inside_of_the_band_the_price_stays() {
		let price = Price {
			input: 5_000,
			output: 7_000,
		};
		for used in [None, Some(400_000), Some(500_000), Some(600_000)] {
			assert_eq!(policy().next(&price, used), price, "{used:?}");
		}
	}

	#[test]
	fn outside_it_moves_with_the_distance() {
		let price = Price::flat(100_000);
		let next = |used| policy().next(&price, Some(used)).input;
		assert_eq!(next(1_000_000), 102_000);
		assert_eq!(next(800_000), 101_000);
		assert_eq!(next(200_000), 99_000);
		assert_eq!(next(0), 98_000);
	}

	#[test]
	fn it_stays_between_floor_and_ceiling_and_is_never_stuck() {
		assert_eq!(policy().next(&Price::flat(100), Some(0)), Price::flat(100));
		let most = Price::flat(1_000_000);
		assert_eq!(policy().next(&most, Some(MILLION)), most);
		let low = Policy {
			bounds: PriceBounds {
				floor: Price::flat(1),
				ceiling: Price::flat(10),
			},
			..policy()
		};
		assert_eq!(low.next(&Price::flat(1), Some(MILLION)), Price::flat(2));
	}

	#[test]
	fn a_meter_counts_slots_by_the_time_that_they_are_there() {
		let mut meter = Meter::default();
		meter.change(10, 4, 0);
		meter.change(12, 0, 2);
		meter.change(15, 0, -1);
		// 2 blocks with 4 free slots, 3 with 2 of 4 busy, 5 with 1 of 4.
		assert_eq!(meter.close(20), (11, 40));
		assert_eq!(utilisation(11, 40), Some(275_000));
		assert_eq!(meter.close(21), (1, 4));
	}

	#[test]
	fn without_slots_there_is_no_utilisation() {
		assert_eq!(utilisation(0, 0), None);
		assert_eq!(utilisation(9, 3), Some(MILLION));
	}

	#[test]
	fn a_replay_under_the_same_policy_is_what_was() {
		let mut price = Price::flat(10_000);
		let mut periods = Vec::new();
		for (index, busy) in [90u128, 95, 50, 10, 0, 70].into_iter().enumerate() {
			let period = Period {
				ended_at: index as u32,
				price,
				busy_blocks: busy,
				slot_blocks: 100,
				tokens_in: 10,
				tokens_out: 20,
			};
			price = policy().next(&price, period.utilisation());
			periods.push(period);
		}
		let (replayed, next) = replay(&periods, &policy());
		assert_eq!(next, Some(price));
		for (was, would_be) in periods.iter().zip(replayed) {
			assert_eq!(was.price, would_be.would_be);
			assert_eq!(would_be.revenue, would_be.revenue_would_be);
		}
		assert_eq!(replay(&[], &policy()), (Vec::new(), None));
	}

	fn price() -> impl Strategy<Value = Price> {
		(any::<u128>(), any::<u128>()).prop_map(|(input, output)| Price { input, output })
	}

	fn bounds() -> impl Strategy<Value = PriceBounds> {
		(price(), price()).prop_map(|(floor, ceiling)| PriceBounds { floor, ceiling })
	}

	fn any_policy() -> impl Strategy<Value = Policy> {
		(bounds(), any::<u32>(), any::<u32>(), any::<u32>()).prop_map(
			|(bounds, low, high, step)| Policy {
				bounds,
				low,
				high,
				step,
			},
		)
	}

	proptest! {
		#[test]
		fn whatever_is_voted_the_limits_hold(
			policy in any_policy(), from in price(), used in any::<Option<u32>>(), most in 0..=MILLION,
		) {
			let limits = PolicyLimits {
				bounds: PriceBounds { floor: Price::flat(10), ceiling: Price::flat(1 << 80) },
				step: most,
			};
			let policy = policy.clamped(&limits);
			prop_assert!(policy.low <= policy.high && policy.high <= MILLION);
			prop_assert!(policy.step <= most);
			let next = policy.next(&from, used);
			prop_assert!(limits.bounds.contain(&next));
			prop_assert!(policy.bounds.contain(&next));
		}

		#[test]
		fn no_period_moves_a_price_by_more_than_the_step(
			units in 1u128..1 << 100, used in 0..=MILLION, step in 0..=MILLION,
			band in (0..=MILLION, 0..=MILLION),
		) {
			let policy = Policy {
				bounds: PriceBounds { floor: Price::flat(0), ceiling: Price::flat(u128::MAX) },
				low: band.0.min(band.1),
				high: band.0.max(band.1),
				step,
			};
			let next = policy.next(&Price::flat(units), Some(used)).input;
			prop_assert!(next.abs_diff(units) <= share_of(units, step).max(1));
			prop_assert!(used <= policy.high || next >= units);
			prop_assert!(used >= policy.low || next <= units);
		}

		#[test]
		fn more_use_never_means_a_lower_price(
			units in 1u128..1 << 100, one in 0..=MILLION, other in 0..=MILLION,
		) {
			let next = |used| policy().next(&Price::flat(units), Some(used)).input;
			prop_assert!(next(one.min(other)) <= next(one.max(other)));
		}
	}
}
