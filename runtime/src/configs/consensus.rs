//! Who makes blocks, who finalises them, and what happens to those who cheat at it.
//!
//! BABE, because job assignment needs randomness that nobody can choose. The validators are those of
//! genesis; a later version has them bonded and governed. Equivocations are reported and recorded.

use alloc::vec::Vec;

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::ExplainHolds,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, OnTimestampSet, fungible::InspectHold},
};
use pallet_session::historical;
use polkadot_sdk::*;
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

use crate::{
	AccountId, Babe, Balance, Balances, Historical, Offences, Runtime, RuntimeEvent, Session,
	SessionKeys,
	constants::{ATH, EPOCH, MILLISECS_PER_BLOCK},
};

/// Most validators that there can be.
pub type MaxAuthorities = ConstU32<100>;

/// Proof that a validator held a key in a session.
pub type KeyOwnerProof = sp_session::MembershipProof;

parameter_types! {
	/// Slots in an epoch.
	pub const EpochDuration: u64 = EPOCH as u64;
	/// Slots for which an equivocation can be reported: three epochs.
	pub const ReportLongevity: u64 = 3 * (EPOCH as u64);
	/// Held while session keys are registered, so that keys cannot be set for free.
	pub const SessionKeyDeposit: Balance = 10 * ATH;
}

impl pallet_babe::Config for Runtime {
	type EpochDuration = EpochDuration;
	type ExpectedBlockTime = ConstU64<MILLISECS_PER_BLOCK>;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type DisabledValidators = Session;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type KeyOwnerProof = KeyOwnerProof;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<168>;
	type KeyOwnerProof = KeyOwnerProof;
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
	type EventHandler = ();
}

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = historical::IdentificationTuple<Self>;
	type OnOffenceHandler = ();
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = historical::NoteHistoricalRoot<Self, GenesisValidators>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = SessionKeyDeposit;
}

impl historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = NoIdentification;
}

/// Validators are identified by their account alone.
pub struct NoIdentification;

impl sp_runtime::traits::Convert<AccountId, Option<()>> for NoIdentification {
	fn convert(_: AccountId) -> Option<()> {
		Some(())
	}
}

/// Keeps the validators of genesis, and names them in each session so that their keys are on record
/// for equivocation reports.
pub struct GenesisValidators;

impl GenesisValidators {
	fn validators() -> Option<Vec<AccountId>> {
		let current = pallet_session::Validators::<Runtime>::get();
		if !current.is_empty() {
			return Some(current);
		}
		// In the genesis block itself, only the keys are known yet.
		let mut registered: Vec<AccountId> =
			pallet_session::NextKeys::<Runtime>::iter_keys().collect();
		registered.sort();
		(!registered.is_empty()).then_some(registered)
	}
}

impl pallet_session::SessionManager<AccountId> for GenesisValidators {
	fn new_session(_: u32) -> Option<Vec<AccountId>> {
		Self::validators()
	}
	fn start_session(_: u32) {}
	fn end_session(_: u32) {}
}

impl historical::SessionManager<AccountId, ()> for GenesisValidators {
	fn new_session(_: u32) -> Option<Vec<(AccountId, ())>> {
		Some(
			Self::validators()?
				.into_iter()
				.map(|who| (who, ()))
				.collect(),
		)
	}
	fn start_session(_: u32) {}
	fn end_session(_: u32) {}
}

/// What validators have on hold for their session keys.
pub struct SessionKeyHolds;

impl ExplainHolds for SessionKeyHolds {
	type AccountId = AccountId;

	fn explain(who: &AccountId, limit: u32) -> Vec<Held> {
		let reason = pallet_session::HoldReason::Keys.into();
		let amount = Balances::balance_on_hold(&reason, who);
		let held = Held {
			reason: HeldFor::SessionKeys,
			amount,
			until: HeldUntil::OwnerActs,
			freed_by: FreedBy::SessionPurgeKeys,
		};
		(amount > 0 && limit > 0)
			.then_some(held)
			.into_iter()
			.collect()
	}
}

/// Holds a block's time against the BABE slot that it was made in.
///
/// A block without a BABE slot passes. This chain's nodes refuse such a block before they execute it;
/// the omni-node's development mode makes no others, because it authors by Aura only.
pub struct SlotOfBlock;

impl OnTimestampSet<u64> for SlotOfBlock {
	fn on_timestamp_set(moment: u64) {
		if let Some(Some(_)) = Babe::initialized() {
			Babe::on_timestamp_set(moment);
		}
	}
}

/// The key type of a validator's GRANDPA key.
pub const GRANDPA: KeyTypeId = sp_consensus_grandpa::KEY_TYPE;
