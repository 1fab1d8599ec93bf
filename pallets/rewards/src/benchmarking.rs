//! What each call costs at most.
//!
//! Paying for a job has no weight of its own: whoever closes a job pays for it, so the benchmarks of `jobs`
//! measure it. Here it is `extra`: a test, and on demand (`scripts/bench-weights pallets --extra`) a figure.

use athanor_primitives::{
	ModelId,
	ports::{Parties, Payout},
	split::Payment,
};
use polkadot_sdk::{
	frame_benchmarking::v2::*,
	frame_support::traits::{
		Get,
		fungible::{Balanced, Inspect},
	},
	frame_system::{self, RawOrigin},
	sp_runtime::{DispatchError, DispatchResult, traits::One},
};

use crate::{Call, Config, Event, Holders, Pallet, ROYALTY_SHARES, Record, Royalties, Totals};

/// Sets up what other pallets have.
pub trait BenchmarkHelper<T: Config> {
	/// A model of this account, which gets enough money for all deposits.
	fn model(owner: &T::AccountId) -> ModelId;

	/// Takes a model out of the registry.
	fn remove(model: ModelId);
}

/// Units that are much.
fn much<T: Config>() -> u128 {
	T::Currency::minimum_balance().saturating_mul(1_000_000)
}

fn mint<T: Config>(who: &T::AccountId, units: u128) -> DispatchResult {
	T::Currency::resolve(who, T::Currency::issue(units))
		.map_err(|_| DispatchError::Other("the account takes no money"))
}

/// A model whose owner and its treasury have accounts, as has the pot of royalties.
fn model<T: Config>() -> Result<(T::AccountId, ModelId), BenchmarkError> {
	frame_system::Pallet::<T>::set_block_number(One::one());
	mint::<T>(&Pallet::<T>::pot(), much::<T>())?;
	mint::<T>(&T::TreasuryAccount::get(), much::<T>())?;
	let owner = account("owner", 0, 0);
	let id = T::BenchmarkHelper::model(&owner);
	Ok((owner, id))
}

/// Provider and author have no account yet: opening one takes longer than paying into it.
fn parties<T: Config>(model: ModelId) -> Parties<T::AccountId> {
	Parties {
		requester: account("requester", 0, 0),
		provider: account("provider", 0, 0),
		author: account("author", 0, 0),
		model,
		royalty: 100_000,
		posted_at: 2,
	}
}

fn pay<T: Config>(parties: &Parties<T::AccountId>) -> Payment {
	Pallet::<T>::pay(1, T::Currency::issue(much::<T>()), parties)
}

fn event<T: Config>(parties: Parties<T::AccountId>, payment: Payment) -> Event<T> {
	Event::JobPaid {
		job: 1,
		requester: parties.requester,
		provider: parties.provider,
		author: parties.author,
		spent: much::<T>(),
		to_provider: payment.provider,
		to_delegators: payment.delegators,
		to_author: payment.author,
		to_treasury: payment.treasury,
		burned: payment.burned,
	}
}

/// Lets `holder` have all shares of a royalty, by a deposit of the owner's, and gives them income that does
/// not come out even.
fn shared<T: Config>(
	owner: &T::AccountId,
	model: ModelId,
	holder: &T::AccountId,
) -> Result<u128, BenchmarkError> {
	Pallet::<T>::do_transfer(owner.clone(), model, holder.clone(), ROYALTY_SHARES)?;
	earn::<T>(model)
}

/// Gives a split royalty income that does not come out even, and says how much of it can be claimed.
fn earn<T: Config>(model: ModelId) -> Result<u128, BenchmarkError> {
	let claimable = pay::<T>(&parties::<T>(model)).author;
	mint::<T>(&Pallet::<T>::pot(), 1)?;
	Royalties::<T>::mutate(model, |royalty| {
		if let Some(royalty) = royalty {
			royalty.unclaimed += 1;
		}
	});
	Ok(claimable)
}

/// Nothing is left of a split royalty but its last event, and all laws hold.
fn ended<T: Config>(model: ModelId) -> Result<(), BenchmarkError> {
	assert!(!Royalties::<T>::contains_key(model));
	let event = Event::<T>::RoyaltyEnded {
		model,
		to_treasury: 1,
		burned: 0,
	};
	frame_system::Pallet::<T>::assert_last_event(event.into());
	Pallet::<T>::do_try_state()?;
	Ok(())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The royalty was not split, and all shares go: two records begin, and one begins and ends.
	#[benchmark]
	fn transfer_royalty() -> Result<(), BenchmarkError> {
		let (owner, model) = model::<T>()?;
		let to: T::AccountId = account("holder", 0, 0);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner.clone()),
			model,
			to.clone(),
			ROYALTY_SHARES,
		);

		assert!(Holders::<T>::contains_key(&to, model));
		let event = Event::<T>::RoyaltyTransferred {
			model,
			from: owner,
			to,
			shares: ROYALTY_SHARES,
		};
		frame_system::Pallet::<T>::assert_last_event(event.into());
		Pallet::<T>::do_try_state()?;
		Ok(())
	}

	/// The last holder of a model that is gone, who has no account yet; somebody else's deposits return.
	#[benchmark]
	fn claim_royalty() -> Result<(), BenchmarkError> {
		let (owner, model) = model::<T>()?;
		let who: T::AccountId = account("holder", 0, 0);
		let claimable = shared::<T>(&owner, model, &who)?;
		T::BenchmarkHelper::remove(model);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), model);

		assert_eq!(T::Currency::balance(&who), claimable);
		assert_eq!(Pallet::<T>::on_hold(&owner), 0);
		ended::<T>(model)
	}

	/// As for `claim_royalty`; the sender is another one.
	#[benchmark]
	fn claim_royalty_for() -> Result<(), BenchmarkError> {
		let (owner, model) = model::<T>()?;
		let who: T::AccountId = account("holder", 0, 0);
		let claimable = shared::<T>(&owner, model, &who)?;
		T::BenchmarkHelper::remove(model);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(account("anybody", 0, 0)),
			model,
			who.clone(),
		);

		assert_eq!(T::Currency::balance(&who), claimable);
		assert_eq!(Pallet::<T>::on_hold(&owner), 0);
		ended::<T>(model)
	}

	/// The owner's own record is there by a deposit of who gave the shares back.
	#[benchmark]
	fn merge_royalty() -> Result<(), BenchmarkError> {
		let (owner, model) = model::<T>()?;
		let other: T::AccountId = account("holder", 0, 0);
		let rich = T::Currency::balance(&owner);
		mint::<T>(&other, rich)?;
		Pallet::<T>::do_transfer(owner.clone(), model, other.clone(), ROYALTY_SHARES)?;
		Pallet::<T>::do_transfer(other.clone(), model, owner.clone(), ROYALTY_SHARES)?;
		let record = Record::Holder {
			model,
			who: owner.clone(),
		};
		assert!(crate::Deposits::<T>::contains_key(&other, record));
		earn::<T>(model)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), model);

		assert_eq!(Pallet::<T>::on_hold(&owner), 0);
		assert_eq!(Pallet::<T>::on_hold(&other), 0);
		ended::<T>(model)
	}

	#[benchmark(extra)]
	fn pay_owner() -> Result<(), BenchmarkError> {
		let (_, model) = model::<T>()?;
		let parties = parties::<T>(model);

		let payment;
		#[block]
		{
			payment = pay::<T>(&parties);
		}

		assert!(payment.provider > 0 && payment.author > 0);
		assert_eq!(T::Currency::balance(&parties.author), payment.author);
		assert_eq!(Totals::<T>::get().paid, much::<T>());
		frame_system::Pallet::<T>::assert_last_event(event::<T>(parties, payment).into());
		Ok(())
	}

	#[benchmark(extra)]
	fn pay_holders() -> Result<(), BenchmarkError> {
		let (owner, model) = model::<T>()?;
		Pallet::<T>::do_transfer(owner, model, account("holder", 0, 0), 1)?;
		let parties = parties::<T>(model);

		let payment;
		#[block]
		{
			payment = pay::<T>(&parties);
		}

		assert!(payment.provider > 0 && payment.author > 0);
		assert_eq!(T::Currency::balance(&parties.author), 0);
		let unclaimed = Royalties::<T>::get(model).map(|royalty| royalty.unclaimed);
		assert_eq!(unclaimed, Some(payment.author));
		frame_system::Pallet::<T>::assert_last_event(event::<T>(parties, payment).into());
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().build(),
		crate::mock::Test
	);
}
