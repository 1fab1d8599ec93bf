//! What is stored and passed around.

use athanor_primitives::{
	ModelId,
	income::{Earned, Income},
	split::Payment,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::{
	frame_support::traits::fungible, frame_system, frame_system::pallet_prelude::BlockNumberFor,
	sp_runtime::Permill,
};
use scale_info::TypeInfo;

use crate::Config;

/// The shares of a model's royalty.
pub const ROYALTY_SHARES: u32 = 1_000_000;

/// Most entries of an answer to a client.
pub const MAX_LISTED: u32 = 1_024;

/// Money on its way: taken from a requester, not yet anybody's.
pub type CreditOf<T> =
	fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

/// A [`Royalty`] of a runtime.
pub type RoyaltyOf<T> = Royalty<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A [`Holder`] of a runtime.
pub type HolderOf<T> = Holder<<T as frame_system::Config>::AccountId>;

/// A [`Record`] of a runtime.
pub type RecordOf<T> = Record<<T as frame_system::Config>::AccountId>;

/// A [`Deposit`] of a runtime.
pub type DepositOf<T> = Deposit<<T as Config>::Consideration>;

/// What was paid since genesis, in units, and to whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Totals {
	/// By requesters; the sum of the parts below.
	pub paid: u128,
	/// To providers.
	pub provider: u128,
	/// To delegators.
	pub delegators: u128,
	/// To the owners of models, and to those who hold shares of their royalties.
	pub author: u128,
	/// To the treasury.
	pub treasury: u128,
	/// Destroyed.
	pub burned: u128,
	/// How many jobs were paid for.
	pub jobs: u64,
}

impl Totals {
	/// These totals after another payment; `None` if one of them overflows.
	pub fn with(&self, payment: &Payment) -> Option<Self> {
		Some(Self {
			paid: self.paid.checked_add(payment.total()?)?,
			provider: self.provider.checked_add(payment.provider)?,
			delegators: self.delegators.checked_add(payment.delegators)?,
			author: self.author.checked_add(payment.author)?,
			treasury: self.treasury.checked_add(payment.treasury)?,
			burned: self.burned.checked_add(payment.burned)?,
			jobs: self.jobs.checked_add(1)?,
		})
	}

	/// The parts as one payment.
	pub fn parts(&self) -> Payment {
		Payment {
			provider: self.provider,
			delegators: self.delegators,
			author: self.author,
			treasury: self.treasury,
			burned: self.burned,
		}
	}
}

/// The royalty of a model that several can hold.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Royalty<AccountId, BlockNumber> {
	/// Whose deposit pays for this record.
	pub depositor: AccountId,
	/// The block in which it was split. What jobs posted in a later block pay comes in here.
	pub split_at: BlockNumber,
	/// The shares of all holders: 1,000,000, and fewer only once the model is gone.
	pub shares: u32,
	/// How many holders there are, those counted that have no shares any more, but something to claim.
	pub holders: u32,
	/// What each share has earned.
	pub income: Income,
	/// Units in the pot that came in here and were not claimed.
	pub unclaimed: u128,
}

/// Somebody's part of a model's royalty.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Holder<AccountId> {
	/// Whose deposit pays for this record.
	pub depositor: AccountId,
	/// Its shares, of 1,000,000.
	pub shares: u32,
	/// What they have earned.
	pub earned: Earned,
}

/// What a deposit is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Record<AccountId> {
	/// That a model's royalty is split.
	Royalty {
		/// The model.
		model: ModelId,
	},
	/// That somebody has a part of it.
	Holder {
		/// The model.
		model: ModelId,
		/// Who.
		who: AccountId,
	},
}

impl<AccountId> Record<AccountId> {
	/// The model.
	pub fn model(&self) -> ModelId {
		match self {
			Self::Royalty { model } | Self::Holder { model, .. } => *model,
		}
	}
}

/// What somebody has on hold for a record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Deposit<Ticket> {
	/// Frees the deposit.
	pub ticket: Ticket,
	/// What was put on hold for it, in units.
	pub amount: u128,
}

/// The governed shares of a payment.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PaymentShares {
	/// To the treasury, in parts per million.
	pub treasury: Permill,
	/// Destroyed, in parts per million.
	pub burn: Permill,
}

/// What an account has of a model's split royalty.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Holding {
	/// The model.
	pub model: ModelId,
	/// Shares, of 1,000,000.
	pub shares: u32,
	/// What can be claimed now, in units.
	pub claimable: u128,
}
