//! Worker keys, from the proof to oblivion.

use alloc::vec::Vec;

use athanor_primitives::{Signature, WorkerKey, worker_key::worker_key_payload};
use codec::Encode;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_core::ed25519;
use sp_runtime::{DispatchError, DispatchResult, traits::Zero};

use crate::{
	Config, Error, Event, KeysOf, Pallet, Providers, WorkerRecord, WorkerRecordOf, Workers,
};

impl<T: Config> Pallet<T> {
	/// Returns how many keys were looked at to make room for the new one.
	pub(crate) fn do_add_worker_key(
		provider: &T::AccountId,
		key: WorkerKey,
		proof: Signature,
	) -> Result<u32, DispatchError> {
		ensure!(
			Providers::<T>::contains_key(provider),
			Error::<T>::NotProvider
		);
		if let Some(record) = Workers::<T>::get(key) {
			ensure!(!Self::answers(&record), Error::<T>::KeyTaken);
			Self::forget(key, record)?;
		}
		ensure!(!is_weak(&key), Error::<T>::WeakKey);
		ensure!(Self::is_proof(provider, &key, &proof), Error::<T>::BadProof);
		let seen = Self::make_room(provider)?;
		Self::try_mutate_provider(provider, |record| {
			record.keys = record
				.keys
				.checked_add(1)
				.ok_or(DispatchError::Corruption)?;
			Ok(())
		})?;
		let record = WorkerRecord {
			provider: provider.clone(),
			retired_at: None,
		};
		Workers::<T>::insert(key, record);
		KeysOf::<T>::insert(provider, key, ());
		Self::deposit_event(Event::WorkerKeyAdded {
			provider: provider.clone(),
			key,
		});
		Ok(seen)
	}

	pub(crate) fn do_remove_worker_key(provider: &T::AccountId, key: WorkerKey) -> DispatchResult {
		let retired = WorkerRecord {
			provider: provider.clone(),
			retired_at: Some(frame_system::Pallet::<T>::block_number()),
		};
		Self::try_mutate_provider(provider, |record| {
			let current = Workers::<T>::get(key).ok_or(Error::<T>::UnknownKey)?;
			ensure!(current.provider == *provider, Error::<T>::NotYourKey);
			ensure!(current.retired_at.is_none(), Error::<T>::KeyRetired);
			let counts = record
				.keys
				.checked_sub(1)
				.zip(record.retired_keys.checked_add(1));
			(record.keys, record.retired_keys) = counts.ok_or(DispatchError::Corruption)?;
			Ok(())
		})?;
		let answers_until = retired
			.answers_until(T::UnbondingPeriod::get())
			.ok_or(DispatchError::Corruption)?;
		Workers::<T>::insert(key, retired);
		Self::deposit_event(Event::WorkerKeyRemoved {
			provider: provider.clone(),
			key,
			answers_until,
		});
		Ok(())
	}

	pub(crate) fn do_forget_worker_key(key: WorkerKey) -> DispatchResult {
		let record = Workers::<T>::get(key).ok_or(Error::<T>::UnknownKey)?;
		ensure!(record.retired_at.is_some(), Error::<T>::KeyInUse);
		ensure!(!Self::answers(&record), Error::<T>::KeyStillAnswers);
		Self::forget(key, record)
	}

	/// Drops all keys of a provider whose record goes.
	pub(crate) fn drop_keys(provider: &T::AccountId) {
		for (key, ()) in KeysOf::<T>::drain_prefix(provider) {
			Workers::<T>::remove(key);
			Self::deposit_forgotten(provider.clone(), key);
		}
	}

	/// Whether the provider of this key still answers for what it signed. By time alone: whether
	/// anybody has swept it makes no difference.
	pub(crate) fn answers(record: &WorkerRecordOf<T>) -> bool {
		let now = frame_system::Pallet::<T>::block_number();
		record.answers(now, T::UnbondingPeriod::get())
	}

	/// If the provider has no room for another key, forgets those that no longer answer for
	/// anything. Returns how many it looked at, at most `MaxWorkerKeys`. Fails if that makes no
	/// room.
	fn make_room(provider: &T::AccountId) -> Result<u32, DispatchError> {
		let most = T::MaxWorkerKeys::get();
		let has_room = || {
			let record = Providers::<T>::get(provider).ok_or(Error::<T>::NotProvider)?;
			Ok::<_, DispatchError>(record.stored_keys() < most)
		};
		if has_room()? {
			return Ok(0);
		}
		let mut seen: u32 = 0;
		let keys = (0..most).zip(KeysOf::<T>::iter_key_prefix(provider));
		let keys: Vec<_> = keys.map(|(_, key)| key).collect();
		for key in keys {
			seen = seen.saturating_add(1);
			let over = Workers::<T>::get(key).filter(|record| !Self::answers(record));
			if let Some(record) = over {
				Self::forget(key, record)?;
			}
		}
		ensure!(has_room()?, Error::<T>::TooManyKeys);
		Ok(seen)
	}

	/// Drops a retired key.
	fn forget(key: WorkerKey, record: WorkerRecordOf<T>) -> DispatchResult {
		Self::try_mutate_provider(&record.provider, |owner| {
			owner.retired_keys = owner
				.retired_keys
				.checked_sub(1)
				.ok_or(DispatchError::Corruption)?;
			Ok(())
		})?;
		Workers::<T>::remove(key);
		KeysOf::<T>::remove(&record.provider, key);
		Self::deposit_forgotten(record.provider, key);
		Ok(())
	}

	fn deposit_forgotten(provider: T::AccountId, key: WorkerKey) {
		Self::deposit_event(Event::WorkerKeyForgotten { provider, key });
	}

	/// Whether `proof` shows that the holder of `key` wants to work for `provider` on this chain.
	fn is_proof(provider: &T::AccountId, key: &WorkerKey, proof: &Signature) -> bool {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
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
