//! Amounts of money as people write and read them.
//!
//! The chain counts in units; one ATH is 10^12 of them. People write `1.5` or `1.5ATH` for tokens
//! and `1000u` for units.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Symbol of the token.
pub const SYMBOL: &str = "ATH";

/// Decimal places of the token.
pub const DECIMALS: usize = 12;

/// Units of one token.
pub const ONE: u128 = 1_000_000_000_000;

/// Below this many units an amount is shown in units: a price of one token would otherwise be a
/// row of zeros.
const SHOWN_IN_UNITS: u128 = 1_000_000;

/// An amount of money, in units. In JSON it is a decimal string, because numbers of this size do
/// not survive most JSON readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub u128);

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
	/// Nothing but blanks and a symbol.
	#[error("the amount is empty; write tokens like `1.5` or units like `1000u`")]
	Empty,
	/// A character that belongs to no number.
	#[error("`{0}` is not an amount; write tokens like `1.5` or `1.5ATH`, or units like `1000u`")]
	NotANumber(String),
	/// A fraction of the smallest unit.
	#[error(
		"`{0}` has more than {DECIMALS} decimal places; the smallest unit is 0.000000000001 ATH"
	)]
	TooFine(String),
	/// Units with a fraction.
	#[error("`{0}` is a fraction of a unit; units are whole")]
	FractionOfUnit(String),
	/// More than the chain can count.
	#[error("`{0}` is more than the chain can count")]
	TooLarge(String),
}

impl FromStr for Amount {
	type Err = AmountError;

	fn from_str(text: &str) -> Result<Self, AmountError> {
		let trimmed = text.trim();
		let lower = trimmed.to_ascii_lowercase();
		let (number, in_units) = match (lower.strip_suffix("ath"), lower.strip_suffix('u')) {
			(Some(number), _) => (number.trim_end(), false),
			(None, Some(number)) => (number.trim_end(), true),
			(None, None) => (lower.as_str(), false),
		};
		if number.is_empty() {
			return Err(AmountError::Empty);
		}
		let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
		let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
		let any = |part: &str| part.chars().any(|c| c.is_ascii_digit());
		if !digits(whole) || !digits(fraction) || !(any(whole) || any(fraction)) {
			return Err(AmountError::NotANumber(trimmed.to_owned()));
		}
		if in_units {
			if number.contains('.') {
				return Err(AmountError::FractionOfUnit(trimmed.to_owned()));
			}
			return units(trimmed, whole).map(Self);
		}
		tokens(trimmed, whole, fraction).map(Self)
	}
}

/// Parses digits, with `_` between them if somebody likes that.
fn units(shown: &str, digits: &str) -> Result<u128, AmountError> {
	let digits: String = digits.chars().filter(|c| *c != '_').collect();
	if digits.is_empty() {
		return Ok(0);
	}
	digits
		.parse()
		.map_err(|_| AmountError::TooLarge(shown.to_owned()))
}

/// Parses whole tokens and the digits behind the point.
fn tokens(shown: &str, whole: &str, fraction: &str) -> Result<u128, AmountError> {
	let fraction: String = fraction.chars().filter(|c| *c != '_').collect();
	let fraction = fraction.trim_end_matches('0');
	if fraction.len() > DECIMALS {
		return Err(AmountError::TooFine(shown.to_owned()));
	}
	let padded = format!("{fraction:0<DECIMALS$}");
	units(shown, whole)?
		.checked_mul(ONE)
		.and_then(|sum| sum.checked_add(units(shown, &padded).ok()?))
		.ok_or_else(|| AmountError::TooLarge(shown.to_owned()))
}

impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let text = match self.0 {
			0 => format!("0 {SYMBOL}"),
			small if small < SHOWN_IN_UNITS => format!("{small}u"),
			units => {
				let fraction = format!("{:0>DECIMALS$}", units % ONE);
				let fraction = fraction.trim_end_matches('0');
				let point = if fraction.is_empty() { "" } else { "." };
				format!("{}{point}{fraction} {SYMBOL}", units / ONE)
			}
		};
		f.pad(&text)
	}
}

impl From<u128> for Amount {
	fn from(units: u128) -> Self {
		Self(units)
	}
}

impl Serialize for Amount {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&self.0)
	}
}

impl<'de> Deserialize<'de> for Amount {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		text.parse().map(Self).map_err(serde::de::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn parsed(text: &str) -> Result<u128, AmountError> {
		text.parse::<Amount>().map(|amount| amount.0)
	}

	#[test]
	fn reads_what_people_write() {
		assert_eq!(parsed("1"), Ok(ONE));
		assert_eq!(parsed("1.5"), Ok(ONE + ONE / 2));
		assert_eq!(parsed("1.5ATH"), Ok(ONE + ONE / 2));
		assert_eq!(parsed(" 1.5 ath "), Ok(ONE + ONE / 2));
		assert_eq!(parsed(".5"), Ok(ONE / 2));
		assert_eq!(parsed("2."), Ok(2 * ONE));
		assert_eq!(parsed("1_000"), Ok(1_000 * ONE));
		assert_eq!(parsed("1000u"), Ok(1_000));
		assert_eq!(parsed("1_000 u"), Ok(1_000));
		assert_eq!(parsed("0"), Ok(0));
		assert_eq!(parsed("0.000000000001"), Ok(1));
		assert_eq!(parsed("1.5000000000000000"), Ok(ONE + ONE / 2));
	}

	#[test]
	fn says_what_is_wrong() {
		let is = |text: &str| parsed(text).unwrap_err();
		assert_eq!(is(""), AmountError::Empty);
		assert_eq!(is("ATH"), AmountError::Empty);
		assert_eq!(is("u"), AmountError::Empty);
		assert!(matches!(is("-1"), AmountError::NotANumber(_)));
		assert!(matches!(is("1e3"), AmountError::NotANumber(_)));
		assert!(matches!(is("1,5"), AmountError::NotANumber(_)));
		assert!(matches!(is("."), AmountError::NotANumber(_)));
		assert!(matches!(is("1.2.3"), AmountError::NotANumber(_)));
		assert!(matches!(is("0.0000000000001"), AmountError::TooFine(_)));
		assert!(matches!(is("1.5u"), AmountError::FractionOfUnit(_)));
		assert!(matches!(
			is("999999999999999999999999999999"),
			AmountError::TooLarge(_)
		));
		assert!(matches!(
			is(&format!("{}0u", u128::MAX)),
			AmountError::TooLarge(_)
		));
	}

	#[test]
	fn shows_what_people_read() {
		assert_eq!(Amount(0).to_string(), "0 ATH");
		assert_eq!(Amount(15).to_string(), "15u");
		assert_eq!(Amount(999_999).to_string(), "999999u");
		assert_eq!(Amount(1_000_000).to_string(), "0.000001 ATH");
		assert_eq!(Amount(ONE).to_string(), "1 ATH");
		assert_eq!(Amount(ONE + ONE / 4).to_string(), "1.25 ATH");
		assert_eq!(format!("{:>8}|", Amount(ONE)), "   1 ATH|");
	}

	#[test]
	fn json_is_a_decimal_string_of_units() {
		assert_eq!(
			serde_json::to_string(&Amount(ONE)).unwrap(),
			"\"1000000000000\""
		);
		assert_eq!(
			serde_json::from_str::<Amount>("\"12\"").unwrap(),
			Amount(12)
		);
		assert!(serde_json::from_str::<Amount>("12").is_err());
	}

	proptest! {
		#[test]
		fn what_is_shown_reads_back(units: u128) {
			prop_assert_eq!(parsed(&Amount(units).to_string()), Ok(units));
			prop_assert_eq!(parsed(&format!("{units}u")), Ok(units));
		}

		#[test]
		fn small_amounts_read_back_too(units in 0u128..10_000_000) {
			prop_assert_eq!(parsed(&Amount(units).to_string()), Ok(units));
		}

		#[test]
		fn reading_never_panics(text in "\\PC{0,40}") {
			let _ = parsed(&text);
		}

		#[test]
		fn json_reads_back(units: u128) {
			let text = serde_json::to_string(&Amount(units)).unwrap();
			prop_assert_eq!(serde_json::from_str::<Amount>(&text).unwrap(), Amount(units));
		}
	}
}
