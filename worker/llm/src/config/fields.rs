//! Reading fields of a configuration, with errors that name them.

use serde_json::Value;

use crate::error::{Error, Result};

/// No model comes near this; it keeps products of two sizes from overflow.
pub(super) const MAX_SIZE: u64 = 1 << 31;

/// A configuration, or an object inside one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Config<'a>(&'a Value);

impl<'a> Config<'a> {
	pub fn new(value: &'a Value) -> Self {
		Self(value)
	}

	/// A field that is there and not null.
	pub fn present(self, field: &str) -> Option<&'a Value> {
		self.0.get(field).filter(|v| !v.is_null())
	}

	/// Whether a field is there and null.
	pub fn is_null(self, field: &str) -> bool {
		self.0.get(field).is_some_and(Value::is_null)
	}

	/// A field as an object to read from; nothing if it is not there or null.
	pub fn inside(self, field: &str) -> Option<Self> {
		self.present(field).map(Self)
	}

	fn text(self, field: &str) -> String {
		self.0
			.get(field)
			.map_or_else(|| "nothing".to_owned(), Value::to_string)
	}

	/// The error for a value that cannot be used.
	pub fn invalid(self, field: &'static str, reason: &'static str) -> Error {
		Error::InvalidField {
			field,
			value: self.text(field),
			reason,
		}
	}

	/// The error for a value that is not supported.
	pub fn unsupported(self, field: &'static str, reason: &'static str) -> Error {
		Error::UnsupportedField {
			field,
			value: self.text(field),
			reason,
		}
	}

	/// A whole number from 1 to 2³¹ that must be there.
	pub fn size(self, field: &'static str) -> Result<usize> {
		let value = self.present(field).ok_or(Error::MissingField { field })?;
		match value.as_u64() {
			Some(n @ 1..=MAX_SIZE) => Ok(n as usize),
			_ => Err(self.invalid(field, "a whole number from 1 to 2^31 is needed")),
		}
	}

	/// The same, with a default.
	pub fn size_or(self, field: &'static str, default: usize) -> Result<usize> {
		match self.present(field) {
			None => Ok(default),
			Some(_) => self.size(field),
		}
	}

	/// A number above zero, with a default.
	pub fn positive(self, field: &'static str, default: f64) -> Result<f64> {
		match self.present(field).map(Value::as_f64) {
			None => Ok(default),
			Some(Some(x)) if x.is_finite() && x > 0.0 => Ok(x),
			Some(_) => Err(self.invalid(field, "a number above zero is needed")),
		}
	}

	/// The same, and it must be there.
	pub fn needed(self, field: &'static str) -> Result<f64> {
		if self.present(field).is_none() {
			return Err(Error::MissingField { field });
		}
		self.positive(field, 1.0)
	}

	/// True or false.
	pub fn flag(self, field: &'static str, default: bool) -> Result<bool> {
		match self.present(field) {
			None => Ok(default),
			Some(Value::Bool(b)) => Ok(*b),
			Some(_) => Err(self.invalid(field, "true or false is needed")),
		}
	}
}
