//! What an account has locked for votes. Locks of tracks lie over each other, and over holds: only the largest
//! counts. So the lock is explained in parts, each with what keeps it longest.

use alloc::vec::Vec;
use core::cmp::Reverse;

use athanor_primitives::explain::{FreedBy, Held, HeldFor, HeldUntil};
use codec::{Decode, Encode};
use frame_support::traits::Get;
use pallet_conviction_voting::{AccountVote, ClassLocksFor, Conviction, Voting, VotingFor};
use pallet_referenda::{ReferendumInfo, ReferendumInfoFor};
use polkadot_sdk::*;

use super::held;
use crate::{AccountId, Balance, BlockNumber, Runtime, System};

/// Something that keeps tokens locked.
struct Lock {
	/// Until this block, at least.
	free_from: BlockNumber,
	/// As it is told.
	until: HeldUntil,
	amount: Balance,
}

impl Lock {
	/// One that runs out.
	fn ends(block: BlockNumber, amount: Balance) -> Self {
		Self {
			free_from: block,
			until: HeldUntil::CallableFrom(block),
			amount,
		}
	}

	/// One that lasts until its owner acts, and then until this block.
	fn stands(free_from: BlockNumber, amount: Balance) -> Self {
		Self {
			free_from,
			until: HeldUntil::OwnerActs,
			amount,
		}
	}
}

/// The whole lock, in parts that end one after the other, those that last longest first.
pub fn explain(who: &AccountId) -> Vec<Held> {
	let classes = ClassLocksFor::<Runtime>::get(who);
	let total = classes.iter().map(|(_, amount)| *amount).max();
	let now = System::block_number();
	let mut locks: Vec<Lock> = classes
		.iter()
		.flat_map(|(class, _)| of_track(VotingFor::<Runtime>::get(who, class), now))
		.filter(|lock| lock.free_from > now || lock.until == HeldUntil::OwnerActs)
		.collect();
	// What nothing keeps any more.
	locks.push(Lock::ends(now, total.unwrap_or_default()));
	locks.sort_by_key(|lock| Reverse(lock.free_from));
	let mut explained: Balance = 0;
	let mut parts = Vec::new();
	for lock in locks {
		let amount = lock.amount.saturating_sub(explained);
		if amount > 0 {
			explained = lock.amount;
			parts.push(held(
				HeldFor::Votes,
				amount,
				lock.until,
				FreedBy::VotingUnlock,
			));
		}
	}
	parts
}

type VotingOfRuntime = pallet_conviction_voting::VotingOf<Runtime>;

/// What an account's votes on one track keep locked.
fn of_track(voting: VotingOfRuntime, now: BlockNumber) -> Vec<Lock> {
	match voting {
		Voting::Casting(casting) => casting
			.votes
			.iter()
			.filter_map(|(referendum, vote)| of_vote(*referendum, *vote, now))
			.chain(before(&casting.prior))
			.collect(),
		Voting::Delegating(delegating) => {
			let free_from = now.saturating_add(lock_of(delegating.conviction));
			let standing = Lock::stands(free_from, delegating.balance);
			before(&delegating.prior)
				.into_iter()
				.chain([standing])
				.collect()
		}
	}
}

fn lock_of(conviction: Conviction) -> BlockNumber {
	let period = <Runtime as pallet_conviction_voting::Config>::VoteLockingPeriod::get();
	period.saturating_mul(conviction.lock_periods())
}

/// A vote keeps tokens locked while its referendum goes on, and with a conviction on the winning side longer.
fn of_vote(referendum: u32, vote: AccountVote<Balance>, now: BlockNumber) -> Option<Lock> {
	let (end, approved) = match ReferendumInfoFor::<Runtime>::get(referendum)? {
		ReferendumInfo::Ongoing(_) => return Some(Lock::stands(now, vote.balance())),
		ReferendumInfo::Approved(end, ..) => (end, true),
		ReferendumInfo::Rejected(end, ..) => (end, false),
		ReferendumInfo::Cancelled(..)
		| ReferendumInfo::TimedOut(..)
		| ReferendumInfo::Killed(_) => {
			return None;
		}
	};
	match vote {
		AccountVote::Standard { vote, balance } if vote.aye == approved => Some(Lock::ends(
			end.saturating_add(lock_of(vote.conviction)),
			balance,
		)),
		_ => None,
	}
}

/// What former votes keep locked. The SDK shows only how much that is.
fn before(prior: &impl Encode) -> Option<Lock> {
	let (until, amount) = <(BlockNumber, Balance)>::decode(&mut prior.encode().as_slice()).ok()?;
	Some(Lock::ends(until, amount))
}
