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
};

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
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
	/// Deposit for a name of an account.
	pub const UsernameDeposit: Balance = deposit(1, 32);
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
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
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
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// Everything but sending money away and naming other proxies.
	NonTransfer,
	/// What a provider does with its stake and its worker keys.
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

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::NonTransfer => !matches!(
				call,
				RuntimeCall::Balances(_) | RuntimeCall::Proxy(_) | RuntimeCall::Multisig(_)
			),
			Self::Staking => is_batch(call) || matches!(call, RuntimeCall::Staking(_)),
			Self::JobPosting => {
				is_batch(call)
					|| matches!(
						call,
						RuntimeCall::Jobs(
							athanor_jobs::Call::post { .. } | athanor_jobs::Call::cancel { .. }
						)
					)
			}
			Self::Governance => {
				is_batch(call)
					|| matches!(
						call,
						RuntimeCall::Referenda(_)
							| RuntimeCall::ConvictionVoting(_)
							| RuntimeCall::Preimage(_)
							| RuntimeCall::Bounties(_)
							| RuntimeCall::ChildBounties(_)
							| RuntimeCall::Treasury(_)
					)
			}
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) => true,
			(_, Self::Any) => false,
			(Self::NonTransfer, _) => true,
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
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
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
	type PendingUsernameExpiration = ConstU32<{ 7 * DAYS }>;
	type UsernameGracePeriod = ConstU32<{ 30 * DAYS }>;
	type MaxSuffixLength = ConstU32<7>;
	type MaxUsernameLength = ConstU32<32>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
	type WeightInfo = pallet_identity::weights::SubstrateWeight<Runtime>;
}
