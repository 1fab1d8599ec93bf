//! The origins of governance, one for each kind of decision that is not everything.

use core::marker::PhantomData;

use frame_support::{
	parameter_types,
	traits::{EitherOf, EnsureOrigin},
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use polkadot_sdk::*;

use crate::{
	AccountId, Balance, RuntimeOrigin,
	constants::{ATH, DAYS},
};

pub use pallet_origins::Origin;

/// Origins that only a referendum can have, how fast referenda go, and an end for deposits that
/// pallet-referenda would keep for ever.
// Of the generated code: the SDK's metadata of storage items.
#[allow(clippy::expect_used)]
#[frame_support::pallet]
pub mod pallet_origins {
	use frame_support::{pallet_prelude::*, sp_runtime::Saturating, traits::ReservableCurrency};
	use frame_system::pallet_prelude::*;
	use pallet_referenda::{ReferendumInfo, ReferendumInfoFor, WeightInfo as _};

	use super::*;

	/// Units of money, as referenda count them.
	type BalanceOf<T> =
		<<T as pallet_referenda::Config>::Currency as frame_support::traits::Currency<
			<T as frame_system::Config>::AccountId,
		>>::Balance;

	/// Names the origins, and gives back what rejected referenda deposited.
	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Nothing to decide.
	#[pallet::config]
	pub trait Config:
		polkadot_sdk::frame_system::Config<RuntimeEvent: From<Event<Self>>>
		+ polkadot_sdk::pallet_referenda::Config
	{
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
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Gives back the deposit for submitting a referendum that was rejected or never decided on. Anybody
		/// can call this; it costs nothing if it gives something back.
		///
		/// `referenda.refundSubmissionDeposit` does this for referenda that were approved or cancelled, and for no
		/// others: their deposit would stay reserved for ever.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as pallet_referenda::Config>::WeightInfo::refund_submission_deposit())]
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
	}

	/// What a passed referendum speaks as.
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
	#[pallet::origin]
	pub enum Origin {
		/// Sets what inference costs.
		PricingAdmin,
		/// Sets deadlines, slash shares and how payments are split.
		MarketAdmin,
		/// Spends up to [`SmallSpend`] of the treasury at a time.
		SmallTreasurer,
		/// Spends up to [`BigSpend`] of the treasury at a time.
		BigTreasurer,
		/// Pauses and unpauses named calls, and starts and ends the safe mode.
		EmergencyPause,
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

parameter_types! {
	/// The most that [`Origin::SmallTreasurer`] spends at a time.
	pub const SmallSpend: Balance = 1_000 * ATH;
	/// The most that [`Origin::BigTreasurer`] spends at a time.
	pub const BigSpend: Balance = 100_000 * ATH;
	/// What root spends at a time.
	pub const AnySpend: Balance = Balance::MAX;
	/// How long the safe mode lasts that [`Origin::EmergencyPause`] starts or extends, in blocks.
	pub const SafeModePeriod: crate::BlockNumber = DAYS;
}

/// An origin of a referendum that is known by its type.
pub trait Named {
	/// The origin.
	const ORIGIN: Origin;
}

/// Requires the origin that `Name` names, or root.
pub type OrRoot<Name> = EitherOf<EnsureNamed<Name>, EnsureRoot<AccountId>>;

/// Requires the origin that `Name` names.
pub struct EnsureNamed<Name>(PhantomData<Name>);

impl<Name: Named> EnsureOrigin<RuntimeOrigin> for EnsureNamed<Name> {
	type Success = ();

	fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
		let named: Result<Origin, _> = origin.clone().into();
		match named {
			Ok(found) if found == Name::ORIGIN => Ok(()),
			_ => Err(origin),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
		Ok(Name::ORIGIN.into())
	}
}

macro_rules! names {
	($($name:ident),*) => {
		$(
			#[doc = concat!("Names [`Origin::", stringify!($name), "`].")]
			pub struct $name;

			impl Named for $name {
				const ORIGIN: Origin = Origin::$name;
			}
		)*
	};
}

names!(
	PricingAdmin,
	MarketAdmin,
	SmallTreasurer,
	BigTreasurer,
	EmergencyPause
);

/// Who may spend the treasury, and how much at a time.
pub type Spender = EitherOf<
	EnsureRootWithSuccess<AccountId, AnySpend>,
	EitherOf<EnsureUpTo<BigTreasurer, BigSpend>, EnsureUpTo<SmallTreasurer, SmallSpend>>,
>;

/// Who may reject what is to be spent.
pub type Rejecter = OrRoot<BigTreasurer>;

/// Requires the origin that `Name` names, and answers with `Success`.
pub type EnsureUpTo<Name, Success> =
	frame_support::traits::MapSuccess<EnsureNamed<Name>, sp_runtime::traits::Replace<Success>>;

/// Who may start and end the safe mode, and for how long.
pub type EnsureSafeMode = frame_support::traits::MapSuccess<
	OrRoot<EmergencyPause>,
	sp_runtime::traits::Replace<SafeModePeriod>,
>;
