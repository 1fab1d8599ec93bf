//! `athanor job list` and `athanor job get`: live jobs, closed ones that the state still has, and older
//! ones from the blocks themselves.

use std::collections::BTreeMap;

use athanor::{
	AccountId, Amount, Chain, Error, View,
	chain::{Job, JobState, Outcome, PastJob, StoredReceipt},
	primitives::{JobId, ModelId, receipt::Finish},
};
use clap::Args;
use futures::StreamExt;
use serde_json::{Value, json};

use super::{
	Context,
	output::{self, fields, hexadecimal, merge, note, price, table},
	parse_account, watch,
};

/// Shown at the end of `job list --help`.
pub const LIST_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key job list --mine
  athanor job list --model 0 --limit 100 -o json
  athanor job list --blocks 10000 --before 250000

The state has live jobs, and closed ones until their retention ends. --blocks N reads N more blocks,
back from where the state ends, and finds the older ones in their events; --before B goes on where an
earlier command stopped. That takes a node that has the old state: `athanor-node --state-pruning archive
--blocks-pruning archive`; others keep the last 256 blocks.";

/// Shown at the end of `job get --help`.
pub const GET_EXAMPLES: &str = "\
Examples:
  athanor job get 12
  athanor job get 12 --wait

A job whose retention has ended is looked for in the block in which it closed, with about as many
questions as that block's height has binary digits. That takes a node that has the old state:
`athanor-node --state-pruning archive --blocks-pruning archive`.

With --wait, follows it to its end: progress on stderr, the output on stdout. The exit code is 0 if
it was paid, 4 if the model cannot run the input, 5 if nobody did it in time, 1 if it was cancelled.";

/// Which jobs to list.
#[derive(Debug, Args)]
pub struct ListArgs {
	/// Only jobs that the key's account posted.
	#[arg(long, conflicts_with = "requester")]
	mine: bool,
	/// Only jobs that this account posted.
	#[arg(long, value_parser = parse_account, value_name = "ADDRESS")]
	requester: Option<AccountId>,
	/// Only jobs that this provider has or had.
	#[arg(long, value_parser = parse_account, value_name = "ADDRESS")]
	provider: Option<AccountId>,
	/// Only jobs on this model.
	#[arg(long)]
	model: Option<ModelId>,
	/// At most so many.
	#[arg(long, default_value_t = 20, value_name = "N")]
	limit: usize,
	/// Look for older jobs in the events of so many blocks.
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	blocks: Option<u32>,
	/// Look in the blocks before this one [default: where the state ends].
	#[arg(long, value_name = "BLOCK", requires = "blocks", value_parser = clap::value_parser!(u32).range(2..))]
	before: Option<u32>,
}

/// A job in the list.
#[derive(Debug)]
struct Entry {
	id: JobId,
	requester: AccountId,
	provider: Option<AccountId>,
	model: ModelId,
	posted_at: u32,
	state: String,
	cost: u128,
	/// Whether the state has forgotten it.
	past: bool,
	json: Value,
}

impl Entry {
	fn live(id: JobId, job: &Job) -> Self {
		let (state, provider) = match &job.state {
			JobState::Open { .. } if job.is_claimable() => ("claimable", None),
			JobState::Open { .. } => ("open", None),
			JobState::Assigned { work, .. } => ("assigned", Some(work.provider)),
			JobState::Submitted { work, .. } => ("delivered", Some(work.provider)),
		};
		Self {
			id,
			requester: job.requester,
			provider,
			model: job.model,
			posted_at: job.posted_at,
			state: state.to_owned(),
			cost: job.escrow,
			past: false,
			json: json!({"id": id, "live": job}),
		}
	}

	fn closed(id: JobId, outcome: &Outcome) -> Self {
		Self {
			id,
			requester: outcome.requester,
			provider: outcome.provider,
			model: outcome.model,
			posted_at: outcome.posted_at,
			state: watch::reason_word(outcome.reason).to_owned(),
			cost: outcome.spent,
			past: false,
			json: json!({"id": id, "outcome": outcome}),
		}
	}

	/// One that the state has forgotten.
	fn past(id: JobId, outcome: &Outcome) -> Self {
		let mut entry = Self {
			past: true,
			..Self::closed(id, outcome)
		};
		merge(&mut entry.json, json!({"from_block": outcome.closed_at}));
		entry
	}

	fn row(&self) -> Vec<String> {
		vec![
			self.id.to_string(),
			self.state.clone(),
			self.model.to_string(),
			self.posted_at.to_string(),
			Amount(self.cost).to_string(),
			self.provider
				.map_or_else(|| "-".into(), |who| who.to_string()),
		]
	}
}

/// Which jobs are wanted.
struct Filter {
	requester: Option<AccountId>,
	provider: Option<AccountId>,
	model: Option<ModelId>,
	/// Only jobs that the state has forgotten.
	past: bool,
}

impl Filter {
	fn wants(&self, entry: &Entry) -> bool {
		(entry.past || !self.past)
			&& self.requester.is_none_or(|who| entry.requester == who)
			&& self.provider.is_none_or(|who| entry.provider == Some(who))
			&& self.model.is_none_or(|model| entry.model == model)
	}
}

/// What the state has.
struct Known {
	entries: BTreeMap<JobId, Entry>,
	/// How many jobs have been posted.
	posted: JobId,
	/// Up to here, closed jobs may be missing.
	ends_at: u32,
}

impl Known {
	async fn read(view: &View) -> Result<Self, Error> {
		let outcomes = view.outcomes().await?;
		let mut entries: BTreeMap<JobId, Entry> = outcomes
			.iter()
			.map(|(id, outcome)| (*id, Entry::closed(*id, outcome)))
			.collect();
		let jobs = view.jobs().await?;
		entries.extend(jobs.iter().map(|(id, job)| (*id, Entry::live(*id, job))));
		let oldest = outcomes.values().map(|outcome| outcome.closed_at).min();
		Ok(Self {
			entries,
			posted: view.next_job_id().await?,
			ends_at: oldest.unwrap_or(view.number()),
		})
	}

	/// How many jobs the state has forgotten, and have not been found elsewhere.
	fn missing(&self) -> u64 {
		let known = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
		self.posted.saturating_sub(known)
	}
}

/// Lists jobs.
pub async fn list(context: &Context, arguments: ListArgs) -> Result<(), Error> {
	let requester = match arguments.mine {
		true => Some(context.key()?.account()),
		false => arguments.requester,
	};
	let filter = Filter {
		requester,
		provider: arguments.provider,
		model: arguments.model,
		// Who goes on has seen the others.
		past: arguments.before.is_some(),
	};
	let chain = context.chain().await?;
	let mut known = context
		.in_time("the jobs", async {
			Known::read(&chain.at(context.at()).await?).await
		})
		.await?;
	let walk = arguments.blocks.map(|blocks| {
		// The block in which the oldest that is known closed may have closed others too.
		let from = arguments.before.map_or(known.ends_at, |block| block - 1);
		Walk::new(from, blocks)
	});
	let walked = match walk {
		Some(walk) => walk.go(&chain, &mut known, &filter, arguments.limit).await,
		None => Ok(None),
	};
	show_list(context, &known, &filter, arguments.limit)?;
	match walked? {
		Some(sentence) => note(sentence),
		None if known.missing() > 0 => note(format_args!(
			"the state has forgotten {} job(s); `--blocks N` looks for them in the N blocks up to block \
			 {}",
			known.missing(),
			known.ends_at
		)),
		None => {}
	}
	Ok(())
}

fn show_list(context: &Context, known: &Known, filter: &Filter, limit: usize) -> Result<(), Error> {
	let mut entries: Vec<&Entry> = known.entries.values().rev().collect();
	entries.retain(|entry| filter.wants(entry));
	let found = entries.len();
	entries.truncate(limit);
	let values: Vec<&Value> = entries.iter().map(|entry| &entry.json).collect();
	context.output().show(values, || {
		if entries.is_empty() {
			return "no such jobs".to_owned();
		}
		let rows: Vec<_> = entries.iter().map(|entry| entry.row()).collect();
		let head = [
			"id",
			"state",
			"model",
			"posted at",
			"held or spent",
			"provider",
		];
		let mut text = table(&head, &rows);
		if found > entries.len() {
			text.push_str(&format!("{} more; see --limit\n", found - entries.len()));
		}
		text
	})
}

/// A walk back through the blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Walk {
	from: u32,
	down_to: u32,
}

impl Walk {
	/// From a height back, over so many blocks. Nothing closes in block 0.
	fn new(from: u32, blocks: u32) -> Self {
		let down_to = from.saturating_sub(blocks.saturating_sub(1)).max(1);
		Self { from, down_to }
	}

	fn len(self) -> u64 {
		u64::from((self.from + 1).saturating_sub(self.down_to))
	}

	/// Adds what it finds to what is known, until that is all there is or as much as is wanted. Says where
	/// it stopped.
	async fn go(
		self,
		chain: &Chain,
		known: &mut Known,
		filter: &Filter,
		limit: usize,
	) -> Result<Option<String>, Error> {
		let bar = output::progress("reading blocks", self.len());
		let mut blocks = Box::pin(chain.closed_jobs(self.from, self.down_to));
		let mut last = None;
		let mut result = Ok(());
		while known.missing() > 0 && wanted(known, filter) < limit {
			match blocks.next().await {
				Some(Ok(block)) => {
					last = Some(block.block);
					bar.inc(1);
					for (id, outcome) in &block.jobs {
						let past = || Entry::past(*id, outcome);
						known.entries.entry(*id).or_insert_with(past);
					}
				}
				Some(Err(error)) => {
					result = Err(error);
					break;
				}
				None => break,
			}
		}
		bar.finish_and_clear();
		result?;
		Ok(Some(self.report(last, known.missing())))
	}

	/// Where the walk ended, and how to go on.
	fn report(self, last: Option<u32>, missing: u64) -> String {
		let from = self.from;
		match last {
			_ if missing == 0 => "these are all jobs that there have been".to_owned(),
			Some(1) => format!("read blocks 1 to {from}: that is the beginning of the chain"),
			Some(last) => format!(
				"read blocks {last} to {from}; go on with --before {last} --blocks {}",
				self.len()
			),
			None => "read no block: there are as many jobs already as --limit allows".to_owned(),
		}
	}
}

/// How many of those that are known are wanted.
fn wanted(known: &Known, filter: &Filter) -> usize {
	known
		.entries
		.values()
		.filter(|entry| filter.wants(entry))
		.count()
}

/// Everything that the chain has of a job.
#[derive(Default)]
struct Whole {
	live: Option<Job>,
	outcome: Option<Outcome>,
	receipt: Option<StoredReceipt>,
	past: Option<PastJob>,
}

impl Whole {
	async fn read(context: &Context, chain: &Chain, id: JobId) -> Result<Self, Error> {
		let view = chain.at(context.at()).await?;
		let whole = Self {
			live: view.job(id).await?,
			outcome: view.outcome(id).await?,
			receipt: view.receipt(id).await?,
			past: None,
		};
		if whole.live.is_some() || whole.outcome.is_some() {
			return Ok(whole);
		}
		if view.next_job_id().await? <= id {
			return Err(not_yet(context, chain, id).await?);
		}
		let spinner = output::spinner(format!("looking for job {id} in older blocks"));
		let past = chain.past_job(id, view.block()).await;
		spinner.finish_and_clear();
		Ok(Self {
			past: Some(past?),
			..Self::default()
		})
	}

	fn json(&self, id: JobId) -> Value {
		let past = self.past.as_ref();
		let mut value = json!({
			"id": id,
			"live": self.live,
			"outcome": self.outcome.as_ref().or(past.map(|past| &past.outcome)),
			"receipt": self.receipt.as_ref().or(past.and_then(|past| past.receipt.as_ref())),
		});
		if let Some(past) = past {
			let events = json!({"closed": past.closed, "paid": past.paid});
			merge(
				&mut value,
				json!({"from_block": past.block, "events": events}),
			);
		}
		value
	}

	fn text(&self, id: JobId) -> String {
		let mut text = String::new();
		if let Some(job) = &self.live {
			text.push_str(&live_text(id, job));
		}
		if let Some(past) = &self.past {
			text.push_str(&format!(
				"the state has forgotten job {id}; this is from block {}, in which it closed\n\n",
				past.block.number
			));
		}
		let past = self.past.as_ref();
		if let Some(outcome) = self.outcome.as_ref().or(past.map(|past| &past.outcome)) {
			text.push_str(&outcome_text(id, outcome));
		}
		let receipt = self
			.receipt
			.as_ref()
			.or(past.and_then(|past| past.receipt.as_ref()));
		if let Some(receipt) = receipt {
			text.push_str(&receipt_text(receipt));
		}
		text
	}
}

/// Why a job is not there that has not been posted as far as is read.
async fn not_yet(context: &Context, chain: &Chain, id: JobId) -> Result<Error, Error> {
	let posted = chain.at(athanor::At::Best).await?.next_job_id().await? > id;
	if posted && context.finalised() {
		return Ok(Error::NotFound(format!(
			"job {id} is not in a finalised block yet; try again in some seconds"
		)));
	}
	chain.unknown_job(id).await
}

/// Shows a job.
pub async fn get(context: &Context, id: JobId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let whole = context
		.in_time("the job", Whole::read(context, &chain, id))
		.await?;
	context.output().show(whole.json(id), || whole.text(id))
}

fn live_text(id: JobId, job: &Job) -> String {
	let state = match &job.state {
		JobState::Open { deadline } if job.is_claimable() => {
			format!("waits for a provider to claim it, until block {deadline}")
		}
		JobState::Open { deadline } => format!("waits for a provider, until block {deadline}"),
		JobState::Assigned { work, deadline } => {
			format!("assigned to {}, due before block {deadline}", work.provider)
		}
		JobState::Submitted { deadline, .. } => format!("delivered, paid in block {deadline}"),
	};
	fields(&[
		("job", Some(id.to_string())),
		("state", Some(state)),
		("requester", Some(job.requester.to_string())),
		(
			"model",
			Some(format!("{} version {}", job.model, job.model_version)),
		),
		("prompt", Some(format!("{} bytes", job.input_len))),
		(
			"output",
			Some(format!("at most {} tokens", job.max_output_tokens)),
		),
		("price ceiling", Some(price(&job.ceiling))),
		("price", job.work().map(|work| price(&work.price))),
		("held", Some(Amount(job.escrow).to_string())),
		(
			"covered by",
			job.work()
				.map(|work| format!("{} of the provider's stake", Amount(work.cover))),
		),
		("posted", Some(format!("block {}", job.posted_at))),
		("expires", Some(format!("block {}", job.expires_at))),
		(
			"failed providers",
			Some(job.failed.len().to_string()).filter(|count| count != "0"),
		),
	])
}

fn outcome_text(id: JobId, outcome: &Outcome) -> String {
	fields(&[
		("job", Some(id.to_string())),
		(
			"state",
			Some(watch::reason_sentence(outcome.reason).to_owned()),
		),
		("requester", Some(outcome.requester.to_string())),
		("provider", outcome.provider.map(|who| who.to_string())),
		(
			"failed providers",
			Some(outcome.failed.len().to_string()).filter(|count| count != "0"),
		),
		(
			"model",
			Some(format!(
				"{} version {}",
				outcome.model, outcome.model_version
			)),
		),
		("held", Some(Amount(outcome.escrow).to_string())),
		("spent", Some(Amount(outcome.spent).to_string())),
		("returned", Some(Amount(outcome.refund).to_string())),
		(
			"paid to",
			Some(watch::payment_words(&outcome.payment)).filter(|_| outcome.spent > 0),
		),
		("posted", Some(format!("block {}", outcome.posted_at))),
		(
			"assigned",
			outcome.assigned_at.map(|at| format!("block {at}")),
		),
		(
			"delivered",
			outcome.submitted_at.map(|at| format!("block {at}")),
		),
		("closed", Some(format!("block {}", outcome.closed_at))),
	])
}

fn receipt_text(stored: &StoredReceipt) -> String {
	let receipt = &stored.signed.receipt;
	let finish = match stored.finish() {
		Some(Finish::Stop) => "the model ended its answer",
		Some(Finish::Length) => "the token limit was reached",
		Some(Finish::Rejected) => "the model cannot run this input",
		None => "unknown",
	};
	let mut text = fields(&[
		(
			"tokens",
			Some(format!(
				"{} in, {} out",
				receipt.tokens_in, receipt.tokens_out
			)),
		),
		("finish", Some(finish.to_owned())),
		("worker key", Some(hexadecimal(stored.signed.worker))),
	]);
	text.push('\n');
	text.push_str(&stored.output());
	text
}

#[cfg(test)]
mod tests {
	use super::*;
	use athanor::primitives::job::CloseReason;

	fn outcome(closed_at: u32) -> Outcome {
		Outcome {
			requester: AccountId::from([1; 32]),
			model: 2,
			model_version: 1,
			reason: CloseReason::Paid,
			provider: Some(AccountId::from([7; 32])),
			failed: vec![],
			escrow: 10,
			spent: 4,
			refund: 6,
			payment: Default::default(),
			posted_at: 3,
			assigned_at: Some(4),
			submitted_at: Some(5),
			closed_at,
			retained_until: closed_at + 10,
		}
	}

	#[test]
	fn a_walk_stays_within_the_chain() {
		let walk = Walk::new(100, 10);
		assert_eq!((walk.from, walk.down_to, walk.len()), (100, 91, 10));
		let walk = Walk::new(5, 10);
		assert_eq!((walk.from, walk.down_to, walk.len()), (5, 1, 5));
		assert_eq!(Walk::new(0, 10).len(), 0);
	}

	#[test]
	fn a_walk_says_how_to_go_on() {
		let walk = Walk::new(100, 10);
		let text = walk.report(Some(91), 3);
		assert!(text.contains("read blocks 91 to 100"), "{text}");
		assert!(text.contains("--before 91 --blocks 10"), "{text}");
		let next = Walk::new(91 - 1, 10);
		assert_eq!(
			next.from, 90,
			"no block is read twice, and none is left out"
		);
		assert!(walk.report(Some(95), 0).contains("all jobs"));
		assert!(walk.report(None, 2).contains("--limit"));
		let text = Walk::new(9, 10).report(Some(1), 2);
		assert!(text.contains("beginning of the chain"), "{text}");
	}

	#[test]
	fn what_is_missing_is_counted() {
		let mut known = Known {
			entries: [(4, Entry::closed(4, &outcome(50)))].into(),
			posted: 6,
			ends_at: 50,
		};
		assert_eq!(known.missing(), 5);
		known.entries.insert(1, Entry::past(1, &outcome(20)));
		assert_eq!(known.missing(), 4);
		assert_eq!(known.entries[&1].json["from_block"], 20);
		assert_eq!(known.entries[&4].json.get("from_block"), None);
	}

	#[test]
	fn filters_ask_for_all_that_they_say() {
		let entry = Entry::closed(1, &outcome(9));
		let nobody = AccountId::from([0; 32]);
		let filter = |requester, provider, model| Filter {
			requester,
			provider,
			model,
			past: false,
		};
		assert!(filter(None, None, None).wants(&entry));
		let all = (Some(entry.requester), entry.provider, Some(2));
		assert!(filter(all.0, all.1, all.2).wants(&entry));
		assert!(!filter(Some(nobody), None, None).wants(&entry));
		assert!(!filter(None, Some(nobody), None).wants(&entry));
		assert!(!filter(None, None, Some(3)).wants(&entry));
		let older = Filter {
			past: true,
			..filter(None, None, None)
		};
		assert!(!older.wants(&entry));
		assert!(older.wants(&Entry::past(1, &outcome(9))));
	}

	#[test]
	fn a_past_job_shows_where_it_is_from() {
		let past = PastJob {
			block: athanor::BlockId {
				number: 20,
				hash: Default::default(),
			},
			outcome: outcome(20),
			receipt: None,
			closed: athanor::chain::events::JobClosed {
				job: 4,
				requester: AccountId::from([1; 32]),
				reason: CloseReason::Paid,
				provider: None,
				escrow: 10,
				spent: 4,
				refund: 6,
			},
			paid: None,
		};
		let whole = Whole {
			past: Some(past),
			..Whole::default()
		};
		let text = whole.text(4);
		assert!(text.contains("from block 20"), "{text}");
		assert!(text.contains("done and paid"), "{text}");
		let value = whole.json(4);
		assert_eq!(value["outcome"]["spent"], "4");
		assert_eq!(value["from_block"]["number"], 20);
		assert_eq!(value["events"]["closed"]["refund"], "6");
		assert_eq!(value["live"], Value::Null);
	}
}
