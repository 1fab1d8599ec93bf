//! From the bytes of a job to token ids.
//!
//! Template and tokenizer are part of a model's identity on the chain, so the same bytes give the
//! same tokens on every worker.

use crate::error::{Error, Result};
use crate::template::{ChatTemplate, Conversation, Message};
use crate::tokenizer::Tokenizer;

/// How the bytes of a prompt are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptFormat {
	/// UTF-8 text to be continued, with the tokens the tokenizer itself puts around a text.
	Completion,
	/// UTF-8 text that is one user message of a conversation.
	Chat,
	/// JSON: a list of messages, `{"role": …, "content": …}`, or an object with such a list and tools; see
	/// [`Conversation::from_json`].
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
		PromptFormat::Chat => {
			let message = Message {
				role: "user".into(),
				content: text.into(),
			};
			conversation(&[message][..].into(), tokenizer, template)?
		}
		PromptFormat::Messages => {
			conversation(&Conversation::from_json(text)?, tokenizer, template)?
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
	conversation: &Conversation,
	tokenizer: &Tokenizer,
	template: Option<&ChatTemplate>,
) -> Result<Vec<u32>> {
	if conversation.is_empty() {
		return Err(Error::EmptyPrompt);
	}
	let template = template.ok_or(Error::NoTemplate)?;
	tokenizer.encode(&template.render_conversation(conversation, true)?, false)
}
