//! Any sequence of calls keeps the laws, and every deposit returns in the end.

use athanor_primitives::ModelId;
use polkadot_sdk::{
	frame_support::{assert_ok, traits::fungible::Inspect},
	sp_core::storage::StateVersion,
	sp_io::storage::root,
	sp_runtime::{DispatchResult, Permill},
};
use proptest::{collection::vec, prelude::*};

use crate::{ByHashes, Deposits, ModelSpec, ModelStatus, Models as Stored, mock::*};

#[derive(Clone, Debug)]
enum Step {
	Register {
		who: AccountId,
		content: u8,
		licence: usize,
		royalty: u32,
	},
	Retire {
		who: AccountId,
		model: ModelId,
	},
	Remove {
		who: AccountId,
		model: ModelId,
	},
	Wait {
		blocks: u32,
	},
	Reprice {
		base: u128,
	},
}

fn step() -> impl Strategy<Value = Step> {
	let who = prop_oneof![Just(ALICE), Just(BOB), Just(PAUPER)];
	prop_oneof![
		4 => (who.clone(), 0u8..6, 0usize..260, 0u32..220_000).prop_map(
			|(who, content, licence, royalty)| Step::Register { who, content, licence, royalty }
		),
		3 => (who.clone(), 0u32..10).prop_map(|(who, model)| Step::Retire { who, model }),
		3 => (who, 0u32..10).prop_map(|(who, model)| Step::Remove { who, model }),
		2 => (1u32..8).prop_map(|blocks| Step::Wait { blocks }),
		1 => (0u128..3_000).prop_map(|base| Step::Reprice { base }),
	]
}

fn apply(step: &Step) -> DispatchResult {
	match *step {
		Step::Register {
			who,
			content,
			licence,
			royalty,
		} => Models::register(
			RuntimeOrigin::signed(who),
			ModelSpec {
				licence: vec![b'l'; licence],
				royalty: Permill::from_parts(royalty),
				..spec(content)
			},
		),
		Step::Retire { who, model } => Models::retire(RuntimeOrigin::signed(who), model),
		Step::Remove { who, model } => Models::remove(RuntimeOrigin::signed(who), model),
		Step::Wait { blocks } => {
			advance(blocks);
			Ok(())
		}
		Step::Reprice { base } => {
			DepositBase::set(base);
			Ok(())
		}
	}
}

/// Retires and removes whatever is left.
fn wind_up() {
	let models: Vec<_> = Stored::<Test>::iter().collect();
	for (id, model) in &models {
		if model.status == ModelStatus::Active {
			assert_ok!(Models::retire(RuntimeOrigin::signed(model.owner), *id));
		}
	}
	advance(RetirementGrace::get());
	for (id, _) in &models {
		assert_ok!(Models::remove(RuntimeOrigin::signed(PAUPER), *id));
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn laws_hold_and_deposits_return(steps in vec(step(), 1..40)) {
		ExtBuilder::default().build_and_execute(|| {
			for step in &steps {
				let before = root(StateVersion::V1);
				if apply(step).is_err() {
					assert_eq!(before, root(StateVersion::V1), "{step:?} left a trace");
				}
				Models::do_try_state().unwrap();
			}
			wind_up();
			assert_eq!((held(ALICE), held(BOB)), (0, 0));
			assert_eq!(Balances::balance(&ALICE), ENDOWMENT);
			assert_eq!(Balances::balance(&BOB), ENDOWMENT);
			assert_eq!(Stored::<Test>::iter().count(), 0);
			assert_eq!(Deposits::<Test>::iter().count(), 0);
			assert_eq!(ByHashes::<Test>::iter().count(), 0);
		});
	}
}
