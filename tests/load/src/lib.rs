//! Load on a chain, and what the chain makes of it.
//!
//! The program behind `scripts/bench-chain` signs transactions in advance and keeps a node's transaction
//! pool filled with them: first jobs, each from its post to its payment, then transfers. It follows
//! the finalised blocks and reports how much they held, how full they were, what ended each of them
//! and how long transactions took. `docs/performance.md` says what each figure means.
//!
//! * [`options`]: the command line.
//! * [`node`]: a node of its own, unless one is named; [`rpc`] talks to it, [`metrics`] reads its metrics.
//! * [`follow`] reads [`block`]s as they become best and final.
//! * [`keys`] and [`tx`] make accounts and transactions from a seed; [`setup`] funds and registers.
//! * [`desk`] is the workers of all providers: it answers what the chain assigns.
//! * [`engine`] sends a load inside the limits of [`gate`], at the [`pace`] that the chain keeps up with,
//!   until all of it is final; [`tally`] counts.
//! * [`stats`] is the arithmetic, [`report`] and [`table`] are what is printed, [`machine`] what it ran on.

pub mod block;
pub mod desk;
pub mod engine;
pub mod follow;
pub mod gate;
pub mod keys;
pub mod machine;
pub mod metrics;
pub mod node;
pub mod options;
pub mod pace;
pub mod report;
pub mod rpc;
pub mod session;
pub mod setup;
pub mod stats;
pub mod table;
pub mod tally;
pub mod tx;

pub use options::Options;
pub use session::run;
