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
mod deposits;
mod dispatchable_impls;
#[cfg(test)]
mod mock;
mod reads;
#[cfg(test)]
mod tests;
mod try_state;
pub mod types;
pub mod weights;

use polkadot_sdk::*;

pub use pallet::*;
pub use types::{
	MAX_TEMPLATE_OVERHEAD, Model, ModelOf, ModelSpec, ModelStatus, RegisteredVersion,
	RegisteredVersionOf, Version, VersionId, VersionOf, VersionSpec, VersionStatus,
};
pub use weights::WeightInfo;

/// The pallet.
// Of the generated code: boxing the registration would show in the call's metadata, and a call lives
// only briefly; and the SDK's metadata of storage items.
#[allow(clippy::large_enum_variant, clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use athanor_primitives::{H256, ModelId, model::ModelHashes};
	use frame_support::{
		pallet_prelude::*,
		traits::{Consideration, Footprint, StorageVersion, fungible},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::Permill;

	use super::*;
	use crate::types::{
		Deposit, MAX_CONTEXT_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH, MAX_VERSIONS,
	};

	/// The layout of storage that this code reads and writes.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The registry of models.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: polkadot_sdk::frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The ledger in which deposits are on hold. This pallet only reads it, to say in its events
		/// what a deposit was; money moves through [`Self::Consideration`].
		type Currency: fungible::InspectHold<Self::AccountId, Balance = u128, Reason: From<HoldReason>>;

		/// What an owner puts down for the storage of a model, and again for each of its versions:
		/// for a footprint of one blob with the size that the encoded record can have. It must hold
		/// under [`HoldReason::Deposit`].
		type Consideration: Consideration<Self::AccountId, Footprint>;

		/// The highest royalty that a model can be registered with. Below one whole. May change at any
		/// time.
		type MaxRoyalty: Get<Permill>;

		/// Blocks for which new jobs and offers for a model are accepted after its retirement, so
		/// that it does not end without a warning. Not 0.
		#[pallet::constant]
		type RetirementNotice: Get<BlockNumberFor<Self>>;

		/// Blocks between the last new job and the removal, of a model or of a version. Must be
		/// longer than the longest life of a job, so that no job outlives what it runs on.
		#[pallet::constant]
		type RetirementGrace: Get<BlockNumberFor<Self>>;

		/// Blocks for which new jobs and offers for a version are accepted after there is a newer
		/// one, so that providers can change over. Not 0.
		#[pallet::constant]
		type VersionGrace: Get<BlockNumberFor<Self>>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposits for registered models and their versions. `remove_version` frees one for an
		/// old version, `remove` all for a retired model, each once its grace is over.
		#[codec(index = 0)]
		Deposit,
	}

	/// The registered models: what all versions of each share.
	///
	/// Ids are counted by the chain, so a fast hasher is safe. The owner of each model has a deposit
	/// on hold for it, in [`Deposits`].
	#[pallet::storage]
	pub type Models<T: Config> = StorageMap<_, Twox64Concat, ModelId, ModelOf<T>>;

	/// The deposit of each registered model, returned when the model is removed.
	///
	/// Apart from [`Models`], so that reading a model does not read a ticket that only its removal
	/// needs. Ids are counted by the chain, so a fast hasher is safe.
	#[pallet::storage]
	pub type Deposits<T: Config> =
		StorageMap<_, Twox64Concat, ModelId, Deposit<<T as Config>::Consideration>>;

	/// The versions of each model, by model and number, at most `MaxVersions` for each.
	///
	/// Ids and numbers are counted by the chain, so a fast hasher is safe. The owner has a deposit on
	/// hold for each version, in [`VersionDeposits`].
	#[pallet::storage]
	pub type Versions<T: Config> =
		StorageDoubleMap<_, Twox64Concat, ModelId, Twox64Concat, u32, VersionOf<T>>;

	/// The deposit of each version, by model and number, returned when the version is removed, alone
	/// or with its model.
	///
	/// Apart from [`Versions`], so that reading a version does not read a ticket that only its
	/// removal needs. Ids and numbers are counted by the chain, so a fast hasher is safe.
	#[pallet::storage]
	pub type VersionDeposits<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		ModelId,
		Twox64Concat,
		u32,
		Deposit<<T as Config>::Consideration>,
	>;

	/// The id that the next registration gets. Ids are never given twice.
	#[pallet::storage]
	pub type NextModelId<T: Config> = StorageValue<_, ModelId, ValueQuery>;

	/// The model and version with this content, by `blake2_256(SCALE(hashes))`, so that a content
	/// cannot be registered twice.
	///
	/// The owner chooses the hashes, so the hasher is a cryptographic one. The version's deposit
	/// pays for this entry too.
	#[pallet::storage]
	pub type ByHashes<T: Config> = StorageMap<_, Blake2_128Concat, H256, VersionId>;

	/// The models of each owner, to list them.
	///
	/// Owners choose their accounts, so their hasher is a cryptographic one; ids are counted by the
	/// chain. The model's deposit pays for this entry too.
	#[pallet::storage]
	pub type ModelsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, ModelId, ()>;

	/// The accounts that models are offered to by their owners.
	///
	/// Ids are counted by the chain, so a fast hasher is safe. At most one for each model, whose
	/// deposit pays for this entry too.
	#[pallet::storage]
	pub type OwnershipOffers<T: Config> = StorageMap<_, Twox64Concat, ModelId, T::AccountId>;

	/// What has happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A model was registered; jobs and offers for it are accepted from now on.
		ModelRegistered {
			/// The id of the model.
			model: ModelId,
			/// Who registered it and earns the royalty.
			owner: T::AccountId,
			/// The content of its first version.
			hashes: ModelHashes,
			/// The owner's share of what a job pays, in parts per million.
			royalty: Permill,
			/// What was put on hold for the model and its first version, in units.
			deposit: u128,
		},
		/// A model was retired: new jobs and offers are accepted for a while, then only running jobs
		/// go on.
		ModelRetired {
			/// The model.
			model: ModelId,
			/// The first block in which no new jobs and offers are accepted.
			posts_until: BlockNumberFor<T>,
			/// The first block in which anyone can remove it.
			removable_at: BlockNumberFor<T>,
		},
		/// A retired model was removed with all its versions, and its deposits returned.
		ModelRemoved {
			/// The model.
			model: ModelId,
			/// Who owned it and got the deposits back.
			owner: T::AccountId,
			/// What was returned, in units.
			deposit: u128,
		},
		/// A model has a new version: jobs that name none are for this one from now on.
		VersionPublished {
			/// The model.
			model: ModelId,
			/// The number of the new version.
			version: u32,
			/// Its content.
			hashes: ModelHashes,
			/// What was put on hold for it, in units.
			deposit: u128,
		},
		/// A version is no longer the newest: new jobs that name it, and offers for it, are accepted
		/// for a while, then only running jobs go on.
		VersionSuperseded {
			/// The model.
			model: ModelId,
			/// The version.
			version: u32,
			/// The first block in which no new jobs and offers for it are accepted.
			posts_until: BlockNumberFor<T>,
			/// The first block in which anyone can remove it.
			removable_at: BlockNumberFor<T>,
		},
		/// A superseded version was removed and its deposit returned.
		VersionRemoved {
			/// The model.
			model: ModelId,
			/// The version.
			version: u32,
			/// Who owns the model and got the deposit back.
			owner: T::AccountId,
			/// What was returned, in units.
			deposit: u128,
		},
		/// A model's owner offered it to another account. An earlier offer of it no longer counts.
		OwnershipOffered {
			/// The model.
			model: ModelId,
			/// Who can accept it.
			to: T::AccountId,
		},
		/// An offer of a model was taken back, or ended because the model was retired.
		OwnershipOfferWithdrawn {
			/// The model.
			model: ModelId,
			/// Who could have accepted it.
			to: T::AccountId,
		},
		/// A model has a new owner, who earns the royalties of jobs posted from now on.
		OwnershipTransferred {
			/// The model.
			model: ModelId,
			/// The owner until now.
			from: T::AccountId,
			/// The new owner.
			to: T::AccountId,
			/// What was put on hold by the new owner, in units.
			deposit: u128,
			/// What was returned to the old owner, in units.
			returned: u128,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The name is empty, longer than 64 bytes, not UTF-8, or has control characters. Shorten or
		/// correct it.
		NameInvalid,
		/// Licence or source is longer than 256 bytes. State an SPDX identifier or a link instead of
		/// the whole text.
		TextTooLong,
		/// The architecture is empty, longer than 64 bytes, not UTF-8, or has control characters.
		/// State the family's name, such as `llama`.
		ArchitectureInvalid,
		/// The context length is 0 or above 2^20 tokens. State what the model was made for.
		ContextLengthInvalid,
		/// The template overhead is above 1,024 tokens, or leaves no room for an input: state one below the
		/// context length.
		TemplateOverheadInvalid,
		/// The royalty is above what governance allows. The view function `max_royalty` says how much that
		/// is; ask for no more.
		RoyaltyTooHigh,
		/// A version of this or another model with the same weights, tokenizer and template is
		/// stored. Use that one; it can be found through `ByHashes`.
		AlreadyRegistered,
		/// There is no model with this id. It may have been removed.
		UnknownModel,
		/// Only the owner of a model can change it. Sign with the account that its record names.
		NotOwner,
		/// The model is retired, which ends all its versions and cannot be undone. Its status says
		/// from which block it can be removed; register what is to follow it as a new model.
		AlreadyRetired,
		/// The model is active; only a retired one can be removed. Its owner has to retire it first.
		NotRetired,
		/// Jobs on the model or version may still run. Its status says from which block it can be
		/// removed.
		GraceNotOver,
		/// All ids are used up. No further model can be registered on this chain.
		TooManyModels,
		/// Licence or source is not UTF-8 or has control characters. Correct it.
		TextInvalid,
		/// The number of parameters is 0. State how many the weights have.
		ParametersInvalid,
		/// The model has no version with this number. It may have been removed; `Versions` has those
		/// that there are.
		UnknownVersion,
		/// The version is the newest of its model. It ends when a newer one is published, or with the
		/// model.
		VersionInUse,
		/// As many versions of the model are stored as the constant `MaxVersions` allows. Remove an
		/// old one with `remove_version` first; its status says from which block that works.
		TooManyVersions,
		/// The model is not on offer. Its owner has to call `offer_ownership` first.
		NoOwnershipOffer,
		/// The model is offered to another account. Sign with the one that `OwnershipOffers` names.
		NotNewOwner,
		/// The model was to be offered to its own owner. Name the account that is to own it.
		OwnershipOfferToOwner,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			Self::check_config();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Registers a model and puts its deposit on hold.
		///
		/// ## Dispatch origin
		///
		/// Signed; the signer becomes the owner, who earns the royalty.
		///
		/// ## Details
		///
		/// The model gets the next free id, the price class that its number of parameters has, and
		/// one version with number 1. Nothing of these can be changed afterwards; `publish_version`
		/// adds versions. There is one deposit for the model and one for the version.
		///
		/// ## Errors
		///
		/// - `NameInvalid`, `ArchitectureInvalid`: empty, too long or not printable.
		/// - `ParametersInvalid`: 0 parameters.
		/// - `ContextLengthInvalid`: 0 or above 2^20.
		/// - `TemplateOverheadInvalid`: above 1,024, or not below the context length.
		/// - `RoyaltyTooHigh`: above what governance allows.
		/// - `TextTooLong`, `TextInvalid`: licence or source too long or not printable.
		/// - `AlreadyRegistered`: the same content is stored.
		/// - `TooManyModels`: no id is left.
		/// - An error of the ledger, if the signer cannot put down the deposits.
		///
		/// ## Events
		///
		/// `ModelRegistered`.
		#[pallet::call_index(0)]
		pub fn register(origin: OriginFor<T>, spec: ModelSpec) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, spec)
		}

		/// Retires a model for good: new jobs and offers end after a notice, running jobs go on.
		///
		/// ## Dispatch origin
		///
		/// Signed by the model's owner.
		///
		/// ## Details
		///
		/// New jobs and offers are accepted for `RetirementNotice` more blocks. `RetirementGrace`
		/// blocks later anyone can `remove` the model. An offer of it to another owner ends.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NotOwner`: another account owns it.
		/// - `AlreadyRetired`: it is retired.
		///
		/// ## Events
		///
		/// `ModelRetired`; before it `OwnershipOfferWithdrawn` if the model was on offer.
		#[pallet::call_index(1)]
		pub fn retire(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire(who, model)
		}

		/// Deletes a retired model with all its versions after its grace, and returns the deposits
		/// to its owner.
		///
		/// ## Dispatch origin
		///
		/// Signed by anyone.
		///
		/// ## Details
		///
		/// Afterwards the same contents can be registered again; the model will get another id. The
		/// fee is for the versions that there were.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NotRetired`: it is active.
		/// - `GraceNotOver`: the block from which it can be removed is not reached.
		///
		/// ## Events
		///
		/// `ModelRemoved`.
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::remove(MAX_VERSIONS))]
		pub fn remove(origin: OriginFor<T>, model: ModelId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let versions = Self::do_remove(model)?;
			Ok(Some(<T as Config>::WeightInfo::remove(versions)).into())
		}

		/// Publishes a new version of a model and puts its deposit on hold.
		///
		/// ## Dispatch origin
		///
		/// Signed by the model's owner.
		///
		/// ## Details
		///
		/// The version gets the next number and is the newest at once: jobs that name no version are
		/// for this one. New jobs that name the version before, and offers for it, are accepted for
		/// `VersionGrace` more blocks, so that providers can change over; `RetirementGrace` blocks
		/// later anyone can `remove_version` it.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NotOwner`: another account owns it.
		/// - `AlreadyRetired`: it is retired.
		/// - `ContextLengthInvalid`: 0 or above 2^20.
		/// - `TemplateOverheadInvalid`: above 1,024, or not below the context length.
		/// - `TextTooLong`, `TextInvalid`: source too long or not printable.
		/// - `AlreadyRegistered`: the same content is stored, for this model or another.
		/// - `TooManyVersions`: `MaxVersions` versions are stored.
		/// - An error of the ledger, if the signer cannot put down the deposit.
		///
		/// ## Events
		///
		/// `VersionSuperseded`, `VersionPublished`.
		#[pallet::call_index(3)]
		pub fn publish_version(
			origin: OriginFor<T>,
			model: ModelId,
			spec: VersionSpec,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_publish_version(who, model, spec)
		}

		/// Deletes a superseded version after its grace and returns its deposit to the owner.
		///
		/// ## Dispatch origin
		///
		/// Signed by anyone.
		///
		/// ## Details
		///
		/// Afterwards the same content can be registered or published again; it will get another
		/// number. The newest version goes only with its model.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `UnknownVersion`: it has no such version.
		/// - `VersionInUse`: the version is the newest.
		/// - `GraceNotOver`: the block from which it can be removed is not reached.
		///
		/// ## Events
		///
		/// `VersionRemoved`.
		#[pallet::call_index(4)]
		pub fn remove_version(
			origin: OriginFor<T>,
			model: ModelId,
			version: u32,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_remove_version(model, version)
		}

		/// Offers a model to another account, which becomes its owner with `accept_ownership`.
		///
		/// ## Dispatch origin
		///
		/// Signed by the model's owner.
		///
		/// ## Details
		///
		/// Nothing changes until the other account accepts. A model is on offer to one account: a
		/// second offer takes the place of the first.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NotOwner`: another account owns it.
		/// - `AlreadyRetired`: it is retired.
		/// - `OwnershipOfferToOwner`: `to` is the owner.
		///
		/// ## Events
		///
		/// `OwnershipOffered`.
		#[pallet::call_index(5)]
		pub fn offer_ownership(
			origin: OriginFor<T>,
			model: ModelId,
			to: T::AccountId,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_offer_ownership(who, model, to)
		}

		/// Takes back the offer of a model to another account.
		///
		/// ## Dispatch origin
		///
		/// Signed by the model's owner.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NotOwner`: another account owns it.
		/// - `NoOwnershipOffer`: it is not on offer.
		///
		/// ## Events
		///
		/// `OwnershipOfferWithdrawn`.
		#[pallet::call_index(6)]
		pub fn withdraw_ownership_offer(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_withdraw_ownership_offer(who, model)
		}

		/// Takes over a model that is offered to the signer.
		///
		/// ## Dispatch origin
		///
		/// Signed by the account that the model is offered to.
		///
		/// ## Details
		///
		/// The signer puts down the deposits for the model and all its versions, at what they cost
		/// now; the old owner gets its own back. The royalties of jobs that are posted already stay
		/// with the old owner. The fee is for the versions that there are.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NoOwnershipOffer`: it is not on offer.
		/// - `NotNewOwner`: it is offered to another account.
		/// - An error of the ledger, if the signer cannot put down the deposits.
		///
		/// ## Events
		///
		/// `OwnershipTransferred`.
		#[pallet::call_index(7)]
		#[pallet::weight(<T as Config>::WeightInfo::accept_ownership(MAX_VERSIONS))]
		pub fn accept_ownership(
			origin: OriginFor<T>,
			model: ModelId,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			let versions = Self::do_accept_ownership(who, model)?;
			Ok(Some(<T as Config>::WeightInfo::accept_ownership(versions)).into())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// What is registered as this version of the model, or as its newest if no version is named,
		/// and whether new jobs and offers for it are accepted. `None` if there is no such model or
		/// version.
		pub fn version_of(model: ModelId, version: Option<u32>) -> Option<RegisteredVersionOf<T>> {
			Self::registered(model, version)
		}

		/// The highest royalty that a model can be registered with now.
		pub fn max_royalty() -> Permill {
			T::MaxRoyalty::get()
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// Most bytes of a name or an architecture.
		#[pallet::constant_name(MaxNameLength)]
		fn max_name_length() -> u32 {
			MAX_NAME_LENGTH
		}

		/// Most bytes of a licence or a source.
		#[pallet::constant_name(MaxTextLength)]
		fn max_text_length() -> u32 {
			MAX_TEXT_LENGTH
		}

		/// The longest context that a model can state, in tokens.
		#[pallet::constant_name(MaxContextLength)]
		fn max_context_length() -> u32 {
			MAX_CONTEXT_LENGTH
		}

		/// The most versions of one model that are stored at a time.
		#[pallet::constant_name(MaxVersions)]
		fn max_versions() -> u32 {
			MAX_VERSIONS
		}
	}
}
