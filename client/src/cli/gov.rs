//! `athanor gov`.

use std::{path::Path, process::ExitCode};

use athanor::{
	Amount, Error, View,
	chain::gov::{Change, GovCall, MAX_PREIMAGE, Needs, PARTS, Track},
	primitives::H256,
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
	Context, gov_deposit, gov_enact, gov_policy, gov_preimage, gov_propose, gov_status, gov_tracks,
	gov_vote,
	output::{about, percent},
};

/// Propose, vote, and see what was decided.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Show the tracks: what is decided on each, how long that takes, what it costs, how many have to agree.
	#[command(after_help = gov_tracks::TRACKS_EXAMPLES)]
	Tracks,
	/// Show the parameters that are governed: what they are now, and how their values are written.
	#[command(after_help = gov_tracks::PARAMETERS_EXAMPLES)]
	Parameters,
	/// Show how the prices of the classes of models follow the demand: policy, price now, utilisation.
	#[command(after_help = gov_policy::POLICY_EXAMPLES)]
	Policy(gov_policy::ClassArgs),
	/// Show what the last periods would have been under another pricing policy. Nothing is sent.
	#[command(after_help = gov_policy::SIMULATE_EXAMPLES)]
	Simulate(gov_policy::PolicyArgs),
	/// Propose something, and open a referendum on it.
	#[command(after_help = gov_propose::EXAMPLES)]
	Propose(gov_propose::ProposeArgs),
	/// Show referenda: what they would change, how far they are, and who has to do what next.
	#[command(after_help = gov_status::EXAMPLES)]
	Status(gov_status::StatusArgs),
	/// Vote in a referendum, or vote differently.
	#[command(after_help = gov_vote::VOTE_EXAMPLES)]
	Vote(gov_vote::VoteArgs),
	/// Take a vote back.
	#[command(after_help = gov_vote::UNVOTE_EXAMPLES)]
	Unvote(Which),
	/// Let somebody else vote with your tokens. They stay in your account.
	#[command(after_help = gov_vote::DELEGATE_EXAMPLES)]
	Delegate(gov_vote::DelegateArgs),
	/// Take your votes back from whoever votes with them.
	#[command(after_help = gov_vote::UNDELEGATE_EXAMPLES)]
	Undelegate(gov_vote::UndelegateArgs),
	/// Unlock tokens whose votes are over, and show what stays locked until when.
	#[command(after_help = gov_vote::UNLOCK_EXAMPLES)]
	Unlock,
	/// Place the decision deposit of a referendum. It returns when the referendum is over.
	#[command(after_help = gov_deposit::PLACE_EXAMPLES)]
	PlaceDeposit(Which),
	/// Return the deposits of a referendum that is over to those who placed them.
	#[command(after_help = gov_deposit::REFUND_EXAMPLES)]
	Refund(Which),
	/// Store the bytes of a proposal again, of which only the hash is on the chain.
	#[command(after_help = gov_preimage::EXAMPLES)]
	NotePreimage(gov_preimage::NoteArgs),
	/// Show what would happen if a proposal were enacted now. Nothing is sent.
	#[command(after_help = gov_enact::EXAMPLES)]
	EnactDryRun(gov_enact::EnactArgs),
}

/// Which referendum.
#[derive(Debug, Args)]
pub struct Which {
	/// The referendum.
	pub index: u32,
}

/// Does it.
pub async fn run(context: &Context, command: Command) -> Result<ExitCode, Error> {
	match command {
		Command::Tracks => gov_tracks::tracks(context).await?,
		Command::Parameters => gov_tracks::parameters(context).await?,
		Command::Policy(arguments) => gov_policy::show(context, arguments).await?,
		Command::NotePreimage(arguments) => gov_preimage::run(context, arguments).await?,
		Command::Simulate(arguments) => return gov_policy::simulate(context, arguments).await,
		Command::Propose(arguments) => gov_propose::run(context, arguments).await?,
		Command::Status(arguments) => gov_status::run(context, arguments).await?,
		Command::Vote(arguments) => gov_vote::vote(context, arguments).await?,
		Command::Unvote(which) => gov_vote::unvote(context, which.index).await?,
		Command::Delegate(arguments) => gov_vote::delegate(context, arguments).await?,
		Command::Undelegate(arguments) => gov_vote::undelegate(context, arguments).await?,
		Command::Unlock => gov_vote::unlock(context).await?,
		Command::PlaceDeposit(which) => gov_deposit::place(context, which.index).await?,
		Command::Refund(which) => gov_deposit::refund(context, which.index).await?,
		Command::EnactDryRun(arguments) => return gov_enact::run(context, arguments).await,
	}
	Ok(ExitCode::SUCCESS)
}

/// The track of this name or number.
pub fn find_track(tracks: &[Track], wanted: &str) -> Result<Track, Error> {
	let number = wanted.parse::<u16>().ok();
	let name = wanted.to_lowercase().replace('-', "_");
	tracks
		.iter()
		.find(|track| Some(track.id) == number || track.name == name)
		.cloned()
		.ok_or_else(|| {
			let names: Vec<_> = tracks.iter().map(|track| track.name.as_str()).collect();
			Error::NotFound(format!(
				"there is no track {wanted}; there are {}; see `athanor gov tracks`",
				names.join(", ")
			))
		})
}

/// The tracks that are named; all of them for `all`.
pub fn find_tracks(tracks: &[Track], wanted: &[String]) -> Result<Vec<Track>, Error> {
	if wanted.iter().any(|name| name == "all") {
		return Ok(tracks.to_vec());
	}
	wanted.iter().map(|name| find_track(tracks, name)).collect()
}

/// The track of this number; its number if the chain has none such any more.
pub fn track_name(tracks: &[Track], id: u16) -> String {
	tracks
		.iter()
		.find(|track| track.id == id)
		.map_or_else(|| id.to_string(), |track| track.name.clone())
}

/// A share of [`PARTS`] in words.
pub fn share(parts: u32) -> String {
	percent(parts / (PARTS / 1_000_000))
}

/// What is reached or needed, in words.
pub fn needs(needs: &Needs) -> String {
	format!(
		"{} approval, {} support",
		share(needs.approval),
		share(needs.support)
	)
}

/// A block to come, and how long that is from now.
pub fn then(block: u32, now: u32, block_time: u64) -> String {
	match block.checked_sub(now) {
		Some(left) if left > 0 => format!("block {block} (in {})", about(left, block_time)),
		_ => format!("block {block}"),
	}
}

/// So many blocks, and how long that is.
pub fn period(blocks: u32, block_time: u64) -> String {
	format!("{blocks} ({})", about(blocks, block_time))
}

/// A change in words.
pub fn change_text(change: &Change) -> String {
	let effective = match &change.effective {
		Some(effective) => format!(", which takes effect as {effective}"),
		None => String::new(),
	};
	let here = match &change.effective_now {
		Some(here) => format!(" (here {here})"),
		None => String::new(),
	};
	format!(
		"{}: now {}{here}, proposed {}{effective}",
		change.what, change.now, change.proposed
	)
}

/// Reads a call: 0x and hexadecimal digits, or a file that has them or the bytes themselves.
pub fn read_call(hexadecimal: Option<&str>, file: Option<&Path>) -> Result<Vec<u8>, Error> {
	let bytes = match (hexadecimal, file) {
		(Some(text), _) => parse_call(text)?,
		(None, Some(path)) => {
			let bytes = std::fs::read(path).map_err(|error| {
				Error::Input(format!(
					"cannot read the call in {}: {error}",
					path.display()
				))
			})?;
			match std::str::from_utf8(&bytes).map(str::trim) {
				Ok(text) if text.starts_with("0x") => parse_call(text)?,
				_ => bytes,
			}
		}
		(None, None) => {
			return Err(Error::Input(
				"there is no call; write it as 0x and hexadecimal digits, or name a file with \
				 --call-file"
					.into(),
			));
		}
	};
	check_size(bytes.len())?;
	Ok(bytes)
}

fn parse_call(text: &str) -> Result<Vec<u8>, Error> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	hex::decode(digits).map_err(|error| {
		Error::Input(format!(
			"the call is not hexadecimal ({error}); write 0x and the bytes of the encoded call"
		))
	})
}

/// A proposal that no chain would store is not read any further.
fn check_size(len: usize) -> Result<(), Error> {
	if len <= MAX_PREIMAGE {
		return Ok(());
	}
	Err(Error::Input(format!(
		"the call has {len} bytes, and a proposal can have {MAX_PREIMAGE} (3,839 KiB); make it smaller or \
		 propose it in parts"
	)))
}

/// Says with figures that an account cannot deposit so much.
pub fn afford(free: u128, least: u128, amount: u128, what: &str) -> Result<(), Error> {
	let needed = amount.saturating_add(least);
	if free >= needed {
		return Ok(());
	}
	Err(Error::Input(format!(
		"{what} takes {}, and of the {} that the account has free {} have to stay there; top it up with \
		 {} or more, and the fee",
		Amount(amount),
		Amount(free),
		Amount(least),
		Amount(needed.saturating_sub(free))
	)))
}

/// The preimage of a referendum is not on the chain.
pub fn missing_preimage(index: u32, hash: &H256) -> Error {
	Error::NotFound(format!(
		"the proposal of referendum {index} is not on the chain, only its hash {hash:?}; whoever has its \
		 bytes stores them with `athanor gov note-preimage --call-file FILE --referendum {index}`; without them \
		 nothing is enacted"
	))
}

/// Calls of governance as one transaction.
pub fn as_one(mut calls: Vec<GovCall>) -> athanor::Call {
	match calls.pop() {
		Some(only) if calls.is_empty() => athanor::Call::Governance(only),
		last => {
			calls.extend(last);
			let calls = calls.into_iter().map(athanor::Call::Governance);
			athanor::Call::BatchAll(calls.collect())
		}
	}
}

/// Of a track what programs get.
pub fn track_json(track: &Track) -> Value {
	json!({"id": track.id, "name": track.name})
}

/// Time between blocks, in milliseconds.
pub fn block_time(view: &View) -> Result<u64, Error> {
	Ok(view.constants()?.block_time)
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use athanor::{Call, chain::gov::Curve};

	/// A track that falls from everybody to half.
	pub fn track(id: u16, name: &str) -> Track {
		let half = Curve::LinearDecreasing {
			length: PARTS,
			floor: PARTS / 2,
			ceil: PARTS,
		};
		Track {
			id,
			name: name.into(),
			max_deciding: 5,
			decision_deposit: 500_000_000_000_000,
			prepare_period: 20,
			decision_period: 100,
			confirm_period: 10,
			min_enactment_period: 5,
			min_approval: half,
			min_support: half,
		}
	}

	#[test]
	fn tracks_are_found_by_name_and_number() {
		let tracks = [track(0, "root"), track(10, "pricing_admin")];
		assert_eq!(find_track(&tracks, "10").unwrap().name, "pricing_admin");
		assert_eq!(find_track(&tracks, "Pricing-Admin").unwrap().id, 10);
		assert_eq!(find_track(&tracks, "0").unwrap().name, "root");
		let error = find_track(&tracks, "nonsense").unwrap_err();
		assert_eq!(error.exit_code(), 3);
		assert!(error.to_string().contains("root, pricing_admin"), "{error}");
		let all = find_tracks(&tracks, &["all".into()]).unwrap();
		assert_eq!(all, tracks);
		assert_eq!(track_name(&tracks, 10), "pricing_admin");
		assert_eq!(track_name(&tracks, 12), "12");
	}

	#[test]
	fn calls_are_read_from_the_command_line_and_from_files() {
		let folder = tempfile::tempdir().unwrap();
		let file = |name: &str, bytes: &[u8]| {
			let path = folder.path().join(name);
			std::fs::write(&path, bytes).unwrap();
			path
		};
		assert_eq!(read_call(Some("0x0aff"), None).unwrap(), [10, 255]);
		let text = file("text", b"0x0aff\n");
		assert_eq!(read_call(None, Some(&text)).unwrap(), [10, 255]);
		let raw = file("raw", &[10, 255]);
		assert_eq!(read_call(None, Some(&raw)).unwrap(), [10, 255]);
		let missing = folder.path().join("missing");
		for (call, file, part) in [
			(Some("0x0"), None, "not hexadecimal"),
			(None, Some(missing.as_path()), "cannot read the call in"),
			(None, None, "--call-file"),
		] {
			let error = read_call(call, file).unwrap_err();
			assert_eq!(error.exit_code(), 2);
			assert!(error.to_string().contains(part), "{error}");
		}
		let large = file("large", &vec![1; MAX_PREIMAGE + 1]);
		let error = read_call(None, Some(&large)).unwrap_err();
		assert_eq!(error.exit_code(), 2);
		assert!(error.to_string().contains("3931137 bytes"), "{error}");
		assert!(error.to_string().contains("3,839 KiB"), "{error}");
	}

	#[test]
	fn what_cannot_be_deposited_is_said_with_figures() {
		assert!(afford(15, 5, 10, "it").is_ok());
		let error = afford(14, 5, 10, "the decision deposit").unwrap_err();
		assert_eq!(
			error.to_string(),
			"the decision deposit takes 10u, and of the 14u that the account has free 5u have to stay there; \
			 top it up with 1u or more, and the fee"
		);
	}

	#[test]
	fn one_call_is_sent_by_itself_and_several_together() {
		let one = GovCall::PlaceDecisionDeposit(1);
		let two = GovCall::RefundDecisionDeposit(2);
		assert_eq!(as_one(vec![one.clone()]), Call::Governance(one.clone()));
		assert_eq!(
			as_one(vec![one.clone(), two.clone()]),
			Call::BatchAll(vec![Call::Governance(one), Call::Governance(two)])
		);
		assert_eq!(as_one(vec![]), Call::BatchAll(vec![]));
	}

	#[test]
	fn shares_and_times_are_told() {
		assert_eq!(share(PARTS), "100 %");
		assert_eq!(share(12_345_678), "1.2345 %");
		assert_eq!(then(120, 100, 3_000), "block 120 (in about 60 s)");
		assert_eq!(then(100, 100, 3_000), "block 100");
		assert_eq!(then(90, 100, 3_000), "block 90");
		assert_eq!(period(1_200, 3_000), "1200 (about 60 min)");
		let change = Change {
			what: "Market.Retention".into(),
			now: "201600".into(),
			proposed: "0".into(),
			effective_now: None,
			effective: Some("1200".into()),
		};
		assert_eq!(
			change_text(&change),
			"Market.Retention: now 201600, proposed 0, which takes effect as 1200"
		);
		let paced = Change {
			effective_now: Some("70".into()),
			..change
		};
		assert!(change_text(&paced).contains("now 201600 (here 70), proposed"));
	}
}
