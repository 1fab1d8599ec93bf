//! What people do with their accounts: several calls at once, several signers, helpers, names.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, InstanceFilter},
};
use frame_system::EnsureRoot;
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::traits::{BlakeTwo256, Verify};

use crate::{
	AccountId, Balance, Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, Signature,
	System, Treasury,
	constants::{DAYS, deposit},
	governance::tempo::Paced,
	weights,
};

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = weights::pallet_utility::WeightInfo<Runtime>;
}

parameter_types! {
	/// Deposit for a call that waits for signatures.
	pub const MultisigDepositBase: Balance = deposit(1, 88);
	/// Deposit for each signature.
	pub const MultisigDepositFactor: Balance = deposit(0, 32);
	/// Deposit for an account that has proxies.
	pub const ProxyDepositBase: Balance = deposit(1, 8);
	/// Deposit for each proxy.
	pub const ProxyDepositFactor: Balance = deposit(0, 33);
	/// Deposit for a proxy that announces calls.
	pub const AnnouncementDepositBase: Balance = deposit(1, 16);
	/// Deposit for each announced call.
	pub const AnnouncementDepositFactor: Balance = deposit(0, 68);
	/// Deposit for an identity.
	pub const IdentityDeposit: Balance = deposit(1, 17);
	/// Deposit for each byte of it.
	pub const IdentityDepositPerByte: Balance = deposit(0, 1);
	/// Deposit of an authority for a name that it gives: none. A vote appoints authorities, and the SDK would not give
	/// the deposits of one back that was dismissed.
	pub const UsernameDeposit: Balance = 0;
	/// Deposit for an account that belongs to an identity.
	pub const SubAccountDeposit: Balance = deposit(1, 53);
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = MultisigDepositBase;
	type DepositFactor = MultisigDepositFactor;
	type MaxSignatories = ConstU32<100>;
	type WeightInfo = weights::pallet_multisig::WeightInfo<Runtime>;
	type BlockNumberProvider = System;
}

/// What an account lets a proxy do in its name.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// What a provider, an author, a validator or a voter does, without giving anything away: no transfer, no job, no
	/// model or royalty to others, no other proxies, and no keys, whose holder could get the stake slashed.
	NonTransfer,
	/// What a provider does with its stake and its worker keys. Whoever names a key can get the stake slashed.
	Staking,
	/// Posting and cancelling jobs.
	JobPosting,
	/// Proposing, voting and delegating votes.
	Governance,
}

/// Calls that only carry others. Those that they carry are looked at by themselves.
fn is_batch(call: &RuntimeCall) -> bool {
	matches!(
		call,
		RuntimeCall::Utility(
			pallet_utility::Call::batch { .. }
				| pallet_utility::Call::batch_all { .. }
				| pallet_utility::Call::force_batch { .. }
		)
	)
}

/// Proposing, voting, and what belongs to it.
fn is_governance(call: &RuntimeCall) -> bool {
	matches!(
		call,
		RuntimeCall::Referenda(_)
			| RuntimeCall::ConvictionVoting(_)
			| RuntimeCall::Preimage(_)
			| RuntimeCall::Origins(_)
			| RuntimeCall::Treasury(_)
			// Not what a curator does, who says whom a bounty goes to.
			| RuntimeCall::Bounties(
				pallet_bounties::Call::propose_bounty { .. }
					| pallet_bounties::Call::claim_bounty { .. }
			) | RuntimeCall::ChildBounties(
			pallet_child_bounties::Call::claim_child_bounty { .. }
		)
	)
}

/// What a provider, an author or a validator does without giving anything away: no job is paid for, and no model or
/// royalty gets another owner. A list of what is allowed, so that a new call is not.
fn is_work(call: &RuntimeCall) -> bool {
	if let RuntimeCall::Staking(call) = call {
		return !matches!(call, athanor_staking::Call::add_worker_key { .. });
	}
	matches!(
		call,
		RuntimeCall::System(_)
			| RuntimeCall::Pricing(_)
			| RuntimeCall::ValidatorStaking(_)
			| RuntimeCall::Session(pallet_session::Call::purge_keys { .. })
			| RuntimeCall::Jobs(
				athanor_jobs::Call::cancel { .. }
					| athanor_jobs::Call::poke { .. }
					| athanor_jobs::Call::claim { .. }
					| athanor_jobs::Call::submit_receipt { .. }
					| athanor_jobs::Call::report_equivocation { .. }
			) | RuntimeCall::Models(
			athanor_models::Call::register { .. }
				| athanor_models::Call::publish_version { .. }
				| athanor_models::Call::retire { .. }
				| athanor_models::Call::remove_version { .. }
				| athanor_models::Call::withdraw_ownership_offer { .. }
				| athanor_models::Call::remove { .. }
		) | RuntimeCall::Rewards(
			athanor_rewards::Call::claim_royalty { .. }
				| athanor_rewards::Call::claim_royalty_for { .. }
				| athanor_rewards::Call::merge_royalty { .. }
		)
	)
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		if matches!(self, Self::Any) || is_batch(call) {
			return true;
		}
		match self {
			Self::Any => true,
			Self::NonTransfer => is_work(call) || is_governance(call),
			Self::Staking => matches!(call, RuntimeCall::Staking(_)),
			Self::JobPosting => matches!(
				call,
				RuntimeCall::Jobs(
					athanor_jobs::Call::post { .. } | athanor_jobs::Call::cancel { .. }
				)
			),
			Self::Governance => is_governance(call),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) => true,
			(Self::NonTransfer, Self::Governance) => true,
			(one, other) => one == other,
		}
	}
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ProxyDepositBase;
	type ProxyDepositFactor = ProxyDepositFactor;
	type MaxProxies = ConstU32<32>;
	type WeightInfo = weights::pallet_proxy::WeightInfo<Runtime>;
	type MaxPending = ConstU32<32>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = AnnouncementDepositBase;
	type AnnouncementDepositFactor = AnnouncementDepositFactor;
	type BlockNumberProvider = System;
}

impl pallet_identity::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type BasicDeposit = IdentityDeposit;
	type ByteDeposit = IdentityDepositPerByte;
	type UsernameDeposit = UsernameDeposit;
	type SubAccountDeposit = SubAccountDeposit;
	type MaxSubAccounts = ConstU32<100>;
	type IdentityInformation = pallet_identity::legacy::IdentityInfo<ConstU32<16>>;
	type MaxRegistrars = ConstU32<20>;
	type Slashed = Treasury;
	type ForceOrigin = EnsureRoot<AccountId>;
	type RegistrarOrigin = EnsureRoot<AccountId>;
	type OffchainSignature = Signature;
	type SigningPublicKey = <Signature as Verify>::Signer;
	type UsernameAuthorityOrigin = EnsureRoot<AccountId>;
	type PendingUsernameExpiration = Paced<{ 7 * DAYS }>;
	type UsernameGracePeriod = Paced<{ 30 * DAYS }>;
	type MaxSuffixLength = ConstU32<7>;
	type MaxUsernameLength = ConstU32<32>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type WeightInfo = weights::pallet_identity::WeightInfo<Runtime>;
}
