//! `athanor gov simulate`, and the options of a pricing policy.

use std::process::ExitCode;

use athanor::{
	Amount, Error, View,
	chain::{
		Simulation,
		gov::{Change, Origin, SetPolicy, class_name},
	},
	primitives::{
		model::PriceClass,
		policy::{Period, Policy, Replayed},
		price::{Price, PriceBounds},
	},
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{
	Context,
	gov::{block_time, change_text, find_track, period, then},
	model::price_json,
	output::{fields, merge, percent, price, table},
	parse_amount, parse_share,
};

/// Shown at the end of `gov simulate --help`.
pub const SIMULATE_EXAMPLES: &str = "\
Examples:
  athanor gov simulate small
  athanor gov simulate small --step 5% --high 70%
  athanor gov simulate large --floor-in 20000u --floor-out 50000u --ceiling-in 1 --ceiling-out 2 -o json

The chain replays the last periods of the class with their demand: what the price would have been, and what
the tokens would have cost at least. What is not given stays as it is. The exit code is 4 if the chain would
refuse the policy; then the table is of the policy forced into the limits.";

/// Shown at the end of `gov policy --help`.
pub const POLICY_EXAMPLES: &str = "\
Examples:
  athanor gov policy
  athanor gov policy small -o json

At the end of each period the price of a class rises if more of the offered slots were busy than the upper
bound of the band, falls if fewer were than the lower one, by a step at most, and stays within floor and
ceiling. `athanor gov simulate small --step 5%` says what another policy would have changed, and
`athanor gov propose policy small --step 5%` proposes it.";

/// A class of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Class {
	/// Up to 3 billion parameters.
	Small,
	/// Up to 30 billion.
	Medium,
	/// More.
	Large,
}

impl From<Class> for PriceClass {
	fn from(class: Class) -> Self {
		match class {
			Class::Small => Self::Small,
			Class::Medium => Self::Medium,
			Class::Large => Self::Large,
		}
	}
}

impl Class {
	const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];
}

/// Which class to show.
#[derive(Debug, Args)]
pub struct ClassArgs {
	/// Class of models [default: all].
	#[arg(value_enum)]
	class: Option<Class>,
}

/// A class, and what is to change of its policy.
#[derive(Debug, Args)]
pub struct PolicyArgs {
	/// Class of models.
	#[arg(value_enum)]
	class: Class,
	/// Lowest price of a token of the prompt.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	floor_in: Option<u128>,
	/// Lowest price of a generated token.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	floor_out: Option<u128>,
	/// Highest price of a token of the prompt.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	ceiling_in: Option<u128>,
	/// Highest price of a generated token.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT")]
	ceiling_out: Option<u128>,
	/// Utilisation under which the price falls, such as 40% or 0.4.
	#[arg(long, value_parser = parse_share, value_name = "SHARE")]
	low: Option<u32>,
	/// Utilisation above which the price rises.
	#[arg(long, value_parser = parse_share, value_name = "SHARE")]
	high: Option<u32>,
	/// Most that the price changes in a period.
	#[arg(long, value_parser = parse_share, value_name = "SHARE")]
	step: Option<u32>,
}

impl PolicyArgs {
	/// The policy that is meant: what is not given stays as it is now.
	fn of(&self, now: &Policy) -> SetPolicy {
		let PriceBounds { floor, ceiling } = now.bounds;
		SetPolicy {
			class: self.class.into(),
			policy: Policy {
				bounds: PriceBounds {
					floor: Price {
						input: self.floor_in.unwrap_or(floor.input),
						output: self.floor_out.unwrap_or(floor.output),
					},
					ceiling: Price {
						input: self.ceiling_in.unwrap_or(ceiling.input),
						output: self.ceiling_out.unwrap_or(ceiling.output),
					},
				},
				low: self.low.unwrap_or(now.low),
				high: self.high.unwrap_or(now.high),
				step: self.step.unwrap_or(now.step),
			},
		}
	}

	/// The proposal, unless it would change nothing.
	pub async fn proposal(&self, view: &View) -> Result<SetPolicy, Error> {
		let now = view.price_policy(self.class.into()).await?;
		changing(self.of(&now), &now)
	}
}

fn changing(set: SetPolicy, now: &Policy) -> Result<SetPolicy, Error> {
	if set.policy != *now {
		return Ok(set);
	}
	Err(Error::Input(format!(
		"that is the policy of the class {} already; say what is to change: --floor-in, --floor-out, \
		 --ceiling-in, --ceiling-out, --low, --high, --step",
		class_name(set.class)
	)))
}

/// How the price of a class follows the demand, and what it is now.
struct Standing {
	class: PriceClass,
	policy: Policy,
	price: Price,
	/// The last period that is over, if there is one.
	last: Option<Period>,
}

/// When prices move next.
struct Moves {
	now: u32,
	/// Blocks of a period, as far as the chain says.
	period: Option<u32>,
	began: u32,
	block_time: u64,
}

/// Shows the policies.
pub async fn show(context: &Context, arguments: ClassArgs) -> Result<(), Error> {
	let classes = match arguments.class {
		Some(class) => vec![class],
		None => Class::ALL.to_vec(),
	};
	let chain = context.chain().await?;
	let (standings, moves) = context
		.in_time("the policies", async {
			let view = chain.at(context.at()).await?;
			let mut standings = Vec::new();
			for class in classes {
				standings.push(Standing::read(&view, class.into()).await?);
			}
			Ok((standings, Moves::read(&view).await?))
		})
		.await?;
	let classes: Vec<Value> = standings.iter().map(Standing::json).collect();
	let mut value = json!({"classes": classes});
	merge(&mut value, moves.json());
	context.output().show(value, || {
		let mut text: Vec<String> = standings.iter().map(Standing::text).collect();
		text.push(moves.text());
		text.join("\n")
	})
}

impl Standing {
	async fn read(view: &View, class: PriceClass) -> Result<Self, Error> {
		Ok(Self {
			class,
			policy: view.price_policy(class).await?,
			price: view.price_bounds(class).await?.floor,
			last: view.price_history(class).await?.pop(),
		})
	}

	fn json(&self) -> Value {
		json!({
			"class": self.class,
			"policy": policy_json(&self.policy),
			"price": price_json(&self.price),
			"last_period": self.last.as_ref().map(|period| json!({
				"ended_at": period.ended_at,
				"utilisation": period.utilisation(),
				"price": price_json(&period.price),
				"tokens_in": period.tokens_in.to_string(),
				"tokens_out": period.tokens_out.to_string(),
			})),
		})
	}

	fn text(&self) -> String {
		let Policy {
			bounds: PriceBounds { floor, ceiling },
			low,
			high,
			step,
		} = &self.policy;
		let last = match &self.last {
			Some(period) => {
				let used = period.utilisation();
				let used = used.map_or_else(
					|| "no slots were offered".into(),
					|used| format!("{} of the slots were busy", percent(used)),
				);
				format!("{used}, up to block {}", period.ended_at)
			}
			None => "none is over yet".into(),
		};
		fields(&[
			("class", Some(class_name(self.class).to_owned())),
			("price now", Some(price(&self.price))),
			("last period", Some(last)),
			("lowest price", Some(price(floor))),
			("highest price", Some(price(ceiling))),
			("falls below", Some(format!("{} busy", percent(*low)))),
			("rises above", Some(format!("{} busy", percent(*high)))),
			(
				"at most by",
				Some(format!("{} in a period", percent(*step))),
			),
		])
	}
}

impl Moves {
	async fn read(view: &View) -> Result<Self, Error> {
		let period = view.parameter("Pricing.Period").await?;
		Ok(Self {
			now: view.number(),
			period: period
				.effective
				.as_ref()
				.and_then(|value| period.blocks(value)),
			began: view.price_period_start().await?,
			block_time: block_time(view)?,
		})
	}

	/// The block in which prices move next.
	fn next(&self) -> Option<u32> {
		let next = self.began.saturating_add(self.period?);
		Some(next.max(self.now.saturating_add(1)))
	}

	fn json(&self) -> Value {
		json!({"at": self.now, "period": self.period, "next": self.next()})
	}

	fn text(&self) -> String {
		match (self.period, self.next()) {
			(Some(blocks), Some(next)) => format!(
				"prices move every {} blocks, next in {}",
				period(blocks, self.block_time),
				then(next, self.now, self.block_time)
			),
			_ => "the chain does not say when prices move next".into(),
		}
	}
}

/// Of a policy, what programs get.
fn policy_json(policy: &Policy) -> Value {
	json!({
		"floor": price_json(&policy.bounds.floor),
		"ceiling": price_json(&policy.bounds.ceiling),
		"low": policy.low,
		"high": policy.high,
		"step": policy.step,
	})
}

/// A policy, and what the last periods would have been with it.
struct Simulated {
	set: SetPolicy,
	changes: Vec<Change>,
	/// Why the chain would refuse it.
	refused: Option<String>,
	simulation: Simulation,
}

/// Simulates it.
pub async fn simulate(context: &Context, arguments: PolicyArgs) -> Result<ExitCode, Error> {
	let chain = context.chain().await?;
	let simulated = context
		.in_time("the simulation", async {
			let view = chain.at(context.at()).await?;
			Simulated::read(&view, &arguments).await
		})
		.await?;
	context
		.output()
		.show(simulated.json(), || simulated.text())?;
	Ok(match simulated.refused {
		Some(_) => ExitCode::from(4),
		None => ExitCode::SUCCESS,
	})
}

impl Simulated {
	async fn read(view: &View, arguments: &PolicyArgs) -> Result<Self, Error> {
		let class = arguments.class.into();
		let now = view.price_policy(class).await?;
		let price = view.price_bounds(class).await?.floor;
		let set = arguments.of(&now);
		let track = find_track(&view.tracks()?, "pricing_admin")?;
		let call = set.encode(view.metadata())?;
		let trial = view.try_call(&Origin::of(&track), &call).await?;
		Ok(Self {
			set,
			changes: set.against(&now, &price),
			refused: trial.failure(),
			simulation: view.simulate_policy(class, &set.policy).await?,
		})
	}

	fn json(&self) -> Value {
		let simulation = &self.simulation;
		let period = |period: &Replayed| {
			json!({
				"ended_at": period.ended_at,
				"utilisation": period.utilisation,
				"price": price_json(&period.price),
				"would_be": price_json(&period.would_be),
				"revenue": Amount(period.revenue),
				"revenue_would_be": Amount(period.revenue_would_be),
			})
		};
		json!({
			"class": self.set.class,
			"proposed": policy_json(&self.set.policy),
			"simulated": policy_json(&simulation.policy),
			"changes": self.changes,
			"would_succeed": self.refused.is_none(),
			"error": self.refused,
			"periods": simulation.periods.iter().map(period).collect::<Vec<_>>(),
			"next": price_json(&simulation.next),
			"revenue": Amount(simulation.revenue),
			"revenue_would_be": Amount(simulation.revenue_would_be),
		})
	}

	fn text(&self) -> String {
		let changed = self
			.changes
			.iter()
			.filter(|change| change.now != change.proposed);
		let mut lines: Vec<String> = changed.map(change_text).collect();
		if let Some(reason) = &self.refused {
			lines.push(format!(
				"the chain would refuse this: {reason}\nwhat follows is for the policy forced into the limits"
			));
		}
		let simulation = &self.simulation;
		if simulation.periods.is_empty() {
			lines.push("no period of the class is over yet; try again after the first".into());
		} else {
			lines.push(String::new());
			lines.push(self.periods());
			lines.push(format!(
				"revenue: was {}, would be {} ({})",
				Amount(simulation.revenue),
				Amount(simulation.revenue_would_be),
				difference(simulation.revenue, simulation.revenue_would_be)
			));
		}
		lines.push(format!("price now: would be {}", short(&simulation.next)));
		lines.join("\n")
	}

	/// The periods as a table.
	fn periods(&self) -> String {
		let rows: Vec<_> = self
			.simulation
			.periods
			.iter()
			.map(|period| {
				vec![
					period.ended_at.to_string(),
					period.utilisation.map_or_else(|| "-".into(), percent),
					short(&period.price),
					short(&period.would_be),
					Amount(period.revenue).to_string(),
					Amount(period.revenue_would_be).to_string(),
				]
			})
			.collect();
		let head = [
			"ended in block",
			"utilisation",
			"price was",
			"would be",
			"revenue was",
			"would be",
		];
		table(&head, &rows)
	}
}

/// A price in short.
fn short(price: &Price) -> String {
	format!("{} in, {} out", Amount(price.input), Amount(price.output))
}

/// How much more or less, in percent of what was.
fn difference(was: u128, would_be: u128) -> String {
	let (sign, by) = if would_be < was {
		("-", was - would_be)
	} else {
		("+", would_be - was)
	};
	match by.checked_mul(1_000).and_then(|by| by.checked_div(was)) {
		Some(tenths) => format!("{sign}{}.{} %", tenths / 10, tenths % 10),
		None if by == 0 => "no change".into(),
		None => format!("{sign}{}", Amount(by)),
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::{Cli, Command as Top, gov},
		*,
	};
	use clap::Parser;

	fn arguments(line: &str) -> Result<PolicyArgs, clap::Error> {
		let words = ["athanor", "gov", "simulate"];
		let cli = Cli::try_parse_from(words.into_iter().chain(line.split_whitespace()))?;
		match cli.command {
			Top::Gov(gov::Command::Simulate(arguments)) => Ok(arguments),
			other => panic!("{other:?}"),
		}
	}

	fn policy() -> Policy {
		Policy {
			bounds: PriceBounds {
				floor: Price::flat(10),
				ceiling: Price::flat(90),
			},
			low: 400_000,
			high: 600_000,
			step: 50_000,
		}
	}

	#[test]
	fn what_is_not_given_stays() {
		let same = arguments("medium").unwrap().of(&policy());
		assert_eq!((same.class, same.policy), (PriceClass::Medium, policy()));
		let error = changing(same, &policy()).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("--floor-in"), "{error}");
		let line = "small --floor-in 1u --floor-out 2u --ceiling-in 3u --ceiling-out 4u --low 10% \
		            --high 0.2 --step 1%";
		let all = arguments(line).unwrap().of(&policy());
		let expected = Policy {
			bounds: PriceBounds {
				floor: Price {
					input: 1,
					output: 2,
				},
				ceiling: Price {
					input: 3,
					output: 4,
				},
			},
			low: 100_000,
			high: 200_000,
			step: 10_000,
		};
		assert_eq!(all.policy, expected);
		assert!(changing(all, &policy()).is_ok());
		for line in ["", "tiny", "small --low 60", "small --step 1.5x"] {
			assert!(arguments(line).is_err(), "{line}");
		}
	}

	fn simulated(periods: Vec<Replayed>, refused: Option<String>) -> Simulated {
		let set = arguments("small --step 10%").unwrap().of(&policy());
		Simulated {
			set,
			changes: set.against(&policy(), &Price::flat(20)),
			refused,
			simulation: Simulation {
				policy: set.policy,
				periods,
				next: Price::flat(22),
				revenue: 2_000,
				revenue_would_be: 2_150,
			},
		}
	}

	#[test]
	fn a_simulation_shows_each_period_and_the_totals() {
		let period = Replayed {
			ended_at: 600,
			utilisation: Some(755_000),
			price: Price::flat(20),
			would_be: Price::flat(21),
			revenue: 2_000,
			revenue_would_be: 2_150,
		};
		let idle = Replayed {
			utilisation: None,
			..period
		};
		let simulated = simulated(vec![period, idle], None);
		let text = simulated.text();
		for part in [
			"most change in a period: now 5 %, proposed 10 %",
			"600",
			"75.5 %",
			"20u in, 20u out",
			"21u in, 21u out",
			"revenue: was 2000u, would be 2150u (+7.5 %)",
			"price now: would be 22u in, 22u out",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		assert!(!text.contains("lowest price"), "{text}");
		assert!(!text.contains("refuse"), "{text}");
		let value = simulated.json();
		assert_eq!(value["class"], "small");
		assert_eq!(value["proposed"]["step"], 100_000);
		assert_eq!(value["periods"][0]["would_be"]["input"], "21");
		assert_eq!(value["periods"][1]["utilisation"], Value::Null);
		assert_eq!(value["would_succeed"], true);
		assert_eq!(value["error"], Value::Null);
		assert_eq!(value["revenue_would_be"], "2150");
	}

	#[test]
	fn a_refusal_and_a_lack_of_periods_are_told() {
		let reason = "Pricing.BeyondLimits: Stay within.";
		let text = simulated(vec![], Some(reason.into())).text();
		assert!(text.contains("would refuse this: Pricing.Beyond"), "{text}");
		assert!(text.contains("no period of the class is over"), "{text}");
	}

	#[test]
	fn a_policy_is_shown_with_the_price_and_the_last_period() {
		let mut standing = Standing {
			class: PriceClass::Medium,
			policy: policy(),
			price: Price::flat(20),
			last: Some(Period {
				ended_at: 600,
				price: Price::flat(19),
				busy_blocks: 3,
				slot_blocks: 4,
				tokens_in: 5,
				tokens_out: 6,
			}),
		};
		let text = standing.text();
		for part in [
			"medium",
			"20u in, 20u out per token",
			"75 % of the slots were busy, up to block 600",
			"10u in, 10u out",
			"90u in, 90u out",
			"40 % busy",
			"60 % busy",
			"5 % in a period",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = standing.json();
		assert_eq!(value["class"], "medium");
		assert_eq!(value["policy"]["low"], 400_000);
		assert_eq!(value["price"]["input"], "20");
		assert_eq!(value["last_period"]["utilisation"], 750_000);
		standing.last = None;
		assert!(standing.text().contains("none is over yet"));
		assert_eq!(standing.json()["last_period"], Value::Null);
	}

	#[test]
	fn when_prices_move_next_is_told() {
		let mut moves = Moves {
			now: 100,
			period: Some(40),
			began: 90,
			block_time: 3_000,
		};
		assert_eq!(
			moves.text(),
			"prices move every 40 (about 2 min) blocks, next in block 130 (in about 90 s)"
		);
		assert_eq!(moves.json()["next"], 130);
		// A period that was made shorter ends with the next block.
		moves.period = Some(5);
		assert_eq!(moves.next(), Some(101));
		moves.period = None;
		assert!(moves.text().contains("does not say"));
	}

	#[test]
	fn differences_are_percent_of_what_was() {
		assert_eq!(difference(1_000, 900), "-10.0 %");
		assert_eq!(difference(1_000, 1_000), "+0.0 %");
		assert_eq!(difference(0, 0), "no change");
		assert_eq!(difference(0, 5), "+5u");
		assert_eq!(difference(u128::MAX, 0), format!("-{}", Amount(u128::MAX)));
	}
}
