//! Tests, by topic.

mod bounds;
mod draw;
mod laws;
mod offers;
mod random;
mod reads;
mod take;

use crate::{Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use athanor_primitives::{
	model::PriceClass,
	ports::{OfferBook, TokenLimits},
	price::{Price, PriceBounds},
	testing,
};

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn retire(model: athanor_primitives::ModelId) {
	testing::set_model(
		model,
		athanor_primitives::model::ModelInfo {
			active: false,
			..testing::model()
		},
	);
}
