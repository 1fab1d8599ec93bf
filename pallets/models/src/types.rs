//! What is registered, and what is stored about it.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use polkadot_sdk::{
	frame_support::{
		BoundedVec,
		traits::{ConstU32, Footprint},
	},
	frame_system::{self, pallet_prelude::BlockNumberFor},
	sp_runtime::Permill,
};
use scale_info::TypeInfo;

use athanor_primitives::{
	H256, ModelId, blake2_256,
	model::{ModelHashes, ModelInfo, NumericClass, PriceClass},
};

/// Most bytes of a name or an architecture.
pub const MAX_NAME_LENGTH: u32 = 64;

/// Most bytes of a licence or a source.
pub const MAX_TEXT_LENGTH: u32 = 256;

/// The longest context that a model can state, in tokens.
pub const MAX_CONTEXT_LENGTH: u32 = 1 << 20;

/// The most tokens that a model's chat template can add. Beside the longest input it bounds how long a job can take.
pub const MAX_TEMPLATE_OVERHEAD: u32 = 1_024;

/// The most versions of one model that are stored at a time. Part of the storage layout: it may grow,
/// but not shrink.
pub const MAX_VERSIONS: u32 = 8;

/// A name as it is stored: UTF-8, 1 to [`MAX_NAME_LENGTH`] bytes, no control characters.
pub type Name = BoundedVec<u8, ConstU32<MAX_NAME_LENGTH>>;

/// A text as it is stored: UTF-8, 0 to [`MAX_TEXT_LENGTH`] bytes, no control characters.
pub type Text = BoundedVec<u8, ConstU32<MAX_TEXT_LENGTH>>;

/// A [`Model`] of a runtime.
pub type ModelOf<T> = Model<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A [`Version`] of a runtime.
pub type VersionOf<T> = Version<BlockNumberFor<T>>;

/// A [`RegisteredVersion`] of a runtime.
pub type RegisteredVersionOf<T> =
	RegisteredVersion<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A model and its first version as the owner states them when registering.
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

/// A new version of a model as its owner states it: what differs from the versions before it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct VersionSpec {
	/// Hashes of the weights, the tokenizer and the chat template: the identity of the content.
	pub hashes: ModelHashes,
	/// Most tokens that prompt and output can have together, 1 to 2^20.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input; below the context
	/// length.
	pub template_overhead: u32,
	/// Where to get the files, such as `hf:organisation/name@revision` or a URL: UTF-8, up to 256
	/// bytes, may be empty.
	pub source: Vec<u8>,
}

/// Where a model is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum ModelStatus<BlockNumber> {
	/// New jobs and offers are accepted. Its owner's `retire` moves it on.
	Active,
	/// New jobs and offers are accepted for a while, then only running jobs go on. Anyone's `remove`
	/// ends it.
	Retiring {
		/// The first block in which no new jobs and offers are accepted.
		posts_until: BlockNumber,
		/// The first block in which the model can be removed.
		removable_at: BlockNumber,
	},
}

impl<BlockNumber: PartialOrd> ModelStatus<BlockNumber> {
	/// Whether new jobs and offers are accepted, as far as the model goes.
	pub fn is_open(&self, now: &BlockNumber) -> bool {
		match self {
			Self::Active => true,
			Self::Retiring { posts_until, .. } => now < posts_until,
		}
	}
}

/// Where a version is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum VersionStatus<BlockNumber> {
	/// The newest. Its owner's `publish_version` moves it on.
	Current,
	/// There is a newer one. New jobs that name this one, and offers for it, are accepted for a
	/// while, then only running jobs go on. Anyone's `remove_version` ends it.
	Superseded {
		/// The first block in which no new jobs and offers for this version are accepted.
		posts_until: BlockNumber,
		/// The first block in which this version can be removed.
		removable_at: BlockNumber,
	},
}

impl<BlockNumber: PartialOrd> VersionStatus<BlockNumber> {
	/// Whether new jobs and offers are accepted, as far as the version goes.
	pub fn is_open(&self, now: &BlockNumber) -> bool {
		match self {
			Self::Current => true,
			Self::Superseded { posts_until, .. } => now < posts_until,
		}
	}
}

/// A registered model: what all its versions share.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Model<AccountId, BlockNumber> {
	/// Who holds the deposits and earns the royalty.
	pub owner: AccountId,
	/// What people call it, UTF-8.
	pub name: Name,
	/// The family that a worker must be able to run, UTF-8.
	pub architecture: Name,
	/// Number of parameters.
	pub parameters: u64,
	/// Licence of the weights, UTF-8, may be empty.
	pub licence: Text,
	/// The owner's share of what a job pays, in parts per million.
	pub royalty: Permill,
	/// How results are compared.
	pub numeric_class: NumericClass,
	/// Which governed price bounds hold.
	pub price_class: PriceClass,
	/// Its newest version. Versions are counted up from 1.
	pub version: u32,
	/// How many of its versions are stored, the newest among them.
	pub stored_versions: u32,
	/// The block in which it was registered.
	pub registered_at: BlockNumber,
	/// Whether it accepts new jobs and offers.
	pub status: ModelStatus<BlockNumber>,
}

impl<AccountId: Encode, BlockNumber: Encode + MaxEncodedLen> Model<AccountId, BlockNumber> {
	/// What the owner puts down a deposit for: the record as it will be when the model retires, so
	/// that a model costs the same at each stage of its life.
	pub fn footprint(&self) -> Footprint {
		footprint::<ModelStatus<BlockNumber>>(self.encoded_size(), &self.status)
	}
}

/// A version of a registered model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Version<BlockNumber> {
	/// Hashes of the weights, the tokenizer and the chat template.
	pub hashes: ModelHashes,
	/// Most tokens that prompt and output can have together.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input.
	pub template_overhead: u32,
	/// Where to get the files, UTF-8, may be empty.
	pub source: Text,
	/// The block in which it was published.
	pub published_at: BlockNumber,
	/// Whether it is the newest.
	pub status: VersionStatus<BlockNumber>,
}

impl<BlockNumber: Encode + MaxEncodedLen> Version<BlockNumber> {
	/// What the owner puts down a deposit for: the record as it will be when it is superseded, so that
	/// a version costs the same at each stage of its life.
	pub fn footprint(&self) -> Footprint {
		footprint::<VersionStatus<BlockNumber>>(self.encoded_size(), &self.status)
	}
}

/// The footprint of a record of this size once its status takes the most room that it can.
fn footprint<Status: Encode + MaxEncodedLen>(size: usize, status: &Status) -> Footprint {
	let rest = size.saturating_sub(status.encoded_size());
	Footprint::from_parts(1, rest.saturating_add(Status::max_encoded_len()))
}

/// A version of a model, and what it shares with the others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct RegisteredVersion<AccountId, BlockNumber> {
	/// What all versions share.
	pub model: Model<AccountId, BlockNumber>,
	/// Number of this version.
	pub version: u32,
	/// What this version has.
	pub record: Version<BlockNumber>,
	/// Whether new jobs and offers for this version are accepted in this block.
	pub active: bool,
}

impl<AccountId, BlockNumber> From<RegisteredVersion<AccountId, BlockNumber>>
	for ModelInfo<AccountId>
{
	fn from(registered: RegisteredVersion<AccountId, BlockNumber>) -> Self {
		let RegisteredVersion {
			model,
			version,
			record,
			active,
		} = registered;
		Self {
			author: model.owner,
			version,
			royalty: model.royalty.deconstruct(),
			price_class: model.price_class,
			numeric_class: model.numeric_class,
			context_length: record.context_length,
			template_overhead: record.template_overhead,
			active,
		}
	}
}

/// Where a content is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct VersionId {
	/// The model.
	pub model: ModelId,
	/// Its version with this content.
	pub version: u32,
}

/// What an owner has on hold for a record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Deposit<Ticket> {
	/// Frees the deposit.
	pub ticket: Ticket,
	/// What was put on hold for it, in units.
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
