//! Feed-forward layers of which each token uses some: mixture of experts.

use crate::elementwise::{Activation, exp, gated};
use crate::isa::Isa;
use crate::linear::Linear;
use crate::simd::{LANES, Simd, multiversion};

/// One expert: `down(f(gate(x)) · up(x))`.
#[derive(Clone, Debug)]
pub struct Expert {
	/// Gate and up projection, in this order.
	pub gate_up: Linear,
	/// Down projection.
	pub down: Linear,
}

/// The experts of a layer, and how a token's are chosen.
#[derive(Clone, Debug)]
pub struct Experts {
	/// From a token to a score for each expert.
	pub router: Linear,
	/// The experts.
	pub all: Vec<Expert>,
	/// Experts that each token uses.
	pub per_token: usize,
	/// Whether the weights of a token's experts are scaled to add up to one.
	pub normalized: bool,
	/// Activation between the projections.
	pub activation: Activation,
}

/// The experts of a token and their weights, in order of the experts.
///
/// The weights are those of a softmax over all scores; of equal scores the first wins.
pub fn route(isa: Isa, scores: &[f32], per_token: usize, normalized: bool) -> Vec<(usize, f32)> {
	let mut weights = scores.to_vec();
	softmax(isa, &mut weights);
	let mut order: Vec<usize> = (0..weights.len()).collect();
	order.sort_by(|a, b| weights[*b].total_cmp(&weights[*a]).then(a.cmp(b)));
	order.truncate(per_token);
	let total: f32 = order.iter().map(|e| weights[*e]).sum();
	let scale = if normalized { total } else { 1.0 };
	order.sort_unstable();
	let weighted = order.into_iter().map(|e| (e, weights[e] / scale));
	weighted.collect()
}

multiversion!(fn softmax(weights: &mut [f32]) = softmax_with);

#[inline(always)]
fn softmax_with<S: Simd>(weights: &mut [f32]) {
	let largest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
	let mut total = S::splat(0.0);
	for chunk in weights.chunks_mut(LANES) {
		let mut lanes = [f32::NEG_INFINITY; LANES];
		lanes[..chunk.len()].copy_from_slice(chunk);
		let powers = exp::<S>(S::sub(S::load(&lanes), S::splat(largest)));
		total = S::add(total, powers);
		S::store(powers, &mut lanes);
		let some = chunk.len();
		chunk.copy_from_slice(&lanes[..some]);
	}
	let total = S::sum(total);
	for weight in weights {
		*weight /= total;
	}
}

impl Experts {
	/// Bytes that are read to use every weight once.
	pub fn bytes(&self) -> usize {
		let expert = |e: &Expert| e.gate_up.bytes() + e.down.bytes();
		self.router.bytes() + self.all.iter().map(expert).sum::<usize>()
	}

	/// Bytes that are read for one token.
	pub fn bytes_per_token(&self) -> usize {
		let expert = |e: &Expert| e.gate_up.bytes() + e.down.bytes();
		self.router.bytes()
			+ self
				.all
				.iter()
				.take(self.per_token)
				.map(expert)
				.sum::<usize>()
	}

	/// The sum of each token's experts, by their weights, in order of the experts. `x` and `out` are
	/// `[tokens, width]`.
	///
	/// # Panics
	/// The lengths do not fit together.
	pub fn forward(&self, isa: Isa, x: &[f32], out: &mut [f32]) {
		let width = self.router.inputs();
		assert!(x.len() == out.len() && x.len().is_multiple_of(width));
		let tokens = x.len() / width;
		let mut scores = vec![0.0; tokens * self.all.len()];
		self.router.forward(isa, x, &mut scores);
		let mut chosen = vec![Vec::new(); self.all.len()];
		for (token, scores) in scores.chunks_exact(self.all.len()).enumerate() {
			for (expert, weight) in route(isa, scores, self.per_token, self.normalized) {
				chosen[expert].push((token, weight));
			}
		}
		out.fill(0.0);
		for (expert, chosen) in self.all.iter().zip(chosen) {
			if chosen.is_empty() {
				continue;
			}
			let mut rows = Vec::with_capacity(chosen.len() * width);
			for (token, _) in &chosen {
				rows.extend_from_slice(&x[token * width..(token + 1) * width]);
			}
			let result = expert.forward(isa, &rows, self.activation);
			for ((token, weight), row) in chosen.into_iter().zip(result.chunks_exact(width)) {
				let out = &mut out[token * width..(token + 1) * width];
				for (out, y) in out.iter_mut().zip(row) {
					*out += y * weight;
				}
			}
		}
	}
}

impl Expert {
	fn forward(&self, isa: Isa, x: &[f32], activation: Activation) -> Vec<f32> {
		let tokens = x.len() / self.gate_up.inputs();
		let mut both = vec![0.0; tokens * self.gate_up.outputs()];
		self.gate_up.forward(isa, x, &mut both);
		let inner = self.down.inputs();
		let mut hidden = vec![0.0; tokens * inner];
		gated(isa, &both, inner, activation, &mut hidden);
		let mut out = vec![0.0; tokens * self.down.outputs()];
		self.down.forward(isa, &hidden, &mut out);
		out
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_largest_scores_win_and_of_equals_the_first() {
		for isa in Isa::available() {
			let chosen = route(isa, &[0.0, 2.0, 1.0, 2.0], 2, true);
			assert_eq!(chosen, [(1, 0.5), (3, 0.5)]);
			let chosen = route(isa, &[1.0, 1.0, 1.0], 2, false);
			assert_eq!(chosen.iter().map(|c| c.0).collect::<Vec<_>>(), [0, 1]);
			assert!((chosen[0].1 - 1.0 / 3.0).abs() < 1e-6);
		}
	}
}
