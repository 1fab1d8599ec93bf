//! How fast a load grows.
//!
//! The chain is to decide the rate. Too little in the pool, and blocks are not full; too much, and the node
//! spends its time on validating again, after each block, what waits in its pool. Too many jobs, and they
//! queue on the chain instead of before it: then blocks are full of posts first and of receipts later.

use std::collections::{HashMap, VecDeque};

use athanor_primitives::JobId;

/// Transactions that wait in the pool at first, and at least.
const LEAST_WINDOW: usize = 1_024;

/// Blocks that the window is measured by.
const MEMORY: usize = 4;

/// Posts for one block, at first.
const FIRST_POSTS: usize = 300;

/// Posts for one block, at least.
const LEAST_POSTS: usize = 50;

/// Jobs for which the hooks are late, below which they have time left.
const BUSY: usize = 200;

/// Jobs for which the hooks are late, above which they have too much to do and nothing is posted.
const BEHIND: usize = 1_000;

/// How many transactions wait in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
	/// Always so many.
	Fixed(usize),
	/// Twice as many as a block takes, and so many at most.
	UpTo(usize),
}

/// The pace of a load.
#[derive(Clone, Debug)]
pub struct Pace {
	window: Window,
	/// Transactions of the load in each of the last blocks.
	recent: VecDeque<usize>,
	/// Posts for one block, if they have to keep to a pace.
	posts: Option<usize>,
	/// Posts since the last block.
	posted: usize,
	/// Jobs that wait for a hook, and the block that is to have it.
	due: HashMap<JobId, u32>,
	/// Jobs for which the hooks were late at the last block.
	behind: usize,
	/// Whether they have been late for too many: then posts grow slowly.
	limited: bool,
}

impl Pace {
	/// The pace of jobs.
	pub fn of_jobs(window: Window) -> Self {
		Self {
			posts: Some(FIRST_POSTS),
			..Self::of_transactions(window)
		}
	}

	/// The pace of transactions that leave nothing behind.
	pub fn of_transactions(window: Window) -> Self {
		Self {
			window,
			recent: VecDeque::new(),
			posts: None,
			posted: 0,
			due: HashMap::new(),
			behind: 0,
			limited: false,
		}
	}

	/// Transactions that may wait in the pool.
	pub fn window(&self) -> usize {
		match self.window {
			Window::Fixed(window) => window,
			Window::UpTo(most) => {
				let block = self.recent.iter().max().copied().unwrap_or_default();
				block.saturating_mul(2).max(LEAST_WINDOW).min(most)
			}
		}
	}

	/// Whether one more post or transfer is in time.
	pub fn lets_load_pass(&self) -> bool {
		self.posts
			.is_none_or(|posts| self.posted < posts && self.behind <= BEHIND)
	}

	/// Takes note of a post or transfer.
	pub fn sent(&mut self) {
		self.posted = self.posted.saturating_add(1);
	}

	/// A job waits for a hook of this block.
	pub fn wait(&mut self, job: JobId, block: u32) {
		self.due.insert(job, block);
	}

	/// A job has had its hook.
	pub fn done(&mut self, job: JobId) {
		self.due.remove(&job);
	}

	/// A block with so many transactions of the load.
	pub fn block(&mut self, number: u32, transactions: usize) {
		self.recent.push_back(transactions);
		if self.recent.len() > MEMORY {
			self.recent.pop_front();
		}
		let behind = self.due.values().filter(|due| **due <= number).count();
		let grows = behind > self.behind;
		self.behind = behind;
		if let Some(posts) = &mut self.posts {
			if behind > BEHIND && grows {
				*posts = (*posts * 4 / 5).max(LEAST_POSTS);
				self.limited = true;
			} else if behind < BUSY && self.posted >= *posts {
				*posts += *posts / if self.limited { 16 } else { 4 };
			}
		}
		self.posted = 0;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Posts as many as may be, up to a number; says how many.
	fn post(pace: &mut Pace, most: usize) -> usize {
		(0..most)
			.take_while(|_| {
				let passes = pace.lets_load_pass();
				pace.sent();
				passes
			})
			.count()
	}

	#[test]
	fn the_window_is_twice_the_fullest_of_the_last_blocks() {
		let mut pace = Pace::of_transactions(Window::UpTo(5_000));
		assert_eq!(pace.window(), LEAST_WINDOW);
		pace.block(1, 2_000);
		pace.block(2, 100);
		assert_eq!(pace.window(), 4_000);
		pace.block(3, 3_000);
		assert_eq!(pace.window(), 5_000);
		for number in 4..8 {
			pace.block(number, 600);
		}
		assert_eq!(pace.window(), 1_200);
		let mut fixed = Pace::of_transactions(Window::Fixed(7));
		fixed.block(1, 2_000);
		assert_eq!(fixed.window(), 7);
	}

	#[test]
	fn posts_grow_while_the_hooks_are_in_time() {
		let mut pace = Pace::of_jobs(Window::Fixed(1));
		assert_eq!(post(&mut pace, 10_000), FIRST_POSTS);
		pace.block(1, 0);
		assert_eq!(post(&mut pace, 10_000), 375);
	}

	#[test]
	fn posts_do_not_grow_when_something_else_limits_them() {
		let mut pace = Pace::of_jobs(Window::Fixed(1));
		for number in 1..9 {
			assert_eq!(post(&mut pace, 299), 299);
			pace.block(number, 0);
		}
		assert_eq!(post(&mut pace, 10_000), FIRST_POSTS);
	}

	#[test]
	fn posts_rest_while_many_jobs_are_late_and_shrink_while_more_and_more_are() {
		let mut pace = Pace::of_jobs(Window::Fixed(1));
		let late = u64::try_from(BEHIND).unwrap() + 1;
		for job in 0..late {
			pace.wait(job, 5);
		}
		post(&mut pace, 10_000);
		pace.block(4, 0);
		assert_eq!(post(&mut pace, 10_000), 375, "nothing was late in block 4");
		pace.block(5, 0);
		assert_eq!(post(&mut pace, 10_000), 0);
		pace.block(6, 0);
		pace.done(0);
		pace.block(7, 0);
		assert_eq!(post(&mut pace, 10_000), 300, "less than before, but once");
		for job in 0..late {
			pace.done(job);
		}
		pace.block(8, 0);
		assert_eq!(post(&mut pace, 10_000), 318, "slower than at first");
	}

	#[test]
	fn transfers_keep_to_no_pace() {
		let mut pace = Pace::of_transactions(Window::Fixed(1));
		assert_eq!(post(&mut pace, 10_000), 10_000);
	}
}
