//! Packs documents into rows of fixed length and deals them out in batches.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// A batch: `rows` sequences of `len + 1` tokens, one after the other; the first `len` of each are
/// the input, the last `len` what is to be predicted.
pub struct Batch {
	/// Sequences.
	pub rows: usize,
	/// Predicted tokens per sequence.
	pub len: usize,
	/// `rows · (len + 1)` tokens.
	pub tokens: Vec<u32>,
}

impl Batch {
	/// Input tokens, `rows · len`.
	pub fn inputs(&self) -> Vec<i32> {
		self.tokens
			.chunks(self.len + 1)
			.flat_map(|row| &row[..self.len])
			.map(|t| *t as i32)
			.collect()
	}

	/// Cuts the batch into up to `parts` batches of whole rows.
	pub fn split(&self, parts: usize) -> Vec<Batch> {
		let rows = self.rows.div_ceil(parts);
		self.tokens
			.chunks(rows * (self.len + 1))
			.map(|tokens| Batch {
				rows: tokens.len() / (self.len + 1),
				len: self.len,
				tokens: tokens.to_vec(),
			})
			.collect()
	}

	/// Target tokens, `rows · len`.
	pub fn targets(&self) -> Vec<i32> {
		self.tokens
			.chunks(self.len + 1)
			.flat_map(|row| &row[1..])
			.map(|t| *t as i32)
			.collect()
	}
}

/// Deals out batches without end, in an order that depends only on the seed.
pub struct Dealer<'a> {
	documents: &'a [Vec<u32>],
	order: Vec<usize>,
	seed: u64,
	epoch: u64,
	next: usize,
}

impl<'a> Dealer<'a> {
	/// Starts at the first document of the first epoch. `documents` must not be empty.
	pub fn new(documents: &'a [Vec<u32>], seed: u64) -> Self {
		let mut dealer = Self {
			documents,
			order: (0..documents.len()).collect(),
			seed,
			epoch: 0,
			next: 0,
		};
		dealer.shuffle();
		dealer
	}

	fn shuffle(&mut self) {
		self.order.sort_unstable();
		let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
		rng.set_stream(self.epoch);
		self.order.shuffle(&mut rng);
	}

	fn document(&mut self) -> &'a [u32] {
		if self.next == self.order.len() {
			self.epoch += 1;
			self.next = 0;
			self.shuffle();
		}
		let index = self.order[self.next];
		self.next += 1;
		&self.documents[index]
	}

	/// The next batch. Every row starts with a document; the last one in it is cut to fit.
	pub fn batch(&mut self, rows: usize, len: usize) -> Batch {
		let mut tokens = Vec::with_capacity(rows * (len + 1));
		for row in 1..=rows {
			let end = row * (len + 1);
			while tokens.len() < end {
				tokens.extend_from_slice(self.document());
			}
			tokens.truncate(end);
		}
		Batch { rows, len, tokens }
	}

	/// Documents dealt so far, over all epochs.
	pub fn dealt(&self) -> u64 {
		self.epoch * self.documents.len() as u64 + self.next as u64
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rows_start_with_documents_and_targets_are_shifted_by_one() {
		let documents: Vec<Vec<u32>> = (0..10).map(|i| vec![1, 100 + i, 200 + i, 2]).collect();
		let batch = Dealer::new(&documents, 5).batch(3, 6);
		for (input, target) in batch.inputs().chunks(6).zip(batch.targets().chunks(6)) {
			assert_eq!(input[0], 1);
			assert_eq!(input[1..], target[..5]);
		}
	}

	#[test]
	fn an_epoch_deals_every_document_once_and_the_next_in_another_order() {
		let documents: Vec<Vec<u32>> = (0..50).map(|i| vec![i]).collect();
		let mut dealer = Dealer::new(&documents, 9);
		let mut epoch = || (0..50).map(|_| dealer.document()[0]).collect::<Vec<_>>();
		let (mut first, mut second) = (epoch(), epoch());
		assert_ne!(first, second);
		first.sort_unstable();
		second.sort_unstable();
		assert_eq!(first, (0..50).collect::<Vec<_>>());
		assert_eq!(first, second);
	}
}
