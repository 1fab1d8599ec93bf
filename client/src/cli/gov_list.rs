//! The list of `athanor gov status`.

use athanor::{
	AccountId, Chain, Error, View,
	chain::gov::{Referendum, Standing, Stored, decode_call},
};
use serde_json::{Value, json};

use super::{
	Context,
	gov::{share, track_name},
	gov_status::{Now, Own, deposits, next, phase_name, summary_json},
	output::{merge, table},
};

/// Longest call that is shown in a list.
const MAX_SHOWN: usize = 60;

/// Which referenda to list, of all.
#[derive(Clone, Copy)]
pub struct Page {
	/// At most so many.
	pub limit: u32,
	/// Only those before this one.
	pub before: Option<u32>,
}

/// Referenda.
pub struct List {
	now: Now,
	rows: Vec<Row>,
	/// How many there are before the last row, if somebody can go on there.
	older: Option<u32>,
	own: Option<Own>,
}

/// One of them.
struct Row {
	index: u32,
	referendum: Referendum,
	standing: Option<Standing>,
	call: Option<String>,
}

impl Page {
	/// The first index that is too high, the lowest that is shown, and how many are older.
	fn range(self, count: u32) -> (u32, u32) {
		let before = self.before.unwrap_or(count).min(count);
		(before, before.saturating_sub(self.limit))
	}

	async fn read(self, view: &View) -> Result<(Vec<(u32, Referendum)>, Option<u32>), Error> {
		let (before, older) = self.range(view.referendum_count().await?);
		let found = view.last_referenda(before, self.limit).await?;
		Ok((found, Some(older).filter(|older| *older > 0)))
	}
}

/// Those that are not over. The chain has no list of them, so this reads all.
async fn ongoing(view: &View) -> Result<Vec<(u32, Referendum)>, Error> {
	let all = view.referenda().await?.into_iter();
	Ok(all
		.filter(|(_, referendum)| matches!(referendum, Referendum::Ongoing(_)))
		.collect())
}

impl List {
	/// A page of all of them, or all that are not over.
	pub async fn read(
		context: &Context,
		chain: &Chain,
		who: Option<AccountId>,
		page: Option<Page>,
	) -> Result<Self, Error> {
		let view = chain.at(context.at()).await?;
		let (found, older) = match page {
			Some(page) => page.read(&view).await?,
			None => (ongoing(&view).await?, None),
		};
		let mut rows = Vec::new();
		for (index, referendum) in found {
			let (standing, call) = match &referendum {
				Referendum::Ongoing(ongoing) => (
					Some(view.standing(ongoing).await?),
					Some(short(&view, &ongoing.proposal).await?),
				),
				Referendum::Ended(_) => (None, None),
			};
			rows.push(Row {
				index,
				referendum,
				standing,
				call,
			});
		}
		Ok(Self {
			now: Now::read(&view)?,
			own: Own::read(&view, who, None).await?,
			rows,
			older,
		})
	}

	/// For programs.
	pub fn json(&self) -> Value {
		let row = |row: &Row| {
			let mut value =
				summary_json(row.index, &row.referendum, row.standing.as_ref(), &self.now);
			merge(&mut value, json!({"call": row.call}));
			value
		};
		json!({
			"at": self.now.block,
			"referenda": self.rows.iter().map(row).collect::<Vec<_>>(),
			"older": self.older,
			"own": self.own.as_ref().map(Own::json),
		})
	}

	/// For people.
	pub fn text(&self) -> String {
		let rows: Vec<Vec<String>> = self.rows.iter().map(|row| row.cells(&self.now)).collect();
		let mut text = if rows.is_empty() {
			"nothing is decided on; see `athanor gov status --all` for what is over, and `athanor gov propose \
			 --help`\n"
				.to_owned()
		} else {
			let head = [
				"index", "track", "phase", "approval", "support", "call", "next",
			];
			table(&head, &rows)
		};
		if let (Some(older), Some(last)) = (self.older, self.rows.last()) {
			text.push_str(&format!(
				"{older} older; go on with `athanor gov status --all --before {}`\n",
				last.index
			));
		}
		if let Some(own) = &self.own {
			text.push('\n');
			text.push_str(&own.text(&self.now));
		}
		text
	}
}

/// A call in a few words.
async fn short(view: &View, stored: &Stored) -> Result<String, Error> {
	let Some(bytes) = view.proposal(stored).await? else {
		return Ok("its preimage is missing".into());
	};
	let metadata = view.metadata();
	let text = match decode_call(&bytes, metadata) {
		Ok(call) => call.shown(metadata).to_string(),
		Err(_) => "no call of this chain".into(),
	};
	Ok(match text.char_indices().nth(MAX_SHOWN) {
		Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
		None => text,
	})
}

impl Row {
	fn cells(&self, now: &Now) -> Vec<String> {
		let (track, next) = match (&self.referendum, &self.standing) {
			(Referendum::Ongoing(ongoing), Some(standing)) => (
				track_name(&now.tracks, ongoing.track),
				next(self.index, &standing.phase, now),
			),
			(Referendum::Ended(ended), _) => (
				String::new(),
				format!(
					"over since block {}; {}",
					ended.at,
					deposits(self.index, ended)
				),
			),
			_ => (String::new(), String::new()),
		};
		let reached = |part: fn(&Standing) -> u32| {
			let standing = self.standing.as_ref();
			standing.map_or_else(String::new, |standing| share(part(standing)))
		};
		vec![
			self.index.to_string(),
			track,
			phase_name(&self.referendum, self.standing.as_ref()).into(),
			reached(|standing| standing.reached.approval),
			reached(|standing| standing.reached.support),
			self.call.clone().unwrap_or_default(),
			next,
		]
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::gov_status::tests::{ended, now, ongoing, standing},
		*,
	};
	use athanor::chain::gov::{End, Ended, Phase};

	#[test]
	fn pages_are_bounded_and_go_on_where_the_last_one_ended() {
		let page = |limit, before| Page { limit, before };
		assert_eq!(page(20, None).range(50), (50, 30));
		assert_eq!(page(20, Some(30)).range(50), (30, 10));
		assert_eq!(page(20, Some(10)).range(50), (10, 0));
		assert_eq!(page(20, Some(90)).range(50), (50, 30));
		assert_eq!(page(20, None).range(0), (0, 0));
	}

	#[test]
	fn all_referenda_are_listed() {
		let row = |index, referendum, standing| Row {
			index,
			referendum,
			standing,
			call: Some("Pricing.set_policy".into()),
		};
		let killed = Ended {
			submission_deposit: None,
			decision_deposit: None,
			..ended(End::Killed)
		};
		let list = List {
			now: now(),
			rows: vec![
				row(
					3,
					Referendum::Ongoing(Box::new(ongoing())),
					Some(standing(Phase::Confirming { until: 110 })),
				),
				row(2, Referendum::Ended(ended(End::Rejected)), None),
				row(1, Referendum::Ended(killed), None),
			],
			older: Some(2),
			own: None,
		};
		let text = list.text();
		for part in [
			"confirming",
			"75 %",
			"passes in block 110",
			"rejected",
			"over since block 90; `athanor gov refund 2` returns its deposits",
			"killed",
			"its deposits went to the treasury",
			"2 older; go on with `athanor gov status --all --before 1`",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = list.json();
		assert_eq!(value["referenda"][0]["referendum"], 3);
		let next = value["referenda"][1]["next"].as_str().unwrap();
		assert!(next.contains("gov refund 2"), "{next}");
		assert_eq!(value["older"], 2);
		let none = List {
			rows: vec![],
			..list
		};
		assert!(none.text().contains("gov propose"));
	}
}
