//! Calls on the bonds of validators and nominators. Nobody stands for election beside Alice: the blocks here are
//! all hers.

use athanor_runtime::{AccountId, Runtime};
use pallet_staking::{Call, Ledger, RewardDestination};
use polkadot_sdk::*;

use super::{Plan, one_that};
use crate::{cast::Actor, input::Pick, operation::Bonding};

fn bonded(who: &AccountId) -> bool {
	// Alice keeps hers.
	*who != Actor::Alice.account() && Ledger::<Runtime>::contains_key(who)
}

/// The call that an operation comes to.
pub fn plan(who: Pick, what: Bonding) -> Option<Plan> {
	let one = |who| match one_that(who, bonded) {
		Actor::Alice => Actor::Bob,
		other => other,
	};
	match what {
		Bonding::Bond(value) => Plan::by(
			one_that(who, |who| !bonded(who)),
			Call::<Runtime>::bond {
				value,
				payee: RewardDestination::None,
			},
		),
		Bonding::More(max_additional) => {
			Plan::by(one(who), Call::<Runtime>::bond_extra { max_additional })
		}
		Bonding::Unbond(value) => Plan::by(one(who), Call::<Runtime>::unbond { value }),
		Bonding::Rebond(value) => Plan::by(one(who), Call::<Runtime>::rebond { value }),
		Bonding::Withdraw => Plan::by(
			one(who),
			Call::<Runtime>::withdraw_unbonded {
				num_slashing_spans: 0,
			},
		),
		Bonding::Nominate => Plan::by(
			one(who),
			Call::<Runtime>::nominate {
				targets: vec![Actor::Alice.account().into()],
			},
		),
	}
}
