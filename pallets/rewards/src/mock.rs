//! A runtime with balances and this pallet, and the words in which the tests speak.

use athanor_primitives::{
	JobId, ModelId,
	model::ModelInfo,
	ports::{DelegatorIncome, Parties, Payout},
	split::Payment,
	testing,
};
use polkadot_sdk::{
	frame_support::{
		PalletId, derive_impl,
		dispatch::DispatchResult,
		parameter_types,
		traits::{
			ConstU128, Imbalance, LinearStoragePrice,
			fungible::{Balanced, HoldConsideration, Inspect, InspectHold},
			tokens::{Fortitude, Precision, Preservation},
		},
	},
	sp_io::TestExternalities,
	sp_runtime::{BuildStorage, Permill, traits::Dispatchable},
	*,
};

use crate::{self as athanor_rewards, CreditOf, HoldReason, benchmarking::BenchmarkHelper};

pub type AccountId = testing::AccountId;

/// Pays.
pub const REQUESTER: AccountId = 1;
/// Does the work.
pub const PROVIDER: AccountId = 2;
/// Made the model.
pub const AUTHOR: AccountId = 3;
/// The treasury.
pub const TREASURY: AccountId = 4;
/// Together who delegated to the provider.
pub const DELEGATORS: AccountId = 5;
/// Has nothing.
pub const PAUPER: AccountId = 99;

/// The model that jobs are on.
pub const MODEL: ModelId = 7;
/// What [`AUTHOR`], [`ALICE`], [`BOB`] and [`CAROL`] have where royalties are split.
pub const ENDOWMENT: u128 = 1_000_000;
/// Gets shares.
pub const ALICE: AccountId = 11;
/// Gets shares.
pub const BOB: AccountId = 12;
/// Gets shares.
pub const CAROL: AccountId = 13;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system = 0,
		Balances: pallet_balances = 4,
		Rewards: athanor_rewards = 24,
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
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

parameter_types! {
	pub static ExistentialDeposit: u128 = 1;
	pub static TreasuryShare: Permill = Permill::zero();
	pub static BurnShare: Permill = Permill::zero();
	/// Of the provider's side to [`DELEGATORS`].
	pub static DelegatorShare: Permill = Permill::zero();
	pub const TreasuryAccount: AccountId = TREASURY;
	pub const PotId: PalletId = PalletId(*b"royalpot");
	pub const DepositReason: RuntimeHoldReason =
		RuntimeHoldReason::Rewards(HoldReason::RoyaltyDeposit);
}

/// Gives [`DELEGATORS`] their share of the provider's side.
pub struct MockDelegators;

impl DelegatorIncome for MockDelegators {
	type AccountId = AccountId;
	type Credit = CreditOf<Test>;

	fn earn(_provider: &AccountId, side: &mut CreditOf<Test>) -> u128 {
		let part = side.extract(DelegatorShare::get() * side.peek());
		let amount = part.peek();
		if let Err(part) = Balances::resolve(&DELEGATORS, part) {
			side.subsume(part);
			return 0;
		}
		amount
	}
}

impl athanor_rewards::Config for Test {
	type Currency = Balances;
	type Models = testing::MockModels;
	type Delegators = MockDelegators;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		DepositReason,
		LinearStoragePrice<ConstU128<50>, ConstU128<1>, u128>,
	>;
	type TreasuryAccount = TreasuryAccount;
	type TreasuryShare = TreasuryShare;
	type BurnShare = BurnShare;
	type PotId = PotId;
	type WeightInfo = ();
	type BenchmarkHelper = Helper;
}

/// Sets the shared mocks.
pub struct Helper;

impl BenchmarkHelper<Test> for Helper {
	fn model(owner: &AccountId) -> ModelId {
		set_owner(*owner);
		Balances::resolve(owner, Balances::issue(ENDOWMENT)).unwrap();
		MODEL
	}

	fn remove(model: ModelId) {
		testing::remove_model(model);
	}
}

/// Sets up a chain with the requester and whoever else is endowed.
pub struct ExtBuilder {
	existential_deposit: u128,
	treasury: Permill,
	burn: Permill,
	endowed: Vec<(AccountId, u128)>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			existential_deposit: 100,
			treasury: Permill::from_percent(5),
			burn: Permill::from_percent(1),
			endowed: Vec::new(),
		}
	}
}

impl ExtBuilder {
	pub fn existential_deposit(mut self, units: u128) -> Self {
		self.existential_deposit = units;
		self
	}

	pub fn shares(mut self, treasury: Permill, burn: Permill) -> Self {
		(self.treasury, self.burn) = (treasury, burn);
		self
	}

	/// Gives the account so much, for nothing to be an account that does not exist.
	pub fn endow(mut self, who: AccountId, amount: u128) -> Self {
		if amount > 0 {
			self.endowed.push((who, amount));
		}
		self
	}

	/// Gives provider, author and treasury an account.
	pub fn all_exist(self) -> Self {
		[PROVIDER, AUTHOR, TREASURY]
			.into_iter()
			.fold(self, |this, who| this.endow(who, 1_000))
	}

	/// Endows the author and those who get shares, and the treasury.
	pub fn rich(self) -> Self {
		[AUTHOR, ALICE, BOB, CAROL, TREASURY]
			.into_iter()
			.fold(self, |this, who| this.endow(who, ENDOWMENT))
	}

	/// The chain, in block 1.
	pub fn build(self) -> TestExternalities {
		ExistentialDeposit::set(self.existential_deposit);
		TreasuryShare::set(self.treasury);
		BurnShare::set(self.burn);
		DelegatorShare::set(Permill::zero());
		testing::reset();
		set_owner(AUTHOR);
		let genesis = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: self.endowed,
				..Default::default()
			},
			..Default::default()
		};
		let mut ext = TestExternalities::new(genesis.build_storage().unwrap());
		ext.execute_with(|| System::set_block_number(1));
		ext
	}

	/// Runs the test and then checks the laws of the pallet and the ledger.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Rewards::do_try_state().unwrap();
			let accounts = frame_system::Account::<Test>::iter_values();
			let sum: u128 = accounts
				.map(|account| account.data.free + account.data.reserved)
				.sum();
			assert_eq!(sum, Balances::total_issuance(), "all money is somebody's");
		});
	}
}

/// The usual parties, with a royalty of 10 %.
pub fn parties() -> Parties<AccountId> {
	Parties {
		requester: REQUESTER,
		provider: PROVIDER,
		author: AUTHOR,
		model: MODEL,
		royalty: 100_000,
		posted_at: 1,
	}
}

/// Makes somebody the owner of the model.
pub fn set_owner(author: AccountId) {
	let info = ModelInfo {
		author,
		..testing::model()
	};
	testing::set_model(MODEL, info);
}

fn call(who: AccountId, call: crate::Call<Test>) -> DispatchResult {
	let result = RuntimeCall::from(call).dispatch(RuntimeOrigin::signed(who));
	result.map(drop).map_err(|refused| refused.error)
}

/// Gives shares of the model's royalty to somebody.
pub fn transfer(from: AccountId, to: AccountId, shares: u32) -> DispatchResult {
	let model = MODEL;
	call(from, crate::Call::transfer_royalty { model, to, shares })
}

/// Claims.
pub fn claim(who: AccountId) -> DispatchResult {
	call(who, crate::Call::claim_royalty { model: MODEL })
}

/// Claims for somebody.
pub fn claim_for(who: AccountId) -> DispatchResult {
	let model = MODEL;
	call(PAUPER, crate::Call::claim_royalty_for { model, who })
}

/// Ends that the royalty is split.
pub fn merge(who: AccountId) -> DispatchResult {
	call(who, crate::Call::merge_royalty { model: MODEL })
}

/// Pays a royalty of so many units for a job that was posted in this block, and nothing else.
pub fn pay_royalty(units: u128, posted_at: u32) -> Payment {
	let parties = Parties {
		royalty: 1_000_000,
		posted_at,
		..parties()
	};
	pay(1, units, &parties)
}

/// Goes on to the next block.
pub fn next_block() {
	System::set_block_number(System::block_number() + 1);
}

/// Shares that somebody has of the model's royalty.
pub fn shares(who: AccountId) -> u32 {
	crate::Holders::<Test>::get(who, MODEL).map_or(0, |holder| holder.shares)
}

/// What somebody has on hold for records of royalties.
pub fn held(who: AccountId) -> u128 {
	Balances::balance_on_hold(&DepositReason::get(), &who)
}

/// Asserts that this was the last event.
pub fn assert_last(event: crate::Event<Test>) {
	System::assert_last_event(event.into());
}

/// Pays for the job with newly issued money.
pub fn pay(job: JobId, amount: u128, parties: &Parties<AccountId>) -> Payment {
	let credit = Balances::issue(amount);
	assert_eq!(credit.peek(), amount);
	Rewards::pay(job, credit, parties)
}

/// Takes the amount out of an account that has it.
pub fn withdraw(who: AccountId, amount: u128) -> crate::CreditOf<Test> {
	let (precision, force) = (Precision::Exact, Fortitude::Polite);
	Balances::withdraw(&who, amount, precision, Preservation::Expendable, force).unwrap()
}

/// What the account can spend.
pub fn balance(who: AccountId) -> u128 {
	Balances::balance(&who)
}

/// The event that says this.
pub fn paid_event(job: JobId, parties: &Parties<AccountId>, payment: &Payment) -> RuntimeEvent {
	crate::Event::JobPaid {
		job,
		requester: parties.requester,
		provider: parties.provider,
		author: parties.author,
		spent: payment.total().unwrap(),
		to_provider: payment.provider,
		to_delegators: payment.delegators,
		to_author: payment.author,
		to_treasury: payment.treasury,
		burned: payment.burned,
	}
	.into()
}
