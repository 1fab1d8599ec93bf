//! Calls of the pricing pallet.

use athanor_models::Versions;
use athanor_pricing::{Call, ModelVersion, Offers};
use athanor_primitives::{
	eligibility::Attributes,
	ports::{ModelRegistry, ProviderRegistry},
	price::Price,
};
use athanor_runtime::{AccountId, Models, Runtime, RuntimeCall, Staking};

use super::{Plan, jobs::version_that_is_new, one_that, owner, staking::is_provider};
use crate::{cast::Actor, input::Pick, operation::Operation};

/// The call that publishes an offer.
pub fn set_offer(
	(model, version): ModelVersion,
	price: Price,
	slots: u32,
	attributes: Attributes,
) -> RuntimeCall {
	Call::<Runtime>::set_offer {
		model,
		version,
		price,
		slots,
		attributes,
	}
	.into()
}

/// The call that an operation on offers comes to.
pub fn plan(operation: &Operation) -> Option<Plan> {
	match operation {
		Operation::SetOffer {
			who,
			version,
			price,
			slots,
			attributes,
		} => {
			let version = version_that_is_new(*version);
			let without = |who: &AccountId| {
				Staking::is_qualified(who) && !Offers::<Runtime>::contains_key(version, who)
			};
			let needed = Actor::ALL.into_iter().any(|who| without(&who.account()));
			let who = match needed {
				true => one_that(*who, without),
				false => one_that(*who, is_provider),
			};
			Plan::by(who, set_offer(version, *price, *slots, *attributes))
		}
		Operation::RemoveOffer { offer, who } => {
			let ((model, version), provider) = offer_that(*offer, |_, _| true);
			let who = owner(*who, Some(&provider));
			Plan::by(who, Call::remove_offer { model, version })
		}
		Operation::PruneOffer { offer, who } => {
			let ((model, version), provider) = offer_that(*offer, is_dead);
			Plan::by(
				*who,
				Call::prune_offer {
					model,
					version,
					provider,
				},
			)
		}
		Operation::SetPolicy {
			by_root,
			class,
			policy,
		} => {
			let call = Call::set_policy {
				class: *class,
				policy: *policy,
			};
			Plan::by_root_or(Actor::Ferdie, *by_root, call)
		}
		_ => None,
	}
}

fn is_dead((model, version): ModelVersion, provider: &AccountId) -> bool {
	let offered = Models::model(model, Some(version)).is_some_and(|info| info.active);
	!(offered && Staking::is_qualified(provider))
}

/// An offer that fits, or else any, or one that there is not.
fn offer_that(
	pick: Pick,
	fits: impl Fn(ModelVersion, &AccountId) -> bool,
) -> (ModelVersion, AccountId) {
	let offers = || Offers::<Runtime>::iter().map(|(key, provider, _)| (key, provider));
	let fitting = offers().filter(|(key, provider)| fits(*key, provider));
	let stray = || {
		let version = pick.any(Versions::<Runtime>::iter_keys()).unwrap_or((0, 1));
		(version, Actor::of(pick.number()).account())
	};
	pick.fitting(fitting)
		.or_else(|| {
			pick.any(offers())
				.filter(|_| pick.number().is_multiple_of(2))
		})
		.unwrap_or_else(stray)
}
