//! Who makes blocks, who finalises them, and what happens to those who cheat at it.
//!
//! BABE, because job assignment needs randomness that nobody can choose. Who the validators are, and what an
//! equivocation costs them, is in `validators`.

use frame_support::{
	parameter_types,
	traits::{ConstU64, OnTimestampSet},
};
use pallet_session::historical;
use polkadot_sdk::*;
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

use super::validators::{MaxBackersPerWinner, MaxValidators};
use crate::{
	AccountId, Babe, Balance, Balances, Historical, Offences, Runtime, RuntimeEvent, Session,
	SessionKeys, ValidatorStaking,
	constants::{ATH, EPOCH, MILLISECS_PER_BLOCK},
};

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
	type MaxAuthorities = MaxValidators;
	type MaxNominators = MaxBackersPerWinner;
	type KeyOwnerProof = KeyOwnerProof;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = MaxValidators;
	type MaxNominators = MaxBackersPerWinner;
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
	type OnOffenceHandler = ValidatorStaking;
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = historical::NoteHistoricalRoot<Self, ValidatorStaking>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = SessionKeyDeposit;
}

impl historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Runtime>;
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
