//! The chain: connecting, reading, sending.

mod blocks;
mod calls;
mod connect;
mod constants;
mod dispatch;
pub mod events;
mod general;
pub(crate) mod json;
mod names;
mod progress;
mod receipt;
#[cfg(test)]
pub(crate) mod tests;
mod tx;
mod types;
mod view;
mod wire;

pub use blocks::BlockStream;
pub use calls::Call;
pub use connect::{At, Chain, ConnectOptions, DEFAULT_URL};
pub use constants::Constants;
pub use events::Events;
pub use general::receipt_transaction;
pub use progress::{JobProgress, JobUpdate};
pub use receipt::Submission;
pub use tx::{DryRun, Included, SubmitOptions, Wait};
pub use types::{
	AccountId, Balance, BlockId, Hold, Job, JobState, Model, ModelSpec, ModelStatus, Offer,
	Outcome, Provider, StoredReceipt, Totals, UnbondingChunk, Work,
};
pub use view::View;
