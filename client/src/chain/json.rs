//! How values are written as JSON: amounts as decimal strings, because numbers of that size do not
//! survive most JSON readers; keys as hexadecimal.

use athanor_primitives::{
	eligibility::{Attributes, Region},
	job::Assignment,
	policy::{Policy, PolicyLimits},
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

/// A share of so many parts, as a power of ten, in parts per million: a whole number, unless it is finer than
/// that.
pub fn millionths(parts: u128, places: u32) -> serde_json::Value {
	let finer = 10_u128.pow(places.saturating_sub(6));
	let parts = parts.saturating_mul(10_u128.pow(6_u32.saturating_sub(places)));
	match u64::try_from(parts / finer) {
		Ok(whole) if parts.is_multiple_of(finer) => whole.into(),
		// Figures of a document: what is behind the 15th digit does not count.
		_ => (parts as f64 / finer as f64).into(),
	}
}

/// A share in parts per billion as one in whole parts per million, rounded down.
pub fn billionths<S: Serializer>(parts: &u32, serializer: S) -> Result<S::Ok, S::Error> {
	(parts / 1_000).serialize(serializer)
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

/// Policies with amounts as decimal strings.
pub fn policy_json<S: Serializer>(policy: &Policy, serializer: S) -> Result<S::Ok, S::Error> {
	let mut fields = serializer.serialize_struct("Policy", 4)?;
	fields.serialize_field("bounds", &BoundsJson::from(policy.bounds))?;
	fields.serialize_field("low", &policy.low)?;
	fields.serialize_field("high", &policy.high)?;
	fields.serialize_field("step", &policy.step)?;
	fields.end()
}

/// Limits of policies with amounts as decimal strings.
pub fn limits_json<S: Serializer>(limits: &PolicyLimits, serializer: S) -> Result<S::Ok, S::Error> {
	let mut fields = serializer.serialize_struct("PolicyLimits", 2)?;
	fields.serialize_field("bounds", &BoundsJson::from(limits.bounds))?;
	fields.serialize_field("step", &limits.step)?;
	fields.end()
}

/// Bounds with amounts as decimal strings.
pub fn bounds_json<S: Serializer>(bounds: &PriceBounds, serializer: S) -> Result<S::Ok, S::Error> {
	BoundsJson::from(*bounds).serialize(serializer)
}

/// Bounds with amounts as decimal strings.
#[derive(Serialize)]
pub struct BoundsJson {
	floor: PriceJson,
	ceiling: PriceJson,
}

impl From<PriceBounds> for BoundsJson {
	fn from(bounds: PriceBounds) -> Self {
		Self {
			floor: bounds.floor.into(),
			ceiling: bounds.ceiling.into(),
		}
	}
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

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn shares_are_parts_per_million() {
		for (parts, places, value) in [
			(3, 2, json!(30_000)),
			(25_500, 6, json!(25_500)),
			(0, 6, json!(0)),
			(750_000_000, 9, json!(750_000)),
			(1_500, 9, json!(1.5)),
			(10_u128.pow(18), 18, json!(1_000_000)),
		] {
			assert_eq!(millionths(parts, places), value);
		}
	}
}
