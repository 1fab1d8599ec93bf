//! What governance decides about prices, and what follows from it.

use athanor_primitives::{
	model::PriceClass,
	policy::{Policy, Replayed, replay},
	price::{Price, PriceBounds},
	split::MILLION,
};
use frame_support::{ensure, traits::Get};
use polkadot_sdk::*;
use sp_runtime::{ArithmeticError, DispatchResult};

use crate::{Config, Error, Event, History, Pallet, Policies, Prices, Simulation, Version};

impl<T: Config> Pallet<T> {
	/// The policy that holds for a class.
	pub(crate) fn policy(class: PriceClass) -> Policy {
		let limits = T::Limits::get();
		let unset = Policy {
			bounds: limits.bounds,
			low: 0,
			high: MILLION,
			step: 0,
		};
		Policies::<T>::get(class).map_or(unset, |set| set.clamped(&limits))
	}

	/// The price of a class whose policy this is.
	pub(crate) fn price(class: PriceClass, policy: &Policy) -> Price {
		let price = Prices::<T>::get(class).unwrap_or(policy.bounds.floor);
		policy.bounds.force(&price)
	}

	/// What jobs of a class cost now: at least its price, at most the ceiling of its policy.
	pub(crate) fn bounds(class: PriceClass) -> PriceBounds {
		let policy = Self::policy(class);
		PriceBounds {
			floor: Self::price(class, &policy),
			ceiling: policy.bounds.ceiling,
		}
	}

	/// Whether governance may set this policy.
	pub(crate) fn check_policy(policy: &Policy) -> Result<(), Error<T>> {
		ensure!(
			policy.bounds.floor.within(&policy.bounds.ceiling),
			Error::<T>::BoundsInvalid
		);
		ensure!(
			[policy.low, policy.high, policy.step]
				.iter()
				.all(|share| *share <= MILLION),
			Error::<T>::ShareInvalid
		);
		ensure!(policy.low <= policy.high, Error::<T>::BandInvalid);
		ensure!(
			policy.clamped(&T::Limits::get()) == *policy,
			Error::<T>::BeyondLimits
		);
		Ok(())
	}

	pub(crate) fn do_set_policy(class: PriceClass, policy: Policy) -> DispatchResult {
		Self::check_policy(&policy)?;
		let version = Version::<T>::get()
			.checked_add(1)
			.ok_or(ArithmeticError::Overflow)?;
		let held = Self::price(class, &Self::policy(class));
		let price = policy.bounds.force(&held);
		Policies::<T>::insert(class, policy);
		Prices::<T>::insert(class, price);
		Version::<T>::put(version);
		Self::deposit_event(Event::PolicySet {
			class,
			policy,
			price,
			version,
		});
		Ok(())
	}

	pub(crate) fn do_simulate(class: PriceClass, policy: &Policy) -> Simulation {
		let policy = policy.clamped(&T::Limits::get());
		let (periods, next) = replay(&History::<T>::get(class), &policy);
		let held = Self::bounds(class).floor;
		let sum = |revenue: fn(&Replayed) -> u128| {
			periods.iter().map(revenue).fold(0, u128::saturating_add)
		};
		Simulation {
			policy,
			next: next.unwrap_or_else(|| policy.bounds.force(&held)),
			revenue: sum(|period| period.revenue),
			revenue_would_be: sum(|period| period.revenue_would_be),
			periods,
		}
	}
}
