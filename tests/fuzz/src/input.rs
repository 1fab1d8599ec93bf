//! From bytes to choices. A fuzzer deals in bytes, and so does the property test: both come the same way
//! to an operation, and any bytes at all make one.

/// Bytes of one operation. Most need fewer; each begins at a multiple of this, so that a fuzzer that cuts
/// and pastes hits whole operations.
pub const CHUNK: usize = 16;

/// The bytes of one operation, read from the front. Those that are missing are 0.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
	/// The choices that these bytes stand for.
	pub fn new(bytes: &'a [u8]) -> Self {
		Self(bytes)
	}

	/// The next byte.
	pub fn byte(&mut self) -> u8 {
		match self.0.split_first() {
			Some((first, rest)) => {
				self.0 = rest;
				*first
			}
			None => 0,
		}
	}

	/// One of these. What stands there more than once is chosen more often.
	pub fn of<T: Clone, const N: usize>(&mut self, from: [T; N]) -> T {
		from[usize::from(self.byte()) % N].clone()
	}

	/// A pick among what there will be.
	pub fn pick(&mut self) -> Pick {
		Pick(self.byte())
	}

	/// All bytes that are left.
	pub fn rest(&mut self) -> Vec<u8> {
		std::mem::take(&mut self.0).to_vec()
	}
}

/// One of several things that are known only when the operation is done: mostly one that fits, sometimes
/// any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick(pub u8);

impl Pick {
	/// One that fits: three times of four, if there is any.
	pub fn fitting<T>(self, fitting: impl IntoIterator<Item = T>) -> Option<T> {
		if self.0 % 4 == 3 {
			return None;
		}
		self.any(fitting)
	}

	/// Any of these.
	pub fn any<T>(self, from: impl IntoIterator<Item = T>) -> Option<T> {
		let mut all: Vec<T> = from.into_iter().collect();
		let index = usize::from(self.0 / 4).checked_rem(all.len())?;
		Some(all.swap_remove(index))
	}

	/// A small number.
	pub fn number(self) -> u8 {
		self.0 / 4
	}
}

/// A source of bytes that is the same everywhere: SplitMix64.
pub struct Random(u64);

impl Random {
	/// The bytes of this seed.
	pub fn new(seed: u64) -> Self {
		Self(seed)
	}

	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	/// So many bytes.
	pub fn bytes(&mut self, count: usize) -> Vec<u8> {
		std::iter::repeat_with(|| self.next().to_le_bytes())
			.flatten()
			.take(count)
			.collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn missing_bytes_are_zero() {
		let mut choices = Choices::new(&[7]);
		assert_eq!((choices.byte(), choices.byte()), (7, 0));
		assert_eq!(Choices::new(&[5]).of(['a', 'b', 'c']), 'c');
	}

	#[test]
	fn a_pick_fits_mostly() {
		let fits = (0..=u8::MAX)
			.filter(|byte| Pick(*byte).fitting([1, 2, 3]).is_some())
			.count();
		assert_eq!(fits, 192);
		assert_eq!(Pick(0).any::<u8>([]), None);
		assert_eq!(Pick(5).any(['a', 'b']), Some('b'));
	}

	#[test]
	fn random_bytes_follow_from_the_seed() {
		// The first output for seed 0 in the reference implementation of SplitMix64.
		assert_eq!(
			Random::new(0).bytes(8),
			0xe220_a839_7b1d_cdaf_u64.to_le_bytes()
		);
		assert_eq!(Random::new(1).bytes(20), Random::new(1).bytes(20));
	}
}
