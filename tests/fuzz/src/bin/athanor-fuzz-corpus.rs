//! Writes the corpus of the fuzz target: for each call of ours that succeeds, each that fails, and each way in
//! which a job ends, the shortest sequence found that comes to it. To be run when the vocabulary changes, because
//! bytes mean something else then.

use std::{
	collections::{BTreeMap, btree_map::Entry},
	env, fs,
	path::PathBuf,
	process::ExitCode,
};

use athanor_fuzz::{coverage::Coverage, sequence::Sequence};

/// Operations of a sequence to begin with: as many as the fuzz target takes.
const SHORT: usize = 64;

/// Operations of a sequence for what takes longer.
const LONG: usize = 1_000;

/// Sequences of each length that are tried.
const ATTEMPTS: u64 = 200;

/// What a run has come to.
fn reached(coverage: &Coverage) -> Vec<String> {
	let done = coverage.calls.iter().flat_map(|((pallet, call), tally)| {
		let name = |what| format!("{pallet}-{call}-{what}").to_lowercase();
		let done = (tally.done > 0).then(|| name("done"));
		let failed = (tally.failed > 0).then(|| name("failed"));
		done.into_iter().chain(failed)
	});
	let ended = coverage
		.reasons
		.keys()
		.map(|reason| format!("closed-{reason}").to_lowercase());
	done.chain(ended).collect()
}

fn goals(sequence: &Sequence) -> Vec<String> {
	sequence
		.run()
		.map_or_else(|_| Vec::new(), |coverage| reached(&coverage))
}

/// The shortest part of a sequence that still comes to a goal.
fn shortest(sequence: Sequence, goal: &String) -> Sequence {
	sequence.shrink(|shorter| goals(shorter).contains(goal))
}

fn search() -> BTreeMap<String, Sequence> {
	let mut found = BTreeMap::<String, Sequence>::new();
	for seed in 0..2 * ATTEMPTS {
		let length = if seed < ATTEMPTS { SHORT } else { LONG };
		let sequence = Sequence::random(seed, length);
		for goal in goals(&sequence) {
			if let Entry::Vacant(place) = found.entry(goal) {
				let sequence = shortest(sequence.clone(), place.key());
				println!("{}: {} operations", place.key(), sequence.0.len());
				place.insert(sequence);
			}
		}
	}
	found
}

fn main() -> ExitCode {
	let Some(folder) = env::args().nth(1).map(PathBuf::from) else {
		eprintln!("usage: athanor-fuzz-corpus FOLDER\n\nwrites one file for each goal into it");
		return ExitCode::from(2);
	};
	let write = || {
		fs::create_dir_all(&folder)?;
		for (goal, sequence) in search() {
			fs::write(folder.join(goal), sequence.bytes())?;
		}
		Ok::<_, std::io::Error>(())
	};
	match write() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {}: {error}", folder.display());
			ExitCode::FAILURE
		}
	}
}
