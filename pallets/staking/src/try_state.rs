//! The laws of this pallet's storage.

use frame_support::{
	ensure,
	traits::{Get, fungible::InspectHold},
};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{Config, HoldReason, KeysOf, Pallet, Providers, Workers};

impl<T: Config> Pallet<T> {
	/// Checks every law in the README. The error names the one that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_state_holds()?;
		Self::try_state_stake()?;
		Self::try_state_unbonding()?;
		Self::try_state_keys()
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
}
