//! What the calls do, and what other pallets can ask.

use alloc::vec::Vec;

use athanor_primitives::{
	ModelId,
	model::{ModelInfo, PriceClass},
	ports::ModelRegistry,
};
use polkadot_sdk::{
	frame_support::{
		ensure,
		pallet_prelude::DispatchResult,
		traits::{Consideration, Footprint, Get, fungible::InspectHold},
	},
	frame_system,
	sp_runtime::{ArithmeticError, DispatchError, traits::Saturating},
};

use crate::{
	ByHashes, Config, Deposits, Error, Event, HoldReason, Model, ModelOf, ModelSpec, ModelStatus,
	Models, NextModelId, Pallet,
	types::{Deposit, MAX_CONTEXT_LENGTH, Name, Text, content_key, printable},
};

impl<T: Config> Pallet<T> {
	/// Registers a model of `owner`.
	pub(crate) fn do_register(owner: T::AccountId, spec: ModelSpec) -> DispatchResult {
		let model = Self::validated(owner.clone(), spec)?;
		let key = content_key(&model.hashes);
		ensure!(
			!ByHashes::<T>::contains_key(key),
			Error::<T>::AlreadyRegistered
		);
		let id = NextModelId::<T>::get();
		let next = id.checked_add(1).ok_or(Error::<T>::TooManyModels)?;
		let deposit = Self::take_deposit(&model)?;

		let (amount, hashes, royalty) = (deposit.amount, model.hashes, model.royalty);
		NextModelId::<T>::put(next);
		ByHashes::<T>::insert(key, id);
		Deposits::<T>::insert(id, deposit);
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::ModelRegistered {
			model: id,
			owner,
			hashes,
			royalty,
			deposit: amount,
		});
		Ok(())
	}

	/// Retires a model that `who` owns.
	pub(crate) fn do_retire(who: T::AccountId, id: ModelId) -> DispatchResult {
		let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		ensure!(model.owner == who, Error::<T>::NotOwner);
		ensure!(model.is_active(), Error::<T>::AlreadyRetired);

		let now = frame_system::Pallet::<T>::block_number();
		let removable_at = now.saturating_add(T::RetirementGrace::get());
		model.status = ModelStatus::Retired { removable_at };
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::ModelRetired {
			model: id,
			removable_at,
		});
		Ok(())
	}

	/// Deletes a model whose grace is over.
	pub(crate) fn do_remove(id: ModelId) -> DispatchResult {
		let model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		let ModelStatus::Retired { removable_at } = model.status else {
			return Err(Error::<T>::NotRetired.into());
		};
		let now = frame_system::Pallet::<T>::block_number();
		ensure!(now >= removable_at, Error::<T>::GraceNotOver);
		let deposit = Self::return_deposit(id, &model.owner)?;

		ByHashes::<T>::remove(content_key(&model.hashes));
		Models::<T>::remove(id);
		Self::deposit_event(Event::ModelRemoved {
			model: id,
			owner: model.owner,
			deposit,
		});
		Ok(())
	}

	/// Makes a record of what was stated, if all of it is in range.
	fn validated(owner: T::AccountId, spec: ModelSpec) -> Result<ModelOf<T>, Error<T>> {
		let name = Self::name(spec.name).ok_or(Error::<T>::NameInvalid)?;
		let architecture = Self::name(spec.architecture).ok_or(Error::<T>::ArchitectureInvalid)?;
		ensure!(spec.parameters > 0, Error::<T>::ParametersInvalid);
		ensure!(
			(1..=MAX_CONTEXT_LENGTH).contains(&spec.context_length),
			Error::<T>::ContextLengthInvalid
		);
		ensure!(
			spec.template_overhead < spec.context_length,
			Error::<T>::TemplateOverheadInvalid
		);
		ensure!(
			spec.royalty <= T::MaxRoyalty::get(),
			Error::<T>::RoyaltyTooHigh
		);
		let licence = Self::text(spec.licence)?;
		let source = Self::text(spec.source)?;
		Ok(Model {
			owner,
			name,
			hashes: spec.hashes,
			architecture,
			parameters: spec.parameters,
			context_length: spec.context_length,
			template_overhead: spec.template_overhead,
			licence,
			source,
			royalty: spec.royalty,
			numeric_class: spec.numeric_class,
			price_class: PriceClass::of(spec.parameters),
			version: 1,
			registered_at: frame_system::Pallet::<T>::block_number(),
			status: ModelStatus::Active,
		})
	}

	/// The bytes as a name, if they can be one.
	fn name(bytes: Vec<u8>) -> Option<Name> {
		let name = Name::try_from(bytes).ok()?;
		(!name.is_empty() && printable(&name)).then_some(name)
	}

	/// The bytes as a text.
	fn text(bytes: Vec<u8>) -> Result<Text, Error<T>> {
		let text = Text::try_from(bytes).map_err(|_| Error::<T>::TextTooLong)?;
		ensure!(printable(&text), Error::<T>::TextInvalid);
		Ok(text)
	}

	/// What the account has on hold for all its models.
	pub(crate) fn on_hold(owner: &T::AccountId) -> u128 {
		T::Currency::balance_on_hold(&HoldReason::Deposit.into(), owner)
	}

	/// Puts the deposit for the storage of `model` on hold.
	fn take_deposit(model: &ModelOf<T>) -> Result<Deposit<T::Consideration>, DispatchError> {
		let before = Self::on_hold(&model.owner);
		let ticket = T::Consideration::new(&model.owner, Footprint::from_encodable(model))?;
		// A ticket does not tell its price: the ledger does.
		let amount = Self::on_hold(&model.owner)
			.checked_sub(before)
			.ok_or(ArithmeticError::Underflow)?;
		Ok(Deposit { ticket, amount })
	}

	/// Frees the deposit of the model and says what was freed.
	fn return_deposit(id: ModelId, owner: &T::AccountId) -> Result<u128, DispatchError> {
		let Some(deposit) = Deposits::<T>::take(id) else {
			return Ok(0);
		};
		let before = Self::on_hold(owner);
		deposit.ticket.drop(owner)?;
		Ok(before
			.checked_sub(Self::on_hold(owner))
			.ok_or(ArithmeticError::Underflow)?)
	}
}

impl<T: Config> ModelRegistry for Pallet<T> {
	type AccountId = T::AccountId;

	fn model(id: ModelId) -> Option<ModelInfo<T::AccountId>> {
		Models::<T>::get(id).map(Into::into)
	}
}
