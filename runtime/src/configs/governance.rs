//! Referenda, votes, and what they can spend.

use frame_support::{
	parameter_types,
	traits::{
		ConstU32, EqualPrivilegeOnly, LinearStoragePrice, OriginTrait,
		fungible::HoldConsideration,
		tokens::{PayFromAccount, UnityAssetBalanceConversion},
	},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use polkadot_sdk::*;
use sp_runtime::{Perbill, Permill, traits::IdentityLookup};

use super::{
	economy::{TreasuryAccount, TreasuryPalletId},
	parameters::{ParameterAdmin, WithinBounds},
	system::RuntimeBlockWeights,
};
use crate::{
	AccountId, Balance, Balances, Bounties, ChildBounties, Preimage, Referenda, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, Scheduler, System, Treasury,
	constants::{ATH, DAYS, deposit},
	governance::{
		origins::{Rejecter, Spender},
		pallet_origins,
		tempo::Paced,
		tracks::Tracks,
	},
	weights,
};

impl pallet_origins::Config for Runtime {
	type ParameterAdmin = ParameterAdmin;
	type Bounds = WithinBounds;
	type WeightInfo = weights::pallet_origins::WeightInfo<Runtime>;
}

parameter_types! {
	/// Deposit for a noted preimage.
	pub const PreimageDepositBase: Balance = deposit(2, 0);
	/// Deposit for each byte of it.
	pub const PreimageDepositPerByte: Balance = deposit(0, 1);
	/// Reason of the hold for it.
	pub const PreimageHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_preimage::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_preimage::WeightInfo<Runtime>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<PreimageDepositBase, PreimageDepositPerByte, Balance>,
	>;
}

parameter_types! {
	/// What scheduled calls may use of a block. They come before ordinary transactions, which get what is
	/// left.
	pub SchedulerWeight: Weight = Perbill::from_percent(20) * RuntimeBlockWeights::get().max_block;
	/// Calls that are scheduled for one block.
	pub const MaxScheduledPerBlock: u32 = 50;
}

impl pallet_scheduler::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = SchedulerWeight;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type MaxScheduledPerBlock = MaxScheduledPerBlock;
	type WeightInfo = weights::pallet_scheduler::WeightInfo<Runtime>;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

parameter_types! {
	/// Deposit for submitting a referendum, returned when it is over.
	pub const SubmissionDeposit: Balance = 10 * ATH;
	/// Referenda that wait to be decided on, on each track.
	pub const MaxQueued: u32 = 100;
	/// Blocks after which a referendum is looked at again, if nothing else does.
	pub const AlarmInterval: crate::BlockNumber = 1;
}

impl pallet_referenda::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_referenda::WeightInfo<Runtime>;
	type Scheduler = Scheduler;
	type Currency = Balances;
	// Anybody, on every track.
	type SubmitOrigin = frame_support::traits::AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type Slash = Treasury;
	type Votes = pallet_conviction_voting::VotesOf<Runtime>;
	type Tally = pallet_conviction_voting::TallyOf<Runtime>;
	type SubmissionDeposit = SubmissionDeposit;
	type MaxQueued = MaxQueued;
	type UndecidingTimeout = Paced<{ 14 * DAYS }>;
	type AlarmInterval = AlarmInterval;
	type Tracks = Tracks;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

impl pallet_conviction_voting::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_conviction_voting::WeightInfo<Runtime>;
	type Currency = Balances;
	type Polls = Referenda;
	type MaxTurnout = frame_support::traits::ActiveIssuanceOf<Balances, AccountId>;
	// A type that can be printed, for the benchmarks.
	type MaxVotes = ConstU32<512>;
	type VoteLockingPeriod = Paced<{ 7 * DAYS }>;
	type BlockNumberProvider = System;
	type VotingHooks = ();
}

parameter_types! {
	/// Nothing of the treasury is destroyed because it was not spent.
	pub const TreasuryBurn: Permill = Permill::zero();
	/// Bounties that wait for their funding.
	pub const MaxApprovals: u32 = 100;
}

impl pallet_treasury::Config for Runtime {
	type Currency = Balances;
	type RejectOrigin = Rejecter;
	type RuntimeEvent = RuntimeEvent;
	type SpendPeriod = Paced<DAYS>;
	type Burn = TreasuryBurn;
	type PalletId = TreasuryPalletId;
	type BurnDestination = ();
	type WeightInfo = weights::pallet_treasury::WeightInfo<Runtime>;
	type SpendFunds = Bounties;
	type MaxApprovals = MaxApprovals;
	type SpendOrigin = Spender;
	type AssetKind = ();
	type Beneficiary = AccountId;
	type BeneficiaryLookup = IdentityLookup<AccountId>;
	type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
	type BalanceConverter = UnityAssetBalanceConversion;
	type PayoutPeriod = Paced<{ 30 * DAYS }>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TreasuryHelper;
	type BlockNumberProvider = System;
}

parameter_types! {
	/// Deposit for proposing a bounty.
	pub const BountyDepositBase: Balance = deposit(1, 0);
	/// Deposit for each byte of its description.
	pub const BountyDepositPerByte: Balance = deposit(0, 1);
	/// Share of a curator's fee that the curator deposits.
	pub const CuratorDepositMultiplier: Permill = Permill::from_percent(50);
	/// The most that a curator deposits.
	pub const CuratorDepositMax: Option<Balance> = Some(1_000 * ATH);
	/// The least.
	pub const CuratorDepositMin: Option<Balance> = Some(10 * ATH);
	/// The smallest bounty.
	pub const BountyValueMinimum: Balance = 10 * ATH;
	/// Longest description in bytes.
	pub const MaximumReasonLength: u32 = 16 * 1024;
	/// Parts of a bounty at a time.
	pub const MaxActiveChildBounties: u32 = 100;
	/// The smallest part of a bounty.
	pub const ChildBountyValueMinimum: Balance = ATH;
}

impl pallet_bounties::Config for Runtime {
	type BountyDepositBase = BountyDepositBase;
	type BountyDepositPayoutDelay = Paced<{ 4 * DAYS }>;
	type BountyUpdatePeriod = Paced<{ 90 * DAYS }>;
	type CuratorDepositMultiplier = CuratorDepositMultiplier;
	type CuratorDepositMax = CuratorDepositMax;
	type CuratorDepositMin = CuratorDepositMin;
	type BountyValueMinimum = BountyValueMinimum;
	type DataDepositPerByte = BountyDepositPerByte;
	type RuntimeEvent = RuntimeEvent;
	type MaximumReasonLength = MaximumReasonLength;
	type WeightInfo = weights::pallet_bounties::WeightInfo<Runtime>;
	type ChildBountyManager = ChildBounties;
	type OnSlash = Treasury;
	type TransferAllAssets = pallet_bounties::TransferFungible<AccountId, Balances>;
}

impl pallet_child_bounties::Config for Runtime {
	type MaxActiveChildBountyCount = MaxActiveChildBounties;
	type ChildBountyValueMinimum = ChildBountyValueMinimum;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = weights::pallet_child_bounties::WeightInfo<Runtime>;
}
