//! From the bytes of a job to token ids.
//!
//! Template and tokenizer are part of a model's identity on the chain, so the same bytes give the
//! same tokens on every worker.

use crate::error::{Error, Result};
use crate::template::{ChatTemplate, Message};
use crate::tokenizer::Tokenizer;

/// How the bytes of a prompt are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptFormat {
	/// UTF-8 text to be continued, with the tokens the tokenizer itself puts around a text.
	Completion,
	/// UTF-8 text that is one user message of a conversation.
	Chat,
	/// A JSON list of `{"role": …, "content": …}` objects.
	Messages,
}

/// Turns a prompt into tokens, of which there are at least one and fewer than `context`.
///
/// # Errors
/// The bytes are not UTF-8 or not the JSON called for, the prompt is empty or too long, the
/// template is missing or refuses the conversation, or the tokenizer fails.
pub fn encode(
	format: PromptFormat,
	input: &[u8],
	tokenizer: &Tokenizer,
	template: Option<&ChatTemplate>,
	context: usize,
) -> Result<Vec<u32>> {
	let text = std::str::from_utf8(input).map_err(|e| Error::PromptNotUtf8 {
		offset: e.valid_up_to(),
	})?;
	let tokens = match format {
		PromptFormat::Completion if text.is_empty() => return Err(Error::EmptyPrompt),
		PromptFormat::Completion => tokenizer.encode(text, true)?,
		PromptFormat::Chat => conversation(
			&[Message {
				role: "user".into(),
				content: text.into(),
			}],
			tokenizer,
			template,
		)?,
		PromptFormat::Messages => {
			let messages: Vec<Message> =
				serde_json::from_str(text).map_err(|e| Error::PromptJson {
					reason: e.to_string(),
				})?;
			conversation(&messages, tokenizer, template)?
		}
	};
	if tokens.is_empty() {
		return Err(Error::EmptyPrompt);
	}
	if tokens.len() >= context {
		return Err(Error::ContextExceeded {
			prompt: tokens.len(),
			context,
		});
	}
	Ok(tokens)
}

/// The template writes all special tokens itself, so the tokenizer must not add its own.
fn conversation(
	messages: &[Message],
	tokenizer: &Tokenizer,
	template: Option<&ChatTemplate>,
) -> Result<Vec<u32>> {
	if messages.iter().all(|m| m.content.trim().is_empty()) {
		return Err(Error::EmptyPrompt);
	}
	tokenizer.encode(&template.ok_or(Error::NoTemplate)?.render(messages)?, false)
}
