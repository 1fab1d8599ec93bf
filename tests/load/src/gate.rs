//! How much may be sent at a time.

use std::time::Duration;

/// One part in so many of the pool is left to answers.
pub const RESERVE: usize = 8;

/// The limits of a load.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
	/// Transactions that the pool holds. Those in blocks that are not final count too: a pool keeps them
	/// until then. An eighth is left to answers.
	pub pool: usize,
	/// Jobs that may be alive at a time.
	pub live: usize,
	/// Loads a second, if that is limited.
	pub rate: Option<u32>,
}

/// Where a load stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
	/// Transactions that may wait in the pool.
	pub window: usize,
	/// Transactions that have been sent and are in no block.
	pub pending: usize,
	/// Transactions that have been sent and are in no final block.
	pub held: usize,
	/// Jobs that have been sent and have not ended.
	pub live: usize,
	/// Loads sent so far.
	pub sent: usize,
	/// Time since the first.
	pub elapsed: Duration,
}

impl Gate {
	/// Whether one more post or transfer may be sent.
	pub fn lets_load_pass(&self, level: &Level) -> bool {
		level.pending < level.window
			&& level.held < self.pool - self.pool / RESERVE
			&& level.live < self.live
			&& self.rate.is_none_or(|rate| {
				let allowed = level.elapsed.as_millis().saturating_mul(rate.into()) / 1_000;
				u128::try_from(level.sent).is_ok_and(|sent| sent <= allowed)
			})
	}

	/// Whether one more answer may be sent. Answers have deadlines, so they may go beyond the window.
	pub fn lets_answer_pass(&self, level: &Level) -> bool {
		level.held < self.pool
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const GATE: Gate = Gate {
		pool: 16,
		live: 20,
		rate: None,
	};

	fn level(pending: usize, held: usize, live: usize) -> Level {
		Level {
			window: 10,
			pending,
			held,
			live,
			..Level::default()
		}
	}

	#[test]
	fn load_stops_at_the_window_and_answers_at_the_pool() {
		assert!(GATE.lets_load_pass(&level(9, 9, 0)));
		assert!(!GATE.lets_load_pass(&level(10, 10, 0)));
		assert!(GATE.lets_answer_pass(&level(10, 10, 0)));
		assert!(GATE.lets_answer_pass(&level(15, 15, 0)));
		assert!(!GATE.lets_answer_pass(&level(16, 16, 0)));
	}

	#[test]
	fn what_is_not_final_takes_a_place_in_the_pool() {
		assert!(GATE.lets_load_pass(&level(0, 13, 0)));
		assert!(!GATE.lets_load_pass(&level(0, 14, 0)));
		assert!(GATE.lets_answer_pass(&level(0, 15, 0)));
		assert!(!GATE.lets_answer_pass(&level(0, 16, 0)));
	}

	#[test]
	fn load_waits_for_jobs_to_end_and_answers_do_not() {
		assert!(GATE.lets_load_pass(&level(0, 0, 19)));
		assert!(!GATE.lets_load_pass(&level(0, 0, 20)));
		assert!(GATE.lets_answer_pass(&level(0, 0, 20)));
	}

	#[test]
	fn a_rate_is_kept_to() {
		let gate = Gate {
			rate: Some(10),
			..GATE
		};
		let at = |sent, millis| {
			gate.lets_load_pass(&Level {
				window: 10,
				sent,
				elapsed: Duration::from_millis(millis),
				..Level::default()
			})
		};
		assert!(at(0, 0) && !at(1, 99));
		assert!(at(1, 100) && !at(2, 199));
		assert!(at(10, 1_000) && !at(11, 1_000));
	}
}
