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
	/// Bond of a validator or nominator.
	ValidatorBond,
	/// Bond that was asked back.
	ValidatorUnbonding,
	/// Storage of a call that is to be proposed.
	Preimage,
	/// Deposit for submitting a referendum.
	ReferendumSubmission {
		/// The referendum.
		referendum: u32,
	},
	/// Decision deposit of a referendum.
	ReferendumDecision {
		/// The referendum.
		referendum: u32,
	},
	/// Votes. A lock, not a hold: it lies over holds and over other locks, and is no part of their sum.
	Votes,
	/// Deposit for proposing a bounty, or of its curator, or of a part's curator.
	Bounty {
		/// The bounty.
		bounty: u32,
	},
	/// Storage of the account's proxies.
	Proxies,
	/// Storage of calls that the account has announced as a proxy.
	ProxyAnnouncements,
	/// Storage of a call that waits for signatures.
	Multisig,
	/// Storage of the account's identity and those of its subaccounts, and fees for its judgement.
	Identity,
}

impl HeldFor {
	/// Whether it lies over holds, so that it must not be added to them.
	pub fn is_lock(&self) -> bool {
		matches!(self, Self::Votes)
	}
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
	/// `validatorStaking.unbond`, then `validatorStaking.withdraw_unbonded`.
	ValidatorUnbond,
	/// `validatorStaking.withdraw_unbonded`.
	ValidatorWithdraw,
	/// `preimage.unnote_preimage`.
	PreimageUnnote,
	/// The end of the referendum, then a refund by anybody.
	ReferendumEnds,
	/// `referenda.refund_submission_deposit` by anybody.
	ReferendaRefundSubmission,
	/// `origins.refund_submission_deposit` by anybody.
	OriginsRefundSubmission,
	/// `referenda.refund_decision_deposit` by anybody.
	ReferendaRefundDecision,
	/// `convictionVoting.remove_vote` or `undelegate`, then `convictionVoting.unlock` when the locks have run out.
	VotingUnlock,
	/// The next step of the bounty: its funding, or its payment.
	BountyProceeds,
	/// `proxy.remove_proxies`.
	ProxyRemove,
	/// `proxy.remove_announcement`.
	ProxyRemoveAnnouncement,
	/// The last signature, or `multisig.cancel_as_multi`.
	MultisigProceeds,
	/// `identity.clear_identity`.
	IdentityClear,
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
