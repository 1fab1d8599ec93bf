//! What other pallets see of the providers.

use athanor_primitives::{
	JobId, WorkerKey,
	eligibility::Ineligible,
	ports::{ProviderRegistry, Victim},
};
use frame_support::{defensive, ensure, traits::Get};
use polkadot_sdk::*;
use sp_runtime::traits::Saturating;

use crate::{Balance, Config, Event, Fault, Pallet, Pools, Providers, Workers, slashing::Case};

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
		let delegated = || record.unfrozen(Pools::<T>::get(provider).active_worth());
		ensure!(
			record.covers(cover, 0) || record.covers(cover, delegated()),
			Ineligible::NotEnoughCover
		);
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

	/// Raises a slash of `TimeoutSlash`, and pauses the provider for `TimeoutPause`. If it is paused already,
	/// nothing more is taken, and the requester shares in the slash with which the pause began. Nothing happens if
	/// it is no longer a provider. There is no event for a slash of 0.
	fn slash_for_timeout(
		provider: &T::AccountId,
		job: JobId,
		victim: &Victim<T::AccountId>,
	) -> Balance {
		let now = frame_system::Pallet::<T>::block_number();
		let Some(mut record) = Providers::<T>::get(provider) else {
			return 0;
		};
		if record.is_paused(now) {
			if Self::divide(provider, &mut record, job, victim) {
				Providers::<T>::insert(provider, record);
			}
			return 0;
		}
		let until = now.saturating_add(T::TimeoutPause::get());
		record.paused_until = until;
		let case = Case {
			job,
			fault: Fault::MissedDeadline,
			share: T::TimeoutSlash::get(),
			victim,
			reporter: None,
		};
		let raised = Self::raise(provider, &mut record, case);
		record.paused_by = raised.map(|(slash, _)| slash);
		Providers::<T>::insert(provider, record);
		Self::deposit_event(Event::ProviderPaused {
			provider: provider.clone(),
			until,
		});
		raised.map_or(0, |(_, amount)| amount)
	}

	/// Raises a slash of `EquivocationSlash`, and chills the provider. Nothing happens if it is no longer a
	/// provider. There is no event for a slash of 0.
	fn slash_for_equivocation(
		provider: &T::AccountId,
		job: JobId,
		victim: &Victim<T::AccountId>,
		reporter: &T::AccountId,
	) -> Balance {
		let Some(mut record) = Providers::<T>::get(provider) else {
			return 0;
		};
		let chills = !core::mem::replace(&mut record.chilled, true);
		let case = Case {
			job,
			fault: Fault::Equivocation,
			share: T::EquivocationSlash::get(),
			victim,
			reporter: Some(reporter),
		};
		let raised = Self::raise(provider, &mut record, case);
		Providers::<T>::insert(provider, record);
		if chills {
			Self::deposit_chilled(provider);
		}
		raised.map_or(0, |(_, amount)| amount)
	}
}
