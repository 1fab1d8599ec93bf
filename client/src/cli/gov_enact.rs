//! `athanor gov enact-dry-run`.

use std::{path::PathBuf, process::ExitCode};

use athanor::{
	Error, View,
	chain::gov::{Change, Origin, Shown, Trial, decode_call},
};
use clap::Args;
use serde_json::{Value, json};

use super::{
	Context,
	gov::{change_text, find_track, missing_preimage, read_call},
};

/// Shown at the end of `gov enact-dry-run --help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor gov enact-dry-run 3
  athanor gov enact-dry-run 0x0000046869 --track root
  athanor gov enact-dry-run --call-file call.hex --track market_admin -o json

The node makes the call in the state of its best block, as the track would, and keeps nothing of it. What
is enacted later meets another state. The exit code is 4 if it would fail.";

/// What to try.
#[derive(Debug, Args)]
pub struct EnactArgs {
	/// A referendum, or an encoded call as 0x and hexadecimal digits.
	#[arg(required_unless_present = "call_file", value_name = "REFERENDUM|CALL")]
	what: Option<String>,
	/// File with the call: its bytes, or 0x and hexadecimal digits.
	#[arg(long, value_name = "FILE", conflicts_with = "what", requires = "track")]
	call_file: Option<PathBuf>,
	/// The track as which a call is made [default: that of the referendum].
	#[arg(long)]
	track: Option<String>,
}

/// What was tried, and what came of it.
pub struct Outcome {
	pub origin: Origin,
	pub call: (String, Value),
	pub trial: Trial,
	pub changes: Vec<Change>,
	/// The events, for people and programs.
	pub events: Vec<(String, Value)>,
}

/// Tries it.
pub async fn run(context: &Context, arguments: EnactArgs) -> Result<ExitCode, Error> {
	let call = match &arguments.what {
		Some(text) if text.parse::<u32>().is_ok() => None,
		text => Some(read_call(text.as_deref(), arguments.call_file.as_deref())?),
	};
	let chain = context.chain().await?;
	let outcome = context
		.in_time("the trial", async {
			let view = chain.at(context.at()).await?;
			let (origin, call) = match call {
				Some(call) => (None, call),
				None => referendum(&view, arguments.what.as_deref()).await?,
			};
			let origin = match (&arguments.track, origin) {
				(Some(track), _) => Origin::of(&find_track(&view.tracks()?, track)?),
				(None, Some(origin)) => origin,
				(None, None) => {
					return Err(Error::Input(
						"a call is made as a track: name it with --track; see `athanor gov tracks`"
							.into(),
					));
				}
			};
			Outcome::of(&view, origin, &call).await
		})
		.await?;
	context.output().show(outcome.json(), || outcome.text())?;
	Ok(match outcome.trial.failure() {
		Some(_) => ExitCode::from(4),
		None => ExitCode::SUCCESS,
	})
}

/// What a referendum would do, and as whom.
async fn referendum(view: &View, index: Option<&str>) -> Result<(Option<Origin>, Vec<u8>), Error> {
	let index = index.and_then(|text| text.parse().ok()).unwrap_or_default();
	let referendum = view.ongoing(index).await?;
	let call = view.proposal(&referendum.proposal).await?;
	let call = call.ok_or_else(|| missing_preimage(index, &referendum.proposal.hash()))?;
	Ok((Some(referendum.origin), call))
}

/// A value for people and programs.
fn both(shown: &Shown<'_>) -> Result<(String, Value), Error> {
	let value = serde_json::to_value(shown)
		.map_err(|error| Error::Input(format!("cannot write JSON: {error}")))?;
	Ok((shown.to_string(), value))
}

impl Outcome {
	/// Tries a call and looks at what it would change.
	pub async fn of(view: &View, origin: Origin, call: &[u8]) -> Result<Self, Error> {
		let metadata = view.metadata();
		let decoded = decode_call(call, metadata)?;
		let trial = view.try_call(&origin, call).await?;
		let events = match &trial {
			Trial::Made { events, .. } => events
				.iter()
				.map(|event| both(&Shown::value(event, metadata)))
				.collect::<Result<_, _>>()?,
			_ => Vec::new(),
		};
		Ok(Self {
			changes: view.changes(&decoded, trial.parameters()).await?,
			call: both(&decoded.shown(metadata))?,
			origin,
			events,
			trial,
		})
	}

	/// For programs.
	pub fn json(&self) -> Value {
		let events: Vec<&Value> = self.events.iter().map(|(_, value)| value).collect();
		json!({
			"origin": self.origin,
			"call": self.call.1,
			"changes": self.changes,
			"would_succeed": self.trial.failure().is_none(),
			"error": self.trial.failure(),
			"events": events,
		})
	}

	fn text(&self) -> String {
		let mut lines = vec![format!("{} as {}", self.call.0, self.origin)];
		lines.extend(self.changes.iter().map(change_text));
		match self.trial.failure() {
			None => {
				lines.push("it would succeed, and tell:".into());
				lines.extend(self.events.iter().map(|(text, _)| format!("  {text}")));
			}
			Some(reason) => lines.push(format!("it would fail, and change nothing: {reason}")),
		}
		lines.join("\n")
	}
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use athanor::Rejection;

	pub fn outcome(result: Result<(), Rejection>) -> Outcome {
		let events = match result {
			Ok(()) => vec![("A.B(c: 1)".into(), json!({"A.B": {"c": 1}}))],
			Err(_) => vec![],
		};
		Outcome {
			origin: Origin::Root,
			call: ("System.remark(remark: 0x)".into(), json!({})),
			trial: Trial::Made {
				result,
				events: vec![],
				parameters: vec![],
			},
			changes: vec![Change {
				what: "a".into(),
				now: "1".into(),
				proposed: "2".into(),
				effective_now: None,
				effective: None,
			}],
			events,
		}
	}

	#[test]
	fn success_is_told_with_its_events() {
		let outcome = outcome(Ok(()));
		assert_eq!(
			outcome.text(),
			"System.remark(remark: 0x) as Root\na: now 1, proposed 2\nit would succeed, and tell:\n  A.B(c: 1)"
		);
		assert_eq!(outcome.json()["would_succeed"], true);
		assert_eq!(outcome.json()["events"][0]["A.B"]["c"], 1);
	}

	#[test]
	fn failure_is_told_with_its_reason() {
		let outcome = outcome(Err(Rejection {
			name: "Pricing.BoundsInvalid".into(),
			reason: "Lower it.".into(),
			in_block: false,
		}));
		let text = outcome.text();
		assert!(
			text.contains("it would fail, and change nothing: Pricing.BoundsInvalid: Lower it."),
			"{text}"
		);
		assert_eq!(outcome.json()["would_succeed"], false);
		assert_eq!(outcome.json()["error"], "Pricing.BoundsInvalid: Lower it.");
	}
}
