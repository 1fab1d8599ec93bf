//! A runtime with balances and this pallet, and the words in which the tests speak.

use athanor_primitives::{
	JobId,
	ports::{Parties, Payout},
	split::Payment,
};
use polkadot_sdk::{
	frame_support::{
		derive_impl, parameter_types,
		traits::{
			Imbalance,
			fungible::{Balanced, Inspect},
			tokens::{Fortitude, Precision, Preservation},
		},
	},
	sp_io::TestExternalities,
	sp_runtime::{BuildStorage, Permill},
	*,
};

use crate as athanor_rewards;

pub type AccountId = u64;

/// Pays.
pub const REQUESTER: AccountId = 1;
/// Does the work.
pub const PROVIDER: AccountId = 2;
/// Made the model.
pub const AUTHOR: AccountId = 3;
/// The treasury.
pub const TREASURY: AccountId = 4;

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
	pub const TreasuryAccount: AccountId = TREASURY;
}

impl athanor_rewards::Config for Test {
	type Currency = Balances;
	type TreasuryAccount = TreasuryAccount;
	type TreasuryShare = TreasuryShare;
	type BurnShare = BurnShare;
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

	/// The chain, in block 1.
	pub fn build(self) -> TestExternalities {
		ExistentialDeposit::set(self.existential_deposit);
		TreasuryShare::set(self.treasury);
		BurnShare::set(self.burn);
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
		royalty: 100_000,
	}
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
