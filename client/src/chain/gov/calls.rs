//! The calls by which an account takes part in governance.

use subxt::{Metadata, dynamic::Value, ext::codec::Encode, utils::MultiAddress};

use crate::{
	chain::{
		calls::encode,
		gov::{
			origin::Origin,
			referendum::Stored,
			votes::{AccountVote, Conviction},
		},
		names::{Item, calls},
		types::AccountId,
		wire::ToWire,
	},
	error::Error,
};

/// When a passed proposal is enacted. The track may say that it takes longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enactment {
	/// So many blocks after it has passed.
	After(u32),
	/// In this block.
	At(u32),
}

impl Enactment {
	fn to_value(self) -> Value {
		match self {
			Self::After(blocks) => Value::unnamed_variant("After", [Value::u128(blocks.into())]),
			Self::At(block) => Value::unnamed_variant("At", [Value::u128(block.into())]),
		}
	}
}

/// A call by which an account takes part in governance.
#[derive(Clone, Debug, PartialEq)]
pub enum GovCall {
	/// Stores the bytes of a proposal, for a deposit.
	NotePreimage(Vec<u8>),
	/// Submits a referendum.
	Submit {
		/// What it speaks as.
		origin: Origin,
		/// What is proposed.
		proposal: Stored,
		/// When it is enacted.
		enactment: Enactment,
	},
	/// Deposits what its track asks for before a referendum is decided on.
	PlaceDecisionDeposit(u32),
	/// Returns that to whoever placed it.
	RefundDecisionDeposit(u32),
	/// Returns what was deposited for the submission, if it passed or was cancelled.
	RefundSubmissionDeposit(u32),
	/// The same, if it was rejected or never decided on.
	RefundRejectedSubmission(u32),
	/// Votes, or votes differently.
	Vote {
		/// In which referendum.
		index: u32,
		/// How.
		vote: AccountVote,
	},
	/// Takes a vote back.
	RemoveVote {
		/// The track of the referendum.
		track: u16,
		/// The referendum.
		index: u32,
	},
	/// Lets somebody else vote.
	Delegate {
		/// On which track.
		track: u16,
		/// Who.
		to: AccountId,
		/// How firmly.
		conviction: Conviction,
		/// With how many units.
		amount: u128,
	},
	/// Takes that back.
	Undelegate {
		/// On which track.
		track: u16,
	},
	/// Unlocks what is not locked any more.
	Unlock {
		/// On which track.
		track: u16,
		/// Whose.
		who: AccountId,
	},
}

impl GovCall {
	pub(crate) fn item(&self) -> Item {
		match self {
			Self::NotePreimage(_) => calls::NOTE_PREIMAGE,
			Self::Submit { .. } => calls::SUBMIT_REFERENDUM,
			Self::PlaceDecisionDeposit(_) => calls::PLACE_DECISION_DEPOSIT,
			Self::RefundDecisionDeposit(_) => calls::REFUND_DECISION_DEPOSIT,
			Self::RefundSubmissionDeposit(_) => calls::REFUND_SUBMISSION_DEPOSIT,
			Self::RefundRejectedSubmission(_) => calls::REFUND_REJECTED_SUBMISSION,
			Self::Vote { .. } => calls::VOTE,
			Self::RemoveVote { .. } => calls::REMOVE_VOTE,
			Self::Delegate { .. } => calls::DELEGATE_VOTES,
			Self::Undelegate { .. } => calls::UNDELEGATE_VOTES,
			Self::Unlock { .. } => calls::UNLOCK_VOTES,
		}
	}

	pub(crate) fn encode(&self, metadata: &Metadata) -> Result<Vec<u8>, Error> {
		let item = self.item();
		let address = |who: &AccountId| MultiAddress::<_, u32>::Id(*who);
		match self {
			Self::NotePreimage(bytes) => encode(metadata, item, &(bytes.clone(),)),
			Self::Submit {
				origin,
				proposal,
				enactment,
			} => encode(
				metadata,
				item,
				&(origin.to_value()?, proposal.to_raw(), enactment.to_value()),
			),
			Self::PlaceDecisionDeposit(index)
			| Self::RefundDecisionDeposit(index)
			| Self::RefundSubmissionDeposit(index)
			| Self::RefundRejectedSubmission(index) => encode(metadata, item, &(*index,)),
			Self::Vote { index, vote } => encode(metadata, item, &(*index, vote.to_raw())),
			Self::RemoveVote { track, index } => encode(metadata, item, &(Some(*track), *index)),
			Self::Delegate {
				track,
				to,
				conviction,
				amount,
			} => encode(
				metadata,
				item,
				&(*track, address(to), conviction.to_value(), *amount),
			),
			Self::Undelegate { track } => encode(metadata, item, &(*track,)),
			Self::Unlock { track, who } => encode(metadata, item, &(*track, address(who))),
		}
	}
}

/// Several calls as one: `Utility.batch_all`, of which all succeed or none. The arguments are those calls in
/// SCALE, one after the other.
pub(crate) fn batch(
	metadata: &Metadata,
	calls: impl IntoIterator<Item = Result<Vec<u8>, Error>>,
) -> Result<Vec<u8>, Error> {
	let calls: Vec<Vec<u8>> = calls.into_iter().collect::<Result<_, _>>()?;
	let none: [Value; 0] = [];
	// Without calls it ends with their number, one byte.
	let mut bytes = encode(
		metadata,
		calls::BATCH_ALL,
		&(Value::unnamed_composite(none),),
	)?;
	bytes.pop();
	// The length of a vector, compact, is that of a vector of nothings.
	bytes.extend(vec![(); calls.len()].encode());
	bytes.extend(calls.concat());
	Ok(bytes)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		Call,
		chain::tests::{account, metadata, runtime_account},
	};
	use athanor_primitives::H256;
	use athanor_runtime::{
		RuntimeCall,
		governance::{origins::Origin as RuntimeOrigin, pallet_origins},
	};
	use codec::Decode;
	use polkadot_sdk::{
		frame_support::traits::{Bounded, schedule::DispatchTime},
		pallet_conviction_voting as voting, pallet_preimage as preimage,
		pallet_referenda as referenda, pallet_utility,
	};

	fn sent(call: Call) -> RuntimeCall {
		let bytes = call.encode(metadata()).unwrap();
		let mut input = &bytes[..];
		let decoded = RuntimeCall::decode(&mut input).unwrap();
		assert!(input.is_empty(), "{} has bytes left over", call.name());
		decoded
	}

	fn gov(call: GovCall) -> RuntimeCall {
		sent(Call::Governance(call))
	}

	#[test]
	fn proposals_arrive() {
		assert_eq!(
			gov(GovCall::NotePreimage(vec![1, 2, 3])),
			preimage::Call::note_preimage {
				bytes: vec![1, 2, 3]
			}
			.into()
		);
		let cases = [
			(
				Stored::Inline(vec![4, 5]),
				Bounded::Inline(vec![4, 5].try_into().unwrap()),
				Enactment::After(7),
				DispatchTime::After(7),
			),
			(
				Stored::Lookup {
					hash: H256([8; 32]),
					len: 200,
				},
				Bounded::Lookup {
					hash: [8; 32].into(),
					len: 200,
				},
				Enactment::At(1_000),
				DispatchTime::At(1_000),
			),
		];
		for (proposal, arrived, enactment, moment) in cases {
			assert_eq!(
				gov(GovCall::Submit {
					origin: Origin::Named("PricingAdmin".into()),
					proposal,
					enactment,
				}),
				referenda::Call::submit {
					proposal_origin: Box::new(RuntimeOrigin::PricingAdmin.into()),
					proposal: arrived,
					enactment_moment: moment,
				}
				.into()
			);
		}
	}

	#[test]
	fn deposits_arrive() {
		type Referenda = referenda::Call<athanor_runtime::Runtime>;
		let index = 9;
		let cases = [
			(
				GovCall::PlaceDecisionDeposit(index),
				Referenda::place_decision_deposit { index },
			),
			(
				GovCall::RefundDecisionDeposit(index),
				Referenda::refund_decision_deposit { index },
			),
			(
				GovCall::RefundSubmissionDeposit(index),
				Referenda::refund_submission_deposit { index },
			),
		];
		for (call, arrived) in cases {
			assert_eq!(gov(call), arrived.into());
		}
		let rejected = pallet_origins::Call::refund_submission_deposit { index };
		assert_eq!(
			gov(GovCall::RefundRejectedSubmission(index)),
			RuntimeCall::Origins(rejected)
		);
	}

	#[test]
	fn votes_arrive() {
		for (index, conviction) in (100..).zip(Conviction::ALL) {
			for aye in [true, false] {
				let vote = AccountVote::Standard {
					aye,
					conviction,
					amount: u128::MAX,
				};
				let there = voting::AccountVote::Standard {
					vote: voting::Vote {
						aye,
						conviction: conviction.of_the_runtime(),
					},
					balance: u128::MAX,
				};
				assert_eq!(
					gov(GovCall::Vote { index, vote }),
					voting::Call::vote {
						poll_index: index,
						vote: there
					}
					.into()
				);
			}
		}
		let split = AccountVote::Split { aye: 1, nay: 2 };
		let abstain = AccountVote::SplitAbstain {
			aye: 0,
			nay: 0,
			abstain: 7,
		};
		for (vote, there) in [
			(split, voting::AccountVote::Split { aye: 1, nay: 2 }),
			(
				abstain,
				voting::AccountVote::SplitAbstain {
					aye: 0,
					nay: 0,
					abstain: 7,
				},
			),
		] {
			assert_eq!(
				gov(GovCall::Vote { index: 3, vote }),
				voting::Call::vote {
					poll_index: 3,
					vote: there
				}
				.into()
			);
		}
		assert_eq!(
			gov(GovCall::RemoveVote {
				track: 11,
				index: 3
			}),
			voting::Call::remove_vote {
				class: Some(11),
				index: 3
			}
			.into()
		);
	}

	impl Conviction {
		/// That of the runtime with the same name.
		fn of_the_runtime(self) -> voting::Conviction {
			match self {
				Self::None => voting::Conviction::None,
				Self::Locked1x => voting::Conviction::Locked1x,
				Self::Locked2x => voting::Conviction::Locked2x,
				Self::Locked3x => voting::Conviction::Locked3x,
				Self::Locked4x => voting::Conviction::Locked4x,
				Self::Locked5x => voting::Conviction::Locked5x,
				Self::Locked6x => voting::Conviction::Locked6x,
			}
		}
	}

	#[test]
	fn delegations_arrive() {
		assert_eq!(
			gov(GovCall::Delegate {
				track: 20,
				to: account(4),
				conviction: Conviction::Locked2x,
				amount: 6,
			}),
			voting::Call::delegate {
				class: 20,
				to: runtime_account(4).into(),
				conviction: voting::Conviction::Locked2x,
				balance: 6,
			}
			.into()
		);
		assert_eq!(
			gov(GovCall::Undelegate { track: 20 }),
			voting::Call::undelegate { class: 20 }.into()
		);
		assert_eq!(
			gov(GovCall::Unlock {
				track: 20,
				who: account(4)
			}),
			voting::Call::unlock {
				class: 20,
				target: runtime_account(4).into()
			}
			.into()
		);
	}

	#[test]
	fn batches_arrive() {
		for len in [0, 1, 2, 70] {
			let unlocks = (0..len).map(|track| {
				Call::Governance(GovCall::Unlock {
					track,
					who: account(1),
				})
			});
			let arrived: Vec<RuntimeCall> = unlocks.clone().map(sent).collect();
			assert_eq!(
				sent(Call::BatchAll(unlocks.collect())),
				pallet_utility::Call::batch_all { calls: arrived }.into()
			);
		}
	}
}
