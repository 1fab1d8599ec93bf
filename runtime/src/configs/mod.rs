//! The parameters of each pallet.

pub mod consensus;
pub mod economy;
pub mod market;
pub mod parameters;
pub mod system;
