//! `athanor model`.

use std::{path::PathBuf, process::ExitCode};

use athanor::{
	Amount, Call, Error, ModelSpec, View,
	chain::{Model, ModelStatus, events::ModelRegistered},
	primitives::{
		H256, ModelId,
		model::{ModelHashes, NumericClass},
	},
};
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use super::{
	Context,
	output::{Done, Output, fields, note, percent, price, report, table},
	parse_hex,
};

/// The registry of models.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// List the models, with their cheapest offers.
	#[command(after_help = "\
Examples:
  athanor model list
  athanor model list -o json")]
	List,
	/// Show a model, its price bounds and its offers.
	#[command(after_help = "\
Example:
  athanor model show 0")]
	Show {
		/// Its id, from `athanor model list`.
		model: ModelId,
	},
	/// Register a model. A deposit is held until it is removed.
	#[command(after_help = "\
Examples:
  athanor-worker describe ./stories15M > model.json
  athanor --key author.key model register --from-json model.json
  athanor --key author.key model register --from-json model.json --royalty 2.5 --estimate

Options given besides --from-json replace what the file says.")]
	Register(Box<RegisterArgs>),
	/// Let a model take no new jobs and offers. Running jobs go on.
	#[command(after_help = "\
Example:
  athanor --key author.key model retire 3")]
	Retire {
		/// Its id.
		model: ModelId,
	},
	/// Remove a retired model after its grace. The deposit returns to its owner; anybody can do this.
	#[command(after_help = "\
Example:
  athanor --key author.key model remove 3")]
	Remove {
		/// Its id.
		model: ModelId,
	},
}

/// What a model is registered with.
#[derive(Debug, Args)]
pub struct RegisterArgs {
	/// File that describes the model, as `athanor-worker describe` writes it.
	#[arg(long, value_name = "FILE")]
	from_json: Option<PathBuf>,
	/// Name for people, 1 to 64 bytes.
	#[arg(long)]
	name: Option<String>,
	/// Architecture, such as llama.
	#[arg(long)]
	architecture: Option<String>,
	/// Number of parameters.
	#[arg(long, value_name = "N")]
	parameters: Option<u64>,
	/// Most tokens that prompt and output can have together.
	#[arg(long, value_name = "TOKENS")]
	context_length: Option<u32>,
	/// Most tokens that special tokens and the chat template add to an input.
	#[arg(long, value_name = "TOKENS")]
	template_overhead: Option<u32>,
	/// Licence of the weights.
	#[arg(long)]
	licence: Option<String>,
	/// Where to get it, such as hf:organisation/name@revision.
	#[arg(long)]
	source: Option<String>,
	/// Your share of what jobs pay, in percent.
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
	royalty: Option<u32>,
	/// How results can be compared.
	#[arg(long, value_enum)]
	numeric_class: Option<Class>,
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

/// How results can be compared.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Class {
	/// Integer-only inference: the same bits on every device.
	Exact,
	/// Floating point: compared within calibrated bounds.
	Float,
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

/// Does it.
pub async fn run(context: &Context, command: Command) -> Result<ExitCode, Error> {
	match command {
		Command::List => list(context).await?,
		Command::Show { model } => show(context, model).await?,
		Command::Register(arguments) => register(context, *arguments).await?,
		Command::Retire { model } => {
			simple(
				context,
				Call::RetireModel(model),
				model,
				"takes no new jobs",
			)
			.await?;
		}
		Command::Remove { model } => {
			simple(context, Call::RemoveModel(model), model, "removed").await?;
		}
	}
	Ok(ExitCode::SUCCESS)
}

async fn list(context: &Context) -> Result<(), Error> {
	let chain = context.chain().await?;
	context
		.in_time("the models", async {
			let view = chain.at(context.at()).await?;
			let models = view.models().await?;
			let mut rows = Vec::new();
			let mut values = Vec::new();
			for (id, model) in &models {
				let offers = view.offers(*id).await?;
				let cheapest = offers
					.values()
					.map(|offer| offer.price)
					.min_by_key(|price| price.input.saturating_add(price.output));
				values.push(json!({
					"id": id,
					"model": model,
					"offers": offers.len(),
					"cheapest": cheapest.map(|price| price_json(&price)),
				}));
				rows.push(vec![
					id.to_string(),
					model.name.clone(),
					model.architecture.clone(),
					model.parameters.to_string(),
					model.context_length.to_string(),
					status(model),
					offers.len().to_string(),
					cheapest.as_ref().map_or_else(|| "-".into(), price),
				]);
			}
			let head = [
				"id",
				"name",
				"architecture",
				"parameters",
				"context",
				"status",
				"offers",
				"cheapest",
			];
			context.output().show(values, || match rows.is_empty() {
				true => "no models are registered; see `athanor model register --help`".into(),
				false => table(&head, &rows),
			})
		})
		.await
}

async fn show(context: &Context, id: ModelId) -> Result<(), Error> {
	let chain = context.chain().await?;
	context
		.in_time("the model", async {
			let view = chain.at(context.at()).await?;
			let model = view.model(id).await?.ok_or_else(|| unknown(id))?;
			show_model(context.output(), &view, id, &model).await
		})
		.await
}

async fn show_model(output: Output, view: &View, id: ModelId, model: &Model) -> Result<(), Error> {
	let bounds = view.price_bounds(model.price_class).await?;
	let offers = view.offers(id).await?;
	let value = json!({
		"id": id,
		"model": model,
		"bounds": {"floor": price_json(&bounds.floor), "ceiling": price_json(&bounds.ceiling)},
		"offers": offers.iter().map(|(provider, offer)| json!({
			"provider": provider, "offer": offer
		})).collect::<Vec<_>>(),
	});
	output.show(value, || {
		let mut text = fields(&[
			("model", Some(id.to_string())),
			("name", Some(model.name.clone())),
			("status", Some(status(model))),
			("owner", Some(model.owner.to_string())),
			("royalty", Some(percent(model.royalty))),
			("architecture", Some(model.architecture.clone())),
			("parameters", Some(model.parameters.to_string())),
			("context", Some(format!("{} tokens", model.context_length))),
			(
				"template",
				Some(format!("adds up to {} tokens", model.template_overhead)),
			),
			(
				"numeric class",
				Some(format!("{:?}", model.numeric_class).to_lowercase()),
			),
			(
				"licence",
				Some(model.licence.clone()).filter(|text| !text.is_empty()),
			),
			(
				"source",
				Some(model.source.clone()).filter(|text| !text.is_empty()),
			),
			("version", Some(model.version.to_string())),
			("registered", Some(format!("block {}", model.registered_at))),
			("weights", Some(format!("{:?}", model.hashes.weights))),
			("tokenizer", Some(format!("{:?}", model.hashes.tokenizer))),
			(
				"template hash",
				Some(format!("{:?}", model.hashes.template)),
			),
			("lowest price", Some(price(&bounds.floor))),
			("highest price", Some(price(&bounds.ceiling))),
		]);
		let rows: Vec<_> = offers
			.iter()
			.map(|(provider, offer)| {
				vec![
					provider.to_string(),
					price(&offer.price),
					format!("{} of {}", offer.free(), offer.slots),
				]
			})
			.collect();
		text.push('\n');
		text.push_str(&match rows.is_empty() {
			true => "nobody offers it".into(),
			false => table(&["provider", "price", "free slots"], &rows),
		});
		text
	})
}

async fn register(context: &Context, arguments: RegisterArgs) -> Result<(), Error> {
	let spec = spec(arguments)?;
	let chain = context.chain().await?;
	let existing = context
		.in_time("the registry", async {
			chain
				.at(context.at())
				.await?
				.model_by_hashes(&spec.hashes)
				.await
		})
		.await?;
	if let Some(id) = existing {
		return Err(Error::Input(format!(
			"this content is registered already, as model {id}; see `athanor model show {id}`"
		)));
	}
	note(format_args!(
		"registers {} with a royalty of {}; a deposit is held until it is removed",
		spec.name,
		percent(spec.royalty)
	));
	let sent = context.send(&chain, &Call::RegisterModel(spec)).await?;
	report(context, &sent, |included| {
		let event = included
			.events
			.first::<ModelRegistered>()?
			.ok_or_else(|| Error::Incompatible("registering a model leaves no event".to_owned()))?;
		Ok(Done {
			json: json!({"model": event.model, "deposit": Amount(event.deposit)}),
			text: format!(
				"model {} registered, {} held as deposit,",
				event.model,
				Amount(event.deposit)
			),
		})
	})
}

/// Options over file over defaults.
fn spec(arguments: RegisterArgs) -> Result<ModelSpec, Error> {
	let file = match &arguments.from_json {
		Some(path) => read_description(path)?,
		None => Description::default(),
	};
	let royalty = match (arguments.royalty, &file.royalty_percent) {
		(Some(ppm), _) => ppm,
		(None, Some(percent)) => parse_percent(&percent.to_string())
			.map_err(|error| Error::Input(format!("royalty_percent: {error}")))?,
		(None, None) => 0,
	};
	let class = arguments.numeric_class.map(|class| match class {
		Class::Exact => NumericClass::Exact,
		Class::Float => NumericClass::Float,
	});
	let hash = |given: Option<H256>, pick: fn(&ModelHashes) -> H256, option: &str| {
		given
			.or(file.hashes.as_ref().map(pick))
			.ok_or_else(|| missing(option))
	};
	Ok(ModelSpec {
		hashes: ModelHashes {
			weights: hash(arguments.weights_hash, |h| h.weights, "--weights-hash")?,
			tokenizer: hash(
				arguments.tokenizer_hash,
				|h| h.tokenizer,
				"--tokenizer-hash",
			)?,
			template: hash(arguments.template_hash, |h| h.template, "--template-hash")?,
		},
		name: arguments
			.name
			.or(file.name)
			.ok_or_else(|| missing("--name"))?,
		architecture: arguments
			.architecture
			.or(file.architecture)
			.ok_or_else(|| missing("--architecture"))?,
		parameters: arguments
			.parameters
			.or(file.parameters)
			.ok_or_else(|| missing("--parameters"))?,
		context_length: arguments
			.context_length
			.or(file.context_length)
			.ok_or_else(|| missing("--context-length"))?,
		template_overhead: arguments
			.template_overhead
			.or(file.template_overhead)
			.ok_or_else(|| missing("--template-overhead"))?,
		licence: arguments.licence.or(file.licence).unwrap_or_default(),
		source: arguments.source.or(file.source).unwrap_or_default(),
		royalty,
		numeric_class: class
			.or(file.numeric_class)
			.ok_or_else(|| missing("--numeric-class"))?,
	})
}

fn read_description(path: &PathBuf) -> Result<Description, Error> {
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

async fn simple(context: &Context, call: Call, model: ModelId, what: &str) -> Result<(), Error> {
	let chain = context.chain().await?;
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"model": model}),
			text: format!("model {model} {what}"),
		})
	})
}

fn unknown(model: ModelId) -> Error {
	Error::NotFound(format!(
		"there is no model {model}; see `athanor model list`"
	))
}

fn status(model: &Model) -> String {
	match model.status {
		ModelStatus::Active => "active".into(),
		ModelStatus::Retired { removable_at } => format!("retired, removable at {removable_at}"),
	}
}

/// A price for programs.
pub fn price_json(price: &athanor::primitives::price::Price) -> serde_json::Value {
	json!({"input": Amount(price.input), "output": Amount(price.output)})
}

/// Reads percent into parts per million, exactly.
fn parse_percent(text: &str) -> Result<u32, String> {
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
		let spec = spec(arguments(&["--from-json", &path])).unwrap();
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
		let spec = spec(arguments(&line)).unwrap();
		assert_eq!((spec.name.as_str(), spec.royalty), ("other", 0));
		assert_eq!(spec.hashes.template, H256([4; 32]));
		assert_eq!(spec.licence, "MIT");
	}

	#[test]
	fn what_is_missing_is_named() {
		let error = spec(arguments(&["--name", "a"])).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("--weights-hash"), "{error}");
		let (_dir, path) = described(r#"{"name": 5}"#);
		let error = spec(arguments(&["--from-json", &path])).unwrap_err();
		assert!(
			error.to_string().contains("athanor-worker describe"),
			"{error}"
		);
		assert!(spec(arguments(&["--from-json", "/nonexistent"])).is_err());
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
