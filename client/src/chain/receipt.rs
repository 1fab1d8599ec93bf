//! Submitting receipts.

use athanor_primitives::{
	H256, JobId, blake2_256,
	receipt::{Delivery, Refusal, SignedReceipt},
};
use subxt::rpcs::Error as RpcError;

use crate::{
	chain::{
		connect::{At, Chain},
		general::receipt_transaction,
		tx::{self, Sent, Wait},
		types::BlockId,
	},
	error::{Error, Rejection},
};

/// Blocks after which a receipt that is in none is given up on.
const PATIENCE: u32 = 64;

/// What became of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submission {
	/// It is in this block.
	Accepted(BlockId),
	/// The chain has had this very receipt already. That is as good as accepted.
	OnChain,
	/// The node's transaction pool has this very receipt, or had it a moment ago. It is not in a
	/// block yet: if it is in none after some blocks, submit it again.
	Pending,
	/// The chain refuses it.
	Refused(Refusal),
}

impl Chain {
	/// Submits a receipt, with the output for jobs whose input was inline, and waits until it is in
	/// a block of the best chain. Needs no account and costs no fee: the receipt's own signature
	/// authorises it, and anybody can submit it. Submitting twice does no harm.
	///
	/// # Errors
	/// When the node cannot be asked, or does not say what it has against the receipt.
	pub async fn submit_receipt(
		&self,
		signed: &SignedReceipt,
		delivery: Option<&Delivery>,
	) -> Result<Submission, Error> {
		let sent = self.receipt_to_send(signed, delivery).await?;
		let result = match self
			.rpc()
			.author_submit_and_watch_extrinsic(&sent.bytes)
			.await
		{
			Ok(statuses) => self.follow(sent, statuses, Wait::InBlock).await,
			Err(error) => return self.turned_away(signed, error, &sent).await,
		};
		match result {
			Ok(included) => Ok(Submission::Accepted(included.block)),
			Err(Error::Rejected(rejection)) => self.explain(signed, rejection).await,
			Err(error) => Err(error),
		}
	}

	/// Submits a receipt like [`Self::submit_receipt`], but returns as soon as the node has decided
	/// whether it takes it: [`Submission::Pending`] if it does. For those who look at every block
	/// anyway.
	///
	/// # Errors
	/// As there.
	pub async fn send_receipt(
		&self,
		signed: &SignedReceipt,
		delivery: Option<&Delivery>,
	) -> Result<Submission, Error> {
		let sent = self.receipt_to_send(signed, delivery).await?;
		match self.rpc().author_submit_extrinsic(&sent.bytes).await {
			Ok(_) => Ok(Submission::Pending),
			Err(error) => self.turned_away(signed, error, &sent).await,
		}
	}

	async fn receipt_to_send(
		&self,
		signed: &SignedReceipt,
		delivery: Option<&Delivery>,
	) -> Result<Sent, Error> {
		let view = self.at(At::Best).await?;
		let bytes = receipt_transaction(view.metadata(), signed, delivery)?;
		Ok(Sent {
			hash: H256(blake2_256(&bytes)),
			bytes,
			from: view.number().saturating_add(1),
			until: view.number().saturating_add(PATIENCE),
		})
	}

	/// What it means that the node does not take a receipt.
	async fn turned_away(
		&self,
		signed: &SignedReceipt,
		error: RpcError,
		sent: &Sent,
	) -> Result<Submission, Error> {
		if tx::is_known_to_pool(&error) || tx::is_outbid(&error) {
			return self.known(signed, &error).await;
		}
		match self.refused(error, &sent.bytes).await {
			Error::Rejected(rejection) => self.explain(signed, rejection).await,
			error => Err(error),
		}
	}

	/// The pool has it, or another one for the same job.
	async fn known(&self, signed: &SignedReceipt, error: &RpcError) -> Result<Submission, Error> {
		match self.receipt_on_chain(signed.receipt.job).await? {
			Some(there) if there == *signed => Ok(Submission::OnChain),
			Some(_) => Ok(Submission::Refused(Refusal::AlreadySubmitted)),
			None if tx::is_known_to_pool(error) => Ok(Submission::Pending),
			None => Ok(Submission::Refused(Refusal::AlreadySubmitted)),
		}
	}

	/// The chain rejected it: because it has it already?
	async fn explain(
		&self,
		signed: &SignedReceipt,
		rejection: Rejection,
	) -> Result<Submission, Error> {
		// Checked first: once the job has closed, the same receipt is refused for other reasons.
		if self.receipt_on_chain(signed.receipt.job).await?.as_ref() == Some(signed) {
			return Ok(Submission::OnChain);
		}
		refusal_of(&rejection).map_or(Err(rejection.into()), |refusal| {
			Ok(Submission::Refused(refusal))
		})
	}

	async fn receipt_on_chain(&self, job: JobId) -> Result<Option<SignedReceipt>, Error> {
		let stored = self.at(At::Best).await?.receipt(job).await?;
		Ok(stored.map(|stored| stored.signed))
	}
}

/// The refusal behind a rejection: the pool's code, or the pallet's error of the same name.
pub(crate) fn refusal_of(rejection: &Rejection) -> Option<Refusal> {
	let (_, name) = rejection.name.rsplit_once('.')?;
	Refusal::ALL
		.into_iter()
		.find(|refusal| format!("{refusal:?}") == name)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::error::Invalid;

	#[test]
	fn refusals_are_recognised_from_pool_and_pallet() {
		for refusal in Refusal::ALL {
			let from_pool = Rejection::from(Invalid::Custom(refusal.code()));
			assert_eq!(refusal_of(&from_pool), Some(refusal));
			let name = format!("Jobs.{refusal:?}");
			let from_pallet = Rejection {
				name,
				reason: String::new(),
				in_block: true,
			};
			assert_eq!(refusal_of(&from_pallet), Some(refusal));
		}
		assert_eq!(refusal_of(&Rejection::from(Invalid::Payment)), None);
		assert_eq!(refusal_of(&Rejection::from(Invalid::Custom(99))), None);
	}
}
