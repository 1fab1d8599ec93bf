//! `describe`: a model directory as the registry wants it.

use std::{fs, path::Path};

use athanor_primitives::H256;
use serde::Serialize;

use crate::{cli::DescribeArgs, error::Error, llm};

/// What `athanor model register --from-json` reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
	/// Name in the registry.
	pub name: String,
	/// Architecture, as config.json has it.
	pub architecture: String,
	/// Number of parameters.
	pub parameters: u64,
	/// Most tokens of prompt and output together.
	pub context_length: u32,
	/// Most tokens that special tokens and chat template add to an input.
	pub template_overhead: u32,
	/// Licence of the weights.
	pub licence: String,
	/// Where to get the model.
	pub source: String,
	/// The author's share of what jobs pay, in percent.
	pub royalty_percent: f64,
	/// How results are compared.
	pub numeric_class: &'static str,
	/// Content hashes.
	pub hashes: Hashes,
}

/// Content hashes, as `0x` and hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hashes {
	/// Of configuration and weights.
	pub weights: String,
	/// Of the tokenizer.
	pub tokenizer: String,
	/// Of the chat template and the special tokens that it can write.
	pub template: String,
}

/// Describes the directory.
///
/// # Errors
/// It is not a model that this worker can run.
pub fn describe(args: &DescribeArgs) -> Result<Description, Error> {
	let facts = llm::facts(&args.dir)?;
	let hashes = llm::hashes(&args.dir)?;
	let hex = |hash: H256| format!("{hash:?}");
	Ok(Description {
		name: args
			.name
			.clone()
			.unwrap_or_else(|| directory_name(&args.dir)),
		architecture: facts.architecture,
		parameters: facts.parameters,
		context_length: facts.context_length,
		template_overhead: facts.template_overhead,
		licence: args
			.licence
			.clone()
			.or_else(|| stated_licence(&args.dir))
			.unwrap_or_default(),
		source: args.source.clone(),
		royalty_percent: args.royalty,
		numeric_class: "float",
		hashes: Hashes {
			weights: hex(hashes.weights),
			tokenizer: hex(hashes.tokenizer),
			template: hex(hashes.template),
		},
	})
}

fn directory_name(dir: &Path) -> String {
	let full = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
	full.file_name().map_or_else(
		|| "model".into(),
		|name| name.to_string_lossy().into_owned(),
	)
}

/// `license:` in the front matter of a Hugging Face model card.
fn stated_licence(dir: &Path) -> Option<String> {
	let card = fs::read_to_string(dir.join("README.md")).ok()?;
	let front = card.strip_prefix("---")?.split("\n---").next()?;
	let value = front
		.lines()
		.find_map(|line| line.strip_prefix("license:"))?;
	let value = value.trim().trim_matches(['"', '\'']);
	(!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_licence_is_read_from_the_model_card() {
		let dir = tempfile::tempdir().unwrap();
		assert_eq!(stated_licence(dir.path()), None);
		let card = |text: &str| fs::write(dir.path().join("README.md"), text).unwrap();
		card("---\ntags: [a]\nlicense: apache-2.0\n---\n# Model\nlicense: other\n");
		assert_eq!(stated_licence(dir.path()).as_deref(), Some("apache-2.0"));
		card("# Model\nlicense: other\n");
		assert_eq!(stated_licence(dir.path()), None);
	}
}
