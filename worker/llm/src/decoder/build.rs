//! Building the decoder from a source of weights.

use std::sync::Arc;

use athanor_kernels::experts::{Expert, Experts as KernelExperts};
use athanor_kernels::{Buffer, Dtype, Linear, Matrix, Quantization};
use burn::module::{Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};

use super::attention::Attention;
use super::feed_forward::{Experts, FeedForward, Gated, PackedExperts};
use super::layers::{
	Dense, Embedding, Norm, NormWeight, Packed, PackedMatrix, PackedVector, Part, Projection,
};
use super::{Block, Decoder};
use crate::config::{ArchSpec, ExpertsSpec, LayerSpec};
use crate::error::{Error, Result};

/// Where the decoder takes its weights from.
pub trait TensorSource {
	/// Hands over the tensor `name`, row-major, of exactly this shape.
	///
	/// # Errors
	/// The source has no such tensor, or has it in another shape or type.
	fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>>;

	/// Hands over a matrix as it is stored, without a copy where that can be.
	///
	/// # Errors
	/// As [`TensorSource::take`]; a weight is not finite.
	fn take_matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Matrix> {
		let buffer = Buffer::from_vec(self.take(name, &[rows, columns])?);
		matrix(name, buffer, Dtype::F32, rows, columns)
	}

	/// Hears that a matrix that was handed over is needed no more.
	fn release(&mut self, _name: &str) {}
}

/// A matrix of stored numbers.
pub(crate) fn matrix(
	name: &str,
	buffer: Buffer,
	dtype: Dtype,
	rows: usize,
	columns: usize,
) -> Result<Matrix> {
	Matrix::dense(buffer, dtype, rows, columns).map_err(|e| Error::BadWeights {
		name: name.to_owned(),
		reason: e.to_string(),
	})
}

/// Where weights are put.
#[derive(Clone, Copy, Debug)]
pub enum Placement<'a> {
	/// In tensors of a device, converted to f32.
	Tensors(&'a Device),
	/// In this machine's memory, for its processor: as they are stored, or rounded.
	Packed(Option<Quantization>),
}

impl Decoder {
	/// Builds the decoder on `device` from a source of weights.
	///
	/// # Errors
	/// Whatever the source reports.
	pub fn from_source(
		spec: &ArchSpec,
		source: &mut dyn TensorSource,
		device: &Device,
	) -> Result<Self> {
		Self::place(spec, source, Placement::Tensors(device))
	}

	/// Builds the decoder from a source of weights.
	///
	/// # Errors
	/// Whatever the source reports.
	pub fn place(
		spec: &ArchSpec,
		source: &mut dyn TensorSource,
		placement: Placement<'_>,
	) -> Result<Self> {
		let mut build = Builder {
			spec,
			source,
			placement,
		};
		let (hidden, vocab) = (spec.hidden_size, spec.vocab_size);
		let (embedding, tied) = build.embedding()?;
		Ok(Self {
			embedding,
			blocks: (0..spec.num_layers())
				.map(|i| build.block(i))
				.collect::<Result<_>>()?,
			norm: build.norm("model.norm", hidden)?,
			head: match spec.tied_embeddings {
				true => tied,
				false => Some(build.projection(&["lm_head"], &[vocab], hidden, false)?),
			},
		})
	}
}

struct Builder<'a> {
	spec: &'a ArchSpec,
	source: &'a mut dyn TensorSource,
	placement: Placement<'a>,
}

impl Builder<'_> {
	fn param<const D: usize>(
		&mut self,
		name: &str,
		shape: [usize; D],
		device: &Device,
	) -> Result<Param<Tensor<D>>> {
		let values = self.source.take(name, &shape)?;
		let tensor = Tensor::from_data(TensorData::new(values, shape), device);
		// The id follows from the name, so that optimiser state saved in one run fits the next.
		let hash = crate::hashes::blake2_256(name.as_bytes());
		let mut id = [0; 8];
		id.copy_from_slice(&hash[..8]);
		Ok(Param::initialized(
			ParamId::from(u64::from_le_bytes(id)),
			tensor,
		))
	}

	/// The embedding, and the output layer that is made of it where it is packed.
	fn embedding(&mut self) -> Result<(Embedding, Option<Projection>)> {
		let name = "model.embed_tokens.weight";
		let (hidden, vocab) = (self.spec.hidden_size, self.spec.vocab_size);
		let quantization = match self.placement {
			Placement::Tensors(device) => {
				let weight = self.param(name, [vocab, hidden], device)?;
				return Ok((Embedding::Tensor(weight), None));
			}
			Placement::Packed(quantization) => quantization,
		};
		let matrix = self.source.take_matrix(name, vocab, hidden)?;
		let head = self.spec.tied_embeddings.then(|| {
			let weights = quantization.map_or_else(|| matrix.clone(), |to| matrix.quantized(to));
			packed(Linear::new(vec![weights], None))
		});
		if quantization.is_some() {
			self.source.release(name);
		}
		let matrix = Arc::new(matrix);
		Ok((Embedding::Packed(PackedMatrix { matrix }), head))
	}

	fn norm(&mut self, name: &str, size: usize) -> Result<Norm> {
		let name = format!("{name}.weight");
		let weight = match self.placement {
			Placement::Tensors(device) => NormWeight::Tensor(self.param(&name, [size], device)?),
			Placement::Packed(_) => NormWeight::Packed(PackedVector {
				values: self.source.take(&name, &[size])?.into(),
			}),
		};
		Ok(Norm {
			weight,
			eps: self.spec.rms_norm_eps,
			offset: self.spec.norm_offset,
		})
	}

	/// Layers with the same input; `rows` are the outputs of each.
	fn projection(
		&mut self,
		names: &[&str],
		rows: &[usize],
		columns: usize,
		bias: bool,
	) -> Result<Projection> {
		match self.placement {
			Placement::Packed(quantization) => self
				.linear(names, rows, columns, bias, quantization)
				.map(packed),
			Placement::Tensors(device) => {
				let part = |(name, rows): (&&str, &usize)| {
					Ok(Part {
						weight: self.param(&format!("{name}.weight"), [*rows, columns], device)?,
						bias: match bias {
							true => Some(self.param(&format!("{name}.bias"), [*rows], device)?),
							false => None,
						},
					})
				};
				let parts = names.iter().zip(rows).map(part).collect::<Result<_>>()?;
				Ok(Projection::Tensors(Dense { parts }))
			}
		}
	}

	fn linear(
		&mut self,
		names: &[&str],
		rows: &[usize],
		columns: usize,
		bias: bool,
		quantization: Option<Quantization>,
	) -> Result<Linear> {
		let (mut parts, mut biases) = (Vec::new(), Vec::new());
		for (name, rows) in names.iter().zip(rows) {
			let weight = format!("{name}.weight");
			let matrix = self.source.take_matrix(&weight, *rows, columns)?;
			parts.push(match quantization {
				None => matrix,
				Some(to) => {
					let rounded = matrix.quantized(to);
					drop(matrix);
					self.source.release(&weight);
					rounded
				}
			});
			if bias {
				biases.extend(self.source.take(&format!("{name}.bias"), &[*rows])?);
			}
		}
		Ok(Linear::new(parts, bias.then_some(biases)))
	}

	fn attention(&mut self, at: &str) -> Result<Attention> {
		let spec = self.spec;
		let (h, d) = (spec.hidden_size, spec.head_dim);
		let (rows, kv_rows) = (spec.num_heads * d, spec.num_kv_heads * d);
		let mut head_norm = |name: &str| match spec.qk_norm {
			true => self.norm(&format!("{at}.{name}"), d).map(Some),
			false => Ok(None),
		};
		let (q_norm, k_norm) = (head_norm("q_norm")?, head_norm("k_norm")?);
		let [q, k, v, o] = ["q", "k", "v", "o"].map(|name| format!("{at}.{name}_proj"));
		Ok(Attention {
			qkv: self.projection(&[&q, &k, &v], &[rows, kv_rows, kv_rows], h, spec.qkv_bias)?,
			output: self.projection(&[&o], &[h], rows, spec.output_bias)?,
			q_norm,
			k_norm,
		})
	}

	fn gated(&mut self, at: &str, width: usize, bias: bool) -> Result<Gated> {
		let h = self.spec.hidden_size;
		let [gate, up, down] = ["gate", "up", "down"].map(|name| format!("{at}.{name}_proj"));
		Ok(Gated {
			gate_up: self.projection(&[&gate, &up], &[width, width], h, bias)?,
			down: self.projection(&[&down], &[h], width, bias)?,
		})
	}

	fn feed_forward(&mut self, at: &str, layer: &LayerSpec) -> Result<FeedForward> {
		let spec = self.spec;
		let Some(experts) = &layer.experts else {
			let gated = self.gated(at, spec.intermediate_size, spec.mlp_bias)?;
			return Ok(FeedForward::Gated(gated));
		};
		match self.placement {
			Placement::Packed(quantization) => self.packed_experts(at, experts, quantization),
			Placement::Tensors(_) => Ok(FeedForward::Experts(Experts {
				router: self.projection(
					&[&format!("{at}.gate")],
					&[experts.count],
					spec.hidden_size,
					false,
				)?,
				all: (0..experts.count)
					.map(|e| {
						self.gated(
							&format!("{at}.experts.{e}"),
							experts.intermediate_size,
							false,
						)
					})
					.collect::<Result<_>>()?,
			})),
		}
	}

	fn packed_experts(
		&mut self,
		at: &str,
		spec: &ExpertsSpec,
		quantization: Option<Quantization>,
	) -> Result<FeedForward> {
		let (h, f) = (self.spec.hidden_size, spec.intermediate_size);
		// The router is small, and a wrong choice costs more than any rounding: it is never rounded.
		let router = self.linear(&[&format!("{at}.gate")], &[spec.count], h, false, None)?;
		let mut all = Vec::with_capacity(spec.count);
		for e in 0..spec.count {
			let [gate, up, down] =
				["gate", "up", "down"].map(|name| format!("{at}.experts.{e}.{name}_proj"));
			all.push(Expert {
				gate_up: self.linear(&[&gate, &up], &[f, f], h, false, quantization)?,
				down: self.linear(&[&down], &[h], f, false, quantization)?,
			});
		}
		let experts = Arc::new(KernelExperts {
			router,
			all,
			per_token: spec.per_token,
			normalized: spec.normalized,
			activation: self.spec.activation,
		});
		Ok(FeedForward::Packed(PackedExperts { experts }))
	}

	fn block(&mut self, index: usize) -> Result<Block> {
		let spec = self.spec;
		let at = format!("model.layers.{index}");
		let h = spec.hidden_size;
		// Gemma has a norm before and after each half, and calls them otherwise.
		let before = match spec.output_norms {
			true => "pre_feedforward_layernorm",
			false => "post_attention_layernorm",
		};
		let mut after = |name: &str| match spec.output_norms {
			true => self.norm(&format!("{at}.{name}"), h).map(Some),
			false => Ok(None),
		};
		let attention_output_norm = after("post_attention_layernorm")?;
		let feed_forward_output_norm = after("post_feedforward_layernorm")?;
		Ok(Block {
			attention_norm: self.norm(&format!("{at}.input_layernorm"), h)?,
			attention: self.attention(&format!("{at}.self_attn"))?,
			attention_output_norm,
			feed_forward_norm: self.norm(&format!("{at}.{before}"), h)?,
			feed_forward: self.feed_forward(&format!("{at}.mlp"), &spec.layers[index])?,
			feed_forward_output_norm,
		})
	}
}

fn packed(linear: Linear) -> Projection {
	Projection::Packed(Packed {
		linear: Arc::new(linear),
	})
}
