//! What is particular to each layer: its window, its rotary embedding, its experts.

use serde_json::Value;

use super::fields::Config;
use super::rope::{RopeSpec, ropes};
use super::{ExpertsSpec, Family, LayerSpec};
use crate::error::{Error, Result};

/// Published models have up to about 130 blocks. Each costs a list entry per tensor before the
/// first weight is read.
const MAX_LAYERS: usize = 1024;

/// Likewise; published models have up to 512 experts in a layer.
const MAX_EXPERTS: usize = 4096;

/// The layers, and the rotary embeddings that they name.
pub(super) fn layers(
	config: &Config<'_>,
	family: Family,
) -> Result<(Vec<LayerSpec>, Vec<RopeSpec>)> {
	let field = "num_hidden_layers";
	let count = match config.size(field)? {
		count @ 1..=MAX_LAYERS => count,
		_ => return Err(config.invalid(field, "at most 1,024 are supported")),
	};
	let windows = windows(config, family, count)?;
	let experts = experts(config, family, count)?;
	let (full, sliding) = ropes(config, family)?;
	let mut all = vec![full];
	let other = match sliding {
		Some(sliding) if sliding != full && windows.iter().any(Option::is_some) => {
			all.push(sliding);
			1
		}
		_ => 0,
	};
	let layer = |(window, experts): (Option<usize>, Option<ExpertsSpec>)| LayerSpec {
		window,
		rope: if window.is_some() { other } else { 0 },
		experts,
	};
	Ok((windows.into_iter().zip(experts).map(layer).collect(), all))
}

/// The window of each layer.
fn windows(config: &Config<'_>, family: Family, count: usize) -> Result<Vec<Option<usize>>> {
	let size = || config.size_or("sliding_window", 4096);
	let in_use = match family {
		Family::Llama | Family::Qwen3Moe => false,
		// Null means that there is none; a field that is not there, the default.
		Family::Mistral => !config.is_null("sliding_window"),
		Family::Qwen2 | Family::Qwen3 => config.flag("use_sliding_window", false)?,
		Family::Gemma3 => true,
	};
	let kinds = match config.present("layer_types") {
		Some(list) => Some(layer_types(config, list, count)?),
		None => None,
	};
	if !in_use {
		let slides = kinds.is_some_and(|kinds| kinds.contains(&true));
		if slides {
			return Err(config.unsupported(
				"layer_types",
				"\"sliding_attention\" needs a model whose configuration switches it on",
			));
		}
		return Ok(vec![None; count]);
	}
	let slides: Vec<bool> = match (kinds, family) {
		(Some(kinds), _) => kinds,
		(None, Family::Gemma3) => {
			let pattern = match config.present("_sliding_window_pattern") {
				Some(_) => config.size("_sliding_window_pattern")?,
				None => config.size_or("sliding_window_pattern", 6)?,
			};
			(1..=count).map(|i| !i.is_multiple_of(pattern)).collect()
		}
		(None, Family::Mistral) => vec![true; count],
		(None, _) => {
			let first = match config.present("max_window_layers").map(Value::as_u64) {
				None => 28,
				Some(Some(n)) => usize::try_from(n).unwrap_or(usize::MAX),
				Some(None) => {
					return Err(config.invalid("max_window_layers", "a whole number is needed"));
				}
			};
			(0..count).map(|i| i >= first).collect()
		}
	};
	let size = if slides.contains(&true) { size()? } else { 1 };
	Ok(slides
		.into_iter()
		.map(|slides| slides.then_some(size))
		.collect())
}

/// Which layers have a window, by `layer_types`.
fn layer_types(config: &Config<'_>, list: &Value, count: usize) -> Result<Vec<bool>> {
	let field = "layer_types";
	let list = list
		.as_array()
		.ok_or_else(|| config.invalid(field, "a list of names is needed"))?;
	let slides = |kind: &Value| match kind.as_str() {
		Some("full_attention") => Ok(false),
		Some("sliding_attention") => Ok(true),
		_ => Err(config.unsupported(
			field,
			"the types implemented are \"full_attention\" and \"sliding_attention\"",
		)),
	};
	let all = list.iter().map(slides).collect::<Result<Vec<_>>>()?;
	match all.len() == count {
		true => Ok(all),
		false => Err(config.invalid(field, "it must name each of num_hidden_layers layers")),
	}
}

/// The experts of each layer.
fn experts(config: &Config<'_>, family: Family, count: usize) -> Result<Vec<Option<ExpertsSpec>>> {
	if family != Family::Qwen3Moe {
		return Ok(vec![None; count]);
	}
	// transformers 5 writes one name, transformers 4 the other.
	let field = match config.present("num_local_experts") {
		Some(_) => "num_local_experts",
		None => "num_experts",
	};
	let spec = ExpertsSpec {
		count: config.size(field)?,
		per_token: config.size("num_experts_per_tok")?,
		intermediate_size: config.size("moe_intermediate_size")?,
		normalized: config.flag("norm_topk_prob", false)?,
	};
	if spec.count > MAX_EXPERTS {
		return Err(config.invalid(field, "at most 4,096 are supported"));
	}
	if spec.per_token > spec.count {
		return Err(config.invalid("num_experts_per_tok", "there are not so many experts"));
	}
	let step = config.size_or("decoder_sparse_step", 1)?;
	let field = "mlp_only_layers";
	let dense = match config.present(field) {
		None => Vec::new(),
		Some(list) => list
			.as_array()
			.and_then(|list| list.iter().map(Value::as_u64).collect::<Option<Vec<_>>>())
			.ok_or_else(|| -> Error { config.invalid(field, "a list of numbers is needed") })?,
	};
	let sparse = |i: usize| (i + 1).is_multiple_of(step) && !dense.contains(&(i as u64));
	Ok((0..count).map(|i| sparse(i).then_some(spec)).collect())
}
