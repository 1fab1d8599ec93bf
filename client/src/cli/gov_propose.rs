//! `athanor gov propose`.

use std::path::PathBuf;

use athanor::{
	AccountId, Amount, Call, DryRun, Error, View,
	chain::{
		events::ReferendumSubmitted,
		gov::{
			CancelSlash, Enactment, GovCall, Origin, Pause, Proposal, SetParameter, Spend, Stored,
			Track,
		},
	},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
	Context, Sent,
	gov::{afford, as_one, block_time, change_text, find_track, read_call, then, track_json},
	gov_enact::Outcome,
	gov_policy::PolicyArgs,
	output::{Done, estimate_json, estimate_text, merge, note, report},
	parse_account, parse_amount,
};

/// Shown at the end of `gov propose --help`.
pub const EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov propose parameter Market.Retention 100000 --dry-run
  athanor --key alice.key gov propose --deposit parameter Market.TimeoutSlash 2.5%
  athanor --key alice.key gov propose policy small --ceiling-out 2 --step 5%
  athanor --key alice.key gov propose spend 500 --to ADDRESS --enact-after 1200
  athanor --key alice.key gov propose pause Jobs.post --deposit
  athanor --key alice.key gov propose --track root call 0x0000046869

Shows what would change, and tries the proposal on the state of the best block, before it is sent. A
referendum is decided on when its decision deposit is placed: with --deposit at once, or by anybody with
`athanor gov place-deposit INDEX`.";

const PARAMETER_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov propose parameter Market.StakeMultiple 2.5
  athanor --key alice.key gov propose parameter timeout-slash 1% --deposit
  athanor --key alice.key gov propose parameter Market.Retention default

See `athanor gov parameters` for the names.";

const POLICY_EXAMPLES: &str = "\
Examples:
  athanor gov simulate small --step 5% --high 70%
  athanor --key alice.key gov propose policy small --step 5% --high 70% --deposit
  athanor --key alice.key gov propose policy large --floor-in 20000u --floor-out 50000u \\
      --ceiling-in 1 --ceiling-out 2 --low 40% --high 60% --step 2% --dry-run

What is not given stays as it is when you propose. `athanor gov policy` shows what there is.";

const CANCEL_SLASH_EXAMPLES: &str = "\
Examples:
  athanor provider slashes
  athanor --key alice.key gov propose cancel-slash 3 --deposit

It has to pass and be enacted before the slash is carried out.";

const SPEND_EXAMPLES: &str = "\
Example:
  athanor --key alice.key gov propose spend 500 --to ADDRESS

The smallest track that may spend so much is taken. It is paid at the end of the treasury's spend period.";

const PAUSE_EXAMPLES: &str = "\
Example:
  athanor --key alice.key gov propose pause Jobs.post --deposit

Calls by which people take out what is theirs, and those of governance, cannot be paused.";

const UNPAUSE_EXAMPLES: &str = "\
Example:
  athanor --key alice.key gov propose unpause Jobs.post --deposit";

const CALL_EXAMPLES: &str = "\
Examples:
  athanor --key alice.key gov propose --track root call 0x0000046869
  athanor --key alice.key gov propose --track root call --call-file upgrade.call --deposit

Any call of the chain, encoded against this chain, for example with polkadot.js.";

/// A proposal and its terms.
#[derive(Debug, Args)]
pub struct ProposeArgs {
	#[command(flatten)]
	terms: Terms,
	#[command(subcommand)]
	what: What,
}

/// How it is decided and enacted.
#[derive(Debug, Args)]
struct Terms {
	/// The track, by name or number [default: the one that may do it].
	#[arg(long, global = true)]
	track: Option<String>,
	/// Place the decision deposit too.
	#[arg(long, global = true)]
	deposit: bool,
	/// Enact it so many blocks after it has passed, or when the track allows it if that is later.
	#[arg(
		long,
		global = true,
		value_name = "BLOCKS",
		conflicts_with = "enact_at"
	)]
	enact_after: Option<u32>,
	/// Enact it in this block, or when the track allows it if that is later.
	#[arg(long, global = true, value_name = "BLOCK")]
	enact_at: Option<u32>,
}

/// What is proposed.
#[derive(Debug, Subcommand)]
enum What {
	/// Set a governed parameter.
	#[command(after_help = PARAMETER_EXAMPLES)]
	Parameter {
		/// Its name, such as Market.Retention.
		name: String,
		/// Its value: 2.5, 2.5%, 1200, 1.5ATH, true, or `default`.
		value: String,
	},
	/// Set how the price of a class of models follows the demand.
	#[command(after_help = POLICY_EXAMPLES)]
	Policy(PolicyArgs),
	/// Pay somebody out of the treasury.
	#[command(after_help = SPEND_EXAMPLES)]
	Spend {
		/// How much, in tokens (1.5) or units (1000u).
		#[arg(value_parser = parse_amount)]
		amount: u128,
		/// Whom.
		#[arg(long, value_parser = parse_account, value_name = "WHO")]
		to: AccountId,
	},
	/// Pause a call in an emergency.
	#[command(after_help = PAUSE_EXAMPLES)]
	Pause {
		/// Pallet and call, such as Jobs.post.
		call: String,
	},
	/// End the pause of a call.
	#[command(after_help = UNPAUSE_EXAMPLES)]
	Unpause {
		/// Pallet and call, such as Jobs.post.
		call: String,
	},
	/// Cancel a pending slash.
	#[command(after_help = CANCEL_SLASH_EXAMPLES)]
	CancelSlash {
		/// Its number, from `athanor provider slashes`.
		slash: u64,
	},
	/// Any call, encoded.
	#[command(after_help = CALL_EXAMPLES)]
	Call {
		/// The call, as 0x and hexadecimal digits.
		#[arg(required_unless_present = "call_file", value_name = "HEX")]
		call: Option<String>,
		/// File with the call: its bytes, or 0x and hexadecimal digits.
		#[arg(long, value_name = "FILE", conflicts_with = "call")]
		call_file: Option<PathBuf>,
	},
}

impl Terms {
	fn enactment(&self) -> Enactment {
		match (self.enact_at, self.enact_after) {
			(Some(block), _) => Enactment::At(block),
			(None, blocks) => Enactment::After(blocks.unwrap_or(0)),
		}
	}
}

impl What {
	async fn proposal(&self, view: &View) -> Result<Proposal, Error> {
		let metadata = view.metadata();
		Ok(match self {
			Self::Parameter { name, value } => {
				Proposal::Parameter(SetParameter::parse(metadata, name, value)?)
			}
			Self::Policy(arguments) => Proposal::Policy(arguments.proposal(view).await?),
			Self::CancelSlash { slash } => Proposal::CancelSlash(CancelSlash { slash: *slash }),
			Self::Spend { amount, to } => Proposal::Spend(Spend {
				amount: *amount,
				to: *to,
			}),
			Self::Pause { call } => Proposal::Pause(Pause::parse(metadata, call, true)?),
			Self::Unpause { call } => Proposal::Pause(Pause::parse(metadata, call, false)?),
			Self::Call { call, call_file } => {
				Proposal::Call(read_call(call.as_deref(), call_file.as_deref())?)
			}
		})
	}
}

/// What will be sent, and what is known of it.
struct Plan {
	call: Vec<u8>,
	track: Track,
	outcome: Outcome,
	/// Whether its bytes are on the chain already, or go with the referendum.
	stored: bool,
	/// Block in which the decision can begin.
	decided_from: String,
}

/// Proposes it.
pub async fn run(context: &Context, arguments: ProposeArgs) -> Result<(), Error> {
	let account = context.key()?.account();
	let chain = context.chain().await?;
	let plan = context
		.in_time("what the proposal would do", async {
			let view = chain.at(context.at()).await?;
			let plan = Plan::make(&view, &arguments).await?;
			plan.afford(&view, &account, arguments.terms.deposit)
				.await?;
			Ok(plan)
		})
		.await?;
	plan.tell();
	let calls = plan.calls(arguments.terms.enactment());
	match context.send(&chain, &as_one(calls)).await? {
		Sent::Estimated(run) => {
			let second = match arguments.terms.deposit {
				true => Some(deposit_fee(context, &chain).await?),
				false => None,
			};
			context.output().show(plan.estimate_json(&run, second), || {
				plan.estimate(&run, second)
			})
		}
		Sent::Included(included) => {
			let submitted = included.events.first::<ReferendumSubmitted>()?;
			let index = submitted.map(|submitted| submitted.index).ok_or_else(|| {
				Error::Incompatible("the chain does not say which referendum it made".into())
			})?;
			if arguments.terms.deposit {
				deposit(context, &chain, index).await?;
			}
			let sent = Sent::Included(included);
			report(context, &sent, |_| {
				Ok(plan.done(index, arguments.terms.deposit))
			})
		}
	}
}

/// Places the decision deposit of the referendum that was submitted just now.
async fn deposit(context: &Context, chain: &athanor::Chain, index: u32) -> Result<(), Error> {
	let call = Call::Governance(GovCall::PlaceDecisionDeposit(index));
	let sent = context.send(chain, &call).await;
	if sent.is_err() {
		note(format_args!(
			"referendum {index} is submitted, but its decision deposit is not placed; try again with `athanor \
			 gov place-deposit {index}`"
		));
	}
	sent.map(drop)
}

/// What placing the decision deposit costs, in a transaction of its own.
async fn deposit_fee(context: &Context, chain: &athanor::Chain) -> Result<u128, Error> {
	let key = context.key()?;
	let run = context
		.in_time("the node", async {
			let view = chain.at(context.at()).await?;
			let index = view.referendum_count().await?;
			let call = Call::Governance(GovCall::PlaceDecisionDeposit(index));
			// That there is no such referendum yet changes nothing of the fee.
			chain.dry_run(&call, &key).await
		})
		.await?;
	Ok(run.fee)
}

impl Plan {
	async fn make(view: &View, arguments: &ProposeArgs) -> Result<Self, Error> {
		let metadata = view.metadata();
		let proposal = arguments.what.proposal(view).await?;
		let call = proposal.encode(metadata)?;
		let tracks = view.tracks()?;
		let track = match (&arguments.terms.track, proposal.track()) {
			(Some(named), _) => find_track(&tracks, named)?,
			(None, Some(usual)) => find_track(&tracks, usual)?,
			(None, None) => {
				let fitting = fitting(view, &tracks, &call).await?;
				return Err(Error::Input(format!(
					"name the track that decides on this call with --track; {}",
					fitting_text(&fitting)
				)));
			}
		};
		let outcome = Outcome::of(view, Origin::of(&track), &call).await?;
		if outcome.trial.is_wrong_origin() {
			let fitting = fitting(view, &tracks, &call).await?;
			return Err(Error::Input(format!(
				"the track {} cannot do this; {}",
				track.name,
				fitting_text(&fitting)
			)));
		}
		let stored = match Stored::of(&call) {
			Stored::Inline(_) => true,
			other => view.proposal(&other).await?.is_some(),
		};
		let from = view.number().saturating_add(track.prepare_period);
		Ok(Self {
			decided_from: then(from, view.number(), block_time(view)?),
			call,
			track,
			outcome,
			stored,
		})
	}

	/// Whether the account can place the deposits. That of the preimage is small and the chain checks it.
	async fn afford(&self, view: &View, who: &AccountId, decision: bool) -> Result<(), Error> {
		let free = view.balance(who).await?.free;
		let least = view.constants()?.existential_deposit;
		let submission = view.submission_deposit()?;
		let both = submission.saturating_add(self.track.decision_deposit);
		if decision {
			let what = format!(
				"a referendum of the track {}, with its decision deposit,",
				self.track.name
			);
			return afford(free, least, both, &what);
		}
		afford(free, least, submission, "a referendum")
	}

	/// Says what would change, to people.
	fn tell(&self) {
		note(format_args!(
			"{} as {}",
			self.outcome.call.0, self.outcome.origin
		));
		for change in &self.outcome.changes {
			note(change_text(change));
		}
		if let Some(reason) = self.outcome.trial.failure() {
			note(format_args!(
				"as things stand its enactment would fail, and change nothing: {reason}"
			));
		}
	}

	/// Stores the proposal if it is not there yet, and submits the referendum: both or none.
	fn calls(&self, enactment: Enactment) -> Vec<GovCall> {
		let note = (!self.stored).then(|| GovCall::NotePreimage(self.call.clone()));
		let submit = GovCall::Submit {
			origin: self.outcome.origin.clone(),
			proposal: Stored::of(&self.call),
			enactment,
		};
		note.into_iter().chain([submit]).collect()
	}

	fn json(&self) -> Value {
		let mut value = self.outcome.json();
		let stored = Stored::of(&self.call);
		merge(
			&mut value,
			json!({
				"track": track_json(&self.track),
				"proposal": {"hash": stored.hash(), "len": self.call.len()},
				"decision_deposit": Amount(self.track.decision_deposit),
			}),
		);
		value
	}

	/// What it would cost: the fee, and that of the second transaction which places the decision deposit.
	fn estimate_json(&self, run: &DryRun, second: Option<u128>) -> Value {
		let mut value = estimate_json(run);
		merge(&mut value, self.json());
		let fees = json!({
			"decision_deposit_fee": second.map(Amount),
			"total_fee": Amount(run.fee.saturating_add(second.unwrap_or(0))),
		});
		merge(&mut value, fees);
		value
	}

	fn estimate(&self, run: &DryRun, second: Option<u128>) -> String {
		let text = estimate_text(run);
		match second {
			Some(fee) => format!(
				"{text}; to place its decision deposit of {} is a second transaction, for a fee of about {}: about \
				 {} in all",
				Amount(self.track.decision_deposit),
				Amount(fee),
				Amount(run.fee.saturating_add(fee))
			),
			None => text,
		}
	}

	fn done(&self, index: u32, deposit: bool) -> Done {
		let mut value = self.json();
		merge(
			&mut value,
			json!({"referendum": index, "deposit_placed": deposit}),
		);
		let next = if deposit {
			format!(
				"it is decided on from {}; vote with `athanor gov vote {index} aye --amount AMOUNT`, and see \
				 `athanor gov status {index}`;",
				self.decided_from
			)
		} else {
			format!(
				"it is decided on when somebody places its deposit of {} with `athanor gov place-deposit {index}`;",
				Amount(self.track.decision_deposit)
			)
		};
		Done {
			json: value,
			text: format!(
				"referendum {index} submitted on the track {}: {next}",
				self.track.name
			),
		}
	}
}

/// The names of the tracks on which a call would succeed now, or else would be let.
async fn fitting(view: &View, tracks: &[Track], call: &[u8]) -> Result<Vec<String>, Error> {
	let (mut good, mut let_through) = (Vec::new(), Vec::new());
	for track in tracks {
		let trial = view.try_call(&Origin::of(track), call).await?;
		if trial.failure().is_none() {
			good.push(track.name.clone());
		} else if !trial.is_wrong_origin() {
			let_through.push(track.name.clone());
		}
	}
	Ok(if good.is_empty() { let_through } else { good })
}

fn fitting_text(fitting: &[String]) -> String {
	if fitting.is_empty() {
		return "no track can do it; only the account that signs such a call".into();
	}
	format!("it can be done on {}", fitting.join(", "))
}

#[cfg(test)]
mod tests {
	use super::{
		super::{Cli, Command as Top, gov, gov::tests::track, gov_enact::tests::outcome},
		*,
	};
	use clap::Parser;

	fn arguments(line: &str) -> Result<ProposeArgs, clap::Error> {
		let words = ["athanor", "gov", "propose"];
		let cli = Cli::try_parse_from(words.into_iter().chain(line.split_whitespace()))?;
		match cli.command {
			Top::Gov(gov::Command::Propose(arguments)) => Ok(arguments),
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn terms_go_before_and_after_what_is_proposed() {
		for line in [
			"--track root --deposit --enact-after 5 parameter a 1",
			"parameter a 1 --track root --deposit --enact-after 5",
		] {
			let terms = arguments(line).unwrap().terms;
			assert_eq!(terms.track.as_deref(), Some("root"));
			assert!(terms.deposit);
			assert_eq!(terms.enactment(), Enactment::After(5));
		}
		let terms = arguments("pause Jobs.post --enact-at 7").unwrap().terms;
		assert_eq!(terms.enactment(), Enactment::At(7));
		let terms = arguments("pause Jobs.post").unwrap().terms;
		assert_eq!(terms.enactment(), Enactment::After(0));
		for line in [
			"",
			"parameter a",
			"spend 5",
			"call",
			"pause a.b --enact-at 7 --enact-after 5",
			"call 0x00 --call-file a",
		] {
			assert!(arguments(line).is_err(), "{line}");
		}
	}

	fn plan(call: Vec<u8>, stored: bool) -> Plan {
		Plan {
			call,
			track: track(10, "pricing_admin"),
			outcome: outcome(Ok(())),
			stored,
			decided_from: "block 120".into(),
		}
	}

	#[test]
	fn what_is_stored_is_not_stored_again() {
		let after = Enactment::After(0);
		let submit = |proposal| GovCall::Submit {
			origin: Origin::Root,
			proposal,
			enactment: after,
		};
		let small = vec![1; 128];
		assert_eq!(
			plan(small.clone(), true).calls(after),
			[submit(Stored::Inline(small))]
		);
		let large = vec![1; 129];
		let lookup = Stored::of(&large);
		assert_eq!(
			plan(large.clone(), false).calls(after),
			[GovCall::NotePreimage(large.clone()), submit(lookup.clone())]
		);
		assert_eq!(plan(large, true).calls(after), [submit(lookup)]);
	}

	#[test]
	fn what_comes_next_is_told() {
		let plan = plan(vec![1], true);
		let done = plan.done(3, false);
		assert!(
			done.text
				.contains("its deposit of 500 ATH with `athanor gov place-deposit 3`"),
			"{}",
			done.text
		);
		assert_eq!(done.json["referendum"], 3);
		assert_eq!(done.json["would_succeed"], true);
		assert_eq!(done.json["track"]["name"], "pricing_admin");
		let done = plan.done(3, true);
		assert!(
			done.text.contains("decided on from block 120"),
			"{}",
			done.text
		);
		assert!(
			done.text.contains("`athanor gov vote 3 aye"),
			"{}",
			done.text
		);
	}

	#[test]
	fn both_fees_are_told_if_the_deposit_is_placed_too() {
		let run = DryRun {
			fee: 7,
			length: 100,
			validity: Ok(()),
			outcome: Some(Ok(())),
		};
		let plan = plan(vec![1], true);
		let text = plan.estimate(&run, Some(5));
		for part in [
			"a fee of about 7u",
			"500 ATH",
			"about 5u",
			"about 12u in all",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let value = plan.estimate_json(&run, Some(5));
		assert_eq!(
			(&value["fee"], &value["total_fee"]),
			(&json!("7"), &json!("12"))
		);
		assert_eq!(value["decision_deposit_fee"], "5");
		assert_eq!(
			(&value["succeeds"], &value["would_succeed"]),
			(&json!(true), &json!(true))
		);
		assert!(!plan.estimate(&run, None).contains("second"));
		assert_eq!(plan.estimate_json(&run, None)["total_fee"], "7");
	}

	#[test]
	fn tracks_that_fit_are_named() {
		assert!(fitting_text(&[]).contains("no track"));
		assert_eq!(
			fitting_text(&["root".into(), "market_admin".into()]),
			"it can be done on root, market_admin"
		);
	}
}
