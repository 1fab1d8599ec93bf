//! The runtime's errors, in words.

use subxt::{
	Metadata,
	dynamic::{At, Value},
	ext::{scale_decode::DecodeAsType, scale_value::ValueDef},
};

use crate::error::{Error, Rejection, misfit};

/// What a runtime's `DispatchError` means: for a pallet's error its name and the documentation
/// that the metadata carries, which says how to avoid it.
pub fn rejection(error: &Value, metadata: &Metadata) -> Rejection {
	let ValueDef::Variant(variant) = &error.value else {
		return unknown(error);
	};
	let inner = variant.values.values().next();
	match (variant.name.as_str(), inner) {
		("Module", Some(module)) => of_pallet(module, metadata).unwrap_or_else(|| unknown(error)),
		(kind, inner) => {
			let detail = match inner.map(|inner| &inner.value) {
				Some(ValueDef::Variant(detail)) => Some(detail.name.as_str()),
				_ => None,
			};
			of_runtime(kind, detail)
		}
	}
}

/// The same for a `DispatchError` in bytes.
pub fn rejection_from_bytes(bytes: &[u8], metadata: &Metadata) -> Result<Rejection, Error> {
	let id = metadata
		.dispatch_error_ty()
		.ok_or_else(|| misfit("its metadata does not say what a DispatchError is"))?;
	let value = Value::decode_as_type(&mut &*bytes, id, metadata.types()).map_err(misfit)?;
	Ok(rejection(&value, metadata))
}

/// An error that a pallet declares: `Module { index, error: [u8; 4] }`.
fn of_pallet(module: &Value, metadata: &Metadata) -> Option<Rejection> {
	let index = u8::try_from(module.at("index")?.as_u128()?).ok()?;
	let error = u8::try_from(module.at("error")?.at(0)?.as_u128()?).ok()?;
	let pallet = metadata.pallet_by_error_index(index)?;
	let variant = pallet.error_variant_by_index(error)?;
	let docs: Vec<&str> = variant
		.docs
		.iter()
		.map(|line| line.trim())
		.filter(|line| !line.is_empty())
		.collect();
	Some(Rejection {
		name: format!("{}.{}", pallet.name(), variant.name),
		reason: docs.join(" "),
		in_block: true,
	})
}

/// An error that every runtime has.
fn of_runtime(kind: &str, detail: Option<&str>) -> Rejection {
	let name = match detail {
		Some(detail) => format!("{kind}.{detail}"),
		None => kind.to_owned(),
	};
	let reason = match (kind, detail) {
		("Token", Some("FundsUnavailable")) => {
			"the account does not have the money; look at `athanor wallet balance` and top it up"
		}
		("Token", Some("BelowMinimum" | "CannotCreate" | "CannotCreateHold")) => {
			"the amount is below the existential deposit, the least that an account can have; send more"
		}
		("Token", Some("Frozen")) => "the money is there but frozen",
		("Token", Some("NotExpendable" | "OnlyProvider")) => {
			"it would leave less than the existential deposit in the account; leave that much"
		}
		("Token", Some("Blocked")) => "the account cannot receive money",
		("BadOrigin" | "RootNotAllowed", _) => "this account may not make this call",
		("CannotLookup", _) => "there is no such account",
		("Arithmetic", Some("Underflow")) => {
			"there is less than that; look at `athanor wallet balance` and use a smaller amount"
		}
		("Arithmetic", _) => "a number is too large or too small; use smaller amounts",
		("Exhausted", _) => "it is too much for one block; make it smaller",
		("Unavailable", _) => "something that is needed is not there right now; try again",
		("ConsumerRemaining" | "NoProviders" | "TooManyConsumers", _) => {
			"the account's reference counts do not allow it"
		}
		_ => "the runtime gives no further reason",
	};
	Rejection {
		name,
		reason: reason.to_owned(),
		in_block: true,
	}
}

fn unknown(error: &Value) -> Rejection {
	Rejection {
		name: "Unknown".to_owned(),
		reason: format!("the runtime reports {error}; this client does not know that error"),
		in_block: true,
	}
}
