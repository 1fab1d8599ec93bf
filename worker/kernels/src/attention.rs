//! Attention of queries to keys and values that lie in pages.
//!
//! A page holds sixteen positions of all key heads of a layer. In it keys lie with their positions side
//! by side, so that sixteen scores are computed together, and values row by row. A sequence is a list of
//! pages, which need not be neighbours, and several sequences can share one.
//!
//! Scores are sums over the head's numbers in order; the largest score, the sum of the exponentials
//! (sixteen lanes, by position) and the weighted sum of the values (in order of position) follow from
//! absolute positions alone. So a result does not depend on which other tokens and sequences are
//! computed together, nor on threads or instructions.

#![allow(unsafe_code)]

use std::ops::Range;

use crate::elementwise::exp;
use crate::isa::Isa;
use crate::parallel::{Shared, for_each};
use crate::simd::{LANES, Simd, multiversion};

/// Positions in a page.
pub const PAGE: usize = LANES;

/// What the heads of a layer are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heads {
	/// Query heads.
	pub queries: usize,
	/// Key and value heads; divides the query heads.
	pub keys: usize,
	/// Numbers of a head.
	pub size: usize,
	/// What scores are multiplied with.
	pub scale: f32,
	/// How many positions a token sees, itself included; all if there is none.
	pub window: Option<usize>,
}

/// Tokens of one sequence among those that are computed together.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
	/// The first of its rows.
	pub row: usize,
	/// How many rows it has.
	pub len: usize,
	/// Position in the sequence of the first one.
	pub position: usize,
	/// The sequence's pages: page `i` holds its positions `16 i ‥ 16 i + 15`.
	pub pages: &'a [u32],
}

impl Heads {
	/// Numbers in the keys of a page: `[key heads, size, 16]`.
	pub const fn key_page(&self) -> usize {
		self.keys * self.size * PAGE
	}

	/// Numbers in the values of a page: `[key heads, 16, size rounded up to sixteen]`.
	pub const fn value_page(&self) -> usize {
		self.keys * PAGE * self.padded()
	}

	const fn padded(&self) -> usize {
		self.size.next_multiple_of(LANES)
	}
}

/// Writes keys and values of new tokens, both `[rows, key heads, size]`, into their pages.
///
/// # Panics
/// A segment's rows or pages are not there, or two segments write the same page.
pub fn append(
	heads: &Heads,
	segments: &[Segment<'_>],
	keys: &[f32],
	values: &[f32],
	key_pool: &mut [f32],
	value_pool: &mut [f32],
) {
	let row = heads.keys * heads.size;
	for segment in segments {
		for i in 0..segment.len {
			let position = segment.position + i;
			let page = segment.pages[position / PAGE] as usize;
			let slot = position % PAGE;
			let from = (segment.row + i) * row;
			let key_page = &mut key_pool[page * heads.key_page()..][..heads.key_page()];
			for (k, key) in keys[from..from + row].iter().enumerate() {
				key_page[k * PAGE + slot] = *key;
			}
			let value_page = &mut value_pool[page * heads.value_page()..][..heads.value_page()];
			let values = values[from..from + row].chunks_exact(heads.size);
			for (head, value) in values.enumerate() {
				let at = (head * PAGE + slot) * heads.padded();
				value_page[at..at + heads.size].copy_from_slice(value);
			}
		}
	}
}

/// Attention of the new tokens' queries to all that is in their sequences' pages up to themselves.
/// `queries` and `out` are `[rows, query heads, size]`.
///
/// # Panics
/// A segment's rows or pages are not there, or two segments have the same rows.
pub fn attend(
	isa: Isa,
	heads: &Heads,
	segments: &[Segment<'_>],
	queries: &[f32],
	key_pool: &[f32],
	value_pool: &[f32],
	out: &mut [f32],
) {
	assert!(queries.len() == out.len() && heads.queries.is_multiple_of(heads.keys));
	let mut tasks = Vec::new();
	for segment in segments {
		for start in (0..segment.len).step_by(ROWS) {
			let rows = start..segment.len.min(start + ROWS);
			tasks.extend((0..heads.keys).map(|head| Task {
				segment,
				rows: rows.clone(),
				head,
			}));
		}
	}
	let out = Shared::new(out);
	for_each(tasks.len(), |i| {
		run(isa, heads, &tasks[i], queries, key_pool, value_pool, &out);
	});
}

/// Rows of a segment that one task does.
const ROWS: usize = 8;
/// Queries whose scores are computed together.
const TOGETHER: usize = 4;

/// Rows of a segment and one of the key heads.
struct Task<'a> {
	segment: &'a Segment<'a>,
	rows: Range<usize>,
	head: usize,
}

multiversion!(fn run(heads: &Heads, task: &Task<'_>, queries: &[f32], keys: &[f32], values: &[f32], out: &Shared<'_, f32>) = run_with);

#[inline(always)]
fn run_with<S: Simd>(
	heads: &Heads,
	task: &Task<'_>,
	queries: &[f32],
	keys: &[f32],
	values: &[f32],
	out: &Shared<'_, f32>,
) {
	let group = heads.queries / heads.keys;
	let segment = task.segment;
	let last = segment.position + task.rows.end - 1;
	let first = first_seen(heads, segment.position + task.rows.start);
	let pages = &segment.pages[first / PAGE..=last / PAGE];
	let base = first / PAGE * PAGE;
	let count = task.rows.len() * group;
	let query = |i: usize| {
		let row = segment.row + task.rows.start + i / group;
		(row * heads.queries + task.head * group + i % group) * heads.size
	};
	let mut scores = vec![[0f32; PAGE]; TOGETHER * pages.len()];
	for start in (0..count).step_by(TOGETHER) {
		let some = TOGETHER.min(count - start);
		// A place that is left over computes the last query again.
		let at: [usize; TOGETHER] = std::array::from_fn(|i| query(start + i.min(some - 1)));
		for (p, page) in pages.iter().enumerate() {
			let page = &keys[*page as usize * heads.key_page()..][..heads.key_page()];
			let page = &page[task.head * heads.size * PAGE..][..heads.size * PAGE];
			let found = page_scores::<S>(page, queries, at, heads.size);
			for (i, found) in found.into_iter().enumerate() {
				S::store(
					S::mul(found, S::splat(heads.scale)),
					&mut scores[i * pages.len() + p],
				);
			}
		}
		for i in 0..some {
			let position = segment.position + task.rows.start + (start + i) / group;
			let seen = first_seen(heads, position) - base..position + 1 - base;
			let scores = &mut scores[i * pages.len()..][..pages.len()];
			let total = softmax::<S>(scores, &seen);
			// SAFETY: each query belongs to one task.
			let out = unsafe { out.part(at[i]..at[i] + heads.size) };
			mix::<S>(heads, task.head, pages, values, scores, &seen, total, out);
		}
	}
}

/// The first position that a token sees.
fn first_seen(heads: &Heads, position: usize) -> usize {
	heads
		.window
		.map_or(0, |window| (position + 1).saturating_sub(window))
}

/// Scores of some queries with the sixteen keys of a page.
#[inline(always)]
fn page_scores<S: Simd>(
	page: &[f32],
	queries: &[f32],
	at: [usize; TOGETHER],
	size: usize,
) -> [S::F; TOGETHER] {
	let mut acc = [S::splat(0.0); TOGETHER];
	let queries: [&[f32]; TOGETHER] = std::array::from_fn(|i| &queries[at[i]..at[i] + size]);
	for (d, keys) in page.as_chunks::<PAGE>().0.iter().enumerate() {
		let keys = S::load(keys);
		for i in 0..TOGETHER {
			acc[i] = S::fma(S::splat(queries[i][d]), keys, acc[i]);
		}
	}
	acc
}

/// Replaces scores by their exponentials, relative to the largest, and those outside `seen` by zeros.
/// Returns the sum.
#[inline(always)]
fn softmax<S: Simd>(scores: &mut [[f32; PAGE]], seen: &Range<usize>) -> f32 {
	let flat = scores.as_flattened_mut();
	flat[..seen.start].fill(f32::NEG_INFINITY);
	flat[seen.end..].fill(f32::NEG_INFINITY);
	let mut largest = S::splat(f32::NEG_INFINITY);
	for page in &*scores {
		largest = S::max(S::load(page), largest);
	}
	let largest = S::splat(S::largest(largest));
	let mut total = S::splat(0.0);
	for page in scores {
		let weights = exp::<S>(S::sub(S::load(page), largest));
		total = S::add(total, weights);
		S::store(weights, page);
	}
	S::sum(total)
}

/// Sum of the values, each by its weight, over the sum of the weights.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn mix<S: Simd>(
	heads: &Heads,
	head: usize,
	pages: &[u32],
	values: &[f32],
	weights: &[[f32; PAGE]],
	seen: &Range<usize>,
	total: f32,
	out: &mut [f32],
) {
	let weights = weights.as_flattened();
	for (c, out) in out.chunks_mut(2 * LANES).enumerate() {
		let both = out.len() > LANES;
		let (mut acc, mut next) = (S::splat(0.0), S::splat(0.0));
		for t in seen.clone() {
			// A page may hold anything where nothing was written, even what is no number. So what is not
			// seen is not read.
			let page = pages[t / PAGE] as usize * heads.value_page();
			let at = page + (head * PAGE + t % PAGE) * heads.padded() + c * 2 * LANES;
			let weight = S::splat(weights[t]);
			acc = S::fma(weight, S::load(lanes(values, at)), acc);
			if both {
				next = S::fma(weight, S::load(lanes(values, at + LANES)), next);
			}
		}
		let total = S::splat(total);
		let mut all = [[0.0; LANES]; 2];
		S::store(S::div(acc, total), &mut all[0]);
		S::store(S::div(next, total), &mut all[1]);
		let some = out.len();
		out.copy_from_slice(&all.as_flattened()[..some]);
	}
}

#[inline(always)]
fn lanes(values: &[f32], at: usize) -> &[f32; LANES] {
	let part = &values[at..at + LANES];
	// SAFETY: the slice has this length.
	unsafe { &*part.as_ptr().cast() }
}
