//! The parameters of each pallet.

pub mod accounts;
pub mod consensus;
pub mod economy;
pub mod filters;
pub mod governance;
pub mod market;
pub mod parameters;
pub mod pauses;
pub mod system;
pub mod validators;
