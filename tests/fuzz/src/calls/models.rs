//! Calls of the models pallet.

use athanor_models::{
	Call, ModelOf, ModelSpec, ModelStatus, Models, OwnershipOffers, VersionSpec, VersionStatus,
	Versions,
};
use athanor_primitives::{ModelId, model::ModelHashes};
use athanor_runtime::{AccountId, Runtime, RuntimeCall, System};
use polkadot_sdk::*;
use sp_core::H256;
use sp_runtime::Permill;

use super::{Plan, owner};
use crate::{
	input::Pick,
	operation::{Operation, Spec},
};

/// The call that registers a model.
pub fn register(spec: &Spec) -> RuntimeCall {
	let VersionSpec {
		hashes,
		context_length,
		template_overhead,
		source,
	} = version_of(spec);
	let spec = ModelSpec {
		name: vec![b'm'; spec.name],
		hashes,
		architecture: b"llama".to_vec(),
		parameters: spec.parameters,
		context_length,
		template_overhead,
		licence: b"Apache-2.0".to_vec(),
		source,
		royalty: Permill::from_percent(spec.royalty),
		numeric_class: spec.class,
	};
	Call::<Runtime>::register { spec }.into()
}

fn version_of(spec: &Spec) -> VersionSpec {
	VersionSpec {
		hashes: ModelHashes {
			weights: H256::repeat_byte(spec.content),
			tokenizer: H256::repeat_byte(1),
			template: H256::repeat_byte(2),
		},
		context_length: spec.context,
		template_overhead: spec.overhead,
		source: if spec.printable {
			b"hf:a/b".to_vec()
		} else {
			vec![7]
		},
	}
}

/// The call that an operation on models comes to.
pub fn plan(operation: &Operation) -> Option<Plan> {
	let active = |_: ModelId, model: &ModelOf<Runtime>| model.status == ModelStatus::Active;
	let on_offer = |id: ModelId, _: &ModelOf<Runtime>| OwnershipOffers::<Runtime>::contains_key(id);
	match operation {
		Operation::RegisterModel { who, spec } => Plan::by(*who, register(spec)),
		Operation::Retire { model, who } => {
			let (model, owned) = model_that(*model, active);
			Plan::by(owner(*who, owned.as_ref()), Call::retire { model })
		}
		Operation::Remove { model, who } => {
			let (model, _) = model_that(*model, is_removable);
			Plan::by(*who, Call::remove { model })
		}
		Operation::Publish { model, who, spec } => {
			let (model, owned) = model_that(*model, active);
			let spec = version_of(spec);
			Plan::by(
				owner(*who, owned.as_ref()),
				Call::publish_version { model, spec },
			)
		}
		Operation::RemoveVersion { version, who } => {
			let (model, version) = version_to_remove(*version);
			Plan::by(*who, Call::remove_version { model, version })
		}
		Operation::OfferOwnership { model, who, to } => {
			let (model, owned) = model_that(*model, active);
			let to = to.account();
			Plan::by(
				owner(*who, owned.as_ref()),
				Call::offer_ownership { model, to },
			)
		}
		Operation::WithdrawOwnershipOffer { model, who } => {
			let (model, owned) = model_that(*model, on_offer);
			let who = owner(*who, owned.as_ref());
			Plan::by(who, Call::withdraw_ownership_offer { model })
		}
		Operation::AcceptOwnership { model, who } => {
			let (model, _) = model_that(*model, on_offer);
			let to = OwnershipOffers::<Runtime>::get(model);
			Plan::by(owner(*who, to.as_ref()), Call::accept_ownership { model })
		}
		_ => None,
	}
}

/// A model that fits with its owner, or else any, or one that there is not.
fn model_that(
	pick: Pick,
	fits: impl Fn(ModelId, &ModelOf<Runtime>) -> bool,
) -> (ModelId, Option<AccountId>) {
	let fitting = Models::<Runtime>::iter()
		.filter(|(id, model)| fits(*id, model))
		.map(|(id, _)| id);
	let next = athanor_models::NextModelId::<Runtime>::get();
	let id = pick
		.fitting(fitting)
		.unwrap_or_else(|| next.saturating_sub(u32::from(pick.number() % 8)));
	(id, Models::<Runtime>::get(id).map(|model| model.owner))
}

fn is_removable(_: ModelId, model: &ModelOf<Runtime>) -> bool {
	let now = System::block_number();
	matches!(model.status, ModelStatus::Retiring { removable_at, .. } if removable_at <= now)
}

/// A version whose grace is over, or else any, or one that there is not.
fn version_to_remove(pick: Pick) -> (ModelId, u32) {
	let now = System::block_number();
	let fitting = Versions::<Runtime>::iter()
		.filter(|(.., version)| {
			matches!(
				version.status,
				VersionStatus::Superseded { removable_at, .. } if removable_at <= now
			)
		})
		.map(|(model, version, _)| (model, version));
	pick.fitting(fitting)
		.or_else(|| {
			pick.any(Versions::<Runtime>::iter_keys())
				.filter(|_| pick.number().is_multiple_of(2))
		})
		.unwrap_or((u32::from(pick.number() % 8), u32::from(pick.number() / 8)))
}
