//! How fast this worker's engine is, as far as it has been seen: so that nothing is claimed that cannot
//! be done in time.

use std::{
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};

/// A prompt with fewer tokens says nothing about long ones: most of its time is the start.
const TELLING_PROMPT: u32 = 32;

/// An answer with fewer tokens says too little.
const TELLING_OUTPUT: u32 = 4;

/// How much longer a job may take than what was seen, in percent.
const MARGIN_PERCENT: u32 = 150;

/// What one token takes, in seconds; `None` while nothing was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Pace {
	prompt: Option<f64>,
	output: Option<f64>,
}

/// The pace of an engine, shared between its thread and who decides about claims.
#[derive(Clone, Debug, Default)]
pub struct Speed(Arc<Mutex<Pace>>);

/// Slower is believed at once, faster little by little.
fn learn(known: &mut Option<f64>, seen: f64) {
	*known = Some(match *known {
		Some(known) if seen < known => known * 0.8 + seen * 0.2,
		_ => seen,
	});
}

fn per_token(time: Duration, tokens: u32) -> f64 {
	time.as_secs_f64() / f64::from(tokens.max(1))
}

impl Speed {
	/// Takes note of a finished job: its prompt's tokens and the time to the first token, its other tokens
	/// and their time.
	pub fn observe(&self, prompt: u32, first: Duration, others: u32, rest: Duration) {
		let mut pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		if prompt >= TELLING_PROMPT {
			learn(&mut pace.prompt, per_token(first, prompt));
		}
		if others >= TELLING_OUTPUT {
			learn(&mut pace.output, per_token(rest, others));
		}
	}

	/// How long a job with so many tokens takes, with a margin; `None` while that cannot be told.
	pub fn estimate(&self, prompt: u32, output: u32) -> Option<Duration> {
		let pace = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
		let seconds = pace.prompt? * f64::from(prompt) + pace.output? * f64::from(output);
		let seconds = seconds * f64::from(MARGIN_PERCENT) / 100.0;
		Duration::try_from_secs_f64(seconds).ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const SECOND: Duration = Duration::from_secs(1);

	#[test]
	fn nothing_seen_says_nothing() {
		let speed = Speed::default();
		assert_eq!(speed.estimate(1, 1), None);
		// Too short to tell.
		speed.observe(5, SECOND, 2, SECOND);
		assert_eq!(speed.estimate(1, 1), None);
		speed.observe(100, SECOND, 2, SECOND);
		assert_eq!(speed.estimate(1, 1), None, "only the prompt is known");
	}

	#[test]
	fn an_estimate_has_a_margin() {
		let speed = Speed::default();
		// 10 ms for a token of the prompt, 100 ms for one of the output.
		speed.observe(100, SECOND, 10, SECOND);
		let estimate = speed.estimate(200, 50).unwrap().as_secs_f64();
		assert!((estimate - 7.0 * 1.5).abs() < 1e-9, "{estimate}");
		assert_eq!(speed.estimate(0, 0), Some(Duration::ZERO));
	}

	#[test]
	fn slower_is_believed_at_once_and_faster_little_by_little() {
		let speed = Speed::default();
		let seen = |seconds: u64| {
			speed.observe(100, SECOND, 10, SECOND * u32::try_from(seconds).unwrap());
			speed.estimate(0, 10).unwrap().as_secs_f64() / 1.5
		};
		assert!((seen(1) - 1.0).abs() < 1e-9);
		assert!((seen(5) - 5.0).abs() < 1e-9);
		assert!((seen(0) - 4.0).abs() < 1e-9);
	}
}
