//! View functions, as the runtime answers them.

use athanor_models::types as models;
use athanor_primitives::{
	H256,
	eligibility::{Eligibility, Ineligible},
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	job::{Assignment, JobInput, JobRequest, PromptFormat, Sampler},
	model::{ModelHashes, NumericClass, PriceClass},
	policy::{Period, Policy},
	price::{Price, PriceBounds},
};
use athanor_runtime::{
	Balances, Jobs, Models, Pricing, Rewards, Runtime, RuntimeOrigin, Staking, System,
};
use codec::{Decode, Encode};
use polkadot_sdk::{
	frame_support::{traits::fungible::Mutate, view_functions::ViewFunctionId},
	sp_io::TestExternalities,
	sp_runtime::Permill,
};
use subxt::{dynamic::Value, ext::frame_decode::view_functions::IntoEncodableValues};

use super::{METADATA, account, attributes, runtime_account};
use crate::{
	chain::{
		Candidate, MarketQuote, Match, OwnRoyalty, PaymentShares, Simulation, WaitsFor,
		dispatch::rejection,
		names::{Item, views},
		types::AccountId,
		views::{question, read},
		wire::{ToWire, Wire},
	},
	error::Error,
};

/// One token of the chain.
const ATH: u128 = 1_000_000_000_000;

/// Asks the runtime, as a node would.
fn ask<T: Wire>(item: Item, arguments: impl IntoEncodableValues) -> Result<T, Error> {
	let question = question(&METADATA, item, arguments)?;
	let (id, input) = <(ViewFunctionId, Vec<u8>)>::decode(&mut &question[..]).unwrap();
	let answer = Runtime::execute_view_function(id, input);
	read(&METADATA, item, &answer.encode())
}

fn signed(byte: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(runtime_account(byte))
}

/// A chain with a model of account 9 that accounts 7 and 8 offer, the latter for more. Neither has a
/// worker key.
fn chain() -> TestExternalities {
	let mut externalities = TestExternalities::default();
	externalities.execute_with(|| {
		System::set_block_number(1);
		for byte in [1, 7, 8, 9] {
			Balances::mint_into(&runtime_account(byte), 10_000 * ATH).unwrap();
		}
		let spec = models::ModelSpec {
			name: b"stories".to_vec(),
			hashes: ModelHashes {
				weights: H256([1; 32]),
				tokenizer: H256([2; 32]),
				template: H256([3; 32]),
			},
			architecture: b"llama".to_vec(),
			parameters: 15_000_000,
			context_length: 1_024,
			template_overhead: 16,
			licence: b"MIT".to_vec(),
			source: vec![],
			royalty: Permill::zero(),
			numeric_class: NumericClass::Float,
		};
		Models::register(signed(9), spec).unwrap();
		for (byte, price) in [(7, 100), (8, 300)] {
			Staking::register(signed(byte), 200 * ATH).unwrap();
			Pricing::set_offer(signed(byte), 0, 1, Price::flat(price), 2, attributes()).unwrap();
		}
	});
	externalities
}

fn request<A>(assignment: Assignment<A>) -> JobRequest<A, u32> {
	JobRequest {
		model: 0,
		version: None,
		input: JobInput::Inline(b"hello".to_vec()),
		format: PromptFormat::Completion,
		sampler: Sampler::Greedy,
		max_output_tokens: 64,
		ceiling: Price::flat(200),
		assignment,
		eligibility: Eligibility {
			allow: vec![],
			exclude: vec![],
			regions: vec![],
			max_retention_hours: None,
			min_gpu_memory_gib: None,
			numeric_class: None,
		},
		time_limit: 50,
	}
}

#[test]
fn a_job_is_quoted() {
	chain().execute_with(|| {
		let arguments = (account(1), request(Assignment::Auto).to_raw());
		let quote: Result<MarketQuote, Value> = ask(views::QUOTE, arguments).unwrap();
		let quote = quote.unwrap();
		// 5 bytes and 16 tokens of template; 64 out.
		assert_eq!(quote.max_input_tokens, 21);
		assert_eq!(quote.escrow, 200 * (21 + 64));
		assert_eq!((quote.model_version, quote.affordable), (1, true));
		assert_eq!((quote.looked_at, quote.eligible), (2, 0));
		assert_eq!((quote.cheapest, quote.median), (None, None));

		let poor = (account(2), request(Assignment::Auto).to_raw());
		let quote: Result<MarketQuote, Value> = ask(views::QUOTE, poor).unwrap();
		assert!(!quote.unwrap().affordable);
	});
}

#[test]
fn what_would_be_refused_says_why() {
	chain().execute_with(|| {
		let mut late: JobRequest<AccountId, u32> = request(Assignment::Auto);
		late.time_limit = 3;
		let quote: Result<MarketQuote, Value> =
			ask(views::QUOTE, (account(1), late.to_raw())).unwrap();
		let rejection = rejection(&quote.unwrap_err(), &METADATA);
		assert_eq!(rejection.name, "Jobs.TimeLimitTooShort");
		assert!(rejection.reason.contains("Allow at least"), "{rejection}");
	});
}

#[test]
fn candidates_come_with_what_they_lack() {
	chain().execute_with(|| {
		let arguments = |from: u32| (account(1), request(Assignment::Auto).to_raw(), from, 10u32);
		let page = |from| -> Vec<Candidate> {
			let answer: Result<Vec<Candidate>, Value> =
				ask(views::SIMULATE_REQUEST, arguments(from)).unwrap();
			answer.unwrap()
		};
		let mut candidates = page(0);
		candidates.sort_by_key(|candidate| candidate.provider);
		let found: Vec<_> = candidates
			.iter()
			.map(|candidate| (candidate.provider, candidate.verdict))
			.collect();
		assert_eq!(
			found,
			[
				(account(7), Err(Ineligible::NoWorkerKey)),
				(account(8), Err(Ineligible::PriceAboveCeiling)),
			]
		);
		assert_eq!(page(1).len(), 1);
		assert!(page(2).is_empty());
	});
}

#[test]
fn a_live_job_says_what_it_waits_for() {
	chain().execute_with(|| {
		Jobs::post(signed(1), request(Assignment::Open)).unwrap();
		let found: Option<Match> = ask(views::SIMULATE_MATCH, (0u64, 0u32, 10u32)).unwrap();
		let found = found.unwrap();
		assert_eq!((found.job, found.candidates.len()), (0, 2));
		assert_eq!(found.waits_for, WaitsFor::FirstTurn { from: 3 });
		let none: Option<Match> = ask(views::SIMULATE_MATCH, (1u64, 0u32, 10u32)).unwrap();
		assert_eq!(none, None);
	});
}

#[test]
fn the_shares_of_a_payment_are_those_of_now() {
	chain().execute_with(|| {
		let shares: PaymentShares = ask(views::SHARES_OF_PAYMENT, ()).unwrap();
		let expected = PaymentShares {
			treasury: 50_000,
			burn: 10_000,
		};
		assert_eq!(shares, expected);
	});
}

#[test]
fn prices_and_policies_are_told() {
	chain().execute_with(|| {
		let class = || (PriceClass::Small.to_raw(),);
		let unset: Policy = ask(views::POLICY_OF, class()).unwrap();
		assert_eq!((unset.bounds.floor, unset.step), (Price::flat(1), 0));
		let policy = Policy {
			bounds: PriceBounds {
				floor: Price::flat(7),
				ceiling: Price::flat(9),
			},
			low: 2,
			high: 3,
			step: 4,
		};
		Pricing::set_policy(RuntimeOrigin::root(), PriceClass::Small, policy).unwrap();
		assert_eq!(ask::<Policy>(views::POLICY_OF, class()).unwrap(), policy);
		let bounds: PriceBounds = ask(views::BOUNDS_OF, class()).unwrap();
		assert_eq!(bounds, policy.bounds);
	});
}

#[test]
fn policies_are_simulated() {
	chain().execute_with(|| {
		let period = Period {
			ended_at: 600,
			price: Price::flat(100),
			busy_blocks: 1,
			slot_blocks: 1,
			tokens_in: 10,
			tokens_out: 20,
		};
		athanor_pricing::History::<Runtime>::mutate(PriceClass::Large, |history| {
			history.try_push(period).unwrap();
		});
		let history: Vec<Period> = ask(views::HISTORY_OF, (PriceClass::Large.to_raw(),)).unwrap();
		assert_eq!(history, [period]);
		let policy = Policy {
			bounds: PriceBounds {
				floor: Price::flat(7),
				ceiling: Price::flat(90),
			},
			low: 2,
			high: 3,
			step: u32::MAX,
		};
		let arguments = (PriceClass::Large.to_raw(), policy.to_raw());
		let answer: Simulation = ask(views::SIMULATE_POLICY, arguments).unwrap();
		// What goes beyond the limits is simulated as the limit.
		assert_eq!(
			(answer.policy.bounds, answer.policy.step),
			(policy.bounds, 100_000)
		);
		assert_eq!(answer.next, Price::flat(90));
		assert_eq!((answer.revenue, answer.revenue_would_be), (3_000, 2_700));
		let [replayed] = answer.periods[..] else {
			panic!("{answer:?}")
		};
		assert_eq!(
			(replayed.ended_at, replayed.utilisation),
			(600, Some(1_000_000))
		);
		assert_eq!(
			(replayed.price, replayed.would_be),
			(period.price, Price::flat(90))
		);
	});
}

#[test]
fn own_royalties_are_told() {
	chain().execute_with(|| {
		let own = |byte| -> Vec<OwnRoyalty> {
			ask(views::ROYALTIES_OF, (account(byte), 100u32)).unwrap()
		};
		assert_eq!(own(9), []);
		Rewards::transfer_royalty(signed(9), 0, runtime_account(1), 250_000).unwrap();
		athanor_rewards::Royalties::<Runtime>::mutate(0, |royalty| {
			let royalty = royalty.as_mut().unwrap();
			royalty.income.earn(1_000, 1_000_000).unwrap();
		});
		let one = |shares, claimable| OwnRoyalty {
			model: 0,
			shares,
			claimable,
		};
		assert_eq!(own(9), [one(750_000, 750)]);
		assert_eq!(own(1), [one(250_000, 250)]);
	});
}

#[test]
fn every_held_unit_is_explained() {
	chain().execute_with(|| {
		Jobs::post(signed(1), request(Assignment::Open)).unwrap();
		Staking::unbond(signed(7), 50 * ATH).unwrap();
		let held =
			|byte| -> Vec<Held> { ask(views::EXPLAIN_ACCOUNT, (account(byte), 100u32)).unwrap() };
		let [escrow] = held(1)[..] else {
			panic!("{:?}", held(1))
		};
		assert_eq!(escrow.reason, HeldFor::Escrow { job: 0 });
		assert_eq!(escrow.amount, 200 * (21 + 64));
		assert_eq!(escrow.freed_by, FreedBy::JobsCancel);
		assert!(matches!(escrow.until, HeldUntil::EndsBy(block) if block > 50));

		let provider = held(7);
		let of = |wanted: HeldFor| {
			let mut matching = provider.iter().filter(|held| held.reason == wanted);
			*matching.next().unwrap()
		};
		let bonded = of(HeldFor::BondedStake { committed: 0 });
		assert_eq!(bonded.amount, 150 * ATH);
		assert_eq!(bonded.until, HeldUntil::OwnerActs);
		let unbonding = of(HeldFor::UnbondingStake);
		assert_eq!(unbonding.freed_by, FreedBy::StakingWithdraw);
		assert!(matches!(unbonding.until, HeldUntil::CallableFrom(_)));
		let offer = of(HeldFor::OfferDeposit {
			model: 0,
			version: 1,
		});
		assert_eq!(offer.freed_by, FreedBy::PricingRemoveOffer);
		assert_eq!(held(9)[0].reason, HeldFor::ModelDeposit { model: 0 });
		Rewards::transfer_royalty(signed(9), 0, runtime_account(1), 1).unwrap();
		let royalty = held(9)
			.into_iter()
			.filter(|held| held.reason == HeldFor::RoyaltyDeposit { model: 0 });
		assert_eq!(royalty.count(), 3);

		// What is explained is what is on hold.
		for byte in [1, 7, 9] {
			let total: u128 = held(byte).iter().map(|held| held.amount).sum();
			let account = System::account(runtime_account(byte));
			assert_eq!(account.data.reserved, total, "account {byte}");
		}
	});
}

#[test]
fn what_the_runtime_does_not_answer_is_an_error() {
	let failed: Result<Vec<u8>, u8> = Err(1);
	let error = read::<Vec<Held>>(&METADATA, views::EXPLAIN_ACCOUNT, &failed.encode());
	let error = error.unwrap_err().to_string();
	assert!(error.contains("Jobs.explain_account"), "{error}");
	let unknown = Item {
		pallet: "Jobs",
		name: "nonsense",
	};
	assert!(matches!(
		question(&METADATA, unknown, (1u32,)),
		Err(Error::Incompatible(_))
	));
	let wrong = question(&METADATA, views::EXPLAIN_ACCOUNT, (1u32,));
	assert!(wrong.is_err(), "an argument is missing");
}
