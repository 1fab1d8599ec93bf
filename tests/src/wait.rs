//! Waiting for something to become true, with a deadline.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::time::sleep;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// So many seconds.
pub const fn seconds(count: u64) -> Duration {
	Duration::from_secs(count)
}

/// Looks until `probe` finds something.
///
/// # Errors
/// When nothing is found in time, and at once when `probe` fails.
pub async fn until<T>(
	what: &str,
	limit: Duration,
	mut probe: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
	let since = Instant::now();
	loop {
		if let Some(found) = probe().await? {
			return Ok(found);
		}
		if since.elapsed() >= limit {
			bail!("waited {} s in vain: {what}", limit.as_secs());
		}
		sleep(PAUSE).await;
	}
}

/// Looks until `probe` finds something or the time is over, and says which: for what may happen or not.
///
/// # Errors
/// At once when `probe` fails.
pub async fn soon(limit: Duration, mut probe: impl AsyncFnMut() -> Result<bool>) -> Result<bool> {
	let since = Instant::now();
	loop {
		if probe().await? {
			return Ok(true);
		}
		if since.elapsed() >= limit {
			return Ok(false);
		}
		sleep(PAUSE).await;
	}
}

/// Gives a wait that has no deadline of its own one.
///
/// # Errors
/// When it takes too long, or fails.
pub async fn within<T, E>(
	what: &str,
	limit: Duration,
	wait: impl Future<Output = Result<T, E>>,
) -> Result<T>
where
	anyhow::Error: From<E>,
{
	match tokio::time::timeout(limit, wait).await {
		Ok(result) => Ok(result?),
		Err(_) => bail!("waited {} s in vain: {what}", limit.as_secs()),
	}
}
