//! Money and fees.

use frame_support::{
	PalletId, derive_impl, parameter_types,
	traits::{ConstU8, ConstU32, VariantCountOf, fungible::Credit, tokens::imbalance::ResolveTo},
	weights::ConstantMultiplier,
};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use polkadot_sdk::*;
use sp_runtime::{FixedPointNumber, Perquintill, traits::AccountIdConversion, traits::Bounded};

use crate::{
	AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason,
	System, constants::EXISTENTIAL_DEPOSIT, weights,
};

/// Units for a picosecond of execution: a transfer costs about a thousandth of an ATH.
const UNITS_PER_PICOSECOND: Balance = 5;

/// Units for a byte of a transaction.
const UNITS_PER_BYTE: Balance = 100_000;

parameter_types! {
	/// The least that an account can hold.
	pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
	/// Fees follow how full blocks are.
	pub FeeMultiplier: Multiplier = Multiplier::from_u32(1);
	/// Fullness at which fees stay as they are.
	pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
	/// How fast fees follow.
	pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(1, 100_000);
	/// Fees never fall below a tenth.
	pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
	/// Fees may rise without bound.
	pub MaximumMultiplier: Multiplier = Bounded::max_value();
	/// Names the treasury's account.
	pub const TreasuryPalletId: PalletId = PalletId(*b"py/trsry");
	/// The treasury: fees, slashes and its share of each job go here.
	pub TreasuryAccount: AccountId = TreasuryPalletId::get().into_account_truncating();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type Balance = Balance;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type WeightInfo = weights::pallet_balances::WeightInfo<Runtime>;
	type DustRemoval = ResolveTo<TreasuryAccount, Balances>;
	type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = FungibleAdapter<Balances, ResolveTo<TreasuryAccount, Balances>>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightToFee = ConstantMultiplier<Balance, WeightPrice>;
	type LengthToFee = ConstantMultiplier<Balance, BytePrice>;
	type FeeMultiplierUpdate = TargetedFeeAdjustment<
		Runtime,
		TargetBlockFullness,
		AdjustmentVariable,
		MinimumMultiplier,
		MaximumMultiplier,
	>;
	type WeightInfo = weights::pallet_transaction_payment::WeightInfo<Runtime>;
}

parameter_types! {
	/// Units for a picosecond of execution.
	pub const WeightPrice: Balance = UNITS_PER_PICOSECOND;
	/// Units for a byte of a transaction.
	pub const BytePrice: Balance = UNITS_PER_BYTE;
}

/// Money in the runtime's hands, on its way.
pub type RuntimeCredit = Credit<AccountId, Balances>;
