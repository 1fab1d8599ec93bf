//! `athanor gov place-deposit` and `refund`.

use athanor::{
	Amount, Call, Error,
	chain::gov::{End, GovCall, Phase, Referendum, Refunds},
};
use serde_json::json;

use super::{
	Context,
	gov::{afford, as_one},
	output::{Done, note, report},
};

/// Shown at the end of `gov place-deposit --help`.
pub const PLACE_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov place-deposit 3
  athanor --key alice.key gov place-deposit 3 --dry-run

Anybody can place it. It returns with `athanor gov refund 3` when the referendum is over, unless the
referendum is killed.";

/// Shown at the end of `gov refund --help`.
pub const REFUND_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov refund 3
  athanor --key alice.key gov refund 3 -o json

Anybody can ask for it; the money goes to whoever placed the deposit. Both deposits return, whether the
referendum passed or not, unless it was killed.";

/// Places the decision deposit.
pub async fn place(context: &Context, index: u32) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let amount = context
		.in_time("the referendum", async {
			let view = chain.at(context.at()).await?;
			let referendum = view.ongoing(index).await?;
			if let Some(placed) = &referendum.decision_deposit {
				return Err(Error::Input(format!(
					"the decision deposit of referendum {index} is placed already, by {}; see `athanor gov \
					 status {index}`",
					placed.who
				)));
			}
			let Phase::NeedsDeposit { amount, .. } = view.standing(&referendum).await?.phase else {
				return Ok(0);
			};
			let least = view.constants()?.existential_deposit;
			let free = view.balance(&account).await?.free;
			afford(free, least, amount, "the decision deposit")?;
			Ok(amount)
		})
		.await?;
	note(format_args!(
		"{} is on deposit until the referendum is over",
		Amount(amount)
	));
	let call = Call::Governance(GovCall::PlaceDecisionDeposit(index));
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"referendum": index, "decision_deposit": Amount(amount)}),
			text: format!(
				"decision deposit of {} placed for referendum {index}; vote with `athanor gov vote {index} aye \
				 --amount AMOUNT`;",
				Amount(amount)
			),
		})
	})
}

/// Returns the deposits.
pub async fn refund(context: &Context, index: u32) -> Result<(), Error> {
	let chain = context.chain().await?;
	let refunds = context
		.in_time("the referendum", async {
			let view = chain.at(context.at()).await?;
			refunds(index, &view.referendum(index).await?)
		})
		.await?;
	let sent = context.send(&chain, &as_one(refunds.calls(index))).await?;
	report(context, &sent, |_| {
		let shown = |deposit: &Option<athanor::chain::gov::Deposit>| {
			deposit
				.as_ref()
				.map(|deposit| format!("{} to {}", Amount(deposit.amount), deposit.who))
		};
		let returned: Vec<_> = [shown(&refunds.decision), shown(&refunds.submission)]
			.into_iter()
			.flatten()
			.collect();
		Ok(Done {
			json: json!({
				"referendum": index,
				"decision": refunds.decision,
				"submission": refunds.submission,
			}),
			text: format!(
				"deposits of referendum {index} returned: {};",
				returned.join(", ")
			),
		})
	})
}

/// What can be returned, or why nothing can.
fn refunds(index: u32, referendum: &Referendum) -> Result<Refunds, Error> {
	let ended = match referendum {
		Referendum::Ongoing(_) => {
			return Err(Error::Input(format!(
				"referendum {index} is not over; its deposits return afterwards; see `athanor gov status \
				 {index}`"
			)));
		}
		Referendum::Ended(ended) => ended,
	};
	let refunds = Refunds::of(ended);
	if !refunds.calls(index).is_empty() {
		return Ok(refunds);
	}
	Err(Error::Input(match ended.how {
		End::Killed => {
			format!(
				"referendum {index} was killed, and its deposits went to the treasury; only a vote returns them: \
				 `athanor gov propose spend AMOUNT --to ADDRESS`"
			)
		}
		_ => format!(
			"the deposits of referendum {index} have been returned already, and nothing is left to do; \
			 `athanor wallet explain` shows what else an account has on hold"
		),
	}))
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::{
		AccountId,
		chain::gov::{Deposit, Ended},
	};

	fn ended(how: End, submission: bool, decision: bool) -> Referendum {
		let deposit = |amount| Deposit {
			who: AccountId::from([1; 32]),
			amount,
		};
		Referendum::Ended(Ended {
			how,
			at: 9,
			submission_deposit: submission.then(|| deposit(10)),
			decision_deposit: decision.then(|| deposit(20)),
		})
	}

	#[test]
	fn what_is_returned_is_told_from_what_is_not() {
		for how in [End::Approved, End::Cancelled, End::Rejected, End::TimedOut] {
			let found = refunds(3, &ended(how, true, true)).unwrap();
			assert_eq!(found.calls(3).len(), 2);
			let found = refunds(3, &ended(how, true, false)).unwrap();
			assert_eq!(found.submission.unwrap().amount, 10);
		}
		for (referendum, part) in [
			(ended(End::Killed, false, false), "gov propose spend"),
			(ended(End::Approved, false, false), "returned already"),
			(ended(End::Rejected, false, false), "wallet explain"),
		] {
			let error = refunds(3, &referendum).unwrap_err();
			assert_eq!(error.exit_code(), 2);
			assert!(error.to_string().contains(part), "{error}");
		}
	}
}
