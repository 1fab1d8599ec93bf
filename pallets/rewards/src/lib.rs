#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
#[cfg(test)]
mod mock;
mod payout_impls;
#[cfg(test)]
mod tests;
mod try_state;
pub mod types;

use polkadot_sdk::*;

pub use pallet::*;
pub use types::CreditOf;

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
	use athanor_primitives::{JobId, split::MILLION};
	use frame_support::{
		pallet_prelude::*,
		traits::{StorageVersion, fungible},
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
		/// The ledger in which jobs are paid for.
		type Currency: fungible::Balanced<Self::AccountId, Balance = u128>;

		/// Gets the treasury's share, and what its recipient cannot take.
		#[pallet::constant]
		type TreasuryAccount: Get<Self::AccountId>;

		/// The treasury's share of each payment. Together with [`Self::BurnShare`] below one whole.
		#[pallet::constant]
		type TreasuryShare: Get<Permill>;

		/// The share of each payment that is destroyed.
		#[pallet::constant]
		type BurnShare: Get<Permill>;
	}

	/// What was paid since genesis, and to whom: the sum of all [`Event::JobPaid`].
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Totals<T: Config> = StorageValue<_, types::Totals, ValueQuery>;

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
			/// Who made the model.
			author: T::AccountId,
			/// What the requester paid: the sum of the parts below.
			spent: u128,
			/// To the provider. 0 if its account cannot take so little.
			to_provider: u128,
			/// To those who delegated to the provider.
			to_delegators: u128,
			/// To the model's author. 0 without royalty, and if its account cannot take so little.
			to_author: u128,
			/// To the treasury: its share, what rounding left, and what others could not take.
			to_treasury: u128,
			/// Destroyed: the governed share, and what even the treasury could not take.
			burned: u128,
		},
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
}
