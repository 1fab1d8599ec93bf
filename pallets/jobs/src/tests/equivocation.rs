//! Two receipts for one job: what proves them, and what it costs.

use athanor_primitives::{
	ports::Victim,
	receipt::{Finish, Receipt, SignedReceipt},
	testing::{self, MockFault},
};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_core::{H256, Pair};

use super::*;
use crate::{Equivocations, Error, Queue, Receipts, mock::*};

/// What was taken.
const SLASH: u128 = 10_000;

/// Who posted the usual request.
fn victim() -> Victim<AccountId> {
	Victim {
		requester: ALICE,
		escrow: ESCROW,
		paid: 0,
	}
}

fn equivocated(job: JobId, provider: AccountId, offered_again: bool) -> Event<Test> {
	Event::WorkerEquivocated {
		job,
		provider,
		worker: worker(provider).public().0,
		slashed: SLASH,
		offered_again,
	}
}

fn refused(receipts: (SignedReceipt, SignedReceipt), error: Error<Test>) {
	let before = testing::slashes();
	assert_noop!(report(receipts), error);
	assert_eq!(testing::slashes(), before);
}

/// `two_receipts` of the usual provider, with `change` to the second before it is signed.
fn with_second(id: JobId, change: impl FnOnce(&mut Receipt)) -> (SignedReceipt, SignedReceipt) {
	let (first, _) = two_receipts(PROVIDER, id);
	let mut second = first.receipt.clone();
	change(&mut second);
	(first, sign(second, &worker(PROVIDER)))
}

/// Posts a job and lets the usual provider have it.
fn assigned_job() -> JobId {
	let id = post();
	advance(1);
	assert_eq!(holder(id), PROVIDER);
	id
}

#[test]
fn while_it_works_it_loses_stake_and_job() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		events();
		let result = report(two_receipts(PROVIDER, id));
		assert_eq!(result.unwrap().pays_fee, Pays::No);
		assert_eq!(events(), vec![equivocated(id, PROVIDER, true)]);
		assert_eq!(equivocations(), vec![(PROVIDER, id)]);
		assert_eq!(testing::victims(), vec![(victim(), Some(BOB))]);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
		assert_eq!(testing::committed(PROVIDER), 0);
		assert!(is_open(id));
		assert_eq!(job(id).state.deadline(), 26);
		check_laws();

		// Its receipts count no more, and another does the job. The seed is the same.
		let seed = job(id).seed;
		advance(1);
		assert_eq!((holder(id), job(id).seed), (OTHER_PROVIDER, seed));
		complete(id, &[1]);
		advance(SETTLE_PERIOD);
		assert_eq!(reason(id), CloseReason::Paid);
		assert_eq!(outcome(id).failed.to_vec(), vec![PROVIDER]);
		// The deadline that it no longer had costs nothing.
		advance(10);
		assert_eq!(equivocations(), vec![(PROVIDER, id)]);
	});
}

#[test]
fn after_its_receipt_it_is_not_paid() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		complete(id, &[1, 2]);
		advance(1);
		events();
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(events(), vec![equivocated(id, PROVIDER, true)]);
		assert!(is_open(id) && !Receipts::<Test>::contains_key(id));
		// The slot had been free since the receipt: it is not given back twice.
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
		check_laws();
		// Not in the block in which it would have been paid, either.
		advance(1);
		assert!(paid().is_empty());
		assert_eq!(holder(id), OTHER_PROVIDER);
		complete(id, &[7]);
		advance(SETTLE_PERIOD);
		assert_eq!(paid().len(), 1);
		assert_eq!(outcome(id).provider, Some(OTHER_PROVIDER));
		assert_eq!(Receipts::<Test>::get(id).unwrap().tokens.to_vec(), vec![7]);
	});
}

#[test]
fn after_the_payment_it_loses_stake() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		complete(id, &[1]);
		advance(SETTLE_PERIOD);
		let before = outcome(id);
		events();
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(events(), vec![equivocated(id, PROVIDER, false)]);
		assert_eq!(equivocations(), vec![(PROVIDER, id)]);
		// What is paid is paid, and comes back out of the slash.
		let victim = Victim {
			paid: before.spent,
			..victim()
		};
		assert!(before.spent > 0);
		assert_eq!(testing::victims(), vec![(victim, Some(BOB))]);
		assert_eq!(outcome(id), before);
		assert!(Receipts::<Test>::contains_key(id));
	});
}

#[test]
fn after_a_missed_deadline_it_loses_stake_again_and_another_keeps_the_job() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		advance_to(8);
		let before = job(id);
		assert_eq!(holder(id), OTHER_PROVIDER);
		events();
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(events(), vec![equivocated(id, PROVIDER, false)]);
		assert_eq!(
			testing::slashes(),
			vec![
				(PROVIDER, id, MockFault::Timeout),
				(PROVIDER, id, MockFault::Equivocation),
			]
		);
		assert_eq!(job(id), before);
		// The other can be shown to have done the same.
		assert_ok!(report(two_receipts(OTHER_PROVIDER, id)));
		assert!(is_open(id));
		assert_eq!(job(id).failed.to_vec(), vec![PROVIDER, OTHER_PROVIDER]);
	});
}

#[test]
fn an_open_job_that_it_failed_stays_as_it_is() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_chilled(OTHER_PROVIDER, true);
		let id = assigned_job();
		advance_to(9);
		let before = job(id);
		assert!(is_open(id));
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(job(id), before);
		// The reason is the worse of what the last provider did.
		advance_to(26);
		assert_eq!(reason(id), CloseReason::WorkerEquivocated);
		assert_eq!(outcome(id).provider, Some(PROVIDER));
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn a_claimed_job_can_be_claimed_again_at_once() {
	ExtBuilder::default().build_and_execute(|| {
		let id = claimable();
		assert_ok!(claim(PROVIDER, id));
		events();
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(
			events(),
			vec![
				equivocated(id, PROVIDER, true),
				Event::JobOpened {
					job: id,
					claimable_until: 26,
				},
			]
		);
		assert_eq!(Queue::<Test>::iter().count(), 0);
		assert_noop!(claim(PROVIDER, id), Error::<Test>::FailedBefore);
		assert_ok!(claim(OTHER_PROVIDER, id));
	});
}

#[test]
fn a_direct_job_is_refunded() {
	for submitted in [false, true] {
		ExtBuilder::default().build_and_execute(|| {
			let id = post_as(ALICE, direct_request(PROVIDER));
			advance(1);
			if submitted {
				complete(id, &[1]);
			}
			events();
			assert_ok!(report(two_receipts(PROVIDER, id)));
			let told = events();
			assert_eq!(told[0], equivocated(id, PROVIDER, false));
			assert_eq!(
				told[1],
				Event::JobClosed {
					job: id,
					requester: ALICE,
					reason: CloseReason::WorkerEquivocated,
					provider: Some(PROVIDER),
					escrow: ESCROW,
					spent: 0,
					refund: ESCROW,
				}
			);
			assert_eq!(told.len(), 2);
			assert_eq!(free(ALICE), ENDOWMENT);
			assert!(!Receipts::<Test>::contains_key(id));
			assert_eq!(outcome(id).submitted_at, submitted.then_some(2));
			// Nothing is left of the deadlines that it had.
			check_laws();
			advance(10);
			assert_eq!(equivocations(), vec![(PROVIDER, id)]);
		});
	}
}

#[test]
fn too_late_for_another_it_is_refunded() {
	ExtBuilder::default().build_and_execute(|| {
		let mut short = request();
		short.time_limit = 7;
		let id = post_as(ALICE, short);
		advance(2);
		assert_eq!(job(id).state.deadline(), 8);
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(reason(id), CloseReason::WorkerEquivocated);
	});
}

#[test]
fn it_counts_as_one_of_the_attempts() {
	ExtBuilder::default().build_and_execute(|| {
		let mut long = open_request();
		long.time_limit = 1_000;
		let id = post_as(ALICE, long);
		advance(1);
		for who in 20..24 {
			testing::set_provider(who, vec![worker(who).public().0]);
			testing::set_offer(MODEL, who, price(), 1);
			assert_ok!(claim(who, id));
			assert_ok!(report(two_receipts(who, id)));
		}
		assert_eq!(reason(id), CloseReason::WorkerEquivocated);
		assert_eq!(equivocations().len(), 4);
		// As many as a job can have are forgotten with it.
		assert_eq!(Equivocations::<Test>::iter().count(), 4);
		check_laws();
		advance(52);
		assert_eq!(Equivocations::<Test>::iter().count(), 0);
	});
}

#[test]
fn it_is_slashed_once_for_each_job() {
	ExtBuilder::default().build_and_execute(|| {
		let (id, other) = (post(), assigned_job());
		assert_ok!(report(two_receipts(PROVIDER, id)));
		let (first, second) = two_receipts(PROVIDER, id);
		let twice = || Error::<Test>::AlreadyProven;
		refused((first.clone(), second.clone()), twice());
		refused((second, first), twice());
		refused(with_second(id, |r| r.tokens_out = 9), twice());
		// Nor after it has closed.
		advance_to(31);
		assert_eq!(reason(id), CloseReason::WorkerTimedOut);
		let before = testing::slashes().len();
		assert_noop!(report(two_receipts(PROVIDER, id)), twice());
		assert_eq!(testing::slashes().len(), before);
		// Another job is another fault.
		assert_ok!(report(two_receipts(PROVIDER, other)));
	});
}

#[test]
fn what_proves_nothing_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		let other = post();
		let none = || Error::<Test>::NoEquivocation;
		// The same statement, however often it was signed.
		refused(with_second(id, |_| {}), none());
		let (first, mut second) = with_second(id, |_| {});
		second.signature[0] ^= 1;
		refused((first, second), none());
		// About two jobs.
		refused(with_second(id, |r| r.job = other), none());
		// Of two keys, though of one provider.
		let spare = sp_core::ed25519::Pair::from_seed(&[200; 32]);
		let keys = [worker(PROVIDER), spare].map(|pair| pair.public().0);
		testing::set_provider(PROVIDER, keys.to_vec());
		let (first, second) = two_receipts(PROVIDER, id);
		refused((first, sign(second.receipt, &spare)), none());
	});
}

#[test]
fn each_field_of_a_receipt_makes_two_of_it() {
	let changes: [fn(&mut Receipt); 8] = [
		|r| r.model += 1,
		|r| r.model_version += 1,
		|r| r.input_hash = H256([9; 32]),
		|r| r.output_hash = H256([9; 32]),
		|r| r.tokens_in += 1,
		|r| r.tokens_out += 1,
		|r| r.finish = Finish::Rejected.code(),
		|r| r.commitment = H256([9; 32]),
	];
	for change in changes {
		ExtBuilder::default().build_and_execute(|| {
			let id = assigned_job();
			assert_ok!(report(with_second(id, change)));
		});
	}
}

#[test]
fn receipts_for_another_chain_prove_nothing_here() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		let foreign = |mut signed: SignedReceipt| {
			signed.genesis = H256([1; 32]);
			let payload = signed.receipt.payload(&signed.genesis);
			signed.signature = worker(PROVIDER).sign(&payload).0;
			signed
		};
		let (first, second) = two_receipts(PROVIDER, id);
		let wrong = || Error::<Test>::WrongChain;
		refused((foreign(first.clone()), second.clone()), wrong());
		refused((first.clone(), foreign(second.clone())), wrong());
		// Nor if they are said to be for this one.
		let mut relabelled = foreign(second);
		relabelled.genesis = genesis();
		refused((first, relabelled), Error::<Test>::BadSignature);
	});
}

#[test]
fn forged_receipts_prove_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		for which in 0..2 {
			let (mut first, mut second) = two_receipts(PROVIDER, id);
			let forged = [&mut first, &mut second];
			forged.into_iter().nth(which).unwrap().signature[10] ^= 1;
			refused((first, second), Error::<Test>::BadSignature);
		}
		// Somebody signs in the provider's name.
		let (first, second) = two_receipts(PROVIDER, id);
		let mut forged = sign(second.receipt, &worker(77));
		forged.worker = first.worker;
		refused((first, forged), Error::<Test>::BadSignature);
	});
}

#[test]
fn only_who_has_to_do_with_the_job_answers_for_it() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		refused(two_receipts(77, id), Error::<Test>::WrongWorker);
		refused(two_receipts(OTHER_PROVIDER, id), Error::<Test>::NotInvolved);
		refused(two_receipts(PROVIDER, 99), Error::<Test>::UnknownJob);
		// Before it is given to anybody, nobody's receipts count.
		let young = post();
		refused(two_receipts(PROVIDER, young), Error::<Test>::NotInvolved);
		complete(id, &[1]);
		advance(SETTLE_PERIOD);
		refused(two_receipts(OTHER_PROVIDER, id), Error::<Test>::NotInvolved);
	});
}

#[test]
fn a_retired_key_still_answers() {
	ExtBuilder::default().build_and_execute(|| {
		let id = assigned_job();
		testing::remove_keys(PROVIDER);
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert_eq!(equivocations(), vec![(PROVIDER, id)]);
		assert!(is_open(id));
	});
}

#[test]
fn it_can_be_shown_until_the_job_is_forgotten() {
	ExtBuilder::default().build_and_execute(|| {
		let (id, other) = (post(), assigned_job());
		for id in [id, other] {
			complete(id, &[1]);
		}
		advance_to(54);
		assert_ok!(report(two_receipts(PROVIDER, id)));
		assert!(Equivocations::<Test>::contains_key(id, PROVIDER));
		advance(1);
		assert!(!Equivocations::<Test>::contains_key(id, PROVIDER));
		for id in [id, other] {
			refused(two_receipts(PROVIDER, id), Error::<Test>::UnknownJob);
		}
	});
}

#[test]
fn who_reports_in_vain_pays() {
	ExtBuilder::default().build_and_execute(|| {
		use sp_runtime::traits::Dispatchable;
		let id = assigned_job();
		let (first, second) = two_receipts(OTHER_PROVIDER, id);
		let call = RuntimeCall::Jobs(crate::Call::report_equivocation { first, second });
		let error = call.dispatch(RuntimeOrigin::signed(BOB)).unwrap_err();
		assert_eq!(error.post_info.pays_fee, Pays::Yes);
	});
}
