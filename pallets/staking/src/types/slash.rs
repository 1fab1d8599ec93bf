//! Slashes between the fault and the day on which they are carried out.

use athanor_primitives::JobId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::Permill;

use super::{Balance, Fault};

/// Identifies a slash, counted up from 0 in the order in which they were raised.
pub type SlashId = u64;

/// [`Slash`] with the runtime's accounts and block numbers.
pub type SlashOf<T> = Slash<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// The most entries for pending slashes in the record of one provider. Further slashes share the last one. Part
/// of the storage layout: it may grow, but not shrink.
pub const MAX_PENDING: u32 = 16;

/// The most that one slash takes of what is delegated. Something is left always, so that shares never lose
/// their meaning.
pub(crate) const MOST_OF_POOL: Permill = Permill::from_parts(999_999);

/// What a pending slash will take, in the record of its provider; or what several will, that were raised one
/// after the other when there were too many.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PendingSlash<BlockNumber> {
	/// Which one; of several, the first, which may be over by now.
	pub id: SlashId,
	/// Of several, the newest, which may be over by now; else the same.
	pub last: SlashId,
	/// How many are pending. Never 0.
	pub count: u32,
	/// Block in which the first was raised.
	pub raised_at: BlockNumber,
	/// Units of the provider's own stake, of all together.
	pub own: Balance,
	/// Share of what is delegated to the provider, in parts per million. Those of several are added up, and may
	/// be more than a million.
	pub share: u64,
}

impl<BlockNumber> PendingSlash<BlockNumber> {
	/// The share of what is delegated that is frozen. No less than will be taken.
	pub fn frozen_share(&self) -> Permill {
		u32::try_from(self.share)
			.map_or(MOST_OF_POOL, Permill::from_parts)
			.min(MOST_OF_POOL)
	}

	/// Whether the slash is this one, or one of these.
	pub(crate) fn has(&self, id: SlashId) -> bool {
		self.id <= id && id <= self.last
	}
}

/// Why a slash is pending, and who gets what of it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Slash<AccountId, BlockNumber> {
	/// Whose stake.
	pub provider: AccountId,
	/// The job on which it failed.
	pub job: JobId,
	/// What it did wrong.
	pub fault: Fault,
	/// Units of its own stake.
	pub own: Balance,
	/// Share of what is delegated to it.
	pub share: Permill,
	/// Whose job it was: first in line.
	pub requester: AccountId,
	/// Units that are due to the requester.
	pub due: Balance,
	/// Who showed the fault, if somebody had to: second in line.
	pub reporter: Option<AccountId>,
	/// Block in which it was raised.
	pub raised_at: BlockNumber,
	/// First block in which it can be carried out, and no longer be cancelled in time.
	pub enacts_at: BlockNumber,
}

/// What the hook has to do. Ids follow each other, and so do the blocks in which things are due.
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
pub struct Queues<BlockNumber> {
	/// No slash before this one is pending.
	pub first: SlashId,
	/// The id of the next slash.
	pub next: SlashId,
	/// When the newest is carried out. No later one is before that.
	pub last_enacts_at: BlockNumber,
	/// The first liability that has not ended.
	pub first_liability: u64,
	/// The number of the next one.
	pub next_liability: u64,
}
