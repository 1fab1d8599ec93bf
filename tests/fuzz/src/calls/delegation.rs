//! Calls of the staking pallet on delegated stake and on slashes.

use athanor_runtime::{AccountId, Balance, Runtime, System, constants::ATH};
use athanor_staking::{Call, DelegationOf, Delegations, PendingSlashes, Pools, Providers};

use super::{Plan, one_that};
use crate::{
	cast::Actor,
	input::Pick,
	operation::{Delegated, Delegation, Share},
};

type Record = DelegationOf<Runtime>;

/// A delegation that fits, by its owner and its provider; or else any two actors.
fn pair(pick: &Delegation, fits: impl Fn(&AccountId, &Record) -> bool) -> (Actor, AccountId) {
	let fitting = Delegations::<Runtime>::iter()
		.filter(|(_, provider, record)| fits(provider, record))
		.filter_map(|(who, provider, _)| Some((Actor::with(&who)?, provider)));
	let mut fitting: Vec<_> = fitting.collect();
	fitting.sort_by_key(|(who, provider)| (*who, provider.clone()));
	pick.who.fitting(fitting).unwrap_or((
		Actor::of(pick.who.number()),
		Actor::of(pick.provider.number()).account(),
	))
}

/// A provider that takes delegations.
fn open(pick: Pick) -> AccountId {
	let now = System::block_number();
	let takes = |who: &AccountId| {
		Providers::<Runtime>::get(who).is_some_and(|record| {
			!record.chilled && !record.is_paused(now) && record.pending.is_empty()
		})
	};
	one_that(pick, takes).account()
}

fn worth(provider: &AccountId, record: &Record) -> Balance {
	Pools::<Runtime>::get(provider).pool.worth(record.shares)
}

fn claimable(provider: &AccountId, record: &Record) -> Balance {
	let income = Pools::<Runtime>::get(provider).income;
	record.earned.claimable(&income, record.shares)
}

fn part(who: Actor, provider: &AccountId, share: Share) -> Balance {
	let all = Delegations::<Runtime>::get(who.account(), provider)
		.map_or(0, |record| worth(provider, &record));
	match share {
		Share::All => all,
		Share::AllButLeast => all.saturating_sub(ATH),
		Share::Eighths(eighths) => all / 8 * Balance::from(eighths),
		Share::Unit => 1,
		Share::TooMuch => all.saturating_add(1),
	}
}

/// The oldest slash, if it fits.
fn slash(pick: Pick) -> u64 {
	let mut ids: Vec<u64> = PendingSlashes::<Runtime>::iter_keys().collect();
	ids.sort_unstable();
	pick.fitting(ids).unwrap_or(pick.number().into())
}

/// The call that an operation comes to.
pub fn plan(operation: &Delegation) -> Option<Plan> {
	let now = System::block_number();
	match operation.what {
		Delegated::Delegate(amount) => {
			let provider = open(operation.provider);
			let who = one_that(operation.who, |who| *who != provider);
			Plan::by(who, Call::delegate { provider, amount })
		}
		Delegated::Undelegate(share) => {
			let (who, provider) = pair(operation, |_, record| record.shares > 0);
			let amount = part(who, &provider, share);
			Plan::by(who, Call::undelegate { provider, amount })
		}
		Delegated::Withdraw => {
			let unlocked =
				|record: &Record| record.unbonding.iter().any(|part| part.unlocks_at <= now);
			let (who, provider) = pair(operation, |_, record| unlocked(record));
			Plan::by(who, Call::withdraw_delegation { provider })
		}
		Delegated::Claim => {
			let (who, provider) = pair(operation, |of, record| claimable(of, record) > 0);
			Plan::by(who, Call::claim { provider })
		}
		Delegated::Collect => {
			let (who, provider) = pair(operation, |of, record| {
				let worth = Pools::<Runtime>::get(of).pool.worth(record.total_shares());
				worth < record.held || record.moved.iter().any(|part| part.until <= now)
			});
			let delegator = who.account();
			Plan::by(
				Actor::Ferdie,
				Call::collect {
					provider,
					delegator,
				},
			)
		}
		Delegated::Redelegate(share) => {
			let (who, from) = pair(operation, |_, record| {
				record.shares > 0 && record.moved.is_empty()
			});
			let to = open(operation.provider);
			let amount = part(who, &from, share);
			Plan::by(who, Call::redelegate { from, to, amount })
		}
		Delegated::Commission(commission) => Plan::by(
			one_that(operation.who, super::staking::is_provider),
			Call::set_commission { commission },
		),
		Delegated::AutoCompound(on) => {
			let (who, provider) = pair(operation, |_, record| record.auto_compound != on);
			Plan::by(who, Call::set_auto_compound { provider, on })
		}
		Delegated::Compound => {
			let (who, provider) = pair(operation, |of, record| {
				record.auto_compound && claimable(of, record) > 0
			});
			let delegator = who.account();
			Plan::by(
				Actor::Ferdie,
				Call::compound {
					provider,
					delegator,
				},
			)
		}
		Delegated::Enact => Plan::by(
			Actor::Ferdie,
			Call::enact_slash {
				slash: slash(operation.who),
			},
		),
		Delegated::Cancel { by_root } => Plan::by_root_or(
			Actor::Ferdie,
			by_root,
			Call::<Runtime>::cancel_slash {
				slash: slash(operation.who),
			},
		),
	}
}
