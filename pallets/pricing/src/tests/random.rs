//! Random operations, with every law checked after each.

use std::collections::BTreeMap;

use athanor_primitives::ports::ProviderRegistry;
use proptest::prelude::*;
use sp_runtime::traits::Dispatchable;

use super::*;
use crate::{Call, Offers};
use pretty_assertions::assert_eq;

#[derive(Clone, Debug)]
enum Op {
	SetOffer(AccountId, u32, u128, u128, u32),
	RemoveOffer(AccountId, u32),
	PruneOffer(AccountId, u32),
	SetBounds(PriceClass, u128, u128),
	SetActive(AccountId, bool),
	SetPaused(AccountId, bool),
	Retire(u32),
	Take(AccountId, u32, u128),
	Draw(u32, u128, (u32, u32), Vec<AccountId>, [u8; 32]),
	GiveBack(usize),
}

const PROVIDERS: core::ops::Range<AccountId> = 10..24;

fn who() -> impl Strategy<Value = AccountId> {
	PROVIDERS
}

fn model() -> impl Strategy<Value = u32> {
	prop_oneof![6 => Just(MODEL), 2 => Just(LARGE_MODEL), 1 => Just(2)]
}

fn price() -> impl Strategy<Value = u128> {
	prop_oneof![8 => 10..200u128, 1 => any::<u128>()]
}

fn op() -> impl Strategy<Value = Op> {
	let class = prop::sample::select(PriceClass::ALL.to_vec());
	prop_oneof![
		8 => (who(), model(), price(), price(), 0..5u32)
			.prop_map(|(who, model, input, output, slots)| {
				Op::SetOffer(who, model, input, output, slots)
			}),
		3 => (who(), model()).prop_map(|(who, model)| Op::RemoveOffer(who, model)),
		2 => (who(), model()).prop_map(|(who, model)| Op::PruneOffer(who, model)),
		1 => (class, price(), price())
			.prop_map(|(class, floor, ceiling)| Op::SetBounds(class, floor, ceiling)),
		2 => (who(), any::<bool>()).prop_map(|(who, active)| Op::SetActive(who, active)),
		2 => (who(), any::<bool>()).prop_map(|(who, paused)| Op::SetPaused(who, paused)),
		1 => model().prop_map(Op::Retire),
		3 => (who(), model(), price()).prop_map(|(who, model, price)| Op::Take(who, model, price)),
		8 => (
			model(),
			price(),
			any::<(u32, u32)>(),
			prop::collection::vec(who(), 0..4),
			any::<[u8; 32]>()
		)
			.prop_map(|(model, price, limits, excluded, random)| {
				Op::Draw(model, price, limits, excluded, random)
			}),
		4 => any::<usize>().prop_map(Op::GiveBack),
	]
}

/// Jobs that hold a slot.
#[derive(Default)]
struct Jobs(Vec<(u32, AccountId)>);

impl Jobs {
	fn running(&self) -> BTreeMap<(u32, AccountId), u32> {
		let mut running = BTreeMap::new();
		for job in &self.0 {
			*running.entry(*job).or_default() += 1;
		}
		running
	}

	/// A slot was given: the offer was within ceiling and bounds, and has no more busy slots than
	/// slots.
	fn start(&mut self, model: u32, who: AccountId, price: Price, ceiling: u128) {
		let offer = Offers::<Test>::get(model, who).unwrap();
		assert_eq!(offer.price, price);
		assert!(price.within(&Price::flat(ceiling)));
		assert!(offer.busy <= offer.slots);
		assert!(testing::MockProviders::is_active(&who));
		let class = if model == LARGE_MODEL {
			PriceClass::Large
		} else {
			PriceClass::Small
		};
		assert!(Pricing::bounds_of(class).contain(&price));
		self.0.push((model, who));
	}
}

fn call(who: AccountId, call: Call<Test>) {
	let _ = RuntimeCall::Pricing(call).dispatch(signed(who));
}

fn run(op: Op, jobs: &mut Jobs) {
	match op {
		Op::SetOffer(who, model, input, output, slots) => {
			call(
				who,
				Call::set_offer {
					model,
					price: Price { input, output },
					slots,
				},
			);
		}
		Op::RemoveOffer(who, model) => call(who, Call::remove_offer { model }),
		Op::PruneOffer(provider, model) => call(ALICE, Call::prune_offer { model, provider }),
		Op::SetBounds(class, floor, ceiling) => {
			let bounds = PriceBounds {
				floor: Price::flat(floor),
				ceiling: Price::flat(ceiling),
			};
			let set = RuntimeCall::Pricing(Call::set_bounds { class, bounds });
			assert_eq!(
				set.dispatch(RuntimeOrigin::root()).is_ok(),
				floor <= ceiling
			);
		}
		Op::SetActive(who, active) => testing::set_active(who, active),
		Op::SetPaused(who, paused) => testing::set_paused(who, paused),
		// The small model stays, so that something happens.
		Op::Retire(MODEL) => (),
		Op::Retire(model) => {
			let old =
				<testing::MockModels as athanor_primitives::ports::ModelRegistry>::model(model);
			if let Some(info) = old {
				let active = !info.active;
				testing::set_model(
					model,
					athanor_primitives::model::ModelInfo { active, ..info },
				);
			}
		}
		Op::Take(who, model, ceiling) => {
			if let Ok(locked) = Pricing::take(model, &Price::flat(ceiling), &who) {
				jobs.start(model, who, locked.price, ceiling);
			}
		}
		Op::Draw(model, ceiling, (input, output), excluded, random) => {
			let limits = TokenLimits { input, output };
			let ceiling_price = Price::flat(ceiling);
			let drawn = Pricing::take_any(model, &ceiling_price, limits, &excluded, &random);
			if let Some((who, locked)) = drawn {
				assert!(!excluded.contains(&who));
				jobs.start(model, who, locked.price, ceiling);
			}
		}
		Op::GiveBack(at) => {
			if let Some(at) = at.checked_rem(jobs.0.len()) {
				let (model, who) = jobs.0.swap_remove(at);
				Pricing::give_back(model, &who);
			}
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn laws_hold_after_every_operation(ops in prop::collection::vec(op(), 1..150)) {
		let builder = PROVIDERS.fold(ExtBuilder::default(), |builder, who| builder.offer(who, 50, 2));
		builder.build().execute_with(|| {
			let deposit = held(PROVIDERS.start);
			let mut jobs = Jobs::default();
			for op in ops {
				let shown = format!("{op:?}");
				run(op, &mut jobs);
				assert_eq!(Pricing::do_try_state(), Ok(()), "{shown}");

				let running = jobs.running();
				let mut deposits: BTreeMap<AccountId, u128> = BTreeMap::new();
				for (model, who, offer) in Offers::<Test>::iter() {
					let live = running.get(&(model, who)).copied().unwrap_or_default();
					assert!(offer.busy <= live, "{shown}: more busy slots than running jobs");
					*deposits.entry(who).or_default() += deposit;
				}
				for who in PROVIDERS {
					let due = deposits.get(&who).copied().unwrap_or_default();
					assert_eq!(held(who), due, "{shown}: a deposit for each offer");
				}
			}
		});
	}
}
