//! Large language model inference on burn: Hugging Face layout in, tokens out.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//! use athanor_llm::{DeviceChoice, GenerateRequest, Model, Progress, PromptFormat, Sampler, select};
//!
//! # fn main() -> athanor_llm::Result<()> {
//! let selected = select(DeviceChoice::Auto)?;
//! let model = Model::load("models/demo".as_ref(), &selected.device, &mut |_, _| {})?;
//! let request = GenerateRequest {
//!     prompt_tokens: model.encode_prompt(PromptFormat::Chat, b"Tell me a story about a fox.")?,
//!     max_new: 200,
//!     sampler: Sampler::TopK { temperature: 0.8, k: 40 },
//!     seed: [7; 32],
//! };
//! let answer = model.generate(&request, |progress| {
//!     if let Progress::Token(event) = progress {
//!         print!("{}", event.text);
//!     }
//!     ControlFlow::Continue(())
//! })?;
//! println!("{:?} after {} tokens", answer.finish, answer.tokens.len());
//! # Ok(())
//! # }
//! ```

pub mod bench;
pub mod config;
pub mod decoder;
pub mod device;
pub mod error;
pub mod hashes;
pub mod kv_cache;
pub mod model;
pub mod pages;
pub mod prompt;
pub mod rope;
pub mod sampler;
pub mod synth;
pub mod template;
pub mod tokenizer;
pub mod trace;
pub mod weights;

pub use athanor_kernels::bandwidth::read_bandwidth;
pub use athanor_kernels::{Isa, Quantization};
pub use burn::tensor::Device;
pub use config::{ArchSpec, Family};
pub use decoder::{Decoder, Placement, TensorSource};
pub use device::{DeviceChoice, Selected, select};
pub use error::{Error, Result};
pub use hashes::{ModelHashes, blake2_256};
pub use model::{
	Finish, GenerateRequest, Generation, LoadOptions, Model, Progress, Timings, TokenEvent,
};
pub use prompt::PromptFormat;
pub use sampler::Sampler;
pub use template::{ChatTemplate, Conversation};
pub use tokenizer::Tokenizer;
