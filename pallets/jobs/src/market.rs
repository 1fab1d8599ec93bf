//! From the post to the assignment.

use athanor_primitives::{
	JobId,
	job::{Assignment, CloseReason, JobInput, JobRequest, sampler_seed},
	model::ModelInfo,
	ports::{LockedPrice, ModelRegistry, OfferBook, ProviderRegistry, TokenLimits},
	price::max_input_tokens,
	receipt::input_hash,
};
use frame_support::{
	ensure,
	pallet_prelude::*,
	traits::{Randomness, fungible::MutateHold},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	SaturatedConversion,
	traits::{CheckedAdd, One, Saturating},
};

use crate::{
	Config, Error, Event, HoldReason, Inputs, Job, JobState, Jobs, Lane, NextJobId, Pallet, Queue,
	QueueEnds, Work,
	types::{InputOf, JobOf},
};

/// Length of an input, for the weight of its post.
pub(crate) fn input_bytes(input: &JobInput) -> u32 {
	input.bytes().len().saturated_into()
}

impl<T: Config> Pallet<T> {
	/// Blocks that a worker has for so many tokens.
	pub fn work_period(max_input_tokens: u32, max_output_tokens: u32) -> BlockNumberFor<T> {
		let prefill = max_input_tokens / T::PrefillTokensPerBlock::get().max(1);
		let decode = max_output_tokens.div_ceil(T::TokensPerBlock::get().max(1));
		T::BaseWorkPeriod::get().saturating_add(prefill.saturating_add(decode).into())
	}

	/// The shortest time limit for so many tokens: until the first draw, then the work.
	pub fn shortest_time_limit(max_input_tokens: u32, max_output_tokens: u32) -> BlockNumberFor<T> {
		Self::work_period(max_input_tokens, max_output_tokens).saturating_add(T::MatchDelay::get())
	}

	pub(crate) fn do_post(
		requester: T::AccountId,
		request: JobRequest<T::AccountId, BlockNumberFor<T>>,
	) -> DispatchResult {
		let model = T::Models::model(request.model).ok_or(Error::<T>::UnknownModel)?;
		let (input, max_input) = Self::check_request(&model, &request)?;
		T::Offers::check_ceiling(model.price_class, &request.ceiling)?;
		if let Assignment::Direct(provider) = &request.assignment {
			T::Offers::check_direct(request.model, &request.ceiling, provider)?;
		}

		let id = NextJobId::<T>::get();
		let next_id = id.checked_add(1).ok_or(Error::<T>::TooManyJobs)?;
		let escrow = request
			.ceiling
			.cost(max_input, request.max_output_tokens)
			.ok_or(Error::<T>::CeilingOverflow)?;
		T::Currency::hold(&HoldReason::Escrow.into(), &requester, escrow)
			.map_err(|_| Error::<T>::InsufficientBalance)?;

		let now = frame_system::Pallet::<T>::block_number();
		let expires_at = now
			.checked_add(&request.time_limit)
			.ok_or(Error::<T>::TimeLimitTooLong)?;
		NextJobId::<T>::put(next_id);
		let job = Job {
			requester: requester.clone(),
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
			posted_at: now,
			expires_at,
			failed: BoundedVec::new(),
			state: JobState::Open {
				deadline: Self::last_match(expires_at, max_input, request.max_output_tokens),
			},
		};
		Inputs::<T>::insert(id, input);
		Self::set_deadline_entry(id, &job);
		Jobs::<T>::insert(id, job);
		Self::enqueue(Lane::First, id);
		Self::deposit_event(Event::JobPosted {
			job: id,
			requester,
			model: request.model,
			escrow,
			expires_at,
		});
		Ok(())
	}

	/// Checks every field of a request that needs no money; returns its input, and the most tokens that
	/// this can be.
	fn check_request(
		model: &ModelInfo<T::AccountId>,
		request: &JobRequest<T::AccountId, BlockNumberFor<T>>,
	) -> Result<(InputOf<T>, u32), Error<T>> {
		ensure!(model.active, Error::<T>::ModelRetired);
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
		if let Assignment::Direct(provider) = &request.assignment {
			ensure!(
				T::Providers::is_registered(provider),
				Error::<T>::UnknownProvider
			);
		}
		Ok((input, max_input))
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
		max_input_tokens: u32,
		max_output_tokens: u32,
	) -> BlockNumberFor<T> {
		expires_at
			.saturating_sub(Self::work_period(max_input_tokens, max_output_tokens))
			.saturating_add(One::one())
	}

	/// Puts a job at the end of a lane.
	pub(crate) fn enqueue(lane: Lane, id: JobId) {
		QueueEnds::<T>::mutate(lane, |ends| {
			Queue::<T>::insert(lane, ends.tail, id);
			ends.tail = ends.tail.saturating_add(1);
		});
	}

	/// Whether this block's randomness comes from after the job's post.
	pub(crate) fn may_be_drawn(id: JobId, now: BlockNumberFor<T>) -> bool {
		Jobs::<T>::get(id)
			.is_none_or(|job| now >= job.posted_at.saturating_add(T::MatchDelay::get()))
	}

	/// Tries to match a job that was taken off the queue; puts it back if it stays open.
	pub(crate) fn match_job(id: JobId, now: BlockNumberFor<T>) -> DispatchResult {
		let Some(job) = Jobs::<T>::get(id) else {
			return Ok(());
		};
		let JobState::Open { deadline } = job.state else {
			return Ok(());
		};
		let (randomness, _) = T::Randomness::random(b"athanor/match");
		let Some(randomness) = randomness.filter(|_| now < deadline) else {
			// Without randomness nobody is drawn, and after its deadline it waits for its refund.
			Self::enqueue(Lane::Again, id);
			return Ok(());
		};
		let seed = sampler_seed(randomness.as_bytes(), id);
		match Self::find_provider(&job, &seed) {
			Some((provider, locked)) => Self::assign(id, job, provider, locked, seed, now),
			None => Self::enqueue(Lane::Again, id),
		}
		Ok(())
	}

	/// Takes a slot for the job, if one is to be had.
	fn find_provider(job: &JobOf<T>, seed: &[u8; 32]) -> Option<(T::AccountId, LockedPrice)> {
		match &job.assignment {
			Assignment::Auto => {
				// A value of its own, so that the draw tells nothing about the sampler's seed.
				let draw = athanor_primitives::blake2_256(seed);
				let limits = TokenLimits {
					input: job.max_input_tokens,
					output: job.max_output_tokens,
				};
				T::Offers::take_any(job.model, &job.ceiling, limits, &job.failed, &draw)
			}
			Assignment::Direct(provider) => T::Offers::take(job.model, &job.ceiling, provider)
				.ok()
				.map(|locked| (provider.clone(), locked)),
		}
	}

	fn assign(
		id: JobId,
		mut job: JobOf<T>,
		provider: T::AccountId,
		locked: LockedPrice,
		seed: [u8; 32],
		now: BlockNumberFor<T>,
	) {
		let LockedPrice { price, version } = locked;
		let deadline = now.saturating_add(Self::work_period(
			job.max_input_tokens,
			job.max_output_tokens,
		));
		Self::remove_deadline_entry(id, &job);
		job.state = JobState::Assigned {
			work: Work {
				provider: provider.clone(),
				price,
				price_version: version,
				seed,
				assigned_at: now,
			},
			deadline,
		};
		Self::set_deadline_entry(id, &job);
		crate::Assigned::<T>::insert(&provider, id, ());
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobAssigned {
			job: id,
			provider,
			price,
			price_version: version,
			deadline,
		});
	}
}
