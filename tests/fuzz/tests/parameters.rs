//! Absurd decisions: whatever is voted for, for each governed value, blocks go on, jobs are posted, done and paid for,
//! faults are punished, and every stored item can be decoded.

use athanor_fuzz::{
	calls,
	cast::Actor,
	chain::{Fate, Sender},
	input::Pick,
	operation::{
		EquivocationFlaw, Input, Mode, Needs, Operation, Parameter, Post, ReceiptFlaw, Time,
	},
	read::{CEILING, FLOOR},
	world::World,
};
use athanor_jobs::{JobState, Jobs, NextJobId, Outcomes};
use athanor_primitives::{
	JobId,
	job::{CloseReason, Sampler},
	model::PriceClass,
	policy::Policy,
	price::{Price, PriceBounds},
	receipt::Finish,
};
use athanor_runtime::{
	Block, BlockNumber, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, Session,
	configs::parameters::{self, RuntimeParameters, WithinBounds},
	constants::{ATH, DAYS, EPOCH, HOURS},
	governance::{dry_run::runtime_decl_for_governance_api::GovernanceApi, pallet_origins},
};
use frame_support::{
	storage::StoragePrefixedMap,
	traits::{Contains, Get, dynamic_params::AggregatedKeyValue},
};
use polkadot_sdk::*;
use sp_io::{hashing::twox_128, storage};
use sp_runtime::{FixedU128, Permill};

fn keys_under(prefix: &[u8]) -> usize {
	let mut key = prefix.to_vec();
	let mut count = 0;
	while let Some(next) = storage::next_key(&key).filter(|next| next.starts_with(prefix)) {
		count += 1;
		key = next;
	}
	count
}

/// Decodes every item of a pallet, and sees that none was left out.
macro_rules! decode {
	($name:literal: $pallet:ident, [$($value:ident),*], [$($map:ident),*]) => {
		let mut known = 0;
		$(
			let stored = keys_under(&$pallet::$map::<Runtime>::final_prefix());
			let decoded = $pallet::$map::<Runtime>::iter().count();
			assert_eq!(decoded, stored, concat!($name, ".", stringify!($map)));
			known += stored;
		)*
		$(
			if storage::exists(&$pallet::$value::<Runtime>::hashed_key()) {
				let decoded = $pallet::$value::<Runtime>::try_get();
				assert!(decoded.is_ok(), concat!($name, ".", stringify!($value)));
				known += 1;
			}
		)*
		let pallet = twox_128($name.as_bytes());
		let version = [pallet, twox_128(b":__STORAGE_VERSION__:")].concat();
		known += usize::from(storage::exists(&version));
		assert_eq!(known, keys_under(&pallet), concat!("items of ", $name));
	};
}

fn everything_decodes() {
	decode!("Models": athanor_models, [NextModelId], [
		Models, Deposits, Versions, VersionDeposits, ByHashes, ModelsOf, OwnershipOffers
	]);
	decode!("Staking": athanor_staking, [Queue], [
		Providers, Workers, KeysOf, Pools, Delegations, PendingSlashes, Liabilities
	]);
	decode!("Pricing": athanor_pricing, [Version, PeriodStart], [
		Policies, Prices, Meters, History, Offers, OfferIndex, FreeOffers, OffersByProvider, Draining
	]);
	decode!("Jobs": athanor_jobs, [NextJobId, NextTurn], [
		Jobs, Inputs, Receipts, Outcomes, Assigned, JobsOf, AgendaPages, AgendaEnd, AgendaCursor,
		Equivocations, Queue, QueueEnds
	]);
	decode!("Rewards": athanor_rewards, [Totals], [Royalties, Holders, Deposits]);
	decode!("Parameters": pallet_parameters, [], [Parameters]);
}

/// Decides this, and sees that it can be decided.
fn decide(world: &mut World, call: &RuntimeCall) {
	let fate = world.send(Sender::Root, call).unwrap();
	assert_eq!(fate, Fate::Done, "{call:?}");
}

/// Sees to it that the providers can work, whatever became of their stake.
fn heal(world: &mut World) {
	for who in Actor::PROVIDERS {
		let bond = athanor_staking::Call::<Runtime>::bond { amount: 300 * ATH };
		let unchill = athanor_staking::Call::<Runtime>::unchill {};
		for call in [bond, unchill] {
			world.send(Sender::Signed(who), &call.into()).unwrap();
		}
	}
}

/// Stake, income and royalties move as far as they are allowed to.
fn trade(world: &mut World) {
	let provider = Actor::Charlie.account();
	let delegate = athanor_staking::Call::<Runtime>::delegate {
		provider: provider.clone(),
		amount: 20 * ATH,
	};
	let undelegate = athanor_staking::Call::<Runtime>::undelegate {
		provider: provider.clone(),
		amount: 2 * ATH,
	};
	let claim = athanor_staking::Call::<Runtime>::claim { provider };
	let commission = athanor_staking::Call::<Runtime>::set_commission {
		commission: Permill::from_percent(1),
	};
	let royalty = athanor_rewards::Call::<Runtime>::transfer_royalty {
		model: 0,
		to: Actor::Bob.account(),
		shares: 1_000,
	};
	let calls: [(Actor, RuntimeCall); 5] = [
		(Actor::Bob, delegate.into()),
		(Actor::Bob, undelegate.into()),
		(Actor::Bob, claim.into()),
		(Actor::Charlie, commission.into()),
		(Actor::Ferdie, royalty.into()),
	];
	for (who, call) in calls {
		world.send(Sender::Signed(who), &call).unwrap();
	}
}

/// Posts a job and waits until somebody has it.
fn assigned(world: &mut World) -> JobId {
	let (id, call) = world.inside(|| {
		let request = calls::jobs::request(&Post {
			who: Actor::Alice,
			version: Pick(0),
			names_version: false,
			mode: Mode::Auto,
			input: Input::Text(5),
			output: 4,
			sampler: Sampler::Greedy,
			ceiling: Price::flat(CEILING),
			time: Time::Shortest(50),
			needs: Needs::Nothing,
		});
		let call = athanor_jobs::Call::<Runtime>::post { request };
		(NextJobId::<Runtime>::get(), RuntimeCall::from(call))
	});
	let fate = world.send(Sender::Signed(Actor::Alice), &call).unwrap();
	assert_eq!(fate, Fate::Done);
	for _ in 0..20 {
		world.blocks(1, true).unwrap();
		let job = world.inside(|| Jobs::<Runtime>::get(id)).expect("it lives");
		if matches!(job.state, JobState::Assigned { .. }) {
			return id;
		}
	}
	panic!("nobody does job {id}");
}

/// Lets so many blocks pass.
fn pass(world: &mut World, blocks: BlockNumber) {
	let end = world.number().saturating_add(blocks);
	while world.number() < end {
		let blocks = end - world.number();
		world.perform(&Operation::Wait { blocks }).unwrap();
	}
}

/// How a job ended.
fn end(world: &mut World, id: JobId) -> Option<CloseReason> {
	world.inside(|| Outcomes::<Runtime>::get(id).map(|outcome| outcome.reason))
}

/// A job is paid for, another is not done, and for a third there are two receipts.
fn work_goes_on(world: &mut World) {
	heal(world);
	trade(world);
	let done = assigned(world);
	let receipt = Operation::Receipt {
		job: Pick(0),
		key: Pick(0),
		finish: Finish::Stop,
		tokens: 3,
		flaw: ReceiptFlaw::None,
	};
	world.perform(&receipt).unwrap();
	let settle_period = world.inside(|| Jobs::<Runtime>::get(done).map(|job| job.settle_period));
	pass(world, settle_period.expect("it waits for its payment") + 1);
	assert_eq!(end(world, done), Some(CloseReason::Paid));
	world
		.perform(&Operation::Equivocate {
			// One that has closed.
			job: Pick(4),
			key: Pick(0),
			who: Actor::Ferdie,
			flaw: EquivocationFlaw::None,
		})
		.unwrap();
	let late = assigned(world);
	// Pauses end, and so do appeals by the tempo of this chain.
	let pause = world.inside(parameters::TimeoutPause::get);
	pass(world, pause.saturating_add(100).max(300));
	world.blocks(2, true).unwrap();
	let gone = world.inside(|| Jobs::<Runtime>::get(late).is_none());
	assert!(gone, "a job that nobody does ends");
	world.check().unwrap();
	world.inside(everything_decodes);
}

/// Decides one after the other, with work after each.
fn survives(decisions: Vec<RuntimeCall>) {
	let mut world = World::new();
	for call in decisions {
		decide(&mut world, &call);
		work_goes_on(&mut world);
	}
}

/// The parameter that a call sets.
fn parameter_of(call: &RuntimeCall) -> RuntimeParameters {
	match call {
		RuntimeCall::Origins(pallet_origins::Call::set_parameter { parameter }) => {
			parameter.clone()
		}
		other => panic!("{other:?} sets no parameter"),
	}
}

/// Gives a parameter one value after the other, with work after each. What is refused gets into the state all the
/// same, as if a runtime with other bounds had left it there.
fn survives_values(values: &[Parameter]) {
	let mut world = World::new();
	for value in values {
		let call = calls::governed(value);
		let parameter = parameter_of(&call);
		let fate = world.send(Sender::Root, &call).unwrap();
		if world.inside(|| WithinBounds::contains(&parameter)) {
			assert_eq!(fate, Fate::Done, "{value:?}");
		} else {
			let refused = pallet_origins::Error::<Runtime>::OutOfBounds.into();
			assert_eq!(fate, Fate::Failed(refused), "{value:?}");
			let (key, value) = parameter.into_parts();
			world.inside(|| pallet_parameters::Parameters::<Runtime>::set(key, value));
		}
		work_goes_on(&mut world);
	}
}

fn million(parts: u32) -> Permill {
	Permill::from_parts(parts)
}

/// A test for each value: nothing, the largest there is, both bounds, less and less, and that of genesis again.
macro_rules! absurd {
	($($name:ident: $parameter:ident, [$($value:expr),*];)*) => {
		$(
			#[test]
			fn $name() {
				let bounds = [parameters::$parameter::MOST, parameters::$parameter::LEAST];
				let wanted = [$($value),*];
				let (absurd, less) = wanted.split_at(2);
				let values = absurd.iter().chain(&bounds).chain(less).copied().map(Some);
				let values: Vec<_> = values.chain([None]).map(Parameter::$parameter).collect();
				survives_values(&values);
			}
		)*

		/// All that have such a test.
		const TESTED: &[fn() -> Parameter] = &[$(|| Parameter::$parameter(None)),*];
	};
}

#[test]
fn no_parameter_is_left_out() {
	let told = World::new().inside(
		<Runtime as GovernanceApi<Block, OriginCaller, RuntimeEvent>>::effective_parameters,
	);
	let mut told: Vec<_> = told.into_iter().map(|one| one.name).collect();
	let mut tested: Vec<_> = TESTED
		.iter()
		.map(|parameter| {
			let (key, _) = parameter_of(&calls::governed(&parameter())).into_parts();
			// `Market(Retention(Retention))`
			let key = format!("{key:?}");
			let names: Vec<_> = key.split('(').take(2).collect();
			names.join(".")
		})
		.collect();
	told.sort();
	tested.sort();
	assert_eq!(tested, told);
}

absurd! {
	any_stake_multiple: StakeMultiple, [
		FixedU128::from_u32(0), FixedU128::from_inner(u128::MAX), FixedU128::from_u32(3),
		FixedU128::from_inner(1)
	];
	any_retention: Retention, [0, u32::MAX, 2 * DAYS, HOURS];
	any_timeout_slash: TimeoutSlash, [million(0), million(1_000_000), million(50_000), million(1)];
	any_equivocation_slash: EquivocationSlash, [
		million(0), million(1_000_000), million(500_000), million(1)
	];
	any_treasury_share: TreasuryShare, [million(0), million(1_000_000), million(150_000), million(1)];
	any_burn_share: BurnShare, [million(0), million(1_000_000), million(50_000), million(1)];
	any_max_royalty: MaxRoyalty, [million(0), million(1_000_000), million(100_000), million(1)];
	any_requester_penalty: RequesterPenalty, [
		million(0), million(1_000_000), million(500_000), million(1)
	];
	any_reporter_share: ReporterShare, [million(0), million(1_000_000), million(300_000), million(1)];
	any_max_era_slash: MaxEraSlash, [million(0), million(1_000_000), million(500_000), million(1)];
	any_appeal_period: AppealPeriod, [0, u32::MAX, 10 * DAYS, 1];
	any_max_commission: MaxCommission, [million(0), million(1_000_000), million(500_000), million(1)];
	any_max_commission_change: MaxCommissionChange, [
		million(0), million(1_000_000), million(100_000), million(1)
	];
	any_max_delegation: MaxDelegation, [
		FixedU128::from_u32(0), FixedU128::from_inner(u128::MAX), FixedU128::from_u32(3),
		FixedU128::from_inner(1)
	];
	any_base_work_period: BaseWorkPeriod, [0, u32::MAX, 12, 7];
	any_settle_period: SettlePeriod, [0, u32::MAX, HOURS, 3];
	any_timeout_pause: TimeoutPause, [0, u32::MAX, HOURS, 150];
	any_price_period: PricePeriod, [0, u32::MAX, DAYS, 1_000];
}

fn set_policy(policy: Policy) -> RuntimeCall {
	let class = PriceClass::Small;
	athanor_pricing::Call::<Runtime>::set_policy { class, policy }.into()
}

fn policy(floor: u128, ceiling: u128, step: u32) -> RuntimeCall {
	set_policy(Policy {
		bounds: PriceBounds {
			floor: Price::flat(floor),
			ceiling: Price::flat(ceiling),
		},
		low: 400_000,
		high: 600_000,
		step,
	})
}

/// Gives one constant of a policy one value after the other, with work after each. What is refused because it is
/// beyond the limits gets into the state all the same, as if a runtime with other limits had left it there.
fn survives_policies<T: Copy>(change: fn(&mut Policy, T), values: &[T]) {
	let stored = |world: &mut World| {
		world.inside(|| athanor_pricing::Policies::<Runtime>::get(PriceClass::Small))
	};
	let mut world = World::new();
	let first = stored(&mut world).expect("genesis has one");
	for value in values {
		let mut policy = first;
		change(&mut policy, *value);
		let before = stored(&mut world);
		match world.send(Sender::Root, &set_policy(policy)).unwrap() {
			Fate::Done => assert_eq!(stored(&mut world), Some(policy)),
			Fate::Failed(error) => {
				assert_eq!(stored(&mut world), before, "{policy:?}");
				if error == athanor_pricing::Error::<Runtime>::BeyondLimits.into() {
					world.inside(|| {
						athanor_pricing::Policies::<Runtime>::insert(PriceClass::Small, policy);
					});
				}
			}
			Fate::Refused(refusal) => panic!("{policy:?}: {refusal:?}"),
		}
		work_goes_on(&mut world);
	}
}

#[test]
fn any_floor() {
	let change = |policy: &mut Policy, units| policy.bounds.floor = Price::flat(units);
	survives_policies(change, &[0, u128::MAX, CEILING, 100 * FLOOR, FLOOR, 1]);
}

#[test]
fn any_ceiling() {
	// Not as low as the floor: that leaves no market until offers follow, see `pricing.rs`.
	let change = |policy: &mut Policy, units| policy.bounds.ceiling = Price::flat(units);
	let less = [
		0,
		u128::MAX,
		1_000 * ATH,
		CEILING,
		CEILING / 2,
		100 * FLOOR,
		1,
	];
	survives_policies(change, &less);
}

#[test]
fn any_low_end_of_the_band() {
	let change = |policy: &mut Policy, parts| policy.low = parts;
	survives_policies(change, &[0, u32::MAX, 1_000_000, 600_000, 100_000, 1]);
}

#[test]
fn any_high_end_of_the_band() {
	let change = |policy: &mut Policy, parts| policy.high = parts;
	survives_policies(change, &[0, u32::MAX, 1_000_000, 800_000, 400_000, 1]);
}

#[test]
fn any_step() {
	let change = |policy: &mut Policy, parts| policy.step = parts;
	survives_policies(change, &[0, u32::MAX, 1_000_000, 100_000, 50_000, 1]);
}

#[test]
fn any_policy_at_once() {
	// `pricing.rs` has those that leave no market, and those that are refused.
	survives(vec![
		policy(1, 1_000 * ATH, 100_000),
		policy(1, CEILING, 0),
		policy(CEILING, CEILING, 1),
		policy(FLOOR, 100 * FLOOR, 20_000),
		policy(FLOOR, CEILING, 20_000),
	]);
}

#[test]
fn any_number_of_validators() {
	let mut world = World::new();
	let count =
		|new| RuntimeCall::from(pallet_staking::Call::<Runtime>::set_validator_count { new });
	let era = EPOCH * <Runtime as pallet_staking::Config>::SessionsPerEra::get();
	for new in [0, 100, 2, 1, 0] {
		decide(&mut world, &count(new));
		for _ in 0..era.div_ceil(50) + 4 {
			world.blocks(50, true).unwrap();
		}
		let validators = world.inside(Session::validators);
		assert_eq!(validators, [Actor::Alice.account()], "{new} validators");
		work_goes_on(&mut world);
	}
	for new in [101, u32::MAX] {
		let fate = world.send(Sender::Root, &count(new)).unwrap();
		assert!(matches!(fate, Fate::Failed(_)), "{new}: {fate:?}");
	}
}
