//! What an account has on hold, explained: for what, until when, and what frees it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{JobId, ModelId};

/// What units are on hold for.
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
pub enum HeldFor {
	/// The maximum price of a live job.
	Escrow {
		/// The job.
		job: JobId,
	},
	/// Stake that counts.
	BondedStake {
		/// Units of it that cover jobs in the provider's hands.
		committed: u128,
	},
	/// Stake that was asked back.
	UnbondingStake,
	/// Storage of a model and its versions.
	ModelDeposit {
		/// The model.
		model: ModelId,
	},
	/// Storage of an offer.
	OfferDeposit {
		/// The model that it is for.
		model: ModelId,
		/// The version of the model that it is for.
		version: u32,
	},
	/// Storage of a validator's session keys.
	SessionKeys,
}

/// Until when units stay on hold.
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
pub enum HeldUntil {
	/// Freed by itself at the latest in this block.
	EndsBy(u32),
	/// The call that frees it works from this block on.
	CallableFrom(u32),
	/// Until its owner acts; the call that frees it works now.
	OwnerActs,
}

/// What frees units.
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
pub enum FreedBy {
	/// The close of the job, which needs no call: it is paid, and the rest returns.
	JobCloses,
	/// `jobs.cancel` at once; otherwise the close of the job.
	JobsCancel,
	/// `jobs.poke` by anybody: what was due has not been done yet.
	JobsPoke,
	/// `staking.unbond`, then `staking.withdraw`; `staking.exit` for everything.
	StakingUnbond,
	/// `staking.withdraw`.
	StakingWithdraw,
	/// `models.retire`, then `models.remove` after the grace.
	ModelsRetire,
	/// `models.remove` by anybody.
	ModelsRemove,
	/// `pricing.remove_offer`.
	PricingRemoveOffer,
	/// `session.purge_keys`.
	SessionPurgeKeys,
}

/// Some of the units that an account has on hold.
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
pub struct Held {
	/// What for.
	pub reason: HeldFor,
	/// Units.
	pub amount: u128,
	/// Until when.
	pub until: HeldUntil,
	/// What frees it.
	pub freed_by: FreedBy,
}
