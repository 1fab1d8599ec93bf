//! When what holds money ends, as things stand: if nobody votes any more, and all blocks come in time.

use frame_support::traits::{Get, VoteTally};
use pallet_referenda::{ReferendumStatusOf, TrackInfoOf, TracksInfo};
use pallet_staking::{CurrentEra, ErasStartSessionIndex, ForceEra, Forcing};
use polkadot_sdk::*;
use sp_runtime::Perbill;
use sp_staking::{EraIndex, SessionIndex};

use crate::{Babe, BlockNumber, Runtime, Session, System, Treasury, constants::EPOCH};

/// The block that comes next.
fn next_block() -> BlockNumber {
	System::block_number().saturating_add(1)
}

/// In which block the bonds that an era frees can be withdrawn: when it is planned, a session before it begins.
pub fn planning_of_era(era: EraIndex) -> Option<BlockNumber> {
	first_session(era).map(|session| begin_of_session(session.saturating_sub(1)))
}

/// In which block an era begins.
pub fn begin_of_era(era: EraIndex) -> Option<BlockNumber> {
	first_session(era).map(begin_of_session)
}

/// The first session of an era, unless eras do not go on.
fn first_session(era: EraIndex) -> Option<SessionIndex> {
	let planned = CurrentEra::<Runtime>::get().unwrap_or_default();
	if let Some(session) = ErasStartSessionIndex::<Runtime>::get(era) {
		return Some(session);
	}
	let start = ErasStartSessionIndex::<Runtime>::get(planned).unwrap_or_default();
	let length = <Runtime as pallet_staking::Config>::SessionsPerEra::get();
	// Eras are planned when a session begins, for the one that follows it.
	let soonest = Session::current_index().saturating_add(2);
	let in_turn = start.saturating_add(length).max(soonest);
	let (next, length) = match ForceEra::<Runtime>::get() {
		Forcing::NotForcing => (in_turn, length),
		Forcing::ForceNew => (soonest, length),
		Forcing::ForceAlways => (soonest, 1),
		Forcing::ForceNone => return None,
	};
	let later = era.saturating_sub(planned).saturating_sub(1);
	Some(next.saturating_add(later.saturating_mul(length)))
}

/// In which block a session begins. This one if it has begun.
fn begin_of_session(session: SessionIndex) -> BlockNumber {
	let now = System::block_number();
	let sessions = session.saturating_sub(Session::current_index());
	if sessions == 0 {
		return now;
	}
	let slots = u64::from(sessions).saturating_mul(EPOCH.into());
	let begins = u64::from(Babe::current_epoch_start()).saturating_add(slots);
	let left = begins.saturating_sub(Babe::current_slot().into());
	let left = BlockNumber::try_from(left).unwrap_or(BlockNumber::MAX);
	now.saturating_add(left.max(1))
}

/// In which block a referendum ends with the votes that it has. None if it waits for its turn, which depends on
/// others.
pub fn end_of_referendum(status: &ReferendumStatusOf<Runtime, ()>) -> Option<BlockNumber> {
	type Tracks = <Runtime as pallet_referenda::Config>::Tracks;
	let info = Tracks::info(status.track)?;
	if let Some(deciding) = &status.deciding {
		return Some(end_of_decision(
			status,
			&info,
			deciding.since,
			deciding.confirming,
		));
	}
	if status.in_queue {
		return None;
	}
	if status.decision_deposit.is_none() {
		let timeout = <Runtime as pallet_referenda::Config>::UndecidingTimeout::get();
		return Some(status.submitted.saturating_add(timeout).max(next_block()));
	}
	let deciding = pallet_referenda::DecidingCount::<Runtime>::get(status.track);
	let begins = status.submitted.saturating_add(info.prepare_period);
	(deciding < info.max_deciding)
		.then(|| end_of_decision(status, &info, begins.max(next_block()), None))
}

/// When what is decided on since a block is confirmed, or is rejected. The curves only fall, so what passes once
/// passes until then.
fn end_of_decision(
	status: &ReferendumStatusOf<Runtime, ()>,
	info: &TrackInfoOf<Runtime, ()>,
	since: BlockNumber,
	confirming: Option<BlockNumber>,
) -> BlockNumber {
	let approval = status.tally.approval(status.track);
	let support = status.tally.support(status.track);
	let passes = |block: BlockNumber| {
		let elapsed = block.saturating_sub(since).min(info.decision_period);
		let part = Perbill::from_rational(elapsed, info.decision_period);
		info.min_approval.passing(part, approval) && info.min_support.passing(part, support)
	};
	// Votes count from the next block on.
	let soonest = since.max(next_block());
	if let Some(end) = confirming.filter(|_| passes(soonest)) {
		return end.max(soonest);
	}
	let needs = info.min_approval.delay(approval);
	let needs = needs.max(info.min_support.delay(support));
	let passing = since.saturating_add(needs.mul_ceil(info.decision_period));
	let passing = passing.max(soonest);
	if passes(passing) {
		passing.saturating_add(info.confirm_period)
	} else {
		passing
	}
}

/// In which block an approved bounty is funded, if the treasury has enough for it and for those before it.
pub fn funding_of_bounty(bounty: pallet_bounties::BountyIndex) -> Option<BlockNumber> {
	let mut budget = Treasury::pot();
	let approved = pallet_bounties::BountyApprovals::<Runtime>::get();
	let is_funded = approved.into_iter().any(|index| {
		let value = super::bounty_value(index).unwrap_or_default();
		let enough = value <= budget;
		if enough {
			budget = budget.saturating_sub(value);
		}
		enough && index == bounty
	});
	let period = <Runtime as pallet_treasury::Config>::SpendPeriod::get();
	let last = pallet_treasury::LastSpendPeriod::<Runtime>::get()?;
	is_funded.then(|| last.saturating_add(period).max(next_block()))
}
