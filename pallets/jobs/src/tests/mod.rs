//! Tests by topic. Every one ends with a check of all laws.

mod deadlines;
mod happy_path;
mod invariants;
mod laws;
mod post_errors;
mod receipts;
