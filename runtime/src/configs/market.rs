//! The inference market: which pallet provides what another needs, and every period, share and bound.

use athanor_primitives::{
	policy::PolicyLimits,
	price::{Price, PriceBounds},
};
use frame_support::{
	PalletId, parameter_types,
	traits::{LinearStoragePrice, fungible::HoldConsideration, tokens::imbalance::ResolveTo},
	weights::Weight,
};
use polkadot_sdk::*;
use sp_runtime::Perbill;

use super::{
	economy::TreasuryAccount,
	parameters::{
		AppealPeriod, BaseWorkPeriod, BurnShare, EquivocationSlash, MaxCommission,
		MaxCommissionChange, MaxDelegation, MaxEraSlash, MaxRoyalty, PricePeriod, ReporterShare,
		RequesterPenalty, Retention, SettlePeriod, StakeMultiple, TimeoutPause, TimeoutSlash,
		TreasuryShare,
	},
	system::RuntimeBlockWeights,
};
use crate::{
	AccountId, Balance, Balances, BlockNumber, Jobs, Models, Pricing, Rewards, Runtime,
	RuntimeHoldReason, Staking,
	constants::{ATH, DAYS, HOURS, deposit},
	governance::{
		origins::{MarketAdmin, OrRoot, PricingAdmin},
		tempo::Paced,
	},
	holds::{AccountHolds, GovernanceHolds, SessionKeyHolds, ValidatorHolds},
	weights,
};

parameter_types! {
	/// Deposit for a model.
	pub const ModelDepositBase: Balance = deposit(10, 0);
	/// Deposit for each byte of a record.
	pub const DepositPerByte: Balance = deposit(0, 1);
	/// Reason of the hold for a model.
	pub const ModelHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Models(athanor_models::HoldReason::Deposit);
	/// Blocks for which a retired model still takes jobs: time to move to another one.
	pub const RetirementNotice: BlockNumber = DAYS;
	/// Blocks for which a replaced version still takes jobs: time for providers to load the new one.
	pub const VersionGrace: BlockNumber = 7 * DAYS;
	/// Blocks from the last job that a model or a version takes to its removal: longer than any job
	/// lasts.
	pub const RetirementGrace: BlockNumber = 7 * DAYS;
}

impl athanor_models::Config for Runtime {
	type Currency = Balances;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		ModelHoldReason,
		LinearStoragePrice<ModelDepositBase, DepositPerByte, Balance>,
	>;
	type MaxRoyalty = MaxRoyalty;
	type RetirementNotice = RetirementNotice;
	type VersionGrace = VersionGrace;
	type RetirementGrace = RetirementGrace;
	type WeightInfo = weights::athanor_models::WeightInfo<Runtime>;
}

parameter_types! {
	/// The least that a provider must have bonded to get work.
	pub const MinStake: Balance = 100 * ATH;
	/// Blocks from unbonding to withdrawal: longer than any job lasts, so that no fault escapes.
	pub const UnbondingPeriod: BlockNumber = 7 * DAYS;
	/// Worker keys of a provider.
	pub const MaxWorkerKeys: u32 = 16;
	/// The least that is delegated at once.
	pub const MinDelegation: Balance = ATH;
	/// Names the account in which delegators' income waits.
	pub const DelegationPotId: PalletId = PalletId(*b"ath/dele");
	/// What of a block slashes may use that are due.
	pub SlashWeight: Weight = Weight::from_parts(
		Perbill::from_percent(2) * RuntimeBlockWeights::get().max_block.ref_time(),
		u64::MAX,
	);
}

impl athanor_staking::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type OnSlash = ResolveTo<TreasuryAccount, Balances>;
	type MinStake = MinStake;
	type UnbondingPeriod = UnbondingPeriod;
	type MaxWorkerKeys = MaxWorkerKeys;
	type TimeoutSlash = TimeoutSlash;
	type EquivocationSlash = EquivocationSlash;
	type TimeoutPause = TimeoutPause;
	type CancelOrigin = OrRoot<MarketAdmin>;
	type AppealPeriod = AppealPeriod;
	type RequesterPenalty = RequesterPenalty;
	type ReporterShare = ReporterShare;
	type MaxEraSlash = MaxEraSlash;
	type Era = Paced<DAYS>;
	type HookWeight = SlashWeight;
	type MinDelegation = MinDelegation;
	type MaxDelegation = MaxDelegation;
	type MaxCommission = MaxCommission;
	type MaxCommissionChange = MaxCommissionChange;
	type PotId = DelegationPotId;
	type WeightInfo = weights::athanor_staking::WeightInfo<Runtime>;
}

parameter_types! {
	/// Deposit for the four items of an offer: itself, its places in two indexes, and the count of free
	/// offers, which it may be the only one to need.
	pub const OfferDepositBase: Balance = deposit(4, 0);
	/// Reason of the hold for an offer.
	pub const OfferHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Pricing(athanor_pricing::HoldReason::OfferDeposit);
	/// Jobs that an offer can take at once.
	pub const MaxSlots: u32 = 1_024;
	/// Offers that one draw looks at.
	pub const DrawSample: u32 = 8;
	/// What no vote can go beyond: a millionth of a millionth of an ATH to a thousand ATH per token, and a
	/// tenth of a price in a period.
	pub const PriceLimits: PolicyLimits = PolicyLimits {
		bounds: PriceBounds { floor: Price::flat(1), ceiling: Price::flat(1_000 * ATH) },
		step: 100_000,
	};
}

impl athanor_pricing::Config for Runtime {
	type Currency = Balances;
	type Models = Models;
	type Providers = Staking;
	type AdminOrigin = OrRoot<PricingAdmin>;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		OfferHoldReason,
		LinearStoragePrice<OfferDepositBase, DepositPerByte, Balance>,
	>;
	type MaxSlots = MaxSlots;
	type DrawSample = DrawSample;
	type Limits = PriceLimits;
	type Period = PricePeriod;
	type WeightInfo = weights::athanor_pricing::WeightInfo<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}

parameter_types! {
	/// Longest inline input in bytes.
	pub const MaxInlineInput: u32 = 8 * 1024;
	/// Most tokens that a job can ask for.
	pub const MaxOutputTokens: u32 = 4_096;
	/// Longest delivered text in bytes.
	pub const MaxText: u32 = 64 * 1024;
	/// `ParentBlockRandomness` in the second block after the post comes from the first, whose author
	/// could not choose what the block of the post contains.
	pub const MatchDelay: BlockNumber = 2;
	/// Prompt tokens that a worker must take in per block, once the base period is used up: 200 a second.
	pub const PrefillTokensPerBlock: u32 = 600;
	/// Output tokens that a worker must make per block: 20 a second.
	pub const TokensPerBlock: u32 = 60;
	/// Longest time limit of a job.
	pub const MaxTimeLimit: BlockNumber = 24 * HOURS;
	/// How far ahead a claim may be valid: 5 minutes.
	pub const MaxClaimValidity: BlockNumber = 100;
	/// Nearly half of a block for the job market's hook.
	pub HookWeight: Weight = Weight::from_parts(
		Perbill::from_percent(46) * RuntimeBlockWeights::get().max_block.ref_time(),
		u64::MAX,
	);
}

// At every setting a job that is on its way when its model is retired, or its provider leaves, is able to end.
const _: () = assert!(
	RetirementGrace::get() > MaxTimeLimit::get() + SettlePeriod::MOST
		&& UnbondingPeriod::get() > MaxTimeLimit::get() + SettlePeriod::MOST
);

/// The most blocks that a worker can have for a job.
const LONGEST_WORK: BlockNumber = BaseWorkPeriod::MOST
	+ (MaxInlineInput::get() + athanor_models::MAX_TEMPLATE_OVERHEAD)
		/ PrefillTokensPerBlock::get()
	+ MaxOutputTokens::get().div_ceil(TokensPerBlock::get());

// At every setting the jobs that one outage catches are all due before the pause is over, and the longest job
// fits into the longest time limit.
const _: () = assert!(
	TimeoutPause::LEAST > LONGEST_WORK && MatchDelay::get() + LONGEST_WORK < MaxTimeLimit::get()
);

impl athanor_jobs::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = Models;
	type Providers = Staking;
	type Offers = Pricing;
	type Payout = Rewards;
	type Holds = (
		Jobs,
		Staking,
		Models,
		Pricing,
		Rewards,
		SessionKeyHolds,
		ValidatorHolds,
		GovernanceHolds,
		AccountHolds,
	);
	type Randomness = pallet_babe::ParentBlockRandomness<Runtime>;
	type MaxInlineInput = MaxInlineInput;
	type MaxOutputTokens = MaxOutputTokens;
	type MaxText = MaxText;
	type MatchDelay = MatchDelay;
	type BaseWorkPeriod = BaseWorkPeriod;
	type PrefillTokensPerBlock = PrefillTokensPerBlock;
	type TokensPerBlock = TokensPerBlock;
	type SettlePeriod = SettlePeriod;
	type StakeMultiple = StakeMultiple;
	type MaxClaimValidity = MaxClaimValidity;
	type MaxTimeLimit = MaxTimeLimit;
	type Retention = Retention;
	type HookWeight = HookWeight;
	type WeightInfo = weights::athanor_jobs::WeightInfo<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}

parameter_types! {
	/// Names the account in which royalties wait for those who share them.
	pub const RoyaltyPotId: PalletId = PalletId(*b"ath/roya");
	/// Deposit for the two items of a record of a split royalty: itself, and the entry of its deposit.
	pub const RoyaltyDepositBase: Balance = deposit(2, 0);
	/// Reason of the hold for a record of a split royalty.
	pub const RoyaltyHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Rewards(athanor_rewards::HoldReason::RoyaltyDeposit);
}

impl athanor_rewards::Config for Runtime {
	type Currency = Balances;
	type Models = Models;
	type Delegators = Staking;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		RoyaltyHoldReason,
		LinearStoragePrice<RoyaltyDepositBase, DepositPerByte, Balance>,
	>;
	type TreasuryAccount = TreasuryAccount;
	type TreasuryShare = TreasuryShare;
	type BurnShare = BurnShare;
	type PotId = RoyaltyPotId;
	type WeightInfo = weights::athanor_rewards::WeightInfo<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
}
