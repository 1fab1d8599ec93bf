//! Calls about referenda: what they decide, and how they are decided on.

use athanor_runtime::{
	AccountId, Balance, Balances, OriginCaller, Runtime, RuntimeCall,
	governance::{origins::Origin, pallet_origins},
};
use codec::Encode;
use frame_support::traits::{Bounded, fungible::Inspect, schedule::DispatchTime};
use pallet_conviction_voting::{AccountVote, Call as Voting, Conviction, Vote, VotingFor};
use pallet_preimage::{Call as Preimages, PreimageFor};
use pallet_referenda::{
	BoundedCallOf, Call as Referenda, Deposit, ReferendumInfo, ReferendumInfoFor, ReferendumInfoOf,
};
use polkadot_sdk::*;
use sp_core::H256;
use sp_io::hashing::blake2_256;

use super::{Plan, governed, one_that};
use crate::{
	cast::Actor,
	input::Pick,
	operation::{Governance, Governing, Parameter, Proposal, Proposed, Speaker},
};

type Info = ReferendumInfoOf<Runtime, ()>;

/// What is decided.
pub fn call_of(what: &Proposed) -> RuntimeCall {
	match *what {
		Proposed::Parameter(value) => governed(&value),
		Proposed::Policy(class, policy) => {
			athanor_pricing::Call::<Runtime>::set_policy { class, policy }.into()
		}
		Proposed::CancelSlash(slash) => {
			athanor_staking::Call::<Runtime>::cancel_slash { slash }.into()
		}
		Proposed::Validators(new) => {
			pallet_staking::Call::<Runtime>::set_validator_count { new }.into()
		}
	}
}

/// Who may do it, and nothing more.
pub fn fitting(what: &Proposed) -> OriginCaller {
	match what {
		Proposed::Parameter(Parameter::PricePeriod(_)) | Proposed::Policy(..) => {
			Origin::PricingAdmin.into()
		}
		Proposed::Parameter(_) | Proposed::CancelSlash(_) => Origin::MarketAdmin.into(),
		Proposed::Validators(_) => frame_system::RawOrigin::<AccountId>::Root.into(),
	}
}

fn speaker(proposal: &Proposal) -> OriginCaller {
	match proposal.speaker {
		Speaker::Fitting => fitting(&proposal.what),
		Speaker::Root => frame_system::RawOrigin::<AccountId>::Root.into(),
		Speaker::Other => Origin::SmallTreasurer.into(),
	}
}

/// The call of a proposal, inside or by its hash.
fn bounded(what: &Proposed, by_hash: bool) -> Option<BoundedCallOf<Runtime, ()>> {
	let bytes = call_of(what).encode();
	Some(match by_hash {
		true => Bounded::Lookup {
			hash: blake2_256(&bytes).into(),
			len: u32::try_from(bytes.len()).ok()?,
		},
		false => Bounded::Inline(bytes.try_into().ok()?),
	})
}

/// A referendum that fits, or else any, or one that there is not.
fn referendum(pick: Pick, fits: impl Fn(&Info) -> bool) -> u32 {
	let mut fitting: Vec<u32> = ReferendumInfoFor::<Runtime>::iter()
		.filter(|(_, info)| fits(info))
		.map(|(index, _)| index)
		.collect();
	fitting.sort_unstable();
	pick.fitting(fitting).unwrap_or(pick.number().into())
}

fn ongoing(info: &Info) -> bool {
	matches!(info, ReferendumInfo::Ongoing(_))
}

fn waits_for_deposit(info: &Info) -> bool {
	matches!(info, ReferendumInfo::Ongoing(status) if status.decision_deposit.is_none())
}

/// The deposits of a referendum that is over, for submitting it and for deciding on it.
fn left(info: &Info) -> (bool, bool, bool) {
	let both = |submission: &Option<Deposit<_, _>>, decision: &Option<Deposit<_, _>>| {
		(submission.is_some(), decision.is_some())
	};
	let (rejected, (submission, decision)) = match info {
		ReferendumInfo::Approved(_, submission, decision)
		| ReferendumInfo::Cancelled(_, submission, decision) => (false, both(submission, decision)),
		ReferendumInfo::Rejected(_, submission, decision)
		| ReferendumInfo::TimedOut(_, submission, decision) => (true, both(submission, decision)),
		_ => (false, (false, false)),
	};
	(submission && !rejected, submission && rejected, decision)
}

fn part(who: Actor, eighths: u8) -> Balance {
	Balances::total_balance(&who.account()) / 8 * Balance::from(eighths)
}

fn conviction(number: u8) -> Conviction {
	match number % 7 {
		0 => Conviction::None,
		1 => Conviction::Locked1x,
		2 => Conviction::Locked2x,
		3 => Conviction::Locked3x,
		4 => Conviction::Locked4x,
		5 => Conviction::Locked5x,
		_ => Conviction::Locked6x,
	}
}

fn votes(who: &AccountId) -> bool {
	VotingFor::<Runtime>::iter_key_prefix(who).next().is_some()
}

fn vote(operation: &Governance, vote: impl FnOnce(Actor) -> AccountVote<Balance>) -> Option<Plan> {
	let who = Actor::of(operation.who.number());
	let call = Voting::<Runtime>::vote {
		poll_index: referendum(operation.referendum, ongoing),
		vote: vote(who),
	};
	Plan::by(who, call)
}

/// The call that an operation comes to.
pub fn plan(operation: &Governance) -> Option<Plan> {
	let any = Actor::of(operation.who.number());
	match operation.what {
		Governing::Note(proposal) => {
			let bytes = call_of(&proposal.what).encode();
			Plan::by(any, Preimages::<Runtime>::note_preimage { bytes })
		}
		Governing::Unnote => {
			let stored = PreimageFor::<Runtime>::iter_keys().map(|(hash, _)| hash);
			let hash: H256 = operation.referendum.fitting(stored).unwrap_or_default();
			Plan::by(any, Preimages::<Runtime>::unnote_preimage { hash })
		}
		Governing::Submit(proposal, by_hash) => Plan::by(
			any,
			Referenda::<Runtime>::submit {
				proposal_origin: Box::new(speaker(&proposal)),
				proposal: bounded(&proposal.what, by_hash)?,
				enactment_moment: DispatchTime::After(1),
			},
		),
		Governing::PlaceDeposit => {
			let index = referendum(operation.referendum, waits_for_deposit);
			Plan::by(any, Referenda::<Runtime>::place_decision_deposit { index })
		}
		Governing::Vote {
			aye,
			conviction: locked,
			eighths,
		} => vote(operation, |who| AccountVote::Standard {
			vote: Vote {
				aye,
				conviction: conviction(locked),
			},
			balance: part(who, eighths),
		}),
		Governing::Split => vote(operation, |who| AccountVote::SplitAbstain {
			aye: part(who, 1),
			nay: part(who, 1),
			abstain: part(who, 1),
		}),
		_ => plan_after(operation),
	}
}

/// What follows a vote, or makes one unnecessary.
fn plan_after(operation: &Governance) -> Option<Plan> {
	let any = Actor::of(operation.who.number());
	let voter = one_that(operation.who, votes);
	match operation.what {
		Governing::RemoveVote => {
			let index = referendum(operation.referendum, |_| true);
			let class = None;
			Plan::by(voter, Voting::<Runtime>::remove_vote { class, index })
		}
		Governing::Delegate {
			to,
			track,
			conviction: locked,
			eighths,
		} => Plan::by(
			any,
			Voting::<Runtime>::delegate {
				class: track,
				to: to.account().into(),
				conviction: conviction(locked),
				balance: part(any, eighths),
			},
		),
		Governing::Undelegate(class) => Plan::by(voter, Voting::<Runtime>::undelegate { class }),
		Governing::Unlock(class) => Plan::by(
			any,
			Voting::<Runtime>::unlock {
				class,
				target: voter.account().into(),
			},
		),
		_ => plan_end(operation),
	}
}

/// What ends a referendum, or follows its end.
fn plan_end(operation: &Governance) -> Option<Plan> {
	let any = Actor::of(operation.who.number());
	let of = |fits: fn(&Info) -> bool| referendum(operation.referendum, fits);
	match operation.what {
		Governing::RefundDecision => {
			let index = of(|info| left(info).2);
			Plan::by(any, Referenda::<Runtime>::refund_decision_deposit { index })
		}
		Governing::RefundSubmission => {
			let index = of(|info| left(info).0);
			Plan::by(
				any,
				Referenda::<Runtime>::refund_submission_deposit { index },
			)
		}
		Governing::RefundRejected => {
			let index = of(|info| left(info).1);
			let call = pallet_origins::Call::<Runtime>::refund_submission_deposit { index };
			Plan::by(any, call)
		}
		Governing::Cancel { by_root } => {
			let index = of(ongoing);
			Plan::by_root_or(any, by_root, Referenda::<Runtime>::cancel { index })
		}
		Governing::Kill { by_root } => {
			let index = of(ongoing);
			Plan::by_root_or(any, by_root, Referenda::<Runtime>::kill { index })
		}
		_ => None,
	}
}
