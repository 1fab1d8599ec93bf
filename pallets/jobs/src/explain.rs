//! Answers to "what would it cost", "why does nothing happen" and "where is my money". Nothing here
//! writes, and no call uses it.

use alloc::vec::Vec;

use athanor_primitives::{
	JobId,
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	job::Assignment,
	ports::{Demand, ExplainHolds, OfferBook},
};
use frame_support::traits::fungible::InspectHold;
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	DispatchError, SaturatedConversion,
	traits::{One, Saturating},
};

use crate::{
	Config, HoldReason, JobState, Jobs, JobsOf, Pallet,
	post::RequestOf,
	types::{Candidate, JobOf, Match, Quote, WaitsFor},
};

/// Most offers that a quote looks at.
pub const QUOTED_OFFERS: u32 = 512;

/// Most candidates that one answer lists.
pub const MAX_CANDIDATES: u32 = 1_024;

/// Most entries of one kind that an explanation of an account has.
pub const MAX_HELD: u32 = 1_024;

/// What a view function says of a request: a job as it would be.
type CandidatesOf<T> = Vec<Candidate<<T as frame_system::Config>::AccountId>>;

impl<T: Config> Pallet<T> {
	/// What a request of `who` would cost and who could do it now, or why it would be refused.
	pub(crate) fn do_quote(
		who: T::AccountId,
		request: RequestOf<T>,
	) -> Result<Quote<BlockNumberFor<T>>, DispatchError> {
		let (job, _) = Self::prepare(who, request)?;
		let affordable =
			T::Currency::can_hold(&HoldReason::Escrow.into(), &job.requester, job.escrow);
		let candidates = Self::candidates(&job, 0, QUOTED_OFFERS);
		let mut costs: Vec<u128> = candidates
			.iter()
			.filter_map(|candidate| candidate.verdict.ok())
			.filter_map(|price| price.cost(job.max_input_tokens, job.max_output_tokens))
			.collect();
		costs.sort_unstable();
		Ok(Quote {
			model_version: job.model_version,
			escrow: job.escrow,
			affordable,
			max_input_tokens: job.max_input_tokens,
			shortest_time_limit: Self::shortest_time_limit(
				job.max_input_tokens,
				job.max_output_tokens,
			),
			looked_at: candidates.len().saturated_into(),
			eligible: costs.len().saturated_into(),
			cheapest: costs.first().copied(),
			median: costs.get(costs.len() / 2).copied(),
		})
	}

	/// What a live job waits for, and what each provider with an offer for its model lacks.
	pub(crate) fn do_simulate_match(
		id: JobId,
		from: u32,
		limit: u32,
	) -> Option<Match<T::AccountId, BlockNumberFor<T>>> {
		let job = Jobs::<T>::get(id)?;
		let waits_for = Self::waits_for(&job);
		Some(Match {
			job: id,
			waits_for,
			candidates: Self::candidates(&job, from, limit),
		})
	}

	/// The candidates of a job that `who` has not posted.
	pub(crate) fn do_simulate_request(
		who: T::AccountId,
		request: RequestOf<T>,
		from: u32,
		limit: u32,
	) -> Result<CandidatesOf<T>, DispatchError> {
		let (job, _) = Self::prepare(who, request)?;
		Ok(Self::candidates(&job, from, limit))
	}

	fn waits_for(job: &JobOf<T>) -> WaitsFor<T::AccountId, BlockNumberFor<T>> {
		match &job.state {
			JobState::Open { .. } if job.seed.is_none() => WaitsFor::FirstTurn {
				from: Self::first_turn(job),
			},
			JobState::Open { deadline } if matches!(job.assignment, Assignment::Open) => {
				WaitsFor::Claim { until: *deadline }
			}
			JobState::Open { deadline } => WaitsFor::Match { until: *deadline },
			JobState::Assigned { work, deadline } => WaitsFor::Receipt {
				provider: work.provider.clone(),
				until: *deadline,
			},
			JobState::Submitted { deadline, .. } => WaitsFor::Payment { at: *deadline },
		}
	}

	/// The candidates of a job with their verdicts: those that it names, or those that offer its model.
	fn candidates(job: &JobOf<T>, from: u32, limit: u32) -> CandidatesOf<T> {
		let demand = job.demand(Self::cover(job));
		let limit = limit.min(MAX_CANDIDATES);
		let providers = match demand.allow {
			[] => T::Offers::offering(demand.model, demand.version, from, limit),
			named => named
				.iter()
				.skip(from.saturated_into())
				.take(limit.saturated_into())
				.cloned()
				.collect(),
		};
		providers
			.into_iter()
			.map(|provider| Self::candidate(&demand, provider))
			.collect()
	}

	fn candidate(
		demand: &Demand<'_, T::AccountId>,
		provider: T::AccountId,
	) -> Candidate<T::AccountId> {
		Candidate {
			verdict: T::Offers::check(demand, &provider),
			provider,
		}
	}

	fn explain_escrow(id: JobId, job: &JobOf<T>) -> Held {
		let now = frame_system::Pallet::<T>::block_number();
		let deadline = job.state.deadline();
		let by = |at: BlockNumberFor<T>| HeldUntil::EndsBy(at.saturated_into());
		let (until, freed_by) = match &job.state {
			// The hook lags behind.
			_ if deadline <= now && !Self::would_be_offered_again(job) => (
				HeldUntil::CallableFrom(deadline.saturated_into()),
				FreedBy::JobsPoke,
			),
			JobState::Open { .. } => (by(Self::last_payment(job)), FreedBy::JobsCancel),
			JobState::Assigned { .. } => (by(Self::last_payment(job)), FreedBy::JobCloses),
			JobState::Submitted { deadline, .. } => (by(*deadline), FreedBy::JobCloses),
		};
		Held {
			reason: HeldFor::Escrow { job: id },
			amount: job.escrow,
			until,
			freed_by,
		}
	}

	/// Whether another provider could get the job if its deadline were worked off now, so that this would
	/// not free its escrow.
	fn would_be_offered_again(job: &JobOf<T>) -> bool {
		let JobState::Assigned { work, .. } = &job.state else {
			return false;
		};
		Self::note_failure(&mut job.clone(), work.provider.clone())
	}

	/// The last block in which a job can close that has no receipt yet: one comes at the latest in the
	/// block before the job expires.
	fn last_payment(job: &JobOf<T>) -> BlockNumberFor<T> {
		job.expires_at
			.saturating_sub(One::one())
			.saturating_add(job.settle_period)
	}
}

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	fn explain(who: &T::AccountId, limit: u32) -> Vec<Held> {
		JobsOf::<T>::iter_key_prefix(who)
			.take(limit.saturated_into())
			.filter_map(|id| Jobs::<T>::get(id).map(|job| Self::explain_escrow(id, &job)))
			.collect()
	}
}
