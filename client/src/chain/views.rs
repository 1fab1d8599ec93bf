//! What the runtime answers when it is asked: its view functions.
//!
//! They run in the state of one block, write nothing and cost nothing. The id of each is looked up by
//! name in the metadata, which has had them since version 16.

use athanor_primitives::{
	JobId,
	eligibility::Ineligible,
	explain::Held,
	job::JobRequest,
	model::PriceClass,
	policy::{Period, Policy, Replayed},
	price::{Price, PriceBounds},
};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use subxt::{
	Metadata,
	dynamic::Value,
	ext::{
		codec::{Decode, Encode},
		frame_decode::view_functions::{
			IntoEncodableValues, decode_view_function_response, encode_view_function_inputs,
		},
		scale_decode::IntoVisitor,
	},
};

use crate::{
	chain::{
		dispatch,
		json::{PriceJson, optional_units, units},
		names::{Item, views},
		types::AccountId,
		view::View,
		wire::{ToWire, Wire, records, twin_variants},
	},
	error::{Error, Rejection, misfit, node},
};

/// Bytes of a view function's id: 16 of its pallet's name, 16 of its signature.
const ID_LEN: usize = 32;

/// Candidates that are asked for at a time.
const PAGE: u32 = 512;

/// Entries of each kind that an explanation of an account has at most.
pub const MAX_HELD: u32 = 1_024;

records! {
	/// What a job would cost and how many could do it now, as the chain says.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct MarketQuote {
		/// The version of the model that would be run.
		pub model_version: u32,
		/// Units that are held while the job lives. What is not spent returns.
		#[serde(with = "units")]
		pub escrow: u128,
		/// Whether the account that asked could put that on hold now.
		pub affordable: bool,
		/// Most prompt tokens that can be charged.
		pub max_input_tokens: u32,
		/// Shortest time limit that such a job can have, in blocks.
		pub shortest_time_limit: u32,
		/// Offers that were looked at; there may be more.
		pub looked_at: u32,
		/// How many of them could be given the job now.
		pub eligible: u32,
		/// The least that the job could cost at most, in units.
		#[serde(with = "optional_units")]
		pub cheapest: Option<u128>,
		/// The median of what it could cost at most, in units.
		#[serde(with = "optional_units")]
		pub median: Option<u128>,
	}

	/// The governed shares of a payment.
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
	pub struct PaymentShares {
		/// To the treasury, in parts per million.
		pub treasury: u32,
		/// Destroyed, in parts per million.
		pub burn: u32,
	}

	/// What an account has of a royalty that was split.
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
	pub struct OwnRoyalty {
		/// Of which model.
		pub model: u32,
		/// Shares, of [`ROYALTY_SHARES`](crate::chain::ROYALTY_SHARES).
		pub shares: u32,
		/// Units that can be claimed now.
		#[serde(with = "units")]
		pub claimable: u128,
	}

	/// What the last periods of a price class would have been under another policy.
	#[derive(Clone, Debug, PartialEq)]
	pub struct Simulation {
		/// That policy, forced into the limits.
		pub policy: Policy,
		/// The periods that are kept, the oldest first.
		pub periods: Vec<Replayed>,
		/// The price that would hold now, had it held since the first of them.
		pub next: Price,
		/// What the tokens of all periods cost at least, in units.
		pub revenue: u128,
		/// What they would have cost, if the demand had been the same.
		pub revenue_would_be: u128,
	}

	/// A provider, and whether it could be given a job now.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub struct Candidate {
		/// The provider.
		pub provider: AccountId,
		/// The price per token at which it could have the job, or the first condition that it fails.
		pub verdict: Result<Price, Ineligible>,
	}

	/// Why a live job stands where it stands.
	#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
	pub struct Match {
		/// The job.
		pub job: u64,
		/// What it waits for.
		pub waits_for: WaitsFor,
		/// The providers that it names, or else those that offer its version of the model.
		pub candidates: Vec<Candidate>,
	}
}

/// What a live job waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
	/// Its first turn, when the sampler's seed is drawn.
	FirstTurn {
		/// First block in which that can be.
		from: u32,
	},
	/// The chain to find a provider for it.
	Match {
		/// Block in which it is refunded otherwise.
		until: u32,
	},
	/// A provider to claim it.
	Claim {
		/// Block in which it is refunded otherwise.
		until: u32,
	},
	/// Its provider's receipt.
	Receipt {
		/// Who has it.
		provider: AccountId,
		/// Block in which the provider is slashed otherwise.
		until: u32,
	},
	/// Its payment, which needs no call.
	Payment {
		/// Block of the payment.
		at: u32,
	},
}

twin_variants! {
	WaitsFor {
		FirstTurn { from: u32 },
		Match { until: u32 },
		Claim { until: u32 },
		Receipt { provider: AccountId, until: u32 },
		Payment { at: u32 },
	}
}

impl Serialize for Candidate {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let price = self.verdict.ok().map(PriceJson::from);
		let mut fields = serializer.serialize_struct("Candidate", 4)?;
		fields.serialize_field("provider", &self.provider)?;
		fields.serialize_field("price", &price)?;
		fields.serialize_field("fails", &self.verdict.err())?;
		fields.serialize_field("reason", &self.verdict.err().map(Ineligible::reason))?;
		fields.end()
	}
}

impl View {
	/// What a job of `who` would cost and how many could do it now. Nothing is posted.
	///
	/// # Errors
	/// [`Error::Rejected`] with the reason if the chain would refuse the post.
	pub async fn market_quote(
		&self,
		who: &AccountId,
		request: &JobRequest<AccountId, u32>,
	) -> Result<MarketQuote, Error> {
		let answer: Result<MarketQuote, Value> =
			self.ask(views::QUOTE, (*who, request.to_raw())).await?;
		answer.map_err(|error| self.would_be_refused(&error))
	}

	/// What a live job waits for, and for each candidate the price or the first condition that it
	/// fails.
	///
	/// # Errors
	/// When the node cannot be asked; a job that is not live is `None`.
	pub async fn why(&self, job: JobId) -> Result<Option<Match>, Error> {
		let mut whole: Option<Match> = None;
		loop {
			let from = whole.as_ref().map_or(0, |whole| whole.candidates.len());
			let page: Option<Match> = self
				.ask(views::SIMULATE_MATCH, (job, position(from)?, PAGE))
				.await?;
			let Some(page) = page else {
				return Ok(None);
			};
			// The chain may have a lower limit than ours, so a short page is not the last one.
			let is_last = page.candidates.is_empty();
			match &mut whole {
				None => whole = Some(page),
				Some(whole) => whole.candidates.extend(page.candidates),
			}
			if is_last {
				return Ok(whole);
			}
		}
	}

	/// The candidates of a job that `who` has not posted yet.
	///
	/// # Errors
	/// [`Error::Rejected`] with the reason if the chain would refuse the post.
	pub async fn candidates(
		&self,
		who: &AccountId,
		request: &JobRequest<AccountId, u32>,
	) -> Result<Vec<Candidate>, Error> {
		let mut found = Vec::new();
		loop {
			let arguments = (*who, request.to_raw(), position(found.len())?, PAGE);
			let page: Result<Vec<Candidate>, Value> =
				self.ask(views::SIMULATE_REQUEST, arguments).await?;
			let page = page.map_err(|error| self.would_be_refused(&error))?;
			if page.is_empty() {
				return Ok(found);
			}
			found.extend(page);
		}
	}

	/// What an account has on hold: for what, until when, and what frees it; up to [`MAX_HELD`]
	/// entries of each kind.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn explain_account(&self, who: &AccountId) -> Result<Vec<Held>, Error> {
		self.ask(views::EXPLAIN_ACCOUNT, (*who, MAX_HELD)).await
	}

	/// What a job of a class costs per token now: at least the price of the class, at most what governance
	/// allows.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn price_bounds(&self, class: PriceClass) -> Result<PriceBounds, Error> {
		self.ask(views::BOUNDS_OF, (class.to_raw(),)).await
	}

	/// The policy that holds for a class. Offers are published within its bounds.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn price_policy(&self, class: PriceClass) -> Result<Policy, Error> {
		self.ask(views::POLICY_OF, (class.to_raw(),)).await
	}

	/// The last periods of a class, the oldest first.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn price_history(&self, class: PriceClass) -> Result<Vec<Period>, Error> {
		self.ask(views::HISTORY_OF, (class.to_raw(),)).await
	}

	/// What the last periods of a class would have been under another policy.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn simulate_policy(
		&self,
		class: PriceClass,
		policy: &Policy,
	) -> Result<Simulation, Error> {
		let arguments = (class.to_raw(), policy.to_raw());
		self.ask(views::SIMULATE_POLICY, arguments).await
	}

	/// The governed shares of a payment, as they hold now.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn shares_of_payment(&self) -> Result<PaymentShares, Error> {
		self.ask(views::SHARES_OF_PAYMENT, ()).await
	}

	/// What an account has of split royalties, up to [`MAX_HELD`] of them.
	///
	/// # Errors
	/// When the node cannot be asked.
	pub async fn royalties_of(&self, who: &AccountId) -> Result<Vec<OwnRoyalty>, Error> {
		self.ask(views::ROYALTIES_OF, (*who, MAX_HELD)).await
	}

	fn would_be_refused(&self, error: &Value) -> Error {
		let refusal = dispatch::rejection(error, self.metadata());
		Error::Rejected(Rejection {
			in_block: false,
			..refusal
		})
	}

	async fn ask<T: Wire>(
		&self,
		item: Item,
		arguments: impl IntoEncodableValues,
	) -> Result<T, Error> {
		let question = question(self.metadata(), item, arguments)?;
		let functions = self.client().view_functions();
		let answer = functions.call_raw(Some(&question)).await.map_err(node)?;
		read(self.metadata(), item, &answer)
	}
}

fn position(at: usize) -> Result<u32, Error> {
	u32::try_from(at).map_err(misfit)
}

/// What the runtime API `RuntimeViewFunction_execute_view_function` takes: `id ‖ SCALE(Vec<u8>)`, where
/// the bytes are the arguments one after the other.
// subxt 0.51 leaves out the length of the bytes, and the `Result` around the answer.
pub(crate) fn question(
	metadata: &Metadata,
	item: Item,
	arguments: impl IntoEncodableValues,
) -> Result<Vec<u8>, Error> {
	let encoded = encode_view_function_inputs(
		item.pallet,
		item.name,
		arguments,
		metadata,
		metadata.types(),
	)
	.map_err(|error| misfit(format!("cannot ask {}.{}: {error}", item.pallet, item.name)))?;
	let (id, arguments) = encoded
		.split_at_checked(ID_LEN)
		.ok_or_else(|| misfit("a view function without an id"))?;
	let mut question = id.to_vec();
	arguments.encode_to(&mut question);
	Ok(question)
}

/// Reads what it answers: `SCALE(Result<Vec<u8>, ViewFunctionDispatchError>)`.
pub(crate) fn read<T: Wire>(metadata: &Metadata, item: Item, answer: &[u8]) -> Result<T, Error> {
	let name = || format!("{}.{}", item.pallet, item.name);
	// Of the error the first byte says which it is: not implemented, not found, wrong arguments.
	let bytes = Result::<Vec<u8>, u8>::decode(&mut &*answer)
		.map_err(misfit)?
		.map_err(|code| misfit(format!("{} fails with code {code}", name())))?;
	decode_view_function_response(
		item.pallet,
		item.name,
		&mut &*bytes,
		metadata,
		metadata.types(),
		<T::Raw as IntoVisitor>::into_visitor(),
	)
	.map(T::from_raw)
	.map_err(|error| misfit(format!("the answer of {}: {error}", name())))
}
