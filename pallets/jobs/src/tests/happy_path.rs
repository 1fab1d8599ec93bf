//! A job that goes as it should.

use athanor_primitives::{
	job::{CloseReason, JobInput, Sampler, sampler_seed},
	model::ModelInfo,
	ports::{ModelRegistry, Parties, Used},
	split::Payment,
	testing,
};
use frame_support::{assert_noop, assert_ok};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_core::H256;

use crate::{Error, Event, Inputs, JobState, Outcomes, Receipts, mock::*};

#[test]
fn a_job_is_posted_assigned_delivered_and_paid() {
	ExtBuilder::default().build_and_execute(|| {
		let issuance = pallet_balances::TotalIssuance::<Test>::get();
		let id = post();
		assert_eq!(free(ALICE), ENDOWMENT - ESCROW);
		assert_eq!(
			events(),
			vec![Event::JobPosted {
				job: 0,
				requester: ALICE,
				model: MODEL,
				escrow: ESCROW,
				expires_at: 31
			}]
		);

		advance(1);
		assert_eq!(holder(id), PROVIDER);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(3));
		assert_eq!(
			events(),
			vec![Event::JobAssigned {
				job: id,
				provider: PROVIDER,
				price: price(),
				price_version: 1,
				deadline: 8
			}]
		);

		complete(id, &[5, 6, 7]);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
		let used = Used {
			tokens_in: 8,
			tokens_out: 3,
		};
		assert_eq!(testing::used(), vec![used]);
		let stored = Receipts::<Test>::get(id).unwrap();
		assert_eq!(stored.tokens.to_vec(), vec![5, 6, 7]);
		assert_eq!(stored.text.to_vec(), b"there was a fox.".to_vec());
		assert!(matches!(
			events()[0],
			Event::ReceiptAccepted {
				job: 0,
				settles_at: 4,
				..
			}
		));

		advance(2);
		// 8 tokens in at 2 and 3 out at 3: 25. Royalty 10 %, burn 1 %, treasury 5 % and the rounding.
		let payment = Payment {
			provider: 21,
			delegators: 0,
			author: 2,
			treasury: 2,
			burned: 0,
		};
		assert_eq!(payment.total(), Some(25));
		assert_eq!(
			events(),
			vec![Event::JobClosed {
				job: id,
				requester: ALICE,
				reason: CloseReason::Paid,
				provider: Some(PROVIDER),
				escrow: ESCROW,
				spent: 25,
				refund: ESCROW - 25
			}]
		);
		assert_eq!(free(ALICE), ENDOWMENT - 25);
		assert_eq!(free(PROVIDER), ED + 21);
		assert_eq!(free(AUTHOR), ED + 2);
		assert_eq!(free(TREASURY), ED + 2);
		assert_eq!(paid()[0].2, payment);
		assert_eq!(
			issuance - pallet_balances::TotalIssuance::<Test>::get(),
			payment.burned
		);

		let outcome = Outcomes::<Test>::get(id).unwrap();
		assert_eq!(outcome.payment, payment);
		assert_eq!(
			(
				outcome.posted_at,
				outcome.assigned_at,
				outcome.submitted_at,
				outcome.closed_at
			),
			(1, Some(2), Some(2), 4)
		);
	});
}

#[test]
fn a_payment_is_told_what_held_when_the_job_was_posted() {
	ExtBuilder::default().build_and_execute(|| {
		advance(2);
		let id = post();
		let posted_at = System::block_number();
		let expected = Parties {
			requester: ALICE,
			provider: PROVIDER,
			author: AUTHOR,
			model: MODEL,
			royalty: 100_000,
			posted_at: posted_at.try_into().unwrap(),
		};
		// The model changes hands while the job is on its way.
		let sold = testing::MockModels::model(MODEL, None).unwrap();
		testing::set_model(
			MODEL,
			ModelInfo {
				author: BOB,
				..sold
			},
		);
		advance(1);
		complete(id, &[5]);
		advance(2);
		assert_eq!(paid()[0].1, expected);
	});
}

#[test]
fn bytes_stay_for_the_retention_and_then_go() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(1);
		complete(id, &[5]);
		advance(2);
		let closed_at = System::block_number();
		advance_to(closed_at + 50);
		assert!(Inputs::<Test>::contains_key(id) && Receipts::<Test>::contains_key(id));
		events();
		advance(1);
		assert_eq!(events(), vec![Event::OutputRemoved { job: id }]);
		assert!(!Inputs::<Test>::contains_key(id) && !Receipts::<Test>::contains_key(id));
		assert!(!Outcomes::<Test>::contains_key(id));
	});
}

#[test]
fn a_direct_job_goes_to_its_provider_and_no_other() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post_as(ALICE, direct_request(OTHER_PROVIDER));
		advance(1);
		assert_eq!(holder(id), OTHER_PROVIDER);
	});
}

#[test]
fn a_direct_job_waits_for_a_free_slot() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_offer(MODEL, OTHER_PROVIDER, price(), 1);
		let direct = direct_request(OTHER_PROVIDER);
		let first = post_as(ALICE, direct.clone());
		let second = post_as(BOB, direct);
		advance(1);
		assert_eq!(holder(first), OTHER_PROVIDER);
		assert!(matches!(job(second).state, JobState::Open { .. }));
		complete(first, &[1]);
		advance(1);
		assert_eq!(holder(second), OTHER_PROVIDER);
	});
}

#[test]
fn seeds_differ_between_jobs() {
	ExtBuilder::default().build_and_execute(|| {
		let mut drawn = request();
		drawn.sampler = Sampler::TopK {
			temperature_milli: 800,
			k: 40,
		};
		let (a, b) = (post_as(ALICE, drawn.clone()), post_as(ALICE, drawn));
		advance(1);
		assert_ne!(job(a).seed, job(b).seed);
	});
}

#[test]
fn without_randomness_nothing_is_drawn() {
	ExtBuilder::default().build_and_execute(|| {
		Random::set(None);
		let id = post();
		advance(1);
		assert!(matches!(job(id).state, JobState::Open { .. }));
		Random::set(Some(Default::default()));
		advance(1);
		assert_eq!(holder(id), PROVIDER);
	});
}

#[test]
fn a_job_is_drawn_with_randomness_from_after_its_post() {
	ExtBuilder::default().build_and_execute(|| {
		MatchDelay::set(3);
		let mut early = request();
		early.time_limit = Jobs::shortest_time_limit(32, early.max_output_tokens);
		assert_eq!(early.time_limit, 3 + 5 + 1);
		let mut shorter = early.clone();
		shorter.time_limit -= 1;
		assert_noop!(
			Jobs::post(RuntimeOrigin::signed(BOB), shorter),
			Error::<Test>::TimeLimitTooShort
		);

		let id = post_as(ALICE, early);
		advance(2);
		assert!(matches!(job(id).state, JobState::Open { .. }));
		Random::set(Some(H256([9; 32])));
		advance(1);
		assert_eq!(job(id).seed, Some(sampler_seed(&[9; 32], id)));
	});
}

#[test]
fn a_long_prompt_has_more_time() {
	ExtBuilder::default().build_and_execute(|| {
		// 64 bytes and 16 tokens of overhead: twice what is taken in per block.
		let mut long = request();
		long.input = JobInput::Inline(vec![b'a'; 64]);
		long.time_limit = 3 + 5;
		assert_noop!(
			Jobs::post(RuntimeOrigin::signed(ALICE), long.clone()),
			Error::<Test>::TimeLimitTooShort
		);
		long.time_limit += 1;
		let id = post_as(ALICE, long);
		advance(1);
		assert_eq!(job(id).state.deadline(), 2 + 5 + 2 + 1);
	});
}

#[test]
fn a_job_is_cancelled_while_it_is_open() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let id = post();
			advance(2);
			assert_noop!(
				Jobs::cancel(RuntimeOrigin::signed(BOB), id),
				Error::<Test>::NotRequester
			);
			assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
			assert_eq!(free(ALICE), ENDOWMENT);
			assert_eq!(
				Outcomes::<Test>::get(id).unwrap().reason,
				CloseReason::Cancelled
			);
			assert_noop!(
				Jobs::cancel(RuntimeOrigin::signed(ALICE), id),
				Error::<Test>::UnknownJob
			);
			// Its place in the queue is stale now and does no harm.
			advance(2);
		});
}

#[test]
fn a_job_in_work_cannot_be_cancelled() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(1);
		let cancel = || Jobs::cancel(RuntimeOrigin::signed(ALICE), id);
		assert_noop!(cancel(), Error::<Test>::NotOpen);
		complete(id, &[1]);
		assert_noop!(cancel(), Error::<Test>::NotOpen);
	});
}

#[test]
fn only_a_signer_can_post_cancel_claim_report_or_poke() {
	ExtBuilder::default().build_and_execute(|| {
		use sp_runtime::DispatchError::BadOrigin;
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			assert_noop!(Jobs::post(origin.clone(), request()), BadOrigin);
			assert_noop!(Jobs::cancel(origin.clone(), 0), BadOrigin);
			assert_noop!(Jobs::claim(origin.clone(), 0), BadOrigin);
			let (first, second) = two_receipts(PROVIDER, 0);
			assert_noop!(
				Jobs::report_equivocation(origin.clone(), first, second),
				BadOrigin
			);
			assert_noop!(Jobs::poke(origin, 0), BadOrigin);
		}
	});
}
