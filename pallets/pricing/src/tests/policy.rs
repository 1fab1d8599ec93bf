//! What governance sets, what it cannot, and what follows for offers.

use sp_runtime::{ArithmeticError, BuildStorage, DispatchError};

use super::*;
use crate::{Policies, Prices, Version};
use athanor_primitives::policy::PolicyLimits;
use pretty_assertions::assert_eq;

const MILLION: u32 = 1_000_000;

fn bounds(floor: u128, ceiling: u128) -> PriceBounds {
	PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	}
}

#[test]
fn genesis_policies_hold_and_other_classes_have_the_limits() {
	ExtBuilder::default().price(70).build_and_execute(|| {
		assert_eq!(Pricing::policy_of(PriceClass::Small), POLICY);
		assert_eq!(Pricing::bounds_of(PriceClass::Small), bounds(70, 10_000));
		let unset = Pricing::policy_of(PriceClass::Medium);
		assert_eq!((unset.bounds, unset.step), (HARD, 0));
		assert_eq!(Pricing::bounds_of(PriceClass::Medium), HARD);
		assert_eq!(Version::<Test>::get(), 0);
		let dear = Price::flat(1_000_000);
		assert_ok!(publish(ALICE, LARGE_MODEL, VERSION, dear, 1));
	});
}

#[test]
fn set_policy_starts_a_new_version_and_forces_the_price() {
	ExtBuilder::default().price(70).build_and_execute(|| {
		let dearer = Policy {
			bounds: PriceBounds {
				floor: Price {
					input: 100,
					output: 5,
				},
				ceiling: Price {
					input: 200,
					output: 60,
				},
			},
			low: 0,
			high: MILLION,
			step: 0,
		};
		let forced = Price {
			input: 100,
			output: 60,
		};
		assert_ok!(set_policy(PriceClass::Small, dearer));
		// The price of a class without a policy is the lowest that there can be.
		assert_ok!(set_policy(PriceClass::Large, POLICY));
		assert_eq!(Pricing::policy_of(PriceClass::Small), dearer);
		assert_eq!(price_now(), forced);
		assert_eq!(Pricing::bounds_of(PriceClass::Large), SMALL);
		assert_eq!(Version::<Test>::get(), 2);
		assert_eq!(
			events(),
			vec![
				Event::PolicySet {
					class: PriceClass::Small,
					policy: dearer,
					price: forced,
					version: 1
				},
				Event::PolicySet {
					class: PriceClass::Large,
					policy: POLICY,
					price: Price::flat(10),
					version: 2
				},
			]
		);
	});
}

#[test]
fn only_governance_sets_policies() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [signed(ALICE), RuntimeOrigin::none()] {
			assert_noop!(
				Pricing::set_policy(origin, PriceClass::Small, POLICY),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn each_wrong_part_has_its_own_error_and_changes_nothing() {
	type Change = fn(&mut Policy);
	let cases: [(Change, Error<Test>); 12] = [
		(
			|policy| policy.bounds.floor.input = 10_001,
			Error::BoundsInvalid,
		),
		(
			|policy| policy.bounds.floor.output = 10_001,
			Error::BoundsInvalid,
		),
		(
			|policy| policy.bounds.ceiling = Price::flat(0),
			Error::BoundsInvalid,
		),
		(|policy| policy.low = 600_001, Error::BandInvalid),
		(|policy| policy.high = 0, Error::BandInvalid),
		(
			|policy| (policy.low, policy.high) = (MILLION + 1, MILLION + 1),
			Error::ShareInvalid,
		),
		(|policy| policy.high = u32::MAX, Error::ShareInvalid),
		(|policy| policy.step = MILLION + 1, Error::ShareInvalid),
		(|policy| policy.step = 200_001, Error::BeyondLimits),
		(|policy| policy.bounds.floor.input = 0, Error::BeyondLimits),
		(
			|policy| policy.bounds.ceiling.output = 1_000_001,
			Error::BeyondLimits,
		),
		(
			|policy| policy.bounds = bounds(u128::MAX, u128::MAX),
			Error::BeyondLimits,
		),
	];
	ExtBuilder::default().build_and_execute(|| {
		for (change, error) in cases {
			let mut wrong = POLICY;
			change(&mut wrong);
			assert_noop!(set_policy(PriceClass::Small, wrong), error);
			// A simulation shows that it is another policy that would hold.
			assert!(Pricing::simulate_policy(PriceClass::Small, wrong).policy != wrong);
		}
		let widest = Policy {
			bounds: HARD,
			low: 0,
			high: MILLION,
			step: 200_000,
		};
		assert_ok!(set_policy(PriceClass::Small, widest));
	});
}

#[test]
fn an_upgrade_that_tightens_the_limits_acts_at_once() {
	ExtBuilder::default()
		.price(7_000)
		.offer(ALICE, 5_000, 1)
		.offer(BOB, 100, 1)
		.build_and_execute(|| {
			PriceLimits::set(PolicyLimits {
				bounds: bounds(50, 100),
				step: 10,
			});
			assert_eq!(
				Pricing::policy_of(PriceClass::Small),
				Policy {
					bounds: bounds(50, 100),
					step: 10,
					..POLICY
				}
			);
			assert_eq!(price_now(), Price::flat(100));
			assert_eq!(take(ALICE), Err(Ineligible::PriceOutOfBounds));
			assert_eq!(take(BOB).unwrap().price, Price::flat(100));
			assert_noop!(set_offer(ALICE, 101, 1), Error::<Test>::PriceOutOfBounds);
			assert_eq!(
				Prices::<Test>::get(PriceClass::Small),
				Some(Price::flat(7_000))
			);
			// The next period stores what holds.
			end_period();
			assert!(price_now().within(&Price::flat(100)));
		});
}

#[test]
fn a_version_is_never_used_twice() {
	ExtBuilder::default()
		.price(1_000)
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			Version::<Test>::put(u32::MAX);
			assert_noop!(
				set_policy(PriceClass::Small, POLICY),
				ArithmeticError::Overflow
			);
			// Blocks go on, and the price stays.
			end_period();
			assert_eq!(price_now(), Price::flat(1_000));
			assert_eq!(Version::<Test>::get(), u32::MAX);
		});
}

#[test]
fn a_ceiling_under_the_price_of_the_class_is_refused() {
	ExtBuilder::default().price(70).build_and_execute(|| {
		let check =
			|input, output| Pricing::check_ceiling(PriceClass::Small, &Price { input, output });
		assert_noop!(check(69, 70), Error::<Test>::CeilingUnderFloor);
		assert_noop!(check(70, 69), Error::<Test>::CeilingUnderFloor);
		assert_ok!(check(70, 70));
		assert_ok!(check(u128::MAX, u128::MAX));
		// The hard floor holds for a class without a policy.
		assert_noop!(
			Pricing::check_ceiling(PriceClass::Large, &Price::flat(0)),
			Error::<Test>::CeilingUnderFloor
		);
		assert_ok!(Pricing::check_ceiling(PriceClass::Large, &Price::flat(1)));
	});
}

#[test]
fn an_offer_floats_above_the_price_of_its_class() {
	let lopsided = Price {
		input: 20,
		output: 400,
	};
	ExtBuilder::default().price(70).build_and_execute(|| {
		assert_ok!(publish(ALICE, MODEL, VERSION, lopsided, 8));
		let paid = Price {
			input: 70,
			output: 400,
		};
		let at = |ceiling: Price| Demand {
			ceiling,
			..demand()
		};
		let direct = |ceiling: Price| Pricing::check_direct(MODEL, VERSION, &ceiling, &ALICE);
		assert_eq!(Pricing::check(&at(paid), &ALICE), Ok(paid));
		assert_eq!(Pricing::take(&at(paid), &ALICE).unwrap().price, paid);
		assert_eq!(
			Pricing::take_any(&at(paid), &randomness(0))
				.unwrap()
				.1
				.price,
			paid
		);
		assert_ok!(direct(paid));
		// What the offer itself would allow is not enough.
		assert_eq!(
			Pricing::check(&at(lopsided), &ALICE),
			Err(Ineligible::PriceAboveCeiling)
		);
		assert_eq!(Pricing::take_any(&at(lopsided), &randomness(0)), None);
		assert_noop!(direct(lopsided), Error::<Test>::PriceAboveCeiling);
		// With the price of the class it falls, to what the provider asks and no further.
		set_bounds(10, 15);
		assert_noop!(
			Pricing::take(&at(ANY_PRICE), &ALICE),
			Ineligible::PriceOutOfBounds
		);
		set_bounds(10, 10_000);
		assert_eq!(
			Pricing::take(&at(lopsided), &ALICE).unwrap().price,
			lopsided
		);
	});
}

#[test]
fn offers_under_the_price_of_the_class_have_equal_chances() {
	ExtBuilder::default()
		.price(100)
		.offer(ALICE, 10, 1)
		.offer(BOB, 100, 1)
		.build_and_execute(|| {
			let wins = (0..2_000)
				.filter(|seed| {
					let winner = draw(*seed).unwrap();
					give_back(winner);
					winner == ALICE
				})
				.count();
			// 1,000 expected, standard deviation 22.
			assert!(wins.abs_diff(1_000) < 110, "{wins}");
		});
}

#[test]
fn an_offer_above_the_governed_ceiling_waits_for_another_vote() {
	ExtBuilder::default()
		.offer(ALICE, 500, 1)
		.build_and_execute(|| {
			set_bounds(10, 499);
			assert_eq!(take(ALICE), Err(Ineligible::PriceOutOfBounds));
			assert_eq!(draw(0), None);
			set_bounds(10, 500);
			assert_ok!(take(ALICE));
		});
}

fn wrong(change: fn(&mut Policy)) -> Vec<(PriceClass, Policy, Price)> {
	let mut policy = POLICY;
	change(&mut policy);
	vec![(PriceClass::Small, policy, SMALL.floor)]
}

#[test]
#[should_panic(expected = "genesis policy of Small: Some(BoundsInvalid)")]
fn genesis_refuses_a_floor_above_its_ceiling() {
	ExtBuilder::default()
		.policies(wrong(|policy| policy.bounds.ceiling = Price::flat(1)))
		.build();
}

#[test]
#[should_panic(expected = "genesis policy of Small: Some(BeyondLimits)")]
fn genesis_refuses_what_no_vote_could_set() {
	ExtBuilder::default()
		.policies(wrong(|policy| policy.step = 500_000))
		.build();
}

#[test]
#[should_panic(expected = "genesis price of Small: not between floor and ceiling")]
fn genesis_refuses_a_price_out_of_bounds() {
	ExtBuilder::default().price(9).build();
}

#[test]
#[should_panic(expected = "genesis policy of Small: set twice")]
fn genesis_refuses_a_class_twice() {
	let one = (PriceClass::Small, POLICY, SMALL.floor);
	ExtBuilder::default().policies(vec![one, one]).build();
}

#[test]
fn genesis_reads_json() {
	let json = r#"{"policies": [["small", {
		"bounds": {
			"floor": {"input": 10, "output": 20},
			"ceiling": {"input": 100000, "output": 200000}
		},
		"low": 400000, "high": 600000, "step": 20000
	}, {"input": 30, "output": 40}]]}"#;
	let config: crate::GenesisConfig<Test> = serde_json::from_str(json).unwrap();
	let policy = Policy {
		bounds: PriceBounds {
			floor: Price {
				input: 10,
				output: 20,
			},
			ceiling: Price {
				input: 100_000,
				output: 200_000,
			},
		},
		low: 400_000,
		high: 600_000,
		step: 20_000,
	};
	let price = Price {
		input: 30,
		output: 40,
	};
	assert_eq!(config.policies, vec![(PriceClass::Small, policy, price)]);
	ExtBuilder::default().build();
	let mut ext: sp_io::TestExternalities = config.build_storage().unwrap().into();
	ext.execute_with(|| {
		assert_eq!(Policies::<Test>::get(PriceClass::Small), Some(policy));
		assert_eq!(price_now(), price);
	});
}

#[test]
fn a_sound_configuration_passes() {
	ExtBuilder::default().build_and_execute(Pricing::check_config);
}

#[test]
#[should_panic(expected = "MaxSlots must be more than 0")]
fn no_slots_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		MaxSlots::set(0);
		Pricing::check_config();
	});
}

#[test]
#[should_panic(expected = "DrawSample must be 1 to 64")]
fn an_empty_sample_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		DrawSample::set(0);
		Pricing::check_config();
	});
}

#[test]
#[should_panic(expected = "DrawSample must be 1 to 64")]
fn a_large_sample_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		DrawSample::set(65);
		Pricing::check_config();
	});
}

#[test]
#[should_panic(expected = "the floor of Limits must be at or under its ceiling")]
fn limits_upside_down_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		PriceLimits::mutate(|limits| limits.bounds = bounds(2, 1));
		Pricing::check_config();
	});
}
