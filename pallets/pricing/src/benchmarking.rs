//! What each call costs at most.

use athanor_primitives::{
	eligibility::Attributes,
	model::PriceClass,
	ports::ProviderRegistry,
	price::{Price, PriceBounds},
};
use frame_support::traits::Get;
use frame_system::RawOrigin;
use polkadot_sdk::{frame_benchmarking::v2::*, *};

use crate::{
	Bounds, Call, Config, Draining, Event, FreeOffers, ModelVersion, OfferIndex, Offers,
	OffersByProvider, Pallet, Version,
};

/// What the benchmarks need of other pallets.
pub trait BenchmarkHelper<T: Config> {
	/// The newest version of a model that is open for offers, with a record as large as can be, and the
	/// model's price class.
	fn model() -> (ModelVersion, PriceClass);

	/// Makes an account a provider who can get work, with a record as large as can be, and with money
	/// for deposits.
	fn provider(who: &T::AccountId);

	/// Takes from such a provider what work takes, so that its offers may be pruned. It stays
	/// registered.
	fn disqualify(who: &T::AccountId);

	/// Who may set bounds.
	fn admin() -> T::RuntimeOrigin;
}

/// A version of a model that offers can be for, whose class has bounds.
fn market<T: Config>() -> ModelVersion {
	let (key, class) = T::BenchmarkHelper::model();
	Bounds::<T>::insert(class, T::HardBounds::get());
	key
}

fn price<T: Config>() -> Price {
	T::HardBounds::get().floor
}

/// Every attribute is stated.
fn attributes() -> Attributes {
	Attributes {
		region: Some(*b"DE"),
		retention_hours: Some(u32::MAX),
		gpu_memory_gib: u16::MAX,
	}
}

/// A provider with an offer of two slots, one of which is busy. It is the first in the index, and not
/// the last.
fn offer<T: Config>(key: ModelVersion, who: &T::AccountId) -> Result<(), BenchmarkError> {
	for (provider, slots) in [(who.clone(), 2), (other::<T>(), 1)] {
		T::BenchmarkHelper::provider(&provider);
		Pallet::<T>::do_set_offer(provider, key, price::<T>(), slots, attributes())?;
	}
	Offers::<T>::mutate(key, who, |offer| {
		if let Some(offer) = offer {
			offer.busy = 1;
		}
	});
	assert_eq!(OfferIndex::<T>::get(key, 1), Some(other::<T>()));
	Ok(())
}

fn other<T: Config>() -> T::AccountId {
	account("other", 0, 0)
}

/// The last offer has moved to the place of the one that left, the call has ended with this event, and
/// all laws hold.
fn check_moved<T: Config>(key: ModelVersion, event: Event<T>) -> Result<(), BenchmarkError> {
	assert_eq!(FreeOffers::<T>::get(key), 1);
	assert_eq!(OfferIndex::<T>::get(key, 0), Some(other::<T>()));
	check::<T>(event)
}

/// The offer is gone, its deposit free, and its busy slot drains.
fn check_removed<T: Config>(key: ModelVersion, who: T::AccountId) -> Result<(), BenchmarkError> {
	assert!(!OffersByProvider::<T>::contains_key(&who, key));
	assert_eq!(Pallet::<T>::on_hold(&who), 0);
	assert_eq!(Draining::<T>::get(key, &who), Some(1));
	let (model, version) = key;
	let event = Event::OfferRemoved {
		model,
		version,
		provider: who,
	};
	check_moved::<T>(key, event)
}

/// The call has ended with this event, and all laws hold.
fn check<T: Config>(event: Event<T>) -> Result<(), BenchmarkError> {
	frame_system::Pallet::<T>::assert_last_event(event.into());
	Pallet::<T>::do_try_state()?;
	Ok(())
}

/// That the provider has this offer now.
fn offer_set<T: Config>((model, version): ModelVersion, who: T::AccountId, slots: u32) -> Event<T> {
	Event::OfferSet {
		model,
		version,
		provider: who,
		price: price::<T>(),
		slots,
		attributes: attributes(),
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// A new offer, of a provider that has withdrawn one whose jobs still run. It takes a deposit, which
	/// is dearer than what `change_offer` has to do.
	#[benchmark]
	fn set_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let key = market::<T>();
		T::BenchmarkHelper::provider(&who);
		Draining::<T>::insert(key, &who, 1);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(who.clone()),
			key.0,
			key.1,
			price::<T>(),
			2,
			attributes(),
		);

		let stored = Offers::<T>::get(key, &who).ok_or("there is no offer")?;
		assert_eq!((stored.busy, stored.index), (1, Some(0)));
		assert_eq!(Pallet::<T>::on_hold(&who), stored.held);
		assert!(!Draining::<T>::contains_key(key, &who));
		check::<T>(offer_set::<T>(key, who, 2))?;
		Ok(())
	}

	/// A change that takes the last free slot, so that the offer leaves the index and another one moves.
	#[benchmark(extra)]
	fn change_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let key = market::<T>();
		offer::<T>(key, &who)?;

		#[extrinsic_call]
		set_offer(
			RawOrigin::Signed(who.clone()),
			key.0,
			key.1,
			price::<T>(),
			1,
			attributes(),
		);

		let stored = Offers::<T>::get(key, &who).ok_or("there is no offer")?;
		assert_eq!((stored.busy, stored.index), (1, None));
		check_moved::<T>(key, offer_set::<T>(key, who, 1))?;
		Ok(())
	}

	/// Another offer moves in the index, and a job still runs.
	#[benchmark]
	fn remove_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let key = market::<T>();
		offer::<T>(key, &who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), key.0, key.1);

		check_removed::<T>(key, who)?;
		Ok(())
	}

	/// The same, by somebody else. The version is open, so that the provider has to be looked at too.
	#[benchmark]
	fn prune_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = account("provider", 0, 0);
		let key = market::<T>();
		offer::<T>(key, &who)?;
		T::BenchmarkHelper::disqualify(&who);
		assert!(!T::Providers::is_qualified(&who));

		#[extrinsic_call]
		_(
			RawOrigin::Signed(whitelisted_caller()),
			key.0,
			key.1,
			who.clone(),
		);

		check_removed::<T>(key, who)?;
		Ok(())
	}

	#[benchmark]
	fn set_bounds() -> Result<(), BenchmarkError> {
		let admin = T::BenchmarkHelper::admin();
		let class = PriceClass::Small;
		let bounds = PriceBounds {
			floor: price::<T>(),
			ceiling: price::<T>(),
		};
		let before = Version::<T>::get();

		#[extrinsic_call]
		_(admin as T::RuntimeOrigin, class, bounds);

		assert_eq!(Bounds::<T>::get(class), Some(bounds));
		check::<T>(Event::BoundsSet {
			class,
			bounds,
			version: before + 1,
		})?;
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
