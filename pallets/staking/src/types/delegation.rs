//! What is delegated to a provider, and whose it is.

use athanor_primitives::{
	income::{Earned, Income},
	pool::{Pool, mul_div_up},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{Permill, traits::Zero};

use super::{Balance, MAX_UNBONDING};

/// The most parts of a delegation for which another provider's faults are answered. Part of the storage
/// layout: it may grow, but not shrink.
pub const MAX_MOVED: u32 = 4;

/// [`DelegationPool`] with the runtime's block numbers.
pub type PoolOf<T> = DelegationPool<BlockNumberFor<T>>;

/// [`Delegation`] with the runtime's accounts and block numbers.
pub type DelegationOf<T> = Delegation<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// What is delegated to one provider. The units are on hold in the accounts of those who delegate.
#[derive(
	Clone,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DelegationPool<BlockNumber> {
	/// Everything that answers for the provider's faults.
	pub pool: Pool,
	/// Shares that were asked back. They earn and cover nothing.
	pub unbonding_shares: u128,
	/// Shares whose units are with another provider by now. They earn and cover nothing.
	pub phantom_shares: u128,
	/// What the shares that count have earned.
	pub income: Income,
	/// Units of it in the pot that have not been claimed.
	pub unclaimed: Balance,
	/// The provider's share of that, before it is shared out.
	pub commission: Permill,
	/// Block in which the provider last asked for more; 0 if it never did.
	pub commission_raised_at: BlockNumber,
}

impl<BlockNumber> DelegationPool<BlockNumber> {
	/// Shares that earn and cover.
	pub fn active_shares(&self) -> u128 {
		self.pool
			.shares
			.saturating_sub(self.unbonding_shares)
			.saturating_sub(self.phantom_shares)
	}

	/// What they are worth, in units.
	pub fn active_worth(&self) -> Balance {
		self.pool.worth(self.active_shares())
	}

	/// Takes out shares that were asked back. Returns what they were worth.
	pub(crate) fn take_unbonded(&mut self, shares: u128) -> Option<Balance> {
		let units = self.pool.withdraw(shares)?;
		self.unbonding_shares = self.unbonding_shares.saturating_sub(shares);
		Some(units)
	}
}

/// Shares that were asked back.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct UnbondingShares<BlockNumber> {
	/// How many. Never 0.
	pub shares: u128,
	/// First block in which they can be withdrawn.
	pub unlocks_at: BlockNumber,
}

/// Units that came from another provider, for whose faults they still answer.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Moved<AccountId, BlockNumber> {
	/// The provider that they came from.
	pub from: AccountId,
	/// The shares that they had there.
	pub shares: u128,
	/// What those were worth when last looked at.
	pub worth: Balance,
	/// The shares that they became here. They lose what those there lose, in proportion.
	pub here: u128,
	/// First block in which they no longer answer for new faults.
	pub until: BlockNumber,
}

impl<AccountId, BlockNumber> Moved<AccountId, BlockNumber> {
	/// How many of the shares here are lost if those there are worth so much now. Rounded up.
	pub(crate) fn lost(&self, worth: Balance) -> u128 {
		match self.worth.saturating_sub(worth) {
			0 => 0,
			loss => mul_div_up(self.here, loss, self.worth).unwrap_or(self.here),
		}
	}
}

/// [`Liability`] with the runtime's accounts and block numbers.
pub type LiabilityOf<T> = Liability<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A delegation of which a part no longer answers for another provider from some block on.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Liability<AccountId, BlockNumber> {
	/// Whose delegation.
	pub delegator: AccountId,
	/// The provider behind which it is.
	pub provider: AccountId,
	/// The block.
	pub until: BlockNumber,
}

/// What one account has delegated to one provider.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Delegation<AccountId, BlockNumber> {
	/// Shares that earn and cover.
	pub shares: u128,
	/// Shares that were asked back.
	pub unbonding: BoundedVec<UnbondingShares<BlockNumber>, ConstU32<MAX_UNBONDING>>,
	/// Units that are on hold for it. More than all shares are worth, if slashes have not been collected yet.
	pub held: Balance,
	/// What it has earned.
	pub earned: Earned,
	/// Parts of it that answer for other providers too.
	pub moved: BoundedVec<Moved<AccountId, BlockNumber>, ConstU32<MAX_MOVED>>,
	/// Whether anybody may add to it what it has earned.
	pub auto_compound: bool,
}

impl<AccountId, BlockNumber> Default for Delegation<AccountId, BlockNumber> {
	fn default() -> Self {
		Self {
			shares: 0,
			unbonding: BoundedVec::new(),
			held: 0,
			earned: Earned::default(),
			moved: BoundedVec::new(),
			auto_compound: false,
		}
	}
}

impl<AccountId, BlockNumber: Copy + PartialOrd + Zero> Delegation<AccountId, BlockNumber> {
	/// Shares that were asked back.
	pub fn unbonding_shares(&self) -> u128 {
		self.unbonding
			.iter()
			.fold(0, |sum: u128, part| sum.saturating_add(part.shares))
	}

	/// All shares. They are part of a pool's, whose sum is checked.
	pub fn total_shares(&self) -> u128 {
		self.shares.saturating_add(self.unbonding_shares())
	}

	/// Shares that still answer for other providers. Never more than there are.
	pub fn answering_shares(&self) -> u128 {
		self.moved
			.iter()
			.fold(0, |sum: u128, part| sum.saturating_add(part.here))
	}

	/// Lets shares unbond; those that unlock in the same block become one part. `Err` if there are too many
	/// parts or not so many shares.
	pub(crate) fn unbond(&mut self, shares: u128, unlocks_at: BlockNumber) -> Result<(), ()> {
		let left = self.shares.checked_sub(shares).ok_or(())?;
		let same_block = self
			.unbonding
			.iter_mut()
			.find(|part| part.unlocks_at == unlocks_at);
		match same_block {
			Some(part) => part.shares = part.shares.checked_add(shares).ok_or(())?,
			None => self
				.unbonding
				.try_push(UnbondingShares { shares, unlocks_at })
				.map_err(|_| ())?,
		}
		self.shares = left;
		Ok(())
	}

	/// Takes so many shares away, those that count first. Returns how many of each kind: no more than there
	/// are.
	pub(crate) fn forfeit(&mut self, shares: u128) -> (u128, u128) {
		let active = shares.min(self.shares);
		self.shares = self.shares.saturating_sub(active);
		let due = shares.saturating_sub(active);
		let mut left = due;
		for part in self.unbonding.iter_mut().rev() {
			let taken = left.min(part.shares);
			part.shares = part.shares.saturating_sub(taken);
			left = left.saturating_sub(taken);
		}
		self.unbonding.retain(|part| part.shares > 0);
		(active, due.saturating_sub(left))
	}
}
