//! Runs the pallets' benchmarks in a runtime that has them, compiled to WebAssembly.

use std::{
	borrow::Cow,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use codec::{Decode, Encode};
use polkadot_sdk::*;

use frame_benchmarking::{
	BenchmarkBatch, BenchmarkConfig, BenchmarkList, BenchmarkMetadata, BenchmarkParameter,
	BenchmarkResult,
};
use frame_support::traits::StorageInfo;
use sc_client_db::BenchmarkingState;
use sp_core::traits::{CallContext, ReadRuntimeVersionExt, RuntimeCode, WrappedRuntimeCode};
use sp_externalities::Extensions;
use sp_keystore::{KeystoreExt, testing::MemoryKeystore};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{OverlayedChanges, StateMachine};

use crate::{
	chain::{self, Executor},
	fit::{Component, Formula, points},
	source::{self, Target, grouped},
};

/// The state that benchmarks run on: in memory, because database weights are added separately.
type State = BenchmarkingState<BlakeTwo256>;

/// Bytes of a storage key that name the storage item.
const ITEM_PREFIX: usize = 32;

/// Items of a kind that a proof reckons with, where the runtime sets no limit.
const ITEMS: u32 = 1_000_000;

/// Bytes of a proof for each layer of the trie: the hashes of all children but the one on the way.
const LAYER: u32 = 15 * 33;

/// How to measure calls.
#[derive(clap::Args)]
pub struct Args {
	/// A runtime built with the feature `runtime-benchmarks`.
	#[arg(long)]
	runtime: PathBuf,
	/// Measure this pallet, named as its crate; can be given again. All of them if none is named.
	#[arg(long)]
	pallet: Vec<String>,
	#[command(flatten)]
	effort: Effort,
	/// Also measure what has no weight of its own, only to print it.
	#[arg(long)]
	extra: bool,
	/// Only name the benchmarks.
	#[arg(long)]
	list: bool,
}

/// How much to measure of a benchmark.
#[derive(Clone, Copy, clap::Args)]
pub struct Effort {
	/// Values of each component to measure at.
	#[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..))]
	steps: u32,
	/// Runs at each of them.
	#[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
	repeat: u32,
	/// Least time to spend on one benchmark, in seconds: short ones run more often.
	#[arg(long, default_value_t = 5)]
	seconds: u64,
}

/// Measures, prints and writes.
pub fn run(args: &Args, target: &Target) -> Result<()> {
	let bench = Bench::new(&args.runtime)?;
	let (weighed, items) = bench.metadata(false)?;
	let (all, _) = bench.metadata(args.extra)?;
	let all = selected(all, &args.pallet)?;
	if args.list {
		for benchmark in all.iter().flat_map(named) {
			println!("{benchmark}");
		}
		return Ok(());
	}
	let mut failed = Vec::new();
	for list in all {
		let (pallet, failed_before) = (text(&list.pallet)?, failed.len());
		let mut formulas = Vec::new();
		for benchmark in &list.benchmarks {
			match bench.formula(&list, benchmark, &items, args.effort) {
				Ok(formula) => {
					print(&pallet, &formula);
					if has_weight(&weighed, &list, benchmark) {
						formulas.push(formula);
					}
				}
				Err(error) => failed.push(format!("{pallet}: {error:#}")),
			}
		}
		if failed.len() == failed_before && !formulas.is_empty() {
			let how = format!(
				"{} values of each component, {} runs each, at least {} s a benchmark",
				args.effort.steps, args.effort.repeat, args.effort.seconds
			);
			let what = format!("Weights of `{pallet}`");
			let file = pallet.replace("::", "_");
			target.write(&file, &what, &how, &source::pallet(&pallet, &formulas))?;
		}
	}
	ensure!(
		failed.is_empty(),
		"these benchmarks failed, and their pallets were not written:\n{}",
		failed.join("\n")
	);
	Ok(())
}

/// The time that benchmarks take, in nanoseconds, without their database accesses.
pub fn time_of(runtime: &Path, wanted: &[(&str, &str)], effort: Effort) -> Result<u64> {
	let bench = Bench::new(runtime)?;
	let (lists, items) = bench.metadata(false)?;
	let mut sum = 0;
	for (pallet, name) in wanted {
		let list = lists.iter().find(|list| list.pallet == pallet.as_bytes());
		let found = list.and_then(|list| {
			let benchmark = list
				.benchmarks
				.iter()
				.find(|benchmark| benchmark.name == name.as_bytes());
			Some((list, benchmark?))
		});
		let (list, benchmark) =
			found.with_context(|| format!("the runtime does not measure {pallet}::{name}"))?;
		let formula = bench.formula(list, benchmark, &items, effort)?;
		print(pallet, &formula);
		sum += u64::try_from(formula.time.base / 1_000)?;
	}
	Ok(sum)
}

fn selected(all: Vec<BenchmarkList>, pallets: &[String]) -> Result<Vec<BenchmarkList>> {
	let known: Vec<String> = all
		.iter()
		.map(|list| text(&list.pallet))
		.collect::<Result<_>>()?;
	if let Some(unknown) = pallets.iter().find(|pallet| !known.contains(pallet)) {
		bail!(
			"the runtime has no benchmarks of `{unknown}`; it has those of {}",
			known.join(", ")
		);
	}
	let wanted = |name: &String| pallets.is_empty() || pallets.contains(name);
	let lists = all.into_iter().zip(known);
	Ok(lists
		.filter(|(_, name)| wanted(name))
		.map(|(list, _)| list)
		.collect())
}

fn named(list: &BenchmarkList) -> Vec<String> {
	let pallet = String::from_utf8_lossy(&list.pallet);
	let name = |benchmark: &BenchmarkMetadata| {
		format!("{pallet}::{}", String::from_utf8_lossy(&benchmark.name))
	};
	list.benchmarks.iter().map(name).collect()
}

fn has_weight(
	weighed: &[BenchmarkList],
	list: &BenchmarkList,
	benchmark: &BenchmarkMetadata,
) -> bool {
	let same = weighed
		.iter()
		.filter(|other| other.pallet == list.pallet && other.instance == list.instance);
	same.flat_map(|other| &other.benchmarks)
		.any(|other| other.name == benchmark.name)
}

fn text(bytes: &[u8]) -> Result<String> {
	String::from_utf8(bytes.to_vec()).context("the runtime names a benchmark with no valid text")
}

fn print(pallet: &str, formula: &Formula) {
	let at_most = |linear: &crate::fit::Linear| linear.most(&formula.components);
	println!(
		"{pallet}::{}: {} ns, {} reads, {} writes, {} bytes of proof at the most",
		formula.name,
		grouped(at_most(&formula.time) / 1_000),
		at_most(&formula.reads),
		at_most(&formula.writes),
		at_most(&formula.proof),
	);
}

/// A runtime with benchmarks, and states to run them on.
struct Bench {
	executor: Executor,
	code: Vec<u8>,
	/// Counts storage accesses and records proofs.
	tracked: State,
	/// Does neither, because that takes time that a block does not.
	timed: State,
}

impl Bench {
	fn new(runtime: &Path) -> Result<Self> {
		let code = crate::read_runtime(runtime)?;
		let genesis = chain::genesis(&code)?;
		let state = |track: bool| {
			State::new(genesis.clone(), None, track, track).map_err(|error| anyhow!(error))
		};
		Ok(Self {
			executor: chain::executor(),
			tracked: state(true)?,
			timed: state(false)?,
			code,
		})
	}

	fn metadata(&self, extra: bool) -> Result<(Vec<BenchmarkList>, Vec<StorageInfo>)> {
		self.call(&self.timed, "Benchmark_benchmark_metadata", &extra)
			.context(
				"the runtime has no benchmarks: build it with the feature `runtime-benchmarks`",
			)
	}

	/// Calls a function of the runtime. What it changes is forgotten.
	fn call<R: Decode>(&self, state: &State, function: &str, input: &impl Encode) -> Result<R> {
		let fetcher = WrappedRuntimeCode(Cow::Borrowed(&self.code));
		let code = RuntimeCode {
			code_fetcher: &fetcher,
			heap_pages: None,
			hash: sp_io::hashing::blake2_256(&self.code).to_vec(),
		};
		let mut overlay = OverlayedChanges::default();
		let mut extensions = Extensions::new();
		extensions.register(KeystoreExt::new(MemoryKeystore::new()));
		extensions.register(ReadRuntimeVersionExt::new(self.executor.clone()));
		let input = input.encode();
		let output = StateMachine::new(
			state,
			&mut overlay,
			&self.executor,
			function,
			&input,
			&mut extensions,
			&code,
			CallContext::Offchain,
		)
		.execute()
		.map_err(|error| anyhow!("{function}: {error}"))?;
		R::decode(&mut &output[..]).with_context(|| format!("{function} returned something else"))
	}

	/// Measures one benchmark.
	fn formula(
		&self,
		list: &BenchmarkList,
		benchmark: &BenchmarkMetadata,
		items: &[StorageInfo],
		effort: Effort,
	) -> Result<Formula> {
		let name = text(&benchmark.name)?;
		let points = points(&benchmark.components, effort.steps);
		let one = |state, point: &Vec<_>, verify, repeat| {
			self.dispatch(state, list, benchmark, point, verify, repeat)
				.with_context(|| format!("{name} at {point:?}"))
		};
		let mut tracked = Vec::new();
		for point in &points {
			// Checks what the benchmark itself expects; the checks would count as accesses.
			one(&self.timed, point, true, 1)?;
			for mut result in one(&self.tracked, point, false, 1)? {
				result.proof_size = proof_bound(&result, items);
				tracked.push(result);
			}
		}
		let mut timed = Vec::new();
		let started = Instant::now();
		while timed.is_empty() || started.elapsed() < Duration::from_secs(effort.seconds) {
			for point in &points {
				timed.extend(one(&self.timed, point, false, effort.repeat)?);
			}
		}
		let components = benchmark.components.iter().map(component).collect();
		let storage = touched(&tracked, items);
		Formula::fit(name.clone(), components, &timed, &tracked, storage).context(name)
	}

	fn dispatch(
		&self,
		state: &State,
		list: &BenchmarkList,
		benchmark: &BenchmarkMetadata,
		point: &[(BenchmarkParameter, u32)],
		verify: bool,
		repeat: u32,
	) -> Result<Vec<BenchmarkResult>> {
		let config = BenchmarkConfig {
			pallet: list.pallet.clone(),
			instance: list.instance.clone(),
			benchmark: benchmark.name.clone(),
			selected_components: point.to_vec(),
			verify,
			internal_repeats: repeat,
		};
		let batches: Result<Vec<BenchmarkBatch>, String> =
			self.call(state, "Benchmark_dispatch_benchmark", &config)?;
		let batches = batches.map_err(|error| anyhow!(error))?;
		let results: Vec<_> = batches
			.into_iter()
			.flat_map(|batch| batch.results)
			.collect();
		ensure!(!results.is_empty(), "the benchmark was skipped");
		Ok(results)
	}
}

fn component((name, least, most): &(BenchmarkParameter, u32, u32)) -> Component {
	Component {
		name: name.to_string(),
		least: *least,
		most: *most,
	}
}

/// Storage items by name, with the most reads and writes that were seen.
fn touched(results: &[BenchmarkResult], items: &[StorageInfo]) -> Vec<(String, u32, u32)> {
	let mut touched: Vec<(String, u32, u32)> = Vec::new();
	for (key, reads, writes, whitelisted) in results.iter().flat_map(|result| &result.keys) {
		if *whitelisted {
			continue;
		}
		let name = item_name(key, items);
		match touched.iter_mut().find(|(known, ..)| *known == name) {
			Some((_, most_reads, most_writes)) => {
				*most_reads = (*most_reads).max(*reads);
				*most_writes = (*most_writes).max(*writes);
			}
			None => touched.push((name, *reads, *writes)),
		}
	}
	touched.sort();
	touched
}

/// Bytes that a proof of what was read has at most: of items without a limit what was recorded, and for
/// each read the trie's nodes on the way to it.
fn proof_bound(result: &BenchmarkResult, items: &[StorageInfo]) -> u32 {
	let read = result.keys.iter().filter(|(.., whitelisted)| !whitelisted);
	let mut unlimited = 0;
	let bound = read.fold(0u32, |sum, (key, reads, ..)| {
		let item = find(key, items);
		let way = layers(item.and_then(|item| item.max_values)) * LAYER;
		let size = item.and_then(|item| item.max_size).unwrap_or_else(|| {
			unlimited = result.proof_size;
			0
		});
		sum.saturating_add(reads.saturating_mul(way.saturating_add(size)))
	});
	bound.saturating_add(unlimited)
}

/// Layers of a trie with so many items.
fn layers(items: Option<u32>) -> u32 {
	let items = items.unwrap_or(ITEMS).max(1);
	(items - 1).checked_ilog2().map_or(1, |bits| bits / 4 + 1)
}

fn find<'a>(key: &[u8], items: &'a [StorageInfo]) -> Option<&'a StorageInfo> {
	let prefix = &key[..key.len().min(ITEM_PREFIX)];
	items.iter().find(|item| item.prefix == prefix)
}

fn item_name(key: &[u8], items: &[StorageInfo]) -> String {
	let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
	match find(key, items) {
		Some(item) => format!(
			"{}::{}",
			shown(&item.pallet_name),
			shown(&item.storage_name)
		),
		None if key.is_ascii() => shown(key),
		None => format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&key)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn item(pallet: &str, name: &str, prefix: [u8; 32]) -> StorageInfo {
		StorageInfo {
			pallet_name: pallet.into(),
			storage_name: name.into(),
			prefix: prefix.to_vec(),
			max_values: None,
			max_size: None,
		}
	}

	fn list(pallet: &str, benchmarks: &[&str]) -> BenchmarkList {
		let benchmarks = benchmarks.iter().map(|name| BenchmarkMetadata {
			name: name.as_bytes().to_vec(),
			..Default::default()
		});
		BenchmarkList {
			pallet: pallet.into(),
			instance: pallet.into(),
			benchmarks: benchmarks.collect(),
		}
	}

	#[test]
	fn names_storage_and_keeps_the_most_accesses() {
		let items = [item("Jobs", "Queue", [1; 32])];
		let result = |reads, writes| BenchmarkResult {
			keys: vec![
				([1; 32].to_vec(), reads, writes, false),
				([2; 32].to_vec(), 9, 9, true),
				(b":code".to_vec(), 1, 0, false),
			],
			..Default::default()
		};
		let touched = touched(&[result(1, 2), result(3, 1)], &items);
		assert_eq!(
			touched,
			[(":code".into(), 1, 0), ("Jobs::Queue".into(), 3, 2)]
		);
	}

	#[test]
	fn bounds_the_proof() {
		let limited = StorageInfo {
			max_values: Some(1),
			max_size: Some(10),
			..item("Jobs", "Ends", [3; 32])
		};
		let items = [item("Jobs", "Queue", [1; 32]), limited];
		let result = |keys| BenchmarkResult {
			proof_size: 77,
			keys,
			..Default::default()
		};
		let of = |prefix: u8, reads, whitelisted| ([prefix; 32].to_vec(), reads, 1, whitelisted);
		let bound = |keys| proof_bound(&result(keys), &items);
		assert_eq!(bound(vec![of(3, 2, false)]), 2 * (LAYER + 10));
		assert_eq!(bound(vec![of(1, 3, false)]), 3 * 5 * LAYER + 77);
		assert_eq!(bound(vec![of(1, 3, true), of(3, 0, false)]), 0);
	}

	#[test]
	fn layers_are_of_sixteen() {
		let of = |items| layers(Some(items));
		assert_eq!(
			[of(0), of(1), of(16), of(17), of(256), of(257)],
			[1, 1, 1, 2, 2, 3]
		);
		assert_eq!((layers(None), of(u32::MAX)), (5, 8));
	}

	#[test]
	fn selects_pallets_by_name() {
		let all = || vec![list("a", &["x"]), list("b", &["y", "z"])];
		assert_eq!(selected(all(), &[]).unwrap(), all());
		let chosen = selected(all(), &["b".into()]).unwrap();
		assert_eq!(named(&chosen[0]), ["b::y", "b::z"]);
		let error = selected(all(), &["c".into()]).unwrap_err().to_string();
		assert!(error.contains("`c`") && error.contains("a, b"), "{error}");
	}

	#[test]
	fn knows_what_has_no_weight() {
		let (weighed, all) = (list("a", &["x"]), list("a", &["x", "y"]));
		let has = |index: usize| {
			has_weight(
				core::slice::from_ref(&weighed),
				&all,
				&all.benchmarks[index],
			)
		};
		assert!(has(0) && !has(1));
	}
}
