//! Two receipts of one key for one job: a fault that two signatures prove, without any recomputation.

use athanor_primitives::{
	JobId, WorkerKey,
	job::CloseReason,
	ports::{ProviderRegistry, Victim},
	receipt::SignedReceipt,
};
use frame_support::{ensure, pallet_prelude::*};
use polkadot_sdk::*;
use sp_core::ed25519;

use crate::{
	Config, Equivocations, Error, Event, JobState, Jobs, Outcomes, Pallet, Receipts,
	types::{JobOf, MAX_ATTEMPTS},
};

/// A provider that answers for a key, and whose job it is.
type Suspect<T> = (
	<T as frame_system::Config>::AccountId,
	Victim<<T as frame_system::Config>::AccountId>,
);

/// Most providers whose equivocation on one job can be proven: its last, and those that failed it.
pub(crate) const MAX_INVOLVED: u32 = MAX_ATTEMPTS + 1;

impl<T: Config> Pallet<T> {
	/// Slashes the provider of a key that signed both receipts, and takes the job from it if it still
	/// has it.
	pub(crate) fn do_report_equivocation(
		reporter: &T::AccountId,
		first: SignedReceipt,
		second: SignedReceipt,
	) -> DispatchResult {
		let id = first.receipt.job;
		let worker = first.worker;
		ensure!(
			second.receipt.job == id && second.worker == worker && first.receipt != second.receipt,
			Error::<T>::NoEquivocation
		);
		for receipt in [&first, &second] {
			ensure!(
				receipt.genesis == Self::genesis_hash(),
				Error::<T>::WrongChain
			);
		}
		let (provider, victim) = Self::who_answers(id, &worker)?;
		ensure!(
			!Equivocations::<T>::contains_key(id, &provider),
			Error::<T>::AlreadyProven
		);
		ensure!(
			Self::signed(&first) && Self::signed(&second),
			Error::<T>::BadSignature
		);
		Equivocations::<T>::insert(id, &provider, ());
		let slashed = T::Providers::slash_for_equivocation(&provider, id, &victim, reporter);
		Self::punish(id, provider, worker, slashed)
	}

	/// The provider of a key, if it has to do with the job, and whose job it is.
	fn who_answers(id: JobId, worker: &WorkerKey) -> Result<Suspect<T>, Error<T>> {
		let provider = T::Providers::answers_for(worker).ok_or(Error::<T>::WrongWorker)?;
		let (involved, victim) = match Jobs::<T>::get(id) {
			Some(job) => {
				let involved = job.involves(&provider);
				let victim = Victim {
					requester: job.requester,
					escrow: job.escrow,
					paid: 0,
				};
				(involved, victim)
			}
			None => {
				let closed = Outcomes::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
				let paid = if closed.provider.as_ref() == Some(&provider) {
					closed.spent
				} else {
					0
				};
				let victim = Victim {
					requester: closed.requester.clone(),
					escrow: closed.escrow,
					paid,
				};
				(closed.involves(&provider), victim)
			}
		};
		ensure!(involved, Error::<T>::NotInvolved);
		Ok((provider, victim))
	}

	fn signed(receipt: &SignedReceipt) -> bool {
		sp_io::crypto::ed25519_verify(
			&ed25519::Signature::from_raw(receipt.signature),
			&receipt.receipt.payload(&Self::genesis_hash()),
			&ed25519::Public::from_raw(receipt.worker),
		)
	}

	fn punish(
		id: JobId,
		provider: T::AccountId,
		worker: WorkerKey,
		slashed: u128,
	) -> DispatchResult {
		let mut held = Jobs::<T>::get(id).filter(|job| {
			let work = job.state.work();
			work.is_some_and(|work| work.provider == provider)
		});
		let offered_again = held
			.as_mut()
			.is_some_and(|job| Self::take_away(id, job, &provider));
		Self::deposit_event(Event::WorkerEquivocated {
			job: id,
			provider,
			worker,
			slashed,
			offered_again,
		});
		held.map_or(Ok(()), |job| {
			Self::offer_again_or_close(id, job, offered_again, CloseReason::WorkerEquivocated)
		})
	}

	/// Takes a job and its receipt from its provider. Says whether another one could still do it.
	fn take_away(id: JobId, job: &mut JobOf<T>, provider: &T::AccountId) -> bool {
		// A submitted job has left its provider's hands already.
		if let JobState::Assigned { work, .. } = &job.state {
			Self::take_from_provider(id, job, work, None);
		}
		Receipts::<T>::remove(id);
		Self::note_failure(job, provider.clone())
	}
}
