//! Votes and delegations of votes.

use serde::Serialize;
use subxt::{
	dynamic::Value,
	ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType},
};

use crate::{
	chain::{
		json::units,
		names::storage,
		types::AccountId,
		view::View,
		wire::{ToWire, Wire, twin_variants},
	},
	error::Error,
};

/// The bit of a vote that says aye.
const AYE: u8 = 0b1000_0000;

/// How long one is ready to lock what one votes with, and what it counts for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conviction {
	/// Not at all: counts a tenth.
	None,
	/// One period: counts once.
	#[default]
	Locked1x,
	/// Two: counts twice.
	Locked2x,
	/// Four: counts three times.
	Locked3x,
	/// Eight: counts four times.
	Locked4x,
	/// Sixteen: counts five times.
	Locked5x,
	/// Thirty-two: counts six times.
	Locked6x,
}

twin_variants! {
	Conviction { None, Locked1x, Locked2x, Locked3x, Locked4x, Locked5x, Locked6x }
}

impl Conviction {
	/// All, in order.
	pub const ALL: [Self; 7] = [
		Self::None,
		Self::Locked1x,
		Self::Locked2x,
		Self::Locked3x,
		Self::Locked4x,
		Self::Locked5x,
		Self::Locked6x,
	];

	/// Lock periods after the end, if it was on the winning side.
	pub fn periods(self) -> u32 {
		match self {
			Self::None => 0,
			Self::Locked1x => 1,
			Self::Locked2x => 2,
			Self::Locked3x => 4,
			Self::Locked4x => 8,
			Self::Locked5x => 16,
			Self::Locked6x => 32,
		}
	}

	/// Its name on a command line: `none`, `1x` to `6x`.
	pub fn name(self) -> &'static str {
		match self {
			Self::None => "none",
			Self::Locked1x => "1x",
			Self::Locked2x => "2x",
			Self::Locked3x => "3x",
			Self::Locked4x => "4x",
			Self::Locked5x => "5x",
			Self::Locked6x => "6x",
		}
	}

	fn code(self) -> u8 {
		let at = Self::ALL.iter().position(|one| *one == self);
		at.and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
	}

	fn from_code(code: u8) -> Option<Self> {
		Self::ALL.get(usize::from(code)).copied()
	}

	pub(crate) fn to_value(self) -> Value {
		let none: [Value; 0] = [];
		Value::unnamed_variant(format!("{self:?}"), none)
	}
}

/// A vote, in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountVote {
	/// For or against.
	Standard {
		/// For.
		aye: bool,
		/// How firmly.
		conviction: Conviction,
		/// With how much.
		#[serde(with = "units")]
		amount: u128,
	},
	/// A part for and a part against, without conviction.
	Split {
		/// For.
		#[serde(with = "units")]
		aye: u128,
		/// Against.
		#[serde(with = "units")]
		nay: u128,
	},
	/// The same, and a part that counts as support and for neither side.
	SplitAbstain {
		/// For.
		#[serde(with = "units")]
		aye: u128,
		/// Against.
		#[serde(with = "units")]
		nay: u128,
		/// Neither.
		#[serde(with = "units")]
		abstain: u128,
	},
}

impl AccountVote {
	/// Units that are locked for it.
	pub fn amount(&self) -> u128 {
		match *self {
			Self::Standard { amount, .. } => amount,
			Self::Split { aye, nay } => aye.saturating_add(nay),
			Self::SplitAbstain { aye, nay, abstain } => {
				aye.saturating_add(nay).saturating_add(abstain)
			}
		}
	}

	/// Lock periods after the end if the referendum ended so.
	pub fn periods(&self, approved: bool) -> u32 {
		match self {
			Self::Standard {
				aye, conviction, ..
			} if *aye == approved => conviction.periods(),
			_ => 0,
		}
	}
}

/// Twin of [`AccountVote`].
#[derive(DecodeAsType, EncodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub enum RawVote {
	/// As there, with side and conviction in one byte.
	Standard {
		/// The byte.
		vote: (u8,),
		/// Units.
		balance: u128,
	},
	/// As there.
	Split {
		/// As there.
		aye: u128,
		/// As there.
		nay: u128,
	},
	/// As there.
	SplitAbstain {
		/// As there.
		aye: u128,
		/// As there.
		nay: u128,
		/// As there.
		abstain: u128,
	},
}

impl Wire for AccountVote {
	type Raw = RawVote;

	fn from_raw(raw: RawVote) -> Self {
		match raw {
			RawVote::Standard {
				vote: (vote,),
				balance,
			} => Self::Standard {
				aye: vote & AYE != 0,
				// The chain stores no other.
				conviction: Conviction::from_code(vote & !AYE).unwrap_or(Conviction::Locked6x),
				amount: balance,
			},
			RawVote::Split { aye, nay } => Self::Split { aye, nay },
			RawVote::SplitAbstain { aye, nay, abstain } => Self::SplitAbstain { aye, nay, abstain },
		}
	}
}

impl ToWire for AccountVote {
	type Raw = RawVote;

	fn to_raw(&self) -> RawVote {
		match *self {
			Self::Standard {
				aye,
				conviction,
				amount,
			} => RawVote::Standard {
				vote: (conviction.code() | if aye { AYE } else { 0 },),
				balance: amount,
			},
			Self::Split { aye, nay } => RawVote::Split { aye, nay },
			Self::SplitAbstain { aye, nay, abstain } => RawVote::SplitAbstain { aye, nay, abstain },
		}
	}
}

/// What an account does with its votes on a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Voting {
	/// It votes itself.
	Casting(Casting),
	/// Somebody else votes with them.
	Delegating(Delegating),
}

/// Own votes on a track.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Casting {
	/// By referendum.
	pub votes: Vec<(u32, AccountVote)>,
	/// Votes that others have delegated to it, with their conviction.
	#[serde(with = "units")]
	pub received: u128,
	/// Units that are locked for what is past.
	#[serde(with = "units")]
	pub past: u128,
	/// Until this block.
	pub past_until: u32,
}

/// Delegated votes on a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delegating {
	/// Units.
	#[serde(with = "units")]
	pub amount: u128,
	/// To whom.
	pub to: AccountId,
	/// How firmly.
	pub conviction: Conviction,
	/// Units that are locked for what is past.
	#[serde(with = "units")]
	pub past: u128,
	/// Until this block.
	pub past_until: u32,
}

impl Default for Voting {
	fn default() -> Self {
		Self::Casting(Casting::default())
	}
}

impl Voting {
	/// The vote in a referendum, if there is one.
	pub fn vote(&self, index: u32) -> Option<AccountVote> {
		match self {
			Self::Casting(casting) => casting
				.votes
				.iter()
				.find(|(at, _)| *at == index)
				.map(|(_, vote)| *vote),
			Self::Delegating(_) => None,
		}
	}
}

/// Twin of [`Voting`].
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum RawVoting {
	/// As there.
	Casting(RawCasting),
	/// As there.
	Delegating(RawDelegating),
}

/// Twin of [`Casting`].
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct RawCasting {
	votes: Vec<(u32, RawVote)>,
	delegations: RawDelegations,
	prior: (u32, u128),
}

/// Twin of [`Delegating`].
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct RawDelegating {
	balance: u128,
	target: AccountId,
	conviction: <Conviction as Wire>::Raw,
	prior: (u32, u128),
}

/// What others have delegated.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct RawDelegations {
	votes: u128,
}

impl Wire for Voting {
	type Raw = RawVoting;

	fn from_raw(raw: RawVoting) -> Self {
		match raw {
			RawVoting::Casting(raw) => Self::Casting(Casting {
				votes: Wire::from_raw(raw.votes),
				received: raw.delegations.votes,
				past: raw.prior.1,
				past_until: raw.prior.0,
			}),
			RawVoting::Delegating(raw) => Self::Delegating(Delegating {
				amount: raw.balance,
				to: raw.target,
				conviction: Conviction::from_raw(raw.conviction),
				past: raw.prior.1,
				past_until: raw.prior.0,
			}),
		}
	}
}

impl View {
	/// What an account does with its votes on a track.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn voting(&self, who: &AccountId, track: u16) -> Result<Voting, Error> {
		Ok(self
			.get(storage::VOTING, (*who, track))
			.await?
			.unwrap_or_default())
	}

	/// Units of an account that are locked for votes, by track. The most of them is locked.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn vote_locks(&self, who: &AccountId) -> Result<Vec<(u16, u128)>, Error> {
		Ok(self
			.get(storage::VOTE_LOCKS, (*who,))
			.await?
			.unwrap_or_default())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::{account, stored};
	use athanor_runtime::AccountId as RuntimeAccount;
	use codec::{Decode, Encode};
	use polkadot_sdk::pallet_conviction_voting as voting;

	type RuntimeVoting = voting::VotingOf<athanor_runtime::Runtime>;

	#[test]
	fn votes_of_an_account_are_read() {
		let standard = voting::AccountVote::Standard {
			vote: voting::Vote {
				aye: false,
				conviction: voting::Conviction::Locked3x,
			},
			balance: 5u128,
		};
		let split = voting::AccountVote::SplitAbstain {
			aye: 1,
			nay: 2,
			abstain: 3,
		};
		let there = RuntimeVoting::Casting(voting::Casting {
			votes: vec![(4, standard), (9, split)].try_into().unwrap(),
			delegations: voting::Delegations {
				votes: 60,
				capital: 10,
			},
			prior: Decode::decode(&mut &(77u32, 8u128).encode()[..]).unwrap(),
		});
		let read: Voting = stored(storage::VOTING, there);
		let standard = AccountVote::Standard {
			aye: false,
			conviction: Conviction::Locked3x,
			amount: 5,
		};
		assert_eq!(read.vote(4), Some(standard));
		assert_eq!(read.vote(5), None);
		let Voting::Casting(casting) = read else {
			panic!("{read:?}")
		};
		assert_eq!(casting.votes[1].1.amount(), 6);
		assert_eq!(
			(casting.received, casting.past, casting.past_until),
			(60, 8, 77)
		);
	}

	#[test]
	fn delegations_are_read() {
		let there = RuntimeVoting::Delegating(voting::Delegating {
			balance: 5,
			target: RuntimeAccount::new([3; 32]),
			conviction: voting::Conviction::None,
			delegations: Default::default(),
			prior: Default::default(),
		});
		let read: Voting = stored(storage::VOTING, there);
		let Voting::Delegating(delegating) = read else {
			panic!("{read:?}")
		};
		assert_eq!((delegating.amount, delegating.to), (5, account(3)));
		assert_eq!(delegating.conviction, Conviction::None);
	}

	#[test]
	fn convictions_are_those_of_the_runtime() {
		for conviction in Conviction::ALL {
			let there = voting::Conviction::try_from(conviction.code()).unwrap();
			assert_eq!(format!("{there:?}"), format!("{conviction:?}"));
			assert_eq!(there.lock_periods(), conviction.periods());
			assert_eq!(Conviction::from_code(conviction.code()), Some(conviction));
		}
		assert_eq!(Conviction::from_code(7), None);
	}

	#[test]
	fn only_the_winning_side_is_locked_afterwards() {
		let vote = AccountVote::Standard {
			aye: true,
			conviction: Conviction::Locked4x,
			amount: 1,
		};
		assert_eq!((vote.periods(true), vote.periods(false)), (8, 0));
		let split = AccountVote::Split { aye: 1, nay: 2 };
		assert_eq!((split.periods(true), split.periods(false)), (0, 0));
	}
}
