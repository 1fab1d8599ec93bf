//! What the layers share while tokens go through them.

use burn::tensor::{Device, Tensor};

use super::attention::causal_mask;
use crate::kv_cache::KvCache;
use crate::pages::PagedPass;
use crate::rope::RopeRows;

/// One way through the layers.
#[derive(Debug)]
pub(super) enum Pass<'a, 'b> {
	/// Whole sequences of one length, or one sequence with a cache, in plain tensors.
	Tensors(&'a mut TensorPass<'b>),
	/// Rows of any sequences, with keys and values in pages.
	Pages(&'a mut PagedPass<'b>),
}

/// See [`Pass::Tensors`].
#[derive(Debug)]
pub(super) struct TensorPass<'a> {
	pub batch: usize,
	pub len: usize,
	pub start: usize,
	pub ropes: Vec<RopeRows>,
	pub cache: Option<&'a mut KvCache>,
	pub device: Device,
	/// Masks that were made, by the window that they are for.
	pub masks: Vec<(Option<usize>, Tensor<4>)>,
}

impl TensorPass<'_> {
	/// The mask of layers with this window; none where a single token sees everything.
	pub fn mask(&mut self, window: Option<usize>, groups: usize) -> Option<Tensor<4>> {
		let (start, len) = (self.start, self.len);
		let sees_all = window.is_none_or(|window| start + len <= window);
		if len == 1 && sees_all {
			return None;
		}
		if let Some((_, mask)) = self.masks.iter().find(|(known, _)| *known == window) {
			return Some(mask.clone());
		}
		let mask = causal_mask(start, len, window, groups, &self.device);
		self.masks.push((window, mask.clone()));
		Some(mask)
	}
}
