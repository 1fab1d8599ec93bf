//! `athanor provider slashes`.

use athanor::{
	AccountId, Amount, At, Call, Error,
	chain::{
		PendingSlash, Slash,
		events::{Fault, ProviderSlashed},
	},
};
use clap::Args;
use serde_json::json;

use super::{
	Context,
	gov::then,
	output::{Done, about, fields, report},
	parse_account,
};

/// Shown at the end of `provider slashes --help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor provider slashes
  athanor provider slashes ADDRESS -o json

What is told of delegated stake is as things stand. A slash is carried out by itself, unless governance
cancels it before: see `athanor gov propose cancel-slash --help`.";

/// Shown at the end of `provider enact-slash --help`.
pub const ENACT_EXAMPLES: &str = "\
Examples:
  athanor --key any.key provider enact-slash 3
  athanor --key any.key provider enact-slash 3 --dry-run

The chain carries slashes out by itself, a few in each block. This is for one that waits because a block had
no room. The money goes where it would have gone anyway.";

/// Whose slashes.
#[derive(Debug, Args)]
pub struct SlashesArgs {
	/// Only those of this provider.
	#[arg(value_parser = parse_account)]
	provider: Option<AccountId>,
}

/// Shows what is pending.
pub async fn run(context: &Context, arguments: SlashesArgs) -> Result<(), Error> {
	let chain = context.chain().await?;
	let (pending, now, block_time) = context
		.in_time("the slashes", async {
			let view = chain.at(context.at()).await?;
			Ok((
				view.pending_slashes(arguments.provider.as_ref()).await?,
				view.number(),
				view.constants()?.block_time,
			))
		})
		.await?;
	context.output().show(json!(pending), || {
		if pending.is_empty() {
			return "no slash is pending".into();
		}
		let all: Vec<String> = pending
			.iter()
			.map(|slash| text(slash, now, block_time))
			.collect();
		all.join("\n")
	})
}

/// Carries one out.
pub async fn enact(context: &Context, slash: u64) -> Result<(), Error> {
	let chain = context.chain().await?;
	context
		.in_time("the slash", async {
			let view = chain.at(At::Best).await?;
			let found = view.pending_slash(slash).await?;
			let block_time = view.constants()?.block_time;
			is_due(slash, found.as_ref(), view.number(), block_time)
		})
		.await?;
	let sent = context.send(&chain, &Call::EnactSlash { slash }).await?;
	report(context, &sent, |included| {
		let taken = included.events.first::<ProviderSlashed>()?;
		let text = match &taken {
			Some(taken) => format!(
				"slash {slash} took {} of the stake of {}: {} to the requester, {} to the treasury, and {} of what \
				 is delegated to it",
				Amount(taken.amount),
				taken.provider,
				Amount(taken.to_requester),
				Amount(taken.to_treasury),
				Amount(taken.pooled)
			),
			None => format!("slash {slash} carried out"),
		};
		let mut value = json!(taken);
		if !value.is_object() {
			value = json!({"slash": slash});
		}
		Ok(Done { json: value, text })
	})
}

/// Says why a slash cannot be carried out in the next block.
fn is_due(id: u64, slash: Option<&Slash>, now: u32, block_time: u64) -> Result<(), Error> {
	let Some(slash) = slash else {
		return Err(Error::NotFound(format!(
			"no slash {id} is pending: it was carried out or cancelled, or never raised; see `athanor provider \
			 slashes`"
		)));
	};
	if slash.enacts_at <= now.saturating_add(1) {
		return Ok(());
	}
	Err(Error::Input(format!(
		"slash {id} can still be cancelled; it can be carried out from {} on",
		then(slash.enacts_at, now, block_time)
	)))
}

/// What a provider did wrong, in words.
fn fault(fault: Fault) -> &'static str {
	match fault {
		Fault::MissedDeadline => "missed the deadline",
		Fault::Equivocation => "signed two receipts",
	}
}

/// When it is carried out.
pub fn enacted(slash: &PendingSlash, now: u32, block_time: u64) -> String {
	let at = slash.slash.enacts_at;
	match at.checked_sub(now) {
		Some(left) if left > 0 => format!("block {at} ({})", about(left, block_time)),
		_ => format!("block {at}, or as soon as the chain gets to it"),
	}
}

fn text(pending: &PendingSlash, now: u32, block_time: u64) -> String {
	let slash = &pending.slash;
	let reporter = slash
		.reporter
		.map(|who| format!("{} to {who}", Amount(pending.to_reporter)));
	fields(&[
		("slash", Some(pending.id.to_string())),
		("provider", Some(slash.provider.to_string())),
		(
			"why",
			Some(format!(
				"{} of job {}, seen in block {}",
				fault(slash.fault),
				slash.job,
				slash.raised_at
			)),
		),
		(
			"takes",
			Some(format!("{} of its own stake", Amount(slash.own))),
		),
		(
			"requester",
			Some(format!(
				"{} to {}",
				Amount(pending.to_requester),
				slash.requester
			)),
		),
		("who showed it", reporter),
		("treasury", Some(Amount(pending.to_treasury).to_string())),
		(
			"delegators",
			Some(format!(
				"{} of what is delegated, to the treasury",
				Amount(pending.pooled)
			)),
		),
		("carried out", Some(enacted(pending, now, block_time))),
		(
			"until then",
			Some(format!(
				"`athanor gov propose cancel-slash {}` asks governance to cancel it",
				pending.id
			)),
		),
	])
}

#[cfg(test)]
pub mod tests {
	use super::*;

	/// Slash 3, of account 7, in block 200.
	pub fn sample(reporter: Option<AccountId>) -> PendingSlash {
		PendingSlash {
			id: 3,
			slash: Slash {
				provider: AccountId::from([7; 32]),
				job: 12,
				fault: Fault::MissedDeadline,
				own: 100,
				share: 10_000,
				requester: AccountId::from([1; 32]),
				due: 9,
				reporter,
				raised_at: 90,
				enacts_at: 200,
			},
			to_requester: 9,
			to_reporter: 5,
			to_treasury: 86,
			pooled: 33,
		}
	}

	#[test]
	fn only_what_is_due_is_carried_out() {
		let pending = sample(None);
		assert!(is_due(3, Some(&pending.slash), 199, 3_000).is_ok());
		let early = is_due(3, Some(&pending.slash), 100, 3_000).unwrap_err();
		assert_eq!(early.exit_code(), 2);
		assert!(
			early
				.to_string()
				.contains("from block 200 (in about 5 min)"),
			"{early}"
		);
		let none = is_due(3, None, 100, 3_000).unwrap_err();
		assert_eq!(none.exit_code(), 3);
		assert!(none.to_string().contains("provider slashes"), "{none}");
	}

	#[test]
	fn a_slash_says_who_why_how_much_and_until_when() {
		let shown = text(&sample(Some(AccountId::from([4; 32]))), 100, 3_000);
		for part in [
			"missed the deadline of job 12, seen in block 90",
			"100u of its own stake",
			"9u to 5",
			"5u to 5",
			"86u",
			"33u of what is delegated",
			"block 200 (about 5 min)",
			"gov propose cancel-slash 3",
		] {
			assert!(shown.contains(part), "{part}: {shown}");
		}
		let due = text(&sample(None), 200, 3_000);
		assert!(due.contains("as soon as"), "{due}");
		assert!(!due.contains("who showed it"), "{due}");
		let value = json!(sample(None));
		assert_eq!(value["id"], 3);
		assert_eq!(value["fault"], "missed_deadline");
		assert_eq!(value["to_requester"], "9");
		assert_eq!(value["enacts_at"], 200);
	}
}
