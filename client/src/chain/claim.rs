//! Submitting workers' claims.

use athanor_primitives::{claim::SignedClaim, eligibility::Ineligible, receipt::Refusal};

use crate::{
	chain::{
		connect::{At, Chain},
		general::claim_transaction,
		receipt::refusal_of,
		tx,
	},
	error::{Error, Rejection},
};

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
	/// The node's transaction pool has this very claim, or had it a moment ago. Whether it gets the job
	/// is decided in a block.
	Pending,
	/// The pool has another claim for the job, which was there first.
	Outrun,
	/// The chain refuses it, because of the job or the claim itself.
	Refused(Refusal),
	/// The chain refuses it, because the provider cannot be given this job now.
	Ineligible(Ineligible),
}

impl Chain {
	/// Submits a worker's claim for an `Open` job, and returns as soon as the node has decided whether
	/// it takes it. Needs no account and costs no fee: the claim's own signature authorises it.
	///
	/// # Errors
	/// When the node cannot be asked, or does not say what it has against the claim.
	pub async fn send_claim(&self, signed: &SignedClaim) -> Result<Claimed, Error> {
		let view = self.at(At::Best).await?;
		let bytes = claim_transaction(view.metadata(), signed)?;
		let error = match self.rpc().author_submit_extrinsic(&bytes).await {
			Ok(_) => return Ok(Claimed::Pending),
			Err(error) if tx::is_known_to_pool(&error) => return Ok(Claimed::Pending),
			Err(error) if tx::is_outbid(&error) => return Ok(Claimed::Outrun),
			Err(error) => self.refused(error, &bytes).await,
		};
		match error {
			Error::Rejected(rejection) => answer_of(&rejection).ok_or(rejection.into()),
			error => Err(error),
		}
	}
}

/// What a rejection says about a claim: the pool's code, or the pallet's error of the same name.
fn answer_of(rejection: &Rejection) -> Option<Claimed> {
	if let Some(refusal) = refusal_of(rejection) {
		return Some(Claimed::Refused(refusal));
	}
	let (_, name) = rejection.name.rsplit_once('.')?;
	Ineligible::ALL
		.into_iter()
		.find(|reason| format!("{reason:?}") == name)
		.map(Claimed::Ineligible)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::error::Invalid;

	#[test]
	fn every_code_has_its_meaning() {
		for refusal in Refusal::ALL {
			let rejection = Rejection::from(Invalid::Custom(refusal.code()));
			assert_eq!(answer_of(&rejection), Some(Claimed::Refused(refusal)));
		}
		for reason in Ineligible::ALL {
			let rejection = Rejection::from(Invalid::Custom(reason.code()));
			assert_eq!(answer_of(&rejection), Some(Claimed::Ineligible(reason)));
			let from_pallet = Rejection {
				name: format!("Jobs.{reason:?}"),
				..rejection
			};
			assert_eq!(answer_of(&from_pallet), Some(Claimed::Ineligible(reason)));
		}
		assert_eq!(answer_of(&Rejection::from(Invalid::Payment)), None);
		assert_eq!(answer_of(&Rejection::from(Invalid::Custom(99))), None);
	}
}
