//! Stake that others put behind a provider: into the pool, out of it, and what it earns.

use athanor_primitives::{pool::mul_div, ports::DelegatorIncome};
use frame_support::{
	defensive, ensure,
	traits::{
		Get, Imbalance, OnUnbalanced,
		fungible::{Balanced, BalancedHold, MutateHold},
		tokens::{Fortitude, Precision, Preservation},
	},
};
use polkadot_sdk::*;
use sp_runtime::{
	ArithmeticError, DispatchError, DispatchResult, FixedPointNumber, traits::AccountIdConversion,
};

use crate::{
	Balance, Config, CreditOf, DelegationOf, Delegations, Error, Event, HoldReason, Pallet, PoolOf,
	Pools, ProviderOf, Providers,
};

/// As an amount to ask back or to move: all that is delegated, whatever it is worth by then.
pub const EVERYTHING: Balance = Balance::MAX;

impl<T: Config> Pallet<T> {
	/// The account in which income waits for those who delegate.
	pub fn pot() -> T::AccountId {
		T::PotId::get().into_account_truncating()
	}

	pub(crate) fn do_delegate(
		who: &T::AccountId,
		provider: &T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let target = Self::ensure_open(who, provider)?;
		ensure!(
			amount >= T::MinDelegation::get(),
			Error::<T>::DelegationTooLow
		);
		let (mut pool, mut record) = Self::touch_or_new(who, provider)?;
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

	pub(crate) fn do_undelegate(
		who: &T::AccountId,
		provider: &T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let unlocks_at = Self::unlocks_at()?;
		let (mut pool, mut record) = Self::touch(who, provider)?;
		let shares = Self::shares_of_part(&pool, &record, amount)?;
		let amount = amount.min(pool.pool.worth(shares));
		record.earned.settle(&pool.income, record.shares);
		record
			.unbond(shares, unlocks_at)
			.map_err(|()| Error::<T>::TooManyUnbonding)?;
		pool.unbonding_shares = pool
			.unbonding_shares
			.checked_add(shares)
			.ok_or(ArithmeticError::Overflow)?;
		Self::deposit_event(Event::Undelegated {
			provider: provider.clone(),
			delegator: who.clone(),
			amount,
			unlocks_at,
		});
		Self::store(who, provider, pool, record)
	}

	pub(crate) fn do_withdraw_delegation(
		who: &T::AccountId,
		provider: &T::AccountId,
	) -> DispatchResult {
		let (mut pool, mut record) = Self::touch(who, provider)?;
		let now = frame_system::Pallet::<T>::block_number();
		let target = Providers::<T>::get(provider);
		let unlocked = record.unbonding.iter().any(|part| part.unlocks_at <= now);
		ensure!(unlocked, Error::<T>::NothingToWithdraw);
		let spare = record
			.total_shares()
			.saturating_sub(record.answering_shares());
		let mut shares: u128 = 0;
		let mut pending = false;
		record.unbonding.retain(|part| {
			if part.unlocks_at > now {
				return true;
			}
			let held_back = target
				.as_ref()
				.is_some_and(|target| target.holds_back(part.unlocks_at));
			pending |= held_back;
			let after = shares.saturating_add(part.shares);
			let stays = held_back || after > spare;
			if !stays {
				shares = after;
			}
			stays
		});
		ensure!(shares > 0 || !pending, Error::<T>::SlashPending);
		ensure!(shares > 0, Error::<T>::StillLiable);
		let worth = pool
			.take_unbonded(shares)
			.ok_or(DispatchError::Corruption)?;
		// Rounding of others may have made the shares worth more than was put in.
		let amount = worth.min(record.held);
		let reason = HoldReason::Delegation.into();
		let released = T::Currency::release(&reason, who, amount, Precision::Exact)?;
		record.held = record.held.saturating_sub(released);
		Self::deposit_event(Event::DelegationWithdrawn {
			provider: provider.clone(),
			delegator: who.clone(),
			amount: released,
		});
		Self::store(who, provider, pool, record)
	}

	pub(crate) fn do_claim(who: &T::AccountId, provider: &T::AccountId) -> DispatchResult {
		let (mut pool, mut record) = Self::touch(who, provider)?;
		let amount = record.earned.claim(&pool.income, record.shares);
		ensure!(amount > 0, Error::<T>::NothingToClaim);
		Self::pay_income(who, provider, &mut pool, amount)?;
		Self::store(who, provider, pool, record)
	}

	/// Fails if there was nothing to collect.
	pub(crate) fn do_collect(provider: &T::AccountId, who: &T::AccountId) -> DispatchResult {
		let before = Delegations::<T>::get(who, provider).ok_or(Error::<T>::NoDelegation)?;
		let (pool, record) = Self::touch(who, provider)?;
		ensure!(record != before, Error::<T>::NothingToCollect);
		Self::store(who, provider, pool, record)
	}

	/// The provider, if `who` may delegate to it now.
	pub(crate) fn ensure_open(
		who: &T::AccountId,
		provider: &T::AccountId,
	) -> Result<ProviderOf<T>, Error<T>> {
		ensure!(who != provider, Error::<T>::OwnProvider);
		let target = Providers::<T>::get(provider).ok_or(Error::<T>::NoSuchProvider)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(!target.chilled, Error::<T>::ChilledProvider);
		ensure!(!target.is_paused(now), Error::<T>::PausedProvider);
		ensure!(target.pending.is_empty(), Error::<T>::SlashPending);
		Ok(target)
	}

	/// Gives shares for units that are on hold. Returns how many.
	pub(crate) fn put_in(
		target: &ProviderOf<T>,
		pool: &mut PoolOf<T>,
		record: &mut DelegationOf<T>,
		units: Balance,
	) -> Result<u128, DispatchError> {
		let most = match target.free_bonded() {
			own if own >= T::MinStake::get() => T::MaxDelegation::get().saturating_mul_int(own),
			_ => 0,
		};
		let after = pool.active_worth().saturating_add(units);
		ensure!(after <= most, Error::<T>::PoolFull);
		record.earned.settle(&pool.income, record.shares);
		let shares = pool.pool.deposit(units).ok_or(Error::<T>::PoolSpent)?;
		let sums = record
			.shares
			.checked_add(shares)
			.zip(record.held.checked_add(units));
		(record.shares, record.held) = sums.ok_or(ArithmeticError::Overflow)?;
		Ok(shares)
	}

	/// The shares that have to go for `amount` units of what counts; all of them for [`EVERYTHING`].
	pub(crate) fn shares_of_part(
		pool: &PoolOf<T>,
		record: &DelegationOf<T>,
		amount: Balance,
	) -> Result<u128, Error<T>> {
		if amount == EVERYTHING && record.shares > 0 {
			return Ok(record.shares);
		}
		let rest = pool
			.pool
			.worth(record.shares)
			.checked_sub(amount)
			.ok_or(Error::<T>::NotEnoughDelegated)?;
		if rest == 0 {
			return Ok(record.shares);
		}
		ensure!(
			rest >= T::MinDelegation::get(),
			Error::<T>::DelegationTooLow
		);
		let shares = pool.pool.shares_for(amount);
		Ok(shares
			.ok_or(Error::<T>::NotEnoughDelegated)?
			.min(record.shares))
	}

	/// A delegation and the pool that it is in, after what slashes have taken was collected.
	pub(crate) fn touch(
		who: &T::AccountId,
		provider: &T::AccountId,
	) -> Result<(PoolOf<T>, DelegationOf<T>), DispatchError> {
		let mut record = Delegations::<T>::get(who, provider).ok_or(Error::<T>::NoDelegation)?;
		let mut pool = Pools::<T>::get(provider);
		Self::answer_for_others(&mut pool, &mut record);
		let worth = pool.pool.worth(record.total_shares());
		if worth == 0 {
			Self::clear(&mut pool, &mut record);
		}
		let excess = record.held.saturating_sub(worth);
		Self::take_held(who, provider, &mut record, excess);
		Ok((pool, record))
	}

	/// [`Self::touch`], or the beginning of a delegation.
	pub(crate) fn touch_or_new(
		who: &T::AccountId,
		provider: &T::AccountId,
	) -> Result<(PoolOf<T>, DelegationOf<T>), DispatchError> {
		if Delegations::<T>::contains_key(who, provider) {
			return Self::touch(who, provider);
		}
		Ok((Pools::<T>::get(provider), DelegationOf::<T>::default()))
	}

	/// Takes shares that are worth nothing out of the pool.
	fn clear(pool: &mut PoolOf<T>, record: &mut DelegationOf<T>) {
		record.earned.settle(&pool.income, record.shares);
		let unbonding = record.unbonding_shares();
		record.unbonding.clear();
		let active = core::mem::take(&mut record.shares);
		// What has nothing here any more still is a phantom where it came from.
		record.moved.iter_mut().for_each(|part| part.here = 0);
		if pool.take_unbonded(unbonding).is_none() || pool.pool.withdraw(active).is_none() {
			defensive!("a delegation has more shares than its pool");
		}
	}

	/// Takes units that are on hold and no longer the owner's.
	fn take_held(
		who: &T::AccountId,
		provider: &T::AccountId,
		record: &mut DelegationOf<T>,
		units: Balance,
	) {
		if units == 0 {
			return;
		}
		let (credit, missing) = T::Currency::slash(&HoldReason::Delegation.into(), who, units);
		if missing > 0 {
			defensive!("less delegated stake on hold than recorded");
		}
		let amount = credit.peek();
		record.held = record.held.saturating_sub(amount);
		T::OnSlash::on_unbalanced(credit);
		Self::deposit_event(Event::DelegationReduced {
			provider: provider.clone(),
			delegator: who.clone(),
			amount,
		});
	}

	/// Stores a delegation and its pool. One without shares ends: its owner gets what it has earned.
	pub(crate) fn store(
		who: &T::AccountId,
		provider: &T::AccountId,
		mut pool: PoolOf<T>,
		mut record: DelegationOf<T>,
	) -> DispatchResult {
		if record.total_shares() > 0 {
			Delegations::<T>::insert(who, provider, record);
		} else {
			let earned = record.earned.claimable(&pool.income, 0);
			if earned > 0 {
				Self::pay_income(who, provider, &mut pool, earned)?;
			}
			let rest = record.held;
			Self::take_held(who, provider, &mut record, rest);
			Self::forget_moved(&record);
			Delegations::<T>::remove(who, provider);
		}
		Self::store_pool(provider, pool);
		Ok(())
	}

	/// Stores a pool, unless nobody needs it any more. With the last shares goes what rounding has left of its
	/// income.
	pub(crate) fn store_pool(provider: &T::AccountId, mut pool: PoolOf<T>) {
		if pool.pool.shares == 0 && pool.unclaimed > 0 {
			Self::give_up_rest(provider, &mut pool);
		}
		if pool.pool.shares == 0 && !Providers::<T>::contains_key(provider) {
			Pools::<T>::remove(provider);
		} else {
			Pools::<T>::insert(provider, pool);
		}
	}

	/// What nobody can claim goes where slashes go.
	fn give_up_rest(provider: &T::AccountId, pool: &mut PoolOf<T>) {
		let Ok(credit) = Self::take_from_pot(pool.unclaimed) else {
			defensive!("the pot lacks income that has not been claimed");
			return;
		};
		let amount = credit.peek();
		T::OnSlash::on_unbalanced(credit);
		pool.unclaimed = 0;
		pool.income.rest = 0;
		Self::deposit_event(Event::IncomeLeft {
			provider: provider.clone(),
			amount,
		});
	}

	fn take_from_pot(amount: Balance) -> Result<CreditOf<T>, DispatchError> {
		T::Currency::withdraw(
			&Self::pot(),
			amount,
			Precision::Exact,
			Preservation::Preserve,
			Fortitude::Polite,
		)
	}

	/// Pays income of a pool out of the pot.
	pub(crate) fn pay_income(
		who: &T::AccountId,
		provider: &T::AccountId,
		pool: &mut PoolOf<T>,
		amount: Balance,
	) -> DispatchResult {
		let credit = Self::take_from_pot(amount)?;
		pool.unclaimed = pool
			.unclaimed
			.checked_sub(amount)
			.ok_or(DispatchError::Corruption)?;
		T::Currency::resolve(who, credit).map_err(|_| Error::<T>::AccountGone)?;
		Self::deposit_event(Event::IncomeClaimed {
			provider: provider.clone(),
			delegator: who.clone(),
			amount,
		});
		Ok(())
	}
}

impl<T: Config> DelegatorIncome for Pallet<T> {
	type AccountId = T::AccountId;
	type Credit = CreditOf<T>;

	/// The side is divided by stake, bonded and delegated; of the delegators' part the provider gets its
	/// commission. What unbonds takes no part.
	fn earn(provider: &T::AccountId, side: &mut CreditOf<T>) -> u128 {
		let mut pool = Pools::<T>::get(provider);
		let worth = pool.active_worth();
		if worth == 0 {
			return 0;
		}
		let own = Providers::<T>::get(provider).map_or(0, |record| record.bonded);
		let part = mul_div(side.peek(), worth, own.saturating_add(worth)).unwrap_or(0);
		let commission = pool.commission.min(T::MaxCommission::get());
		let part = part.saturating_sub(commission.mul_ceil(part));
		let shares = pool.active_shares();
		let Some(unclaimed) = pool.unclaimed.checked_add(part).filter(|_| part > 0) else {
			return 0;
		};
		if pool.income.earn(part, shares).is_none() {
			return 0;
		}
		pool.unclaimed = unclaimed;
		if let Err(credit) = T::Currency::resolve(&Self::pot(), side.extract(part)) {
			side.subsume(credit);
			return 0;
		}
		Pools::<T>::insert(provider, pool);
		part
	}
}
