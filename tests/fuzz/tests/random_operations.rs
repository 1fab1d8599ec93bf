//! The property test: random operations on the real runtime, all laws after each.

use std::{
	env,
	num::NonZero,
	panic::resume_unwind,
	sync::atomic::{AtomicU64, Ordering},
	thread,
	time::Instant,
};

use athanor_fuzz::{
	coverage::Coverage,
	sequence::{Failure, Sequence},
};

/// Operations in all.
const OPERATIONS: usize = 100_000;

/// Operations of one sequence: as many as it takes to reach what needs weeks, and so few that a failure is
/// cut down in a minute.
const EACH: usize = 1_000;

/// The first seed; one more for each sequence.
const SEED: u64 = 0xa7_4a_40;

fn number(variable: &str, otherwise: u64) -> u64 {
	match env::var(variable) {
		Ok(text) => text
			.parse()
			.unwrap_or_else(|_| panic!("{variable}={text}: not a number")),
		Err(_) => otherwise,
	}
}

fn succeed(sequence: &Sequence, name: &str) -> Coverage {
	sequence
		.run()
		.unwrap_or_else(|failure: Box<Failure>| panic!("{name}\n{}", failure.shrink()))
}

/// Runs a sequence for each of so many seeds from `first` on, on all cores.
fn run(first: u64, count: u64) -> Coverage {
	let next = AtomicU64::new(first);
	let work = || {
		let mut coverage = Coverage::default();
		loop {
			let seed = next.fetch_add(1, Ordering::Relaxed);
			if seed >= first + count {
				return coverage;
			}
			let sequence = Sequence::random(seed, EACH);
			coverage.add(&succeed(&sequence, &format!("seed {seed}")));
		}
	};
	let mut all = Coverage::default();
	thread::scope(|scope| {
		let cores = thread::available_parallelism().map_or(1, NonZero::get);
		let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
		for thread in threads {
			all.add(&thread.join().unwrap_or_else(|broken| resume_unwind(broken)));
		}
	});
	all
}

/// `ATHANOR_FUZZ_SEED` and `ATHANOR_FUZZ_OPERATIONS` choose others; `ATHANOR_FUZZ_REPLAY` does what a failure
/// printed.
#[test]
fn the_laws_hold_after_each_random_operation() {
	if let Ok(bytes) = env::var("ATHANOR_FUZZ_REPLAY") {
		let bytes = hex::decode(bytes).expect("ATHANOR_FUZZ_REPLAY is hexadecimal");
		print!("{}", succeed(&Sequence::read(&bytes), "replay"));
		return;
	}
	let start = Instant::now();
	let operations = number("ATHANOR_FUZZ_OPERATIONS", OPERATIONS as u64);
	let first = number("ATHANOR_FUZZ_SEED", SEED);
	let all = run(first, operations.div_ceil(EACH as u64));
	println!("{all}in {:?}", start.elapsed());
	if operations < OPERATIONS as u64 {
		return;
	}
	let missing = all.missing();
	assert!(missing.is_empty(), "not reached: {missing:#?}");
}
