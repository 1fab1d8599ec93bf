//! What each call costs at most.
//!
//! Slashes have no weight of their own: whoever tells of a fault pays for it, so the benchmarks of `jobs`
//! measure them.

use athanor_primitives::{Signature, WorkerKey, worker_key::worker_key_payload};
use codec::Encode;
use frame_support::traits::{Get, fungible::Balanced};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use polkadot_sdk::{frame_benchmarking::v2::*, *};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_runtime::{
	DispatchError, DispatchResult, Permill,
	traits::{One, Saturating, Zero},
};

use crate::{
	Balance, Call, Config, Event, KeysOf, MAX_UNBONDING, Pallet, ProviderOf, Providers,
	UnbondingChunk, WorkerRecord, Workers,
};

/// The most worker keys that a runtime is expected to allow.
const MAX_KEYS: u32 = 16;

/// Under what the keystore has the keys.
const KEYS: KeyTypeId = KeyTypeId(*b"bnch");

/// What is bonded, and each part that unbonds.
fn part<T: Config>() -> Balance {
	T::MinStake::get()
}

/// Registers a provider who can get work, with so many worker keys and so many parts of its stake that
/// unbond. With [`MAX_UNBONDING`] of them, no record is larger. It has the existential deposit and one
/// minimum stake to spend.
///
/// # Errors
/// If the account cannot take the money.
pub fn provider<T: Config>(who: &T::AccountId, parts: u32, keys: u32) -> DispatchResult {
	let unbonding = part::<T>().saturating_mul(parts.into());
	let stake = part::<T>().saturating_add(unbonding);
	let free = part::<T>().saturating_add(minimum_balance::<T>());
	let funds = T::Currency::issue(stake.saturating_add(free));
	T::Currency::resolve(who, funds)
		.map_err(|_| DispatchError::Other("the account takes no money"))?;
	Pallet::<T>::do_register(who, stake)?;
	change::<T, _>(who, |record| {
		for number in 1..=parts {
			let amount = part::<T>();
			let unlocks_at = number.into();
			record
				.unbonding
				.try_push(UnbondingChunk { amount, unlocks_at })
				.map_err(|_| DispatchError::Other("there are too many parts"))?;
		}
		record.bonded = part::<T>();
		Ok(())
	})?;
	for number in 0..keys {
		store_key::<T>(who, key::<T>(who, number))?;
	}
	Ok(())
}

fn minimum_balance<T: Config>() -> Balance {
	use frame_support::traits::fungible::Inspect;
	T::Currency::minimum_balance()
}

/// A key that nobody can sign with.
fn key<T: Config>(who: &T::AccountId, number: u32) -> WorkerKey {
	(who, number).using_encoded(sp_io::hashing::blake2_256)
}

fn store_key<T: Config>(who: &T::AccountId, key: WorkerKey) -> DispatchResult {
	change::<T, _>(who, |record| {
		record.keys = record.keys.saturating_add(1);
		Ok(())
	})?;
	let record = WorkerRecord {
		provider: who.clone(),
		retired_at: None,
	};
	Workers::<T>::insert(key, record);
	KeysOf::<T>::insert(who, key, ());
	Ok(())
}

fn change<T: Config, R>(
	who: &T::AccountId,
	how: impl FnOnce(&mut ProviderOf<T>) -> Result<R, DispatchError>,
) -> Result<R, DispatchError> {
	Pallet::<T>::try_mutate_provider(who, how)
}

/// What the key signs to join the provider.
fn proof<T: Config>(
	provider: &T::AccountId,
	key: &ed25519::Public,
) -> Result<Signature, BenchmarkError> {
	let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
	let payload = provider.using_encoded(|account| worker_key_payload(&genesis, account));
	let signature = sp_io::crypto::ed25519_sign(KEYS, key, &payload);
	Ok(signature.ok_or("the keystore lost the key")?.0)
}

fn now<T: Config>() -> BlockNumberFor<T> {
	frame_system::Pallet::<T>::block_number()
}

/// Starts in the first block, with a provider that calls.
fn calling<T: Config>(parts: u32, keys: u32) -> Result<T::AccountId, BenchmarkError> {
	frame_system::Pallet::<T>::set_block_number(One::one());
	let who: T::AccountId = whitelisted_caller();
	provider::<T>(&who, parts, keys)?;
	Ok(who)
}

/// Goes on until what unbonds has unlocked, and keys that were removed no longer answer.
fn wait<T: Config>() {
	let then = now::<T>().saturating_add(T::UnbondingPeriod::get());
	frame_system::Pallet::<T>::set_block_number(then.max(MAX_UNBONDING.into()));
}

/// The call has ended with this event, and all laws hold.
fn check<T: Config>(event: Event<T>) -> Result<(), BenchmarkError> {
	frame_system::Pallet::<T>::assert_last_event(event.into());
	Pallet::<T>::do_try_state()?;
	Ok(())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let stake = part::<T>();
		let funds = T::Currency::issue(stake.saturating_add(minimum_balance::<T>()));
		T::Currency::resolve(&who, funds).map_err(|_| "the account takes no money")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), stake);

		assert!(Providers::<T>::contains_key(&who));
		check::<T>(Event::ProviderRegistered {
			provider: who,
			stake,
		})?;
		Ok(())
	}

	/// The record is as large as can be, as in all that follow.
	#[benchmark]
	fn bond() -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, 1)?;
		let amount = part::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		let total = amount.saturating_mul(2);
		check::<T>(Event::Bonded {
			provider: who,
			amount,
			total,
		})?;
		Ok(())
	}

	/// All parts but one unbond already, and this is the last that can.
	#[benchmark]
	fn unbond() -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING - 1, 1)?;
		wait::<T>();
		let amount = part::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		let record = Providers::<T>::get(&who).ok_or("the record is gone")?;
		assert!(record.unbonding.is_full());
		check::<T>(Event::Unbonding {
			provider: who,
			amount,
			unlocks_at: now::<T>().saturating_add(T::UnbondingPeriod::get()),
		})?;
		Ok(())
	}

	/// Everything has unlocked, so that the record goes, and `k` keys with it.
	#[benchmark]
	fn withdraw(k: Linear<0, { MAX_KEYS }>) -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, k.min(T::MaxWorkerKeys::get()))?;
		Pallet::<T>::do_exit(&who)?;
		wait::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Providers::<T>::contains_key(&who));
		assert_eq!(KeysOf::<T>::iter_key_prefix(&who).count(), 0);
		check::<T>(Event::ProviderDeregistered { provider: who })?;
		Ok(())
	}

	/// The key was another provider's, and `k` keys are dropped to make room for it.
	///
	/// In fact it is none or as many as the provider can have. For less, its record counts more keys than
	/// there are; so the laws are not checked here.
	#[benchmark]
	fn add_worker_key(k: Linear<0, { MAX_KEYS }>) -> Result<(), BenchmarkError> {
		let most = T::MaxWorkerKeys::get();
		let k = k.min(most);
		let who = calling::<T>(MAX_UNBONDING, k)?;
		for number in 0..k {
			Pallet::<T>::do_remove_worker_key(&who, key::<T>(&who, number))?;
		}
		if k > 0 {
			change::<T, _>(&who, |record| {
				record.retired_keys = most;
				Ok(())
			})?;
		}
		let worker = sp_io::crypto::ed25519_generate(KEYS, None);
		let former: T::AccountId = account("former", 0, 0);
		provider::<T>(&former, MAX_UNBONDING, 0)?;
		store_key::<T>(&former, worker.0)?;
		Pallet::<T>::do_remove_worker_key(&former, worker.0)?;
		wait::<T>();
		let proof = proof::<T>(&who, &worker)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), worker.0, proof);

		assert_eq!(KeysOf::<T>::iter_key_prefix(&former).count(), 0);
		assert_eq!(KeysOf::<T>::iter_key_prefix(&who).count(), 1);
		assert!(Workers::<T>::get(worker.0).is_some_and(|record| record.provider == who));
		let event = Event::WorkerKeyAdded {
			provider: who,
			key: worker.0,
		};
		frame_system::Pallet::<T>::assert_last_event(event.into());
		Ok(())
	}

	#[benchmark]
	fn remove_worker_key() -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, 1)?;
		let key = key::<T>(&who, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), key);

		check::<T>(Event::WorkerKeyRemoved {
			provider: who,
			key,
			answers_until: now::<T>().saturating_add(T::UnbondingPeriod::get()),
		})?;
		Ok(())
	}

	/// After a slash that took everything.
	#[benchmark]
	fn deregister(k: Linear<0, { MAX_KEYS }>) -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, k.min(T::MaxWorkerKeys::get()))?;
		change::<T, _>(&who, |record| {
			Ok(Pallet::<T>::slash_share(&who, record, Permill::one()))
		})?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Providers::<T>::contains_key(&who));
		assert_eq!(KeysOf::<T>::iter_key_prefix(&who).count(), 0);
		check::<T>(Event::ProviderDeregistered { provider: who })?;
		Ok(())
	}

	#[benchmark]
	fn chill() -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, 1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		check::<T>(Event::ProviderChilled { provider: who })?;
		Ok(())
	}

	#[benchmark]
	fn unchill() -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, 1)?;
		Pallet::<T>::do_chill(&who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		check::<T>(Event::ProviderUnchilled { provider: who })?;
		Ok(())
	}

	/// As many parts unbond as can, so that the newest has to be found and grow.
	#[benchmark]
	fn exit() -> Result<(), BenchmarkError> {
		let who = calling::<T>(MAX_UNBONDING, 1)?;
		wait::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		check::<T>(Event::Unbonding {
			provider: who,
			amount: part::<T>(),
			unlocks_at: now::<T>().saturating_add(T::UnbondingPeriod::get()),
		})?;
		Ok(())
	}

	/// Somebody else than the key's provider calls.
	#[benchmark]
	fn forget_worker_key() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(One::one());
		let owner: T::AccountId = account("owner", 0, 0);
		provider::<T>(&owner, MAX_UNBONDING, 1)?;
		let key = key::<T>(&owner, 0);
		Pallet::<T>::do_remove_worker_key(&owner, key)?;
		wait::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), key);

		assert!(!Workers::<T>::contains_key(key));
		check::<T>(Event::WorkerKeyForgotten {
			provider: owner,
			key,
		})?;
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build_with_keystore(),
		crate::mock::Test
	);
}
