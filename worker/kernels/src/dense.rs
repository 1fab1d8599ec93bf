//! Products with weights in floating point, row by row as they lie in a file.
//!
//! Each output is a sum in sixteen lanes over the columns (column `k` goes to lane `k mod 16`), one fused
//! multiply-add each in order of `k`, and the lanes are added in the order of [`Simd::sum`]. So it does
//! not depend on how many tokens are computed together, on threads or on instructions.

#![allow(unsafe_code)]

use crate::isa::Isa;
use crate::parallel::{Shared, for_each, piece, pieces};
use crate::simd::{LANES, Simd, multiversion};

/// A type in which weights are stored.
pub(crate) trait Element: Copy + Default + Sync {
	fn load<S: Simd>(from: &[Self; LANES]) -> S::F;
}

/// bfloat16, by its bits.
#[derive(Clone, Copy, Debug, Default, bytemuck::AnyBitPattern)]
#[repr(transparent)]
pub(crate) struct Bf16(pub u16);

/// IEEE half precision, by its bits.
#[derive(Clone, Copy, Debug, Default, bytemuck::AnyBitPattern)]
#[repr(transparent)]
pub(crate) struct F16(pub u16);

impl Element for f32 {
	#[inline(always)]
	fn load<S: Simd>(from: &[Self; LANES]) -> S::F {
		S::load(from)
	}
}

impl Element for Bf16 {
	#[inline(always)]
	fn load<S: Simd>(from: &[Self; LANES]) -> S::F {
		// SAFETY: `Bf16` is a transparent `u16`.
		S::load_bf16(unsafe { &*std::ptr::from_ref(from).cast() })
	}
}

impl Element for F16 {
	#[inline(always)]
	fn load<S: Simd>(from: &[Self; LANES]) -> S::F {
		// SAFETY: `F16` is a transparent `u16`.
		S::load_f16(unsafe { &*std::ptr::from_ref(from).cast() })
	}
}

/// Rows of weights that are computed together.
const ROWS: usize = 4;
/// Tokens that are computed together.
const TOKENS: usize = 4;
/// Tokens whose activations are kept in the cache while all weights pass by.
const BLOCK: usize = 64;
/// Multiplications that are worth a task of their own.
const LEAST: usize = 1 << 16;

/// Weights as they are stored, `[rows, columns]`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Weights<'a> {
	F32(&'a [f32]),
	Bf16(&'a [Bf16]),
	F16(&'a [F16]),
}

/// What one task computes: rows `first..last` of `w`.
struct Job<'a> {
	x: &'a [f32],
	w: Weights<'a>,
	columns: usize,
	first: usize,
	last: usize,
	out: &'a Shared<'a, f32>,
	width: usize,
	column: usize,
}

/// `out[t, column + r] = Σ_k x[t, k] · w[r, k]` for all tokens `t` and all `rows` rows of `w`.
///
/// `x` is `[tokens, columns]`, `out` is `[tokens, width]`.
pub(crate) fn product(
	isa: Isa,
	x: &[f32],
	w: Weights<'_>,
	(rows, columns): (usize, usize),
	out: &Shared<'_, f32>,
	(width, column): (usize, usize),
) {
	let tokens = x.len() / columns;
	let tiles = rows.div_ceil(ROWS);
	let count = pieces(tiles, LEAST / (ROWS * columns * tokens).max(1) + 1);
	for_each(count, |i| {
		let range = piece(tiles, count, i);
		let job = Job {
			x,
			w,
			columns,
			first: range.start * ROWS,
			last: (range.end * ROWS).min(rows),
			out,
			width,
			column,
		};
		run(isa, &job);
	});
}

multiversion!(fn run(job: &Job<'_>) = job_with);

#[inline(always)]
fn job_with<S: Simd>(job: &Job<'_>) {
	match job.w {
		Weights::F32(w) => all_tokens::<S, f32>(job, w),
		Weights::Bf16(w) => all_tokens::<S, Bf16>(job, w),
		Weights::F16(w) => all_tokens::<S, F16>(job, w),
	}
}

#[inline(always)]
fn all_tokens<S: Simd, E: Element>(job: &Job<'_>, w: &[E]) {
	let tokens = job.x.len() / job.columns;
	for start in (0..tokens).step_by(BLOCK) {
		let end = tokens.min(start + BLOCK);
		let mut row = job.first;
		while row + ROWS <= job.last {
			some_tokens::<S, E, ROWS>(job, w, row, start, end);
			row += ROWS;
		}
		while row < job.last {
			some_tokens::<S, E, 1>(job, w, row, start, end);
			row += 1;
		}
	}
}

#[inline(always)]
fn some_tokens<S: Simd, E: Element, const R: usize>(
	job: &Job<'_>,
	w: &[E],
	row: usize,
	start: usize,
	end: usize,
) {
	let columns = job.columns;
	let rows: [&[E]; R] = std::array::from_fn(|r| &w[(row + r) * columns..][..columns]);
	let mut token = start;
	while token + TOKENS <= end {
		tile::<S, E, R, TOKENS>(job, &rows, row, token);
		token += TOKENS;
	}
	while token < end {
		tile::<S, E, R, 1>(job, &rows, row, token);
		token += 1;
	}
}

/// `R` rows for `T` tokens.
#[inline(always)]
fn tile<S: Simd, E: Element, const R: usize, const T: usize>(
	job: &Job<'_>,
	rows: &[&[E]; R],
	row: usize,
	token: usize,
) {
	let columns = job.columns;
	let x: [&[f32]; T] = std::array::from_fn(|t| &job.x[(token + t) * columns..][..columns]);
	let mut acc = [[S::splat(0.0); R]; T];
	let whole = columns / LANES;
	for chunk in 0..whole {
		let mut weights = [S::splat(0.0); R];
		for r in 0..R {
			weights[r] = E::load::<S>(lanes(rows[r], chunk));
		}
		for t in 0..T {
			let x = S::load(lanes(x[t], chunk));
			for r in 0..R {
				acc[t][r] = S::fma(x, weights[r], acc[t][r]);
			}
		}
	}
	if columns > whole * LANES {
		for t in 0..T {
			let x = S::load(&rest(x[t], whole));
			for r in 0..R {
				acc[t][r] = S::fma(x, E::load::<S>(&rest(rows[r], whole)), acc[t][r]);
			}
		}
	}
	for (t, acc) in acc.into_iter().enumerate() {
		let at = (token + t) * job.width + job.column + row;
		// SAFETY: each row of weights belongs to one task, and each column of `out` to one row.
		let out = unsafe { job.out.part(at..at + R) };
		for (out, acc) in out.iter_mut().zip(acc) {
			*out = S::sum(acc);
		}
	}
}

/// Sixteen numbers of a row that has as many from there on.
#[inline(always)]
fn lanes<T>(row: &[T], chunk: usize) -> &[T; LANES] {
	let part = &row[chunk * LANES..][..LANES];
	// SAFETY: the slice has this length.
	unsafe { &*part.as_ptr().cast() }
}

/// The numbers after the last whole chunk, and zeros.
#[inline(always)]
fn rest<T: Copy + Default>(row: &[T], whole: usize) -> [T; LANES] {
	let mut all = [T::default(); LANES];
	for (to, from) in all.iter_mut().zip(&row[whole * LANES..]) {
		*to = *from;
	}
	all
}
