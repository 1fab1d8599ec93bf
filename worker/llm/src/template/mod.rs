//! Chat templates: the Jinja text that comes with a model, run the way transformers runs it.
//!
//! Templates see `messages`, `add_generation_prompt`, `bos_token` and `eos_token`, can use Python's
//! methods of strings, lists and dictionaries, loop controls, `namespace`, `range` and the filter
//! `tojson`, and can refuse a conversation with `raise_exception`.
//!
//! `strftime_now` of transformers is left out on purpose: with it the prompt would depend on the
//! worker's clock, and nobody could compute the same tokens again. The published templates that
//! know it ask `strftime_now is defined` first, and otherwise write a fixed date.

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, ErrorKind, context};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, read_file, read_json};

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
	/// Who speaks: usually `system`, `user` or `assistant`; the template decides.
	pub role: String,
	/// What is said.
	pub content: String,
}

/// Steps of the template engine for one conversation. Published templates take some ten steps for
/// each message; 8 KiB of input hold at most a few hundred messages.
const FUEL: u64 = 1_000_000;

/// What a chat template is made of, as it is in a model directory and as it is hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TemplateText {
	/// The template itself.
	pub source: String,
	/// Text of the token that begins a sequence; may be empty.
	pub bos: String,
	/// Text of the token that ends a sequence; may be empty.
	pub eos: String,
}

impl TemplateText {
	/// See [`ChatTemplate::from_dir`].
	pub fn from_dir(dir: &Path) -> Result<Option<Self>> {
		let path = dir.join("tokenizer_config.json");
		let config = if path.is_file() {
			read_json(&path)?
		} else {
			serde_json::Value::Null
		};
		let path = dir.join("chat_template.jinja");
		let source = if path.is_file() {
			let text = String::from_utf8(read_file(&path)?);
			Some(text.map_err(|e| Error::BadTemplate {
				reason: format!("chat_template.jinja is not UTF-8: {e}"),
			})?)
		} else {
			embedded_source(&config)?
		};
		// A special token is a string, or an object with its text in `content`.
		let special = |key: &str| {
			let token = config.get(key)?;
			let text = token.as_str().or_else(|| token.get("content")?.as_str());
			text.map(str::to_owned)
		};
		Ok(source.map(|source| Self {
			source,
			bos: special("bos_token").unwrap_or_default(),
			eos: special("eos_token").unwrap_or_default(),
		}))
	}
}

/// A parsed chat template with the special tokens it may refer to.
#[derive(Debug)]
pub struct ChatTemplate {
	environment: Environment<'static>,
	text: TemplateText,
}

impl ChatTemplate {
	/// Reads the template of a model directory: `chat_template.jinja`, else `chat_template` in
	/// `tokenizer_config.json`. `None` if the model has neither.
	///
	/// # Errors
	/// A file cannot be read or is malformed, or the template does not parse.
	pub fn from_dir(dir: &Path) -> Result<Option<Self>> {
		TemplateText::from_dir(dir)?.map(Self::parse).transpose()
	}

	/// Parses a template; `bos` and `eos` are the texts of the special tokens.
	///
	/// # Errors
	/// The template does not parse.
	pub fn new(source: String, bos: String, eos: String) -> Result<Self> {
		Self::parse(TemplateText { source, bos, eos })
	}

	fn parse(text: TemplateText) -> Result<Self> {
		let bad = |e: minijinja::Error| Error::BadTemplate {
			reason: e.to_string(),
		};
		let mut environment = Environment::new();
		environment.set_fuel(Some(FUEL));
		environment.set_syntax(
			SyntaxConfig::builder()
				.trim_blocks(true)
				.lstrip_blocks(true)
				.build()
				.map_err(bad)?,
		);
		environment
			.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
		environment.add_function(
			"raise_exception",
			|message: String| -> std::result::Result<Value, minijinja::Error> {
				Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
			},
		);
		environment.add_filter("tojson", tojson);
		environment
			.add_template_owned("chat", text.source.clone())
			.map_err(bad)?;
		Ok(Self { environment, text })
	}

	/// The template's text.
	pub fn source(&self) -> &str {
		&self.text.source
	}

	/// Renders a conversation, followed by the start of the assistant's turn.
	///
	/// # Errors
	/// The template raised an exception, failed on this conversation, calls a function that there
	/// is not, or does not end.
	pub fn render(&self, messages: &[Message]) -> Result<String> {
		self.render_with(messages, true)
	}

	/// As [`ChatTemplate::render`], with a choice of `add_generation_prompt`.
	///
	/// # Errors
	/// As [`ChatTemplate::render`].
	pub fn render_with(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String> {
		let template = self.environment.get_template("chat").map_err(failure)?;
		template
			.render(context! {
				messages => Value::from(Serde(messages)),
				add_generation_prompt => add_generation_prompt,
				bos_token => self.text.bos.as_str(),
				eos_token => self.text.eos.as_str(),
			})
			.map_err(failure)
	}
}

/// Why a conversation could not be rendered.
fn failure(e: minijinja::Error) -> Error {
	let reason = e.detail().map_or_else(|| e.to_string(), str::to_owned);
	match e.kind() {
		ErrorKind::OutOfFuel => Error::TemplateTooLong { steps: FUEL },
		ErrorKind::UnknownFunction => Error::TemplateFunction { reason },
		_ => Error::TemplateRaised { reason },
	}
}

/// The text of the chat template in `tokenizer_config.json`, if there is one.
fn embedded_source(config: &serde_json::Value) -> Result<Option<String>> {
	let Some(template) = config.get("chat_template").filter(|t| !t.is_null()) else {
		return Ok(None);
	};
	// Some models carry a list of named templates; the one for chat is called "default".
	let named = |list: &Vec<serde_json::Value>| {
		let entry = list
			.iter()
			.find(|t| t.get("name").and_then(|n| n.as_str()) == Some("default"))?;
		entry.get("template")?.as_str().map(str::to_owned)
	};
	template
		.as_str()
		.map(str::to_owned)
		.or_else(|| template.as_array().and_then(named))
		.map(Some)
		.ok_or_else(|| Error::BadTemplate {
			reason: "chat_template in tokenizer_config.json is neither text nor a list with a template named \"default\"".into(),
		})
}

/// Widest step of indented JSON; without a bound a template could ask for all memory.
const MAX_INDENT: usize = 32;

/// `tojson` as transformers defines it: no HTML escapes, Python's spacing, `indent` understood.
fn tojson(value: Value, options: Kwargs) -> std::result::Result<Value, minijinja::Error> {
	let failed = |e: String| minijinja::Error::new(ErrorKind::InvalidOperation, e);
	let indent: Option<usize> = options.get("indent")?;
	let _: Option<bool> = options.get("ensure_ascii")?;
	options.assert_all_used()?;
	if indent > Some(MAX_INDENT) {
		return Err(failed(format!("tojson indents by {MAX_INDENT} at most")));
	}
	let json = serde_json::to_value(&value).map_err(|e| failed(e.to_string()))?;
	let text = match indent {
		Some(width) => {
			let spaces = vec![b' '; width];
			let formatter = serde_json::ser::PrettyFormatter::with_indent(&spaces);
			let mut out = Vec::new();
			let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
			json.serialize(&mut serializer)
				.map_err(|e| failed(e.to_string()))?;
			String::from_utf8(out).map_err(|e| failed(e.to_string()))?
		}
		None => spaced_json(&json),
	};
	Ok(Value::from_safe_string(text))
}

/// Python's `json.dumps` puts a space after `,` and `:`; so must we, or prompts differ.
fn spaced_json(value: &serde_json::Value) -> String {
	match value {
		serde_json::Value::Array(items) => {
			format!(
				"[{}]",
				items.iter().map(spaced_json).collect::<Vec<_>>().join(", ")
			)
		}
		serde_json::Value::Object(map) => {
			let entry = |(k, v): (&String, &serde_json::Value)| {
				format!(
					"{}: {}",
					serde_json::Value::from(k.as_str()),
					spaced_json(v)
				)
			};
			format!(
				"{{{}}}",
				map.iter().map(entry).collect::<Vec<_>>().join(", ")
			)
		}
		other => other.to_string(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_template_that_does_not_end_is_stopped() {
		let source = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
		let template = ChatTemplate::new(source.into(), String::new(), String::new()).unwrap();
		assert!(matches!(
			template.render(&[]),
			Err(Error::TemplateTooLong { steps: FUEL })
		));
	}
}
