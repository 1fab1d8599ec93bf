//! Calls of the rewards pallet.

use athanor_models::Models;
use athanor_primitives::ModelId;
use athanor_rewards::{Call, HolderOf, Holders, ROYALTY_SHARES, Royalties};
use athanor_runtime::{AccountId, Balance, Runtime};

use super::{Plan, owner};
use crate::{
	cast::Actor,
	input::Pick,
	operation::{Royalty, Sharing},
};

type Holder = HolderOf<Runtime>;

/// What a holder can claim.
pub fn claimable(model: ModelId, holder: &Holder) -> Balance {
	Royalties::<Runtime>::get(model).map_or(0, |royalty| {
		holder
			.earned
			.claimable(&royalty.income, holder.shares.into())
	})
}

fn owner_of(model: ModelId) -> Option<AccountId> {
	Models::<Runtime>::get(model).map(|model| model.owner)
}

fn any_model(pick: Pick) -> ModelId {
	let models = Models::<Runtime>::iter_keys();
	pick.any(models)
		.filter(|_| pick.0 % 4 != 3)
		.unwrap_or(pick.number().into())
}

/// A holder that fits with its model, or else any actor and any model.
fn holder_that(
	royalty: &Royalty,
	fits: impl Fn(&AccountId, ModelId, &Holder) -> bool,
) -> (Actor, ModelId) {
	let mut fitting: Vec<_> = Holders::<Runtime>::iter()
		.filter(|(who, model, holder)| fits(who, *model, holder))
		.filter_map(|(who, model, _)| Some((Actor::with(&who)?, model)))
		.collect();
	fitting.sort();
	royalty
		.who
		.fitting(fitting)
		.unwrap_or((Actor::of(royalty.who.number()), any_model(royalty.model)))
}

/// Who splits a royalty that is not split, or else who has shares of one.
fn who_has(royalty: &Royalty) -> (Actor, ModelId) {
	let whole = Models::<Runtime>::iter()
		.filter(|(model, _)| !Royalties::<Runtime>::contains_key(model))
		.filter_map(|(model, record)| Some((Actor::with(&record.owner)?, model)));
	let first = royalty.model.number().is_multiple_of(4);
	let found = royalty.who.fitting(whole).filter(|_| first);
	found.unwrap_or_else(|| holder_that(royalty, |_, _, holder| holder.shares > 0))
}

fn claims(royalty: &Royalty) -> (Actor, ModelId) {
	holder_that(royalty, |_, model, holder| claimable(model, holder) > 0)
}

/// The call that an operation comes to.
pub fn plan(royalty: &Royalty) -> Option<Plan> {
	match royalty.what {
		Sharing::Transfer(shares, to) => {
			let (who, model) = who_has(royalty);
			let to = to.account();
			Plan::by(who, Call::<Runtime>::transfer_royalty { model, to, shares })
		}
		Sharing::Return => {
			let (who, model) = holder_that(royalty, |who, model, holder| {
				holder.shares > 0 && owner_of(model).is_some_and(|owner| owner != *who)
			});
			let shares = Holders::<Runtime>::get(who.account(), model)
				.map_or(ROYALTY_SHARES, |holder| holder.shares);
			let to = owner_of(model).unwrap_or_else(|| Actor::One.account());
			Plan::by(who, Call::<Runtime>::transfer_royalty { model, to, shares })
		}
		Sharing::Claim => {
			let (who, model) = claims(royalty);
			Plan::by(who, Call::<Runtime>::claim_royalty { model })
		}
		Sharing::ClaimFor => {
			// A record without shares ends with the claim, whatever it claims.
			let (who, model) = holder_that(royalty, |_, model, holder| {
				holder.shares == 0 || owner_of(model).is_none() || claimable(model, holder) > 0
			});
			let who = who.account();
			Plan::by(
				Actor::Ferdie,
				Call::<Runtime>::claim_royalty_for { model, who },
			)
		}
		Sharing::Merge => {
			let whole = |who: &AccountId, model, holder: &Holder| {
				holder.shares == ROYALTY_SHARES && owner_of(model).as_ref() == Some(who)
			};
			let (_, model) = holder_that(royalty, whole);
			let who = owner(royalty.who, owner_of(model).as_ref());
			Plan::by(who, Call::<Runtime>::merge_royalty { model })
		}
	}
}
