//! The laws of payments and of split royalties.

use alloc::collections::BTreeMap;

use athanor_primitives::ports::ModelRegistry;
use polkadot_sdk::{
	frame_support::{ensure, traits::fungible::Inspect},
	frame_system,
	sp_runtime::TryRuntimeError,
};

use crate::{Config, Deposits, Holders, Pallet, ROYALTY_SHARES, Record, Royalties, Totals};

/// What the holders of a royalty have together.
#[derive(Default)]
struct Sum {
	holders: u32,
	shares: u32,
	claimable: u128,
}

impl<T: Config> Pallet<T> {
	/// Checks the laws on storage that the documentation of this pallet states.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_totals()?;
		Self::check_royalties()?;
		Self::check_pot()?;
		Self::check_deposits()
	}

	fn check_totals() -> Result<(), TryRuntimeError> {
		let totals = Totals::<T>::get();
		ensure!(
			totals.parts().total() == Some(totals.paid),
			"rewards: the parts in Totals add up to what was paid"
		);
		ensure!(
			totals.jobs > 0 || totals.paid == 0,
			"rewards: nothing was paid if no job was paid for"
		);
		Ok(())
	}

	fn check_royalties() -> Result<(), TryRuntimeError> {
		let mut sums = BTreeMap::new();
		for (who, model, holder) in Holders::<T>::iter() {
			let royalty = Royalties::<T>::get(model)
				.ok_or("rewards: every holder belongs to a split royalty")?;
			let claimable = holder
				.earned
				.claimable(&royalty.income, holder.shares.into());
			ensure!(
				holder.shares > 0 || claimable > 0,
				"rewards: a holder has shares, or something to claim"
			);
			let record = Record::Holder { model, who };
			ensure!(
				Deposits::<T>::contains_key(&holder.depositor, record),
				"rewards: every record has a deposit"
			);
			let sum: &mut Sum = sums.entry(model).or_default();
			sum.holders = sum.holders.saturating_add(1);
			sum.shares = sum.shares.saturating_add(holder.shares);
			sum.claimable = sum.claimable.saturating_add(claimable);
		}
		for (model, royalty) in Royalties::<T>::iter() {
			let sum = sums.remove(&model).unwrap_or_default();
			ensure!(
				royalty.holders == sum.holders && sum.holders > 0,
				"rewards: a split royalty counts its holders, and has one at least"
			);
			ensure!(
				royalty.shares == sum.shares,
				"rewards: a split royalty has the shares of its holders"
			);
			ensure!(
				royalty.shares == ROYALTY_SHARES
					|| (royalty.shares < ROYALTY_SHARES && T::Models::owner(model).is_none()),
				"rewards: the shares of a model's royalty are 1,000,000"
			);
			ensure!(
				sum.claimable <= royalty.unclaimed,
				"rewards: no more can be claimed of a royalty than has come in"
			);
			ensure!(
				Deposits::<T>::contains_key(&royalty.depositor, Record::Royalty { model }),
				"rewards: every record has a deposit"
			);
		}
		Ok(())
	}

	fn check_pot() -> Result<(), TryRuntimeError> {
		let owed = Royalties::<T>::iter_values()
			.try_fold(T::Currency::minimum_balance(), |sum, royalty| {
				sum.checked_add(royalty.unclaimed)
			})
			.ok_or("rewards: what is unclaimed is a balance")?;
		ensure!(
			T::Currency::balance(&Self::pot()) >= owed,
			"rewards: the pot has what can be claimed, and the existential deposit"
		);
		Ok(())
	}

	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, u128>::new();
		for (who, record, deposit) in Deposits::<T>::iter() {
			let depositor = match &record {
				Record::Royalty { model } => {
					Royalties::<T>::get(model).map(|royalty| royalty.depositor)
				}
				Record::Holder { model, who } => {
					Holders::<T>::get(who, model).map(|holder| holder.depositor)
				}
			};
			ensure!(
				depositor.as_ref() == Some(&who),
				"rewards: every deposit has a record that names who put it down"
			);
			let sum = owed.entry(who).or_default();
			*sum = sum
				.checked_add(deposit.amount)
				.ok_or("rewards: the sum of an account's deposits is a balance")?;
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				Self::on_hold(&who) == owed.remove(&who).unwrap_or(0),
				"rewards: what an account has on hold is the sum of its deposits"
			);
		}
		ensure!(
			owed.is_empty(),
			"rewards: who has put down a deposit has an account"
		);
		Ok(())
	}
}
