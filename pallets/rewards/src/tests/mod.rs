//! Tests, split by topic.

mod configuration;
mod existential_deposit;
mod invariants;
mod payment;
mod random;
