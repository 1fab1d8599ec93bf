//! Tests, split by topic.

mod claims;
mod configuration;
mod delegators;
mod existential_deposit;
mod explain;
mod invariants;
mod merge;
mod payment;
mod random;
mod royalty_payment;
mod royalty_random;
mod transfer;
