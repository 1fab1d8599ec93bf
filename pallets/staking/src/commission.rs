//! What a provider takes of its delegators' income, and income that becomes stake.

use frame_support::{
	ensure,
	traits::{Get, fungible::MutateHold},
};
use polkadot_sdk::*;
use sp_runtime::{
	DispatchResult, Permill,
	traits::{Saturating, Zero},
};

use crate::{Config, Delegations, Error, Event, HoldReason, Pallet, Pools, Providers};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_commission(
		provider: &T::AccountId,
		commission: Permill,
	) -> DispatchResult {
		ensure!(
			Providers::<T>::contains_key(provider),
			Error::<T>::NotProvider
		);
		ensure!(
			commission <= T::MaxCommission::get(),
			Error::<T>::CommissionTooHigh
		);
		// A pool that nobody has come to yet, and that has no commission yet, is not stored.
		let is_first = !Pools::<T>::contains_key(provider);
		let mut pool = Pools::<T>::get(provider);
		if commission > pool.commission && !is_first {
			let rise = commission.saturating_sub(pool.commission);
			ensure!(
				rise <= T::MaxCommissionChange::get(),
				Error::<T>::CommissionJump
			);
			let now = frame_system::Pallet::<T>::block_number();
			let last = pool.commission_raised_at;
			ensure!(
				last.is_zero() || now >= last.saturating_add(T::Era::get()),
				Error::<T>::CommissionTooSoon
			);
			pool.commission_raised_at = now;
		}
		pool.commission = commission;
		Pools::<T>::insert(provider, pool);
		Self::deposit_event(Event::CommissionSet {
			provider: provider.clone(),
			commission,
		});
		Ok(())
	}

	pub(crate) fn do_set_auto_compound(
		who: &T::AccountId,
		provider: &T::AccountId,
		on: bool,
	) -> DispatchResult {
		Delegations::<T>::try_mutate(who, provider, |record| {
			let record = record.as_mut().ok_or(Error::<T>::NoDelegation)?;
			ensure!(record.auto_compound != on, Error::<T>::AlreadySo);
			record.auto_compound = on;
			Ok::<_, Error<T>>(())
		})?;
		Self::deposit_event(Event::AutoCompoundSet {
			provider: provider.clone(),
			delegator: who.clone(),
			on,
		});
		Ok(())
	}

	pub(crate) fn do_compound(provider: &T::AccountId, who: &T::AccountId) -> DispatchResult {
		let (mut pool, mut record) = Self::touch(who, provider)?;
		ensure!(record.auto_compound, Error::<T>::NotOptedIn);
		// It would become stake that has to be asked back once more.
		ensure!(record.shares > 0, Error::<T>::NothingStays);
		let target = Self::ensure_open(who, provider)?;
		let amount = record.earned.claim(&pool.income, record.shares);
		ensure!(amount > 0, Error::<T>::NothingToClaim);
		Self::pay_income(who, provider, &mut pool, amount)?;
		T::Currency::hold(&HoldReason::Delegation.into(), who, amount)?;
		Self::put_in(&target, &mut pool, &mut record, amount)?;
		Self::deposit_event(Event::Delegated {
			provider: provider.clone(),
			delegator: who.clone(),
			amount,
			total: pool.pool.worth(record.shares),
		});
		Self::store(who, provider, pool, record)
	}
}
