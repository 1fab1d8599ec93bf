//! What other pallets and clients see of the registry.

use athanor_primitives::{
	model::{ModelInfo, NumericClass, PriceClass},
	ports::ModelRegistry,
};
use polkadot_sdk::frame_support::assert_ok;
use pretty_assertions::assert_eq;

use crate::{Models as Stored, RegisteredVersion, Versions, mock::*};

/// What is seen of a model that [`ALICE`] has just registered.
fn first() -> ModelInfo<AccountId> {
	ModelInfo {
		author: ALICE,
		version: 1,
		royalty: 100_000,
		price_class: PriceClass::Small,
		numeric_class: NumericClass::Float,
		context_length: 1_024,
		template_overhead: 16,
		active: true,
	}
}

/// What is seen of its second version.
fn second() -> ModelInfo<AccountId> {
	ModelInfo {
		version: 2,
		context_length: 2_048,
		template_overhead: 20,
		..first()
	}
}

fn retired(info: ModelInfo<AccountId>) -> ModelInfo<AccountId> {
	ModelInfo {
		active: false,
		..info
	}
}

#[test]
fn other_pallets_see_what_was_registered() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Models::model(0, None), None);
		let model = register(ALICE, 1);
		assert_eq!(Models::model(model, None), Some(first()));
		assert_eq!(Models::model(model, Some(1)), Some(first()));
		for version in [0, 2, u32::MAX] {
			assert_eq!(Models::model(model, Some(version)), None);
		}
		assert_eq!(Models::model(model + 1, Some(1)), None);
	});
}

#[test]
fn a_retired_model_is_open_for_its_notice_and_seen_until_it_is_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		retire(ALICE, model);
		assert_eq!(Models::model(model, None), Some(first()));
		advance(NOTICE - 1);
		assert_eq!(Models::model(model, None), Some(first()));
		advance(1);
		assert_eq!(Models::model(model, None), Some(retired(first())));
		advance(GRACE);
		assert_eq!(Models::model(model, Some(1)), Some(retired(first())));
		assert_ok!(Models::remove(RuntimeOrigin::signed(ALICE), model));
		assert_eq!(Models::model(model, None), None);
		assert_eq!(Models::model(model, Some(1)), None);
	});
}

#[test]
fn a_superseded_version_is_open_for_its_grace_and_seen_until_it_is_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		assert_eq!(Models::model(model, None), Some(second()));
		assert_eq!(Models::model(model, Some(2)), Some(second()));
		assert_eq!(Models::model(model, Some(1)), Some(first()));
		advance(CHANGEOVER - 1);
		assert_eq!(Models::model(model, Some(1)), Some(first()));
		advance(1);
		assert_eq!(Models::model(model, Some(1)), Some(retired(first())));
		assert_eq!(Models::model(model, None), Some(second()));
		advance(GRACE);
		assert_eq!(Models::model(model, Some(1)), Some(retired(first())));
		assert_ok!(Models::remove_version(RuntimeOrigin::signed(BOB), model, 1));
		assert_eq!(Models::model(model, Some(1)), None);
		assert_eq!(Models::model(model, None), Some(second()));
	});
}

#[test]
fn whichever_ends_first_ends_a_version() {
	ExtBuilder::default()
		.version_grace(20)
		.build_and_execute(|| {
			let model = register(ALICE, 1);
			publish(ALICE, model, 2);
			retire(ALICE, model);
			advance(NOTICE);
			assert_eq!(Models::model(model, Some(1)), Some(retired(first())));
			assert_eq!(Models::model(model, Some(2)), Some(retired(second())));
		});
	ExtBuilder::default()
		.version_grace(1)
		.build_and_execute(|| {
			let model = register(ALICE, 1);
			publish(ALICE, model, 2);
			retire(ALICE, model);
			advance(1);
			assert_eq!(Models::model(model, Some(1)), Some(retired(first())));
			assert_eq!(Models::model(model, Some(2)), Some(second()));
		});
}

#[test]
fn clients_see_the_whole_record() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Models::version_of(0, None), None);
		let model = register(ALICE, 1);
		publish(ALICE, model, 2);
		let seen = |version, active| RegisteredVersion {
			model: Stored::<Test>::get(model).unwrap(),
			version,
			record: Versions::<Test>::get(model, version).unwrap(),
			active,
		};
		assert_eq!(Models::version_of(model, None), Some(seen(2, true)));
		assert_eq!(Models::version_of(model, Some(1)), Some(seen(1, true)));
		advance(CHANGEOVER);
		assert_eq!(Models::version_of(model, Some(1)), Some(seen(1, false)));
		assert_eq!(Models::version_of(model, Some(2)), Some(seen(2, true)));
		assert_eq!(Models::version_of(model, Some(3)), None);
	});
}
