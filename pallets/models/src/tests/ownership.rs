//! Handing a model to another account.

use athanor_primitives::ports::ModelRegistry;
use polkadot_sdk::{
	frame_support::{assert_noop, assert_ok, traits::fungible::Inspect},
	sp_runtime::{
		DispatchError::{self, BadOrigin},
		DispatchResult, TokenError,
	},
};
use pretty_assertions::assert_eq;

use crate::{Error, Event, Models as Stored, ModelsOf, OwnershipOffers, Versions, mock::*};

fn offer(who: AccountId, model: u32, to: AccountId) -> DispatchResult {
	Models::offer_ownership(RuntimeOrigin::signed(who), model, to)
}

fn withdraw(who: AccountId, model: u32) -> DispatchResult {
	Models::withdraw_ownership_offer(RuntimeOrigin::signed(who), model)
}

fn accept(who: AccountId, model: u32) -> Result<(), DispatchError> {
	Models::accept_ownership(RuntimeOrigin::signed(who), model)
		.map(|_| ())
		.map_err(|failed| failed.error)
}

#[test]
fn an_offer_changes_nothing_but_who_can_accept() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let (record, deposit) = (Stored::<Test>::get(model), held(ALICE));
		assert_ok!(offer(ALICE, model, BOB));
		assert_eq!(OwnershipOffers::<Test>::get(model), Some(BOB));
		assert_eq!(Stored::<Test>::get(model), record);
		assert_eq!((held(ALICE), held(BOB)), (deposit, 0));
		assert_last(Event::OwnershipOffered { model, to: BOB });
	});
}

#[test]
fn a_second_offer_takes_the_place_of_the_first() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_ok!(offer(ALICE, model, BOB));
		assert_ok!(offer(ALICE, model, CAROL));
		assert_noop!(accept(BOB, model), Error::<Test>::NotNewOwner);
		assert_ok!(accept(CAROL, model));
	});
}

#[test]
fn offer_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_noop!(offer(ALICE, model + 1, BOB), Error::<Test>::UnknownModel);
		assert_noop!(offer(BOB, model, BOB), Error::<Test>::NotOwner);
		assert_noop!(
			offer(ALICE, model, ALICE),
			Error::<Test>::OwnershipOfferToOwner
		);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Models::offer_ownership(origin, model, BOB), BadOrigin);
		}
		retire(ALICE, model);
		assert_noop!(offer(ALICE, model, BOB), Error::<Test>::AlreadyRetired);
	});
}

#[test]
fn an_offer_can_be_taken_back() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_ok!(offer(ALICE, model, BOB));
		assert_ok!(withdraw(ALICE, model));
		assert!(!OwnershipOffers::<Test>::contains_key(model));
		assert_last(Event::OwnershipOfferWithdrawn { model, to: BOB });
		assert_noop!(accept(BOB, model), Error::<Test>::NoOwnershipOffer);
	});
}

#[test]
fn withdraw_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_noop!(withdraw(ALICE, model + 1), Error::<Test>::UnknownModel);
		assert_noop!(withdraw(ALICE, model), Error::<Test>::NoOwnershipOffer);
		assert_ok!(offer(ALICE, model, BOB));
		assert_noop!(withdraw(BOB, model), Error::<Test>::NotOwner);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Models::withdraw_ownership_offer(origin, model), BadOrigin);
		}
	});
}

#[test]
fn accepting_moves_the_model_and_all_its_deposits() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		publish(ALICE, model, 3);
		let deposit = held(ALICE);
		let mut expected = Stored::<Test>::get(model).unwrap();
		let versions: Vec<_> = Versions::<Test>::iter_prefix(model).collect();
		assert_ok!(offer(ALICE, model, BOB));
		assert_ok!(accept(BOB, model));

		expected.owner = BOB;
		assert_eq!(Stored::<Test>::get(model), Some(expected));
		let after: Vec<_> = Versions::<Test>::iter_prefix(model).collect();
		assert_eq!(after, versions);
		assert_eq!((held(ALICE), held(BOB)), (0, deposit));
		assert_eq!(Balances::balance(&ALICE), ENDOWMENT);
		assert_eq!(Balances::balance(&BOB), ENDOWMENT - deposit);
		assert!(ModelsOf::<Test>::contains_key(BOB, model));
		assert!(!ModelsOf::<Test>::contains_key(ALICE, model));
		assert!(!OwnershipOffers::<Test>::contains_key(model));
		assert_last(Event::OwnershipTransferred {
			model,
			from: ALICE,
			to: BOB,
			deposit,
			returned: deposit,
		});
	});
}

#[test]
fn royalties_go_to_the_new_owner_from_then_on() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		hand_over(ALICE, model, BOB);
		for version in [None, Some(1), Some(2)] {
			assert_eq!(Models::model(model, version).unwrap().author, BOB);
		}
	});
}

#[test]
fn the_new_owner_has_all_rights_and_the_old_one_none() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		hand_over(ALICE, model, BOB);
		let origin = || RuntimeOrigin::signed(ALICE);
		assert_noop!(
			Models::publish_version(origin(), model, version(2)),
			Error::<Test>::NotOwner
		);
		assert_noop!(Models::retire(origin(), model), Error::<Test>::NotOwner);
		assert_noop!(offer(ALICE, model, CAROL), Error::<Test>::NotOwner);
		publish(BOB, model, 2);
		retire_and_remove(BOB, model);
		assert_eq!(Balances::balance(&BOB), ENDOWMENT);
	});
}

#[test]
fn other_models_stay_where_they_are() {
	ExtBuilder::default().build_and_execute(|| {
		let (given, kept) = (register(ALICE, 1), register(ALICE, 2));
		let own = register(BOB, 3);
		let of = |model| model_deposit(model) + version_deposit(model, 1);
		hand_over(ALICE, given, BOB);
		assert_eq!(held(ALICE), of(kept));
		assert_eq!(held(BOB), of(given) + of(own));
		assert_eq!(Stored::<Test>::get(kept).unwrap().owner, ALICE);
	});
}

#[test]
fn deposits_move_at_the_price_of_the_day() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		let returned = held(ALICE);
		DepositBase::set(5_000);
		hand_over(ALICE, model, BOB);
		let deposit = returned + 3 * 4_000;
		assert_eq!((held(ALICE), held(BOB)), (0, deposit));
		assert_last(Event::OwnershipTransferred {
			model,
			from: ALICE,
			to: BOB,
			deposit,
			returned,
		});
	});
}

#[test]
fn an_old_version_pays_its_deposit_to_the_owner_of_the_day() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		hand_over(ALICE, model, BOB);
		let (before, deposit) = (held(BOB), version_deposit(model, 1));
		advance(CHANGEOVER + GRACE);
		assert_ok!(Models::remove_version(
			RuntimeOrigin::signed(ALICE),
			model,
			1
		));
		assert_eq!((held(ALICE), held(BOB)), (0, before - deposit));
		assert_last(Event::VersionRemoved {
			model,
			version: 1,
			owner: BOB,
			deposit,
		});
	});
}

#[test]
fn a_model_can_come_back() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let deposit = held(ALICE);
		hand_over(ALICE, model, BOB);
		hand_over(BOB, model, ALICE);
		assert_eq!((held(ALICE), held(BOB)), (deposit, 0));
	});
}

#[test]
fn accept_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_noop!(accept(BOB, model + 1), Error::<Test>::UnknownModel);
		assert_noop!(accept(BOB, model), Error::<Test>::NoOwnershipOffer);
		assert_ok!(offer(ALICE, model, BOB));
		assert_noop!(accept(CAROL, model), Error::<Test>::NotNewOwner);
		assert_noop!(accept(ALICE, model), Error::<Test>::NotNewOwner);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Models::accept_ownership(origin, model), BadOrigin);
		}
		assert_ok!(accept(BOB, model));
		assert_noop!(accept(BOB, model), Error::<Test>::NoOwnershipOffer);
	});
}

#[test]
fn the_new_owner_must_afford_all_deposits() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		let deposit = held(ALICE);
		for to in [PAUPER, CAROL] {
			assert_ok!(offer(ALICE, model, to));
			assert_noop!(accept(to, model), TokenError::FundsUnavailable);
			assert_eq!((held(ALICE), held(to)), (deposit, 0));
		}

		// The deposits may not take the account below the existential deposit.
		let endow = |amount| {
			let root = RuntimeOrigin::root();
			assert_ok!(Balances::force_set_balance(root, CAROL, amount));
		};
		endow(deposit + 9);
		assert_noop!(accept(CAROL, model), TokenError::FundsUnavailable);
		endow(deposit + 10);
		assert_ok!(accept(CAROL, model));
		assert_eq!((Balances::balance(&CAROL), held(CAROL)), (10, deposit));
	});
}
