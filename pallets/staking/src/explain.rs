//! What accounts have on hold in this pallet, explained.

use alloc::{vec, vec::Vec};

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::ExplainHolds,
};
use codec::Encode;
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{Permill, SaturatedConversion, traits::UniqueSaturatedInto};

use crate::{
	Balance, Config, DelegationOf, Delegations, Pallet, PendingSlashes, Pools, ProviderOf,
	Providers, Queue, SlashId,
};

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	/// The own stake: what is bonded, then each part that unbonds, then what pending slashes may take of it.
	/// Then the same of each delegation, what slashes have taken of it already, and what it has earned.
	fn explain(who: &T::AccountId, limit: u32) -> Vec<Held> {
		let own = Providers::<T>::get(who)
			.map(|record| Self::explain_own(who, &record))
			.unwrap_or_default();
		let delegated = (0..limit)
			.zip(Delegations::<T>::iter_prefix(who))
			.flat_map(|(_, (provider, record))| Self::explain_delegation(&provider, record));
		let all = own
			.into_iter()
			.chain(delegated)
			.filter(|held| held.amount > 0);
		(0..limit).zip(all).map(|(_, held)| held).collect()
	}
}

/// The most ids that are looked at to tell slashes apart that share an entry.
const MOST_LOOKED_AT: usize = 1_024;

/// What a slash will take.
struct Takes<BlockNumber> {
	slash: SlashId,
	own: Balance,
	share: Permill,
	enacts_at: BlockNumber,
}

impl<T: Config> Pallet<T> {
	/// The pending slashes of a provider, one by one, the oldest first. If very many share an entry, some of them
	/// together.
	fn slashes_of(who: &T::AccountId, record: &ProviderOf<T>) -> Vec<Takes<BlockNumberFor<T>>> {
		let queue = Queue::<T>::get();
		let mut all = Vec::new();
		for entry in &record.pending {
			let mut rest = entry.clone();
			let ids = entry.id.max(queue.first)..=entry.last;
			for id in ids.take(MOST_LOOKED_AT) {
				let slash = PendingSlashes::<T>::get(id).filter(|slash| slash.provider == *who);
				let Some(slash) = slash else { continue };
				rest.count = rest.count.saturating_sub(1);
				rest.own = rest.own.saturating_sub(slash.own);
				rest.share = rest.share.saturating_sub(slash.share.deconstruct().into());
				all.push(Takes {
					slash: id,
					own: slash.own,
					share: slash.share,
					enacts_at: slash.enacts_at,
				});
			}
			if rest.count > 0 {
				all.push(Takes {
					slash: rest.last,
					own: rest.own,
					share: rest.frozen_share(),
					enacts_at: queue.last_enacts_at,
				});
			}
		}
		all
	}

	fn explain_own(who: &T::AccountId, record: &ProviderOf<T>) -> Vec<Held> {
		// Slashes take what is bonded first.
		let mut left = record.frozen();
		let mut less_frozen = |amount: Balance| {
			let frozen = left.min(amount);
			left = left.saturating_sub(frozen);
			amount.saturating_sub(frozen)
		};
		let bonded = less_frozen(record.bonded);
		let mut all = vec![Held {
			reason: HeldFor::BondedStake {
				committed: record.committed.min(bonded),
			},
			amount: bonded,
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingUnbond,
		}];
		for chunk in &record.unbonding {
			all.push(Held {
				reason: HeldFor::UnbondingStake,
				amount: less_frozen(chunk.amount),
				until: HeldUntil::CallableFrom(chunk.unlocks_at.saturated_into()),
				freed_by: FreedBy::StakingWithdraw,
			});
		}
		let slashes = Self::slashes_of(who, record);
		all.extend(slashes.iter().map(|slash| frozen_by(slash, slash.own)));
		all
	}

	fn explain_delegation(provider: &T::AccountId, record: DelegationOf<T>) -> Vec<Held> {
		let pool = Pools::<T>::get(provider).pool;
		let pending = Providers::<T>::get(provider)
			.map(|record| Self::slashes_of(provider, &record))
			.unwrap_or_default();
		let name = bytes_of(provider);
		let earned = Self::earned_by(provider, &record);
		let record = Self::after_others(record);
		let mut unexplained = record.held;
		let mut frozen: Vec<Balance> = vec![0; pending.len()];
		let mut free_part = |shares: u128| {
			let mut rest = pool.worth(shares).min(unexplained);
			unexplained = unexplained.saturating_sub(rest);
			for (slash, frozen) in pending.iter().zip(frozen.iter_mut()) {
				let part = slash.share.mul_floor(rest);
				*frozen = frozen.saturating_add(part);
				rest = rest.saturating_sub(part);
			}
			rest
		};
		let mut all = vec![Held {
			reason: HeldFor::Delegation { provider: name },
			amount: free_part(record.shares),
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingUndelegate,
		}];
		for part in &record.unbonding {
			all.push(Held {
				reason: HeldFor::UnbondingDelegation { provider: name },
				amount: free_part(part.shares),
				until: HeldUntil::CallableFrom(part.unlocks_at.saturated_into()),
				freed_by: FreedBy::StakingWithdrawDelegation,
			});
		}
		for (slash, amount) in pending.iter().zip(frozen) {
			all.push(frozen_by(slash, amount));
		}
		all.push(Held {
			reason: HeldFor::SlashedDelegation { provider: name },
			amount: unexplained,
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingCollect,
		});
		all.push(earned);
		all
	}

	/// What the delegation can claim, which nobody has on hold.
	fn earned_by(provider: &T::AccountId, record: &DelegationOf<T>) -> Held {
		let income = Pools::<T>::get(provider).income;
		Held {
			reason: HeldFor::DelegationIncome {
				provider: bytes_of(provider),
			},
			amount: record.earned.claimable(&income, record.shares),
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingClaim,
		}
	}
}

fn frozen_by(takes: &Takes<impl UniqueSaturatedInto<u32> + Copy>, amount: Balance) -> Held {
	Held {
		reason: HeldFor::PendingSlash { slash: takes.slash },
		amount,
		until: HeldUntil::EndsBy(takes.enacts_at.unique_saturated_into()),
		freed_by: FreedBy::StakingCancelSlash,
	}
}

/// An account as its bytes. Shorter ones end with zeros.
pub(crate) fn bytes_of(who: &impl Encode) -> [u8; 32] {
	let mut bytes = [0; 32];
	for (byte, of_account) in bytes.iter_mut().zip(who.encode()) {
		*byte = of_account;
	}
	bytes
}
