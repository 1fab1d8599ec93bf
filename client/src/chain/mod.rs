//! The chain: connecting, reading, sending.

mod blocks;
mod calls;
mod claim;
mod connect;
mod constants;
mod delegation;
mod dispatch;
pub mod events;
mod general;
pub mod gov;
mod history;
pub(crate) mod json;
mod models;
mod names;
mod progress;
mod receipt;
mod royalty;
mod slashes;
#[cfg(test)]
pub(crate) mod tests;
mod tx;
mod types;
mod view;
mod views;
mod wire;

pub use blocks::BlockStream;
pub use calls::Call;
pub use claim::Claimed;
pub use connect::{At, Chain, ConnectOptions, DEFAULT_URL};
pub use constants::Constants;
pub use delegation::{
	Delegation, DelegationCall, DelegationPool, Moved, StakeBehind, UnbondingShares,
};
pub use events::Events;
pub use general::{claim_transaction, receipt_transaction};
pub use history::{ClosedIn, PastJob};
pub use models::{
	Model, ModelSpec, ModelStatus, Release, Version, VersionId, VersionSpec, VersionStatus,
};
pub use progress::{JobProgress, JobUpdate};
pub use receipt::Submission;
pub use royalty::{Holder, Holding, ROYALTY_SHARES, Royalty, RoyaltyCall};
pub use slashes::{PendingSlash, Slash};
pub use tx::{DryRun, Included, SubmitOptions, Wait};
pub use types::{
	AccountId, Balance, BlockId, Frozen, Hold, Job, JobState, Offer, Outcome, Provider, Rules,
	StoredReceipt, Totals, UnbondingChunk, Work, WorkerRecord,
};
pub use view::View;
pub use views::{
	Candidate, MAX_HELD, MarketQuote, Match, OwnRoyalty, PaymentShares, Simulation, WaitsFor,
};
