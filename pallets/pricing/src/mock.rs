//! A runtime with this pallet, and a builder that checks its laws after every test.

use frame_support::{
	derive_impl, parameter_types,
	traits::{
		Hooks, LinearStoragePrice,
		fungible::{HoldConsideration, Mutate},
	},
};
use polkadot_sdk::*;
use sp_runtime::BuildStorage;

use athanor_primitives::{
	ModelId,
	eligibility::{Attributes, Ineligible, Needs},
	model::PriceClass,
	policy::{Policy, PolicyLimits},
	ports::{Demand, LockedPrice, OfferBook, TokenLimits, Used},
	price::{Price, PriceBounds},
	testing::{self, MockModels, MockProviders},
};

use crate::{self as athanor_pricing, ModelVersion, benchmarking::BenchmarkHelper};

pub use athanor_primitives::testing::AccountId;

pub type Block = frame_system::mocking::MockBlockU32<Test>;

/// A small model with one version.
pub const MODEL: ModelId = 0;
/// Another one, with another price class.
pub const LARGE_MODEL: ModelId = 1;
/// The version of both.
pub const VERSION: u32 = 1;

pub const ALICE: AccountId = 1;
pub const BOB: AccountId = 2;
pub const CAROL: AccountId = 3;
/// A provider with the existential deposit and nothing else.
pub const POOR: AccountId = 4;
/// Not a provider.
pub const STRANGER: AccountId = 5;

pub const ED: u128 = 10;
pub const ENDOWMENT: u128 = 1_000_000;
pub const SLOTS: u32 = 8;
pub const SAMPLE: u32 = 8;

/// Prices that hard bounds allow: 1 to 1,000,000.
pub const HARD: PriceBounds = PriceBounds {
	floor: Price::flat(1),
	ceiling: Price::flat(1_000_000),
};
/// The most that a period moves a price: a fifth.
pub const VOTABLE: PolicyLimits = PolicyLimits {
	bounds: HARD,
	step: 200_000,
};
/// Prices that the genesis policy of small models allows: 10 to 10,000.
pub const SMALL: PriceBounds = PriceBounds {
	floor: Price::flat(10),
	ceiling: Price::flat(10_000),
};
/// That policy. Its price is the floor at genesis.
pub const POLICY: Policy = Policy {
	bounds: SMALL,
	low: 400_000,
	high: 600_000,
	step: 100_000,
};
/// Blocks of a period.
pub const PERIOD: u32 = 10;

/// The limits of a job that uses as much of one kind of token as of the other.
pub const LIMITS: TokenLimits = TokenLimits {
	input: 100,
	output: 100,
};

/// What the offers of most tests state.
pub const BERLIN: Attributes = Attributes {
	region: Some(*b"DE"),
	retention_hours: Some(24),
	gpu_memory_gib: 80,
};

/// More than any price in bounds.
pub const ANY_PRICE: Price = Price::flat(u128::MAX);

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Pricing: athanor_pricing,
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
	pub const DepositBase: u128 = 100;
	pub const DepositPerByte: u128 = 1;
	pub const OfferHold: RuntimeHoldReason = RuntimeHoldReason::Pricing(crate::HoldReason::OfferDeposit);
	pub static MaxSlots: u32 = SLOTS;
	pub static DrawSample: u32 = SAMPLE;
	pub static PriceLimits: PolicyLimits = VOTABLE;
	pub static PeriodLength: u32 = PERIOD;
}

impl crate::Config for Test {
	type Models = MockModels;
	type Providers = MockProviders;
	type AdminOrigin = frame_system::EnsureRoot<AccountId>;
	type Currency = Balances;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		OfferHold,
		LinearStoragePrice<DepositBase, DepositPerByte, u128>,
	>;
	type MaxSlots = MaxSlots;
	type DrawSample = DrawSample;
	type Limits = PriceLimits;
	type Period = PeriodLength;
	type WeightInfo = ();
	type BenchmarkHelper = Helper;
}

/// Sets the shared mocks.
pub struct Helper;

impl BenchmarkHelper<Test> for Helper {
	fn model() -> (ModelVersion, PriceClass) {
		((MODEL, VERSION), testing::model().price_class)
	}

	fn provider(who: &AccountId) {
		testing::set_provider(*who, vec![[1; 32]]);
		Balances::mint_into(who, ENDOWMENT).unwrap();
	}

	fn disqualify(who: &AccountId) {
		testing::remove_keys(*who);
	}

	fn admin() -> RuntimeOrigin {
		RuntimeOrigin::root()
	}
}

/// Builds the state in which a test starts: two models, four active providers, and a policy for small
/// models.
pub struct ExtBuilder {
	policies: Vec<(PriceClass, Policy, Price)>,
	offers: Vec<(AccountId, u128, u32)>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			policies: vec![(PriceClass::Small, POLICY, SMALL.floor)],
			offers: Vec::new(),
		}
	}
}

impl ExtBuilder {
	/// The policies and prices of the genesis configuration.
	pub fn policies(mut self, policies: Vec<(PriceClass, Policy, Price)>) -> Self {
		self.policies = policies;
		self
	}

	/// The price of small models at genesis, for both kinds of token.
	pub fn price(self, units: u128) -> Self {
		self.policies(vec![(PriceClass::Small, POLICY, Price::flat(units))])
	}

	/// An offer for [`MODEL`] with the same price for both kinds of token. Makes the account an
	/// active provider.
	pub fn offer(mut self, provider: AccountId, price: u128, slots: u32) -> Self {
		self.offers.push((provider, price, slots));
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		testing::reset();
		MaxSlots::set(SLOTS);
		DrawSample::set(SAMPLE);
		PriceLimits::set(VOTABLE);
		PeriodLength::set(PERIOD);
		testing::set_model(MODEL, testing::model());
		let large = PriceClass::Large;
		testing::set_model(
			LARGE_MODEL,
			athanor_primitives::model::ModelInfo {
				price_class: large,
				..testing::model()
			},
		);
		for provider in [ALICE, BOB, CAROL, POOR] {
			testing::set_provider(provider, vec![[1; 32]]);
		}

		let mut balances = vec![
			(ALICE, ENDOWMENT),
			(BOB, ENDOWMENT),
			(CAROL, ENDOWMENT),
			(POOR, ED),
		];
		for (provider, ..) in &self.offers {
			if balances.iter().all(|(who, _)| who != provider) {
				balances.push((*provider, ENDOWMENT));
			}
		}
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances,
				..Default::default()
			},
			pricing: crate::GenesisConfig {
				policies: self.policies,
				..Default::default()
			},
			..Default::default()
		}
		.build_storage()
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			for (provider, price, slots) in self.offers {
				testing::set_provider(provider, vec![[1; 32]]);
				set_offer(provider, price, slots).unwrap();
			}
			System::reset_events();
		});
		ext
	}

	/// Runs the test, then checks the laws of this pallet.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Pricing::do_try_state().unwrap();
		});
	}
}

/// Publishes an offer for [`MODEL`] with the same price for both kinds of token.
pub fn set_offer(provider: AccountId, price: u128, slots: u32) -> sp_runtime::DispatchResult {
	publish(provider, MODEL, VERSION, Price::flat(price), slots)
}

/// Publishes an offer for any model and version.
pub fn publish(
	provider: AccountId,
	model: ModelId,
	version: u32,
	price: Price,
	slots: u32,
) -> sp_runtime::DispatchResult {
	let origin = RuntimeOrigin::signed(provider);
	Pricing::set_offer(origin, model, version, price, slots, BERLIN)
}

/// Withdraws an offer for [`MODEL`].
pub fn remove_offer(provider: AccountId) -> sp_runtime::DispatchResult {
	Pricing::remove_offer(RuntimeOrigin::signed(provider), MODEL, VERSION)
}

/// Publishes another version of [`MODEL`].
pub fn set_version(version: u32, active: bool) {
	let info = athanor_primitives::model::ModelInfo {
		version,
		active,
		..testing::model()
	};
	testing::set_model(MODEL, info);
}

/// The offer of a provider for [`MODEL`].
pub fn offer(provider: AccountId) -> Option<crate::OfferOf<Test>> {
	crate::Offers::<Test>::get((MODEL, VERSION), provider)
}

/// Busy slots of a provider's offer for [`MODEL`].
pub fn busy(provider: AccountId) -> u32 {
	offer(provider).unwrap().busy
}

/// The providers with a free slot for [`MODEL`], in the order of the index.
pub fn index() -> Vec<AccountId> {
	let key = (MODEL, VERSION);
	(0..crate::FreeOffers::<Test>::get(key))
		.map(|at| crate::OfferIndex::<Test>::get(key, at).unwrap())
		.collect()
}

/// What a job for [`MODEL`] asks that anybody may do at any price.
pub fn demand() -> Demand<'static, AccountId> {
	Demand {
		model: MODEL,
		version: VERSION,
		ceiling: ANY_PRICE,
		limits: LIMITS,
		allow: &[],
		exclude: &[],
		failed: &[],
		needs: Needs::default(),
		cover: 0,
	}
}

/// The same with a ceiling for both kinds of token.
pub fn demand_at(ceiling: u128) -> Demand<'static, AccountId> {
	Demand {
		ceiling: Price::flat(ceiling),
		..demand()
	}
}

/// Takes a slot of a provider's offer for [`MODEL`] at any price.
pub fn take(provider: AccountId) -> Result<LockedPrice, Ineligible> {
	Pricing::take(&demand(), &provider)
}

/// Draws an offer for [`MODEL`] at any price.
pub fn draw(seed: u32) -> Option<AccountId> {
	draw_for(&demand(), seed)
}

/// Draws an offer.
pub fn draw_for(demand: &Demand<'_, AccountId>, seed: u32) -> Option<AccountId> {
	Pricing::take_any(demand, &randomness(seed)).map(|(provider, _)| provider)
}

/// Gives back a slot of an offer for [`MODEL`], after work that came to nothing.
pub fn give_back(provider: AccountId) {
	Pricing::give_back(MODEL, VERSION, &provider, None);
}

/// Gives back a slot of an offer for [`MODEL`], after work that took so many tokens.
pub fn deliver(provider: AccountId, tokens_in: u32, tokens_out: u32) {
	let used = Used {
		tokens_in,
		tokens_out,
	};
	Pricing::give_back(MODEL, VERSION, &provider, Some(used));
}

/// Makes so many blocks.
pub fn advance(blocks: u32) {
	for _ in 0..blocks {
		let next = System::block_number() + 1;
		System::set_block_number(next);
		Pricing::on_initialize(next);
	}
}

/// Makes the blocks that the running period still has to have.
pub fn end_period() {
	let begun = System::block_number() - crate::PeriodStart::<Test>::get();
	advance(PeriodLength::get() - begun);
}

/// The price of small models.
pub fn price_now() -> Price {
	Pricing::bounds_of(PriceClass::Small).floor
}

/// What the account has on hold for offers.
pub fn held(who: AccountId) -> u128 {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&OfferHold::get(), &who)
}

/// This pallet's events since the start of the test.
pub fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet::<crate::Event<Test>>()
}

/// Different randomness for each number.
pub fn randomness(seed: u32) -> [u8; 32] {
	sp_io::hashing::blake2_256(&seed.to_le_bytes())
}
