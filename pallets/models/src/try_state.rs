//! The laws of the registry.

use alloc::collections::BTreeMap;

use polkadot_sdk::{frame_support::ensure, frame_system, sp_runtime::TryRuntimeError};

use athanor_primitives::{ModelId, model::PriceClass};

use crate::{
	ByHashes, Config, Deposits, ModelOf, ModelStatus, Models, ModelsOf, NextModelId,
	OwnershipOffers, Pallet, VersionDeposits, VersionId, VersionOf, VersionStatus, Versions,
	types::{MAX_CONTEXT_LENGTH, MAX_TEMPLATE_OVERHEAD, MAX_VERSIONS, content_key, printable},
};

impl<T: Config> Pallet<T> {
	/// Checks the laws of the registry that its documentation states.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_models()?;
		Self::check_versions()?;
		Self::check_contents()?;
		Self::check_owners()?;
		Self::check_offers()?;
		Self::check_deposits()
	}

	fn check_models() -> Result<(), TryRuntimeError> {
		let next = NextModelId::<T>::get();
		for (id, model) in Models::<T>::iter() {
			ensure!(id < next, "models: every id is below NextModelId");
			ensure!(
				Deposits::<T>::contains_key(id),
				"models: every model has a deposit record"
			);
			Self::check_record(&model)?;
			Self::check_versions_of(id, &model)?;
		}
		Ok(())
	}

	fn check_record(model: &ModelOf<T>) -> Result<(), TryRuntimeError> {
		for name in [&model.name, &model.architecture] {
			ensure!(
				!name.is_empty() && printable(name),
				"models: names and architectures are printable and not empty"
			);
		}
		ensure!(
			printable(&model.licence),
			"models: licences and sources are printable"
		);
		ensure!(
			model.parameters > 0 && model.price_class == PriceClass::of(model.parameters),
			"models: the price class is that of the number of parameters"
		);
		if let ModelStatus::Retiring {
			posts_until,
			removable_at,
		} = model.status
		{
			ensure!(
				posts_until <= removable_at,
				"models: nothing can be removed while new jobs are accepted"
			);
		}
		Ok(())
	}

	fn check_versions_of(id: ModelId, model: &ModelOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(
			Versions::<T>::contains_key(id, model.version),
			"models: the newest version of every model is stored"
		);
		let stored = Versions::<T>::iter_key_prefix(id).count();
		ensure!(
			u32::try_from(stored) == Ok(model.stored_versions),
			"models: every model counts its stored versions"
		);
		ensure!(
			model.stored_versions <= MAX_VERSIONS,
			"models: at most MaxVersions versions of a model are stored"
		);
		Ok(())
	}

	fn check_versions() -> Result<(), TryRuntimeError> {
		for (id, number, version) in Versions::<T>::iter() {
			let model = Models::<T>::get(id).ok_or("models: every version has a model")?;
			ensure!(
				(1..=model.version).contains(&number),
				"models: versions are counted up from 1 to the newest"
			);
			ensure!(
				VersionDeposits::<T>::contains_key(id, number),
				"models: every version has a deposit record"
			);
			let current = version.status == VersionStatus::Current;
			ensure!(
				current == (number == model.version),
				"models: the newest version is current, every other is superseded"
			);
			Self::check_version_record(&version)?;
		}
		Ok(())
	}

	fn check_version_record(version: &VersionOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(
			printable(&version.source),
			"models: licences and sources are printable"
		);
		ensure!(
			version.context_length <= MAX_CONTEXT_LENGTH
				&& version.template_overhead < version.context_length
				&& version.template_overhead <= MAX_TEMPLATE_OVERHEAD,
			"models: the template overhead is at most 1,024 and below the context length, which is at most 2^20"
		);
		if let VersionStatus::Superseded {
			posts_until,
			removable_at,
		} = version.status
		{
			ensure!(
				posts_until <= removable_at,
				"models: nothing can be removed while new jobs are accepted"
			);
		}
		Ok(())
	}

	fn check_contents() -> Result<(), TryRuntimeError> {
		for (model, version, record) in Versions::<T>::iter() {
			ensure!(
				ByHashes::<T>::get(content_key(&record.hashes))
					== Some(VersionId { model, version }),
				"models: ByHashes leads from a version's content to that version"
			);
		}
		ensure!(
			ByHashes::<T>::iter().count() == Versions::<T>::iter().count(),
			"models: ByHashes has one entry for each version"
		);
		Ok(())
	}

	fn check_owners() -> Result<(), TryRuntimeError> {
		for (id, model) in Models::<T>::iter() {
			ensure!(
				ModelsOf::<T>::contains_key(&model.owner, id),
				"models: ModelsOf leads from an owner to its models"
			);
		}
		ensure!(
			ModelsOf::<T>::iter().count() == Models::<T>::iter().count(),
			"models: ModelsOf has one entry for each model"
		);
		Ok(())
	}

	fn check_offers() -> Result<(), TryRuntimeError> {
		for (id, to) in OwnershipOffers::<T>::iter() {
			let active = Models::<T>::get(id).filter(|model| model.status == ModelStatus::Active);
			let model = active.ok_or("models: only active models are on offer")?;
			ensure!(
				model.owner != to,
				"models: no model is offered to its own owner"
			);
		}
		Ok(())
	}

	/// What each owner should have on hold.
	fn owed() -> Result<BTreeMap<T::AccountId, u128>, TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, u128>::new();
		let mut add = |id: ModelId, amount: u128| -> Result<(), TryRuntimeError> {
			let model = Models::<T>::get(id).ok_or("models: every deposit record has a model")?;
			let sum = owed.entry(model.owner).or_default();
			*sum = sum
				.checked_add(amount)
				.ok_or("models: the sum of an owner's deposits is a balance")?;
			Ok(())
		};
		for (id, deposit) in Deposits::<T>::iter() {
			add(id, deposit.amount)?;
		}
		for (id, number, deposit) in VersionDeposits::<T>::iter() {
			ensure!(
				Versions::<T>::contains_key(id, number),
				"models: every version's deposit record has a version"
			);
			add(id, deposit.amount)?;
		}
		Ok(owed)
	}

	fn check_deposits() -> Result<(), TryRuntimeError> {
		let owed = Self::owed()?;
		for (owner, sum) in &owed {
			ensure!(
				Self::on_hold(owner) == *sum,
				"models: what an owner has on hold is the sum of its deposits"
			);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				Self::on_hold(&who) == 0 || owed.contains_key(&who),
				"models: only owners of models have a deposit on hold"
			);
		}
		Ok(())
	}
}
