//! The governed parameters: their names and types from the metadata, their values from the state.

use scale_info::{TypeDef, TypeDefPrimitive, TypeDefVariant, form::PortableForm};
use subxt::{
	Metadata,
	dynamic::Value,
	ext::{
		codec::Decode,
		scale_value::{self, Composite, ValueDef, scale::decode_as_type},
	},
};

use crate::{
	amount::Amount,
	chain::{
		gov::{
			shown::{decimal, number},
			trial::Effective,
		},
		names::{calls, storage},
		view::View,
	},
	error::{Error, misfit},
};

/// What a parameter is set to if it is to be what it was at the beginning.
pub(crate) const DEFAULT: &str = "default";

/// The runtime's name of the type of numbers of blocks.
const BLOCKS: &str = "BlockNumber";

/// Places behind the point of numbers with a fixed point.
const FIXED: [(&str, usize); 2] = [("FixedU128", 18), ("FixedU64", 9)];

/// Parts in a whole, as powers of ten.
const SHARES: [(&str, usize); 4] = [
	("Percent", 2),
	("Permill", 6),
	("Perbill", 9),
	("Perquintill", 18),
];

/// A parameter that governance sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
	/// What it belongs to, such as `Market`.
	pub module: String,
	/// Its name there, such as `Retention`.
	pub name: String,
	/// How its value is written.
	kind: Kind,
	/// The type of its value.
	pub(crate) ty: u32,
}

/// How a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
	/// With so many places behind the point.
	Fixed(usize),
	/// As a part of a whole, with so many places.
	Share(usize),
	/// Whole, up to this number.
	Whole(u64),
	/// As a number of blocks.
	Blocks,
	/// As money.
	Money,
	/// As yes or no.
	Flag,
	/// Not on a command line.
	Other(String),
}

/// A parameter and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterState {
	/// The parameter.
	pub parameter: Parameter,
	/// What was decided last; nothing if it has its first value.
	pub decided: Option<scale_value::Value<u32>>,
	/// What takes effect, as far as the chain says: on a development chain, periods are shorter.
	pub effective: Option<scale_value::Value<u32>>,
	/// What a proposal says that changes nothing, as far as the chain says.
	pub set: Option<scale_value::Value<u32>>,
	/// The least and the most that can be decided, as far as the chain says.
	pub bounds: Option<[scale_value::Value<u32>; 2]>,
}

/// How many blocks a worker has for any job: a parameter that posts of jobs depend on.
const BASE_WORK_PERIOD: &str = "Market.BaseWorkPeriod";

/// The parameters that the runtime with this metadata has.
pub(crate) fn all(metadata: &Metadata) -> Result<Vec<Parameter>, Error> {
	let unlike = || misfit("its parameters are not what this client takes them for");
	let types = metadata.types();
	let variants = |id: u32| -> Result<&TypeDefVariant<PortableForm>, Error> {
		match types.resolve(id).map(|found| &found.type_def) {
			Some(TypeDef::Variant(variants)) => Ok(variants),
			_ => Err(unlike()),
		}
	};
	let call = metadata
		.pallet_by_name(calls::SET_PARAMETER.pallet)
		.and_then(|pallet| pallet.call_variant_by_name(calls::SET_PARAMETER.name))
		.ok_or_else(unlike)?;
	let whole = call.fields.first().ok_or_else(unlike)?;
	let mut found = Vec::new();
	for module in &variants(whole.ty.id)?.variants {
		let inner = module.fields.first().ok_or_else(unlike)?;
		for parameter in &variants(inner.ty.id)?.variants {
			// The key, and an optional value.
			let value = parameter.fields.get(1).ok_or_else(unlike)?;
			let some = variants(value.ty.id)?
				.variants
				.iter()
				.find_map(|variant| variant.fields.first())
				.ok_or_else(unlike)?;
			let written = value.type_name.as_deref().unwrap_or_default();
			let kind = match kind(metadata, some.ty.id) {
				Kind::Whole(_) if written.contains(BLOCKS) => Kind::Blocks,
				other => other,
			};
			found.push(Parameter {
				module: module.name.clone(),
				name: parameter.name.clone(),
				kind,
				ty: some.ty.id,
			});
		}
	}
	Ok(found)
}

fn kind(metadata: &Metadata, id: u32) -> Kind {
	let Some(found) = metadata.types().resolve(id) else {
		return Kind::Other("unknown".into());
	};
	let name = found.path.segments.last().map_or("", String::as_str);
	if let Some((_, places)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
		return Kind::Fixed(*places);
	}
	if let Some((_, places)) = SHARES.iter().find(|(share, _)| *share == name) {
		return Kind::Share(*places);
	}
	match &found.type_def {
		TypeDef::Primitive(TypeDefPrimitive::Bool) => Kind::Flag,
		TypeDef::Primitive(TypeDefPrimitive::U8) => Kind::Whole(u8::MAX.into()),
		TypeDef::Primitive(TypeDefPrimitive::U16) => Kind::Whole(u16::MAX.into()),
		TypeDef::Primitive(TypeDefPrimitive::U32) => Kind::Whole(u32::MAX.into()),
		TypeDef::Primitive(TypeDefPrimitive::U64) => Kind::Whole(u64::MAX),
		TypeDef::Primitive(TypeDefPrimitive::U128) => Kind::Money,
		_ => Kind::Other(name.to_owned()),
	}
}

/// The parameter that is meant: by its whole name, or by the part behind the point if no other has it. Case
/// does not matter.
pub(crate) fn find(metadata: &Metadata, wanted: &str) -> Result<Parameter, Error> {
	let plain = |name: &str| name.to_lowercase().replace(['_', '-'], "");
	let parameters = all(metadata)?;
	let mut fitting = parameters.iter().filter(|parameter| {
		let wanted = plain(wanted);
		wanted == plain(&parameter.full_name()) || wanted == plain(&parameter.name)
	});
	match (fitting.next(), fitting.next()) {
		(Some(one), None) => Ok(one.clone()),
		(Some(one), Some(other)) => Err(Error::Input(format!(
			"`{wanted}` may be {} or {}; write the whole name",
			one.full_name(),
			other.full_name()
		))),
		(None, _) => {
			let names: Vec<_> = parameters.iter().map(Parameter::full_name).collect();
			Err(Error::NotFound(format!(
				"there is no parameter `{wanted}`; there are {}; see `athanor gov parameters`",
				names.join(", ")
			)))
		}
	}
}

impl Parameter {
	/// Its whole name, such as `Market.Retention`.
	pub fn full_name(&self) -> String {
		format!("{}.{}", self.module, self.name)
	}

	/// How its value is written, in words.
	pub fn form(&self) -> String {
		match &self.kind {
			Kind::Fixed(_) => "a number such as 2.5".into(),
			Kind::Share(_) => "a share such as 2.5% or 0.025".into(),
			Kind::Whole(_) => "a whole number".into(),
			Kind::Blocks => "a number of blocks".into(),
			Kind::Money => "an amount such as 1.5ATH or 1000u".into(),
			Kind::Flag => "true or false".into(),
			Kind::Other(name) => format!("a {name}, by `athanor gov propose call HEX` only"),
		}
	}

	/// What its value counts, in a word.
	pub fn unit(&self) -> &'static str {
		match &self.kind {
			Kind::Fixed(_) | Kind::Whole(_) => "number",
			Kind::Blocks => "blocks",
			Kind::Share(_) => "share",
			Kind::Money => "amount",
			Kind::Flag => "flag",
			Kind::Other(_) => "other",
		}
	}

	/// Reads a value for it; nothing for its first value.
	pub(crate) fn parse(&self, text: &str) -> Result<Option<Value>, Error> {
		if text == DEFAULT {
			return Ok(None);
		}
		let wrong = |reason: String| {
			Error::Input(format!(
				"`{text}` is no value for {}: {reason}; write {}, or `{DEFAULT}` for its first value",
				self.full_name(),
				self.form()
			))
		};
		match &self.kind {
			Kind::Fixed(places) => parse_decimal(text, *places).map(Value::u128),
			Kind::Share(places) => parse_share(text, *places).map(Value::u128),
			Kind::Whole(most) => {
				let number = parse_decimal(text, 0);
				number.and_then(|number| match u64::try_from(number) {
					Ok(number) if number <= *most => Ok(Value::u128(number.into())),
					_ => Err(format!("it can be {most} at most")),
				})
			}
			Kind::Blocks => {
				let number = parse_decimal(text, 0);
				number.and_then(|number| match u32::try_from(number) {
					Ok(number) => Ok(Value::u128(number.into())),
					Err(_) => Err(format!("it can be {} at most", u32::MAX)),
				})
			}
			Kind::Money => text
				.parse()
				.map(|Amount(units)| Value::u128(units))
				.map_err(|error| error.to_string()),
			Kind::Flag => text
				.parse()
				.map(Value::bool)
				.map_err(|_| "it is neither".into()),
			Kind::Other(name) => Err(format!("this client does not write a {name}")),
		}
		.map(Some)
		.map_err(wrong)
	}

	/// Its key, as the storage and the call have it.
	fn key(&self) -> Value {
		let none: [Value; 0] = [];
		let key = Value::unnamed_composite(none);
		Value::unnamed_variant(
			self.module.clone(),
			[Value::unnamed_variant(self.name.clone(), [key])],
		)
	}

	/// Reads a value of its type.
	pub(crate) fn decode(
		&self,
		bytes: &[u8],
		metadata: &Metadata,
	) -> Result<scale_value::Value<u32>, Error> {
		decode_as_type(&mut &*bytes, self.ty, metadata.types()).map_err(misfit)
	}
}

impl ParameterState {
	/// What a proposal says that changes nothing, or else what was decided.
	pub fn now(&self) -> Option<&scale_value::Value<u32>> {
		self.set.as_ref().or(self.decided.as_ref())
	}

	/// What takes effect on this chain, where that is not what a proposal says.
	pub fn here(&self) -> Option<&scale_value::Value<u32>> {
		let here = self.effective.as_ref()?;
		let same = self.now().and_then(number) == number(here);
		Some(here).filter(|_| !same)
	}

	/// A value of it as a number of blocks, if it is one.
	pub fn blocks(&self, value: &scale_value::Value<u32>) -> Option<u32> {
		let blocks = number(value).and_then(|blocks| u32::try_from(blocks).ok());
		blocks.filter(|_| self.parameter.kind == Kind::Blocks)
	}
}

/// Digits with a point as a whole number of the last of so many places.
fn parse_decimal(text: &str, places: usize) -> Result<u128, String> {
	let text: String = text.trim().chars().filter(|c| *c != '_').collect();
	let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
	let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
	if !digits(whole) || !digits(fraction) || whole.is_empty() && fraction.is_empty() {
		return Err("it is no number".into());
	}
	let fraction = fraction.trim_end_matches('0');
	if fraction.len() > places {
		return Err(match places {
			0 => "it has to be whole".into(),
			_ => format!("it has more than {places} places behind the point"),
		});
	}
	let digits = format!("{whole}{fraction:0<places$}");
	match digits.trim_start_matches('0') {
		"" => Ok(0),
		digits => digits.parse().map_err(|_| "it is too large".into()),
	}
}

fn parse_share(text: &str, places: usize) -> Result<u128, String> {
	let whole = 10_u128.pow(u32::try_from(places).unwrap_or_default());
	let parts = match text.trim().strip_suffix('%') {
		Some(percents) => parse_decimal(percents, places.saturating_sub(2))?,
		None => parse_decimal(text, places)?,
	};
	if parts > whole {
		return Err(format!(
			"it is {} %, more than everything",
			decimal(parts, places.saturating_sub(2))
		));
	}
	Ok(parts)
}

/// The value in a stored parameter: a variant for the module, in it one for the parameter, in it the value.
fn inner(value: scale_value::Value<u32>) -> Option<scale_value::Value<u32>> {
	let into = |value: scale_value::Value<u32>| match value.value {
		ValueDef::Variant(variant) => variant.values.into_values().next(),
		_ => None,
	};
	into(value).and_then(into)
}

impl View {
	/// All governed parameters with their values.
	///
	/// # Errors
	/// When the state cannot be read.
	pub async fn parameters(&self) -> Result<Vec<ParameterState>, Error> {
		let effective = self.effective_parameters().await?;
		let mut states = Vec::new();
		for parameter in all(self.metadata())? {
			states.push(self.state_of(parameter, &effective).await?);
		}
		Ok(states)
	}

	/// One of them, by its name.
	///
	/// # Errors
	/// [`Error::NotFound`] when there is none, and when the state cannot be read.
	pub async fn parameter(&self, name: &str) -> Result<ParameterState, Error> {
		let effective = self.effective_parameters().await?;
		self.state_of(find(self.metadata(), name)?, &effective)
			.await
	}

	/// How many blocks a worker has for any job that is posted now, besides those for its tokens.
	///
	/// # Errors
	/// When the state cannot be read, or the chain has no such parameter.
	pub async fn base_work_period(&self) -> Result<u32, Error> {
		blocks_of(&self.effective_parameters().await?, BASE_WORK_PERIOD)
	}

	async fn state_of(
		&self,
		parameter: Parameter,
		effective: &[Effective],
	) -> Result<ParameterState, Error> {
		let stored = self
			.get_typed(storage::PARAMETERS, (parameter.key(),))
			.await?;
		let decided = stored.and_then(inner);
		told_of(parameter, decided, effective, self.metadata())
	}
}

/// A parameter with what was decided, and what the chain tells.
fn told_of(
	parameter: Parameter,
	decided: Option<scale_value::Value<u32>>,
	effective: &[Effective],
	metadata: &Metadata,
) -> Result<ParameterState, Error> {
	let told = named(effective, &parameter.full_name());
	let decode = |bytes| parameter.decode(bytes, metadata);
	Ok(ParameterState {
		decided,
		effective: told.map(|told| decode(&told.value)).transpose()?,
		set: told.map(|told| decode(&told.set)).transpose()?,
		bounds: told
			.map(|told| Ok::<_, Error>([decode(&told.least)?, decode(&told.most)?]))
			.transpose()?,
		parameter,
	})
}

/// The value of a parameter among those that take effect.
pub(crate) fn effective_value(
	parameter: &Parameter,
	effective: &[Effective],
	metadata: &Metadata,
) -> Result<Option<scale_value::Value<u32>>, Error> {
	named(effective, &parameter.full_name())
		.map(|one| parameter.decode(&one.value, metadata))
		.transpose()
}

fn named<'a>(effective: &'a [Effective], name: &str) -> Option<&'a Effective> {
	effective.iter().find(|one| one.name == name)
}

/// The value of a parameter that is a number of blocks.
fn blocks_of(effective: &[Effective], name: &str) -> Result<u32, Error> {
	let found = named(effective, name);
	let found = found.ok_or_else(|| misfit(format!("it has no parameter {name}")))?;
	u32::decode(&mut &*found.value).map_err(misfit)
}

/// `module(name(key, value))` of the call that sets a parameter, as the call takes it.
pub(crate) fn assignment(parameter: &Parameter, value: Option<Value>) -> Value {
	let none: [Value; 0] = [];
	let value = match value {
		Some(value) => Value::unnamed_variant("Some", [value]),
		None => Value::unnamed_variant("None", none.clone()),
	};
	let fields = [Value::unnamed_composite(none), value];
	Value::unnamed_variant(
		parameter.module.clone(),
		[Value::unnamed_variant(parameter.name.clone(), fields)],
	)
}

/// Reads [`assignment`]: names of module and parameter, and the value.
pub(crate) fn read_assignment(
	value: &scale_value::Value<u32>,
) -> Option<(String, String, Option<scale_value::Value<u32>>)> {
	let ValueDef::Variant(module) = &value.value else {
		return None;
	};
	let ValueDef::Variant(parameter) = &module.values.values().next()?.value else {
		return None;
	};
	let Composite::Unnamed(fields) = &parameter.values else {
		return None;
	};
	let ValueDef::Variant(option) = &fields.get(1)?.value else {
		return None;
	};
	Some((
		module.name.clone(),
		parameter.name.clone(),
		option.values.values().next().cloned(),
	))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::shown::Shown,
		tests::{metadata, typed},
	};
	use athanor_runtime::{
		Block, OriginCaller, Runtime, RuntimeEvent,
		configs::parameters::{RuntimeParametersValue, values::market},
		governance::{dry_run::runtime_decl_for_governance_api::GovernanceApi, pallet_origins},
	};
	use polkadot_sdk::sp_runtime::{FixedU128, Permill};
	use proptest::prelude::*;

	fn parameter(name: &str) -> Parameter {
		find(metadata(), name).unwrap()
	}

	fn parsed(name: &str, text: &str) -> Result<Option<u128>, Error> {
		let value = parameter(name).parse(text)?;
		Ok(value.map(|value| value.as_u128().unwrap()))
	}

	#[test]
	fn parameters_are_found_by_their_names() {
		let found = all(metadata()).unwrap();
		assert!(found.len() >= 4, "{found:?}");
		for parameter in &found {
			assert_eq!(
				&find(metadata(), &parameter.full_name()).unwrap(),
				parameter
			);
		}
		let retention = parameter("market.RETENTION");
		assert_eq!(retention.full_name(), "Market.Retention");
		assert_eq!(parameter("timeout_slash").name, "TimeoutSlash");
	}

	#[test]
	fn periods_are_counted_in_blocks() {
		for (name, unit) in [
			("Retention", "blocks"),
			("AppealPeriod", "blocks"),
			("Period", "blocks"),
			("SettlePeriod", "blocks"),
			("BaseWorkPeriod", "blocks"),
			("TimeoutPause", "blocks"),
			("StakeMultiple", "number"),
			("TimeoutSlash", "share"),
		] {
			assert_eq!(parameter(name).unit(), unit, "{name}");
		}
	}

	#[test]
	fn what_is_shown_is_what_a_proposal_says() {
		let told = of_the_runtime(2_880);
		for (name, now, here) in [
			("AppealPeriod", 201_600, Some(70)),
			("Period", 1_200, Some(20)),
			("Retention", 201_600, None),
		] {
			let state = told_of(parameter(name), None, &told, metadata()).unwrap();
			assert_eq!(state.blocks(state.now().unwrap()), Some(now), "{name}");
			let taking = state.here().map(|here| state.blocks(here).unwrap());
			assert_eq!(taking, here, "{name}");
		}
		let shares = told_of(parameter("TimeoutSlash"), None, &told, metadata()).unwrap();
		assert_eq!(shares.blocks(shares.now().unwrap()), None);
	}

	#[test]
	fn an_unknown_parameter_is_answered_with_those_there_are() {
		let error = find(metadata(), "nonsense").unwrap_err();
		assert_eq!(error.exit_code(), 3);
		let text = error.to_string();
		assert!(text.contains("Market.Retention"), "{text}");
		assert!(text.contains("gov parameters"), "{text}");
	}

	#[test]
	fn values_are_read_by_their_type() {
		assert_eq!(parsed("Retention", "1_200").unwrap(), Some(1_200));
		assert_eq!(parsed("Retention", "default").unwrap(), None);
		assert_eq!(
			parsed("StakeMultiple", "2.5").unwrap(),
			Some(FixedU128::from_rational(5, 2).into_inner())
		);
		for text in ["2.55%", "2.55 %", "0.0255"] {
			assert_eq!(parsed("TimeoutSlash", text).unwrap(), Some(25_500));
		}
		assert_eq!(parsed("TimeoutSlash", "100%").unwrap(), Some(1_000_000));
		assert_eq!(parsed("TimeoutSlash", "1").unwrap(), Some(1_000_000));
	}

	#[test]
	fn what_is_no_value_says_why_and_how_it_is_written() {
		for (name, text, reason) in [
			("Retention", "soon", "it is no number"),
			("Retention", "1.5", "it has to be whole"),
			("Retention", "4294967296", "4294967295 at most"),
			("Retention", "-1", "it is no number"),
			("Retention", "", "it is no number"),
			("StakeMultiple", "0.0000000000000000001", "18 places"),
			("StakeMultiple", "1000000000000000000000", "too large"),
			("TimeoutSlash", "5", "it is 500 %"),
			("TimeoutSlash", "100.1%", "it is 100.1 %"),
			("TimeoutSlash", "0.00001%", "4 places"),
		] {
			let error = parsed(name, text).unwrap_err();
			assert_eq!(error.exit_code(), 2);
			let text = error.to_string();
			assert!(text.contains(reason), "{text}");
			assert!(text.contains(&parameter(name).form()), "{text}");
		}
	}

	#[test]
	fn what_is_stored_is_read() {
		let stored = RuntimeParametersValue::Market(market::ParametersValue::TimeoutSlash(
			Permill::from_percent(3),
		));
		let value = inner(typed(storage::PARAMETERS, stored)).unwrap();
		assert_eq!(Shown::value(&value, metadata()).to_string(), "3 %");
	}

	/// What the runtime tells of a chain of this tempo.
	fn of_the_runtime(tempo: u32) -> Vec<Effective> {
		let all = polkadot_sdk::sp_io::TestExternalities::default().execute_with(|| {
			pallet_origins::Tempo::<Runtime>::put(tempo);
			<Runtime as GovernanceApi<Block, OriginCaller, RuntimeEvent>>::effective_parameters()
		});
		let read = |one: athanor_runtime::governance::dry_run::Effective| Effective {
			name: one.name,
			value: one.value,
			set: one.set,
			least: one.least,
			most: one.most,
		};
		all.into_iter().map(read).collect()
	}

	#[test]
	fn bounds_are_told_for_every_parameter() {
		let told = of_the_runtime(1);
		for parameter in all(metadata()).unwrap() {
			let state = told_of(parameter, None, &told, metadata()).unwrap();
			assert!(state.now().is_some() && state.here().is_none(), "{state:?}");
			let [least, most] = state.bounds.unwrap();
			let shown = |value| Shown::value(value, metadata()).to_string();
			let range = format!("{} to {}", shown(&least), shown(&most));
			match state.parameter.name.as_str() {
				"Retention" => assert_eq!(range, "1200 to 864000"),
				"StakeMultiple" => assert_eq!(range, "0.1 to 100"),
				"TreasuryShare" => assert_eq!(range, "1 % to 20 %"),
				_ => assert!(range.contains(" to "), "{range}"),
			}
		}
	}

	#[test]
	fn the_time_for_work_is_a_parameter() {
		assert_eq!(blocks_of(&of_the_runtime(1), BASE_WORK_PERIOD).unwrap(), 10);
		let error = blocks_of(&[], BASE_WORK_PERIOD).unwrap_err().to_string();
		assert!(error.contains("Market.BaseWorkPeriod"), "{error}");
	}

	proptest! {
		#[test]
		fn decimals_read_back(number: u128, places in 0..=18_usize) {
			prop_assert_eq!(parse_decimal(&decimal(number, places), places), Ok(number));
		}

		#[test]
		fn reading_never_panics(text in "\\PC{0,40}", places in 0..=18_usize) {
			let _ = (parse_decimal(&text, places), parse_share(&text, places));
		}
	}
}
