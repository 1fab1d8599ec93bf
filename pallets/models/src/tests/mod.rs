//! Tests, split by topic.

mod configuration;
mod explain;
mod invariants;
mod ownership;
mod register;
mod registry;
mod retire_and_remove;
mod sequences;
mod versions;
