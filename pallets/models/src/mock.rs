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

use crate::{self as athanor_models, HoldReason, ModelSpec};

pub type AccountId = u64;

/// The owner of most models.
pub const ALICE: AccountId = 1;
/// Another owner.
pub const BOB: AccountId = 2;
/// Has no money.
pub const PAUPER: AccountId = 99;

/// What each endowed account starts with.
pub const ENDOWMENT: u128 = 1_000_000;

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
	pub static RetirementGrace: u32 = 10;
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
	type RetirementGrace = RetirementGrace;
	type WeightInfo = ();
}

/// Sets up a chain on which [`ALICE`] and [`BOB`] have money.
pub struct ExtBuilder {
	max_royalty: Permill,
	grace: u32,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			max_royalty: Permill::from_percent(20),
			grace: 10,
		}
	}
}

impl ExtBuilder {
	pub fn max_royalty(mut self, share: Permill) -> Self {
		self.max_royalty = share;
		self
	}

	pub fn grace(mut self, blocks: u32) -> Self {
		self.grace = blocks;
		self
	}

	/// The chain, in block 1.
	pub fn build(self) -> TestExternalities {
		DepositBase::set(1_000);
		DepositPerByte::set(2);
		MaxRoyalty::set(self.max_royalty);
		RetirementGrace::set(self.grace);
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT)],
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

/// Goes on by so many blocks.
pub fn advance(blocks: u32) {
	System::set_block_number(System::block_number() + blocks);
}

/// What the account has on hold for models.
pub fn held(who: AccountId) -> u128 {
	Balances::balance_on_hold(&DepositReason::get(), &who)
}

/// Asserts that this was the last event.
pub fn assert_last(event: crate::Event<Test>) {
	System::assert_last_event(event.into());
}
