//! Values of the chain for people and programs, by their types: amounts as money, shares as percents, keys as
//! addresses.

use std::fmt;

use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, form::PortableForm};
use serde::{Serialize, Serializer};
use serde_json::{Map, json};
use subxt::{
	Metadata,
	ext::scale_value::{Composite, Primitive, Value, ValueDef, Variant},
};

use crate::{
	amount::Amount,
	chain::{
		dispatch,
		gov::{
			decoded::Decoded,
			votes::{AccountVote, RawVote},
		},
		json::millionths,
		types::AccountId,
		wire::Wire,
	},
};

/// Places behind the point of fixed point numbers, and what they count.
const FIXED: [(&str, usize); 3] = [("FixedU128", 18), ("FixedI64", 9), ("FixedU64", 9)];

/// Parts in a whole of each kind of share, as powers of ten.
const SHARES: [(&str, usize); 4] = [
	("Percent", 2),
	("Permill", 6),
	("Perbill", 9),
	("Perquintill", 18),
];

/// Most bytes that are shown to people.
const MAX_BYTES: usize = 64;

/// A value of the chain that can be shown.
pub struct Shown<'a> {
	what: What<'a>,
	metadata: &'a Metadata,
}

enum What<'a> {
	Value(&'a Value<u32>),
	Call(&'a Decoded),
}

/// A value as it is shown.
#[derive(Debug)]
enum Node {
	/// A text of ours, and what programs get.
	Plain(String, serde_json::Value),
	/// A name, and what belongs to it.
	Variant(String, Fields),
	Fields(Fields),
	List(Vec<Node>),
}

#[derive(Debug)]
enum Fields {
	Named(Vec<(String, Node)>),
	Unnamed(Vec<Node>),
}

impl<'a> Shown<'a> {
	/// A value with types of this metadata.
	pub fn value(value: &'a Value<u32>, metadata: &'a Metadata) -> Self {
		Self {
			what: What::Value(value),
			metadata,
		}
	}

	/// A call.
	pub fn call(call: &'a Decoded, metadata: &'a Metadata) -> Self {
		Self {
			what: What::Call(call),
			metadata,
		}
	}

	fn node(&self) -> Node {
		let reader = Reader {
			metadata: self.metadata,
			types: self.metadata.types(),
		};
		match self.what {
			What::Value(value) => reader.node(value),
			What::Call(call) => Node::Variant(
				call.full_name(),
				Fields::Named(
					call.fields
						.iter()
						.map(|(name, value)| (name.clone(), reader.node(value)))
						.collect(),
				),
			),
		}
	}
}

impl fmt::Display for Shown<'_> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.node().fmt(f)
	}
}

impl Serialize for Shown<'_> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		self.node().json().serialize(serializer)
	}
}

struct Reader<'a> {
	metadata: &'a Metadata,
	types: &'a PortableRegistry,
}

impl Reader<'_> {
	/// The last part of the path of a type, such as `Permill`.
	fn type_name(&self, id: u32) -> &str {
		self.types
			.resolve(id)
			.and_then(|found| found.path.segments.last())
			.map_or("", String::as_str)
	}

	fn node(&self, value: &Value<u32>) -> Node {
		let name = self.type_name(value.context);
		if let Some(node) = self.by_type(name, value) {
			return node;
		}
		match &value.value {
			ValueDef::Primitive(primitive) => self.primitive(primitive, value.context),
			ValueDef::BitSequence(bits) => plain(format!("{bits:?}")),
			ValueDef::Variant(variant) => self.variant(name, variant),
			ValueDef::Composite(fields) => self.composite(fields, value.context),
		}
	}

	/// Types whose values have a form of their own.
	fn by_type(&self, name: &str, value: &Value<u32>) -> Option<Node> {
		if let Some((_, places)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
			return Some(plain(decimal(number(value)?, *places)));
		}
		if let Some((_, places)) = SHARES.iter().find(|(share, _)| *share == name) {
			let parts = number(value)?;
			let text = format!("{} %", decimal(parts, places.saturating_sub(2)));
			let places = u32::try_from(*places).ok()?;
			return Some(Node::Plain(text, millionths(parts, places)));
		}
		match name {
			"AccountId32" => {
				let bytes: [u8; 32] = bytes(value)?.try_into().ok()?;
				Some(plain(AccountId::from(bytes).to_string()))
			}
			"Vote" => vote(u8::try_from(number(value)?).ok()?),
			"DispatchError" => {
				let rejection = dispatch::rejection(&value.clone().remove_context(), self.metadata);
				Some(plain(rejection.to_string()))
			}
			_ => None,
		}
	}

	fn primitive(&self, primitive: &Primitive, id: u32) -> Node {
		match primitive {
			Primitive::Bool(yes) => Node::Plain(yes.to_string(), json!(yes)),
			Primitive::Char(c) => plain(c.to_string()),
			Primitive::String(text) => Node::Plain(format!("{text:?}"), json!(text)),
			// Everything of this size is money.
			Primitive::U128(units) if self.is_u128(id) => {
				Node::Plain(Amount(*units).to_string(), json!(units.to_string()))
			}
			Primitive::U128(number) => Node::Plain(number.to_string(), json!(small(*number))),
			Primitive::I128(number) => plain(number.to_string()),
			Primitive::U256(bytes) | Primitive::I256(bytes) => plain(hexadecimal(bytes)),
		}
	}

	/// Whether a type is a number of 128 bits, also where it is stored compactly.
	fn is_u128(&self, id: u32) -> bool {
		match self.types.resolve(id).map(|found| &found.type_def) {
			Some(TypeDef::Primitive(TypeDefPrimitive::U128)) => true,
			Some(TypeDef::Compact(compact)) => self.is_u128(compact.type_param.id),
			_ => false,
		}
	}

	fn variant(&self, type_name: &str, variant: &Variant<u32>) -> Node {
		let mut values = variant.values.values();
		match (type_name, variant.name.as_str(), values.next()) {
			("Option", "None", _) => return Node::Plain("none".into(), serde_json::Value::Null),
			("Option", _, Some(inner)) | ("MultiAddress", "Id", Some(inner)) => {
				return self.node(inner);
			}
			// A call or event, or an origin: pallet and name belong together.
			(_, outer, Some(inner)) if values.next().is_none() && is_nested(&variant.values) => {
				if let Node::Variant(name, fields) = self.node(inner) {
					return Node::Variant(format!("{outer}.{name}"), fields);
				}
			}
			_ => {}
		}
		Node::Variant(variant.name.clone(), self.fields(&variant.values))
	}

	fn composite(&self, fields: &Composite<u32>, id: u32) -> Node {
		let of_bytes = match self.types.resolve(id).map(|found| &found.type_def) {
			Some(TypeDef::Sequence(sequence)) => Some((sequence.type_param.id, true)),
			Some(TypeDef::Array(array)) => Some((array.type_param.id, false)),
			_ => None,
		};
		match of_bytes {
			Some((id, is_text)) if self.is_u8(id) => {
				let bytes: Vec<u8> = fields.values().filter_map(byte).collect();
				text_or_bytes(&bytes, is_text)
			}
			Some(_) => Node::List(fields.values().map(|value| self.node(value)).collect()),
			None => match fields {
				// What is in a struct of one is more telling than the struct.
				Composite::Unnamed(one) if one.len() == 1 => one
					.iter()
					.map(|value| self.node(value))
					.next()
					.unwrap_or(Node::List(vec![])),
				_ => Node::Fields(self.fields(fields)),
			},
		}
	}

	fn is_u8(&self, id: u32) -> bool {
		matches!(
			self.types.resolve(id).map(|found| &found.type_def),
			Some(TypeDef::<PortableForm>::Primitive(TypeDefPrimitive::U8))
		)
	}

	fn fields(&self, fields: &Composite<u32>) -> Fields {
		match fields {
			Composite::Named(fields) => Fields::Named(
				fields
					.iter()
					.map(|(name, value)| (name.clone(), self.node(value)))
					.collect(),
			),
			Composite::Unnamed(fields) => {
				Fields::Unnamed(fields.iter().map(|value| self.node(value)).collect())
			}
		}
	}
}

/// Whether a variant has nothing but another variant, without a name.
fn is_nested(values: &Composite<u32>) -> bool {
	matches!(
		values,
		Composite::Unnamed(values)
			if matches!(values[..], [Value { value: ValueDef::Variant(_), .. }])
	)
}

fn plain(text: String) -> Node {
	let value = json!(text);
	Node::Plain(text, value)
}

/// As a number for programs if every reader can have it.
fn small(number: u128) -> serde_json::Value {
	u64::try_from(number).map_or_else(|_| json!(number.to_string()), |number| json!(number))
}

/// The number in a value, through structs of one.
pub(crate) fn number<T>(value: &Value<T>) -> Option<u128> {
	match &value.value {
		ValueDef::Primitive(Primitive::U128(number)) => Some(*number),
		ValueDef::Primitive(Primitive::I128(number)) => u128::try_from(*number).ok(),
		ValueDef::Composite(fields) if fields.len() == 1 => fields.values().next().and_then(number),
		_ => None,
	}
}

fn byte(value: &Value<u32>) -> Option<u8> {
	u8::try_from(value.as_u128()?).ok()
}

/// The bytes in a value, through structs of one.
pub(crate) fn bytes(value: &Value<u32>) -> Option<Vec<u8>> {
	let ValueDef::Composite(fields) = &value.value else {
		return None;
	};
	let all: Option<Vec<u8>> = fields.values().map(byte).collect();
	all.or_else(|| match fields.len() {
		1 => fields.values().next().and_then(bytes),
		_ => None,
	})
}

fn vote(byte: u8) -> Option<Node> {
	let vote = AccountVote::from_raw(RawVote::Standard {
		vote: (byte,),
		balance: 0,
	});
	match vote {
		AccountVote::Standard {
			aye, conviction, ..
		} => {
			let side = if aye { "aye" } else { "nay" };
			Some(plain(format!("{side} {}", conviction.name())))
		}
		_ => None,
	}
}

/// A number with so many places behind the point, without what does not count.
pub(crate) fn decimal(number: u128, places: usize) -> String {
	let digits = format!("{number:0>width$}", width = places.saturating_add(1));
	let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
	let fraction = fraction.trim_end_matches('0');
	if fraction.is_empty() {
		whole.to_owned()
	} else {
		format!("{whole}.{fraction}")
	}
}

fn hexadecimal(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Bytes that are a text as text, if they may be one.
fn text_or_bytes(bytes: &[u8], may_be_text: bool) -> Node {
	let text = std::str::from_utf8(bytes)
		.ok()
		.filter(|text| may_be_text && !text.is_empty() && !text.chars().any(char::is_control));
	if let Some(text) = text {
		return Node::Plain(format!("{text:?}"), json!(text));
	}
	let all = json!(hexadecimal(bytes));
	match bytes.get(..MAX_BYTES) {
		Some(first) if bytes.len() > MAX_BYTES => Node::Plain(
			format!("{}… ({} bytes)", hexadecimal(first), bytes.len()),
			all,
		),
		_ => Node::Plain(hexadecimal(bytes), all),
	}
}

impl Node {
	fn json(self) -> serde_json::Value {
		match self {
			Self::Plain(_, value) => value,
			Self::Variant(name, fields) if fields.is_empty() => json!(name),
			Self::Variant(name, fields) => json!({ name: fields.json() }),
			Self::Fields(fields) => fields.json(),
			Self::List(nodes) => nodes.into_iter().map(Self::json).collect(),
		}
	}
}

impl Fields {
	fn is_empty(&self) -> bool {
		match self {
			Self::Named(fields) => fields.is_empty(),
			Self::Unnamed(fields) => fields.is_empty(),
		}
	}

	fn json(self) -> serde_json::Value {
		match self {
			Self::Named(fields) => fields
				.into_iter()
				.map(|(name, node)| (name, node.json()))
				.collect::<Map<_, _>>()
				.into(),
			Self::Unnamed(mut fields) if fields.len() == 1 => {
				fields.pop().map_or(serde_json::Value::Null, Node::json)
			}
			Self::Unnamed(fields) => fields.into_iter().map(Node::json).collect(),
		}
	}
}

impl fmt::Display for Node {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Plain(text, _) => f.write_str(text),
			Self::Variant(name, fields) if fields.is_empty() => f.write_str(name),
			Self::Variant(name, fields) => write!(f, "{name}({fields})"),
			Self::Fields(fields) => write!(f, "({fields})"),
			Self::List(nodes) => {
				f.write_str("[")?;
				list(f, nodes, |f, node| node.fmt(f))?;
				f.write_str("]")
			}
		}
	}
}

impl fmt::Display for Fields {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Named(fields) => list(f, fields, |f, (name, node)| write!(f, "{name}: {node}")),
			Self::Unnamed(fields) => list(f, fields, |f, node| node.fmt(f)),
		}
	}
}

fn list<T>(
	f: &mut fmt::Formatter<'_>,
	all: &[T],
	one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
	for (at, item) in all.iter().enumerate() {
		if at > 0 {
			f.write_str(", ")?;
		}
		one(f, item)?;
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::decode_call,
		tests::{metadata, runtime_account},
	};
	use athanor_primitives::{
		H256,
		model::{ModelHashes, NumericClass},
	};
	use athanor_runtime::{
		RuntimeCall,
		configs::parameters::{RuntimeParameters, values},
		governance::pallet_origins,
	};
	use codec::Encode;
	use polkadot_sdk::{
		frame_system, pallet_balances, pallet_conviction_voting as voting, pallet_tx_pause,
		pallet_utility,
		sp_runtime::{FixedU128, Permill},
	};

	fn shown(call: impl Into<RuntimeCall>) -> (String, serde_json::Value) {
		let decoded = decode_call(&call.into().encode(), metadata()).unwrap();
		let shown = decoded.shown(metadata());
		(shown.to_string(), serde_json::to_value(shown).unwrap())
	}

	#[test]
	fn amounts_are_money_and_keys_addresses() {
		let (text, value) = shown(pallet_balances::Call::transfer_keep_alive {
			dest: runtime_account(1).into(),
			value: 1_500_000_000_000,
		});
		let address = AccountId::from([1; 32]).to_string();
		assert_eq!(
			text,
			format!("Balances.transfer_keep_alive(dest: {address}, value: 1.5 ATH)")
		);
		let fields = &value["Balances.transfer_keep_alive"];
		assert_eq!(fields["dest"], address);
		assert_eq!(fields["value"], "1500000000000");
	}

	#[test]
	fn parameters_are_shown_as_they_are_meant() {
		use values::market::{self, Parameters};
		let call = |parameter| pallet_origins::Call::set_parameter {
			parameter: RuntimeParameters::Market(parameter),
		};
		let slash =
			Parameters::TimeoutSlash(market::TimeoutSlash, Some(Permill::from_parts(25_500)));
		let (text, value) = shown(call(slash));
		assert!(text.contains("2.55 %"), "{text}");
		assert!(value.to_string().contains("25500"), "{value}");
		let multiple =
			Parameters::StakeMultiple(market::StakeMultiple, Some(FixedU128::from_rational(5, 2)));
		let (text, _) = shown(call(multiple));
		assert!(text.contains("Market.StakeMultiple"), "{text}");
		assert!(text.contains("2.5"), "{text}");
		let (text, _) = shown(call(Parameters::Retention(market::Retention, None)));
		assert!(text.contains("none"), "{text}");
	}

	#[test]
	fn texts_bytes_votes_and_batches_are_shown() {
		let (text, _) = shown(pallet_tx_pause::Call::pause {
			full_name: (
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			),
		});
		assert_eq!(text, "TxPause.pause(full_name: (\"Jobs\", \"post\"))");
		let (text, value) = shown(frame_system::Call::remark {
			remark: vec![0xff; 100],
		});
		assert!(text.contains("… (100 bytes)"), "{text}");
		assert!(value.to_string().contains(&"ff".repeat(100)));
		let (text, _) = shown(voting::Call::vote {
			poll_index: 3,
			vote: voting::AccountVote::Standard {
				vote: voting::Vote {
					aye: true,
					conviction: voting::Conviction::Locked2x,
				},
				balance: 1,
			},
		});
		assert!(text.contains("vote: aye 2x"), "{text}");
		let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![] });
		let (text, value) = shown(pallet_utility::Call::batch_all { calls: vec![call] });
		assert_eq!(
			text,
			"Utility.batch_all(calls: [System.remark(remark: 0x)])"
		);
		assert!(value["Utility.batch_all"]["calls"].is_array(), "{value}");
	}

	#[test]
	fn enums_and_structs_are_shown_with_their_names() {
		let (text, value) = shown(athanor_models::Call::register {
			spec: athanor_models::types::ModelSpec {
				name: b"stories".to_vec(),
				hashes: ModelHashes {
					weights: H256([1; 32]),
					tokenizer: H256([2; 32]),
					template: H256([3; 32]),
				},
				architecture: b"llama".to_vec(),
				parameters: 15_000_000,
				context_length: 1_024,
				template_overhead: 16,
				licence: b"MIT".to_vec(),
				source: vec![],
				royalty: Permill::from_percent(5),
				numeric_class: NumericClass::Exact,
			},
		});
		for part in [
			"Models.register(spec: (name: \"stories\"",
			"hashes: (weights: 0x0101",
			"context_length: 1024",
			"royalty: 5 %",
			"numeric_class: Exact",
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
		let spec = &value["Models.register"]["spec"];
		assert_eq!(spec["parameters"], 15_000_000);
		assert_eq!(spec["royalty"], 50_000);
		assert_eq!(spec["hashes"]["template"], format!("0x{}", "03".repeat(32)));
	}

	#[test]
	fn decimals_have_no_more_places_than_count() {
		for (number, places, text) in [
			(0, 18, "0"),
			(1_500, 3, "1.5"),
			(7, 0, "7"),
			(5, 2, "0.05"),
			(100, 2, "1"),
			(u128::MAX, 18, "340282366920938463463.374607431768211455"),
		] {
			assert_eq!(decimal(number, places), text);
		}
	}
}
