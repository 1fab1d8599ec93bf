//! Plain Rust: what every other implementation must agree with.

use half::{bf16, f16};

use super::{LANES, Simd};

/// No vector instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

fn zip<T: Copy>(a: [T; LANES], b: [T; LANES], f: impl Fn(T, T) -> T) -> [T; LANES] {
	std::array::from_fn(|i| f(a[i], b[i]))
}

impl Simd for Scalar {
	type F = [f32; LANES];
	type I = [i32; LANES];

	const TOKENS: usize = 2;

	fn splat(x: f32) -> Self::F {
		[x; LANES]
	}

	fn load(from: &[f32; LANES]) -> Self::F {
		*from
	}

	fn load_bf16(from: &[u16; LANES]) -> Self::F {
		from.map(|x| bf16::from_bits(x).to_f32())
	}

	fn load_f16(from: &[u16; LANES]) -> Self::F {
		from.map(|x| f16::from_bits(x).to_f32())
	}

	fn store(x: Self::F, to: &mut [f32; LANES]) {
		*to = x;
	}

	fn add(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| a + b)
	}

	fn sub(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| a - b)
	}

	fn mul(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| a * b)
	}

	fn div(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| a / b)
	}

	fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
		std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
	}

	fn max(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| if a > b { a } else { b })
	}

	fn min(a: Self::F, b: Self::F) -> Self::F {
		zip(a, b, |a, b| if a < b { a } else { b })
	}

	fn select_below(x: Self::F, limit: Self::F, a: Self::F, b: Self::F) -> Self::F {
		std::array::from_fn(|i| if x[i] < limit[i] { a[i] } else { b[i] })
	}

	fn round(x: Self::F) -> Self::I {
		x.map(|x| x.round_ties_even() as i32)
	}

	fn float(x: Self::I) -> Self::F {
		x.map(|x| x as f32)
	}

	fn exp2i(n: Self::I) -> Self::F {
		n.map(|n| f32::from_bits(((n + 127) as u32) << 23))
	}

	fn start8(_: i32) -> Self::I {
		[0; LANES]
	}

	fn dot8(acc: Self::I, weights: &[u8; 64], x: [i8; 4]) -> Self::I {
		let weight = |i: usize| i32::from(weights[i]) - 128;
		std::array::from_fn(|i| {
			(0..4).fold(acc[i], |acc, k| acc + weight(4 * i + k) * i32::from(x[k]))
		})
	}

	fn start4(_: i32) -> Self::I {
		[0; LANES]
	}

	fn dot4(acc: Self::I, weights: &[u8; 64], low: [i8; 4], high: [i8; 4]) -> Self::I {
		std::array::from_fn(|i| {
			(0..4).fold(acc[i], |acc, k| {
				let byte = i32::from(weights[4 * i + k]);
				acc + ((byte & 15) - 8) * i32::from(low[k]) + ((byte >> 4) - 8) * i32::from(high[k])
			})
		})
	}

	fn add_i(a: Self::I, b: Self::I) -> Self::I {
		zip(a, b, |a, b| a + b)
	}

	fn splat_i(x: i32) -> Self::I {
		[x; LANES]
	}
}
