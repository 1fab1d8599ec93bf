//! Sixteen numbers at a time, on whatever the processor offers.
//!
//! Every operation here is exactly rounded or exact (IEEE 754 addition, multiplication, division,
//! fused multiply-add, comparison; integer arithmetic), and sums of lanes are taken in one fixed
//! order. So a kernel written once against [`Simd`] gives the same bits on every implementation.

// Vector instructions are unsafe to call because the processor may lack them. Each implementation is
// only reached through `multiversion!`, which selects one whose instructions were detected.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) use neon::Neon;
pub(crate) use scalar::Scalar;

/// Numbers in a vector, whatever the width of the processor's registers.
pub(crate) const LANES: usize = 16;

/// Sixteen `f32` or sixteen `i32` and what can be done with them.
///
/// Methods are safe to call only where the implementation's instructions exist; see [`crate::isa`].
pub(crate) trait Simd: Copy {
	/// Sixteen `f32`.
	type F: Copy;
	/// Sixteen `i32`.
	type I: Copy;

	/// For how many tokens the registers hold sums of sixteen rows: 2, 4 or 8.
	const TOKENS: usize;

	/// The same number in every lane.
	fn splat(x: f32) -> Self::F;
	/// Reads sixteen numbers.
	fn load(from: &[f32; LANES]) -> Self::F;
	/// Reads sixteen numbers in bfloat16, exactly.
	fn load_bf16(from: &[u16; LANES]) -> Self::F;
	/// Reads sixteen numbers in IEEE half precision, exactly.
	fn load_f16(from: &[u16; LANES]) -> Self::F;
	/// Writes sixteen numbers.
	fn store(x: Self::F, to: &mut [f32; LANES]);
	/// `a + b`.
	fn add(a: Self::F, b: Self::F) -> Self::F;
	/// `a − b`.
	fn sub(a: Self::F, b: Self::F) -> Self::F;
	/// `a · b`.
	fn mul(a: Self::F, b: Self::F) -> Self::F;
	/// `a / b`.
	fn div(a: Self::F, b: Self::F) -> Self::F;
	/// `a · b + c`, rounded once.
	fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
	/// The larger one; neither may be NaN.
	fn max(a: Self::F, b: Self::F) -> Self::F;
	/// The smaller one; neither may be NaN.
	fn min(a: Self::F, b: Self::F) -> Self::F;
	/// `a` where `x < limit`, else `b`.
	fn select_below(x: Self::F, limit: Self::F, a: Self::F, b: Self::F) -> Self::F;
	/// The nearest integers, halves to even. All must lie within ±2³⁰.
	fn round(x: Self::F) -> Self::I;
	/// The integers as `f32`, rounded to nearest.
	fn float(x: Self::I) -> Self::F;
	/// 2ⁿ for −126 ≤ n ≤ 127.
	fn exp2i(n: Self::I) -> Self::F;

	/// The start of a sum of [`Simd::dot8`] over activations that add up to `sum`.
	fn start8(sum: i32) -> Self::I;
	/// Adds to lane `i` the product of weights `4 i ‥ 4 i + 3`, of which each is stored plus 128, with the
	/// four activations. No weight and no activation may be −128.
	fn dot8(acc: Self::I, weights: &[u8; 64], x: [i8; 4]) -> Self::I;
	/// The start of a sum of [`Simd::dot4`] over activations that add up to `sum`.
	fn start4(sum: i32) -> Self::I;
	/// As [`Simd::dot8`], twice: for the low half of each byte with `low`, and for the high half with
	/// `high`. Each weight is stored plus 8.
	fn dot4(acc: Self::I, weights: &[u8; 64], low: [i8; 4], high: [i8; 4]) -> Self::I;
	/// Sum of two vectors of integers.
	fn add_i(a: Self::I, b: Self::I) -> Self::I;
	/// The same integer in every lane.
	fn splat_i(x: i32) -> Self::I;

	/// Sum of the lanes: upper half onto lower half, four times.
	fn sum(x: Self::F) -> f32 {
		let mut lanes = [0.0; LANES];
		Self::store(x, &mut lanes);
		let mut half = LANES / 2;
		while half > 0 {
			for i in 0..half {
				lanes[i] += lanes[i + half];
			}
			half /= 2;
		}
		lanes[0]
	}

	/// Largest lane.
	fn largest(x: Self::F) -> f32 {
		let mut lanes = [0.0; LANES];
		Self::store(x, &mut lanes);
		lanes.into_iter().fold(f32::NEG_INFINITY, f32::max)
	}
}

/// Defines a function that runs a generic kernel with the instructions of an [`Isa`](crate::isa::Isa).
macro_rules! multiversion {
	($(#[$meta:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $kernel:ident) => {
		$(#[$meta])*
		#[allow(clippy::too_many_arguments, unsafe_code)]
		$vis fn $name(isa: $crate::isa::Isa, $($arg: $ty),*) {
			#[cfg(target_arch = "x86_64")]
			#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c")]
			fn avx512($($arg: $ty),*) {
				$kernel::<$crate::simd::Avx512>($($arg),*)
			}
			#[cfg(target_arch = "x86_64")]
			#[target_feature(enable = "avx2,fma,f16c")]
			fn avx2($($arg: $ty),*) {
				$kernel::<$crate::simd::Avx2>($($arg),*)
			}
			match isa.level() {
				// SAFETY: an `Isa` of this level exists only where its instructions were detected.
				#[cfg(target_arch = "x86_64")]
				$crate::isa::Level::Avx512 => unsafe { avx512($($arg),*) },
				// SAFETY: as above.
				#[cfg(target_arch = "x86_64")]
				$crate::isa::Level::Avx2 => unsafe { avx2($($arg),*) },
				// Part of every 64-bit Arm processor.
				#[cfg(target_arch = "aarch64")]
				$crate::isa::Level::Neon => $kernel::<$crate::simd::Neon>($($arg),*),
				_ => $kernel::<$crate::simd::Scalar>($($arg),*),
			}
		}
	};
}
pub(crate) use multiversion;
