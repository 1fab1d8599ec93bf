//! What a call would do if it were enacted now: the runtime tries it, and keeps nothing.

use subxt::{
	Metadata,
	dynamic::{At as _, Value},
	ext::{
		frame_decode::runtime_apis::encode_runtime_api_inputs,
		scale_value::{self, Primitive, ValueDef, scale::decode_as_type},
	},
};

use crate::{
	chain::{
		dispatch,
		gov::{origin::Origin, shown::bytes},
		names::{Item, apis},
		view::View,
	},
	error::{Error, Rejection, misfit, node},
};

/// What becomes of a call that is tried.
#[derive(Clone, Debug, PartialEq)]
pub enum Trial {
	/// The bytes are no call, so nothing would happen.
	NoCall,
	/// It is too much for a block, so it would never be made. Picoseconds.
	TooHeavy {
		/// What it takes.
		weight: u64,
		/// What it may take.
		limit: u64,
	},
	/// It is made.
	Made {
		/// Whether it succeeds.
		result: Result<(), Rejection>,
		/// What it tells; nothing if it fails.
		events: Vec<scale_value::Value<u32>>,
		/// All governed parameters afterwards.
		parameters: Vec<Effective>,
	},
}

/// A governed parameter as it takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
	/// Its name, such as `Market.Retention`.
	pub(crate) name: String,
	/// Its value, in SCALE.
	pub(crate) value: Vec<u8>,
	/// What a proposal says that changes nothing, in SCALE: the value before the chain's tempo.
	pub(crate) set: Vec<u8>,
	/// The least that can be decided, in SCALE.
	pub(crate) least: Vec<u8>,
	/// The most that can be decided, in SCALE.
	pub(crate) most: Vec<u8>,
}

impl Trial {
	/// Why it would do nothing.
	pub fn failure(&self) -> Option<String> {
		match self {
			Self::NoCall => Some("the bytes are no call of this chain".into()),
			Self::TooHeavy { weight, limit } => Some(format!(
				"it takes {weight} ps and a scheduled call may take {limit} ps; split it up"
			)),
			Self::Made { result, .. } => result.as_ref().err().map(ToString::to_string),
		}
	}

	/// Whether it fails because the origin may not do it.
	pub fn is_wrong_origin(&self) -> bool {
		matches!(self, Self::Made { result: Err(rejection), .. } if rejection.name == "BadOrigin")
	}

	/// All governed parameters afterwards, if they are known.
	pub fn parameters(&self) -> Option<&[Effective]> {
		match self {
			Self::Made {
				result: Ok(()),
				parameters,
				..
			} => Some(parameters),
			_ => None,
		}
	}
}

impl View {
	/// What a call would do if `origin` made it in the state of this block.
	///
	/// # Errors
	/// When the node cannot be asked. That the call would fail is not an error here.
	pub async fn try_call(&self, origin: &Origin, call: &[u8]) -> Result<Trial, Error> {
		let arguments = try_call_arguments(self.metadata(), origin, call)?;
		let answer = self.ask_api(apis::TRY_CALL, &arguments).await?;
		read_trial(self.metadata(), &answer)
	}

	pub(crate) async fn effective_parameters(&self) -> Result<Vec<Effective>, Error> {
		let answer = self.ask_api(apis::EFFECTIVE_PARAMETERS, &[]).await?;
		let value = output(self.metadata(), apis::EFFECTIVE_PARAMETERS, &answer)?;
		read_effective(&value)
	}

	async fn ask_api(&self, item: Item, arguments: &[u8]) -> Result<Vec<u8>, Error> {
		let name = format!("{}_{}", item.pallet, item.name);
		self.client()
			.runtime_apis()
			.call_raw(&name, Some(arguments))
			.await
			.map_err(node)
	}
}

/// The arguments of `try_call` in SCALE.
pub(crate) fn try_call_arguments(
	metadata: &Metadata,
	origin: &Origin,
	call: &[u8],
) -> Result<Vec<u8>, Error> {
	let item = apis::TRY_CALL;
	// The origin by its type, the call as it is: as a value it would be a value for each byte.
	let arguments: (Value, Vec<u8>) = (origin.to_value()?, call.to_vec());
	encode_runtime_api_inputs(
		item.pallet,
		item.name,
		&arguments,
		metadata,
		metadata.types(),
	)
	.map_err(misfit)
}

fn output(
	metadata: &Metadata,
	item: Item,
	answer: &[u8],
) -> Result<scale_value::Value<u32>, Error> {
	let method = metadata
		.runtime_api_trait_by_name(item.pallet)
		.and_then(|api| api.method_by_name(item.name))
		.ok_or_else(|| misfit(format!("it has no {}.{}", item.pallet, item.name)))?;
	decode_as_type(&mut &*answer, method.output_ty(), metadata.types()).map_err(misfit)
}

/// Reads the answer of `try_call`.
pub(crate) fn read_trial(metadata: &Metadata, answer: &[u8]) -> Result<Trial, Error> {
	let unlike = || misfit("what it says of a call that is tried cannot be read");
	let value = output(metadata, apis::TRY_CALL, answer)?;
	let ValueDef::Variant(trial) = &value.value else {
		return Err(unlike());
	};
	let field = |name: &str| value.at(name).ok_or_else(unlike);
	let time = |name: &str| -> Result<u64, Error> {
		let time = field(name)?.at("ref_time").and_then(|time| time.as_u128());
		u64::try_from(time.ok_or_else(unlike)?).map_err(misfit)
	};
	match trial.name.as_str() {
		"NoCall" => Ok(Trial::NoCall),
		"TooHeavy" => Ok(Trial::TooHeavy {
			weight: time("weight")?,
			limit: time("limit")?,
		}),
		_ => Ok(Trial::Made {
			result: read_result(field("result")?, metadata)?,
			events: match &field("events")?.value {
				ValueDef::Composite(events) => events.values().cloned().collect(),
				_ => return Err(unlike()),
			},
			parameters: read_effective(field("parameters")?)?,
		}),
	}
}

/// Reads a `Result<(), DispatchError>`.
fn read_result(
	value: &scale_value::Value<u32>,
	metadata: &Metadata,
) -> Result<Result<(), Rejection>, Error> {
	let ValueDef::Variant(result) = &value.value else {
		return Err(misfit("a result that is none"));
	};
	match (result.name.as_str(), result.values.values().next()) {
		("Err", Some(error)) => {
			let rejection = dispatch::rejection(&error.clone().remove_context(), metadata);
			Ok(Err(Rejection {
				in_block: false,
				..rejection
			}))
		}
		_ => Ok(Ok(())),
	}
}

fn read_effective(value: &scale_value::Value<u32>) -> Result<Vec<Effective>, Error> {
	let unlike = || misfit("what it says of its parameters cannot be read");
	let ValueDef::Composite(all) = &value.value else {
		return Err(unlike());
	};
	all.values()
		.map(|one| {
			let name = match one.at("name").map(|name| &name.value) {
				Some(ValueDef::Primitive(Primitive::String(name))) => name.clone(),
				_ => return Err(unlike()),
			};
			let field = |name: &str| one.at(name).and_then(bytes).ok_or_else(unlike);
			Ok(Effective {
				name,
				value: field("value")?,
				set: field("set")?,
				least: field("least")?,
				most: field("most")?,
			})
		})
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::{parameters, shown::Shown},
		tests::metadata,
	};
	use athanor_runtime::{
		OriginCaller, Runtime, RuntimeCall, RuntimeEvent, System,
		configs::parameters::{RuntimeParameters, values::market},
		governance::{
			dry_run::{Trial as RuntimeTrial, runtime_decl_for_governance_api::GovernanceApi},
			pallet_origins,
		},
	};
	use codec::{Decode, Encode};
	use polkadot_sdk::{frame_support::weights::Weight, sp_io::TestExternalities};

	type Block = athanor_runtime::Block;

	/// Asks the runtime, as a node would.
	fn tried(origin: &Origin, call: &RuntimeCall) -> Trial {
		let arguments = try_call_arguments(metadata(), origin, &call.encode()).unwrap();
		let (origin, call) = <(OriginCaller, Vec<u8>)>::decode(&mut &arguments[..]).unwrap();
		let answer = TestExternalities::default().execute_with(|| {
			System::set_block_number(1);
			<Runtime as GovernanceApi<Block, OriginCaller, RuntimeEvent>>::try_call(origin, call)
		});
		read_trial(metadata(), &answer.encode()).unwrap()
	}

	fn retention(blocks: u32) -> RuntimeCall {
		pallet_origins::Call::set_parameter {
			parameter: RuntimeParameters::Market(market::Parameters::Retention(
				market::Retention,
				Some(blocks),
			)),
		}
		.into()
	}

	fn market_admin() -> Origin {
		Origin::Named("MarketAdmin".into())
	}

	#[test]
	fn what_would_take_effect_is_read() {
		let trial = tried(&market_admin(), &retention(1_200));
		assert_eq!(trial.failure(), None);
		let Trial::Made { events, .. } = &trial else {
			panic!("{trial:?}")
		};
		let event = Shown::value(&events[0], metadata()).to_string();
		assert!(event.starts_with("Parameters.Updated("), "{event}");
		let parameter = parameters::find(metadata(), "Retention").unwrap();
		let after = trial.parameters().unwrap();
		let value = parameters::effective_value(&parameter, after, metadata()).unwrap();
		assert_eq!(
			Shown::value(&value.unwrap(), metadata()).to_string(),
			"1200"
		);
	}

	#[test]
	fn a_value_beyond_the_bounds_fails_and_says_where_they_are() {
		for blocks in [0, 1_199, u32::MAX] {
			let trial = tried(&market_admin(), &retention(blocks));
			assert!(!trial.is_wrong_origin(), "{trial:?}");
			let failure = trial.failure().unwrap();
			assert!(failure.contains("Origins.OutOfBounds"), "{failure}");
			assert!(failure.contains("athanor gov parameters"), "{failure}");
			assert_eq!(trial.parameters(), None);
		}
	}

	#[test]
	fn the_wrong_origin_is_told_from_other_failures() {
		let trial = tried(&Origin::Named("PricingAdmin".into()), &retention(0));
		assert!(trial.is_wrong_origin(), "{trial:?}");
		assert!(trial.failure().unwrap().contains("BadOrigin"));
		assert_eq!(trial.parameters(), None);
		let unpause = polkadot_sdk::pallet_tx_pause::Call::unpause {
			ident: (
				b"Jobs".to_vec().try_into().unwrap(),
				b"post".to_vec().try_into().unwrap(),
			),
		};
		let trial = tried(
			&Origin::Named("EmergencyPause".into()),
			&RuntimeCall::from(unpause),
		);
		assert!(!trial.is_wrong_origin(), "{trial:?}");
		assert!(
			trial.failure().unwrap().contains("TxPause.IsUnpaused"),
			"{trial:?}"
		);
	}

	#[test]
	fn what_is_never_made_is_read() {
		let read =
			|trial: RuntimeTrial<RuntimeEvent>| read_trial(metadata(), &trial.encode()).unwrap();
		let trial = read(RuntimeTrial::NoCall);
		assert_eq!(trial, Trial::NoCall);
		assert!(trial.failure().unwrap().contains("no call"));
		let trial = read(RuntimeTrial::TooHeavy {
			weight: Weight::from_parts(9, 1),
			limit: Weight::from_parts(5, 1),
		});
		assert_eq!(
			trial,
			Trial::TooHeavy {
				weight: 9,
				limit: 5
			}
		);
		assert!(trial.failure().unwrap().contains("split it up"));
	}
}
