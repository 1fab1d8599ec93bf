//! Tests, split by topic.

mod configuration;
mod invariants;
mod register;
mod registry;
mod retire_and_remove;
mod sequences;
