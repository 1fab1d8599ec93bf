use codec::MaxEncodedLen;
use frame_support::dispatch::Pays;
use sp_runtime::{ArithmeticError, DispatchError, TokenError};

use super::*;
use crate::{OfferCount, OfferOf, Offers};
use pretty_assertions::assert_eq;

/// Base plus keys and values of both entries.
fn deposit() -> u128 {
	let bytes = (4 + 8) + OfferOf::<Test>::max_encoded_len() + (4 + 4) + 8;
	100 + u128::try_from(bytes).unwrap()
}

#[test]
fn set_offer_publishes() {
	ExtBuilder::default().build_and_execute(|| {
		let price = Price {
			input: 20,
			output: 40,
		};
		assert_ok!(Pricing::set_offer(signed(ALICE), MODEL, price, 3));
		let offer = offer(ALICE).unwrap();
		assert_eq!(
			(offer.price, offer.slots, offer.busy, offer.index),
			(price, 3, 0, 0)
		);
		assert_eq!(index(), vec![ALICE]);
		assert_eq!((offer.held, held(ALICE)), (deposit(), deposit()));
		assert_eq!(
			events(),
			vec![Event::OfferSet {
				model: MODEL,
				provider: ALICE,
				price,
				slots: 3
			}]
		);
	});
}

#[test]
fn set_offer_changes_price_and_slots_only() {
	ExtBuilder::default()
		.offer(BOB, 50, 1)
		.offer(ALICE, 20, 3)
		.build_and_execute(|| {
			assert_ok!(Pricing::take(MODEL, &ANY_PRICE, &ALICE));
			assert_ok!(set_offer(ALICE, 30, 5));
			let offer = offer(ALICE).unwrap();
			assert_eq!((offer.price, offer.slots), (Price::flat(30), 5));
			assert_eq!((offer.busy, offer.index), (1, 1));
			assert_eq!(index(), vec![BOB, ALICE]);
			assert_eq!(held(ALICE), deposit());
		});
}

#[test]
fn a_provider_offers_several_models() {
	ExtBuilder::default()
		.offer(ALICE, 20, 3)
		.build_and_execute(|| {
			let price = Price::flat(500_000);
			assert_ok!(Pricing::set_offer(signed(ALICE), LARGE_MODEL, price, 1));
			assert_eq!(OfferCount::<Test>::get(MODEL), 1);
			assert_eq!(OfferCount::<Test>::get(LARGE_MODEL), 1);
			assert_eq!(held(ALICE), 2 * deposit());
			assert_ok!(Pricing::remove_offer(signed(ALICE), MODEL));
			assert!(Offers::<Test>::contains_key(LARGE_MODEL, ALICE));
			assert_eq!(held(ALICE), deposit());
		});
}

#[test]
fn set_offer_needs_a_provider() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(set_offer(STRANGER, 20, 1), Error::<Test>::NotProvider);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Pricing::set_offer(origin, MODEL, Price::flat(20), 1),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn an_inactive_provider_may_prepare_an_offer() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_active(ALICE, false);
		assert_ok!(set_offer(ALICE, 20, 1));
		assert_eq!(
			Pricing::take_any(MODEL, &ANY_PRICE, LIMITS, &[], &randomness(0)),
			None
		);
		testing::set_active(ALICE, true);
		assert!(Pricing::take_any(MODEL, &ANY_PRICE, LIMITS, &[], &randomness(0)).is_some());
	});
}

#[test]
fn a_number_is_never_given_twice() {
	ExtBuilder::default().build_and_execute(|| {
		OfferCount::<Test>::insert(MODEL, u32::MAX);
		assert_noop!(set_offer(ALICE, 20, 1), ArithmeticError::Overflow);
		OfferCount::<Test>::remove(MODEL);
	});
}

#[test]
fn a_paused_provider_gets_no_work_and_keeps_its_offer() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			let draw = || Pricing::take_any(MODEL, &ANY_PRICE, LIMITS, &[], &randomness(0));
			testing::set_paused(ALICE, true);
			assert_eq!(draw(), None);
			assert_noop!(
				Pricing::take(MODEL, &ANY_PRICE, &ALICE),
				Error::<Test>::ProviderInactive
			);
			assert_noop!(
				Pricing::prune_offer(signed(BOB), MODEL, ALICE),
				Error::<Test>::StillActive
			);
			testing::set_paused(ALICE, false);
			assert!(draw().is_some());
		});
}

#[test]
fn set_offer_needs_an_active_model() {
	ExtBuilder::default()
		.offer(BOB, 20, 1)
		.build_and_execute(|| {
			assert_noop!(
				Pricing::set_offer(signed(ALICE), 9, Price::flat(20), 1),
				Error::<Test>::UnknownModel
			);
			retire(MODEL);
			assert_noop!(set_offer(ALICE, 20, 1), Error::<Test>::ModelRetired);
			assert_noop!(set_offer(BOB, 21, 1), Error::<Test>::ModelRetired);
		});
}

#[test]
fn slots_have_limits() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(set_offer(ALICE, 20, 0), Error::<Test>::SlotsInvalid);
		assert_noop!(set_offer(ALICE, 20, SLOTS + 1), Error::<Test>::SlotsInvalid);
		assert_ok!(set_offer(ALICE, 20, SLOTS));
	});
}

#[test]
fn prices_have_bounds_on_both_kinds_of_token() {
	ExtBuilder::default().build_and_execute(|| {
		for (input, output) in [(9, 20), (20, 9), (10_001, 20), (20, 10_001), (0, u128::MAX)] {
			let price = Price { input, output };
			assert_noop!(
				Pricing::set_offer(signed(ALICE), MODEL, price, 1),
				Error::<Test>::PriceOutOfBounds
			);
		}
		assert_ok!(Pricing::set_offer(
			signed(ALICE),
			MODEL,
			Price {
				input: 10,
				output: 10_000
			},
			1
		));
	});
}

#[test]
fn the_deposit_must_be_covered() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(set_offer(POOR, 20, 1), TokenError::FundsUnavailable);
		let missing = deposit() - 1;
		assert_ok!(Balances::transfer_keep_alive(signed(ALICE), POOR, missing));
		assert_noop!(set_offer(POOR, 20, 1), TokenError::FundsUnavailable);
		assert_ok!(Balances::transfer_keep_alive(signed(ALICE), POOR, 1));
		assert_ok!(set_offer(POOR, 20, 1));
		assert_eq!(Balances::free_balance(POOR), ED);
	});
}

#[test]
fn remove_offer_returns_the_deposit() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			// A provider that lost its registration gets its deposit back too.
			testing::reset();
			assert_ok!(Pricing::remove_offer(signed(ALICE), MODEL));
			assert_eq!(offer(ALICE), None);
			assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
			assert!(!OfferCount::<Test>::contains_key(MODEL));
			assert_eq!(
				events(),
				vec![Event::OfferRemoved {
					model: MODEL,
					provider: ALICE
				}]
			);
		});
}

#[test]
fn remove_offer_needs_one() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_noop!(
				Pricing::remove_offer(signed(BOB), MODEL),
				Error::<Test>::NoOffer
			);
			assert_noop!(
				Pricing::remove_offer(signed(ALICE), LARGE_MODEL),
				Error::<Test>::NoOffer
			);
			assert_noop!(
				Pricing::remove_offer(RuntimeOrigin::root(), MODEL),
				DispatchError::BadOrigin
			);
		});
}

#[test]
fn the_index_stays_dense() {
	let three = || {
		ExtBuilder::default()
			.offer(ALICE, 20, 1)
			.offer(BOB, 20, 1)
			.offer(CAROL, 20, 1)
	};
	for (leaver, rest) in [
		(ALICE, vec![CAROL, BOB]),
		(BOB, vec![ALICE, CAROL]),
		(CAROL, vec![ALICE, BOB]),
	] {
		three().build_and_execute(|| {
			assert_eq!(index(), vec![ALICE, BOB, CAROL]);
			assert_ok!(Pricing::remove_offer(signed(leaver), MODEL));
			assert_eq!(index(), rest);
			Pricing::do_try_state().unwrap();
			assert_ok!(set_offer(leaver, 20, 1));
			assert_eq!(offer(leaver).unwrap().index, 2);
		});
	}
}

#[test]
fn an_offer_that_can_get_work_is_not_pruned() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_noop!(
				Pricing::prune_offer(signed(BOB), MODEL, ALICE),
				Error::<Test>::StillActive
			);
			assert_noop!(
				Pricing::prune_offer(signed(BOB), MODEL, CAROL),
				Error::<Test>::NoOffer
			);
			assert_noop!(
				Pricing::prune_offer(RuntimeOrigin::root(), MODEL, ALICE),
				DispatchError::BadOrigin
			);
			// Out of bounds is no reason: governance may come back.
			let tight = PriceBounds {
				floor: Price::flat(100),
				ceiling: Price::flat(200),
			};
			assert_ok!(Pricing::set_bounds(
				RuntimeOrigin::root(),
				PriceClass::Small,
				tight
			));
			assert_noop!(
				Pricing::prune_offer(signed(BOB), MODEL, ALICE),
				Error::<Test>::StillActive
			);
		});
}

#[test]
fn a_dead_offer_is_pruned_by_anyone_for_free() {
	let reasons: [fn(); 4] = [
		|| testing::set_active(ALICE, false),
		|| testing::set_provider(ALICE, vec![]),
		|| retire(MODEL),
		testing::reset,
	];
	for reason in reasons {
		ExtBuilder::default()
			.offer(ALICE, 20, 1)
			.build_and_execute(|| {
				reason();
				let info = Pricing::prune_offer(signed(STRANGER), MODEL, ALICE).unwrap();
				assert_eq!(info.pays_fee, Pays::No);
				assert_eq!(offer(ALICE), None);
				assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
				assert_eq!(
					events(),
					vec![Event::OfferRemoved {
						model: MODEL,
						provider: ALICE
					}]
				);
			});
	}
}
