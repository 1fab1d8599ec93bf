//! From measurements to a formula: a base, and a slope for each component.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use polkadot_sdk::frame_benchmarking::{
	Analysis, BenchmarkParameter, BenchmarkResult, BenchmarkSelector,
};

/// A component of a benchmark, and the values that it was measured at.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
	/// Its name: one letter.
	pub name: String,
	/// The least.
	pub least: u32,
	/// The most.
	pub most: u32,
}

/// A quantity that grows linearly with each component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linear {
	/// What does not depend on components.
	pub base: u128,
	/// What one more of a component adds, and the standard error of that. Without those that add
	/// nothing.
	pub slopes: BTreeMap<String, (u128, u128)>,
	/// The least that was measured; nanoseconds where the rest is picoseconds.
	pub least: u128,
}

impl Linear {
	fn of(results: &Vec<BenchmarkResult>, what: BenchmarkSelector) -> Result<Self> {
		let analysis = Analysis::min_squares_iqr(results, what).map_err(|error| anyhow!(error))?;
		let errors = analysis.errors.unwrap_or_default();
		let errors = errors.into_iter().chain(std::iter::repeat(0));
		let slopes = analysis.names.into_iter().zip(analysis.slopes).zip(errors);
		Ok(Self {
			base: analysis.base,
			slopes: slopes
				.filter(|((_, slope), _)| *slope > 0)
				.map(|((name, slope), error)| (name, (slope, error)))
				.collect(),
			least: analysis.minimum,
		})
	}

	/// The same for a quantity that is counted: no point is above the line. The slopes are whole numbers,
	/// so that the line of least squares could be far below some.
	fn above(
		results: &Vec<BenchmarkResult>,
		what: BenchmarkSelector,
		count: impl Fn(&BenchmarkResult) -> u32,
	) -> Result<Self> {
		let mut line = Self::of(results, what)?;
		let rises = |result: &BenchmarkResult| {
			result
				.components
				.iter()
				.fold(0, |sum: u128, (name, value)| {
					let slope = line
						.slopes
						.get(&name.to_string())
						.map_or(0, |slope| slope.0);
					sum.saturating_add(slope.saturating_mul((*value).into()))
				})
		};
		let base = results
			.iter()
			.map(|result| u128::from(count(result)).saturating_sub(rises(result)))
			.max();
		line.base = base.unwrap_or_default();
		Ok(line)
	}

	/// The value where each component is at its most.
	pub fn most(&self, components: &[Component]) -> u128 {
		let slope = |component: &Component| match self.slopes.get(&component.name) {
			Some((slope, _)) => slope.saturating_mul(component.most.into()),
			None => 0,
		};
		components
			.iter()
			.map(slope)
			.fold(self.base, u128::saturating_add)
	}
}

/// What one benchmark says.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
	/// The benchmark.
	pub name: String,
	/// Its components.
	pub components: Vec<Component>,
	/// Execution in picoseconds, without the database.
	pub time: Linear,
	/// Items read.
	pub reads: Linear,
	/// Items written.
	pub writes: Linear,
	/// Bytes that a proof of what was read has at most, in a state of a million items of each kind.
	pub proof: Linear,
	/// The storage items that were touched: name, reads and writes at the most.
	pub storage: Vec<(String, u32, u32)>,
}

impl Formula {
	/// Fits the formula to what was measured: `timed` many times, `tracked` with storage counted.
	///
	/// # Errors
	/// If too little was measured to tell the components apart.
	pub fn fit(
		name: String,
		components: Vec<Component>,
		timed: &Vec<BenchmarkResult>,
		tracked: &Vec<BenchmarkResult>,
		storage: Vec<(String, u32, u32)>,
	) -> Result<Self> {
		Ok(Self {
			name,
			components,
			time: Linear::of(timed, BenchmarkSelector::ExtrinsicTime)?,
			reads: Linear::above(tracked, BenchmarkSelector::Reads, |result| result.reads)?,
			writes: Linear::above(tracked, BenchmarkSelector::Writes, |result| result.writes)?,
			proof: Linear::above(tracked, BenchmarkSelector::ProofSize, |result| {
				result.proof_size
			})?,
			storage,
		})
	}
}

/// The points at which to measure: each component at `steps` values from least to most, while the others
/// are at their most. One point without components if there are none.
pub fn points(
	components: &[(BenchmarkParameter, u32, u32)],
	steps: u32,
) -> Vec<Vec<(BenchmarkParameter, u32)>> {
	if components.is_empty() {
		return vec![Vec::new()];
	}
	let at = |chosen: BenchmarkParameter, value: u32| {
		let point = components
			.iter()
			.map(|(name, _, most)| (*name, if *name == chosen { value } else { *most }));
		point.collect()
	};
	let mut points = Vec::new();
	for (name, least, most) in components {
		let range = u64::from(most.saturating_sub(*least));
		let last = u64::from(steps.max(2) - 1);
		let mut values: Vec<u32> = (0..=last)
			.map(|step| least.saturating_add((range * step / last) as u32))
			.collect();
		values.dedup();
		points.extend(values.into_iter().map(|value| at(*name, value)));
	}
	points
}

#[cfg(test)]
mod tests {
	use BenchmarkParameter::{k, n};

	use super::*;

	fn result(components: Vec<(BenchmarkParameter, u32)>, nanoseconds: u128) -> BenchmarkResult {
		BenchmarkResult {
			components,
			extrinsic_time: nanoseconds,
			reads: 3,
			..Default::default()
		}
	}

	#[test]
	fn finds_base_and_slope() {
		let values = points(&[(k, 0, 10)], 6);
		let timed: Vec<_> = values
			.iter()
			.flat_map(|point| {
				let result = result(point.clone(), 1_000 + 50 * u128::from(point[0].1));
				[result.clone(), result.clone(), result.clone(), result]
			})
			.collect();
		let components = vec![Component {
			name: "k".into(),
			least: 0,
			most: 10,
		}];
		let formula = Formula::fit("x".into(), components, &timed, &timed, Vec::new()).unwrap();
		assert_eq!(formula.time.base, 1_000_000);
		assert_eq!(formula.time.slopes["k"].0, 50_000);
		assert_eq!(formula.time.most(&formula.components), 1_500_000);
		assert_eq!((formula.reads.base, formula.reads.slopes.len()), (3, 0));
		assert_eq!(formula.time.least, 1_000);
	}

	#[test]
	fn counts_are_never_above_the_line() {
		// Slopes of less than a half, and a random part, as when the last of a list is sometimes drawn.
		let counts = |k_: u32, n_: u32| 5 + k_ / 3 + 4 * n_ + k_ % 2;
		let tracked: Vec<_> = points(&[(k, 1, 8), (n, 0, 1)], 8)
			.into_iter()
			.map(|point| BenchmarkResult {
				writes: counts(point[0].1, point[1].1),
				..result(point, 1_000)
			})
			.collect();
		let formula = Formula::fit("x".into(), Vec::new(), &tracked, &tracked, Vec::new()).unwrap();
		for result in &tracked {
			let slope = |name: &str| formula.writes.slopes.get(name).map_or(0, |slope| slope.0);
			let (k_, n_) = (result.components[0].1, result.components[1].1);
			let line =
				formula.writes.base + slope("k") * u128::from(k_) + slope("n") * u128::from(n_);
			assert!(line >= u128::from(result.writes), "{result:?}: {line}");
		}
	}

	#[test]
	fn takes_the_median_without_components() {
		let timed = [5, 1, 9]
			.map(|nanoseconds| result(Vec::new(), nanoseconds))
			.to_vec();
		let formula = Formula::fit("x".into(), Vec::new(), &timed, &timed, Vec::new()).unwrap();
		assert_eq!((formula.time.base, formula.time.least), (5_000, 1));
	}

	#[test]
	fn measures_both_ends_of_each_component_with_the_others_at_their_most() {
		let points = points(&[(k, 1, 5), (n, 0, 1)], 3);
		let expected = vec![
			vec![(k, 1), (n, 1)],
			vec![(k, 3), (n, 1)],
			vec![(k, 5), (n, 1)],
			vec![(k, 5), (n, 0)],
			vec![(k, 5), (n, 1)],
		];
		assert_eq!(points, expected);
	}

	#[test]
	fn measures_once_without_components() {
		assert_eq!(points(&[], 50), vec![Vec::new()]);
	}
}
