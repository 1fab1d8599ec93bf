//! Products against plain sums, and the same bits from everything that computes them.

#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use athanor_kernels::{Buffer, Dtype, Isa, Linear, Matrix, MatrixError, Quantization};
use common::{Numbers, bits, threads};
use half::{bf16, f16};
use proptest::prelude::*;

/// A matrix of random weights, as a file of this type has them.
fn matrix(numbers: &mut Numbers, dtype: Dtype, rows: usize, columns: usize) -> Matrix {
	let values = numbers.take(rows * columns);
	let buffer = match dtype {
		Dtype::F32 => Buffer::from_vec(values),
		Dtype::F16 => Buffer::from_vec(
			values
				.iter()
				.map(|x| f16::from_f32(*x).to_bits())
				.collect::<Vec<_>>(),
		),
		Dtype::Bf16 => Buffer::from_vec(
			values
				.iter()
				.map(|x| bf16::from_f32(*x).to_bits())
				.collect::<Vec<_>>(),
		),
	};
	Matrix::dense(buffer, dtype, rows, columns).unwrap()
}

fn forward(isa: Isa, linear: &Linear, x: &[f32]) -> Vec<f32> {
	let mut out = vec![f32::NAN; x.len() / linear.inputs() * linear.outputs()];
	linear.forward(isa, x, &mut out);
	out
}

/// In f64, with the weights that the layer has.
fn reference(linear: &Linear, bias: Option<&[f32]>, x: &[f32]) -> Vec<f64> {
	let columns = linear.inputs();
	let mut rows = Vec::new();
	for part in linear.parts() {
		for row in 0..part.rows() {
			let mut weights = vec![0.0; columns];
			part.row(row, &mut weights);
			rows.push(weights);
		}
	}
	let dot = |x: &[f32], row: &[f32]| -> f64 {
		x.iter()
			.zip(row)
			.map(|(x, w)| f64::from(*x) * f64::from(*w))
			.sum()
	};
	x.chunks(columns)
		.flat_map(|x| {
			rows.iter()
				.enumerate()
				.map(move |(r, row)| dot(x, row) + bias.map_or(0.0, |b| f64::from(b[r])))
		})
		.collect()
}

/// Largest difference, as a share of the largest value.
fn off_by(found: &[f32], expected: &[f64]) -> f64 {
	assert_eq!(found.len(), expected.len());
	let largest = expected.iter().fold(0f64, |m, x| m.max(x.abs()));
	let pairs = found.iter().zip(expected);
	pairs.fold(0f64, |m, (a, b)| m.max((f64::from(*a) - b).abs())) / largest
}

const DTYPES: [Dtype; 3] = [Dtype::F32, Dtype::F16, Dtype::Bf16];
const FORMS: [Option<Quantization>; 3] = [None, Some(Quantization::Q8), Some(Quantization::Q4)];

fn formed(matrix: Matrix, form: Option<Quantization>) -> Matrix {
	form.map_or(matrix.clone(), |to| matrix.quantized(to))
}

#[test]
fn products_are_those_of_plain_sums() {
	let mut numbers = Numbers::new(1);
	for dtype in DTYPES {
		for (rows, columns, tokens) in [(1, 1, 1), (5, 33, 3), (16, 32, 2), (67, 150, 9)] {
			for form in FORMS {
				let parts = vec![
					formed(matrix(&mut numbers, dtype, rows, columns), form),
					formed(matrix(&mut numbers, dtype, 3, columns), form),
				];
				let bias = numbers.take(rows + 3);
				let linear = Linear::new(parts, Some(bias.clone()));
				let x = numbers.take(tokens * columns);
				let expected = reference(&linear, Some(&bias), &x);
				let off = off_by(&forward(Isa::best(), &linear, &x), &expected);
				// Activations in eight bits are off by 1/254 of the largest of a block at most.
				let allowed = if form.is_some() { 2e-2 } else { 1e-6 };
				assert!(
					off <= allowed,
					"{dtype:?} {form:?} {rows} × {columns}: {off}"
				);
			}
		}
	}
}

#[test]
fn eight_bit_products_of_eight_bit_numbers_are_exact() {
	// With 127 among each block's numbers nothing is rounded.
	let columns = 64;
	let mut numbers = Numbers::new(2);
	let mut whole = |count: usize| -> Vec<f32> {
		let mut all: Vec<f32> = numbers
			.take(count)
			.iter()
			.map(|x| (x * 120.0).round())
			.collect();
		all.iter_mut().step_by(32).for_each(|x| *x = -127.0);
		all
	};
	let (w, x) = (whole(40 * columns), whole(3 * columns));
	let matrix = Matrix::dense(Buffer::from_vec(w), Dtype::F32, 40, columns).unwrap();
	let linear = Linear::new(vec![matrix.quantized(Quantization::Q8)], None);
	let expected = reference(&linear, None, &x);
	for isa in Isa::available() {
		let found = forward(isa, &linear, &x);
		let same = found
			.iter()
			.zip(&expected)
			.all(|(a, b)| f64::from(*a) == *b);
		assert!(same, "{isa}");
	}
}

#[test]
fn rounding_keeps_weights_as_near_as_their_bits_allow() {
	let (rows, columns) = (16, 256);
	let mut numbers = Numbers::new(3);
	let dense = matrix(&mut numbers, Dtype::F32, rows, columns);
	let read = |m: &Matrix| -> Vec<f32> {
		let mut all = vec![0.0; rows * columns];
		for (row, to) in all.chunks_mut(columns).enumerate() {
			m.row(row, to);
		}
		all
	};
	let exact = read(&dense);
	let error = |to: Quantization| {
		let found = read(&dense.quantized(to));
		let pairs = exact.iter().zip(&found);
		let squares: f32 = pairs.map(|(a, b)| (a - b) * (a - b)).sum();
		(squares / exact.iter().map(|a| a * a).sum::<f32>()).sqrt()
	};
	// Of numbers from −1 to 1: a step of 1/127 and of 1/8 are off by 0.0039 and 0.0625 of 1 at most, and
	// by √3 and √3/√1 of that of 0.577 on average.
	let (q8, q4) = (error(Quantization::Q8), error(Quantization::Q4));
	assert!(q8 > 1e-4 && q8 < 5e-3, "{q8}");
	assert!(q4 > 1e-2 && q4 < 8e-2, "{q4}");
}

#[test]
fn zeros_and_very_small_and_large_weights_are_fine() {
	for value in [0.0f32, 1e-30, -1e-12, 60_000.0, 1e9] {
		let w = Buffer::from_vec(vec![value; 32 * 16]);
		let dense = Matrix::dense(w, Dtype::F32, 16, 32).unwrap();
		for form in FORMS {
			let linear = Linear::new(vec![formed(dense.clone(), form)], None);
			for isa in Isa::available() {
				let out = forward(isa, &linear, &[1.0; 32]);
				assert!(out.iter().all(|x| x.is_finite()), "{value} {form:?} {isa}");
			}
		}
	}
}

#[test]
fn what_is_no_matrix_is_refused() {
	let short = Matrix::dense(Buffer::from_vec(vec![0f32; 5]), Dtype::F32, 2, 3);
	assert_eq!(
		short.unwrap_err(),
		MatrixError::Length {
			rows: 2,
			columns: 3,
			found: 20
		}
	);
	let huge = Matrix::dense(Buffer::from_vec(vec![0f32; 5]), Dtype::F32, usize::MAX, 3);
	assert!(matches!(huge, Err(MatrixError::Length { .. })));
	let nan = |values: Vec<u16>, dtype| Matrix::dense(Buffer::from_vec(values), dtype, 2, 2);
	let at = MatrixError::NotFinite { row: 1, column: 0 };
	assert_eq!(nan(vec![0, 0, 0x7f80, 0], Dtype::Bf16).unwrap_err(), at);
	assert_eq!(nan(vec![0, 0, 0xfe01, 0], Dtype::F16).unwrap_err(), at);
	let nan = Buffer::from_vec(vec![0.0, 0.0, f32::NAN, f32::INFINITY]);
	assert_eq!(Matrix::dense(nan, Dtype::F32, 2, 2).unwrap_err(), at);
}

#[test]
fn a_buffer_that_is_not_aligned_is_read_all_the_same() {
	let values = [1.5f32, -2.0, 0.25, 8.0];
	let mut bytes = vec![0u8];
	bytes.extend(values.iter().flat_map(|x| x.to_le_bytes()));
	let owner: athanor_kernels::buffer::Owner = std::sync::Arc::new(bytes);
	for shift in 0..2 {
		let Some(buffer) = Buffer::new(owner.clone(), 1..17) else {
			panic!("it is inside");
		};
		let dtype = [Dtype::F32, Dtype::F16][shift];
		let columns = 16 / 2 / dtype.size();
		let matrix = Matrix::dense(buffer, dtype, 2, columns).unwrap();
		let mut row = vec![0.0; columns];
		matrix.row(0, &mut row);
		if dtype == Dtype::F32 {
			assert_eq!(row, values[..2]);
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	/// Every instruction set, any number of threads, alone or together: the same bits.
	#[test]
	fn products_have_the_same_bits_everywhere(
		seed: u64, rows in 1usize..90, columns in 1usize..200, tokens in 1usize..20, dtype in 0usize..3, form in 0usize..3,
	) {
		let mut numbers = Numbers::new(seed);
		let weights = formed(matrix(&mut numbers, DTYPES[dtype], rows, columns), FORMS[form]);
		let linear = Linear::new(vec![weights], None);
		let x = numbers.take(tokens * columns);
		let expected = bits(&forward(Isa::SCALAR, &linear, &x));
		for isa in Isa::available() {
			prop_assert_eq!(&bits(&forward(isa, &linear, &x)), &expected, "{}", isa);
			let alone: Vec<f32> = x.chunks(columns).flat_map(|x| forward(isa, &linear, x)).collect();
			prop_assert_eq!(&bits(&alone), &expected, "{} alone", isa);
		}
		for count in [1, 3] {
			let found = threads(count, || forward(Isa::best(), &linear, &x));
			prop_assert_eq!(&bits(&found), &expected, "{} threads", count);
		}
	}
}
