//! A pending slash is cancelled.

use subxt::Metadata;

use super::Change;
use crate::{
	amount::Amount,
	chain::{
		calls::encode,
		gov::{decoded::Decoded, shown::number},
		names::calls,
		view::View,
	},
	error::Error,
};

/// A pending slash is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelSlash {
	/// Its number.
	pub slash: u64,
}

impl CancelSlash {
	pub(super) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		encode(metadata, calls::CANCEL_SLASH, &(self.slash,))
	}

	pub(super) fn track(&self) -> &'static str {
		"market_admin"
	}

	pub(super) async fn change(&self, view: &View) -> Result<Change, Error> {
		let pending = view.pending_slashes(None).await?;
		let found = pending.iter().find(|one| one.id == self.slash);
		Ok(Change {
			what: format!("slash {}", self.slash),
			now: match found {
				Some(one) => format!(
					"takes {} of {}, and {} of what is delegated to it, in block {}",
					Amount(one.slash.own),
					one.slash.provider,
					Amount(one.pooled),
					one.slash.enacts_at
				),
				None => "not pending".into(),
			},
			proposed: "takes nothing".into(),
			effective_now: None,
			effective: None,
		})
	}
}

pub(super) fn read(call: &Decoded) -> Option<CancelSlash> {
	let item = calls::CANCEL_SLASH;
	if (call.pallet.as_str(), call.name.as_str()) != (item.pallet, item.name) {
		return None;
	}
	let slash = u64::try_from(number(call.field("slash")?)?).ok()?;
	Some(CancelSlash { slash })
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

	#[test]
	fn cancelling_arrives_and_is_known_again() {
		let proposal = CancelSlash { slash: u64::MAX };
		let bytes = proposal.encode(metadata()).unwrap();
		let arrived = athanor_staking::Call::cancel_slash { slash: u64::MAX };
		assert_eq!(
			RuntimeCall::decode(&mut &bytes[..]).unwrap(),
			RuntimeCall::Staking(arrived)
		);
		let found = read(&decode_call(&bytes, metadata()).unwrap());
		assert_eq!(found, Some(proposal));
		let tracks = track::read(metadata()).unwrap();
		assert!(tracks.iter().any(|track| track.name == proposal.track()));
	}
}
