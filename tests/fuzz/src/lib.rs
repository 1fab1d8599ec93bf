#![doc = include_str!("../README.md")]

pub mod calls;
pub mod cast;
pub mod chain;
pub mod coverage;
pub mod input;
pub mod laws;
pub mod ledger;
pub mod operation;
pub mod read;
pub mod sequence;
pub mod state;
pub mod trap;
pub mod wealth;
pub mod world;

/// A law that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
	/// Which one. The same for the same fault, so that a shorter sequence can be compared with it.
	pub law: String,
	/// What was found.
	pub found: String,
}

impl Broken {
	/// The law, and what was found.
	pub fn new(law: impl Into<String>, found: impl Into<String>) -> Self {
		Self {
			law: law.into(),
			found: found.into(),
		}
	}
}

impl std::fmt::Display for Broken {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{}\n  found: {}", self.law, self.found)
	}
}

/// Fails with a broken law if `holds` is false.
///
/// # Errors
/// The law with what `found` says.
pub fn demand(holds: bool, law: &str, found: impl FnOnce() -> String) -> Result<(), Broken> {
	if holds {
		return Ok(());
	}
	Err(Broken::new(law, found()))
}
