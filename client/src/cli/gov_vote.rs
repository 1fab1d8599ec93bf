//! `athanor gov vote`, `unvote`, `delegate`, `undelegate` and `unlock`.

use athanor::{
	AccountId, Amount, Call, Error, View,
	chain::gov::{AccountVote, Conviction, GovCall, Lock, Phase, Track, Until, Voting},
};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{
	Context,
	gov::{as_one, block_time, find_tracks, then, track_name},
	output::{Done, note, report},
	parse_account, parse_amount,
};

/// Shown at the end of `gov vote --help`.
pub const VOTE_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov vote 3 aye --amount 1000
  athanor --key alice.key gov vote 3 nay --amount 1000 --conviction 2x
  athanor --key alice.key gov vote 3 split --aye 600 --nay 400
  athanor --key alice.key gov vote 3 abstain --amount 1000

A vote of conviction 1x to 6x counts so many times, and locks the tokens for 1, 2, 4, 8, 16 or 32 lock
periods after the end if it was on the winning side; without conviction it counts a tenth and locks
nothing afterwards, and so do split votes and abstentions. Tokens that are locked for votes, staked or
delegated can all vote, in any number of referenda. To abstain supports that a decision is made, and takes no side.";

/// Shown at the end of `gov unvote --help`.
pub const UNVOTE_EXAMPLES: &str = "\
Example:
  athanor --key alice.key gov unvote 3

What the vote has locked is unlocked with `athanor gov unlock`.";

/// Shown at the end of `gov delegate --help`.
pub const DELEGATE_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov delegate ADDRESS --track pricing_admin --amount 1000
  athanor --key alice.key gov delegate ADDRESS --track all --amount 1000 --conviction 3x

Whoever you name votes with them besides their own, until you take them back.";

/// Shown at the end of `gov undelegate --help`.
pub const UNDELEGATE_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov undelegate --track pricing_admin
  athanor --key alice.key gov undelegate --track pricing_admin --track market_admin

The tokens stay locked for as long as the conviction of the delegation says.";

/// Shown at the end of `gov unlock --help`.
pub const UNLOCK_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov unlock
  athanor --key alice.key gov unlock --dry-run";

/// How to vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
	/// For it.
	Aye,
	/// Against it.
	Nay,
	/// A part for and a part against.
	Split,
	/// Neither.
	Abstain,
}

/// A vote.
#[derive(Debug, Args)]
pub struct VoteArgs {
	/// The referendum.
	index: u32,
	/// How.
	side: Side,
	/// With how much.
	#[arg(long, value_parser = parse_amount, required_unless_present_any = ["aye", "nay"])]
	amount: Option<u128>,
	/// How firmly: none, or 1x to 6x [default: 1x; split votes and abstentions have none].
	#[arg(long, value_parser = parse_conviction, value_name = "HOW")]
	conviction: Option<Conviction>,
	/// Of a split vote the part that is for it.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT", conflicts_with = "amount")]
	aye: Option<u128>,
	/// Of a split vote the part that is against it.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT", conflicts_with = "amount")]
	nay: Option<u128>,
	/// Of a split vote the part that is neither.
	#[arg(long, value_parser = parse_amount, value_name = "AMOUNT", conflicts_with = "amount")]
	abstain: Option<u128>,
}

/// A delegation of votes.
#[derive(Debug, Args)]
pub struct DelegateArgs {
	/// To whom.
	#[arg(value_parser = parse_account)]
	who: AccountId,
	/// On which track; several are possible, and `all`.
	#[arg(long = "track", required = true, value_name = "TRACK")]
	tracks: Vec<String>,
	/// How much.
	#[arg(long, value_parser = parse_amount)]
	amount: u128,
	/// How firmly: none, or 1x to 6x.
	#[arg(long, value_parser = parse_conviction, default_value = "1x", value_name = "HOW")]
	conviction: Conviction,
}

/// Which delegations to take back.
#[derive(Debug, Args)]
pub struct UndelegateArgs {
	/// On which track; several are possible, and `all`.
	#[arg(long = "track", required = true, value_name = "TRACK")]
	tracks: Vec<String>,
}

fn parse_conviction(text: &str) -> Result<Conviction, String> {
	Conviction::ALL
		.into_iter()
		.find(|conviction| conviction.name() == text)
		.ok_or_else(|| "write none, 1x, 2x, 3x, 4x, 5x or 6x".into())
}

impl VoteArgs {
	fn vote(&self) -> Result<AccountVote, Error> {
		let wrong = |text: &str| Err(Error::Input(text.to_owned()));
		let firm = self.conviction.unwrap_or(Conviction::Locked1x);
		if matches!(self.side, Side::Split | Side::Abstain)
			&& self.conviction.is_some_and(|how| how != Conviction::None)
		{
			return wrong(
				"a split vote or an abstention has no conviction: it counts a tenth, and locks nothing after the \
				 end; leave --conviction out, or vote aye or nay",
			);
		}
		let vote = match (self.side, self.amount) {
			(Side::Split, None) => {
				let (aye, nay) = (self.aye.unwrap_or(0), self.nay.unwrap_or(0));
				match self.abstain {
					Some(abstain) => AccountVote::SplitAbstain { aye, nay, abstain },
					None => AccountVote::Split { aye, nay },
				}
			}
			(Side::Split, Some(_)) => {
				return wrong(
					"a split vote has two amounts: pass --aye and --nay in place of --amount",
				);
			}
			(_, None) => {
				return wrong("pass --amount; --aye, --nay and --abstain are for split votes");
			}
			(Side::Abstain, Some(abstain)) => AccountVote::SplitAbstain {
				aye: 0,
				nay: 0,
				abstain,
			},
			(side, Some(amount)) => AccountVote::Standard {
				aye: side == Side::Aye,
				conviction: firm,
				amount,
			},
		};
		if vote.amount() == 0 {
			return wrong(
				"a vote with nothing counts nothing; pass an amount above 0, of which 1u is enough to cast what \
				 others have delegated to you",
			);
		}
		Ok(vote)
	}
}

/// A vote in words.
pub fn vote_text(vote: &AccountVote) -> String {
	match *vote {
		AccountVote::Standard {
			aye,
			conviction,
			amount,
		} => format!(
			"{} with {}, conviction {}",
			if aye { "aye" } else { "nay" },
			Amount(amount),
			conviction.name()
		),
		AccountVote::Split { aye, nay } => {
			format!("aye with {}, nay with {}", Amount(aye), Amount(nay))
		}
		AccountVote::SplitAbstain { aye, nay, abstain } => format!(
			"aye with {}, nay with {}, abstaining with {}",
			Amount(aye),
			Amount(nay),
			Amount(abstain)
		),
	}
}

/// Says with figures that an account cannot vote with so much.
fn has(total: u128, amount: u128) -> Result<(), Error> {
	if amount <= total {
		return Ok(());
	}
	Err(Error::Input(format!(
		"the account has {} in all, staked and locked ones included, and cannot vote with {}; pass a \
		 smaller amount",
		Amount(total),
		Amount(amount)
	)))
}

/// Votes.
pub async fn vote(context: &Context, arguments: VoteArgs) -> Result<(), Error> {
	let (index, vote) = (arguments.index, arguments.vote()?);
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let phase = context
		.in_time("the referendum", async {
			let view = chain.at(context.at()).await?;
			let referendum = view.ongoing(index).await?;
			has(view.balance(&account).await?.total, vote.amount())?;
			let voting = view.voting(&account, referendum.track).await?;
			is_own(&voting, &track_name(&view.tracks()?, referendum.track))?;
			Ok(view.standing(&referendum).await?.phase)
		})
		.await?;
	if let Phase::NeedsDeposit { amount, .. } = phase {
		note(format_args!(
			"referendum {index} is not decided on before somebody places its deposit of {}, with `athanor gov \
			 place-deposit {index}`; the vote counts from then on",
			Amount(amount)
		));
	}
	let call = Call::Governance(GovCall::Vote { index, vote });
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"referendum": index, "who": account, "vote": vote}),
			text: format!("voted {} in referendum {index}", vote_text(&vote)),
		})
	})
}

/// Whoever has delegated its votes cannot vote.
fn is_own(voting: &Voting, track: &str) -> Result<(), Error> {
	match voting {
		Voting::Casting(_) => Ok(()),
		Voting::Delegating(delegating) => Err(Error::Input(format!(
			"your votes on the track {track} are delegated to {}; take them back with `athanor gov undelegate \
			 --track {track}`",
			delegating.to
		))),
	}
}

/// Takes a vote back.
pub async fn unvote(context: &Context, index: u32) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let (track, vote) = context
		.in_time("the vote", async {
			let view = chain.at(context.at()).await?;
			find_vote(&view, &account, index).await
		})
		.await?;
	let call = Call::Governance(GovCall::RemoveVote { track, index });
	let sent = context.send(&chain, &call).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"referendum": index, "who": account, "vote": vote}),
			text: format!(
				"took back the vote in referendum {index}: {}; `athanor gov unlock` unlocks what can be;",
				vote_text(&vote)
			),
		})
	})
}

/// The vote of an account in a referendum, and its track. One that is over does not say which it had.
async fn find_vote(
	view: &View,
	account: &AccountId,
	index: u32,
) -> Result<(u16, AccountVote), Error> {
	view.referendum(index).await?;
	for track in view.tracks()? {
		if let Some(vote) = view.voting(account, track.id).await?.vote(index) {
			return Ok((track.id, vote));
		}
	}
	Err(Error::NotFound(format!(
		"{account} has no vote of its own in referendum {index}; see `athanor gov status {index}`"
	)))
}

/// Lets somebody else vote.
pub async fn delegate(context: &Context, arguments: DelegateArgs) -> Result<(), Error> {
	let DelegateArgs {
		who: to,
		tracks: names,
		amount,
		conviction,
	} = arguments;
	let account = context.key()?.account();
	if account == to {
		return Err(Error::Input(
			"that is your own account, and your votes are yours already; name another one".into(),
		));
	}
	if amount == 0 {
		return Err(Error::Input(
			"to delegate nothing changes nothing; pass an amount above 0".into(),
		));
	}
	let chain = context.chain().await?;
	let tracks = context
		.in_time("the tracks", async {
			let view = chain.at(context.at()).await?;
			let tracks = find_tracks(&view.tracks()?, &names)?;
			has(view.balance(&account).await?.total, amount)?;
			for track in &tracks {
				is_idle(&view.voting(&account, track.id).await?, &track.name)?;
			}
			Ok(tracks)
		})
		.await?;
	let calls = tracks.iter().map(|track| GovCall::Delegate {
		track: track.id,
		to,
		conviction,
		amount,
	});
	let sent = context.send(&chain, &as_one(calls.collect())).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({
				"who": account,
				"to": to,
				"tracks": ids(&tracks),
				"amount": Amount(amount),
				"conviction": conviction,
			}),
			text: format!(
				"{to} votes with {} of yours, conviction {}, on {}",
				Amount(amount),
				conviction.name(),
				names_of(&tracks)
			),
		})
	})
}

/// Whoever votes cannot delegate.
fn is_idle(voting: &Voting, track: &str) -> Result<(), Error> {
	is_own(voting, track)?;
	match voting {
		Voting::Casting(casting) if !casting.votes.is_empty() => {
			let indices: Vec<_> = casting
				.votes
				.iter()
				.map(|(index, _)| index.to_string())
				.collect();
			Err(Error::Input(format!(
				"you have votes of your own on the track {track}, in referenda {}; take each back with `athanor \
				 gov unvote INDEX`, or those that are over with `athanor gov unlock`",
				indices.join(", ")
			)))
		}
		_ => Ok(()),
	}
}

fn names_of(tracks: &[Track]) -> String {
	let names: Vec<_> = tracks.iter().map(|track| track.name.as_str()).collect();
	names.join(", ")
}

fn ids(tracks: &[Track]) -> Vec<u16> {
	tracks.iter().map(|track| track.id).collect()
}

/// Takes delegations back.
pub async fn undelegate(context: &Context, arguments: UndelegateArgs) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let tracks = context
		.in_time("the delegations", async {
			let view = chain.at(context.at()).await?;
			let named = find_tracks(&view.tracks()?, &arguments.tracks)?;
			let mut delegated = Vec::new();
			for track in named {
				if let Voting::Delegating(_) = view.voting(&account, track.id).await? {
					delegated.push(track);
				}
			}
			Ok(delegated)
		})
		.await?;
	if tracks.is_empty() {
		return Err(Error::NotFound(format!(
			"{account} has delegated no votes on {}; see `athanor gov status`",
			arguments.tracks.join(", ")
		)));
	}
	let calls = tracks
		.iter()
		.map(|track| GovCall::Undelegate { track: track.id });
	let sent = context.send(&chain, &as_one(calls.collect())).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"who": account, "tracks": ids(&tracks)}),
			text: format!(
				"took back the votes on {}; `athanor gov unlock` unlocks them when their time is over;",
				names_of(&tracks)
			),
		})
	})
}

/// Unlocks what can be unlocked.
pub async fn unlock(context: &Context) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let (locks, lines) = context
		.in_time("the locks", async {
			let view = chain.at(context.at()).await?;
			let locks = view.locks(&account).await?;
			let lines = lock_lines(&locks, &view.tracks()?, view.number(), block_time(&view)?);
			Ok((locks, lines))
		})
		.await?;
	for line in &lines {
		note(line);
	}
	let calls = Lock::unlocking(&locks, account);
	let (locked, stays) = Lock::sums(&locks);
	if calls.is_empty() {
		let text = format!(
			"nothing can be unlocked; {} locked for votes",
			Amount(locked)
		);
		let value = json!({"who": account, "locks": locks, "locked": Amount(locked)});
		return context.output().show(value, || text);
	}
	let sent = context.send(&chain, &as_one(calls)).await?;
	report(context, &sent, |_| {
		Ok(Done {
			json: json!({"who": account, "locks": locks, "locked": Amount(stays)}),
			text: format!(
				"unlocked: {} were locked for votes, {} are;",
				Amount(locked),
				Amount(stays)
			),
		})
	})
}

/// What is locked until when, in words.
pub fn lock_lines(locks: &[Lock], tracks: &[Track], now: u32, block_time: u64) -> Vec<String> {
	let line = |lock: &Lock| {
		let track = track_name(tracks, lock.track);
		let what = match (lock.referendum, lock.until) {
			(Some(index), _) => format!("the vote in referendum {index}"),
			(None, Until::Undelegated) => "a delegation".into(),
			(None, _) => "votes that were taken back".into(),
		};
		let until = match lock.until {
			Until::Now => "can be unlocked with `athanor gov unlock`".into(),
			Until::Block(block) => format!("locked until {}", then(block, now, block_time)),
			Until::TheEnd => "locked until the referendum is over, at least".into(),
			Until::Undelegated => {
				format!("locked until `athanor gov undelegate --track {track}`, at least")
			}
		};
		format!("{} on {track}, for {what}: {until}", Amount(lock.amount))
	};
	locks.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
	use super::{super::gov::tests::track, *};
	use athanor::chain::gov::{Casting, Delegating};
	use clap::Parser;

	#[derive(Parser)]
	struct Line {
		#[command(flatten)]
		arguments: VoteArgs,
	}

	fn voted(line: &str) -> Result<AccountVote, Error> {
		let words = ["x", "3"].into_iter().chain(line.split_whitespace());
		Line::try_parse_from(words)
			.map_err(|error| Error::Node(error.to_string()))?
			.arguments
			.vote()
	}

	#[test]
	fn votes_are_read() {
		let standard = |aye, conviction| AccountVote::Standard {
			aye,
			conviction,
			amount: 5,
		};
		for (line, vote) in [
			("aye --amount 5u", standard(true, Conviction::Locked1x)),
			(
				"nay --amount 5u --conviction 6x",
				standard(false, Conviction::Locked6x),
			),
			(
				"nay --amount 5u --conviction none",
				standard(false, Conviction::None),
			),
			(
				"split --aye 3u --nay 4u",
				AccountVote::Split { aye: 3, nay: 4 },
			),
			(
				"split --aye 3u --nay 4u --conviction none",
				AccountVote::Split { aye: 3, nay: 4 },
			),
			(
				"split --aye 3u --abstain 4u",
				AccountVote::SplitAbstain {
					aye: 3,
					nay: 0,
					abstain: 4,
				},
			),
			(
				"abstain --amount 5u",
				AccountVote::SplitAbstain {
					aye: 0,
					nay: 0,
					abstain: 5,
				},
			),
		] {
			assert_eq!(voted(line).unwrap(), vote, "{line}");
		}
	}

	#[test]
	fn what_is_no_vote_says_why() {
		for (line, part) in [
			("aye --amount 0", "above 0"),
			("split --aye 0 --nay 0", "above 0"),
			("split --amount 5", "--aye and --nay"),
			("aye --aye 5", "pass --amount"),
			(
				"split --aye 3u --nay 4u --conviction 6x",
				"has no conviction",
			),
			("abstain --amount 5u --conviction 1x", "has no conviction"),
		] {
			let error = voted(line).unwrap_err();
			assert_eq!(error.exit_code(), 2, "{line}");
			assert!(error.to_string().contains(part), "{error}");
		}
		for line in [
			"aye",
			"maybe --amount 5",
			"aye --amount 5 --conviction 7x",
			"aye --amount 5 --nay 5",
			"aye --amount 1e3",
		] {
			assert!(matches!(voted(line), Err(Error::Node(_))), "{line}");
		}
	}

	#[test]
	fn who_cannot_vote_or_delegate_is_told_what_to_do() {
		let delegated = Voting::Delegating(Delegating {
			amount: 1,
			to: AccountId::from([2; 32]),
			conviction: Conviction::None,
			past: 0,
			past_until: 0,
		});
		for check in [is_own, is_idle] {
			let error = check(&delegated, "root").unwrap_err();
			assert!(
				error
					.to_string()
					.contains("`athanor gov undelegate --track root`"),
				"{error}"
			);
		}
		let vote = AccountVote::Split { aye: 1, nay: 1 };
		let voting = Voting::Casting(Casting {
			votes: vec![(3, vote), (9, vote)],
			..Casting::default()
		});
		assert!(is_own(&voting, "root").is_ok());
		let error = is_idle(&voting, "root").unwrap_err();
		assert!(error.to_string().contains("in referenda 3, 9"), "{error}");
		assert!(is_idle(&Voting::default(), "root").is_ok());
		assert!(has(5, 5).is_ok());
		let error = has(5, 6).unwrap_err();
		assert!(error.to_string().contains("has 5u in all"), "{error}");
	}

	#[test]
	fn locks_are_told_with_their_ends() {
		let lock = |referendum, until| Lock {
			track: 10,
			amount: 7,
			referendum,
			until,
		};
		let locks = [
			lock(Some(3), Until::TheEnd),
			lock(None, Until::Block(200)),
			lock(None, Until::Undelegated),
			lock(Some(4), Until::Now),
		];
		let lines = lock_lines(&locks, &[track(10, "pricing_admin")], 100, 3_000);
		for (line, part) in lines.iter().zip([
			"7u on pricing_admin, for the vote in referendum 3: locked until the referendum is over",
			"votes that were taken back: locked until block 200 (in about 5 min)",
			"a delegation: locked until `athanor gov undelegate --track pricing_admin`",
			"referendum 4: can be unlocked",
		]) {
			assert!(line.contains(part), "{part}: {line}");
		}
	}

	#[test]
	fn votes_are_told() {
		let split = AccountVote::SplitAbstain {
			aye: 1,
			nay: 2,
			abstain: 3,
		};
		assert_eq!(
			vote_text(&split),
			"aye with 1u, nay with 2u, abstaining with 3u"
		);
		let nay = AccountVote::Standard {
			aye: false,
			conviction: Conviction::Locked2x,
			amount: 5,
		};
		assert_eq!(vote_text(&nay), "nay with 5u, conviction 2x");
	}
}
