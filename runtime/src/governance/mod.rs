//! Who governs what: the origins that a referendum can speak with, and the tracks on which it gets them.
//!
//! There is no council and no sudo. Whoever has tokens can submit on every track, vote, and place the
//! decision deposit; what an origin may do is decided where it is named, in `configs`.

pub mod origins;
pub mod tempo;
pub mod tracks;

pub use origins::pallet_origins;
