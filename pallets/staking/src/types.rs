//! The record of a provider, and what can happen to it. No storage here.

mod delegation;
mod slash;

pub use delegation::{
	Delegation, DelegationOf, DelegationPool, Liability, LiabilityOf, MAX_MOVED, Moved, PoolOf,
	UnbondingShares,
};
pub(crate) use slash::MOST_OF_POOL;
pub use slash::{MAX_PENDING, PendingSlash, Queues, Slash, SlashId, SlashOf};

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec,
	traits::{ConstU32, fungible},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{
	Permill,
	traits::{Saturating, Zero},
};

use crate::Config;

/// Amounts of the chain's currency, in its smallest unit.
pub type Balance = u128;

/// Money that a slash took, on its way to `OnSlash`.
pub type CreditOf<T> =
	fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

/// [`Provider`] with the runtime's block numbers.
pub type ProviderOf<T> = Provider<BlockNumberFor<T>>;

/// [`WorkerRecord`] with the runtime's accounts and block numbers.
pub type WorkerRecordOf<T> =
	WorkerRecord<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// The most parts of a provider's stake that unbond at the same time. Part of the storage layout:
/// it may grow, but not shrink.
pub const MAX_UNBONDING: u32 = 16;

/// The parts of a stake that unbond, in the order in which they were unbonded.
pub type UnbondingChunks<BlockNumber> =
	BoundedVec<UnbondingChunk<BlockNumber>, ConstU32<MAX_UNBONDING>>;

/// What a provider loses stake for.
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
pub enum Fault {
	/// It did not deliver a job in time.
	MissedDeadline,
	/// One of its keys signed two receipts for one job.
	Equivocation,
}

/// Whom a worker key speaks, or spoke, for.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct WorkerRecord<AccountId, BlockNumber> {
	/// The provider that answers for what the key signed.
	pub provider: AccountId,
	/// Block in which the provider removed the key; `None` while it may sign.
	pub retired_at: Option<BlockNumber>,
}

impl<AccountId, BlockNumber: Copy + PartialOrd + Saturating> WorkerRecord<AccountId, BlockNumber> {
	/// First block in which the provider no longer answers for a key that it removed, if it does so
	/// for `period` blocks; `None` while the key may sign.
	pub fn answers_until(&self, period: BlockNumber) -> Option<BlockNumber> {
		self.retired_at
			.map(|retired_at| retired_at.saturating_add(period))
	}

	/// Whether the provider answers for the key in block `now`.
	pub fn answers(&self, now: BlockNumber, period: BlockNumber) -> bool {
		self.answers_until(period).is_none_or(|until| now < until)
	}
}

/// A part of a stake that has been asked back.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct UnbondingChunk<BlockNumber> {
	/// How much, in units. Never 0.
	pub amount: Balance,
	/// First block in which it can be withdrawn.
	pub unlocks_at: BlockNumber,
}

/// A provider. Bonded and unbonding stake together are what the provider's account has on hold.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Provider<BlockNumber> {
	/// Stake that counts, in units.
	pub bonded: Balance,
	/// What covers the jobs in its hands, in units. More than is bonded, if it was slashed or
	/// unbonded meanwhile; then it gets no new work.
	pub committed: Balance,
	/// Stake that has been asked back and not yet been withdrawn.
	pub unbonding: UnbondingChunks<BlockNumber>,
	/// Number of worker keys that may sign.
	pub keys: u32,
	/// Number of worker keys that were removed and are still stored.
	pub retired_keys: u32,
	/// Block of the registration.
	pub registered_at: BlockNumber,
	/// What slashes have taken since the registration, in units.
	pub slashed: Balance,
	/// First block in which it may be given work again after a missed deadline; 0 if it never
	/// missed one.
	pub paused_until: BlockNumber,
	/// The slash for that deadline, if it cost anything. It may be over.
	pub paused_by: Option<SlashId>,
	/// Whether it gets no new work until it says otherwise.
	pub chilled: bool,
	/// Slashes that can still be cancelled, the oldest first.
	pub pending: BoundedVec<PendingSlash<BlockNumber>, ConstU32<MAX_PENDING>>,
	/// Number of the era of its last slash.
	pub era: BlockNumber,
	/// The sum of the shares of stake that slashes of that era take.
	pub era_share: Permill,
}

impl<BlockNumber: Copy + PartialOrd + Zero> Provider<BlockNumber> {
	/// A provider with so much bonded, and no key.
	pub fn new(bonded: Balance, registered_at: BlockNumber) -> Self {
		Self {
			bonded,
			committed: 0,
			unbonding: UnbondingChunks::new(),
			keys: 0,
			retired_keys: 0,
			registered_at,
			slashed: 0,
			paused_until: BlockNumber::zero(),
			paused_by: None,
			chilled: false,
			pending: BoundedVec::new(),
			era: BlockNumber::zero(),
			era_share: Permill::zero(),
		}
	}

	/// What pending slashes may take of the stake, in units. No more than there is.
	pub fn frozen(&self) -> Balance {
		self.pending
			.iter()
			.fold(0, |sum: Balance, slash| sum.saturating_add(slash.own))
	}

	/// Bonded stake that no pending slash may take.
	pub fn free_bonded(&self) -> Balance {
		self.bonded.saturating_sub(self.frozen())
	}

	/// What pending slashes leave of so much delegated to the provider.
	pub fn unfrozen(&self, worth: Balance) -> Balance {
		self.pending.iter().fold(worth, |rest, slash| {
			rest.saturating_sub(slash.frozen_share().mul_ceil(rest))
		})
	}

	/// Whether delegated stake that unlocks in this block still answers for a fault whose slash is pending.
	pub fn holds_back(&self, unlocks_at: BlockNumber) -> bool {
		self.pending
			.iter()
			.any(|slash| slash.share > 0 && slash.raised_at < unlocks_at)
	}

	/// Notes a slash that was raised now. If there are too many, it shares the last entry.
	pub(crate) fn note<AccountId>(&mut self, id: SlashId, slash: &Slash<AccountId, BlockNumber>) {
		let entry = PendingSlash {
			id,
			last: id,
			count: 1,
			raised_at: slash.raised_at,
			own: slash.own,
			share: slash.share.deconstruct().into(),
		};
		let Err(more) = self.pending.try_push(entry) else {
			return;
		};
		if let Some(last) = self.pending.last_mut() {
			last.last = more.last;
			last.count = last.count.saturating_add(more.count);
			last.own = last.own.saturating_add(more.own);
			last.share = last.share.saturating_add(more.share);
		}
	}

	/// Takes a slash out that is over. Says whether it was there.
	pub(crate) fn lift<AccountId>(
		&mut self,
		id: SlashId,
		slash: &Slash<AccountId, BlockNumber>,
	) -> bool {
		let Some(entry) = self.pending.iter_mut().find(|entry| entry.has(id)) else {
			return false;
		};
		entry.count = entry.count.saturating_sub(1);
		entry.own = entry.own.saturating_sub(slash.own);
		entry.share = entry.share.saturating_sub(slash.share.deconstruct().into());
		self.pending.retain(|entry| entry.count > 0);
		true
	}

	/// Lets a slash take so much less of own stake.
	pub(crate) fn lighten(&mut self, id: SlashId, own: Balance) {
		if let Some(entry) = self.pending.iter_mut().find(|entry| entry.has(id)) {
			entry.own = entry.own.saturating_sub(own);
		}
	}

	/// Whether the pause after a missed deadline lasts.
	pub fn is_paused(&self, now: BlockNumber) -> bool {
		now < self.paused_until
	}

	/// Whether bonded stake, together with so much that is delegated, covers `cover` more units of work
	/// beside those that it has. What pending slashes may take covers nothing.
	pub fn covers(&self, cover: Balance, delegated: Balance) -> bool {
		self.committed
			.checked_add(cover)
			.is_some_and(|sum| sum <= self.free_bonded().saturating_add(delegated))
	}

	/// Worker keys that are stored, those that may sign and those that were removed.
	pub fn stored_keys(&self) -> u32 {
		self.keys.saturating_add(self.retired_keys)
	}

	/// Bonded and unbonding stake. All of it is on hold in one account, so the sum cannot saturate.
	pub fn total(&self) -> Balance {
		self.unbonding
			.iter()
			.fold(self.bonded, |sum, chunk| sum.saturating_add(chunk.amount))
	}

	/// Adds a part that unbonds; a part that unlocks in the same block grows instead. `Err` if
	/// there are too many parts.
	pub(crate) fn add_unbonding(
		&mut self,
		amount: Balance,
		unlocks_at: BlockNumber,
	) -> Result<(), ()> {
		let same_block = self
			.unbonding
			.iter_mut()
			.find(|chunk| chunk.unlocks_at == unlocks_at);
		match same_block {
			Some(chunk) => chunk.amount = chunk.amount.checked_add(amount).ok_or(())?,
			None => self
				.unbonding
				.try_push(UnbondingChunk { amount, unlocks_at })
				.map_err(|_| ())?,
		}
		Ok(())
	}

	/// Lets all that is bonded unbond, and returns how much that is and when it unlocks. If there
	/// are too many parts to add one, the newest unlocks later and grows: who leaves waits for the
	/// last part anyway, and leaving must not fail. `Err` if an amount overflows.
	pub(crate) fn unbond_all(
		&mut self,
		unlocks_at: BlockNumber,
	) -> Result<(Balance, BlockNumber), ()> {
		let amount = self.bonded;
		let mut unlocks_at = unlocks_at;
		let joins_a_part = self
			.unbonding
			.iter()
			.any(|chunk| chunk.unlocks_at == unlocks_at);
		if self.unbonding.is_full()
			&& !joins_a_part
			&& let Some(newest) = self.unbonding.last_mut()
		{
			if newest.unlocks_at < unlocks_at {
				newest.unlocks_at = unlocks_at;
			}
			unlocks_at = newest.unlocks_at;
		}
		self.add_unbonding(amount, unlocks_at)?;
		self.bonded = 0;
		Ok((amount, unlocks_at))
	}

	/// Whether a part has unlocked by `now`.
	pub(crate) fn has_unlocked(&self, now: BlockNumber) -> bool {
		self.unbonding.iter().any(|chunk| chunk.unlocks_at <= now)
	}

	/// Takes out of the parts that have unlocked by `now` what no pending slash may take, and returns how much
	/// that is.
	pub(crate) fn take_unlocked(&mut self, now: BlockNumber) -> Balance {
		let free = self.total().saturating_sub(self.frozen());
		let mut left = free;
		for chunk in self.unbonding.iter_mut() {
			if chunk.unlocks_at <= now {
				let part = left.min(chunk.amount);
				chunk.amount = chunk.amount.saturating_sub(part);
				left = left.saturating_sub(part);
			}
		}
		self.unbonding.retain(|chunk| chunk.amount > 0);
		free.saturating_sub(left)
	}

	/// Takes `amount` from the bonded stake, and what that does not cover from the parts that
	/// unbond, first come first. Counts what it took, and returns it.
	pub(crate) fn slash(&mut self, amount: Balance) -> Balance {
		let mut left = amount;
		let mut reduce = |stake: &mut Balance| {
			let taken = left.min(*stake);
			*stake = stake.saturating_sub(taken);
			left = left.saturating_sub(taken);
		};
		reduce(&mut self.bonded);
		for chunk in self.unbonding.iter_mut() {
			reduce(&mut chunk.amount);
		}
		self.unbonding.retain(|chunk| chunk.amount > 0);
		let taken = amount.saturating_sub(left);
		self.slashed = self.slashed.saturating_add(taken);
		taken
	}
}
