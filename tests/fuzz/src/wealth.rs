//! What accounts are worth, and the calls that turn what they can claim into money.

use athanor_rewards::{Holders, Royalties};
use athanor_runtime::{AccountId, Balance, Balances, Runtime, RuntimeCall, RuntimeOrigin, Staking};
use athanor_staking::{Delegations, Pools};
use frame_support::traits::fungible::Inspect;
use polkadot_sdk::*;
use sp_runtime::traits::Dispatchable;

use crate::{calls::royalties, cast::Actor};

/// What accounts have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wealth {
	/// Money, free and on hold, and what can be claimed; less what slashes have taken and nobody has collected.
	pub units: Balance,
	/// Records in it whose worth was rounded down, by less than a unit each.
	pub rounded: Balance,
}

/// What these accounts have.
pub fn of(who: impl IntoIterator<Item = AccountId>) -> Wealth {
	who.into_iter().fold(Wealth::default(), |sum, who| {
		let (stake, income) = (of_delegations(&who), of_royalties(&who));
		let units = Balances::total_balance(&who) + stake.claimable + income.claimable;
		Wealth {
			units: sum.units + units - stake.lost,
			rounded: sum.rounded + stake.rounded + income.rounded,
		}
	})
}

/// What an account can claim.
pub fn claimable(who: &AccountId) -> Balance {
	of_delegations(who).claimable + of_royalties(who).claimable
}

#[derive(Default)]
struct Part {
	claimable: Balance,
	lost: Balance,
	rounded: Balance,
}

fn of_delegations(who: &AccountId) -> Part {
	let mut part = Part::default();
	for (provider, record) in Delegations::<Runtime>::iter_prefix(who) {
		let pool = Pools::<Runtime>::get(&provider);
		part.claimable += record.earned.claimable(&pool.income, record.shares);
		// The stake and the income, and each part that answers for another pool.
		part.rounded += 2 + record.moved.len() as Balance;
		let held = record.held;
		let record = Staking::after_others(record);
		let worth = pool.pool.worth(record.total_shares());
		part.lost += held.saturating_sub(worth);
	}
	part
}

fn of_royalties(who: &AccountId) -> Part {
	let mut part = Part::default();
	for (model, holder) in Holders::<Runtime>::iter_prefix(who) {
		if Royalties::<Runtime>::contains_key(model) {
			part.claimable += royalties::claimable(model, &holder);
			part.rounded += 1;
		}
	}
	part
}

/// Claims and collects everything, for everybody. Returns how many calls did something. Nobody pays a fee.
pub fn claim_everything() -> u32 {
	let mut done = 0;
	let mut send = |who: AccountId, call: RuntimeCall| {
		done += u32::from(call.dispatch(RuntimeOrigin::signed(who)).is_ok());
	};
	let delegations: Vec<_> = Delegations::<Runtime>::iter_keys().collect();
	for (delegator, provider) in delegations {
		let claim = athanor_staking::Call::<Runtime>::claim {
			provider: provider.clone(),
		};
		let collect = athanor_staking::Call::<Runtime>::collect {
			provider,
			delegator: delegator.clone(),
		};
		send(delegator, claim.into());
		send(Actor::Ferdie.account(), collect.into());
	}
	let holders: Vec<_> = Holders::<Runtime>::iter_keys().collect();
	for (who, model) in holders {
		let claim = athanor_rewards::Call::<Runtime>::claim_royalty_for { model, who };
		send(Actor::Ferdie.account(), claim.into());
	}
	done
}
