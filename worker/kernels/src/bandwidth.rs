//! How fast this machine reads its memory.

use std::time::{Duration, Instant};

use crate::parallel::{for_each, piece, pieces};

/// Repeats, of which the fastest counts: whatever disturbs a measurement makes it slower.
const REPEATS: usize = 5;

/// Numbers that one step of the sum takes.
const TOGETHER: usize = 64;

/// Bytes that all threads of rayon's current pool together read in a second, one after another, from a
/// buffer of `size` bytes: the best of five passes. The buffer should be several times larger than the
/// caches.
pub fn read_bandwidth(size: usize) -> f64 {
	let words = (size / size_of::<u64>()).max(TOGETHER);
	// Not zeros, which the system would map onto one page.
	let buffer: Vec<u64> = (0..words as u64).collect();
	let best = (0..REPEATS)
		.map(|_| pass(&buffer))
		.min()
		.unwrap_or(Duration::MAX);
	size_of_val(buffer.as_slice()) as f64 / best.as_secs_f64()
}

fn pass(buffer: &[u64]) -> Duration {
	let started = Instant::now();
	let count = pieces(buffer.len(), TOGETHER);
	for_each(count, |i| {
		std::hint::black_box(sum(&buffer[piece(buffer.len(), count, i)]));
	});
	started.elapsed()
}

fn sum(words: &[u64]) -> u64 {
	let mut sums = [0u64; TOGETHER];
	for chunk in words.chunks_exact(TOGETHER) {
		for (sum, word) in sums.iter_mut().zip(chunk) {
			*sum = sum.wrapping_add(*word);
		}
	}
	sums.into_iter().fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn memory_is_neither_standing_still_nor_faster_than_any_there_is() {
		let bandwidth = read_bandwidth(64 << 20);
		assert!((1e8..1e14).contains(&bandwidth), "{bandwidth}");
	}
}
