//! The end of a model.

use codec::Encode;
use polkadot_sdk::{
	frame_support::{
		assert_noop, assert_ok,
		traits::fungible::{Inspect, MutateHold},
	},
	sp_runtime::DispatchError::BadOrigin,
	*,
};
use pretty_assertions::assert_eq;

use crate::{
	ByHashes, Deposits, Error, Event, ModelStatus, Models as Stored, ModelsOf, OwnershipOffers,
	VersionDeposits, VersionId, Versions, mock::*, types::content_key,
};

#[test]
fn retiring_starts_the_grace() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let deposit = held(ALICE);
		advance(4);
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));

		let status = ModelStatus::Retiring {
			posts_until: 10,
			removable_at: 20,
		};
		assert_eq!(Stored::<Test>::get(model).unwrap().status, status);
		assert_eq!(held(ALICE), deposit, "the deposit stays until removal");
		assert_last(Event::ModelRetired {
			model,
			posts_until: 10,
			removable_at: 20,
		});
	});
}

#[test]
fn retiring_changes_nothing_but_the_status() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let before = Stored::<Test>::get(model).unwrap();
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));
		let mut after = Stored::<Test>::get(model).unwrap();
		after.status = ModelStatus::Active;
		assert_eq!(after.encode(), before.encode());
	});
}

#[test]
fn retire_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let retire = |who, id| Models::retire(RuntimeOrigin::signed(who), id);
		assert_noop!(retire(ALICE, 1), Error::<Test>::UnknownModel);
		assert_noop!(retire(BOB, model), Error::<Test>::NotOwner);
		assert_noop!(Models::retire(RuntimeOrigin::root(), model), BadOrigin);
		assert_noop!(Models::retire(RuntimeOrigin::none(), model), BadOrigin);
		assert_ok!(retire(ALICE, model));
		assert_noop!(retire(ALICE, model), Error::<Test>::AlreadyRetired);
		assert_noop!(retire(BOB, model), Error::<Test>::NotOwner);
	});
}

#[test]
fn a_grace_past_the_last_block_does_not_wrap() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		System::set_block_number(u32::MAX - NOTICE - 3);
		retire(ALICE, model);
		let status = ModelStatus::Retiring {
			posts_until: u32::MAX - 3,
			removable_at: u32::MAX,
		};
		assert_eq!(Stored::<Test>::get(model).unwrap().status, status);
	});
}

#[test]
fn anyone_removes_and_the_owner_gets_the_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let deposit = held(ALICE);
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));
		advance(NOTICE + GRACE);
		assert_ok!(Models::remove(RuntimeOrigin::signed(PAUPER), model));

		assert_eq!((Balances::balance(&ALICE), held(ALICE)), (ENDOWMENT, 0));
		assert_eq!(Balances::balance(&PAUPER), 0);
		assert!(!Stored::<Test>::contains_key(model));
		assert!(!Deposits::<Test>::contains_key(model));
		assert!(!Versions::<Test>::contains_key(model, 1));
		assert!(!VersionDeposits::<Test>::contains_key(model, 1));
		assert!(!ModelsOf::<Test>::contains_key(ALICE, model));
		assert!(!ByHashes::<Test>::contains_key(content_key(&hashes(1))));
		assert_last(Event::ModelRemoved {
			model,
			owner: ALICE,
			deposit,
		});
	});
}

#[test]
fn all_versions_go_with_the_model() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		for content in 2..=8 {
			publish(ALICE, model, content);
		}
		let deposit = held(ALICE);
		retire_and_remove(ALICE, model);

		assert_eq!((Balances::balance(&ALICE), held(ALICE)), (ENDOWMENT, 0));
		assert_eq!(Versions::<Test>::iter().count(), 0);
		assert_eq!(VersionDeposits::<Test>::iter().count(), 0);
		assert_eq!(ByHashes::<Test>::iter().count(), 0);
		assert_last(Event::ModelRemoved {
			model,
			owner: ALICE,
			deposit,
		});
	});
}

#[test]
fn retiring_ends_an_offer_of_the_model() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let origin = RuntimeOrigin::signed(ALICE);
		assert_ok!(Models::offer_ownership(origin, model, BOB));
		retire(ALICE, model);
		assert!(!OwnershipOffers::<Test>::contains_key(model));
		System::assert_has_event(Event::OwnershipOfferWithdrawn { model, to: BOB }.into());
		assert_noop!(
			Models::accept_ownership(RuntimeOrigin::signed(BOB), model),
			Error::<Test>::NoOwnershipOffer
		);
	});
}

#[test]
fn other_models_of_the_owner_keep_their_deposits() {
	ExtBuilder::default().build_and_execute(|| {
		let (gone, kept) = (register(ALICE, 1), register(ALICE, 2));
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), gone));
		advance(NOTICE + GRACE);
		assert_ok!(Models::remove(RuntimeOrigin::signed(ALICE), gone));
		assert_eq!(held(ALICE), model_deposit(kept) + version_deposit(kept, 1));
	});
}

#[test]
fn what_was_put_down_returns_whatever_deposits_cost_by_then() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let deposit = held(ALICE);
		DepositBase::set(5_000);
		register(ALICE, 2);
		let other = held(ALICE) - deposit;
		assert!(other > deposit);

		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));
		advance(NOTICE + GRACE);
		assert_ok!(Models::remove(RuntimeOrigin::signed(ALICE), model));
		assert_eq!(held(ALICE), other);
		assert_last(Event::ModelRemoved {
			model,
			owner: ALICE,
			deposit,
		});
	});
}

#[test]
fn a_removed_content_can_be_registered_again_by_another() {
	ExtBuilder::default().build_and_execute(|| {
		let first = register(ALICE, 1);
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), first));
		advance(NOTICE + GRACE);
		assert_ok!(Models::remove(RuntimeOrigin::signed(ALICE), first));

		let second = register(BOB, 1);
		assert_ne!(first, second);
		let content = VersionId {
			model: second,
			version: 1,
		};
		assert_eq!(
			ByHashes::<Test>::get(content_key(&hashes(1))),
			Some(content)
		);
	});
}

#[test]
fn remove_errors() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let remove = |id| Models::remove(RuntimeOrigin::signed(BOB), id);
		assert_noop!(remove(1), Error::<Test>::UnknownModel);
		assert_noop!(remove(model), Error::<Test>::NotRetired);
		assert_noop!(Models::remove(RuntimeOrigin::root(), model), BadOrigin);
		assert_noop!(Models::remove(RuntimeOrigin::none(), model), BadOrigin);

		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));
		assert_noop!(remove(model), Error::<Test>::GraceNotOver);
		advance(NOTICE + GRACE - 1);
		assert_noop!(remove(model), Error::<Test>::GraceNotOver);
		advance(1);
		assert_ok!(remove(model));
		assert_noop!(remove(model), Error::<Test>::UnknownModel);
	});
}

#[test]
fn removal_reports_what_really_returned() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let deposit = held(ALICE);
		// Something else has burned a part of what was on hold.
		assert_ok!(Balances::burn_held(
			&DepositReason::get(),
			&ALICE,
			100,
			frame_support::traits::tokens::Precision::Exact,
			frame_support::traits::tokens::Fortitude::Force,
		));
		assert!(Models::do_try_state().is_err(), "the law names it");
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));
		advance(NOTICE + GRACE);
		assert_ok!(Models::remove(RuntimeOrigin::signed(ALICE), model));
		assert_last(Event::ModelRemoved {
			model,
			owner: ALICE,
			deposit: deposit - 100,
		});
	});
}
