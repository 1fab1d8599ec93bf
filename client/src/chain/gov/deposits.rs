//! Which deposits of a referendum come back.

use crate::chain::gov::{
	calls::GovCall,
	referendum::{Deposit, End, Ended},
};

/// The deposits of a referendum that is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refunds {
	/// What can be returned for the decision.
	pub decision: Option<Deposit>,
	/// What can be returned for the submission.
	pub submission: Option<Deposit>,
	/// Whether it was rejected or never decided on. Then another call returns what was deposited for the
	/// submission.
	pub rejected: bool,
}

impl Refunds {
	/// Those of this referendum.
	pub fn of(ended: &Ended) -> Self {
		Self {
			decision: ended.decision_deposit.clone(),
			submission: ended.submission_deposit.clone(),
			rejected: matches!(ended.how, End::Rejected | End::TimedOut),
		}
	}

	/// The calls that return them. Anybody can make them; the money goes to whoever deposited it.
	pub fn calls(&self, index: u32) -> Vec<GovCall> {
		let decision = self.decision.is_some();
		let submission = self.submission.as_ref().map(|_| {
			if self.rejected {
				GovCall::RefundRejectedSubmission(index)
			} else {
				GovCall::RefundSubmissionDeposit(index)
			}
		});
		[
			decision.then_some(GovCall::RefundDecisionDeposit(index)),
			submission,
		]
		.into_iter()
		.flatten()
		.collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::tests::account;

	fn ended(how: End) -> Ended {
		let deposit = |amount| {
			Some(Deposit {
				who: account(1),
				amount,
			})
		};
		Ended {
			how,
			at: 1,
			submission_deposit: deposit(10),
			decision_deposit: deposit(20),
		}
	}

	#[test]
	fn what_the_chain_returns_is_asked_for() {
		let both = [
			GovCall::RefundDecisionDeposit(3),
			GovCall::RefundSubmissionDeposit(3),
		];
		for how in [End::Approved, End::Cancelled] {
			let refunds = Refunds::of(&ended(how));
			assert_eq!(refunds.calls(3), both);
		}
		let rejected = [
			GovCall::RefundDecisionDeposit(3),
			GovCall::RefundRejectedSubmission(3),
		];
		for how in [End::Rejected, End::TimedOut] {
			let refunds = Refunds::of(&ended(how));
			assert_eq!(refunds.calls(3), rejected);
		}
		let none = Ended {
			submission_deposit: None,
			decision_deposit: None,
			..ended(End::Killed)
		};
		assert!(Refunds::of(&none).calls(3).is_empty());
	}
}
