//! Real nodes, real workers, real clients, by subject. One program, because each would compile the client's generic
//! code again.

mod bad_input;
mod chain_spec;
mod deadlines;
mod faults;
mod gov_pricing;
mod governance;
mod happy_path;
mod income;
mod modes;
mod partition;
mod polkadot_js;
mod recovery;
mod validators;
