#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing
	)
)]

extern crate alloc;

#[cfg(any(test, feature = "runtime-benchmarks"))]
pub mod benchmarking;
mod impls;
mod keys;
#[cfg(test)]
mod mock;
mod port;
#[cfg(test)]
mod tests;
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use polkadot_sdk::*;

/// The pallet.
// Of the generated code: the SDK's metadata of storage items.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use athanor_primitives::{H256, JobId, Signature, WorkerKey};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			OnUnbalanced,
			fungible::{BalancedHold, MutateHold},
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::Permill;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The staking pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		polkadot_sdk::frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = H256>
	{
		/// The currency that is staked.
		type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = Balance>
			+ BalancedHold<Self::AccountId>;

		/// The hold reasons of the runtime, this pallet's among them.
		type RuntimeHoldReason: From<HoldReason>;

		/// Receives what slashes take.
		type OnSlash: OnUnbalanced<CreditOf<Self>>;

		/// The least that a provider bonds, and the least that it needs bonded to be given work, in
		/// units. More than 0.
		#[pallet::constant]
		type MinStake: Get<Balance>;

		/// How long unbonding stake stays on hold, in blocks. Longer than a job can last, so that
		/// no stake gets away before the deadline that it answers for. More than 0.
		#[pallet::constant]
		type UnbondingPeriod: Get<BlockNumberFor<Self>>;

		/// The most worker keys that one provider can have, those counted that were removed less
		/// than `UnbondingPeriod` blocks ago. More than 0. Part of the storage layout: it may grow,
		/// but not shrink.
		#[pallet::constant]
		type MaxWorkerKeys: Get<u32>;

		/// The share of bonded and unbonding stake that a missed deadline costs. May change at any
		/// time.
		type TimeoutSlash: Get<Permill>;

		/// The share of bonded and unbonding stake that two receipts for one job cost. May change
		/// at any time.
		type EquivocationSlash: Get<Permill>;

		/// How long a provider gets no work, and cannot be slashed again, after a missed deadline,
		/// in blocks. At least the longest time that a worker has for a job, so that the jobs that
		/// an outage catches cost one slash together. More than 0.
		#[pallet::constant]
		type TimeoutPause: Get<BlockNumberFor<Self>>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Stake of a provider, bonded or unbonding. `unbond`, or `exit` for everything, and later
		/// `withdraw` free it.
		#[codec(index = 0)]
		Stake,
	}

	/// The providers.
	///
	/// Blake2_128Concat, because accounts are chosen by their owners. The stake is the record's
	/// deposit: a record begins with `MinStake` or more, and `withdraw` removes it with the last
	/// of its stake. Only a slash of everything leaves a record without.
	#[pallet::storage]
	pub type Providers<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, ProviderOf<T>, OptionQuery>;

	/// The provider that a worker key belongs to, or belonged to and still answers for.
	///
	/// Blake2_128Concat, because keys are chosen by their owners. Bounded by `MaxWorkerKeys` for
	/// each provider, and removed with the provider's record. A retired key stays until
	/// `forget_worker_key`, or until its place is needed.
	#[pallet::storage]
	pub type Workers<T: Config> =
		StorageMap<_, Blake2_128Concat, WorkerKey, WorkerRecordOf<T>, OptionQuery>;

	/// The worker keys of a provider, active and retired: the reverse of `Workers`, to list and to
	/// remove them.
	///
	/// Blake2_128Concat twice, because accounts and keys are chosen by their owners.
	#[pallet::storage]
	pub type KeysOf<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		WorkerKey,
		(),
		OptionQuery,
	>;

	/// Providers that exist from the first block on.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Accounts to register, each with the stake that it bonds, in units, at least `MinStake`
		/// and at most what leaves its account the existential deposit. Worker keys are added
		/// later, since their proofs name the genesis hash.
		pub providers: Vec<(T::AccountId, Balance)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (provider, stake) in &self.providers {
				let registered = Pallet::<T>::do_register(provider, *stake);
				assert!(
					registered.is_ok(),
					"genesis provider {provider:?} with stake {stake}: {registered:?}"
				);
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account became a provider.
		ProviderRegistered {
			/// The new provider.
			provider: T::AccountId,
			/// What it bonded, in units.
			stake: Balance,
		},
		/// A provider bonded more.
		Bonded {
			/// Whose stake grew.
			provider: T::AccountId,
			/// By how much, in units.
			amount: Balance,
			/// What is bonded now, in units.
			total: Balance,
		},
		/// A provider asked for stake back. The part stays on hold, and can be slashed, until it
		/// unlocks.
		Unbonding {
			/// Whose stake.
			provider: T::AccountId,
			/// How much, in units.
			amount: Balance,
			/// First block in which `withdraw` releases it.
			unlocks_at: BlockNumberFor<T>,
		},
		/// Unbonded stake went back to its owner.
		Withdrawn {
			/// Whose stake.
			provider: T::AccountId,
			/// How much, in units.
			amount: Balance,
		},
		/// A worker may now sign receipts and claims for a provider.
		WorkerKeyAdded {
			/// Owner of the key.
			provider: T::AccountId,
			/// ed25519 public key of the worker.
			key: WorkerKey,
		},
		/// A worker may no longer sign receipts and claims for a provider, who still answers for
		/// those that it signed before.
		WorkerKeyRemoved {
			/// Owner of the key.
			provider: T::AccountId,
			/// ed25519 public key of the worker.
			key: WorkerKey,
			/// First block in which the provider no longer answers for it, and `forget_worker_key`
			/// drops it.
			answers_until: BlockNumberFor<T>,
		},
		/// A worker key is no longer stored. It may be registered anew, by anybody who holds it.
		WorkerKeyForgotten {
			/// Former owner of the key.
			provider: T::AccountId,
			/// ed25519 public key of the worker.
			key: WorkerKey,
		},
		/// A provider gets no new work until it says otherwise: it asked for that, or two receipts
		/// for one job were signed for it.
		ProviderChilled {
			/// The provider.
			provider: T::AccountId,
		},
		/// A provider wants new work again.
		ProviderUnchilled {
			/// The provider.
			provider: T::AccountId,
		},
		/// A provider lost stake for a fault.
		ProviderSlashed {
			/// Whose stake.
			provider: T::AccountId,
			/// The job on which it failed.
			job: JobId,
			/// What it did wrong.
			fault: Fault,
			/// How much was taken, in units.
			amount: Balance,
		},
		/// A provider gets no work for a while, because it missed the deadline of a job. Further
		/// deadlines that it misses meanwhile cost nothing.
		ProviderPaused {
			/// The provider.
			provider: T::AccountId,
			/// First block in which it may be given work again.
			until: BlockNumberFor<T>,
		},
		/// An account is no longer a provider.
		ProviderDeregistered {
			/// The former provider.
			provider: T::AccountId,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is not a provider. Register it first.
		NotProvider,
		/// The account is a provider already. Use `bond` to add stake.
		AlreadyProvider,
		/// The bonded stake is, or would be, under `MinStake`. Stake more; or, when unbonding,
		/// unbond less or everything.
		StakeTooLow,
		/// The amount is zero. Name an amount.
		AmountZero,
		/// More than is bonded was to be unbonded. Unbond at most what is bonded; what unbonds
		/// already is not part of it.
		NotEnoughBonded,
		/// 16 parts of the stake unbond already. Withdraw what has unlocked, or wait until a part
		/// does. `exit`, for everything, works all the same.
		TooManyUnbonding,
		/// No part of the stake has unlocked. Unbond first, or wait for the block in which a part
		/// unlocks.
		NothingToWithdraw,
		/// The key is registered already, for this provider or another, or was removed less than
		/// `UnbondingPeriod` blocks ago. Make a new key for this worker.
		KeyTaken,
		/// The key is of small order, so that anybody could sign for it. Make a key with a proper
		/// tool.
		WeakKey,
		/// The proof is not a signature of this key for this provider and this chain. Make it with
		/// the worker's key, the account that sends this call, and the genesis hash of this chain.
		BadProof,
		/// The provider has `MaxWorkerKeys` keys, those counted that were removed less than
		/// `UnbondingPeriod` blocks ago. Remove one that is not needed, and add another when that
		/// time is over.
		TooManyKeys,
		/// The key is not registered. Check it for typing errors, or that it was not removed
		/// before.
		UnknownKey,
		/// The key belongs to another provider. Only its owner can remove it.
		NotYourKey,
		/// Stake is left, bonded or unbonding. Unbond everything and withdraw it: that removes the
		/// record too.
		StakeRemains,
		/// The provider gets no new work already. Use `unchill` to end that.
		AlreadyChilled,
		/// The provider is not chilled. If it gets no work, it is paused, or lacks stake, a worker
		/// key or an offer that fits.
		NotChilled,
		/// Nothing is bonded and the provider is chilled already. Withdraw what has unlocked: with
		/// the last of it the record goes. If a slash took everything, `deregister`.
		AlreadyExited,
		/// The provider has jobs in hand, and its record cannot go before they are over. Finish
		/// them, or wait for their deadlines, and call again.
		JobsInHand,
		/// The key has been removed already. `forget_worker_key` drops it when it no longer answers
		/// for what it signed.
		KeyRetired,
		/// The key is in use. Its provider can remove it with `remove_worker_key`.
		KeyInUse,
		/// The key was removed less than `UnbondingPeriod` blocks ago, and its provider still
		/// answers for what it signed. Wait until block `answers_until` of the event
		/// `WorkerKeyRemoved`.
		KeyStillAnswers,
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The most parts of a provider's stake that unbond at the same time.
		#[pallet::constant_name(MaxUnbonding)]
		fn max_unbonding() -> u32 {
			MAX_UNBONDING
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			Self::check_config();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers the sender as a provider and bonds `stake` units of its balance.
		///
		/// **Dispatch origin**: signed.
		///
		/// **Effects**: puts `stake` on hold. The existential deposit stays free.
		///
		/// **Errors**: `AlreadyProvider`; `StakeTooLow` under `MinStake`; a token error if the
		/// balance does not cover the stake.
		///
		/// **Events**: `ProviderRegistered`.
		#[pallet::call_index(0)]
		pub fn register(origin: OriginFor<T>, stake: Balance) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_register(&provider, stake)
		}

		/// Bonds `amount` more units.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: puts `amount` on hold. A provider that a slash took under `MinStake` may
		/// get work again, once it is not paused. A chilled one stays chilled: after `exit`, `bond`
		/// and `unchill` together bring it back.
		///
		/// **Errors**: `AmountZero`; `NotProvider`; `StakeTooLow` if less than `MinStake` would be
		/// bonded; a token error if the balance does not cover the amount.
		///
		/// **Events**: `Bonded`.
		#[pallet::call_index(1)]
		pub fn bond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_bond(&provider, amount)
		}

		/// Asks `amount` bonded units back. They stop to count at once, and stay on hold for
		/// `UnbondingPeriod` blocks.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: moves the amount from bonded to unbonding. Amounts unbonded in the same
		/// block become one part. Jobs in hand go on, whatever is left bonded; new ones come only
		/// as far as the rest covers them too.
		///
		/// **Errors**: `AmountZero`; `NotProvider`; `NotEnoughBonded`; `StakeTooLow` if something,
		/// but less than `MinStake`, would stay bonded; `TooManyUnbonding`.
		///
		/// **Events**: `Unbonding`.
		#[pallet::call_index(2)]
		pub fn unbond(origin: OriginFor<T>, amount: Balance) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_unbond(&provider, amount)
		}

		/// Releases every part of the stake that has unlocked.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: frees the unlocked amount on the sender's account. If no stake is left,
		/// bonded or unbonding, the provider record and all its worker keys are removed: the
		/// account is an ordinary one again, and its keys can be registered anew. The fee is for
		/// the keys that were removed.
		///
		/// **Errors**: `NotProvider`; `NothingToWithdraw`; `JobsInHand` if no stake would be left,
		/// but jobs are; a token error if the account, with the amount, would still have less than
		/// the existential deposit free.
		///
		/// **Events**: `Withdrawn`; if no stake is left, `WorkerKeyForgotten` for each key and
		/// `ProviderDeregistered`.
		#[pallet::call_index(3)]
		#[pallet::weight(<T as Config>::WeightInfo::withdraw(T::MaxWorkerKeys::get()))]
		pub fn withdraw(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let provider = ensure_signed(origin)?;
			let keys = Self::do_withdraw(&provider)?;
			Ok(Some(<T as Config>::WeightInfo::withdraw(keys)).into())
		}

		/// Lets the worker with the ed25519 public key `key` sign receipts and claims for the
		/// sender.
		///
		/// `proof` is the key's signature over `blake2_256("athanor/worker-key/v1" ‖ genesis hash ‖
		/// SCALE(sender))`; `athanor-worker keys proof` prints it.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: the key counts from this block on. Keys that were removed at least
		/// `UnbondingPeriod` blocks ago are forgotten, if this one needs their place. The fee is
		/// for the keys that were looked at.
		///
		/// **Errors**: `NotProvider`; `KeyTaken`; `WeakKey`; `BadProof`; `TooManyKeys`.
		///
		/// **Events**: `WorkerKeyForgotten` for each key that was; `WorkerKeyAdded`.
		#[pallet::call_index(4)]
		#[pallet::weight(<T as Config>::WeightInfo::add_worker_key(T::MaxWorkerKeys::get()))]
		pub fn add_worker_key(
			origin: OriginFor<T>,
			key: WorkerKey,
			proof: Signature,
		) -> DispatchResultWithPostInfo {
			let provider = ensure_signed(origin)?;
			let seen = Self::do_add_worker_key(&provider, key, proof)?;
			Ok(Some(<T as Config>::WeightInfo::add_worker_key(seen)).into())
		}

		/// Revokes a worker key of the sender, for example because its machine was lost.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: receipts and claims signed by the key are refused from this block on,
		/// receipts of running jobs too. Without any key the provider gets no work. The provider
		/// answers for what the key signed for `UnbondingPeriod` blocks more; until then the key
		/// counts for `MaxWorkerKeys` and cannot be registered again.
		///
		/// **Errors**: `NotProvider`; `UnknownKey`; `NotYourKey`; `KeyRetired`.
		///
		/// **Events**: `WorkerKeyRemoved`.
		#[pallet::call_index(5)]
		pub fn remove_worker_key(origin: OriginFor<T>, key: WorkerKey) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_remove_worker_key(&provider, key)
		}

		/// Removes the sender's provider record and all its worker keys, after a slash that took
		/// everything. In all other cases `withdraw` does so with the last of the stake.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: the account is an ordinary one again, and its keys can be registered anew.
		/// The fee is for the keys that there were.
		///
		/// **Errors**: `NotProvider`; `StakeRemains` unless everything is unbonded and withdrawn;
		/// `JobsInHand`.
		///
		/// **Events**: `WorkerKeyForgotten` for each key; `ProviderDeregistered`.
		#[pallet::call_index(6)]
		#[pallet::weight(<T as Config>::WeightInfo::deregister(T::MaxWorkerKeys::get()))]
		pub fn deregister(origin: OriginFor<T>) -> DispatchResultWithPostInfo {
			let provider = ensure_signed(origin)?;
			let keys = Self::do_deregister(&provider)?;
			Ok(Some(<T as Config>::WeightInfo::deregister(keys)).into())
		}

		/// Keeps new work from the sender.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: no job is given to the provider from this block on. Those in hand go on,
		/// and are paid and slashed as always. Stake, keys and offers stay.
		///
		/// **Errors**: `NotProvider`; `AlreadyChilled`.
		///
		/// **Events**: `ProviderChilled`.
		#[pallet::call_index(7)]
		pub fn chill(origin: OriginFor<T>) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_chill(&provider)
		}

		/// Lets the sender get work again: the end of `chill`, of `exit`, and of the chill after
		/// two receipts for one job.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: jobs are given to the provider again, once it is not paused.
		///
		/// **Errors**: `NotProvider`; `NotChilled`; `StakeTooLow` if less than `MinStake` is
		/// bonded, as after `exit`: `bond` first.
		///
		/// **Events**: `ProviderUnchilled`.
		#[pallet::call_index(8)]
		pub fn unchill(origin: OriginFor<T>) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_unchill(&provider)
		}

		/// Begins to leave: `chill`, and `unbond` of everything, in one call. `withdraw` after
		/// `UnbondingPeriod` blocks ends it.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: no job is given to the provider from this block on; those in hand go on.
		/// All that is bonded unbonds. This works with 16 parts too: then the newest of them grows,
		/// and unlocks together with what is added.
		///
		/// **Errors**: `NotProvider`; `AlreadyExited`.
		///
		/// **Events**: `ProviderChilled` unless it was; `Unbonding` if something was bonded.
		#[pallet::call_index(9)]
		pub fn exit(origin: OriginFor<T>) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_exit(&provider)
		}

		/// Drops a worker key that was removed at least `UnbondingPeriod` blocks ago.
		///
		/// **Dispatch origin**: signed, by anybody.
		///
		/// **Effects**: the key can be registered anew, and its provider has room for another.
		///
		/// **Errors**: `UnknownKey`; `KeyInUse`; `KeyStillAnswers`.
		///
		/// **Events**: `WorkerKeyForgotten`.
		#[pallet::call_index(10)]
		pub fn forget_worker_key(origin: OriginFor<T>, key: WorkerKey) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forget_worker_key(key)
		}
	}
}
