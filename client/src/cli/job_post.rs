//! `athanor job post`.

use std::process::ExitCode;

use athanor::{
	AccountId, Amount, Call, Error,
	chain::events::JobPosted,
	primitives::job::Assignment,
	quote::{self, Quote},
};
use clap::Args;
use serde_json::json;

use super::{
	Context, Sent,
	job_quote::quote_text,
	job_terms::Terms,
	output::{Done, estimate_json, estimate_text, included_json, merge, note, price, report},
	watch,
};

/// Shown at the end of `--help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor --key alice.key job post --model 0 --prompt 'Once upon a time' --max-tokens 64 --wait
  athanor --key alice.key job post --model 0 --format chat --prompt-file question.txt \\
      --max-tokens 256 --temperature 0.8 --top-k 40
  athanor --key alice.key job post --model 0 --prompt 'Hi' --max-tokens 8 \\
      --max-price-in 40000u --max-price-out 100000u --estimate
  athanor --key alice.key job post --model 0 --prompt 'Hi' --max-tokens 8 --open --exclude ADDRESS
  athanor --key alice.key job post --model 0 --model-version 1 --prompt 'Hi' --max-tokens 8 \\
      --region DE --region FR --max-retention-hours 0 --min-gpu-memory 24
  echo 'Once upon a time' | athanor --key alice.key job post --model 0 --max-tokens 64 --wait

Without prices, the cheapest offer that could take the job is the measure, with 25 % headroom.
With --wait, progress goes to stderr and the output to stdout; the exit code is 0 if the job was
paid, 4 if the model cannot run the input, 5 if nobody did it in time.";

/// A job to post.
#[derive(Debug, Args)]
pub struct PostArgs {
	#[command(flatten)]
	terms: Terms,
	/// Most tokens to generate.
	#[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
	max_tokens: u32,
	/// Follow the job until it has ended.
	#[arg(long)]
	wait: bool,
}

/// Posts it.
pub async fn run(context: &Context, arguments: PostArgs) -> Result<ExitCode, Error> {
	// Before anything else: without a key nothing can be posted, whatever the prompt.
	let account = context.key()?.account();
	let draft = arguments
		.terms
		.draft(arguments.terms.input()?, arguments.max_tokens);
	let chain = context.chain().await?;
	let (quote, balance) = context
		.in_time("the quote", async {
			let view = chain.at(context.at()).await?;
			let quote = quote::quote(&view, &account, &draft).await?;
			Ok((quote, view.balance(&account).await?))
		})
		.await?;
	if !quote.market.affordable {
		return Err(Error::Input(format!(
			"the job holds {} while it runs, and {account} has {} free, of which the existential \
			 deposit has to stay; add funds, lower the price ceiling, or ask for fewer tokens",
			Amount(quote.market.escrow),
			Amount(balance.free)
		)));
	}
	announce(&account, &quote);
	let call = Call::PostJob(quote.request.clone());
	let sent = context.send(&chain, &call).await?;
	let included = match &sent {
		Sent::Included(included) => included,
		Sent::Estimated(run) => {
			let mut value = estimate_json(run);
			merge(&mut value, json!({"quote": quote}));
			context.output().show(value, || {
				format!("{}\n{}", quote_text(&quote), estimate_text(run))
			})?;
			return Ok(ExitCode::SUCCESS);
		}
	};
	let posted = included
		.events
		.first::<JobPosted>()?
		.ok_or_else(|| Error::Incompatible("posting a job leaves no event".to_owned()))?;
	if arguments.wait {
		let known = json!({"posted": included_json(included)});
		return watch::follow(context, &chain, posted.job, known).await;
	}
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({
				"job": posted.job,
				"escrow": Amount(posted.escrow),
				"expires_at": posted.expires_at,
			}),
			text: format!("job {} posted, {} held,", posted.job, Amount(posted.escrow)),
		})
	})?;
	if !context.output().is_json() {
		note(format_args!("see `athanor job get {} --wait`", posted.job));
	}
	Ok(ExitCode::SUCCESS)
}

/// Says what will be held before it is.
fn announce(account: &AccountId, quote: &Quote) {
	note(format_args!(
		"holds {} of {account} while the job runs, at most {}; what is not spent returns",
		Amount(quote.market.escrow),
		price(&quote.ceiling)
	));
	note(outlook(quote));
}

/// Who could do it now, in words.
fn outlook(quote: &Quote) -> String {
	let open = quote.request.assignment == Assignment::Open;
	let action = if open { "claim" } else { "take" };
	match quote.market.eligible {
		0 => format!(
			"no provider could {action} it now; it waits for one until its time limit. \
			 `athanor job why JOB` says what each lacks, once it is posted"
		),
		1 => format!("1 provider could {action} it now"),
		count => format!("{count} providers could {action} it now"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::job_quote::tests::quote;

	#[test]
	fn the_outlook_says_how_the_job_finds_its_provider() {
		let mut quote = quote();
		quote.market.eligible = 1;
		assert_eq!(outlook(&quote), "1 provider could take it now");
		quote.market.eligible = 3;
		quote.request.assignment = Assignment::Open;
		assert_eq!(outlook(&quote), "3 providers could claim it now");
		quote.market.eligible = 0;
		assert!(outlook(&quote).contains("athanor job why"));
	}
}
