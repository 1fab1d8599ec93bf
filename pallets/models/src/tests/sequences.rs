//! Any sequence of calls keeps the laws, and every deposit returns in the end.

use athanor_primitives::{
	ModelId,
	ports::{ExplainHolds, ModelRegistry},
};
use polkadot_sdk::{
	frame_support::{assert_ok, dispatch::DispatchResultWithPostInfo, traits::fungible::Inspect},
	sp_core::storage::StateVersion,
	sp_io::storage::root,
	sp_runtime::{Permill, traits::Dispatchable},
};
use proptest::{collection::vec, prelude::*};

use crate::{
	ByHashes, Call, Deposits, ModelSpec, ModelStatus, Models as Stored, ModelsOf, OwnershipOffers,
	VersionDeposits, VersionSpec, Versions, mock::*,
};

const EVERYONE: [AccountId; 4] = [ALICE, BOB, CAROL, PAUPER];

#[derive(Clone, Debug)]
enum Step {
	Call(AccountId, Call<Test>),
	/// One of the models is signed for by its owner, so that more succeeds.
	ByOwner(Call<Test>),
	/// The offer of a model is accepted by whoever it was made to.
	Accept(ModelId),
	Wait(u32),
	Reprice(u128),
}

fn who() -> impl Strategy<Value = AccountId> {
	prop::sample::select(&EVERYONE[..])
}

fn model() -> impl Strategy<Value = ModelId> {
	prop_oneof![6 => 0u32..2, 1 => 2u32..4]
}

fn content() -> impl Strategy<Value = u8> {
	0u8..24
}

fn registration() -> impl Strategy<Value = Call<Test>> {
	(content(), 0usize..260, 0u32..220_000).prop_map(|(content, licence, royalty)| {
		let spec = ModelSpec {
			licence: vec![b'l'; licence],
			royalty: Permill::from_parts(royalty),
			..spec(content)
		};
		Call::register { spec }
	})
}

fn publication() -> impl Strategy<Value = Call<Test>> {
	(model(), content(), 0usize..260).prop_map(|(model, content, source)| {
		let spec = VersionSpec {
			source: vec![b's'; source],
			..version(content)
		};
		Call::publish_version { model, spec }
	})
}

/// Calls that only an owner can make.
fn of_owner() -> impl Strategy<Value = Call<Test>> {
	prop_oneof![
		9 => publication(),
		1 => model().prop_map(|model| Call::retire { model }),
		4 => (model(), who()).prop_map(|(model, to)| Call::offer_ownership { model, to }),
		1 => model().prop_map(|model| Call::withdraw_ownership_offer { model }),
	]
}

fn of_anyone() -> impl Strategy<Value = Call<Test>> {
	prop_oneof![
		1 => registration(),
		4 => model().prop_map(|model| Call::remove { model }),
		8 => (model(), 0u32..5)
			.prop_map(|(model, version)| Call::remove_version { model, version }),
		1 => model().prop_map(|model| Call::accept_ownership { model }),
		1 => of_owner(),
	]
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		6 => (who(), of_anyone()).prop_map(|(who, call)| Step::Call(who, call)),
		6 => of_owner().prop_map(Step::ByOwner),
		3 => model().prop_map(Step::Accept),
		3 => (1u32..20).prop_map(Step::Wait),
		1 => (0u128..3_000).prop_map(Step::Reprice),
	]
}

fn model_named_by(call: &Call<Test>) -> ModelId {
	match call {
		Call::publish_version { model, .. }
		| Call::retire { model }
		| Call::offer_ownership { model, .. }
		| Call::withdraw_ownership_offer { model } => *model,
		other => unreachable!("{other:?} is not a call of an owner"),
	}
}

fn dispatch(who: AccountId, call: Call<Test>) -> DispatchResultWithPostInfo {
	RuntimeCall::Models(call).dispatch(RuntimeOrigin::signed(who))
}

fn apply(step: Step) -> DispatchResultWithPostInfo {
	match step {
		Step::Call(who, call) => dispatch(who, call),
		Step::ByOwner(call) => {
			let model = Stored::<Test>::get(model_named_by(&call));
			dispatch(model.map_or(ALICE, |model| model.owner), call)
		}
		Step::Accept(model) => {
			let to = OwnershipOffers::<Test>::get(model).unwrap_or(ALICE);
			dispatch(to, Call::accept_ownership { model })
		}
		Step::Wait(blocks) => {
			advance(blocks);
			Ok(().into())
		}
		Step::Reprice(base) => {
			DepositBase::set(base);
			Ok(().into())
		}
	}
}

/// What has to be so after each step, beside the laws that the pallet checks itself.
fn check() {
	Models::do_try_state().unwrap();
	for who in EVERYONE {
		let told: u128 = Models::explain(&who, u32::MAX)
			.iter()
			.map(|held| held.amount)
			.sum();
		assert_eq!(told, held(who), "every unit on hold is explained");
	}
	for (id, number, _) in Versions::<Test>::iter() {
		let model = Stored::<Test>::get(id).unwrap();
		let info = Models::model(id, Some(number)).unwrap();
		assert_eq!((info.author, info.version), (model.owner, number));
		if model.status == ModelStatus::Active && number == model.version {
			assert!(info.active, "the newest version of an active model is open");
		}
	}
}

/// Retires and removes whatever is left.
fn wind_up() {
	let models: Vec<_> = Stored::<Test>::iter().collect();
	for (id, model) in &models {
		if model.status == ModelStatus::Active {
			retire(model.owner, *id);
		}
	}
	advance(NOTICE + GRACE);
	for (id, _) in &models {
		assert_ok!(Models::remove(RuntimeOrigin::signed(PAUPER), *id));
	}
}

/// Nothing is stored and nothing is on hold.
fn check_empty() {
	for (who, endowment) in [(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (CAROL, LITTLE)] {
		assert_eq!((held(who), Balances::balance(&who)), (0, endowment));
	}
	assert_eq!(Stored::<Test>::iter().count(), 0);
	assert_eq!(Deposits::<Test>::iter().count(), 0);
	assert_eq!(Versions::<Test>::iter().count(), 0);
	assert_eq!(VersionDeposits::<Test>::iter().count(), 0);
	assert_eq!(ByHashes::<Test>::iter().count(), 0);
	assert_eq!(ModelsOf::<Test>::iter().count(), 0);
	assert_eq!(OwnershipOffers::<Test>::iter().count(), 0);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn laws_hold_and_deposits_return(steps in vec(step(), 1..120)) {
		ExtBuilder::default().build_and_execute(|| {
			register(ALICE, 0);
			register(CAROL, 1);
			for step in steps {
				let before = root(StateVersion::V1);
				let shown = format!("{step:?}");
				if apply(step).is_err() {
					assert_eq!(before, root(StateVersion::V1), "{shown} left a trace");
				}
				check();
			}
			wind_up();
			check_empty();
		});
	}
}
