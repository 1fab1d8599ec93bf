//! What a job would cost, and who would do it.

use athanor_primitives::{
	ModelId,
	price::{Price, PriceBounds, max_input_tokens},
};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::{
	chain::{
		AccountId, Constants, Model, ModelStatus, Offer, View,
		json::{bounds_json, price_json, units},
	},
	error::{Error, misfit},
};

/// By how much a ceiling that nobody chose lies above the cheapest offer, in percent: prices may
/// change between asking and posting.
pub const HEADROOM_PERCENT: u128 = 25;

/// Providers that are looked up at the same time.
const PARALLEL: usize = 16;

/// What to quote.
#[derive(Clone, Debug)]
pub struct QuoteRequest {
	/// The model.
	pub model: ModelId,
	/// Bytes of input.
	pub input_len: usize,
	/// Most tokens to generate.
	pub max_output_tokens: u32,
	/// Most units for a token of the prompt; found from the offers if `None`.
	pub max_price_in: Option<u128>,
	/// Most units for a generated token; found from the offers if `None`.
	pub max_price_out: Option<u128>,
	/// The provider that has to do it; any if `None`.
	pub provider: Option<AccountId>,
}

/// A provider, and whether it could do the job.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
	/// The provider.
	pub provider: AccountId,
	/// Units per token.
	#[serde(serialize_with = "price_json")]
	pub price: Price,
	/// Jobs that it can still take.
	pub free: u32,
	/// The most that the job would cost with it, in units.
	#[serde(with = "units")]
	pub cost: u128,
	/// The first condition that it fails; `None` if it could do the job.
	pub obstacle: Option<Obstacle>,
}

/// Why an offer does not come into question for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
	/// Another provider was asked for.
	NotChosen,
	/// Its stake is below the minimum, it has no worker key, or it is paused after a missed deadline.
	Inactive,
	/// Its price is outside the governed bounds.
	OutOfBounds,
	/// All its slots are taken.
	Busy,
	/// Its price is above the ceiling.
	AboveCeiling,
}

impl Obstacle {
	/// In words.
	pub fn reason(self) -> &'static str {
		match self {
			Self::NotChosen => "another provider was asked for",
			Self::Inactive => "too little stake, no worker key, or paused after a missed deadline",
			Self::OutOfBounds => "price outside the governed bounds",
			Self::Busy => "all slots taken",
			Self::AboveCeiling => "price above the ceiling",
		}
	}
}

/// What a job would cost, and who would do it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quote {
	/// The model.
	pub model: ModelId,
	/// Bytes of input.
	pub input_len: u32,
	/// Most prompt tokens that can be charged for it.
	pub max_input_tokens: u32,
	/// Most tokens to generate.
	pub max_output_tokens: u32,
	/// The most to pay per token.
	#[serde(serialize_with = "price_json")]
	pub ceiling: Price,
	/// Units that are held while the job lives. What is not spent returns.
	#[serde(with = "units")]
	pub escrow: u128,
	/// Governed bounds of the model's price class.
	#[serde(serialize_with = "bounds_json")]
	pub bounds: PriceBounds,
	/// Blocks that a worker has for it.
	pub work_period: u32,
	/// Shortest time limit that makes sense, in blocks.
	pub least_time_limit: u32,
	/// A time limit that leaves room for a second provider, in blocks.
	pub usual_time_limit: u32,
	/// All offers, the cheapest first.
	pub candidates: Vec<Candidate>,
}

impl Quote {
	/// The offers that could take the job now.
	pub fn eligible(&self) -> impl Iterator<Item = &Candidate> {
		self.candidates
			.iter()
			.filter(|candidate| candidate.obstacle.is_none())
	}
}

/// Quotes a job from the state of the chain.
///
/// # Errors
/// When there is no such model, the job could not be posted, or no price is given and nobody
/// offers one.
pub async fn quote(view: &View, request: &QuoteRequest) -> Result<Quote, Error> {
	let model = view.model(request.model).await?.ok_or_else(|| {
		Error::NotFound(format!(
			"there is no model {}; see `athanor model list`",
			request.model
		))
	})?;
	let market = Market {
		bounds: view.price_bounds(model.price_class).await?,
		constants: view.constants()?,
		offers: offers(view, request.model).await?,
		model,
	};
	market.quote(request)
}

/// All offers for a model, and whether their providers are active.
async fn offers(view: &View, model: ModelId) -> Result<Vec<(AccountId, Offer, bool)>, Error> {
	stream::iter(view.offers(model).await?)
		.map(|(provider, offer)| async move {
			let active = view.is_active(&provider).await?;
			Ok((provider, offer, active))
		})
		.buffered(PARALLEL)
		.try_collect()
		.await
}

/// Everything that a quote depends on.
struct Market {
	model: Model,
	bounds: PriceBounds,
	constants: Constants,
	offers: Vec<(AccountId, Offer, bool)>,
}

impl Market {
	fn quote(&self, request: &QuoteRequest) -> Result<Quote, Error> {
		let input_len = self.check(request)?;
		let tokens_in = max_input_tokens(
			input_len,
			self.model.template_overhead,
			self.model.context_length,
		);
		let tokens_out = request.max_output_tokens;
		let ceiling = self.ceiling(request)?;
		let overflow =
			|| Error::Input("the price ceiling is more than the chain can count; lower it".into());
		let escrow = ceiling.cost(tokens_in, tokens_out).ok_or_else(overflow)?;
		let mut candidates = Vec::new();
		for (provider, offer, active) in &self.offers {
			candidates.push(Candidate {
				provider: *provider,
				price: offer.price,
				free: offer.free(),
				cost: offer
					.price
					.cost(tokens_in, tokens_out)
					.ok_or_else(|| misfit("an offer costs more than can be counted"))?,
				obstacle: self.obstacle(request, provider, offer, *active, Some(&ceiling)),
			});
		}
		candidates.sort_by_key(|candidate| (candidate.cost, candidate.provider));
		let work_period = self.constants.work_period(tokens_in, tokens_out);
		let least_time_limit = work_period.saturating_add(self.constants.match_delay);
		Ok(Quote {
			model: request.model,
			input_len,
			max_input_tokens: tokens_in,
			max_output_tokens: tokens_out,
			ceiling,
			escrow,
			bounds: self.bounds,
			work_period,
			least_time_limit,
			usual_time_limit: work_period
				.saturating_mul(2)
				.saturating_add(20)
				.min(self.constants.max_time_limit)
				.max(least_time_limit),
			candidates,
		})
	}

	/// What the chain would refuse anyway is said here, with the figures.
	fn check(&self, request: &QuoteRequest) -> Result<u32, Error> {
		let refuse = |text: String| Err(Error::Input(text));
		if matches!(self.model.status, ModelStatus::Retired { .. }) {
			return refuse(format!(
				"model {} is retired; choose another",
				request.model
			));
		}
		let limit = self.constants.max_inline_input;
		let len = match u32::try_from(request.input_len) {
			Ok(0) => return refuse("the prompt is empty".into()),
			Ok(len) if len <= limit => len,
			_ => {
				return refuse(format!(
					"the prompt has {} bytes, and a job takes at most {limit}; shorten it by {}",
					request.input_len,
					request
						.input_len
						.saturating_sub(limit.try_into().unwrap_or(usize::MAX))
				));
			}
		};
		let most = self
			.constants
			.max_output_tokens
			.min(self.model.context_length);
		if request.max_output_tokens == 0 || request.max_output_tokens > most {
			return refuse(format!(
				"a job on model {} generates 1 to {most} tokens, not {}",
				request.model, request.max_output_tokens
			));
		}
		Ok(len)
	}

	/// The ceiling that was chosen, completed from the offers.
	fn ceiling(&self, request: &QuoteRequest) -> Result<Price, Error> {
		let found = match (request.max_price_in, request.max_price_out) {
			(Some(input), Some(output)) => Price { input, output },
			(input, output) => {
				let usual = self.usual_ceiling(request)?;
				Price {
					input: input.unwrap_or(usual.input),
					output: output.unwrap_or(usual.output),
				}
			}
		};
		if !self.bounds.floor.within(&found) {
			return Err(Error::Input(format!(
				"the price ceiling of {}u in and {}u out is below the floor of this model's price \
				 class, {}u in and {}u out: no offer can be under it",
				found.input, found.output, self.bounds.floor.input, self.bounds.floor.output
			)));
		}
		Ok(found)
	}

	/// The cheapest offer that could take the job, with headroom.
	fn usual_ceiling(&self, request: &QuoteRequest) -> Result<Price, Error> {
		let cheapest = self
			.offers
			.iter()
			.filter(|(provider, offer, active)| {
				self.obstacle(request, provider, offer, *active, None)
					.is_none()
			})
			.map(|(_, offer, _)| offer.price)
			.min_by_key(|price| price.input.saturating_add(price.output))
			.ok_or_else(|| {
				Error::NotFound(format!(
					"nobody can take a job on model {} right now, so there is no price to go by; see \
					 `athanor model show {}`, or give --max-price-in and --max-price-out to \
					 wait for an offer",
					request.model, request.model
				))
			})?;
		let with_headroom = |price: u128, most: u128| {
			let headroom = price.saturating_mul(HEADROOM_PERCENT).div_ceil(100);
			price.saturating_add(headroom).min(most).max(price)
		};
		Ok(Price {
			input: with_headroom(cheapest.input, self.bounds.ceiling.input),
			output: with_headroom(cheapest.output, self.bounds.ceiling.output),
		})
	}

	fn obstacle(
		&self,
		request: &QuoteRequest,
		provider: &AccountId,
		offer: &Offer,
		active: bool,
		ceiling: Option<&Price>,
	) -> Option<Obstacle> {
		if request.provider.is_some_and(|chosen| chosen != *provider) {
			Some(Obstacle::NotChosen)
		} else if !active {
			Some(Obstacle::Inactive)
		} else if !self.bounds.contain(&offer.price) {
			Some(Obstacle::OutOfBounds)
		} else if offer.free() == 0 {
			Some(Obstacle::Busy)
		} else if ceiling.is_some_and(|ceiling| !offer.price.within(ceiling)) {
			Some(Obstacle::AboveCeiling)
		} else {
			None
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::{account, constants, model};

	fn offer(units: u128, slots: u32, busy: u32) -> Offer {
		Offer {
			price: Price::flat(units),
			slots,
			busy,
		}
	}

	fn market(offers: Vec<(AccountId, Offer, bool)>) -> Market {
		Market {
			model: model(),
			bounds: PriceBounds {
				floor: Price::flat(5),
				ceiling: Price::flat(1_000),
			},
			constants: constants(),
			offers,
		}
	}

	fn request() -> QuoteRequest {
		QuoteRequest {
			model: 0,
			input_len: 100,
			max_output_tokens: 120,
			max_price_in: None,
			max_price_out: None,
			provider: None,
		}
	}

	#[test]
	fn the_ceiling_is_the_cheapest_usable_offer_with_headroom() {
		let market = market(vec![
			(account(1), offer(100, 1, 0), true),
			(account(2), offer(10, 1, 1), true),
			(account(3), offer(20, 1, 0), false),
			(account(4), offer(2, 1, 0), true),
			(account(5), offer(41, 1, 0), true),
		]);
		let quote = market.quote(&request()).unwrap();
		assert_eq!(
			quote.ceiling,
			Price::flat(52),
			"41 plus a quarter, rounded up"
		);
		// 100 bytes and 16 tokens of template; 120 out.
		assert_eq!(quote.max_input_tokens, 116);
		assert_eq!(quote.escrow, 52 * (116 + 120));
		let obstacles: Vec<_> = quote
			.candidates
			.iter()
			.map(|c| (c.provider, c.obstacle))
			.collect();
		assert_eq!(
			obstacles,
			[
				(account(4), Some(Obstacle::OutOfBounds)),
				(account(2), Some(Obstacle::Busy)),
				(account(3), Some(Obstacle::Inactive)),
				(account(5), None),
				(account(1), Some(Obstacle::AboveCeiling)),
			]
		);
		assert_eq!(quote.eligible().count(), 1);
		assert_eq!(quote.work_period, 12);
		assert_eq!(quote.least_time_limit, 14);
		assert_eq!(quote.usual_time_limit, 44);
	}

	#[test]
	fn headroom_ends_at_the_governed_ceiling() {
		let market = market(vec![(account(1), offer(990, 1, 0), true)]);
		assert_eq!(
			market.quote(&request()).unwrap().ceiling,
			Price::flat(1_000)
		);
	}

	#[test]
	fn a_chosen_provider_sets_the_price() {
		let market = market(vec![
			(account(1), offer(100, 1, 0), true),
			(account(2), offer(10, 1, 0), true),
		]);
		let direct = QuoteRequest {
			provider: Some(account(1)),
			..request()
		};
		let quote = market.quote(&direct).unwrap();
		assert_eq!(quote.ceiling, Price::flat(125));
		assert_eq!(
			quote.eligible().map(|c| c.provider).collect::<Vec<_>>(),
			[account(1)]
		);
	}

	#[test]
	fn one_price_can_be_given() {
		let market = market(vec![(account(1), offer(100, 1, 0), true)]);
		let half = QuoteRequest {
			max_price_out: Some(300),
			..request()
		};
		assert_eq!(
			market.quote(&half).unwrap().ceiling,
			Price {
				input: 125,
				output: 300
			}
		);
	}

	#[test]
	fn what_the_chain_would_refuse_is_said_first() {
		let market = market(vec![(account(1), offer(100, 1, 0), true)]);
		let with = |change: &dyn Fn(&mut QuoteRequest)| {
			let mut request = request();
			change(&mut request);
			market.quote(&request).unwrap_err()
		};
		let long = with(&|request| request.input_len = 9_000).to_string();
		assert!(
			long.contains("9000") && long.contains("8192") && long.contains("808"),
			"{long}"
		);
		assert!(
			with(&|request| request.input_len = 0)
				.to_string()
				.contains("empty")
		);
		assert!(
			with(&|request| request.max_output_tokens = 0)
				.to_string()
				.contains("1 to 1024")
		);
		assert!(
			with(&|request| request.max_output_tokens = 1_025)
				.to_string()
				.contains("1025")
		);
		let low = with(&|request| request.max_price_in = Some(4));
		assert!(low.to_string().contains("floor"), "{low}");
		let huge = with(&|request| {
			request.max_price_in = Some(u128::MAX);
			request.max_price_out = Some(u128::MAX);
		});
		assert_eq!(huge.exit_code(), 2);
	}

	#[test]
	fn without_offers_a_price_has_to_be_given() {
		let market = market(vec![]);
		let error = market.quote(&request()).unwrap_err();
		assert_eq!(error.exit_code(), 3);
		assert!(error.to_string().contains("--max-price-in"), "{error}");
		let given = QuoteRequest {
			max_price_in: Some(50),
			max_price_out: Some(60),
			..request()
		};
		assert_eq!(market.quote(&given).unwrap().eligible().count(), 0);
	}

	#[test]
	fn a_retired_model_takes_no_jobs() {
		let mut market = market(vec![(account(1), offer(100, 1, 0), true)]);
		market.model.status = ModelStatus::Retired { removable_at: 9 };
		assert!(
			market
				.quote(&request())
				.unwrap_err()
				.to_string()
				.contains("retired")
		);
	}
}
