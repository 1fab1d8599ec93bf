//! The whole runtime, driven natively with the presets' genesis and the real block machinery. One program, because
//! each would compile the runtime's generic code again.

mod authors;
mod bounties;
mod chain;
mod governance;
mod holds;
mod pauses;
mod preimages;
mod proxies;
mod shares;
mod validators;
