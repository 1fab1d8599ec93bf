//! The chat templates of `tests/parity` against what stock transformers makes of them.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use athanor_llm::{ChatTemplate, Conversation, Error, Tokenizer};
use serde_json::Value;

fn fixtures() -> std::path::PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/parity/fixtures")
}

fn conversation(case: &Value) -> Conversation {
	let mut json = case.clone();
	let fields = json.as_object_mut().unwrap();
	fields.retain(|key, _| ["messages", "tools", "variables"].contains(&key.as_str()));
	let mut found = Conversation::from_json(&json.to_string()).unwrap();
	if let Some(Value::Array(documents)) = found.variables.remove("documents") {
		found.documents = Some(documents);
	}
	found
}

#[test]
fn conversations_are_rendered_byte_for_byte_as_transformers_does() {
	let (mut rendered, mut refused) = (0, 0);
	for name in ["chatml", "headers", "inst", "turns", "signatures", "plain"] {
		let dir = fixtures().join("templates").join(name);
		let expected: Value =
			serde_json::from_slice(&fs::read(dir.join("expected.json")).unwrap()).unwrap();
		let source = fs::read_to_string(dir.join("chat_template.jinja")).unwrap();
		let token = |name: &str| {
			let token = expected["special_tokens_map"][name].as_str();
			token.unwrap_or_default().to_owned()
		};
		let template = ChatTemplate::new(source, token("bos_token"), token("eos_token")).unwrap();
		let tokenizer = expected["tokenizer"].as_str().unwrap();
		let tokenizer =
			Tokenizer::from_dir(&fixtures().join("tokenizers").join(tokenizer)).unwrap();
		for case in expected["cases"].as_array().unwrap() {
			let label = format!("{name}: {}", case["name"]);
			let add = case["add_generation_prompt"].as_bool().unwrap();
			let found = template.render_conversation(&conversation(case), add);
			if let Some(error) = case.get("error") {
				let error = error.as_str().unwrap();
				match found {
					Err(Error::TemplateRaised { reason }) => assert_eq!(reason, error, "{label}"),
					other => panic!("{label}: {other:?} for {error}"),
				}
				refused += 1;
				continue;
			}
			let found = found.unwrap_or_else(|e| panic!("{label}: {e}"));
			assert_eq!(found, case["text"].as_str().unwrap(), "{label}");
			let tokens: Vec<u32> = serde_json::from_value(case["tokens"].clone()).unwrap();
			assert_eq!(tokenizer.encode(&found, false).unwrap(), tokens, "{label}");
			rendered += 1;
		}
	}
	assert!(rendered >= 91 && refused >= 18, "{rendered} and {refused}");
}

#[test]
fn what_is_no_conversation_is_refused_with_what_is_wrong() {
	for (text, expected) in [
		("", "EOF"),
		("3", "neither a list nor an object"),
		("{}", "no list `messages`"),
		("[3]", "no object"),
		("[{\"content\": \"a\"}]", "no `role`"),
		("[{\"role\": 3}]", "no `role`"),
		("{\"messages\": [], \"tools\": 3}", "`tools`"),
		("{\"messages\": [], \"tools\": [3]}", "`tools`"),
		("{\"messages\": [], \"variables\": []}", "`variables`"),
		("{\"messages\": [], \"mesages\": []}", "`mesages`"),
	] {
		let error = Conversation::from_json(text).unwrap_err();
		assert!(matches!(error, Error::PromptJson { .. }));
		assert!(error.to_string().contains(expected), "{text}: {error}");
	}
}

#[test]
fn a_conversation_in_which_nothing_is_said_is_empty() {
	for (text, empty) in [
		("[]", true),
		("[{\"role\": \"user\", \"content\": \" \"}]", true),
		("[{\"role\": \"user\", \"content\": null}]", true),
		("[{\"role\": \"user\", \"content\": []}]", true),
		("[{\"role\": \"user\", \"content\": \"a\"}]", false),
		("[{\"role\": \"assistant\", \"tool_calls\": [{}]}]", false),
	] {
		assert_eq!(
			Conversation::from_json(text).unwrap().is_empty(),
			empty,
			"{text}"
		);
	}
}
