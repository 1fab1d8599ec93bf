//! What is registered, and what is stored about it.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::{
	frame_support::{BoundedVec, traits::ConstU32},
	frame_system::{self, pallet_prelude::BlockNumberFor},
	sp_runtime::Permill,
};
use scale_info::TypeInfo;

use athanor_primitives::{
	H256, blake2_256,
	model::{ModelHashes, ModelInfo, NumericClass, PriceClass},
};

/// Most bytes of a name or an architecture.
pub const MAX_NAME_LENGTH: u32 = 64;

/// Most bytes of a licence or a source.
pub const MAX_TEXT_LENGTH: u32 = 256;

/// The longest context that a model can state, in tokens.
pub const MAX_CONTEXT_LENGTH: u32 = 1 << 20;

/// A name as it is stored: UTF-8, 1 to [`MAX_NAME_LENGTH`] bytes, no control characters.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME_LENGTH>>;

/// A text as it is stored: UTF-8, 0 to [`MAX_TEXT_LENGTH`] bytes, no control characters.
pub type Text = BoundedVec<u8, ConstU32<MAX_TEXT_LENGTH>>;

/// A [`Model`] of a runtime.
pub type ModelOf<T> = Model<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A model as its owner states it when registering.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ModelSpec {
	/// What people call it: UTF-8, 1 to 64 bytes, no control characters. Names need not be unique.
	pub name: Vec<u8>,
	/// Hashes of the weights, the tokenizer and the chat template: the identity of the content.
	pub hashes: ModelHashes,
	/// The family that a worker must be able to run, such as `llama`: UTF-8, 1 to 64 bytes, no
	/// control characters.
	pub architecture: Vec<u8>,
	/// Number of parameters, at least 1. Decides the price class.
	pub parameters: u64,
	/// Most tokens that prompt and output can have together, 1 to 2^20.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input; below the context
	/// length.
	pub template_overhead: u32,
	/// Licence of the weights, best as an SPDX identifier: UTF-8, up to 256 bytes, may be empty.
	pub licence: Vec<u8>,
	/// Where to get the files, such as `hf:organisation/name@revision` or a URL: UTF-8, up to 256
	/// bytes, may be empty.
	pub source: Vec<u8>,
	/// The owner's share of what a job pays, in parts per million, up to the chain's maximum.
	pub royalty: Permill,
	/// How results are compared.
	pub numeric_class: NumericClass,
}

/// Where a model is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum ModelStatus<BlockNumber> {
	/// New jobs and offers are accepted. Its owner's `retire` moves it on.
	Active,
	/// No new jobs or offers are accepted, running jobs go on. Anyone's `remove` ends it.
	Retired {
		/// The first block in which the model can be removed.
		removable_at: BlockNumber,
	},
}

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Model<AccountId, BlockNumber> {
	/// Who registered it: holds the deposit and earns the royalty.
	pub owner: AccountId,
	/// What people call it, UTF-8.
	pub name: Name,
	/// Hashes of the weights, the tokenizer and the chat template.
	pub hashes: ModelHashes,
	/// The family that a worker must be able to run, UTF-8.
	pub architecture: Name,
	/// Number of parameters.
	pub parameters: u64,
	/// Most tokens that prompt and output can have together.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input.
	pub template_overhead: u32,
	/// Licence of the weights, UTF-8, may be empty.
	pub licence: Text,
	/// Where to get the files, UTF-8, may be empty.
	pub source: Text,
	/// The owner's share of what a job pays, in parts per million.
	pub royalty: Permill,
	/// How results are compared.
	pub numeric_class: NumericClass,
	/// Which governed price bounds hold.
	pub price_class: PriceClass,
	/// Version of the content, counted up from 1.
	pub version: u32,
	/// The block in which it was registered.
	pub registered_at: BlockNumber,
	/// Whether it accepts new jobs and offers.
	pub status: ModelStatus<BlockNumber>,
}

impl<AccountId, BlockNumber> Model<AccountId, BlockNumber> {
	/// Whether new jobs and offers are accepted.
	pub fn is_active(&self) -> bool {
		matches!(self.status, ModelStatus::Active)
	}
}

impl<AccountId, BlockNumber> From<Model<AccountId, BlockNumber>> for ModelInfo<AccountId> {
	fn from(model: Model<AccountId, BlockNumber>) -> Self {
		Self {
			active: model.is_active(),
			author: model.owner,
			version: model.version,
			royalty: model.royalty.deconstruct(),
			price_class: model.price_class,
			numeric_class: model.numeric_class,
			context_length: model.context_length,
			template_overhead: model.template_overhead,
		}
	}
}

/// What an owner has on hold for a model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Deposit<Ticket> {
	/// Frees the deposit.
	pub ticket: Ticket,
	/// What was put on hold when the model was registered, in units.
	pub amount: u128,
}

/// The key of a content in the registry's index: `blake2_256(SCALE(hashes))`.
pub fn content_key(hashes: &ModelHashes) -> H256 {
	H256(blake2_256(&hashes.encode()))
}

/// Whether these bytes are UTF-8 without control characters, so that any client can print them.
pub(crate) fn printable(bytes: &[u8]) -> bool {
	core::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}
