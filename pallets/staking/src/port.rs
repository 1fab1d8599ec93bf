//! What other pallets see of the providers, and the explanation of what they have on hold.

use alloc::vec::Vec;

use athanor_primitives::{
	JobId, WorkerKey,
	eligibility::Ineligible,
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::{ExplainHolds, ProviderRegistry},
};
use frame_support::{defensive, ensure, traits::Get};
use polkadot_sdk::*;
use sp_runtime::{SaturatedConversion, traits::Saturating};

use crate::{Balance, Config, Event, Fault, Pallet, Providers, Workers};

impl<T: Config> ProviderRegistry for Pallet<T> {
	type AccountId = T::AccountId;

	fn is_registered(provider: &T::AccountId) -> bool {
		Providers::<T>::contains_key(provider)
	}

	fn is_qualified(provider: &T::AccountId) -> bool {
		Providers::<T>::get(provider).is_some_and(|record| Self::qualifies(&record))
	}

	fn check(provider: &T::AccountId, cover: Balance) -> Result<(), Ineligible> {
		let record = Providers::<T>::get(provider).ok_or(Ineligible::NotProvider)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(!record.chilled, Ineligible::Chilled);
		ensure!(!record.is_paused(now), Ineligible::Paused);
		ensure!(record.keys > 0, Ineligible::NoWorkerKey);
		ensure!(Self::qualifies(&record), Ineligible::StakeTooLow);
		ensure!(record.covers(cover), Ineligible::NotEnoughCover);
		Ok(())
	}

	fn commit(provider: &T::AccountId, cover: Balance) {
		Providers::<T>::mutate(provider, |record| {
			let sum = record
				.as_ref()
				.and_then(|record| record.committed.checked_add(cover));
			let (Some(record), Some(sum)) = (record, sum) else {
				defensive!("a job was given to somebody who cannot cover it");
				return;
			};
			record.committed = sum;
		});
	}

	fn release(provider: &T::AccountId, cover: Balance) {
		Providers::<T>::mutate(provider, |record| {
			if let Some(record) = record {
				if record.committed < cover {
					defensive!("less stake committed than is released");
				}
				record.committed = record.committed.saturating_sub(cover);
			}
		});
	}

	fn is_worker(provider: &T::AccountId, key: &WorkerKey) -> bool {
		Workers::<T>::get(key)
			.is_some_and(|record| record.provider == *provider && record.retired_at.is_none())
	}

	fn answers_for(key: &WorkerKey) -> Option<T::AccountId> {
		Workers::<T>::get(key)
			.filter(Self::answers)
			.map(|record| record.provider)
	}

	/// Takes `TimeoutSlash` of bonded and unbonding stake, rounded down, and pauses the provider
	/// for `TimeoutPause`. Nothing happens if it is paused already, or no longer a provider. There
	/// is no event for a slash of 0.
	fn slash_for_timeout(provider: &T::AccountId, job: JobId) -> Balance {
		let now = frame_system::Pallet::<T>::block_number();
		let Some(mut record) =
			Providers::<T>::get(provider).filter(|record| !record.is_paused(now))
		else {
			return 0;
		};
		let until = now.saturating_add(T::TimeoutPause::get());
		record.paused_until = until;
		let amount = Self::slash_share(provider, &mut record, T::TimeoutSlash::get());
		Providers::<T>::insert(provider, record);
		Self::deposit_slashed(provider, job, Fault::MissedDeadline, amount);
		Self::deposit_event(Event::ProviderPaused {
			provider: provider.clone(),
			until,
		});
		amount
	}

	/// Takes `EquivocationSlash` of bonded and unbonding stake, rounded down, and chills the
	/// provider. Nothing happens if it is no longer a provider. There is no event for a slash of 0.
	fn slash_for_equivocation(provider: &T::AccountId, job: JobId) -> Balance {
		let Some(mut record) = Providers::<T>::get(provider) else {
			return 0;
		};
		let chills = !core::mem::replace(&mut record.chilled, true);
		let amount = Self::slash_share(provider, &mut record, T::EquivocationSlash::get());
		Providers::<T>::insert(provider, record);
		Self::deposit_slashed(provider, job, Fault::Equivocation, amount);
		if chills {
			Self::deposit_chilled(provider);
		}
		amount
	}
}

impl<T: Config> Pallet<T> {
	fn deposit_slashed(provider: &T::AccountId, job: JobId, fault: Fault, amount: Balance) {
		if amount > 0 {
			Self::deposit_event(Event::ProviderSlashed {
				provider: provider.clone(),
				job,
				fault,
				amount,
			});
		}
	}
}

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	/// The bonded stake, then each part that unbonds.
	fn explain(who: &T::AccountId, limit: u32) -> Vec<Held> {
		let Some(record) = Providers::<T>::get(who) else {
			return Vec::new();
		};
		let bonded = Held {
			reason: HeldFor::BondedStake {
				committed: record.committed.min(record.bonded),
			},
			amount: record.bonded,
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingUnbond,
		};
		let unbonding = record.unbonding.iter().map(|chunk| Held {
			reason: HeldFor::UnbondingStake,
			amount: chunk.amount,
			until: HeldUntil::CallableFrom(chunk.unlocks_at.saturated_into()),
			freed_by: FreedBy::StakingWithdraw,
		});
		let all = core::iter::once(bonded)
			.filter(|held| held.amount > 0)
			.chain(unbonding);
		(0..limit).zip(all).map(|(_, held)| held).collect()
	}
}
