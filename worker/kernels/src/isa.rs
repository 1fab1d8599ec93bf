//! Which instructions the kernels use.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// The implementations there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
	Scalar,
	#[cfg(target_arch = "aarch64")]
	Neon,
	#[cfg(target_arch = "x86_64")]
	Avx2,
	#[cfg(target_arch = "x86_64")]
	Avx512,
}

/// A set of instructions that this processor has. Results do not depend on it, only the time they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Level);

/// The text that was to name a set of instructions does not, or this processor lacks it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"`{found}` is no instruction set of this processor, which has: {}",
	known()
)]
pub struct UnknownIsa {
	/// The text.
	pub found: String,
}

impl Isa {
	/// Plain code, which runs everywhere.
	pub const SCALAR: Self = Self(Level::Scalar);

	/// All that this processor has, slowest first.
	pub fn available() -> Vec<Self> {
		#[allow(unused_mut)]
		let mut found = vec![Self::SCALAR];
		#[cfg(target_arch = "aarch64")]
		found.push(Self(Level::Neon));
		#[cfg(target_arch = "x86_64")]
		{
			use std::arch::is_x86_feature_detected as has;
			if has!("avx2") && has!("fma") && has!("f16c") {
				found.push(Self(Level::Avx2));
				let wide = has!("avx512f") && has!("avx512bw") && has!("avx512dq");
				if wide && has!("avx512vl") && has!("avx512vnni") {
					found.push(Self(Level::Avx512));
				}
			}
		}
		found
	}

	/// The fastest one, found once.
	pub fn best() -> Self {
		static BEST: OnceLock<Isa> = OnceLock::new();
		*BEST.get_or_init(|| Self::available().pop().unwrap_or(Self::SCALAR))
	}

	/// The name used on command lines and in reports.
	pub const fn name(self) -> &'static str {
		match self.0 {
			Level::Scalar => "scalar",
			#[cfg(target_arch = "aarch64")]
			Level::Neon => "neon",
			#[cfg(target_arch = "x86_64")]
			Level::Avx2 => "avx2",
			#[cfg(target_arch = "x86_64")]
			Level::Avx512 => "avx512-vnni",
		}
	}

	pub(crate) const fn level(self) -> Level {
		self.0
	}
}

impl fmt::Display for Isa {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

impl FromStr for Isa {
	type Err = UnknownIsa;

	fn from_str(text: &str) -> Result<Self, UnknownIsa> {
		let mut all = Self::available().into_iter();
		all.find(|isa| isa.name() == text)
			.ok_or_else(|| UnknownIsa {
				found: text.to_owned(),
			})
	}
}

fn known() -> String {
	let names: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
	names.join(", ")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_are_read_back() {
		for isa in Isa::available() {
			assert_eq!(isa.name().parse(), Ok(isa));
		}
		let error = "sse9".parse::<Isa>().unwrap_err().to_string();
		assert!(
			error.contains("sse9") && error.contains("scalar"),
			"{error}"
		);
	}
}
