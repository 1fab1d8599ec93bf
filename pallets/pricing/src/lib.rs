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
mod book;
mod dice;
mod impls;
mod index;
#[cfg(test)]
mod mock;
mod period;
mod policy;
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
	use athanor_primitives::{
		ModelId,
		eligibility::Attributes,
		model::PriceClass,
		policy::{Period, Policy, PolicyLimits},
		ports::{ModelRegistry, ProviderRegistry},
		price::{Price, PriceBounds},
	};
	use core::marker::PhantomData;
	use frame_support::{
		pallet_prelude::*,
		traits::{Consideration, Footprint, fungible},
	};
	use frame_system::pallet_prelude::*;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The pricing pallet.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: polkadot_sdk::frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The models that offers are for.
		type Models: ModelRegistry<AccountId = Self::AccountId>;

		/// The providers that may make offers.
		type Providers: ProviderRegistry<AccountId = Self::AccountId>;

		/// Who may set the policy of a price class.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The ledger in which deposits are on hold. This pallet only reads it; money moves through
		/// [`Self::Consideration`].
		type Currency: fungible::InspectHold<Self::AccountId, Balance = u128, Reason: From<HoldReason>>;

		/// What an offer costs its provider while it is stored. All offers have the same footprint.
		/// It must hold under [`HoldReason::OfferDeposit`].
		type Consideration: Consideration<Self::AccountId, Footprint>;

		/// The most slots that an offer can have. More than 0.
		#[pallet::constant]
		type MaxSlots: Get<u32>;

		/// The most offers that one draw looks at, 1 to 64.
		#[pallet::constant]
		type DrawSample: Get<u32>;

		/// What no policy exceeds: bounds in units per token, which hold for a class without a policy, and
		/// the largest step. The floor is at or under the ceiling.
		#[pallet::constant]
		type Limits: Get<PolicyLimits>;

		/// Blocks after which prices move; 0 counts as 1. It may change at any time: a period that has had
		/// its blocks ends in the next block.
		type Period: Get<BlockNumberFor<Self>>;

		/// Weights of the calls and of the hook.
		type WeightInfo: WeightInfo;

		/// Sets up for benchmarks what other pallets have.
		#[cfg(any(test, feature = "runtime-benchmarks"))]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self>;
	}

	/// Why money is on hold for this pallet, for the runtime's choice of `Consideration`.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for a stored offer. `remove_offer` frees it.
		#[codec(index = 0)]
		OfferDeposit,
	}

	/// What governance decided about the price of each class. It is forced into `Limits` on every read. A
	/// class without an entry has the bounds of `Limits`, and their floor as its price, which never moves.
	///
	/// Twox64Concat, here and below for classes, because there are three of them and nobody chooses them.
	#[pallet::storage]
	pub type Policies<T: Config> = StorageMap<_, Twox64Concat, PriceClass, Policy, OptionQuery>;

	/// The price of each class that has a policy: the least that a job costs now. It is forced into the
	/// bounds of the policy on every read.
	#[pallet::storage]
	pub type Prices<T: Config> = StorageMap<_, Twox64Concat, PriceClass, Price, OptionQuery>;

	/// Counts the changes of prices, by vote or by a period, and those of policies, from 0 at genesis.
	#[pallet::storage]
	pub type Version<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// What the offers of each class have done in the period that runs.
	#[pallet::storage]
	pub type Meters<T: Config> = StorageMap<_, Twox64Concat, PriceClass, Usage, ValueQuery>;

	/// The last periods of each class, at most [`MAX_HISTORY`], the oldest first.
	#[pallet::storage]
	pub type History<T: Config> = StorageMap<_, Twox64Concat, PriceClass, Periods, ValueQuery>;

	/// The block in which the running period began: one period for all classes.
	#[pallet::storage]
	pub type PeriodStart<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The offers.
	///
	/// Twox64Concat for versions of models, which the chain counts; Blake2_128Concat for accounts,
	/// which their owners choose. The ticket in the value pays for this entry, for those in
	/// `OfferIndex` and `OffersByProvider`, and for the count in `FreeOffers`.
	#[pallet::storage]
	pub type Offers<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		ModelVersion,
		Blake2_128Concat,
		T::AccountId,
		OfferOf<T>,
		OptionQuery,
	>;

	/// The provider of each offer with a free slot, for each version of a model numbered from 0 to
	/// `FreeOffers` without gaps. An offer leaves with its last free slot and comes back with the
	/// first that is free again.
	///
	/// Twox64Concat twice, because the chain counts both keys. The offer's deposit pays, also while
	/// the offer is not in here.
	#[pallet::storage]
	pub type OfferIndex<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		ModelVersion,
		Twox64Concat,
		u32,
		T::AccountId,
		OptionQuery,
	>;

	/// The number of offers with a free slot for a version of a model.
	///
	/// Twox64Concat, because the chain counts versions of models. Not stored while it is 0, so that
	/// the deposit of an offer stands behind each entry: of each, because it may be the only one.
	#[pallet::storage]
	pub type FreeOffers<T: Config> = StorageMap<_, Twox64Concat, ModelVersion, u32, ValueQuery>;

	/// What each provider has offers for: the reverse of `Offers`, to list them.
	///
	/// Blake2_128Concat for accounts, which their owners choose; Twox64Concat for versions of
	/// models, which the chain counts. The offer's deposit pays.
	#[pallet::storage]
	pub type OffersByProvider<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Twox64Concat,
		ModelVersion,
		(),
		OptionQuery,
	>;

	/// Slots that running jobs occupy on an offer that was withdrawn. They are busy from the start on
	/// a new offer of the same provider, so that nobody gets more work than slots by publishing anew.
	///
	/// Twox64Concat for versions of models, which the chain counts; Blake2_128Concat for accounts,
	/// which their owners choose. No deposit: there are no more entries than running jobs, each of
	/// which has an escrow, and the last job to end removes the entry.
	#[pallet::storage]
	pub type Draining<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		ModelVersion,
		Blake2_128Concat,
		T::AccountId,
		Drained,
		OptionQuery,
	>;

	/// The policies and prices of the first block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// For each class, at most once, its policy and the price with which it begins, in units per token.
		/// A class that is left out has the bounds of `Limits`, and their floor as its price.
		pub policies: Vec<(PriceClass, Policy, Price)>,
		/// Names the runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (class, policy, price) in &self.policies {
				let refused = Pallet::<T>::check_policy(policy).err();
				assert!(
					refused.is_none(),
					"genesis policy of {class:?}: {refused:?}"
				);
				assert!(
					policy.bounds.contain(price),
					"genesis price of {class:?}: not between floor and ceiling"
				);
				assert!(
					!Policies::<T>::contains_key(class),
					"genesis policy of {class:?}: set twice"
				);
				Policies::<T>::insert(class, policy);
				Prices::<T>::insert(class, price);
			}
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A provider published or changed an offer.
		OfferSet {
			/// The model that it runs.
			model: ModelId,
			/// The version of the model.
			version: u32,
			/// Who offers.
			provider: T::AccountId,
			/// Units per token.
			price: Price,
			/// The most jobs that it takes at the same time.
			slots: u32,
			/// What the provider states about the machines.
			attributes: Attributes,
		},
		/// An offer is gone, and its deposit returned.
		OfferRemoved {
			/// The model.
			model: ModelId,
			/// The version of the model.
			version: u32,
			/// Who offered.
			provider: T::AccountId,
		},
		/// Governance set the policy of a class.
		PolicySet {
			/// The price class.
			class: PriceClass,
			/// The policy that holds from now on.
			policy: Policy,
			/// The price of the class: that from before, forced into the bounds of the policy.
			price: Price,
			/// The version that this started.
			version: u32,
		},
		/// A period of a class is over, and its price follows what was used in it.
		PeriodEnded {
			/// The price class.
			class: PriceClass,
			/// How much of the slots was busy, in parts per million; nothing without offers.
			utilisation: Option<u32>,
			/// The price from now on, which may be that from before.
			price: Price,
			/// The version of prices from now on.
			version: u32,
		},
	}

	/// Why a call failed, or why a job cannot be posted.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is not a provider. Register it in the staking pallet first.
		NotProvider,
		/// There is no such model. Look its id up in the registry.
		UnknownModel,
		/// The model has no such version, or no longer. Look its versions up in the registry.
		UnknownVersion,
		/// The model is retired, or this version of it has been replaced, and gets no new offers. Offer
		/// the newest version, or another model.
		ModelRetired,
		/// The price is not within the bounds of the policy of the model's class. The view function
		/// `policy_of` says which prices are.
		PriceOutOfBounds,
		/// The number of slots is 0 or above `MaxSlots`. To take no more work, remove the offer, or
		/// chill the provider in the staking pallet.
		SlotsInvalid,
		/// The region is not two upper-case letters. Write the country's code of ISO 3166-1, such as
		/// `DE`, or leave it out.
		RegionInvalid,
		/// The provider has no offer for this version of the model. Check all three, or publish one.
		NoOffer,
		/// The offer can get work, now or after a pause or chill of its provider, so only its provider
		/// may remove it. If it is yours, call `remove_offer`.
		StillActive,
		/// The ceiling is under the price of the model's class, for less than which nobody works. Raise it
		/// to what the view function `bounds_of` says at least.
		CeilingUnderFloor,
		/// The offer's price, or that of the model's class, is above the ceiling of the job. Raise the
		/// ceiling or choose another provider.
		PriceAboveCeiling,
		/// A floor is above its ceiling. Exchange them.
		BoundsInvalid,
		/// The band begins above its end. Exchange `low` and `high`.
		BandInvalid,
		/// `low`, `high` or `step` is more than the whole. Give parts per million.
		ShareInvalid,
		/// The bounds or the step go beyond the constant `Limits`. Stay within.
		BeyondLimits,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_n: BlockNumberFor<T>) -> Weight {
			Self::end_period_if_due()
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
		/// Publishes the sender's offer to run a version of a model, or changes it.
		///
		/// `price` is in units per token; `slots` is the most jobs at the same time, 1 to
		/// `MaxSlots`; `attributes` is what requesters can ask of the machines, and what is left out
		/// fulfils nothing that they ask.
		///
		/// **Dispatch origin**: signed by a registered provider. It gets work as soon as it is
		/// qualified, and neither chilled nor paused.
		///
		/// **Effects**: a new offer takes a deposit. A changed one keeps its deposit and its busy
		/// slots; running jobs keep their price. With no more slots than are busy it gets no work
		/// until enough jobs are done.
		///
		/// **Errors**: `NotProvider`; `UnknownModel`; `UnknownVersion`; `ModelRetired`;
		/// `SlotsInvalid`; `RegionInvalid`; `PriceOutOfBounds`; a token error if the balance does not
		/// cover the deposit.
		///
		/// **Events**: `OfferSet`.
		#[pallet::call_index(0)]
		pub fn set_offer(
			origin: OriginFor<T>,
			model: ModelId,
			version: u32,
			price: Price,
			slots: u32,
			attributes: Attributes,
		) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_set_offer(provider, (model, version), price, slots, attributes)
		}

		/// Withdraws the sender's offer for a version of a model.
		///
		/// **Dispatch origin**: signed by the account that made the offer, whether it still is a
		/// provider or not.
		///
		/// **Effects**: the deposit returns. Running jobs go on, and their slots are busy on a new
		/// offer until they end.
		///
		/// **Errors**: `NoOffer`.
		///
		/// **Events**: `OfferRemoved`.
		#[pallet::call_index(1)]
		pub fn remove_offer(origin: OriginFor<T>, model: ModelId, version: u32) -> DispatchResult {
			let provider = ensure_signed(origin)?;
			Self::do_remove_offer((model, version), &provider)
		}

		/// Removes an offer that cannot get work, because its provider has not enough stake or no
		/// worker key, or because the model or this version of it is retired, replaced or gone. That
		/// the provider is paused or chilled is no reason.
		///
		/// **Dispatch origin**: signed by anyone. No fee if the offer was removed.
		///
		/// **Effects**: the deposit returns to the provider. Running jobs go on.
		///
		/// **Errors**: `NoOffer`; `StillActive`.
		///
		/// **Events**: `OfferRemoved`.
		#[pallet::call_index(2)]
		pub fn prune_offer(
			origin: OriginFor<T>,
			model: ModelId,
			version: u32,
			provider: T::AccountId,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_prune_offer((model, version), &provider)?;
			Ok(Pays::No.into())
		}

		/// Replaces the policy of a price class.
		///
		/// **Dispatch origin**: `AdminOrigin`.
		///
		/// **Effects**: starts a new version. The price of the class is forced into the new bounds at once,
		/// and follows the new policy from the end of the running period on. Offers above the new ceiling
		/// get no more work; running jobs keep their price.
		///
		/// **Errors**: `BoundsInvalid`; `ShareInvalid`; `BandInvalid`; `BeyondLimits`.
		///
		/// **Events**: `PolicySet`.
		#[pallet::call_index(3)]
		pub fn set_policy(
			origin: OriginFor<T>,
			class: PriceClass,
			policy: Policy,
		) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_set_policy(class, policy)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What a job of a price class costs per token now: as the floor the price of the class, under which
		/// nobody works, and as the ceiling that of its policy, above which no offer gets work.
		pub fn bounds_of(class: PriceClass) -> PriceBounds {
			Self::bounds(class)
		}

		/// The policy that holds for a price class: the one that governance set, forced into `Limits`; for a
		/// class without one the bounds of `Limits`, and a step of 0. Offers are published within its bounds.
		pub fn policy_of(class: PriceClass) -> Policy {
			Self::policy(class)
		}

		/// The last periods of a price class, the oldest first: what was used, what was served, and at which
		/// price.
		pub fn history_of(class: PriceClass) -> Vec<Period> {
			History::<T>::get(class).into_inner()
		}

		/// Replays these periods under another policy: the prices and what the tokens would have cost, if
		/// the demand had been the same. Nothing is changed.
		pub fn simulate_policy(class: PriceClass, policy: Policy) -> Simulation {
			Self::do_simulate(class, &policy)
		}
	}
}
