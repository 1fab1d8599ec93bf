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
	/// Votes. A lock, not a hold: it lies over holds and over other locks, and is no part of their sum. There is one
	/// entry for each part of it that ends in another block; together they are the lock.
	Votes,
	/// Deposit for proposing a bounty, or of its curator.
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
	/// Storage of a model's split royalty, or of somebody's part of it.
	RoyaltyDeposit {
		/// The model.
		model: ModelId,
	},
	/// Stake behind a provider.
	Delegation {
		/// The provider's account.
		provider: [u8; 32],
	},
	/// Stake behind a provider that was asked back.
	UnbondingDelegation {
		/// The provider's account.
		provider: [u8; 32],
	},
	/// Own or delegated stake that a slash will take, unless governance cancels it. A fault of the owner, or of
	/// the provider behind whom it stands.
	PendingSlash {
		/// The slash.
		slash: u64,
	},
	/// What slashes have taken of stake behind a provider. It has not been collected yet.
	SlashedDelegation {
		/// The provider's account.
		provider: [u8; 32],
	},
	/// What stake behind a provider has earned and was not claimed. It waits in the pallet's pot.
	DelegationIncome {
		/// The provider's account.
		provider: [u8; 32],
	},
	/// What shares of a model's royalty have earned and was not claimed. It waits in the pallet's pot.
	RoyaltyIncome {
		/// The model.
		model: ModelId,
	},
	/// What a slash will take of the bond of a validator or nominator, unless governance cancels it. It lies over
	/// the bond, and is no part of the sum.
	PendingValidatorSlash {
		/// The era in whose first block it is taken.
		era: u32,
	},
	/// Deposit of the curator of a part of a bounty.
	ChildBounty {
		/// The bounty.
		bounty: u32,
		/// The part.
		child: u32,
	},
}

impl HeldFor {
	/// Whether it lies over holds and other locks, so that only the largest counts.
	pub fn is_lock(&self) -> bool {
		matches!(self, Self::Votes)
	}

	/// Whether it is on hold, so that the sum of all such entries is what the account has on hold. What is not lies
	/// over holds, or has not come in yet.
	pub fn is_on_hold(&self) -> bool {
		!matches!(
			self,
			Self::Votes
				| Self::PendingValidatorSlash { .. }
				| Self::DelegationIncome { .. }
				| Self::RoyaltyIncome { .. }
		)
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
	/// The call that frees it works from this block on, as things stand: what depends on a vote ends in another
	/// block if more votes come.
	CallableFrom(u32),
	/// Until its owner acts; the call that frees it, or the first of them, works now.
	OwnerActs,
	/// Until others act, by a vote or as what they were appointed to be. No block can be named.
	OthersAct,
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
	/// The funding of the bounty, which needs no call once a vote has approved it.
	BountyProceeds,
	/// `proxy.remove_proxies`.
	ProxyRemove,
	/// `proxy.remove_announcement`.
	ProxyRemoveAnnouncement,
	/// The last signature, or `multisig.cancel_as_multi`.
	MultisigProceeds,
	/// `identity.clear_identity`.
	IdentityClear,
	/// `rewards.transfer_royalty` of all shares by whom the record is of, then `rewards.claim_royalty`.
	RewardsTransferRoyalty,
	/// `rewards.merge_royalty` by the model's owner, once it holds all shares.
	RewardsMergeRoyalty,
	/// `rewards.claim_royalty_for` by anybody, for each who has something to claim.
	RewardsClaimRoyaltyFor,
	/// `staking.undelegate`, then `staking.withdraw_delegation`; or `staking.redelegate` to another provider.
	StakingUndelegate,
	/// `staking.withdraw_delegation`.
	StakingWithdrawDelegation,
	/// `staking.cancel_slash`, by a vote. Otherwise it is taken.
	StakingCancelSlash,
	/// `staking.collect` by anybody, which takes it.
	StakingCollect,
	/// `staking.claim`.
	StakingClaim,
	/// `rewards.claim_royalty`.
	RewardsClaimRoyalty,
	/// `validatorStaking.cancel_deferred_slash`, by a vote. Otherwise it is taken.
	ValidatorCancelSlash,
	/// `bounties.unassign_curator` by the curator, who then is it no longer; otherwise `bounties.claim_bounty` once it
	/// was awarded.
	BountyUnassign,
	/// `bounties.claim_bounty` by anybody.
	BountyClaim,
	/// `childBounties.unassign_curator` by the curator, who then is it no longer; otherwise
	/// `childBounties.claim_child_bounty` once it was awarded.
	ChildBountyUnassign,
	/// `childBounties.claim_child_bounty` by anybody.
	ChildBountyClaim,
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
