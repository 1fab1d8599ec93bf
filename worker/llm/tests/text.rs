//! Tokenizer, streaming, chat templates and prompts.

#![allow(missing_docs)]

mod common;

use athanor_llm::prompt::{PromptFormat, encode};
use athanor_llm::template::{ChatTemplate, Message};
use athanor_llm::{Error, Tokenizer};
use common::TEMPLATE;
use proptest::prelude::*;
use serde_json::json;

fn tokenizer() -> Tokenizer {
	Tokenizer::from_bytes(common::tokenizer().to_string(false).unwrap().as_bytes()).unwrap()
}

fn template(source: &str) -> ChatTemplate {
	ChatTemplate::new(source.to_owned(), "<s>".into(), "</s>".into()).unwrap()
}

fn message(role: &str, content: &str) -> Message {
	Message {
		role: role.into(),
		content: content.into(),
	}
}

fn byte_fallback() -> Tokenizer {
	Tokenizer::from_bytes(common::byte_fallback().as_bytes()).unwrap()
}

/// The tokens of bytes, whatever they are.
fn bytes(tokenizer: &Tokenizer, bytes: &[u8]) -> Vec<u32> {
	let id = |byte| tokenizer.token_id(&format!("<0x{byte:02X}>")).unwrap();
	bytes.iter().map(id).collect()
}

fn streamed(tokenizer: &Tokenizer, tokens: &[u32]) -> Vec<String> {
	let mut stream = tokenizer.stream();
	tokens.iter().map(|t| stream.push(*t).unwrap()).collect()
}

/// The stream is the beginning of the text, and what is missing may be part of a character.
fn agree(tokenizer: &Tokenizer, tokens: &[u32]) -> Result<(), TestCaseError> {
	let (parts, text) = (
		streamed(tokenizer, tokens),
		tokenizer.decode(tokens, true).unwrap(),
	);
	let rest = text.strip_prefix(&parts.concat());
	prop_assert!(
		rest.is_some_and(|rest| rest.chars().all(|c| c == '\u{fffd}')),
		"{:?} streamed as {:?}",
		text,
		parts
	);
	let broken = parts.iter().any(|p| p.contains('\u{fffd}'));
	prop_assert!(
		!broken || text.contains('\u{fffd}'),
		"a character was split: {:?}",
		parts
	);
	Ok(())
}

proptest! {
	#[test]
	fn streaming_gives_the_text_in_whole_characters(text in "(\\PC|[\u{fffd}é漢😀\n a]|\u{fffd}{20}){0,40}") {
		for tokenizer in [tokenizer(), byte_fallback()] {
			let tokens = tokenizer.encode(&text, false).unwrap();
			prop_assert_eq!(tokenizer.decode(&tokens, true).unwrap(), text.clone());
			agree(&tokenizer, &tokens)?;
		}
	}

	#[test]
	fn special_tokens_between_bytes_do_not_matter(text in "[é漢😀a\u{fffd} ]{0,12}", at in prop::collection::vec((any::<prop::sample::Index>(), 0u32..3), 0..20)) {
		let tokenizer = byte_fallback();
		let mut tokens = tokenizer.encode(&text, false).unwrap();
		for (index, special) in at {
			tokens.insert(index.index(tokens.len() + 1), special);
		}
		agree(&tokenizer, &tokens)?;
	}

	#[test]
	fn streaming_agrees_with_decoding_for_any_tokens(tokens in prop::collection::vec(0u32..259, 0..60)) {
		agree(&tokenizer(), &tokens)?;
	}

	#[test]
	fn streaming_agrees_with_decoding_for_runs_of_bytes(tokens in prop::collection::vec(129u32..259, 0..60)) {
		agree(&tokenizer(), &tokens)?;
	}

	#[test]
	fn no_bytes_stop_the_stream(bytes_at_random in prop::collection::vec(any::<u8>(), 0..80)) {
		let tokenizer = byte_fallback();
		let mut tokens = bytes(&tokenizer, &bytes_at_random);
		tokens.extend(tokenizer.encode("end", false).unwrap());
		let stream = streamed(&tokenizer, &tokens).concat();
		prop_assert!(stream.ends_with("end"), "{:?}", stream);
	}
}

#[test]
fn characters_come_as_soon_as_they_are_whole() {
	let byte_level = tokenizer();
	let tokens = byte_level.encode("aé😀b", false).unwrap();
	assert_eq!(
		streamed(&byte_level, &tokens),
		["a", "", "é", "", "", "", "😀", "b"]
	);
	// A byte-fallback decoder turns whole characters into U+FFFD while the one after is unfinished.
	let fallback = byte_fallback();
	let tokens = bytes(&fallback, "€€é😀".as_bytes());
	assert_eq!(
		streamed(&fallback, &tokens),
		["", "", "€", "", "", "€", "", "é", "", "", "", "😀"]
	);
	let tokens = fallback.encode("a bé c", false).unwrap();
	assert_eq!(
		streamed(&fallback, &tokens),
		["", "a", " ", "b", "", "é", " ", "c"]
	);
}

#[test]
fn bytes_that_are_no_text_hold_the_stream_up_only_for_a_while() {
	let tokenizer = byte_fallback();
	let tokens = [
		bytes(&tokenizer, "é".as_bytes()),
		bytes(&tokenizer, &[0xff; 40]),
	]
	.concat();
	let parts = streamed(&tokenizer, &tokens);
	let silences = parts.split(|part| !part.is_empty());
	assert!(silences.map(<[_]>::len).max() < Some(20), "{parts:?}");
	// The text that is delivered follows from the tokens, even where that takes back an é.
	assert_eq!(
		tokenizer.decode(&tokens, true).unwrap(),
		"\u{fffd}".repeat(42)
	);
}

#[test]
fn truncation_and_padding_of_the_file_are_not_applied() {
	let mut json: serde_json::Value =
		serde_json::from_str(&common::tokenizer().to_string(false).unwrap()).unwrap();
	json["truncation"] =
		json!({"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0});
	json["padding"] = json!({"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": null,
		"pad_id": 0, "pad_type_id": 0, "pad_token": "<s>"});
	let trained = Tokenizer::from_bytes(json.to_string().as_bytes()).unwrap();
	for text in ["hi", "a longer text than that"] {
		assert_eq!(
			trained.encode(text, true).unwrap(),
			tokenizer().encode(text, true).unwrap()
		);
	}
}

#[test]
fn special_tokens_are_added_recognised_and_left_out() {
	let tokenizer = tokenizer();
	let plain = tokenizer.encode("hi", false).unwrap();
	let special = tokenizer.encode("hi", true).unwrap();
	assert_eq!(special[0], tokenizer.token_id("<s>").unwrap());
	assert_eq!(special[1..], plain);
	let spelt = tokenizer.encode("<s>hi</s>", false).unwrap();
	assert_eq!(spelt.len(), 4);
	assert_eq!(tokenizer.decode(&spelt, true).unwrap(), "hi");
	assert_eq!(tokenizer.decode(&spelt, false).unwrap(), "<s>hi</s>");
	assert!(matches!(
		Tokenizer::from_bytes(b"{}"),
		Err(Error::Tokenizer { .. })
	));
}

#[test]
fn templates_run_as_in_transformers() {
	let out = template(TEMPLATE)
		.render(&[message("system", " Be kind. "), message("user", "Hi")])
		.unwrap();
	assert_eq!(
		out,
		"<s><|user|>SYSTEM: Be kind.\n<|user|>USER: Hi\nANSWER:"
	);
	let without = template(TEMPLATE)
		.render_with(&[message("user", "Hi")], false)
		.unwrap();
	assert!(!without.contains("ANSWER"));
	// Blocks on lines of their own leave no trace (trim_blocks, lstrip_blocks).
	let blocks = "{% for m in messages %}\n    {% if m.role == 'user' %}\n{{ m.content }}\n    {% endif %}\n{% endfor %}\nend{{ eos_token }}";
	assert_eq!(
		template(blocks)
			.render(&[message("user", "x"), message("user", "y")])
			.unwrap(),
		"x\ny\nend</s>"
	);
	// Python's methods, loop controls, namespaces and JSON with Python's spacing.
	let python = "{% set ns = namespace(n=0) %}{% for m in messages %}{% if m.content.startswith('skip') %}{% continue %}{% endif %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }} {{ {'a': [1, 2], 'b': '<é>'} | tojson }} {{ messages[0]['content'].split(' ')[-1] | trim }}";
	let out = template(python)
		.render(&[message("user", "one two"), message("user", "skip me")])
		.unwrap();
	assert_eq!(out, "1 {\"a\": [1, 2], \"b\": \"<é>\"} two");
}

#[test]
fn templates_do_not_learn_the_time() {
	// As the template of Llama 3.2 has it.
	let guarded = "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}26 Jul 2024{% endif %}";
	assert_eq!(template(guarded).render(&[]).unwrap(), "26 Jul 2024");
	let error = template("{{ strftime_now('%Y') }}")
		.render(&[])
		.unwrap_err();
	assert!(
		matches!(&error, Error::TemplateFunction { reason } if reason.contains("strftime_now")),
		"{error}"
	);
	assert!(error.to_string().contains("clock"), "{error}");
}

#[test]
fn templates_that_refuse_fail_or_do_not_parse_say_why() {
	let refused = template(TEMPLATE)
		.render(&[message("robot", "beep")])
		.unwrap_err();
	assert!(
		matches!(&refused, Error::TemplateRaised { reason } if reason.contains("no robots here")),
		"{refused}"
	);
	let failed = template("{{ messages[0].content.nonsense() }}")
		.render(&[message("user", "x")])
		.unwrap_err();
	assert!(matches!(failed, Error::TemplateRaised { .. }));
	let wide = template("{{ messages | tojson(indent=9999999999999) }}")
		.render(&[message("user", "x")])
		.unwrap_err();
	assert!(matches!(wide, Error::TemplateRaised { .. }));
	let broken = ChatTemplate::new("{% if %}".into(), String::new(), String::new()).unwrap_err();
	assert!(matches!(broken, Error::BadTemplate { .. }));
}

#[test]
fn templates_are_found_in_every_place() {
	let dir = tempfile::tempdir().unwrap();
	let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
	let render = || {
		ChatTemplate::from_dir(dir.path())
			.unwrap()
			.unwrap()
			.render(&[])
			.unwrap()
	};
	assert!(ChatTemplate::from_dir(dir.path()).unwrap().is_none());
	write("tokenizer_config.json", "{}");
	assert!(ChatTemplate::from_dir(dir.path()).unwrap().is_none());
	write(
		"tokenizer_config.json",
		r#"{"chat_template": "a{{ bos_token }}", "bos_token": {"content": "B"}}"#,
	);
	assert_eq!(render(), "aB");
	write(
		"tokenizer_config.json",
		r#"{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}"#,
	);
	assert_eq!(render(), "d");
	write("tokenizer_config.json", r#"{"chat_template": 5}"#);
	assert!(matches!(
		ChatTemplate::from_dir(dir.path()),
		Err(Error::BadTemplate { .. })
	));
	write("chat_template.jinja", "file");
	write("tokenizer_config.json", "{}");
	assert_eq!(render(), "file");
}

#[test]
fn prompts_become_the_tokens_they_should() {
	let (tokenizer, template) = (tokenizer(), template(TEMPLATE));
	let tokens = |format, input: &str| {
		encode(format, input.as_bytes(), &tokenizer, Some(&template), 400).unwrap()
	};
	assert_eq!(
		tokens(PromptFormat::Completion, "hé"),
		tokenizer.encode("hé", true).unwrap()
	);
	let chat = tokenizer
		.encode("<s><|user|>USER: hi\nANSWER:", false)
		.unwrap();
	assert_eq!(tokens(PromptFormat::Chat, "hi"), chat);
	assert_eq!(
		tokens(
			PromptFormat::Messages,
			r#"[{"role": "user", "content": "hi"}]"#
		),
		chat
	);
	assert_eq!(
		chat.iter().filter(|t| **t == 0).count(),
		1,
		"one beginning token, not two"
	);
}

#[test]
fn prompts_that_cannot_be_used_are_refused_with_figures() {
	let (tokenizer, template) = (tokenizer(), template(TEMPLATE));
	let refuse =
		|format, input: &[u8]| encode(format, input, &tokenizer, Some(&template), 40).unwrap_err();
	use PromptFormat::{Chat, Completion, Messages};
	assert!(matches!(
		refuse(Completion, b"ab\xff"),
		Error::PromptNotUtf8 { offset: 2 }
	));
	assert!(matches!(refuse(Completion, b""), Error::EmptyPrompt));
	assert!(matches!(refuse(Chat, b"  \n"), Error::EmptyPrompt));
	assert!(matches!(refuse(Messages, b"[]"), Error::EmptyPrompt));
	assert!(matches!(
		refuse(Messages, b"hello"),
		Error::PromptJson { .. }
	));
	assert!(matches!(
		refuse(Messages, br#"[{"role": "user"}]"#),
		Error::EmptyPrompt
	));
	assert!(matches!(
		refuse(Messages, br#"[{"content": "x"}]"#),
		Error::PromptJson { .. }
	));
	assert!(matches!(
		refuse(Messages, br#"[{"role": "robot", "content": "x"}]"#),
		Error::TemplateRaised { .. }
	));
	assert!(matches!(
		refuse(Completion, &[b'x'; 50]),
		Error::ContextExceeded {
			prompt: 51,
			context: 40
		}
	));
	assert!(encode(Completion, &[b'x'; 38], &tokenizer, None, 40).is_ok());
	assert!(matches!(
		encode(Completion, &[b'x'; 39], &tokenizer, None, 40),
		Err(Error::ContextExceeded { prompt: 40, .. })
	));
	assert!(matches!(
		encode(Chat, b"x", &tokenizer, None, 40),
		Err(Error::NoTemplate)
	));
}
