//! `athanor gov status`.

use athanor::{
	AccountId, Amount, At, BlockId, Chain, Error, View,
	chain::gov::{
		AccountVote, Enacted, End, Ended, Lock, Ongoing, Phase, Referendum, Refunds, Standing,
		Track, Voting, decode_call,
	},
};
use clap::Args;
use serde_json::{Value, json};

use super::{
	Context,
	gov::{block_time, change_text, needs, then, track_name},
	gov_enact::Outcome,
	gov_list::{List, Page},
	gov_vote::{lock_lines, vote_text},
	output::{fields, merge},
	parse_account,
};

/// Shown at the end of `gov status --help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor gov status
  athanor gov status --all -o json
  athanor gov status --all --limit 100 --before 400
  athanor gov status 3
  athanor --key alice.key gov status 3
  athanor gov status 3 --who ADDRESS

With a key or --who, the votes and locks of that account are shown too. Of a referendum that is over, the
call and what became of it are shown for as long as the node has the state of its last blocks.";

/// What to show.
#[derive(Debug, Args)]
pub struct StatusArgs {
	/// The referendum [default: all that are not over].
	index: Option<u32>,
	/// Show those that are over too, the newest first.
	#[arg(long, conflicts_with = "index")]
	all: bool,
	/// With --all, at most so many.
	#[arg(
		long,
		requires = "all",
		default_value_t = 20,
		value_name = "N",
		value_parser = clap::value_parser!(u32).range(1..)
	)]
	limit: u32,
	/// With --all, only those before this one.
	#[arg(long, requires = "all", value_name = "INDEX")]
	before: Option<u32>,
	/// Whose votes and locks to show [default: those of the key, if there is one].
	#[arg(long, value_parser = parse_account, value_name = "WHO")]
	who: Option<AccountId>,
}

/// Shows it.
pub async fn run(context: &Context, arguments: StatusArgs) -> Result<(), Error> {
	let key = context.key_if_given()?;
	let who = arguments.who.or(key.map(|key| key.account()));
	let chain = context.chain().await?;
	match arguments.index {
		Some(index) => {
			let whole = context
				.reading("the referendum", Whole::read(context, &chain, index, who))
				.await?;
			context.output().show(whole.json(), || whole.text())
		}
		None => {
			let page = arguments.all.then_some(Page {
				limit: arguments.limit,
				before: arguments.before,
			});
			let list = context
				.reading("the referenda", List::read(context, &chain, who, page))
				.await?;
			context.output().show(list.json(), || list.text())
		}
	}
}

/// The block that is read, and how time passes.
pub struct Now {
	pub block: BlockId,
	pub block_time: u64,
	pub tracks: Vec<Track>,
}

/// What an account does with its votes.
pub struct Own {
	who: AccountId,
	voting: Option<Voting>,
	vote: Option<AccountVote>,
	locks: Vec<Lock>,
}

/// Everything about one.
struct Whole {
	now: Now,
	index: u32,
	referendum: Referendum,
	standing: Option<Standing>,
	/// What is proposed and what it would do now; nothing if its preimage is missing.
	outcome: Option<Outcome>,
	/// Of one that is over: what was proposed, as far as the node knows.
	past: Option<(u16, Option<String>)>,
	enacted: Option<Enacted>,
	own: Option<Own>,
}

impl Now {
	pub fn read(view: &View) -> Result<Self, Error> {
		Ok(Self {
			block: view.block(),
			block_time: block_time(view)?,
			tracks: view.tracks()?,
		})
	}

	fn then(&self, block: u32) -> String {
		then(block, self.block.number, self.block_time)
	}
}

impl Own {
	/// Of an account, in a referendum of this track if one is asked for.
	pub async fn read(
		view: &View,
		who: Option<AccountId>,
		referendum: Option<(u32, u16)>,
	) -> Result<Option<Self>, Error> {
		let Some(who) = who else {
			return Ok(None);
		};
		let voting = match referendum {
			Some((_, track)) => Some(view.voting(&who, track).await?),
			None => None,
		};
		Ok(Some(Self {
			vote: referendum
				.zip(voting.as_ref())
				.and_then(|((index, _), voting)| voting.vote(index)),
			voting,
			locks: view.locks(&who).await?,
			who,
		}))
	}

	/// For programs.
	pub fn json(&self) -> Value {
		let (locked, _) = Lock::sums(&self.locks);
		json!({
			"who": self.who,
			"vote": self.vote,
			"voting": self.voting,
			"locks": self.locks,
			"locked": Amount(locked),
		})
	}

	/// For people.
	pub fn text(&self, now: &Now) -> String {
		let mut lines = vec![format!("votes of {}", self.who)];
		match (&self.vote, &self.voting) {
			(Some(vote), _) => lines.push(format!("  {}", vote_text(vote))),
			(None, Some(Voting::Delegating(to))) => lines.push(format!(
				"  {} votes with {} of it, conviction {}",
				to.to,
				Amount(to.amount),
				to.conviction.name()
			)),
			(None, Some(_)) => lines.push("  none in this referendum".into()),
			(None, None) => {}
		}
		let (locked, _) = Lock::sums(&self.locks);
		lines.push(format!("  {} locked for votes", Amount(locked)));
		let locks = lock_lines(&self.locks, &now.tracks, now.block.number, now.block_time);
		lines.extend(locks.into_iter().map(|line| format!("  {line}")));
		lines.join("\n")
	}
}

/// What a referendum waits for, in a word.
pub fn phase_name(referendum: &Referendum, standing: Option<&Standing>) -> &'static str {
	match (referendum, standing.map(|standing| standing.phase)) {
		(Referendum::Ended(ended), _) => match ended.how {
			End::Approved => "approved",
			End::Rejected => "rejected",
			End::Cancelled => "cancelled",
			End::TimedOut => "timed out",
			End::Killed => "killed",
		},
		(_, Some(Phase::NeedsDeposit { .. })) => "needs deposit",
		(_, Some(Phase::Preparing { .. })) => "preparing",
		(_, Some(Phase::Queued { .. })) => "queued",
		(_, Some(Phase::Confirming { .. })) => "confirming",
		(_, Some(Phase::Deciding { .. }) | None) => "deciding",
	}
}

/// Who has to do what next, and when.
pub fn next(index: u32, phase: &Phase, now: &Now) -> String {
	match *phase {
		Phase::NeedsDeposit { amount, until } => format!(
			"somebody places its deposit of {} with `athanor gov place-deposit {index}`; it times out in {} \
			 otherwise",
			Amount(amount),
			now.then(until)
		),
		Phase::Preparing { until } => {
			format!(
				"it is decided on from {}; votes count already",
				now.then(until)
			)
		}
		Phase::Queued { most } => format!(
			"it waits until fewer than {most} of its track are decided on; more ayes bring it forward"
		),
		Phase::Deciding {
			until,
			enough_at: Some(block),
		} if block <= now.block.number => format!(
			"it is passing, and its confirmation begins with the next block; it ends in {}",
			now.then(until)
		),
		Phase::Deciding {
			enough_at: Some(block),
			..
		} => format!(
			"with the votes as they are, its confirmation begins in {}; more ayes bring it forward: `athanor gov \
			 vote {index} aye --amount AMOUNT`",
			now.then(block)
		),
		Phase::Deciding {
			until,
			enough_at: None,
		} => format!(
			"the votes are not enough: it is rejected in {} unless more vote aye: `athanor gov vote {index} aye \
			 --amount AMOUNT`",
			now.then(until)
		),
		Phase::Confirming { until } => {
			format!(
				"it passes in {} if it is passing until then",
				now.then(until)
			)
		}
	}
}

/// Whether the deposits of a referendum that is over can be returned, and with what.
pub fn deposits(index: u32, ended: &Ended) -> String {
	if !Refunds::of(ended).calls(index).is_empty() {
		return format!(
			"`athanor gov refund {index}` returns its deposits, to whoever placed them"
		);
	}
	match ended.how {
		End::Killed => "its deposits went to the treasury".into(),
		_ => "its deposits have been returned".into(),
	}
}

/// What comes after the end.
fn after(index: u32, ended: &Ended, enacted: Option<&Enacted>, now: &Now) -> String {
	let mut text = match enacted {
		Some(Enacted::Scheduled { at }) => format!("its call is made in {}", now.then(*at)),
		Some(Enacted::Made { at, result: Ok(()) }) => {
			format!("its call was made in block {at}, and succeeded")
		}
		Some(Enacted::Made {
			at,
			result: Err(error),
		}) => format!("its call was made in block {at}, and failed, changing nothing: {error}"),
		Some(Enacted::Unavailable { at }) => format!(
			"its call was due in block {at}, and was not made: its bytes were not on the chain or are no call"
		),
		Some(Enacted::Forgotten) => {
			"what became of its call is not known to this node any more; ask an archive node".into()
		}
		None => "nothing comes of it".into(),
	};
	text.push_str("; ");
	text.push_str(&deposits(index, ended));
	text
}

/// What list and whole have in common, for programs.
pub fn summary_json(
	index: u32,
	referendum: &Referendum,
	standing: Option<&Standing>,
	now: &Now,
) -> Value {
	let mut value = json!({
		"referendum": index,
		"phase": phase_name(referendum, standing),
	});
	match referendum {
		Referendum::Ongoing(ongoing) => merge(
			&mut value,
			json!({
				"track": track_name(&now.tracks, ongoing.track),
				"origin": ongoing.origin,
				"submitted": ongoing.submitted,
				"submission_deposit": ongoing.submission_deposit,
				"decision_deposit": ongoing.decision_deposit,
				"deciding": ongoing.deciding,
				"tally": ongoing.tally,
				"proposal": ongoing.proposal,
				"standing": standing,
				"next": standing.map(|standing| next(index, &standing.phase, now)),
			}),
		),
		Referendum::Ended(ended) => merge(
			&mut value,
			json!({"ended": ended, "next": deposits(index, ended)}),
		),
	}
	value
}

impl Whole {
	async fn read(
		context: &Context,
		chain: &Chain,
		index: u32,
		who: Option<AccountId>,
	) -> Result<Self, Error> {
		let view = chain.at(context.at()).await?;
		let referendum = view.referendum(index).await?;
		let mut whole = Self {
			now: Now::read(&view)?,
			index,
			standing: None,
			outcome: None,
			past: None,
			enacted: None,
			own: None,
			referendum,
		};
		let track = match &whole.referendum {
			Referendum::Ongoing(ongoing) => {
				whole.standing = Some(view.standing(ongoing).await?);
				whole.outcome = outcome(&view, ongoing).await?;
				Some(ongoing.track)
			}
			Referendum::Ended(ended) => {
				whole.past = past(chain, index, ended.at).await?;
				if ended.how == End::Approved {
					whole.enacted = Some(chain.enacted(&view, index, ended.at).await?);
				}
				whole.past.as_ref().map(|(track, _)| *track)
			}
		};
		whole.own = Own::read(&view, who, track.map(|track| (index, track))).await?;
		Ok(whole)
	}

	fn json(&self) -> Value {
		let mut value = summary_json(
			self.index,
			&self.referendum,
			self.standing.as_ref(),
			&self.now,
		);
		let past = self.past.as_ref();
		merge(
			&mut value,
			json!({
				"at": self.now.block,
				"enactment": self.outcome.as_ref().map(Outcome::json),
				"past_call": past.and_then(|(_, call)| call.clone()),
				"enacted": self.enacted,
				"own": self.own.as_ref().map(Own::json),
			}),
		);
		value
	}

	fn text(&self) -> String {
		let mut text = match &self.referendum {
			Referendum::Ongoing(ongoing) => self.ongoing_text(ongoing),
			Referendum::Ended(ended) => self.ended_text(ended),
		};
		if let Some(own) = &self.own {
			text.push('\n');
			text.push_str(&own.text(&self.now));
		}
		text
	}

	fn ongoing_text(&self, ongoing: &Ongoing) -> String {
		let standing = self.standing.as_ref();
		let deposit = match &ongoing.decision_deposit {
			Some(deposit) => format!("{} by {}", Amount(deposit.amount), deposit.who),
			None => "not placed".into(),
		};
		let tally = format!(
			"{} aye, {} nay; {} support",
			Amount(ongoing.tally.ayes),
			Amount(ongoing.tally.nays),
			Amount(ongoing.tally.support)
		);
		let mut text = fields(&[
			("referendum", Some(self.index.to_string())),
			("track", Some(track_name(&self.now.tracks, ongoing.track))),
			("speaks as", Some(ongoing.origin.to_string())),
			("phase", Some(phase_name(&self.referendum, standing).into())),
			(
				"submitted",
				Some(format!(
					"in block {} by {}",
					ongoing.submitted, ongoing.submission_deposit.who
				)),
			),
			("decision deposit", Some(deposit)),
			("votes", Some(tally)),
			("reached", standing.map(|standing| needs(&standing.reached))),
			(
				"needed now",
				standing.map(|standing| {
					let passing = if standing.passing {
						"passing"
					} else {
						"not passing"
					};
					format!("{}: {passing}", needs(&standing.needed))
				}),
			),
			("call", Some(self.call())),
			(
				"next",
				standing.map(|standing| next(self.index, &standing.phase, &self.now)),
			),
		]);
		if let Some(outcome) = &self.outcome {
			for change in &outcome.changes {
				text.push_str(&format!("{}\n", change_text(change)));
			}
			if let Some(reason) = outcome.trial.failure() {
				text.push_str(&format!(
					"as things stand its enactment would fail, and change nothing: {reason}\n"
				));
			}
		}
		text
	}

	/// What is proposed.
	fn call(&self) -> String {
		match &self.outcome {
			Some(outcome) => outcome.call.0.clone(),
			None => format!(
				"its bytes are not on the chain or are no call, and nothing would be enacted; whoever has them \
				 stores them with `athanor gov note-preimage --call-file FILE --referendum {}`",
				self.index
			),
		}
	}

	fn ended_text(&self, ended: &Ended) -> String {
		let (track, call) = match &self.past {
			Some((track, call)) => (Some(track_name(&self.now.tracks, *track)), call.clone()),
			None => (None, None),
		};
		fields(&[
			("referendum", Some(self.index.to_string())),
			("track", track),
			("phase", Some(phase_name(&self.referendum, None).into())),
			("over since", Some(format!("block {}", ended.at))),
			("call", call),
			(
				"next",
				Some(after(self.index, ended, self.enacted.as_ref(), &self.now)),
			),
		])
	}
}

/// What a referendum would do now; nothing if its bytes are missing or no call.
async fn outcome(view: &View, ongoing: &Ongoing) -> Result<Option<Outcome>, Error> {
	let Some(call) = view.proposal(&ongoing.proposal).await? else {
		return Ok(None);
	};
	match Outcome::of(view, ongoing.origin.clone(), &call).await {
		Ok(outcome) => Ok(Some(outcome)),
		Err(Error::Input(_)) => Ok(None),
		Err(error) => Err(error),
	}
}

/// Track and call of a referendum before its end, as far as the node has that state.
async fn past(
	chain: &Chain,
	index: u32,
	ended: u32,
) -> Result<Option<(u16, Option<String>)>, Error> {
	let look = async {
		let view = chain.at(At::Number(ended.saturating_sub(1))).await?;
		let Referendum::Ongoing(ongoing) = view.referendum(index).await? else {
			return Ok(None);
		};
		let call = match view.proposal(&ongoing.proposal).await? {
			Some(bytes) => decode_call(&bytes, view.metadata())
				.ok()
				.map(|call| call.shown(view.metadata()).to_string()),
			None => None,
		};
		Ok(Some((ongoing.track, call)))
	};
	match look.await {
		Err(Error::Pruned(_) | Error::NotFound(_)) => Ok(None),
		other => other,
	}
}

#[cfg(test)]
pub mod tests {
	use super::{
		super::{gov::tests::track, gov_enact::tests::outcome},
		*,
	};
	use athanor::{
		Rejection,
		chain::gov::{Casting, Conviction, Deciding, Deposit, Needs, Origin, Stored, Tally, Until},
	};

	pub fn now() -> Now {
		Now {
			block: BlockId {
				number: 100,
				hash: Default::default(),
			},
			block_time: 3_000,
			tracks: vec![track(10, "pricing_admin")],
		}
	}

	pub fn ongoing() -> Ongoing {
		let deposit = |amount| Deposit {
			who: AccountId::from([1; 32]),
			amount,
		};
		Ongoing {
			track: 10,
			origin: Origin::Named("PricingAdmin".into()),
			proposal: Stored::Inline(vec![0]),
			submitted: 80,
			submission_deposit: deposit(10),
			decision_deposit: Some(deposit(20)),
			deciding: Some(Deciding {
				since: 95,
				confirming: None,
			}),
			tally: Tally {
				ayes: 30,
				nays: 10,
				support: 30,
			},
			in_queue: false,
		}
	}

	pub fn standing(phase: Phase) -> Standing {
		Standing {
			phase,
			reached: Needs {
				approval: 750_000_000,
				support: 30_000_000,
			},
			needed: Needs {
				approval: 970_000_000,
				support: 970_000_000,
			},
			passing: false,
		}
	}

	fn whole(referendum: Referendum) -> Whole {
		Whole {
			now: now(),
			index: 3,
			referendum,
			standing: None,
			outcome: None,
			past: None,
			enacted: None,
			own: None,
		}
	}

	pub fn ended(how: End) -> Ended {
		Ended {
			how,
			at: 90,
			submission_deposit: None,
			decision_deposit: Some(Deposit {
				who: AccountId::from([1; 32]),
				amount: 20,
			}),
		}
	}

	#[test]
	fn each_phase_says_who_does_what_and_when() {
		let deciding = |enough_at| Phase::Deciding {
			until: 195,
			enough_at,
		};
		for (phase, part) in [
			(
				Phase::NeedsDeposit {
					amount: 20,
					until: 120,
				},
				"deposit of 20u with `athanor gov place-deposit 3`; it times out in block 120 (in about 60 s)",
			),
			(
				Phase::Preparing { until: 120 },
				"decided on from block 120 (in about 60 s)",
			),
			(Phase::Queued { most: 5 }, "fewer than 5"),
			(deciding(Some(100)), "begins with the next block"),
			(deciding(Some(120)), "begins in block 120"),
			(deciding(None), "it is rejected in block 195"),
			(deciding(None), "`athanor gov vote 3 aye --amount AMOUNT`"),
			(Phase::Confirming { until: 110 }, "passes in block 110"),
		] {
			let text = next(3, &phase, &now());
			assert!(text.contains(part), "{part}: {text}");
		}
	}

	#[test]
	fn an_ongoing_referendum_is_told() {
		let mut whole = whole(Referendum::Ongoing(Box::new(ongoing())));
		whole.standing = Some(standing(Phase::Deciding {
			until: 195,
			enough_at: None,
		}));
		whole.outcome = Some(outcome(Ok(())));
		whole.own = Some(Own {
			who: AccountId::from([2; 32]),
			voting: Some(Voting::Casting(Casting::default())),
			vote: Some(AccountVote::Standard {
				aye: true,
				conviction: Conviction::Locked2x,
				amount: 7,
			}),
			locks: vec![Lock {
				track: 10,
				amount: 7,
				referendum: Some(3),
				until: Until::TheEnd,
			}],
		});
		let text = whole.text();
		for part in [
			"pricing_admin",
			"deciding",
			"30u aye, 10u nay; 30u support",
			"75 % approval, 3 % support",
			"97 % approval, 97 % support: not passing",
			"System.remark(remark: 0x)",
			"a: now 1, proposed 2",
			"aye with 7u, conviction 2x",
			"7u locked for votes",
			"for the vote in referendum 3",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = whole.json();
		assert_eq!(value["phase"], "deciding");
		assert_eq!(value["tally"]["ayes"], "30");
		assert_eq!(value["standing"]["phase"]["deciding"]["until"], 195);
		assert_eq!(value["enactment"]["changes"][0]["now"], "1");
		assert_eq!(value["own"]["locked"], "7");
	}

	#[test]
	fn a_proposal_that_is_missing_or_would_fail_is_told() {
		let mut whole = whole(Referendum::Ongoing(Box::new(ongoing())));
		assert!(
			whole
				.text()
				.contains("note-preimage --call-file FILE --referendum 3")
		);
		whole.outcome = Some(outcome(Err(Rejection {
			name: "A.B".into(),
			reason: "Do c.".into(),
			in_block: false,
		})));
		assert!(
			whole
				.text()
				.contains("would fail, and change nothing: A.B: Do c.")
		);
	}

	#[test]
	fn what_became_of_it_is_told() {
		let failed = Err(Rejection {
			name: "A.B".into(),
			reason: "Do c.".into(),
			in_block: true,
		});
		for (enacted, part) in [
			(
				Enacted::Scheduled { at: 120 },
				"is made in block 120 (in about 60 s)",
			),
			(
				Enacted::Made {
					at: 95,
					result: Ok(()),
				},
				"made in block 95, and succeeded; `athanor gov refund 3`",
			),
			(
				Enacted::Made {
					at: 95,
					result: failed,
				},
				"and failed, changing nothing: A.B: Do c.",
			),
			(Enacted::Unavailable { at: 95 }, "was not made"),
			(Enacted::Forgotten, "ask an archive node"),
		] {
			let mut whole = whole(Referendum::Ended(ended(End::Approved)));
			whole.past = Some((10, Some("a call".into())));
			whole.enacted = Some(enacted);
			let text = whole.text();
			assert!(text.contains(part), "{part}: {text}");
			assert!(
				text.contains("a call") && text.contains("pricing_admin"),
				"{text}"
			);
			assert_eq!(whole.json()["phase"], "approved");
		}
		let rejected = whole(Referendum::Ended(ended(End::Rejected))).text();
		assert!(
			rejected.contains("nothing comes of it; `athanor gov refund 3`"),
			"{rejected}"
		);
	}
}
