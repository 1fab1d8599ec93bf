//! `athanor provider list`, and what `provider status` says of delegated stake.

use std::collections::BTreeMap;

use athanor::{
	AccountId, Amount, Error, Provider,
	chain::{DelegationPool, StakeBehind},
};
use clap::Args;
use serde_json::{Value, json};

use super::{
	Context,
	delegation::stake_text,
	output::{note, percent, table},
};

/// Shown at the end of `provider list --help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor provider list
  athanor provider list --limit 500 -o json

The commission is what a provider takes of its delegators' income, unless governance allows less: see
`athanor gov parameters` for MaxCommission.";

/// How many to list.
#[derive(Debug, Args)]
pub struct ListArgs {
	/// At most so many, those with the most stake first.
	#[arg(long, default_value_t = 100, value_name = "N")]
	limit: usize,
}

/// A provider in the list.
struct Row {
	who: AccountId,
	provider: Provider,
	pool: DelegationPool,
}

/// Lists the providers, with the largest stake first.
pub async fn run(context: &Context, arguments: ListArgs) -> Result<(), Error> {
	let chain = context.chain().await?;
	let (mut rows, now, min_stake) = context
		.reading("the providers", async {
			let view = chain.at(context.at()).await?;
			let providers = view.providers().await?;
			let pools = view.delegation_pools().await?;
			Ok((
				rows(providers, pools),
				view.number(),
				view.constants()?.min_stake,
			))
		})
		.await?;
	let more = rows.len().saturating_sub(arguments.limit);
	rows.truncate(arguments.limit);
	if more > 0 {
		note(format_args!("{more} more; see --limit"));
	}
	let values: Vec<Value> = rows.iter().map(|row| row.json(now, min_stake)).collect();
	context.output().show(values, || match rows.is_empty() {
		true => "there are no providers; see `athanor provider register --help`".into(),
		false => {
			let cells: Vec<_> = rows.iter().map(|row| row.cells(now, min_stake)).collect();
			let head = [
				"provider",
				"own stake",
				"delegated",
				"commission",
				"covers jobs",
				"state",
			];
			table(&head, &cells)
		}
	})
}

fn rows(
	providers: BTreeMap<AccountId, Provider>,
	mut pools: BTreeMap<AccountId, DelegationPool>,
) -> Vec<Row> {
	let mut rows: Vec<Row> = providers
		.into_iter()
		.map(|(who, provider)| Row {
			pool: pools.remove(&who).unwrap_or_default(),
			who,
			provider,
		})
		.collect();
	rows.sort_by_key(|row| (std::cmp::Reverse(row.stake()), row.who));
	rows
}

impl Row {
	fn stake(&self) -> u128 {
		self.provider
			.bonded
			.saturating_add(self.pool.active_worth())
	}

	/// Why it gets no work, in a word or two, as far as its record says.
	fn state(&self, now: u32, min_stake: u128) -> String {
		let provider = &self.provider;
		let state = if provider.chilled {
			"chilled"
		} else if provider.paused_until > now {
			"paused"
		} else if provider.free_bonded() < min_stake {
			"too little stake"
		} else if provider.keys == 0 {
			"no worker key"
		} else {
			"active"
		};
		match provider.pending.len() {
			0 => state.into(),
			count => format!("{state}, {count} pending slash(es)"),
		}
	}

	fn cells(&self, now: u32, min_stake: u128) -> Vec<String> {
		vec![
			self.who.to_string(),
			Amount(self.provider.bonded).to_string(),
			Amount(self.pool.active_worth()).to_string(),
			percent(self.pool.commission),
			Amount(self.provider.committed).to_string(),
			self.state(now, min_stake),
		]
	}

	fn json(&self, now: u32, min_stake: u128) -> Value {
		json!({
			"address": self.who,
			"provider": self.provider,
			"state": self.state(now, min_stake),
			"pool": pool_json(&self.pool),
		})
	}
}

/// Of a pool, what programs get.
fn pool_json(pool: &DelegationPool) -> Value {
	json!({
		"delegated": Amount(pool.active_worth()),
		"answers": Amount(pool.pool.total),
		"commission": pool.commission,
		"commission_raised_at": pool.commission_raised_at,
	})
}

/// What `provider status` says of delegated stake.
pub struct Behind {
	pub pool: DelegationPool,
	/// What the account of the key has behind the provider.
	pub yours: Option<StakeBehind>,
}

impl Behind {
	/// For programs.
	pub fn json(&self) -> Value {
		json!({"pool": pool_json(&self.pool), "yours": self.yours})
	}

	/// For people.
	pub fn lines(&self, now: u32) -> Vec<(&'static str, Option<String>)> {
		let pool = &self.pool;
		let worth = pool.active_worth();
		let delegated = match pool.pool.total.saturating_sub(worth) {
			0 => Amount(worth).to_string(),
			rest => format!(
				"{}, and {} that was asked back or moved and still answers",
				Amount(worth),
				Amount(rest)
			),
		};
		let yours = self.yours.as_ref();
		let claimable = yours.filter(|yours| yours.claimable > 0).map(|yours| {
			format!(
				"{}; `athanor provider claim {}`",
				Amount(yours.claimable),
				yours.provider
			)
		});
		vec![
			("delegated", Some(delegated)),
			(
				"commission",
				Some(format!(
					"{} of its delegators' income",
					percent(pool.commission)
				)),
			),
			("yours", yours.map(|yours| stake_text(yours, now))),
			("your income", claimable),
		]
	}
}

#[cfg(test)]
mod tests {
	use super::{super::delegation, *};
	use crate::cli::output::fields;
	use athanor::{chain::Frozen, primitives::pool::Pool};

	fn pool(total: u128, unbonding_shares: u128) -> DelegationPool {
		DelegationPool {
			pool: Pool {
				total,
				shares: total,
			},
			unbonding_shares,
			commission: 50_000,
			..Default::default()
		}
	}

	fn provider(bonded: u128) -> Provider {
		Provider {
			bonded,
			committed: 5,
			unbonding: vec![],
			keys: 1,
			retired_keys: 0,
			registered_at: 1,
			slashed: 0,
			paused_until: 0,
			chilled: false,
			pending: vec![],
		}
	}

	#[test]
	fn providers_are_listed_by_all_that_stands_behind_them() {
		let who = |byte| AccountId::from([byte; 32]);
		let chilled = Provider {
			chilled: true,
			..provider(250)
		};
		let slashed = Provider {
			pending: vec![Frozen {
				id: 3,
				last: 3,
				count: 1,
				raised_at: 5,
				own: 2,
				share: 10_000,
			}],
			..provider(200)
		};
		let providers = [
			(who(6), provider(200)),
			(who(7), slashed),
			(who(8), chilled),
		];
		let pools = [(who(7), pool(120, 20))];
		let rows = rows(providers.into(), pools.into());
		let order: Vec<_> = rows.iter().map(|row| row.who).collect();
		assert_eq!(order, [who(7), who(8), who(6)]);
		let first = rows[0].cells(10, 100);
		assert_eq!(
			first[1..],
			["200u", "100u", "5 %", "5u", "active, 1 pending slash(es)"]
		);
		assert_eq!(rows[1].state(10, 100), "chilled");
		assert_eq!(rows[2].state(10, 201), "too little stake");
		let value = rows[0].json(10, 100);
		assert_eq!(value["pool"]["delegated"], "100");
		assert_eq!(value["pool"]["answers"], "120");
		assert_eq!(value["pool"]["commission"], 50_000);
	}

	#[test]
	fn what_is_delegated_is_told_with_what_is_yours() {
		let behind = Behind {
			pool: pool(120, 20),
			yours: Some(delegation::tests::sample(7)),
		};
		let text = fields(&behind.lines(50));
		for part in [
			"100u, and 20u that was asked back",
			"5 % of its delegators' income",
			"40u, 20u unbonds until block 100",
			"5u; `athanor provider claim 5",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = behind.json();
		assert_eq!(value["yours"]["claimable"], "5");
		assert_eq!(value["yours"]["unbonding"][0]["unlocks_at"], 100);
		let nobody = Behind {
			pool: pool(0, 0),
			yours: None,
		};
		let text = fields(&nobody.lines(50));
		assert!(!text.contains("your"), "{text}");
	}
}
