//! Values that governance sets without an upgrade of the runtime.
//!
//! `pallet-parameters` checks who sets a value, never what it is. So each value is clamped where it is
//! read, and none of them bounds a stored collection.

use core::marker::PhantomData;

use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	parameter_types,
	traits::{EnsureOrigin, EnsureOriginWithArg, Get},
};
use polkadot_sdk::*;
use sp_runtime::{FixedU128, Permill};

use crate::{
	BlockNumber, Runtime, RuntimeEvent, RuntimeOrigin,
	constants::{DAYS, HOURS},
	governance::origins::{MarketAdmin, OrRoot},
	weights,
};

/// The parameters with their values at genesis.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod values {
	use super::*;

	/// Of the job market.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod market {
		/// How many times a job's escrow the stake must be that answers for it; 0.1 to 100.
		#[codec(index = 0)]
		pub static StakeMultiple: FixedU128 = FixedU128::from_u32(2);
		/// Blocks for which a closed job can be read; an hour to 30 days.
		#[codec(index = 1)]
		pub static Retention: BlockNumber = 7 * DAYS;
		/// Share of a provider's stake that a missed deadline costs; up to 10 %.
		#[codec(index = 2)]
		pub static TimeoutSlash: Permill = Permill::from_percent(1);
		/// Share of a provider's stake that two receipts for one job cost; 1 % to all.
		#[codec(index = 3)]
		pub static EquivocationSlash: Permill = Permill::from_percent(20);
	}
}

/// A governed value, forced into hard bounds on every read.
pub struct Clamped<Value, Low, High>(PhantomData<(Value, Low, High)>);

impl<T: Ord, Value: Get<T>, Low: Get<T>, High: Get<T>> Get<T> for Clamped<Value, Low, High> {
	fn get() -> T {
		Value::get().max(Low::get()).min(High::get())
	}
}

parameter_types! {
	/// Least multiple of a job's escrow that answers for it.
	pub LeastStakeMultiple: FixedU128 = FixedU128::from_rational(1, 10);
	/// Largest multiple.
	pub const MostStakeMultiple: FixedU128 = FixedU128::from_u32(100);
	/// Shortest retention.
	pub const LeastRetention: BlockNumber = HOURS;
	/// Longest retention.
	pub const MostRetention: BlockNumber = 30 * DAYS;
	/// Nothing.
	pub const NoShare: Permill = Permill::zero();
	/// The most that one missed deadline can cost.
	pub const MostTimeoutSlash: Permill = Permill::from_percent(10);
	/// The least that two receipts for one job cost.
	pub const LeastEquivocationSlash: Permill = Permill::from_percent(1);
	/// Everything.
	pub const WholeStake: Permill = Permill::one();
}

/// How many times a job's escrow the stake must be that answers for it.
pub type StakeMultiple =
	Clamped<values::market::StakeMultiple, LeastStakeMultiple, MostStakeMultiple>;
/// Blocks for which a closed job can be read.
pub type Retention = Clamped<values::market::Retention, LeastRetention, MostRetention>;
/// Share of a provider's stake that a missed deadline costs.
pub type TimeoutSlash = Clamped<values::market::TimeoutSlash, NoShare, MostTimeoutSlash>;
/// Share of a provider's stake that two receipts for one job cost.
pub type EquivocationSlash =
	Clamped<values::market::EquivocationSlash, LeastEquivocationSlash, WholeStake>;

/// Who may set which parameter.
pub struct ParameterAdmin;

impl EnsureOriginWithArg<RuntimeOrigin, RuntimeParametersKey> for ParameterAdmin {
	type Success = ();

	fn try_origin(
		origin: RuntimeOrigin,
		key: &RuntimeParametersKey,
	) -> Result<Self::Success, RuntimeOrigin> {
		match key {
			RuntimeParametersKey::Market(_) => OrRoot::<MarketAdmin>::try_origin(origin).map(drop),
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn try_successful_origin(_: &RuntimeParametersKey) -> Result<RuntimeOrigin, ()> {
		Ok(frame_system::RawOrigin::Root.into())
	}
}

impl pallet_parameters::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type AdminOrigin = ParameterAdmin;
	type WeightInfo = weights::pallet_parameters::WeightInfo<Runtime>;
}
