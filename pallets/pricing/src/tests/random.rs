//! Random operations, with every law checked after each.

use std::collections::BTreeMap;

use athanor_primitives::ports::{ExplainHolds, ModelRegistry, ProviderRegistry, Used};
use proptest::prelude::*;
use sp_runtime::traits::Dispatchable;

use super::*;
use crate::{Call, Draining, ModelVersion, Offers};
use pretty_assertions::assert_eq;

/// What a random job asks.
#[derive(Clone, Debug)]
struct Ask {
	key: ModelVersion,
	ceiling: u128,
	limits: (u32, u32),
	allow: Vec<AccountId>,
	exclude: Vec<AccountId>,
	failed: Vec<AccountId>,
	regions: Vec<[u8; 2]>,
	hours: Option<u32>,
	memory: Option<u16>,
	cover: u128,
}

impl Ask {
	fn demand(&self) -> Demand<'_, AccountId> {
		Demand {
			model: self.key.0,
			version: self.key.1,
			ceiling: Price::flat(self.ceiling),
			limits: TokenLimits {
				input: self.limits.0,
				output: self.limits.1,
			},
			allow: &self.allow,
			exclude: &self.exclude,
			failed: &self.failed,
			needs: Needs {
				regions: &self.regions,
				max_retention_hours: self.hours,
				min_gpu_memory_gib: self.memory,
			},
			cover: self.cover,
		}
	}
}

#[derive(Clone, Debug)]
enum Op {
	SetOffer(AccountId, ModelVersion, Price, u32, Attributes),
	RemoveOffer(AccountId, ModelVersion),
	PruneOffer(AccountId, ModelVersion),
	SetPolicy(PriceClass, Policy),
	SetActive(AccountId, bool),
	SetPaused(AccountId, bool),
	SetChilled(AccountId, bool),
	Bond(AccountId, u128),
	Retire(ModelVersion),
	Take(AccountId, Ask),
	Draw(Ask, [u8; 32]),
	GiveBack(usize, Option<Used>),
	Blocks(u32),
}

const PROVIDERS: core::ops::Range<AccountId> = 10..24;

fn who() -> impl Strategy<Value = AccountId> {
	PROVIDERS
}

fn key() -> impl Strategy<Value = ModelVersion> {
	prop_oneof![
		6 => Just((MODEL, 1)),
		2 => Just((MODEL, 2)),
		2 => Just((LARGE_MODEL, 1)),
		1 => Just((LARGE_MODEL, 2)),
		1 => Just((2, 1)),
	]
}

fn units() -> impl Strategy<Value = u128> {
	prop_oneof![8 => 10..200u128, 1 => any::<u128>()]
}

fn price() -> impl Strategy<Value = Price> {
	(units(), units()).prop_map(|(input, output)| Price { input, output })
}

fn region() -> impl Strategy<Value = [u8; 2]> {
	prop::sample::select(vec![*b"DE", *b"FR", *b"us"])
}

fn attributes() -> impl Strategy<Value = Attributes> {
	let hours = prop::option::of(0..3u32);
	(prop::option::of(region()), hours, 0..3u16).prop_map(
		|(region, retention_hours, gpu_memory_gib)| Attributes {
			region,
			retention_hours,
			gpu_memory_gib,
		},
	)
}

fn some_of(most: usize) -> impl Strategy<Value = Vec<AccountId>> {
	prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(who(), 1..most)]
}

fn ask() -> impl Strategy<Value = Ask> {
	let limits = prop_oneof![8 => (0..2_000u32, 0..2_000u32), 1 => any::<(u32, u32)>()];
	let lists = (some_of(6), some_of(4), some_of(3));
	let regions = prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(region(), 1..3)];
	let hours = prop_oneof![2 => Just(None), 1 => (0..3u32).prop_map(Some)];
	let memory = prop_oneof![2 => Just(None), 1 => (0..3u16).prop_map(Some)];
	(
		key(),
		units(),
		limits,
		lists,
		(regions, hours, memory),
		0..60u128,
	)
		.prop_map(|(key, ceiling, limits, lists, needs, cover)| Ask {
			key,
			ceiling,
			limits,
			allow: lists.0,
			exclude: lists.1,
			failed: lists.2,
			regions: needs.0,
			hours: needs.1,
			memory: needs.2,
			cover,
		})
}

fn used() -> impl Strategy<Value = Used> {
	any::<(u32, u32)>().prop_map(|(tokens_in, tokens_out)| Used {
		tokens_in,
		tokens_out,
	})
}

fn share() -> impl Strategy<Value = u32> {
	prop_oneof![8 => 0..=1_000_000u32, 1 => any::<u32>()]
}

fn policy() -> impl Strategy<Value = Policy> {
	let bounds = (units(), units());
	(bounds, share(), share(), share()).prop_map(|(bounds, low, high, step)| Policy {
		bounds: PriceBounds {
			floor: Price::flat(bounds.0),
			ceiling: Price::flat(bounds.1),
		},
		low,
		high,
		step: step / 5,
	})
}

fn op() -> impl Strategy<Value = Op> {
	let class = prop::sample::select(PriceClass::ALL.to_vec());
	prop_oneof![
		8 => (who(), key(), price(), 0..5u32, attributes())
			.prop_map(|(who, key, price, slots, stated)| {
				Op::SetOffer(who, key, price, slots, stated)
			}),
		3 => (who(), key()).prop_map(|(who, key)| Op::RemoveOffer(who, key)),
		2 => (who(), key()).prop_map(|(who, key)| Op::PruneOffer(who, key)),
		1 => (class, policy()).prop_map(|(class, policy)| Op::SetPolicy(class, policy)),
		1 => (who(), any::<bool>()).prop_map(|(who, active)| Op::SetActive(who, active)),
		1 => (who(), any::<bool>()).prop_map(|(who, paused)| Op::SetPaused(who, paused)),
		1 => (who(), any::<bool>()).prop_map(|(who, chilled)| Op::SetChilled(who, chilled)),
		2 => (who(), 0..300u128).prop_map(|(who, bonded)| Op::Bond(who, bonded)),
		1 => key().prop_map(Op::Retire),
		4 => (who(), ask()).prop_map(|(who, ask)| Op::Take(who, ask)),
		12 => (ask(), any::<[u8; 32]>()).prop_map(|(ask, random)| Op::Draw(ask, random)),
		6 => (any::<usize>(), prop::option::of(used()))
			.prop_map(|(at, used)| Op::GiveBack(at, used)),
		4 => (1..2 * PERIOD).prop_map(Op::Blocks),
	]
}

/// Jobs that hold a slot: for which version, at whose offer, and with how much cover.
#[derive(Default)]
struct Jobs(Vec<(ModelVersion, AccountId, u128)>);

impl Jobs {
	fn running(&self) -> BTreeMap<(ModelVersion, AccountId), u32> {
		let mut running = BTreeMap::new();
		for (key, who, _) in &self.0 {
			*running.entry((*key, *who)).or_default() += 1;
		}
		running
	}

	/// A slot was given: there was one, and the price is the offer's.
	fn start(&mut self, ask: &Ask, who: AccountId, price: Price) {
		let offer = Offers::<Test>::get(ask.key, who).unwrap();
		let class = testing::MockModels::model(ask.key.0, Some(ask.key.1))
			.unwrap()
			.price_class;
		assert_eq!(
			price,
			offer.price.at_least(&Pricing::bounds_of(class).floor)
		);
		assert!(price.within(&Price::flat(ask.ceiling)));
		assert!(offer.busy <= offer.slots);
		testing::MockProviders::commit(&who, ask.cover);
		self.0.push((ask.key, who, ask.cover));
	}

	fn end(&mut self, at: usize, used: Option<Used>) {
		let ((model, version), who, cover) = self.0.swap_remove(at);
		testing::MockProviders::release(&who, cover);
		Pricing::give_back(model, version, &who, used);
	}
}

fn call(who: AccountId, call: Call<Test>) {
	let _ = RuntimeCall::Pricing(call).dispatch(signed(who));
}

/// Retires a version, or brings it back. The first of the small model stays, so that something happens.
fn retire((model, version): ModelVersion) {
	let info = testing::MockModels::model(model, Some(version));
	if let Some(mut info) = info.filter(|_| (model, version) != (MODEL, 1)) {
		info.active = !info.active;
		testing::set_model(model, info);
	}
}

/// A draw finds nobody that fails, and with a sample of all offers somebody if anybody passes.
fn draw_one(ask: &Ask, random: &[u8; 32], jobs: &mut Jobs) {
	let demand = ask.demand();
	let passing: Vec<_> = PROVIDERS
		.filter(|who| Pricing::check(&demand, who).is_ok())
		.collect();
	let drawn = Pricing::take_any(&demand, random);
	let all = DrawSample::get() >= 64 || !ask.allow.is_empty();
	assert!(drawn.is_some() || passing.is_empty() || !all);
	if let Some((who, locked)) = drawn {
		assert!(passing.contains(&who));
		jobs.start(ask, who, locked.price);
	}
}

fn run(op: Op, jobs: &mut Jobs) {
	match op {
		Op::SetOffer(who, (model, version), price, slots, attributes) => {
			let set = Call::set_offer {
				model,
				version,
				price,
				slots,
				attributes,
			};
			call(who, set);
		}
		Op::RemoveOffer(who, (model, version)) => call(who, Call::remove_offer { model, version }),
		Op::PruneOffer(provider, (model, version)) => {
			let prune = Call::prune_offer {
				model,
				version,
				provider,
			};
			call(ALICE, prune);
		}
		Op::SetPolicy(class, policy) => {
			let sound = Pricing::simulate_policy(class, policy).policy == policy;
			let set = RuntimeCall::Pricing(Call::set_policy { class, policy });
			assert_eq!(set.dispatch(RuntimeOrigin::root()).is_ok(), sound);
		}
		Op::SetActive(who, active) => testing::set_active(who, active),
		Op::SetPaused(who, paused) => testing::set_paused(who, paused),
		Op::SetChilled(who, chilled) => testing::set_chilled(who, chilled),
		Op::Bond(who, bonded) => testing::set_bonded(who, bonded),
		Op::Retire(key) => retire(key),
		Op::Take(who, ask) => {
			let demand = ask.demand();
			let checked = Pricing::check(&demand, &who);
			let taken = Pricing::take(&demand, &who).map(|locked| locked.price);
			assert_eq!(taken, checked);
			if let Ok(price) = taken {
				jobs.start(&ask, who, price);
			}
		}
		Op::Draw(ask, random) => draw_one(&ask, &random, jobs),
		Op::Blocks(blocks) => advance(blocks),
		Op::GiveBack(at, used) => {
			if let Some(at) = at.checked_rem(jobs.0.len()) {
				jobs.end(at, used);
			}
		}
	}
}

/// Busy slots are the running jobs, and each offer has one deposit, which is explained.
fn check_sums(jobs: &Jobs, deposit: u128) {
	let mut busy = BTreeMap::new();
	let mut offers: BTreeMap<AccountId, u128> = BTreeMap::new();
	for (key, who, offer) in Offers::<Test>::iter() {
		busy.insert((key, who), offer.busy);
		*offers.entry(who).or_default() += 1;
	}
	busy.extend(Draining::<Test>::iter().map(|(key, who, left)| ((key, who), left.slots)));
	busy.retain(|_, slots| *slots > 0);
	assert_eq!(busy, jobs.running());
	for who in PROVIDERS {
		let due = deposit * offers.get(&who).copied().unwrap_or_default();
		assert_eq!(held(who), due);
		let explained = Pricing::explain(&who, u32::MAX);
		assert_eq!(explained.iter().map(|held| held.amount).sum::<u128>(), due);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn laws_hold_after_every_operation(
		whole in any::<bool>(),
		ops in prop::collection::vec(op(), 1..200),
	) {
		let builder = PROVIDERS.fold(ExtBuilder::default(), |builder, who| builder.offer(who, 50, 2));
		builder.build().execute_with(|| {
			set_version(2, true);
			DrawSample::set(if whole { 64 } else { 4 });
			let deposit = held(PROVIDERS.start);
			let mut jobs = Jobs::default();
			for op in ops {
				run(op, &mut jobs);
				assert_eq!(Pricing::do_try_state(), Ok(()));
				check_sums(&jobs, deposit);
			}
			while !jobs.0.is_empty() {
				jobs.end(0, None);
			}
			assert_eq!(Draining::<Test>::iter().count(), 0);
			assert_eq!(Pricing::do_try_state(), Ok(()));
		});
	}
}
