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
#[cfg(test)]
mod mock;
mod payout_impls;
mod reads;
mod royalties;
#[cfg(test)]
mod tests;
mod try_state;
pub mod types;
pub mod weights;

use polkadot_sdk::*;

pub use pallet::*;
pub use types::{
	CreditOf, Deposit, DepositOf, Holder, HolderOf, Holding, PaymentShares, ROYALTY_SHARES, Record,
	RecordOf, Royalty, RoyaltyOf,
};
pub use weights::WeightInfo;

/// The pallet.
// Of the generated code: the SDK's metadata of storage items.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use alloc::vec::Vec;
	use core::marker::PhantomData;

	use athanor_primitives::{
		JobId, ModelId,
		ports::{DelegatorIncome, ModelRegistry},
		split::MILLION,
	};
	use frame_support::{
		PalletId,
		pallet_prelude::*,
		traits::{
			Consideration, Footprint, StorageVersion,
			fungible::{self, Balanced, Inspect},
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::Permill;

	use super::*;

	/// The layout of storage that this code reads and writes.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Pays what jobs have earned.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: polkadot_sdk::frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The ledger in which jobs are paid for. Of deposits this pallet only reads what is on hold;
		/// that moves through [`Self::Consideration`].
		type Currency: fungible::Balanced<Self::AccountId, Balance = u128>
			+ fungible::InspectHold<Self::AccountId, Reason: From<HoldReason>>;

		/// The models, for their owners.
		type Models: ModelRegistry<AccountId = Self::AccountId>;

		/// Takes the part of the provider's side that belongs to who delegated to it.
		type Delegators: DelegatorIncome<AccountId = Self::AccountId, Credit = CreditOf<Self>>;

		/// What is put down for a record of a split royalty: for a footprint of one blob with the size
		/// that the record can have. It must hold under [`HoldReason::RoyaltyDeposit`].
		type Consideration: Consideration<Self::AccountId, Footprint>;

		/// Gets the treasury's share, and what its recipient cannot take.
		#[pallet::constant]
		type TreasuryAccount: Get<Self::AccountId>;

		/// The treasury's share of each payment. Together with [`Self::BurnShare`] below one whole. May
		/// change at any time.
		type TreasuryShare: Get<Permill>;

		/// The share of each payment that is destroyed. May change at any time.
		type BurnShare: Get<Permill>;

		/// Names the account in which royalties wait for those who share them.
		#[pallet::constant]
		type PotId: Get<PalletId>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;

		/// Sets up for benchmarks what other pallets have.
		#[cfg(any(test, feature = "runtime-benchmarks"))]
		type BenchmarkHelper: crate::benchmarking::BenchmarkHelper<Self>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for a split royalty, or for somebody's part of one, of whoever made the record. It
		/// returns when the record ends: with the last of the shares and the income, with
		/// `merge_royalty`, or with the model.
		#[codec(index = 0)]
		RoyaltyDeposit,
	}

	/// What was paid since genesis, and to whom: the sum of all [`Event::JobPaid`].
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Totals<T: Config> = StorageValue<_, types::Totals, ValueQuery>;

	/// The royalties that were split. A model without an entry pays its owner.
	///
	/// Twox64Concat, because the chain counts models. Who split it has a deposit on hold for it, in
	/// `Deposits`.
	#[pallet::storage]
	pub type Royalties<T: Config> = StorageMap<_, Twox64Concat, ModelId, RoyaltyOf<T>, OptionQuery>;

	/// Who has shares of a model's royalty, or something left to claim of it.
	///
	/// Blake2_128Concat for accounts, which their owners choose; Twox64Concat for models, which the
	/// chain counts. Who made the record has a deposit on hold for it, in `Deposits`.
	#[pallet::storage]
	pub type Holders<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Twox64Concat,
		ModelId,
		HolderOf<T>,
		OptionQuery,
	>;

	/// The deposit for each entry of `Royalties` and `Holders`, by who put it down.
	///
	/// Apart from them, so that a payment does not read a ticket that only the end of a record needs, and
	/// so that a depositor's can be listed. Blake2_128Concat twice, because both have accounts in them.
	#[pallet::storage]
	pub type Deposits<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		RecordOf<T>,
		DepositOf<T>,
		OptionQuery,
	>;

	/// Gives the pot its existential deposit, so that it takes the smallest royalty.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Names the runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let (pot, least) = (Pallet::<T>::pot(), T::Currency::minimum_balance());
			let missing = least.saturating_sub(T::Currency::balance(&pot));
			if missing > 0 {
				let given = T::Currency::resolve(&pot, T::Currency::issue(missing));
				assert!(
					given.is_ok(),
					"the pot of royalties gets its existential deposit"
				);
			}
		}
	}

	/// What has happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A job was paid for. States what each party really got, in units; the parts add up to
		/// `spent`.
		JobPaid {
			/// The job.
			job: JobId,
			/// Who paid.
			requester: T::AccountId,
			/// Who did the work.
			provider: T::AccountId,
			/// Who owned the model when the job was posted.
			author: T::AccountId,
			/// What the requester paid: the sum of the parts below.
			spent: u128,
			/// To the provider. 0 if its account cannot take so little.
			to_provider: u128,
			/// To those who delegated to the provider.
			to_delegators: u128,
			/// The royalty: to `author`, or, if it was split before the job was posted, to all who hold
			/// shares of it, who can claim it from now on. 0 without royalty, and if it cannot be
			/// delivered.
			to_author: u128,
			/// To the treasury: its share, what rounding left, and what others could not take.
			to_treasury: u128,
			/// Destroyed: the governed share, and what even the treasury could not take.
			burned: u128,
		},
		/// A model's royalty was split: what jobs posted in later blocks pay is for all who hold shares of
		/// it.
		RoyaltySplit {
			/// The model.
			model: ModelId,
			/// Its owner, who had all the shares.
			owner: T::AccountId,
		},
		/// Shares of a model's royalty have another holder, who earns what comes in from now on.
		RoyaltyTransferred {
			/// The model.
			model: ModelId,
			/// Who had them.
			from: T::AccountId,
			/// Who has them now.
			to: T::AccountId,
			/// How many, of 1,000,000.
			shares: u32,
		},
		/// Somebody was paid what its shares of a royalty had earned.
		RoyaltyClaimed {
			/// The model.
			model: ModelId,
			/// Who was paid.
			who: T::AccountId,
			/// How much, in units.
			amount: u128,
		},
		/// What shares had earned is too little for their holder's account to exist, and nothing more comes
		/// in. So it went to the treasury.
		RoyaltyForfeited {
			/// The model.
			model: ModelId,
			/// Whose it was.
			who: T::AccountId,
			/// To the treasury, in units.
			to_treasury: u128,
			/// Destroyed, because even the treasury could not take it, in units.
			burned: u128,
		},
		/// A model's royalty is no longer split: its owner holds all of it, or the model is gone.
		RoyaltyEnded {
			/// The model.
			model: ModelId,
			/// What rounding had left, to the treasury, in units.
			to_treasury: u128,
			/// Destroyed, because the treasury could not take it, in units.
			burned: u128,
		},
		/// A record of a split royalty was made, and a deposit put on hold for it.
		RoyaltyDepositTaken {
			/// Who put it down.
			who: T::AccountId,
			/// The model.
			model: ModelId,
			/// How much, in units.
			amount: u128,
		},
		/// A record of a split royalty has ended, and its deposit returned.
		RoyaltyDepositReturned {
			/// Who had put it down.
			who: T::AccountId,
			/// The model.
			model: ModelId,
			/// How much, in units.
			amount: u128,
		},
	}

	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The number of shares is zero. Name how many of the 1,000,000 are to go.
		SharesZero,
		/// More than 1,000,000 shares, which are all of a royalty. Name fewer.
		MoreThanAllShares,
		/// The sender has not so many shares of this royalty. The view function `royalties_of` says how
		/// many it has; name no more.
		NotEnoughShares,
		/// The shares were to go to who has them. Name another account.
		TransferToSelf,
		/// There is no such model, or no longer. Look its id up in the registry; of one that was removed,
		/// what is left can be claimed, if its royalty was split.
		UnknownModel,
		/// Only the model's owner can do this. Sign with the account that the registry names.
		NotOwner,
		/// The model's royalty is not split, so there is nothing to claim or to merge: each job pays its
		/// owner. `transfer_royalty` by the owner splits it.
		NotSplit,
		/// The account has no shares of this royalty, or they have earned nothing since the last claim. Try
		/// again when jobs on the model were paid for.
		NothingToClaim,
		/// The holder has no account, and this is less than the existential deposit that it needs. Claim
		/// when more has come in, or send the account some money first.
		TooLittle,
		/// The owner does not hold all of the shares. Get the others from their holders first; `Holders`
		/// has them.
		NotAllShares,
		/// Somebody without shares still has income of this royalty to claim. Claim it for them with
		/// `claim_royalty_for` first; `Holders` has them.
		HoldersRemain,
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The shares of a model's royalty.
		#[pallet::constant_name(RoyaltyShares)]
		fn royalty_shares() -> u32 {
			ROYALTY_SHARES
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let taken = T::TreasuryShare::get()
				.deconstruct()
				.saturating_add(T::BurnShare::get().deconstruct());
			assert!(
				taken < MILLION,
				"TreasuryShare and BurnShare must leave something for who does the work"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_now: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Gives shares of a model's royalty to another account. While nobody has done so, the model's
		/// owner has all 1,000,000; the first transfer splits the royalty.
		///
		/// **Dispatch origin**: signed by who has the shares.
		///
		/// **Effects**: what the shares earn from now on is the new holder's; what they have earned stays
		/// with the old one, to claim. With the first transfer, what jobs posted in later blocks pay waits
		/// in the pot for who holds the shares when they are paid for; jobs posted until then still pay the
		/// owner. From then on the shares no longer go with the model's ownership. Each new record (of the
		/// split royalty, of each holder) takes a deposit from the sender; a holder without shares and
		/// income has no record, and its deposit returns.
		///
		/// **Errors**: `SharesZero`; `MoreThanAllShares`; `TransferToSelf`; `UnknownModel`; `NotOwner` if
		/// the royalty is not split; `NotEnoughShares` if it is; a token error if the balance does not
		/// cover the deposits.
		///
		/// **Events**: `RoyaltySplit` for the first transfer; `RoyaltyDepositTaken` and
		/// `RoyaltyDepositReturned` for each record that begins and ends; `RoyaltyTransferred`.
		#[pallet::call_index(0)]
		pub fn transfer_royalty(
			origin: OriginFor<T>,
			model: ModelId,
			to: T::AccountId,
			shares: u32,
		) -> DispatchResult {
			let from = ensure_signed(origin)?;
			Self::do_transfer(from, model, to, shares)
		}

		/// Pays the sender what its shares of a model's royalty have earned. When it is called, and how
		/// often, makes no difference to what is paid in all.
		///
		/// **Dispatch origin**: signed by a holder, also after its last share is gone, or the model.
		///
		/// **Effects**: moves the income from the pot to the sender. Without shares, or without the model,
		/// the sender's record ends, and its deposit returns to who put it down. When the model is gone and
		/// the last holder has claimed, what rounding left goes to the treasury.
		///
		/// **Errors**: `UnknownModel`; `NotSplit`; `NothingToClaim`; `TooLittle`.
		///
		/// **Events**: `RoyaltyClaimed`; `RoyaltyDepositReturned` for each record that ends;
		/// `RoyaltyEnded` with the last of them.
		#[pallet::call_index(1)]
		pub fn claim_royalty(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_claim(model, &who)
		}

		/// Does for a holder of shares what `claim_royalty` does.
		///
		/// **Dispatch origin**: signed by anyone.
		///
		/// **Effects**: those of `claim_royalty`; the income goes to the holder. If the holder has no
		/// account, the income is too little to open one, and no more can come in, because the shares or
		/// the model are gone, then it goes to the treasury.
		///
		/// **Errors**: `UnknownModel`; `NotSplit`; `NothingToClaim`; `TooLittle`.
		///
		/// **Events**: those of `claim_royalty`; `RoyaltyForfeited`.
		#[pallet::call_index(2)]
		pub fn claim_royalty_for(
			origin: OriginFor<T>,
			model: ModelId,
			who: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim(model, &who)
		}

		/// Ends that a model's royalty is split: its owner, who has got all the shares back, is paid with
		/// each job again.
		///
		/// **Dispatch origin**: signed by the model's owner, who holds all 1,000,000 shares.
		///
		/// **Effects**: pays the owner what the shares have earned, and the treasury what rounding left. All
		/// deposits return. Jobs not paid for yet pay who owned the model when they were posted, and the
		/// shares go with the ownership again.
		///
		/// **Errors**: `UnknownModel`; `NotSplit`; `NotOwner`; `NotAllShares`; `HoldersRemain`;
		/// `TooLittle`.
		///
		/// **Events**: `RoyaltyClaimed` if there was income; `RoyaltyDepositReturned` twice;
		/// `RoyaltyEnded`.
		#[pallet::call_index(3)]
		pub fn merge_royalty(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_merge(who, model)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The shares of a payment that go to the treasury and that are destroyed, as they hold now.
		pub fn shares_of_payment() -> PaymentShares {
			Self::payment_shares()
		}

		/// What an account has of split royalties, at most `limit` entries and never more than 1,024. Of a
		/// model whose royalty is not split, the owner has all of it, and nothing to claim.
		pub fn royalties_of(who: T::AccountId, limit: u32) -> Vec<Holding> {
			Self::holdings(&who, limit)
		}
	}
}
