//! Calls about bounties and their parts.

use athanor_runtime::{AccountId, Runtime, constants::ATH};
use pallet_bounties::{Bounties, BountyCount, BountyStatus};
use pallet_child_bounties::{Call as Child, ChildBounties, ChildBountyStatus};
use polkadot_sdk::*;

use super::Plan;
use crate::{
	cast::Actor,
	input::Pick,
	operation::{Bounty, Spending},
};

type Call = pallet_bounties::Call<Runtime>;
type Status = BountyStatus<AccountId, u32>;
type ChildStatus = ChildBountyStatus<AccountId, u32>;

/// A bounty that fits and its curator, or else any, or one that there is not.
fn bounty(pick: Pick, fits: fn(&Status) -> bool) -> (u32, Option<AccountId>) {
	let mut fitting: Vec<u32> = Bounties::<Runtime>::iter()
		.filter(|(_, bounty)| fits(&bounty.get_status()))
		.map(|(index, _)| index)
		.collect();
	fitting.sort_unstable();
	let next = BountyCount::<Runtime>::get();
	let index = pick
		.fitting(fitting)
		.unwrap_or_else(|| next.saturating_sub(u32::from(pick.number() % 8)));
	let curator = Bounties::<Runtime>::get(index).and_then(|bounty| match bounty.get_status() {
		BountyStatus::CuratorProposed { curator }
		| BountyStatus::ApprovedWithCurator { curator }
		| BountyStatus::Active { curator, .. }
		| BountyStatus::PendingPayout { curator, .. } => Some(curator),
		_ => None,
	});
	(index, curator)
}

/// A part that fits, by its bounty and its number, and its curator; or else one that there is not.
fn child(pick: Pick, fits: fn(&ChildStatus) -> bool) -> (u32, u32, Option<AccountId>) {
	let mut fitting: Vec<(u32, u32)> = ChildBounties::<Runtime>::iter()
		.filter(|(.., part)| fits(&part.status))
		.map(|(parent, part, _)| (parent, part))
		.collect();
	fitting.sort_unstable();
	let number = u32::from(pick.number() % 8);
	let (parent, part) = pick.fitting(fitting).unwrap_or((number, 0));
	let curator = ChildBounties::<Runtime>::get(parent, part).and_then(|part| match part.status {
		ChildBountyStatus::CuratorProposed { curator }
		| ChildBountyStatus::Active { curator }
		| ChildBountyStatus::PendingPayout { curator, .. } => Some(curator),
		ChildBountyStatus::Added => None,
	});
	(parent, part, curator)
}

fn active(status: &Status) -> bool {
	matches!(status, BountyStatus::Active { .. })
}

fn funded(status: &Status) -> bool {
	matches!(status, BountyStatus::Funded)
}

/// The curator of a bounty, or else any actor.
fn curator(pick: Pick, curator: Option<&AccountId>) -> Actor {
	super::owner(pick, curator)
}

/// The step that leads on, from where a bounty or a part of one is.
fn next_step(pick: Pick) -> Spending {
	let of_parts = ChildBounties::<Runtime>::iter_values().map(|part| match part.status {
		ChildBountyStatus::Added => Spending::ProposeChildCurator,
		ChildBountyStatus::CuratorProposed { .. } => Spending::AcceptChildCurator,
		ChildBountyStatus::Active { .. } => Spending::AwardChild,
		ChildBountyStatus::PendingPayout { .. } => Spending::ClaimChild,
	});
	let of_whole = Bounties::<Runtime>::iter_values().filter_map(|bounty| {
		Some(match bounty.get_status() {
			BountyStatus::Proposed => Spending::Approve { by_root: true },
			BountyStatus::Funded => Spending::ProposeCurator { by_root: true },
			BountyStatus::CuratorProposed { .. } => Spending::AcceptCurator,
			BountyStatus::Active { .. } => Spending::AddChild,
			BountyStatus::PendingPayout { .. } => Spending::Claim,
			BountyStatus::Approved | BountyStatus::ApprovedWithCurator { .. } => return None,
		})
	});
	pick.any(of_parts.chain(of_whole))
		.unwrap_or(Spending::Propose(10))
}

/// The call that an operation comes to.
pub fn plan(operation: &Bounty) -> Option<Plan> {
	let (who, pick) = (operation.who, operation.bounty);
	let any = Actor::of(who.number());
	match operation.what {
		Spending::Proceed => plan(&Bounty {
			what: next_step(pick),
			..*operation
		}),
		Spending::Propose(ath) => Plan::by(
			any,
			Call::propose_bounty {
				value: ATH * u128::from(ath),
				description: vec![b'b'; usize::from(ath)],
			},
		),
		Spending::Approve { by_root } => {
			let (bounty_id, _) = bounty(pick, |status| matches!(status, BountyStatus::Proposed));
			Plan::by_root_or(any, by_root, Call::approve_bounty { bounty_id })
		}
		Spending::ApproveWithCurator { by_root } => {
			let (bounty_id, _) = bounty(pick, |status| matches!(status, BountyStatus::Proposed));
			let call = Call::approve_bounty_with_curator {
				bounty_id,
				curator: any.account().into(),
				fee: ATH,
			};
			Plan::by_root_or(any, by_root, call)
		}
		Spending::ProposeCurator { by_root } => {
			let (bounty_id, _) = bounty(pick, funded);
			let call = Call::propose_curator {
				bounty_id,
				curator: any.account().into(),
				fee: ATH,
			};
			Plan::by_root_or(any, by_root, call)
		}
		Spending::AcceptCurator => {
			let (bounty_id, named) = bounty(pick, |status| {
				matches!(status, BountyStatus::CuratorProposed { .. })
			});
			let who = curator(who, named.as_ref());
			Plan::by(who, Call::accept_curator { bounty_id })
		}
		Spending::UnassignCurator { by_root } => {
			let (bounty_id, named) = bounty(pick, active);
			let who = curator(who, named.as_ref());
			Plan::by_root_or(who, by_root, Call::unassign_curator { bounty_id })
		}
		Spending::Award => {
			let (bounty_id, named) = bounty(pick, active);
			let call = Call::award_bounty {
				bounty_id,
				beneficiary: any.account().into(),
			};
			Plan::by(curator(who, named.as_ref()), call)
		}
		Spending::Claim => {
			let (bounty_id, _) = bounty(pick, |status| {
				matches!(status, BountyStatus::PendingPayout { .. })
			});
			Plan::by(any, Call::claim_bounty { bounty_id })
		}
		Spending::Close { by_root } => {
			let (bounty_id, _) = bounty(pick, |status| !active(status));
			Plan::by_root_or(any, by_root, Call::close_bounty { bounty_id })
		}
		_ => plan_child(operation),
	}
}

/// What is done with a part of a bounty.
fn plan_child(operation: &Bounty) -> Option<Plan> {
	let (who, pick) = (operation.who, operation.bounty);
	let any = Actor::of(who.number());
	match operation.what {
		Spending::AddChild => {
			let (parent_bounty_id, named) = bounty(pick, active);
			let call = Child::<Runtime>::add_child_bounty {
				parent_bounty_id,
				value: 3 * ATH,
				description: b"part".to_vec(),
			};
			Plan::by(curator(who, named.as_ref()), call)
		}
		Spending::ProposeChildCurator => {
			let (parent_bounty_id, child_bounty_id, _) =
				child(pick, |status| matches!(status, ChildBountyStatus::Added));
			let named = bounty_curator(parent_bounty_id);
			let other = Actor::of(pick.number()).account();
			let proposed = named.clone().filter(|_| pick.number() % 4 != 0);
			let call = Child::<Runtime>::propose_curator {
				parent_bounty_id,
				child_bounty_id,
				curator: proposed.unwrap_or(other).into(),
				fee: ATH,
			};
			Plan::by(curator(who, named.as_ref()), call)
		}
		Spending::AcceptChildCurator => {
			let (parent_bounty_id, child_bounty_id, named) = child(pick, |status| {
				matches!(status, ChildBountyStatus::CuratorProposed { .. })
			});
			let call = Child::<Runtime>::accept_curator {
				parent_bounty_id,
				child_bounty_id,
			};
			Plan::by(curator(who, named.as_ref()), call)
		}
		Spending::UnassignChildCurator { by_root } => {
			let (parent_bounty_id, child_bounty_id, named) = child(pick, active_child);
			let call = Child::<Runtime>::unassign_curator {
				parent_bounty_id,
				child_bounty_id,
			};
			Plan::by_root_or(curator(who, named.as_ref()), by_root, call)
		}
		Spending::AwardChild => {
			let (parent_bounty_id, child_bounty_id, named) = child(pick, active_child);
			let call = Child::<Runtime>::award_child_bounty {
				parent_bounty_id,
				child_bounty_id,
				beneficiary: any.account().into(),
			};
			Plan::by(curator(who, named.as_ref()), call)
		}
		Spending::ClaimChild => {
			let (parent_bounty_id, child_bounty_id, _) = child(pick, |status| {
				matches!(status, ChildBountyStatus::PendingPayout { .. })
			});
			let call = Child::<Runtime>::claim_child_bounty {
				parent_bounty_id,
				child_bounty_id,
			};
			Plan::by(any, call)
		}
		Spending::CloseChild { by_root } => {
			let (parent_bounty_id, child_bounty_id, _) = child(pick, |_| true);
			let named = bounty_curator(parent_bounty_id);
			let call = Child::<Runtime>::close_child_bounty {
				parent_bounty_id,
				child_bounty_id,
			};
			Plan::by_root_or(curator(who, named.as_ref()), by_root, call)
		}
		_ => None,
	}
}

fn active_child(status: &ChildStatus) -> bool {
	matches!(status, ChildBountyStatus::Active { .. })
}

fn bounty_curator(index: u32) -> Option<AccountId> {
	Bounties::<Runtime>::get(index).and_then(|bounty| match bounty.get_status() {
		BountyStatus::Active { curator, .. } => Some(curator),
		_ => None,
	})
}
