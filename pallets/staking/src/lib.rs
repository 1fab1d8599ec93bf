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
mod commission;
mod delegation;
mod errors;
mod explain;
mod impls;
mod keys;
#[cfg(test)]
mod mock;
mod port;
mod redelegation;
mod slashing;
#[cfg(test)]
mod tests;
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
pub(crate) use explain::bytes_of;
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

use polkadot_sdk::*;

use frame_support::pallet_macros::import_section;

/// The pallet. Its errors are in `errors.rs`.
// Of the generated code: the SDK's metadata of storage items.
#[allow(clippy::expect_used)]
#[import_section(errors::errors)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use athanor_primitives::{H256, JobId, Signature, WorkerKey};
	use frame_support::{
		PalletId,
		pallet_prelude::*,
		traits::{
			OnUnbalanced,
			fungible::{Balanced, BalancedHold, Inspect, MutateHold},
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::{FixedU128, Permill};

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
		/// an outage catches cost one slash together. More than 0. May change at any time: a pause that has
		/// begun keeps its end.
		type TimeoutPause: Get<BlockNumberFor<Self>>;

		/// Who may cancel a slash that is pending.
		type CancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// How long a slash can be cancelled, in blocks; with 0 it is carried out at once. May change at any
		/// time: it holds for slashes that are raised from then on.
		type AppealPeriod: Get<BlockNumberFor<Self>>;

		/// The share of a job's escrow that its requester gets of a slash, beside the refund. May change at
		/// any time.
		type RequesterPenalty: Get<Permill>;

		/// The share that who has shown a fault gets of what the requester leaves of the slash. May change at
		/// any time.
		type ReporterShare: Get<Permill>;

		/// The most that all faults of one era cost a provider together, as shares of its stake. May change at
		/// any time.
		type MaxEraSlash: Get<Permill>;

		/// The length of an era, in blocks. More than 0.
		#[pallet::constant]
		type Era: Get<BlockNumberFor<Self>>;

		/// What of a block the hook may use, for slashes and for liabilities that end.
		#[pallet::constant]
		type HookWeight: Get<Weight>;

		/// The least that is delegated at once, and that is left of a delegation, in units. At least the
		/// existential deposit.
		#[pallet::constant]
		type MinDelegation: Get<Balance>;

		/// The most that can be delegated to a provider, as a multiple of its own bonded stake. May change at
		/// any time: what is delegated already stays.
		type MaxDelegation: Get<FixedU128>;

		/// The most that a provider can take of its delegators' income. May change at any time: it holds for
		/// commissions that were set before too.
		type MaxCommission: Get<Permill>;

		/// The most by which a provider can raise its commission in an era. May change at any time.
		type MaxCommissionChange: Get<Permill>;

		/// Names the account in which delegators' income waits. It has the existential deposit from genesis
		/// on.
		#[pallet::constant]
		type PotId: Get<PalletId>;

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
		/// Stake behind a provider, in its owner's account. `undelegate`, and later `withdraw_delegation`
		/// free it.
		#[codec(index = 1)]
		Delegation,
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

	/// What is delegated to each provider, and on which terms.
	///
	/// Blake2_128Concat, because accounts are chosen by their owners. It stays as long as somebody has shares,
	/// also when the provider is gone.
	#[pallet::storage]
	pub type Pools<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, PoolOf<T>, ValueQuery>;

	/// What an account has delegated to a provider: by account, then provider.
	///
	/// Blake2_128Concat twice, because accounts are chosen by their owners. `MinDelegation` is the deposit.
	#[pallet::storage]
	pub type Delegations<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		T::AccountId,
		DelegationOf<T>,
		OptionQuery,
	>;

	/// Slashes that can still be cancelled, or are about to be carried out.
	///
	/// Twox64Concat, because ids are counted up. One for each fault of the last `AppealPeriod` blocks that cost
	/// something: `MaxEraSlash` bounds what they cost, and each is about a job that its requester paid for.
	#[pallet::storage]
	pub type PendingSlashes<T: Config> =
		StorageMap<_, Twox64Concat, SlashId, SlashOf<T>, OptionQuery>;

	/// When parts of delegations no longer answer for the providers that they came from, in this order.
	///
	/// Twox64Concat, because numbers are counted up. `MAX_MOVED` for each delegation at most, and one more for
	/// each that has ended.
	#[pallet::storage]
	pub type Liabilities<T: Config> = StorageMap<_, Twox64Concat, u64, LiabilityOf<T>, OptionQuery>;

	/// Which slash and which liability are next.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Queue<T: Config> = StorageValue<_, Queues<BlockNumberFor<T>>, ValueQuery>;

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
			// With it, the pot can take and give any amount.
			let pot = Pallet::<T>::pot();
			let least = T::Currency::minimum_balance();
			if T::Currency::balance(&pot) < least {
				let paid = T::Currency::resolve(&pot, T::Currency::issue(least));
				assert!(paid.is_ok(), "the pot takes the existential deposit");
			}
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
		/// A fault will cost stake, unless governance cancels that.
		SlashRaised {
			/// The slash.
			slash: SlashId,
			/// Whose fault it was.
			provider: T::AccountId,
			/// The job on which it failed.
			job: JobId,
			/// What it did wrong.
			fault: Fault,
			/// Units of its own stake.
			own: Balance,
			/// Units of what is delegated to it, as things stand.
			pooled: Balance,
			/// First block in which it is carried out.
			enacts_at: BlockNumberFor<T>,
		},
		/// A deadline was missed while the provider was paused. It costs nothing more: a part of the slash with
		/// which the pause began becomes a slash of its own, so that this requester gets something too.
		SlashDivided {
			/// The new slash.
			slash: SlashId,
			/// The one that takes so much less.
			of: SlashId,
			/// Whose fault it was.
			provider: T::AccountId,
			/// The job on which it failed.
			job: JobId,
			/// Units of its own stake.
			own: Balance,
			/// First block in which it is carried out.
			enacts_at: BlockNumberFor<T>,
		},
		/// Governance cancelled a slash. Nothing was taken.
		SlashCancelled {
			/// The slash.
			slash: SlashId,
			/// Whose fault it was.
			provider: T::AccountId,
			/// The job on which it failed.
			job: JobId,
			/// What it did wrong.
			fault: Fault,
		},
		/// A provider lost stake for a fault. The parts of `amount` add up to it.
		ProviderSlashed {
			/// The slash.
			slash: SlashId,
			/// Whose stake.
			provider: T::AccountId,
			/// The job on which it failed.
			job: JobId,
			/// What it did wrong.
			fault: Fault,
			/// How much was taken of its own stake, in units.
			amount: Balance,
			/// Whose job it was.
			requester: T::AccountId,
			/// What the requester got of it, in units. 0 if the account cannot take so little.
			to_requester: Balance,
			/// Who has shown the fault, if somebody had to.
			reporter: Option<T::AccountId>,
			/// What the reporter got of it, in units. 0 if the account cannot take so little.
			to_reporter: Balance,
			/// What the treasury got of it, in units.
			to_treasury: Balance,
			/// What those lost together who delegated to the provider, in units. It goes to the treasury
			/// when it is collected: see `DelegationReduced`.
			pooled: Balance,
		},
		/// Somebody put stake behind a provider.
		Delegated {
			/// The provider.
			provider: T::AccountId,
			/// Whose stake.
			delegator: T::AccountId,
			/// How much, in units.
			amount: Balance,
			/// What the delegation is worth now, in units, without what unbonds.
			total: Balance,
		},
		/// Somebody asked delegated stake back. The part earns nothing any more, stays on hold, and can be
		/// slashed, until it unlocks.
		Undelegated {
			/// The provider.
			provider: T::AccountId,
			/// Whose stake.
			delegator: T::AccountId,
			/// How much, in units.
			amount: Balance,
			/// First block in which `withdraw_delegation` releases it.
			unlocks_at: BlockNumberFor<T>,
		},
		/// Delegated stake went back to its owner.
		DelegationWithdrawn {
			/// The provider.
			provider: T::AccountId,
			/// Whose stake.
			delegator: T::AccountId,
			/// How much, in units.
			amount: Balance,
		},
		/// What slashes had taken of a delegation, or a unit that rounding left over, went to the treasury.
		DelegationReduced {
			/// The provider.
			provider: T::AccountId,
			/// Whose stake.
			delegator: T::AccountId,
			/// How much, in units.
			amount: Balance,
		},
		/// Delegated stake went to another provider.
		Redelegated {
			/// The provider that it left, and for which it still answers.
			from: T::AccountId,
			/// The provider behind which it is now.
			to: T::AccountId,
			/// Whose stake.
			delegator: T::AccountId,
			/// How much, in units.
			amount: Balance,
			/// First block in which it no longer answers for new faults of `from`.
			liable_until: BlockNumberFor<T>,
		},
		/// Somebody was paid what its delegation has earned.
		IncomeClaimed {
			/// The provider.
			provider: T::AccountId,
			/// Who was paid.
			delegator: T::AccountId,
			/// How much, in units.
			amount: Balance,
		},
		/// The last who had delegated to a provider has left, and what rounding had left of their income went to
		/// the treasury.
		IncomeLeft {
			/// The provider.
			provider: T::AccountId,
			/// How much, in units.
			amount: Balance,
		},
		/// A provider said what it takes of its delegators' income.
		CommissionSet {
			/// The provider.
			provider: T::AccountId,
			/// The share, in parts per million.
			commission: Permill,
		},
		/// Somebody said whether what its delegation earns becomes stake.
		AutoCompoundSet {
			/// The provider.
			provider: T::AccountId,
			/// Whose delegation.
			delegator: T::AccountId,
			/// Whether anybody may call `compound` for it.
			on: bool,
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

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The most parts of a provider's stake that unbond at the same time.
		#[pallet::constant_name(MaxUnbonding)]
		fn max_unbonding() -> u32 {
			MAX_UNBONDING
		}

		/// The most entries for pending slashes in a provider's record. Further slashes share the last one.
		#[pallet::constant_name(MaxPending)]
		fn max_pending() -> u32 {
			MAX_PENDING
		}

		/// The most parts of a delegation that answer for other providers.
		#[pallet::constant_name(MaxMoved)]
		fn max_moved() -> u32 {
			MAX_MOVED
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::work_off(now)
		}

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
		/// **Errors**: `AmountZero`; `NotProvider`; `NotEnoughBonded`; `StakeFrozen` if a pending slash may
		/// take some of it; `StakeTooLow` if something, but less than `MinStake`, would stay bonded;
		/// `TooManyUnbonding`.
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
		/// **Effects**: frees the unlocked amount on the sender's account, but for what pending slashes may
		/// take. If no stake is left,
		/// bonded or unbonding, the provider record and all its worker keys are removed: the
		/// account is an ordinary one again, and its keys can be registered anew. The fee is for
		/// the keys that were removed.
		///
		/// **Errors**: `NotProvider`; `NothingToWithdraw`; `StakeFrozen` if pending slashes may take all that
		/// has unlocked; `SlashPending` or `JobsInHand` if no stake would be left, but slashes or jobs are; a token error if the account, with the amount, would still have less than
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
		/// `JobsInHand`; `SlashPending`.
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

		/// Puts `amount` units behind a provider.
		///
		/// **Dispatch origin**: signed.
		///
		/// **Effects**: puts the amount on hold in the sender's own account, where it keeps its vote. From this
		/// block on it earns its part of the provider's income, covers its jobs, and is slashed for its faults.
		///
		/// **Errors**: `AmountZero`; `OwnProvider`; `NoSuchProvider`; `ChilledProvider`; `PausedProvider`;
		/// `SlashPending`; `DelegationTooLow`; `PoolFull`; `PoolSpent`; a token error if the balance does not
		/// cover the amount.
		///
		/// **Events**: `Delegated`.
		#[pallet::call_index(11)]
		pub fn delegate(
			origin: OriginFor<T>,
			provider: T::AccountId,
			amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_delegate(&who, &provider, amount)
		}

		/// Asks `amount` delegated units back.
		///
		/// **Dispatch origin**: signed by somebody who delegated to the provider.
		///
		/// **Effects**: the part stops to earn at once. It stays on hold, and answers for the provider's faults,
		/// for `UnbondingPeriod` blocks. Amounts asked back in the same block become one part. 2^128 - 1 asks for
		/// everything, whatever it is worth by then.
		///
		/// **Errors**: `AmountZero`; `NoDelegation`; `NotEnoughDelegated`; `DelegationTooLow` if something, but
		/// less than `MinDelegation`, would stay; `TooManyUnbonding`.
		///
		/// **Events**: `Undelegated`.
		#[pallet::call_index(12)]
		pub fn undelegate(
			origin: OriginFor<T>,
			provider: T::AccountId,
			amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_undelegate(&who, &provider, amount)
		}

		/// Releases every part of a delegation that has unlocked.
		///
		/// **Dispatch origin**: signed by somebody who delegated to the provider.
		///
		/// **Effects**: frees what the parts are worth. A part that answers for a fault whose slash is pending
		/// stays. With the last part the delegation ends, and its owner gets what it has earned.
		///
		/// **Errors**: `NoDelegation`; `NothingToWithdraw`; `SlashPending` if all that has unlocked answers for
		/// a fault whose slash is pending; `StillLiable` if it does so for a provider that it came from.
		///
		/// **Events**: `DelegationWithdrawn`; `IncomeClaimed` if the delegation ends.
		#[pallet::call_index(13)]
		pub fn withdraw_delegation(origin: OriginFor<T>, provider: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_delegation(&who, &provider)
		}

		/// Pays the sender what its delegation has earned.
		///
		/// **Dispatch origin**: signed by somebody who delegated to the provider.
		///
		/// **Effects**: moves the income from the pot to the sender. How often this is called makes no
		/// difference to what is paid in all.
		///
		/// **Errors**: `NoDelegation`; `NothingToClaim`.
		///
		/// **Events**: `IncomeClaimed`.
		#[pallet::call_index(14)]
		pub fn claim(origin: OriginFor<T>, provider: T::AccountId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_claim(&who, &provider)
		}

		/// Takes out of a delegator's account what slashes have taken of its delegation.
		///
		/// **Dispatch origin**: signed, by anybody. No fee if there was something to do.
		///
		/// **Effects**: moves it to the treasury. Every other call on the delegation but `set_auto_compound` does so
		/// too. What came from other providers stops to answer for them if its time is over.
		///
		/// **Errors**: `NoDelegation`; `NothingToCollect`.
		///
		/// **Events**: `DelegationReduced`.
		#[pallet::call_index(15)]
		pub fn collect(
			origin: OriginFor<T>,
			provider: T::AccountId,
			delegator: T::AccountId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_collect(&provider, &delegator)?;
			Ok(Pays::No.into())
		}

		/// Carries out a slash whose time for an appeal is over. The chain does so by itself; this is for when it
		/// has fallen behind.
		///
		/// **Dispatch origin**: signed, by anybody. No fee if it was due.
		///
		/// **Effects**: takes the provider's own part: first for the requester of the job, then for who has shown
		/// the fault, then for the treasury. Shares of what is delegated lose their part of worth.
		///
		/// **Errors**: `UnknownSlash`; `AppealRuns`.
		///
		/// **Events**: `ProviderSlashed`.
		#[pallet::call_index(16)]
		pub fn enact_slash(origin: OriginFor<T>, slash: SlashId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_enact_slash(slash)?;
			Ok(Pays::No.into())
		}

		/// Cancels a pending slash.
		///
		/// **Dispatch origin**: `CancelOrigin`, which is governance.
		///
		/// **Effects**: nothing is taken. A pause or a chill stays as it is; both can end without this call.
		///
		/// **Errors**: `UnknownSlash`.
		///
		/// **Events**: `SlashCancelled`.
		#[pallet::call_index(17)]
		pub fn cancel_slash(origin: OriginFor<T>, slash: SlashId) -> DispatchResult {
			T::CancelOrigin::ensure_origin(origin)?;
			Self::do_cancel_slash(slash)
		}

		/// Moves `amount` delegated units from one provider to another.
		///
		/// **Dispatch origin**: signed by somebody who delegated to `from`.
		///
		/// **Effects**: the units earn with the new provider from this block on. For `UnbondingPeriod` blocks
		/// they answer for faults of both. 2^128 - 1 moves everything.
		///
		/// **Errors**: those of `delegate`, but for the amount; `SameProvider`; `NoDelegation`;
		/// `NotEnoughDelegated`; `DelegationTooLow` if something, but less than `MinDelegation`, would stay, or
		/// less than that would be there; `StillLiable`; `TooManyMoved`.
		///
		/// **Events**: `Redelegated`.
		#[pallet::call_index(18)]
		pub fn redelegate(
			origin: OriginFor<T>,
			from: T::AccountId,
			to: T::AccountId,
			amount: Balance,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_redelegate(&who, &from, &to, amount)
		}

		/// Says what share of its delegators' income the sender takes.
		///
		/// **Dispatch origin**: signed by a provider.
		///
		/// **Effects**: holds for the next payment. Less can be asked at any time; more only in steps of
		/// `MaxCommissionChange`, one in each era, but for the first setting before anybody has delegated.
		///
		/// **Errors**: `NotProvider`; `CommissionTooHigh`; `CommissionJump`; `CommissionTooSoon`.
		///
		/// **Events**: `CommissionSet`.
		#[pallet::call_index(19)]
		pub fn set_commission(origin: OriginFor<T>, commission: Permill) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_set_commission(&provider, commission)
		}

		/// Says whether anybody may add to the sender's delegation what it has earned.
		///
		/// **Dispatch origin**: signed by somebody who delegated to the provider.
		///
		/// **Effects**: none but that.
		///
		/// **Errors**: `NoDelegation`; `AlreadySo`.
		///
		/// **Events**: `AutoCompoundSet`.
		#[pallet::call_index(20)]
		pub fn set_auto_compound(
			origin: OriginFor<T>,
			provider: T::AccountId,
			on: bool,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_auto_compound(&who, &provider, on)
		}

		/// Adds to a delegation what it has earned.
		///
		/// **Dispatch origin**: signed, by anybody, if the delegation's owner has allowed that.
		///
		/// **Effects**: as if the owner had claimed and delegated it, however little it is.
		///
		/// **Errors**: `NoDelegation`; `NotOptedIn`; `NothingStays`; `NothingToClaim`; those of `delegate`, but for
		/// the amount.
		///
		/// **Events**: `IncomeClaimed`, `Delegated`.
		#[pallet::call_index(21)]
		pub fn compound(
			origin: OriginFor<T>,
			provider: T::AccountId,
			delegator: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_compound(&provider, &delegator)
		}
	}
}
