//! The Athanor node: consensus, networking, database and RPC around the runtime.
//!
//! Everything the chain decides is decided in the runtime; the node only feeds it. The binary is this
//! library's [`command::run`].

#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

pub mod chain_spec;
pub mod cli;
pub mod command;
mod rpc;
mod service;
