//! What accounts have on hold in this pallet, explained.

use alloc::{vec, vec::Vec};

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	pool::Pool,
	ports::ExplainHolds,
};
use codec::Encode;
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{Permill, SaturatedConversion, traits::UniqueSaturatedInto};

use crate::{
	Balance, Config, DelegationOf, Delegations, Moved, Pallet, PendingSlashes, Pools, ProviderOf,
	Providers, Queue, SlashId, UnbondingShares,
};

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	/// The own stake: what is bonded, then each part that unbonds, then what pending slashes may take of it.
	/// Then the same of each delegation, with slashes of providers that it left, what slashes have taken of it
	/// already, and what it has earned.
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
	/// Of the entry that it is in: delegated stake that unlocks later waits for it.
	raised_at: BlockNumber,
	enacts_at: BlockNumber,
}

/// The first block in which delegated stake can go that unlocks in block `unlocks_at`, if these slashes are not
/// cancelled before.
fn goes_at<BlockNumber: Copy + Ord>(
	pending: &[Takes<BlockNumber>],
	unlocks_at: BlockNumber,
) -> BlockNumber {
	pending
		.iter()
		.filter(|slash| !slash.share.is_zero() && slash.raised_at < unlocks_at)
		.fold(unlocks_at, |last, slash| last.max(slash.enacts_at))
}

/// What a delegation answers with for the provider that it left.
struct Answers<BlockNumber> {
	/// The slashes that it may lose by.
	pending: Vec<Takes<BlockNumber>>,
	/// The shares.
	here: u128,
	/// First block in which it no longer does.
	ends_at: BlockNumber,
}

/// What a delegation has on hold, as far as it is not explained yet.
struct Purse {
	pool: Pool,
	unexplained: Balance,
}

impl Purse {
	fn take(&mut self, shares: u128) -> Balance {
		let units = self.pool.worth(shares).min(self.unexplained);
		self.unexplained = self.unexplained.saturating_sub(units);
		units
	}

	/// What these slashes leave of so many shares. What they will take is added to `frozen`.
	fn take_free<BlockNumber>(
		&mut self,
		shares: u128,
		pending: &[Takes<BlockNumber>],
		frozen: &mut [Balance],
	) -> Balance {
		let mut rest = self.take(shares);
		for (slash, frozen) in pending.iter().zip(frozen) {
			let part = slash.share.mul_floor(rest);
			*frozen = frozen.saturating_add(part);
			rest = rest.saturating_sub(part);
		}
		rest
	}
}

/// The first block in which so many shares, of `total`, answer for no other provider.
fn answers_no_more_at<BlockNumber: Copy + Ord>(
	others: &[Answers<BlockNumber>],
	total: u128,
	shares: u128,
	unlocks_at: BlockNumber,
) -> BlockNumber {
	let answering = |at: BlockNumber| {
		let still = others.iter().filter(|part| part.ends_at > at);
		still.fold(0, |sum: u128, part| sum.saturating_add(part.here))
	};
	let ends = others.iter().map(|part| part.ends_at);
	let blocks = core::iter::once(unlocks_at).chain(ends.filter(|end| *end > unlocks_at));
	let free = blocks.filter(|at| answering(*at).saturating_add(shares) <= total);
	free.min().unwrap_or(unlocks_at)
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
					raised_at: entry.raised_at,
					enacts_at: slash.enacts_at,
				});
			}
			if rest.count > 0 {
				all.push(Takes {
					slash: rest.last,
					own: rest.own,
					share: rest.frozen_share(),
					raised_at: rest.raised_at,
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

	fn pending_of(provider: &T::AccountId) -> Vec<Takes<BlockNumberFor<T>>> {
		Providers::<T>::get(provider)
			.map(|record| Self::slashes_of(provider, &record))
			.unwrap_or_default()
	}

	/// What a delegation answers with for others, after what it has lost with them already.
	fn answers_of(record: &DelegationOf<T>) -> Vec<Answers<BlockNumberFor<T>>> {
		let of = |part: &Moved<T::AccountId, BlockNumberFor<T>>| {
			let pending = Self::pending_of(&part.from);
			let lost = part.lost(Pools::<T>::get(&part.from).pool.worth(part.shares));
			Answers {
				ends_at: goes_at(&pending, part.until),
				here: part.here.saturating_sub(lost),
				pending,
			}
		};
		record.moved.iter().map(of).collect()
	}

	fn explain_delegation(provider: &T::AccountId, record: DelegationOf<T>) -> Vec<Held> {
		let pending = Self::pending_of(provider);
		let name = bytes_of(provider);
		let earned = Self::earned_by(provider, &record);
		let others = Self::answers_of(&record);
		let mut record = Self::after_others(record);
		let unlocks = Self::unlocks_of(&record, &others, &pending);
		let mut purse = Purse {
			pool: Pools::<T>::get(provider).pool,
			unexplained: record.held,
		};
		let frozen_for_others = Self::frozen_for_others(&others, &mut record, &mut purse);
		let mut frozen: Vec<Balance> = vec![0; pending.len()];
		let mut all = vec![Held {
			reason: HeldFor::Delegation { provider: name },
			amount: purse.take_free(record.shares, &pending, &mut frozen),
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingUndelegate,
		}];
		for part in &record.unbonding {
			let of_part = unlocks.iter().find(|(at, _)| *at == part.unlocks_at);
			let from = of_part.map_or(part.unlocks_at, |(_, from)| *from);
			all.push(Held {
				reason: HeldFor::UnbondingDelegation { provider: name },
				amount: purse.take_free(part.shares, &pending, &mut frozen),
				until: HeldUntil::CallableFrom(from.saturated_into()),
				freed_by: FreedBy::StakingWithdrawDelegation,
			});
		}
		let frozen_here = pending.iter().zip(frozen);
		all.extend(frozen_here.map(|(slash, amount)| frozen_by(slash, amount)));
		all.extend(frozen_for_others);
		all.push(Held {
			reason: HeldFor::SlashedDelegation { provider: name },
			amount: purse.unexplained,
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::StakingCollect,
		});
		all.push(earned);
		all
	}

	/// For each part that unbonds, the block in which it unlocks, and the first in which it can be withdrawn.
	fn unlocks_of(
		record: &DelegationOf<T>,
		others: &[Answers<BlockNumberFor<T>>],
		pending: &[Takes<BlockNumberFor<T>>],
	) -> Vec<(BlockNumberFor<T>, BlockNumberFor<T>)> {
		let total = record.total_shares();
		let mut shares: u128 = 0;
		let of = |part: &UnbondingShares<BlockNumberFor<T>>| {
			shares = shares.saturating_add(part.shares);
			let from = answers_no_more_at(others, total, shares, part.unlocks_at)
				.max(goes_at(pending, part.unlocks_at));
			(part.unlocks_at, from)
		};
		record.unbonding.iter().map(of).collect()
	}

	/// What pending slashes of the providers that it left will take of a delegation. It is taken from the record.
	fn frozen_for_others(
		others: &[Answers<BlockNumberFor<T>>],
		record: &mut DelegationOf<T>,
		purse: &mut Purse,
	) -> Vec<Held> {
		let mut all = Vec::new();
		for other in others {
			let mut here = other.here;
			for slash in &other.pending {
				let shares = slash.share.mul_ceil(here);
				here = here.saturating_sub(shares);
				let (active, unbonding) = record.forfeit(shares);
				let amount = purse.take(active.saturating_add(unbonding));
				all.push(frozen_by(slash, amount));
			}
		}
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
