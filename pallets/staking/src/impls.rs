//! What the calls do with stake, and what a slash takes. Worker keys are in `keys`, the ports in
//! `port`.

use frame_support::{
	defensive, ensure,
	traits::{
		Get, Imbalance, OnUnbalanced,
		fungible::{BalancedHold, MutateHold},
		tokens::Precision,
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	ArithmeticError, DispatchError, DispatchResult, Permill,
	traits::{CheckedAdd, Zero},
};

use crate::{Balance, Config, Error, Event, HoldReason, Pallet, Provider, ProviderOf, Providers};

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
			ensure!(record.bonded >= T::MinStake::get(), Error::<T>::StakeTooLow);
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
			ensure!(record.bonded >= T::MinStake::get(), Error::<T>::StakeTooLow);
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
			let amount = record.take_unlocked(now);
			ensure!(amount > 0, Error::<T>::NothingToWithdraw);
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
		Self::drop_keys(provider);
		Providers::<T>::remove(provider);
		Self::deposit_event(Event::ProviderDeregistered {
			provider: provider.clone(),
		});
		Ok(record.stored_keys())
	}

	/// The block in which stake unlocks that is unbonded now.
	fn unlocks_at() -> Result<BlockNumberFor<T>, ArithmeticError> {
		frame_system::Pallet::<T>::block_number()
			.checked_add(&T::UnbondingPeriod::get())
			.ok_or(ArithmeticError::Overflow)
	}

	/// Whether a provider with this record can be given work, as far as stake and keys go.
	pub(crate) fn qualifies(record: &ProviderOf<T>) -> bool {
		record.bonded >= T::MinStake::get() && record.keys > 0
	}

	/// Takes `share` of bonded and unbonding stake, rounded down, and returns what it took.
	pub(crate) fn slash_share(
		provider: &T::AccountId,
		record: &mut ProviderOf<T>,
		share: Permill,
	) -> Balance {
		let due = share.mul_floor(record.total());
		if due == 0 {
			return 0;
		}
		let (credit, missing) = T::Currency::slash(&HoldReason::Stake.into(), provider, due);
		if missing > 0 {
			defensive!("less stake on hold than recorded");
		}
		let amount = record.slash(credit.peek());
		T::OnSlash::on_unbalanced(credit);
		amount
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
