//! Work on the threads of rayon's current pool.

#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::ops::Range;

use rayon::prelude::*;

/// Calls `work` once for each of `tasks` numbers, on as many threads as there are.
pub(crate) fn for_each(tasks: usize, work: impl Fn(usize) + Sync) {
	match tasks {
		0 => {}
		1 => work(0),
		_ if rayon::current_num_threads() == 1 => (0..tasks).for_each(&work),
		_ => (0..tasks).into_par_iter().with_max_len(1).for_each(&work),
	}
}

/// How many pieces to cut work into: a few for each thread, so that one that is held up does not hold
/// up all, but none smaller than `least` units.
pub(crate) fn pieces(units: usize, least: usize) -> usize {
	const PER_THREAD: usize = 4;
	let most = rayon::current_num_threads() * PER_THREAD;
	(units / least.max(1)).clamp(1, most)
}

/// The units of one of `count` pieces of about equal size.
pub(crate) fn piece(units: usize, count: usize, index: usize) -> Range<usize> {
	units * index / count..units * (index + 1) / count
}

/// A slice of which several threads write disjoint parts.
pub(crate) struct Shared<'a, T> {
	start: *mut T,
	len: usize,
	slice: PhantomData<&'a mut [T]>,
}

// SAFETY: it gives access to `T` from several threads only through `part`, whose callers keep parts
// disjoint, as `split_at_mut` would.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
	/// Takes a slice.
	pub(crate) fn new(slice: &'a mut [T]) -> Self {
		Self {
			start: slice.as_mut_ptr(),
			len: slice.len(),
			slice: PhantomData,
		}
	}

	/// A part of the slice.
	///
	/// # Safety
	/// No two parts that are alive at the same time may overlap.
	///
	/// # Panics
	/// The range is not inside the slice.
	#[inline(always)]
	#[allow(clippy::mut_from_ref)]
	pub(crate) unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
		assert!(range.start <= range.end && range.end <= self.len);
		// SAFETY: inside the slice, as was checked, and by the caller's promise not aliased.
		unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::atomic::{AtomicUsize, Ordering};

	#[test]
	fn every_task_runs_once() {
		for tasks in [0, 1, 2, 100] {
			let counts: Vec<_> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
			for_each(tasks, |i| {
				counts[i].fetch_add(1, Ordering::Relaxed);
			});
			assert!(counts.iter().all(|c| c.load(Ordering::Relaxed) == 1));
		}
	}

	#[test]
	fn pieces_cover_everything_once() {
		for (units, least) in [(0, 1), (1, 1), (7, 2), (1000, 3), (5, 0)] {
			let count = pieces(units, least);
			let all: Vec<_> = (0..count).flat_map(|i| piece(units, count, i)).collect();
			assert_eq!(all, (0..units).collect::<Vec<_>>());
		}
	}
}
