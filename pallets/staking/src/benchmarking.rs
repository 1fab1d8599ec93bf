//! What each call costs at most.
//!
//! To raise a slash has no weight of its own: whoever tells of a fault pays for it, so the benchmarks of `jobs`
//! measure that. To carry it out has.

use athanor_primitives::{
	Signature, WorkerKey, ports::DelegatorIncome, worker_key::worker_key_payload,
};
use codec::Encode;
use frame_support::traits::{
	Get, Hooks, OnUnbalanced,
	fungible::{Balanced, Inspect, MutateHold},
	tokens::Precision,
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use polkadot_sdk::{frame_benchmarking::v2::*, *};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_runtime::{
	DispatchError, DispatchResult, Permill,
	traits::{One, Saturating, Zero},
};

use crate::{
	Balance, Call, Config, Delegations, Event, Fault, HoldReason, KeysOf, Liabilities, MAX_MOVED,
	MAX_PENDING, MAX_UNBONDING, Pallet, PendingSlashes, Pools, ProviderOf, Providers, Queue, Slash,
	SlashId, UnbondingChunk, UnbondingShares, WorkerRecord, Workers,
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
	put_behind::<T>(&account("delegator", 0, 1), who, T::MinDelegation::get())
}

/// Puts stake behind a provider.
///
/// # Errors
/// If the account cannot take the money, or the provider none of it.
pub fn put_behind<T: Config>(
	who: &T::AccountId,
	provider: &T::AccountId,
	amount: Balance,
) -> DispatchResult {
	fund::<T>(who, amount.saturating_add(minimum_balance::<T>()))?;
	Pallet::<T>::do_delegate(who, provider, amount)
}

fn fund<T: Config>(who: &T::AccountId, amount: Balance) -> DispatchResult {
	T::Currency::resolve(who, T::Currency::issue(amount))
		.map_err(|_| DispatchError::Other("the account takes no money"))
}

fn minimum_balance<T: Config>() -> Balance {
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

/// Lets so many slashes of a provider be pending, all of them due in this block. Each takes the share of delegated
/// stake, and the own stake, that are given.
///
/// # Errors
/// If an account cannot take money.
pub fn accuse<T: Config>(
	who: &T::AccountId,
	slashes: u32,
	own: Balance,
	share: Permill,
) -> DispatchResult {
	// The accounts that get something of it exist.
	let (requester, reporter) = (account("requester", 0, 0), account("reporter", 0, 0));
	for account in [&requester, &reporter] {
		fund::<T>(account, minimum_balance::<T>())?;
	}
	let mut queue = Queue::<T>::get();
	for _ in 0..slashes {
		let id = queue.next;
		queue.next = queue.next.saturating_add(1);
		let slash = Slash {
			provider: who.clone(),
			job: id,
			fault: Fault::Equivocation,
			own,
			share,
			requester: account("requester", 0, 0),
			due: own / 4,
			reporter: Some(account("reporter", 0, 0)),
			raised_at: now::<T>(),
			enacts_at: now::<T>(),
		};
		change::<T, _>(who, |record| {
			record.note(id, &slash);
			Ok(())
		})?;
		PendingSlashes::<T>::insert(id, slash);
	}
	Queue::<T>::put(queue);
	Ok(())
}

/// Pauses a provider, for a fault in whose slash one more requester can share.
///
/// # Errors
/// If an account cannot take money.
pub fn pause<T: Config>(who: &T::AccountId) -> DispatchResult {
	let slash = Queue::<T>::get().next;
	accuse::<T>(who, 1, part::<T>() / 2, Permill::zero())?;
	change::<T, _>(who, |record| {
		record.paused_until = now::<T>().saturating_add(T::TimeoutPause::get());
		record.paused_by = Some(slash);
		Ok(())
	})
}

/// A provider with so many slashes that are pending.
fn accused<T: Config>(slashes: u32) -> Result<T::AccountId, BenchmarkError> {
	let who: T::AccountId = account("accused", 0, 0);
	provider::<T>(&who, MAX_UNBONDING, 1)?;
	let own = part::<T>() / Balance::from(2 * MAX_PENDING);
	accuse::<T>(&who, slashes, own, Permill::from_percent(1))?;
	Ok(who)
}

/// Somebody whose delegation is as large as can be: so many parts unbond, as many as can be came from other
/// providers, who have been slashed since, and something was earned. Returns the delegator and its provider.
fn delegation<T: Config>(parts: u32) -> Result<(T::AccountId, T::AccountId), BenchmarkError> {
	delegation_to::<T>(0, parts)
}

/// The same, to one of several providers.
fn delegation_to<T: Config>(
	which: u32,
	parts: u32,
) -> Result<(T::AccountId, T::AccountId), BenchmarkError> {
	frame_system::Pallet::<T>::set_block_number(One::one());
	let who: T::AccountId = whitelisted_caller();
	let to: T::AccountId = account("provider", which, 0);
	provider::<T>(&to, MAX_UNBONDING, 1)?;
	let amount = part::<T>() / 8;
	put_behind::<T>(&who, &to, amount)?;
	for number in 0..MAX_MOVED {
		let from: T::AccountId = account("former", number, which);
		provider::<T>(&from, MAX_UNBONDING, 1)?;
		put_behind::<T>(&who, &from, amount)?;
		Pallet::<T>::do_redelegate(&who, &from, &to, amount)?;
		Pools::<T>::mutate(&from, |pool| {
			let _ = pool.pool.slash(amount / 100);
		});
	}
	leave::<T>(&account("former", 0, which))?;
	let shares = amount / 100;
	Delegations::<T>::try_mutate(&who, &to, |record| {
		let record = record.as_mut().ok_or("the delegation is gone")?;
		for number in 1..=parts {
			let unlocks_at = number.into();
			record.shares = record.shares.saturating_sub(shares);
			record
				.unbonding
				.try_push(UnbondingShares { shares, unlocks_at })
				.map_err(|_| "there are too many parts")?;
		}
		Ok::<_, BenchmarkError>(())
	})?;
	Pools::<T>::mutate(&to, |pool| {
		pool.unbonding_shares = shares.saturating_mul(parts.into());
	});
	let mut side = T::Currency::issue(part::<T>());
	Pallet::<T>::earn(&to, &mut side);
	Ok((who, to))
}

/// Takes away what a provider has of its first delegator, so that its pool ends with what was moved elsewhere, and a
/// unit of income is left then.
fn leave<T: Config>(provider: &T::AccountId) -> Result<(), BenchmarkError> {
	let who: T::AccountId = account("delegator", 0, 1);
	let record = Delegations::<T>::take(&who, provider).ok_or("nobody has delegated")?;
	let reason = HoldReason::Delegation.into();
	T::Currency::release(&reason, &who, record.held, Precision::Exact)?;
	fund::<T>(
		&Pallet::<T>::pot(),
		minimum_balance::<T>().saturating_add(1),
	)?;
	Pools::<T>::mutate(provider, |pool| {
		pool.unclaimed = 1;
		pool.pool.withdraw(record.shares)
	})
	.ok_or("the pool has less")?;
	Ok(())
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
			let all = record.total();
			T::OnSlash::on_unbalanced(Pallet::<T>::slash_own(&who, record, all));
			Ok(())
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

	/// Nothing that was moved answers any longer, so that all of it is dropped: as in what follows.
	#[benchmark]
	fn delegate() -> Result<(), BenchmarkError> {
		let (who, provider) = delegation::<T>(MAX_UNBONDING)?;
		wait::<T>();
		let amount = T::MinDelegation::get();
		fund::<T>(&who, amount)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), provider.clone(), amount);

		let record = Delegations::<T>::get(&who, &provider).ok_or("the delegation is gone")?;
		let total = Pools::<T>::get(&provider).pool.worth(record.shares);
		check::<T>(Event::Delegated {
			provider,
			delegator: who,
			amount,
			total,
		})?;
		Ok(())
	}

	/// This is the last part that can unbond.
	#[benchmark]
	fn undelegate() -> Result<(), BenchmarkError> {
		let (who, provider) = delegation::<T>(MAX_UNBONDING - 1)?;
		wait::<T>();
		let amount = T::MinDelegation::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), provider.clone(), amount);

		check::<T>(Event::Undelegated {
			provider,
			delegator: who,
			amount,
			unlocks_at: now::<T>().saturating_add(T::UnbondingPeriod::get()),
		})?;
		Ok(())
	}

	/// Everything has unlocked, so that the delegation ends, and is paid what it has earned.
	#[benchmark]
	fn withdraw_delegation() -> Result<(), BenchmarkError> {
		let (who, provider) = delegation::<T>(MAX_UNBONDING - 1)?;
		let income = Pools::<T>::get(&provider).income;
		let shares = Delegations::<T>::try_mutate(&who, &provider, |record| {
			let record = record.as_mut().ok_or("the delegation is gone")?;
			let shares = record.shares;
			record.earned.settle(&income, shares);
			record
				.unbond(shares, MAX_UNBONDING.into())
				.map_err(|()| "there are too many parts")?;
			Ok::<_, BenchmarkError>(shares)
		})?;
		Pools::<T>::mutate(&provider, |pool| {
			pool.unbonding_shares = pool.unbonding_shares.saturating_add(shares);
		});
		wait::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), provider.clone());

		assert!(!Delegations::<T>::contains_key(&who, &provider));
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	#[benchmark]
	fn claim() -> Result<(), BenchmarkError> {
		let (who, provider) = delegation::<T>(MAX_UNBONDING)?;
		wait::<T>();
		let before = T::Currency::balance(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), provider);

		assert!(T::Currency::balance(&who) > before);
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	#[benchmark]
	fn collect() -> Result<(), BenchmarkError> {
		let (who, provider) = delegation::<T>(MAX_UNBONDING)?;
		wait::<T>();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(account("anybody", 0, 0)),
			provider.clone(),
			who.clone(),
		);

		let record = Delegations::<T>::get(&who, &provider).ok_or("the delegation is gone")?;
		assert!(record.moved.is_empty());
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	/// Its provider has as many slashes as can be, and this is not the first. All get their part.
	#[benchmark]
	fn enact_slash() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(One::one());
		let who = accused::<T>(MAX_PENDING)?;
		let slash = SlashId::from(MAX_PENDING - 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), slash);

		assert!(!PendingSlashes::<T>::contains_key(slash));
		let record = Providers::<T>::get(&who).ok_or("the record is gone")?;
		assert!(record.slashed > 0);
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(One::one());
		let provider = accused::<T>(MAX_PENDING)?;
		let slash = SlashId::from(MAX_PENDING - 1);

		#[extrinsic_call]
		_(RawOrigin::Root, slash);

		check::<T>(Event::SlashCancelled {
			slash,
			provider,
			job: slash,
			fault: Fault::Equivocation,
		})?;
		Ok(())
	}

	/// Both delegations are large already.
	#[benchmark]
	fn redelegate() -> Result<(), BenchmarkError> {
		let (who, from) = delegation_to::<T>(0, MAX_UNBONDING)?;
		let (_, to) = delegation_to::<T>(1, MAX_UNBONDING)?;
		wait::<T>();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(who.clone()),
			from.clone(),
			to.clone(),
			T::MinDelegation::get(),
		);

		let moved = |at| Delegations::<T>::get(&who, at).map(|record| record.moved.len());
		assert_eq!((moved(from), moved(to)), (Some(0), Some(1)));
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	#[benchmark]
	fn set_commission() -> Result<(), BenchmarkError> {
		let provider = calling::<T>(MAX_UNBONDING, 1)?;
		let commission = T::MaxCommissionChange::get().min(T::MaxCommission::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(provider.clone()), commission);

		check::<T>(Event::CommissionSet {
			provider,
			commission,
		})?;
		Ok(())
	}

	#[benchmark]
	fn set_auto_compound() -> Result<(), BenchmarkError> {
		let (delegator, provider) = delegation::<T>(MAX_UNBONDING)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(delegator.clone()), provider.clone(), true);

		check::<T>(Event::AutoCompoundSet {
			provider,
			delegator,
			on: true,
		})?;
		Ok(())
	}

	#[benchmark]
	fn compound() -> Result<(), BenchmarkError> {
		let (delegator, provider) = delegation::<T>(MAX_UNBONDING)?;
		Pallet::<T>::do_set_auto_compound(&delegator, &provider, true)?;
		wait::<T>();
		let before = Delegations::<T>::get(&delegator, &provider);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(account("anybody", 0, 0)),
			provider.clone(),
			delegator.clone(),
		);

		assert!(Delegations::<T>::get(&delegator, &provider) != before);
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	/// Nothing is due.
	#[benchmark]
	fn hook_base() {
		#[block]
		{
			Pallet::<T>::on_initialize(One::one());
		}
	}

	/// Somebody was faster than the hook.
	#[benchmark]
	fn pass_slash() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(One::one());
		accused::<T>(1)?;
		Pallet::<T>::do_enact_slash(0)?;

		#[block]
		{
			Pallet::<T>::on_initialize(One::one());
		}

		assert_eq!(Queue::<T>::get().first, 1);
		Ok(())
	}

	/// All parts are over.
	#[benchmark]
	fn end_liability() -> Result<(), BenchmarkError> {
		let (who, provider) = delegation::<T>(MAX_UNBONDING)?;
		wait::<T>();
		// But one, which has not been worked off.
		Queue::<T>::mutate(|queue| {
			for number in 1..queue.next_liability {
				Liabilities::<T>::remove(number);
			}
			queue.next_liability = 1;
		});
		let at = now::<T>();

		#[block]
		{
			Pallet::<T>::on_initialize(at);
		}

		let record = Delegations::<T>::get(&who, &provider).ok_or("the delegation is gone")?;
		assert!(record.moved.is_empty());
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build_with_keystore(),
		crate::mock::Test
	);
}
