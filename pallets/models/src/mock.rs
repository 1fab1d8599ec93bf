//! A runtime with balances and this pallet, and the words in which the tests speak.

use athanor_primitives::{
	H256, ModelId,
	model::{ModelHashes, NumericClass},
};
use polkadot_sdk::{
	frame_support::{
		derive_impl, parameter_types,
		traits::{
			ConstU128, LinearStoragePrice,
			fungible::{HoldConsideration, InspectHold},
		},
	},
	sp_io::TestExternalities,
	sp_runtime::{BuildStorage, Permill},
	*,
};

use crate::{self as athanor_models, HoldReason, ModelSpec, VersionSpec};

pub type AccountId = u64;

/// The owner of most models.
pub const ALICE: AccountId = 1;
/// Another owner.
pub const BOB: AccountId = 2;
/// Can put down a deposit for one model, and for little more.
pub const CAROL: AccountId = 3;
/// Has no money.
pub const PAUPER: AccountId = 99;

/// What [`ALICE`] and [`BOB`] start with.
pub const ENDOWMENT: u128 = 1_000_000;
/// What [`CAROL`] starts with.
pub const LITTLE: u128 = 3_500;

/// Blocks for which a model accepts jobs after its retirement.
pub const NOTICE: u32 = 5;
/// Blocks between the last new job and a removal.
pub const GRACE: u32 = 10;
/// Blocks for which a version accepts jobs when there is a newer one.
pub const CHANGEOVER: u32 = 7;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system = 0,
		Balances: pallet_balances = 4,
		Models: athanor_models = 20,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<10>;
	type AccountStore = System;
}

parameter_types! {
	pub static DepositBase: u128 = 1_000;
	pub static DepositPerByte: u128 = 2;
	pub static MaxRoyalty: Permill = Permill::from_percent(20);
	pub static RetirementNotice: u32 = NOTICE;
	pub static RetirementGrace: u32 = GRACE;
	pub static VersionGrace: u32 = CHANGEOVER;
	pub const DepositReason: RuntimeHoldReason = RuntimeHoldReason::Models(HoldReason::Deposit);
}

impl athanor_models::Config for Test {
	type Currency = Balances;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		DepositReason,
		LinearStoragePrice<DepositBase, DepositPerByte, u128>,
	>;
	type MaxRoyalty = MaxRoyalty;
	type RetirementNotice = RetirementNotice;
	type RetirementGrace = RetirementGrace;
	type VersionGrace = VersionGrace;
	type WeightInfo = ();
}

/// Sets up a chain on which [`ALICE`] and [`BOB`] have money, and [`CAROL`] has little.
pub struct ExtBuilder {
	max_royalty: Permill,
	notice: u32,
	grace: u32,
	version_grace: u32,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			max_royalty: Permill::from_percent(20),
			notice: NOTICE,
			grace: GRACE,
			version_grace: CHANGEOVER,
		}
	}
}

impl ExtBuilder {
	pub fn max_royalty(mut self, share: Permill) -> Self {
		self.max_royalty = share;
		self
	}

	pub fn notice(mut self, blocks: u32) -> Self {
		self.notice = blocks;
		self
	}

	pub fn grace(mut self, blocks: u32) -> Self {
		self.grace = blocks;
		self
	}

	pub fn version_grace(mut self, blocks: u32) -> Self {
		self.version_grace = blocks;
		self
	}

	/// The chain, in block 1.
	pub fn build(self) -> TestExternalities {
		DepositBase::set(1_000);
		DepositPerByte::set(2);
		MaxRoyalty::set(self.max_royalty);
		RetirementNotice::set(self.notice);
		RetirementGrace::set(self.grace);
		VersionGrace::set(self.version_grace);
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (CAROL, LITTLE)],
				..Default::default()
			},
			..Default::default()
		};
		let mut ext = TestExternalities::new(genesis.build_storage().unwrap());
		ext.execute_with(|| System::set_block_number(1));
		ext
	}

	/// Runs the test and then checks the laws of the pallet.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Models::do_try_state().unwrap();
		});
	}
}

/// The content with this number.
pub fn hashes(content: u8) -> ModelHashes {
	ModelHashes {
		weights: H256::repeat_byte(content),
		tokenizer: H256::repeat_byte(100),
		template: H256::repeat_byte(200),
	}
}

/// A model of 42 million parameters with the content of this number.
pub fn spec(content: u8) -> ModelSpec {
	ModelSpec {
		name: b"TinyStories 42M".to_vec(),
		hashes: hashes(content),
		architecture: b"llama".to_vec(),
		parameters: 42_000_000,
		context_length: 1_024,
		template_overhead: 16,
		licence: b"MIT".to_vec(),
		source: b"hf:athanor/tiny-stories@1".to_vec(),
		royalty: Permill::from_percent(10),
		numeric_class: NumericClass::Float,
	}
}

/// Registers [`spec`] and returns the id.
pub fn register(owner: AccountId, content: u8) -> ModelId {
	let id = crate::NextModelId::<Test>::get();
	Models::register(RuntimeOrigin::signed(owner), spec(content)).unwrap();
	id
}

/// A version with the content of this number.
pub fn version(content: u8) -> VersionSpec {
	VersionSpec {
		hashes: hashes(content),
		context_length: 2_048,
		template_overhead: 20,
		source: b"hf:athanor/tiny-stories@2".to_vec(),
	}
}

/// Publishes [`version`] and returns its number.
pub fn publish(owner: AccountId, model: ModelId, content: u8) -> u32 {
	Models::publish_version(RuntimeOrigin::signed(owner), model, version(content)).unwrap();
	crate::Models::<Test>::get(model).unwrap().version
}

/// Retires a model.
pub fn retire(owner: AccountId, model: ModelId) {
	Models::retire(RuntimeOrigin::signed(owner), model).unwrap();
}

/// Retires a model and removes it as soon as that works.
pub fn retire_and_remove(owner: AccountId, model: ModelId) {
	retire(owner, model);
	advance(NOTICE + GRACE);
	Models::remove(RuntimeOrigin::signed(PAUPER), model).unwrap();
}

/// Hands a model from one account to another.
pub fn hand_over(from: AccountId, model: ModelId, to: AccountId) {
	Models::offer_ownership(RuntimeOrigin::signed(from), model, to).unwrap();
	Models::accept_ownership(RuntimeOrigin::signed(to), model).unwrap();
}

/// Goes on by so many blocks.
pub fn advance(blocks: u32) {
	System::set_block_number(System::block_number() + blocks);
}

/// What the account has on hold for models.
pub fn held(who: AccountId) -> u128 {
	Balances::balance_on_hold(&DepositReason::get(), &who)
}

/// What was put on hold for a model, without its versions.
pub fn model_deposit(model: ModelId) -> u128 {
	crate::Deposits::<Test>::get(model).unwrap().amount
}

/// What was put on hold for a version.
pub fn version_deposit(model: ModelId, version: u32) -> u128 {
	crate::VersionDeposits::<Test>::get(model, version)
		.unwrap()
		.amount
}

/// Asserts that this was the last event.
pub fn assert_last(event: crate::Event<Test>) {
	System::assert_last_event(event.into());
}
