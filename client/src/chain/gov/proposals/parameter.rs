//! A governed parameter gets a value.

use subxt::{Metadata, dynamic::Value, ext::scale_value};

use super::Change;
use crate::{
	chain::{
		calls::encode,
		gov::{
			decoded::Decoded,
			parameters::{DEFAULT, Parameter, assignment, effective_value, find, read_assignment},
			shown::Shown,
			trial::Effective,
		},
		names::calls,
		view::View,
	},
	error::Error,
};

/// The tracks on which the parameters of each module are set.
const TRACKS: [(&str, &str); 2] = [("Market", "market_admin"), ("Pricing", "pricing_admin")];

/// A governed parameter gets a value.
#[derive(Clone, Debug, PartialEq)]
pub struct SetParameter {
	parameter: Parameter,
	/// Nothing for the first value.
	value: Option<Value>,
}

/// The same, found in a call.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
	name: String,
	value: Option<scale_value::Value<u32>>,
}

impl SetParameter {
	/// Finds the parameter and reads the value.
	///
	/// # Errors
	/// [`Error::NotFound`] when there is no such parameter, [`Error::Input`] when that is no value for it.
	pub fn parse(metadata: &Metadata, name: &str, value: &str) -> Result<Self, Error> {
		let parameter = find(metadata, name)?;
		Ok(Self {
			value: parameter.parse(value)?,
			parameter,
		})
	}

	pub(super) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		let assignment = assignment(&self.parameter, self.value.clone());
		encode(metadata, calls::SET_PARAMETER, &(assignment,))
	}

	pub(super) fn track(&self) -> Option<&'static str> {
		let mut fitting = TRACKS
			.iter()
			.filter(|(module, _)| *module == self.parameter.module);
		fitting.next().map(|(_, track)| *track)
	}
}

pub(super) fn read(call: &Decoded) -> Option<Found> {
	let item = calls::SET_PARAMETER;
	if (call.pallet.as_str(), call.name.as_str()) != (item.pallet, item.name) {
		return None;
	}
	let (module, name, value) = read_assignment(call.field("parameter")?)?;
	Some(Found {
		name: format!("{module}.{name}"),
		value,
	})
}

impl Found {
	pub(super) async fn change(
		&self,
		view: &View,
		after: Option<&[Effective]>,
	) -> Result<Change, Error> {
		let state = view.parameter(&self.name).await?;
		let metadata = view.metadata();
		let shown = |value: &scale_value::Value<u32>| Shown::value(value, metadata).to_string();
		let proposed = self.value.as_ref().map_or_else(|| DEFAULT.into(), shown);
		let effective = match after {
			Some(after) => effective_value(&state.parameter, after, metadata)?,
			None => None,
		};
		Ok(Change {
			now: state.now().map_or_else(|| DEFAULT.into(), shown),
			effective_now: state.here().map(shown),
			effective: effective
				.map(|value| shown(&value))
				.filter(|effective| *effective != proposed),
			what: self.name.clone(),
			proposed,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::{Origin, decode_call, track},
		tests::metadata,
	};
	use athanor_runtime::{
		RuntimeCall,
		configs::parameters::{RuntimeParameters, values::market},
		governance::pallet_origins,
	};
	use codec::Decode;
	use polkadot_sdk::sp_runtime::FixedU128;

	fn sent(name: &str, value: &str) -> RuntimeCall {
		let proposal = SetParameter::parse(metadata(), name, value).unwrap();
		let bytes = proposal.encode(metadata()).unwrap();
		RuntimeCall::decode(&mut &bytes[..]).unwrap()
	}

	fn arrived(parameter: market::Parameters) -> RuntimeCall {
		pallet_origins::Call::set_parameter {
			parameter: RuntimeParameters::Market(parameter),
		}
		.into()
	}

	#[test]
	fn values_arrive() {
		assert_eq!(
			sent("Market.StakeMultiple", "2.5"),
			arrived(market::Parameters::StakeMultiple(
				market::StakeMultiple,
				Some(FixedU128::from_rational(5, 2))
			))
		);
		assert_eq!(
			sent("retention", "default"),
			arrived(market::Parameters::Retention(market::Retention, None))
		);
		assert_eq!(
			sent("retention", "1200"),
			arrived(market::Parameters::Retention(
				market::Retention,
				Some(1_200)
			))
		);
	}

	#[test]
	fn every_parameter_has_a_track_that_there_is() {
		let tracks = track::read(metadata()).unwrap();
		for parameter in crate::chain::gov::parameters::all(metadata()).unwrap() {
			let name = parameter.full_name();
			let proposal = SetParameter {
				parameter,
				value: None,
			};
			let track = proposal.track().unwrap_or_else(|| panic!("{name}"));
			let track = tracks.iter().find(|one| one.name == track).unwrap();
			assert!(matches!(Origin::of(track), Origin::Named(_)));
		}
	}

	#[test]
	fn it_is_known_again_in_a_call() {
		let proposal = SetParameter::parse(metadata(), "retention", "1200").unwrap();
		let bytes = proposal.encode(metadata()).unwrap();
		let found = read(&decode_call(&bytes, metadata()).unwrap()).unwrap();
		assert_eq!(found.name, "Market.Retention");
		let value = found.value.unwrap();
		assert_eq!(Shown::value(&value, metadata()).to_string(), "1200");
	}
}
