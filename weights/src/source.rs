//! The Rust that is written.

use std::{fmt::Write as _, fs, path::PathBuf, thread};

use anyhow::{Context, Result};

use crate::{
	fit::{Formula, Linear},
	stats::Stats,
};

/// Characters of a line of comment.
const LINE: usize = 88;

/// Where, when and on what was measured.
pub struct Origin {
	date: String,
	machine: String,
}

impl Origin {
	/// This machine.
	pub fn here(date: String) -> Self {
		let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
		let model = cpus
			.lines()
			.find_map(|line| line.strip_prefix("model name")?.split_once(':'))
			.map_or("an unknown processor", |(_, model)| model.trim());
		let threads = thread::available_parallelism().map_or(1, usize::from);
		Self {
			date,
			machine: format!("{model}, {threads} threads"),
		}
	}

	fn header(&self, what: &str, how: &str) -> String {
		format!(
			"{}//!\n{}{}\n",
			wrapped(
				"//! ",
				&format!("{what}. Written by `scripts/bench-weights`: do not edit, measure again.")
			),
			item(&format!("on {}, {}", self.date, self.machine)),
			item(how),
		)
	}
}

/// Where to write.
pub struct Target {
	/// The folder; nothing is written without one.
	pub folder: Option<PathBuf>,
	/// What to say about where the figures come from.
	pub origin: Origin,
}

impl Target {
	/// Writes a file, if there is a folder to write to.
	///
	/// # Errors
	/// If it cannot be written.
	pub fn write(&self, name: &str, what: &str, how: &str, body: &str) -> Result<()> {
		let Some(folder) = &self.folder else {
			return Ok(());
		};
		fs::create_dir_all(folder)
			.with_context(|| format!("the folder {} cannot be made", folder.display()))?;
		let path = folder.join(format!("{name}.rs"));
		fs::write(&path, self.origin.header(what, how) + body)
			.with_context(|| format!("{} cannot be written", path.display()))?;
		println!("wrote {}", path.display());
		Ok(())
	}
}

/// A constant that was measured directly.
pub struct Constant<'a> {
	/// Its doc comment.
	pub doc: &'a str,
	/// What it is, in nanoseconds.
	pub value: u64,
	/// How that comes from what was measured: `the median`, for example.
	pub how: &'a str,
	/// What was measured.
	pub stats: &'a Stats,
}

/// What `mark` makes a comment of: `///`, or `//` inside of an expression.
fn documented(indent: &str, mark: &str, constant: &Constant<'_>) -> String {
	let Constant {
		doc, how, stats, ..
	} = constant;
	let prefix = format!("{indent}{mark} ");
	let figures = format!("Nanoseconds: {how} of {stats}.");
	format!(
		"{}{indent}{mark}\n{}",
		wrapped(&prefix, doc),
		wrapped(&prefix, &figures)
	)
}

/// An item of a list in a file's own comment.
fn item(text: &str) -> String {
	let lines = wrapped("//!   ", text);
	lines.replacen("//!   ", "//! * ", 1)
}

/// Text as lines that begin with `prefix` and are not too long.
fn wrapped(prefix: &str, text: &str) -> String {
	let mut lines = String::new();
	let mut line = String::new();
	for word in text.split(' ') {
		if !line.is_empty() && line.len() + word.len() >= LINE {
			let _ = writeln!(lines, "{prefix}{line}");
			line.clear();
		}
		if !line.is_empty() {
			line.push(' ');
		}
		line.push_str(word);
	}
	let _ = writeln!(lines, "{prefix}{line}");
	lines
}

/// Weight of a fixed piece of work.
pub fn weight(name: &str, constant: &Constant<'_>) -> String {
	format!(
		"use polkadot_sdk::frame_support::{{\n\
		 \tparameter_types,\n\
		 \tweights::{{Weight, constants::WEIGHT_REF_TIME_PER_NANOS}},\n\
		 }};\n\n\
		 parameter_types! {{\n\
		 {}\
		 \tpub const {name}: Weight =\n\
		 \t\tWeight::from_parts({} * WEIGHT_REF_TIME_PER_NANOS, 0);\n\
		 }}\n",
		documented("\t", "///", constant),
		grouped(constant.value.into()),
	)
}

/// Weights of the database.
pub fn database(read: &Constant<'_>, write: &Constant<'_>) -> String {
	format!(
		"use polkadot_sdk::frame_support::{{\n\
		 \tparameter_types,\n\
		 \tweights::{{RuntimeDbWeight, constants::WEIGHT_REF_TIME_PER_NANOS}},\n\
		 }};\n\n\
		 parameter_types! {{\n\
		 \t/// What reading and writing one item takes.\n\
		 \tpub const DatabaseWeight: RuntimeDbWeight = RuntimeDbWeight {{\n\
		 {}\
		 \t\tread: {} * WEIGHT_REF_TIME_PER_NANOS,\n\
		 {}\
		 \t\twrite: {} * WEIGHT_REF_TIME_PER_NANOS,\n\
		 \t}};\n\
		 }}\n",
		documented("\t\t", "//", read),
		grouped(read.value.into()),
		documented("\t\t", "//", write),
		grouped(write.value.into()),
	)
}

/// Weights of a pallet: an implementation of its trait `WeightInfo`.
pub fn pallet(pallet: &str, formulas: &[Formula]) -> String {
	// Its extensions have a trait of their own.
	let implemented = match pallet {
		"frame_system_extensions" => "frame_system::ExtensionsWeightInfo".into(),
		// It has no crate of its own.
		"pallet_origins" => "crate::governance::pallet_origins::WeightInfo".into(),
		name => format!("{name}::WeightInfo"),
	};
	let functions: Vec<String> = formulas.iter().map(function).collect();
	format!(
		"#![cfg_attr(rustfmt, rustfmt_skip)]\n\n\
		 use core::marker::PhantomData;\n\n\
		 use frame_support::{{traits::Get, weights::Weight}};\n\
		 use polkadot_sdk::*;\n\n\
		 /// Weights of `{pallet}`.\n\
		 pub struct WeightInfo<T>(PhantomData<T>);\n\n\
		 impl<T: frame_system::Config> {implemented} for WeightInfo<T> {{\n\
		 {}\
		 }}\n",
		functions.join("\n"),
	)
}

fn function(formula: &Formula) -> String {
	let mut text = String::new();
	for (item, reads, writes) in &formula.storage {
		let _ = writeln!(text, "\t// `{item}`: {reads} read, {writes} written");
	}
	for component in &formula.components {
		let (name, least, most) = (&component.name, component.least, component.most);
		let _ = writeln!(text, "\t// `{name}`: {least} to {most}");
	}
	let least = grouped(formula.time.least);
	let _ = writeln!(text, "\t// Fastest run: {least} ns");
	let _ = writeln!(
		text,
		"\tfn {}({}) -> Weight {{",
		formula.name,
		arguments(formula)
	);
	let (time, proof) = (grouped(formula.time.base), grouped(formula.proof.base));
	let _ = writeln!(text, "\t\tWeight::from_parts({time}, {proof})");
	for (name, (slope, error)) in &formula.time.slopes {
		let _ = writeln!(text, "\t\t\t// Standard error: {}", grouped(*error));
		let _ = writeln!(
			text,
			"{}",
			added(&format!("Weight::from_parts({}, 0)", grouped(*slope)), name)
		);
	}
	for (name, (slope, _)) in &formula.proof.slopes {
		let _ = writeln!(
			text,
			"{}",
			added(&format!("Weight::from_parts(0, {})", grouped(*slope)), name)
		);
	}
	accesses(&mut text, "reads", &formula.reads);
	accesses(&mut text, "writes", &formula.writes);
	text.push_str("\t}\n");
	text
}

/// Components as arguments. One that nothing depends on gets an underscore.
fn arguments(formula: &Formula) -> String {
	let quantities = [
		&formula.time,
		&formula.reads,
		&formula.writes,
		&formula.proof,
	];
	let argument = |component: &crate::fit::Component| {
		let name = &component.name;
		let used = quantities.iter().any(|all| all.slopes.contains_key(name));
		format!("{}{name}: u32", if used { "" } else { "_" })
	};
	let arguments: Vec<String> = formula.components.iter().map(argument).collect();
	arguments.join(", ")
}

fn added(weight: &str, component: &str) -> String {
	format!("\t\t\t.saturating_add({weight}.saturating_mul({component}.into()))")
}

fn accesses(text: &mut String, what: &str, linear: &Linear) {
	if linear.base > 0 {
		let _ = writeln!(
			text,
			"\t\t\t.saturating_add(T::DbWeight::get().{what}({}))",
			grouped(linear.base)
		);
	}
	for (name, (slope, _)) in &linear.slopes {
		let each = format!("T::DbWeight::get().{what}({})", grouped(*slope));
		let _ = writeln!(text, "{}", added(&each, name));
	}
}

/// A number with its thousands apart.
pub fn grouped(number: u128) -> String {
	let digits = number.to_string();
	let mut text = String::new();
	for (index, digit) in digits.chars().enumerate() {
		if index > 0 && (digits.len() - index).is_multiple_of(3) {
			text.push('_');
		}
		text.push(digit);
	}
	text
}

#[cfg(test)]
mod tests {
	use std::collections::BTreeMap;

	use super::*;
	use crate::fit::Component;

	fn linear(base: u128, slopes: &[(&str, u128)]) -> Linear {
		let slopes = slopes
			.iter()
			.map(|(name, slope)| (name.to_string(), (*slope, 7)));
		Linear {
			base,
			slopes: BTreeMap::from_iter(slopes),
			least: base,
		}
	}

	fn component(name: &str) -> Component {
		Component {
			name: name.into(),
			least: 0,
			most: 16,
		}
	}

	#[test]
	fn groups_thousands() {
		let of = |number| grouped(number);
		assert_eq!(
			[of(0), of(999), of(1_000), of(1_234_567)].join(" "),
			"0 999 1_000 1_234_567"
		);
	}

	#[test]
	fn wraps_long_comments() {
		let text = wrapped("// ", &"word ".repeat(30));
		assert!(
			text.lines().count() == 2 && text.lines().all(|line| line.len() <= 91),
			"{text}"
		);
		assert_eq!(wrapped("// ", "one"), "// one\n");
	}

	#[test]
	fn writes_what_a_call_costs() {
		let formula = Formula {
			name: "withdraw".into(),
			components: vec![component("k"), component("n")],
			time: linear(12_345_678, &[("k", 1_500)]),
			reads: linear(2, &[("k", 2)]),
			writes: linear(0, &[]),
			proof: linear(300, &[("k", 40)]),
			storage: vec![("Staking::Workers".into(), 16, 0)],
		};
		let expected = "\t// `Staking::Workers`: 16 read, 0 written
	// `k`: 0 to 16
	// `n`: 0 to 16
	// Fastest run: 12_345_678 ns
	fn withdraw(k: u32, _n: u32) -> Weight {
		Weight::from_parts(12_345_678, 300)
			// Standard error: 7
			.saturating_add(Weight::from_parts(1_500, 0).saturating_mul(k.into()))
			.saturating_add(Weight::from_parts(0, 40).saturating_mul(k.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(k.into()))
	}
";
		assert_eq!(function(&formula), expected);
		let file = pallet("athanor_staking", &[formula]);
		assert!(file.contains(
			"impl<T: frame_system::Config> athanor_staking::WeightInfo for WeightInfo<T> {"
		));
		let of_the_runtime = pallet("pallet_origins", &[]);
		assert!(of_the_runtime.contains(" crate::governance::pallet_origins::WeightInfo for "));
	}

	#[test]
	fn writes_where_figures_come_from() {
		let folder = tempfile::tempdir().unwrap();
		let target = Target {
			folder: Some(folder.path().join("new")),
			origin: Origin::here("2026-01-02".into()),
		};
		let stats = Stats::of(vec![1_500]).unwrap();
		let constant = Constant {
			doc: "An empty block.",
			value: 1_400,
			how: "the median",
			stats: &stats,
		};
		let body = weight("BlockExecutionWeight", &constant);
		target
			.write("block", "Weight of a block", "somehow", &body)
			.unwrap();
		let text = fs::read_to_string(folder.path().join("new/block.rs")).unwrap();
		assert!(text.starts_with("//! Weight of a block. Written by"));
		assert!(text.contains("//! * on 2026-01-02, "));
		assert!(text.contains("Weight::from_parts(1_400 * WEIGHT_REF_TIME_PER_NANOS, 0)"));
	}
}
