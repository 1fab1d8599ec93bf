//! Every way in which a claim is refused, each with its own code and no change of state.

use athanor_primitives::{
	claim::{Claim, SignedClaim},
	eligibility::{Attributes, Ineligible},
	price::Price,
	receipt::Refusal,
	testing,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, assert_storage_noop, traits::Authorize};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_core::{H256, Pair};
use sp_runtime::{
	DispatchError,
	transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

use super::*;
use crate::{Error, mock::*};

fn custom(code: u8) -> Result<sp_runtime::DispatchResult, TransactionValidityError> {
	Err(InvalidTransaction::Custom(code).into())
}

fn refused(signed: SignedClaim, refusal: Refusal) {
	assert_storage_noop!(assert_eq!(
		submit_claim(signed.clone()),
		custom(refusal.code())
	));
	// Should it get past the pool all the same, the call says why (signatures are the pool's).
	if refusal != Refusal::BadSignature {
		let origin: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
		assert_noop!(
			Jobs::claim_as_worker(origin, signed),
			Error::<Test>::from(refusal)
		);
	}
}

/// The worker of `provider` is refused, and so is the provider's own account.
fn ineligible(provider: AccountId, id: JobId, reason: Ineligible) {
	let signed = claim_of(provider, id);
	assert_storage_noop!(assert_eq!(
		submit_claim(signed.clone()),
		custom(reason.code())
	));
	let origin: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
	let error = Error::<Test>::from(reason);
	assert_noop!(Jobs::claim_as_worker(origin, signed), error);
	ineligible_account(provider, id, reason);
}

fn ineligible_account(provider: AccountId, id: JobId, reason: Ineligible) {
	assert_noop!(claim(provider, id), Error::<Test>::from(reason));
}

/// The claim of `claim_of`, but for `change`, properly signed.
fn changed(id: JobId, change: impl FnOnce(&mut Claim)) -> SignedClaim {
	let mut claim = claim_of(PROVIDER, id).claim;
	change(&mut claim);
	sign_claim(claim, &worker(PROVIDER))
}

#[test]
fn each_refusal_and_condition_has_the_error_of_its_name() {
	for refusal in Refusal::ALL {
		let error = Error::<Test>::from(refusal);
		assert_eq!(format!("{error:?}"), format!("{refusal:?}"));
	}
	for reason in Ineligible::ALL {
		let error = Error::<Test>::from(reason);
		assert_eq!(format!("{error:?}"), format!("{reason:?}"));
	}
}

#[test]
fn a_worker_takes_a_job_for_its_provider() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		events();
		assert_ok!(submit_claim(claim_of(OTHER_PROVIDER, id)).unwrap());
		assert_eq!(
			events(),
			vec![Event::JobAssigned {
				job: id,
				provider: OTHER_PROVIDER,
				price: price(),
				price_version: 1,
				deadline: 8,
			}]
		);
		assert_eq!(testing::free_slots(MODEL, OTHER_PROVIDER), Some(3));
		assert_eq!(testing::committed(OTHER_PROVIDER), 2 * ESCROW);
		let work = job(id).state.work().cloned().unwrap();
		assert_eq!((work.cover, work.assigned_at), (2 * ESCROW, 2));
	});
}

#[test]
fn a_claim_for_another_chain_is_told_apart_from_a_forged_one() {
	ExtBuilder::default().build_and_execute(|| {
		let mut signed = claim_of(PROVIDER, claimable());
		signed.genesis = H256([1; 32]);
		let payload = signed.claim.payload(&signed.genesis);
		signed.signature = worker(PROVIDER).sign(&payload).0;
		refused(signed.clone(), Refusal::WrongChain);
		signed.genesis = genesis();
		refused(signed, Refusal::BadSignature);
	});
}

#[test]
fn a_claim_counts_for_its_time_only() {
	ExtBuilder::default().build_and_execute(|| {
		let other = post_as(ALICE, open_request());
		let id = claimable();
		let now = System::block_number() as u32;
		let most = MAX_CLAIM_VALIDITY as u32;
		let until = |id, block| changed(id, |claim| claim.valid_until = block);
		refused(until(id, now - 1), Refusal::ClaimExpired);
		refused(until(id, now + most + 1), Refusal::ClaimExpired);
		refused(until(id, u32::MAX), Refusal::ClaimExpired);
		// Both ends themselves are fine.
		assert_ok!(submit_claim(until(id, now)).unwrap());
		assert_ok!(submit_claim(until(other, now + most)).unwrap());
	});
}

#[test]
fn only_a_live_open_job_after_its_first_turn_can_be_claimed() {
	ExtBuilder::default().build_and_execute(|| {
		refused(claim_of(PROVIDER, 77), Refusal::UnknownJob);
		assert_noop!(claim(PROVIDER, 77), Error::<Test>::UnknownJob);

		testing::set_active(PROVIDER, false);
		testing::set_active(OTHER_PROVIDER, false);
		let auto = post();
		let direct = post_as(ALICE, direct_request(PROVIDER));
		let young = post_as(ALICE, open_request());
		testing::set_active(PROVIDER, true);
		let not_claimable = |id| {
			refused(claim_of(PROVIDER, id), Refusal::NotClaimable);
			assert_noop!(claim(PROVIDER, id), Error::<Test>::NotClaimable);
		};
		for id in [auto, direct, young] {
			not_claimable(id);
		}
		testing::set_active(PROVIDER, false);
		advance(1);
		testing::set_active(PROVIDER, true);
		// They had their turns and wait for another, not for a claim.
		for id in [auto, direct] {
			assert!(is_open(id) && job(id).seed.is_some());
			not_claimable(id);
		}
		assert_ok!(claim(PROVIDER, young));
		not_claimable(young);
		complete(young, &[1]);
		not_claimable(young);
		advance(SETTLE_PERIOD);
		refused(claim_of(PROVIDER, young), Refusal::UnknownJob);
		assert_noop!(claim(PROVIDER, young), Error::<Test>::UnknownJob);
	});
}

#[test]
fn a_claim_must_leave_the_worker_its_time() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		let deadline = job(id).state.deadline();
		// The hook of the deadline's block has not run here, as in the pool.
		System::set_block_number(deadline);
		refused(claim_of(PROVIDER, id), Refusal::TooLate);
		assert_noop!(claim(PROVIDER, id), Error::<Test>::TooLate);
		System::set_block_number(deadline - 1);
		assert_ok!(submit_claim(claim_of(PROVIDER, id)).unwrap());
		assert_eq!(job(id).state.deadline(), job(id).expires_at);
	});
}

#[test]
fn only_a_workers_key_that_counts_can_claim() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		refused(claim_of(77, id), Refusal::WrongWorker);
		// A retired key answers for the past, and claims nothing new.
		testing::remove_keys(PROVIDER);
		refused(claim_of(PROVIDER, id), Refusal::WrongWorker);
		ineligible_account(PROVIDER, id, Ineligible::NoWorkerKey);
	});
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let (id, other) = (claimable(), claimable());
		let signed = claim_of(PROVIDER, id);
		let mut forged = signed.clone();
		forged.signature[10] ^= 1;
		refused(forged, Refusal::BadSignature);
		let mut forged = signed.clone();
		forged.claim.job = other;
		refused(forged, Refusal::BadSignature);
		let mut forged = signed.clone();
		forged.claim.valid_until += 1;
		refused(forged, Refusal::BadSignature);
		// Nor can one worker's claim be made another's.
		let mut forged = signed;
		forged.worker = worker(OTHER_PROVIDER).public().0;
		refused(forged, Refusal::BadSignature);
	});
}

#[test]
fn each_condition_that_a_provider_fails_has_its_code() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		ineligible_account(BOB, id, Ineligible::NotProvider);

		testing::set_chilled(PROVIDER, true);
		ineligible(PROVIDER, id, Ineligible::Chilled);
		testing::set_chilled(PROVIDER, false);
		testing::set_paused(PROVIDER, true);
		ineligible(PROVIDER, id, Ineligible::Paused);
		testing::set_paused(PROVIDER, false);
		testing::set_active(PROVIDER, false);
		ineligible(PROVIDER, id, Ineligible::StakeTooLow);
		testing::set_active(PROVIDER, true);
		testing::set_bonded(PROVIDER, 2 * ESCROW - 1);
		ineligible(PROVIDER, id, Ineligible::NotEnoughCover);
		testing::set_offer(MODEL, PROVIDER, price(), 0);
		ineligible(PROVIDER, id, Ineligible::NoFreeSlot);
		testing::set_offer(MODEL, PROVIDER, Price::flat(5), 4);
		ineligible(PROVIDER, id, Ineligible::PriceAboveCeiling);
		testing::remove_offer(MODEL, PROVIDER);
		ineligible(PROVIDER, id, Ineligible::NoOffer);
		// Nobody was slashed or given anything, and another takes it.
		assert_ok!(claim(OTHER_PROVIDER, id));
	});
}

#[test]
fn who_has_no_free_slot_claims_nothing_until_a_job_is_done() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_offer(MODEL, PROVIDER, price(), 1);
		let (first, second) = (claimable(), claimable());
		assert_ok!(claim(PROVIDER, first));
		ineligible(PROVIDER, second, Ineligible::NoFreeSlot);
		complete(first, &[1]);
		assert_ok!(claim(PROVIDER, second));
	});
}

#[test]
fn each_condition_of_a_job_has_its_code() {
	ExtBuilder::default().build_and_execute(|| {
		let needing = |change: fn(&mut athanor_primitives::eligibility::Eligibility<u64>)| {
			let mut request = open_request();
			change(&mut request.eligibility);
			post_as(ALICE, request)
		};
		let allows = needing(|e| e.allow = vec![OTHER_PROVIDER]);
		let excludes = needing(|e| e.exclude = vec![PROVIDER]);
		let region = needing(|e| e.regions = vec![*b"DE"]);
		let retention = needing(|e| e.max_retention_hours = Some(4));
		let memory = needing(|e| e.min_gpu_memory_gib = Some(24));
		advance(1);
		let attributes = Attributes {
			region: Some(*b"FR"),
			retention_hours: Some(5),
			gpu_memory_gib: 23,
		};
		testing::set_offer_with(MODEL, 1, PROVIDER, price(), 4, attributes);
		ineligible(PROVIDER, allows, Ineligible::NotAllowed);
		ineligible(PROVIDER, excludes, Ineligible::Excluded);
		ineligible(PROVIDER, region, Ineligible::WrongRegion);
		ineligible(PROVIDER, retention, Ineligible::RetentionTooLong);
		ineligible(PROVIDER, memory, Ineligible::NotEnoughGpuMemory);
		let attributes = Attributes {
			region: Some(*b"DE"),
			retention_hours: Some(4),
			gpu_memory_gib: 24,
		};
		testing::set_offer_with(MODEL, 1, PROVIDER, price(), 4, attributes);
		for id in [region, retention, memory] {
			assert_ok!(submit_claim(claim_of(PROVIDER, id)).unwrap());
		}
	});
}

#[test]
fn the_pool_is_told_what_it_needs() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		let authorize = |claim: SignedClaim| {
			let call = RuntimeCall::Jobs(crate::Call::claim_as_worker { claim });
			let (valid, refund) = call
				.authorize(TransactionSource::External)
				.unwrap()
				.unwrap();
			assert_eq!(refund, weight(0));
			valid
		};
		let valid = authorize(claim_of(PROVIDER, id));
		assert_eq!(valid.provides, vec![("AthanorClaim", id).encode()]);
		assert!(valid.requires.is_empty());
		// This block and five more.
		assert_eq!(valid.longevity, 6);
		assert_eq!(valid.priority, u64::MAX / 2);
		assert!(valid.propagate);
		// Another's claim for the same job is the same to the pool: it keeps one of them.
		let rival = authorize(claim_of(OTHER_PROVIDER, id));
		assert_eq!(rival.provides, valid.provides);
		assert_eq!(rival.priority, valid.priority);
		let last = changed(id, |claim| claim.valid_until = 2);
		assert_eq!(authorize(last).longevity, 1);
		// Claims for other jobs, and receipts for this one, do not stand in its way.
		let other = authorize(claim_of(PROVIDER, claimable()));
		assert_ne!(other.provides, valid.provides);
	});
}

#[test]
fn the_first_of_two_gets_the_job() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		let (first, second) = (claim_of(OTHER_PROVIDER, id), claim_of(PROVIDER, id));
		assert_ok!(submit_claim(first.clone()).unwrap());
		refused(second, Refusal::NotClaimable);
		assert_noop!(claim(PROVIDER, id), Error::<Test>::NotClaimable);
		// Nor does its own claim count twice.
		refused(first, Refusal::NotClaimable);
		assert_eq!(holder(id), OTHER_PROVIDER);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
	});
}

#[test]
fn a_stale_claim_does_not_take_a_job_that_is_offered_again() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		let stale = claim_of(PROVIDER, id);
		assert_ok!(claim(OTHER_PROVIDER, id));
		// Its worker misses the deadline, and the job is open again.
		advance_to(8);
		assert!(is_open(id));
		refused(stale, Refusal::ClaimExpired);
		assert_ok!(submit_claim(claim_of(PROVIDER, id)).unwrap());
	});
}

#[test]
fn a_person_cannot_send_a_workers_claim() {
	ExtBuilder::default().build_and_execute(|| {
		let signed = claim_of(PROVIDER, claimable());
		for origin in [
			RuntimeOrigin::signed(PROVIDER),
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
		] {
			assert_noop!(
				Jobs::claim_as_worker(origin, signed.clone()),
				DispatchError::BadOrigin
			);
		}
	});
}
