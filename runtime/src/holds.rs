//! What the SDK's pallets have on hold of an account, explained as our own pallets explain theirs.
//!
//! Some of them keep no index by account, so all their records are looked through, however many there are: this
//! is for explanations, which cost nothing on chain, and never for calls.

mod times;
mod votes;

use alloc::vec::Vec;
use core::iter::once;

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::ExplainHolds,
};
use codec::{Decode, Encode};
use frame_support::traits::{Footprint, LinearStoragePrice, fungible::InspectHold};
use pallet_bounties::BountyStatus;
use pallet_child_bounties::ChildBountyStatus;
use pallet_identity::Judgement;
use pallet_preimage::RequestStatus;
use pallet_referenda::{Deposit, ReferendumInfo};
use polkadot_sdk::*;
use sp_runtime::traits::Convert;

use crate::{
	AccountId, Balance, Balances, BlockNumber, Runtime,
	configs::governance::{PreimageDepositBase, PreimageDepositPerByte},
};

fn held(reason: HeldFor, amount: Balance, until: HeldUntil, freed_by: FreedBy) -> Held {
	Held {
		reason,
		amount,
		until,
		freed_by,
	}
}

/// What the owner can have back by a call that works now.
fn deposit(reason: HeldFor, amount: Balance, freed_by: FreedBy) -> Held {
	held(reason, amount, HeldUntil::OwnerActs, freed_by)
}

fn some(found: impl Iterator<Item = Held>, limit: u32) -> Vec<Held> {
	let limit = usize::try_from(limit).unwrap_or(usize::MAX);
	found.filter(|held| held.amount > 0).take(limit).collect()
}

/// What validators have on hold for their session keys.
pub struct SessionKeyHolds;

impl ExplainHolds for SessionKeyHolds {
	type AccountId = AccountId;

	fn explain(who: &AccountId, limit: u32) -> Vec<Held> {
		let reason = pallet_session::HoldReason::Keys.into();
		let amount = Balances::balance_on_hold(&reason, who);
		let keys = deposit(HeldFor::SessionKeys, amount, FreedBy::SessionPurgeKeys);
		some(once(keys), limit)
	}
}

/// What validators and nominators have bonded.
pub struct ValidatorHolds;

impl ExplainHolds for ValidatorHolds {
	type AccountId = AccountId;

	fn explain(who: &AccountId, limit: u32) -> Vec<Held> {
		let Some(ledger) = pallet_staking::Ledger::<Runtime>::get(who) else {
			return Vec::new();
		};
		let active = deposit(
			HeldFor::ValidatorBond,
			ledger.active,
			FreedBy::ValidatorUnbond,
		);
		let unlocking = ledger.unlocking.iter().map(|chunk| {
			held(
				HeldFor::ValidatorUnbonding,
				chunk.value,
				callable_from(times::planning_of_era(chunk.era)),
				FreedBy::ValidatorWithdraw,
			)
		});
		let all = once(active).chain(unlocking).chain(pending_slashes(who));
		some(all, limit)
	}
}

/// From that block on, or some day if that depends on others.
fn callable_from(block: Option<BlockNumber>) -> HeldUntil {
	block.map_or(HeldUntil::OthersAct, HeldUntil::CallableFrom)
}

/// In that block at the latest, or some day if that depends on others.
fn ends_by(block: Option<BlockNumber>) -> HeldUntil {
	block.map_or(HeldUntil::OthersAct, HeldUntil::EndsBy)
}

/// Slashes that will take something of the bond.
fn pending_slashes(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_staking::UnappliedSlashes::<Runtime>::iter()
		.flat_map(|(era, slashes)| slashes.into_iter().map(move |slash| (era, slash)))
		.flat_map(|(era, slash)| {
			once((slash.validator, slash.own))
				.chain(slash.others)
				.map(move |(staker, amount)| (era, staker, amount))
		})
		.filter(move |(_, staker, _)| staker == who)
		.map(|(era, _, amount)| {
			held(
				HeldFor::PendingValidatorSlash { era },
				amount,
				ends_by(times::begin_of_era(era)),
				FreedBy::ValidatorCancelSlash,
			)
		})
}

/// What is on hold for proposals and locked for votes.
pub struct GovernanceHolds;

impl ExplainHolds for GovernanceHolds {
	type AccountId = AccountId;

	fn explain(who: &AccountId, limit: u32) -> Vec<Held> {
		let found = preimages(who)
			.chain(referenda(who))
			.chain(votes::explain(who))
			.chain(bounties(who))
			.chain(child_bounties(who));
		some(found, limit)
	}
}

fn preimages(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_preimage::RequestStatusFor::<Runtime>::iter_values()
		.filter_map(|status| match status {
			RequestStatus::Unrequested {
				ticket: (owner, _),
				len,
			} => Some((owner, len)),
			RequestStatus::Requested {
				maybe_ticket: Some((owner, _)),
				maybe_len: Some(len),
				..
			} => Some((owner, len)),
			RequestStatus::Requested { .. } => None,
		})
		.filter(move |(owner, _)| owner == who)
		.map(|(_, len)| {
			let len = usize::try_from(len).unwrap_or(usize::MAX);
			let price =
				LinearStoragePrice::<PreimageDepositBase, PreimageDepositPerByte, Balance>::convert(
					Footprint::from_parts(1, len),
				);
			deposit(HeldFor::Preimage, price, FreedBy::PreimageUnnote)
		})
}

fn referenda(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_referenda::ReferendumInfoFor::<Runtime>::iter()
		.flat_map(|(referendum, info)| {
			let over = (HeldUntil::OwnerActs, FreedBy::ReferendaRefundDecision);
			let (submission, of_submission, decision, of_decision) = match info {
				ReferendumInfo::Ongoing(status) => {
					let until = callable_from(times::end_of_referendum(&status));
					let ends = (until, FreedBy::ReferendumEnds);
					let submission = Some(status.submission_deposit);
					(submission, ends, status.decision_deposit, ends)
				}
				ReferendumInfo::Approved(_, submission, decision)
				| ReferendumInfo::Cancelled(_, submission, decision) => {
					let refund = (over.0, FreedBy::ReferendaRefundSubmission);
					(submission, refund, decision, over)
				}
				ReferendumInfo::Rejected(_, submission, decision)
				| ReferendumInfo::TimedOut(_, submission, decision) => {
					let refund = (over.0, FreedBy::OriginsRefundSubmission);
					(submission, refund, decision, over)
				}
				ReferendumInfo::Killed(_) => (None, over, None, over),
			};
			let submission = submission.map(|deposit| {
				let reason = HeldFor::ReferendumSubmission { referendum };
				(reason, deposit, of_submission)
			});
			let decision = decision.map(|deposit| {
				let reason = HeldFor::ReferendumDecision { referendum };
				(reason, deposit, of_decision)
			});
			submission.into_iter().chain(decision)
		})
		.filter(move |(_, deposit, _)| deposit.who == *who)
		.map(|(reason, Deposit { amount, .. }, (until, freed_by))| {
			held(reason, amount, until, freed_by)
		})
}

/// What a bounty has on deposit: its first fields, of which the SDK shows only some.
#[derive(Decode)]
struct BountyDeposits {
	proposer: AccountId,
	value: Balance,
	_fee: Balance,
	curator: Balance,
	bond: Balance,
}

/// What a bounty is worth.
fn bounty_value(bounty: pallet_bounties::BountyIndex) -> Option<Balance> {
	let record = pallet_bounties::Bounties::<Runtime>::get(bounty)?;
	let deposits = BountyDeposits::decode(&mut record.encode().as_slice()).ok()?;
	Some(deposits.value)
}

fn bounties(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_bounties::Bounties::<Runtime>::iter()
		.filter_map(|(bounty, record)| {
			let deposits = BountyDeposits::decode(&mut record.encode().as_slice()).ok()?;
			let (proposer, bond) = (deposits.proposer, deposits.bond);
			let (owner, amount, until, freed_by) = match record.get_status() {
				BountyStatus::Proposed => {
					let until = HeldUntil::OthersAct;
					(proposer, bond, until, FreedBy::BountyProceeds)
				}
				BountyStatus::Approved | BountyStatus::ApprovedWithCurator { .. } => {
					let until = ends_by(times::funding_of_bounty(bounty));
					(proposer, bond, until, FreedBy::BountyProceeds)
				}
				BountyStatus::Active { curator, .. } => {
					let until = HeldUntil::OwnerActs;
					(curator, deposits.curator, until, FreedBy::BountyUnassign)
				}
				BountyStatus::PendingPayout {
					curator, unlock_at, ..
				} => {
					let until = HeldUntil::CallableFrom(unlock_at);
					(curator, deposits.curator, until, FreedBy::BountyClaim)
				}
				BountyStatus::Funded | BountyStatus::CuratorProposed { .. } => return None,
			};
			let reason = HeldFor::Bounty { bounty };
			Some((owner, held(reason, amount, until, freed_by)))
		})
		.filter(move |(owner, _)| owner == who)
		.map(|(_, held)| held)
}

/// Nothing as long as the call filter lets only a bounty's own curator take its parts.
fn child_bounties(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_child_bounties::ChildBounties::<Runtime>::iter()
		.filter_map(|(bounty, child, record)| {
			let (curator, until, freed_by) = match record.status {
				ChildBountyStatus::Active { curator } => {
					(curator, HeldUntil::OwnerActs, FreedBy::ChildBountyUnassign)
				}
				ChildBountyStatus::PendingPayout {
					curator, unlock_at, ..
				} => {
					let until = HeldUntil::CallableFrom(unlock_at);
					(curator, until, FreedBy::ChildBountyClaim)
				}
				ChildBountyStatus::Added | ChildBountyStatus::CuratorProposed { .. } => {
					return None;
				}
			};
			let reason = HeldFor::ChildBounty { bounty, child };
			let amount = record.curator_deposit;
			Some((curator, held(reason, amount, until, freed_by)))
		})
		.filter(move |(owner, _)| owner == who)
		.map(|(_, held)| held)
}

/// What is on hold for helpers, several signers and names.
pub struct AccountHolds;

impl ExplainHolds for AccountHolds {
	type AccountId = AccountId;

	fn explain(who: &AccountId, limit: u32) -> Vec<Held> {
		let (_, proxies) = pallet_proxy::Proxies::<Runtime>::get(who);
		let (_, announcements) = pallet_proxy::Announcements::<Runtime>::get(who);
		let of_proxies = [
			deposit(HeldFor::Proxies, proxies, FreedBy::ProxyRemove),
			deposit(
				HeldFor::ProxyAnnouncements,
				announcements,
				FreedBy::ProxyRemoveAnnouncement,
			),
		];
		let multisigs = pallet_multisig::Multisigs::<Runtime>::iter_values()
			.filter(|multisig| multisig.depositor == *who)
			.map(|multisig| {
				deposit(
					HeldFor::Multisig,
					multisig.deposit,
					FreedBy::MultisigProceeds,
				)
			});
		let found = of_proxies.into_iter().chain(multisigs).chain(identity(who));
		some(found, limit)
	}
}

fn identity(who: &AccountId) -> impl Iterator<Item = Held> {
	let (subs, _) = pallet_identity::SubsOf::<Runtime>::get(who);
	let record = pallet_identity::IdentityOf::<Runtime>::get(who);
	let fees = record.iter().flat_map(|record| {
		record
			.judgements
			.iter()
			.map(|(_, judgement)| match judgement {
				Judgement::FeePaid(fee) => *fee,
				_ => 0,
			})
	});
	let fees = fees.fold(0, Balance::saturating_add);
	let own = record.map_or(0, |record| record.deposit);
	let amount = own.saturating_add(subs).saturating_add(fees);
	once(deposit(HeldFor::Identity, amount, FreedBy::IdentityClear))
}
