//! Norms, activations, rotary embedding and attention against f64, and the same bits everywhere.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use athanor_kernels::Isa;
use athanor_kernels::attention::{Heads, PAGE, Segment, append, attend};
use athanor_kernels::elementwise::{Activation, gated, rms_norm, rotate};
use common::{Numbers, bits, threads};
use proptest::prelude::*;

fn near(found: &[f32], expected: &[f64], allowed: f64) {
	assert_eq!(found.len(), expected.len());
	for (i, (a, b)) in found.iter().zip(expected).enumerate() {
		let off = (f64::from(*a) - b).abs();
		assert!(off <= allowed * b.abs().max(1.0), "{i}: {a} for {b}");
	}
}

/// The same from all instruction sets and with other numbers of threads.
fn everywhere(run: impl Fn(Isa) -> Vec<f32> + Sync) -> Vec<f32> {
	let expected = run(Isa::SCALAR);
	for isa in Isa::available() {
		assert_eq!(bits(&run(isa)), bits(&expected), "{isa}");
	}
	assert_eq!(bits(&threads(3, || run(Isa::best()))), bits(&expected));
	expected
}

#[test]
fn norms_are_those_of_the_formula() {
	let mut numbers = Numbers::new(1);
	for (rows, width) in [(1, 1), (3, 24), (2, 32), (5, 100), (300, 128)] {
		let (x, w) = (numbers.take(rows * width), numbers.take(width));
		for offset in [0.0, 1.0] {
			let found = everywhere(|isa| {
				let mut out = vec![0.0; x.len()];
				rms_norm(isa, &x, &w, 1e-6, offset, &mut out);
				out
			});
			let expected: Vec<f64> = x
				.chunks(width)
				.flat_map(|x| {
					let squares: f64 = x.iter().map(|x| f64::from(*x).powi(2)).sum();
					let scale = 1.0 / (squares / width as f64 + 1e-6).sqrt();
					x.iter()
						.zip(&w)
						.map(move |(x, w)| f64::from(*x) * scale * f64::from(w + offset))
						.collect::<Vec<_>>()
				})
				.collect();
			near(&found, &expected, 1e-6);
		}
	}
}

#[test]
fn activations_are_those_of_the_formula_at_every_size() {
	let gates: Vec<f32> = (-2_000..2_000).map(|i| i as f32 * 0.06).collect();
	let width = gates.len();
	let x: Vec<f32> = gates
		.iter()
		.copied()
		.chain(std::iter::repeat_n(1.0, width))
		.collect();
	for activation in [Activation::Silu, Activation::GeluTanh] {
		let found = everywhere(|isa| {
			let mut out = vec![0.0; width];
			gated(isa, &x, width, activation, &mut out);
			out
		});
		let expected: Vec<f64> = gates
			.iter()
			.map(|x| {
				let x = f64::from(*x);
				match activation {
					Activation::Silu => x / (1.0 + (-x).exp()),
					Activation::GeluTanh => {
						let inner =
							(2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
						x * 0.5 * (1.0 + inner.tanh())
					}
				}
			})
			.collect();
		near(&found, &expected, 1e-6);
	}
}

#[test]
fn odd_widths_are_whole() {
	let mut numbers = Numbers::new(5);
	for width in [1, 15, 17, 40] {
		let x = numbers.take(2 * width * 3);
		let found = everywhere(|isa| {
			let mut out = vec![f32::NAN; width * 3];
			gated(isa, &x, width, Activation::Silu, &mut out);
			out
		});
		let expected: Vec<f64> = (0..3 * width)
			.map(|i| {
				let at = i / width * 2 * width + i % width;
				let gate = f64::from(x[at]);
				gate / (1.0 + (-gate).exp()) * f64::from(x[at + width])
			})
			.collect();
		near(&found, &expected, 1e-6);
	}
}

#[test]
fn rotation_turns_pairs_half_a_head_apart() {
	let mut numbers = Numbers::new(6);
	for (rows, heads, size) in [(1, 1, 2), (4, 3, 24), (2, 2, 64), (33, 4, 128)] {
		let x = numbers.take(rows * heads * size);
		let angles = numbers.take(rows * size / 2);
		let (cos, sin): (Vec<f32>, Vec<f32>) = angles.iter().map(|a| (a.cos(), a.sin())).unzip();
		let found = everywhere(|isa| {
			let mut x = x.clone();
			rotate(isa, &mut x, heads, size, &cos, &sin);
			x
		});
		let half = size / 2;
		let expected: Vec<f64> = (0..x.len())
			.map(|i| {
				let (row, d) = (i / (heads * size), i % size);
				let angle = f64::from(angles[row * half + d % half]);
				let pair = f64::from(if d < half { x[i + half] } else { x[i - half] });
				let sign = if d < half { -1.0 } else { 1.0 };
				f64::from(x[i]) * angle.cos() + sign * pair * angle.sin()
			})
			.collect();
		near(&found, &expected, 1e-6);
	}
}

/// One sequence, all at once, in f64.
fn attention(heads: &Heads, q: &[f32], k: &[f32], v: &[f32]) -> Vec<f64> {
	let rows = q.len() / (heads.queries * heads.size);
	let mut out = Vec::new();
	for row in 0..rows {
		for head in 0..heads.queries {
			let key_head = head / (heads.queries / heads.keys);
			let query = &q[(row * heads.queries + head) * heads.size..][..heads.size];
			let first = heads.window.map_or(0, |w| (row + 1).saturating_sub(w));
			let at = |t: usize| (t * heads.keys + key_head) * heads.size;
			let score = |t: usize| -> f64 {
				let pairs = query.iter().zip(&k[at(t)..]);
				pairs
					.map(|(q, k)| f64::from(*q) * f64::from(*k))
					.sum::<f64>() * f64::from(heads.scale)
			};
			let weights: Vec<f64> = (first..=row).map(|t| score(t).exp()).collect();
			let total: f64 = weights.iter().sum();
			for d in 0..heads.size {
				let sum: f64 = (first..=row)
					.zip(&weights)
					.map(|(t, w)| w * f64::from(v[at(t) + d]))
					.sum();
				out.push(sum / total);
			}
		}
	}
	out
}

/// Pages of a sequence, of which the pool's others hold what is no number.
struct Pools {
	keys: Vec<f32>,
	values: Vec<f32>,
}

impl Pools {
	fn new(heads: &Heads, pages: usize) -> Self {
		Self {
			keys: vec![f32::NAN; pages * heads.key_page()],
			values: vec![f32::NAN; pages * heads.value_page()],
		}
	}
}

/// Lets sequences go through attention in steps of so many tokens each.
fn in_steps(
	isa: Isa,
	heads: &Heads,
	sequences: &[(Vec<f32>, Vec<f32>, Vec<f32>)],
	step: usize,
	shift: usize,
) -> Vec<Vec<f32>> {
	let (query_row, key_row) = (heads.queries * heads.size, heads.keys * heads.size);
	let lens: Vec<_> = sequences.iter().map(|s| s.0.len() / query_row).collect();
	// Pages of the sequences take turns, so that none are neighbours.
	let tables: Vec<Vec<u32>> = (0..lens.len())
		.map(|i| {
			let pages = lens[i].div_ceil(PAGE);
			(0..pages)
				.map(|p| (p * lens.len() + i + shift) as u32)
				.collect()
		})
		.collect();
	let most = lens.iter().max().unwrap().div_ceil(PAGE) * lens.len() + shift;
	let mut pools = Pools::new(heads, most);
	let mut outs = vec![Vec::new(); lens.len()];
	let mut done = 0;
	while lens.iter().any(|len| *len > done) {
		let (mut q, mut k, mut v, mut segments) = (vec![], vec![], vec![], vec![]);
		for (i, (queries, keys, values)) in sequences.iter().enumerate() {
			let range = done.min(lens[i])..(done + step).min(lens[i]);
			segments.push(Segment {
				row: q.len() / query_row,
				len: range.len(),
				position: done,
				pages: &tables[i],
			});
			q.extend_from_slice(&queries[range.start * query_row..range.end * query_row]);
			k.extend_from_slice(&keys[range.start * key_row..range.end * key_row]);
			v.extend_from_slice(&values[range.start * key_row..range.end * key_row]);
		}
		append(heads, &segments, &k, &v, &mut pools.keys, &mut pools.values);
		let mut out = vec![0.0; q.len()];
		attend(
			isa,
			heads,
			&segments,
			&q,
			&pools.keys,
			&pools.values,
			&mut out,
		);
		for (segment, to) in segments.iter().zip(&mut outs) {
			let from = segment.row * query_row;
			to.extend_from_slice(&out[from..from + segment.len * query_row]);
		}
		done += step;
	}
	outs
}

#[test]
fn attention_is_that_of_the_formula() {
	let mut numbers = Numbers::new(9);
	for (queries, keys, size, window, len) in [
		(1, 1, 2, None, 1),
		(4, 2, 24, None, 50),
		(6, 2, 16, Some(7), 60),
		(4, 4, 64, Some(16), 40),
		(9, 3, 40, Some(1), 20),
	] {
		let heads = Heads {
			queries,
			keys,
			size,
			scale: (size as f32).powf(-0.5),
			window,
		};
		let sequence = (
			numbers.take(len * queries * size),
			numbers.take(len * keys * size),
			numbers.take(len * keys * size),
		);
		let (q, k, v) = &sequence;
		let expected = attention(&heads, q, k, v);
		let found = in_steps(Isa::best(), &heads, std::slice::from_ref(&sequence), len, 0);
		near(&found[0], &expected, 2e-6);
	}
}

#[test]
fn large_scores_do_not_overflow() {
	let heads = Heads {
		queries: 1,
		keys: 1,
		size: 2,
		scale: 1.0,
		window: None,
	};
	let sequence = (vec![300.0; 40], vec![300.0; 40], vec![0.5; 40]);
	let found = in_steps(Isa::best(), &heads, &[sequence], 20, 0);
	near(&found[0], &[0.5; 40], 1e-6);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	/// Alone or with others, whole or in steps, wherever its pages are: the same bits.
	#[test]
	fn attention_has_the_same_bits_however_it_is_computed(
		seed: u64, lens in prop::collection::vec(1usize..70, 1..4), shape in 0usize..4, step in 1usize..40,
	) {
		let (queries, keys, size, window) = [(2, 1, 8, None), (4, 2, 36, Some(9)), (3, 3, 16, None), (8, 2, 64, Some(33))][shape];
		let heads = Heads { queries, keys, size, scale: 0.3, window };
		let mut numbers = Numbers::new(seed);
		let sequences: Vec<_> = lens.iter().map(|len| (
			numbers.take(len * queries * size), numbers.take(len * keys * size), numbers.take(len * keys * size),
		)).collect();
		let together = in_steps(Isa::SCALAR, &heads, &sequences, step, 0);
		for (sequence, expected) in sequences.iter().zip(&together) {
			for isa in Isa::available() {
				let whole = in_steps(isa, &heads, std::slice::from_ref(sequence), 1000, 3);
				prop_assert_eq!(bits(&whole[0]), bits(expected), "{}", isa);
			}
			let single = threads(3, || in_steps(Isa::best(), &heads, std::slice::from_ref(sequence), 1, 1));
			prop_assert_eq!(bits(&single[0]), bits(expected));
		}
	}
}
