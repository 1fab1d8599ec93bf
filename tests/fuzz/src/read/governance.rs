//! How bytes become an operation on royalties, referenda, validators, accounts or bounties.

use athanor_rewards::ROYALTY_SHARES;
use athanor_runtime::{
	configs::parameters,
	constants::{ATH, DAYS, MINUTES},
};
use polkadot_sdk::sp_runtime::{FixedU128, Permill};

use super::{actor, policy};
use crate::{
	input::Choices,
	operation::{
		Account, Accounting, Bonding, Bounty, Governance, Governing, Operation, Parameter,
		Proposal, Proposed, Royalty, Sharing, Speaker, Spending,
	},
};

pub(super) fn royalty(c: &mut Choices<'_>) -> Operation {
	let (who, model) = (c.pick(), c.pick());
	let what = match c.byte() % 20 {
		0..=5 => Sharing::Transfer(
			c.of([
				1,
				333_333,
				250_000,
				500_000,
				ROYALTY_SHARES,
				ROYALTY_SHARES - 1,
				7,
				0,
				ROYALTY_SHARES + 1,
				u32::MAX,
			]),
			actor(c),
		),
		6..=10 => Sharing::Return,
		11..=13 => Sharing::Claim,
		14..=16 => Sharing::ClaimFor,
		_ => Sharing::Merge,
	};
	Operation::Royalty(Royalty { who, model, what })
}

fn track(c: &mut Choices<'_>) -> u16 {
	c.of([10, 10, 10, 11, 11, 11, 0, 20, 99])
}

fn proposal(c: &mut Choices<'_>) -> Proposal {
	let speaker = match c.byte() % 8 {
		0 => Speaker::Other,
		1 => Speaker::Root,
		_ => Speaker::Fitting,
	};
	let what = match c.byte() % 8 {
		0..=4 => Proposed::Parameter(parameter(c)),
		5 => {
			let (class, policy) = policy(c);
			Proposed::Policy(class, policy)
		}
		6 => Proposed::CancelSlash(u64::from(c.byte())),
		_ => Proposed::Validators(c.of([1, 0, 2, 100, 101, u32::MAX])),
	};
	Proposal { speaker, what }
}

pub(super) fn governance(c: &mut Choices<'_>) -> Operation {
	let (who, referendum) = (c.pick(), c.pick());
	let eighths = |c: &mut Choices<'_>| c.of([1, 1, 2, 4, 4, 6, 7, 8, 9, 0]);
	let what = match c.byte() % 32 {
		0 => Governing::Note(proposal(c)),
		1 => Governing::Unnote,
		2..=6 => {
			let by_hash = c.byte().is_multiple_of(4);
			Governing::Submit(proposal(c), by_hash)
		}
		7..=11 => Governing::PlaceDeposit,
		12..=17 => Governing::Vote {
			aye: !c.byte().is_multiple_of(6),
			conviction: c.byte(),
			eighths: eighths(c),
		},
		18 => Governing::Split,
		19 | 20 => Governing::RemoveVote,
		21 | 22 => Governing::Delegate {
			to: actor(c),
			track: track(c),
			conviction: c.byte(),
			eighths: eighths(c),
		},
		23 => Governing::Undelegate(track(c)),
		24 | 25 => Governing::Unlock(track(c)),
		26 | 27 => Governing::RefundDecision,
		28 => Governing::RefundSubmission,
		29 | 30 => Governing::RefundRejected,
		_ => {
			let by_root = !c.byte().is_multiple_of(4);
			match c.byte() % 2 {
				0 => Governing::Cancel { by_root },
				_ => Governing::Kill { by_root },
			}
		}
	};
	Operation::Governance(Governance {
		who,
		referendum,
		what,
	})
}

pub(super) fn validator(c: &mut Choices<'_>) -> Operation {
	let who = c.pick();
	let units = |c: &mut Choices<'_>| {
		c.of([
			100 * ATH,
			1_000 * ATH,
			10_000 * ATH,
			100 * ATH - 1,
			1,
			0,
			u128::MAX,
		])
	};
	let what = match c.byte() % 8 {
		0 | 1 => Bonding::Bond(units(c)),
		2 => Bonding::More(units(c)),
		3 | 4 => Bonding::Unbond(units(c)),
		5 => Bonding::Rebond(units(c)),
		6 => Bonding::Withdraw,
		_ => Bonding::Nominate,
	};
	Operation::Validator { who, what }
}

pub(super) fn account(c: &mut Choices<'_>) -> Operation {
	let who = c.pick();
	let by_root = |c: &mut Choices<'_>| !c.byte().is_multiple_of(4);
	let what = match c.byte() % 32 {
		0..=4 => Accounting::AddProxy {
			to: actor(c),
			kind: c.byte(),
			delay: c.of([0, 0, 1, 2, 5]),
		},
		5 => Accounting::RemoveProxies,
		6 | 7 => Accounting::Proxy(c.byte()),
		8 | 9 => Accounting::Announce(c.byte()),
		10 => Accounting::RemoveAnnouncement(c.byte()),
		11 => Accounting::RejectAnnouncement(c.byte()),
		12 | 13 => Accounting::ProxyAnnounced(c.byte()),
		14..=16 => Accounting::Sign(c.byte()),
		17 => Accounting::Approve(c.byte()),
		18 => Accounting::CancelSigning(c.byte()),
		19..=21 => Accounting::SetIdentity(c.byte()),
		22 | 23 => Accounting::SetSubs(c.byte()),
		24 => Accounting::QuitSub,
		25 => match c.byte() % 2 {
			0 => Accounting::ClearIdentity,
			_ => Accounting::KillIdentity {
				by_root: by_root(c),
			},
		},
		26 | 27 => Accounting::AddRegistrar {
			by_root: by_root(c),
		},
		28 => Accounting::SetFee,
		29 => Accounting::AskJudgement,
		30 => Accounting::CancelJudgement,
		_ => Accounting::Judge,
	};
	Operation::Account(Account { who, what })
}

pub(super) fn bounty(c: &mut Choices<'_>) -> Operation {
	let (who, bounty) = (c.pick(), c.pick());
	let by_root = |c: &mut Choices<'_>| !c.byte().is_multiple_of(4);
	let what = match c.byte() % 32 {
		0 | 1 => Spending::Propose(c.of([10, 10, 20, 50, 9, 0])),
		2..=18 => Spending::Proceed,
		19 => Spending::Approve {
			by_root: by_root(c),
		},
		20 => match c.byte() % 3 {
			0 => Spending::ApproveWithCurator {
				by_root: by_root(c),
			},
			1 => Spending::ProposeCurator {
				by_root: by_root(c),
			},
			_ => Spending::AcceptCurator,
		},
		21 => Spending::UnassignCurator {
			by_root: c.byte().is_multiple_of(4),
		},
		22 | 23 => Spending::Award,
		24 => Spending::Claim,
		25 => Spending::Close {
			by_root: by_root(c),
		},
		26 => Spending::ProposeChildCurator,
		27 => Spending::AcceptChildCurator,
		28 => Spending::UnassignChildCurator {
			by_root: c.byte().is_multiple_of(4),
		},
		29 => Spending::AwardChild,
		30 => match c.byte() % 2 {
			0 => Spending::AddChild,
			_ => Spending::ClaimChild,
		},
		_ => Spending::CloseChild {
			by_root: c.byte().is_multiple_of(4),
		},
	};
	Operation::Bounty(Bounty { who, bounty, what })
}

/// Nothing, everything, or a bound: the former are refused where they are beyond it.
fn share(c: &mut Choices<'_>, least: Permill, most: Permill) -> Option<Permill> {
	c.of([
		None,
		Some(Permill::zero()),
		Some(Permill::one()),
		Some(Permill::from_percent(3)),
		Some(least),
		Some(most),
	])
}

fn multiple(c: &mut Choices<'_>, least: FixedU128, most: FixedU128) -> Option<FixedU128> {
	c.of([
		None,
		None,
		Some(FixedU128::from_inner(0)),
		Some(FixedU128::from_inner(u128::MAX)),
		Some(FixedU128::from_u32(1)),
		Some(least),
		Some(most),
		Some(FixedU128::from_u32(20)),
	])
}

fn blocks(c: &mut Choices<'_>, least: u32, usual: u32, most: u32) -> Option<u32> {
	c.of([
		None,
		Some(least),
		Some(usual),
		Some(most),
		Some(least - 1),
		Some(u32::MAX),
	])
}

/// A governed value.
pub(super) fn parameter(c: &mut Choices<'_>) -> Parameter {
	macro_rules! of {
		($read:ident, $name:ident) => {
			Parameter::$name($read(c, parameters::$name::LEAST, parameters::$name::MOST))
		};
	}
	match c.byte() % 23 {
		0 | 1 => of!(multiple, StakeMultiple),
		// The longest keep much to look at, so they are rare.
		2 | 3 => Parameter::Retention(c.of([
			Some(0),
			Some(1_200),
			Some(1_200),
			Some(1_300),
			Some(2_000),
			Some(1_200),
			Some(1),
			Some(2_000),
			Some(u32::MAX),
			None,
		])),
		4 | 5 => of!(share, TimeoutSlash),
		6 | 7 => of!(share, EquivocationSlash),
		8 => of!(share, TreasuryShare),
		9 => of!(share, BurnShare),
		10 => of!(share, MaxRoyalty),
		11 => of!(share, RequesterPenalty),
		12 => of!(share, ReporterShare),
		13 => of!(share, MaxEraSlash),
		14 => Parameter::AppealPeriod(blocks(c, 4 * DAYS, 150_000, 28 * DAYS)),
		15 => of!(share, MaxCommission),
		16 => of!(share, MaxCommissionChange),
		17 => of!(multiple, MaxDelegation),
		18 => Parameter::BaseWorkPeriod(blocks(c, 5, 12, 15)),
		// Far from the most: jobs that wait for their payment stay in the state.
		19 => Parameter::SettlePeriod(blocks(c, 1, 3, 30)),
		20 => Parameter::TimeoutPause(blocks(c, 100, 120, 2_000)),
		_ => Parameter::PricePeriod(blocks(c, 10 * MINUTES, 28_800, 7 * DAYS)),
	}
}
