//! Tokenizer, streaming, chat templates and prompts.

#![allow(missing_docs)]

mod common;

use athanor_llm::prompt::{PromptFormat, encode};
use athanor_llm::template::{ChatTemplate, Message};
use athanor_llm::{Error, Tokenizer};
use common::TEMPLATE;
use proptest::prelude::*;

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

fn streamed(tokenizer: &Tokenizer, tokens: &[u32]) -> Vec<String> {
	let mut stream = tokenizer.stream();
	let mut parts: Vec<String> = tokens.iter().map(|t| stream.push(*t).unwrap()).collect();
	parts.push(stream.finish().unwrap());
	parts
}

proptest! {
	#[test]
	fn streaming_never_splits_a_character(text in "(\\PC|[\u{fffd}é漢😀\n ]){0,40}") {
		let tokenizer = tokenizer();
		let tokens = tokenizer.encode(&text, false).unwrap();
		let parts = streamed(&tokenizer, &tokens);
		prop_assert_eq!(parts.concat(), text.clone());
		let broken = parts.iter().any(|p| p.contains('\u{fffd}'));
		prop_assert!(!broken || text.contains('\u{fffd}'), "a character was split: {:?}", parts);
	}

	#[test]
	fn streaming_agrees_with_decoding_for_any_tokens(tokens in prop::collection::vec(0u32..259, 0..60)) {
		let tokenizer = tokenizer();
		prop_assert_eq!(streamed(&tokenizer, &tokens).concat(), tokenizer.decode(&tokens, true).unwrap());
	}
}

#[test]
fn characters_come_as_soon_as_they_are_whole() {
	let tokenizer = tokenizer();
	let tokens = tokenizer.encode("aé😀b", false).unwrap();
	assert_eq!(
		streamed(&tokenizer, &tokens),
		["a", "", "é", "", "", "", "😀", "b", ""]
	);
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
	let year: u32 = template("{{ strftime_now('%Y') }}")
		.render(&[])
		.unwrap()
		.parse()
		.unwrap();
	assert!(year >= 2026);
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
