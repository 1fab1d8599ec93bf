//! What is written to stdout and stderr.

use std::{
	borrow::Cow,
	fmt::{self, Write as _},
	io::{IsTerminal, Write as _},
	time::Duration,
};

use athanor::{Amount, BlockId, DryRun, Error, Included, primitives::price::Price};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Context, Format, Sent};

/// Where results go.
#[derive(Clone, Copy)]
pub struct Output {
	format: Format,
}

impl Output {
	/// Results in this format, on stdout.
	pub fn new(format: Format) -> Self {
		Self { format }
	}

	/// Whether a program reads along.
	pub fn is_json(self) -> bool {
		self.format == Format::Json
	}

	/// Writes a result: the value for programs, the text for people.
	pub fn show(self, value: impl Serialize, text: impl FnOnce() -> String) -> Result<(), Error> {
		match self.format {
			Format::Text => print(&text()),
			Format::Json => {
				let json = serde_json::to_string_pretty(&value)
					.map_err(|error| Error::Input(format!("cannot write JSON: {error}")))?;
				write_line(&json);
			}
		}
		Ok(())
	}
}

/// Writes a text to stdout, with a line break at the end.
pub fn print(text: &str) {
	write_line(&presentable(text, std::io::stdout().is_terminal()));
}

/// What other people wrote is shown by a terminal, not obeyed: it could rewrite what stands there, or
/// fill the clipboard. A file or another program gets the text as it is.
fn presentable(text: &str, terminal: bool) -> Cow<'_, str> {
	let obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
	if terminal && text.contains(obeyed) {
		Cow::Owned(text.replace(obeyed, "\u{fffd}"))
	} else {
		Cow::Borrowed(text)
	}
}

/// A reader that has gone away is no error.
fn write_line(text: &str) {
	let mut stdout = std::io::stdout().lock();
	let _ = stdout.write_all(text.as_bytes());
	if !text.ends_with('\n') {
		let _ = stdout.write_all(b"\n");
	}
	let _ = stdout.flush();
}

/// Writes something for people to stderr.
pub fn note(text: impl fmt::Display) {
	let text = text.to_string();
	let mut stderr = std::io::stderr();
	let terminal = stderr.is_terminal();
	let _ = writeln!(stderr, "{}", presentable(&text, terminal));
}

/// Turns while something takes time, if a person watches.
pub fn spinner(text: String) -> ProgressBar {
	let spinner = ProgressBar::new_spinner();
	if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
		spinner.set_style(style);
	}
	spinner.set_message(text);
	spinner.enable_steady_tick(Duration::from_millis(120));
	spinner
}

/// Fills while something of a known length takes time, if a person watches.
pub fn progress(text: &str, length: u64) -> ProgressBar {
	let bar = ProgressBar::new(length);
	if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta})") {
		bar.set_style(style);
	}
	bar.set_message(text.to_owned());
	bar
}

/// So many blocks as time, roughly.
pub fn about(blocks: u32, block_time: u64) -> String {
	let seconds = u64::from(blocks).saturating_mul(block_time) / 1_000;
	let units = [(86_400_u64, "d"), (3_600, "h"), (60, "min")];
	let (value, unit) = units
		.into_iter()
		.find(|(length, _)| seconds >= length.saturating_mul(2))
		.map_or((seconds, "s"), |(length, unit)| {
			(seconds.saturating_add(length / 2) / length, unit)
		});
	format!("about {value} {unit}")
}

/// Rows with columns under each other.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
	let head: Vec<String> = head.iter().map(|title| title.to_uppercase()).collect();
	let all = || std::iter::once(&head).chain(rows);
	let widths: Vec<usize> = (0..head.len())
		.map(|column| {
			all()
				.filter_map(|row| row.get(column))
				.map(|cell| cell.chars().count())
				.max()
				.unwrap_or(0)
		})
		.collect();
	let mut text = String::new();
	for row in all() {
		let line: Vec<String> = row
			.iter()
			.zip(&widths)
			.map(|(cell, width)| format!("{cell:<width$}"))
			.collect();
		let _ = writeln!(text, "{}", line.join("  ").trim_end());
	}
	text
}

/// Names and values under each other; those without a value are left out.
pub fn fields(pairs: &[(&str, Option<String>)]) -> String {
	let shown = || {
		pairs
			.iter()
			.filter_map(|(name, value)| Some((name, value.as_ref()?)))
	};
	let width = shown()
		.map(|(name, _)| name.chars().count())
		.max()
		.unwrap_or(0)
		+ 1;
	let mut text = String::new();
	for (name, value) in shown() {
		let name = format!("{name}:");
		let _ = writeln!(text, "{name:<width$} {value}");
	}
	text
}

/// A price in words.
pub fn price(price: &Price) -> String {
	format!(
		"{} in, {} out per token",
		Amount(price.input),
		Amount(price.output)
	)
}

/// A share in words.
pub fn percent(ppm: u32) -> String {
	let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
	format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Bytes as 0x and hexadecimal digits.
pub fn hexadecimal(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// A block in words.
pub fn block(block: &BlockId) -> String {
	format!("block {}", block.number)
}

/// What a command has done: for programs and for people.
pub struct Done {
	/// Added to what is known of the transaction.
	pub json: Value,
	/// The sentence that the block and the fee are added to.
	pub text: String,
}

/// Reports what became of a call.
pub fn report(
	context: &Context,
	sent: &Sent,
	done: impl FnOnce(&Included) -> Result<Done, Error>,
) -> Result<(), Error> {
	let output = context.output();
	match sent {
		Sent::Estimated(run) => output.show(estimate_json(run), || estimate_text(run)),
		Sent::Included(included) => {
			let Done { json, text } = done(included)?;
			let mut value = included_json(included);
			merge(&mut value, json);
			output.show(value, || {
				format!(
					"{text} in {}; fee {}",
					block(&included.block),
					Amount(included.fee)
				)
			})
		}
	}
}

/// What is known of a transaction in a block.
pub fn included_json(included: &Included) -> Value {
	json!({
		"block": included.block,
		"transaction": included.transaction,
		"fee": Amount(included.fee),
	})
}

/// What is known of a transaction that was not sent.
pub fn estimate_json(run: &DryRun) -> Value {
	json!({
		"dry_run": true,
		"fee": Amount(run.fee),
		"length": run.length,
		"succeeds": run.outcome.as_ref().map(Result::is_ok),
	})
}

/// The same in words.
pub fn estimate_text(run: &DryRun) -> String {
	let outcome = match run.outcome {
		Some(_) => "it would succeed",
		None => "it would be accepted; the node does not say whether it would succeed",
	};
	format!(
		"nothing was sent; {outcome}, for a fee of about {}",
		Amount(run.fee)
	)
}

/// Adds the fields of one JSON object to another.
pub fn merge(into: &mut Value, from: Value) {
	if let (Value::Object(into), Value::Object(from)) = (into, from) {
		into.extend(from);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_terminal_gets_nothing_to_obey() {
		// A colour; the clipboard by OSC 52; C0, DEL and C1 one by one.
		for (text, shown) in [
			("a\u{1b}[31mb", "a\u{fffd}[31mb"),
			("\u{1b}]52;c;YQ==\u{7}", "\u{fffd}]52;c;YQ==\u{fffd}"),
			(
				"\0\r\u{8}\u{1f}\u{7f}",
				"\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}",
			),
			("\u{80}\u{9b}\u{9f}", "\u{fffd}\u{fffd}\u{fffd}"),
		] {
			assert_eq!(presentable(text, true), shown);
			assert_eq!(presentable(text, false), text);
		}
		let harmless = "a\tb\n\u{a0}é\u{1f600}";
		assert_eq!(presentable(harmless, true), harmless);
	}

	#[test]
	fn columns_stand_under_each_other() {
		let rows = vec![
			vec!["1".into(), "äb".into()],
			vec!["23".into(), String::new()],
		];
		assert_eq!(table(&["id", "name"], &rows), "ID  NAME\n1   äb\n23\n");
	}

	#[test]
	fn fields_without_value_are_left_out() {
		let pairs = [
			("a", Some("1".into())),
			("long", None),
			("bc", Some("2".into())),
		];
		assert_eq!(fields(&pairs), "a:  1\nbc: 2\n");
	}

	#[test]
	fn blocks_are_told_as_time() {
		for (blocks, text) in [
			(0, "about 0 s"),
			(14, "about 42 s"),
			(39, "about 117 s"),
			(44, "about 2 min"),
			(2_399, "about 120 min"),
			(2_400, "about 2 h"),
			(57_600, "about 2 d"),
			(201_600, "about 7 d"),
		] {
			assert_eq!(about(blocks, 3_000), text);
		}
	}

	#[test]
	fn shares_are_percent() {
		assert_eq!(percent(0), "0 %");
		assert_eq!(percent(50_000), "5 %");
		assert_eq!(percent(25_500), "2.55 %");
		assert_eq!(percent(1), "0.0001 %");
		assert_eq!(percent(1_000_000), "100 %");
	}

	#[test]
	fn json_objects_are_merged() {
		let mut value = json!({"a": 1});
		merge(&mut value, json!({"b": 2}));
		merge(&mut value, Value::Null);
		assert_eq!(value, json!({"a": 1, "b": 2}));
	}
}
