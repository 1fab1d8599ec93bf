//! What anybody may remove, and what not.

use frame_support::dispatch::Pays;
use sp_runtime::DispatchError;

use super::*;
use crate::Offers;
use pretty_assertions::assert_eq;

fn prune(provider: AccountId) -> frame_support::dispatch::DispatchResultWithPostInfo {
	Pricing::prune_offer(signed(STRANGER), MODEL, VERSION, provider)
}

#[test]
fn an_offer_that_can_get_work_is_not_pruned() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_noop!(prune(ALICE), Error::<Test>::StillActive);
			// Above the governed ceiling is no reason: governance may come back.
			set_bounds(10, 15);
			assert_noop!(prune(ALICE), Error::<Test>::StillActive);
			// Neither is having no free slot.
			set_bounds(10, 200);
			assert_ok!(take(ALICE));
			assert_noop!(prune(ALICE), Error::<Test>::StillActive);
		});
}

#[test]
fn a_paused_or_chilled_provider_gets_no_work_and_keeps_its_offer() {
	for halt in [testing::set_paused, testing::set_chilled] {
		ExtBuilder::default()
			.offer(ALICE, 20, 1)
			.build_and_execute(|| {
				halt(ALICE, true);
				assert_eq!(draw(0), None);
				assert_noop!(prune(ALICE), Error::<Test>::StillActive);
				halt(ALICE, false);
				assert_eq!(draw(0), Some(ALICE));
			});
	}
}

#[test]
fn pruning_needs_an_offer_and_a_signature() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_noop!(prune(CAROL), Error::<Test>::NoOffer);
			set_version(2, true);
			assert_noop!(
				Pricing::prune_offer(signed(STRANGER), MODEL, 2, ALICE),
				Error::<Test>::NoOffer
			);
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
				assert_noop!(
					Pricing::prune_offer(origin, MODEL, VERSION, ALICE),
					DispatchError::BadOrigin
				);
			}
		});
}

#[test]
fn a_dead_offer_is_pruned_by_anyone_for_free() {
	let reasons: [fn(); 5] = [
		// Without the stake.
		|| testing::set_active(ALICE, false),
		// Without a key.
		|| testing::remove_keys(ALICE),
		// The version is retired or replaced.
		|| set_version(VERSION, false),
		// It is gone, while another is there.
		|| {
			testing::reset();
			testing::set_provider(ALICE, vec![[1; 32]]);
			set_version(2, true);
		},
		// Provider and model are gone.
		testing::reset,
	];
	for reason in reasons {
		ExtBuilder::default()
			.offer(ALICE, 20, 1)
			.build_and_execute(|| {
				reason();
				assert_eq!(prune(ALICE).unwrap().pays_fee, Pays::No);
				assert_eq!(offer(ALICE), None);
				assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
				assert_eq!(
					events(),
					vec![Event::OfferRemoved {
						model: MODEL,
						version: VERSION,
						provider: ALICE
					}]
				);
			});
	}
}

#[test]
fn an_old_version_is_pruned_without_the_new_one() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			set_version(2, true);
			assert_ok!(publish(ALICE, MODEL, 2, Price::flat(20), 1));
			assert_noop!(prune(ALICE), Error::<Test>::StillActive);
			// The grace of the first version is over.
			set_version(1, false);
			assert_ok!(prune(ALICE));
			assert_eq!(offer(ALICE), None);
			assert!(Offers::<Test>::contains_key((MODEL, 2), ALICE));
			assert_noop!(
				Pricing::prune_offer(signed(STRANGER), MODEL, 2, ALICE),
				Error::<Test>::StillActive
			);
		});
}

#[test]
fn a_busy_offer_is_pruned_and_its_jobs_go_on() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			testing::remove_keys(ALICE);
			assert_ok!(prune(ALICE));
			assert_eq!(held(ALICE), 0);
			give_back(ALICE);
			assert_eq!(crate::Draining::<Test>::iter().count(), 0);
		});
}
