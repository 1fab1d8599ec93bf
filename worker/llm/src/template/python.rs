//! Values the way Python writes them: `str`, `repr`, `json.dumps`. Chat templates are written for Python,
//! and what they print of a value becomes part of the prompt.

use std::fmt::Write;

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Error, ErrorKind};

/// Widest step of indented JSON; without a bound a template could ask for all memory.
const MAX_INDENT: usize = 32;

/// Values inside values, at most; deeper ones are refused.
const MAX_DEPTH: usize = 128;

fn failed(reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
	Error::new(ErrorKind::InvalidOperation, reason)
}

/// `str(value)`: text as it is, nothing for what is not defined.
pub(super) fn text(value: &Value) -> Result<String, Error> {
	let mut out = String::new();
	match value.as_str() {
		Some(text) => out.push_str(text),
		None if value.is_undefined() => {}
		None => repr(&mut out, value, 0)?,
	}
	Ok(out)
}

/// `repr(value)`.
fn repr(out: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
	if depth > MAX_DEPTH {
		return Err(failed("a value is nested too deeply to be printed"));
	}
	if let Some(text) = value.as_str() {
		quoted(out, text);
		return Ok(());
	}
	match value.kind() {
		ValueKind::Undefined => out.push_str("Undefined"),
		ValueKind::None => out.push_str("None"),
		ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
		ValueKind::Number => number(out, value),
		ValueKind::Map => {
			out.push('{');
			for (i, key) in value.try_iter()?.enumerate() {
				out.push_str(if i > 0 { ", " } else { "" });
				repr(out, &key, depth + 1)?;
				out.push_str(": ");
				repr(out, &value.get_item(&key)?, depth + 1)?;
			}
			out.push('}');
		}
		ValueKind::Seq | ValueKind::Iterable => {
			out.push('[');
			for (i, item) in value.try_iter()?.enumerate() {
				out.push_str(if i > 0 { ", " } else { "" });
				repr(out, &item, depth + 1)?;
			}
			out.push(']');
		}
		_ => {
			let _ = write!(out, "{value}");
		}
	}
	Ok(())
}

/// A number as Python writes it: a fraction in the fewest digits that give it back, and with an exponent
/// below 10⁻⁴ and from 10¹⁶ on.
fn number(out: &mut String, value: &Value) {
	let is_whole = value.is_integer();
	match f64::try_from(value.clone()) {
		Ok(x) if !is_whole => float(out, x),
		_ => {
			let _ = write!(out, "{value}");
		}
	}
}

fn float(out: &mut String, x: f64) {
	if x.is_nan() {
		return out.push_str("nan");
	}
	if x.is_infinite() {
		return out.push_str(if x > 0.0 { "inf" } else { "-inf" });
	}
	let scientific = format!("{x:e}");
	let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
	let exponent: i32 = exponent.parse().unwrap_or_default();
	let _ = match exponent {
		-4..16 if x.fract() == 0.0 => write!(out, "{x:.1}"),
		-4..16 => write!(out, "{x}"),
		_ => {
			let sign = if exponent < 0 { '-' } else { '+' };
			write!(out, "{digits}e{sign}{:02}", exponent.abs())
		}
	};
}

/// Text in quotes, as `repr` has it.
fn quoted(out: &mut String, text: &str) {
	let quote = if text.contains('\'') && !text.contains('"') {
		'"'
	} else {
		'\''
	};
	out.push(quote);
	for c in text.chars() {
		match c {
			'\\' => out.push_str("\\\\"),
			'\n' => out.push_str("\\n"),
			'\r' => out.push_str("\\r"),
			'\t' => out.push_str("\\t"),
			c if c == quote => out.extend(['\\', c]),
			c if is_printable(c) => out.push(c),
			c => {
				let code = u32::from(c);
				let _ = match code {
					0..=0xff => write!(out, "\\x{code:02x}"),
					0x100..=0xffff => write!(out, "\\u{code:04x}"),
					_ => write!(out, "\\U{code:08x}"),
				};
			}
		}
	}
	out.push(quote);
}

/// Whether `repr` writes a character as it is: all but controls, formats, surrogates, private and
/// unassigned ones, and spaces other than the common one. Rust's own escapes follow the same rule.
fn is_printable(c: char) -> bool {
	// At the start of a text Rust would escape a combining character too.
	let escaped = format!("a{c}").escape_debug().nth(1);
	escaped != Some('\\') || matches!(c, '\\' | '\'' | '"')
}

/// How `tojson` writes.
struct Json {
	ascii: bool,
	sorted: bool,
	indent: Option<usize>,
	between_items: String,
	after_key: String,
}

/// `tojson` as transformers defines it: Python's `json.dumps` with its options, without HTML escapes.
pub(super) fn tojson(
	value: &Value,
	indent: Option<Value>,
	options: &Kwargs,
) -> Result<Value, Error> {
	let named: Option<Value> = options.get("indent")?;
	let indent = match indent.or(named).filter(|v| !v.is_none()) {
		Some(width) => Some(usize::try_from(width)?),
		None => None,
	};
	if indent > Some(MAX_INDENT) {
		return Err(failed(format!("tojson indents by {MAX_INDENT} at most")));
	}
	let separators: Option<Vec<String>> = options.get("separators")?;
	let (between_items, after_key) = match separators.as_deref() {
		Some([items, keys]) => (items.clone(), keys.clone()),
		Some(_) => return Err(failed("tojson takes two separators")),
		None if indent.is_some() => (",".to_owned(), ": ".to_owned()),
		None => (", ".to_owned(), ": ".to_owned()),
	};
	let json = Json {
		ascii: options
			.get::<Option<bool>>("ensure_ascii")?
			.unwrap_or(false),
		sorted: options.get::<Option<bool>>("sort_keys")?.unwrap_or(false),
		indent,
		between_items,
		after_key,
	};
	options.assert_all_used()?;
	let mut out = String::new();
	json.write(&mut out, value, 0)?;
	Ok(Value::from_safe_string(out))
}

impl Json {
	fn write(&self, out: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
		if depth > MAX_DEPTH {
			return Err(failed("a value is nested too deeply for JSON"));
		}
		if let Some(text) = value.as_str() {
			self.text(out, text);
			return Ok(());
		}
		match value.kind() {
			ValueKind::None => out.push_str("null"),
			ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
			ValueKind::Number => number(out, value),
			ValueKind::Map => self.map(out, value, depth)?,
			ValueKind::Seq | ValueKind::Iterable => self.list(out, value, depth)?,
			kind => return Err(failed(format!("{kind} is not JSON serializable"))),
		}
		Ok(())
	}

	fn list(&self, out: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
		let mut empty = true;
		out.push('[');
		for item in value.try_iter()? {
			self.separate(out, empty, depth + 1);
			empty = false;
			self.write(out, &item, depth + 1)?;
		}
		self.close(out, empty, depth, ']');
		Ok(())
	}

	fn map(&self, out: &mut String, value: &Value, depth: usize) -> Result<(), Error> {
		let mut keys: Vec<Value> = value.try_iter()?.collect();
		if self.sorted {
			keys.sort();
		}
		let mut empty = true;
		out.push('{');
		for key in keys {
			self.separate(out, empty, depth + 1);
			empty = false;
			self.text(out, &text(&key)?);
			out.push_str(&self.after_key);
			self.write(out, &value.get_item(&key)?, depth + 1)?;
		}
		self.close(out, empty, depth, '}');
		Ok(())
	}

	fn separate(&self, out: &mut String, first: bool, depth: usize) {
		if !first {
			out.push_str(&self.between_items);
		}
		self.line(out, depth);
	}

	fn close(&self, out: &mut String, empty: bool, depth: usize, bracket: char) {
		if !empty {
			self.line(out, depth);
		}
		out.push(bracket);
	}

	fn line(&self, out: &mut String, depth: usize) {
		if let Some(width) = self.indent {
			out.push('\n');
			out.extend(std::iter::repeat_n(' ', width * depth));
		}
	}

	fn text(&self, out: &mut String, text: &str) {
		out.push('"');
		for c in text.chars() {
			match c {
				'"' => out.push_str("\\\""),
				'\\' => out.push_str("\\\\"),
				'\n' => out.push_str("\\n"),
				'\r' => out.push_str("\\r"),
				'\t' => out.push_str("\\t"),
				'\u{8}' => out.push_str("\\b"),
				'\u{c}' => out.push_str("\\f"),
				c if c < ' ' || (self.ascii && !c.is_ascii()) => {
					let mut units = [0; 2];
					for unit in c.encode_utf16(&mut units) {
						let _ = write!(out, "\\u{unit:04x}");
					}
				}
				c => out.push(c),
			}
		}
		out.push('"');
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Expected values are what Python 3.11 prints.
	#[test]
	fn numbers_and_texts_are_written_as_python_writes_them() {
		for (x, expected) in [
			(1.0, "1.0"),
			(-0.0, "-0.0"),
			(0.1, "0.1"),
			(1e15, "1000000000000000.0"),
			(1e16, "1e+16"),
			(1.5e300, "1.5e+300"),
			(0.0001, "0.0001"),
			(0.00001, "1e-05"),
			(123_456.789, "123456.789"),
		] {
			assert_eq!(text(&Value::from(x)).unwrap(), expected);
		}
		for (from, expected) in [
			("plain", "'plain'"),
			("it's", "\"it's\""),
			("it's \"so\"", "'it\\'s \"so\"'"),
			("a\nb\t\\", "'a\\nb\\t\\\\'"),
			("\u{7f}\u{a0}\u{200b}", "'\\x7f\\xa0\\u200b'"),
			("é 日本 🙂", "'é 日本 🙂'"),
			("e\u{301}", "'e\u{301}'"),
		] {
			let list = text(&Value::from(vec![from])).unwrap();
			assert_eq!(list, format!("[{expected}]"));
		}
		let values = [Value::from(true), Value::from(()), Value::from(7)];
		assert_eq!(
			text(&Value::from(values.to_vec())).unwrap(),
			"[True, None, 7]"
		);
		assert_eq!(text(&Value::UNDEFINED).unwrap(), "");
	}
}
