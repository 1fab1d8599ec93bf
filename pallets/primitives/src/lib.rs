//! What the runtime, the worker and the client must agree on to the last byte: identifiers, the
//! receipt and its signature payload, the hashes, the market maths, and the traits in which the
//! pallets meet.
//!
//! This crate has no storage and no dependency on FRAME, so that a worker or an outside verifier
//! can use it without compiling a blockchain.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links)]

extern crate alloc;

pub mod claim;
pub mod draw;
pub mod eligibility;
pub mod explain;
pub mod hash;
pub mod income;
pub mod job;
pub mod merkle;
pub mod model;
pub mod model_hash;
pub mod policy;
pub mod pool;
pub mod ports;
pub mod price;
pub mod receipt;
pub mod split;
#[cfg(feature = "testing")]
pub mod testing;
pub mod worker_key;

pub use hash::blake2_256;
pub use primitive_types::H256;

/// Identifies a job, counted up from 0 in the order of posting.
pub type JobId = u64;

/// Identifies a registry entry, counted up from 0 in the order of registration.
pub type ModelId = u32;

/// An ed25519 public key held by a worker process, 32 bytes.
pub type WorkerKey = [u8; 32];

/// An ed25519 signature, 64 bytes.
pub type Signature = [u8; 64];
