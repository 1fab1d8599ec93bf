//! Model folders: what is in them, and copies that differ or are damaged.

use std::{
	fs::{self, File},
	io::Write,
	path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use athanor::ModelSpec;
use athanor_primitives::{
	H256,
	model::{ModelHashes, NumericClass},
};
use serde_json::Value;

use crate::{binaries, command, lab::Lab};

/// Prompts of which at least one should make the model write on and on.
const PROMPTS: [&str; 4] = [
	"Once upon a time",
	"Once upon a time, there was a little",
	"One day, a girl named Lily went to the",
	"The",
];

/// The author's share in the tests, in parts per million.
pub const ROYALTY: u32 = 70_000;

/// What `generate` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
	/// The generated tokens.
	pub tokens: Vec<u32>,
	/// The same as text.
	pub text: String,
	/// Why it ended.
	pub finish: String,
	/// Tokens of the prompt.
	pub tokens_in: u32,
}

/// What the registry has to know of a model, as the worker describes it.
///
/// # Errors
/// When the worker cannot describe it.
pub async fn describe(lab: &Lab, dir: &Path) -> Result<ModelSpec> {
	let args = ["describe".as_ref(), dir.as_os_str()];
	let json = command::run(lab, &binaries::worker()?, &args)
		.await?
		.ok()?
		.json()?;
	let text = |name: &str| {
		json[name]
			.as_str()
			.map(str::to_owned)
			.with_context(|| format!("no `{name}` in {json}"))
	};
	let number = |name: &str| {
		json[name]
			.as_u64()
			.with_context(|| format!("no `{name}` in {json}"))
	};
	let hash = |name: &str| -> Result<H256> {
		let digits = json["hashes"][name]
			.as_str()
			.with_context(|| format!("no {name} hash"))?;
		let mut bytes = [0; 32];
		hex::decode_to_slice(digits.trim_start_matches("0x"), &mut bytes)?;
		Ok(H256(bytes))
	};
	ensure!(
		json["numeric_class"] == "float",
		"another numeric class: {json}"
	);
	Ok(ModelSpec {
		name: text("name")?,
		hashes: ModelHashes {
			weights: hash("weights")?,
			tokenizer: hash("tokenizer")?,
			template: hash("template")?,
		},
		architecture: text("architecture")?,
		parameters: number("parameters")?,
		context_length: u32::try_from(number("context_length")?)?,
		template_overhead: u32::try_from(number("template_overhead")?)?,
		licence: text("licence")?,
		source: text("source")?,
		royalty: ROYALTY,
		numeric_class: NumericClass::Float,
	})
}

/// Generates here, without the chain. `sampling` is `--greedy`, or temperature, k and seed.
///
/// # Errors
/// When the worker cannot.
pub async fn generate(
	lab: &Lab,
	dir: &Path,
	prompt: &str,
	max_new: u32,
	sampling: &[&str],
) -> Result<Answer> {
	let max_new = max_new.to_string();
	let dir = dir.to_str().context("a path that is not UTF-8")?;
	let mut args = vec!["generate", "--json", "--device", "cpu", "--model-dir", dir];
	args.extend(["--prompt", prompt, "--max-new", &max_new]);
	args.extend(sampling);
	let json = command::run(lab, &binaries::worker()?, &args)
		.await?
		.ok()?
		.json()?;
	let tokens = json["tokens"]
		.as_array()
		.with_context(|| format!("no tokens in {json}"))?;
	let token = |value: &Value| {
		let token = value
			.as_u64()
			.with_context(|| format!("{value} is no token"))?;
		Ok(u32::try_from(token)?)
	};
	Ok(Answer {
		tokens: tokens.iter().map(token).collect::<Result<_>>()?,
		text: json["text"].as_str().context("no text")?.to_owned(),
		finish: json["finish"].as_str().context("no finish")?.to_owned(),
		tokens_in: u32::try_from(
			json["usage"]["prompt_tokens"]
				.as_u64()
				.context("no usage")?,
		)?,
	})
}

/// A prompt to which the model's greedy answer has at least so many tokens, and that answer.
///
/// # Errors
/// When there is none among those that are tried.
pub async fn long_prompt(lab: &Lab, dir: &Path, tokens: u32) -> Result<(String, Answer)> {
	let mut longest = 0;
	for prompt in PROMPTS {
		let answer = generate(lab, dir, prompt, tokens, &["--greedy"]).await?;
		if answer.tokens.len() >= usize::try_from(tokens)? {
			return Ok((prompt.to_owned(), answer));
		}
		longest = longest.max(answer.tokens.len());
	}
	anyhow::bail!("the model's longest answer has {longest} tokens, and {tokens} are needed")
}

/// A copy of a model's folder.
///
/// # Errors
/// When it cannot be made.
pub fn copy(lab: &Lab, from: &Path, name: &str) -> Result<PathBuf> {
	let to = lab.folder(name)?;
	for entry in fs::read_dir(from)? {
		let entry = entry?;
		if entry.file_type()?.is_file() {
			fs::copy(entry.path(), to.join(entry.file_name()))?;
		}
	}
	Ok(to)
}

/// A copy that works alike and is another model: its chat template has one more comment.
///
/// # Errors
/// When it cannot be made.
pub fn variant(lab: &Lab, from: &Path, name: &str) -> Result<PathBuf> {
	let to = copy(lab, from, name)?;
	let mut template = File::options()
		.append(true)
		.open(to.join("chat_template.jinja"))?;
	template.write_all(b"{# a variant #}")?;
	Ok(to)
}

/// Cuts a file in half.
///
/// # Errors
/// When it cannot be done.
pub fn cut_short(path: &Path) -> Result<()> {
	let file = File::options().write(true).open(path)?;
	let len = file.metadata()?.len();
	Ok(file.set_len(len / 2)?)
}

/// Changes a field of a JSON file.
///
/// # Errors
/// When it cannot be done.
pub fn set_field(path: &Path, field: &str, value: Value) -> Result<()> {
	let mut json: Value = serde_json::from_slice(&fs::read(path)?)?;
	json.as_object_mut()
		.context("no object")?
		.insert(field.to_owned(), value);
	Ok(fs::write(path, serde_json::to_vec_pretty(&json)?)?)
}
