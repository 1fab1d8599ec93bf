//! What the calls of [`pallet_origins`] cost.

use frame_support::traits::{
	Currency, Get, ReservableCurrency, dynamic_params::AggregatedKeyValue,
};
use frame_system::RawOrigin;
use pallet_referenda::{Deposit, ReferendumInfo, ReferendumInfoFor};
use polkadot_sdk::{frame_benchmarking::v2::*, *};
use sp_runtime::traits::One;

use super::pallet_origins::{Call, Config, Event, Pallet};

#[benchmarks(where T::RuntimeParameters: Default)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn refund_submission_deposit() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(One::one());
		let who: T::AccountId = account("proposer", 0, 0);
		let amount = T::SubmissionDeposit::get();
		type Money<T> = <T as pallet_referenda::Config>::Currency;
		let _ = Money::<T>::deposit_creating(&who, amount);
		let _ = Money::<T>::deposit_creating(&who, amount);
		Money::<T>::reserve(&who, amount)?;
		let deposit = Deposit {
			who: who.clone(),
			amount,
		};
		let rejected = ReferendumInfo::Rejected(One::one(), Some(deposit), None);
		ReferendumInfoFor::<T>::insert(0, rejected);

		#[extrinsic_call]
		_(RawOrigin::Signed(account("anybody", 0, 0)), 0);

		assert!(matches!(
			ReferendumInfoFor::<T>::get(0),
			Some(ReferendumInfo::Rejected(_, None, None))
		));
		let event = Event::<T>::SubmissionDepositRefunded {
			index: 0,
			who,
			amount,
		};
		frame_system::Pallet::<T>::assert_last_event(event.into());
		Ok(())
	}

	#[benchmark]
	fn set_parameter() -> Result<(), BenchmarkError> {
		frame_system::Pallet::<T>::set_block_number(One::one());
		let parameter = T::RuntimeParameters::default();
		let (key, value) = parameter.clone().into_parts();

		#[extrinsic_call]
		_(RawOrigin::Root, parameter);

		assert!(pallet_parameters::Parameters::<T>::get(key) == value && value.is_some());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, sp_io::TestExternalities::default(), crate::Runtime);
}
