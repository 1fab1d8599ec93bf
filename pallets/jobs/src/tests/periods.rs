//! The time for work and for payment, while governance changes its mind: a job keeps what it was posted with.

use athanor_primitives::{ports::ExplainHolds, testing};
use frame_support::assert_noop;
use polkadot_sdk::*;
use pretty_assertions::assert_eq;

use crate::{Error, Event, mock::*};

/// What a worker of the usual job has.
const WORK: u64 = 6;

#[test]
fn a_job_that_waits_keeps_the_time_for_its_work() {
	for changed in [0, 1, 20, 900] {
		ExtBuilder::default()
			.without_offers()
			.build_and_execute(|| {
				BaseWorkPeriod::set(WORK - 1);
				let id = post();
				let deadline = job(id).state.deadline();
				BaseWorkPeriod::set(changed);
				// As late as it can be.
				advance_to(deadline - 2);
				assert_eq!(job(id).state.deadline(), deadline);
				testing::set_offer(MODEL, PROVIDER, price(), 1);
				advance(1);
				assert_eq!(holder(id), PROVIDER);
				assert_eq!(job(id).state.deadline(), System::block_number() + WORK);
				assert_eq!(job(id).state.deadline(), job(id).expires_at);
				check_laws();
			});
	}
}

#[test]
fn a_job_that_is_offered_again_keeps_it_too() {
	for changed in [0, 20, 900] {
		ExtBuilder::default().build_and_execute(|| {
			BaseWorkPeriod::set(WORK - 1);
			let id = post();
			advance(1);
			assert_eq!(holder(id), PROVIDER);
			let deadline = job(id).state.deadline();
			BaseWorkPeriod::set(changed);
			advance_to(deadline - 1);
			assert_eq!(timeouts(), vec![]);
			advance(1);
			assert_eq!(timeouts(), vec![(PROVIDER, id)]);
			assert_eq!(holder(id), OTHER_PROVIDER);
			assert_eq!(job(id).state.deadline(), deadline + WORK);
			check_laws();
		});
	}
}

#[test]
fn the_next_job_has_the_new_time() {
	ExtBuilder::default().build_and_execute(|| {
		BaseWorkPeriod::set(9);
		let id = post();
		assert_eq!(job(id).work_period, WORK + 4);
		advance(1);
		assert_eq!(job(id).state.deadline(), System::block_number() + WORK + 4);
		// The usual time limit is too short now.
		BaseWorkPeriod::set(900);
		assert_noop!(
			Jobs::post(RuntimeOrigin::signed(ALICE), request()),
			Error::<Test>::TimeLimitTooShort
		);
	});
}

#[test]
fn a_job_is_paid_for_when_it_was_promised() {
	for changed in [0, 1, 40, u64::MAX] {
		ExtBuilder::default().build_and_execute(|| {
			Settling::set(SETTLE_PERIOD);
			let id = post();
			advance(1);
			let freed = || Jobs::explain(&ALICE, 1)[0].until;
			let latest = freed();
			Settling::set(changed);
			assert_eq!(freed(), latest);
			complete(id, &[1]);
			let settles_at = System::block_number() + SETTLE_PERIOD;
			assert_eq!(job(id).state.deadline(), settles_at);
			assert!(events().iter().any(
				|event| matches!(event, Event::ReceiptAccepted { settles_at: at, .. } if *at == settles_at)
			));
			advance(SETTLE_PERIOD);
			assert_eq!(paid().len(), 1);
		});
	}
}

#[test]
fn the_next_job_is_paid_for_after_the_new_time() {
	ExtBuilder::default().build_and_execute(|| {
		Settling::set(7);
		let id = post();
		advance(1);
		complete(id, &[1]);
		// Neither earlier nor later, whatever is decided meanwhile.
		Settling::set(1);
		advance(6);
		assert_eq!(paid().len(), 0);
		advance(1);
		assert_eq!(paid().len(), 1);
	});
}
