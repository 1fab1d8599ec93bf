//! Account ids of the chain.

/// An account of the chain; shown and read in SS58 form.
pub use athanor::AccountId;
