//! Every condition of a job, in its order, and that `check`, `take` and `take_any` agree on it.

use frame_support::storage::with_transaction;
use sp_runtime::{DispatchError, TransactionOutcome};

use super::*;
use pretty_assertions::assert_eq;

const FRANCE: &[[u8; 2]] = &[*b"FR"];
const FRANCE_OR_GERMANY: &[[u8; 2]] = &[*b"FR", *b"DE"];

/// Does something and undoes it.
fn undone<R>(f: impl FnOnce() -> R) -> R {
	with_transaction(|| TransactionOutcome::Rollback(Ok::<_, DispatchError>(f()))).unwrap()
}

/// What all three say of Alice, who alone has an offer.
fn ask(demand: &Demand<'_, AccountId>) -> Result<Price, Ineligible> {
	let checked = Pricing::check(demand, &ALICE);
	let taken = undone(|| Pricing::take(demand, &ALICE));
	assert_eq!(taken.map(|locked| locked.price), checked);
	let drawn = undone(|| Pricing::take_any(demand, &randomness(0)));
	assert_eq!(drawn, taken.ok().map(|locked| (ALICE, locked)));
	checked
}

/// What repairs one condition.
type Repair = fn(&mut Demand<'static, AccountId>);

/// A remedy for each condition of `Ineligible::ALL`, in its order. The job names Alice from the first
/// on, so that draws look at her whether she is in the index or not.
const REPAIRS: [Repair; 16] = [
	|demand| demand.allow = &[BOB, ALICE],
	|demand| demand.exclude = &[BOB],
	|demand| demand.failed = &[BOB],
	|_| {
		testing::set_provider(ALICE, vec![]);
		testing::set_chilled(ALICE, true);
		testing::set_paused(ALICE, true);
		testing::set_active(ALICE, false);
		testing::set_bonded(ALICE, 9);
	},
	|demand| demand.version = VERSION,
	|_| set_bounds(10, 10_000),
	|demand| demand.ceiling = Price::flat(50),
	|demand| demand.needs.regions = FRANCE_OR_GERMANY,
	|demand| demand.needs.max_retention_hours = Some(24),
	|demand| demand.needs.min_gpu_memory_gib = Some(80),
	|_| testing::set_chilled(ALICE, false),
	|_| testing::set_paused(ALICE, false),
	|_| testing::set_provider(ALICE, vec![[1; 32]]),
	|_| testing::set_active(ALICE, true),
	|_| give_back(ALICE),
	|_| testing::set_bonded(ALICE, 10),
];

#[test]
fn conditions_are_asked_in_order_and_all_ways_agree() {
	ExtBuilder::default()
		.offer(ALICE, 50, 1)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			set_bounds(10, 49);
			testing::reset();
			set_version(VERSION, true);
			set_version(2, true);
			let mut demand = Demand {
				version: 2,
				ceiling: Price {
					input: 50,
					output: 49,
				},
				allow: &[BOB],
				exclude: &[ALICE],
				failed: &[ALICE],
				needs: Needs {
					regions: FRANCE,
					max_retention_hours: Some(23),
					min_gpu_memory_gib: Some(81),
				},
				cover: 10,
				..demand()
			};
			for (reason, repair) in Ineligible::ALL.into_iter().zip(REPAIRS) {
				assert_eq!(ask(&demand), Err(reason));
				repair(&mut demand);
			}
			assert_eq!(ask(&demand), Ok(Price::flat(50)));
			// From the index as well.
			demand.allow = &[];
			assert_eq!(ask(&demand), Ok(Price::flat(50)));
			assert_eq!(draw_for(&demand, 0), Some(ALICE));
			assert_eq!(ask(&demand), Err(Ineligible::NoFreeSlot));
		});
}

/// What is wrong at the start, beside the condition.
type Damage = fn(&mut Demand<'static, AccountId>);

#[test]
fn each_condition_alone_keeps_a_provider_from_a_job() {
	let damages: [Damage; 16] = [
		|demand| demand.allow = &[BOB],
		|demand| demand.exclude = &[ALICE],
		|demand| demand.failed = &[ALICE],
		|_| {
			testing::reset();
			set_version(VERSION, true);
		},
		|_| {
			assert_ok!(remove_offer(ALICE));
		},
		|_| set_bounds(10, 49),
		|demand| demand.ceiling.input = 49,
		|demand| demand.needs.regions = FRANCE,
		|demand| demand.needs.max_retention_hours = Some(23),
		|demand| demand.needs.min_gpu_memory_gib = Some(81),
		|_| testing::set_chilled(ALICE, true),
		|_| testing::set_paused(ALICE, true),
		|_| testing::remove_keys(ALICE),
		|_| testing::set_active(ALICE, false),
		|_| {
			assert_ok!(take(ALICE));
		},
		|_| testing::set_bonded(ALICE, 9),
	];
	for (reason, damage) in Ineligible::ALL.into_iter().zip(damages) {
		ExtBuilder::default()
			.offer(ALICE, 50, 1)
			.build_and_execute(|| {
				let mut demand = Demand {
					cover: 10,
					..demand_at(50)
				};
				assert_eq!(ask(&demand), Ok(Price::flat(50)));
				damage(&mut demand);
				assert_eq!(ask(&demand), Err(reason));
			});
	}
}

#[test]
fn an_offer_for_what_has_left_the_registry_is_none() {
	ExtBuilder::default()
		.offer(ALICE, 50, 1)
		.build_and_execute(|| {
			testing::reset();
			testing::set_provider(ALICE, vec![[1; 32]]);
			assert_eq!(ask(&demand()), Err(Ineligible::NoOffer));
			set_version(2, true);
			assert_eq!(ask(&demand()), Err(Ineligible::NoOffer));
		});
}

#[test]
fn a_job_that_no_balance_could_pay_is_above_any_ceiling() {
	ExtBuilder::default().build_and_execute(|| {
		widen_limits();
		set_bounds(1, u128::MAX);
		let price = u128::MAX / 200;
		assert_ok!(set_offer(ALICE, price, 1));
		assert_eq!(ask(&demand()), Ok(Price::flat(price)));
		assert_ok!(set_offer(ALICE, price + 1, 1));
		assert_eq!(ask(&demand()), Err(Ineligible::PriceAboveCeiling));
	});
}

#[test]
fn a_check_changes_nothing() {
	ExtBuilder::default()
		.offer(ALICE, 50, 1)
		.build_and_execute(|| {
			for who in [ALICE, BOB, STRANGER] {
				frame_support::assert_storage_noop!({
					let _ = Pricing::check(&demand(), &who);
				});
			}
			// To commit the stake is for the caller, who knows until when.
			assert_ok!(take(ALICE));
			assert_eq!(testing::committed(ALICE), 0);
		});
}
