//! What the calls do.

use alloc::vec::Vec;

use athanor_primitives::{
	ModelId,
	model::{ModelHashes, PriceClass},
};
use polkadot_sdk::{
	frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get},
	frame_system::{self, pallet_prelude::BlockNumberFor},
	sp_runtime::{
		ArithmeticError, DispatchError, Permill,
		traits::{Saturating, Zero},
	},
};

use crate::{
	ByHashes, Config, Deposits, Error, Event, Model, ModelOf, ModelSpec, ModelStatus, Models,
	ModelsOf, NextModelId, OwnershipOffers, Pallet, Version, VersionDeposits, VersionId, VersionOf,
	VersionSpec, VersionStatus, Versions,
	types::{
		MAX_CONTEXT_LENGTH, MAX_TEMPLATE_OVERHEAD, MAX_VERSIONS, Name, Text, content_key, printable,
	},
};

impl<T: Config> Pallet<T> {
	/// The laws that a configuration has to keep. Runs in tests of the runtime, never on chain.
	pub(crate) fn check_config() {
		assert!(
			T::MaxRoyalty::get() < Permill::one(),
			"MaxRoyalty must be below one whole, or nothing is left for who does the work"
		);
		assert!(
			!T::RetirementNotice::get().is_zero(),
			"RetirementNotice must not be 0, or jobs that are being signed fail without a warning"
		);
		assert!(
			!T::RetirementGrace::get().is_zero(),
			"RetirementGrace must not be 0, or a model can vanish under its running jobs"
		);
		assert!(
			!T::VersionGrace::get().is_zero(),
			"VersionGrace must not be 0, or providers have no time to change over to a new version"
		);
	}

	/// Registers a model of `owner`.
	pub(crate) fn do_register(owner: T::AccountId, spec: ModelSpec) -> DispatchResult {
		let (model, version) = Self::validated_model(owner.clone(), spec)?;
		Self::ensure_new_content(&version.hashes)?;
		let id = NextModelId::<T>::get();
		let next = id.checked_add(1).ok_or(Error::<T>::TooManyModels)?;
		let (hashes, royalty) = (version.hashes, model.royalty);

		let deposit = Self::take_deposit(&owner, model.footprint())?;
		let amount = deposit
			.amount
			.saturating_add(Self::store_version(id, 1, &owner, version)?);
		NextModelId::<T>::put(next);
		Deposits::<T>::insert(id, deposit);
		ModelsOf::<T>::insert(&owner, id, ());
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
		let mut model = Self::active_model_of(&who, id)?;
		let (posts_until, removable_at) = Self::end_after(T::RetirementNotice::get());
		model.status = ModelStatus::Retiring {
			posts_until,
			removable_at,
		};
		Models::<T>::insert(id, model);
		// Nobody should be able to take over a model by mistake that is about to end.
		if let Some(to) = OwnershipOffers::<T>::take(id) {
			Self::deposit_event(Event::OwnershipOfferWithdrawn { model: id, to });
		}
		Self::deposit_event(Event::ModelRetired {
			model: id,
			posts_until,
			removable_at,
		});
		Ok(())
	}

	/// Deletes a model whose grace is over, and all its versions. Returns how many there were.
	pub(crate) fn do_remove(id: ModelId) -> Result<u32, DispatchError> {
		let model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		let ModelStatus::Retiring { removable_at, .. } = model.status else {
			return Err(Error::<T>::NotRetired.into());
		};
		ensure!(Self::now() >= removable_at, Error::<T>::GraceNotOver);

		let mut deposit = Self::return_deposit(Deposits::<T>::take(id), &model.owner)?;
		for (number, version) in Versions::<T>::drain_prefix(id) {
			let ticket = VersionDeposits::<T>::take(id, number);
			deposit = deposit.saturating_add(Self::return_deposit(ticket, &model.owner)?);
			ByHashes::<T>::remove(content_key(&version.hashes));
		}
		ModelsOf::<T>::remove(&model.owner, id);
		Models::<T>::remove(id);
		Self::deposit_event(Event::ModelRemoved {
			model: id,
			owner: model.owner,
			deposit,
		});
		Ok(model.stored_versions)
	}

	/// Makes this the newest version of a model that `who` owns.
	pub(crate) fn do_publish_version(
		who: T::AccountId,
		id: ModelId,
		spec: VersionSpec,
	) -> DispatchResult {
		let mut model = Self::active_model_of(&who, id)?;
		let version = Self::validated_version(spec)?;
		let hashes = version.hashes;
		Self::ensure_new_content(&hashes)?;
		ensure!(
			model.stored_versions < MAX_VERSIONS,
			Error::<T>::TooManyVersions
		);
		let before = model.version;
		let number = before.checked_add(1).ok_or(ArithmeticError::Overflow)?;

		let (posts_until, removable_at) = Self::supersede(id, before)?;
		let deposit = Self::store_version(id, number, &who, version)?;
		model.version = number;
		model.stored_versions = model.stored_versions.saturating_add(1);
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::VersionSuperseded {
			model: id,
			version: before,
			posts_until,
			removable_at,
		});
		Self::deposit_event(Event::VersionPublished {
			model: id,
			version: number,
			hashes,
			deposit,
		});
		Ok(())
	}

	/// Deletes a version that was superseded and whose grace is over.
	pub(crate) fn do_remove_version(id: ModelId, number: u32) -> DispatchResult {
		let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		let version = Versions::<T>::get(id, number).ok_or(Error::<T>::UnknownVersion)?;
		let VersionStatus::Superseded { removable_at, .. } = version.status else {
			return Err(Error::<T>::VersionInUse.into());
		};
		ensure!(Self::now() >= removable_at, Error::<T>::GraceNotOver);

		let ticket = VersionDeposits::<T>::take(id, number);
		let deposit = Self::return_deposit(ticket, &model.owner)?;
		ByHashes::<T>::remove(content_key(&version.hashes));
		Versions::<T>::remove(id, number);
		let owner = model.owner.clone();
		model.stored_versions = model.stored_versions.saturating_sub(1);
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::VersionRemoved {
			model: id,
			version: number,
			owner,
			deposit,
		});
		Ok(())
	}

	/// Offers a model that `who` owns to another account.
	pub(crate) fn do_offer_ownership(
		who: T::AccountId,
		id: ModelId,
		to: T::AccountId,
	) -> DispatchResult {
		Self::active_model_of(&who, id)?;
		ensure!(to != who, Error::<T>::OwnershipOfferToOwner);
		OwnershipOffers::<T>::insert(id, &to);
		Self::deposit_event(Event::OwnershipOffered { model: id, to });
		Ok(())
	}

	/// Takes back an offer for a model that `who` owns.
	pub(crate) fn do_withdraw_ownership_offer(who: T::AccountId, id: ModelId) -> DispatchResult {
		Self::model_of(&who, id)?;
		let to = OwnershipOffers::<T>::take(id).ok_or(Error::<T>::NoOwnershipOffer)?;
		Self::deposit_event(Event::OwnershipOfferWithdrawn { model: id, to });
		Ok(())
	}

	/// Makes `who` the owner of a model that it was offered. Returns how many versions the model has.
	pub(crate) fn do_accept_ownership(
		who: T::AccountId,
		id: ModelId,
	) -> Result<u32, DispatchError> {
		let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		let to = OwnershipOffers::<T>::get(id).ok_or(Error::<T>::NoOwnershipOffer)?;
		ensure!(to == who, Error::<T>::NotNewOwner);

		let from = core::mem::replace(&mut model.owner, to.clone());
		let moved = Self::move_deposits(id, &model, &from)?;
		let versions = model.stored_versions;
		OwnershipOffers::<T>::remove(id);
		ModelsOf::<T>::remove(&from, id);
		ModelsOf::<T>::insert(&to, id, ());
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::OwnershipTransferred {
			model: id,
			from,
			to,
			deposit: moved.taken,
			returned: moved.returned,
		});
		Ok(versions)
	}

	/// The current block.
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// The model, if `who` owns it.
	fn model_of(who: &T::AccountId, id: ModelId) -> Result<ModelOf<T>, Error<T>> {
		let model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		ensure!(model.owner == *who, Error::<T>::NotOwner);
		Ok(model)
	}

	/// The model, if `who` owns it and has not retired it.
	fn active_model_of(who: &T::AccountId, id: ModelId) -> Result<ModelOf<T>, Error<T>> {
		let model = Self::model_of(who, id)?;
		ensure!(
			model.status == ModelStatus::Active,
			Error::<T>::AlreadyRetired
		);
		Ok(model)
	}

	/// Fails if a version of any model has this content.
	fn ensure_new_content(hashes: &ModelHashes) -> Result<(), Error<T>> {
		ensure!(
			!ByHashes::<T>::contains_key(content_key(hashes)),
			Error::<T>::AlreadyRegistered
		);
		Ok(())
	}

	/// When no new jobs are accepted, and when the last of those that were has ended, if it is over
	/// `notice` blocks from now.
	fn end_after(notice: BlockNumberFor<T>) -> (BlockNumberFor<T>, BlockNumberFor<T>) {
		let posts_until = Self::now().saturating_add(notice);
		let removable_at = posts_until.saturating_add(T::RetirementGrace::get());
		(posts_until, removable_at)
	}

	/// Starts the grace of the version that was the newest so far. Returns its two ends.
	fn supersede(
		id: ModelId,
		number: u32,
	) -> Result<(BlockNumberFor<T>, BlockNumberFor<T>), DispatchError> {
		let (posts_until, removable_at) = Self::end_after(T::VersionGrace::get());
		Versions::<T>::try_mutate(id, number, |version| {
			let version = version.as_mut().ok_or(DispatchError::Corruption)?;
			version.status = VersionStatus::Superseded {
				posts_until,
				removable_at,
			};
			Ok((posts_until, removable_at))
		})
	}

	/// Stores a version of a model of `owner`. Returns what was put on hold for it.
	fn store_version(
		id: ModelId,
		number: u32,
		owner: &T::AccountId,
		version: VersionOf<T>,
	) -> Result<u128, DispatchError> {
		let deposit = Self::take_deposit(owner, version.footprint())?;
		let amount = deposit.amount;
		let content = VersionId {
			model: id,
			version: number,
		};
		ByHashes::<T>::insert(content_key(&version.hashes), content);
		VersionDeposits::<T>::insert(id, number, deposit);
		Versions::<T>::insert(id, number, version);
		Ok(amount)
	}

	/// Makes records of what was stated about a new model, if all of it is in range.
	fn validated_model(
		owner: T::AccountId,
		spec: ModelSpec,
	) -> Result<(ModelOf<T>, VersionOf<T>), Error<T>> {
		let name = Self::name(spec.name).ok_or(Error::<T>::NameInvalid)?;
		let architecture = Self::name(spec.architecture).ok_or(Error::<T>::ArchitectureInvalid)?;
		ensure!(spec.parameters > 0, Error::<T>::ParametersInvalid);
		ensure!(
			spec.royalty <= T::MaxRoyalty::get(),
			Error::<T>::RoyaltyTooHigh
		);
		let version = Self::validated_version(VersionSpec {
			hashes: spec.hashes,
			context_length: spec.context_length,
			template_overhead: spec.template_overhead,
			source: spec.source,
		})?;
		let model = Model {
			owner,
			name,
			architecture,
			parameters: spec.parameters,
			licence: Self::text(spec.licence)?,
			royalty: spec.royalty,
			numeric_class: spec.numeric_class,
			price_class: PriceClass::of(spec.parameters),
			version: 1,
			stored_versions: 1,
			registered_at: Self::now(),
			status: ModelStatus::Active,
		};
		Ok((model, version))
	}

	/// Makes a record of what was stated about a new version, if all of it is in range.
	fn validated_version(spec: VersionSpec) -> Result<VersionOf<T>, Error<T>> {
		ensure!(
			(1..=MAX_CONTEXT_LENGTH).contains(&spec.context_length),
			Error::<T>::ContextLengthInvalid
		);
		ensure!(
			spec.template_overhead < spec.context_length
				&& spec.template_overhead <= MAX_TEMPLATE_OVERHEAD,
			Error::<T>::TemplateOverheadInvalid
		);
		Ok(Version {
			hashes: spec.hashes,
			context_length: spec.context_length,
			template_overhead: spec.template_overhead,
			source: Self::text(spec.source)?,
			published_at: Self::now(),
			status: VersionStatus::Current,
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
}
