//! Tests, by topic.

mod bounds;
mod conditions;
mod draw;
mod explain;
mod index;
mod laws;
mod offers;
mod prune;
mod random;
mod reads;
mod take;

use crate::{Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use athanor_primitives::{
	eligibility::{Attributes, Ineligible, Needs},
	model::PriceClass,
	ports::{Demand, OfferBook, TokenLimits},
	price::{Price, PriceBounds},
	testing,
};

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn set_bounds(floor: u128, ceiling: u128) {
	let bounds = PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	};
	assert_ok!(Pricing::set_bounds(
		RuntimeOrigin::root(),
		PriceClass::Small,
		bounds
	));
}
