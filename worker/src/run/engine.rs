//! The thread that owns the engine, and one job on its way through it.

use std::{
	panic::{AssertUnwindSafe, catch_unwind},
	sync::mpsc,
	thread,
	time::{Duration, Instant},
};

use athanor_primitives::JobId;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::speed::Speed;
use crate::{
	metrics,
	runner::{Output, Progress, Prompt, RunError, Runner},
};

/// Progress is logged after so many tokens.
const PROGRESS_EVERY: u32 = 16;

/// A throttled job looks so often whether it was cancelled.
const PATIENCE: Duration = Duration::from_millis(100);

/// An order to the engine.
struct Order {
	job: JobId,
	prompt: Prompt,
	cancel: CancellationToken,
	reply: oneshot::Sender<Result<Output, RunError>>,
}

/// A job that runs.
#[derive(Debug)]
pub struct Ticket {
	/// Stops it.
	pub cancel: CancellationToken,
	/// What comes out of it.
	pub reply: oneshot::Receiver<Result<Output, RunError>>,
}

/// The engine's thread. It ends when this is dropped and the running job is done.
#[derive(Debug)]
pub struct Engine {
	orders: mpsc::Sender<Order>,
	speed: Speed,
}

impl Engine {
	/// Starts the thread. `throttle` is the most tokens per second that it generates.
	///
	/// # Errors
	/// The system gives no thread.
	pub fn start<R: Runner>(mut runner: R, throttle: Option<f64>) -> std::io::Result<Self> {
		let (orders, inbox) = mpsc::channel::<Order>();
		let speed = Speed::default();
		let seen = speed.clone();
		thread::Builder::new()
			.name("inference".into())
			.spawn(move || {
				for order in inbox {
					let result = run(&mut runner, &order, throttle, &seen);
					// Nobody waits for it any more when the worker was told to stop.
					let _ = order.reply.send(result);
				}
			})?;
		Ok(Self { orders, speed })
	}

	/// How fast it is.
	pub fn speed(&self) -> &Speed {
		&self.speed
	}

	/// Runs a job, after those before it.
	pub fn run(&self, job: JobId, prompt: Prompt) -> Ticket {
		let (sender, reply) = oneshot::channel();
		let cancel = CancellationToken::new();
		let order = Order {
			job,
			prompt,
			cancel: cancel.clone(),
			reply: sender,
		};
		// If the thread is gone the reply is dropped, which the receiver sees.
		let _ = self.orders.send(order);
		Ticket { cancel, reply }
	}
}

fn run<R: Runner>(
	runner: &mut R,
	order: &Order,
	throttle: Option<f64>,
	speed: &Speed,
) -> Result<Output, RunError> {
	if order.cancel.is_cancelled() {
		return Err(RunError::Cancelled);
	}
	let mut pace = Pace::new(order.job, throttle);
	let mut observe = |progress: Progress<'_>| {
		if let Progress::Token(_) = progress {
			pace.token();
			pace.hold(&order.cancel);
		}
		!order.cancel.is_cancelled()
	};
	// A panic of the engine on one input must not take the others with it.
	let result = catch_unwind(AssertUnwindSafe(|| runner.run(&order.prompt, &mut observe)))
		.unwrap_or_else(|panic| Err(RunError::Failed(message(panic.as_ref()))));
	if let Ok(output) = &result {
		metrics::finished(output.tokens_in, pace.started.elapsed());
		pace.teach(speed, output.tokens_in);
	}
	result
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn std::any::Any + Send)) -> String {
	let text = panic
		.downcast_ref::<String>()
		.map(String::as_str)
		.or_else(|| panic.downcast_ref::<&str>().copied());
	format!("it panicked: {}", text.unwrap_or("no message"))
}

/// Counts, measures and throttles the tokens of a job.
struct Pace {
	job: JobId,
	started: Instant,
	first: Option<Duration>,
	last: Instant,
	tokens: u32,
	interval: Option<Duration>,
}

impl Pace {
	fn new(job: JobId, throttle: Option<f64>) -> Self {
		let started = Instant::now();
		let interval = throttle.and_then(|rate| Duration::try_from_secs_f64(rate.recip()).ok());
		Self {
			job,
			started,
			first: None,
			last: started,
			tokens: 0,
			interval,
		}
	}

	fn token(&mut self) {
		let now = Instant::now();
		metrics::token();
		if self.tokens == 0 {
			self.first = Some(now - self.started);
			metrics::first_token(now - self.started);
			debug!(
				"job {}: first token after {:.2?}",
				self.job,
				now - self.started
			);
		} else {
			metrics::next_token(now - self.last);
		}
		self.last = now;
		self.tokens = self.tokens.saturating_add(1);
		if self.tokens.is_multiple_of(PROGRESS_EVERY) {
			debug!(
				"job {}: {} tokens after {:.2?}",
				self.job,
				self.tokens,
				now - self.started
			);
		}
	}

	/// What the finished job says about the engine's speed. What a throttle holds back counts.
	fn teach(&self, speed: &Speed, tokens_in: u32) {
		if let Some(first) = self.first {
			let rest = self.started.elapsed().saturating_sub(first);
			speed.observe(tokens_in, first, self.tokens.saturating_sub(1), rest);
		}
	}

	/// Waits until the token that just came was due.
	fn hold(&self, cancel: &CancellationToken) {
		let Some(interval) = self.interval else {
			return;
		};
		let due = self.started + interval.saturating_mul(self.tokens);
		while !cancel.is_cancelled() {
			let left = due.saturating_duration_since(Instant::now());
			if left.is_zero() {
				return;
			}
			thread::sleep(left.min(PATIENCE));
		}
	}
}
