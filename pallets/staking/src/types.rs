//! The record of a provider, and what can happen to it. No storage here.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec,
	traits::{ConstU32, fungible},
};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::traits::Zero;

use crate::Config;

/// Amounts of the chain's currency, in its smallest unit.
pub type Balance = u128;

/// Money that a slash took, on its way to `OnSlash`.
pub type CreditOf<T> =
	fungible::Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

/// [`Provider`] with the runtime's block numbers.
pub type ProviderOf<T> = Provider<BlockNumberFor<T>>;

/// The most parts of a provider's stake that unbond at the same time. Part of the storage layout:
/// it may grow, but not shrink.
pub const MAX_UNBONDING: u32 = 16;

/// The parts of a stake that unbond, in the order in which they were unbonded.
pub type UnbondingChunks<BlockNumber> =
	BoundedVec<UnbondingChunk<BlockNumber>, ConstU32<MAX_UNBONDING>>;

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
	/// Stake that has been asked back and not yet been withdrawn.
	pub unbonding: UnbondingChunks<BlockNumber>,
	/// Number of worker keys.
	pub keys: u32,
	/// Block of the registration.
	pub registered_at: BlockNumber,
	/// What slashes have taken since the registration, in units.
	pub slashed: Balance,
	/// First block in which it may be given work again after a missed deadline; 0 if it never
	/// missed one.
	pub paused_until: BlockNumber,
}

impl<BlockNumber: Copy + PartialOrd + Zero> Provider<BlockNumber> {
	/// A provider with so much bonded, and no key.
	pub fn new(bonded: Balance, registered_at: BlockNumber) -> Self {
		Self {
			bonded,
			unbonding: UnbondingChunks::new(),
			keys: 0,
			registered_at,
			slashed: 0,
			paused_until: BlockNumber::zero(),
		}
	}

	/// Whether the pause after a missed deadline lasts.
	pub fn is_paused(&self, now: BlockNumber) -> bool {
		now < self.paused_until
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

	/// Takes out the parts that have unlocked by `now`, and returns their sum.
	pub(crate) fn take_unlocked(&mut self, now: BlockNumber) -> Balance {
		let before = self.total();
		self.unbonding.retain(|chunk| chunk.unlocks_at > now);
		before.saturating_sub(self.total())
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
