//! What can be paused in an emergency, and what never.
//!
//! A pause must strand nobody: who works must be able to hand in receipts, or would be slashed for the pause;
//! who wants to leave must be able to; and governance must be able to end it.

use frame_support::{
	parameter_types,
	traits::{ConstU32, Contains, GetCallMetadata},
};
use pallet_tx_pause::RuntimeCallNameOf;
use polkadot_sdk::*;

use crate::{
	Balance, Balances, BlockNumber, Runtime, RuntimeCall, RuntimeEvent, RuntimeHoldReason,
	governance::origins::{EmergencyPause, EnsureSafeMode, OrRoot, SafeModePeriod},
	weights,
};

/// Pallets of which no call can be paused: what every block needs; governance, with what it has decided to pay; and
/// what only carries other calls, which are looked at by themselves, for accounts that can act in no other way.
pub const PALLETS: [&str; 15] = [
	"System",
	"Timestamp",
	"Preimage",
	"Scheduler",
	"Referenda",
	"ConvictionVoting",
	"Origins",
	"Parameters",
	"Treasury",
	"Bounties",
	"ChildBounties",
	"Utility",
	"Multisig",
	"TxPause",
	"SafeMode",
];

/// Calls that cannot be paused: those by which work is handed in and faults are shown, what is due is done, what was
/// decided takes effect, people take out what is theirs, and a stolen key is replaced, before it is used for faults.
pub const CALLS: [(&str, &str); 44] = [
	("Babe", "report_equivocation"),
	("Babe", "report_equivocation_unsigned"),
	("Grandpa", "report_equivocation"),
	("Grandpa", "report_equivocation_unsigned"),
	("Jobs", "cancel"),
	("Jobs", "submit_receipt"),
	("Jobs", "poke"),
	("Jobs", "report_equivocation"),
	("Models", "retire"),
	("Models", "remove"),
	("Models", "remove_version"),
	("Pricing", "set_policy"),
	("Pricing", "remove_offer"),
	("Staking", "remove_worker_key"),
	("Staking", "chill"),
	("Staking", "unbond"),
	("Staking", "exit"),
	("Staking", "withdraw"),
	("Staking", "deregister"),
	("Staking", "undelegate"),
	("Staking", "withdraw_delegation"),
	("Staking", "claim"),
	("Staking", "collect"),
	("Staking", "enact_slash"),
	("Staking", "cancel_slash"),
	("Rewards", "transfer_royalty"),
	("Rewards", "claim_royalty"),
	("Rewards", "claim_royalty_for"),
	("Rewards", "merge_royalty"),
	("Session", "set_keys"),
	("Session", "purge_keys"),
	("ValidatorStaking", "chill"),
	("ValidatorStaking", "unbond"),
	("ValidatorStaking", "withdraw_unbonded"),
	("ValidatorStaking", "cancel_deferred_slash"),
	("Proxy", "proxy"),
	("Proxy", "proxy_announced"),
	("Proxy", "announce"),
	("Proxy", "remove_proxy"),
	("Proxy", "remove_proxies"),
	("Proxy", "kill_pure"),
	("Proxy", "remove_announcement"),
	("Proxy", "reject_announcement"),
	("Identity", "clear_identity"),
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
	type WeightInfo = weights::pallet_tx_pause::WeightInfo<Runtime>;
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
	type WeightInfo = weights::pallet_safe_mode::WeightInfo<Runtime>;
}
