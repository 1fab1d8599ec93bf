//! Why calls fail, and what to do about it. A part of the pallet's module, which would be too long with it.

use polkadot_sdk::*;

use frame_support::pallet_macros::pallet_section;

/// The errors.
#[pallet_section]
mod errors {
	/// Why a call failed.
	#[pallet::error]
	pub enum Error<T> {
		/// The account is not a provider. Register it first.
		NotProvider,
		/// The account is a provider already. Use `bond` to add stake.
		AlreadyProvider,
		/// The bonded stake is, or would be, under `MinStake`. Stake more; or, when unbonding,
		/// unbond less or everything.
		StakeTooLow,
		/// The amount is zero. Name an amount.
		AmountZero,
		/// More than is bonded was to be unbonded. Unbond at most what is bonded; what unbonds
		/// already is not part of it.
		NotEnoughBonded,
		/// 16 parts of the stake, or of the delegation, unbond already. Withdraw what has unlocked, with
		/// `withdraw` or `withdraw_delegation`, or wait until a part does. A provider's `exit`, for
		/// everything, works all the same.
		TooManyUnbonding,
		/// No part of the stake, or of the delegation, has unlocked. Ask for some back first, with `unbond`
		/// or `undelegate`, or wait for the block in which a part unlocks.
		NothingToWithdraw,
		/// The key is registered already, for this provider or another, or was removed less than
		/// `UnbondingPeriod` blocks ago. Make a new key for this worker.
		KeyTaken,
		/// The key is of small order, so that anybody could sign for it. Make a key with a proper
		/// tool.
		WeakKey,
		/// The proof is not a signature of this key for this provider and this chain. Make it with
		/// the worker's key, the account that sends this call, and the genesis hash of this chain.
		BadProof,
		/// The provider has `MaxWorkerKeys` keys, those counted that were removed less than
		/// `UnbondingPeriod` blocks ago. Remove one that is not needed, and add another when that
		/// time is over.
		TooManyKeys,
		/// The key is not registered. Check it for typing errors, or that it was not removed
		/// before.
		UnknownKey,
		/// The key belongs to another provider. Only its owner can remove it.
		NotYourKey,
		/// Stake is left, bonded or unbonding. Unbond everything and withdraw it: that removes the
		/// record too.
		StakeRemains,
		/// The provider gets no new work already. Use `unchill` to end that.
		AlreadyChilled,
		/// The provider is not chilled. If it gets no work, it is paused, or lacks stake, a worker
		/// key or an offer that fits.
		NotChilled,
		/// Nothing is bonded and the provider is chilled already. Withdraw what has unlocked: with
		/// the last of it the record goes. If a slash took everything, `deregister`.
		AlreadyExited,
		/// The provider has jobs in hand, and its record cannot go before they are over. Finish
		/// them, or wait for their deadlines, and call again.
		JobsInHand,
		/// The key has been removed already. `forget_worker_key` drops it when it no longer answers
		/// for what it signed.
		KeyRetired,
		/// The key is in use. Its provider can remove it with `remove_worker_key`.
		KeyInUse,
		/// The key was removed less than `UnbondingPeriod` blocks ago, and its provider still
		/// answers for what it signed. Wait until block `answers_until` of the event
		/// `WorkerKeyRemoved`.
		KeyStillAnswers,
		/// A pending slash may take this stake. Wait until it is carried out or cancelled; `explain_account`
		/// says when that is. Until then, unbond and withdraw only what is left beside it.
		StakeFrozen,
		/// A slash of this provider is pending. Wait until it is carried out or cancelled: see the event
		/// `SlashRaised`.
		SlashPending,
		/// There is no pending slash with this id. It was carried out or cancelled before, or never raised.
		UnknownSlash,
		/// The slash can still be cancelled. Wait until block `enacts_at` of the event `SlashRaised`.
		AppealRuns,
		/// A provider's own stake is bonded, not delegated. Use `bond`.
		OwnProvider,
		/// The account to delegate to is not a provider. Check it for typing errors, or choose another one.
		NoSuchProvider,
		/// The provider wants no work now, so nothing would be earned. Choose another one, or wait until it
		/// calls `unchill`.
		ChilledProvider,
		/// The provider has missed a deadline and is paused. Choose another one, or wait until block `until` of
		/// the event `ProviderPaused`.
		PausedProvider,
		/// Less than `MinDelegation` is, or would be, delegated. Delegate or move more; or, when asking back, ask
		/// for less, or with 2^128 - 1 for everything.
		DelegationTooLow,
		/// More is delegated to the provider than its own stake allows, or it has less than `MinStake`. Delegate
		/// less, or to another provider.
		PoolFull,
		/// Slashes have taken nearly everything that was delegated to the provider, so that no shares can be
		/// made. Choose another one.
		PoolSpent,
		/// The account has delegated nothing to this provider. Check the provider, or delegate first.
		NoDelegation,
		/// More was asked back than is delegated. Ask for at most what the delegation is worth; what unbonds
		/// already is not part of it.
		NotEnoughDelegated,
		/// The delegation has earned nothing since the last claim. Wait until the provider is paid for a job.
		NothingToClaim,
		/// Slashes have taken nothing of this delegation that is not collected yet. There is nothing to do.
		NothingToCollect,
		/// The account to be paid takes no money. Send it the existential deposit, and call again.
		AccountGone,
		/// The stake is behind this provider already. Name another one.
		SameProvider,
		/// This delegation, or what of it was to be withdrawn, still answers for the provider that it came from.
		/// It can move on, and be withdrawn, from block `liable_until` of the event `Redelegated` on, and after
		/// the end of that provider's pending slashes. To ask it back works meanwhile: `undelegate`.
		StillLiable,
		/// 4 parts of the delegation still answer for providers that they came from. Wait until one no longer
		/// does: see the event `Redelegated`.
		TooManyMoved,
		/// The commission is above `MaxCommission`. Ask for less.
		CommissionTooHigh,
		/// The commission would rise by more than `MaxCommissionChange` at once. Raise it in smaller steps, one
		/// in each era. Only the first that a provider sets, before anybody has delegated to it, is free.
		CommissionJump,
		/// The commission was raised less than an era ago. Wait until an era has passed.
		CommissionTooSoon,
		/// The delegation is set so already. There is nothing to do.
		AlreadySo,
		/// The owner of the delegation has not allowed that. It can, with `set_auto_compound`.
		NotOptedIn,
		/// All of the delegation was asked back, and what it has earned would have to be asked back once more. Its
		/// owner can `claim` it, or delegate again.
		NothingStays,
	}
}
