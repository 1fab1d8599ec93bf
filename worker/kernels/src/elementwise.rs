//! Norms, activations, rotary embedding: a row at a time, in `f32`.

#![allow(unsafe_code)]

use crate::isa::Isa;
use crate::parallel::{Shared, for_each, piece, pieces};
use crate::simd::{LANES, Simd, multiversion};

/// The function between the two products of a feed-forward layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
	/// `x / (1 + exp(−x))`, also called swish.
	Silu,
	/// `x · Φ(x)` with the approximation `Φ(x) ≈ (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2`.
	GeluTanh,
}

/// Numbers that are worth a task of their own.
const LEAST: usize = 1 << 14;

/// `exp(x)` for each lane, to two units in the last place; 0 below −87.33, and finite for every number.
///
/// Cody and Waite's reduction with the polynomial of Cephes (`expf.c`).
#[inline(always)]
pub(crate) fn exp<S: Simd>(x: S::F) -> S::F {
	let lowest = S::splat(-87.33);
	let kept = S::min(S::max(x, lowest), S::splat(88.0));
	let n = S::round(S::mul(kept, S::splat(std::f32::consts::LOG2_E)));
	let whole = S::float(n);
	let rest = S::fma(whole, S::splat(-0.693_359_4), kept);
	let rest = S::fma(whole, S::splat(2.121_944_4e-4), rest);
	let mut y = S::splat(1.987_569_1e-4);
	for coefficient in [
		1.398_199_9e-3,
		8.333_452e-3,
		4.166_579_6e-2,
		1.666_666_5e-1,
		0.5,
	] {
		y = S::fma(y, rest, S::splat(coefficient));
	}
	let y = S::fma(S::mul(rest, rest), y, S::add(rest, S::splat(1.0)));
	S::select_below(x, lowest, S::splat(0.0), S::mul(y, S::exp2i(n)))
}

/// RMSNorm of each row: `out = x / √(mean(x²) + eps) · (weight + offset)`, with `offset` 0 or, for Gemma,
/// 1. `x` and `out` are `[rows, width]`, `weight` is `[width]`. `out` may be `x`'s own length only.
///
/// # Panics
/// The lengths do not fit together.
pub fn rms_norm(isa: Isa, x: &[f32], weight: &[f32], eps: f32, offset: f32, out: &mut [f32]) {
	let width = weight.len();
	assert!(x.len() == out.len() && width > 0 && x.len().is_multiple_of(width));
	in_pieces(x, width, out, width, |x, out| {
		norm_rows(isa, x, weight, eps, offset, out);
	});
}

/// `out = f(gate) · up`, where each row of `x` has `width` numbers of the gate and then as many of the
/// other product. `x` is `[rows, 2 · width]`, `out` is `[rows, width]`.
///
/// # Panics
/// The lengths do not fit together.
pub fn gated(isa: Isa, x: &[f32], width: usize, activation: Activation, out: &mut [f32]) {
	assert!(width > 0 && x.len() == 2 * out.len() && out.len().is_multiple_of(width));
	in_pieces(x, 2 * width, out, width, |x, out| {
		gated_rows(isa, x, width, activation, out);
	});
}

/// Rotates pairs of numbers of each head by an angle of each row: `(a, b) → (a cos − b sin, b cos + a sin)`
/// with `b` half a head after `a`, as in Hugging Face's Llama. `x` is `[rows, heads, size]`; `cos` and
/// `sin` are `[rows, size / 2]`.
///
/// # Panics
/// The lengths do not fit together.
pub fn rotate(isa: Isa, x: &mut [f32], heads: usize, size: usize, cos: &[f32], sin: &[f32]) {
	let (row, half) = (heads * size, size / 2);
	assert!(row > 0 && half > 0 && x.len().is_multiple_of(row));
	let rows = x.len() / row;
	assert!(cos.len() == rows * half && sin.len() == cos.len());
	let all = Shared::new(x);
	let count = pieces(rows, LEAST / row + 1);
	for_each(count, |i| {
		let rows = piece(rows, count, i);
		// SAFETY: each row belongs to one task.
		let x = unsafe { all.part(rows.start * row..rows.end * row) };
		let angles = rows.start * half..rows.end * half;
		rotate_rows(isa, x, heads, size, &cos[angles.clone()], &sin[angles]);
	});
}

/// Runs `work` on pieces of whole rows.
fn in_pieces(
	x: &[f32],
	from: usize,
	out: &mut [f32],
	to: usize,
	work: impl Fn(&[f32], &mut [f32]) + Sync,
) {
	let rows = out.len() / to;
	let out = Shared::new(out);
	let count = pieces(rows, LEAST / from + 1);
	for_each(count, |i| {
		let rows = piece(rows, count, i);
		// SAFETY: each row belongs to one task.
		let out = unsafe { out.part(rows.start * to..rows.end * to) };
		work(&x[rows.start * from..rows.end * from], out);
	});
}

multiversion!(fn norm_rows(x: &[f32], weight: &[f32], eps: f32, offset: f32, out: &mut [f32]) = norm_rows_with);

#[inline(always)]
fn norm_rows_with<S: Simd>(x: &[f32], weight: &[f32], eps: f32, offset: f32, out: &mut [f32]) {
	let width = weight.len();
	let offset = S::splat(offset);
	for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
		let (whole, rest) = x.as_chunks::<LANES>();
		let mut squares = S::splat(0.0);
		for x in whole {
			let x = S::load(x);
			squares = S::fma(x, x, squares);
		}
		if !rest.is_empty() {
			let x = S::load(&padded(rest));
			squares = S::fma(x, x, squares);
		}
		let scale = S::splat(1.0 / (S::sum(squares) / width as f32 + eps).sqrt());
		let (weights, last_weights) = weight.as_chunks::<LANES>();
		let (outs, last) = out.as_chunks_mut::<LANES>();
		for ((x, w), out) in whole.iter().zip(weights).zip(outs) {
			let w = S::add(S::load(w), offset);
			S::store(S::mul(S::mul(S::load(x), scale), w), out);
		}
		if !rest.is_empty() {
			let w = S::add(S::load(&padded(last_weights)), offset);
			let mut all = [0.0; LANES];
			S::store(S::mul(S::mul(S::load(&padded(rest)), scale), w), &mut all);
			last.copy_from_slice(&all[..last.len()]);
		}
	}
}

multiversion!(fn gated_rows(x: &[f32], width: usize, activation: Activation, out: &mut [f32]) = gated_rows_with);

#[inline(always)]
fn gated_rows_with<S: Simd>(x: &[f32], width: usize, activation: Activation, out: &mut [f32]) {
	for (x, out) in x.chunks_exact(2 * width).zip(out.chunks_exact_mut(width)) {
		let (gate, up) = x.split_at(width);
		let (gates, last_gate) = gate.as_chunks::<LANES>();
		let (ups, last_up) = up.as_chunks::<LANES>();
		let (outs, last) = out.as_chunks_mut::<LANES>();
		for ((gate, up), out) in gates.iter().zip(ups).zip(outs) {
			let gate = activate::<S>(S::load(gate), activation);
			S::store(S::mul(gate, S::load(up)), out);
		}
		if !last.is_empty() {
			let gate = activate::<S>(S::load(&padded(last_gate)), activation);
			let mut all = [0.0; LANES];
			S::store(S::mul(gate, S::load(&padded(last_up))), &mut all);
			last.copy_from_slice(&all[..last.len()]);
		}
	}
}

#[inline(always)]
fn activate<S: Simd>(x: S::F, activation: Activation) -> S::F {
	let one = S::splat(1.0);
	let negative = match activation {
		Activation::Silu => S::sub(S::splat(0.0), x),
		// (1 + tanh(y)) / 2 = 1 / (1 + exp(−2 y)).
		Activation::GeluTanh => {
			let cube = S::mul(S::mul(x, x), x);
			let inner = S::fma(S::splat(0.044_715), cube, x);
			S::mul(S::splat(-1.595_769), inner)
		}
	};
	S::div(x, S::add(one, exp::<S>(negative)))
}

multiversion!(fn rotate_rows(x: &mut [f32], heads: usize, size: usize, cos: &[f32], sin: &[f32]) = rotate_rows_with);

#[inline(always)]
fn rotate_rows_with<S: Simd>(x: &mut [f32], heads: usize, size: usize, cos: &[f32], sin: &[f32]) {
	let half = size / 2;
	let angles = cos.chunks_exact(half).zip(sin.chunks_exact(half));
	for (row, (cos, sin)) in x.chunks_exact_mut(heads * size).zip(angles) {
		for head in row.chunks_exact_mut(size) {
			let (a, b) = head.split_at_mut(half);
			let (cos_all, cos_last) = cos.as_chunks::<LANES>();
			let (sin_all, sin_last) = sin.as_chunks::<LANES>();
			let (a_all, a_last) = a.as_chunks_mut::<LANES>();
			let (b_all, b_last) = b.as_chunks_mut::<LANES>();
			for (((a, b), cos), sin) in a_all.iter_mut().zip(b_all).zip(cos_all).zip(sin_all) {
				turn::<S>(a, b, cos, sin);
			}
			if !a_last.is_empty() {
				let (mut a, mut b) = (padded(a_last), padded(b_last));
				turn::<S>(&mut a, &mut b, &padded(cos_last), &padded(sin_last));
				let some = a_last.len();
				a_last.copy_from_slice(&a[..some]);
				b_last.copy_from_slice(&b[..some]);
			}
		}
	}
}

#[inline(always)]
fn turn<S: Simd>(
	a: &mut [f32; LANES],
	b: &mut [f32; LANES],
	cos: &[f32; LANES],
	sin: &[f32; LANES],
) {
	let (x, y, cos, sin) = (S::load(a), S::load(b), S::load(cos), S::load(sin));
	let minus = S::sub(S::splat(0.0), y);
	S::store(S::fma(minus, sin, S::mul(x, cos)), a);
	S::store(S::fma(x, sin, S::mul(y, cos)), b);
}

#[inline(always)]
fn padded(rest: &[f32]) -> [f32; LANES] {
	let mut all = [0.0; LANES];
	all[..rest.len()].copy_from_slice(rest);
	all
}
