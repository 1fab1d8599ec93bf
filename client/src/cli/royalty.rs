//! `athanor model royalty` and its like: who shares what a model earns.

use athanor::{
	AccountId, Amount, Call, Error, Model, View,
	chain::{
		Holding, MAX_HELD, OwnRoyalty, ROYALTY_SHARES, Royalty, RoyaltyCall,
		events::{
			RoyaltyClaimed, RoyaltyDepositReturned, RoyaltyDepositTaken, RoyaltyEnded,
			RoyaltyForfeited,
		},
	},
	primitives::ModelId,
};
use clap::Args;
use serde_json::{Value, json};

use super::{
	Context,
	model::unknown,
	output::{Done, fields, note, percent, report, table},
	parse_account, parse_share,
};

/// Shown at the end of `model royalty --help`.
pub const SHOW_EXAMPLES: &str = "\
Examples:
  athanor model royalty 3
  athanor --key holder.key model royalty 3 -o json

While a royalty is not split, each job pays all of it to the owner of the model.";

/// Shown at the end of `model royalties --help`.
pub const LIST_EXAMPLES: &str = "\
Examples:
  athanor --key holder.key model royalties
  athanor model royalties ADDRESS -o json

Only royalties that were split: of others, each job pays the owner of the model at once.";

/// Shown at the end of `model royalty-transfer --help`.
pub const TRANSFER_EXAMPLES: &str = "\
Examples:
  athanor --key author.key model royalty-transfer 3 ADDRESS 250000
  athanor --key author.key model royalty-transfer 3 ADDRESS 25% --dry-run

The first transfer splits the royalty: what it earns from then on waits until each holder claims it. Records
of the split take deposits, which return when they end.";

/// Shown at the end of `model royalty-claim --help`.
pub const CLAIM_EXAMPLES: &str = "\
Examples:
  athanor --key holder.key model royalty-claim 3
  athanor --key any.key model royalty-claim 3 --of ADDRESS

How often you claim makes no difference to what you get in all.";

/// Shown at the end of `model royalty-merge --help`.
pub const MERGE_EXAMPLES: &str = "\
Example:
  athanor --key author.key model royalty-merge 3

All shares have to be the owner's, and nobody else may have something left to claim: see `athanor model
royalty 3`.";

/// Which shares to give to whom.
#[derive(Debug, Args)]
pub struct TransferArgs {
	/// The model.
	model: ModelId,
	/// To whom.
	#[arg(value_parser = parse_account, value_name = "ACCOUNT")]
	to: AccountId,
	/// How many of the 1,000,000 shares, or a part of all of them such as 25%.
	#[arg(value_parser = parse_shares)]
	shares: u32,
}

/// Whose income of which model.
#[derive(Debug, Args)]
pub struct ClaimArgs {
	/// The model.
	model: ModelId,
	/// Who is paid [default: the account of the key].
	#[arg(long, value_parser = parse_account, value_name = "HOLDER")]
	of: Option<AccountId>,
}

/// Reads a number of shares, for clap: a count, or percent of all.
fn parse_shares(text: &str) -> Result<u32, String> {
	// A share of all is one in a million for each.
	let shares = if text.trim().ends_with('%') {
		parse_share(text)?
	} else {
		let digits: String = text.trim().chars().filter(|c| *c != '_').collect();
		digits.parse().map_err(|_| {
			format!(
				"`{text}` is no number of shares; write how many of the {ROYALTY_SHARES}, or percent such as 25%"
			)
		})?
	};
	match shares {
		0 => Err("no shares would go; name at least one".into()),
		shares if shares > ROYALTY_SHARES => Err(format!(
			"a royalty has {ROYALTY_SHARES} shares; name no more"
		)),
		shares => Ok(shares),
	}
}

/// Which royalty to show.
#[derive(Debug, Args)]
pub struct ShowArgs {
	/// The model.
	model: ModelId,
	/// At most so many holders, those with the most shares first.
	#[arg(long, default_value_t = 100, value_name = "N")]
	limit: usize,
}

/// Whose royalties.
#[derive(Debug, Args)]
pub struct ListArgs {
	/// Whose [default: those of the key].
	#[arg(value_parser = parse_account)]
	address: Option<AccountId>,
}

/// Lists what an account has of split royalties.
pub async fn list(context: &Context, arguments: ListArgs) -> Result<(), Error> {
	let who = context.account(arguments.address)?;
	let chain = context.chain().await?;
	let own = context
		.in_time("the royalties", async {
			chain.at(context.at()).await?.royalties_of(&who).await
		})
		.await?;
	context
		.output()
		.show(list_json(&who, &own), || list_text(&who, &own))
}

fn claimable(own: &[OwnRoyalty]) -> u128 {
	own.iter()
		.fold(0, |sum, one| sum.saturating_add(one.claimable))
}

fn list_json(who: &AccountId, own: &[OwnRoyalty]) -> Value {
	json!({
		"address": who,
		"royalties": own,
		"claimable": Amount(claimable(own)),
	})
}

fn list_text(who: &AccountId, own: &[OwnRoyalty]) -> String {
	if own.is_empty() {
		return format!(
			"{who} has no shares of a split royalty; one that is not split is paid to the owner of the model at \
			 once: see `athanor model royalty MODEL`"
		);
	}
	let rows: Vec<_> = own
		.iter()
		.map(|one| {
			let remedy = match one.claimable {
				0 => String::new(),
				_ => format!("athanor model royalty-claim {}", one.model),
			};
			vec![
				one.model.to_string(),
				one.shares.to_string(),
				percent(one.shares),
				Amount(one.claimable).to_string(),
				remedy,
			]
		})
		.collect();
	let head = ["model", "shares", "part", "can claim", "with"];
	let mut text = table(&head, &rows);
	text.push_str(&format!("income to claim: {}\n", Amount(claimable(own))));
	if u32::try_from(own.len()).is_ok_and(|len| len >= MAX_HELD) {
		text.push_str(&format!("only the first {MAX_HELD} are told\n"));
	}
	text
}

/// A royalty, and who has it.
struct Shown {
	id: ModelId,
	/// Nothing once it is removed.
	model: Option<Model>,
	split: Option<Split>,
}

/// One that was split.
struct Split {
	royalty: Royalty,
	/// The largest of them.
	holders: Vec<Holding>,
	/// How many more there are.
	more: usize,
	/// What the account of the key has.
	yours: Option<Holding>,
}

/// Shows it.
pub async fn show(context: &Context, arguments: ShowArgs) -> Result<(), Error> {
	let ShowArgs { model: id, limit } = arguments;
	let caller = context.key_if_given()?.map(|key| key.account());
	let chain = context.chain().await?;
	let shown = context
		.reading("the holders of all royalties", async {
			Shown::read(&chain.at(context.at()).await?, id, caller, limit).await
		})
		.await?;
	context.output().show(shown.json(), || shown.text())
}

impl Split {
	/// The largest holders, and what the caller has among all.
	fn new(
		royalty: Royalty,
		mut holders: Vec<Holding>,
		caller: Option<AccountId>,
		limit: usize,
	) -> Self {
		let yours = caller.and_then(|caller| holders.iter().find(|holding| holding.who == caller));
		let yours = yours.cloned();
		let more = holders.len().saturating_sub(limit);
		holders.truncate(limit);
		Self {
			royalty,
			holders,
			more,
			yours,
		}
	}
}

impl Shown {
	async fn read(
		view: &View,
		id: ModelId,
		caller: Option<AccountId>,
		limit: usize,
	) -> Result<Self, Error> {
		let model = view.model(id).await?;
		let split = match view.royalty(id).await? {
			Some(royalty) => {
				let holders = view.royalty_holders(id, &royalty).await?;
				Some(Split::new(royalty, holders, caller, limit))
			}
			None => None,
		};
		if model.is_none() && split.is_none() {
			return Err(unknown(id));
		}
		Ok(Self { id, model, split })
	}

	fn yours(&self) -> Option<&Holding> {
		self.split.as_ref()?.yours.as_ref()
	}

	fn json(&self) -> Value {
		json!({
			"model": self.id,
			"owner": self.model.as_ref().map(|model| model.owner),
			"royalty": self.model.as_ref().map(|model| model.royalty),
			"split": self.split.as_ref().map(|split| json!({
				"split_at": split.royalty.split_at,
				"shares": split.royalty.shares,
				"unclaimed": Amount(split.royalty.unclaimed),
				"depositor": split.royalty.depositor,
				"holders": split.holders,
				"more": split.more,
			})),
			"yours": self.yours(),
		})
	}

	fn text(&self) -> String {
		let model = self.model.as_ref();
		let split = self.split.as_ref();
		let state = match (split, model) {
			(Some(split), _) => format!(
				"split in block {} among {} holder(s)",
				split.royalty.split_at, split.royalty.holders
			),
			(None, Some(_)) => "not split: each job pays its owner at once".into(),
			(None, None) => String::new(),
		};
		let yours = self.yours().map(|yours| {
			let remedy = match yours.claimable {
				0 => String::new(),
				_ => format!("; `athanor model royalty-claim {}`", self.id),
			};
			format!(
				"{}, with {} to claim{remedy}",
				shares_text(yours.shares),
				Amount(yours.claimable)
			)
		});
		let mut text = fields(&[
			("model", Some(self.id.to_string())),
			(
				"owner",
				Some(model.map_or_else(
					|| "none: the model is removed".into(),
					|model| model.owner.to_string(),
				)),
			),
			("royalty", model.map(|model| percent(model.royalty))),
			("state", Some(state)),
			(
				"not claimed",
				split.map(|split| Amount(split.royalty.unclaimed).to_string()),
			),
			("yours", yours),
		]);
		if let Some(split) = split {
			let rows: Vec<_> = split
				.holders
				.iter()
				.map(|holding| {
					vec![
						holding.who.to_string(),
						holding.shares.to_string(),
						percent(holding.shares),
						Amount(holding.claimable).to_string(),
					]
				})
				.collect();
			text.push('\n');
			text.push_str(&table(&["holder", "shares", "part", "can claim"], &rows));
			if split.more > 0 {
				text.push_str(&format!("{} more; see --limit\n", split.more));
			}
		}
		text
	}
}

fn shares_text(shares: u32) -> String {
	format!("{shares} shares ({})", percent(shares))
}

/// Gives shares away.
pub async fn transfer(context: &Context, arguments: TransferArgs) -> Result<(), Error> {
	let TransferArgs { model, to, shares } = arguments;
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let is_split = context
		.in_time("the royalty", async {
			let view = chain.at(context.at()).await?;
			let royalty = view.royalty(model).await?;
			if let Some(royalty) = &royalty {
				let held = view.royalty_holding(model, royalty, &account).await?;
				enough(model, shares, held.as_ref())?;
			}
			Ok(royalty.is_some())
		})
		.await?;
	if !is_split {
		note(format_args!(
			"splits the royalty of model {model}: what jobs posted from then on pay is to be claimed with \
			 `athanor model royalty-claim {model}`"
		));
	}
	let call = Call::Royalty(RoyaltyCall::Transfer { model, to, shares });
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |included| {
		let deposits = included.events.find::<RoyaltyDepositTaken>()?;
		let deposit = deposits
			.iter()
			.filter(|taken| taken.who == account)
			.fold(0_u128, |sum, taken| sum.saturating_add(taken.amount));
		let beside = match deposit {
			0 => String::new(),
			units => format!(", {} held as deposit,", Amount(units)),
		};
		Ok(Done {
			json: json!({
				"model": model,
				"to": to,
				"shares": shares,
				"deposit": Amount(deposit),
			}),
			text: format!(
				"{} of the royalty of model {model} are {to}'s now{beside}",
				shares_text(shares)
			),
		})
	})
}

/// Says with figures that somebody has not so many shares.
fn enough(model: ModelId, shares: u32, held: Option<&Holding>) -> Result<(), Error> {
	let have = held.map_or(0, |held| held.shares);
	if have >= shares {
		return Ok(());
	}
	Err(Error::Input(format!(
		"you have {} of the royalty of model {model}, and {shares} were to go; name no more than you have; see \
		 `athanor model royalty {model}`",
		shares_text(have)
	)))
}

/// Takes income.
pub async fn claim(context: &Context, arguments: ClaimArgs) -> Result<(), Error> {
	let ClaimArgs { model, of } = arguments;
	let call = match of {
		Some(who) => RoyaltyCall::ClaimFor { model, who },
		None => RoyaltyCall::Claim(model),
	};
	let chain = context.chain().await?;
	let sent = context.send(&chain, &Call::Royalty(call)).await?;
	report(context, &sent, |included| {
		let events = &included.events;
		let claimed = events.first::<RoyaltyClaimed>()?;
		let forfeited = events.first::<RoyaltyForfeited>()?;
		let returned = events.find::<RoyaltyDepositReturned>()?;
		let text = match (&claimed, &forfeited) {
			(Some(claimed), _) => format!(
				"{} of the royalty of model {model} paid to {}",
				Amount(claimed.amount),
				claimed.who
			),
			(None, Some(lost)) => format!(
				"{} was too little to open the account of {}, and went to the treasury",
				Amount(lost.to_treasury),
				lost.who
			),
			(None, None) => "nothing was paid".into(),
		};
		let text = returned.iter().fold(text, |text, deposit| {
			format!(
				"{text}, {} of deposit returned to {}",
				Amount(deposit.amount),
				deposit.who
			)
		});
		Ok(Done {
			json: json!({
				"model": model,
				"claimed": claimed,
				"forfeited": forfeited,
				"deposits_returned": returned,
			}),
			text,
		})
	})
}

/// Ends a split.
pub async fn merge(context: &Context, model: ModelId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let call = Call::Royalty(RoyaltyCall::Merge(model));
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |included| {
		let events = &included.events;
		let claimed = events.first::<RoyaltyClaimed>()?;
		let returned = events.find::<RoyaltyDepositReturned>()?;
		let deposits = returned
			.iter()
			.fold(0_u128, |sum, deposit| sum.saturating_add(deposit.amount));
		let income = claimed.as_ref().map_or(0, |claimed| claimed.amount);
		Ok(Done {
			json: json!({
				"model": model,
				"claimed": claimed,
				"ended": events.first::<RoyaltyEnded>()?,
				"deposits_returned": returned,
			}),
			text: format!(
				"the royalty of model {model} is not split any more; {} of income paid, {} of deposits \
				 returned,",
				Amount(income),
				Amount(deposits)
			),
		})
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::{
		ModelStatus,
		primitives::{
			income::Income,
			model::{NumericClass, PriceClass},
		},
	};

	fn who(byte: u8) -> AccountId {
		AccountId::from([byte; 32])
	}

	fn model() -> Model {
		Model {
			owner: who(9),
			name: "stories".into(),
			architecture: "llama".into(),
			parameters: 1,
			licence: String::new(),
			royalty: 25_000,
			numeric_class: NumericClass::Float,
			price_class: PriceClass::Small,
			version: 1,
			registered_at: 1,
			status: ModelStatus::Active,
		}
	}

	fn split(caller: u8, limit: usize) -> Split {
		let holding = |byte, shares, claimable| Holding {
			who: who(byte),
			shares,
			claimable,
		};
		let royalty = Royalty {
			depositor: who(9),
			split_at: 40,
			shares: ROYALTY_SHARES,
			holders: 2,
			income: Income::default(),
			unclaimed: 8,
		};
		let holders = vec![holding(9, 750_000, 6), holding(7, 250_000, 2)];
		Split::new(royalty, holders, Some(who(caller)), limit)
	}

	#[test]
	fn shares_are_a_count_or_percent() {
		for (text, shares) in [
			("1", 1),
			("250000", 250_000),
			("250_000", 250_000),
			("25%", 250_000),
			("0.0001 %", 1),
			("100%", 1_000_000),
		] {
			assert_eq!(parse_shares(text), Ok(shares), "{text}");
		}
		for text in ["", "0", "0%", "1000001", "101%", "-1", "0.5", "x"] {
			assert!(parse_shares(text).is_err(), "{text}");
		}
		assert!(parse_shares("x").unwrap_err().contains("such as 25%"));
	}

	#[test]
	fn a_split_royalty_is_shown_with_its_holders() {
		let shown = Shown {
			id: 3,
			model: Some(model()),
			split: Some(split(7, 100)),
		};
		let text = shown.text();
		for part in [
			"2.5 %",
			"split in block 40 among 2 holder(s)",
			"250000 shares (25 %), with 2u to claim; `athanor model royalty-claim 3`",
			"750000",
			"8u",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = shown.json();
		assert_eq!(value["split"]["holders"][0]["claimable"], "6");
		assert_eq!(value["yours"]["shares"], 250_000);
		assert_eq!(value["royalty"], 25_000);
	}

	#[test]
	fn a_long_list_of_holders_is_cut_and_says_so() {
		let shown = Shown {
			id: 3,
			model: Some(model()),
			split: Some(split(7, 1)),
		};
		let text = shown.text();
		assert!(text.contains("1 more; see --limit"), "{text}");
		// What is the caller's own is told all the same.
		assert!(text.contains("250000 shares"), "{text}");
		let value = shown.json();
		assert_eq!(value["split"]["more"], 1);
		assert_eq!(value["split"]["holders"].as_array().unwrap().len(), 1);
		assert_eq!(value["yours"]["shares"], 250_000);
	}

	#[test]
	fn own_royalties_are_listed_with_what_can_be_claimed() {
		let one = |model, claimable| OwnRoyalty {
			model,
			shares: 250_000,
			claimable,
		};
		let own = [one(3, 5), one(4, 0)];
		let text = list_text(&who(7), &own);
		for part in [
			"athanor model royalty-claim 3",
			"25 %",
			"income to claim: 5u",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		assert!(!text.contains("royalty-claim 4"), "{text}");
		let value = list_json(&who(7), &own);
		assert_eq!(value["claimable"], "5");
		assert_eq!(value["royalties"][0]["shares"], 250_000);
		assert!(list_text(&who(7), &[]).contains("no shares of a split"));
	}

	#[test]
	fn one_that_is_not_split_is_the_owners() {
		let shown = Shown {
			id: 3,
			model: Some(model()),
			split: None,
		};
		let text = shown.text();
		assert!(text.contains("not split"), "{text}");
		assert!(!text.contains("HOLDER"), "{text}");
		assert_eq!(shown.json()["split"], Value::Null);
		let removed = Shown {
			model: None,
			split: Some(split(9, 100)),
			..shown
		};
		let text = removed.text();
		assert!(text.contains("the model is removed"), "{text}");
		assert_eq!(removed.json()["owner"], Value::Null);
	}

	#[test]
	fn nobody_gives_more_than_it_has() {
		let held = &split(9, 100).holders[1];
		assert!(enough(3, 250_000, Some(held)).is_ok());
		let error = enough(3, 250_001, Some(held)).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("model royalty 3"), "{error}");
		assert!(enough(3, 1, None).is_err());
	}
}
