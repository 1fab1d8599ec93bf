//! A simulation is what the hook would have done.

use proptest::prelude::*;

use super::*;
use athanor_primitives::policy::Period;
use pretty_assertions::assert_eq;

const SLOTS_IN_ALL: u32 = 4;
/// What the provider asks for: at or above the floor of every policy here, and at or under the ceiling.
const ASKED: u128 = 50;

/// What happens in a period: how many slots are busy, and how many prompt tokens are delivered.
type Use = (u32, u32);

/// A market under a policy, in which these periods pass.
fn run(policy: Policy, price: Price, uses: &[Use], then: impl FnOnce()) {
	ExtBuilder::default()
		.policies(vec![(PriceClass::Small, policy, price)])
		.offer(ALICE, ASKED, SLOTS_IN_ALL)
		.build_and_execute(|| {
			for (wanted, tokens) in uses {
				assert_ok!(take(ALICE));
				deliver(ALICE, *tokens, *tokens / 2);
				while busy(ALICE) < *wanted {
					assert_ok!(take(ALICE));
				}
				while busy(ALICE) > *wanted {
					give_back(ALICE);
				}
				end_period();
				if *wanted == SLOTS_IN_ALL {
					give_back(ALICE);
				}
			}
			then();
		});
}

/// The periods under a policy, and the price after them.
fn path(policy: Policy, price: Price, uses: &[Use]) -> (Vec<Period>, Price) {
	let mut path = (Vec::new(), price);
	run(policy, price, uses, || {
		path = (Pricing::history_of(PriceClass::Small), price_now());
	});
	path
}

/// Compares a simulation in a market under one policy with a market under the other.
fn compare(was: Policy, would_be: Policy, price: Price, uses: &[Use]) {
	let start = would_be.bounds.force(&price);
	let (periods, next) = path(would_be, start, uses);
	run(was, price, uses, || {
		let replayed = Pricing::simulate_policy(PriceClass::Small, would_be);
		assert_eq!((replayed.policy, replayed.next), (would_be, next));
		let past = Pricing::history_of(PriceClass::Small);
		assert_eq!(replayed.periods.len(), past.len());
		for ((replayed, past), period) in replayed.periods.iter().zip(past).zip(&periods) {
			assert_eq!(replayed.ended_at, period.ended_at);
			assert_eq!(replayed.utilisation, period.utilisation());
			assert_eq!(
				(replayed.price, replayed.would_be),
				(past.price, period.price)
			);
			assert_eq!(replayed.revenue, past.revenue(&past.price));
			assert_eq!(replayed.revenue_would_be, period.revenue(&period.price));
		}
		let sum = |one: fn(&athanor_primitives::policy::Replayed) -> u128| {
			replayed.periods.iter().map(one).sum::<u128>()
		};
		assert_eq!(replayed.revenue, sum(|period| period.revenue));
		assert_eq!(
			replayed.revenue_would_be,
			sum(|period| period.revenue_would_be)
		);
	});
}

#[test]
fn the_policy_that_holds_is_simulated_as_what_was() {
	let uses = [(4, 100), (4, 0), (2, 50), (0, 0), (1, 9)];
	run(POLICY, Price::flat(1_000), &uses, || {
		let replayed = Pricing::simulate_policy(PriceClass::Small, POLICY);
		assert_eq!(replayed.next, price_now());
		assert_eq!(replayed.revenue, replayed.revenue_would_be);
		assert!(replayed.revenue > 0);
		for period in &replayed.periods {
			assert_eq!(period.price, period.would_be);
		}
	});
}

#[test]
fn a_larger_step_would_have_gone_further() {
	let uses = [(4, 1_000); 5];
	let faster = Policy {
		step: 200_000,
		..POLICY
	};
	compare(POLICY, faster, Price::flat(1_000), &uses);
	run(POLICY, Price::flat(1_000), &uses, || {
		let replayed = Pricing::simulate_policy(PriceClass::Small, faster);
		let prices: Vec<u128> = replayed
			.periods
			.iter()
			.map(|period| period.would_be.input)
			.collect();
		assert_eq!(prices, [1_000, 1_200, 1_440, 1_728, 2_073]);
		assert_eq!(replayed.next, Price::flat(2_487));
		assert!(replayed.revenue_would_be > replayed.revenue);
	});
}

#[test]
fn without_a_history_the_price_is_forced_into_the_bounds() {
	ExtBuilder::default().price(1_000).build_and_execute(|| {
		let cheap = Policy {
			bounds: PriceBounds {
				floor: Price::flat(10),
				ceiling: Price::flat(20),
			},
			..POLICY
		};
		let replayed = Pricing::simulate_policy(PriceClass::Small, cheap);
		assert!(replayed.periods.is_empty());
		assert_eq!(replayed.next, Price::flat(20));
		assert_eq!((replayed.revenue, replayed.revenue_would_be), (0, 0));
	});
}

#[test]
fn a_simulation_changes_nothing() {
	run(POLICY, Price::flat(1_000), &[(4, 100), (1, 7)], || {
		let absurd = Policy {
			bounds: PriceBounds {
				floor: ANY_PRICE,
				ceiling: Price::flat(0),
			},
			low: u32::MAX,
			high: 0,
			step: u32::MAX,
		};
		for class in PriceClass::ALL {
			frame_support::assert_storage_noop!({
				let clamped = Pricing::simulate_policy(class, absurd).policy;
				assert_eq!(clamped, Pricing::simulate_policy(class, clamped).policy);
				assert!(clamped.bounds.floor.within(&clamped.bounds.ceiling));
			});
		}
	});
}

fn policy() -> impl Strategy<Value = Policy> {
	let band = (0..=1_000_000u32, 0..=1_000_000u32);
	(1..=ASKED, ASKED..=1_000_000, band, 0..=200_000u32).prop_map(|(floor, ceiling, band, step)| {
		Policy {
			bounds: PriceBounds {
				floor: Price::flat(floor),
				ceiling: Price::flat(ceiling),
			},
			low: band.0.min(band.1),
			high: band.0.max(band.1),
			step,
		}
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn any_policy_is_simulated_as_it_would_have_been(
		was in policy(), would_be in policy(), units in 1..1_000_000u128,
		uses in prop::collection::vec((0..=SLOTS_IN_ALL, 0..10_000u32), 0..64),
	) {
		let price = was.bounds.force(&Price::flat(units));
		compare(was, would_be, price, &uses);
	}
}
