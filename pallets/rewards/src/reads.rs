//! What clients and other pallets can ask.

use alloc::vec::Vec;

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::{ExplainHolds, ModelRegistry},
};
use polkadot_sdk::{frame_support::traits::Get, frame_system, sp_runtime::SaturatedConversion};

use crate::{
	Config, Deposits, Holder, Holders, Holding, Pallet, PaymentShares, Record, RecordOf, Royalties,
	types::MAX_LISTED,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn payment_shares() -> PaymentShares {
		PaymentShares {
			treasury: T::TreasuryShare::get(),
			burn: T::BurnShare::get(),
		}
	}

	/// What the account has of split royalties, at most so many.
	pub(crate) fn holdings(who: &T::AccountId, limit: u32) -> Vec<Holding> {
		Holders::<T>::iter_prefix(who)
			.take(limit.min(MAX_LISTED).saturated_into())
			.filter_map(|(model, holder)| {
				let income = Royalties::<T>::get(model)?.income;
				Some(Holding {
					model,
					shares: holder.shares,
					claimable: holder.earned.claimable(&income, holder.shares.into()),
				})
			})
			.collect()
	}

	/// Why a deposit is on hold, and what frees it.
	fn held_for(record: &RecordOf<T>, amount: u128) -> Held {
		let model = record.model();
		let is_over = T::Models::owner(model).is_none() || Self::has_no_shares(record);
		let (until, freed_by) = match record {
			_ if is_over => {
				let now = frame_system::Pallet::<T>::block_number();
				let until = HeldUntil::CallableFrom(now.saturated_into());
				(until, FreedBy::RewardsClaimRoyaltyFor)
			}
			Record::Royalty { .. } => (HeldUntil::OwnerActs, FreedBy::RewardsMergeRoyalty),
			Record::Holder { .. } => (HeldUntil::OwnerActs, FreedBy::RewardsTransferRoyalty),
		};
		Held {
			reason: HeldFor::RoyaltyDeposit { model },
			amount,
			until,
			freed_by,
		}
	}

	/// Whether it is the record of somebody who only has something left to claim.
	fn has_no_shares(record: &RecordOf<T>) -> bool {
		match record {
			Record::Royalty { .. } => false,
			Record::Holder { model, who } => {
				matches!(
					Holders::<T>::get(who, model),
					Some(Holder { shares: 0, .. })
				)
			}
		}
	}
}

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	/// One entry for each record of a split royalty that `who` made, then one for each model whose royalty `who` can
	/// claim.
	fn explain(who: &T::AccountId, limit: u32) -> Vec<Held> {
		let deposits = Deposits::<T>::iter_prefix(who)
			.take(limit.saturated_into())
			.map(|(record, deposit)| Self::held_for(&record, deposit.amount));
		let income = Self::holdings(who, limit)
			.into_iter()
			.filter(|holding| holding.claimable > 0)
			.map(|holding| Held {
				reason: HeldFor::RoyaltyIncome {
					model: holding.model,
				},
				amount: holding.claimable,
				until: HeldUntil::OwnerActs,
				freed_by: FreedBy::RewardsClaimRoyalty,
			});
		deposits
			.chain(income)
			.take(limit.saturated_into())
			.collect()
	}
}
