//! What owners have on hold: a ticket for each model and one for each of its versions.

use alloc::vec::Vec;

use athanor_primitives::ModelId;
use polkadot_sdk::{
	frame_support::traits::{Consideration, Footprint, fungible::InspectHold},
	sp_runtime::{ArithmeticError, DispatchError},
};

use crate::{
	Config, Deposits, HoldReason, ModelOf, Pallet, VersionDeposits, Versions, types::Deposit,
};

/// Money that a change of ownership moved, in units.
#[derive(Default)]
pub(crate) struct Moved {
	/// Put on hold by the new owner.
	pub taken: u128,
	/// Returned to the old one.
	pub returned: u128,
}

impl<T: Config> Pallet<T> {
	/// What the account has on hold for all its models.
	pub(crate) fn on_hold(owner: &T::AccountId) -> u128 {
		T::Currency::balance_on_hold(&HoldReason::Deposit.into(), owner)
	}

	/// Puts the deposit for a record on hold.
	pub(crate) fn take_deposit(
		owner: &T::AccountId,
		footprint: Footprint,
	) -> Result<Deposit<T::Consideration>, DispatchError> {
		let before = Self::on_hold(owner);
		let ticket = T::Consideration::new(owner, footprint)?;
		// A ticket does not tell its price: the ledger does.
		let amount = Self::on_hold(owner)
			.checked_sub(before)
			.ok_or(ArithmeticError::Underflow)?;
		Ok(Deposit { ticket, amount })
	}

	/// Frees the deposit for a record and says what was freed.
	pub(crate) fn return_deposit(
		deposit: Option<Deposit<T::Consideration>>,
		owner: &T::AccountId,
	) -> Result<u128, DispatchError> {
		let Some(deposit) = deposit else {
			return Ok(0);
		};
		let before = Self::on_hold(owner);
		deposit.ticket.drop(owner)?;
		Ok(before
			.checked_sub(Self::on_hold(owner))
			.ok_or(ArithmeticError::Underflow)?)
	}

	/// Takes the deposits of a model and its versions from its new owner, then returns those of the
	/// old one.
	pub(crate) fn move_deposits(
		id: ModelId,
		model: &ModelOf<T>,
		from: &T::AccountId,
	) -> Result<Moved, DispatchError> {
		let to = &model.owner;
		let mut moved = Moved::default();
		let mut old = Vec::new();

		let fresh = Self::take_deposit(to, model.footprint())?;
		moved.taken = fresh.amount;
		old.push(Deposits::<T>::take(id));
		Deposits::<T>::insert(id, fresh);
		for (number, version) in Versions::<T>::iter_prefix(id) {
			let fresh = Self::take_deposit(to, version.footprint())?;
			moved.taken = moved.taken.saturating_add(fresh.amount);
			old.push(VersionDeposits::<T>::take(id, number));
			VersionDeposits::<T>::insert(id, number, fresh);
		}
		for deposit in old {
			let returned = Self::return_deposit(deposit, from)?;
			moved.returned = moved.returned.saturating_add(returned);
		}
		Ok(moved)
	}
}
