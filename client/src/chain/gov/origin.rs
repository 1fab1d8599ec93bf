//! What a passed referendum speaks as.

use std::fmt;

use serde::{Serialize, Serializer};
use subxt::{
	dynamic::Value,
	ext::scale_value::{ValueDef, Variant},
};

use crate::{
	chain::gov::track::Track,
	error::{Error, misfit},
};

/// The variant of the runtime's origins that the system's are in.
const SYSTEM: &str = "system";

/// That of root among those.
const ROOT: &str = "Root";

/// The pallet whose origins referenda can have.
const PALLET: &str = "Origins";

/// What a passed referendum speaks as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
	/// May do everything.
	Root,
	/// What is named in the runtime, such as `PricingAdmin`.
	Named(String),
	/// What this client has no name for.
	Other(String),
}

impl Origin {
	/// That of a track: root, or the one with the name of the track.
	pub fn of(track: &Track) -> Self {
		match track.name.as_str() {
			"root" => Self::Root,
			name => Self::Named(pascal_case(name)),
		}
	}

	/// Reads the runtime's `OriginCaller`.
	pub(crate) fn read(value: &Value) -> Self {
		let inner = |variant: &Variant<()>| match variant.values.values().next().map(|v| &v.value) {
			Some(ValueDef::Variant(inner)) => Some(inner.name.clone()),
			_ => None,
		};
		if let ValueDef::Variant(variant) = &value.value {
			match (variant.name.as_str(), inner(variant)) {
				(SYSTEM, Some(name)) if name == ROOT => return Self::Root,
				(PALLET, Some(name)) => return Self::Named(name),
				_ => {}
			}
		}
		Self::Other(value.to_string())
	}

	/// As the runtime's `OriginCaller`.
	pub(crate) fn to_value(&self) -> Result<Value, Error> {
		let (pallet, name) = match self {
			Self::Root => (SYSTEM, ROOT),
			Self::Named(name) => (PALLET, name.as_str()),
			Self::Other(text) => return Err(misfit(format!("the origin {text} is unknown"))),
		};
		let none: [Value; 0] = [];
		Ok(Value::unnamed_variant(
			pallet,
			[Value::unnamed_variant(name, none)],
		))
	}
}

impl fmt::Display for Origin {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Root => ROOT,
			Self::Named(name) | Self::Other(name) => name,
		})
	}
}

impl Serialize for Origin {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

/// `pricing_admin` as `PricingAdmin`.
fn pascal_case(name: &str) -> String {
	name.split('_')
		.flat_map(|word| {
			let mut chars = word.chars();
			let first = chars.next().map(|c| c.to_ascii_uppercase());
			first.into_iter().chain(chars)
		})
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::track,
		tests::{decoded_as, encoded_as, metadata},
	};
	use athanor_runtime::{OriginCaller, governance::tracks::Tracks};
	use codec::{Decode, Encode};
	use polkadot_sdk::pallet_referenda::TracksInfo;

	#[test]
	fn each_track_has_the_origin_that_the_runtime_gives_it() {
		for track in track::read(metadata()).unwrap() {
			let origin = Origin::of(&track);
			let bytes = encoded_as("OriginCaller", &origin.to_value().unwrap());
			let arrived = OriginCaller::decode(&mut &bytes[..]).unwrap();
			assert_eq!(Tracks::track_for(&arrived), Ok(track.id), "{}", track.name);
			let value: Value = decoded_as("OriginCaller", &arrived.encode());
			assert_eq!(Origin::read(&value), origin);
		}
	}

	#[test]
	fn an_origin_without_a_name_is_shown_and_not_sent() {
		let none = OriginCaller::system(polkadot_sdk::frame_system::RawOrigin::None);
		let value: Value = decoded_as("OriginCaller", &none.encode());
		let origin = Origin::read(&value);
		assert!(
			matches!(&origin, Origin::Other(text) if text.contains("None")),
			"{origin}"
		);
		assert!(origin.to_value().is_err());
	}
}
