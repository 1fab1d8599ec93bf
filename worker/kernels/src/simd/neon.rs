//! NEON: four registers for sixteen numbers.

use std::arch::aarch64::*;

use half::f16;

use super::{LANES, Simd};

/// NEON, which every 64-bit Arm processor has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon;

#[inline(always)]
fn each<T: Copy, U>(x: [T; 4], f: impl Fn(T) -> U) -> [U; 4] {
	x.map(f)
}

#[inline(always)]
fn zip<T: Copy, U>(a: [T; 4], b: [T; 4], f: impl Fn(T, T) -> U) -> [U; 4] {
	std::array::from_fn(|i| f(a[i], b[i]))
}

// SAFETY, for all methods below: the instructions are part of the target. Pointers come from references
// to as many bytes as are read or written.
impl Simd for Neon {
	type F = [float32x4_t; 4];
	type I = [int32x4_t; 4];

	const TOKENS: usize = 4;

	#[inline(always)]
	fn splat(x: f32) -> Self::F {
		[unsafe { vdupq_n_f32(x) }; 4]
	}

	#[inline(always)]
	fn load(from: &[f32; LANES]) -> Self::F {
		std::array::from_fn(|i| unsafe { vld1q_f32(from.as_ptr().add(4 * i)) })
	}

	#[inline(always)]
	fn load_bf16(from: &[u16; LANES]) -> Self::F {
		std::array::from_fn(|i| unsafe {
			vreinterpretq_f32_u32(vshll_n_u16::<16>(vld1_u16(from.as_ptr().add(4 * i))))
		})
	}

	#[inline(always)]
	fn load_f16(from: &[u16; LANES]) -> Self::F {
		Self::load(&from.map(|x| f16::from_bits(x).to_f32()))
	}

	#[inline(always)]
	fn store(x: Self::F, to: &mut [f32; LANES]) {
		for (i, x) in x.into_iter().enumerate() {
			unsafe { vst1q_f32(to.as_mut_ptr().add(4 * i), x) }
		}
	}

	#[inline(always)]
	fn add(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| unsafe { vaddq_f32(a, b) })
	}

	#[inline(always)]
	fn sub(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| unsafe { vsubq_f32(a, b) })
	}

	#[inline(always)]
	fn mul(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| unsafe { vmulq_f32(a, b) })
	}

	#[inline(always)]
	fn div(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| unsafe { vdivq_f32(a, b) })
	}

	#[inline(always)]
	fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
		std::array::from_fn(|i| unsafe { vfmaq_f32(c[i], a[i], b[i]) })
	}

	#[inline(always)]
	fn max(a: Self::F, b: Self::F) -> Self::F {
		Self::select_below(b, a, a, b)
	}

	#[inline(always)]
	fn min(a: Self::F, b: Self::F) -> Self::F {
		Self::select_below(a, b, a, b)
	}

	#[inline(always)]
	fn select_below(x: Self::F, limit: Self::F, a: Self::F, b: Self::F) -> Self::F {
		std::array::from_fn(|i| unsafe { vbslq_f32(vcltq_f32(x[i], limit[i]), a[i], b[i]) })
	}

	#[inline(always)]
	fn round(x: Self::F) -> Self::I {
		each(x, |x| unsafe { vcvtnq_s32_f32(x) })
	}

	#[inline(always)]
	fn float(x: Self::I) -> Self::F {
		each(x, |x| unsafe { vcvtq_f32_s32(x) })
	}

	#[inline(always)]
	fn exp2i(n: Self::I) -> Self::F {
		each(n, |n| unsafe {
			vreinterpretq_f32_s32(vshlq_n_s32::<23>(vaddq_s32(n, vdupq_n_s32(127))))
		})
	}

	#[inline(always)]
	fn start8(_: i32) -> Self::I {
		Self::splat_i(0)
	}

	#[inline(always)]
	fn dot8(acc: Self::I, weights: &[u8; 64], x: [i8; 4]) -> Self::I {
		let x = four(x);
		std::array::from_fn(|i| unsafe {
			let stored = vld1q_u8(weights.as_ptr().add(16 * i));
			let weights = vreinterpretq_s8_u8(veorq_u8(stored, vdupq_n_u8(128)));
			vaddq_s32(acc[i], fours(weights, x))
		})
	}

	#[inline(always)]
	fn start4(sum: i32) -> Self::I {
		Self::splat_i(-8 * sum)
	}

	#[inline(always)]
	fn dot4(acc: Self::I, weights: &[u8; 64], low: [i8; 4], high: [i8; 4]) -> Self::I {
		let (low, high) = (four(low), four(high));
		std::array::from_fn(|i| unsafe {
			let stored = vld1q_u8(weights.as_ptr().add(16 * i));
			let lower = vreinterpretq_s8_u8(vandq_u8(stored, vdupq_n_u8(15)));
			let upper = vreinterpretq_s8_u8(vshrq_n_u8::<4>(stored));
			vaddq_s32(acc[i], vaddq_s32(fours(lower, low), fours(upper, high)))
		})
	}

	#[inline(always)]
	fn add_i(a: Self::I, b: Self::I) -> Self::I {
		zip(a, b, |a, b| unsafe { vaddq_s32(a, b) })
	}

	#[inline(always)]
	fn splat_i(x: i32) -> Self::I {
		[unsafe { vdupq_n_s32(x) }; 4]
	}
}

/// The same four bytes four times.
#[inline(always)]
fn four(x: [i8; 4]) -> int8x16_t {
	unsafe { vreinterpretq_s8_s32(vdupq_n_s32(i32::from_le_bytes(x.map(|x| x as u8)))) }
}

/// Sums of four products each. Two products of bytes that are not −128 fit into 16 bits.
#[inline(always)]
fn fours(weights: int8x16_t, x: int8x16_t) -> int32x4_t {
	unsafe {
		let low = vmull_s8(vget_low_s8(weights), vget_low_s8(x));
		let high = vmull_high_s8(weights, x);
		vpaddlq_s16(vpaddq_s16(low, high))
	}
}
