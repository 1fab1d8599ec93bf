//! The fuzz target: bytes become operations, raw calls among them; nothing panics and all laws hold.
//!
//! Under `cargo test` it runs its corpus, then random bytes for a few seconds. CONTRIBUTING.md has the long run.

use std::time::Duration;

use athanor_fuzz::{input::CHUNK, sequence::Sequence};
use bolero::{Driver, ValueGenerator};

/// Operations of one input, if each takes one chunk.
const OPERATIONS: usize = 64;

/// The input as it is, so that a file of the corpus is a sequence. The generator that bolero has for bytes makes
/// up a length of its own, of two operations on average.
struct Bytes;

impl ValueGenerator for Bytes {
	type Output = Vec<u8>;

	fn generate<D: Driver>(&self, driver: &mut D) -> Option<Self::Output> {
		let longest = OPERATIONS * CHUNK;
		let hint = || (CHUNK, Some(longest));
		driver.gen_from_bytes(hint, |bytes| {
			let bytes = bytes.get(..longest).unwrap_or(bytes);
			Some((bytes.len(), bytes.to_vec()))
		})
	}
}

#[test]
fn fuzz_random_calls() {
	bolero::check!()
		.with_generator(Bytes)
		.with_iterations(usize::MAX)
		.with_test_time(Duration::from_secs(10))
		// A failure is cut down here, by whole operations.
		.with_shrink_time(Duration::ZERO)
		.for_each(|bytes: &Vec<u8>| {
			if let Err(failure) = Sequence::read(bytes).run() {
				panic!("{}", failure.shrink());
			}
		});
}
