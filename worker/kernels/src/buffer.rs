//! Bytes of weights that belong to somebody: memory of our own, or a file mapped into memory.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Owner of bytes, such as a mapped file.
pub type Owner = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A part of the bytes of an [`Owner`], read as numbers of one type. Nothing is copied.
#[derive(Clone)]
pub struct Buffer {
	owner: Owner,
	range: Range<usize>,
}

impl fmt::Debug for Buffer {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Buffer({} bytes)", self.range.len())
	}
}

impl Buffer {
	/// Bytes `range` of `owner`; `None` if they are not inside it.
	pub fn new(owner: Owner, range: Range<usize>) -> Option<Self> {
		owner.as_ref().as_ref().get(range.clone())?;
		Some(Self { owner, range })
	}

	/// Numbers in memory of our own.
	pub fn from_vec<T: bytemuck::NoUninit + Send + Sync>(values: Vec<T>) -> Self {
		struct Values<T>(Vec<T>);
		impl<T: bytemuck::NoUninit> AsRef<[u8]> for Values<T> {
			fn as_ref(&self) -> &[u8] {
				bytemuck::cast_slice(&self.0)
			}
		}
		let owner = Values(values);
		let range = 0..owner.as_ref().len();
		Self {
			owner: Arc::new(owner),
			range,
		}
	}

	/// The bytes.
	pub fn bytes(&self) -> &[u8] {
		// `new` has looked, and what an owner refers to does not shrink.
		self.owner
			.as_ref()
			.as_ref()
			.get(self.range.clone())
			.unwrap_or_default()
	}

	/// The bytes as numbers; `None` if they are not aligned for them, or no whole number of them.
	pub fn numbers<T: bytemuck::AnyBitPattern>(&self) -> Option<&[T]> {
		bytemuck::try_cast_slice(self.bytes()).ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_read_where_they_fit() {
		let buffer = Buffer::from_vec(vec![1.5f32, -2.0]);
		assert_eq!(buffer.numbers::<f32>(), Some([1.5, -2.0].as_slice()));
		assert_eq!(buffer.bytes().len(), 8);
		let owner: Owner = Arc::new(vec![0u8; 9]);
		let all = Buffer::new(owner.clone(), 0..9).unwrap();
		assert!(all.numbers::<u16>().is_none());
		assert!(Buffer::new(owner, 8..10).is_none());
	}
}
