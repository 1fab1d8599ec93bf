//! Expands schemas into stories: picks words once per story and fills them in.

use std::collections::HashMap;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::schemas::{OPENINGS, OPTIONAL, REQUESTS, SCHEMAS, Schema};
use super::words as w;

/// How often a beat that is marked optional is told.
const OPTIONAL_SHARE: f64 = 0.3;

/// A finished story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
	/// The combination of schema, hero, friend and thing: stories with equal keys tell of the same.
	pub key: String,
	/// The text.
	pub text: String,
	/// A request that this story answers.
	pub request: String,
	/// What the request asks for, for example "a fox".
	pub topic: String,
}

/// A character: its kind ("fox", "girl") and its name.
struct Character {
	kind: &'static str,
	name: &'static str,
	female: bool,
}

fn pick(rng: &mut ChaCha8Rng, list: &[&'static str]) -> &'static str {
	list.choose(rng).copied().unwrap_or_default()
}

/// "a" or "an", with the word.
fn article(word: &str) -> String {
	let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
	format!("{} {word}", if vowel { "an" } else { "a" })
}

fn capital(word: &str) -> String {
	let mut letters = word.chars();
	letters.next().map_or_else(String::new, |first| {
		first.to_uppercase().chain(letters).collect()
	})
}

fn character(rng: &mut ChaCha8Rng, animal_share: f64, not: Option<&Character>) -> Character {
	loop {
		let female = rng.random_bool(0.5);
		let kind = match rng.random_bool(animal_share) {
			true => pick(rng, w::ANIMALS),
			false if female => "girl",
			false => "boy",
		};
		let name = pick(rng, if female { w::SHE } else { w::HE });
		if not.is_none_or(|other| other.name != name && other.kind != kind) {
			return Character { kind, name, female };
		}
	}
}

/// One story from a random stream.
pub fn story(rng: &mut ChaCha8Rng) -> Story {
	let schema = &SCHEMAS[rng.random_range(0..SCHEMAS.len())];
	let hero = character(rng, 0.65, None);
	let friend = character(rng, 0.75, Some(&hero));
	let words = words(rng, &hero, &friend);
	let opening = pick(rng, OPENINGS);
	let mut parts = vec![expand(rng, opening, &words)];
	for beat in schema.beats {
		let (beat, optional) = (
			beat.trim_start_matches(OPTIONAL),
			beat.starts_with(OPTIONAL),
		);
		if !optional || rng.random_bool(OPTIONAL_SHARE) {
			parts.push(expand(rng, beat, &words));
		}
	}
	let topic = topic(rng, schema, &hero, &words);
	let request = pick(rng, REQUESTS).replace("{topic}", &topic);
	Story {
		key: key(schema, &hero, &friend, &words),
		text: fix_articles(&parts.join(" ")),
		request,
		topic,
	}
}

fn key(
	schema: &Schema,
	hero: &Character,
	friend: &Character,
	words: &HashMap<&'static str, String>,
) -> String {
	let mut key = format!("{}/{}/{}", schema.name, hero.kind, hero.name);
	if schema.has_friend {
		key += &format!("/{}/{}", friend.kind, friend.name);
	}
	if schema.has_thing {
		key += &format!("/{}", words["o"]);
	} else {
		key += &format!("/{}", words["p"]);
	}
	key
}

fn topic(
	rng: &mut ChaCha8Rng,
	schema: &Schema,
	hero: &Character,
	words: &HashMap<&'static str, String>,
) -> String {
	let kind = article(hero.kind);
	let thing = format!("{} {}", words["l"], words["o"]);
	let topic = match rng.random_range(0..10) {
		0..=4 => kind,
		5 => format!("{kind} named {}", hero.name),
		6 => hero.name.to_owned(),
		7 if schema.has_thing => format!("{kind} and {}", article(&words["o"])),
		7 | 8 if schema.has_thing => article(&thing),
		_ => {
			let theme = pick(rng, schema.themes);
			expand(rng, theme, words)
		}
	};
	fix_articles(&topic)
}

fn words(
	rng: &mut ChaCha8Rng,
	hero: &Character,
	friend: &Character,
) -> HashMap<&'static str, String> {
	let mut words: HashMap<&'static str, String> = HashMap::new();
	let mut put = |key, value: &str| {
		words.insert(key, value.to_owned());
	};
	let pronouns = |female| match female {
		true => ("she", "her", "her", "herself", "hers"),
		false => ("he", "him", "his", "himself", "his"),
	};
	let (he, him, his, himself, his_pron) = pronouns(hero.female);
	for (key, value) in [
		("A", hero.name),
		("k", hero.kind),
		("he", he),
		("him", him),
		("his", his),
	] {
		put(key, value);
	}
	put("himself", himself);
	put("his_pron", his_pron);
	put("He", &capital(he));
	put("His", &capital(his));
	let (he, _, his, himself, _) = pronouns(friend.female);
	for (key, value) in [
		("B", friend.name),
		("k2", friend.kind),
		("bhe", he),
		("bhis", his),
		("bhimself", himself),
	] {
		put(key, value);
	}
	let helper = pick(rng, w::HELPERS);
	put("h", helper);
	put("the_h", &format!("the {helper}"));
	put("The_h", &format!("The {helper}"));
	let wise = article(&format!("{} {helper}", pick(rng, w::HELPER_NATURES)));
	put("ah", &wise);
	put("Ah", &capital(&wise));
	let elder = pick(rng, w::ELDERS);
	put("m", elder);
	put(
		"m_she",
		if matches!(elder, "mom" | "grandma" | "aunt") {
			"she"
		} else {
			"he"
		},
	);
	let place = pick(rng, w::PLACES);
	let other: Vec<&'static str> = w::PLACES.iter().copied().filter(|p| *p != place).collect();
	put("p", place);
	put("P_cap", &capital(place));
	put("q", pick(rng, &other));
	for (key, list) in [
		("n", w::NATURES),
		("n2", w::NATURES),
		("l", w::LOOKS),
		("o", w::THINGS),
		("home", w::HOMES),
		("food", w::FOODS),
		("fruit", w::FRUITS),
		("game", w::GAMES),
		("fear", w::FEARS),
		("work", w::WORKS),
		("parts", w::PARTS),
		("small", w::SMALL),
		("trap", w::TRAPS),
		("weather", w::WEATHER),
		("sound", w::SOUNDS),
		("flowers", w::FLOWERS),
		("skill", w::SKILLS),
	] {
		put(key, pick(rng, list));
	}
	words
}

/// Expands `[a|b]` and `{x}`.
pub fn expand(
	rng: &mut ChaCha8Rng,
	template: &str,
	words: &HashMap<&'static str, String>,
) -> String {
	let mut out = String::new();
	let mut rest = template;
	while let Some(at) = rest.find(['[', '{']) {
		out.push_str(&rest[..at]);
		rest = &rest[at..];
		if rest.starts_with('{') {
			let end = rest.find('}').unwrap_or(rest.len() - 1);
			out.push_str(
				words
					.get(&rest[1..end])
					.map_or(&rest[..=end], String::as_str),
			);
			rest = &rest[end + 1..];
		} else {
			let (choices, after) = alternatives(rest);
			let choice = choices[rng.random_range(0..choices.len())];
			out.push_str(&expand(rng, choice, words));
			rest = after;
		}
	}
	out + rest
}

/// Splits `[a|b|c]rest` into its alternatives and the rest; brackets inside count.
fn alternatives(text: &str) -> (Vec<&str>, &str) {
	let (mut depth, mut start, mut choices) = (0, 1, Vec::new());
	for (at, letter) in text.char_indices() {
		match letter {
			'[' => depth += 1,
			']' if depth == 1 => {
				choices.push(&text[start..at]);
				return (choices, &text[at + 1..]);
			}
			']' => depth -= 1,
			'|' if depth == 1 => {
				choices.push(&text[start..at]);
				start = at + 1;
			}
			_ => {}
		}
	}
	(vec![&text[1..]], "")
}

/// Turns "a" before a vowel into "an".
fn fix_articles(text: &str) -> String {
	let mut out: Vec<String> = Vec::new();
	for word in text.split(' ') {
		let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
		if let Some(last) = out.last_mut() {
			let bare = last.trim_start_matches('"');
			if vowel && (bare == "a" || bare == "A") {
				last.push('n');
			}
		}
		out.push(word.to_owned());
	}
	out.join(" ")
}
