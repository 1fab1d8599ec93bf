//! Numeric kernels for inference on processors.
//!
//! * [`Linear`]: products of tokens with weights in f32, f16, bf16 (as they lie in a file, which can be
//!   mapped into memory), 8 bits or 4 bits.
//! * [`attention`]: attention to keys and values in pages.
//! * [`experts`]: feed-forward layers of which each token uses some.
//! * [`elementwise`]: norms, gated activations, rotary embedding.
//!
//! Everything runs on rayon's current pool, with the instructions of an [`Isa`]. **Results are the same
//! bits** with every [`Isa`], with any number of threads, and whatever else is computed in the same call:
//! a token alone, in a batch, in a prompt or in a part of one. Each kernel is written once, on vectors of
//! sixteen lanes whose operations are exactly rounded, and each sum has one order.

pub mod attention;
pub mod bandwidth;
pub mod buffer;
mod dense;
pub mod elementwise;
pub mod experts;
pub mod isa;
pub mod linear;
mod parallel;
mod quant;
mod simd;

pub use buffer::Buffer;
pub use isa::Isa;
pub use linear::{Dtype, Linear, Matrix, MatrixError, Quantization};
