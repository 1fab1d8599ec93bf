//! What is printed.

use std::collections::BTreeMap;

use athanor_runtime::{
	Runtime,
	configs::{
		market::HookWeight,
		system::{RuntimeBlockLength, RuntimeBlockWeights},
	},
};
use polkadot_sdk::{
	frame_support::{dispatch::DispatchClass, weights::Weight},
	frame_system,
};
use serde::Serialize;

use crate::{
	machine,
	metrics::Limits,
	options::{Mode, Options},
	pace::Window,
	stats::{Rates, float, median, percentile, round, share},
	tally::{Latency, Record, Span, Tally},
	tx::Kind,
};

/// Picoseconds in a microsecond.
const MICROSECOND: f64 = 1_000_000.0;

/// Blocks that are not counted after the first payment: until as many jobs are posted as are paid for.
const JOBS_WARM_UP: usize = 10;

/// Blocks that are not counted after the first transfer: until blocks are full.
const TRANSFERS_WARM_UP: usize = 3;

/// What ran.
#[derive(Clone, Debug, Serialize)]
pub struct Versions {
	/// This program.
	pub tool: String,
	/// The node.
	pub node: String,
	/// The runtime.
	pub runtime: String,
	/// Version of its transactions.
	pub transactions: u32,
}

/// What the run was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Parameters {
	lifecycles: Option<u32>,
	seconds: Option<u32>,
	transfers: u32,
	mode: Mode,
	providers: u32,
	slots: u32,
	requesters: u32,
	window: Option<usize>,
	pool_limit: u32,
	rate: Option<u32>,
	input_bytes: u32,
	output_tokens: u32,
	own_node: bool,
}

/// What a block may hold, and what the weights count a database access as.
#[derive(Clone, Debug, Serialize)]
pub struct BlockLimits {
	/// Milliseconds for ordinary transactions.
	normal_weight_ms: f64,
	/// Milliseconds for everything.
	weight_ms: f64,
	/// Milliseconds for the job hook.
	hook_weight_ms: f64,
	/// Bytes of ordinary transactions.
	normal_bytes: u64,
	/// Microseconds for a read of the database.
	read_us: f64,
	/// Microseconds for a write to the database.
	write_us: f64,
}

impl BlockLimits {
	fn of_runtime() -> Self {
		let db = <Runtime as frame_system::Config>::DbWeight::get();
		Self {
			normal_weight_ms: round(micros(normal_limit()) / 1_000.0),
			weight_ms: round(micros(RuntimeBlockWeights::get().max_block) / 1_000.0),
			hook_weight_ms: round(micros(HookWeight::get()) / 1_000.0),
			normal_bytes: length_limit(),
			read_us: round(float(db.read) / MICROSECOND),
			write_us: round(float(db.write) / MICROSECOND),
		}
	}
}

/// Shares of what blocks may hold, block by block.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Shares {
	/// The median.
	pub median: f64,
	/// Each block's.
	pub blocks: Vec<f64>,
}

impl Shares {
	fn of(span: &Span, share: impl Fn(&Record) -> f64) -> Self {
		let blocks: Vec<f64> = span
			.counted()
			.iter()
			.map(|one| round3(share(one)))
			.collect();
		Self {
			median: median(&blocks).unwrap_or_default(),
			blocks,
		}
	}
}

/// How full blocks were.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Fullness {
	/// Weight of ordinary transactions, as a share of what they may have.
	pub weight: Shares,
	/// Weight of everything, as a share of what a block may have.
	pub weight_with_hooks: Shares,
	/// Weight of hooks, as a share of what the job hook may use. The hooks of other pallets count too, so
	/// it can be above 1.
	pub hooks: Shares,
	/// Bytes of ordinary transactions, as a share of what they may have.
	pub length: Shares,
}

impl Fullness {
	fn of(span: &Span) -> Self {
		let normal = normal_limit().ref_time();
		let most = RuntimeBlockWeights::get().max_block.ref_time();
		let hook = HookWeight::get().ref_time();
		Self {
			weight: Shares::of(span, |one| share(one.normal.ref_time(), normal)),
			weight_with_hooks: Shares::of(span, |one| share(one.total.ref_time(), most)),
			hooks: Shares::of(span, |one| share(one.hooks.ref_time(), hook)),
			length: Shares::of(span, |one| share(one.bytes, length_limit())),
		}
	}
}

/// How long transactions took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Percentiles {
	/// Half of them were in a best block by then.
	pub inclusion_p50_ms: Option<u64>,
	/// 95 of a hundred.
	pub inclusion_p95_ms: Option<u64>,
	/// The blocks of half of them were final by then.
	pub finality_p50_ms: Option<u64>,
	/// 95 of a hundred.
	pub finality_p95_ms: Option<u64>,
}

impl Percentiles {
	fn of(latency: &Latency) -> Self {
		Self {
			inclusion_p50_ms: percentile(&latency.inclusion, 50),
			inclusion_p95_ms: percentile(&latency.inclusion, 95),
			finality_p50_ms: percentile(&latency.finality, 50),
			finality_p95_ms: percentile(&latency.finality, 95),
		}
	}

	fn of_all(tally: &Tally) -> Self {
		let mut all = Latency::default();
		for latency in tally.latency.values() {
			all.inclusion.extend(&latency.inclusion);
			all.finality.extend(&latency.finality);
		}
		Self::of(&all)
	}
}

/// A weight, as it is charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Charge {
	/// Microseconds.
	pub us: f64,
	/// Bytes of proof.
	pub proof_bytes: u64,
}

impl Charge {
	/// The weight of one of so many.
	fn each(sum: Weight, count: u64) -> Self {
		if count == 0 {
			return Self::default();
		}
		Self {
			us: round(micros(sum) / float(count)),
			proof_bytes: sum.proof_size() / count,
		}
	}

	fn plus(self, other: Self) -> Self {
		Self {
			us: round(self.us + other.us),
			proof_bytes: self.proof_bytes + other.proof_bytes,
		}
	}
}

/// What one job costs the chain from its post to its payment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LifecycleWeight {
	/// The post.
	pub post: Charge,
	/// The claim, of open jobs.
	pub claim: Charge,
	/// The receipt, with its authorisation.
	pub receipt: Charge,
	/// The hooks' weight in all blocks, by the jobs that were paid for in them.
	pub hooks: Charge,
	/// All of it.
	pub total: Charge,
	/// What removing it after its retention is charged for in the end; it does not happen during a run.
	pub removal: Charge,
}

impl LifecycleWeight {
	fn of(span: &Span) -> Self {
		let each = |kind| {
			let (count, weight) = span.kind(kind);
			Charge::each(weight, count)
		};
		let paid = span.sum(|record| record.paid);
		let hooks = Charge::each(span.weight(|record| record.hooks), paid);
		let (post, claim, receipt) = (each(Kind::Post), each(Kind::Claim), each(Kind::Receipt));
		let removal =
			<<Runtime as athanor_jobs::Config>::WeightInfo as athanor_jobs::WeightInfo>::forget(0);
		Self {
			total: post.plus(claim).plus(receipt).plus(hooks),
			post,
			claim,
			receipt,
			hooks,
			removal: Charge::each(removal, 1),
		}
	}
}

/// Processor time in cores: 1 is one core that is always busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cores {
	/// This program.
	pub tool: f64,
	/// The node, if it is one of this program's.
	pub node: Option<f64>,
}

impl Cores {
	fn of(span: &Span, seconds: f64) -> Self {
		let (Some(first), Some(last)) = (span.records.first(), span.records.last()) else {
			return Self::default();
		};
		if seconds <= 0.0 {
			return Self::default();
		}
		let node = first.cpu.node.zip(last.cpu.node);
		Self {
			tool: round((last.cpu.tool - first.cpu.tool) / seconds),
			node: node.map(|(first, last)| round((last - first) / seconds)),
		}
	}
}

/// Milliseconds of processor time for each job or transfer. That of the node has everything in it: checking
/// in the pool, building and importing the block, finality, and answering this program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CpuEach {
	/// This program's.
	pub tool_ms: f64,
	/// The node's, if it is one of this program's.
	pub node_ms: Option<f64>,
}

impl CpuEach {
	fn of(span: &Span, count: u64) -> Self {
		let (Some(first), Some(last)) = (span.records.first(), span.records.last()) else {
			return Self::default();
		};
		if count == 0 {
			return Self::default();
		}
		let each = |seconds: f64| round3(seconds * 1_000.0 / float(count));
		let node = first.cpu.node.zip(last.cpu.node);
		Self {
			tool_ms: each(last.cpu.tool - first.cpu.tool),
			node_ms: node.map(|(first, last)| each(last - first)),
		}
	}
}

/// One block of a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Line {
	/// Its number.
	pub number: u32,
	/// Transactions of the load in it.
	pub transactions: u64,
	/// Jobs that were paid for in it.
	pub paid: u64,
	/// Milliseconds that it was charged for.
	pub weight_ms: f64,
	/// Milliseconds that its author took to build it, and others of the same number that were discarded.
	pub built_ms: Option<f64>,
	/// What ended it, if the node has built only this one since the last.
	pub limit: Option<&'static str>,
}

impl Line {
	fn of(span: &Span) -> Vec<Self> {
		span.records
			.iter()
			.zip(span.counted())
			.map(|(before, record)| {
				let metrics = before.metrics.as_ref().zip(record.metrics.as_ref());
				Self {
					number: record.number,
					transactions: record.transactions(),
					paid: record.paid,
					weight_ms: round(micros(record.total) / 1_000.0),
					built_ms: metrics.map(|(before, after)| {
						round((after.proposal.sum - before.proposal.sum) * 1_000.0)
					}),
					limit: metrics
						.and_then(|(before, after)| Limits::between(before, after).name()),
				}
			})
			.collect()
	}
}

/// What limits the node, by its own account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct NodeTimes {
	/// Mean time to build a block, in milliseconds.
	pub proposal_ms: Option<f64>,
	/// Mean time for the pool to take a block into account, in milliseconds.
	pub pool_maintenance_ms: Option<f64>,
	/// Transactions that the pool found invalid.
	pub invalid: f64,
}

/// What this program itself needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ToolTimes {
	/// Microseconds to make and sign an answer.
	pub signing_us: f64,
	/// Milliseconds from a block to the pool's yes to an answer, in half of all cases.
	pub answer_p50_ms: Option<u64>,
	/// In 95 of a hundred.
	pub answer_p95_ms: Option<u64>,
	/// Times that the pool was full.
	pub pool_full: u64,
	/// Times that an answer was sent again because the pool did not know the block yet that is answered.
	pub retried: u64,
}

/// One load: the jobs, or the transfers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Phase {
	/// How many came to their end in a second: jobs paid for, or transfers.
	pub rate: Rates,
	/// Transactions of the load in a second.
	pub transactions: Rates,
	/// Whether the load was at its full strength in the blocks that are counted.
	pub steady: bool,
	/// The first and the last block that is counted.
	pub blocks: Option<(u32, u32)>,
	/// Each of them.
	pub block_list: Vec<Line>,
	/// How full they were.
	pub block_fullness: Fullness,
	/// What ended them.
	pub limit: Option<Limits>,
	/// How long the transactions took, by kind.
	pub latency: BTreeMap<&'static str, Percentiles>,
	/// How long all of them took.
	#[serde(flatten)]
	pub percentiles: Percentiles,
	/// What a job costs the chain, or what a transfer does.
	pub weight: BTreeMap<&'static str, Charge>,
	/// Cores in use.
	pub cores: Cores,
	/// Processor time for each job or transfer.
	pub cpu: CpuEach,
	/// What the node says of itself.
	pub node: NodeTimes,
	/// What this program needed.
	pub tool: ToolTimes,
	/// What was sent.
	pub sent: usize,
	/// How jobs ended.
	pub closed: BTreeMap<&'static str, u64>,
	/// Transactions that failed in a block, by kind and reason.
	pub failed: BTreeMap<String, u64>,
	/// Times that a provider missed a job's deadline.
	pub timed_out: u64,
	/// Answers that the pool refused for good, by reason.
	pub refused: BTreeMap<String, u64>,
	/// Jobs and transactions that had not come to an end.
	pub unfinished: usize,
	#[serde(skip)]
	clean: bool,
}

impl Phase {
	fn of(tally: &Tally, span: &Span, result: impl Fn(&Record) -> u64) -> Self {
		let rate = span.rates(result);
		let counted = span.counted();
		let (before, after) = span
			.records
			.first()
			.zip(span.records.last())
			.map(|(first, last)| (first.metrics.clone(), last.metrics.clone()))
			.unwrap_or_default();
		let metrics = before.zip(after);
		Self {
			transactions: span.rates(Record::transactions),
			steady: span.steady,
			blocks: counted
				.first()
				.zip(counted.last())
				.map(|(first, last)| (first.number, last.number)),
			block_list: Line::of(span),
			block_fullness: Fullness::of(span),
			limit: metrics
				.as_ref()
				.map(|(before, after)| Limits::between(before, after)),
			latency: tally
				.latency
				.iter()
				.map(|(kind, latency)| (kind.name(), Percentiles::of(latency)))
				.collect(),
			percentiles: Percentiles::of_all(tally),
			weight: BTreeMap::new(),
			cores: Cores::of(span, rate.seconds),
			cpu: CpuEach::of(span, rate.count),
			node: metrics.map_or_else(NodeTimes::default, |(before, after)| NodeTimes {
				proposal_ms: after.proposal.mean_since(&before.proposal),
				pool_maintenance_ms: after.maintain.mean_since(&before.maintain),
				invalid: after.invalid - before.invalid,
			}),
			tool: tool_times(tally),
			sent: tally.sent,
			closed: tally.closed.clone().into_iter().collect(),
			failed: tally
				.failed
				.iter()
				.map(|((kind, reason), count)| (format!("{}: {reason}", kind.name()), *count))
				.collect(),
			timed_out: tally.timed_out,
			refused: tally.refused.clone(),
			unfinished: tally.unfinished,
			clean: tally.is_clean(),
			rate,
		}
	}
}

fn tool_times(tally: &Tally) -> ToolTimes {
	let (busy, signed) = tally.signing;
	let micros = u64::try_from(busy.as_micros()).unwrap_or(u64::MAX);
	ToolTimes {
		signing_us: round(share(micros, signed)),
		answer_p50_ms: percentile(&tally.answered, 50),
		answer_p95_ms: percentile(&tally.answered, 95),
		pool_full: tally.full,
		retried: tally.retried,
	}
}

/// The report of a run. What stands at the top is of the jobs, or of the transfers if there were no jobs.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
	/// Jobs paid for in a second, in final blocks.
	pub lifecycles_per_s: Option<f64>,
	/// Transfers in a second, in final blocks.
	pub transfers_per_s: Option<f64>,
	/// Transactions of jobs in a second, in final blocks.
	pub transactions_per_s: Option<f64>,
	/// How long transactions took.
	#[serde(flatten)]
	pub latency: Percentiles,
	/// Microseconds of weight that a job has from its post to its payment.
	pub weight_per_lifecycle_us: Option<f64>,
	/// Bytes of proof in the same weight. 0 if the runtime's weights count none: only a parachain
	/// meters proofs.
	pub proof_bytes_per_lifecycle: Option<u64>,
	/// How full blocks were.
	pub block_fullness: Fullness,
	/// What ended blocks. `null` without the node's metrics.
	pub limit: Option<Limits>,
	/// The jobs.
	pub lifecycles: Option<Phase>,
	/// The transfers.
	pub transfers: Option<Phase>,
	/// What a block may hold.
	pub block_limits: BlockLimits,
	/// What it ran on.
	pub hardware: String,
	/// What ran.
	pub versions: Versions,
	/// What all keys were made from.
	pub seed: u64,
	/// What was asked for.
	pub parameters: Parameters,
}

impl Report {
	/// The report of a run that has not begun.
	pub fn new(options: &Options, versions: Versions) -> Self {
		Self {
			lifecycles_per_s: None,
			transfers_per_s: None,
			transactions_per_s: None,
			latency: Percentiles::default(),
			weight_per_lifecycle_us: None,
			proof_bytes_per_lifecycle: None,
			block_fullness: Fullness::default(),
			limit: None,
			lifecycles: None,
			transfers: None,
			block_limits: BlockLimits::of_runtime(),
			hardware: machine::hardware(),
			versions,
			seed: options.seed,
			parameters: Parameters {
				lifecycles: options.lifecycles,
				seconds: options.lifecycles.is_none().then_some(options.seconds),
				transfers: options.transfers,
				mode: options.mode,
				providers: options.providers,
				slots: options.slots,
				requesters: options.requesters,
				window: match options.window() {
					Window::Fixed(window) => Some(window),
					Window::UpTo(_) => None,
				},
				pool_limit: options.pool_limit,
				rate: options.rate,
				input_bytes: options.input_bytes,
				output_tokens: options.output_tokens,
				own_node: options.url.is_none(),
			},
		}
	}

	/// Adds the jobs.
	pub fn jobs(&mut self, tally: &Tally) {
		let span = tally.span(
			JOBS_WARM_UP,
			|record| record.paid,
			|record| record.count(Kind::Post),
		);
		let weight = LifecycleWeight::of(&span);
		let mut phase = Phase::of(tally, &span, |record| record.paid);
		phase.weight = BTreeMap::from([
			("post", weight.post),
			("claim", weight.claim),
			("receipt", weight.receipt),
			("hooks", weight.hooks),
			("total", weight.total),
			("removal", weight.removal),
		]);
		self.lifecycles_per_s = Some(phase.rate.total);
		self.transactions_per_s = Some(phase.transactions.total);
		self.weight_per_lifecycle_us = Some(weight.total.us);
		self.proof_bytes_per_lifecycle = Some(weight.total.proof_bytes);
		self.put_on_top(&phase);
		self.lifecycles = Some(phase);
	}

	/// Adds the transfers.
	pub fn transfers(&mut self, tally: &Tally) {
		let count = |record: &Record| record.count(Kind::Transfer);
		let span = tally.span(TRANSFERS_WARM_UP, count, count);
		let (sent, weight) = span.kind(Kind::Transfer);
		let mut phase = Phase::of(tally, &span, count);
		phase.weight = BTreeMap::from([("transfer", Charge::each(weight, sent))]);
		self.transfers_per_s = Some(phase.rate.total);
		if self.lifecycles.is_none() {
			self.put_on_top(&phase);
		}
		self.transfers = Some(phase);
	}

	fn put_on_top(&mut self, phase: &Phase) {
		self.latency = phase.percentiles;
		self.block_fullness = phase.block_fullness.clone();
		self.limit = phase.limit;
	}

	/// Whether everything that was sent came to the end that it should.
	pub fn is_clean(&self) -> bool {
		let phases = [&self.lifecycles, &self.transfers];
		phases.into_iter().flatten().all(|phase| phase.clean)
	}
}

fn normal_limit() -> Weight {
	let weights = RuntimeBlockWeights::get();
	let limit = weights.get(DispatchClass::Normal).max_total;
	limit.unwrap_or(weights.max_block)
}

fn length_limit() -> u64 {
	u64::from(*RuntimeBlockLength::get().max.get(DispatchClass::Normal))
}

fn micros(weight: Weight) -> f64 {
	float(weight.ref_time()) / MICROSECOND
}

fn round3(value: f64) -> f64 {
	(value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		machine::Cpu,
		metrics::{Scrape, Times},
	};
	use athanor_primitives::job::CloseReason;
	use clap::Parser;
	use serde_json::{Value, json};

	fn report() -> Report {
		let versions = Versions {
			tool: "1".into(),
			node: "2".into(),
			runtime: "athanor/1".into(),
			transactions: 1,
		};
		Report::new(&Options::parse_from(["load"]), versions)
	}

	fn record(number: u32, kind: Kind, count: u64, paid: u64) -> Record {
		let reason = "hit_block_weight_limit".to_owned();
		Record {
			number,
			timestamp: u64::from(number) * 3_000,
			kinds: BTreeMap::from([(kind, (count, Weight::from_parts(count * 200_000_000, 0)))]),
			paid,
			hooks: Weight::from_parts(paid * 300_000_000, 0),
			normal: normal_limit() / 2,
			total: RuntimeBlockWeights::get().max_block,
			bytes: length_limit() / 4,
			metrics: Some(Scrape {
				ends: BTreeMap::from([(reason, f64::from(number))]),
				proposal: Times {
					sum: f64::from(number) * 0.7,
					count: f64::from(number),
				},
				..Scrape::default()
			}),
			cpu: Cpu {
				tool: f64::from(number) * 0.3,
				node: Some(f64::from(number) * 4.5),
			},
		}
	}

	fn jobs() -> Tally {
		let mut tally = Tally {
			records: (0..20)
				.map(|number| record(number, Kind::Post, 600, if number < 10 { 900 } else { 450 }))
				.collect(),
			..Tally::default()
		};
		let latency = tally.latency.entry(Kind::Post).or_default();
		latency.inclusion.extend([1_000, 2_000, 3_000]);
		latency.finality.extend([4_000, 5_000, 6_000]);
		tally.close(CloseReason::Paid);
		tally
	}

	#[test]
	fn the_top_has_the_figures_of_the_jobs() {
		let mut report = report();
		report.jobs(&jobs());
		let json = serde_json::to_value(&report).unwrap();
		for (key, value) in [
			("lifecycles_per_s", json!(150.0)),
			("transactions_per_s", json!(200.0)),
			("transfers_per_s", Value::Null),
			("inclusion_p50_ms", json!(2_000)),
			("inclusion_p95_ms", json!(3_000)),
			("finality_p50_ms", json!(5_000)),
			("finality_p95_ms", json!(6_000)),
			("weight_per_lifecycle_us", json!(500.0)),
			("proof_bytes_per_lifecycle", json!(0)),
			("seed", json!(1)),
		] {
			assert_eq!(json[key], value, "{key}");
		}
		assert_eq!(json["block_fullness"]["weight"]["median"], 0.5);
		assert_eq!(json["block_fullness"]["weight_with_hooks"]["median"], 1.0);
		assert_eq!(json["block_fullness"]["length"]["median"], 0.25);
		let blocks = json["block_fullness"]["length"]["blocks"].as_array();
		assert_eq!(blocks.unwrap().len(), 8);
		assert_eq!(json["limit"]["weight"], 8);
		assert_eq!(
			json["lifecycles"]["cores"],
			json!({ "tool": 0.1, "node": 1.5 })
		);
		let line = &json["lifecycles"]["block_list"][0];
		assert_eq!(line["number"], 11);
		assert_eq!(
			(&line["transactions"], &line["paid"]),
			(&json!(600), &json!(450))
		);
		assert_eq!(line["built_ms"], 700.0);
		assert_eq!(line["limit"], "weight");
		assert_eq!(
			json["lifecycles"]["cpu"],
			json!({ "tool_ms": 0.667, "node_ms": 10.0 })
		);
		assert!(report.is_clean());
	}

	#[test]
	fn transfers_are_on_top_only_alone() {
		let tally = Tally {
			records: (0..8)
				.map(|number| record(number, Kind::Transfer, 1_500, 0))
				.collect(),
			..Tally::default()
		};
		let mut alone = report();
		alone.transfers(&tally);
		assert_eq!(alone.transfers_per_s, Some(500.0));
		assert_eq!(alone.block_fullness.length.median, 0.25);
		let mut both = report();
		both.jobs(&jobs());
		let top = both.latency;
		both.transfers(&tally);
		assert_eq!(both.latency, top);
		assert_eq!(both.transfers_per_s, Some(500.0));
	}

	#[test]
	fn what_failed_is_in_the_report() {
		let mut tally = jobs();
		tally
			.failed
			.insert((Kind::Post, "Module(CeilingOverflow)".into()), 3);
		let mut report = report();
		report.jobs(&tally);
		assert!(!report.is_clean());
		let json = serde_json::to_value(&report).unwrap();
		assert_eq!(
			json["lifecycles"]["failed"]["post: Module(CeilingOverflow)"],
			3
		);
	}
}
