//! Every state ends by itself.

use athanor_primitives::{job::CloseReason, ports::Victim, testing};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use polkadot_sdk::*;
use pretty_assertions::assert_eq;
use sp_runtime::traits::Dispatchable;

use crate::{Error, Event, JobState, Jobs as JobStorage, NextTurn, Outcomes, mock::*};

#[test]
fn a_job_that_nobody_takes_is_refunded_in_time() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let id = post();
			// Expires at 31; a worker needs 6 blocks; 25 is the last block for a match.
			advance_to(25);
			assert!(JobStorage::<Test>::contains_key(id));
			advance(1);
			let outcome = Outcomes::<Test>::get(id).unwrap();
			assert_eq!(outcome.reason, CloseReason::ExpiredUnassigned);
			assert_eq!((outcome.provider, outcome.refund), (None, ESCROW));
			assert_eq!(free(ALICE), ENDOWMENT);
		});
}

#[test]
fn a_match_in_the_last_block_leaves_the_worker_its_time() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			let id = post();
			advance_to(24);
			testing::set_offer(MODEL, PROVIDER, price(), 1);
			advance(1);
			assert_eq!(job(id).state.deadline(), job(id).expires_at);
		});
}

#[test]
fn a_missed_deadline_slashes_and_offers_again_to_another() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(1);
		assert_eq!(holder(id), PROVIDER);
		advance_to(7);
		events();
		advance(1);
		assert_eq!(timeouts(), vec![(PROVIDER, id)]);
		assert_eq!(testing::free_slots(MODEL, PROVIDER), Some(4));
		assert_eq!(
			events()[0],
			Event::WorkerTimedOut {
				job: id,
				provider: PROVIDER,
				slashed: 1_000,
				offered_again: true
			}
		);
		let victim = Victim {
			requester: ALICE,
			escrow: ESCROW,
			paid: 0,
		};
		assert_eq!(testing::victims(), vec![(victim, None)]);
		// Work that came to nothing took no tokens.
		assert_eq!(testing::used(), vec![]);
		// The queue is worked off after the deadlines, so the next provider has it at once.
		assert_eq!(holder(id), OTHER_PROVIDER);
		complete(id, &[1]);
		assert_eq!(testing::used().len(), 1);
		advance(2);
		assert_eq!(
			Outcomes::<Test>::get(id).unwrap().provider,
			Some(OTHER_PROVIDER)
		);
		assert_eq!(paid().len(), 1);
	});
}

#[test]
fn when_all_have_failed_the_requester_is_refunded() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance_to(31);
		assert_eq!(timeouts(), vec![(PROVIDER, id), (OTHER_PROVIDER, id)]);
		let outcome = Outcomes::<Test>::get(id).unwrap();
		assert_eq!(outcome.reason, CloseReason::WorkerTimedOut);
		assert_eq!(outcome.provider, Some(OTHER_PROVIDER));
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn attempts_are_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		for who in 20..30 {
			testing::set_provider(who, vec![[who as u8; 32]]);
			testing::set_offer(MODEL, who, price(), 1);
		}
		let mut long = request();
		long.time_limit = 1_000;
		let id = post_as(ALICE, long);
		advance_to(60);
		assert_eq!(timeouts().len(), 4);
		assert_eq!(
			Outcomes::<Test>::get(id).unwrap().reason,
			CloseReason::WorkerTimedOut
		);
	});
}

#[test]
fn a_direct_job_is_refunded_when_its_provider_fails() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post_as(ALICE, direct_request(PROVIDER));
		advance_to(8);
		assert_eq!(timeouts(), vec![(PROVIDER, id)]);
		assert_eq!(
			Outcomes::<Test>::get(id).unwrap().reason,
			CloseReason::WorkerTimedOut
		);
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn a_provider_that_lost_its_stake_gets_no_more_work() {
	ExtBuilder::default().build_and_execute(|| {
		testing::set_active(PROVIDER, false);
		testing::set_active(OTHER_PROVIDER, false);
		let id = post();
		advance(3);
		assert!(matches!(job(id).state, JobState::Open { .. }));
	});
}

#[test]
fn poke_does_what_the_hook_would() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		advance(1);
		complete(id, &[1]);
		assert_noop!(
			Jobs::poke(RuntimeOrigin::signed(BOB), id),
			Error::<Test>::NothingDue
		);
		assert_noop!(
			Jobs::poke(RuntimeOrigin::signed(BOB), 77),
			Error::<Test>::UnknownJob
		);
		// A block without its hook, as if the hook were behind.
		System::set_block_number(4);
		assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
		assert_eq!(Outcomes::<Test>::get(id).unwrap().reason, CloseReason::Paid);
		advance(3);
		assert_eq!(paid().len(), 1);
	});
}

#[test]
fn the_hook_stays_inside_its_weight_and_catches_up() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			// Room for the base, and for two deadlines or two matches.
			HookWeight::set(Weight::from_parts(10 + 250, 0));
			let ids: Vec<u64> = (0..7).map(|_| post()).collect();
			for block in 2..40 {
				System::set_block_number(block);
				let used = Jobs::on_initialize(block);
				assert!(used.all_lte(HookWeight::get()), "{used:?} in block {block}");
				Jobs::do_try_state().unwrap();
			}
			for id in ids {
				assert_eq!(
					Outcomes::<Test>::get(id).unwrap().reason,
					CloseReason::ExpiredUnassigned
				);
			}
			assert_eq!(free(ALICE), ENDOWMENT);
		});
}

#[test]
fn the_queue_is_fair_when_it_does_not_fit_into_a_block() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			HookWeight::set(Weight::from_parts(10 + 250, 0));
			let ids: Vec<u64> = (0..6).map(|_| post()).collect();
			advance(2);
			// Four were tried and went to the end; the two that were not tried are next.
			testing::set_offer(MODEL, PROVIDER, price(), 2);
			advance(1);
			assert!(matches!(job(ids[4]).state, JobState::Assigned { .. }));
			assert!(matches!(job(ids[5]).state, JobState::Assigned { .. }));
		});
}

#[test]
fn jobs_that_cannot_be_matched_do_not_delay_others() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			// Two tries for each block, and twenty jobs that nobody takes.
			HookWeight::set(Weight::from_parts(10 + 250, 0));
			for _ in 0..20 {
				post();
			}
			advance(10);
			testing::set_offer(MODEL, PROVIDER, price(), 1);
			testing::set_active(PROVIDER, false);
			testing::set_offer(MODEL, OTHER_PROVIDER, price(), 1);
			let id = post_as(BOB, direct_request(OTHER_PROVIDER));
			advance(1);
			assert!(matches!(job(id).state, JobState::Assigned { .. }));
		});
}

#[test]
fn a_block_tries_no_job_twice() {
	ExtBuilder::default()
		.without_offers()
		.build_and_execute(|| {
			for _ in 0..3 {
				post();
			}
			for block in 2..6 {
				System::set_block_number(block);
				// The base, the page of this block, and a try for each; in block 2 two more pages.
				let pages = if block == 2 { 3 } else { 1 };
				let expected = Weight::from_parts(10 + pages + 3 * 100, 0);
				assert_eq!(Jobs::on_initialize(block), expected);
			}
		});
}

#[test]
fn a_job_whose_deadline_has_come_is_not_matched_any_more() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		// The hook is so late that the refund has not come, and the queue has.
		System::set_block_number(26);
		NextTurn::<Test>::put(1);
		assert_ok!(Jobs::match_job(id, job(id), 26));
		assert!(matches!(job(id).state, JobState::Open { .. }));
		assert_eq!(job(id).seed, None);
		check_laws();
		advance(1);
		assert_eq!(
			Outcomes::<Test>::get(id).unwrap().reason,
			CloseReason::ExpiredUnassigned
		);
	});
}

#[test]
fn poke_refunds_and_slashes_when_the_hook_is_behind() {
	ExtBuilder::default().build_and_execute(|| {
		let assigned = post_as(ALICE, direct_request(PROVIDER));
		advance(1);
		testing::remove_offer(MODEL, OTHER_PROVIDER);
		testing::remove_offer(MODEL, PROVIDER);
		let open = post();
		System::set_block_number(40);
		for (id, reason) in [
			(assigned, CloseReason::WorkerTimedOut),
			(open, CloseReason::ExpiredUnassigned),
		] {
			assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
			assert_eq!(Outcomes::<Test>::get(id).unwrap().reason, reason);
		}
		assert_eq!(timeouts(), vec![(PROVIDER, assigned)]);
		assert_eq!(free(ALICE), ENDOWMENT);
	});
}

#[test]
fn poke_forgets_what_is_past_its_retention() {
	ExtBuilder::default().build_and_execute(|| {
		let id = post();
		assert_ok!(Jobs::cancel(RuntimeOrigin::signed(ALICE), id));
		System::set_block_number(50);
		assert_noop!(
			Jobs::poke(RuntimeOrigin::signed(BOB), id),
			Error::<Test>::NothingDue
		);
		System::set_block_number(51);
		assert_ok!(Jobs::poke(RuntimeOrigin::signed(BOB), id));
		assert!(!Outcomes::<Test>::contains_key(id));
		assert_noop!(
			Jobs::poke(RuntimeOrigin::signed(BOB), id),
			Error::<Test>::UnknownJob
		);
	});
}

#[test]
fn a_broken_escrow_is_reported_to_who_pokes() {
	ExtBuilder::default().build().execute_with(|| {
		use frame_support::traits::{fungible::MutateHold, tokens::Precision};
		let id = post();
		advance(1);
		complete(id, &[1]);
		Balances::release(
			&crate::HoldReason::Escrow.into(),
			&ALICE,
			ESCROW,
			Precision::Exact,
		)
		.unwrap();
		System::set_block_number(4);
		let poke = RuntimeCall::Jobs(crate::Call::poke { job: id });
		assert_noop!(
			poke.dispatch(RuntimeOrigin::signed(BOB)),
			Error::<Test>::EscrowMissing
		);
	});
}

#[test]
fn a_step_that_fails_unexpectedly_changes_nothing_and_is_tried_again() {
	ExtBuilder::default().build().execute_with(|| {
		use frame_support::traits::{fungible::MutateHold, tokens::Precision};
		let id = post();
		advance(1);
		complete(id, &[1]);
		// Somebody broke the law: the escrow is gone.
		Balances::release(
			&crate::HoldReason::Escrow.into(),
			&ALICE,
			ESCROW,
			Precision::Exact,
		)
		.unwrap();
		events();
		advance(2);
		assert_eq!(
			events(),
			vec![Event::Unexpected {
				job: id,
				error: Error::<Test>::EscrowMissing.into()
			}]
		);
		assert!(paid().is_empty());
		assert_eq!(job(id).state.deadline(), System::block_number() + 20);
		assert!(Jobs::do_try_state().is_err());
		// Put right, it ends as it should.
		Balances::hold(&crate::HoldReason::Escrow.into(), &ALICE, ESCROW).unwrap();
		advance(20);
		assert_eq!(Outcomes::<Test>::get(id).unwrap().reason, CloseReason::Paid);
		Jobs::do_try_state().unwrap();
	});
}
