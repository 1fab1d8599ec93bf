//! Keys and values of many sequences, in pages that are handed out and taken back.
//!
//! A page holds [`PAGE`] positions of every layer. Memory is taken from the system when a page is first
//! written, not when the pool is made.

use athanor_kernels::attention::{Heads, PAGE};
use burn::tensor::{Device, Tensor};

use crate::config::{ArchSpec, LayerSpec};
use crate::error::{Error, Result};
use crate::rope::{Angles, RopeTable};

/// Number of a page in its pool.
pub type Page = u32;

/// The pages of all layers of a model.
#[derive(Debug)]
pub struct PagePool {
	/// Of each layer keys and values; absent only while an operation has them.
	layers: Vec<Option<(Tensor<1>, Tensor<1>)>>,
	/// Pages that nobody has, the next one last.
	free: Vec<Page>,
	/// How many sequences have each page.
	users: Vec<u32>,
}

/// The heads of a layer.
pub(crate) fn heads(spec: &ArchSpec, layer: &LayerSpec) -> Heads {
	Heads {
		queries: spec.num_heads,
		keys: spec.num_kv_heads,
		size: spec.head_dim,
		scale: spec.attention_scale as f32,
		window: layer.window,
	}
}

/// Pages that so many tokens take.
pub const fn pages_for(tokens: usize) -> usize {
	tokens.div_ceil(PAGE)
}

/// Bytes of a page, all layers together.
pub fn page_bytes(spec: &ArchSpec) -> usize {
	let layer = |layer: &LayerSpec| {
		let heads = heads(spec, layer);
		(heads.key_page() + heads.value_page()) * size_of::<f32>()
	};
	spec.layers.iter().map(layer).sum()
}

impl PagePool {
	/// Makes a pool of `pages` pages.
	pub fn new(spec: &ArchSpec, pages: usize, device: &Device) -> Self {
		let layer = |layer: &LayerSpec| {
			let heads = heads(spec, layer);
			let zeros = |page: usize| Tensor::zeros([page * pages], device);
			Some((zeros(heads.key_page()), zeros(heads.value_page())))
		};
		let pages = u32::try_from(pages).unwrap_or(u32::MAX);
		Self {
			layers: spec.layers.iter().map(layer).collect(),
			free: (0..pages).rev().collect(),
			users: vec![0; pages as usize],
		}
	}

	/// Pages that nobody has.
	pub fn free(&self) -> usize {
		self.free.len()
	}

	/// Takes a page; `None` if there is none left.
	pub fn take(&mut self) -> Option<Page> {
		let page = self.free.pop()?;
		self.users[page as usize] = 1;
		Some(page)
	}

	/// Lets one more sequence have a page that somebody has.
	pub fn share(&mut self, page: Page) {
		self.users[page as usize] += 1;
	}

	/// Gives a page back. It is free when all who have it have given it back.
	pub fn give_back(&mut self, page: Page) {
		let users = &mut self.users[page as usize];
		*users -= 1;
		if *users == 0 {
			self.free.push(page);
		}
	}

	/// Lends the keys and values of a layer, so that they can be written where they are.
	pub(crate) fn lend(&mut self, layer: usize) -> Result<(Tensor<1>, Tensor<1>)> {
		self.layers[layer].take().ok_or_else(|| Error::Device {
			action: "attending",
			reason: "the cache was lost when an earlier step failed".to_owned(),
		})
	}

	/// Takes them back.
	pub(crate) fn put(&mut self, layer: usize, lent: (Tensor<1>, Tensor<1>)) {
		self.layers[layer] = Some(lent);
	}
}

/// Tokens of one sequence that go through the model in one step.
#[derive(Clone, Debug)]
pub struct Rows {
	/// The tokens.
	pub tokens: Vec<u32>,
	/// Position of the first one in its sequence.
	pub position: usize,
	/// The sequence's pages, enough for these tokens too.
	pub pages: Vec<Page>,
}

/// What a step has besides tokens.
#[derive(Debug)]
pub(crate) struct PagedPass<'a> {
	pub rows: &'a [Rows],
	pub angles: Vec<Angles>,
	pub pool: &'a mut PagePool,
}

impl<'a> PagedPass<'a> {
	pub fn new(rows: &'a [Rows], rope: &RopeTable, pool: &'a mut PagePool) -> Self {
		let of = |rows: &Rows| rows.position..rows.position + rows.tokens.len();
		let positions: Vec<_> = rows.iter().flat_map(of).collect();
		Self {
			rows,
			angles: rope.angles(&positions),
			pool,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tokens_fill_pages() {
		assert_eq!([0, 1, PAGE, PAGE + 1].map(pages_for), [0, 1, 1, 2]);
	}
}
