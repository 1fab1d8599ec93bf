//! The decoder: one module for Llama, Qwen2 and Qwen3, driven by an [`ArchSpec`].
//!
//! It works with and without a cache and with and without automatic differentiation, so the same
//! code is trained and served. Weights keep Hugging Face's names, shapes and `[out, in]` layout.

use burn::module::{Module, Param, ParamId};
use burn::tensor::activation::{silu, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::config::ArchSpec;
use crate::error::{Error, Result};
use crate::kv_cache::{KvCache, LayerCache};
use crate::rope::{RopeRows, RopeTable};

/// Where the decoder takes its weights from.
pub trait TensorSource {
	/// Hands over the tensor `name`, row-major, of exactly this shape.
	///
	/// # Errors
	/// The source has no such tensor, or has it in another shape or type.
	fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>>;
}

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

/// A linear layer; the weight is `[out, in]`.
#[derive(Module, Debug)]
pub struct Projection {
	weight: Param<Tensor<2>>,
	bias: Option<Param<Tensor<1>>>,
}

/// RMSNorm: `x / sqrt(mean(x²) + eps) · weight`, over the last dimension.
#[derive(Module, Debug)]
pub struct Norm {
	weight: Param<Tensor<1>>,
	eps: f64,
}

/// Grouped-query attention.
#[derive(Module, Debug)]
pub struct Attention {
	q: Projection,
	k: Projection,
	v: Projection,
	o: Projection,
	q_norm: Option<Norm>,
	k_norm: Option<Norm>,
	heads: usize,
	kv_heads: usize,
	head_dim: usize,
}

/// Feed-forward layer with SwiGLU: `down(silu(gate(x)) · up(x))`.
#[derive(Module, Debug)]
pub struct FeedForward {
	gate: Projection,
	up: Projection,
	down: Projection,
}

/// One block: attention and feed-forward, each behind a norm and added to the stream.
#[derive(Module, Debug)]
pub struct Block {
	attention_norm: Norm,
	attention: Attention,
	feed_forward_norm: Norm,
	feed_forward: FeedForward,
}

/// The whole model, from token ids to logits.
#[derive(Module, Debug)]
pub struct Decoder {
	embedding: Param<Tensor<2>>,
	blocks: Vec<Block>,
	norm: Norm,
	/// Absent when the embedding serves as the output layer.
	head: Option<Param<Tensor<2>>>,
}

/// What the blocks share in one step.
struct Step {
	batch: usize,
	len: usize,
	start: usize,
	rope: RopeRows,
	/// `[1, 1, groups · len, start + len]`: 0 where attention is allowed, a large negative number
	/// elsewhere. Absent when a single token sees everything.
	mask: Option<Tensor<4>>,
}

impl Projection {
	fn forward(&self, x: Tensor<2>) -> Tensor<2> {
		let y = x.matmul(self.weight.val().transpose());
		match &self.bias {
			Some(bias) => y + bias.val().unsqueeze(),
			None => y,
		}
	}
}

impl Norm {
	fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
		let rms = x
			.clone()
			.square()
			.mean_dim(D - 1)
			.add_scalar(self.eps)
			.sqrt();
		x.div(rms) * self.weight.val().unsqueeze()
	}
}

impl Attention {
	fn forward(&self, x: Tensor<2>, step: &Step, cache: Option<&mut LayerCache>) -> Tensor<2> {
		let Step { batch, len, .. } = *step;
		let (groups, dim) = (self.heads / self.kv_heads, self.head_dim);
		let split = |t: Tensor<2>, heads: usize| t.reshape([batch, len, heads, dim]);
		let normed = |t: Tensor<4>, norm: &Option<Norm>| match norm {
			Some(norm) => norm.forward(t),
			None => t,
		};
		let q = step.rope.apply(normed(
			split(self.q.forward(x.clone()), self.heads),
			&self.q_norm,
		));
		let k = step.rope.apply(normed(
			split(self.k.forward(x.clone()), self.kv_heads),
			&self.k_norm,
		));
		let v = split(self.v.forward(x), self.kv_heads);

		// Query heads that share a key head become rows of one product: no copy of keys is made.
		let q = q
			.mul_scalar((dim as f64).powf(-0.5))
			.reshape([batch, len, self.kv_heads, groups, dim])
			.permute([0, 2, 3, 1, 4])
			.reshape([batch, self.kv_heads, groups * len, dim]);
		let (k, v) = (k.permute([0, 2, 1, 3]), v.permute([0, 2, 1, 3]));
		let (k, v) = match cache {
			Some(cache) => cache.append(step.start, k, v),
			None => (k, v),
		};
		let scores = q.matmul(k.transpose());
		let scores = match &step.mask {
			Some(mask) => scores + mask.clone(),
			None => scores,
		};
		let mixed = softmax(scores, 3)
			.matmul(v)
			.reshape([batch, self.kv_heads, groups, len, dim])
			.permute([0, 3, 1, 2, 4])
			.reshape([batch * len, self.heads * dim]);
		self.o.forward(mixed)
	}
}

impl FeedForward {
	fn forward(&self, x: Tensor<2>) -> Tensor<2> {
		self.down
			.forward(silu(self.gate.forward(x.clone())) * self.up.forward(x))
	}
}

impl Block {
	fn forward(&self, x: Tensor<2>, step: &Step, cache: Option<&mut LayerCache>) -> Tensor<2> {
		let x = x.clone()
			+ self
				.attention
				.forward(self.attention_norm.forward(x), step, cache);
		x.clone() + self.feed_forward.forward(self.feed_forward_norm.forward(x))
	}
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
		let mut build = Builder {
			spec,
			source,
			device,
		};
		let (hidden, vocab) = (spec.hidden_size, spec.vocab_size);
		Ok(Self {
			embedding: build.matrix("model.embed_tokens.weight", vocab, hidden)?,
			blocks: (0..spec.num_layers)
				.map(|i| build.block(i))
				.collect::<Result<_>>()?,
			norm: build.norm("model.norm", hidden)?,
			head: match spec.tied_embeddings {
				true => None,
				false => Some(build.matrix("lm_head.weight", vocab, hidden)?),
			},
		})
	}

	/// Logits `[batch, len, vocab]` for token ids `[batch, len]` whose first position is `start`.
	///
	/// With a cache the batch is one sequence, `start` is the cache's length, and the tokens are
	/// appended to it. All positions must lie inside `rope` and the cache.
	pub fn forward(
		&self,
		tokens: Tensor<2, Int>,
		start: usize,
		rope: &RopeTable,
		cache: Option<&mut KvCache>,
	) -> Tensor<3> {
		let [batch, len] = tokens.dims();
		let logits = self.logits(self.hidden(tokens, start, rope, cache));
		let [_, vocab] = logits.dims();
		logits.reshape([batch, len, vocab])
	}

	/// As [`Decoder::forward`], up to and with the last norm: `[batch · len, hidden]`.
	pub fn hidden(
		&self,
		tokens: Tensor<2, Int>,
		start: usize,
		rope: &RopeTable,
		cache: Option<&mut KvCache>,
	) -> Tensor<2> {
		let [batch, len] = tokens.dims();
		let device = tokens.device();
		let groups = self
			.blocks
			.first()
			.map_or(1, |b| b.attention.heads / b.attention.kv_heads);
		let mask = (len > 1).then(|| causal_mask(start, len, groups, &device));
		let step = Step {
			batch,
			len,
			start,
			rope: rope.rows(start, len),
			mask,
		};
		let mut x = self
			.embedding
			.val()
			.select(0, tokens.reshape([batch * len]));
		match cache {
			Some(cache) => {
				for (block, layer) in self.blocks.iter().zip(cache.layers_mut()) {
					x = block.forward(x, &step, Some(layer));
				}
				cache.advance(len);
			}
			None => {
				for block in &self.blocks {
					x = block.forward(x, &step, None);
				}
			}
		}
		self.norm.forward(x)
	}

	/// The output layer: `[rows, hidden]` to `[rows, vocab]`.
	pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
		let weight = self.head.as_ref().unwrap_or(&self.embedding).val();
		hidden.matmul(weight.transpose())
	}

	/// All weights with their Hugging Face names and shapes, row-major.
	///
	/// # Errors
	/// A tensor cannot be read back from the device.
	pub fn export(&self) -> Result<Vec<NamedTensor>> {
		let mut out = Vec::new();
		let mut put = |name: String, data: std::result::Result<TensorData, String>| -> Result<()> {
			let failed = |reason| Error::Device {
				action: "reading weights",
				reason,
			};
			let data = data.map_err(failed)?;
			let shape = data.shape().to_vec();
			let values = data
				.try_to_vec::<f32>()
				.map_err(|e| failed(format!("{e:?}")))?;
			out.push(NamedTensor {
				name,
				shape,
				values,
			});
			Ok(())
		};
		fn read<const D: usize>(p: &Param<Tensor<D>>) -> std::result::Result<TensorData, String> {
			p.val().try_into_data().map_err(|e| format!("{e:?}"))
		}
		put("model.embed_tokens.weight".into(), read(&self.embedding))?;
		for (i, block) in self.blocks.iter().enumerate() {
			let at = |rest: &str| format!("model.layers.{i}.{rest}");
			let (a, f) = (&block.attention, &block.feed_forward);
			put(
				at("input_layernorm.weight"),
				read(&block.attention_norm.weight),
			)?;
			put(
				at("post_attention_layernorm.weight"),
				read(&block.feed_forward_norm.weight),
			)?;
			for (name, norm) in [
				("self_attn.q_norm", &a.q_norm),
				("self_attn.k_norm", &a.k_norm),
			] {
				if let Some(norm) = norm {
					put(at(&format!("{name}.weight")), read(&norm.weight))?;
				}
			}
			for (name, projection) in [
				("self_attn.q_proj", &a.q),
				("self_attn.k_proj", &a.k),
				("self_attn.v_proj", &a.v),
				("self_attn.o_proj", &a.o),
				("mlp.gate_proj", &f.gate),
				("mlp.up_proj", &f.up),
				("mlp.down_proj", &f.down),
			] {
				put(at(&format!("{name}.weight")), read(&projection.weight))?;
				if let Some(bias) = &projection.bias {
					put(at(&format!("{name}.bias")), read(bias))?;
				}
			}
		}
		put("model.norm.weight".into(), read(&self.norm.weight))?;
		if let Some(head) = &self.head {
			put("lm_head.weight".into(), read(head))?;
		}
		Ok(out)
	}
}

/// Names and shapes of all tensors of a model, in the order in which they are asked for.
pub fn tensor_shapes(spec: &ArchSpec) -> Vec<(String, Vec<usize>)> {
	let (h, d, f) = (spec.hidden_size, spec.head_dim, spec.intermediate_size);
	let (q, kv) = (spec.num_heads * d, spec.num_kv_heads * d);
	let mut out = vec![(
		"model.embed_tokens.weight".to_owned(),
		vec![spec.vocab_size, h],
	)];
	for i in 0..spec.num_layers {
		let mut put = |name: &str, shape: &[usize]| {
			out.push((format!("model.layers.{i}.{name}"), shape.to_vec()))
		};
		put("input_layernorm.weight", &[h]);
		for (name, rows, bias) in [
			("q", q, spec.qkv_bias),
			("k", kv, spec.qkv_bias),
			("v", kv, spec.qkv_bias),
		] {
			put(&format!("self_attn.{name}_proj.weight"), &[rows, h]);
			if bias {
				put(&format!("self_attn.{name}_proj.bias"), &[rows]);
			}
		}
		put("self_attn.o_proj.weight", &[h, q]);
		if spec.output_bias {
			put("self_attn.o_proj.bias", &[h]);
		}
		if spec.qk_norm {
			put("self_attn.q_norm.weight", &[d]);
			put("self_attn.k_norm.weight", &[d]);
		}
		put("post_attention_layernorm.weight", &[h]);
		put("mlp.gate_proj.weight", &[f, h]);
		put("mlp.up_proj.weight", &[f, h]);
		put("mlp.down_proj.weight", &[h, f]);
	}
	out.push(("model.norm.weight".to_owned(), vec![h]));
	if !spec.tied_embeddings {
		out.push(("lm_head.weight".to_owned(), vec![spec.vocab_size, h]));
	}
	out
}

/// Additive mask for `len` tokens from position `start`, its rows repeated once per group.
fn causal_mask(start: usize, len: usize, groups: usize, device: &Device) -> Tensor<4> {
	// Large enough to vanish in the softmax, small enough that no sum overflows to infinity.
	const HIDDEN: f32 = -1e30;
	let total = start + len;
	let mut mask = Vec::with_capacity(groups * len * total);
	for _ in 0..groups {
		for row in 0..len {
			mask.extend((0..total).map(|column| if column <= start + row { 0.0 } else { HIDDEN }));
		}
	}
	Tensor::from_data(TensorData::new(mask, [1, 1, groups * len, total]), device)
}

struct Builder<'a> {
	spec: &'a ArchSpec,
	source: &'a mut dyn TensorSource,
	device: &'a Device,
}

impl Builder<'_> {
	fn param<const D: usize>(&mut self, name: &str, shape: [usize; D]) -> Result<Param<Tensor<D>>> {
		let values = self.source.take(name, &shape)?;
		let tensor = Tensor::from_data(TensorData::new(values, shape), self.device);
		// The id follows from the name, so that optimiser state saved in one run fits the next.
		let hash = crate::hashes::blake2_256(name.as_bytes());
		let mut id = [0; 8];
		id.copy_from_slice(&hash[..8]);
		Ok(Param::initialized(
			ParamId::from(u64::from_le_bytes(id)),
			tensor,
		))
	}

	fn matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Param<Tensor<2>>> {
		self.param(name, [rows, columns])
	}

	fn norm(&mut self, name: &str, size: usize) -> Result<Norm> {
		let weight = self.param(&format!("{name}.weight"), [size])?;
		Ok(Norm {
			weight,
			eps: self.spec.rms_norm_eps,
		})
	}

	fn projection(
		&mut self,
		name: &str,
		rows: usize,
		columns: usize,
		bias: bool,
	) -> Result<Projection> {
		Ok(Projection {
			weight: self.matrix(&format!("{name}.weight"), rows, columns)?,
			bias: match bias {
				true => Some(self.param(&format!("{name}.bias"), [rows])?),
				false => None,
			},
		})
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
		Ok(Attention {
			q: self.projection(&format!("{at}.q_proj"), rows, h, spec.qkv_bias)?,
			k: self.projection(&format!("{at}.k_proj"), kv_rows, h, spec.qkv_bias)?,
			v: self.projection(&format!("{at}.v_proj"), kv_rows, h, spec.qkv_bias)?,
			o: self.projection(&format!("{at}.o_proj"), h, rows, spec.output_bias)?,
			q_norm,
			k_norm,
			heads: spec.num_heads,
			kv_heads: spec.num_kv_heads,
			head_dim: d,
		})
	}

	fn block(&mut self, index: usize) -> Result<Block> {
		let at = format!("model.layers.{index}");
		let (h, f) = (self.spec.hidden_size, self.spec.intermediate_size);
		Ok(Block {
			attention_norm: self.norm(&format!("{at}.input_layernorm"), h)?,
			attention: self.attention(&format!("{at}.self_attn"))?,
			feed_forward_norm: self.norm(&format!("{at}.post_attention_layernorm"), h)?,
			feed_forward: FeedForward {
				gate: self.projection(&format!("{at}.mlp.gate_proj"), f, h, false)?,
				up: self.projection(&format!("{at}.mlp.up_proj"), f, h, false)?,
				down: self.projection(&format!("{at}.mlp.down_proj"), h, f, false)?,
			},
		})
	}
}
