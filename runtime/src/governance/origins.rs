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

pub use super::pallet_origins::Origin;

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
