//! A client of Athanor: a chain where people pay for LLM inference and get results that can be
//! checked.
//!
//! ```no_run
//! # async fn run() -> Result<(), athanor::Error> {
//! use athanor::{At, Call, Chain, Key, SubmitOptions};
//!
//! let chain = Chain::connect("ws://127.0.0.1:9944").await?;
//! let view = chain.at(At::Best).await?;
//! let models = view.models().await?;
//! println!("{} models", models.len());
//! let key = Key::from_file("alice.key")?;
//! let included = chain.submit(&Call::Withdraw, &key, &SubmitOptions::default()).await?;
//! println!("in block {}", included.block.number);
//! # Ok(())
//! # }
//! ```
//!
//! * [`Chain`] connects; [`View`] reads the state at one block; [`Call`] is what an account signs and
//!   [`Chain::submit`] sends; [`Chain::submit_receipt`] hands in a worker's receipt;
//!   [`Chain::follow_job`] follows a job to its end, and [`Chain::past_job`] finds one that the state
//!   has forgotten.
//! * [`quote`](quote::quote) says what a job would cost, [`verify_job`] checks what came of it.
//! * [`Error`] says what went wrong and what to do about it.

#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

pub mod amount;
pub mod chain;
mod error;
mod keys;
pub mod quote;
pub mod verify;

pub use amount::Amount;
pub use chain::{
	AccountId, At, Balance, BlockId, BlockStream, Call, Chain, Claimed, ConnectOptions, Constants,
	DEFAULT_URL, DryRun, Events, Included, Job, JobProgress, JobState, JobUpdate, Model, ModelSpec,
	ModelStatus, Offer, Outcome, PastJob, Provider, Release, StoredReceipt, Submission,
	SubmitOptions, Version, VersionId, VersionSpec, VersionStatus, View, Wait,
};
pub use error::{Error, Invalid, KeyError, Rejection};
pub use keys::Key;
pub use verify::{VerifyOptions, verify_job};

// What the interface of this library is made of, so that its users need not name the crates.
pub use athanor_primitives as primitives;
pub use subxt::Metadata;

#[cfg(test)]
mod tests {
	use super::*;

	/// Users spawn what this library returns; that it can be is decided when this compiles.
	#[allow(dead_code)]
	fn futures_can_be_spawned(
		chain: Chain,
		key: Key,
		signed: primitives::receipt::SignedReceipt,
		block: BlockId,
	) {
		fn spawnable<T: Send>(_: T) {}
		let (call, options) = (Call::Withdraw, SubmitOptions::default());
		spawnable(Chain::connect(DEFAULT_URL));
		spawnable(chain.submit(&call, &key, &options));
		spawnable(chain.dry_run(&call, &key));
		spawnable(chain.submit_receipt(&signed, None));
		spawnable(chain.send_receipt(&signed, None));
		spawnable(chain.past_job(0, block));
		spawnable(chain.wait_for_outcome(0, true));
		spawnable(verify_job(&chain, 0, &VerifyOptions::default()));
		let gov = async {
			let view = chain.at(At::Best).await?;
			view.referenda().await?;
			view.locks(&key.account()).await?;
			view.parameters().await?;
			view.try_call(&chain::gov::Origin::Root, &[]).await?;
			chain.enacted(&view, 0, 0).await
		};
		spawnable(gov);
		spawnable(async {
			let view = chain.at(At::Best).await?;
			view.models().await?;
			view.offers_of(&key.account()).await?;
			view.explain_account(&key.account()).await?;
			view.why(0).await?;
			view.worker_keys(&key.account()).await?;
			view.events().await?.find::<chain::events::JobPaid>()?;
			let mut blocks = chain.finalised_blocks();
			blocks.next().await;
			chain.follow_job(0, false).await?.next().await
		});
	}
}
