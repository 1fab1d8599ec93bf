//! Sequences of operations: read from bytes, performed, and cut down to what breaks a law.

use std::{
	any::Any,
	fmt,
	panic::{self, AssertUnwindSafe},
};

use crate::{
	Broken,
	coverage::Coverage,
	input::{CHUNK, Random},
	operation::Operation,
	world::World,
};

/// An operation with the bytes that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
	/// What is done.
	pub operation: Operation,
	/// Whole chunks.
	pub bytes: Vec<u8>,
}

/// Operations, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sequence(pub Vec<Step>);

/// A sequence that breaks a law.
#[derive(Clone, Debug)]
pub struct Failure {
	/// The law.
	pub broken: Broken,
	/// The sequence, up to the operation after which the law was broken.
	pub sequence: Sequence,
	/// What happens in it, call by call. Only after [`Failure::shrink`].
	pub trace: Vec<String>,
}

impl Sequence {
	/// The sequence that these bytes stand for. Any bytes stand for one.
	pub fn read(bytes: &[u8]) -> Self {
		let mut steps = Vec::new();
		let mut rest = bytes;
		while !rest.is_empty() {
			let length = match Operation::read(rest.get(..CHUNK).unwrap_or(rest)) {
				// Its third byte says how many chunks it has.
				Operation::Raw { bytes, .. } => {
					CHUNK * (1 + usize::from(bytes.first().copied().unwrap_or(0) % 16))
				}
				_ => CHUNK,
			};
			let (own, others) = rest.split_at(length.min(rest.len()));
			steps.push(Step {
				operation: Operation::read(own),
				bytes: own.to_vec(),
			});
			rest = others;
		}
		Self(steps)
	}

	/// So many random operations.
	pub fn random(seed: u64, operations: usize) -> Self {
		// Some take more than one chunk, and few take many.
		let mut chunks = 2 * operations + 1;
		loop {
			let mut sequence = Self::read(&Random::new(seed).bytes(chunks * CHUNK));
			// The last one may have been cut off.
			if sequence.0.len() > operations {
				sequence.0.truncate(operations);
				return sequence;
			}
			chunks *= 2;
		}
	}

	/// The bytes that it was read from.
	pub fn bytes(&self) -> Vec<u8> {
		self.0.iter().flat_map(|step| step.bytes.clone()).collect()
	}

	/// Performs it in a new world, with every law checked after each operation.
	///
	/// # Errors
	/// The first law that was broken. A panic of the runtime is one too.
	pub fn run(&self) -> Result<Coverage, Box<Failure>> {
		let mut world = World::new();
		self.run_in(&mut world)?;
		Ok(world.coverage)
	}

	/// Performs it in this world.
	///
	/// # Errors
	/// As of [`Sequence::run`].
	pub fn run_in(&self, world: &mut World) -> Result<(), Box<Failure>> {
		for (index, step) in self.0.iter().enumerate() {
			if let Err(broken) = perform(world, &step.operation) {
				let sequence = Self(self.0.iter().take(index + 1).cloned().collect());
				return Err(Box::new(Failure {
					broken,
					sequence,
					trace: Vec::new(),
				}));
			}
		}
		Ok(())
	}

	/// The shortest sequence that could be found by leaving operations out, for which `holds` still does.
	pub fn shrink(self, mut holds: impl FnMut(&Self) -> bool) -> Self {
		let mut best = self;
		let mut part = best.0.len() / 2;
		while part > 0 {
			let mut from = 0;
			while from < best.0.len() {
				let mut shorter = best.clone();
				shorter.0.drain(from..(from + part).min(best.0.len()));
				if holds(&shorter) {
					best = shorter;
				} else {
					from += part;
				}
			}
			part /= 2;
		}
		best
	}
}

fn perform(world: &mut World, operation: &Operation) -> Result<(), Broken> {
	if let Some(trace) = &mut world.trace {
		trace.push(format!("# {operation:?}"));
	}
	// What a panic leaves behind is not used again.
	panic::catch_unwind(AssertUnwindSafe(|| world.perform(operation)))
		.unwrap_or_else(|panic| Err(Broken::new("nothing panics", text_of(&*panic))))
}

fn text_of(panic: &(dyn Any + Send)) -> String {
	let text = panic.downcast_ref::<&str>().map(ToString::to_string);
	text.or_else(|| panic.downcast_ref::<String>().cloned())
		.unwrap_or_else(|| "a panic without a text".into())
}

impl Failure {
	/// The shortest sequence that breaks the same law.
	pub fn shrink(self) -> Self {
		// Each attempt may panic; the last one tells all that there is to say.
		let hook = panic::take_hook();
		panic::set_hook(Box::new(|_| {}));
		let shortest = self.shortest();
		panic::set_hook(hook);
		shortest
	}

	fn shortest(self) -> Self {
		let law = self.broken.law;
		let sequence = self.sequence.shrink(|shorter| {
			let failure = shorter.run().err();
			failure.is_some_and(|failure| failure.broken.law == law)
		});
		let mut world = World::new();
		world.trace = Some(Vec::new());
		let broken = match sequence.run_in(&mut world) {
			Err(failure) => failure.broken,
			Ok(()) => Broken::new(
				format!("the same sequence does the same each time; {law}"),
				self.broken.found,
			),
		};
		Self {
			broken,
			sequence,
			trace: world.trace.unwrap_or_default(),
		}
	}
}

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(f, "broken: {}", self.broken)?;
		writeln!(f, "by {} operations:", self.sequence.0.len())?;
		for line in &self.trace {
			writeln!(f, "  {line}")?;
		}
		write!(
			f,
			"again with ATHANOR_FUZZ_REPLAY={}",
			hex::encode(self.sequence.bytes())
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_sequence_is_read_from_its_own_bytes() {
		let sequence = Sequence::random(7, 300);
		assert_eq!(sequence.0.len(), 300);
		assert_eq!(Sequence::read(&sequence.bytes()), sequence);
		assert!(
			sequence.0.iter().any(|step| step.bytes.len() > CHUNK),
			"calls from bytes have room"
		);
	}

	#[test]
	fn what_is_not_needed_is_left_out() {
		let sequence = Sequence::random(1, 100);
		let needed = [sequence.0[17].clone(), sequence.0[80].clone()];
		let shrunk = sequence.shrink(|shorter| needed.iter().all(|step| shorter.0.contains(step)));
		assert_eq!(shrunk.0, needed);
	}

	#[test]
	fn a_panic_breaks_a_law() {
		let caught = panic::catch_unwind(|| panic!("{}", "at the disco"));
		assert_eq!(text_of(&*caught.unwrap_err()), "at the disco");
	}

	#[test]
	fn a_run_reaches_something_and_does_the_same_again() {
		let sequence = Sequence::random(3, 150);
		let first = sequence.run().unwrap();
		assert_eq!(first.operations, 150);
		assert!(first.tally("Jobs", "post").done > 0, "{first}");
		assert_eq!(first.to_string(), sequence.run().unwrap().to_string());
	}
}
