//! AVX2 with FMA and F16C: two registers for sixteen numbers.

use std::arch::x86_64::*;

use super::{LANES, Simd};

/// AVX2, FMA and F16C.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2;

/// Both halves of what has 2 · `N` elements.
#[inline(always)]
fn halves<T, const N: usize>(all: &[T]) -> (&[T; N], &[T; N]) {
	// SAFETY: callers pass references to arrays of 2 · N elements.
	unsafe { (&*all.as_ptr().cast(), &*all.as_ptr().add(N).cast()) }
}

// SAFETY, for all methods below: this type is only used below a function that enables the instructions,
// which `multiversion!` calls where they were detected. Pointers come from references to as many bytes
// as are read or written; no alignment is assumed.
impl Simd for Avx2 {
	type F = (__m256, __m256);
	type I = (__m256i, __m256i);

	const TOKENS: usize = 2;

	#[inline(always)]
	fn splat(x: f32) -> Self::F {
		let one = unsafe { _mm256_set1_ps(x) };
		(one, one)
	}

	#[inline(always)]
	fn load(from: &[f32; LANES]) -> Self::F {
		let (a, b) = halves::<f32, 8>(from);
		unsafe { (_mm256_loadu_ps(a.as_ptr()), _mm256_loadu_ps(b.as_ptr())) }
	}

	#[inline(always)]
	fn load_bf16(from: &[u16; LANES]) -> Self::F {
		let (a, b) = halves::<u16, 8>(from);
		unsafe {
			let a = _mm256_cvtepu16_epi32(_mm_loadu_si128(a.as_ptr().cast()));
			let b = _mm256_cvtepu16_epi32(_mm_loadu_si128(b.as_ptr().cast()));
			(
				_mm256_castsi256_ps(_mm256_slli_epi32::<16>(a)),
				_mm256_castsi256_ps(_mm256_slli_epi32::<16>(b)),
			)
		}
	}

	#[inline(always)]
	fn load_f16(from: &[u16; LANES]) -> Self::F {
		let (a, b) = halves::<u16, 8>(from);
		unsafe {
			(
				_mm256_cvtph_ps(_mm_loadu_si128(a.as_ptr().cast())),
				_mm256_cvtph_ps(_mm_loadu_si128(b.as_ptr().cast())),
			)
		}
	}

	#[inline(always)]
	fn store(x: Self::F, to: &mut [f32; LANES]) {
		unsafe {
			_mm256_storeu_ps(to.as_mut_ptr(), x.0);
			_mm256_storeu_ps(to.as_mut_ptr().add(8), x.1);
		}
	}

	#[inline(always)]
	fn add(a: Self::F, b: Self::F) -> Self::F {
		unsafe { (_mm256_add_ps(a.0, b.0), _mm256_add_ps(a.1, b.1)) }
	}

	#[inline(always)]
	fn sub(a: Self::F, b: Self::F) -> Self::F {
		unsafe { (_mm256_sub_ps(a.0, b.0), _mm256_sub_ps(a.1, b.1)) }
	}

	#[inline(always)]
	fn mul(a: Self::F, b: Self::F) -> Self::F {
		unsafe { (_mm256_mul_ps(a.0, b.0), _mm256_mul_ps(a.1, b.1)) }
	}

	#[inline(always)]
	fn div(a: Self::F, b: Self::F) -> Self::F {
		unsafe { (_mm256_div_ps(a.0, b.0), _mm256_div_ps(a.1, b.1)) }
	}

	#[inline(always)]
	fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
		unsafe {
			(
				_mm256_fmadd_ps(a.0, b.0, c.0),
				_mm256_fmadd_ps(a.1, b.1, c.1),
			)
		}
	}

	#[inline(always)]
	fn max(a: Self::F, b: Self::F) -> Self::F {
		unsafe { (_mm256_max_ps(a.0, b.0), _mm256_max_ps(a.1, b.1)) }
	}

	#[inline(always)]
	fn min(a: Self::F, b: Self::F) -> Self::F {
		unsafe { (_mm256_min_ps(a.0, b.0), _mm256_min_ps(a.1, b.1)) }
	}

	#[inline(always)]
	fn select_below(x: Self::F, limit: Self::F, a: Self::F, b: Self::F) -> Self::F {
		unsafe {
			(
				_mm256_blendv_ps(b.0, a.0, _mm256_cmp_ps::<_CMP_LT_OQ>(x.0, limit.0)),
				_mm256_blendv_ps(b.1, a.1, _mm256_cmp_ps::<_CMP_LT_OQ>(x.1, limit.1)),
			)
		}
	}

	// The rounding mode is that of the thread, which Rust leaves at nearest, halves to even.
	#[inline(always)]
	fn round(x: Self::F) -> Self::I {
		unsafe { (_mm256_cvtps_epi32(x.0), _mm256_cvtps_epi32(x.1)) }
	}

	#[inline(always)]
	fn float(x: Self::I) -> Self::F {
		unsafe { (_mm256_cvtepi32_ps(x.0), _mm256_cvtepi32_ps(x.1)) }
	}

	#[inline(always)]
	fn exp2i(n: Self::I) -> Self::F {
		unsafe {
			let bias = _mm256_set1_epi32(127);
			(
				_mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(n.0, bias))),
				_mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_add_epi32(n.1, bias))),
			)
		}
	}

	#[inline(always)]
	fn start8(_: i32) -> Self::I {
		Self::splat_i(0)
	}

	#[inline(always)]
	fn dot8(acc: Self::I, weights: &[u8; 64], x: [i8; 4]) -> Self::I {
		let (a, b) = halves::<u8, 32>(weights);
		let x = four(x);
		(half8(acc.0, a, x), half8(acc.1, b, x))
	}

	#[inline(always)]
	fn start4(sum: i32) -> Self::I {
		Self::splat_i(-8 * sum)
	}

	#[inline(always)]
	fn dot4(acc: Self::I, weights: &[u8; 64], low: [i8; 4], high: [i8; 4]) -> Self::I {
		let (a, b) = halves::<u8, 32>(weights);
		let (low, high) = (four(low), four(high));
		(half4(acc.0, a, low, high), half4(acc.1, b, low, high))
	}

	#[inline(always)]
	fn add_i(a: Self::I, b: Self::I) -> Self::I {
		unsafe { (_mm256_add_epi32(a.0, b.0), _mm256_add_epi32(a.1, b.1)) }
	}

	#[inline(always)]
	fn splat_i(x: i32) -> Self::I {
		let one = unsafe { _mm256_set1_epi32(x) };
		(one, one)
	}
}

/// The same four bytes eight times.
#[inline(always)]
fn four(x: [i8; 4]) -> __m256i {
	unsafe { _mm256_set1_epi32(i32::from_le_bytes(x.map(|x| x as u8))) }
}

/// One half of [`Simd::dot8`]. `vpmaddubsw` takes one unsigned and one signed factor and saturates at 16
/// bits. With the weight's sign moved to the activation both stay below 128, and two products below 2¹⁵.
#[inline(always)]
fn half8(acc: __m256i, weights: &[u8; 32], x: __m256i) -> __m256i {
	unsafe {
		let stored = _mm256_loadu_si256(weights.as_ptr().cast());
		let weights = _mm256_xor_si256(stored, _mm256_set1_epi8(-128));
		let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights));
		_mm256_add_epi32(acc, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
	}
}

/// One half of [`Simd::dot4`]. Weights below 16 do not saturate.
#[inline(always)]
fn half4(acc: __m256i, weights: &[u8; 32], low: __m256i, high: __m256i) -> __m256i {
	unsafe {
		let (ones, mask) = (_mm256_set1_epi16(1), _mm256_set1_epi8(15));
		let stored = _mm256_loadu_si256(weights.as_ptr().cast());
		let lower = _mm256_maddubs_epi16(_mm256_and_si256(stored, mask), low);
		let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(stored), mask);
		let pairs = _mm256_add_epi16(lower, _mm256_maddubs_epi16(upper, high));
		_mm256_add_epi32(acc, _mm256_madd_epi16(pairs, ones))
	}
}
