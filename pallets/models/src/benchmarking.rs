//! What each call costs at most.

use alloc::{vec, vec::Vec};

use athanor_primitives::{
	H256, ModelId,
	model::{ModelHashes, NumericClass},
};
use polkadot_sdk::{
	frame_benchmarking::v2::*,
	frame_support::traits::{Get, fungible::Mutate},
	frame_system::{self, RawOrigin, pallet_prelude::BlockNumberFor},
	sp_runtime::traits::Saturating,
};

use crate::{
	ByHashes, Call, Config, Event, ModelSpec, ModelStatus, Models, ModelsOf, NextModelId,
	OwnershipOffers, Pallet, VersionSpec, Versions,
	types::{MAX_CONTEXT_LENGTH, MAX_NAME_LENGTH, MAX_TEXT_LENGTH, MAX_VERSIONS, content_key},
};

/// Enough for any deposit.
const FUNDS: u128 = u128::MAX >> 24;

/// A model with the largest record that there can be, and the content of this number.
pub fn largest_model<T: Config>(content: u64) -> ModelSpec {
	let version = largest_version(content);
	ModelSpec {
		name: text(MAX_NAME_LENGTH),
		hashes: version.hashes,
		architecture: text(MAX_NAME_LENGTH),
		parameters: u64::MAX,
		context_length: version.context_length,
		template_overhead: version.template_overhead,
		licence: text(MAX_TEXT_LENGTH),
		source: version.source,
		royalty: T::MaxRoyalty::get(),
		numeric_class: NumericClass::Float,
	}
}

fn largest_version(content: u64) -> VersionSpec {
	VersionSpec {
		hashes: hashes(content),
		context_length: MAX_CONTEXT_LENGTH,
		template_overhead: 16,
		source: text(MAX_TEXT_LENGTH),
	}
}

fn hashes(content: u64) -> ModelHashes {
	ModelHashes {
		weights: H256(polkadot_sdk::sp_io::hashing::blake2_256(
			&content.to_be_bytes(),
		)),
		tokenizer: H256::repeat_byte(2),
		template: H256::repeat_byte(3),
	}
}

fn text(length: u32) -> Vec<u8> {
	vec![b'a'; length as usize]
}

fn endow<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	T::Currency::mint_into(who, FUNDS)?;
	Ok(())
}

/// A model with so many stored versions, with the contents from 1 on.
fn model<T: Config>(owner: &T::AccountId, versions: u32) -> Result<ModelId, BenchmarkError>
where
	T::Currency: Mutate<T::AccountId>,
{
	endow::<T>(owner)?;
	let id = NextModelId::<T>::get();
	Pallet::<T>::do_register(owner.clone(), largest_model::<T>(1))?;
	for content in 2..=u64::from(versions) {
		Pallet::<T>::do_publish_version(owner.clone(), id, largest_version(content))?;
	}
	Ok(id)
}

fn wait<T: Config>(blocks: BlockNumberFor<T>) {
	let now = Pallet::<T>::now();
	frame_system::Pallet::<T>::set_block_number(now.saturating_add(blocks));
}

/// The call has ended with this event, and all laws hold.
fn check<T: Config>(event: Event<T>) -> Result<(), BenchmarkError> {
	frame_system::Pallet::<T>::assert_last_event(event.into());
	Pallet::<T>::do_try_state()?;
	Ok(())
}

#[benchmarks(where T::Currency: Mutate<T::AccountId>)]
mod benchmarks {
	use super::*;

	/// The owner's first deposit, and its second.
	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		endow::<T>(&owner)?;
		let id = NextModelId::<T>::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), largest_model::<T>(1));

		assert!(Models::<T>::contains_key(id));
		check::<T>(Event::ModelRegistered {
			model: id,
			hashes: hashes(1),
			royalty: T::MaxRoyalty::get(),
			deposit: Pallet::<T>::on_hold(&owner),
			owner,
		})?;
		Ok(())
	}

	/// The model is on offer, which ends too.
	#[benchmark]
	fn retire() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let id = model::<T>(&owner, 1)?;
		Pallet::<T>::do_offer_ownership(owner.clone(), id, account("heir", 0, 0))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert!(!OwnershipOffers::<T>::contains_key(id));
		let status = Models::<T>::get(id).map(|model| model.status);
		let Some(ModelStatus::Retiring {
			posts_until,
			removable_at,
		}) = status
		else {
			return Err("the model is not retired".into());
		};
		check::<T>(Event::ModelRetired {
			model: id,
			posts_until,
			removable_at,
		})?;
		Ok(())
	}

	/// Somebody else than the owner calls, so that there is one more account to read and write.
	#[benchmark]
	fn remove(v: Linear<1, { MAX_VERSIONS }>) -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let id = model::<T>(&owner, v)?;
		Pallet::<T>::do_retire(owner.clone(), id)?;
		wait::<T>(T::RetirementNotice::get().saturating_add(T::RetirementGrace::get()));
		let deposit = Pallet::<T>::on_hold(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), id);

		assert!(!Models::<T>::contains_key(id));
		assert_eq!(Versions::<T>::iter_key_prefix(id).count(), 0);
		assert_eq!(Pallet::<T>::on_hold(&owner), 0);
		check::<T>(Event::ModelRemoved {
			model: id,
			owner,
			deposit,
		})?;
		Ok(())
	}

	#[benchmark]
	fn publish_version() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let id = model::<T>(&owner, MAX_VERSIONS - 1)?;
		let before = Pallet::<T>::on_hold(&owner);
		let content = u64::from(MAX_VERSIONS);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner.clone()),
			id,
			largest_version(content),
		);

		assert!(Versions::<T>::contains_key(id, MAX_VERSIONS));
		check::<T>(Event::VersionPublished {
			model: id,
			version: MAX_VERSIONS,
			hashes: hashes(content),
			deposit: Pallet::<T>::on_hold(&owner) - before,
		})?;
		Ok(())
	}

	/// Somebody else than the owner calls, so that there is one more account to read and write.
	#[benchmark]
	fn remove_version() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let id = model::<T>(&owner, MAX_VERSIONS)?;
		wait::<T>(T::VersionGrace::get().saturating_add(T::RetirementGrace::get()));
		let before = Pallet::<T>::on_hold(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), id, 1);

		assert!(!Versions::<T>::contains_key(id, 1));
		assert!(!ByHashes::<T>::contains_key(content_key(&hashes(1))));
		check::<T>(Event::VersionRemoved {
			model: id,
			version: 1,
			deposit: before - Pallet::<T>::on_hold(&owner),
			owner,
		})?;
		Ok(())
	}

	#[benchmark]
	fn offer_ownership() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let to: T::AccountId = account("heir", 0, 0);
		let id = model::<T>(&owner, 1)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, to.clone());

		assert_eq!(OwnershipOffers::<T>::get(id), Some(to.clone()));
		check::<T>(Event::OwnershipOffered { model: id, to })?;
		Ok(())
	}

	#[benchmark]
	fn withdraw_ownership_offer() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = whitelisted_caller();
		let to: T::AccountId = account("heir", 0, 0);
		let id = model::<T>(&owner, 1)?;
		Pallet::<T>::do_offer_ownership(owner.clone(), id, to.clone())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert!(!OwnershipOffers::<T>::contains_key(id));
		check::<T>(Event::OwnershipOfferWithdrawn { model: id, to })?;
		Ok(())
	}

	/// The new owner has no other deposit, and the old one keeps none.
	#[benchmark]
	fn accept_ownership(v: Linear<1, { MAX_VERSIONS }>) -> Result<(), BenchmarkError> {
		let from: T::AccountId = account("owner", 0, 0);
		let to: T::AccountId = whitelisted_caller();
		let id = model::<T>(&from, v)?;
		endow::<T>(&to)?;
		Pallet::<T>::do_offer_ownership(from.clone(), id, to.clone())?;
		let returned = Pallet::<T>::on_hold(&from);

		#[extrinsic_call]
		_(RawOrigin::Signed(to.clone()), id);

		assert!(ModelsOf::<T>::contains_key(&to, id));
		assert_eq!(Pallet::<T>::on_hold(&from), 0);
		check::<T>(Event::OwnershipTransferred {
			model: id,
			from,
			deposit: Pallet::<T>::on_hold(&to),
			to,
			returned,
		})?;
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
