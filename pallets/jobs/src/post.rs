//! Posting a job, and taking it back.

use athanor_primitives::{
	JobId,
	eligibility::{Eligibility, is_region},
	job::{Assignment, CloseReason, JobInput, JobRequest},
	model::ModelInfo,
	ports::{ModelRegistry, OfferBook, ProviderRegistry},
	price::max_input_tokens,
	receipt::input_hash,
};
use frame_support::{ensure, pallet_prelude::*, traits::fungible::MutateHold};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	SaturatedConversion,
	traits::{CheckedAdd, One, Saturating},
};

use crate::{
	Config, Error, Event, HoldReason, Inputs, Job, JobState, Jobs, JobsOf, NextJobId, Pallet,
	types::{InputOf, JobOf, Rules},
};

/// Length of an input, for the weight of its post.
pub(crate) fn input_bytes(input: &JobInput) -> u32 {
	input.bytes().len().saturated_into()
}

/// A request of a runtime.
pub(crate) type RequestOf<T> =
	JobRequest<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// Blocks that a worker has for so many tokens of a job that is posted now.
	pub fn work_period(max_input_tokens: u32, max_output_tokens: u32) -> BlockNumberFor<T> {
		let prefill = max_input_tokens / T::PrefillTokensPerBlock::get().max(1);
		let decode = max_output_tokens.div_ceil(T::TokensPerBlock::get().max(1));
		T::BaseWorkPeriod::get().saturating_add(prefill.saturating_add(decode).into())
	}

	/// The shortest time limit for so many tokens: until the first draw, then the work.
	pub fn shortest_time_limit(max_input_tokens: u32, max_output_tokens: u32) -> BlockNumberFor<T> {
		Self::work_period(max_input_tokens, max_output_tokens).saturating_add(T::MatchDelay::get())
	}

	pub(crate) fn do_post(requester: T::AccountId, request: RequestOf<T>) -> DispatchResult {
		let (job, input) = Self::prepare(requester.clone(), request)?;
		let id = NextJobId::<T>::get();
		let next_id = id.checked_add(1).ok_or(Error::<T>::TooManyJobs)?;
		T::Currency::hold(&HoldReason::Escrow.into(), &requester, job.escrow)
			.map_err(|_| Error::<T>::InsufficientBalance)?;

		NextJobId::<T>::put(next_id);
		JobsOf::<T>::insert(&requester, id, ());
		Inputs::<T>::insert(id, input);
		Self::enter_deadline(id, &job);
		Self::deposit_event(Event::JobPosted {
			job: id,
			requester,
			model: job.model,
			escrow: job.escrow,
			expires_at: job.expires_at,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// The job that a request would become, and its input, if every field is in range. Writes nothing and
	/// asks for no money.
	pub(crate) fn prepare(
		requester: T::AccountId,
		request: RequestOf<T>,
	) -> Result<(JobOf<T>, InputOf<T>), DispatchError> {
		let model = Self::requested_model(&request)?;
		let (input, max_input) = Self::check_request(&model, &request)?;
		let rules = Self::check_eligibility(&model, &request)?;
		T::Offers::check_ceiling(model.price_class, &request.ceiling)?;
		if let Assignment::Direct(provider) = &request.assignment {
			T::Offers::check_direct(request.model, model.version, &request.ceiling, provider)?;
		}
		let escrow = request
			.ceiling
			.cost(max_input, request.max_output_tokens)
			.ok_or(Error::<T>::CeilingOverflow)?;
		let now = frame_system::Pallet::<T>::block_number();
		let expires_at = now
			.checked_add(&request.time_limit)
			.ok_or(Error::<T>::TimeLimitTooLong)?;
		let work_period = Self::work_period(max_input, request.max_output_tokens);
		let job = Job {
			requester,
			model: request.model,
			model_version: model.version,
			author: model.author,
			royalty: model.royalty,
			input_hash: input_hash(&input),
			input_len: input.len().saturated_into(),
			format: request.format,
			sampler: request.sampler,
			max_input_tokens: max_input,
			max_output_tokens: request.max_output_tokens,
			ceiling: request.ceiling,
			escrow,
			assignment: request.assignment,
			rules,
			seed: None,
			posted_at: now,
			expires_at,
			work_period,
			settle_period: T::SettlePeriod::get(),
			failed: BoundedVec::new(),
			state: JobState::Open {
				deadline: Self::last_match(expires_at, work_period),
			},
		};
		Ok((job, input))
	}

	/// The model and version that a request names.
	fn requested_model(request: &RequestOf<T>) -> Result<ModelInfo<T::AccountId>, Error<T>> {
		let newest = T::Models::model(request.model, None).ok_or(Error::<T>::UnknownModel)?;
		ensure!(newest.active, Error::<T>::ModelRetired);
		let Some(version) = request.version.filter(|version| *version != newest.version) else {
			return Ok(newest);
		};
		let older =
			T::Models::model(request.model, Some(version)).ok_or(Error::<T>::UnknownVersion)?;
		ensure!(older.active, Error::<T>::VersionRetired);
		Ok(older)
	}

	/// Checks every field of a request that concerns its size and time; returns its input, and the most
	/// tokens that this can be.
	fn check_request(
		model: &ModelInfo<T::AccountId>,
		request: &RequestOf<T>,
	) -> Result<(InputOf<T>, u32), Error<T>> {
		let bytes = request.input.bytes();
		ensure!(!bytes.is_empty(), Error::<T>::EmptyInput);
		let input = BoundedVec::try_from(bytes.to_vec()).map_err(|_| Error::<T>::InputTooLong)?;
		ensure!(
			core::str::from_utf8(bytes).is_ok(),
			Error::<T>::InputNotUtf8
		);
		let tokens = request.max_output_tokens;
		ensure!(tokens > 0, Error::<T>::NoOutputTokens);
		ensure!(
			tokens <= model.context_length && tokens <= T::MaxOutputTokens::get(),
			Error::<T>::TooManyOutputTokens
		);
		ensure!(request.sampler.is_valid(), Error::<T>::BadSampler);
		let max_input = max_input_tokens(
			input.len().saturated_into(),
			model.template_overhead,
			model.context_length,
		);
		ensure!(
			request.time_limit >= Self::shortest_time_limit(max_input, tokens),
			Error::<T>::TimeLimitTooShort
		);
		ensure!(
			request.time_limit <= T::MaxTimeLimit::get(),
			Error::<T>::TimeLimitTooLong
		);
		Ok((input, max_input))
	}

	/// Checks who may do the job.
	fn check_eligibility(
		model: &ModelInfo<T::AccountId>,
		request: &RequestOf<T>,
	) -> Result<Rules<T::AccountId>, Error<T>> {
		let Eligibility {
			allow,
			exclude,
			regions,
			max_retention_hours,
			min_gpu_memory_gib,
			numeric_class,
		} = request.eligibility.clone();
		ensure!(
			numeric_class.is_none_or(|class| class == model.numeric_class),
			Error::<T>::NumericClassMismatch
		);
		ensure!(regions.iter().all(is_region), Error::<T>::RegionInvalid);
		let rules = Rules {
			allow: allow.try_into().map_err(|_| Error::<T>::TooManyListed)?,
			exclude: exclude.try_into().map_err(|_| Error::<T>::TooManyListed)?,
			regions: regions.try_into().map_err(|_| Error::<T>::TooManyRegions)?,
			max_retention_hours,
			min_gpu_memory_gib,
		};
		let mut conflict = rules.allow.iter().any(|who| rules.exclude.contains(who));
		if let Assignment::Direct(provider) = &request.assignment {
			ensure!(
				T::Providers::is_registered(provider),
				Error::<T>::UnknownProvider
			);
			conflict |= rules.exclude.contains(provider);
			conflict |= !rules.allow.is_empty() && !rules.allow.contains(provider);
		}
		ensure!(!conflict, Error::<T>::ConflictingLists);
		Ok(rules)
	}

	pub(crate) fn do_cancel(who: T::AccountId, id: JobId) -> DispatchResult {
		let job = Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
		ensure!(job.requester == who, Error::<T>::NotRequester);
		ensure!(
			matches!(job.state, JobState::Open { .. }),
			Error::<T>::NotOpen
		);
		Self::close_unpaid(id, job, CloseReason::Cancelled)
	}

	/// The last block in which an open job can be matched so that a worker has its time. A job that
	/// is due in this block is refunded, so one more is added.
	pub(crate) fn last_match(
		expires_at: BlockNumberFor<T>,
		work_period: BlockNumberFor<T>,
	) -> BlockNumberFor<T> {
		expires_at
			.saturating_sub(work_period)
			.saturating_add(One::one())
	}
}
