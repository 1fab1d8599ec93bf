//! AVX-512 with VNNI.

use std::arch::x86_64::*;

use super::{LANES, Simd};

/// AVX-512 F, BW, DQ, VL and VNNI.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512;

// SAFETY, for all methods below: this type is only used below a function that enables the instructions,
// which `multiversion!` calls where they were detected. Pointers come from references to as many bytes
// as are read or written; no alignment is assumed.
impl Simd for Avx512 {
	type F = __m512;
	type I = __m512i;

	const TOKENS: usize = 8;

	#[inline(always)]
	fn splat(x: f32) -> Self::F {
		unsafe { _mm512_set1_ps(x) }
	}

	#[inline(always)]
	fn load(from: &[f32; LANES]) -> Self::F {
		unsafe { _mm512_loadu_ps(from.as_ptr()) }
	}

	#[inline(always)]
	fn load_bf16(from: &[u16; LANES]) -> Self::F {
		unsafe {
			let bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.as_ptr().cast()));
			_mm512_castsi512_ps(_mm512_slli_epi32::<16>(bits))
		}
	}

	#[inline(always)]
	fn load_f16(from: &[u16; LANES]) -> Self::F {
		unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(from.as_ptr().cast())) }
	}

	#[inline(always)]
	fn store(x: Self::F, to: &mut [f32; LANES]) {
		unsafe { _mm512_storeu_ps(to.as_mut_ptr(), x) }
	}

	#[inline(always)]
	fn add(a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_add_ps(a, b) }
	}

	#[inline(always)]
	fn sub(a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_sub_ps(a, b) }
	}

	#[inline(always)]
	fn mul(a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_mul_ps(a, b) }
	}

	#[inline(always)]
	fn div(a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_div_ps(a, b) }
	}

	#[inline(always)]
	fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
		unsafe { _mm512_fmadd_ps(a, b, c) }
	}

	#[inline(always)]
	fn max(a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_max_ps(a, b) }
	}

	#[inline(always)]
	fn min(a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_min_ps(a, b) }
	}

	#[inline(always)]
	fn select_below(x: Self::F, limit: Self::F, a: Self::F, b: Self::F) -> Self::F {
		unsafe { _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, limit), b, a) }
	}

	#[inline(always)]
	fn round(x: Self::F) -> Self::I {
		unsafe { _mm512_cvt_roundps_epi32::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x) }
	}

	#[inline(always)]
	fn float(x: Self::I) -> Self::F {
		unsafe { _mm512_cvt_roundepi32_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x) }
	}

	#[inline(always)]
	fn exp2i(n: Self::I) -> Self::F {
		unsafe {
			let biased = _mm512_add_epi32(n, _mm512_set1_epi32(127));
			_mm512_castsi512_ps(_mm512_slli_epi32::<23>(biased))
		}
	}

	// `vpdpbusd` takes weights as they are stored, so each sum starts at what that adds.
	#[inline(always)]
	fn start8(sum: i32) -> Self::I {
		unsafe { _mm512_set1_epi32(-128 * sum) }
	}

	#[inline(always)]
	fn dot8(acc: Self::I, weights: &[u8; 64], x: [i8; 4]) -> Self::I {
		unsafe {
			let weights = _mm512_loadu_si512(weights.as_ptr().cast());
			_mm512_dpbusd_epi32(acc, weights, four(x))
		}
	}

	#[inline(always)]
	fn start4(sum: i32) -> Self::I {
		unsafe { _mm512_set1_epi32(-8 * sum) }
	}

	#[inline(always)]
	fn dot4(acc: Self::I, weights: &[u8; 64], low: [i8; 4], high: [i8; 4]) -> Self::I {
		unsafe {
			let weights = _mm512_loadu_si512(weights.as_ptr().cast());
			let mask = _mm512_set1_epi8(15);
			let acc = _mm512_dpbusd_epi32(acc, _mm512_and_si512(weights, mask), four(low));
			let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(weights), mask);
			_mm512_dpbusd_epi32(acc, upper, four(high))
		}
	}

	#[inline(always)]
	fn add_i(a: Self::I, b: Self::I) -> Self::I {
		unsafe { _mm512_add_epi32(a, b) }
	}

	#[inline(always)]
	fn splat_i(x: i32) -> Self::I {
		unsafe { _mm512_set1_epi32(x) }
	}
}

/// The same four bytes sixteen times.
#[inline(always)]
fn four(x: [i8; 4]) -> __m512i {
	unsafe { _mm512_set1_epi32(i32::from_le_bytes(x.map(|x| x as u8))) }
}
