//! Who governs what: the origins that a referendum can speak with, and the tracks on which it gets them.
//!
//! There is no council and no sudo. Whoever has tokens can submit on every track, vote, and place the
//! decision deposit; what an origin may do is decided where it is named, in `configs`.

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
pub mod dry_run;
pub mod origins;
pub mod pallet_origins;
pub mod tempo;
pub mod tracks;
