//! `athanor provider delegate` and its like: stake behind somebody else's provider.

use athanor::{
	AccountId, Amount, At, Call, Chain, Error, View,
	chain::{
		DelegationCall, StakeBehind,
		events::{
			CommissionSet, Delegated, DelegationReduced, DelegationWithdrawn, IncomeClaimed,
			Redelegated, Undelegated,
		},
	},
};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::{
	Context, Sent,
	output::{Done, about, note, percent, report, table},
	parse_account, parse_amount, parse_share,
};

/// Shown at the end of `provider delegate --help`.
pub const DELEGATE_EXAMPLES: &str = "\
Examples:
  athanor provider list
  athanor --key alice.key provider delegate ADDRESS 100
  athanor --key alice.key provider delegate ADDRESS 100 --dry-run

The stake stays in your account, on hold, and keeps its vote. It earns a part of what the provider is paid,
less its commission, and is slashed for its faults.";

/// Shown at the end of `provider undelegate --help`.
pub const UNDELEGATE_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider undelegate ADDRESS 50
  athanor --key alice.key provider undelegate ADDRESS --all

What is asked back stops to earn at once, and is slashed for the provider's faults until it unlocks. Then
`athanor provider withdraw-delegation ADDRESS` frees it.";

/// Shown at the end of `provider redelegate --help`.
pub const REDELEGATE_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider redelegate ADDRESS 50 --to ADDRESS
  athanor --key alice.key provider redelegate ADDRESS --all --to ADDRESS --dry-run

The first address is the provider that the stake is behind now. Nothing waits, but the stake answers for
both providers for the unbonding period, and cannot be moved on meanwhile.";

/// Shown at the end of `provider withdraw-delegation --help`.
pub const WITHDRAW_EXAMPLES: &str = "\
Example:
  athanor --key alice.key provider withdraw-delegation ADDRESS";

/// Shown at the end of `provider claim --help`.
pub const CLAIM_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider claim
  athanor --key alice.key provider claim ADDRESS -o json

How often you claim makes no difference to what you get in all.";

/// Shown at the end of `provider compound --help`.
pub const COMPOUND_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider compound ADDRESS
  athanor --key any.key provider compound ADDRESS --of ADDRESS

The owner of the stake has to allow it once, with `athanor provider auto-compound ADDRESS on`.";

/// Shown at the end of `provider collect --help`.
pub const COLLECT_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider collect ADDRESS
  athanor --key any.key provider collect ADDRESS --of ADDRESS

What a slash of the provider has taken is out of its income from the slash on. A part that came from another
provider answers for that one's slashes too: what it has lost there earns until it is collected, and the same
call ends its liability when that is over. There is no fee if there was something to do.";

/// Shown at the end of `provider delegations --help`.
pub const LIST_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider delegations
  athanor provider delegations ADDRESS -o json

`athanor provider claim` takes the income of all of them at once.";

/// Shown at the end of `provider commission --help`.
pub const COMMISSION_EXAMPLES: &str = "\
Examples:
  athanor --key provider.key provider commission 5%
  athanor --key provider.key provider commission 0.05 --dry-run

Less can be set at any time, more only in small steps, one a day, once somebody delegates to you. See
`athanor gov parameters` for MaxCommission and MaxCommissionChange.";

/// Shown at the end of `provider auto-compound --help`.
pub const AUTO_COMPOUND_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key provider auto-compound ADDRESS on
  athanor --key alice.key provider auto-compound ADDRESS off";

/// What the chain takes for all that there is, also if that changes meanwhile.
const EVERYTHING: u128 = u128::MAX;

/// Some of a delegation, or all of it.
#[derive(Debug, Args)]
pub struct Part {
	/// How much, in tokens (100) or units (1000u).
	#[arg(value_parser = parse_amount, required_unless_present = "all")]
	amount: Option<u128>,
	/// Everything that counts now.
	#[arg(long, conflicts_with = "amount")]
	all: bool,
}

/// What to delegate.
#[derive(Debug, Args)]
pub struct DelegateArgs {
	/// The provider.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
	/// How much, in tokens (100) or units (1000u).
	#[arg(value_parser = parse_amount)]
	amount: u128,
}

/// What to ask back.
#[derive(Debug, Args)]
pub struct UndelegateArgs {
	/// The provider.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
	#[command(flatten)]
	part: Part,
}

/// What to move.
#[derive(Debug, Args)]
pub struct RedelegateArgs {
	/// The provider that the stake is behind now.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
	#[command(flatten)]
	part: Part,
	/// The provider that it goes to.
	#[arg(long, value_parser = parse_account, value_name = "PROVIDER")]
	to: AccountId,
}

/// Behind whom.
#[derive(Debug, Args)]
pub struct BehindArgs {
	/// The provider.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
}

/// Of which income.
#[derive(Debug, Args)]
pub struct ClaimArgs {
	/// The provider [default: all that have something for you].
	#[arg(value_parser = parse_account)]
	provider: Option<AccountId>,
}

/// Whose delegation.
#[derive(Debug, Args)]
pub struct WhoseArgs {
	/// The provider.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
	/// Whose stake [default: that of the key].
	#[arg(long, value_parser = parse_account, value_name = "DELEGATOR")]
	of: Option<AccountId>,
}

/// What a provider takes.
#[derive(Debug, Args)]
pub struct CommissionArgs {
	/// The share of your delegators' income, such as 5% or 0.05.
	#[arg(value_parser = parse_share)]
	share: u32,
}

/// Whether income becomes stake.
#[derive(Debug, Args)]
pub struct AutoCompoundArgs {
	/// The provider.
	#[arg(value_parser = parse_account)]
	provider: AccountId,
	/// Whether anybody may add to your stake what it has earned.
	#[arg(value_enum)]
	switch: Switch,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
	/// Anybody may.
	On,
	/// Nobody may.
	Off,
}

fn done(json: Value, text: String) -> Done {
	Done { json, text }
}

async fn send(context: &Context, chain: &Chain, call: DelegationCall) -> Result<Sent, Error> {
	context.send(chain, &Call::Delegation(call)).await
}

/// The state that is read.
async fn view(context: &Context, chain: &Chain) -> Result<View, Error> {
	chain.at(context.at()).await
}

/// What an account has behind a provider, or the remedy.
async fn stake(
	context: &Context,
	chain: &Chain,
	who: &AccountId,
	provider: &AccountId,
) -> Result<StakeBehind, Error> {
	let found = context
		.in_time("the delegation", async {
			view(context, chain)
				.await?
				.stake_behind(who, provider)
				.await
		})
		.await?;
	found.ok_or_else(|| {
		Error::NotFound(format!(
			"{who} has delegated nothing to {provider}; check the address, or see `athanor provider delegate \
			 --help`"
		))
	})
}

impl Part {
	/// The units that are meant, as the call says it.
	fn units(&self, stake: &StakeBehind) -> Result<u128, Error> {
		let provider = stake.provider;
		match self.amount {
			Some(amount) if amount > stake.active => Err(Error::Input(format!(
				"{} is more than the {} that count behind {provider}; name less, or --all",
				Amount(amount),
				Amount(stake.active)
			))),
			Some(amount) => Ok(amount),
			None if stake.active == 0 => Err(Error::Input(format!(
				"nothing counts behind {provider} any more: what there was unbonds, or a slash has taken it; \
				 see `athanor wallet explain`"
			))),
			None => Ok(EVERYTHING),
		}
	}
}

/// Delegates.
pub async fn delegate(context: &Context, arguments: DelegateArgs) -> Result<(), Error> {
	let DelegateArgs { provider, amount } = arguments;
	let chain = context.chain().await?;
	let (commission, period, block_time) = context
		.in_time("the provider", async {
			let view = view(context, &chain).await?;
			let constants = view.constants()?;
			let commission = view.delegation_pool(&provider).await?.commission;
			Ok((commission, constants.unbonding_period, constants.block_time))
		})
		.await?;
	note(format_args!(
		"puts {} on hold in your account; of its income the provider takes {}; when you ask for it back it \
		 takes {}",
		Amount(amount),
		percent(commission),
		about(period, block_time)
	));
	let call = DelegationCall::Delegate { provider, amount };
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<Delegated>()?;
		let total = event.map(|event| Amount(event.total));
		let all = total.map_or_else(String::new, |total| format!(", {total} in all,"));
		Ok(done(
			json!({"provider": provider, "amount": Amount(amount), "total": total}),
			format!("{} delegated to {provider}{all}", Amount(amount)),
		))
	})
}

/// Asks back.
pub async fn undelegate(context: &Context, arguments: UndelegateArgs) -> Result<(), Error> {
	let provider = arguments.provider;
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let stake = stake(context, &chain, &account, &provider).await?;
	let amount = arguments.part.units(&stake)?;
	let call = DelegationCall::Undelegate { provider, amount };
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<Undelegated>()?;
		let amount = event.as_ref().map_or(amount, |event| event.amount);
		let unlocks_at = event.map(|event| event.unlocks_at);
		let when = unlocks_at.map_or_else(String::new, |at| format!(" from block {at}"));
		Ok(done(
			json!({"provider": provider, "amount": Amount(amount), "unlocks_at": unlocks_at}),
			format!(
				"{} unbonding, to be freed{when} with `athanor provider withdraw-delegation {provider}`,",
				Amount(amount)
			),
		))
	})
}

/// Moves to another provider.
pub async fn redelegate(context: &Context, arguments: RedelegateArgs) -> Result<(), Error> {
	let (from, to) = (arguments.provider, arguments.to);
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let stake = stake(context, &chain, &account, &from).await?;
	let amount = arguments.part.units(&stake)?;
	let call = DelegationCall::Redelegate { from, to, amount };
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<Redelegated>()?;
		let amount = event.as_ref().map_or(amount, |event| event.amount);
		let liable = event.as_ref().map_or_else(String::new, |event| {
			format!(
				"; until block {} it answers for faults of {from} too;",
				event.liable_until
			)
		});
		Ok(done(
			json!({
				"from": from,
				"to": to,
				"amount": Amount(amount),
				"liable_until": event.as_ref().map(|event| event.liable_until),
			}),
			format!("{} moved from {from} to {to}{liable}", Amount(amount)),
		))
	})
}

/// Takes back what has unlocked.
pub async fn withdraw(context: &Context, arguments: BehindArgs) -> Result<(), Error> {
	let provider = arguments.provider;
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let stake = stake(context, &chain, &account, &provider).await?;
	let now = context
		.in_time("the best block", async {
			Ok(chain.at(At::Best).await?.number())
		})
		.await?;
	unlocked(&stake, now)?;
	let sent = send(context, &chain, DelegationCall::Withdraw(provider)).await?;
	report(context, &sent, |included| {
		let events = &included.events;
		let withdrawn = events.first::<DelegationWithdrawn>()?;
		let amount = withdrawn.map_or(0, |event| event.amount);
		let income = events.first::<IncomeClaimed>()?.map(|event| event.amount);
		let beside = income.map_or_else(String::new, |units| {
			format!(", and {} of income is paid out", Amount(units))
		});
		Ok(done(
			json!({
				"provider": provider,
				"amount": Amount(amount),
				"income": income.map(Amount),
			}),
			format!("{} is free again{beside}", Amount(amount)),
		))
	})
}

/// Says why nothing can be withdrawn in the next block, as far as the blocks say.
fn unlocked(stake: &StakeBehind, now: u32) -> Result<(), Error> {
	let provider = stake.provider;
	let first = stake.unbonding.iter().map(|part| part.unlocks_at).min();
	Err(Error::Input(match first {
		Some(block) if block <= now.saturating_add(1) => return Ok(()),
		Some(block) => format!(
			"nothing behind {provider} has unlocked yet: the first part does in block {block}, and it is block \
			 {now}"
		),
		None => format!(
			"nothing was asked back from {provider}, so nothing can be withdrawn; ask first, with `athanor \
			 provider undelegate {provider} AMOUNT`"
		),
	}))
}

/// Takes income.
pub async fn claim(context: &Context, arguments: ClaimArgs) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let stakes = match arguments.provider {
		Some(provider) => vec![stake(context, &chain, &account, &provider).await?],
		None => {
			context
				.in_time("the delegations", async {
					view(context, &chain).await?.stakes_behind(&account).await
				})
				.await?
		}
	};
	let call = claim_call(&account, &stakes)?;
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |included| {
		let paid = included.events.find::<IncomeClaimed>()?;
		let total = paid
			.iter()
			.fold(0_u128, |sum, event| sum.saturating_add(event.amount));
		Ok(done(
			json!({"amount": Amount(total), "claimed": paid}),
			format!("{} of income is yours", Amount(total)),
		))
	})
}

/// The call that takes all that there is.
fn claim_call(account: &AccountId, stakes: &[StakeBehind]) -> Result<Call, Error> {
	let mut calls: Vec<Call> = stakes
		.iter()
		.filter(|stake| stake.claimable > 0)
		.map(|stake| Call::Delegation(DelegationCall::Claim(stake.provider)))
		.collect();
	match (calls.len(), calls.pop()) {
		(1, Some(only)) => Ok(only),
		(_, Some(last)) => {
			calls.push(last);
			Ok(Call::BatchAll(calls))
		}
		(_, None) => Err(Error::Input(match stakes {
			[] => format!(
				"{account} has delegated nothing, so there is no income; see `athanor provider delegate --help`"
			),
			_ => "nothing has been earned since the last claim; wait until the provider is paid for a job"
				.into(),
		})),
	}
}

/// Makes income stake.
pub async fn compound(context: &Context, arguments: WhoseArgs) -> Result<(), Error> {
	let (provider, delegator) = arguments.which(context)?;
	let chain = context.chain().await?;
	let call = DelegationCall::Compound {
		provider,
		delegator,
	};
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<Delegated>()?;
		let text = match &event {
			Some(event) => format!(
				"{} of income delegated to {provider}, {} in all,",
				Amount(event.amount),
				Amount(event.total)
			),
			None => "income delegated".into(),
		};
		Ok(done(
			json!({
				"provider": provider,
				"delegator": delegator,
				"amount": event.as_ref().map(|event| Amount(event.amount)),
				"total": event.as_ref().map(|event| Amount(event.total)),
			}),
			text,
		))
	})
}

/// Takes what slashes have taken.
pub async fn collect(context: &Context, arguments: WhoseArgs) -> Result<(), Error> {
	let (provider, delegator) = arguments.which(context)?;
	let chain = context.chain().await?;
	let call = DelegationCall::Collect {
		provider,
		delegator,
	};
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |included| {
		let taken = included.events.find::<DelegationReduced>()?;
		let taken: Vec<u128> = taken.iter().map(|event| event.amount).collect();
		Ok(collected(&provider, &delegator, &taken))
	})
}

/// What came of it: nothing is taken where only a liability has ended.
fn collected(provider: &AccountId, delegator: &AccountId, taken: &[u128]) -> Done {
	let amount = taken
		.iter()
		.fold(0_u128, |sum, units| sum.saturating_add(*units));
	let text = match amount {
		0 => format!(
			"nothing was lost: what {delegator} moved to {provider} is up to date with the providers that it \
			 came from, and no longer answers for those whose time is over;"
		),
		_ => format!("{} of {delegator} went to the treasury", Amount(amount)),
	};
	done(
		json!({
			"provider": provider,
			"delegator": delegator,
			"amount": Amount(amount),
			"only_liability": amount == 0,
		}),
		text,
	)
}

/// Whose delegations.
#[derive(Debug, Args)]
pub struct ListArgs {
	/// Whose [default: those of the key].
	#[arg(value_parser = parse_account)]
	address: Option<AccountId>,
}

/// Lists what an account has delegated.
pub async fn list(context: &Context, arguments: ListArgs) -> Result<(), Error> {
	let who = context.account(arguments.address)?;
	let chain = context.chain().await?;
	let (stakes, now) = context
		.reading("the delegations", async {
			let view = view(context, &chain).await?;
			Ok((view.stakes_behind(&who).await?, view.number()))
		})
		.await?;
	context
		.output()
		.show(list_json(&who, &stakes), || list_text(&who, &stakes, now))
}

fn claimable(stakes: &[StakeBehind]) -> u128 {
	stakes
		.iter()
		.fold(0, |sum, stake| sum.saturating_add(stake.claimable))
}

fn list_json(who: &AccountId, stakes: &[StakeBehind]) -> Value {
	json!({
		"address": who,
		"delegations": stakes,
		"claimable": Amount(claimable(stakes)),
	})
}

fn list_text(who: &AccountId, stakes: &[StakeBehind], now: u32) -> String {
	if stakes.is_empty() {
		return format!("{who} has delegated nothing; see `athanor provider delegate --help`");
	}
	let rows: Vec<_> = stakes
		.iter()
		.map(|stake| {
			vec![
				stake.provider.to_string(),
				Amount(stake.claimable).to_string(),
				stake_text(stake, now),
			]
		})
		.collect();
	let mut text = table(&["provider", "income", "stake"], &rows);
	let remedy = match claimable(stakes) {
		0 => "",
		_ => "; `athanor provider claim`",
	};
	text.push_str(&format!(
		"income to claim: {}{remedy}\n",
		Amount(claimable(stakes))
	));
	text
}

impl WhoseArgs {
	fn which(&self, context: &Context) -> Result<(AccountId, AccountId), Error> {
		Ok((self.provider, context.account(self.of)?))
	}
}

/// Sets the commission.
pub async fn commission(context: &Context, arguments: CommissionArgs) -> Result<(), Error> {
	let chain = context.chain().await?;
	let call = DelegationCall::SetCommission(arguments.share);
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |included| {
		let event = included.events.first::<CommissionSet>()?;
		let share = event.map_or(arguments.share, |event| event.commission);
		Ok(done(
			json!({"commission": share}),
			format!("you take {} of your delegators' income", percent(share)),
		))
	})
}

/// Allows or ends compounding by others.
pub async fn auto_compound(context: &Context, arguments: AutoCompoundArgs) -> Result<(), Error> {
	let provider = arguments.provider;
	let on = arguments.switch == Switch::On;
	let chain = context.chain().await?;
	let call = DelegationCall::SetAutoCompound { provider, on };
	let sent = send(context, &chain, call).await?;
	report(context, &sent, |_| {
		let text = if on {
			format!(
				"anybody may add the income to your stake now, with `athanor provider compound {provider} --of \
				 YOUR_ADDRESS`,"
			)
		} else {
			"nobody adds the income to your stake any more; claim it with `athanor provider claim`;"
				.into()
		};
		Ok(done(
			json!({"provider": provider, "auto_compound": on}),
			text,
		))
	})
}

/// What somebody has behind a provider, in words.
pub fn stake_text(stake: &StakeBehind, now: u32) -> String {
	let mut parts = vec![Amount(stake.active).to_string()];
	parts.extend(
		stake
			.unbonding
			.iter()
			.map(|chunk| match chunk.unlocks_at <= now {
				true => format!("{} can be withdrawn", Amount(chunk.amount)),
				false => format!(
					"{} unbonds until block {}",
					Amount(chunk.amount),
					chunk.unlocks_at
				),
			}),
	);
	if stake.lost > 0 {
		parts.push(format!("{} lost by slashes", Amount(stake.lost)));
	}
	for (provider, until) in &stake.answers_for {
		parts.push(format!("a part answers for {provider} until block {until}"));
	}
	if stake.auto_compound {
		parts.push("anybody may add its income".into());
	}
	parts.join(", ")
}

#[cfg(test)]
pub mod tests {
	use super::{
		super::{Cli, Command as Top, provider},
		*,
	};
	use athanor::chain::UnbondingChunk;
	use clap::Parser;

	/// 60 units of which 20 unbond until block 100, with 5 of income.
	pub fn sample(byte: u8) -> StakeBehind {
		StakeBehind {
			provider: AccountId::from([byte; 32]),
			active: 40,
			unbonding: vec![UnbondingChunk {
				amount: 20,
				unlocks_at: 100,
			}],
			lost: 0,
			claimable: 5,
			auto_compound: false,
			answers_for: vec![],
		}
	}

	fn part(line: &str) -> Result<Part, clap::Error> {
		let who = AccountId::from([7; 32]).to_string();
		let words = ["athanor", "provider", "undelegate", who.as_str()];
		let cli = Cli::try_parse_from(words.into_iter().chain(line.split_whitespace()))?;
		match cli.command {
			Top::Provider(provider::Command::Undelegate(arguments)) => Ok(arguments.part),
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn a_part_is_an_amount_or_everything() {
		let stake = sample(7);
		assert_eq!(part("40u").unwrap().units(&stake).unwrap(), 40);
		assert_eq!(part("--all").unwrap().units(&stake).unwrap(), u128::MAX);
		let error = part("41u").unwrap().units(&stake).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("--all"), "{error}");
		let none = StakeBehind { active: 0, ..stake };
		let error = part("--all").unwrap().units(&none).unwrap_err();
		assert!(error.to_string().contains("wallet explain"), "{error}");
		for line in ["", "1u --all", "x"] {
			assert!(part(line).is_err(), "{line}");
		}
	}

	#[test]
	fn income_is_claimed_in_one_transaction() {
		let account = AccountId::from([1; 32]);
		let claim = |byte| Call::Delegation(DelegationCall::Claim(AccountId::from([byte; 32])));
		let nothing = StakeBehind {
			claimable: 0,
			..sample(6)
		};
		let one = [sample(7), nothing.clone()];
		assert_eq!(claim_call(&account, &one).unwrap(), claim(7));
		let two = [sample(7), nothing.clone(), sample(8)];
		let both = Call::BatchAll(vec![claim(7), claim(8)]);
		assert_eq!(claim_call(&account, &two).unwrap(), both);
		let error = claim_call(&account, &[nothing]).unwrap_err().to_string();
		assert!(error.contains("since the last claim"), "{error}");
		let error = claim_call(&account, &[]).unwrap_err().to_string();
		assert!(error.contains("provider delegate"), "{error}");
	}

	#[test]
	fn what_cannot_be_withdrawn_says_why() {
		let mut stake = sample(7);
		assert!(unlocked(&stake, 99).is_ok());
		let error = unlocked(&stake, 98).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("in block 100"), "{error}");
		stake.unbonding.clear();
		let error = unlocked(&stake, 99).unwrap_err().to_string();
		assert!(error.contains("provider undelegate"), "{error}");
	}

	#[test]
	fn the_end_of_a_liability_is_told_from_a_loss() {
		let (provider, delegator) = (AccountId::from([7; 32]), AccountId::from([8; 32]));
		let lost = collected(&provider, &delegator, &[3, 4]);
		assert!(lost.text.contains("7u of"), "{}", lost.text);
		assert_eq!(lost.json["amount"], "7");
		assert_eq!(lost.json["only_liability"], false);
		let ended = collected(&provider, &delegator, &[]);
		assert!(!ended.text.contains("treasury"), "{}", ended.text);
		assert!(ended.text.contains("no longer answers"), "{}", ended.text);
		assert_eq!(ended.json["only_liability"], true);
	}

	#[test]
	fn all_delegations_are_listed_with_their_income() {
		let who = AccountId::from([1; 32]);
		let stakes = [sample(7), sample(8)];
		let text = list_text(&who, &stakes, 50);
		for part in [
			"40u, 20u unbonds until block 100",
			"income to claim: 10u; `athanor provider claim`",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = list_json(&who, &stakes);
		assert_eq!(value["claimable"], "10");
		assert_eq!(value["delegations"][1]["active"], "40");
		assert!(list_text(&who, &[], 50).contains("provider delegate"));
		let nothing = StakeBehind {
			claimable: 0,
			..sample(7)
		};
		assert!(!list_text(&who, &[nothing], 50).contains("claim`"));
	}

	#[test]
	fn a_delegation_is_told_with_all_its_parts() {
		let mut stake = sample(7);
		assert_eq!(stake_text(&stake, 99), "40u, 20u unbonds until block 100");
		stake.lost = 3;
		stake.auto_compound = true;
		stake.answers_for = vec![(AccountId::from([8; 32]), 90)];
		let text = stake_text(&stake, 100);
		for part in [
			"20u can be withdrawn",
			"3u lost by slashes",
			"until block 90",
			"anybody may add",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
	}
}
