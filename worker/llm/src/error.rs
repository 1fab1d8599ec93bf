//! The error type of this crate: one variant per way in which a model or a request can be wrong.

use std::path::PathBuf;

/// What went wrong while loading a model, preparing a prompt or generating text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// A file of the model directory could not be read.
	#[error("cannot read {}: {source}. Check that the model directory is complete and readable", .path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// The operating system's answer.
		source: std::io::Error,
	},
	/// A file could not be written.
	#[error("cannot write {}: {source}. Name a directory that can be written to and holds no model", .path.display())]
	Write {
		/// The file.
		path: PathBuf,
		/// The operating system's answer.
		source: std::io::Error,
	},
	/// A JSON file of the model directory is malformed.
	#[error("{} is not valid JSON ({source}). Download the model again", .path.display())]
	Json {
		/// The file.
		path: PathBuf,
		/// Where and why parsing stopped.
		source: serde_json::Error,
	},
	/// `config.json` names an architecture this crate does not implement.
	#[error(
		"the model's architecture is {found}, which is not supported. Supported: LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM, Qwen3MoeForCausalLM, Gemma3ForCausalLM"
	)]
	UnsupportedArchitecture {
		/// The architecture as `config.json` spells it.
		found: String,
	},
	/// `config.json` uses a feature of a supported architecture that is not implemented.
	#[error("config.json sets {field} to {value}, which is not supported: {reason}")]
	UnsupportedField {
		/// The field, as `config.json` spells it.
		field: &'static str,
		/// Its value, as JSON.
		value: String,
		/// What would be accepted.
		reason: &'static str,
	},
	/// `config.json` lacks a field that has no safe default.
	#[error("config.json has no field `{field}`, which is needed. Download the model again")]
	MissingField {
		/// The field, as `config.json` spells it.
		field: &'static str,
	},
	/// A field of `config.json` has a value that cannot be used.
	#[error("config.json sets {field} to {value}: {reason}")]
	InvalidField {
		/// The field, as `config.json` spells it.
		field: &'static str,
		/// Its value.
		value: String,
		/// What is wrong with it.
		reason: &'static str,
	},
	/// The sizes in `config.json` make a model that no computer can hold.
	#[error(
		"the sizes in config.json multiply to more weights than can be counted. Download the model again"
	)]
	TooManyParameters,
	/// The model directory holds no weights in a known layout.
	#[error(
		"{} holds neither model.safetensors nor model.safetensors.index.json. Convert the model to safetensors",
		.dir.display()
	)]
	NoWeights {
		/// The model directory.
		dir: PathBuf,
	},
	/// The index names a shard that is not in the directory.
	#[error(
		"the shard {shard} named in model.safetensors.index.json is missing. Download it into the model directory"
	)]
	MissingShard {
		/// File name of the shard.
		shard: String,
	},
	/// A shard file's name in the index would leave the model directory.
	#[error(
		"model.safetensors.index.json names the shard {shard:?}, which is not a plain file name"
	)]
	UnsafeShardName {
		/// The offending name.
		shard: String,
	},
	/// A safetensors file is truncated or otherwise damaged.
	#[error("{} is damaged or cut short ({reason}). Download it again", .path.display())]
	CorruptWeights {
		/// The file.
		path: PathBuf,
		/// What the reader found.
		reason: String,
	},
	/// A tensor that the architecture needs is in no weight file.
	#[error(
		"the weights have no tensor `{name}`, which config.json calls for. Weights and configuration do not match"
	)]
	MissingTensor {
		/// Name of the tensor.
		name: String,
	},
	/// A weight file holds a tensor that the architecture does not use.
	#[error(
		"the weights hold {count} tensor(s) that config.json does not call for, first `{name}`. Weights and configuration do not match"
	)]
	UnusedTensor {
		/// The first one, in order of name.
		name: String,
		/// How many there are.
		count: usize,
	},
	/// The same tensor is in two shards.
	#[error("the tensor `{name}` is in two weight files, {first} and {second}")]
	DuplicateTensor {
		/// Name of the tensor.
		name: String,
		/// One file.
		first: String,
		/// The other file.
		second: String,
	},
	/// A tensor has another shape than the configuration calls for.
	#[error("the tensor `{name}` has shape {found:?}, but config.json calls for {expected:?}")]
	WrongShape {
		/// Name of the tensor.
		name: String,
		/// Shape by the configuration.
		expected: Vec<usize>,
		/// Shape in the file.
		found: Vec<usize>,
	},
	/// A tensor is stored in a type that is not read.
	#[error(
		"the tensor `{name}` is stored as {dtype}, only F32, F16 and BF16 are read. Convert the weights"
	)]
	UnsupportedDtype {
		/// Name of the tensor.
		name: String,
		/// Its type.
		dtype: String,
	},
	/// A tensor holds what is no number.
	#[error("the tensor `{name}` cannot be used: {reason}. Download the model again")]
	BadWeights {
		/// Name of the tensor.
		name: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Weights were to be rounded for a device that computes with whole ones only.
	#[error(
		"weights are rounded for the processor only, and the model was to run on another device. Leave out the quantization, or use the device cpu"
	)]
	QuantizationOnDevice,
	/// `tokenizer.json` could not be read or does not fit the model.
	#[error("tokenizer.json cannot be used: {reason}")]
	Tokenizer {
		/// What is wrong.
		reason: String,
	},
	/// A token id lies outside the vocabulary.
	#[error("token {token} is outside the model's vocabulary of {vocab} tokens")]
	TokenOutOfRange {
		/// The token.
		token: u32,
		/// Size of the vocabulary.
		vocab: usize,
	},
	/// The chat template does not parse.
	#[error("the model's chat template cannot be used: {reason}")]
	BadTemplate {
		/// The template engine's message.
		reason: String,
	},
	/// The chat template refused the conversation, or failed on it.
	#[error("the model's chat template refuses this conversation: {reason}")]
	TemplateRaised {
		/// The message the template or its engine gave.
		reason: String,
	},
	/// The chat template calls a function that templates do not have.
	#[error(
		"the model's chat template calls a function that there is not: {reason}. Use a template that asks `is defined` first. strftime_now is left out because a prompt must not depend on the clock"
	)]
	TemplateFunction {
		/// The template engine's message, which names the function.
		reason: String,
	},
	/// The chat template takes more steps than any conversation needs.
	#[error("the model's chat template did not end within {steps} steps. Use another model")]
	TemplateTooLong {
		/// Steps of the template engine.
		steps: u64,
	},
	/// The prompt asks for a chat template and the model has none.
	#[error("this model has no chat template. Send the prompt in completion form")]
	NoTemplate,
	/// The prompt is not UTF-8.
	#[error("the prompt is not valid UTF-8 at byte {offset}. Encode it as UTF-8")]
	PromptNotUtf8 {
		/// Offset of the first bad byte.
		offset: usize,
	},
	/// The message list is not the JSON that is called for.
	#[error(
		"the prompt is no conversation in JSON: {reason}. A list of {{\"role\", \"content\"}} objects is needed, or an object with such a list as `messages`"
	)]
	PromptJson {
		/// Where and why parsing stopped.
		reason: String,
	},
	/// There is nothing to generate from.
	#[error("the prompt is empty. Send at least one character, or one message with content")]
	EmptyPrompt,
	/// The prompt leaves no room for an answer.
	#[error(
		"the prompt has {prompt} tokens, and this model's context holds {context}, of which at least one is needed for the answer. Shorten the prompt by {} token(s)", prompt + 1 - context
	)]
	ContextExceeded {
		/// Tokens in the prompt.
		prompt: usize,
		/// Tokens the context holds.
		context: usize,
	},
	/// More tokens were asked for than fit after the prompt.
	#[error(
		"{wanted} tokens were asked for, and {room} fit after the prompt of {prompt} tokens in this model's context of {context}. Ask for {room} at most"
	)]
	AnswerTooLong {
		/// Tokens asked for.
		wanted: usize,
		/// Tokens that fit.
		room: usize,
		/// Tokens in the prompt.
		prompt: usize,
		/// Tokens the context holds.
		context: usize,
	},
	/// A sampling setting is outside its range.
	#[error("the sampling setting {setting} is {value}: {reason}")]
	InvalidSampling {
		/// The setting.
		setting: &'static str,
		/// Its value.
		value: String,
		/// The range.
		reason: &'static str,
	},
	/// The model produced a score that is not a number or is infinite.
	#[error(
		"the model produced a non-finite score for token {token} at position {position}. The weights or the device are damaged: check the model's hashes and run the device self-test"
	)]
	NonFiniteLogits {
		/// First token with such a score.
		token: usize,
		/// Position in the sequence.
		position: u32,
	},
	/// No scores were handed to the sampler.
	#[error("the model produced no scores. Its vocabulary is empty")]
	EmptyLogits,
	/// The text naming a device is not understood.
	#[error("`{text}` names no device. Use auto, cpu, cuda, cuda:N, vulkan or vulkan:N")]
	UnknownDevice {
		/// The text.
		text: String,
	},
	/// The device asked for cannot be used.
	#[error("the device {device} cannot be used: {reason}. Use `auto` to fall back to the CPU")]
	DeviceUnavailable {
		/// The device, as it was asked for.
		device: String,
		/// Why.
		reason: String,
	},
	/// Reading a result back from the device failed.
	#[error("the device failed while {action}: {reason}")]
	Device {
		/// What was under way.
		action: &'static str,
		/// The backend's message.
		reason: String,
	},
}

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Reads a whole file, naming it on failure.
pub(crate) fn read_file(path: &std::path::Path) -> Result<Vec<u8>> {
	std::fs::read(path).map_err(|source| Error::Io {
		path: path.to_owned(),
		source,
	})
}

/// Reads and parses a JSON file, naming it on failure.
pub(crate) fn read_json(path: &std::path::Path) -> Result<serde_json::Value> {
	serde_json::from_slice(&read_file(path)?).map_err(|source| Error::Json {
		path: path.to_owned(),
		source,
	})
}
