//! `eval` and `template`: what a model computes, for programs to read.

use std::{
	io::{BufWriter, Write, stdout},
	path::Path,
};

use athanor_llm::{Conversation, Tokenizer, template::ChatTemplate};
use serde::Serialize;

use crate::{
	cli::{EvalArgs, Scores, TemplateArgs},
	error::Error,
	llm::Engine,
};

/// What `eval` prints.
#[derive(Serialize)]
struct Evaluation {
	logits: Logits,
}

/// Scores of the last token, or of all.
#[derive(Serialize)]
#[serde(untagged)]
enum Logits {
	Last(Vec<f32>),
	All(Vec<Vec<f32>>),
}

/// What `template` prints.
#[derive(Serialize)]
struct Rendered {
	text: String,
	tokens: Vec<u32>,
}

/// Prints scores.
///
/// # Errors
/// The model cannot be loaded, a token is not in its vocabulary, there are more than its context holds,
/// or standard output is closed.
pub fn eval(args: &EvalArgs) -> Result<(), Error> {
	let engine = Engine::load(&args.model)?;
	let logits = match args.logits {
		Scores::Last => Logits::Last(engine.model().score_last(&args.tokens)?),
		Scores::All => Logits::All(engine.model().score(&args.tokens)?),
	};
	print(&Evaluation { logits })
}

/// Renders a conversation and prints the result.
///
/// # Errors
/// The model has no chat template, the file cannot be read or is no conversation, the template refuses
/// it, or standard output is closed.
pub fn template(args: &TemplateArgs) -> Result<(), Error> {
	let tokenizer = Tokenizer::from_dir(&args.dir)?;
	let template = ChatTemplate::from_dir(&args.dir)?.ok_or(athanor_llm::Error::NoTemplate)?;
	let conversation = Conversation::from_json(&read(&args.messages)?)?;
	let text = template.render_conversation(&conversation, args.add_generation_prompt)?;
	let tokens = tokenizer.encode(&text, false)?;
	print(&Rendered { text, tokens })
}

/// Prints one line of JSON.
fn print(value: &impl Serialize) -> Result<(), Error> {
	let closed = |source| Error::Io {
		action: "write the result".into(),
		source,
	};
	let mut out = BufWriter::new(stdout().lock());
	serde_json::to_writer(&mut out, value).map_err(|error| closed(error.into()))?;
	writeln!(out).and_then(|()| out.flush()).map_err(closed)
}

fn read(path: &Path) -> Result<String, Error> {
	let bytes = std::fs::read(path).map_err(|source| Error::Io {
		action: format!("read {}", path.display()),
		source,
	})?;
	String::from_utf8(bytes).map_err(|error| {
		let offset = error.utf8_error().valid_up_to();
		athanor_llm::Error::PromptNotUtf8 { offset }.into()
	})
}
