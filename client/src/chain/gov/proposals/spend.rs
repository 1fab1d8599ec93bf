//! The treasury pays somebody.

use subxt::{Metadata, utils::MultiAddress};

use super::Change;
use crate::{
	amount::{Amount, ONE},
	chain::{
		calls::encode,
		constants::constant,
		gov::{
			decoded::Decoded,
			shown::{Shown, number},
		},
		names::{calls, constants as name},
		types::AccountId,
		view::View,
	},
	error::Error,
};

/// The tracks that spend, with the most that each does at a time, smallest first. The last one has no limit.
const TRACKS: [(&str, u128); 3] = [
	("small_treasurer", 1_000 * ONE),
	("big_treasurer", 100_000 * ONE),
	("root", u128::MAX),
];

/// The treasury pays somebody, at the end of its spend period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
	/// Units.
	pub amount: u128,
	/// Whom.
	pub to: AccountId,
}

/// The same, found in a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
	amount: u128,
	to: String,
}

impl Spend {
	pub(super) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		if self.amount == 0 {
			return Err(Error::Input(
				"nothing is spent by an amount of 0; name one above 0".into(),
			));
		}
		let to = MultiAddress::<_, u32>::Id(self.to);
		encode(metadata, calls::SPEND, &(self.amount, to))
	}

	pub(super) fn track(&self) -> &'static str {
		let mut fitting = TRACKS.iter().filter(|(_, most)| self.amount <= *most);
		fitting.next().map_or("root", |(name, _)| name)
	}
}

pub(super) fn read(call: &Decoded, metadata: &Metadata) -> Option<Found> {
	if (call.pallet.as_str(), call.name.as_str()) != (calls::SPEND.pallet, calls::SPEND.name) {
		return None;
	}
	Some(Found {
		amount: number(call.field("amount")?)?,
		to: Shown::value(call.field("beneficiary")?, metadata).to_string(),
	})
}

impl Found {
	pub(super) async fn change(&self, view: &View) -> Result<Change, Error> {
		let treasury: AccountId = constant(view.metadata(), name::TREASURY)?;
		let balance = view.balance(&treasury).await?.free;
		Ok(Change {
			what: "balance of the treasury".into(),
			now: Amount(balance).to_string(),
			proposed: match balance.checked_sub(self.amount) {
				Some(left) => format!(
					"{} paid to {}, {} left",
					Amount(self.amount),
					self.to,
					Amount(left)
				),
				None => format!(
					"{} paid to {} when the treasury has that much",
					Amount(self.amount),
					self.to
				),
			},
			effective_now: None,
			effective: None,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		gov::{decode_call, track},
		tests::{account, metadata, runtime_account},
	};
	use athanor_runtime::{
		RuntimeCall,
		governance::origins::{BigSpend, SmallSpend},
	};
	use codec::Decode;
	use polkadot_sdk::pallet_treasury;

	#[test]
	fn spending_arrives() {
		let spend = Spend {
			amount: 5 * ONE,
			to: account(3),
		};
		let bytes = spend.encode(metadata()).unwrap();
		assert_eq!(
			RuntimeCall::decode(&mut &bytes[..]).unwrap(),
			pallet_treasury::Call::spend_local {
				amount: 5 * ONE,
				beneficiary: runtime_account(3).into()
			}
			.into()
		);
		let found = read(&decode_call(&bytes, metadata()).unwrap(), metadata()).unwrap();
		assert_eq!(found.amount, 5 * ONE);
		assert_eq!(found.to, account(3).to_string());
		let nothing = Spend { amount: 0, ..spend };
		assert_eq!(nothing.encode(metadata()).unwrap_err().exit_code(), 2);
	}

	#[test]
	fn the_smallest_track_that_may_spend_so_much_is_taken() {
		let track = |amount| {
			let to = account(3);
			Spend { amount, to }.track()
		};
		assert_eq!(track(SmallSpend::get()), "small_treasurer");
		assert_eq!(track(SmallSpend::get() + 1), "big_treasurer");
		assert_eq!(track(BigSpend::get()), "big_treasurer");
		assert_eq!(track(BigSpend::get() + 1), "root");
		let tracks = track::read(metadata()).unwrap();
		for (name, _) in TRACKS {
			assert!(tracks.iter().any(|track| track.name == name), "{name}");
		}
	}
}
