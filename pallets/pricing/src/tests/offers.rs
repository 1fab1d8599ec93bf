use codec::MaxEncodedLen;
use sp_runtime::{ArithmeticError, DispatchError, TokenError};

use super::*;
use crate::{Draining, FreeOffers, OfferOf, Offers, OffersByProvider};
use pretty_assertions::assert_eq;

/// Base plus keys and values of the four entries.
fn deposit() -> u128 {
	let offer = (8 + 8) + OfferOf::<Test>::max_encoded_len();
	let (index, by_provider, count) = (8 + 4 + 8, 8 + 8, 8 + 4);
	let bytes = offer + index + by_provider + count;
	100 + u128::try_from(bytes).unwrap()
}

#[test]
fn set_offer_publishes() {
	ExtBuilder::default().build_and_execute(|| {
		let price = Price {
			input: 20,
			output: 40,
		};
		assert_ok!(publish(ALICE, MODEL, VERSION, price, 3));
		let offer = offer(ALICE).unwrap();
		assert_eq!(
			(offer.price, offer.slots, offer.busy, offer.index),
			(price, 3, 0, Some(0))
		);
		assert_eq!(offer.attributes, BERLIN);
		assert_eq!(index(), vec![ALICE]);
		assert_eq!((offer.held, held(ALICE)), (deposit(), deposit()));
		assert!(OffersByProvider::<Test>::contains_key(
			ALICE,
			(MODEL, VERSION)
		));
		assert_eq!(
			events(),
			vec![Event::OfferSet {
				model: MODEL,
				version: VERSION,
				provider: ALICE,
				price,
				slots: 3,
				attributes: BERLIN,
			}]
		);
	});
}

#[test]
fn set_offer_keeps_deposit_busy_slots_and_place() {
	ExtBuilder::default()
		.offer(BOB, 50, 1)
		.offer(ALICE, 20, 3)
		.build_and_execute(|| {
			assert_ok!(take(ALICE));
			let nowhere = Attributes::default();
			let price = Price::flat(30);
			assert_ok!(Pricing::set_offer(
				signed(ALICE),
				MODEL,
				VERSION,
				price,
				5,
				nowhere
			));
			let offer = offer(ALICE).unwrap();
			assert_eq!(
				(offer.price, offer.slots, offer.attributes),
				(price, 5, nowhere)
			);
			assert_eq!((offer.busy, offer.index), (1, Some(1)));
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
			let large = (LARGE_MODEL, VERSION);
			assert_ok!(publish(ALICE, LARGE_MODEL, VERSION, price, 1));
			assert_eq!(FreeOffers::<Test>::get((MODEL, VERSION)), 1);
			assert_eq!(FreeOffers::<Test>::get(large), 1);
			assert_eq!(held(ALICE), 2 * deposit());
			assert_ok!(remove_offer(ALICE));
			assert!(Offers::<Test>::contains_key(large, ALICE));
			assert_eq!(held(ALICE), deposit());
		});
}

#[test]
fn a_provider_offers_old_and_new_versions_side_by_side() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			set_version(2, true);
			assert_ok!(publish(ALICE, MODEL, 2, Price::flat(30), 2));
			assert_eq!(held(ALICE), 2 * deposit());
			assert_ok!(take(ALICE));
			let new = Offers::<Test>::get((MODEL, 2), ALICE).unwrap();
			assert_eq!((new.price, new.busy), (Price::flat(30), 0));
			assert_ok!(remove_offer(ALICE));
			assert_eq!(held(ALICE), deposit());
			assert!(Offers::<Test>::contains_key((MODEL, 2), ALICE));
			assert_eq!(
				OffersByProvider::<Test>::iter_key_prefix(ALICE).collect::<Vec<_>>(),
				vec![(MODEL, 2)]
			);
		});
}

#[test]
fn set_offer_needs_a_provider() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(set_offer(STRANGER, 20, 1), Error::<Test>::NotProvider);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Pricing::set_offer(origin, MODEL, VERSION, Price::flat(20), 1, BERLIN),
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
		assert_eq!(draw(0), None);
		testing::set_active(ALICE, true);
		assert_eq!(draw(0), Some(ALICE));
	});
}

#[test]
fn a_number_is_never_given_twice() {
	ExtBuilder::default().build_and_execute(|| {
		FreeOffers::<Test>::insert((MODEL, VERSION), u32::MAX);
		assert_noop!(set_offer(ALICE, 20, 1), ArithmeticError::Overflow);
		FreeOffers::<Test>::remove((MODEL, VERSION));
	});
}

#[test]
fn set_offer_needs_an_active_version() {
	ExtBuilder::default()
		.offer(BOB, 20, 1)
		.build_and_execute(|| {
			let set = |model, version| publish(BOB, model, version, Price::flat(21), 1);
			assert_noop!(set(9, VERSION), Error::<Test>::UnknownModel);
			assert_noop!(set(MODEL, 0), Error::<Test>::UnknownVersion);
			assert_noop!(set(MODEL, 2), Error::<Test>::UnknownVersion);
			// Replaced by the second version.
			set_version(1, false);
			set_version(2, true);
			assert_noop!(set(MODEL, 1), Error::<Test>::ModelRetired);
			assert_ok!(set(MODEL, 2));
			// Retired as a whole.
			set_version(2, false);
			assert_noop!(set(MODEL, 2), Error::<Test>::ModelRetired);
		});
}

#[test]
fn regions_are_two_capitals() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			let set = |region| {
				let attributes = Attributes { region, ..BERLIN };
				let price = Price::flat(20);
				Pricing::set_offer(signed(ALICE), MODEL, VERSION, price, 1, attributes)
			};
			for wrong in [*b"de", *b"D1", *b"D ", [0, 0], [255, 255]] {
				assert_noop!(set(Some(wrong)), Error::<Test>::RegionInvalid);
			}
			assert_ok!(set(Some(*b"AT")));
			assert_eq!(offer(ALICE).unwrap().attributes.region, Some(*b"AT"));
			assert_ok!(set(None));
			assert_eq!(offer(ALICE).unwrap().attributes.region, None);
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
				publish(ALICE, MODEL, VERSION, price, 1),
				Error::<Test>::PriceOutOfBounds
			);
		}
		let widest = Price {
			input: 10,
			output: 10_000,
		};
		assert_ok!(publish(ALICE, MODEL, VERSION, widest, 1));
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
			assert_ok!(remove_offer(ALICE));
			assert_eq!(offer(ALICE), None);
			assert_eq!((held(ALICE), Balances::free_balance(ALICE)), (0, ENDOWMENT));
			assert!(!FreeOffers::<Test>::contains_key((MODEL, VERSION)));
			assert_eq!(OffersByProvider::<Test>::iter().count(), 0);
			assert_eq!(Draining::<Test>::iter().count(), 0);
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

#[test]
fn remove_offer_needs_one() {
	ExtBuilder::default()
		.offer(ALICE, 20, 1)
		.build_and_execute(|| {
			assert_noop!(remove_offer(BOB), Error::<Test>::NoOffer);
			for (model, version) in [(LARGE_MODEL, VERSION), (MODEL, 2)] {
				assert_noop!(
					Pricing::remove_offer(signed(ALICE), model, version),
					Error::<Test>::NoOffer
				);
			}
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
				assert_noop!(
					Pricing::remove_offer(origin, MODEL, VERSION),
					DispatchError::BadOrigin
				);
			}
		});
}
