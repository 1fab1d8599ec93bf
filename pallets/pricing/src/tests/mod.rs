//! Tests, by topic.

mod absurd;
mod conditions;
mod draw;
mod explain;
mod index;
mod laws;
mod offers;
mod periods;
mod policy;
mod prune;
mod random;
mod reads;
mod simulate;
mod take;

use crate::{Error, Event, mock::*};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;

use athanor_primitives::{
	eligibility::{Attributes, Ineligible, Needs},
	model::PriceClass,
	policy::Policy,
	ports::{Demand, OfferBook, TokenLimits},
	price::{Price, PriceBounds},
	testing,
};

fn signed(who: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who)
}

fn set_policy(class: PriceClass, policy: Policy) -> sp_runtime::DispatchResult {
	Pricing::set_policy(RuntimeOrigin::root(), class, policy)
}

/// Sets the policy of small models to one with these bounds.
fn set_bounds(floor: u128, ceiling: u128) {
	let bounds = PriceBounds {
		floor: Price::flat(floor),
		ceiling: Price::flat(ceiling),
	};
	assert_ok!(set_policy(PriceClass::Small, Policy { bounds, ..POLICY }));
}

/// Raises what the limits allow to all prices that there are.
fn widen_limits() {
	PriceLimits::mutate(|limits| {
		limits.bounds = PriceBounds {
			floor: Price::flat(0),
			ceiling: ANY_PRICE,
		};
	});
}
