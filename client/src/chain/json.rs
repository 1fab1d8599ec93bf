//! How values are written as JSON: amounts as decimal strings, because numbers of that size do not
//! survive most JSON readers; keys as hexadecimal.

use athanor_primitives::{
	eligibility::{Attributes, Region},
	job::Assignment,
	price::{Price, PriceBounds},
	receipt::SignedReceipt,
	split::Payment,
};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::chain::types::AccountId;

/// Amounts as decimal strings.
pub mod units {
	use serde::Serializer;

	/// Writes the amount.
	pub fn serialize<S: Serializer>(units: &u128, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(units)
	}
}

/// The same for what may be missing.
pub mod optional_units {
	use serde::{Serialize, Serializer};

	/// Writes the amount, or null.
	pub fn serialize<S: Serializer>(
		units: &Option<u128>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		units.map(|units| units.to_string()).serialize(serializer)
	}
}

/// Keys, signatures and other bytes as `0x` and hexadecimal digits.
pub mod hexadecimal {
	use serde::Serializer;

	/// Writes the bytes.
	pub fn serialize<S: Serializer>(
		bytes: impl AsRef<[u8]>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
	}
}

/// The same for what may be missing.
pub mod optional_hexadecimal {
	use serde::{Serialize, Serializer};

	/// Writes the bytes, or null.
	pub fn serialize<S: Serializer>(
		bytes: &Option<impl AsRef<[u8]>>,
		serializer: S,
	) -> Result<S::Ok, S::Error> {
		bytes
			.as_ref()
			.map(|bytes| format!("0x{}", hex::encode(bytes)))
			.serialize(serializer)
	}
}

/// A country as its two letters.
pub fn region_text(region: &Region) -> String {
	String::from_utf8_lossy(region).into_owned()
}

/// Countries as their letters.
pub fn regions_json<S: Serializer>(regions: &[Region], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.collect_seq(regions.iter().map(region_text))
}

/// What is stated about machines, with the country as its letters.
pub fn attributes_json<S: Serializer>(
	attributes: &Attributes,
	serializer: S,
) -> Result<S::Ok, S::Error> {
	let mut fields = serializer.serialize_struct("Attributes", 3)?;
	fields.serialize_field("region", &attributes.region.as_ref().map(region_text))?;
	fields.serialize_field("retention_hours", &attributes.retention_hours)?;
	fields.serialize_field("gpu_memory_gib", &attributes.gpu_memory_gib)?;
	fields.end()
}

/// Text that is stored as bytes.
pub fn text<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&String::from_utf8_lossy(bytes))
}

/// Prices with amounts as decimal strings.
pub fn price_json<S: Serializer>(price: &Price, serializer: S) -> Result<S::Ok, S::Error> {
	PriceJson::from(*price).serialize(serializer)
}

/// Payments with amounts as decimal strings.
pub fn payment_json<S: Serializer>(payment: &Payment, serializer: S) -> Result<S::Ok, S::Error> {
	let mut fields = serializer.serialize_struct("Payment", 5)?;
	fields.serialize_field("provider", &payment.provider.to_string())?;
	fields.serialize_field("delegators", &payment.delegators.to_string())?;
	fields.serialize_field("author", &payment.author.to_string())?;
	fields.serialize_field("treasury", &payment.treasury.to_string())?;
	fields.serialize_field("burned", &payment.burned.to_string())?;
	fields.end()
}

/// Bounds with amounts as decimal strings.
pub fn bounds_json<S: Serializer>(bounds: &PriceBounds, serializer: S) -> Result<S::Ok, S::Error> {
	let mut fields = serializer.serialize_struct("PriceBounds", 2)?;
	fields.serialize_field("floor", &PriceJson::from(bounds.floor))?;
	fields.serialize_field("ceiling", &PriceJson::from(bounds.ceiling))?;
	fields.end()
}

/// A price with amounts as decimal strings.
#[derive(Serialize)]
pub struct PriceJson {
	#[serde(with = "units")]
	input: u128,
	#[serde(with = "units")]
	output: u128,
}

impl From<Price> for PriceJson {
	fn from(price: Price) -> Self {
		Self {
			input: price.input,
			output: price.output,
		}
	}
}

/// `auto`, `open`, or the address of the provider.
pub fn assignment_json<S: Serializer>(
	assignment: &Assignment<AccountId>,
	serializer: S,
) -> Result<S::Ok, S::Error> {
	match assignment {
		Assignment::Auto => serializer.serialize_str("auto"),
		Assignment::Direct(who) => serializer.collect_str(who),
		Assignment::Open => serializer.serialize_str("open"),
	}
}

/// A signed receipt with key and signature in hexadecimal.
pub fn signed_json<S: Serializer>(
	signed: &SignedReceipt,
	serializer: S,
) -> Result<S::Ok, S::Error> {
	let mut fields = serializer.serialize_struct("SignedReceipt", 4)?;
	fields.serialize_field("receipt", &signed.receipt)?;
	fields.serialize_field("genesis", &signed.genesis)?;
	fields.serialize_field("worker", &format!("0x{}", hex::encode(signed.worker)))?;
	fields.serialize_field("signature", &format!("0x{}", hex::encode(signed.signature)))?;
	fields.end()
}
