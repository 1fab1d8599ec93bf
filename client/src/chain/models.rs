//! Models and their versions, as the chain stores them and as their owners state them.

use athanor_primitives::model::{ModelHashes, NumericClass, PriceClass};
use serde::Serialize;
use subxt::ext::scale_encode::EncodeAsType;

use crate::chain::{
	types::AccountId,
	wire::{ToWire, records, twin_variants},
};

records! {
	/// A registry entry: what all versions of a model share.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Model {
		/// Who holds the deposits and gets the royalty.
		pub owner: AccountId,
		/// Name for people.
		pub name: String,
		/// Architecture, such as `llama`.
		pub architecture: String,
		/// Number of parameters; decides the price class.
		pub parameters: u64,
		/// Licence of the weights.
		pub licence: String,
		/// The owner's share of what jobs pay, in parts per million.
		pub royalty: u32,
		/// How results can be compared.
		pub numeric_class: NumericClass,
		/// Which price and policy apply.
		pub price_class: PriceClass,
		/// Its newest version. Versions are counted up from 1.
		pub version: u32,
		/// Block of registration.
		pub registered_at: u32,
		/// Whether new jobs and offers are accepted.
		pub status: ModelStatus,
	}

	/// A version of a model.
	#[derive(Clone, Debug, PartialEq, Serialize)]
	pub struct Version {
		/// Content hashes that say what is meant.
		pub hashes: ModelHashes,
		/// Most tokens that prompt and output can have together.
		pub context_length: u32,
		/// Most tokens that special tokens and the chat template add to an input.
		pub template_overhead: u32,
		/// Where to get it; may be empty.
		pub source: String,
		/// Block of publication.
		pub published_at: u32,
		/// Whether it is the newest.
		pub status: VersionStatus,
	}

	/// Where a content is registered.
	#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
	pub struct VersionId {
		/// The model.
		pub model: u32,
		/// Its version with this content.
		pub version: u32,
	}
}

/// Whether a model can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelStatus {
	/// New jobs and offers are accepted.
	Active,
	/// New jobs and offers are accepted for a while; running jobs go on.
	Retiring {
		/// First block in which no new jobs and offers are accepted.
		posts_until: u32,
		/// Block from which anybody can remove it.
		removable_at: u32,
	},
}

/// Whether a version of a model can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VersionStatus {
	/// The newest.
	Current,
	/// There is a newer one. New jobs and offers for this one are accepted for a while.
	Superseded {
		/// First block in which no new jobs and offers for it are accepted.
		posts_until: u32,
		/// Block from which anybody can remove it.
		removable_at: u32,
	},
}

twin_variants! {
	ModelStatus {
		Active,
		Retiring { posts_until: u32, removable_at: u32 },
	}
	VersionStatus {
		Current,
		Superseded { posts_until: u32, removable_at: u32 },
	}
}

impl ModelStatus {
	/// The first block in which no new jobs and offers are accepted; `None` while it has no end.
	pub fn posts_until(&self) -> Option<u32> {
		match self {
			Self::Active => None,
			Self::Retiring { posts_until, .. } => Some(*posts_until),
		}
	}
}

impl VersionStatus {
	/// The first block in which no new jobs and offers are accepted; `None` while it has no end.
	pub fn posts_until(&self) -> Option<u32> {
		match self {
			Self::Current => None,
			Self::Superseded { posts_until, .. } => Some(*posts_until),
		}
	}
}

/// A version of a model with what it shares with the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Release {
	/// The model.
	pub model: Model,
	/// The version's number.
	pub number: u32,
	/// The version.
	pub version: Version,
}

impl Release {
	/// The first block in which no new jobs and offers for it are accepted; `None` while it has no end.
	pub fn posts_until(&self) -> Option<u32> {
		let (model, version) = (self.model.status, self.version.status);
		match (model.posts_until(), version.posts_until()) {
			(Some(model), Some(version)) => Some(model.min(version)),
			(model, version) => model.or(version),
		}
	}

	/// Whether new jobs and offers for it are accepted in this block.
	pub fn is_open(&self, now: u32) -> bool {
		self.posts_until().is_none_or(|until| now < until)
	}
}

/// What registering a model takes: what its versions share, and its first version.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpec {
	/// Name for people.
	pub name: String,
	/// Content hashes.
	pub hashes: ModelHashes,
	/// Architecture, such as `llama`.
	pub architecture: String,
	/// Number of parameters.
	pub parameters: u64,
	/// Most tokens that prompt and output can have together.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input.
	pub template_overhead: u32,
	/// Licence of the weights.
	pub licence: String,
	/// Where to get it; may be empty.
	pub source: String,
	/// The owner's share of what jobs pay, in parts per million.
	pub royalty: u32,
	/// How results can be compared.
	pub numeric_class: NumericClass,
}

/// What publishing a new version of a model takes.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionSpec {
	/// Content hashes.
	pub hashes: ModelHashes,
	/// Most tokens that prompt and output can have together.
	pub context_length: u32,
	/// Most tokens that special tokens and the chat template add to an input.
	pub template_overhead: u32,
	/// Where to get it; may be empty.
	pub source: String,
}

const _: () = {
	#[derive(EncodeAsType)]
	#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
	pub struct RawSpec {
		name: Vec<u8>,
		hashes: <ModelHashes as ToWire>::Raw,
		architecture: Vec<u8>,
		parameters: u64,
		context_length: u32,
		template_overhead: u32,
		licence: Vec<u8>,
		source: Vec<u8>,
		royalty: u32,
		numeric_class: <NumericClass as ToWire>::Raw,
	}

	impl ToWire for ModelSpec {
		type Raw = RawSpec;

		fn to_raw(&self) -> RawSpec {
			RawSpec {
				name: self.name.to_raw(),
				hashes: self.hashes.to_raw(),
				architecture: self.architecture.to_raw(),
				parameters: self.parameters,
				context_length: self.context_length,
				template_overhead: self.template_overhead,
				licence: self.licence.to_raw(),
				source: self.source.to_raw(),
				royalty: self.royalty,
				numeric_class: self.numeric_class.to_raw(),
			}
		}
	}

	#[derive(EncodeAsType)]
	#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
	pub struct RawVersionSpec {
		hashes: <ModelHashes as ToWire>::Raw,
		context_length: u32,
		template_overhead: u32,
		source: Vec<u8>,
	}

	impl ToWire for VersionSpec {
		type Raw = RawVersionSpec;

		fn to_raw(&self) -> RawVersionSpec {
			RawVersionSpec {
				hashes: self.hashes.to_raw(),
				context_length: self.context_length,
				template_overhead: self.template_overhead,
				source: self.source.to_raw(),
			}
		}
	}
};

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::release;

	#[test]
	fn a_version_ends_with_whichever_ends_first() {
		let superseded = |posts_until| VersionStatus::Superseded {
			posts_until,
			removable_at: 99,
		};
		let retiring = |posts_until| ModelStatus::Retiring {
			posts_until,
			removable_at: 99,
		};
		for (model, version, until) in [
			(ModelStatus::Active, VersionStatus::Current, None),
			(ModelStatus::Active, superseded(20), Some(20)),
			(retiring(30), VersionStatus::Current, Some(30)),
			(retiring(30), superseded(20), Some(20)),
			(retiring(10), superseded(20), Some(10)),
		] {
			let mut release = release();
			release.model.status = model;
			release.version.status = version;
			assert_eq!(release.posts_until(), until);
			if let Some(until) = until {
				assert!(release.is_open(until - 1) && !release.is_open(until));
			}
		}
	}
}
