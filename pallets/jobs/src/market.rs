//! From a turn to the assignment.

use athanor_primitives::{
	JobId, blake2_256,
	eligibility::Ineligible,
	job::{Assignment, sampler_seed},
	ports::{LockedPrice, OfferBook, ProviderRegistry, Used},
};
use frame_support::{pallet_prelude::*, traits::Randomness};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{FixedPointNumber, traits::Saturating};

use crate::{Assigned, Config, Event, JobState, Jobs, Lane, Pallet, Work, types::JobOf};

impl<T: Config> Pallet<T> {
	/// The first block in which a job may have its turn: its randomness comes from after the post.
	pub(crate) fn first_turn(job: &JobOf<T>) -> BlockNumberFor<T> {
		job.posted_at.saturating_add(T::MatchDelay::get())
	}

	/// Units of stake that have to answer for a job.
	pub(crate) fn cover(job: &JobOf<T>) -> u128 {
		T::StakeMultiple::get().saturating_mul_int(job.escrow)
	}

	/// How many offers are looked at when the job has its turn, at most.
	pub(crate) fn draw_size(job: &JobOf<T>) -> u32 {
		match job.assignment {
			Assignment::Auto | Assignment::Direct(_) => T::Offers::draw_size(&job.demand(0)),
			Assignment::Open => 0,
		}
	}

	/// Gives an open job its turn; it is in no row any more, and comes into one if it needs another turn.
	/// Says whether it took the last slot of an offer.
	pub(crate) fn match_job(
		id: JobId,
		job: JobOf<T>,
		now: BlockNumberFor<T>,
	) -> Result<bool, DispatchError> {
		let (randomness, _) = T::Randomness::random(b"athanor/match");
		let Some(randomness) = randomness.filter(|_| now < job.state.deadline()) else {
			// Without randomness nobody is drawn, and after its deadline it waits for its refund.
			Self::enqueue(Lane::Again, id);
			return Ok(false);
		};
		let fresh = sampler_seed(randomness.as_bytes(), id);
		Ok(Self::take_turn(id, job, fresh, now))
	}

	/// Draws the seed of a job's sampler, if it has none, and finds a provider for it, or lets providers
	/// claim it. `fresh` is random, and of this job and block alone. Says whether it took the last slot
	/// of an offer.
	fn take_turn(id: JobId, mut job: JobOf<T>, fresh: [u8; 32], now: BlockNumberFor<T>) -> bool {
		let drawn = job.seed.is_none();
		job.seed = Some(job.seed.unwrap_or(fresh));
		let cover = Self::cover(&job);
		let found = match &job.assignment {
			// A value of its own, so that the draw tells nothing about the sampler's seed.
			Assignment::Auto => T::Offers::take_any(&job.demand(cover), &blake2_256(&fresh)),
			Assignment::Direct(provider) => T::Offers::take(&job.demand(cover), provider)
				.ok()
				.map(|locked| (provider.clone(), locked)),
			Assignment::Open => {
				Self::open_for_claims(id, &job);
				Jobs::<T>::insert(id, job);
				return false;
			}
		};
		match found {
			Some((provider, locked)) => {
				Self::assign(id, job, provider, locked, cover, now);
				locked.last_slot
			}
			None => {
				if drawn {
					Jobs::<T>::insert(id, job);
				}
				Self::enqueue(Lane::Again, id);
				false
			}
		}
	}

	/// Tells that an `Open` job can be claimed.
	pub(crate) fn open_for_claims(id: JobId, job: &JobOf<T>) {
		Self::deposit_event(Event::JobOpened {
			job: id,
			claimable_until: job.state.deadline(),
		});
	}

	/// Gives an open job to a provider that asks for it.
	pub(crate) fn assign_to(
		id: JobId,
		job: JobOf<T>,
		provider: T::AccountId,
		now: BlockNumberFor<T>,
	) -> Result<(), Ineligible> {
		let cover = Self::cover(&job);
		let locked = T::Offers::take(&job.demand(cover), &provider)?;
		Self::assign(id, job, provider, locked, cover, now);
		Ok(())
	}

	/// Puts a job into the hands of a provider on whose offer a slot has been taken.
	fn assign(
		id: JobId,
		mut job: JobOf<T>,
		provider: T::AccountId,
		locked: LockedPrice,
		cover: u128,
		now: BlockNumberFor<T>,
	) {
		let LockedPrice { price, version, .. } = locked;
		T::Providers::commit(&provider, cover);
		let deadline = now.saturating_add(job.work_period);
		job.state = JobState::Assigned {
			work: Work {
				provider: provider.clone(),
				price,
				price_version: version,
				cover,
				assigned_at: now,
			},
			deadline,
		};
		Self::enter_deadline(id, &job);
		Assigned::<T>::insert(&provider, id, ());
		Jobs::<T>::insert(id, job);
		Self::deposit_event(Event::JobAssigned {
			job: id,
			provider,
			price,
			price_version: version,
			deadline,
		});
	}

	/// Takes a job out of its provider's hands, with what its work took if it is done: slot and stake are
	/// free for others. Says whether the provider's offer had no free slot.
	pub(crate) fn take_from_provider(
		id: JobId,
		job: &JobOf<T>,
		work: &Work<T::AccountId, BlockNumberFor<T>>,
		used: Option<Used>,
	) -> bool {
		Assigned::<T>::remove(&work.provider, id);
		T::Providers::release(&work.provider, work.cover);
		T::Offers::give_back(job.model, job.model_version, &work.provider, used)
	}
}
