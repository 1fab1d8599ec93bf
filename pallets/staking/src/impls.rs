//! What the calls do with a provider's own stake. What others delegate is in `delegation`, slashes are in
//! `slashing`, worker keys in `keys`, the ports in `port`.

use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::{self, MutateHold},
		tokens::Precision,
	},
	weights::{Weight, WeightMeter},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	ArithmeticError, DispatchError, DispatchResult,
	traits::{CheckedAdd, Zero},
};

use crate::{
	Balance, Config, Error, Event, HoldReason, Pallet, Pools, Provider, ProviderOf, Providers,
	Queue, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// The laws that a configuration has to keep. Runs in tests of the runtime, never on chain.
	pub(crate) fn check_config() {
		assert!(T::MinStake::get() > 0, "MinStake must be more than 0");
		assert!(
			!T::UnbondingPeriod::get().is_zero(),
			"UnbondingPeriod must be more than 0: stake that leaves at once cannot be slashed"
		);
		assert!(
			T::MaxWorkerKeys::get() > 0,
			"MaxWorkerKeys must be more than 0"
		);
		assert!(
			!T::TimeoutPause::get().is_zero(),
			"TimeoutPause must be more than 0: each job that an outage catches would cost a slash"
		);
		assert!(!T::Era::get().is_zero(), "Era must be more than 0");
		let least = <T::Currency as fungible::Inspect<T::AccountId>>::minimum_balance();
		assert!(
			T::MinDelegation::get() >= least,
			"MinDelegation must be at least the existential deposit"
		);
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());
		meter.consume(T::WeightInfo::hook_base());
		assert!(
			meter.can_consume(T::WeightInfo::enact_slash().max(T::WeightInfo::end_liability())),
			"HookWeight must be enough for one slash, and for one liability"
		);
	}

	pub(crate) fn do_register(provider: &T::AccountId, stake: Balance) -> DispatchResult {
		ensure!(
			!Providers::<T>::contains_key(provider),
			Error::<T>::AlreadyProvider
		);
		ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		T::Currency::hold(&HoldReason::Stake.into(), provider, stake)?;
		let now = frame_system::Pallet::<T>::block_number();
		Providers::<T>::insert(provider, Provider::new(stake, now));
		Self::deposit_event(Event::ProviderRegistered {
			provider: provider.clone(),
			stake,
		});
		Ok(())
	}

	pub(crate) fn do_bond(provider: &T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let total = Self::try_mutate_provider(provider, |record| {
			T::Currency::hold(&HoldReason::Stake.into(), provider, amount)?;
			record.bonded = record
				.bonded
				.checked_add(amount)
				.ok_or(ArithmeticError::Overflow)?;
			// Less would keep a record and its keys for a deposit of a unit.
			ensure!(
				record.free_bonded() >= T::MinStake::get(),
				Error::<T>::StakeTooLow
			);
			Ok(record.bonded)
		})?;
		Self::deposit_event(Event::Bonded {
			provider: provider.clone(),
			amount,
			total,
		});
		Ok(())
	}

	pub(crate) fn do_unbond(provider: &T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let unlocks_at = Self::unlocks_at()?;
		Self::try_mutate_provider(provider, |record| {
			let rest = record
				.bonded
				.checked_sub(amount)
				.ok_or(Error::<T>::NotEnoughBonded)?;
			ensure!(amount <= record.free_bonded(), Error::<T>::StakeFrozen);
			ensure!(
				rest == 0 || rest >= T::MinStake::get(),
				Error::<T>::StakeTooLow
			);
			record
				.add_unbonding(amount, unlocks_at)
				.map_err(|()| Error::<T>::TooManyUnbonding)?;
			record.bonded = rest;
			Ok(())
		})?;
		Self::deposit_event(Event::Unbonding {
			provider: provider.clone(),
			amount,
			unlocks_at,
		});
		Ok(())
	}

	pub(crate) fn do_chill(provider: &T::AccountId) -> DispatchResult {
		Self::try_mutate_provider(provider, |record| {
			ensure!(!record.chilled, Error::<T>::AlreadyChilled);
			record.chilled = true;
			Ok(())
		})?;
		Self::deposit_chilled(provider);
		Ok(())
	}

	pub(crate) fn do_unchill(provider: &T::AccountId) -> DispatchResult {
		Self::try_mutate_provider(provider, |record| {
			ensure!(record.chilled, Error::<T>::NotChilled);
			// Without it the call would seem to work, and no work would come.
			ensure!(
				record.free_bonded() >= T::MinStake::get(),
				Error::<T>::StakeTooLow
			);
			record.chilled = false;
			Ok(())
		})?;
		Self::deposit_event(Event::ProviderUnchilled {
			provider: provider.clone(),
		});
		Ok(())
	}

	pub(crate) fn do_exit(provider: &T::AccountId) -> DispatchResult {
		let unlocks_at = Self::unlocks_at()?;
		let (chills, unbonded) = Self::try_mutate_provider(provider, |record| {
			let chills = !core::mem::replace(&mut record.chilled, true);
			ensure!(chills || record.bonded > 0, Error::<T>::AlreadyExited);
			let unbonded = match record.bonded {
				0 => None,
				_ => Some(
					record
						.unbond_all(unlocks_at)
						.map_err(|()| ArithmeticError::Overflow)?,
				),
			};
			Ok((chills, unbonded))
		})?;
		if chills {
			Self::deposit_chilled(provider);
		}
		if let Some((amount, unlocks_at)) = unbonded {
			Self::deposit_event(Event::Unbonding {
				provider: provider.clone(),
				amount,
				unlocks_at,
			});
		}
		Ok(())
	}

	/// Returns how many keys were dropped: all, if no stake is left.
	pub(crate) fn do_withdraw(provider: &T::AccountId) -> Result<u32, DispatchError> {
		let now = frame_system::Pallet::<T>::block_number();
		let (amount, left) = Self::try_mutate_provider(provider, |record| {
			ensure!(record.has_unlocked(now), Error::<T>::NothingToWithdraw);
			let amount = record.take_unlocked(now);
			ensure!(amount > 0, Error::<T>::StakeFrozen);
			let reason = HoldReason::Stake.into();
			let released = T::Currency::release(&reason, provider, amount, Precision::Exact)?;
			Ok((released, record.total()))
		})?;
		Self::deposit_event(Event::Withdrawn {
			provider: provider.clone(),
			amount,
		});
		if left > 0 {
			return Ok(0);
		}
		Self::do_deregister(provider)
	}

	/// Returns how many keys went with the record.
	pub(crate) fn do_deregister(provider: &T::AccountId) -> Result<u32, DispatchError> {
		let record = Providers::<T>::get(provider).ok_or(Error::<T>::NotProvider)?;
		ensure!(record.total() == 0, Error::<T>::StakeRemains);
		ensure!(record.committed == 0, Error::<T>::JobsInHand);
		ensure!(record.pending.is_empty(), Error::<T>::SlashPending);
		Self::drop_keys(provider);
		Providers::<T>::remove(provider);
		Self::store_pool(provider, Pools::<T>::get(provider));
		Self::deposit_event(Event::ProviderDeregistered {
			provider: provider.clone(),
		});
		Ok(record.stored_keys())
	}

	/// Does what is due, inside `HookWeight`. Returns what was used.
	pub(crate) fn work_off(now: BlockNumberFor<T>) -> Weight {
		let mut meter = WeightMeter::with_limit(T::HookWeight::get());
		meter.consume(T::WeightInfo::hook_base());
		let before = Queue::<T>::get();
		let mut queue = before.clone();
		// Slashes first: what they take, they take before a liability ends.
		Self::enact_due(now, &mut queue, &mut meter);
		Self::end_liabilities(now, &mut queue, &mut meter);
		if queue != before {
			Queue::<T>::put(queue);
		}
		meter.consumed()
	}

	/// The block in which stake unlocks that is unbonded now.
	pub(crate) fn unlocks_at() -> Result<BlockNumberFor<T>, ArithmeticError> {
		frame_system::Pallet::<T>::block_number()
			.checked_add(&T::UnbondingPeriod::get())
			.ok_or(ArithmeticError::Overflow)
	}

	/// Whether a provider with this record can be given work, as far as stake and keys go.
	pub(crate) fn qualifies(record: &ProviderOf<T>) -> bool {
		record.free_bonded() >= T::MinStake::get() && record.keys > 0
	}

	pub(crate) fn deposit_chilled(provider: &T::AccountId) {
		Self::deposit_event(Event::ProviderChilled {
			provider: provider.clone(),
		});
	}

	/// Changes the record of a provider, unless `change` fails.
	pub(crate) fn try_mutate_provider<R>(
		provider: &T::AccountId,
		change: impl FnOnce(&mut ProviderOf<T>) -> Result<R, DispatchError>,
	) -> Result<R, DispatchError> {
		Providers::<T>::try_mutate(provider, |record| {
			change(record.as_mut().ok_or(Error::<T>::NotProvider)?)
		})
	}
}
