//! What the SDK's pallets have on hold of an account, explained as our own pallets explain theirs.
//!
//! Some of them keep no index by account, so all their records are looked through, up to [`MAX_RECORDS`]: this
//! is for explanations, which cost nothing on chain, and never for calls.

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
	constants::EPOCH,
};

/// Records of one kind that are looked through.
pub const MAX_RECORDS: usize = 10_000;

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
				HeldUntil::CallableFrom(start_of_era(chunk.era)),
				FreedBy::ValidatorWithdraw,
			)
		});
		some(once(active).chain(unlocking), limit)
	}
}

/// In which block an era begins, if all blocks come in time. This one if it has begun.
fn start_of_era(era: u32) -> BlockNumber {
	let now = pallet_staking::CurrentEra::<Runtime>::get().unwrap_or_default();
	let length = EPOCH.saturating_mul(<Runtime as pallet_staking::Config>::SessionsPerEra::get());
	let blocks = era.saturating_sub(now).saturating_mul(length);
	frame_system::Pallet::<Runtime>::block_number().saturating_add(blocks)
}

/// What is on hold for proposals and locked for votes.
pub struct GovernanceHolds;

impl ExplainHolds for GovernanceHolds {
	type AccountId = AccountId;

	fn explain(who: &AccountId, limit: u32) -> Vec<Held> {
		let found = preimages(who)
			.chain(referenda(who))
			.chain(once(votes(who)))
			.chain(bounties(who))
			.chain(child_bounties(who));
		some(found, limit)
	}
}

fn preimages(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_preimage::RequestStatusFor::<Runtime>::iter_values()
		.take(MAX_RECORDS)
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
		.take(MAX_RECORDS)
		.flat_map(|(referendum, info)| {
			let (ongoing, approved, submission, decision) = match info {
				ReferendumInfo::Ongoing(status) => (
					true,
					false,
					Some(status.submission_deposit),
					status.decision_deposit,
				),
				ReferendumInfo::Approved(_, submission, decision)
				| ReferendumInfo::Cancelled(_, submission, decision) => (false, true, submission, decision),
				ReferendumInfo::Rejected(_, submission, decision)
				| ReferendumInfo::TimedOut(_, submission, decision) => (false, false, submission, decision),
				ReferendumInfo::Killed(_) => (false, false, None, None),
			};
			let submission = submission.map(|Deposit { who, amount }| {
				let freed_by = match (ongoing, approved) {
					(true, _) => FreedBy::ReferendumEnds,
					(false, true) => FreedBy::ReferendaRefundSubmission,
					(false, false) => FreedBy::OriginsRefundSubmission,
				};
				let reason = HeldFor::ReferendumSubmission { referendum };
				(who, deposit(reason, amount, freed_by))
			});
			let decision = decision.map(|Deposit { who, amount }| {
				let freed_by = match ongoing {
					true => FreedBy::ReferendumEnds,
					false => FreedBy::ReferendaRefundDecision,
				};
				let reason = HeldFor::ReferendumDecision { referendum };
				(who, deposit(reason, amount, freed_by))
			});
			submission.into_iter().chain(decision)
		})
		.filter(move |(owner, _)| owner == who)
		.map(|(_, held)| held)
}

/// Locks of votes lie over each other, and over holds: the largest counts.
fn votes(who: &AccountId) -> Held {
	let locks = pallet_conviction_voting::ClassLocksFor::<Runtime>::get(who);
	let amount = locks.iter().map(|(_, amount)| *amount).max();
	deposit(
		HeldFor::Votes,
		amount.unwrap_or_default(),
		FreedBy::VotingUnlock,
	)
}

/// What a bounty has on deposit: its first fields, of which the SDK shows only some.
#[derive(Decode)]
struct BountyDeposits {
	proposer: AccountId,
	_value: Balance,
	_fee: Balance,
	curator: Balance,
	bond: Balance,
}

fn bounties(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_bounties::Bounties::<Runtime>::iter()
		.take(MAX_RECORDS)
		.filter_map(|(bounty, record)| {
			let status = record.get_status();
			let deposits = BountyDeposits::decode(&mut record.encode().as_slice()).ok()?;
			let (owner, amount) = match status {
				BountyStatus::Proposed
				| BountyStatus::Approved
				| BountyStatus::ApprovedWithCurator { .. } => (deposits.proposer, deposits.bond),
				BountyStatus::Active { curator, .. }
				| BountyStatus::PendingPayout { curator, .. } => (curator, deposits.curator),
				BountyStatus::Funded | BountyStatus::CuratorProposed { .. } => return None,
			};
			let reason = HeldFor::Bounty { bounty };
			Some((owner, deposit(reason, amount, FreedBy::BountyProceeds)))
		})
		.filter(move |(owner, _)| owner == who)
		.map(|(_, held)| held)
}

fn child_bounties(who: &AccountId) -> impl Iterator<Item = Held> {
	pallet_child_bounties::ChildBounties::<Runtime>::iter()
		.take(MAX_RECORDS)
		.filter_map(|(bounty, _, record)| {
			let curator = match record.status {
				ChildBountyStatus::Active { curator }
				| ChildBountyStatus::PendingPayout { curator, .. } => curator,
				ChildBountyStatus::Added | ChildBountyStatus::CuratorProposed { .. } => {
					return None;
				}
			};
			let reason = HeldFor::Bounty { bounty };
			let amount = record.curator_deposit;
			Some((curator, deposit(reason, amount, FreedBy::BountyProceeds)))
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
			.take(MAX_RECORDS)
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
