//! What of an account is locked for its votes, and until when.

use serde::Serialize;

use crate::{
	chain::{
		constants::constant,
		gov::{
			calls::GovCall,
			referendum::{End, Referendum},
			votes::Voting,
		},
		json::units,
		names::{constants as name, storage},
		types::AccountId,
		view::View,
	},
	error::Error,
};

/// Something that is locked for votes. Locks lie over each other: the largest counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lock {
	/// On which track.
	pub track: u16,
	/// Units.
	#[serde(with = "units")]
	pub amount: u128,
	/// For the vote in this referendum, if for one.
	pub referendum: Option<u32>,
	/// Until when.
	pub until: Until,
}

/// Until when something is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
	/// It can be unlocked.
	Now,
	/// From this block on it can be unlocked.
	Block(u32),
	/// The referendum is not over.
	TheEnd,
	/// The delegation is not taken back.
	Undelegated,
}

/// A vote is locked for so many blocks, times its conviction, after a referendum that it won.
struct Period(u32);

impl Period {
	/// Until when a vote is locked.
	fn of_vote(&self, voting: &Voting, index: u32, end: Option<&Referendum>, now: u32) -> Until {
		let Some(vote) = voting.vote(index) else {
			return Until::Now;
		};
		let ended = match end {
			Some(Referendum::Ongoing(_)) => return Until::TheEnd,
			Some(Referendum::Ended(ended)) => ended,
			None => return Until::Now,
		};
		let periods = match ended.how {
			End::Approved => vote.periods(true),
			End::Rejected => vote.periods(false),
			End::Cancelled | End::TimedOut | End::Killed => 0,
		};
		from(ended.at.saturating_add(self.0.saturating_mul(periods)), now)
	}
}

fn from(block: u32, now: u32) -> Until {
	if block <= now {
		Until::Now
	} else {
		Until::Block(block)
	}
}

impl View {
	/// What of an account is locked for its votes.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn locks(&self, who: &AccountId) -> Result<Vec<Lock>, Error> {
		let period = Period(constant(self.metadata(), name::VOTE_LOCKING_PERIOD)?);
		let mut locks = Vec::new();
		for (track, total) in self.vote_locks(who).await? {
			let voting = self.voting(who, track).await?;
			let mut polls = Vec::new();
			if let Voting::Casting(casting) = &voting {
				for (index, _) in &casting.votes {
					let end: Option<Referendum> = self.get(storage::REFERENDA, (*index,)).await?;
					polls.push((*index, end));
				}
			}
			locks.extend(on_track(
				track,
				total,
				&voting,
				&polls,
				self.number(),
				&period,
			));
		}
		Ok(locks)
	}
}

/// The locks on a track of which so much is locked in all.
fn on_track(
	track: u16,
	total: u128,
	voting: &Voting,
	polls: &[(u32, Option<Referendum>)],
	now: u32,
	period: &Period,
) -> Vec<Lock> {
	let lock = |amount, referendum, until| Lock {
		track,
		amount,
		referendum,
		until,
	};
	let mut locks = Vec::new();
	let (past, past_until) = match voting {
		Voting::Casting(casting) => {
			for (index, end) in polls {
				let amount = voting.vote(*index).map_or(0, |vote| vote.amount());
				let until = period.of_vote(voting, *index, end.as_ref(), now);
				locks.push(lock(amount, Some(*index), until));
			}
			(casting.past, casting.past_until)
		}
		Voting::Delegating(delegating) => {
			locks.push(lock(delegating.amount, None, Until::Undelegated));
			(delegating.past, delegating.past_until)
		}
	};
	if past > 0 {
		locks.push(lock(past, None, from(past_until, now)));
	}
	// What is left of votes that were taken back is locked until somebody asks for it.
	if locks.iter().all(|lock| lock.amount < total) {
		locks.push(lock(total, None, Until::Now));
	}
	locks
}

impl Lock {
	/// The calls that unlock what can be unlocked of all this.
	pub fn unlocking(locks: &[Self], who: AccountId) -> Vec<GovCall> {
		let mut calls = Vec::new();
		let mut tracks: Vec<u16> = Vec::new();
		for lock in locks.iter().filter(|lock| lock.until == Until::Now) {
			let track = lock.track;
			if let Some(index) = lock.referendum {
				calls.push(GovCall::RemoveVote { track, index });
			}
			if !tracks.contains(&track) {
				tracks.push(track);
			}
		}
		let unlock = |track| GovCall::Unlock { track, who };
		calls.extend(tracks.into_iter().map(unlock));
		calls
	}

	/// Units that are locked in all, and that stay locked after what can be unlocked is.
	pub fn sums(locks: &[Self]) -> (u128, u128) {
		let most = |locks: &mut dyn Iterator<Item = &Self>| {
			locks.map(|lock| lock.amount).max().unwrap_or_default()
		};
		(
			most(&mut locks.iter()),
			most(&mut locks.iter().filter(|lock| lock.until != Until::Now)),
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::{AccountVote, Casting, Conviction, Delegating, Ended},
		tests::{account, ongoing},
	};

	fn aye(amount: u128, conviction: Conviction) -> AccountVote {
		AccountVote::Standard {
			aye: true,
			conviction,
			amount,
		}
	}

	fn ended(how: End, at: u32) -> Option<Referendum> {
		Some(Referendum::Ended(Ended {
			how,
			at,
			submission_deposit: None,
			decision_deposit: None,
		}))
	}

	fn locks(voting: &Voting, polls: &[(u32, Option<Referendum>)], total: u128) -> Vec<Lock> {
		on_track(11, total, voting, polls, 100, &Period(10))
	}

	#[test]
	fn a_vote_is_locked_as_long_as_the_chain_says() {
		let one = |conviction, end: Option<Referendum>| {
			let voting = Voting::Casting(Casting {
				votes: vec![(3, aye(5, conviction))],
				..Casting::default()
			});
			locks(&voting, &[(3, end)], 5)[0].until
		};
		let won = |at| ended(End::Approved, at);
		assert_eq!(one(Conviction::Locked2x, won(85)), Until::Block(105));
		assert_eq!(one(Conviction::Locked2x, won(80)), Until::Now);
		assert_eq!(one(Conviction::Locked6x, won(99)), Until::Block(419));
		assert_eq!(one(Conviction::None, won(99)), Until::Now);
		for how in [End::Rejected, End::Cancelled, End::TimedOut, End::Killed] {
			assert_eq!(one(Conviction::Locked6x, ended(how, 99)), Until::Now);
		}
		assert_eq!(one(Conviction::None, None), Until::Now);
		let running = Some(Referendum::Ongoing(Box::new(ongoing())));
		assert_eq!(one(Conviction::None, running), Until::TheEnd);
	}

	#[test]
	fn what_can_be_unlocked_is() {
		let voting = Voting::Casting(Casting {
			votes: vec![
				(3, aye(5, Conviction::Locked1x)),
				(4, aye(9, Conviction::Locked1x)),
			],
			received: 0,
			past: 7,
			past_until: 100,
		});
		let polls = [(3, ended(End::Approved, 1)), (4, ended(End::Approved, 95))];
		let locks = locks(&voting, &polls, 9);
		let untils: Vec<_> = locks.iter().map(|lock| lock.until).collect();
		assert_eq!(untils, [Until::Now, Until::Block(105), Until::Now]);
		assert_eq!(Lock::sums(&locks), (9, 9));
		let who = account(1);
		assert_eq!(
			Lock::unlocking(&locks, who),
			[
				GovCall::RemoveVote {
					track: 11,
					index: 3
				},
				GovCall::Unlock { track: 11, who }
			]
		);
	}

	#[test]
	fn what_is_left_of_votes_that_were_taken_back_can_be_unlocked() {
		let found = locks(&Voting::default(), &[], 6);
		assert_eq!((found[0].amount, found[0].until), (6, Until::Now));
		assert_eq!(Lock::sums(&found), (6, 0));
		assert_eq!(Lock::unlocking(&found, account(1)).len(), 1);
	}

	#[test]
	fn a_delegation_is_locked_until_it_is_taken_back() {
		let voting = Voting::Delegating(Delegating {
			amount: 6,
			to: account(2),
			conviction: Conviction::Locked1x,
			past: 0,
			past_until: 0,
		});
		let found = locks(&voting, &[], 6);
		assert_eq!(found.len(), 1);
		assert_eq!(found[0].until, Until::Undelegated);
		assert!(Lock::unlocking(&found, account(1)).is_empty());
	}
}
