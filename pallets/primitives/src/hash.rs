//! The one hash function of the protocol.

use blake2::{Blake2b, Digest, digest::consts::U32};

/// BLAKE2b with a 32-byte output and no key (RFC 7693), the function that Substrate calls
/// `blake2_256`.
pub fn blake2_256(bytes: &[u8]) -> [u8; 32] {
	blake2_256_of(&[bytes])
}

/// [`blake2_256`] of the concatenation of `parts`.
pub fn blake2_256_of(parts: &[&[u8]]) -> [u8; 32] {
	let mut hasher = Blake2b::<U32>::new();
	for part in parts {
		hasher.update(part);
	}
	hasher.finalize().into()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn matches_the_published_vector() {
		// BLAKE2b-256 of the empty string.
		assert_eq!(
			hex::encode(blake2_256(b"")),
			"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
		);
	}

	#[test]
	fn parts_are_concatenated() {
		assert_eq!(blake2_256_of(&[b"ab", b"", b"c"]), blake2_256(b"abc"));
	}
}
