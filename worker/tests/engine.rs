//! The commands that need no chain, as a script calls them: JSON on standard output, errors on standard
//! error, exit codes.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn repository() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn fixture(name: &str) -> String {
	let path = repository().join("tests/parity/fixtures").join(name);
	path.to_str().unwrap().to_owned()
}

fn run(args: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_athanor-worker"))
		.args(args)
		.env_remove("ATHANOR_MODEL_DIR")
		.output()
		.unwrap()
}

/// The JSON object that a command prints, and nothing else.
fn json_of(args: &[&str]) -> Value {
	let output = run(args);
	let errors = String::from_utf8_lossy(&output.stderr);
	assert!(output.status.success(), "{args:?}: {errors}");
	let text = String::from_utf8(output.stdout).unwrap();
	assert_eq!(text.lines().count(), 1, "{text}");
	serde_json::from_str(&text).unwrap()
}

/// Fails with this code, says this on standard error, and prints nothing.
fn fails(args: &[&str], code: i32, says: &str) {
	let output = run(args);
	let errors = String::from_utf8_lossy(&output.stderr);
	assert_eq!(output.status.code(), Some(code), "{args:?}: {errors}");
	assert!(errors.contains(says), "{args:?}: {errors}");
	assert!(output.stdout.is_empty(), "{args:?}");
}

#[test]
fn scores_are_those_of_the_last_token_or_of_all() {
	let model = fixture("qwen3");
	let all = json_of(&[
		"eval", "--model", &model, "--tokens", "1,2,3", "--logits", "all",
	]);
	let last = json_of(&[
		"eval", "--model", &model, "--tokens", "1,2,3", "--logits", "last",
	]);
	let rows = all["logits"].as_array().unwrap();
	assert_eq!(rows.len(), 3);
	assert_eq!(rows[2], last["logits"]);
	assert_eq!(rows[2].as_array().unwrap().len(), 512);
	let rounded = json_of(&[
		"eval",
		"--model",
		&model,
		"--tokens",
		"1,2,3",
		"--quantize",
		"q8",
	]);
	assert_ne!(rounded, last);
}

#[test]
fn tokens_are_continued_as_transformers_continues_them() {
	let model = fixture("llama");
	let expected: Value =
		serde_json::from_slice(&std::fs::read(Path::new(&model).join("expected.json")).unwrap())
			.unwrap();
	let prompt: Vec<String> = expected["prompts"][1]
		.as_array()
		.unwrap()
		.iter()
		.map(Value::to_string)
		.collect();
	let answer = json_of(&[
		"generate",
		"--model",
		&model,
		"--tokens",
		&prompt.join(","),
		"--max-new",
		"8",
		"--greedy",
		"--json",
	]);
	let tokens = answer["tokens"].as_array().unwrap();
	let greedy = expected["greedy"][1].as_array().unwrap();
	assert_eq!(tokens[..], greedy[..tokens.len()]);
	assert_eq!(
		answer["usage"],
		json!({"prompt_tokens": 5, "completion_tokens": tokens.len()})
	);
	assert!(answer["text"].is_string());
	assert!(["stop", "length"].contains(&answer["finish"].as_str().unwrap()));
}

#[test]
fn the_same_seed_gives_the_same_answer() {
	let model = fixture("smollm2");
	let answer = |seed: &str| {
		json_of(&[
			"generate",
			"--model",
			&model,
			"--tokens",
			"5,6,7",
			"--max-new",
			"12",
			"--temperature",
			"2",
			"--top-k",
			"50",
			"--seed",
			seed,
			"--json",
		])
	};
	assert_eq!(answer("1"), answer("1"));
	assert_ne!(answer("1"), answer("2"));
}

#[test]
fn a_conversation_is_rendered_with_its_tools() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("talk.json");
	let talk = json!({
		"messages": [{"role": "user", "content": "Hello"}],
		"tools": [{"type": "function", "function": {"name": "wait", "parameters": {}}}],
	});
	std::fs::write(&file, talk.to_string()).unwrap();
	let (model, file) = (fixture("qwen3"), file.to_str().unwrap());
	let plain = json_of(&["template", "--model", &model, "--messages", file]);
	let prompted = json_of(&[
		"template",
		"--model",
		&model,
		"--messages",
		file,
		"--add-generation-prompt",
	]);
	let (plain, prompted) = (
		plain["text"].as_str().unwrap(),
		prompted["text"].as_str().unwrap(),
	);
	assert!(
		plain.contains("Hello") && plain.contains("\"wait\""),
		"{plain}"
	);
	assert!(prompted.starts_with(plain) && prompted.len() > plain.len());

	std::fs::write(file, "[{\"content\": 3}]").unwrap();
	fails(
		&["template", "--model", &model, "--messages", file],
		2,
		"no `role`",
	);
	std::fs::write(file, [0xff]).unwrap();
	fails(
		&["template", "--model", &model, "--messages", file],
		2,
		"UTF-8",
	);
	fails(
		&["template", "--model", &model, "--messages", "nowhere.json"],
		2,
		"nowhere.json",
	);
	let bare = fixture("llama-f16");
	std::fs::write(file, talk.to_string()).unwrap();
	fails(
		&["template", "--model", &bare, "--messages", file],
		2,
		"no chat template",
	);
}

#[test]
fn bad_input_has_its_own_error_and_exit_code() {
	let model = fixture("qwen3");
	let eval = |tokens: &str, code, says: &str| {
		fails(&["eval", "--model", &model, "--tokens", tokens], code, says);
	};
	eval("1,512", 2, "token 512");
	eval("1,-2", 2, "-2");
	eval("1,x", 2, "x");
	eval(&vec!["1"; 513].join(","), 2, "513 tokens");
	fails(&["eval", "--model", &model], 2, "--tokens");
	fails(
		&["eval", "--model", "/nowhere", "--tokens", "1"],
		2,
		"/nowhere",
	);
	let generate = |more: &[&str], code, says: &str| {
		let args = [&["generate", "--model", &model, "--greedy", "--json"], more].concat();
		fails(&args, code, says);
	};
	generate(&["--tokens", "1,2", "--max-new", "511"], 2, "510");
	generate(&["--tokens", "9999"], 2, "token 9999");
	generate(&["--prompt", ""], 2, "empty");
	generate(&["--prompt", "a", "--tokens", "1"], 2, "cannot be used");
	generate(&["--tokens", "1", "--device", "cuda:77"], 2, "cuda:77");
	fails(
		&[
			"generate",
			"--model",
			&model,
			"--tokens",
			"1",
			"--temperature",
			"0",
		],
		2,
		"--greedy",
	);
}

#[test]
fn a_made_model_can_be_measured() {
	let dir = tempfile::tempdir().unwrap();
	let out = dir.path().join("model");
	let out = out.to_str().unwrap();
	let synth = [
		"synth",
		"--shape",
		"smollm2-135m",
		"--dtype",
		"bf16",
		"--out",
		out,
	];
	assert!(run(&synth).status.success());
	fails(&synth, 2, "holds no model");
	fails(&["synth", "--shape", "gpt-5", "--out", out], 2, "llama-1b");
	let bench = |more: &[&str]| {
		let args = [
			"bench",
			"--model",
			out,
			"--repeats",
			"1",
			"--threads",
			"1",
			"--json",
		];
		json_of(&[&args[..], more].concat())
	};
	let report = bench(&[
		"--pp",
		"16",
		"--tg",
		"4",
		"--batch",
		"1,3",
		"--quantize",
		"q8",
	]);
	assert_eq!(report["quantization"], "q8");
	assert_eq!(report["parameters"], 134_515_008);
	let cases = report["cases"].as_array().unwrap();
	let names: Vec<_> = cases
		.iter()
		.map(|case| {
			(
				case["name"].as_str().unwrap(),
				case["batch"].as_u64().unwrap(),
			)
		})
		.collect();
	assert_eq!(names, [("pp16", 1), ("tg4", 1), ("tg4", 3)]);
	for case in cases {
		assert!(case["tokens_per_second"].as_f64().unwrap() > 0.0);
	}
	// 8.5 bits for each weight, of which the embedding is also the output layer.
	let bytes = cases[1]["bytes_per_step"].as_u64().unwrap() as f64;
	assert!((1.0..1.1).contains(&(bytes / 134_515_008.0)), "{bytes}");
	assert!(cases[1]["bandwidth_percent"].as_f64().unwrap() > 0.0);
	assert!(cases[0]["bandwidth_percent"].is_null());
	fails(&["bench", "--model", out, "--tg", "9000"], 2, "9000 tokens");
}
