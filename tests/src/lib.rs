#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod binaries;
pub mod command;
pub mod lab;
pub mod ledger;
pub mod model;
pub mod net;
pub mod node;
pub mod ports;
pub mod process;
pub mod random;
pub mod receipts;
pub mod slashes;
pub mod wait;
pub mod worker;
pub mod world;

pub use accounts::{dev, dev_account};
pub use lab::{Lab, test, test_within};
pub use node::{Node, NodeOptions};
pub use wait::{seconds, until};
pub use worker::{Worker, WorkerOptions};
pub use world::{Job, World};
