//! What calls, hooks, blocks and storage accesses cost: measured by `scripts/bench-weights`, which writes the
//! other files of this folder.

pub mod athanor_jobs;
pub mod athanor_models;
pub mod athanor_pricing;
pub mod athanor_rewards;
pub mod athanor_staking;
pub mod block;
pub mod database;
pub mod extrinsic;
pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_bounties;
pub mod pallet_child_bounties;
pub mod pallet_conviction_voting;
pub mod pallet_identity;
pub mod pallet_multisig;
pub mod pallet_origins;
pub mod pallet_parameters;
pub mod pallet_preimage;
pub mod pallet_proxy;
pub mod pallet_referenda;
pub mod pallet_safe_mode;
pub mod pallet_scheduler;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_treasury;
pub mod pallet_tx_pause;
pub mod pallet_utility;

pub use block::BlockExecutionWeight;
pub use database::DatabaseWeight;
pub use extrinsic::ExtrinsicBaseWeight;
