//! What can be paused in an emergency, and what never.
//!
//! A pause must strand nobody: who works must be able to hand in receipts, or would be slashed for the pause;
//! who wants to leave must be able to; and governance must be able to end it.

use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, GetCallMetadata, InsideBoth},
};
use pallet_tx_pause::RuntimeCallNameOf;
use polkadot_sdk::*;

use crate::{
	Balance, Balances, BlockNumber, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
	SafeMode, TxPause,
	governance::origins::{EmergencyPause, EnsureSafeMode, OrRoot, SafeModePeriod},
};

/// The calls that are let through.
pub type CallFilter = InsideBoth<SafeMode, TxPause>;

/// Pallets of which no call can be paused: what every block needs, and what ends a pause.
pub const PALLETS: [&str; 8] = [
	"System",
	"Timestamp",
	"Preimage",
	"Scheduler",
	"Referenda",
	"ConvictionVoting",
	"TxPause",
	"SafeMode",
];

/// Calls that cannot be paused: those by which work is handed in and faults are shown, what is due is done,
/// and people take out what is theirs.
pub const CALLS: [(&str, &str); 19] = [
	("Babe", "report_equivocation"),
	("Babe", "report_equivocation_unsigned"),
	("Grandpa", "report_equivocation"),
	("Grandpa", "report_equivocation_unsigned"),
	("Jobs", "cancel"),
	("Jobs", "submit_receipt"),
	("Jobs", "poke"),
	("Jobs", "report_equivocation"),
	("Models", "remove"),
	("Pricing", "remove_offer"),
	("Staking", "chill"),
	("Staking", "unbond"),
	("Staking", "exit"),
	("Staking", "withdraw"),
	("Staking", "deregister"),
	("Session", "purge_keys"),
	("ValidatorStaking", "chill"),
	("ValidatorStaking", "unbond"),
	("ValidatorStaking", "withdraw_unbonded"),
];

fn is_kept(pallet: &str, call: &str) -> bool {
	PALLETS.contains(&pallet) || CALLS.contains(&(pallet, call))
}

/// What no pause of a named call can name.
pub struct NeverPaused;

impl Contains<RuntimeCallNameOf<Runtime>> for NeverPaused {
	fn contains((pallet, call): &RuntimeCallNameOf<Runtime>) -> bool {
		// A name that is no text names nothing.
		core::str::from_utf8(pallet)
			.ok()
			.zip(core::str::from_utf8(call).ok())
			.is_some_and(|(pallet, call)| is_kept(pallet, call))
	}
}

/// What goes on in the safe mode.
pub struct InSafeMode;

impl Contains<RuntimeCall> for InSafeMode {
	fn contains(call: &RuntimeCall) -> bool {
		let metadata = call.get_call_metadata();
		is_kept(metadata.pallet_name, metadata.function_name)
	}
}

parameter_types! {
	/// The safe mode cannot be bought.
	pub const NoDeposit: Option<Balance> = None;
	/// Nothing is deposited for it, so nothing is released.
	pub const NoRelease: Option<BlockNumber> = None;
}

impl pallet_tx_pause::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PauseOrigin = OrRoot<EmergencyPause>;
	type UnpauseOrigin = OrRoot<EmergencyPause>;
	type WhitelistedCalls = NeverPaused;
	type MaxNameLen = ConstU32<256>;
	type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
}

impl pallet_safe_mode::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type WhitelistedCalls = InSafeMode;
	type EnterDuration = SafeModePeriod;
	type ExtendDuration = SafeModePeriod;
	type EnterDepositAmount = NoDeposit;
	type ExtendDepositAmount = NoDeposit;
	type ForceEnterOrigin = EnsureSafeMode;
	type ForceExtendOrigin = EnsureSafeMode;
	type ForceExitOrigin = OrRoot<EmergencyPause>;
	type ForceDepositOrigin = frame_system::EnsureRoot<crate::AccountId>;
	type Notify = ();
	type ReleaseDelay = NoRelease;
	type WeightInfo = pallet_safe_mode::weights::SubstrateWeight<Runtime>;
}
