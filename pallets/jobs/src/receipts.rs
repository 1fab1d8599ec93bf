//! Accepting a receipt.

use alloc::vec::Vec;

use athanor_primitives::{
	JobId,
	ports::{ProviderRegistry, Used},
	receipt::{
		Delivery, Finish, Receipt, Refusal, SignedReceipt, delivery_payload, max_text_len,
		output_hash,
	},
};
use frame_support::{ensure, pallet_prelude::*};
use frame_system::pallet_prelude::BlockNumberFor;
use polkadot_sdk::*;
use sp_core::{H256, ed25519};
use sp_runtime::{
	SaturatedConversion,
	traits::{Saturating, Zero},
	transaction_validity::TransactionValidityWithRefund,
};

use crate::{
	Config, Error, Event, JobState, Jobs, Pallet, Receipts, StoredReceipt, Work,
	types::{JobOf, StoredReceiptOf},
};

/// Receipts go before anything that pays a tip: they have a deadline and cannot pay.
pub(crate) const PRIORITY: u64 = u64::MAX / 2;

/// Length of what is delivered with a receipt, for its weight.
pub(crate) fn delivered_bytes(delivery: &Option<Delivery>) -> u32 {
	delivery.as_ref().map_or(0, |delivery| {
		delivery
			.tokens
			.len()
			.saturating_mul(4)
			.saturating_add(delivery.text.len())
			.saturated_into()
	})
}

/// A receipt that fits its job; its signatures are not looked at.
struct Fitting<T: Config> {
	job: JobOf<T>,
	work: Work<T::AccountId, BlockNumberFor<T>>,
	stored: StoredReceiptOf<T>,
}

impl<T: Config> Pallet<T> {
	/// Decides in the transaction pool, and again in the block, whether a receipt may pass.
	pub(crate) fn authorize_receipt(
		_source: TransactionSource,
		signed: &SignedReceipt,
		delivery: &Option<Delivery>,
	) -> TransactionValidityWithRefund {
		let refuse = |refusal: Refusal| {
			TransactionValidityError::from(InvalidTransaction::Custom(refusal.code()))
		};
		let fitting = Self::fit(signed, delivery.as_ref()).map_err(refuse)?;
		Self::verify(signed, delivery.as_ref()).map_err(refuse)?;
		let now = frame_system::Pallet::<T>::block_number();
		let left = fitting.job.state.deadline().saturating_sub(now);
		ValidTransaction::with_tag_prefix("AthanorReceipt")
			.and_provides(signed.receipt.job)
			.priority(PRIORITY)
			.longevity(left.saturated_into())
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}

	/// Everything that can be checked without a signature: cheap, so it comes first.
	fn fit(signed: &SignedReceipt, delivery: Option<&Delivery>) -> Result<Fitting<T>, Refusal> {
		let receipt = &signed.receipt;
		ensure!(signed.genesis == Self::genesis_hash(), Refusal::WrongChain);
		let job = Jobs::<T>::get(receipt.job).ok_or(Refusal::UnknownJob)?;
		let (work, deadline) = match &job.state {
			JobState::Open { .. } => return Err(Refusal::NotAssigned),
			JobState::Submitted { .. } => return Err(Refusal::AlreadySubmitted),
			JobState::Assigned { work, deadline } => (work.clone(), *deadline),
		};
		ensure!(
			frame_system::Pallet::<T>::block_number() < deadline,
			Refusal::TooLate
		);
		ensure!(
			T::Providers::is_worker(&work.provider, &signed.worker),
			Refusal::WrongWorker
		);
		Self::fit_statement(receipt, &job)?;
		let (tokens, text, text_signature) = Self::fit_delivery(receipt, delivery)?;
		let stored = StoredReceipt {
			signed: signed.clone(),
			tokens,
			text,
			text_signature,
		};
		Ok(Fitting { job, work, stored })
	}

	fn fit_statement(receipt: &Receipt, job: &JobOf<T>) -> Result<(), Refusal> {
		ensure!(
			receipt.model == job.model && receipt.model_version == job.model_version,
			Refusal::WrongModel
		);
		ensure!(receipt.input_hash == job.input_hash, Refusal::WrongInput);
		match Finish::from_code(receipt.finish).ok_or(Refusal::BadFinish)? {
			// Tokens in may exceed the limit here: that can be why it was rejected.
			Finish::Rejected => ensure!(receipt.tokens_out.is_zero(), Refusal::BadFinish),
			Finish::Stop | Finish::Length => ensure!(
				receipt.tokens_in <= job.max_input_tokens
					&& receipt.tokens_out <= job.max_output_tokens,
				Refusal::TooManyTokens
			),
		}
		Ok(())
	}

	#[allow(clippy::type_complexity)]
	fn fit_delivery(
		receipt: &Receipt,
		delivery: Option<&Delivery>,
	) -> Result<
		(
			BoundedVec<u32, T::MaxOutputTokens>,
			BoundedVec<u8, T::MaxText>,
			[u8; 64],
		),
		Refusal,
	> {
		let Delivery {
			tokens,
			text,
			signature,
		} = delivery.ok_or(Refusal::MissingOutput)?;
		ensure!(
			tokens.len().saturated_into::<u32>() == receipt.tokens_out
				&& output_hash(tokens) == receipt.output_hash,
			Refusal::WrongOutput
		);
		ensure!(
			text.len() <= max_text_len(receipt.tokens_out),
			Refusal::OutputTooLong
		);
		ensure!(core::str::from_utf8(text).is_ok(), Refusal::OutputNotUtf8);
		let tokens = Vec::clone(tokens)
			.try_into()
			.map_err(|_| Refusal::TooManyTokens)?;
		let text = Vec::clone(text)
			.try_into()
			.map_err(|_| Refusal::OutputTooLong)?;
		Ok((tokens, text, *signature))
	}

	fn verify(signed: &SignedReceipt, delivery: Option<&Delivery>) -> Result<(), Refusal> {
		let genesis = Self::genesis_hash();
		let key = ed25519::Public::from_raw(signed.worker);
		let check = |signature: &[u8; 64], payload: [u8; 32]| {
			let signature = ed25519::Signature::from_raw(*signature);
			sp_io::crypto::ed25519_verify(&signature, &payload, &key)
				.then_some(())
				.ok_or(Refusal::BadSignature)
		};
		check(&signed.signature, signed.receipt.payload(&genesis))?;
		delivery.map_or(Ok(()), |delivery| {
			let payload = delivery_payload(&genesis, signed.receipt.job, &delivery.text);
			check(&delivery.signature, payload)
		})
	}

	/// Accepts a receipt that [`Self::authorize_receipt`] let pass.
	/// Says whether its provider's offer had no free slot.
	pub(crate) fn do_submit(
		signed: SignedReceipt,
		delivery: Option<Delivery>,
	) -> Result<bool, DispatchError> {
		let id: JobId = signed.receipt.job;
		let Fitting {
			mut job,
			work,
			stored,
		} = Self::fit(&signed, delivery.as_ref()).map_err(Error::<T>::from)?;
		let Receipt {
			tokens_in,
			tokens_out,
			finish,
			..
		} = signed.receipt;
		let now = frame_system::Pallet::<T>::block_number();
		let deadline = now.saturating_add(job.settle_period);

		// Of a job that it rejects the requester pays nothing.
		let used = (Finish::from_code(finish) != Some(Finish::Rejected)).then_some(Used {
			tokens_in,
			tokens_out,
		});
		let was_full = Self::take_from_provider(id, &job, &work, used);
		let provider = work.provider.clone();
		job.state = JobState::Submitted {
			work,
			worker: signed.worker,
			tokens_in,
			tokens_out,
			finish,
			submitted_at: now,
			deadline,
		};
		Self::enter_deadline(id, &job);
		Jobs::<T>::insert(id, job);
		Receipts::<T>::insert(id, stored);
		Self::deposit_event(Event::ReceiptAccepted {
			job: id,
			provider,
			worker: signed.worker,
			tokens_in,
			tokens_out,
			finish,
			settles_at: deadline,
		});
		Ok(was_full)
	}

	/// The hash that binds signatures to this chain.
	pub(crate) fn genesis_hash() -> H256 {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero())
	}
}
