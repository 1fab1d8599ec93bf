//! How the price of a class of models follows the demand.

use athanor_primitives::{
	model::PriceClass,
	policy::Policy,
	price::{Price, PriceBounds},
};
use subxt::{
	Metadata,
	ext::scale_value::{Composite, Value, ValueDef},
};

use super::Change;
use crate::{
	amount::Amount,
	chain::{
		calls::encode,
		gov::{
			decoded::Decoded,
			shown::{decimal, number},
		},
		names::calls,
		view::View,
		wire::ToWire,
	},
	error::Error,
};

/// The classes, as they are called.
const CLASSES: [(PriceClass, &str); 3] = [
	(PriceClass::Small, "small"),
	(PriceClass::Medium, "medium"),
	(PriceClass::Large, "large"),
];

/// A price class gets a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetPolicy {
	/// The class.
	pub class: PriceClass,
	/// Its policy.
	pub policy: Policy,
}

impl SetPolicy {
	/// The call that does it, as the runtime with this metadata reads it.
	///
	/// # Errors
	/// [`Error::Incompatible`] when the runtime has no such call.
	pub fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		let arguments = (self.class.to_raw(), self.policy.to_raw());
		encode(metadata, calls::SET_POLICY, &arguments)
	}

	pub(super) fn track(&self) -> &'static str {
		"pricing_admin"
	}

	/// Each value now, beside the proposed one.
	pub(super) async fn changes(&self, view: &View) -> Result<Vec<Change>, Error> {
		let policy = view.price_policy(self.class).await?;
		let price = view.price_bounds(self.class).await?.floor;
		Ok(self.against(&policy, &price))
	}

	/// Beside this policy, and the price of the class that holds now.
	pub fn against(&self, now: &Policy, price: &Price) -> Vec<Change> {
		let class = class_name(self.class);
		let mut changes: Vec<Change> = values(now)
			.into_iter()
			.zip(values(&self.policy))
			.map(|((what, now), (_, proposed))| Change {
				what: format!("{class}: {what}"),
				now,
				proposed,
				effective_now: None,
				effective: None,
			})
			.collect();
		let forced = self.policy.bounds.force(price);
		let shown =
			|price: Price| format!("{} in, {} out", Amount(price.input), Amount(price.output));
		changes.push(Change {
			what: format!("{class}: price per token at once"),
			now: shown(*price),
			proposed: shown(forced),
			effective_now: None,
			effective: None,
		});
		changes
	}
}

/// What a class is called.
pub fn class_name(class: PriceClass) -> &'static str {
	let mut classes = CLASSES.iter();
	classes
		.find(|(one, _)| *one == class)
		.map_or("", |(_, name)| name)
}

/// The values of a policy, in words.
fn values(policy: &Policy) -> [(&'static str, String); 7] {
	let Policy {
		bounds: PriceBounds { floor, ceiling },
		low,
		high,
		step,
	} = policy;
	let money = |units: u128| Amount(units).to_string();
	let share = |parts: u32| format!("{} %", decimal(parts.into(), 4));
	[
		("lowest price of a token in", money(floor.input)),
		("lowest price of a token out", money(floor.output)),
		("highest price of a token in", money(ceiling.input)),
		("highest price of a token out", money(ceiling.output)),
		("price falls below a utilisation of", share(*low)),
		("price rises above a utilisation of", share(*high)),
		("most change in a period", share(*step)),
	]
}

pub(super) fn read(call: &Decoded) -> Option<SetPolicy> {
	let item = calls::SET_POLICY;
	if (call.pallet.as_str(), call.name.as_str()) != (item.pallet, item.name) {
		return None;
	}
	let ValueDef::Variant(class) = &call.field("class")?.value else {
		return None;
	};
	let mut classes = CLASSES.iter();
	let (class, _) = classes.find(|(_, name)| class.name.eq_ignore_ascii_case(name))?;
	let policy = call.field("policy")?;
	let bounds = part(policy, "bounds")?;
	let share = |name| u32::try_from(number(part(policy, name)?)?).ok();
	Some(SetPolicy {
		class: *class,
		policy: Policy {
			bounds: PriceBounds {
				floor: price(part(bounds, "floor")?)?,
				ceiling: price(part(bounds, "ceiling")?)?,
			},
			low: share("low")?,
			high: share("high")?,
			step: share("step")?,
		},
	})
}

fn price(value: &Value<u32>) -> Option<Price> {
	Some(Price {
		input: number(part(value, "input")?)?,
		output: number(part(value, "output")?)?,
	})
}

/// A field of a struct.
fn part<'a>(value: &'a Value<u32>, name: &str) -> Option<&'a Value<u32>> {
	let ValueDef::Composite(Composite::Named(fields)) = &value.value else {
		return None;
	};
	let mut fields = fields.iter();
	fields.find(|(field, _)| field == name).map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::{decode_call, track},
		tests::metadata,
	};
	use athanor_runtime::RuntimeCall;
	use codec::Decode;

	fn policy() -> Policy {
		Policy {
			bounds: PriceBounds {
				floor: Price {
					input: 1_000,
					output: 2_000,
				},
				ceiling: Price {
					input: 50_000,
					output: u128::MAX,
				},
			},
			low: 400_000,
			high: 612_500,
			step: 50_000,
		}
	}

	#[test]
	fn policies_arrive_and_are_known_again() {
		for (class, _) in CLASSES {
			let proposal = SetPolicy {
				class,
				policy: policy(),
			};
			let bytes = proposal.encode(metadata()).unwrap();
			assert_eq!(
				RuntimeCall::decode(&mut &bytes[..]).unwrap(),
				RuntimeCall::Pricing(athanor_pricing::Call::set_policy {
					class,
					policy: policy()
				})
			);
			let found = read(&decode_call(&bytes, metadata()).unwrap());
			assert_eq!(found, Some(proposal));
		}
	}

	#[test]
	fn the_track_is_one_that_there_is() {
		let proposal = SetPolicy {
			class: PriceClass::Small,
			policy: policy(),
		};
		let tracks = track::read(metadata()).unwrap();
		assert!(tracks.iter().any(|track| track.name == proposal.track()));
	}

	#[test]
	fn each_value_is_shown_beside_the_proposed_one() {
		let now = Policy {
			step: 100_000,
			..policy()
		};
		let proposal = SetPolicy {
			class: PriceClass::Medium,
			policy: policy(),
		};
		let changes = proposal.against(&now, &Price::flat(60_000));
		let of = |what: &str| {
			let mut fitting = changes.iter().filter(|change| change.what.ends_with(what));
			let change = fitting.next().unwrap();
			assert!(change.what.starts_with("medium: "), "{}", change.what);
			(change.now.as_str(), change.proposed.as_str())
		};
		assert_eq!(changes.len(), 8);
		assert_eq!(of("lowest price of a token in"), ("1000u", "1000u"));
		assert_eq!(of("rises above a utilisation of"), ("61.25 %", "61.25 %"));
		assert_eq!(of("most change in a period"), ("10 %", "5 %"));
		assert_eq!(
			of("at once"),
			("60000u in, 60000u out", "50000u in, 60000u out")
		);
	}
}
