//! The rotary embeddings that a configuration calls for.

use super::Family;
use super::fields::Config;
use crate::error::{Error, Result};

/// Frequency scaling of Llama 3 (transformers, `modeling_rope_utils._compute_llama3_parameters`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Llama3Scaling {
	/// Divisor of the low frequencies, at least 1.
	pub factor: f64,
	/// Wavelengths above `original_context / low_freq_factor` are fully scaled.
	pub low_freq_factor: f64,
	/// Wavelengths below `original_context / high_freq_factor` are left alone.
	pub high_freq_factor: f64,
	/// Context length of the original training, in tokens.
	pub original_context: f64,
}

/// How frequencies are scaled for a context that is longer than the one in training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RopeScaling {
	/// Every frequency is divided by this.
	Linear(f64),
	/// Low frequencies are divided more than high ones.
	Llama3(Llama3Scaling),
}

/// Rotary position embedding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RopeSpec {
	/// Base of the geometric row of frequencies.
	pub theta: f64,
	/// Scaling, if in use.
	pub scaling: Option<RopeScaling>,
}

/// The rotary embedding of layers that see everything, and, if it is another, the one of layers with a
/// window.
pub(super) fn ropes(config: &Config<'_>, family: Family) -> Result<(RopeSpec, Option<RopeSpec>)> {
	let gemma = family == Family::Gemma3;
	let theta = if gemma { 1e6 } else { 1e4 };
	let Some(block) = config.inside("rope_parameters") else {
		let full = RopeSpec {
			theta: config.positive("rope_theta", theta)?,
			scaling: scaling(config, "rope_scaling", config.inside("rope_scaling"))?,
		};
		// The scaling is for layers that see everything only.
		let windowed = RopeSpec {
			theta: config.positive("rope_local_base_freq", 1e4)?,
			scaling: None,
		};
		return Ok((full, gemma.then_some(windowed)));
	};
	let field = "rope_parameters";
	let read = |block: Config<'_>, theta: f64| -> Result<RopeSpec> {
		let theta = match block.present("rope_theta") {
			Some(_) => block.positive("rope_theta", theta)?,
			None => config.positive("rope_theta", theta)?,
		};
		Ok(RopeSpec {
			theta,
			scaling: scaling(config, field, Some(block))?,
		})
	};
	let by_type = |kind| block.inside(kind);
	match (by_type("full_attention"), by_type("sliding_attention")) {
		(None, None) => {
			let rope = read(block, theta)?;
			let local = RopeSpec {
				theta: config.positive("rope_local_base_freq", 1e4)?,
				scaling: None,
			};
			Ok((rope, gemma.then_some(local)))
		}
		(Some(full), None) => Ok((read(full, theta)?, None)),
		(full, Some(sliding)) => {
			let full = read(full.unwrap_or(sliding), theta)?;
			Ok((full, Some(read(sliding, 1e4)?)))
		}
	}
}

fn scaling(
	config: &Config<'_>,
	field: &'static str,
	block: Option<Config<'_>>,
) -> Result<Option<RopeScaling>> {
	let Some(block) = block else {
		return Ok(None);
	};
	if block
		.present("partial_rotary_factor")
		.is_some_and(|v| v.as_f64() != Some(1.0))
	{
		return Err(config.unsupported(field, "only whole-head rotation is implemented"));
	}
	let kind = block.present("rope_type").or_else(|| block.present("type"));
	match kind.map(|k| k.as_str()) {
		None | Some(Some("default")) => Ok(None),
		Some(Some("linear")) => Ok(Some(RopeScaling::Linear(block.needed("factor")?))),
		Some(Some("llama3")) => Ok(Some(RopeScaling::Llama3(llama3(block)?))),
		Some(_) => Err(config.unsupported(
			field,
			"the rope types implemented are \"default\", \"linear\" and \"llama3\"",
		)),
	}
}

fn llama3(block: Config<'_>) -> Result<Llama3Scaling> {
	let scaling = Llama3Scaling {
		factor: block.needed("factor")?,
		low_freq_factor: block.needed("low_freq_factor")?,
		high_freq_factor: block.needed("high_freq_factor")?,
		original_context: block.needed("original_max_position_embeddings")?,
	};
	if scaling.high_freq_factor <= scaling.low_freq_factor {
		let error: Error = block.invalid("high_freq_factor", "it must be above low_freq_factor");
		return Err(error);
	}
	Ok(scaling)
}
