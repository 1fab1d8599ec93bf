//! Ports of this machine.

use std::{
	net::TcpListener,
	process,
	sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Result, bail};

/// Ports that Linux gives to no connection by itself, unless it was told to. One that it gives could be taken
/// while a node is down, even by a client that tries to reach that node: a connection to one's own port
/// succeeds.
const FIRST: u32 = 20_000;

/// How many of them.
const COUNT: u32 = 12_000;

/// How many were given out.
static GIVEN: AtomicU32 = AtomicU32::new(0);

/// A port that nobody listens on, and that stays free until somebody does.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
	// Elsewhere than other runs on this machine.
	let start = process::id().wrapping_mul(97);
	for _ in 0..COUNT {
		let next = start.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
		let port = u16::try_from(FIRST + next % COUNT)?;
		if TcpListener::bind(("127.0.0.1", port)).is_ok() {
			return Ok(port);
		}
	}
	bail!("no port from 20000 to 31999 is free")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn no_port_is_given_twice_or_in_use() {
		let first = free_port().unwrap();
		let taken = TcpListener::bind(("127.0.0.1", first)).unwrap();
		let second = free_port().unwrap();
		assert_ne!(first, second);
		assert_eq!(taken.local_addr().unwrap().port(), first);
		assert!((20_000..32_000).contains(&second));
	}
}
