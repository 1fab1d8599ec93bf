//! Random numbers and threads for tests.

#![allow(dead_code, missing_docs, clippy::unwrap_used)]

/// Numbers from −1 to 1 that follow from a seed (xorshift).
pub struct Numbers(u64);

impl Numbers {
	pub fn new(seed: u64) -> Self {
		Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
	}

	pub fn next(&mut self) -> f32 {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 7;
		self.0 ^= self.0 << 17;
		(self.0 >> 40) as f32 / (1u32 << 23) as f32 - 1.0
	}

	pub fn take(&mut self, count: usize) -> Vec<f32> {
		(0..count).map(|_| self.next()).collect()
	}
}

pub fn bits(x: &[f32]) -> Vec<u32> {
	x.iter().map(|x| x.to_bits()).collect()
}

/// Runs with so many threads.
pub fn threads<T: Send>(count: usize, run: impl FnOnce() -> T + Send) -> T {
	let pool = rayon::ThreadPoolBuilder::new()
		.num_threads(count)
		.build()
		.unwrap();
	pool.install(run)
}
