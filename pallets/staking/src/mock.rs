//! A runtime with this pallet, and a builder that checks its laws after every test.

use frame_support::{
	PalletId, derive_impl,
	dispatch::DispatchResultWithPostInfo,
	parameter_types,
	traits::{
		Hooks,
		fungible::{self, Balanced},
		tokens::{Fortitude, Precision, Preservation},
	},
	weights::Weight,
};
use polkadot_sdk::*;
use sp_core::{Pair, ed25519};
use sp_runtime::{BuildStorage, FixedU128, Permill};

use athanor_primitives::{
	H256, Signature, WorkerKey,
	eligibility::Ineligible,
	ports::{DelegatorIncome, ProviderRegistry, Victim},
	worker_key::worker_key_payload,
};
use codec::Encode;

use crate as athanor_staking;

pub type AccountId = u64;
pub type Block = frame_system::mocking::MockBlockU32<Test>;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
/// Has the existential deposit and nothing else.
pub const POOR: AccountId = 4;
/// Delegate.
pub const DAVE: AccountId = 5;
pub const EVE: AccountId = 6;
/// Pays for jobs.
pub const PAYER: AccountId = 98;
pub const TREASURY: AccountId = 99;

pub const ED: u128 = 10;
pub const ENDOWMENT: u128 = 100_000;
pub const MINIMUM: u128 = 1_000;
pub const PERIOD: u32 = 20;
pub const PAUSE: u32 = 5;
pub const MAX_KEYS: u32 = 3;
pub const ERA_LENGTH: u32 = 10;
pub const LEAST: u128 = 50;
/// The job that faults are about, if it does not matter. Its requester is Carol.
pub const JOB: u64 = 7;
pub const ESCROW: u128 = 1_000;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Staking: athanor_staking,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

parameter_types! {
	pub const ExistentialDeposit: u128 = ED;
	pub const TreasuryAccount: AccountId = TREASURY;
	pub static MinStake: u128 = MINIMUM;
	pub static UnbondingPeriod: u32 = PERIOD;
	pub static MaxWorkerKeys: u32 = MAX_KEYS;
	pub static TimeoutSlash: Permill = Permill::from_percent(10);
	pub static EquivocationSlash: Permill = Permill::from_percent(50);
	pub static TimeoutPause: u32 = PAUSE;
	pub static AppealPeriod: u32 = 0;
	pub static RequesterPenalty: Permill = Permill::zero();
	pub static ReporterShare: Permill = Permill::zero();
	pub static MaxEraSlash: Permill = Permill::one();
	pub static Era: u32 = ERA_LENGTH;
	pub static HookWeight: Weight = Weight::from_parts(1_000_000_000, 0);
	pub static MinDelegation: u128 = LEAST;
	pub static MaxDelegation: FixedU128 = FixedU128::from_u32(4);
	pub static MaxCommission: Permill = Permill::from_percent(50);
	pub static MaxCommissionChange: Permill = Permill::from_percent(5);
	pub const PotId: PalletId = PalletId(*b"ath/stak");
}

impl crate::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type OnSlash = frame_support::traits::tokens::imbalance::ResolveTo<TreasuryAccount, Balances>;
	type MinStake = MinStake;
	type UnbondingPeriod = UnbondingPeriod;
	type MaxWorkerKeys = MaxWorkerKeys;
	type TimeoutSlash = TimeoutSlash;
	type EquivocationSlash = EquivocationSlash;
	type TimeoutPause = TimeoutPause;
	type CancelOrigin = frame_system::EnsureRoot<AccountId>;
	type AppealPeriod = AppealPeriod;
	type RequesterPenalty = RequesterPenalty;
	type ReporterShare = ReporterShare;
	type MaxEraSlash = MaxEraSlash;
	type Era = Era;
	type HookWeight = HookWeight;
	type MinDelegation = MinDelegation;
	type MaxDelegation = MaxDelegation;
	type MaxCommission = MaxCommission;
	type MaxCommissionChange = MaxCommissionChange;
	type PotId = PotId;
	type WeightInfo = ();
}

/// Builds the state in which a test starts.
pub struct ExtBuilder {
	genesis_providers: Vec<(AccountId, u128)>,
	providers: Vec<(AccountId, u128)>,
	timeout_slash: Permill,
	equivocation_slash: Permill,
	appeal: u32,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			genesis_providers: Vec::new(),
			providers: Vec::new(),
			timeout_slash: Permill::from_percent(10),
			equivocation_slash: Permill::from_percent(50),
			appeal: 0,
		}
	}
}

impl ExtBuilder {
	/// A provider of the genesis configuration.
	pub fn genesis_provider(mut self, who: AccountId, stake: u128) -> Self {
		self.genesis_providers.push((who, stake));
		self
	}

	/// A provider that registers before the test.
	pub fn provider(mut self, who: AccountId, stake: u128) -> Self {
		self.providers.push((who, stake));
		self
	}

	/// The share of stake that a missed deadline costs.
	pub fn timeout_slash(mut self, share: Permill) -> Self {
		self.timeout_slash = share;
		self
	}

	/// The share of stake that two receipts for one job cost.
	pub fn equivocation_slash(mut self, share: Permill) -> Self {
		self.equivocation_slash = share;
		self
	}

	/// How long slashes can be cancelled. Otherwise they are carried out at once.
	pub fn appeal(mut self, blocks: u32) -> Self {
		self.appeal = blocks;
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		MinStake::set(MINIMUM);
		UnbondingPeriod::set(PERIOD);
		MaxWorkerKeys::set(MAX_KEYS);
		TimeoutSlash::set(self.timeout_slash);
		EquivocationSlash::set(self.equivocation_slash);
		TimeoutPause::set(PAUSE);
		AppealPeriod::set(self.appeal);
		RequesterPenalty::set(Permill::zero());
		ReporterShare::set(Permill::zero());
		MaxEraSlash::set(Permill::one());
		Era::set(ERA_LENGTH);
		HookWeight::set(Weight::from_parts(1_000_000_000, 0));
		MinDelegation::set(LEAST);
		MaxDelegation::set(FixedU128::from_u32(4));
		MaxCommission::set(Permill::from_percent(50));
		MaxCommissionChange::set(Permill::from_percent(5));
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: vec![
					(ALICE, ENDOWMENT),
					(BOB, ENDOWMENT),
					(CAROL, ENDOWMENT),
					(POOR, ED),
					(DAVE, ENDOWMENT),
					(EVE, ENDOWMENT),
					(PAYER, 100 * ENDOWMENT),
					(TREASURY, ED),
				],
				..Default::default()
			},
			staking: crate::GenesisConfig {
				providers: self.genesis_providers,
			},
			..Default::default()
		}
		.build_storage()
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			for (who, stake) in self.providers {
				Staking::register(RuntimeOrigin::signed(who), stake).unwrap();
			}
			System::reset_events();
		});
		ext
	}

	/// With a keystore, in which benchmarks make keys.
	pub fn build_with_keystore(self) -> sp_io::TestExternalities {
		let mut ext = self.build();
		let keystore = sp_keystore::testing::MemoryKeystore::new();
		ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
		ext
	}

	/// Runs the test, then checks the laws of this pallet and that no money appeared or vanished.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			let issued = <Balances as fungible::Inspect<_>>::total_issuance();
			test();
			Staking::do_try_state().unwrap();
			assert_eq!(<Balances as fungible::Inspect<_>>::total_issuance(), issued);
		});
	}
}

/// The genesis hash of the mock.
pub fn genesis() -> H256 {
	System::block_hash(0)
}

/// The key pair of a worker.
pub fn worker(seed: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[seed; 32])
}

/// Its public key.
pub fn key(seed: u8) -> WorkerKey {
	worker(seed).public().0
}

/// A right proof of a worker for a provider.
pub fn proof(seed: u8, provider: AccountId) -> Signature {
	let payload = worker_key_payload(&genesis(), &provider.encode());
	worker(seed).sign(&payload).0
}

/// Adds the key of a worker to a provider.
pub fn add_key(provider: AccountId, seed: u8) -> DispatchResultWithPostInfo {
	Staking::add_worker_key(
		RuntimeOrigin::signed(provider),
		key(seed),
		proof(seed, provider),
	)
}

/// Removes the key of a worker from its provider.
pub fn remove_key(provider: AccountId, seed: u8) -> sp_runtime::DispatchResult {
	Staking::remove_worker_key(RuntimeOrigin::signed(provider), key(seed))
}

/// Whether the provider may be given work that needs no stake but the minimum.
pub fn is_active(who: AccountId) -> bool {
	Staking::check(&who, 0).is_ok()
}

/// Why the provider may not be given work that so much stake has to cover.
pub fn refusal(who: AccountId, cover: u128) -> Option<Ineligible> {
	Staking::check(&who, cover).err()
}

/// Gives the provider a job, as a pallet does that follows the port's rules.
pub fn give_job(who: AccountId, cover: u128) {
	Staking::check(&who, cover).unwrap();
	Staking::commit(&who, cover);
}

/// Moves on by so many blocks.
pub fn skip_blocks(blocks: u32) {
	System::set_block_number(System::block_number() + blocks);
}

/// What the account has on hold as stake.
pub fn held(who: AccountId) -> u128 {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&crate::HoldReason::Stake.into(), &who)
}

/// What the account has free.
pub fn free(who: AccountId) -> u128 {
	<Balances as fungible::Inspect<_>>::balance(&who)
}

/// This pallet's events since the start of the test.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet::<crate::Event<Test>>()
}

/// The provider's record.
pub fn record(who: AccountId) -> crate::ProviderOf<Test> {
	crate::Providers::<Test>::get(who).unwrap()
}

/// The provider's unbonding parts as `(amount, unlocks_at)`.
pub fn unbonding(who: AccountId) -> Vec<(u128, u32)> {
	record(who)
		.unbonding
		.iter()
		.map(|chunk| (chunk.amount, chunk.unlocks_at))
		.collect()
}

/// Whose job it was.
pub fn victim() -> Victim<AccountId> {
	Victim {
		requester: CAROL,
		escrow: ESCROW,
		paid: 0,
	}
}

/// The provider misses a deadline.
pub fn time_out(who: AccountId, job: u64) -> u128 {
	Staking::slash_for_timeout(&who, job, &victim())
}

/// The provider's worker signs two receipts, as Bob shows.
pub fn equivocate(who: AccountId, job: u64) -> u128 {
	Staking::slash_for_equivocation(&who, job, &victim(), &BOB)
}

/// Moves on block by block, with the hooks.
pub fn advance(blocks: u32) {
	for _ in 0..blocks {
		skip_blocks(1);
		let used = Staking::on_initialize(System::block_number());
		assert!(used.all_lte(HookWeight::get()), "{used:?}");
	}
}

/// A provider is paid for a job. Returns what its delegators got of it; the rest returns to the payer.
pub fn earn(provider: AccountId, side: u128) -> u128 {
	let (precision, preservation) = (Precision::Exact, Preservation::Preserve);
	let side = Balances::withdraw(&PAYER, side, precision, preservation, Fortitude::Polite);
	let mut side = side.unwrap();
	let earned = Staking::earn(&provider, &mut side);
	Balances::resolve(&PAYER, side).unwrap();
	earned
}

/// What the account has delegated on hold.
pub fn delegated(who: AccountId) -> u128 {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&crate::HoldReason::Delegation.into(), &who)
}

/// What the account's delegation can claim.
pub fn claimable(who: AccountId, provider: AccountId) -> u128 {
	let income = pool(provider).income;
	let record = delegation(who, provider);
	record.earned.claimable(&income, record.shares)
}

/// A delegation's record.
pub fn delegation(who: AccountId, provider: AccountId) -> crate::DelegationOf<Test> {
	crate::Delegations::<Test>::get(who, provider).unwrap()
}

/// What is delegated to a provider.
pub fn pool(provider: AccountId) -> crate::PoolOf<Test> {
	crate::Pools::<Test>::get(provider)
}
