//! What the calls do, and the port through which other pallets see the providers.

use athanor_primitives::{
	JobId, Signature, WorkerKey, ports::ProviderRegistry, worker_key::worker_key_payload,
};
use codec::Encode;
use frame_support::{
	defensive, ensure,
	traits::{
		Get, Imbalance, OnUnbalanced,
		fungible::{BalancedHold, MutateHold},
		tokens::Precision,
	},
};
use polkadot_sdk::*;
use sp_core::ed25519;
use sp_runtime::{
	ArithmeticError, DispatchError, DispatchResult,
	traits::{CheckedAdd, Saturating, Zero},
};

use crate::{
	Balance, Config, Error, Event, HoldReason, KeysOf, Pallet, Provider, ProviderOf, Providers,
	Workers,
};

impl<T: Config> Pallet<T> {
	/// The laws that a configuration has to keep. Runs in tests of the runtime, never on chain.
	pub(crate) fn check_config() {
		assert!(T::MinStake::get() > 0, "MinStake must be more than 0");
		assert!(
			!T::UnbondingPeriod::get().is_zero(),
			"UnbondingPeriod must be more than 0: stake that leaves at once cannot be slashed"
		);
		assert!(
			T::MaxWorkerKeys::get() > 0,
			"MaxWorkerKeys must be more than 0"
		);
		assert!(
			!T::TimeoutPause::get().is_zero(),
			"TimeoutPause must be more than 0: each job that an outage catches would cost a slash"
		);
	}

	pub(crate) fn do_register(provider: &T::AccountId, stake: Balance) -> DispatchResult {
		ensure!(
			!Providers::<T>::contains_key(provider),
			Error::<T>::AlreadyProvider
		);
		ensure!(stake >= T::MinStake::get(), Error::<T>::StakeTooLow);
		T::Currency::hold(&HoldReason::Stake.into(), provider, stake)?;
		let now = frame_system::Pallet::<T>::block_number();
		Providers::<T>::insert(provider, Provider::new(stake, now));
		Self::deposit_event(Event::ProviderRegistered {
			provider: provider.clone(),
			stake,
		});
		Ok(())
	}

	pub(crate) fn do_bond(provider: &T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let total = Self::try_mutate_provider(provider, |record| {
			T::Currency::hold(&HoldReason::Stake.into(), provider, amount)?;
			record.bonded = record
				.bonded
				.checked_add(amount)
				.ok_or(ArithmeticError::Overflow)?;
			// Less would keep a record and its keys for a deposit of a unit.
			ensure!(record.bonded >= T::MinStake::get(), Error::<T>::StakeTooLow);
			Ok(record.bonded)
		})?;
		Self::deposit_event(Event::Bonded {
			provider: provider.clone(),
			amount,
			total,
		});
		Ok(())
	}

	pub(crate) fn do_unbond(provider: &T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let unlocks_at = frame_system::Pallet::<T>::block_number()
			.checked_add(&T::UnbondingPeriod::get())
			.ok_or(ArithmeticError::Overflow)?;
		Self::try_mutate_provider(provider, |record| {
			let rest = record
				.bonded
				.checked_sub(amount)
				.ok_or(Error::<T>::NotEnoughBonded)?;
			ensure!(
				rest == 0 || rest >= T::MinStake::get(),
				Error::<T>::StakeTooLow
			);
			record
				.add_unbonding(amount, unlocks_at)
				.map_err(|()| Error::<T>::TooManyUnbonding)?;
			record.bonded = rest;
			Ok(())
		})?;
		Self::deposit_event(Event::Unbonding {
			provider: provider.clone(),
			amount,
			unlocks_at,
		});
		Ok(())
	}

	/// Returns how many keys were removed: all, if no stake is left.
	pub(crate) fn do_withdraw(provider: &T::AccountId) -> Result<u32, DispatchError> {
		let now = frame_system::Pallet::<T>::block_number();
		let (amount, left) = Self::try_mutate_provider(provider, |record| {
			let amount = record.take_unlocked(now);
			ensure!(amount > 0, Error::<T>::NothingToWithdraw);
			let reason = HoldReason::Stake.into();
			let released = T::Currency::release(&reason, provider, amount, Precision::Exact)?;
			Ok((released, record.total()))
		})?;
		Self::deposit_event(Event::Withdrawn {
			provider: provider.clone(),
			amount,
		});
		if left > 0 {
			return Ok(0);
		}
		Self::do_deregister(provider)
	}

	pub(crate) fn do_add_worker_key(
		provider: &T::AccountId,
		key: WorkerKey,
		proof: Signature,
	) -> DispatchResult {
		Self::try_mutate_provider(provider, |record| {
			let keys = record
				.keys
				.checked_add(1)
				.filter(|keys| *keys <= T::MaxWorkerKeys::get())
				.ok_or(Error::<T>::TooManyKeys)?;
			ensure!(!Workers::<T>::contains_key(key), Error::<T>::KeyTaken);
			ensure!(!is_weak(&key), Error::<T>::WeakKey);
			ensure!(Self::is_proof(provider, &key, &proof), Error::<T>::BadProof);
			record.keys = keys;
			Ok(())
		})?;
		Workers::<T>::insert(key, provider);
		KeysOf::<T>::insert(provider, key, ());
		Self::deposit_event(Event::WorkerKeyAdded {
			provider: provider.clone(),
			key,
		});
		Ok(())
	}

	pub(crate) fn do_remove_worker_key(provider: &T::AccountId, key: WorkerKey) -> DispatchResult {
		Self::try_mutate_provider(provider, |record| {
			let owner = Workers::<T>::get(key).ok_or(Error::<T>::UnknownKey)?;
			ensure!(owner == *provider, Error::<T>::NotYourKey);
			record.keys = record
				.keys
				.checked_sub(1)
				.ok_or(DispatchError::Corruption)?;
			Ok(())
		})?;
		Workers::<T>::remove(key);
		KeysOf::<T>::remove(provider, key);
		Self::deposit_event(Event::WorkerKeyRemoved {
			provider: provider.clone(),
			key,
		});
		Ok(())
	}

	/// Returns how many keys went with the record.
	pub(crate) fn do_deregister(provider: &T::AccountId) -> Result<u32, DispatchError> {
		let record = Providers::<T>::get(provider).ok_or(Error::<T>::NotProvider)?;
		ensure!(record.total() == 0, Error::<T>::StakeRemains);
		for (key, ()) in KeysOf::<T>::drain_prefix(provider) {
			Workers::<T>::remove(key);
			Self::deposit_event(Event::WorkerKeyRemoved {
				provider: provider.clone(),
				key,
			});
		}
		Providers::<T>::remove(provider);
		Self::deposit_event(Event::ProviderDeregistered {
			provider: provider.clone(),
		});
		Ok(record.keys)
	}

	/// Whether a provider with this record can be given work, as far as stake and keys go.
	fn qualifies(record: &ProviderOf<T>) -> bool {
		record.bonded >= T::MinStake::get() && record.keys > 0
	}

	/// Takes `TimeoutSlash` of bonded and unbonding stake, rounded down, and returns what it took.
	fn slash_share(provider: &T::AccountId, record: &mut ProviderOf<T>) -> Balance {
		let due = T::TimeoutSlash::get().mul_floor(record.total());
		if due == 0 {
			return 0;
		}
		let (credit, missing) = T::Currency::slash(&HoldReason::Stake.into(), provider, due);
		if missing > 0 {
			defensive!("less stake on hold than recorded");
		}
		let amount = record.slash(credit.peek());
		T::OnSlash::on_unbalanced(credit);
		amount
	}

	/// Changes the record of a provider, unless `change` fails.
	fn try_mutate_provider<R>(
		provider: &T::AccountId,
		change: impl FnOnce(&mut ProviderOf<T>) -> Result<R, DispatchError>,
	) -> Result<R, DispatchError> {
		Providers::<T>::try_mutate(provider, |record| {
			change(record.as_mut().ok_or(Error::<T>::NotProvider)?)
		})
	}

	/// Whether `proof` shows that the holder of `key` wants to work for `provider` on this chain.
	fn is_proof(provider: &T::AccountId, key: &WorkerKey, proof: &Signature) -> bool {
		let genesis = frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::zero(),
		);
		let payload = provider.using_encoded(|account| worker_key_payload(&genesis, account));
		verify(proof, &payload, key)
	}
}

/// ed25519 as all nodes of the network verify it (ZIP 215).
fn verify(signature: &Signature, message: &[u8], key: &WorkerKey) -> bool {
	sp_io::crypto::ed25519_verify(
		&ed25519::Signature::from_raw(*signature),
		message,
		&ed25519::Public::from_raw(*key),
	)
}

/// Whether the key is a point of small order. The equation checked is `8·s·B = 8·R + 8·k·A`; with
/// `s = 0` and the neutral element as `R`, only a key `A` of small order can fulfil it, and it does
/// so for every message.
fn is_weak(key: &WorkerKey) -> bool {
	let mut forged = [0; 64];
	forged[0] = 1;
	verify(&forged, b"athanor/weak-key", key)
}

impl<T: Config> ProviderRegistry for Pallet<T> {
	type AccountId = T::AccountId;

	fn is_registered(provider: &T::AccountId) -> bool {
		Providers::<T>::contains_key(provider)
	}

	fn is_qualified(provider: &T::AccountId) -> bool {
		Providers::<T>::get(provider).is_some_and(|record| Self::qualifies(&record))
	}

	fn is_active(provider: &T::AccountId) -> bool {
		let now = frame_system::Pallet::<T>::block_number();
		Providers::<T>::get(provider)
			.is_some_and(|record| Self::qualifies(&record) && !record.is_paused(now))
	}

	fn is_worker(provider: &T::AccountId, key: &WorkerKey) -> bool {
		Workers::<T>::get(key).is_some_and(|owner| owner == *provider)
	}

	/// Takes `TimeoutSlash` of bonded and unbonding stake, rounded down, and pauses the provider
	/// for `TimeoutPause`. Nothing happens if it is paused already, or no longer a provider. There
	/// is no event for a slash of 0.
	fn slash_for_timeout(provider: &T::AccountId, job: JobId) -> Balance {
		let now = frame_system::Pallet::<T>::block_number();
		let Some(mut record) =
			Providers::<T>::get(provider).filter(|record| !record.is_paused(now))
		else {
			return 0;
		};
		let until = now.saturating_add(T::TimeoutPause::get());
		record.paused_until = until;
		let amount = Self::slash_share(provider, &mut record);
		Providers::<T>::insert(provider, record);
		if amount > 0 {
			Self::deposit_event(Event::ProviderSlashed {
				provider: provider.clone(),
				job,
				amount,
			});
		}
		Self::deposit_event(Event::ProviderPaused {
			provider: provider.clone(),
			until,
		});
		amount
	}
}
