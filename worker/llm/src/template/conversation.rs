//! What a template is given: messages, tools, and what else a caller sets.

use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// A conversation to be rendered, as `apply_chat_template` of transformers takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
	/// The messages: objects with at least a role.
	pub messages: Vec<Map<String, Value>>,
	/// Descriptions of functions that the model may call.
	pub tools: Option<Vec<Value>>,
	/// Documents that the model may look at.
	pub documents: Option<Vec<Value>>,
	/// Other variables, by name.
	pub variables: Map<String, Value>,
}

/// Names under which the reasoning of a message may come. Templates read the first.
const REASONING: [&str; 3] = ["reasoning_content", "thinking", "reasoning"];

impl Conversation {
	/// Reads a conversation: a JSON list of messages, or an object with `messages` and, if wanted, `tools`,
	/// `documents` and `variables`.
	///
	/// # Errors
	/// The text is not such JSON, or a message is no object with a role.
	pub fn from_json(text: &str) -> Result<Self> {
		let wrong = |reason: &str| Error::PromptJson {
			reason: reason.to_owned(),
		};
		let json: Value = serde_json::from_str(text).map_err(|e| wrong(&e.to_string()))?;
		let (messages, mut rest) = match json {
			Value::Array(messages) => (messages, Map::new()),
			Value::Object(mut fields) => match fields.remove("messages") {
				Some(Value::Array(messages)) => (messages, fields),
				_ => return Err(wrong("it has no list `messages`")),
			},
			_ => return Err(wrong("it is neither a list nor an object")),
		};
		let message = |message: Value| match message {
			Value::Object(fields) if fields.get("role").is_some_and(Value::is_string) => Ok(fields),
			Value::Object(_) => Err(wrong("a message has no `role`")),
			_ => Err(wrong("a message is no object")),
		};
		let mut list = |field: &str| match rest.remove(field) {
			None | Some(Value::Null) => Ok(None),
			Some(Value::Array(list)) if list.iter().all(Value::is_object) => Ok(Some(list)),
			Some(_) => Err(wrong(&format!("`{field}` is no list of objects"))),
		};
		let (tools, documents) = (list("tools")?, list("documents")?);
		let variables = match rest.remove("variables") {
			None | Some(Value::Null) => Map::new(),
			Some(Value::Object(variables)) => variables,
			Some(_) => return Err(wrong("`variables` is no object")),
		};
		if let Some(field) = rest.keys().next() {
			return Err(wrong(&format!(
				"`{field}` is unknown: messages, tools, documents and variables are known"
			)));
		}
		Ok(Self {
			messages: messages.into_iter().map(message).collect::<Result<_>>()?,
			tools,
			documents,
			variables,
		})
	}

	/// Whether nothing is said in it.
	pub fn is_empty(&self) -> bool {
		let says_nothing = |(key, value): (&String, &Value)| match value {
			Value::String(text) => key == "role" || text.trim().is_empty(),
			Value::Array(list) => list.is_empty(),
			value => value.is_null(),
		};
		self.messages.iter().all(|m| m.iter().all(says_nothing))
	}

	/// The messages as a template sees them: without what is null, and with reasoning under each of the
	/// names that templates look for.
	pub(super) fn seen(&self) -> Vec<Value> {
		let seen = |message: &Map<String, Value>| {
			let given = message.iter().filter(|(_, value)| !value.is_null());
			let mut fields: Map<_, _> = given.map(|(k, v)| (k.clone(), v.clone())).collect();
			let reasoning = REASONING.iter().find_map(|name| fields.get(*name)).cloned();
			if let Some(reasoning) = reasoning {
				let mut all = Map::from_iter([("thinking".to_owned(), reasoning.clone())]);
				all.extend(fields);
				all.insert("reasoning_content".to_owned(), reasoning);
				fields = all;
			}
			Value::Object(fields)
		};
		self.messages.iter().map(seen).collect()
	}
}

impl From<&[super::Message]> for Conversation {
	fn from(messages: &[super::Message]) -> Self {
		let fields = |message: &super::Message| {
			Map::from_iter([
				("role".to_owned(), message.role.as_str().into()),
				("content".to_owned(), message.content.as_str().into()),
			])
		};
		Self {
			messages: messages.iter().map(fields).collect(),
			..Self::default()
		}
	}
}
