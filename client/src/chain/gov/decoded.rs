//! A call of the chain, taken apart by the metadata.

use subxt::{
	Metadata,
	ext::scale_value::{Composite, Value, ValueDef, Variant, scale::decode_as_type},
};

use crate::{
	chain::{gov::shown::Shown, names::calls},
	error::{Error, misfit},
};

/// A call, taken apart. Values know their types.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
	/// Its pallet.
	pub pallet: String,
	/// Its name.
	pub name: String,
	/// Its arguments.
	pub fields: Vec<(String, Value<u32>)>,
}

/// Takes a call apart.
///
/// # Errors
/// [`Error::Input`] when the bytes are no call of a chain with this metadata.
pub fn decode_call(bytes: &[u8], metadata: &Metadata) -> Result<Decoded, Error> {
	let no_call = |reason: String| {
		Error::Input(format!(
			"these bytes are no call of this chain: {reason}; encode the call against this chain, for \
			 example with polkadot.js, or propose by name, as `athanor gov propose parameter NAME VALUE` does"
		))
	};
	let (Some(pallet_index), Some(call_index)) = (bytes.first(), bytes.get(1)) else {
		return Err(no_call("a call has at least two bytes".into()));
	};
	let pallet = metadata
		.pallet_by_call_index(*pallet_index)
		.ok_or_else(|| no_call(format!("no pallet has the index {pallet_index}")))?;
	if pallet.call_variant_by_index(*call_index).is_none() {
		return Err(no_call(format!(
			"{} has no call with the index {call_index}",
			pallet.name()
		)));
	}
	let mut input = bytes;
	let value = decode_as_type(
		&mut input,
		metadata.outer_enums().call_enum_ty(),
		metadata.types(),
	)
	.map_err(|error| no_call(format!("its arguments cannot be read: {error}")))?;
	if !input.is_empty() {
		return Err(no_call(format!(
			"{} of {} bytes are left over",
			input.len(),
			bytes.len()
		)));
	}
	Decoded::from_value(value)
}

impl Decoded {
	/// From a value of the runtime's call: a variant for the pallet, and in it one for the call.
	fn from_value(value: Value<u32>) -> Result<Self, Error> {
		let shape = || misfit("its calls are not variants in variants");
		let variant = |value: Value<u32>| match value.value {
			ValueDef::Variant(variant) => Ok(variant),
			_ => Err(shape()),
		};
		let Variant { name, values } = variant(value)?;
		let inner = values.into_values().next().ok_or_else(shape)?;
		let call = variant(inner)?;
		let fields = match call.values {
			Composite::Named(fields) => fields,
			Composite::Unnamed(fields) => fields
				.into_iter()
				.enumerate()
				.map(|(at, value)| (at.to_string(), value))
				.collect(),
		};
		Ok(Self {
			pallet: name,
			name: call.name,
			fields,
		})
	}

	/// Pallet and call, such as `Origins.set_parameter`.
	pub fn full_name(&self) -> String {
		format!("{}.{}", self.pallet, self.name)
	}

	/// An argument.
	pub fn field(&self, name: &str) -> Option<&Value<u32>> {
		let mut fields = self.fields.iter();
		fields.find(|(field, _)| field == name).map(|(_, v)| v)
	}

	/// The calls that it makes: those in a batch, or itself.
	pub fn parts(&self) -> Vec<Self> {
		const BATCHES: [&str; 3] = ["batch", "batch_all", "force_batch"];
		let is_batch = self.pallet == calls::BATCH_ALL.pallet && BATCHES.contains(&&*self.name);
		let calls = match self.field("calls").map(|calls| &calls.value) {
			Some(ValueDef::Composite(calls)) if is_batch => calls,
			_ => return vec![self.clone()],
		};
		calls
			.values()
			.filter_map(|call| Self::from_value(call.clone()).ok())
			.flat_map(|call| call.parts())
			.collect()
	}

	/// For people and programs.
	pub fn shown<'a>(&'a self, metadata: &'a Metadata) -> Shown<'a> {
		Shown::call(self, metadata)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::metadata;
	use athanor_runtime::RuntimeCall;
	use codec::Encode;
	use polkadot_sdk::{frame_system, pallet_utility};

	fn remark(byte: u8) -> RuntimeCall {
		frame_system::Call::remark { remark: vec![byte] }.into()
	}

	#[test]
	fn calls_are_taken_apart() {
		let decoded = decode_call(&remark(7).encode(), metadata()).unwrap();
		assert_eq!(decoded.full_name(), "System.remark");
		assert_eq!(decoded.fields.len(), 1);
		assert!(decoded.field("remark").is_some());
		assert!(decoded.field("nonsense").is_none());
		assert_eq!(decoded.parts(), std::slice::from_ref(&decoded));
	}

	#[test]
	fn batches_have_parts_at_every_depth() {
		let inner = RuntimeCall::from(pallet_utility::Call::force_batch {
			calls: vec![remark(2), remark(3)],
		});
		let outer = RuntimeCall::from(pallet_utility::Call::batch_all {
			calls: vec![remark(1), inner],
		});
		let parts = decode_call(&outer.encode(), metadata()).unwrap().parts();
		let names: Vec<_> = parts.iter().map(Decoded::full_name).collect();
		assert_eq!(names, ["System.remark"; 3]);
	}

	#[test]
	fn what_is_no_call_says_why() {
		let mut long = remark(1).encode();
		long.push(0);
		let remark = remark(1).encode();
		for (bytes, reason) in [
			(&[][..], "at least two bytes"),
			(&[0], "at least two bytes"),
			(&[255, 0], "no pallet has the index 255"),
			(&[0, 255], "System has no call with the index 255"),
			(&remark[..3], "its arguments cannot be read"),
			(&long, "1 of 5 bytes are left over"),
		] {
			let error = decode_call(bytes, metadata()).unwrap_err();
			assert_eq!(error.exit_code(), 2);
			let text = error.to_string();
			assert!(text.contains(reason), "{text}");
			assert!(text.contains("gov propose parameter"), "{text}");
		}
	}
}
