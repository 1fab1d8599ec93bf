//! What other pallets and clients can ask.

use alloc::vec::Vec;

use athanor_primitives::{
	ModelId,
	explain::{FreedBy, Held, HeldFor, HeldUntil},
	model::ModelInfo,
	ports::{ExplainHolds, ModelRegistry},
};
use polkadot_sdk::sp_runtime::traits::SaturatedConversion;

use crate::{
	Config, Deposits, ModelStatus, Models, ModelsOf, Pallet, VersionDeposits, Versions,
	types::{RegisteredVersion, RegisteredVersionOf},
};

impl<T: Config> Pallet<T> {
	/// What is registered as this version of the model, or as its newest.
	pub(crate) fn registered(id: ModelId, version: Option<u32>) -> Option<RegisteredVersionOf<T>> {
		let model = Models::<T>::get(id)?;
		let version = version.unwrap_or(model.version);
		let record = Versions::<T>::get(id, version)?;
		let now = Self::now();
		let active = model.status.is_open(&now) && record.status.is_open(&now);
		Some(RegisteredVersion {
			model,
			version,
			record,
			active,
		})
	}

	/// What a model's owner has on hold for it and its versions.
	fn held_for(id: ModelId) -> Option<Held> {
		let model = Models::<T>::get(id)?;
		let own = Deposits::<T>::get(id).map_or(0, |deposit| deposit.amount);
		let amount = VersionDeposits::<T>::iter_prefix_values(id)
			.fold(own, |sum, deposit| sum.saturating_add(deposit.amount));
		let (until, freed_by) = match model.status {
			ModelStatus::Active => (HeldUntil::OwnerActs, FreedBy::ModelsRetire),
			ModelStatus::Retiring { removable_at, .. } => (
				HeldUntil::CallableFrom(removable_at.saturated_into()),
				FreedBy::ModelsRemove,
			),
		};
		Some(Held {
			reason: HeldFor::ModelDeposit { model: id },
			amount,
			until,
			freed_by,
		})
	}
}

impl<T: Config> ModelRegistry for Pallet<T> {
	type AccountId = T::AccountId;

	fn model(id: ModelId, version: Option<u32>) -> Option<ModelInfo<T::AccountId>> {
		Self::registered(id, version).map(Into::into)
	}

	fn owner(id: ModelId) -> Option<T::AccountId> {
		Models::<T>::get(id).map(|model| model.owner)
	}
}

impl<T: Config> ExplainHolds for Pallet<T> {
	type AccountId = T::AccountId;

	/// One entry for each model of `who`: the sum of its deposit and those of its versions.
	fn explain(who: &T::AccountId, limit: u32) -> Vec<Held> {
		let limit = usize::try_from(limit).unwrap_or(usize::MAX);
		ModelsOf::<T>::iter_key_prefix(who)
			.take(limit)
			.filter_map(Self::held_for)
			.collect()
	}
}
