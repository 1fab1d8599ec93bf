//! The chain: connecting, reading, sending.

mod blocks;
mod calls;
mod claim;
mod connect;
mod constants;
mod dispatch;
pub mod events;
mod general;
mod history;
pub(crate) mod json;
mod models;
mod names;
mod progress;
mod receipt;
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
pub use events::Events;
pub use general::{claim_transaction, receipt_transaction};
pub use history::{ClosedIn, PastJob};
pub use models::{
	Model, ModelSpec, ModelStatus, Release, Version, VersionId, VersionSpec, VersionStatus,
};
pub use progress::{JobProgress, JobUpdate};
pub use receipt::Submission;
pub use tx::{DryRun, Included, SubmitOptions, Wait};
pub use types::{
	AccountId, Balance, BlockId, Hold, Job, JobState, Offer, Outcome, Provider, Rules,
	StoredReceipt, Totals, UnbondingChunk, Work, WorkerRecord,
};
pub use view::View;
pub use views::{Candidate, MarketQuote, Match, WaitsFor};
