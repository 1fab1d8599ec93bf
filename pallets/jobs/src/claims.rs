//! Claiming an `Open` job.

use athanor_primitives::{
	JobId,
	claim::SignedClaim,
	eligibility::Ineligible,
	job::Assignment,
	ports::{OfferBook, ProviderRegistry},
	receipt::Refusal,
};
use frame_support::{ensure, pallet_prelude::*};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_core::ed25519;
use sp_runtime::{
	SaturatedConversion, traits::Saturating, transaction_validity::TransactionValidityWithRefund,
};

use crate::{Config, Error, JobState, Jobs, Pallet, receipts::PRIORITY, types::JobOf};

/// Why a claim is refused.
pub(crate) enum ClaimError {
	/// Because of the job or the claim.
	Refused(Refusal),
	/// Because of the provider.
	Ineligible(Ineligible),
}

impl ClaimError {
	/// The code of `InvalidTransaction::Custom`.
	fn code(&self) -> u8 {
		match self {
			Self::Refused(refusal) => refusal.code(),
			Self::Ineligible(reason) => reason.code(),
		}
	}
}

impl From<Refusal> for ClaimError {
	fn from(refusal: Refusal) -> Self {
		Self::Refused(refusal)
	}
}

impl From<Ineligible> for ClaimError {
	fn from(reason: Ineligible) -> Self {
		Self::Ineligible(reason)
	}
}

impl<T> From<ClaimError> for Error<T> {
	fn from(error: ClaimError) -> Self {
		match error {
			ClaimError::Refused(refusal) => refusal.into(),
			ClaimError::Ineligible(reason) => reason.into(),
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Decides in the transaction pool, and again in the block, whether a worker's claim may pass.
	pub(crate) fn authorize_claim(
		_source: TransactionSource,
		signed: &SignedClaim,
	) -> TransactionValidityWithRefund {
		let refuse = |error: ClaimError| {
			TransactionValidityError::from(InvalidTransaction::Custom(error.code()))
		};
		let (provider, job) = Self::check_claim(signed).map_err(refuse)?;
		let demand = job.demand(Self::cover(&job));
		T::Offers::check(&demand, &provider).map_err(|reason| refuse(reason.into()))?;
		// Last, because it is the dearest.
		Self::verify_claim(signed).map_err(|refusal| refuse(refusal.into()))?;
		let now = frame_system::Pallet::<T>::block_number().saturated_into::<u32>();
		let left = signed.claim.valid_until.saturating_sub(now);
		// One claim for each job: the first that a node hears of.
		ValidTransaction::with_tag_prefix("AthanorClaim")
			.and_provides(signed.claim.job)
			.priority(PRIORITY)
			.longevity(left.saturating_add(1).into())
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}

	/// What can be checked of a claim without its signature and its provider's offer. Returns who claims
	/// which job.
	fn check_claim(signed: &SignedClaim) -> Result<(T::AccountId, JobOf<T>), ClaimError> {
		ensure!(signed.genesis == Self::genesis_hash(), Refusal::WrongChain);
		let now = frame_system::Pallet::<T>::block_number();
		let latest = now.saturating_add(T::MaxClaimValidity::get());
		let valid_until = BlockNumberFor::<T>::from(signed.claim.valid_until);
		ensure!(
			now <= valid_until && valid_until <= latest,
			Refusal::ClaimExpired
		);
		let job = Self::claimable(signed.claim.job)?;
		let provider = T::Providers::answers_for(&signed.worker)
			.filter(|provider| T::Providers::is_worker(provider, &signed.worker))
			.ok_or(Refusal::WrongWorker)?;
		Ok((provider, job))
	}

	/// The job, if it can be claimed.
	fn claimable(id: JobId) -> Result<JobOf<T>, Refusal> {
		let job = Jobs::<T>::get(id).ok_or(Refusal::UnknownJob)?;
		let JobState::Open { deadline } = job.state else {
			return Err(Refusal::NotClaimable);
		};
		ensure!(
			matches!(job.assignment, Assignment::Open) && job.seed.is_some(),
			Refusal::NotClaimable
		);
		ensure!(
			frame_system::Pallet::<T>::block_number() < deadline.min(Self::last_match_of(&job)),
			Refusal::TooLate
		);
		Ok(job)
	}

	fn verify_claim(signed: &SignedClaim) -> Result<(), Refusal> {
		let signature = ed25519::Signature::from_raw(signed.signature);
		let key = ed25519::Public::from_raw(signed.worker);
		let payload = signed.claim.payload(&Self::genesis_hash());
		sp_io::crypto::ed25519_verify(&signature, &payload, &key)
			.then_some(())
			.ok_or(Refusal::BadSignature)
	}

	/// Gives the job to the provider whose worker's claim [`Self::authorize_claim`] let pass.
	pub(crate) fn do_claim_as_worker(signed: SignedClaim) -> DispatchResult {
		let (provider, _) = Self::check_claim(&signed).map_err(Error::<T>::from)?;
		Self::do_claim(provider, signed.claim.job)
	}

	/// Gives the job to a provider, if it may have it.
	pub(crate) fn do_claim(provider: T::AccountId, id: JobId) -> DispatchResult {
		let job = Self::claimable(id).map_err(Error::<T>::from)?;
		let now = frame_system::Pallet::<T>::block_number();
		Self::assign_to(id, job, provider, now).map_err(Error::<T>::from)?;
		Ok(())
	}
}
