//! What each call costs at most, and the hook.

use athanor_primitives::{
	eligibility::Attributes,
	model::PriceClass,
	policy::{Period, Policy},
	ports::ProviderRegistry,
	price::Price,
};
use frame_support::traits::{Get, Hooks};
use frame_system::RawOrigin;
use polkadot_sdk::{frame_benchmarking::v2::*, *};

use crate::{
	Call, Config, Drained, Draining, Event, FreeOffers, History, MAX_HISTORY, Meters, ModelVersion,
	OfferIndex, Offers, OffersByProvider, Pallet, PeriodStart, Policies, Prices, Version,
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

	/// Who may set policies.
	fn admin() -> T::RuntimeOrigin;
}

/// A version of a model that offers can be for, and its class, which has a policy.
fn market<T: Config>() -> (ModelVersion, PriceClass) {
	let (key, class) = T::BenchmarkHelper::model();
	govern::<T>(class);
	(key, class)
}

/// Every part of it matters.
fn policy<T: Config>() -> Policy {
	let limits = T::Limits::get();
	Policy {
		bounds: limits.bounds,
		low: 400_000,
		high: 600_000,
		step: limits.step,
	}
}

/// Gives a class a policy, and the lowest price.
fn govern<T: Config>(class: PriceClass) {
	Policies::<T>::insert(class, policy::<T>());
	Prices::<T>::insert(class, price::<T>());
}

fn price<T: Config>() -> Price {
	T::Limits::get().bounds.floor
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
fn offer<T: Config>(
	(key, class): (ModelVersion, PriceClass),
	who: &T::AccountId,
) -> Result<(), BenchmarkError> {
	for (provider, slots) in [(who.clone(), 2), (other::<T>(), 1)] {
		T::BenchmarkHelper::provider(&provider);
		Pallet::<T>::do_set_offer(provider, key, price::<T>(), slots, attributes())?;
	}
	Offers::<T>::mutate(key, who, |offer| {
		if let Some(offer) = offer {
			offer.busy = 1;
		}
	});
	Meters::<T>::mutate(class, |usage| usage.meter.busy = 1);
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
	let drained = Draining::<T>::get(key, &who);
	assert_eq!(drained.map(|drained| drained.slots), Some(1));
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
		let (key, class) = market::<T>();
		T::BenchmarkHelper::provider(&who);
		Draining::<T>::insert(key, &who, Drained { slots: 1, class });

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
		let (key, class) = market::<T>();
		offer::<T>((key, class), &who)?;

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
		let (key, class) = market::<T>();
		offer::<T>((key, class), &who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), key.0, key.1);

		check_removed::<T>(key, who)?;
		Ok(())
	}

	/// The same, by somebody else. The version is open, so that the provider has to be looked at too.
	#[benchmark]
	fn prune_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = account("provider", 0, 0);
		let (key, class) = market::<T>();
		offer::<T>((key, class), &who)?;
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

	/// The price of the class has to move.
	#[benchmark]
	fn set_policy() -> Result<(), BenchmarkError> {
		let admin = T::BenchmarkHelper::admin();
		let class = PriceClass::Small;
		govern::<T>(class);
		let mut policy = policy::<T>();
		policy.bounds.floor = policy.bounds.ceiling;
		let price = policy.bounds.ceiling;
		let before = Version::<T>::get();

		#[extrinsic_call]
		_(admin as T::RuntimeOrigin, class, policy);

		assert_eq!(Policies::<T>::get(class), Some(policy));
		assert_eq!(Prices::<T>::get(class), Some(price));
		check::<T>(Event::PolicySet {
			class,
			policy,
			price,
			version: before + 1,
		})?;
		Ok(())
	}

	/// One block before the end.
	#[benchmark]
	fn period_runs() -> Result<(), BenchmarkError> {
		let now = frame_system::Pallet::<T>::block_number();
		PeriodStart::<T>::put(Pallet::<T>::now());

		#[block]
		{
			Pallet::<T>::on_initialize(now);
		}

		assert!(History::<T>::get(PriceClass::Small).is_empty());
		Ok(())
	}

	/// Every class has a full history, and a price that moves.
	#[benchmark]
	fn period_ends() -> Result<(), BenchmarkError> {
		for class in PriceClass::ALL {
			govern::<T>(class);
			// Full slots of offers that do not matter here.
			Meters::<T>::mutate(class, |usage| {
				usage.meter.slot_blocks = u128::MAX;
				usage.meter.busy_blocks = u128::MAX;
			});
			History::<T>::mutate(class, |periods| {
				for ended_at in 0..MAX_HISTORY {
					let period = Period {
						ended_at,
						..Period::default()
					};
					assert!(periods.try_push(period).is_ok());
				}
			});
		}
		let start = MAX_HISTORY - 1;
		PeriodStart::<T>::put(start);
		let end = start.saturating_add(Pallet::<T>::period());
		frame_system::Pallet::<T>::set_block_number(end.into());

		#[block]
		{
			Pallet::<T>::on_initialize(end.into());
		}

		assert_eq!(PeriodStart::<T>::get(), end);
		for class in PriceClass::ALL {
			let periods = History::<T>::get(class);
			assert_eq!(periods.len(), MAX_HISTORY as usize);
			assert_eq!(periods.last().map(|period| period.ended_at), Some(end));
			assert!(Prices::<T>::get(class).is_some_and(|moved| moved.input > price::<T>().input));
		}
		let class = PriceClass::Large;
		check::<T>(Event::PeriodEnded {
			class,
			utilisation: Some(1_000_000),
			price: Prices::<T>::get(class).unwrap_or_default(),
			version: Version::<T>::get(),
		})?;
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
