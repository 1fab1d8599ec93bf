//! Origins that only a referendum can have, how fast referenda go, parameters within their bounds, and an end
//! for deposits that pallet-referenda would keep for ever.

use core::marker::PhantomData;

use frame_support::{pallet_prelude::*, traits::EnsureOrigin};
use polkadot_sdk::*;

use crate::RuntimeOrigin;

pub use pallet::*;

/// What the calls cost.
pub trait WeightInfo {
	/// Of [`Pallet::refund_submission_deposit`].
	fn refund_submission_deposit() -> Weight;
	/// Of [`Pallet::set_parameter`].
	fn set_parameter() -> Weight;
}

// Of the generated code: the SDK's metadata of storage items.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet {
	use frame_support::{
		dispatch::DispatchResult,
		sp_runtime::Saturating,
		traits::{
			Contains, EnsureOriginWithArg, ReservableCurrency, dynamic_params::AggregatedKeyValue,
		},
	};
	use frame_system::pallet_prelude::*;
	use pallet_referenda::{ReferendumInfo, ReferendumInfoFor};

	use super::*;

	/// Units of money, as referenda count them.
	type BalanceOf<T> =
		<<T as pallet_referenda::Config>::Currency as frame_support::traits::Currency<
			<T as frame_system::Config>::AccountId,
		>>::Balance;

	/// Names a governed parameter.
	type KeyOf<T> =
		<<T as pallet_parameters::Config>::RuntimeParameters as AggregatedKeyValue>::Key;

	/// Names the origins, sets parameters, and gives back what rejected referenda deposited.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Who may set which parameter, and to what.
	#[pallet::config]
	pub trait Config:
		polkadot_sdk::frame_system::Config<
			RuntimeEvent: From<Event<Self>>,
			RuntimeOrigin: From<Origin>,
		> + polkadot_sdk::pallet_parameters::Config
		+ polkadot_sdk::pallet_referenda::Config
	{
		/// Who may set a parameter.
		type ParameterAdmin: EnsureOriginWithArg<Self::RuntimeOrigin, KeyOf<Self>>;

		/// What it may be set to.
		type Bounds: Contains<Self::RuntimeParameters>;

		/// Weights of calls.
		type WeightInfo: WeightInfo;
	}

	/// What has happened.
	#[pallet::event]
	#[pallet::generate_deposit(fn deposit_event)]
	pub enum Event<T: Config> {
		/// The deposit for submitting a referendum was given back.
		SubmissionDepositRefunded {
			/// The referendum.
			index: u32,
			/// Who submitted it.
			who: T::AccountId,
			/// Units.
			amount: BalanceOf<T>,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such referendum. `referenda.referendumCount` says how many there are.
		NoReferendum,
		/// The referendum is not over. Its deposits come back when it is.
		NotOver,
		/// The referendum was approved or cancelled: use `referenda.refundSubmissionDeposit`.
		NotRejected,
		/// The deposit has been given back, or the referendum was killed and it was slashed. There is
		/// nothing left to do.
		NoDeposit,
		/// The value is beyond the bounds of this parameter. The runtime API
		/// `GovernanceApi.effective_parameters` (`athanor gov parameters`) tells them: propose a value
		/// within them.
		OutOfBounds,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Gives back the deposit for submitting a referendum that was rejected or never decided on. Anybody
		/// can call this; it costs nothing if it gives something back.
		///
		/// `referenda.refundSubmissionDeposit` does this for referenda that were approved or cancelled, and for no
		/// others: their deposit would stay reserved for ever.
		#[pallet::call_index(0)]
		pub fn refund_submission_deposit(
			origin: OriginFor<T>,
			index: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			let deposit = ReferendumInfoFor::<T>::try_mutate(index, |info| {
				match info.as_mut().ok_or(Error::<T>::NoReferendum)? {
					ReferendumInfo::Ongoing(_) => Err(Error::<T>::NotOver),
					ReferendumInfo::Approved(..) | ReferendumInfo::Cancelled(..) => {
						Err(Error::<T>::NotRejected)
					}
					ReferendumInfo::Rejected(_, deposit, _)
					| ReferendumInfo::TimedOut(_, deposit, _) => deposit.take().ok_or(Error::<T>::NoDeposit),
					ReferendumInfo::Killed(_) => Err(Error::<T>::NoDeposit),
				}
			})?;
			let (who, amount) = (deposit.who, deposit.amount);
			// What cannot be unreserved was slashed for something else.
			let left = <T as pallet_referenda::Config>::Currency::unreserve(&who, amount);
			let amount = amount.saturating_sub(left);
			Self::deposit_event(Event::SubmissionDepositRefunded { index, who, amount });
			Ok(Pays::No.into())
		}

		/// Sets a governed parameter, or gives it the value of genesis again.
		///
		/// # Dispatch origin
		/// The admin of the parameter, or root: `MarketAdmin` for those of the market, `PricingAdmin` for that
		/// of prices.
		///
		/// # Errors
		/// `BadOrigin`; [`Error::OutOfBounds`]. Nothing is changed then.
		///
		/// # Events
		/// `parameters.Updated`, with the key, the old value and the new one.
		#[pallet::call_index(1)]
		pub fn set_parameter(
			origin: OriginFor<T>,
			parameter: T::RuntimeParameters,
		) -> DispatchResult {
			let (key, _) = parameter.clone().into_parts();
			T::ParameterAdmin::ensure_origin(origin, &key)?;
			ensure!(T::Bounds::contains(&parameter), Error::<T>::OutOfBounds);
			let checked = Origin::CheckedParameter(Checked { by_this_pallet: () });
			pallet_parameters::Pallet::<T>::set_parameter(checked.into(), parameter)
		}
	}

	/// What a passed referendum speaks as, and one that this pallet speaks as.
	#[derive(
		Clone,
		Copy,
		Debug,
		PartialEq,
		Eq,
		Encode,
		Decode,
		DecodeWithMemTracking,
		MaxEncodedLen,
		TypeInfo,
	)]
	#[scale_info(capture_docs = "always")]
	#[pallet::origin]
	pub enum Origin {
		/// Sets what inference costs.
		PricingAdmin,
		/// Sets deadlines, slash shares and how payments are split.
		MarketAdmin,
		/// Spends up to [`SmallSpend`](super::super::origins::SmallSpend) of the treasury at a time.
		SmallTreasurer,
		/// Spends up to [`BigSpend`](super::super::origins::BigSpend) of the treasury at a time.
		BigTreasurer,
		/// Pauses and unpauses named calls, and starts and ends the safe mode.
		EmergencyPause,
		/// Sets a parameter of which [`Pallet::set_parameter`] has checked who sets it, and to what. No call and
		/// no referendum can have it.
		CheckedParameter(Checked),
	}

	/// How many times faster than usual the periods of governance run; 0 counts as 1. It is set in the first
	/// block and never afterwards, so that no decision can shorten the time in which it is objected to.
	#[pallet::storage]
	pub type Tempo<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The tempo of the first block.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// How many times faster than usual the periods of governance run. More than 1 is for development
		/// and test chains only.
		pub tempo: u32,
		/// Names the runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Tempo::<T>::put(self.tempo.max(1));
		}
	}
}

/// Nothing but this file can make one, and none can be decoded: so it comes with no transaction, no proposal
/// and no scheduled call, whoever sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, MaxEncodedLen, TypeInfo)]
pub struct Checked {
	by_this_pallet: (),
}

impl Decode for Checked {
	fn decode<I: codec::Input>(_: &mut I) -> Result<Self, codec::Error> {
		Err("nobody has this origin; set parameters by origins.set_parameter".into())
	}
}

impl DecodeWithMemTracking for Checked {}

/// Requires that [`Pallet::set_parameter`] asks.
pub struct EnsureChecked;

impl EnsureOrigin<RuntimeOrigin> for EnsureChecked {
	type Success = ();

	fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
		let named: Result<Origin, _> = origin.clone().into();
		match named {
			Ok(Origin::CheckedParameter(_)) => Ok(()),
			_ => Err(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
		Ok(Origin::CheckedParameter(Checked { by_this_pallet: () }).into())
	}
}
