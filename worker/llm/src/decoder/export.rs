//! Weights back to plain memory, under their Hugging Face names.

use burn::module::Param;
use burn::tensor::{Tensor, TensorData};

use super::feed_forward::{FeedForward, Gated};
use super::layers::{Embedding, Norm, NormWeight, Projection};
use super::{Block, Decoder};
use crate::error::{Error, Result};

/// A tensor on the host, under its Hugging Face name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedTensor {
	/// The name.
	pub name: String,
	/// The shape.
	pub shape: Vec<usize>,
	/// The values, row-major.
	pub values: Vec<f32>,
}

#[derive(Default)]
struct Exporter {
	out: Vec<NamedTensor>,
}

impl Exporter {
	fn put<const D: usize>(&mut self, name: String, param: &Param<Tensor<D>>) -> Result<()> {
		let failed = |reason| Error::Device {
			action: "reading weights",
			reason,
		};
		let data: TensorData = param
			.val()
			.try_into_data()
			.map_err(|e| failed(format!("{e:?}")))?;
		let shape = data.shape().to_vec();
		let values = data
			.try_to_vec::<f32>()
			.map_err(|e| failed(format!("{e:?}")))?;
		self.out.push(NamedTensor {
			name,
			shape,
			values,
		});
		Ok(())
	}

	fn norm(&mut self, name: &str, norm: &Norm) -> Result<()> {
		match &norm.weight {
			NormWeight::Tensor(weight) => self.put(format!("{name}.weight"), weight),
			NormWeight::Packed(_) => Err(not_tensors()),
		}
	}

	fn projection(&mut self, names: &[String], projection: &Projection) -> Result<()> {
		let Projection::Tensors(dense) = projection else {
			return Err(not_tensors());
		};
		for (name, part) in names.iter().zip(&dense.parts) {
			self.put(format!("{name}.weight"), &part.weight)?;
			if let Some(bias) = &part.bias {
				self.put(format!("{name}.bias"), bias)?;
			}
		}
		Ok(())
	}

	fn gated(&mut self, at: &str, gated: &Gated) -> Result<()> {
		let name = |part: &str| format!("{at}.{part}_proj");
		self.projection(&[name("gate"), name("up")], &gated.gate_up)?;
		self.projection(&[name("down")], &gated.down)
	}

	fn block(&mut self, at: &str, block: &Block) -> Result<()> {
		self.norm(&format!("{at}.input_layernorm"), &block.attention_norm)?;
		let (before, after) = match &block.attention_output_norm {
			Some(norm) => ("pre_feedforward_layernorm", Some(norm)),
			None => ("post_attention_layernorm", None),
		};
		if let Some(norm) = after {
			self.norm(&format!("{at}.post_attention_layernorm"), norm)?;
		}
		self.norm(&format!("{at}.{before}"), &block.feed_forward_norm)?;
		if let Some(norm) = &block.feed_forward_output_norm {
			self.norm(&format!("{at}.post_feedforward_layernorm"), norm)?;
		}
		let attention = &block.attention;
		for (name, norm) in [("q_norm", &attention.q_norm), ("k_norm", &attention.k_norm)] {
			if let Some(norm) = norm {
				self.norm(&format!("{at}.self_attn.{name}"), norm)?;
			}
		}
		let name = |part: &str| format!("{at}.self_attn.{part}_proj");
		self.projection(&[name("q"), name("k"), name("v")], &attention.qkv)?;
		self.projection(&[name("o")], &attention.output)?;
		match &block.feed_forward {
			FeedForward::Gated(gated) => self.gated(&format!("{at}.mlp"), gated),
			FeedForward::Experts(experts) => {
				self.projection(&[format!("{at}.mlp.gate")], &experts.router)?;
				for (e, expert) in experts.all.iter().enumerate() {
					self.gated(&format!("{at}.mlp.experts.{e}"), expert)?;
				}
				Ok(())
			}
			FeedForward::Packed(_) => Err(not_tensors()),
		}
	}
}

fn not_tensors() -> Error {
	Error::Device {
		action: "reading weights",
		reason: "they were packed for the processor".to_owned(),
	}
}

impl Decoder {
	/// All weights with their Hugging Face names and shapes, row-major.
	///
	/// # Errors
	/// A tensor cannot be read back from the device, or the weights were packed for the processor.
	pub fn export(&self) -> Result<Vec<NamedTensor>> {
		let mut exporter = Exporter::default();
		let Embedding::Tensor(embedding) = &self.embedding else {
			return Err(not_tensors());
		};
		exporter.put("model.embed_tokens.weight".into(), embedding)?;
		for (i, block) in self.blocks.iter().enumerate() {
			exporter.block(&format!("model.layers.{i}"), block)?;
		}
		exporter.norm("model.norm", &self.norm)?;
		if let Some(head) = &self.head {
			exporter.projection(&["lm_head".into()], head)?;
		}
		Ok(exporter.out)
	}
}
