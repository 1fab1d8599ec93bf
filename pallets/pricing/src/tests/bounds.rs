use sp_runtime::{BuildStorage, DispatchError};

use super::*;
use crate::{Bounds, Version};
use pretty_assertions::assert_eq;

const WIDE: PriceBounds = PriceBounds {
	floor: Price::flat(0),
	ceiling: Price::flat(u128::MAX),
};

fn set(class: PriceClass, bounds: PriceBounds) -> sp_runtime::DispatchResult {
	Pricing::set_bounds(RuntimeOrigin::root(), class, bounds)
}

#[test]
fn genesis_bounds_hold_and_other_classes_have_the_hard_ones() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Pricing::bounds_of(PriceClass::Small), SMALL);
		assert_eq!(Pricing::bounds_of(PriceClass::Medium), HARD);
		assert_eq!(Version::<Test>::get(), 0);
		let dear = Price::flat(1_000_000);
		assert_ok!(publish(ALICE, LARGE_MODEL, VERSION, dear, 1));
	});
}

#[test]
fn set_bounds_starts_a_new_version() {
	ExtBuilder::default().build_and_execute(|| {
		let bounds = PriceBounds {
			floor: Price::flat(5),
			ceiling: Price::flat(6),
		};
		assert_ok!(set(PriceClass::Small, bounds));
		assert_ok!(set(PriceClass::Large, bounds));
		assert_eq!(Pricing::bounds_of(PriceClass::Small), bounds);
		assert_eq!(Version::<Test>::get(), 2);
		assert_eq!(
			events(),
			vec![
				Event::BoundsSet {
					class: PriceClass::Small,
					bounds,
					version: 1
				},
				Event::BoundsSet {
					class: PriceClass::Large,
					bounds,
					version: 2
				},
			]
		);
	});
}

#[test]
fn only_governance_sets_bounds() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [signed(ALICE), RuntimeOrigin::none()] {
			assert_noop!(
				Pricing::set_bounds(origin, PriceClass::Small, SMALL),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_floor_above_its_ceiling_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		for (floor, ceiling) in [
			(
				Price {
					input: 2,
					output: 1,
				},
				Price::flat(1),
			),
			(
				Price {
					input: 1,
					output: 2,
				},
				Price::flat(1),
			),
		] {
			assert_noop!(
				set(PriceClass::Small, PriceBounds { floor, ceiling }),
				Error::<Test>::BoundsInvalid
			);
		}
	});
}

#[test]
fn hard_bounds_hold_whatever_governance_set() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(set(PriceClass::Small, WIDE));
		assert_eq!(Bounds::<Test>::get(PriceClass::Small), Some(WIDE));
		assert_eq!(Pricing::bounds_of(PriceClass::Small), HARD);
		assert_noop!(set_offer(ALICE, 0, 1), Error::<Test>::PriceOutOfBounds);
		assert_noop!(
			set_offer(ALICE, 1_000_001, 1),
			Error::<Test>::PriceOutOfBounds
		);
		assert_ok!(set_offer(ALICE, 1_000_000, 1));
	});
}

#[test]
fn an_upgrade_that_tightens_hard_bounds_acts_at_once() {
	ExtBuilder::default()
		.offer(ALICE, 5_000, 1)
		.build_and_execute(|| {
			let bounds = PriceBounds {
				floor: Price::flat(1),
				ceiling: Price::flat(100),
			};
			HardBounds::set(bounds);
			assert_eq!(
				Pricing::bounds_of(PriceClass::Small).ceiling,
				Price::flat(100)
			);
			assert_eq!(draw(0), None);
		});
}

#[test]
fn a_version_is_never_used_twice() {
	ExtBuilder::default().build_and_execute(|| {
		Version::<Test>::put(u32::MAX);
		assert_noop!(
			set(PriceClass::Small, SMALL),
			sp_runtime::ArithmeticError::Overflow
		);
	});
}

#[test]
fn a_ceiling_under_the_floor_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let check =
			|input, output| Pricing::check_ceiling(PriceClass::Small, &Price { input, output });
		assert_noop!(check(9, 10), Error::<Test>::CeilingUnderFloor);
		assert_noop!(check(10, 9), Error::<Test>::CeilingUnderFloor);
		assert_ok!(check(10, 10));
		assert_ok!(check(u128::MAX, u128::MAX));
		// The hard floor holds for a class without bounds.
		assert_noop!(
			Pricing::check_ceiling(PriceClass::Large, &Price::flat(0)),
			Error::<Test>::CeilingUnderFloor
		);
		assert_ok!(Pricing::check_ceiling(PriceClass::Large, &Price::flat(1)));
	});
}

#[test]
#[should_panic(expected = "genesis bounds of Small: the floor is above the ceiling")]
fn genesis_refuses_a_floor_above_its_ceiling() {
	let bounds = PriceBounds {
		floor: Price::flat(2),
		ceiling: Price::flat(1),
	};
	ExtBuilder::default()
		.bounds(vec![(PriceClass::Small, bounds)])
		.build();
}

#[test]
#[should_panic(expected = "genesis bounds of Small: set twice")]
fn genesis_refuses_a_class_twice() {
	let twice = vec![(PriceClass::Small, SMALL), (PriceClass::Small, SMALL)];
	ExtBuilder::default().bounds(twice).build();
}

#[test]
fn genesis_reads_json() {
	let json = r#"{"bounds": [["small", {
		"floor": {"input": 10, "output": 20},
		"ceiling": {"input": 1000000000000, "output": 2000000000000}
	}]]}"#;
	let config: crate::GenesisConfig<Test> = serde_json::from_str(json).unwrap();
	let bounds = PriceBounds {
		floor: Price {
			input: 10,
			output: 20,
		},
		ceiling: Price {
			input: 1_000_000_000_000,
			output: 2_000_000_000_000,
		},
	};
	assert_eq!(config.bounds, vec![(PriceClass::Small, bounds)]);
	let mut ext: sp_io::TestExternalities = config.build_storage().unwrap().into();
	ext.execute_with(|| assert_eq!(Bounds::<Test>::get(PriceClass::Small), Some(bounds)));
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
#[should_panic(expected = "the floor of HardBounds must be at or under its ceiling")]
fn hard_bounds_upside_down_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		HardBounds::set(PriceBounds {
			floor: Price::flat(2),
			ceiling: Price::flat(1),
		});
		Pricing::check_config();
	});
}
