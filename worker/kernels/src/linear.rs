//! Linear layers, whatever their weights are stored as.

use half::{bf16, f16};

use crate::buffer::Buffer;
use crate::dense::{self, Bf16, F16, Weights};
use crate::isa::Isa;
use crate::parallel::{Shared, for_each, piece, pieces};
use crate::quant::{self, Activations, Block4, Block8, Panels, Rows};

/// A type in which weights are stored in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtype {
	/// IEEE single precision.
	F32,
	/// IEEE half precision.
	F16,
	/// The upper half of single precision.
	Bf16,
}

impl Dtype {
	/// Bytes of a number.
	pub const fn size(self) -> usize {
		match self {
			Self::F32 => 4,
			Self::F16 | Self::Bf16 => 2,
		}
	}
}

/// What weights are rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantization {
	/// Eight bits; 8.5 with the scales.
	Q8,
	/// Four bits; 4.5 with the scales.
	Q4,
}

/// Numbers that cannot be a matrix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
	/// There are not as many bytes as the shape calls for.
	#[error("{found} bytes are not {rows} rows of {columns} numbers")]
	Length {
		/// Rows that were called for.
		rows: usize,
		/// Columns that were called for.
		columns: usize,
		/// Bytes that are there.
		found: usize,
	},
	/// A number is infinite or not a number.
	#[error("the number in row {row}, column {column} is not finite")]
	NotFinite {
		/// Its row.
		row: usize,
		/// Its column.
		column: usize,
	},
}

/// Weights `[rows, columns]`, as a layer with `columns` inputs and `rows` outputs has them.
#[derive(Clone, Debug)]
pub struct Matrix {
	rows: usize,
	columns: usize,
	data: Data,
}

#[derive(Clone, Debug)]
enum Data {
	Dense(Dtype, Buffer),
	Q8(Panels<Block8>),
	Q4(Panels<Block4>),
}

impl Matrix {
	/// Weights as they are stored, row-major and little-endian. They are not copied, unless the buffer is
	/// not aligned for them.
	///
	/// # Errors
	/// The buffer has another length, or holds a number that is not finite.
	pub fn dense(
		buffer: Buffer,
		dtype: Dtype,
		rows: usize,
		columns: usize,
	) -> Result<Self, MatrixError> {
		let found = buffer.bytes().len();
		let wanted = rows
			.checked_mul(columns)
			.and_then(|n| n.checked_mul(dtype.size()));
		if wanted != Some(found) {
			return Err(MatrixError::Length {
				rows,
				columns,
				found,
			});
		}
		let matrix = Self {
			rows,
			columns,
			data: Data::Dense(dtype, aligned(buffer, dtype)),
		};
		match matrix.first_not_finite() {
			None => Ok(matrix),
			Some(at) => Err(MatrixError::NotFinite {
				row: at / columns,
				column: at % columns,
			}),
		}
	}

	/// The same weights, rounded. What is rounded already stays as it is.
	pub fn quantized(&self, to: Quantization) -> Self {
		let data = match (&self.data, to) {
			(Data::Dense(..), Quantization::Q8) => {
				Data::Q8(Panels::new(self, self.rows, self.columns))
			}
			(Data::Dense(..), Quantization::Q4) => {
				Data::Q4(Panels::new(self, self.rows, self.columns))
			}
			(data, _) => data.clone(),
		};
		Self { data, ..*self }
	}

	/// Outputs of the layer.
	pub fn rows(&self) -> usize {
		self.rows
	}

	/// Inputs of the layer.
	pub fn columns(&self) -> usize {
		self.columns
	}

	/// Bytes that are read to use every weight once.
	pub fn bytes(&self) -> usize {
		match &self.data {
			Data::Dense(_, buffer) => buffer.bytes().len(),
			Data::Q8(panels) => panels.bytes(),
			Data::Q4(panels) => panels.bytes(),
		}
	}

	/// Reads a row, as it is computed with.
	///
	/// # Panics
	/// There is no such row, or `to` has another length than a row.
	pub fn row(&self, row: usize, to: &mut [f32]) {
		assert!(row < self.rows && to.len() == self.columns);
		match &self.data {
			Data::Dense(..) => self.read(row, 0, to),
			Data::Q8(panels) => {
				for (column, to) in to.iter_mut().enumerate() {
					*to = panels.weight(row, column);
				}
			}
			Data::Q4(panels) => {
				for (column, to) in to.iter_mut().enumerate() {
					*to = panels.weight(row, column);
				}
			}
		}
	}

	fn first_not_finite(&self) -> Option<usize> {
		let Data::Dense(dtype, buffer) = &self.data else {
			return None;
		};
		match dtype {
			Dtype::F32 => first(buffer.numbers().unwrap_or_default(), |x: &f32| {
				!x.is_finite()
			}),
			Dtype::Bf16 => first(buffer.numbers().unwrap_or_default(), |x: &u16| {
				x & 0x7f80 == 0x7f80
			}),
			Dtype::F16 => first(buffer.numbers().unwrap_or_default(), |x: &u16| {
				x & 0x7c00 == 0x7c00
			}),
		}
	}
}

/// The number of the first element for which `is` holds.
fn first<T: Sync>(all: &[T], is: impl Fn(&T) -> bool + Sync) -> Option<usize> {
	use std::sync::atomic::{AtomicUsize, Ordering};
	const LEAST: usize = 1 << 18;
	let found = AtomicUsize::new(usize::MAX);
	let count = pieces(all.len(), LEAST);
	for_each(count, |i| {
		let range = piece(all.len(), count, i);
		for (number, chunk) in all[range.clone()].chunks(1024).enumerate() {
			// Without a way out of the loop it runs on whole vectors.
			if chunk.iter().fold(false, |bad, x| bad | is(x)) {
				let inside = chunk.iter().position(&is).unwrap_or_default();
				found.fetch_min(range.start + number * 1024 + inside, Ordering::Relaxed);
				return;
			}
		}
	});
	Some(found.into_inner()).filter(|at| *at != usize::MAX)
}

/// The buffer, or a copy that is aligned for its numbers.
fn aligned(buffer: Buffer, dtype: Dtype) -> Buffer {
	let bytes = buffer.bytes();
	match dtype {
		Dtype::F32 if buffer.numbers::<f32>().is_none() => Buffer::from_vec(
			bytes
				.as_chunks()
				.0
				.iter()
				.map(|b| f32::from_le_bytes(*b))
				.collect::<Vec<_>>(),
		),
		Dtype::F16 | Dtype::Bf16 if buffer.numbers::<u16>().is_none() => Buffer::from_vec(
			bytes
				.as_chunks()
				.0
				.iter()
				.map(|b| u16::from_le_bytes(*b))
				.collect::<Vec<_>>(),
		),
		_ => buffer,
	}
}

impl Rows for Matrix {
	fn read(&self, row: usize, start: usize, to: &mut [f32]) {
		let Data::Dense(dtype, buffer) = &self.data else {
			return;
		};
		let range = row * self.columns + start..row * self.columns + start + to.len();
		match dtype {
			Dtype::F32 => to.copy_from_slice(&buffer.numbers().unwrap_or_default()[range]),
			Dtype::F16 => {
				let from: &[u16] = &buffer.numbers().unwrap_or_default()[range];
				for (to, from) in to.iter_mut().zip(from) {
					*to = f16::from_bits(*from).to_f32();
				}
			}
			Dtype::Bf16 => {
				let from: &[u16] = &buffer.numbers().unwrap_or_default()[range];
				for (to, from) in to.iter_mut().zip(from) {
					*to = bf16::from_bits(*from).to_f32();
				}
			}
		}
	}
}

/// One or more layers with the same input, whose outputs are put one after another.
#[derive(Clone, Debug)]
pub struct Linear {
	parts: Vec<Matrix>,
	bias: Option<Vec<f32>>,
	outputs: usize,
}

impl Linear {
	/// Joins layers; `bias` has a number for each output of all of them.
	///
	/// # Panics
	/// There are no layers, their inputs are not as many, or `bias` has another length.
	pub fn new(parts: Vec<Matrix>, bias: Option<Vec<f32>>) -> Self {
		let inputs = parts[0].columns;
		assert!(parts.iter().all(|part| part.columns == inputs));
		let outputs = parts.iter().map(|part| part.rows).sum();
		assert!(bias.as_ref().is_none_or(|bias| bias.len() == outputs));
		Self {
			parts,
			bias,
			outputs,
		}
	}

	/// Numbers that go in for each token.
	pub fn inputs(&self) -> usize {
		self.parts[0].columns
	}

	/// Numbers that come out for each token.
	pub fn outputs(&self) -> usize {
		self.outputs
	}

	/// The layers.
	pub fn parts(&self) -> &[Matrix] {
		&self.parts
	}

	/// Bytes that are read to use every weight once.
	pub fn bytes(&self) -> usize {
		let bias = self.bias.as_ref().map_or(0, |bias| size_of_val(&bias[..]));
		self.parts.iter().map(Matrix::bytes).sum::<usize>() + bias
	}

	/// `out[t] = W x[t] + b` for each token; `x` is `[tokens, inputs]`, `out` is `[tokens, outputs]`.
	///
	/// # Panics
	/// The lengths do not fit together.
	pub fn forward(&self, isa: Isa, x: &[f32], out: &mut [f32]) {
		let inputs = self.inputs();
		let tokens = x.len() / inputs;
		assert!(x.len() == tokens * inputs && out.len() == tokens * self.outputs);
		if tokens == 0 {
			return;
		}
		let mut rounded = None;
		let shared = Shared::new(out);
		let mut column = 0;
		for part in &self.parts {
			let place = (self.outputs, column);
			let shape = (part.rows, inputs);
			match &part.data {
				Data::Dense(Dtype::F32, b) => {
					let w = Weights::F32(b.numbers().unwrap_or_default());
					dense::product(isa, x, w, shape, &shared, place);
				}
				Data::Dense(Dtype::Bf16, b) => {
					let w = Weights::Bf16(b.numbers::<Bf16>().unwrap_or_default());
					dense::product(isa, x, w, shape, &shared, place);
				}
				Data::Dense(Dtype::F16, b) => {
					let w = Weights::F16(b.numbers::<F16>().unwrap_or_default());
					dense::product(isa, x, w, shape, &shared, place);
				}
				Data::Q8(w) => {
					let x = rounded.get_or_insert_with(|| Activations::new(isa, x, inputs));
					quant::product(isa, x, w, &shared, place);
				}
				Data::Q4(w) => {
					let x = rounded.get_or_insert_with(|| Activations::new(isa, x, inputs));
					quant::product(isa, x, w, &shared, place);
				}
			}
			column += part.rows;
		}
		if let Some(bias) = &self.bias {
			for row in out.chunks_exact_mut(self.outputs) {
				for (y, b) in row.iter_mut().zip(bias) {
					*y += b;
				}
			}
		}
	}
}
