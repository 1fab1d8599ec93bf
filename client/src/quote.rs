//! What a job would cost, and who would do it: the chain's own answer, for a draft that need not name
//! its prices and its time limit yet.

use std::collections::BTreeMap;

use athanor_primitives::{
	ModelId,
	eligibility::{Eligibility, Ineligible},
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	price::{Price, PriceBounds, max_input_tokens},
};
use serde::Serialize;

use crate::{
	chain::{
		AccountId, Candidate, Constants, MarketQuote, Offer, Release, View,
		json::{bounds_json, price_json},
	},
	error::Error,
};

/// By how much a ceiling that nobody chose lies above the cheapest offer, in percent: prices may
/// change between asking and posting.
pub const HEADROOM_PERCENT: u128 = 25;

/// Prices that are tried as the measure of a ceiling, the cheapest first.
const TRIES: usize = 8;

/// A job to be, as far as its requester has decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
	/// The model.
	pub model: ModelId,
	/// Its version; the newest if `None`.
	pub version: Option<u32>,
	/// What to run it on.
	pub input: Vec<u8>,
	/// How the input becomes a prompt.
	pub format: PromptFormat,
	/// How tokens are chosen.
	pub sampler: Sampler,
	/// Most tokens to generate.
	pub max_output_tokens: u32,
	/// Most units for a token of the prompt; found from the offers if `None`.
	pub max_price_in: Option<u128>,
	/// Most units for a generated token; found from the offers if `None`.
	pub max_price_out: Option<u128>,
	/// How it finds its provider.
	pub assignment: Assignment<AccountId>,
	/// What a provider must be besides.
	pub eligibility: Eligibility<AccountId>,
	/// Blocks after which it is refunded; enough for two providers if `None`.
	pub time_limit: Option<u32>,
}

/// What a job would cost, and who would do it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quote {
	/// The model.
	pub model: ModelId,
	/// Bytes of input.
	pub input_len: u32,
	/// Most tokens to generate.
	pub max_output_tokens: u32,
	/// The most to pay per token.
	#[serde(serialize_with = "price_json")]
	pub ceiling: Price,
	/// What the model's price class costs now: at least its price, at most what governance allows.
	#[serde(serialize_with = "bounds_json")]
	pub bounds: PriceBounds,
	/// Blocks after which it would be refunded.
	pub time_limit: u32,
	/// Blocks that a worker has for it.
	pub work_period: u32,
	/// What the chain says.
	#[serde(flatten)]
	pub market: MarketQuote,
	/// The job as it would be posted.
	#[serde(skip)]
	pub request: JobRequest<AccountId, u32>,
}

/// Quotes a job of `who` from the state of the chain.
///
/// # Errors
/// When there is no such model, no price is given and nobody offers one, or the chain would refuse the
/// post: [`Error::Rejected`] with its reason.
pub async fn quote(view: &View, who: &AccountId, draft: &Draft) -> Result<Quote, Error> {
	let market = Market::read(view, draft).await?;
	let size = market.size(draft)?;
	let time_limit = market.time_limit(draft, &size)?;
	let ceiling = match (draft.max_price_in, draft.max_price_out) {
		(Some(input), Some(output)) => Price { input, output },
		(input, output) => {
			let usual = market.usual_ceiling(view, who, draft, &size).await?;
			Price {
				input: input.unwrap_or(usual.input),
				output: output.unwrap_or(usual.output),
			}
		}
	};
	market.check_ceiling(&ceiling)?;
	let request = draft.request(ceiling, time_limit);
	Ok(Quote {
		model: draft.model,
		input_len: size.input_len,
		max_output_tokens: draft.max_output_tokens,
		ceiling,
		bounds: market.bounds,
		time_limit,
		work_period: size.work_period,
		market: view.market_quote(who, &request).await?,
		request,
	})
}

impl Draft {
	/// The job with what the draft leaves open.
	fn request(&self, ceiling: Price, time_limit: u32) -> JobRequest<AccountId, u32> {
		JobRequest {
			model: self.model,
			version: self.version,
			input: JobInput::Inline(self.input.clone()),
			format: self.format,
			sampler: self.sampler,
			max_output_tokens: self.max_output_tokens,
			ceiling,
			assignment: self.assignment.clone(),
			eligibility: self.eligibility.clone(),
			time_limit,
		}
	}
}

/// How much a job asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
	input_len: u32,
	tokens_in: u32,
	tokens_out: u32,
	work_period: u32,
}

impl Size {
	/// The most that it costs at this price.
	fn cost(&self, price: &Price) -> Option<u128> {
		price.cost(self.tokens_in, self.tokens_out)
	}
}

/// What a draft is checked against and completed from.
struct Market {
	release: Release,
	bounds: PriceBounds,
	constants: Constants,
	/// Blocks that a worker has for any job.
	base_work_period: u32,
}

impl Market {
	async fn read(view: &View, draft: &Draft) -> Result<Self, Error> {
		let (model, version) = (draft.model, draft.version);
		let Some(release) = view.release(model, version).await? else {
			return Err(Error::NotFound(match (view.model(model).await?, version) {
				(Some(_), Some(version)) => format!(
					"model {model} has no version {version}; see `athanor model show {model}`"
				),
				_ => format!("there is no model {model}; see `athanor model list`"),
			}));
		};
		Ok(Self {
			bounds: view.price_bounds(release.model.price_class).await?,
			constants: view.constants()?,
			base_work_period: view.base_work_period().await?,
			release,
		})
	}

	/// What the chain would refuse for its size is said here, with the figures.
	fn size(&self, draft: &Draft) -> Result<Size, Error> {
		let refuse = |text: String| Err(Error::Input(text));
		let limit = self.constants.max_inline_input;
		let input_len = match u32::try_from(draft.input.len()) {
			Ok(0) => return refuse("the prompt is empty".into()),
			Ok(len) if len <= limit => len,
			_ => {
				let over = draft
					.input
					.len()
					.saturating_sub(limit.try_into().unwrap_or(usize::MAX));
				return refuse(format!(
					"the prompt has {} bytes, and a job takes at most {limit}; shorten it by {over}",
					draft.input.len()
				));
			}
		};
		let version = &self.release.version;
		let most = self.constants.max_output_tokens.min(version.context_length);
		let tokens_out = draft.max_output_tokens;
		if tokens_out == 0 || tokens_out > most {
			return refuse(format!(
				"a job on model {} generates 1 to {most} tokens, not {tokens_out}",
				draft.model
			));
		}
		let tokens_in =
			max_input_tokens(input_len, version.template_overhead, version.context_length);
		Ok(Size {
			input_len,
			tokens_in,
			tokens_out,
			work_period: self
				.constants
				.work_period(self.base_work_period, tokens_in, tokens_out),
		})
	}

	/// The time limit that was chosen, or one that leaves room for a second provider.
	fn time_limit(&self, draft: &Draft, size: &Size) -> Result<u32, Error> {
		let most = self.constants.max_time_limit;
		let least = size.work_period.saturating_add(self.constants.match_delay);
		let usual = size
			.work_period
			.saturating_mul(2)
			.saturating_add(20)
			.min(most)
			.max(least);
		let limit = draft.time_limit.unwrap_or(usual);
		if limit < least || limit > most {
			return Err(Error::Input(format!(
				"a job with up to {} tokens of output has a time limit of {least} to {most} blocks, \
				 not {limit}",
				size.tokens_out
			)));
		}
		Ok(limit)
	}

	fn check_ceiling(&self, ceiling: &Price) -> Result<(), Error> {
		if self.bounds.floor.within(ceiling) {
			return Ok(());
		}
		Err(Error::Input(format!(
			"the price ceiling of {}u in and {}u out is below the price of this model's class now, \
			 {}u in and {}u out: nobody works for less",
			ceiling.input, ceiling.output, self.bounds.floor.input, self.bounds.floor.output
		)))
	}

	/// A ceiling under which somebody could take the job now: the cheapest offer's price with headroom.
	async fn usual_ceiling(
		&self,
		view: &View,
		who: &AccountId,
		draft: &Draft,
		size: &Size,
	) -> Result<Price, Error> {
		// At the highest ceiling there is, only the stake that has to cover it can still be too small.
		let most = self.constants.max_time_limit;
		let probe = draft.request(self.bounds.ceiling, most);
		let candidates = view.candidates(who, &probe).await?;
		let offers = view.offers(draft.model, self.release.number).await?;
		let ceilings = self.ceilings(&candidates, &offers, size);
		let Some(cheapest) = ceilings.first().copied() else {
			return Err(nobody(draft.model));
		};
		for ceiling in ceilings {
			let quote = view
				.market_quote(who, &draft.request(ceiling, most))
				.await?;
			if quote.eligible > 0 {
				return Ok(ceiling);
			}
		}
		Ok(cheapest)
	}

	/// The ceilings that the offers suggest which could do the job but for their stake, the cheapest first.
	fn ceilings(
		&self,
		candidates: &[Candidate],
		offers: &BTreeMap<AccountId, Offer>,
		size: &Size,
	) -> Vec<Price> {
		let mut prices: Vec<(u128, Price)> = candidates
			.iter()
			.filter(|candidate| {
				matches!(candidate.verdict, Ok(_) | Err(Ineligible::NotEnoughCover))
			})
			.filter_map(|candidate| offers.get(&candidate.provider))
			.map(|offer| offer.price.at_least(&self.bounds.floor))
			.filter_map(|price| Some((size.cost(&price)?, price)))
			.collect();
		prices.sort_by_key(|(cost, price)| (*cost, price.input));
		prices.dedup();
		prices
			.into_iter()
			.take(TRIES)
			.map(|(_, price)| self.with_headroom(&price))
			.collect()
	}

	fn with_headroom(&self, price: &Price) -> Price {
		let raise = |price: u128, most: u128| {
			let headroom = price.saturating_mul(HEADROOM_PERCENT).div_ceil(100);
			price.saturating_add(headroom).min(most).max(price)
		};
		Price {
			input: raise(price.input, self.bounds.ceiling.input),
			output: raise(price.output, self.bounds.ceiling.output),
		}
	}
}

fn nobody(model: ModelId) -> Error {
	Error::NotFound(format!(
		"nobody can take this job on model {model} right now, so there is no price to go by; see \
		 `athanor model show {model}`, or give --max-price-in and --max-price-out to wait for an offer; with \
		 both, a quote says what each provider lacks: see `athanor job quote --help`"
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::{account, constants, release};

	fn market() -> Market {
		Market {
			release: release(),
			bounds: PriceBounds {
				floor: Price::flat(5),
				ceiling: Price::flat(1_000),
			},
			constants: constants(),
			base_work_period: 10,
		}
	}

	fn draft() -> Draft {
		Draft {
			model: 0,
			version: None,
			input: vec![b'a'; 100],
			format: PromptFormat::Completion,
			sampler: Sampler::Greedy,
			max_output_tokens: 120,
			max_price_in: None,
			max_price_out: None,
			assignment: Assignment::Auto,
			eligibility: Eligibility::default(),
			time_limit: None,
		}
	}

	fn with(change: impl FnOnce(&mut Draft)) -> Draft {
		let mut draft = draft();
		change(&mut draft);
		draft
	}

	fn offer(units: u128) -> Offer {
		Offer {
			price: Price::flat(units),
			attributes: Default::default(),
			slots: 1,
			busy: 0,
		}
	}

	#[test]
	fn sizes_are_those_of_the_chain() {
		let size = market().size(&draft()).unwrap();
		// 100 bytes and 16 tokens of template; 120 out.
		assert_eq!((size.input_len, size.tokens_in), (100, 116));
		assert_eq!(size.work_period, 12);
		assert_eq!(size.cost(&Price::flat(52)), Some(52 * (116 + 120)));
	}

	#[test]
	fn the_cheapest_usable_offers_are_the_measure() {
		let market = market();
		let size = market.size(&draft()).unwrap();
		let price = |units| Ok(Price::flat(units));
		let verdicts = [
			(1, price(100)),
			(2, Err(Ineligible::NoFreeSlot)),
			(3, Err(Ineligible::Chilled)),
			// Its stake may cover the job at a lower ceiling.
			(4, Err(Ineligible::NotEnoughCover)),
			(5, price(990)),
			// Withdrawn meanwhile.
			(6, price(1)),
		];
		let candidates: Vec<Candidate> = verdicts
			.iter()
			.map(|(byte, verdict)| Candidate {
				provider: account(*byte),
				verdict: *verdict,
			})
			.collect();
		let offers = [(1, 100), (2, 10), (3, 20), (4, 41), (5, 990)]
			.map(|(byte, units)| (account(byte), offer(units)));
		let offers = offers.into();
		let ceilings = market.ceilings(&candidates, &offers, &size);
		assert_eq!(
			ceilings,
			[Price::flat(52), Price::flat(125), Price::flat(1_000)],
			"a quarter more, rounded up, and not above the governed ceiling"
		);
		assert!(market.ceilings(&[], &BTreeMap::new(), &size).is_empty());

		// Nobody works for less than the price of the class.
		let dear = Market {
			bounds: PriceBounds {
				floor: Price::flat(200),
				..market.bounds
			},
			..market
		};
		let ceilings = dear.ceilings(&candidates, &offers, &size);
		assert_eq!(ceilings, [Price::flat(250), Price::flat(1_000)]);
	}

	#[test]
	fn without_offers_a_price_has_to_be_given() {
		let error = nobody(3);
		assert_eq!(error.exit_code(), 3);
		assert!(error.to_string().contains("--max-price-in"), "{error}");
	}

	#[test]
	fn what_the_chain_would_refuse_is_said_first() {
		let refused = |change: &dyn Fn(&mut Draft)| {
			let error = market().size(&with(change)).unwrap_err();
			assert_eq!(error.exit_code(), 2);
			error.to_string()
		};
		let long = refused(&|draft| draft.input = vec![b'a'; 9_000]);
		assert!(
			long.contains("9000") && long.contains("8192") && long.contains("808"),
			"{long}"
		);
		assert!(refused(&|draft| draft.input.clear()).contains("empty"));
		assert!(refused(&|draft| draft.max_output_tokens = 0).contains("1 to 1024"));
		assert!(refused(&|draft| draft.max_output_tokens = 1_025).contains("1025"));
		let low = market().check_ceiling(&Price {
			input: 4,
			output: 9,
		});
		assert!(
			low.unwrap_err()
				.to_string()
				.contains("nobody works for less")
		);
		assert!(market().check_ceiling(&Price::flat(5)).is_ok());
	}

	#[test]
	fn time_limits_are_checked_with_the_figures() {
		let market = market();
		let size = market.size(&draft()).unwrap();
		let limit = |blocks| market.time_limit(&with(|draft| draft.time_limit = blocks), &size);
		assert_eq!(limit(None).unwrap(), 44);
		assert_eq!(limit(Some(14)).unwrap(), 14);
		let most = market.constants.max_time_limit;
		assert_eq!(limit(Some(most)).unwrap(), most);
		for wrong in [13, most + 1] {
			let error = limit(Some(wrong)).unwrap_err().to_string();
			assert!(
				error.contains(&format!("14 to {most}")) && error.contains(&wrong.to_string()),
				"{error}"
			);
		}
	}

	#[test]
	fn a_draft_becomes_the_job_that_it_describes() {
		let draft = with(|draft| {
			draft.version = Some(3);
			draft.assignment = Assignment::Open;
			draft.eligibility.regions = vec![*b"DE"];
		});
		let request = draft.request(Price::flat(7), 50);
		assert_eq!((request.version, request.time_limit), (Some(3), 50));
		assert_eq!(request.ceiling, Price::flat(7));
		assert_eq!(request.assignment, Assignment::Open);
		assert_eq!(request.eligibility, draft.eligibility);
		assert_eq!(request.input.bytes(), draft.input);
	}
}
