//! The machine, and how much of it the programs use.

use std::{fs, path::Path, thread};

use serde::Serialize;

/// Clock ticks in a second: what Linux tells programs, whatever it counts in.
const TICKS: f64 = 100.0;

/// What this runs on, in a line.
pub fn hardware() -> String {
	let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown CPU".to_owned());
	let memory = field("/proc/meminfo", "MemTotal")
		.and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
		.map_or_else(
			|| "unknown memory".to_owned(),
			|kib| format!("{} GiB memory", kib.div_ceil(1024 * 1024)),
		);
	format!("{cpu}, {} cores, {memory}", cores())
}

/// Cores that programs can use.
pub fn cores() -> usize {
	thread::available_parallelism().map_or(1, usize::from)
}

/// A field of a file with lines of the form `name : value`.
fn field(path: &str, name: &str) -> Option<String> {
	let text = fs::read_to_string(path).ok()?;
	let (_, value) = text
		.lines()
		.filter_map(|line| line.split_once(':'))
		.find(|(key, _)| key.trim() == name)?;
	Some(value.trim().to_owned())
}

/// Seconds of processor time used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cpu {
	/// By this program.
	pub tool: f64,
	/// By the node, if it is one of this program's.
	pub node: Option<f64>,
}

/// Reads processor times.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
	node: Option<u32>,
}

impl Meter {
	/// A meter for this program and the child of it that has this name, if there is one.
	pub fn with_child(name: &str) -> Self {
		Self { node: child(name) }
	}

	/// Processor time used so far.
	pub fn read(self) -> Cpu {
		let used = |id: &str| Some(Stat::read(id)?.seconds);
		Cpu {
			tool: used("self").unwrap_or_default(),
			node: self.node.and_then(|id| used(&id.to_string())),
		}
	}
}

/// What `/proc/<id>/stat` says.
struct Stat {
	name: String,
	parent: u32,
	seconds: f64,
}

impl Stat {
	fn read(id: &str) -> Option<Self> {
		let path = Path::new("/proc").join(id).join("stat");
		Self::parse(&fs::read_to_string(path).ok()?)
	}

	/// The name is in brackets and may hold anything, brackets too.
	fn parse(line: &str) -> Option<Self> {
		let (head, rest) = line.rsplit_once(')')?;
		let (_, name) = head.split_once('(')?;
		let fields: Vec<&str> = rest.split_whitespace().collect();
		let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
		Some(Self {
			name: name.to_owned(),
			parent: fields.get(1)?.parse().ok()?,
			seconds: (ticks(11)? + ticks(12)?) / TICKS,
		})
	}
}

/// The child of this program that has this name; the kernel keeps 15 bytes of it.
fn child(name: &str) -> Option<u32> {
	let name = name.get(..15).unwrap_or(name);
	fs::read_dir("/proc")
		.ok()?
		.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
		.find(|id| {
			Stat::read(&id.to_string())
				.is_some_and(|stat| stat.parent == std::process::id() && stat.name == name)
		})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn processor_time_is_read_past_any_name() {
		let line = "17 (a) b (c) S 4 17 17 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 9 0 1 2 3";
		let stat = Stat::parse(line).unwrap();
		assert_eq!((stat.name.as_str(), stat.parent), ("a) b (c", 4));
		assert_eq!(stat.seconds, 3.0);
		assert!(Stat::parse("17 S 4").is_none());
	}

	#[test]
	fn the_machine_has_a_name() {
		let line = hardware();
		assert!(
			line.contains("cores") && line.contains("GiB memory"),
			"{line}"
		);
	}

	#[test]
	fn a_child_is_found_by_its_name() {
		let mut sleep = std::process::Command::new("sleep")
			.arg("30")
			.spawn()
			.unwrap();
		// Until it has become the other program, it has this one's name.
		while Stat::read(&sleep.id().to_string()).unwrap().name != "sleep" {
			thread::yield_now();
		}
		let cpu = Meter::with_child("sleep").read();
		sleep.kill().unwrap();
		sleep.wait().unwrap();
		assert!(cpu.node.is_some());
		assert_eq!(Meter::with_child("no such program").read().node, None);
	}
}
