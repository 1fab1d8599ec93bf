//! Every way in which a receipt is refused, each with its own code and no change of state.

use athanor_primitives::{
	job::CloseReason,
	receipt::{Delivery, Finish, Receipt, Refusal, SignedReceipt, delivery_payload, output_hash},
	testing,
};
use codec::Encode;
use frame_support::{assert_noop, assert_storage_noop, traits::Authorize, weights::Weight};
use polkadot_sdk::*;
use sp_core::{H256, Pair};
use sp_runtime::{
	DispatchError,
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

use crate::{Error, Outcomes, mock::*};

const TOKENS: [u32; 3] = [5, 6, 7];

fn refused(signed: SignedReceipt, delivery: Option<Delivery>, refusal: Refusal) {
	assert_storage_noop!(assert_eq!(
		submit(signed.clone(), delivery.clone()),
		Err(TransactionValidityError::Invalid(
			InvalidTransaction::Custom(refusal.code())
		))
	));
	// Should it get past the pool all the same, the call says why (signatures are the pool's).
	if refusal != Refusal::BadSignature {
		let origin: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
		assert_noop!(
			Jobs::submit_receipt(origin, signed, delivery),
			Error::<Test>::from(refusal)
		);
	}
}

fn assigned() -> u64 {
	let id = post();
	advance(1);
	id
}

/// A receipt that is honest but for `change`, properly signed.
fn changed(id: u64, change: impl FnOnce(&mut Receipt)) -> (SignedReceipt, Option<Delivery>) {
	let pair = worker(holder(id));
	let mut receipt = receipt(id, &TOKENS);
	change(&mut receipt);
	(sign(receipt, &pair), Some(deliver(id, &TOKENS, &pair)))
}

#[test]
fn each_bad_statement_has_its_code() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let refused = |change: fn(&mut Receipt), refusal| {
			let (signed, delivery) = changed(id, change);
			refused(signed, delivery, refusal);
		};
		refused(|r| r.job = 9, Refusal::UnknownJob);
		refused(|r| r.model = 9, Refusal::WrongModel);
		refused(|r| r.model_version = 9, Refusal::WrongModel);
		refused(|r| r.input_hash = H256([9; 32]), Refusal::WrongInput);
		refused(|r| r.tokens_in = 33, Refusal::TooManyTokens);
		refused(|r| r.tokens_out = 11, Refusal::TooManyTokens);
		refused(|r| r.tokens_out = 2, Refusal::WrongOutput);
		refused(|r| r.output_hash = H256([9; 32]), Refusal::WrongOutput);
		refused(|r| r.finish = 3, Refusal::BadFinish);
		refused(|r| r.finish = Finish::Rejected.code(), Refusal::BadFinish);
	});
}

#[test]
fn a_receipt_for_another_chain_is_told_apart_from_a_forged_one() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let pair = worker(holder(id));
		let (mut signed, delivery) = changed(id, |_| {});
		signed.genesis = H256([1; 32]);
		signed.signature = pair.sign(&signed.receipt.payload(&signed.genesis)).0;
		refused(signed.clone(), delivery.clone(), Refusal::WrongChain);
		signed.genesis = genesis();
		refused(signed, delivery, Refusal::BadSignature);
	});
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let (signed, delivery) = changed(id, |_| {});
		let mut forged = signed.clone();
		forged.signature[10] ^= 1;
		refused(forged, delivery.clone(), Refusal::BadSignature);
		let mut forged = signed.clone();
		forged.receipt.commitment.0[0] ^= 1;
		refused(forged, delivery.clone(), Refusal::BadSignature);
		let mut text = delivery.clone().unwrap();
		text.text[0] ^= 1;
		refused(signed.clone(), Some(text), Refusal::BadSignature);
		let mut text = delivery.unwrap();
		text.signature[0] ^= 1;
		refused(signed, Some(text), Refusal::BadSignature);
	});
}

#[test]
fn only_the_holders_keys_are_accepted() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		for pair in [worker(OTHER_PROVIDER), worker(77)] {
			let signed = sign(receipt(id, &TOKENS), &pair);
			refused(
				signed,
				Some(deliver(id, &TOKENS, &pair)),
				Refusal::WrongWorker,
			);
		}
		// A key that the provider has removed meanwhile is no longer its key.
		let (signed, delivery) = changed(id, |_| {});
		testing::remove_keys(holder(id));
		refused(signed, delivery, Refusal::WrongWorker);
	});
}

#[test]
fn a_receipt_for_one_job_is_none_for_another() {
	ExtBuilder::default().build_and_execute(|| {
		let [one, other, third] = [PROVIDER, OTHER_PROVIDER, PROVIDER].map(|provider| {
			let id = claimable();
			claim(provider, id).unwrap();
			id
		});
		// Of another provider's job, and of another job of the same provider.
		for (job, refusal) in [
			(other, Refusal::WrongWorker),
			(third, Refusal::BadSignature),
		] {
			let (mut signed, delivery) = changed(one, |_| {});
			signed.receipt.job = job;
			refused(signed, delivery, refusal);
		}
		let pair = worker(PROVIDER);
		let signed = sign(receipt(other, &TOKENS), &pair);
		let delivery = Some(deliver(other, &TOKENS, &pair));
		refused(signed, delivery, Refusal::WrongWorker);
	});
}

#[test]
fn output_must_be_delivered_and_fit() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let pair = worker(holder(id));
		let (signed, delivery) = changed(id, |_| {});
		refused(signed.clone(), None, Refusal::MissingOutput);
		let mut other = delivery.unwrap();
		other.tokens = vec![5, 6, 8];
		refused(signed.clone(), Some(other), Refusal::WrongOutput);
		let with_text = |tokens: &[u32], text: Vec<u8>| Delivery {
			signature: pair.sign(&delivery_payload(&genesis(), id, &text)).0,
			tokens: tokens.to_vec(),
			text,
		};
		let long = with_text(&TOKENS, vec![b'a'; 256 + 3 * 128 + 1]);
		refused(signed.clone(), Some(long), Refusal::OutputTooLong);
		let binary = with_text(&TOKENS, vec![0xff]);
		refused(signed, Some(binary), Refusal::OutputNotUtf8);
		// However many tokens there are, `MaxText` holds.
		let tokens = [7; 10];
		let signed = sign(receipt(id, &tokens), &pair);
		let long = with_text(&tokens, vec![b'a'; 1_025]);
		refused(signed.clone(), Some(long), Refusal::OutputTooLong);
		let longest = with_text(&tokens, vec![b'a'; 1_024]);
		submit(signed, Some(longest)).unwrap().unwrap();
	});
}

#[test]
fn the_pool_is_told_what_it_needs() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		advance_to(5);
		let (signed, delivery) = changed(id, |_| {});
		let call = RuntimeCall::Jobs(crate::Call::submit_receipt { signed, delivery });
		let (valid, refund) = call
			.authorize(TransactionSource::External)
			.unwrap()
			.unwrap();
		// One receipt for each job, until its deadline, before what pays a fee, and to every node.
		assert_eq!(valid.provides, vec![("AthanorReceipt", id).encode()]);
		assert!(valid.requires.is_empty());
		assert_eq!(valid.longevity, job(id).state.deadline() - 5);
		assert_eq!(valid.priority, u64::MAX / 2);
		assert!(valid.propagate);
		assert_eq!(refund, Weight::zero());
	});
}

#[test]
fn one_job_accepts_one_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let (signed, delivery) = changed(id, |_| {});
		submit(signed.clone(), delivery.clone()).unwrap().unwrap();
		refused(signed.clone(), delivery.clone(), Refusal::AlreadySubmitted);
		advance(2);
		refused(signed, delivery, Refusal::UnknownJob);
		assert_eq!(paid().len(), 1);
	});
}

#[test]
fn a_receipt_must_be_in_time() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let (signed, delivery) = changed(id, |_| {});
		// The hook of the deadline's block has not run here, as in the pool.
		System::set_block_number(8);
		refused(signed.clone(), delivery.clone(), Refusal::TooLate);
		System::set_block_number(7);
		submit(signed, delivery).unwrap().unwrap();
	});
}

#[test]
fn an_open_job_takes_no_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		let pair = worker(PROVIDER);
		let signed = sign(receipt(id, &TOKENS), &pair);
		refused(
			signed,
			Some(deliver(id, &TOKENS, &pair)),
			Refusal::NotAssigned,
		);
	});
}

#[test]
fn a_person_cannot_submit_a_receipt() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let (signed, delivery) = changed(id, |_| {});
		for origin in [
			RuntimeOrigin::signed(ALICE),
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
		] {
			assert_noop!(
				Jobs::submit_receipt(origin, signed.clone(), delivery.clone()),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_rejection_refunds_everything_and_slashes_nobody() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned();
		let pair = worker(holder(id));
		let mut rejection = receipt(id, &[]);
		rejection.finish = Finish::Rejected.code();
		rejection.tokens_in = 5_000;
		rejection.output_hash = output_hash(&[]);
		submit(sign(rejection, &pair), Some(deliver(id, &[], &pair)))
			.unwrap()
			.unwrap();
		advance(2);
		assert_eq!(free(ALICE), ENDOWMENT);
		assert_eq!(
			Outcomes::<Test>::get(id).unwrap().reason,
			CloseReason::Rejected
		);
		assert!(testing::slashes().is_empty() && paid().is_empty());
		// Nobody pays for its tokens.
		assert_eq!(testing::used(), vec![]);
	});
}

#[test]
fn a_receipt_weighs_less_if_the_offer_had_free_slots() {
	for (slots, used) in [(1, 101), (2, 100)] {
		ExtBuilder::default().build_and_execute(|| {
			testing::set_offer(MODEL, PROVIDER, price(), slots);
			let id = post();
			advance(1);
			let signed = sign(receipt(id, &[1]), &worker(PROVIDER));
			let delivery = Some(deliver(id, &[1], &worker(PROVIDER)));
			let origin = frame_system::RawOrigin::Authorized.into();
			let info = Jobs::submit_receipt(origin, signed, delivery).unwrap();
			assert_eq!(info.actual_weight, Some(weight(used)), "of {slots} slots");
		});
	}
}
