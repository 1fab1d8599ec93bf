//! Every command that a message, a help text or a comment shown as help suggests has to be accepted.

use std::{fs, path::Path};

use clap::{Parser, error::ErrorKind};

use super::{
	Cli,
	tests::{ALICE, words},
};

/// What a word may stand for that the message fills in: a number, an account, a track, a class.
const MEANINGS: [&str; 4] = ["3", ALICE, "root", "small"];

/// The sources of the client, without its tests.
fn sources(folder: &Path, into: &mut Vec<(String, String)>) {
	for entry in fs::read_dir(folder).unwrap() {
		let path = entry.unwrap().path();
		let name = path.file_name().unwrap().to_string_lossy().into_owned();
		if path.is_dir() && name != "tests" {
			sources(&path, into);
		} else if name.ends_with(".rs") && name != "tests.rs" && name != "suggestions.rs" {
			let text = fs::read_to_string(&path).unwrap();
			let end = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub mod tests {"]
				.iter()
				.filter_map(|begin| text.find(begin))
				.min();
			into.push((name, text[..end.unwrap_or(text.len())].to_owned()));
		}
	}
}

/// The text as people read it: without what is for who reads the source, and with its lines joined.
fn readable(source: &str) -> String {
	let lines = source.lines().filter(|line| {
		let line = line.trim_start();
		!line.starts_with("//") || line.starts_with("/// ")
	});
	let mut text = String::new();
	for line in lines {
		let line = line.trim_start().trim_start_matches("/// ");
		match line.strip_suffix('\\') {
			Some(joined) => text.push_str(joined),
			None => {
				text.push_str(line);
				text.push(' ');
			}
		}
	}
	text
}

/// The command lines between backticks.
fn suggested(text: &str) -> Vec<String> {
	let mut found = Vec::new();
	let mut rest = text;
	while let Some((_, after)) = rest.split_once("`athanor ") {
		let (line, next) = after.split_once('`').expect("a backtick closes it");
		found.push(format!("athanor {line}"));
		rest = next;
	}
	found
}

/// Whether a word stands for something else: `{index}`, `AMOUNT`.
fn is_open(word: &str) -> bool {
	let is_capital = |c: char| c.is_ascii_uppercase() || c == '_';
	word.contains('{') || word.len() > 1 && word.chars().all(is_capital)
}

/// Whether some meaning of the words that are open makes it a command line.
fn is_accepted(words: &[String]) -> bool {
	let Some(at) = words.iter().position(|word| is_open(word)) else {
		return match Cli::try_parse_from(words) {
			Ok(_) => true,
			Err(error) => error.kind() == ErrorKind::DisplayHelp,
		};
	};
	MEANINGS.iter().any(|meaning| {
		let mut words = words.to_vec();
		words[at] = (*meaning).to_owned();
		is_accepted(&words)
	})
}

#[test]
fn every_suggested_command_is_accepted() {
	let mut all = Vec::new();
	sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
	let mut found = 0;
	let mut refused = Vec::new();
	for (name, source) in &all {
		for line in suggested(&readable(source)) {
			found += 1;
			if !is_accepted(&words(&line)) {
				refused.push(format!("{name}: {line}"));
			}
		}
	}
	assert!(found > 100, "only {found} commands");
	assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn what_lacks_a_word_is_not_accepted() {
	for (line, accepted) in [
		("athanor gov vote {index} aye --amount AMOUNT", true),
		("athanor gov vote {index} aye", false),
		("athanor gov vote {index}", false),
		("athanor provider delegate --help", true),
		("athanor provider collect {provider}", true),
		("athanor nonsense", false),
	] {
		assert_eq!(is_accepted(&words(line)), accepted, "{line}");
	}
}
