//! `athanor job quote` and `athanor job why`: what a job costs, who could do it, and what keeps others
//! from it.

use athanor::{
	AccountId, Amount, Chain, Error, View,
	chain::{Candidate, Match, WaitsFor},
	primitives::{JobId, eligibility::Ineligible},
	quote::{self, Quote},
};
use clap::Args;
use serde_json::{Value, json};

use super::{
	Context,
	job_terms::Terms,
	output::{about, fields, merge, price, table},
	watch,
};

/// Bytes of input that a quote is for if none is given.
const USUAL_INPUT: usize = 1_024;

/// Candidates that people are shown, unless they ask for more.
const USUAL_LIMIT: usize = 20;

/// Shown at the end of `job quote --help`.
pub const QUOTE_EXAMPLES: &str = "\
Examples:
  athanor job quote --model 0 --max-tokens 256
  athanor --key alice.key job quote --model 0 --max-tokens 256 --prompt-file prompt.txt -o json
  athanor job quote --model 0 --region DE --max-price-in 40000u --max-price-out 100000u

The chain answers as if the job were posted now: what would be held, how many could do it, and what
each of the others lacks. If it would refuse the post, it says why, and the exit code is 4. With --key,
it also says whether that account has the money.";

/// Shown at the end of `job why --help`.
pub const WHY_EXAMPLES: &str = "\
Examples:
  athanor job why 12
  athanor job why 12 -o json

For each provider that offers the job's model, or that the job names: the price at which it could have
the job now, or the first condition that it fails.";

/// What to quote.
#[derive(Debug, Args)]
pub struct QuoteArgs {
	#[command(flatten)]
	terms: Terms,
	/// Most tokens to generate.
	#[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..))]
	max_tokens: u32,
	/// Length of the prompt in bytes, instead of a prompt [default: 1024].
	#[arg(long, conflicts_with_all = ["prompt", "prompt_file"])]
	bytes: Option<u32>,
	/// At most so many providers [default: 20; with -o json, all].
	#[arg(long, value_name = "N")]
	limit: Option<usize>,
}

impl QuoteArgs {
	fn input(&self) -> Result<Vec<u8>, Error> {
		if self.terms.has_prompt() {
			return self.terms.input();
		}
		let len = match self.bytes {
			Some(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
			None => USUAL_INPUT,
		};
		Ok(vec![b' '; len])
	}
}

/// Quotes a job.
pub async fn run(context: &Context, arguments: QuoteArgs) -> Result<(), Error> {
	let account = context.key_if_given()?.map(|key| key.account());
	let draft = arguments
		.terms
		.draft(arguments.input()?, arguments.max_tokens);
	let chain = context.chain().await?;
	let who = account.unwrap_or(AccountId::from([0; 32]));
	let (quote, mut candidates, block_time) = context
		.in_time("the quote", async {
			let view = chain.at(context.at()).await?;
			let quote = quote::quote(&view, &who, &draft).await?;
			let candidates = view.candidates(&who, &quote.request).await?;
			Ok((quote, candidates, view.constants()?.block_time))
		})
		.await?;
	sort(&mut candidates, &quote);
	let output = context.output();
	let all = candidates.len();
	let usual = if output.is_json() { all } else { USUAL_LIMIT };
	candidates.truncate(arguments.limit.unwrap_or(usual));
	let mut value = json!({"candidates": candidates});
	merge(&mut value, serde_json::to_value(&quote).unwrap_or_default());
	if account.is_none() {
		// It was asked for nobody.
		merge(&mut value, json!({"affordable": null}));
	}
	output.show(value, || {
		let mut lines = quote_fields(&quote);
		lines.push(("time limit", Some(limits_text(&quote, block_time))));
		let short = account.filter(|_| !quote.market.affordable);
		lines.push((
			"money",
			short.map(|who| format!("{who} cannot put that on hold now")),
		));
		let mut text = fields(&lines);
		text.push('\n');
		text.push_str(&candidates_text(&candidates, &quote));
		if all > candidates.len() {
			text.push_str(&format!("{} more; see --limit\n", all - candidates.len()));
		}
		text
	})
}

fn limits_text(quote: &Quote, block_time: u64) -> String {
	let blocks = |count: u32| format!("{count} blocks ({})", about(count, block_time));
	format!(
		"{}; the shortest is {}",
		blocks(quote.time_limit),
		blocks(quote.market.shortest_time_limit)
	)
}

/// Those that could do it first, the cheapest of them foremost.
fn sort(candidates: &mut [Candidate], quote: &Quote) {
	candidates.sort_by_key(|candidate| match candidate.verdict {
		Ok(price) => (
			0,
			price
				.cost(quote.market.max_input_tokens, quote.max_output_tokens)
				.unwrap_or(u128::MAX),
		),
		// The one that fails the last condition is nearest to the job.
		Err(reason) => (u8::MAX - reason.code(), 0),
	});
}

/// A quote in words.
pub fn quote_text(quote: &Quote) -> String {
	fields(&quote_fields(quote))
}

fn quote_fields(quote: &Quote) -> Vec<(&'static str, Option<String>)> {
	let market = &quote.market;
	let at_most = |cost: Option<u128>| cost.map(|cost| format!("at most {}", Amount(cost)));
	vec![
		(
			"model",
			Some(format!("{} version {}", quote.model, market.model_version)),
		),
		(
			"prompt",
			Some(format!(
				"{} bytes, at most {} tokens",
				quote.input_len, market.max_input_tokens
			)),
		),
		(
			"output",
			Some(format!("at most {} tokens", quote.max_output_tokens)),
		),
		("price ceiling", Some(price(&quote.ceiling))),
		(
			"held while it runs",
			Some(Amount(market.escrow).to_string()),
		),
		(
			"could do it now",
			Some(format!(
				"{} of {} providers",
				market.eligible, market.looked_at
			)),
		),
		("cheapest", at_most(market.cheapest)),
		("typical", at_most(market.median)),
	]
}

fn candidates_text(candidates: &[Candidate], quote: &Quote) -> String {
	if candidates.is_empty() {
		return nobody(quote.model, quote.market.model_version);
	}
	let cost = |candidate: &Candidate| {
		let (tokens_in, tokens_out) = (quote.market.max_input_tokens, quote.max_output_tokens);
		candidate.verdict.ok()?.cost(tokens_in, tokens_out)
	};
	let rows: Vec<_> = candidates
		.iter()
		.map(|candidate| {
			let shown = |text: Option<String>| text.unwrap_or_else(|| "-".into());
			vec![
				candidate.provider.to_string(),
				shown(candidate.verdict.ok().map(|found| price(&found))),
				shown(cost(candidate).map(|cost| Amount(cost).to_string())),
				verdict(candidate).to_owned(),
			]
		})
		.collect();
	let head = ["provider", "price", "at most", "could do it"];
	table(&head, &rows) + &remedies(candidates)
}

fn nobody(model: u32, version: u32) -> String {
	format!(
		"nobody offers version {version} of model {model}; `athanor model show {model}` says which \
		 versions are offered\n"
	)
}

fn verdict(candidate: &Candidate) -> &'static str {
	candidate.verdict.map_or_else(Ineligible::reason, |_| "yes")
}

/// What helps against each condition that some fail, in the order in which conditions are asked.
fn remedies(candidates: &[Candidate]) -> String {
	let mut text = String::new();
	for reason in Ineligible::ALL {
		let count = candidates
			.iter()
			.filter(|candidate| candidate.verdict == Err(reason))
			.count();
		let who = match count {
			0 => continue,
			1 => "1 provider".to_owned(),
			count => format!("{count} providers"),
		};
		text.push_str(&format!("{who}: {}: {}\n", reason.reason(), remedy(reason)));
	}
	if text.is_empty() {
		return text;
	}
	format!("\nwhat helps\n{text}")
}

/// What a requester or the provider can do about a condition.
pub fn remedy(reason: Ineligible) -> &'static str {
	match reason {
		Ineligible::NotAllowed => {
			"post a job that allows it with --allow, or that names no provider"
		}
		Ineligible::Excluded => "post a job without it among --exclude",
		Ineligible::FailedBefore => {
			"nothing; a job is not given again to a provider that failed it"
		}
		Ineligible::NotProvider => "it registers with `athanor provider register --stake AMOUNT`",
		Ineligible::NoOffer => {
			"it publishes an offer for this version: see `athanor provider offer --help`"
		}
		Ineligible::PriceOutOfBounds => {
			"it offers at no more than the highest price that `athanor model show MODEL` names"
		}
		Ineligible::PriceAboveCeiling => {
			"post with a higher --max-price-in and --max-price-out, or it offers for less"
		}
		Ineligible::WrongRegion => {
			"post with its --region, or without any; or it states where its machines stand, with \
			 --region of its offer: see `athanor provider offer --help`"
		}
		Ineligible::RetentionTooLong => {
			"post with more --max-retention-hours, or without; or it states a shorter time, with \
			 --retention-hours of its offer: see `athanor provider offer --help`"
		}
		Ineligible::NotEnoughGpuMemory => {
			"post with less --min-gpu-memory; or it states what its GPUs have, with --gpu-memory \
			 of its offer: see `athanor provider offer --help`"
		}
		Ineligible::Chilled => "it takes work again with `athanor provider unchill`",
		Ineligible::Paused => {
			"wait for the end of its pause, which `athanor provider status` names"
		}
		Ineligible::NoWorkerKey => {
			"it adds a worker key with `athanor provider keys add KEY PROOF`"
		}
		Ineligible::StakeTooLow => "it stakes more with `athanor provider stake AMOUNT`",
		Ineligible::NoFreeSlot => "wait until it has finished a job, or it offers more --slots",
		Ineligible::NotEnoughCover => {
			"wait until it has finished jobs, or it stakes more; a lower price ceiling needs less stake"
		}
	}
}

/// Says why a live job stands where it stands.
pub async fn why(context: &Context, job: JobId) -> Result<(), Error> {
	let chain = context.chain().await?;
	let (found, now, block_time) = context
		.in_time("the job", async {
			let view = chain.at(context.at()).await?;
			let block_time = view.constants()?.block_time;
			match view.why(job).await? {
				Some(found) => Ok((found, view.number(), block_time)),
				None => Err(not_live(&chain, &view, job).await?),
			}
		})
		.await?;
	context
		.output()
		.show(why_json(&found), || why_text(&found, now, block_time))
}

async fn not_live(chain: &Chain, view: &View, job: JobId) -> Result<Error, Error> {
	match view.outcome(job).await? {
		Some(outcome) => Ok(Error::NotFound(format!(
			"job {job} waits for nothing: {}, in block {}; see `athanor job get {job}`",
			watch::reason_sentence(outcome.reason),
			outcome.closed_at
		))),
		None => chain.unknown_job(job).await,
	}
}

fn why_json(found: &Match) -> Value {
	let mut value = serde_json::to_value(found).unwrap_or_default();
	if let Some(candidates) = value.get_mut("candidates").and_then(Value::as_array_mut) {
		for (shown, candidate) in candidates.iter_mut().zip(&found.candidates) {
			merge(
				shown,
				json!({"remedy": candidate.verdict.err().map(remedy)}),
			);
		}
	}
	value
}

fn why_text(found: &Match, now: u32, block_time: u64) -> String {
	let until = |block: u32| {
		let left = block.saturating_sub(now);
		format!("block {block} ({})", about(left, block_time))
	};
	let eligible = found
		.candidates
		.iter()
		.filter(|candidate| candidate.verdict.is_ok())
		.count();
	let sentence = match &found.waits_for {
		WaitsFor::FirstTurn { from } => format!(
			"waits for its first turn, in block {from} at the earliest: until then nobody can have it"
		),
		WaitsFor::Match { until: end } if eligible > 0 => format!(
			"waits for the chain to draw a provider, which it tries in every block; refunded in {}",
			until(*end)
		),
		WaitsFor::Match { until: end } => format!(
			"waits for a provider that fulfils its conditions; refunded in {}",
			until(*end)
		),
		WaitsFor::Claim { until: end } => format!(
			"waits for a provider to claim it; refunded in {}",
			until(*end)
		),
		WaitsFor::Receipt {
			provider,
			until: end,
		} => format!(
			"waits for the receipt of {provider}, who is slashed if it is not there before {}",
			until(*end)
		),
		WaitsFor::Payment { at } => {
			format!(
				"waits for its payment in {}, which needs no call",
				until(*at)
			)
		}
	};
	let mut text = format!("job {} {sentence}\n\n", found.job);
	if found.candidates.is_empty() {
		text.push_str("no provider offers its version of the model\n");
		return text;
	}
	let rows: Vec<_> = found
		.candidates
		.iter()
		.map(|candidate| {
			let asked = candidate.verdict.ok().map(|found| price(&found));
			vec![
				candidate.provider.to_string(),
				asked.unwrap_or_else(|| "-".into()),
				verdict(candidate).to_owned(),
			]
		})
		.collect();
	text.push_str(&table(&["provider", "price", "could do it now"], &rows));
	text.push_str(&remedies(&found.candidates));
	text
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use athanor::{
		chain::MarketQuote,
		primitives::{
			eligibility::Eligibility,
			job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
			price::{Price, PriceBounds},
		},
	};

	/// A quote for 100 tokens in and 64 out at up to 10 units.
	pub fn quote() -> Quote {
		Quote {
			model: 3,
			input_len: 84,
			max_output_tokens: 64,
			ceiling: Price::flat(10),
			bounds: PriceBounds {
				floor: Price::flat(1),
				ceiling: Price::flat(99),
			},
			time_limit: 44,
			work_period: 12,
			market: MarketQuote {
				model_version: 2,
				escrow: 1_640,
				affordable: true,
				max_input_tokens: 100,
				shortest_time_limit: 14,
				looked_at: 3,
				eligible: 2,
				cheapest: Some(820),
				median: Some(984),
			},
			request: JobRequest {
				model: 3,
				version: None,
				input: JobInput::Inline(b"a".to_vec()),
				format: PromptFormat::Completion,
				sampler: Sampler::Greedy,
				max_output_tokens: 64,
				ceiling: Price::flat(10),
				assignment: Assignment::Auto,
				eligibility: Eligibility::default(),
				time_limit: 44,
			},
		}
	}

	fn candidate(byte: u8, verdict: Result<u128, Ineligible>) -> Candidate {
		Candidate {
			provider: AccountId::from([byte; 32]),
			verdict: verdict.map(Price::flat),
		}
	}

	#[test]
	fn the_cheapest_that_can_do_it_come_first() {
		let mut candidates = vec![
			candidate(1, Err(Ineligible::NoOffer)),
			candidate(2, Ok(6)),
			candidate(3, Err(Ineligible::NoFreeSlot)),
			candidate(4, Ok(5)),
		];
		sort(&mut candidates, &quote());
		let order: Vec<u8> = candidates.iter().map(|c| c.provider.0[0]).collect();
		assert_eq!(order, [4, 2, 3, 1]);
	}

	#[test]
	fn a_quote_says_what_it_costs_and_who_could_do_it() {
		let text = quote_text(&quote());
		for part in [
			"3 version 2",
			"84 bytes, at most 100 tokens",
			"1640u",
			"2 of 3 providers",
			"at most 820u",
			"at most 984u",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let limits = limits_text(&quote(), 3_000);
		assert!(limits.contains("44 blocks (about 2 min)"), "{limits}");
		assert!(limits.contains("shortest is 14 blocks"), "{limits}");
	}

	#[test]
	fn every_condition_has_a_remedy_and_is_told_once() {
		for reason in Ineligible::ALL {
			assert!(!remedy(reason).is_empty());
		}
		let candidates = [
			candidate(1, Err(Ineligible::Chilled)),
			candidate(2, Err(Ineligible::Chilled)),
			candidate(3, Err(Ineligible::PriceAboveCeiling)),
			candidate(4, Ok(5)),
		];
		let text = remedies(&candidates);
		assert_eq!(text.matches("provider unchill").count(), 1, "{text}");
		assert!(text.contains("2 providers: it takes no new work"), "{text}");
		assert!(text.contains("--max-price-in"), "{text}");
		assert_eq!(remedies(&[candidate(4, Ok(5))]), "");
	}

	#[test]
	fn a_job_is_explained_in_words_and_for_programs() {
		let found = Match {
			job: 12,
			waits_for: WaitsFor::Claim { until: 120 },
			candidates: vec![
				candidate(1, Err(Ineligible::NotEnoughCover)),
				candidate(2, Ok(5)),
			],
		};
		let text = why_text(&found, 100, 3_000);
		assert!(
			text.starts_with("job 12 waits for a provider to claim it"),
			"{text}"
		);
		assert!(text.contains("block 120 (about 60 s)"), "{text}");
		assert!(text.contains("its stake does not cover"), "{text}");
		let value = why_json(&found);
		assert_eq!(value["waits_for"]["claim"]["until"], 120);
		assert_eq!(value["candidates"][0]["fails"], "not_enough_cover");
		assert_eq!(
			value["candidates"][0]["remedy"],
			remedy(Ineligible::NotEnoughCover)
		);
		assert_eq!(value["candidates"][0]["price"], Value::Null);
		assert_eq!(value["candidates"][1]["price"]["input"], "5");
		assert_eq!(value["candidates"][1]["remedy"], Value::Null);

		let nobody = Match {
			candidates: vec![],
			..found
		};
		assert!(why_text(&nobody, 100, 3_000).contains("no provider offers"));
	}

	#[test]
	fn everything_that_a_job_can_wait_for_has_words() {
		for (waits_for, words) in [
			(WaitsFor::FirstTurn { from: 9 }, "first turn, in block 9"),
			(WaitsFor::Match { until: 9 }, "fulfils its conditions"),
			(
				WaitsFor::Receipt {
					provider: AccountId::from([1; 32]),
					until: 9,
				},
				"is slashed",
			),
			(WaitsFor::Payment { at: 9 }, "payment in block 9"),
		] {
			let found = Match {
				job: 1,
				waits_for,
				candidates: vec![],
			};
			let text = why_text(&found, 1, 3_000);
			assert!(text.contains(words), "{text}");
		}
	}
}
