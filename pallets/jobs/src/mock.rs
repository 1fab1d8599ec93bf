//! A runtime for tests: balances, this pallet, and the shared mocks for everything else.

use core::cell::RefCell;
use std::collections::BTreeMap;

use athanor_primitives::{
	JobId, ModelId, WorkerKey,
	claim::{Claim, SignedClaim},
	eligibility::{Attributes, Eligibility},
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	ports::{Parties, Payout, ProviderRegistry},
	price::Price,
	receipt::{
		Delivery, Finish, Receipt, SignedReceipt, commitment, delivery_payload, input_hash,
		output_hash,
	},
	split::{Payment, Shares, split},
	testing::{self, MockFault, MockProviders},
};
use frame_support::{
	derive_impl,
	dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
	parameter_types,
	traits::{
		Authorize, ConstU32, ConstU64, Hooks, Imbalance, OriginTrait, Randomness,
		fungible::{Balanced, Credit, Inspect, InspectHold, Mutate},
		tokens::Precision,
	},
	weights::Weight,
};
use polkadot_sdk::*;
use sp_core::{H256, Pair, ed25519};
use sp_runtime::{
	BuildStorage, DispatchError, DispatchResult, FixedU128,
	traits::{Dispatchable, IdentityLookup},
	transaction_validity::{TransactionSource, TransactionValidityError},
};

use crate::{
	self as athanor_jobs, Event, JobState, Jobs as JobStorage,
	benchmarking::{BenchmarkHelper, REGION},
	types::JobOf,
};

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
/// Blocks from a receipt to its payment.
pub const SETTLE_PERIOD: u64 = 2;
/// How far ahead a claim may be valid.
pub const MAX_CLAIM_VALIDITY: u64 = 20;

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
	/// What a block has left for `on_idle`.
	pub static IdleWeight: Weight = Weight::from_parts(1_000_000, 0);
	pub static Random: Option<H256> = Some(H256([7; 32]));
	pub static MatchDelay: u64 = 1;
	pub static StakeMultiple: FixedU128 = FixedU128::from_u32(2);
	pub static Retention: u64 = 50;
	pub static BaseWorkPeriod: u64 = 5;
	pub static Settling: u64 = SETTLE_PERIOD;
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
	type Holds = (Jobs,);
	type Randomness = MockRandomness;
	type MaxInlineInput = ConstU32<64>;
	type MaxOutputTokens = ConstU32<512>;
	type MaxText = ConstU32<1_024>;
	type MatchDelay = MatchDelay;
	type BaseWorkPeriod = BaseWorkPeriod;
	type PrefillTokensPerBlock = ConstU32<40>;
	type TokensPerBlock = ConstU32<50>;
	type SettlePeriod = Settling;
	type StakeMultiple = StakeMultiple;
	type MaxClaimValidity = ConstU64<MAX_CLAIM_VALIDITY>;
	type MaxTimeLimit = ConstU64<1_000>;
	type Retention = Retention;
	type HookWeight = HookWeight;
	type WeightInfo = ();
	type BenchmarkHelper = Helper;
}

fn attributes() -> Attributes {
	Attributes {
		region: Some(REGION),
		..Attributes::default()
	}
}

/// Sets the shared mocks.
pub struct Helper;
impl BenchmarkHelper<Test> for Helper {
	fn model(_author: &AccountId) -> ModelId {
		MODEL
	}

	fn price() -> Price {
		price()
	}

	fn provider(model: ModelId, who: &AccountId, key: WorkerKey, slots: u32) {
		testing::set_provider(*who, vec![key]);
		testing::set_offer_with(model, 1, *who, price(), slots, attributes());
	}

	fn crowd(model: ModelId, count: u32, slots: u32) {
		for n in 0..u64::from(count) {
			Self::provider(model, &(1_000 + n), [1; 32], slots);
		}
	}

	fn pause(_who: &AccountId) {}

	fn slashes(who: &AccountId) -> usize {
		let all = testing::slashes().into_iter();
		all.filter(|(provider, ..)| provider == who).count()
	}

	fn check_payment(payment: &Payment) {
		assert!(payment.provider > 0 && payment.author > 0 && payment.treasury > 0);
	}

	fn randomness() {}
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
		StakeMultiple::set(FixedU128::from_u32(2));
		Retention::set(50);
		HookWeight::set(Weight::from_parts(1_000_000, 0));
		IdleWeight::set(Weight::from_parts(1_000_000, 0));
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

	/// With a keystore, in which benchmarks make keys.
	pub fn build_with_keystore(self) -> sp_io::TestExternalities {
		let mut ext = self.build();
		ext.register_extension(sp_keystore::KeystoreExt::new(
			sp_keystore::testing::MemoryKeystore::new(),
		));
		ext
	}

	/// Runs a test and then checks every law.
	pub fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			check_laws();
		});
	}
}

/// Checks every law of this pallet, and that providers have just the stake committed that answers for the
/// jobs in their hands.
pub fn check_laws() {
	check_laws_after(&"the test");
}

/// [`check_laws`], with what was done last in the message.
pub fn check_laws_after(last: &impl core::fmt::Debug) {
	Jobs::do_try_state().unwrap_or_else(|law| panic!("{law:?} after {last:?}"));
	let mut covers = BTreeMap::<AccountId, u128>::new();
	for job in JobStorage::<Test>::iter_values() {
		if let JobState::Assigned { work, .. } = job.state {
			*covers.entry(work.provider).or_default() += work.cover;
		}
	}
	for provider in (PROVIDER..200).filter(MockProviders::is_registered) {
		let covered = covers.remove(&provider).unwrap_or_default();
		let committed = testing::committed(provider);
		assert_eq!(committed, covered, "stake of {provider} after {last:?}");
	}
	assert!(covers.is_empty(), "{covers:?} after {last:?}");
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
		version: None,
		input: JobInput::Inline(PROMPT.to_vec()),
		format: PromptFormat::Completion,
		sampler: Sampler::Greedy,
		max_output_tokens: 10,
		ceiling: Price {
			input: 4,
			output: 6,
		},
		assignment: Assignment::Auto,
		eligibility: Eligibility::default(),
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

/// The usual request, for providers to claim.
pub fn open_request() -> JobRequest<AccountId, u64> {
	JobRequest {
		assignment: Assignment::Open,
		..request()
	}
}

/// The usual request, for one provider.
pub fn direct_request(provider: AccountId) -> JobRequest<AccountId, u64> {
	JobRequest {
		assignment: Assignment::Direct(provider),
		..request()
	}
}

/// Posts a job that anybody eligible may claim, and has its first turn done.
pub fn claimable() -> JobId {
	let id = post_as(ALICE, open_request());
	advance(MatchDelay::get());
	assert!(job(id).seed.is_some());
	id
}

/// Runs the hooks of the next `n` blocks.
pub fn advance(n: u64) {
	for _ in 0..n {
		let now = System::block_number();
		let used = Jobs::on_idle(now, IdleWeight::get());
		assert!(used.all_lte(IdleWeight::get()), "{used:?} in block {now}");
		System::set_block_number(now + 1);
		let used = Jobs::on_initialize(now + 1);
		assert!(used.all_lte(HookWeight::get()), "{used:?} in block {now}");
	}
}

pub fn advance_to(block: u64) {
	advance(block.saturating_sub(System::block_number()));
}

/// A weight of so much reference time.
pub fn weight(parts: u64) -> Weight {
	Weight::from_parts(parts, 0)
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

/// Sends a call the way the transaction pool and the block do: authorise, then dispatch.
fn authorized(call: RuntimeCall) -> Result<DispatchResult, TransactionValidityError> {
	let _ = call.get_dispatch_info();
	call.authorize(TransactionSource::External)
		.expect("the call authorises itself")?;
	let origin: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
	assert!(origin.as_signer().is_none());
	Ok(call.dispatch(origin).map(|_| ()).map_err(|e| e.error))
}

/// Sends a receipt the way the transaction pool and the block do.
pub fn submit(
	signed: SignedReceipt,
	delivery: Option<Delivery>,
) -> Result<DispatchResult, TransactionValidityError> {
	authorized(crate::Call::submit_receipt { signed, delivery }.into())
}

/// Sends a worker's claim the way the transaction pool and the block do.
pub fn submit_claim(claim: SignedClaim) -> Result<DispatchResult, TransactionValidityError> {
	authorized(crate::Call::claim_as_worker { claim }.into())
}

/// Dispatches a signed call as a block does: nothing is kept of one that fails.
pub fn dispatch(who: AccountId, call: crate::Call<Test>) -> Result<(), DispatchError> {
	let result = RuntimeCall::from(call).dispatch(RuntimeOrigin::signed(who));
	result.map(|_| ()).map_err(|error| error.error)
}

/// Claims a job from a provider's own account.
pub fn claim(provider: AccountId, job: JobId) -> DispatchResult {
	Jobs::claim(RuntimeOrigin::signed(provider), job)
}

/// `claim` signed by `pair` for this chain.
pub fn sign_claim(claim: Claim, pair: &ed25519::Pair) -> SignedClaim {
	SignedClaim {
		claim,
		genesis: genesis(),
		worker: pair.public().0,
		signature: pair.sign(&claim.payload(&genesis())).0,
	}
}

/// A claim of a provider's worker that is valid for five blocks more.
pub fn claim_of(provider: AccountId, job: JobId) -> SignedClaim {
	let valid_until = System::block_number() as u32 + 5;
	sign_claim(Claim { job, valid_until }, &worker(provider))
}

/// Two receipts for one job that say different things, both signed by a provider's worker.
pub fn two_receipts(provider: AccountId, job: JobId) -> (SignedReceipt, SignedReceipt) {
	let statement = |tokens_out| Receipt {
		job,
		model: MODEL,
		model_version: 1,
		input_hash: input_hash(PROMPT),
		output_hash: output_hash(&[1; 3]),
		tokens_in: 8,
		tokens_out,
		finish: Finish::Stop.code(),
		commitment: commitment(&[1; 32], &[2; 32], &[3; 32], job),
	};
	let pair = worker(provider);
	(sign(statement(3), &pair), sign(statement(4), &pair))
}

/// Shows two receipts.
pub fn report(receipts: (SignedReceipt, SignedReceipt)) -> DispatchResultWithPostInfo {
	Jobs::report_equivocation(RuntimeOrigin::signed(BOB), receipts.0, receipts.1)
}

/// Who was slashed for a deadline that it missed, in order; nobody was for anything else.
pub fn timeouts() -> Vec<(AccountId, JobId)> {
	slashes(MockFault::Timeout)
}

/// Who was slashed for two receipts, in order; nobody was for anything else.
pub fn equivocations() -> Vec<(AccountId, JobId)> {
	slashes(MockFault::Equivocation)
}

fn slashes(expected: MockFault) -> Vec<(AccountId, JobId)> {
	let only = |(who, job, fault)| {
		assert_eq!(fault, expected, "{who} for job {job}");
		(who, job)
	};
	testing::slashes().into_iter().map(only).collect()
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

/// What an account has on hold for its jobs.
pub fn on_hold(who: AccountId) -> u128 {
	Balances::balance_on_hold(&crate::HoldReason::Escrow.into(), &who)
}

/// Gives an account so much.
pub fn endow(who: AccountId, amount: u128) {
	Balances::mint_into(&who, amount).unwrap();
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
