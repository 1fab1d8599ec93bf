//! Slashes: raised when a fault is seen, pending while governance can cancel them, then carried out.

use athanor_primitives::{JobId, ports::Victim};
use frame_support::{
	defensive, ensure,
	traits::{
		Get, Imbalance, OnUnbalanced,
		fungible::{Balanced, BalancedHold},
	},
	weights::WeightMeter,
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_runtime::{
	DispatchResult, Permill,
	traits::{One, Saturating, Zero},
};

use crate::{
	Balance, Config, CreditOf, Error, Event, Fault, HoldReason, MOST_OF_POOL, Pallet,
	PendingSlashes, Pools, ProviderOf, Providers, Queue, Queues, Slash, SlashId, SlashOf,
	WeightInfo,
};

/// The most that a requester gets of a slash. The rest is lost, so that a provider that fails its own job on
/// purpose loses too.
const MOST_FOR_REQUESTER: Permill = Permill::from_percent(50);

/// What a slash has to take so that a requester gets what is due.
fn needed_for(due: Balance) -> Balance {
	MOST_FOR_REQUESTER.saturating_reciprocal_mul_ceil(due)
}

/// A fault that was seen.
pub(crate) struct Case<'a, T: Config> {
	pub job: JobId,
	pub fault: Fault,
	/// The governed share of stake that it costs.
	pub share: Permill,
	pub victim: &'a Victim<T::AccountId>,
	pub reporter: Option<&'a T::AccountId>,
}

impl<T: Config> Pallet<T> {
	/// Raises a slash. Returns which one, and what it will take of own and delegated stake, unless it is
	/// cancelled; `None` if that is nothing.
	pub(crate) fn raise(
		provider: &T::AccountId,
		record: &mut ProviderOf<T>,
		case: Case<'_, T>,
	) -> Option<(SlashId, Balance)> {
		let now = frame_system::Pallet::<T>::block_number();
		let era_share = Self::within_era(record, case.share, now);
		let own = era_share.mul_floor(record.total().saturating_sub(record.frozen()));
		let share = era_share.min(MOST_OF_POOL);
		let delegated = Pools::<T>::get(provider).pool.total;
		let pooled = share.mul_floor(record.unfrozen(delegated));
		if own == 0 && pooled == 0 {
			return None;
		}
		record.era_share = record.era_share.saturating_add(era_share);
		let appeal = T::AppealPeriod::get();
		let (id, enacts_at) = Self::enter(
			record,
			Slash {
				provider: provider.clone(),
				job: case.job,
				fault: case.fault,
				own,
				share,
				requester: case.victim.requester.clone(),
				due: Self::due(case.victim),
				reporter: case.reporter.cloned(),
				raised_at: now,
				enacts_at: now.saturating_add(appeal),
			},
		);
		Self::deposit_event(Event::SlashRaised {
			slash: id,
			provider: provider.clone(),
			job: case.job,
			fault: case.fault,
			own,
			pooled,
			enacts_at,
		});
		if appeal.is_zero()
			&& let Some(slash) = PendingSlashes::<T>::take(id)
		{
			Self::carry_out(id, slash, record);
		}
		Some((id, own.saturating_add(pooled)))
	}

	/// Lets whose job missed its deadline in a pause share in the slash with which the pause began: the part that
	/// this requester needs becomes a slash of its own. Nothing more is taken, and nobody before it gets less.
	/// Says whether the record has changed.
	pub(crate) fn divide(
		provider: &T::AccountId,
		record: &mut ProviderOf<T>,
		job: JobId,
		victim: &Victim<T::AccountId>,
	) -> bool {
		let Some((of, mut whole)) = record
			.paused_by
			.and_then(|of| Some((of, PendingSlashes::<T>::get(of)?)))
		else {
			return false;
		};
		let due = Self::due(victim);
		let spare = whole.own.saturating_sub(needed_for(whole.due));
		let own = needed_for(due).min(spare);
		if own == 0 {
			return false;
		}
		let now = frame_system::Pallet::<T>::block_number();
		whole.own = whole.own.saturating_sub(own);
		record.lighten(of, own);
		let part = Slash {
			job,
			own,
			share: Permill::zero(),
			requester: victim.requester.clone(),
			due,
			raised_at: now,
			enacts_at: now.saturating_add(T::AppealPeriod::get()),
			..whole.clone()
		};
		PendingSlashes::<T>::insert(of, whole);
		let (slash, enacts_at) = Self::enter(record, part);
		Self::deposit_event(Event::SlashDivided {
			slash,
			of,
			provider: provider.clone(),
			job,
			own,
			enacts_at,
		});
		true
	}

	/// What is due to a requester.
	fn due(victim: &Victim<T::AccountId>) -> Balance {
		T::RequesterPenalty::get()
			.mul_floor(victim.escrow)
			.saturating_add(victim.paid)
	}

	/// As much of a share as this era leaves.
	fn within_era(record: &mut ProviderOf<T>, share: Permill, now: BlockNumberFor<T>) -> Permill {
		let era = now / T::Era::get().max(One::one());
		if record.era != era {
			record.era = era;
			record.era_share = Permill::zero();
		}
		share.min(T::MaxEraSlash::get().saturating_sub(record.era_share))
	}

	/// Notes a slash. Returns its id and its block, which is not before that of a slash that was raised earlier.
	fn enter(record: &mut ProviderOf<T>, mut slash: SlashOf<T>) -> (SlashId, BlockNumberFor<T>) {
		let mut queue = Queue::<T>::get();
		let id = queue.next;
		let enacts_at = slash.enacts_at.max(queue.last_enacts_at);
		queue.next = queue.next.saturating_add(1);
		queue.last_enacts_at = enacts_at;
		Queue::<T>::put(queue);
		slash.enacts_at = enacts_at;
		record.note(id, &slash);
		PendingSlashes::<T>::insert(id, slash);
		(id, enacts_at)
	}

	/// Takes what a slash takes, and hands it out.
	fn carry_out(id: SlashId, slash: SlashOf<T>, record: &mut ProviderOf<T>) {
		if !record.lift(id, &slash) {
			defensive!("a pending slash is not in the record of its provider");
			return;
		}
		let pooled = Self::slash_pool(&slash.provider, slash.share);
		let mut credit = Self::slash_own(&slash.provider, record, slash.own);
		let amount = credit.peek();
		let due = slash.due.min(MOST_FOR_REQUESTER.mul_floor(amount));
		let to_requester = Self::give(Some(&slash.requester), &mut credit, due);
		let due = T::ReporterShare::get().mul_floor(credit.peek());
		let to_reporter = Self::give(slash.reporter.as_ref(), &mut credit, due);
		let to_treasury = credit.peek();
		T::OnSlash::on_unbalanced(credit);
		Self::deposit_event(Event::ProviderSlashed {
			slash: id,
			provider: slash.provider,
			job: slash.job,
			fault: slash.fault,
			amount,
			requester: slash.requester,
			to_requester,
			reporter: slash.reporter,
			to_reporter,
			to_treasury,
			pooled,
		});
	}

	fn slash_pool(provider: &T::AccountId, share: Permill) -> Balance {
		let mut pool = Pools::<T>::get(provider);
		let taken = pool.pool.slash(share.mul_floor(pool.pool.total));
		if taken > 0 {
			Pools::<T>::insert(provider, pool);
		}
		taken
	}

	/// Takes from a provider's own stake.
	pub(crate) fn slash_own(
		provider: &T::AccountId,
		record: &mut ProviderOf<T>,
		amount: Balance,
	) -> CreditOf<T> {
		let (credit, missing) = T::Currency::slash(&HoldReason::Stake.into(), provider, amount);
		if missing > 0 {
			defensive!("less stake on hold than recorded");
		}
		record.slash(credit.peek());
		credit
	}

	/// Moves `amount` out of `credit` to somebody, if there is anybody and the account can take it. Says how
	/// much was moved.
	fn give(who: Option<&T::AccountId>, credit: &mut CreditOf<T>, amount: Balance) -> Balance {
		let Some(who) = who.filter(|_| amount > 0) else {
			return 0;
		};
		match T::Currency::resolve(who, credit.extract(amount)) {
			Ok(()) => amount,
			Err(part) => {
				credit.subsume(part);
				0
			}
		}
	}

	pub(crate) fn do_enact_slash(id: SlashId) -> DispatchResult {
		let slash = PendingSlashes::<T>::get(id).ok_or(Error::<T>::UnknownSlash)?;
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(slash.enacts_at <= now, Error::<T>::AppealRuns);
		Self::enact(id, slash);
		Ok(())
	}

	fn enact(id: SlashId, slash: SlashOf<T>) {
		PendingSlashes::<T>::remove(id);
		Providers::<T>::mutate(slash.provider.clone(), |record| match record {
			Some(record) => Self::carry_out(id, slash, record),
			None => {
				defensive!("a provider left while a slash was pending");
			}
		});
	}

	pub(crate) fn do_cancel_slash(id: SlashId) -> DispatchResult {
		let slash = PendingSlashes::<T>::take(id).ok_or(Error::<T>::UnknownSlash)?;
		Self::try_mutate_provider(&slash.provider, |record| {
			if !record.lift(id, &slash) {
				defensive!("a pending slash is not in the record of its provider");
			}
			Ok(())
		})?;
		Self::deposit_event(Event::SlashCancelled {
			slash: id,
			provider: slash.provider,
			job: slash.job,
			fault: slash.fault,
		});
		Ok(())
	}

	/// Carries out slashes that are due.
	pub(crate) fn enact_due(
		now: BlockNumberFor<T>,
		queue: &mut Queues<BlockNumberFor<T>>,
		meter: &mut WeightMeter,
	) {
		while queue.first < queue.next && meter.can_consume(T::WeightInfo::enact_slash()) {
			match PendingSlashes::<T>::get(queue.first) {
				// It was cancelled, or somebody was faster.
				None => meter.consume(T::WeightInfo::pass_slash()),
				Some(slash) if slash.enacts_at <= now => {
					meter.consume(T::WeightInfo::enact_slash());
					Self::enact(queue.first, slash);
				}
				Some(_) => break,
			}
			queue.first = queue.first.saturating_add(1);
		}
	}
}
