//! Medians, percentiles and rates.

use serde::Serialize;

/// Blocks of one window of a rate: 30 seconds.
pub const WINDOW: usize = 10;

/// The value that so many hundredths of all lie at or under (nearest rank). `None` of nothing.
pub fn percentile<T: Copy + PartialOrd>(values: &[T], hundredths: usize) -> Option<T> {
	let mut sorted = values.to_vec();
	sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
	let rank = sorted.len().saturating_mul(hundredths).div_ceil(100);
	sorted.get(rank.saturating_sub(1)).copied()
}

/// The middle value; of an even number of values the lower of the two.
pub fn median<T: Copy + PartialOrd>(values: &[T]) -> Option<T> {
	percentile(values, 50)
}

/// Two digits after the point are more than these measurements have.
pub fn round(value: f64) -> f64 {
	(value * 100.0).round() / 100.0
}

/// A count as a number to calculate with.
pub fn float(count: u64) -> f64 {
	// Exact up to 2^53, and nothing here comes near.
	#[allow(clippy::cast_precision_loss)]
	let value = count as f64;
	value
}

/// A part of a whole; 0 of nothing.
pub fn share(part: u64, whole: u64) -> f64 {
	if whole == 0 {
		0.0
	} else {
		float(part) / float(whole)
	}
}

/// What happened in a block, and when the block was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
	/// Milliseconds, as the block states them.
	pub at: u64,
	/// How often it happened.
	pub count: u64,
}

/// How often something happened in a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rates {
	/// Over all blocks.
	pub total: f64,
	/// Median of the windows, or the total where there is no whole window.
	pub median: f64,
	/// Of each window of [`WINDOW`] blocks.
	pub windows: Vec<f64>,
	/// How often in all.
	pub count: u64,
	/// Seconds that the blocks took.
	pub seconds: f64,
}

impl Rates {
	/// Rates over consecutive blocks. What happened in the first one counts for nothing: a rate needs a
	/// time, and the first block only says when the second one's began.
	pub fn of(samples: &[Sample]) -> Self {
		let rate = |samples: &[Sample]| -> Option<(f64, u64, f64)> {
			let (first, rest) = samples.split_first()?;
			let count = rest.iter().map(|sample| sample.count).sum();
			let seconds = float(rest.last()?.at.checked_sub(first.at)?) / 1_000.0;
			(seconds > 0.0).then(|| (float(count) / seconds, count, seconds))
		};
		let Some((total, count, seconds)) = rate(samples) else {
			return Self::default();
		};
		let windows: Vec<f64> = (0..samples.len())
			.step_by(WINDOW)
			.filter_map(|from| samples.get(from..=from + WINDOW))
			.filter_map(rate)
			.map(|(rate, ..)| round(rate))
			.collect();
		Self {
			median: median(&windows).unwrap_or(round(total)),
			total: round(total),
			windows,
			count,
			seconds: round(seconds),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn blocks(counts: &[u64]) -> Vec<Sample> {
		let at = (0u64..).map(|number| 1_000_000 + number * 3_000);
		at.zip(counts)
			.map(|(at, count)| Sample { at, count: *count })
			.collect()
	}

	#[test]
	fn percentiles_are_by_nearest_rank() {
		let values: Vec<u32> = (1..=100).rev().collect();
		assert_eq!(percentile(&values, 95), Some(95));
		assert_eq!(median(&values), Some(50));
		assert_eq!(percentile(&[7], 95), Some(7));
		assert_eq!(percentile(&[1, 2, 3], 50), Some(2));
		assert_eq!(percentile::<u32>(&[], 50), None);
		assert_eq!(median(&[2.5, 0.5, 1.5]), Some(1.5));
	}

	#[test]
	fn the_first_block_only_says_when_time_began() {
		let rates = Rates::of(&blocks(&[1_000, 300, 600]));
		assert_eq!(rates.total, 150.0);
		assert_eq!(rates.median, 150.0);
		assert_eq!((rates.count, rates.seconds), (900, 6.0));
		assert!(rates.windows.is_empty());
	}

	#[test]
	fn windows_are_whole_and_do_not_overlap() {
		let mut counts = vec![0];
		counts.extend([300; 10]);
		counts.extend([600; 10]);
		counts.extend([900; 10]);
		counts.extend([9_000; 9]);
		let rates = Rates::of(&blocks(&counts));
		assert_eq!(rates.windows, [100.0, 200.0, 300.0]);
		assert_eq!(rates.median, 200.0);
	}

	#[test]
	fn a_slot_without_a_block_counts_as_time() {
		let mut samples = blocks(&[0, 300, 300]);
		samples[2].at += 3_000;
		assert_eq!(Rates::of(&samples).total, round(600.0 / 9.0));
	}

	#[test]
	fn nothing_has_no_rate() {
		assert_eq!(Rates::of(&[]), Rates::default());
		assert_eq!(Rates::of(&blocks(&[5])), Rates::default());
		assert_eq!(share(1, 0), 0.0);
	}
}
