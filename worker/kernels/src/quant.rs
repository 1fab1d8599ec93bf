//! Products with weights in 8 or 4 bits: 32 columns of a row share a scale in half precision.
//!
//! Activations are rounded to 8 bits in blocks of the same 32 columns. A block's product is an integer,
//! exactly; it is multiplied by both scales and added in `f32` by one fused multiply-add, block after
//! block. So an output does not depend on how many tokens are computed together, on threads or on
//! instructions.
//!
//! Weights lie in panels of sixteen rows, four columns of each row together, so that a vector of 64
//! bytes times four activations adds to sixteen outputs and nothing is ever summed across a vector.

#![allow(unsafe_code)]

use half::f16;

use crate::isa::Isa;
use crate::parallel::{Shared, for_each, piece, pieces};
use crate::simd::{LANES, Simd, multiversion};

/// Columns that share a scale.
pub const BLOCK: usize = 32;

/// Sixty-four bytes of weights, aligned like a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Line([u8; 64]);

/// Eight-bit weights: −127 to 127, stored plus 128. Line `g` of a block has its columns `4 g ‥ 4 g + 3`.
pub(crate) type Block8 = [Line; 8];

/// Four-bit weights: −8 to 7, stored plus 8. The lower halves of line `g` have columns `4 g ‥ 4 g + 3`,
/// the upper halves `4 g + 16 ‥ 4 g + 19`.
pub(crate) type Block4 = [Line; 4];

/// Four activations of each of a block's eight groups.
type Group = [[i8; 4]; BLOCK / 4];

/// Activations in eight bits, each block with its scale.
#[derive(Clone, Debug)]
pub(crate) struct Activations {
	blocks: usize,
	/// `[tokens, blocks]`.
	groups: Vec<Group>,
	/// `[tokens, blocks]`: what one unit stands for, and the sum of all units.
	scales: Vec<(f32, i32)>,
}

/// Weights in panels of sixteen rows; rows and columns that are missing are zero.
#[derive(Clone, Debug)]
pub(crate) struct Panels<B> {
	rows: usize,
	blocks: usize,
	/// `[panels, blocks]`.
	lines: Vec<B>,
	/// `[panels, blocks]`: a scale for each row, in half precision.
	scales: Vec<[u16; LANES]>,
}

/// How a block of weights is made and multiplied.
pub(crate) trait Format: Copy + Send + Sync {
	/// Zeros.
	const ZERO: Self;
	/// Rounds one row of a block; returns the bits of its scale.
	fn encode(values: &[f32; BLOCK], quants: &mut [u8; BLOCK]) -> u16;
	/// Puts a row's encoded weights in their places.
	fn place(&mut self, row: usize, quants: &[u8; BLOCK]);
	/// Product of sixteen rows with one token's activations.
	fn dot<S: Simd>(&self, x: &Group, sum: i32) -> S::I;
	/// The same for several tokens, so that each line is read once.
	fn dots<S: Simd, const T: usize>(&self, x: [&Group; T], sums: [i32; T]) -> [S::I; T];
	/// The weight that is stored in a place, for tests and for other devices.
	fn weight(&self, row: usize, column: usize) -> i32;
}

impl Format for Block8 {
	const ZERO: Self = [Line([128; 64]); 8];

	#[inline(always)]
	fn encode(values: &[f32; BLOCK], quants: &mut [u8; BLOCK]) -> u16 {
		let largest = values.iter().fold(0f32, |m, v| m.max(v.abs()));
		let scale = f16::from_f32((largest / 127.0).min(f16::MAX.to_f32()));
		let inverse = inverse(scale.to_f32());
		for (to, value) in quants.iter_mut().zip(values) {
			let unit = (value * inverse).round_ties_even().clamp(-127.0, 127.0);
			*to = (unit as i32 + 128) as u8;
		}
		scale.to_bits()
	}

	#[inline(always)]
	fn place(&mut self, row: usize, quants: &[u8; BLOCK]) {
		for (line, four) in self.iter_mut().zip(quants.as_chunks::<4>().0) {
			line.0[4 * row..4 * row + 4].copy_from_slice(four);
		}
	}

	#[inline(always)]
	fn dot<S: Simd>(&self, x: &Group, sum: i32) -> S::I {
		// Two sums, because each must wait for itself.
		let (mut even, mut odd) = (S::start8(sum), S::splat_i(0));
		for g in 0..4 {
			even = S::dot8(even, &self[2 * g].0, x[2 * g]);
			odd = S::dot8(odd, &self[2 * g + 1].0, x[2 * g + 1]);
		}
		S::add_i(even, odd)
	}

	#[inline(always)]
	fn dots<S: Simd, const T: usize>(&self, x: [&Group; T], sums: [i32; T]) -> [S::I; T] {
		let mut acc = [S::splat_i(0); T];
		for t in 0..T {
			acc[t] = S::start8(sums[t]);
		}
		for g in 0..8 {
			for t in 0..T {
				acc[t] = S::dot8(acc[t], &self[g].0, x[t][g]);
			}
		}
		acc
	}

	fn weight(&self, row: usize, column: usize) -> i32 {
		i32::from(self[column / 4].0[4 * row + column % 4]) - 128
	}
}

impl Format for Block4 {
	const ZERO: Self = [Line([0x88; 64]); 4];

	#[inline(always)]
	fn encode(values: &[f32; BLOCK], quants: &mut [u8; BLOCK]) -> u16 {
		let extreme = values
			.iter()
			.fold(0f32, |m, v| if v.abs() > m.abs() { *v } else { m });
		let mut best = (0.0, f16::ZERO);
		// The scale that takes the extreme to −8, and some near it; each with the scale that then fits
		// best in the sense of least squares.
		for step in -3..=3 {
			let scale = extreme / (-8.0 + 0.3 * step as f32);
			let inverse = inverse(scale);
			let (mut mixed, mut squares) = (0f32, 0f32);
			for value in values {
				let unit = (value * inverse).round_ties_even().clamp(-8.0, 7.0);
				mixed += value * unit;
				squares += unit * unit;
			}
			if squares > 0.0 && mixed * mixed > best.0 * squares {
				let fitting = (mixed / squares).clamp(-f16::MAX.to_f32(), f16::MAX.to_f32());
				best = (mixed * mixed / squares, f16::from_f32(fitting));
			}
		}
		let inverse = inverse(best.1.to_f32());
		for (to, value) in quants.iter_mut().zip(values) {
			let unit = (value * inverse).round_ties_even().clamp(-8.0, 7.0);
			*to = (unit as i32 + 8) as u8;
		}
		best.1.to_bits()
	}

	#[inline(always)]
	fn place(&mut self, row: usize, quants: &[u8; BLOCK]) {
		for (g, line) in self.iter_mut().enumerate() {
			for k in 0..4 {
				line.0[4 * row + k] = quants[4 * g + k] | quants[4 * g + 16 + k] << 4;
			}
		}
	}

	#[inline(always)]
	fn dot<S: Simd>(&self, x: &Group, sum: i32) -> S::I {
		let (mut even, mut odd) = (S::start4(sum), S::splat_i(0));
		for g in 0..2 {
			even = S::dot4(even, &self[2 * g].0, x[2 * g], x[2 * g + 4]);
			odd = S::dot4(odd, &self[2 * g + 1].0, x[2 * g + 1], x[2 * g + 5]);
		}
		S::add_i(even, odd)
	}

	#[inline(always)]
	fn dots<S: Simd, const T: usize>(&self, x: [&Group; T], sums: [i32; T]) -> [S::I; T] {
		let mut acc = [S::splat_i(0); T];
		for t in 0..T {
			acc[t] = S::start4(sums[t]);
		}
		for g in 0..4 {
			for t in 0..T {
				acc[t] = S::dot4(acc[t], &self[g].0, x[t][g], x[t][g + 4]);
			}
		}
		acc
	}

	fn weight(&self, row: usize, column: usize) -> i32 {
		let (group, k) = (column % 16 / 4, column % 4);
		let byte = self[group].0[4 * row + k];
		i32::from(if column < 16 { byte & 15 } else { byte >> 4 }) - 8
	}
}

/// `1 / scale`, and 0 for a scale that is so small that nothing can be told apart.
fn inverse(scale: f32) -> f32 {
	let inverse = 1.0 / scale;
	if inverse.is_finite() { inverse } else { 0.0 }
}

impl Activations {
	/// Rounds `x`, `[tokens, columns]`. Numbers must be finite; what is not becomes a token's own trouble.
	pub(crate) fn new(isa: Isa, x: &[f32], columns: usize) -> Self {
		let (tokens, blocks) = (x.len() / columns, columns.div_ceil(BLOCK));
		let mut groups = vec![[[0i8; 4]; BLOCK / 4]; tokens * blocks];
		let mut scales = vec![(0.0, 0); tokens * blocks];
		let (all_groups, all_scales) = (Shared::new(&mut groups), Shared::new(&mut scales));
		let count = pieces(tokens, 8);
		for_each(count, |i| {
			let tokens = piece(tokens, count, i);
			let range = tokens.start * blocks..tokens.end * blocks;
			// SAFETY: each token belongs to one task.
			let (groups, scales) =
				unsafe { (all_groups.part(range.clone()), all_scales.part(range)) };
			let x = &x[tokens.start * columns..tokens.end * columns];
			round_rows(isa, x, columns, groups, scales);
		});
		Self {
			blocks,
			groups,
			scales,
		}
	}

	fn tokens(&self) -> usize {
		self.groups.len() / self.blocks
	}
}

multiversion!(fn round_rows(x: &[f32], columns: usize, groups: &mut [Group], scales: &mut [(f32, i32)]) = round_rows_with);

#[inline(always)]
fn round_rows_with<S: Simd>(
	x: &[f32],
	columns: usize,
	groups: &mut [Group],
	scales: &mut [(f32, i32)],
) {
	let blocks = columns.div_ceil(BLOCK);
	for (row, (groups, scales)) in x.chunks_exact(columns).zip(
		groups
			.chunks_exact_mut(blocks)
			.zip(scales.chunks_exact_mut(blocks)),
	) {
		let (whole, rest) = row.as_chunks::<BLOCK>();
		for ((block, group), scale) in whole.iter().zip(&mut *groups).zip(&mut *scales) {
			*scale = round_block::<S>(block, group);
		}
		if !rest.is_empty() {
			let mut block = [0.0; BLOCK];
			block[..rest.len()].copy_from_slice(rest);
			scales[blocks - 1] = round_block::<S>(&block, &mut groups[blocks - 1]);
		}
	}
}

#[inline(always)]
fn round_block<S: Simd>(values: &[f32; BLOCK], to: &mut Group) -> (f32, i32) {
	let halves = values.as_chunks::<LANES>().0;
	let (a, b) = (S::load(&halves[0]), S::load(&halves[1]));
	let zero = S::splat(0.0);
	let size = S::max(S::max(a, S::sub(zero, a)), S::max(b, S::sub(zero, b)));
	let largest = S::largest(size);
	let (scale, inverse) = (largest / 127.0, inverse(largest / 127.0));
	let by = S::splat(inverse);
	let mut units = [0f32; BLOCK];
	let parts = units.as_chunks_mut::<LANES>().0;
	S::store(S::float(S::round(S::mul(a, by))), &mut parts[0]);
	S::store(S::float(S::round(S::mul(b, by))), &mut parts[1]);
	let mut sum = 0;
	for (to, unit) in to.as_flattened_mut().iter_mut().zip(units) {
		// The largest one can come out a hair above 127.
		*to = unit.clamp(-127.0, 127.0) as i8;
		sum += i32::from(*to);
	}
	(scale, sum)
}

/// Where rows of weights are read from.
pub(crate) trait Rows: Sync {
	/// Writes columns `start ‥` of a row to `to`, as many as that has.
	fn read(&self, row: usize, start: usize, to: &mut [f32]);
}

impl<B: Format> Panels<B> {
	/// Rounds weights `[rows, columns]`.
	pub(crate) fn new(source: &dyn Rows, rows: usize, columns: usize) -> Self {
		let (panels, blocks) = (rows.div_ceil(LANES), columns.div_ceil(BLOCK));
		let mut lines = vec![B::ZERO; panels * blocks];
		let mut scales = vec![[0; LANES]; panels * blocks];
		let (all_lines, all_scales) = (Shared::new(&mut lines), Shared::new(&mut scales));
		let count = pieces(panels, 1);
		for_each(count, |i| {
			let mut quants = [0; BLOCK];
			for panel in piece(panels, count, i) {
				let range = panel * blocks..(panel + 1) * blocks;
				// SAFETY: each panel belongs to one task.
				let (lines, scales) =
					unsafe { (all_lines.part(range.clone()), all_scales.part(range)) };
				for lane in 0..LANES.min(rows - panel * LANES) {
					for (block, (lines, scales)) in lines.iter_mut().zip(&mut *scales).enumerate() {
						let mut values = [0.0; BLOCK];
						let start = block * BLOCK;
						let some = BLOCK.min(columns - start);
						source.read(panel * LANES + lane, start, &mut values[..some]);
						scales[lane] = B::encode(&values, &mut quants);
						lines.place(lane, &quants);
					}
				}
			}
		});
		Self {
			rows,
			blocks,
			lines,
			scales,
		}
	}

	/// Bytes that are read to use every weight once.
	pub(crate) fn bytes(&self) -> usize {
		size_of_val(self.lines.as_slice()) + size_of_val(self.scales.as_slice())
	}

	/// A weight as it was rounded.
	pub(crate) fn weight(&self, row: usize, column: usize) -> f32 {
		let at = row / LANES * self.blocks + column / BLOCK;
		let scale = f16::from_bits(self.scales[at][row % LANES]).to_f32();
		scale * self.lines[at].weight(row % LANES, column % BLOCK) as f32
	}
}

/// Multiplications that are worth a task of their own.
const LEAST: usize = 1 << 17;

/// Tokens whose activations are kept in the cache while all weights pass by.
const NEAR: usize = 128;

/// What one task computes: panels `first..last`.
struct Job<'a, B> {
	x: &'a Activations,
	w: &'a Panels<B>,
	first: usize,
	last: usize,
	out: &'a Shared<'a, f32>,
	width: usize,
	column: usize,
}

/// `out[t, column + r] = Σ_k x[t, k] · w[r, k]` for all tokens `t` and all rows `r` of `w`; `out` is
/// `[tokens, width]`.
pub(crate) fn product<B: Run>(
	isa: Isa,
	x: &Activations,
	w: &Panels<B>,
	out: &Shared<'_, f32>,
	(width, column): (usize, usize),
) {
	let panels = w.rows.div_ceil(LANES);
	let each = LANES * BLOCK * w.blocks * x.tokens();
	let count = pieces(panels, LEAST / each.max(1) + 1);
	for_each(count, |i| {
		let range = piece(panels, count, i);
		let job = Job {
			x,
			w,
			first: range.start,
			last: range.end,
			out,
			width,
			column,
		};
		B::run(isa, &job);
	});
}

/// A format with functions for each set of instructions.
#[allow(private_interfaces)]
pub(crate) trait Run: Format {
	fn run(isa: Isa, job: &Job<'_, Self>);
}

multiversion!(fn run8(job: &Job<'_, Block8>) = job8);
multiversion!(fn run4(job: &Job<'_, Block4>) = job4);

#[inline(always)]
fn job8<S: Simd>(job: &Job<'_, Block8>) {
	panels::<S, Block8>(job);
}

#[inline(always)]
fn job4<S: Simd>(job: &Job<'_, Block4>) {
	panels::<S, Block4>(job);
}

#[allow(private_interfaces)]
impl Run for Block8 {
	fn run(isa: Isa, job: &Job<'_, Self>) {
		run8(isa, job);
	}
}

#[allow(private_interfaces)]
impl Run for Block4 {
	fn run(isa: Isa, job: &Job<'_, Self>) {
		run4(isa, job);
	}
}

#[inline(always)]
fn panels<S: Simd, B: Format>(job: &Job<'_, B>) {
	let tokens = job.x.tokens();
	for start in (0..tokens).step_by(NEAR) {
		let end = tokens.min(start + NEAR);
		for panel in job.first..job.last {
			let mut token = start;
			if S::TOKENS >= 8 {
				while token + 8 <= end {
					tile::<S, B, 8>(job, panel, token);
					token += 8;
				}
			}
			if S::TOKENS >= 4 {
				while token + 4 <= end {
					tile::<S, B, 4>(job, panel, token);
					token += 4;
				}
			}
			while token + 2 <= end {
				tile::<S, B, 2>(job, panel, token);
				token += 2;
			}
			if token < end {
				tile::<S, B, 1>(job, panel, token);
			}
		}
	}
}

/// Sixteen rows for `T` tokens.
#[inline(always)]
fn tile<S: Simd, B: Format, const T: usize>(job: &Job<'_, B>, panel: usize, token: usize) {
	let blocks = job.w.blocks;
	let lines = &job.w.lines[panel * blocks..][..blocks];
	let row_scales = &job.w.scales[panel * blocks..][..blocks];
	let x: [&[Group]; T] = std::array::from_fn(|t| &job.x.groups[(token + t) * blocks..][..blocks]);
	let scales: [&[(f32, i32)]; T] =
		std::array::from_fn(|t| &job.x.scales[(token + t) * blocks..][..blocks]);
	let mut acc = [S::splat(0.0); T];
	for b in 0..blocks {
		let row_scale = S::load_f16(&row_scales[b]);
		let products = if T == 1 {
			[lines[b].dot::<S>(&x[0][b], scales[0][b].1); T]
		} else {
			lines[b].dots::<S, T>(
				std::array::from_fn(|t| &x[t][b]),
				std::array::from_fn(|t| scales[t][b].1),
			)
		};
		for t in 0..T {
			let scale = S::mul(row_scale, S::splat(scales[t][b].0));
			acc[t] = S::fma(S::float(products[t]), scale, acc[t]);
		}
	}
	let (row, rows) = (panel * LANES, job.w.rows);
	for (t, acc) in acc.into_iter().enumerate() {
		let mut lanes = [0.0; LANES];
		S::store(acc, &mut lanes);
		let some = LANES.min(rows - row);
		let at = (token + t) * job.width + job.column + row;
		// SAFETY: each panel belongs to one task, and each column of `out` to one row of a panel.
		let out = unsafe { job.out.part(at..at + some) };
		out.copy_from_slice(&lanes[..some]);
	}
}
