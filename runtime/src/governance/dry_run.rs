//! What a call would do if a referendum decided it now: a runtime API that tries it and keeps nothing.

use alloc::{string::String, vec::Vec};

use codec::{Codec, Decode, DecodeLimit, Encode};
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use polkadot_sdk::*;
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, traits::Dispatchable};

use crate::{
	OriginCaller, RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
	configs::{governance::SchedulerWeight, parameters::effective_parameters},
};

/// Calls within calls that are looked at, as in a transaction.
const MAX_DEPTH: u32 = frame_support::MAX_EXTRINSIC_DEPTH;

/// What becomes of a call that is tried.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Trial<Event> {
	/// The bytes are no call of this runtime. A referendum for them would do nothing.
	NoCall,
	/// It weighs more than scheduled calls may weigh in a block, so it would never be made.
	TooHeavy {
		/// What it weighs.
		weight: Weight,
		/// What it may weigh.
		limit: Weight,
	},
	/// It was made.
	Made {
		/// Whether it succeeds.
		result: Result<(), DispatchError>,
		/// What it weighs.
		weight: Weight,
		/// What it tells. Nothing if it fails.
		events: Vec<Event>,
		/// All governed parameters afterwards.
		parameters: Vec<Effective>,
	},
}

/// A governed parameter as it takes effect: within the bounds of the code, and by the tempo of this chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Effective {
	/// Its name, such as `Market.Retention`.
	pub name: String,
	/// Its value, in SCALE.
	pub value: Vec<u8>,
	/// What a proposal says that changes nothing, in SCALE: its value before the tempo of this chain.
	pub set: Vec<u8>,
	/// The least that can be decided, in SCALE.
	pub least: Vec<u8>,
	/// The most that can be decided, in SCALE.
	pub most: Vec<u8>,
}

sp_api::decl_runtime_apis! {
	/// What governance would change.
	pub trait GovernanceApi<Origin, Event>
	where
		Origin: Codec,
		Event: Codec,
	{
		/// Makes a call, in SCALE, in the name of `origin` as a passed referendum would, in the state of
		/// the block that is asked, and keeps nothing of it.
		fn try_call(origin: Origin, call: Vec<u8>) -> Trial<Event>;

		/// The governed parameters as they take effect, and their bounds.
		fn effective_parameters() -> Vec<Effective>;
	}
}

/// Makes a call in the name of `origin`. Only for calls of the runtime from outside of blocks: it forgets the
/// events of the block.
pub(crate) fn try_call(origin: OriginCaller, bytes: &[u8]) -> Trial<RuntimeEvent> {
	// As the scheduler, which takes no notice of bytes that are left over.
	let Ok(call) = RuntimeCall::decode_with_depth_limit(MAX_DEPTH, &mut &*bytes) else {
		return Trial::NoCall;
	};
	let weight = call.get_dispatch_info().call_weight;
	let limit = SchedulerWeight::get();
	if weight.any_gt(limit) {
		return Trial::TooHeavy { weight, limit };
	}
	System::reset_events();
	let result = call
		.dispatch(RuntimeOrigin::from(origin))
		.map(drop)
		.map_err(|error| error.error);
	Trial::Made {
		result,
		weight,
		events: System::read_events_no_consensus()
			.map(|record| record.event)
			.collect(),
		parameters: effective_parameters(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		BlockNumber, Preimage, Runtime, RuntimeCall,
		configs::parameters::{RuntimeParameters, RuntimeParametersKey, values},
		constants::HOURS,
		governance::{
			origins::Origin,
			pallet_origins::{self, Error},
		},
	};
	use alloc::vec;
	use frame_support::{assert_ok, traits::StorePreimage};
	use scale_info::{MetaType, PortableRegistry, Registry, TypeDef};
	use sp_io::TestExternalities;

	fn retention(blocks: BlockNumber) -> RuntimeCall {
		pallet_origins::Call::set_parameter {
			parameter: RuntimeParameters::Market(values::market::Parameters::Retention(
				values::market::Retention,
				Some(blocks),
			)),
		}
		.into()
	}

	fn run(test: impl FnOnce()) {
		let mut externalities = TestExternalities::default();
		externalities.execute_with(|| {
			System::set_block_number(1);
			test();
		});
	}

	fn value_of(name: &str, all: &[Effective]) -> Vec<u8> {
		let mut found = all.iter().filter(|one| one.name == name);
		found.next().unwrap().value.clone()
	}

	#[test]
	fn all_parameters_are_told() {
		let mut registry = Registry::new();
		let id = registry.register_type(&MetaType::new::<RuntimeParametersKey>());
		let types = PortableRegistry::from(registry);
		let variants = |id: u32| match &types.resolve(id).unwrap().type_def {
			TypeDef::Variant(variants) => variants.variants.clone(),
			other => panic!("{other:?}"),
		};
		let mut names = Vec::new();
		for module in variants(id.id) {
			for parameter in variants(module.fields[0].ty.id) {
				names.push(alloc::format!("{}.{}", module.name, parameter.name));
			}
		}
		run(|| {
			let told = effective_parameters();
			let mut told: Vec<_> = told.into_iter().map(|parameter| parameter.name).collect();
			told.sort();
			names.sort();
			assert_eq!(told, names);
		});
	}

	#[test]
	fn a_trial_tells_what_would_take_effect() {
		run(|| {
			let before = effective_parameters();
			let trial = try_call(Origin::MarketAdmin.into(), &retention(HOURS).encode());
			let Trial::Made {
				result,
				events,
				parameters,
				..
			} = trial
			else {
				panic!("{trial:?}")
			};
			assert_ok!(result);
			assert!(matches!(
				events[..],
				[RuntimeEvent::Parameters(
					pallet_parameters::Event::Updated { .. }
				)]
			));
			let name = "Market.Retention";
			assert_eq!(value_of(name, &parameters), HOURS.encode());
			assert_ne!(value_of(name, &before), value_of(name, &parameters));
		});
	}

	#[test]
	fn the_wrong_origin_and_what_fails_are_told() {
		run(|| {
			let trial = try_call(Origin::PricingAdmin.into(), &retention(HOURS).encode());
			let Trial::Made { result, events, .. } = trial else {
				panic!("{trial:?}")
			};
			assert_eq!(result, Err(DispatchError::BadOrigin));
			assert_eq!(events, []);
		});
	}

	#[test]
	fn what_is_beyond_the_bounds_is_told_to_fail() {
		run(|| {
			let before = effective_parameters();
			for blocks in [0, HOURS - 1, BlockNumber::MAX] {
				let trial = try_call(Origin::MarketAdmin.into(), &retention(blocks).encode());
				let Trial::Made {
					result,
					events,
					parameters,
					..
				} = trial
				else {
					panic!("{trial:?}")
				};
				assert_eq!(result, Err(Error::<Runtime>::OutOfBounds.into()));
				assert_eq!(events, []);
				assert_eq!(parameters, before);
			}
		});
	}

	#[test]
	fn what_is_no_call_is_told() {
		run(|| {
			for bytes in [&[][..], &[255, 255], &[10]] {
				assert_eq!(try_call(Origin::MarketAdmin.into(), bytes), Trial::NoCall);
			}
			// Deeper than any transaction.
			let mut deep =
				RuntimeCall::from(frame_system::Call::remark { remark: vec![] }).encode();
			let head = [40, 2, 4];
			for _ in 0..=MAX_DEPTH {
				deep = [&head[..], &deep].concat();
			}
			assert_eq!(try_call(Origin::MarketAdmin.into(), &deep), Trial::NoCall);
		});
	}

	#[test]
	fn what_the_scheduler_would_never_make_is_told() {
		run(|| {
			let one = RuntimeCall::from(pallet_bounties::Call::propose_bounty {
				value: 1,
				description: vec![],
			});
			let many = RuntimeCall::from(pallet_utility::Call::batch {
				calls: vec![one; 20_000],
			});
			let bytes = many.encode();
			assert!(bytes.len() < <Preimage as StorePreimage>::MAX_LENGTH);
			let trial = try_call(Origin::MarketAdmin.into(), &bytes);
			let Trial::TooHeavy { weight, limit } = trial else {
				panic!("{trial:?}")
			};
			assert!(weight.any_gt(limit));
			assert_eq!(pallet_bounties::BountyCount::<Runtime>::get(), 0);
		});
	}
}
