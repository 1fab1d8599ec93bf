//! Names and shapes of the tensors of a model.

use crate::config::{ArchSpec, LayerSpec};

/// Names and shapes of all tensors of a model, in the order in which they are asked for.
pub fn tensor_shapes(spec: &ArchSpec) -> Vec<(String, Vec<usize>)> {
	let h = spec.hidden_size;
	let mut out = vec![(
		"model.embed_tokens.weight".to_owned(),
		vec![spec.vocab_size, h],
	)];
	for (i, layer) in spec.layers.iter().enumerate() {
		let mut put = |name: &str, shape: &[usize]| {
			out.push((format!("model.layers.{i}.{name}"), shape.to_vec()))
		};
		put("input_layernorm.weight", &[h]);
		attention(spec, &mut put);
		put("post_attention_layernorm.weight", &[h]);
		if spec.output_norms {
			put("pre_feedforward_layernorm.weight", &[h]);
			put("post_feedforward_layernorm.weight", &[h]);
		}
		feed_forward(spec, layer, &mut put);
	}
	out.push(("model.norm.weight".to_owned(), vec![h]));
	if !spec.tied_embeddings {
		out.push(("lm_head.weight".to_owned(), vec![spec.vocab_size, h]));
	}
	out
}

fn attention(spec: &ArchSpec, put: &mut impl FnMut(&str, &[usize])) {
	let (h, d) = (spec.hidden_size, spec.head_dim);
	let (q, kv) = (spec.num_heads * d, spec.num_kv_heads * d);
	for (name, rows) in [("q", q), ("k", kv), ("v", kv)] {
		put(&format!("self_attn.{name}_proj.weight"), &[rows, h]);
		if spec.qkv_bias {
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
}

fn feed_forward(spec: &ArchSpec, layer: &LayerSpec, put: &mut impl FnMut(&str, &[usize])) {
	let h = spec.hidden_size;
	let Some(experts) = layer.experts else {
		let f = spec.intermediate_size;
		for (name, shape) in [("gate", [f, h]), ("up", [f, h]), ("down", [h, f])] {
			put(&format!("mlp.{name}_proj.weight"), &shape);
			if spec.mlp_bias {
				put(&format!("mlp.{name}_proj.bias"), &shape[..1]);
			}
		}
		return;
	};
	put("mlp.gate.weight", &[experts.count, h]);
	let f = experts.intermediate_size;
	for e in 0..experts.count {
		for (name, shape) in [("gate", [f, h]), ("up", [f, h]), ("down", [h, f])] {
			put(&format!("mlp.experts.{e}.{name}_proj.weight"), &shape);
		}
	}
}
