//! What models and their versions are registered with: from options and from the file that
//! `athanor-worker describe` writes.

use std::path::{Path, PathBuf};

use athanor::{
	Error, Model, ModelSpec, VersionSpec,
	primitives::{
		H256,
		model::{ModelHashes, NumericClass},
	},
};
use clap::Args;
use serde::Deserialize;

use super::{model::Class, parse_hex};

/// What a version consists of.
#[derive(Debug, Args)]
pub struct ContentArgs {
	/// File that describes the model, as `athanor-worker describe` writes it.
	#[arg(long, value_name = "FILE")]
	from_json: Option<PathBuf>,
	/// Most tokens that prompt and output can have together.
	#[arg(long, value_name = "TOKENS")]
	context_length: Option<u32>,
	/// Most tokens that special tokens and the chat template add to an input.
	#[arg(long, value_name = "TOKENS")]
	template_overhead: Option<u32>,
	/// Where to get it, such as hf:organisation/name@revision.
	#[arg(long)]
	source: Option<String>,
	/// Hash of the configuration and all weight files.
	#[arg(long, value_name = "HEX", value_parser = parse_hash)]
	weights_hash: Option<H256>,
	/// Hash of tokenizer.json.
	#[arg(long, value_name = "HEX", value_parser = parse_hash)]
	tokenizer_hash: Option<H256>,
	/// Hash of the chat template.
	#[arg(long, value_name = "HEX", value_parser = parse_hash)]
	template_hash: Option<H256>,
}

/// What a model is registered with.
#[derive(Debug, Args)]
pub struct RegisterArgs {
	#[command(flatten)]
	content: ContentArgs,
	/// Name for people, 1 to 64 bytes.
	#[arg(long)]
	name: Option<String>,
	/// Architecture, such as llama.
	#[arg(long)]
	architecture: Option<String>,
	/// Number of parameters.
	#[arg(long, value_name = "N")]
	parameters: Option<u64>,
	/// Licence of the weights.
	#[arg(long)]
	licence: Option<String>,
	/// Your share of what jobs pay, in percent.
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	royalty: Option<u32>,
	/// How results can be compared.
	#[arg(long, value_enum)]
	numeric_class: Option<Class>,
}

/// A model as `athanor-worker describe` writes it. Keys that are not known are left alone.
#[derive(Debug, Default, Deserialize)]
struct Description {
	name: Option<String>,
	architecture: Option<String>,
	parameters: Option<u64>,
	context_length: Option<u32>,
	template_overhead: Option<u32>,
	licence: Option<String>,
	source: Option<String>,
	royalty_percent: Option<serde_json::Number>,
	numeric_class: Option<NumericClass>,
	hashes: Option<ModelHashes>,
}

impl RegisterArgs {
	/// Options over file over defaults.
	pub fn spec(self) -> Result<ModelSpec, Error> {
		let file = self.content.description()?;
		let royalty = match (self.royalty, &file.royalty_percent) {
			(Some(ppm), _) => ppm,
			(None, Some(percent)) => parse_percent(&percent.to_string())
				.map_err(|error| Error::Input(format!("royalty_percent: {error}")))?,
			(None, None) => 0,
		};
		let VersionSpec {
			hashes,
			context_length,
			template_overhead,
			source,
		} = self.content.spec(&file)?;
		Ok(ModelSpec {
			hashes,
			context_length,
			template_overhead,
			source,
			name: self.name.or(file.name).ok_or_else(|| missing("--name"))?,
			architecture: self
				.architecture
				.or(file.architecture)
				.ok_or_else(|| missing("--architecture"))?,
			parameters: self
				.parameters
				.or(file.parameters)
				.ok_or_else(|| missing("--parameters"))?,
			licence: self.licence.or(file.licence).unwrap_or_default(),
			royalty,
			numeric_class: self
				.numeric_class
				.map(Into::into)
				.or(file.numeric_class)
				.ok_or_else(|| missing("--numeric-class"))?,
		})
	}
}

impl ContentArgs {
	/// A new version of this model; options over file.
	pub fn version(self, model: &Model) -> Result<VersionSpec, Error> {
		let file = self.description()?;
		let other = |what: &str, here: String, there: String| {
			Err(Error::Input(format!(
				"the file describes a model with {what} {here}, and {} has {there}: all versions of a \
				 model have the same; register it as a model of its own: see `athanor model register --help`",
				model.name
			)))
		};
		match (&file.architecture, file.parameters, file.numeric_class) {
			(Some(found), ..) if *found != model.architecture => {
				other("architecture", found.clone(), model.architecture.clone())
			}
			(_, Some(found), _) if found != model.parameters => other(
				"a number of parameters of",
				found.to_string(),
				model.parameters.to_string(),
			),
			(.., Some(found)) if found != model.numeric_class => other(
				"numeric class",
				format!("{found:?}").to_lowercase(),
				format!("{:?}", model.numeric_class).to_lowercase(),
			),
			_ => self.spec(&file),
		}
	}

	fn description(&self) -> Result<Description, Error> {
		match &self.from_json {
			Some(path) => read_description(path),
			None => Ok(Description::default()),
		}
	}

	fn spec(&self, file: &Description) -> Result<VersionSpec, Error> {
		let hash = |given: Option<H256>, pick: fn(&ModelHashes) -> H256, option: &str| {
			given
				.or(file.hashes.as_ref().map(pick))
				.ok_or_else(|| missing(option))
		};
		Ok(VersionSpec {
			hashes: ModelHashes {
				weights: hash(self.weights_hash, |h| h.weights, "--weights-hash")?,
				tokenizer: hash(self.tokenizer_hash, |h| h.tokenizer, "--tokenizer-hash")?,
				template: hash(self.template_hash, |h| h.template, "--template-hash")?,
			},
			context_length: self
				.context_length
				.or(file.context_length)
				.ok_or_else(|| missing("--context-length"))?,
			template_overhead: self
				.template_overhead
				.or(file.template_overhead)
				.ok_or_else(|| missing("--template-overhead"))?,
			source: self
				.source
				.clone()
				.or(file.source.clone())
				.unwrap_or_default(),
		})
	}
}

fn read_description(path: &Path) -> Result<Description, Error> {
	let text = std::fs::read_to_string(path)
		.map_err(|error| Error::Input(format!("cannot read {}: {error}", path.display())))?;
	serde_json::from_str(&text).map_err(|error| {
		Error::Input(format!(
			"{} does not describe a model: {error}; make it with `athanor-worker describe DIR`",
			path.display()
		))
	})
}

fn missing(option: &str) -> Error {
	Error::Input(format!(
		"{option} is missing: give it, or --from-json with a file from `athanor-worker describe`"
	))
}

/// Reads percent into parts per million, exactly.
pub fn parse_percent(text: &str) -> Result<u32, String> {
	let wrong =
		|| format!("`{text}` is not a percentage from 0 to 100 with up to 4 decimal places");
	let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
	let fraction = fraction.trim_end_matches('0');
	if fraction.len() > 4 || !fraction.chars().all(|c| c.is_ascii_digit()) {
		return Err(wrong());
	}
	let whole: u32 = whole.parse().map_err(|_| wrong())?;
	let fraction: u32 = format!("{fraction:0<4}").parse().map_err(|_| wrong())?;
	whole
		.checked_mul(10_000)
		.and_then(|ppm| ppm.checked_add(fraction))
		.filter(|ppm| *ppm <= 1_000_000)
		.ok_or_else(wrong)
}

fn parse_hash(text: &str) -> Result<H256, String> {
	parse_hex(text).map(H256)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		arguments: RegisterArgs,
	}

	fn arguments(line: &[&str]) -> RegisterArgs {
		Line::try_parse_from([&["x"], line].concat())
			.unwrap()
			.arguments
	}

	/// What `athanor-worker describe` writes.
	const DESCRIBED: &str = r#"{
		"name": "stories15M", "architecture": "llama", "parameters": 15191712,
		"context_length": 256, "template_overhead": 1, "licence": "MIT", "source": "",
		"royalty_percent": 2.5, "numeric_class": "float",
		"hashes": {
			"weights": "0x0101010101010101010101010101010101010101010101010101010101010101",
			"tokenizer": "0x0202020202020202020202020202020202020202020202020202020202020202",
			"template": "0x0303030303030303030303030303030303030303030303030303030303030303"
		}
	}"#;

	fn described(text: &str) -> (tempfile::TempDir, String) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("model.json");
		std::fs::write(&path, text).unwrap();
		let path = path.to_str().unwrap().to_owned();
		(dir, path)
	}

	#[test]
	fn a_description_is_read() {
		let (_dir, path) = described(DESCRIBED);
		let spec = arguments(&["--from-json", &path]).spec().unwrap();
		assert_eq!(spec.name, "stories15M");
		assert_eq!(spec.royalty, 25_000);
		assert_eq!(spec.numeric_class, NumericClass::Float);
		assert_eq!(spec.hashes.tokenizer, H256([2; 32]));
		assert_eq!((spec.parameters, spec.context_length), (15_191_712, 256));
	}

	#[test]
	fn options_replace_what_the_file_says() {
		let (_dir, path) = described(DESCRIBED);
		let hash = "04".repeat(32);
		let line = [
			"--from-json",
			&path,
			"--royalty",
			"0",
			"--name",
			"other",
			"--template-hash",
			&hash,
		];
		let spec = arguments(&line).spec().unwrap();
		assert_eq!((spec.name.as_str(), spec.royalty), ("other", 0));
		assert_eq!(spec.hashes.template, H256([4; 32]));
		assert_eq!(spec.licence, "MIT");
	}

	#[test]
	fn what_is_missing_is_named() {
		let error = arguments(&["--name", "a"]).spec().unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("--weights-hash"), "{error}");
		let (_dir, path) = described(r#"{"name": 5}"#);
		let error = arguments(&["--from-json", &path]).spec().unwrap_err();
		assert!(
			error.to_string().contains("athanor-worker describe"),
			"{error}"
		);
		let nowhere = arguments(&["--from-json", "/nonexistent"]);
		assert!(nowhere.spec().is_err());
	}

	#[test]
	fn a_version_has_to_be_of_the_same_kind() {
		let (_dir, path) = described(DESCRIBED);
		let version = |change: &dyn Fn(&mut Model)| {
			let mut model = Model {
				owner: athanor::AccountId::from([1; 32]),
				name: "stories".into(),
				architecture: "llama".into(),
				parameters: 15_191_712,
				licence: "MIT".into(),
				royalty: 0,
				numeric_class: NumericClass::Float,
				price_class: athanor::primitives::model::PriceClass::Small,
				version: 1,
				registered_at: 3,
				status: athanor::ModelStatus::Active,
			};
			change(&mut model);
			arguments(&["--from-json", &path]).content.version(&model)
		};
		let spec = version(&|_| {}).unwrap();
		assert_eq!(spec.hashes.weights, H256([1; 32]));
		assert_eq!((spec.context_length, spec.template_overhead), (256, 1));
		let refused = |change: &dyn Fn(&mut Model)| version(change).unwrap_err().to_string();
		let text = refused(&|model| model.architecture = "qwen".into());
		assert!(
			text.contains("architecture llama") && text.contains("model register"),
			"{text}"
		);
		assert!(refused(&|model| model.parameters = 7).contains("parameters"));
		assert!(refused(&|model| model.numeric_class = NumericClass::Exact).contains("float"));
	}

	#[test]
	fn percentages_are_exact() {
		for (text, ppm) in [
			("0", 0),
			("5", 50_000),
			("2.5", 25_000),
			("0.0001", 1),
			("100", 1_000_000),
			("20.0", 200_000),
		] {
			assert_eq!(parse_percent(text), Ok(ppm), "{text}");
		}
		for text in [
			"", "-1", "101", "100.0001", "1.00001", "five", "1e1", ".", "1.x",
		] {
			assert!(parse_percent(text).is_err(), "{text}");
		}
	}
}
