//! What other pallets see of the registry.

use athanor_primitives::{
	model::{ModelInfo, NumericClass, PriceClass},
	ports::ModelRegistry,
};
use polkadot_sdk::frame_support::assert_ok;
use pretty_assertions::assert_eq;

use crate::mock::*;

#[test]
fn other_pallets_see_what_was_registered() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Models::model(0), None);
		let model = register(ALICE, 1);
		let info = ModelInfo {
			author: ALICE,
			version: 1,
			royalty: 100_000,
			price_class: PriceClass::Small,
			numeric_class: NumericClass::Float,
			context_length: 1_024,
			template_overhead: 16,
			active: true,
		};
		assert_eq!(Models::model(model), Some(info));
	});
}

#[test]
fn a_retired_model_is_seen_until_it_is_removed() {
	ExtBuilder::default().build_and_execute(|| {
		let model = register(ALICE, 1);
		let mut info = Models::model(model).unwrap();
		assert_ok!(Models::retire(RuntimeOrigin::signed(ALICE), model));
		info.active = false;
		assert_eq!(Models::model(model), Some(info.clone()));
		advance(10);
		assert_eq!(Models::model(model), Some(info));
		assert_ok!(Models::remove(RuntimeOrigin::signed(ALICE), model));
		assert_eq!(Models::model(model), None);
	});
}
