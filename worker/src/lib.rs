//! The Athanor worker: takes jobs from the chain, runs inference, sends back signed receipts.
//!
//! * [`cli`], [`commands`]: the command line, and what each command does
//! * [`run`]: the state machine at the heart of `run`; asks the chain through [`ledger`], the engine
//!   through [`runner`]
//! * [`chain`]: [`ledger`] and [`registry`] over the client library
//! * [`llm`]: [`runner`] over the inference crate
//! * [`journal`]: what survives a crash
//! * [`receipt`], [`keys`], [`share`]: signing, keys, sharing jobs between workers
//! * [`check`], [`describe`], [`generate`]: the other commands
//! * [`metrics`], [`logging`], [`shutdown`], [`config`], [`error`]: the surroundings

pub mod account;
pub mod bench;
pub mod chain;
pub mod check;
pub mod cli;
pub mod commands;
pub mod config;
pub mod describe;
pub mod error;
pub mod generate;
pub mod inspect;
pub mod journal;
pub mod keys;
pub mod ledger;
pub mod llm;
pub mod logging;
pub mod metrics;
pub mod receipt;
pub mod registry;
pub mod run;
pub mod runner;
pub mod share;
pub mod shutdown;
