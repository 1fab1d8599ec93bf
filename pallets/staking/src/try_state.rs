//! The laws of this pallet's storage.

use alloc::{collections::BTreeMap, vec::Vec};

use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::{Inspect, InspectHold},
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	Balance, Config, Delegations, HoldReason, KeysOf, Liabilities, Pallet, PendingSlash,
	PendingSlashes, Pools, Providers, Queue, SlashId, SlashOf, Workers,
};

impl<T: Config> Pallet<T> {
	/// Checks every law in the README. The error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_holds()?;
		Self::try_state_stake()?;
		Self::try_state_unbonding()?;
		Self::try_state_keys()?;
		Self::try_state_delegated()?;
		Self::try_state_shares()?;
		Self::try_state_income()?;
		Self::try_state_liabilities()?;
		Self::try_state_slashes()
	}

	fn try_state_holds() -> Result<(), TryRuntimeError> {
		let held =
			|who: &T::AccountId| T::Currency::balance_on_hold(&HoldReason::Stake.into(), who);
		for (who, record) in Providers::<T>::iter() {
			ensure!(
				held(&who) == record.total(),
				"a provider's stake on hold must be its bonded plus its unbonding stake"
			);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				held(&who) == 0 || Providers::<T>::contains_key(&who),
				"only providers may have stake on hold"
			);
		}
		Ok(())
	}

	fn try_state_stake() -> Result<(), TryRuntimeError> {
		for record in Providers::<T>::iter_values() {
			ensure!(
				record.total() > 0 || record.slashed > 0,
				"a provider without stake must have lost it to a slash"
			);
		}
		Ok(())
	}

	fn try_state_unbonding() -> Result<(), TryRuntimeError> {
		for record in Providers::<T>::iter_values() {
			for (position, chunk) in record.unbonding.iter().enumerate() {
				ensure!(chunk.amount > 0, "an unbonding part must not be empty");
				ensure!(
					record
						.unbonding
						.iter()
						.skip(position.saturating_add(1))
						.all(|other| other.unlocks_at != chunk.unlocks_at),
					"unbonding parts that unlock in the same block must be merged"
				);
			}
		}
		Ok(())
	}

	fn try_state_keys() -> Result<(), TryRuntimeError> {
		let now = frame_system::Pallet::<T>::block_number();
		for (who, key, ()) in KeysOf::<T>::iter() {
			ensure!(
				Providers::<T>::contains_key(&who),
				"only providers may have worker keys"
			);
			ensure!(
				Workers::<T>::get(key).is_some_and(|record| record.provider == who),
				"every key in KeysOf must name the same provider in Workers"
			);
		}
		for (key, record) in Workers::<T>::iter() {
			ensure!(
				KeysOf::<T>::contains_key(&record.provider, key),
				"every key in Workers must be in KeysOf of its provider"
			);
			ensure!(
				record.retired_at.is_none_or(|retired_at| retired_at <= now),
				"a key cannot have been removed in a block to come"
			);
		}
		Self::try_state_key_counts()
	}

	fn try_state_key_counts() -> Result<(), TryRuntimeError> {
		for (who, record) in Providers::<T>::iter() {
			let (mut active, mut retired): (u32, u32) = (0, 0);
			for key in KeysOf::<T>::iter_key_prefix(&who) {
				let is_retired =
					Workers::<T>::get(key).is_some_and(|record| record.retired_at.is_some());
				let count = if is_retired {
					&mut retired
				} else {
					&mut active
				};
				*count = count.saturating_add(1);
			}
			ensure!(
				(record.keys, record.retired_keys) == (active, retired),
				"a provider's key counters must be the numbers of its active and retired keys"
			);
			ensure!(
				record.stored_keys() <= T::MaxWorkerKeys::get(),
				"a provider may have at most MaxWorkerKeys keys, active and retired"
			);
		}
		Ok(())
	}

	fn try_state_delegated() -> Result<(), TryRuntimeError> {
		let sum = |units: Balance, more: Balance| units.saturating_add(more);
		for who in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&HoldReason::Delegation.into(), &who);
			let recorded = Delegations::<T>::iter_prefix_values(&who)
				.map(|record| record.held)
				.fold(0, sum);
			ensure!(
				held == recorded,
				"delegated stake on hold must be what the delegations hold"
			);
		}
		for (who, provider, record) in Delegations::<T>::iter() {
			ensure!(
				frame_system::Account::<T>::contains_key(&who),
				"who delegates must have an account"
			);
			ensure!(
				who != provider && record.total_shares() > 0,
				"a delegation must have shares of another's pool"
			);
			ensure!(
				record.answering_shares() <= record.total_shares(),
				"shares that answer for others must be there"
			);
			for (position, part) in record.unbonding.iter().enumerate() {
				let mut later = record.unbonding.iter().skip(position.saturating_add(1));
				ensure!(
					part.shares > 0 && later.all(|other| other.unlocks_at != part.unlocks_at),
					"unbonding shares must not be empty, and be merged if they unlock together"
				);
			}
		}
		Ok(())
	}

	/// The sums of a pool are those of the delegations.
	fn try_state_shares() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::<T::AccountId, (u128, u128, u128)>::new();
		for (_, provider, record) in Delegations::<T>::iter() {
			let (active, unbonding, _) = sums.entry(provider).or_default();
			*active = active.saturating_add(record.shares);
			*unbonding = unbonding.saturating_add(record.unbonding_shares());
			for part in &record.moved {
				let (_, _, phantom) = sums.entry(part.from.clone()).or_default();
				*phantom = phantom.saturating_add(part.shares);
			}
		}
		for (provider, pool) in Pools::<T>::iter() {
			let sum = sums.remove(&provider).unwrap_or_default();
			ensure!(
				sum == (
					pool.active_shares(),
					pool.unbonding_shares,
					pool.phantom_shares
				),
				"the shares of a pool must be those of the delegations"
			);
			ensure!(
				pool.pool.shares == sum.0.saturating_add(sum.1).saturating_add(sum.2),
				"all shares of a pool must be active, unbonding or moved"
			);
			ensure!(
				(pool.pool.total > 0) == (pool.pool.shares > 0),
				"a pool must have units if it has shares, and only then"
			);
			ensure!(
				pool.pool.shares > 0 || Providers::<T>::contains_key(&provider),
				"a pool that nobody needs must be removed"
			);
		}
		ensure!(sums.is_empty(), "every delegation must be in a pool");
		Ok(())
	}

	/// What has been earned is in the pot, beside the existential deposit.
	fn try_state_income() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, Balance>::new();
		for (_, provider, record) in Delegations::<T>::iter() {
			let income = Pools::<T>::get(&provider).income;
			let sum = owed.entry(provider).or_default();
			*sum = sum.saturating_add(record.earned.claimable(&income, record.shares));
		}
		let mut unclaimed: Balance = 0;
		for (provider, pool) in Pools::<T>::iter() {
			ensure!(
				owed.remove(&provider).unwrap_or(0) <= pool.unclaimed,
				"no more can be claimed of a pool than has come in"
			);
			ensure!(
				pool.pool.shares > 0 || pool.unclaimed == 0,
				"an empty pool must have no income left"
			);
			unclaimed = unclaimed.saturating_add(pool.unclaimed);
		}
		let least = T::Currency::minimum_balance();
		ensure!(
			unclaimed == 0 || T::Currency::balance(&Self::pot()) >= unclaimed.saturating_add(least),
			"the pot must have what delegations have earned"
		);
		Ok(())
	}

	/// The line of liabilities has no gap, and whoever answers for others is in it.
	fn try_state_liabilities() -> Result<(), TryRuntimeError> {
		let queue = Queue::<T>::get();
		let line: Vec<_> = (queue.first_liability..queue.next_liability)
			.filter_map(Liabilities::<T>::get)
			.collect();
		ensure!(
			u64::try_from(line.len())
				== Ok(queue.next_liability.saturating_sub(queue.first_liability))
				&& line.len() == Liabilities::<T>::iter_keys().count(),
			"the line of liabilities must have no gap"
		);
		ensure!(
			line.is_sorted_by_key(|liability| liability.until),
			"liabilities must end in the order of the line"
		);
		for (who, provider, record) in Delegations::<T>::iter() {
			ensure!(
				record.moved.is_empty()
					|| line.iter().any(|liability| {
						liability.delegator == who && liability.provider == provider
					}),
				"a delegation that answers for others must be in line"
			);
		}
		Ok(())
	}

	fn try_state_slashes() -> Result<(), TryRuntimeError> {
		let queue = Queue::<T>::get();
		let mut all = BTreeMap::<T::AccountId, BTreeMap<SlashId, SlashOf<T>>>::new();
		for (id, slash) in PendingSlashes::<T>::iter() {
			ensure!(
				queue.first <= id && id < queue.next,
				"a pending slash must be one that the hook will find"
			);
			let of_provider = all.entry(slash.provider.clone()).or_default();
			of_provider.insert(id, slash);
		}
		for (who, record) in Providers::<T>::iter() {
			ensure!(
				record.frozen() <= record.total(),
				"pending slashes must not take more stake than there is"
			);
			let mut slashes = all.remove(&who).unwrap_or_default();
			for entry in &record.pending {
				Self::try_state_entry(entry, &mut slashes)?;
			}
			ensure!(
				slashes.is_empty(),
				"every pending slash must be in the record of its provider"
			);
		}
		ensure!(
			all.is_empty(),
			"every pending slash must be in the record of its provider"
		);
		Ok(())
	}

	/// The sums of an entry are those of its slashes, which are taken out.
	fn try_state_entry(
		entry: &PendingSlash<BlockNumberFor<T>>,
		slashes: &mut BTreeMap<SlashId, SlashOf<T>>,
	) -> Result<(), TryRuntimeError> {
		let (mut count, mut own, mut share): (u32, Balance, u64) = (0, 0, 0);
		let mut in_time = true;
		slashes.retain(|id, slash| {
			if !entry.has(*id) {
				return true;
			}
			count = count.saturating_add(1);
			own = own.saturating_add(slash.own);
			share = share.saturating_add(slash.share.deconstruct().into());
			in_time &= entry.raised_at <= slash.raised_at;
			false
		});
		ensure!(
			entry.count > 0 && entry.count == count && in_time,
			"every slash in the record of a provider must be pending"
		);
		ensure!(
			(entry.own, entry.share) == (own, share),
			"a provider's record must freeze what its slashes will take"
		);
		Ok(())
	}
}
