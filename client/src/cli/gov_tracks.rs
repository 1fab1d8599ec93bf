//! `athanor gov tracks` and `parameters`.

use athanor::{
	Amount, Error, Metadata,
	chain::gov::{Origin, ParameterState, Shown, Track},
};
use serde_json::{Value, json};
use subxt::ext::scale_value;

use super::{
	Context,
	gov::{block_time, needs, period},
	output::{about, fields, table},
};

/// Shown at the end of `gov tracks --help`.
pub const TRACKS_EXAMPLES: &str = "\
Examples:
  athanor gov tracks
  athanor gov tracks -o json

Periods are those of this chain, in blocks. Approval is the share of ayes among the votes, weighted by
conviction; support is the share of ayes and abstentions, without conviction, among all tokens but those of
the treasury. Both have to reach a threshold that falls while a referendum is decided on.";

/// Shown at the end of `gov parameters --help`.
pub const PARAMETERS_EXAMPLES: &str = "\
Examples:
  athanor gov parameters
  athanor gov parameters -o json

The value is what a proposal says that changes nothing. A proposal beyond the bounds fails when it is
enacted, and changes nothing. Appeals and the period of prices take effect by the tempo of the chain: on a
development chain they are shorter than decided, and that is shown too.";

/// A track, and what is going on there.
struct Busy {
	track: Track,
	deciding: u32,
}

/// Shows the tracks.
pub async fn tracks(context: &Context) -> Result<(), Error> {
	let chain = context.chain().await?;
	let (tracks, tempo, block_time) = context
		.in_time("the tracks", async {
			let view = chain.at(context.at()).await?;
			let mut tracks = Vec::new();
			for track in view.tracks()? {
				let deciding = view.deciding(track.id).await?;
				tracks.push(Busy { track, deciding });
			}
			Ok((tracks, view.tempo().await?, block_time(&view)?))
		})
		.await?;
	let value = json!({
		"tempo": tempo,
		"block_time": block_time,
		"tracks": tracks.iter().map(Busy::json).collect::<Vec<_>>(),
	});
	context.output().show(value, || {
		let mut text: Vec<String> = tracks.iter().map(|busy| busy.text(block_time)).collect();
		if tempo > 1 {
			text.push(format!(
				"this is a development chain: its periods are {tempo} times shorter than usual\n"
			));
		}
		text.join("\n")
	})
}

impl Busy {
	/// What is needed at the beginning, after half of the time, and at the end.
	fn thresholds(&self) -> [(&'static str, u32); 3] {
		let end = self.track.decision_period;
		[
			("needed first", 0),
			("after half of it", end / 2),
			("in the end", end),
		]
	}

	fn json(&self) -> Value {
		let track = &self.track;
		let needed = self.thresholds().map(|(_, at)| track.needs(at));
		json!({
			"id": track.id,
			"name": track.name,
			"origin": Origin::of(track),
			"decides": track.decides(),
			"decision_deposit": Amount(track.decision_deposit),
			"prepare_period": track.prepare_period,
			"decision_period": track.decision_period,
			"confirm_period": track.confirm_period,
			"min_enactment_period": track.min_enactment_period,
			"needed": {"start": needed[0], "middle": needed[1], "end": needed[2]},
			"deciding": self.deciding,
			"max_deciding": track.max_deciding,
		})
	}

	fn text(&self, block_time: u64) -> String {
		let track = &self.track;
		let time = |blocks| Some(period(blocks, block_time));
		let mut pairs = vec![
			("track", Some(format!("{}, {}", track.name, track.id))),
			("decides", Some(track.decides().to_owned())),
			("speaks as", Some(Origin::of(track).to_string())),
			(
				"decision deposit",
				Some(Amount(track.decision_deposit).to_string()),
			),
			("prepared for", time(track.prepare_period)),
			("decided in", time(track.decision_period)),
			("confirmed for", time(track.confirm_period)),
			("enacted after", time(track.min_enactment_period)),
		];
		for (name, at) in self.thresholds() {
			pairs.push((name, Some(needs(&track.needs(at)))));
		}
		pairs.push((
			"deciding now",
			Some(format!("{} of {}", self.deciding, track.max_deciding)),
		));
		fields(&pairs)
	}
}

/// Shows the parameters.
pub async fn parameters(context: &Context) -> Result<(), Error> {
	let chain = context.chain().await?;
	let (states, view, block_time) = context
		.in_time("the parameters", async {
			let view = chain.at(context.at()).await?;
			let block_time = block_time(&view)?;
			Ok((view.parameters().await?, view, block_time))
		})
		.await?;
	let shown = Values {
		metadata: view.metadata(),
		block_time,
	};
	let value: Vec<Value> = states.iter().map(|state| shown.json(state)).collect();
	context.output().show(value, || shown.text(&states))
}

/// How the values of parameters are shown.
struct Values<'a> {
	metadata: &'a Metadata,
	block_time: u64,
}

impl Values<'_> {
	fn json(&self, state: &ParameterState) -> Value {
		let shown = |value| Shown::value(value, self.metadata);
		let bound = |which: usize| state.bounds.as_ref()?.get(which).map(shown);
		json!({
			"name": state.parameter.full_name(),
			"unit": state.parameter.unit(),
			"value": state.now().map(shown),
			"least": bound(0),
			"most": bound(1),
			"effective": state.effective.as_ref().map(shown),
			"decided": state.decided.as_ref().map(shown),
			"written": state.parameter.form(),
		})
	}

	fn text(&self, states: &[ParameterState]) -> String {
		let rows: Vec<_> = states.iter().map(|state| self.cells(state)).collect();
		let head = ["name", "value", "bounds", "decided", "written as"];
		let mut text = table(&head, &rows);
		let mut paced = states
			.iter()
			.filter_map(|state| Some((state.parameter.full_name(), state.here()?)))
			.peekable();
		if paced.peek().is_some() {
			text.push_str(
				"\nthis is a development chain, with shorter periods; proposals name the value above, and here \
				 it takes effect as:\n",
			);
		}
		for (name, here) in paced {
			let blocks = Shown::value(here, self.metadata).to_string();
			let time = blocks.parse().map(|blocks| about(blocks, self.block_time));
			let time = time.map_or_else(|_| String::new(), |time| format!(", {time}"));
			text.push_str(&format!("  {name}: {blocks} blocks{time}\n"));
		}
		text
	}

	fn cells(&self, state: &ParameterState) -> Vec<String> {
		let one = |value| self.one(state, value);
		let bounds = state.bounds.as_ref();
		let bounds = bounds.map(|[least, most]| format!("{} to {}", one(least), one(most)));
		let decided = match &state.decided {
			Some(value) => one(value),
			None => "first value".into(),
		};
		vec![
			state.parameter.full_name(),
			state.now().map_or_else(String::new, one),
			bounds.unwrap_or_default(),
			decided,
			state.parameter.form(),
		]
	}

	/// A value; how long it is, if it is a number of blocks.
	fn one(&self, state: &ParameterState, value: &scale_value::Value<u32>) -> String {
		match state.blocks(value) {
			Some(blocks) => period(blocks, self.block_time),
			None => Shown::value(value, self.metadata).to_string(),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::{super::gov::tests::track, *};

	#[test]
	fn a_track_is_told_with_its_times_and_thresholds() {
		let busy = Busy {
			track: track(10, "pricing_admin"),
			deciding: 2,
		};
		let text = busy.text(3_000);
		for part in [
			"pricing_admin, 10",
			"prices of the classes of models",
			"PricingAdmin",
			"500 ATH",
			"100 (about 5 min)",
			"100 % approval, 100 % support",
			"75 % approval, 75 % support",
			"50 % approval, 50 % support",
			"2 of 5",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = busy.json();
		assert_eq!(value["origin"], "PricingAdmin");
		assert_eq!(value["decision_deposit"], "500000000000000");
		assert_eq!(value["needed"]["middle"]["support"], 750_000);
		assert_eq!(value["deciding"], 2);
	}
}
