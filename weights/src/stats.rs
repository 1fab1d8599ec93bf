//! What many measurements of one thing say.

use std::fmt;

use anyhow::{Result, ensure};

/// A summary, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
	/// How many were measured.
	pub count: usize,
	/// The shortest.
	pub min: u64,
	/// The mean.
	pub average: u64,
	/// Half are not longer.
	pub median: u64,
	/// 95 of a hundred are not longer.
	pub p95: u64,
	/// 99 of a hundred are not longer.
	pub p99: u64,
	/// The longest.
	pub max: u64,
}

impl Stats {
	/// Sums up.
	///
	/// # Errors
	/// If nothing was measured.
	pub fn of(mut nanoseconds: Vec<u64>) -> Result<Self> {
		ensure!(!nanoseconds.is_empty(), "nothing was measured");
		nanoseconds.sort_unstable();
		let count = nanoseconds.len();
		let at = |hundredths: usize| nanoseconds[(count * hundredths / 100).min(count - 1)];
		Ok(Self {
			count,
			min: at(0),
			average: nanoseconds.iter().sum::<u64>() / count as u64,
			median: at(50),
			p95: at(95),
			p99: at(99),
			max: at(100),
		})
	}
}

impl fmt::Display for Stats {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let of = |nanoseconds: u64| crate::source::grouped(nanoseconds.into());
		write!(
			f,
			"{} measured (min {}, average {}, median {}, p95 {}, p99 {}, max {})",
			self.count,
			of(self.min),
			of(self.average),
			of(self.median),
			of(self.p95),
			of(self.p99),
			of(self.max)
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn sums_up_in_any_order() {
		let stats = Stats::of((1..=100).rev().collect()).unwrap();
		let expected = Stats {
			count: 100,
			min: 1,
			average: 50,
			median: 51,
			p95: 96,
			p99: 100,
			max: 100,
		};
		assert_eq!(stats, expected);
	}

	#[test]
	fn one_measurement_is_everything() {
		let stats = Stats::of(vec![7]).unwrap();
		assert_eq!((stats.min, stats.p99, stats.max), (7, 7, 7));
	}

	#[test]
	fn no_measurement_is_an_error() {
		Stats::of(Vec::new()).unwrap_err();
	}
}
