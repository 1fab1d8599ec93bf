//! A runtime for tests: balances, this pallet, and the shared mocks for everything else.

use core::cell::RefCell;

use athanor_primitives::{
	JobId,
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	ports::{Parties, Payout},
	price::Price,
	receipt::{
		Delivery, Finish, Receipt, SignedReceipt, commitment, delivery_payload, input_hash,
		output_hash,
	},
	split::{Payment, Shares, split},
	testing,
};
use frame_support::{
	derive_impl,
	dispatch::GetDispatchInfo,
	parameter_types,
	traits::{
		Authorize, ConstU32, ConstU64, Hooks, Imbalance, OriginTrait, Randomness,
		fungible::{Balanced, Credit, Inspect},
		tokens::Precision,
	},
	weights::Weight,
};
use polkadot_sdk::*;
use sp_core::{H256, Pair, ed25519};
use sp_runtime::{
	BuildStorage, DispatchResult,
	traits::IdentityLookup,
	transaction_validity::{TransactionSource, TransactionValidityError},
};

use crate::{self as athanor_jobs, Event, Jobs as JobStorage, types::JobOf};

pub type AccountId = u64;
type Block = frame_system::mocking::MockBlock<Test>;

/// The requester of most tests.
pub const ALICE: AccountId = 1;
/// Another requester.
pub const BOB: AccountId = 2;
/// Providers.
pub const PROVIDER: AccountId = 10;
pub const OTHER_PROVIDER: AccountId = 11;
/// The model's author.
pub const AUTHOR: AccountId = 90;
/// Gets the treasury's share.
pub const TREASURY: AccountId = 99;
/// What Alice and Bob start with.
pub const ENDOWMENT: u128 = 1_000_000;
/// The model of most tests.
pub const MODEL: u32 = 0;
/// The existential deposit.
pub const ED: u128 = 10;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Jobs = athanor_jobs;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = frame_support::traits::ConstU128<ED>;
	type AccountStore = System;
}

parameter_types! {
	pub static HookWeight: Weight = Weight::from_parts(1_000_000, 0);
	pub static Random: Option<H256> = Some(H256([7; 32]));
	pub static MatchDelay: u64 = 1;
}

/// Randomness that tests set.
pub struct MockRandomness;
impl Randomness<Option<H256>, u64> for MockRandomness {
	fn random(_subject: &[u8]) -> (Option<H256>, u64) {
		(Random::get(), System::block_number())
	}
}

thread_local! {
	static PAID: RefCell<Vec<(JobId, Parties<AccountId>, Payment)>> = RefCell::default();
}

/// Pays like the real one: 10 % royalty by the model, 5 % treasury, 1 % burnt.
pub struct MockPayout;
impl Payout for MockPayout {
	type AccountId = AccountId;
	type Credit = Credit<AccountId, Balances>;

	fn pay(job: JobId, credit: Self::Credit, parties: &Parties<AccountId>) -> Payment {
		let shares = Shares {
			royalty: parties.royalty,
			treasury: 50_000,
			burn: 10_000,
			delegators: 0,
		};
		let payment = split(credit.peek(), &shares);
		let (provider, rest) = credit.split(payment.provider);
		let (author, rest) = rest.split(payment.author);
		let (treasury, burned) = rest.split(payment.treasury);
		assert_eq!(burned.peek(), payment.burned);
		Balances::resolve(&parties.provider, provider).unwrap();
		Balances::resolve(&parties.author, author).unwrap();
		Balances::resolve(&TREASURY, treasury).unwrap();
		PAID.with_borrow_mut(|paid| paid.push((job, parties.clone(), payment)));
		payment
	}
}

/// What was paid out, in order.
pub fn paid() -> Vec<(JobId, Parties<AccountId>, Payment)> {
	PAID.with_borrow(Clone::clone)
}

impl athanor_jobs::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Models = testing::MockModels;
	type Providers = testing::MockProviders;
	type Offers = testing::MockOffers<sp_runtime::DispatchError>;
	type Payout = MockPayout;
	type Randomness = MockRandomness;
	type MaxInlineInput = ConstU32<64>;
	type MaxOutputTokens = ConstU32<512>;
	type MaxText = ConstU32<1_024>;
	type MatchDelay = MatchDelay;
	type BaseWorkPeriod = ConstU64<5>;
	type PrefillTokensPerBlock = ConstU32<40>;
	type TokensPerBlock = ConstU32<50>;
	type SettlePeriod = ConstU64<2>;
	type MaxTimeLimit = ConstU64<1_000>;
	type Retention = ConstU64<50>;
	type HookWeight = HookWeight;
	type WeightInfo = ();
}

/// A chain with a model, two providers with one slot-rich offer each, and two rich requesters.
pub struct ExtBuilder {
	offers: bool,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { offers: true }
	}
}

impl ExtBuilder {
	/// Nobody offers anything.
	pub fn without_offers(mut self) -> Self {
		self.offers = false;
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		testing::reset();
		PAID.with_borrow_mut(Vec::clear);
		Random::set(Some(H256([7; 32])));
		MatchDelay::set(1);
		HookWeight::set(Weight::from_parts(1_000_000, 0));
		testing::set_model(MODEL, testing::model());
		for who in [PROVIDER, OTHER_PROVIDER] {
			testing::set_provider(who, vec![worker(who).public().0]);
			if self.offers {
				testing::set_offer(MODEL, who, price(), 4);
			}
		}
		let mut storage = frame_system::GenesisConfig::<Test>::default()
			.build_storage()
			.unwrap();
		pallet_balances::GenesisConfig::<Test> {
			balances: vec![
				(ALICE, ENDOWMENT),
				(BOB, ENDOWMENT),
				(PROVIDER, ED),
				(OTHER_PROVIDER, ED),
				(AUTHOR, ED),
				(TREASURY, ED),
			],
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.unwrap();
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			frame_system::BlockHash::<Test>::insert(0, genesis());
			System::set_block_number(1);
		});
		ext
	}

	/// Runs a test and then checks every law.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Jobs::do_try_state().unwrap();
		});
	}
}

/// The hash that signatures are bound to.
pub fn genesis() -> H256 {
	H256([42; 32])
}

/// The price of the mocked offers.
pub fn price() -> Price {
	Price {
		input: 2,
		output: 3,
	}
}

/// A provider's worker key.
pub fn worker(provider: AccountId) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[provider as u8; 32])
}

/// Input of the usual request.
pub const PROMPT: &[u8] = b"Once upon a time";

/// 16 bytes of input and 16 tokens of overhead, 10 tokens of output: escrow 32 * 4 + 10 * 6 = 188.
pub fn request() -> JobRequest<AccountId, u64> {
	JobRequest {
		model: MODEL,
		input: JobInput::Inline(PROMPT.to_vec()),
		format: PromptFormat::Completion,
		sampler: Sampler::Greedy,
		max_output_tokens: 10,
		ceiling: Price {
			input: 4,
			output: 6,
		},
		assignment: Assignment::Auto,
		time_limit: 30,
	}
}

/// Escrow of [`request`].
pub const ESCROW: u128 = 188;

/// Posts the usual request for Alice.
pub fn post() -> JobId {
	post_as(ALICE, request())
}

pub fn post_as(who: AccountId, request: JobRequest<AccountId, u64>) -> JobId {
	let id = crate::NextJobId::<Test>::get();
	Jobs::post(RuntimeOrigin::signed(who), request).unwrap();
	id
}

/// Runs the hooks of the next `n` blocks.
pub fn advance(n: u64) {
	for _ in 0..n {
		let now = System::block_number();
		Jobs::on_idle(now, Weight::from_parts(1_000_000, 0));
		System::set_block_number(now + 1);
		Jobs::on_initialize(now + 1);
	}
}

pub fn advance_to(block: u64) {
	advance(block.saturating_sub(System::block_number()));
}

/// A live job.
pub fn job(id: JobId) -> JobOf<Test> {
	JobStorage::<Test>::get(id).unwrap()
}

/// Who holds an assigned job.
pub fn holder(id: JobId) -> AccountId {
	job(id).state.work().unwrap().provider
}

/// An honest receipt of the holder's worker for `tokens` output tokens.
pub fn receipt(id: JobId, tokens: &[u32]) -> Receipt {
	let job = job(id);
	Receipt {
		job: id,
		model: job.model,
		model_version: job.model_version,
		input_hash: input_hash(PROMPT),
		output_hash: output_hash(tokens),
		tokens_in: 8,
		tokens_out: tokens.len() as u32,
		finish: Finish::Stop.code(),
		commitment: commitment(&[1; 32], &[2; 32], &[3; 32], id),
	}
}

/// `receipt` signed by `pair` for this chain.
pub fn sign(receipt: Receipt, pair: &ed25519::Pair) -> SignedReceipt {
	let signature = pair.sign(&receipt.payload(&genesis())).0;
	SignedReceipt {
		receipt,
		genesis: genesis(),
		worker: pair.public().0,
		signature,
	}
}

/// `tokens` and a text, signed by `pair`.
pub fn deliver(id: JobId, tokens: &[u32], pair: &ed25519::Pair) -> Delivery {
	let text = b"there was a fox.".to_vec();
	let signature = pair.sign(&delivery_payload(&genesis(), id, &text)).0;
	Delivery {
		tokens: tokens.to_vec(),
		text,
		signature,
	}
}

/// Sends a receipt the way the transaction pool and the block do: authorise, then dispatch.
pub fn submit(
	signed: SignedReceipt,
	delivery: Option<Delivery>,
) -> Result<DispatchResult, TransactionValidityError> {
	let call = RuntimeCall::Jobs(crate::Call::submit_receipt { signed, delivery });
	let _ = call.get_dispatch_info();
	call.authorize(TransactionSource::External)
		.expect("the call authorises itself")?;
	use sp_runtime::traits::Dispatchable;
	let origin: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
	assert!(origin.as_signer().is_none());
	Ok(call.dispatch(origin).map(|_| ()).map_err(|e| e.error))
}

/// Sends the holder's honest receipt.
pub fn complete(id: JobId, tokens: &[u32]) {
	let pair = worker(holder(id));
	submit(
		sign(receipt(id, tokens), &pair),
		Some(deliver(id, tokens, &pair)),
	)
	.unwrap()
	.unwrap();
}

/// Events of this pallet since the last call.
pub fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

pub fn free(who: AccountId) -> u128 {
	Balances::balance(&who)
}

/// Burns what an account can spend.
pub fn drain(who: AccountId, leave: u128) {
	use frame_support::traits::tokens::{Fortitude, Preservation};
	let _ = <Balances as Balanced<_>>::withdraw(
		&who,
		free(who) - leave,
		Precision::Exact,
		Preservation::Preserve,
		Fortitude::Polite,
	)
	.unwrap();
}
