//! Chat templates: the Jinja text that comes with a model, run the way transformers runs it.
//!
//! Templates see `messages`, `tools`, `documents`, `add_generation_prompt`, `bos_token`, `eos_token` and
//! what a caller sets, can use Python's methods of strings, lists and dictionaries, loop controls,
//! `namespace`, `range` and the filter `tojson`, and can refuse a conversation with `raise_exception`.
//! What they print of a value is what Python prints.
//!
//! `strftime_now` of transformers is left out on purpose: with it the prompt would depend on the
//! worker's clock, and nobody could compute the same tokens again. The published templates that
//! know it ask `strftime_now is defined` first, and otherwise write a fixed date. Special tokens other
//! than those two are left out too: they are no part of the hash by which a model is known.

mod conversation;
mod python;

use std::path::Path;

pub use conversation::Conversation;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{Environment, ErrorKind};
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
		environment.add_filter(
			"tojson",
			|value: Value, indent: Option<Value>, options: Kwargs| {
				python::tojson(&value, indent, &options)
			},
		);
		environment.add_filter("string", |value: Value| python::text(&value));
		environment.add_filter("join", join);
		// As Python has it: none is neither, a text is both.
		environment.add_test("iterable", |value: &Value| {
			use ValueKind::{Bool, None, Number};
			!matches!(value.kind(), Bool | None | Number)
		});
		environment.add_test("sequence", |value: &Value| {
			use ValueKind::{Map, Seq, String};
			matches!(value.kind(), Map | Seq | String)
		});
		environment.set_formatter(|out, _, value| match value.as_str() {
			Some(text) => Ok(out.write_str(text)?),
			None => Ok(out.write_str(&python::text(value)?)?),
		});
		environment
			.add_template_owned("chat", without_generation_tags(&text.source))
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
		self.render_conversation(&messages.into(), add_generation_prompt)
	}

	/// Renders a conversation with tools and whatever else it has.
	///
	/// # Errors
	/// As [`ChatTemplate::render`].
	pub fn render_conversation(
		&self,
		conversation: &Conversation,
		add_generation_prompt: bool,
	) -> Result<String> {
		let template = self.environment.get_template("chat").map_err(failure)?;
		let mut seen = serde_json::Map::new();
		seen.insert("messages".into(), conversation.seen().into());
		seen.insert("tools".into(), conversation.tools.clone().into());
		seen.insert("documents".into(), conversation.documents.clone().into());
		seen.insert("add_generation_prompt".into(), add_generation_prompt.into());
		for (name, token) in [("bos_token", &self.text.bos), ("eos_token", &self.text.eos)] {
			if !token.is_empty() {
				seen.insert(name.into(), token.as_str().into());
			}
		}
		let variables = conversation.variables.clone();
		seen.extend(variables.into_iter().filter(|(name, _)| name != "messages"));
		template.render(Value::from(Serde(seen))).map_err(failure)
	}
}

/// `join` of Jinja: the texts of a list, with something between them.
fn join(
	list: Value,
	between: Option<String>,
	options: Kwargs,
) -> std::result::Result<String, minijinja::Error> {
	let named: Option<String> = options.get("d")?;
	let attribute: Option<String> = options.get("attribute")?;
	options.assert_all_used()?;
	let between = between.or(named).unwrap_or_default();
	let mut out = String::new();
	if list.is_undefined() {
		return Ok(out);
	}
	for (i, item) in list.try_iter()?.enumerate() {
		let item = match &attribute {
			Some(name) => item.get_attr(name)?,
			None => item,
		};
		out.push_str(if i > 0 { &between } else { "" });
		out.push_str(&python::text(&item)?);
	}
	Ok(out)
}

/// Replaces the tags with which transformers marks what the assistant says by some that do nothing.
fn without_generation_tags(source: &str) -> String {
	let mut out = String::with_capacity(source.len());
	let mut rest = source;
	while let Some(start) = rest.find("{%") {
		let Some(length) = rest[start..].find("%}") else {
			break;
		};
		let (before, tag) = (&rest[..start], &rest[start..start + length + 2]);
		let name = tag[2..tag.len() - 2].trim_matches(['-', '+', ' ', '\t', '\n', '\r']);
		out.push_str(before);
		match name {
			"generation" => out.push_str(&tag.replacen("generation", "if true", 1)),
			"endgeneration" => out.push_str(&tag.replacen("endgeneration", "endif", 1)),
			_ => out.push_str(tag),
		}
		rest = &rest[start + length + 2..];
	}
	out + rest
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

	#[test]
	fn tags_that_mark_what_the_assistant_says_change_nothing() {
		let source = "a {%- generation -%} b {% endgeneration %}c {% if true %}d{% endif %}";
		let template = ChatTemplate::new(source.into(), String::new(), String::new()).unwrap();
		assert_eq!(template.render(&[]).unwrap(), "ab c d");
	}
}
