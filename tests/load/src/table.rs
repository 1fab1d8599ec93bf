//! The report as a table, in the form that documents are written in.

use std::fmt::{self, Display, Formatter};

use crate::{
	report::{Phase, Report},
	stats::round,
};

/// One line of the table: what it says, and how a load says it.
type Row = (&'static str, fn(&Phase) -> String);

const ROWS: [Row; 14] = [
	("in a second, in final blocks", |phase| {
		phase.rate.total.to_string()
	}),
	("transactions in a second", |phase| {
		phase.transactions.total.to_string()
	}),
	("until in a block, p50 / p95", |phase| {
		let times = phase.percentiles;
		seconds(times.inclusion_p50_ms, times.inclusion_p95_ms)
	}),
	("until final, p50 / p95", |phase| {
		let times = phase.percentiles;
		seconds(times.finality_p50_ms, times.finality_p95_ms)
	}),
	("weight of each", |phase| {
		parts(phase, |charge| charge.us.to_string(), " µs")
	}),
	("proof bytes of each", |phase| {
		parts(phase, |charge| charge.proof_bytes.to_string(), "")
	}),
	("transactions' weight in a block", |phase| {
		percent(phase.block_fullness.weight.median)
	}),
	("transactions' bytes in a block", |phase| {
		percent(phase.block_fullness.length.median)
	}),
	("the job hook's weight in a block", |phase| {
		percent(phase.block_fullness.hooks.median)
	}),
	("all weight in a block", |phase| {
		percent(phase.block_fullness.weight_with_hooks.median)
	}),
	("blocks by what ended them", ended),
	("time to build a block", |phase| {
		or_dash(phase.node.proposal_ms, " ms")
	}),
	("processor time for each: node, program", |phase| {
		let node = or_dash(phase.cpu.node_ms, " ms");
		format!("{node}, {} ms", phase.cpu.tool_ms)
	}),
	("blocks counted", |phase| {
		let steady = if phase.steady {
			""
		} else {
			", too few for a steady load"
		};
		let blocks = phase.block_list.len();
		format!("{blocks} in {} s{steady}", phase.rate.seconds)
	}),
];

fn or_dash(value: Option<impl Display>, unit: &str) -> String {
	value.map_or_else(|| "–".to_owned(), |value| format!("{value}{unit}"))
}

fn seconds(p50: Option<u64>, p95: Option<u64>) -> String {
	let seconds = |millis: Option<u64>| {
		let tenths = millis.map(|millis| millis.saturating_add(50) / 100);
		or_dash(
			tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)),
			"",
		)
	};
	format!("{} / {} s", seconds(p50), seconds(p95))
}

fn percent(share: f64) -> String {
	format!("{} %", round(share * 100.0))
}

/// The sum, if there is one, and what it is made of. What comes a week later is not a part of it.
fn parts(phase: &Phase, of: fn(&crate::report::Charge) -> String, unit: &str) -> String {
	let parts: Vec<String> = ["post", "claim", "receipt", "hooks", "transfer"]
		.iter()
		.filter_map(|name| Some((name, phase.weight.get(name)?)))
		.filter(|(_, charge)| charge.us > 0.0)
		.map(|(name, charge)| format!("{name} {}", of(charge)))
		.collect();
	match phase.weight.get("total") {
		Some(total) => format!("{}{unit} ({})", of(total), parts.join(", ")),
		None => parts.join(", ") + unit,
	}
}

fn ended(phase: &Phase) -> String {
	let Some(limit) = phase.limit else {
		return "–".to_owned();
	};
	let ended: Vec<String> = [
		("weight", limit.weight),
		("length", limit.length),
		("time", limit.deadline),
		("empty pool", limit.pool_empty),
		("other", limit.other),
	]
	.into_iter()
	.filter(|(_, count)| *count > 0)
	.map(|(name, count)| format!("{name} {count}"))
	.collect();
	ended.join(", ")
}

impl Display for Report {
	fn fmt(&self, f: &mut Formatter) -> fmt::Result {
		let phases: Vec<(&str, &Phase)> = [
			("jobs, from post to payment", &self.lifecycles),
			("transfers", &self.transfers),
		]
		.into_iter()
		.filter_map(|(name, phase)| Some((name, phase.as_ref()?)))
		.collect();
		writeln!(
			f,
			"{}; node {}, runtime {}\n",
			self.hardware, self.versions.node, self.versions.runtime
		)?;
		write!(f, "| |")?;
		for (name, _) in &phases {
			write!(f, " {name} |")?;
		}
		writeln!(f, "\n|---|{}", "---|".repeat(phases.len()))?;
		for (name, value) in ROWS {
			write!(f, "| {name} |")?;
			for (_, phase) in &phases {
				write!(f, " {} |", value(phase))?;
			}
			writeln!(f)?;
		}
		if !self.is_clean() {
			writeln!(
				f,
				"\nNot everything came to the end that it should; see `failed`, `closed` and `unfinished` \
				 in --json."
			)?;
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		options::Options,
		report::{Charge, Versions},
	};
	use clap::Parser;

	fn report() -> Report {
		let versions = Versions {
			tool: "1".into(),
			node: "2".into(),
			runtime: "athanor/3".into(),
			transactions: 1,
		};
		Report::new(&Options::parse_from(["load"]), versions)
	}

	fn charge(us: f64) -> Charge {
		Charge { us, proof_bytes: 7 }
	}

	#[test]
	fn every_line_has_a_cell_for_each_load() {
		let mut report = report();
		report.lifecycles = Some(Phase::default());
		report.transfers = Some(Phase::default());
		let text = report.to_string();
		let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
		assert_eq!(lines.len(), ROWS.len() + 2);
		for line in lines {
			assert_eq!(line.matches('|').count(), 4, "{line}");
		}
	}

	#[test]
	fn a_weight_is_told_with_its_parts() {
		let mut phase = Phase::default();
		phase.weight.insert("post", charge(20.5));
		phase.weight.insert("claim", charge(0.0));
		phase.weight.insert("hooks", charge(30.0));
		phase.weight.insert("removal", charge(9.0));
		phase.weight.insert("total", charge(50.5));
		let text = parts(&phase, |charge| charge.us.to_string(), " µs");
		assert_eq!(text, "50.5 µs (post 20.5, hooks 30)");
	}

	#[test]
	fn times_are_told_in_tenths_of_a_second() {
		assert_eq!(seconds(Some(3_149), Some(12_950)), "3.1 / 13.0 s");
		assert_eq!(seconds(None, Some(50)), "– / 0.1 s");
	}
}
