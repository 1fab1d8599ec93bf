//! What an owner is told of its deposits.

use athanor_primitives::{
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	ports::ExplainHolds,
};
use pretty_assertions::assert_eq;

use crate::mock::*;

/// What is said of an active model.
fn active(model: u32, amount: u128) -> Held {
	Held {
		reason: HeldFor::ModelDeposit { model },
		amount,
		until: HeldUntil::OwnerActs,
		freed_by: FreedBy::ModelsRetire,
	}
}

#[test]
fn who_owns_no_model_has_nothing_on_hold() {
	ExtBuilder::default().build_and_execute(|| {
		register(ALICE, 1);
		assert_eq!(Models::explain(&BOB, 10), []);
	});
}

#[test]
fn a_model_is_explained_with_all_its_versions() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		assert_eq!(Models::explain(&ALICE, 10), [active(model, held(ALICE))]);
		publish(ALICE, model, 2);
		assert_eq!(Models::explain(&ALICE, 10), [active(model, held(ALICE))]);
		advance(CHANGEOVER + GRACE);
		assert_eq!(
			Models::explain(&ALICE, 10),
			[active(model, held(ALICE))],
			"with those that can be removed"
		);
	});
}

#[test]
fn a_retired_model_says_when_it_can_be_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		advance(3);
		retire(ALICE, model);
		let expected = Held {
			reason: HeldFor::ModelDeposit { model },
			amount: held(ALICE),
			until: HeldUntil::CallableFrom(4 + NOTICE + GRACE),
			freed_by: FreedBy::ModelsRemove,
		};
		assert_eq!(Models::explain(&ALICE, 10), [expected]);
	});
}

#[test]
fn each_model_is_explained_and_together_they_are_the_hold() {
	ExtBuilder::default().build_and_execute(|| {
		let models = [1, 2, 3].map(|content| register(ALICE, content));
		register(BOB, 4);
		publish(ALICE, models[1], 5);
		retire(ALICE, models[2]);

		let told = Models::explain(&ALICE, 10);
		assert_eq!(
			told.iter().map(|held| held.amount).sum::<u128>(),
			held(ALICE)
		);
		let mut reasons: Vec<_> = told.iter().map(|held| held.reason).collect();
		reasons.sort_by_key(|reason| match reason {
			HeldFor::ModelDeposit { model } => *model,
			other => unreachable!("{other:?} is no business of this pallet"),
		});
		assert_eq!(reasons, models.map(|model| HeldFor::ModelDeposit { model }));
	});
}

#[test]
fn no_more_is_told_than_was_asked_for() {
	ExtBuilder::default().build_and_execute(|| {
		for content in 1..=3 {
			register(ALICE, content);
		}
		for limit in 0..=3 {
			assert_eq!(Models::explain(&ALICE, limit).len(), limit as usize);
		}
		assert_eq!(Models::explain(&ALICE, u32::MAX).len(), 3);
	});
}

#[test]
fn a_model_is_explained_to_its_owner_of_the_day() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		hand_over(ALICE, model, BOB);
		assert_eq!(Models::explain(&ALICE, 10), []);
		assert_eq!(Models::explain(&BOB, 10), [active(model, held(BOB))]);
	});
}
