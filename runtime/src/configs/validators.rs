//! Who may be a validator, with what bond, and what cheating costs.
//!
//! The SDK's pallet-staking: whoever has the bond and session keys can stand, holders can nominate, and the
//! validators of the next era are those with most behind them (sequential Phragmén, on chain). Nothing is
//! minted for it: see docs/economics.md for what validators live on.

use frame_election_provider_support::{
	SequentialPhragmen,
	bounds::{ElectionBounds, ElectionBoundsBuilder},
	onchain,
};
use frame_support::{
	parameter_types,
	traits::{ConstBool, ConstU32, Nothing, tokens::imbalance::ResolveTo},
};
use pallet_staking::{UseNominatorsAndValidatorsMap, UseValidatorsMap};
use polkadot_sdk::*;
use sp_runtime::Perbill;
use sp_staking::{EraIndex, SessionIndex, currency_to_vote::U128CurrencyToVote};

use super::economy::TreasuryAccount;
use crate::{
	AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason, Session, Timestamp,
	ValidatorStaking,
	constants::{DAYS, EPOCH, HOURS},
	governance::origins::{MarketAdmin, OrRoot},
};

/// Most validators that there can be.
pub type MaxValidators = ConstU32<100>;

/// Validators that a nominator can name.
pub const MAX_NOMINATIONS: u32 = 16;

parameter_types! {
	/// Sessions in an era: the time between two elections.
	pub const SessionsPerEra: SessionIndex = HOURS / EPOCH;
	/// Eras from unbonding to withdrawal: a week.
	pub const BondingDuration: EraIndex = 7 * DAYS / HOURS;
	/// Eras for which a slash can be objected to: all but the last day of it.
	pub const SlashDeferDuration: EraIndex = 6 * DAYS / HOURS;
	/// Eras that are remembered: longer than bonds are.
	pub const HistoryDepth: u32 = 8 * DAYS / HOURS;
	/// Accounts that one election looks at. Whoever cannot be looked at has no vote in it.
	pub ElectionsBounds: ElectionBounds = ElectionBoundsBuilder::default()
		.voters_count(1_000.into())
		.targets_count(200.into())
		.build();
	/// Nominators of one validator that count.
	pub const MaxBackersPerWinner: u32 = 1_000;
}

/// How many accounts the SDK's benchmarks make.
pub struct BenchmarkSizes;

impl pallet_staking::BenchmarkingConfig for BenchmarkSizes {
	type MaxValidators = MaxValidators;
	type MaxNominators = MaxBackersPerWinner;
}

/// How validators are elected.
pub struct Election;

impl onchain::Config for Election {
	type System = Runtime;
	type Solver = SequentialPhragmen<AccountId, Perbill>;
	type DataProvider = ValidatorStaking;
	type WeightInfo = frame_election_provider_support::weights::SubstrateWeight<Runtime>;
	type MaxBackersPerWinner = MaxBackersPerWinner;
	type MaxWinnersPerPage = MaxValidators;
	type Bounds = ElectionsBounds;
	type Sort = ConstBool<true>;
}

impl pallet_staking::Config for Runtime {
	type OldCurrency = Balances;
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type CurrencyBalance = Balance;
	type UnixTime = Timestamp;
	type CurrencyToVote = U128CurrencyToVote;
	type ElectionProvider = onchain::OnChainExecution<Election>;
	type GenesisElectionProvider = onchain::OnChainExecution<Election>;
	type NominationsQuota = pallet_staking::FixedNominationsQuota<MAX_NOMINATIONS>;
	type HistoryDepth = HistoryDepth;
	type RewardRemainder = ();
	type RuntimeEvent = RuntimeEvent;
	type Slash = ResolveTo<TreasuryAccount, Balances>;
	type Reward = ();
	type SessionsPerEra = SessionsPerEra;
	type BondingDuration = BondingDuration;
	type SlashDeferDuration = SlashDeferDuration;
	// To cancel slashes, and nothing else: see `filters`.
	type AdminOrigin = OrRoot<MarketAdmin>;
	type SessionInterface = Self;
	// Nothing is minted.
	type EraPayout = ();
	type NextNewSession = Session;
	type MaxExposurePageSize = ConstU32<64>;
	type MaxValidatorSet = MaxValidators;
	type VoterList = UseNominatorsAndValidatorsMap<Self>;
	type TargetList = UseValidatorsMap<Self>;
	type MaxUnlockingChunks = ConstU32<32>;
	type MaxControllersInDeprecationBatch = ConstU32<100>;
	type EventListeners = ();
	type Filter = Nothing;
	type BenchmarkingConfig = BenchmarkSizes;
	type WeightInfo = pallet_staking::weights::SubstrateWeight<Runtime>;
}
