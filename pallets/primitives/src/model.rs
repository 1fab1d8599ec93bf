//! What a model is to the market.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use primitive_types::H256;
use scale_info::TypeInfo;

/// How a model's results can be compared.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(
	feature = "serde",
	derive(serde::Serialize, serde::Deserialize),
	serde(rename_all = "lowercase")
)]
pub enum NumericClass {
	/// Integer-only inference: the same bits on every device.
	Exact,
	/// Floating point: compared within calibrated bounds.
	Float,
}

/// Decides which governed price bounds apply, by the number of parameters.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(
	feature = "serde",
	derive(serde::Serialize, serde::Deserialize),
	serde(rename_all = "lowercase")
)]
pub enum PriceClass {
	/// Up to 3 billion parameters.
	Small,
	/// Up to 30 billion.
	Medium,
	/// More.
	Large,
}

impl PriceClass {
	/// All classes.
	pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

	/// The class of a model with so many parameters.
	pub fn of(parameters: u64) -> Self {
		match parameters {
			0..=3_000_000_000 => Self::Small,
			3_000_000_001..=30_000_000_000 => Self::Medium,
			_ => Self::Large,
		}
	}
}

/// Content hashes that say which model is meant: bytes in means the same token ids everywhere. What
/// each is taken over is written down in `athanor_primitives::model_hash`.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ModelHashes {
	/// Of the configuration and all weight files.
	pub weights: H256,
	/// `blake2_256` of `tokenizer.json`.
	pub tokenizer: H256,
	/// Of the chat template and the special tokens that it can write.
	pub template: H256,
}

/// What other pallets need to know of a registered model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo<AccountId> {
	/// Who gets the royalty.
	pub author: AccountId,
	/// Version of the content, from 1.
	pub version: u32,
	/// Royalty in parts per million of what a job pays.
	pub royalty: u32,
	/// Decides the price bounds.
	pub price_class: PriceClass,
	/// Decides how results are compared.
	pub numeric_class: NumericClass,
	/// Most tokens that prompt and output can have together.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input.
	pub template_overhead: u32,
	/// Whether new jobs and offers for this version are accepted; `false` once the model or the version
	/// is retired.
	pub active: bool,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn classes_follow_the_parameter_count() {
		assert_eq!(PriceClass::of(0), PriceClass::Small);
		assert_eq!(PriceClass::of(3_000_000_000), PriceClass::Small);
		assert_eq!(PriceClass::of(3_000_000_001), PriceClass::Medium);
		assert_eq!(PriceClass::of(30_000_000_001), PriceClass::Large);
	}
}
