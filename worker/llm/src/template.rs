//! Chat templates: the Jinja text that comes with a model, run the way transformers runs it.

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde, Value};
use minijinja::{Environment, ErrorKind, context};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, read_file, read_json};

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
	/// Who speaks: usually `system`, `user` or `assistant`; the template decides.
	pub role: String,
	/// What is said.
	pub content: String,
}

/// A parsed chat template with the special tokens it may refer to.
#[derive(Debug)]
pub struct ChatTemplate {
	environment: Environment<'static>,
	source: String,
	bos: String,
	eos: String,
}

impl ChatTemplate {
	/// Reads the template of a model directory: `chat_template.jinja`, else `chat_template` in
	/// `tokenizer_config.json`. `None` if the model has neither.
	///
	/// # Errors
	/// A file cannot be read or is malformed, or the template does not parse.
	pub fn from_dir(dir: &Path) -> Result<Option<Self>> {
		let Some(source) = template_source(dir)? else {
			return Ok(None);
		};
		let path = dir.join("tokenizer_config.json");
		let config = if path.is_file() {
			read_json(&path)?
		} else {
			serde_json::Value::Null
		};
		// A special token is a string, or an object with its text in `content`.
		let special = |key: &str| {
			let token = config.get(key)?;
			token
				.as_str()
				.or_else(|| token.get("content")?.as_str())
				.map(str::to_owned)
		};
		let (bos, eos) = (special("bos_token"), special("eos_token"));
		Self::new(source, bos.unwrap_or_default(), eos.unwrap_or_default()).map(Some)
	}

	/// Parses a template; `bos` and `eos` are the texts of the special tokens.
	///
	/// # Errors
	/// The template does not parse.
	pub fn new(source: String, bos: String, eos: String) -> Result<Self> {
		let mut environment = Environment::new();
		environment.set_syntax(
			SyntaxConfig::builder()
				.trim_blocks(true)
				.lstrip_blocks(true)
				.build()
				.map_err(|e| Error::BadTemplate {
					reason: e.to_string(),
				})?,
		);
		environment
			.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
		environment.add_function(
			"raise_exception",
			|message: String| -> std::result::Result<Value, minijinja::Error> {
				Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
			},
		);
		environment.add_function("strftime_now", |format: String| {
			strftime(&format, unix_now())
		});
		environment.add_filter("tojson", tojson);
		environment
			.add_template_owned("chat", source.clone())
			.map_err(|e| Error::BadTemplate {
				reason: e.to_string(),
			})?;
		Ok(Self {
			environment,
			source,
			bos,
			eos,
		})
	}

	/// The template's text, as hashed for the registry.
	pub fn source(&self) -> &str {
		&self.source
	}

	/// Renders a conversation, followed by the start of the assistant's turn.
	///
	/// # Errors
	/// The template raised an exception or failed on this conversation.
	pub fn render(&self, messages: &[Message]) -> Result<String> {
		self.render_with(messages, true)
	}

	/// As [`ChatTemplate::render`], with a choice of `add_generation_prompt`.
	///
	/// # Errors
	/// The template raised an exception or failed on this conversation.
	pub fn render_with(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String> {
		let raised = |e: minijinja::Error| Error::TemplateRaised {
			reason: e.detail().map_or_else(|| e.to_string(), str::to_owned),
		};
		let template = self.environment.get_template("chat").map_err(raised)?;
		template
			.render(context! {
				messages => Value::from(Serde(messages)),
				add_generation_prompt => add_generation_prompt,
				bos_token => self.bos.as_str(),
				eos_token => self.eos.as_str(),
			})
			.map_err(raised)
	}
}

/// The text of a model's chat template, if it has one.
///
/// # Errors
/// A file cannot be read, is not UTF-8 or not JSON.
pub(crate) fn template_source(dir: &Path) -> Result<Option<String>> {
	let path = dir.join("chat_template.jinja");
	if path.is_file() {
		return String::from_utf8(read_file(&path)?)
			.map(Some)
			.map_err(|e| Error::BadTemplate {
				reason: format!("chat_template.jinja is not UTF-8: {e}"),
			});
	}
	let path = dir.join("tokenizer_config.json");
	if !path.is_file() {
		return Ok(None);
	}
	let config = read_json(&path)?;
	let Some(template) = config.get("chat_template").filter(|t| !t.is_null()) else {
		return Ok(None);
	};
	// Some models carry a list of named templates; the one for chat is called "default".
	let named = |list: &Vec<serde_json::Value>| {
		let entry = list
			.iter()
			.find(|t| t.get("name").and_then(|n| n.as_str()) == Some("default"))?;
		entry.get("template")?.as_str().map(str::to_owned)
	};
	template
		.as_str()
		.map(str::to_owned)
		.or_else(|| template.as_array().and_then(named))
		.map(Some)
		.ok_or_else(|| Error::BadTemplate {
			reason: "chat_template in tokenizer_config.json is neither text nor a list with a template named \"default\"".into(),
		})
}

/// `tojson` as transformers defines it: no HTML escapes, Python's spacing, `indent` understood.
fn tojson(value: Value, options: Kwargs) -> std::result::Result<Value, minijinja::Error> {
	let failed = |e: String| minijinja::Error::new(ErrorKind::InvalidOperation, e);
	let indent: Option<usize> = options.get("indent")?;
	let _: Option<bool> = options.get("ensure_ascii")?;
	options.assert_all_used()?;
	let json = serde_json::to_value(&value).map_err(|e| failed(e.to_string()))?;
	let text = match indent {
		Some(width) => {
			let spaces = vec![b' '; width];
			let formatter = serde_json::ser::PrettyFormatter::with_indent(&spaces);
			let mut out = Vec::new();
			let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
			json.serialize(&mut serializer)
				.map_err(|e| failed(e.to_string()))?;
			String::from_utf8(out).map_err(|e| failed(e.to_string()))?
		}
		None => spaced_json(&json),
	};
	Ok(Value::from_safe_string(text))
}

/// Python's `json.dumps` puts a space after `,` and `:`; so must we, or prompts differ.
fn spaced_json(value: &serde_json::Value) -> String {
	match value {
		serde_json::Value::Array(items) => {
			format!(
				"[{}]",
				items.iter().map(spaced_json).collect::<Vec<_>>().join(", ")
			)
		}
		serde_json::Value::Object(map) => {
			let entry = |(k, v): (&String, &serde_json::Value)| {
				format!(
					"{}: {}",
					serde_json::Value::from(k.as_str()),
					spaced_json(v)
				)
			};
			format!(
				"{{{}}}",
				map.iter().map(entry).collect::<Vec<_>>().join(", ")
			)
		}
		other => other.to_string(),
	}
}

fn unix_now() -> u64 {
	std::time::SystemTime::now()
		.duration_since(std::time::UNIX_EPOCH)
		.map_or(0, |d| d.as_secs())
}

/// The part of `strftime` that chat templates use, in UTC. Unknown codes are left as they are.
fn strftime(format: &str, seconds: u64) -> String {
	const MONTHS: [&str; 12] = [
		"January",
		"February",
		"March",
		"April",
		"May",
		"June",
		"July",
		"August",
		"September",
		"October",
		"November",
		"December",
	];
	const DAYS: [&str; 7] = [
		"Thursday",
		"Friday",
		"Saturday",
		"Sunday",
		"Monday",
		"Tuesday",
		"Wednesday",
	];
	let days = seconds / 86_400;
	let (year, month, day) = civil_date(days);
	let (month_name, day_name) = (MONTHS[(month as usize - 1) % 12], DAYS[(days % 7) as usize]);
	let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
	let mut out = String::new();
	let mut letters = format.chars();
	while let Some(letter) = letters.next() {
		if letter != '%' {
			out.push(letter);
			continue;
		}
		match letters.next() {
			Some('Y') => out += &year.to_string(),
			Some('m') => out += &format!("{month:02}"),
			Some('d') => out += &format!("{day:02}"),
			Some('B') => out += month_name,
			Some('b') => out += &month_name[..3],
			Some('A') => out += day_name,
			Some('a') => out += &day_name[..3],
			Some('H') => out += &format!("{hour:02}"),
			Some('M') => out += &format!("{minute:02}"),
			Some('S') => out += &format!("{second:02}"),
			Some('%') => out.push('%'),
			Some(other) => out.extend(['%', other]),
			None => out.push('%'),
		}
	}
	out
}

/// Year, month and day of a day number since 1970-01-01 (Howard Hinnant, `civil_from_days`).
fn civil_date(days: u64) -> (u64, u64, u64) {
	let z = days + 719_468;
	let (era, day_of_era) = (z / 146_097, z % 146_097);
	let year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
	let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let shifted = (5 * day_of_year + 2) / 153;
	let day = day_of_year - (153 * shifted + 2) / 5 + 1;
	let month = if shifted < 10 {
		shifted + 3
	} else {
		shifted - 9
	};
	(year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
	use super::strftime;

	#[test]
	fn dates_are_those_of_the_calendar() {
		assert_eq!(strftime("%d %b %Y", 0), "01 Jan 1970");
		assert_eq!(
			strftime("%A, %d %B %Y %H:%M:%S", 1_709_210_096),
			"Thursday, 29 February 2024 12:34:56"
		);
		assert_eq!(strftime("100%% %q", 0), "100% %q");
	}
}
