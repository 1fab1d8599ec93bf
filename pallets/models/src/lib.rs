#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

extern crate alloc;

mod dispatchable_impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
pub mod types;
pub mod weights;

use polkadot_sdk::*;

pub use pallet::*;
pub use types::{Model, ModelOf, ModelSpec, ModelStatus};
pub use weights::WeightInfo;

/// The pallet.
// Boxing the registration would show in the call's metadata, and a call lives only briefly.
#[allow(clippy::large_enum_variant)]
#[frame_support::pallet]
pub mod pallet {
	use athanor_primitives::{H256, ModelId, model::ModelHashes};
	use frame_support::{
		pallet_prelude::*,
		traits::{Consideration, Footprint, StorageVersion, fungible},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::{Permill, traits::Zero};

	use super::*;
	use crate::types::{Deposit, MAX_CONTEXT_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH};

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

		/// What an owner puts down for the storage of a model, for a footprint of one blob with the
		/// size of the encoded record. It must hold under [`HoldReason::Deposit`].
		type Consideration: Consideration<Self::AccountId, Footprint>;

		/// The highest royalty that a model can be registered with. Below one whole.
		#[pallet::constant]
		type MaxRoyalty: Get<Permill>;

		/// Blocks between retiring a model and being able to remove it. Must be longer than the
		/// longest life of a job, so that no job outlives its model.
		#[pallet::constant]
		type RetirementGrace: Get<BlockNumberFor<Self>>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit for a registered model. `remove` frees it, once the model is retired and its
		/// grace is over.
		#[codec(index = 0)]
		Deposit,
	}

	/// The registered models.
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

	/// The id that the next registration gets. Ids are never given twice.
	#[pallet::storage]
	pub type NextModelId<T: Config> = StorageValue<_, ModelId, ValueQuery>;

	/// The model with this content, by `blake2_256(SCALE(hashes))`, so that a content cannot be
	/// registered twice.
	///
	/// The registrant chooses the hashes, so the hasher is a cryptographic one. The model's deposit
	/// pays for this entry too.
	#[pallet::storage]
	pub type ByHashes<T: Config> = StorageMap<_, Blake2_128Concat, H256, ModelId>;

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
			/// Its content.
			hashes: ModelHashes,
			/// The owner's share of what a job pays, in parts per million.
			royalty: Permill,
			/// What was put on hold, in units.
			deposit: u128,
		},
		/// A model was retired: no new jobs or offers, running jobs go on.
		ModelRetired {
			/// The model.
			model: ModelId,
			/// The first block in which anyone can remove it.
			removable_at: BlockNumberFor<T>,
		},
		/// A retired model was removed and its deposit returned.
		ModelRemoved {
			/// The model.
			model: ModelId,
			/// Who had registered it and got the deposit back.
			owner: T::AccountId,
			/// What was returned, in units.
			deposit: u128,
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
		/// The template overhead leaves no room for an input: it must be below the context length.
		TemplateOverheadInvalid,
		/// The royalty is above the constant `MaxRoyalty`. Ask for less.
		RoyaltyTooHigh,
		/// A model with the same weights, tokenizer and template is registered. Use that one; it
		/// can be found through `ByHashes`.
		AlreadyRegistered,
		/// There is no model with this id. It may have been removed.
		UnknownModel,
		/// Only the account that registered a model can retire it. Sign with that account.
		NotOwner,
		/// The model is retired already. Its status says from which block it can be removed.
		AlreadyRetired,
		/// The model is active; only a retired one can be removed. Its owner has to retire it first.
		NotRetired,
		/// The model is retired, but jobs on it may still run. Its status says from which block it
		/// can be removed.
		GraceNotOver,
		/// All ids are used up. No further model can be registered on this chain.
		TooManyModels,
		/// Licence or source is not UTF-8 or has control characters. Correct it.
		TextInvalid,
		/// The number of parameters is 0. State how many the weights have.
		ParametersInvalid,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxRoyalty::get() < Permill::one(),
				"MaxRoyalty must be below one whole, or nothing is left for who does the work"
			);
			assert!(
				!T::RetirementGrace::get().is_zero(),
				"RetirementGrace must not be 0, or a model can vanish under its running jobs"
			);
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
		/// The model gets the next free id, version 1 and the price class that its number of
		/// parameters has. Nothing of it can be changed afterwards.
		///
		/// ## Errors
		///
		/// - `NameInvalid`, `ArchitectureInvalid`: empty, too long or not printable.
		/// - `ParametersInvalid`: 0 parameters.
		/// - `ContextLengthInvalid`: 0 or above 2^20.
		/// - `TemplateOverheadInvalid`: not below the context length.
		/// - `RoyaltyTooHigh`: above `MaxRoyalty`.
		/// - `TextTooLong`, `TextInvalid`: licence or source too long or not printable.
		/// - `AlreadyRegistered`: the same content is registered.
		/// - `TooManyModels`: no id is left.
		/// - An error of the ledger, if the signer cannot put down the deposit.
		///
		/// ## Events
		///
		/// `ModelRegistered`.
		#[pallet::call_index(0)]
		pub fn register(origin: OriginFor<T>, spec: ModelSpec) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, spec)
		}

		/// Retires a model for good: no new jobs or offers, running jobs go on.
		///
		/// ## Dispatch origin
		///
		/// Signed by the model's owner.
		///
		/// ## Details
		///
		/// After `RetirementGrace` blocks anyone can `remove` it.
		///
		/// ## Errors
		///
		/// - `UnknownModel`: there is no such model.
		/// - `NotOwner`: another account registered it.
		/// - `AlreadyRetired`: it is retired.
		///
		/// ## Events
		///
		/// `ModelRetired`.
		#[pallet::call_index(1)]
		pub fn retire(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_retire(who, model)
		}

		/// Deletes a retired model after its grace and returns the deposit to its owner.
		///
		/// ## Dispatch origin
		///
		/// Signed by anyone.
		///
		/// ## Details
		///
		/// Afterwards the same content can be registered again; it will get another id.
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
		pub fn remove(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_remove(model)
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
	}
}
