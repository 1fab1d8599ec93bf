//! Values that governance sets without an upgrade of the runtime.
//!
//! `pallet-parameters` checks who sets a value, never what it is. So nobody calls it but
//! `origins.set_parameter`, which refuses what is beyond the bounds; and because an upgrade may narrow these,
//! each value is also clamped where it is read. None of them bounds a stored collection.

use alloc::{vec, vec::Vec};

use codec::Encode;
use frame_support::{
	dynamic_params::{dynamic_pallet_params, dynamic_params},
	traits::{AsEnsureOriginWithArg, Contains, EnsureOrigin, EnsureOriginWithArg, Get},
};
use polkadot_sdk::*;
use sp_runtime::{FixedU128, Permill};

use crate::{
	BlockNumber, Runtime, RuntimeEvent, RuntimeOrigin,
	constants::{DAYS, HOURS, MINUTES},
	governance::{
		dry_run::Effective,
		origins::{MarketAdmin, OrRoot, PricingAdmin},
		pallet_origins::EnsureChecked,
		tempo::paced,
	},
	weights,
};

/// The parameters with their values at genesis. Their bounds are those of the types of the same names below.
#[dynamic_params(RuntimeParameters, pallet_parameters::Parameters::<Runtime>)]
pub mod values {
	use super::*;

	/// Of the job market.
	#[dynamic_pallet_params]
	#[codec(index = 0)]
	pub mod market {
		/// How many times a job's escrow the stake must be that answers for it.
		#[codec(index = 0)]
		pub static StakeMultiple: FixedU128 = FixedU128::from_u32(2);
		/// Blocks for which a closed job can be read.
		#[codec(index = 1)]
		pub static Retention: BlockNumber = 7 * DAYS;
		/// Share of a provider's stake that a missed deadline costs.
		#[codec(index = 2)]
		pub static TimeoutSlash: Permill = Permill::from_percent(1);
		/// Share of a provider's stake that two receipts for one job cost.
		#[codec(index = 3)]
		pub static EquivocationSlash: Permill = Permill::from_percent(20);
		/// Share of each payment that goes to the treasury.
		#[codec(index = 20)]
		pub static TreasuryShare: Permill = Permill::from_percent(5);
		/// Share of each payment that is destroyed.
		#[codec(index = 21)]
		pub static BurnShare: Permill = Permill::from_percent(1);
		/// Highest royalty that a model can be registered with.
		#[codec(index = 22)]
		pub static MaxRoyalty: Permill = Permill::from_percent(20);
		/// Share of a job's escrow that its requester gets of a slash, beside the refund.
		#[codec(index = 4)]
		pub static RequesterPenalty: Permill = Permill::from_percent(10);
		/// Share that who has shown a fault gets of what the requester leaves of a slash.
		#[codec(index = 5)]
		pub static ReporterShare: Permill = Permill::from_percent(10);
		/// Most that a provider's faults of a day cost together, as shares of its stake.
		#[codec(index = 6)]
		pub static MaxEraSlash: Permill = Permill::from_percent(30);
		/// Blocks for which a slash can be cancelled.
		#[codec(index = 7)]
		pub static AppealPeriod: BlockNumber = 7 * DAYS;
		/// Most that a provider can take of its delegators' income.
		#[codec(index = 8)]
		pub static MaxCommission: Permill = Permill::from_percent(50);
		/// Most by which a provider can raise its commission in a day.
		#[codec(index = 9)]
		pub static MaxCommissionChange: Permill = Permill::from_percent(2);
		/// How many times its own stake can be delegated to a provider.
		#[codec(index = 10)]
		pub static MaxDelegation: FixedU128 = FixedU128::from_u32(4);
		/// Blocks that a worker has for any job, on top of what its tokens take.
		#[codec(index = 11)]
		pub static BaseWorkPeriod: BlockNumber = 10;
		/// Blocks from a receipt to its payment.
		#[codec(index = 12)]
		pub static SettlePeriod: BlockNumber = 2;
		/// Blocks without new work after a missed deadline.
		#[codec(index = 13)]
		pub static TimeoutPause: BlockNumber = 100;
	}

	/// Of prices.
	#[dynamic_pallet_params]
	#[codec(index = 1)]
	pub mod pricing {
		/// Blocks after which prices follow the demand.
		#[codec(index = 0)]
		pub static Period: BlockNumber = HOURS;
	}
}

/// The governed values with their bounds: what can be decided, and into what everything is forced that is read.
macro_rules! bounded {
	($(
		$group:ident in $module:ident {$(
			$(#[$doc:meta])*
			$name:ident = $value:ident: $kind:ty, $least:expr => $most:expr $(, then $then:path)?;
		)*}
	)*) => {
		$($(
			$(#[$doc])*
			pub struct $name;

			impl $name {
				/// The least that can be decided.
				pub const LEAST: $kind = $least;
				/// The most that can be decided.
				pub const MOST: $kind = $most;

				/// What was decided, within the bounds: what a proposal says that changes nothing.
				pub fn set() -> $kind {
					let decided: $kind = values::$module::$value::get();
					decided.max(Self::LEAST).min(Self::MOST)
				}
			}

			impl Get<$kind> for $name {
				fn get() -> $kind {
					let value = Self::set();
					$(let value = $then(value);)?
					value
				}
			}
		)*)*

		/// What can be decided: a value within its bounds, or that of genesis.
		pub struct WithinBounds;

		impl Contains<RuntimeParameters> for WithinBounds {
			fn contains(parameter: &RuntimeParameters) -> bool {
				match parameter {
					$($(
						RuntimeParameters::$group(values::$module::Parameters::$value(_, value)) => {
							value.is_none_or(|value| {
								($name::LEAST..=$name::MOST).contains(&value)
							})
						}
					)*)*
				}
			}
		}

		/// The governed parameters as they take effect, and what can be decided.
		pub(crate) fn effective_parameters() -> Vec<Effective> {
			vec![
				$($(
					Effective {
						name: concat!(stringify!($group), ".", stringify!($value)).into(),
						value: $name::get().encode(),
						set: $name::set().encode(),
						least: $name::LEAST.encode(),
						most: $name::MOST.encode(),
					},
				)*)*
			]
		}

		#[cfg(test)]
		mod tests {
			use super::*;

			#[test]
			fn the_values_of_genesis_are_within_their_bounds() {
				sp_io::TestExternalities::default().execute_with(|| {
					$($(
						let first: $kind = values::$module::$value::get();
						assert!(
							($name::LEAST..=$name::MOST).contains(&first),
							concat!(stringify!($name), " is {:?}"),
							first
						);
					)*)*
				});
			}
		}
	};
}

bounded! {
	Market in market {
		/// How many times a job's escrow the stake must be that answers for it.
		StakeMultiple = StakeMultiple: FixedU128,
			FixedU128::from_rational(1, 10) => FixedU128::from_u32(100);
		/// Blocks for which a closed job can be read.
		Retention = Retention: BlockNumber, HOURS => 30 * DAYS;
		/// Share of a provider's stake that a missed deadline costs. More than nothing: that makes missing one's
		/// own a loss.
		TimeoutSlash = TimeoutSlash: Permill, Permill::from_parts(1_000) => Permill::from_percent(10);
		/// Share of a provider's stake that two receipts for one job cost.
		EquivocationSlash = EquivocationSlash: Permill, Permill::from_percent(1) => Permill::one();
		/// Share of each payment that goes to the treasury. More than nothing: that makes paying oneself a
		/// loss.
		TreasuryShare = TreasuryShare: Permill,
			Permill::from_percent(1) => Permill::from_percent(20);
		/// Share of each payment that is destroyed.
		BurnShare = BurnShare: Permill, Permill::zero() => Permill::from_percent(10);
		/// Highest royalty that a model can be registered with.
		MaxRoyalty = MaxRoyalty: Permill, Permill::zero() => Permill::from_percent(30);
		/// Share of a job's escrow that its requester gets of a slash.
		RequesterPenalty = RequesterPenalty: Permill, Permill::zero() => Permill::one();
		/// Share that who has shown a fault gets of what the requester leaves of a slash. Not all, so that to
		/// show one's own costs.
		ReporterShare = ReporterShare: Permill, Permill::zero() => Permill::from_percent(50);
		/// Most that a provider's faults of a day cost together.
		MaxEraSlash = MaxEraSlash: Permill, Permill::from_percent(1) => Permill::from_percent(90);
		/// Blocks for which a slash can be cancelled, by this chain's tempo. The fastest votes on that take one and
		/// two days.
		AppealPeriod = AppealPeriod: BlockNumber, 4 * DAYS => 28 * DAYS, then paced;
		/// Most that a provider can take of its delegators' income.
		MaxCommission = MaxCommission: Permill, Permill::zero() => Permill::one();
		/// Most by which a provider can raise its commission in a day.
		MaxCommissionChange = MaxCommissionChange: Permill,
			Permill::from_parts(1_000) => Permill::from_percent(20);
		/// How many times its own stake can be delegated to a provider.
		MaxDelegation = MaxDelegation: FixedU128,
			FixedU128::from_u32(0) => FixedU128::from_u32(20);
		/// Blocks that a worker has for any job. A job keeps what held when it was posted.
		// With what the longest job takes besides, less than the shortest pause: see `market`.
		BaseWorkPeriod = BaseWorkPeriod: BlockNumber, 5 => 15;
		/// Blocks from a receipt to its payment. A job keeps what held when it was posted.
		SettlePeriod = SettlePeriod: BlockNumber, 1 => DAYS;
		/// Blocks without new work after a missed deadline. A pause that has begun keeps its end.
		TimeoutPause = TimeoutPause: BlockNumber, 100 => DAYS;
	}
	Pricing in pricing {
		/// Blocks after which prices follow the demand, by this chain's tempo.
		PricePeriod = Period: BlockNumber, 10 * MINUTES => 7 * DAYS, then price_period;
	}
}

/// The least of a payment that is left for the provider's side.
pub const LEAST_PROVIDER_SIDE: Permill = Permill::from_percent(40);

// At no setting do treasury, burn and royalty together leave the provider's side less.
const _: () = assert!(
	TreasuryShare::MOST.deconstruct()
		+ BurnShare::MOST.deconstruct()
		+ MaxRoyalty::MOST.deconstruct()
		+ LEAST_PROVIDER_SIDE.deconstruct()
		<= Permill::one().deconstruct()
);

/// What a period of so many blocks takes on this chain: shorter by its tempo, but a minute at least, so that
/// prices do not move between a quote and its job.
pub fn price_period(blocks: BlockNumber) -> BlockNumber {
	paced(blocks).max(MINUTES)
}

/// What benchmarks set.
#[cfg(any(test, feature = "runtime-benchmarks"))]
impl Default for RuntimeParameters {
	fn default() -> Self {
		use values::market;
		Self::Market(market::Parameters::Retention(market::Retention, Some(DAYS)))
	}
}

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
			RuntimeParametersKey::Pricing(_) => {
				OrRoot::<PricingAdmin>::try_origin(origin).map(drop)
			}
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
	// Those of `ParameterAdmin`, by `origins.set_parameter`, which looks at the bounds.
	type AdminOrigin = AsEnsureOriginWithArg<EnsureChecked>;
	type WeightInfo = weights::pallet_parameters::WeightInfo<Runtime>;
}
