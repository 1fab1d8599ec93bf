//! What is on hold for records of split royalties: a ticket for each, of whoever made it.

use athanor_primitives::ModelId;
use codec::MaxEncodedLen;
use polkadot_sdk::{
	frame_support::{
		dispatch::DispatchResult,
		traits::{Consideration, Footprint, fungible::InspectHold},
	},
	sp_runtime::{ArithmeticError, DispatchError},
};

use crate::{
	Config, Deposit, DepositOf, Deposits, Event, HoldReason, HolderOf, Pallet, Record, RecordOf,
	RoyaltyOf,
};

impl<T: Config> Pallet<T> {
	/// What the account has on hold for all records that it made.
	pub(crate) fn on_hold(who: &T::AccountId) -> u128 {
		T::Currency::balance_on_hold(&HoldReason::RoyaltyDeposit.into(), who)
	}

	/// What is put down for a record: it and the entry of its deposit, at their largest.
	pub(crate) fn footprint(record: &RecordOf<T>) -> Footprint {
		let size = match record {
			Record::Royalty { .. } => RoyaltyOf::<T>::max_encoded_len(),
			Record::Holder { .. } => HolderOf::<T>::max_encoded_len(),
		};
		let entry =
			RecordOf::<T>::max_encoded_len().saturating_add(DepositOf::<T>::max_encoded_len());
		Footprint::from_parts(1, size.saturating_add(entry))
	}

	/// Puts the deposit for a new record on hold.
	pub(crate) fn take_deposit(who: &T::AccountId, record: RecordOf<T>) -> DispatchResult {
		let before = Self::on_hold(who);
		let ticket = T::Consideration::new(who, Self::footprint(&record))?;
		// A ticket does not tell its price: the ledger does.
		let amount = Self::on_hold(who)
			.checked_sub(before)
			.ok_or(ArithmeticError::Underflow)?;
		let model = record.model();
		Deposits::<T>::insert(who, record, Deposit { ticket, amount });
		Self::deposit_event(Event::RoyaltyDepositTaken {
			who: who.clone(),
			model,
			amount,
		});
		Ok(())
	}

	/// Returns the deposit for a record that has ended.
	pub(crate) fn return_deposit(who: &T::AccountId, record: RecordOf<T>) -> DispatchResult {
		let model: ModelId = record.model();
		let deposit = Deposits::<T>::take(who, record).ok_or(DispatchError::Corruption)?;
		let before = Self::on_hold(who);
		deposit.ticket.drop(who)?;
		let amount = before
			.checked_sub(Self::on_hold(who))
			.ok_or(ArithmeticError::Underflow)?;
		Self::deposit_event(Event::RoyaltyDepositReturned {
			who: who.clone(),
			model,
			amount,
		});
		Ok(())
	}
}
