//! Stake that goes from one provider to another at once, and still answers for faults of the first.

use frame_support::{
	defensive, ensure, storage::with_storage_layer, traits::Get, weights::WeightMeter,
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult, traits::Saturating};

use crate::{
	Balance, Config, DelegationOf, Error, Event, Liabilities, Liability, LiabilityOf, Moved,
	Pallet, PoolOf, Pools, Providers, Queue, Queues, WeightInfo,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_redelegate(
		who: &T::AccountId,
		from: &T::AccountId,
		to: &T::AccountId,
		amount: Balance,
	) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		ensure!(from != to, Error::<T>::SameProvider);
		let target = Self::ensure_open(who, to)?;
		let until = Self::unlocks_at()?;
		let (mut source, mut old) = Self::touch(who, from)?;
		ensure!(old.moved.is_empty(), Error::<T>::StillLiable);
		let shares = Self::shares_of_part(&source, &old, amount)?;
		let worth = source.pool.worth(shares);
		// The rest of a unit that rounding made is left behind.
		let units = worth.min(old.held);
		old.earned.settle(&source.income, old.shares);
		old.shares = old.shares.saturating_sub(shares);
		old.held = old.held.saturating_sub(units);
		source.phantom_shares = source
			.phantom_shares
			.checked_add(shares)
			.ok_or(ArithmeticError::Overflow)?;
		// Before the other pool is read: it may answer for this one already.
		Self::store(who, from, source, old)?;

		let (mut pool, mut new) = Self::touch_or_new(who, to)?;
		let here = Self::put_in(&target, &mut pool, &mut new, units)?;
		// The deposit for the record.
		ensure!(
			units.max(pool.pool.worth(new.shares)) >= T::MinDelegation::get(),
			Error::<T>::DelegationTooLow
		);
		let moved = Moved {
			from: from.clone(),
			shares,
			worth,
			here,
			until,
		};
		new.moved
			.try_push(moved)
			.map_err(|_| Error::<T>::TooManyMoved)?;
		Queue::<T>::mutate(|queue| {
			Self::enter_liability(
				queue,
				Liability {
					delegator: who.clone(),
					provider: to.clone(),
					until,
				},
			);
		});
		Self::deposit_event(Event::Redelegated {
			from: from.clone(),
			to: to.clone(),
			delegator: who.clone(),
			amount: units,
			liable_until: until,
		});
		Self::store(who, to, pool, new)
	}

	/// Takes from a delegation what its parts lost with the providers that they came from, and ends what is
	/// over.
	pub(crate) fn answer_for_others(pool: &mut PoolOf<T>, record: &mut DelegationOf<T>) {
		let now = frame_system::Pallet::<T>::block_number();
		let mut lost: u128 = 0;
		let mut moved = core::mem::take(&mut record.moved);
		for part in moved.iter_mut() {
			let worth = Pools::<T>::get(&part.from).pool.worth(part.shares);
			let shares = part.lost(worth);
			lost = lost.saturating_add(shares);
			part.here = part.here.saturating_sub(shares);
			part.worth = part.worth.min(worth);
		}
		moved.retain(|part| {
			let is_over = part.until <= now
				&& Providers::<T>::get(&part.from)
					.is_none_or(|source| !source.holds_back(part.until));
			if is_over {
				Self::end_phantom(part);
			}
			!is_over
		});
		record.moved = moved;
		if lost > 0 {
			Self::forfeit(pool, record, lost);
		}
	}

	/// A delegation as it will be when what it answers for was collected.
	pub fn after_others(mut record: DelegationOf<T>) -> DelegationOf<T> {
		let lost = record.moved.iter().fold(0, |sum: u128, part| {
			sum.saturating_add(part.lost(Pools::<T>::get(&part.from).pool.worth(part.shares)))
		});
		record.forfeit(lost);
		record
	}

	/// Puts a liability at the end of the line.
	fn enter_liability(queue: &mut Queues<BlockNumberFor<T>>, liability: LiabilityOf<T>) {
		Liabilities::<T>::insert(queue.next_liability, liability);
		queue.next_liability = queue.next_liability.saturating_add(1);
	}

	/// Ends what is over, so that nobody answers longer than it has to.
	pub(crate) fn end_liabilities(
		now: BlockNumberFor<T>,
		queue: &mut Queues<BlockNumberFor<T>>,
		meter: &mut WeightMeter,
	) {
		let end = queue.next_liability;
		while queue.first_liability < end && meter.can_consume(T::WeightInfo::end_liability()) {
			let number = queue.first_liability;
			let Some(liability) = Liabilities::<T>::get(number) else {
				defensive!("a liability is not in its place");
				queue.first_liability = number.saturating_add(1);
				continue;
			};
			if liability.until > now {
				break;
			}
			meter.consume(T::WeightInfo::end_liability());
			Liabilities::<T>::remove(number);
			queue.first_liability = number.saturating_add(1);
			if Self::end_liability(&liability, now) {
				// The line stays in order if it waits as long as those that come now.
				let until = now.saturating_add(T::UnbondingPeriod::get());
				Self::enter_liability(queue, Liability { until, ..liability });
			}
		}
	}

	/// Says whether something remains, because a slash is pending.
	fn end_liability(liability: &LiabilityOf<T>, now: BlockNumberFor<T>) -> bool {
		let Liability {
			delegator,
			provider,
			..
		} = liability;
		// It may have ended before. What fails is left for the next call on the delegation.
		with_storage_layer(|| {
			let (pool, record) = Self::touch(delegator, provider)?;
			let remains = record.moved.iter().any(|part| part.until <= now);
			Self::store(delegator, provider, pool, record)?;
			Ok::<_, DispatchError>(remains)
		})
		.unwrap_or(false)
	}

	/// Lets the phantom shares go of a delegation that ends.
	pub(crate) fn forget_moved(record: &DelegationOf<T>) {
		record.moved.iter().for_each(Self::end_phantom);
	}

	fn end_phantom(part: &Moved<T::AccountId, BlockNumberFor<T>>) {
		let mut source = Pools::<T>::get(&part.from);
		if source.pool.withdraw(part.shares).is_none() {
			defensive!("more shares were moved than the pool has");
		}
		source.phantom_shares = source.phantom_shares.saturating_sub(part.shares);
		Self::store_pool(&part.from, source);
	}

	/// Takes so many shares out of the pool. Their units stay on hold, and are collected with what slashes have
	/// taken. Shares and not units, so that it does not matter whether the pool was slashed before or after.
	fn forfeit(pool: &mut PoolOf<T>, record: &mut DelegationOf<T>, shares: u128) {
		record.earned.settle(&pool.income, record.shares);
		let (active, unbonding) = record.forfeit(shares);
		if pool.take_unbonded(unbonding).is_none() || pool.pool.withdraw(active).is_none() {
			defensive!("a delegation has more shares than its pool");
		}
	}
}
