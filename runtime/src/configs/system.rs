//! Blocks, time, and what a block may hold.

use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::ConstU64,
	weights::{Weight, constants::WEIGHT_REF_TIME_PER_MILLIS},
};
use frame_system::limits::{BlockLength, BlockWeights};
use polkadot_sdk::*;
use sp_runtime::{Perbill, traits::AccountIdLookup};
use sp_version::RuntimeVersion;

use crate::{
	AccountId, Balance, Block, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeOrigin, RuntimeTask, UncheckedExtrinsic, VERSION,
	configs::{consensus::SlotOfBlock, filters::CallFilter},
	constants::MILLISECS_PER_BLOCK,
	weights,
};

/// Share of a block that ordinary transactions can fill. A job takes as much of it as of the job market's
/// hook (`HookWeight`), so that both are full at the same rate; and what is left of a full block is enough
/// to remove as many jobs, a week later.
const NORMAL_SHARE: Perbill = Perbill::from_percent(45);

/// Share that operational transactions can fill even of a full block.
const RESERVED_SHARE: Perbill = Perbill::from_percent(5);

/// Execution time of a block: half of a slot, so that every validator can import it in time.
const BLOCK_TIME: Weight =
	Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(1_500), u64::MAX);

parameter_types! {
	/// Blocks whose hashes are kept: transactions can be mortal for as long.
	pub const BlockHashCount: u32 = 4_096;
	/// The version that the metadata states.
	pub const Version: RuntimeVersion = VERSION;
	/// Weight limits of a block.
	pub RuntimeBlockWeights: BlockWeights = block_weights();
	/// Length limits of a block: 5 MiB.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(5 * 1024 * 1024)
		.modify_max_length_for_class(DispatchClass::Normal, |max| {
			*max = Perbill::from_percent(75) * 5 * 1024 * 1024;
		})
		.build();
	/// Prefix of addresses: the generic Substrate one.
	pub const SS58Prefix: u16 = 42;
}

fn block_weights() -> BlockWeights {
	let normal = NORMAL_SHARE * BLOCK_TIME;
	BlockWeights::builder()
		.base_block(weights::BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |class| {
			class.base_extrinsic = weights::ExtrinsicBaseWeight::get();
		})
		.for_class(DispatchClass::Normal, |class| {
			class.max_total = Some(normal)
		})
		.for_class(DispatchClass::Operational, |class| {
			class.max_total = Some(BLOCK_TIME);
			class.reserved = Some(RESERVED_SHARE * BLOCK_TIME);
		})
		.avg_block_initialization(Perbill::from_percent(10))
		.build_or_panic()
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountId = AccountId;
	type Lookup = AccountIdLookup<AccountId, ()>;
	type Nonce = Nonce;
	type Block = Block;
	type BlockHashCount = BlockHashCount;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type DbWeight = weights::DatabaseWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SystemWeightInfo = weights::frame_system::WeightInfo<Runtime>;
	type ExtensionsWeightInfo = weights::frame_system_extensions::WeightInfo<Runtime>;
	type SS58Prefix = SS58Prefix;
	type BaseCallFilter = CallFilter;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = SlotOfBlock;
	type MinimumPeriod = ConstU64<{ MILLISECS_PER_BLOCK / 2 }>;
	type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}
