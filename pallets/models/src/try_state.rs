//! The laws of the registry.

use alloc::collections::BTreeMap;

use polkadot_sdk::{frame_support::ensure, frame_system, sp_runtime::TryRuntimeError};

use athanor_primitives::model::PriceClass;

use crate::{
	ByHashes, Config, Deposits, ModelOf, Models, NextModelId, Pallet,
	types::{MAX_CONTEXT_LENGTH, content_key, printable},
};

impl<T: Config> Pallet<T> {
	/// Checks the laws of the registry that its documentation states.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_models()?;
		Self::check_index()?;
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
		for text in [&model.licence, &model.source] {
			ensure!(
				printable(text),
				"models: licences and sources are printable"
			);
		}
		ensure!(
			model.context_length <= MAX_CONTEXT_LENGTH
				&& model.template_overhead < model.context_length,
			"models: the template overhead is below the context length, which is at most 2^20"
		);
		ensure!(
			model.parameters > 0 && model.price_class == PriceClass::of(model.parameters),
			"models: the price class is that of the number of parameters"
		);
		ensure!(model.version > 0, "models: versions are counted up from 1");
		Ok(())
	}

	fn check_index() -> Result<(), TryRuntimeError> {
		for (id, model) in Models::<T>::iter() {
			ensure!(
				ByHashes::<T>::get(content_key(&model.hashes)) == Some(id),
				"models: ByHashes leads from a model's content to that model"
			);
		}
		ensure!(
			ByHashes::<T>::iter().count() == Models::<T>::iter().count(),
			"models: ByHashes has one entry for each model"
		);
		Ok(())
	}

	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, u128>::new();
		for (id, deposit) in Deposits::<T>::iter() {
			let model = Models::<T>::get(id).ok_or("models: every deposit record has a model")?;
			let sum = owed.entry(model.owner).or_default();
			*sum = sum
				.checked_add(deposit.amount)
				.ok_or("models: the sum of an owner's deposits is a balance")?;
		}
		for (owner, sum) in &owed {
			ensure!(
				Self::on_hold(owner) == *sum,
				"models: what an owner has on hold is the sum of its models' deposits"
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
