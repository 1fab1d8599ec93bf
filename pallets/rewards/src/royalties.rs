//! Royalties that several share: who holds how much, and what each can claim.

use athanor_primitives::{
	ModelId,
	income::{Earned, Income},
	ports::ModelRegistry,
};
use polkadot_sdk::{
	frame_support::{
		dispatch::DispatchResult,
		ensure,
		traits::{
			Get,
			fungible::{Balanced, Inspect},
			tokens::{DepositConsequence, Fortitude, Precision, Preservation, Provenance},
		},
	},
	frame_system,
	sp_runtime::{DispatchError, traits::AccountIdConversion},
};

use crate::{
	Config, CreditOf, Error, Event, Holder, HolderOf, Holders, Pallet, ROYALTY_SHARES, Record,
	Royalties, Royalty, RoyaltyOf,
};

impl<T: Config> Pallet<T> {
	/// The account in which income waits for those who share it.
	pub fn pot() -> T::AccountId {
		T::PotId::get().into_account_truncating()
	}

	pub(crate) fn do_transfer(
		from: T::AccountId,
		model: ModelId,
		to: T::AccountId,
		shares: u32,
	) -> DispatchResult {
		ensure!(shares > 0, Error::<T>::SharesZero);
		ensure!(shares <= ROYALTY_SHARES, Error::<T>::MoreThanAllShares);
		ensure!(from != to, Error::<T>::TransferToSelf);
		let owner = T::Models::owner(model).ok_or(Error::<T>::UnknownModel)?;
		let mut royalty = match Royalties::<T>::get(model) {
			Some(royalty) => royalty,
			None => {
				ensure!(owner == from, Error::<T>::NotOwner);
				Self::split_royalty(model, &from)?
			}
		};
		Self::take_shares(model, &mut royalty, &from, shares)?;
		Self::give_shares(model, &mut royalty, &from, &to, shares)?;
		Royalties::<T>::insert(model, royalty);
		Self::deposit_event(Event::RoyaltyTransferred {
			model,
			from,
			to,
			shares,
		});
		Ok(())
	}

	/// Makes the record of a royalty that was not split, with its owner as the only holder. The caller stores
	/// it.
	fn split_royalty(model: ModelId, owner: &T::AccountId) -> Result<RoyaltyOf<T>, DispatchError> {
		Self::take_deposit(owner, Record::Royalty { model })?;
		let mut royalty = Royalty {
			depositor: owner.clone(),
			split_at: frame_system::Pallet::<T>::block_number(),
			shares: ROYALTY_SHARES,
			holders: 0,
			income: Income::default(),
			unclaimed: 0,
		};
		Self::deposit_event(Event::RoyaltySplit {
			model,
			owner: owner.clone(),
		});
		Self::give_shares(model, &mut royalty, owner, owner, ROYALTY_SHARES)?;
		Ok(royalty)
	}

	fn take_shares(
		model: ModelId,
		royalty: &mut RoyaltyOf<T>,
		from: &T::AccountId,
		shares: u32,
	) -> DispatchResult {
		let mut holder = Holders::<T>::get(from, model).ok_or(Error::<T>::NotEnoughShares)?;
		let left = holder
			.shares
			.checked_sub(shares)
			.ok_or(Error::<T>::NotEnoughShares)?;
		holder.earned.settle(&royalty.income, holder.shares.into());
		holder.shares = left;
		if left == 0 && holder.earned.claimable(&royalty.income, 0) == 0 {
			Self::end_holder(model, royalty, from, &holder)
		} else {
			Holders::<T>::insert(from, model, holder);
			Ok(())
		}
	}

	/// Adds shares to what `to` holds; `payer` puts down the deposit if that makes a record.
	fn give_shares(
		model: ModelId,
		royalty: &mut RoyaltyOf<T>,
		payer: &T::AccountId,
		to: &T::AccountId,
		shares: u32,
	) -> DispatchResult {
		let mut holder = match Holders::<T>::get(to, model) {
			Some(holder) => holder,
			None => {
				let who = to.clone();
				Self::take_deposit(payer, Record::Holder { model, who })?;
				royalty.holders = royalty.holders.saturating_add(1);
				Holder {
					depositor: payer.clone(),
					shares: 0,
					earned: Earned::default(),
				}
			}
		};
		holder.earned.settle(&royalty.income, holder.shares.into());
		holder.shares = holder.shares.saturating_add(shares);
		Holders::<T>::insert(to, model, holder);
		Ok(())
	}

	pub(crate) fn do_claim(model: ModelId, who: &T::AccountId) -> DispatchResult {
		let mut royalty = Self::split_of(model)?;
		let mut holder = Holders::<T>::get(who, model).ok_or(Error::<T>::NothingToClaim)?;
		// Then nothing comes in any more, so the record ends.
		let is_last = holder.shares == 0 || T::Models::owner(model).is_none();
		let units = Self::claim_of(&mut royalty, &mut holder)?;
		ensure!(units > 0 || is_last, Error::<T>::NothingToClaim);
		ensure!(is_last || Self::takes(who, units), Error::<T>::TooLittle);
		Self::pay_out(model, who, units)?;
		if is_last {
			royalty.shares = royalty.shares.saturating_sub(holder.shares);
			Self::end_holder(model, &mut royalty, who, &holder)?;
		} else {
			Holders::<T>::insert(who, model, holder);
		}
		if royalty.holders == 0 {
			return Self::end_royalty(model, royalty);
		}
		Royalties::<T>::insert(model, royalty);
		Ok(())
	}

	pub(crate) fn do_merge(who: T::AccountId, model: ModelId) -> DispatchResult {
		let mut royalty = Self::split_of(model)?;
		let owner = T::Models::owner(model).ok_or(Error::<T>::UnknownModel)?;
		ensure!(owner == who, Error::<T>::NotOwner);
		let mut holder = Holders::<T>::get(&who, model)
			.filter(|holder| holder.shares == ROYALTY_SHARES)
			.ok_or(Error::<T>::NotAllShares)?;
		ensure!(royalty.holders == 1, Error::<T>::HoldersRemain);
		let units = Self::claim_of(&mut royalty, &mut holder)?;
		ensure!(Self::takes(&who, units), Error::<T>::TooLittle);
		Self::pay_out(model, &who, units)?;
		Self::end_holder(model, &mut royalty, &who, &holder)?;
		Self::end_royalty(model, royalty)
	}

	/// The split royalty of a model.
	fn split_of(model: ModelId) -> Result<RoyaltyOf<T>, Error<T>> {
		Royalties::<T>::get(model).ok_or_else(|| {
			if T::Models::owner(model).is_some() {
				Error::NotSplit
			} else {
				Error::UnknownModel
			}
		})
	}

	/// Notes that a holder claims everything, and says how much that is.
	fn claim_of(
		royalty: &mut RoyaltyOf<T>,
		holder: &mut HolderOf<T>,
	) -> Result<u128, DispatchError> {
		let units = holder.earned.claim(&royalty.income, holder.shares.into());
		royalty.unclaimed = royalty
			.unclaimed
			.checked_sub(units)
			.ok_or(DispatchError::Corruption)?;
		Ok(units)
	}

	/// Whether the account can take so much: nothing, or no less than it needs to exist.
	fn takes(who: &T::AccountId, units: u128) -> bool {
		units == 0
			|| T::Currency::can_deposit(who, units, Provenance::Extant)
				== DepositConsequence::Success
	}

	/// Pays a holder out of the pot. What its account cannot take goes to the treasury.
	fn pay_out(model: ModelId, who: &T::AccountId, units: u128) -> DispatchResult {
		if units == 0 {
			return Ok(());
		}
		let (model, who) = (model, who.clone());
		let event = match T::Currency::resolve(&who, Self::take_from_pot(units)?) {
			Ok(()) => Event::RoyaltyClaimed {
				model,
				who,
				amount: units,
			},
			Err(credit) => {
				let (to_treasury, burned) = Self::give_treasury(credit);
				Event::RoyaltyForfeited {
					model,
					who,
					to_treasury,
					burned,
				}
			}
		};
		Self::deposit_event(event);
		Ok(())
	}

	fn take_from_pot(units: u128) -> Result<CreditOf<T>, DispatchError> {
		let (precision, force) = (Precision::Exact, Fortitude::Polite);
		T::Currency::withdraw(
			&Self::pot(),
			units,
			precision,
			Preservation::Preserve,
			force,
		)
	}

	/// Removes a holder's record, and returns its deposit.
	fn end_holder(
		model: ModelId,
		royalty: &mut RoyaltyOf<T>,
		who: &T::AccountId,
		holder: &HolderOf<T>,
	) -> DispatchResult {
		Holders::<T>::remove(who, model);
		royalty.holders = royalty.holders.saturating_sub(1);
		let who = who.clone();
		Self::return_deposit(&holder.depositor, Record::Holder { model, who })
	}

	/// Removes the record of a split royalty that nobody holds any more. What rounding has left of its income
	/// goes to the treasury.
	fn end_royalty(model: ModelId, royalty: RoyaltyOf<T>) -> DispatchResult {
		Royalties::<T>::remove(model);
		let (to_treasury, burned) = match royalty.unclaimed {
			0 => (0, 0),
			rest => Self::give_treasury(Self::take_from_pot(rest)?),
		};
		Self::return_deposit(&royalty.depositor, Record::Royalty { model })?;
		Self::deposit_event(Event::RoyaltyEnded {
			model,
			to_treasury,
			burned,
		});
		Ok(())
	}
}
